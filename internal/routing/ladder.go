package routing

import (
	"slices"

	"ripoti/internal/ripoti"
)

// ladder is who is told of a part, rung by rung (domain brief 5).
func (j *judge) ladder(t *tell, p pick) []Rung {
	rules := j.r.doc.Ladders[ladderOf[j.d.offices[p.office].Kind]][j.c.Urgency]
	if len(rules) == 0 {
		return nil // a kind of office that nobody routes to
	}
	if t.As == ripoti.Told {
		return []Rung{j.first(t, p, &rules[0], SayTold)}
	}
	rungs := make([]Rung, 0, len(rules))
	rungs = append(rungs, j.first(t, p, &rules[0], rules[0].Say))
	for i := 1; i < len(rules); i++ {
		rule := &rules[i]
		office := j.rungOffice(rule.At, p)
		if office < 0 || j.wall.holds(j.d, office) || (slices.Contains(j.avoid, office) && j.d.offices[office].Kind != ripoti.Coordination) {
			continue
		}
		if !j.d.facts[office].skipped.IsZero() && j.d.offices[office].Kind != ripoti.Coordination {
			continue
		}
		if office == p.office && rule.At != atOwn && slices.Equal(rule.Roles, rules[0].Roles) {
			continue // the office itself is the next level
		}
		rungs = append(rungs, Rung{After: rule.After, OfficeID: j.d.offices[office].ID, Roles: rule.Roles, All: rule.All, Say: rule.Say})
	}
	return rungs
}

// first is the alert itself, in the line's own words where it has some.
func (j *judge) first(t *tell, p pick, rule *rungRule, say RungSay) Rung {
	rung := Rung{OfficeID: j.d.offices[p.office].ID, Roles: rule.Roles, All: rule.All, Say: say}
	if p.asked && len(t.Roles) > 0 && j.d.offices[p.office].Kind != ripoti.Coordination {
		rung.Roles, rung.All = t.Roles, t.All
	}
	switch {
	case t.Who == whoOwnOCS:
		rung.Roles, rung.All = ocsOnly, false
	case j.d.offices[p.office].Kind != ripoti.Coordination:
	case t.Say != "":
		rung.Say = t.Say
	case j.police:
		rung.Say = SayWalled
	case p.last:
		rung.Say = SayNobody
	}
	return rung
}

var ocsOnly = []ripoti.Role{ripoti.RoleOCS}

// rungOffice is where a rung's contacts are, -1 where there is no such office.
func (j *judge) rungOffice(at rungAt, p pick) int32 {
	switch at {
	case atOwn:
		return p.office
	case atSubCounty:
		return j.above(p.office, ripoti.SubCountyCommand)
	case atCounty:
		return j.above(p.office, ripoti.CountyCommand)
	case atChildren:
		return j.childrensOfficer()
	case atCoordination:
		return j.coordinators().office
	case atNetwork:
		return j.networkCoordinators().office
	}
	return -1
}

// above is the commander over an office; where its sub-county is not known, the nearest command of
// its county.
func (j *judge) above(i int32, kind ripoti.OfficeKind) int32 {
	if j.d.facts[i].kind == kindIndex(kind) {
		return -1
	}
	up := j.d.above(i, kind)
	if county := j.d.facts[i].county; up < 0 && county >= 0 && kind == ripoti.SubCountyCommand {
		up = j.best(j.d.list[county][kindIndex(kind)], "").office
	}
	return up
}

// childrensOfficer is the children's officer of the case, -1 where it is no child's.
func (j *judge) childrensOfficer() int32 {
	if !j.child {
		return -1
	}
	if !j.children.found {
		who := whoChildren
		if j.c.Category == ripoti.CSEC || j.c.Category == ripoti.Trafficking {
			who = whoCountyChildren // domain brief 4.1
		}
		before := len(j.out.Trace)
		j.children = j.find("", who)
		j.out.Trace = j.out.Trace[:before] // its own line explains it
	}
	if j.children.last {
		return -1 // the coordinators have rungs of their own
	}
	return j.children.office
}
