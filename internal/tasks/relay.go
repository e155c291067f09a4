package tasks

import (
	"context"
	"errors"
	"log/slog"
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
// that were due at once come to it from memory (Take); all others it finds in the database.
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
}

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
		if err != nil && !down {
			r.Log.Error("relay: work stays in the database until this heals", "error", err)
		} else if err == nil && down {
			r.Log.Info("relay: work is handed over again")
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
		duties, err := r.Duties.Wake(ctx, limit, r.Patience)
		if err != nil {
			return err
		}
		for i, d := range duties {
			if err := r.Hand(ctx, d); err != nil {
				r.putBack(ctx, duties[i:])
				return err
			}
			if r.Handed != nil {
				r.Handed(d)
			}
		}
		if len(duties) < limit {
			return nil
		}
	}
}

// room is how many duties may be handed over at once now.
func (r *Relay) room(ctx context.Context) int {
	if r.Room != nil {
		return min(relayPage, r.Room(ctx))
	}
	return relayPage
}

// putBack lets duties be taken again soon: the queue does not answer now.
func (r *Relay) putBack(ctx context.Context, duties []store.Duty) {
	for _, d := range duties {
		if err := r.Duties.Again(ctx, d.ID, r.Now().Add(2*time.Second)); err != nil {
			return // they come back by themselves when patience ends
		}
	}
}
