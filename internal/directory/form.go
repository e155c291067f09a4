package directory

import (
	"reflect"
	"strings"

	"ripoti/internal/ripoti"
)

// A form is a row of a table: the same columns, the same rules and the same words about what is wrong.

// OfficeCells are an office's columns as they stand in its table.
func OfficeCells(o ripoti.Office) map[string]string { return cellsOf(rowOfOffice(o)) }

// ContactCells are a contact's columns. They hold the number.
func ContactCells(c ripoti.Contact) map[string]string { return cellsOf(rowOfContact(c)) }

func cellsOf(row any) map[string]string {
	v, cells := reflect.ValueOf(row), map[string]string{}
	for i := range v.NumField() {
		cells[v.Type().Field(i).Tag.Get("csv")] = v.Field(i).String()
	}
	return cells
}

// OfficeOf reads an office from its columns. The error is Problems.
func OfficeOf(cells map[string]string) (ripoti.Office, error) {
	row := officeRow{}
	into(&row, cells)
	at := Problem{Table: tableOffices}
	ps := checkRow(row, at)
	if row.County == "" && ripoti.OfficeKind(row.Kind).Police() {
		ps = append(ps, at.wrong("county", "county_missing"))
	}
	return row.office(), ps.err()
}

// ContactOf reads a contact from its columns. The error is Problems.
func ContactOf(cells map[string]string) (ripoti.Contact, error) {
	row := contactRow{}
	into(&row, cells)
	return row.contact(), checkRow(row, Problem{Table: tableContacts}).err()
}

func into(row any, cells map[string]string) {
	v := reflect.ValueOf(row).Elem()
	for i := range v.NumField() {
		v.Field(i).SetString(strings.Join(strings.Fields(cells[v.Type().Field(i).Tag.Get("csv")]), " "))
	}
}

// ShiftCells is a line of a roster as its table has it, in the order of ShiftColumns.
func ShiftCells(s ripoti.Shift) []string {
	return []string{s.OfficeID, string(s.Role), s.ContactID, DaysText(s.Days), ClockText(s.From), ClockText(s.To)}
}

// Shifts reads lines of a roster that have the columns of ShiftColumns. The error is Problems; the first
// line is 1.
func Shifts(lines [][]string, known Rows) ([]ripoti.Shift, error) {
	r := newRosterReader(ShiftColumns, known)
	for i, cells := range lines {
		r.wrong = append(r.wrong, r.shift(line{i + 1, cells}, Problem{Table: tableShifts, Line: i + 1})...)
	}
	return r.out.Shifts, r.wrong.err()
}

// Leaves reads lines of leave that have the columns of LeaveColumns, as Shifts does.
func Leaves(lines [][]string, known Rows) ([]ripoti.Leave, error) {
	r := newRosterReader(LeaveColumns, known)
	for i, cells := range lines {
		r.wrong = append(r.wrong, r.leave(line{i + 1, cells}, Problem{Table: tableLeaves, Line: i + 1})...)
	}
	return r.out.Leaves, r.wrong.err()
}

// Taken is what is wrong with an id that another row has.
func Taken(table, id string) error {
	return Problems{Problem{Table: table}.of(id).wrong("id", "used_twice")}
}

// SameOffice says that two offices stand alike in the table.
func SameOffice(a, b ripoti.Office) bool { return same(rowOfOffice(a), rowOfOffice(b)) }

// SameContact says that two contacts stand alike in the table.
func SameContact(a, b ripoti.Contact) bool { return same(rowOfContact(a), rowOfContact(b)) }
