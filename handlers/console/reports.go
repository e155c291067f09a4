package console

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

func (c *Console) reportRoutes() []route {
	return slices.Concat([]route{
		{pattern: "GET /console/{$}", do: c.today},
		{pattern: "GET /console/network", do: c.network, roles: keeperRoles},
		{pattern: "GET /console/reports", do: c.reports, roles: caseRoles},
		{pattern: "GET /console/reports/{number}", do: c.report, roles: caseRoles},
		{pattern: "POST /console/reports/{number}/story", do: c.story, roles: caseRoles},
		{pattern: "POST /console/reports/{number}/reporter", do: c.openNumber, roles: caseRoles},
		{pattern: "GET /console/same", do: c.same, roles: caseRoles},
		{pattern: "POST /console/same", do: c.decideSame, roles: caseRoles},
	}, c.actRoutes())
}

// onPage is how many reports a list shows at once.
const onPage = 50

// reportsPage is the list with what was asked for.
type reportsPage struct {
	Rows       []store.Row
	Asked      url.Values
	Next       string // the address of the next page, "" on the last one
	First      string // the address of the first page, "" on it
	Counties   []ripoti.Place
	Categories []ripoti.Category
	Urgencies  []ripoti.Urgency
	Statuses   []ripoti.Status
	Waits      []store.Waits
	Flags      []ripoti.FlagKind
	Filtered   int // how many filters are set
	Problem    string
}

var statusesShown = []ripoti.Status{ripoti.StatusFiled, ripoti.StatusRouted, ripoti.StatusAccepted, ripoti.StatusClosed}

// filters are the names of the filters in the address.
var filters = []string{"county", "category", "urgency", "status", "waits", "flag", "office", "from", "to", "drill"}

// reports lists what the person may see. What is asked for stands in the address, so that a list can
// be kept and sent to a colleague, who sees of it what he or she may see.
func (c *Console) reports(w http.ResponseWriter, q *request) error {
	asked := q.URL.Query()
	page := reportsPage{Asked: asked, Categories: ripoti.Categories, Urgencies: ripoti.Urgencies, Statuses: statusesShown, Waits: store.AllWaits,
		Flags: ripoti.FlagKinds, Counties: c.countiesOf(q.User)}
	if number := asked.Get("number"); number != "" {
		code, err := ripoti.ParseCode(number)
		if err == nil {
			return seeOther(w, q, "/console/reports/"+string(code))
		}
		page.Problem = "reports.no_number"
	}
	wanted, err := wantedOf(asked)
	if err != nil {
		page.Problem = ripoti.KeyOf(err)
	}
	for _, name := range filters {
		if asked.Get(name) != "" {
			page.Filtered++
		}
	}
	page.Rows, err = c.Store.Seen(q.Context(), c.view(q), c.timed(wanted), asked.Get("after"), onPage+1)
	if err != nil {
		return err
	}
	if len(page.Rows) > onPage {
		page.Rows = page.Rows[:onPage]
		page.Next = "/console/reports?" + with(asked, "after", page.Rows[onPage-1].ID).Encode()
	}
	if asked.Get("after") != "" {
		page.First = "/console/reports?" + with(asked, "after", "").Encode()
	}
	return c.show(w, q, http.StatusOK, "reports", page)
}

// with is an address's values with another one; "" takes it away.
func with(asked url.Values, name, value string) url.Values {
	next := url.Values{}
	for key, values := range asked {
		next[key] = values
	}
	if next.Set(name, value); value == "" {
		next.Del(name)
	}
	return next
}

// countiesOf are the counties that somebody works for.
func (c *Console) countiesOf(u ripoti.User) []ripoti.Place {
	return slices.DeleteFunc(slices.Clone(c.Desk.Places.Counties()), func(p ripoti.Place) bool { return !inCounties(u, p.CountyID) })
}

// wantedOf reads what is asked for. Days are days in Nairobi; the last one counts whole.
func wantedOf(asked url.Values) (store.Wanted, error) {
	wanted := store.Wanted{County: asked.Get("county"), Category: ripoti.Category(asked.Get("category")), Urgency: ripoti.Urgency(asked.Get("urgency")),
		Status: ripoti.Status(asked.Get("status")), Office: asked.Get("office"), Flag: ripoti.FlagKind(asked.Get("flag")),
		Waits: store.Waits(asked.Get("waits")), Drill: asked.Get("drill")}
	days, err := daysOf(asked)
	wanted.From, wanted.To = days.from, days.to
	return wanted, err
}

// askedFor is how a list is asked for in the address: wantedOf the other way round, but for days.
func askedFor(wanted store.Wanted) url.Values {
	asked := url.Values{}
	for name, value := range map[string]string{"county": wanted.County, "category": string(wanted.Category), "urgency": string(wanted.Urgency),
		"status": string(wanted.Status), "office": wanted.Office, "flag": string(wanted.Flag), "waits": string(wanted.Waits), "drill": wanted.Drill} {
		if value != "" {
			asked.Set(name, value)
		}
	}
	return asked
}

// days are a span of time as it is asked for.
type days struct{ from, to time.Time }

// daysOf reads the first and the last day. One that is none is told, and asks for nothing.
func daysOf(asked url.Values) (d days, err error) {
	for _, day := range []struct {
		name string
		into *time.Time
		add  int
	}{{"from", &d.from, 0}, {"to", &d.to, 1}} {
		text := asked.Get(day.name)
		if text == "" {
			continue
		}
		at, wrong := time.ParseInLocation(time.DateOnly, text, routing.Nairobi)
		if wrong != nil {
			err = ripoti.Invalid("reports.no_day", wrong)
			continue
		}
		*day.into = at.AddDate(0, 0, day.add)
	}
	return d, err
}
