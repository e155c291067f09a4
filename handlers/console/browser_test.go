package console_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"ripoti/internal/browsertest"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

func fill(css, text string) chromedp.Action[chromedp.Void] {
	return chromedp.SendKeys(chromedp.CSS(css), text)
}

// Somebody who never used it sets up an account, signs in again with the code, and reads a report.
func TestAFirstDayInABrowser(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.More = "behind the blue kiosk" }))
	first, err := h.accounts.Add(t.Context(), ripoti.User{Login: "sample.amina", Name: "Sample Amina", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	h.must(err)
	b := browsertest.Open(t, 1366, 768)
	b.Do(chromedp.Navigate(h.url + "/console/"))
	b.Until("h1", "Sign in")
	b.Shot("console-sign-in")
	b.Do(fill("[name=login]", "sample.amina"), fill("[name=password]", first+"\r"))
	b.Until("h1", "Set up your account")
	b.Shot("console-first")
	secret := ungrouped(b.Text("code"))
	b.Do(fill("[name=password]", password), fill("[name=again]", password), fill("[name=code]", h.code(secret)+"\r"))
	b.Until("h1", "recovery codes")
	b.Do(chromedp.Click(chromedp.CSS("a.button")))
	b.Until(".today", "not accepted in all")
	b.Shot("console-today")
	b.Do(chromedp.Click(chromedp.CSS("nav a[href='/console/reports']")))
	b.Until("tbody", code.Spaced())
	b.Shot("console-reports")
	b.Do(chromedp.Click(chromedp.CSS("tbody th a")))
	b.Until("main", "Why it went there")
	b.Do(chromedp.Click(chromedp.CSS("form.row button")))
	b.Until(".story", "behind the blue kiosk")
	b.Shot("console-report")
	b.Do(chromedp.Navigate(h.url + "/console/coverage?at=Lodwar"))
	b.Until("main", "Worst served first")
	b.Shot("console-coverage")
	b.Do(chromedp.EmulateViewport(360, 640), chromedp.Navigate(h.url+"/console/reports"))
	b.Until("tbody", code.Spaced())
	b.Shot("console-reports-phone")
	if wide := browsertest.Read(b, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > document.documentElement.clientWidth`)); wide {
		t.Error("the page is wider than a phone")
	}
}

func ungrouped(text string) (out string) {
	for _, r := range text {
		if r != ' ' {
			out += string(r)
		}
	}
	return out
}
