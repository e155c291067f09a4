package casework_test

import (
	"testing"
	"time"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// A worker who was slow and then answers that somebody is not safe is heard, although the case went back.
func TestAnAnswerToACheckCountsAfterTheCaseWentBack(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(nil))
	s.Text(worker, "1 "+string(code))
	s.Wait(9 * time.Hour)
	has(t, s.History(code), "returned")
	s.Text(worker, "62 "+string(code))
	has(t, s.History(code), "flag_raised")
	flags, err := s.Store.Flags(t.Context(), s.Report(code).ID)
	if err != nil || len(flags) != 1 || flags[0].Kind != ripoti.FlagUnsafe {
		t.Errorf("flags %+v, %v", flags, err)
	}
	held := false
	all, err := s.Store.Assignments(t.Context(), s.Report(code).ID)
	for _, a := range all {
		held = held || a.AcceptedBy == worker && a.Status == ripoti.AssignmentAccepted
	}
	if err != nil || !held {
		t.Errorf("the worker does not hold the case again: %+v, %v", all, err)
	}
}
