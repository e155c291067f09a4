// Package directory brings offices and contacts in and out: CSV, GeoJSON as OpenStreetMap gives it,
// the differences between two tables, and an invented sample for trying out.
//
// Reading is all or nothing: one wrong row and nothing is taken, and the error lists every wrong row
// with its line and column, so that a person mends the file once. No error holds a phone number.
//
// Tables are data that operators import; this package ships no real office and no real number.
package directory

import (
	"fmt"
	"slices"
	"strings"

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

// Problem is one thing wrong with a table.
type Problem struct {
	Table  string // "offices" or "contacts"
	Line   int    // 1 is the header; 0 where the row came from no file
	Column string // "" where it is the whole row
	Text   string // what is wrong and what to write instead
}

func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.Table)
	if p.Line > 0 {
		fmt.Fprintf(&b, " line %d", p.Line)
	}
	if p.Column != "" {
		b.WriteString(", column " + p.Column)
	}
	return b.String() + ": " + p.Text
}

// Problems are all that is wrong, in the order of the file.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// err is nil where there is no problem.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Check looks at a directory as a whole: every row by itself, ids used twice, contacts of no office,
// and parents that do not exist or go in a circle. The error is Problems.
func (r Rows) Check() error {
	var ps Problems
	offices := map[string]int{}
	for i, o := range r.Offices {
		at := Problem{Table: tableOffices, Line: r.offices[o.ID]}
		ps = append(ps, checkOffice(o, at)...)
		if _, twice := offices[o.ID]; twice && o.ID != "" {
			ps = append(ps, at.say("id", "is used twice; every office needs its own"))
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
		at := Problem{Table: tableOffices, Line: r.offices[o.ID]}
		if o.Parent == "" {
			continue
		}
		if _, ok := offices[o.Parent]; !ok {
			ps = append(ps, at.say("parent", "there is no office with the id "+quote(o.Parent)))
			continue
		}
		seen := map[string]bool{o.ID: true}
		for up := o.Parent; up != ""; {
			if seen[up] {
				ps = append(ps, at.say("parent", "goes in a circle back to "+quote(up)))
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
		at := Problem{Table: tableContacts, Line: r.contacts[c.ID]}
		ps = append(ps, checkContact(c, at)...)
		if seen[c.ID] && c.ID != "" {
			ps = append(ps, at.say("id", "is used twice; every contact needs its own"))
		}
		seen[c.ID] = true
		if _, ok := offices[c.OfficeID]; !ok && c.OfficeID != "" {
			ps = append(ps, at.say("office_id", "there is no office with the id "+quote(c.OfficeID)))
		}
	}
	return ps
}

func (p Problem) say(column, text string) Problem {
	p.Column, p.Text = column, text
	return p
}

// quote shows what was written, shortened.
func quote(s string) string {
	const most = 40
	if len(s) > most {
		s = s[:most] + "…"
	}
	return fmt.Sprintf("%q", s)
}
