package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// ask routes lines of JSON and gives the answers.
func ask(t *testing.T, c routeCommand, lines ...string) []routeAnswer {
	t.Helper()
	c.JSON = true
	var out bytes.Buffer
	if err := c.answer(strings.NewReader(strings.Join(lines, "\n")), &out); err != nil {
		t.Fatal(err)
	}
	var answers []routeAnswer
	for line := range strings.Lines(out.String()) {
		var a routeAnswer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(lines) {
		t.Fatalf("%d answers to %d lines", len(answers), len(lines))
	}
	return answers
}

func TestRoute(t *testing.T) {
	t.Run("Kibera by name and by id reaches its sample station and social workers", func(t *testing.T) {
		for _, a := range ask(t, routeCommand{}, `{"place":"Kibera","category":"svac","urgency":"critical"}`, `{"place":"area-047-kibera","category":"svac","urgency":"critical"}`) {
			if len(a.Police) != 1 || a.Police[0].Office != "sample-station-047-kibera" || a.Social == nil || a.Social.Office != "sample-social-047" || len(a.Trace) == 0 || a.NoRecipient {
				t.Errorf("%+v", a)
			}
		}
	})
	t.Run("the answers of the menu stand in for category and urgency", func(t *testing.T) {
		a := ask(t, routeCommand{}, `{"place":"ward-1386","what":"sexual","danger":"no","at_risk":"other_child","when":"days3"}`)[0]
		if a.Category != ripoti.SVAC || a.Urgency != ripoti.High || a.Rule != "H1" {
			t.Errorf("%s %s by %s", a.Category, a.Urgency, a.Rule)
		}
	})
	t.Run("a report about the police has oversight and no police near", func(t *testing.T) {
		a := ask(t, routeCommand{}, `{"place":"ward-1386","category":"police_abuse","urgency":"high"}`)[0]
		if !a.Walled || a.Oversight == nil || len(a.Police) > 0 || len(a.Wall) < 3 {
			t.Errorf("%+v", a)
		}
	})
	t.Run("what cannot be read is answered in its place", func(t *testing.T) {
		a := ask(t, routeCommand{}, `{`, `{"urgency":"soon"}`, `{"place":"Kibera","category":"dv"}`)
		if a[0].Error == "" || !strings.Contains(a[1].Error, `"soon" is none of: critical`) || a[2].Error != "" {
			t.Errorf("%q %q %q", a[0].Error, a[1].Error, a[2].Error)
		}
	})
	t.Run("own tables and rules are used", func(t *testing.T) {
		folder := t.TempDir()
		write := func(name, content string) string {
			path := filepath.Join(folder, name)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		c := routeCommand{
			Offices:  write("offices.csv", "id,kind,name,county,lat,lon,able\nown,station,Own Station,047,-1.31,36.79,gender_desk\nhq,coordination,Own Coordination,,,,\n"),
			Contacts: write("contacts.csv", "id,office_id,role,lang,phone,verified_at\nc,own,desk,en,0711000001,2026-01-05\nd,hq,coordinator,en,0711000002,2026-01-05\n"),
		}
		if a := ask(t, c, `{"place":"ward-1386","category":"svac","urgency":"high"}`)[0]; a.Police[0].Office != "own" || a.Social.Office != "hq" || !a.NoRecipient {
			t.Errorf("%+v", a)
		}
		c.Rules = write("rules.yaml", "version: 9\n")
		var out bytes.Buffer
		if err := c.answer(strings.NewReader(""), &out); err == nil {
			t.Error("wrong rules are used")
		}
	})
}

// Every ward, town and county of the country is routed with the sample, for harms that take
// different ways: nobody's report ends with nobody, and nobody behind a wall hears of it.
func TestRouteCoversTheCountry(t *testing.T) {
	g, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, err := (&routeCommand{}).router()
	if err != nil {
		t.Fatal(err)
	}
	far := 0
	for _, p := range g.All() {
		for _, category := range ripoti.Categories {
			q := routeQuestion{Place: p.ID, Category: category, Urgency: ripoti.Critical, Danger: ripoti.DangerYes}
			c := r.weigh(q, p.Ref())
			a := r.tell(q, c, routing.Decide(c, r.directory, r.rules))
			if a.NoRecipient || a.Social == nil || a.Social.Kind != ripoti.SocialWork {
				t.Fatalf("%s %s: %+v", p.ID, category, a)
			}
			if category == ripoti.SVAC && p.Precision.Decides() && (len(a.Police) == 0 || a.Police[0].Km > 60) {
				far++
			}
			for _, o := range a.Police {
				if (o.Kind == ripoti.Station || o.Kind == ripoti.Post) && !p.Precision.Decides() && !strings.Contains(o.Why, "given to it") && category != ripoti.PoliceAbuse {
					t.Fatalf("%s (%s) settled the station %s", p.ID, p.Precision, o.Office)
				}
				for _, walled := range a.Wall {
					if o.Office == walled {
						t.Fatalf("%s %s: %s is behind the wall and told", p.ID, category, walled)
					}
				}
			}
		}
	}
	if most := 60; far > most { // wards of the dry north are wider than that
		t.Errorf("%d places have no station within 60 km, at most %d are expected", far, most)
	}
}
