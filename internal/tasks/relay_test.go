package tasks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ripoti/internal/store"
)

// database has due what was given back to it, and counts how often it is asked.
type database struct {
	mu    sync.Mutex
	asked int
	down  bool
	back  map[string]time.Time
}

func (d *database) Wake(context.Context, int, time.Duration) (due []store.Duty, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.asked++; d.down {
		return nil, errors.New("down")
	}
	for id, at := range d.back {
		if !time.Now().Before(at) {
			due = append(due, store.Duty{ID: id, Kind: Route, Queue: Critical, Tries: 2})
			delete(d.back, id)
		}
	}
	return due, nil
}

func (d *database) Again(_ context.Context, id string, at time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		return errors.New("down")
	}
	if d.back == nil {
		d.back = map[string]time.Time{}
	}
	d.back[id] = at
	return nil
}

func (d *database) set(down bool) {
	d.mu.Lock()
	d.down = down
	d.mu.Unlock()
}

// queue takes what it is handed, unless it is down.
type queue struct {
	mu    sync.Mutex
	down  bool
	tried int
	took  []string
}

func (q *queue) hand(_ context.Context, d store.Duty) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.tried++; q.down {
		return errors.New("down")
	}
	q.took = append(q.took, d.ID)
	return nil
}

func (q *queue) taken() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.took)
}

func (q *queue) set(down bool) {
	q.mu.Lock()
	q.down = down
	q.mu.Unlock()
}

func duties(n int) (all []store.Duty) {
	for i := range n {
		all = append(all, store.Duty{ID: fmt.Sprint(i), Kind: Route, Queue: Critical, Tries: 1})
	}
	return all
}

// relaying runs a relay in a bubble of time.
func relaying(t *testing.T, change func(*Relay), test func(*testing.T, *Relay, *database, *queue)) {
	synctest.Test(t, func(t *testing.T) {
		d, q := &database{}, &queue{}
		r := (&Relay{Duties: d, Hand: q.hand, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Every: time.Second, Patience: 30 * time.Second}).Init()
		if change != nil {
			change(r)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); r.Run(ctx) }()
		test(t, r, d, q)
		stop()
		<-done
	})
}

func TestRelayFromMemory(t *testing.T) {
	t.Run("what is taken is handed over at once, and the database is not asked", func(t *testing.T) {
		relaying(t, nil, func(t *testing.T, r *Relay, d *database, q *queue) {
			r.Take(duties(250))
			time.Sleep(100 * time.Millisecond)
			d.mu.Lock()
			defer d.mu.Unlock()
			if q.taken() != 250 || d.asked != 0 {
				t.Errorf("%d handed over, the database asked %d times", q.taken(), d.asked)
			}
		})
	})
	t.Run("what a dead queue refuses is handed over once it heals", func(t *testing.T) {
		relaying(t, nil, func(t *testing.T, r *Relay, _ *database, q *queue) {
			q.set(true)
			r.Take(duties(3))
			time.Sleep(5 * time.Second)
			q.set(false)
			time.Sleep(2 * time.Second)
			if q.taken() != 3 {
				t.Errorf("%d handed over", q.taken())
			}
		})
	})
	t.Run("what a dead queue refuses is given back to the database, for whoever can do it", func(t *testing.T) {
		relaying(t, nil, func(t *testing.T, r *Relay, d *database, q *queue) {
			q.set(true)
			r.Take(duties(3))
			time.Sleep(100 * time.Millisecond)
			d.mu.Lock()
			defer d.mu.Unlock()
			if len(d.back) != 3 {
				t.Errorf("%d given back", len(d.back))
			}
		})
	})
	t.Run("what a dead queue refuses is done near, from the database as well", func(t *testing.T) {
		var mu sync.Mutex
		done := map[string]bool{}
		relaying(t, nil, func(t *testing.T, r *Relay, d *database, q *queue) {
			q.set(true)
			for _, duty := range duties(5) {
				_ = d.Again(t.Context(), duty.ID, time.Now())
			}
			r.DoNear(func(duty store.Duty, until time.Time) bool {
				mu.Lock()
				defer mu.Unlock()
				if left := time.Until(until); left <= 0 || left > 30*time.Second {
					t.Errorf("near has it for %s", left)
				}
				done[duty.ID] = true
				return true
			})
			time.Sleep(1500 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			q.mu.Lock()
			defer q.mu.Unlock()
			if len(done) != 5 || q.tried != 1 {
				t.Errorf("%d done near; the dead queue was asked %d times in one look", len(done), q.tried)
			}
		})
	})
	t.Run("when patience is over it is the database's again", func(t *testing.T) {
		relaying(t, nil, func(t *testing.T, r *Relay, d *database, q *queue) {
			q.set(true)
			d.set(true)
			r.Take(duties(3))
			time.Sleep(31 * time.Second)
			q.set(false)
			time.Sleep(5 * time.Second)
			if q.taken() != 0 {
				t.Errorf("%d handed over twice", q.taken())
			}
		})
	})
	t.Run("a small queue is not overfilled", func(t *testing.T) {
		var most atomic.Int64
		most.Store(10)
		relaying(t, func(r *Relay) { r.Room = func(context.Context) int { return int(most.Load()) } }, func(t *testing.T, r *Relay, _ *database, q *queue) {
			r.Take(duties(1))
			time.Sleep(100 * time.Millisecond)
			most.Store(0)
			r.Take(duties(20))
			time.Sleep(3 * time.Second)
			if q.taken() != 1 {
				t.Errorf("%d handed over into a full queue", q.taken())
			}
			most.Store(100)
			time.Sleep(2 * time.Second)
			if q.taken() != 21 {
				t.Errorf("%d handed over", q.taken())
			}
		})
	})
	t.Run("memory is bounded", func(t *testing.T) {
		relaying(t, func(r *Relay) { r.Room = func(context.Context) int { return 0 } }, func(t *testing.T, r *Relay, _ *database, _ *queue) {
			for range 10 {
				r.Take(duties(handsFull / 2))
			}
			if n := len(r.hands.held); n != handsFull {
				t.Errorf("%d held", n)
			}
		})
	})
	t.Run("what can be done near goes to no queue", func(t *testing.T) {
		near := 0
		relaying(t, func(r *Relay) { r.DoNear(func(store.Duty, time.Time) bool { near++; return near <= 2 }) }, func(t *testing.T, r *Relay, _ *database, q *queue) {
			r.Take(duties(5))
			time.Sleep(100 * time.Millisecond)
			if q.taken() != 3 {
				t.Errorf("%d handed over", q.taken())
			}
		})
	})
}
