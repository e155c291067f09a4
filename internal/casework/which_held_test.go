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

// What cannot be read, of an officer to whom no alert goes out, is answered with what can be told of the case.
func TestWhatIsNotUnderstoodOfACaseThatIsHeld(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(nil))
	s.Text("station-near.desk", "1 "+string(code))
	s.Text("station-near.desk", "tumeongea na chifu wa hapa")
	got := s.Got("station-near.desk")
	if said := got[len(got)-1].Text; !strings.Contains(said, "To tell of "+string(code)+": 3 on the way") {
		t.Errorf("it says %q", said)
	}
	s.Text("station-near.desk", "ametoroka")
	got = s.Got("station-near.desk")
	if said := got[len(got)-1].Text; !strings.Contains(said, "Reply F "+string(code)) {
		t.Errorf("nobody said where, and yet %q", said)
	}
}
