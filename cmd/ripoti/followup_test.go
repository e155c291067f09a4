package main

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"ripoti/handlers"
	"ripoti/internal/store/storetest"
)

// The reporter dials again, Redis is wiped in the middle of it, and what was told is told once.
func TestTripFollowUp(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		tr := newTrip(t, database)
		tr.startWorker()
		code := tr.numberOn(tr.dial("first", calmKeys...))
		tr.twilio.waitFor(officer, 1)
		if screen := tr.dial("looked", "2", "3", code); !strings.HasPrefix(screen, "CON Inaangaliwa.") {
			t.Errorf("before anybody accepted: %q", screen)
		}
		tr.twilio.text(tripPublic, tr.url, "SMa", officer, "1 "+code)
		tr.twilio.waitFor(officer, 2)
		keys := []string{"2", "3", code[:3] + " " + code[3:], "5", "yuko kwa kinyozi wa pili", "9", "2"}
		if screen := tr.dial("again", keys[:4]...); !strings.HasPrefix(screen, "CON Kama ni salama") {
			t.Errorf("asked for more: %q", screen)
		}
		tr.flush()
		tr.dial("again", keys...) // from the dial on once more
		tr.flush()
		_, last, _ := tr.post("again", strings.Join(keys, "*"))
		if !strings.Contains(last, "Tunauliza ni nini kimefanywa") {
			t.Errorf("the last screen is %q", last)
		}
		r, err := tr.house.store.ReportByCode(t.Context(), codeOf(t, code))
		if err != nil || r.Answers.More != "yuko kwa kinyozi wa pili" {
			t.Errorf("the story is %q, %v", r.Answers.More, err)
		}
		events, err := tr.house.store.Events(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		times := map[string]int{}
		for _, e := range events {
			times[e.Kind]++
		}
		if times["information"] != 1 || times["nothing_done"] != 1 {
			t.Errorf("told %v", times)
		}
		if asked := tr.twilio.waitFor(officer, 3)[2]; !strings.Contains(asked.Body, "what has been done") || strings.Contains(asked.Body, "reporter") {
			t.Errorf("the officer is asked %q", asked.Body)
		}
		if got := tr.twilio.sent(reporter); len(got) != 0 {
			t.Errorf("the reporter was sent %v", got)
		}
	})
}

// mistyped is no report's number. Seven digits stand inside of longer numbers and hashes by chance.
const mistyped = "7654321"

// Nothing of a follow-up stands readable anywhere: no number typed, no words, no phone.
func TestFollowUpLeaksNothing(t *testing.T) {
	path := storetest.SQLite(t)
	tr := newTrip(t, "sqlite:"+path)
	tr.startWorker()
	code := tr.numberOn(tr.dial("first", calmKeys...))
	tr.dial("again", "2", "3", mistyped, code, "5", "behind the blue kiosk", "9", "6", "1", "4")
	tr.twilio.text(tripPublic, tr.url, "SMf", "+254711000098", code+" the green gate at the end")
	tr.twilio.waitFor("+254711000098", 1)
	time.Sleep(300 * time.Millisecond)
	metrics := httptest.NewRecorder()
	handlers.Metrics(tr.house.registry, "").ServeHTTP(metrics, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, text := range map[string]string{"the log": tr.log.String(), "the metrics": metrics.Body.String(), "Redis": tr.dumpRedis(), "the database": storetest.Dump(t, db)} {
		if len(text) < 100 {
			t.Errorf("%s shows nothing: the test proves nothing", name)
		}
		for _, secret := range []string{"711000099", "711000098", "blue kiosk", "green gate", `(?:^|[^0-9a-f])` + mistyped + `(?:[^0-9a-f]|$)`} {
			if found := regexp.MustCompile(secret).FindString(text); found != "" {
				t.Errorf("%s holds %q", name, found)
			}
		}
		if name != "the database" && strings.Contains(text, code) {
			t.Errorf("%s holds the report's number", name)
		}
	}
}
