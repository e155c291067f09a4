package console_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/routing"
)

var (
	wardLinks = regexp.MustCompile(`<th scope="row"><svg[^>]*><use href="#s(\d)"/></svg> <a href="/console/coverage/wards/(ward-\d+)">`)
	laterPage = regexp.MustCompile(`<a href="(\?[^"]*page=\d+)">Next</a>`)
)

func TestCoverageShowsBlindWardsFirst(t *testing.T) {
	h := open(t)
	v := h.as(coordinator)
	status, page := v.get("/console/coverage")
	if status != http.StatusOK || !strings.Contains(page, `fill="url(#p5)"`) || !strings.Contains(page, "clip-path") {
		t.Fatalf("%d", status)
	}
	_, nairobi := v.get("/console/coverage?county=047")
	if len(wardLinks.FindAllString(nairobi, -1)) != 85 || strings.Contains(nairobi, "Turkwel") {
		t.Error("a county shows its own wards, all of them")
	}
	if status, _ := h.as(officer).get("/console/coverage"); status != http.StatusForbidden {
		t.Errorf("an officer: %d", status)
	}
}

// Every ward stands on one page of the list, the worst served first.
func TestEveryWardIsReachedPageByPage(t *testing.T) {
	h := open(t)
	v := h.as(coordinator)
	seen, last := map[string]bool{}, "5"
	for path := "/console/coverage"; path != ""; {
		_, page := v.get(path)
		for _, m := range wardLinks.FindAllStringSubmatch(page, -1) {
			if seen[m[2]] || m[1] > last {
				t.Fatalf("%s stands twice or behind a ward that is better served", m[2])
			}
			seen[m[2]], last = true, m[1]
		}
		path = ""
		if next := laterPage.FindStringSubmatch(page); next != nil {
			path = "/console/coverage" + strings.ReplaceAll(next[1], "&amp;", "&")
		}
	}
	if len(seen) != 1450 {
		t.Errorf("%d wards are reached", len(seen))
	}
	if status, page := v.get("/console/coverage/wards/ward-1410"); status != http.StatusOK || !strings.Contains(page, "/console/directory/offices/station-") || !strings.Contains(page, "/console/directory/offices/hospital-west") {
		t.Errorf("a ward's page names who serves it: %d", status)
	}
	if status, _ := v.get("/console/coverage/wards/nowhere"); status != http.StatusNotFound {
		t.Errorf("no such ward: %d", status)
	}
}

func TestWhatIfAnOfficeWereClosedMovedOrNew(t *testing.T) {
	h := open(t)
	v := h.as(coordinator)
	for name, c := range map[string]struct{ query, shows, hides string }{
		"closed":                {"county=047&without=station-near", "Sample station-next", "Nothing would change"},
		"moved":                 {"move=station-far&to=Ruiru", "Sample station-far", "Nothing would change"},
		"new":                   {"at=Lodwar", "the imagined office", "Nothing would change"},
		"a new hospital":        {"at=Lodwar&as=hospital", "the imagined office", "Nothing would change"},
		"by its name":           {"without=sample+station-near", "Sample station-next", "There is no office"},
		"a name of several":     {"without=station", "Several offices have such a name", "Nothing would change"},
		"no such office":        {"without=nowhere", "There is no office", "Nothing would change"},
		"no such place":         {"move=station-near&to=xqzw", "That place is not known", "Nothing would change"},
		"moved to no place":     {"move=station-near", "That place is not known", "Nothing would change"},
		"what serves nobody":    {"without=legal-047", "Nothing would change.", "the imagined office"},
		"what is moved nowhere": {"to=Ruiru", "There is no office", "Nothing would change"},
	} {
		_, page := v.get("/console/coverage?" + c.query)
		if !strings.Contains(page, c.shows) || strings.Contains(page, c.hides) {
			t.Errorf("%s: %q is missing, or %q is there", name, c.shows, c.hides)
		}
	}
	if _, page := v.get("/console/coverage?move=station-far&to=Ruiru"); !strings.Contains(page, `class="changed"`) || !strings.Contains(page, `class="office imagined"`) {
		t.Error("what changes is not drawn")
	}
}

// A change of the directory, or a temporary override, shows at once; what is imagined is measured with it.
func TestCoverageKnowsOverridesAndChangesAtOnce(t *testing.T) {
	h := open(t)
	v := h.as(coordinator)
	near := func() bool {
		_, page := v.get("/console/coverage?county=047")
		return strings.Contains(page, `<a href="/console/directory/offices/station-near">`)
	}
	if !near() {
		t.Fatal("station-near serves no ward: this proves nothing")
	}
	until := h.Clock.Now().In(routing.Nairobi).Add(24 * time.Hour).Format("2006-01-02T15:04")
	if status, page := v.post("/console/rules/overrides", url.Values{"kind": {"skip"}, "office": {"station-near"}, "ends": {until}, "reason": {"flooded"}}); status != http.StatusOK {
		t.Fatalf("no override: %d %s", status, page)
	}
	if near() {
		t.Error("an office that is passed over serves on")
	}
	if _, page := v.get("/console/coverage?without=legal-047"); !strings.Contains(page, "Nothing would change.") {
		t.Error("what is imagined forgets the override")
	}
	h.Wait(25 * time.Hour)
	h.must(h.Desk.Live.Refresh(t.Context()))
	if !near() {
		t.Error("the override is over")
	}
	h.must(h.Desk.CloseOffice(t.Context(), casework.Everywhere("user:u1"), "station-near"))
	if near() {
		t.Error("a closed office serves on")
	}
}

func TestCoverageIsLight(t *testing.T) {
	h := open(t)
	v := h.as(coordinator)
	for _, path := range []string{"/console/coverage", "/console/coverage?at=Lodwar", "/console/coverage?county=047", "/console/coverage/wards/ward-1410", "/console/directory/map", "/console/directory/map?county=047&office=station-near"} {
		total := 0
		for _, part := range []string{path, "/console/static/style.css", "/console/static/htmx.min.js", "/console/static/icon.svg"} {
			total += v.weight(part)
		}
		if total > 75_000 {
			t.Errorf("%s: %d bytes go over the line the first time", path, total)
		}
		if _, page := v.get(path); len(page) > 120_000 {
			t.Errorf("%s: %d bytes", path, len(page))
		}
	}
}

// weight is how many bytes go over the line, packed as browsers ask for it.
func (v *visitor) weight(path string) int {
	v.Helper()
	r, err := http.NewRequest(http.MethodGet, v.url+path, nil)
	v.must(err)
	r.Header.Set("Accept-Encoding", "gzip")
	answer, err := v.client.Do(r)
	v.must(err)
	defer answer.Body.Close()
	n, err := io.Copy(io.Discard, answer.Body)
	v.must(err)
	if answer.StatusCode != http.StatusOK || n == 0 {
		v.Errorf("%s: %d", path, answer.StatusCode)
	}
	return int(n)
}
