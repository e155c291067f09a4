package console_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ripoti/handlers/console"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

var placeholder = regexp.MustCompile(`\{\d\}`)

// Whatever is wrong with a document of rules is said in both languages, with the same words filled in; and
// nothing is said that can never be wrong.
func TestEveryProblemOfTheRulesHasItsSentence(t *testing.T) {
	sayings := routing.Sayings()
	for _, lang := range ripoti.Langs {
		said := map[string]string{}
		for key, text := range console.Texts(lang) {
			if key, ok := strings.CutPrefix(key, "problem."); ok {
				said[key] = text
			}
		}
		if missing, dead := slices.Sorted(maps.Keys(sayings)), slices.Sorted(maps.Keys(said)); !slices.Equal(missing, dead) {
			t.Errorf("%s: routing says %v, the console %v", lang, missing, dead)
		}
		for key, text := range said {
			want, got := placeholder.FindAllString(sayings[key], -1), placeholder.FindAllString(text, -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(slices.Compact(want), slices.Compact(got)) {
				t.Errorf("%s, %s: fills in %v, not %v", lang, key, got, want)
			}
		}
	}
	for key, text := range console.Texts(ripoti.English) {
		if key, ok := strings.CutPrefix(key, "problem."); ok && text != sayings[key] {
			t.Errorf("%s: the page says %q, the command %q", key, text, sayings[key])
		}
	}
}
