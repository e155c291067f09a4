package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"ripoti/internal/casework/stage"
	"ripoti/internal/cpims"
	"ripoti/internal/partner"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// house is a village with an API.
type house struct {
	*stage.Stage
	api http.Handler
	log bytes.Buffer
}

func open(t *testing.T) *house {
	h := &house{Stage: stage.New(t, nil)}
	h.api = New(Parts{Store: h.Store, Desk: h.Desk, Seal: h.Keys.Narratives, Now: h.Clock.Now, Log: slog.New(slog.NewTextHandler(&h.log, nil))})
	return h
}

// token makes one, altered by change, and gives what its partner brings.
func (h *house) token(change func(*ripoti.Token), scopes ...ripoti.Scope) (ripoti.Token, string) {
	h.Helper()
	asked := ripoti.Token{Name: "Sample partner", Scopes: scopes, ExpiresAt: h.Clock.Now().Add(24 * time.Hour), CreatedBy: "operator"}
	if change != nil {
		change(&asked)
	}
	t, brought, err := partner.Issue(asked, h.Clock.Now())
	h.must(err)
	h.must(h.Store.InTx(h.Context(), func(tx *store.Tx) error { return tx.AddToken(h.Context(), t, brought) }))
	return t, brought
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) get(brought, address string) (int, string) {
	r := httptest.NewRequest(http.MethodGet, address, nil)
	if brought != "" {
		r.Header.Set("Authorization", "Bearer "+brought)
	}
	w := httptest.NewRecorder()
	h.api.ServeHTTP(w, r)
	body, _ := io.ReadAll(w.Result().Body)
	return w.Code, string(body)
}

func (h *house) reports(brought, query string) (page Reports) {
	h.Helper()
	status, body := h.get(brought, "/api/v1/reports"+query)
	if status != http.StatusOK {
		h.Fatalf("%s: %d %s", query, status, body)
	}
	h.must(json.Unmarshal([]byte(body), &page))
	return page
}

func TestATokenReadsWhatItWasMadeFor(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.More = "behind the blue kiosk" }))
	_, good := h.token(nil, ripoti.ScopeReports)
	_, figures := h.token(nil, ripoti.ScopeFigures)
	ended, revoked := h.token(nil, ripoti.ScopeReports)
	h.must(h.Store.InTx(t.Context(), func(tx *store.Tx) error { _, err := tx.RevokeToken(t.Context(), ended.ID); return err }))
	_, short := h.token(func(t *ripoti.Token) { t.ExpiresAt = h.Clock.Now().Add(time.Minute) }, ripoti.ScopeReports)
	for _, c := range []struct {
		name, token, address string
		want                 int
	}{
		{"its scope", good, "/api/v1/reports", 200},
		{"another scope", good, "/api/v1/figures", 403},
		{"another scope", good, "/api/v1/cpims.csv", 403},
		{"another scope", figures, "/api/v1/reports", 403},
		{"its own", figures, "/api/v1/token", 200},
		{"figures", figures, "/api/v1/figures?by=county", 200},
		{"no token", "", "/api/v1/reports", 401},
		{"an invented token", "ripoti_x", "/api/v1/reports", 401},
		{"a revoked token", revoked, "/api/v1/reports", 401},
		{"the document", "", "/api/v1/openapi.yaml", 200},
		{"nowhere", good, "/api/v1/nowhere", 404},
		{"a bad day", good, "/api/v1/reports?from=yesterday", 400},
		{"a bad limit", good, "/api/v1/reports?limit=9000", 400},
		{"a bad cursor", good, "/api/v1/reports?after=abc", 400},
		{"a bad by", figures, "/api/v1/figures?by=name", 400},
		{"a bad month", figures, "/api/v1/figures?from=soon", 400},
	} {
		status, body := h.get(c.token, c.address)
		if status != c.want || status >= 400 && !strings.Contains(body, `"message":"`) {
			t.Errorf("%s at %s: %d %s", c.name, c.address, status, body)
		}
		for _, secret := range []string{string(code), "blue kiosk", "254711000099", "Kibera", h.Report(code).ID} {
			if strings.Contains(body, secret) {
				t.Errorf("%s at %s tells %s", c.name, c.address, secret)
			}
		}
	}
	h.Clock.Move(2 * time.Minute)
	if status, _ := h.get(short, "/api/v1/reports"); status != http.StatusUnauthorized {
		t.Errorf("an expired token: %d", status)
	}
	for range atOnce {
		h.get(good, "/api/v1/reports")
	}
	if status, _ := h.get(good, "/api/v1/reports"); status != http.StatusTooManyRequests {
		t.Errorf("too often: %d", status)
	}
	if h.log.Len() > 0 {
		t.Errorf("logged: %s", h.log.String())
	}
}

func TestAPseudonymIsGoodForOnePartner(t *testing.T) {
	h := open(t)
	code := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	_, one := h.token(nil, ripoti.ScopeReports)
	_, two := h.token(nil, ripoti.ScopeReports)
	_, numbers := h.token(nil, ripoti.ScopeReports, ripoti.ScopeNumbers)
	first, again, other := h.reports(one, "").Reports[0].Report, h.reports(one, "").Reports[0].Report, h.reports(two, "").Reports[0].Report
	if first != again || first == other || h.reports(numbers, "").Reports[0].Report != string(code) {
		t.Errorf("%s, %s, %s", first, again, other)
	}
}

// The wall and the counties of a token (domain brief 4.4).
func TestATokenSeesNothingBehindTheWall(t *testing.T) {
	h := open(t)
	h.File("walled", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.Detail = ripoti.WhatPolice, ripoti.PoliceBeat }))
	for i := range 5 {
		h.File(fmt.Sprint("c", i), ripoti.StageComplete, stage.Report(nil))
	}
	for _, c := range []struct {
		name   string
		change func(*ripoti.Token)
		want   int
	}{
		{"no office", nil, 5},
		{"the accused office", func(t *ripoti.Token) { t.OfficeID = "station-near" }, 5},
		{"coordination", func(t *ripoti.Token) { t.OfficeID = "coordination-047" }, 6},
		{"another county", func(t *ripoti.Token) { t.Counties, t.OfficeID = []string{"001"}, "coordination-047" }, 0},
	} {
		_, brought := h.token(c.change, ripoti.ScopeReports, ripoti.ScopeFigures, ripoti.ScopeCPIMS)
		if got := len(h.reports(brought, "").Reports); got != c.want {
			t.Errorf("%s reads %d", c.name, got)
		}
		_, figures := h.get(brought, "/api/v1/figures?by=county")
		if told := strings.Contains(figures, fmt.Sprintf(`"count":%d`, c.want)); c.want > 0 && !told {
			t.Errorf("%s counts otherwise: %s", c.name, figures)
		}
		_, file := h.get(brought, "/api/v1/cpims.csv")
		if lines := strings.Count(file, "\n") - 1; lines != c.want {
			t.Errorf("%s gets %d cases", c.name, lines)
		}
	}
}

func TestPagesHaveNoGaps(t *testing.T) {
	h := open(t)
	for i := range 7 {
		h.File(fmt.Sprint("c", i), ripoti.StageComplete, stage.Report(nil))
		h.Clock.Move(time.Second)
	}
	_, brought := h.token(nil, ripoti.ScopeReports)
	_, other := h.token(nil, ripoti.ScopeReports)
	var all []string
	next := ""
	for range 4 {
		page := h.reports(brought, "?limit=3&after="+next)
		for _, r := range page.Reports {
			all = append(all, r.Report)
		}
		if next = page.Next; next == "" {
			break
		}
		if status, _ := h.get(other, "/api/v1/reports?after="+next); status != http.StatusBadRequest {
			t.Errorf("another partner goes on by it: %d", status)
		}
	}
	if slices.Sort(all); len(slices.Compact(all)) != 7 {
		t.Errorf("%v", all)
	}
}

func TestCPIMSHasItsFieldsAndNoWords(t *testing.T) {
	h := open(t)
	h.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.More = "behind the blue kiosk" }))
	h.File("adult", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.AtRisk = ripoti.WhatHome, ripoti.AtRiskOtherAdult }))
	_, brought := h.token(nil, ripoti.ScopeCPIMS)
	_, file := h.get(brought, "/api/v1/cpims.csv")
	if !strings.HasPrefix(file, strings.Join(cpims.Columns, ",")+"\n") || strings.Count(file, "\n") != 2 || strings.Contains(file, "kiosk") || strings.Contains(file, "254") {
		t.Errorf("%s", file)
	}
}

// The document is held against the handlers: every address, and every field of every answer.
func TestTheDocumentTellsWhatIsAnswered(t *testing.T) {
	var doc struct {
		Paths      map[string]map[string]any `yaml:"paths"`
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any `yaml:"properties"`
			} `yaml:"schemas"`
		} `yaml:"components"`
	}
	if err := yaml.Unmarshal(document, &doc); err != nil {
		t.Fatal(err)
	}
	served := map[string]bool{}
	for _, r := range routes {
		method, path, _ := strings.Cut(r.pattern, " ")
		served[path] = true
		if doc.Paths[path][strings.ToLower(method)] == nil {
			t.Errorf("%s is not in the document", r.pattern)
		}
	}
	for path, methods := range doc.Paths {
		if !served[path] || len(methods) != 1 {
			t.Errorf("%s is in the document and nowhere else", path)
		}
	}
	for _, v := range []any{Token{}, Report{}, Reports{}, Figure{}, Line{}, Table{}, Sheet{}, partner.Event{}} {
		kind := reflect.TypeOf(v)
		var fields []string
		for i := range kind.NumField() {
			name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
			fields = append(fields, name)
		}
		var told []string
		for name := range doc.Components.Schemas[kind.Name()].Properties {
			told = append(told, name)
		}
		slices.Sort(fields)
		slices.Sort(told)
		if !slices.Equal(fields, told) {
			t.Errorf("%s answers %v, the document tells %v", kind.Name(), fields, told)
		}
	}
}

// A partner learns whether a case ended, and how.
func TestAReportTellsItsOutcome(t *testing.T) {
	h := open(t)
	open := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	closed := h.File("c2", ripoti.StageComplete, stage.Report(nil))
	h.must(h.Store.InTx(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.Report(t.Context(), h.Report(closed).ID); err != nil {
			return err
		}
		return tx.CloseReport(t.Context(), h.Report(closed).ID, ripoti.OutcomeChildInCare)
	}))
	_, token := h.token(nil, ripoti.ScopeReports, ripoti.ScopeNumbers)
	var page Reports
	_, body := h.get(token, "/api/v1/reports")
	h.must(json.Unmarshal([]byte(body), &page))
	told := map[string]string{}
	for _, r := range page.Reports {
		told[r.Report] = fmt.Sprint(r.Status, " ", r.Outcome, " ", r.ClosedOn)
	}
	want := map[string]string{string(open): "routed  ", string(closed): "closed child_in_care " + h.Clock.Now().Add(3*time.Hour).Format(time.DateOnly)}
	if !maps.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}
