package console

import "ripoti/internal/ripoti"

// Patterns are the addresses of all rooms.
func Patterns() (patterns []string) {
	for _, r := range new(Console).routes() {
		patterns = append(patterns, r.pattern)
	}
	return patterns
}

// ReasonIn says a reason of a trace in a language.
func ReasonIn(lang ripoti.Lang, why string) string {
	w, err := loadWords()
	if err != nil {
		return err.Error()
	}
	return (&Console{words: w}).reasonIn(lang, why)
}

// Texts are all sentences of the console in a language, by their keys.
func Texts(lang ripoti.Lang) map[string]string {
	w, err := loadWords()
	if err != nil {
		return nil
	}
	return w.texts[lang]
}
