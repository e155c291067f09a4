package flows

import (
	"strings"
	"unicode"

	"ripoti/internal/ripoti"
)

// Next is one press: the same state and input always give the same turn. 0 leaves and 9 goes back
// on every screen. Where the turn says File its Screen is empty until Received or Unsaved gives it.
func (b *Book) Next(s State, input string) Turn {
	if s.Ended {
		return b.show(s, false)
	}
	if isEnding(s.Step) && !s.Filed { // its File was neither received nor refused: ask once more
		s, _ = back(s)
	}
	key := press(input)
	if key == '0' {
		return leave(b, s)
	}
	if key == '9' {
		if gone, ok := back(s); ok {
			return b.show(gone, false)
		}
		return b.show(s, true)
	}
	sc := &screens[s.Step]
	switch {
	case sc.asks.set != nil:
		if line, ok := lineOf(key, len(sc.asks.codes)); ok {
			return b.answered(s, line)
		}
	case sc.goes != nil:
		if line, ok := lineOf(key, len(sc.goes)); ok {
			return b.show(forward(s, sc.goes[line]), false)
		}
	case sc.tells != nil:
		if line, ok := lineOf(key, len(sc.tells)); ok {
			return b.followed(s, sc.tells[line])
		}
	case sc.typing:
		return b.typed(s, key, input)
	case isEnding(s.Step):
		if next := endingBeside(s.Step, s.Answers, 1); key == '1' && next < steps {
			return b.show(onward(s, next), false)
		}
	default:
		return b.chosen(s, key)
	}
	return b.show(s, true)
}

// chosen is a key on a screen whose lines are neither answers nor ways.
func (b *Book) chosen(s State, key rune) Turn {
	switch s.Step {
	case Language:
		if line, ok := lineOf(key, len(ripoti.Langs)); ok {
			s.Lang = ripoti.Langs[line]
			s.Step = Menu
			if s.Old != nil {
				s.Step = GoOn
			}
			return b.show(s, false)
		}
	case GoOn:
		switch {
		case key == '1' && s.Old != nil:
			old := *s.Old
			old.Lang = s.Lang
			return b.Screen(old)
		case key == '2':
			return b.show(State{Step: Menu, Lang: s.Lang, Conversation: s.Conversation}, false)
		}
	case Which:
		if key == '8' {
			return b.lost(s)
		}
		if line, ok := lineOf(key, len(s.Offer)); ok {
			return b.found(s, s.Offer[line])
		}
	case ReadBack:
		switch key {
		case '1':
			return b.found(s, s.Offer[0])
		case '2':
			return b.offer(s, "ask", s.Offer[1:]) // what else it could have been
		}
	}
	return b.show(s, true)
}

// typed is free text, or the key that skips it.
func (b *Book) typed(s State, key rune, input string) Turn {
	switch {
	case following(s.Step):
		return b.followTyped(s, key, input)
	case s.Step == More && key == '1':
		return b.onto(s, s)
	case s.Step == More && key == 0:
		if text := written(input, maxMore); text != "" {
			next := s
			next.Answers.More = text
			return b.onto(s, next)
		}
	case s.Step != More:
		if text := written(input, maxTyped); strings.ContainsFunc(text, unicode.IsLetter) {
			return b.search(s, text)
		}
	}
	return b.show(s, true)
}

// answered is a line chosen on a menu that fills a field of the report.
func (b *Book) answered(s State, line int) Turn {
	next := s
	screens[s.Step].asks.set(&next.Answers, line)
	if next.Answers.What != s.Answers.What {
		next.Answers.Detail = "" // it belonged to the other line
	}
	return b.onto(s, next)
}

// onto goes from the question that before stands at to the one behind it, and says what the host
// must do about what is told in next.
func (b *Book) onto(before, next State) Turn {
	asked := before.Step
	if placing(asked) {
		asked = Where
	}
	next.Step = asked
	next = forward(next, after(asked, next.Answers))
	t := b.show(next, false)
	t.Do, t.Draft = duty(asked, before, next)
	switch t.Do {
	case File:
		t.State, t.Screen, t.End = next, "", false
	case Hold:
		t.State.Held = true
	case Drop:
		t.State.Held = false
	}
	return t
}

// duty is what the host must do once asked was answered.
func duty(asked Step, before, next State) (Do, ripoti.Draft) {
	finished := asked == Last || asked == LastPolice
	stage := ripoti.StageUrgent
	if finished {
		stage = ripoti.StageComplete
	}
	switch {
	case next.Filed && (finished || next.Answers != before.Answers):
		return Add, draft(next, stage)
	case next.Filed:
		return Nothing, ripoti.Draft{}
	case finished || alertLeaves(asked, next.Answers):
		return File, draft(next, stage)
	case urgent(next.Answers) && (!next.Held || next.Answers != before.Answers):
		return Hold, draft(next, ripoti.StagePartial)
	case next.Held && !urgent(next.Answers):
		return Drop, ripoti.Draft{}
	}
	return Nothing, ripoti.Draft{}
}

// alertLeaves says that with this answer the danger path has told what, where and by whom. The
// questions behind ByWhom say so too, for the case that saving it failed there.
func alertLeaves(asked Step, a ripoti.Answers) bool {
	if !urgent(a) || a.What == "" || a.ByWhom == "" {
		return false
	}
	return asked == ByWhom || asked == Weapon || asked == AtRisk
}

// leave is key 0: nothing of what was said is kept, unless it was filed before.
func leave(b *Book, s State) Turn {
	t := b.show(State{Step: Exit, Lang: s.Lang, Filed: s.Filed, Code: s.Code, Walled: s.Walled, Conversation: s.Conversation}, false)
	if s.Held && !s.Filed {
		t.Do = Drop
	}
	return t
}

// forward goes to the screen to, so that 9 leads back to where s stands.
func forward(s State, to Step) State {
	s.Trail = append(s.Trail[:len(s.Trail):len(s.Trail)], s.Step)
	return onward(s, to)
}

// onward goes to the screen to and leaves no trail.
func onward(s State, to Step) State {
	s.Step = to
	if to == Advice { // S1's line 1 says so as well as S2's
		s.Answers.Danger = ripoti.DangerYes
	}
	return s
}

// back is key 9: the question before, with what was answered still standing until it is answered
// anew. It is false where there is nothing before.
func back(s State) (State, bool) {
	switch {
	case placing(s.Step):
		s.Step = Where
		s.Offer, s.County = nil, ripoti.PlaceRef{}
		return s, true
	case isEnding(s.Step) && s.Filed:
		previous := endingBeside(s.Step, s.Answers, -1)
		if previous == steps {
			return s, false
		}
		s.Step = previous
		return s, true
	case len(s.Trail) == 0:
		return s, false
	}
	n := len(s.Trail) - 1
	s.Step = s.Trail[n]
	s.Trail = s.Trail[:n]
	if n == 0 {
		s.Trail = nil
	}
	if s.Step == FollowUp {
		s.Follow = Follow{}
	}
	return s, true
}

// placing says that the step is one of the questions behind S5.
func placing(s Step) bool { return s == Which || s == County || s == ReadBack }

// press reads an answer of one key as people type it (" 1", "1.", a full-width digit), and gives 0
// for anything else.
func press(input string) rune {
	input = strings.TrimRight(strings.TrimSpace(input), ".)")
	var key rune
	for i, r := range input {
		if i > 0 {
			return 0
		}
		key = r
	}
	if key >= '０' && key <= '９' {
		key -= '０' - '0'
	}
	if key < '0' || key > '9' {
		return 0
	}
	return key
}

// lineOf is the line of a menu of n that a key chooses, from 0.
func lineOf(key rune, n int) (int, bool) {
	i := int(key - '1')
	return i, i >= 0 && i < n
}

// written is a free text as it is kept: on one line, without control characters, at most n letters.
func written(input string, n int) string {
	text := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(input, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	for i := range text {
		if n == 0 {
			return strings.TrimSpace(text[:i])
		}
		n--
	}
	return text
}
