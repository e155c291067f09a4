package gazetteer

import (
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
