package casework_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
)

func TestSilentHolderLosesTheCase(t *testing.T) {
	urgent := func(a *ripoti.Answers) { a.When = ripoti.WhenMonth } // high: four hours to act
	t.Run("a reminder at the time to act, and as much later others are asked", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageComplete, stage.Report(urgent))
		s.Text("station-near.desk", "1 "+string(code))
		taken := s.Clock.Now()
		s.Wait(9 * time.Hour)
		expectSays(s, "station-near.desk", taken, "4h0m0s lease.safety", "8h0m0s returned")
		a := parts(s, code)["station-near"]
		if a.Status != ripoti.AssignmentOpen || a.AcceptedBy != "" || s.Report(code).Status != ripoti.StatusRouted {
			t.Errorf("%s by %q, report %s", a.Status, a.AcceptedBy, s.Report(code).Status)
		}
		var again bool
		for _, m := range append(s.Got("station-near.duty"), s.Got("station-near.ocs")...) {
			again = again || m.At.Sub(taken) >= 8*time.Hour && m.At.Sub(taken) < 8*time.Hour+10*time.Minute
		}
		if !again {
			t.Errorf("nobody else was asked: %s", s.History(code))
		}
		for _, m := range s.Sent {
			if m.At.After(taken) && strings.Contains(m.Text, "cannot take it") {
				t.Errorf("%s hears of a refusal that was silence: %s", m.To, m.Text)
			}
		}
		has(t, s.History(code), "lease_reminded", "returned")
		s.Text("station-near.desk", "1 "+string(code)) // and may take it again
		if a := parts(s, code)["station-near"]; a.AcceptedBy != "station-near.desk" {
			t.Errorf("taken again: %s by %q", a.Status, a.AcceptedBy)
		}
	})
	t.Run("whoever tells anything keeps it", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageComplete, stage.Report(urgent))
		s.Text("station-near.desk", "1 "+string(code))
		s.Wait(5 * time.Hour)
		tellMove(s, code, "station-near.desk", ripoti.MoveOnTheWay, casework.Told{})
		s.Wait(6 * time.Hour)
		if a := parts(s, code)["station-near"]; a.AcceptedBy != "station-near.desk" {
			t.Errorf("%s by %q", a.Status, a.AcceptedBy)
		}
		if n := lines(s, code, "returned"); n != 0 {
			t.Errorf("returned %d times", n)
		}
	})
	t.Run("where nobody else can take it a coordinator hears", func(t *testing.T) {
		s := stage.New(t, func(_ []ripoti.Office, contacts []ripoti.Contact) {
			for i, c := range contacts {
				social := c.Role == ripoti.RoleSocial
				contacts[i].Active = c.Active && (social && c.OfficeID == "social-047" || c.Role == ripoti.RoleCoordinator || !social && strings.HasPrefix(c.OfficeID, "station-"))
			}
		})
		code := s.File("c1", ripoti.StageComplete, stage.Report(urgent))
		s.Text("social-047.social", "1 "+string(code))
		s.Wait(9 * time.Hour)
		has(t, s.History(code), "returned")
		var told bool
		for _, m := range append(s.Got("coordination-047.coordinator"), s.Got("coordination-ke.coordinator")...) {
			told = told || strings.Contains(m.Text, string(code)) && m.At.Sub(s.Clock.Now()) > -2*time.Hour
		}
		if !told {
			t.Errorf("nobody hears that nobody has it: %s", s.History(code))
		}
	})
}

// workers gives an office more social workers: "social-047.social", "social-047.2", "social-047.3".
func workers(s *stage.Stage, n int) {
	s.Helper()
	offices, contacts, err := s.Store.Directory(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	for i := 2; i <= n; i++ {
		contacts = append(contacts, ripoti.Contact{ID: fmt.Sprint("social-047.", i), OfficeID: "social-047", Role: ripoti.RoleSocial, Rank: i, Lang: ripoti.English,
			Phone: ripoti.Phone(fmt.Sprint("+25471100090", i)), VerifiedAt: s.Clock.Now(), Active: true})
	}
	save(s, offices, contacts)
}

func save(s *stage.Stage, offices []ripoti.Office, contacts []ripoti.Contact) {
	s.Helper()
	_, err := s.Desk.ChangeDirectory(s.Context(), casework.DirectoryChange{By: casework.Everywhere("command"), How: "upload", Make: func(directory.Rows) (directory.Rows, error) {
		return directory.Rows{Offices: offices, Contacts: contacts}, nil
	}})
	if err != nil {
		s.Fatal(err)
	}
}

func TestNewCasesGoToWhoHasTheFewest(t *testing.T) {
	s := stage.New(t, nil)
	workers(s, 3)
	var asked []string
	for i := range 6 {
		code := s.File(fmt.Sprint("c", i), ripoti.StageComplete, stage.Report(quiet))
		for _, who := range []string{"social-047.social", "social-047.2", "social-047.3"} {
			if got := s.Got(who); len(got) > 0 && strings.Contains(got[len(got)-1].Text, string(code)) {
				asked = append(asked, who)
				s.Text(who, "1 "+string(code))
			}
		}
	}
	want := []string{"social-047.social", "social-047.2", "social-047.3", "social-047.social", "social-047.2", "social-047.3"}
	if !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}
}

func TestWhoLeavesLeavesNoCaseBehind(t *testing.T) {
	for name, leave := range map[string]func([]ripoti.Contact) []ripoti.Contact{
		"removed": func(all []ripoti.Contact) []ripoti.Contact {
			return slices.DeleteFunc(all, func(c ripoti.Contact) bool { return c.ID == "station-near.desk" })
		},
		"inactive": func(all []ripoti.Contact) []ripoti.Contact {
			for i := range all {
				all[i].Active = all[i].Active && all[i].ID != "station-near.desk"
			}
			return all
		},
		"transferred": func(all []ripoti.Contact) []ripoti.Contact {
			for i := range all {
				if all[i].ID == "station-near.desk" {
					all[i].OfficeID = "station-far"
				}
			}
			return all
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := stage.New(t, nil)
			code := s.File("c1", ripoti.StageComplete, stage.Report(quiet))
			s.Text("station-near.desk", "1 "+string(code))
			tellMove(s, code, "station-near.desk", ripoti.MoveOnTheWay, casework.Told{})
			leaver := contactOf(s, "station-near.desk")
			offices, contacts, err := s.Store.Directory(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			save(s, offices, leave(contacts))
			known, err := s.Store.ContactsOf(t.Context(), leaver.Phone)
			if err != nil {
				t.Fatal(err)
			}
			if alerts, err := s.Store.AlertsOf(t.Context(), slices.DeleteFunc(known, func(c ripoti.Contact) bool { return !c.Answerable() }), code, 3); err != nil || len(alerts) > 0 {
				t.Errorf("still sees the case before any worker ran: %v, %v", alerts, err)
			}
			s.Work()
			if a := parts(s, code)["station-near"]; a.Status != ripoti.AssignmentOpen || a.AcceptedBy != "" {
				t.Errorf("%s by %q", a.Status, a.AcceptedBy)
			}
			has(t, s.History(code), "returned")
			if got := s.Got("station-near.duty"); name != "transferred" && (len(got) == 0 || !strings.Contains(got[len(got)-1].Text, string(code))) {
				t.Errorf("the next at the office got %v", got)
			}
			s.Text(leaver.Phone.Dial(), "5 "+string(code))
			s.Text(leaver.Phone.Dial(), "1 "+string(code))
			if a := parts(s, code)["station-near"]; a.AcceptedBy == leaver.ID {
				t.Error("who left took it again")
			}
		})
	}
}

func TestMonthlyTestOfNumbers(t *testing.T) {
	// month lets the clock run to when the tests of the next month are over; in between, answer decides who
	// texts back.
	month := func(s *stage.Stage, answer func(who string) bool) {
		s.Helper()
		local := s.Clock.Now()
		first := time.Date(local.Year(), local.Month()+1, 1, 6, 0, 0, 0, time.UTC)
		s.Clock.Move(first.Sub(local))
		seen := len(s.Sent)
		for range 10 * 24 {
			s.Wait(time.Hour)
			for ; seen < len(s.Sent); seen++ {
				if m := s.Sent[seen]; m.Kind == "clock.ping" && answer(m.To) {
					s.Text(m.To, "OK")
				}
			}
		}
		if err := s.Desk.Live.Refresh(s.Context()); err != nil {
			s.Fatal(err)
		}
	}
	dark := func(s *stage.Stage) (ids []string) {
		s.Helper()
		offices, _, err := s.Store.Directory(s.Context())
		if err != nil {
			s.Fatal(err)
		}
		for _, o := range offices {
			if o.Dark {
				ids = append(ids, o.ID)
			}
		}
		return ids
	}
	butNear := func(who string) bool { return !strings.HasPrefix(who, "station-near.") }

	t.Run("two months without an answer make a station dark, and any answer ends it", func(t *testing.T) {
		s := stage.New(t, nil)
		month(s, butNear)
		if got := dark(s); len(got) > 0 {
			t.Fatalf("after one month: %v", got)
		}
		s.Clock.Move(15 * 24 * time.Hour)
		code := s.File("c1", ripoti.StageComplete, stage.Report(quiet))
		held := s.File("c2", ripoti.StageComplete, stage.Report(quiet))
		s.Text("station-near.desk", "1 "+string(held))
		tellMove(s, held, "station-near.desk", ripoti.MoveOnTheWay, casework.Told{})
		month(s, butNear)
		if got := dark(s); !slices.Equal(got, []string{"station-near"}) {
			t.Fatalf("after two months: %v", got)
		}
		has(t, s.Kinds("coordination-047.coordinator"), "clock.dark")
		has(t, s.History(held), "flag_raised")
		if _, has := parts(s, code)["station-next"]; !has {
			t.Errorf("what nobody took stays at the dark station: %s", s.History(code))
		}
		fresh := s.File("c3", ripoti.StageComplete, stage.Report(quiet))
		if a, has := parts(s, fresh)["station-near"]; has && a.Side == ripoti.Safety {
			t.Error("a new report goes to the dark station")
		}
		s.Text("station-near.ocs", "5 "+string(held))
		if got := dark(s); len(got) > 0 {
			t.Errorf("still dark after an answer: %v", got)
		}
		has(t, s.Kinds("coordination-047.coordinator"), "clock.light")
	})
	t.Run("one number that answers keeps the station alight", func(t *testing.T) {
		s := stage.New(t, nil)
		for range 3 {
			month(s, func(who string) bool { return butNear(who) || who == "station-near.ocs" })
			s.Clock.Move(10 * 24 * time.Hour)
		}
		if got := dark(s); len(got) > 0 {
			t.Errorf("dark: %v", got)
		}
	})
	t.Run("each verified number is tested once a month, on a weekday morning, no other ever", func(t *testing.T) {
		s := stage.New(t, func(_ []ripoti.Office, contacts []ripoti.Contact) {
			for i := range contacts {
				if contacts[i].ID == "station-far.duty" {
					contacts[i].VerifiedAt = time.Time{}
				}
			}
		})
		month(s, func(string) bool { return true })
		tests := map[string]int{}
		for _, m := range s.Sent {
			if m.Kind != "clock.ping" {
				continue
			}
			tests[m.To]++
			at := m.At.Add(3 * time.Hour)
			if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday || at.Hour() < 9 || at.Hour() > 12 {
				t.Errorf("%s is tested %s", m.To, at)
			}
		}
		if len(tests) != 5*3-1 || tests["station-far.duty"] != 0 {
			t.Errorf("%d numbers were tested: %v", len(tests), tests)
		}
		for who, n := range tests {
			if n != 1 {
				t.Errorf("%s was tested %d times", who, n)
			}
		}
	})
	t.Run("a bare OK to a test accepts no case", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageComplete, stage.Report(quiet))
		month(s, func(who string) bool { return who == "station-near.desk" })
		if a := parts(s, code)["station-near"]; a.Status == ripoti.AssignmentAccepted {
			t.Error("the test was taken for an acceptance")
		}
	})
}
