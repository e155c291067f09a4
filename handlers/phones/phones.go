// Package phones is three simulated handsets in a browser, for `ripoti dev` alone: a reporter's, an
// officer's and a social worker's. They press the real hooks, so what they show is what phones show.
package phones

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"time"
)

//go:embed static
var files embed.FS

// Message is one SMS that was "sent".
type Message struct {
	ID     string    `json:"id"`
	To     string    `json:"to"` // E.164
	Body   string    `json:"body"`
	Kind   string    `json:"kind"`
	At     time.Time `json:"at"`
	Status string    `json:"status"`
}

// Phones shows the handsets and lets them work.
type Phones struct {
	// Messages gives every message there is, the newest last.
	Messages func(context.Context) ([]Message, error)
	// Hooks answers the gateways' addresses; what the phones send goes through it.
	Hooks http.Handler
	// Secret is the part of Africa's Talking's path, Code what reporters dial, Staff what officers do,
	// Shortcode where people text to.
	Secret, Code, Staff, Shortcode string
	// TwilioSign signs an inbound message as Twilio would; nil where signatures are off.
	TwilioSign func(path string, form map[string][]string) string

	mux http.Handler
}

// page is what the page is filled with.
type page struct {
	Secret, Code, Staff, Shortcode string
	Handsets                       []Handset
}

// Handset is one of the phones as the page first shows it.
type Handset struct {
	ID, Title, Says, Number string
}

// handsets have the numbers of the sample directory.
var handsets = []Handset{
	{"reporter", "Reporter", "Dials, or texts by", "0711000099"},
	{"officer", "Duty officer", "Gets the alert: reply 1 and its number.", "0711000001"},
	{"worker", "Social worker", "Gets the case at the same time.", "0711000011"},
}

// New readies the page. Hooks may be set later, but before the first request.
func New(p Phones) (*Phones, error) {
	shown, err := template.ParseFS(files, "static/index.html")
	if err != nil {
		return nil, fmt.Errorf("phones: page: %w", err)
	}
	var index bytes.Buffer
	if err := shown.Execute(&index, page{p.Secret, p.Code, p.Staff, p.Shortcode, handsets}); err != nil {
		return nil, fmt.Errorf("phones: page: %w", err)
	}
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, fmt.Errorf("phones: files: %w", err)
	}
	made := &p
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(index.Bytes())
	})
	mux.Handle("GET /dev/static/", http.StripPrefix("/dev/static/", http.FileServerFS(static)))
	mux.HandleFunc("GET /dev/messages.json", made.list)
	mux.HandleFunc("POST /dev/sms", made.text)
	made.mux = http.NewCrossOriginProtection().Handler(mux)
	return made, nil
}

// ServeHTTP lets this machine in and nobody else: also no page of elsewhere that has this machine's
// browser ask for it.
func (p *Phones) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !local(r.RemoteAddr) || !local(r.Host) {
		http.Error(w, "the phones are for this machine alone", http.StatusForbidden)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	p.mux.ServeHTTP(w, r)
}

// local says that a host, with or without a port, is this machine.
func local(host string) bool {
	if bare, _, err := net.SplitHostPort(host); err == nil {
		host = bare
	}
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(trimBrackets(host))
	return err == nil && a.Unmap().IsLoopback()
}

func trimBrackets(host string) string {
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		return host[1 : len(host)-1]
	}
	return host
}

// list gives all messages; a browser that has them already is told so in a word.
func (p *Phones) list(w http.ResponseWriter, r *http.Request) {
	all, err := p.Messages(r.Context())
	if err != nil {
		http.Error(w, "the messages cannot be read now", http.StatusServiceUnavailable)
		return
	}
	writeJSON(w, r, all)
}

func writeJSON(w http.ResponseWriter, r *http.Request, all []Message) {
	if all == nil {
		all = []Message{}
	}
	body, err := json.Marshal(all)
	if err != nil {
		http.Error(w, "the messages cannot be written", http.StatusInternalServerError)
		return
	}
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet && r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(body)
}
