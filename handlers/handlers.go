// Package handlers is the one list of addresses and what all requests share: a limit on what is
// read, an id, an answer when something panics.
package handlers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"ripoti/handlers/webhook"
)

// Parts are the rooms behind the addresses. What is nil is not mounted.
type Parts struct {
	AfricasTalking *webhook.AfricasTalking
	Twilio         *webhook.Twilio
	Console        http.Handler // under /console/; looks after its own limits
	API            http.Handler // under /api/; looks after its own limits
	Phones         http.Handler // the simulated phones of `ripoti dev`, at / and /dev/
	Metrics        http.Handler
	Checks         []Check
	Log            *slog.Logger
}

// route is one address. None names a method: a gateway that comes with another one than it should
// must get its own kind of answer, not the mux's plain text.
type route struct {
	path    string
	handler http.HandlerFunc
}

// routes is every address there is.
func (p Parts) routes() []route {
	all := []route{
		{"/healthz", healthy},
		{"/readyz", p.ready},
		{"/hooks/", nowhere},
	}
	if at := p.AfricasTalking; at != nil {
		all = append(all,
			route{"/hooks/africastalking/{secret}/ussd", at.USSD},
			route{"/hooks/africastalking/{secret}/ussd-event", at.USSDEnd},
			route{"/hooks/africastalking/{secret}/sms", at.SMS},
			route{"/hooks/africastalking/{secret}/receipt", at.Receipt},
			route{"/hooks/africastalking/{secret}/optout", at.OptOut})
	}
	if tw := p.Twilio; tw != nil {
		all = append(all,
			route{"/hooks/twilio/sms", tw.SMS},
			route{"/hooks/twilio/status", tw.Status})
	}
	if p.Metrics != nil {
		all = append(all, route{"/metrics", p.Metrics.ServeHTTP})
	}
	if p.Phones != nil {
		all = append(all,
			route{"/{$}", p.Phones.ServeHTTP},
			route{"/dev/", p.Phones.ServeHTTP})
	}
	return all
}

// New puts the rooms behind their addresses.
func New(p Parts) http.Handler {
	mux := http.NewServeMux()
	for _, r := range p.routes() {
		mux.Handle(r.path, limited(r.handler))
	}
	if p.Console != nil {
		mux.Handle("/console/", p.Console)
	}
	if p.API != nil {
		mux.Handle("/api/", p.API)
	}
	return p.shared(mux)
}

// nowhere is a hook that does not exist. It says so without a word, as a gateway might send the word
// to somebody.
func nowhere(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }

// limited lets a room read no more than BodyLimit.
func limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, webhook.BodyLimit)
		next.ServeHTTP(w, r)
	})
}

// shared is what every request gets: an id and, should something panic, an end.
func (p Parts) shared(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := newID()
		w.Header()[idHeader] = []string{id}
		defer p.caught(w, r, id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), idKey{}, id)))
	})
}

// caught logs where a panic came from. What was thrown may quote a request and is not logged, nor is
// the path, which may hold a secret. The answer has no body: a gateway might send it to somebody.
func (p Parts) caught(w http.ResponseWriter, r *http.Request, id string) {
	thrown := recover()
	if thrown == nil {
		return
	}
	if thrown == http.ErrAbortHandler {
		panic(thrown)
	}
	p.Log.LogAttrs(r.Context(), slog.LevelError, "request panicked",
		slog.String("request", id), slog.String("room", r.Pattern), slog.String("kind", fmt.Sprintf("%T", thrown)), slog.String("stack", string(debug.Stack())))
	w.WriteHeader(http.StatusInternalServerError)
}

const idHeader = "X-Request-Id"

type idKey struct{}

// ID is the request's own id, for log lines; "" outside of a request.
func ID(ctx context.Context) string {
	id, _ := ctx.Value(idKey{}).(string)
	return id
}

func newID() string {
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails
	return hex.EncodeToString(raw[:])
}

// The limits of a connection. A gateway waits 10 s at most and keeps its connections open between
// calls, as handshakes are what costs.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 3 * time.Minute
	maxHeaderBytes    = 16 << 10
)

// Server serves handler at addr with limits that no slow or silent client can stretch.
func Server(addr string, handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Addr: addr, Handler: handler, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
