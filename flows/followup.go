package flows

import (
	"strings"
	"unicode"

	"ripoti/internal/ripoti"
)

// Follow is a follow-up (S15): the report whose number was typed, how it stood then, and whether the
// call comes from the phone that reported it.
type Follow struct {
	Code   ripoti.Code `json:"c,omitempty"`
	Stands Standing    `json:"s,omitempty"`
	Own    bool        `json:"o,omitempty"`
}

// Standing is how a report stands, in a word that tells nothing of it (domain brief 4.6: who has the
// number reads a status word only).
type Standing string

const (
	StandsUnknown Standing = ""        // nobody has that number
	StandsTaken   Standing = "taken"   // somebody has accepted it
	StandsLooked  Standing = "looked"  // somebody was asked and has not answered yet
	StandsSeeking Standing = "seeking" // nobody was found yet
	StandsClosed  Standing = "closed"
	// StandsHidden is the answer to a phone that tried too many wrong numbers today.
	StandsHidden Standing = "hidden"
)

// Act is what a reporter tells or asks of a report by its number (S15b).
type Act string

const (
	ActUnsafe  Act = "less_safe"       // 1, and again with the answer to "danger now?"
	ActNothing Act = "nothing_done"    // 2
	ActMoney   Act = "asked_for_money" // 3
	ActPushed  Act = "pushed"          // 4
	ActInform  Act = "information"     // 5, with Text
	ActWish    Act = "wish"            // 6: whether and how to be reached
	ActDelete  Act = "deletion"        // 6: the report is to be deleted
)

// Asked is what a press of a follow-up asks of the host.
type Asked struct {
	Code   ripoti.Code // "" for what can be no number
	Act    Act         // "" for how it stands
	Danger ripoti.Danger
	Wish   ripoti.Wish
	Text   string
}

// telling is a line of a follow-up's menu: where it leads, and what the host is told; nothing if act
// is empty.
type telling struct {
	to     Step
	act    Act
	danger ripoti.Danger
	wish   ripoti.Wish
}

// mostWrong is how many wrong numbers a call may try: numbers are not to be guessed.
const mostWrong = 3

// following says that the step belongs to a follow-up.
func following(s Step) bool { return s == FollowUp || s >= FollowStatus && s <= GiveUp }

// behindNumber says that the step is shown only to who has typed a report's number.
func behindNumber(s Step) bool { return following(s) && s != FollowUp && s != GiveUp }

// followed is a line chosen on a menu of a follow-up.
func (b *Book) followed(s State, line telling) Turn {
	if line.to == FollowReach && !s.Follow.Own {
		line.to = FollowOther // only the phone that reported says how it is reached
	}
	if line.act == "" {
		return b.show(forward(s, line.to), false)
	}
	next := forward(s, line.to)
	if s.Step != FollowStatus { // 9 behind the thanks leads back to the status
		next = onward(s, line.to)
	}
	return Turn{State: next, Do: Tell, Asked: Asked{Code: s.Follow.Code, Act: line.act, Danger: line.danger, Wish: line.wish}}
}

// followTyped is a report's number, or what helpers must know. Whether a number has a slip in it or
// is nobody's makes no difference, neither here nor to the host.
func (b *Book) followTyped(s State, key rune, input string) Turn {
	text := written(input, maxMore)
	switch {
	case s.Step == FollowUp && text != "":
		code, err := ripoti.ParseCode(text)
		if err != nil {
			code = ""
		}
		return Turn{State: s, Do: Look, Asked: Asked{Code: code}}
	case s.Step == FollowInform && key == 0 && strings.ContainsFunc(text, unicode.IsLetter):
		return Turn{State: onward(s, ThanksInform), Do: Tell, Asked: Asked{Code: s.Follow.Code, Act: ActInform, Text: text}}
	}
	return b.show(s, true)
}

// Answered is the turn after its Look or Tell was answered: only now may its screen say so.
func (b *Book) Answered(t Turn, stands Standing, own bool) Turn {
	s := t.State
	switch {
	case t.Do == Look && (stands == StandsUnknown || t.Asked.Code == ""):
		if s.Wrong++; s.Wrong >= mostWrong {
			return b.show(onward(s, GiveUp), false)
		}
		return b.show(s, true)
	case stands == StandsUnknown || stands == StandsHidden:
		return b.show(onward(s, GiveUp), false)
	case t.Do == Look:
		s.Follow = Follow{t.Asked.Code, stands, own}
		return b.show(forward(s, FollowStatus), false)
	case t.Asked.Act == ActDelete && stands == StandsClosed:
		return b.show(onward(s, ThanksDelete), false)
	}
	s.Follow.Stands = stands
	return b.show(s, false)
}

// status is S15b.
func (b *Book) status(s State, lang ripoti.Lang, wrong bool) string {
	text := b.cat.Text(lang, screens[FollowStatus].key, "stands", b.cat.Text(lang, "report.stands."+string(s.Follow.Stands)))
	if wrong {
		text = again(b.hint(lang, FollowStatus, 0), text)
	}
	return text
}
