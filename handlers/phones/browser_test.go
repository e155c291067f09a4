package phones_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/go-playground/validator/v10"

	"ripoti/flows"
	"ripoti/handlers"
	"ripoti/handlers/phones"
	"ripoti/handlers/webhook"
	"ripoti/internal/browsertest"
	"ripoti/internal/dialog"
	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
	"ripoti/internal/sms"
	"ripoti/locales"
)

// town is a small house behind the phones: the real hooks and the real conversation, a desk that
// alerts at once and an inbox that says thanks.
type town struct {
	mu       sync.Mutex
	messages []phones.Message
	hungUp   int
	filed    map[string]ripoti.Code
	inbound  []sms.Inbound
}

func (t *town) send(to, body string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.messages = append(t.messages, phones.Message{ID: fmt.Sprint(len(t.messages)), To: to, Body: body, Kind: "alert", At: time.Now(), Status: "delivered"})
}

func (t *town) list(context.Context) ([]phones.Message, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]phones.Message(nil), t.messages...), nil
}

func (t *town) File(_ context.Context, f webhook.Filing) (ripoti.Code, error) {
	t.mu.Lock()
	t.filed[f.Conversation] = "4829172"
	t.mu.Unlock()
	t.send("+254711000001", "RIPOTI HIGH 4829172. Domestic violence, adult. Kibera, Nairobi. Accept in 1 hr: reply 1 4829172. Cannot take it: 2 4829172")
	t.send("+254711000011", "New 4829172 HIGH: domestic violence, Kibera. Contact: SMS. Accept: reply 1 4829172")
	return "4829172", nil
}
func (t *town) Add(context.Context, webhook.Filing) error  { return nil }
func (t *town) Hold(context.Context, webhook.Filing) error { return nil }
func (t *town) Follow(context.Context, webhook.Following) (flows.Standing, bool, error) {
	return flows.StandsTaken, true, nil
}
func (t *town) Drop(context.Context, string) error { return nil }

func (t *town) Receive(_ context.Context, m sms.Inbound) error {
	t.mu.Lock()
	t.inbound = append(t.inbound, m)
	t.mu.Unlock()
	t.send(m.From, "4829172 accepted. Thank you. Nobody else is sent unless you text 2 4829172.")
	return nil
}
func (t *town) Receipt(context.Context, sms.Receipt) error { return nil }

type places struct{}

func (places) Find(string, string) flows.Matches {
	return flows.Matches{Decision: "take", Places: []ripoti.Place{{ID: "town-1", Kind: ripoti.KindTown, Name: "Kibera", County: "Nairobi", CountyID: "047", Precision: ripoti.PrecisionExact, Point: ripoti.Point{Lat: -1.3, Lon: 36.8}}}}
}

func serve(t *testing.T) (*town, string) {
	t.Helper()
	keys, err := seal.New()
	check(t, err)
	lines, err := locales.Helplines("")
	check(t, err)
	cat, err := locales.Load(locales.Fixed("*483#", "", lines))
	check(t, err)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	back := &town{filed: map[string]ripoti.Code{}}
	at := &webhook.AfricasTalking{
		Name: "africastalking", Style: webhook.Cumulative, Door: webhook.NewDoor([]string{"dev"}, nil, nil), Address: webhook.RemoteAddr,
		Dialogues: webhook.NewDialogues(webhook.Parts{Book: flows.New(cat, places{}), Desk: back, Store: dialog.NewMemory(0), Seal: keys.Narratives,
			Hash: keys.Hash, Now: time.Now, Log: log, Help: webhook.Help(cat)}),
		Inbox: back, Receipts: back, Check: validator.New(validator.WithRequiredStructEnabled()), Log: log,
	}
	shown, err := phones.New(phones.Phones{Messages: back.list, Secret: "dev", Code: "*483#", Shortcode: "21094"})
	check(t, err)
	all := handlers.New(handlers.Parts{AfricasTalking: at, Phones: shown, Log: log})
	shown.Hooks = all
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/ussd-event") {
			back.mu.Lock()
			back.hungUp++
			back.mu.Unlock()
		}
		all.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return back, server.URL
}

// shows waits for a phone's screen to show something.
func shows(b *browsertest.Tab, phone, want string) {
	b.Helper()
	b.Until("#"+phone+" .display", want)
}

func rings(b *browsertest.Tab, phone string) bool {
	b.Helper()
	return browsertest.Read(b, chromedp.Evaluate[bool](`document.getElementById('`+phone+`').classList.contains('ringing')`))
}

func key(phone, key string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(fmt.Sprintf(`#%s .key[data-key="%s"]`, phone, key)))
}

func press(phone, do string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(fmt.Sprintf(`#%s .key[data-do="%s"]`, phone, do)))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestBrowser(t *testing.T) {
	back, url := serve(t)
	b := browsertest.Open(t, 1366, 768)
	b.Do(chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS("#worker .display")))
	b.Run("a report by mouse and keyboard rings the officer's phone, and the thanks come back", func(b *browsertest.Tab) {
		b.Shot("idle")
		b.Do(press("reporter", "green"))
		shows(b, "reporter", "Welcome")
		for _, step := range []struct{ answer, shows string }{{"1", "How can we help?"}, {"2", "Danger now?"}, {"2", "What is it?"}} {
			b.Do(key("reporter", step.answer), press("reporter", "green"))
			shows(b, "reporter", step.shows)
		}
		b.Shot("menu")
		b.Do(chromedp.SendKeys(chromedp.CSS("#reporter .entry"), "4"+kb.Enter))
		shows(b, "reporter", "Type the nearest")
		b.Do(chromedp.SendKeys(chromedp.CSS("#reporter .entry"), "kib*ra"+kb.Enter))
		shows(b, "reporter", "Kibera, Nairobi?")
		for _, step := range []struct{ answer, shows string }{{"1", "Who is at risk?"}, {"4", "Who is doing it?"}, {"1", "When?"}, {"1", "that person now?"}, {"1", "add a landmark"}, {"1", "trained worker"}, {"4", "482 9172"}} {
			b.Do(chromedp.SendKeys(chromedp.CSS("#reporter .entry"), step.answer+kb.Enter))
			shows(b, "reporter", step.shows)
		}
		shows(b, "officer", "RIPOTI HIGH 4829172")
		shows(b, "worker", "New 4829172")
		if !rings(b, "officer") {
			b.Error("it does not ring")
		}
		b.Shot("alert")
		b.Do(chromedp.SendKeys(chromedp.CSS("#officer .entry"), "1 4829172"+kb.Enter))
		shows(b, "officer", "accepted. Thank you")
		if len(back.inbound) != 1 || back.inbound[0].From != "+254711000001" || back.inbound[0].Body != "1 4829172" {
			b.Errorf("came in %+v", back.inbound)
		}
		b.Shot("thanks")
	})
	b.Run("the left key shows the messages and the right one leads back", func(b *browsertest.Tab) {
		b.Do(press("officer", "red"), press("officer", "left"))
		shows(b, "officer", "RIPOTI HIGH")
		b.Shot("inbox")
		b.Do(chromedp.Click(chromedp.CSS("#officer .item:last-child")))
		shows(b, "officer", "Accept in 1 hr")
		b.Do(press("officer", "right"), press("officer", "right"))
		shows(b, "officer", "+254711000001")
	})
	b.Run("the red key hangs up and tells the gateway", func(b *browsertest.Tab) {
		b.Do(press("worker", "green"))
		shows(b, "worker", "Welcome")
		b.Do(press("worker", "red"))
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			back.mu.Lock()
			n := back.hungUp
			back.mu.Unlock()
			if n == 1 {
				break
			}
			if time.Now().After(deadline) {
				b.Fatal("no notice")
			}
		}
	})
	b.Run("a new number gets its own messages and old ones do not ring", func(b *browsertest.Tab) {
		b.Do(chromedp.Clear(chromedp.CSS("#worker .number")),
			chromedp.SendKeys(chromedp.CSS("#worker .number"), "0711000001"+kb.Enter), chromedp.Sleep(900*time.Millisecond))
		ringing := rings(b, "worker")
		b.Do(press("worker", "left"))
		shows(b, "worker", "RIPOTI HIGH")
		if ringing {
			b.Error("old messages ring")
		}
	})
	b.Run("keys alone can do it all", func(b *browsertest.Tab) {
		b.Do(chromedp.Focus(chromedp.CSS("#reporter .display")), chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("*483#"), chromedp.KeyEvent(kb.Enter))
		shows(b, "reporter", "Welcome")
		b.Do(chromedp.KeyEvent("2"), chromedp.KeyEvent(kb.Enter))
		shows(b, "reporter", "Tukusaidie")
		b.Do(chromedp.KeyEvent(kb.Escape))
	})
	b.Run("every control has a name, for those who hear the page", func(b *browsertest.Tab) {
		nameless := browsertest.Read(b, chromedp.Evaluate[[]string](`[...document.querySelectorAll('button, input')].filter(e => !(e.getAttribute('aria-label') || e.innerText || (e.labels && e.labels[0] && e.labels[0].textContent))).map(e => e.outerHTML)`))
		if len(nameless) > 0 {
			b.Errorf("%q", nameless)
		}
	})
	b.Run("in the dark the words can still be read", func(b *browsertest.Tab) {
		_, err := chromedp.Call(b.Ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		check(b.T, err)
		if c := browsertest.Read(b, chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`)); c != "rgb(20, 24, 26)" {
			b.Errorf("the page is %s", c)
		}
		b.Shot("dark")
		_, err = chromedp.Call(b.Ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
		check(b.T, err)
	})
	for _, size := range [][2]int{{1366, 768}, {1024, 768}, {360, 740}} {
		b.Run(fmt.Sprintf("at %d by %d nothing lies outside", size[0], size[1]), func(b *browsertest.Tab) {
			b.Do(chromedp.EmulateViewport(int64(size[0]), int64(size[1])))
			wide := browsertest.Read(b, chromedp.Evaluate[int](`document.documentElement.scrollWidth`))
			tall := browsertest.Read(b, chromedp.Evaluate[int](`document.documentElement.scrollHeight`))
			b.Shot(fmt.Sprintf("at-%d", size[0]))
			if wide > size[0] {
				b.Errorf("%d wide", wide)
			}
			if size[0] == 1366 && tall > size[1] {
				b.Errorf("%d tall", tall)
			}
		})
	}
}
