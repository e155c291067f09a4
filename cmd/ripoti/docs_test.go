package main

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"ripoti/flows"
	"ripoti/internal/config"
)

var update = flag.Bool("update", false, "write the environment table of docs/operations.md anew")

const top = "../.." // the top folder, as seen by a test

// The environment table stands between these lines of docs/operations.md.
const (
	tableBegin = "<!-- environment: written by `go test ./cmd/ripoti -run Docs -update` -->\n"
	tableEnd   = "<!-- end of environment -->\n"
)

func TestDocs(t *testing.T) {
	t.Run("the environment table is that of the program", environmentTable)
	for _, name := range documents(t) {
		t.Run(name, func(t *testing.T) {
			text := readDoc(t, name)
			t.Run("links lead to files", func(t *testing.T) { linksLead(t, name, text) })
			t.Run("commands and flags exist", func(t *testing.T) { commandsExist(t, text) })
			t.Run("metrics exist", func(t *testing.T) { metricsExist(t, text) })
			t.Run("variables exist", func(t *testing.T) { variablesExist(t, text) })
		})
	}
}

// shown are the pictures that a document shows, in Markdown or in HTML.
var shown = regexp.MustCompile(`(?:\]\(|src="|srcset=")([^)":]+\.(?:png|svg))`)

// Every picture that a document shows is there, every picture that is there is shown, and all of them together
// stay light.
func TestDocumentsShowTheirPictures(t *testing.T) {
	const most = 2_500_000 // bytes
	linked := map[string]bool{}
	for _, name := range documents(t) {
		for _, found := range shown.FindAllStringSubmatch(readDoc(t, name), -1) {
			linked[filepath.Join(filepath.Dir(name), found[1])] = true
		}
	}
	size := int64(0)
	err := filepath.WalkDir(filepath.Join(top, "docs", "img"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".go" {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		size += info.Size()
		name, err := filepath.Rel(top, path)
		if !linked[name] {
			t.Errorf("no document shows %s", name)
		}
		delete(linked, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range linked {
		t.Errorf("%s is shown and not there", name)
	}
	if size > most {
		t.Errorf("all pictures together have %d bytes, more than %d", size, most)
	}
}

func documents(t *testing.T) []string {
	names, err := filepath.Glob(filepath.Join(top, "docs", "*.md"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for i := range names {
		names[i] = filepath.Join("docs", filepath.Base(names[i]))
	}
	return append(names, "README.md", "SECURITY.md")
}

func readDoc(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(top, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func environmentTable(t *testing.T) {
	text := readDoc(t, "docs/operations.md")
	before, rest, ok := strings.Cut(text, tableBegin)
	_, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		t.Fatalf("docs/operations.md has lost the lines around the table:\n%s%s", tableBegin, tableEnd)
	}
	want := before + tableBegin + "\n" + config.Table() + "\n" + tableEnd + after
	switch {
	case text == want:
	case !*update:
		t.Error("out of date: run go test ./cmd/ripoti -run Docs -update")
	default:
		if err := os.WriteFile(filepath.Join(top, "docs/operations.md"), []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`) // a colon stands in addresses of elsewhere

func linksLead(t *testing.T, name, text string) {
	for _, l := range link.FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join(top, filepath.Dir(name), l[1])); err != nil {
			t.Errorf("%s leads nowhere", l[1])
		}
	}
}

// invocation is a command as it is quoted, or stands in a line of code with the binary's or Go's way
// to it before it. What comes after it are words and flags.
var invocation = regexp.MustCompile("(?m)(?:`|^    .*?)(?:bin/|go run \\./cmd/)?ripoti((?: -?-?[a-z][a-z-]*)+)")

func commandsExist(t *testing.T, text string) {
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range invocation.FindAllStringSubmatch(text, -1) {
		at := parser.Model.Node
		for _, word := range strings.Fields(found[1]) {
			if at.DefaultCmd != nil && childNamed(at, word) == nil {
				at = at.DefaultCmd
			}
			if strings.HasPrefix(word, "-") {
				if !hasFlag(at, strings.TrimLeft(word, "-")) {
					t.Errorf("ripoti%s: there is no flag %s", found[1], word)
				}
				continue
			}
			child := childNamed(at, word)
			if child == nil && len(at.Children) > 0 {
				t.Errorf("ripoti%s: there is no command %s", found[1], word)
			}
			if child == nil {
				break // an argument
			}
			at = child
		}
	}
}

func childNamed(n *kong.Node, name string) *kong.Node {
	for _, child := range n.Children {
		if child.Name == name {
			return child
		}
	}
	return nil
}

func hasFlag(n *kong.Node, name string) bool {
	for _, group := range n.AllFlags(false) {
		for _, f := range group {
			if f.Name == name {
				return true
			}
		}
	}
	return false
}

var metricName = regexp.MustCompile(`ripoti_[a-z]+_[a-z_]+`)

func metricsExist(t *testing.T, text string) {
	source := readDoc(t, "internal/metrics/metrics.go")
	for _, name := range metricName.FindAllString(text, -1) {
		bare := name
		for _, suffix := range []string{"_bucket", "_sum", "_count"} { // parts of a histogram
			bare = strings.TrimSuffix(bare, suffix)
		}
		if !strings.Contains(source, `"`+bare+`"`) {
			t.Errorf("nothing counts %s", name)
		}
	}
}

var variable = regexp.MustCompile("`((?:AT|TWILIO|RIPOTI|SMS|REDIS|METRICS|LOG|WORKER|DATABASE|PUBLIC)_[A-Z_]+)")

func variablesExist(t *testing.T, text string) {
	known := config.Table()
	for _, found := range variable.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(known, "`"+found[1]+"`") && !strings.HasPrefix(found[1], "RIPOTI_TEST_") {
			t.Errorf("nothing reads %s", found[1])
		}
	}
}

// What officers are told to text is read by the program.
func TestOfficersKeysAreRead(t *testing.T) {
	_, table, found := strings.Cut(readDoc(t, "docs/officers.md"), "## By SMS")
	if !found {
		t.Fatal("officers.md does not say what to text")
	}
	keys := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for i, quoted := range strings.Split(cells[1], "`") {
			if i%2 == 0 {
				continue
			}
			keys++
			if r := flows.ParseReply(quoted); r.Verb == "" || r.Slip != "" || r.Typed != string(r.Code) {
				t.Errorf("%q is read as %+v", quoted, r)
			}
		}
	}
	if keys < 15 {
		t.Errorf("%d keys are told", keys)
	}
}

// aTest is the name of a test as documents cite it.
var aTest = regexp.MustCompile("`(Test[A-Z][A-Za-z0-9]*)`")

// What a document says is proven by a test has that test.
func TestCitedTestsExist(t *testing.T) {
	cited, theirs := map[string]string{}, regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9_]+)\(`)
	for _, name := range documents(t) {
		for _, found := range aTest.FindAllStringSubmatch(readDoc(t, name), -1) {
			cited[found[1]] = name
		}
	}
	if len(cited) < 20 {
		t.Errorf("%d tests are cited", len(cited))
	}
	err := filepath.WalkDir(top, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(path)
		for _, found := range theirs.FindAllSubmatch(raw, -1) {
			delete(cited, string(found[1]))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for test, name := range cited {
		t.Errorf("%s cites %s, and there is none", name, test)
	}
}
