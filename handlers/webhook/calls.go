package webhook

import (
	"context"
	"sync"
)

// calls lets one press of a phone at a time through. Phones do not wait for one another, so a slow
// database holds up nobody but its own callers.
type calls struct {
	mu   sync.Mutex
	open map[string]*turnstile
}

type turnstile struct {
	free    chan struct{} // holds one token while nobody is inside
	waiting int           // inside or waiting; guarded by calls.mu
}

func newCalls() *calls { return &calls{open: map[string]*turnstile{}} }

// enter waits for its turn at key until ctx ends, and says whether it got in. Who got in leaves.
func (c *calls) enter(ctx context.Context, key string) bool {
	c.mu.Lock()
	t, ok := c.open[key]
	if !ok {
		t = &turnstile{free: make(chan struct{}, 1)}
		t.free <- struct{}{}
		c.open[key] = t
	}
	t.waiting++
	c.mu.Unlock()
	select {
	case <-t.free:
		return true
	default:
	}
	select {
	case <-t.free:
		return true
	case <-ctx.Done():
		c.forget(key)
		return false
	}
}

// leave lets the next one in.
func (c *calls) leave(key string) {
	c.mu.Lock()
	t := c.open[key]
	c.mu.Unlock()
	t.free <- struct{}{}
	c.forget(key)
}

func (c *calls) forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.open[key]; t.waiting > 1 {
		t.waiting--
	} else {
		delete(c.open, key)
	}
}
