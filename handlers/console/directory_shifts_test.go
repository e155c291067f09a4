package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// The week shows who is on duty by the roster, who is away, who said so by phone, and every part of a day in
// which nobody is; the roster is changed on the same page, and what is wrong is told beside its line.
func TestARosterIsChangedOnItsWeek(t *testing.T) {
	h := open(t)
	v := h.as(coordinator)
	const at = "/console/directory/offices/station-near/shifts"
	_, page := v.get(at)
	has(t, page, "There is no roster", "station-near.desk")
	was := func(page string) string { return sumInForm.FindStringSubmatch(page)[1] }
	lines := func(was string, contact, days, from, to []string) url.Values {
		return url.Values{"was": {was}, "contact": contact, "role": make([]string, len(contact)), "days": days, "from": from, "to": to}
	}
	first := was(page)
	status, page := v.post(at, lines(first, []string{"station-near.duty", "station-near.desk", ""}, []string{"funday", "mon-fri", ""}, []string{"18:00", "08:00", ""}, []string{"6", "17:00", ""}))
	if status != http.StatusUnprocessableEntity {
		t.Errorf("%d", status)
	}
	has(t, page, `value="funday" `, "must be daily or days such as mon-fri", `value="6"`, "must be a time such as 08:00", `value="17:00"`)
	if n := strings.Count(page, "class=\"wrong\""); n != 2 {
		t.Errorf("%d things are wrong", n)
	}
	_, page = v.post(at, lines(first, []string{"station-near.duty", "station-near.desk"}, []string{"daily", "mon-fri"}, []string{"18:00", "08:00"}, []string{"06:00", "17:00"}))
	has(t, page, "The roster is saved.", "<time>18:00–24:00</time>", "<time>00:00–06:00</time>", "<time>06:00–18:00</time> <strong class=\"nobody\">nobody</strong>")
	if n := strings.Count(page, `class="empty"`); n != 7+5*2+2 {
		t.Errorf("%d parts of the week are marked as empty", n)
	}
	if status, page = v.post(at, lines(first, []string{"station-near.desk"}, []string{"daily"}, []string{"08:00"}, []string{"17:00"})); status != http.StatusConflict {
		t.Errorf("what others have written is overwritten unseen: %d", status)
	}
	has(t, page, "Somebody else has changed it meanwhile", `value="daily"`)
	if _, page = v.get("/console/directory/offices/station-near"); !strings.Contains(page, at) {
		t.Error("the office does not lead to its roster")
	}
	has(t, page, "Sample Mratibu", "roster", "by form")

	today := h.Clock.Now().In(routing.Nairobi).Format(time.DateOnly)
	v.post("/console/directory/contacts/station-near.duty/leave", url.Values{"from": {today}, "to": {today}, "stand_in": {"station-near.ocs"}})
	h.Text("station-near.desk", "OFF duty")
	_, page = v.get(at)
	has(t, page, "station-near.ocs stands in", "said by phone: off duty")
	_, page = v.post(at, lines(was(page), []string{"", "station-near.desk"}, []string{"daily", "daily"}, []string{"18:00", "00:00"}, []string{"06:00", "24:00"}))
	if strings.Contains(page, "<time>18:00") {
		t.Error("a line that was taken out is still there")
	}
}

// The weeks beside lead on and end somewhere; any address is answered with a week.
func TestTheWeeksOfARosterEndSomewhere(t *testing.T) {
	h := open(t)
	v := h.as(auditor)
	path, seen := "/console/directory/offices/station-near/shifts", 0
	for ; path != "" && seen < 60; seen++ {
		status, page := v.get(path)
		if status != http.StatusOK || strings.Contains(page, "<form method=\"post\" action=\"/console/directory") {
			t.Fatalf("%s: %d, or who only reads has a form", path, status)
		}
		path = ""
		if next := regexp.MustCompile(`href="([^"]+)" rel="next"`).FindStringSubmatch(page); next != nil {
			path = next[1]
		}
	}
	if seen != 27 {
		t.Errorf("%d weeks", seen)
	}
	for _, from := range []string{"9999-99-99", "0001-01-01", "9999-12-31", "%00", "<script>"} {
		if status, page := v.get("/console/directory/offices/station-near/shifts?from=" + url.QueryEscape(from)); status != http.StatusOK || strings.Contains(page, "<script>") {
			t.Errorf("%q: %d", from, status)
		}
	}
	if status, _ := h.as(ripoti.User{Login: "sample.afisa", Name: "S", Role: ripoti.UserOfficer, OfficeID: "station-near"}).get("/console/directory/offices/station-near/shifts"); status != http.StatusForbidden {
		t.Errorf("an officer reads rosters: %d", status)
	}
}
