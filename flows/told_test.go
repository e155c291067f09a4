package flows

import (
	"testing"

	"ripoti/internal/ripoti"
)

func TestAnswersAreToldInTheWordsOfTheScreens(t *testing.T) {
	_, cat := newWriter(t)
	a := ripoti.Answers{Danger: ripoti.DangerNo, What: ripoti.WhatSold, Detail: ripoti.SoldMoved, AtRisk: ripoti.AtRiskSelfChild, ByWhom: ripoti.ByPolice, Contact: ripoti.WishEvening}
	want := []Told{
		{Screen: "S2", Question: "Trained officers or social workers see your answers, even if the line cuts. We must act if a child is at risk. Danger now?", Key: 2, Words: "No", Code: "no"},
		{Screen: "S4", Question: "What is it?", Key: 5, Words: "Person sold or used", Code: "sold"},
		{Screen: "S4-5", Question: "Which is closest?", Key: 4, Words: "Taken far or abroad", Code: "sold_moved"},
		{Screen: "S6", Question: "Who is at risk?", Key: 1, Words: "Me, under 18", Code: "self_child"},
		{Screen: "S7", Question: "Who is doing it?", Key: 4, Words: "Police officer", Code: "police"},
		{Screen: "S12p", Question: "Last step, then we send. It does NOT go to your local station. May a trained worker reach you?", Key: 2, Words: "Call evenings", Code: "evening"},
	}
	same(t, AsTold(cat, ripoti.English, a), want)
	for _, told := range AsTold(cat, ripoti.Swahili, a) {
		if told.Words == "" || told.Question == "" {
			t.Errorf("no words: %+v", told)
		}
	}
	danger := ripoti.Answers{Danger: ripoti.DangerYes, Place: ripoti.PlaceRef{ID: "area-047-kibera", Name: "Kibera", County: "Nairobi"}, Contact: ripoti.WishNone}
	same(t, AsTold(cat, ripoti.English, danger), []Told{ // in the words of the screens of who is in danger, and nothing that was not asked
		{Screen: "S1 or S2", Question: "How can we help? / Trained officers or social workers see your answers, even if the line cuts. We must act if a child is at risk. Danger now?",
			Key: 1, Words: "Danger now / Yes", Code: "yes", Note: noteDanger},
		{Screen: "S5", Question: "Where is it? Type the nearest town, market, village or school. Only the name.", Words: "Kibera, Nairobi", Code: "area-047-kibera", Note: notePlace},
		{Screen: "S12", Question: "We are asking for help. Police do not see this number. May a trained worker reach you?", Key: 5, Words: "No", Code: "none"},
	})
	typed := AsTold(cat, ripoti.English, ripoti.Answers{Place: ripoti.PlaceRef{Typed: "kwa mama njeri", County: "Kilifi"}})
	if len(typed) != 1 || typed[0].Words != "kwa mama njeri" || typed[0].Note != "" {
		t.Errorf("what was typed is told as %+v", typed)
	}
	if got := AsTold(cat, ripoti.English, ripoti.Answers{}); len(got) != 0 {
		t.Errorf("nothing was told, and yet %+v", got)
	}
}

func same(t *testing.T, got, want []Told) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d answers: %+v", len(got), got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got  %+v\nwant %+v", got[i], want[i])
		}
	}
}
