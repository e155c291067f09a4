package casework_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// accepted is a case of a child that the desk near has taken, and its social worker.
func accepted(t *testing.T, village func([]ripoti.Office, []ripoti.Contact), change func(*ripoti.Answers)) (*stage.Stage, ripoti.Code) {
	t.Helper()
	s := stage.New(t, village)
	code := s.File("c1", ripoti.StageComplete, stage.Report(change))
	s.Text("station-near.desk", "1 "+string(code))
	s.Text("children-west.children", "1 "+string(code))
	s.Text("social-047.social", "1 "+string(code))
	return s, code
}

// last is the newest message to somebody; "" for none since a number of messages.
func last(s *stage.Stage, who string, since int) string {
	text := ""
	for _, m := range s.Sent[since:] {
		if m.To == who {
			text = m.Text
		}
	}
	return text
}

func caseOf(t *testing.T, s *stage.Stage, code ripoti.Code) store.Case {
	t.Helper()
	c, err := s.Store.Case(t.Context(), s.Report(code).ID)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMovesOfACase(t *testing.T) {
	s, code := accepted(t, nil, nil)
	tell := func(who, text string) string {
		since := len(s.Sent)
		s.Text(who, strings.ReplaceAll(text, "#", string(code)))
		return last(s, who, since)
	}
	expect(t, "on the way", tell("station-near.desk", "3 #"), string(code)+": on the way noted, thank you. Next: hospital, then reply 5 "+string(code)+".")
	since := len(s.Sent)
	expect(t, "hospital", tell("station-near.desk", "amefika hospitali #"), string(code)+": hospital noted, thank you. Next: OB number, reply 6 "+string(code)+" and the number.")
	told := false
	for _, m := range s.Sent[since:] {
		told = told || m.Kind == "news" && !strings.HasPrefix(m.To, "station")
	}
	if !told {
		t.Error("nobody who cares hears of the hospital")
	}
	has(t, tell("station-near.desk", "6 # 56/31/2/2026"), "OB number was not clear")
	has(t, tell("station-near.desk", "6 # 56/10/4/2098"), "cannot be")
	if ob := caseOf(t, s, code).Progress.OB; ob != "" {
		t.Errorf("an OB number that cannot be is kept: %s", ob)
	}
	day := s.Clock.Now().AddDate(0, 0, -1).Format("2/1/2006")
	has(t, tell("station-near.desk", "6 # 56/"+day), "OB number noted")
	has(t, tell("station-near.desk", "7 # not arrested yet"), string(code))
	if p := caseOf(t, s, code).Progress; !p.ArrestedAt.IsZero() {
		t.Error("an arrest that was denied is kept")
	}
	has(t, tell("station-near.desk", "F # last seen Mtwapa"), "stays open", "Place last seen is noted")
	has(t, tell("station-near.desk", "7 #"), "arrest noted", "court and date")
	p := caseOf(t, s, code).Progress
	expect(t, "OB", p.OB, "56/"+day)
	if p.OnTheWayAt.IsZero() || p.HospitalAt.IsZero() || p.ArrestedAt.IsZero() || !p.FledAt.IsZero() || p.NewsAt.IsZero() {
		t.Errorf("progress %+v", p)
	}
	next := s.Clock.Now().AddDate(0, 1, 0)
	has(t, tell("station-near.desk", "C # "+next.Format("2/1/2006")+" Kibera law courts"), "charge noted")
	expect(t, "hearing", caseOf(t, s, code).Progress.Hearing, next.Format(time.DateOnly))
	notes, err := s.Store.Notes(t.Context(), s.Report(code).ID)
	if err != nil || len(notes) != 2 || notes[0].Note != "last seen Mtwapa" || notes[1].Note != "Kibera law courts" {
		t.Errorf("notes %+v, %v", notes, err)
	}
	events, err := s.Store.Events(t.Context(), s.Report(code).ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if strings.Contains(e.Data, "Mtwapa") || strings.Contains(e.Data, "56/") {
			t.Errorf("words in the history: %s", e.Data)
		}
	}
	has(t, s.History(code), "progress")
	t.Run("nobody else tells of it", func(t *testing.T) {
		has(t, tell("station-far.desk", "4 #"), "no report of yours")
		if !caseOf(t, s, code).Progress.SafeAt.IsZero() {
			t.Error("a strange station made it safe")
		}
	})
}

func TestTellingTakesTheCase(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(nil))
	s.Text("station-near.desk", "niko njiani "+string(code))
	has(t, last(s, "station-near.desk", 0), "accepted, and on the way noted")
	if r := s.Report(code); r.Status != ripoti.StatusAccepted {
		t.Errorf("status %s", r.Status)
	}
	t.Run("but not that the suspect fled", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageComplete, stage.Report(nil))
		s.Text("station-near.desk", "8 "+string(code))
		if r := s.Report(code); r.Status == ripoti.StatusAccepted || !caseOf(t, s, code).Progress.FledAt.IsZero() {
			t.Errorf("status %s", r.Status)
		}
	})
}

func TestNextAndList(t *testing.T) {
	s, code := accepted(t, nil, nil)
	waits := s.File("c2", ripoti.StageComplete, stage.Report(nil))
	since := len(s.Sent)
	s.Text("station-near.desk", "orodha")
	expect(t, "list", last(s, "station-near.desk", since), fmt.Sprintf("New 1: %s. Open 1: %s.", waits, code))
	s.Text("station-near.desk", "NEXT")
	has(t, last(s, "station-near.desk", since), "RIPOTI", string(waits), "reply 1")
	s.Text("station-near.desk", "1 "+string(waits))
	s.Text("station-near.desk", "inayofuata")
	has(t, last(s, "station-near.desk", since), string(code), "Next:")
	s.Text("station-far.desk", "LIST")
	has(t, last(s, "station-far.desk", since), "Nothing waits for you")
}

func TestHandOver(t *testing.T) {
	s, code := accepted(t, nil, nil)
	since := len(s.Sent)
	s.Text("station-near.desk", "H "+string(code))
	has(t, last(s, "station-near.desk", since), "handed over")
	if s.Report(code).Status == ripoti.StatusAccepted {
		t.Error("nobody has it, and it counts as taken")
	}
	s.Wait(3 * time.Hour)
	var asked []string
	for _, m := range s.Sent[since:] {
		if strings.HasPrefix(m.To, "station-near.") && m.To != "station-near.desk" {
			asked = append(asked, m.To+" "+m.Kind)
		}
	}
	if len(asked) == 0 {
		t.Fatal("nobody at the office is asked")
	}
	who, _, _ := strings.Cut(asked[0], " ")
	s.Text(who, "1 "+string(code))
	has(t, last(s, who, since), "accepted")
	has(t, s.History(code), "handed_over")
	s.Text("station-near.desk", "kabidhi zamu")
	has(t, last(s, "station-near.desk", since), "you hold no case")
}

func TestConflictAfterAcceptance(t *testing.T) {
	s, code := accepted(t, nil, nil)
	since := len(s.Sent)
	s.Text("station-near.desk", "24 "+string(code))
	s.Wait(4 * time.Hour)
	for _, m := range s.Sent[since+1:] {
		if strings.HasPrefix(m.To, "station-near.") && m.Kind != "declined" && m.Kind != "state" {
			t.Errorf("%s still hears of it: %s", m.To, m.Text)
		}
	}
	if !slices.ContainsFunc(s.Sent[since:], func(m stage.SMS) bool { return strings.HasPrefix(m.To, "station-next.") && m.Kind == "alert" }) {
		t.Errorf("no other station is asked: %v", s.Told())
	}
	s.Text("station-near.desk", "1 "+string(code))
	if r := s.Report(code); r.Status == ripoti.StatusAccepted {
		t.Error("it came back to who knows the people")
	}
}

func TestNoVehicleAfterAcceptance(t *testing.T) {
	s, code := accepted(t, func(offices []ripoti.Office, _ []ripoti.Contact) {
		for i := range offices {
			if offices[i].ID == "shelter-047" {
				offices[i].Able = append(offices[i].Able, ripoti.Vehicle)
			}
		}
	}, nil)
	since := len(s.Sent)
	s.Text("station-near.desk", "V "+string(code))
	has(t, last(s, "station-near.desk", since), "no vehicle noted")
	has(t, last(s, "command-west.commander", since), "NO VEHICLE", "reply 1 "+string(code))
	has(t, last(s, "shelter-047.partner", since), "Transport needed")
	if text := last(s, "shelter-047.partner", since); strings.Contains(text, string(code)) {
		t.Errorf("the partner learns of the case: %s", text)
	}
	has(t, last(s, "station-next.desk", since), "RIPOTI", string(code))
	if s.Report(code).Status != ripoti.StatusAccepted {
		t.Error("the case was taken away before another accepted")
	}
	since = len(s.Sent)
	s.Text("station-next.desk", "1 "+string(code))
	has(t, last(s, "station-near.desk", since), "taken over by somebody else")
	s.Text("station-near.desk", "3 "+string(code))
	has(t, last(s, "station-near.desk", since), "with another office")
}

func TestFlags(t *testing.T) {
	t.Run("talk of settling a child's case is answered with the law and told to the prosecutors", func(t *testing.T) {
		s, code := accepted(t, nil, nil)
		since := len(s.Sent)
		s.Text("station-near.desk", "wanataka kusuluhisha "+string(code))
		s.Text("station-near.desk", "S "+string(code))
		has(t, last(s, "station-near.desk", since), "not settled at home or station")
		has(t, last(s, "odpp-047.liaison", since), "RED FLAG", "pressure to settle")
		has(t, last(s, "coordination-047.coordinator", since), "RED FLAG")
		flags, err := s.Store.Flags(t.Context(), s.Report(code).ID)
		if err != nil || len(flags) != 1 || flags[0].Kind != ripoti.FlagSettlement || flags[0].Note != "wanataka kusuluhisha" {
			t.Fatalf("flags %+v, %v", flags, err)
		}
		before := len(s.Got("coordination-047.coordinator"))
		s.Wait(73 * time.Hour)
		flagged := func() (n int) {
			for _, m := range s.Got("coordination-047.coordinator")[before:] {
				if m.Kind == "flag" && strings.Contains(m.Text, "settle") {
					n++
				}
			}
			return n
		}
		if n := flagged(); n != 1 {
			t.Errorf("told again %d times in 73 hours", n)
		}
		desk, coordinator := contactOf(s, "station-near.desk"), contactOf(s, "coordination-047.coordinator")
		if err := s.Desk.SettleFlag(t.Context(), code, ripoti.FlagSettlement, desk, "all well"); ripoti.KeyOf(err) != "flag.who" {
			t.Errorf("the officer settles it: %v", err)
		}
		if err := s.Desk.SettleFlag(t.Context(), code, ripoti.FlagSettlement, coordinator, "spoke to the mother"); err != nil {
			t.Error(err)
		}
		before = len(s.Got("coordination-047.coordinator"))
		s.Wait(200 * time.Hour)
		if n := flagged(); n != 0 {
			t.Errorf("a settled flag is told %d times", n)
		}
	})
	t.Run("a bribe opens a case of its own, which the office never hears of", func(t *testing.T) {
		s, code := accepted(t, nil, nil)
		since := len(s.Sent)
		if err := s.Desk.Reassign(t.Context(), code, contactOf(s, "coordination-047.coordinator"), "bribe"); err != nil {
			t.Fatal(err)
		}
		s.Work()
		s.Wait(5 * time.Hour)
		linked, err := s.Store.Linked(t.Context(), s.Report(code).ID)
		if err != nil || len(linked) != 1 {
			t.Fatalf("linked %v, %v", linked, err)
		}
		r, err := s.Store.Report(t.Context(), linked[0])
		if err != nil || r.Category != ripoti.PoliceAbuse || !r.Walled {
			t.Fatalf("%+v, %v", r, err)
		}
		if r.Urgency != ripoti.High {
			t.Errorf("%s by %s: the case it came out of is no second report of the place", r.Urgency, r.Rule)
		}
		walls, err := s.Store.Walls(t.Context(), r.ID)
		if err != nil || !slices.Contains(walls, "station-near") || !slices.Contains(walls, "county-command-047") {
			t.Errorf("walls %v, %v", walls, err)
		}
		for _, m := range s.Sent[since:] {
			office, _, _ := strings.Cut(m.To, ".")
			if strings.Contains(m.Text, string(r.Code)) && slices.Contains(walls, office) {
				t.Errorf("%s got %s", m.To, m.Text)
			}
			if office == "station-near" && m.Kind != "state" {
				t.Errorf("the accused station got %s: %s", m.Kind, m.Text)
			}
		}
		if !slices.ContainsFunc(s.Sent[since:], func(m stage.SMS) bool { return m.To == "station-next.desk" && strings.Contains(m.Text, string(code)) }) {
			t.Error("the case itself did not move")
		}
	})
}

// Accused police learn nothing of a case by any of the verbs (domain brief 4.4).
func TestWallOfTheVerbs(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice }))
	coordinator := "coordination-047.coordinator"
	s.Text(coordinator, "1 "+string(code))
	walls, err := s.Store.Walls(t.Context(), s.Report(code).ID)
	if err != nil || !slices.Contains(walls, "station-near") {
		t.Fatalf("%v, %v", walls, err)
	}
	since := len(s.Sent)
	for _, who := range []string{"station-near.desk", "station-near.ocs", "command-west.commander"} {
		for _, key := range []string{"1", "2", "24", "3", "4", "5", "6", "7", "8", "9", "61", "62", "F", "S", "V", "H", "C"} {
			s.Text(who, key+" "+string(code))
		}
		for _, text := range []string{"LIST", "NEXT", "kabidhi zamu", "3", "7"} {
			s.Text(who, text)
		}
	}
	s.Text(coordinator, "8 "+string(code))
	s.Text(coordinator, "S "+string(code))
	s.Text(coordinator, "V "+string(code))
	s.Wait(80 * time.Hour)
	for _, m := range s.Sent[since:] {
		office, _, _ := strings.Cut(m.To, ".")
		if slices.Contains(walls, office) && m.Kind != "unknown" && m.Kind != "help" && m.Kind != "list" && !strings.HasPrefix(m.Kind, "brief") {
			t.Errorf("%s got %s: %s", m.To, m.Kind, m.Text)
		}
		if slices.Contains(walls, office) && m.Kind == "list" && strings.Contains(m.Text, string(code)) {
			t.Errorf("%s lists it: %s", m.To, m.Text)
		}
	}
	if p := caseOf(t, s, code).Progress; !p.SafeAt.IsZero() || !p.ArrestedAt.IsZero() {
		t.Errorf("the accused told of it: %+v", p)
	}
	desk := contactOf(s, "station-near.desk")
	for name, err := range map[string]error{
		"propose": s.Desk.Propose(t.Context(), code, desk, ripoti.OutcomeUnfounded, "no", ""),
		"agree":   s.Desk.Agree(t.Context(), code, desk, true, ""),
		"reopen":  s.Desk.Reopen(t.Context(), code, desk, "x"),
		"settle":  s.Desk.SettleFlag(t.Context(), code, ripoti.FlagSettlement, desk, "x"),
		"move":    s.Desk.Reassign(t.Context(), code, desk, "transfer"),
	} {
		if ripoti.CodeOf(err) != ripoti.CodeNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	listed, err := s.Store.Flagged(t.Context(), "", "", store.Asker{Offices: []string{"station-near"}}, 10)
	if err != nil || len(listed) != 0 {
		t.Errorf("flags behind the wall are listed: %v, %v", listed, err)
	}
}
