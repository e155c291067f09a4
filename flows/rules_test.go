package flows

import (
	"reflect"
	"strings"
	"testing"

	"ripoti/internal/ripoti"
)

func TestDangerPath(t *testing.T) {
	b := newBook(t)
	t.Run("the alert leaves with the third answer and is filed once", func(t *testing.T) {
		turns := walk(b, "1", "1", "1", "1", "kibera", "1", "1", "2", "3", "1", "1")
		var did []Do
		for _, turn := range turns {
			if turn.Do != Nothing {
				did = append(did, turn.Do)
			}
		}
		if want := []Do{Hold, File, Add, Add, Add}; !reflect.DeepEqual(did, want) {
			t.Errorf("the host was asked to %v, want %v", did, want)
		}
		if filed := turns[7]; filed.Do != File || filed.Draft.Stage != ripoti.StageUrgent || filed.Draft.Answers.ByWhom != ripoti.ByFamily {
			t.Errorf("the seventh screen's answer gave %+v", filed)
		}
	})
	t.Run("an answer given again adds nothing", func(t *testing.T) {
		turns := walk(b, "1", "1", "1", "1", "kibera", "1", "1", "9", "1")
		if again := last(turns); again.Do != Nothing || again.State.Step != Weapon {
			t.Errorf("the same answer gave %q at %v", again.Do, again.State.Step)
		}
	})
	t.Run("a filing that was answered by nobody is asked for again", func(t *testing.T) {
		s := last(walk(b, "1", "1", "1", "1", "kibera", "1")).State
		lost := b.Next(s, "1")
		if lost.Do != File || lost.Screen != "" {
			t.Fatalf("%+v", lost)
		}
		if again := b.Next(lost.State, "2"); again.Do != File || again.Draft.Answers.Weapon != ripoti.WeaponBlade {
			t.Errorf("the next answer gave %q", again.Do)
		}
	})
	t.Run("0 drops what is held and leaves what was filed", func(t *testing.T) {
		if left := last(walk(b, "1", "1", "1", "1", "kibera", "1", "0")); left.Do != Drop {
			t.Errorf("held, 0 gave %q", left.Do)
		}
		if left := last(walk(b, "1", "1", "1", "1", "kibera", "1", "1", "0")); left.Do != Nothing || !left.State.Filed {
			t.Errorf("filed, 0 gave %q", left.Do)
		}
	})
	t.Run("leaving keeps nothing that was said", func(t *testing.T) {
		s := last(walk(b, "1", "1", "1", "1", "kibera", "1", "0")).State
		if s.Answers != (ripoti.Answers{}) || s.Typed != "" || s.Offer != nil || s.Trail != nil {
			t.Errorf("kept %+v", s)
		}
	})
}

func TestSaidIsSaved(t *testing.T) {
	b := newBook(t)
	before := last(walk(b, "1", "2", "2", "7", "kibera", "1", "6", "5", "4", "1"))
	filing := b.Next(before.State, "5")
	if filing.Do != File {
		t.Fatalf("the last answer gave %q", filing.Do)
	}
	t.Run("no screen before the commit", func(t *testing.T) {
		if filing.Screen != "" {
			t.Errorf("%q", filing.Screen)
		}
	})
	t.Run("no state without a number shows a received screen", func(t *testing.T) {
		for _, turn := range []Turn{b.Screen(filing.State), b.Late(filing.State), b.Received(filing, ""), b.Next(filing.State, "x")} {
			if strings.Contains(turn.Screen, "Received") {
				t.Errorf("%q", turn.Screen)
			}
		}
	})
	t.Run("the number is on the screen after the commit", func(t *testing.T) {
		if turn := b.Received(filing, shortCode); !strings.Contains(turn.Screen, shortCode.Spaced()) || !turn.End {
			t.Errorf("%+v", turn)
		}
	})
	t.Run("after a failure the same answer files again", func(t *testing.T) {
		for _, s := range []State{before.State, filing.State} {
			sorry := b.Unsaved(s)
			if !sorry.End || !strings.Contains(sorry.Screen, "could not save") {
				t.Errorf("%+v", sorry)
			}
			if again := b.Next(sorry.State, "5"); again.Do != File || again.Draft.Stage != ripoti.StageComplete {
				t.Errorf("the answer given again gave %q", again.Do)
			}
		}
	})
}

func TestChildReporter(t *testing.T) {
	b := newBook(t)
	for name, keys := range map[string]string{
		"sexual": "1 kibera 1 1 1 2", "hurt": "2 1 kibera 1 1 1", "marriage or FGM": "3 3 kibera 1 1 1", "home": "4 kibera 1 1 1",
		"sold": "5 1 mtwapa 1 1 1", "police": "6 3 kibera 1 1 4", "crime": "7 kibera 1 1 1", "not sure": "8 kibera 1 1 6",
	} {
		t.Run("at most six menus and a place after S2: "+name, func(t *testing.T) {
			pressed := strings.Fields(keys)
			turns := walk(b, append([]string{"2", "2", "2"}, pressed...)...)
			s := last(turns).State
			if s.Step != Last && s.Step != LastPolice {
				t.Fatalf("stands at %v", s.Step)
			}
			if menus := len(pressed) - 1 + 1; menus > 6 { // without the name, with the last step
				t.Errorf("%d menus", menus)
			}
		})
	}
}

func TestRules(t *testing.T) {
	adult := ripoti.Answers{AtRisk: ripoti.AtRiskSelfAdult}
	with := func(a ripoti.Answers, change func(*ripoti.Answers)) ripoti.Answers { change(&a); return a }
	for _, c := range []struct {
		name string
		rule condition
		a    ripoti.Answers
		want bool
	}{
		{"an adult chooses after sexual violence", adultMayChoose, with(adult, func(a *ripoti.Answers) { a.What = ripoti.WhatSexual }), true},
		{"an adult chooses after violence at home", adultMayChoose, with(adult, func(a *ripoti.Answers) { a.What = ripoti.WhatHome }), true},
		{"an adult chooses after forced work", adultMayChoose, with(adult, func(a *ripoti.Answers) { a.What, a.Detail = ripoti.WhatSold, ripoti.SoldWork }), true},
		{"nobody chooses for a child that is used", adultMayChoose, with(adult, func(a *ripoti.Answers) { a.What, a.Detail = ripoti.WhatSold, ripoti.SoldChildSex }), false},
		{"nobody chooses for a theft", adultMayChoose, with(adult, func(a *ripoti.Answers) { a.What = ripoti.WhatCrime }), false},
		{"a neighbour does not choose", adultMayChoose, ripoti.Answers{AtRisk: ripoti.AtRiskOtherAdult, What: ripoti.WhatHome}, false},
		{"where the suspect is matters for a child", suspectMatters, ripoti.Answers{AtRisk: ripoti.AtRiskOtherChild, What: ripoti.WhatCrime}, true},
		{"where the suspect is matters after sexual violence", suspectMatters, with(adult, func(a *ripoti.Answers) { a.What, a.When = ripoti.WhatSexual, ripoti.WhenLonger }), true},
		{"where the suspect is matters within 3 days", suspectMatters, ripoti.Answers{What: ripoti.WhatCrime, AtRisk: ripoti.AtRiskUnsure, When: ripoti.WhenDays3}, true},
		{"where the suspect is does not matter for an old theft", suspectMatters, ripoti.Answers{What: ripoti.WhatCrime, AtRisk: ripoti.AtRiskUnsure, When: ripoti.WhenMonth}, false},
		{"a child is not asked where the suspect is", suspectMatters, ripoti.Answers{What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskSelfChild}, false},
		{"sexual within 3 days goes to hospital", condition{holds: hospitalHelps}, ripoti.Answers{What: ripoti.WhatSexual, When: ripoti.WhenDays3}, true},
		{"sexual long ago does not", condition{holds: hospitalHelps}, ripoti.Answers{What: ripoti.WhatSexual, When: ripoti.WhenLonger}, false},
		{"sexual by the police goes to hospital", condition{holds: hospitalHelps}, ripoti.Answers{What: ripoti.WhatPolice, Detail: ripoti.PoliceSexual, When: ripoti.WhenNow}, true},
		{"a time that was not asked counts as recent", condition{holds: hospitalHelps}, ripoti.Answers{What: ripoti.WhatSold, Detail: ripoti.SoldChildSex}, true},
		{"a beating does not go there by this rule", condition{holds: hospitalHelps}, ripoti.Answers{What: ripoti.WhatChild, When: ripoti.WhenNow}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.rule.met(c.a); got != c.want {
				t.Errorf("%v", got)
			}
		})
	}
	t.Run("another line of S4 forgets the detail of the first", func(t *testing.T) {
		s := last(walk(newBook(t), "1", "2", "2", "6", "3", "9", "9", "2")).State
		if s.Answers.What != ripoti.WhatChild || s.Answers.Detail != "" {
			t.Errorf("%+v", s.Answers)
		}
	})
	t.Run("the same line keeps it", func(t *testing.T) {
		s := last(walk(newBook(t), "1", "2", "2", "6", "3", "9", "9", "6")).State
		if s.Answers.Detail != ripoti.PoliceSexual {
			t.Errorf("%+v", s.Answers)
		}
	})
	t.Run("a choice that no longer applies is not filed", func(t *testing.T) {
		turns := walk(newBook(t), "1", "2", "2", "4", "kibera", "1", "2", "1", "4", "2", "9", "9", "9", "9", "4", "1", "4", "1", "5")
		filed := last(turns)
		if filed.Do != File || filed.Draft.Answers.AtRisk != ripoti.AtRiskOtherAdult || filed.Draft.Answers.Choice != "" {
			t.Errorf("%q %+v", filed.Do, filed.Draft.Answers)
		}
	})
}

func TestPurity(t *testing.T) {
	b := newBook(t)
	t.Run("a press leaves the state it was given as it was", func(t *testing.T) {
		s := last(walk(b, "1", "2", "2", "2", "1", "bura", "9")).State
		kept := string(s.Append(nil))
		for _, in := range []string{"kibera", "bura", "9", "0", "", "mwisho"} {
			first := b.Next(s, in)
			b.Next(first.State, "1")
			b.Next(first.State, "2")
			if again := b.Next(s, in); !reflect.DeepEqual(first, again) {
				t.Errorf("%q gave %+v and then %+v", in, first, again)
			}
		}
		if now := string(s.Append(nil)); now != kept {
			t.Error("the state changed")
		}
	})
	t.Run("free text is asked for where * and # may stand in it", func(t *testing.T) {
		for _, c := range []struct {
			keys   string
			typing bool
		}{
			{"1 2 2", false}, {"1 2 2 7", true}, {"1 2 2 7 hakuna", true}, {"1 2 2 7 bura", false}, {"1 2 2 7 kibera 1 6 5 4", true}, {"1 2 2 7 0", false},
		} {
			if got := b.Typing(last(walk(b, strings.Fields(c.keys)...)).State); got != c.typing {
				t.Errorf("%s: %v", c.keys, got)
			}
		}
	})
}

func TestRedial(t *testing.T) {
	b := newBook(t)
	old := last(walk(b, "1", "1", "1", "1", "kibera", "1")).State
	old.Conversation = "the-old-call"
	t.Run("nothing of the old call is shown before its caller says so", func(t *testing.T) {
		for _, keys := range [][]string{nil, {"1"}, {"1", "x"}, {"1", "9"}} {
			turn := b.Redial(old)
			for _, key := range keys {
				turn = b.Next(turn.State, key)
			}
			if strings.Contains(turn.Screen, "Kibera") || strings.Contains(turn.Screen, "doing it") {
				t.Errorf("%v shows %q", keys, turn.Screen)
			}
		}
	})
	t.Run("going on brings the old call's report back", func(t *testing.T) {
		s := b.Next(b.Next(b.Redial(b.Taken(old, shortCode)).State, "2").State, "1").State
		if s.Conversation != "the-old-call" || s.Code != shortCode || s.Step != ByWhom || s.Lang != ripoti.Swahili || s.Old != nil {
			t.Errorf("%+v", s)
		}
	})
	t.Run("a cut before the answer leaves the old call's draft", func(t *testing.T) {
		if d, ok := b.Cut(b.Redial(old).State); !ok || d.Stage != ripoti.StagePartial {
			t.Errorf("%v %+v", ok, d)
		}
	})
	t.Run("starting again forgets what was said", func(t *testing.T) {
		s := b.Next(b.Next(b.Redial(old).State, "1").State, "2").State
		if s.Answers != (ripoti.Answers{}) || s.Old != nil || s.Conversation != "" {
			t.Errorf("%+v", s)
		}
	})
	t.Run("a call that told nothing, was left or is over is not offered", func(t *testing.T) {
		for _, keys := range []string{"", "1", "1 2", "1 4", "1 2 2 1 kibera 1 0", "1 3", "1 2 2 9 9 3", "1 2 2 7 kibera 1 6 5 4 1 5"} {
			if turn := b.Redial(last(walk(b, strings.Fields(keys)...)).State); turn.State.Old != nil {
				t.Errorf("%q is offered again", keys)
			}
		}
	})
}

func TestHints(t *testing.T) {
	b := newBook(t)
	for step := range steps {
		sc := screens[step]
		if sc.asks.set == nil && sc.goes == nil && !sc.typing && step != Language && step != GoOn {
			continue
		}
		t.Run("a wrong key on "+step.String()+" is told which keys there are", func(t *testing.T) {
			for _, lang := range ripoti.Langs {
				for w := range wordings {
					sheet := b.sheets()[lang][step][w]
					if hint := b.hint(lang, step, 0); !strings.HasPrefix(sheet.again, hint) || !fits(sheet.again) {
						t.Errorf("%s: %q", lang, sheet.again)
					}
				}
			}
		})
	}
}
