package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

var lineOfToday = regexp.MustCompile(`<a href="([^"]+)"><b>(\d+)\+?</b> <span>([^<]+)`)

// Each line of the first page leads to a list with exactly what it counts.
func TestTodayLeadsToWhatItCounts(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	h.File("c2", ripoti.StageComplete, stage.Report(nil))
	h.Text("station-near.desk", "1 "+string(code))
	c := contactIn(h, "coordination-047.coordinator")
	h.must(h.Desk.RaiseFlag(t.Context(), code, c, ripoti.FlagSettlement, "words"))
	_, err := h.Stage.Refer(code, c.ID, "hospital-west", "", true)
	h.must(err)
	h.Text("+254711000077", "kuna mtoto anapigwa sana hapa kibera kila siku, tusaidieni")
	h.Clock.Move(2 * time.Hour)
	v := h.as(coordinator)
	_, page := v.get("/console/")
	some := 0
	for _, m := range lineOfToday.FindAllStringSubmatch(page, -1) {
		path := strings.ReplaceAll(m[1], "&amp;", "&")
		status, list := v.get(path)
		if status != http.StatusOK {
			t.Errorf("%s leads to %d", m[3], status)
		}
		if strings.HasPrefix(path, "/console/reports?") || path == "/console/same" {
			if got := strings.Count(list, `<th scope="row">`); m[2] != "0" && got == 0 || m[2] == "0" && got > 0 {
				t.Errorf("%s: %s counted, %d listed at %s", m[3], m[2], got, path)
			}
			if m[2] != "0" {
				some++
			}
		}
	}
	if some < 6 {
		t.Errorf("only %d lines count anything:\n%s", some, page)
	}
	if _, part := v.getPart("/console/"); strings.Contains(part, "<html") || !strings.Contains(part, `id="lines"`) {
		t.Error("the page cannot update itself")
	}
	r, err := http.NewRequest(http.MethodGet, h.url+"/console/", nil)
	h.must(err)
	r.Header.Set("HX-Request", "true")
	answer, err := http.DefaultClient.Do(r)
	h.must(err)
	answer.Body.Close()
	if to := answer.Header.Get("HX-Redirect"); to != "/console/sign-in" {
		t.Errorf("a page whose session ended leads to %q", to)
	}
}

// getPart asks for what updates itself.
func (v *visitor) getPart(path string) (int, string) {
	v.Helper()
	r, err := http.NewRequest(http.MethodGet, v.url+path, nil)
	v.must(err)
	r.Header.Set("HX-Request", "true")
	answer, err := v.client.Do(r)
	v.must(err)
	return v.read(answer)
}

// The reporter's number opens to who cares for the case, for a reason, at an hour that the reporter agreed to;
// to nobody else, and never longer than a quarter of an hour.
func TestANumberOpensToWhoCaresForTheCase(t *testing.T) {
	h := open(t)
	const number = "254711000099"
	any := h.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.Contact = ripoti.WishAny }))
	evening := h.File("c2", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What = ripoti.WhatHome }))
	s, o, c := h.as(social), h.as(officer), h.as(coordinator)
	for _, code := range []ripoti.Code{any, evening} {
		s.post("/console/reports/"+string(code)+"/accept", nil)
	}
	path := "/console/reports/" + string(any) + "/reporter"
	if _, page := s.get("/console/reports/" + string(any)); strings.Contains(page, number) || !strings.Contains(page, "Ask for an invented first name") {
		t.Error("the number shows before it is opened, or the script does not")
	}
	if status, page := s.post(path, url.Values{"reason": {"curious"}}); status != http.StatusUnprocessableEntity || strings.Contains(page, number) {
		t.Errorf("for no reason: %d", status)
	}
	if status, page := s.post(path, url.Values{"reason": {"first_contact"}}); status != http.StatusOK || !strings.Contains(page, number) || !strings.Contains(page, "load delay:900s") {
		t.Errorf("it does not open for 15 minutes: %d", status)
	}
	if _, page := s.get("/console/reports/" + string(any)); strings.Contains(page, number) || !strings.Contains(page, "opened the reporter&#39;s number") {
		t.Error("the number stays on the page, or its opening is no line")
	}
	for name, v := range map[string]*visitor{"an officer": o, "a coordinator": c} {
		if status, page := v.post(path, url.Values{"reason": {"first_contact"}}); status != http.StatusNotFound || strings.Contains(page, number) {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status, page := s.post("/console/reports/"+string(evening)+"/reporter", url.Values{"reason": {"first_contact"}}); status != http.StatusForbidden || !strings.Contains(page, "in the evening only") {
		t.Errorf("at another hour: %d", status)
	}
}

// A person confirms or corrects what a machine read, and decides what is one event.
func TestAReadingIsConfirmedAndAPairDecided(t *testing.T) {
	h := open(t)
	h.Text("+254711000077", "mtoto anapigwa sana hapa kibera kila siku")
	h.Text("+254711000077", "1")
	c := h.as(coordinator)
	_, list := c.get("/console/reports?waits=reading")
	found := regexp.MustCompile(`/console/reports/(\d{7})`).FindStringSubmatch(list)
	if found == nil {
		t.Fatal("no reading waits for a person")
	}
	code := ripoti.Code(found[1])
	c.post("/console/reports/"+string(code)+"/confirm", url.Values{"category": {"child_marriage"}, "urgency": {"critical"}})
	if r := h.Report(code); r.Category != ripoti.ChildMarriage || r.Urgency != ripoti.Critical {
		t.Errorf("corrected to %s, %s", r.Category, r.Urgency)
	}
	if _, list := c.get("/console/reports?waits=reading"); strings.Contains(list, string(code)) {
		t.Error("it still waits for a person")
	}
	one := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	two := h.File("c2", ripoti.StageComplete, stage.Report(nil))
	c.post("/console/same", url.Values{"number": {string(two)}, "other": {string(one)}, "decision": {"link"}})
	if _, page := c.get("/console/reports/" + string(one)); !strings.Contains(page, "Same event as") || !strings.Contains(page, two.Spaced()) {
		t.Error("the linked report does not show")
	}
}

// What waits for a second person stands on the first page of who may be that person, a click away from where it
// is settled, and on nobody else's.
func TestTodayTellsWhatWaitsForASecondPerson(t *testing.T) {
	h := open(t)
	author, second := h.as(coordinator), h.as(supervisor)
	counts := func(v *visitor) (n [2]string, path [2]string) {
		_, page := v.get("/console/")
		for _, m := range lineOfToday.FindAllStringSubmatch(page, -1) {
			switch m[3] {
			case "rule changes that wait for you as second person":
				n[0], path[0] = m[2], m[1]
			case "sentences that wait for you as second person":
				n[1], path[1] = m[2], m[1]
			}
		}
		return n, path
	}
	if n, _ := counts(second); n != [2]string{"0", "0"} {
		t.Errorf("before anything was written: %v", n)
	}
	draft := author.newDraft("Accept sooner")
	_, page := author.get(draft + "/form?of=levels")
	_, page = author.post(draft+"/form?of=levels", url.Values{"edition": {editionIn(page)}, "levels[medium].accept_within": {"7h"}})
	has(t, page, "Saved. Nothing is wrong with it.")
	author.rehearsed(draft)
	_, page = author.get(draft)
	author.post(draft+"/propose", url.Values{"edition": {editionIn(page)}, "reason": {"sooner"}})
	u, _, err := h.Store.UserByLogin(t.Context(), coordinator.Login)
	h.must(err)
	was := h.wording.Words.BuiltIn(ripoti.English, "report.more")
	problems, err := h.wording.Write(t.Context(), u, ripoti.WordingChange{Lang: ripoti.English, Key: "report.more", Before: was, After: strings.Replace(was, "a landmark", "landmark", 1)})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	words, err := h.wording.Open(t.Context(), u)
	h.must(err)
	h.must(h.wording.Propose(t.Context(), words.ID, u, "shorter"))
	if n, _ := counts(author); n != [2]string{"0", "0"} {
		t.Errorf("the author is asked to agree: %v", n)
	}
	n, path := counts(second)
	if n != [2]string{"1", "1"} {
		t.Fatalf("the second person is not told: %v", n)
	}
	for _, p := range path {
		if _, page := second.get(p); !strings.Contains(page, "/approve") && !strings.Contains(page, `name="edition"`) {
			t.Errorf("%s is not where it is settled", p)
		}
	}
	if n, _ := counts(h.as(admin)); n != [2]string{} {
		t.Errorf("an administrator, who may not agree, is told: %v", n)
	}
}
