package casework_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// A child who was hurt has two parts for safety: the desk of the police and the children's officer.

func hurt(a *ripoti.Answers) {
	quiet(a)
	a.What, a.Detail = ripoti.WhatChild, ripoti.ChildBeaten
}

// happened is a line of a history.
type happened struct {
	kind                    string
	Assignment, Check, Side string
	Step, Round, Asked      int
}

func historyOf(s *stage.Stage, code ripoti.Code) (out []happened) {
	s.Helper()
	all, err := s.Store.Events(s.Context(), s.Report(code).ID)
	if err != nil {
		s.Fatal(err)
	}
	for _, e := range all {
		h := happened{kind: e.Kind}
		if err := json.Unmarshal([]byte(e.Data), &h); err == nil {
			out = append(out, h)
		}
	}
	return out
}

// once fails where anything of these kinds happened twice, and gives how often each did.
func once(t *testing.T, s *stage.Stage, code ripoti.Code, kinds ...string) map[string]int {
	t.Helper()
	wanted, n := map[string]bool{}, map[string]int{}
	for _, kind := range kinds {
		wanted[kind] = true
	}
	seen := map[happened]bool{}
	for _, h := range historyOf(s, code) {
		if !wanted[h.kind] {
			continue
		}
		if n[h.kind]++; seen[h] {
			t.Errorf("twice: %+v", h)
		}
		seen[h] = true
	}
	return n
}

func TestEachPartOfAChildsCaseHasItsOwnClocks(t *testing.T) {
	t.Run("taken by nobody, each ladder climbs once and each question falls silent once", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageComplete, stage.Report(hurt))
		both := parts(s, code)
		if both["station-near"].Side != ripoti.Safety || both["children-west"].Side != ripoti.Safety {
			t.Fatalf("the test is about two parts for safety: %+v", both)
		}
		s.Wait(40 * day)
		n := once(t, s, code, "alerted", "check_asked", "check_overdue")
		if n["check_overdue"] != 8 || n["check_asked"] != 16 { // day 1, day 3, day 7 and day 30, of two sides
			t.Errorf("%v", n)
		}
		rungs := map[string]int{}
		for _, h := range historyOf(s, code) {
			if h.kind == "alerted" {
				rungs[h.Assignment]++
			}
		}
		for _, office := range []string{"station-near", "children-west"} {
			if got := rungs[both[office].ID]; got < 3 {
				t.Errorf("%s: %d rungs were told", office, got)
			}
		}
		if n := lines(s, code, "flag_raised"); n != 1 {
			t.Errorf("%d flags for one silence that goes on", n)
		}
		if days, told := 40-3, lines(s, code, "flag_chased"); told < days-1 || told > days+1 {
			t.Errorf("chased %d times in %d days", told, days)
		}
	})
	t.Run("one part is taken: the other climbs on, and is nobody's relief", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageComplete, stage.Report(hurt))
		both := parts(s, code)
		s.Text("station-near.desk", "1 "+string(code))
		s.Wait(6 * time.Hour)
		alerted := map[string]int{}
		for _, h := range historyOf(s, code) {
			if h.kind == "alerted" {
				alerted[h.Assignment]++
			}
		}
		if alerted[both["station-near"].ID] != 1 || alerted[both["children-west"].ID] < 3 {
			t.Errorf("the station was told %d times, the children's office %d", alerted[both["station-near"].ID], alerted[both["children-west"].ID])
		}
		once(t, s, code, "alerted")
		expect(t, "the children's part", string(parts(s, code)["children-west"].Status), string(ripoti.AssignmentOpen))
	})
	t.Run("both are taken and fall silent: each is reminded and given back by itself, once", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageComplete, stage.Report(hurt))
		both := parts(s, code)
		s.Text("station-near.desk", "1 "+string(code))
		s.Wait(2 * time.Hour)
		s.Text("children-west.children", "1 "+string(code))
		s.Wait(3 * day)
		got := map[string]string{}
		for _, h := range historyOf(s, code) {
			if h.kind == "lease_reminded" || h.kind == "returned" {
				got[h.Assignment] += h.kind + " "
			}
		}
		for _, office := range []string{"station-near", "children-west"} {
			expect(t, office, got[both[office].ID], "lease_reminded returned ")
		}
	})
}

// That nobody holds a case is told once for as long as that is so; empty a second time, it is told again.
func TestAnEmptyPlaceIsToldEachTimeItFallsEmpty(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(quiet))
	posted := map[string]bool{}
	empty := func(is bool) {
		s.Directory(func(_ []ripoti.Office, contacts []ripoti.Contact) {
			for i, c := range contacts {
				if _, known := posted[c.ID]; !known {
					posted[c.ID] = c.Active
				}
				contacts[i].Active = posted[c.ID] && (!is || c.OfficeID == "social-047")
			}
		})
	}
	flags := func(when string, want int) {
		t.Helper()
		expect(t, when, fmt.Sprint(lines(s, code, "flag_raised")), fmt.Sprint(want))
	}
	settle := func() {
		t.Helper()
		if err := s.Desk.SettleFlag(t.Context(), code, ripoti.FlagOverdue, who(s, coordinator), "somebody is sought"); err != nil {
			t.Fatal(err)
		}
	}
	s.Text(worker, "1 "+string(code))
	wait := func(halves int) { // care is in good hands: it tells of no silence
		for range halves {
			answerCheck(s, code, worker, ripoti.CheckSafe)
			s.Wait(12 * time.Hour)
		}
	}
	wait(1)
	empty(true)
	wait(2)
	flags("the first day finds nobody", 1)
	empty(false)
	settle()
	empty(true)
	wait(8)
	flags("the same empty place, asked for again", 1)
	empty(false)
	s.Text(desk, "1 "+string(code))
	wait(1)
	if parts(s, code)["station-near"].Status != ripoti.AssignmentOpen {
		t.Fatal("a case of which nothing was told did not come back")
	}
	empty(true)
	wait(6)
	flags("taken, given back and empty once more", 2)
}
