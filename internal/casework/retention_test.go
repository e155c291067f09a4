package casework_test

import (
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// closeCase closes a report as a supervisor would.
func closeCase(t *testing.T, s *stage.Stage, code ripoti.Code) ripoti.Report {
	t.Helper()
	r := s.Report(code)
	if err := s.Store.InTx(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.Report(t.Context(), r.ID); err != nil {
			return err
		}
		if err := tx.CloseReport(t.Context(), r.ID, ripoti.OutcomeReferred); err != nil {
			return err
		}
		return tx.Append(t.Context(), r.ID, "closed", "coordination-047.coordinator", "{}")
	}); err != nil {
		t.Fatal(err)
	}
	return s.Report(code)
}

// later lets nights pass without walking each of them.
func later(s *stage.Stage, d time.Duration) {
	s.Clock.Move(d)
	s.Wait(25 * time.Hour)
}

func hasNumber(t *testing.T, s *stage.Stage, id string) bool {
	t.Helper()
	_, err := s.Store.Reporter(t.Context(), id)
	if err != nil && ripoti.CodeOf(err) != ripoti.CodeNotFound {
		t.Fatal(err)
	}
	return err == nil
}

func TestNumberGoesFirstThenContentAndTheHistoryStays(t *testing.T) {
	s := stage.New(t, nil)
	told := func(a *ripoti.Answers) { a.More = "behind the blue kiosk" }
	code := s.File("c1", ripoti.StageComplete, stage.Report(told))
	open := s.File("c2", ripoti.StageComplete, stage.Report(told))
	r := closeCase(t, s, code)
	stays := s.Report(open)

	later(s, 88*casework.Day)
	if !hasNumber(t, s, r.ID) {
		t.Error("the number went before its time")
	}
	later(s, 2*casework.Day)
	if hasNumber(t, s, r.ID) {
		t.Error("the number is still there 90 days after the case was closed")
	}
	if s.Report(code).Answers.More == "" {
		t.Error("the story went with the number")
	}
	later(s, 2*365*casework.Day)
	gone := s.Report(code)
	if gone.Answers != (ripoti.Answers{}) || gone.Category != r.Category || gone.Urgency != r.Urgency || gone.Status != ripoti.StatusClosed {
		t.Errorf("two years after: %+v", gone)
	}
	messages, err := s.Store.MessagesOf(t.Context(), r.ID)
	if err != nil || len(messages) == 0 {
		t.Fatalf("that messages left is forgotten: %d, %v", len(messages), err)
	}
	for _, m := range messages {
		if m.To != "" || m.Facts != "" || m.Body != "" || m.ContactID == "" || m.SentAt.IsZero() {
			t.Errorf("of a message stays %+v", m)
		}
	}
	if decisions, _ := s.Store.Decisions(t.Context(), r.ID); len(decisions) > 0 {
		t.Error("why it was routed, with its places, is still there")
	}
	if h := s.History(code); strings.Count(h, "erased") != 2 { // History proves the chain too
		t.Errorf("history %s", h)
	}
	if still := s.Report(stays.Code); still.Answers.More == "" || !hasNumber(t, s, stays.ID) {
		t.Error("a case that goes on lost something")
	}
	counts, err := s.Store.Counts(t.Context())
	if err != nil || len(counts) != 1 || counts[0].Reports != 1 || counts[0].Month != "2026-11" || counts[0].County != "047" || counts[0].Category != r.Category || counts[0].Outcome != "referred" {
		t.Errorf("counts %+v, %v", counts, err)
	}
	purges, err := s.Store.Purges(t.Context(), 100)
	what := map[string]int{}
	for _, p := range purges {
		what[p.What] += p.Gone
	}
	if err != nil || what["numbers"] != 1 || what["content"] != 1 {
		t.Errorf("purges %v, %v", what, err)
	}
}

func TestACaseBeforeACourtIsKept(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.More = "behind the blue kiosk" }))
	r := closeCase(t, s, code)
	if err := s.Desk.Keep(t.Context(), code, "coordination-047.coordinator", "appeal"); err != nil {
		t.Fatal(err)
	}
	later(s, 3*365*casework.Day)
	if s.Report(code).Answers.More == "" || !hasNumber(t, s, r.ID) {
		t.Error("what a court may ask for was forgotten")
	}
	if err := s.Desk.Keep(t.Context(), code, "coordination-047.coordinator", ""); err != nil {
		t.Fatal(err)
	}
	later(s, casework.Day)
	if s.Report(code).Answers.More != "" || hasNumber(t, s, r.ID) {
		t.Error("after the appeal it is still kept")
	}
}

func TestACaseThatWasOpenedAgainKeepsItsTime(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(nil))
	r := closeCase(t, s, code)
	s.Clock.Move(80 * casework.Day)
	if err := s.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.OpenReport(t.Context(), r.ID, ripoti.StatusRouted) }); err != nil {
		t.Fatal(err)
	}
	closeCase(t, s, code)
	later(s, 20*casework.Day)
	if !hasNumber(t, s, r.ID) {
		t.Error("the time runs from the first closing")
	}
}

func TestPurgeOnTrialForgetsNothing(t *testing.T) {
	s := stage.New(t, nil)
	s.Desk.Keeping = casework.Keeping{Numbers: 30}
	code := s.File("c1", ripoti.StageComplete, stage.Report(nil))
	r := closeCase(t, s, code)
	s.Text("+254711000055", "hello there")
	s.Clock.Move(31 * casework.Day)
	for what, want := range map[string]int{"numbers": 1, "content": 0, "strangers": 0} {
		if n, err := s.Desk.Due(t.Context(), what); err != nil || n != want {
			t.Errorf("%s: %d due, %v", what, n, err)
		}
	}
	if !hasNumber(t, s, r.ID) {
		t.Error("counting forgot")
	}
	if n, err := s.Desk.PurgeNow(t.Context(), "numbers"); err != nil || n != 1 || hasNumber(t, s, r.ID) {
		t.Errorf("%d gone, %v", n, err)
	}
	if n, err := s.Desk.PurgeNow(t.Context(), "numbers"); err != nil || n != 0 {
		t.Errorf("the second time %d, %v", n, err)
	}
	if _, err := s.Desk.Due(t.Context(), "everything"); err == nil {
		t.Error("a line that is not there is counted")
	}
}

func TestStrayTextsAndTalksGo(t *testing.T) {
	s := stage.New(t, nil)
	s.Text("+254711000055", "zzzz")
	code := s.File("c1", ripoti.StageComplete, stage.Report(nil))
	s.Text("station-near.desk", "1 "+string(code))
	later(s, 92*casework.Day)
	gone := map[string]int{}
	purges, err := s.Store.Purges(t.Context(), 100)
	for _, p := range purges {
		gone[p.What] += p.Gone
	}
	if err != nil || gone["answers"] != 0 {
		t.Errorf("gone %v, %v", gone, err)
	}
	later(s, 2*365*casework.Day)
	purges, err = s.Store.Purges(t.Context(), 100)
	for _, p := range purges {
		gone[p.What] += p.Gone
	}
	if err != nil || gone["answers"] != 1 || gone["messages"] == 0 || gone["briefs"] == 0 {
		t.Errorf("gone %v, %v", gone, err)
	}
}

func TestWhatACourtDecidedIsKeptUntilNoAppealCanFollow(t *testing.T) {
	for outcome, stays := range map[ripoti.Outcome]bool{ripoti.OutcomeConvicted: true, ripoti.OutcomeAcquitted: true, ripoti.OutcomeWithdrawn: true, ripoti.OutcomeUnfounded: false} {
		s := stage.New(t, nil)
		r := s.Report(s.File("c1", ripoti.StageComplete, stage.Report(nil)))
		if err := s.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.CloseReport(t.Context(), r.ID, outcome) }); err != nil {
			t.Fatal(err)
		}
		s.Clock.Move(3 * 365 * casework.Day)
		if _, err := s.Desk.PurgeNow(t.Context(), "content"); err != nil {
			t.Fatal(err)
		}
		if kept := s.Report(r.Code).Answers != (ripoti.Answers{}); kept != stays {
			t.Errorf("%s: kept %v", outcome, kept)
		}
	}
}
