package routing_test

import (
	"slices"
	"testing"
	"time"

	"ripoti/internal/directory"
	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// sampleCountry is the whole sample directory on the whole gazetteer.
func sampleCountry(t *testing.T) (*gazetteer.Gazetteer, *routing.Directory) {
	t.Helper()
	places, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := directory.Sample()
	if err != nil {
		t.Fatal(err)
	}
	return places, routing.NewDirectory(rows.Offices, rows.Contacts, places)
}

func accusedAt(place ripoti.PlaceRef) routing.Case {
	return routing.Case{Answers: ripoti.Answers{What: ripoti.WhatPolice, Place: place}, Category: ripoti.PoliceAbuse, Second: ripoti.SVAdult,
		Urgency: ripoti.Critical, At: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
}

// Whatever place of a constituency was meant, the stations that the wall would hold there are behind the
// wall of the constituency, with their chain, and nobody behind it is told.
func TestTheWallOfAConstituencyHoldsThatOfEachOfItsWards(t *testing.T) {
	places, d := sampleCountry(t)
	rules := routing.Default()
	wide, whole := 0, 0
	for _, c := range places.All() {
		if c.Kind != ripoti.KindConstituency {
			continue
		}
		ref := c.Ref()
		ref.Precision = ripoti.PrecisionConstituency
		got := routing.Decide(accusedAt(ref), d, rules)
		wards := places.WardsAround(c.ID)
		if len(wards) == 0 {
			t.Fatalf("%s has no wards", c.Name)
		}
		for _, w := range wards {
			if w.Precision != ripoti.PrecisionExact && w.Precision != ripoti.PrecisionWard {
				continue
			}
			for _, id := range routing.Decide(accusedAt(w.Ref()), d, rules).Wall {
				if !slices.Contains(got.Wall, id) {
					t.Errorf("%s: %s is behind the wall of its ward %s, not behind its own", c.Name, id, w.Name)
				}
			}
		}
		held, police := 0, 0
		for o := range d.Offices() {
			if at, ok := places.Place(o.PlaceID); ok && o.Kind.Police() && at.In() == c.ID && !slices.Contains(got.Wall, o.ID) {
				t.Errorf("%s: %s stands there and is not behind the wall", c.Name, o.ID)
			}
			if o.Kind.Police() && o.County == c.CountyID {
				police++
				if slices.Contains(got.Wall, o.ID) {
					held++
				}
			}
		}
		if wide++; held == police {
			whole++
		}
		for _, p := range got.Parts {
			if slices.Contains(got.Wall, p.OfficeID) || slices.ContainsFunc(p.Ladder, func(r routing.Rung) bool { return slices.Contains(got.Wall, r.OfficeID) }) {
				t.Errorf("%s: %s is told, or climbs behind the wall", c.Name, p.OfficeID)
			}
		}
	}
	t.Logf("%d constituencies, in %d of them the wall holds all police of the county", wide, whole)
	if wide != 290 || whole > wide/2 {
		t.Errorf("of %d constituencies %d wall off all police of their county", wide, whole)
	}
}

// A large estate is known by its constituency only: its police are walled off, not all of the city.
func TestAWallInKiberaIsNotAllOfNairobi(t *testing.T) {
	places, d := sampleCountry(t)
	kibera, ok := places.Place("area-047-kibera")
	if !ok || kibera.Precision != ripoti.PrecisionConstituency {
		t.Fatalf("%+v: this test is about a place known by its constituency", kibera)
	}
	got := routing.Decide(accusedAt(kibera.Ref()), d, routing.Default())
	var held, free []string
	for o := range d.Offices() {
		if o.County != "047" || !o.Kind.Police() {
			continue
		}
		if slices.Contains(got.Wall, o.ID) {
			held = append(held, o.ID)
		} else {
			free = append(free, o.ID)
		}
		if o.Kind == ripoti.CountyCommand && !slices.Contains(got.Wall, o.ID) {
			t.Errorf("%s commands the accused and is not behind the wall", o.ID)
		}
	}
	if len(held) < 4 || len(free) < len(held) {
		t.Errorf("behind the wall %v, outside %v", held, free)
	}
	elsewhere := ""
	for _, p := range got.Parts {
		if o, _ := d.Office(p.OfficeID); o.Kind == ripoti.Station {
			elsewhere = o.ID
			if o.County != "047" {
				t.Errorf("the able station of another sub-county is %s, in another county", o.ID)
			}
		}
	}
	if elsewhere == "" {
		t.Error("no able station of another sub-county hears of it")
	}
}

func TestOnlyTheCountyKnownWallsItsPolice(t *testing.T) {
	places, d := sampleCountry(t)
	nairobi, _ := places.County("047")
	got := routing.Decide(accusedAt(nairobi.Ref()), d, routing.Default())
	for o := range d.Offices() {
		if o.Kind.Police() && o.County == "047" && !slices.Contains(got.Wall, o.ID) {
			t.Errorf("%s could be the accused and is not behind the wall", o.ID)
		}
	}
}

// An accused kind of office is walled off in the same way.
func TestAnAccusedKindIsWalledWhereTheConstituencyIsKnown(t *testing.T) {
	places, d := sampleCountry(t)
	kibera, _ := places.Place("area-047-kibera")
	c := accusedAt(kibera.Ref())
	c.Answers.What, c.Category, c.Second = ripoti.WhatChild, ripoti.ChildAbuse, ""
	c.AccusedKinds = []ripoti.OfficeKind{ripoti.ChildrenOffice}
	got := routing.Decide(c, d, routing.Default())
	held, all := 0, 0
	for o := range d.Offices() {
		if o.Kind == ripoti.ChildrenOffice && o.County == "047" {
			if all++; slices.Contains(got.Wall, o.ID) {
				held++
			}
		}
	}
	if held < 3 || held == all {
		t.Errorf("%d of %d children's offices of the county are behind the wall", held, all)
	}
}
