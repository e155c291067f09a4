package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ripoti/handlers"
	"ripoti/internal/casework/stage"
	"ripoti/internal/config"
	"ripoti/internal/dialog"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/seal"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/store/storetest"
	"ripoti/internal/tasks"
	"ripoti/worker"
)

// theatre is the whole house in an invented village, with a clock that is moved by hand: people dial and
// text through the real hooks, and what falls due is done by the real worker.
type theatre struct {
	t     testing.TB
	ctx   context.Context // the test's, but for its end: a statement that cannot be stopped costs less
	clock *storetest.Clock
	house *house
	hooks http.Handler
	do    map[string]func(context.Context, tasks.Payload) error
	rows  *sql.DB // a way past the store: when the next thing is due

	calls   int
	texts   int
	screens map[ripoti.Phone]string // the last screen on a phone
	left    []handset               // every SMS that left, oldest first
}

// handset is an SMS on a phone.
type handset struct {
	to   ripoti.Phone
	text string
	at   time.Time
}

// theatrePIN is everybody's.
const theatrePIN = "48261"

// newTheatre opens the house; everybody in the village speaks lang.
func newTheatre(t *testing.T, lang ripoti.Lang) *theatre {
	t.Helper()
	th := &theatre{t: t, ctx: context.WithoutCancel(t.Context()), clock: storetest.NewClock(), screens: map[ripoti.Phone]string{}}
	cfg, err := config.Load([]string{"AT_HOOK_SECRETS=" + tripSecret}, config.Dev)
	th.must(err)
	keys, err := seal.New()
	th.must(err)
	path := storetest.SQLite(t)
	s, err := store.Open(th.ctx, "sqlite:"+path, keys, th.clock.Now)
	th.must(err)
	t.Cleanup(func() { s.Close() })
	th.rows, err = sql.Open("sqlite", path)
	th.must(err)
	t.Cleanup(func() { th.rows.Close() })
	offices, contacts := stage.Village(th.clock.Now())
	for i := range contacts {
		contacts[i].Lang, contacts[i].Sample = lang, true
	}
	th.must(s.InTx(th.ctx, func(tx *store.Tx) error { return tx.SaveDirectory(th.ctx, offices, contacts) }))
	nowhere := func(context.Context, store.Duty) error { return nil }
	th.house, err = openHouse(th.ctx, cfg, slog.New(slog.NewTextHandler(io.Discard, nil)), keys, s, nowhere)
	th.must(err)
	t.Cleanup(th.house.close)
	s.HandTo(nil) // everything is found by the clock
	th.house.now, th.house.desk.Now = th.clock.Now, th.clock.Now
	th.hooks = handlers.New(th.house.web(dialog.NewMemory(dialog.DefaultLimit)).parts)
	th.do = map[string]func(context.Context, tasks.Payload) error{}
	for kind, do := range th.house.worker(sms.Only{Sender: (*theatrePhones)(th)}).Tasks() {
		th.do[kind] = do
	}
	th.must(th.house.desk.Stand(th.ctx))
	return th
}

func (th *theatre) must(err error) {
	th.t.Helper()
	if err != nil {
		th.t.Fatal(err)
	}
}

// theatrePhones are everybody's phones: whatever is sent arrives.
type theatrePhones theatre

func (*theatrePhones) Name() string { return sms.SimulatorName }
func (*theatrePhones) Way() sms.Way { return sms.Way{TwoWay: true} }
func (p *theatrePhones) Send(_ context.Context, m sms.Message) (sms.Sent, error) {
	p.left = append(p.left, handset{m.To, m.Body, p.clock.Now()})
	return sms.Sent{ProviderID: "SIM" + m.ID, Segments: 1}, nil
}

// post posts a form to a hook of the gateway and gives the answer.
func (th *theatre) post(hook string, form url.Values) string {
	th.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/hooks/africastalking/"+tripSecret+"/"+hook, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	th.hooks.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		th.t.Fatalf("the hook %s answers %d", hook, w.Code)
	}
	return w.Body.String()
}

// dial presses one key after the other. It gives false where the call was over before the keys were.
func (th *theatre) dial(from ripoti.Phone, code string, keys []string) (all bool) {
	th.t.Helper()
	th.calls++
	form := url.Values{"sessionId": {fmt.Sprint("ATUid_", th.calls)}, "phoneNumber": {from.Dial()}, "serviceCode": {code}, "networkCode": {"63902"}}
	for i := range len(keys) + 1 {
		form.Set("text", strings.Join(keys[:i], "*"))
		screen := th.post("ussd", form)
		th.screens[from] = oneLine(screen[4:])
		if all = i == len(keys); strings.HasPrefix(screen, "END ") {
			break
		}
		th.clock.Move(time.Second)
	}
	th.work()
	return all
}

// pin gives a contact the PIN, once.
func (th *theatre) pin(c ripoti.Contact) {
	th.t.Helper()
	th.must(th.house.desk.TryPIN(th.ctx, c, theatrePIN))
}

func (th *theatre) text(from ripoti.Phone, body string) {
	th.t.Helper()
	th.texts++
	th.post("sms", url.Values{"id": {fmt.Sprint("AT", th.texts)}, "from": {from.Dial()}, "to": {"21000"}, "text": {body},
		"date": {th.clock.Now().UTC().Format("2006-01-02T15:04:05Z")}})
	th.work()
}

// work does all that is due, as the worker does, and what the sweep does beside it.
func (th *theatre) work() {
	th.t.Helper()
	ctx := th.ctx
	th.must(th.house.live.Refresh(ctx))
	_, err := th.house.desk.Rescue(ctx)
	th.must(err)
	for range 200 {
		duties, err := th.house.store.Wake(ctx, 100, tasks.Patience)
		th.must(err)
		if len(duties) == 0 {
			return
		}
		for _, d := range duties {
			err := th.do[d.Kind](ctx, tasks.Payload{Duty: d.ID, Subject: d.Subject, Tries: d.Tries})
			var delay *sms.Delay
			if errors.As(err, &delay) {
				err = th.house.store.Again(ctx, d.ID, th.clock.Now().Add(delay.After))
			}
			if err != nil {
				th.t.Fatalf("%s: %v", d.Kind, err)
			}
		}
	}
	th.t.Fatal("the work never ends")
}

// until lets time pass: the clock stops at each time at which something is due.
func (th *theatre) until(end time.Time) {
	th.t.Helper()
	th.work()
	for th.clock.Now().Before(end) {
		var next sql.NullInt64
		th.must(th.rows.QueryRowContext(th.ctx, "select min(wake_at) from duties").Scan(&next))
		at := end
		if next.Valid && time.UnixMicro(next.Int64).Before(end) {
			at = time.UnixMicro(next.Int64)
		}
		th.clock.Move(max(at.Sub(th.clock.Now()), time.Millisecond))
		th.work()
	}
}

func (th *theatre) nairobi() time.Time { return th.clock.Now().In(routing.Nairobi) }

// reports are all, the first one first.
func (th *theatre) reports() []ripoti.Report {
	th.t.Helper()
	all, err := th.house.store.Reports(th.ctx, "", 50)
	th.must(err)
	if len(all) > 1 && all[0].FiledAt.After(all[1].FiledAt) {
		for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
			all[i], all[j] = all[j], all[i]
		}
	}
	return all
}

// oneLine puts what stands on a screen or in a message into one line.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

var _ worker.Senders = sms.Only{}
