package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// shiftRoutes are the week of an office and the form of its roster.
func (c *Console) shiftRoutes() []route {
	return []route{
		{pattern: "GET /console/directory/offices/{office}/shifts", do: c.shifts, roles: directoryReaders},
		c.keeping("POST /console/directory/offices/{office}/shifts", c.saveShifts),
	}
}

// shiftsPage is who is on duty at an office through a week, and the roster that says so.
type shiftsPage struct {
	Office          ripoti.Office
	From            time.Time // midnight of the first day, in Nairobi
	Earlier, Later  string    // addresses of the weeks beside this one, "" where the page goes no further
	Days            []weekDay
	Rows            []weekRow
	Away            []awayLine  // who is on leave in the week
	Said            []saidDuty  // who has said on or off duty by phone, and until when that counts
	Lines           []shiftLine // the roster as a form; empty for who may not change it
	Contacts        []ripoti.Contact
	Roles           []ripoti.Role
	Was             string
	Problem         string // the key of a sentence
	Problems        []string
	May, Rostered   bool
	EmptyInThisWeek int // parts of days in which nobody is on duty
}

// weekDay is a day as a column of the week.
type weekDay struct {
	time.Time
	Today bool
}

// weekRow is a role through the week, a cell for each day.
type weekRow struct {
	casework.WeekRow
	Cells []weekCell
}

type weekCell struct {
	weekDay
	Watches []watch
}

// watch is a part of a day with who is on duty in it; nobody: it is empty.
type watch struct {
	From, To string // times in Nairobi, "" both for the whole day
	Who      []ripoti.Contact
}

type awayLine struct {
	leaveLine
	Name string
}

type saidDuty struct {
	ripoti.DutyMark
	Name string
}

// shiftLine is a line of the roster as it was typed.
type shiftLine struct {
	N                             int // counted from 1
	Contact, Role, Days, From, To string
	Wrong                         map[string]string // by column
}

const (
	// weeksAround is how far from this week the page goes.
	weeksAround = 26
	// freshLines is how many empty lines the form offers, mostShifts how many lines a roster may have.
	freshLines = 3
	mostShifts = 200
)

func (c *Console) shifts(w http.ResponseWriter, q *request) error {
	of, err := c.atAddress(q)
	if err != nil {
		return err
	}
	shifts := c.Desk.Live.World().ShiftsAt(of.Office.ID)
	page := shiftsPage{Was: casework.ShiftsSum(shifts)}
	for _, s := range shifts {
		cells := directory.ShiftCells(s) // office, role, contact, days, from, to
		page.Lines = append(page.Lines, shiftLine{Contact: cells[2], Role: cells[1], Days: cells[3], From: cells[4], To: cells[5]})
	}
	return c.showShifts(w, q, http.StatusOK, of.Office, page)
}

// showShifts draws the week that the address asks for beside the lines of the form.
func (c *Console) showShifts(w http.ResponseWriter, q *request, status int, o ripoti.Office, page shiftsPage) error {
	world := c.Desk.Live.World()
	page.Office, page.May = o, keeper(q.User).Keeps(o) && o.Active
	page.Rostered = len(world.ShiftsAt(o.ID)) > 0
	c.drawWeek(&page, q.URL.Query())
	if !page.May {
		page.Lines = nil
		return c.show(w, q, status, "shifts", page)
	}
	for range min(freshLines, mostShifts-len(page.Lines)) {
		page.Lines = append(page.Lines, shiftLine{})
	}
	for i := range page.Lines {
		page.Lines[i].N = i + 1
	}
	for _, contact := range world.ContactsAt(o.ID) {
		if contact.Active {
			page.Contacts = append(page.Contacts, contact)
		}
	}
	page.Roles = ripoti.Roles
	return c.show(w, q, status, "shifts", page)
}

// drawWeek fills the seven days from the one that is asked for; else from today's Monday.
func (c *Console) drawWeek(page *shiftsPage, asked url.Values) {
	world, now := c.Desk.Live.World(), c.Now().In(routing.Nairobi)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, routing.Nairobi)
	monday := today.AddDate(0, 0, -int(today.Weekday()+6)%7)
	page.From = monday
	if day, err := time.ParseInLocation(time.DateOnly, asked.Get("from"), routing.Nairobi); err == nil {
		first, last := monday.AddDate(0, 0, -7*weeksAround), monday.AddDate(0, 0, 7*weeksAround)
		if page.From = day; day.Before(first) {
			page.From = first
		} else if day.After(last) {
			page.From = last
		}
	}
	at := func(weeks int) string {
		from := page.From.AddDate(0, 0, 7*weeks)
		if from.Before(monday.AddDate(0, 0, -7*weeksAround)) || from.After(monday.AddDate(0, 0, 7*weeksAround)) {
			return ""
		}
		return shiftsPath(page.Office.ID) + "?from=" + from.Format(time.DateOnly)
	}
	page.Earlier, page.Later = at(-1), at(1)
	for day := range 7 {
		t := page.From.AddDate(0, 0, day)
		page.Days = append(page.Days, weekDay{t, t.Equal(today)})
	}
	for _, row := range world.Week(page.Office.ID, page.From) {
		page.Rows = append(page.Rows, page.weekRow(row))
	}
	c.gatherAway(page, now)
}

func (p *shiftsPage) weekRow(row casework.WeekRow) weekRow {
	out := weekRow{WeekRow: row}
	for i, watches := range row.Days {
		cell := weekCell{weekDay: p.Days[i]}
		for _, part := range watches {
			shown := watch{Who: part.OnDuty}
			if len(watches) > 1 {
				shown.From, shown.To = directory.ClockText(int(part.From.Sub(cell.Time).Minutes())), directory.ClockText(int(part.To.Sub(cell.Time).Minutes()))
			}
			if len(part.OnDuty) == 0 {
				p.EmptyInThisWeek++
			}
			cell.Watches = append(cell.Watches, shown)
		}
		out.Cells = append(out.Cells, cell)
	}
	return out
}

// gatherAway are the leaves of the week, and what people have said by phone that still counts.
func (c *Console) gatherAway(page *shiftsPage, now time.Time) {
	world := c.Desk.Live.World()
	first, last := page.From.Format(time.DateOnly), page.From.AddDate(0, 0, 6).Format(time.DateOnly)
	for _, contact := range world.ContactsAt(page.Office.ID) {
		if !contact.Active {
			continue
		}
		for _, l := range world.LeavesOf(contact.ID) {
			if l.From <= last && first <= l.To {
				page.Away = append(page.Away, awayLine{leaveLine{l, c.contactName(l.StandIn)}, c.contactName(contact.ID)})
			}
		}
		if mark, said := world.Said(contact.ID, now); said {
			page.Said = append(page.Said, saidDuty{mark, c.contactName(contact.ID)})
		}
	}
}

// saveShifts takes the lines of the form for the whole roster. A line without anybody falls away.
func (c *Console) saveShifts(w http.ResponseWriter, q *request, of kept) error {
	if err := q.ParseForm(); err != nil {
		return ripoti.Invalid("error.form", err)
	}
	page := shiftsPage{Was: q.PostFormValue("was"), Lines: typedShifts(q.PostForm)}
	var rows [][]string
	for _, l := range page.Lines {
		rows = append(rows, []string{of.Office.ID, l.Role, l.Contact, l.Days, l.From, l.To})
	}
	err := c.Desk.SaveShifts(q.Context(), of.By, of.Office.ID, page.Was, rows)
	if err == nil {
		c.flash(q, "directory.done.shifts")
		return seeOther(w, q, shiftsPath(of.Office.ID))
	}
	if !page.refused(c, q.Lang, err) {
		return err
	}
	if ripoti.CodeOf(err) == ripoti.CodeConflict { // saved again, it counts as looked at
		page.Was = casework.ShiftsSum(c.Desk.Live.World().ShiftsAt(of.Office.ID))
	}
	return c.showShifts(w, q, statusOf(err), of.Office, page)
}

// typedShifts are the lines of the form in which somebody is named.
func typedShifts(form url.Values) (lines []shiftLine) {
	cell := func(column string, i int) string {
		if all := form[column]; i < len(all) {
			return all[i]
		}
		return ""
	}
	for i, contact := range form["contact"] {
		if contact == "" || len(lines) == mostShifts {
			continue
		}
		lines = append(lines, shiftLine{Contact: contact, Role: cell("role", i), Days: cell("days", i), From: cell("from", i), To: cell("to", i)})
	}
	return lines
}

// refused puts what is wrong beside the lines; false where the error is none of the form's.
func (p *shiftsPage) refused(c *Console, lang ripoti.Lang, err error) bool {
	var wrong directory.Problems
	errors.As(err, &wrong)
	for _, problem := range wrong {
		text := c.rowProblem(lang, problem)
		if i := problem.Line - 1; i >= 0 && i < len(p.Lines) {
			if p.Lines[i].Wrong == nil {
				p.Lines[i].Wrong = map[string]string{}
			}
			column := problem.Column
			if !slices.Contains([]string{"role", "days", "from", "to"}, column) {
				column = "contact"
			}
			p.Lines[i].Wrong[column] = text
			continue
		}
		p.Problems = append(p.Problems, text)
	}
	if key := ripoti.KeyOf(err); len(wrong) == 0 && key != "" {
		p.Problem = key
		return true
	}
	return len(wrong) > 0
}

// shiftField is what is wrong with a field of a line, under the id by which the field names it.
type shiftField struct{ ID, Wrong string }

// Field is what is wrong with a field of the line; Wrong is "" where nothing is.
func (l shiftLine) Field(column string) shiftField {
	return shiftField{"w" + strconv.Itoa(l.N) + column, l.Wrong[column]}
}

func shiftsPath(officeID string) string { return officePath(officeID) + "/shifts" }
