package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ripoti/internal/browsertest"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// Pages can be used with a keyboard, a screen reader and weak eyes: axe-core finds nothing on them, light
// and dark, on a desk and on a phone.
func TestPagesKeepNobodyOut(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	h.File("c2", ripoti.StageComplete, stage.Report(nil)) // a pair that may be one event
	h.Text("station-near.desk", "1 "+string(code))
	h.must(h.Desk.RaiseFlag(t.Context(), code, contactIn(h, "coordination-047.coordinator"), ripoti.FlagUnsafe, "the fence is broken"))
	h.Work()
	secret, admins := h.user(supervisor), h.user(admin)
	b := browsertest.Open(t, 1366, 768)
	b.Do(chromedp.Navigate(h.url + "/console/sign-in"))
	b.Accessible("sign-in")
	h.comesIn(b, supervisor.Login, secret)
	for _, path := range []string{"/console/", "/console/network", "/console/reports?waits=flag", "/console/reports/" + string(code), "/console/same", "/console/drills",
		"/console/drills/new?office=station-near&scenario=danger_now&minutes=30", "/console/audit", "/console/coverage?county=047", "/console/coverage?county=047&move=station-far&to=Karen", "/console/coverage/wards/ward-1366", "/console/directory/offices/station-near/shifts", "/console/directory/map?county=047&office=station-near", "/console/figures", "/console/account"} {
		b.Do(chromedp.Navigate(h.url + path))
		b.Accessible(path)
		b.Dark(true)
		b.Do(chromedp.EmulateViewport(390, 844))
		b.Accessible(path + ", dark, on a phone")
		if browsertest.Read(b, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > document.documentElement.clientWidth`)) {
			b.Errorf("%s is wider than a phone", path)
		}
		b.WholeShot("phone-dark-" + nameOf(path))
		b.Dark(false)
		b.Do(chromedp.EmulateViewport(1366, 768))
		b.WholeShot("desk-" + nameOf(path))
	}
	h.comesIn(b, admin.Login, admins)
	b.Do(chromedp.Navigate(h.url + "/console/users"))
	b.Accessible("/console/users")
}

func nameOf(path string) string {
	path, _, _ = strings.Cut(strings.TrimPrefix(path, "/console/"), "?")
	if path == "" {
		return "today"
	}
	if name, _, below := strings.Cut(path, "/"); below {
		return name + "-one"
	}
	return path
}

// tabTo moves with the Tab key alone until an element that css finds has the focus.
func tabTo(b *browsertest.Tab, css string) {
	b.Helper()
	for range 80 {
		b.Do(chromedp.KeyEvent(kb.Tab))
		if browsertest.Read(b, chromedp.Evaluate[bool](`!!document.activeElement && document.activeElement.matches('`+strings.ReplaceAll(css, "'", `\'`)+`')`)) {
			return
		}
	}
	b.Fatalf("the Tab key does not reach %s", css)
}

// Without a mouse: sign in, see what needs a person, open the report, accept it.
func TestAKeyboardIsEnough(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	secret := h.user(officer)
	b := browsertest.Open(t, 1366, 768)
	b.Do(chromedp.Navigate(h.url + "/console/"))
	b.Until("h1", "Sign in")
	keys := func(text string) { b.Do(chromedp.KeyEvent(text)) }
	if !browsertest.Read(b, chromedp.Evaluate[bool](`document.activeElement.matches("[name=login]")`)) {
		tabTo(b, "[name=login]")
	}
	keys(officer.Login)
	tabTo(b, "[name=password]")
	keys(password + "\r")
	b.Until("h1", "Code")
	if !browsertest.Read(b, chromedp.Evaluate[bool](`document.activeElement.matches("[name=code]")`)) {
		tabTo(b, "[name=code]")
	}
	h.Clock.Move(time.Minute)
	keys(h.code(secret) + "\r")
	b.Until("h1", "What needs a person now")
	b.Do(chromedp.KeyEvent(kb.Tab))
	if !browsertest.Read(b, chromedp.Evaluate[bool](`document.activeElement.matches(".skip")`)) {
		t.Error("the first key does not offer to skip the menu")
	}
	tabTo(b, `.today a[href="/console/reports?status=routed"]`)
	keys("\r")
	b.Until("tbody", code.Spaced())
	tabTo(b, "tbody th a")
	keys("\r")
	b.Until(".acts", "Accept")
	tabTo(b, `details:has(form[action$="/accept"]) summary`)
	keys("\r")
	tabTo(b, `form[action$="/accept"] button`)
	keys("\r")
	b.Until(".flash", "You have accepted the case.")
	if r := h.Report(code); r.Status != ripoti.StatusAccepted {
		t.Errorf("the report is %s", r.Status)
	}
}
