package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ripoti/internal/ripoti"
)

// prefixed puts a table's short name before each of some columns.
func prefixed(table, columns string) string {
	return table + "." + strings.ReplaceAll(columns, ", ", ", "+table+".")
}

// Workload is how many open cases each of some contacts holds. Who holds none is not in it.
func (tx *Tx) Workload(ctx context.Context, contacts []string) (map[string]int, error) {
	held := map[string]int{}
	if len(contacts) == 0 {
		return held, nil
	}
	args := make([]any, len(contacts))
	for i, id := range contacts {
		args[i] = id
	}
	rows, err := tx.sql.QueryContext(ctx, `select a.accepted_by, count(*) from assignments a join reports r on r.id = a.report_id
		where a.status = 'accepted' and a.accepted_by in (`+list(1, len(args))+`) and r.status <> 'closed' group by a.accepted_by`, args...)
	if err != nil {
		return nil, fmt.Errorf("workload: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return nil, fmt.Errorf("workload: %w", err)
		}
		held[id] = n
	}
	return held, rows.Err()
}

// Load is what a contact has on the table.
type Load struct {
	Open      int       // cases taken that are not closed
	Overdue   int       // of them, with a question that was asked and is not answered
	LastTaken time.Time // zero for never
}

// Loads are what contacts hold, as far as somebody may know of it: what is behind a wall for the asker is
// not counted. Who holds nothing is not in it.
func (s *Store) Loads(ctx context.Context, who Asker, contacts []string) (map[string]Load, error) {
	loads := map[string]Load{}
	if len(contacts) == 0 {
		return loads, nil
	}
	var args []any
	ids := placed(&args, contacts)
	query := `select a.accepted_by, count(distinct r.id), count(distinct case when exists (select 1 from checks c
			where c.report_id = r.id and c.side = a.side and c.state = 'asked') then r.id end), max(a.accepted_at)
		from assignments a join reports r on r.id = a.report_id where a.status = 'accepted' and a.accepted_by in (` + ids + `) and r.status <> 'closed' and ` +
		who.outside("r.id", &args) + " group by a.accepted_by"
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("workload: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var l Load
		var at int64
		if err := rows.Scan(&id, &l.Open, &l.Overdue, &at); err != nil {
			return nil, fmt.Errorf("workload: %w", err)
		}
		l.LastTaken = fromMicros(at)
		loads[id] = l
	}
	return loads, rows.Err()
}

// HeldBy are the assignments that a contact accepted up to a time, of reports that are not closed.
func (tx *Tx) HeldBy(ctx context.Context, contactID string, until time.Time) ([]Assignment, error) {
	return scanAssignments(tx.sql.QueryContext(ctx, "select "+prefixed("a", assignmentColumns)+` from assignments a join reports r on r.id = a.report_id
		where a.status = 'accepted' and a.accepted_by = $1 and a.accepted_at <= $2 and r.status <> 'closed' order by a.created_at, a.id`,
		contactID, micros(until)))
}

// WithOffice are the assignments that an office has now, open or accepted, of reports that are not
// closed.
func (tx *Tx) WithOffice(ctx context.Context, officeID string) ([]Assignment, error) {
	return scanAssignments(tx.sql.QueryContext(ctx, "select "+prefixed("a", assignmentColumns)+` from assignments a join reports r on r.id = a.report_id
		where a.office_id = $1 and a.status in ('open', 'accepted') and r.status <> 'closed' order by a.created_at, a.id`, officeID))
}

// Reopen puts an assignment back to the beginning of its ladder at a time: nobody holds it.
func (tx *Tx) Reopen(ctx context.Context, a Assignment) error {
	_, err := tx.sql.ExecContext(ctx, "update assignments set status = 'open', step = 0, accepted_by = '', accepted_at = 0, send_at = $2 where id = $1",
		a.ID, micros(a.SendAt))
	if err != nil {
		return fmt.Errorf("reopen assignment: %w", err)
	}
	return nil
}

// LastOf is when an actor last told something of a report; zero for never. To have taken it or looked at it
// is not to have told.
func (tx *Tx) LastOf(ctx context.Context, reportID, actor string) (time.Time, error) {
	var at int64
	err := tx.sql.QueryRowContext(ctx, "select coalesce(max(at), 0) from events where report_id = $1 and actor = $2 and kind not in ('accepted', 'viewed', 'number_opened')", reportID, actor).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("last line of: %w", err)
	}
	return fromMicros(at), nil
}

// estrangedBy stands between the id of a contact and the office that it has left.
const estrangedBy = "@"

// Estrange parts a contact from the cases of an office it has left: what it was told there gives it no
// access any more.
func (tx *Tx) Estrange(ctx context.Context, c ripoti.Contact) error {
	if _, err := tx.sql.ExecContext(ctx, "update messages set contact_id = $2 where contact_id = $1", c.ID, c.ID+estrangedBy+c.OfficeID); err != nil {
		return fmt.Errorf("part contact from its cases: %w", err)
	}
	return nil
}
