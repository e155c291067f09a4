package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Duty is something owed at a time. The row is the truth; the queue only says "look". A duty is
// deleted in the transaction that does it.
type Duty struct {
	ID      string
	Kind    string // names of internal/tasks: "route", "send", "climb", ...
	Subject string // the id of what it is about
	Queue   string // "critical", "default", "low"
	Due     time.Time
	Tries   int // how often it was handed to the queue
}

// Owe writes duties. Those due now are in the hands of HandTo once the transaction is committed.
func (tx *Tx) Owe(ctx context.Context, duties ...Duty) error {
	args := make([]any, 0, len(duties)*dutyWidth)
	for _, d := range duties {
		columns, handed := tx.dutyRow(&d)
		if args = append(args, columns...); handed {
			tx.owed = append(tx.owed, d)
		}
	}
	return tx.insertMany(ctx, dutyTable, dutyWidth, args)
}

const (
	dutyTable = "duties (id, kind, subject, queue, due_at, wake_at, tries)"
	dutyWidth = 7
)

// OweOnce writes a duty with a key of its own unless there is one of that key.
func (tx *Tx) OweOnce(ctx context.Context, d Duty) error {
	_, err := tx.sql.ExecContext(ctx, "insert into "+dutyTable+" values ($1,$2,$3,$4,$5,$6,0) on conflict (id) do nothing",
		d.ID, d.Kind, d.Subject, d.Queue, micros(d.Due), micros(d.Due))
	if err != nil {
		return fmt.Errorf("owe once: %w", err)
	}
	return nil
}

// DoneAt is Done for work that must know when it was due.
func (tx *Tx) DoneAt(ctx context.Context, id string) (due time.Time, mine bool, err error) {
	var at int64
	err = tx.sql.QueryRowContext(ctx, "delete from duties where id = $1 returning due_at", id).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return due, false, nil
	}
	if err != nil {
		return due, false, fmt.Errorf("done: %w", err)
	}
	return fromMicros(at), true, nil
}

// Done forgets a duty. It says false when the duty was gone already: another hand has done it.
func (tx *Tx) Done(ctx context.Context, id string) (bool, error) {
	result, err := tx.sql.ExecContext(ctx, "delete from duties where id = $1", id)
	if err != nil {
		return false, fmt.Errorf("done: %w", err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Finish forgets a duty outside of any transaction: its work was no change of ours.
func (s *Store) Finish(ctx context.Context, id string) error {
	if _, err := s.write.ExecContext(ctx, "delete from duties where id = $1", id); err != nil {
		return fmt.Errorf("finish: %w", err)
	}
	return nil
}

// Cancel forgets all duties of a kind about a subject.
func (tx *Tx) Cancel(ctx context.Context, kind, subject string) error {
	if _, err := tx.sql.ExecContext(ctx, "delete from duties where subject = $1 and kind = $2", subject, kind); err != nil {
		return fmt.Errorf("cancel: %w", err)
	}
	return nil
}

// Wake takes up to limit duties that are due and not in anybody's hands, and counts them as handed
// over until the patience is over: then they are taken again. That is the sweep; a lost queue loses
// nothing.
func (s *Store) Wake(ctx context.Context, limit int, patience time.Duration) ([]Duty, error) {
	now := s.now()
	rows, err := s.write.QueryContext(ctx, `update duties set wake_at = $1, tries = tries + 1 where id in
		(select id from duties where wake_at <= $2 order by wake_at limit $3`+s.skipLocked+`)
		returning id, kind, subject, queue, due_at, tries`, micros(now.Add(patience)), micros(now), limit)
	if err != nil {
		return nil, fmt.Errorf("wake duties: %w", err)
	}
	return scanDuties(rows, "wake duties")
}

// NextWake is when the next duty is to be handed over, past or to come; false where nothing is owed.
func (s *Store) NextWake(ctx context.Context) (at time.Time, some bool, err error) {
	var wake sql.NullInt64
	if err := s.read.QueryRowContext(ctx, "select min(wake_at) from duties").Scan(&wake); err != nil {
		return at, false, fmt.Errorf("next duty: %w", err)
	}
	return fromMicros(wake.Int64), wake.Valid, nil
}

// Again lets a duty be handed over again at a time: its work could not be done yet.
func (s *Store) Again(ctx context.Context, id string, at time.Time) error {
	if _, err := s.write.ExecContext(ctx, "update duties set wake_at = $2 where id = $1", id, micros(at)); err != nil {
		return fmt.Errorf("put off duty: %w", err)
	}
	return nil
}

// Backlog is how many duties of each queue are due, and since when the oldest is.
type Backlog struct {
	Queue  string
	Due    int
	Oldest time.Time
}

// Backlogs counts what is due now.
func (s *Store) Backlogs(ctx context.Context) ([]Backlog, error) {
	rows, err := s.read.QueryContext(ctx, "select queue, count(*), min(due_at) from duties where due_at <= $1 group by queue", micros(s.now()))
	if err != nil {
		return nil, fmt.Errorf("count duties: %w", err)
	}
	defer rows.Close()
	var out []Backlog
	for rows.Next() {
		var b Backlog
		var oldest int64
		if err := rows.Scan(&b.Queue, &b.Due, &oldest); err != nil {
			return nil, fmt.Errorf("count duties: %w", err)
		}
		b.Oldest = fromMicros(oldest)
		out = append(out, b)
	}
	return out, rows.Err()
}

// DutiesOf lists the duties about a subject, soonest first.
func (s *Store) DutiesOf(ctx context.Context, subject string) ([]Duty, error) {
	rows, err := s.read.QueryContext(ctx, "select id, kind, subject, queue, due_at, tries from duties where subject = $1 order by due_at, id", subject)
	if err != nil {
		return nil, fmt.Errorf("list duties: %w", err)
	}
	return scanDuties(rows, "list duties")
}

func scanDuties(rows *sql.Rows, step string) (out []Duty, err error) {
	defer rows.Close()
	for rows.Next() {
		var d Duty
		var due int64
		if err := rows.Scan(&d.ID, &d.Kind, &d.Subject, &d.Queue, &due, &d.Tries); err != nil {
			return nil, fmt.Errorf("%s: %w", step, err)
		}
		d.Due = fromMicros(due)
		out = append(out, d)
	}
	return out, rows.Err()
}

// Failing lists duties that were handed over more often than twice and are still owed, the oldest first.
func (s *Store) Failing(ctx context.Context, limit int) ([]Duty, error) {
	rows, err := s.read.QueryContext(ctx, "select id, kind, subject, queue, due_at, tries from duties where tries > 2 order by due_at, id limit $1", limit)
	if err != nil {
		return nil, fmt.Errorf("list failing duties: %w", err)
	}
	return scanDuties(rows, "list failing duties")
}
