package casework_test

import (
	"fmt"
	"strings"
	"testing"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// Who holds several cases and tells something without a number is asked which one, the newest first, and
// is not told to accept what is held already.
func TestWhichOfTheCasesThatAreHeld(t *testing.T) {
	s := stage.New(t, nil)
	var codes []ripoti.Code
	for i := range 4 {
		codes = append(codes, s.File(fmt.Sprint("c", i), ripoti.StageComplete, stage.Report(nil)))
		s.Text("station-near.desk", "1 "+string(codes[i]))
	}
	s.Text("station-near.desk", "tuko njiani")
	got := s.Got("station-near.desk")
	want := fmt.Sprintf("You hold %s, %s, %s.", codes[3], codes[2], codes[1])
	if said := got[len(got)-1].Text; !strings.Contains(said, want) || strings.Contains(said, "accept") {
		t.Errorf("it says %q, not %q", said, want)
	}
	for _, code := range codes {
		if strings.Contains(s.History(code), "on_the_way") {
			t.Errorf("%s was guessed", code)
		}
	}
}
