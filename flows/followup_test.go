package flows

import (
	"strings"
	"testing"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

// TestFollowUpTells is what the keys of a follow-up tell the host, and where they lead.
func TestFollowUpTells(t *testing.T) {
	b := newBook(t)
	for _, c := range []struct {
		keys  string // behind language, 3 and a number that stands taken, from the own phone
		act   Act
		what  string // danger, wish or text
		leads Step
	}{
		{"1", ActUnsafe, "", FollowUnsafe},
		{"1 1", ActUnsafe, "yes", ThanksDanger},
		{"1 2", ActUnsafe, "no", ThanksUnsafe},
		{"1 3", ActUnsafe, "unsure", ThanksUnsafe},
		{"2", ActNothing, "", ThanksNothing},
		{"3", ActMoney, "", ThanksMoney},
		{"4", ActPushed, "", ThanksPushed},
		{"5 he-came-back", ActInform, "he-came-back", ThanksInform},
		{"6 1 1", ActWish, "any", ThanksReach},
		{"6 1 2", ActWish, "morning", ThanksReach},
		{"6 1 3", ActWish, "evening", ThanksReach},
		{"6 1 4", ActWish, "sms", ThanksReach},
		{"6 1 5", ActWish, "none", ThanksSilent},
		{"6 2", ActWish, "none", ThanksSilent},
		{"6 3", ActDelete, "", ThanksKept},
	} {
		t.Run(c.keys, func(t *testing.T) {
			s := last(walk(b, "1", "3", "4829172")).State
			var asked Turn
			for _, key := range strings.Fields(c.keys) {
				asked = b.Next(s, key)
				s = host(b, asked).State
			}
			what := string(asked.Asked.Danger) + string(asked.Asked.Wish) + asked.Asked.Text
			if asked.Do != Tell || asked.Asked.Act != c.act || what != c.what || asked.Asked.Code != "4829172" {
				t.Errorf("asks %s %+v", asked.Do, asked.Asked)
			}
			if asked.Screen != "" {
				t.Errorf("says %q before it is done", asked.Screen)
			}
			if s.Step != c.leads {
				t.Errorf("leads to %v", s.Step)
			}
			if back := b.Next(s, "9").State.Step; c.leads != FollowUnsafe && back != FollowStatus && back != FollowData {
				t.Errorf("9 leads to %v", back)
			}
		})
	}
}

func TestFollowUpNumbers(t *testing.T) {
	b := newBook(t)
	at := last(walk(b, "2", "3")).State
	t.Run("a number may be typed with spaces, dots and dashes", func(t *testing.T) {
		for _, typed := range []string{"4829172", "482 9172", " 482-9172 ", "482.91.72"} {
			if turn := b.Next(at, typed); turn.Do != Look || turn.Asked.Code != "4829172" || turn.Screen != "" {
				t.Errorf("%q asks %s %q", typed, turn.Do, turn.Asked.Code)
			}
		}
	})
	t.Run("what can be no number is looked up like one that is nobody's, and told alike", func(t *testing.T) {
		slip, nobody := b.Next(at, "4829173"), b.Next(at, "1234562")
		if slip.Do != Look || nobody.Do != Look || host(b, slip).Screen != host(b, nobody).Screen {
			t.Errorf("%q and %q", host(b, slip).Screen, host(b, nobody).Screen)
		}
	})
	t.Run("the third wrong number ends the call, also with 9 in between", func(t *testing.T) {
		turn := last(walk(b, "2", "3", "4829173", "9", "3", "hello", "9", "3", "11"))
		if !turn.End || turn.State.Step != GiveUp {
			t.Errorf("%v: %q", turn.State.Step, turn.Screen)
		}
	})
	t.Run("nothing of the report is left in the state behind 9", func(t *testing.T) {
		if s := b.Next(last(walk(b, "2", "3", "4829172")).State, "9").State; s.Follow != (Follow{}) {
			t.Errorf("kept %+v", s.Follow)
		}
	})
	t.Run("another phone is not asked how to reach it, and may forbid all contact", func(t *testing.T) {
		s := last(walk(b, "1", "3", "7300018", "6")).State
		if turn := b.Next(s, "1"); turn.State.Step != FollowOther || turn.Do != Nothing {
			t.Errorf("1 leads to %v and asks %s", turn.State.Step, turn.Do)
		}
		if turn := b.Next(s, "2"); turn.Do != Tell || turn.Asked.Wish != ripoti.WishNone {
			t.Errorf("2 asks %+v", turn.Asked)
		}
	})
	t.Run("the wish to be forgotten is answered by what is true of the case", func(t *testing.T) {
		for number, leads := range map[string]Step{"4829172": ThanksKept, "6110009": ThanksDelete} {
			if turn := last(walk(b, "1", "3", number, "6", "3")); turn.State.Step != leads {
				t.Errorf("%s leads to %v", number, turn.State.Step)
			}
		}
	})
}

func TestReadHow(t *testing.T) {
	for body, want := range map[string]How{
		"1": HowBetter, " 2. ": HowSame, "3": HowWorse, "worse": HowWorse, "Mbaya zaidi!": HowWorse, "nafuu": HowBetter, "VILEVILE": HowSame,
		"3 worse": HowWorse, "3 4829172": HowWorse, "482 9172 3": HowWorse, "4829172: worse": HowWorse, "1 better": HowBetter,
		"": "", "4": "", "0": "", "13": "", "3 men came again": "", "1 4829173": "", "not worse": "", "si mbaya": "", "he is worse than before": "",
	} {
		if got, ok := ReadHow(body); got != want || ok != (want != "") {
			t.Errorf("%q is %q, want %q", body, got, want)
		}
	}
}

func TestNumberAndWords(t *testing.T) {
	for body, want := range map[string]string{
		"4829172 he came back last night":     "he came back last night",
		"482 9172: Amerudi, yuko nyumbani":    "Amerudi, yuko nyumbani",
		"Ref 4829172. the girl is 13 now":     "the girl is 13 now",
		"nambari 482-9172 wamenitisha tena":   "wamenitisha tena",
		"4829172":                             "",
		"1 4829172":                           "",
		"4829172 yes":                         "",
		"4829173 he came back":                "", // a slip
		"0711000099 call me there":            "", // a phone
		"my daughter 4829172 was beaten":      "", // not in front
		"4829172 3 men came to the house":     "", // one number or two: a person must read it
		"4829172\u200b he came \xff back now": "he came",
	} {
		code, words, ok := NumberAndWords(body)
		if ok != (want != "") || (ok && (code != "4829172" || !strings.Contains(words, want))) {
			t.Errorf("%q is %q %q %v", body, code, words, ok)
		}
	}
}

// TestNewsFits: what a reporter gets unasked tells nothing of the case.
func TestNewsFits(t *testing.T) {
	w, _ := newWriter(t)
	for _, lang := range ripoti.Langs {
		for _, say := range []string{SayTextTaken, SayTextHow} {
			text, err := w.Say(say, lang, Facts{Code: longestNumber})
			if err != nil {
				t.Fatal(err)
			}
			fitsOneSegment(t, text)
			for _, word := range []string{"police", "polisi", "child", "mtoto", "report", "ripoti", "officer", "afisa", "rape"} {
				if strings.Contains(strings.ToLower(text), word) {
					t.Errorf("%q says %q", text, word)
				}
			}
			if !strings.Contains(text, "0") {
				t.Errorf("no way to stop: %q", text)
			}
		}
	}
}

// TestFollowUpMessagesFit: what staff hears of a follow-up, in every way, with the longest words.
func TestFollowUpMessagesFit(t *testing.T) {
	w, _ := newWriter(t)
	for _, lang := range ripoti.Langs {
		for _, way := range testWays {
			for _, side := range []ripoti.Side{ripoti.Safety, ripoti.Care} {
				for _, status := range []ripoti.AssignmentStatus{"", ripoti.AssignmentOpen, ripoti.AssignmentAccepted} {
					f := Facts{Code: longestNumber, Side: side, Status: status, Urgency: ripoti.Critical, Category: ripoti.ChildMarriage,
						Detail: ripoti.HarmfulBoth, Place: longPlaces[0][0], County: longPlaces[0][1], Way: way}
					for _, say := range []string{SayWhatDone, SayInformation, SayDanger} {
						text, err := w.Say(say, lang, f)
						if err != nil {
							t.Fatal(err)
						}
						fitsOneSegment(t, text)
						if units, _ := sms.Units(text); units < 30 {
							t.Errorf("%s says only %q", say, text)
						}
						if say == SayWhatDone && strings.Contains(strings.ToLower(text), "report") {
							t.Errorf("it tells who asks: %q", text)
						}
					}
				}
			}
		}
	}
}

// TestContactSentencesFit: what a worker reads before a call is one screen.
func TestContactSentencesFit(t *testing.T) {
	cat := catalogue(t)
	for _, lang := range ripoti.Langs {
		found := 0
		for _, key := range cat.Keys(lang) {
			if !strings.HasPrefix(key, "contact.") {
				continue
			}
			found++
			if units, gsm7 := sms.Units(cat.Text(lang, key)); !gsm7 || units > ScreenUnits {
				t.Errorf("%s %s: %d units", lang, key, units)
			}
		}
		if found < 11 {
			t.Errorf("%s has %d sentences", lang, found)
		}
	}
}
