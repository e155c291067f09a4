package partner_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework/stage"
	"ripoti/internal/partner"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// listener is a partner's house.
type listener struct {
	url    string
	answer int
	got    []partner.Event
	signed []string
	bodies []string
}

func listen(t *testing.T) *listener {
	l := &listener{answer: http.StatusNoContent}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var e partner.Event
		if err := json.Unmarshal(body, &e); err != nil || r.Header.Get(partner.IDHeader) != e.ID {
			t.Errorf("%s: %v", body, err)
		}
		l.got, l.bodies, l.signed = append(l.got, e), append(l.bodies, string(body)), append(l.signed, r.Header.Get(partner.SignatureHeader))
		w.WriteHeader(l.answer)
	}))
	t.Cleanup(server.Close)
	l.url = server.URL
	return l
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tell does what is owed to partners, as the worker does, and what else is due.
func tell(t *testing.T, s *stage.Stage, h *partner.Hooks) {
	t.Helper()
	do := s.Desk.Tasks()
	for range 20 {
		duties, err := s.Store.Wake(t.Context(), 100, tasks.Patience)
		must(t, err)
		for _, d := range duties {
			p := tasks.Payload{Duty: d.ID, Subject: d.Subject, Tries: d.Tries}
			switch {
			case d.Kind == tasks.Event:
				must(t, h.Tell(t.Context(), p))
			case d.Kind == tasks.Send:
				must(t, s.Store.Finish(t.Context(), d.ID))
			default:
				must(t, do[d.Kind](t.Context(), p))
			}
		}
		if len(duties) == 0 {
			return
		}
	}
}

func token(t *testing.T, s *stage.Stage, url, office string) ripoti.Token {
	t.Helper()
	k, brought, err := partner.Issue(ripoti.Token{Name: "Sample", Scopes: []ripoti.Scope{ripoti.ScopeEvents}, OfficeID: office, HookURL: url, ExpiresAt: s.Clock.Now().Add(300 * time.Hour)}, s.Clock.Now())
	must(t, err)
	must(t, s.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.AddToken(t.Context(), k, brought) }))
	return k
}

func file(t *testing.T, s *stage.Stage, a ripoti.Answers) {
	t.Helper()
	filed, err := s.Desk.Filer.File(t.Context(), store.Filing{Conversation: store.NewID(), From: "+254711000099",
		Report: ripoti.Report{ID: store.NewID(), Channel: ripoti.ByUSSD, Lang: ripoti.Swahili, Stage: ripoti.StageComplete, Answers: a, Category: ripoti.SVAC, Urgency: ripoti.High,
			Status: ripoti.StatusFiled, Walled: a.PoliceAccused(), FiledAt: s.Clock.Now()}, Event: "{}"})
	must(t, err)
	must(t, s.Store.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Owe(t.Context(), store.Duty{Kind: tasks.Route, Subject: filed.ID, Queue: tasks.Critical, Due: s.Clock.Now()})
	}))
}

func TestAPartnerIsToldOnceSignedAndTriedUntilItTakes(t *testing.T) {
	s, l := stage.New(t, nil), listen(t)
	h := partner.NewHooks(s.Store, s.Clock.Now)
	k := token(t, s, l.url, "")
	l.answer = http.StatusServiceUnavailable
	file(t, s, stage.Report(func(a *ripoti.Answers) { a.More = "behind the blue kiosk" }))
	tell(t, s, h)
	if len(l.got) != 1 || l.got[0].Type != "report.routed" || !strings.HasPrefix(l.got[0].Report, "r_") || strings.Contains(l.bodies[0], "kiosk") {
		t.Fatalf("%+v", l.bodies)
	}
	if want := partner.Sign(partner.SigningKey(k), s.Clock.Now(), []byte(l.bodies[0])); l.signed[0] != want {
		t.Errorf("signed %s, not %s", l.signed[0], want)
	}
	l.answer = http.StatusOK
	s.Clock.Move(11 * time.Second)
	tell(t, s, h)
	if len(l.got) != 2 || l.got[1].ID != l.got[0].ID {
		t.Fatalf("tried again: %+v", l.got)
	}
	s.Clock.Move(time.Hour)
	tell(t, s, h)
	if len(l.got) != 2 {
		t.Error("told again after it was taken")
	}
}

func TestAnEventThatNobodyTakesIsDeadUntilItIsRevived(t *testing.T) {
	s, l := stage.New(t, nil), listen(t)
	h := partner.NewHooks(s.Store, s.Clock.Now)
	token(t, s, l.url, "")
	l.answer = http.StatusInternalServerError
	file(t, s, stage.Report(nil))
	dead := func() []store.PartnerEvent {
		list, err := s.Store.DeadEvents(t.Context(), 10)
		must(t, err)
		return list
	}
	for range partner.MostTries {
		tell(t, s, h)
		s.Clock.Move(3 * time.Hour)
	}
	events := dead()
	if len(events) != 1 || len(l.got) != partner.MostTries || events[0].Answer != 500 {
		t.Fatalf("%d tries, %+v", len(l.got), events)
	}
	l.answer = http.StatusNoContent
	must(t, s.Store.InTx(t.Context(), func(tx *store.Tx) error { _, err := tx.ReviveEvent(t.Context(), events[0].ID); return err }))
	tell(t, s, h)
	if len(dead()) != 0 || len(l.got) != partner.MostTries+1 {
		t.Errorf("revived: %d tries, %v", len(l.got), dead())
	}
	l.answer = http.StatusGone
	file(t, s, stage.Report(nil))
	tell(t, s, h)
	if len(dead()) != 1 {
		t.Error("gone, and not dead")
	}
}

// The wall (domain brief 4.4): the accused office's partner is told of nothing.
func TestNoEventPassesTheWall(t *testing.T) {
	s, open, near, far := stage.New(t, nil), listen(t), listen(t), listen(t)
	h := partner.NewHooks(s.Store, s.Clock.Now)
	token(t, s, open.url, "")
	token(t, s, near.url, "station-near")
	token(t, s, far.url, "coordination-047")
	file(t, s, stage.Report(func(a *ripoti.Answers) { a.What, a.Detail = ripoti.WhatPolice, ripoti.PoliceBeat }))
	tell(t, s, h)
	if len(open.got) != 0 || len(near.got) != 0 || len(far.got) != 1 {
		t.Errorf("no office %d, accused %d, coordination %d", len(open.got), len(near.got), len(far.got))
	}
}

func TestTokensAreMadeForAReasonAndATime(t *testing.T) {
	now := time.Date(2026, 11, 2, 6, 0, 0, 0, time.UTC)
	good := ripoti.Token{Name: "Sample", Scopes: []ripoti.Scope{ripoti.ScopeReports}, ExpiresAt: now.Add(time.Hour)}
	for name, c := range map[string]struct {
		change func(*ripoti.Token)
		want   string
	}{
		"good":                  {func(*ripoti.Token) {}, ""},
		"no name":               {func(t *ripoti.Token) { t.Name = " " }, "token.name"},
		"no scope":              {func(t *ripoti.Token) { t.Scopes = nil }, "token.scopes"},
		"an invented scope":     {func(t *ripoti.Token) { t.Scopes = []ripoti.Scope{"stories"} }, "token.scopes"},
		"over already":          {func(t *ripoti.Token) { t.ExpiresAt = now }, "token.expiry"},
		"for ever":              {func(t *ripoti.Token) { t.ExpiresAt = now.AddDate(9, 0, 0) }, "token.expiry"},
		"events to nowhere":     {func(t *ripoti.Token) { t.Scopes = []ripoti.Scope{ripoti.ScopeEvents} }, "token.hook"},
		"a hook without events": {func(t *ripoti.Token) { t.HookURL = "https://partner.example.org/hook" }, "token.hook"},
		"a hook in the clear": {func(t *ripoti.Token) {
			t.Scopes, t.HookURL = []ripoti.Scope{ripoti.ScopeEvents}, "http://partner.example.org/hook"
		}, "token.hook"},
	} {
		k := good
		c.change(&k)
		if _, _, err := partner.Issue(k, now); ripoti.KeyOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
