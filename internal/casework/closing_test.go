package casework_test

import (
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/tasks"
)

func TestTheTableOfOutcomesIsWhole(t *testing.T) {
	closing := map[ripoti.Outcome]bool{ripoti.OutcomeConvicted: true, ripoti.OutcomeAcquitted: true, ripoti.OutcomeWithdrawn: true, ripoti.OutcomeReferred: true,
		ripoti.OutcomeSupportOnly: true, ripoti.OutcomeDuplicate: true, ripoti.OutcomeUnfounded: true, ripoti.OutcomeChildInCare: true}
	rows := map[ripoti.Outcome]int{}
	for _, rule := range casework.OutcomeRules {
		rows[rule.Outcome]++
		if rule.Closes != closing[rule.Outcome] {
			t.Errorf("%s closes: %v (domain brief 5)", rule.Outcome, rule.Closes)
		}
		if rule.Closes && rule.Agree < 1 {
			t.Errorf("%s closes with nobody's consent", rule.Outcome)
		}
		if rule.Outcome == ripoti.OutcomeUnfounded && (rule.Agree != 2 || !rule.Reason) {
			t.Errorf("unfounded needs two people and a reason: %+v", rule)
		}
	}
	for _, o := range ripoti.Outcomes {
		if rows[o] != 1 {
			t.Errorf("%s stands in %d rows", o, rows[o])
		}
	}
}

func TestClosing(t *testing.T) {
	key := func(err error) string {
		if err == nil {
			return ""
		}
		return ripoti.KeyOf(err)
	}
	future := func(s *stage.Stage) string { return s.Clock.Now().AddDate(0, 1, 0).Format("2/1/2006") }

	t.Run("what the table does not allow is refused with a sentence", func(t *testing.T) {
		s, code := accepted(t, nil, nil)
		desk, social := contactOf(s, "station-near.desk"), contactOf(s, "social-047.social")
		coordinator := contactOf(s, "coordination-047.coordinator")
		for _, c := range []struct {
			by      ripoti.Contact
			outcome ripoti.Outcome
			reason  string
			want    string
		}{
			{desk, ripoti.OutcomeArrested, "", "closing.stays_open"},
			{desk, ripoti.OutcomeFled, "", "closing.stays_open"},
			{desk, ripoti.OutcomeCannotLocate, "", "closing.tries"},
			{desk, ripoti.OutcomeConvicted, "", "closing.charge"},
			{coordinator, ripoti.OutcomeSupportOnly, "she chose", "closing.not_this_kind"},
			{desk, ripoti.OutcomeUnfounded, "", "closing.reason"},
			{desk, ripoti.OutcomeDuplicate, "", "closing.other"},
			{desk, ripoti.OutcomeReferred, "", "closing.referral"},
			{desk, ripoti.OutcomeWithdrawn, "no evidence", "closing.who"},
			{social, "gone home", "", "closing.unknown"},
			{contactOf(s, "station-far.desk"), ripoti.OutcomeUnfounded, "x", "case.not_yours"},
		} {
			err := s.Desk.Propose(t.Context(), code, c.by, c.outcome, c.reason, "")
			expect(t, c.by.ID+" "+string(c.outcome), key(err), c.want)
		}
	})

	t.Run("a settlement closes nothing and raises the flag", func(t *testing.T) {
		s, code := accepted(t, nil, nil)
		err := s.Desk.Propose(t.Context(), code, contactOf(s, "station-near.desk"), ripoti.OutcomeSettled, "the families agreed", "")
		if key(err) != "closing.never_settled" {
			t.Fatal(err)
		}
		s.Work()
		flags, err := s.Store.Flags(t.Context(), s.Report(code).ID)
		if err != nil || len(flags) != 1 || flags[0].Kind != ripoti.FlagSettlement {
			t.Fatalf("%+v, %v", flags, err)
		}
		err = s.Desk.Propose(t.Context(), code, contactOf(s, "station-near.desk"), ripoti.OutcomeUnfounded, "the mother says so", "")
		expect(t, "with the flag standing", key(err), "closing.flags")
	})

	t.Run("one other person agrees by a digit, and every timer ends", func(t *testing.T) {
		s, code := accepted(t, nil, nil)
		desk, coordinator := contactOf(s, "station-near.desk"), contactOf(s, "coordination-047.coordinator")
		s.Text("station-near.desk", "C "+string(code)+" "+future(s)+" Kibera")
		if err := s.Desk.Propose(t.Context(), code, desk, ripoti.OutcomeConvicted, "", ""); err != nil {
			t.Fatal(err)
		}
		s.Work()
		expect(t, "asked", last(s, coordinator.ID, 0), string(code)+": closing as convicted proposed. Agree: reply 1 "+string(code)+". Not yet: 2 "+string(code)+".")
		expect(t, "the proposer agrees", key(s.Desk.Agree(t.Context(), code, desk, true, "")), "closing.own")
		expect(t, "the owner of care agrees", key(s.Desk.Agree(t.Context(), code, contactOf(s, "station-near.ocs"), true, "")), "closing.same_office")
		expect(t, "another station agrees", key(s.Desk.Agree(t.Context(), code, contactOf(s, "station-far.ocs"), true, "")), "closing.who")
		expect(t, "proposed twice", key(s.Desk.Propose(t.Context(), code, coordinator, ripoti.OutcomeAcquitted, "", "")), "closing.proposed_already")
		since := len(s.Sent)
		s.Text(coordinator.ID, "1 "+string(code))
		c := caseOf(t, s, code)
		if s.Report(code).Status != ripoti.StatusClosed || c.Outcome != ripoti.OutcomeConvicted || c.ClosedAt.IsZero() {
			t.Fatalf("%s, %+v", s.Report(code).Status, c)
		}
		has(t, last(s, "station-near.desk", since), "is closed: convicted")
		has(t, s.History(code), "closing_proposed", "closed")
		since = len(s.Sent)
		s.Wait(70 * 24 * time.Hour)
		for _, m := range s.Sent[since:] {
			if strings.Contains(m.Text, string(code)) {
				t.Errorf("after the end %s got %s: %s", m.To, m.Kind, m.Text)
			}
		}
		id := s.Report(code).ID
		for _, p := range parts(s, code) {
			for _, subject := range []string{id, p.ID} {
				duties, err := s.Store.DutiesOf(t.Context(), subject)
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range duties {
					if d.Kind == tasks.Climb || d.Kind == tasks.Route || d.Kind == tasks.Lease || d.Kind == tasks.Check {
						t.Errorf("%s is still owed", d.Kind)
					}
				}
			}
		}
		since = len(s.Sent)
		s.Text("station-near.desk", "7 "+string(code))
		has(t, last(s, "station-near.desk", since), "closed")

		t.Run("and a coordinator opens it again", func(t *testing.T) {
			expect(t, "without a reason", key(s.Desk.Reopen(t.Context(), code, coordinator, "")), "closing.reason")
			expect(t, "an officer", key(s.Desk.Reopen(t.Context(), code, desk, "x")), "closing.who")
			if err := s.Desk.Reopen(t.Context(), code, coordinator, "appeal"); err != nil {
				t.Fatal(err)
			}
			s.Work()
			has(t, last(s, "station-near.desk", since), "open again")
			if s.Report(code).Status != ripoti.StatusAccepted || caseOf(t, s, code).Outcome != "" {
				t.Errorf("%+v", s.Report(code).Status)
			}
			expect(t, "twice", key(s.Desk.Reopen(t.Context(), code, coordinator, "appeal")), "case.open")
		})
	})

	t.Run("unfounded needs two others, and one no ends it", func(t *testing.T) {
		s, code := accepted(t, nil, nil)
		desk := contactOf(s, "station-near.desk")
		propose := func() {
			t.Helper()
			if err := s.Desk.Propose(t.Context(), code, desk, ripoti.OutcomeUnfounded, "the place does not exist", ""); err != nil {
				t.Fatal(err)
			}
			s.Work()
		}
		propose()
		s.Text("coordination-047.coordinator", "1 "+string(code))
		has(t, last(s, "coordination-047.coordinator", 0), "One more person")
		s.Text("coordination-047.coordinator", "1 "+string(code))
		if s.Report(code).Status == ripoti.StatusClosed {
			t.Fatal("one person agreed twice")
		}
		s.Text("coordination-ke.director", "2 "+string(code))
		if s.Report(code).Status == ripoti.StatusClosed {
			t.Fatal("closed against a no")
		}
		has(t, last(s, "station-near.desk", 0), "is not closed")
		propose()
		s.Text("coordination-047.coordinator", "1 "+string(code))
		s.Text("children-047.children", "1 "+string(code)) // of a child's case
		if s.Report(code).Status != ripoti.StatusClosed {
			t.Error("two agreed and it is open")
		}
	})
}
