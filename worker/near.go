package worker

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// nearWaiting is how many duties of a queue wait for a hand of this process at most; others go
// through the queue.
const nearWaiting = 1024

// near does what this process wrote itself, such as the alerts of a report it has routed, without the
// way through the queue: nothing polls, so an alert leaves at once. While the queue is away it does all that
// is due. The rows are the same, and so is what becomes of them if the process dies: they wake when
// patience ends.
type near struct {
	critical, normal, low chan nearby
}

// nearby is a duty in hand until patience ends; then it is anybody's.
type nearby struct {
	store.Duty
	until time.Time
}

func newNear() *near {
	return &near{make(chan nearby, nearWaiting), make(chan nearby, nearWaiting), make(chan nearby, nearWaiting)}
}

// take never blocks: it says no where too many wait.
func (n *near) take(d nearby) bool {
	select {
	case n.line(d.Queue) <- d:
		return true
	default:
		return false
	}
}

func (n *near) line(queue string) chan nearby {
	switch queue {
	case tasks.Critical:
		return n.critical
	case tasks.Default:
		return n.normal
	}
	return n.low
}

// next is the most urgent duty that waits, until ctx ends.
func (n *near) next(ctx context.Context) (d nearby, ok bool) {
	for _, line := range []chan nearby{n.critical, n.normal, n.low} {
		select {
		case <-ctx.Done():
			return d, false
		case d = <-line:
			return d, true
		default:
		}
	}
	select {
	case <-ctx.Done():
		return d, false
	case d = <-n.critical:
	case d = <-n.normal:
	case d = <-n.low:
	}
	return d, true
}

// left takes one that nobody came to.
func (n *near) left() (d nearby, ok bool) {
	select {
	case d = <-n.critical:
	case d = <-n.normal:
	case d = <-n.low:
	default:
		return d, false
	}
	return d, true
}

// workNear does duties from memory until ctx ends, and puts back what it has not come to.
func (w *Worker) workNear(ctx context.Context) {
	if w.Relay == nil {
		return
	}
	n, kinds := newNear(), w.Tasks()
	w.Relay.DoNear(func(d store.Duty, until time.Time) bool {
		return kinds[d.Kind] != nil && n.take(nearby{d, until})
	})
	var hands sync.WaitGroup
	for range w.Concurrency {
		hands.Go(func() {
			for d, ok := n.next(ctx); ok; d, ok = n.next(ctx) {
				w.doNear(context.WithoutCancel(ctx), kinds[d.Kind], d)
			}
		})
	}
	<-ctx.Done()
	w.Relay.DoNear(nil)
	hands.Wait()
	w.putBack(context.WithoutCancel(ctx), n)
}

// doNear does one. There is no way for it to be done twice but the ways in which a task of the queue is.
func (w *Worker) doNear(ctx context.Context, do casework.Task, d nearby) {
	if !w.Now().Before(d.until.Add(-tasks.Limit)) {
		_ = w.Store.Again(ctx, d.ID, w.Now()) // it has waited so long that it might be done by two; else it wakes by itself
		return
	}
	defer func() {
		if p := recover(); p != nil { // as the queue does: what was thrown may quote a report and is not logged
			w.Log.Error("task panicked and comes back when patience ends", "kind", d.Kind, "subject", d.Subject, "thrown", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, tasks.Limit)
	defer cancel()
	_ = w.do(ctx, d.Kind, do, tasks.Payload{Duty: d.ID, Subject: d.Subject, Tries: d.Tries}) // it has logged and put off what failed
}

func (w *Worker) putBack(ctx context.Context, n *near) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for d, ok := n.left(); ok; d, ok = n.left() {
		if w.Store.Again(ctx, d.ID, w.Now()) != nil {
			return // they wake by themselves
		}
	}
}
