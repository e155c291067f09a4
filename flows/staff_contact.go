package flows

import (
	"slices"

	"ripoti/internal/ripoti"
)

// StaffReasons are why a worker opens a reporter's number, in the order of the screen.
var StaffReasons = []string{"first_contact", "check", "danger", "arrange"}

// cares says that the number has taken it on itself to care for this case: police never see a
// reporter's number (domain brief 4.6).
func (c StaffCaseView) cares() bool { return c.mine() && c.Facts.Side == ripoti.Care }

// contact leads to the reporter's number: why, then what to say, then the number itself.
func (l *StaffLine) contact(s StaffState, input string) StaffTurn {
	number := StaffAsk{Do: StaffNumber, Assignment: s.Case.Assignment, Why: s.Why}
	switch {
	case input == "9" && s.Step == StaffScript:
		return l.to(s, StaffContact)
	case input == "9":
		s.Why = ""
		return l.to(s, StaffCase)
	}
	switch s.Step {
	case StaffContact:
		if n := key(input, len(StaffReasons)); n > 0 {
			s.Why = StaffReasons[n-1]
			number.Why = s.Why
			return ask(s, number)
		}
	case StaffScript:
		if input == "1" {
			number.Show = true
			return ask(s, number)
		}
	case StaffOnPhone:
		switch n := key(input, 1+len(inVain)); {
		case n == 1:
			return l.move(s, ripoti.MoveReached, Reply{})
		case n > 1:
			return ask(s, StaffAsk{Do: StaffAnswer, Assignment: s.Case.Assignment, Reply: Reply{Verb: VerbCheck, Check: inVain[n-2]}})
		}
		number.Show = true // it is kept nowhere: the same screen asks again
		return ask(s, number)
	}
	return l.show(s, "keys")
}

// inVain are the lines of a try that reached nobody, after that of a real contact.
var inVain = []ripoti.CheckAnswer{ripoti.CheckUnreached, ripoti.CheckNotSafe}

// called is the turn after the host has said whether the reporter may be called, or shown the number.
// That stands on this screen alone: in no state and in nothing that is kept of a press.
func (l *StaffLine) called(s StaffState, a StaffAsk, told StaffTold) StaffTurn {
	switch {
	case told.Result != "":
		s.Why = ""
		return l.came(s, a, told)
	case !a.Show:
		return l.to(s, StaffScript)
	}
	s.Step = StaffOnPhone
	lang := staffTongue(s.Lang)
	hours := l.cat.Text(lang, "contact.hours."+string(s.Case.Facts.Wish))
	text := l.cat.Text(lang, "staff.on_phone", "code", string(s.Case.Facts.Code), "phone", told.Phone, "hours", hours)
	return StaffTurn{State: s, Screen: fitScreen(text)}
}

// Kept says that what a press is told can be kept until a gateway asks for it again. What is not is
// read anew each time.
func (a StaffAsk) Kept() bool {
	return !slices.Contains([]StaffDo{StaffGetNotes, StaffNumber}, a.Do)
}
