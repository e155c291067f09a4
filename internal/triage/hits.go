package triage

import (
	"slices"
	"strconv"
	"strings"
)

// hit is a signal found in the text: from and to are tokens, both included.
type hit struct {
	signal   signal
	from, to int
	form     *verbForm
	event    bool
	negated  bool
	stem     bool // of an English stem
}

// reading is one text on its way through the reader.
type reading struct {
	l      *lexicon
	text   string
	tokens []token
	hits   []hit
	has    []bool // by signal: said
	clock  string
	ages   []age
}

// look gives every token its keys and signals. A word that comes twice is read once.
func (r *reading) look() {
	seen := make(map[string]int, len(r.tokens))
	for i := range r.tokens {
		t := &r.tokens[i]
		if j, ok := seen[t.folded]; ok {
			t.keys, t.hits, t.verb, t.lang, t.guessed, t.verbLike = r.tokens[j].keys, r.tokens[j].hits, r.tokens[j].verb, r.tokens[j].lang, r.tokens[j].guessed, r.tokens[j].verbLike
			continue
		}
		r.l.readWord(t)
		seen[t.folded] = i
	}
	for i := range r.tokens {
		if r.isSum(i) {
			t := &r.tokens[i]
			t.hits = append(slices.Clip(t.hits), sense{signal: r.l.set.sum})
		}
	}
}

// isSum says that the number at token i is likely a sum of shillings: "500", "10k", not a year.
func (r *reading) isSum(i int) bool {
	n, err := strconv.Atoi(r.word(i))
	if err != nil {
		return false
	}
	return n >= 100 && (n <= 2000 || n > 2040) && n < 10_000_000 || thousands[r.word(i+1)]
}

var thousands = folded("k thao thousand bob ksh shillings")

// longestWord is how long a word can be and still be read; Swahili verbs stay far below.
const longestWord = 32

func (l *lexicon) readWord(t *token) {
	if len(t.folded) > longestWord {
		return
	}
	t.keys = append(t.keys, t.folded)
	known := l.plain[strings.ToLower(t.raw)] || l.take(t, t.folded) || l.placeWords[t.folded]
	if !known && l.lang[t.folded] == 0 {
		if w, ok := l.meant(t.folded); ok {
			t.keys = append(t.keys, w)
			known = l.take(t, w)
		}
	}
	if !known && l.lang[t.folded] == 0 && !englishSpelling(strings.ToLower(t.raw)) {
		withVowels(t.folded, func(w string) bool { return l.takeVerb(t, w) })
	}
	t.lang = l.langOf(t)
}

// take gives the token what the word says as it stands.
func (l *lexicon) take(t *token, word string) bool {
	for _, s := range l.words[word] {
		t.hits = append(t.hits, sense{signal: s})
	}
	verb := l.langRaw[strings.ToLower(t.raw)] != langEnglish && l.takeVerb(t, word)
	english := false
	l.englishForms(word, func(s *stem, form *verbForm, event bool) {
		english = true
		t.give(s.key, s.signals, form, event)
		for i := range t.hits {
			t.hits[i].stem = t.hits[i].stem || form == nil && slices.Contains(s.signals, t.hits[i].signal)
		}
	})
	return verb || english || len(l.words[word]) > 0
}

func (l *lexicon) takeVerb(t *token, word string) bool {
	found, first := false, len(word)
	l.swahili(word, func(_ *stem, _ verbForm, at int) { first = min(first, at) })
	l.swahili(word, func(s *stem, form verbForm, at int) {
		found = true
		if t.verb == nil {
			t.verb = &form
		}
		signals := s.signals
		if form.bare && !form.passive || at > first { // an order or the name of a deed, not a report of one
			signals = nil
		}
		t.give(s.key, signals, &form, form.finite)
		if form.negative && len(s.negated) > 0 {
			said := form
			said.negative = false // what it says is said: hajarudi is missing
			t.give(s.key, s.negated, &said, true)
		}
	})
	return found
}

func (t *token) give(key string, signals []signal, form *verbForm, event bool) {
	if !slices.Contains(t.keys, key) {
		t.keys = append(t.keys, key)
	}
	for _, s := range signals {
		t.hits = append(t.hits, sense{signal: s, form: form, event: event})
	}
}

// gather turns tokens and phrases into hits. Phrases without harm go first and take their words away.
func (r *reading) gather() {
	at := make([]int, 0, 8)
	r.eachPhrase(at, func(p *phrase, at []int) {
		if !r.l.set.takes(p.signal) {
			return
		}
		for _, i := range at {
			r.tokens[i].used = true
		}
		r.hits = append(r.hits, hit{signal: p.signal, from: at[0], to: at[len(at)-1]})
	})
	r.eachPhrase(at, func(p *phrase, at []int) {
		if r.l.set.takes(p.signal) || p.signal == r.l.set.byPolice && r.verbAt(at[len(at)-1]+1) {
			return
		}
		if len(at) > 1 {
			for _, i := range at {
				r.tokens[i].phrased = true
			}
		}
		h := hit{signal: p.signal, from: at[0], to: at[len(at)-1], event: r.happens(at)}
		h.form = r.formIn(at)
		h.negated = r.deniedForm(at) || r.denied(at[0]) && !r.deniesItself(at[0])
		r.hits = append(r.hits, h)
	})
	for i := range r.tokens {
		t := &r.tokens[i]
		if t.used {
			continue
		}
		for _, s := range t.hits {
			r.hits = append(r.hits, hit{signal: s.signal, from: i, to: i, form: s.form, event: s.event, stem: s.stem, negated: s.form != nil && s.form.negative || r.denied(i)})
		}
	}
	slices.SortStableFunc(r.hits, func(a, b hit) int { return a.from - b.from })
}

// verbAt says that token i is a Swahili verb with a subject.
func (r *reading) verbAt(i int) bool {
	return i < len(r.tokens) && (r.tokens[i].verbLike || r.tokens[i].verb != nil && r.tokens[i].verb.finite)
}

func (r *reading) eachPhrase(at []int, found func(*phrase, []int)) {
	for i := range r.tokens {
		t := &r.tokens[i]
		if t.used {
			continue
		}
		for _, key := range t.keys {
			r.tryPhrases(key, i, at, found)
		}
		for _, h := range t.hits {
			r.tryPhrases("<"+r.l.names[h.signal]+">", i, at, found)
		}
	}
}

func (r *reading) tryPhrases(key string, i int, at []int, found func(*phrase, []int)) {
	for _, p := range r.l.phrases[key] {
		if done, ok := p.match(r.tokens, i, at); ok {
			found(p, done)
		}
	}
}

// happens says that one of the tokens tells of something that happens.
func (r *reading) happens(at []int) bool {
	for _, i := range at {
		t := &r.tokens[i]
		if t.verb != nil && t.verb.finite {
			return true
		}
		for _, h := range t.hits {
			if h.event {
				return true
			}
		}
	}
	return false
}

func (r *reading) formIn(at []int) *verbForm {
	for _, i := range at {
		if v := r.tokens[i].verb; v != nil {
			return v
		}
	}
	return nil
}

// deniedForm says that the phrase's verb says no: "hajapigwa risasi".
func (r *reading) deniedForm(at []int) bool {
	if v := r.formIn(at); v != nil && v.negative {
		// A phrase written with the negative form itself means it: "haendi shule".
		return len(r.tokens[at[0]].hits) > 0 && r.tokens[at[0]].hits[0].form != nil
	}
	return false
}
