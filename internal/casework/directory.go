package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// The directory is changed here and nowhere else: each change is one transaction with its lines in the
// history, and with what follows from it for those who leave an office and for what an office has.

// DirectoryChange is a change of the directory.
type DirectoryChange struct {
	// By is who changes it. What is of an office that he or she does not keep is forbidden, before and after.
	By  Keeper
	How string // "form", "upload", "transfer", "code", ...
	// Sum is that of the difference that a person has looked at: where it would be another one now, nothing
	// is changed. "" takes whatever it comes to.
	Sum string
	// Make gives the directory as it shall be. Its error ends the change.
	Make func(current directory.Rows) (directory.Rows, error)
}

// ChangeDirectory makes a change and says what became other. It is a conflict where the directory is not
// as it was looked at, and directory.Problems where it would not be sound.
func (d *Desk) ChangeDirectory(ctx context.Context, c DirectoryChange) (diff directory.Diff, err error) {
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		diff, err = ChangeDirectory(ctx, tx, c)
		return err
	})
	if err != nil {
		return diff, fmt.Errorf("directory: %w", err)
	}
	d.Wake()
	return diff, d.Live.Refresh(ctx)
}

// ChangeDirectory is Desk.ChangeDirectory in a transaction, for who has no desk.
func ChangeDirectory(ctx context.Context, tx *store.Tx, c DirectoryChange) (directory.Diff, error) {
	if err := tx.HoldDirectory(ctx); err != nil {
		return directory.Diff{}, err
	}
	offices, contacts, err := tx.Directory(ctx)
	if err != nil {
		return directory.Diff{}, err
	}
	current := directory.Rows{Offices: offices, Contacts: contacts}
	next, err := c.Make(current)
	if err != nil {
		return directory.Diff{}, err
	}
	diff, err := directory.Plan(current, next)
	if err != nil {
		return diff, err
	}
	if c.Sum != "" && c.Sum != diff.Sum() {
		return diff, ripoti.Conflict("directory.changed", nil)
	}
	if diff.Empty() {
		return diff, nil
	}
	if err := c.By.mayMake(diff, current, next); err != nil {
		return diff, err
	}
	w := changing{DirectoryChange: c, tx: tx, batch: store.NewID(), before: current, after: next}
	return diff, w.make(ctx, diff)
}

// changing is a change at work.
type changing struct {
	DirectoryChange
	tx            *store.Tx
	batch         string
	before, after directory.Rows
}

func (w *changing) make(ctx context.Context, diff directory.Diff) error {
	if err := w.tx.ChangeDirectory(ctx, w.delta(diff)); err != nil {
		return err
	}
	if err := w.note(ctx, diff); err != nil {
		return err
	}
	if err := w.left(ctx); err != nil {
		return err
	}
	return w.closed(ctx)
}

func (w *changing) delta(diff directory.Diff) (d store.Delta) {
	offices, contacts := officesByID(w.after.Offices), contactsByID(w.after.Contacts)
	for _, c := range diff.Offices {
		if o, stays := offices[c.ID]; stays {
			d.Offices = append(d.Offices, o)
		} else {
			d.GoneOffices = append(d.GoneOffices, c.ID)
		}
	}
	for _, c := range diff.Contacts {
		if contact, stays := contacts[c.ID]; stays {
			d.Contacts = append(d.Contacts, contact)
		} else {
			d.GoneContacts = append(d.GoneContacts, c.ID)
		}
	}
	return d
}

func officesByID(all []ripoti.Office) map[string]ripoti.Office {
	byID := make(map[string]ripoti.Office, len(all))
	for _, o := range all {
		byID[o.ID] = o
	}
	return byID
}

func contactsByID(all []ripoti.Contact) map[string]ripoti.Contact {
	byID := make(map[string]ripoti.Contact, len(all))
	for _, c := range all {
		byID[c.ID] = c
	}
	return byID
}

// note writes the history: of a contact who changes offices in that of both.
func (w *changing) note(ctx context.Context, diff directory.Diff) error {
	var lines []store.DirectoryChange
	for _, c := range diff.Offices {
		lines = append(lines, w.line("office", c, c.ID))
	}
	before, after := contactsByID(w.before.Contacts), contactsByID(w.after.Contacts)
	for _, c := range diff.Contacts {
		was, is := before[c.ID].OfficeID, after[c.ID].OfficeID
		for _, office := range []string{is, was} {
			if office != "" && (office == is || was != is) {
				lines = append(lines, w.line("contact", c, office))
			}
			if was == is {
				break
			}
		}
	}
	if err := w.tx.NoteDirectory(ctx, lines...); err != nil {
		return err
	}
	return w.tx.Note(ctx, "directory_changed", w.By.Actor, line{"batch": w.batch, "how": w.How, "offices": len(diff.Offices), "contacts": len(diff.Contacts)}.String())
}

func (w *changing) line(what string, c directory.Change, office string) store.DirectoryChange {
	l := store.DirectoryChange{Batch: w.batch, Actor: w.By.Actor, How: w.How, What: what, RowID: c.ID, Office: office, Kind: string(c.Kind)}
	for _, f := range c.Fields {
		l.Fields = append(l.Fields, store.ChangedField(f))
	}
	return l
}

// left parts those who leave an office from it: who is gone, no more active, or at another office. They
// lose access at once, on the phone and at the console, and stand in no roster; their cases go back to
// their offices as soon as a worker runs (domain brief 3.14).
func (w *changing) left(ctx context.Context) error {
	after := contactsByID(w.after.Contacts)
	for _, c := range w.before.Contacts {
		s, stays := after[c.ID]
		if !c.Active || stays && s.Active && s.OfficeID == c.OfficeID {
			continue
		}
		if err := w.tx.Estrange(ctx, c); err != nil {
			return err
		}
		if err := w.tx.Owe(ctx, store.Duty{Kind: tasks.Left, Subject: c.ID, Queue: tasks.Default, Due: w.tx.Now()}); err != nil {
			return err
		}
		if err := w.leavesRoster(ctx, c); err != nil {
			return err
		}
		var err error
		if stays && s.Active {
			_, err = w.tx.MoveUsers(ctx, c.ID, s.OfficeID)
		} else {
			_, err = w.tx.CloseUsers(ctx, c.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *changing) leavesRoster(ctx context.Context, c ripoti.Contact) error {
	shifts, err := w.tx.DropShifts(ctx, c.ID)
	if err != nil || len(shifts) == 0 {
		return err
	}
	l := store.DirectoryChange{Batch: w.batch, Actor: w.By.Actor, How: w.How, What: "shifts", RowID: c.OfficeID, Office: c.OfficeID, Kind: string(directory.Changed)}
	for _, s := range shifts {
		l.Fields = append(l.Fields, store.ChangedField{Column: "shift", Before: shiftText(s)})
	}
	return w.tx.NoteDirectory(ctx, l)
}

func shiftText(s ripoti.Shift) string { return strings.Join(directory.ShiftCells(s)[1:], " ") }

// closed routes again what nobody has taken at offices that are closed now. What is taken follows when who
// took it gives it up.
func (w *changing) closed(ctx context.Context) error {
	after := officesByID(w.after.Offices)
	for _, o := range w.before.Offices {
		if !o.Active || after[o.ID].Active {
			continue
		}
		cases, err := w.tx.WithOffice(ctx, o.ID)
		if err != nil {
			return err
		}
		for _, a := range cases {
			if a.Status != ripoti.AssignmentOpen {
				continue
			}
			if err := routeAgain(ctx, w.tx, a.ReportID, w.tx.Now().Add(reroute)); err != nil {
				return err
			}
		}
	}
	return nil
}

// routeAgain owes that a report finds its offices anew, once every process knows the directory as it is.
func routeAgain(ctx context.Context, tx *store.Tx, reportID string, at time.Time) error {
	return tx.Owe(ctx, store.Duty{Kind: tasks.Route, Subject: reportID, Queue: tasks.Default, Due: at})
}

// CloseOffice closes an office: its contacts end their service, and what it has goes to others.
func (d *Desk) CloseOffice(ctx context.Context, by Keeper, officeID string) error {
	return d.alterOffice(ctx, by, "close", officeID, func(rows *directory.Rows, o ripoti.Office) error {
		if !o.Active {
			return ripoti.Conflict("directory.closed_already", nil)
		}
		o.Active = false
		*rows = rows.Put(o)
		for _, c := range rows.Contacts {
			if c.OfficeID == officeID && c.Active {
				c.Active = false
				*rows = rows.PutContact(c)
			}
		}
		return nil
	})
}

// OpenOffice opens one that was closed. Its contacts serve again as each is put back.
func (d *Desk) OpenOffice(ctx context.Context, by Keeper, officeID string) error {
	return d.alterOffice(ctx, by, "open", officeID, func(rows *directory.Rows, o ripoti.Office) error {
		o.Active = true
		*rows = rows.Put(o)
		return nil
	})
}

func (d *Desk) alterOffice(ctx context.Context, by Keeper, how, id string, alter func(*directory.Rows, ripoti.Office) error) error {
	_, err := d.ChangeDirectory(ctx, DirectoryChange{By: by, How: how, Make: func(rows directory.Rows) (directory.Rows, error) {
		o, known := officesByID(rows.Offices)[id]
		if !known {
			return rows, ripoti.NotFound("directory.no_office", nil)
		}
		return rows, alter(&rows, o)
	}})
	return err
}

// alterContact changes one contact.
func (d *Desk) alterContact(ctx context.Context, by Keeper, how, id string, alter func(directory.Rows, *ripoti.Contact) error) error {
	_, err := d.ChangeDirectory(ctx, DirectoryChange{By: by, How: how, Make: func(rows directory.Rows) (directory.Rows, error) {
		c, known := contactsByID(rows.Contacts)[id]
		if !known {
			return rows, ripoti.NotFound("contact.unknown", nil)
		}
		err := alter(rows, &c)
		return rows.PutContact(c), err
	}})
	return err
}

// Transfer posts a contact at another office, in a role there. What he or she has at the office before is
// handed over there (see Handover). The number stays verified.
func (d *Desk) Transfer(ctx context.Context, by Keeper, contactID, officeID string, role ripoti.Role) error {
	return d.alterContact(ctx, by, "transfer", contactID, func(rows directory.Rows, c *ripoti.Contact) error {
		office, known := officesByID(rows.Offices)[officeID]
		switch {
		case !known:
			return ripoti.NotFound("directory.no_office", nil)
		case !office.Active:
			return ripoti.Conflict("directory.office_closed", nil)
		case c.OfficeID == officeID:
			return ripoti.Invalid("directory.same_office", nil)
		case !slices.Contains(ripoti.Roles, role):
			return ripoti.Invalid("directory.no_role", nil)
		}
		c.OfficeID, c.Role = officeID, role
		return nil
	})
}

// EndService ends a contact's service: nothing is sent to the number any more.
func (d *Desk) EndService(ctx context.Context, by Keeper, contactID string) error {
	return d.alterContact(ctx, by, "end", contactID, func(_ directory.Rows, c *ripoti.Contact) error {
		if !c.Active {
			return ripoti.Conflict("directory.ended_already", nil)
		}
		c.Active = false
		return nil
	})
}

// Resume puts a contact back whose service had ended. The number is verified again first.
func (d *Desk) Resume(ctx context.Context, by Keeper, contactID string) error {
	return d.alterContact(ctx, by, "resume", contactID, func(rows directory.Rows, c *ripoti.Contact) error {
		if !officesByID(rows.Offices)[c.OfficeID].Active {
			return ripoti.Conflict("directory.office_closed", nil)
		}
		c.Active, c.VerifiedAt = true, time.Time{}
		return nil
	})
}

// SaveOffice writes an office as a form gave it. was is the office as the form showed it, the zero office for
// a new one: where it is another one now, nothing is changed. Whether it is open or dark is not the form's.
func (d *Desk) SaveOffice(ctx context.Context, by Keeper, was, is ripoti.Office) error {
	_, err := d.ChangeDirectory(ctx, DirectoryChange{By: by, How: "form", Make: func(rows directory.Rows) (directory.Rows, error) {
		now, known := officesByID(rows.Offices)[is.ID]
		switch {
		case was.ID == "" && known:
			return rows, directory.Taken("offices", is.ID)
		case was.ID == "":
			is.Active, is.Dark, is.Sample = true, false, false
			return rows.Put(is), nil
		case !directory.SameOffice(was, now):
			return rows, ripoti.Conflict("directory.changed", nil)
		}
		is.Active, is.Dark, is.Sample = now.Active, now.Dark, now.Sample
		return rows.Put(is), nil
	}})
	return err
}

// SaveContact writes a contact as a form gave it, as SaveOffice. A number that is new is not verified; office,
// service and STOP are not the form's.
func (d *Desk) SaveContact(ctx context.Context, by Keeper, was, is ripoti.Contact) error {
	_, err := d.ChangeDirectory(ctx, DirectoryChange{By: by, How: "form", Make: func(rows directory.Rows) (directory.Rows, error) {
		now, known := contactsByID(rows.Contacts)[is.ID]
		office := officesByID(rows.Offices)[is.OfficeID]
		is.Stopped = slices.ContainsFunc(rows.Contacts, func(c ripoti.Contact) bool { return c.Phone == is.Phone && c.Stopped })
		switch {
		case was.ID == "" && known:
			return rows, directory.Taken("contacts", is.ID)
		case was.ID == "":
			is.Active, is.VerifiedAt, is.Sample = true, time.Time{}, office.Sample
			return rows.PutContact(is), nil
		case !directory.SameContact(was, now):
			return rows, ripoti.Conflict("directory.changed", nil)
		}
		is.OfficeID, is.Active, is.VerifiedAt, is.Sample = now.OfficeID, now.Active, now.VerifiedAt, now.Sample
		if is.Phone != now.Phone {
			is.VerifiedAt = time.Time{}
		}
		return rows.PutContact(is), nil
	}})
	return err
}
