package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ripoti/handlers"
	"ripoti/internal/sms"
	"ripoti/internal/store"
)

// twoWays is a trip with both providers.
type twoWays struct {
	*trip
	at *pretendAT
}

func newTwoWays(t *testing.T, database, routes string, with ...string) *twoWays {
	t.Helper()
	at := newPretendAT(t)
	return &twoWays{newTrip(t, database, append(with, "AT_USERNAME="+pretendUser, "AT_API_KEY="+pretendKey, "AT_SENDER=21094",
		"AT_BASE_URL="+at.URL, "SMS_ROUTES="+routes)...), at}
}

// all are the messages that a number got, by whichever provider; those of Africa's Talking first.
func (tw *twoWays) all(to string) []pretendSMS { return append(tw.at.sent(to), tw.twilio.sent(to)...) }

// wait waits until a number has got n messages, and a moment longer for one too many.
func (tw *twoWays) wait(to string, n int) []pretendSMS {
	tw.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline) && len(tw.all(to)) < n; {
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(300 * time.Millisecond)
	if got := tw.all(to); len(got) != n {
		tw.Fatalf("%s got %d messages, want %d: %v", to, len(got), n, got)
	}
	return tw.all(to)
}

// once fails if any message left twice, by one provider or by both.
func (tw *twoWays) once() {
	tw.Helper()
	seen := map[string]int{}
	for _, m := range tw.all("") {
		if seen[m.To+m.Body]++; seen[m.To+m.Body] == 2 {
			tw.Errorf("left twice: %q", m.Body)
		}
	}
}

const atFirst, twilioFirst = "+254=africastalking,twilio;*=twilio", "*=twilio,africastalking"

func TestTripByBothProviders(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		tw := newTwoWays(t, database, atFirst)
		tw.startWorker()
		code := tw.numberOn(tw.dial("both", calmKeys...))
		alert := tw.wait(officer, 1)[0]
		if alert.From != "21094" || len(tw.twilio.sent("")) != 0 {
			t.Errorf("the alert came from %s, Twilio sent %d", alert.From, len(tw.twilio.sent("")))
		}
		for _, status := range []string{"Sent", "Success", "Success"} {
			if got := tw.at.report(tw.url, alert, status); got != http.StatusOK {
				t.Errorf("the receipt is answered with %d", got)
			}
		}
		r, err := tw.house.store.ReportByCode(t.Context(), codeOf(t, code))
		if err != nil {
			t.Fatal(err)
		}
		messages, err := tw.house.store.MessagesOf(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			if m.Body == alert.Body && (m.Status != sms.Delivered || m.Provider != "africastalking" || m.Cost.String() != "KES 0.80" || m.Segments != 1) {
				t.Errorf("the alert is %s by %s, %s, %d segments", m.Status, m.Provider, m.Cost, m.Segments)
			}
		}
		// Answers are taken from either side.
		tw.twilio.text(tripPublic, tw.url, "SMx", socialWorker, "1 "+code)
		if got := tw.at.text(tw.url, "a-1", officer, "1 "+code, time.Now()); got != http.StatusOK {
			t.Errorf("the officer's text is answered with %d", got)
		}
		if thanks := tw.wait(officer, 2)[1]; !strings.Contains(thanks.Body, "accepted") {
			t.Errorf("the thanks are %q", thanks.Body)
		}
		tw.wait(socialWorker, 3)
		tw.once()
		w := httptest.NewRecorder()
		handlers.Metrics(tw.house.registry, "").ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		for _, want := range []string{`ripoti_sms_cost_total{currency="KES",provider="africastalking"}`, `ripoti_sms_segments_total{provider="africastalking"}`,
			`ripoti_sms_balance{currency="KES",provider="africastalking"} 1785.5`, `ripoti_sms_balance{currency="USD",provider="twilio"} 42.5`,
			`ripoti_sms_passed_over{provider="twilio",why="errors"} 0`} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("no %s", want)
			}
		}
	})
}

// TestTripEachProviderFails lets the first provider fail in each way for as long as it takes. What it
// surely did not take leaves by the other, once; what it may have taken does not.
func TestTripEachProviderFails(t *testing.T) {
	type failure struct {
		name     string
		fail     func(*twoWays)
		switches bool
	}
	at := func(m func(*twoWays) mood) func(*twoWays) {
		return func(tw *twoWays) { tw.at.willBe(m(tw)) }
	}
	twilio := func(m func(*twoWays) mood) func(*twoWays) {
		return func(tw *twoWays) {
			for range 40 {
				tw.twilio.willBe(m(tw))
			}
		}
	}
	just := func(m mood) func(*twoWays) mood { return func(*twoWays) mood { return m } }
	for routes, failures := range map[string][]failure{
		atFirst: {
			{"too many", at(just(status(429))), true},
			{"wrong key", at(just(status(401))), true},
			{"no balance", at(func(tw *twoWays) mood { return tw.at.code(405) }), true},
			{"gateway error", at(func(tw *twoWays) mood { return tw.at.code(501) }), true},
			{"nobody there", func(tw *twoWays) { tw.at.Close() }, true},
			{"answer lost", at(func(tw *twoWays) mood { return tw.at.lost }), false},
			{"server error", at(just(status(500))), false},
		},
		twilioFirst: {
			{"too many", twilio(just(tooMany)), true},
			{"wrong token", func(tw *twoWays) { tw.twilio.token = "changed" }, true},
			{"nobody there", func(tw *twoWays) { tw.twilio.Close() }, true},
			{"answer lost", twilio(func(tw *twoWays) mood { return tw.twilio.silent }), false},
			{"server error", twilio(just(broken)), false},
		},
	} {
		for _, f := range failures {
			t.Run(routes+"/"+f.name, func(t *testing.T) {
				tw := newTwoWays(t, sqliteAt(t), routes)
				f.fail(tw)
				tw.startWorker()
				tw.dial("fails", dangerKeys...)
				first, second := tw.at.sent, tw.twilio.sent
				if routes == twilioFirst {
					first, second = second, first
				}
				if f.switches {
					tw.wait(officer, 1)
					if len(second(officer)) != 1 || len(first("")) != 0 {
						t.Errorf("the failing one took %d, the other %d for the officer", len(first("")), len(second(officer)))
					}
				} else {
					time.Sleep(2 * time.Second)
					if n := len(second("")); n != 0 {
						t.Errorf("the other sent %d that the first may have taken", n)
					}
				}
				tw.once()
			})
		}
	}
	t.Run("who opted out at one is not written by the other", func(t *testing.T) {
		tw := newTwoWays(t, sqliteAt(t), atFirst)
		tw.at.willBe(func(w http.ResponseWriter, r *http.Request) bool {
			if r.FormValue("to") == officer {
				tw.at.answer(w, r, 406, "None")
			}
			return r.FormValue("to") == officer
		})
		tw.startWorker()
		tw.dial("stopped", dangerKeys...)
		time.Sleep(time.Second)
		if n := len(tw.all(officer)); n != 0 {
			t.Errorf("the officer got %d messages", n)
		}
		if len(tw.all("")) == 0 {
			t.Error("nobody else was told")
		}
	})
}

func TestTripABrokenProviderIsLeftAlone(t *testing.T) {
	tw := newTwoWays(t, sqliteAt(t), atFirst, "SMS_BUNDLE_ABOVE=0")
	tw.at.willBe(status(401))
	tw.startWorker()
	dial := func(session string) {
		tw.Helper()
		before := len(tw.twilio.sent(""))
		tw.dial(session, calmKeys...)
		for deadline := time.Now().Add(10 * time.Second); len(tw.twilio.sent("")) < before+3 && time.Now().Before(deadline); {
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(200 * time.Millisecond)
	}
	dial("alone 1")
	dial("alone 2")
	asked, taken := tw.at.requests(), len(tw.twilio.sent(""))
	if asked < 5 {
		t.Fatalf("the broken one was asked %d times only", asked)
	}
	dial("alone 3")
	if more := len(tw.twilio.sent("")) - taken; more < 3 || tw.at.requests() != asked {
		t.Errorf("Twilio took %d more, and the broken one was asked %d times more", more, tw.at.requests()-asked)
	}
	if log := tw.log.String(); strings.Count(log, "a provider is in trouble") != 1 || !strings.Contains(log, `"provider":"africastalking","why":"errors"`) {
		t.Error("the log does not tell of it once")
	}
	tw.once()
}

// TestTripTextsAreFetchedThatTheHooksMissed lets both lists hold answers that came while no hook
// could be reached.
func TestTripTextsAreFetchedThatTheHooksMissed(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		tw := newTwoWays(t, database, atFirst)
		tw.startWorker()
		code := tw.numberOn(tw.dial("missed", calmKeys...))
		tw.wait(officer, 1)
		tw.wait(socialWorker, 2)
		tw.haltWorker()
		tw.ranBefore(time.Hour)
		at := time.Now().Add(-10 * time.Minute).Truncate(time.Second)
		tw.at.hold(officer, "1 "+code, at)
		tw.at.hold("+254711000077", "x", time.Now().Add(-2*time.Hour)) // from before this service
		tw.twilio.hold("SMmissed", socialWorker, "1 "+code, at)
		tw.startWorker()
		if thanks := tw.wait(officer, 2)[1]; !strings.Contains(thanks.Body, "accepted") {
			t.Errorf("the officer is answered %q", thanks.Body)
		}
		if thanks := tw.wait(socialWorker, 3)[2]; !strings.Contains(thanks.Body, "accepted") {
			t.Errorf("the social worker is answered %q", thanks.Body)
		}
		if n := len(tw.all("+254711000077")); n != 0 {
			t.Error("a text from before this service was answered")
		}
		// Now the hooks bring the same texts after all, the one of Africa's Talking under another id.
		tw.at.text(tw.url, "5f0c2bd0-1", officer, "1 "+code, at)
		tw.twilio.text(tripPublic, tw.url, "SMmissed", socialWorker, "1 "+code)
		time.Sleep(500 * time.Millisecond)
		tw.wait(officer, 2)
		tw.wait(socialWorker, 3)
		tw.once()
	})
}

// ranBefore makes the channels begin some time ago.
func (tw *twoWays) ranBefore(ago time.Duration) {
	tw.Helper()
	then := time.Now().Add(-ago)
	s, err := store.Open(tw.Context(), tw.database, tw.house.keys, func() time.Time { return then })
	if err != nil {
		tw.Fatal(err)
	}
	defer s.Close()
	if err := s.Begin(context.Background(), "africastalking", ""); err != nil {
		tw.Fatal(err)
	}
	if err := s.Begin(context.Background(), "twilio", then.UTC().Format(time.RFC3339)); err != nil {
		tw.Fatal(err)
	}
}

func TestTripAnAccountThatIsNearlyEmptyIsAnAlarm(t *testing.T) {
	tw := newTwoWays(t, sqliteAt(t), atFirst, "SMS_LOW_BALANCE=KES 500,USD 20")
	tw.at.balance = "KES 12.40"
	tw.startWorker()
	for deadline := time.Now().Add(5 * time.Second); !strings.Contains(tw.log.String(), "nearly empty") && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	log := tw.log.String()
	if strings.Count(log, "nearly empty") != 1 || !strings.Contains(log, `"provider":"africastalking","left":"KES 12.40"`) {
		t.Errorf("the log says %s", log)
	}
}

func TestCheckAsksEachProvider(t *testing.T) {
	tw := newTwoWays(t, sqliteAt(t), atFirst, "SMS_LOW_BALANCE=KES 5000")
	say := func() string {
		var b strings.Builder
		for _, name := range tw.house.cfg.Senders() {
			f := checkSender(t.Context(), tw.house.cfg, name)
			fmt.Fprintln(&b, f.State, f.What, f.Say)
		}
		return b.String()
	}
	if got := say(); got != "fault sms africastalking answers, but only KES 1785.50 is left on the account\nok sms twilio answers; USD 42.50 is left on the account\n" {
		t.Errorf("said %s", got)
	}
	tw.twilio.token = "changed"
	tw.at.Close()
	if got := say(); !strings.Contains(got, "fault sms africastalking cannot be reached") || !strings.Contains(got, "fault sms twilio does not take the account") {
		t.Errorf("said %s", got)
	}
}
