package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// PIN is what lets a number use the staff line. The zero PIN is that of a number that has none.
type PIN struct {
	ContactID string // whom it was given to
	Secret    string // argon2id of the PIN, sealed at rest; "" where none was chosen
	SetAt     time.Time
	Tries     int // wrong PINs in a row
	LockedAt  time.Time
	CodeHash  string // of the one-time code, "" where none is out
	CodeUntil time.Time
	CodeTries int

	hash string // the number's
}

const pinColumns = "phone_hash, contact_id, pin_sealed, set_at, tries, locked_at, code_hash, code_until, code_tries"

func (s *Store) scanPIN(row *sql.Row) (p PIN, err error) {
	var sealed []byte
	var set, locked, until int64
	err = row.Scan(&p.hash, &p.ContactID, &sealed, &set, &p.Tries, &locked, &p.CodeHash, &until, &p.CodeTries)
	if errors.Is(err, sql.ErrNoRows) {
		return PIN{}, nil
	}
	if err != nil {
		return PIN{}, fmt.Errorf("read pin: %w", err)
	}
	p.SetAt, p.LockedAt, p.CodeUntil = fromMicros(set), fromMicros(locked), fromMicros(until)
	if len(sealed) == 0 {
		return p, nil
	}
	plain, err := s.keys.Numbers.Open(sealed, "pin:"+p.hash)
	if err != nil {
		return PIN{}, fmt.Errorf("open pin: %w", err)
	}
	p.Secret = string(plain)
	return p, nil
}

// pinOf looks a number up, also under keys that were replaced since.
func (s *Store) pinOf(p ripoti.Phone) (where string, args []any) {
	for _, h := range s.keys.Hashes("phone", p.Dial()) {
		args = append(args, h)
	}
	return " from pins where phone_hash in (" + list(1, len(args)) + ") order by set_at desc limit 1", args
}

// PIN is the number's; the zero PIN where it has none.
func (s *Store) PIN(ctx context.Context, p ripoti.Phone) (PIN, error) {
	where, args := s.pinOf(p)
	return s.scanPIN(s.read.QueryRowContext(ctx, "select "+pinColumns+where, args...))
}

// PIN is the number's, held until the end of the transaction: of many tries at once each counts.
func (tx *Tx) PIN(ctx context.Context, p ripoti.Phone) (PIN, error) {
	where, args := tx.pinOf(p)
	pin, err := tx.scanPIN(tx.sql.QueryRowContext(ctx, "select "+pinColumns+where+tx.forUpdate, args...))
	if err != nil || pin.hash != "" {
		return pin, err
	}
	_, err = tx.sql.ExecContext(ctx, "insert into pins ("+pinColumns+") values ($1,'',null,0,0,0,'',0,0) on conflict (phone_hash) do nothing", tx.PhoneHash(p))
	if err != nil {
		return pin, fmt.Errorf("begin pin: %w", err)
	}
	return tx.scanPIN(tx.sql.QueryRowContext(ctx, "select "+pinColumns+where+tx.forUpdate, args...))
}

// SavePIN writes what was read by Tx.PIN and changed since.
func (tx *Tx) SavePIN(ctx context.Context, p PIN) error {
	var sealed []byte
	if p.Secret != "" {
		var err error
		if sealed, err = tx.keys.Numbers.Seal([]byte(p.Secret), "pin:"+p.hash); err != nil {
			return fmt.Errorf("seal pin: %w", err)
		}
	}
	_, err := tx.sql.ExecContext(ctx, `update pins set contact_id = $2, pin_sealed = $3, set_at = $4, tries = $5, locked_at = $6,
		code_hash = $7, code_until = $8, code_tries = $9 where phone_hash = $1`,
		p.hash, p.ContactID, sealed, micros(p.SetAt), p.Tries, micros(p.LockedAt), p.CodeHash, micros(p.CodeUntil), p.CodeTries)
	if err != nil {
		return fmt.Errorf("save pin: %w", err)
	}
	return nil
}

// CodeHashes are the hashes that a one-time code may be kept under, the newest first.
func (s *Store) CodeHashes(p ripoti.Phone, code string) []string {
	return s.keys.Hashes("one-time code", p.Dial()+" "+code)
}

// PINEvent is a line about somebody's PIN.
type PINEvent struct {
	ContactID, Kind, Actor string
	At                     time.Time
}

// AddPINEvent adds a line. actor is a contact's id or what names a coordinator; never a number.
func (tx *Tx) AddPINEvent(ctx context.Context, contactID, kind, actor string) error {
	_, err := tx.sql.ExecContext(ctx, "insert into pin_events (id, contact_id, kind, actor, at) values ($1,$2,$3,$4,$5)",
		NewID(), contactID, kind, actor, micros(tx.now()))
	if err != nil {
		return fmt.Errorf("note pin: %w", err)
	}
	return nil
}

// PINEvents are the lines about a contact, oldest first.
func (s *Store) PINEvents(ctx context.Context, contactID string) ([]PINEvent, error) {
	rows, err := s.read.QueryContext(ctx, "select contact_id, kind, actor, at from pin_events where contact_id = $1 order by id", contactID)
	if err != nil {
		return nil, fmt.Errorf("read pin events: %w", err)
	}
	defer rows.Close()
	var out []PINEvent
	for rows.Next() {
		var e PINEvent
		var at int64
		if err := rows.Scan(&e.ContactID, &e.Kind, &e.Actor, &at); err != nil {
			return nil, fmt.Errorf("read pin events: %w", err)
		}
		e.At = fromMicros(at)
		out = append(out, e)
	}
	return out, rows.Err()
}

// ContactByID reads a contact; not_found if there is none.
func (s *Store) ContactByID(ctx context.Context, id string) (ripoti.Contact, error) {
	found, err := s.contacts(ctx, "where id = $1", id)
	if err != nil {
		return ripoti.Contact{}, err
	}
	if len(found) == 0 {
		return ripoti.Contact{}, ripoti.NotFound("contact.unknown", nil)
	}
	return found[0], nil
}
