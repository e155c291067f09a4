package casework_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

const (
	careContact = "social-047.social"
	coordinator = "coordination-047.coordinator"
)

// texted is a stage on which one text came and was routed.
func texted(t *testing.T, body string) (*stage.Stage, ripoti.Report) {
	t.Helper()
	s := stage.New(t, nil)
	s.Text(neighbour, body)
	s.Wait(2 * time.Minute)
	return s, only(s)
}

func confirm(s *stage.Stage, by casework.ReadBy) ripoti.Report {
	s.Helper()
	if err := s.Desk.Confirm(s.Context(), by); err != nil {
		s.Fatal(err)
	}
	s.Work()
	return s.Report(by.Code)
}

func proposal(s *stage.Stage, report string) (p store.Proposal) {
	s.Helper()
	if err := s.Store.InTx(s.Context(), func(tx *store.Tx) (err error) {
		p, err = tx.Proposal(s.Context(), report)
		return err
	}); err != nil {
		s.Fatal(err)
	}
	return p
}

// lastEvent is what the newest event of a kind says.
func lastEvent(s *stage.Stage, report, kind string) (data map[string]any) {
	s.Helper()
	events, err := s.Store.Events(s.Context(), report)
	if err != nil {
		s.Fatal(err)
	}
	for _, e := range events {
		if e.Kind == kind {
			data = map[string]any{"actor": e.Actor}
			if err := json.Unmarshal([]byte(e.Data), &data); err != nil {
				s.Fatal(err)
			}
		}
	}
	return data
}

func reminders(s *stage.Stage, who string) (n int) {
	for _, m := range s.Got(who) {
		if strings.HasPrefix(m.Kind, "text.late") {
			n++
		}
	}
	return n
}

const beatenGirl = "a girl next door is beaten by her uncle in Kibera"

func TestConfirm(t *testing.T) {
	t.Run("a person confirms as read, once: nobody is reminded any more", func(t *testing.T) {
		s, r := texted(t, beatenGirl)
		after := confirm(s, casework.ReadBy{Code: r.Code, Contact: careContact})
		if after.Category != r.Category || after.Urgency != r.Urgency || after.Rule != r.Rule {
			t.Errorf("confirmed as read, and it became %+v", after)
		}
		if p := proposal(s, r.ID); p.ConfirmedBy != careContact || p.ConfirmedAt.IsZero() {
			t.Errorf("%+v", p)
		}
		history := s.History(r.Code)
		confirm(s, casework.ReadBy{Code: r.Code, Contact: careContact})
		if again := s.History(r.Code); again != history || strings.Count(history, "confirmed") != 1 {
			t.Errorf("history %s, after the same again %s", history, again)
		}
		s.Wait(26 * time.Hour)
		if n := reminders(s, careContact) + reminders(s, coordinator); n != 0 {
			t.Errorf("%d reminders of what was read", n)
		}
	})
	t.Run("a person lowers and raises, and both levels stand in the history", func(t *testing.T) {
		for _, set := range []ripoti.Urgency{ripoti.Low, ripoti.Critical} {
			s, r := texted(t, beatenGirl)
			after := confirm(s, casework.ReadBy{Code: r.Code, Contact: careContact, Urgency: set})
			said := lastEvent(s, r.ID, "confirmed")
			if after.Urgency != set || said["urgency_was"] != string(r.Urgency) || said["urgency"] != string(set) || said["actor"] != careContact {
				t.Errorf("%s, said %v", after.Urgency, said)
			}
		}
	})
	t.Run("after a person has lowered it a machine raises it only by what is new, and never lowers", func(t *testing.T) {
		s, r := texted(t, beatenGirl)
		if r.Urgency != ripoti.High {
			t.Fatalf("the text reads %s", r.Urgency)
		}
		confirm(s, casework.ReadBy{Code: r.Code, Contact: careContact, Urgency: ripoti.Medium})
		s.Text(neighbour, "it is the blue gate near the shop")
		if r := only(s); r.Urgency != ripoti.Medium {
			t.Errorf("the old words raised it again to %s by %s", r.Urgency, r.Rule)
		}
		if p := proposal(s, r.ID); p.Confirmed() || p.Ruling.Urgency != ripoti.Medium {
			t.Errorf("the new words are unread: %+v", p)
		}
		s.Text(neighbour, "he has a knife and is killing her now")
		if r := only(s); r.Urgency != ripoti.Critical {
			t.Errorf("the new words left it %s", r.Urgency)
		}
		s.Text(neighbour, "thank you, all is calm")
		if r := only(s); r.Urgency != ripoti.Critical {
			t.Errorf("lowered to %s", r.Urgency)
		}
	})
	t.Run("new words of their own weight raise it also where they only repeat the level", func(t *testing.T) {
		s, r := texted(t, beatenGirl)
		confirm(s, casework.ReadBy{Code: r.Code, Contact: careContact, Urgency: ripoti.Low})
		s.Text(neighbour, "the girl was beaten again today and is bleeding from her arm")
		if r := only(s); r.Urgency.Rank() < ripoti.High.Rank() {
			t.Errorf("left at %s", r.Urgency)
		}
	})
	t.Run("repeats about one place do not undo what a person has set", func(t *testing.T) {
		s, r := texted(t, beatenGirl)
		confirm(s, casework.ReadBy{Code: r.Code, Contact: careContact, Urgency: ripoti.Low})
		s.Text("+254711000072", "a boy is beaten in Kibera")
		s.Wait(3 * time.Minute)
		owe(s, r)
		if r := s.Report(r.Code); r.Urgency != ripoti.Low && r.Urgency != ripoti.Critical {
			t.Errorf("%s by %s", r.Urgency, r.Rule)
		}
	})
	t.Run("another category routes again and stays, whatever a machine makes of the same words", func(t *testing.T) {
		s, r := texted(t, beatenGirl)
		after := confirm(s, casework.ReadBy{Code: r.Code, Contact: careContact, Category: ripoti.Trafficking})
		if after.Category != ripoti.Trafficking || after.Answers.What != ripoti.WhatSold || strings.Count(s.History(r.Code), "routed") != 2 {
			t.Errorf("%+v, %s", after, s.History(r.Code))
		}
		if told := strings.Join(s.Told(), " "); !strings.Contains(told, "ahtcpu") && !strings.Contains(told, "ct-ke") {
			t.Errorf("told: %s", told)
		}
		s.Text(neighbour, "near the blue gate")
		if r := only(s); r.Category != ripoti.Trafficking || r.Answers.What != ripoti.WhatSold {
			t.Errorf("became %s again", r.Category)
		}
		s.Text(neighbour, "yesterday he raped the girl too")
		if r := only(s); r.Category != ripoti.Trafficking || r.Second != ripoti.SVAC {
			t.Errorf("the new harm is lost: %s and %s", r.Category, r.Second)
		}
	})
	t.Run("police whom a person accuses are walled off, and stay so when a person accuses them no more", func(t *testing.T) {
		s, r := texted(t, "polisi walimpiga mtoto Kibera")
		if !r.Walled {
			t.Fatal("not walled")
		}
		walls, err := s.Store.Walls(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		after := confirm(s, casework.ReadBy{Code: r.Code, Contact: coordinator, Category: ripoti.ChildAbuse})
		s.Wait(time.Hour)
		now, err := s.Store.Walls(t.Context(), r.ID)
		if err != nil || len(now) < len(walls) || !after.Walled || after.Category != ripoti.ChildAbuse {
			t.Errorf("%d walls became %d, %v; %+v", len(walls), len(now), err, after)
		}
		if told := strings.Join(s.Told(), " "); strings.Contains(told, "station-near") || strings.Contains(told, "command-west") {
			t.Errorf("told: %s", told)
		}
		const raped = "a girl is raped now in Kibera by her uncle"
		if s, r = texted(t, raped); !strings.Contains(assigned(s, r), "command-west") {
			t.Fatalf("the text went to %s: the test proves nothing", assigned(s, r))
		}
		if after := confirm(s, casework.ReadBy{Code: r.Code, Contact: careContact, Category: ripoti.PoliceAbuse}); !after.Walled {
			t.Error("no wall around police whom a person accuses")
		}
		confirm(s, casework.ReadBy{Code: r.Code, Contact: coordinator, Category: ripoti.SVAC})
		s.Wait(time.Hour)
		if offices := assigned(s, r); strings.Contains(offices, "station-near") || strings.Contains(offices, "command-west") {
			t.Errorf("given to the walled: %s", offices)
		}
	})
	t.Run("whoever does not have it learns not even that it exists", func(t *testing.T) {
		s, r := texted(t, "polisi walimpiga mtoto Kibera")
		for _, who := range []string{"station-near.desk", "station-near.ocs", "command-west.commander", "station-far.desk", "children-north.children", "nobody", ""} {
			err := s.Desk.Confirm(t.Context(), casework.ReadBy{Code: r.Code, Contact: who, Urgency: ripoti.Low})
			if ripoti.CodeOf(err) != ripoti.CodeNotFound {
				t.Errorf("%s: %v", who, err)
			}
		}
		if s.Report(r.Code).Urgency != r.Urgency || proposal(s, r.ID).Confirmed() {
			t.Error("it was changed")
		}
		if err := s.Desk.Confirm(t.Context(), casework.ReadBy{Code: "1234567", Contact: coordinator}); ripoti.CodeOf(err) != ripoti.CodeNotFound {
			t.Errorf("an unknown number: %v", err)
		}
	})
	t.Run("who answers for an office behind the wall as well learns nothing either", func(t *testing.T) {
		s := stage.New(t, func(_ []ripoti.Office, contacts []ripoti.Contact) {
			var near ripoti.Phone
			for _, c := range contacts {
				if c.ID == "station-near.desk" {
					near = c.Phone
				}
			}
			for i := range contacts {
				if contacts[i].ID == coordinator {
					contacts[i].Phone = near
				}
			}
		})
		s.Text(neighbour, "polisi walimpiga mtoto Kibera")
		s.Wait(2 * time.Minute)
		if err := s.Desk.Confirm(t.Context(), casework.ReadBy{Code: only(s).Code, Contact: coordinator}); ripoti.CodeOf(err) != ripoti.CodeNotFound {
			t.Errorf("%v", err)
		}
	})
	t.Run("what is no code is invalid, what no machine read is a conflict", func(t *testing.T) {
		s, r := texted(t, beatenGirl)
		for _, by := range []casework.ReadBy{{Category: "murder"}, {Second: "x"}, {Urgency: "urgent"}} {
			by.Code, by.Contact = r.Code, careContact
			if err := s.Desk.Confirm(t.Context(), by); ripoti.CodeOf(err) != ripoti.CodeInvalid {
				t.Errorf("%+v: %v", by, err)
			}
		}
		pressed := s.File("c1", ripoti.StageComplete, stage.Report(nil))
		if err := s.Desk.Confirm(t.Context(), casework.ReadBy{Code: pressed, Contact: coordinator}); ripoti.CodeOf(err) != ripoti.CodeConflict {
			t.Errorf("a report of keys: %v", err)
		}
	})
}

// owe lets a report be routed once more, as after an import.
func owe(s *stage.Stage, r ripoti.Report) {
	s.Helper()
	if err := s.Store.InTx(s.Context(), func(tx *store.Tx) error {
		return tx.Owe(s.Context(), store.Duty{Kind: "route", Subject: r.ID, Queue: "default", Due: s.Clock.Now()})
	}); err != nil {
		s.Fatal(err)
	}
	s.Work()
}

func TestUnreadReminders(t *testing.T) {
	t.Run("after the time of its urgency care is reminded once, after twice that time the coordinators once", func(t *testing.T) {
		for text, within := range map[string]time.Duration{"a girl is raped now in Kibera by her uncle": 5 * time.Minute, beatenGirl: 15 * time.Minute} {
			s := stage.New(t, nil)
			s.Text(neighbour, text)
			s.Wait(within - time.Minute)
			if n := reminders(s, careContact); n != 0 {
				t.Errorf("%s: reminded too early", text)
			}
			s.Wait(time.Minute)
			if n := reminders(s, careContact); n != 1 || reminders(s, coordinator) != 0 {
				t.Errorf("%s: %d reminders, told %v", text, n, s.Told())
			}
			s.Wait(within - time.Minute)
			if reminders(s, coordinator) != 0 {
				t.Errorf("%s: coordinators told too early", text)
			}
			s.Wait(time.Minute)
			if reminders(s, coordinator) != 1 {
				t.Errorf("%s: the coordinators got %s", text, s.Kinds(coordinator))
			}
			s.Wait(24 * time.Hour)
			if a, b := reminders(s, careContact), reminders(s, coordinator); a != 1 || b != 1 {
				t.Errorf("%s: reminded %d and %d times", text, a, b)
			}
			if h := s.History(only(s).Code); strings.Count(h, "unread") != 2 {
				t.Errorf("history: %s", h)
			}
			if n, err := s.Store.Overdue(t.Context()); n != 1 || err != nil {
				t.Errorf("%d are late, %v", n, err)
			}
		}
	})
	t.Run("the reminder names the number and the minutes and nothing else", func(t *testing.T) {
		s, r := texted(t, beatenGirl)
		s.Wait(15 * time.Minute)
		for _, m := range s.Got(careContact) {
			if m.Kind == "text.late" && m.Text != r.Code.Spaced()+": a text nobody has read for 15 min. Please read it and confirm it now." {
				t.Errorf("%q", m.Text)
			}
		}
	})
	t.Run("where care has nobody the coordinators are reminded at once", func(t *testing.T) {
		s, _ := texted(t, beatenGirl)
		s.Text(careContact, "STOP")
		if err := s.Desk.Live.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.Wait(15 * time.Minute)
		if reminders(s, coordinator) != 1 {
			t.Errorf("the coordinators got %s", s.Kinds(coordinator))
		}
		s.Wait(24 * time.Hour)
		if reminders(s, coordinator) != 1 {
			t.Errorf("reminded again: %s", s.Kinds(coordinator))
		}
	})
	t.Run("without a place the coordinators of all the country are reminded", func(t *testing.T) {
		s, _ := texted(t, "a girl next door is beaten by her uncle")
		s.Wait(time.Hour)
		if reminders(s, "coordination-ke.coordinator") != 1 {
			t.Errorf("told: %v", s.Told())
		}
	})
	t.Run("more words do not put the reminder off, and more urgency brings it forward", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, beatenGirl)
		s.Wait(10 * time.Minute)
		s.Text(neighbour, "near the blue gate")
		s.Wait(5 * time.Minute)
		if reminders(s, careContact) != 1 {
			t.Errorf("put off: %s", s.Kinds(careContact))
		}
		s = stage.New(t, nil)
		s.Text(neighbour, beatenGirl)
		s.Wait(3 * time.Minute)
		s.Text(neighbour, "he has a knife and is killing her now")
		s.Wait(5 * time.Minute)
		if reminders(s, careContact) != 1 {
			t.Errorf("not brought forward: %s", s.Kinds(careContact))
		}
	})
	t.Run("words that come after a person has read wait for a person again", func(t *testing.T) {
		s, r := texted(t, beatenGirl)
		s.Text(careContact, "1 "+string(r.Code))
		confirm(s, casework.ReadBy{Code: r.Code, Contact: careContact})
		s.Wait(2 * time.Hour)
		s.Text(neighbour, "she was beaten again today")
		s.Wait(15 * time.Minute)
		if reminders(s, careContact) != 1 {
			t.Errorf("%s", s.Kinds(careContact))
		}
	})
	t.Run("the work done twice reminds once", func(t *testing.T) {
		s, r := texted(t, beatenGirl)
		s.Wait(20 * time.Minute)
		for range 3 {
			if err := s.Store.InTx(t.Context(), func(tx *store.Tx) error {
				return tx.Owe(t.Context(), store.Duty{Kind: "unread", Subject: r.ID, Queue: "default", Due: s.Clock.Now()})
			}); err != nil {
				t.Fatal(err)
			}
			s.Work()
		}
		s.Wait(time.Hour)
		if a, b := reminders(s, careContact), reminders(s, coordinator); a != 1 || b != 1 {
			t.Errorf("reminded %d and %d times", a, b)
		}
	})
	t.Run("what can wait and comes at night is read by eight in the morning", func(t *testing.T) {
		s := stage.New(t, nil)
		for s.Clock.Now().In(nairobi).Hour() != 22 {
			s.Clock.Move(time.Hour)
		}
		s.Text(neighbour, "xqz wrtp ghjk vbnm") // M6
		if u := only(s).Urgency; u != ripoti.Medium {
			t.Fatalf("it is %s", u)
		}
		unread, err := s.Store.Unread(t.Context(), "", 10)
		if err != nil || len(unread) != 1 {
			t.Fatal(unread, err)
		}
		at := unread[0].RemindAt.In(nairobi)
		if at.Hour() != 8 || at.Minute() != 0 || at.Sub(s.Clock.Now()) > 10*time.Hour {
			t.Errorf("by %s", at)
		}
	})
}

var nairobi = time.FixedZone("EAT", 3*60*60)
