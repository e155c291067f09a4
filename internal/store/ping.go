package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Ping writes that a contact's number is tested in a month ("2026-11"). It says false where it was
// already.
func (tx *Tx) Ping(ctx context.Context, c ripoti.Contact, month string) (bool, error) {
	result, err := tx.sql.ExecContext(ctx, `insert into pings (contact_id, office_id, month, number_hash, asked_at, answered_at)
		values ($1,$2,$3,$4,$5,0) on conflict do nothing`, c.ID, c.OfficeID, month, tx.PhoneHash(c.Phone), micros(tx.now()))
	if err != nil {
		return false, fmt.Errorf("ping: %w", err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Pong notes that a number answered its test, if one was sent to it since a time. It gives the offices
// that it answered for.
func (tx *Tx) Pong(ctx context.Context, p ripoti.Phone, since time.Time) ([]string, error) {
	rows, err := tx.sql.QueryContext(ctx, `update pings set answered_at = $3 where number_hash = $1 and asked_at >= $2 and answered_at = 0
		returning office_id`, tx.PhoneHash(p), micros(since), micros(tx.now()))
	return scanStrings(rows, err, "pong")
}

// PingRound is what came of the tests of one office in one month.
type PingRound struct {
	Month           string
	Asked, Answered int
}

// PingRounds are the newest rounds of an office, newest first.
func (tx *Tx) PingRounds(ctx context.Context, officeID string, limit int) (out []PingRound, err error) {
	rows, err := tx.sql.QueryContext(ctx, `select month, count(*), sum(case when answered_at > 0 then 1 else 0 end) from pings
		where office_id = $1 group by month order by month desc limit $2`, officeID, limit)
	if err != nil {
		return nil, fmt.Errorf("ping rounds: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r PingRound
		if err := rows.Scan(&r.Month, &r.Asked, &r.Answered); err != nil {
			return nil, fmt.Errorf("ping rounds: %w", err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// SetDark marks an office as one that answers no more, or takes the mark off, and tells running
// processes. It says false where nothing changed.
func (tx *Tx) SetDark(ctx context.Context, officeID string, dark bool) (bool, error) {
	var doc string
	err := tx.sql.QueryRowContext(ctx, "select office from offices where id = $1"+tx.forUpdate, officeID).Scan(&doc)
	if err != nil {
		return false, fmt.Errorf("set dark: %w", notFound(err, "office.unknown"))
	}
	var o ripoti.Office
	if err := json.Unmarshal([]byte(doc), &o); err != nil {
		return false, fmt.Errorf("set dark: %w", err)
	}
	if o.Dark == dark {
		return false, nil
	}
	o.Dark = dark
	raw, err := json.Marshal(o)
	if err != nil {
		return false, fmt.Errorf("set dark: %w", err)
	}
	if _, err := tx.sql.ExecContext(ctx, "update offices set office = $2 where id = $1", officeID, string(raw)); err != nil {
		return false, fmt.Errorf("set dark: %w", err)
	}
	err = tx.NoteDirectory(ctx, DirectoryChange{Batch: NewID(), Actor: "system", How: "ping", What: "office", RowID: officeID, Office: officeID, Kind: "changed",
		Fields: []ChangedField{{"dark", yesno(!dark), yesno(dark)}}})
	if err != nil {
		return false, err
	}
	return true, tx.revise(ctx, "directory")
}

// PingLine is a contact's test of a month.
type PingLine struct {
	ContactID string
	Month     string
	Asked     time.Time
	Answered  time.Time // zero: not yet, or not in time
}

// Pings are the tests of the numbers of an office since a month ("2026-06"), newest first.
func (s *Store) Pings(ctx context.Context, officeID, since string) ([]PingLine, error) {
	rows, err := s.read.QueryContext(ctx, "select contact_id, month, asked_at, answered_at from pings where office_id = $1 and month >= $2 order by month desc, contact_id", officeID, since)
	return collect(rows, err, "read pings", func(row scanner) (p PingLine, err error) {
		var asked, answered int64
		err = row.Scan(&p.ContactID, &p.Month, &asked, &answered)
		p.Asked, p.Answered = fromMicros(asked), fromMicros(answered)
		return p, err
	})
}

// AllPingRounds are what came of the tests of every office since a month, by office, newest first.
func (s *Store) AllPingRounds(ctx context.Context, since string) (map[string][]PingRound, error) {
	rows, err := s.read.QueryContext(ctx, `select office_id, month, count(*), sum(case when answered_at > 0 then 1 else 0 end) from pings
		where month >= $1 group by office_id, month order by month desc`, since)
	if err != nil {
		return nil, fmt.Errorf("read pings: %w", err)
	}
	defer rows.Close()
	all := map[string][]PingRound{}
	for rows.Next() {
		var office string
		var r PingRound
		if err := rows.Scan(&office, &r.Month, &r.Asked, &r.Answered); err != nil {
			return nil, fmt.Errorf("read pings: %w", err)
		}
		all[office] = append(all[office], r)
	}
	return all, rows.Err()
}
