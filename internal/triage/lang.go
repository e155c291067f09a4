package triage

import (
	"slices"
	"strings"
)

// langClass is what one word says about the language.
type langClass uint8

const (
	langNone langClass = iota
	langEnglish
	langSwahili
	langSheng // Sheng, or one language bent by the other's grammar: "ananibeat"
	langBoth  // stands in either
)

const langFile = "lexicon/lang.yaml"

// The languages of a text.
const (
	English = "en"
	Swahili = "sw"
	Mixed   = "mix"
)

func (l *lexicon) addLanguages() error {
	var lists struct {
		English string `yaml:"en"`
		Swahili string `yaml:"sw"`
		Sheng   string `yaml:"sheng"`
		Both    string `yaml:"both"`
		Plain   string `yaml:"plain"`
	}
	if err := decode(langFile, &lists); err != nil {
		return err
	}
	l.lang, l.langRaw, l.plain = map[string]langClass{}, map[string]langClass{}, map[string]bool{}
	for _, w := range strings.Fields(lists.Plain) {
		l.plain[strings.ToLower(w)] = true
	}
	for _, list := range []struct {
		words string
		class langClass
	}{{lists.Both, langBoth}, {lists.Sheng, langSheng}, {lists.English, langEnglish}, {lists.Swahili, langSwahili}} {
		for _, w := range strings.Fields(list.words) {
			noteLang(l.langRaw, w, list.class)
			noteLang(l.lang, fold(w), list.class)
		}
	}
	return nil
}

// noteLang notes the class of a word. A word of two languages tells nothing; what the list of Sheng or
// of loans holds, stays there.
func noteLang(m map[string]langClass, word string, class langClass) {
	had, ok := m[word]
	switch {
	case !ok:
		m[word] = class
	case had != class && had != langSheng:
		m[word] = langBoth
	}
}

// langOf says which language the word of the token is of.
func (l *lexicon) langOf(t *token) langClass {
	if c, ok := l.langRaw[strings.ToLower(t.raw)]; ok {
		return c
	}
	if c, ok := l.lang[t.folded]; ok {
		return c
	}
	if isNumber(t.folded) {
		return langBoth
	}
	swahiliVerb, english, bent := false, false, false
	l.swahili(t.folded, func(*stem, verbForm, int) { swahiliVerb = true })
	l.englishForms(t.folded, func(_ *stem, form *verbForm, _ bool) {
		english = english || form == nil
		bent = bent || form != nil
	})
	switch {
	case bent && !swahiliVerb && !english:
		return langSheng
	case english && !swahiliVerb:
		return langEnglish
	case swahiliVerb:
		return langSwahili
	case l.bent(t.folded):
		return langSheng
	case l.grammar.looksSwahili(t.folded):
		t.verbLike = true // or a name: Naivasha
		return langNone
	case len(t.keys) > 1: // a slip or a left-out vowel: what was meant counts
		return l.meantLang(t)
	}
	if word := strings.ToLower(t.raw); englishSpelling(word) {
		return langEnglish
	}
	t.guessed = true
	return shape(t.folded)
}

func (l *lexicon) meantLang(t *token) langClass {
	for _, k := range t.keys[1:] {
		switch {
		case k[0] == '~':
			return langSwahili
		case k[0] == '=':
			return langEnglish
		case l.lang[k] != langNone:
			return l.lang[k]
		}
	}
	t.guessed = true
	return shape(t.folded)
}

// bent says that the word is an English one behind a Swahili beginning: "nimereport", "kutrack".
func (l *lexicon) bent(word string) bool {
	for i := 2; i < len(word)-2 && i <= l.grammar.longestBegin; i++ {
		f, ok := l.grammar.begins[word[:i]]
		if !ok || !f.finite && word[:1] != "k" && !f.object {
			continue
		}
		rest := word[i:]
		if l.lang[rest] == langEnglish && len(rest) > 3 || f.finite && len(rest) >= 4 && shape(rest) == langEnglish && !isVowel(rest[len(rest)-1]) {
			return true
		}
	}
	return false
}

// englishLetters are letters side by side that stand in English words and in no Swahili ones.
var englishLetters = strings.Fields("ck ee oo ea ght ould tion ough ly x q tr pl bl cl cr dr gr fl sp st ss ll tt ff pp nn wh ow ew ck ge gh ct pt ft lt rt rd rs ns nt ld lk mp nk ai ie au")

// englishSpelling says that a word that no list holds is spelled as English words are.
func englishSpelling(word string) bool {
	if len(word) < 4 || isVowel(word[len(word)-1]) && word[len(word)-1] != 'e' || syllables(fold(word)) {
		return false
	}
	return slices.ContainsFunc(englishLetters, func(s string) bool { return strings.Contains(word, s) })
}

// shape guesses the language of a word that no list holds by how it is spelled.
func shape(word string) langClass {
	if len(word) < 3 {
		return langNone
	}
	last := word[len(word)-1]
	if syllables(word) {
		if last == 'e' || last == 'o' && len(word) < 5 {
			return langNone
		}
		return langSwahili
	}
	if !isVowel(last) || strings.HasSuffix(word, "ie") {
		return langEnglish
	}
	return langNone
}

// language is the language of the text. Words of both languages, or Sheng, make it mixed; one loan in
// many words does not.
func (r *reading) language() string {
	var count, guess [langBoth + 1]int
	verbs, longest := 0, [langBoth + 1]int{}
	for i := range r.tokens {
		switch t := &r.tokens[i]; {
		case r.l.placeWords[t.folded]:
		case t.verbLike:
			verbs++
		case t.guessed:
			guess[t.lang]++
		case !r.inPlace(i):
			count[t.lang]++
			longest[t.lang] = max(longest[t.lang], len(t.folded))
		}
	}
	if count[langEnglish]+count[langSwahili]+count[langSheng] == 0 {
		count, longest = guess, [langBoth + 1]int{}
		count[langSwahili] += verbs
	} else if count[langSwahili] > 0 || count[langSheng] > 0 {
		count[langSwahili] += verbs
	}
	en, sw, sheng := count[langEnglish], count[langSwahili], count[langSheng]
	switch {
	case en+sw+sheng == 0:
		return English
	case sheng > 0 && sheng+sw > 0 && en <= 4*(sheng+sw):
		return Mixed
	case borrowed(en, longest[langEnglish]) && borrowed(sw, longest[langSwahili]):
		return Mixed
	case en > sw+sheng:
		return English
	}
	return Swahili
}

// borrowed says that so many words of a language are more than a slip or a short word both have.
func borrowed(words, longest int) bool { return words >= 2 || words == 1 && longest >= longLoan }

// longLoan is how long a single word must be to be a word of that language for certain.
const longLoan = 3
