package routing

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"ripoti/internal/ripoti"
)

// spread is a directory of about n offices over a country of the size of Kenya, seven of ten of them
// in clusters, as towns are.
func spread(n int) (*Directory, []ripoti.PlaceRef) {
	random := rand.New(rand.NewPCG(7, 7))
	anywhere := func() ripoti.Point {
		return ripoti.Point{Lat: -4.5 + 9*random.Float64(), Lon: 34 + 7.5*random.Float64()}
	}
	towns := make([]ripoti.Point, 60)
	for i := range towns {
		towns[i] = anywhere()
	}
	point := func() ripoti.Point {
		if random.IntN(10) < 3 {
			return anywhere()
		}
		t := towns[random.IntN(len(towns))]
		return ripoti.Point{Lat: t.Lat + random.NormFloat64()*0.1, Lon: t.Lon + random.NormFloat64()*0.1}
	}
	county := func(p ripoti.Point) string {
		return fmt.Sprintf("%03d", 1+int(p.Lat+4.5)%7*7+int(p.Lon-34)%7)
	}
	net := &network{}
	for i := range n {
		p := point()
		o := ripoti.Office{ID: fmt.Sprintf("office-%06d", i), Point: p, County: county(p), SubCounty: fmt.Sprintf("sub %d %d", int(p.Lat*2), int(p.Lon*2))}
		switch k := i % 20; {
		case k < 12:
			o.Kind = ripoti.Station
			if k < 7 {
				o.Able = desk
			}
			net.add(o, ripoti.RoleDesk, ripoti.RoleDuty, ripoti.RoleOCS)
		case k < 14:
			o.Kind = ripoti.Post
			net.add(o, ripoti.RoleDuty)
		case k < 16:
			o.Kind = ripoti.SubCountyCommand
			net.add(o, ripoti.RoleCommander)
		case k < 18:
			o.Kind = ripoti.ChildrenOffice
			net.add(o, ripoti.RoleChildren)
		case k < 19:
			o.Kind = ripoti.SocialWork
			net.add(o, ripoti.RoleSocial)
		default:
			o.Kind = []ripoti.OfficeKind{ripoti.Coordination, ripoti.CountyCommand, ripoti.CountyChildren, ripoti.Oversight}[i/20%4]
			net.add(o, ripoti.RoleCoordinator, ripoti.RoleCommander, ripoti.RoleLiaison)
		}
	}
	net.add(ripoti.Office{ID: "network", Kind: ripoti.Coordination}, ripoti.RoleDirector)
	places := make([]ripoti.PlaceRef, 256)
	for i := range places {
		p := point()
		places[i] = ripoti.PlaceRef{ID: "town", CountyID: county(p), Point: p, Precision: ripoti.PrecisionExact}
	}
	return net.directory(), places
}

func BenchmarkDecide(b *testing.B) {
	r := Default()
	for _, n := range []int{1500, 10_000, 100_000} {
		d, places := spread(n)
		for _, c := range []ripoti.Category{ripoti.SVAC, ripoti.PoliceAbuse} {
			b.Run(fmt.Sprintf("%s/%d", c, n), func(b *testing.B) {
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					i++
					Decide(Case{Category: c, Urgency: ripoti.Critical, Rule: "C1", At: noon, Answers: ripoti.Answers{Place: places[i%len(places)], Danger: ripoti.DangerYes}}, d, r)
				}
			})
		}
	}
}

func BenchmarkNearest(b *testing.B) {
	for _, n := range []int{1500, 100_000} {
		d, places := spread(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			i := 0
			for b.Loop() {
				i++
				for range d.Near(places[i%len(places)].Point) {
					break
				}
			}
		})
	}
}

func BenchmarkTriage(b *testing.B) {
	r := Default()
	a := ripoti.Answers{Danger: ripoti.DangerNo, What: ripoti.WhatHome, AtRisk: ripoti.AtRiskSelfAdult, When: ripoti.WhenDays3}
	b.ReportAllocs()
	for b.Loop() {
		r.Triage(a, ripoti.StageComplete, 0)
	}
}

func TestNearIsTheGreatCircleOrder(t *testing.T) {
	d, places := spread(3000)
	for _, place := range places[:40] {
		var got []float64
		for o, km := range d.Near(place.Point) {
			if want := place.Point.Km(o.Point); math.Abs(km-want) > 1e-6 {
				t.Fatalf("%s is %v km off, by the haversine %v", o.ID, km, want)
			}
			got = append(got, km)
		}
		for i := 1; i < len(got); i++ {
			if got[i] < got[i-1]-1e-9 {
				t.Fatalf("%v km comes after %v km", got[i], got[i-1])
			}
		}
		if len(got) != 3000*14/20 {
			t.Fatalf("%d stations and posts walked", len(got))
		}
	}
}

func TestNearestIsTheFirstOfTheWalk(t *testing.T) {
	d, places := spread(3000)
	third := func(i int32) bool { return i%3 == 0 }
	for _, place := range places[:60] {
		from := vecOf(place.Point)
		var w walk
		w.start(d.stations, from)
		want := int32(-1)
		for {
			i, _, ok := w.next(apartOf(40))
			if !ok {
				break
			}
			if third(i) {
				want = i
				break
			}
		}
		if got := d.stations.nearest(from, apartOf(40), third); got != want {
			t.Fatalf("nearest %d, the walk says %d", got, want)
		}
	}
}

func TestDecideAllocatesModestly(t *testing.T) {
	d, places := spread(1500)
	r := Default()
	got := testing.AllocsPerRun(200, func() {
		Decide(Case{Category: ripoti.SVAC, Urgency: ripoti.Critical, Rule: "C1", At: noon, Answers: ripoti.Answers{Place: places[0], Danger: ripoti.DangerYes}}, d, r)
	})
	if got > 40 {
		t.Errorf("%v allocations a decision, at most 40 are promised", got)
	}
}
