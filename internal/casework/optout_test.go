package casework_test

import (
	"testing"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

func TestOptOut(t *testing.T) {
	s := stage.New(t, nil)
	contact, _ := s.Desk.Live.World().Contact("station-near.desk")
	for range 2 {
		if err := s.Desk.OptOut(t.Context(), contact.Phone.Dial()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Desk.Live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.File("c1", "complete", stage.Report(nil))
	if got := s.Got("station-near.desk"); len(got) != 0 {
		t.Errorf("who opted out got %v", got)
	}
	if len(s.Sent) == 0 {
		t.Error("nobody else was told")
	}
	for _, number := range []string{"+254711000097", "0711000097"} { // nobody's
		if err := s.Desk.OptOut(t.Context(), number); err != nil {
			t.Error(err)
		}
	}
	for _, number := range []string{"", "21094", "x"} {
		if err := s.Desk.OptOut(t.Context(), number); ripoti.CodeOf(err) != ripoti.CodeInvalid {
			t.Errorf("%q: %v", number, err)
		}
	}
}
