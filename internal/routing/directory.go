package routing

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"ripoti/internal/ripoti"
)

// Wards gives the places that offices name: an office without a point of its own stands at its
// place's. Nil is allowed: such offices then are found by county and ward only.
type Wards interface {
	Place(id string) (ripoti.Place, bool)
	// WardsAround are the wards of the constituency that a place lies in, none where it is not known.
	WardsAround(placeID string) []ripoti.Place
}

// Directory is a snapshot of offices and contacts, made for asking "who is nearest and able". It
// never changes and may be shared; a changed table is a new snapshot.
type Directory struct {
	offices []ripoti.Office // by id
	places  Wards
	at      []vec    // the zero vec where no point is known
	facts   []office // what is asked of each, beside it
	byID    map[string]int32

	county  map[string]int32   // county id -> its place in counties
	list    []countyList       // offices of a county by kind, by id
	country [kinds][]int32     // offices that serve the whole country
	every   [kinds][]int32     // all of a kind
	police  []int32            // all stations, posts and commands
	served  map[string][]int32 // ward -> offices that the coordinators gave it to
	sent    map[string]sent    // place -> where its reports go for the time being

	stations *tree // stations and posts, also those that cannot take a report
	reach    *tree // those of them that can be told
	desks    *tree // those of them with a gender desk or a child unit
}

const kinds = 16 // len(ripoti.OfficeKinds), asserted in a test

type countyList [kinds][]int32

// office is what Decide asks about an office.
type office struct {
	kind   uint8
	able   able
	active bool
	dark   bool
	roles  roles // who there can answer an alert
	// skipped is until when the office gets nothing new, zero for no such thing.
	skipped time.Time
	county  int32 // -1: the whole country or unknown
	sub     int32 // its sub-county, 0 unknown
	parent  int32 // -1: none
	hours   openHours
}

// reachable says whether an alert to the office can be answered at all.
func (o *office) reachable() bool { return o.active && !o.dark && o.roles != 0 && o.skipped.IsZero() }

// roles is a set of roles as bits, by their places in ripoti.Roles.
type roles uint16

func roleBit(r ripoti.Role) roles {
	for i, known := range ripoti.Roles {
		if r == known {
			return 1 << i
		}
	}
	return 1 << 15
}

// kindIndex is the kind's place in ripoti.OfficeKinds.
func kindIndex(k ripoti.OfficeKind) uint8 {
	for i, known := range ripoti.OfficeKinds {
		if k == known {
			return uint8(i)
		}
	}
	return kinds - 1 // a kind nobody routes to, like the prosecutors
}

// NewDirectory makes a snapshot. The order of the rows does not matter; of two offices with one id
// the first stays. Rows are taken as they are: importing checks them. Overrides are those in force at the
// moment of the snapshot.
func NewDirectory(offices []ripoti.Office, contacts []ripoti.Contact, places Wards, overrides ...ripoti.Override) *Directory {
	d := &Directory{places: places, byID: make(map[string]int32, len(offices)), county: map[string]int32{}, served: map[string][]int32{}, sent: map[string]sent{}}
	d.offices = slices.Clone(offices)
	slices.SortStableFunc(d.offices, func(a, b ripoti.Office) int { return cmp.Compare(a.ID, b.ID) })
	d.offices = slices.CompactFunc(d.offices, func(a, b ripoti.Office) bool { return a.ID == b.ID })
	for i, o := range d.offices {
		d.byID[o.ID] = int32(i)
	}
	answerable := map[string]roles{}
	for _, c := range contacts {
		if c.Answerable() {
			answerable[c.OfficeID] |= roleBit(c.Role)
		}
	}
	d.take(answerable, places)
	d.override(overrides)
	d.index()
	return d
}

func (d *Directory) take(answerable map[string]roles, places Wards) {
	subs := map[string]int32{}
	d.at, d.facts = make([]vec, len(d.offices)), make([]office, len(d.offices))
	for i := range d.offices {
		o := &d.offices[i]
		locate(o, places)
		if !o.Point.IsZero() {
			d.at[i] = vecOf(o.Point)
		}
		d.facts[i] = office{kind: kindIndex(o.Kind), able: ableOf(o.Able), active: o.Active, dark: o.Dark, roles: answerable[o.ID],
			county: d.countyIndex(o.County), sub: subIndex(subs, o.County, o.SubCounty), parent: -1, hours: parseHours(o.Hours)}
	}
	for i := range d.offices {
		if up, ok := d.byID[d.offices[i].Parent]; ok && up != int32(i) {
			d.facts[i].parent = up
		}
	}
	for i := range d.facts { // a station without a sub-county has that of its command
		if f := &d.facts[i]; f.sub == 0 && f.parent >= 0 && d.offices[f.parent].Kind == ripoti.SubCountyCommand {
			f.sub = d.facts[f.parent].sub
		}
	}
}

// locate fills in what an office's place knows.
func locate(o *ripoti.Office, places Wards) {
	if places == nil || o.PlaceID == "" || !o.Point.IsZero() {
		return
	}
	if p, ok := places.Place(o.PlaceID); ok {
		o.Point = p.Point
		if o.County == "" && o.Kind.Police() {
			o.County = p.CountyID
		}
	}
}

func (d *Directory) countyIndex(id string) int32 {
	if id == "" {
		return -1
	}
	i, ok := d.county[id]
	if !ok {
		i = int32(len(d.list))
		d.county[id] = i
		d.list = append(d.list, countyList{})
	}
	return i
}

func subIndex(subs map[string]int32, county, name string) int32 {
	if name == "" {
		return 0
	}
	key := county + "/" + strings.Join(strings.Fields(strings.ToLower(name)), " ")
	i, ok := subs[key]
	if !ok {
		i = int32(len(subs) + 1)
		subs[key] = i
	}
	return i
}

func (d *Directory) index() {
	var stations, reach, desks []int32
	for i := range d.offices {
		o, f, n := &d.offices[i], &d.facts[i], int32(i)
		d.every[f.kind] = append(d.every[f.kind], n)
		if f.county >= 0 {
			d.list[f.county][f.kind] = append(d.list[f.county][f.kind], n)
		} else {
			d.country[f.kind] = append(d.country[f.kind], n)
		}
		for _, ward := range o.Serves {
			d.served[ward] = append(d.served[ward], n)
		}
		if !o.Kind.Police() {
			continue
		}
		d.police = append(d.police, n)
		if (o.Kind != ripoti.Station && o.Kind != ripoti.Post) || o.Point.IsZero() {
			continue
		}
		stations = append(stations, n)
		if f.reachable() {
			reach = append(reach, n)
			if f.able&ableOf([]ripoti.Capability{ripoti.GenderDesk, ripoti.ChildUnit}) != 0 {
				desks = append(desks, n)
			}
		}
	}
	d.stations, d.reach, d.desks = newTree(stations, d.at), newTree(reach, d.at), newTree(desks, d.at)
}

// Office is the office with that id.
func (d *Directory) Office(id string) (ripoti.Office, bool) {
	i, ok := d.byID[id]
	if !ok {
		return ripoti.Office{}, false
	}
	return d.offices[i], true
}

// wardsAround are the points of the wards of a place's constituency.
func (d *Directory) wardsAround(placeID string) (points []vec) {
	if d.places == nil {
		return nil
	}
	for _, w := range d.places.WardsAround(placeID) {
		if !w.Point.IsZero() {
			points = append(points, vecOf(w.Point))
		}
	}
	return points
}

// standsIn says whether an office is said to stand in the constituency of a place.
func (d *Directory) standsIn(i int32, placeID string) bool {
	if d.places == nil || d.offices[i].PlaceID == "" {
		return false
	}
	of, known := d.places.Place(d.offices[i].PlaceID)
	place, ok := d.places.Place(placeID)
	return known && ok && of.In() != "" && of.In() == place.In()
}

// Answers says whether an alert to one of the roles can be answered at an office: one of them has a
// verified number.
func (d *Directory) Answers(officeID string, wanted []ripoti.Role) bool {
	i, ok := d.byID[officeID]
	if !ok {
		return false
	}
	for _, r := range wanted {
		if d.facts[i].roles&roleBit(r) != 0 {
			return true
		}
	}
	return false
}

// Reachable says whether an office can be told of a report now.
func (d *Directory) Reachable(officeID string) bool {
	i, ok := d.byID[officeID]
	return ok && d.facts[i].reachable()
}

// Offices gives all offices, by id.
func (d *Directory) Offices() iter.Seq[ripoti.Office] { return slices.Values(d.offices) }

// Near gives the stations and posts in order of great-circle distance from p, with their kilometres,
// for as long as the caller asks for the next one; also those that cannot take a report.
func (d *Directory) Near(p ripoti.Point) iter.Seq2[ripoti.Office, float64] {
	return func(yield func(ripoti.Office, float64) bool) {
		var w walk
		w.start(d.stations, vecOf(p))
		for {
			i, apart, ok := w.next(math.Inf(1))
			if !ok || !yield(d.offices[i], kmOf(apart)) {
				return
			}
		}
	}
}

// above is the office of that kind over office i: by its parents, else of the same sub-county, else
// (for a sub-county command, where no sub-county is known) none, else of the same county. -1: none.
func (d *Directory) above(i int32, kind ripoti.OfficeKind) int32 {
	want := kindIndex(kind)
	for up, steps := d.facts[i].parent, 0; up >= 0 && steps < 8; up, steps = d.facts[up].parent, steps+1 {
		if d.facts[up].kind == want {
			return up
		}
	}
	county := d.facts[i].county
	if county < 0 {
		return -1
	}
	for _, n := range d.list[county][want] {
		if kind != ripoti.SubCountyCommand || (d.facts[i].sub != 0 && d.facts[n].sub == d.facts[i].sub) {
			return n
		}
	}
	return -1
}
