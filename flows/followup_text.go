package flows

import (
	"slices"
	"strings"

	"ripoti/internal/ripoti"
)

// What a reporter who asked for SMS gets from us, beside answers to his or her own texts.
const (
	SayTextTaken = "text.taken" // R4: somebody has taken it up
	SayTextHow   = "text.how"   // R5: how are things?
)

// What a follow-up lets staff hear.
const (
	SayInformation = "text.information" // the reporter added something: read it
	SayWhatDone    = "what_done"        // what has been done? It does not tell who asks
	SayDanger      = "danger_now"       // the reporter tells of danger now: to care and coordinators
)

// How is an answer to R5.
type How string

const (
	HowBetter How = "better"
	HowSame   How = "same"
	HowWorse  How = "worse"
)

// hows are the answers to R5 as thumbs type them, 1 first.
var hows = []struct {
	how   How
	words []string
}{
	{HowBetter, []string{"better", "beter", "good", "fine", "ok", "nafuu", "afadhali", "nzuri", "salama", "poa"}},
	{HowSame, []string{"same", "vilevile", "vile vile", "kawaida"}},
	{HowWorse, []string{"worse", "wors", "bad", "mbaya", "mbaya zaidi", "vibaya", "hatari"}},
}

// ReadHow reads a text as nothing but an answer to R5: its key, its word, or both, also with the
// report's number. Anything else is words that somebody must read.
func ReadHow(body string) (How, bool) {
	words := textWords(body)
	if code, rest := leadingNumber(words[:max(0, len(words)-1)]); code != "" && len(rest) == 0 { // "482 9173 3"
		words = words[len(words)-1:]
	} else if code, rest := leadingNumber(words); code != "" {
		words = rest
	} else if code, _ := leadingNumber(words[min(1, len(words)):]); code != "" { // "3 482 9173"
		words = words[:1]
	}
	for i, h := range hows {
		key, said := string(rune('1'+i)), strings.Join(words, " ")
		if said == key || slices.Contains(h.words, said) || slices.Contains(h.words, strings.TrimPrefix(said, key+" ")) {
			return h.how, true
		}
	}
	return "", false
}

// numberWords may stand before a report's number.
var numberWords = []string{"ref", "no", "number", "report", "case", "nambari", "namba", "ripoti", "kesi"}

// NumberAndWords reads a text that begins with a report's number and goes on in words: the number,
// and the words as they were written.
func NumberAndWords(body string) (ripoti.Code, string, bool) {
	words := textWords(body)
	skipped := 0
	for len(words) > 0 && slices.Contains(numberWords, words[0]) && skipped < 2 {
		words, skipped = words[1:], skipped+1
	}
	code, rest := leadingNumber(words)
	if code == "" || !slices.ContainsFunc(rest, isStoryWord) {
		return "", "", false
	}
	// Behind the number: the body from its last digit on.
	at, left := 0, len(code)
	for i := 0; i < len(body) && left > 0; i++ {
		if body[i] >= '0' && body[i] <= '9' {
			left--
		}
		at = i + 1
	}
	return code, strings.TrimLeft(body[at:], " .,:;-#\n\t"), left == 0
}

// leadingNumber is the report's number that words begin with, typed in one piece or in several.
func leadingNumber(words []string) (code ripoti.Code, rest []string) {
	digits := ""
	for i, word := range words {
		if strings.Trim(word, "0123456789") != "" {
			break
		}
		digits += word
		if read, err := ripoti.ParseCode(digits); err == nil && (i+1 == len(words) || strings.Trim(words[i+1], "0123456789") != "") {
			return read, words[i+1:]
		}
	}
	return "", words
}
