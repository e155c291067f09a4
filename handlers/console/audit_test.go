package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// An auditor reads who saw and did what, and nothing of what a case is about; and it holds or is told where
// it breaks.
func TestTheAuditTellsWhoDidWhatAndNothingOfTheCase(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.More = "behind the blue kiosk" }))
	walled := h.File("c2", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.Detail = ripoti.WhatPolice, ripoti.PoliceBeat }))
	c, a := h.as(coordinator), h.as(auditor)
	c.get("/console/reports/" + string(code))
	c.get("/console/reports/" + string(walled))
	c.post("/console/reports/"+string(code)+"/story", url.Values{"reason": {"review"}})
	c.post("/console/reports/"+string(code)+"/raise", url.Values{"flag": {"unsafe"}, "note": {"the fence is broken"}})

	_, page := a.get("/console/audit")
	for _, want := range []string{"Sample Mratibu", "opened what was told: Review", "raised a red flag", code.Spaced(), walled.Spaced()} {
		if !strings.Contains(page, want) {
			t.Errorf("the auditor does not read %q", want)
		}
	}
	for _, never := range []string{"blue kiosk", "fence", "sexual violence", "less safe", "critical"} {
		if strings.Contains(page, never) {
			t.Errorf("the auditor reads %q", never)
		}
	}
	if status, _ := a.get("/console/reports/" + string(code)); status != http.StatusForbidden {
		t.Errorf("the auditor opens a report: %d", status)
	}
	if _, page := a.get("/console/audit?who=sample.mratibu&kind=story_opened&number=" + string(code)); strings.Count(page, "<th scope=\"row\">") != 1 {
		t.Error("filters do not lead to the one line")
	}
	if status, page := a.get("/console/audit?who=nobody.here"); status != http.StatusOK || !strings.Contains(page, "There is no such login") {
		t.Errorf("somebody who is not there: %d", status)
	}
	status, file := a.get("/console/audit.csv?who=sample.mratibu")
	if status != http.StatusOK || !strings.HasPrefix(file, "at,actor,who,what") || strings.Count(file, "\n") < 5 || strings.Contains(file, "fence") {
		t.Errorf("the file: %d\n%s", status, file)
	}
	if _, page := a.get("/console/audit?of=network"); !strings.Contains(page, "exported the audit") {
		t.Error("that it was exported is no line")
	}
	if _, page := h.as(ripoti.User{Login: "sample.two", Name: "S", Role: ripoti.UserSupervisor, OfficeID: "station-near"}).get("/console/audit"); strings.Contains(page, walled.Spaced()) || !strings.Contains(page, code.Spaced()) {
		t.Error("the audit shows what is behind the wall, or nothing at all")
	}
}

func TestABrokenChainIsShownWhereItBreaks(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	a := h.as(auditor)
	verified := func(want string) (page string) {
		a.post("/console/audit/verify", nil)
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
			if _, page = a.get("/console/audit"); strings.Contains(page, want) {
				return page
			}
		}
		t.Fatalf("no %q on the page", want)
		return page
	}
	verified("lines hold.")
	h.Tamper("update events set actor = 'system:else' where seq = 2")
	page := verified("do NOT hold")
	if !strings.Contains(page, code.Spaced()) || !strings.Contains(page, "the line was changed") {
		t.Error("it does not say where")
	}
}
