// Package load dials: it walks USSD dialogues against a service the way Africa's Talking posts them,
// many at once, and tells how fast and how rightly they were answered.
//
// Every dialogue it brings to its end files a report, so it goes to loopback addresses only, unless
// told otherwise. Its phones are invented: +254711000000 and what follows.
package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"ripoti/internal/ripoti"
)

// Options say what is dialled. The zero value of a field is what its comment says.
type Options struct {
	// URL is the hook for presses, such as http://127.0.0.1:8080/hooks/africastalking/dev/ussd.
	URL string
	// Events is the hook for end notices; "": URL with "-event" behind its path.
	Events string
	// Anywhere allows a URL that is not on this machine.
	Anywhere bool
	// Path is what the callers say; none: Normal.
	Path Path
	Lang ripoti.Lang // none: English
	// Sessions is how many dialogues are begun; 0: as many as fit into For.
	Sessions int
	// For is how long dialogues are begun; 0: until Sessions are. One of the two must be set.
	For time.Duration
	// Rate is how many dialogues are begun a second; 0: each caller begins the next when one ends.
	Rate float64
	// Concurrency is how many dialogues are walked at once; 0: 32. With a Rate it is the most: a
	// dialogue that finds every caller busy waits, and its first answer's time counts the wait.
	Concurrency int
	// Repeats is the share of presses that are posted twice: the answers must be the same bytes.
	Repeats float64
	// Hangups is the share of dialogues that are cut at a random press. Half of them are told by an
	// end notice.
	Hangups float64
	// Loose takes any answer that is well formed: for servers that have no menu.
	Loose bool
	// Sources spreads the callers over so many invented gateway addresses, told by X-Forwarded-For;
	// 0: none is told. It keeps a limit by address, in a service that trusts this machine as its
	// proxy, from measuring itself.
	Sources int
	// Seed draws which press is repeated and which call is cut, and where the phones begin: another
	// seed uses other phones. A phone whose last call was cut is offered to go on with it.
	Seed uint64
	// Timeout is how long an answer may take; 0: 10 s, what the gateway waits.
	Timeout time.Duration
	// Progress is told every second how it goes; may be nil.
	Progress func(Progress)
}

// Progress is how a run stands.
type Progress struct {
	Took      time.Duration
	Dialogues int64 // begun
	Steps     int64 // answered
	Bad       int64 // errors and wrong answers
}

// ErrNotLoopback is the answer to an address elsewhere: a run files thousands of reports.
var ErrNotLoopback = errors.New("the address is not on this machine, and every dialogue files a report there")

func (o Options) defaults() (Options, error) {
	if o.Path.Name == "" {
		o.Path = Normal
	}
	if o.Lang == "" {
		o.Lang = ripoti.English
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 32
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if u, err := url.Parse(o.URL); o.Events == "" && err == nil {
		u.Path += "-event"
		o.Events = u.String()
	}
	if o.Sessions <= 0 && o.For <= 0 {
		return o, errors.New("neither a number of dialogues nor a time is given")
	}
	if o.Repeats < 0 || o.Repeats > 1 || o.Hangups < 0 || o.Hangups > 1 || o.Rate < 0 {
		return o, errors.New("a share lies between 0 and 1, a rate is not negative")
	}
	for _, address := range []string{o.URL, o.Events} {
		if err := allowed(address, o.Anywhere); err != nil {
			return o, err
		}
	}
	return o, nil
}

// allowed does not quote the address: its path holds the gateway's secret.
func allowed(address string, anywhere bool) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return errors.New("the address is not of the form http://host:port/path")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); anywhere || u.Hostname() == "localhost" || err == nil && ip.IsLoopback() {
		return nil
	}
	return ErrNotLoopback
}

// Run dials until all sessions are walked, the time is over or ctx ends, and tells how it went. It
// fails only where it could not begin; what goes wrong on the way is counted.
func Run(ctx context.Context, options Options) (Result, error) {
	o, err := options.defaults()
	if err != nil {
		return Result{}, fmt.Errorf("load: %w", err)
	}
	r := &run{Options: o, client: newClient(o), begin: time.Now()}
	defer r.client.CloseIdleConnections()
	tallies := make([]*tally, o.Concurrency)
	stop := r.tell()
	var callers sync.WaitGroup
	for i := range tallies {
		tallies[i] = newTally()
		callers.Go(func() { r.callUntilDone(ctx, tallies[i]) })
	}
	callers.Wait()
	stop()
	return r.result(tallies, time.Since(r.begin)), nil
}

func newClient(o Options) *http.Client {
	dial := net.Dialer{Timeout: o.Timeout}
	return &http.Client{
		Timeout: o.Timeout,
		Transport: &http.Transport{DialContext: dial.DialContext, MaxIdleConns: o.Concurrency, MaxIdleConnsPerHost: o.Concurrency,
			MaxConnsPerHost: o.Concurrency, IdleConnTimeout: 2 * time.Minute, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// run is a load at work.
type run struct {
	Options
	client *http.Client
	begin  time.Time
	next   atomic.Int64 // number of the next dialogue
	steps  atomic.Int64
	bad    atomic.Int64
}

// tell reports every second until stop is called.
func (r *run) tell() (stop func()) {
	if r.Progress == nil {
		return func() {}
	}
	done := make(chan struct{})
	var told sync.WaitGroup
	told.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				begun := r.next.Load()
				if r.Sessions > 0 {
					begun = min(begun, int64(r.Sessions))
				}
				r.Progress(Progress{time.Since(r.begin), begun, r.steps.Load(), r.bad.Load()})
			}
		}
	})
	return func() { close(done); told.Wait() }
}

// callUntilDone walks one dialogue after the other.
func (r *run) callUntilDone(ctx context.Context, t *tally) {
	for {
		n := r.next.Add(1) - 1
		if r.Sessions > 0 && n >= int64(r.Sessions) {
			return
		}
		due := time.Now()
		if r.Rate > 0 {
			due = r.begin.Add(time.Duration(float64(n) / r.Rate * float64(time.Second)))
		}
		if r.For > 0 && due.Sub(r.begin) >= r.For || !wait(ctx, due) {
			return
		}
		r.dialogue(ctx, t, uint64(n), due)
	}
}

// wait sleeps until due and says whether ctx still runs.
func wait(ctx context.Context, due time.Time) bool {
	left := time.Until(due)
	if left <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
