package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"ripoti/handlers"
	"ripoti/internal/config"
	"ripoti/internal/dialog"
	"ripoti/internal/directory"
	"ripoti/internal/seal"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/store/storetest"
	"ripoti/internal/tasks"
)

// trip is the whole house between a pretended Africa's Talking and a pretended Twilio: real HTTP,
// real asynq, a real database.
type trip struct {
	*testing.T
	house  *house
	url    string
	twilio *pretendTwilio
	redis  redis.UniversalClient
	flush  func()
	log    *safeBuffer

	stopWorker func()
	database   string // the address of this trip's own
}

const (
	tripPublic = "https://ripoti.example"
	tripSecret = "a-secret-path-segment-of-the-test"
)

// The people of Kibera in the sample directory, whose numbers are invented.
const (
	reporter     = "+254711000099"
	officer      = "+254711000001"
	socialWorker = "+254711000011"
)

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func onBoth(t *testing.T, test func(t *testing.T, database string)) {
	t.Run("SQLite", func(t *testing.T) { test(t, "sqlite:"+storetest.SQLite(t)) })
	t.Run("PostgreSQL", func(t *testing.T) {
		address := os.Getenv("RIPOTI_TEST_POSTGRES")
		if address == "" {
			t.Skip("RIPOTI_TEST_POSTGRES is not set: no PostgreSQL to try it on")
		}
		test(t, address)
	})
}

// newTrip starts everything but the worker. with adds to the environment.
func newTrip(t *testing.T, database string, with ...string) *trip {
	t.Helper()
	if strings.HasPrefix(database, "postgres") {
		database = storetest.Schema(t, database) // one for each trip
	}
	tr := &trip{T: t, database: database, twilio: newPretendTwilio(t), log: &safeBuffer{}}
	cfg, err := config.Load(append([]string{
		"DATABASE_URL=" + database, "REDIS_URL=redis://127.0.0.1:6379", "PUBLIC_URL=" + tripPublic, "RIPOTI_KEYSET=unused",
		"AT_HOOK_SECRETS=" + tripSecret, "TWILIO_ACCOUNT_SID=" + pretendAccount, "TWILIO_AUTH_TOKEN=" + pretendToken,
		"TWILIO_FROM=+254711000000", "TWILIO_TWO_WAY=true", "TWILIO_BASE_URL=" + tr.twilio.URL, "SMS_TIMEOUT=1s", "SHUTDOWN_TIMEOUT=5s",
	}, with...), config.Web)
	if err != nil && !strings.Contains(err.Error(), "RIPOTI_KEYSET") {
		t.Fatal(err)
	}
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s, err := store.Open(ctx, database, keys, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	tr.saveDirectory(s)
	tr.openRedis()
	queue := tasks.NewQueue(asynq.NewClientFromRedisClient(tr.redis))
	log := slog.New(slog.NewJSONHandler(tr.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if tr.house, err = openHouse(ctx, cfg, log, keys, s, queue.Hand); err != nil {
		t.Fatal(err)
	}
	tr.house.relay.Every, tr.house.relay.Patience = 50*time.Millisecond, time.Second
	dialogues, err := dialog.NewRedis(tr.redis, false)
	if err != nil {
		t.Fatal(err)
	}
	web := tr.house.web(dialogues, handlers.Check{Name: "redis", Ping: func(ctx context.Context) error { return tr.redis.Ping(ctx).Err() }})
	server := httptest.NewServer(handlers.New(web.parts))
	tr.url = server.URL
	var background sync.WaitGroup
	background.Go(func() { tr.house.relay.Run(ctx) })
	background.Go(func() { web.dialogues.Keep(ctx) })
	t.Cleanup(func() {
		tr.haltWorker()
		server.Close()
		cancel()
		background.Wait()
		tr.house.close()
		s.Close()
	})
	return tr
}

// saveDirectory saves the sample offices with contacts that are no samples, as nothing is ever sent
// to samples.
func (tr *trip) saveDirectory(s *store.Store) {
	tr.Helper()
	sample, err := directory.Sample()
	if err != nil {
		tr.Fatal(err)
	}
	for i := range sample.Contacts {
		sample.Contacts[i].Sample = false
	}
	if err := s.InTx(tr.Context(), func(tx *store.Tx) error {
		return tx.SaveDirectory(tr.Context(), sample.Offices, sample.Contacts)
	}); err != nil {
		tr.Fatal(err)
	}
}

// openRedis uses the real one where it is given, else one in the process.
func (tr *trip) openRedis() {
	tr.Helper()
	if address := os.Getenv("RIPOTI_TEST_REDIS"); address != "" {
		options, err := config.RedisOptions(address)
		if err != nil {
			tr.Fatal(err)
		}
		options.DB = 11 // apart from the tests of other packages
		tr.redis = redis.NewUniversalClient(dialog.Tune(options, time.Second))
		tr.flush = func() { tr.redis.FlushDB(context.Background()) }
	} else {
		server := miniredis.RunT(tr.T)
		tr.redis = redis.NewClient(&redis.Options{Addr: server.Addr(), ContextTimeoutEnabled: true})
		tr.flush = server.FlushAll
	}
	tr.flush()
	tr.Cleanup(func() { tr.redis.Close() })
}

func (tr *trip) startWorker() {
	tr.Helper()
	out, err := openSenders(tr.house.cfg, tr.house.log, tr.house.metrics)
	if err != nil {
		tr.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := tr.house.worker(out.router, out.channels...).Run(ctx, tr.redis); err != nil {
			tr.Error(err)
		}
	}()
	tr.stopWorker = func() { cancel(); <-done }
}

func (tr *trip) haltWorker() {
	if tr.stopWorker != nil {
		tr.stopWorker()
		tr.stopWorker = nil
	}
}

// post sends the form that Africa's Talking sends, in its own order and encoding.
func (tr *trip) post(session, text string) (status int, body string, took time.Duration) {
	tr.Helper()
	form := "phoneNumber=" + url.QueryEscape(reporter) + "&serviceCode=%2A483%23&text=" + url.QueryEscape(text) + "&sessionId=ATUid_" + session + "&networkCode=63902"
	started := time.Now()
	answer, err := http.Post(tr.url+"/hooks/africastalking/"+tripSecret+"/ussd", "application/x-www-form-urlencoded", strings.NewReader(form))
	if err != nil {
		tr.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		tr.Fatal(err)
	}
	return answer.StatusCode, string(raw), time.Since(started)
}

// dial presses one key after the other and gives the last screen.
func (tr *trip) dial(session string, keys ...string) string {
	tr.Helper()
	_, screen, _ := tr.post(session, "")
	for i := range keys {
		var status int
		status, screen, _ = tr.post(session, strings.Join(keys[:i+1], "*"))
		if status != http.StatusOK || (!strings.HasPrefix(screen, "CON ") && !strings.HasPrefix(screen, "END ")) {
			tr.Fatalf("after %q: %d %q", keys[:i+1], status, screen)
		}
	}
	return screen
}

// Keys of whole calls in Swahili. calm ends with the wish not to be contacted.
var (
	dangerKeys = []string{"2", "1", "1", "2", "kibera", "1", "1"} // the alert has left after these
	calmKeys   = []string{"2", "2", "2", "1", "kibera", "1", "3", "2", "2", "2", "1", "5"}
)

var numberIn = regexp.MustCompile(`\b(\d{3}) (\d{4})\b`)

func (tr *trip) numberOn(screen string) string {
	tr.Helper()
	m := numberIn.FindStringSubmatch(screen)
	if m == nil {
		tr.Fatalf("no number on %q", screen)
	}
	return m[1] + m[2]
}

func TestTripFromFirstPressToThanks(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		tr := newTrip(t, database)
		tr.startWorker()
		end := tr.dial("calm", calmKeys...)
		if !strings.HasPrefix(end, "END Imepokelewa") {
			t.Fatalf("the last screen is %q", end)
		}
		code := tr.numberOn(end)
		alert := tr.twilio.waitFor(officer, 1)[0]
		if !strings.Contains(alert.Body, code) || strings.Contains(alert.Body, reporter) {
			t.Errorf("the alert says %q", alert.Body)
		}
		work := tr.twilio.waitFor(socialWorker, 2)
		if !strings.Contains(work[0].Body+work[1].Body, code) {
			t.Errorf("the social worker is told %q", work)
		}
		for _, status := range []string{"delivered", "sent", "delivered"} {
			if got := tr.twilio.report(tripPublic, tr.url, alert, status); got != http.StatusNoContent {
				t.Errorf("the status callback is answered with %d", got)
			}
		}
		if got := tr.twilio.text(tripPublic, tr.url, "SMa", officer, "1 "+code[:3]+" "+code[3:]); got != http.StatusOK {
			t.Errorf("the officer's text is answered with %d", got)
		}
		thanks := tr.twilio.waitFor(officer, 2)[1]
		if !strings.Contains(thanks.Body, code) || !strings.Contains(strings.ToLower(thanks.Body), "accepted") {
			t.Errorf("the thanks are %q", thanks.Body)
		}
		r, err := tr.house.store.ReportByCode(t.Context(), codeOf(t, code))
		if err != nil || r.Status != "accepted" {
			t.Errorf("the report is %s, %v", r.Status, err)
		}
		messages, err := tr.house.store.MessagesOf(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			if m.Body == alert.Body && m.Status != sms.Delivered {
				t.Errorf("the alert is %s", m.Status)
			}
		}
		t.Run("the same text again has no second effect", func(t *testing.T) {
			before := len(tr.twilio.sent(officer))
			tr.twilio.text(tripPublic, tr.url, "SMa", officer, "1 "+code)
			time.Sleep(300 * time.Millisecond)
			if after := len(tr.twilio.sent(officer)); after != before {
				t.Errorf("%d messages became %d", before, after)
			}
		})
		t.Run("the same press again gives the same screen and no second report", func(t *testing.T) {
			_, again, _ := tr.post("calm", strings.Join(calmKeys, "*"))
			if again != end {
				t.Errorf("%q, then %q", end, again)
			}
			reports, err := tr.house.store.Reports(t.Context(), "", 10)
			if err != nil || len(reports) != 1 {
				t.Errorf("%d reports, %v", len(reports), err)
			}
		})
		t.Run("no SMS reaches the reporter", func(t *testing.T) {
			if got := tr.twilio.sent(reporter); len(got) != 0 {
				t.Errorf("sent: %v", got)
			}
		})
	})
}

func TestTripDangerLeavesAfterThreeAnswers(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		tr := newTrip(t, database)
		tr.startWorker()
		screen := tr.dial("danger", dangerKeys...)
		if !strings.HasPrefix(screen, "CON ") || numberIn.MatchString(screen) {
			t.Errorf("after the three answers: %q", screen)
		}
		tr.twilio.waitFor(officer, 1)
		tr.dial("danger", append(dangerKeys, "1", "3", "5")...)
		reports, err := tr.house.store.Reports(t.Context(), "", 10)
		if err != nil || len(reports) != 1 || reports[0].Answers.Weapon != "gun" || reports[0].Stage != "complete" {
			t.Errorf("reports %+v, %v", reports, err)
		}
	})
}

func TestTripTwilioHasATemper(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		for name, mood := range map[string]func(http.ResponseWriter, *http.Request) bool{"429": tooMany, "opted out": optedOut} {
			t.Run(name, func(t *testing.T) {
				tr := newTrip(t, strings.Replace(database, "ripoti.db", name+".db", 1))
				tr.twilio.willBe(mood, mood, mood, mood, mood)
				tr.startWorker()
				tr.dial("temper", dangerKeys...)
				deadline := time.Now().Add(15 * time.Second)
				for len(tr.twilio.sent("")) == 0 && time.Now().Before(deadline) {
					time.Sleep(20 * time.Millisecond)
				}
				if len(tr.twilio.sent("")) == 0 {
					t.Error("no alert came through in the end")
				}
			})
		}
		t.Run("a lost answer is not repeated at once", func(t *testing.T) {
			tr := newTrip(t, strings.Replace(database, "ripoti.db", "lost.db", 1))
			tr.twilio.willBe(tr.twilio.silent, tr.twilio.silent, tr.twilio.silent, tr.twilio.silent, tr.twilio.silent)
			tr.startWorker()
			tr.dial("lost", dangerKeys...)
			first := tr.twilio.waitFor(officer, 1)[0]
			time.Sleep(2500 * time.Millisecond)
			if n := len(tr.twilio.sent(officer)); n != 1 {
				t.Errorf("the officer got %d messages", n)
			}
			// The receipt carries our own id: now it is known that the first one was taken.
			if got := tr.twilio.report(tripPublic, tr.url, first, "delivered"); got != http.StatusNoContent {
				t.Errorf("callback %d", got)
			}
			reports, err := tr.house.store.Reports(t.Context(), "", 1)
			if err != nil || len(reports) != 1 {
				t.Fatal(err)
			}
			messages, err := tr.house.store.MessagesOf(t.Context(), reports[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range messages {
				if m.To.Dial() == officer && m.Kind == "alert" && m.Status != sms.Delivered {
					t.Errorf("the alert is %s", m.Status)
				}
			}
		})
	})
}

func TestTripRedisIsWipedBetweenConfirmAndRoute(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		tr := newTrip(t, database)
		end := tr.dial("wiped", calmKeys...)
		code := tr.numberOn(end)
		time.Sleep(200 * time.Millisecond) // the relay has handed the work to a queue nobody serves
		tr.flush()
		tr.startWorker()
		if alert := tr.twilio.waitFor(officer, 1)[0]; !strings.Contains(alert.Body, code) {
			t.Errorf("the alert says %q", alert.Body)
		}
		t.Run("and in the middle of a call the caller goes on", func(t *testing.T) {
			half := calmKeys[:8]
			before := tr.dial("middle", half...)
			tr.flush()
			_, repeated, _ := tr.post("middle", strings.Join(half, "*"))
			if repeated != before {
				t.Errorf("%q became %q", before, repeated)
			}
			tr.flush()
			for i := range calmKeys[len(half):] {
				_, end, _ = tr.post("middle", strings.Join(calmKeys[:len(half)+i+1], "*"))
			}
			if !strings.HasPrefix(end, "END Imepokelewa") {
				t.Errorf("the last screen is %q", end)
			}
		})
	})
}

func TestTripDatabaseDiesMidDialogue(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		tr := newTrip(t, "sqlite:"+storetest.SQLite(t))
		tr.dial("dies", calmKeys[:len(calmKeys)-1]...)
		tr.house.store.Close()
		tr.unsaved("dies")
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		address := os.Getenv("RIPOTI_TEST_POSTGRES")
		if address == "" {
			t.Skip("RIPOTI_TEST_POSTGRES is not set: no PostgreSQL to try it on")
		}
		server, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		wire := newWire(t, server.Host)
		server.Host = wire.address
		tr := newTrip(t, server.String())
		tr.dial("dies", calmKeys[:len(calmKeys)-1]...)
		wire.freeze() // not even an error comes back
		tr.unsaved("dies")
		wire.thaw()
		t.Run("and is saved when the caller tries again later", func(t *testing.T) {
			deadline := time.Now().Add(20 * time.Second)
			for try := 0; ; try++ {
				// The new call offers to go on with the old one; the last question is asked again.
				end := tr.dial(fmt.Sprint("later", try), "2", "1", "5")
				if strings.HasPrefix(end, "END Imepokelewa") {
					return
				}
				if time.Now().After(deadline) {
					t.Fatalf("the database is back, and nothing is saved: %q", end)
				}
				time.Sleep(3 * time.Second)
			}
		})
	})
}

// unsaved presses the last key of a calm call while the database is dead: the answer is true, comes
// within three seconds, and is no server error.
func (tr *trip) unsaved(session string) {
	tr.Helper()
	status, screen, took := tr.post(session, strings.Join(calmKeys, "*"))
	if status != http.StatusOK || !strings.HasPrefix(screen, "END ") {
		tr.Errorf("%d %q", status, screen)
	}
	if took > 3*time.Second {
		tr.Errorf("the caller waited %v", took)
	}
	if strings.Contains(screen, "Imepokelewa") || numberIn.MatchString(screen) {
		tr.Errorf("the caller is told %q", screen)
	}
	if !strings.Contains(screen, "999") || !strings.Contains(screen, "116") {
		tr.Errorf("no way out is told: %q", screen)
	}
}

// wire is a TCP connection to the database that can be cut without a word.
type wire struct {
	address string
	mu      sync.Mutex
	frozen  chan struct{} // closed when it flows
}

func newWire(t *testing.T, to string) *wire {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{address: listener.Addr().String(), frozen: make(chan struct{})}
	close(w.frozen)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			go w.carry(near, far)
			go w.carry(far, near)
		}
	}()
	return w
}

func (w *wire) carry(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		w.mu.Lock()
		flows := w.frozen
		w.mu.Unlock()
		<-flows
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (w *wire) freeze() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frozen = make(chan struct{})
}

func (w *wire) thaw() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.frozen)
}
