package store

import (
	"context"
	"database/sql"
	"fmt"
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

func scanAssignment(row scanner, more ...any) (a Assignment, err error) {
	var created, send, accepted int64
	into := append([]any{&a.ID, &a.ReportID, &a.OfficeID, &a.Side, &a.Status, &a.Step, &a.Ladder, &created, &send, &a.AcceptedBy, &accepted, &a.Reason}, more...)
	if err := row.Scan(into...); err != nil {
		return a, notFound(err, "assignment.unknown")
	}
	a.CreatedAt, a.SendAt, a.AcceptedAt = fromMicros(created), fromMicros(send), fromMicros(accepted)
	return a, nil
}

func scanAssignments(rows *sql.Rows, err error) ([]Assignment, error) {
	return collect(rows, err, "list assignments", func(row scanner) (Assignment, error) { return scanAssignment(row) })
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
	return tx.WallOff(ctx, reportID, walled...)
}

// Decisions are how a report was routed, oldest first, as JSON.
func (s *Store) Decisions(ctx context.Context, reportID string) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, "select decision from decisions where report_id = $1 order by seq", reportID)
	return scanStrings(rows, err, "read decisions")
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
	return alertsOf(ctx, s.read, contacts, code, limit)
}

// AlertsOf is the same within a transaction. It holds nothing.
func (tx *Tx) AlertsOf(ctx context.Context, contacts []ripoti.Contact, code ripoti.Code, limit int) ([]Alert, error) {
	return alertsOf(ctx, tx.sql, contacts, code, limit)
}

// querier is a database, or a transaction in it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func alertsOf(ctx context.Context, q querier, contacts []ripoti.Contact, code ripoti.Code, limit int) ([]Alert, error) {
	if len(contacts) == 0 {
		return nil, nil
	}
	args, ids, offices := withContacts([]any{limit}, contacts)
	// || '': by the few messages of the assignment, and not by all that a contact ever got.
	alerted := "exists (select 1 from messages m where m.assignment_id = a.id and m.contact_id || '' in (" + ids + "))"
	mine := alerted + " and a.status = 'open'"
	if code != "" {
		args = append(args, string(code))
		mine = fmt.Sprintf("(%s or a.office_id in (%s)) and r.code = $%d", alerted, offices, len(args))
	}
	rows, err := q.QueryContext(ctx, "select "+alertColumns+`
		from assignments a join reports r on r.id = a.report_id
		where a.side <> 'told' and `+mine+`
		and `+outsideWall("a.report_id", offices, ids)+`
		order by a.status = 'open' desc, a.created_at desc, a.id desc limit $1`, args...)
	return scanAlerts(rows, err, "find alerts")
}

var alertColumns = prefixed("a", assignmentColumns) + ", r.code"

func scanAlerts(rows *sql.Rows, err error, step string) ([]Alert, error) {
	return collect(rows, err, step, func(row scanner) (a Alert, err error) {
		a.Assignment, err = scanAssignment(row, &a.Code)
		return a, err
	})
}
