package console_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/pquerna/otp/totp"

	"ripoti/flows"
	"ripoti/handlers/console"
	"ripoti/internal/account"
	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/rulebook"
	"ripoti/internal/tasks"
	"ripoti/internal/wording"
)

var cheap = &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// house is a village with a console.
type house struct {
	*stage.Stage
	accounts *account.Book
	wording  *wording.Room
	url      string
}

func open(t *testing.T) *house { return openWith(t, nil) }

func openWith(t *testing.T, change func([]ripoti.Office, []ripoti.Contact)) *house {
	t.Helper()
	return openParts(t, change, console.Parts{})
}

// openQueues opens a console that looks into queues.
func openQueues(t *testing.T, queues *tasks.Watch) *house {
	t.Helper()
	return openParts(t, nil, console.Parts{Queues: queues})
}

// openParts opens a console of a village, with what the parts have beside it.
func openParts(t *testing.T, change func([]ripoti.Office, []ripoti.Contact), parts console.Parts) *house {
	t.Helper()
	s := stage.New(t, change)
	h := &house{Stage: s}
	var err error
	if h.accounts, err = account.New(s.Store, s.Clock.Now, cheap); err != nil {
		t.Fatal(err)
	}
	h.wording = newWording(t, s)
	parts.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	parts.Rules = rulebook.New(s.Desk, parts.Log)
	t.Cleanup(parts.Rules.Close)
	s.Also = parts.Rules.Tasks()
	parts.Accounts, parts.Store, parts.Desk, parts.Now, parts.Wording = h.accounts, s.Store, s.Desk, s.Clock.Now, h.wording
	parts.Address = func(*http.Request) string { return "198.51.100.7" }
	pages, err := console.New(parts)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(pages)
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

const password = "mvua kubwa ya masika"

// user makes an account that is ready and gives its second step.
func (h *house) user(u ripoti.User) (secret string) {
	h.Helper()
	first, err := h.accounts.Add(h.Context(), u)
	h.must(err)
	known, err := h.accounts.Password(h.Context(), u.Login, first, "198.51.100.7")
	h.must(err)
	secret = account.Secret()
	_, err = h.accounts.Enrol(h.Context(), known, password, secret, h.code(secret))
	h.must(err)
	h.Clock.Move(time.Minute)
	return secret
}

func (h *house) code(secret string) string {
	h.Helper()
	code, err := totp.GenerateCode(secret, h.Clock.Now())
	h.must(err)
	return code
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// visitor is a browser without a screen.
type visitor struct {
	*house
	client *http.Client
}

func (h *house) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	h.must(err)
	return &visitor{h, &http.Client{Jar: jar}}
}

// as is somebody who has signed in.
func (h *house) as(u ripoti.User) *visitor {
	h.Helper()
	secret := h.user(u)
	v := h.visitor()
	v.post("/console/sign-in", url.Values{"login": {u.Login}, "password": {password}})
	status, page := v.post("/console/sign-in/code", url.Values{"code": {h.code(secret)}})
	if status != http.StatusOK || !strings.Contains(page, "/console/sign-out") {
		h.Fatalf("not signed in: %d %s", status, page)
	}
	return v
}

func (v *visitor) get(path string) (int, string) {
	v.Helper()
	r, err := v.client.Get(v.url + path)
	v.must(err)
	return v.read(r)
}

func (v *visitor) post(path string, form url.Values) (int, string) {
	v.Helper()
	r, err := v.client.PostForm(v.url+path, form)
	v.must(err)
	return v.read(r)
}

func (v *visitor) read(r *http.Response) (int, string) {
	v.Helper()
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	v.must(err)
	return r.StatusCode, string(body)
}

func TestNobodyUnknownReadsAPage(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	for _, path := range []string{"/console/", "/console/reports", "/console/reports/" + string(code), "/console/account", "/console/users", "/console/nowhere"} {
		status, page := h.visitor().get(path)
		if strings.Contains(page, code.Spaced()) || !strings.Contains(page, "password") && status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, status, page)
		}
	}
	status, _ := h.visitor().post("/console/reports/"+string(code)+"/story", url.Values{"reason": {"handling"}})
	if strings.Contains(h.History(code), "story_opened") {
		t.Errorf("a stranger opened a story: %d", status)
	}
}

func TestSigningInTakesBothSteps(t *testing.T) {
	h := open(t)
	secret := h.user(ripoti.User{Login: "sample.amina", Name: "Sample Amina", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	v := h.visitor()
	v.post("/console/sign-in", url.Values{"login": {"sample.amina"}, "password": {password}, "to": {"/console/reports?urgency=high"}})
	if _, page := v.get("/console/reports"); !strings.Contains(page, "password") {
		t.Error("the password alone lets in")
	}
	v.post("/console/sign-in", url.Values{"login": {"sample.amina"}, "password": {password}})
	status, page := v.post("/console/sign-in/code", url.Values{"code": {"000000"}})
	if status != http.StatusUnprocessableEntity || strings.Contains(page, "sign-out") {
		t.Errorf("a wrong code: %d", status)
	}
	status, page = v.post("/console/sign-in/code", url.Values{"code": {h.code(secret)}, "to": {"/console/reports?urgency=high"}})
	if status != http.StatusOK || !strings.Contains(page, `<option value="high" selected>`) {
		t.Errorf("it does not lead back: %d", status)
	}
	v.post("/console/sign-out", nil)
	if _, page := v.get("/console/"); !strings.Contains(page, "password") {
		t.Error("signed out, and still in")
	}
}

func TestSigningInNeverLeadsElsewhere(t *testing.T) {
	h := open(t)
	secret := h.user(ripoti.User{Login: "sample.amina", Name: "Sample Amina", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	for _, to := range []string{"https://example.org/console/", "//example.org/console/", "/console/../dev/", "javascript:alert(1)", "/console/sign-out"} {
		h.Clock.Move(time.Minute)
		v := h.visitor()
		v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		v.post("/console/sign-in", url.Values{"login": {"sample.amina"}, "password": {password}})
		r, err := v.client.PostForm(v.url+"/console/sign-in/code", url.Values{"code": {h.code(secret)}, "to": {to}})
		h.must(err)
		r.Body.Close()
		if at := r.Header.Get("Location"); at != "/console/" {
			t.Errorf("%s leads to %q", to, at)
		}
	}
}

func TestAChangeOfRoleEndsTheSession(t *testing.T) {
	h := open(t)
	v := h.as(ripoti.User{Login: "sample.amina", Name: "Sample Amina", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	u, _, err := h.Store.UserByLogin(t.Context(), "sample.amina")
	h.must(err)
	u.Role = ripoti.UserAuditor
	h.must(h.Store.SaveUser(t.Context(), u))
	if _, page := v.get("/console/reports"); !strings.Contains(page, "password") {
		t.Error("the old session goes on")
	}
}

func TestPagesAreForTheirRoles(t *testing.T) {
	h := open(t)
	h.File("c1", ripoti.StageComplete, stage.Report(nil))
	for _, c := range []struct {
		role    ripoti.UserRole
		office  string
		reports int
		users   int
	}{
		{ripoti.UserCoordinator, "coordination-047", 200, 403},
		{ripoti.UserSupervisor, "coordination-047", 200, 403},
		{ripoti.UserSocial, "social-047", 200, 403},
		{ripoti.UserOfficer, "station-near", 200, 403},
		{ripoti.UserAuditor, "", 403, 403},
		{ripoti.UserAdmin, "", 403, 200},
	} {
		t.Run(string(c.role), func(t *testing.T) {
			v := h.as(ripoti.User{Login: "sample." + string(c.role), Name: "Sample", Role: c.role, OfficeID: c.office})
			if status, _ := v.get("/console/reports"); status != c.reports {
				t.Errorf("reports: %d", status)
			}
			if status, _ := v.get("/console/users"); status != c.users {
				t.Errorf("accounts: %d", status)
			}
		})
	}
}

// The wall (domain brief 4.4): who is posted where the accused are cannot see, find, count or open.
func TestTheWallHoldsOnEveryPage(t *testing.T) {
	h := open(t)
	walled := h.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.Detail = ripoti.WhatPolice, ripoti.PoliceBeat }))
	open := h.File("c2", ripoti.StageComplete, stage.Report(nil))
	colleague := h.as(ripoti.User{Login: "sample.colleague", Name: "Sample", Role: ripoti.UserCoordinator, OfficeID: "station-near"})
	own := h.as(ripoti.User{Login: "sample.officer", Name: "Sample", Role: ripoti.UserOfficer, OfficeID: "station-near"})
	far := h.as(ripoti.User{Login: "sample.far", Name: "Sample", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	for name, v := range map[string]*visitor{"coordinator posted there": colleague, "officer": own} {
		for _, path := range []string{"/console/", "/console/reports", "/console/reports?category=police_abuse", "/console/reports?number=" + string(walled), "/console/reports/" + string(walled)} {
			if _, page := v.get(path); strings.Contains(page, walled.Spaced()) || strings.Contains(page, string(walled)) && !strings.Contains(path, string(walled)) {
				t.Errorf("%s reads of it at %s", name, path)
			}
		}
		if status, _ := v.get("/console/reports/" + string(walled)); status != http.StatusNotFound {
			t.Errorf("%s: %d", name, status)
		}
		if status, _ := v.post("/console/reports/"+string(walled)+"/story", url.Values{"reason": {"handling"}}); status != http.StatusNotFound {
			t.Errorf("%s opens the story: %d", name, status)
		}
		if _, page := v.get("/console/reports"); !strings.Contains(page, open.Spaced()) {
			t.Errorf("%s does not see the other one", name)
		}
	}
	if got := counts(t, colleague); got != counts(t, far)-1 {
		t.Errorf("the colleague counts %d, somebody else %d", got, counts(t, far))
	}
	if strings.Contains(h.History(walled), "viewed") {
		t.Error("somebody behind the wall is noted as having seen it")
	}
}

var waiting = regexp.MustCompile(`<b>(\d+)\+?</b> <span>not accepted in all`)

func counts(t *testing.T, v *visitor) int {
	t.Helper()
	_, page := v.get("/console/")
	found := waiting.FindStringSubmatch(page)
	if found == nil {
		t.Fatal("no count on the page")
	}
	n := 0
	for _, d := range found[1] {
		n = n*10 + int(d-'0')
	}
	return n
}

func TestReadingAReportIsALineOfItsHistory(t *testing.T) {
	h := open(t)
	const landmark = "behind the blue kiosk"
	code := h.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.More = landmark }))
	v := h.as(ripoti.User{Login: "sample.amina", Name: "Sample Amina", Role: ripoti.UserCoordinator, OfficeID: "coordination-047", Counties: []string{"047"}})
	if _, page := v.get("/console/reports/" + string(code)); strings.Contains(page, landmark) {
		t.Error("the story shows before it was opened")
	}
	if status, _ := v.post("/console/reports/"+string(code)+"/story", url.Values{"reason": {"curious"}}); status != http.StatusUnprocessableEntity {
		t.Errorf("opened for no good reason: %d", status)
	}
	if _, page := v.post("/console/reports/"+string(code)+"/story", url.Values{"reason": {"handling"}}); !strings.Contains(page, landmark) {
		t.Error("the story does not open")
	}
	if history := h.History(code); !strings.Contains(history, "viewed") || !strings.Contains(history, "story_opened") {
		t.Error(history)
	}
}

func TestCoordinatorsSeeTheirCounties(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	v := h.as(ripoti.User{Login: "sample.coast", Name: "Sample", Role: ripoti.UserCoordinator, OfficeID: "coordination-047", Counties: []string{"001", "002"}})
	if status, _ := v.get("/console/reports/" + string(code)); status != http.StatusNotFound {
		t.Errorf("a report of Nairobi: %d", status)
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	h := open(t)
	r, err := http.NewRequest(http.MethodPost, h.url+"/console/sign-in", strings.NewReader("login=a&password=b"))
	h.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	answer, err := http.DefaultClient.Do(r)
	h.must(err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("%d", answer.StatusCode)
	}
}

func TestAFirstPageIsLight(t *testing.T) {
	h := open(t)
	v := h.as(ripoti.User{Login: "sample.amina", Name: "Sample Amina", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	total := 0
	code := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	for _, path := range []string{"/console/reports/" + string(code), "/console/static/style.css", "/console/static/htmx.min.js", "/console/static/icon.svg"} {
		status, body := v.get(path)
		if status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
		total += len(body)
	}
	if total > 150_000 {
		t.Errorf("%d bytes the first time", total)
	}
}

func TestBadRequestsCostNothing(t *testing.T) {
	h := open(t)
	v := h.as(ripoti.User{Login: "sample.amina", Name: "Sample Amina", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	for _, path := range []string{"/console/reports?from=yesterday", "/console/reports?after=%00%ff", "/console/reports?number=%F0%9F%98%80", "/console/reports/../../etc", "/console/reports/123", "/console/reports?urgency=';drop table reports;--"} {
		if status, page := v.get(path); status >= 500 || strings.Contains(page, "SQL") {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _ := v.post("/console/account/password", url.Values{"old": {strings.Repeat("x", 70<<10)}}); status >= 500 {
		t.Errorf("a huge form: %d", status)
	}
}

// An officer who has the case may be the one who asked for money: what the reporter told of it is for
// coordinators.
func TestAnOfficerDoesNotReadWhatTheReporterToldOfOfficers(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	h.Text("station-near.desk", "1 "+string(code))
	_, _, err := h.Desk.Follow(t.Context(), casework.Following{Key: "p1", From: "+254711000099", Asked: flows.Asked{Code: code, Act: flows.ActMoney}})
	h.must(err)
	h.Work()
	_, officer := h.as(ripoti.User{Login: "afisa", Name: "Afisa", Role: ripoti.UserOfficer, OfficeID: "station-near"}).get("/console/reports/" + string(code))
	_, coordinator := h.as(ripoti.User{Login: "mratibu", Name: "Mratibu", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"}).get("/console/reports/" + string(code))
	lines := func(page string) int {
		_, history, _ := strings.Cut(page, `<ol class="history">`)
		history, _, _ = strings.Cut(history, "</ol>")
		return strings.Count(history, "<li>")
	}
	if lines(officer) == 0 || !strings.Contains(officer, code.Spaced()) {
		t.Fatal("the officer sees no case of his own: this proves nothing")
	}
	if more := lines(coordinator) - lines(officer); more < 2 { // what was told, the flag
		t.Errorf("the officer reads all but %d of the lines that the coordinator reads", more)
	}
	for _, word := range []string{"asked_for_money", "flag_raised"} {
		if strings.Contains(officer, word) {
			t.Errorf("the officer reads %s", word)
		}
	}
}

// A copy makes an office no reader of the case (domain brief 4.6: assigned).
func TestWhoWasOnlyToldDoesNotReadTheCase(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.More = "behind the blue kiosk" }))
	told := h.as(ripoti.User{Login: "sample.told", Name: "S", Role: ripoti.UserOfficer, OfficeID: "children-west"})
	if status, _ := told.get("/console/reports/" + string(code)); status != http.StatusNotFound {
		t.Errorf("the case opens: %d", status)
	}
	if status, page := told.post("/console/reports/"+string(code)+"/story", url.Values{"reason": {"handling"}}); status != http.StatusNotFound || strings.Contains(page, "kiosk") {
		t.Errorf("the story opens: %d", status)
	}
	given := h.as(ripoti.User{Login: "sample.given", Name: "S", Role: ripoti.UserSocial, OfficeID: "social-047"})
	if status, _ := given.get("/console/reports/" + string(code)); status != http.StatusOK {
		t.Errorf("whose case it is: %d", status)
	}
}

// A coordinator whose number also answers for the accused station stands behind its wall.
func TestTheWallKnowsASecondPost(t *testing.T) {
	h := openWith(t, func(_ []ripoti.Office, contacts []ripoti.Contact) {
		var desk ripoti.Phone
		for _, c := range contacts {
			if c.ID == "station-near.desk" {
				desk = c.Phone
			}
		}
		for i := range contacts {
			if contacts[i].ID == "coordination-047.coordinator" {
				contacts[i].Phone = desk
			}
		}
	})
	code := h.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.Detail = ripoti.WhatPolice, ripoti.PoliceBeat }))
	two := h.as(ripoti.User{Login: "sample.two", Name: "S", Role: ripoti.UserCoordinator, OfficeID: "coordination-047", ContactID: "coordination-047.coordinator"})
	if status, _ := two.get("/console/reports/" + string(code)); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
	one := h.as(ripoti.User{Login: "sample.one", Name: "S", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	if status, _ := one.get("/console/reports/" + string(code)); status != http.StatusOK {
		t.Errorf("a coordinator of no second post: %d", status)
	}
}
