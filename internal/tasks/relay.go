package tasks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"ripoti/internal/store"
)

// Duties is what the relay needs of the store.
type Duties interface {
	Wake(ctx context.Context, limit int, patience time.Duration) ([]store.Duty, error)
	Again(ctx context.Context, id string, at time.Time) error
}

// Relay hands duties to the queue when they are due, and again when nothing came of them. It is the
// alarm clock of every timer and the sweep behind every lost task. Duties that this process wrote and
// that were due at once come to it from memory (Take); all others it finds in the database. While the
// queue is away what is due is done by this process itself, where it can (DoNear), and else given back
// to the database for a process that can: nobody waits for a queue to be mended.
type Relay struct {
	Duties Duties
	Hand   func(context.Context, store.Duty) error
	Now    func() time.Time
	Log    *slog.Logger
	// Every is how often the relay looks without being woken.
	Every time.Duration
	// Patience is how long a duty that was handed over may take until it is handed over again.
	Patience time.Duration
	// Room is how many duties may be handed over now; nil: any number. An embedded queue is small.
	Room func(context.Context) int
	// Handed is told of each duty that was handed over.
	Handed func(store.Duty)

	wake  chan struct{}
	hands hands
	away  atomic.Bool // the queue refused the last duty it was handed
}

// giveBack is how soon a duty that the queue refused may be taken again, by whichever process looks first.
const giveBack = 2 * time.Second

// relayPage is how many duties are taken from the database at once.
const relayPage = 100

// Init makes the relay ready to be woken.
func (r *Relay) Init() *Relay {
	r.wake = make(chan struct{}, 1)
	r.hands.come = make(chan struct{}, 1)
	return r
}

// Wake lets the relay look now. It never blocks: after a commit, off the caller's path.
func (r *Relay) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends.
func (r *Relay) Run(ctx context.Context) {
	tick := time.NewTicker(r.Every)
	defer tick.Stop()
	down := false
	for {
		step := r.passBoth
		select {
		case <-ctx.Done():
			return
		case <-r.hands.come:
			step = r.passTaken
		case <-r.wake:
		case <-tick.C:
		}
		err := step(ctx)
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, errAway) {
			continue // the queue; hand has said so
		}
		if err != nil && !down {
			r.Log.Error("relay: the database does not say what is due; alerts and timers stand still until it does", "error", err)
		} else if err == nil && down {
			r.Log.Info("relay: the database says again what is due")
		}
		down = err != nil
	}
}

// passBoth hands over what came from memory and what the database says is due.
func (r *Relay) passBoth(ctx context.Context) error {
	return errors.Join(r.passTaken(ctx), r.pass(ctx))
}

// pass hands over everything that is due.
func (r *Relay) pass(ctx context.Context) error {
	for {
		limit := r.room(ctx)
		if limit <= 0 {
			return nil
		}
		until := r.Now().Add(r.Patience)
		duties, err := r.Duties.Wake(ctx, limit, r.Patience)
		if err != nil {
			return err
		}
		if err := r.handDue(ctx, duties, until); err != nil {
			return err
		}
		if len(duties) < limit {
			return nil
		}
	}
}

// handDue hands over duties of the database. From the first that the queue refuses on they are done
// near, for a dead queue takes its time to refuse.
func (r *Relay) handDue(ctx context.Context, duties []store.Duty, until time.Time) error {
	for i, d := range duties {
		if err := r.hand(ctx, d); err != nil {
			return errors.Join(err, r.without(ctx, duties[i:], until))
		}
	}
	return nil
}

// errAway is in the error of each handing over that the queue refused.
var errAway = errors.New("the queue does not answer")

// hand gives one duty to the queue. When the queue goes away, and when it comes back, the log says so once.
func (r *Relay) hand(ctx context.Context, d store.Duty) error {
	err := r.Hand(ctx, d)
	if err == nil {
		if r.away.Swap(false) {
			r.Log.Info("relay: the queue takes work again")
		}
		if r.Handed != nil {
			r.Handed(d)
		}
		return nil
	}
	if ctx.Err() == nil && !r.away.Swap(true) {
		r.Log.Error("relay: the queue does not answer; workers do what is due straight from the database until it does", "error", err)
	}
	return fmt.Errorf("%w: %w", errAway, err)
}

// without does duties without the queue, or lets another process do them in a moment.
func (r *Relay) without(ctx context.Context, duties []store.Duty, until time.Time) error {
	near := r.hands.nearest()
	for _, d := range duties {
		if near != nil && near(d, until) {
			continue
		}
		if err := r.Duties.Again(ctx, d.ID, r.Now().Add(giveBack)); err != nil {
			return err // they come back by themselves when patience ends
		}
	}
	return nil
}

// room is how many duties may be handed over at once now.
func (r *Relay) room(ctx context.Context) int {
	if r.Room != nil {
		return min(relayPage, r.Room(ctx))
	}
	return relayPage
}
