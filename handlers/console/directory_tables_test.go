package console_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ripoti/handlers/console"
	"ripoti/internal/browsertest"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// handsIn hands files in by the form, as a browser would.
func (v *visitor) handsIn(whole bool, files ...string) (status int, page string) {
	v.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, file := range files {
		part, err := form.CreateFormFile("file", "jedwali.csv")
		if err == nil {
			_, err = io.WriteString(part, file)
		}
		if err != nil {
			v.Fatal(err)
		}
	}
	if whole {
		form.WriteField("whole", "yes")
	}
	form.Close()
	r, err := v.client.Post(v.url+"/console/directory/tables", form.FormDataContentType(), &b)
	if err != nil {
		v.Fatal(err)
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		v.Fatal(err)
	}
	return r.StatusCode, string(raw)
}

var sumOfTables = regexp.MustCompile(`name="sum" value="([0-9a-f]+)"`)

const tablesAt = "/console/directory/tables"

// A table is taken away, handed in with errors, corrected line by line, looked at and taken; what changed
// meanwhile is shown again before it is taken.
func TestATableIsTakenAsItWasLookedAt(t *testing.T) {
	h := open(t)
	v := h.as(coordinator)
	_, contacts := v.get(tablesAt + "/contacts.csv")
	if !strings.Contains(contacts, "+254711") || !strings.HasPrefix(contacts, "id,office_id,role") {
		t.Fatalf("no table of contacts: %.200s", contacts)
	}
	_, page := v.get("/console/audit?of=network")
	has(t, page, "took a table of the directory away")

	status, page := v.handsIn(false, "id,kind,name,county,hours\nstation-new,station,Sample Mpya,047,sometimes\nstation-near,stable,Sample Karibu,047,24h\n", "id,office_id,role,lang,phone\nnew.desk,station-new,desk,sw,0711 000 5\n")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("%d", status)
	}
	has(t, page, `name="offices.2" value="station-new,station,Sample Mpya,047,sometimes"`, "must be 24h or hours", `name="offices.3"`, "must be a kind of office that there is", `name="contacts.2"`, "is no number that can be called")
	if sumOfTables.MatchString(page) {
		t.Error("what is wrong can be taken")
	}
	status, _ = v.post(tablesAt+"/lines", url.Values{"offices.2": {"station-new,station,Sample Mpya,047,24h\nx,y"}, "offices.3": {""}, "contacts.2": {"new.desk,station-new,desk,sw,+254711000601"}, "offices.99": {"a,b"}, "nothing.2": {"a"}, "offices.two": {"a"}})
	if status != http.StatusUnprocessableEntity { // a line stays one line
		t.Errorf("%d", status)
	}
	_, page = v.post(tablesAt+"/lines", url.Values{"offices.2": {"station-new,station,Sample Mpya,047,24h"}})
	has(t, page, "added", "station-new", "Name: <span class=\"was\">–</span> → <span class=\"is\">Sample Mpya</span>", "new.desk", "254…01")
	if strings.Contains(page, "254711000601") {
		t.Error("a preview shows a whole number")
	}
	if _, there := h.Desk.Live.World().Office("station-new"); there {
		t.Fatal("a look changes the directory")
	}
	v.post("/console/directory/offices", v.typedInto("/console/directory/new?county=047", url.Values{"name": {"new"}, "kind": {"station"}, "place_id": {"Laini Saba"}}))
	renamed := v.typedInto("/console/directory/offices/station-047-new/edit", url.Values{})
	v.handsIn(false, "id,kind,name,county\nstation-047-new,station,Sample Uhuru,047\n")
	_, page = v.get(tablesAt)
	sum := sumOfTables.FindStringSubmatch(page)[1]
	renamed.Set("name", "Sample Jamhuri")
	v.post("/console/directory/offices/station-047-new", renamed)
	status, page = v.post(tablesAt+"/take", url.Values{"sum": {sum}})
	if status != http.StatusConflict {
		t.Errorf("what was not looked at is taken: %d", status)
	}
	has(t, page, "The directory has changed since you looked", "Sample Jamhuri</span> → <span class=\"is\">Sample Uhuru")
	_, page = v.post(tablesAt+"/take", url.Values{"sum": {sumOfTables.FindStringSubmatch(page)[1]}})
	has(t, page, "The changes are taken.")
	o, _ := h.Desk.Live.World().Office("station-047-new")
	if o.Name != "Sample Uhuru" || o.Point.IsZero() {
		t.Errorf("the table changed other columns too: %+v", o)
	}
	if status, page = v.post(tablesAt+"/take", url.Values{"sum": {sum}}); status != http.StatusNotFound || !strings.Contains(page, "taken or forgotten already") {
		t.Errorf("taken twice: %d", status)
	}
	_, page = v.handsIn(false, contacts)
	has(t, page, "Nothing would change")
	_, page = v.post(tablesAt+"/drop", nil)
	has(t, page, "What was handed in is forgotten.")
	if _, page = v.get(tablesAt); strings.Contains(page, "Handed in") {
		t.Error("it is still there")
	}
}

// Any bytes are answered with a sentence, and what was handed in before stays.
func TestAnyFileIsAnsweredWithASentence(t *testing.T) {
	h := open(t)
	v := h.as(coordinator)
	v.handsIn(false, "id,kind,name\nstation-near,station,Sample Karibu\n")
	for say, files := range map[string][]string{
		"That is a spreadsheet file":            {"PK\x03\x04whatever"},
		"is not text in UTF-8":                  {"id,kind,name\nx,station,\xff\xfe\n"},
		"No file was chosen":                    {""},
		"Two of the files are the same table":   {"id,kind,name\n", "id,kind,name\nx,station,y\n"},
		"larger than 4 MB":                      {strings.Repeat("a", 5<<20)},
		"is not text in UTF-8. Save it as CSV ": {"id,kind,name\nx,station,\x00\n"},
	} {
		status, page := v.handsIn(true, files...)
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, say) {
			t.Errorf("%q: %d", say, status)
		}
		if !strings.Contains(page, "Sample Karibu") {
			t.Errorf("%q: what was handed in before is lost", say)
		}
	}
	for _, file := range []string{"\"", "a,b\n\"x", "id,kind,name,nonsense\n", "id\n" + strings.Repeat("x\n", 3000), "id,kind,name\nx,station,\"a\nb\"\n"} {
		if status, page := v.handsIn(false, file); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Nothing can be taken yet") {
			t.Errorf("%.20q: %d", file, status)
		}
	}
	if status, page := v.post(tablesAt, url.Values{"file": {"x"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "main") {
		t.Errorf("a form that is no upload: %d", status)
	}
	if status, _ := v.get(tablesAt + "/pins.csv"); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
}

// A coordinator takes away and changes the tables of his or her own counties; who reads only gets none.
func TestTablesStayWithWhoKeepsThem(t *testing.T) {
	h := open(t)
	coast := h.as(ripoti.User{Login: "sample.coast", Name: "S", Role: ripoti.UserCoordinator, OfficeID: "coordination-047", Counties: []string{"001"}})
	before := h.directory()
	for _, table := range []string{"offices", "contacts", "shifts", "leaves"} {
		status, file := coast.get(tablesAt + "/" + table + ".csv")
		if status != http.StatusOK || strings.Contains(file, "station-near") || strings.Count(file, "\n") > 1 {
			t.Errorf("the coast takes away %s: %d\n%.300s", table, status, file)
		}
	}
	status, page := coast.handsIn(true, "id,kind,name,county\nstation-near,station,Sample Mvita,047\n")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("%d", status)
	}
	has(t, page, "is of a county that is not yours")
	if _, page = coast.post(tablesAt+"/take", url.Values{"sum": {"00"}}); strings.Contains(page, "The changes are taken") {
		t.Error("taken all the same")
	}
	for _, role := range []ripoti.UserRole{ripoti.UserAuditor, ripoti.UserSupervisor, ripoti.UserOfficer, ripoti.UserSocial} {
		v := h.as(ripoti.User{Login: "sample." + string(role), Name: "S", Role: role, OfficeID: "station-near"})
		for _, pattern := range console.Patterns() {
			method, path, _ := strings.Cut(strings.Replace(pattern, "{file}", "contacts.csv", 1), " ")
			if !strings.HasPrefix(path, tablesAt) {
				continue
			}
			status, _ := v.get(path)
			if method == http.MethodPost {
				status, _ = v.post(path, nil)
			}
			if status != http.StatusForbidden {
				t.Errorf("%s, %s: %d", role, pattern, status)
			}
		}
	}
	if after := h.directory(); len(after.Offices) != len(before.Offices) || after.History != before.History {
		t.Error("something was changed")
	}
}

// Who leaves hands cases over: the preview counts those that the person may see, and none behind a wall.
func TestTablesKeepTheWall(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	walled := h.File("c2", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.Detail = ripoti.WhatPolice, ripoti.PoliceBeat }))
	h.Text("station-near.desk", "1 "+string(code))
	h.Text("oversight-ke.liaison", "1 "+string(walled))
	colleague := h.as(ripoti.User{Login: "sample.colleague", Name: "S", Role: ripoti.UserCoordinator, OfficeID: "station-near"})
	const table = "id,office_id,role,lang,phone,active\nstation-near.desk,station-near,desk,en,%s,no\noversight-ke.liaison,oversight-ke,liaison,en,%s,no\n"
	_, contacts := colleague.get(tablesAt + "/contacts.csv")
	phone := func(id string) string {
		return regexp.MustCompile(`(?m)^` + id + `,.*(\+\d+),`).FindStringSubmatch(contacts)[1]
	}
	file := strings.Replace(strings.Replace(table, "%s", phone("station-near.desk"), 1), "%s", phone("oversight-ke.liaison"), 1)
	for who, want := range map[*visitor][2]string{h.as(tuner): {"1", "1"}, colleague: {"1", "0"}, h.as(admin): {"0", "0"}} {
		_, page := who.handsIn(false, file)
		has(t, page, "station-near.desk: cases: "+want[0], "oversight-ke.liaison: cases: "+want[1])
	}
}

// A coordinator hands a table in, corrects the line that is wrong, looks at every change, and takes them.
func TestATableIsHandedInInABrowser(t *testing.T) {
	h := open(t)
	file := filepath.Join(t.TempDir(), "offices.csv")
	h.must(os.WriteFile(file, []byte("id,kind,name,county,hours\nstation-near,station,Sample Karibu,047,24h\nstation-new,station,Sample Mpya,047,always\n"), 0o600))
	secret := h.user(tuner)
	b := browsertest.Open(t, 1366, 768)
	h.signIn(b, tuner.Login, secret)
	b.Do(chromedp.Navigate(h.url + "/console/directory"))
	b.Do(click("a[href$='/tables']"))
	b.Until("h1", "Whole tables")
	looked(b, "console-tables")
	b.Do(chromedp.SetUploadFiles(chromedp.CSS("[name=file]"), []string{file}))
	b.Do(click("form[enctype] button"))
	b.Until(".wrong", "must be 24h or hours")
	looked(b, "console-tables-wrong")
	put(b, "offices.3", "station-new,station,Sample Mpya,047,24h")
	b.Do(click("form[action$='/lines'] button"))
	b.Until(".changes", "Sample Karibu")
	looked(b, "console-tables-preview")
	b.Do(click("form[action$='/take'] button"))
	b.Until(".flash", "The changes are taken.")
	if o, there := h.Desk.Live.World().Office("station-new"); !there || o.Name != "Sample Mpya" {
		t.Errorf("%+v", o)
	}
}
