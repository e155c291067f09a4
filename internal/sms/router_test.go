package sms

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

// named is a sender that is only chosen, never asked to send.
type named string

func (n named) Name() string                                { return string(n) }
func (n named) Way() Way                                    { return Way{} }
func (n named) Send(context.Context, Message) (Sent, error) { return Sent{}, nil }

// crossing is a router over two senders with a clock that is moved by hand.
type crossing struct {
	*Router
	t   *testing.T
	now time.Time
	log []string
}

const kenyan, abroad = ripoti.Phone("+254711000001"), ripoti.Phone("+255711000001")

func newCrossing(t *testing.T) *crossing {
	c := &crossing{t: t, now: time.Date(2026, 11, 2, 6, 0, 0, 0, time.UTC)}
	var err error
	c.Router, err = NewRouter([]Route{{"*", []string{"twilio"}}, {"+254", []string{"africastalking", "twilio"}}}, []Sender{named("africastalking"), named("twilio")},
		func() time.Time { return c.now }, func(name string, trouble Trouble) { c.log = append(c.log, name+":"+string(trouble)) })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *crossing) expect(step string, to ripoti.Phone, want string) {
	c.t.Helper()
	var names []string
	for _, s := range c.Choose(to) {
		names = append(names, s.Name())
	}
	if got := strings.Join(names, " "); got != want {
		c.t.Errorf("%s: %q, want %q", step, got, want)
	}
}

func (c *crossing) fails(name string, times int, err error) {
	for range times {
		c.Report(name, err)
	}
}

var errBusy = fmt.Errorf("HTTP 503: %w", ErrBusy)

func TestRouter(t *testing.T) {
	t.Run("the longest prefix decides", func(t *testing.T) {
		c := newCrossing(t)
		c.expect("at home", kenyan, "africastalking twilio")
		c.expect("abroad", abroad, "twilio")
	})
	t.Run("a sender that answers errors is passed over, tried by one message, and back when it heals", func(t *testing.T) {
		c := newCrossing(t)
		c.fails("africastalking", brokenAfter-1, errBusy)
		c.expect("not yet", kenyan, "africastalking twilio")
		c.fails("africastalking", 1, fmt.Errorf("x: %w", ErrUnknown))
		c.expect("open", kenyan, "twilio")
		c.now = c.now.Add(firstPause)
		c.expect("half open", kenyan, "africastalking twilio")
		c.expect("for one message only", kenyan, "twilio")
		c.fails("africastalking", 1, errBusy)
		c.now = c.now.Add(firstPause)
		c.expect("the pause doubles", kenyan, "twilio")
		c.now = c.now.Add(firstPause)
		c.expect("half open again", kenyan, "africastalking twilio")
		c.Report("africastalking", nil)
		c.expect("healed", kenyan, "africastalking twilio")
		if got := fmt.Sprint(c.log); got != "[africastalking:errors africastalking:]" {
			t.Errorf("told %s", got)
		}
	})
	t.Run("errors of messages on their way do not lengthen the pause", func(t *testing.T) {
		c := newCrossing(t)
		c.fails("africastalking", brokenAfter+20, errBusy)
		c.now = c.now.Add(firstPause)
		c.expect("half open", kenyan, "africastalking twilio")
	})
	t.Run("the pause has an end", func(t *testing.T) {
		c := newCrossing(t)
		c.fails("africastalking", brokenAfter, errBusy)
		for range 20 {
			c.now = c.now.Add(longestPause)
			c.expect("half open", kenyan, "africastalking twilio")
			c.fails("africastalking", 1, errBusy)
		}
	})
	t.Run("answers about people are no errors of the sender", func(t *testing.T) {
		for _, err := range []error{nil, ErrRefused, ErrNoRoute, ErrStopped, ErrNotMobile} {
			c := newCrossing(t)
			c.fails("africastalking", 2*brokenAfter, err)
			c.fails("africastalking", brokenAfter-1, errBusy)
			c.Report("africastalking", err) // in a row means in a row
			c.fails("africastalking", brokenAfter-1, errBusy)
			c.expect(fmt.Sprint(err), kenyan, "africastalking twilio")
		}
	})
	t.Run("where nobody is well all are tried", func(t *testing.T) {
		c := newCrossing(t)
		c.fails("africastalking", brokenAfter, errBusy)
		c.fails("twilio", brokenAfter, errBusy)
		c.expect("both broken", kenyan, "africastalking twilio")
		c.expect("the only one", abroad, "twilio")
		c.Report("twilio", nil)
		c.expect("one is back", kenyan, "twilio")
	})
	t.Run("a sender that reports on nothing is passed over until it reports", func(t *testing.T) {
		c := newCrossing(t)
		c.Heard("africastalking", silentAbove, 0)
		c.expect("a few may be switched off", kenyan, "africastalking twilio")
		c.Heard("africastalking", silentAbove+1, 1)
		c.expect("one report is enough", kenyan, "africastalking twilio")
		c.Heard("africastalking", silentAbove+1, 0)
		c.expect("silent", kenyan, "twilio")
		c.Report("africastalking", nil)
		c.expect("that it takes messages proves nothing", kenyan, "twilio")
		c.now = c.now.Add(silentPause)
		c.expect("one message tries", kenyan, "africastalking twilio")
		c.Heard("africastalking", 0, 0)
		c.expect("no news", kenyan, "twilio")
		c.Heard("africastalking", 0, 1)
		c.expect("a receipt", kenyan, "africastalking twilio")
		if got := fmt.Sprint(c.log); got != "[africastalking:no_receipt africastalking:]" {
			t.Errorf("told %s", got)
		}
	})
	t.Run("a silent sender is the last resort", func(t *testing.T) {
		c := newCrossing(t)
		c.Heard("africastalking", silentAbove+1, 0)
		c.fails("twilio", brokenAfter, errBusy)
		c.expect("errors tell the truth", kenyan, "twilio africastalking")
	})
	t.Run("a name nobody has changes nothing", func(t *testing.T) {
		c := newCrossing(t)
		c.fails("pigeon", 9, errBusy)
		c.Heard("pigeon", 99, 0)
		if c.Trouble("pigeon") != Well || len(c.log) > 0 {
			t.Errorf("told %v", c.log)
		}
	})
	for name, routes := range map[string][]Route{
		"no route at all":       nil,
		"no route for the rest": {{"+254", []string{"twilio"}}},
		"a route to nobody":     {{"*", nil}},
		"a route to a stranger": {{"*", []string{"pigeon"}}},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			if _, err := NewRouter(routes, []Sender{named("twilio")}, time.Now, nil); err == nil {
				t.Error("it was taken")
			}
		})
	}
}

func TestNotTaken(t *testing.T) {
	for err, want := range map[error]bool{ErrBusy: true, ErrChannel: true, ErrNoRoute: true, ErrUnknown: false, ErrRefused: false, ErrStopped: false, ErrNotMobile: false} {
		if got := NotTaken(&ProviderError{Provider: "x", Meaning: err}); got != want {
			t.Errorf("%v may go to another: %v", err, got)
		}
	}
}
