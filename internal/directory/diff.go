package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
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

	sum string
}

// Change is one row that is added, changed or removed, with its columns that are not empty or become
// others.
type Change struct {
	Kind   ChangeKind `json:"change"`
	ID     string     `json:"id"`
	Fields []Field    `json:"fields,omitempty"`
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
	sum := sha256.New()
	d.Offices, same = diff(current.Offices, incoming.Offices, func(o ripoti.Office) string { return o.ID }, func(o ripoti.Office) any { return rowOfOffice(o) }, sum)
	d.Same += same
	d.Contacts, same = diff(current.Contacts, incoming.Contacts, func(c ripoti.Contact) string { return c.ID }, func(c ripoti.Contact) any { return rowOfContact(c) }, sum)
	d.Same += same
	d.sum = hex.EncodeToString(sum.Sum(nil)[:16])
	return d, nil
}

func diff[T any](before, after []T, id func(T) string, row func(T) any, sum io.Writer) (changes []Change, same int) {
	was, is := make(map[string]T, len(before)), make(map[string]T, len(after))
	for _, b := range before {
		was[id(b)] = b
	}
	all := was
	was = maps.Clone(was)
	for _, a := range after {
		is[id(a)] = a
		b, known := was[id(a)]
		if !known {
			changes = append(changes, Change{Added, id(a), written(row(a), true)})
			continue
		}
		delete(was, id(a))
		if fields := changed(row(b), row(a)); len(fields) > 0 {
			changes = append(changes, Change{Changed, id(a), fields})
		} else {
			same++
		}
	}
	for gone, b := range was {
		changes = append(changes, Change{Removed, gone, written(row(b), false)})
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.ID, b.ID) })
	for _, c := range changes {
		fmt.Fprintf(sum, "%s %q %q %q\n", c.Kind, c.ID, cellsOf(row(all[c.ID])), cellsOf(row(is[c.ID])))
	}
	return changes, same
}

// same says that two rows hold the same.
func same(before, after any) bool { return len(changed(before, after)) == 0 }

func changed(before, after any) (out []Field) {
	b, a := reflect.ValueOf(before), reflect.ValueOf(after)
	for i := range b.NumField() {
		if b.Field(i).String() != a.Field(i).String() {
			out = append(out, field(b.Type().Field(i).Tag.Get("csv"), b.Field(i).String(), a.Field(i).String()))
		}
	}
	return out
}

// written are the columns of a row that comes or goes.
func written(row any, comes bool) (out []Field) {
	v := reflect.ValueOf(row)
	for i := range v.NumField() {
		switch column, text := v.Type().Field(i).Tag.Get("csv"), v.Field(i).String(); {
		case text == "" || column == "id":
		case comes:
			out = append(out, field(column, "", text))
		default:
			out = append(out, field(column, text, ""))
		}
	}
	return out
}

func field(column, before, after string) Field {
	if column == "phone" {
		return Field{column, masked(before), masked(after)}
	}
	return Field{column, before, after}
}

// masked shows a number as pages show it; two that look alike may differ.
func masked(phone string) string {
	if phone == "" {
		return ""
	}
	return ripoti.Phone(phone).String()
}

// Sum is the same for the same difference between the same rows, numbers included: what was looked at is
// what is done.
func (d Diff) Sum() string { return d.sum }
