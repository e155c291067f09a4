package routing

import (
	"slices"
	"time"

	"ripoti/internal/ripoti"
)

// Reading is what the rules make of the answers.
type Reading struct {
	Category ripoti.Category `json:"category"`
	Second   ripoti.Category `json:"second,omitempty"`
	Urgency  ripoti.Urgency  `json:"urgency"`
	Rule     string          `json:"rule"` // id of the rule that set the urgency
	Why      string          `json:"why"`  // the rule in plain words
}

// Triage reads the answers of the menu: the harm by domain brief 4.1 and the urgency by 4.2. The
// most urgent rule wins, an unanswered question never makes a report less urgent, and repeats (how
// many other reports came about the same place within Rules.RepeatDays) raise it by one level.
func (r *Rules) Triage(a ripoti.Answers, stage ripoti.Stage, repeats int) Reading {
	return r.TriageSigns(a, stage, repeats, nil)
}

// TriageSigns is Triage with what was read out of a text besides.
func (r *Rules) TriageSigns(a ripoti.Answers, stage ripoti.Stage, repeats int, signs []Sign) Reading {
	c := Case{Answers: a, Stage: stage, Signs: signs}
	c.Category, c.Second = r.harm(c)
	return r.weigh(c, repeats)
}

// BurstWithin is the time in which many reports about one place are a burst, and how many of them,
// this one counted; 0 where the rules know of none.
func (r *Rules) BurstWithin() (within time.Duration, reports int) {
	if r.doc.Burst == nil {
		return 0, 0
	}
	return r.doc.Burst.Within, r.doc.Burst.Reports
}

// InBurst is a reading raised by one level, because its report is one of a burst.
func (r *Rules) InBurst(out Reading) Reading {
	if r.doc.Burst == nil || out.Urgency == ripoti.Critical {
		return out
	}
	out.Urgency = ripoti.Urgencies[slices.Index(ripoti.Urgencies, out.Urgency)-1]
	out.Rule, out.Why = r.doc.Burst.ID, out.Why+" "+r.doc.Burst.Says
	return out
}

// ofRepeats says whether a rule counts reports: what it raised says nothing about this moment.
func (r *Rules) ofRepeats(rule string) bool {
	return rule == r.doc.Repeat.ID || (r.doc.Burst != nil && rule == r.doc.Burst.ID)
}

// RepeatDays are the days within which another report about a place counts as a repeat.
func (r *Rules) RepeatDays() int { return r.doc.Repeat.Days }

// Weigh sets the urgency of a case whose harm is known already: by a person, or from a text.
func (r *Rules) Weigh(c Case, repeats int) Reading { return r.weigh(c, repeats) }

// harm is the first line of "reading" that fits. What accuses the police is police_abuse, and the
// harm itself its second (domain brief 4.1, tie-breaks).
func (r *Rules) harm(c Case) (category, second ripoti.Category) {
	f := r.facts(c)
	category = ripoti.Unclear
	for i := range r.doc.Reading {
		if rule := &r.doc.Reading[i]; rule.guard.open(&f) {
			category, second = rule.Category, rule.Second
			break
		}
	}
	if c.Answers.PoliceAccused() && category != ripoti.PoliceAbuse {
		if category == ripoti.Unclear || category == ripoti.OtherCrime {
			category = ""
		}
		return ripoti.PoliceAbuse, category
	}
	return category, second
}

// unruled stands in where answers fit no rule of a tuned document: not known is not harmless.
var unruled = urgencyRule{ID: "X1", Level: ripoti.High, Says: "No rule fits; high until a person has read it."}

func (r *Rules) weigh(c Case, repeats int) Reading {
	out := Reading{Category: c.Category, Second: c.Second}
	f := r.facts(c)
	rule := r.urgencyRule(r.doc.Urgency, &f)
	if floor := r.urgencyRule(r.doc.Floors, &f); floor != nil && (rule == nil || floor.Level.Rank() > rule.Level.Rank()) {
		rule = floor
	}
	if rule == nil {
		rule = &unruled
	}
	out.Urgency, out.Rule, out.Why = rule.Level, rule.ID, rule.Says
	if repeats > 0 && out.Urgency != ripoti.Critical {
		out.Urgency = ripoti.Urgencies[slices.Index(ripoti.Urgencies, out.Urgency)-1]
		out.Rule, out.Why = r.doc.Repeat.ID, out.Why+" "+r.doc.Repeat.Says
	}
	return out
}

// urgencyRule is the most urgent rule that fits, the first of its level; nil where none fits.
func (r *Rules) urgencyRule(rules []urgencyRule, f *facts) *urgencyRule {
	var best *urgencyRule
	for i := range rules {
		rule := &rules[i]
		if (best == nil || rule.Level.Rank() > best.Level.Rank()) && rule.guard.open(f) {
			best = rule
		}
	}
	return best
}

// facts gathers what conditions may ask about a case.
func (r *Rules) facts(c Case) facts {
	var f facts
	a := c.Answers
	f.set(askDanger, bitOf(askDanger, a.Danger))
	f.set(askWhat, bitOf(askWhat, a.What))
	f.set(askDetail, bitOf(askDetail, a.Detail))
	f.set(askAtRisk, bitOf(askAtRisk, a.AtRisk))
	f.set(askByWhom, bitOf(askByWhom, a.ByWhom))
	f.set(askWhen, bitOf(askWhen, a.When))
	f.set(askSuspect, bitOf(askSuspect, a.Suspect))
	f.set(askWeapon, bitOf(askWeapon, a.Weapon))
	f.set(askChoice, bitOf(askChoice, a.Choice))
	f.set(askCategory, bitOf(askCategory, c.Category))
	f.set(askHarm, bitOf(askHarm, c.Category)|bitOf(askHarm, c.Second))
	f.set(askUrgency, bitOf(askUrgency, c.Urgency))
	f.set(askStage, bitOf(askStage, c.Stage))
	for _, s := range c.Signs {
		f[askSigns] |= bitOf(askSigns, s)
	}
	f.set(askChild, yesNo(OfChild(c)))
	f.set(askDangerNow, yesNo(r.dangerNow(c)))
	f.set(askBorderWard, yesNo(slices.Contains(r.doc.Settings.BorderWards, c.Answers.Place.Ward)))
	return f
}

// OfChild says whether the case is a child's, or may be: an unknown age counts as a child until it
// is known (domain brief 4.1).
func OfChild(c Case) bool {
	if slices.Contains(childCategories, c.Category) || slices.Contains(childCategories, c.Second) {
		return true
	}
	if c.Category == ripoti.Trafficking || c.Second == ripoti.Trafficking {
		switch c.Answers.AtRisk {
		case ripoti.AtRiskSelfAdult, ripoti.AtRiskOtherAdult:
			return false
		case ripoti.AtRiskSelfChild, ripoti.AtRiskOtherChild:
			return true
		}
		return c.Answers.Detail != ripoti.SoldAdultSex
	}
	return c.Answers.OfChild()
}

// dangerNow says whether somebody is in danger at this moment: it was said, or a rule made the case
// critical. A level that only repeats raised says nothing about this moment, and so does not take an
// adult's choice away.
func (r *Rules) dangerNow(c Case) bool {
	return c.Answers.Danger == ripoti.DangerYes || (c.Urgency == ripoti.Critical && !r.ofRepeats(c.Rule))
}
