package triage

import (
	"strings"
	"unicode"
)

// fold gives the form in which words are compared: small letters, no apostrophe, z as s, y as i, c as
// k (but not ch), ph as f, digits in a word as the sounds they stand for, doubled letters once. A
// number stays a number.
func fold(word string) string {
	if word == "" || isNumber(word) {
		return word
	}
	var b strings.Builder
	b.Grow(len(word))
	letters := []rune(word)
	var last rune
	for i, r := range letters {
		r = soundLike(unicode.ToLower(r), letters[i+1:])
		if r == last || r == 0 {
			continue
		}
		if r == 'h' && last == 'f' && i > 0 && unicode.ToLower(letters[i-1]) == 'p' {
			continue // "ph" is written by its p
		}
		b.WriteRune(r)
		last = r
	}
	if strings.HasSuffix(strings.ToLower(word), refuses) { // kukataa is to refuse, kukata to cut
		b.WriteByte('a')
	}
	return b.String()
}

// soundLike is the letter r as it is compared, 0 for one that is left out.
func soundLike(r rune, rest []rune) rune {
	switch {
	case r == '\'' || r == '’' || r == '`':
		return 0
	case r == 'c' && (len(rest) == 0 || unicode.ToLower(rest[0]) != 'h'):
		return 'k'
	case r == 'p' && len(rest) > 0 && unicode.ToLower(rest[0]) == 'h':
		return 'f'
	}
	return sameSound(r)
}

// sameSound is the letter that thumbs take r for, or the sound a digit inside a word stands for: "g1rl",
// "m4ma" (domain brief 6.2).
func sameSound(r rune) rune {
	switch r {
	case '0':
		return 'o'
	case '1', 'y':
		return 'i'
	case '3':
		return 'e'
	case '4':
		return 'a'
	case '5', 'z':
		return 's'
	case '7':
		return 't'
	case 'q':
		return 'k'
	}
	return r
}

// refuses ends the one verb whose doubled letter tells it from another.
const refuses = "kataa"

func isNumber(word string) bool {
	for i := range len(word) {
		if word[i] < '0' || word[i] > '9' {
			return false
		}
	}
	return word != ""
}
