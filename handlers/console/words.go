package console

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"ripoti/internal/figures"
	"ripoti/internal/ripoti"
	"ripoti/internal/wording"
)

//go:embed words/*/*.toml
var wordFiles embed.FS

// words are the console's own sentences, in every language, a file for each room of the console; {words}
// in braces are filled in, and the same ones stand in both languages. What people get by phone stands
// in locales.
type words struct {
	texts map[ripoti.Lang]map[string]string
}

func loadWords() (*words, error) {
	w := &words{map[ripoti.Lang]map[string]string{}}
	for _, lang := range ripoti.Langs {
		names, err := fs.Glob(wordFiles, "words/"+string(lang)+"/*.toml")
		if err != nil {
			return nil, err
		}
		texts := map[string]string{}
		for _, name := range names {
			if err := addWords(texts, name); err != nil {
				return nil, fmt.Errorf("console words %s: %w", name, err)
			}
		}
		w.texts[lang] = texts
	}
	return w, nil
}

// addWords reads a room's file. A sentence stands in one file only.
func addWords(texts map[string]string, name string) error {
	room := map[string]string{}
	if _, err := toml.DecodeFS(wordFiles, name, &room); err != nil {
		return err
	}
	for key, text := range room {
		if _, twice := texts[key]; twice {
			return fmt.Errorf("%s stands in two files", key)
		}
		texts[key] = text
	}
	return nil
}

func (w *words) has(key string) bool {
	_, ok := w.texts[ripoti.English][key]
	return ok
}

// text is the sentence behind key, its {words} filled from pairs. A key that does not exist shows
// itself: the tests find it.
func (w *words) text(lang ripoti.Lang, key string, pairs ...any) string {
	text, ok := w.texts[lang][key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+fmt.Sprint(pairs[i])+"}", fmt.Sprint(pairs[i+1]))
	}
	return text
}

// word is the sentence of a code of a kind; false where it has none.
func (w *words) word(lang ripoti.Lang, kind string, code any) (string, bool) {
	text, ok := w.texts[lang][kind+"."+fmt.Sprint(code)]
	return text, ok
}

// funcs are what templates may call, in a language.
func (w *words) funcs(lang ripoti.Lang) template.FuncMap {
	return template.FuncMap{
		"t": func(key string, pairs ...any) string { return w.text(lang, key, pairs...) },
		// word is the sentence of a code, the code itself where there is none.
		"word": func(kind string, code any) string {
			if text, ok := w.word(lang, kind, code); ok {
				return text
			}
			return fmt.Sprint(code)
		},
		"when": func(t any) string { return when(w, lang, t) },
		"day":  func(at time.Time) string { return day(w, lang, at) },
		"took": func(d time.Duration) string { return took(w, lang, d) },
		// patterns are how bands of coverage differ for who sees no colours, by band.
		"patterns": func() []string { return bandPatterns },
		"add":      func(a, b int) int { return a + b },
		// words is a sentence whose words come as a list; problem is what is wrong with a sentence of a phone.
		"words":   func(key string, pairs []any) string { return w.text(lang, key, pairs...) },
		"problem": func(p wording.Problem) string { return w.text(lang, p.Say, p.Words...) },
		// help is a sentence about a column of a form, "" where none is needed.
		"help":         func(column string) string { text, _ := w.word(lang, "column_help", column); return text },
		"officePath":   officePath,
		"contactPath":  contactPath,
		"figureColumn": func(t figures.Table, column figures.Column) string { return columnName(w, lang, t, column) },
	}
}
