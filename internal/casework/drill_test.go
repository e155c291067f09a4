package casework_test

import (
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// A practice report goes the way of every other, says so in every message, is answered as ever, teaches
// nobody anything about real ones, and is over by itself.
func TestADrillGoesThroughTheWholeChainAndEndsByItself(t *testing.T) {
	s := stage.New(t, nil)
	real := s.File("c1", ripoti.StageComplete, stage.Report(nil))
	before := len(s.Sent)
	id, err := s.Desk.StartDrill(t.Context(), casework.DrillWanted{County: "047", OfficeID: "station-near", Scenario: "danger_now", Lasts: time.Hour}, "user:u1")
	if err != nil {
		t.Fatal(err)
	}
	s.Work()
	if _, err := s.Desk.StartDrill(t.Context(), casework.DrillWanted{County: "047", Scenario: "within_72", Lasts: time.Hour}, "user:u1"); ripoti.KeyOf(err) != "drill.running" {
		t.Errorf("two drills at once in a county: %v", err)
	}
	all, err := s.Desk.DrillResult(t.Context(), store.View{}, id)
	if err != nil || len(all) != 1 || all[0].Office != "station-near" || all[0].Report.Urgency != ripoti.Critical {
		t.Fatalf("%v, %v", all, err)
	}
	code := all[0].Report.Code
	if kinds := s.Kinds("station-near.desk"); !strings.HasSuffix(kinds, "alert") {
		t.Errorf("the desk got %s", kinds)
	}
	s.Wait(12 * time.Minute)
	s.Text("station-near.duty", "1 "+string(code))
	s.Text("station-near.duty", "4 "+string(code))
	all, err = s.Desk.DrillResult(t.Context(), store.View{}, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all[0].Parts {
		if p.OfficeID == "station-near" && (p.After != 12*time.Minute || p.Steps < 2) {
			t.Errorf("accepted after %s and %d steps", p.After, p.Steps)
		}
	}
	s.Wait(time.Hour)
	if r := s.Report(code); r.Status != ripoti.StatusClosed {
		t.Errorf("it is %s after its time", r.Status)
	}
	drills := 0
	for _, m := range s.Sent[before:] {
		if strings.Contains(m.Text, string(code)) {
			drills++
			if !strings.HasPrefix(m.Text, "DRILL ") {
				t.Errorf("%s reads of a practice report: %s", m.To, m.Text)
			}
		}
	}
	last := s.Got("station-near.desk")
	if drills < 6 || !strings.Contains(last[len(last)-1].Text, "is over") {
		t.Errorf("%d messages of the drill, the last one %s", drills, last[len(last)-1].Text)
	}
	sent := len(s.Sent)
	s.Wait(9 * 24 * time.Hour)
	for _, m := range s.Sent[sent:] {
		if strings.Contains(m.Text, string(code)) {
			t.Errorf("after its end: %s", m.Text)
		}
	}
	if history := s.History(code); strings.Contains(history, "incident") || strings.Contains(history, "flag_raised") {
		t.Errorf("%s", history)
	}
	if pairs, err := s.Store.Pairs(t.Context(), store.Viewer{Contacts: []string{"coordination-ke.coordinator"}, Offices: []string{"coordination-ke"}, Coordinates: true}, 10); err != nil || len(pairs) > 0 {
		t.Errorf("it is taken for the same event as a real one: %v %v", pairs, err)
	}
	if another := s.File("c2", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.Detail = ripoti.WhatChild, ripoti.ChildNeglected })); s.Report(real).Urgency == "" || strings.Contains(s.Report(another).Rule, "R2") {
		t.Errorf("a drill raises a real report: %v", s.Report(another))
	}
}

func TestADrillThatCannotBeSaysWhy(t *testing.T) {
	s := stage.New(t, nil)
	for key, wanted := range map[string]casework.DrillWanted{
		"drill.office":   {County: "047", OfficeID: "social-047", Scenario: "danger_now", Lasts: time.Hour},
		"drill.county":   {County: "001", Scenario: "danger_now", Lasts: time.Hour},
		"drill.scenario": {County: "047", Scenario: "war", Lasts: time.Hour},
		"drill.lasts":    {County: "047", Scenario: "danger_now", Lasts: time.Minute},
	} {
		if _, err := s.Desk.StartDrill(t.Context(), wanted, "user:u1"); ripoti.KeyOf(err) != key {
			t.Errorf("%s: %v", key, err)
		}
	}
}
