package directory

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"ripoti/internal/ripoti"
)

const (
	tableShifts = "shifts"
	tableLeaves = "leaves"
)

// shiftRow is a line of a roster: who answers for a role on which days, from when to when.
type shiftRow struct {
	OfficeID  string `csv:"office_id" validate:"required,max=64,id"`
	Role      string `csv:"role" validate:"omitempty,role"`
	ContactID string `csv:"contact_id" validate:"required,max=64,id"`
	Days      string `csv:"days" validate:"required,days"`
	From      string `csv:"from" validate:"required,clock"`
	To        string `csv:"to" validate:"required,clock"`
}

// leaveRow is a line of a table of leave; both days are included.
type leaveRow struct {
	ContactID string `csv:"contact_id" validate:"required,max=64,id"`
	From      string `csv:"from" validate:"required,datetime=2006-01-02"`
	To        string `csv:"to" validate:"required,datetime=2006-01-02"`
	StandIn   string `csv:"stand_in" validate:"omitempty,max=64,id"`
}

// ShiftColumns and LeaveColumns are the columns of a roster and of a table of leave.
var (
	ShiftColumns = columnsOf(reflect.TypeFor[shiftRow]())
	LeaveColumns = columnsOf(reflect.TypeFor[leaveRow]())
)

// RosterTable is a table of shifts or of leave as it was read.
type RosterTable struct {
	Leave bool // leave, else shifts
	ripoti.Roster
}

// RosterReader knows what the lines of a roster may name.
type RosterReader struct {
	Known Rows // the offices and contacts
	// Mine says which offices the person looks after; nil for all. Lines about others must stand in Now as they
	// are.
	Mine func(ripoti.Office) bool
	Now  ripoti.Roster
}

// ReadRoster reads shifts or leaves for the offices and contacts of a directory, as RosterReader.
func ReadRoster(in io.Reader, known Rows) (ripoti.Roster, error) {
	table, err := RosterReader{Known: known}.Read(in)
	return table.Roster, err
}

// Read reads shifts or leaves, told apart by their headers. Columns stand in any order:
//
//	office_id role contact_id days from to     days: daily, mon-fri, sat sun; from and to: 08:00, Nairobi
//	contact_id from to stand_in                from and to: days such as 2026-12-24, both included
//
// Left out, role is that of the contact. A shift whose to is not after its from ends on the next day.
// All or nothing: the error is Problems with every wrong line and column.
func (known RosterReader) Read(in io.Reader) (RosterTable, error) {
	table, header, lines, err := readTable(in, rosterHeader)
	if err != nil {
		return RosterTable{}, err
	}
	r := newRosterReader(header, known.Known)
	r.mine, r.now = known.Mine, known.Now
	for _, l := range lines {
		at := Problem{Table: table, Line: l.number}
		switch {
		case len(l.cells) != len(header):
			r.wrong = append(r.wrong, at.wrong("", "cells", "cells", strconv.Itoa(len(l.cells)), "columns", strconv.Itoa(len(header))))
		case table == tableShifts:
			r.wrong = append(r.wrong, r.shift(l, at)...)
		default:
			r.wrong = append(r.wrong, r.leave(l, at)...)
		}
	}
	if len(r.wrong) > 0 {
		return RosterTable{}, r.wrong
	}
	return RosterTable{table == tableLeaves, r.out}, nil
}

func rosterHeader(cells []string) (string, error) {
	for i := range cells {
		cells[i] = strings.ToLower(strings.TrimSpace(cells[i]))
	}
	table, known, optional := tableShifts, ShiftColumns, "role"
	if slices.Contains(cells, "stand_in") {
		table, known, optional = tableLeaves, LeaveColumns, ""
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
	for _, c := range known {
		if c != optional && !slices.Contains(cells, c) {
			ps = append(ps, at.wrong(c, "column_missing"))
		}
	}
	return table, ps.err()
}

type rosterReader struct {
	header   []string
	contacts map[string]ripoti.Contact
	offices  map[string]ripoti.Office
	mine     func(ripoti.Office) bool // nil: all
	now      ripoti.Roster
	seen     map[any]int // a row, or a contact's leave -> its line
	out      ripoti.Roster
	wrong    Problems
}

func newRosterReader(header []string, known Rows) *rosterReader {
	r := &rosterReader{header: header, contacts: map[string]ripoti.Contact{}, offices: map[string]ripoti.Office{}, seen: map[any]int{}}
	for _, o := range known.Offices {
		r.offices[o.ID] = o
	}
	for _, c := range known.Contacts {
		r.contacts[c.ID] = c
	}
	return r
}

func (r *rosterReader) shift(l line, at Problem) Problems {
	var row shiftRow
	fill(&row, r.header, l.cells)
	ps := checkRow(row, at)
	c, known := r.contacts[row.ContactID]
	switch {
	case len(ps) > 0:
		return ps
	case r.offices[row.OfficeID].ID == "":
		return append(ps, at.wrong("office_id", "no_office", "id", quote(row.OfficeID)))
	case !known:
		return append(ps, at.wrong("contact_id", "no_contact", "id", quote(row.ContactID)))
	case c.OfficeID != row.OfficeID:
		return append(ps, at.wrong("contact_id", "other_office", "id", quote(row.ContactID), "office", quote(c.OfficeID)))
	}
	v := ripoti.Shift{OfficeID: row.OfficeID, Role: ripoti.Role(row.Role), ContactID: row.ContactID}
	if v.Role == "" {
		v.Role = c.Role
	}
	v.Days, _ = parseDays(row.Days)
	v.From, _ = parseClock(row.From)
	v.To, _ = parseClock(row.To)
	if v.From == 24*60 {
		return append(ps, at.wrong("from", "midnight"))
	}
	if before, twice := r.seen[v]; twice {
		return append(ps, at.wrong("", "line_twice", "line", strconv.Itoa(before)))
	}
	if !r.keeps(row.OfficeID) && !slices.Contains(r.now.Shifts, v) {
		return append(ps, at.of(row.OfficeID).wrong("office_id", "not_yours"))
	}
	r.seen[v] = l.number
	r.out.Shifts = append(r.out.Shifts, v)
	return nil
}

func (r *rosterReader) leave(l line, at Problem) Problems {
	var row leaveRow
	fill(&row, r.header, l.cells)
	ps := checkRow(row, at)
	if len(ps) > 0 {
		return ps
	}
	if _, known := r.contacts[row.ContactID]; !known {
		ps = append(ps, at.wrong("contact_id", "no_contact", "id", quote(row.ContactID)))
	}
	if _, known := r.contacts[row.StandIn]; row.StandIn != "" && !known {
		ps = append(ps, at.wrong("stand_in", "no_contact", "id", quote(row.StandIn)))
	}
	if row.StandIn == row.ContactID {
		ps = append(ps, at.wrong("stand_in", "own_stand_in"))
	}
	if row.To < row.From {
		ps = append(ps, at.wrong("to", "before_from"))
	}
	for i, other := range r.out.Leaves {
		if other.ContactID == row.ContactID && row.From <= other.To && other.From <= row.To {
			ps = append(ps, at.wrong("from", "overlaps", "line", strconv.Itoa(r.seen[i])))
		}
	}
	v := ripoti.Leave{ContactID: row.ContactID, From: row.From, To: row.To, StandIn: row.StandIn}
	if len(ps) == 0 && !r.keeps(r.contacts[row.ContactID].OfficeID) && !slices.Contains(r.now.Leaves, v) {
		ps = append(ps, at.of(row.ContactID).wrong("contact_id", "not_yours"))
	}
	if len(ps) > 0 {
		return ps
	}
	r.seen[len(r.out.Leaves)] = l.number
	r.out.Leaves = append(r.out.Leaves, v)
	return nil
}

func (r *rosterReader) keeps(officeID string) bool {
	return r.mine == nil || r.mine(r.offices[officeID])
}

// WriteShifts writes a roster such that ReadRoster gives the same shifts again.
func WriteShifts(out io.Writer, shifts []ripoti.Shift) error {
	return writeTable(out, ShiftColumns, shifts, func(s ripoti.Shift) any {
		return shiftRow{OfficeID: s.OfficeID, Role: string(s.Role), ContactID: s.ContactID, Days: DaysText(s.Days), From: ClockText(s.From), To: ClockText(s.To)}
	})
}

// WriteLeaves writes leaves such that ReadRoster gives the same again.
func WriteLeaves(out io.Writer, leaves []ripoti.Leave) error {
	return writeTable(out, LeaveColumns, leaves, func(l ripoti.Leave) any {
		return leaveRow{ContactID: l.ContactID, From: l.From, To: l.To, StandIn: l.StandIn}
	})
}

// dayName is a day as a roster writes it: "mon".
func dayName(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }

func dayOf(name string) (int, bool) {
	i := slices.IndexFunc(ripoti.Weekdays, func(d time.Weekday) bool { return dayName(d) == name })
	return i, i >= 0
}

// parseDays reads "daily", "mon-fri" or "sat sun"; a span may go over the end of the week.
func parseDays(s string) (days ripoti.Days, ok bool) {
	s = strings.ToLower(s)
	if s == "daily" {
		return ripoti.EveryDay, true
	}
	for _, word := range strings.Fields(strings.ReplaceAll(s, ",", " ")) {
		first, last, span := strings.Cut(word, "-")
		if !span {
			last = first
		}
		from, ok1 := dayOf(first)
		to, ok2 := dayOf(last)
		if !ok1 || !ok2 {
			return 0, false
		}
		for i := from; ; i = (i + 1) % 7 {
			days |= ripoti.On(ripoti.Weekdays[i])
			if i == to {
				break
			}
		}
	}
	return days, days != 0
}

// DaysText is how days are written: "daily", "mon-fri", "sat sun".
func DaysText(d ripoti.Days) string {
	if d == ripoti.EveryDay {
		return "daily"
	}
	var words []string
	for i := 0; i < 7; i++ {
		first := i
		for i < 7 && d.Has(ripoti.Weekdays[i]) {
			i++
		}
		switch n := i - first; {
		case n > 2:
			words = append(words, dayName(ripoti.Weekdays[first])+"-"+dayName(ripoti.Weekdays[i-1]))
		default:
			for k := first; k < i; k++ {
				words = append(words, dayName(ripoti.Weekdays[k]))
			}
		}
	}
	return strings.Join(words, " ")
}

// parseClock reads "08:00" as minutes after midnight, up to "24:00".
func parseClock(s string) (minutes int, ok bool) {
	if s == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil && len(s) == len("15:04")
}

// ClockText is how minutes after midnight are written: "08:00".
func ClockText(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }
