package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Proposal is what a machine read out of a report's words: codes only. It stands as read by a machine
// until a person has confirmed it.
type Proposal struct {
	Category ripoti.Category     `json:"category,omitempty"`
	Second   ripoti.Category     `json:"second,omitempty"`
	Urgency  ripoti.Urgency      `json:"urgency,omitempty"`
	Signs    []string            `json:"signs,omitempty"`
	Signals  []string            `json:"signals,omitempty"` // names
	Accused  []ripoti.OfficeKind `json:"accused,omitempty"`
	Rule     string              `json:"rule,omitempty"`

	// ConfirmedBy is the contact who has read all of it, ConfirmedAt when; zero while words of it wait
	// for a person.
	ConfirmedBy string    `json:"-"`
	ConfirmedAt time.Time `json:"-"`
	// UnreadSince is when the oldest words came that no person has read. RemindAt is when somebody is
	// reminded next, zero for never; Reminded how often that has happened.
	UnreadSince time.Time `json:"-"`
	RemindAt    time.Time `json:"-"`
	Reminded    int       `json:"-"`
	Ruling      Ruling    `json:"-"`
}

// Ruling is what a person set otherwise than the machine read it.
type Ruling struct {
	Category ripoti.Category `json:"category,omitempty"` // "": as read
	Urgency  ripoti.Urgency  `json:"urgency,omitempty"`  // "": as read
	// Over is the highest level that a machine had read when the person set the urgency.
	Over ripoti.Urgency `json:"over,omitempty"`
}

// Raises says whether a level that a machine reads may raise a report on which a person has ruled:
// only what the person has not ruled on yet may.
func (r Ruling) Raises(read ripoti.Urgency) bool {
	return r.Urgency == "" || read.Rank() > max(r.Urgency.Rank(), r.Over.Rank())
}

// Read says whether a machine has read the report at all.
func (p Proposal) Read() bool { return !p.UnreadSince.IsZero() || p.Confirmed() }

// Confirmed says that a person has read all of it.
func (p Proposal) Confirmed() bool { return !p.ConfirmedAt.IsZero() }

// SaveProposal writes a proposal as it stands now. Hold its report first.
func (tx *Tx) SaveProposal(ctx context.Context, reportID string, p Proposal) error {
	reading, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("proposal: %w", err)
	}
	ruling := []byte{}
	if p.Ruling != (Ruling{}) {
		if ruling, err = json.Marshal(p.Ruling); err != nil {
			return fmt.Errorf("proposal: %w", err)
		}
	}
	if _, err := tx.sql.ExecContext(ctx, `insert into proposals (report_id, reading, read_at, confirmed_by, confirmed_at, unread_since, remind_at, reminded, ruling)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (report_id) do update set reading = excluded.reading, read_at = excluded.read_at,
		confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at, unread_since = excluded.unread_since,
		remind_at = excluded.remind_at, reminded = excluded.reminded, ruling = excluded.ruling`,
		reportID, string(reading), micros(tx.now()), p.ConfirmedBy, micros(p.ConfirmedAt), micros(p.UnreadSince), micros(p.RemindAt), p.Reminded, string(ruling)); err != nil {
		return fmt.Errorf("save proposal: %w", err)
	}
	return nil
}

// Proposal reads what a machine read; a report that no machine read has an empty one.
func (tx *Tx) Proposal(ctx context.Context, reportID string) (p Proposal, err error) {
	var reading, ruling string
	var confirmed, since, remind int64
	err = tx.sql.QueryRowContext(ctx, "select reading, confirmed_by, confirmed_at, unread_since, remind_at, reminded, ruling from proposals where report_id = $1", reportID).
		Scan(&reading, &p.ConfirmedBy, &confirmed, &since, &remind, &p.Reminded, &ruling)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("read proposal: %w", err)
	}
	if err := json.Unmarshal([]byte(reading), &p); err != nil {
		return p, fmt.Errorf("read proposal: %w", err)
	}
	if ruling != "" {
		if err := json.Unmarshal([]byte(ruling), &p.Ruling); err != nil {
			return p, fmt.Errorf("read ruling: %w", err)
		}
	}
	p.ConfirmedAt, p.UnreadSince, p.RemindAt = fromMicros(confirmed), fromMicros(since), fromMicros(remind)
	return p, nil
}

// Unread is a report of which a machine has read words that no person has read yet.
type Unread struct {
	ReportID string
	Code     ripoti.Code
	Category ripoti.Category
	Urgency  ripoti.Urgency
	Since    time.Time
	RemindAt time.Time // zero: everybody was reminded
	Reminded int
}

// Overdue says that a person should have read it by now.
func (u Unread) Overdue(now time.Time) bool {
	return u.Reminded > 0 || !u.RemindAt.IsZero() && !u.RemindAt.After(now)
}

// Unread pages through what no person has read yet, oldest first, after the given report ("" for the
// first page). Closed reports do not show. It knows no wall: it is for operators.
func (s *Store) Unread(ctx context.Context, after string, limit int) (out []Unread, err error) {
	query := `select p.report_id, r.code, r.category, r.urgency, p.unread_since, p.remind_at, p.reminded
		from proposals p join reports r on r.id = p.report_id where p.confirmed_at = 0 and r.status <> 'closed' and r.drill = ''`
	args := []any{limit}
	if after != "" {
		query += " and (p.unread_since, p.report_id) > (select unread_since, report_id from proposals where report_id = $2)"
		args = append(args, after)
	}
	rows, err := s.read.QueryContext(ctx, query+" order by p.unread_since, p.report_id limit $1", args...)
	if err != nil {
		return nil, fmt.Errorf("list unread: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var u Unread
		var since, remind int64
		if err := rows.Scan(&u.ReportID, &u.Code, &u.Category, &u.Urgency, &since, &remind, &u.Reminded); err != nil {
			return nil, fmt.Errorf("list unread: %w", err)
		}
		u.Since, u.RemindAt = fromMicros(since), fromMicros(remind)
		out = append(out, u)
	}
	return out, rows.Err()
}

// Overdue counts the reports that a person should have read by now.
func (s *Store) Overdue(ctx context.Context) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `select count(*) from proposals p join reports r on r.id = p.report_id
		where p.confirmed_at = 0 and (p.reminded > 0 or p.remind_at <= $1) and r.status <> 'closed'`, micros(s.now())).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count overdue: %w", err)
	}
	return n, nil
}
