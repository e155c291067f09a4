package store

import (
	"context"
	"encoding/json"
	"fmt"

	"ripoti/internal/ripoti"
)

// Directory reads all offices and contacts.
func (s *Store) Directory(ctx context.Context) ([]ripoti.Office, []ripoti.Contact, error) {
	docs, err := s.offices(ctx)
	if err != nil {
		return nil, nil, err
	}
	offices := make([]ripoti.Office, len(docs))
	for i, doc := range docs {
		if err := json.Unmarshal([]byte(doc), &offices[i]); err != nil {
			return nil, nil, fmt.Errorf("read offices: %w", err)
		}
	}
	contacts, err := s.contacts(ctx, "order by id")
	return offices, contacts, err
}

func (s *Store) offices(ctx context.Context) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, "select office from offices order by id")
	return scanStrings(rows, err, "read offices")
}

func (s *Store) contacts(ctx context.Context, where string, args ...any) ([]ripoti.Contact, error) {
	rows, err := s.read.QueryContext(ctx, "select id, office_id, role, rank, name, lang, phone_sealed, verified_at, active, stopped, sample from contacts "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	defer rows.Close()
	var out []ripoti.Contact
	for rows.Next() {
		var c ripoti.Contact
		var phone []byte
		var verified int64
		if err := rows.Scan(&c.ID, &c.OfficeID, &c.Role, &c.Rank, &c.Name, &c.Lang, &phone, &verified, &c.Active, &c.Stopped, &c.Sample); err != nil {
			return nil, fmt.Errorf("read contacts: %w", err)
		}
		c.VerifiedAt = fromMicros(verified)
		if c.Phone, err = s.openPhone(phone, "contact:"+c.ID); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// ContactsOf are the contacts a number answers for.
func (s *Store) ContactsOf(ctx context.Context, p ripoti.Phone) ([]ripoti.Contact, error) {
	hashes := s.keys.Hashes("phone", p.Dial()) // also under keys that were replaced since
	args := make([]any, len(hashes))
	for i, h := range hashes {
		args[i] = h
	}
	return s.contacts(ctx, "where phone_hash in ("+list(1, len(args))+") order by id", args...)
}

// SaveDirectory replaces all offices and contacts at once, and tells running processes. It is how a directory
// begins: what becomes of it since goes by ChangeDirectory, with a history.
func (tx *Tx) SaveDirectory(ctx context.Context, offices []ripoti.Office, contacts []ripoti.Contact) error {
	for _, table := range []string{"contacts", "offices"} {
		if _, err := tx.sql.ExecContext(ctx, "delete from "+table); err != nil {
			return fmt.Errorf("save directory: %w", err)
		}
	}
	return tx.insertDirectory(ctx, offices, contacts)
}

func (tx *Tx) insertDirectory(ctx context.Context, offices []ripoti.Office, contacts []ripoti.Contact) error {
	var rows []any
	for _, o := range offices {
		doc, err := json.Marshal(o)
		if err != nil {
			return fmt.Errorf("save directory: %w", err)
		}
		rows = append(rows, o.ID, string(doc))
	}
	if err := tx.insertPaged(ctx, "offices (id, office)", 2, rows); err != nil {
		return err
	}
	rows = rows[:0]
	for _, c := range contacts {
		sealed, hash, err := tx.sealPhone(c.Phone, "contact:"+c.ID)
		if err != nil {
			return err
		}
		rows = append(rows, c.ID, c.OfficeID, string(c.Role), c.Rank, c.Name, string(c.Lang), sealed, hash, micros(c.VerifiedAt), c.Active, c.Stopped, c.Sample)
	}
	if err := tx.insertPaged(ctx, "contacts (id, office_id, role, rank, name, lang, phone_sealed, phone_hash, verified_at, active, stopped, sample)", 12, rows); err != nil {
		return err
	}
	return tx.revise(ctx, "directory")
}

// insertPaged writes rows some hundred at a time: both databases bound the arguments of a statement.
func (tx *Tx) insertPaged(ctx context.Context, into string, width int, args []any) error {
	const page = 500
	for len(args) > 0 {
		n := min(page*width, len(args))
		if err := tx.insertMany(ctx, into, width, args[:n]); err != nil {
			return err
		}
		args = args[n:]
	}
	return nil
}

// StopContacts marks every contact of a number as stopped (or not): it is sent nothing any more.
func (tx *Tx) StopContacts(ctx context.Context, p ripoti.Phone, stopped bool) error {
	rows, err := tx.sql.QueryContext(ctx, "update contacts set stopped = $2 where phone_hash = $1 and stopped <> $2 returning id, office_id", tx.PhoneHash(p), stopped)
	batch := NewID()
	changes, err := collect(rows, err, "stop contact", func(row scanner) (DirectoryChange, error) {
		c := DirectoryChange{Batch: batch, How: "text", What: "contact", Kind: "changed", Fields: []ChangedField{{"stopped", yesno(!stopped), yesno(stopped)}}}
		err := row.Scan(&c.RowID, &c.Office)
		c.Actor = c.RowID
		return c, err
	})
	if err != nil || len(changes) == 0 {
		return err
	}
	if err := tx.NoteDirectory(ctx, changes...); err != nil {
		return err
	}
	return tx.revise(ctx, "directory")
}

// yesno is how the directory's tables write it.
func yesno(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func (tx *Tx) revise(ctx context.Context, name string) error {
	if _, err := tx.sql.ExecContext(ctx, "update revisions set revision = revision + 1 where name = $1", name); err != nil {
		return fmt.Errorf("revise %s: %w", name, err)
	}
	return nil
}

// Revision is a counter that grows with every change of "directory" or "rules".
func (s *Store) Revision(ctx context.Context, name string) (n int64, err error) {
	if err = s.read.QueryRowContext(ctx, "select revision from revisions where name = $1", name).Scan(&n); err != nil {
		return 0, fmt.Errorf("revision of %s: %w", name, err)
	}
	return n, nil
}
