package gazetteer

import (
	"cmp"
	"slices"
	"strings"

	"ripoti/internal/ripoti"
)

// What a name loses against a place's full own name.
const (
	lossAlias   = 0.01
	lossGeneric = 0.02 // "Kimaeti" for Kimaeti Market
	lossHome    = 0.02 // "Langas" for Langas Eldoret
	lossKwa     = 0.06 // "Njenga" for Kwa Njenga
	lossFirst   = 0.08 // "Eldama" for Eldama Ravine
	lossPart    = 0.16 // "Hamud" for Sultan Hamud
)

// What a single word of a longer name must have to be looked for alone, and to speak for it.
const (
	partLength  = 5
	firstLength = 6
)

// use says that a key names a place.
type use struct {
	place int32
	loss  float32
	full  string // all words of the name, joined
	plain string // the same without generics and marks
	whole bool   // the place's own name or alias, not a part of it
	split bool   // of several words
}

// key is one folded name with its mark, and all the places it names.
type key struct {
	base    []byte // symbols, see symbol
	mark    mark
	county  uint64
	uses    []use
	grams   uint8 // how many grams it has
	folded  string
	general bool // see phrase
	context bool // may serve as a hint: a county or a large place
}

// index finds keys: exactly, by their beginning, by their consonants, and by likeness.
type index struct {
	costs    *costs
	keys     []key     // by length of base
	upTo     [66]int32 // upTo[n]: the first key longer than n symbols
	exact    map[string][]int32
	sorted   []int32 // keys in the order of their folded names
	skeleton map[string][]int32
	grams    [2][32 * 32][]int32 // of the base, of its consonants: the keys that hold a pair of symbols
	hints    []int32
	abroad   map[string]bool
}

// countyBits gives every county of the table one bit.
func countyBits(places []ripoti.Place) []uint64 {
	bit := make(map[string]uint64)
	out := make([]uint64, len(places))
	for i, p := range places {
		if bit[p.CountyID] == 0 {
			bit[p.CountyID] = 1 << len(bit)
		}
		out[i] = bit[p.CountyID]
	}
	return out
}

type keyName struct {
	folded string
	mark   mark
}

// indexer gathers keys while the index is being made.
type indexer struct {
	g    *Gazetteer
	keys map[keyName]*key
	home map[string]map[string]bool // county id -> plain names of the county and its large towns
}

func newIndex(g *Gazetteer, rows []row, habits map[string]habit) index {
	x := &indexer{g: g, keys: make(map[keyName]*key), home: homes(g)}
	for i, r := range rows {
		name := r.place.Name
		if open := strings.IndexByte(name, '('); open > 0 { // "Kapsaos (Ainamoi)"
			name = name[:open]
		}
		x.name(int32(i), name, 0)
		for _, a := range r.aliases {
			x.alias(int32(i), a)
		}
		for _, a := range habits[r.place.ID].aliases {
			x.alias(int32(i), a)
		}
	}
	return x.index()
}

func homes(g *Gazetteer) map[string]map[string]bool {
	out := make(map[string]map[string]bool)
	for i, p := range g.places {
		if g.weight[i] >= 3 {
			if out[p.CountyID] == nil {
				out[p.CountyID] = make(map[string]bool)
			}
			out[p.CountyID][newPhrase(words(p.Name, nil)).plain] = true
		}
	}
	return out
}

// alias adds another name of a place, unless everybody would use it of any place ("Town").
func (x *indexer) alias(place int32, name string) {
	if ws := words(name, nil); len(ws) == 1 && notPlaces[ws[0]] {
		return
	}
	x.name(place, name, lossAlias)
}

func (x *indexer) name(place int32, name string, loss float32) {
	ws := words(name, nil)
	if len(ws) == 0 {
		return
	}
	p := newPhrase(ws)
	if strings.Trim(p.plain, "0123456789") == "" {
		return
	}
	if p.bare {
		loss += lossGeneric
	}
	full := strings.Join(ws, "")
	x.add(p, use{place, loss, full, p.plain, true, len(ws) > 1})
	if ws[0] == "kwa" && len(full) >= 7 {
		rest := newPhrase(ws[1:])
		x.add(rest, use{place, loss + lossKwa, full, rest.plain, false, true})
	}
	last := ws[len(ws)-1]
	if len(ws) > 1 && x.home[x.g.places[place].CountyID][last] {
		rest := newPhrase(ws[:len(ws)-1])
		x.add(rest, use{place, loss + lossHome, full, rest.plain, true, len(ws) > 2})
	}
	x.parts(place, ws, full, loss)
}

func (x *indexer) parts(place int32, ws []string, full string, loss float32) {
	if len(ws) < 2 {
		return
	}
	for i, w := range ws {
		_, generic := generics[w]
		if len(w) < partLength || generic || directions[w] != 0 || numbers[w] != 0 || notPlaces[w] || isDigit(w[0]) {
			continue
		}
		if p := newPhrase([]string{w}); p.plain != full {
			lost := float32(lossPart)
			if i == 0 && len(w) >= firstLength {
				lost = lossFirst
			}
			x.add(p, use{place, loss + lost, full, p.plain, false, false})
		}
	}
}

func (x *indexer) add(p phrase, u use) {
	if len(p.base) < 2 {
		return
	}
	n := keyName{p.base, p.mark}
	k := x.keys[n]
	if k == nil {
		k = &key{folded: p.base, mark: p.mark, general: p.general}
		for i := range len(p.base) {
			k.base = append(k.base, symbol(p.base[i]))
		}
		x.keys[n] = k
	}
	k.county |= x.g.county[u.place]
	if u.whole && (x.g.weight[u.place] >= 3 || x.g.places[u.place].Kind == ripoti.KindCounty) {
		k.context = true
	}
	for i, have := range k.uses {
		if have.place == u.place {
			if u.loss < have.loss || (u.full == u.plain && have.full != have.plain && u.loss == have.loss) {
				k.uses[i] = u
			}
			return
		}
	}
	k.uses = append(k.uses, u)
}

func (x *indexer) index() index {
	in := index{costs: newCosts(), exact: make(map[string][]int32), skeleton: make(map[string][]int32), abroad: make(map[string]bool)}
	for _, k := range x.keys {
		in.keys = append(in.keys, *k)
	}
	slices.SortFunc(in.keys, func(a, b key) int {
		return cmp.Or(len(a.base)-len(b.base), strings.Compare(a.folded, b.folded), int(a.mark)-int(b.mark))
	})
	for i := range in.keys {
		in.enter(int32(i))
	}
	for n, at := 0, 0; n < len(in.upTo); n++ {
		for at < len(in.keys) && len(in.keys[at].base) <= n {
			at++
		}
		in.upTo[n] = int32(at)
	}
	slices.SortFunc(in.sorted, func(a, b int32) int {
		return cmp.Or(strings.Compare(in.keys[a].folded, in.keys[b].folded), int(a-b))
	})
	for name := range abroad {
		in.abroad[fold(strings.ReplaceAll(name, " ", ""))] = true
	}
	return in
}

func (in *index) enter(i int32) {
	k := &in.keys[i]
	in.exact[k.folded] = append(in.exact[k.folded], i)
	in.sorted = append(in.sorted, i)
	if k.context {
		in.hints = append(in.hints, i)
	}
	if s := skeleton(k.folded); len(s) >= 3 {
		in.skeleton[s] = append(in.skeleton[s], i)
	}
	n := 0
	eachGram(k.base, func(list int, gram uint16) {
		n++
		ids := in.grams[list][gram]
		if len(ids) == 0 || ids[len(ids)-1] != i {
			in.grams[list][gram] = append(ids, i)
		}
	})
	k.grams = uint8(min(n, 255))
}

// alike gives symbols that are taken for each other one sign, so that pairs of symbols survive it.
var alike = func() (a [32]byte) {
	for i := range a {
		a[i] = byte(i)
	}
	for _, pair := range []string{"lr", "pb", "gk", "Ck", "dt", "Tt", "fv", "Ss", "Nn", "ei", "uo"} {
		a[symbol(pair[0])] = symbol(pair[1])
	}
	return a
}()

// eachGram visits the pairs of neighbouring symbols of a base with its borders (list 0) and of its
// consonants (list 1), which survive a wrong vowel.
func eachGram(base []byte, visit func(list int, gram uint16)) {
	last, lastConsonant := uint16(border), uint16(border)
	for _, s := range base {
		s = alike[s]
		visit(0, last<<5|uint16(s))
		last = uint16(s)
		if !vowelSymbol(s) {
			visit(1, lastConsonant<<5|uint16(s))
			lastConsonant = uint16(s)
		}
	}
	visit(0, last<<5|border)
	visit(1, lastConsonant<<5|border)
}
