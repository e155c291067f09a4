package console

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"

	"ripoti/internal/coverage"
	"ripoti/internal/maps"
	"ripoti/internal/ripoti"
)

// catchmentRoutes are the map of what each office serves.
func (c *Console) catchmentRoutes() []route {
	return []route{{pattern: "GET /console/directory/map", do: c.catchments, roles: directoryReaders}}
}

// catchmentsPage is the wards by the office that serves them first, as coverage measures them.
type catchmentsPage struct {
	asked    url.Values
	Helps    []coverage.Help
	Help     coverage.Help
	Hours    []coverage.Hour
	Hour     coverage.Hour
	Counties []ripoti.Place
	County   string // "" for the whole country
	Map      wardMap
	Rows     []catchment
	Pages    paging
	Chosen   *catchment // the office that the address names; nil for none
	Wards    []wardLine // those of the chosen one
}

// catchment is the wards that an office serves.
type catchment struct {
	OfficeID string // "" for the wards that nobody serves
	Name     string
	Colour   coverage.Band // which of the grounds of the map is its; neighbours differ
	Wards    int
	Farthest helpLine // the ward that is farthest, as far as that is known
}

// nobodys is the ground of wards that no office serves, as on the map of coverage.
const nobodys = coverage.Blind

func (c *Console) catchments(w http.ResponseWriter, q *request) error {
	if err := c.Desk.Live.Refresh(q.Context()); err != nil {
		return err
	}
	page := catchmentsPage{asked: q.URL.Query(), Helps: coverage.Helps, Hours: coverage.Hours, Hour: hourOf(q), Counties: c.Desk.Places.Counties()}
	for _, help := range coverage.Helps {
		if help.String() == page.asked.Get("help") {
			page.Help = help
		}
	}
	wards := c.measured(page.Hour)
	if page.County = page.asked.Get("county"); page.County != "" {
		wards = inCounty(wards, page.County)
	}
	rows := c.catchmentsOf(wards, page.Help)
	page.Pages = pagesOf(page.asked, "page", len(rows), wardsListed)
	page.Rows = rows[page.Pages.From:page.Pages.To]
	if i := slices.IndexFunc(rows, func(r catchment) bool { return r.OfficeID != "" && r.OfficeID == page.asked.Get("office") }); i >= 0 {
		page.Chosen = &rows[i]
		for _, r := range wards {
			if r.By[page.Help].OfficeID == page.Chosen.OfficeID {
				page.Wards = append(page.Wards, c.wardLine(r, page.Help))
			}
		}
	}
	country, err := c.kenya()
	if err != nil {
		return err
	}
	page.Map = c.drawCatchments(country, wards, rows, page)
	return c.show(w, q, http.StatusOK, "catchments", page)
}

// catchmentsOf are the offices that serve some wards, those of the most wards first, nobody before them.
func (c *Console) catchmentsOf(wards []coverage.Reach, help coverage.Help) (rows []catchment) {
	at := map[string]int{}
	for _, r := range wards {
		found := r.By[help]
		i, known := at[found.OfficeID]
		if !known {
			i = len(rows)
			at[found.OfficeID] = i
			rows = append(rows, catchment{OfficeID: found.OfficeID, Name: c.office(found.OfficeID), Farthest: helpLine{Help: help, Found: coverage.Found{Km: -1}}})
		}
		rows[i].Wards++
		if found.OfficeID != "" && found.Km > rows[i].Farthest.Km {
			rows[i].Farthest.Found = found
		}
	}
	c.colour(rows)
	slices.SortFunc(rows, func(a, b catchment) int {
		return cmp.Or(cmp.Compare(min(len(a.OfficeID), 1), min(len(b.OfficeID), 1)), b.Wards-a.Wards, cmp.Compare(a.OfficeID, b.OfficeID))
	})
	return rows
}

// colour gives each office, by its id, the ground whose nearest owner is farthest: neighbours then differ.
func (c *Console) colour(rows []catchment) {
	order := make([]int, len(rows))
	for i := range rows {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(rows[a].OfficeID, rows[b].OfficeID) })
	owners := make([][]ripoti.Point, nobodys)
	for _, i := range order {
		rows[i].Colour = nobodys
		if rows[i].OfficeID == "" {
			continue
		}
		o, _ := c.Desk.Live.World().Office(rows[i].OfficeID)
		best := -1.0
		for colour := range owners {
			if far := nearest(o.Point, owners[colour]); far > best {
				best, rows[i].Colour = far, coverage.Band(colour)
			}
		}
		owners[rows[i].Colour] = append(owners[rows[i].Colour], o.Point)
	}
}

// nearest is how far the nearest of some points is, squared and in degrees: enough to compare within Kenya.
func nearest(of ripoti.Point, points []ripoti.Point) float64 {
	least := math.Inf(1)
	for _, p := range points {
		lat, lon := p.Lat-of.Lat, p.Lon-of.Lon
		least = min(least, lat*lat+lon*lon)
	}
	return least
}

// drawCatchments draws wards in the grounds of their offices, those of a county closely and with the offices.
func (c *Console) drawCatchments(country *maps.Map, wards []coverage.Reach, rows []catchment, page catchmentsPage) wardMap {
	grounds := map[string]coverage.Band{}
	for _, r := range rows {
		grounds[r.OfficeID] = r.Colour
	}
	d := wardDrawing{country: country, closely: page.County != ""}
	for _, r := range wards {
		office := r.By[page.Help].OfficeID
		d.add(r.Ward, grounds[office], page.Chosen != nil && page.Chosen.OfficeID == office)
	}
	if d.closely {
		d.marks = c.marksOf(wards, page.Help)
	}
	m := d.done()
	m.Label = "catchments.map"
	return m
}

// At is the page's address with an office chosen.
func (p catchmentsPage) At(office string) string {
	return "/console/directory/map?" + with(with(p.asked, "page", ""), "office", office).Encode()
}
