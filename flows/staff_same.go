package flows

import (
	"strconv"
	"strings"
	"time"

	"ripoti/internal/ripoti"
)

// StaffPair are two reports that may be about one event, as the staff line shows them: numbers, kinds and
// times, nothing of what was told.
type StaffPair struct {
	Code       ripoti.Code     `json:"c,omitempty"`
	Category   ripoti.Category `json:"k,omitempty"`
	FiledAt    time.Time       `json:"t,omitzero"` // as it is written: in the time of Nairobi
	Other      ripoti.Code     `json:"o,omitempty"`
	OtherKind  ripoti.Category `json:"j,omitempty"`
	OtherFiled time.Time       `json:"u,omitzero"`
	Why        string          `json:"w,omitempty"` // "place", "near" or "ward"
}

// same is what a person says of a pair: one event or two.
func (l *StaffLine) same(s StaffState, input string) StaffTurn {
	a := StaffAsk{Do: StaffLink, Number: s.Pair.Code, Other: s.Pair.Other}
	switch input {
	case "1":
		return ask(s, a)
	case "2":
		a.Do = StaffUnlink
		return ask(s, a)
	case "9":
		return ask(s, StaffAsk{Do: StaffGetList, List: ListSame})
	}
	return l.show(s, "keys")
}

// sameText is a pair; its kinds are cut as far as the screen needs.
func (l *StaffLine) sameText(p StaffPair, lang ripoti.Lang) string {
	w := l.words(lang, Facts{}, whole)
	for chars := 24; ; chars-- {
		row := func(code ripoti.Code, kind ripoti.Category, at time.Time) string {
			return strings.Join([]string{string(code), shorter(w.word("what", string(kind)), chars), at.Format("2/1 15:04")}, " ")
		}
		text := strings.Join([]string{l.cat.Text(lang, "staff.pair"), row(p.Code, p.Category, p.FiledAt), row(p.Other, p.OtherKind, p.OtherFiled),
			l.cat.Text(lang, "staff.pair.why."+p.Why), l.cat.Text(lang, "staff.pair.menu")}, "\n")
		if fitsScreen(text) || chars == 1 {
			return text
		}
	}
}

// pairRow is a pair in a list: its numbers.
func pairRow(n int, row StaffItem) string {
	return strconv.Itoa(n) + " " + string(row.Code) + " + " + string(row.Other)
}
