package triage

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// Reading is what a text seems to say. It is a proposal: a person confirms it (domain brief 2, s.35).
type Reading struct {
	Lang     string              `json:"lang"` // "en", "sw" or "mix"
	Category ripoti.Category     `json:"category"`
	Second   ripoti.Category     `json:"second,omitempty"`
	Urgency  ripoti.Urgency      `json:"urgency"`
	Rule     string              `json:"rule"`  // id of the urgency rule, "C1" to "L2"
	Why      string              `json:"why"`   // the rule in plain words
	Signs    []routing.Sign      `json:"signs"` // what no key of the menu says
	Answers  ripoti.Answers      `json:"-"`     // what could be read as keys of the menu
	Accused  []ripoti.OfficeKind `json:"accused,omitempty"`
	// Places are phrases that may name the place, best first. Ask Place which one does.
	Places []string `json:"places"`
	// Clock is a time of day that was told, "21:00"; "saa tatu usiku" is read by the Swahili clock.
	Clock string `json:"clock,omitempty"`
	// Signals explain the reading: which words gave which signal, in the order of the text.
	Signals []Signal `json:"signals"`
	// Readable says that enough words were known to read it; other texts go to a person at once (R7).
	Readable bool `json:"readable"`

	spots []spot
}

// Signal is one thing that words of the text said. Start and End are bytes of the text.
type Signal struct {
	Signal string `json:"signal"`
	Words  string `json:"words"`
	Start  int    `json:"start"`
	End    int    `json:"end"`
}

// Reader reads texts. It never changes and serves many callers at once.
type Reader struct {
	lexicon *lexicon
	rules   *rules
	routing func() *routing.Rules
}

// Load reads the embedded lexicon, weighs by the rules of the house and knows the names of the
// built-in table of places.
func Load() (*Reader, error) {
	g, err := gazetteer.Load()
	if err != nil {
		return nil, fmt.Errorf("triage: places: %w", err)
	}
	return LoadWith(sync.OnceValue(routing.Default), g)
}

// LoadWith is Load with the network's own rules of urgency, asked for at each text, and its own places. Of the places only the
// names are kept: a name is no word of a language.
func LoadWith(urgency func() *routing.Rules, g *gazetteer.Gazetteer) (*Reader, error) {
	var doc ruleDocument
	if err := decode(rulesFile, &doc); err != nil {
		return nil, err
	}
	l, err := loadLexicon(&doc)
	if err != nil {
		return nil, err
	}
	l.addPlaces(g)
	r, err := l.compile(&doc)
	if err != nil {
		return nil, err
	}
	return &Reader{lexicon: l, rules: r, routing: urgency}, nil
}

// Read reads a text. Any bytes will do; nothing is an error.
func (r *Reader) Read(text string) Reading {
	t := &reading{l: r.lexicon, text: text, tokens: scan(text)}
	t.look()
	t.gather()
	t.readAges()
	t.readClock()
	t.collect()
	t.derive(r.rules)
	return r.judge(t)
}

// lastGreeting is the last word that may be a greeting by itself: "tomorrow morning" greets nobody.
const lastGreeting = 2

// collect notes which signals are said, with those that ages and persons of verbs make.
func (r *reading) collect() {
	r.has = make([]bool, len(r.l.names))
	for _, h := range r.hits {
		if h.negated || h.signal == r.l.set.greet && h.from == h.to && h.from > lastGreeting {
			continue
		}
		r.has[h.signal] = true
		if r.l.harms[h.signal] {
			r.say("event", h, h.event || h.stem && r.someoneBefore(h.from))
			r.say("me", h, r.harmsSender(h))
			r.say("goes_on", h, r.goesOnHappening(h))
		}
	}
	for _, a := range r.ages {
		r.collectAge(a)
	}
	if r.clock != "" {
		r.has[r.l.byName["clock"]] = true
	}
	slices.SortStableFunc(r.hits, func(a, b hit) int { return a.from - b.from })
}

func (r *reading) say(name string, h hit, said bool) {
	if said {
		r.has[r.l.byName[name]] = true
	}
}

func (r *reading) collectAge(a age) {
	name := ""
	switch {
	case a.years < adultAge:
		name = "child_age"
		if a.self {
			r.has[r.l.byName["self_child"]] = true
		}
	case a.self || !r.otherMan(a):
		name = "grown_age"
		if a.self {
			r.has[r.l.byName["self_grown"]] = true
		}
	default:
		return
	}
	r.has[r.l.byName[name]] = true
	r.hits = append(r.hits, hit{signal: r.l.byName[name], from: a.from, to: a.to})
}

var (
	senderAsObject = folded("me us")
	senderWas      = folded("was am got get been being were")
	between        = folded("will would can could always often also usually just even used to still may might sometimes never did do does")
	someone        = folded("he she they who i we someone somebody man men woman father mother husband wife boyfriend teacher uncle neighbour police boys people")
)

// harmsSender says that the harm is done to the sender: nimepigwa, ananipiga, "beats me".
func (r *reading) harmsSender(h hit) bool {
	if h.form != nil && (h.form.toSelf || h.form.self && h.form.passive) {
		return true
	}
	for i := h.to; i <= h.to+2; i++ {
		if senderAsObject[r.word(i)] {
			return true
		}
	}
	for i := h.from - 1; i >= h.from-4 && i > 0; i-- {
		if senderWas[r.word(i)] && r.word(i-1) == "i" {
			return true
		}
	}
	return false
}

// goesOnHappening says that the harm is told as something that is not over: ananishika, hunishika, "touches me".
func (r *reading) goesOnHappening(h hit) bool {
	if h.form != nil {
		return h.form.present || h.form.habit
	}
	word := strings.ToLower(r.tokens[h.from].raw)
	return len(word) > 3 && strings.HasSuffix(word, "s") && (r.someoneBefore(h.from) || r.actorBefore(h.from))
}

// actorBefore says that one who may do harm stands before token i: "uncle touches".
func (r *reading) actorBefore(i int) bool {
	return slices.ContainsFunc(r.hits, func(h hit) bool {
		return r.l.isActor[h.signal] && h.to < i && i-h.to <= 2
	})
}

// someoneBefore says that somebody stands before an English word that has no ending: "they rape".
func (r *reading) someoneBefore(i int) bool {
	return someone[r.word(i-1)] || someone[r.word(i-2)] && between[r.word(i-1)]
}

// judge turns signals into the proposal. The urgency is routing's business alone.
func (r *Reader) judge(t *reading) Reading {
	out := Reading{Lang: t.language(), Clock: t.clock, Signals: t.explain(), Readable: t.readable()}
	first, others := r.rules.category(t.has)
	out.Category, out.Second = first, second(first, others, t)
	out.Signs = r.signs(t, out)
	out.Answers = t.answers(out)
	out.Accused = t.accused()
	weighed := r.routing().Weigh(routing.Case{
		Answers: out.Answers, Category: out.Category, Second: out.Second, Stage: ripoti.StageComplete, Signs: out.Signs,
	}, 0)
	out.Urgency, out.Rule, out.Why = weighed.Urgency, weighed.Rule, weighed.Why
	out.Places = []string{}
	out.spots = t.spots()
	for _, s := range out.spots {
		out.Places = append(out.Places, s.words)
	}
	return out
}

// seconds are the harms that are kept beside another one (domain brief 4.1, tie-breaks).
var seconds = map[ripoti.Category][]ripoti.Category{
	ripoti.PoliceAbuse:   {ripoti.CSEC, ripoti.Trafficking, ripoti.FGM, ripoti.ChildMarriage, ripoti.SVAC, ripoti.SVAdult, ripoti.ChildAbuse, ripoti.DV},
	ripoti.DV:            {ripoti.SVAdult, ripoti.ChildAbuse},
	ripoti.FGM:           {ripoti.ChildMarriage, ripoti.SVAC},
	ripoti.ChildMarriage: {ripoti.FGM, ripoti.SVAC},
	ripoti.CSEC:          {ripoti.Trafficking},
	ripoti.Trafficking:   {ripoti.SVAC, ripoti.SVAdult},
}

func second(first ripoti.Category, others []ripoti.Category, t *reading) ripoti.Category {
	if first == ripoti.DV && t.said("sexual") {
		return ripoti.SVAdult // a partner's sexual violence is violence at home with a tag
	}
	for _, c := range others {
		if c == ripoti.ChildAbuse && first == ripoti.DV && !t.said("child_struck") {
			continue
		}
		if c != first && slices.Contains(seconds[first], c) {
			return c
		}
	}
	return ""
}

// said says that the signal was found.
func (r *reading) said(names ...string) bool {
	for _, n := range names {
		if s, ok := r.l.byName[n]; ok && r.has[s] {
			return true
		}
	}
	return false
}

// explain lists what was found, without what the program made for itself.
func (r *reading) explain() []Signal {
	out := []Signal{}
	for _, h := range r.hits {
		if r.cutIn(h.from, h.to) {
			continue
		}
		name := r.l.names[h.signal]
		if h.negated {
			name = "not_" + name
		}
		start, end := r.tokens[h.from].start, r.tokens[h.to].end
		s := Signal{Signal: name, Words: r.text[start:end], Start: start, End: end}
		if !listed(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// listed says that s stands in the list, which is in the order of the text but for what was derived,
// and that only once.
func listed(list []Signal, s Signal) bool {
	for i := len(list) - 1; i >= 0 && list[i].Start >= s.Start; i-- {
		if list[i].Start == s.Start && list[i].End == s.End && list[i].Signal == s.Signal {
			return true
		}
	}
	return false
}

// readable says that at least a quarter of the words, and one, were known.
func (r *reading) readable() bool {
	known := 0
	for i := range r.tokens {
		t := &r.tokens[i]
		if r.l.lang[t.folded] != langNone || t.verbLike || t.verb != nil || len(t.hits) > 0 || r.l.placeWords[t.folded] {
			known++
		}
	}
	return known > 0 && known*4 >= len(r.tokens)
}

// Says is what a signal means in plain words, "" for one that the lexicon does not explain.
func (r *Reader) Says(signal string) string {
	if s, ok := r.lexicon.byName[signal]; ok {
		return r.lexicon.says[s]
	}
	return ""
}
