package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ripoti/handlers/console"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// tried is how an address is tried by somebody behind the wall: with which queries and forms, in which the
// walled report's number stands for {number}. Where there is nothing to try, none says why.
type tried struct {
	asked []string     // queries, "" for none
	forms []url.Values // of a POST
	path  map[string]string
	none  string
}

const (
	ofAccounts   = "is about the account of who asks, and no report"
	ofRules      = "rules and imagined reports, of no report that was made"
	ofRehearsals = "is tried with a draft and its reports in TestARehearsalKeepsTheWall"
	ofOffices    = "changes an office or a contact and tells of no case; what it would do to cases is tried on the page before it"
	ofTables     = "tables of offices and contacts; the cases of who leaves are tried in TestTablesKeepTheWall"
	ofQueues     = "is for administrators, who are posted nowhere, and knows ids of work alone"
)

// addresses are all of the console. A route without a line here fails the test: say how a colleague of the
// accused could reach a walled report by it, or why nobody can.
var addresses = map[string]tried{
	"GET /console/{$}":     {asked: []string{""}, path: map[string]string{"{$}": ""}},
	"GET /console/network": {asked: []string{""}},
	"GET /console/reports": {asked: []string{"", "category=police_abuse", "status=routed", "urgency=critical", "waits=answer", "waits=flag", "waits=closing", "waits=receipt", "waits=referral",
		"flag=unsafe", "office=oversight-ke", "office=station-near", "county=047", "number={number}", "from=2026-11-01&to=2026-11-30", "after={id}"}},
	"GET /console/reports/{number}":           {asked: []string{""}},
	"POST /console/reports/{number}/story":    {forms: []url.Values{{"reason": {"handling"}}}},
	"POST /console/reports/{number}/reporter": {forms: []url.Values{{"reason": {"danger"}}}},
	"GET /console/same":                       {asked: []string{""}},
	"POST /console/same":                      {forms: []url.Values{{"number": {"{open}"}, "other": {"{number}"}, "decision": {"link"}}, {"number": {"{number}"}, "other": {"{open}"}, "decision": {"reject"}}}},

	"POST /console/reports/{number}/accept":   {forms: []url.Values{{}}},
	"POST /console/reports/{number}/check":    {forms: []url.Values{{"answer": {"safe"}}}},
	"POST /console/reports/{number}/tell":     {forms: []url.Values{{"move": {"arrested"}}}},
	"POST /console/reports/{number}/agree":    {forms: []url.Values{{}}},
	"POST /console/reports/{number}/refuse":   {forms: []url.Values{{"reason": {"no"}}}},
	"POST /console/reports/{number}/confirm":  {forms: []url.Values{{"category": {"dv"}}}},
	"POST /console/reports/{number}/refer":    {forms: []url.Values{{"office": {"hospital-west"}}}},
	"POST /console/reports/{number}/revoke":   {forms: []url.Values{{"referral": {"a"}}}},
	"POST /console/reports/{number}/raise":    {forms: []url.Values{{"flag": {"unsafe"}}}},
	"POST /console/reports/{number}/settle":   {forms: []url.Values{{"flag": {"unsafe"}, "how": {"x"}}}},
	"POST /console/reports/{number}/link":     {forms: []url.Values{{"other": {"{open}"}}}},
	"POST /console/reports/{number}/unlink":   {forms: []url.Values{{"other": {"{open}"}}}},
	"POST /console/reports/{number}/reassign": {forms: []url.Values{{"reason": {"transfer"}}}},
	"POST /console/reports/{number}/decline":  {forms: []url.Values{{"reason": {"other"}}}},
	"POST /console/reports/{number}/propose":  {forms: []url.Values{{"outcome": {"unfounded"}, "reason": {"x"}}}},
	"POST /console/reports/{number}/reopen":   {forms: []url.Values{{"reason": {"x"}}}},

	"GET /console/audit":               {asked: []string{"", "number={number}", "kind=accepted", "of=network"}},
	"GET /console/audit.csv":           {asked: []string{"", "number={number}"}},
	"POST /console/audit/verify":       {none: "tells how many lines hold, of which nobody can tell whose they are"},
	"GET /console/drills":              {asked: []string{""}},
	"GET /console/drills/new":          {asked: []string{"office=station-near&scenario=danger_now&minutes=30"}},
	"POST /console/drills":             {forms: []url.Values{{"office": {"station-none"}, "county": {"047"}, "scenario": {"danger_now"}, "minutes": {"30"}}}},
	"GET /console/drills/{drill}":      {asked: []string{""}, path: map[string]string{"{drill}": "{id}"}},
	"POST /console/drills/{drill}/end": {forms: []url.Values{{}}, path: map[string]string{"{drill}": "{id}"}},

	"GET /console/directory":                                {asked: []string{"", "county=047", "kind=oversight", "state=dark", "text=sample", "after=station-near"}},
	"GET /console/directory/offices/{office}":               {asked: []string{""}, path: oversight},
	"GET /console/directory/new":                            {none: ofOffices},
	"POST /console/directory/offices":                       {none: ofOffices},
	"GET /console/directory/offices/{office}/edit":          {asked: []string{""}, path: oversight},
	"POST /console/directory/offices/{office}":              {none: ofOffices},
	"GET /console/directory/offices/{office}/close":         {asked: []string{""}, path: oversight},
	"POST /console/directory/offices/{office}/close":        {none: ofOffices},
	"POST /console/directory/offices/{office}/open":         {none: ofOffices},
	"GET /console/directory/offices/{office}/shifts":        {asked: []string{"", "from=2026-11-02"}, path: oversight},
	"POST /console/directory/offices/{office}/shifts":       {none: ofOffices},
	"GET /console/directory/offices/{office}/contacts/new":  {none: ofOffices},
	"POST /console/directory/offices/{office}/contacts":     {none: ofOffices},
	"GET /console/directory/map":                            {asked: []string{"", "county=047&office=station-near", "hour=night&help=social"}},
	"GET /console/directory/tables":                         {none: ofTables},
	"GET /console/directory/tables/{file}":                  {asked: []string{""}, path: map[string]string{"{file}": "contacts.csv"}},
	"POST /console/directory/tables":                        {none: ofTables},
	"POST /console/directory/tables/lines":                  {none: ofTables},
	"POST /console/directory/tables/take":                   {none: ofTables},
	"POST /console/directory/tables/drop":                   {none: ofTables},
	"GET /console/directory/contacts/{contact}":             {asked: []string{""}, path: oversight},
	"GET /console/directory/contacts/{contact}/edit":        {asked: []string{""}, path: oversight},
	"POST /console/directory/contacts/{contact}":            {none: ofOffices},
	"POST /console/directory/contacts/{contact}/ask":        {none: ofOffices},
	"POST /console/directory/contacts/{contact}/prove":      {forms: []url.Values{{"code": {"12"}}}, path: oversight},
	"POST /console/directory/contacts/{contact}/leave":      {forms: []url.Values{{"from": {"never"}}}, path: oversight},
	"POST /console/directory/contacts/{contact}/leave/drop": {none: ofOffices},
	"POST /console/directory/contacts/{contact}/resume":     {none: ofOffices},
	"GET /console/directory/contacts/{contact}/transfer":    {asked: []string{"", "to=hospital-west&role=health"}, path: oversight},
	"POST /console/directory/contacts/{contact}/transfer":   {forms: []url.Values{{"to": {"nowhere"}, "role": {"duty"}}}, path: oversight},
	"GET /console/directory/contacts/{contact}/end":         {asked: []string{""}, path: oversight},
	"POST /console/directory/contacts/{contact}/end":        {none: ofOffices},

	"GET /console/figures":               {asked: []string{"", "from=2026-11-01&to=2026-11-30", "county=047"}},
	"GET /console/cpims.csv":             {asked: []string{"", "from=2026-10&to=2026-11"}},
	"GET /console/figures/{table}":       {asked: []string{"", "county=047"}, path: map[string]string{"{table}": "outcomes.csv"}},
	"GET /console/coverage":              {asked: []string{"county=047", "county=047&without=station-near"}},
	"GET /console/coverage/wards/{ward}": {asked: []string{"", "hour=night"}, path: map[string]string{"{ward}": "ward-1410"}},

	"GET /console/queues":                      {asked: []string{""}},
	"POST /console/queues/{queue}/{id}/{step}": {none: ofQueues},
	"POST /console/duties/{id}":                {none: ofQueues},
	"POST /console/partner-events/{id}/{step}": {none: ofQueues},

	"GET /console/rules":                        {none: ofRules},
	"GET /console/rules/versions/{number}":      {none: ofRules},
	"GET /console/rules/compare":                {none: ofRules},
	"POST /console/rules/undo":                  {none: ofRules},
	"GET /console/rules/try":                    {none: ofRules},
	"GET /console/rules/overrides":              {none: ofRules},
	"POST /console/rules/overrides":             {none: ofRules},
	"POST /console/rules/overrides/{id}/end":    {none: ofRules},
	"POST /console/rules/drafts":                {none: ofRules},
	"GET /console/rules/drafts/{id}":            {none: ofRules},
	"POST /console/rules/drafts/{id}/{step}":    {none: ofRules},
	"GET /console/rules/drafts/{id}/form":       {none: ofRules},
	"POST /console/rules/drafts/{id}/form":      {none: ofRules},
	"GET /console/rules/drafts/{id}/yaml":       {none: ofRules},
	"POST /console/rules/drafts/{id}/yaml":      {none: ofRules},
	"GET /console/rules/drafts/{id}/rehearsal":  {none: ofRehearsals},
	"POST /console/rules/drafts/{id}/rehearsal": {none: ofRehearsals},

	"GET /console/words":                     {none: "sentences, of no report"},
	"GET /console/words/of/{key}":            {none: "sentences, of no report"},
	"POST /console/words/of/{key}":           {none: "sentences, of no report"},
	"POST /console/words/of/{key}/look":      {none: "sentences, of no report"},
	"GET /console/words/drafts":              {none: "sentences, of no report"},
	"GET /console/words/drafts/{id}":         {none: "sentences, of no report"},
	"POST /console/words/drafts/{id}/{step}": {none: "sentences, of no report"},
	"POST /console/words/back":               {none: "sentences, of no report"},
	"GET /console/helplines":                 {none: "help numbers, of no report"},
	"POST /console/helplines/{name}/called":  {none: "help numbers, of no report"},
	"POST /console/helplines/{name}/number":  {none: "help numbers, of no report"},
	"GET /console/sign-in":                   {none: ofAccounts},
	"POST /console/sign-in":                  {none: ofAccounts},
	"GET /console/sign-in/code":              {none: ofAccounts},
	"POST /console/sign-in/code":             {none: ofAccounts},
	"GET /console/sign-in/first":             {none: ofAccounts},
	"POST /console/sign-in/first":            {none: ofAccounts},
	"POST /console/sign-out":                 {none: ofAccounts},
	"GET /console/account":                   {asked: []string{""}},
	"POST /console/account/password":         {none: ofAccounts},
	"POST /console/account/language":         {none: ofAccounts},
	"GET /console/users":                     {asked: []string{""}},
	"GET /console/users/{login}":             {none: ofAccounts},
	"POST /console/users/{login}":            {none: ofAccounts},
}

// oversight is the office that has the walled report, and who has taken it.
var oversight = map[string]string{"{office}": "oversight-ke", "{contact}": "oversight-ke.liaison"}

func TestEveryAddressHasItsWallTried(t *testing.T) {
	patterns := console.Patterns()
	for _, pattern := range patterns {
		if row, ok := addresses[pattern]; !ok || row.none == "" && len(row.asked)+len(row.forms) == 0 {
			t.Errorf("%s is a way in: say in addresses how the wall stands before it", pattern)
		}
	}
	for pattern := range addresses {
		if !slices.Contains(patterns, pattern) {
			t.Errorf("there is no %s", pattern)
		}
	}
}

// What differs by chance between two houses: numbers and ids.
var chance = regexp.MustCompile(`\b[0-9]{3} [0-9]{4}\b|\b[0-9]{7}\b|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|[0-9]{16}\.[^"&]*`)

// twin is a house with a report that accuses station-near, or without it; both have an open one.
func twin(t *testing.T, with bool) (h *house, open, walled ripoti.Code) {
	h = openHouse(t)
	open = h.File("open", ripoti.StageComplete, stage.Report(nil))
	h.Text("station-near.desk", "1 "+string(open))
	if !with {
		return h, open, "4829172"
	}
	walled = h.File("walled", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) {
		a.What, a.Detail, a.Danger, a.More = ripoti.WhatPolice, ripoti.PoliceBeat, ripoti.DangerYes, "behind the blue kiosk"
	}))
	h.Text("oversight-ke.liaison", "1 "+string(walled))
	h.must(h.Desk.Propose(t.Context(), walled, contactIn(h, "coordination-047.coordinator"), ripoti.OutcomeDuplicate, "words", open))
	h.must(h.Desk.RaiseFlag(t.Context(), walled, contactIn(h, "coordination-047.coordinator"), ripoti.FlagUnsafe, "words"))
	h.Work()
	return h, open, walled
}

func openHouse(t *testing.T) *house { return open(t) }

func contactIn(h *house, id string) ripoti.Contact {
	c, _ := h.Desk.Live.World().Contact(id)
	return c
}

// The wall (domain brief 4.4 and P4): to whoever is posted where the accused are, every address of the
// console answers as if the report had never been made.
func TestTheWallStandsOnEveryAddress(t *testing.T) {
	with, open, walled := twin(t, true)
	without, openToo, never := twin(t, false)
	report := with.Report(walled)
	for _, role := range []ripoti.UserRole{ripoti.UserCoordinator, ripoti.UserOfficer, ripoti.UserAuditor, ripoti.UserSupervisor} {
		u := ripoti.User{Login: "sample." + string(role), Name: "Sample", Role: role, OfficeID: "station-near"}
		if role == ripoti.UserOfficer {
			u.ContactID = "station-near.desk"
		}
		inside, nothing := with.as(u), without.as(u)
		for _, pattern := range slices.Sorted(slices.Values(console.Patterns())) {
			row := addresses[pattern]
			for _, try := range triesOf(pattern, row) {
				status, got := try.do(inside, strings.NewReplacer("{number}", string(walled), "{open}", string(open), "{id}", report.ID))
				statusToo, want := try.do(nothing, strings.NewReplacer("{number}", string(never), "{open}", string(openToo), "{id}", report.ID))
				if status != statusToo || chance.ReplaceAllString(got, "-") != chance.ReplaceAllString(want, "-") {
					t.Errorf("%s, %s %s: %d where there is no such report %d\n%s", role, pattern, try.query, status, statusToo, firstDifference(chance.ReplaceAllString(got, "-"), chance.ReplaceAllString(want, "-")))
				}
				if strings.Contains(got, walled.Spaced()) || strings.Contains(got, "blue kiosk") {
					t.Errorf("%s, %s %s: it shows", role, pattern, try.query)
				}
			}
		}
	}
	if history := with.History(walled); strings.Contains(history, "viewed") || strings.Contains(history, "story_opened") || strings.Contains(history, "acted") {
		t.Errorf("somebody behind the wall is in its history: %s", history)
	}
	if _, page := with.as(coordinator).get("/console/reports/" + string(walled)); !strings.Contains(page, walled.Spaced()) {
		t.Error("nobody at all sees the report: this proves nothing")
	}
}

// The pages before somebody leaves an office or is transferred show the cases that would be handed over: to a
// coordinator who is posted where the accused are, those of the wall are not among them.
func TestWhatWouldBeHandedOverKeepsTheWall(t *testing.T) {
	h, _, walled := twin(t, true)
	inside := h.as(ripoti.User{Login: "sample.inside", Name: "Sample", Role: ripoti.UserCoordinator, OfficeID: "station-near"})
	outside := h.as(ripoti.User{Login: "sample.outside", Name: "Sample", Role: ripoti.UserCoordinator, OfficeID: "coordination-ke"})
	for _, page := range []string{"end", "transfer?to=hospital-west&role=health"} {
		path := "/console/directory/contacts/oversight-ke.liaison/" + page
		status, shown := inside.get(path)
		if status != http.StatusOK || strings.Contains(shown, walled.Spaced()) || strings.Contains(shown, string(walled)) {
			t.Errorf("%s answers %d, and shows the walled report: %v", page, status, strings.Contains(shown, walled.Spaced()))
		}
		if status, shown := outside.get(path); status != http.StatusOK || !strings.Contains(shown, walled.Spaced()) && !strings.Contains(shown, string(walled)) {
			t.Errorf("%s answers %d, and shows nobody the case that is handed over: this proves nothing", page, status)
		}
	}
}

// try is one request.
type try struct {
	method, path, query string
	form                url.Values
}

func triesOf(pattern string, row tried) (all []try) {
	method, path, _ := strings.Cut(pattern, " ")
	for from, to := range row.path {
		path = strings.ReplaceAll(path, from, to)
	}
	for _, query := range row.asked {
		all = append(all, try{method: method, path: path, query: query})
	}
	for _, form := range row.forms {
		all = append(all, try{method: method, path: path, form: form})
	}
	return all
}

func (r try) do(v *visitor, fill *strings.Replacer) (int, string) {
	path := fill.Replace(r.path)
	if r.query != "" {
		path += "?" + fill.Replace(r.query)
	}
	if r.method == http.MethodGet {
		return v.get(path)
	}
	form := url.Values{}
	for name, values := range r.form {
		form.Set(name, fill.Replace(values[0]))
	}
	return v.post(path, form)
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i] + "\n" + y[i]
		}
	}
	return "one is longer"
}
