package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// FollowUp is one press of somebody who follows a report up by its number.
type FollowUp struct {
	Key        string // the same press has the same key, however often it comes
	NumberHash string
	ReportID   string // "" for a number that nobody has
	Act        string // "" asks how it stands
}

// Stood is how a report stands, as far as its number tells whoever has it. The zero value is that of
// no report.
type Stood struct {
	ID          string
	Status      ripoti.Status
	Accepted    bool // by somebody for safety or care
	Asked       bool // somebody was asked and may still answer
	NoRecipient bool
	Own         bool // asked from the phone that reported
}

// Stood tells how the report with a number stands, none where it was forgotten. It takes as long
// whether or not there is one.
func (tx *Tx) Stood(ctx context.Context, code ripoti.Code, numberHash string) (s Stood, err error) {
	err = tx.sql.QueryRowContext(ctx, `select r.id, r.status, r.no_recipient, coalesce(p.phone_hash, '') = $2,
		exists (select 1 from assignments a where a.report_id = r.id and a.side <> 'told' and a.status = 'accepted'),
		exists (select 1 from assignments a where a.report_id = r.id and a.side <> 'told' and a.status = 'open')
		from reports r left join reporters p on p.report_id = r.id where r.code = $1 and r.erased_at = 0`, string(code), numberHash).
		Scan(&s.ID, &s.Status, &s.NoRecipient, &s.Own, &s.Accepted, &s.Asked)
	if errors.Is(err, sql.ErrNoRows) {
		return Stood{}, nil
	}
	if err != nil {
		return s, fmt.Errorf("how a report stands: %w", err)
	}
	return s, nil
}

// NoteFollowUp notes a press, once. It says false where the same press was noted before, and gives the
// report that it was noted with.
func (tx *Tx) NoteFollowUp(ctx context.Context, f FollowUp) (reportID string, fresh bool, err error) {
	fresh, err = tx.changed(ctx, "note follow-up", `insert into followups (key, number_hash, report_id, act, at) values ($1, $2, $3, $4, $5)
		on conflict (key) do nothing`, f.Key, f.NumberHash, f.ReportID, f.Act, micros(tx.now()))
	if err != nil || fresh {
		return f.ReportID, fresh, err
	}
	if err := tx.sql.QueryRowContext(ctx, "select report_id from followups where key = $1", f.Key).Scan(&reportID); err != nil {
		return "", false, fmt.Errorf("note follow-up: %w", err)
	}
	return reportID, false, nil
}

// WrongNumbers counts the presses of a phone since a time that named no report, but for the one of a
// key, and forgets those of all phones before that time.
func (tx *Tx) WrongNumbers(ctx context.Context, numberHash, except string, since time.Time) (n int, err error) {
	if _, err := tx.sql.ExecContext(ctx, "delete from followups where number_hash = $1 and at < $2 and report_id = ''", numberHash, micros(since)); err != nil {
		return 0, fmt.Errorf("wrong numbers: %w", err)
	}
	err = tx.sql.QueryRowContext(ctx, "select count(*) from followups where number_hash = $1 and at >= $2 and report_id = '' and key <> $3",
		numberHash, micros(since), except).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("wrong numbers: %w", err)
	}
	return n, nil
}

// NoteNews notes that a reporter is told or asked something, once for each report and kind. It says
// false where that was done.
func (tx *Tx) NoteNews(ctx context.Context, reportID, kind string, to ripoti.Phone) (bool, error) {
	return tx.changed(ctx, "note news", `insert into reporter_news (report_id, kind, number_hash, posted_at, answered_at, answer)
		values ($1, $2, $3, $4, 0, '') on conflict do nothing`, reportID, kind, tx.PhoneHash(to), micros(tx.now()))
}

// AnswerNews notes a phone's answer to the newest question of a kind that was asked since a time, and
// gives the report it is about; "" where no question waits.
func (tx *Tx) AnswerNews(ctx context.Context, numberHash, kind, answer string, since time.Time) (reportID string, err error) {
	err = tx.sql.QueryRowContext(ctx, `update reporter_news set answered_at = $4, answer = $3 where answered_at = 0 and kind = $2 and report_id =
		(select report_id from reporter_news where number_hash = $1 and kind = $2 and answered_at = 0 and posted_at >= $5
		order by posted_at desc, report_id limit 1) returning report_id`, numberHash, kind, answer, micros(tx.now()), micros(since)).Scan(&reportID)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("answer news: %w", err)
	}
	return reportID, nil
}

// ReporterOf is Store.Reporter inside a transaction.
func (tx *Tx) ReporterOf(ctx context.Context, reportID string) (Reporter, error) {
	return tx.scanReporter(tx.sql.QueryRowContext(ctx, reporterQuery, reportID), reportID)
}

// Opening is a reporter's number shown to a contact for a reason, for some minutes.
type Opening struct {
	ID, ReportID, ContactID, Reason string
	At, Until                       time.Time
}

// Opening gives the opening of a contact that still lasts; the zero value where there is none.
func (tx *Tx) Opening(ctx context.Context, reportID, contactID string) (Opening, error) {
	rows, err := tx.sql.QueryContext(ctx, "select "+openingColumns+" from openings where report_id = $1 and contact_id = $2 and until_at > $3 order by until_at desc limit 1",
		reportID, contactID, micros(tx.now()))
	all, err := scanOpenings(rows, err)
	if err != nil || len(all) == 0 {
		return Opening{}, err
	}
	return all[0], nil
}

// SaveOpening writes one.
func (tx *Tx) SaveOpening(ctx context.Context, o Opening) error {
	if _, err := tx.sql.ExecContext(ctx, "insert into openings ("+openingColumns+") values ($1, $2, $3, $4, $5, $6)",
		o.ID, o.ReportID, o.ContactID, o.Reason, micros(o.At), micros(o.Until)); err != nil {
		return fmt.Errorf("save opening: %w", err)
	}
	return nil
}

// Openings are all openings of a reporter's number, oldest first.
func (s *Store) Openings(ctx context.Context, reportID string) ([]Opening, error) {
	rows, err := s.read.QueryContext(ctx, "select "+openingColumns+" from openings where report_id = $1 order by opened_at, id", reportID)
	return scanOpenings(rows, err)
}

const openingColumns = "id, report_id, contact_id, reason, opened_at, until_at"

func scanOpenings(rows *sql.Rows, err error) (all []Opening, _ error) {
	if err != nil {
		return nil, fmt.Errorf("list openings: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var o Opening
		var at, until int64
		if err := rows.Scan(&o.ID, &o.ReportID, &o.ContactID, &o.Reason, &at, &until); err != nil {
			return nil, fmt.Errorf("list openings: %w", err)
		}
		o.At, o.Until = fromMicros(at), fromMicros(until)
		all = append(all, o)
	}
	return all, rows.Err()
}
