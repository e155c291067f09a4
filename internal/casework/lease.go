package casework

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Who takes a case has a time to tell something of it: the time to act of its urgency (domain brief 5,
// "first action"). Silence is reminded of once; as much time later the case goes back to where it came
// from, and others are asked. Once anything was told the checks of the timetable go on asking.

// lease owes the first look at a case that was taken.
func (d *Desk) lease(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment) error {
	if a.Status != ripoti.AssignmentAccepted || a.Side != ripoti.Safety && a.Side != ripoti.Care {
		return nil
	}
	return d.oweLease(ctx, tx, r, a, tasks.Lease, a.AcceptedAt)
}

// oweLease owes a look at a case one time to act after a moment, in hours in which its holder works. What
// may rest at night rests.
func (d *Desk) oweLease(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, kind string, from time.Time) error {
	world := d.Live.World()
	level := world.Rules.Level(r.Urgency)
	due := world.worked(a.AcceptedBy, r.Urgency, from, level.ActWithin)
	if level.Wait != routing.WaitNever {
		due = byDay(due)
	}
	due = world.backAtWork(a.AcceptedBy, r.Urgency, due)
	id := kind + ":" + a.ID + ":" + strconv.FormatInt(a.AcceptedAt.UnixMicro(), 36)
	return tx.OweOnce(ctx, store.Duty{ID: id, Kind: kind, Subject: a.ID, Queue: queueOf(r.Urgency), Due: due})
}

// Lease reminds who took a case and told nothing.
func (d *Desk) Lease(ctx context.Context, p tasks.Payload) error {
	return d.silentHolder(ctx, p, tasks.Lease, func(tx *store.Tx, r ripoti.Report, a store.Assignment) error {
		world := d.Live.World()
		if err := d.oweLease(ctx, tx, r, a, tasks.Return, d.Now()); err != nil {
			return err
		}
		if c, ok := world.Contact(a.AcceptedBy); ok && c.Answerable() {
			say := flows.SayLeaseSafety
			if a.Side == ripoti.Care {
				say = flows.SayLeaseCare
			}
			facts := d.facts(world, r, a, nil)
			facts.Elapsed, facts.NextIn = d.Now().Sub(a.AcceptedAt), world.Rules.Level(r.Urgency).ActWithin
			if err := d.post(ctx, tx, c, say, facts, about{r.ID, a.ID}, queueOf(r.Urgency), d.Now()); err != nil {
				return err
			}
		}
		return tx.Append(ctx, r.ID, "lease_reminded", "system", line{"assignment": a.ID, "contact": a.AcceptedBy}.String())
	})
}

// Return gives back a case on which nothing was told, also after the reminder.
func (d *Desk) Return(ctx context.Context, p tasks.Payload) error {
	return d.silentHolder(ctx, p, tasks.Return, func(tx *store.Tx, r ripoti.Report, a store.Assignment) error {
		world := d.Live.World()
		if c, ok := world.Contact(a.AcceptedBy); ok && c.Answerable() {
			facts := d.facts(world, r, a, nil)
			facts.Elapsed = d.Now().Sub(a.AcceptedAt)
			if err := d.post(ctx, tx, c, flows.SayReturned, facts, about{r.ID, a.ID}, queueOf(r.Urgency), d.Now()); err != nil {
				return err
			}
		}
		return d.giveBack(ctx, tx, world, r, a, goneSilent)
	})
}

// silentHolder does something about a case whose holder has told nothing since it was taken; nothing where
// that is not so any more.
func (d *Desk) silentHolder(ctx context.Context, p tasks.Payload, kind string, do func(*store.Tx, ripoti.Report, store.Assignment) error) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, a, err := hold(ctx, tx, p.Subject) // before the duty, as by everybody who cancels one
		if err != nil {
			return err
		}
		due, mine, err := tx.DoneAt(ctx, p.Duty)
		if err != nil || !mine {
			return err
		}
		if a.Status != ripoti.AssignmentAccepted || r.Status == ripoti.StatusClosed {
			return nil
		}
		told, err := tx.LastOf(ctx, r.ID, a.AcceptedBy)
		if err != nil || !told.Before(a.AcceptedAt) { // one text may accept and tell
			return err
		}
		if d.Now().Before(due) { // handed over by a clock that goes ahead of ours
			return tx.OweOnce(ctx, store.Duty{ID: p.Duty, Kind: kind, Subject: a.ID, Queue: queueOf(r.Urgency), Due: due})
		}
		return do(tx, r, a)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	d.Wake()
	return nil
}

// giveBack takes a case from whoever holds it: its ladder begins anew, with everybody but that contact.
func (d *Desk) giveBack(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, a store.Assignment, why string) error {
	holder := a.AcceptedBy
	a.Status, a.Step, a.AcceptedBy, a.AcceptedAt, a.SendAt = ripoti.AssignmentOpen, 0, "", time.Time{}, d.Now()
	if err := tx.Reopen(ctx, a); err != nil {
		return err
	}
	for _, kind := range []string{tasks.Climb, tasks.Lease, tasks.Return} {
		if err := tx.Cancel(ctx, kind, a.ID); err != nil {
			return err
		}
	}
	if err := tx.Append(ctx, r.ID, "returned", "system", line{"assignment": a.ID, "office": a.OfficeID, "side": a.Side, "contact": holder, "why": why}.String()); err != nil {
		return err
	}
	if err := d.untaken(ctx, tx, r, a); err != nil {
		return err
	}
	if err := d.tell(ctx, tx, world, r, a, 0, gone{holder, why}); err != nil {
		return err
	}
	a, err := tx.Assignment(ctx, a.ID)
	if err != nil {
		return err
	}
	if len(d.rungs(a)) > a.Step {
		return nil
	}
	return d.nobody(ctx, tx, world, r, "nobody else can take it")
}

// untaken notes that nobody has a report for safety any more, where that is so.
func (d *Desk) untaken(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment) error {
	if a.Side != ripoti.Safety || r.Status != ripoti.StatusAccepted {
		return nil
	}
	all, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.Side == ripoti.Safety && other.Status == ripoti.AssignmentAccepted {
			return nil
		}
	}
	r.Status = ripoti.StatusRouted
	return tx.SaveReport(ctx, r)
}
