// Package gazetteer knows the places of Kenya and finds the one that a thumb meant.
//
// It holds counties, constituencies, wards, towns and areas with their points, and answers a typed
// text with one of three decisions: Take (one place, nothing else could be meant), Ask (at most four
// to choose from, each with its county) or None (this is no place). Everything is in memory and
// pure: no clock, no I/O after loading. A Gazetteer never changes and serves many callers at once.
package gazetteer

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"ripoti/internal/ripoti"
)

//go:embed data/places.csv
var placesCSV []byte

//go:embed data/everyday.tsv
var everydayTSV []byte

// Gazetteer is a table of places with the index that searches it. Make one with Load or Read.
type Gazetteer struct {
	places   []ripoti.Place
	weight   []int8 // how large or well known a place is, 0 to 5: breaks ties, larger first
	byID     map[string]int32
	county   []uint64 // per place: the bit of its county, see index.go
	counties []int32
	wards    []int32
	wardsOf  map[string][]int32 // constituency -> its wards
	index    index
	pool     sync.Pool // of *scratch: the working memory of one search
}

// Load reads the embedded table.
func Load() (*Gazetteer, error) {
	g, err := Read(bytes.NewReader(placesCSV))
	if err != nil {
		return nil, fmt.Errorf("embedded places: %w", err)
	}
	return g, nil
}

// Read reads an operator's own table, a CSV with the columns of data/places.csv. All errors are told
// at once, each with its line and column; a table with one bad row is refused whole. The short and
// street names of data/everyday.tsv are added to the rows they name.
func Read(r io.Reader) (*Gazetteer, error) {
	rows, err := readRows(r)
	if err != nil {
		return nil, err
	}
	habits, err := readEveryday(everydayTSV)
	if err != nil {
		return nil, err
	}
	return build(rows, habits), nil
}

func build(rows []row, habits map[string]habit) *Gazetteer {
	g := &Gazetteer{byID: make(map[string]int32, len(rows)), wardsOf: map[string][]int32{}}
	for i, r := range rows {
		g.places = append(g.places, r.place)
		g.byID[r.place.ID] = int32(i)
		g.weight = append(g.weight, weightOf(r.place, habits))
		switch r.place.Kind {
		case ripoti.KindCounty:
			g.counties = append(g.counties, int32(i))
		case ripoti.KindWard:
			g.wards = append(g.wards, int32(i))
			g.wardsOf[r.place.Constituency] = append(g.wardsOf[r.place.Constituency], int32(i))
		}
	}
	g.tellTwinsApart()
	g.county = countyBits(g.places)
	g.index = newIndex(g, rows, habits)
	g.pool.New = func() any { return newScratch(len(g.index.keys)) }
	return g
}

// Place is the place with the id.
func (g *Gazetteer) Place(id string) (ripoti.Place, bool) {
	i, ok := g.byID[id]
	if !ok {
		return ripoti.Place{}, false
	}
	return g.places[i], true
}

// County is the county with the number ("030").
func (g *Gazetteer) County(id string) (ripoti.Place, bool) {
	for _, i := range g.counties {
		if g.places[i].CountyID == id {
			return g.places[i], true
		}
	}
	return ripoti.Place{}, false
}

// Counties are the counties by name.
func (g *Gazetteer) Counties() []ripoti.Place { return g.byName(g.counties) }

// Wards are all wards in the order of the table.
func (g *Gazetteer) Wards() []ripoti.Place { return g.pick(g.wards) }

// WardsAround are the wards of the constituency that a place lies in; none for a county, or for an id
// that is not of the table.
func (g *Gazetteer) WardsAround(id string) []ripoti.Place {
	p, ok := g.Place(id)
	if !ok || p.In() == "" {
		return nil
	}
	return g.pick(g.wardsOf[p.In()])
}

// All are all places in the order of the table.
func (g *Gazetteer) All() []ripoti.Place { return slices.Clone(g.places) }

// Longest are the n places with the longest labels, for tests that a screen holds them.
func (g *Gazetteer) Longest(n int) []ripoti.Place {
	all := g.All()
	slices.SortStableFunc(all, func(a, b ripoti.Place) int { return len(Label(b)) - len(Label(a)) })
	return all[:max(0, min(n, len(all)))]
}

func (g *Gazetteer) pick(of []int32) []ripoti.Place {
	out := make([]ripoti.Place, len(of))
	for i, p := range of {
		out[i] = g.places[p]
	}
	return out
}

func (g *Gazetteer) byName(of []int32) []ripoti.Place {
	out := g.pick(of)
	slices.SortFunc(out, func(a, b ripoti.Place) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// constituency is the name of the constituency that p lies in, "" where there is none.
func (g *Gazetteer) constituency(p ripoti.Place) string {
	if i, ok := g.byID[p.Constituency]; ok {
		return g.places[i].Name
	}
	return ""
}

// Constituency is the name of the constituency that the place lies in, "" where it is not known.
func (g *Gazetteer) Constituency(p ripoti.Place) string { return g.constituency(p) }

// tellTwinsApart adds the constituency to names that stand twice for one kind in one county
// ("Township (Thika Town)"), which no list of choices could otherwise tell apart.
func (g *Gazetteer) tellTwinsApart() {
	type name struct {
		county, name string
		kind         ripoti.PlaceKind
	}
	twins := make(map[name][]int)
	for i, p := range g.places {
		k := name{p.CountyID, p.Name, p.Kind}
		twins[k] = append(twins[k], i)
	}
	for _, same := range twins {
		for _, i := range same {
			if c := g.constituency(g.places[i]); len(same) > 1 && c != "" {
				g.places[i].Name += " (" + c + ")"
			}
		}
	}
}

// nameLength is how much of a name a screen shows (domain brief 7.1, rule for S5b).
const nameLength = 24

// Label is the place as a screen shows it: the name, cut to 24 characters, and always the county,
// "Bura, Tana River". A county itself is "Kitui county", so that it is not taken for the town.
func Label(p ripoti.Place) string {
	if p.Kind == ripoti.KindCounty {
		return cut(p.Name) + " county"
	}
	return cut(p.Name) + ", " + p.County
}

// cut shortens a name; names are ASCII, readRows sees to that.
func cut(name string) string {
	if len(name) <= nameLength {
		return name
	}
	return strings.TrimRight(name[:nameLength], " -/('")
}
