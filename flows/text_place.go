package flows

import (
	"slices"
	"strings"
	"unicode"

	"ripoti/internal/ripoti"
)

// correction reads a text that takes back the place that was told: "not Bura Garissa, Bura Taveta",
// "pole, ni Kawangware". Without a cue that something was wrong another place is only one more place of
// the story, and a person reads it.
func (x *Texts) correction(in Text) (at ripoti.PlaceRef, found Matches, ok bool) {
	if !in.Place.Known() {
		return at, found, false
	}
	denied, told := deniedIn(in.Body)
	cue := x.cueOf(in, denied)
	if cue == noCue {
		return at, found, false
	}
	for _, clause := range told {
		found := x.named(clause, cue)
		if found.Decision == matchAsk {
			found = near(found, in.Place)
		}
		if at, sure := found.sure(); sure && at.ID != in.Place.ID {
			return at, found, true
		} else if !sure && found.Decision == matchAsk && cue == placeDenied && len(found.Places) > 0 {
			return ripoti.PlaceRef{}, found, true
		}
	}
	return at, found, false
}

// near takes the one of several places that lies in the county of the place that was wrong.
func near(found Matches, wrong ripoti.PlaceRef) Matches {
	var some []ripoti.Place
	for _, p := range found.Places {
		if p.CountyID == wrong.CountyID && p.ID != wrong.ID {
			some = append(some, p)
		}
	}
	if len(some) == 1 {
		return Matches{matchTake, some}
	}
	return found
}

// cue is how clearly a text says that something told before was wrong.
type cue int

const (
	noCue cue = iota
	sorryCue
	meantCue
	placeDenied
)

// Cues in plain small letters. Sorry is said for much else, so that it counts in short texts only.
var (
	sorryCues = wordSet("sorry sory pole samahani oops no hapana actually kumradhi")
	meantCues = []string{"i mean", "i meant", "correction", "wrong place", "wrong town", "wrong village", "my mistake", "by mistake", "i made a mistake", "i was wrong",
		"namaanisha", "ninamaanisha", "nilimaanisha", "nilikuwa na maana", "nimekosea", "nilikosea", "sahihisho", "marekebisho"}
	deniers = wordSet("not si sio siyo isnt")
	// turners end what is denied and begin what is so.
	turners = wordSet("but bali ni it its iko ako yuko niko tuko wako lakini")
)

// mostSorry is how many words a text may have in which "sorry" is about what it names.
const mostSorry = 8

func (x *Texts) cueOf(in Text, denied []string) cue {
	for _, name := range denied {
		if name == "" {
			continue
		}
		if own := plainWords(in.Place.Name); len(own) > 0 && slices.Contains(strings.Fields(name), own[0]) {
			return placeDenied
		}
		if x.named(name, placeDenied).Decision != matchNone {
			return placeDenied
		}
	}
	if saysAny(in.Body, meantCues) {
		return meantCue
	}
	if words := textWords(in.Body); len(words) <= mostSorry && hasAny(words, sorryCues) {
		return sorryCue
	}
	return noCue
}

// named is the place that a clause names: in a sentence, or by itself.
func (x *Texts) named(clause string, c cue) Matches {
	if clause == "" {
		return Matches{Decision: matchNone}
	}
	if found := x.Read(clause).Place; found.Decision == matchTake {
		return found
	}
	if len(strings.Fields(clause)) > mostNamed {
		return Matches{Decision: matchNone}
	}
	found := x.Find(clause)
	if found.Decision == matchAsk && c != placeDenied {
		return Matches{Decision: matchNone}
	}
	return found
}

// mostNamed is how many words a clause may have that is nothing but a name.
const mostNamed = 4

// placeFrames stand before a name and are none.
var placeFrames = wordSet("sorry sory pole samahani oops no hapana actually kumradhi i mean meant correction wrong place my mistake its it is was the in at ni ni huko hapa hapo kule iko kwa " +
	"namaanisha ninamaanisha nilimaanisha nimekosea nilikosea but bali sana please tafadhali and na instead badala")

// deniedIn parts a text into what it takes back and what it says, clause by clause, in plain words.
func deniedIn(body string) (denied, told []string) {
	if len(body) > longestKeyword {
		body = body[:longestKeyword]
	}
	for _, clause := range strings.FieldsFunc(body, func(r rune) bool { return unicode.IsPunct(r) && r != '\'' && r != '\u2019' && r != '-' || r == '\n' }) {
		words := plainWords(strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(clause), "instead of", "not"), "badala ya", "si"))
		part, taken := []string{}, false
		end := func() {
			text := strings.Join(trimFrames(part), " ")
			switch {
			case text == "":
			case taken:
				denied = append(denied, text)
			default:
				told = append(told, text)
			}
			part = nil
		}
		for _, w := range words {
			switch {
			case deniers[w]:
				end()
				taken = true
			case taken && turners[w]:
				end()
				taken = false
			default:
				part = append(part, w)
			}
		}
		end()
	}
	return denied, told
}

func trimFrames(words []string) []string {
	for len(words) > 0 && placeFrames[words[0]] {
		words = words[1:]
	}
	for len(words) > 0 && placeFrames[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	return words
}
