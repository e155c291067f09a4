package flows

import (
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

func TestReferralsAreSaidInOneSegment(t *testing.T) {
	w, _ := newWriter(t)
	name := strings.Repeat("Sample Referral ", 4)[:60]
	for _, lang := range ripoti.Langs {
		for _, say := range []string{SayReferral, SayReferralReminder, SayReferralBack, SayAccepted, SayDeclined, SayState} {
			for _, kind := range append([]ripoti.OfficeKind{""}, ripoti.OfficeKinds...) {
				for _, urgency := range ripoti.Urgencies {
					for bits := range 4 {
						for _, status := range []ripoti.AssignmentStatus{ripoti.AssignmentOpen, ripoti.AssignmentAccepted, ripoti.AssignmentDeclined, ripoti.AssignmentMoved} {
							for i, place := range longPlaces {
								for _, way := range waysOf(i) {
									f := Facts{Code: longestNumber, Category: ripoti.ChildMarriage, Urgency: urgency, Child: bits&1 > 0, Within72: bits&2 > 0, Place: place[0], County: place[1],
										To: Party{Office: kind}, Side: ripoti.Referred, Accept: 36 * time.Hour, Status: status, Office: name, Way: way}
									if say == SayReferral || say == SayReferralReminder {
										check(t, w, say, lang, f) // as urgent as it is, and how to answer
										continue
									}
									text, err := w.Say(say, lang, f)
									if err != nil {
										t.Fatal(err)
									}
									fitsOneSegment(t, text)
								}
							}
						}
					}
				}
			}
		}
	}
}

func TestReferralWords(t *testing.T) {
	w, _ := newWriter(t)
	base := Facts{Code: "4829173", Category: ripoti.SVAC, Urgency: ripoti.High, Child: true, Within72: true, Place: "Nyalenda", County: "Kisumu",
		To: Party{Office: ripoti.Hospital}, Side: ripoti.Referred, Accept: 2 * time.Hour, Way: replies}
	back := Facts{Code: "4829173", To: Party{Office: ripoti.Shelter}, Office: "Sample Safe House", Way: replies}
	for _, c := range []struct {
		say, lang, want string
		f               Facts
		status          ripoti.AssignmentStatus
	}{
		{SayReferral, "en", "RIPOTI referral HIGH 4829173: child, hospital care within 72 hrs, Nyalenda, Kisumu. Accept in 2 hrs: reply 1 4829173. Cannot: 2 4829173.", base, ""},
		{SayReferral, "sw", "RIPOTI HARAKA: 4829173 imeelekezwa kwenu: mtoto, matibabu ndani ya saa 72, Nyalenda, Kisumu. Kubali ndani ya saa 2: jibu 1 4829173. Huwezi: 2 4829173.", base, ""},
		{SayReferralBack, "en", "4829173: Sample Safe House has accepted your referral (safe place to stay).", back, ripoti.AssignmentAccepted},
		{SayReferralBack, "en", "4829173: Sample Safe House cannot take your referral (safe place to stay). Please ask another now.", back, ripoti.AssignmentDeclined},
		{SayReferralBack, "en", "4829173: Sample Safe House has not answered your referral (safe place to stay). Phone them or ask another now.", back, ripoti.AssignmentMoved},
	} {
		c.f.Status = c.status
		got, err := w.Say(c.say, ripoti.Lang(c.lang), c.f)
		if err != nil || got != c.want {
			t.Errorf("%v\n got %s\nwant %s", err, got, c.want)
		}
	}
}
