package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"ripoti/internal/casework"
	"ripoti/internal/coverage"
	"ripoti/internal/directory"
	"ripoti/internal/maps"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// officePage is an office: what it can do, who answers there, who is on duty, and what became of it.
type officePage struct {
	officeLine
	ParentName, Place string
	Contacts          []contactLine
	Duty              []casework.Slot
	Map               *officeMap // nil where its point is not known
	History           historyPage
	Helps             string // what wards need it for, "" for nothing
	May               bool   // the person keeps it
}

// officeMap is the ground around an office.
type officeMap struct {
	Box, Outline, Grounds, Ward string
	X, Y, Radius                float64
}

func (c *Console) officePage(w http.ResponseWriter, q *request) error {
	of, err := c.atAddress(q)
	if err != nil {
		return err
	}
	o, world := of.Office, c.Desk.Live.World()
	page := officePage{officeLine: c.officeLine(o), Place: c.placeShown(o.PlaceID), Duty: world.Duty(o.ID, c.Now()), May: keeper(q.User).Keeps(o)}
	if o.Parent != "" {
		page.ParentName = c.office(o.Parent)
	}
	if help, gives := coverage.HelpOf(o.Kind); gives && o.Active {
		page.Helps = help.String()
	}
	if page.Map, err = c.officeMap(o); err != nil {
		return err
	}
	if page.Contacts, err = c.contactLines(q.Context(), o.ID); err != nil {
		return err
	}
	if page.History, err = c.history(q, c.Store.OfficeHistory, o.ID); err != nil {
		return err
	}
	return c.show(w, q, http.StatusOK, "office", page)
}

// around is how much ground is drawn on each side of an office, in degrees: some 17 km.
const around = 0.15

func (c *Console) officeMap(o ripoti.Office) (*officeMap, error) {
	if o.Point.IsZero() {
		return nil, nil
	}
	country, err := c.kenya()
	if err != nil {
		return nil, err
	}
	var frame maps.Frame
	frame.Add(ripoti.Point{Lat: o.Point.Lat - around, Lon: o.Point.Lon - around})
	frame.Add(ripoti.Point{Lat: o.Point.Lat + around, Lon: o.Point.Lon + around})
	box, width := frame.Close()
	m := &officeMap{Box: box, Outline: country.Outline, Radius: width / 40}
	m.X, m.Y = maps.XY(o.Point)
	var grounds strings.Builder
	for _, cell := range country.Cells {
		if cell.Place.CountyID == o.County {
			grounds.WriteString(cell.Path)
		}
	}
	m.Grounds = grounds.String()
	if place, ok := c.Desk.Places.Place(o.PlaceID); ok {
		if cell, ok := country.Cell(place.Ward); ok {
			m.Ward = cell.Path
		}
	}
	return m, nil
}

// contactLine is a contact with how the number stands.
type contactLine struct {
	ripoti.Contact
	State  string
	OnDuty bool
	Ping   store.PingLine // the newest test of the number; empty where there was none
}

// contactStates are how a contact may stand, what keeps alerts away first. The first that fits is its state.
var contactStates = []struct {
	name string
	fits func(contactLine, time.Time) bool
}{
	{"ended", func(l contactLine, _ time.Time) bool { return !l.Active }},
	{"stopped", func(l contactLine, _ time.Time) bool { return l.Stopped }},
	{"unproven", func(l contactLine, _ time.Time) bool { return l.VerifiedAt.IsZero() }},
	{"quiet", func(l contactLine, now time.Time) bool {
		return !l.Ping.Asked.IsZero() && l.Ping.Answered.IsZero() && now.Sub(l.Ping.Asked) > casework.PongWithin
	}},
	{"fine", func(contactLine, time.Time) bool { return true }},
}

// pingMonths is for how many months tests of numbers are shown.
const pingMonths = 12

func (c *Console) contactLines(ctx context.Context, officeID string) (lines []contactLine, err error) {
	pings, err := c.Store.Pings(ctx, officeID, c.Now().In(routing.Nairobi).AddDate(0, -pingMonths, 0).Format("2006-01"))
	if err != nil {
		return nil, err
	}
	world := c.Desk.Live.World()
	for _, contact := range world.ContactsAt(officeID) {
		line := contactLine{Contact: contact, OnDuty: contact.Active && world.OnDuty(contact.ID, c.Now())}
		if i := slices.IndexFunc(pings, func(p store.PingLine) bool { return p.ContactID == contact.ID }); i >= 0 {
			line.Ping = pings[i] // the newest stands first
		}
		for _, s := range contactStates {
			if s.fits(line, c.Now()) {
				line.State = s.name
				break
			}
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// rowPage is a form of the directory.
type rowPage struct {
	kept
	Form   rowForm
	Action string // where it is sent to
	Back   string
	New    bool
	What   string // "office" or "contact"
}

func (c *Console) newOffice(w http.ResponseWriter, q *request, of kept) error {
	return c.showOffice(w, q, http.StatusOK, of, c.shownRow(q, officeForm, directory.OfficeCells(ripoti.Office{Kind: ripoti.Station, Hours: "24h", County: q.URL.Query().Get("county")})))
}

func (c *Console) editOffice(w http.ResponseWriter, q *request, of kept) error {
	return c.showOffice(w, q, http.StatusOK, of, c.shownRow(q, officeForm, directory.OfficeCells(of.Office)))
}

func (c *Console) showOffice(w http.ResponseWriter, q *request, status int, of kept, form rowForm) error {
	page := rowPage{kept: of, Form: form, What: "office", New: of.Office.ID == "", Action: "/console/directory/offices", Back: "/console/directory"}
	if !page.New {
		page.Action, page.Back = officePath(of.Office.ID), officePath(of.Office.ID)
	}
	return c.show(w, q, status, "directory_row", page)
}

// saveOffice writes an office, a new one where the address names none.
func (c *Console) saveOffice(w http.ResponseWriter, q *request, of kept) error {
	if err := q.ParseForm(); err != nil {
		return ripoti.Invalid("error.form", err)
	}
	cells, form, sound := c.readRow(q, officeForm, q.PostForm)
	now := directory.OfficeCells(of.Office)
	if form.Was = sumOf(officeForm, now); of.Office.ID != "" && form.Was != q.PostFormValue("was") {
		form.meanwhile(c, q, officeForm, now)
		return c.showOffice(w, q, http.StatusConflict, of, form)
	}
	if cells["id"] = of.Office.ID; of.Office.ID == "" {
		cells["id"] = c.newID(cells["kind"], cells["county"], cells["name"])
	}
	is, err := directory.OfficeOf(cells)
	if err == nil && sound {
		is.Point = c.pointOf(is)
		err = c.Desk.SaveOffice(q.Context(), of.By, of.Office, is)
	}
	if err != nil || !sound {
		if err != nil && !form.refused(c, q.Lang, err) {
			return err
		}
		return c.showOffice(w, q, statusOf(err), of, form)
	}
	c.flash(q, "directory.done.office")
	return seeOther(w, q, officePath(is.ID))
}

// statusOf answers a form that was refused.
func statusOf(err error) int {
	if status := statuses[ripoti.CodeOf(err)]; status != 0 {
		return status
	}
	return http.StatusUnprocessableEntity
}

// pointOf is where an office stands: where nothing was given, at its place, if that is narrow enough.
func (c *Console) pointOf(o ripoti.Office) ripoti.Point {
	if place, ok := c.Desk.Places.Place(o.PlaceID); ok && o.Point.IsZero() && place.Precision.Decides() {
		return place.Point
	}
	return o.Point
}

// longestID is how long the id of a new row may be before a number comes behind it.
const longestID = 50

// newID is an id that no office and no contact has, made of words.
func (c *Console) newID(words ...string) string {
	slug := strings.FieldsFunc(strings.ToLower(strings.Join(words, " ")), func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != '_'
	})
	base := strings.Join(slug, "-")
	base = strings.Trim(base[:min(len(base), longestID)], "-.")
	world := c.Desk.Live.World()
	for n := 1; ; n++ {
		id := base
		if n > 1 || base == "" {
			id = fmt.Sprintf("%s-%d", base, n)
		}
		_, office := world.Office(id)
		if _, contact := world.Contact(id); !office && !contact {
			return id
		}
	}
}

// closingOffice is what happens when an office is closed.
type closingOffice struct {
	kept
	Contacts []ripoti.Contact // who serve there
	Cases    []store.Row      // that go on there, as far as the person may see them
	More     bool
	Problem  string
}

func (c *Console) closeOffice(w http.ResponseWriter, q *request, of kept) error {
	return c.showClosing(w, q, http.StatusOK, closingOffice{kept: of})
}

func (c *Console) showClosing(w http.ResponseWriter, q *request, status int, page closingOffice) error {
	for _, contact := range c.Desk.Live.World().ContactsAt(page.Office.ID) {
		if contact.Active {
			page.Contacts = append(page.Contacts, contact)
		}
	}
	for _, s := range []ripoti.Status{ripoti.StatusRouted, ripoti.StatusAccepted} {
		rows, err := c.Store.Seen(q.Context(), c.caseView(q), store.Wanted{Office: page.Office.ID, Status: s}, "", onPage+1)
		if err != nil {
			return err
		}
		page.More = page.More || len(rows) > onPage
		page.Cases = append(page.Cases, rows[:min(len(rows), onPage)]...)
	}
	return c.show(w, q, status, "office_close", page)
}

// caseView is what somebody who keeps the directory may see of cases: administrators nothing.
func (c *Console) caseView(q *request) store.View {
	if !allowed(caseRoles, q.User.Role) {
		return store.View{Own: true}
	}
	return c.view(q)
}

// alteringOffice closes an office, or opens it again; what is refused is told beside what closing does.
func (c *Console) alteringOffice(name string, alter func(d *casework.Desk, ctx context.Context, by casework.Keeper, officeID string) error) func(http.ResponseWriter, *request, kept) error {
	return func(w http.ResponseWriter, q *request, of kept) error {
		err := alter(c.Desk, q.Context(), of.By, of.Office.ID)
		if ripoti.CodeOf(err) == ripoti.CodeConflict {
			return c.showClosing(w, q, http.StatusConflict, closingOffice{kept: of, Problem: ripoti.KeyOf(err)})
		}
		if err != nil {
			return err
		}
		c.flash(q, "directory.done."+name)
		return seeOther(w, q, officePath(of.Office.ID))
	}
}
