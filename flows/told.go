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
	Key      int    `json:"key"`
	Words    string `json:"words"` // what stood behind the key
	Code     string `json:"code"`  // what is kept
}

// AsTold gives a report's answers with the words of the screens in a language.
func AsTold(cat *locales.Catalogue, lang ripoti.Lang, a ripoti.Answers) (told []Told) {
	for step, s := range screens {
		if police := a.PoliceAccused(); Step(step) == Last && police || Step(step) == LastPolice && !police {
			continue // the same question, asked otherwise
		}
		for i, code := range s.asks.codes {
			if same := a; code != "" {
				if s.asks.set(&same, i); same != a {
					continue
				}
				question, words := s.read(cat, lang, i+1)
				told = append(told, Told{s.id, question, i + 1, words, code})
			}
		}
	}
	return told
}

// read takes a menu apart: its question, and the words behind a key.
func (s screen) read(cat *locales.Catalogue, lang ripoti.Lang, key int) (question, words string) {
	var asked []string
	for _, line := range strings.Split(cat.Text(lang, s.key), "\n") {
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
