package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Closing is a proposal to close a case.
type Closing struct {
	ID, ReportID string
	Outcome      ripoti.Outcome
	Reason       string // sealed at rest
	Other        string // of a duplicate: the report that goes on
	ProposedBy   string // a contact's id
	ProposedAt   time.Time
	State        string // ClosingOpen, ClosingAgreed, ClosingRefused
	DecidedAt    time.Time
}

// States of a closing.
const (
	ClosingOpen    = "open"
	ClosingAgreed  = "agreed"
	ClosingRefused = "refused"
)

const closingColumns = "c.id, c.report_id, c.outcome, c.reason_sealed, c.other_report, c.proposed_by, c.proposed_at, c.state, c.decided_at"

func (s *Store) scanClosing(row scanner) (c Closing, err error) {
	var proposed, decided int64
	var reason []byte
	if err := row.Scan(&c.ID, &c.ReportID, &c.Outcome, &reason, &c.Other, &c.ProposedBy, &proposed, &c.State, &decided); err != nil {
		return c, err
	}
	c.ProposedAt, c.DecidedAt = fromMicros(proposed), fromMicros(decided)
	c.Reason, err = s.openWords(reason, "closing:"+c.ID)
	return c, err
}

// Propose writes a closing; Conflict where one stands already. Hold the report first.
func (tx *Tx) Propose(ctx context.Context, c Closing) error {
	reason, err := tx.sealWords(c.Reason, "closing:"+c.ID)
	if err != nil {
		return err
	}
	result, err := tx.sql.ExecContext(ctx, `insert into closings (id, report_id, outcome, reason_sealed, other_report, proposed_by, proposed_at, state, decided_at)
		values ($1,$2,$3,$4,$5,$6,$7,'open',0) on conflict (report_id) where state = 'open' do nothing`,
		c.ID, c.ReportID, string(c.Outcome), reason, c.Other, c.ProposedBy, micros(tx.now()))
	if err != nil {
		return fmt.Errorf("propose closing: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, ripoti.Conflict("closing.proposed_already", nil))
	}
	return nil
}

// OpenClosing is the proposal that stands on a report; false where none does.
func (tx *Tx) OpenClosing(ctx context.Context, reportID string) (Closing, bool, error) {
	c, err := tx.scanClosing(tx.sql.QueryRowContext(ctx, "select "+closingColumns+" from closings c where c.report_id = $1 and c.state = 'open'", reportID))
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("read closing: %w", err)
	}
	return c, true, nil
}

// Closing reads a proposal; not_found if there is none.
func (tx *Tx) Closing(ctx context.Context, id string) (Closing, error) {
	c, err := tx.scanClosing(tx.sql.QueryRowContext(ctx, "select "+closingColumns+" from closings c where c.id = $1", id))
	if err != nil {
		return c, fmt.Errorf("read closing: %w", notFound(err, "closing.none"))
	}
	return c, nil
}

// ClosingAnswered are the numbers that have answered to a proposal, by their hashes.
func (tx *Tx) ClosingAnswered(ctx context.Context, id string) (map[string]bool, error) {
	rows, err := tx.sql.QueryContext(ctx, "select number_hash from closing_answers where closing_id = $1", id)
	hashes, err := scanStrings(rows, err, "who answered a closing")
	answered := map[string]bool{}
	for _, h := range hashes {
		answered[h] = true
	}
	return answered, err
}

// AnswerClosing writes what somebody says to a closing; the newest answer of a person counts. It gives
// how many agree then.
func (tx *Tx) AnswerClosing(ctx context.Context, closing string, by ripoti.Contact, agrees bool, reason string) (agreeing int, err error) {
	hash := tx.PhoneHash(by.Phone)
	sealed, err := tx.sealWords(reason, "closing:"+closing+":"+hash)
	if err != nil {
		return 0, err
	}
	_, err = tx.sql.ExecContext(ctx, `insert into closing_answers (closing_id, contact_id, number_hash, agrees, at, reason_sealed) values ($1,$2,$3,$4,$5,$6)
		on conflict (closing_id, number_hash) do update set agrees = excluded.agrees, at = excluded.at, reason_sealed = excluded.reason_sealed`,
		closing, by.ID, hash, agrees, micros(tx.now()), sealed)
	if err != nil {
		return 0, fmt.Errorf("answer closing: %w", err)
	}
	err = tx.sql.QueryRowContext(ctx, "select count(*) from closing_answers where closing_id = $1 and agrees", closing).Scan(&agreeing)
	if err != nil {
		return 0, fmt.Errorf("answer closing: %w", err)
	}
	return agreeing, nil
}

// Decide ends a closing.
func (tx *Tx) Decide(ctx context.Context, closing, state string) error {
	if _, err := tx.sql.ExecContext(ctx, "update closings set state = $2, decided_at = $3 where id = $1", closing, state, micros(tx.now())); err != nil {
		return fmt.Errorf("decide closing: %w", err)
	}
	return nil
}

// Closings are the proposals for a report, oldest first.
func (s *Store) Closings(ctx context.Context, reportID string) ([]Closing, error) {
	rows, err := s.read.QueryContext(ctx, "select "+closingColumns+" from closings c where c.report_id = $1 order by c.proposed_at, c.id", reportID)
	return collect(rows, err, "list closings", s.scanClosing)
}

// AwaitedClosing is an open closing that contacts were asked to agree to, with the number of its
// report.
type AwaitedClosing struct {
	Closing
	Code ripoti.Code
}

// AwaitedClosings are the open closings that contacts were asked about, oldest first: of a report,
// where a number is given. Reports that any of their offices is walled off from never show.
func (tx *Tx) AwaitedClosings(ctx context.Context, contacts []ripoti.Contact, code ripoti.Code, limit int) ([]AwaitedClosing, error) {
	if len(contacts) == 0 {
		return nil, nil
	}
	args, ids, offices := withContacts([]any{limit}, contacts)
	query := "select " + closingColumns + `, r.code from closings c join reports r on r.id = c.report_id where c.state = 'open'
		and exists (select 1 from messages m where m.report_id = c.report_id and m.kind in ('closing.asked', 'closing.again') and m.contact_id in (` + ids + `))
		and ` + outsideWall("c.report_id", offices, ids)
	if code != "" {
		args = append(args, string(code))
		query += fmt.Sprintf(" and r.code = $%d", len(args))
	}
	rows, err := tx.sql.QueryContext(ctx, query+" order by c.proposed_at, c.id limit $1", args...)
	return collect(rows, err, "find closings", func(row scanner) (a AwaitedClosing, err error) {
		var proposed, decided int64
		var reason []byte
		err = row.Scan(&a.ID, &a.ReportID, &a.Outcome, &reason, &a.Other, &a.ProposedBy, &proposed, &a.State, &decided, &a.Code)
		a.ProposedAt, a.DecidedAt = fromMicros(proposed), fromMicros(decided)
		return a, err
	})
}

// NoteOutcome keeps an outcome that closes no case, "" none any more. Hold the report first.
func (tx *Tx) NoteOutcome(ctx context.Context, reportID string, outcome ripoti.Outcome) error {
	if _, err := tx.sql.ExecContext(ctx, "update reports set outcome = $2 where id = $1 and status <> 'closed'", reportID, string(outcome)); err != nil {
		return fmt.Errorf("note outcome: %w", err)
	}
	return nil
}

// CloseReport closes a case with an outcome. What a court has decided is kept until somebody says that
// no appeal can follow (domain brief 2, retention). Hold the report first.
func (tx *Tx) CloseReport(ctx context.Context, reportID string, outcome ripoti.Outcome) error {
	_, err := tx.sql.ExecContext(ctx, `update reports set status = 'closed', outcome = $2, closed_at = $3, no_recipient = $4,
		legal_hold = case when legal_hold = '' and $2 in ('convicted', 'acquitted', 'withdrawn_by_odpp') then 'appeal' else legal_hold end where id = $1`,
		reportID, string(outcome), micros(tx.now()), false)
	if err != nil {
		return fmt.Errorf("close report: %w", err)
	}
	return tx.endAssignments(ctx, reportID, true)
}

// endAssignments takes a report's assignments out of what goes on, or back: lists of what goes on stay
// short however many cases an office has had.
func (tx *Tx) endAssignments(ctx context.Context, reportID string, ended bool) error {
	if _, err := tx.sql.ExecContext(ctx, "update assignments set ended = $2 where report_id = $1", reportID, ended); err != nil {
		return fmt.Errorf("end assignments: %w", err)
	}
	return nil
}

// OpenReport opens a closed case again, with a status. Hold the report first.
func (tx *Tx) OpenReport(ctx context.Context, reportID string, status ripoti.Status) error {
	_, err := tx.sql.ExecContext(ctx, "update reports set status = $2, outcome = '', closed_at = 0 where id = $1", reportID, string(status))
	if err != nil {
		return fmt.Errorf("open report again: %w", err)
	}
	return tx.endAssignments(ctx, reportID, false)
}
