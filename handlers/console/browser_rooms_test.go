package console_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ripoti/internal/browsertest"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// signIn lets somebody whose account is ready sign in, in a browser.
func (h *house) signIn(b *browsertest.Tab, login, secret string) {
	h.Helper()
	h.Clock.Move(time.Minute)
	b.Do(chromedp.Navigate(h.url + "/console/"))
	b.Until("h1", "Sign in")
	b.Do(fill("[name=login]", login), fill("[name=password]", password+"\r"))
	b.Until("h1", "Code")
	b.Do(fill("[name=code]", h.code(secret)+"\r"))
	b.Until("header", "Sign out")
}

// shots keeps a page as it looks on a desk and on a phone, light and dark.
func shots(b *browsertest.Tab, name string) {
	b.Shot(name)
	b.Do(chromedp.EmulateViewport(390, 844))
	if browsertest.Read(b, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > document.documentElement.clientWidth`)) {
		b.Errorf("%s is wider than a phone", name)
	}
	b.Shot(name + "-phone")
	b.Do(chromedp.EmulateViewport(1366, 768))
}

func TestBrowserFigures(t *testing.T) {
	h := open(t)
	secret := h.user(ripoti.User{Login: "sample.amina", Name: "Sample Amina", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	for i := range 9 {
		code := h.File(fmt.Sprint("c", i), ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) {
			if i%3 == 0 {
				a.What, a.AtRisk = ripoti.WhatHome, ripoti.AtRiskOtherAdult
			}
		}))
		h.Clock.Move(time.Duration(3+i) * time.Minute)
		h.Text("station-near.desk", "1 "+string(code))
	}
	b := browsertest.Open(t, 1366, 768)
	h.signIn(b, "sample.amina", secret)
	b.Do(chromedp.Navigate(h.url + "/console/figures"))
	b.Until("main", "How long until an office accepts")
	shots(b, "console-figures")
}
