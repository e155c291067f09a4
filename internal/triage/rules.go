package triage

import (
	"fmt"
	"slices"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

const rulesFile = "lexicon/rules.yaml"

// ruleDocument is lexicon/rules.yaml as it is written.
type ruleDocument struct {
	Derive     []derivation              `yaml:"derive"`
	Categories []categoryRule            `yaml:"categories"`
	Signs      map[routing.Sign][]string `yaml:"signs"`
}

// derivation makes a signal out of others.
type derivation struct {
	Signal string     `yaml:"signal"`
	All    []string   `yaml:"all"`
	Any    []string   `yaml:"any"`
	None   []string   `yaml:"none"`
	Then   [][]string `yaml:"then"`
	Near   [][]string `yaml:"near"`
	Within int        `yaml:"within"`
	// ByPolice asks for a harm of these that the police do.
	ByPolice []string `yaml:"by_police"`
	// NotByOthers leaves out harms that somebody else is said to do.
	NotByOthers bool `yaml:"not_by_others"`
}

type categoryRule struct {
	Category ripoti.Category `yaml:"category"`
	If       []condition     `yaml:"if"`
}

// condition holds where all of All, one of Any, one of Has and none of None are said.
type condition struct {
	All  []string `yaml:"all"`
	Any  []string `yaml:"any"`
	Has  []string `yaml:"has"`
	None []string `yaml:"none"`
}

// madeHere are signals that the program makes itself.
var madeHere = []string{"child_age", "grown_age", "self_child", "self_grown", "me", "event", "clock", "goes_on"}

// made are the names of signals that are not in the lexicon.
func (d *ruleDocument) made() []string {
	names := slices.Clone(madeHere)
	for _, v := range d.Derive {
		names = append(names, v.Signal)
	}
	return names
}

// rules is the document with names turned into signals.
type rules struct {
	derive     []derived
	categories []categoryGuard
	signs      []signRule
}

type derived struct {
	signal signal
	guard  guard
	first  []signal
	second []signal
	within int
	either bool // the second may stand on either side
	// byPolice are harms of which the police must be the doers.
	byPolice    []signal
	notByOthers bool
}

type categoryGuard struct {
	category ripoti.Category
	guards   []guard
}

type guard struct{ all, any, has, none []signal }

type signRule struct {
	sign    routing.Sign
	signals []signal
}

func (l *lexicon) compile(d *ruleDocument) (*rules, error) {
	c := compiler{l: l}
	out := &rules{}
	for _, v := range d.Derive {
		g := derived{signal: c.one(v.Signal), within: v.Within, notByOthers: v.NotByOthers, guard: guard{all: c.list(v.All), any: c.list(v.Any), none: c.list(v.None)}}
		if len(v.ByPolice) > 0 {
			g.byPolice = c.list(v.ByPolice)
		}
		pair := v.Then
		if v.Near != nil {
			pair, g.either = v.Near, true
		}
		if len(pair) == 2 {
			g.first, g.second = c.list(pair[0]), c.list(pair[1])
		} else if len(pair) != 0 {
			c.fail(fmt.Errorf("%s: two lists are needed", v.Signal))
		}
		out.derive = append(out.derive, g)
	}
	for _, v := range d.Categories {
		if !slices.Contains(ripoti.Categories, v.Category) {
			c.fail(fmt.Errorf("there is no category %q", v.Category))
		}
		g := categoryGuard{category: v.Category}
		for _, w := range v.If {
			g.guards = append(g.guards, guard{c.list(w.All), c.list(w.Any), c.list(w.Has), c.list(w.None)})
		}
		out.categories = append(out.categories, g)
	}
	for _, sign := range routing.Signs {
		if names, ok := d.Signs[sign]; ok {
			out.signs = append(out.signs, signRule{sign, c.list(names)})
		}
	}
	if c.err != nil {
		return nil, fmt.Errorf("lexicon: %s: %w", rulesFile, c.err)
	}
	return out, nil
}

// compiler keeps the first error.
type compiler struct {
	l   *lexicon
	err error
}

func (c *compiler) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

func (c *compiler) one(name string) signal {
	s, ok := c.l.byName[name]
	if !ok {
		c.fail(fmt.Errorf("there is no signal %q", name))
	}
	return s
}

func (c *compiler) list(names []string) []signal {
	out := make([]signal, 0, len(names))
	for _, n := range names {
		out = append(out, c.one(n))
	}
	return out
}

func (g guard) open(has []bool) bool {
	said := func(s signal) bool { return has[s] }
	for _, s := range g.all {
		if !has[s] {
			return false
		}
	}
	return (len(g.any) == 0 || slices.ContainsFunc(g.any, said)) && (len(g.has) == 0 || slices.ContainsFunc(g.has, said)) && !slices.ContainsFunc(g.none, said)
}

// derive adds the signals that follow from others, in the order of the document.
func (r *reading) derive(rules *rules) {
	if r.has[r.l.set.police] || r.has[r.l.set.station] {
		r.people() // while the hits stand in the order of the text
	}
	for i := range rules.derive {
		d := &rules.derive[i]
		if r.has[d.signal] || !d.guard.open(r.has) {
			continue
		}
		if d.byPolice != nil {
			r.policeDid(d)
			continue
		}
		if d.first == nil {
			r.has[d.signal] = true
			continue
		}
		if from, to, ok := r.close(d); ok {
			r.has[d.signal] = true
			r.hits = append(r.hits, hit{signal: d.signal, from: from, to: to})
		}
	}
}

// policeDid makes the signal of d where the police do one of its harms.
func (r *reading) policeDid(d *derived) {
	if !r.has[r.l.set.police] && !r.has[r.l.set.station] {
		return
	}
	for _, h := range r.hits {
		if !h.negated && slices.Contains(d.byPolice, h.signal) && r.doer(h) == byPolice {
			r.has[d.signal] = true
			r.hits = append(r.hits, hit{signal: d.signal, from: h.from, to: h.to})
			return
		}
	}
}

// close finds two hits of the sets near one another.
func (r *reading) close(d *derived) (from, to int, ok bool) {
	for _, a := range r.hits {
		if a.negated || !slices.Contains(d.first, a.signal) {
			continue
		}
		for _, b := range r.hits {
			behind, before := b.from-a.to, a.from-b.to
			if !(behind >= 0 && behind <= d.within) && !(d.either && before >= 0 && before <= d.within) {
				continue
			}
			from, to := min(a.from, b.from), max(a.to, b.to)
			if b.negated || !slices.Contains(d.second, b.signal) || r.cutIn(from, to) || d.notByOthers && r.doneByOthers(b, a) {
				continue
			}
			return from, to, true
		}
	}
	return 0, 0, false
}

// cutIn says that words were left out between two tokens.
func (r *reading) cutIn(from, to int) bool {
	for i := from + 1; i <= to; i++ {
		if r.tokens[i].cut {
			return true
		}
	}
	return false
}

// categories is the first category that fits and, of those behind it, the first other one.
func (r *rules) category(has []bool) (first ripoti.Category, others []ripoti.Category) {
	for _, c := range r.categories {
		if !slices.ContainsFunc(c.guards, func(g guard) bool { return g.open(has) }) {
			continue
		}
		if first == "" {
			if first = c.category; first == ripoti.Unclear {
				return first, nil
			}
			continue
		}
		if c.category != ripoti.Unclear {
			others = append(others, c.category)
		}
	}
	return first, others
}
