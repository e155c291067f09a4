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
	named  []person // who is in it; nil until asked for
}

// look gives every token its keys and signals. A word that comes twice is read once.
func (r *reading) look() {
	seen := make(map[string]int, len(r.tokens))
	for i := range r.tokens {
		t := &r.tokens[i]
		if j, ok := seen[t.folded]; ok {
			like := &r.tokens[j]
			t.keys, t.asked, t.hits, t.verb, t.lang, t.guessed, t.verbLike = like.keys, like.asked, like.hits, like.verb, like.lang, like.guessed, like.verbLike
			continue
		}
		r.l.readWord(t)
		for _, text := range t.keys {
			if k, ok := r.l.keys[text]; ok {
				t.asked = append(t.asked, k)
			}
		}
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
	if !isNumber(r.word(i)) {
		return false
	}
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
	type meaning struct {
		stem *stem
		form verbForm
		at   int
	}
	var few [4]meaning
	found, first := few[:0], len(word)
	l.swahili(word, func(s *stem, form verbForm, at int) {
		found, first = append(found, meaning{s, form, at}), min(first, at)
	})
	for _, m := range found {
		form := m.form
		if t.verb == nil {
			t.verb = &form
		}
		signals := m.stem.signals
		if form.bare && !form.passive || m.at > first { // an order or the name of a deed, not a report of one
			signals = nil
		}
		t.give(m.stem.key, signals, &form, form.finite)
		if form.negative && len(m.stem.negated) > 0 {
			said := form
			said.negative = false // what it says is said: hajarudi is missing
			t.give(m.stem.key, m.stem.negated, &said, true)
		}
	}
	return len(found) > 0
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
	r.eachPhrase((*openings).thatTake, func(p *phrase, at []int) {
		for _, i := range at {
			r.tokens[i].used = true
		}
		r.hits = append(r.hits, hit{signal: p.signal, from: at[0], to: at[len(at)-1]})
	})
	r.eachPhrase((*openings).thatTell, func(p *phrase, at []int) {
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

// eachPhrase calls found for every phrase of the chosen ones that the text holds, with the tokens that
// its elements stood for.
func (r *reading) eachPhrase(choose func(*openings) []*phrase, found func(p *phrase, at []int)) {
	at := make([]int, 0, 8)
	for i := range r.tokens {
		t := &r.tokens[i]
		try := func(o *openings) {
			for _, p := range choose(o) {
				if t.used {
					return
				}
				if done, ok := p.match(r.tokens, i, at); ok {
					found(p, done)
				}
			}
		}
		for _, k := range t.asked {
			try(&r.l.phrases[k])
		}
		for _, h := range t.hits {
			try(&r.l.bySignal[h.signal])
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
