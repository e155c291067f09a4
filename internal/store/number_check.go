package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// NumberCheck is a code that was sent to a contact's number and not answered yet.
type NumberCheck struct {
	ContactID      string
	NumberHash     string
	CodeHash       string
	AskedBy        string
	AskedAt, Until time.Time
	Tries          int // wrong codes
}

const numberCheckColumns = "contact_id, number_hash, code_hash, asked_by, asked_at, until, tries"

func scanNumberCheck(row scanner) (n NumberCheck, err error) {
	var asked, until int64
	err = row.Scan(&n.ContactID, &n.NumberHash, &n.CodeHash, &n.AskedBy, &asked, &until, &n.Tries)
	n.AskedAt, n.Until = fromMicros(asked), fromMicros(until)
	return n, err
}

// NumberCheckHashes are the hashes that a code may be kept under, the newest first.
func (s *Store) NumberCheckHashes(p ripoti.Phone, code string) []string {
	return s.keys.Hashes("number check", p.Dial()+" "+code)
}

// NumberCheckOf is what a contact was asked; the zero check where nothing is open.
func (s *Store) NumberCheckOf(ctx context.Context, contactID string) (NumberCheck, error) {
	return oneNumberCheck(s.read.QueryRowContext(ctx, "select "+numberCheckColumns+" from number_checks where contact_id = $1", contactID))
}

// NumberCheck is NumberCheckOf, held until the end of the transaction: of many tries at once each counts.
func (tx *Tx) NumberCheck(ctx context.Context, contactID string) (NumberCheck, error) {
	return oneNumberCheck(tx.sql.QueryRowContext(ctx, "select "+numberCheckColumns+" from number_checks where contact_id = $1"+tx.forUpdate, contactID))
}

func oneNumberCheck(row *sql.Row) (NumberCheck, error) {
	n, err := scanNumberCheck(row)
	if errors.Is(err, sql.ErrNoRows) {
		return NumberCheck{}, nil
	}
	if err != nil {
		return n, fmt.Errorf("read number check: %w", err)
	}
	return n, nil
}

// NumberChecks are the open ones of a number.
func (s *Store) NumberChecks(ctx context.Context, p ripoti.Phone) ([]NumberCheck, error) {
	var args []any
	marks := placed(&args, s.keys.Hashes("phone", p.Dial()))
	rows, err := s.read.QueryContext(ctx, "select "+numberCheckColumns+" from number_checks where number_hash in ("+marks+") order by contact_id", args...)
	return collect(rows, err, "read number checks", scanNumberCheck)
}

// SaveNumberCheck writes a check, in place of the one before.
func (tx *Tx) SaveNumberCheck(ctx context.Context, n NumberCheck) error {
	_, err := tx.sql.ExecContext(ctx, `insert into number_checks (`+numberCheckColumns+`) values ($1,$2,$3,$4,$5,$6,$7) on conflict (contact_id) do update set
		number_hash = excluded.number_hash, code_hash = excluded.code_hash, asked_by = excluded.asked_by, asked_at = excluded.asked_at, until = excluded.until, tries = excluded.tries`,
		n.ContactID, n.NumberHash, n.CodeHash, n.AskedBy, micros(n.AskedAt), micros(n.Until), n.Tries)
	if err != nil {
		return fmt.Errorf("save number check: %w", err)
	}
	return nil
}

// EndNumberCheck forgets what a contact was asked.
func (tx *Tx) EndNumberCheck(ctx context.Context, contactID string) error {
	if _, err := tx.sql.ExecContext(ctx, "delete from number_checks where contact_id = $1", contactID); err != nil {
		return fmt.Errorf("end number check: %w", err)
	}
	return nil
}
