package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/rulebook"
	"ripoti/internal/store"
)

// Rules go the way of every draft from the command line too: what would change is told, two people are needed,
// every version is listed, shown and taken back.
func TestRulesCommands(t *testing.T) {
	s := stage.New(t, nil)
	book := rulebook.New(s.Desk, slog.New(slog.DiscardHandler))
	t.Cleanup(book.Close)
	for _, login := range []string{"sample.author", "sample.second"} {
		u := ripoti.User{ID: store.NewID(), Login: login, Role: ripoti.UserCoordinator, OfficeID: "coordination-ke", Active: true}
		if err := s.Store.AddUser(t.Context(), u, store.Credentials{}); err != nil {
			t.Fatal(err)
		}
	}
	s.File("c1", ripoti.StageComplete, stage.Report(nil))
	s.Clock.Move(time.Minute)
	document := func(edit map[string]string) []byte {
		current, err := book.Current(t.Context())
		if err == nil {
			current.Document = string(edited(t, current.Document, edit))
		}
		if err != nil {
			t.Fatal(err)
		}
		return []byte(current.Document)
	}
	sooner := document(map[string]string{"levels[medium].accept_within": "7h"})
	publish := func(doc []byte, second string) (string, error) {
		var out bytes.Buffer
		err := rulesPublish{By: "sample.author", Second: second, Why: "one shift", Title: "Sooner"}.publish(t.Context(), &out, s.Store, book, doc)
		return out.String(), err
	}
	listed := func() string {
		var out bytes.Buffer
		if err := (rulesList{}).list(t.Context(), &out, s.Store); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	shown := func(version int) string {
		var out bytes.Buffer
		if err := (rulesShow{Version: version}).show(t.Context(), &out, book); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	t.Run("nobody is the second person of his or her own rules", func(t *testing.T) {
		said, err := publish(sooner, "sample.author")
		if err == nil || shown(-1) == string(sooner) {
			t.Errorf("published alone: %q", said)
		}
	})
	t.Run("rules that lead to nobody name what is wrong", func(t *testing.T) {
		if _, err := publish([]byte("version: 1\nwall: ["), "sample.second"); err == nil {
			t.Error("taken")
		}
	})
	t.Run("a second person puts them in force, and what would change is told before", func(t *testing.T) {
		said, err := publish(sooner, "sample.second")
		if err != nil || !strings.Contains(said, "Of 1 reports of the last 30 days 0 go elsewhere") || !strings.Contains(said, "Version 1 is in force.") {
			t.Errorf("%q %v", said, err)
		}
		if shown(-1) != string(sooner) || shown(0) == string(sooner) {
			t.Error("what is shown is not what is in force, or what is built in is gone")
		}
	})
	t.Run("versions are listed, for programs too", func(t *testing.T) {
		if got := listed(); !strings.Contains(got, "   1 ") || !strings.Contains(got, "published") || !strings.Contains(got, "one shift") {
			t.Error(got)
		}
		var out bytes.Buffer
		var row struct {
			Version                  int
			Reason, Author, Approver string
		}
		err := rulesList{JSON: true}.list(t.Context(), &out, s.Store)
		if err == nil {
			err = json.NewDecoder(&out).Decode(&row)
		}
		if err != nil || row.Version != 1 || row.Author == "" || row.Author == row.Approver {
			t.Errorf("%+v %v", row, err)
		}
	})
	t.Run("a step back is one more version", func(t *testing.T) {
		var out bytes.Buffer
		err := rulesUndo{By: "sample.second", Why: "too soon"}.undo(t.Context(), &out, s.Store, book)
		if err != nil || !strings.Contains(out.String(), "Version 1 is taken back.") || shown(-1) != shown(0) || !strings.Contains(listed(), "undone") {
			t.Errorf("%q %v\n%s", out.String(), err, listed())
		}
	})
	t.Run("a login that is nobody's is told so", func(t *testing.T) {
		if err := (rulesUndo{By: "nobody", Why: "x"}).undo(t.Context(), &bytes.Buffer{}, s.Store, book); err == nil {
			t.Error("done by nobody")
		}
	})
}

func edited(t *testing.T, document string, fields map[string]string) []byte {
	t.Helper()
	doc, err := routing.Edit([]byte(document), fields)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
