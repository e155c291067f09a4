package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ripoti/internal/ripoti"
)

func askTriage(t *testing.T, c triageRead, stdin string) []string {
	t.Helper()
	var out bytes.Buffer
	if err := c.answer(strings.NewReader(stdin), &out); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func TestTriage(t *testing.T) {
	t.Run("every line of stdin is answered by one object, also an empty or broken one", func(t *testing.T) {
		lines := askTriage(t, triageRead{JSON: true}, "kuna mtoto anachapwa sana huku nyalenda, saidieni\r\n\nasante\n\xff\x00\n"+strings.Repeat("mtoto ", 2000))
		if len(lines) != 5 {
			t.Fatalf("%d answers to 5 texts", len(lines))
		}
		for _, line := range lines {
			var a triageAnswer
			if err := json.Unmarshal([]byte(line), &a); err != nil || a.Category == "" || a.Urgency == "" || a.Rule == "" {
				t.Errorf("%.100s: %v", line, err)
			}
		}
	})
	t.Run("harm, language and place are told", func(t *testing.T) {
		var a triageAnswer
		line := askTriage(t, triageRead{JSON: true, Text: []string{"kuna mtoto anachapwa sana huku nyalenda, saidieni"}}, "")[0]
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		if a.Category != ripoti.ChildAbuse || a.Urgency != ripoti.High || a.Lang != "sw" || a.Place != "area-042-nyalenda" || len(a.Signals) == 0 {
			t.Errorf("%s", line)
		}
	})
	t.Run("lists are lists where nothing was found", func(t *testing.T) {
		line := askTriage(t, triageRead{JSON: true}, "\n")[0]
		if strings.Contains(line, "null") {
			t.Error(line)
		}
	})
	t.Run("people read which words gave which signal", func(t *testing.T) {
		text := strings.Join(askTriage(t, triageRead{Text: []string{"mtoto amebakwa jana busia"}}, ""), "\n")
		for _, want := range []string{"svac", "high by H1", `"amebakwa"`, "town-busia"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is missing in\n%s", want, text)
			}
		}
	})
}

func TestTriageScore(t *testing.T) {
	file := filepath.Join(t.TempDir(), "texts.tsv")
	write := func(t *testing.T, lines string) {
		if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("the figures and what was read wrong are printed", func(t *testing.T) {
		write(t, "# labels\nmtoto amebakwa\tsw\tsvac\thigh\t\tplain\nasante sana\tsw\tsvac\thigh\t\tplain\n")
		text := strings.Join(askTriage(t, triageRead{Score: file, Misses: true}, ""), "\n")
		for _, want := range []string{"category right                           50.0 %  (1 of 2)", "category: asante sana"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is missing in\n%s", want, text)
			}
		}
	})
	t.Run("a label that is none is refused with its line", func(t *testing.T) {
		write(t, "mtoto amebakwa\tsw\tsvca\n")
		err := (&triageRead{Score: file}).answer(strings.NewReader(""), &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%v", err)
		}
	})
}
