package gazetteer

import (
	"slices"
	"strings"

	"ripoti/internal/ripoti"
)

// Reading a few words: as one name, as names in a sentence, or as no place at all.

// part reads a few words as one name.
func (a *attempt) part(ws []string) Result {
	a.s.hits = a.s.hits[:0]
	q := a.query(ws)
	known := a.g.named(&q)
	if once := withoutRepeats(ws); !known && len(once) < len(ws) { // "Embu, Embu"
		return a.part(once)
	}
	if refused(ws, q.phrase) && !(known && len(ws) > 1) { // River Road is a place, a road is none
		return a.mainTown(ws)
	}
	foreign := a.foreign(ws)
	switch {
	case foreign && !known: // "California Nairobi" is one, Kampala is none
	case spoken(ws):
		a.g.exactly(a.s, &q)
	default:
		a.g.search(a.s, &q)
	}
	if !a.certain() {
		a.otherwise(ws)
	}
	unsure := len(ws) > 1 && !foreign && a.offerNamed(ws)
	a.spots(q.mark)
	return a.decide(a.askers || foreign || unsure || a.vague(ws, &q))
}

// offerNamed adds, where nothing fits well, the names among the words to what is asked back: for
// "Kayole Masimba" Kayole is offered, but never taken.
func (a *attempt) offerNamed(ws []string) bool {
	for _, h := range a.s.hits {
		if h.like >= takes[5].alone {
			return false
		}
	}
	guessed := len(a.s.hits)
	a.namesIn(ws)
	for i := guessed; i < len(a.s.hits); i++ {
		a.s.hits[i].total -= a.s.hits[i].like - likeStart
		a.s.hits[i].like = likeStart
	}
	return true
}

func withoutRepeats(ws []string) []string {
	for i, w := range ws {
		if slices.Contains(ws[:i], w) {
			once := slices.Clone(ws[:i])
			for _, w := range ws[i:] {
				if !slices.Contains(once, w) {
					once = append(once, w)
				}
			}
			return once
		}
	}
	return ws
}

func (a *attempt) query(ws []string) query {
	return query{phrase: newPhrase(ws), full: strings.Join(ws, ""), county: a.county, loose: a.county != 0, split: len(ws) > 1}
}

// otherwise reads several words that are no name as they stand: with a place they lie in, the other
// way round, without a leading "kwa", or without the road.
func (a *attempt) otherwise(ws []string) {
	if len(ws) < 2 {
		return
	}
	a.hinted(ws)
	if len(ws) == 2 { // "Rongai Kware"
		q := a.query([]string{ws[1], ws[0]})
		q.lost = lossTurned
		a.g.exactly(a.s, &q)
	}
	rest := ws
	if ws[0] == "kwa" {
		rest = ws[1:]
	} else if roads[ws[len(ws)-1]] {
		rest = ws[:len(ws)-1]
	}
	if len(rest) < len(ws) && !a.foreign(ws) && !refused(rest, newPhrase(rest)) {
		q := a.query(rest)
		q.lost = lossKwa
		a.g.search(a.s, &q)
	}
}

// vague says that what was found must be asked back: the name is a common word of no large place, or
// a road is meant that the table does not hold.
func (a *attempt) vague(ws []string, q *query) bool {
	if len(a.s.spots) == 0 {
		return false
	}
	best := a.s.spots[0].place
	if alsoWords[q.full] && a.g.weight[best] < 2 {
		return true
	}
	return q.road && !slices.ContainsFunc(words(a.g.places[best].Name, nil), func(w string) bool { return roads[w] })
}

// mainTown answers "town" where the county is known.
func (a *attempt) mainTown(ws []string) Result {
	if a.county == 0 || !slices.ContainsFunc(ws, func(w string) bool { return w == "tao" || generics[w] == ripoti.KindTown }) {
		return Result{Decision: None}
	}
	for i, p := range a.g.places {
		if p.Kind == ripoti.KindTown && a.g.weight[i] >= 3 && a.g.county[i] == a.county {
			total := takes[4].like + gainWeight*float32(a.g.weight[i]+a.g.width(int32(i)))
			a.s.keep(hit{place: int32(i), like: takes[4].like, total: total})
		}
	}
	a.spots(0)
	return a.decide(true)
}

// named says that the whole text is a name in the table as it stands.
func (g *Gazetteer) named(q *query) bool {
	for _, k := range g.index.exact[q.base] {
		for _, u := range g.index.keys[k].uses {
			if u.whole && u.full == q.full && (q.county == 0 || g.county[u.place]&q.county != 0) {
				return true
			}
		}
	}
	return false
}

// refused says that every word is one that names no place. "Hospital ward" asks for a ward.
func refused(ws []string, p phrase) bool {
	if p.kind == ripoti.KindWard && p.bare {
		return false
	}
	for _, w := range ws {
		if !notPlaces[w] && !speech[w] && !isDigit(w[0]) {
			return false
		}
	}
	return true
}

// spoken says that the words are part of a sentence.
func spoken(ws []string) bool {
	return slices.ContainsFunc(ws, func(w string) bool { return speech[w] })
}

func (a *attempt) foreign(ws []string) bool {
	if a.g.index.abroad[fold(strings.Join(ws, ""))] {
		return true
	}
	for _, w := range ws {
		if abroad[w] {
			return true
		}
	}
	return false
}

// certain says that the name as it stands was found.
func (a *attempt) certain() bool {
	for _, h := range a.s.hits {
		if h.like >= 1-lossAlias-lossGeneric {
			return true
		}
	}
	return false
}

// spot looks for the longest names that stand in a sentence as they are.
func (a *attempt) spot(ws []string) Result {
	a.s.hits = a.s.hits[:0]
	if a.foreign(ws) || !a.namesIn(ws) {
		return Result{Decision: None}
	}
	a.spots(0)
	return a.decide(true)
}

func (a *attempt) namesIn(ws []string) bool {
	had := len(a.s.hits)
	for n := min(3, len(ws)); n >= 1; n-- {
		for i := 0; i+n <= len(ws); i++ {
			a.spotAt(ws[i : i+n])
		}
		if len(a.s.hits) > had {
			return true
		}
	}
	return false
}

func (a *attempt) spotAt(ws []string) {
	p := newPhrase(ws)
	if len(p.plain) < 4 || separators[ws[0]] || (len(ws) == 1 && (notPlaces[ws[0]] || speech[ws[0]] || inSentences[ws[0]] || abroad[ws[0]])) {
		return
	}
	q := query{phrase: p, full: strings.Join(ws, ""), county: a.county}
	if a.g.named(&q) && (len(p.plain) > 4 || a.g.holdsLarge(p)) {
		a.g.exactly(a.s, &q)
	}
}

// holdsLarge says that a large place has this name; a short name of a small one is too often just a word.
func (g *Gazetteer) holdsLarge(p phrase) bool {
	for _, k := range g.index.exact[p.base] {
		if slices.ContainsFunc(g.index.keys[k].uses, func(u use) bool { return u.whole && g.weight[u.place] >= 2 }) {
			return true
		}
	}
	return false
}
