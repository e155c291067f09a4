package store

import (
	"context"
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
	defer rows.Close()
	var out []Duty
	for rows.Next() {
		var d Duty
		var due int64
		if err := rows.Scan(&d.ID, &d.Kind, &d.Subject, &d.Queue, &due, &d.Tries); err != nil {
			return nil, fmt.Errorf("wake duties: %w", err)
		}
		d.Due = fromMicros(due)
		out = append(out, d)
	}
	return out, rows.Err()
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
	defer rows.Close()
	var out []Duty
	for rows.Next() {
		var d Duty
		var due int64
		if err := rows.Scan(&d.ID, &d.Kind, &d.Subject, &d.Queue, &due, &d.Tries); err != nil {
			return nil, fmt.Errorf("list duties: %w", err)
		}
		d.Due = fromMicros(due)
		out = append(out, d)
	}
	return out, rows.Err()
}
