package phones_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
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
func (t *town) Drop(context.Context, string) error         { return nil }

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

// browse opens the page in a browser of the given size.
func browse(t *testing.T, url string, width, height int) context.Context {
	t.Helper()
	path := browser()
	if path == "" {
		t.Skip("no Chromium on this machine: the page is not tried in a browser")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(width, height),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	run(t, ctx) // starts the browser, which would end with a limit set before
	ctx, cancel = context.WithTimeout(ctx, 60*time.Second)
	t.Cleanup(cancel)
	run(t, ctx, chromedp.EmulateViewport(int64(width), int64(height)), chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS("#worker .display")))
	return ctx
}

func browser() string {
	for _, name := range []string{os.Getenv("RIPOTI_TEST_BROWSER"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	return ""
}

func run(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

func read[T any](t *testing.T, ctx context.Context, action chromedp.Action[T]) T {
	t.Helper()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// until waits for a phone's screen to show something.
func until(t *testing.T, ctx context.Context, phone, want string) {
	t.Helper()
	var text string
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		text = read(t, ctx, chromedp.Text(chromedp.CSS("#"+phone+" .display")))
		if strings.Contains(text, want) {
			return
		}
	}
	t.Fatalf("the %s's phone shows %q, not %q", phone, text, want)
}

func rings(t *testing.T, ctx context.Context, phone string) bool {
	t.Helper()
	return read(t, ctx, chromedp.Evaluate[bool](`document.getElementById('`+phone+`').classList.contains('ringing')`))
}

func key(phone, key string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(fmt.Sprintf(`#%s .key[data-key="%s"]`, phone, key)))
}

func press(phone, do string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(fmt.Sprintf(`#%s .key[data-do="%s"]`, phone, do)))
}

// shot keeps a picture where RIPOTI_SHOTS names a folder.
func shot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("RIPOTI_SHOTS")
	if dir == "" {
		return
	}
	check(t, os.WriteFile(filepath.Join(dir, name+".png"), read(t, ctx, chromedp.CaptureScreenshot()), 0o644))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestBrowser(t *testing.T) {
	back, url := serve(t)
	ctx := browse(t, url, 1366, 768)
	t.Run("a report by mouse and keyboard rings the officer's phone, and the thanks come back", func(t *testing.T) {
		shot(t, ctx, "idle")
		run(t, ctx, press("reporter", "green"))
		until(t, ctx, "reporter", "Welcome")
		for _, step := range []struct{ answer, shows string }{{"1", "How can we help?"}, {"2", "Danger now?"}, {"2", "What is it?"}} {
			run(t, ctx, key("reporter", step.answer), press("reporter", "green"))
			until(t, ctx, "reporter", step.shows)
		}
		shot(t, ctx, "menu")
		run(t, ctx, chromedp.SendKeys(chromedp.CSS("#reporter .entry"), "4"+kb.Enter))
		until(t, ctx, "reporter", "Type the nearest")
		run(t, ctx, chromedp.SendKeys(chromedp.CSS("#reporter .entry"), "kib*ra"+kb.Enter))
		until(t, ctx, "reporter", "Kibera, Nairobi?")
		for _, step := range []struct{ answer, shows string }{{"1", "Who is at risk?"}, {"4", "Who is doing it?"}, {"1", "When?"}, {"1", "that person now?"}, {"1", "add a landmark"}, {"1", "trained worker"}, {"4", "482 9172"}} {
			run(t, ctx, chromedp.SendKeys(chromedp.CSS("#reporter .entry"), step.answer+kb.Enter))
			until(t, ctx, "reporter", step.shows)
		}
		until(t, ctx, "officer", "RIPOTI HIGH 4829172")
		until(t, ctx, "worker", "New 4829172")
		if !rings(t, ctx, "officer") {
			t.Error("it does not ring")
		}
		shot(t, ctx, "alert")
		run(t, ctx, chromedp.SendKeys(chromedp.CSS("#officer .entry"), "1 4829172"+kb.Enter))
		until(t, ctx, "officer", "accepted. Thank you")
		if len(back.inbound) != 1 || back.inbound[0].From != "+254711000001" || back.inbound[0].Body != "1 4829172" {
			t.Errorf("came in %+v", back.inbound)
		}
		shot(t, ctx, "thanks")
	})
	t.Run("the left key shows the messages and the right one leads back", func(t *testing.T) {
		run(t, ctx, press("officer", "red"), press("officer", "left"))
		until(t, ctx, "officer", "RIPOTI HIGH")
		shot(t, ctx, "inbox")
		run(t, ctx, chromedp.Click(chromedp.CSS("#officer .item:last-child")))
		until(t, ctx, "officer", "Accept in 1 hr")
		run(t, ctx, press("officer", "right"), press("officer", "right"))
		until(t, ctx, "officer", "+254711000001")
	})
	t.Run("the red key hangs up and tells the gateway", func(t *testing.T) {
		run(t, ctx, press("worker", "green"))
		until(t, ctx, "worker", "Welcome")
		run(t, ctx, press("worker", "red"))
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			back.mu.Lock()
			n := back.hungUp
			back.mu.Unlock()
			if n == 1 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("no notice")
			}
		}
	})
	t.Run("a new number gets its own messages and old ones do not ring", func(t *testing.T) {
		run(t, ctx, chromedp.Clear(chromedp.CSS("#worker .number")),
			chromedp.SendKeys(chromedp.CSS("#worker .number"), "0711000001"+kb.Enter), chromedp.Sleep(900*time.Millisecond))
		ringing := rings(t, ctx, "worker")
		run(t, ctx, press("worker", "left"))
		until(t, ctx, "worker", "RIPOTI HIGH")
		if ringing {
			t.Error("old messages ring")
		}
	})
	t.Run("keys alone can do it all", func(t *testing.T) {
		run(t, ctx, chromedp.Focus(chromedp.CSS("#reporter .display")), chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("*483#"), chromedp.KeyEvent(kb.Enter))
		until(t, ctx, "reporter", "Welcome")
		run(t, ctx, chromedp.KeyEvent("2"), chromedp.KeyEvent(kb.Enter))
		until(t, ctx, "reporter", "Tukusaidie")
		run(t, ctx, chromedp.KeyEvent(kb.Escape))
	})
	t.Run("every control has a name, for those who hear the page", func(t *testing.T) {
		nameless := read(t, ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll('button, input')].filter(e => !(e.getAttribute('aria-label') || e.innerText || (e.labels && e.labels[0] && e.labels[0].textContent))).map(e => e.outerHTML)`))
		if len(nameless) > 0 {
			t.Errorf("%q", nameless)
		}
	})
	t.Run("in the dark the words can still be read", func(t *testing.T) {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		check(t, err)
		if c := read(t, ctx, chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`)); c != "rgb(20, 24, 26)" {
			t.Errorf("the page is %s", c)
		}
		shot(t, ctx, "dark")
		_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
		check(t, err)
	})
	for _, size := range [][2]int{{1366, 768}, {1024, 768}, {360, 740}} {
		t.Run(fmt.Sprintf("at %d by %d nothing lies outside", size[0], size[1]), func(t *testing.T) {
			run(t, ctx, chromedp.EmulateViewport(int64(size[0]), int64(size[1])))
			wide := read(t, ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`))
			tall := read(t, ctx, chromedp.Evaluate[int](`document.documentElement.scrollHeight`))
			shot(t, ctx, fmt.Sprintf("at-%d", size[0]))
			if wide > size[0] {
				t.Errorf("%d wide", wide)
			}
			if size[0] == 1366 && tall > size[1] {
				t.Errorf("%d tall", tall)
			}
		})
	}
}
