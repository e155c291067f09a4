package gazetteer

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"ripoti/internal/ripoti"
)

func TestTable(t *testing.T) {
	g := load(t)
	t.Run("the whole country stands in it", func(t *testing.T) {
		n := make(map[ripoti.PlaceKind]int)
		for _, p := range g.All() {
			n[p.Kind]++
		}
		if n[ripoti.KindCounty] != 47 || n[ripoti.KindConstituency] != 290 || n[ripoti.KindWard] != 1450 {
			t.Errorf("%v, 47 counties, 290 constituencies and 1450 wards are meant", n)
		}
		if len(g.Counties()) != 47 || len(g.Wards()) != 1450 {
			t.Errorf("%d counties, %d wards", len(g.Counties()), len(g.Wards()))
		}
	})
	t.Run("a county or a constituency never decides a station by itself", func(t *testing.T) {
		for _, p := range g.All() {
			if (p.Kind == ripoti.KindCounty || p.Kind == ripoti.KindConstituency) && p.Precision.Decides() {
				t.Errorf("%s has the precision %s", p.ID, p.Precision)
			}
		}
	})
	t.Run("a ward knows its constituency, county and itself", func(t *testing.T) {
		for _, p := range g.Wards() {
			if _, ok := g.Place(p.Constituency); !ok || p.Ward != p.ID || g.Constituency(p) == "" {
				t.Errorf("%s: constituency %q, ward %q", p.ID, p.Constituency, p.Ward)
			}
			if c, ok := g.County(p.CountyID); !ok || c.Name != p.County {
				t.Errorf("%s: county %q is %q", p.ID, p.CountyID, c.Name)
			}
		}
	})
	t.Run("counties are in the order of their names", func(t *testing.T) {
		if c := g.Counties(); c[0].Name != "Baringo" || !slices.IsSortedFunc(c, func(a, b ripoti.Place) int { return strings.Compare(a.Name, b.Name) }) {
			t.Error("out of order")
		}
	})
	t.Run("two wards of one name in one county can be told apart", func(t *testing.T) {
		seen := make(map[string]string)
		for _, p := range g.Wards() {
			if other, twice := seen[Label(p)]; twice {
				t.Errorf("%s and %s both read %q", p.ID, other, Label(p))
			}
			seen[Label(p)] = p.ID
		}
	})
	t.Run("everyday names are of places in the table", func(t *testing.T) {
		habits, err := readEveryday(everydayTSV)
		if err != nil {
			t.Fatal(err)
		}
		for id := range habits {
			if _, ok := g.Place(id); !ok {
				t.Errorf("everyday.tsv: there is no %s", id)
			}
		}
	})
	t.Run("who stands in Kibera may name the village", func(t *testing.T) {
		for typed, id := range map[string]string{"gatwekera": "area-047-kibera", "Soweto West": "area-047-kibera", "toi market": "area-047-kibera", "line saba": "ward-1386"} {
			if found := g.Find(typed, ""); found.Decision != Take || found.Matches[0].Place.ID != id {
				t.Errorf("%q is %+v", typed, found)
			}
		}
	})
	t.Run("what is handed out can be changed without harm", func(t *testing.T) {
		g.All()[0].Name = "x"
		g.Wards()[0].Name = "x"
		if g.All()[0].Name == "x" || g.Wards()[0].Name == "x" {
			t.Error("the table itself was changed")
		}
	})
	t.Run("an unknown id is no place", func(t *testing.T) {
		if p, ok := g.Place("ward-9999"); ok {
			t.Errorf("%v", p)
		}
		if p, ok := g.County("048"); ok {
			t.Errorf("%v", p)
		}
	})
}

func TestLabel(t *testing.T) {
	for _, c := range []struct {
		place ripoti.Place
		want  string
	}{
		{ripoti.Place{Kind: ripoti.KindWard, Name: "Bura", County: "Tana River"}, "Bura, Tana River"},
		{ripoti.Place{Kind: ripoti.KindTown, Name: "Kitui", County: "Kitui"}, "Kitui, Kitui"},
		{ripoti.Place{Kind: ripoti.KindCounty, Name: "Kitui", County: "Kitui"}, "Kitui county"},
		{ripoti.Place{Kind: ripoti.KindWard, Name: "Shinoyi-Shikomari-Esumeyia", County: "Kakamega"}, "Shinoyi-Shikomari-Esumey, Kakamega"},
		{ripoti.Place{Kind: ripoti.KindWard, Name: "Woodley/Kenyatta Golf Course", County: "Nairobi"}, "Woodley/Kenyatta Golf Co, Nairobi"},
	} {
		if got := Label(c.place); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	t.Run("the longest labels come first", func(t *testing.T) {
		g := load(t)
		long := g.Longest(4)
		if len(long) != 4 || len(Label(long[0])) < 36 || len(Label(long[0])) < len(Label(long[3])) {
			t.Errorf("%v", long)
		}
		if n := len(g.Longest(1 << 20)); n != len(g.All()) {
			t.Errorf("%d of %d", n, len(g.All()))
		}
	})
}

const header = "id,kind,name,parent_id,county_id,constituency_id,ward_id,county,lat,lon,precision,aliases,source\n"
const kitui = "county-015,county,Kitui,,015,,,Kitui,-1.5,38.3,exact,,own\n"

func TestRead(t *testing.T) {
	t.Run("an operator's own table is searched like the built-in one", func(t *testing.T) {
		g, err := Read(strings.NewReader(header + kitui + "town-x,town,Kwa Kilui,county-015,015,,,Kitui,-1.4,38.2,exact,Kilui Market,own\n"))
		if err != nil {
			t.Fatal(err)
		}
		if r := g.Find("kwa kirui", ""); r.Decision != Take || r.Matches[0].Place.ID != "town-x" {
			t.Errorf("%+v", r)
		}
	})
	for _, c := range []struct{ name, table, want string }{
		{"a wrong column is named", strings.Replace(header, "lat", "latitude", 1) + kitui, `line 1, column 9: "latitude" stands where "lat" is meant`},
		{"a missing column is named", header + "county-015,county,Kitui\n", "record on line 2"},
		{"a number that is none", header + kitui + "a,town,A,,015,,,Kitui,north,38.2,exact,,own\n", `line 3, column lat: "north" is no number`},
		{"not a number", header + kitui + "a,town,A,,015,,,Kitui,NaN,38.2,exact,,own\n", "line 3, column lat: NaN lies outside Kenya"},
		{"latitude and longitude swapped", header + kitui + "a,town,A,,015,,,Kitui,38.2,-1.4,exact,,own\n", "line 3, column lat: 38.2 lies outside Kenya"},
		{"an unknown kind", header + kitui + "a,village,A,,015,,,Kitui,-1.4,38.2,exact,,own\n", `line 3, column kind: "village" is none of`},
		{"an unknown precision", header + kitui + "a,town,A,,015,,,Kitui,-1.4,38.2,good,,own\n", `line 3, column precision: "good"`},
		{"an id twice", header + kitui + kitui, `line 3, column id: "county-015" stands twice`},
		{"a county that is called otherwise", header + kitui + "a,town,A,,015,,,Meru,-1.4,38.2,exact,,own\n", `line 3, column county_id: "015" is called "Kitui"`},
		{"a ward that does not exist", header + kitui + "a,town,A,,015,,0001,Kitui,-1.4,38.2,exact,,own\n", "line 3, column ward_id: there is no row ward-0001"},
		{"a letter that makes an SMS longer", header + kitui + "a,town,Kit\u00fci\u2019s,,015,,,Kitui,-1.4,38.2,exact,,own\n", "line 3, column name"},
		{"an empty name", header + kitui + "a,town,,,015,,,Kitui,-1.4,38.2,exact,,own\n", "line 3, column name"},
		{"no rows", header, "no rows"},
		{"nothing", "", "first line"},
	} {
		t.Run(c.name+" is told with line and column", func(t *testing.T) {
			if g, err := Read(strings.NewReader(c.table)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, %v: %q is meant", g != nil, err, c.want)
			}
		})
	}
	t.Run("all faults are told at once", func(t *testing.T) {
		_, err := Read(strings.NewReader(header + kitui + "a,village,A,,015,,,Kitui,x,38.2,exact,,own\nb,town,B,,15,,,Kitui,1,38.2,exact,,own\n"))
		if err == nil || strings.Count(err.Error(), "\n") != 2 {
			t.Errorf("%v: three faults are meant", err)
		}
	})
	t.Run("the embedded table passes the same checks", func(t *testing.T) {
		if _, err := Read(bytes.NewReader(placesCSV)); err != nil {
			t.Error(err)
		}
	})
}
