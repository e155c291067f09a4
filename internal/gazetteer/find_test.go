package gazetteer

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"ripoti/internal/ripoti"
)

// names are the labels of what was found.
func names(r Result) []string {
	var out []string
	for _, m := range r.Matches {
		out = append(out, Label(m.Place))
	}
	return out
}

func TestFind(t *testing.T) {
	g := load(t)
	for _, c := range []struct {
		promise, text, county string
		want                  Decision
		first                 string
	}{
		{"a large place is found misspelt", "kawangwale", "", Take, "Kawangware, Nairobi"},
		{"a street name is known", "eldy", "", Take, "Eldoret, Uasin Gishu"},
		{"a beginning that fits one place is enough", "naivash", "", Take, "Naivasha, Nakuru"},
		{"a beginning that fits many is asked back", "kap", "", Ask, ""},
		{"vowels may be left out", "mchks", "", Ask, "Machakos, Machakos"},
		{"a county behind the name decides", "bura, tana river", "", Take, "Bura, Tana River"},
		{"a county before the name decides", "kitui nguni", "", Take, "Nguni, Kitui"},
		{"a town beside the name decides", "huruma eldy", "", Take, "Huruma, Uasin Gishu"},
		{"a hint never answers for the rest", "kitui mabombambo", "", Ask, "Kitui, Kitui"},
		{"a known county decides", "bura", "007", Take, "Bura, Garissa"},
		{"a county that was told wrongly is asked about", "kibera", "001", Ask, "Kibera, Nairobi"},
		{"a county that does not exist is no hint", "kibera", "999", Take, "Kibera, Nairobi"},
		{"the town of a known county is found by the word", "mjini", "015", Ask, "Kitui, Kitui"},
		{"the word county asks for the county", "siaya county", "", Take, "Siaya county"},
		{"a town stands for its county and constituency", "kitui", "", Take, "Kitui, Kitui"},
		{"a city that is a county is the county", "nbi", "", Take, "Nairobi county"},
		{"directions are not guessed", "east gem", "", Ask, "East Gem, Siaya"},
		{"a swapped direction is the same place", "sakwa south bondo", "", Take, "South Sakwa, Siaya"},
		{"a misspelt direction is understood", "narok nroth", "", Take, "Narok North, Narok"},
		{"roman, spoken and written numbers are one", "umoja mbili nairobi", "", Take, "Umoja II, Nairobi"},
		{"what is near a place does not count", "kangemi karibu na shule", "", Take, "Kangemi, Nairobi"},
		{"a place is found in a sentence", "mtoto analia huko kangemi usiku", "", Ask, "Kangemi, Nairobi"},
		{"a road is asked about", "thika rd", "", Ask, "Thika, Kiambu"},
		{"a road in the table is a place", "jogoo road", "", Take, "Jogoo Road, Nairobi"},
		{"accents and capitals do not matter", "N\u00c1ivasha", "", Take, "Naivasha, Nakuru"},
		{"an apostrophe of any kind may stand or be missing", "ol\u2019lesos", "", Take, "Ol'lessos, Nandi"},
		{"a name abroad that is in the table is asked about", "london", "", Ask, "London, Nakuru"},
		{"a town abroad is no place", "kampala", "", None, ""},
		{"a word is no place", "nyumbani", "", None, ""},
		{"a word is no place in a known county either", "nyumbani", "047", None, ""},
		{"digits are no place", "0711 000 001", "", None, ""},
		{"nothing is no place", " ", "", None, ""},
		{"another alphabet is no place", "\u041d\u0430\u0439\u0440\u043e\u0431\u0438", "", None, ""},
	} {
		t.Run(c.promise, func(t *testing.T) {
			r := g.Find(c.text, c.county)
			if r.Decision != c.want || c.first != "" && (len(r.Matches) == 0 || Label(r.Matches[0].Place) != c.first) {
				t.Errorf("%q: %s %q, want %s %q", c.text, r.Decision, names(r), c.want, c.first)
			}
		})
	}
}

func TestEqualsAreAskedBack(t *testing.T) {
	g := load(t)
	t.Run("every name that two counties share for wards", func(t *testing.T) {
		counties := make(map[string][]string)
		for _, p := range g.Wards() {
			if !slices.Contains(counties[p.Name], p.County) {
				counties[p.Name] = append(counties[p.Name], p.County)
			}
		}
		for name, in := range counties {
			r := g.Find(name, "")
			if len(in) < 2 || notPlaces[strings.ToLower(name)] {
				continue
			}
			if r.Decision == Take && g.weight[g.byID[r.Matches[0].Place.ID]] < 3 {
				t.Errorf("%s stands in %v and %q is taken", name, in, names(r))
			}
		}
	})
	t.Run("the county of every one is shown", func(t *testing.T) {
		for _, label := range names(g.Find("bura", "")) {
			if !strings.Contains(label, ", ") {
				t.Errorf("%q", label)
			}
		}
	})
	t.Run("no spot is offered twice", func(t *testing.T) {
		for _, p := range g.All() {
			r := g.Find(p.Name, "")
			for i, m := range r.Matches {
				for _, n := range r.Matches[:i] {
					if Label(m.Place) == Label(n.Place) && m.Place.Kind != ripoti.KindArea && n.Place.Kind != ripoti.KindArea && m.Place.Point.Km(n.Place.Point) < sameSpotKm {
						t.Errorf("%s: %s and %s read the same", p.Name, m.Place.ID, n.Place.ID)
					}
				}
			}
		}
	})
}

func TestEveryPlaceIsFoundByItsOwnName(t *testing.T) {
	g := load(t)
	lost := 0
	for _, p := range g.All() {
		r := g.Find(p.Name+" "+p.County, "")
		near := func(m Match) bool {
			return m.Place.CountyID == p.CountyID && (m.Place.ID == p.ID || m.Place.Point.Km(p.Point) < sameWardKm)
		}
		if !slices.ContainsFunc(r.Matches, near) {
			lost++
			t.Logf("%s %s: %s", p.Name, p.County, describe(r))
		}
	}
	if lost*200 > len(g.All()) {
		t.Errorf("%d of %d places are not found by name and county, at most one in 200 may be", lost, len(g.All()))
	}
}

func TestFindServesManyAtOnce(t *testing.T) {
	g := load(t)
	texts := []string{"kibela", "bura tana river", "nyumbani", "kap", "homa bei", "sakwa", "eldret", "thika rd"}
	want := make([]Result, len(texts))
	for i, text := range texts {
		want[i] = g.Find(text, "")
	}
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for n := range 200 {
				i := (n + worker) % len(texts)
				if got := g.Find(texts[i], ""); !reflect.DeepEqual(got, want[i]) {
					t.Errorf("%q: %v, alone %v", texts[i], names(got), names(want[i]))
					return
				}
			}
		})
	}
	all.Wait()
}

func TestFindAllocatesLittle(t *testing.T) {
	g := load(t)
	for _, c := range []struct {
		text string
		most float64
	}{{"kawangwale", 8}, {"kitui ngunni", 20}, {"qwertyuiop", 8}} {
		if n := testing.AllocsPerRun(100, func() { g.Find(c.text, "") }); n > c.most {
			t.Errorf("%q: %v allocations, at most %v", c.text, n, c.most)
		}
	}
}

func FuzzFind(f *testing.F) {
	g := load(f)
	for _, seed := range []string{"kibera", "Bura, Tana River", "kaunti ya", "kwa", "north south", "4 4 4", "a b c d e f g h i j k l m n o p q r s t", "\xff\x00'", "kwa kwa", "road road", "ii", "ndnd", strings.Repeat("nairobi ", 50)} {
		f.Add(seed, "047")
		f.Add(seed, "")
	}
	f.Fuzz(func(t *testing.T, text, county string) {
		r := g.Find(text, county)
		if len(r.Matches) > matchesShown || (r.Decision == None) != (len(r.Matches) == 0) {
			t.Fatalf("%s with %d matches", r.Decision, len(r.Matches))
		}
		if r.Decision != Take && r.Decision != Ask && r.Decision != None {
			t.Fatalf("decision %q", r.Decision)
		}
		for i, m := range r.Matches {
			if _, ok := g.Place(m.Place.ID); !ok || m.Score < 0 || m.Score > 1 || i > 0 && m.Score > r.Matches[i-1].Score {
				t.Fatalf("match %d: %s %v", i, m.Place.ID, m.Score)
			}
		}
		if again := g.Find(text, county); !reflect.DeepEqual(r, again) {
			t.Fatalf("two answers to one question: %v and %v", names(r), names(again))
		}
	})
}
