package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"ripoti/internal/ripoti"
)

// Assignment is one office's part in a report, with the ladder it climbs in silence.
type Assignment struct {
	ripoti.Assignment
	Ladder string // JSON of the rungs
	SendAt time.Time
	Reason string // why it was declined
}

const assignmentColumns = "id, report_id, office_id, side, status, step, ladder, created_at, send_at, accepted_by, accepted_at, reason"

func scanAssignment(row interface{ Scan(...any) error }) (a Assignment, err error) {
	var created, send, accepted int64
	if err := row.Scan(&a.ID, &a.ReportID, &a.OfficeID, &a.Side, &a.Status, &a.Step, &a.Ladder, &created, &send, &a.AcceptedBy, &accepted, &a.Reason); err != nil {
		return a, notFound(err, "assignment.unknown")
	}
	a.CreatedAt, a.SendAt, a.AcceptedAt = fromMicros(created), fromMicros(send), fromMicros(accepted)
	return a, nil
}

func scanAssignments(rows *sql.Rows, err error) ([]Assignment, error) {
	if err != nil {
		return nil, fmt.Errorf("list assignments: %w", err)
	}
	defer rows.Close()
	var out []Assignment
	for rows.Next() {
		a, err := scanAssignment(rows)
		if err != nil {
			return nil, fmt.Errorf("list assignments: %w", err)
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

// Assign writes assignments.
func (tx *Tx) Assign(ctx context.Context, assignments ...Assignment) error {
	args := make([]any, 0, len(assignments)*12)
	for _, a := range assignments {
		args = append(args, a.ID, a.ReportID, a.OfficeID, string(a.Side), string(a.Status), a.Step, a.Ladder,
			micros(a.CreatedAt), micros(a.SendAt), a.AcceptedBy, micros(a.AcceptedAt), a.Reason)
	}
	return tx.insertMany(ctx, "assignments ("+assignmentColumns+")", 12, args)
}

// Assignment reads one; not_found if there is none. Hold its report first to change it.
func (tx *Tx) Assignment(ctx context.Context, id string) (Assignment, error) {
	a, err := scanAssignment(tx.sql.QueryRowContext(ctx, "select "+assignmentColumns+" from assignments where id = $1", id))
	if err != nil {
		return a, fmt.Errorf("read assignment: %w", err)
	}
	return a, nil
}

// SaveAssignment writes what can change of an assignment.
func (tx *Tx) SaveAssignment(ctx context.Context, a Assignment) error {
	_, err := tx.sql.ExecContext(ctx, "update assignments set status = $2, step = $3, ladder = $4, accepted_by = $5, accepted_at = $6, reason = $7 where id = $1",
		a.ID, string(a.Status), a.Step, a.Ladder, a.AcceptedBy, micros(a.AcceptedAt), a.Reason)
	if err != nil {
		return fmt.Errorf("save assignment: %w", err)
	}
	return nil
}

// Assignments are all parts of a report, oldest first.
func (tx *Tx) Assignments(ctx context.Context, reportID string) ([]Assignment, error) {
	return scanAssignments(tx.sql.QueryContext(ctx, "select "+assignmentColumns+" from assignments where report_id = $1 order by created_at, id", reportID))
}

// Assignments are all parts of a report, oldest first.
func (s *Store) Assignments(ctx context.Context, reportID string) ([]Assignment, error) {
	return scanAssignments(s.read.QueryContext(ctx, "select "+assignmentColumns+" from assignments where report_id = $1 order by created_at, id", reportID))
}

// OpenAssignments is an office's queue: what nobody there has taken yet, oldest first, after the
// given assignment ("" for the first page). Reports that are walled off from the office never show.
func (s *Store) OpenAssignments(ctx context.Context, officeID, after string, limit int) ([]Assignment, error) {
	query := "select " + assignmentColumns + ` from assignments a where office_id = $1 and status = 'open'
		and not exists (select 1 from walls w where w.office_id = a.office_id and w.report_id = a.report_id)`
	args := []any{officeID, limit}
	if after != "" {
		query += " and (created_at, id) > (select created_at, id from assignments where id = $3)"
		args = append(args, after)
	}
	return scanAssignments(s.read.QueryContext(ctx, query+" order by created_at, id limit $2", args...))
}

// SaveDecision keeps why a report went where it went, and its wall.
func (tx *Tx) SaveDecision(ctx context.Context, reportID, decision string, walled []string) error {
	_, err := tx.sql.ExecContext(ctx, `insert into decisions (report_id, seq, at, decision) values ($1,
		(select count(*) + 1 from decisions where report_id = $1), $2, $3)`, reportID, micros(tx.now()), decision)
	if err != nil {
		return fmt.Errorf("save decision: %w", err)
	}
	for _, office := range walled {
		if _, err := tx.sql.ExecContext(ctx, "insert into walls (report_id, office_id) values ($1,$2) on conflict do nothing", reportID, office); err != nil {
			return fmt.Errorf("save wall: %w", err)
		}
	}
	return nil
}

// Decisions are how a report was routed, oldest first, as JSON.
func (s *Store) Decisions(ctx context.Context, reportID string) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, "select decision from decisions where report_id = $1 order by seq", reportID)
	return scanStrings(rows, err, "read decisions")
}

// Walls are the offices a report is walled off from.
func (s *Store) Walls(ctx context.Context, reportID string) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, "select office_id from walls where report_id = $1 order by office_id", reportID)
	return scanStrings(rows, err, "read walls")
}

// Walls are the offices a report is walled off from.
func (tx *Tx) Walls(ctx context.Context, reportID string) ([]string, error) {
	rows, err := tx.sql.QueryContext(ctx, "select office_id from walls where report_id = $1 order by office_id", reportID)
	return scanStrings(rows, err, "read walls")
}

func scanStrings(rows *sql.Rows, err error, step string) ([]string, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", step, err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, fmt.Errorf("%s: %w", step, err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// Alert is an assignment that somebody may answer for, with the report's number.
type Alert struct {
	Assignment
	Code ripoti.Code
}

// AlertsOf finds what contacts may answer, newest first. Without a number: open assignments they were
// alerted of. With one: that report's assignments, in any state, that they were alerted of or that
// their office has. Reports that any of their offices is walled off from never show.
func (s *Store) AlertsOf(ctx context.Context, contacts []ripoti.Contact, code ripoti.Code, limit int) ([]Alert, error) {
	if len(contacts) == 0 {
		return nil, nil
	}
	args := []any{limit}
	for _, c := range contacts {
		args = append(args, c.ID)
	}
	for _, c := range contacts {
		args = append(args, c.OfficeID)
	}
	n := len(contacts)
	ids, offices := list(2, n), list(2+n, n)
	alerted := "exists (select 1 from messages m where m.assignment_id = a.id and m.contact_id in (" + ids + "))"
	mine := alerted + " and a.status = 'open'"
	if code != "" {
		args = append(args, string(code))
		mine = fmt.Sprintf("(%s or a.office_id in (%s)) and r.code = $%d", alerted, offices, len(args))
	}
	rows, err := s.read.QueryContext(ctx, "select a."+strings.ReplaceAll(assignmentColumns, ", ", ", a.")+`, r.code
		from assignments a join reports r on r.id = a.report_id
		where a.side <> 'told' and `+mine+`
		and not exists (select 1 from walls w where w.report_id = a.report_id and w.office_id in (`+offices+`))
		order by a.status = 'open' desc, a.created_at desc, a.id desc limit $1`, args...)
	if err != nil {
		return nil, fmt.Errorf("find alerts: %w", err)
	}
	defer rows.Close()
	var out []Alert
	for rows.Next() {
		var o Alert
		var created, send, accepted int64
		if err := rows.Scan(&o.ID, &o.ReportID, &o.OfficeID, &o.Side, &o.Status, &o.Step, &o.Ladder, &created, &send, &o.AcceptedBy,
			&accepted, &o.Reason, &o.Code); err != nil {
			return nil, fmt.Errorf("find alerts: %w", err)
		}
		o.CreatedAt, o.SendAt, o.AcceptedAt = fromMicros(created), fromMicros(send), fromMicros(accepted)
		out = append(out, o)
	}
	return out, rows.Err()
}
