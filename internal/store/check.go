package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Check is a question about a case that comes by the clock.
type Check struct {
	ID, ReportID string
	Kind         ripoti.CheckKind
	Side         ripoti.Side // who is asked
	Round        int         // from 1; kinds that come back count on
	DueAt        time.Time   // what it is about: the milestone, the end of the 72 hours, the hearing
	NextAt       time.Time   // when somebody is asked (again); zero: no more
	Asked        int         // how often it was asked
	Tries        int         // tries that reached nobody
	AskedAt      time.Time
	AnsweredAt   time.Time
	Answer       ripoti.CheckAnswer
	By           string // the contact who answered; "" where it is known without
	State        CheckState
}

// CheckState is where a check stands.
type CheckState string

const (
	CheckOpen      CheckState = "open" // not due yet
	CheckAsked     CheckState = "asked"
	CheckAnswered  CheckState = "answered"
	CheckCancelled CheckState = "cancelled"
)

// Waits says whether a check can still be answered.
func (c Check) Waits() bool { return c.State == CheckOpen || c.State == CheckAsked }

const checkColumns = "id, report_id, kind, side, round, due_at, next_at, asked, tries, asked_at, answered_at, answer, by_contact, state"

func scanCheck(row scanner, more ...any) (c Check, err error) {
	var due, next, asked, answered int64
	into := append([]any{&c.ID, &c.ReportID, &c.Kind, &c.Side, &c.Round, &due, &next, &c.Asked, &c.Tries, &asked, &answered, &c.Answer, &c.By, &c.State}, more...)
	if err := row.Scan(into...); err != nil {
		return c, notFound(err, "check.unknown")
	}
	c.DueAt, c.NextAt, c.AskedAt, c.AnsweredAt = fromMicros(due), fromMicros(next), fromMicros(asked), fromMicros(answered)
	return c, nil
}

func scanChecks(rows *sql.Rows, err error) ([]Check, error) {
	return collect(rows, err, "list checks", func(row scanner) (Check, error) { return scanCheck(row) })
}

// Await writes a check unless the report has that one already: the same kind, side and time. One that
// was cancelled waits again. It gives the check, and whether it waits only now.
func (tx *Tx) Await(ctx context.Context, c Check) (Check, bool, error) {
	row := tx.sql.QueryRowContext(ctx, "insert into checks ("+checkColumns+`) values ($1,$2,$3,$4,$5,$6,$7,0,0,0,0,'','','open')
		on conflict (report_id, kind, side, due_at) do update set state = 'open', round = excluded.round, next_at = excluded.next_at,
			asked = 0, tries = 0, asked_at = 0, answered_at = 0, answer = '', by_contact = ''
		where checks.state = 'cancelled' returning `+checkColumns,
		c.ID, c.ReportID, string(c.Kind), string(c.Side), c.Round, micros(c.DueAt), micros(c.NextAt))
	fresh, err := scanCheck(row)
	if ripoti.CodeOf(err) == ripoti.CodeNotFound {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("await check: %w", err)
	}
	return fresh, true, nil
}

// AwaitFirst writes the first checks of a report that has none of their kinds.
func (tx *Tx) AwaitFirst(ctx context.Context, checks ...Check) error {
	args := make([]any, 0, 14*len(checks))
	for _, c := range checks {
		args = append(args, c.ID, c.ReportID, string(c.Kind), string(c.Side), c.Round, micros(c.DueAt), micros(c.NextAt), 0, 0, int64(0), int64(0), "", "", string(CheckOpen))
	}
	return tx.insertMany(ctx, "checks ("+checkColumns+")", 14, args)
}

// Check reads one; not_found if there is none. Hold its report first to change it.
func (tx *Tx) Check(ctx context.Context, id string) (Check, error) {
	c, err := scanCheck(tx.sql.QueryRowContext(ctx, "select "+checkColumns+" from checks where id = $1", id))
	if err != nil {
		return c, fmt.Errorf("read check: %w", err)
	}
	return c, nil
}

// SaveCheck writes what can change of a check.
func (tx *Tx) SaveCheck(ctx context.Context, c Check) error {
	_, err := tx.sql.ExecContext(ctx, `update checks set next_at = $2, asked = $3, tries = $4, asked_at = $5, answered_at = $6, answer = $7,
		by_contact = $8, state = $9 where id = $1`,
		c.ID, micros(c.NextAt), c.Asked, c.Tries, micros(c.AskedAt), micros(c.AnsweredAt), string(c.Answer), c.By, string(c.State))
	if err != nil {
		return fmt.Errorf("save check: %w", err)
	}
	return nil
}

const checksOfReport = "select " + checkColumns + " from checks where report_id = $1 order by due_at, kind, side"

// Checks are all checks of a report, soonest first.
func (tx *Tx) Checks(ctx context.Context, reportID string) ([]Check, error) {
	return scanChecks(tx.sql.QueryContext(ctx, checksOfReport, reportID))
}

// Checks are all checks of a report, soonest first.
func (s *Store) Checks(ctx context.Context, reportID string) ([]Check, error) {
	return scanChecks(s.read.QueryContext(ctx, checksOfReport, reportID))
}

// NoteContact keeps what the newest try to reach the survivor or reporter told.
func (tx *Tx) NoteContact(ctx context.Context, reportID string, answer ripoti.CheckAnswer, by string) error {
	_, err := tx.sql.ExecContext(ctx, `insert into safe_calls (report_id, answer, by_contact, at) values ($1,$2,$3,$4)
		on conflict (report_id) do update set answer = excluded.answer, by_contact = excluded.by_contact, at = excluded.at
		where excluded.answer <> 'unreached'`, reportID, string(answer), by, micros(tx.now()))
	if err != nil {
		return fmt.Errorf("note contact: %w", err)
	}
	return nil
}

// NotSafeToCall says whether a social worker told that the reporter must not be called (64). It holds
// until a real contact is told.
func (s *Store) NotSafeToCall(ctx context.Context, reportID string) (unsafe bool, err error) {
	err = s.read.QueryRowContext(ctx, "select answer = 'not_safe' from safe_calls where report_id = $1", reportID).Scan(&unsafe)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, fmt.Errorf("not safe to call: %w", err)
	}
	return unsafe, nil
}
