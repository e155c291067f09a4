package flows

import (
	"slices"
	"strings"
	"testing"

	"ripoti/internal/ripoti"
)

// caseMoves are all moves, and none.
var caseMoves = []ripoti.Move{"", ripoti.MoveOnTheWay, ripoti.MoveSafe, ripoti.MoveHospital, ripoti.MoveOB, ripoti.MoveArrested, ripoti.MoveFled, ripoti.MoveNotFound,
	ripoti.MoveNoVehicle, ripoti.MoveCharged, ripoti.MovePressure, ripoti.MoveHandOver, ripoti.MoveReached, ripoti.MoveUnreached}

// sentences are why something about a case is not done.
func caseSentences(keys []string) (some []string) {
	for _, k := range keys {
		if strings.HasPrefix(k, "case.") || strings.HasPrefix(k, "closing.") || strings.HasPrefix(k, "flag.") {
			some = append(some, k)
		}
	}
	return some
}

func TestCaseMessagesFit(t *testing.T) {
	w, cat := newWriter(t)
	sentences := caseSentences(cat.Keys(ripoti.English))
	if len(sentences) < 20 {
		t.Fatalf("%d sentences", len(sentences))
	}
	most := MostBundled
	for _, lang := range ripoti.Langs {
		for _, way := range testWays {
			for _, say := range append(slices.Clone(CaseSays), SayAccepted) {
				turn := 0
				everyFact(false, func(f Facts) {
					turn++
					f.Way = way
					f.Place, f.County = longPlaces[turn%len(longPlaces)][0], longPlaces[turn%len(longPlaces)][1]
					f.Side = []ripoti.Side{ripoti.Safety, ripoti.Care}[turn%2]
					f.Wish = wishes[turn%len(wishes)]
					held := turn % (most + 1)
					f.Codes = slices.Repeat([]ripoti.Code{longestNumber}, most-held)
					if say == SayHandedAll {
						f.Codes = slices.Repeat([]ripoti.Code{longestNumber}, most)
					}
					f.Case = CaseFacts{Move: caseMoves[1+turn%(len(caseMoves)-1)], Took: turn%2 == 0, Seen: turn%3 == 0,
						Flag: ripoti.FlagKinds[turn%len(ripoti.FlagKinds)], Outcome: ripoti.Outcomes[turn%len(ripoti.Outcomes)], Sentence: sentences[turn%len(sentences)],
						New: most - held + turn%90, Mine: held, Held: slices.Repeat([]ripoti.Code{longestNumber}, held), SexualOrChild: turn%2 == 0}
					if asks := []ripoti.Move{"", ripoti.MoveOnTheWay, ripoti.MoveHospital, ripoti.MoveSafe, ripoti.MoveOB, ripoti.MoveArrested, ripoti.MoveCharged}; true {
						f.Case.Ask = asks[turn%len(asks)]
					}
					if held == most {
						f.Case.New = 0
					}
					text, err := w.Say(say, lang, f)
					if err != nil || text == "" {
						t.Fatalf("%s: %q, %v", say, text, err)
					}
					fitsOneSegment(t, text)
					about := !slices.Contains([]string{SayTransport, SayHandedAll, SayList, SayOn, SayOff}, say)
					if about && !strings.Contains(text, string(longestNumber)) {
						t.Fatalf("no number: %s", text)
					}
					if say == SayTransport && strings.Contains(text, string(longestNumber)) {
						t.Fatalf("a partner is told a number: %s", text)
					}
					if say == SayList && strings.Count(text, string(longestNumber)) != most {
						t.Fatalf("numbers are cut off: %s", text)
					}
					if way == neither && strings.Contains(text, "4 "+string(longestNumber)) {
						t.Fatalf("an answer that cannot be given: %s", text)
					}
				})
			}
		}
	}
}

func TestCaseMessagesInWords(t *testing.T) {
	w, _ := newWriter(t)
	base := Facts{Code: "4829172", Category: ripoti.SVAC, Urgency: ripoti.High, Place: "Kibera", Side: ripoti.Safety, Way: replies}
	with := func(c CaseFacts) Facts {
		f := base
		f.Case = c
		return f
	}
	from := func(place, county string, u ripoti.Urgency) Facts { // a suspect fled
		f := base
		f.Place, f.County, f.Urgency, f.Child, f.Suspect = place, county, u, true, ripoti.SuspectFled
		return f
	}
	for _, c := range []struct {
		say  string
		lang ripoti.Lang
		f    Facts
		want string
	}{
		{SayAccepted, "en", base, "4829172 accepted. Update: 3 on the way, 4 child/survivor safe, 5 hospital, 6 OB no, 7 arrested, 8 fled, 9 not found. E.g. 4 4829172"},
		{SayNoted, "en", with(CaseFacts{Move: ripoti.MoveHospital, Ask: ripoti.MoveOB}), "4829172: hospital noted, thank you. Next: OB number, reply 6 4829172 and the number."},
		{SayNoted, "sw", with(CaseFacts{Move: ripoti.MoveHospital, Ask: ripoti.MoveOB}), "4829172: hospitali, tumeandika. Asante. Sasa: nambari ya OB, jibu 6 4829172 na nambari."},
		{SayNoted, "en", with(CaseFacts{Move: ripoti.MoveOnTheWay, Took: true}), "4829172: accepted, and on the way noted. Thank you."},
		{SaySettlement, "en", with(CaseFacts{SexualOrChild: true}), "4829172: settlement talk reported. Sexual offence cases are not settled at home or station. Keep the case open; ODPP liaison informed."},
		{SaySettlement, "sw", with(CaseFacts{SexualOrChild: true}), "4829172: kuna ripoti ya kusuluhisha. Kesi za ngono hazimalizwi nyumbani wala kituoni. Kesi ibaki wazi; ODPP wamejulishwa."},
		{SayFledNear, "en", from("Laini Saba", "Nairobi", ripoti.High), "4829172 HIGH: suspect fled from Laini Saba, Nairobi. SVAC. That person may be in your county: please tell your stations."},
		{SayFledNear, "sw", from("Laini Saba", "Nairobi", ripoti.Critical), "4829172 DHARURA: mshukiwa ametoroka kutoka Laini Saba, Nairobi. SVAC. Huenda yuko kaunti yako: tafadhali waambie vituo vyako."},
		{SayFled, "en", base, "4829172: suspect fled, case stays open. Reply F 4829172 with last place seen. Next check in 7 days."},
		{SayFled, "sw", base, "4829172: mshukiwa ametoroka, kesi ibaki wazi. Jibu F 4829172 na alikoonekana mwisho. Tutauliza baada ya siku 7."},
		{SayAsked, "en", with(CaseFacts{Outcome: ripoti.OutcomeConvicted}), "4829172: closing as convicted proposed. Agree: reply 1 4829172. Not yet: 2 4829172."},
		{SayList, "en", Facts{Codes: []ripoti.Code{"4829172", "5193340"}, Case: CaseFacts{New: 2, Mine: 1, Held: []ripoti.Code{"7331204"}}, Way: replies}, "New 2: 4829172, 5193340. Open 1: 7331204."},
		{SayRefused, "sw", with(CaseFacts{Sentence: "closing.reason"}), "4829172: tafadhali toa sababu."},
	} {
		if got, err := w.Say(c.say, c.lang, c.f); err != nil || got != c.want {
			t.Errorf("%v\n got %s\nwant %s", err, got, c.want)
		}
	}
}
