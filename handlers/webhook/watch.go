package webhook

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"ripoti/flows"
	"ripoti/internal/metrics"
	"ripoti/internal/ripoti"
)

const (
	// retryAfter is when the desk is asked again after it did not take something.
	retryAfter = 5 * time.Second
	// lookers is how many cut calls are looked at at once.
	lookers = 8
	// owedLimit keeps a press of the same phone from waiting long behind the keeper.
	owedLimit = time.Second
)

// watch knows which calls of this process are open and when each is to be looked at.
type watch struct {
	mu  sync.Mutex
	due map[string]look
}

type look struct {
	at      time.Time
	pressed time.Time // the last press this process took; zero for a call it found at its start
}

func newWatch() *watch { return &watch{due: map[string]look{}} }

func (w *watch) mark(key string, at, pressed time.Time) {
	w.mu.Lock()
	w.due[key] = look{at, pressed}
	w.mu.Unlock()
}

func (w *watch) forget(key string) {
	w.mu.Lock()
	delete(w.due, key)
	w.mu.Unlock()
}

func (w *watch) len() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.due)
}

// take gives the calls whose time has come and forgets them.
func (w *watch) take(now time.Time) map[string]look {
	w.mu.Lock()
	defer w.mu.Unlock()
	var ready map[string]look
	for key, l := range w.due {
		if l.at.After(now) {
			continue
		}
		if ready == nil {
			ready = map[string]look{}
		}
		ready[key] = l
		delete(w.due, key)
	}
	return ready
}

// Keep looks after calls that were cut and whose gateway did not say so: CutAfter its last press
// what was said is filed, if it is enough. It first looks through the store, so that a restart
// forgets nobody, and returns when ctx ends, after the looks under way. What it has not come to by
// then the next process finds.
func (d *Dialogues) Keep(ctx context.Context) {
	if err := d.Remember(ctx); err != nil && ctx.Err() == nil {
		d.Log.LogAttrs(ctx, slog.LevelWarn, "open calls of before the start not found", slog.Any("err", err))
	}
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			d.Look(ctx)
		}
	}
}

// Remember marks every call in the store to be looked at.
func (d *Dialogues) Remember(ctx context.Context) error {
	return d.Store.Each(ctx, func(key string) error {
		d.watch.mark(key, d.Now(), time.Time{})
		return nil
	})
}

// Look looks at every call whose time has come.
func (d *Dialogues) Look(ctx context.Context) {
	var group sync.WaitGroup
	free := make(chan struct{}, lookers)
	for key, l := range d.watch.take(d.Now()) {
		if ctx.Err() != nil {
			d.watch.mark(key, l.at, l.pressed)
			continue
		}
		free <- struct{}{}
		group.Go(func() {
			defer func() { <-free }()
			d.look(context.WithoutCancel(ctx), key, l)
		})
	}
	group.Wait()
}

// look sees to one call. Another process may have gone on with it, so the record decides.
func (d *Dialogues) look(ctx context.Context, key string, l look) {
	ctx, cancel := context.WithTimeout(ctx, 2*(d.DeskLimit+saveTime))
	defer cancel()
	if !d.calls.enter(ctx, key) {
		d.watch.mark(key, d.Now().Add(retryAfter), l.pressed)
		return
	}
	defer d.calls.leave(key)
	c, err := d.load(ctx, key)
	switch {
	case err != nil:
		d.watch.mark(key, d.Now().Add(retryAfter), l.pressed)
	case !c.known:
	case c.OwedDo != flows.Nothing && !d.payOwed(ctx, c):
		d.watch.mark(key, d.Now().Add(retryAfter), l.pressed)
	case c.Ended:
	case !c.Hung && c.now.Sub(c.Pressed) < d.CutAfter:
		d.watch.mark(key, c.Pressed.Add(d.CutAfter), l.pressed)
	default:
		d.cut(ctx, c, c.Pressed.UnixMilli() == l.pressed.UnixMilli())
	}
}

// payOwed tells the desk what it did not take before, and says whether it has heard now.
func (d *Dialogues) payOwed(ctx context.Context, c *call) bool {
	var f Filing
	if json.Unmarshal(c.OwedText, &f) == nil && d.do(ctx, c.OwedDo, f, owedLimit) != nil {
		return false
	}
	c.OwedDo, c.OwedText = flows.Nothing, nil
	d.save(ctx, c)
	return true
}

// Hangup is the gateway's notice that a call is over. What was said is filed if it is enough.
func (d *Dialogues) Hangup(ctx context.Context, session string, from ripoti.Phone) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*(d.DeskLimit+saveTime))
	defer cancel()
	key := d.key(from)
	if !d.calls.enter(ctx, key) {
		return // the clock will notice
	}
	defer d.calls.leave(key)
	c, err := d.load(ctx, key)
	if err != nil || !c.known || c.Session != session || c.Ended || c.Hung {
		return
	}
	d.cut(ctx, c, true)
}

// cut closes a call that was cut: files what it leaves, or lets it lie for a redial. mine says that
// its line in the log is ours to write.
func (d *Dialogues) cut(ctx context.Context, c *call, mine bool) {
	state, err := flows.Parse(c.State)
	if err != nil {
		return
	}
	told := c.Hung || !mine
	c.Hung = true
	at := &state
	if state.Old != nil { // the offer to go on was not answered: what the call before left still counts
		at = state.Old
	}
	end := c.ending(metrics.EndedCut)
	if draft, ok := d.Book.Cut(*at); ok {
		code, err := d.file(ctx, c, at.Conversation, draft)
		if err != nil {
			d.Log.LogAttrs(ctx, slog.LevelError, "cut call not filed yet", slog.Any("err", err))
			c.Hung = told
			d.watch.mark(c.key, c.now.Add(retryAfter), c.Pressed)
			return
		}
		*at = d.Book.Taken(*at, code)
		c.State = state.Append(make([]byte, 0, 256))
		end, told = metrics.EndedRescued, false
	}
	if !told {
		d.tellEnd(c, end, state.Lang)
	}
	d.save(ctx, c)
	d.watch.forget(c.key)
}
