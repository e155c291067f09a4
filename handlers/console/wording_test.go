package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ripoti/flows"
	"ripoti/internal/browsertest"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/wording"
	"ripoti/locales"
)

// newWording is where sentences are changed, as a process opens it.
func newWording(t *testing.T, s *stage.Stage) *wording.Room {
	t.Helper()
	lines, err := locales.Helplines("")
	if err != nil {
		t.Fatal(err)
	}
	words, err := locales.Load(locales.Fixed("*483#", "*484#", lines))
	if err != nil {
		t.Fatal(err)
	}
	return &wording.Room{Store: s.Store, Words: words, Lines: lines, Now: s.Clock.Now}
}

const newStopped = "OK. You will hear no more from us."

func TestSentencesAreForTheirRoles(t *testing.T) {
	h := open(t)
	for role, want := range map[ripoti.UserRole][2]int{
		ripoti.UserCoordinator: {200, 200}, ripoti.UserSupervisor: {200, 200}, ripoti.UserAuditor: {200, 403},
		ripoti.UserOfficer: {403, 403}, ripoti.UserSocial: {403, 403}, ripoti.UserAdmin: {403, 403},
	} {
		v := h.as(ripoti.User{Login: "sample." + string(role), Name: "Sample", Role: role, OfficeID: "coordination-047"})
		for _, path := range []string{"/console/words", "/console/words?group=alert", "/console/words?q=hospital", "/console/words/of/text.stopped", "/console/words/drafts"} {
			if status, page := v.get(path); status != want[0] || len(page) > 140_000 {
				t.Errorf("%s at %s: %d, %d bytes", role, path, status, len(page))
			}
		}
		reads := want[0]
		if role == ripoti.UserAdmin { // who keeps the service running sees which numbers wait
			reads = http.StatusOK
		}
		if status, _ := v.get("/console/helplines"); status != reads {
			t.Errorf("%s at the help numbers: %d", role, status)
		}
		for path, form := range map[string]url.Values{
			"/console/words/of/text.stopped":      {"text_en": {newStopped}, "text_sw": {h.wording.Words.Written(ripoti.Swahili, "text.stopped")}},
			"/console/words/of/text.stopped/look": {"lang": {"en"}, "text_en": {newStopped}},
			"/console/helplines/children/called":  {"reached": {"yes"}},
		} {
			if status, _ := v.post(path, form); status != want[1] {
				t.Errorf("%s writes at %s: %d", role, path, status)
			}
		}
	}
	v := h.as(ripoti.User{Login: "sample.amina", Name: "Sample", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	for _, path := range []string{"/console/words/of/nothing", "/console/words/drafts/nothing"} {
		if status, _ := v.get(path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestWhatIsWrongWithASentenceIsToldAndWhatWasTypedStays(t *testing.T) {
	h := open(t)
	v := h.as(ripoti.User{Login: "sample.amina", Name: "Sample", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	sw := h.wording.Words.Written(ripoti.Swahili, "text.how")
	for typed, want := range map[string]string{
		"":                      "cannot be empty",
		"How are things?":       "Keep the words in braces",
		"{code: how are things": "each { needs its }",
		h.wording.Words.Written(ripoti.English, "text.how") + strings.Repeat(" Please answer.", 8): "Too long by",
	} {
		status, page := v.post("/console/words/of/text.how", url.Values{"text_en": {typed}, "text_sw": {sw}})
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, want) || !strings.Contains(page, typed+"</textarea>") {
			t.Errorf("%q: %d", typed, status)
		}
	}
	for number, want := range map[string]string{"12": "3 to 12 digits", "080012345678": "too long for the sentence"} {
		if status, page := v.post("/console/helplines/children/number", url.Values{"number": {number}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, want) || !strings.Contains(page, `value="`+number) {
			t.Errorf("%s: %d", number, status)
		}
	}
}

// A coordinator writes a sentence, is told that it is too long, shortens and proposes it; a supervisor puts
// it in force, and the next caller reads it.
func TestBrowserWords(t *testing.T) {
	h := open(t)
	author := h.user(ripoti.User{Login: "sample.amina", Name: "Sample Amina", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	second := h.user(ripoti.User{Login: "sample.baya", Name: "Sample Baya", Role: ripoti.UserSupervisor, OfficeID: "coordination-047"})
	book := flows.New(h.wording.Words, nil)
	const asked = "What do you need today?\n1 Danger now\n2 Tell us about a problem\n3 Follow up\n4 Free help numbers\n5 How to stay safe\n0 Exit"

	b := browsertest.Open(t, 1366, 768)
	h.signIn(b, "sample.amina", author)
	b.Do(chromedp.Navigate(h.url + "/console/words"))
	b.Until("main", "How can we help?")
	shots(b, "console-words")
	b.Do(chromedp.Navigate(h.url + "/console/words/of/report.menu"))
	b.Until("main", "letters, with the longest words")
	text := chromedp.CSS("[name=text_en]")
	b.Do(chromedp.SetValue(text, strings.Replace(asked, "today", strings.Repeat("today or on another day ", 3), 1)), chromedp.SendKeys(text, " "))
	b.Until("#look-en", "too long")
	b.Do(chromedp.Click(chromedp.CSS("form button:not(.quiet)")))
	b.Until("main", "Too long by")
	shots(b, "console-sentence")
	b.Do(chromedp.SetValue(text, asked), chromedp.Click(chromedp.CSS("main form button")))
	b.Until("main", "Kept in your draft")
	b.Do(chromedp.Navigate(h.url+"/console/words"), chromedp.Click(chromedp.CSS("main a[href*='/drafts/']")))
	b.Until("main", "Before")
	b.Do(fill("[name=note]", "shorter to read"), chromedp.Click(chromedp.CSS("form[action$=propose] button")))
	b.Until("main", "A second person now decides")
	at := browsertest.Read(b, chromedp.Evaluate[string]("location.pathname"))
	b.Do(chromedp.Click(chromedp.CSS("header form button")))
	b.Until("h1", "Sign in")

	h.signIn(b, "sample.baya", second)
	b.Do(chromedp.Navigate(h.url + at))
	b.Until("main", "What do you need")
	shots(b, "console-word-draft")
	b.Do(chromedp.Click(chromedp.CSS("[name=read]")), chromedp.Click(chromedp.CSS("form[action$=approve] button")))
	b.Until("main", "All phones say it within seconds")
	_, err := h.wording.Refresh(t.Context())
	h.must(err)
	if turn := book.Next(book.Start().State, "1"); turn.Screen != asked {
		t.Errorf("a caller reads %q", turn.Screen)
	}
	b.Do(chromedp.Navigate(h.url + "/console/helplines"))
	b.Until("main", "Help numbers")
	shots(b, "console-helplines")
	b.Do(chromedp.Click(chromedp.CSS("form[action*=children] button[value=yes]")))
	b.Until("main", "Thank you for calling")
}
