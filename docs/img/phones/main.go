// Command phones takes the picture of the README: the three phones of a running `ripoti dev` in the
// middle of a story. The report stays in that dev's data.
//
//	go run ./cmd/ripoti dev -data "$(mktemp -d)" &
//	go run ./docs/img/phones
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func main() {
	at := flag.String("url", "http://127.0.0.1:8080/", "the page of a running ripoti dev")
	out := flag.String("out", "docs/img/phones.png", "the picture to write")
	flag.Parse()
	if err := take(*at, *out); err != nil {
		fmt.Fprintln(os.Stderr, "phones:", err)
		os.Exit(1)
	}
}

// story is what the reporter types, and what stands on the screen after it.
var story = []struct{ types, sees string }{
	{"1", "How can we help?"}, {"2", "Danger now?"}, {"2", "What is it?"}, {"2", "What is happening to the child?"}, {"1", "Where is it?"},
	{"Kibra", "Is it Kibera, Nairobi?"}, {"1", "Who is at risk?"}, {"3", "Who is doing it?"}, {"1", "When?"}, {"6", "Where is that person now?"},
	{"1", "add a landmark"}, {"1", "Last step"}, {"1", "Received"},
}

// The picture's size in points.
const width, height = 1180, 720

func take(url, out string) error {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		return fmt.Errorf("no browser: %w", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.WindowSize(width, height),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	still := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, still); err != nil {
		return err
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height), chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS("#worker .display"))); err != nil {
		return err
	}
	if err := tell(ctx); err != nil {
		return err
	}
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	return os.WriteFile(out, picture, 0o644)
}

// tell plays the story until the officer is about to accept.
func tell(ctx context.Context) error {
	if err := types(ctx, "reporter", ""); err != nil { // the green key dials
		return err
	}
	if _, err := until(ctx, "reporter", "Welcome"); err != nil {
		return err
	}
	for _, step := range story {
		if err := types(ctx, "reporter", step.types); err != nil {
			return err
		}
		if _, err := until(ctx, "reporter", step.sees); err != nil {
			return err
		}
	}
	if _, err := until(ctx, "worker", "New"); err != nil {
		return err
	}
	alert, err := until(ctx, "officer", "RIPOTI")
	if err != nil {
		return err
	}
	answer := regexp.MustCompile(`1 [0-9]{7,9}`).FindString(alert)
	return chromedp.Do(ctx, chromedp.SendKeys(chromedp.CSS("#officer .entry"), answer), chromedp.Sleep(2*time.Second)) // typed, not yet sent
}

func types(ctx context.Context, phone, text string) error {
	return chromedp.Do(ctx, chromedp.SendKeys(chromedp.CSS("#"+phone+" .entry"), text+kb.Enter))
}

// until waits for a phone's screen to show something, and gives the screen.
func until(ctx context.Context, phone, want string) (screen string, err error) {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		screen, err = chromedp.Run(ctx, chromedp.Text(chromedp.CSS("#"+phone+" .display")))
		if err != nil || strings.Contains(screen, want) {
			return screen, err
		}
	}
	return screen, fmt.Errorf("the %s's phone shows %q, not %q", phone, screen, want)
}
