package sms

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"ripoti/internal/ripoti"
)

// Route says who carries messages to numbers that begin with Prefix ("+254"; "*" is any number), in
// the order in which they are tried.
type Route struct {
	Prefix  string
	Senders []string
}

// When a sender counts as broken and is tried again.
const (
	// brokenAfter is how many answers in a row must be errors of the channel.
	brokenAfter = 5
	// silentAbove is how many messages that nobody reports on make a sender silent.
	silentAbove = 5
	// firstPause and longestPause bound the wait before one message tries a broken sender again; it
	// doubles each time. A silent sender takes messages and may lose them, so it is tried rarely.
	firstPause   = 30 * time.Second
	longestPause = 10 * time.Minute
	silentPause  = 15 * time.Minute
)

// Trouble is why a sender is passed over.
type Trouble string

const (
	Well   Trouble = ""
	Broken Trouble = "errors"     // its answers are errors
	Silent Trouble = "no_receipt" // it takes messages and reports on none
)

// Router chooses who carries a message, by the number and by how the senders fare. What it knows of
// them is this process's alone and begins anew with it: each process finds out within a few messages.
// It is safe for concurrent use.
type Router struct {
	routes  []Route // the longest prefix first
	senders map[string]Sender
	now     func() time.Time
	changed func(name string, trouble Trouble)

	mu     sync.Mutex
	health map[string]*health
}

// health is a circuit breaker: closed while trouble is Well, open until a time, then half open for
// one message at a time.
type health struct {
	trouble Trouble
	bad     int           // errors in a row
	pause   time.Duration // how long it stays open next
	until   time.Time     // when one message may try it
	trying  bool          // that message is on its way
}

// NewRouter checks that every number has a route and every name a sender. changed is told when a
// sender begins or ends to be passed over; it may be nil.
func NewRouter(routes []Route, senders []Sender, now func() time.Time, changed func(name string, trouble Trouble)) (*Router, error) {
	if changed == nil {
		changed = func(string, Trouble) {}
	}
	r := &Router{routes: slices.Clone(routes), senders: map[string]Sender{}, now: now, changed: changed, health: map[string]*health{}}
	for _, s := range senders {
		r.senders[s.Name()], r.health[s.Name()] = s, &health{}
	}
	slices.SortStableFunc(r.routes, func(a, b Route) int { return len(b.prefix()) - len(a.prefix()) })
	if len(r.routes) == 0 || r.routes[len(r.routes)-1].prefix() != "" {
		return nil, errors.New("sms routes: no route for any number: add *=SENDER")
	}
	for _, route := range r.routes {
		if len(route.Senders) == 0 {
			return nil, fmt.Errorf("sms routes: nobody carries %s", route.Prefix)
		}
		for _, name := range route.Senders {
			if r.senders[name] == nil {
				return nil, fmt.Errorf("sms routes: %s is not set up", name)
			}
		}
	}
	return r, nil
}

func (r Route) prefix() string { return strings.TrimSuffix(r.Prefix, "*") }

// Choose gives who may carry a message to a number, in the order to try: the senders of its route
// that are well, and one in trouble whose turn has come to be tried again. Where none of them is
// well all are given, the silent ones last: a message must try somewhere.
func (r *Router) Choose(to ripoti.Phone) []Sender {
	r.mu.Lock()
	defer r.mu.Unlock()
	var usable, rest, silent []Sender
	for _, name := range r.route(to) {
		h := r.health[name]
		switch {
		case h.trouble == Well:
			usable = append(usable, r.senders[name])
		case len(usable) == 0 && !r.now().Before(h.until):
			h.trying, h.until = true, r.now().Add(h.pause) // nobody else tries it meanwhile
			usable = append(usable, r.senders[name])
		case h.trouble == Silent:
			silent = append(silent, r.senders[name])
		default:
			rest = append(rest, r.senders[name])
		}
	}
	if r.anyWell(usable) {
		return usable
	}
	return append(append(usable, rest...), silent...)
}

func (r *Router) route(to ripoti.Phone) []string {
	for _, route := range r.routes {
		if strings.HasPrefix(to.Dial(), route.prefix()) {
			return route.Senders
		}
	}
	return nil // the last route takes any number
}

func (r *Router) anyWell(senders []Sender) bool {
	return slices.ContainsFunc(senders, func(s Sender) bool { return r.health[s.Name()].trouble == Well })
}

// Report tells how a send went: nil, or the error. An answer about the person (opted out, no mobile,
// refused) is an answer of a sender that works.
func (r *Router) Report(name string, err error) {
	r.mu.Lock()
	h := r.health[name]
	if h == nil {
		r.mu.Unlock()
		return
	}
	before := h.trouble
	if broken(err) {
		r.failed(h)
	} else if h.bad = 0; h.trouble == Broken {
		*h = health{}
	}
	after := h.trouble
	r.mu.Unlock()
	r.tell(name, before, after)
}

// broken says that an error is the channel's. What is unknown counts too: whoever does not answer is
// of no use.
func broken(err error) bool {
	return err != nil && !errors.Is(err, ErrRefused) && !errors.Is(err, ErrStopped) && !errors.Is(err, ErrNotMobile)
}

// failed opens the circuit, or opens it again for longer after a try in vain. Errors of messages that
// were on their way when it opened change nothing.
func (r *Router) failed(h *health) {
	h.bad++
	switch {
	case h.trouble == Broken && h.trying:
		h.trying, h.pause = false, min(2*h.pause, longestPause)
		h.until = r.now().Add(h.pause)
	case h.trouble == Well && h.bad >= brokenAfter:
		h.trouble, h.pause = Broken, firstPause
		h.until = r.now().Add(h.pause)
	}
}

// Heard tells how many messages a sender took lately, long enough ago for a receipt to have come,
// and how many receipts came. One that reports on nothing is silent, and well again with its next
// receipt.
func (r *Router) Heard(name string, taken, receipts int) {
	r.mu.Lock()
	h := r.health[name]
	if h == nil {
		r.mu.Unlock()
		return
	}
	before := h.trouble
	switch {
	case h.trouble == Silent && receipts > 0:
		*h = health{}
	case h.trouble == Well && taken > silentAbove && receipts == 0:
		*h = health{trouble: Silent, pause: silentPause, until: r.now().Add(silentPause)}
	}
	after := h.trouble
	r.mu.Unlock()
	r.tell(name, before, after)
}

func (r *Router) tell(name string, before, after Trouble) {
	if before != after {
		r.changed(name, after)
	}
}

// Trouble is why a sender is passed over now; Well where it is not.
func (r *Router) Trouble(name string) Trouble {
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.health[name]; h != nil {
		return h.trouble
	}
	return Well
}

// Only is one sender for every number, whatever comes of it.
type Only struct{ Sender Sender }

// Choose gives the one.
func (o Only) Choose(ripoti.Phone) []Sender { return []Sender{o.Sender} }

// Report changes nothing: there is nobody else.
func (Only) Report(string, error) {}

// Heard changes nothing.
func (Only) Heard(string, int, int) {}
