package flows

import (
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

func TestAClosingIsProposedInWords(t *testing.T) {
	const code, other = ripoti.Code("4829172"), ripoti.Code("5193347")
	for text, want := range map[string]Reply{
		"CLOSE 4829172 convicted":                        {End: ripoti.OutcomeConvicted},
		"close4829172 Convicted.":                        {End: ripoti.OutcomeConvicted},
		"RIPOTI CLOSE 482 9172 unfounded: no such house": {End: ripoti.OutcomeUnfounded, Note: "no such house"},
		"funga 4829172 msaada tu, ameomba hivyo":         {End: ripoti.OutcomeSupportOnly, Note: "ameomba hivyo"},
		"FUNGA 4829172 mara mbili 5193347":               {End: ripoti.OutcomeDuplicate, Other: other},
		"close 4829172 duplicate of 519 3347":            {End: ripoti.OutcomeDuplicate, Other: other},
		"close 4829172 withdrawn by ODPP":                {End: ripoti.OutcomeWithdrawn},
		"kesi ifungwe 4829172 imeelekezwa":               {End: ripoti.OutcomeReferred},
		"close 4829172 cannot locate":                    {End: ripoti.OutcomeCannotLocate},
		"close 4829172 settled at home":                  {End: ripoti.OutcomeSettled, Note: "at home"},
		"close 4829172":                                  {},
		"close 4829172 convicted or acquitted":           {Note: "or"}, // two things at once
	} {
		want.Verb, want.Code, want.Typed = VerbClose, code, string(code)
		if got := ParseReply(text); got != want {
			t.Errorf("%q\n got %+v\nwant %+v", text, got, want)
		}
	}
	for _, text := range []string{"4829172 is closed", "the case is close to the market 4829172", "do not close 4829172"} {
		if got := ParseReply(text); got.Verb == VerbClose {
			t.Errorf("%q proposes a closing: %+v", text, got)
		}
	}
}

// Whoever is told after somebody took a case and lost it hears how, and not that somebody refused.
func TestTheNextRungHearsHowTheCaseWasLost(t *testing.T) {
	w, _ := newWriter(t)
	longestNext := Party{Role: ripoti.RoleCommander, Office: ripoti.SubCountyCommand}
	for _, lang := range ripoti.Langs {
		for _, how := range []string{"silence", "left", "handed"} {
			for _, say := range []string{SayOCS, SayCommander, SayCoordinator} {
				everyFact(false, func(f Facts) {
					f.Way, f.Gone, f.Place, f.County = texts, how, longPlaces[0][0], longPlaces[0][1]
					f.To, f.Next, f.NextIn, f.Told = longestNext, longestNext, 24*time.Hour, []Party{longestNext, longestNext}
					text, err := w.Say(say, lang, f)
					if err != nil {
						t.Fatal(err)
					}
					fitsOneSegment(t, text)
				})
			}
		}
	}
	f := Facts{Code: "4829172", Category: ripoti.SVAC, Urgency: ripoti.High, Place: "Kibera", Way: replies, Gone: "silence"}
	for lang, want := range map[ripoti.Lang]string{
		"en": "ESCALATED 4829172 to OCS: HIGH SVAC, taken, then no word. Kibera. Send any unit: reply 1 4829172.",
		"sw": "OCS: 4829172 HARAKA SVAC, ilichukuliwa, kisha kimya. Kibera. Tuma maafisa: jibu 1 4829172.",
	} {
		if got, err := w.Say(SayOCS, lang, f); err != nil || got != want {
			t.Errorf("%v\n got %s\nwant %s", err, got, want)
		}
	}
}
