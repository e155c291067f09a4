package gazetteer

import (
	"math"
	"slices"

	"ripoti/internal/ripoti"
)

// When a hit is taken, asked back or dropped. A misspelt large place is likelier meant than a misspelt
// small one: villages that the table lacks look like those.
const (
	askFrom   = 0.78 // likeness
	askWithin = 0.12 // what is offered besides the best
)

var takes = [6]struct{ like, alone float32 }{ // by weight; alone: with no other spot near
	0: {0.90, 0.88}, 1: {0.90, 0.88}, 2: {0.88, 0.85}, 3: {0.86, 0.83}, 4: {0.86, 0.83}, 5: {0.86, 0.83},
}

const (
	takeAhead  = 0.04 // how far the next spot must stay behind
	aloneAhead = 0.10
)

// How far apart two rows of one name in one county may lie and still mean one spot. A dry ward's
// middle can lie far from the one town it is named after.
const (
	sameSpotKm = 15
	sameWardKm = 50
)

// decide settles what the spots that were found are good for.
func (a *attempt) decide(askOnly bool) Result {
	spots := a.s.spots
	if len(spots) == 0 || spots[0].like < askFrom {
		return Result{Decision: None}
	}
	r := Result{Decision: Take}
	if askOnly || !a.g.ahead(spots) {
		r.Decision = Ask
	}
	for _, h := range spots {
		if len(r.Matches) == matchesShown || h.like < askFrom || h.total < spots[0].total-askWithin {
			break
		}
		score := math.Round(float64(min(1, h.total))*1000) / 1000
		r.Matches = append(r.Matches, Match{Place: a.g.places[h.place], Score: score})
	}
	return r
}

// ahead says that the first spot is what was meant: it fits, and no other is near.
func (g *Gazetteer) ahead(spots []hit) bool {
	lead := float32(1)
	if len(spots) > 1 {
		lead = spots[0].total - spots[1].total
	}
	from := takes[g.weight[spots[0].place]]
	return (spots[0].like >= from.like && lead >= takeAhead) || (spots[0].like >= from.alone && lead >= aloneAhead)
}

// spots orders the hits and keeps one place for each spot.
func (a *attempt) spots(typed mark) {
	hits := a.s.hits
	slices.SortFunc(hits, byTotal)
	a.s.spots = a.s.spots[:0]
	for _, h := range hits {
		a.spotOf(h, typed)
		if len(a.s.spots) > 2*matchesShown {
			return
		}
	}
}

func (a *attempt) spotOf(h hit, typed mark) {
	for i := range a.s.spots {
		if !a.g.sameSpot(a.s.spots[i], h, typed) {
			continue
		}
		if best := a.s.spots[i]; a.g.speaksBetter(h, best, typed) {
			h.total, h.like = best.total, best.like
			a.s.spots[i] = h
		}
		return
	}
	a.s.spots = append(a.s.spots, h)
}

// speaksBetter says that h, found behind best, is the better row for their common spot: it bears the
// mark that was typed, or fits as well and locates better.
func (g *Gazetteer) speaksBetter(h, best hit, typed mark) bool {
	if h.like > best.like && !g.soundsAsFound(best) && g.soundsAsFound(h) { // Mvita is Mvita before it is Mombasa
		return true
	}
	if hm, bm := g.index.keys[h.key].mark, g.index.keys[best.key].mark; hm != bm {
		return hm == typed && h.like >= best.like
	}
	return h.total >= best.total-gainWeight*1.1 && h.like >= best.like-lossAlias*1.5 && g.finer(h.place, best.place)
}

// soundsAsFound says that the place was found by its own name or a spelling of it.
func (g *Gazetteer) soundsAsFound(h hit) bool {
	own := newPhrase(words(g.places[h.place].Name, nil)).base
	if own == g.index.keys[h.key].folded {
		return true
	}
	cost, _ := g.index.costs.distance(new(scratch).symbols(own), g.index.keys[h.key].base, costSoft, false)
	return cost <= costSoft
}

// sameSpot says that two rows mean practically the same: one name in one county, not far apart.
// A county or constituency is the same as the town it is named after; a place with a mark ("Kayole North") is the same as one
// without it only where no mark was typed.
func (g *Gazetteer) sameSpot(a, b hit, typed mark) bool {
	p, q := g.places[a.place], g.places[b.place]
	ka, kb := &g.index.keys[a.key], &g.index.keys[b.key]
	if p.CountyID != q.CountyID || ka.mark != kb.mark && ka.mark != typed && kb.mark != typed {
		return false
	}
	if ka.folded != kb.folded {
		most := float64(sameSpotKm)
		if wide(p) || wide(q) { // Kibera is Kibra, Kiambaa is not Kiambu
			most = 1
		}
		return p.Point.Km(q.Point) <= most && g.index.oneName(ka, kb)
	}
	return wide(p) || wide(q) || p.Point.Km(q.Point) <= spotKm(p, q)
}

// oneName says that two names are spellings of one: Witeithie and Witethie.
func (in *index) oneName(a, b *key) bool {
	cost, _ := in.costs.distance(a.base, b.base, costSoft, false)
	return cost <= costSoft
}

// wide says that a place's point is only the middle of something large.
func wide(p ripoti.Place) bool {
	return p.Kind == ripoti.KindCounty || p.Kind == ripoti.KindConstituency
}

func spotKm(p, q ripoti.Place) float64 {
	if (p.Kind == ripoti.KindWard) != (q.Kind == ripoti.KindWard) && p.Precision == ripoti.PrecisionExact && q.Precision == ripoti.PrecisionExact {
		return sameWardKm
	}
	return sameSpotKm
}

// fineness is how well a kind locates somebody who gave its name.
var fineness = map[ripoti.PlaceKind]int{
	ripoti.KindTown: 4, ripoti.KindWard: 3, ripoti.KindArea: 2, ripoti.KindConstituency: 1, ripoti.KindCounty: 0,
}

func (g *Gazetteer) finer(a, b int32) bool {
	return fineness[g.places[a].Kind] > fineness[g.places[b].Kind]
}
