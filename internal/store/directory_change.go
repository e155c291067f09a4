package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Delta is what becomes other in the directory: rows in place of those with their ids, and ids of rows
// that go.
type Delta struct {
	Offices                   []ripoti.Office
	Contacts                  []ripoti.Contact
	GoneOffices, GoneContacts []string
}

// HoldDirectory keeps others from changing the directory until the transaction ends: what is read after it
// is what will be changed.
func (tx *Tx) HoldDirectory(ctx context.Context) error {
	if _, err := tx.sql.ExecContext(ctx, "update revisions set revision = revision where name = 'directory'"); err != nil {
		return fmt.Errorf("hold directory: %w", err)
	}
	return nil
}

// ChangeDirectory writes a delta and tells running processes. Walls that stand before a person's old number
// stand before the new one too.
func (tx *Tx) ChangeDirectory(ctx context.Context, d Delta) error {
	for _, c := range d.Contacts {
		_, err := tx.sql.ExecContext(ctx, `insert into wall_people (report_id, person) select w.report_id, cast($2 as text) from wall_people w
			where w.person in (select phone_hash from contacts where id = $1 and phone_hash <> $2) on conflict do nothing`, c.ID, tx.PhoneHash(c.Phone))
		if err != nil {
			return fmt.Errorf("change directory: wall: %w", err)
		}
	}
	var offices, contacts []string
	for _, o := range d.Offices {
		offices = append(offices, o.ID)
	}
	for _, c := range d.Contacts {
		contacts = append(contacts, c.ID)
	}
	if err := tx.deleteIDs(ctx, "offices", append(offices, d.GoneOffices...)); err != nil {
		return err
	}
	if err := tx.deleteIDs(ctx, "contacts", append(contacts, d.GoneContacts...)); err != nil {
		return err
	}
	return tx.insertDirectory(ctx, d.Offices, d.Contacts)
}

// deleteIDs deletes some hundred rows at a time: both databases bound the arguments of a statement.
func (tx *Tx) deleteIDs(ctx context.Context, table string, ids []string) error {
	const page = 500
	for len(ids) > 0 {
		n := min(page, len(ids))
		var args []any
		marks := placed(&args, ids[:n])
		if _, err := tx.sql.ExecContext(ctx, "delete from "+table+" where id in ("+marks+")", args...); err != nil {
			return fmt.Errorf("change %s: %w", table, err)
		}
		ids = ids[n:]
	}
	return nil
}

// DirectoryChange is a line of the directory's history.
type DirectoryChange struct {
	ID     string
	Batch  string // what was done together
	At     time.Time
	Actor  string
	How    string
	What   string // "office", "contact", "shifts", "leave"
	RowID  string
	Office string // whose history it belongs to
	Kind   string
	Fields []ChangedField
}

// ChangedField is a column before and after. Numbers stand masked.
type ChangedField struct {
	Column string `json:"column"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// NoteDirectory adds lines to the directory's history.
func (tx *Tx) NoteDirectory(ctx context.Context, changes ...DirectoryChange) error {
	var rows []any
	for _, c := range changes {
		raw, err := json.Marshal(c.Fields)
		if err != nil {
			return fmt.Errorf("note directory: %w", err)
		}
		rows = append(rows, NewID(), c.Batch, micros(tx.now()), c.Actor, c.How, c.What, c.RowID, c.Office, c.Kind, string(raw))
	}
	return tx.insertPaged(ctx, "directory_changes (id, batch, at, actor, how, what, row_id, office_id, kind, fields)", 10, rows)
}

// OfficeHistory are the lines about an office, its contacts and its roster, newest first, before the line of
// an id ("" for the newest).
func (s *Store) OfficeHistory(ctx context.Context, officeID, before string, limit int) ([]DirectoryChange, error) {
	return s.directoryHistory(ctx, "office_id = $1", []any{officeID}, before, limit)
}

// ContactHistory are the lines about a contact, as OfficeHistory.
func (s *Store) ContactHistory(ctx context.Context, contactID, before string, limit int) ([]DirectoryChange, error) {
	return s.directoryHistory(ctx, "row_id = $1 and what in ('contact', 'leave')", []any{contactID}, before, limit)
}

func (s *Store) directoryHistory(ctx context.Context, where string, args []any, before string, limit int) ([]DirectoryChange, error) {
	if before != "" {
		args = append(args, before)
		where += fmt.Sprintf(" and id < $%d", len(args))
	}
	args = append(args, limit)
	rows, err := s.read.QueryContext(ctx, "select id, batch, at, actor, how, what, row_id, office_id, kind, fields from directory_changes where "+where+
		fmt.Sprintf(" order by id desc limit $%d", len(args)), args...)
	return collect(rows, err, "directory history", func(row scanner) (c DirectoryChange, err error) {
		var at int64
		var fields string
		if err := row.Scan(&c.ID, &c.Batch, &at, &c.Actor, &c.How, &c.What, &c.RowID, &c.Office, &c.Kind, &fields); err != nil {
			return c, err
		}
		c.At = fromMicros(at)
		return c, json.Unmarshal([]byte(fields), &c.Fields)
	})
}

// MoveUsers posts the console accounts of a contact at another office, and ends their sessions. It gives
// their logins.
func (tx *Tx) MoveUsers(ctx context.Context, contactID, officeID string) ([]string, error) {
	rows, err := tx.sql.QueryContext(ctx, "update users set office_id = $2, epoch = epoch + 1 where contact_id = $1 and office_id <> $2 returning login", contactID, officeID)
	return scanStrings(rows, err, "move accounts")
}

// CloseUsers closes the console accounts of a contact, and ends their sessions. It gives their logins.
func (tx *Tx) CloseUsers(ctx context.Context, contactID string) ([]string, error) {
	rows, err := tx.sql.QueryContext(ctx, "update users set active = $2, epoch = epoch + 1 where contact_id = $1 and active returning login", contactID, false)
	return scanStrings(rows, err, "close accounts")
}

// UsersOf are the logins of the console accounts of a contact that may sign in.
func (s *Store) UsersOf(ctx context.Context, contactID string) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, "select login from users where contact_id = $1 and active order by login", contactID)
	return scanStrings(rows, err, "accounts of contact")
}

// Upload is tables of the directory and of rosters as a person handed them in. Nothing of them is in force.
type Upload struct {
	UserID                            string
	At                                time.Time
	Whole                             bool // what they do not name goes
	Offices, Contacts, Shifts, Leaves []byte
}

// tables are where the parts of an upload lie.
func (u *Upload) tables() []*[]byte { return []*[]byte{&u.Offices, &u.Contacts, &u.Shifts, &u.Leaves} }

// SaveUpload keeps what a person handed in, in place of what he or she did before.
func (s *Store) SaveUpload(ctx context.Context, u Upload) error {
	args := []any{u.UserID, micros(s.now()), u.Whole}
	for _, plain := range u.tables() {
		sealed, err := s.keys.Numbers.Seal(*plain, "upload:"+u.UserID)
		if err != nil {
			return fmt.Errorf("save upload: seal: %w", err)
		}
		args = append(args, sealed)
	}
	_, err := s.write.ExecContext(ctx, `insert into directory_uploads (user_id, at, whole, offices_sealed, contacts_sealed, shifts_sealed, leaves_sealed) values ($1,$2,$3,$4,$5,$6,$7)
		on conflict (user_id) do update set at = excluded.at, whole = excluded.whole, offices_sealed = excluded.offices_sealed, contacts_sealed = excluded.contacts_sealed,
		shifts_sealed = excluded.shifts_sealed, leaves_sealed = excluded.leaves_sealed`, args...)
	if err != nil {
		return fmt.Errorf("save upload: %w", err)
	}
	return nil
}

// Upload reads what a person handed in; not_found where there is nothing.
func (s *Store) Upload(ctx context.Context, userID string) (u Upload, err error) {
	var at int64
	var sealed [4][]byte
	err = s.read.QueryRowContext(ctx, "select user_id, at, whole, offices_sealed, contacts_sealed, shifts_sealed, leaves_sealed from directory_uploads where user_id = $1", userID).
		Scan(&u.UserID, &at, &u.Whole, &sealed[0], &sealed[1], &sealed[2], &sealed[3])
	if err != nil {
		return u, fmt.Errorf("read upload: %w", notFound(err, "directory.no_upload"))
	}
	u.At = fromMicros(at)
	for i, into := range u.tables() {
		if sealed[i] == nil {
			continue
		}
		if *into, err = s.keys.Numbers.Open(sealed[i], "upload:"+userID); err != nil {
			return u, fmt.Errorf("open upload: %w", err)
		}
	}
	return u, nil
}

// DropUpload forgets what a person handed in.
func (s *Store) DropUpload(ctx context.Context, userID string) error {
	if _, err := s.write.ExecContext(ctx, "delete from directory_uploads where user_id = $1", userID); err != nil {
		return fmt.Errorf("drop upload: %w", err)
	}
	return nil
}
