package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ripoti/internal/browsertest"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

var (
	tuner  = ripoti.User{Login: "sample.amina", Name: "Sample Amina", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"}
	second = ripoti.User{Login: "sample.baraka", Name: "Sample Baraka", Role: ripoti.UserSupervisor, OfficeID: "coordination-047"}
)

// newDraft begins a draft and gives its address.
func (v *visitor) newDraft(title string) string {
	v.Helper()
	r, err := v.client.PostForm(v.url+"/console/rules/drafts", url.Values{"title": {title}, "from": {"0"}})
	v.must(err)
	path := r.Request.URL.Path
	if status, page := v.read(r); status != http.StatusOK || !strings.Contains(path, "/drafts/") {
		v.Fatalf("%d at %s: %s", status, path, page)
	}
	return path
}

var edition = regexp.MustCompile(`name="edition" value="(\d+)"`)

func editionIn(page string) string {
	if found := edition.FindStringSubmatch(page); found != nil {
		return found[1]
	}
	return ""
}

// rehearsed runs a rehearsal to its end and gives the page.
func (v *visitor) rehearsed(draft string) string {
	v.Helper()
	today := v.Clock.Now().In(routing.Nairobi)
	v.post(draft+"/rehearsal", url.Values{"from": {today.AddDate(0, 0, -30).Format(time.DateOnly)}, "to": {today.Format(time.DateOnly)}})
	for range 500 {
		if _, page := v.get(draft + "/rehearsal"); strings.Contains(page, "What would change") || strings.Contains(page, "Kitakachobadilika") {
			return page
		}
		time.Sleep(5 * time.Millisecond)
	}
	v.Fatal("the rehearsal does not end")
	return ""
}

func has(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

// The same document is a form and YAML: what is changed in one shows in the other, what is wrong names its
// field, and nothing typed is lost.
func TestAFormAndYAMLAreOneDocument(t *testing.T) {
	h := open(t)
	v := h.as(tuner)
	draft := v.newDraft("Nearer desks")
	_, page := v.get(draft + "/form?of=settings")
	has(t, page, `name="settings.able_within_km" value="50"`, "able_within_km: 50", "An able station goes before a nearer one")
	status, page := v.post(draft+"/form?of=settings", url.Values{"edition": {editionIn(page)}, "settings.able_within_km": {"forty"}, "settings.night": {"22:00-05:00"}})
	if status != http.StatusUnprocessableEntity {
		t.Errorf("no number is taken: %d", status)
	}
	has(t, page, `value="forty" inputmode="decimal" aria-invalid="true"`, "is no number; write it in digits", `value="22:00-05:00"`, "What you typed is still here")
	_, page = v.post(draft+"/form?of=settings", url.Values{"edition": {editionIn(page)}, "settings.able_within_km": {"48"}, "settings.night": {"22:00-05:00"}})
	has(t, page, "Saved. Nothing is wrong with it.", `value="48"`)
	_, page = v.get(draft + "/yaml")
	has(t, page, "able_within_km: 48", "night: &#34;22:00-05:00&#34;", "# A station with a gender desk goes before a nearer one")
	status, page = v.post(draft+"/form?of=levels", url.Values{"edition": {editionIn(page)}, "levels[critical].accept_within": {"40m"}})
	if status != http.StatusUnprocessableEntity {
		t.Errorf("a promise that is too late: %d", status)
	}
	has(t, page, "How soon, critical, An officer accepts within", "is later than the 10m0s that is promised", `value="40m"`)
	_, page = v.get(draft + "/form?of=levels")
	excerpt := regexp.MustCompile(`(?s)name="from" value="(\d+)"><input type="hidden" name="to" value="(\d+)".*<textarea class="yaml"[^>]*>\n(.*?)</textarea>`).FindStringSubmatch(page)
	if excerpt == nil || !strings.Contains(excerpt[3], "accept_within: 40m") {
		t.Fatal("no YAML beside the form")
	}
	_, page = v.post(draft+"/form?of=levels", url.Values{"edition": {editionIn(page)}, "from": {excerpt[1]}, "to": {excerpt[2]}, "yaml": {strings.Replace(excerpt[3], "40m", "8m", 1)}})
	has(t, page, "Saved. Nothing is wrong with it.", `name="levels[critical].accept_within" value="8m"`)
	old := editionIn(page)
	v.post(draft+"/form?of=levels", url.Values{"edition": {old}, "levels[critical].accept_within": {"9m"}})
	status, page = v.post(draft+"/form?of=levels", url.Values{"edition": {old}, "levels[critical].accept_within": {"7m"}})
	if status != http.StatusConflict {
		t.Errorf("a change is written over unseen: %d", status)
	}
	has(t, page, "Somebody else has changed it meanwhile", `value="7m"`)
	_, page = v.post(draft+"/form?of=categories[svac]", url.Values{"edition": {editionIn(page)}, "move": {"down categories[svac].tell[0]"}})
	if at := strings.Index(page, `value="children_office" selected`); at < 0 || at > strings.Index(page, `value="station" selected`) {
		t.Error("the line did not move")
	}
	status, page = v.post(draft+"/yaml", url.Values{"edition": {editionIn(page)}, "yaml": {"version: 1\nwall: ["}})
	if status != http.StatusUnprocessableEntity {
		t.Errorf("%d", status)
	}
	has(t, page, "wall: [", "Saved, but something is wrong")
	if _, page = v.get(draft + "/form"); !strings.Contains(page, "wall: [") {
		t.Error("what cannot be a form is shown as one")
	}
}

func TestRulesAreForTheirRoles(t *testing.T) {
	h := open(t)
	draft := h.as(tuner).newDraft("Nearer desks")
	auditor := h.as(ripoti.User{Login: "sample.auditor", Name: "S", Role: ripoti.UserAuditor})
	for path, want := range map[string]int{"/console/rules": 200, draft: 200, draft + "/yaml": 200, draft + "/form": 200, draft + "/rehearsal": 403, "/console/rules/try": 403,
		"/console/rules/compare": 200, "/console/rules/versions/0": 200, "/console/rules/overrides": 200, "/console/rules/versions/9": 404, "/console/rules/versions/x": 404,
		"/console/rules/drafts/nowhere": 404, "/console/rules/compare?a=nowhere": 404, draft + "/form?of=nowhere": 404} {
		if status, _ := auditor.get(path); status != want {
			t.Errorf("an auditor at %s: %d", path, status)
		}
	}
	for _, path := range []string{"/console/rules/drafts", "/console/rules/undo", draft + "/propose", draft + "/approve", draft + "/form?of=settings", draft + "/yaml", draft + "/rehearsal", "/console/rules/overrides"} {
		if status, _ := auditor.post(path, url.Values{"title": {"x"}, "from": {"0"}}); status != http.StatusForbidden {
			t.Errorf("an auditor writes at %s: %d", path, status)
		}
	}
	for _, role := range []ripoti.UserRole{ripoti.UserOfficer, ripoti.UserSocial, ripoti.UserAdmin} {
		u := ripoti.User{Login: "sample." + string(role), Name: "S", Role: role, OfficeID: "station-near"}
		if status, _ := h.as(u).get("/console/rules"); status != http.StatusForbidden {
			t.Errorf("%s: %d", role, status)
		}
	}
}

func TestAnOverrideIsMadeEndedAndKeptToTheCounty(t *testing.T) {
	h := open(t)
	v := h.as(tuner)
	friday := h.Clock.Now().Add(48 * time.Hour).In(routing.Nairobi).Format("2006-01-02T15:04")
	form := url.Values{"kind": {"skip"}, "office": {"Sample station"}, "ends": {friday}, "reason": {"The road is flooded"}}
	status, page := v.post("/console/rules/overrides", form)
	if status != http.StatusUnprocessableEntity {
		t.Errorf("an office of many: %d", status)
	}
	has(t, page, "Several offices may be meant", `<option value="station-near">`, `value="The road is flooded"`)
	form.Set("office", "station-near")
	_, page = v.post("/console/rules/overrides", form)
	has(t, page, "It ends by itself", "Sample station-near is passed over", "until")
	coast := h.as(ripoti.User{Login: "sample.coast", Name: "S", Role: ripoti.UserCoordinator, OfficeID: "coordination-047", Counties: []string{"001"}})
	_, page = coast.get("/console/rules/overrides")
	has(t, page, "Sample station-near is passed over")
	if strings.Contains(page, "/end\"") {
		t.Error("another county's may be ended")
	}
	status, page = coast.post("/console/rules/overrides", form)
	if status != http.StatusForbidden || !strings.Contains(page, "outside your counties") {
		t.Errorf("%d", status)
	}
	_, page = v.get("/console/rules/overrides")
	end := regexp.MustCompile(`action="(/console/rules/overrides/[^"]+/end)"`).FindStringSubmatch(page)
	if end == nil {
		t.Fatal("it cannot be ended")
	}
	_, page = v.post(end[1], nil)
	has(t, page, "Ended.", "There are none.", "ended by Sample Amina")
	form.Set("ends", "tomorrow")
	if status, page = v.post("/console/rules/overrides", form); status != http.StatusUnprocessableEntity || !strings.Contains(page, "That is no time") {
		t.Errorf("%d", status)
	}
}

func TestAReportIsTriedAndNothingIsSaved(t *testing.T) {
	h := open(t)
	v := h.as(tuner)
	draft := v.newDraft("To the command")
	_, page := v.get(draft + "/form?of=categories[other_crime]")
	v.post(draft+"/form?of=categories[other_crime]", url.Values{"edition": {editionIn(page)}, "categories[other_crime].tell[0].who": {"subcounty_command"}, "categories[other_crime].tell[0].roles": {""}})
	_, page = v.get("/console/rules/try?place=Laini+Saba&what=crime&by_whom=stranger&draft=" + strings.TrimPrefix(draft, "/console/rules/drafts/"))
	has(t, page, "By the rules in force", "By this draft", "Sample station-", "Sample command-", "Why it went there", "<svg")

	_, page = v.get("/console/rules/try?place=zzzzz&what=crime")
	has(t, page, "That place is not known")
	if status, _ := v.get("/console/rules/try?place=Kibera&what=%00%ff&danger=maybe&at=never"); status != http.StatusOK {
		t.Errorf("%d", status)
	}
	if _, page := v.get("/console/reports"); !strings.Contains(page, "No reports") {
		t.Error("a report was saved")
	}
}

// What an accused colleague may not see stands in no rehearsal either: not counted, not listed, not drawn.
func TestARehearsalKeepsTheWall(t *testing.T) {
	h := open(t)
	walled := h.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.Detail = ripoti.WhatPolice, ripoti.PoliceBeat }))
	seen := h.File("c2", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.AtRisk = ripoti.WhatCrime, ripoti.AtRiskUnsure }))
	h.Clock.Move(time.Minute)
	far := h.as(tuner)
	colleague := h.as(ripoti.User{Login: "sample.colleague", Name: "S", Role: ripoti.UserCoordinator, OfficeID: "station-near"})
	draft := far.newDraft("Other liaison")
	_, page := far.get(draft + "/yaml")
	text := strings.Replace(string(routing.Default().Document()), `{ who: oversight, as: safety, why: "the oversight liaison, outside the station" }`, `{ who: eacc, as: safety, why: "another liaison" }`, 1)
	text = strings.Replace(text, `{ who: station, as: safety, roles: [duty, ocs, desk], why`, `{ who: subcounty_command, as: safety, why`, 1)
	if status, page := far.post(draft+"/yaml", url.Values{"edition": {editionIn(page)}, "yaml": {text}}); status != http.StatusOK {
		t.Fatalf("%d %s", status, page)
	}
	all, behind := far.rehearsed(draft), colleague.rehearsed(draft)
	has(t, all, "Reports: 2, from", walled.Spaced(), seen.Spaced(), "Sample oversight-ke")
	has(t, behind, "Reports: 1, from", seen.Spaced())
	for _, trace := range []string{walled.Spaced(), string(walled), "oversight-ke", "eacc-ke"} {
		if strings.Contains(behind, trace) {
			t.Errorf("the colleague reads %q", trace)
		}
	}
	if _, hub := colleague.get(draft); !strings.Contains(hub, "Of 1 reports, 1 go elsewhere") {
		t.Error("the overview counts otherwise")
	}
}

// looked keeps pictures of a page and asks axe-core whether it keeps anybody out, light and dark.
func looked(b *browsertest.Tab, name string) {
	b.Helper()
	shots(b, name)
	b.Accessible(name)
	b.Dark(true)
	b.Accessible(name + ", dark")
	b.Shot(name + "-dark")
	b.Dark(false)
}

// put writes a value into a field as a person would, of whatever sort it is.
func put(b *browsertest.Tab, name, value string) {
	b.Helper()
	b.Do(chromedp.WaitVisible(chromedp.CSS("[name='" + name + "']")))
	browsertest.Read(b, chromedp.Evaluate[string](`document.querySelector("[name='`+name+`']").value = "`+value+`"`))
}

// The story of the room: tune a rule, see the error that names the field, rehearse, propose, a second person
// agrees, a new report goes the new way, and at the end the rules go back by themselves.
func TestARuleIsTunedInABrowser(t *testing.T) {
	h := open(t)
	crime := func(a *ripoti.Answers) { a.What, a.AtRisk = ripoti.WhatCrime, ripoti.AtRiskUnsure }
	before := h.File("c1", ripoti.StageComplete, stage.Report(crime))
	h.Clock.Move(15 * 24 * time.Hour)
	mine, hers := h.user(tuner), h.user(second)
	b := browsertest.Open(t, 1366, 768)
	h.signIn(b, tuner.Login, mine)
	b.Do(chromedp.Navigate(h.url + "/console/rules"))
	b.Until("main", "The built-in rules")
	looked(b, "console-rules")
	b.Do(fill("[name=title]", "Other crime goes to the commander\r"))
	b.Until("h1", "Other crime goes to the commander")
	b.Do(chromedp.Click(chromedp.CSS(".tabs a[href$='/form']")))
	b.Until("h1", "Settings")
	b.Do(chromedp.Click(chromedp.CSS(".sections a[href*='other_crime']")))
	b.Until("h1", "other crime")
	put(b, "categories[other_crime].tell[0].who", "subcounty_command")
	put(b, "categories[other_crime].tell[0].roles", "health")
	b.Do(chromedp.Click(chromedp.CSS("form.grow p > button:not([name])")))
	b.Until("main", "nobody of these roles has a verified number")
	looked(b, "console-rules-form")
	put(b, "categories[other_crime].tell[0].roles", "")
	b.Do(chromedp.Click(chromedp.CSS("form.grow p > button:not([name])")))
	b.Until(".flash", "Nothing is wrong with it")
	b.Do(chromedp.Click(chromedp.CSS(".tabs a[href$='/rehearsal']")))
	b.Until("h1", "Rehearse")
	b.Do(chromedp.Click(chromedp.CSS("form.filter button")))
	b.Until("#result", "From whom to whom")
	b.Until("#result", before.Spaced())
	looked(b, "console-rules-rehearsal")
	b.Do(chromedp.Click(chromedp.CSS(".tabs a:first-child")))
	b.Until("main", "Of 1 reports, 1 go elsewhere.")
	ends := h.Clock.Now().Add(2 * time.Hour).In(routing.Nairobi).Format("2006-01-02T15:04")
	put(b, "ends", ends)
	b.Do(fill("[name=reason]", "The commander asked for it"), chromedp.Click(chromedp.CSS("form[action$='/propose'] button")))
	b.Until("h1", "waits for a second person")
	looked(b, "console-rules-draft")
	b.Do(chromedp.Click(chromedp.CSS("form[action='/console/sign-out'] button")))
	b.Until("h1", "Sign in")
	h.signIn(b, second.Login, hers)
	b.Do(chromedp.Navigate(h.url + "/console/rules"))
	b.Until("main", "waits for a second person")
	b.Do(chromedp.Click(chromedp.CSS("tbody th a[href*='/drafts/']")))
	b.Until("main", "sub-county commander")
	b.Do(chromedp.Click(chromedp.CSS("form[action$='/approve'] button")))
	b.Until(".flash", "Approved")
	b.Do(chromedp.Navigate(h.url + "/console/rules"))
	b.Until("main", "go back by themselves")
	looked(b, "console-rules-temporary")
	told := len(h.Got("command-west.commander"))
	h.File("c2", ripoti.StageComplete, stage.Report(crime))
	if len(h.Got("command-west.commander")) != told+1 {
		t.Error("a new report does not go the new way")
	}
	h.Wait(2*time.Hour + time.Minute)
	b.Do(chromedp.Navigate(h.url + "/console/rules"))
	b.Until("main", "Back by itself")
	near := len(h.Got("station-near.duty"))
	h.File("c3", ripoti.StageComplete, stage.Report(crime))
	if len(h.Got("station-near.duty")) != near+1 {
		t.Error("at its end the old way is not back")
	}
	b.Do(chromedp.Navigate(h.url + "/console/rules/overrides"))
	looked(b, "console-rules-overrides")
	b.Do(chromedp.Navigate(h.url + "/console/rules/try?place=Laini+Saba&what=crime&by_whom=stranger"))
	b.Until("main", "Why it went there")
	looked(b, "console-rules-try")
	b.Do(chromedp.Navigate(h.url + "/console/rules/versions/1"))
	looked(b, "console-rules-version")
	b.Do(chromedp.Navigate(h.url + "/console/rules/compare?a=0&b=1"))
	b.Until("main", "who: subcounty_command")
	looked(b, "console-rules-compare")
}
