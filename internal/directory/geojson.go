package directory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"

	"ripoti/internal/ripoti"
)

const tableFeatures = "features"

// ownPrefix marks the properties that carry our own columns in GeoJSON.
const ownPrefix = "ripoti:"

// farKm is how far from every ward a point may lie before it is taken for a mistake: the widest wards
// of the north reach that far.
const farKm = 150

type collection struct {
	Type     string            `json:"type"`
	Features []json.RawMessage `json:"features"`
}

type feature struct {
	Type       string         `json:"type"`
	ID         any            `json:"id,omitempty"`
	Properties map[string]any `json:"properties"`
	Geometry   *geometry      `json:"geometry"`
}

type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

// ReadGeoJSON reads a FeatureCollection: what WriteGeoJSON wrote, and police as OpenStreetMap gives
// them (amenity=police as points, ways or relations). Of the latter the county and the place come from
// the nearest of the wards; nothing there says whether a station has a gender desk or who answers, so
// such offices can take no report before somebody adds that.
//
// Notes are no errors: a station without a name is taken, switched off until a person has named it,
// and what is no police is left out. The error is Problems, all or nothing, as with ReadCSV.
func ReadGeoJSON(in io.Reader, wards []ripoti.Place) (rows Rows, notes Problems, err error) {
	raw, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	switch {
	case err != nil:
		return Rows{}, nil, fmt.Errorf("read: %w", err)
	case len(raw) > maxFile:
		return Rows{}, nil, Problems{{Table: "file", Text: fmt.Sprintf("is larger than %d MB", maxFile>>20)}}
	}
	var c collection
	if err := json.Unmarshal(raw, &c); err != nil {
		return Rows{}, nil, Problems{jsonProblem(raw, err)}
	}
	if c.Type != "FeatureCollection" {
		return Rows{}, nil, Problems{{Table: "file", Text: fmt.Sprintf("is no FeatureCollection but %s", quote(c.Type))}}
	}
	r := geoReader{rows: Rows{offices: map[string]int{}, contacts: map[string]int{}}, wards: wards}
	number, rest := 1, raw
	for _, one := range c.Features {
		if at := bytes.Index(rest, one); at >= 0 { // where it stands, for the line
			number += bytes.Count(rest[:at], []byte("\n"))
			rest = rest[at:]
		}
		r.feature(one, Problem{Table: tableFeatures, Line: number})
	}
	if len(r.problems) > 0 {
		return Rows{}, r.notes, r.problems
	}
	return r.rows, r.notes, nil
}

func jsonProblem(raw []byte, err error) Problem {
	p := Problem{Table: "file", Text: "is no GeoJSON: " + err.Error()}
	var offset int64
	switch e := err.(type) {
	case *json.SyntaxError:
		offset = e.Offset
	case *json.UnmarshalTypeError:
		offset = e.Offset
	default:
		return p
	}
	p.Line = 1 + bytes.Count(raw[:min(offset, int64(len(raw)))], []byte("\n"))
	return p
}

type geoReader struct {
	rows            Rows
	wards           []ripoti.Place
	notes, problems Problems
}

func (r *geoReader) feature(raw []byte, at Problem) {
	var f feature
	if err := json.Unmarshal(raw, &f); err != nil {
		r.problems = append(r.problems, at.say("", "is no feature: "+err.Error()))
		return
	}
	var o ripoti.Office
	var ok bool
	switch {
	case f.text(ownPrefix+"id") != "":
		o, ok = r.own(f, at)
	case f.text("amenity") == "police":
		o, ok = r.police(f, at)
	default:
		r.notes = append(r.notes, at.say("amenity", "is no police, left out"))
	}
	if !ok {
		return
	}
	if before, twice := r.rows.offices[o.ID]; twice {
		r.problems = append(r.problems, at.say("id", fmt.Sprintf("%q stands in line %d already", o.ID, before)))
		return
	}
	r.rows.offices[o.ID] = at.Line
	r.rows.Offices = append(r.rows.Offices, o)
}

// text is a property as text, "" where it is none.
func (f feature) text(key string) string {
	s, _ := f.Properties[key].(string)
	return strings.TrimSpace(s)
}

// own is an office that WriteGeoJSON wrote.
func (r *geoReader) own(f feature, at Problem) (ripoti.Office, bool) {
	row := officeRow{Active: "yes"}
	v := reflect.ValueOf(&row).Elem()
	for i, column := range OfficeColumns {
		if s := f.text(ownPrefix + column); s != "" {
			v.Field(i).SetString(s)
		}
	}
	if f.Geometry != nil {
		p, ok := f.Geometry.middle()
		if !ok {
			r.problems = append(r.problems, at.say("geometry", "has no usable coordinates"))
			return ripoti.Office{}, false
		}
		row.Lat, row.Lon = degrees(p.Lat), degrees(p.Lon)
	}
	if ps := checkRow(row, at); len(ps) > 0 {
		r.problems = append(r.problems, ps...)
		return ripoti.Office{}, false
	}
	o := row.office()
	if o.Kind.Police() && o.County == "" {
		r.problems = append(r.problems, at.say("county", "must be given for police offices"))
		return ripoti.Office{}, false
	}
	return o, true
}

// police is an office as OpenStreetMap gives it.
func (r *geoReader) police(f feature, at Problem) (ripoti.Office, bool) {
	id := f.osmID()
	if id == "" {
		r.problems = append(r.problems, at.say("id", "has no id; export it with the ids of OpenStreetMap (node/123)"))
		return ripoti.Office{}, false
	}
	p, ok := ripoti.Point{}, false
	if f.Geometry != nil {
		p, ok = f.Geometry.middle()
	}
	if !ok {
		r.problems = append(r.problems, at.say("geometry", "has no usable coordinates"))
		return ripoti.Office{}, false
	}
	ward, km := nearestWard(r.wards, p)
	if km > farKm {
		r.problems = append(r.problems, at.say("geometry", fmt.Sprintf("%.4f %.4f lies far from every ward", p.Lat, p.Lon)))
		return ripoti.Office{}, false
	}
	o := ripoti.Office{ID: "osm:" + id, Kind: ripoti.Station, Name: f.name(), County: ward.CountyID, PlaceID: ward.ID, Point: p, Active: true}
	if o.Name == "" {
		o.Name, o.Active = "Unnamed police "+id, false
		r.notes = append(r.notes, at.say("name", fmt.Sprintf("%s in %s, %s has no name; it is switched off until it has one", id, ward.Name, ward.County)))
	}
	o.Kind = kindOf(o.Name, f.text("police"))
	if ps := checkOffice(o, at); len(ps) > 0 {
		r.problems = append(r.problems, ps...)
		return ripoti.Office{}, false
	}
	return o, true
}

// osmID is the feature's id as the tools write it: "node/123".
func (f feature) osmID() string {
	for _, v := range []any{f.ID, f.Properties["@id"], f.Properties["id"], f.Properties["osm_id"]} {
		switch id := v.(type) {
		case string:
			if id = strings.TrimSpace(id); id != "" {
				return id
			}
		case float64:
			if id > 0 && id == math.Trunc(id) && id < 1<<53 {
				return fmt.Sprintf("%.0f", id)
			}
		}
	}
	return ""
}

// name is the best name there is, shortened to what a column holds.
func (f feature) name() string {
	for _, key := range []string{"name", "name:en", "official_name", "alt_name"} {
		if s := strings.Join(strings.Fields(f.text(key)), " "); s != "" {
			return cutName(s)
		}
	}
	if place := firstOf(f.text("addr:suburb"), f.text("addr:city"), f.text("addr:place")); place != "" && f.text("operator") != "" {
		return cutName(f.text("operator") + " " + place)
	}
	return ""
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

func cutName(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = strings.TrimSpace(string(r[:most]))
	}
	return s
}

// kindOf tells a post from a station by what it is called.
func kindOf(name, police string) ripoti.OfficeKind {
	all := strings.ToLower(name + " " + police)
	for _, word := range []string{"police post", "patrol base", "patrol post", "ap post", "ap camp", "kituo kidogo"} {
		if strings.Contains(all, word) {
			return ripoti.Post
		}
	}
	return ripoti.Station
}

func nearestWard(wards []ripoti.Place, p ripoti.Point) (best ripoti.Place, km float64) {
	km = math.Inf(1)
	for _, w := range wards {
		if math.Abs(w.Point.Lat-p.Lat) > 2 || math.Abs(w.Point.Lon-p.Lon) > 2 { // further than farKm
			continue
		}
		if d := w.Point.Km(p); d < km {
			best, km = w, d
		}
	}
	return best, km
}

// middle is the point of a geometry: itself, or the centroid of its largest ring.
func (g geometry) middle() (ripoti.Point, bool) {
	var rings [][][]float64
	switch g.Type {
	case "Point":
		var p []float64
		if json.Unmarshal(g.Coordinates, &p) != nil {
			return ripoti.Point{}, false
		}
		return pointOf(p)
	case "LineString", "MultiPoint":
		var ring [][]float64
		if json.Unmarshal(g.Coordinates, &ring) != nil {
			return ripoti.Point{}, false
		}
		rings = [][][]float64{ring}
	case "Polygon", "MultiLineString":
		if json.Unmarshal(g.Coordinates, &rings) != nil {
			return ripoti.Point{}, false
		}
		rings = rings[:min(1, len(rings))] // the rest are holes
	case "MultiPolygon":
		var polygons [][][][]float64
		if json.Unmarshal(g.Coordinates, &polygons) != nil {
			return ripoti.Point{}, false
		}
		for _, p := range polygons {
			rings = append(rings, p[:min(1, len(p))]...)
		}
	}
	return largest(rings)
}

func pointOf(p []float64) (ripoti.Point, bool) {
	if len(p) < 2 || math.Abs(p[0]) > 180 || math.Abs(p[1]) > 90 {
		return ripoti.Point{}, false
	}
	out := ripoti.Point{Lat: p[1], Lon: p[0]}
	return out, !out.IsZero()
}

func largest(rings [][][]float64) (best ripoti.Point, ok bool) {
	most := -1.0
	for _, ring := range rings {
		if p, area, good := centroid(ring); good && area > most {
			best, most, ok = p, area, true
		}
	}
	return best, ok
}

// centroid is a ring's centre of area; of a ring without area the middle of its points. Degrees are
// taken as a plane: a police compound is a few hundred metres wide.
func centroid(ring [][]float64) (p ripoti.Point, area float64, ok bool) {
	var a, x, y, sx, sy float64
	for i, c := range ring {
		if len(c) < 2 {
			return p, 0, false
		}
		sx, sy = sx+c[0], sy+c[1]
		n := ring[(i+1)%len(ring)]
		if len(n) < 2 {
			return p, 0, false
		}
		// around the first point: small numbers keep their digits
		x0, y0, x1, y1 := c[0]-ring[0][0], c[1]-ring[0][1], n[0]-ring[0][0], n[1]-ring[0][1]
		cross := x0*y1 - x1*y0
		a, x, y = a+cross, x+(x0+x1)*cross, y+(y0+y1)*cross
	}
	if len(ring) == 0 {
		return p, 0, false
	}
	middle := []float64{sx / float64(len(ring)), sy / float64(len(ring))}
	if math.Abs(a) > 1e-14 {
		middle = []float64{ring[0][0] + x/(3*a), ring[0][1] + y/(3*a)}
	}
	p, ok = pointOf(middle)
	return p, math.Abs(a) / 2, ok
}

// WriteGeoJSON writes the offices as a FeatureCollection that maps can show and ReadGeoJSON reads
// back. Contacts are never in it.
func WriteGeoJSON(out io.Writer, offices []ripoti.Office) error {
	type written struct {
		Type     string    `json:"type"`
		Features []feature `json:"features"`
	}
	c := written{Type: "FeatureCollection", Features: []feature{}}
	for _, o := range slices.SortedFunc(slices.Values(offices), func(a, b ripoti.Office) int { return strings.Compare(a.ID, b.ID) }) {
		c.Features = append(c.Features, featureOf(o))
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(c); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

func featureOf(o ripoti.Office) feature {
	f := feature{Type: "Feature", ID: o.ID, Properties: map[string]any{"name": o.Name}}
	if o.Kind == ripoti.Station || o.Kind == ripoti.Post {
		f.Properties["amenity"] = "police"
	}
	row := rowOfOffice(o)
	v := reflect.ValueOf(row)
	for i, column := range OfficeColumns {
		if s := v.Field(i).String(); s != "" && column != "lat" && column != "lon" {
			f.Properties[ownPrefix+column] = s
		}
	}
	if !o.Point.IsZero() {
		at, _ := json.Marshal([]float64{o.Point.Lon, o.Point.Lat}) // two numbers
		f.Geometry = &geometry{Type: "Point", Coordinates: at}
	}
	return f
}
