package handlers

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ripoti/handlers/webhook"
)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func get(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRoutes(t *testing.T) {
	t.Run("what is not there is not mounted", func(t *testing.T) {
		h := New(Parts{Log: quiet()})
		for _, path := range []string{"/", "/dev/messages.json", "/console/", "/metrics", "/hooks/twilio/sms", "/hooks/africastalking/x/ussd"} {
			if w := get(h, path); w.Code != http.StatusNotFound {
				t.Errorf("%s answered %d", path, w.Code)
			}
		}
	})
	t.Run("a hook that does not exist says nothing that could be sent to a person", func(t *testing.T) {
		h := New(Parts{Log: quiet(), Twilio: &webhook.Twilio{}})
		for _, path := range []string{"/hooks/twilio/smss", "/hooks/twilio", "/hooks/x"} {
			if w := get(h, path); w.Code != http.StatusNotFound || w.Body.Len() > 0 {
				t.Errorf("%s answered %d %q", path, w.Code, w.Body)
			}
		}
	})
	t.Run("every request gets an id of its own", func(t *testing.T) {
		var seen []string
		h := New(Parts{Log: quiet(), Console: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = append(seen, ID(r.Context())) })})
		one, two := get(h, "/console/", "X-Request-Id", "forged\nline"), get(h, "/console/")
		if len(seen) != 2 || len(seen[0]) != 16 || seen[0] == seen[1] || one.Header().Get("X-Request-Id") != seen[0] || two.Header().Get("X-Request-Id") != seen[1] {
			t.Errorf("ids %q", seen)
		}
		if ID(context.Background()) != "" {
			t.Error("an id out of nothing")
		}
	})
	t.Run("a panic ends in an empty 500 and a line that quotes nothing", func(t *testing.T) {
		var log bytes.Buffer
		h := New(Parts{Log: slog.New(slog.NewTextHandler(&log, nil)), Console: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("about +254711000099") })})
		w := get(h, "/console/secret-part")
		if w.Code != http.StatusInternalServerError || w.Body.Len() > 0 {
			t.Errorf("answered %d %q", w.Code, w.Body)
		}
		if s := log.String(); !strings.Contains(s, "panicked") || strings.Contains(s, "711000099") || strings.Contains(s, "secret-part") {
			t.Errorf("logged %s", s)
		}
	})
	t.Run("no more than 64 KiB are read", func(t *testing.T) {
		var n int64
		var err error
		h := New(Parts{Log: quiet(), Phones: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { n, err = io.Copy(io.Discard, r.Body) })})
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/dev/sms", strings.NewReader(strings.Repeat("x", 100_000))))
		if n != webhook.BodyLimit || err == nil {
			t.Errorf("read %d, %v", n, err)
		}
	})
}

func TestHealth(t *testing.T) {
	down := func(context.Context) error { return errors.New("postgres://user:password@host is down") }
	fine := func(context.Context) error { return nil }
	hang := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for _, c := range []struct {
		name   string
		checks []Check
		status int
		want   string
	}{
		{"everything is there", []Check{{"database", true, fine}, {"redis", false, fine}}, 200, "database ok\nredis ok\n"},
		{"without Redis it goes on and says so", []Check{{"database", true, fine}, {"redis", false, down}}, 200, "database ok\nredis down, going on without it\n"},
		{"without the database it is not ready", []Check{{"database", true, down}, {"redis", false, fine}}, 503, "database down\nredis ok\n"},
		{"a database that says nothing is down", []Check{{"database", true, hang}}, 503, "database down\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := get(New(Parts{Log: quiet(), Checks: c.checks}), "/readyz")
			if w.Code != c.status || w.Body.String() != c.want {
				t.Errorf("answered %d %q", w.Code, w.Body)
			}
		})
	}
	t.Run("alive is alive whatever is down", func(t *testing.T) {
		if w := get(New(Parts{Log: quiet(), Checks: []Check{{"database", true, down}}}), "/healthz"); w.Code != 200 {
			t.Errorf("answered %d", w.Code)
		}
	})
	t.Run("metrics are shown to who brings the token", func(t *testing.T) {
		h := New(Parts{Log: quiet(), Metrics: Metrics(prometheus.NewRegistry(), "a-long-token")})
		for header, want := range map[string]int{"": 401, "Bearer wrong": 401, "a-long-token": 401, "Bearer a-long-token": 200} {
			if w := get(h, "/metrics", "Authorization", header); w.Code != want {
				t.Errorf("%q answered %d", header, w.Code)
			}
		}
		if w := get(Metrics(prometheus.NewRegistry(), ""), "/metrics"); w.Code != 200 {
			t.Errorf("without a token answered %d", w.Code)
		}
	})
}

func TestProxies(t *testing.T) {
	ours := Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, c := range []struct {
		name, remote string
		forwarded    []string
		want         string
	}{
		{"nobody in between", "203.0.113.7:1", nil, "203.0.113.7"},
		{"a stranger claims another address", "203.0.113.7:1", []string{"198.51.100.1"}, "203.0.113.7"},
		{"our proxy tells whom it forwards for", "10.0.0.1:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"what the client wrote before our proxy added to it is not believed", "10.0.0.1:1", []string{"192.0.2.9, 198.51.100.1"}, "198.51.100.1"},
		{"two proxies of ours", "10.0.0.1:1", []string{"198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
		{"two headers", "10.0.0.1:1", []string{"192.0.2.9", "198.51.100.1"}, "198.51.100.1"},
		{"an address of the other family", "[::1]:1", []string{"2001:db8::7"}, "2001:db8::7"},
		{"one family in the other's clothes", "[::ffff:10.0.0.1]:1", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"rubbish", "10.0.0.1:1", []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		{"nothing forwarded", "10.0.0.1:1", nil, "10.0.0.1"},
		{"no address at all", "pipe", []string{"198.51.100.1"}, "invalid IP"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = c.remote
			r.Header["X-Forwarded-For"] = c.forwarded
			if got := ours.Address(r).String(); got != c.want {
				t.Errorf("%s", got)
			}
		})
	}
}

func TestServer(t *testing.T) {
	t.Run("a client that never finishes its header is let go", func(t *testing.T) {
		s := Server("127.0.0.1:0", New(Parts{Log: quiet()}), quiet())
		s.ReadHeaderTimeout = 100 * time.Millisecond
		listener, err := net.Listen("tcp", s.Addr)
		if err != nil {
			t.Fatal(err)
		}
		go func() { _ = s.Serve(listener) }()
		defer func() { _ = s.Close() }()
		c, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		_, _ = c.Write([]byte("POST /hooks/x HTTP/1.1\r\nHost: x\r\n"))
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.ReadAll(c); err != nil {
			t.Errorf("still open: %v", err)
		}
	})
	t.Run("no limit is left out", func(t *testing.T) {
		s := Server(":0", http.NotFoundHandler(), quiet())
		if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.IdleTimeout < 2*time.Minute || s.MaxHeaderBytes <= 0 {
			t.Errorf("%+v", s)
		}
	})
}
