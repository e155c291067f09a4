package casework_test

import (
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

func kindsSince(s *stage.Stage, who string, since int) string {
	var kinds []string
	for _, m := range s.Sent[since:] {
		if m.To == who {
			kinds = append(kinds, m.Kind)
		}
	}
	return strings.Join(kinds, " ")
}

// A proposal that nobody answers is reminded of after a day, after three days those above hear of it, and
// again every three days, until somebody says yes or no.
func TestAProposalThatNobodyAnswersIsNotForgotten(t *testing.T) {
	s, code := accepted(t, nil, nil)
	const coordinator, director = "coordination-047.coordinator", "coordination-ke.director"
	// The coordinator proposes: nobody of that office may agree, but it must hear that nobody has.
	if err := s.Desk.Propose(t.Context(), code, contactOf(s, coordinator), ripoti.OutcomeUnfounded, "no such place", ""); err != nil {
		t.Fatal(err)
	}
	s.Work()
	since := len(s.Sent)
	s.Wait(27 * time.Hour)
	expect(t, "after a day the director", kindsSince(s, director, since), "closing.again")
	if got := kindsSince(s, coordinator, since); strings.Contains(got, "closing") {
		t.Errorf("the proposer is told after a day: %s", got)
	}
	since = len(s.Sent)
	s.Wait(48 * time.Hour)
	has(t, kindsSince(s, director, since), "closing.again")
	has(t, kindsSince(s, coordinator, since), "closing.waits")
	has(t, last(s, coordinator, since), string(code))
	s.Text(director, "2 "+string(code))
	since = len(s.Sent)
	s.Wait(12 * 24 * time.Hour)
	for _, m := range s.Sent[since:] {
		if strings.HasPrefix(m.Kind, "closing.") {
			t.Errorf("%s hears of a proposal that was answered: %s", m.To, m.Text)
		}
	}
}

// "Cannot locate" closes nothing: after three tries by two ways it is kept, the case goes on, and it is
// gone when somebody is found.
func TestCannotLocateIsKeptAndTheCaseStaysOpen(t *testing.T) {
	s, code := accepted(t, nil, nil)
	const desk, social, coordinator = "station-near.desk", "social-047.social", "coordination-047.coordinator"
	s.Text(desk, "close "+string(code)+" cannot locate")
	has(t, last(s, desk, 0), "three tries over seven days")
	for range 4 {
		tellMove(s, code, desk, ripoti.MoveNotFound, casework.Told{})
		tellMove(s, code, social, ripoti.MoveUnreached, casework.Told{})
		s.Wait(60 * time.Hour)
	}
	s.Text(desk, "FUNGA "+string(code)+" hapatikani")
	c := caseOf(t, s, code)
	if c.Outcome != ripoti.OutcomeCannotLocate || s.Report(code).Status == ripoti.StatusClosed {
		t.Fatalf("%+v, %s", c, s.Report(code).Status)
	}
	has(t, last(s, desk, 0), "stays open")
	has(t, last(s, coordinator, 0), "cannot locate")
	has(t, s.History(code), "outcome_kept")
	s.Text(desk, "4 "+string(code))
	expect(t, "once found", string(caseOf(t, s, code).Outcome), "")
}

// A closing is proposed by text as on the staff line: by whoever has the case, or supervises it.
func TestAClosingIsProposedByText(t *testing.T) {
	s, code := accepted(t, nil, nil)
	const desk, coordinator = "station-near.desk", "coordination-047.coordinator"
	for _, step := range []struct{ who, text, want string }{
		{desk, "close " + string(code), "reply CLOSE " + string(code) + " and one word"},
		{desk, "close " + string(code) + " arrested", "does not close a case"},
		{desk, "close " + string(code) + " convicted", "no charge was told yet"},
		{desk, "close " + string(code) + " unfounded", "give the reason"},
		{"station-far.desk", "close " + string(code) + " unfounded, not so", "is no report of yours"},
		{desk, "close " + string(code) + " settled at home", "settlement talk reported"},
		{desk, "close " + string(code) + " unfounded the mother says so", "A red flag stands"},
	} {
		since := len(s.Sent)
		s.Text(step.who, step.text)
		has(t, strings.ToLower(last(s, step.who, since)), strings.ToLower(step.want))
	}
	has(t, s.Kinds(coordinator), "flag")
	s.Text(desk, "C "+string(code)+" "+s.Clock.Now().AddDate(0, 1, 0).Format("2/1/2006"))
	since := len(s.Sent)
	s.Text(coordinator, "funga "+string(code)+" amehukumiwa")
	has(t, last(s, coordinator, since), "closing as convicted proposed")
	s.Text("coordination-ke.director", "1 "+string(code))
	expect(t, "closed", string(caseOf(t, s, code).Outcome), "convicted")
}
