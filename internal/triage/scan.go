package triage

import (
	"unicode"
	"unicode/utf8"
)

// token is one word of a text with where it stands, in bytes.
type token struct {
	start, end  int
	raw, folded string
	// after says that a mark of punctuation parts it from the word before it.
	after bool
	// keys are what phrases may know the token by: its word, "~stem" and "=stem".
	keys []string
	// asked are those of the keys that some phrase asks for.
	asked []key
	hits  []sense
	// cut says that words before it were left out.
	cut bool
	// used says that a phrase without harm has taken the token away.
	used bool
	// phrased says that it is part of a phrase.
	phrased bool
	// verbLike says that it has the shape of a Swahili verb that the lexicon does not hold.
	verbLike bool
	verb     *verbForm // the form it was read as, nil where it is no Swahili verb
	lang     langClass
	// guessed says that lang was guessed by the spelling alone.
	guessed bool
}

// sense is one signal a token gives by itself.
type sense struct {
	signal signal
	form   *verbForm // of a verb, else nil
	event  bool      // it tells that something happens, not only what it is called
	stem   bool      // of an English stem
}

// How much of a text is read: all of ten normal SMS and more. Of a longer one the beginning and the end
// are read, where people say what happened and what they ask for. In bytes, as the price is.
const (
	readWhole = 2000
	readFirst = 1500
	readLast  = 500
)

// scan cuts a text into words. Any bytes will do: what is no letter and no digit parts words.
func scan(text string) []token {
	if len(text) <= readWhole {
		return scanPart(make([]token, 0, len(text)/4+1), text, 0, len(text))
	}
	head, tail := wordBreak(text, readFirst), wordBreak(text, len(text)-readLast)
	out := scanPart(make([]token, 0, readWhole/4), text, 0, head)
	first := len(out)
	if out = scanPart(out, text, tail, len(text)); first < len(out) {
		out[first].cut = true
	}
	return out
}

// wordBreak is the last place up to i where text may be cut without parting a word, or at least a letter.
func wordBreak(text string, i int) int {
	for at := i; at > i-2*longestWord; at-- {
		if text[at] <= ' ' || text[at-1] <= ' ' {
			return at
		}
	}
	for !utf8.RuneStart(text[i]) && i > 0 {
		i--
	}
	return i
}

// scanPart adds the words that stand in text from start up to stop.
func scanPart(out []token, text string, start, stop int) []token {
	text = text[:stop]
	after := true
	for i := start; i < stop; {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !inWord(r) {
			after = after || parts(r)
			i += n
			continue
		}
		end := wordEnd(text, i)
		word := text[i:end]
		out = append(out, token{start: i, end: end, raw: word, folded: fold(word), after: after})
		after = false
		i = end
	}
	return out
}

// wordEnd is where the word at i ends. A number before letters is a word of its own: "13yrs".
func wordEnd(text string, i int) int {
	start, digits := i, true
	for i < len(text) {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r >= '0' && r <= '9':
		case !inWord(r) && !(isApostrophe(r) && i > start && i+n < len(text)):
			return i
		case digits && i > start:
			return i
		default:
			digits = false
		}
		i += n
	}
	return i
}

func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == '`' }

// parts says that a mark ends what was being said.
func parts(r rune) bool {
	switch r {
	case '.', ',', ';', ':', '!', '?', '\n', '(', ')':
		return true
	}
	return false
}
