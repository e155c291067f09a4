// Package locales holds every sentence Ripoti says, in every language it speaks, and the free
// numbers those sentences name.
//
// Sentences are TOML files of flat keys that name the place and the part ("report.when"). Words in
// braces are filled in: numbers and short codes once at load, the rest at each use.
package locales

import (
	"embed"
	"fmt"
	"maps"
	"sort"
	"strings"
	"sync/atomic"

	"github.com/BurntSushi/toml"

	"ripoti/internal/ripoti"
)

//go:embed en.toml sw.toml
var files embed.FS

//go:embed helplines.toml
var defaultHelplines string

// Helpline is a free number shown to the public. Verified is the day somebody last reached a person
// on it ("2026-11-02"), empty if nobody did; Published is where it was read.
type Helpline struct {
	Number    string `toml:"number" validate:"required,max=12"`
	Verified  string `toml:"verified" validate:"omitempty,datetime=2006-01-02"`
	Published string `toml:"published" validate:"required"`
}

// Helplines reads a document of helplines by name; an empty one means the numbers that are built in.
func Helplines(document string) (map[string]Helpline, error) {
	if document == "" {
		document = defaultHelplines
	}
	lines := map[string]Helpline{}
	if _, err := toml.Decode(document, &lines); err != nil {
		return nil, fmt.Errorf("helplines: %w", err)
	}
	return lines, nil
}

// Texts are sentences by language and key, as they are written: open words in braces.
type Texts map[ripoti.Lang]map[string]string

// Edition is what people have changed of the sentences that are built in: texts in the place of others, and
// the numbers of helplines by name. An empty one changes nothing.
type Edition struct {
	Texts   Texts             `json:"texts,omitempty"`
	Numbers map[string]string `json:"numbers,omitempty"`
}

// Catalogue is the sentences of all languages, ready to speak. It is safe for concurrent use, also while
// another edition takes the place of the one before.
type Catalogue struct {
	built Texts
	fixed map[string]string
	now   atomic.Pointer[speech]
}

// speech is all sentences at one moment. It never changes.
type speech struct {
	written   Texts
	sentences map[ripoti.Lang]map[string]sentence
	number    int64 // goes up with each edition
}

// sentence is a text cut at its open words: parts[0] + value of words[0] + parts[1] + ...
type sentence struct {
	parts []string
	words []string
}

// Load reads the built-in sentences and fills the words that never change while a process runs:
// "public" and "staff", the two USSD codes, and each helpline under its name.
func Load(fixed map[string]string) (*Catalogue, error) {
	c := &Catalogue{built: Texts{}, fixed: fixed}
	for _, lang := range ripoti.Langs {
		raw := map[string]string{}
		if _, err := toml.DecodeFS(files, string(lang)+".toml", &raw); err != nil {
			return nil, fmt.Errorf("locales %s: %w", lang, err)
		}
		c.built[lang] = raw
	}
	return c, c.Use(Edition{})
}

// Use lets an edition speak from now on, all of it at once. One that cannot be read changes nothing.
func (c *Catalogue) Use(e Edition) error {
	fixed := maps.Clone(c.fixed)
	maps.Copy(fixed, e.Numbers)
	next := &speech{written: Texts{}, sentences: map[ripoti.Lang]map[string]sentence{}}
	for lang, built := range c.built {
		next.written[lang] = maps.Clone(built)
		for key, text := range e.Texts[lang] {
			if _, known := built[key]; known { // what a newer program says no more is left out
				next.written[lang][key] = text
			}
		}
		next.sentences[lang] = make(map[string]sentence, len(built))
		for key, text := range next.written[lang] {
			s, err := parse(text, fixed)
			if err != nil {
				return fmt.Errorf("locales %s: %s: %w", lang, key, err)
			}
			next.sentences[lang][key] = s
		}
	}
	if before := c.now.Load(); before != nil {
		next.number = before.number + 1
	}
	c.now.Store(next)
	return nil
}

// With is a catalogue of its own that speaks an edition, to try it.
func (c *Catalogue) With(e Edition) (*Catalogue, error) {
	tried := &Catalogue{built: c.built, fixed: c.fixed}
	return tried, tried.Use(e)
}

// Edition is the number of the edition that speaks: what was made of the sentences is to be made anew when
// it has changed.
func (c *Catalogue) Edition() int64 { return c.now.Load().number }

// Written is a sentence as it is written, with its braces.
func (c *Catalogue) Written(lang ripoti.Lang, key string) string {
	return c.now.Load().written[lang][key]
}

// BuiltIn is a sentence as it is built in, with its braces.
func (c *Catalogue) BuiltIn(lang ripoti.Lang, key string) string { return c.built[lang][key] }

// Fixed gathers the words that Load fills: the two USSD codes and the helplines.
func Fixed(public, staff string, lines map[string]Helpline) map[string]string {
	fixed := map[string]string{"public": public, "staff": staff}
	for name, line := range lines {
		fixed[name] = line.Number
	}
	return fixed
}

func parse(text string, fixed map[string]string) (sentence, error) {
	var s sentence
	var part strings.Builder
	for {
		before, rest, open := strings.Cut(text, "{")
		part.WriteString(before)
		if !open {
			break
		}
		word, after, closed := strings.Cut(rest, "}")
		if !closed {
			return sentence{}, fmt.Errorf("a { without its }")
		}
		if value, ok := fixed[word]; ok {
			part.WriteString(value)
		} else {
			s.parts, s.words = append(s.parts, part.String()), append(s.words, word)
			part.Reset()
		}
		text = after
	}
	s.parts = append(s.parts, part.String())
	return s, nil
}

// Text is the sentence behind key in lang, its open words filled from pairs of word and value. A
// key or word that does not exist is a mistake of ours that the tests find; to a person it shows
// nothing rather than a brace.
func (c *Catalogue) Text(lang ripoti.Lang, key string, pairs ...string) string {
	s := c.now.Load().sentences[lang][key]
	if len(s.words) == 0 {
		if len(s.parts) == 0 {
			return ""
		}
		return s.parts[0]
	}
	var b strings.Builder
	for i, word := range s.words {
		b.WriteString(s.parts[i])
		for p := 0; p+1 < len(pairs); p += 2 {
			if pairs[p] == word {
				b.WriteString(pairs[p+1])
				break
			}
		}
	}
	b.WriteString(s.parts[len(s.parts)-1])
	return b.String()
}

// Has says whether the sentence exists in lang.
func (c *Catalogue) Has(lang ripoti.Lang, key string) bool {
	_, ok := c.now.Load().sentences[lang][key]
	return ok
}

// Keys are all keys of lang, sorted.
func (c *Catalogue) Keys(lang ripoti.Lang) []string {
	sentences := c.now.Load().sentences[lang]
	keys := make([]string, 0, len(sentences))
	for key := range sentences {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// Words are the open words of a sentence, in the order they stand in it.
func (c *Catalogue) Words(lang ripoti.Lang, key string) []string {
	return c.now.Load().sentences[lang][key].words
}
