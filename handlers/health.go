package handlers

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Check is something behind us that may be down. Where it Must be there, requests are not to be sent
// here without it; the rest is only told, as Redis is: calls go on without it.
type Check struct {
	Name string
	Must bool
	Ping func(context.Context) error
}

// checkLimit is how long one check may take.
const checkLimit = 2 * time.Second

// healthy says that the process lives.
func healthy(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "ok") }

// ready says what is there, a line each, and 503 where something that must be is not. Why something
// is down is not told: the reason may name an address or an account.
func (p Parts) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkLimit)
	defer cancel()
	errs := make([]error, len(p.Checks))
	var group sync.WaitGroup
	for i, c := range p.Checks {
		group.Go(func() { errs[i] = c.Ping(ctx) })
	}
	group.Wait()
	status, lines := http.StatusOK, strings.Builder{}
	for i, c := range p.Checks {
		switch {
		case errs[i] == nil:
			fmt.Fprintf(&lines, "%s ok\n", c.Name)
		case c.Must:
			status = http.StatusServiceUnavailable
			fmt.Fprintf(&lines, "%s down\n", c.Name)
		default:
			fmt.Fprintf(&lines, "%s down, going on without it\n", c.Name)
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, lines.String())
}

// Metrics shows what was gathered to who brings the token; an empty token asks for none and belongs
// on an address of its own.
func Metrics(from prometheus.Gatherer, token string) http.Handler {
	show := promhttp.HandlerFor(from, promhttp.HandlerOpts{})
	if token == "" {
		return show
	}
	want := sha256.Sum256([]byte("Bearer " + token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := sha256.Sum256([]byte(r.Header.Get("Authorization")))
		if subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		show.ServeHTTP(w, r)
	})
}
