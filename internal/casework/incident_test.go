package casework_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

const (
	desk = "station-near.desk"
)

func who(s *stage.Stage, id string) ripoti.Contact {
	s.Helper()
	c, ok := s.Desk.Live.World().Contact(id)
	if !ok {
		s.Fatalf("no contact %s", id)
	}
	return c
}

// pairs are the proposals that a contact may see: "place svac/svac".
func pairs(s *stage.Stage, by string) (out []string) {
	s.Helper()
	found, err := s.Desk.Pairs(s.Context(), who(s, by), 100)
	if err != nil {
		s.Fatal(err)
	}
	for _, p := range found {
		out = append(out, fmt.Sprintf("%s %s/%s", p.Why, p.OtherCategory, p.Category))
	}
	slices.Sort(out)
	return out
}

func TestReportsOfOneEventAreProposed(t *testing.T) {
	// away is a place some way to the north of Kibera.
	away := func(km float64) ripoti.PlaceRef {
		p := stage.Kibera
		p.ID, p.Point.Lat = "sample-away", p.Point.Lat+km/111.2
		return p
	}
	for name, c := range map[string]struct {
		change func(*ripoti.Answers)
		wait   time.Duration
		want   string
	}{
		"the same place and harm":       {nil, 0, "place svac/svac"},
		"a day later":                   {nil, 24 * time.Hour, "place svac/svac"},
		"more than a day later":         {nil, 24*time.Hour + time.Minute, ""},
		"another harm":                  {func(a *ripoti.Answers) { a.What = ripoti.WhatCrime }, 0, ""},
		"an unclear report":             {func(a *ripoti.Answers) { a.What = ripoti.WhatUnsure }, 0, "place svac/unclear"},
		"within a kilometre":            {func(a *ripoti.Answers) { a.Place = away(0.9) }, 0, "near svac/svac"},
		"more than a kilometre":         {func(a *ripoti.Answers) { a.Place = away(1.1) }, 0, ""},
		"no place":                      {func(a *ripoti.Answers) { a.Place = ripoti.PlaceRef{} }, 0, ""},
		"a place as wide as the county": {func(a *ripoti.Answers) { a.Place.Precision = ripoti.PrecisionCounty }, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := stage.New(t, nil)
			s.File("c1", ripoti.StageComplete, stage.Report(nil))
			s.Clock.Move(c.wait)
			s.File("c2", ripoti.StageComplete, stage.Report(c.change))
			expect(t, "proposed", strings.Join(pairs(s, coordinator), ", "), c.want)
		})
	}
}

// two are two reports about one place, the first taken by the desk and the social worker.
func two(t *testing.T, change func(*ripoti.Answers)) (s *stage.Stage, a, b ripoti.Code) {
	s = stage.New(t, nil)
	a = s.File("c1", ripoti.StageComplete, stage.Report(nil))
	s.Text(desk, "1 "+string(a))
	s.Text(worker, "1 "+string(a))
	b = s.File("c2", ripoti.StageComplete, stage.Report(change))
	s.Sent = nil
	return s, a, b
}

func same(s *stage.Stage, code ripoti.Code, by string) string {
	s.Helper()
	codes, err := s.Desk.SameEvent(s.Context(), s.Report(code).ID, who(s, by))
	if err != nil {
		s.Fatal(err)
	}
	return strings.Trim(fmt.Sprint(codes), "[]")
}

func TestAPersonLinksReportsOfOneEvent(t *testing.T) {
	t.Run("linked, who holds them hears of the other's number, and no reporter does", func(t *testing.T) {
		s, a, b := two(t, nil)
		expect(t, "before", same(s, a, desk), "")
		if err := s.Desk.LinkIncident(t.Context(), a, b, who(s, coordinator)); err != nil {
			t.Fatal(err)
		}
		s.Work()
		expect(t, "the desk", same(s, a, desk), string(b))
		expect(t, "the desk, of the other", same(s, b, desk), string(a))
		has(t, s.Got(desk)[0].Text, string(a)+": same event as "+string(b))
		expect(t, "all who were told", strings.Join(s.Told(), " "), desk+" "+worker)
		for _, code := range []ripoti.Code{a, b} {
			has(t, s.History(code), "incident_linked")
		}
		if len(pairs(s, coordinator)) != 0 {
			t.Error("what is linked is proposed still")
		}
		if err := s.Desk.LinkIncident(t.Context(), b, a, who(s, coordinator)); ripoti.KeyOf(err) != "incident.decided" {
			t.Errorf("linked twice: %v", err)
		}
		if err := s.Desk.RejectIncident(t.Context(), a, b, who(s, coordinator)); err != nil {
			t.Fatalf("a coordinator takes a link back: %v", err)
		}
		expect(t, "after it was taken back", same(s, a, desk), "")
	})
	t.Run("rejected, it is not proposed again", func(t *testing.T) {
		s, a, b := two(t, nil)
		if err := s.Desk.RejectIncident(t.Context(), a, b, who(s, worker)); err != nil {
			t.Fatal(err)
		}
		s.Add("c2", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.Danger = ripoti.DangerYes }))
		if got := pairs(s, coordinator); len(got) != 0 {
			t.Errorf("proposed again: %v", got)
		}
		if err := s.Desk.LinkIncident(t.Context(), a, b, who(s, worker)); ripoti.KeyOf(err) != "incident.decided" {
			t.Errorf("a social worker undoes a decision: %v", err)
		}
	})
	t.Run("only who owns the care or coordinates decides, and only of what is there", func(t *testing.T) {
		s, a, b := two(t, nil)
		for by, key := range map[string]string{desk: "incident.not_yours", "social-ke.social": "incident.not_yours", "station-north.desk": "incident.not_yours"} {
			if err := s.Desk.LinkIncident(t.Context(), a, b, who(s, by)); ripoti.KeyOf(err) != key {
				t.Errorf("%s: %v", by, err)
			}
			if got := pairs(s, by); len(got) != 0 {
				t.Errorf("%s sees %v", by, got)
			}
		}
		if got := pairs(s, worker); len(got) != 1 {
			t.Errorf("who owns the care sees %v", got)
		}
		for _, other := range []ripoti.Code{a, "4829172"} {
			if err := s.Desk.LinkIncident(t.Context(), a, other, who(s, coordinator)); ripoti.KeyOf(err) != "incident.unknown" {
				t.Errorf("%s with %s: %v", a, other, err)
			}
		}
	})
}

// On the staff line who cares for a report, and who has taken both, decides; the same press acts once.
func TestThePairsOfTheStaffLine(t *testing.T) {
	home := func(c *staffCaller) int { return c.do(flows.StaffAsk{Do: flows.StaffGoHome}).Home.Same }
	list := func(c *staffCaller) []flows.StaffItem {
		return c.do(flows.StaffAsk{Do: flows.StaffGetList, List: flows.ListSame}).Items
	}
	t.Run("who cares for one of them links them, once", func(t *testing.T) {
		s, a, b := two(t, nil)
		c := onLine(s, worker)
		if items := list(c); home(c) != 1 || len(items) != 1 || items[0].Code != a || items[0].Other != b {
			t.Fatalf("%d counted, listed %+v", home(c), items)
		}
		shown := c.do(flows.StaffAsk{Do: flows.StaffGetPair, Number: a, Other: b}).Pair
		if shown.Code != a || shown.Other != b || shown.Category != ripoti.SVAC || shown.Why != "place" || shown.FiledAt.Format("15:04") != s.Report(a).FiledAt.In(routing.Nairobi).Format("15:04") {
			t.Errorf("shown: %+v", shown)
		}
		for range 3 {
			c.n = 100 // the same press
			expect(t, "linked", c.do(flows.StaffAsk{Do: flows.StaffLink, Number: a, Other: b}).Result, "")
		}
		if n := strings.Count(s.History(a), "incident_linked"); n != 1 {
			t.Errorf("linked %d times", n)
		}
		s.Work()
		expect(t, "who cares for it knows it already", s.Kinds(worker), "")
		expect(t, "the desk that holds it", s.Kinds(desk), "same_event")
		expect(t, "linked again", c.do(flows.StaffAsk{Do: flows.StaffLink, Number: a, Other: b}).Result, flows.StaffGone)
		if items := list(c); home(c) != 0 || len(items) != 0 {
			t.Errorf("what is decided is asked still: %+v", items)
		}
	})
	t.Run("an officer decides once he has taken both", func(t *testing.T) {
		s, a, b := two(t, nil)
		c := onLine(s, desk)
		unlink := flows.StaffAsk{Do: flows.StaffUnlink, Number: a, Other: b}
		if items := list(c); len(items) != 0 || home(c) != 0 {
			t.Errorf("with one of the two: %+v", items)
		}
		expect(t, "with one of the two", c.do(unlink).Result, flows.StaffGone)
		s.Text(desk, "1 "+string(b))
		if items := list(c); len(items) != 1 || home(c) != 1 {
			t.Errorf("with both: %+v", items)
		}
		expect(t, "with both", c.do(unlink).Result, "")
		if has := s.History(a) + s.History(b); strings.Count(has, "incident_rejected") != 2 {
			t.Errorf("the histories: %s", has)
		}
		if got := pairs(s, coordinator); len(got) != 0 {
			t.Errorf("proposed still: %v", got)
		}
	})
	t.Run("a pair of which one goes behind a wall is nobody's any more", func(t *testing.T) {
		s, a, b := two(t, nil)
		c := onLine(s, worker)
		s.Add("c2", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice }))
		if !s.Report(b).Walled {
			t.Fatal("the test is about a wall")
		}
		for _, ask := range []flows.StaffAsk{{Do: flows.StaffGetPair}, {Do: flows.StaffLink}, {Do: flows.StaffUnlink}} {
			ask.Number, ask.Other = a, b
			expect(t, string(ask.Do), c.do(ask).Result, flows.StaffGone)
		}
		if items := list(c); len(items) != 0 || home(c) != 0 {
			t.Errorf("listed: %+v", items)
		}
	})
}

// A county's coordinator links what is in the county; a report elsewhere does not exist for him or her.
func TestACountysCoordinatorLinksNothingOutsideTheCounty(t *testing.T) {
	s := stage.New(t, nil)
	here := s.File("c1", ripoti.StageComplete, stage.Report(nil))
	away := s.File("c2", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) {
		a.Place = ripoti.PlaceRef{ID: "sample-ruiru", Name: "Ruiru", County: "Kiambu", CountyID: "022", Point: ripoti.Point{Lat: -1.15, Lon: 36.96}, Precision: ripoti.PrecisionExact}
	}))
	near := s.File("c3", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What = ripoti.WhatCrime }))
	county, network := who(s, "coordination-047.coordinator"), who(s, "coordination-ke.coordinator")
	for _, decide := range []func(context.Context, ripoti.Code, ripoti.Code, ripoti.Contact) error{s.Desk.LinkIncident, s.Desk.RejectIncident} {
		for _, two := range [][2]ripoti.Code{{here, away}, {away, here}} {
			if err := decide(t.Context(), two[0], two[1], county); ripoti.KeyOf(err) != "incident.unknown" {
				t.Errorf("outside the county: %v", err)
			}
		}
	}
	if err := s.Desk.LinkIncident(t.Context(), here, near, county); err != nil {
		t.Errorf("within the county: %v", err)
	}
	if err := s.Desk.LinkIncident(t.Context(), here, away, network); err != nil {
		t.Errorf("who coordinates the whole network: %v", err)
	}
}

func TestIncidentsKeepTheWall(t *testing.T) {
	accused := func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice }
	s, a, b := two(t, accused)
	if !s.Report(b).Walled || s.Report(a).Walled {
		t.Fatal("the test is about one walled report")
	}
	inside := []string{desk, "station-near.ocs", "command-west.commander", "county-command-047.commander"}
	for _, by := range append(inside, worker, "station-north.desk") {
		if got := pairs(s, by); len(got) != 0 {
			t.Errorf("%s sees %v", by, got)
		}
		err := s.Desk.LinkIncident(t.Context(), a, b, who(s, by))
		unheard := s.Desk.LinkIncident(t.Context(), a, "4829172", who(s, by))
		if ripoti.KeyOf(err) != "incident.unknown" || ripoti.KeyOf(err) != ripoti.KeyOf(unheard) {
			t.Errorf("%s learns that there is such a report: %v, of none %v", by, err, unheard)
		}
	}
	if got := pairs(s, coordinator); len(got) != 1 {
		t.Fatalf("the coordinator sees %v", got)
	}
	if err := s.Desk.LinkIncident(t.Context(), a, b, who(s, coordinator)); err != nil {
		t.Fatal(err)
	}
	s.Work()
	for _, by := range append(inside, worker, "oversight-ke.liaison") {
		expect(t, by+" of the open one", same(s, a, by), "")
		expect(t, by+" of the walled one", same(s, b, by), "")
		expect(t, by+" was told", s.Kinds(by), "")
	}
	expect(t, "the coordinator", same(s, a, coordinator), string(b))
	for _, event := range events(t, s, a) {
		if strings.Contains(event, s.Report(b).ID) || strings.Contains(event, string(b)) {
			t.Errorf("the history of the open report names the walled one: %s", event)
		}
	}
	// A coordinator whose number also answers for the accused station is inside the wall.
	s.Directory(func(_ []ripoti.Office, contacts []ripoti.Contact) {
		for i := range contacts {
			if contacts[i].ID == coordinator {
				contacts[i].Phone = who(s, desk).Phone
			}
		}
	})
	expect(t, "the coordinator with two posts", same(s, a, coordinator), "")
	if err := s.Desk.RejectIncident(t.Context(), a, b, who(s, coordinator)); ripoti.KeyOf(err) != "incident.unknown" {
		t.Errorf("the coordinator with two posts decides: %v", err)
	}
}

func events(t *testing.T, s *stage.Stage, code ripoti.Code) (out []string) {
	t.Helper()
	list, err := s.Store.Events(t.Context(), s.Report(code).ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		out = append(out, e.Kind+" "+e.Data)
	}
	return out
}

func TestThreeReportsWithinAnHourRaiseTheUrgency(t *testing.T) {
	crime := stage.Report(func(a *ripoti.Answers) {
		a.What, a.AtRisk, a.When, a.Suspect = ripoti.WhatCrime, ripoti.AtRiskOtherAdult, ripoti.WhenLonger, ripoti.SuspectFled
	})
	file := func(s *stage.Stage, n int, a ripoti.Answers) string {
		r := s.Report(s.File(fmt.Sprint("c", n), ripoti.StageComplete, a))
		return string(r.Urgency) + " " + r.Rule
	}
	t.Run("the third within the hour", func(t *testing.T) {
		s := stage.New(t, nil)
		for i, want := range []string{"low L1", "medium R1", "high R2"} {
			s.Clock.Move(20 * time.Minute)
			expect(t, fmt.Sprint("report ", i+1), file(s, i, crime), want)
		}
	})
	t.Run("not when an hour has passed", func(t *testing.T) {
		s := stage.New(t, nil)
		for i, want := range []string{"low L1", "medium R1", "medium R1"} {
			s.Clock.Move(40 * time.Minute)
			expect(t, fmt.Sprint("report ", i+1), file(s, i, crime), want)
		}
	})
	t.Run("not where they tell of other harms", func(t *testing.T) {
		s := stage.New(t, nil)
		home := crime
		home.What = ripoti.WhatHome
		file(s, 1, home)
		file(s, 2, home)
		expect(t, "a theft after two quarrels", file(s, 3, crime), "medium R1")
	})
	t.Run("not where the place is a whole county", func(t *testing.T) {
		s := stage.New(t, nil)
		wide := crime
		wide.Place.Precision = ripoti.PrecisionCounty
		for i, want := range []string{"low L1", "medium R1", "medium R1"} {
			expect(t, fmt.Sprint("report ", i+1), file(s, i, wide), want)
		}
	})
}
