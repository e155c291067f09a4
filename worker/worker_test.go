package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
	"ripoti/locales"
)

// moody is a sender with a temper.
type moody struct {
	mu    sync.Mutex
	name  string
	moods []error // what the next sends answer; then they succeed
	sent  []sms.Message
	asked int
	// before is called before each answer; may be nil.
	before func()
}

func (m *moody) Name() string { return m.name }
func (m *moody) Way() sms.Way { return sms.Way{TwoWay: true} }

func (m *moody) Send(_ context.Context, msg sms.Message) (sms.Sent, error) {
	if m.before != nil {
		m.before()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	if len(m.moods) > 0 {
		mood := m.moods[0]
		m.moods = m.moods[1:]
		if mood != nil {
			return sms.Sent{}, mood
		}
	}
	m.sent = append(m.sent, msg)
	return sms.Sent{ProviderID: "P" + msg.ID, Segments: 1}, nil
}

// left is how many moods were not used up.
func (m *moody) left() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.moods)
}

// bench is a worker over a stage with a report whose alert waits to be sent.
type bench struct {
	*stage.Stage
	w      *Worker
	sender *moody
	alert  store.Duty
	id     string // of the alert's message
}

func newBench(t *testing.T, moods ...error) *bench {
	t.Helper()
	s := stage.New(t, nil)
	lines, err := locales.Helplines("")
	if err != nil {
		t.Fatal(err)
	}
	words, err := locales.Load(locales.Fixed("*483#", "", lines))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{Stage: s, sender: &moody{name: "twilio", moods: moods}}
	b.w = &Worker{Desk: s.Desk, Store: s.Store, Live: s.Desk.Live, Senders: sms.Only{Sender: b.sender}, Writer: flows.NewWriter(words), Now: s.Clock.Now,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Concurrency: 4, TaskCheck: 10 * time.Millisecond,
		SendTimeout: time.Second, UnknownAlarm: 10 * time.Minute, SweepEvery: 20 * time.Millisecond, Shutdown: time.Second}
	if _, err := s.Desk.File(t.Context(), casework.Filing{Conversation: "c1", From: "+254711000099", Channel: ripoti.ByUSSD,
		Draft: ripoti.Draft{Lang: ripoti.English, Stage: ripoti.StageUrgent,
			Answers: ripoti.Answers{Danger: ripoti.DangerYes, What: ripoti.WhatChild, Place: stage.Kibera, ByWhom: ripoti.ByFamily}}}); err != nil {
		t.Fatal(err)
	}
	for _, d := range b.wake() {
		if err := s.Desk.Route(t.Context(), tasks.Payload{Duty: d.ID, Subject: d.Subject}); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range b.wake() {
		m, err := s.Store.Message(t.Context(), d.Subject)
		if err == nil && m.ContactID == "station-near.desk" {
			b.alert, b.id = d, m.ID
		}
	}
	if b.id == "" {
		t.Fatal("no alert for the desk")
	}
	return b
}

func (b *bench) wake() []store.Duty {
	b.Helper()
	duties, err := b.Store.Wake(b.Context(), 100, tasks.Patience)
	if err != nil {
		b.Fatal(err)
	}
	return duties
}

func (b *bench) send() error {
	return b.w.send(b.Context(), tasks.Payload{Duty: b.alert.ID, Subject: b.id, Tries: 1})
}

func (b *bench) message() store.Message {
	b.Helper()
	m, err := b.Store.Message(b.Context(), b.id)
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// owed says whether the duty to send is still there.
func (b *bench) owed() bool {
	b.Helper()
	duties, err := b.Store.DutiesOf(b.Context(), b.id)
	if err != nil {
		b.Fatal(err)
	}
	return len(duties) > 0
}

func TestSend(t *testing.T) {
	t.Run("a message leaves once, however often its task runs", func(t *testing.T) {
		b := newBench(t)
		for range 3 {
			if err := b.send(); err != nil {
				t.Fatal(err)
			}
		}
		if len(b.sender.sent) != 1 || b.message().Status != sms.Taken || b.owed() {
			t.Errorf("sent %d times, status %s, owed %v", len(b.sender.sent), b.message().Status, b.owed())
		}
	})
	t.Run("a busy provider is asked again when it says so", func(t *testing.T) {
		b := newBench(t, &sms.Delay{After: 7 * time.Second, Err: fmt.Errorf("20429: %w", sms.ErrBusy)})
		err := b.send()
		if got := again(err, 1); got != 7*time.Second {
			t.Errorf("asked again after %v: %v", got, err)
		}
		if !b.owed() || b.message().Status != sms.Queued {
			t.Errorf("owed %v, status %s", b.owed(), b.message().Status)
		}
		if err := b.send(); err != nil || len(b.sender.sent) != 1 {
			t.Errorf("the second try: %v, %d sent", err, len(b.sender.sent))
		}
	})
	t.Run("what is refused for good is not tried again, and the next is told", func(t *testing.T) {
		b := newBench(t, fmt.Errorf("21211: %w", sms.ErrRefused))
		if err := b.send(); err != nil {
			t.Fatal(err)
		}
		if b.owed() || b.message().Status != sms.Failed {
			t.Errorf("owed %v, status %s", b.owed(), b.message().Status)
		}
		if !containsKind(b.wake(), tasks.Climb) {
			t.Error("nobody else is told")
		}
	})
	t.Run("whoever texted STOP gets nothing more", func(t *testing.T) {
		b := newBench(t, fmt.Errorf("21610: %w", sms.ErrStopped))
		if err := b.send(); err != nil {
			t.Fatal(err)
		}
		contacts, err := b.Store.ContactsOf(t.Context(), b.message().To)
		if err != nil || len(contacts) == 0 || !contacts[0].Stopped {
			t.Errorf("%v, %v", contacts, err)
		}
	})
	t.Run("a lost answer is repeated once, after a minute, and counted", func(t *testing.T) {
		lost := fmt.Errorf("no answer: %w", sms.ErrUnknown)
		b := newBench(t, lost, lost)
		if err := b.send(); !errors.Is(err, sms.ErrUnknown) || again(err, 1) != time.Minute {
			t.Fatalf("%v, again in %v", err, again(err, 1))
		}
		if err := b.send(); err != nil || len(b.sender.moods) != 1 {
			t.Errorf("asked again at once: %v", err)
		}
		b.Clock.Move(time.Minute)
		if err := b.send(); !errors.Is(err, sms.ErrUnknown) {
			t.Errorf("the repeat: %v", err)
		}
		b.Clock.Move(time.Minute)
		if err := b.send(); err != nil || b.message().Repeats != 1 || b.owed() {
			t.Errorf("%v, %d repeats, owed %v", err, b.message().Repeats, b.owed())
		}
		b.Clock.Move(10 * time.Minute)
		if n, err := b.Store.Unsettled(t.Context(), b.Clock.Now().Add(-b.w.UnknownAlarm)); n == 0 || err != nil {
			t.Errorf("no alarm: %d, %v", n, err)
		}
	})
	t.Run("a receipt that comes after a lost answer settles it", func(t *testing.T) {
		b := newBench(t, fmt.Errorf("no answer: %w", sms.ErrUnknown))
		b.send()
		if err := b.Desk.Receipt(t.Context(), sms.Receipt{Provider: "twilio", ProviderID: "P1", OurID: b.id, Status: sms.Delivered}); err != nil {
			t.Fatal(err)
		}
		b.Clock.Move(2 * time.Minute)
		if err := b.send(); err != nil || len(b.sender.sent) != 0 || b.message().Status != sms.Delivered || b.owed() {
			t.Errorf("%v, sent again %d times, %s, owed %v", err, len(b.sender.sent), b.message().Status, b.owed())
		}
	})
	t.Run("a worker killed between claim and send delays the alert and loses nothing", func(t *testing.T) {
		b := newBench(t)
		if _, ok, err := b.Store.Claim(t.Context(), b.id, "twilio"); !ok || err != nil {
			t.Fatal(ok, err)
		}
		// The worker dies here. Another looks too early, then when patience is over.
		if err := b.send(); err == nil || len(b.sender.sent) != 0 {
			t.Errorf("sent while another may be sending: %v", err)
		}
		b.Clock.Move(tasks.Patience)
		if !containsKind(b.wake(), tasks.Send) {
			t.Fatal("nobody is asked to look again")
		}
		if err := b.send(); err != nil || len(b.sender.sent) != 1 || b.message().Repeats != 1 {
			t.Errorf("%v, %d sent, %d repeats", err, len(b.sender.sent), b.message().Repeats)
		}
	})
}

func containsKind(duties []store.Duty, kind string) bool {
	for _, d := range duties {
		if d.Kind == kind {
			return true
		}
	}
	return false
}

// post puts a message into the database as any careless caller might.
func (b *bench) post(m store.Message) string {
	b.Helper()
	m.ID, m.Facts = store.NewID(), "{}"
	if err := b.Store.InTx(b.Context(), func(tx *store.Tx) error {
		return tx.Post(b.Context(), m, store.Duty{ID: "d-" + m.ID, Kind: tasks.Send, Due: b.Clock.Now()})
	}); err != nil {
		b.Fatal(err)
	}
	if err := b.w.send(b.Context(), tasks.Payload{Duty: "d-" + m.ID, Subject: m.ID, Tries: 1}); err != nil {
		b.Fatal(err)
	}
	return m.ID
}

// stop is STOP of a number.
func (b *bench) stop(p ripoti.Phone) {
	b.Helper()
	if err := b.Store.InTx(b.Context(), func(tx *store.Tx) error {
		_, err := tx.Stop(b.Context(), tx.PhoneHash(p))
		return err
	}); err != nil {
		b.Fatal(err)
	}
}

func TestSafeContactIsEnforcedByTheSenderItself(t *testing.T) {
	const reporter = ripoti.Phone("+254711000099")
	for _, c := range []struct {
		promise string
		sample  bool
		message func(b *bench) store.Message
		leaves  bool
	}{
		{"a reporter who asked for nothing gets nothing", false, func(b *bench) store.Message {
			return store.Message{ReportID: b.message().ReportID, Kind: flows.SayState, Lang: ripoti.English, To: reporter}
		}, false},
		{"a stranger gets help numbers in answer to a text", false, func(*bench) store.Message {
			return store.Message{Kind: flows.SayNumbers, Lang: ripoti.English, To: reporter}
		}, true},
		{"a question to somebody who never agreed stays", false, func(b *bench) store.Message {
			return store.Message{ReportID: b.message().ReportID, Kind: flows.SayTextPlace, Lang: ripoti.English, To: reporter}
		}, false},
		{"a number that texted STOP gets no numbers", false, func(b *bench) store.Message {
			b.stop(reporter)
			return store.Message{Kind: flows.SayNumbers, Lang: ripoti.English, To: reporter}
		}, false},
		{"a number that texted STOP hears that it is so", false, func(b *bench) store.Message {
			b.stop(reporter)
			return store.Message{Kind: flows.SayTextStopped, Lang: ripoti.English, To: reporter}
		}, true},
		{"a contact whose number texted STOP gets nothing, before the directory is read again", false, func(b *bench) store.Message {
			b.stop("+254711000211")
			return store.Message{ContactID: "station-near.duty", Kind: flows.SayHelp, Lang: ripoti.English, To: "+254711000211"}
		}, false},
		{"a stranger gets nothing else", false, func(*bench) store.Message {
			return store.Message{Kind: flows.SayAlert, Lang: ripoti.English, To: reporter}
		}, false},
		{"a contact gets what is for contacts", false, func(*bench) store.Message {
			return store.Message{ContactID: "station-near.duty", Kind: flows.SayHelp, Lang: ripoti.English, To: "+254711000211"}
		}, true},
		{"a contact who has left gets nothing", false, func(*bench) store.Message {
			return store.Message{ContactID: "nobody", Kind: flows.SayHelp, Lang: ripoti.English, To: "+254711000211"}
		}, false},
		{"an invented contact gets nothing through a real sender", true, func(*bench) store.Message {
			return store.Message{ContactID: "station-near.duty", Kind: flows.SayHelp, Lang: ripoti.English, To: "+254711000211"}
		}, false},
	} {
		t.Run(c.promise, func(t *testing.T) {
			b := newBench(t)
			if c.sample {
				b.Directory(func(_ []ripoti.Office, contacts []ripoti.Contact) {
					for i := range contacts {
						contacts[i].Sample = true
					}
				})
			}
			id := b.post(c.message(b))
			if left := len(b.sender.sent) == 1; left != c.leaves {
				t.Errorf("left: %v", left)
			}
			if m, err := b.Store.Message(t.Context(), id); err != nil || (m.Status == sms.Failed) == c.leaves {
				t.Errorf("status %s, %v", m.Status, err)
			}
		})
	}
	t.Run("a reporter who asked for SMS may get one", func(t *testing.T) {
		b := newBench(t)
		if err := b.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.SaveWish(t.Context(), b.message().ReportID, ripoti.WishSMS) }); err != nil {
			t.Fatal(err)
		}
		b.post(store.Message{ReportID: b.message().ReportID, Kind: flows.SayNumbers, Lang: ripoti.English, To: reporter})
		if len(b.sender.sent) != 1 {
			t.Error("it did not leave")
		}
	})
}

func TestAgain(t *testing.T) {
	for _, c := range []struct {
		err   error
		tries int
		want  time.Duration
	}{
		{errors.New("x"), 1, time.Second}, {errors.New("x"), 2, 2 * time.Second}, {errors.New("x"), 5, 16 * time.Second},
		{errors.New("x"), 20, 5 * time.Minute}, {errors.New("x"), 0, time.Second},
		{&sms.Delay{After: 3 * time.Second, Err: errors.New("x")}, 9, 3 * time.Second},
		{&sms.Delay{After: time.Hour, Err: errors.New("x")}, 1, 5 * time.Minute},
	} {
		if got := again(c.err, c.tries); got != c.want {
			t.Errorf("%v, try %d: again in %v, want %v", c.err, c.tries, got, c.want)
		}
	}
}

func TestRun(t *testing.T) {
	t.Run("work that fails is put off in the database and tells nothing personal", func(t *testing.T) {
		b := newBench(t, fmt.Errorf("to +254711000001 said hello: %w", sms.ErrBusy))
		var log bytes.Buffer
		b.w.Log = slog.New(slog.NewTextHandler(&log, nil))
		server := miniredis.RunT(t)
		client := redis.NewClient(&redis.Options{Addr: server.Addr()})
		defer client.Close()
		queue := tasks.NewQueue(asynq.NewClientFromRedisClient(client))
		if err := queue.Hand(t.Context(), b.alert); err != nil {
			t.Fatal(err)
		}
		if err := queue.Hand(t.Context(), b.alert); err != nil {
			t.Errorf("handing over twice is %v", err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- b.w.Run(ctx, client) }()
		deadline := time.Now().Add(10 * time.Second)
		for b.sender.left() > 0 && time.Now().Before(deadline) {
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(50 * time.Millisecond)
		stop()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if !b.owed() || b.message().Status != sms.Queued {
			t.Errorf("owed %v, status %s", b.owed(), b.message().Status)
		}
		if dump := server.Dump(); strings.Contains(dump, "711000001") || !strings.Contains(dump, "archived") {
			t.Errorf("the queue holds %s", dump)
		}
		b.Clock.Move(time.Second)
		if !containsKind(b.wake(), tasks.Send) {
			t.Error("it does not come back")
		}
	})
	t.Run("an alert leaves while Redis is dead, from the start on", func(t *testing.T) {
		b := newBench(t)
		gone := miniredis.RunT(t)
		client := redis.NewClient(&redis.Options{Addr: gone.Addr(), DialerRetries: 1, MaxRetries: -1})
		defer client.Close()
		gone.Close()
		queue := tasks.NewQueue(asynq.NewClientFromRedisClient(client))
		b.w.Relay = (&tasks.Relay{Duties: b.Store, Hand: queue.Hand, Now: b.Clock.Now, Log: b.w.Log, Every: 10 * time.Millisecond, Patience: tasks.Patience}).Init()
		if err := b.Store.Again(t.Context(), b.alert.ID, b.Clock.Now()); err != nil { // as after the patience of whoever had it
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		relayed, done := make(chan struct{}), make(chan error)
		go func() { defer close(relayed); b.w.Relay.Run(ctx) }()
		go func() { done <- b.w.Run(ctx, client) }()
		await(t, "nobody sends", func() bool {
			b.Clock.Move(giveBackSoon)
			return b.message().Status == sms.Taken
		})
		stop()
		<-relayed
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if n := len(b.sender.sent); n != 1 {
			t.Errorf("sent %d times", n)
		}
	})
}

// giveBackSoon is as little as the clock may move at once, so that no timer of the report runs out.
const giveBackSoon = 10 * time.Millisecond
