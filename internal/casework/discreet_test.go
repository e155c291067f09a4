package casework_test

import (
	"strings"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

func TestWhoAskedForMoneyDoesNotReadThatItWasTold(t *testing.T) {
	s, code := accepted(t, nil, nil)
	press := 0
	tell := func(act flows.Act) {
		t.Helper()
		press++
		_, _, err := s.Desk.Follow(t.Context(), casework.Following{Key: string(act) + string(rune('a'+press)), From: "+254711000099", Asked: flows.Asked{Code: code, Act: act}})
		if err != nil {
			t.Fatal(err)
		}
		s.Work()
	}
	s.Text("station-near.desk", "3 "+string(code))
	tell(flows.ActMoney)
	tell(flows.ActNothing)
	history, err := s.Store.Events(t.Context(), s.Report(code).ID)
	if err != nil {
		t.Fatal(err)
	}
	lines := func(events []ripoti.Event) (all string) {
		for _, e := range events {
			all += e.Kind + e.Data + "\n"
		}
		return all
	}
	has(t, lines(history), "asked_for_money", "bribe", "disagreement")
	seen := lines(casework.ForOfficers(history))
	for _, word := range []string{"asked_for_money", "bribe", "disagreement", "nothing_done"} {
		if strings.Contains(seen, word) {
			t.Errorf("officers read of %s:\n%s", word, seen)
		}
	}
	has(t, seen, "filed", "accepted", "progress")

	flags := func(who string) (kinds []string) {
		o, err := s.Desk.Overview(t.Context(), code, contactOf(s, who))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range o.Flags {
			kinds = append(kinds, string(f.Kind))
		}
		return kinds
	}
	expect(t, "the officer sees", strings.Join(flags("station-near.desk"), " "), "")
	expect(t, "the coordinator sees", strings.Join(flags("coordination-047.coordinator"), " "), "bribe disagreement")
}

func TestAnOfficeAskedForAPartSeesNoOverview(t *testing.T) {
	s, code := accepted(t, nil, nil)
	if err := s.Store.InTx(t.Context(), func(tx *store.Tx) error {
		r, err := tx.ReportByCode(t.Context(), code)
		if err != nil {
			return err
		}
		_, err = s.Desk.Refer(t.Context(), tx, r, contactOf(s, "station-near.desk"), "shelter-047", "", false)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	s.Work()
	_, err := s.Desk.Overview(t.Context(), code, contactOf(s, "shelter-047.partner"))
	expect(t, "the shelter", ripoti.KeyOf(err), "case.walled")
}

// Who heads an office that has a walled case never learns of it, also not by a count (domain brief 4.6).
func TestMorningBriefOfAnAreaCountsNoCaseBehindAWall(t *testing.T) {
	s := stage.New(t, nil)
	s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.ByWhom, a.Danger = ripoti.ByPolice, ripoti.DangerYes }))
	given := false
	for _, m := range s.Sent {
		given = given || strings.HasPrefix(m.To, "station-north.") || strings.HasPrefix(m.To, "station-far.")
	}
	if !given {
		t.Fatal("no office of another sub-county has it: this proves nothing")
	}
	toBrief(s)
	for _, m := range s.Mornings {
		if strings.HasPrefix(m.To, "coordination-") || m.Kind == flows.SayParade {
			continue
		}
		if !strings.Contains(m.Text, "Nothing new, nothing open") {
			t.Errorf("%s got %q", m.To, m.Text)
		}
	}
}

func TestDangerSaidAgainWithinMinutesIsToldOnce(t *testing.T) {
	s, code := accepted(t, nil, nil)
	say := func(key string) {
		t.Helper()
		_, _, err := s.Desk.Follow(t.Context(), casework.Following{Key: key, From: "+254711000099",
			Asked: flows.Asked{Code: code, Act: flows.ActUnsafe, Danger: ripoti.DangerYes}})
		if err != nil {
			t.Fatal(err)
		}
		s.Work()
	}
	told := func() (n int) {
		for _, m := range s.Got("coordination-047.coordinator") {
			if m.Kind == flows.SayDanger {
				n++
			}
		}
		return n
	}
	say("a")
	say("b")
	if n := told(); n != 1 {
		t.Errorf("told %d times in one minute", n)
	}
	s.Wait(11 * time.Minute)
	say("c")
	if n := told(); n != 2 {
		t.Errorf("told %d times: a danger that goes on is told again", n)
	}
}

// A message that waits when its report is forgotten does not leave, and its duty does not stay for ever.
func TestWhatWaitsToLeaveIsForgottenToo(t *testing.T) {
	s, code := accepted(t, nil, nil)
	r := s.Report(code)
	if err := s.Store.InTx(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.Report(t.Context(), r.ID); err != nil {
			return err
		}
		c := contactOf(s, "station-near.ocs")
		m := store.Message{ID: store.NewID(), ReportID: r.ID, ContactID: c.ID, Kind: flows.SayClosed, Lang: c.Lang, To: c.Phone, Facts: "{}"}
		if err := tx.Post(t.Context(), m, store.Duty{Kind: tasks.Send, Queue: tasks.Default, Due: s.Clock.Now().Add(time.Hour)}); err != nil {
			return err
		}
		return tx.ForgetContent(t.Context(), r.ID)
	}); err != nil {
		t.Fatal(err)
	}
	messages, err := s.Store.MessagesOf(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if m.Status == "queued" {
			t.Errorf("%s still waits, and can never be written", m.Kind)
		}
	}
}

func TestAShelterTellsNoArrestAndNoCharge(t *testing.T) {
	s, code := accepted(t, nil, nil)
	if err := s.Store.InTx(t.Context(), func(tx *store.Tx) error {
		r, err := tx.ReportByCode(t.Context(), code)
		if err != nil {
			return err
		}
		_, err = s.Desk.Refer(t.Context(), tx, r, contactOf(s, "station-near.desk"), "shelter-047", "", false)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	s.Work()
	s.Text("shelter-047.partner", "1 "+string(code))
	for _, text := range []string{"7 ", "C ", "4 "} {
		s.Text("shelter-047.partner", text+string(code))
	}
	p := caseOf(t, s, code).Progress
	if !p.ArrestedAt.IsZero() || !p.ChargedAt.IsZero() {
		t.Errorf("a shelter told an arrest or a charge: %+v", p)
	}
	if p.SafeAt.IsZero() {
		t.Error("that a child is safe a shelter may tell")
	}
}

func TestACoordinatorOfAnotherCountySettlesNothingHere(t *testing.T) {
	s, code := accepted(t, nil, nil)
	s.Text("station-near.desk", "S "+string(code))
	s.Directory(func(offices []ripoti.Office, _ []ripoti.Contact) {
		for i := range offices {
			if offices[i].ID == "coordination-047" {
				offices[i].County = "001"
			}
		}
	})
	elsewhere := contactOf(s, "coordination-047.coordinator")
	expect(t, "a flag", ripoti.KeyOf(s.Desk.SettleFlag(t.Context(), code, ripoti.FlagSettlement, elsewhere, "seen to")), "flag.who")
	expect(t, "the officer", ripoti.KeyOf(s.Desk.Reassign(t.Context(), code, elsewhere, "hostility")), "closing.who")
	expect(t, "of the country", ripoti.KeyOf(s.Desk.SettleFlag(t.Context(), code, ripoti.FlagSettlement, contactOf(s, "coordination-ke.coordinator"), "seen to")), "")
}
