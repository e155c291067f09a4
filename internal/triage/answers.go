package triage

import (
	"slices"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// signs are routing's words for what the signals say.
func (r *Reader) signs(t *reading, out Reading) []routing.Sign {
	signs := []routing.Sign{}
	for _, rule := range r.rules.signs {
		if slices.ContainsFunc(rule.signals, func(s signal) bool { return t.has[s] }) {
			signs = append(signs, rule.sign)
		}
	}
	drop := func(s routing.Sign) {
		signs = slices.DeleteFunc(signs, func(have routing.Sign) bool { return have == s })
	}
	harm := out.Category != ripoti.Unclear
	if harm && t.goingOn() {
		signs = append([]routing.Sign{routing.SignNow}, signs...)
	}
	if (out.Category == ripoti.FGM || out.Category == ripoti.ChildMarriage) && t.said("soon") && !t.said("days3", "month", "longer") {
		signs = append(signs, routing.SignWithin48h)
	}
	if t.said("month", "longer") && !t.said("days3", "today", "now") { // C4 ends after 72 hours
		drop(routing.SignMissing)
	}
	if harm || t.said("harmed") {
		drop(routing.SignQuestion)
		drop(routing.SignThanks)
	}
	if t.said("hit") && t.said("repeating") {
		signs = append(signs, routing.SignBeaten)
	}
	if t.said("arrest", "taken") && t.said("accused_police") && t.said("unlawful", "bribe") {
		signs = append(signs, routing.SignHeldUnlawful)
	}
	if !harm && t.said("child_hint") {
		signs = append(signs, routing.SignChildHint)
	}
	return signs
}

// goingOn says that the harm is told to happen at this moment.
func (r *reading) goingOn() bool {
	if r.said("now", "killing") {
		return true
	}
	return r.said("scream") && !r.said("repeating", "days3", "month", "longer")
}

// answers are the keys of the menu that the text presses.
func (t *reading) answers(out Reading) ripoti.Answers {
	a := ripoti.Answers{AtRisk: t.atRisk(out.Category), ByWhom: t.byWhom(out.Category), When: t.when(out.Category), Suspect: t.suspect()}
	if out.Category == ripoti.Unclear {
		return a
	}
	a.What = whats[out.Category]
	a.Detail = t.detail(out.Category)
	if slices.Contains(out.Signs, routing.SignNow) {
		a.Danger = ripoti.DangerYes
	}
	if t.said("now", "weapon_now") || a.Suspect == ripoti.SuspectWith || a.Suspect == ripoti.SuspectNear {
		a.Weapon = t.weapon()
	}
	return a
}

// whats is the line of the menu under which a harm stands.
var whats = map[ripoti.Category]ripoti.What{
	ripoti.SVAC: ripoti.WhatSexual, ripoti.SVAdult: ripoti.WhatSexual, ripoti.ChildAbuse: ripoti.WhatChild,
	ripoti.ChildMarriage: ripoti.WhatHarmful, ripoti.FGM: ripoti.WhatHarmful, ripoti.DV: ripoti.WhatHome,
	ripoti.CSEC: ripoti.WhatSold, ripoti.Trafficking: ripoti.WhatSold, ripoti.PoliceAbuse: ripoti.WhatPolice,
	ripoti.OtherCrime: ripoti.WhatCrime, ripoti.Unclear: ripoti.WhatUnsure,
}

// detailed says which signal presses which line of a sub-menu; the first that is said.
type detailed struct {
	signals []string
	detail  ripoti.Detail
}

var details = map[ripoti.Category][]detailed{
	ripoti.ChildAbuse: {
		{[]string{"missing", "abducted"}, ripoti.ChildMissing},
		{[]string{"hit", "hurt", "burn", "injury", "grave"}, ripoti.ChildBeaten},
		{[]string{"abandon", "newborn"}, ripoti.ChildAlone},
		{[]string{"starve", "neglect"}, ripoti.ChildNeglected},
		{[]string{"labour", "noschool"}, ripoti.ChildLabour},
	},
	ripoti.ChildMarriage: {{[]string{"cut"}, ripoti.HarmfulBoth}, {[]string{"married", "married_off", "dowry"}, ripoti.HarmfulMarriage}},
	ripoti.FGM:           {{[]string{"married_off"}, ripoti.HarmfulBoth}, {[]string{"cut", "circumcise", "cutting"}, ripoti.HarmfulFGM}},
	ripoti.CSEC:          {{[]string{"images"}, ripoti.SoldImages}, {[]string{"child", "child_age", "young"}, ripoti.SoldChildSex}},
	ripoti.Trafficking: {
		{[]string{"sold_sex"}, ripoti.SoldAdultSex},
		{[]string{"moved_now"}, ripoti.SoldMoved},
		{[]string{"forced_work", "nopay", "housework", "begging"}, ripoti.SoldWork},
		{[]string{"traffic", "abroad", "recruit"}, ripoti.SoldMoved},
	},
	ripoti.PoliceAbuse: {
		{[]string{"sexual", "lain"}, ripoti.PoliceSexual},
		{[]string{"police_struck"}, ripoti.PoliceBeat},
		{[]string{"bribe"}, ripoti.PoliceBribe},
		{[]string{"refuse", "release"}, ripoti.PoliceRefused},
		{[]string{"hit", "hurt", "shot", "injury", "grave"}, ripoti.PoliceBeat},
		{[]string{"unlawful", "arrest"}, ripoti.PoliceArrest},
	},
}

func (t *reading) detail(c ripoti.Category) ripoti.Detail {
	if c == ripoti.PoliceAbuse && t.said("sexual", "lain") && t.said("bribe", "refuse", "release") {
		if t.said("bribe") { // the harm was done by somebody else; the police did not act
			return ripoti.PoliceBribe
		}
		return ripoti.PoliceRefused
	}
	for _, d := range details[c] {
		if t.said(d.signals...) {
			return d.detail
		}
	}
	return ""
}

// ofChildren are harms whose unknown victim counts as a child.
var ofChildren = []ripoti.Category{ripoti.SVAC, ripoti.ChildAbuse, ripoti.ChildMarriage, ripoti.FGM, ripoti.CSEC}

func (t *reading) atRisk(c ripoti.Category) ripoti.AtRisk {
	children := slices.Contains(ofChildren, c)
	switch {
	case t.said("self_child"):
		return ripoti.AtRiskSelfChild
	case t.said("self_grown") && !children && (t.said("me") || !t.said("childish")):
		return ripoti.AtRiskSelfAdult
	case c == ripoti.DV && t.said("child_struck"):
		return ripoti.AtRiskOtherChild
	case c == ripoti.DV && t.said("me"):
		return ripoti.AtRiskSelfAdult
	case c == ripoti.SVAdult && t.said("me"):
		return ripoti.AtRiskSelfAdult
	case c == ripoti.SVAdult, c == ripoti.DV && t.said("partner"):
		return ripoti.AtRiskOtherAdult
	case c == ripoti.OtherCrime && !t.said("child_struck"):
		return ""
	case t.said("childish", "youthful") && !t.said("grown_sure"):
		return ripoti.AtRiskOtherChild
	case t.said("grown_sure", "grown") && !children:
		return ripoti.AtRiskOtherAdult
	}
	return ""
}

// actors are who may have done it, in the order in which they decide when several are named.
var actors = []struct {
	signal string
	by     ripoti.ByWhom
}{{"household", ripoti.ByFamily}, {"partner", ripoti.ByFamily}, {"leader", ripoti.ByLeader}, {"known", ripoti.ByKnown}, {"stranger", ripoti.ByStranger}, {"family", ripoti.ByFamily}}

// byWhom is the actor named nearest to a harm; "by" or "na" before him makes him nearer.
func (t *reading) byWhom(c ripoti.Category) ripoti.ByWhom {
	if t.said("accused_police") {
		return ripoti.ByPolice
	}
	best, whom := 100, ripoti.ByWhom("")
	for _, actor := range actors {
		s := t.l.byName[actor.signal]
		for _, h := range t.hits {
			if h.signal != s || h.negated {
				continue
			}
			if far := t.farFromHarm(h); far < best {
				best, whom = far, actor.by
			}
		}
	}
	return whom
}

const nearHarm = 8 // words between an actor and the harm

func (t *reading) farFromHarm(actor hit) int {
	far := 100
	for _, h := range t.hits {
		if !t.l.harms[h.signal] || h.negated {
			continue
		}
		gap := max(h.from-actor.to, actor.from-h.to, 0)
		if gap > nearHarm {
			continue
		}
		if before := t.word(actor.from - 1); actor.from > h.to && (before == by || before == "na") {
			gap -= nearHarm
		}
		far = min(far, gap)
	}
	return far
}

// ofChildrenSex are the harms that are critical where they go on at home (C6).
var ofChildrenSex = map[ripoti.Category]bool{ripoti.SVAC: true, ripoti.CSEC: true}

func (t *reading) when(c ripoti.Category) ripoti.When {
	harmful := c == ripoti.FGM || c == ripoti.ChildMarriage
	dated := t.said("now", "today", "days3", "month", "longer")
	switch {
	case t.said("repeating") && !(harmful && t.said("soon")):
		return ripoti.WhenRepeating
	case ofChildrenSex[c] && t.said("goes_on") && t.said("household") && !dated: // "my uncle comes to my bed" is not over
		return ripoti.WhenRepeating
	case t.said("now", "today"):
		return ripoti.WhenNow
	case t.said("days3"):
		return ripoti.WhenDays3
	case harmful && t.said("planned", "soon"):
		return ripoti.WhenPlanned
	case t.said("longer"):
		return ripoti.WhenLonger
	case t.said("month"):
		return ripoti.WhenMonth
	}
	return ""
}

func (t *reading) suspect() ripoti.Suspect {
	switch {
	case t.said("fled") && !t.said("escaped_self"):
		return ripoti.SuspectFled
	case t.said("arrested") && !t.said("release", "accused_police"):
		return ripoti.SuspectArrested
	case t.said("with"):
		return ripoti.SuspectWith
	case t.said("near"):
		return ripoti.SuspectNear
	}
	return ""
}

func (t *reading) weapon() ripoti.Weapon {
	switch {
	case t.said("gun"):
		return ripoti.WeaponGun
	case t.said("blade"):
		return ripoti.WeaponBlade
	case t.said("weapon"):
		return ripoti.WeaponOther
	}
	return ""
}

// accused are the kinds of office that somebody at is accused.
func (t *reading) accused() []ripoti.OfficeKind {
	var kinds []ripoti.OfficeKind
	if t.said("accused_police") {
		kinds = append(kinds, ripoti.Station)
	}
	if t.said("accused_official") {
		if t.said("childrens_officer") {
			kinds = append(kinds, ripoti.ChildrenOffice)
		}
		if t.said("social_worker") {
			kinds = append(kinds, ripoti.SocialWork)
		}
	}
	return kinds
}
