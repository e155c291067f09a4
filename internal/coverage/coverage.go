// Package coverage tells for every ward who would take a report from it, and how far that is: which
// wards are blind. It is pure: the same directory and rules always give the same answer.
package coverage

import (
	"cmp"
	"slices"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// Help is what somebody in a ward needs an office for.
type Help int

const (
	Police   Help = iota // the station or command that would be alerted first
	Social               // the social workers who own the contact with the reporter
	Children             // the children's officer who hears of every child's case
	Hospital             // the nearest hospital that a case can be referred to (domain brief 2: first within 72 hours)
)

// Helps are all of them.
var Helps = []Help{Police, Social, Children, Hospital}

func (h Help) String() string { return [...]string{"police", "social", "children", "hospital"}[h] }

// gives says which help an office of a kind gives; other kinds have no wards of their own.
var gives = map[ripoti.OfficeKind]Help{
	ripoti.Station: Police, ripoti.Post: Police, ripoti.SubCountyCommand: Police, ripoti.CountyCommand: Police,
	ripoti.SocialWork:     Social,
	ripoti.ChildrenOffice: Children, ripoti.CountyChildren: Children,
	ripoti.Hospital: Hospital,
}

// HelpOf is what an office of a kind is needed for.
func HelpOf(kind ripoti.OfficeKind) (Help, bool) {
	help, ok := gives[kind]
	return help, ok
}

// Found is the office that gives a ward its help.
type Found struct {
	OfficeID string  // "" for none
	Km       float64 // great-circle distance; -1 where the office or the ward has no point
	// Able says of police that the office has a gender desk or a child unit.
	Able bool
}

// Reach is what help a ward has.
type Reach struct {
	Ward ripoti.Place
	By   [4]Found // by Help
}

// Band is how well a ward is served by police: the higher, the worse.
type Band int

const (
	Near   Band = iota // within 5 km
	Fair               // within 15 km
	Far                // within 30 km
	Remote             // within 50 km, the reach of the rules as they are built in
	Beyond             // farther, nobody knows how far, or by an office without a desk
	Blind              // no station: reports from there need a coordinator first
)

// Bands are all of them.
var Bands = []Band{Near, Fair, Far, Remote, Beyond, Blind}

// limits are how far each band goes, in km.
var limits = []float64{Near: 5, Fair: 15, Far: 30, Remote: 50}

// Band is how well the ward is served.
func (r Reach) Band() Band {
	police := r.By[Police]
	switch {
	case police.OfficeID == "":
		return Blind
	case !police.Able || police.Km < 0:
		return Beyond
	}
	for band, km := range limits {
		if police.Km <= km {
			return Band(band)
		}
	}
	return Beyond
}

// Hour is when wards are measured: a station that is shut at night is no help then.
type Hour string

const (
	Day   Hour = "day"   // noon of a working day
	Night Hour = "night" // two in the morning
)

// Hours are both.
var Hours = []Hour{Day, Night}

// hours are a working day's: which one does not matter, for exceptions are in the directory already.
var hours = map[Hour]time.Time{
	Day:   time.Date(2026, 1, 7, 12, 0, 0, 0, routing.Nairobi),
	Night: time.Date(2026, 1, 7, 2, 0, 0, 0, routing.Nairobi),
}

// Time is the moment that stands for the hour.
func (h Hour) Time() time.Time { return hours[h] }

// Network is what wards are measured by.
type Network struct {
	Wards     []ripoti.Place
	Directory *routing.Directory // with the exceptions in force
	Rules     *routing.Rules
}

// Example is the report that a ward is measured by: sexual abuse of a child yesterday, which asks for the
// most that a station can have.
func Example(ward ripoti.Place, at time.Time) routing.Case {
	return routing.Case{
		Answers: ripoti.Answers{Danger: ripoti.DangerNo, What: ripoti.WhatSexual, Place: ward.Ref(), AtRisk: ripoti.AtRiskOtherChild,
			ByWhom: ripoti.ByKnown, When: ripoti.WhenDays3, Suspect: ripoti.SuspectNear},
		Category: ripoti.SVAC, Urgency: ripoti.High, Rule: "H1", Stage: ripoti.StageComplete, At: at,
	}
}

// Of measures every ward, the worst served first.
func Of(n Network, hour Hour) []Reach {
	near := hospitals(n.Directory)
	all := make([]Reach, len(n.Wards))
	for i, ward := range n.Wards {
		all[i] = n.reach(ward, hour)
		all[i].By[Hospital] = near.of(ward)
	}
	slices.SortStableFunc(all, func(a, b Reach) int {
		return cmp.Or(cmp.Compare(b.Band(), a.Band()), cmp.Compare(b.By[Police].Km, a.By[Police].Km), cmp.Compare(a.Ward.ID, b.Ward.ID))
	})
	return all
}

// reach is what the rules make of the example; the first office of each sort counts. Police must have the
// part of safety and social workers that of care: a copy is no help.
func (n Network) reach(ward ripoti.Place, hour Hour) Reach {
	r := Reach{Ward: ward}
	for _, part := range routing.Decide(Example(ward, hour.Time()), n.Directory, n.Rules).Parts {
		office, _ := n.Directory.Office(part.OfficeID)
		help, ok := HelpOf(office.Kind)
		if !ok || r.By[help].OfficeID != "" || part.Side == ripoti.Told && help != Children {
			continue
		}
		r.By[help] = Found{part.OfficeID, part.Km, help != Police || office.Can(ripoti.GenderDesk) || office.Can(ripoti.ChildUnit)}
	}
	return r
}

// reachable are hospitals that can be told, by county; "" serves the whole country.
type reachable map[string][]ripoti.Office

func hospitals(d *routing.Directory) reachable {
	all := reachable{}
	for o := range d.Offices() {
		if o.Kind == ripoti.Hospital && d.Reachable(o.ID) {
			all[o.County] = append(all[o.County], o)
		}
	}
	return all
}

// of is the nearest for a ward, as referrals are offered: of the county before one of the whole country
// that stands nowhere.
func (h reachable) of(ward ripoti.Place) Found {
	best := Found{Km: -1}
	for _, county := range []string{ward.CountyID, ""} {
		for _, o := range h[county] {
			km := -1.0
			if !o.Point.IsZero() && !ward.Point.IsZero() {
				km = ward.Point.Km(o.Point)
			}
			if best.OfficeID == "" || km >= 0 && (best.Km < 0 || km < best.Km) {
				best = Found{o.ID, km, true}
			}
		}
	}
	return best
}

// Counts is how many wards each band has, in the order of Bands.
func Counts(all []Reach) []int {
	counts := make([]int, len(Bands))
	for _, r := range all {
		counts[r.Band()]++
	}
	return counts
}

// County is how the wards of a county are served.
type County struct {
	ID, Name string
	Counts   []int // in the order of Bands
}

// Counties are all counties, those with the most blind wards first, then with the most of the next band.
func Counties(all []Reach) (counties []County) {
	at := map[string]int{}
	for _, r := range all {
		i, known := at[r.Ward.CountyID]
		if !known {
			i = len(counties)
			at[r.Ward.CountyID] = i
			counties = append(counties, County{r.Ward.CountyID, r.Ward.County, make([]int, len(Bands))})
		}
		counties[i].Counts[r.Band()]++
	}
	slices.SortFunc(counties, func(a, b County) int {
		for _, band := range slices.Backward(Bands) {
			if n := b.Counts[band] - a.Counts[band]; n != 0 {
				return n
			}
		}
		return cmp.Compare(a.ID, b.ID)
	})
	return counties
}

// Catchment are the wards that an office gives their help, in the order of all.
func Catchment(all []Reach, office ripoti.Office) (wards []Reach) {
	help, ok := HelpOf(office.Kind)
	for _, r := range all {
		if ok && r.By[help].OfficeID == office.ID {
			wards = append(wards, r)
		}
	}
	return wards
}

// Change is a ward that is served otherwise than before.
type Change struct {
	Before, After Reach
	Helps         []Help // those that are another office's, farther or nearer, or able or not
}

// Compare lists the wards of which a help is other than before, also where the same office stands elsewhere;
// those that gain most first.
func Compare(before, after []Reach) []Change {
	old := make(map[string]Reach, len(before))
	for _, r := range before {
		old[r.Ward.ID] = r
	}
	var changes []Change
	for _, r := range after {
		c := Change{Before: old[r.Ward.ID], After: r}
		for _, help := range Helps {
			if c.Before.By[help] != r.By[help] {
				c.Helps = append(c.Helps, help)
			}
		}
		if len(c.Helps) > 0 {
			changes = append(changes, c)
		}
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.gain(), a.gain()), cmp.Compare(b.nearer(), a.nearer()), cmp.Compare(a.After.Ward.ID, b.After.Ward.ID))
	})
	return changes
}

func (c Change) gain() Band { return c.Before.Band() - c.After.Band() }

// nearer is how many km the first help that changes has come nearer; new help counts as farthest.
func (c Change) nearer() float64 {
	km := func(f Found) float64 {
		if f.OfficeID == "" || f.Km < 0 {
			return 1e4
		}
		return f.Km
	}
	return km(c.Before.By[c.Helps[0]]) - km(c.After.By[c.Helps[0]])
}
