package webhook

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-playground/validator/v10"
	"github.com/prometheus/client_golang/prometheus"

	"ripoti/flows"
	"ripoti/internal/dialog"
	"ripoti/internal/metrics"
	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
	"ripoti/locales"
)

const (
	caller = "+254711000099"
	secret = "a-secret-of-at-least-24-letters"
)

// house is a gateway's door with everything behind it but a database.
type house struct {
	*AfricasTalking
	desk    *desk
	store   *store_
	spare   dialog.Store
	clock   *clock
	log     *locked // one of all its processes
	metrics *prometheus.Registry
	mux     *http.ServeMux
	inbox   *inbox
}

func build(t testing.TB) *house {
	t.Helper()
	h := &house{desk: newDesk(), store: &store_{Store: dialog.NewMemory(0)}, clock: &clock{at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)},
		log: &locked{}, metrics: prometheus.NewRegistry(), inbox: &inbox{}}
	h.open(t)
	return h
}

// open starts a process over the same store and desk: the second call is a restart.
func (h *house) open(t testing.TB) {
	t.Helper()
	if h.AfricasTalking != nil {
		h.metrics = prometheus.NewRegistry()
	}
	keys := testKeys(t)
	log := slog.New(slog.NewJSONHandler(h.log, nil))
	cat, err := theWords()
	if err != nil {
		t.Fatal(err)
	}
	count := metrics.New(h.metrics)
	dialogues := NewDialogues(Parts{
		Book: theBook(), Desk: h.desk, Store: h.store, Spare: h.spare, Seal: keys.Narratives, Hash: keys.Hash,
		Now: h.clock.Now, Log: log, Metrics: count, Help: Help(cat), Limits: DefaultLimits,
	})
	h.AfricasTalking = &AfricasTalking{
		Name: "africastalking", Style: Cumulative, Door: NewDoor([]string{"an-older-secret-still-valid-too", secret}, nil, nil),
		Address: RemoteAddr, Dialogues: dialogues, Inbox: h.inbox, Receipts: h.inbox, OptOuts: h.inbox,
		Check: validator.New(validator.WithRequiredStructEnabled()), Log: log, Metrics: count,
	}
	h.mux = http.NewServeMux()
	h.mux.HandleFunc("/hooks/africastalking/{secret}/ussd", h.USSD)
	h.mux.HandleFunc("/hooks/africastalking/{secret}/ussd-event", h.USSDEnd)
	h.mux.HandleFunc("/hooks/africastalking/{secret}/sms", h.SMS)
	h.mux.HandleFunc("/hooks/africastalking/{secret}/receipt", h.Receipt)
	h.mux.HandleFunc("/hooks/africastalking/{secret}/optout", h.OptOut)
}

// What every test shares, as it never changes.
var (
	theWords = sync.OnceValues(func() (*locales.Catalogue, error) {
		lines, err := locales.Helplines("")
		if err != nil {
			return nil, err
		}
		return locales.Load(locales.Fixed("*483#", "*484#", lines))
	})
	theBook = sync.OnceValue(func() *flows.Book {
		cat, _ := theWords() // its error was seen before
		return flows.New(cat, places{})
	})
)

var theKeys = sync.OnceValues(seal.New)

func testKeys(t testing.TB) *seal.Keys {
	t.Helper()
	keys, err := theKeys()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// form is a press as Africa's Talking posts it: field order, %2B, %2A and %23 as captured.
func form(session, phone, text string) string {
	return "phoneNumber=" + url.QueryEscape(phone) + "&serviceCode=%2A483%23&text=" + url.QueryEscape(text) +
		"&sessionId=" + url.QueryEscape(session) + "&networkCode=63902"
}

// press posts a press and gives the answer, which is always 200 and starts with CON or END.
func (h *house) press(t testing.TB, session, text string) string {
	t.Helper()
	return h.pressAs(t, caller, session, text)
}

func (h *house) pressAs(t testing.TB, phone, session, text string) string {
	t.Helper()
	w := h.post("/hooks/africastalking/"+secret+"/ussd", form(session, phone, text))
	return screen(t, w)
}

func (h *house) post(path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	return w
}

func screen(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	body := w.Body.String()
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Fatalf("answer %d %q", w.Code, w.Header().Get("Content-Type"))
	}
	if !strings.HasPrefix(body, "CON ") && !strings.HasPrefix(body, "END ") {
		t.Fatalf("a gateway would drop the call at %q", body)
	}
	if len(body) < 8 {
		t.Fatalf("an empty screen: %q", body)
	}
	return body
}

// dial walks through answers one press at a time, as a gateway does, and gives the last screen.
func (h *house) dial(t testing.TB, session string, answers ...string) string {
	t.Helper()
	last := h.press(t, session, "")
	for i := range answers {
		h.clock.pass(4 * time.Second)
		last = h.press(t, session, strings.Join(answers[:i+1], "*"))
	}
	return last
}

func (h *house) hangup(session string) *httptest.ResponseRecorder {
	return h.post("/hooks/africastalking/"+secret+"/ussd-event", "date=2026-11-23+12%3A00%3A00&sessionId="+session+
		"&serviceCode=%2A483%23&networkCode=63902&phoneNumber="+url.QueryEscape(caller)+"&status=Incomplete&cost=KES+0.10&durationInMillis=30000&hopsCount=4&input=1%2A2&lastAppResponse=CON+x")
}

// count reads a counter.
func (h *house) count(name, label string) float64 {
	families, _ := h.metrics.Gather()
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetValue() == label {
					return m.GetCounter().GetValue()
				}
			}
			if label == "" && m.GetCounter() != nil {
				return m.GetCounter().GetValue()
			}
		}
	}
	return 0
}

func (h *house) presses(o metrics.Outcome) int {
	return int(h.count("ripoti_ussd_presses_total", string(o)))
}

// places knows three places.
type places struct{}

func (places) Find(query, _ string) flows.Matches {
	place := func(id, name, county string) ripoti.Place {
		return ripoti.Place{ID: id, Kind: ripoti.KindTown, Name: name, County: county, CountyID: "047", Precision: ripoti.PrecisionExact, Point: ripoti.Point{Lat: -1.3, Lon: 36.8}}
	}
	switch strings.ToLower(query) {
	case "kibera":
		return flows.Matches{Decision: "take", Places: []ripoti.Place{place("town-1", "Kibera", "Nairobi")}}
	case "bura":
		return flows.Matches{Decision: "ask", Places: []ripoti.Place{place("town-2", "Bura", "Tana River"), place("town-3", "Bura", "Taita-Taveta")}}
	}
	return flows.Matches{Decision: "none"}
}

// desk is a desk with a temper. It keeps what it was told, as a database with unique keys does.
type desk struct {
	mu      sync.Mutex
	filed   map[string]ripoti.Code
	drafts  map[string]Filing
	held    map[string]Filing
	dropped map[string]bool
	asked   []string // "file", "add", "hold", "drop" in order
	temper  func(what string) error
	heard   map[string]bool // presses of follow-ups, by key
	told    []Following
}

func newDesk() *desk {
	return &desk{filed: map[string]ripoti.Code{}, drafts: map[string]Filing{}, held: map[string]Filing{}, dropped: map[string]bool{}, heard: map[string]bool{}}
}

func (d *desk) ask(what string) error {
	d.mu.Lock()
	d.asked = append(d.asked, what)
	temper := d.temper
	d.mu.Unlock()
	if temper == nil {
		return nil
	}
	return temper(what)
}

func (d *desk) setTemper(temper func(string) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.temper = temper
}

var errDown = errors.New("the database is down")

func down(string) error { return errDown }

// hung never answers and does not look at a context, as a driver on a dead connection.
func hung(t *testing.T) func(string) error {
	wake := make(chan struct{})
	t.Cleanup(func() { close(wake) })
	return func(string) error { <-wake; return errDown }
}

func (d *desk) File(ctx context.Context, f Filing) (ripoti.Code, error) {
	if err := d.ask("file"); err != nil {
		return "", err
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drafts[f.Conversation] = f
	delete(d.held, f.Conversation)
	if code, ok := d.filed[f.Conversation]; ok {
		return code, nil
	}
	code := []ripoti.Code{"4829172", "7300016", "5500003", "6110005"}[len(d.filed)%4]
	d.filed[f.Conversation] = code
	return code, nil
}

func (d *desk) Add(_ context.Context, f Filing) error {
	if err := d.ask("add"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.filed[f.Conversation]; !ok {
		return errors.New("nothing was filed to add to")
	}
	d.drafts[f.Conversation] = f
	return nil
}

func (d *desk) Hold(_ context.Context, f Filing) error {
	if err := d.ask("hold"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.filed[f.Conversation]; !ok && !d.dropped[f.Conversation] {
		d.held[f.Conversation] = f
	}
	return nil
}

func (d *desk) Drop(_ context.Context, conversation string) error {
	if err := d.ask("drop"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dropped[conversation] = true
	delete(d.held, conversation)
	return nil
}

func (d *desk) reports() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.filed)
}

func (d *desk) heldNow() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.held)
}

func (d *desk) times(what string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, asked := range d.asked {
		if asked == what {
			n++
		}
	}
	return n
}

// only is the one report there must be.
func (d *desk) only(t testing.TB) Filing {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.filed) != 1 {
		t.Fatalf("%d reports, want one", len(d.filed))
	}
	for conversation := range d.filed {
		return d.drafts[conversation]
	}
	panic("unreachable")
}

// store_ is a dialogue store with a temper that counts its commands.
type store_ struct {
	dialog.Store
	mu          sync.Mutex
	loads       int
	saves       int
	loadTemper  func(value []byte) ([]byte, error)
	saveTemper  func() error
	keys, saved [][]byte
}

func (s *store_) Load(ctx context.Context, key string) ([]byte, error) {
	s.mu.Lock()
	s.loads++
	temper := s.loadTemper
	s.keys = append(s.keys, []byte(key))
	s.mu.Unlock()
	value, err := s.Store.Load(ctx, key)
	if temper != nil {
		return temper(value)
	}
	return value, err
}

func (s *store_) Save(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	s.mu.Lock()
	s.saves++
	temper := s.saveTemper
	s.saved = append(s.saved, value)
	s.mu.Unlock()
	if temper != nil {
		if err := temper(); err != nil {
			return err
		}
	}
	return s.Store.Save(ctx, key, value, ttl)
}

func (s *store_) setTemper(load func([]byte) ([]byte, error), save func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loadTemper, s.saveTemper = load, save
}

// wipe forgets everything, as Redis may at any moment.
func (s *store_) wipe() { s.Store = dialog.NewMemory(0) }

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// locked is a log that several goroutines write.
type locked struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

func (l *locked) Len() int { return len(l.String()) }

func has(t testing.TB, screen string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(screen, part) {
			t.Errorf("%q is not in %q", part, screen)
		}
	}
}
