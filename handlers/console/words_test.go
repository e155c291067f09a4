package console

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

var (
	open   = regexp.MustCompile(`\{(\w+)\}`)
	called = regexp.MustCompile(`\bt "([^"]+)"`)
	wanted = regexp.MustCompile(`\bword "([^"]+)"`)
)

func TestBothLanguagesSayTheSame(t *testing.T) {
	w, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	en, sw := w.texts[ripoti.English], w.texts[ripoti.Swahili]
	if len(en) != len(sw) {
		t.Errorf("%d sentences in English, %d in Swahili", len(en), len(sw))
	}
	for key, text := range en {
		if strings.Join(blanks(text), " ") != strings.Join(blanks(sw[key]), " ") || strings.TrimSpace(sw[key]) == "" {
			t.Errorf("%s: %q and %q", key, text, sw[key])
		}
	}
}

func blanks(text string) (words []string) {
	for _, m := range open.FindAllStringSubmatch(text, -1) {
		words = append(words, m[1])
	}
	sort.Strings(words)
	return words
}

func TestEverySentenceThatAPageSaysExists(t *testing.T) {
	w, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(templates, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		raw, err := fs.ReadFile(templates, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range called.FindAllStringSubmatch(string(raw), -1) {
			if !w.has(m[1]) {
				t.Errorf("%s: no sentence %q", name, m[1])
			}
		}
		for _, m := range wanted.FindAllStringSubmatch(string(raw), -1) {
			found := false
			for key := range w.texts[ripoti.English] {
				found = found || strings.HasPrefix(key, m[1]+".")
			}
			if !found {
				t.Errorf("%s: no words of %q", name, m[1])
			}
		}
	}
	for _, m := range menu {
		if !w.has("nav." + m.Page) {
			t.Errorf("no name for the page %s", m.Page)
		}
	}
	for _, u := range urgent {
		if !w.has(u.key) {
			t.Errorf("no words for %s", u.key)
		}
	}
}

var (
	written = regexp.MustCompile(`\.(?:Append|Note)\(ctx, (?:[\w.]+, )?"(\w+)", `)
	refused = regexp.MustCompile(`ripoti\.(?:Invalid|NotFound|Conflict|Forbidden)\("((?:directory|case|closing|flag|referral|incident|contact|confirm|report|drill)\.[\w.]*\w)"`)
)

// What casework writes into histories is told in words, and what it refuses is a sentence.
func TestEveryLineAndEveryRefusalIsASentence(t *testing.T) {
	w, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("../../internal/casework/*.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds, sentences := 0, 0
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range written.FindAllStringSubmatch(string(raw), -1) {
			if kinds++; !w.has("event." + m[1]) {
				t.Errorf("%s: no words for the line %q", name, m[1])
			}
		}
		for _, m := range refused.FindAllStringSubmatch(string(raw), -1) {
			if sentences++; !w.has(m[1]) {
				t.Errorf("%s: no sentence %q", name, m[1])
			}
		}
	}
	if kinds < 30 || sentences < 30 {
		t.Errorf("%d lines and %d sentences were found: this proves nothing", kinds, sentences)
	}
}

func TestEveryCodeHasAWord(t *testing.T) {
	w, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	need := func(kind, code string) {
		if !w.has(kind + "." + code) {
			t.Errorf("no word for %s %s", kind, code)
		}
	}
	for _, c := range ripoti.Categories {
		need("category", string(c))
	}
	for _, u := range ripoti.Urgencies {
		need("urgency", string(u))
	}
	for _, r := range ripoti.UserRoles {
		need("role", string(r))
	}
	for _, s := range statusesShown {
		need("status", string(s))
	}
	for _, a := range acts {
		need("act", a.name)
		need("done", a.name)
	}
	for _, s := range store.AllWaits {
		need("waits", string(s))
	}
	for _, f := range ripoti.FlagKinds {
		need("flag", string(f))
	}
	for _, o := range append(slices.Clone(ripoti.Outcomes), ripoti.OutcomeDrill) {
		need("outcome", string(o))
	}
	for _, r := range ripoti.Roles {
		need("answers_for", string(r))
	}
	for _, r := range flows.Reasons {
		need("decline", string(r))
		need("reason", string(r))
	}
	for _, r := range slices.Concat(casework.ReassignReasons, slices.Collect(maps.Keys(storyReasons))) {
		need("reason", r)
	}
	for _, r := range casework.OpenReasons {
		need("open_reason", string(r))
		need("reason", string(r))
	}
	for _, a := range casework.CareAnswers {
		need("answer", string(a))
	}
	for _, s := range casework.Scenarios {
		need("scenario", s.Name)
	}
	for _, code := range directory.Codes() {
		need("row_problem", code)
	}
	for _, column := range slices.Concat(directory.OfficeColumns, directory.ContactColumns, directory.ShiftColumns, directory.LeaveColumns) {
		need("column", column)
	}
	for _, kind := range ripoti.OfficeKinds {
		need("office_kind", string(kind))
	}
	for _, s := range officeStates {
		need("office_state", s.name)
	}
	for _, s := range contactStates {
		need("contact_state", s.name)
	}
	for _, kind := range slices.Concat(auditKinds, networkKinds) {
		need("event", kind)
	}
}
