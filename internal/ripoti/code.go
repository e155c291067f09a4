package ripoti

import (
	"io"
	"strings"
)

// Code is a report's number: digits, the last one a check digit (Damm), so that a slip of one digit
// or a swap of two neighbours is noticed instead of opening somebody else's report. Seven digits as
// long as numbers are plenty, up to nine once a network has used most of them up; never reused.
type Code string

const (
	CodeDigits    = 7 // what a new network hands out: a million numbers
	CodeMaxDigits = 9
)

// damm is the quasigroup of H. Michael Damm's check digit (2004).
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

func dammDigit(digits []byte) byte {
	var row byte
	for _, d := range digits {
		row = damm[row][d-'0']
	}
	return row
}

// NewCode draws a number of the given length (CodeDigits to CodeMaxDigits) from random. The first
// digit is never 0, so that a number read aloud or typed into a spreadsheet keeps its length.
func NewCode(random io.Reader, digits int) (Code, error) {
	raw := make([]byte, 1)
	out := make([]byte, 0, digits)
	for len(out) < digits-1 {
		if _, err := io.ReadFull(random, raw); err != nil {
			return "", err
		}
		if raw[0] >= 250 || (len(out) == 0 && raw[0]%10 == 0) { // 250: keeps the ten digits equally likely
			continue
		}
		out = append(out, '0'+raw[0]%10)
	}
	return Code(append(out, '0'+dammDigit(out))), nil
}

// ParseCode reads a number as people type it, with or without spaces, dots or dashes. The error is
// Invalid for anything that cannot be a report's number.
func ParseCode(s string) (Code, error) {
	digits := make([]byte, 0, CodeMaxDigits)
	for _, r := range strings.TrimSpace(s) {
		switch {
		case r >= '0' && r <= '9':
			if len(digits) == CodeMaxDigits {
				return "", Invalid("code.unreadable", nil)
			}
			digits = append(digits, byte(r))
		case r == ' ' || r == '.' || r == '-':
		default:
			return "", Invalid("code.unreadable", nil)
		}
	}
	if len(digits) < CodeDigits || dammDigit(digits) != 0 {
		return "", Invalid("code.unreadable", nil)
	}
	return Code(digits), nil
}

// Spaced is the number as a screen shows it: "482 9172".
func (c Code) Spaced() string {
	if len(c) < CodeDigits {
		return string(c)
	}
	return string(c[:3]) + " " + string(c[3:])
}
