package flows

import (
	"slices"
	"strings"

	"ripoti/internal/ripoti"
)

type moveRow struct {
	move  ripoti.Move
	all   bool
	words map[string]bool
}

// moveWords tell a move in words. Where all is true every word of the text must be known, so that
// nothing counts as done that somebody only speaks of; the others are told with words that are kept.
var moveWords = []moveRow{
	{ripoti.MoveOnTheWay, true, wordSet("njiani way coming going naenda tunaenda nakuja tunakuja naelekea tunaelekea tunampeleka nampeleka enroute dispatched tumetoka")},
	{ripoti.MoveSafe, true, wordSet("safe salama rescued ameokolewa")},
	{ripoti.MoveHospital, true, wordSet("hospital hospitali hospitalini hospitals")},
	{ripoti.MoveArrested, true, wordSet("arrested amekamatwa wamekamatwa tumemkamata nimemkamata amemkamata tumewakamata")},
	{ripoti.MoveNotFound, true, wordSet("hapatikani hapatikana haonekani hatujampata sijampata hakupatikana")},
	{ripoti.MoveFled, false, wordSet("fled escaped ametoroka wametoroka alitoroka amehepa amekimbia amesepa")},
	{ripoti.MovePressure, false, wordSet("settle settling settlement kusuluhisha kusuluhishwa tusuluhishe wasuluhishe suluhu maslaha kusikizana kuskizana kuelewana fidia")},
	{ripoti.MoveCharged, false, wordSet("charged ameshtakiwa wameshtakiwa ameshitakiwa")},
}

// fillers may stand around a move without changing it.
var fillers = wordSet("is are at in on the a an and now already still here there has have been was were we i she he they it her his with my our of by team unit officers " +
	"survivor victim child girl boy woman suspect man mother patient person " +
	"na ni wa ya yuko wako niko tuko nipo tupo hapa huko sasa tayari mtoto msichana mwathiriwa mshukiwa mama mtu yule huyo " +
	"amefika wamefika tumefika tumemfikisha amefikishwa amepelekwa amelazwa reached arrived admitted taken found sir madam afande")

// denials take back what stands with them: in Swahili also the verbs of what was not done.
var (
	denialWords = wordSet("yet bado never without bila hataki hawataki refused amekataa wamekataa")
	// unsureWords only mean, wish or suppose.
	unsureWords    = wordSet("will would shall should must if when be can could may might want wants need needs try trying almost nearly soon before until unless kama ikiwa akiwa labda huenda karibu")
	askingWords    = wordSet("je is are has have did does was were will can where who what when why how wapi nani lini")
	denialPrefixes = []string{"haja", "hatuja", "sija", "hawaja", "haku", "hatuku", "siku", "hawaku", "hayuko", "hayupo", "hawako", "hatu", "hawa"}
)

// moveInWords reads a move out of words, "" where there is none, two that do not go together, or one
// that is denied, asked or only meant.
func moveInWords(words []string) ripoti.Move {
	var found []ripoti.Move
	known := true
	for _, row := range moveWords {
		if hasAny(words, row.words) {
			found = append(found, row.move)
			known = known && (!row.all || allKnown(words))
		}
	}
	if notFoundPhrase[strings.Join(words, " ")] {
		return ripoti.MoveNotFound
	}
	if len(found) == 2 && found[0] == ripoti.MoveOnTheWay && found[1] == ripoti.MoveHospital {
		found = found[:1] // on the way to hospital is not at hospital
	}
	if len(found) == 2 && found[0] == ripoti.MoveSafe && found[1] == ripoti.MoveHospital {
		found = found[1:] // safe at hospital is at hospital
	}
	if len(found) != 1 || !known || askingWords[words[0]] || found[0] != ripoti.MovePressure && hasAny(words, unsureWords) || denied(words, found[0]) {
		return ""
	}
	return found[0]
}

// notFoundPhrase are the texts in which a denial is the news.
var notFoundPhrase = map[string]bool{"not found": true, "cannot be found": true, "cant be found": true, "suspect not found": true, "mshukiwa hajapatikana": true, "hajapatikana": true}

func allKnown(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool {
		return !fillers[w] && !yesWords[w] && moveOf(w) == ""
	})
}

// speaksOfMove says that a text is about a move, whether it tells one or not.
func speaksOfMove(words []string) bool {
	return notFoundPhrase[strings.Join(words, " ")] || slices.ContainsFunc(words, func(w string) bool { return moveOf(w) != "" })
}

// denied says that a text takes back what it tells. The words of a move that are a denial themselves
// do not count.
func denied(words []string, move ripoti.Move) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		if move == ripoti.MoveNotFound && moveOf(w) == move {
			return false
		}
		return noWords[w] || cannotWords[w] || dontWords[w] || denialWords[w] ||
			slices.ContainsFunc(denialPrefixes, func(p string) bool { return strings.HasPrefix(w, p) })
	})
}

// moveOf is the move that a word tells.
func moveOf(word string) ripoti.Move {
	for _, row := range moveWords {
		if row.words[word] {
			return row.move
		}
	}
	return ""
}

// fledWords stand around a flight and name no place.
var fledWords = wordSet("last seen alionekana ameonekana mwisho jana leo usiku asubuhi jioni yesterday today tonight night morning away from home ran kutoka nyumbani polisi police asante sana thanks")

// TellsWhereSeen says that what came with a flight names where the suspect was seen, as far as words can tell:
// "ametoroka" alone does not.
func TellsWhereSeen(note string) bool {
	return slices.ContainsFunc(readTokens(note).words(), func(w string) bool {
		return moveOf(w) == "" && !fillers[w] && !fledWords[w] && !yesWords[w]
	})
}

// done are the moves that claim that something was achieved: a note that denies makes them unread.
var done = map[ripoti.Move]bool{ripoti.MoveSafe: true, ripoti.MoveHospital: true, ripoti.MoveArrested: true}

// opposite are the moves of which one cannot be told with the other.
var opposite = map[ripoti.Move]ripoti.Move{ripoti.MoveArrested: ripoti.MoveFled, ripoti.MoveFled: ripoti.MoveArrested}

// contradicts says that the words beside a key take it back: "7 4829172 not arrested".
func contradicts(key answer, words []string) bool {
	if key.verb != VerbMove {
		return false
	}
	if done[key.move] && denied(words, key.move) {
		return true
	}
	return slices.ContainsFunc(words, func(w string) bool {
		m := moveOf(w)
		return m != "" && (m == opposite[key.move] || key.move == ripoti.MoveArrested && m == ripoti.MoveNotFound)
	})
}
