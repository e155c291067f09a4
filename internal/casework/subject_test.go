package casework_test

import (
	"encoding/json"
	"strings"
	"testing"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

func askDeletion(t *testing.T, s *stage.Stage, id string) {
	t.Helper()
	if err := s.Store.InTx(t.Context(), func(tx *store.Tx) error { _, err := tx.AskDeletion(t.Context(), id); return err }); err != nil {
		t.Fatal(err)
	}
}

func TestALiveCaseIsNotErasedAndThePersonIsToldWhy(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.More = "behind the blue kiosk" }))
	r := s.Report(code)
	refused := func(key string) {
		t.Helper()
		askDeletion(t, s, r.ID)
		_, err := s.Desk.Erase(t.Context(), code, "dpo", "asked by phone")
		if ripoti.CodeOf(err) != ripoti.CodeForbidden || ripoti.KeyOf(err) != key {
			t.Errorf("erasing: %v, not %s", err, key)
		}
		if s.Report(code).Answers.More == "" || !hasNumber(t, s, r.ID) {
			t.Error("something was forgotten")
		}
		requests, err := s.Store.DeletionsOf(t.Context(), r.ID)
		if err != nil || requests[len(requests)-1].Decision != "refused" || requests[len(requests)-1].Reason != key {
			t.Errorf("requests %+v, %v", requests, err)
		}
	}
	refused("rights.live_case")
	closeCase(t, s, code)
	if err := s.Desk.Keep(t.Context(), code, "dpo", "court"); err != nil {
		t.Fatal(err)
	}
	refused("rights.legal_hold")
	if h := s.History(code); strings.Count(h, "erasure_refused") != 2 {
		t.Errorf("history %s", h)
	}
}

func TestAClosedCaseIsErasedOnce(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.More = "behind the blue kiosk" }))
	r := closeCase(t, s, code)
	askDeletion(t, s, r.ID)
	if _, err := s.Desk.Erase(t.Context(), code, "dpo", "asked by phone"); err != nil {
		t.Fatal(err)
	}
	if s.Report(code).Answers != (ripoti.Answers{}) || hasNumber(t, s, r.ID) {
		t.Error("something is left")
	}
	if _, err := s.Desk.Erase(t.Context(), code, "dpo", "asked by phone"); ripoti.KeyOf(err) != "rights.erased" {
		t.Errorf("the second time: %v", err)
	}
	requests, err := s.Store.DeletionsOf(t.Context(), r.ID)
	if err != nil || len(requests) != 1 || requests[0].Decision != "erased" || requests[0].DecidedBy != "dpo" {
		t.Errorf("requests %+v, %v", requests, err)
	}
	if h := s.History(code); strings.Count(h, "erased") != 1 {
		t.Errorf("history %s", h)
	}
	if counts, err := s.Store.Counts(t.Context()); err != nil || len(counts) != 1 || counts[0].Reports != 1 {
		t.Errorf("counts %+v, %v", counts, err)
	}
}

func TestNoNameOrNumberGetsIntoTheHistoryByHand(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(nil))
	closeCase(t, s, code)
	for _, c := range []struct{ by, why, key string }{
		{"Jane Sample", "asked", "rights.by"}, {"+254711000099", "asked", "rights.by"}, {"", "asked", "rights.by"},
		{"dpo", "call 0711 000 099", "rights.reason"}, {"dpo", "report 4829173", "rights.reason"}, {"dpo", "", "rights.reason"}, {"dpo", "a\nb c", "rights.reason"},
	} {
		if _, err := s.Desk.Erase(t.Context(), code, c.by, c.why); !strings.Contains(errorText(err), c.key) {
			t.Errorf("%q because %q: %v", c.by, c.why, err)
		}
	}
	if s.Report(code).Answers == (ripoti.Answers{}) {
		t.Error("it was erased all the same")
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestAReporterIsToldEverythingAndNoNameOfStaff(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.More = "behind the blue kiosk" }))
	s.Text("station-near.desk", "1 "+string(code))
	r := s.Report(code)
	told, err := s.Desk.Subject(t.Context(), r.ID, "dpo")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(told)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{string(code), "behind the blue kiosk", "+254711000099", "accepted", "Kibera", `"evening"`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("%q is not told: %s", want, raw)
		}
	}
	for _, never := range []string{"station-near", "+2547110002", "desk"} {
		if strings.Contains(string(raw), never) {
			t.Errorf("%q is told: %s", never, raw)
		}
	}
	if !strings.HasSuffix(s.History(code), "exported") {
		t.Errorf("history %s", s.History(code))
	}
	ids, err := s.Store.ReportsOf(t.Context(), "+254711000099")
	if err != nil || len(ids) != 1 || ids[0] != r.ID {
		t.Errorf("reports of the number: %v, %v", ids, err)
	}
}
