package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ripoti/handlers"
	"ripoti/internal/metrics"
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// crossing is a bench with two providers, Africa's Talking before Twilio.
type crossing struct {
	*bench
	at, twilio *moody
	router     *sms.Router
}

func newCrossing(t *testing.T, moods ...error) *crossing {
	t.Helper()
	c := &crossing{bench: newBench(t), at: &moody{name: "africastalking", moods: moods}, twilio: &moody{name: "twilio"}}
	var err error
	c.router, err = sms.NewRouter([]sms.Route{{Prefix: "*", Senders: []string{"africastalking", "twilio"}}}, []sms.Sender{c.at, c.twilio}, c.Clock.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.w.Senders = c.router
	return c
}

// left is how many messages each provider took.
func (c *crossing) left() string { return fmt.Sprintf("%d+%d", len(c.at.sent), len(c.twilio.sent)) }

func TestTwoProviders(t *testing.T) {
	for _, step := range []struct {
		promise string
		mood    error
		left    string
		status  sms.Status
	}{
		{"the first provider takes it", nil, "1+0", sms.Taken},
		{"a busy one leaves it to the next at once", fmt.Errorf("HTTP 429: %w", sms.ErrBusy), "0+1", sms.Taken},
		{"so does one without balance or credentials", fmt.Errorf("405: %w", sms.ErrChannel), "0+1", sms.Taken},
		{"and one without a route to the number", fmt.Errorf("21612: %w", sms.ErrNoRoute), "0+1", sms.Taken},
		{"a lost answer does not", fmt.Errorf("no answer: %w", sms.ErrUnknown), "0+0", sms.Unknown},
		{"a refusal of the text does not", fmt.Errorf("401: %w", sms.ErrRefused), "0+0", sms.Failed},
		{"an opt-out holds for both", fmt.Errorf("406: %w", sms.ErrStopped), "0+0", sms.Failed},
		{"no mobile is none for both", fmt.Errorf("403: %w", sms.ErrNotMobile), "0+0", sms.Failed},
	} {
		t.Run(step.promise, func(t *testing.T) {
			c := newCrossing(t, step.mood)
			for range 3 { // the task may run again
				c.send()
			}
			if got := c.left(); got != step.left || c.message().Status != step.status {
				t.Errorf("left %s, status %s", got, c.message().Status)
			}
		})
	}
	t.Run("the row names who has the message before it is sent", func(t *testing.T) {
		c := newCrossing(t, fmt.Errorf("HTTP 429: %w", sms.ErrBusy))
		for _, s := range []*moody{c.at, c.twilio} {
			s.before = func() {
				if m := c.message(); m.Provider != s.name || m.Status != sms.Sending {
					t.Errorf("at %s the row names %q, %s", s.name, m.Provider, m.Status)
				}
			}
		}
		if err := c.send(); err != nil || c.left() != "0+1" {
			t.Errorf("%v, left %s", err, c.left())
		}
	})
	t.Run("where neither takes it, it is put off and leaves once", func(t *testing.T) {
		c := newCrossing(t, sms.ErrBusy, nil)
		c.twilio.moods = []error{&sms.Delay{After: 7 * time.Second, Err: sms.ErrBusy}}
		if err := c.send(); again(err, 1) != 7*time.Second || c.message().Status != sms.Queued {
			t.Errorf("%v, status %s", err, c.message().Status)
		}
		if err := c.send(); err != nil || c.left() != "1+0" {
			t.Errorf("%v, left %s", err, c.left())
		}
	})
	t.Run("the repeat after a lost answer goes by the other provider, once", func(t *testing.T) {
		c := newCrossing(t, sms.ErrUnknown)
		c.send()
		c.Clock.Move(time.Minute)
		for range 2 {
			if err := c.send(); err != nil {
				t.Fatal(err)
			}
		}
		if m := c.message(); c.left() != "0+1" || m.Repeats != 1 || m.Provider != "twilio" {
			t.Errorf("left %s, %d repeats, by %s", c.left(), m.Repeats, m.Provider)
		}
	})
	t.Run("a provider that fails is asked no more until its turn, and is back when it heals", func(t *testing.T) {
		c := newCrossing(t)
		for range 8 {
			c.at.moods = []error{fmt.Errorf("401: %w", sms.ErrChannel)}
			c.postTo(t)
		}
		if c.left() != "0+8" || c.at.asked != 5 {
			t.Fatalf("left %s, the broken one was asked %d times", c.left(), c.at.asked)
		}
		c.at.moods = nil
		c.Clock.Move(time.Minute)
		c.postTo(t)
		c.postTo(t)
		if c.left() != "2+8" || c.router.Trouble("africastalking") != sms.Well {
			t.Errorf("left %s, %s", c.left(), c.router.Trouble("africastalking"))
		}
	})
	t.Run("a provider whose receipts stop is passed over, and back with its next receipt", func(t *testing.T) {
		c := newCrossing(t)
		for range 6 {
			c.postTo(t)
		}
		c.Clock.Move(3 * time.Minute)
		c.listen(t)
		c.postTo(t)
		if c.left() != "6+1" {
			t.Fatalf("left %s", c.left())
		}
		if err := c.Desk.Receipt(t.Context(), sms.Receipt{Provider: "africastalking", ProviderID: "P" + c.at.sent[0].ID, Status: sms.Delivered}); err != nil {
			t.Fatal(err)
		}
		c.listen(t)
		c.postTo(t)
		if c.left() != "7+1" {
			t.Errorf("left %s", c.left())
		}
	})
	t.Run("many hands and a failing provider send each message once", func(t *testing.T) {
		c := newCrossing(t)
		for i := range 30 {
			if i%3 > 0 {
				c.at.moods = append(c.at.moods, nil)
			} else {
				c.at.moods = append(c.at.moods, sms.ErrBusy)
			}
		}
		done := make(chan error)
		for range 30 {
			id, duty := c.owe(t)
			for range 2 {
				go func() { done <- c.w.send(t.Context(), tasks.Payload{Duty: duty, Subject: id, Tries: 1}) }()
			}
		}
		for range 60 {
			if err := <-done; err != nil && !errors.Is(err, errBusyElsewhere) {
				t.Error(err)
			}
		}
		seen := map[string]int{}
		for _, m := range append(append([]sms.Message{}, c.at.sent...), c.twilio.sent...) {
			if seen[m.ID]++; seen[m.ID] > 1 {
				t.Errorf("a message left %d times", seen[m.ID])
			}
		}
		if len(seen) != 30 {
			t.Errorf("%d of 30 left", len(seen))
		}
	})
}

// postTo lets one more message to an officer leave.
func (c *crossing) postTo(t *testing.T) {
	t.Helper()
	id, duty := c.owe(t)
	if err := c.w.send(t.Context(), tasks.Payload{Duty: duty, Subject: id, Tries: 1}); err != nil {
		t.Fatal(err)
	}
}

func (c *crossing) owe(t *testing.T) (id, duty string) {
	t.Helper()
	m := store.Message{ID: store.NewID(), ContactID: "station-near.duty", Kind: "help", Lang: ripoti.English, To: "+254711000211", Facts: "{}"}
	duty = "d-" + m.ID
	if err := c.Store.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Post(t.Context(), m, store.Duty{ID: duty, Kind: tasks.Send, Due: c.Clock.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	return m.ID, duty
}

func (c *crossing) listen(t *testing.T) {
	t.Helper()
	if err := c.w.listen(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// account is a provider's account with a temper.
type account struct {
	name   string
	left   ripoti.Money
	texts  []sms.Inbound
	next   string
	marks  []string // that it was asked from
	prices map[string]ripoti.Money
	found  string // what Find tells
	err    error
}

func (a *account) Name() string { return a.name }

func (a *account) Balance(context.Context) (ripoti.Money, error) { return a.left, a.err }

func (a *account) Received(_ context.Context, mark string, _ time.Time) ([]sms.Inbound, string, error) {
	a.marks = append(a.marks, mark)
	return a.texts, a.next, a.err
}

func (a *account) Prices(context.Context, time.Time) (map[string]ripoti.Money, error) {
	return a.prices, a.err
}

func (a *account) Find(context.Context, sms.Message, time.Time) (sms.Sent, bool, error) {
	return sms.Sent{ProviderID: a.found, Segments: 1}, a.found != "", a.err
}

func TestPull(t *testing.T) {
	b := newBench(t)
	text := func(id, body string, at time.Time) sms.Inbound {
		return sms.Inbound{Provider: "africastalking", ProviderID: id, From: b.message().To.Dial(), To: "21094", Body: body, At: at, Listed: true}
	}
	a := &account{name: "africastalking", next: "7"}
	down := &account{name: "twilio", err: errors.New("down")}
	b.w.Channels = []Channel{down, a}
	pull := func() {
		t.Helper()
		if err := b.w.pull(t.Context()); err == nil || !strings.Contains(err.Error(), "twilio") {
			t.Errorf("the provider that is down is not told of: %v", err)
		}
	}
	begin := b.Clock.Now()
	a.texts = []sms.Inbound{text("5", "older than this service", begin.Add(-time.Hour))}
	pull()
	texts := func() (n int) {
		for _, d := range b.wake() {
			if d.Kind == tasks.Read {
				n++
			}
		}
		return n
	}
	if n := texts(); n != 0 {
		t.Errorf("%d texts from before the beginning", n)
	}
	b.Clock.Move(10 * time.Minute)
	if err := b.Desk.Receive(t.Context(), sms.Inbound{Provider: "africastalking", ProviderID: "a-8", From: b.message().To.Dial(), Body: "came by the hook", At: begin.Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	a.texts, a.next = []sms.Inbound{text("8", "came by the hook", begin.Add(time.Minute)), text("9", "the hook was down", begin.Add(2*time.Minute))}, "9"
	pull()
	pull()
	if n := texts(); n != 2 {
		t.Errorf("%d texts to read, want the two there are", n)
	}
	if got := fmt.Sprint(a.marks); got != "[ 7 9]" {
		t.Errorf("asked from %s", got)
	}
}

func TestBalance(t *testing.T) {
	b := newBench(t)
	var log bytes.Buffer
	reg := prometheus.NewRegistry()
	b.w.Log, b.w.Metrics = slog.New(slog.NewTextHandler(&log, nil)), metrics.New(reg)
	b.w.LowBalance = []ripoti.Money{{Currency: "KES", Micros: 500_000_000}, {Currency: "USD", Micros: 20_000_000}}
	at := &account{name: "africastalking", left: ripoti.Money{Currency: "KES", Micros: 499_990_000}}
	b.w.Channels = []Channel{&account{name: "pigeon", err: errors.New("down")}, at, &account{name: "twilio", left: ripoti.Money{Currency: "USD", Micros: 20_000_000}}}
	if err := b.w.balance(t.Context()); err == nil || !strings.Contains(err.Error(), "pigeon") {
		t.Errorf("who does not answer is not told of: %v", err)
	}
	if got := log.String(); strings.Count(got, "nearly empty") != 1 || !strings.Contains(got, "level=ERROR") || !strings.Contains(got, "africastalking") {
		t.Errorf("the log says %s", got)
	}
	w := httptest.NewRecorder()
	handlers.Metrics(reg, "").ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{`ripoti_sms_balance{currency="KES",provider="africastalking"} 499.99`, `ripoti_sms_balance{currency="USD",provider="twilio"} 20`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
	at.left.Micros = 500_000_000
	log.Reset()
	if b.w.balance(t.Context()); strings.Contains(log.String(), "nearly empty") {
		t.Error("an alarm although enough is left")
	}
}

func TestPrices(t *testing.T) {
	b := newBench(t)
	reg := prometheus.NewRegistry()
	b.w.Metrics = metrics.New(reg)
	if err := b.send(); err != nil {
		t.Fatal(err)
	}
	b.Clock.Move(10 * time.Minute)
	b.w.Channels = []Channel{&account{name: "twilio", prices: map[string]ripoti.Money{"P" + b.id: {Currency: "USD", Micros: 7_500}, "Pother": {Currency: "USD", Micros: 1}}}}
	for range 2 { // told twice, counted once
		if err := b.w.price(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.message().Cost; got != (ripoti.Money{Currency: "USD", Micros: 7_500}) {
		t.Errorf("cost %+v", got)
	}
	w := httptest.NewRecorder()
	handlers.Metrics(reg, "").ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{`ripoti_sms_cost_total{currency="USD",provider="twilio"} 0.0075`, `ripoti_sms_segments_total{provider="twilio"} 1`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestALostMessageIsLookedForBeforeItIsRepeated(t *testing.T) {
	lost := fmt.Errorf("no answer: %w", sms.ErrUnknown)
	for _, c := range []struct {
		promise string
		account account
		sent    int
	}{
		{"what the provider has is not sent again", account{found: "SM7"}, 0},
		{"what it has not is repeated", account{}, 1},
		{"so is what it does not tell of", account{found: "SM7", err: errors.New("down")}, 1},
	} {
		t.Run(c.promise, func(t *testing.T) {
			b := newBench(t, lost)
			c.account.name = "twilio"
			b.w.Channels = []Channel{&c.account}
			b.send()
			b.Clock.Move(time.Minute)
			if err := b.send(); err != nil || len(b.sender.sent) != c.sent || b.owed() {
				t.Errorf("%v, repeated %d times, owed %v", err, len(b.sender.sent), b.owed())
			}
			if m := b.message(); m.Status != sms.Taken || m.Repeats != c.sent {
				t.Errorf("status %s, %d repeats", m.Status, m.Repeats)
			}
		})
	}
}
