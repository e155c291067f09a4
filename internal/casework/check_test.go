package casework_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

const day = 24 * time.Hour

// parts are the assignments of a report that owe an answer, by office.
func parts(s *stage.Stage, code ripoti.Code) map[string]store.Assignment {
	s.Helper()
	all, err := s.Store.Assignments(s.Context(), s.Report(code).ID)
	if err != nil {
		s.Fatal(err)
	}
	by := map[string]store.Assignment{}
	for _, a := range all {
		if a.Side != ripoti.Told {
			by[a.OfficeID] = a
		}
	}
	return by
}

func contactOf(s *stage.Stage, id string) ripoti.Contact {
	s.Helper()
	c, ok := s.Desk.Live.World().Contact(id)
	if !ok {
		s.Fatalf("no contact %s", id)
	}
	return c
}

// tellMove is a contact who holds a case telling a move of it.
func tellMove(s *stage.Stage, code ripoti.Code, who string, move ripoti.Move, told casework.Told) {
	s.Helper()
	c := contactOf(s, who)
	err := s.Store.InTx(s.Context(), func(tx *store.Tx) error {
		r, err := tx.Report(s.Context(), s.Report(code).ID)
		if err != nil {
			return err
		}
		a, err := tx.Assignment(s.Context(), parts(s, code)[c.OfficeID].ID)
		if err != nil {
			return err
		}
		return casework.Record(s.Desk, s.Context(), tx, r, a, c, move, told)
	})
	if err != nil {
		s.Fatal(err)
	}
	s.Work()
}

// answerCheck is a social worker answering with 61 to 64.
func answerCheck(s *stage.Stage, code ripoti.Code, who string, answer ripoti.CheckAnswer) (said casework.Said) {
	s.Helper()
	c := contactOf(s, who)
	err := s.Store.InTx(s.Context(), func(tx *store.Tx) error {
		r, err := tx.Report(s.Context(), s.Report(code).ID)
		if err != nil {
			return err
		}
		a, err := tx.Assignment(s.Context(), parts(s, code)[c.OfficeID].ID)
		if err != nil {
			return err
		}
		said, err = s.Desk.AnswerCheck(s.Context(), tx, r, a, c, answer)
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	s.Work()
	return said
}

// clockSays are what the clocks asked a contact and how many whole hours after a moment: "24h0m0s day1.care".
func clockSays(s *stage.Stage, who string, since time.Time) (out []string) {
	for _, m := range s.Got(who) {
		if kind, is := strings.CutPrefix(m.Kind, "clock."); is && kind != "ping" {
			out = append(out, fmt.Sprintf("%v %s", m.At.Sub(since).Truncate(time.Hour), kind))
		}
	}
	return out
}

func expectSays(s *stage.Stage, who string, since time.Time, want ...string) {
	s.Helper()
	if got := clockSays(s, who, since); !slices.Equal(got, want) {
		s.Errorf("%s was asked\n%s\nwant\n%s", who, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// history is how often a report's history has a kind of line.
func lines(s *stage.Stage, code ripoti.Code, kind string) (n int) {
	for _, k := range strings.Fields(s.History(code)) {
		if k == kind {
			n++
		}
	}
	return n
}

// quiet is a case without the clock of 72 hours: a theft with nobody in danger would do as well.
func quiet(a *ripoti.Answers) { a.When = ripoti.WhenMonth }

// taken is a report that the desk and the social worker have accepted; the clock stands at the moment it
// was routed, Monday 09:00 in Nairobi.
func taken(t *testing.T, change func(*ripoti.Answers)) (*stage.Stage, ripoti.Code, time.Time) {
	t.Helper()
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(change))
	routed := s.Clock.Now()
	for _, who := range []string{"station-near.desk", "social-047.social", "children-west.children"} {
		if _, has := parts(s, code)[contactOf(s, who).OfficeID]; has {
			s.Text(who, "1 "+string(code))
		}
	}
	return s, code, routed
}

func TestFollowUpClock(t *testing.T) {
	t.Run("the holders of both sides are asked at 24 and 72 hours, 7 and 30 days, then every 30", func(t *testing.T) {
		s, code, routed := taken(t, quiet)
		const care = "social-047.social"
		tellMove(s, code, "station-near.desk", ripoti.MoveOnTheWay, casework.Told{})
		answerCheck(s, code, care, ripoti.CheckSafe)
		for range 92 * 2 { // both answer twice a day whatever they were asked
			s.Wait(12 * time.Hour)
			tellMove(s, code, "station-near.desk", ripoti.MoveSafe, casework.Told{})
			answerCheck(s, code, care, ripoti.CheckSafe)
		}
		expectSays(s, "station-near.desk", routed, "24h0m0s day1.safety", "72h0m0s 72h.safety", "168h0m0s day7.safety", "720h0m0s day30.safety",
			"1440h0m0s day30.safety", "2160h0m0s day30.safety")
	})
	t.Run("nobody accepted, and still those who were told last are asked, and the coordinator hears", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageComplete, stage.Report(quiet))
		routed := s.Clock.Now()
		s.Wait(3 * day)
		asked := 0
		for _, who := range s.Told() {
			for _, say := range clockSays(s, who, routed) {
				if strings.HasSuffix(say, "day1.safety") || strings.HasSuffix(say, "day1.care") {
					asked++
				}
			}
		}
		if asked != 2 {
			t.Errorf("the first day was asked %d times, want once for each side", asked)
		}
		if n := lines(s, code, "check_overdue"); n != 2 {
			t.Errorf("%d checks were overdue after three days, want 2", n)
		}
		has(t, s.History(code), "flag_raised")
	})
	t.Run("silence is reminded of after a day and told after two", func(t *testing.T) {
		s, code, routed := taken(t, quiet)
		tellMove(s, code, "station-near.desk", ripoti.MoveOnTheWay, casework.Told{})
		s.Wait(48*time.Hour - time.Minute)
		if n := lines(s, code, "check_overdue"); n != 0 {
			t.Errorf("overdue too early: %d", n)
		}
		s.Wait(day + time.Hour)
		expectSays(s, "station-near.desk", routed, "24h0m0s day1.safety", "48h0m0s remind.safety", "72h0m0s 72h.safety")
		has(t, s.Got("station-near.desk")[2].Text, "day 1", string(code))
		if n := lines(s, code, "check_overdue"); n < 1 {
			t.Error("the coordinator never hears of it")
		}
	})
	t.Run("nobody is asked at night how a case goes", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Wait(17 * time.Hour) // 02:00
		code := s.File("c1", ripoti.StageComplete, stage.Report(quiet))
		s.Text("station-near.desk", "1 "+string(code))
		routed := s.Clock.Now()
		tellMove(s, code, "station-near.desk", ripoti.MoveOnTheWay, casework.Told{})
		s.Wait(30 * time.Hour)
		expectSays(s, "station-near.desk", routed, "29h0m0s day1.safety")
	})
	t.Run("what is known is not asked", func(t *testing.T) {
		s, code, routed := taken(t, quiet)
		tellMove(s, code, "station-near.desk", ripoti.MoveOnTheWay, casework.Told{})
		tellProgress(s, code, ripoti.Progress{OB: "56/10/4/2026", HospitalAt: s.Clock.Now(), ArrestedAt: s.Clock.Now()}, ripoti.MoveOB)
		s.Wait(4 * day)
		expectSays(s, "station-near.desk", routed)
	})
	t.Run("a closed case is asked nothing more", func(t *testing.T) {
		s, code, routed := taken(t, nil)
		shutCase(s, code)
		s.Wait(40 * day)
		for _, who := range s.Told() {
			if says := clockSays(s, who, routed); len(says) > 0 {
				t.Errorf("%s was asked %v", who, says)
			}
		}
		checks, err := s.Store.Checks(t.Context(), s.Report(code).ID)
		if err != nil || len(checks) == 0 {
			t.Fatalf("%d checks, %v", len(checks), err)
		}
		for _, c := range checks {
			if left, err := s.Store.DutiesOf(t.Context(), c.ID); c.State != store.CheckCancelled || err != nil || len(left) > 0 {
				t.Errorf("%s %s is %s and owes %v, %v", c.Kind, c.Side, c.State, left, err)
			}
		}
	})
	t.Run("an accused station is asked nothing", func(t *testing.T) {
		s := stage.New(t, nil)
		s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice }))
		s.Wait(10 * day)
		for _, who := range s.Told() {
			if c, ok := s.Desk.Live.World().Contact(who); ok && c.OfficeID == "station-near" {
				t.Errorf("%s got %s", who, s.Kinds(who))
			}
		}
	})
}

func tellProgress(s *stage.Stage, code ripoti.Code, p ripoti.Progress, move ripoti.Move) {
	s.Helper()
	err := s.Store.InTx(s.Context(), func(tx *store.Tx) error {
		r, err := tx.Report(s.Context(), s.Report(code).ID)
		if err != nil {
			return err
		}
		return casework.Clocks(s.Desk, s.Context(), tx, r, p, move)
	})
	if err != nil {
		s.Fatal(err)
	}
	s.Work()
}

func shutCase(s *stage.Stage, code ripoti.Code) {
	s.Helper()
	err := s.Store.InTx(s.Context(), func(tx *store.Tx) error {
		r, err := tx.Report(s.Context(), s.Report(code).ID)
		if err != nil {
			return err
		}
		r.Status = ripoti.StatusClosed
		if err := tx.SaveReport(s.Context(), r); err != nil {
			return err
		}
		return casework.StopClocks(s.Desk, s.Context(), tx, r)
	})
	if err != nil {
		s.Fatal(err)
	}
}

func TestSocialWorkersCheck(t *testing.T) {
	const worker = "social-047.social"
	asked := func(t *testing.T) (*stage.Stage, ripoti.Code, time.Time) {
		t.Helper()
		s, code, routed := taken(t, func(a *ripoti.Answers) {
			a.What, a.AtRisk, a.Choice, a.When = ripoti.WhatHome, ripoti.AtRiskSelfAdult, ripoti.ChoiceSupport, ripoti.WhenMonth
		})
		if _, has := parts(s, code)["social-047"]; !has {
			t.Fatal("the social workers do not have it")
		}
		tellMove(s, code, worker, ripoti.MoveReached, casework.Told{})
		s.Wait(day)
		return s, code, routed
	}
	t.Run("61 ends it", func(t *testing.T) {
		s, code, routed := asked(t)
		if said := answerCheck(s, code, worker, ripoti.CheckSafe); said.Say != "clock.noted.safe" {
			t.Errorf("said %+v", said)
		}
		s.Wait(day + time.Hour)
		expectSays(s, worker, routed, "24h0m0s day1.care")
		if n := lines(s, code, "flag_raised"); n != 0 {
			t.Errorf("%d flags", n)
		}
	})
	t.Run("62 raises the flag at once", func(t *testing.T) {
		s, code, _ := asked(t)
		answerCheck(s, code, worker, ripoti.CheckUnsafe)
		has(t, s.History(code), "flag_raised")
	})
	t.Run("63 brings it back the next day, three times, then the coordinator hears", func(t *testing.T) {
		s, code, routed := asked(t)
		for range 3 {
			answerCheck(s, code, worker, ripoti.CheckUnreached)
			s.Wait(day)
		}
		if got := clockSays(s, worker, routed); !slices.Equal(got[:3], []string{"24h0m0s day1.care", "48h0m0s day1.care", "72h0m0s 72h.care"}) &&
			!slices.Equal(got[:3], []string{"24h0m0s day1.care", "48h0m0s day1.care", "72h0m0s day1.care"}) {
			t.Errorf("asked %v", got)
		}
		if n := lines(s, code, "check_tried"); n < 3 {
			t.Errorf("%d tries are in the history", n)
		}
		if n := lines(s, code, "check_overdue"); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
	t.Run("64 stands until a real contact", func(t *testing.T) {
		s, code, _ := asked(t)
		unsafe := func(want bool) {
			t.Helper()
			if got, err := s.Store.NotSafeToCall(t.Context(), s.Report(code).ID); err != nil || got != want {
				t.Errorf("not safe to call: %v, %v", got, err)
			}
		}
		said := answerCheck(s, code, worker, ripoti.CheckNotSafe)
		unsafe(true)
		if said.Say != "clock.noted.not_safe" {
			t.Errorf("said %q", said.Say)
		}
		answerCheck(s, code, worker, ripoti.CheckUnreached)
		unsafe(true)
		answerCheck(s, code, worker, ripoti.CheckSafe)
		unsafe(false)
	})
	t.Run("who does not have the case answers nothing", func(t *testing.T) {
		s, code, _ := asked(t)
		before := s.History(code)
		var said casework.Said
		err := s.Store.InTx(t.Context(), func(tx *store.Tx) error {
			r, err := tx.Report(t.Context(), s.Report(code).ID)
			if err != nil {
				return err
			}
			said, err = s.Desk.AnswerCheck(t.Context(), tx, r, parts(s, code)["social-047"], contactOf(s, "children-north.children"), ripoti.CheckSafe)
			return err
		})
		if err != nil || said.Say != "state" || s.History(code) != before {
			t.Errorf("said %q, %v: %s", said.Say, err, s.History(code))
		}
	})
}

func TestClockOf72Hours(t *testing.T) {
	says := func(s *stage.Stage, who string, since time.Time) (out []string) {
		for _, say := range clockSays(s, who, since) {
			if strings.HasSuffix(say, " clock_72") {
				out = append(out, say)
			}
		}
		return out
	}
	t.Run("both sides are asked twice, then it is told", func(t *testing.T) {
		s, code, routed := taken(t, nil) // in the last three days: at most a day is left
		tellMove(s, code, "station-near.desk", ripoti.MoveOnTheWay, casework.Told{})
		tellMove(s, code, "social-047.social", ripoti.MoveReached, casework.Told{})
		s.Wait(25 * time.Hour)
		want := []string{"4h0m0s clock_72", "18h0m0s clock_72"}
		for _, who := range []string{"station-near.desk", "social-047.social"} {
			if got := says(s, who, routed); !slices.Equal(got, want) {
				t.Errorf("%s was asked %v, want %v", who, got, want)
			}
		}
		var overdue bool
		events, err := s.Store.Events(t.Context(), s.Report(code).ID)
		for _, e := range events {
			overdue = overdue || e.Kind == "check_overdue" && strings.Contains(e.Data, "clock_72") && e.At.Sub(routed) == day
		}
		if err != nil || !overdue {
			t.Errorf("the missed end stands nowhere: %s, %v", s.History(code), err)
		}
	})
	t.Run("it names its end", func(t *testing.T) {
		s, code, _ := taken(t, func(a *ripoti.Answers) { a.When = ripoti.WhenNow })
		tellMove(s, code, "station-near.desk", ripoti.MoveOnTheWay, casework.Told{})
		s.Wait(40 * time.Hour)
		for _, m := range s.Got("station-near.desk") {
			if m.Kind == "clock.clock_72" {
				has(t, m.Text, "72-hour limit ends tomorrow 21:00", "Reply 5 ")
				return
			}
		}
		t.Error("never asked")
	})
	t.Run("the hospital ends it", func(t *testing.T) {
		s, code, routed := taken(t, nil)
		tellMove(s, code, "station-near.desk", ripoti.MoveOnTheWay, casework.Told{})
		s.Wait(5 * time.Hour)
		tellMove(s, code, "station-near.desk", ripoti.MoveHospital, casework.Told{})
		s.Wait(21 * time.Hour)
		if got := says(s, "station-near.desk", routed); len(got) != 1 {
			t.Errorf("asked %v", got)
		}
		if n := lines(s, code, "check_overdue"); n != 0 {
			t.Errorf("told %d times that it was missed", n)
		}
	})
	t.Run("other harm has none", func(t *testing.T) {
		s, code, _ := taken(t, func(a *ripoti.Answers) { a.What, a.AtRisk = ripoti.WhatCrime, ripoti.AtRiskUnsure })
		checks, err := s.Store.Checks(t.Context(), s.Report(code).ID)
		if err != nil || slices.ContainsFunc(checks, func(c store.Check) bool { return c.Kind == ripoti.CheckClock72 }) {
			t.Errorf("%v %v", checks, err)
		}
	})
}

func TestFledAndHearings(t *testing.T) {
	only := func(s *stage.Stage, since time.Time, words ...string) (out []string) {
		for _, say := range clockSays(s, "station-near.desk", since) {
			if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(say, w) }) {
				out = append(out, say)
			}
		}
		return out
	}
	t.Run("a suspect who fled is asked after at 7, 14 and 30 days, then monthly, until the arrest", func(t *testing.T) {
		s, code, routed := taken(t, quiet)
		tellMove(s, code, "station-near.desk", ripoti.MoveFled, casework.Told{})
		for range 95 {
			s.Wait(day)
			tellMove(s, code, "station-near.desk", ripoti.MoveNotFound, casework.Told{})
		}
		want := []string{"168h0m0s fled.safety", "336h0m0s fled.safety", "720h0m0s fled.safety", "1440h0m0s fled.safety", "2160h0m0s fled.safety"}
		if got := only(s, routed, "fled"); !slices.Equal(got, want) {
			t.Errorf("asked %v, want %v", got, want)
		}
		tellMove(s, code, "station-near.desk", ripoti.MoveArrested, casework.Told{})
		s.Wait(60 * day)
		if got := only(s, routed, "fled"); !slices.Equal(got, want) {
			t.Errorf("asked after the arrest: %v", got)
		}
	})
	t.Run("twice without an answer is a flag", func(t *testing.T) {
		s, code, _ := taken(t, quiet)
		tellMove(s, code, "station-near.desk", ripoti.MoveFled, casework.Told{})
		s.Wait(9*day + time.Hour)
		var told bool
		events, err := s.Store.Events(t.Context(), s.Report(code).ID)
		for _, e := range events {
			told = told || e.Kind == "check_overdue" && strings.Contains(e.Data, `"fled"`)
		}
		if err != nil || !told {
			t.Errorf("%s, %v", s.History(code), err)
		}
	})
	t.Run("a hearing is told of the day before, asked after at 07:00, and another day takes its place", func(t *testing.T) {
		s, code, routed := taken(t, quiet)
		tellMove(s, code, "station-near.desk", ripoti.MoveCharged, casework.Told{Day: "2026-11-12"})
		s.Wait(2 * day)
		tellMove(s, code, "station-near.desk", ripoti.MoveCharged, casework.Told{Day: "2026-11-10"}) // Tuesday in a week
		s.Wait(6*day + 2*time.Hour)                                                                  // that day at 11:00
		hour := func(d, h int) string {
			return fmt.Sprint(time.Date(2026, 11, d, h, 0, 0, 0, routing.Nairobi).Sub(routed))
		}
		want := []string{hour(9, 16) + " hearing_eve", hour(10, 7) + " hearing.safety"}
		if got := only(s, routed, "hearing"); !slices.Equal(got, want) {
			t.Errorf("asked %v, want %v", got, want)
		}
		tellMove(s, code, "station-near.desk", ripoti.MoveCharged, casework.Told{Day: "2026-12-01"})
		s.Wait(15 * day)
		if got := only(s, routed, "hearing"); !slices.Equal(got, want) {
			t.Errorf("asked of a day that is past: %v", got)
		}
		s.Wait(6 * day)
		if got := only(s, routed, "hearing"); len(got) != 4 {
			t.Errorf("the next day in court: %v", got)
		}
	})
}

func TestAnswerBeforeTheQuestionEndsNoClock(t *testing.T) {
	s, code, routed := taken(t, quiet)
	tellMove(s, code, "station-near.desk", ripoti.MoveOnTheWay, casework.Told{})
	answerCheck(s, code, "social-047.social", ripoti.CheckSafe)
	s.Wait(30*day - 6*time.Hour)
	answerCheck(s, code, "social-047.social", ripoti.CheckSafe) // whatever was asked
	answerCheck(s, code, "social-047.social", ripoti.CheckSafe) // and the question of the 30th day, before it
	s.Wait(31 * day)
	var asked []string
	for _, say := range clockSays(s, "social-047.social", routed) {
		if strings.HasSuffix(say, "day30.care") {
			asked = append(asked, say)
		}
	}
	if !slices.Equal(asked, []string{"1440h0m0s day30.care"}) {
		t.Errorf("asked %v, want the 60th day alone", asked)
	}
}
