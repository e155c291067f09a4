package triage

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ripoti/internal/gazetteer"
)

// spot is a phrase that may name the place of the case.
type spot struct {
	words    string
	from, to int
	rank     int
	cued     bool // a word before it says that a place follows
}

var (
	// placeCues say that a place follows (domain brief 6.2).
	placeCues = folded("hapa huku pale kule huko hapo karibu nyuma near at in around opp opposite behind inside within mtaa kijiji soko stage eneo estate area live lives niko naishi tunaishi anaishi mjini maeneo pande location ward town county")
	// weakCues do so sometimes.
	weakCues = folded("kwa wa ya la cha na on of za")
	// originCues say where somebody came from or goes to, which is not the place of the case.
	originCues = folded("kutoka kwenda from to toka alitoka walitoka natoka nikitoka akitoka anaenda alienda kuenda towards via")
	// nameParts are common words that stand in names of places.
	nameParts = folded("west east north south central bay river town ndogo kubwa kati mjini area phase market estate hill hills view lower upper old new camp beach lake mount road centre center junction saba nne tano mbili moja tatu sita nane tisa kumi valley slums stage ward county")
	// linkParts join two parts of a name: "Mukuru kwa Njenga".
	linkParts = folded("kwa wa ya la")
)

// out are the origins that name the place where somebody was lost.
var out = folded("from kutoka toka")

// originRank is the rank up to which a name is where somebody comes from or goes to.
const originRank = -3

// maxSpots is how many phrases are kept: each costs one search of the gazetteer.
const maxSpots = 8

// addPlaces notes the words of the names of places that are no other words.
func (l *lexicon) addPlaces(g *gazetteer.Gazetteer) {
	l.placeWords = map[string]bool{}
	for _, p := range g.All() {
		for _, w := range strings.FieldsFunc(p.Name, func(r rune) bool { return !inWord(r) && !isApostrophe(r) }) {
			key := fold(w)
			if _, listed := l.lang[key]; !listed && len(key) > 3 && len(l.words[key]) == 0 {
				l.placeWords[key] = true
			}
		}
	}
}

// spots lists the phrases that may name the place, best first.
func (r *reading) spots() []spot {
	var out []spot
	for i := 0; i < len(r.tokens); i++ {
		if !r.nameable(i) {
			continue
		}
		end := r.nameEnd(i)
		if s := r.spotAt(i, end); s.rank > originRank {
			out = append(out, s)
		}
		i = end
	}
	slices.SortStableFunc(out, func(a, b spot) int { return b.rank - a.rank })
	return out[:min(len(out), maxSpots)]
}

// nameable says that token i may begin the name of a place: no word of a list, no signal.
func (r *reading) nameable(i int) bool {
	t := &r.tokens[i]
	if len(t.folded) < 3 || t.used || t.phrased || isNumber(t.folded) || len(t.hits) > 0 && !r.slipOnly(t) || placeCues[t.folded] || originCues[t.folded] {
		return false
	}
	if c, ok := r.l.lang[t.folded]; ok {
		return placeName[t.folded] || c == langNone
	}
	return true
}

// placeName are places that stand in the lists of words because they tell no language.
var placeName = folded("nairobi")

// slipOnly says that the word gives its signals only by a slip of the thumb: it may be a name after all.
func (r *reading) slipOnly(t *token) bool {
	return len(r.l.words[t.folded]) == 0 && t.verb == nil && !slices.ContainsFunc(t.keys, func(k string) bool { return k[0] == '=' })
}

// nameEnd is the last token of the name that begins at i.
func (r *reading) nameEnd(i int) int {
	end := i
	if r.verbShaped(i) {
		return end
	}
	for j := i + 1; j < len(r.tokens) && j < i+4 && !r.tokens[j].after; j++ {
		w := r.word(j)
		switch {
		case isNumber(w) && len(w) <= 2 && !yearWords[r.word(j+1)], nameParts[w]:
			end = j
		case r.nameable(j) && !r.verbShaped(j):
			end = j
		case linkParts[w] && j+1 < len(r.tokens) && r.nameable(j+1) && w == "kwa":
		default:
			return end
		}
	}
	return end
}

// originVerbs end the verbs of coming and going: tulitoka, anaenda.
var originVerbs = strings.Fields("toka tokea enda elekea ondoka safiri")

func isOrigin(word string) bool {
	return originCues[word] || slices.ContainsFunc(originVerbs, func(end string) bool { return len(word) > len(end) && strings.HasSuffix(word, end) })
}

// partOfOrigin says that the word may stand between "from" and the name it belongs to.
func (r *reading) partOfOrigin(i int) bool {
	w := r.word(i)
	return nameParts[w] || r.l.placeWords[w] || w == "the"
}

// verbShaped says that the word is likelier a verb than a name.
func (r *reading) verbShaped(i int) bool {
	w := r.word(i)
	return !r.l.placeWords[w] && (r.tokens[i].verb != nil || r.l.grammar.looksSwahili(w))
}

func (r *reading) spotAt(from, to int) spot {
	s := spot{words: r.text[r.tokens[from].start:r.tokens[to].end], from: from, to: to}
	first, n := utf8.DecodeRuneInString(s.words)
	if n > 0 && unicode.IsUpper(first) && from > 0 {
		s.rank++
	}
	reach := true // every word up to here may belong to an origin
	for back := 1; back <= 3 && from-back >= 0; back++ {
		w := r.word(from - back)
		if reach && isOrigin(w) {
			if !(out[w] && r.said("missing", "abducted")) { // who is missing from there was there
				s.rank -= 6
			}
			break
		}
		reach = reach && r.partOfOrigin(from-back)
		if placeCues[w] {
			s.rank += 5 - back
			s.cued = true
			break
		}
		if back == 1 && weakCues[w] {
			s.rank++
			continue
		}
		if r.tokens[from-back+1].after {
			break
		}
	}
	if to == len(r.tokens)-1 || from == 0 {
		s.rank++
	}
	if r.l.placeWords[r.word(from)] {
		s.rank += 2
	} else if r.verbShaped(from) {
		s.rank--
	}
	return s
}

// inPlace says that the token is likely part of a place's name and tells nothing of the language.
func (r *reading) inPlace(i int) bool {
	if r.l.placeWords[r.word(i)] {
		return true
	}
	if !r.nameable(i) || i == 0 {
		return false
	}
	w := r.word(i - 1)
	return placeCues[w] && w != "niko"
}

// How well a phrase must fit a place. Without a cue before it, only a name as it stands will do: most
// unknown words of a text are no places.
const (
	cuedScore = 0.86
	bareScore = 0.955
)

// Place is the place that the text names, with the phrase that named it: the first candidate that the
// gazetteer knows. Ask means that several places bear the name; the first match is the likeliest.
func (r Reading) Place(g *gazetteer.Gazetteer) (gazetteer.Result, string) {
	type found struct {
		result gazetteer.Result
		words  string
		rank   float64
	}
	best := found{result: gazetteer.Result{Decision: gazetteer.None}}
	for _, s := range r.spots {
		result, words := s.find(g)
		if result.Decision == gazetteer.None {
			continue
		}
		rank := float64(s.rank) + 4*result.Matches[0].Score
		if result.Decision == gazetteer.Take {
			rank++
		}
		if best.words == "" || rank > best.rank {
			best = found{result, words, rank}
		}
	}
	return best.result, best.words
}

// find tries the phrase as it stands, then without its last words.
func (s spot) find(g *gazetteer.Gazetteer) (gazetteer.Result, string) {
	least := bareScore
	if s.cued {
		least = cuedScore
	}
	words := strings.Fields(s.words)
	for n := len(words); n > 0; n-- {
		text := strings.Join(words[:n], " ")
		if result := g.Find(text, ""); result.Decision != gazetteer.None && result.Matches[0].Score >= least {
			return result, text
		}
	}
	for n := 1; n < len(words); n++ {
		text := strings.Join(words[n:], " ")
		if result := g.Find(text, ""); result.Decision != gazetteer.None && result.Matches[0].Score >= least {
			return result, text
		}
	}
	return gazetteer.Result{Decision: gazetteer.None}, ""
}
