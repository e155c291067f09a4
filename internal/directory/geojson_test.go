package directory

import (
	"bytes"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
)

func wards(t testing.TB) []ripoti.Place {
	t.Helper()
	g, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	return g.Wards()
}

// osm is an export as the tools of OpenStreetMap write it, with invented stations.
const osm = `{
"type": "FeatureCollection",
"generator": "overpass-ide",
"features": [
 {"type":"Feature","id":"node/1","properties":{"@id":"node/1","amenity":"police","name":"Invented  Police Station","operator":"NPS","addr:city":"Kisumu","phone":"+254 711 000 001"},"geometry":{"type":"Point","coordinates":[34.75,-0.1]}},
 {"type":"Feature","id":"way/2","properties":{"@id":"way/2","amenity":"police","name":"Invented Patrol Base"},"geometry":{"type":"Polygon","coordinates":[[[36.80,-1.30],[36.82,-1.30],[36.82,-1.28],[36.80,-1.28],[36.80,-1.30]]]}},
 {"type":"Feature","id":"relation/3","properties":{"amenity":"police","operator":"NPS","addr:suburb":"Invented Estate"},"geometry":{"type":"MultiPolygon","coordinates":[[[[36.9,-1.3],[36.9001,-1.3],[36.9,-1.2999],[36.9,-1.3]]],[[[36.70,-1.30],[36.72,-1.30],[36.72,-1.28],[36.70,-1.28],[36.70,-1.30]]]]}},
 {"type":"Feature","id":"node/4","properties":{"amenity":"police"},"geometry":{"type":"Point","coordinates":[39.66,-4.05]}},
 {"type":"Feature","id":"node/5","properties":{"amenity":"bank","name":"Invented Bank"},"geometry":{"type":"Point","coordinates":[39.66,-4.05]}}
]}`

func TestReadGeoJSONFromOpenStreetMap(t *testing.T) {
	rows, notes, err := ReadGeoJSON(strings.NewReader(osm), wards(t))
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		id, name, county string
		kind             ripoti.OfficeKind
		lat, lon         float64
		active           bool
	}{
		{"osm:node/1", "Invented Police Station", "042", ripoti.Station, -0.1, 34.75, true},
		{"osm:way/2", "Invented Patrol Base", "047", ripoti.Post, -1.29, 36.81, true},
		{"osm:relation/3", "NPS Invented Estate", "047", ripoti.Station, -1.29, 36.71, true},
		{"osm:node/4", "Unnamed police node/4", "001", ripoti.Station, -4.05, 39.66, false},
	}
	if len(rows.Offices) != len(want) {
		t.Fatalf("%d offices", len(rows.Offices))
	}
	for i, w := range want {
		o := rows.Offices[i]
		if o.ID != w.id || o.Name != w.name || o.County != w.county || o.Kind != w.kind || o.Active != w.active ||
			math.Abs(o.Point.Lat-w.lat) > 1e-9 || math.Abs(o.Point.Lon-w.lon) > 1e-9 || !strings.HasPrefix(o.PlaceID, "ward-") {
			t.Errorf("%+v, want %+v", o, w)
		}
	}
	t.Run("what has no name and what is no police is listed", func(t *testing.T) {
		if len(notes) != 2 || notes[0].Line != 8 || notes[0].Column != "name" || notes[1].Line != 9 {
			t.Errorf("%v", notes)
		}
	})
	if err := rows.Check(); err != nil {
		t.Error(err)
	}
}

func TestReadGeoJSONSaysWhatIsWrong(t *testing.T) {
	one := func(feature string) string {
		return "{\"type\":\"FeatureCollection\",\"features\":[\n" + feature + "]}"
	}
	tests := []struct{ name, file, want string }{
		{"no JSON", "{", "is no GeoJSON"},
		{"another JSON", `{"type":"Topology"}`, "no FeatureCollection"},
		{"no id", one(`{"type":"Feature","properties":{"amenity":"police","name":"A"},"geometry":{"type":"Point","coordinates":[36.8,-1.3]}}`), "line 2, column id"},
		{"no geometry", one(`{"type":"Feature","id":"node/1","properties":{"amenity":"police","name":"A"},"geometry":null}`), "column geometry"},
		{"coordinates the wrong way round", one(`{"type":"Feature","id":"node/1","properties":{"amenity":"police","name":"A"},"geometry":{"type":"Point","coordinates":[-1.3,36.8]}}`), "far from every ward"},
		{"another country", one(`{"type":"Feature","id":"node/1","properties":{"amenity":"police","name":"A"},"geometry":{"type":"Point","coordinates":[32.58,0.31]}}`), "far from every ward"},
		{"words for coordinates", one(`{"type":"Feature","id":"node/1","properties":{"amenity":"police","name":"A"},"geometry":{"type":"Point","coordinates":["x"]}}`), "no usable coordinates"},
		{"a feature that is none", one(`7`), "is no feature"},
		{"an id twice", one(`{"type":"Feature","id":"node/1","properties":{"amenity":"police","name":"A"},"geometry":{"type":"Point","coordinates":[36.8,-1.3]}},
{"type":"Feature","id":"node/1","properties":{"amenity":"police","name":"B"},"geometry":{"type":"Point","coordinates":[36.8,-1.3]}}`), "stands in line 2 already"},
		{"a column of ours that is wrong", one(`{"type":"Feature","properties":{"ripoti:id":"a","ripoti:kind":"castle","ripoti:name":"A"},"geometry":null}`), "column kind"},
	}
	list := wards(t)
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			rows, _, err := ReadGeoJSON(strings.NewReader(tc.file), list)
			if err == nil || !strings.Contains(err.Error(), tc.want) || len(rows.Offices) > 0 {
				t.Errorf("%d rows, %v", len(rows.Offices), err)
			}
		})
	}
}

func TestGeoJSONRoundTrip(t *testing.T) {
	rows := sampleRows(t)
	rows.Offices[0].Point = ripoti.Point{}
	var file bytes.Buffer
	if err := WriteGeoJSON(&file, rows.Offices); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(file.Bytes(), []byte("+2547")) {
		t.Error("holds a phone number")
	}
	again, notes, err := ReadGeoJSON(&file, nil)
	if err != nil || len(notes) > 0 {
		t.Fatal(notes, err)
	}
	want := slices.SortedFunc(slices.Values(rows.Offices), func(a, b ripoti.Office) int { return strings.Compare(a.ID, b.ID) })
	if !reflect.DeepEqual(again.Offices, want) {
		t.Error("offices changed on their way")
	}
}

func FuzzReadGeoJSON(f *testing.F) {
	f.Add([]byte(osm))
	for _, seed := range []string{"", "{}", `{"type":"FeatureCollection","features":[null,1,{}]}`,
		`{"type":"FeatureCollection","features":[{"id":1e300,"properties":{"amenity":"police"},"geometry":{"type":"Polygon","coordinates":[]}}]}`,
		`{"type":"FeatureCollection","features":[{"id":1,"properties":{"amenity":"police"},"geometry":{"type":"MultiPolygon","coordinates":[[],[[]],[[[1]]]]}}]}`,
		`{"type":"FeatureCollection","features":[{"properties":{"ripoti:id":"a","ripoti:kind":"post","ripoti:name":"A","ripoti:county":"047"},"geometry":{"type":"LineString","coordinates":[[36,-1],[37,-1]]}}]}`} {
		f.Add([]byte(seed))
	}
	list := wards(f)[:50]
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, _, err := ReadGeoJSON(bytes.NewReader(file), list)
		if err != nil {
			if len(rows.Offices) > 0 {
				t.Fatal("rows were taken from a wrong file")
			}
			return
		}
		for _, o := range rows.Offices {
			if math.IsNaN(o.Point.Lat) || math.Abs(o.Point.Lat) > 90 || math.Abs(o.Point.Lon) > 180 {
				t.Fatalf("%+v", o.Point)
			}
		}
		roundTrip(t, rows)
	})
}
