package routing

import (
	"math"
	"slices"
	"strconv"

	"ripoti/internal/ripoti"
)

// pick is an office found for a line.
type pick struct {
	office int32 // -1: none
	km     float64
	why    string
	asked  bool // it is of the kind that was asked for
	last   bool // the coordinators, since nobody else was found
	mute   bool // nobody there can be told
	found  bool // somebody looked
}

var nobody = pick{office: -1, km: -1, found: true}

func (p pick) none() bool { return !p.found || p.office < 0 }

// barred says why an office may not have a part at all, "" where it may.
func (j *judge) barred(i int32) string {
	switch {
	case j.wall.holds(j.d, i):
		return "behind the wall"
	case slices.Contains(j.avoid, i):
		return "declined it or knows the people"
	}
	return ""
}

// unfit says why a station is not first choice for a line, "" where it is.
func (j *judge) unfit(i int32, t *tell) string {
	f := &j.d.facts[i]
	switch why := j.barred(i); {
	case why != "":
		return why
	case !f.active:
		return "not active"
	case !f.skipped.IsZero():
		return "is passed over until " + untilText(f.skipped)
	case f.dark:
		return "dark: its pings stay unanswered"
	case f.roles == 0:
		return "no contact that could answer"
	case !j.open(f):
		return "closed at this hour"
	case t.needs != 0 && f.able&t.needs == 0:
		return "has no " + needs(t.Needs)
	case t.needs == 0 && j.d.offices[i].Kind != ripoti.Station:
		return "a post, not a station"
	}
	return ""
}

func needs(list []ripoti.Capability) string {
	out := "gender desk"
	for _, c := range list {
		if c == ripoti.ChildUnit {
			return out + " or child unit"
		}
	}
	return out
}

// open says whether a station is open when the report needs it: what may wait finds it open later.
func (j *judge) open(f *office) bool {
	return !f.hours.limited || j.wait != WaitNever || f.hours.openAt(j.c.At)
}

// tellStation finds the station of the place: by the table of places, else the nearest able one, else down
// the fallback chain. A place too wide to settle a station goes to people who can ask.
func (j *judge) tellStation(t *tell) {
	if p := j.servedStation(t); !p.none() {
		j.station = p.office
		j.give(t, p)
		return
	}
	if !j.precise {
		j.tellWide(t)
		return
	}
	p := j.nearestStation(t)
	if p.none() {
		p = j.fallback(t.id, whoStation)
	}
	if !p.none() && p.asked {
		j.station = p.office
	}
	j.give(t, p)
}

// servedStation is the station that the coordinators gave the place to, where it is able.
func (j *judge) servedStation(t *tell) pick {
	best := nobody
	for _, i := range j.served {
		kind := j.d.offices[i].Kind
		if kind != ripoti.Station && kind != ripoti.Post {
			continue
		}
		if why := j.unfit(i, t); why != "" {
			j.passed(t.id, i, j.given(i)+", but "+why)
			continue
		}
		if best.none() || j.apart(i) < j.apart(best.office) {
			best = pick{office: i, km: j.km(i), why: j.given(i), asked: true, found: true}
		}
	}
	return best
}

// nearestStation is the nearest able station, or where none is able within the limit the nearest that
// can be told at all.
func (j *judge) nearestStation(t *tell) pick {
	limit := j.r.doc.Settings.AbleWithinKm
	able, reach := j.d.reach, apartOf(limit)
	if t.needs != 0 {
		able = j.d.desks
	}
	if i := able.nearest(j.from, reach, func(i int32) bool { return j.unfit(i, t) == "" }); i >= 0 {
		j.passedOver(t, i, j.apart(i))
		return pick{office: i, km: j.km(i), why: "the nearest that is able, " + kmText(j.km(i)), asked: true, found: true}
	}
	usable := func(i int32) bool { return j.barred(i) == "" && j.open(&j.d.facts[i]) }
	i := j.d.reach.nearest(j.from, reach, func(i int32) bool { return usable(i) && j.d.offices[i].Kind == ripoti.Station })
	if i < 0 {
		i = j.d.reach.nearest(j.from, reach, usable) // a post is better than nobody near
	}
	j.passedOver(t, i, reach)
	if i >= 0 {
		return pick{office: i, km: j.km(i), why: "no able one within " + kmText(limit) + "; the nearest that can be told, " + kmText(j.km(i)), asked: true, found: true}
	}
	return j.countyStation(t)
}

// countyStation is a station of the county however far: an able one, else any that can be told.
func (j *judge) countyStation(t *tell) pick {
	if j.county < 0 {
		return nobody
	}
	able, any := int32(-1), int32(-1)
	for _, kind := range []ripoti.OfficeKind{ripoti.Station, ripoti.Post} {
		for _, i := range j.d.list[j.county][kindIndex(kind)] {
			if !j.d.facts[i].reachable() || j.barred(i) != "" {
				continue
			}
			if any < 0 || j.apart(i) < j.apart(any) {
				any = i
			}
			if j.unfit(i, t) == "" && (able < 0 || j.apart(i) < j.apart(able)) {
				able = i
			}
		}
	}
	switch {
	case able >= 0:
		return pick{office: able, km: j.km(able), why: "nobody nearer can be told; the nearest able one of the county", asked: true, found: true}
	case any >= 0:
		return pick{office: any, km: j.km(any), why: "nobody nearer can be told; the nearest of the county", asked: true, found: true}
	}
	return nobody
}

// passedOver explains the stations up to limit that were not taken.
func (j *judge) passedOver(t *tell, taken int32, limit float64) {
	var w walk
	w.start(j.d.stations, j.from)
	for said := 0; said < j.r.doc.Settings.TracePassedOver; {
		i, _, ok := w.next(limit)
		if !ok {
			return
		}
		if i == taken {
			continue
		}
		if why := j.unfit(i, t); why != "" {
			j.passed(t.id, i, why)
			said++
		}
	}
}

func (j *judge) passed(rule string, i int32, why string) {
	j.trace(Line{Rule: rule, Office: j.d.offices[i].ID, Km: max(j.km(i), 0), Result: resultPassed, Why: why})
}

// tellWide asks people who can ask back: a county or a constituency says too little about which
// station. In danger now the commanders of the county are told as well.
func (j *judge) tellWide(t *tell) {
	coordinators := *t
	coordinators.Why, coordinators.Who = "the place is too wide for a station, so the coordinators find it out", whoCoordination
	if !j.f.is(askDangerNow, codeYes) {
		j.give(&coordinators, j.coordinators())
		return
	}
	if j.county >= 0 {
		p := j.inCounty(whoSubCounty.kind())
		if p.none() || j.c.Answers.Place.Precision != ripoti.PrecisionConstituency {
			if county := j.inCounty(whoCounty.kind()); !county.none() {
				p = county
			}
		}
		if p.none() {
			j.out.NoRecipient = true
		} else {
			p.why = "danger now, and the place is too wide for a station"
			commanders := *t
			commanders.Roles, commanders.Who = nil, whoCounty
			j.part(&commanders, p)
		}
	}
	j.give(&coordinators, j.coordinators())
}

// tellElsewhere tells a gender officer who has nothing to do with anybody behind the wall.
func (j *judge) tellElsewhere(t *tell) {
	i := int32(-1)
	if j.hasPoint && !j.wall.everyone {
		i = j.d.desks.nearest(j.from, math.Inf(1), func(i int32) bool { return j.wall.elsewhere(j.d, i) && j.unfit(i, t) == "" })
	}
	if i < 0 {
		j.note(t.id, "no able station of another sub-county was found")
		return
	}
	j.part(t, pick{office: i, km: j.km(i), why: "the nearest able one outside the accused chain, " + kmText(j.km(i)), asked: true})
}

// tellNeighbour tells the nearest command of another sub-county than the station's.
func (j *judge) tellNeighbour(t *tell) {
	if j.station < 0 || !j.hasPoint {
		return
	}
	best, own := int32(-1), j.d.facts[j.station].sub
	for _, i := range j.d.every[kindIndex(ripoti.SubCountyCommand)] {
		if j.d.facts[i].reachable() && j.barred(i) == "" && j.d.facts[i].sub != own && (best < 0 || j.apart(i) < j.apart(best)) {
			best = i
		}
	}
	if best >= 0 {
		j.part(t, pick{office: best, km: j.km(best), asked: true})
	}
}

// command is the commander over the chosen station, else of the county.
func (j *judge) command(t *tell) pick {
	if j.station >= 0 {
		if i := j.d.above(j.station, t.Who.kind()); i >= 0 && j.d.facts[i].reachable() && j.barred(i) == "" {
			return pick{office: i, km: j.km(i), asked: true, found: true}
		}
	}
	return j.find(t.id, t.Who)
}

// find is an office that is no station: by the table of places, else the nearest of the county, else one
// for the whole country, else down the fallback chain to the coordinators.
func (j *judge) find(rule string, w who) pick {
	kind := w.kind()
	if slices.Contains(j.c.AccusedKinds, kind) {
		j.note(rule, "somebody at such an office is accused, so the next level")
	} else if p := j.near(kind); !p.none() {
		return p
	}
	if p := j.best(j.d.country[kindIndex(kind)], "serves the whole country"); !p.none() {
		return p
	}
	if nationwide[kind] || (j.county < 0 && j.precise && !slices.Contains(j.c.AccusedKinds, kind)) {
		if p := j.best(j.d.every[kindIndex(kind)], "the nearest that can be told"); !p.none() {
			return p
		}
	}
	j.note(rule, "no "+string(kind)+" can be told here")
	return j.fallback(rule, w)
}

// nationwide are kinds that may be asked from another county.
var nationwide = map[ripoti.OfficeKind]bool{
	ripoti.Oversight: true, ripoti.EACC: true, ripoti.AHTCPU: true, ripoti.CTSecretariat: true,
}

// near is the office that the place was given to, else the nearest of the county. Where nothing but
// the county is known, the county's own children's office comes before that of one sub-county.
func (j *judge) near(kind ripoti.OfficeKind) pick {
	if p := j.servedOffice(kind); !p.none() {
		return p
	}
	if kind == ripoti.ChildrenOffice && !j.precise && j.c.Answers.Place.Precision != ripoti.PrecisionConstituency {
		if p := j.inCounty(ripoti.CountyChildren); !p.none() {
			p.why = "only the county is known"
			return p
		}
	}
	return j.inCounty(kind)
}

func (j *judge) servedOffice(kind ripoti.OfficeKind) pick {
	for _, i := range j.served {
		if j.d.offices[i].Kind == kind && j.d.facts[i].reachable() && j.barred(i) == "" {
			return pick{office: i, km: j.km(i), why: j.given(i), asked: true, found: true}
		}
	}
	return nobody
}

func (j *judge) inCounty(kind ripoti.OfficeKind) pick {
	if j.county < 0 {
		return nobody
	}
	return j.best(j.d.list[j.county][kindIndex(kind)], "")
}

// best is the nearest of a list that can be told; without a point the first by id.
func (j *judge) best(list []int32, why string) pick {
	best, apart := int32(-1), 0.0
	for _, i := range list {
		if !j.d.facts[i].reachable() || j.barred(i) != "" {
			continue
		}
		if a := j.apart(i); best < 0 || a < apart {
			best, apart = i, a
		}
	}
	if best < 0 {
		return nobody
	}
	return pick{office: best, km: j.km(best), why: why, asked: true, found: true}
}

// fallback goes down the chain of the document and ends with the coordinators.
func (j *judge) fallback(rule string, w who) pick {
	for _, kind := range j.r.doc.Fallbacks[w] {
		if slices.Contains(j.c.AccusedKinds, kind) {
			continue
		}
		p := j.inCounty(kind)
		if p.none() {
			p = j.best(j.d.country[kindIndex(kind)], "")
		}
		if p.none() && nationwide[kind] {
			p = j.best(j.d.every[kindIndex(kind)], "")
		}
		if !p.none() {
			p.asked, p.why = false, "instead of "+string(w.kind())+", of which none can be told here"
			return p
		}
	}
	p := j.coordinators()
	p.last, p.why = true, "no "+string(w.kind())+" nor the next level can be told here, so the coordinators"
	return p
}

// coordinators are those of the county, else of the network, else any; even such as nobody answers
// for, so that the report stands on somebody's list.
func (j *judge) coordinators() pick {
	if j.coordination.found {
		return j.coordination
	}
	const kind = ripoti.Coordination
	p := j.inCounty(kind)
	if p.none() {
		p = j.best(j.d.country[kindIndex(kind)], "of the whole network")
	}
	if p.none() {
		p = j.best(j.d.every[kindIndex(kind)], "of another county")
	}
	if p.none() {
		p = j.anyCoordination()
	}
	j.coordination = p
	return p
}

// anyCoordination is the last resort: coordinators that cannot be told, or that declined.
func (j *judge) anyCoordination() pick {
	list := j.d.every[kindIndex(ripoti.Coordination)]
	if j.county >= 0 && len(j.d.list[j.county][kindIndex(ripoti.Coordination)]) > 0 {
		list = j.d.list[j.county][kindIndex(ripoti.Coordination)]
	}
	for _, i := range list {
		if !j.wall.holds(j.d, i) {
			return pick{office: i, km: j.km(i), why: "nobody there can be told", mute: true, found: true}
		}
	}
	return nobody
}

// networkCoordinators are those of the whole network, else the ones of the case.
func (j *judge) networkCoordinators() pick {
	if !j.network.found {
		if j.network = j.best(j.d.country[kindIndex(ripoti.Coordination)], ""); j.network.none() {
			j.network = j.coordinators()
		}
	}
	return j.network
}

// kmText is a distance in words: "2.4 km", "38 km".
func kmText(km float64) string {
	var room [16]byte
	digits := 0
	if km < 10 {
		digits = 1
	}
	return string(append(strconv.AppendFloat(room[:0], km, 'f', digits, 64), " km"...))
}
