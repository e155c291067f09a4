package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ripoti/handlers"
	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store/storetest"
	"ripoti/internal/tasks"
	"ripoti/internal/triage"
)

const urgentText = "a girl is raped now in Kibera, he has a knife"

// hooks are the two ways in for a text. The same id comes as often as the provider likes.
var hooks = map[string]func(tw *twoWays, id, from, body string) int{
	"africastalking": func(tw *twoWays, id, from, body string) int {
		return tw.at.text(tw.url, id, from, body, time.Now().Truncate(time.Hour))
	},
	"twilio": func(tw *twoWays, id, from, body string) int {
		return tw.twilio.text(tripPublic, tw.url, "SM"+id, from, body)
	},
}

// texted brings a text by a hook and wants its yes.
func (tw *twoWays) texted(hook, id, from, body string) {
	tw.Helper()
	if got := hooks[hook](tw, id, from, body); got != http.StatusOK {
		tw.Fatalf("%s: the text is answered with %d", hook, got)
	}
}

func TestTripATextByEitherHookIsOneReportAndOneReceipt(t *testing.T) {
	for hook := range hooks {
		t.Run(hook, func(t *testing.T) {
			onBoth(t, func(t *testing.T, database string) {
				tw := newTwoWays(t, database, atFirst)
				tw.startWorker()
				for range 3 { // at least once is often more
					tw.texted(hook, "one", passerby, urgentText)
				}
				receipt := tw.wait(passerby, 1)[0]
				r := tw.routed(1)[0]
				if string(r.Code) != tw.numberOn(receipt.Body) || r.Urgency != ripoti.Critical {
					t.Errorf("%+v, %q", r, receipt.Body)
				}
				tw.texted(hook, "one", passerby, urgentText)
				tw.wait(passerby, 1)
				tw.routed(1)
				tw.once()
			})
		})
	}
}

// TestTripATextThroughEachFailure lets the provider that answers fail in each way: the report is saved
// and routed all the same, and the person gets the receipt once or not at all.
func TestTripATextThroughEachFailure(t *testing.T) {
	type failure struct {
		name    string
		at      func(*twoWays) mood
		twilio  func(*twoWays) mood
		receipt int // by the other provider
	}
	just := func(m mood) func(*twoWays) mood { return func(*twoWays) mood { return m } }
	refused := func(w http.ResponseWriter, _ *http.Request) bool { twilioError(w, 400, 21211); return true }
	failures := []failure{
		{"too many", just(status(429)), just(tooMany), 1},
		{"server error", just(status(503)), just(broken), 0},
		{"answer lost", func(tw *twoWays) mood { return tw.at.lost }, func(tw *twoWays) mood { return tw.twilio.silent }, 0},
		{"too slow", just(slow), just(slow), 0},
		{"refused", func(tw *twoWays) mood { return tw.at.code(403) }, just(refused), 0},
	}
	for routes, hook := range map[string]string{atFirst: "twilio", twilioFirst: "africastalking"} {
		for _, f := range failures {
			t.Run(hook+"/"+f.name, func(t *testing.T) {
				tw := newTwoWays(t, sqliteAt(t), routes)
				first, second := tw.at.sent, tw.twilio.sent
				if routes == twilioFirst {
					first, second = second, first
					for range 60 {
						tw.twilio.willBe(f.twilio(tw))
					}
				} else {
					tw.at.willBe(f.at(tw))
				}
				tw.startWorker()
				tw.texted(hook, "fails", passerby, urgentText)
				tw.routed(1)
				for deadline := time.Now().Add(2 * time.Second); len(second(passerby)) < f.receipt && time.Now().Before(deadline); {
					time.Sleep(20 * time.Millisecond)
				}
				if f.receipt == 0 {
					time.Sleep(1500 * time.Millisecond)
				}
				tw.texted(hook, "fails", passerby, urgentText) // again, as nobody heard our yes
				time.Sleep(300 * time.Millisecond)
				if n := len(second(passerby)); n != f.receipt || len(first(passerby)) > 1 {
					t.Errorf("the failing one took %d receipts, the other %d, want %d", len(first(passerby)), n, f.receipt)
				}
				if n := len(tw.reports()); n != 1 {
					t.Errorf("%d reports", n)
				}
				tw.once()
			})
		}
	}
	t.Run("receipts that lie move nothing back and send nothing twice", func(t *testing.T) {
		tw := newTwoWays(t, sqliteAt(t), atFirst)
		tw.startWorker()
		tw.texted("twilio", "lies", passerby, urgentText)
		receipt := tw.wait(passerby, 1)[0]
		for _, status := range []string{"Success", "Failed", "Sent", "Rejected", "no such status"} {
			tw.at.report(tw.url, receipt, status)
		}
		tw.at.report(tw.url, pretendSMS{SID: "ATXid_nobody", To: passerby}, "Success")
		tw.wait(passerby, 1)
		messages, err := tw.house.store.MessagesOf(t.Context(), tw.routed(1)[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			if m.Body == receipt.Body && m.Status != sms.Delivered {
				t.Errorf("the receipt is %s", m.Status)
			}
		}
	})
}

// slow answers after the sender has given up, and takes nothing.
func slow(w http.ResponseWriter, r *http.Request) bool {
	select {
	case <-r.Context().Done():
	case <-time.After(1200 * time.Millisecond): // SMS_TIMEOUT is 1s
	}
	http.Error(w, "too late", http.StatusGatewayTimeout)
	return true
}

// dyingReader is a reader whose process dies while it reads.
type dyingReader struct {
	casework.TextReader
	die func()
}

func (d dyingReader) Read(text string) triage.Reading {
	d.die()
	return d.TextReader.Read(text)
}

var queuedTask = regexp.MustCompile(`\{"duty":[^}]*\}`)

func TestTripACrashInTheMiddleOfAReading(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		tw := newTwoWays(t, database, atFirst)
		tw.texted("africastalking", "crash", passerby, urgentText)
		var payload tasks.Payload // as it stands in the queue, which nobody serves
		for deadline := time.Now().Add(5 * time.Second); payload.Duty == "" && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			if found := queuedTask.FindString(tw.dumpRedis()); found != "" {
				if err := json.Unmarshal([]byte(found), &payload); err != nil {
					t.Fatal(err)
				}
			}
		}
		if payload.Duty == "" {
			t.Fatal("no reading is owed")
		}
		ctx, cancel := context.WithCancel(t.Context())
		dying := *tw.house.desk
		dying.Reader = dyingReader{tw.house.desk.Reader, cancel}
		if err := dying.Read(ctx, payload); err == nil {
			t.Fatal("the reading that died succeeded")
		}
		if n := len(tw.reports()); n != 0 {
			t.Fatalf("%d reports of a reading that died", n)
		}
		// Then many hands have it at once.
		var hands sync.WaitGroup
		for range 4 {
			hands.Go(func() {
				if err := tw.house.desk.Read(t.Context(), payload); err != nil {
					t.Error(err)
				}
			})
		}
		hands.Wait()
		tw.startWorker()
		tw.wait(passerby, 1)
		if r := tw.routed(1)[0]; r.Answers.More != urgentText {
			t.Errorf("the story is %q", r.Answers.More)
		}
		tw.once()
	})
}

// TestTripRedisIsWipedAgainAndAgain: from the hook's yes to the alert nothing is lost with Redis.
func TestTripRedisIsWipedAgainAndAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		tw := newTwoWays(t, database, atFirst)
		tw.texted("twilio", "wiped", passerby, urgentText)
		tw.flush() // between the text and its reading
		tw.startWorker()
		done := make(chan struct{})
		var wiping sync.WaitGroup
		wiping.Go(func() {
			for {
				select {
				case <-done:
					return
				case <-time.After(70 * time.Millisecond):
					tw.flush()
				}
			}
		})
		tw.texted("africastalking", "wiped-too", "+254711000096", "mtoto anabakwa sasa hivi Kibera, saidieni")
		tw.routed(2)
		for _, who := range []string{passerby, "+254711000096"} {
			tw.wait(who, 1)
		}
		for deadline := time.Now().Add(10 * time.Second); len(tw.all(socialWorker)) < 2 && time.Now().Before(deadline); {
			time.Sleep(50 * time.Millisecond)
		}
		close(done)
		wiping.Wait()
		if n := len(tw.all(socialWorker)); n < 2 {
			t.Errorf("the social worker heard %d times of two reports", n)
		}
		tw.once()
	})
}

// TestNothingPersonalLeaksFromTexts walks texts through everything that may be done with them, and looks
// at all that outlives them or is shown to operators.
func TestNothingPersonalLeaksFromTexts(t *testing.T) {
	path := storetest.SQLite(t)
	tw := newTwoWays(t, "sqlite:"+path, atFirst)
	tw.at.willBe(notTo(passerby, status(429)))
	tw.texted("africastalking", "leak1", passerby, "my neighbour Zebedayo Kiptanui beats a girl in Kibera, call 0711 000 077")
	tw.texted("twilio", "leak2", "ZEBALERT", "a girl is raped by Zebedayo in Kibera")
	queued := tw.dumpTasks(2) // what tasks carry
	tw.startWorker()
	tw.wait(passerby, 1)
	for i, body := range []string{"1", "sorry near the blue kiosk", "Zebedayo has a knife now", "help", "STOP"} {
		tw.texted("africastalking", fmt.Sprint("leak-more-", i), passerby, body)
	}
	reports := tw.routed(2)
	for _, r := range reports {
		if err := tw.house.desk.Confirm(t.Context(), casework.ReadBy{Code: r.Code, Contact: tw.contactOf(socialWorker), Category: ripoti.ChildAbuse, Urgency: ripoti.Critical}); err != nil {
			t.Errorf("confirm: %v", err)
		}
	}
	time.Sleep(500 * time.Millisecond)
	metrics := httptest.NewRecorder()
	handlers.Metrics(tw.house.registry, "").ServeHTTP(metrics, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, place := range map[string]struct{ text, proof string }{
		"the log":             {tw.log.String(), "report saved"},
		"the metrics":         {metrics.Body.String(), `ripoti_texts_total{what="no_phone"}`},
		"Redis before a task": {queued, "asynq"},
		"Redis":               {tw.dumpRedis(), "asynq"},
		"the database":        {storetest.Dump(t, db), "confirmed"},
	} {
		if !strings.Contains(place.text, place.proof) {
			t.Errorf("%s shows no %q: the test proves nothing", name, place.proof)
		}
		for _, secret := range []string{"711000095", "0711 000 077", "711000077", "711000001", "711000011", "ebedayo", "Kiptanui", "ZEBALERT", "blue kiosk", "neighbour", "has a knife"} {
			if at := strings.Index(place.text, secret); at >= 0 {
				t.Errorf("%s holds %q: ...%s...", name, secret, place.text[max(0, at-80):min(len(place.text), at+80)])
			}
		}
	}
}

// contactOf is the contact with a number.
func (tr *trip) contactOf(number string) string {
	tr.Helper()
	known, err := tr.house.store.ContactsOf(tr.Context(), ripoti.Phone(number))
	if err != nil || len(known) == 0 {
		tr.Fatalf("nobody has %s: %v", number, err)
	}
	return known[0].ID
}
