package routing

import (
	"testing"

	"ripoti/internal/ripoti"
)

func TestTriageReadsTheHarm(t *testing.T) {
	type answers = ripoti.Answers
	tests := []struct {
		name     string
		a        answers
		category ripoti.Category
		second   ripoti.Category
	}{
		{"sexual abuse of me, under 18", answers{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskSelfChild}, ripoti.SVAC, ""},
		{"sexual abuse of another child", answers{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskOtherChild}, ripoti.SVAC, ""},
		{"sexual abuse, age not known, counts as a child's", answers{What: ripoti.WhatSexual}, ripoti.SVAC, ""},
		{"sexual abuse, not sure who, counts as a child's", answers{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskUnsure}, ripoti.SVAC, ""},
		{"sexual abuse of several counts as a child's", answers{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskSeveral}, ripoti.SVAC, ""},
		{"sexual abuse of an adult", answers{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskSelfAdult, ByWhom: ripoti.ByStranger}, ripoti.SVAdult, ""},
		{"sexual abuse of an adult at home keeps the home as its second", answers{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskSelfAdult, ByWhom: ripoti.ByFamily}, ripoti.SVAdult, ripoti.DV},
		{"a child hurt", answers{What: ripoti.WhatChild, Detail: ripoti.ChildBeaten}, ripoti.ChildAbuse, ""},
		{"a child at work", answers{What: ripoti.WhatChild, Detail: ripoti.ChildLabour}, ripoti.ChildAbuse, ""},
		{"child marriage", answers{What: ripoti.WhatHarmful, Detail: ripoti.HarmfulMarriage}, ripoti.ChildMarriage, ""},
		{"FGM", answers{What: ripoti.WhatHarmful, Detail: ripoti.HarmfulFGM}, ripoti.FGM, ""},
		{"both", answers{What: ripoti.WhatHarmful, Detail: ripoti.HarmfulBoth}, ripoti.FGM, ripoti.ChildMarriage},
		{"which of them is not known yet", answers{What: ripoti.WhatHarmful}, ripoti.FGM, ripoti.ChildMarriage},
		{"violence at home", answers{What: ripoti.WhatHome, AtRisk: ripoti.AtRiskSelfAdult}, ripoti.DV, ""},
		{"violence at home against a child", answers{What: ripoti.WhatHome, AtRisk: ripoti.AtRiskOtherChild}, ripoti.DV, ripoti.ChildAbuse},
		{"a child used for sex for gain", answers{What: ripoti.WhatSold, Detail: ripoti.SoldChildSex}, ripoti.CSEC, ""},
		{"sexual pictures of a child", answers{What: ripoti.WhatSold, Detail: ripoti.SoldImages}, ripoti.CSEC, ""},
		{"an adult forced into sex", answers{What: ripoti.WhatSold, Detail: ripoti.SoldAdultSex, AtRisk: ripoti.AtRiskOtherAdult}, ripoti.Trafficking, ""},
		{"forced into sex, and it is a child after all", answers{What: ripoti.WhatSold, Detail: ripoti.SoldAdultSex, AtRisk: ripoti.AtRiskOtherChild}, ripoti.CSEC, ""},
		{"forced work", answers{What: ripoti.WhatSold, Detail: ripoti.SoldWork}, ripoti.Trafficking, ""},
		{"police asked for money", answers{What: ripoti.WhatPolice, Detail: ripoti.PoliceBribe}, ripoti.PoliceAbuse, ""},
		{"sexual abuse by police, age not known", answers{What: ripoti.WhatPolice, Detail: ripoti.PoliceSexual}, ripoti.PoliceAbuse, ripoti.SVAC},
		{"sexual abuse of an adult by police", answers{What: ripoti.WhatPolice, Detail: ripoti.PoliceSexual, AtRisk: ripoti.AtRiskSelfAdult}, ripoti.PoliceAbuse, ripoti.SVAdult},
		{"sexual abuse of a child, by a police officer", answers{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByPolice}, ripoti.PoliceAbuse, ripoti.SVAC},
		{"violence at home, by a police officer", answers{What: ripoti.WhatHome, AtRisk: ripoti.AtRiskSelfAdult, ByWhom: ripoti.ByPolice}, ripoti.PoliceAbuse, ripoti.DV},
		{"a crime by police has no second", answers{What: ripoti.WhatCrime, ByWhom: ripoti.ByPolice}, ripoti.PoliceAbuse, ""},
		{"other crime", answers{What: ripoti.WhatCrime}, ripoti.OtherCrime, ""},
		{"not sure", answers{What: ripoti.WhatUnsure}, ripoti.Unclear, ""},
		{"nothing answered", answers{}, ripoti.Unclear, ""},
	}
	r := Default()
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got := r.Triage(tc.a, ripoti.StageComplete, 0)
			if got.Category != tc.category || got.Second != tc.second {
				t.Errorf("%s and %q, want %s and %q", got.Category, got.Second, tc.category, tc.second)
			}
		})
	}
}

func TestTriageUrgency(t *testing.T) {
	type answers = ripoti.Answers
	const no = ripoti.DangerNo
	adult := func(a answers) answers { a.AtRisk = ripoti.AtRiskSelfAdult; return a }
	tests := []struct {
		rule  string
		level ripoti.Urgency
		name  string
		a     answers
		signs []Sign
	}{
		{"C1", ripoti.Critical, "danger now", answers{Danger: ripoti.DangerYes, What: ripoti.WhatCrime}, nil},
		{"C1", ripoti.Critical, "screaming in a text", answers{What: ripoti.WhatHome}, []Sign{SignNow}},
		{"C1", ripoti.Critical, "today and that person is with them, danger not answered", adult(answers{What: ripoti.WhatHome, When: ripoti.WhenNow, Suspect: ripoti.SuspectWith}), nil},
		{"C2", ripoti.Critical, "a weapon within reach", adult(answers{Danger: no, What: ripoti.WhatHome, Weapon: ripoti.WeaponBlade, Suspect: ripoti.SuspectNear}), nil},
		{"C2", ripoti.Critical, "a weapon, and where that person is was not asked", adult(answers{Danger: no, What: ripoti.WhatHome, Weapon: ripoti.WeaponGun}), nil},
		{"C2", ripoti.Critical, "a death threat by somebody in reach", adult(answers{Danger: no, What: ripoti.WhatHome, Suspect: ripoti.SuspectWith}), []Sign{SignDeathThreat}},
		{"C3", ripoti.Critical, "grave injury", adult(answers{What: ripoti.WhatHome}), []Sign{SignGraveInjury}},
		{"C3", ripoti.Critical, "a newborn left", answers{What: ripoti.WhatChild}, []Sign{SignNewborn}},
		{"C3", ripoti.Critical, "words of suicide", answers{What: ripoti.WhatUnsure}, []Sign{SignSuicide}},
		{"C4", ripoti.Critical, "a child missing for a day", answers{Danger: no, What: ripoti.WhatChild, Detail: ripoti.ChildMissing, When: ripoti.WhenDays3}, nil},
		{"C4", ripoti.Critical, "a child missing, not known since when", answers{Danger: no, What: ripoti.WhatChild, Detail: ripoti.ChildMissing}, nil},
		{"C4", ripoti.Critical, "somebody being taken far", answers{Danger: no, What: ripoti.WhatSold, Detail: ripoti.SoldMoved, When: ripoti.WhenNow}, nil},
		{"C4", ripoti.Critical, "a trafficked person locked in", answers{What: ripoti.WhatSold, Detail: ripoti.SoldWork}, []Sign{SignLockedIn}},
		{"C5", ripoti.Critical, "a cutting today", answers{Danger: no, What: ripoti.WhatHarmful, Detail: ripoti.HarmfulFGM, When: ripoti.WhenNow}, nil},
		{"C5", ripoti.Critical, "a wedding tomorrow", answers{What: ripoti.WhatHarmful, Detail: ripoti.HarmfulMarriage, When: ripoti.WhenPlanned}, []Sign{SignWithin48h}},
		{"C6", ripoti.Critical, "a child abused again and again at home", answers{Danger: no, What: ripoti.WhatSexual, When: ripoti.WhenRepeating, ByWhom: ripoti.ByFamily}, nil},
		{"C6", ripoti.Critical, "a child abused again and again by a teacher", answers{Danger: no, What: ripoti.WhatSexual, When: ripoti.WhenRepeating, ByWhom: ripoti.ByLeader}, nil},

		{"H1", ripoti.High, "sexual violence within three days", adult(answers{Danger: no, What: ripoti.WhatSexual, When: ripoti.WhenDays3}), nil},
		{"H1", ripoti.High, "sexual violence, not known when", adult(answers{Danger: no, What: ripoti.WhatSexual}), nil},
		{"H2", ripoti.High, "a child abused long ago", answers{Danger: no, What: ripoti.WhatSexual, When: ripoti.WhenLonger}, nil},
		{"H2", ripoti.High, "a child sold", answers{Danger: no, What: ripoti.WhatSold, Detail: ripoti.SoldChildSex, When: ripoti.WhenLonger}, nil},
		{"H2", ripoti.High, "a child trafficked", answers{Danger: no, What: ripoti.WhatSold, Detail: ripoti.SoldWork, AtRisk: ripoti.AtRiskOtherChild, When: ripoti.WhenMonth}, nil},
		{"H2", ripoti.High, "a cutting planned", answers{Danger: no, What: ripoti.WhatHarmful, Detail: ripoti.HarmfulFGM, When: ripoti.WhenPlanned}, nil},
		{"H2", ripoti.High, "a marriage long ago", answers{Danger: no, What: ripoti.WhatHarmful, Detail: ripoti.HarmfulMarriage, When: ripoti.WhenLonger}, nil},
		{"H3", ripoti.High, "a child beaten", answers{Danger: no, What: ripoti.WhatChild, Detail: ripoti.ChildBeaten, When: ripoti.WhenMonth}, nil},
		{"H3", ripoti.High, "a child left alone", answers{Danger: no, What: ripoti.WhatChild, Detail: ripoti.ChildAlone}, nil},
		{"H3", ripoti.High, "a child without food now", answers{Danger: no, What: ripoti.WhatChild, Detail: ripoti.ChildNeglected, When: ripoti.WhenNow}, nil},
		{"H3", ripoti.High, "a child missing for a month", answers{Danger: no, What: ripoti.WhatChild, Detail: ripoti.ChildMissing, When: ripoti.WhenMonth}, nil},
		{"H3", ripoti.High, "violence at home with a child at risk", answers{Danger: no, What: ripoti.WhatHome, AtRisk: ripoti.AtRiskOtherChild}, nil},
		{"H4", ripoti.High, "a weapon at home, that person gone", adult(answers{Danger: no, What: ripoti.WhatHome, Weapon: ripoti.WeaponGun, Suspect: ripoti.SuspectFled}), nil},
		{"H4", ripoti.High, "a death threat, that person gone", adult(answers{Danger: no, What: ripoti.WhatHome, Suspect: ripoti.SuspectFled}), []Sign{SignDeathThreat}},
		{"H4", ripoti.High, "an adult injured today", adult(answers{Danger: no, What: ripoti.WhatHome, When: ripoti.WhenNow}), []Sign{SignInjury}},
		{"H5", ripoti.High, "a bribe asked in a child's case", answers{Danger: no, What: ripoti.WhatPolice, Detail: ripoti.PoliceBribe, AtRisk: ripoti.AtRiskOtherChild}, nil},
		{"H5", ripoti.High, "pressure to settle an adult's case of long ago", adult(answers{Danger: no, What: ripoti.WhatSexual, When: ripoti.WhenLonger}), []Sign{SignSettlement}},
		{"H6", ripoti.High, "beaten by police", adult(answers{Danger: no, What: ripoti.WhatPolice, Detail: ripoti.PoliceBeat}), nil},
		{"H6", ripoti.High, "held by police now", adult(answers{Danger: no, What: ripoti.WhatPolice, Detail: ripoti.PoliceArrest, When: ripoti.WhenNow}), nil},

		{"H7", ripoti.High, "a child and an uncle in a text that says no harm", answers{}, []Sign{SignChildHint}},

		{"M1", ripoti.Medium, "a child at work", answers{Danger: no, What: ripoti.WhatChild, Detail: ripoti.ChildLabour, When: ripoti.WhenMonth}, nil},
		{"M1", ripoti.Medium, "a child neglected long ago", answers{Danger: no, What: ripoti.WhatChild, Detail: ripoti.ChildNeglected, When: ripoti.WhenLonger}, nil},
		{"M2", ripoti.Medium, "other violence at home", adult(answers{Danger: no, What: ripoti.WhatHome, When: ripoti.WhenDays3}), nil},
		{"M3", ripoti.Medium, "police refused to record", adult(answers{Danger: no, What: ripoti.WhatPolice, Detail: ripoti.PoliceRefused}), nil},
		{"M3", ripoti.Medium, "arrested without reason long ago", adult(answers{Danger: no, What: ripoti.WhatPolice, Detail: ripoti.PoliceArrest, When: ripoti.WhenLonger}), nil},
		{"M4", ripoti.Medium, "sexual violence against an adult a month ago", adult(answers{Danger: no, What: ripoti.WhatSexual, When: ripoti.WhenMonth}), nil},
		{"M4", ripoti.Medium, "an adult forced to work", answers{Danger: no, What: ripoti.WhatSold, Detail: ripoti.SoldWork, AtRisk: ripoti.AtRiskOtherAdult, When: ripoti.WhenMonth}, nil},
		{"M5", ripoti.Medium, "a crime today", answers{Danger: no, What: ripoti.WhatCrime, When: ripoti.WhenNow}, nil},
		{"M5", ripoti.Medium, "a crime with an injury", answers{Danger: no, What: ripoti.WhatCrime, When: ripoti.WhenMonth}, []Sign{SignInjury}},
		{"M5", ripoti.Medium, "a crime with a child at risk", answers{Danger: no, What: ripoti.WhatCrime, When: ripoti.WhenLonger, AtRisk: ripoti.AtRiskOtherChild}, nil},
		{"M6", ripoti.Medium, "not sure what", answers{Danger: no, What: ripoti.WhatUnsure}, nil},
		{"L1", ripoti.Low, "a theft long ago", answers{Danger: no, What: ripoti.WhatCrime, When: ripoti.WhenLonger}, nil},
		{"L2", ripoti.Low, "thanks", answers{}, []Sign{SignThanks}},

		{"F2", ripoti.High, "not sure of danger", answers{Danger: ripoti.DangerUnsure, What: ripoti.WhatCrime, When: ripoti.WhenLonger}, nil},
	}
	r := Default()
	seen := map[string]bool{}
	for _, tc := range tests {
		seen[tc.rule] = true
		t.Run(tc.rule+" "+tc.name, func(t *testing.T) {
			got := r.TriageSigns(tc.a, ripoti.StageComplete, 0, tc.signs)
			if got.Rule != tc.rule || got.Urgency != tc.level || got.Why == "" {
				t.Errorf("%s by %s (%s), want %s by %s", got.Urgency, got.Rule, got.Why, tc.level, tc.rule)
			}
		})
	}
	for _, rule := range r.doc.Urgency {
		if !seen[rule.ID] {
			t.Errorf("no case tries rule %s", rule.ID)
		}
	}
}

func TestRepeatsRaiseOneLevel(t *testing.T) {
	r := Default()
	for _, tc := range []struct {
		a    ripoti.Answers
		want ripoti.Urgency
	}{
		{ripoti.Answers{Danger: ripoti.DangerNo, What: ripoti.WhatCrime, When: ripoti.WhenLonger}, ripoti.Medium},
		{ripoti.Answers{Danger: ripoti.DangerNo, What: ripoti.WhatUnsure}, ripoti.High},
		{ripoti.Answers{Danger: ripoti.DangerNo, What: ripoti.WhatChild, Detail: ripoti.ChildBeaten}, ripoti.Critical},
	} {
		if got := r.Triage(tc.a, ripoti.StageComplete, 3); got.Urgency != tc.want || got.Rule != "R1" {
			t.Errorf("%+v: %s by %s, want %s by R1", tc.a, got.Urgency, got.Rule, tc.want)
		}
	}
	t.Run("critical keeps its own rule", func(t *testing.T) {
		if got := r.Triage(ripoti.Answers{Danger: ripoti.DangerYes}, ripoti.StageUrgent, 1); got.Urgency != ripoti.Critical || got.Rule != "C1" {
			t.Errorf("%s by %s", got.Urgency, got.Rule)
		}
	})
}

// everyAnswer calls f with every combination of the answers that decide a level.
func everyAnswer(f func(ripoti.Answers)) {
	details := map[ripoti.What][]ripoti.Detail{
		ripoti.WhatChild:   {"", ripoti.ChildBeaten, ripoti.ChildNeglected, ripoti.ChildAlone, ripoti.ChildMissing, ripoti.ChildLabour, ripoti.ChildOther},
		ripoti.WhatHarmful: {"", ripoti.HarmfulMarriage, ripoti.HarmfulFGM, ripoti.HarmfulBoth},
		ripoti.WhatSold:    {"", ripoti.SoldChildSex, ripoti.SoldAdultSex, ripoti.SoldWork, ripoti.SoldMoved, ripoti.SoldImages, ripoti.SoldUnsure},
		ripoti.WhatPolice:  {"", ripoti.PoliceBribe, ripoti.PoliceBeat, ripoti.PoliceSexual, ripoti.PoliceRefused, ripoti.PoliceArrest, ripoti.PoliceOther},
	}
	for _, what := range []ripoti.What{"", ripoti.WhatSexual, ripoti.WhatChild, ripoti.WhatHarmful, ripoti.WhatHome, ripoti.WhatSold, ripoti.WhatPolice, ripoti.WhatCrime, ripoti.WhatUnsure} {
		list := details[what]
		if list == nil {
			list = []ripoti.Detail{""}
		}
		for _, detail := range list {
			for _, danger := range []ripoti.Danger{"", ripoti.DangerYes, ripoti.DangerNo, ripoti.DangerUnsure} {
				for _, risk := range []ripoti.AtRisk{"", ripoti.AtRiskSelfChild, ripoti.AtRiskSelfAdult, ripoti.AtRiskOtherChild, ripoti.AtRiskOtherAdult, ripoti.AtRiskSeveral, ripoti.AtRiskUnsure} {
					for _, when := range []ripoti.When{"", ripoti.WhenNow, ripoti.WhenDays3, ripoti.WhenMonth, ripoti.WhenLonger, ripoti.WhenPlanned, ripoti.WhenRepeating} {
						f(ripoti.Answers{What: what, Detail: detail, Danger: danger, AtRisk: risk, When: when})
					}
				}
			}
		}
	}
}

func TestTriagePromises(t *testing.T) {
	r := Default()
	n := 0
	everyAnswer(func(a ripoti.Answers) {
		n++
		got := r.Triage(a, ripoti.StageComplete, 0)
		if got.Rule == "" || got.Rule == unruled.ID || got.Urgency.Rank() < 0 {
			t.Fatalf("%+v: no rule", a)
		}
		if a.Danger == ripoti.DangerUnsure && got.Urgency.Rank() < ripoti.High.Rank() {
			t.Fatalf("%+v: not sure of danger is %s", a, got.Urgency)
		}
		childHarm := got.Category == ripoti.SVAC || got.Category == ripoti.ChildMarriage || got.Category == ripoti.FGM || got.Category == ripoti.CSEC ||
			(got.Category == ripoti.Trafficking && OfChild(Case{Answers: a, Category: got.Category}))
		if childHarm && got.Urgency.Rank() < ripoti.High.Rank() {
			t.Fatalf("%+v: a child's %s is %s", a, got.Category, got.Urgency)
		}
		for name, unsure := range map[string]ripoti.Answers{
			"when":    {What: a.What, Detail: a.Detail, Danger: a.Danger, AtRisk: a.AtRisk},
			"at risk": {What: a.What, Detail: a.Detail, Danger: a.Danger, When: a.When},
		} {
			without := r.Triage(unsure, ripoti.StageComplete, 0)
			least := r.Triage(leastUrgent(a, name), ripoti.StageComplete, 0)
			if without.Urgency.Rank() < least.Urgency.Rank() {
				t.Fatalf("%+v: leaving out %s lowers %s to %s", a, name, least.Urgency, without.Urgency)
			}
		}
	})
	if n < 5000 {
		t.Fatalf("only %d combinations", n)
	}
}

// leastUrgent answers a question in the way that says the least.
func leastUrgent(a ripoti.Answers, question string) ripoti.Answers {
	if question == "when" {
		a.When = ripoti.WhenLonger
		return a
	}
	a.AtRisk = ripoti.AtRiskOtherAdult
	return a
}
