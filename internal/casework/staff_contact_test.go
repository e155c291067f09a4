package casework_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// atHour moves the clock to an hour of the next day in Nairobi.
func atHour(s *stage.Stage, hour int) {
	nairobi := time.FixedZone("EAT", 3*3600)
	now := s.Clock.Now().In(nairobi)
	s.Clock.Move(time.Date(now.Year(), now.Month(), now.Day()+1, hour, 0, 0, 0, nairobi).Sub(now))
}

func TestStaffContact(t *testing.T) {
	const worker = "social-047.social"
	taken := func(t *testing.T, wish ripoti.Wish) (*stage.Stage, ripoti.Code, *staffCaller, flows.StaffAsk) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.Contact = wish }))
		s.Text(worker, "1 "+string(code))
		s.Text("station-near.desk", "1 "+string(code))
		c := onLine(s, worker)
		v := c.do(flows.StaffAsk{Do: flows.StaffOpen, Number: code}).Case
		if v.Facts.Side != ripoti.Care || !v.Facts.Mine {
			t.Fatalf("%+v", v)
		}
		return s, code, c, flows.StaffAsk{Do: flows.StaffNumber, Assignment: v.Assignment, Why: "first_contact"}
	}
	t.Run("the reasons are those of the history", func(t *testing.T) {
		for i, why := range casework.OpenReasons {
			expect(t, "reason", flows.StaffReasons[i], string(why))
		}
		expect(t, "reasons", fmt.Sprint(len(flows.StaffReasons)), fmt.Sprint(len(casework.OpenReasons)))
	})
	t.Run("the number is shown once it is asked for, is opened once, and is kept nowhere", func(t *testing.T) {
		s, code, c, number := taken(t, ripoti.WishAny)
		if told := c.do(number); told.Result != "" || told.Phone != "" || strings.Contains(s.History(code), "number_opened") {
			t.Fatalf("before it is asked for: %+v; %s", told, s.History(code))
		}
		number.Show = true
		told := c.do(number)
		expect(t, "the number", told.Phone, reporter.Dial())
		c.n--
		expect(t, "the same press again", c.do(number).Phone, reporter.Dial())
		expect(t, "openings", fmt.Sprint(strings.Count(s.History(code), "number_opened")), "1")
		if raw, err := json.Marshal(told); err != nil || strings.Contains(string(raw), "254") {
			t.Errorf("a press keeps %s, %v", raw, err)
		}
		acts, err := s.Desk.StaffActs(t.Context(), []string{c.press()})
		if err != nil || len(acts) != 1 || acts[c.press()].Phone != "" {
			t.Errorf("%+v, %v", acts, err)
		}
		s.Clock.Move(16 * time.Minute)
		if told := c.do(flows.StaffAsk{Do: flows.StaffNumber, Assignment: number.Assignment}); told.Phone != "" || told.Key != "contact.reason" {
			t.Errorf("without a reason: %+v", told)
		}
		s.Work()
		for _, m := range s.Sent {
			if strings.Contains(m.Text, "711000099") {
				t.Errorf("%s got the number: %s", m.To, m.Text)
			}
		}
	})
	t.Run("what came of the call is told once", func(t *testing.T) {
		s, code, c, number := taken(t, ripoti.WishAny)
		answer := flows.StaffAsk{Do: flows.StaffAnswer, Assignment: number.Assignment, Reply: flows.Reply{Verb: flows.VerbMove, Move: ripoti.MoveReached}}
		expect(t, "reached", c.do(answer).Result, "moved")
		c.n--
		expect(t, "again", c.do(answer).Result, "moved")
		if k := caseOf(t, s, code); k.Progress.ReachedAt.IsZero() || strings.Count(s.History(code), "progress") != 1 {
			t.Errorf("%+v %s", k.Progress, s.History(code))
		}
		s.Clock.Move(time.Hour)
		answer.Reply = flows.Reply{Verb: flows.VerbCheck, Check: ripoti.CheckNotSafe}
		expect(t, "not safe", c.do(answer).Result, "checked")
		if unsafe, err := s.Store.NotSafeToCall(t.Context(), s.Report(code).ID); err != nil || !unsafe {
			t.Errorf("not safe to call: %v, %v", unsafe, err)
		}
		if k := caseOf(t, s, code); k.Progress.TriedByCareAt.IsZero() {
			t.Errorf("%+v", k.Progress)
		}
		answer.Reply = flows.Reply{Verb: flows.VerbMove, Move: ripoti.MoveReached}
		expect(t, "reached after all", c.do(answer).Result, "moved")
		if unsafe, err := s.Store.NotSafeToCall(t.Context(), s.Report(code).ID); err != nil || unsafe {
			t.Errorf("after a real contact: %v, %v", unsafe, err)
		}
	})
	t.Run("outside of the hours it is refused with the reason, also to an opening that lasts", func(t *testing.T) {
		s, _, c, number := taken(t, ripoti.WishEvening)
		number.Show = true
		atHour(s, 16)
		if told := c.do(number); told.Result != flows.StaffRefused || told.Key != "contact.not_now.evening" || told.Phone != "" {
			t.Errorf("%+v", told)
		}
		atHour(s, 19)
		expect(t, "at seven", c.do(number).Phone, reporter.Dial())
	})
	t.Run("nobody else opens it", func(t *testing.T) {
		s, code, _, number := taken(t, ripoti.WishAny)
		number.Show = true
		for _, who := range []string{"station-near.desk", "station-near.ocs", "coordination-047.coordinator", "children-west.children"} {
			if told := onLine(s, who).do(number); told.Phone != "" || told.Result == "" {
				t.Errorf("%s: %+v", who, told)
			}
			own := onLine(s, who)
			if v := own.do(flows.StaffAsk{Do: flows.StaffOpen, Number: code}).Case; v.Assignment != "" {
				number := number
				number.Assignment = v.Assignment
				if told := own.do(number); told.Phone != "" || told.Result != flows.StaffRefused {
					t.Errorf("%s by the own part: %+v", who, told)
				}
			}
		}
		if strings.Contains(s.History(code), "number_opened") {
			t.Error(s.History(code))
		}
	})
}
