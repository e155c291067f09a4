package flows

import "ripoti/internal/ripoti"

// leg is one question on a path and when it is asked; no condition means always.
type leg struct {
	step Step
	when condition
}

// condition is a rule over what was told so far, with the words that say it.
type condition struct {
	says  string
	holds func(ripoti.Answers) bool
}

func (c condition) met(a ripoti.Answers) bool { return c.holds == nil || c.holds(a) }

// dangerPath is the order of questions when somebody is in danger now (domain brief 4.3): the alert
// leaves with the answer to ByWhom, and every later answer is added to it.
var dangerPath = []leg{
	{step: Advice},
	{step: What},
	{step: Where},
	{step: ByWhom}, // the alert leaves
	{step: Weapon},
	{step: AtRisk},
	{Last, policeNotAccused},
	{LastPolice, policeAccused},
}

// normalPath is the order of questions otherwise (domain brief 4.3).
//
// A child who reports is asked at most six menus and the name of a place after S2 (domain brief
// 3.3): S9 and S11 are left to the trained worker, and S8 is asked only where the hours count for a
// hospital. By then the child has told what, where and by whom, which is what the alert needs.
var normalPath = []leg{
	{step: Notice},
	{step: What},
	{ChildHurt, chose(ripoti.WhatChild, "a child is hurt or neglected")},
	{Harmful, chose(ripoti.WhatHarmful, "child marriage or FGM")},
	{Sold, chose(ripoti.WhatSold, "a person is sold or used")},
	{PoliceDid, chose(ripoti.WhatPolice, "police abuse")},
	{step: Where},
	{step: AtRisk},
	{step: ByWhom},
	{When, hoursCount},
	{Suspect, suspectMatters},
	{Choice, adultMayChoose},
	{More, notChildReporter},
	{Last, policeNotAccused},
	{LastPolice, policeAccused},
}

// endings are the last screens, in the order in which they are shown; each whose rule is met is
// shown, "1 More" leading to the next. Where none is met it is EndContact or End.
var endings = []leg{
	{EndDanger, condition{"danger now", inDanger}},
	{EndChild, condition{"a child reports", childReporter}},
	{EndHospital, condition{"sexual, within 3 days or not known when", hospitalHelps}},
	{EndPolice, policeAccused},
}

var (
	policeAccused    = condition{"police accused", ripoti.Answers.PoliceAccused}
	policeNotAccused = condition{"police not accused", func(a ripoti.Answers) bool { return !a.PoliceAccused() }}

	hoursCount = condition{"not a child reporting, or sexual abuse", func(a ripoti.Answers) bool {
		return !childReporter(a) || a.What == ripoti.WhatSexual
	}}
	// suspectMatters is S9's rule: "if child, sexual or within 3 days".
	suspectMatters = condition{"child, sexual or within 3 days; not a child reporting", func(a ripoti.Answers) bool {
		return !childReporter(a) && (a.OfChild() || sexual(a) || recent(a))
	}}
	// adultMayChoose is S10's rule: an adult who speaks for herself or himself, where the category
	// becomes sv_adult, dv or trafficking of an adult.
	adultMayChoose = condition{"an adult for herself or himself: sexual, at home, sold", func(a ripoti.Answers) bool {
		if a.AtRisk != ripoti.AtRiskSelfAdult {
			return false
		}
		switch a.What {
		case ripoti.WhatSexual, ripoti.WhatHome:
			return true
		case ripoti.WhatSold:
			return a.Detail != ripoti.SoldChildSex && a.Detail != ripoti.SoldImages
		}
		return false
	}}
	notChildReporter = condition{"not a child reporting", func(a ripoti.Answers) bool { return !childReporter(a) }}
)

func chose(w ripoti.What, says string) condition {
	return condition{says, func(a ripoti.Answers) bool { return a.What == w }}
}

func inDanger(a ripoti.Answers) bool      { return a.Danger == ripoti.DangerYes }
func childReporter(a ripoti.Answers) bool { return a.AtRisk == ripoti.AtRiskSelfChild }

func recent(a ripoti.Answers) bool { return a.When == ripoti.WhenNow || a.When == ripoti.WhenDays3 }

// sexual says that somebody was sexually harmed, whatever line of S4 led there.
func sexual(a ripoti.Answers) bool {
	switch a.Detail {
	case ripoti.SoldChildSex, ripoti.SoldAdultSex, ripoti.PoliceSexual:
		return true
	}
	return a.What == ripoti.WhatSexual
}

// hospitalHelps is S14b's rule. A time that was not asked counts as recent, for an answer that is
// not known never lowers what is done (domain brief 4.2).
func hospitalHelps(a ripoti.Answers) bool {
	return sexual(a) && (recent(a) || a.When == "" || inDanger(a))
}

// path is the order of questions for what was told so far.
func path(a ripoti.Answers) []leg {
	if inDanger(a) {
		return dangerPath
	}
	return normalPath
}

// after is the next question behind step, or the first ending.
func after(step Step, a ripoti.Answers) Step {
	legs := path(a)
	next := 0 // a step that is not on the path leads to the path's start: S2 answered with yes
	for i := range legs {
		if legs[i].step == step {
			next = i + 1
		}
	}
	for _, l := range legs[next:] {
		if l.when.met(a) {
			return l.step
		}
	}
	return ending(a, 0)
}

// ending is the nth last screen for these answers, or steps where there are not so many.
func ending(a ripoti.Answers, n int) Step {
	found := 0
	for _, l := range endings {
		if !l.when.met(a) {
			continue
		}
		if found == n {
			return l.step
		}
		found++
	}
	switch {
	case n > 0 || found > 0:
		return steps
	case a.Contact.AgreedToContact():
		return EndContact
	}
	return End
}

// endingBeside is the ending that many screens behind or before s, or steps where there is none.
func endingBeside(s Step, a ripoti.Answers, by int) Step {
	for n := 0; ; n++ {
		switch ending(a, n) {
		case s:
			if n+by < 0 {
				return steps
			}
			return ending(a, n+by)
		case steps:
			return steps
		}
	}
}

// isEnding says that the step is one of the screens that show the number.
func isEnding(s Step) bool { return s >= End && s <= EndDanger }
