package casework_test

import (
	"fmt"
	"testing"
	"time"

	"ripoti/internal/casework/stage"
	"ripoti/internal/sms"
)

func TestMedia(t *testing.T) {
	n := 0
	picture := func(s *stage.Stage, from, body string) {
		n++
		if err := s.Desk.Receive(s.Context(), sms.Inbound{Provider: "twilio", ProviderID: fmt.Sprint("MM", n), From: from, Body: body, Media: 1, At: s.Clock.Now()}); err != nil {
			s.Fatal(err)
		}
		s.Work()
	}
	told := func(s *stage.Stage, who string) (n int) {
		for _, m := range s.Got(who) {
			if m.Kind == "media" {
				n++
			}
		}
		return n
	}
	t.Run("whoever sends pictures is told once a day that they do not arrive", func(t *testing.T) {
		s := stage.New(t, nil)
		for range 4 {
			picture(s, "+254711000098", "")
		}
		if got := told(s, "+254711000098"); got != 1 {
			t.Errorf("told %d times", got)
		}
		s.Wait(25 * time.Hour)
		picture(s, "0711000098", "")
		if got := told(s, "+254711000098"); got != 2 {
			t.Errorf("a day later told %d times", got)
		}
	})
	t.Run("a text without pictures is not told of them", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text("+254711000098", "hello")
		if got := told(s, "+254711000098"); got != 0 {
			t.Errorf("told %d times", got)
		}
	})
	t.Run("the words that came with a picture count", func(t *testing.T) {
		s := stage.New(t, nil)
		code := s.File("c1", "complete", stage.Report(nil))
		contact, _ := s.Desk.Live.World().Contact("station-near.desk")
		picture(s, contact.Phone.Dial(), "1 "+string(code))
		if got := s.Report(code).Status; got != "accepted" {
			t.Errorf("the report is %s", got)
		}
	})
	for _, words := range []string{"usijibu, anasoma simu yangu", "my husband did this", "baba ananishika usiku, nina miaka 12"} {
		t.Run("nothing of pictures where another may read the answer: "+words, func(t *testing.T) {
			s := stage.New(t, nil)
			picture(s, "+254711000098", words)
			if got := told(s, "+254711000098"); got != 0 {
				t.Errorf("told %d times", got)
			}
			if n := len(reports(s)); n != 1 {
				t.Errorf("%d reports", n)
			}
		})
	}
	t.Run("a short code and a name are never answered", func(t *testing.T) {
		s := stage.New(t, nil)
		for _, from := range []string{"21094", "SAFARICOM"} {
			picture(s, from, "")
		}
		if len(s.Sent) != 0 {
			t.Errorf("sent %v", s.Sent)
		}
	})
}
