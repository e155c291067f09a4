package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Alone is the Bundle of a message that leaves by itself, whatever else waits.
const Alone = "alone"

// Burst is what may be bundled: messages of some kinds about reports that are not critical.
type Burst struct {
	Kinds  []string
	Window time.Duration // how long a message that has left counts
}

// mayBundle is the condition of a burst on "messages m", whose arguments begin at number first.
func (b Burst) mayBundle(first int) (condition string, args []any) {
	for _, k := range b.Kinds {
		args = append(args, k)
	}
	return ` m.contact_id <> '' and m.bundle = '' and m.kind in (` + list(first, len(b.Kinds)) + `)
		and exists (select 1 from reports r where r.id = m.report_id and r.urgency <> 'critical')`, args
}

// hasLeft says that another message of the burst about the same report has left in full to the same
// number since $3. What is told of one report stays together: the second message may say what must
// not be done.
func (b Burst) hasLeft(first int) string {
	return ` exists (select 1 from messages s where s.to_hash = m.to_hash and s.report_id = m.report_id and s.id <> m.id and s.bundle = ''
		and s.claimed_at >= $3 and s.status <> 'queued' and s.kind in (` + list(first, len(b.Kinds)) + "))"
}

// Ahead counts the reports that go before a queued message's to the same number: those told of within
// the window, and those that are due now and older. The order is the same for every hand, however
// many work at once. None goes before a message whose report was told of just now.
func (s *Store) Ahead(ctx context.Context, m Message, b Burst) (n int, err error) {
	condition, kinds := b.mayBundle(6)
	args := append([]any{s.PhoneHash(m.To), m.ReportID, micros(s.now().Add(-b.Window)), micros(s.now()), m.ID}, kinds...)
	err = s.read.QueryRowContext(ctx, `select count(distinct m.report_id) from messages m where m.to_hash = $1 and m.report_id <> $2 and`+condition+`
		and (m.claimed_at >= $3 and m.status <> 'queued' or m.status = 'queued' and m.report_id < $2
			and exists (select 1 from duties d where d.subject = m.id and d.kind = 'send' and d.due_at <= $4))
		and not exists (select 1 from messages m where m.id = $5 and`+b.hasLeft(6)+")", args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count burst: %w", err)
	}
	return n, nil
}

// Wait lets a duty wait until a time as if it had never been handed over: nothing was tried.
func (s *Store) Wait(ctx context.Context, id string, until time.Time) error {
	if _, err := s.write.ExecContext(ctx, "update duties set wake_at = $2, tries = 0 where id = $1", id, micros(until)); err != nil {
		return fmt.Errorf("let duty wait: %w", err)
	}
	return nil
}

// errFew says that there is nothing to bundle with.
var errFew = errors.New("too few to bundle")

// Bundle makes one message of those that wait for the number of m, m among them: at most limit, the
// oldest first. write makes the message from the reports' numbers. Their own duties to be sent go,
// and the new message's comes. It says false where
// fewer than two reports wait.
func (s *Store) Bundle(ctx context.Context, m Message, b Burst, limit int, write func(codes []ripoti.Code) (Message, Duty, error)) (bool, error) {
	err := s.InTx(ctx, func(tx *Tx) error {
		ids, codes, err := tx.waiting(ctx, m, b, limit)
		if err != nil {
			return err
		}
		if len(codes) < 2 {
			return errFew
		}
		whole, send, err := write(codes)
		if err != nil {
			return err
		}
		if err := tx.Post(ctx, whole, send); err != nil {
			return err
		}
		return tx.join(ctx, whole.ID, ids)
	})
	if errors.Is(err, errFew) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("bundle: %w", err)
	}
	return true, nil
}

// waiting are the queued messages of a burst with the numbers of their reports, each number once.
func (tx *Tx) waiting(ctx context.Context, m Message, b Burst, limit int) (ids []any, codes []ripoti.Code, err error) {
	condition, kinds := b.mayBundle(6)
	args := append([]any{tx.PhoneHash(m.To), m.ContactID, micros(tx.now().Add(-b.Window)), micros(tx.now()), m.ID}, kinds...)
	rows, err := tx.sql.QueryContext(ctx, `select m.id, r.code from messages m join reports r on r.id = m.report_id
		where m.to_hash = $1 and m.contact_id = $2 and m.status = 'queued' and`+condition+`
		and exists (select 1 from duties d where d.subject = m.id and d.kind = 'send' and d.due_at <= $4)
		and not`+b.hasLeft(6)+`
		order by m.id = $5 desc, m.id`+tx.forUpdateOf("m"), args...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	seen := map[ripoti.Code]bool{}
	for rows.Next() {
		var id string
		var code ripoti.Code
		if err := rows.Scan(&id, &code); err != nil {
			return nil, nil, err
		}
		if !seen[code] && len(codes) == limit {
			continue
		}
		if ids = append(ids, id); !seen[code] {
			seen[code], codes = true, append(codes, code)
		}
	}
	return ids, codes, rows.Err()
}

// forUpdateOf locks the rows of one table of a join, where the database locks rows.
func (s *Store) forUpdateOf(table string) string {
	if s.forUpdate == "" {
		return ""
	}
	return s.forUpdate + " of " + table
}

func (tx *Tx) join(ctx context.Context, bundle string, ids []any) error {
	_, err := tx.sql.ExecContext(ctx, "update messages set status = 'bundled', bundle = $1 where status = 'queued' and id in ("+list(2, len(ids))+")",
		append([]any{bundle}, ids...)...)
	if err != nil {
		return err
	}
	_, err = tx.sql.ExecContext(ctx, "delete from duties where kind = 'send' and subject in ("+list(1, len(ids))+")", ids...)
	return err
}

// InBundle are the messages that leave in another one, oldest first.
func (s *Store) InBundle(ctx context.Context, bundle string) ([]Message, error) {
	rows, err := s.read.QueryContext(ctx, "select "+messageColumns+" from messages where bundle = $1 and bundle <> '' order by id", bundle)
	return collect(rows, err, "list bundle", s.scanMessage)
}

// follow lets what is in a bundle stand where the bundle stands.
func (tx *Tx) follow(ctx context.Context, bundle string) error {
	_, err := tx.sql.ExecContext(ctx, `update messages set (status, reason, provider, sent_at, done_at) =
		(select b.status, b.reason, b.provider, b.sent_at, b.done_at from messages b where b.id = $1) where bundle = $1 and bundle <> ''`, bundle)
	if err != nil {
		return fmt.Errorf("follow bundle: %w", err)
	}
	return nil
}

// dissolve lets what is in a bundle that must not leave go by itself, each message past its own doors.
func (tx *Tx) dissolve(ctx context.Context, bundle string) error {
	_, err := tx.release(ctx, "default", "bundle = $1 and bundle <> '' and status = 'bundled'", bundle)
	return err
}

// Unbundle sends in full what a contact was told of an assignment in a bundle: he or she asks for it.
// It says how many messages that are.
func (tx *Tx) Unbundle(ctx context.Context, assignmentID, contactID, queue string) (n int, err error) {
	return tx.release(ctx, queue, "assignment_id = $1 and contact_id = $2 and bundle not in ('', 'alone') and status <> 'bundled'", assignmentID, contactID)
}

func (tx *Tx) release(ctx context.Context, queue, where string, args ...any) (n int, err error) {
	rows, err := tx.sql.QueryContext(ctx, `update messages set status = 'queued', reason = '', provider = '', sent_at = 0, done_at = 0, claimed_at = 0,
		bundle = 'alone' where `+where+" returning id", args...)
	ids, err := scanStrings(rows, err, "release messages")
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	duties := make([]Duty, len(ids))
	for i, id := range ids {
		duties[i] = Duty{Kind: sendKind, Subject: id, Queue: queue, Due: tx.now()}
	}
	return len(ids), tx.Owe(ctx, duties...)
}

// sendKind is the kind of a duty to send: tasks.Send, whose package stands above this one.
const sendKind = "send"
