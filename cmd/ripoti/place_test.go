package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func askPlace(t *testing.T, c placeCommand, stdin string) []string {
	t.Helper()
	var out bytes.Buffer
	if err := c.answer(strings.NewReader(stdin), &out); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func TestPlace(t *testing.T) {
	t.Run("every line of stdin is answered by one object, also an empty one", func(t *testing.T) {
		lines := askPlace(t, placeCommand{JSON: true}, "kibela\r\n\nbura\npolisi <&> \"x\"\n"+strings.Repeat("z", 100_000))
		want := []string{"take", "none", "ask", "none", "none"}
		if len(lines) != len(want) {
			t.Fatalf("%d answers to %d queries", len(lines), len(want))
		}
		for i, line := range lines {
			var a placeAnswer
			if err := json.Unmarshal([]byte(line), &a); err != nil || string(a.Decision) != want[i] {
				t.Errorf("%.100s: %v, want the decision %s", line, err, want[i])
			}
		}
	})
	t.Run("the object has exactly the fields that were promised", func(t *testing.T) {
		lines := askPlace(t, placeCommand{JSON: true, Query: []string{"kitui", "nguni"}}, "")
		var top map[string]json.RawMessage
		var matches []map[string]any
		if err := json.Unmarshal([]byte(lines[0]), &top); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(top["matches"], &matches); err != nil || len(top) != 3 || len(matches) == 0 {
			t.Fatalf("%s: %v", lines[0], err)
		}
		for _, field := range []string{"id", "name", "kind", "constituency", "county", "lat", "lon", "score"} {
			if matches[0][field] == nil || len(matches[0]) != 8 {
				t.Errorf("%s: no %s, or more than the 8 fields", lines[0], field)
			}
		}
		if matches[0]["name"] != "Nguni" || matches[0]["county"] != "Kitui" || matches[0]["constituency"] != "Mwingi Central" {
			t.Errorf("%s: Nguni, Mwingi Central, Kitui is meant", lines[0])
		}
	})
	t.Run("no match is an empty list", func(t *testing.T) {
		if line := askPlace(t, placeCommand{JSON: true, Query: []string{"polisi"}}, "")[0]; line != `{"query":"polisi","decision":"none","matches":[]}` {
			t.Error(line)
		}
	})
	t.Run("people get readable lines with the county", func(t *testing.T) {
		lines := askPlace(t, placeCommand{}, "kibera\n")
		if lines[0] != "kibera: take" || !strings.HasPrefix(lines[1], "  1 Kibera, Nairobi (area, ") {
			t.Errorf("%q", lines)
		}
	})
	t.Run("a county that does not exist is refused", func(t *testing.T) {
		if err := (&placeCommand{County: "099"}).answer(strings.NewReader(""), &bytes.Buffer{}); err == nil {
			t.Error("099 was taken for a county")
		}
	})
}
