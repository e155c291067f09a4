package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Talk is how a conversation by SMS stands: one for each number.
type Talk struct {
	NumberHash string
	State      string // JSON; sealed at rest; "" for one that is just begun
	ReportID   string // the report that the next text joins, "" for none
	UpdatedAt  time.Time
}

// Talk reads the talk of a number, begun if there is none, and holds it until the end of the
// transaction: two texts of one number are read one after the other.
func (tx *Tx) Talk(ctx context.Context, numberHash string) (Talk, error) {
	t := Talk{NumberHash: numberHash}
	if _, err := tx.sql.ExecContext(ctx, "insert into talks (number_hash, report_id, updated_at) values ($1, '', 0) on conflict do nothing", numberHash); err != nil {
		return t, fmt.Errorf("begin talk: %w", err)
	}
	var sealed []byte
	var updated int64
	err := tx.sql.QueryRowContext(ctx, "select state_sealed, report_id, updated_at from talks where number_hash = $1"+tx.forUpdate, numberHash).
		Scan(&sealed, &t.ReportID, &updated)
	if err != nil {
		return t, fmt.Errorf("read talk: %w", err)
	}
	t.UpdatedAt = fromMicros(updated)
	if len(sealed) == 0 {
		return t, nil
	}
	plain, err := tx.keys.Narratives.Open(sealed, "talk:"+numberHash)
	if err != nil {
		return t, fmt.Errorf("open talk: %w", err)
	}
	t.State = string(plain)
	return t, nil
}

// SaveTalk writes how a talk stands now.
func (tx *Tx) SaveTalk(ctx context.Context, t Talk) error {
	sealed, err := tx.keys.Narratives.Seal([]byte(t.State), "talk:"+t.NumberHash)
	if err != nil {
		return fmt.Errorf("seal talk: %w", err)
	}
	if _, err := tx.sql.ExecContext(ctx, "update talks set state_sealed = $2, report_id = $3, updated_at = $4 where number_hash = $1",
		t.NumberHash, sealed, t.ReportID, micros(tx.now())); err != nil {
		return fmt.Errorf("save talk: %w", err)
	}
	return nil
}

// File saves a report in this transaction, as Filer.File does with others: the same conversation files
// one report only.
func (tx *Tx) File(ctx context.Context, filing Filing) (Filed, error) {
	w := &waiting{filing: filing}
	if err := tx.fileGroup(ctx, []*waiting{w}); err != nil {
		return Filed{}, err
	}
	return w.filed, nil
}

// Belongs notes which report a text belongs to, and by what words it is known again ("" for an answer
// that may come twice).
func (tx *Tx) Belongs(ctx context.Context, inbound, reportID, words string) error {
	if _, err := tx.sql.ExecContext(ctx, "update inbound set report_id = $2, fingerprint = $3 where id = $1", inbound, reportID, tx.fingerprint(words)); err != nil {
		return fmt.Errorf("text of report: %w", err)
	}
	return nil
}

func (s *Store) fingerprint(words string) string {
	if words == "" {
		return ""
	}
	return s.keys.Hash("words", words)
}

// SameWords finds the report that the same words of the same sender joined since a time, "" for none.
func (tx *Tx) SameWords(ctx context.Context, numberHash, words string, since time.Time) (reportID string, err error) {
	err = tx.sql.QueryRowContext(ctx, `select report_id from inbound where from_hash = $1 and fingerprint = $2 and received_at >= $3
		and fingerprint <> '' and report_id <> '' order by received_at desc limit 1`, numberHash, tx.fingerprint(words), micros(since)).Scan(&reportID)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("same words: %w", err)
	}
	return reportID, nil
}

// TextsOf counts the texts that belong to a report.
func (s *Store) TextsOf(ctx context.Context, reportID string) (n int, err error) {
	if err = s.read.QueryRowContext(ctx, "select count(*) from inbound where report_id = $1 and report_id <> ''", reportID).Scan(&n); err != nil {
		return 0, fmt.Errorf("count texts: %w", err)
	}
	return n, nil
}

// Withdraw takes back a message of a kind about a report that has not left yet, as if it had never been
// posted. It says false where there is none: it has left, or is leaving.
func (tx *Tx) Withdraw(ctx context.Context, reportID, kind string) (bool, error) {
	var id string
	err := tx.sql.QueryRowContext(ctx, "delete from messages where report_id = $1 and kind = $2 and status = 'queued' and bundle = '' and repeats = 0 returning id", reportID, kind).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("withdraw message: %w", err)
	}
	return true, tx.Cancel(ctx, "send", id)
}

// Stop notes that a number wants no messages any more. It says false where that was known.
func (tx *Tx) Stop(ctx context.Context, numberHash string) (bool, error) {
	return tx.changed(ctx, "stop number", "insert into stopped_numbers (number_hash, at) values ($1, $2) on conflict do nothing", numberHash, micros(tx.now()))
}

// Start takes a Stop back. It says false where there was none.
func (tx *Tx) Start(ctx context.Context, p ripoti.Phone) (bool, error) {
	in, args := tx.phoneHashes(p)
	return tx.changed(ctx, "start number", "delete from stopped_numbers where number_hash in ("+in+")", args...)
}

func (tx *Tx) changed(ctx context.Context, step, query string, args ...any) (bool, error) {
	result, err := tx.sql.ExecContext(ctx, query, args...)
	if err != nil {
		return false, fmt.Errorf("%s: %w", step, err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// phoneHashes are all hashes of a number: one that is kept as a hash alone was never hashed again after
// a change of keys.
func (s *Store) phoneHashes(p ripoti.Phone) (in string, args []any) {
	for _, hash := range s.keys.Hashes("phone", p.Dial()) {
		args = append(args, hash)
	}
	return list(1, len(args)), args
}

const stoppedQuery = "select count(*) from stopped_numbers where number_hash in "

// Stopped says whether a number wants no messages.
func (s *Store) Stopped(ctx context.Context, p ripoti.Phone) (bool, error) {
	in, args := s.phoneHashes(p)
	return stopped(s.read.QueryRowContext(ctx, stoppedQuery+"("+in+")", args...))
}

// Stopped says whether a number wants no messages.
func (tx *Tx) Stopped(ctx context.Context, p ripoti.Phone) (bool, error) {
	in, args := tx.phoneHashes(p)
	return stopped(tx.sql.QueryRowContext(ctx, stoppedQuery+"("+in+")", args...))
}

func stopped(row *sql.Row) (bool, error) {
	n := 0
	if err := row.Scan(&n); err != nil {
		return false, fmt.Errorf("stopped number: %w", err)
	}
	return n > 0, nil
}

// CountAnswer counts one more automatic answer to a number and gives how many it got this hour.
func (tx *Tx) CountAnswer(ctx context.Context, numberHash string) (n int, err error) {
	hour := tx.now().Unix() / 3600
	if err = tx.sql.QueryRowContext(ctx, `insert into answer_counts (number_hash, hour, given) values ($1, $2, 1)
		on conflict (number_hash, hour) do update set given = answer_counts.given + 1 returning given`, numberHash, hour).Scan(&n); err != nil {
		return 0, fmt.Errorf("count answers: %w", err)
	}
	if n == 1 { // a number's first of the hour clears what is over
		if _, err := tx.sql.ExecContext(ctx, "delete from answer_counts where hour < $1", hour-24); err != nil {
			return 0, fmt.Errorf("forget answers: %w", err)
		}
	}
	return n, nil
}
