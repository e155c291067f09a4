package browsertest

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axe is axe-core 4.14.1 by Deque Systems (npm axe-core, MPL 2.0, its licence beside it): it looks for what
// keeps people with a keyboard, a screen reader or weak eyes from using a page.
//
//go:embed testdata/axe.min.js
var axe string

// rules are what axe looks for: WCAG 2.1 A and AA, contrast and labels among them, and its best practices.
const rules = `{runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}`

// finding is a rule that a page breaks, and where.
type finding struct {
	Rule, Help string
	Where      []string
}

// Accessible fails the test for everything that axe finds on the page as it is.
func (b *Tab) Accessible(name string) {
	b.Helper()
	Read(b, chromedp.Evaluate[bool](axe+"; true"))
	found := Read(b, chromedp.Evaluate[[]finding](`axe.run(document, `+rules+`).then(r => r.violations.map(v => ({Rule: v.id, Help: v.help,
		Where: v.nodes.slice(0, 4).map(n => n.html.slice(0, 160))})))`, chromedp.EvalAwaitPromise))
	for _, f := range found {
		b.Errorf("%s: %s (%s)", name, f.Help, f.Rule)
		for _, where := range f.Where {
			b.Logf("    %s", where)
		}
	}
}

// Dark lets the page believe that the system asks for dark colours, or not.
func (b *Tab) Dark(dark bool) {
	b.Helper()
	scheme := map[bool]string{true: "dark", false: "light"}[dark]
	b.Do(func(ctx context.Context, t *chromedp.Target) (none chromedp.Void, err error) {
		_, err = cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return none, err
	})
}

// WholeShot keeps a picture of the whole page, however long, where RIPOTI_SHOTS names a folder.
func (b *Tab) WholeShot(name string) {
	b.Helper()
	dir := os.Getenv("RIPOTI_SHOTS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), Read(b, chromedp.FullScreenshot(100)), 0o644); err != nil {
		b.Fatal(fmt.Errorf("picture: %w", err))
	}
}
