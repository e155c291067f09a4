package main

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ripoti/handlers"
	"ripoti/internal/ripoti"
	"ripoti/internal/store/storetest"
)

func codeOf(t *testing.T, digits string) ripoti.Code {
	t.Helper()
	code, err := ripoti.ParseCode(digits)
	if err != nil {
		t.Fatalf("%q is no number of a report: %v", digits, err)
	}
	return code
}

// After a full trip, with failures on the way, nothing that outlives it or is shown to operators
// holds a number or a story.
func TestNothingPersonalLeaks(t *testing.T) {
	path := storetest.SQLite(t)
	tr := newTrip(t, "sqlite:"+path)
	tr.twilio.willBe(notTo(officer, tooMany), notTo(officer, broken), notTo(officer, tooMany), notTo(officer, broken))
	tr.startWorker()
	keys := append([]string{}, calmKeys...)
	keys[len(keys)-2] = "behind the blue kiosk"
	tr.dial("leak", keys...)
	tr.dial("half", dangerKeys[:6]...)
	tr.twilio.waitFor(officer, 1)
	tr.twilio.text(tripPublic, tr.url, "SMleak", officer, "1 my secret note 0711000077")
	tr.twilio.text(tripPublic, tr.url, "SMleak2", "+254711000098", "my secret story")
	tr.twilio.waitFor("+254711000098", 1)
	time.Sleep(300 * time.Millisecond)

	metrics := httptest.NewRecorder()
	handlers.Metrics(tr.house.registry, "").ServeHTTP(metrics, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	places := map[string]struct{ text, proof string }{
		"the log":      {tr.log.String(), "report saved"},
		"the metrics":  {metrics.Body.String(), "ripoti_reports_total"},
		"Redis":        {tr.dumpRedis(), "asynq"},
		"the database": {storetest.Dump(t, db), "routed"},
	}
	for name, place := range places {
		if !strings.Contains(place.text, place.proof) {
			t.Errorf("%s shows no %q: the test proves nothing", name, place.proof)
		}
		for _, secret := range []string{"711000099", "711000098", "711000001", "711000077", "blue kiosk", "my secret", "RIPOTI HIGH"} {
			if at := strings.Index(place.text, secret); at >= 0 {
				t.Errorf("%s holds %q: ...%s...", name, secret, place.text[max(0, at-80):min(len(place.text), at+80)])
			}
		}
	}
}

// dumpTasks is every key with its value once that many tasks wait in the queue, or after a while.
func (tr *trip) dumpTasks(n int) (dump string) {
	tr.Helper()
	for deadline := time.Now().Add(20 * time.Second); strings.Count(dump, "}:t:") < n && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		dump = tr.dumpRedis()
	}
	return dump
}

// dumpRedis is every key with its value, whatever its kind.
func (tr *trip) dumpRedis() string {
	tr.Helper()
	ctx := tr.Context()
	var b strings.Builder
	keys, err := tr.redis.Keys(ctx, "*").Result()
	if err != nil {
		tr.Fatal(err)
	}
	for _, key := range keys {
		b.WriteString(key + " ")
		kind, err := tr.redis.Type(ctx, key).Result()
		if err != nil {
			tr.Fatal(err)
		}
		switch kind {
		case "string":
			v, _ := tr.redis.Get(ctx, key).Result()
			b.WriteString(v)
		case "hash":
			v, _ := tr.redis.HGetAll(ctx, key).Result()
			for field, value := range v {
				b.WriteString(field + "=" + value + " ")
			}
		case "list":
			v, _ := tr.redis.LRange(ctx, key, 0, -1).Result()
			b.WriteString(strings.Join(v, " "))
		case "set":
			v, _ := tr.redis.SMembers(ctx, key).Result()
			b.WriteString(strings.Join(v, " "))
		case "zset":
			v, _ := tr.redis.ZRange(ctx, key, 0, -1).Result()
			b.WriteString(strings.Join(v, " "))
		}
		b.WriteString("\n")
	}
	return b.String()
}
