package casework

import (
	"context"
	"fmt"
	"time"

	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Task does one duty. It may run twice and changes nothing the second time.
type Task func(ctx context.Context, p tasks.Payload) error

// Tasks is everything that the desk does when it is due, a file each; who lets messages leave adds
// that.
func (d *Desk) Tasks() map[string]Task {
	all := map[string]Task{
		tasks.Flag:    d.Chase,
		tasks.Closing: d.AskAgain,
		tasks.Route:   d.Route,
		tasks.Climb:   d.Climb,
		tasks.Read:    d.Read,
		tasks.Tell:    d.Tell,
		tasks.Unread:  d.Unread,
		tasks.Brief:   d.Brief,

		tasks.Referral: d.Referral,
		tasks.Purge:    d.Purge,
		tasks.AskHow:   d.AskHow,
		tasks.Inform:   d.Inform,
		tasks.Check:    d.Check,
		tasks.Lease:    d.Lease,
		tasks.Return:   d.Return,
		tasks.Left:     d.GiveUp,
		tasks.Ping:     d.Ping,
		tasks.Pinged:   d.Pinged,
		tasks.Drill:    d.DrillEnds,
	}
	for _, s := range d.standing() {
		all[s.kind] = func(ctx context.Context, p tasks.Payload) error { return d.round(ctx, s, p) }
	}
	return all
}

// standing is work that comes back by the clock of Nairobi, whatever happens meanwhile: the morning
// brief, the nightly purge. Its duty has a fixed id, so that there is never more than one; what a
// round finds to do it owes as duties of their own, one for each office or report.
type standing struct {
	kind string
	// next is the first time after the given one.
	next func(time.Time) time.Time
	do   func(ctx context.Context, tx *store.Tx, due time.Time) error
}

// standing is the list of it.
func (d *Desk) standing() []standing {
	return []standing{
		{tasks.Briefs, dailyAt(briefHour, briefMinute), d.oweBriefs},
		{tasks.Purges, dailyAt(purgeHour, purgeMinute), d.owePurges},
		{standingPings, nextPings, d.owePings},
	}
}

// Stand makes sure that all standing work is owed: once when a worker starts.
func (d *Desk) Stand(ctx context.Context) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, s := range d.standing() {
			if err := tx.OweOnce(ctx, s.duty(d.Now())); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("standing work: %w", err)
	}
	return nil
}

func (s standing) duty(now time.Time) store.Duty {
	return store.Duty{ID: "standing:" + s.kind, Kind: s.kind, Subject: s.kind, Queue: tasks.Default, Due: s.next(now)}
}

// round does standing work once and owes the next round. A round that was missed, because nothing
// ran, is made up for once, not once for each time.
func (d *Desk) round(ctx context.Context, s standing, p tasks.Payload) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		due, mine, err := tx.DoneAt(ctx, p.Duty)
		if err != nil || !mine {
			return err
		}
		if d.Now().Before(due) { // handed over by a clock that goes ahead of ours
			return tx.OweOnce(ctx, store.Duty{ID: p.Duty, Kind: s.kind, Subject: s.kind, Queue: tasks.Default, Due: due})
		}
		if err := s.do(ctx, tx, due); err != nil {
			return err
		}
		return tx.OweOnce(ctx, s.duty(d.Now()))
	})
	if err != nil {
		return fmt.Errorf("%s: %w", s.kind, err)
	}
	d.Wake()
	return nil
}
