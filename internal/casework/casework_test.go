package casework_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// danger is what is known when the danger path's alert leaves.
func danger(change func(*ripoti.Answers)) ripoti.Answers {
	a := ripoti.Answers{Danger: ripoti.DangerYes, What: ripoti.WhatChild, Place: stage.Kibera, ByWhom: ripoti.ByFamily}
	if change != nil {
		change(&a)
	}
	return a
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
}

func TestSilenceClimbs(t *testing.T) {
	t.Run("a critical alert climbs at 10, 20, 30, 45 and 60 minutes", func(t *testing.T) {
		s := stage.New(t, nil)
		s.File("c1", ripoti.StageUrgent, danger(nil))
		start := s.Clock.Now()
		s.Wait(3 * time.Hour)
		at := func(who, kind string) int {
			for _, m := range s.Got(who) {
				if m.Kind == kind && (kind != "coordinator" || strings.Contains(m.Text, "county commander")) {
					return int(m.At.Sub(start).Minutes())
				}
			}
			return -1
		}
		for _, rung := range []struct {
			who, kind string
			minute    int
		}{
			{"station-near.desk", "alert", 0}, {"station-near.desk", "reminder", 10}, {"station-near.ocs", "ocs", 20},
			{"command-west.commander", "commander", 30}, {"coordination-047.coordinator", "coordinator", 45},
			{"coordination-ke.director", "director", 60},
		} {
			if got := at(rung.who, rung.kind); got != rung.minute {
				t.Errorf("%s gets %s at minute %d, want %d", rung.who, rung.kind, got, rung.minute)
			}
		}
	})
	t.Run("an acceptance stops it and says thanks", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		s.Wait(12 * time.Minute)
		s.Text("station-near.desk", "1 "+string(code))
		s.Text("social-047.social", "ok")
		s.Text("children-west.children", "1 "+code.Spaced())
		assignments, err := s.Store.Assignments(t.Context(), s.Report(code).ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range assignments {
			left, err := s.Store.DutiesOf(t.Context(), a.ID)
			if err != nil || len(left) != 1 || left[0].Kind != tasks.Lease { // from now on it is waited for what they tell
				t.Errorf("timers of %s are left: %v %v", a.OfficeID, left, err)
			}
		}
		s.Wait(45 * time.Minute)
		expect(t, "the desk", s.Kinds("station-near.desk"), "alert reminder accepted")
		expect(t, "the OCS", s.Kinds("station-near.ocs"), "")
		if s.Report(code).Status != ripoti.StatusAccepted {
			t.Errorf("status %s", s.Report(code).Status)
		}
		has(t, s.History(code), "accepted")
	})
	t.Run("a step nobody can answer is skipped at once", func(t *testing.T) {
		for name, spoil := range map[string]func(*ripoti.Contact){
			"no verified number": func(c *ripoti.Contact) { c.VerifiedAt = time.Time{} },
			"inactive":           func(c *ripoti.Contact) { c.Active = false },
			"texted STOP":        func(c *ripoti.Contact) { c.Stopped = true },
		} {
			s := stage.New(t, func(_ []ripoti.Office, contacts []ripoti.Contact) {
				for i := range contacts {
					if contacts[i].ID == "station-near.ocs" || contacts[i].ID == "command-west.commander" {
						spoil(&contacts[i])
					}
				}
			})
			code := s.File("c1", ripoti.StageUrgent, danger(nil))
			start := s.Clock.Now()
			s.Wait(25 * time.Minute)
			expect(t, name+": the OCS", s.Kinds("station-near.ocs"), "")
			// The rung after the commander is the children's officer.
			if !slices.ContainsFunc(s.Got("children-west.children"), func(m stage.SMS) bool { return m.At.Sub(start) == 20*time.Minute }) {
				t.Errorf("%s: nobody was told at minute 20: %v", name, s.Sent)
			}
			has(t, s.History(code), "rung_skipped")
		}
	})
	t.Run("the last step tells a coordinator whom to phone", func(t *testing.T) {
		s := stage.New(t, nil)
		s.File("c1", ripoti.StageUrgent, danger(nil))
		s.Wait(50 * time.Minute)
		has(t, s.Got("coordination-047.coordinator")[0].Text, "Phone the")
	})
	t.Run("a refused number lets the next be told at once", func(t *testing.T) {
		s := stage.New(t, nil)
		s.File("c1", ripoti.StageUrgent, danger(nil))
		sent, err := s.Store.Messages(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range sent {
			if m.ContactID == "station-near.desk" {
				if err := s.Desk.Receipt(t.Context(), sms.Receipt{Provider: m.Provider, ProviderID: m.ProviderID, Status: sms.Failed, Reason: "30003"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		s.Work()
		if s.Kinds("station-near.duty")+s.Kinds("station-near.ocs") == "" && s.Kinds("station-near.desk") == "alert" {
			t.Errorf("nobody was told after the alert failed: %v", s.Sent)
		}
	})
}

func TestNight(t *testing.T) {
	quarrel := stage.Report(func(a *ripoti.Answers) {
		a.What, a.AtRisk, a.ByWhom, a.When, a.Choice, a.Suspect = ripoti.WhatHome, ripoti.AtRiskSelfAdult, ripoti.ByFamily, ripoti.WhenMonth, ripoti.ChoicePolice, ""
	})
	t.Run("a medium report of the night is sent at 06:00", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Wait(14 * time.Hour) // 23:00 in Nairobi
		s.Sent = nil
		code := s.File("c1", ripoti.StageComplete, quarrel)
		if u := s.Report(code).Urgency; u != ripoti.Medium {
			t.Fatalf("urgency %s: the test is about medium", u)
		}
		if len(s.Sent) != 0 {
			t.Errorf("sent at night: %v", s.Sent)
		}
		s.Wait(7*time.Hour + time.Minute)
		for _, m := range s.Sent {
			if local := m.At.Add(3 * time.Hour).Format("15:04"); local != "06:00" {
				t.Errorf("%s got %s at %s", m.To, m.Kind, local)
			}
		}
		if s.Kinds("station-near.desk") != "alert" {
			t.Errorf("the desk got %q", s.Kinds("station-near.desk"))
		}
	})
	t.Run("critical knows no quiet hours", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Wait(17 * time.Hour) // 02:00 in Nairobi
		s.File("c1", ripoti.StageUrgent, danger(nil))
		expect(t, "the desk at 02:00", s.Kinds("station-near.desk"), "alert")
	})
}

func TestSocialWork(t *testing.T) {
	t.Run("the right office's social worker is told, takes it and is thanked", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageComplete, stage.Report(nil))
		expect(t, "the social worker", s.Kinds("social-047.social"), "social.new")
		has(t, s.Got("social-047.social")[0].Text, string(code), "evenings")
		queue, err := s.Store.OpenAssignments(t.Context(), "social-047", "", 10)
		if err != nil || len(queue) != 1 {
			t.Fatalf("the office's queue: %v, %v", queue, err)
		}
		s.Text("social-047.social", "1"+string(code))
		expect(t, "the social worker", s.Kinds("social-047.social"), "social.new accepted")
		if queue, _ = s.Store.OpenAssignments(t.Context(), "social-047", "", 10); len(queue) != 0 {
			t.Errorf("taken, and still in the queue: %v", queue)
		}
		if s.Report(code).Status == ripoti.StatusAccepted {
			t.Error("a report counts as accepted although nobody for safety has taken it")
		}
	})
	t.Run("who wants no contact is not to be called or visited", func(t *testing.T) {
		s := stage.New(t, nil)
		s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.Contact = ripoti.WishNone }))
		expect(t, "the social worker", s.Kinds("social-047.social"), "social.new social.no_contact")
	})
	t.Run("an adult who wants support only is not told to the police", func(t *testing.T) {
		s := stage.New(t, nil)
		s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) {
			a.AtRisk, a.Choice, a.When = ripoti.AtRiskSelfAdult, ripoti.ChoiceSupport, ripoti.WhenMonth
		}))
		s.Wait(48 * time.Hour)
		for _, who := range s.Told() {
			if strings.HasPrefix(who, "station") || strings.HasPrefix(who, "command") || strings.HasPrefix(who, "county-command") {
				t.Errorf("%s was told: %s", who, s.Kinds(who))
			}
		}
		if s.Kinds("social-047.social") == "" {
			t.Error("the social worker was not told")
		}
	})
}

func TestAnswers(t *testing.T) {
	t.Run("no number is needed where exactly one alert is open", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		s.Text("station-near.desk", "sawa")
		if s.Report(code).Status != ripoti.StatusAccepted {
			t.Error("sawa did not accept")
		}
	})
	t.Run("with two open the number is asked for", func(t *testing.T) {
		s := stage.New(t, nil)
		first := s.File("c1", ripoti.StageUrgent, danger(nil))
		second := s.File("c2", ripoti.StageUrgent, danger(nil))
		s.Text("station-near.desk", "1")
		for _, code := range []ripoti.Code{first, second} {
			if s.Report(code).Status == ripoti.StatusAccepted {
				t.Errorf("%s was accepted by guess", code)
			}
		}
		expect(t, "the desk", s.Kinds("station-near.desk"), "alert alert help")
		has(t, s.Got("station-near.desk")[2].Text, string(first), string(second))
	})
	t.Run("a late answer gets the state, a strange number one helpful sentence", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		s.Text("station-near.desk", "1 "+string(code))
		s.Text("station-near.desk", "1 "+string(code))
		s.Text("station-near.duty", "1 "+string(code))
		s.Text("station-near.desk", "1 1111111")
		expect(t, "the desk", s.Kinds("station-near.desk"), "alert accepted state unknown")
		expect(t, "the duty officer", s.Kinds("station-near.duty"), "state")
	})
	t.Run("another station's officer learns nothing of the report", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		s.Text("station-far.desk", "1 "+string(code))
		expect(t, "the stranger", s.Kinds("station-far.desk"), "unknown")
		if s.Report(code).Status == ripoti.StatusAccepted {
			t.Error("a station that was not asked accepted the report")
		}
	})
	t.Run("at most five passive answers, until a real action", func(t *testing.T) {
		s := stage.New(t, nil)
		for range 9 {
			s.Text("station-near.desk", "hello")
		}
		if n := len(s.Got("station-near.desk")); n != 5 {
			t.Errorf("%d answers, want 5", n)
		}
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		s.Text("station-near.desk", "1 "+string(code))
		s.Text("station-near.desk", "hello")
		expect(t, "after an action", s.Kinds("station-near.desk"), "help help help help help alert accepted help")
	})
	t.Run("a number that is no verified contact learns nothing", func(t *testing.T) {
		s := stage.New(t, func(_ []ripoti.Office, contacts []ripoti.Contact) {
			for i := range contacts {
				if contacts[i].ID == "station-near.duty" {
					contacts[i].VerifiedAt = time.Time{}
				}
			}
		})
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		unverified := "+254711000218"
		if c, _ := s.Desk.Live.World().Contact("station-near.duty"); true {
			unverified = c.Phone.Dial()
		}
		for range 9 {
			s.Text("+254711000098", "1 "+string(code))
			s.Text(unverified, "1 "+string(code))
		}
		for _, who := range []string{"+254711000098", unverified} {
			if len(s.Got(who)) != 5 {
				t.Errorf("%d answers, want 5", len(s.Got(who)))
			}
			for _, m := range s.Got(who) {
				if m.Kind != "numbers" || strings.Contains(m.Text, string(code)) {
					t.Errorf("told: %s %q", m.Kind, m.Text)
				}
			}
		}
		if s.Report(code).Status == ripoti.StatusAccepted {
			t.Error("a stranger accepted the report")
		}
	})
	t.Run("a short code or a name is never answered", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text("20880", "hello")
		s.Text("AIRTEL", "hello")
		if len(s.Sent) != 0 {
			t.Errorf("answered: %v", s.Sent)
		}
	})
}

func TestCannot(t *testing.T) {
	for _, c := range []struct {
		answer, kind string
		next         string // who is told at once
		elsewhere    bool
	}{
		{"2", "why", "station-near.ocs", false},
		{"21", "declined", "station-near.ocs", false},
		{"22", "declined", "station-next.desk", true},
		{"23", "declined", "station-next.desk", true},
		{"24", "declined", "station-next.desk", true},
		{"25", "declined", "station-near.ocs", false},
	} {
		t.Run(c.answer+" tells "+c.next+" at once", func(t *testing.T) {
			s := stage.New(t, nil)
			code := s.File("c1", ripoti.StageUrgent, danger(nil))
			s.Text("station-near.desk", c.answer+" "+string(code))
			expect(t, "the desk", s.Kinds("station-near.desk"), "alert "+c.kind)
			if s.Kinds(c.next) == "" {
				t.Errorf("%s was not told; told: %v", c.next, s.Told())
			}
			if s.Report(code).Status == ripoti.StatusAccepted {
				t.Error("a refusal counts as acceptance")
			}
			if c.elsewhere {
				s.Wait(2 * time.Hour)
				expect(t, "the station that cannot", s.Kinds("station-near.desk"), "alert "+c.kind)
			}
		})
	}
	t.Run("why not may come after the refusal", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		s.Text("station-near.desk", "2 "+string(code))
		s.Text("station-near.desk", "24 "+string(code))
		if s.Kinds("station-next.desk") == "" {
			t.Errorf("who knows the people keeps the case; told: %v", s.Told())
		}
	})
	t.Run("when every station cannot, somebody still has it", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		for range 8 {
			open, err := s.Store.Assignments(t.Context(), s.Report(code).ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range open {
				if a.Side == ripoti.Safety && a.Status == ripoti.AssignmentOpen {
					s.Text(a.OfficeID+".desk", "23 "+string(code))
				}
			}
		}
		assignments, err := s.Store.Assignments(t.Context(), s.Report(code).ID)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(assignments, func(a store.Assignment) bool {
			return a.Side == ripoti.Safety && a.Status == ripoti.AssignmentOpen
		}) {
			t.Errorf("nobody has it: %+v", assignments)
		}
	})
}

func TestWall(t *testing.T) {
	accused := map[string]bool{"station-near": true, "station-next": true, "command-west": true, "county-command-047": true}
	leaks := func(t *testing.T, s *stage.Stage, code ripoti.Code, since int) {
		t.Helper()
		walls, err := s.Store.Walls(t.Context(), s.Report(code).ID)
		if err != nil || len(walls) < 5 {
			t.Fatalf("the wall is %v, %v", walls, err)
		}
		for _, m := range s.Sent[since:] {
			office, _, _ := strings.Cut(m.To, ".")
			if accused[office] || slices.Contains(walls, office) {
				t.Errorf("%s got %s: %q", m.To, m.Kind, m.Text)
			}
		}
		for office := range accused {
			queue, err := s.Store.OpenAssignments(t.Context(), office, "", 100)
			if err != nil || len(queue) > 0 {
				t.Errorf("%s has it in its queue: %v %v", office, queue, err)
			}
		}
	}
	t.Run("no accused office is alerted, can answer or finds it", func(t *testing.T) {
		whats := []ripoti.What{ripoti.WhatSexual, ripoti.WhatChild, ripoti.WhatHarmful, ripoti.WhatHome, ripoti.WhatSold, ripoti.WhatPolice, ripoti.WhatCrime, ripoti.WhatUnsure}
		for _, dangerous := range []ripoti.Danger{ripoti.DangerYes, ripoti.DangerNo} {
			for _, what := range whats {
				s := stage.New(t, nil)
				code := s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) {
					a.Danger, a.What, a.ByWhom = dangerous, what, ripoti.ByPolice
				}))
				s.Wait(6 * time.Hour)
				leaks(t, s, code, 0)
				for _, who := range []string{"station-near.desk", "station-near.ocs", "command-west.commander", "county-command-047.commander"} {
					since := len(s.Sent)
					s.Text(who, "1 "+string(code))
					for _, m := range s.Sent[since:] {
						if m.Kind != "unknown" {
							t.Errorf("%s asked for it and got %s: %q", who, m.Kind, m.Text)
						}
					}
				}
				if s.Report(code).Status == ripoti.StatusAccepted {
					t.Error("the accused accepted it")
				}
				if s.Kinds("coordination-047.coordinator")+s.Kinds("coordination-ke.coordinator") == "" || s.Kinds("oversight-ke.liaison") == "" {
					t.Errorf("%s %s: coordinator or oversight was not told: %v", dangerous, what, s.Told())
				}
			}
		}
	})
	t.Run("when urgent an able office of another sub-county is asked", func(t *testing.T) {
		s := stage.New(t, nil)
		s.File("c1", ripoti.StageUrgent, danger(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice }))
		if s.Kinds("station-north.desk") == "" {
			t.Errorf("told: %v", s.Told())
		}
	})
	t.Run("an accusation that comes later raises the wall from then on", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageUrgent, danger(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByUnsure }))
		since := len(s.Sent)
		s.Add("c1", ripoti.StageComplete, danger(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice }))
		s.Wait(6 * time.Hour)
		leaks(t, s, code, since)
		has(t, s.History(code), "moved")
	})
	t.Run("an accused office that had accepted loses the report", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageUrgent, danger(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByUnsure }))
		s.Text("station-near.ocs", "1 "+string(code))
		since := len(s.Sent)
		s.Add("c1", ripoti.StageComplete, danger(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice }))
		s.Wait(time.Hour)
		leaks(t, s, code, since)
		assignments, err := s.Store.Assignments(t.Context(), s.Report(code).ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range assignments {
			if accused[a.OfficeID] && a.Status != ripoti.AssignmentMoved {
				t.Errorf("%s still has it: %s", a.OfficeID, a.Status)
			}
		}
	})
	t.Run("a ladder that was made before the wall skips walled rungs", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice }))
		id := s.Report(code).ID
		if err := s.Store.InTx(t.Context(), func(tx *store.Tx) error {
			old := store.Assignment{Assignment: ripoti.Assignment{ID: "old", ReportID: id, OfficeID: "social-047", Side: ripoti.Care, Status: ripoti.AssignmentOpen, CreatedAt: s.Clock.Now()},
				Ladder: `[{"office":"social-047","roles":["social"],"say":"alert"},{"office":"station-near","roles":["desk"],"say":"ocs"}]`, SendAt: s.Clock.Now()}
			if err := tx.Assign(t.Context(), old); err != nil {
				return err
			}
			return tx.Owe(t.Context(), store.Duty{Kind: tasks.Climb, Subject: "old", Queue: tasks.Critical, Due: s.Clock.Now()})
		}); err != nil {
			t.Fatal(err)
		}
		before := strings.Count(s.History(code), "rung_skipped")
		s.Work()
		if strings.Count(s.History(code), "rung_skipped") != before+1 {
			t.Errorf("the walled rung was not skipped: %s", s.History(code))
		}
		leaks(t, s, code, 0)
	})
	t.Run("a message that waits for the morning does not leave once the wall stands", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Wait(14 * time.Hour) // 23:00
		quarrel := stage.Report(func(a *ripoti.Answers) {
			a.What, a.AtRisk, a.ByWhom, a.When, a.Choice = ripoti.WhatCrime, ripoti.AtRiskUnsure, ripoti.ByUnsure, ripoti.WhenNow, ""
		})
		code := s.File("c1", ripoti.StageIncomplete, quarrel)
		since := len(s.Sent)
		quarrel.ByWhom = ripoti.ByPolice
		s.Add("c1", ripoti.StageComplete, quarrel)
		s.Wait(12 * time.Hour)
		leaks(t, s, code, since)
	})
}

func TestLiaison(t *testing.T) {
	sold := func(danger ripoti.Danger) ripoti.Answers {
		return stage.Report(func(a *ripoti.Answers) {
			a.Danger, a.What, a.Detail, a.AtRisk = danger, ripoti.WhatSold, ripoti.SoldChildSex, ripoti.AtRiskSeveral
		})
	}
	t.Run("a sold child goes past the local station, and the liaison is told so", func(t *testing.T) {
		s := stage.New(t, nil)
		s.File("c1", ripoti.StageComplete, sold(ripoti.DangerNo))
		expect(t, "the liaison", s.Kinds("ahtcpu-ke.liaison"), "liaison")
		has(t, s.Got("ahtcpu-ke.liaison")[0].Text, "NOT told")
		expect(t, "the local desk", s.Kinds("station-near.desk"), "")
	})
	t.Run("in danger now the local desk is asked too, and nobody claims the contrary", func(t *testing.T) {
		s := stage.New(t, nil)
		s.File("c1", ripoti.StageComplete, sold(ripoti.DangerYes))
		if s.Kinds("station-near.desk") == "" || strings.Contains(s.Got("ahtcpu-ke.liaison")[0].Text, "NOT told") {
			t.Errorf("the desk got %q, the liaison %q", s.Kinds("station-near.desk"), s.Got("ahtcpu-ke.liaison")[0].Text)
		}
	})
}

func TestNobodysReport(t *testing.T) {
	t.Run("with an empty directory it stands in the history as having no recipient", func(t *testing.T) {
		s := stage.New(t, func(offices []ripoti.Office, contacts []ripoti.Contact) {
			for i := range contacts {
				contacts[i].Active = false
			}
		})
		var unreachable int
		s.Desk.Seen = func(h casework.Happening) {
			if h.What == "unreachable" {
				unreachable++
			}
		}
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		has(t, s.History(code), "no_recipient")
		if unreachable == 0 {
			t.Error("no alarm")
		}
	})
	t.Run("offices whose people hold no role of any ladder do not swallow a report", func(t *testing.T) {
		s := stage.New(t, func(_ []ripoti.Office, contacts []ripoti.Contact) {
			for i := range contacts {
				contacts[i].Role = ripoti.RoleHealth
			}
		})
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		has(t, s.History(code), "no_recipient")
		expect(t, "the coordinator", s.Kinds("coordination-047.coordinator"), "nobody")
		listed := func() (codes []ripoti.Code) {
			reports, err := s.Store.WithoutRecipient(t.Context(), "", 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range reports {
				codes = append(codes, r.Code)
			}
			return codes
		}
		if got := listed(); !slices.Equal(got, []ripoti.Code{code}) {
			t.Errorf("on the list: %v", got)
		}
		s.Directory(nil) // contacts were imported
		if n, err := s.Desk.RouteAgain(t.Context()); n != 1 || err != nil {
			t.Errorf("%d routed again: %v", n, err)
		}
		s.Work()
		if got := listed(); len(got) != 0 || s.Kinds("station-near.desk") == "" {
			t.Errorf("still on the list: %v; told: %v", got, s.Told())
		}
	})
	t.Run("where only a coordinator can answer, the coordinator is told", func(t *testing.T) {
		s := stage.New(t, func(_ []ripoti.Office, contacts []ripoti.Contact) {
			for i := range contacts {
				contacts[i].Active = contacts[i].Role == ripoti.RoleCoordinator
			}
		})
		s.File("c1", ripoti.StageUrgent, danger(nil))
		if s.Kinds("coordination-047.coordinator") == "" {
			t.Errorf("told: %v", s.Told())
		}
	})
	t.Run("every report of every kind has an owner for safety and one for care, or a coordinator knows", func(t *testing.T) {
		for _, what := range []ripoti.What{ripoti.WhatSexual, ripoti.WhatChild, ripoti.WhatHarmful, ripoti.WhatHome, ripoti.WhatSold, ripoti.WhatPolice, ripoti.WhatCrime, ripoti.WhatUnsure, ""} {
			for _, place := range []ripoti.PlaceRef{stage.Kibera, {ID: "county-047", Name: "Nairobi", County: "Nairobi", CountyID: "047", Precision: ripoti.PrecisionCounty}, {Typed: "kwa sample"}} {
				s := stage.New(t, nil)
				code := s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.Place = what, place }))
				assignments, err := s.Store.Assignments(t.Context(), s.Report(code).ID)
				if err != nil {
					t.Fatal(err)
				}
				sides := map[ripoti.Side]bool{}
				for _, a := range assignments {
					sides[a.Side] = true
				}
				coordinator := s.Kinds("coordination-047.coordinator")+s.Kinds("coordination-ke.coordinator") != ""
				if !sides[ripoti.Care] || (!sides[ripoti.Safety] && what != ripoti.WhatUnsure && what != "" && !coordinator) {
					t.Errorf("%q at %q: %v, coordinator told: %v", what, place.Name, sides, coordinator)
				}
			}
		}
	})
}

func TestOnce(t *testing.T) {
	t.Run("a task that runs twice has no second effect", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		before, history := len(s.Sent), s.History(code)
		id := s.Report(code).ID
		assignments, err := s.Store.Assignments(t.Context(), id)
		if err != nil || len(assignments) == 0 {
			t.Fatalf("%d assignments, %v", len(assignments), err)
		}
		err = errors.Join(s.Desk.Route(t.Context(), tasks.Payload{Duty: "gone", Subject: id}), s.Desk.Climb(t.Context(), tasks.Payload{Duty: "gone", Subject: assignments[0].ID}))
		if err != nil {
			t.Error(err)
		}
		s.Work()
		if len(s.Sent) != before || s.History(code) != history {
			t.Errorf("%d messages became %d; history %s", before, len(s.Sent), s.History(code))
		}
	})
	t.Run("the same filing and the same addition again change nothing", func(t *testing.T) {
		s := stage.New(t, nil)
		first := s.File("c1", ripoti.StageUrgent, danger(nil))
		history, sent := s.History(first), len(s.Sent)
		if again := s.File("c1", ripoti.StageUrgent, danger(nil)); again != first {
			t.Errorf("two numbers: %s %s", first, again)
		}
		s.Add("c1", ripoti.StageUrgent, danger(nil))
		if s.History(first) != history || len(s.Sent) != sent {
			t.Errorf("history %s", s.History(first))
		}
	})
	t.Run("the same text again has no second effect", func(t *testing.T) {
		s := stage.New(t, nil)
		s.File("c1", ripoti.StageUrgent, danger(nil))
		in := sms.Inbound{Provider: "twilio", ProviderID: "SM1", From: "+254711000098", Body: "hello", At: s.Clock.Now()}
		for range 3 {
			if err := s.Desk.Receive(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			s.Work()
		}
		if n := len(s.Got("+254711000098")); n != 1 {
			t.Errorf("%d answers to one text", n)
		}
	})
}

func TestCutCalls(t *testing.T) {
	filing := func(stage ripoti.Stage, a ripoti.Answers) casework.Filing {
		return casework.Filing{Conversation: "c1", From: "+254711000099", Channel: ripoti.ByUSSD, Draft: ripoti.Draft{Answers: a, Lang: ripoti.English, Stage: stage}}
	}
	held := danger(func(a *ripoti.Answers) { a.ByWhom = "" })
	t.Run("a danger that was said goes out when its call dies", func(t *testing.T) {
		s := stage.New(t, nil)
		if err := s.Desk.Hold(t.Context(), filing(ripoti.StagePartial, held)); err != nil {
			t.Fatal(err)
		}
		s.Clock.Move(30 * time.Second)
		if n, err := s.Desk.Rescue(t.Context()); n != 0 || err != nil {
			t.Fatalf("rescued %d while the call may run: %v", n, err)
		}
		s.Clock.Move(time.Minute)
		if n, err := s.Desk.Rescue(t.Context()); n != 1 || err != nil {
			t.Fatalf("rescued %d: %v", n, err)
		}
		s.Work()
		if s.Kinds("station-near.ocs") == "" || s.Kinds("command-west.commander") == "" {
			t.Errorf("nobody accused yet, danger now: OCS and commander are told together; told: %v", s.Told())
		}
		if n, _ := s.Desk.Rescue(t.Context()); n != 0 {
			t.Error("rescued twice")
		}
	})
	t.Run("a danger that was taken back with 0 does not", func(t *testing.T) {
		s := stage.New(t, nil)
		if err := errors.Join(s.Desk.Hold(t.Context(), filing(ripoti.StagePartial, held)), s.Desk.Drop(t.Context(), "c1")); err != nil {
			t.Fatal(err)
		}
		s.Clock.Move(time.Hour)
		if n, err := s.Desk.Rescue(t.Context()); n != 0 || err != nil {
			t.Errorf("rescued %d: %v", n, err)
		}
	})
	t.Run("later answers are added and never lose what was said", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		s.Add("c1", ripoti.StageComplete, danger(func(a *ripoti.Answers) { a.Weapon, a.Contact = ripoti.WeaponGun, ripoti.WishSMS }))
		s.File("c1", ripoti.StagePartial, held) // the watch was slower
		r := s.Report(code)
		if r.Answers.Weapon != ripoti.WeaponGun || r.Answers.ByWhom != ripoti.ByFamily || r.Stage != ripoti.StageComplete {
			t.Errorf("kept %+v, %s", r.Answers, r.Stage)
		}
		who, err := s.Store.Reporter(t.Context(), r.ID)
		if err != nil || who.Wish != ripoti.WishSMS {
			t.Errorf("wish %q: %v", who.Wish, err)
		}
	})
	t.Run("an urgency never falls by later answers", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		s.Add("c1", ripoti.StageComplete, danger(func(a *ripoti.Answers) { a.Danger = ripoti.DangerNo }))
		if u := s.Report(code).Urgency; u != ripoti.Critical {
			t.Errorf("fell to %s", u)
		}
	})
}

func TestLaterAnswersUpdateTheAlert(t *testing.T) {
	armed := danger(func(a *ripoti.Answers) { a.Weapon = ripoti.WeaponGun })
	t.Run("a weapon is told at once to everybody who was alerted", func(t *testing.T) {
		s := stage.New(t, nil)
		s.File("c1", ripoti.StageUrgent, danger(nil))
		s.Clock.Move(5 * time.Second)
		s.Add("c1", ripoti.StageUrgent, armed)
		expect(t, "the desk", s.Kinds("station-near.desk"), "alert update")
		has(t, s.Got("station-near.desk")[1].Text, "gun", "Nobody has accepted yet")
	})
	t.Run("what follows is gathered into one message", func(t *testing.T) {
		s := stage.New(t, nil)
		s.File("c1", ripoti.StageUrgent, danger(nil))
		for _, change := range []func(*ripoti.Answers){
			func(a *ripoti.Answers) { a.Weapon = ripoti.WeaponNone },
			func(a *ripoti.Answers) { a.Weapon, a.AtRisk = ripoti.WeaponNone, ripoti.AtRiskSeveral },
			func(a *ripoti.Answers) {
				a.Weapon, a.AtRisk, a.Contact = ripoti.WeaponNone, ripoti.AtRiskSeveral, ripoti.WishAny
			},
		} {
			s.Clock.Move(5 * time.Second)
			s.Add("c1", ripoti.StageUrgent, danger(change))
		}
		s.Wait(time.Minute)
		expect(t, "the desk", s.Kinds("station-near.desk"), "alert update")
		expect(t, "the social worker", s.Kinds("social-047.social"), "social.new social.no_contact update")
		has(t, s.Got("social-047.social")[2].Text, "any time")
	})
	t.Run("who accepted is told, others at the office are not", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		s.Text("station-near.desk", "1 "+string(code))
		s.Clock.Move(5 * time.Second)
		s.Add("c1", ripoti.StageComplete, armed)
		expect(t, "the desk", s.Kinds("station-near.desk"), "alert accepted update")
		if strings.Contains(s.Got("station-near.desk")[2].Text, "accepted") {
			t.Errorf("asked again: %q", s.Got("station-near.desk")[2].Text)
		}
	})
	t.Run("a refusal is not called silence, and who was asked in vain is told", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		s.Text("station-near.desk", "2 "+string(code))
		has(t, s.Got("station-near.ocs")[0].Text, "cannot take it")
		s.Text("station-near.desk", "22 "+string(code))
		expect(t, "the OCS", s.Kinds("station-near.ocs"), "ocs state")
		has(t, s.Got("station-near.ocs")[1].Text, "another office")
	})
}

func TestRepeatsRaise(t *testing.T) {
	s := stage.New(t, nil)
	theft := stage.Report(func(a *ripoti.Answers) {
		a.What, a.AtRisk, a.When, a.Suspect = ripoti.WhatCrime, ripoti.AtRiskUnsure, ripoti.WhenMonth, ripoti.SuspectUnsure
	})
	before := s.Report(s.File("c1", ripoti.StageComplete, theft)).Urgency
	after := s.Report(s.File("c2", ripoti.StageComplete, theft)).Urgency
	if after.Rank() != before.Rank()+1 {
		t.Errorf("the second report about one place is %s, the first was %s", after, before)
	}
	s.Wait(15 * 24 * time.Hour)
	if later := s.Report(s.File("c3", ripoti.StageComplete, theft)).Urgency; later != before {
		t.Errorf("15 days later it is %s", later)
	}
}

func TestNewRulesAreTakenWithoutRestart(t *testing.T) {
	s := stage.New(t, nil)
	document := strings.Replace(string(routing.Default().Document()), "accept_within: 10m", "accept_within: 7m", 1)
	if err := s.Store.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.PublishRules(t.Context(), ripoti.RuleVersion{Document: document, Author: "coordinator", Reason: "test"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Desk.Live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.File("c1", ripoti.StageUrgent, danger(nil))
	has(t, s.Got("station-near.desk")[0].Text, "7 min")
	t.Run("rules that cannot be read leave the ones before in force", func(t *testing.T) {
		if err := s.Store.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.PublishRules(t.Context(), ripoti.RuleVersion{Document: "nonsense: [", Author: "coordinator", Reason: "test"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := s.Desk.Live.Refresh(t.Context()); err == nil {
			t.Error("nonsense is in force")
		}
		s.File("c2", ripoti.StageUrgent, danger(nil))
	})
}

func TestNothingPersonalInHistoryOrTasks(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.More = "behind the blue kiosk" }))
	s.Text("station-near.desk", "1 "+string(code)+" my secret note")
	events, err := s.Store.Events(t.Context(), s.Report(code).ID)
	if err != nil || len(events) < 5 {
		t.Fatal(len(events), err)
	}
	for _, e := range events {
		for _, secret := range []string{"711000", "kiosk", "secret"} {
			if strings.Contains(fmt.Sprint(e), secret) {
				t.Errorf("%q stands in the history: %+v", secret, e)
			}
		}
	}
	for _, m := range s.Sent {
		for _, secret := range []string{"711000099", "kiosk", "secret"} {
			if strings.Contains(m.Text, secret) {
				t.Errorf("%q stands in an SMS: %q", secret, m.Text)
			}
		}
	}
}
