// Package wording changes the sentences that people get by phone: what a sentence must keep, how long it
// may be, who may put it in force, and how every running process comes to say it.
package wording

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/locales"
)

// Problem is what is wrong with one sentence: the key of what to say of it, with its words.
type Problem struct {
	Lang  ripoti.Lang
	Key   string // of the sentence, or a helpline's name
	Say   string
	Words []any // pairs for Say
}

// Length is how much of its space a sentence takes, in letters as the network counts them.
type Length struct{ Used, Most int }

// Proof holds an edition against the sentences that are built in: those were tried on every path with the
// longest names there are, so what keeps their words and their length keeps the promise.
type Proof struct {
	built, tried *locales.Catalogue
	screens      map[ripoti.Lang]map[string]int // how long the reporter's screens are with the longest words
}

// messageMost is one SMS.
const messageMost = 160

// NewProof tries an edition. The error is Invalid where it cannot be read at all.
func NewProof(words *locales.Catalogue, e locales.Edition) (*Proof, error) {
	built, err := words.With(locales.Edition{})
	if err != nil {
		return nil, fmt.Errorf("built-in sentences: %w", err)
	}
	tried, err := words.With(e)
	if err != nil {
		return nil, ripoti.Invalid("wording.brace", err)
	}
	p := &Proof{built, tried, map[ripoti.Lang]map[string]int{}}
	for _, lang := range ripoti.Langs {
		p.screens[lang] = map[string]int{}
	}
	for _, sheet := range flows.New(tried, nil).Sheets() {
		p.screens[sheet.Lang][sheet.Key] = max(sheet.Units, p.screens[sheet.Lang][sheet.Key])
	}
	return p, nil
}

// filled is how long what fills an open word may be, of those that are the same everywhere.
var filled = map[string]int{"code": len("482 917 212"), "day": 3}

// whole are the beginnings of the keys of sentences that leave as they are, as one SMS.
var whole = []string{"text.", "parade.", "contact."}

// Length is how long a sentence of the edition is, and how long it may be: a reporter's screen and a whole
// message have the phone's own limit; what is a part of others, or is cut to fit, is no longer than what is
// built in.
func (p *Proof) Length(lang ripoti.Lang, key string) Length {
	if used, ok := p.screens[lang][key]; ok {
		return Length{used, flows.ScreenUnits}
	}
	used, _ := sms.Units(p.tried.Text(lang, key))
	most, _ := sms.Units(p.built.Text(lang, key))
	more, known := 0, slices.ContainsFunc(whole, func(begin string) bool { return strings.HasPrefix(key, begin) })
	for _, word := range p.built.Words(lang, key) {
		n, ok := filled[word]
		more, known = more+n, known && ok
	}
	if known {
		return Length{used + more, max(most+more, messageMost)}
	}
	return Length{used, most}
}

// Problems are everything that is wrong with the texts and numbers of an edition, in the order of their
// keys.
func (p *Proof) Problems(e locales.Edition) (all []Problem) {
	for _, lang := range ripoti.Langs {
		for _, key := range slices.Sorted(maps.Keys(e.Texts[lang])) {
			all = append(all, p.sentence(lang, key)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Numbers)) {
		all = append(all, p.number(name, e.Numbers[name])...)
	}
	return all
}

// rules are what a sentence must keep, in the order in which they are told.
var rules = []func(p *Proof, lang ripoti.Lang, key, built, text string) (say string, words []any){
	(*Proof).empty, (*Proof).keepsWords, (*Proof).letters, (*Proof).keepsLines, (*Proof).keepsNumbers, (*Proof).proper, (*Proof).fits, (*Proof).sameInBoth,
}

func (p *Proof) sentence(lang ripoti.Lang, key string) (all []Problem) {
	built, text := p.built.BuiltIn(lang, key), p.tried.Written(lang, key)
	for _, rule := range rules {
		if say, words := rule(p, lang, key, built, text); say != "" {
			all = append(all, Problem{lang, key, say, words})
		}
	}
	return all
}

func (p *Proof) empty(_ ripoti.Lang, _, _, text string) (string, []any) {
	if strings.TrimSpace(text) == "" {
		return "wording.empty", nil
	}
	return "", nil
}

var openWord = regexp.MustCompile(`\{(\w+)\}`)

// keepsWords: every open word stands in a sentence as often as before, and no other one.
func (p *Proof) keepsWords(_ ripoti.Lang, _, built, text string) (string, []any) {
	want, got := slices.Sorted(slices.Values(openWord.FindAllString(built, -1))), slices.Sorted(slices.Values(openWord.FindAllString(text, -1)))
	if !slices.Equal(want, got) {
		return "wording.words", []any{"words", strings.Join(want, " ")}
	}
	return "", nil
}

// letters: one letter outside of the network's alphabet makes a message of 160 letters one of 70.
func (p *Proof) letters(_ ripoti.Lang, _, _, text string) (string, []any) {
	for _, r := range openWord.ReplaceAllString(text, "") {
		if _, known := sms.Units(string(r)); !known || r == '\r' {
			return "wording.letter", []any{"letter", string(r)}
		}
	}
	return "", nil
}

var menuLine = regexp.MustCompile(`(?m)^(\d) `)

// keepsLines: a key means what its line says, so the lines of a menu keep their numbers and their order.
func (p *Proof) keepsLines(_ ripoti.Lang, _, built, text string) (string, []any) {
	if want := menuLine.FindAllString(built, -1); !slices.Equal(want, menuLine.FindAllString(text, -1)) {
		return "wording.lines", []any{"keys", strings.Join(want, "")}
	}
	return "", nil
}

var number = regexp.MustCompile(`\d+`)

// keepsNumbers: numbers in a sentence are keys, codes of answers, hours and days.
func (p *Proof) keepsNumbers(_ ripoti.Lang, _, built, text string) (string, []any) {
	set := func(text string) []string {
		return slices.Compact(slices.Sorted(slices.Values(number.FindAllString(openWord.ReplaceAllString(text, ""), -1))))
	}
	if want := set(built); !slices.Equal(want, set(text)) {
		return "wording.numbers", []any{"numbers", strings.Join(want, " ")}
	}
	return "", nil
}

// improper are words that a sentence must not say (domain brief 6.1 and 7.3), and where: "" is everywhere,
// else the beginnings of the keys of what lies on a reporter's phone for others to read.
var improper = []struct {
	words *regexp.Regexp
	where []string
}{
	{regexp.MustCompile(`(?i)chokoraa|malaya|kahaba|mtoto haramu|child prostitut|sex worker`), []string{""}},
	{regexp.MustCompile(`(?i)\brap(e|ed|ist)\b|defil|sodom|incest|ubakaji|bakwa|unajisi|najisi|lawiti|polic|polis|\bGBV\b|ripoti\b`),
		[]string{"text.quiet", "text.receipt", "text.place", "text.which", "text.urgent", "text.stopped", "text.unread", "text.menu", "text.new", "text.started", "text.taken", "text.how"}},
}

func (p *Proof) proper(_ ripoti.Lang, key, _, text string) (string, []any) {
	for _, bad := range improper {
		applies := slices.ContainsFunc(bad.where, func(begin string) bool { return begin == "" || key == begin })
		if said := bad.words.FindString(text); applies && said != "" {
			return "wording.improper", []any{"word", said}
		}
	}
	return "", nil
}

func (p *Proof) fits(lang ripoti.Lang, key, _, _ string) (string, []any) {
	if l := p.Length(lang, key); l.Used > l.Most {
		return "wording.long", []any{"used", l.Used, "most", l.Most, "over", l.Used - l.Most}
	}
	return "", nil
}

// sameInBoth: what is said before a language is chosen.
func (p *Proof) sameInBoth(lang ripoti.Lang, key, _, _ string) (string, []any) {
	if p.built.BuiltIn(ripoti.English, key) != p.built.BuiltIn(ripoti.Swahili, key) || !slices.Contains([]string{"report.language", "report.hint.language", "report.exit"}, key) {
		return "", nil
	}
	if p.tried.Written(ripoti.English, key) != p.tried.Written(ripoti.Swahili, key) {
		return "wording.same", nil
	}
	return "", nil
}

var helpNumber = regexp.MustCompile(`^\+?[0-9]{3,12}$`)

// number: a help number is digits, and every sentence that tells it still fits.
func (p *Proof) number(name, digits string) (all []Problem) {
	if !helpNumber.MatchString(digits) {
		return []Problem{{Key: name, Say: "wording.digits"}}
	}
	for _, lang := range ripoti.Langs {
		for _, key := range p.tried.Keys(lang) {
			if !strings.Contains(p.tried.Written(lang, key), "{"+name+"}") {
				continue
			}
			if l := p.Length(lang, key); l.Used > l.Most {
				all = append(all, Problem{Key: name, Say: "wording.number_long", Words: []any{"sentence", key, "over", l.Used - l.Most}})
			}
		}
	}
	return all
}
