package triage

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

//go:embed lexicon/*.yaml
var files embed.FS

// signal is something words can say, by its place in lexicon.names.
type signal int16

// written is one signal as it stands in a file of the lexicon.
type written struct {
	Says    string   `yaml:"says"`
	Words   string   `yaml:"words"`   // stand alone
	Verbs   string   `yaml:"verbs"`   // Swahili stems without the final vowel
	Negated string   `yaml:"negated"` // Swahili stems that say it only in the negative
	Stems   string   `yaml:"stems"`   // English stems
	Phrases []string `yaml:"phrases"`
}

// lexicon is the compiled files. It never changes after loading.
type lexicon struct {
	names   []string
	says    []string
	byName  map[string]signal
	grammar *grammar
	words   map[string][]signal
	verbs   map[string]*stem
	english map[string]*stem
	// vowelStems are the vowels that stems of verbs begin with: they melt with the vowel before.
	vowelStems map[byte]bool
	keys       map[string]key       // of everything that a phrase may ask for
	phrases    []openings           // by the key that they begin with
	bySignal   []openings           // by the signal that they begin with
	lang       map[string]langClass // by the folded word
	langRaw    map[string]langClass // by the word as it is spelled: wazee is no wasee
	plain      map[string]bool      // words that say nothing, however much they look like others
	placeWords map[string]bool      // words of names of places
	slips      map[string][]string  // what is left of a word without one letter -> words
	set        *sets
	isActor    []bool // by signal: one who may do harm
	harms      []bool // by signal: harm is done
	isPerson   []bool // by signal: a child or a youth
	isSomebody []bool // by signal: anybody who may do something
	isOfficial []bool // by signal: an officer or guard who is not police
}

// sets are the signals that the program asks for by name.
type sets struct {
	none    signal
	parent  signal
	sum     signal
	witness signal
	police  signal
	station signal
	called  signal // police are asked for
	taken   signal // somebody is held or led away
	lain    signal
	greet   signal
}

// takes says that a phrase of the signal takes its words away from everything else.
func (s *sets) takes(x signal) bool {
	return x == s.none || x == s.parent || x == s.witness
}

func loadLexicon(rules *ruleDocument) (*lexicon, error) {
	l := &lexicon{
		byName: map[string]signal{}, grammar: newGrammar(), words: map[string][]signal{}, verbs: map[string]*stem{},
		english: map[string]*stem{}, vowelStems: map[byte]bool{}, keys: map[string]key{}, slips: map[string][]string{},
	}
	all, err := readWritten()
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		l.signal(name, all[name].Says)
	}
	for _, name := range rules.made() {
		l.signal(name, "")
	}
	l.set = &sets{none: l.byName["none"], parent: l.byName["parent"], sum: l.byName["sum"], witness: l.byName["witness"], police: l.byName["police"], station: l.byName["station"], called: l.byName["police_called"], taken: l.byName["taken"], lain: l.byName["lain"], greet: l.byName["greet"]}
	l.bySignal = make([]openings, len(l.names))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if err := l.add(l.byName[name], all[name]); err != nil {
			return nil, fmt.Errorf("lexicon: %s: %w", name, err)
		}
	}
	if err := l.addLanguages(); err != nil {
		return nil, err
	}
	l.indexSlips()
	l.harms = l.flags(harmSignals...)
	l.isPerson = l.flags("child", "young", "girl", "adult", "grown")
	l.isSomebody = l.flags("police", "station", "child", "young", "girl", "adult", "grown", "parent", "partner", "family", "household", "leader", "known", "stranger", "buyer", "guard", "childrens_officer", "social_worker", "sibling", "parental")
	l.isActor = l.flags("household", "leader", "known", "stranger", "partner", "family", "parental")
	l.isOfficial = l.flags("guard", "childrens_officer", "social_worker")
	return l, nil
}

// readWritten reads every file of the lexicon but the rules and the languages.
func readWritten() (map[string]written, error) {
	all := map[string]written{}
	names, err := fs.Glob(files, "lexicon/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("lexicon: %w", err)
	}
	for _, file := range names {
		if file == rulesFile || file == langFile {
			continue
		}
		var one map[string]written
		if err := decode(file, &one); err != nil {
			return nil, err
		}
		for name, w := range one {
			if _, twice := all[name]; twice {
				return nil, fmt.Errorf("lexicon: %s: %s stands in two files", file, name)
			}
			all[name] = w
		}
	}
	return all, nil
}

// decode reads one embedded file and refuses what it does not know.
func decode(file string, into any) error {
	raw, err := files.ReadFile(file)
	if err != nil {
		return fmt.Errorf("lexicon: %w", err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("lexicon: %s: %w", file, err)
	}
	return nil
}

func (l *lexicon) signal(name, says string) signal {
	if s, ok := l.byName[name]; ok {
		return s
	}
	s := signal(len(l.names))
	l.names, l.says, l.byName[name] = append(l.names, name), append(l.says, says), s
	return s
}

func (l *lexicon) add(s signal, w written) error {
	for _, word := range strings.Fields(w.Words) {
		key := fold(word)
		if !slices.Contains(l.words[key], s) {
			l.words[key] = append(l.words[key], s)
		}
	}
	for _, text := range strings.Fields(w.Verbs) {
		v := l.verb(text)
		v.signals = append(v.signals, s)
	}
	for _, text := range strings.Fields(w.Negated) {
		v := l.verb(text)
		v.negated = append(v.negated, s)
	}
	for _, text := range strings.Fields(w.Stems) {
		e := l.englishStem(text)
		e.signals = append(e.signals, s)
	}
	for _, text := range w.Phrases {
		if err := l.addPhrase(s, text); err != nil {
			return err
		}
	}
	return nil
}

// verb is the Swahili stem with the text, made if it is new. A mark behind it narrows all its uses.
func (l *lexicon) verb(text string) *stem {
	bare := strings.TrimRight(strings.TrimSuffix(text, "!i"), "+.")
	key := fold(bare)
	v := l.verbs[key]
	if v == nil {
		v = &stem{key: "~" + key}
		l.verbs[key] = v
		if isVowel(key[0]) && len(key) > 1 {
			l.vowelStems[key[0]] = true
		}
	}
	v.notI = v.notI || strings.HasSuffix(text, "!i")
	v.anyVowel = v.anyVowel || strings.HasSuffix(text, ".")
	v.needObject = v.needObject || strings.HasSuffix(text, "+")
	return v
}

func (l *lexicon) englishStem(text string) *stem {
	key := fold(strings.TrimSuffix(text, "^"))
	e := l.english[key]
	if e == nil {
		e = &stem{key: "=" + key}
		l.english[key] = e
	}
	e.mixes = e.mixes || len(strings.TrimSuffix(text, "^")) >= mixFrom
	e.needBegin = e.needBegin || strings.HasSuffix(text, "^")
	return e
}

// mixFrom is how long an English stem must be to be looked for inside a Swahili verb.
const mixFrom = 4

// shortestSlip is how long a word must be before one wrong letter in it is forgiven.
const shortestSlip = 6

// indexSlips lists every signal word without one of its letters. Two words that have such a rest in
// common are one slip apart.
func (l *lexicon) indexSlips() {
	for _, word := range slices.Sorted(maps.Keys(l.words)) {
		if len(word) < shortestSlip || isNumber(word) {
			continue
		}
		for i := range word {
			rest := word[:i] + word[i+1:]
			l.slips[rest] = append(l.slips[rest], word)
		}
		l.slips[word] = append(l.slips[word], word)
	}
}

// meant is the word of the lexicon that is one slip of the thumb away: a letter left out, put in,
// wrong, or two swapped. The first letter must be right.
func (l *lexicon) meant(word string) (string, bool) {
	if len(word) < shortestSlip || l.lang[word] != 0 || isNumber(word) || l.grammar.looksSwahili(word) {
		return "", false
	}
	best := ""
	look := func(rest string) {
		for _, w := range l.slips[rest] {
			if w[0] == word[0] && oneSlip(w, word) && (best == "" || len(w) == len(word)) {
				best = w
			}
		}
	}
	look(word)
	for i := 1; i < len(word); i++ {
		look(word[:i] + word[i+1:])
	}
	return best, best != ""
}

// oneSlip says that a and b are at most one letter left out, put in, wrong or swapped apart.
func oneSlip(a, b string) bool {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	x, y := a[i:], b[i:]
	switch {
	case len(x) == len(y)+1:
		return x[1:] == y
	case len(y) == len(x)+1:
		return y[1:] == x
	case len(x) != len(y):
		return false
	case len(x) == 0:
		return true
	case x[1:] == y[1:]: // a wrong vowel; a wrong consonant makes another word: brothers, brothels
		return isVowel(x[0]) && isVowel(y[0])
	}
	return len(x) > 1 && x[0] == y[1] && x[1] == y[0] && x[2:] == y[2:]
}

// harmSignals are the signals of a harm that is done.
var harmSignals = strings.Fields("rape touch lain pregnant images sold_sex hit hurt injury grave burn starve neglect abandon newborn missing abducted locked labour married_off married cut circumcise cutting threat death_threat killing chase insult stalk traffic recruit forced_work begging bribe refuse release arrest harass shot steal con murder stab cattle arson assault suicide noschool brought nopay")

func (l *lexicon) flags(names ...string) []bool {
	out := make([]bool, len(l.names))
	for _, n := range names {
		if s, ok := l.byName[n]; ok {
			out[s] = true
		}
	}
	return out
}
