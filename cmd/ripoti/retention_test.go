package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ripoti/internal/casework"
	"ripoti/internal/config"
)

// The retention table stands between these lines of docs/privacy.md.
const (
	retentionBegin = "<!-- retention: written by `go test ./cmd/ripoti -run Retention -update` -->\n"
	retentionEnd   = "<!-- end of retention -->\n"
)

func retentionTable() string {
	var b strings.Builder
	b.WriteString("| line | what | days | counted from | why |\n| --- | --- | ---: | --- | --- |\n")
	for _, k := range casework.Retention {
		fmt.Fprintf(&b, "| %s | %s | %d | %s | %s |\n", k.What, k.Say, k.Days, k.From, k.Why)
	}
	return b.String()
}

func TestRetentionTableIsThatOfTheProgram(t *testing.T) {
	const name = "docs/privacy.md"
	text := readDoc(t, name)
	before, rest, ok := strings.Cut(text, retentionBegin)
	_, after, ok2 := strings.Cut(rest, retentionEnd)
	if !ok || !ok2 {
		t.Fatal("docs/privacy.md has lost the lines around the table")
	}
	want := before + retentionBegin + "\n" + retentionTable() + "\n" + retentionEnd + after
	switch {
	case text == want:
	case !*update:
		t.Error("out of date: run go test ./cmd/ripoti -run Retention -update")
	default:
		if err := os.WriteFile(filepath.Join(top, name), []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// The defaults of the environment are the table's own values.
func TestRetentionDefaultsAreThoseOfTheTable(t *testing.T) {
	cfg, err := config.Load(nil, config.Dev)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range casework.Retention {
		if got := int(k.For(keeping(cfg)) / casework.Day); got != k.Days {
			t.Errorf("%s: %d days by the environment, %d by the table", k.What, got, k.Days)
		}
	}
}
