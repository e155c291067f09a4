package flows

import (
	"testing"

	"ripoti/internal/ripoti"
)

func TestAnswersAreToldInTheWordsOfTheScreens(t *testing.T) {
	_, cat := newWriter(t)
	a := ripoti.Answers{Danger: ripoti.DangerNo, What: ripoti.WhatSold, Detail: ripoti.SoldMoved, AtRisk: ripoti.AtRiskSelfChild, ByWhom: ripoti.ByPolice, Contact: ripoti.WishEvening}
	want := []Told{
		{"S2", "Trained officers or social workers see your answers, even if the line cuts. We must act if a child is at risk. Danger now?", 2, "No", "no"},
		{"S4", "What is it?", 5, "Person sold or used", "sold"},
		{"S4-5", "Which is closest?", 4, "Taken far or abroad", "sold_moved"},
		{"S6", "Who is at risk?", 1, "Me, under 18", "self_child"},
		{"S7", "Who is doing it?", 4, "Police officer", "police"},
		{"S12p", "Last step, then we send. It does NOT go to your local station. May a trained worker reach you?", 2, "Call evenings", "evening"},
	}
	got := AsTold(cat, ripoti.English, a)
	if len(got) != len(want) {
		t.Fatalf("%d answers: %+v", len(got), got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got  %+v\nwant %+v", got[i], want[i])
		}
	}
	for _, told := range AsTold(cat, ripoti.Swahili, a) {
		if told.Words == "" || told.Question == "" {
			t.Errorf("no words: %+v", told)
		}
	}
	if got := AsTold(cat, ripoti.English, ripoti.Answers{}); len(got) != 0 {
		t.Errorf("nothing was told, and yet %+v", got)
	}
}
