package console_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"ripoti/internal/ripoti"
)

var catchmentRow = regexp.MustCompile(`<th scope="row"><span><svg[^>]*><use href="#s(\d)"/></svg> (?:<a href="[^"]*office=([^"&]+)[^"]*">|<strong>nobody)[^\n]*?</th><td[^>]*>(\d+)</td>`)

// rowsOf are the rows of the map's table: the swatch and the wards of each office, by its id.
func rowsOf(page string) (swatch map[string]string, wards map[string]int) {
	swatch, wards = map[string]string{}, map[string]int{}
	for _, row := range catchmentRow.FindAllStringSubmatch(page, -1) {
		swatch[row[2]] = row[1]
		n := 0
		fmt.Sscan(row[3], &n)
		wards[row[2]] = n
	}
	return swatch, wards
}

// Every ward of a county is in the catchment of one office, or of nobody; the map follows the directory.
func TestEveryWardIsInOneCatchment(t *testing.T) {
	h := open(t)
	v := h.as(coordinator)
	status, page := v.get("/console/directory/map?county=047")
	swatch, wards := rowsOf(page)
	total := 0
	for _, n := range wards {
		total += n
	}
	if status != http.StatusOK || total != 85 || wards["station-near"] == 0 { // Nairobi has 85 wards
		t.Errorf("%d: %v make %d wards", status, wards, total)
	}
	seen := map[string]string{}
	for office, s := range swatch {
		if office == "" && s != "5" || office != "" && s == "5" {
			t.Errorf("%q has the ground %s", office, s)
		}
		if other, taken := seen[s]; taken && len(swatch) <= 5 {
			t.Errorf("%s and %s look alike", office, other)
		}
		seen[s] = office
	}
	_, page = v.get("/console/directory/map?county=047&office=station-near")
	has(t, page, "Wards of Sample station-near", `class="changed"`, "/console/coverage/wards/ward-")
	if n := strings.Count(page[strings.Index(page, "Wards of"):strings.Index(page, "<table")], "<li>"); n != wards["station-near"] {
		t.Errorf("%d wards are listed of %d", n, wards["station-near"])
	}
	if _, page = v.get("/console/directory/offices/station-near"); !strings.Contains(page, "/console/directory/map?county=047&amp;office=station-near&amp;help=police") {
		t.Error("the office does not lead to its wards")
	}
	v.post("/console/directory/offices/station-near/close", nil)
	_, page = v.get("/console/directory/map?county=047")
	if _, wards = rowsOf(page); wards["station-near"] != 0 {
		t.Error("a closed office serves on")
	}
}

// The whole country is on the map, page by page, for every help and hour; what an address invents is left out.
func TestTheWholeCountryIsOnTheMap(t *testing.T) {
	h := open(t)
	v := h.as(auditor)
	for _, asked := range []string{"", "?help=hospital", "?help=social&hour=night", "?county=nowhere&office=nobody&help=x&hour=y&page=-1", "?page=99999"} {
		if status, page := v.get("/console/directory/map" + asked); status != http.StatusOK || !strings.Contains(page, "<svg class=\"map\"") {
			t.Errorf("%s: %d", asked, status)
		}
	}
	total := 0
	for path := "/console/directory/map"; path != ""; {
		_, page := v.get(path)
		_, wards := rowsOf(page)
		for _, n := range wards {
			total += n
		}
		path = ""
		if next := regexp.MustCompile(`<a href="(\?[^"]*)">Next`).FindStringSubmatch(page); next != nil {
			path = "/console/directory/map" + strings.ReplaceAll(next[1], "&amp;", "&")
		}
	}
	if total != 1450 {
		t.Errorf("%d wards", total)
	}
	if status, _ := h.as(ripoti.User{Login: "sample.afisa", Name: "S", Role: ripoti.UserOfficer, OfficeID: "station-near"}).get("/console/directory/map"); status != http.StatusForbidden {
		t.Errorf("an officer reads it: %d", status)
	}
}
