//go:build !race

package main

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"testing/cryptotest"

	"github.com/chromedp/chromedp"

	"ripoti/internal/browsertest"
	"ripoti/internal/demo"
)

// picture is a page that is shown in README or docs/coordinators.md: where it is, what stands on it when it is
// ready, and what stands at the top of the picture.
type picture struct{ name, path, css, shows, top string }

// pictures are those of pages whose address is known.
var pictures = []picture{
	{"today", "/console/", "main", "What needs a person now", ""},
	{"reports", "/console/reports", "tbody", "", ""},
	{"rules", "/console/rules", "main", "Wall two more stations", ""},
	{"words", "/console/words/of/report.menu", "main", "Danger now", ""},
	{"figures", "/console/figures", "main", "How long until an office accepts", ""},
	{"coverage", "/console/coverage", "main", "", ""},
	{"drills", "/console/drills", "main", "", ""},
	{"directory", "/console/directory?county=047", "main", "Kibera", ""},
	{"office", "/console/directory/offices/sample-station-047-kibera", "main", "Kibera", ""},
	{"shifts", "/console/directory/offices/sample-station-047-kibera/shifts", ".week", "", ""},
	{"catchments", "/console/directory/map?county=047", "main", "Kibera", ""},
}

// handedInTable changes an office of the story, adds one, and has a line that is wrong.
const handedInTable = `id,kind,name,county,hours
sample-station-047-kibera,station,Sample Kibera,047,24h
sample-station-047-new,station,Sample Lindi,047,in the daytime
`

// TestPictures takes the pictures of the documents, into docs/img/console where that is asked for:
// RIPOTI_SHOTS=$PWD/docs/img/console go test ./cmd/ripoti -run TestPictures. The story, its clock and its numbers
// are the same each time, so that a picture changes where its page does. It is one browser's tour, with nothing
// for the race detector to find that the tests of each page do not show it.
func TestPictures(t *testing.T) {
	folder := cmp.Or(os.Getenv("RIPOTI_SHOTS"), t.TempDir())
	cryptotest.SetGlobalRandom(t, 47)
	d := newDemoHouse(t, demo.Usual(aMorning))
	secret := d.secret("sample.coordinator")
	b := browsertest.Open(t, 1366, 768)
	d.signIn(b, "sample.coordinator", secret)
	for _, p := range pictures {
		b.Do(chromedp.Navigate(d.url + p.path))
		b.Until(p.css, p.shows)
		b.Pictures(folder, p.name, p.top)
	}
	table := filepath.Join(t.TempDir(), "contacts.csv")
	d.must(os.WriteFile(table, []byte(handedInTable), 0o600))
	b.Do(chromedp.Navigate(d.url+"/console/directory/tables"), chromedp.SetUploadFiles(chromedp.CSS("[name=file]"), []string{table}), chromedp.Click(chromedp.CSS("form[enctype] button")))
	b.Until("#handed", "What was handed in")
	b.Pictures(folder, "tables", "#handed")
	found := func(path, pattern string) string {
		_, page := d.page("sample.supervisor", path)
		at := regexp.MustCompile(pattern).FindString(page)
		if at == "" {
			t.Fatalf("nothing like %s at %s", pattern, path)
		}
		return at
	}
	report := found("/console/reports?status=accepted&category=svac", `/console/reports/\d+`)
	b.Do(chromedp.Navigate(d.url + report))
	b.Until("main", "Why it went there")
	b.Pictures(folder, "report", "")
	b.Pictures(folder, "why", "#why")
	b.Do(chromedp.Navigate(d.url + "/console/rules/try?place=Kibera&what=sexual&at_risk=other_child&by_whom=known&when=days3&suspect=near"))
	b.Until("main", "Kibera")
	b.Pictures(folder, "try", "")
	b.Do(chromedp.Navigate(d.url + found("/console/rules", `/console/rules/drafts/[0-9a-f-]{36}`) + "/rehearsal"))
	b.Until("main", "What would change")
	b.Pictures(folder, "rehearsal", "")
}
