package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"

	"ripoti/internal/casework"
	"ripoti/internal/coverage"
	"ripoti/internal/maps"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// coverageRoutes are the pages of what the offices cover.
func (c *Console) coverageRoutes() []route {
	return []route{
		{pattern: "GET /console/coverage", do: c.coverage, roles: directoryReaders},
		{pattern: "GET /console/coverage/wards/{ward}", do: c.coverWard, roles: directoryReaders},
	}
}

// covers keeps what was measured for as long as directory and rules stay as they are.
type covers struct {
	mu        sync.Mutex
	directory *routing.Directory
	rules     *routing.Rules
	reach     map[coverage.Hour][]coverage.Reach
}

// coveragePage is all wards by how far and how able their nearest office is, the worst served first.
type coveragePage struct {
	asked    url.Values
	Map      wardMap
	Bands    []bandLine
	Hours    []coverage.Hour
	Hour     coverage.Hour
	Counties []ripoti.Place
	County   string // "" for the whole country
	ByCounty []coverage.County
	Wards    []wardLine
	Pages    paging
	WhatIf   whatIf
}

// wardLine is a ward with the offices that help it.
type wardLine struct {
	coverage.Reach
	Helps []helpLine
}

type helpLine struct {
	Help coverage.Help
	coverage.Found
	Office string
	// Link says that the office has a page of its own: one that is only imagined has none.
	Link bool
}

// Far is the distance in words, "" where nobody knows it.
func (h helpLine) Far() string {
	switch {
	case h.Km < 0:
		return ""
	case h.Km < 10:
		return strconv.FormatFloat(h.Km, 'f', 1, 64) + " km"
	}
	return strconv.FormatFloat(h.Km, 'f', 0, 64) + " km"
}

// bandPatterns are what is drawn over the colour of each band, as an SVG path in a square of 8.
var bandPatterns = []string{
	coverage.Near:   "",
	coverage.Fair:   "M2 2h1v1h-1zM6 6h1v1h-1z",
	coverage.Far:    "",
	coverage.Remote: "M0 4h8",
	coverage.Beyond: "M0 8l8-8M-1 1l2-2M7 9l2-2",
	coverage.Blind:  "M0 8l8-8M0 0l8 8",
}

// bandLine is how many wards a band has, now and if.
type bandLine struct {
	Band          coverage.Band
	Before, After int
}

// wardsListed is how many wards stand on a page of the whole country; a county's stand on one.
const wardsListed = 40

func (c *Console) coverage(w http.ResponseWriter, q *request) error {
	page := coveragePage{asked: q.URL.Query(), Hours: coverage.Hours, Hour: hourOf(q), Counties: c.Desk.Places.Counties()}
	page.County = page.asked.Get("county")
	before := c.measured(page.Hour)
	after := before
	if page.WhatIf = whatIfOf(page.asked); page.WhatIf.Asked() {
		if imagined, ok := c.imagine(&page.WhatIf); ok {
			after = coverage.Of(imagined, page.Hour)
		}
		c.tellChanges(&page, coverage.Compare(before, after))
	}
	if page.County == "" {
		page.ByCounty = coverage.Counties(after)
	} else {
		before, after = inCounty(before, page.County), inCounty(after, page.County)
	}
	was, is := coverage.Counts(before), coverage.Counts(after)
	for _, band := range coverage.Bands {
		page.Bands = append(page.Bands, bandLine{band, was[band], is[band]})
	}
	country, err := c.kenya()
	if err != nil {
		return err
	}
	page.Map = c.drawWards(country, after, page.County != "", page.WhatIf)
	c.listWards(&page, after)
	return c.show(w, q, http.StatusOK, "coverage", page)
}

func inCounty(all []coverage.Reach, county string) []coverage.Reach {
	return slices.DeleteFunc(slices.Clone(all), func(r coverage.Reach) bool { return r.Ward.CountyID != county })
}

// hourOf is when wards are measured: by day unless the night was asked for.
func hourOf(q *request) coverage.Hour {
	if hour := coverage.Hour(q.FormValue("hour")); slices.Contains(coverage.Hours, hour) {
		return hour
	}
	return coverage.Day
}

// measured is how the wards are served now.
func (c *Console) measured(hour coverage.Hour) []coverage.Reach {
	c.covers.mu.Lock()
	defer c.covers.mu.Unlock()
	world := c.Desk.Live.World()
	if c.covers.directory != world.Directory || c.covers.rules != world.Rules { // who is on duty changes nothing
		c.covers.directory, c.covers.rules, c.covers.reach = world.Directory, world.Rules, map[coverage.Hour][]coverage.Reach{}
	}
	if c.covers.reach[hour] == nil {
		c.covers.reach[hour] = coverage.Of(c.measuredBy(world, world.Directory), hour)
	}
	return c.covers.reach[hour]
}

func (c *Console) measuredBy(world *casework.World, directory *routing.Directory) coverage.Network {
	return coverage.Network{Wards: c.Desk.Places.Wards(), Directory: directory, Rules: world.Rules}
}

// listWards puts the wards of the page's turn into its table.
func (c *Console) listWards(page *coveragePage, wards []coverage.Reach) {
	if page.County == "" {
		page.Pages = pagesOf(page.asked, "page", len(wards), wardsListed)
		wards = wards[page.Pages.From:page.Pages.To]
	}
	for _, r := range wards {
		page.Wards = append(page.Wards, c.wardLine(r, coverage.Helps...))
	}
}

// wardLine names the offices of some helps of a ward.
func (c *Console) wardLine(r coverage.Reach, helps ...coverage.Help) wardLine {
	line := wardLine{Reach: r}
	for _, help := range helps {
		found := r.By[help]
		h := helpLine{Help: help, Found: found, Office: c.office(found.OfficeID), Link: found.OfficeID != "" && found.OfficeID != whatIfID}
		line.Helps = append(line.Helps, h)
	}
	return line
}

// At is the page's address for another choice of one of its fields, "" for none, with all others as they are.
func (p coveragePage) At(field, value string) string {
	return "/console/coverage?" + with(with(with(p.asked, "page", ""), "changes", ""), field, value).Encode()
}

// paging is the part of a list that a page shows, and the addresses of those before and after it.
type paging struct {
	From, To, Of   int // From is the first, counted from 0
	Earlier, Later string
}

// First is the first line shown, counted from 1.
func (p paging) First() int { return p.From + 1 }

// pagesOf is the page that a field asks for, of a list that stands in memory.
func pagesOf(asked url.Values, field string, length, size int) paging {
	n, err := strconv.Atoi(asked.Get(field))
	if last := max((length-1)/size, 0); err != nil || n < 0 {
		n = 0
	} else {
		n = min(n, last)
	}
	at := func(n int) string { return "?" + with(asked, field, strconv.Itoa(n)).Encode() }
	p := paging{From: n * size, To: min((n+1)*size, length), Of: length}
	if n > 0 {
		p.Earlier = at(n - 1)
	}
	if p.To < length {
		p.Later = at(n + 1)
	}
	return p
}

// wardPage is a ward with the offices that serve it, and why.
type wardPage struct {
	Ward  ripoti.Place
	Line  wardLine
	Hour  coverage.Hour
	Hours []coverage.Hour
	Why   whyPage
}

// coverWard tells which offices serve a ward, by the example that coverage is measured with.
func (c *Console) coverWard(w http.ResponseWriter, q *request) error {
	id, hour := q.PathValue("ward"), hourOf(q)
	reach := c.measured(hour)
	i := slices.IndexFunc(reach, func(r coverage.Reach) bool { return r.Ward.ID == id })
	if i < 0 {
		return ripoti.NotFound("coverage.no_ward", nil)
	}
	page := wardPage{Ward: reach[i].Ward, Line: c.wardLine(reach[i], coverage.Helps...), Hour: hour, Hours: coverage.Hours}
	world := c.Desk.Live.World()
	var err error
	decision := routing.Decide(coverage.Example(page.Ward, hour.Time()), world.Directory, world.Rules)
	if page.Why, err = c.why(q.Lang, page.Ward.Ref(), decision, true); err != nil {
		return err
	}
	return c.show(w, q, http.StatusOK, "coverage_ward", page)
}

// wardMap is wards drawn by their bands.
type wardMap struct {
	Box, Outline string
	Label        string // the key of what it is a map of; "" for coverage
	// Scale is how large patterns are drawn: 1 on a picture of the whole country.
	Scale   string
	Grounds []ground
	Changed string // the borders of wards that are served otherwise
	Marks   []officeMark
	Radius  string
}

// ground is the cells of all wards of a band as one path, which keeps the page light.
type ground struct {
	Band coverage.Band
	Path string
}

// officeMark is an office on the map.
type officeMark struct {
	X, Y     float64
	Name     string
	Imagined bool
}

// wardDrawing is a map of wards in the making, each in one of the grounds.
type wardDrawing struct {
	country *maps.Map
	closely bool // as for a county; else roughly, as for the whole country
	marks   []officeMark
	paths   [coverage.Blind + 1][]byte
	changed []byte
	around  maps.Frame
}

// add draws a ward; changed ones get a border.
func (d *wardDrawing) add(ward ripoti.Place, in coverage.Band, changed bool) {
	cell, ok := d.country.Cell(ward.ID)
	if !ok {
		return
	}
	path := cell.Rough
	if d.closely {
		path = cell.Path
	}
	d.paths[in] = append(d.paths[in], path...)
	if changed {
		d.changed = append(d.changed, path...)
	}
	d.around.Add(ward.Point)
}

func (d *wardDrawing) done() wardMap {
	m := wardMap{Outline: d.country.Outline, Changed: string(d.changed), Marks: d.marks, Box: maps.Whole}
	for _, band := range coverage.Bands {
		if len(d.paths[band]) > 0 {
			m.Grounds = append(m.Grounds, ground{band, string(d.paths[band])})
		}
	}
	width := float64(maps.Width)
	if d.closely {
		m.Box, width = d.around.Wide()
	}
	m.Scale = strconv.FormatFloat(width/maps.Width, 'f', 3, 64)
	m.Radius = strconv.FormatFloat(width/90, 'f', 2, 64)
	return m
}

// drawWards draws wards by their bands: those of a county closely and with their police, those of the whole
// country roughly.
func (c *Console) drawWards(country *maps.Map, wards []coverage.Reach, closely bool, imagined whatIf) wardMap {
	d := wardDrawing{country: country, closely: closely}
	for _, r := range wards {
		d.add(r.Ward, r.Band(), imagined.changes(r.Ward.ID))
	}
	if closely {
		d.marks = c.marksOf(wards, coverage.Police)
	}
	d.marks = append(d.marks, imagined.marks...)
	return d.done()
}

// marksOf marks the offices that give some wards a help.
func (c *Console) marksOf(wards []coverage.Reach, help coverage.Help) (marks []officeMark) {
	seen := map[string]bool{"": true}
	for _, r := range wards {
		id := r.By[help].OfficeID
		if o, ok := c.Desk.Live.World().Directory.Office(id); ok && !seen[id] && !o.Point.IsZero() {
			marks = append(marks, officeMarkOf(o))
		}
		seen[id] = true
	}
	return marks
}

func officeMarkOf(o ripoti.Office) officeMark {
	x, y := maps.XY(o.Point)
	return officeMark{X: x, Y: y, Name: o.Name}
}
