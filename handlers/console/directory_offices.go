package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
)

// officeRoutes are the list of offices and the page of each.
func (c *Console) officeRoutes() []route {
	return []route{
		{pattern: "GET /console/directory", do: c.directory, roles: directoryReaders},
		{pattern: "GET /console/directory/offices/{office}", do: c.officePage, roles: directoryReaders},
		c.keeping("GET /console/directory/new", c.newOffice),
		c.keeping("POST /console/directory/offices", c.saveOffice),
		c.keeping("GET /console/directory/offices/{office}/edit", c.editOffice),
		c.keeping("POST /console/directory/offices/{office}", c.saveOffice),
		c.keeping("GET /console/directory/offices/{office}/close", c.closeOffice),
		c.keeping("POST /console/directory/offices/{office}/close", c.alteringOffice("close", (*casework.Desk).CloseOffice)),
		c.keeping("POST /console/directory/offices/{office}/open", c.alteringOffice("open", (*casework.Desk).OpenOffice)),
	}
}

// officesPage is the list of offices with what was asked for.
type officesPage struct {
	Offices  []officeLine
	Asked    url.Values
	Next     string // the address of the next page, "" on the last one
	First    string // the address of the first page, "" on it
	Found    int    // on all pages
	Counties []ripoti.Place
	Kinds    []ripoti.OfficeKind
	States   []string
	New      bool // the person may add an office
}

// officeLine is an office with how it stands.
type officeLine struct {
	ripoti.Office
	CountyName string
	State      string
	Serving    int // contacts in service
	Answering  int // those of them that can be alerted
}

// officeStates are how an office may stand, the worst first. The first that fits is its state.
var officeStates = []struct {
	name string
	fits func(officeLine) bool
}{
	{"closed", func(o officeLine) bool { return !o.Active }},
	{"dark", func(o officeLine) bool { return o.Dark }},
	{"silent", func(o officeLine) bool { return o.Answering == 0 }},
	{"unproven", func(o officeLine) bool { return o.Answering < o.Serving }},
	{"fine", func(officeLine) bool { return true }},
}

// directory lists offices by county and name. What is asked for stands in the address.
func (c *Console) directory(w http.ResponseWriter, q *request) error {
	asked := q.URL.Query()
	page := officesPage{Asked: asked, Counties: c.Desk.Places.Counties(), Kinds: ripoti.OfficeKinds, New: allowed(directoryKeepers, q.User.Role)}
	for _, s := range officeStates {
		page.States = append(page.States, s.name)
	}
	page.Offices = c.officesAsked(asked)
	page.Found = len(page.Offices)
	if after := asked.Get("after"); after != "" {
		page.First = "/console/directory?" + with(asked, "after", "").Encode()
		if at := slices.IndexFunc(page.Offices, func(o officeLine) bool { return o.ID == after }); at >= 0 {
			page.Offices = page.Offices[at+1:]
		}
	}
	if len(page.Offices) > onPage {
		page.Offices = page.Offices[:onPage]
		page.Next = "/console/directory?" + with(asked, "after", page.Offices[onPage-1].ID).Encode()
	}
	return c.show(w, q, http.StatusOK, "directory", page)
}

// officesAsked are the offices that an address asks for.
func (c *Console) officesAsked(asked url.Values) (some []officeLine) {
	county, kind, state, text := asked.Get("county"), asked.Get("kind"), asked.Get("state"), strings.ToLower(strings.TrimSpace(asked.Get("text")))
	for _, o := range c.Desk.Live.World().Offices() {
		if county != "" && o.County != county || kind != "" && string(o.Kind) != kind {
			continue
		}
		line := c.officeLine(o)
		if (state == "" || line.State == state) && c.mentions(line, text) {
			some = append(some, line)
		}
	}
	slices.SortStableFunc(some, func(a, b officeLine) int { return cmp.Or(cmp.Compare(a.County, b.County), cmp.Compare(a.Name, b.Name)) })
	return some
}

func (c *Console) officeLine(o ripoti.Office) officeLine {
	line := officeLine{Office: o, CountyName: c.countyName(o.County)}
	for _, contact := range c.Desk.Live.World().ContactsAt(o.ID) {
		if contact.Active {
			line.Serving++
		}
		if contact.Answerable() {
			line.Answering++
		}
	}
	for _, s := range officeStates {
		if s.fits(line) {
			line.State = s.name
			break
		}
	}
	return line
}

// countyName is "" for what serves the whole country.
func (c *Console) countyName(id string) string {
	for _, county := range c.Desk.Places.Counties() {
		if county.CountyID == id {
			return county.Name
		}
	}
	return id
}

// mentions says whether an office or somebody there is called so.
func (c *Console) mentions(o officeLine, text string) bool {
	names := []string{o.Name, o.ID, o.SubCounty}
	if text == "" {
		return true
	}
	for _, contact := range c.Desk.Live.World().ContactsAt(o.ID) {
		names = append(names, contact.Name, contact.ID)
	}
	return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(strings.ToLower(name), text) })
}
