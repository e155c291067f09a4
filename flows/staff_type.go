package flows

import (
	"strconv"
	"strings"
	"time"
)

// PINs of the staff line and the one-time codes that let one be chosen (domain brief 7.2).
const (
	PINDigits  = 5
	CodeDigits = 8
)

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// WeakPIN says that somebody who knows nothing of its owner would try the PIN early: one digit all
// along, a row up or down, a block that comes again.
func WeakPIN(pin string) bool {
	if len(pin) < 2 {
		return true
	}
	step := int(pin[1]) - int(pin[0])
	row, twos := step >= -1 && step <= 1, true
	for i := 1; i < len(pin); i++ {
		row = row && int(pin[i])-int(pin[i-1]) == step
		twos = twos && (i < 2 || pin[i] == pin[i-2])
	}
	return row || twos
}

// ParseOB reads an occurrence book number, serial, day, month and year, and gives its normal form
// "56/10/4/2026" (domain brief 2). Whatever is no digit parts them; a year may have two digits.
func ParseOB(text string) (string, bool) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	if len(parts) != 4 {
		return "", false
	}
	serial, err := strconv.Atoi(parts[0])
	if err != nil || serial < 1 || serial > 99999 {
		return "", false
	}
	day, ok := dayOf(parts[1:])
	if !ok {
		return "", false
	}
	return strconv.Itoa(serial) + day.Format("/2/1/2006"), true
}

// ParseDay reads day, month and year and gives "2027-03-12".
func ParseDay(text string) (string, bool) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	if len(parts) != 3 {
		return "", false
	}
	day, ok := dayOf(parts)
	if !ok {
		return "", false
	}
	return day.Format(time.DateOnly), true
}

// dayOf is a day of the calendar, of this century.
func dayOf(parts []string) (time.Time, bool) {
	var n [3]int
	for i, part := range parts {
		v, err := strconv.Atoi(part)
		if err != nil || len(part) > 4 {
			return time.Time{}, false
		}
		n[i] = v
	}
	if len(parts[2]) == 2 {
		n[2] += 2000
	}
	day := time.Date(n[2], time.Month(n[1]), n[0], 0, 0, 0, 0, time.UTC)
	return day, n[2] >= 2000 && n[2] < 2100 && n[0] == day.Day() && n[1] == int(day.Month())
}
