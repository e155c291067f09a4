package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

func TestTriageByPersons(t *testing.T) {
	s := stage.New(t, nil)
	for _, from := range []string{"+254711000071", "+254711000072"} {
		s.Text(from, "a girl next door is beaten by her uncle in Kibera")
	}
	s.Wait(16 * time.Minute)
	list := func() (lines []map[string]any) {
		t.Helper()
		var out bytes.Buffer
		if err := (&triageUnread{JSON: true}).list(t.Context(), &out, s.Store, s.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			var one map[string]any
			if err := json.Unmarshal([]byte(line), &one); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, one)
		}
		return lines
	}
	waiting := list()
	if len(waiting) != 2 || waiting[0]["overdue"] != true || waiting[0]["category"] != "child_abuse" || waiting[0]["unread_since"].(string) > waiting[1]["unread_since"].(string) {
		t.Fatalf("%v", waiting)
	}
	number := waiting[0]["number"].(string)
	confirm := func(c triageConfirm) (string, error) {
		var out bytes.Buffer
		err := c.confirm(t.Context(), &out, s.Store, s.Clock.Now)
		return out.String(), err
	}
	t.Run("a confirmed report leaves the list, corrected", func(t *testing.T) {
		said, err := confirm(triageConfirm{Number: number[:3] + " " + number[3:], By: "social-047.social", Category: ripoti.DV, Urgency: ripoti.Critical})
		if err != nil || !strings.Contains(said, "dv, critical") {
			t.Errorf("%q, %v", said, err)
		}
		if left := list(); len(left) != 1 || left[0]["number"] == number {
			t.Errorf("left: %v", left)
		}
	})
	t.Run("who has it not is told so, and nothing happens", func(t *testing.T) {
		if _, err := confirm(triageConfirm{Number: waiting[1]["number"].(string), By: "station-far.desk"}); err == nil || !strings.Contains(err.Error(), "no such report") {
			t.Errorf("%v", err)
		}
		if len(list()) != 1 {
			t.Error("it left the list")
		}
		if _, err := confirm(triageConfirm{Number: "1234", By: "social-047.social"}); err == nil {
			t.Error("1234 is no number")
		}
	})
	t.Run("words and flags go where they went before", func(t *testing.T) {
		for _, c := range []struct{ args, command string }{
			{"triage -json", "triage read"}, {"triage a girl is beaten", "triage read <text>"},
			{"triage unread -json", "triage unread"}, {"triage confirm 4829173 -by c1 -urgency low", "triage confirm <number>"},
		} {
			parser := kong.Must(&commands{})
			line, err := parser.Parse(doubleDashes(strings.Fields(c.args)))
			if err != nil || line.Command() != c.command {
				t.Errorf("%s: %v, %v", c.args, line, err)
			}
		}
	})
}
