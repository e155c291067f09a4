package flows

import (
	"strconv"
	"strings"

	"ripoti/internal/ripoti"
)

// StaffEnd is a way in which a case may end, as the table of closings has it.
type StaffEnd struct {
	Outcome ripoti.Outcome `json:"o,omitempty"`
	Agree   int            `json:"a,omitempty"` // how many others must agree
	Reason  bool           `json:"r,omitempty"` // words are asked for
	Other   bool           `json:"n,omitempty"` // the number of the report that goes on is asked for
}

// endPage is what of the ways to end is on the screen.
func (s StaffState) endPage() (rows []StaffEnd, more bool) {
	from := min(max(0, s.Page)*listRows, len(s.Ends))
	to := min(from+listRows, len(s.Ends))
	return s.Ends[from:to], to < len(s.Ends)
}

// ends asks how a case may be closed.
func (l *StaffLine) ends(s StaffState) StaffTurn {
	s.Page, s.End, s.Note, s.Other = 0, StaffEnd{}, "", ""
	return ask(s, StaffAsk{Do: StaffGetEnds, Assignment: s.Case.Assignment})
}

// close leads from how a case ended, by what the table asks for, to the proposal.
func (l *StaffLine) close(s StaffState, input string) StaffTurn {
	if input == "9" {
		return l.closeBack(s)
	}
	switch s.Step {
	case StaffOutcome:
		rows, more := s.endPage()
		if n := key(input, len(rows)); n > 0 {
			s.End, s.Note, s.Other = rows[n-1], "", ""
			return l.to(s, s.End.step())
		}
		if input == "8" && more {
			s.Page++
			return l.show(s, "")
		}
	case StaffReason:
		if inWords(input) {
			s.Note = shorter(input, longestNote)
			return l.to(s, StaffCloseSure)
		}
		return l.show(s, "words")
	case StaffOther:
		if code, err := ripoti.ParseCode(input); err == nil && code != s.Case.Facts.Code {
			s.Other = code
			return l.to(s, StaffCloseSure)
		}
		return l.show(s, "typed")
	case StaffCloseSure:
		if input == "1" {
			return ask(s, StaffAsk{Do: StaffPropose, Assignment: s.Case.Assignment, End: s.End.Outcome, Note: s.Note, Other: s.Other})
		}
	}
	return l.show(s, "keys")
}

func (l *StaffLine) closeBack(s StaffState) StaffTurn {
	switch {
	case s.Step != StaffOutcome:
		return l.to(s, StaffOutcome)
	case s.Page > 0:
		s.Page--
		return l.show(s, "")
	case s.Case.open() || s.Case.mine():
		s.Ends, s.End = nil, StaffEnd{}
		return l.to(s, StaffMore)
	}
	s.Ends, s.End = nil, StaffEnd{}
	return l.to(s, StaffCase)
}

// step is what is asked before a case may end so.
func (e StaffEnd) step() StaffStep {
	switch {
	case e.Reason:
		return StaffReason
	case e.Other:
		return StaffOther
	}
	return StaffCloseSure
}

// inWords says that somebody typed words rather than a key.
func inWords(input string) bool { return len(input) > 2 && !digits(input) }

// agree is a yes or a no to a closing that somebody proposed.
func (l *StaffLine) agree(s StaffState, input string) StaffTurn {
	answer := StaffAsk{Do: StaffAgree, Number: s.Case.Facts.Code, Reply: Reply{Verb: VerbDecline}}
	switch {
	case input == "9" && s.Step == StaffNotYet:
		return l.to(s, StaffAsked)
	case input == "9":
		return ask(s, StaffAsk{Do: StaffGetList, List: ListClosings})
	case s.Step == StaffNotYet && input == "1":
		return ask(s, answer)
	case s.Step == StaffNotYet && inWords(input):
		answer.Reply.Note = shorter(input, longestNote)
		return ask(s, answer)
	case s.Step == StaffAsked && input == "1":
		answer.Reply.Verb = VerbAccept
		return ask(s, answer)
	case s.Step == StaffAsked && input == "2":
		return l.to(s, StaffNotYet)
	}
	return l.show(s, "keys")
}

func (l *StaffLine) closeText(s StaffState, lang ripoti.Lang) string {
	w := l.words(lang, s.Case.Facts, whole)
	words := []string{"code", string(s.Case.Facts.Code), "outcome", w.word("outcome", string(s.End.Outcome)), "who", l.cat.Text(lang, "staff.agree."+strconv.Itoa(s.End.Agree))}
	switch s.Step {
	case StaffReason:
		return l.cat.Text(lang, "staff.close_reason", words...)
	case StaffOther:
		return l.cat.Text(lang, "staff.close_other", words...)
	case StaffCloseSure:
		if s.End.Agree == 0 {
			return l.cat.Text(lang, "staff.keep_sure", words...)
		}
		return l.cat.Text(lang, "staff.close_sure", words...)
	case StaffNotYet:
		return l.cat.Text(lang, "staff.not_yet", words...)
	case StaffAsked:
		return l.askedText(s, w, l.cat.Text(lang, "staff.asked", words...))
	}
	return l.endsText(s, w, l.cat.Text(lang, "staff.outcome", words...))
}

// endsText is a page of the ways to end; they are cut as far as the screen needs.
func (l *StaffLine) endsText(s StaffState, w line, head string) string {
	rows, more := s.endPage()
	for chars := 40; ; chars-- {
		lines := []string{head}
		for i, row := range rows {
			lines = append(lines, strconv.Itoa(i+1)+" "+shorter(w.word("outcome", string(row.Outcome)), chars))
		}
		if more {
			lines = append(lines, l.cat.Text(w.lang, "staff.line.more"))
		}
		text := strings.Join(append(lines, l.cat.Text(w.lang, "staff.line.back")), "\n")
		if fitsScreen(text) || chars == 1 {
			return text
		}
	}
}

// askedText is a case to somebody who is asked to agree: codes and a place, no story.
func (l *StaffLine) askedText(s StaffState, w line, menu string) string {
	head := joined([]string{string(w.f.Code), l.cat.Text(w.lang, "staff.level."+string(w.f.Urgency)), w.what()}, " ")
	for _, lines := range [][]string{{head, capital(l.whoText(w)), shorter(w.f.Place, 24), menu}, {head, shorter(w.f.Place, 16), menu}, {head, menu}} {
		if text := joined(lines, "\n"); fitsScreen(text) {
			return text
		}
	}
	return menu
}
