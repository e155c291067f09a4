package directory

import (
	"slices"
	"time"

	"ripoti/internal/ripoti"
)

// Upload is what a person hands in to be put in place of what there is.
type Upload struct {
	Rows
	// Whole says that what the tables do not name goes. A table that was not handed in always stays.
	Whole bool
	// Mine says which offices the person looks after; nil for all. Rows about others must be as they are.
	Mine func(ripoti.Office) bool
	// Proven says that the tables may tell which numbers were verified. Otherwise a number is verified
	// only where it is now.
	Proven bool
}

// Onto is the directory that comes of an upload. The error is Problems: rows about offices that the person
// does not look after. That a number texted STOP stays as it is: no table undoes it, only its owner.
func (u Upload) Onto(current Rows) (Rows, error) {
	out := Rows{offices: u.offices, contacts: u.contacts}
	mine := u.Mine
	if mine == nil {
		mine = func(ripoti.Office) bool { return true }
	}
	var ps Problems
	now := map[string]ripoti.Office{}
	for _, o := range current.Offices {
		now[o.ID] = o
	}
	for _, o := range u.Offices {
		was, known := now[o.ID]
		if (!mine(o) || known && !mine(was)) && !same(rowOfOffice(was), rowOfOffice(o)) {
			ps = append(ps, Problem{Table: tableOffices, Line: u.offices[o.ID]}.of(o.ID).wrong("county", "not_yours"))
		}
	}
	out.Offices = joined(current.Offices, u.Offices, func(o ripoti.Office) string { return o.ID }, func(o ripoti.Office) bool {
		return u.Whole && len(u.Offices) > 0 && mine(o)
	})
	ps = append(ps, u.contactsOnto(&out, current, now, mine)...)
	return out, ps.err()
}

func (u Upload) contactsOnto(out *Rows, current Rows, now map[string]ripoti.Office, mine func(ripoti.Office) bool) (ps Problems) {
	after := map[string]ripoti.Office{}
	for _, o := range out.Offices {
		after[o.ID] = o
	}
	verified, stopped, was := map[ripoti.Phone]time.Time{}, map[ripoti.Phone]bool{}, map[string]ripoti.Contact{}
	for _, c := range current.Contacts {
		was[c.ID] = c
		if !c.VerifiedAt.IsZero() {
			verified[c.Phone] = c.VerifiedAt
		}
		stopped[c.Phone] = stopped[c.Phone] || c.Stopped
	}
	given := slices.Clone(u.Contacts)
	for i, c := range given {
		given[i].Stopped = c.Stopped || stopped[c.Phone]
		if before, known := was[c.ID]; known && before.Phone == c.Phone && !u.Proven {
			given[i].VerifiedAt = before.VerifiedAt
		} else if !u.Proven {
			given[i].VerifiedAt = verified[c.Phone]
		}
		before, known := was[c.ID]
		office, there := after[c.OfficeID] // an office that is not there is told of by Check
		if (there && !mine(office) || known && !mine(now[before.OfficeID])) && !same(rowOfContact(before), rowOfContact(given[i])) {
			ps = append(ps, Problem{Table: tableContacts, Line: u.contacts[c.ID]}.of(c.ID).wrong("office_id", "not_yours"))
		}
	}
	out.Contacts = joined(current.Contacts, given, func(c ripoti.Contact) string { return c.ID }, func(c ripoti.Contact) bool {
		return u.Whole && len(u.Contacts) > 0 && mine(now[c.OfficeID])
	})
	return ps
}

// joined are the given rows and those of before that are not among them and do not go.
func joined[T any](before, given []T, id func(T) string, goes func(T) bool) []T {
	named := make(map[string]bool, len(given))
	for _, g := range given {
		named[id(g)] = true
	}
	out := slices.Clone(given)
	for _, b := range before {
		if !named[id(b)] && !goes(b) {
			out = append(out, b)
		}
	}
	return out
}

// Put is a directory with one office in place of the one with its id, or beside the others.
func (r Rows) Put(o ripoti.Office) Rows {
	return Rows{Offices: replace(r.Offices, o, func(o ripoti.Office) string { return o.ID }), Contacts: r.Contacts}
}

// PutContact is a directory with one contact in place of the one with its id, or beside the others.
func (r Rows) PutContact(c ripoti.Contact) Rows {
	return Rows{Offices: r.Offices, Contacts: replace(r.Contacts, c, func(c ripoti.Contact) string { return c.ID })}
}

func replace[T any](rows []T, row T, id func(T) string) []T {
	out := slices.Clone(rows)
	if i := slices.IndexFunc(out, func(other T) bool { return id(other) == id(row) }); i >= 0 {
		out[i] = row
		return out
	}
	return append(out, row)
}
