// Package browsertest lets tests use a page as people do: in a real Chromium, by mouse and keyboard.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// limit bounds one test's whole time in the browser.
const limit = 90 * time.Second

// patience is how long a page may take to show something, on a busy machine.
const patience = 15 * time.Second

// Tab is one window of a browser with cookies of its own.
type Tab struct {
	*testing.T
	Ctx context.Context
}

// Open starts a browser with a window of the given size, in CSS pixels. Without a Chromium on the
// machine the test is skipped; RIPOTI_TEST_BROWSER names another one.
func Open(t *testing.T, width, height int) *Tab {
	t.Helper()
	path := find()
	if path == "" {
		t.Skip("no Chromium on this machine: the page is not tried in a browser")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(width, height),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	tab := &Tab{t, ctx}
	tab.Do() // starts the browser, which would end with a limit set before
	tab.Ctx, cancel = context.WithTimeout(ctx, limit)
	t.Cleanup(cancel)
	tab.Do(chromedp.EmulateViewport(int64(width), int64(height)))
	return tab
}

func find() string {
	for _, name := range []string{os.Getenv("RIPOTI_TEST_BROWSER"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	return ""
}

// Run runs a subtest that goes on in the same window.
func (b *Tab) Run(name string, f func(b *Tab)) bool {
	return b.T.Run(name, func(t *testing.T) { f(&Tab{t, b.Ctx}) })
}

// Do does actions one after the other.
func (b *Tab) Do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.Ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// Read is the value of an action.
func Read[T any](b *Tab, action chromedp.Action[T]) T {
	b.Helper()
	value, err := chromedp.Run(b.Ctx, action)
	if err != nil {
		b.Fatal(err)
	}
	return value
}

// Text is what an element shows.
func (b *Tab) Text(css string) string {
	b.Helper()
	return Read(b, chromedp.Text(chromedp.CSS(css)))
}

// Until waits until an element shows a text.
func (b *Tab) Until(css, want string) {
	b.Helper()
	text := ""
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		text = Read(b, chromedp.Evaluate[string](`(document.querySelector(`+quoted(css)+`)||{innerText:""}).innerText`))
		if strings.Contains(text, want) {
			return
		}
	}
	b.Fatalf("%s shows %q, not %q", css, text, want)
}

func quoted(css string) string { return "'" + strings.ReplaceAll(css, "'", `\'`) + "'" }

// Shot keeps a picture where RIPOTI_SHOTS names a folder.
func (b *Tab) Shot(name string) {
	b.Helper()
	dir := os.Getenv("RIPOTI_SHOTS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), Read(b, chromedp.CaptureScreenshot()), 0o644); err != nil {
		b.Fatal(err)
	}
}
