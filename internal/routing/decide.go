package routing

import (
	"cmp"
	"slices"
	"time"

	"ripoti/internal/ripoti"
)

// What came of a line of the trace.
const (
	resultTaken  = "taken"
	resultPassed = "passed"
	resultWalled = "walled"
	resultNote   = "note"
)

// judge makes one decision.
type judge struct {
	c Case
	d *Directory
	r *Rules
	f facts

	wait Wait      // how long an alert of this urgency may rest
	send time.Time // when the first alert may leave

	served   []int32 // offices that the coordinators gave the place or its ward to
	sent     sent    // where the place's reports go for the time being
	county   int32   // place of the county in the directory, -1 unknown or not in it
	hasPoint bool
	precise  bool // the place may settle a station by distance
	from     vec
	child    bool
	police   bool // police are accused
	named    bool // and the accused office is known by name
	wall     wall
	avoid    []int32

	station       int32 // the station chosen for safety, for those above it; -1 none
	children      pick  // the children's officer of the case
	childrenAsked bool  // a line has asked for one
	coordination  pick
	network       pick

	out Decision
}

// Decide says who hears of a report, in what order, with what timers, and why (domain brief 4.1 to
// 4.5 and 5). It is pure: equal arguments give equal decisions, however the directory was ordered.
// A decision without parts is only possible where the directory has no coordinators at all.
func Decide(c Case, d *Directory, r *Rules) Decision {
	j := &judge{c: c, d: d, r: r, station: -1, sent: sent{office: -1}}
	j.prepare()
	j.locate()
	j.buildWall()
	j.tellAll(j.list())
	j.tellAll(r.doc.Always)
	j.neverWithoutChildrensOfficer()
	if j.out.NoRecipient {
		j.note("", "the coordinators are told that no recipient was found")
	}
	return j.out
}

// prepare fills in what the case leaves open and gathers the facts.
func (j *judge) prepare() {
	j.out.Trace = make([]Line, 0, 24)
	if !slices.Contains(ripoti.Categories, j.c.Category) {
		j.c.Category, j.c.Second = j.r.harm(j.c)
	}
	if j.police = accusesPolice(j.c, j.d); j.police && j.c.Category != ripoti.PoliceAbuse {
		j.c.Second, j.c.Category = j.c.Category, ripoti.PoliceAbuse
	}
	if j.c.Urgency.Rank() < 0 {
		reading := j.r.weigh(j.c, 0)
		j.c.Urgency, j.c.Rule = reading.Urgency, reading.Rule
	}
	j.wait = j.r.doc.Levels[j.c.Urgency].Wait
	j.send = j.r.send(j.wait, j.c.At)
	j.f = j.r.facts(j.c)
	j.child = j.f.is(askChild, codeYes)
	for _, id := range j.c.Avoid {
		if i, ok := j.d.byID[id]; ok {
			j.avoid = append(j.avoid, i)
		}
	}
	j.trace(Line{Rule: j.c.Rule, Result: resultNote, Why: j.r.why(j.c.Urgency, j.c.Rule)})
}

// locate reads how far the place can be trusted.
func (j *judge) locate() {
	p := j.c.Answers.Place
	if j.served = j.d.served[p.ID]; len(j.served) == 0 && p.Ward != "" {
		j.served = j.d.served[p.Ward]
	}
	j.sendElsewhere(p)
	j.county = -1
	if i, ok := j.d.county[p.CountyID]; ok {
		j.county = i
	}
	if j.hasPoint = !p.Point.IsZero(); j.hasPoint {
		j.from = vecOf(p.Point)
	}
	j.precise = j.hasPoint && p.Precision.Decides()
	switch {
	case !j.hasPoint && p.CountyID == "":
		j.note("place", "no place is known")
	case !j.precise:
		j.note("place", "the place is a county or constituency, too wide to settle a station by distance")
	}
}

// list is who is told: by the first situation that fits, else by the harm.
func (j *judge) list() []tell {
	for i := range j.r.doc.Situations {
		if s := &j.r.doc.Situations[i]; s.guard.open(&j.f) {
			j.note(s.ID, s.Says)
			return s.Tell
		}
	}
	rule := j.r.doc.Categories[j.c.Category]
	j.note(string(j.c.Category), rule.Says)
	if rule.NotTold != "" {
		j.trace(Line{Rule: string(j.c.Category), Result: resultNote, Why: "not told: " + rule.NotTold})
	}
	return rule.Tell
}

func (j *judge) tellAll(list []tell) {
	for i := range list {
		if t := &list[i]; t.guard.open(&j.f) {
			j.tell(t)
		}
	}
}

// tell finds an office for one line and gives it its part.
func (j *judge) tell(t *tell) {
	switch t.Who {
	case whoStation:
		j.tellStation(t)
	case whoOwnOCS:
		if j.station >= 0 {
			j.part(t, pick{office: j.station, km: j.km(j.station), asked: true})
		}
	case whoStationElsewhere:
		j.tellElsewhere(t)
	case whoNeighbour:
		j.tellNeighbour(t)
	case whoSubCounty, whoCounty:
		j.give(t, j.command(t))
	case whoChildren, whoCountyChildren:
		j.childrenAsked = true
		if t.As == ripoti.Told && j.hasChildrensOfficer() {
			return
		}
		j.children = j.find(t.id, t.Who)
		j.give(t, j.children)
	case whoCoordination:
		j.give(t, j.coordinators())
	default:
		j.give(t, j.find(t.id, t.Who))
	}
}

// give makes the part, or remembers that nobody but the coordinators was found for it.
func (j *judge) give(t *tell, p pick) {
	owes := t.As == ripoti.Safety || t.As == ripoti.Care
	if owes && (p.office < 0 || p.last || p.mute) {
		j.out.NoRecipient = true
	}
	switch {
	case p.office < 0:
		j.note(t.id, "nobody was found, not even coordinators")
	case p.last && t.As == ripoti.Told && t.Who != whoChildren && t.Who != whoCountyChildren:
		j.note(t.id, "no such office; it would only have been told")
	default:
		j.part(t, p)
	}
}

// part adds one office's part, once a side.
func (j *judge) part(t *tell, p pick) {
	id := j.d.offices[p.office].ID
	for i := range j.out.Parts {
		had := &j.out.Parts[i]
		if had.OfficeID == id && (had.Side == t.As || (t.As == ripoti.Told && t.Who != whoOwnOCS)) {
			j.trace(Line{Rule: t.id, Office: id, Result: resultNote, Why: "has its part already"})
			return
		}
	}
	why := t.Why
	if p.why != "" {
		why += "; " + p.why
	}
	j.out.Parts = append(j.out.Parts, Part{Side: t.As, OfficeID: id, Km: p.km, Why: why,
		Send: j.send, Ladder: j.ladder(t, p)})
	j.trace(Line{Rule: t.id, Office: id, Km: max(p.km, 0), Result: resultTaken, Why: why})
}

func (j *judge) hasChildrensOfficer() bool {
	for i := range j.out.Parts {
		switch j.d.offices[j.d.byID[j.out.Parts[i].OfficeID]].Kind {
		case ripoti.ChildrenOffice, ripoti.CountyChildren:
			return true
		}
	}
	return false
}

// neverWithoutChildrensOfficer holds domain brief 4.7, 2, whatever the document says.
func (j *judge) neverWithoutChildrensOfficer() {
	if j.child && !j.childrenAsked {
		j.tell(&childrenFixed)
	}
}

var childrenFixed = tell{Who: whoChildren, As: ripoti.Told, Why: "every child case has a children's officer", id: "fixed/children"}

func (j *judge) trace(l Line) { j.out.Trace = append(j.out.Trace, l) }

func (j *judge) note(rule, why string) { j.trace(Line{Rule: rule, Result: resultNote, Why: why}) }

// apart is the squared straight distance of an office from the place; offices without a point are
// last.
func (j *judge) apart(i int32) float64 {
	if !j.hasPoint || j.d.at[i] == (vec{}) {
		return 5 // further than the other side of the globe (4)
	}
	return j.from.apart(j.d.at[i])
}

// km is the great-circle distance of an office from the place, -1 where one of them has no point.
func (j *judge) km(i int32) float64 {
	if a := j.apart(i); a < 5 {
		return kmOf(a)
	}
	return -1
}

func cmpFloat(a, b float64) int { return cmp.Compare(a, b) }
