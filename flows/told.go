package flows

import (
	"strings"

	"ripoti/internal/ripoti"
	"ripoti/locales"
)

// Told is one answer of a reporter as a screen put it: for whoever must show later what was asked and
// what was pressed.
type Told struct {
	Screen   string `json:"screen"` // its number in the domain brief: "S4"
	Question string `json:"question"`
	Key      int    `json:"key,omitempty"` // 0 where something was typed
	Words    string `json:"words"`         // what stood behind the key
	Code     string `json:"code"`          // what is kept
	// Note says what of this is not known, for whoever must swear to it.
	Note string `json:"note,omitempty"`
}

// What is not kept of a call, so that nobody swears to it.
const (
	noteDanger = "either screen leads on alike; which of them was pressed is not kept"
	notePlace  = "the place that was settled on; what was typed for it is kept only where no place was found"
)

// AsTold gives the answers of a call with the words of the screens in a language.
func AsTold(cat *locales.Catalogue, lang ripoti.Lang, a ripoti.Answers) (told []Told) {
	for step, s := range screens {
		if Step(step) == Where && a.Place != (ripoti.PlaceRef{}) {
			told = append(told, placeTold(cat, lang, a.Place))
			continue
		}
		if police := a.PoliceAccused(); Step(step) == Last && police || Step(step) == LastPolice && !police {
			continue // the same question, asked otherwise
		}
		for i, code := range s.asks.codes {
			if same := a; code != "" {
				if s.asks.set(&same, i); same != a {
					continue
				}
				one := Told{Screen: s.id, Key: i + 1, Code: code}
				one.Question, one.Words = s.read(cat, lang, wordingOf(a), i+1)
				if Step(step) == Notice && inDanger(a) {
					one = one.orOfMenu(cat, lang)
				}
				told = append(told, one)
			}
		}
	}
	return told
}

// wordingOf is the wording of the screens after the alert. In danger the report has left before the last question.
func wordingOf(a ripoti.Answers) int {
	if inDanger(a) {
		return sent
	}
	return unsent
}

// orOfMenu is danger, which is said on the first menu or on the notice behind its second line.
func (t Told) orOfMenu(cat *locales.Catalogue, lang ripoti.Lang) Told {
	question, words := screens[Menu].read(cat, lang, unsent, t.Key)
	t.Screen, t.Question, t.Words, t.Note = screens[Menu].id+" or "+t.Screen, question+" / "+t.Question, words+" / "+t.Words, noteDanger
	return t
}

func placeTold(cat *locales.Catalogue, lang ripoti.Lang, p ripoti.PlaceRef) Told {
	t := Told{Screen: screens[Where].id, Words: p.Typed, Code: p.ID}
	t.Question, _ = screens[Where].read(cat, lang, unsent, 0)
	if p.Typed == "" {
		t.Words, t.Note = strings.TrimPrefix(p.Name+", "+p.County, ", "), notePlace
	}
	return t
}

// read takes a menu apart: its question, and the words behind a key.
func (s screen) read(cat *locales.Catalogue, lang ripoti.Lang, wording, key int) (question, words string) {
	var asked []string
	for _, line := range strings.Split(cat.Text(lang, s.sentence(wording)), "\n") {
		n, rest, isKey := strings.Cut(line, " ")
		switch {
		case !isKey || len(n) != 1 || n[0] < '0' || n[0] > '9':
			asked = append(asked, line)
		case int(n[0]-'0') == key:
			words = rest
		}
	}
	return strings.Join(asked, " "), words
}
