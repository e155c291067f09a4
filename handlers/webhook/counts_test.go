package webhook

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestCounts are the promises of speed that are steady enough to be gates.
func TestCounts(t *testing.T) {
	t.Run("a press is one load and one save, whichever it is", func(t *testing.T) {
		h := build(t)
		for i := range len(normal) + 1 {
			loads, saves := h.store.loads, h.store.saves
			h.press(t, "ATUid_1", strings.Join(normal[:i], "*"))
			if l, s := h.store.loads-loads, h.store.saves-saves; l != 1 || s != 1 {
				t.Errorf("after %d answers: %d loads, %d saves", i, l, s)
			}
		}
	})
	t.Run("no press but the last writes to the log", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", normal[:len(normal)-1]...)
		if h.log.Len() > 0 {
			t.Errorf("logged %s", h.log)
		}
	})
	t.Run("a report is one call of the desk", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", normal...)
		if len(h.desk.asked) != 1 {
			t.Errorf("asked %q", h.desk.asked)
		}
	})
	t.Run("a press allocates at most 120 times with an in-memory store", func(t *testing.T) {
		h := build(t)
		h.Dialogues.Store = h.store.Store
		h.dial(t, "ATUid_1", normal[:3]...)
		before, err := h.Dialogues.load(t.Context(), h.Dialogues.key(caller))
		if err != nil {
			t.Fatal(err)
		}
		body := form("ATUid_1", caller, strings.Join(normal[:4], "*"))
		w := &writer{header: http.Header{}}
		n := testing.AllocsPerRun(200, func() {
			h.Dialogues.save(t.Context(), before) // so that every press is the same new one
			h.USSD(w, request(body))
		})
		saving := testing.AllocsPerRun(200, func() { h.Dialogues.save(t.Context(), before); _ = request(body) })
		if !strings.Contains(w.last, "Type the nearest") {
			t.Fatalf("measured %q", w.last)
		}
		t.Logf("%.0f allocations a press", n-saving)
		if n-saving > 120 {
			t.Errorf("%.0f allocations", n-saving)
		}
	})
}

func BenchmarkPress(b *testing.B) {
	h := build(b)
	h.Dialogues.Store = h.store.Store
	h.Dialogues.Now = time.Now
	h.Dialogues.Limits = Limits{}
	body := form("ATUid_1", caller, "1*2")
	w := &writer{header: http.Header{}}
	h.dial(b, "ATUid_1", "1")
	before, err := h.Dialogues.load(b.Context(), h.Dialogues.key(caller))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		h.Dialogues.save(b.Context(), before)
		h.USSD(w, request(body))
	}
}

// request is what net/http hands over, without what it does to get there.
func request(body string) *http.Request {
	r := &http.Request{Method: http.MethodPost, URL: &url.URL{Path: "/"}, RemoteAddr: "127.0.0.1:4000",
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: &reader{Reader: *strings.NewReader(body)}}
	r.SetPathValue("secret", secret)
	return r
}

type reader struct{ strings.Reader }

func (*reader) Close() error { return nil }

type writer struct {
	header http.Header
	last   string
}

func (w *writer) Header() http.Header { return w.header }
func (w *writer) WriteHeader(int)     {}
func (w *writer) Write(p []byte) (int, error) {
	w.last = string(p)
	return len(p), nil
}
