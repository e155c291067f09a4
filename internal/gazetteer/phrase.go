package gazetteer

import (
	"strings"

	"ripoti/internal/ripoti"
)

// A query is cut to this many bytes and words: more than any place needs.
const (
	queryBytes = 160
	queryWords = 16
)

// mark is what tells places of one name apart: a direction, a number, a single letter. Marks are
// compared, never guessed.
type mark uint32

const (
	markNorth mark = 1 << iota
	markSouth
	markEast
	markWest
	markCentral
	markNumber // the lowest bit of a number (1 to 999) or letter (1000 + letter)
)

// phrase is a name, or what somebody typed for one, ready to be compared.
type phrase struct {
	plain string           // letters and digits of the name without generics and marks
	base  string           // the folded form of plain
	mark  mark             //
	kind  ripoti.PlaceKind // the kind that a generic word asked for
	bare  bool             // a generic word was left out
	road  bool             // the name of a road
	// general: nothing but generic words and marks ("Township", "Central"); only ever found as it stands
	general bool
}

// words splits a text into lower-case ASCII words. Apostrophes vanish, other punctuation and the
// border between letters and digits part words; accents are dropped. What is no Latin letter or
// digit separates.
func words(text string, out []string) []string {
	if len(text) > queryBytes {
		text = text[:queryBytes]
	}
	var buf [queryBytes * 2]byte
	w := buf[:0]
	flush := func() {
		if len(w) > 0 && len(out) < queryWords {
			out = append(out, canonical(string(w)))
		}
		w = w[:0]
	}
	for _, r := range text {
		switch {
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r >= 0xC0 && r < 0x180:
			r = rune(unaccented[r-0xC0])
		}
		switch {
		case r == '\'' || r == '`' || r == '\u2018' || r == '\u2019' || r == '\u02bc' || r == '\u00b4':
			continue
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			if len(w) > 0 && isDigit(w[len(w)-1]) != isDigit(byte(r)) {
				flush()
			}
			w = append(w, byte(r))
		default:
			flush()
		}
	}
	flush()
	return out
}

// unaccented are the Latin letters U+00C0 to U+017F without their accents, ' ' where there is none.
const unaccented = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty" +
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll" +
	"lllnnnnnn nnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"

func canonical(w string) string {
	if s, ok := spelled[w]; ok {
		return s
	}
	return w
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// newPhrase reads words as one name: directions, numbers and single letters become its mark, generic
// words are left out, unless nothing would be left.
func newPhrase(ws []string) phrase {
	var p phrase
	var kept [queryWords]string
	n := 0
	for i, w := range ws {
		if k, ok := genericOf(w, i); ok {
			p.bare = true
			if k != "" {
				p.kind = k
			}
			continue
		}
		if i > 0 && links[w] && p.bare && n == 0 { // "kijiji cha ...", "soko la ..."
			continue
		}
		if roads[w] {
			p.road = true
		}
		if m := markOf(w, i, len(ws)); m != 0 {
			p.mark |= m
			continue
		}
		kept[n] = w
		n++
	}
	p.plain = strings.Join(kept[:n], "")
	if len(p.plain) < 2 { // "South B", "Saba Saba", "Central", "Township": the marks are the name
		p.plain, p.mark, p.bare, p.general = wholeName(ws), 0, false, true
	}
	p.base = fold(p.plain)
	return p
}

func wholeName(ws []string) string {
	var b strings.Builder
	for _, w := range ws {
		if m := directions[w]; m != 0 {
			w = directionName[m]
		}
		b.WriteString(w)
	}
	return b.String()
}

var directionName = map[mark]string{markNorth: "north", markSouth: "south", markEast: "east", markWest: "west", markCentral: "central"}

func markOf(w string, at, of int) mark {
	if m := directions[w]; m != 0 {
		return m
	}
	if of > 1 && len(w) >= 4 {
		if m := misspeltDirection(w); m != 0 {
			return m
		}
	}
	if n, ok := numbers[w]; ok {
		return mark(n) * markNumber
	}
	if isDigit(w[0]) && len(w) <= 3 {
		n := 0
		for i := range len(w) {
			n = n*10 + int(w[i]-'0')
		}
		return mark(n) * markNumber
	}
	if len(w) == 1 && at > 0 && at == of-1 { // "Manyatta B"; also "Kayole S" for South
		switch w {
		case "n":
			return markNorth
		case "s":
			return markSouth
		case "e":
			return markEast
		case "w":
			return markWest
		}
		return (1000 + mark(w[0]-'a')) * markNumber
	}
	return 0
}

// genericOf looks a generic word up; behind a name also a misspelt one of at least 6 letters.
func genericOf(w string, at int) (ripoti.PlaceKind, bool) {
	if k, ok := generics[w]; ok || at == 0 || len(w) < 4 {
		return k, ok
	}
	for _, name := range longGenerics {
		if w[0] == name[0] && oneSlip(w, name) || len(w) == len(name) && len(w) > 5 && oneWrong(w, name) {
			return generics[name], true
		}
	}
	return "", false
}

// misspeltDirection reads a direction with one slip behind its first letter.
func misspeltDirection(w string) mark {
	for m, name := range directionName {
		if w[0] == name[0] && (oneSlip(w, name) || len(name) > 4 && oneWrong(w, name)) {
			return m
		}
	}
	return 0
}

// oneSlip says that w is name with two neighbours swapped, or one letter left out or added.
func oneSlip(w, name string) bool {
	if len(w) > len(name) {
		w, name = name, w
	}
	i := 0
	for i < len(w) && w[i] == name[i] {
		i++
	}
	switch len(name) - len(w) {
	case 0:
		return i+1 < len(w) && w[i] == name[i+1] && w[i+1] == name[i] && w[i+2:] == name[i+2:]
	case 1:
		return w[i:] == name[i+1:]
	}
	return false
}

// oneWrong says that w is name with one letter replaced.
func oneWrong(w, name string) bool {
	if len(w) != len(name) {
		return false
	}
	wrong := 0
	for i := range len(w) {
		if w[i] != name[i] {
			wrong++
		}
	}
	return wrong == 1
}

// fold brings spellings that sound alike to one form: doubled letters once, c as k, z as s, w as u,
// y as i, kh as k, gh as g, ph as f; ch, sh, th (dh) and ny become the single symbols C S T N.
func fold(plain string) string {
	var buf [64]byte
	out := buf[:0]
	put := func(c byte) {
		if len(out) < 2 || out[len(out)-1] != c || isDigit(c) { // a doubled first letter lost its vowel: "kkmega"
			out = append(out, c)
		}
	}
	for i := 0; i < len(plain) && len(out) < len(buf)-2; i++ {
		c := plain[i]
		var next byte
		if i+1 < len(plain) {
			next = plain[i+1]
		}
		if s, ok := pair(c, next); ok {
			put(s)
			i++
			continue
		}
		switch c {
		case 'c', 'q':
			put('k')
		case 'z':
			put('s')
		case 'w':
			put('u')
		case 'y':
			put('i')
		case 'x':
			put('k')
			put('s')
		default:
			put(c)
		}
	}
	return string(out)
}

func pair(c, next byte) (byte, bool) {
	if next == 'h' {
		switch c {
		case 'c':
			return 'C', true
		case 's':
			return 'S', true
		case 't', 'd':
			return 'T', true
		case 'k':
			return 'k', true
		case 'g':
			return 'g', true
		case 'p':
			return 'f', true
		}
	}
	if c == 'n' && next == 'y' {
		return 'N', true
	}
	if c == 'c' && next == 'k' {
		return 'k', true
	}
	return 0, false
}

// skeleton is the consonants of a folded base; u and i stand for w and y as well and are dropped.
func skeleton(base string) string {
	var buf [64]byte
	out := buf[:0]
	for i := range len(base) {
		if !isVowel(base[i]) && (len(out) == 0 || out[len(out)-1] != base[i]) {
			out = append(out, base[i])
		}
	}
	return string(out)
}

func isVowel(c byte) bool { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' }
