package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"ripoti/handlers/console"
	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// directoryForms are the forms of the directory as somebody of another county would send them to change
// something of Nairobi. A form without a line here fails the test.
var directoryForms = map[string][]url.Values{
	"POST /console/directory/offices": {{"name": {"Sample Uhuru"}, "kind": {"station"}, "county": {"047"}, "hours": {"24h"}},
		{"name": {"Sample Uhuru"}, "kind": {"oversight"}, "hours": {"24h"}}}, // of the whole country
	"POST /console/directory/offices/{office}":              {{"name": {"Sample Uhuru"}, "kind": {"station"}, "county": {"001"}, "hours": {"24h"}}},
	"POST /console/directory/offices/{office}/close":        {{}},
	"POST /console/directory/offices/{office}/open":         {{}},
	"POST /console/directory/offices/{office}/shifts":       {{"contact": {"station-near.desk"}, "days": {"daily"}, "from": {"08:00"}, "to": {"18:00"}}},
	"POST /console/directory/offices/{office}/contacts":     {{"role": {"duty"}, "rank": {"2"}, "lang": {"sw"}, "phone": {"+254711000556"}}},
	"POST /console/directory/contacts/{contact}":            {{"role": {"duty"}, "rank": {"2"}, "lang": {"sw"}, "phone": {"+254711000556"}}},
	"POST /console/directory/contacts/{contact}/ask":        {{}},
	"POST /console/directory/contacts/{contact}/prove":      {{"code": {"123456"}}},
	"POST /console/directory/contacts/{contact}/leave":      {{"from": {"2099-01-01"}, "to": {"2099-01-02"}}},
	"POST /console/directory/contacts/{contact}/leave/drop": {{"from": {"2099-01-01"}}},
	"POST /console/directory/contacts/{contact}/resume":     {{}},
	"POST /console/directory/contacts/{contact}/transfer":   {{"to": {"station-next"}, "role": {"duty"}}},
	"POST /console/directory/contacts/{contact}/end":        {{}},
}

// directoryAt fills an address of the directory with what is there.
var directoryAt = strings.NewReplacer("{office}", "station-near", "{contact}", "station-near.desk")

// Who does not keep an office changes nothing of it by any form: not from another county, and not as somebody
// who reads only.
func TestOnlyWhoKeepsAnOfficeChangesIt(t *testing.T) {
	h := open(t)
	others := map[string]*visitor{}
	for _, u := range []ripoti.User{
		{Login: "sample.coast", Name: "S", Role: ripoti.UserCoordinator, OfficeID: "coordination-047", Counties: []string{"001"}},
		{Login: "sample.auditor", Name: "S", Role: ripoti.UserAuditor},
		{Login: "sample.supervisor", Name: "S", Role: ripoti.UserSupervisor, OfficeID: "coordination-047"},
		{Login: "sample.officer", Name: "S", Role: ripoti.UserOfficer, OfficeID: "station-near"},
		{Login: "sample.social", Name: "S", Role: ripoti.UserSocial, OfficeID: "social-047"},
	} {
		others[string(u.Role)] = h.as(u)
	}
	before := h.directory()
	for _, pattern := range console.Patterns() {
		path, isForm := strings.CutPrefix(pattern, "POST /console/directory")
		if !isForm || strings.HasPrefix(path, "/tables") { // those in TestTablesStayWithWhoKeepsThem
			continue
		}
		if len(directoryForms[pattern]) == 0 {
			t.Errorf("%s changes the directory: say in directoryForms how", pattern)
		}
		for _, form := range directoryForms[pattern] {
			for role, v := range others {
				status, page := v.post("/console/directory"+directoryAt.Replace(path), form)
				if status != http.StatusForbidden {
					t.Errorf("%s, %s %v: %d", role, pattern, form, status)
				}
				if role == "coordinator" && !strings.Contains(page, "a county that is not yours") {
					t.Errorf("%s: a coordinator of another county is not told why", pattern)
				}
			}
		}
	}
	if after := h.directory(); !reflect.DeepEqual(before, after) {
		t.Error("something was changed")
	}
}

// keptDirectory is all that the directory holds, with its history.
type keptDirectory struct {
	Offices  []ripoti.Office
	Contacts []ripoti.Contact
	Roster   ripoti.Roster
	History  int
}

func (h *house) directory() (d keptDirectory) {
	h.Helper()
	var err error
	d.Offices, d.Contacts, err = h.Store.Directory(h.Context())
	h.must(err)
	d.Roster, err = h.Store.Roster(h.Context())
	h.must(err)
	lines, err := h.Store.OfficeHistory(h.Context(), "station-near", "", 1000)
	h.must(err)
	d.History = len(lines)
	return d
}

// The list leads to every office by the filters of its address, page by page.
func TestTheDirectoryListsEveryOffice(t *testing.T) {
	h := open(t)
	for _, role := range []ripoti.UserRole{ripoti.UserCoordinator, ripoti.UserSupervisor, ripoti.UserAuditor, ripoti.UserAdmin} {
		v := h.as(ripoti.User{Login: "sample.reads." + string(role), Name: "S", Role: role, OfficeID: "coordination-047", Counties: []string{"001"}})
		_, page := v.get("/console/directory")
		has(t, page, "Offices: 23", "Sample station-near", "Sample oversight-ke", "the whole country", "3 of 3 can be alerted")
		_, page = v.get("/console/directory/offices/station-near")
		has(t, page, "gender desk", "254…", "On duty now")
		if strings.Contains(page, "2547110002") {
			t.Errorf("%s reads a number in full", role)
		}
	}
	v := h.as(ripoti.User{Login: "sample.officer", Name: "S", Role: ripoti.UserOfficer, OfficeID: "station-near"})
	if status, _ := v.get("/console/directory"); status != http.StatusForbidden {
		t.Errorf("an officer: %d", status)
	}

	_, err := h.Desk.ChangeDirectory(t.Context(), casework.DirectoryChange{By: casework.Everywhere("command"), How: "upload", Make: func(rows directory.Rows) (directory.Rows, error) {
		for i := range 60 {
			rows = rows.Put(ripoti.Office{ID: fmt.Sprintf("osm:node/%d", i), Kind: ripoti.Post, Name: fmt.Sprintf("Sample Post %02d", i), County: "001", Active: true})
		}
		return rows, nil
	}})
	h.must(err)
	v = h.as(coordinator)
	seen := map[string]bool{}
	for path := "/console/directory?county=001&kind=post&state=silent&text=POST"; path != ""; {
		_, page := v.get(path)
		for _, found := range officeLink.FindAllStringSubmatch(page, -1) {
			seen[found[1]] = true
		}
		if path = ""; nextPage.MatchString(page) {
			path = html.UnescapeString(nextPage.FindStringSubmatch(page)[1])
		}
	}
	if len(seen) != 60 {
		t.Errorf("%d of 60 offices are on the pages", len(seen))
	}
	for link := range seen {
		if status, _ := v.get(link); status != http.StatusOK {
			t.Fatalf("%s: %d", link, status)
		}
	}
}

var (
	officeLink = regexp.MustCompile(`<a href="(/console/directory/offices/[^"]+)"`)
	nextPage   = regexp.MustCompile(`href="([^"]+)" rel="next"`)
)

var sumInForm = regexp.MustCompile(`name="was" value="([0-9a-f]+)"`)

// typedInto is what a form of the directory shows, to be sent back as it is or altered.
func (v *visitor) typedInto(path string, altered url.Values) url.Values {
	v.Helper()
	status, page := v.get(path)
	found := sumInForm.FindStringSubmatch(page)
	if status != http.StatusOK || found == nil {
		v.Fatalf("%s is no form: %d", path, status)
	}
	form := url.Values{"was": {found[1]}}
	for _, field := range regexp.MustCompile(`<input name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		form.Set(field[1], html.UnescapeString(field[2]))
	}
	for _, field := range regexp.MustCompile(`(?s)<select name="(\w+)"[^>]*>(.*?)</select>`).FindAllStringSubmatch(page, -1) {
		if chosen := regexp.MustCompile(`value="([^"]*)" selected`).FindStringSubmatch(field[2]); chosen != nil {
			form.Set(field[1], chosen[1])
		}
	}
	for _, tick := range regexp.MustCompile(`name="(\w+)" value="(\w+)" checked`).FindAllStringSubmatch(page, -1) {
		form.Add(tick[1], tick[2])
	}
	for name, values := range altered {
		form[name] = values
	}
	return form
}

// An office is changed by a form that names what is wrong at its field, loses nothing that was typed, and
// changes nothing unseen.
func TestAnOfficeIsChangedByAForm(t *testing.T) {
	h := open(t)
	v := h.as(coordinator)
	const at = "/console/directory/offices/station-near"
	status, page := v.post(at, v.typedInto(at+"/edit", url.Values{"lat": {"ninety"}, "parent": {"Sample command-north"}, "serves": {"Laini Saba\nAtlantis"}, "hours": {"always"}}))
	if status != http.StatusUnprocessableEntity {
		t.Errorf("%d", status)
	}
	has(t, page, `value="ninety"`, "must be degrees from -90 to 90", `value="always"`, "must be 24h or hours", "no single place is called so", "Atlantis")
	first := v.typedInto(at+"/edit", url.Values{"name": {"Sample Mbili"}})
	_, page = v.post(at, v.typedInto(at+"/edit", url.Values{"parent": {"Sample command-north"}, "place_id": {"Laini Saba"}, "able": {"gender_desk", "vehicle"}}))
	has(t, page, "The office is saved.", "gender desk, vehicle", "Laini Saba, Nairobi", "Sample command-north", "Sample Mratibu", "by form", "Sample command-west")
	status, page = v.post(at, first)
	if status != http.StatusConflict {
		t.Errorf("what others have written is overwritten unseen: %d", status)
	}
	has(t, page, `value="Sample Mbili"`, "Somebody else has changed it meanwhile", "Now it is: command-north Sample command-north")
	again := sumInForm.FindStringSubmatch(page)
	first.Set("was", again[1])
	if _, page = v.post(at, first); !strings.Contains(page, "The office is saved.") {
		t.Error("who has looked cannot save")
	}
	_, page = v.post("/console/directory/offices", v.typedInto("/console/directory/new?county=047", url.Values{"name": {"Sample Uhuru"}, "place_id": {"Laini Saba"}}))
	has(t, page, "The office is saved.", "Sample Uhuru", "nobody to alert", "station-047-sample-uhuru")
	o, _ := h.Desk.Live.World().Office("station-047-sample-uhuru")
	if o.Point.IsZero() || !o.Active {
		t.Errorf("%+v", o)
	}
	if status, page = v.post("/console/directory/offices", v.typedInto("/console/directory/new", url.Values{"name": {""}})); status != http.StatusUnprocessableEntity {
		t.Errorf("an office without a name or county: %d", status)
	}
	has(t, page, "must be given")
	if _, page = v.get("/console/directory/offices/station-near?before=0"); !strings.Contains(page, "Nothing was changed") {
		t.Error("history does not page")
	}
}

// Closing shows what the office has; what it had goes to others, and its people lose their access.
func TestAnOfficeIsClosedAndOpenedAgain(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	v := h.as(coordinator)
	const at = "/console/directory/offices/station-near"
	_, page := v.get(at + "/close")
	has(t, page, code.Spaced(), "Another office is found within a minute", "gender desk", "officer")
	_, page = v.post(at+"/close", nil)
	has(t, page, "The office is closed.", "Open it again")
	h.Wait(2 * time.Minute)
	if !strings.Contains(h.Kinds("station-next.desk"), "alert") {
		t.Error("nobody else is alerted")
	}
	if status, page := v.post(at+"/close", nil); status != http.StatusConflict || !strings.Contains(page, "closed already") {
		t.Errorf("closed twice: %d", status)
	}
	_, page = v.post(at+"/open", nil)
	has(t, page, "open again", "not in service")
	if _, page = h.as(admin).get(at + "/close"); strings.Contains(page, code.Spaced()) {
		t.Error("an administrator sees cases")
	}
}

// A number is typed, masked for who only reads, verified by its code, tested every month; leave and transfer
// are written down, and all of it is in the history.
func TestAContactIsKept(t *testing.T) {
	h := open(t)
	h.must(h.Store.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Ping(t.Context(), contactIn(h, "station-near.ocs"), h.Clock.Now().Format("2006-01"))
		return err
	}))
	h.Clock.Move(49 * time.Hour)
	v, reads := h.as(coordinator), h.as(auditor)
	_, page := v.post("/console/directory/offices/station-near/contacts", v.typedInto("/console/directory/offices/station-near/contacts/new", url.Values{"name": {"Sample Koplo"}, "phone": {"0711 000 5"}}))
	has(t, page, "is no number that can be called", `value="0711 000 5"`)
	_, page = v.post("/console/directory/offices/station-near/contacts", v.typedInto("/console/directory/offices/station-near/contacts/new", url.Values{"name": {"Sample Koplo"}, "phone": {"0711 000 556"}, "rank": {"2"}}))
	has(t, page, "The contact is saved.", "Sample Koplo", "number to verify", "254…56")
	const at = "/console/directory/contacts/station-near.duty-2"
	if _, page = v.get(at + "/edit"); !strings.Contains(page, "254711000556") {
		t.Error("who may change the number does not see it")
	}
	for _, path := range []string{at, "/console/directory/offices/station-near", "/console/directory?text=koplo"} {
		for _, who := range []*visitor{v, reads} {
			if status, page := who.get(path); status != http.StatusOK || strings.Contains(page, "711000556") {
				t.Errorf("%s: %d, or the number is shown in full", path, status)
			}
		}
	}
	if status, _ := reads.get(at + "/edit"); status != http.StatusForbidden {
		t.Errorf("who only reads opens the form: %d", status)
	}

	_, page = v.post(at+"/ask", nil)
	has(t, page, "The code is on its way.", "A code was sent on", "Sample Mratibu")
	if status, page := v.post(at+"/ask", nil); status != http.StatusConflict || !strings.Contains(page, "Wait two minutes") {
		t.Errorf("asked twice: %d", status)
	}
	h.Work()
	sent := regexp.MustCompile(`\b\d{6}\b`).FindString(h.Got("station-near.duty-2")[0].Text)
	if status, page := v.post(at+"/prove", url.Values{"code": {"12"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "That is not the code") {
		t.Errorf("%d", status)
	}
	_, page = v.post(at+"/prove", url.Values{"code": {sent[:3] + " " + sent[3:]}})
	has(t, page, "The number is verified.", "by a code")

	status, page := v.post(at+"/leave", url.Values{"from": {"2099-03-09"}, "to": {"2099-03-08"}, "stand_in": {"station-near.ocs"}})
	if status != http.StatusUnprocessableEntity {
		t.Errorf("%d", status)
	}
	has(t, page, "is before the first day", `value="2099-03-09"`, `value="station-near.ocs" selected`)
	_, page = v.post(at+"/leave", url.Values{"from": {"2099-03-01"}, "to": {"2099-03-08"}, "stand_in": {"station-near.ocs"}})
	has(t, page, "Away from 2099-03-01 to 2099-03-08", "station-near.ocs stands in")
	_, page = v.get("/console/directory/contacts/station-near.ocs")
	has(t, page, "Stands in for Sample Koplo")
	_, page = v.post(at+"/leave/drop", url.Values{"from": {"2099-03-01"}})
	has(t, page, "The leave is taken back.", "No leave is written down.")

	_, page = v.get("/console/directory/contacts/station-near.ocs")
	has(t, page, "no answer", "last test unanswered")
}

// Before somebody is moved the page says what is handed over and who is asked next: nothing of it from behind
// a wall, and nothing at all to administrators.
func TestATransferIsSeenBeforeItIsMade(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	walled := h.File("c2", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.Detail = ripoti.WhatPolice, ripoti.PoliceBeat }))
	h.Text("station-near.desk", "1 "+string(code))
	h.Text("oversight-ke.liaison", "1 "+string(walled))
	v := h.as(coordinator)
	const at = "/console/directory/contacts/station-near.desk"
	_, page := v.get(at + "/transfer?to=nowhere&role=duty")
	has(t, page, "There is no such office")
	_, page = v.get(at + "/transfer?to=Sample+station&role=duty")
	has(t, page, "Several offices are called so", `<option value="station-far">`)
	_, page = v.get(at + "/transfer?to=station-far&role=duty")
	has(t, page, "answers at Sample station-far as duty officer", "Nobody else answers for gender desk", code.Spaced(), "station-near.duty, duty officer")
	if _, page = h.as(admin).get(at + "/transfer?to=station-far&role=duty"); strings.Contains(page, code.Spaced()) || !strings.Contains(page, "Administrators see no cases") {
		t.Error("an administrator sees cases")
	}
	colleague := h.as(ripoti.User{Login: "sample.colleague", Name: "S", Role: ripoti.UserCoordinator, OfficeID: "station-near"})
	for who, sees := range map[*visitor]bool{h.as(tuner): true, colleague: false} {
		if _, page = who.get("/console/directory/contacts/oversight-ke.liaison/end"); strings.Contains(page, walled.Spaced()) != sees {
			t.Errorf("the walled case, seen: %v", !sees)
		}
	}
	_, page = v.post(at+"/transfer", url.Values{"to": {"station-far"}, "role": {"duty"}})
	has(t, page, "Transferred.", "Sample station-far", "duty officer", "by a transfer")
	if !strings.Contains(h.History(code), "returned") {
		h.Work()
	}
	if !strings.Contains(h.History(code), "returned") {
		t.Error("the case stays with who left")
	}
	if status, page := v.post(at+"/transfer", url.Values{"to": {"station-far"}, "role": {"duty"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "That is the office where the person is") {
		t.Errorf("%d", status)
	}
	_, page = v.post(at+"/end", nil)
	has(t, page, "The service has ended.", "not in service")
	if status, _ := v.post(at+"/end", nil); status != http.StatusConflict {
		t.Errorf("ended twice: %d", status)
	}
	_, page = v.post(at+"/resume", nil)
	has(t, page, "Back in service.", "number to verify")
}
