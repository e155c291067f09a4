package flows

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/sms"
)

// staffWriter writes for a house whose staff line has a code.
func staffWriter(t *testing.T) *Writer { return NewWriter(openWords(t, "*483*4567#", "*483*4568#")) }

func TestClockMessagesFit(t *testing.T) {
	bare, _ := newWriter(t)
	end := time.Date(2026, 11, 23, 18, 0, 0, 0, routing.Nairobi)
	for name, w := range map[string]*Writer{"no staff line": bare, "staff line": staffWriter(t)} {
		for _, say := range ClockSays {
			for _, lang := range ripoti.Langs {
				for _, way := range testWays {
					for _, in := range []time.Duration{time.Hour, 10 * time.Minute, 23*time.Hour + 59*time.Minute, 72 * time.Hour} {
						f := Facts{Code: longestNumber, Days: 1290, OneTime: "048291", Elapsed: 72 * time.Hour, At: end, NextIn: in, Way: way,
							Office: "Invented Police Station of the Longest Name in Elgeyo-Marakwet"}
						text, err := w.Say(say, lang, f)
						if err != nil {
							t.Fatal(err)
						}
						fitsOneSegment(t, text)
						ofACase := !slices.Contains([]string{SayPing, SayDark, SayLight, SayProve, SayProven, SayUnproven}, say)
						if ofACase && !strings.HasPrefix(text, string(longestNumber)) && !strings.Contains(text, " "+string(longestNumber)+":") {
							t.Errorf("%s: %s: no number: %s", name, say, text)
						}
						if strings.HasSuffix(text, ",") || strings.HasSuffix(text, ":") || !strings.HasSuffix(text, ".") {
							t.Errorf("%s: %s %s was cut: %s", name, lang, say, text)
						}
						if way == texts && strings.Contains(" "+strings.ToLower(text), map[ripoti.Lang]string{"en": " reply ", "sw": " jibu "}[lang]) {
							t.Errorf("%s: %s: a reply that goes nowhere: %s", name, say, text)
						}
					}
				}
			}
		}
	}
}

func TestClockMessagesInWords(t *testing.T) {
	staff := staffWriter(t)
	bare, _ := newWriter(t)
	end := time.Date(2026, 11, 23, 18, 0, 0, 0, routing.Nairobi)
	for _, test := range []struct {
		w    *Writer
		say  string
		lang ripoti.Lang
		way  sms.Way
		in   time.Duration
		want string
	}{
		{staff, "clock.day1.care", "en", replies, 0, "4829172 day 1: safe place? hospital? OB? statement? pushed to settle? Dial *483*4568# to fill in the check."},
		{staff, "clock.day1.care", "sw", replies, 0, "4829172 siku 1: mahali salama? hospitali? OB? taarifa? shinikizo la kusuluhisha? Piga *483*4568# kujaza."},
		{bare, "clock.day1.care", "en", replies, 0, "4829172 day 1: safe place? hospital? OB? statement? pushed to settle? Reply 61 4829172 safe, 62 not safe, 63 not reached, 64 not safe to call."},
		{bare, "clock.clock_72", "en", replies, 6 * time.Hour, "4829172: 72-hour limit ends today 18:00. Has the survivor reached hospital (PRC form)? Reply 5 4829172 if yes."},
		{bare, "clock.clock_72", "sw", replies, 6 * time.Hour, "4829172: saa 72 zinaisha leo 18:00. Mwathiriwa amefika hospitali (fomu ya PRC)? Kama ndiyo jibu 5 4829172."},
		{bare, "clock.clock_72", "en", texts, 24 * time.Hour, "4829172: 72-hour limit ends tomorrow 18:00. Has the survivor reached hospital (PRC form)? Text to 210945: 5 4829172 if yes."},
		{bare, "clock.clock_72", "en", neither, 6 * time.Hour, "4829172: 72-hour limit ends today 18:00. Has the survivor reached hospital (PRC form)? Please tell your coordinator."},
		{bare, SayPing, "en", replies, 0, "Monthly test: reply OK to this number."},
		{bare, SayPing, "sw", texts, 0, "Jaribio la kila mwezi: tuma OK kwa 210945."},
	} {
		got, err := test.w.Say(test.say, test.lang, Facts{Code: "4829172", At: end, NextIn: test.in, Days: 1, Way: test.way})
		if err != nil || got != test.want {
			t.Errorf("%s %s: %q, %v\nwant %q", test.lang, test.say, got, err, test.want)
		}
	}
}
