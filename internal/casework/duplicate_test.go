package casework_test

import (
	"testing"

	"ripoti/internal/ripoti"
)

func TestTwoReportsAreNotEachOthersDuplicate(t *testing.T) {
	s, one := accepted(t, nil, nil)
	from := s
	two := from.File("c-two", ripoti.StageComplete, s.Report(one).Answers)
	s.Text("station-near.desk", "1 "+string(two))
	desk := contactOf(s, "station-near.desk")
	for _, p := range [][2]ripoti.Code{{one, two}, {two, one}} {
		if err := s.Desk.Propose(t.Context(), p[0], desk, ripoti.OutcomeDuplicate, "", p[1]); err != nil {
			t.Fatal(err)
		}
	}
	s.Work()
	coordinator := contactOf(s, "coordination-047.coordinator")
	if err := s.Desk.Agree(t.Context(), one, coordinator, true, ""); err != nil {
		t.Fatal(err)
	}
	err := s.Desk.Agree(t.Context(), two, coordinator, true, "")
	expect(t, "the one that was to go on", ripoti.KeyOf(err), "closing.other")
	if s.Report(two).Status == ripoti.StatusClosed {
		t.Error("both are closed, and nobody works on the harm")
	}
}
