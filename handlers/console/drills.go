package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

func (c *Console) drillRoutes() []route {
	return []route{
		{pattern: "GET /console/drills", do: c.drills, roles: networkRoles},
		{pattern: "GET /console/drills/new", do: c.newDrill, roles: networkRoles},
		{pattern: "POST /console/drills", do: c.startDrill, roles: networkRoles},
		{pattern: "GET /console/drills/{drill}", do: c.drill, roles: networkRoles},
		{pattern: "POST /console/drills/{drill}/end", do: c.endDrill, roles: networkRoles},
	}
}

// mostDrills is how many drills the list shows.
const mostDrills = 50

// lasting are how long a drill may run, in minutes.
var lasting = []int{30, 60, 120, 240}

// drillsPage is the drills there were, and the form for another one.
type drillsPage struct {
	Drills    []drillLine
	Counties  []ripoti.Place
	Scenarios []casework.Scenario
	Lasting   []int
	Typed     url.Values
	Problem   string
}

type drillLine struct {
	store.Drill
	Where, Who string
}

func (c *Console) drills(w http.ResponseWriter, q *request) error {
	return c.showDrills(w, q, http.StatusOK, url.Values{}, "")
}

func (c *Console) showDrills(w http.ResponseWriter, q *request, status int, typed url.Values, problem string) error {
	page := drillsPage{Counties: c.countiesOf(q.User), Scenarios: casework.Scenarios, Lasting: lasting, Typed: typed, Problem: problem}
	all, err := c.Store.Drills(q.Context(), q.User.Counties, mostDrills)
	if err != nil {
		return err
	}
	for _, d := range all {
		page.Drills = append(page.Drills, c.drillLine(q, d))
	}
	return c.show(w, q, status, "drills", page)
}

func (c *Console) drillLine(q *request, d store.Drill) drillLine {
	return drillLine{d, c.drillPlace(d.County, d.OfficeID), c.who(q, d.StartedBy)}
}

// drillPlace is where a drill is: an office, or a county by name.
func (c *Console) drillPlace(county, office string) string {
	if office != "" {
		return c.office(office)
	}
	for _, p := range c.Desk.Places.Counties() {
		if p.CountyID == county {
			return p.Name
		}
	}
	return county
}

// wantedDrill reads what is asked for. The county must be one of the person's.
func (c *Console) wantedDrill(q *request, typed url.Values) (casework.DrillWanted, error) {
	wanted := casework.DrillWanted{County: typed.Get("county"), OfficeID: strings.TrimSpace(typed.Get("office")), Scenario: typed.Get("scenario")}
	if o, ok := c.Desk.Live.World().Office(wanted.OfficeID); ok {
		wanted.County = o.County
	}
	minutes, err := strconv.Atoi(typed.Get("minutes"))
	if err != nil {
		return wanted, ripoti.Invalid("drill.lasts", err)
	}
	wanted.Lasts = time.Duration(minutes) * time.Minute
	if wanted.County == "" || !inCounties(q.User, wanted.County) {
		return wanted, ripoti.Forbidden("drill.not_yours", nil)
	}
	return wanted, nil
}

// confirmPage is who would be practised with, before anybody is.
type confirmPage struct {
	Wanted  casework.DrillWanted
	Minutes int
	Where   string
	Offices []ripoti.Office
}

// newDrill shows who would be told, and asks once more.
func (c *Console) newDrill(w http.ResponseWriter, q *request) error {
	asked := q.URL.Query()
	wanted, err := c.wantedDrill(q, asked)
	var offices []ripoti.Office
	if err == nil {
		offices, err = c.Desk.DrillOffices(wanted)
	}
	if key := ripoti.KeyOf(err); key != "" {
		return c.showDrills(w, q, statuses[ripoti.CodeOf(err)], asked, key)
	}
	if err != nil {
		return err
	}
	return c.show(w, q, http.StatusOK, "drill_new", confirmPage{wanted, int(wanted.Lasts / time.Minute), c.drillPlace(wanted.County, wanted.OfficeID), offices})
}

func (c *Console) startDrill(w http.ResponseWriter, q *request) error {
	if err := q.ParseForm(); err != nil {
		return ripoti.Invalid("error.form", err)
	}
	wanted, err := c.wantedDrill(q, q.PostForm)
	id := ""
	if err == nil {
		id, err = c.Desk.StartDrill(q.Context(), wanted, "user:"+q.User.ID)
	}
	if key := ripoti.KeyOf(err); key != "" {
		return c.showDrills(w, q, statuses[ripoti.CodeOf(err)], q.PostForm, key)
	}
	if err != nil {
		return err
	}
	c.flash(q, "drill.started")
	return seeOther(w, q, "/console/drills/"+id)
}

// drillPage is what came of a drill.
type drillPage struct {
	drillLine
	Results []practisedLine
}

// practisedLine is an office's part in a practice report.
type practisedLine struct {
	Code          ripoti.Code
	Door          string // the office it was filed at the door of
	Office, Taker string
	Elsewhere     bool // for safety it went to another office than that
	casework.PractisedPart
	Minutes int
}

// ofMine is the drill of the address, if it is of one of the person's counties.
func (c *Console) ofMine(q *request) (store.Drill, error) {
	d, err := c.Store.Drill(q.Context(), q.PathValue("drill"))
	if err == nil && !inCounties(q.User, d.County) {
		err = ripoti.NotFound("drill.unknown", nil)
	}
	return d, err
}

func (c *Console) drill(w http.ResponseWriter, q *request) error {
	d, err := c.ofMine(q)
	if err != nil {
		return err
	}
	practised, err := c.Desk.DrillResult(q.Context(), c.view(q), d.ID)
	if err != nil {
		return err
	}
	page := drillPage{drillLine: c.drillLine(q, d)}
	for _, p := range practised {
		elsewhere := !slices.ContainsFunc(p.Parts, func(part casework.PractisedPart) bool { return part.Side == ripoti.Safety && part.OfficeID == p.Office })
		for _, part := range p.Parts {
			if part.Side != ripoti.Safety && part.Side != ripoti.Care {
				continue
			}
			page.Results = append(page.Results, practisedLine{p.Report.Code, c.office(p.Office), c.office(part.OfficeID), c.who(q, part.AcceptedBy),
				elsewhere && part.Side == ripoti.Safety, part, int(part.After.Round(time.Minute) / time.Minute)})
		}
	}
	if q.Header.Get("HX-Request") != "" {
		return c.part(w, q, "drill", "result", page)
	}
	return c.show(w, q, http.StatusOK, "drill", page)
}

func (c *Console) endDrill(w http.ResponseWriter, q *request) error {
	d, err := c.ofMine(q)
	if err != nil {
		return err
	}
	if err := c.Desk.EndDrill(q.Context(), d.ID, "user:"+q.User.ID); err != nil {
		return err
	}
	c.flash(q, "drill.ended")
	return seeOther(w, q, "/console/drills/"+d.ID)
}
