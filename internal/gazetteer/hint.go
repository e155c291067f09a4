package gazetteer

import (
	"strings"

	"ripoti/internal/ripoti"
)

// hinted reads the words as a place and the county or town it lies in, from either end: "bura tana
// river", "kitui nguni". A hint never answers for the rest.
func (a *attempt) hinted(ws []string) {
	for n := min(3, len(ws)-1); n >= 1; n-- {
		a.within(ws[:len(ws)-n], ws[len(ws)-n:])
		a.within(ws[n:], ws[:n])
	}
}

func (a *attempt) within(rest, hint []string) {
	if len(hint) == 1 && notPlaces[hint[0]] {
		return
	}
	rest = trim(rest)
	named := newPhrase(rest)
	county, width, guessed := a.g.hint(a.s, newPhrase(hint))
	if a.county != 0 {
		county &= a.county
	}
	if _, inner := a.g.exactHint(named, county); inner >= width { // "nguni" is in Kitui, Kitui is not in Nguni
		return
	}
	if county == 0 || spoken(rest) || (guessed && named.general) {
		return
	}
	q := query{phrase: named, full: strings.Join(rest, ""), county: county, loose: true, within: width, split: len(rest) > 1}
	q.lost = lossNarrow * float32(widest-width)
	if len(rest) == 1 && notPlaces[rest[0]] && !a.g.named(&q) { // "salama laikipia" is a ward, "mto laikipia" a river
		return
	}
	if guessed {
		q.lost += lossHint
	}
	a.g.search(a.s, &q)
}

// hint reads words as a place that others may lie in and answers the counties meant, 0 for none, and
// how wide the place is.
func (g *Gazetteer) hint(s *scratch, p phrase) (county uint64, width int8, guessed bool) {
	if county, width = g.exactHint(p, 0); county != 0 || len(p.base) < 5 {
		return county, width, false
	}
	county, width = g.guessHint(s, p)
	return county, width, true
}

// exactHint looks only at the counties within, 0 all.
func (g *Gazetteer) exactHint(p phrase, within uint64) (county uint64, width int8) {
	for _, k := range g.index.exact[p.base] {
		key := &g.index.keys[k]
		for i := range key.uses {
			if u := &key.uses[i]; u.whole && key.mark == p.mark && (within == 0 || g.county[u.place]&within != 0) {
				if w := g.width(u.place); w > width {
					county, width = 0, w
				}
				if g.width(u.place) == width {
					county |= g.county[u.place]
				}
			}
		}
	}
	return county, width
}

// guessHint reads a misspelt county or large town.
func (g *Gazetteer) guessHint(s *scratch, p phrase) (county uint64, width int8) {
	least := costWhole/2 + 1
	base := s.symbols(p.base)
	for _, k := range g.index.hints {
		key := &g.index.keys[k]
		if key.mark != p.mark || len(key.base)-len(base) > 2 || len(base)-len(key.base) > 2 {
			continue
		}
		if cost, _ := g.index.costs.distance(base, key.base, least-1, false); cost < least {
			least, county, width = cost, key.county, g.width(key.uses[0].place)
		}
	}
	return county, width
}

// widest is the width of a county.
const widest = 3

// width is how much a place holds: 3 a county or its namesake, 2 a constituency, town or other large
// place, 1 a ward or very small town, 0 an area, which holds nothing.
func (g *Gazetteer) width(place int32) int8 {
	p := &g.places[place]
	switch {
	case p.Kind == ripoti.KindCounty || p.Name == p.County:
		return widest
	case p.Kind == ripoti.KindConstituency || p.Kind == ripoti.KindTown && g.weight[place] >= 2 || g.weight[place] >= 3:
		return 2
	case p.Kind == ripoti.KindTown || p.Kind == ripoti.KindWard:
		return 1
	}
	return 0
}
