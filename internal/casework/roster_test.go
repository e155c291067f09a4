package casework_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

var (
	workdays = ripoti.On(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday)
	weekend  = ripoti.On(time.Saturday, time.Sunday)
)

// shift is a line of the roster of station-near; hours are whole.
func shift(role ripoti.Role, contact string, days ripoti.Days, from, to int) ripoti.Shift {
	office, _, _ := strings.Cut(contact, ".")
	return ripoti.Shift{OfficeID: office, Role: role, ContactID: contact, Days: days, From: from * 60, To: to * 60}
}

// byDay is a station where everybody goes home at 17:00.
func byDay() []ripoti.Shift {
	return []ripoti.Shift{
		shift(ripoti.RoleDesk, "station-near.desk", workdays, 8, 17),
		shift(ripoti.RoleDuty, "station-near.duty", workdays, 8, 17),
		shift(ripoti.RoleOCS, "station-near.ocs", workdays, 8, 17),
	}
}

// The stage begins on Monday at 09:00 in Nairobi.
const (
	untilNight    = 17 * time.Hour     // Tuesday 02:00
	untilSaturday = 5 * 24 * time.Hour // Saturday 09:00
)

func TestWhoIsOnDutyIsAsked(t *testing.T) {
	dayAndNight := []ripoti.Shift{
		shift(ripoti.RoleDesk, "station-near.desk", ripoti.EveryDay, 7, 19),
		shift(ripoti.RoleDesk, "station-near.ocs", ripoti.EveryDay, 19, 7),
	}
	for name, c := range map[string]struct {
		shifts []ripoti.Shift
		wait   time.Duration
		want   string
	}{
		"without a roster the desk, by day":                         {nil, 0, "station-near.desk"},
		"without a roster the desk, by night":                       {nil, untilNight, "station-near.desk"},
		"the desk in its shift":                                     {dayAndNight, 0, "station-near.desk"},
		"whoever has the shift, of whatever role, by night":         {dayAndNight, untilNight, "station-near.ocs"},
		"the next role where the desk is shut for the weekend":      {byDay()[:1], untilSaturday, "station-near.duty"},
		"the next role but one where desk and duty office are shut": {byDay()[:2], untilSaturday, "station-near.ocs"},
		"a shift of Friday night on Saturday morning": {[]ripoti.Shift{
			shift(ripoti.RoleDesk, "station-near.duty", ripoti.On(time.Friday), 18, 10),
			shift(ripoti.RoleDesk, "station-near.desk", ripoti.EveryDay, 10, 18)}, untilSaturday, "station-near.duty"},
		"a shift of a whole day": {[]ripoti.Shift{
			shift(ripoti.RoleDesk, "station-near.duty", weekend, 0, 0),
			shift(ripoti.RoleDesk, "station-near.desk", workdays, 0, 0)}, untilSaturday, "station-near.duty"},
	} {
		t.Run(name, func(t *testing.T) {
			s := stage.New(t, nil)
			s.Roster(c.shifts)
			s.Clock.Move(c.wait)
			s.File("c1", ripoti.StageUrgent, danger(nil))
			for _, who := range []string{"station-near.desk", "station-near.duty", "station-near.ocs"} {
				want := ""
				if who == c.want {
					want = "alert"
				}
				expect(t, who, s.Kinds(who), want)
			}
		})
	}
}

func TestAnAlertReachesAHumanThoughNobodyIsOnDuty(t *testing.T) {
	t.Run("an empty slot lets the next rung hear at once, and is shown", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Roster(byDay())
		s.Clock.Move(untilNight)
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		expect(t, "the desk, at home", s.Kinds("station-near.desk"), "alert")
		expect(t, "the commander", s.Kinds("command-west.commander"), "commander")
		has(t, s.Got("command-west.commander")[0].Text, "the station cannot take it")
		has(t, s.History(code), "slot_empty")
		gaps, err := s.Store.SlotGaps(t.Context(), s.Clock.Now().Add(-time.Hour), 10)
		if err != nil || len(gaps) == 0 || gaps[0].OfficeID != "station-near" || gaps[0].Role != ripoti.RoleDesk {
			t.Errorf("the list of empty slots: %+v %v", gaps, err)
		}
		s.Wait(20 * time.Minute)
		if n := len(s.Got("command-west.commander")); n != 1 {
			t.Errorf("the commander got %d messages: %s", n, s.Kinds("command-west.commander"))
		}
		s.Wait(time.Hour)
		if !strings.Contains(s.Kinds("coordination-047.coordinator"), "coordinator") {
			t.Error("the ladder ends at the empty slot")
		}
	})
	t.Run("the one at home may still take it", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Roster(byDay())
		s.Clock.Move(untilNight)
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		s.Text("station-near.desk", "1 "+string(code))
		if s.Report(code).Status != ripoti.StatusAccepted {
			t.Errorf("status %s", s.Report(code).Status)
		}
	})
	t.Run("where nobody above is on duty either the ladder takes its time", func(t *testing.T) {
		s := stage.New(t, nil)
		var shifts []ripoti.Shift
		for _, who := range []string{"station-near.desk", "station-near.duty", "station-near.ocs", "command-west.commander", "children-west.children",
			"coordination-047.coordinator", "coordination-ke.coordinator", "coordination-ke.director"} {
			_, role, _ := strings.Cut(who, ".")
			shifts = append(shifts, shift(ripoti.Role(role), who, workdays, 8, 17))
		}
		s.Roster(shifts)
		s.Clock.Move(untilNight)
		s.File("c1", ripoti.StageUrgent, danger(nil))
		expect(t, "the desk, at home", s.Kinds("station-near.desk"), "alert")
		expect(t, "the commander at once", s.Kinds("command-west.commander"), "")
		s.Wait(31 * time.Minute)
		expect(t, "the commander after 30 minutes", s.Kinds("command-west.commander"), "commander")
	})
	t.Run("an alert that waits for the morning goes to the morning's shift", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Roster([]ripoti.Shift{
			shift(ripoti.RoleDesk, "station-near.duty", ripoti.EveryDay, 18, 6),
			shift(ripoti.RoleDesk, "station-near.desk", ripoti.EveryDay, 6, 18)})
		s.Clock.Move(untilNight)
		code := s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) {
			a.What, a.AtRisk, a.ByWhom, a.When, a.Choice, a.Suspect = ripoti.WhatHome, ripoti.AtRiskSelfAdult, ripoti.ByFamily, ripoti.WhenMonth, ripoti.ChoicePolice, ""
		}))
		if u := s.Report(code).Urgency; u != ripoti.Medium {
			t.Fatalf("urgency %s: the test is about medium", u)
		}
		s.Wait(5 * time.Hour)
		expect(t, "the morning's shift", s.Kinds("station-near.desk"), "alert")
		expect(t, "the night's shift", s.Kinds("station-near.duty"), "")
	})
}

func TestLeave(t *testing.T) {
	away := func(who, standIn string) ripoti.Leave {
		return ripoti.Leave{ContactID: who, From: "2026-11-02", To: "2026-11-04", StandIn: standIn}
	}
	t.Run("the stand-in gets what would have come, can answer it, and only for those days", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Roster(nil, away("station-near.desk", "station-next.desk"))
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		expect(t, "who is away", s.Kinds("station-near.desk"), "")
		expect(t, "the stand-in", s.Kinds("station-next.desk"), "alert")
		s.Text("station-next.desk", "1 "+string(code))
		expect(t, "the stand-in", s.Kinds("station-next.desk"), "alert accepted")
		s.Clock.Move(3 * 24 * time.Hour) // Thursday
		s.Sent = nil
		s.File("c2", ripoti.StageUrgent, danger(nil))
		expect(t, "who is back", s.Kinds("station-near.desk"), "alert")
	})
	t.Run("without a stand-in the next one is asked; stand-ins who stand in for each other end nowhere", func(t *testing.T) {
		for _, leaves := range [][]ripoti.Leave{
			{away("station-near.desk", "")},
			{away("station-near.desk", "station-next.desk"), away("station-next.desk", "station-near.desk")},
		} {
			s := stage.New(t, nil)
			s.Roster(nil, leaves...)
			s.File("c1", ripoti.StageUrgent, danger(nil))
			expect(t, "who is away", s.Kinds("station-near.desk"), "")
			expect(t, "the duty officer", s.Kinds("station-near.duty"), "alert")
		}
	})
	t.Run("a stand-in behind the wall hears nothing", func(t *testing.T) {
		s := stage.New(t, nil)
		accused := danger(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice })
		s.File("c0", ripoti.StageUrgent, accused)
		told := s.Told()
		if len(told) == 0 || slices.ContainsFunc(told, func(who string) bool { return strings.HasPrefix(who, "station-near.") }) {
			t.Fatalf("told %v: the test is about a walled station", told)
		}
		var leaves []ripoti.Leave // everybody who hears of it sends an officer of the accused station
		for _, who := range told {
			leaves = append(leaves, away(who, "station-near.desk"))
		}
		s.Roster(nil, leaves...)
		s.Sent = nil
		code := s.File("c1", ripoti.StageUrgent, accused)
		s.Wait(3 * time.Hour)
		messages, err := s.Store.MessagesOf(t.Context(), s.Report(code).ID)
		if err != nil || len(messages) == 0 {
			t.Fatalf("%d messages: %v", len(messages), err)
		}
		for _, m := range messages { // a rung that counts on them would wait for nobody
			if strings.HasPrefix(m.ContactID, "station-near.") || strings.HasPrefix(m.ContactID, "command-west.") {
				t.Errorf("a %s was written for %s", m.Kind, m.ContactID)
			}
		}
		for _, who := range told { // whoever is away is asked rather than nobody
			office, _, _ := strings.Cut(who, ".")
			if !slices.ContainsFunc(s.Told(), func(c string) bool { return strings.HasPrefix(c, office+".") }) {
				t.Errorf("nobody at %s hears of it, and the stand-in may not", office)
			}
		}
	})
}

func TestDutyWord(t *testing.T) {
	t.Run("off duty is believed until the next shift begins", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Roster([]ripoti.Shift{shift(ripoti.RoleDesk, "station-near.desk", ripoti.EveryDay, 8, 12), shift(ripoti.RoleDesk, "station-near.desk", ripoti.EveryDay, 14, 18)})
		s.Duty("station-near.desk", false)
		for minute, want := range map[int]bool{0: false, 4 * 60: false, 5*60 - 1: false, 5 * 60: true} { // 14:00
			if got := s.Desk.Live.World().OnDuty("station-near.desk", s.Clock.Now().Add(time.Duration(minute)*time.Minute)); got != want {
				t.Errorf("after %d minutes on duty %v, want %v", minute, got, want)
			}
		}
		s.File("c1", ripoti.StageUrgent, danger(nil))
		expect(t, "who is off duty", s.Kinds("station-near.desk"), "")
		expect(t, "the duty officer", s.Kinds("station-near.duty"), "alert")
	})
	t.Run("on duty is believed for twelve hours", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Roster([]ripoti.Shift{shift(ripoti.RoleDesk, "station-near.ocs", ripoti.On(time.Saturday), 8, 12)})
		s.Duty("station-near.desk", true)
		world := s.Desk.Live.World()
		if now := s.Clock.Now(); !world.OnDuty("station-near.desk", now.Add(12*time.Hour-time.Second)) || world.OnDuty("station-near.desk", now.Add(12*time.Hour)) {
			t.Error("the word holds longer or shorter than twelve hours")
		}
		s.File("c1", ripoti.StageUrgent, danger(nil))
		expect(t, "who came in", s.Kinds("station-near.desk"), "alert")
	})
	t.Run("everybody off duty is no way out for an alert", func(t *testing.T) {
		s := stage.New(t, nil)
		for _, role := range []string{"desk", "duty", "ocs"} {
			s.Duty("station-near."+role, false)
		}
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		expect(t, "the desk", s.Kinds("station-near.desk"), "alert")
		expect(t, "the commander", s.Kinds("command-west.commander"), "commander")
		has(t, s.History(code), "slot_empty")
	})
}

func TestGaps(t *testing.T) {
	s := stage.New(t, nil)
	s.Roster([]ripoti.Shift{
		shift(ripoti.RoleDesk, "station-near.desk", workdays, 8, 20),
		shift(ripoti.RoleDesk, "station-near.duty", ripoti.On(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday), 20, 8),
	}, ripoti.Leave{ContactID: "station-near.desk", From: "2026-11-05", To: "2026-11-05"})
	var got []string
	for _, g := range s.Desk.Live.World().Gaps("", s.Clock.Now(), s.Clock.Now().Add(7*24*time.Hour)) {
		got = append(got, fmt.Sprintf("%s %s %s-%s", g.Office.ID, g.Role, g.From.In(routing.Nairobi).Format("Mon 15:04"), g.To.In(routing.Nairobi).Format("Mon 15:04")))
	}
	want := []string{
		"station-near desk Thu 08:00-Thu 20:00", // on leave
		"station-near desk Sat 08:00-Sat 20:00",
		"station-near desk Sun 08:00-Mon 08:00",
	}
	if !slices.Equal(got, want) {
		t.Errorf("empty slots:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
