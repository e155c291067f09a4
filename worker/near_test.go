package worker

import (
	"context"
	"slices"
	"testing"
	"time"

	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// besides runs the part of the worker that does what its own process wrote.
func (b *bench) besides() (relay *tasks.Relay, stop func()) {
	b.w.Relay = (&tasks.Relay{Now: b.Clock.Now, Patience: tasks.Patience}).Init()
	b.Store.HandTo(b.w.Relay)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); b.w.workNear(ctx) }()
	return b.w.Relay, func() { cancel(); <-done }
}

// await looks until something is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
	}
}

func TestNear(t *testing.T) {
	t.Run("an alert leaves without the queue, once", func(t *testing.T) {
		b := newBench(t, nil)
		relay, stop := b.besides()
		await(t, "nobody sends", func() bool {
			relay.Take([]store.Duty{b.alert, b.alert}) // also while nobody is ready yet
			return b.message().Status == sms.Taken
		})
		stop()
		if n := len(b.sender.sent); n != 1 {
			t.Errorf("sent %d times", n)
		}
	})
	t.Run("what fails is put off in the database", func(t *testing.T) {
		const busy = 100_000 // however often it is handed over until somebody is ready
		b := newBench(t, slices.Repeat([]error{sms.ErrBusy}, busy)...)
		relay, stop := b.besides()
		await(t, "nobody tries", func() bool {
			relay.Take([]store.Duty{b.alert})
			return b.sender.left() < busy
		})
		stop()
		b.Clock.Move(5 * time.Minute)
		for _, d := range b.wake() {
			if d.ID == b.alert.ID {
				return
			}
		}
		t.Error("the alert does not come back")
	})
	t.Run("what has waited too long is left to the database", func(t *testing.T) {
		b := newBench(t, nil)
		b.w.doNear(t.Context(), b.w.send, nearby{b.alert, b.Clock.Now().Add(tasks.Limit)})
		if n := len(b.sender.sent); n != 0 {
			t.Errorf("sent %d times while another may send it", n)
		}
		if woken := b.wake(); len(woken) == 0 {
			t.Error("it does not come back")
		}
	})
	t.Run("a panic ends one task and nothing else", func(t *testing.T) {
		b := newBench(t, nil)
		b.w.doNear(t.Context(), func(context.Context, tasks.Payload) error { panic("thrown") }, nearby{b.alert, b.Clock.Now().Add(tasks.Patience)})
		b.Clock.Move(tasks.Patience)
		if woken := b.wake(); len(woken) == 0 {
			t.Error("it does not come back")
		}
	})
	t.Run("what nobody came to is put back at the end", func(t *testing.T) {
		b := newBench(t, nil)
		n := newNear()
		n.take(nearby{b.alert, b.Clock.Now().Add(tasks.Patience)})
		b.w.putBack(t.Context(), n)
		if woken := b.wake(); len(woken) != 1 || woken[0].ID != b.alert.ID {
			t.Errorf("woken %v", woken)
		}
	})
	t.Run("the most urgent goes first", func(t *testing.T) {
		n := newNear()
		for _, queue := range []string{tasks.Low, tasks.Default, tasks.Critical} {
			n.take(nearby{Duty: store.Duty{ID: queue, Queue: queue}})
		}
		for _, queue := range []string{tasks.Critical, tasks.Default, tasks.Low} {
			if d, ok := n.next(t.Context()); !ok || d.ID != queue {
				t.Errorf("got %q, want %q", d.ID, queue)
			}
		}
	})
	t.Run("a full line sends to the queue", func(t *testing.T) {
		n := newNear()
		took := 0
		for range nearWaiting + 5 {
			if n.take(nearby{Duty: store.Duty{Queue: tasks.Critical}}) {
				took++
			}
		}
		if took != nearWaiting {
			t.Errorf("took %d", took)
		}
	})
}
