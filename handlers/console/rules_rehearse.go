package console

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"ripoti/internal/casework"
	drawing "ripoti/internal/maps"
	"ripoti/internal/rehearsal"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/rulebook"
)

// rehearsalPage is the newest trial of a draft that somebody ran, how far it is and what it found.
type rehearsalPage struct {
	draftLine
	Runs, Broke bool
	Percent     int
	Trial       ripoti.Rehearsal
	Last        time.Time // the last day of the range
	From, To    string    // of the form
	Found       *rulebook.Found
	Fresh       bool
	Flows       []flowLine
	Loads       []loadLine
	Moved       []movedLine
	Map         *flowMap
	Problem     string
}

type flowLine struct {
	rehearsal.Flow
	FromName, ToName string
}

type loadLine struct {
	rehearsal.Load
	Office string
	Change int
}

type movedLine struct {
	rulebook.Elsewhere
	Place                   string
	BeforeNames, AfterNames string
}

// flowMap is Kenya with the wards whose reports go elsewhere, and the offices that gain and lose.
type flowMap struct {
	Box, Outline string
	Counties     string // the wards of the counties that are concerned
	Grounds      []flowGround
	Lines        []flowStroke
	Marks        []flowMark
}

type flowGround struct {
	Band int
	Path string
}

type flowStroke struct{ X1, Y1, X2, Y2, Width float64 }

type flowMark struct {
	X, Y, Radius float64
	Gains        bool
	Name         string
}

const (
	// flowsListed and movedListed are how many lines a page shows.
	flowsListed = 60
	movedListed = 100
)

func (c *Console) rehearsal(w http.ResponseWriter, q *request) error {
	page, err := c.rehearsalPage(q, "")
	if err != nil {
		return err
	}
	if q.Header.Get("HX-Request") != "" {
		return c.part(w, q, "rules_rehearsal", "result", page)
	}
	return c.show(w, q, http.StatusOK, "rules_rehearsal", page)
}

// rehearse begins a trial on the days that were asked for.
func (c *Console) rehearse(w http.ResponseWriter, q *request) error {
	from, err := time.ParseInLocation(time.DateOnly, q.PostFormValue("from"), routing.Nairobi)
	to, bad := time.ParseInLocation(time.DateOnly, q.PostFormValue("to"), routing.Nairobi)
	key := ""
	if err != nil || bad != nil {
		key = "rules.range_wrong"
	} else {
		_, err = c.Rules.Rehearse(q.Context(), q.User, c.view(q), q.PathValue("id"), from, to.AddDate(0, 0, 1))
		if key = ripoti.KeyOf(err); err != nil && (key == "" || ripoti.CodeOf(err) == ripoti.CodeNotFound) {
			return err
		}
	}
	if key != "" {
		page, err := c.rehearsalPage(q, key)
		if err != nil {
			return err
		}
		page.From, page.To = q.PostFormValue("from"), q.PostFormValue("to")
		return c.show(w, q, http.StatusUnprocessableEntity, "rules_rehearsal", page)
	}
	return seeOther(w, q, draftPath(q.PathValue("id"))+"/rehearsal")
}

func (c *Console) rehearsalPage(q *request, problem string) (page rehearsalPage, err error) {
	d, err := c.Store.RuleDraft(q.Context(), q.PathValue("id"))
	if err != nil {
		return page, err
	}
	now := c.Now().In(routing.Nairobi)
	page = rehearsalPage{draftLine: c.draftLine(q, d), Problem: problem, From: now.Add(-rulebook.UsualRange).Format(time.DateOnly), To: now.Format(time.DateOnly)}
	if page.Trial, page.Found, err = c.Rules.Rehearsed(q.Context(), q.User, c.view(q), d.ID); err != nil {
		return page, err
	}
	page.Runs, page.Broke = page.Trial.State == ripoti.RehearsalRuns, page.Trial.State == ripoti.RehearsalBroke
	page.Percent = 100 * page.Trial.Done / max(page.Trial.Total, 1)
	page.Last = page.Trial.To.Add(-time.Microsecond)
	if page.Found == nil {
		return page, nil
	}
	page.Fresh = page.Trial.Edition == d.Edition
	c.tellFound(&page)
	page.Map, err = c.drawFlows(page.Found)
	return page, err
}

// tellFound puts what was found in names.
func (c *Console) tellFound(page *rehearsalPage) {
	f := page.Found
	for _, flow := range f.Flows[:min(len(f.Flows), flowsListed)] {
		page.Flows = append(page.Flows, flowLine{flow, c.office(flow.From), c.office(flow.To)})
	}
	for _, load := range f.Loads[:min(len(f.Loads), flowsListed)] {
		page.Loads = append(page.Loads, loadLine{load, c.office(load.OfficeID), load.After - load.Before})
	}
	for _, m := range f.Moved[:min(len(f.Moved), movedListed)] {
		line := movedLine{Elsewhere: m, BeforeNames: c.seats(m.Before), AfterNames: c.seats(m.After)}
		if place, ok := c.Desk.Places.Place(m.Ward); ok {
			line.Place = place.Name
		}
		page.Moved = append(page.Moved, line)
	}
}

// seats are the offices of some seats by name.
func (c *Console) seats(seats []rehearsal.Seat) string {
	var names []string
	for _, s := range seats {
		if name := c.office(s.OfficeID); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// drawFlows draws what goes where; nil where nothing does.
func (c *Console) drawFlows(f *rulebook.Found) (*flowMap, error) {
	if len(f.Flows) == 0 {
		return nil, nil
	}
	country, err := c.kenya()
	if err != nil {
		return nil, err
	}
	m := &flowMap{Outline: country.Outline}
	var around drawing.Frame
	m.grounds(country, f.Wards, &around)
	world, most := c.Desk.Live.World(), f.Flows[0].Reports
	point := func(id string) (ripoti.Point, bool) {
		o, ok := world.Directory.Office(id)
		return o.Point, ok && !o.Point.IsZero()
	}
	for _, flow := range f.Flows[:min(len(f.Flows), flowsListed)] {
		from, ok := point(flow.From)
		to, too := point(flow.To)
		if !ok || !too {
			continue
		}
		around.Add(from)
		around.Add(to)
		x1, y1 := drawing.XY(from)
		x2, y2 := drawing.XY(to)
		m.Lines = append(m.Lines, flowStroke{x1, y1, x2, y2, 1 + 4*float64(flow.Reports)/float64(most)})
	}
	var width float64
	m.Box, width = around.Close()
	m.counties(country, f.Loads, world)
	for _, load := range f.Loads[:min(len(f.Loads), flowsListed)] {
		if at, ok := point(load.OfficeID); ok {
			x, y := drawing.XY(at)
			m.Marks = append(m.Marks, flowMark{x, y, width / 60, load.After > load.Before, fmt.Sprintf("%s: %d → %d", c.office(load.OfficeID), load.Before, load.After)})
		}
	}
	return m, nil
}

// fewCounties is how many counties are drawn with their wards: more would make the page heavy.
const fewCounties = 6

// counties draws the wards around the offices.
func (m *flowMap) counties(country *drawing.Map, loads []rehearsal.Load, world *casework.World) {
	concerned := map[string]bool{}
	for _, l := range loads {
		if o, ok := world.Office(l.OfficeID); ok && o.County != "" {
			concerned[o.County] = true
		}
	}
	if len(concerned) > fewCounties {
		return
	}
	var b strings.Builder
	for _, cell := range country.Cells {
		if concerned[cell.Place.CountyID] {
			b.WriteString(cell.Path)
		}
	}
	m.Counties = b.String()
}

// grounds colours the wards by how many of their reports go elsewhere.
func (m *flowMap) grounds(country *drawing.Map, wards map[string]int, around *drawing.Frame) {
	most := 1
	for _, n := range wards {
		most = max(most, n)
	}
	paths := map[int]*strings.Builder{}
	for _, id := range slices.Sorted(maps.Keys(wards)) {
		cell, ok := country.Cell(id)
		if !ok {
			continue
		}
		around.Add(cell.Place.Point)
		band := 2 + 3*(wards[id]-1)/most
		if paths[band] == nil {
			paths[band] = &strings.Builder{}
		}
		paths[band].WriteString(cell.Path)
	}
	for _, band := range slices.Sorted(maps.Keys(paths)) {
		m.Grounds = append(m.Grounds, flowGround{band, paths[band].String()})
	}
}
