package flows

import (
	"fmt"
	"strings"
	"testing"

	"ripoti/internal/ripoti"
)

// withStaffLine writes for a house that has a staff line with the longest code.
func withStaffLine(t *testing.T) *Writer { return NewWriter(openWords(t, "*483#", "*483*999#")) }

func TestBriefInWords(t *testing.T) {
	w := withStaffLine(t)
	station := Facts{Office: "Kibera", Brief: Brief{Time: "06:30", New: 4, Critical: 1, Unaccepted: 1, Clock72: 1, Fled: 2, Court: 1}}
	area := Facts{Office: "Langata", Brief: Brief{Time: "06:30", SubCounty: true, Stations: 5, New: 11, Late: 2, Worst: "Kibera", WorstLate: 1, Old: 9, Settlement: 1}}
	quiet := Facts{Office: "Sample County", Brief: Brief{Time: "06:30", Stations: 12}}
	for _, c := range []struct {
		name, say string
		lang      ripoti.Lang
		f         Facts
		want      string
	}{
		{"B1", SayBriefStation, "en", station, "Brief 06:30 Kibera. New 4 (1 critical). Not accepted 1. 72-hr ends today 1. Fled 2. In court today 1. List: *483*999#"},
		{"B1 in Swahili", SayBriefStation, "sw", station, "Muhtasari 06:30 Kibera. Mpya 4 (dharura 1). Hazijakubaliwa 1. Saa 72 zinaisha leo 1. Walitoroka 2. Kortini leo 1. Orodha: *483*999#"},
		{"B2", SayBriefArea, "en", area, "Brief 06:30 Langata sub-county. Stations 5, new 11, late 2 (Kibera 1), open over 30 days 9, settlement flags 1. List: *483*999#"},
		{"B2 in Swahili", SayBriefArea, "sw", area, "Muhtasari 06:30 kaunti ndogo Langata. Vituo 5, mpya 11, zimechelewa 2 (Kibera 1), zaidi ya siku 30: 9, suluhu 1. Orodha: *483*999#"},
		{"a quiet county", SayBriefArea, "en", quiet, "Brief 06:30 Sample County. Nothing new, nothing open. List: *483*999#"},
		{"a quiet county in Swahili", SayBriefArea, "sw", quiet, "Muhtasari 06:30 Sample County. Hakuna jipya, hakuna kesi wazi. Orodha: *483*999#"},
		{"B3", SayParade, "en", Facts{}, "Today's line: listen first. Ask what happened, not why. A child needs no proof before we act. P3 and help are free."},
		{"B3 in Swahili", SayParade, "sw", Facts{}, "Neno la leo: sikiliza kwanza. Uliza nini kilitokea, si kwa nini. Mtoto hahitaji ushahidi ndipo tumsaidie. P3 ni bure."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := w.Say(c.say, c.lang, c.f); err != nil || got != c.want {
				t.Errorf("%v\ngot  %s\nwant %s", err, got, c.want)
			}
		})
	}
}

func TestBriefsFit(t *testing.T) {
	withLine := withStaffLine(t)
	without, _ := newWriter(t)
	names := []string{"Kibera", "Sample Shinoyi-Shikomari-Esumeyia Central Police Station", strings.Repeat("W", 60)}
	for bits := range 1 << 10 {
		for _, n := range []int{1, 999, 99999} {
			has := func(bit int) int { return bits >> bit & 1 * n }
			b := Brief{Time: "06:30", New: n, Critical: has(0), Unaccepted: has(1), Late: has(2), Clock72: has(3), Court: has(4), Fled: has(5),
				Settlement: has(6), Old: has(7), Stations: min(n, 9999), Dark: min(has(8), 9999), SubCounty: has(9) > 0}
			if b.Late > 0 {
				b.Worst, b.WorstLate = names[bits%3], n
			}
			for _, say := range []string{SayBriefStation, SayBriefArea} {
				for _, lang := range ripoti.Langs {
					for _, w := range []*Writer{withLine, without} {
						text, err := w.Say(say, lang, Facts{Office: names[(bits+n)%3], Brief: b})
						if err != nil {
							t.Fatal(err)
						}
						fitsOneSegment(t, text)
						for _, figure := range []struct {
							n    int
							word map[ripoti.Lang]string
						}{{b.New, map[ripoti.Lang]string{"en": "ew %d", "sw": "pya %d"}}, {b.Clock72, map[ripoti.Lang]string{"en": "72-hr ends today %d", "sw": "aa 72 zinaisha leo %d"}},
							{b.Court, map[ripoti.Lang]string{"en": "n court today %d", "sw": "ortini leo %d"}}, {b.Settlement, map[ripoti.Lang]string{"en": "ettlement flags %d", "sw": "uluhu %d"}}} {
							if want := fmt.Sprintf(figure.word[lang], figure.n); figure.n > 0 && !strings.Contains(text, want) {
								t.Fatalf("%q was cut: %s", want, text)
							}
						}
					}
				}
			}
		}
	}
}

func TestParadeLinesFit(t *testing.T) {
	w, cat := newWriter(t)
	for _, lang := range ripoti.Langs {
		seen := map[string]bool{}
		for i := range ParadeLines {
			text, err := w.Say(SayParade, lang, Facts{Brief: Brief{Line: i}})
			if err != nil || len(text) < 60 || seen[text] {
				t.Errorf("line %d: %q, %v", i, text, err)
			}
			fitsOneSegment(t, text)
			seen[text] = true
		}
		if cat.Has(lang, fmt.Sprintf("parade.%d", ParadeLines+1)) {
			t.Errorf("%s has more lines than are said", lang)
		}
	}
}

func TestEverySentenceOfTheBriefIsSaid(t *testing.T) {
	_, cat := newWriter(t)
	said := map[string]bool{"brief": true, "brief.sub_county": true, "brief.list": true, "brief.nothing": true, "brief.new_critical": true, "brief.late_worst": true}
	for _, some := range figures {
		for _, figure := range some {
			said["brief."+figure] = true
		}
	}
	for _, lang := range ripoti.Langs {
		for _, key := range cat.Keys(lang) {
			if strings.HasPrefix(key, "brief") && !said[key] {
				t.Errorf("%s: nobody says %s", lang, key)
			}
		}
		for key := range said {
			if !cat.Has(lang, key) {
				t.Errorf("%s: %s is missing", lang, key)
			}
		}
	}
}
