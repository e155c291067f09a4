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

// key stands for a word, "~stem" or "=stem" that some phrase asks for.
type key int32

// openings are the phrases that begin with one key: those that take their words away go first.
type openings struct{ taking, telling []*phrase }

func (o *openings) add(p *phrase, takes bool) {
	if takes {
		o.taking = append(o.taking, p)
	} else {
		o.telling = append(o.telling, p)
	}
}

func (o *openings) thatTake() []*phrase { return o.taking }
func (o *openings) thatTell() []*phrase { return o.telling }

type element struct {
	keys    []key
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
	for _, k := range p.elements[0].keys {
		l.phrases[k].add(p, l.set.takes(s))
	}
	for _, begin := range p.elements[0].signals {
		l.bySignal[begin].add(p, l.set.takes(s))
	}
	return nil
}

// key is the key of a text, made if it is new.
func (l *lexicon) key(text string) key {
	k, ok := l.keys[text]
	if !ok {
		k = key(len(l.phrases))
		l.keys[text] = k
		l.phrases = append(l.phrases, openings{})
	}
	return k
}

func (l *lexicon) element(field string) (element, error) {
	var e element
	for _, text := range strings.Split(field, "|") {
		switch {
		case text == "":
			return e, fmt.Errorf("an alternative is empty")
		case text[0] == '~':
			e.keys = append(e.keys, l.key(l.verb(text[1:]).key))
		case text[0] == '=':
			e.keys = append(e.keys, l.key(l.englishStem(text[1:]).key))
		case text[0] == '<':
			s, ok := l.byName[strings.Trim(text, "<>")]
			if !ok {
				return e, fmt.Errorf("there is no signal %s", text)
			}
			e.signals = append(e.signals, s)
		default:
			e.keys = append(e.keys, l.key(fold(text)))
		}
	}
	return e, nil
}

func (e *element) fits(t *token) bool {
	if t.used {
		return false
	}
	for _, k := range t.asked {
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

// match reads the phrase from token i on, which fits its first element, and answers the tokens its
// elements stood for.
func (p *phrase) match(tokens []token, i int, at []int) ([]int, bool) {
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
	for i := from; i <= to && i < len(tokens) && !tokens[i].cut; i++ {
		if e.fits(&tokens[i]) {
			if done, ok := p.rest(tokens, n+1, append(at, i)); ok {
				return done, true
			}
		}
	}
	return nil, false
}
