package console_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// reportsInAll is the number of reports that the sheet of figures tells in all.
var reportsInAll = regexp.MustCompile(`(?s)<tfoot><tr><th scope="row">all</th><td data-of="Reports">([^<]*)</td>`)

func toldInAll(t *testing.T, page string) string {
	t.Helper()
	found := reportsInAll.FindStringSubmatch(page)
	if found == nil {
		t.Fatal("no figure on the page")
	}
	return found[1]
}

func TestFiguresCountBehindTheWallForNobodyThere(t *testing.T) {
	h := open(t)
	for i := range 6 {
		code := h.File(fmt.Sprint("c", i), ripoti.StageComplete, stage.Report(nil))
		h.Clock.Move(7 * time.Minute)
		h.Text("station-near.desk", "1 "+string(code))
	}
	h.File("walled", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.Detail = ripoti.WhatPolice, ripoti.PoliceBeat }))
	coordinator := h.as(ripoti.User{Login: "sample.amina", Name: "Sample", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	colleague := h.as(ripoti.User{Login: "sample.colleague", Name: "Sample", Role: ripoti.UserCoordinator, OfficeID: "station-near"})
	auditor := h.as(ripoti.User{Login: "sample.auditor", Name: "Sample", Role: ripoti.UserAuditor})
	admin := h.as(ripoti.User{Login: "sample.admin", Name: "Sample", Role: ripoti.UserAdmin})
	coast := h.as(ripoti.User{Login: "sample.coast", Name: "Sample", Role: ripoti.UserCoordinator, OfficeID: "coordination-047", Counties: []string{"001"}})

	_, page := coordinator.get("/console/figures")
	if got := toldInAll(t, page); got != "7" || !strings.Contains(page, "7 min / 7 min") || !strings.Contains(page, `<svg class="chart"`) {
		t.Errorf("a coordinator reads %s", got)
	}
	_, behind := colleague.get("/console/figures?by=county")
	_, file := colleague.get("/console/figures/main.csv?by=office")
	if got := toldInAll(t, behind); got != "6" || !strings.Contains(file, "Sample station-near,6") {
		t.Errorf("a colleague of the accused reads %s and %s", got, file)
	}
	_, offices := coordinator.get("/console/figures?by=office")
	_, hidden := coordinator.get("/console/figures?by=office&public=1")
	if !strings.Contains(offices, ">1</td>") || strings.Contains(hidden, ">1</td>") || !strings.Contains(hidden, "hidden") {
		t.Error("the case team reads small counts, and may hide them")
	}
	for _, path := range []string{"/console/figures?by=urgency", "/console/figures?by=office", "/console/figures?by=county&county=047"} {
		if status, page := auditor.get(path); status != http.StatusOK || strings.Contains(page, ">1</td>") {
			t.Errorf("an auditor reads a small count at %s: %d", path, status)
		}
	}
	for _, table := range []string{"main", "filed", "followed", "flags", "outcomes", "carried"} {
		if status, file := coordinator.get("/console/figures/" + table + ".csv?by=office"); status != http.StatusOK || table != "carried" && strings.Contains(file, ",1,") {
			t.Errorf("a file tells a small count: %d %s", status, file)
		}
	}
	if _, page := coast.get("/console/figures?county=047"); strings.Contains(page, "<tfoot>") {
		t.Error("another county's coordinator reads figures of Nairobi")
	}
	if status, _ := admin.get("/console/figures"); status != http.StatusForbidden {
		t.Errorf("an admin: %d", status)
	}
	for path, say := range map[string]string{"/console/figures?from=2020-01": "one to twelve months", "/console/figures?from=soon": "Write it like"} {
		if status, page := coordinator.get(path); status != http.StatusOK || !strings.Contains(page, say) {
			t.Errorf("%s: %d", path, status)
		}
	}
	if _, file := coordinator.get("/console/cpims.csv"); strings.Count(file, "\n") != 8 || strings.Contains(file, "254711") {
		t.Errorf("a coordinator hands over %s", file)
	}
	if _, file := colleague.get("/console/cpims.csv"); strings.Count(file, "\n") != 7 {
		t.Error("a colleague of the accused hands over what is behind the wall")
	}
	if status, _ := auditor.get("/console/cpims.csv"); status != http.StatusForbidden {
		t.Errorf("an auditor takes cases: %d", status)
	}
	if status, _ := coordinator.get("/console/figures/nothing.csv"); status != http.StatusNotFound {
		t.Errorf("a table that does not exist: %d", status)
	}
	if status, _ := coordinator.get("/console/figures/main.csv?from=soon"); status != http.StatusUnprocessableEntity {
		t.Errorf("a file of no month: %d", status)
	}
}
