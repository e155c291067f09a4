package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// towns are where many reports come from, as a thumb types them; the others come from any ward of the counties
// of the story.
var towns = []string{"Kibera", "Kibera", "Kangemi", "Kawangware", "Githurai", "Mathare", "Dandora", "Likoni", "Kisauni", "Mtwapa", "Malindi", "Nyalenda", "Kondele", "Ahero",
	"Isebania", "Migori", "Narok", "Kilgoris", "Naivasha", "Molo"}

// wards are those of the counties of the story.
func (t *town) wards() (all []ripoti.Place) {
	for _, w := range t.Desk.Places.Wards() {
		if slices.Contains(homeCounties, w.CountyID) {
			all = append(all, w)
		}
	}
	return all
}

// somewhere is a town, or as often as not a ward.
func (t *town) somewhere() ripoti.PlaceRef {
	if t.chance(25) {
		return t.place(one(t, towns))
	}
	return one(t, t.villages).Ref()
}

// told is one thing that is told, with how often of a hundred.
type told struct {
	percent int
	answers ripoti.Answers
}

// harms are what is told on the menu.
var harms = []told{
	{16, ripoti.Answers{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByKnown}},
	{8, ripoti.Answers{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskSelfChild, ByWhom: ripoti.ByFamily}},
	{6, ripoti.Answers{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskSelfAdult, ByWhom: ripoti.ByStranger, Choice: ripoti.ChoicePolice}},
	{18, ripoti.Answers{What: ripoti.WhatChild, Detail: ripoti.ChildBeaten, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByFamily}},
	{9, ripoti.Answers{What: ripoti.WhatChild, Detail: ripoti.ChildNeglected, AtRisk: ripoti.AtRiskSeveral, ByWhom: ripoti.ByFamily}},
	{4, ripoti.Answers{What: ripoti.WhatChild, Detail: ripoti.ChildLabour, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByKnown}},
	{2, ripoti.Answers{What: ripoti.WhatChild, Detail: ripoti.ChildMissing, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByStranger}},
	{7, ripoti.Answers{What: ripoti.WhatHarmful, Detail: ripoti.HarmfulMarriage, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByFamily}},
	{4, ripoti.Answers{What: ripoti.WhatHarmful, Detail: ripoti.HarmfulFGM, AtRisk: ripoti.AtRiskSeveral, ByWhom: ripoti.ByFamily}},
	{13, ripoti.Answers{What: ripoti.WhatHome, AtRisk: ripoti.AtRiskSelfAdult, ByWhom: ripoti.ByFamily, Choice: ripoti.ChoicePolice}},
	{3, ripoti.Answers{What: ripoti.WhatSold, Detail: ripoti.SoldChildSex, AtRisk: ripoti.AtRiskSeveral, ByWhom: ripoti.ByKnown}},
	{3, ripoti.Answers{What: ripoti.WhatPolice, Detail: ripoti.PoliceBribe, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByPolice}},
	{4, ripoti.Answers{What: ripoti.WhatCrime, AtRisk: ripoti.AtRiskOtherAdult, ByWhom: ripoti.ByStranger}},
	{3, ripoti.Answers{What: ripoti.WhatUnsure, AtRisk: ripoti.AtRiskUnsure, ByWhom: ripoti.ByUnsure}},
}

// notes are what some add at the end of a call.
var notes = []string{"", "", "", "behind the blue kiosk", "near the old water tank", "nyumba ya mabati karibu na kanisa", "the gate has no number", "mtoto haendi shule tena"}

// stories are texts, with a place in each.
var stories = []struct {
	lang ripoti.Lang
	body string
}{
	{ripoti.English, "a girl next door is beaten by her uncle in %s"},
	{ripoti.Swahili, "mtoto wa jirani anapigwa na baba wa kambo hapa %s"},
	{ripoti.English, "my neighbour locks the children in the house all day without food, %s"},
	{ripoti.Swahili, "kuna msichana wa darasa la saba anaozwa wiki hii %s"},
	{ripoti.English, "the shopkeeper touches school girls at %s, please help"},
	{ripoti.Swahili, "wanataka kumkeketa msichana wa miaka kumi %s"},
	{ripoti.English, "a boy sells water at night in %s and is never in school"},
	{ripoti.Swahili, "msichana alibakwa jana usiku %s"},
}

// reports plans every report of the story: fewer by night, a little more each week.
func (t *town) reports() {
	t.villages = t.wards()
	for n := range t.plan.Reports {
		part := float64(n) / float64(max(t.plan.Reports, 1))
		at := t.plan.End.Add(-t.plan.Lasts).Add(time.Duration((part*0.85 + part*part*0.15) * float64(t.plan.Lasts)))
		at = at.Add(t.between(0, 3*time.Hour))
		if hour := at.In(routing.Nairobi).Hour(); hour < 5 && t.chance(70) {
			at = at.Add(6 * time.Hour)
		}
		if !at.Before(t.plan.End) {
			at = t.plan.End.Add(-t.between(time.Minute, 90*time.Minute))
		}
		name := fmt.Sprint("r", n)
		if t.chance(18) {
			story, place, from := one(t, stories), t.somewhere().Name, reporter(n)
			t.agenda.plan(at, "a text", func(ctx context.Context) error { t.filed++; return t.text(ctx, from, fmt.Sprintf(story.body, place)) })
			continue
		}
		answers, lang := t.answers(), ripoti.Swahili
		if t.chance(40) {
			lang = ripoti.English
		}
		t.agenda.plan(at, "a call", func(ctx context.Context) error { return t.call(ctx, name, reporter(n), lang, answers) })
	}
}

// reporter is the invented number of the n-th reporter; the sample directory's own are lower.
func reporter(n int) string { return fmt.Sprintf("+254711%06d", 900_000+n) }

// answers throws what a caller presses.
func (t *town) answers() ripoti.Answers {
	var a ripoti.Answers
	for dice := t.dice.IntN(100); dice >= 0; {
		for _, h := range harms {
			if dice -= h.percent; dice < 0 {
				a = h.answers
				break
			}
		}
	}
	a.Danger, a.When = ripoti.DangerNo, one(t, []ripoti.When{ripoti.WhenDays3, ripoti.WhenDays3, ripoti.WhenMonth, ripoti.WhenRepeating, ripoti.WhenLonger})
	a.Suspect = one(t, []ripoti.Suspect{ripoti.SuspectNear, ripoti.SuspectNear, ripoti.SuspectWith, ripoti.SuspectUnsure, ripoti.SuspectFled})
	a.Contact = one(t, []ripoti.Wish{ripoti.WishNone, ripoti.WishNone, ripoti.WishEvening, ripoti.WishMorning, ripoti.WishAny, ripoti.WishSMS})
	if t.chance(7) {
		a.Danger, a.When, a.Weapon = ripoti.DangerYes, ripoti.WhenNow, one(t, []ripoti.Weapon{ripoti.WeaponNone, ripoti.WeaponBlade, ripoti.WeaponUnsure})
	}
	a.More, a.Place = one(t, notes), t.somewhere()
	return a
}

// place finds what was typed as a caller would who takes the first that is offered.
func (t *town) place(typed string) ripoti.PlaceRef {
	found := t.Desk.Places.Find(typed, "")
	if len(found.Matches) == 0 {
		return ripoti.PlaceRef{Typed: typed}
	}
	return found.Matches[0].Place.Ref()
}

// call is a call that ends in a report. Some call again days later.
func (t *town) call(ctx context.Context, name, from string, lang ripoti.Lang, answers ripoti.Answers) error {
	phone, err := ripoti.ParsePhone(from)
	if err != nil {
		return err
	}
	stage := ripoti.StageComplete
	if t.chance(5) {
		stage, answers.Contact, answers.More = ripoti.StageIncomplete, "", ""
	}
	code, err := t.Desk.File(ctx, casework.Filing{Conversation: "demo:" + name, From: phone, Channel: ripoti.ByUSSD,
		Draft: ripoti.Draft{Answers: answers, Lang: lang, Stage: stage}})
	if err != nil {
		return err
	}
	t.filed++
	t.callers = append(t.callers, caller{phone, code})
	if t.chance(9) {
		told := one(t, []flows.Act{flows.ActNothing, flows.ActNothing, flows.ActMoney, flows.ActPushed, flows.ActUnsafe, flows.ActInform})
		t.after(t.between(day, 9*day), "a follow-up", func(ctx context.Context) error { return t.follow(ctx, phone, code, told) })
	}
	return nil
}

// follow is a call of a reporter who has the number still in the head.
func (t *town) follow(ctx context.Context, from ripoti.Phone, code ripoti.Code, act flows.Act) error {
	t.texts++
	asked := flows.Asked{Code: code, Act: act}
	switch act {
	case flows.ActInform:
		asked.Text = one(t, notes[3:])
	case flows.ActUnsafe:
		asked.Danger = ripoti.DangerNo
	}
	_, _, err := t.Desk.Follow(ctx, casework.Following{Key: fmt.Sprint("demo", t.texts), From: from, Asked: asked})
	return err
}
