package gazetteer

import (
	"math"
	"slices"
	"strings"

	"ripoti/internal/ripoti"
)

// Decision is what a text that was to name a place is good for.
type Decision string

const (
	Take Decision = "take" // nothing else could be meant; still read it back before it is used
	Ask  Decision = "ask"  // let the person choose
	None Decision = "none" // no place of the table
)

// matchesShown is how many places a screen can offer.
const matchesShown = 4

// Result is the answer to one text.
type Result struct {
	Decision Decision
	// Matches are at most 4 places, no two of them the same spot, best first. Take means the first;
	// the others are what to offer if the person says no to it.
	Matches []Match
}

// Match is a place and how well the text fits it, 0 to 1.
type Match struct {
	Place ripoti.Place
	Score float64
}

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

// attempt is one reading of a text and what may be done with what it finds.
type attempt struct {
	g      *Gazetteer
	s      *scratch
	county uint64
	askers bool // whatever is found is only asked back
}

// Find says which place the text means. countyID is the county that is already known ("030"), "" where
// none is: then only its places are guessed at, and others are asked back at best. Any text will do;
// of a long one the first 160 bytes count.
func (g *Gazetteer) Find(text, countyID string) Result {
	s := g.pool.Get().(*scratch)
	defer g.pool.Put(s)
	a := &attempt{g: g, s: s}
	if i, ok := g.countyRow(countyID); ok {
		a.county = g.county[i]
	}
	s.words = words(text, s.words[:0])
	if onlyDigits(s.words) {
		return Result{Decision: None}
	}
	if r := a.sentence(s.words); r.Decision != None || a.county == 0 {
		return r
	}
	a.county, a.askers = 0, true // the county told may have been wrong
	return a.sentence(s.words)
}

func (g *Gazetteer) countyRow(id string) (int32, bool) {
	if id == "" {
		return 0, false
	}
	for _, i := range g.counties {
		if g.places[i].CountyID == id {
			return i, true
		}
	}
	return 0, false
}

func onlyDigits(ws []string) bool {
	for _, w := range ws {
		if !isDigit(w[0]) {
			return false
		}
	}
	return true
}

// sentence reads the parts of a text, "niko kangemi / karibu na stage", until one is a place; then it
// looks for names anywhere in it.
func (a *attempt) sentence(ws []string) Result {
	rest := ws
	for len(rest) > 0 {
		end := 0
		for end < len(rest) && !separators[rest[end]] {
			end++
		}
		if part := trim(rest[:end]); len(part) > 0 {
			if r := a.part(part); r.Decision != None {
				return r
			}
		}
		rest = rest[min(end+1, len(rest)):]
	}
	return a.spot(ws)
}

// trim leaves out words before and behind that say nothing, but never all of them.
func trim(ws []string) []string {
	for len(ws) > 1 && leads[ws[0]] && ws[0] != "kwa" {
		ws = ws[1:]
	}
	for len(ws) > 1 && trails[ws[len(ws)-1]] {
		ws = ws[:len(ws)-1]
	}
	return ws
}

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
		return !wide(p) && !wide(q) && p.Point.Km(q.Point) <= sameSpotKm && g.index.oneName(ka, kb)
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
