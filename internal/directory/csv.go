package directory

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"ripoti/internal/ripoti"
)

// maxFile is the largest file that is read, in bytes.
const maxFile = 64 << 20

// ReadCSV reads offices.csv or contacts.csv, told apart by their headers. The columns stand in any
// order; id, kind and name of an office, and id, office_id, role, lang and phone of a contact must be
// there, others may be left out, and unknown ones are refused.
//
//	offices.csv  id kind name county sub_county place_id lat lon able serves hours parent active dark sample
//	contacts.csv id office_id role rank name lang phone verified_at active stopped sample
//
// county is the county's number ("047"), empty for an office that serves the whole country; place_id
// and serves are ids of the gazetteer, serves those of wards, towns and areas that were given to it,
// nearest or not; able lists gender_desk, child_unit, vehicle; hours is 24h or
// 08:00-17:00; parent is the office one level up; verified_at a day; yes or no for the rest. Left out,
// active is yes.
//
// All or nothing: the error is Problems with every wrong line and column. Rows are looked at one by
// one; Rows.Check looks at them together.
func ReadCSV(in io.Reader) (Rows, error) { return ReadCSVOnto(in, Rows{}) }

// ReadCSVOnto is ReadCSV for rows of which some are there now: a column that the table leaves out stays in them
// as it is.
func ReadCSVOnto(in io.Reader, now Rows) (Rows, error) {
	table, header, lines, err := readTable(in, readHeader)
	if err != nil {
		return Rows{}, err
	}
	rows := Rows{offices: map[string]int{}, contacts: map[string]int{}}
	was := startOf(table, now)
	var ps Problems
	for _, l := range lines {
		at := Problem{Table: table, Line: l.number}
		if len(l.cells) != len(header) {
			ps = append(ps, at.wrong("", "cells", "cells", strconv.Itoa(len(l.cells)), "columns", strconv.Itoa(len(header))))
			continue
		}
		before := was[l.cells[slices.Index(header, "id")]]
		if table == tableOffices {
			ps = append(ps, rows.addOffice(header, before, l, at)...)
		} else {
			ps = append(ps, rows.addContact(header, before, l, at)...)
		}
	}
	if len(ps) > 0 {
		return Rows{}, ps
	}
	return rows, nil
}

// startOf are the cells that rows of a table have now, by their ids.
func startOf(table string, now Rows) map[string]map[string]string {
	cells := map[string]map[string]string{}
	if table == tableOffices {
		for _, o := range now.Offices {
			cells[o.ID] = OfficeCells(o)
		}
		return cells
	}
	for _, c := range now.Contacts {
		cells[c.ID] = ContactCells(c)
	}
	return cells
}

func (r *Rows) addOffice(header []string, before map[string]string, l line, at Problem) Problems {
	row := officeRow{Active: "yes"}
	leaveOut(&row, header, before)
	fill(&row, header, l.cells)
	ps := checkRow(row, at)
	if len(ps) > 0 {
		return ps
	}
	o := row.office()
	if o.Kind.Police() && o.County == "" {
		ps = append(ps, at.wrong("county", "county_missing"))
	}
	if before, twice := r.offices[o.ID]; twice {
		ps = append(ps, at.of(o.ID).wrong("id", "twice", "line", strconv.Itoa(before)))
	}
	r.offices[o.ID] = l.number
	r.Offices = append(r.Offices, o)
	return ps
}

func (r *Rows) addContact(header []string, before map[string]string, l line, at Problem) Problems {
	row := contactRow{Active: "yes"}
	leaveOut(&row, header, before)
	fill(&row, header, l.cells)
	ps := checkRow(row, at)
	if len(ps) > 0 {
		return ps
	}
	c := row.contact()
	if before, twice := r.contacts[c.ID]; twice {
		ps = append(ps, at.of(c.ID).wrong("id", "twice", "line", strconv.Itoa(before)))
	}
	r.contacts[c.ID] = l.number
	r.Contacts = append(r.Contacts, c)
	return ps
}

// leaveOut begins a row with what stands now in the columns that the table does not have.
func leaveOut(row any, header []string, before map[string]string) {
	v := reflect.ValueOf(row).Elem()
	for i := range v.NumField() {
		if column := v.Type().Field(i).Tag.Get("csv"); before != nil && !slices.Contains(header, column) {
			v.Field(i).SetString(before[column])
		}
	}
}

// fill puts the cells into the row's fields by their columns.
func fill(row any, header, cells []string) {
	v := reflect.ValueOf(row).Elem()
	for i := range v.NumField() {
		if at := slices.Index(header, v.Type().Field(i).Tag.Get("csv")); at >= 0 {
			if cell := strings.TrimSpace(cells[at]); cell != "" { // else what the row starts with
				v.Field(i).SetString(cell)
			}
		}
	}
}

type line struct {
	number int
	cells  []string
}

// readTable reads the cells of a file and tells from its header which table it is.
func readTable(in io.Reader, readHeader func([]string) (string, error)) (table string, header []string, lines []line, err error) {
	raw, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	switch {
	case err != nil:
		return "", nil, nil, fmt.Errorf("read: %w", err)
	case len(raw) > maxFile:
		return "", nil, nil, Problems{Problem{Table: "file"}.wrong("", "too_large", "most", fmt.Sprintf("%d MB", maxFile>>20))}
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = -1
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", nil, nil, syntaxProblem(err)
		}
		number, _ := r.FieldPos(0)
		if header == nil {
			if table, err = readHeader(cells); err != nil {
				return "", nil, nil, err
			}
			header = cells
			continue
		}
		lines = append(lines, line{number, cells})
	}
	if header == nil {
		return "", nil, nil, Problems{Problem{Table: "file"}.wrong("", "empty")}
	}
	return table, header, lines, nil
}

// syntaxProblem says where a file stops being CSV, without repeating what stands there.
func syntaxProblem(err error) error {
	var syntax *csv.ParseError
	if errors.As(err, &syntax) {
		return Problems{Problem{Table: "file", Line: syntax.Line}.wrong("", "syntax", "letter", strconv.Itoa(syntax.Column), "why", syntax.Err.Error())}
	}
	return fmt.Errorf("read: %w", err)
}

func readHeader(cells []string) (string, error) {
	for i := range cells {
		cells[i] = strings.ToLower(strings.TrimSpace(cells[i]))
	}
	table, known, required := tableOffices, OfficeColumns, []string{"id", "kind", "name"}
	if slices.Contains(cells, "office_id") {
		table, known, required = tableContacts, ContactColumns, []string{"id", "office_id", "role", "lang", "phone"}
	}
	var ps Problems
	at := Problem{Table: table, Line: 1}
	for i, c := range cells {
		switch {
		case !slices.Contains(known, c):
			ps = append(ps, at.wrong(quote(c), "no_column", "columns", strings.Join(known, " ")))
		case slices.Index(cells, c) != i:
			ps = append(ps, at.wrong(c, "column_twice"))
		}
	}
	for _, c := range required {
		if !slices.Contains(cells, c) {
			ps = append(ps, at.wrong(c, "column_missing"))
		}
	}
	return table, ps.err()
}

// WriteOffices writes offices.csv, by id, such that ReadCSV gives the same offices again.
func WriteOffices(out io.Writer, offices []ripoti.Office) error {
	sorted := slices.SortedFunc(slices.Values(offices), func(a, b ripoti.Office) int { return strings.Compare(a.ID, b.ID) })
	return writeTable(out, OfficeColumns, sorted, func(o ripoti.Office) any { return rowOfOffice(o) })
}

// WriteContacts writes contacts.csv, by office, role and rank. It holds phone numbers: treat the file
// as one treats the numbers.
func WriteContacts(out io.Writer, contacts []ripoti.Contact) error {
	sorted := slices.SortedFunc(slices.Values(contacts), func(a, b ripoti.Contact) int { return strings.Compare(a.ID, b.ID) })
	return writeTable(out, ContactColumns, sorted, func(c ripoti.Contact) any { return rowOfContact(c) })
}

func writeTable[T any](out io.Writer, columns []string, rows []T, cells func(T) any) error {
	w := csv.NewWriter(out)
	if err := w.Write(columns); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	for _, row := range rows {
		v := reflect.ValueOf(cells(row))
		record := make([]string, v.NumField())
		for i := range record {
			record[i] = v.Field(i).String()
		}
		if err := w.Write(record); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
