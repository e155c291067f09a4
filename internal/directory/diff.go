package directory

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"ripoti/internal/ripoti"
)

// Diff is what an import would change. Nothing of it shows a phone number: a changed number is told
// as changed.
type Diff struct {
	Offices  []Change `json:"offices"`
	Contacts []Change `json:"contacts"`
	Same     int      `json:"same"` // rows that stay as they are
}

// Change is one row that an import adds, changes or removes.
type Change struct {
	Kind   ChangeKind `json:"change"`
	ID     string     `json:"id"`
	Fields []Field    `json:"fields,omitempty"` // of a changed row
}

// ChangeKind is what becomes of a row.
type ChangeKind string

const (
	Added   ChangeKind = "added"
	Changed ChangeKind = "changed"
	Removed ChangeKind = "removed"
)

// Field is one column of a changed row.
type Field struct {
	Column string `json:"column"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Empty says that nothing would change.
func (d Diff) Empty() bool { return len(d.Offices)+len(d.Contacts) == 0 }

// Plan checks an incoming directory and says what it would change: the dry run of an import. The
// incoming tables are the whole new directory, rows they leave out are removed. The error is
// Problems; nothing may be imported then.
func Plan(current, incoming Rows) (Diff, error) {
	if err := incoming.Check(); err != nil {
		return Diff{}, fmt.Errorf("import: %w", err)
	}
	var d Diff
	var same int
	d.Offices, same = diff(current.Offices, incoming.Offices, func(o ripoti.Office) string { return o.ID }, func(o ripoti.Office) any { return rowOfOffice(o) })
	d.Same += same
	d.Contacts, same = diff(current.Contacts, incoming.Contacts, func(c ripoti.Contact) string { return c.ID }, func(c ripoti.Contact) any { return rowOfContact(c) })
	d.Same += same
	return d, nil
}

func diff[T any](before, after []T, id func(T) string, row func(T) any) (changes []Change, same int) {
	was := make(map[string]T, len(before))
	for _, b := range before {
		was[id(b)] = b
	}
	for _, a := range after {
		b, known := was[id(a)]
		if !known {
			changes = append(changes, Change{Kind: Added, ID: id(a)})
			continue
		}
		delete(was, id(a))
		if fields := changed(row(b), row(a)); len(fields) > 0 {
			changes = append(changes, Change{Kind: Changed, ID: id(a), Fields: fields})
		} else {
			same++
		}
	}
	for gone := range was {
		changes = append(changes, Change{Kind: Removed, ID: gone})
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.ID, b.ID) })
	return changes, same
}

func changed(before, after any) (out []Field) {
	b, a := reflect.ValueOf(before), reflect.ValueOf(after)
	for i := range b.NumField() {
		if b.Field(i).String() == a.Field(i).String() {
			continue
		}
		f := Field{Column: b.Type().Field(i).Tag.Get("csv"), Before: b.Field(i).String(), After: a.Field(i).String()}
		if f.Column == "phone" {
			f.Before, f.After = ripoti.Phone(f.Before).String(), ripoti.Phone(f.After).String()+" (changed)"
		}
		out = append(out, f)
	}
	return out
}
