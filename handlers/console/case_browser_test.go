package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ripoti/internal/browsertest"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// People of the village who sign in, each the same person as a contact.
var (
	officer     = ripoti.User{Login: "sample.afisa", Name: "Sample Afisa", Role: ripoti.UserOfficer, OfficeID: "station-near", ContactID: "station-near.desk"}
	social      = ripoti.User{Login: "sample.mhudumu", Name: "Sample Mhudumu", Role: ripoti.UserSocial, OfficeID: "social-047", ContactID: "social-047.social"}
	coordinator = ripoti.User{Login: "sample.mratibu", Name: "Sample Mratibu", Role: ripoti.UserCoordinator, OfficeID: "coordination-047", ContactID: "coordination-047.coordinator", Counties: []string{"047"}}
	supervisor  = ripoti.User{Login: "sample.msimamizi", Name: "Sample Msimamizi", Role: ripoti.UserSupervisor, OfficeID: "coordination-ke", ContactID: "coordination-ke.coordinator"}
	auditor     = ripoti.User{Login: "sample.mkaguzi", Name: "Sample Mkaguzi", Role: ripoti.UserAuditor}
	admin       = ripoti.User{Login: "sample.admin", Name: "Sample Admin", Role: ripoti.UserAdmin}
)

// comesIn lets somebody sign in, in the window, after whoever was there before.
func (h *house) comesIn(b *browsertest.Tab, login, secret string) {
	h.Helper()
	b.Do(chromedp.Navigate(h.url + "/console/sign-in"))
	if browsertest.Read(b, chromedp.Evaluate[bool](`!!document.querySelector("header form")`)) {
		b.Do(chromedp.Click(chromedp.CSS("header form button")))
		b.Until("h1", "Sign in")
	}
	b.Do(fill("[name=login]", login), fill("[name=password]", password+"\r"))
	b.Until("h1", "Code")
	b.Do(fill("[name=code]", h.code(secret)+"\r"))
	b.Until("h1", "What needs a person now")
}

// open folds an act out, so that its form can be filled in.
func unfold(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(`details:has(form[action$="/` + name + `"]) summary`))
}

func press(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(`form[action$="/` + name + `"] button`))
}

func choose(form, field, value string) chromedp.Action[chromedp.Void] {
	return chromedp.SetValue(chromedp.CSS(`form[action$="/`+form+`"] [name=`+field+`]`), value)
}

// An officer accepts a case, tells what came of it and proposes to close it; another person agrees.
func TestACaseIsAcceptedAndClosedInABrowser(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.More = "behind the blue kiosk" }))
	officers, supervisors := h.user(officer), h.user(supervisor)
	b := browsertest.Open(t, 1366, 768)
	h.comesIn(b, officer.Login, officers)
	b.Do(chromedp.Click(chromedp.CSS(`.today a[href="/console/reports?status=routed"]`)))
	b.Until("tbody", code.Spaced())
	b.Do(chromedp.Click(chromedp.CSS("tbody th a")))
	b.Until(".acts", "Accept")
	b.Do(unfold("accept"), press("accept"))
	b.Until(".flash", "You have accepted the case.")
	h.Work()
	b.Do(unfold("propose"), choose("propose", "outcome", "convicted"), press("propose"))
	b.Until(".acts .problem", "No charge was told yet.")
	b.Do(unfold("tell"), choose("tell", "move", "charged"), choose("tell", "day", "2027-03-12"), press("tell"))
	b.Until(".flash", "It is noted")
	b.Until(".facts", "accepted")
	b.Do(unfold("propose"), choose("propose", "outcome", "convicted"), press("propose"))
	b.Until("main", "Proposed. Others are asked to agree")
	b.Shot("report")
	h.Work()
	h.comesIn(b, supervisor.Login, supervisors)
	b.Do(chromedp.Click(chromedp.CSS(`.today a[href="/console/reports?waits=closing"]`)))
	b.Until("tbody", code.Spaced())
	b.Do(chromedp.Click(chromedp.CSS("tbody th a")))
	b.Until(".acts", "Agree to the closing")
	b.Do(unfold("agree"), press("agree"))
	b.Until(".flash", "Your agreement is noted.")
	if r := h.Report(code); r.Status != ripoti.StatusClosed {
		t.Errorf("the case is %s", r.Status)
	}
	b.Until(".history", "closed the case")
	b.Shot("report-closed")
	b.Do(chromedp.EmulateViewport(390, 844), chromedp.Reload())
	b.Until(".history", "closed the case")
	b.Shot("report-phone")
	if wide := browsertest.Read(b, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > document.documentElement.clientWidth`)); wide {
		t.Error("the page is wider than a phone")
	}
}

// What may be done is offered to who may do it, and a refusal is a sentence beside what was typed.
func TestAReportOffersWhatItsRulesAllow(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	path := "/console/reports/" + string(code)
	offered := func(v *visitor) string {
		_, page := v.get(path)
		var names []string
		for _, a := range strings.Split(page, `<form method="post" action="`+path+`/`)[1:] {
			name, _, _ := strings.Cut(a, `"`)
			names = append(names, name)
		}
		return strings.Join(names, " ")
	}
	o, s, c, sup := h.as(officer), h.as(social), h.as(coordinator), h.as(supervisor)
	for _, want := range []struct {
		who     *visitor
		name    string
		offered string
	}{
		{o, "officer", "accept raise decline story"},
		{s, "social worker", "accept refer raise decline story"},
		{c, "coordinator", "refer raise link unlink reassign propose story"},
		{sup, "supervisor", "refer raise link unlink reassign propose story"},
	} {
		if got := offered(want.who); got != want.offered {
			t.Errorf("%s is offered %q, not %q", want.name, got, want.offered)
		}
	}
	s.post(path+"/accept", nil)
	h.Work()
	if got := offered(s); got != "check tell refer raise link unlink propose reporter story" && got != "tell refer raise link unlink propose story" {
		t.Errorf("who cares for it is offered %q", got)
	}
	if _, page := s.get(path); !strings.Contains(page, "Call 17:00 to 20:00 only.") || !strings.Contains(page, "calls in the evening only") {
		t.Error("the safe times are not shown to who cares for the case")
	}
	status, page := c.post(path+"/propose", url.Values{"outcome": {"unfounded"}, "reason": {""}})
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, "Give the reason in words.") || !strings.Contains(page, `<option value="unfounded" selected>`) {
		t.Errorf("refused without a sentence, or what was chosen is lost: %d", status)
	}
	if _, page = c.post(path+"/raise", url.Values{"flag": {"unsafe"}, "note": {"the fence is broken"}}); !strings.Contains(page, "the fence is broken") {
		t.Error("the flag does not show")
	}
	if status, page = c.post(path+"/propose", url.Values{"outcome": {"unfounded"}, "reason": {"nobody lives there"}}); status != http.StatusConflict || !strings.Contains(page, "nobody lives there</textarea>") {
		t.Errorf("a flag stands, and what was typed is lost: %d", status)
	}
	if status, _ = o.post(path+"/settle", url.Values{"flag": {"unsafe"}, "how": {"x"}}); status != http.StatusForbidden {
		t.Errorf("an officer settles a flag: %d", status)
	}
	if _, page = c.post(path+"/settle", url.Values{"flag": {"unsafe"}, "how": {"visited"}}); strings.Contains(page, "the fence is broken") {
		t.Error("the flag still stands")
	}
	if history := h.History(code); strings.Count(history, "acted") != 3 {
		t.Errorf("who did it on the console is not in the history: %s", history)
	}
}
