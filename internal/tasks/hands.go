package tasks

import (
	"context"
	"errors"
	"sync"
	"time"

	"ripoti/internal/store"
)

const (
	// handsFull is how many duties wait in memory at most; one more wakes by itself.
	handsFull = 4096
	// handsAtOnce is how many are on their way to the queue at the same time.
	handsAtOnce = 16
	// gather is how long duties are let come together after several came at once. One that comes alone
	// never waits.
	gather = 5 * time.Millisecond
)

// hands hold duties that are counted as handed over in the database, until they are.
type hands struct {
	mu   sync.Mutex
	held []held
	near Near
	come chan struct{}
}

type held struct {
	store.Duty
	until time.Time // from then on the database gives it to anybody
}

func (h *hands) put(all ...held) {
	h.mu.Lock()
	room := max(handsFull-len(h.held), 0)
	h.held = append(h.held, all[:min(room, len(all))]...)
	h.mu.Unlock()
}

// take gives up to limit duties, and forgets those that the database has taken back.
func (h *hands) take(limit int, now time.Time) (out []held) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for ; n < len(h.held) && len(out) < limit; n++ {
		if now.Before(h.held[n].until) {
			out = append(out, h.held[n])
		}
	}
	if h.held = h.held[n:]; len(h.held) == 0 {
		h.held = nil
	}
	return out
}

func (h *hands) nearest() Near {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.near
}

// Near does a duty in this process and says so, if it has room; it must not block. From until on the
// duty is anybody's.
type Near func(d store.Duty, until time.Time) bool

// DoNear has near asked first for every duty that comes from memory, and for any duty that the queue
// refuses. nil: every duty goes to the queue.
func (r *Relay) DoNear(near Near) {
	r.hands.mu.Lock()
	r.hands.near = near
	r.hands.mu.Unlock()
}

// Wait implements store.Hands.
func (r *Relay) Wait() time.Duration { return r.Patience }

// Take implements store.Hands. What this process has a hand free for is done here; the rest is handed
// to the queue in a moment. It never blocks.
func (r *Relay) Take(duties []store.Duty) {
	until := r.Now().Add(r.Patience)
	near := r.hands.nearest()
	var rest []held
	for _, d := range duties {
		if near == nil || !near(d, until) {
			rest = append(rest, held{d, until})
		}
	}
	if len(rest) == 0 {
		return
	}
	r.hands.put(rest...)
	select {
	case r.hands.come <- struct{}{}:
	default:
	}
}

// passTaken hands over what came from memory. What could be neither handed over nor given back stays, and is
// tried again with the next look, until its patience is over: then the database gives it out again.
func (r *Relay) passTaken(ctx context.Context) error {
	for {
		limit := r.room(ctx)
		if limit <= 0 {
			return nil
		}
		duties := r.hands.take(limit, r.Now())
		if err := r.handAll(ctx, duties); err != nil {
			return err
		}
		if len(duties) > 1 {
			pause(ctx, gather)
		}
		if len(duties) < limit {
			return nil
		}
	}
}

// handAll hands duties over side by side, and gives the errors of those that stay.
func (r *Relay) handAll(ctx context.Context, duties []held) error {
	var group sync.WaitGroup
	free := make(chan struct{}, handsAtOnce)
	failed := make([]error, len(duties))
	for i, d := range duties {
		free <- struct{}{}
		group.Go(func() {
			failed[i] = r.handHeld(ctx, d)
			<-free
		})
	}
	group.Wait()
	return errors.Join(failed...)
}

func (r *Relay) handHeld(ctx context.Context, d held) error {
	if err := r.hand(ctx, d.Duty); err != nil {
		if r.without(ctx, []store.Duty{d.Duty}, d.until) != nil {
			r.hands.put(d)
		}
		return err
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
