package triage

import "strings"

// Swahili verbs by rule (domain brief 6.2): subject, tense, object, stem, extension, final vowel.
// Sheng takes the same beginnings before English stems: "wameraped", "anamrape".

// verbForm is what the beginning and the end of a verb say.
type verbForm struct {
	self     bool // the sender is the subject: nimepigwa
	toSelf   bool // the sender is the object: ananipiga
	object   bool // it has an object
	negative bool // hajapigwa
	passive  bool
	finite   bool // it has a subject and a tense
	future   bool
	present  bool // ananipiga: now, or again and again
	habit    bool // hupiga
	relative bool // aliyepiga
	bare     bool // it has no beginning: piga
}

// subjects begin a verb; n is ni written short.
var subjects = []string{"ni", "n", "u", "a", "tu", "m", "mu", "wa", "i", "ka", "li", "ki", "vi", "ya"}

// negatives begin a verb that says no.
var negatives = []struct {
	text string
	self bool
}{{"si", true}, {"hu", false}, {"ha", false}, {"hatu", false}, {"ham", false}, {"hawa", false}, {"hai", false}, {"haka", false}, {"hakui", false}}

var tenses = []struct {
	text   string
	future bool
}{{"na", false}, {"li", false}, {"me", false}, {"mesha", false}, {"ta", true}, {"ki", false}, {"ka", false}, {"nge", false}, {"taka", true}, {"kisha", false}, {"", false}}

// relatives stand between tense and object: "aliyebakwa", "wanaopiga".
var relatives = []string{"ye", "o", "yo", "po", "cho", "lo", "vyo", "mo"}

var objects = []string{"ni", "ku", "m", "mu", "mw", "tu", "wa", "ki", "ji", "i", "li", "ya", "ka", "u"}

// extensions stand between stem and final vowel; passive ones end in w, which thumbs write u or drop.
var extensions = []struct {
	text    string
	passive bool
}{
	{"", false}, {"w", true}, {"u", true}, {"iw", true}, {"ew", true}, {"liw", true}, {"lew", true}, {"iu", true},
	{"i", false}, {"e", false}, {"li", false}, {"le", false}, {"ish", false}, {"esh", false}, {"is", false}, {"es", false},
	{"ishw", true}, {"eshw", true}, {"isw", true}, {"esw", true}, {"an", false}, {"ian", false}, {"ean", false}, {"ishan", false},
	{"ik", false}, {"ek", false}, {"ikan", false}, {"ekan", false}, {"anish", false}, {"iliw", true}, {"elew", true},
}

// clitics may follow the final vowel.
var clitics = []string{"", "ni", "je", "po", "ye", "o"}

// englishEnds follow an English stem, the last ones in Sheng: "alirapiwa".
var englishEnds = []string{"s", "es", "d", "ed", "ing", "en"}

// nounEnds follow an English stem that is only named: "defilement".
var nounEnds = []string{"", "er", "ers", "r", "rs", "ation", "ment"}
var shengEnds = []string{"iwa", "ewa", "wa", "uwa", "a", "ia", "ea", "isha", "ish", "e", "ishwa", "iana", "ana", "i", "ad", "iwe", "ewe"}

// ending is what the end of a verb says.
type ending struct {
	passive bool
	i       bool // the final vowel is i: only what is negative or borrowed ends so
	u       bool // the final vowel is u: only what is borrowed ends so
}

// grammar is the tables above, spelled out and folded.
type grammar struct {
	begins  map[string]verbForm
	ends    map[string]ending
	english map[string]bool // true: it tells that something happens
	sheng   map[string]bool
	// How long the longest beginning and the longest ends are: nothing longer is looked for.
	longestBegin, longestEnd, longestEnglishEnd int
}

func newGrammar() *grammar {
	g := &grammar{begins: map[string]verbForm{}, ends: map[string]ending{}, english: map[string]bool{}, sheng: map[string]bool{}}
	g.addPositive()
	g.addNegative()
	g.addBare()
	for _, x := range extensions {
		for _, v := range []string{"a", "e", "i"} {
			for _, c := range clitics {
				if c == "ni" && v != "e" { // saidieni
					continue
				}
				g.end(x.text+v+c, ending{passive: x.passive, i: v == "i"})
			}
		}
	}
	g.end("u", ending{u: true})
	for _, e := range nounEnds {
		g.english[fold(e)] = false
	}
	for _, e := range englishEnds {
		g.english[fold(e)] = true
	}
	for _, e := range shengEnds {
		g.sheng[fold(e)] = true
	}
	g.longestBegin, g.longestEnd = longest(g.begins), longest(g.ends)
	g.longestEnglishEnd = max(longest(g.english), longest(g.sheng))
	return g
}

func longest[V any](m map[string]V) int {
	n := 0
	for text := range m {
		n = max(n, len(text))
	}
	return n
}

// begin and end keep the first reading of a spelling: the tables stand in the order of likelihood.
func (g *grammar) begin(text string, f verbForm) {
	text = fold(text)
	if _, ok := g.begins[text]; !ok {
		g.begins[text] = f
	}
}

func (g *grammar) end(text string, e ending) {
	text = fold(text)
	if had, ok := g.ends[text]; !ok || had.i && !e.i {
		g.ends[text] = e
	}
}

func (g *grammar) addPositive() {
	for _, s := range subjects {
		for _, t := range tenses {
			f := verbForm{self: s == "ni" || s == "n", finite: t.text != "", future: t.future, present: t.text == "na"}
			g.withObjects(s+t.text, f)
			if t.text == "na" || t.text == "li" {
				f.relative = true
				for _, r := range relatives {
					g.withObjects(s+t.text+r, f)
				}
			}
		}
	}
}

func (g *grammar) addNegative() {
	for _, n := range negatives {
		if n.text == "hu" { // both "you do not" and the habit; the habit is commoner
			continue
		}
		for _, t := range []string{"", "ku", "ja", "ta"} {
			g.withObjects(n.text+t, verbForm{self: n.self, negative: true, finite: true})
		}
	}
	for _, s := range subjects {
		g.withObjects(s+"si", verbForm{self: s == "ni", negative: true})
	}
}

// addBare adds habits, infinitives and plain stems with an object.
func (g *grammar) addBare() {
	g.withObjects("hu", verbForm{finite: true, habit: true})
	g.withObjects("ku", verbForm{})
	g.withObjects("kw", verbForm{})
	g.withObjects("", verbForm{})
}

func (g *grammar) withObjects(begin string, f verbForm) {
	g.begin(begin, f)
	f.object = true
	for _, o := range objects {
		f.toSelf = o == "ni"
		g.begin(begin+o, f)
	}
}

// stem is one entry of the lexicon that verbs are made of.
type stem struct {
	key     string // "~pig" or "=beat"
	signals []signal
	// negated signals hold only where the verb says no: hajarudi, halipwi.
	negated    []signal
	needObject bool // "lim+": to till without an object, to beat with one
	notI       bool // "bak!i": baki is to remain
	anyVowel   bool // "dhulum.": a borrowed verb, which may end in i or u
	needBegin  bool // "rap^": only after a Swahili beginning
	mixes      bool // long enough to stand behind a Swahili beginning: "amenilock"
}

// longStem is how long an English stem must be to take a Swahili end without a Swahili beginning.
const longStem = 5

const shortest = 2 // letters of a stem that may stand without a beginning

// swahili calls found for every reading of the word as a verb of the lexicon, at says where the stem
// begins. A stem that begins earlier is the likelier one: itisha is to demand, tisha to threaten.
func (l *lexicon) swahili(word string, found func(s *stem, form verbForm, at int)) {
	for i := 0; i < len(word) && i <= l.grammar.longestBegin; i++ {
		begin, ok := l.grammar.begins[word[:i]]
		if !ok {
			continue
		}
		l.stemAt(word, i, begin, found)
		melts := (begin.finite || word[:i] == "ku") && word[i-1] != word[max(i-2, 0)] && !strings.HasSuffix(word[:i], "tu")
		if i > 0 && melts && isVowel(word[i-1]) && l.vowelStems[word[i-1]] { // ali-iba, folded to aliba
			l.stemAt(word, i-1, begin, func(s *stem, form verbForm, _ int) { found(s, form, i) })
		}
	}
}

// stemAt reads a stem and an ending from i on.
func (l *lexicon) stemAt(word string, i int, begin verbForm, found func(*stem, verbForm, int)) {
	for j := max(i+1, len(word)-l.grammar.longestEnd); j < len(word); j++ {
		s, ok := l.verbs[word[i:j]]
		if !ok || i == 0 && j-i <= shortest {
			continue
		}
		end, ok := l.grammar.ends[word[j:]]
		if !ok || (end.i && !begin.negative || end.u) && !s.anyVowel || s.notI && word[j] == 'i' {
			continue
		}
		form := begin
		form.passive, form.bare = end.passive, i == 0
		if j-i <= shortest && !form.finite && !form.negative && word[:min(2, i)] != "ku" { // too little to go by: little is no verb
			continue
		}
		if s.needObject && !form.object && !form.passive {
			continue
		}
		found(s, form, i)
	}
}

// englishForms calls found for every reading of the word as an English stem, alone or in Sheng.
func (l *lexicon) englishForms(word string, found func(s *stem, form *verbForm, event bool)) {
	firstEnd := len(word) - l.grammar.longestEnglishEnd
	for j := max(2, firstEnd); j <= len(word); j++ {
		s, ok := l.english[word[:j]]
		if !ok {
			continue
		}
		event, ends := l.grammar.english[word[j:]]
		if !ends && j >= longStem { // "molestiwa"
			event, ends = true, l.grammar.sheng[word[j:]] && len(word)-j >= longStem-2
		}
		if ends && !s.needBegin {
			found(s, nil, event)
		}
	}
	for i := 2; i < len(word)-2 && i <= l.grammar.longestBegin; i++ {
		begin, ok := l.grammar.begins[word[:i]]
		if !ok {
			continue
		}
		for j := max(i+3, firstEnd); j <= len(word); j++ {
			s, ok := l.english[word[i:j]]
			if !ok {
				continue
			}
			_, ends := l.grammar.english[word[j:]]
			if !s.mixes && !s.needBegin || !ends && !l.grammar.sheng[word[j:]] || s.needBegin && word[j:] == "" {
				continue
			}
			form := begin
			form.passive = len(word)-j >= 2 && word[len(word)-2:] == "wa"
			found(s, &form, form.finite)
		}
	}
}

// looksSwahili says that a word has the beginning and the end of a verb, whatever its stem.
func (g *grammar) looksSwahili(word string) bool {
	if len(word) < 5 || !isVowel(word[len(word)-1]) {
		return false
	}
	for i := 2; i <= len(word)-2 && i <= g.longestBegin; i++ {
		if f, ok := g.begins[word[:i]]; ok && (f.finite || word[:2] == "ku" && i >= 2) && syllables(word[i:]) {
			return true
		}
	}
	return false
}

// syllables says that a text is made of open syllables, as Swahili is.
func syllables(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		if closed(s[i], s[i+1]) {
			return false
		}
	}
	return s != "" && isVowel(s[len(s)-1])
}

// closed says that no Swahili word has these two letters side by side: a vowel was left out.
func closed(a, b byte) bool {
	if isVowel(a) || isVowel(b) || b == 'w' || b == 'h' {
		return false
	}
	return a != 'm' && a != 'n'
}

func isVowel(b byte) bool { return b == 'a' || b == 'e' || b == 'i' || b == 'o' || b == 'u' }

// withVowels calls try with the word after putting each vowel where one was left out, until it says
// yes. At most two places are tried.
func withVowels(word string, try func(string) bool) bool {
	for i := 0; i+1 < len(word); i++ {
		if !closed(word[i], word[i+1]) {
			continue
		}
		for _, v := range []string{"i", "a", "u", "e", "o"} {
			if try(word[:i+1] + v + word[i+1:]) {
				return true
			}
		}
		return false
	}
	return false
}
