package gazetteer

import (
	"cmp"
	"slices"
	"strings"

	"ripoti/internal/ripoti"
)

// candidates is how many of the likest keys are compared letter by letter.
const candidates = 64

// Likeness of a hit, 0 to 1.
const (
	likeFolded   = 0.03 // lost where only the folded forms agree
	likeGuess    = 0.02 // lost by every guess, so that what stands in the table comes first
	likeLetter   = 0.9  // lost by a wrong letter, divided by the length of the name
	likeStart    = 0.80 // of a mere beginning, and what more of the name adds to it
	likeMore     = 0.15
	likeSkeletal = 0.82  // at most, where the vowels were left out
	lossUnmarked = 0.035 // "Kayole" for Kayole North
	lossOther    = 0.10  // "Kayole North" for Kayole
	lossSplit    = 0.03  // of several words for a misspelt single one
	lossNarrow   = 0.04  // for each step that the hint is narrower than a county
	lossTurned   = 0.04  // of two words the other way round
	lossHint     = 0.03  // of what is found only by guessing a misspelt hint
	lossThing    = 0.03  // "Free Town" for Free Area
	gainWeight   = 0.015
)

// gainKind is for the kind that was typed: "Siaya county".
var gainKind = map[ripoti.PlaceKind]float32{
	ripoti.KindCounty: 0.06, ripoti.KindConstituency: 0.03, ripoti.KindWard: 0.03, ripoti.KindTown: 0.01,
}

// query is what one search looks for.
type query struct {
	phrase
	full   string
	county uint64  // only places of these counties, 0 all
	loose  bool    // the county is known: more misspelling is forgiven
	within int8    // only places narrower than this, 0 all; see width
	split  bool    // typed as several words
	lost   float32 // what all hits lose, because the reading is doubtful
}

// hit is a place that was found.
type hit struct {
	place int32
	key   int32
	like  float32 // how well the text fits the name
	total float32 // with what the place weighs: the order
}

// scratch is the memory of one search.
type scratch struct {
	counts []uint8
	dice   []uint8
	likest []int32
	hits   []hit
	spots  []hit
	words  []string
	symbol []byte
}

func newScratch(keys int) *scratch {
	return &scratch{counts: make([]uint8, keys), dice: make([]uint8, keys), likest: make([]int32, 0, 2*candidates), hits: make([]hit, 0, 128), spots: make([]hit, 0, 32), words: make([]string, 0, queryWords)}
}

// search adds to s.hits the places that q may mean. Guesses are made only where the table does not
// hold the name itself.
func (g *Gazetteer) search(s *scratch, q *query) {
	found, sound := g.exactly(s, q)
	if found {
		return
	}
	if !sound {
		g.beginning(s, q)
	}
	if len(q.base) >= 3 && isSkeletal(q.plain) {
		for _, k := range g.index.skeleton[skeleton(q.base)] {
			g.compare(s, q, k, true)
		}
	}
	if len(q.base) >= 4 || (q.loose && len(q.base) == 3) {
		g.guess(s, q)
	}
}

// exactly adds the places whose folded name is q's, and says whether one of them is so spelled, or at
// least sounds so.
func (g *Gazetteer) exactly(s *scratch, q *query) (found, sound bool) {
	for _, k := range g.index.exact[q.base] {
		key := &g.index.keys[k]
		if g.enter(s, q, k, 1) && key.mark == q.mark {
			sound = true
			found = found || slices.ContainsFunc(key.uses, func(u use) bool { return u.plain == q.plain })
		}
	}
	return found, sound
}

// beginning adds the names that q is the beginning of.
func (g *Gazetteer) beginning(s *scratch, q *query) {
	if len(q.base) < 3 {
		return
	}
	in := &g.index
	from, _ := slices.BinarySearchFunc(in.sorted, q.base, func(k int32, base string) int { return strings.Compare(in.keys[k].folded, base) })
	for _, k := range in.sorted[from:] {
		name := in.keys[k].folded
		if !strings.HasPrefix(name, q.base) {
			return
		}
		if len(name) > len(q.base) && !in.keys[k].general {
			g.enter(s, q, k, likeStart+likeMore*float32(len(q.base))/float32(len(name)))
		}
	}
}

// isSkeletal says that vowels were left out on purpose, SMS style.
func isSkeletal(plain string) bool {
	vowels := 0
	for i := range len(plain) {
		if isVowel(plain[i]) {
			vowels++
		}
	}
	return vowels*4 <= len(plain)
}

// limit is how much misspelling is looked through, in twentieths of a letter.
func (q *query) limit() int {
	limit := 36
	switch n := len(q.base); {
	case n < 4:
		limit = 7
	case n < 6:
		limit = 15
	case n < 9:
		limit = 26
	}
	if q.loose {
		limit += 9
	}
	return limit
}

// guess compares q with the likest names.
func (g *Gazetteer) guess(s *scratch, q *query) {
	short := isSkeletal(q.plain)
	for _, k := range g.likest(s, q) {
		g.compare(s, q, k, short)
	}
}

func (g *Gazetteer) compare(s *scratch, q *query, k int32, shortVowels bool) {
	key := &g.index.keys[k]
	if key.general {
		return
	}
	limit := q.limit()
	whole, start := g.index.costs.distance(s.symbols(q.base), key.base, limit, shortVowels)
	length := float32(max(len(q.base), len(key.base)))
	if whole <= limit && whole > 0 {
		like := 1 - likeGuess - likeLetter*float32(whole)/costWhole/length
		if shortVowels && !q.loose && len(key.base) > len(q.base)+1 {
			like = min(like, likeSkeletal)
		}
		g.enter(s, q, k, like)
	}
	if start > 0 && start <= limit/2 && len(q.base) >= 5 && len(key.base) > len(q.base) {
		reach := likeStart + likeMore*float32(len(q.base))/float32(len(key.base))
		g.enter(s, q, k, reach-likeGuess-likeLetter*float32(start)/costWhole/float32(len(q.base)))
	}
}

func (s *scratch) symbols(base string) []byte {
	s.symbol = s.symbol[:0]
	for i := range len(base) {
		s.symbol = append(s.symbol, symbol(base[i]))
	}
	return s.symbol
}

// likest are the keys of about q's length that share most pairs of symbols with it.
func (g *Gazetteer) likest(s *scratch, q *query) []int32 {
	in := &g.index
	base := s.symbols(q.base)
	from, to := in.upTo[max(len(base)-4, 0)], in.upTo[min(len(base)+4, len(in.upTo)-1)]
	clear(s.counts[from:to])
	n := 0
	eachGram(base, func(list int, gram uint16) {
		n++
		ids := in.grams[list][gram]
		at, _ := slices.BinarySearch(ids, from)
		for _, k := range ids[at:] {
			if k >= to {
				break
			}
			s.counts[k]++
		}
	})
	return g.pickLikest(s, q, from, to, n)
}

// pickLikest keeps the keys with the highest share of common pairs, by counting how many keys have
// each share.
func (g *Gazetteer) pickLikest(s *scratch, q *query, from, to int32, grams int) []int32 {
	var having [129]int
	keys := g.index.keys
	for k := from; k < to; k++ {
		share := uint8(0)
		if c := s.counts[k]; int(c)*4 >= grams && (q.county == 0 || keys[k].county&q.county != 0) {
			share = uint8(min(128, int(c)*256/(grams+int(keys[k].grams))))
			having[share]++
		}
		s.dice[k] = share
	}
	least, sum := uint8(128), 0
	for least > 1 && sum+having[least] <= candidates {
		sum += having[least]
		least--
	}
	s.likest = s.likest[:0]
	for k := from; k < to && len(s.likest) < cap(s.likest); k++ {
		if s.dice[k] > least {
			s.likest = append(s.likest, k)
		}
	}
	return s.likest
}

// enter adds the places of a key whose folded name fits q to the degree like, and says whether any
// was added. Marks are compared here: of two different ones, none is the other misspelt.
func (g *Gazetteer) enter(s *scratch, q *query, k int32, like float32) bool {
	key := &g.index.keys[k]
	switch {
	case key.mark == q.mark:
	case q.mark == 0:
		like -= lossUnmarked
	case key.mark == 0:
		like -= lossOther
	default:
		return false
	}
	added := false
	for i := range key.uses {
		u := &key.uses[i]
		if q.county != 0 && g.county[u.place]&q.county == 0 || q.within != 0 && g.width(u.place) >= q.within {
			continue
		}
		added = g.put(s, q, k, u, like) || added
	}
	return added
}

func (g *Gazetteer) put(s *scratch, q *query, k int32, u *use, like float32) bool {
	loss := u.loss
	switch {
	case like < 1:
	case u.full == q.full && loss <= lossAlias+lossGeneric:
		loss = min(loss, lossAlias)
		if u.loss == lossGeneric {
			loss = 0
		}
	default:
		if u.plain != q.plain {
			loss += likeFolded
		}
		if q.bare && u.full != u.plain {
			loss += lossThing
		}
	}
	if like < 1 && q.split && !u.split {
		loss += lossSplit
	}
	like -= loss + q.lost
	total := like + gainWeight*float32(g.weight[u.place])
	if g.places[u.place].Kind == q.kind {
		total += gainKind[q.kind]
	}
	s.keep(hit{u.place, k, like, total})
	return true
}

// keep adds a hit, of several for one place the best.
func (s *scratch) keep(h hit) {
	for i := range s.hits {
		if s.hits[i].place == h.place {
			if h.total > s.hits[i].total {
				s.hits[i] = h
			}
			return
		}
	}
	s.hits = append(s.hits, h)
}

func byTotal(a, b hit) int {
	return cmp.Or(cmp.Compare(b.total, a.total), cmp.Compare(a.place, b.place))
}
