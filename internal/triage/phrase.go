package triage

import (
	"fmt"
	"slices"
	"strings"
)

// phrase is several words in a row: "sehemu za|zangu siri". An element is a word, "~stem" any form
// of a Swahili verb, "=stem" of an English one, "<signal>" a word that gives the signal; "|" parts
// alternatives and ".." lets up to gapWords words stand between.
type phrase struct {
	signal   signal
	elements []element
}

type element struct {
	keys    []string
	signals []signal
	gap     bool // words may stand before it
}

const gapWords = 4

func (l *lexicon) addPhrase(s signal, text string) error {
	p := &phrase{signal: s}
	gap := false
	for _, field := range strings.Fields(text) {
		if field == ".." {
			gap = true
			continue
		}
		e, err := l.element(field)
		if err != nil {
			return fmt.Errorf("phrase %q: %w", text, err)
		}
		e.gap, gap = gap && len(p.elements) > 0, false
		p.elements = append(p.elements, e)
	}
	if len(p.elements) == 0 {
		return fmt.Errorf("phrase %q says nothing", text)
	}
	for _, key := range p.elements[0].firstKeys(l) {
		l.phrases[key] = append(l.phrases[key], p)
	}
	return nil
}

func (l *lexicon) element(field string) (element, error) {
	var e element
	for _, text := range strings.Split(field, "|") {
		switch {
		case text == "":
			return e, fmt.Errorf("an alternative is empty")
		case text[0] == '~':
			e.keys = append(e.keys, l.verb(text[1:]).key)
		case text[0] == '=':
			e.keys = append(e.keys, l.englishStem(text[1:]).key)
		case text[0] == '<':
			s, ok := l.byName[strings.Trim(text, "<>")]
			if !ok {
				return e, fmt.Errorf("there is no signal %s", text)
			}
			e.signals = append(e.signals, s)
		default:
			e.keys = append(e.keys, fold(text))
		}
	}
	return e, nil
}

// firstKeys are the keys to find the phrase by: of a signal its name in angle brackets.
func (e element) firstKeys(l *lexicon) []string {
	keys := slices.Clone(e.keys)
	for _, s := range e.signals {
		keys = append(keys, "<"+l.names[s]+">")
	}
	return keys
}

func (e element) fits(t *token) bool {
	if t.used {
		return false
	}
	for _, k := range t.keys {
		if slices.Contains(e.keys, k) {
			return true
		}
	}
	for _, h := range t.hits {
		if slices.Contains(e.signals, h.signal) {
			return true
		}
	}
	return false
}

// match reads the phrase from token i on and answers the tokens its elements stood for.
func (p *phrase) match(tokens []token, i int, at []int) ([]int, bool) {
	if !p.elements[0].fits(&tokens[i]) {
		return nil, false
	}
	return p.rest(tokens, 1, append(at[:0], i))
}

func (p *phrase) rest(tokens []token, n int, at []int) ([]int, bool) {
	if n == len(p.elements) {
		return at, true
	}
	e := &p.elements[n]
	from := at[len(at)-1] + 1
	to := from
	if e.gap {
		to += gapWords
	}
	for i := from; i <= to && i < len(tokens); i++ {
		if e.fits(&tokens[i]) {
			if done, ok := p.rest(tokens, n+1, append(at, i)); ok {
				return done, true
			}
		}
	}
	return nil, false
}
