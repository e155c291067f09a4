//go:build linux

package load

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

// alerts is how many idle calls are timed.
const alerts = 100

// BenchmarkAlert measures, on an idle service, the time from posting the press that saves a report
// of somebody in danger to the moment its first SMS is with the provider.
func BenchmarkAlert(b *testing.B) {
	b.Run("web and worker", func(b *testing.B) {
		h := openHouse(b)
		h.migrate(b)
		handed := make(chan time.Time, 64)
		provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			at := time.Now()
			if r.Method != http.MethodPost { // what is left on the account, and the like
				http.NotFound(w, r)
				return
			}
			r.ParseForm()
			w.WriteHeader(http.StatusCreated)
			fmt.Fprintf(w, `{"sid":"SM%032x","status":"queued","num_segments":"1","error_code":null}`, rand.Uint64())
			handed <- at
		}))
		defer provider.Close()
		twilio := []string{"SMS_SENDER=twilio", "TWILIO_ACCOUNT_SID=AC00000000000000000000000000000001", "TWILIO_AUTH_TOKEN=pretendtoken",
			"TWILIO_FROM=+254711000000", "TWILIO_TWO_WAY=true", "TWILIO_BASE_URL=" + provider.URL}
		web := h.startWeb(b, twilio...)
		h.startWorker(b, twilio...)
		timeAlerts(b, web.hook(), func(pressed time.Time) (time.Duration, bool) {
			select {
			case at := <-handed:
				for quiet := true; quiet; { // the others of this report
					select {
					case <-handed:
					case <-time.After(200 * time.Millisecond):
						quiet = false
					}
				}
				return at.Sub(pressed), true
			case <-time.After(10 * time.Second):
				return 0, false
			}
		})
	})
	b.Run("dev", func(b *testing.B) {
		h := &house{binary: buildProduct(b)}
		dev := h.startDev(b)
		timeAlerts(b, dev.devHook(), func(pressed time.Time) (time.Duration, bool) {
			for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
				if at, ok := firstSince(b, dev.base+"/dev/messages.json", pressed); ok {
					time.Sleep(200 * time.Millisecond)
					return at.Sub(pressed), true
				}
			}
			return 0, false
		})
	})
}

// firstSince is when the first SMS after a moment was handed to the simulator.
func firstSince(b *testing.B, url string, moment time.Time) (first time.Time, found bool) {
	answer, err := http.Get(url)
	must(b)(err)
	defer answer.Body.Close()
	var messages []struct{ At time.Time }
	must(b)(json.NewDecoder(answer.Body).Decode(&messages))
	for _, m := range messages {
		if m.At.After(moment) && (!found || m.At.Before(first)) {
			first, found = m.At, true
		}
	}
	return first, found
}

func timeAlerts(b *testing.B, hook string, await func(pressed time.Time) (time.Duration, bool)) {
	o, err := Options{URL: hook, Path: Danger, Sessions: 1, Seed: uint64(time.Now().UnixNano())}.defaults()
	must(b)(err)
	r := &run{Options: o, client: newClient(o)}
	var waits histogram
	texts := Danger.texts(ripoti.English, "Kibera")
	for n := range alerts {
		c, t := r.newCaller(uint64(n)), newTally()
		var before []byte
		var pressed time.Time
		for press, text := range texts {
			pressed = time.Now()
			answer, ok := r.press(b.Context(), t, c, press, text, before, pressed)
			if !ok {
				b.Fatalf("call %d: %v %v", n, t.errors, t.wrong)
			}
			before = answer
		}
		wait, ok := await(pressed)
		if !ok {
			b.Fatalf("call %d: nobody was alerted", n)
		}
		if n > 0 { // the first finds connections closed
			waits.add(wait)
		}
		time.Sleep(rand.N(100 * time.Millisecond)) // polling must not fall into step
	}
	w := times(&waits)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(w.P50, "p50-ms")
	b.ReportMetric(w.P99, "p99-ms")
	b.Logf("\n| last press -> SMS handed over, idle | p50 | p95 | p99 | max ms |\n| --- | ---: | ---: | ---: | ---: |\n| %s | %.0f | %.0f | %.0f | %.0f |",
		b.Name(), w.P50, w.P95, w.P99, w.Most)
}
