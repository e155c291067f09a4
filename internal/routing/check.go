package routing

import (
	"fmt"
	"slices"
	"time"

	"ripoti/internal/ripoti"
)

// bounds are the latest times that the levels may promise (domain brief 5): coordinators may be
// faster, never slower.
var bounds = map[ripoti.Urgency]Level{
	ripoti.Critical: {ReadWithin: 5 * time.Minute, AcceptWithin: 10 * time.Minute, ActWithin: time.Hour},
	ripoti.High:     {ReadWithin: 15 * time.Minute, AcceptWithin: time.Hour, ActWithin: 4 * time.Hour},
	ripoti.Medium:   {ReadWithin: 2 * time.Hour, AcceptWithin: 8 * time.Hour, ActWithin: 24 * time.Hour},
	ripoti.Low:      {ReadWithin: 24 * time.Hour, AcceptWithin: 24 * time.Hour, ActWithin: 72 * time.Hour},
}

// climbBy are the latest times at which the police ladder must have reached somebody.
var climbBy = map[ripoti.Urgency]map[RungSay]time.Duration{
	ripoti.Critical: {SayReminder: 10 * time.Minute, SayOCS: 20 * time.Minute, SayCommander: 30 * time.Minute, SayCoordinator: 45 * time.Minute, SayDirector: time.Hour},
	ripoti.High:     {SayOCS: time.Hour, SayCommander: 2 * time.Hour, SayCoordinator: 4 * time.Hour},
	ripoti.Medium:   {SayOCS: 12 * time.Hour, SayCommander: 24 * time.Hour, SayCoordinator: 48 * time.Hour},
	ripoti.Low:      {SayOCS: 48 * time.Hour, SayCoordinator: 96 * time.Hour},
}

// childCategories are harms of children by their name alone: who is at risk need not be known.
var childCategories = []ripoti.Category{ripoti.SVAC, ripoti.ChildAbuse, ripoti.ChildMarriage, ripoti.FGM, ripoti.CSEC}

// check refuses a document that breaks what no rule may break (domain brief 4.7), that leads to
// nobody, or that is slower than domain brief 5.
func (p *parser) check(r *Rules) {
	p.checkLevels(r)
	p.checkIDs(r)
	p.checkCategories(r)
	p.checkUrgencyReaches(r)
	p.checkAlways(r)
	p.checkLadders(r)
}

func (p *parser) checkLevels(r *Rules) {
	for u, bound := range bounds {
		path, level := "levels["+string(u)+"]", r.doc.Levels[u]
		p.atMost(path+".read_within", level.ReadWithin, bound.ReadWithin)
		p.atMost(path+".accept_within", level.AcceptWithin, bound.AcceptWithin)
		p.atMost(path+".act_within", level.ActWithin, bound.ActWithin)
		if (u == ripoti.Critical || u == ripoti.High) && level.Wait != WaitNever {
			p.addAt(path+".wait", say("quiet_hours", u))
		}
	}
}

func (p *parser) atMost(path string, d, bound time.Duration) {
	if d > bound {
		p.addAt(path, say("later", d, bound))
	}
}

func (p *parser) checkIDs(r *Rules) {
	seen := map[string]bool{}
	once := func(path, id string) {
		if seen[id] {
			p.addAt(path, say("id_twice", id))
		}
		seen[id] = true
	}
	for i, rule := range r.doc.Urgency {
		once(fmt.Sprintf("urgency[%d].id", i), rule.ID)
	}
	for i, rule := range r.doc.Floors {
		once(fmt.Sprintf("floors[%d].id", i), rule.ID)
	}
	for i, rule := range r.doc.Situations {
		once(fmt.Sprintf("situations[%d].id", i), rule.ID)
	}
	once("repeat.id", r.doc.Repeat.ID)
	if r.doc.Burst != nil {
		once("burst.id", r.doc.Burst.ID)
	}
}

func (p *parser) checkCategories(r *Rules) {
	for _, c := range ripoti.Categories {
		if _, ok := r.doc.Categories[c]; !ok {
			p.addAt("categories", say("harm_missing", c))
		}
	}
	for c, rule := range r.doc.Categories {
		path := "categories[" + string(c) + "]"
		if !slices.Contains(ripoti.Categories, c) {
			p.addAt(path, say("no_harm"))
			continue
		}
		if c == ripoti.PoliceAbuse {
			p.checkWalledList(path+".tell", rule.Tell)
		}
	}
}

// checkWalledList: a report that accuses the police never reaches the accused (domain brief 4.7, 1).
func (p *parser) checkWalledList(path string, list []tell) {
	oversight := false
	for i, t := range list {
		if t.Who != whoStationElsewhere && t.Who.kind().Police() {
			p.addAt(fmt.Sprintf("%s[%d].who", path, i), say("accused", t.Who))
		}
		oversight = oversight || ((t.Who == whoOversight || t.Who == whoCoordination) && t.As == ripoti.Safety && len(t.If) == 0)
	}
	if !oversight {
		p.addAt(path, say("oversight"))
	}
}

// checkUrgencyReaches: every harm finds a level even where nothing else was answered.
func (p *parser) checkUrgencyReaches(r *Rules) {
	for _, c := range ripoti.Categories {
		f := r.facts(Case{Category: c})
		if r.urgencyRule(r.doc.Urgency, &f) == nil {
			p.addAt("urgency", say("no_level", c))
		}
	}
}

func (p *parser) checkAlways(r *Rules) {
	care := false
	for _, t := range r.doc.Always {
		care = care || (t.Who == whoSocial && t.As == ripoti.Care && len(t.If) == 0 && len(t.Unless) == 0)
	}
	if !care {
		p.addAt("always", say("social_work"))
	}
}

func (p *parser) checkLadders(r *Rules) {
	for _, name := range everyLadder {
		if _, ok := r.doc.Ladders[name]; !ok {
			p.addAt("ladders", say("ladder_missing", name))
		}
	}
	for name, levels := range r.doc.Ladders {
		if !slices.Contains(everyLadder, name) {
			p.addAt("ladders["+string(name)+"]", say("no_ladder"))
		}
		for u, rungs := range levels {
			p.checkLadder(fmt.Sprintf("ladders[%s][%s]", name, u), rungs)
			if name == ladderPolice {
				p.checkClimb(fmt.Sprintf("ladders[%s][%s]", name, u), rungs, climbBy[u])
			}
		}
	}
}

func (p *parser) checkLadder(path string, rungs []rungRule) {
	if first := rungs[0]; first.After != 0 || first.At != atOwn {
		p.addAt(path+"[0]", say("first_step"))
	}
	for i := 1; i < len(rungs); i++ {
		if rungs[i].After < rungs[i-1].After {
			p.addAt(fmt.Sprintf("%s[%d].after", path, i), say("step_order"))
		}
	}
	last := rungs[len(rungs)-1]
	if !slices.Contains(last.Roles, ripoti.RoleCoordinator) || (last.At != atCoordination && last.At != atNetwork) {
		p.addAt(fmt.Sprintf("%s[%d]", path, len(rungs)-1), say("last_step"))
	}
}

func (p *parser) checkClimb(path string, rungs []rungRule, latest map[RungSay]time.Duration) {
	for _, step := range []RungSay{SayReminder, SayOCS, SayCommander, SayCoordinator, SayDirector} {
		bound, must := latest[step]
		if !must {
			continue
		}
		i := slices.IndexFunc(rungs, func(r rungRule) bool { return r.Say == step })
		switch {
		case i < 0:
			p.addAt(path, say("step_missing", step, bound))
		case rungs[i].After > bound:
			p.addAt(fmt.Sprintf("%s[%d].after", path, i), say("later", rungs[i].After, bound))
		}
	}
}
