package casework_test

import (
	"strings"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// Only hours in which the holder works count: a case that was taken on Friday afternoon is not taken back
// at night, nor on Sunday from an office that is shut. What is critical counts every hour.
func TestNothingIsTakenBackWhileItsHolderIsAway(t *testing.T) {
	const worker = "social-047.social"
	for name, c := range map[string]struct {
		hours    string
		evenings bool
		critical bool
		reminded string // in Nairobi
		returned string
	}{
		"an office of Monday to Friday": {hours: "08:00-17:00", reminded: "Mon 10:00", returned: "Mon 14:00"},
		"a worker of the evenings":      {hours: "24h", evenings: true, reminded: "Sat 18:00", returned: "Sun 19:00"},
		"always open":                   {hours: "24h", reminded: "Fri 19:00", returned: "Fri 23:00"},
		"critical":                      {hours: "08:00-17:00", critical: true, reminded: "Fri 16:00", returned: "Fri 17:00"},
	} {
		t.Run(name, func(t *testing.T) {
			s := stage.New(t, func(offices []ripoti.Office, _ []ripoti.Contact) {
				for i := range offices {
					if offices[i].ID == "social-047" {
						offices[i].Hours = c.hours
					}
				}
			})
			if c.evenings {
				s.Roster([]ripoti.Shift{{OfficeID: "social-047", Role: ripoti.RoleSocial, ContactID: worker, Days: 127, From: 17 * 60, To: 20 * 60}})
			}
			friday := time.Date(2026, 11, 6, 15, 0, 0, 0, routing.Nairobi)
			s.Wait(friday.Sub(s.Clock.Now()))
			code := s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) {
				a.When = ripoti.WhenMonth
				if c.critical {
					a.Danger = ripoti.DangerYes
				}
			}))
			s.Text(worker, "1 "+string(code))
			since := len(s.Sent)
			s.Wait(5 * 24 * time.Hour)
			at := func(kind string) string {
				for _, m := range s.Sent[since:] {
					if m.To == worker && m.Kind == kind {
						return m.At.In(routing.Nairobi).Format("Mon 15:04")
					}
				}
				return ""
			}
			expect(t, "reminded", at(flows.SayLeaseCare), c.reminded)
			expect(t, "returned", at(flows.SayReturned), c.returned)
		})
	}
}

// What is added again and again is all kept, and told at most once an hour with how often it was.
func TestInformationAgainAndAgainIsToldOnceAnHour(t *testing.T) {
	s, code := accepted(t, nil, quiet)
	since := len(s.Sent)
	for i := range 12 {
		_, _, err := s.Desk.Follow(t.Context(), casework.Following{Key: "k" + string(rune('a'+i)), From: "+254711000099",
			Asked: flows.Asked{Code: code, Act: flows.ActInform, Text: "the gate is blue " + string(rune('a'+i))}})
		if err != nil {
			t.Fatal(err)
		}
		s.Work()
		s.Wait(3 * time.Minute)
	}
	s.Wait(2 * time.Hour)
	var told []string
	for _, m := range s.Sent[since:] {
		if m.To == "station-near.desk" && m.Kind == flows.SayInformation {
			told = append(told, m.Text)
		}
	}
	if len(told) != 2 || !strings.Contains(told[1], "11 times") {
		t.Errorf("told %d times: %q", len(told), told)
	}
	for i := range 12 {
		has(t, s.Report(code).Answers.More, "blue "+string(rune('a'+i)))
	}
}

// A suspect who had fled when it was reported is asked after as one who flees later.
func TestWhoHadFledAlreadyIsAskedAfter(t *testing.T) {
	s, code := accepted(t, nil, func(a *ripoti.Answers) { a.Suspect, a.When = ripoti.SuspectFled, ripoti.WhenMonth })
	checks, err := s.Store.Checks(t.Context(), s.Report(code).ID)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range checks {
		if c.Kind == ripoti.CheckFled {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d questions about who fled", n)
	}
}

// A coordinator on leave is stood in for; one who is off duty is left in peace while another one is on.
func TestCoordinatorsHaveRostersToo(t *testing.T) {
	const county, standIn = "coordination-047.coordinator", "coordination-ke.coordinator"
	s := stage.New(t, nil)
	day := s.Clock.Now().In(routing.Nairobi)
	s.Roster(nil, ripoti.Leave{ContactID: county, From: day.Format(time.DateOnly), To: day.AddDate(0, 0, 3).Format(time.DateOnly), StandIn: standIn})
	code := s.File("c1", ripoti.StageComplete, stage.Report(quiet))
	s.Text("station-near.desk", "1 "+string(code))
	s.Text("station-near.desk", "S "+string(code))
	if !strings.Contains(s.Kinds(standIn), "flag") || strings.Contains(s.Kinds(county), "flag") {
		t.Errorf("the stand-in got %q, who is on leave %q", s.Kinds(standIn), s.Kinds(county))
	}
}

// Who holds how much is seen by the own office and by coordinators; handing over a shift ends it.
func TestWorkloadIsSeenAndAShiftEndsWithItsHandOver(t *testing.T) {
	const worker = "social-047.social"
	s, code := accepted(t, nil, quiet)
	of := func(by string) (all map[string]casework.Workload) {
		all = map[string]casework.Workload{}
		loads, err := s.Desk.Workloads(t.Context(), contactOf(s, by))
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range loads {
			all[l.Worker.ID] = l
		}
		return all
	}
	if l := of(worker); len(l) != 1 || l[worker].Open != 1 || l[worker].Overdue != 0 || l[worker].LastTaken.IsZero() {
		t.Errorf("the worker sees %+v", l)
	}
	s.Text(worker, "3 "+string(code)) // else the silence gives it back
	s.Wait(27 * time.Hour)            // day 1 was asked
	if l := of("coordination-047.coordinator"); len(l) < 3 || l[worker].Overdue != 1 || l["children-north.children"].Open != 0 {
		t.Errorf("the coordinator sees %+v", l)
	}
	if l := of("station-far.desk"); len(l) != 0 {
		t.Errorf("another station sees %+v", l)
	}
	s.Text("station-near.desk", "kabidhi zamu")
	if err := s.Desk.Live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.Desk.Live.World().OnDuty("station-near.desk", s.Clock.Now()) {
		t.Error("on duty after the shift was handed over")
	}
}

// Reports that were linked are named on the case's screen, to whoever may know of both.
func TestTheSameEventStandsOnTheCase(t *testing.T) {
	s, code := accepted(t, nil, quiet)
	other := s.File("c2", ripoti.StageComplete, stage.Report(quiet))
	if err := s.Desk.LinkIncident(t.Context(), code, other, contactOf(s, "coordination-047.coordinator")); err != nil {
		t.Fatal(err)
	}
	seen := onLine(s, "station-near.desk").do(flows.StaffAsk{Do: flows.StaffOpen, Number: code}).Case.Facts.Codes
	if len(seen) != 1 || seen[0] != other {
		t.Errorf("same event: %v", seen)
	}
}
