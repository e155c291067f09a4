// Package directory brings offices and contacts in and out: CSV, GeoJSON as OpenStreetMap gives it,
// the differences between two tables, and an invented sample for trying out.
//
// Reading is all or nothing: one wrong row and nothing is taken, and the error lists every wrong row
// with its line and column, so that a person mends the file once. No error holds a phone number.
//
// Tables are data that operators import; this package ships no real office and no real number.
package directory

import (
	"slices"

	"ripoti/internal/ripoti"
)

// Rows are the tables of a directory.
type Rows struct {
	Offices  []ripoti.Office
	Contacts []ripoti.Contact

	offices, contacts map[string]int // id -> line, where the rows came from a file
}

// With is both tables in one: offices of one file and contacts of another.
func (r Rows) With(more Rows) Rows {
	return Rows{
		Offices: append(slices.Clone(r.Offices), more.Offices...), Contacts: append(slices.Clone(r.Contacts), more.Contacts...),
		offices: join(r.offices, more.offices), contacts: join(r.contacts, more.contacts),
	}
}

func join(a, b map[string]int) map[string]int {
	out := make(map[string]int, len(a)+len(b))
	for _, m := range []map[string]int{b, a} {
		for id, line := range m {
			out[id] = line
		}
	}
	return out
}

// Check looks at a directory as a whole: every row by itself, ids used twice, contacts of no office,
// and parents that do not exist or go in a circle. The error is Problems.
func (r Rows) Check() error {
	var ps Problems
	offices := map[string]int{}
	for i, o := range r.Offices {
		at := Problem{Table: tableOffices, Line: r.offices[o.ID], Row: o.ID}
		ps = append(ps, checkOffice(o, at)...)
		if _, twice := offices[o.ID]; twice && o.ID != "" {
			ps = append(ps, at.wrong("id", "used_twice"))
			continue
		}
		offices[o.ID] = i
	}
	ps = append(ps, r.checkParents(offices)...)
	ps = append(ps, r.checkContacts(offices)...)
	return ps.err()
}

func (r Rows) checkParents(offices map[string]int) (ps Problems) {
	for _, o := range r.Offices {
		at := Problem{Table: tableOffices, Line: r.offices[o.ID], Row: o.ID}
		if o.Parent == "" {
			continue
		}
		if _, ok := offices[o.Parent]; !ok {
			ps = append(ps, at.wrong("parent", "no_office", "id", quote(o.Parent)))
			continue
		}
		seen := map[string]bool{o.ID: true}
		for up := o.Parent; up != ""; {
			if seen[up] {
				ps = append(ps, at.wrong("parent", "circle", "id", quote(up)))
				break
			}
			seen[up] = true
			next, ok := offices[up]
			if !ok {
				break
			}
			up = r.Offices[next].Parent
		}
	}
	return ps
}

func (r Rows) checkContacts(offices map[string]int) (ps Problems) {
	seen := map[string]bool{}
	for _, c := range r.Contacts {
		at := Problem{Table: tableContacts, Line: r.contacts[c.ID], Row: c.ID}
		ps = append(ps, checkContact(c, at)...)
		if seen[c.ID] && c.ID != "" {
			ps = append(ps, at.wrong("id", "used_twice"))
		}
		seen[c.ID] = true
		if _, ok := offices[c.OfficeID]; !ok && c.OfficeID != "" {
			ps = append(ps, at.wrong("office_id", "no_office", "id", quote(c.OfficeID)))
		}
	}
	return ps
}
