package flows

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

// Whatever is said about a practice report begins with the word for a drill, goes into one segment and
// ends with a whole sentence.
func TestEveryMessageOfADrillSaysSoFirst(t *testing.T) {
	w, _ := newWriter(t)
	says := slices.Concat(Says, CaseSays, ClockSays, []string{SayTextLate, SayTextLateCoordinator})
	asks := map[string]bool{SayAlert: true, SayReminder: true, SayLiaison: true, SaySocial: true, SayOCS: true, SayCommander: true}
	for lang, word := range map[ripoti.Lang]string{ripoti.English: "DRILL ", ripoti.Swahili: "ZOEZI "} {
		for _, say := range says {
			if slices.Contains([]string{SayNumbers, SayMedia, SayStaffCode, SayPing, SayDark, SayLight, SayProve, SayProven, SayUnproven}, say) {
				continue // about no report
			}
			for _, way := range testWays {
				for bits := range 8 {
					f := facts(ripoti.SVAC, "", ripoti.High, bits, ripoti.SuspectNear, "")
					f.Code, f.Way, f.Place, f.County, f.Office, f.Days, f.Typed, f.Drill = "4829172", way, "Githurai Kimbo", "Kiambu", "Invented Police Station", 1, "4829173", true
					f.To, f.Next, f.Side = Party{ripoti.RoleOCS, ripoti.Station}, Party{ripoti.RoleCommander, ripoti.SubCountyCommand}, ripoti.Safety
					f.At, f.Codes, f.Case = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC), []ripoti.Code{"4829172"}, CaseFacts{Move: ripoti.MoveSafe, Flag: ripoti.FlagUnsafe, Outcome: ripoti.OutcomeUnfounded, Sentence: "case.closed"}
					text, err := w.Say(say, lang, f)
					if err != nil {
						t.Fatal(err)
					}
					fitsOneSegment(t, text)
					if !strings.HasPrefix(text, word) {
						t.Fatalf("%s: %s", say, text)
					}
					if asks[say] && (way.TwoWay || way.ReplyTo != "") && !strings.Contains(text, "1 4829172") {
						t.Errorf("%s, %s does not say how to answer: %s", lang, say, text)
					}
					f.Drill = false
					whole, _ := w.Say(say, lang, f)
					if last := whole[strings.LastIndex(whole, " ")+1:]; !strings.HasSuffix(text, last) && !strings.HasSuffix(text, ".") {
						t.Errorf("%s %s ends within a sentence:\n%s\n%s", lang, say, whole, text)
					}
				}
			}
		}
	}
}

// Who has accepted is told where to answer, also in a drill and where the sender is not the number to answer:
// rather an item of the list goes.
func TestWhereToAnswerIsNeverCutOff(t *testing.T) {
	w, _ := newWriter(t)
	for _, lang := range ripoti.Langs {
		for _, drill := range []bool{false, true} {
			for _, way := range testWays {
				f := facts(ripoti.SVAC, "", ripoti.High, 7, ripoti.SuspectNear, "")
				f.Code, f.Way, f.Side, f.Within72, f.Drill = "4829172", way, ripoti.Safety, true, drill
				text, err := w.Say(SayAccepted, lang, f)
				if err != nil {
					t.Fatal(err)
				}
				fitsOneSegment(t, text)
				if way.ReplyTo != "" && !strings.Contains(text, way.ReplyTo) || (way.TwoWay || way.ReplyTo != "") && !strings.HasSuffix(text, " 4829172") || !strings.Contains(text, "7 ") {
					t.Errorf("%s, drill %v: %s", lang, drill, text)
				}
			}
		}
	}
}
