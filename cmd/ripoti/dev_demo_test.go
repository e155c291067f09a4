package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"ripoti/handlers"
	"ripoti/internal/account"
	"ripoti/internal/browsertest"
	"ripoti/internal/config"
	"ripoti/internal/demo"
	"ripoti/internal/dialog"
	"ripoti/internal/seal"
	"ripoti/internal/store/storetest"
)

// aMorning is when the story of the tests ends: a Tuesday at ten in Nairobi, long enough ago for sessions, which end by the clock of the machine.
var aMorning = time.Date(2026, 10, 27, 7, 0, 0, 0, time.UTC)

// little is a story that is told in some seconds and has something of everything.
func little() demo.Plan {
	plan := demo.Usual(aMorning)
	plan.Reports = 16
	return plan
}

// demoHouse is a house with invented history, and a console in front of it. Its clock stands where the story ends.
type demoHouse struct {
	*testing.T
	*house
	clock  *storetest.Clock
	path   string
	url    string
	logins []demo.Login
	read   map[string]func(path string) (int, string) // who has signed in
	story  []string                                   // the counts at its end
}

func newDemoHouse(t *testing.T, plan demo.Plan) *demoHouse {
	t.Helper()
	d := &demoHouse{T: t, read: map[string]func(string) (int, string){}, clock: storetest.NewClock(), path: filepath.Join(t.TempDir(), "ripoti.db")}
	cfg, err := config.Load(nil, config.Dev)
	d.must(err)
	keys, err := seal.New()
	d.must(err)
	d.must(os.WriteFile(d.path+".half", []byte("stopped half-way"), 0o600))
	began := time.Now()
	d.logins, err = writeHistory(context.WithoutCancel(t.Context()), cfg, keys, d.path, plan, io.Discard)
	d.must(err)
	t.Logf("the story was told in %v", time.Since(began).Round(time.Second))
	d.clock.Move(plan.End.Sub(d.clock.Now())) // back
	s, err := openDevStore(t.Context(), d.path, keys, d.clock.Now)
	d.must(err)
	t.Cleanup(func() { s.Close() })
	d.house, err = openHouse(t.Context(), cfg, slog.New(slog.DiscardHandler), keys, s, nil)
	d.must(err)
	t.Cleanup(d.house.close)
	web := d.house.web(dialog.NewMemory(dialog.DefaultLimit))
	web.parts.Console, err = d.house.console()
	d.must(err)
	server := httptest.NewServer(handlers.New(web.parts))
	t.Cleanup(server.Close)
	d.url, d.story = server.URL, d.counts()
	return d
}

func (d *demoHouse) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

const demoPassword = "mvua kubwa ya masika"

// secret sets somebody's account up and gives its second step.
func (d *demoHouse) secret(login string) string {
	d.Helper()
	accounts, err := account.New(d.store, d.clock.Now, nil)
	d.must(err)
	at := slices.IndexFunc(d.logins, func(l demo.Login) bool { return l.Name == login })
	known, err := accounts.Password(d.Context(), login, d.logins[at].Password, "198.51.100.7")
	d.must(err)
	secret := account.Secret()
	_, err = accounts.Enrol(d.Context(), known, demoPassword, secret, d.code(secret))
	d.must(err)
	return secret
}

// code is a code of an authenticator, a step later than the last one.
func (d *demoHouse) code(secret string) string {
	d.Helper()
	d.clock.Move(30 * time.Second)
	code, err := totp.GenerateCode(secret, d.clock.Now())
	d.must(err)
	return code
}

// as signs somebody in and gives a way to read pages.
func (d *demoHouse) as(login string) func(path string) (int, string) {
	d.Helper()
	secret := d.secret(login)
	jar, err := cookiejar.New(nil)
	d.must(err)
	client := &http.Client{Jar: jar}
	read := func(r *http.Response, err error) (int, string) {
		d.Helper()
		d.must(err)
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		d.must(err)
		return r.StatusCode, string(body)
	}
	read(client.PostForm(d.url+"/console/sign-in", url.Values{"login": {login}, "password": {demoPassword}}))
	if status, page := read(client.PostForm(d.url+"/console/sign-in/code", url.Values{"code": {d.code(secret)}})); status != http.StatusOK || !strings.Contains(page, "/console/sign-out") {
		d.Fatalf("%s is not signed in: %d %s", login, status, page)
	}
	return func(path string) (int, string) { return read(client.Get(d.url + path)) }
}

// page is a page as somebody sees it.
func (d *demoHouse) page(login, path string) (int, string) {
	if d.read[login] == nil {
		d.read[login] = d.as(login)
	}
	return d.read[login](path)
}

// counts are how much stands in the tables of a story, by what it is.
func (d *demoHouse) counts() (all []string) {
	d.Helper()
	db, err := sql.Open("sqlite", "file:"+d.path+"?mode=ro")
	d.must(err)
	defer db.Close()
	for _, query := range []string{
		"select 'report ' || category || ' ' || urgency || ' ' || status || ' ' || channel, count(*) from reports group by 1 order by 1",
		"select 'message ' || kind || ' ' || status, count(*) from messages group by 1 order by 1",
		"select 'flag ' || kind || ' ' || (settled_at > 0), count(*) from flags group by 1 order by 1",
		"select 'event ' || kind, count(*) from events group by 1 order by 1",
		"select 'rules ' || origin, count(*) from rule_versions group by 1 order by 1",
	} {
		rows, err := db.QueryContext(d.Context(), query)
		d.must(err)
		for rows.Next() {
			var what string
			var n int
			d.must(rows.Scan(&what, &n))
			all = append(all, fmt.Sprint(what, ": ", n))
		}
		d.must(rows.Err())
	}
	return all
}

// Whoever looks at Ripoti for the first time sees a network at work on every page.
func TestEveryPageOfTheDemoHasSomethingToShow(t *testing.T) {
	d := newDemoHouse(t, little())
	frame := 0 // what comes with every first page
	for _, part := range []string{"style.css", "htmx.min.js", "icon.svg", "today.js"} {
		status, file := d.page("sample.coordinator", "/console/static/"+part)
		if status != http.StatusOK {
			t.Fatalf("%s: %d", part, status)
		}
		frame += onTheLine(t, file)
	}
	for _, room := range []struct {
		login, path string
		shows       string // a pattern
	}{
		{"sample.coordinator", "/console/", `<b>[1-9]\d*\+?</b>`},
		{"sample.coordinator", "/console/reports", `<th scope="row"><a href="/console/reports/\d+"`},
		{"sample.coordinator", "/console/reports?status=closed", `<th scope="row"><a href="/console/reports/\d+"`},
		{"sample.coordinator", "/console/same", `/console/reports/\d+`},
		{"sample.coordinator", "/console/network", `Kasarani`},
		{"sample.coordinator", "/console/rules", `Wall two more stations`},
		{"sample.coordinator", "/console/rules/versions/1", `Officers asked for one shift`},
		{"sample.coordinator", "/console/rules/overrides", `The ferry does not run`},
		{"sample.coordinator", "/console/words/drafts", `Read aloud with two callers`},
		{"sample.coordinator", "/console/helplines", `116`},
		{"sample.coordinator", "/console/figures?from=2026-08&to=2026-10", `<rect|<path`},
		{"sample.coordinator", "/console/coverage", `class="band`},
		{"sample.coordinator", "/console/directory/offices/sample-station-047-kibera/shifts", `<time>06:00–18:00</time>|<time>00:00–`},
		{"sample.coordinator", "/console/directory/map", `class="band`},
		{"sample.coordinator", "/console/directory/tables", `contacts.csv`},
		{"sample.coordinator", "/console/drills", `/console/drills/[0-9a-f-]{36}`},
		{"sample.auditor", "/console/audit", `<tbody>\s*<tr`},
		{"sample.admin", "/console/users", `sample.social`},
		{"sample.admin", "/console/queues", `Owed in the database`},
		{"sample.social", "/console/reports", `<th scope="row"><a href="/console/reports/\d+"`},
	} {
		t.Run(room.login+room.path, func(t *testing.T) {
			status, page := d.page(room.login, room.path)
			if status != http.StatusOK || !regexp.MustCompile(room.shows).MatchString(page) {
				t.Errorf("%d, and %q is not on it:\n%s", status, room.shows, page[strings.Index(page, "<main"):])
			}
			if first := frame + onTheLine(t, page); first > 150_000 {
				t.Errorf("%d bytes go over the line the first time", first)
			}
		})
	}
	t.Run("the history of every report holds", func(t *testing.T) {
		if _, breaks, err := d.store.VerifyChains(t.Context(), func(int) {}); err != nil || len(breaks) > 0 {
			t.Errorf("%v %v", breaks, err)
		}
	})
	t.Run("a second start leaves it as it is", func(t *testing.T) {
		before := d.counts()
		logins, err := writeHistory(context.WithoutCancel(t.Context()), d.cfg, d.keys, d.path, little(), io.Discard)
		if err != nil || logins != nil || !slices.Equal(before, d.counts()) {
			t.Errorf("%v, %d logins, or other counts", err, len(logins))
		}
	})
	t.Run("a sentence that a second person puts in force is read by the next caller", d.aSentenceReachesAPhone)
	t.Run("the same seed tells the same story", func(t *testing.T) {
		again := newDemoHouse(t, little())
		was, is := d.story, again.story
		if !slices.Equal(was, is) {
			t.Errorf("first\n%s\nthen\n%s", strings.Join(was, "\n"), strings.Join(is, "\n"))
		}
	})
}

// onTheLine is how many bytes of a page go over the line.
func onTheLine(t *testing.T, page string) int {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, page); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return b.Len()
}

// aSentenceReachesAPhone begins on the first page, where a sentence waits for a second person, and ends at a
// phone.
func (d *demoHouse) aSentenceReachesAPhone(t *testing.T) {
	const before, after = "If safe, add a landmark", "If it is safe, add a landmark"
	keys := []string{"", "1", "2", "2", "2", "1", "Kibera", "1", "3", "1", "3", "2"} // up to the question of the landmark
	dial := func(session string) (screen string) {
		for n := range keys { // as a gateway, which sends all answers so far
			form := url.Values{"sessionId": {session}, "phoneNumber": {"+254711800099"}, "serviceCode": {"*483#"}, "text": {strings.Trim(strings.Join(keys[:n+1], "*"), "*")}}
			answer, err := http.PostForm(d.url+"/hooks/africastalking/dev/ussd", form)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if screen = string(raw); err != nil {
				t.Fatal(err)
			}
		}
		return screen
	}
	if screen := dial("before"); !strings.Contains(screen, before) {
		t.Fatalf("before it is in force a caller reads %q", screen)
	}
	b := browsertest.Open(t, 1366, 768)
	secret := d.secret("sample.nairobi")
	d.signIn(b, "sample.nairobi", secret)
	b.Do(chromedp.Click(chromedp.CSS(`.today a[href^="/console/words/drafts/"]`)))
	b.Until("main", "Read aloud with two callers")
	b.Do(chromedp.Click(chromedp.CSS("[name=read]")), chromedp.Click(chromedp.CSS("form[action$=approve] button")))
	b.Until("main", "All phones say it within seconds")
	d.must(d.refreshWords(t.Context())) // as every process does every two seconds
	if screen := dial("after"); !strings.Contains(screen, after) {
		t.Errorf("once it is in force a caller reads %q", screen)
	}
}

// signIn signs somebody in, in a browser.
func (d *demoHouse) signIn(b *browsertest.Tab, login, secret string) {
	b.Do(chromedp.Navigate(d.url+"/console/sign-in"), chromedp.SendKeys(chromedp.CSS("[name=login]"), login), chromedp.SendKeys(chromedp.CSS("[name=password]"), demoPassword+"\r"))
	b.Until("h1", "Code")
	b.Do(chromedp.SendKeys(chromedp.CSS("[name=code]"), d.code(secret)+"\r"))
	b.Until("h1", "What needs a person now")
}

// A story that could not be told whole is none: nothing stands where the database belongs, and the next start
// begins anew (as every house of these tests does).
func TestADemoThatWasStoppedIsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ripoti.db")
	cfg, err := config.Load(nil, config.Dev)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := writeHistory(ctx, cfg, keys, path, little(), io.Discard); err == nil {
		t.Error("it was stopped and went on")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("half a story stands as if it were whole")
	}
}
