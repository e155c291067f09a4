package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Later answers update the alert (domain brief 4.3). A caller gives them within seconds of each
// other: they are gathered for a moment, so that one message tells all; a weapon does not wait.

// oweUpdate lets those who were alerted hear what was added, if it is something they must know.
func (d *Desk) oweUpdate(ctx context.Context, tx *store.Tx, before, after ripoti.Report) error {
	if before.RoutedAt.IsZero() || !worthTelling(before, after) {
		return nil
	}
	due := d.Now().Add(gatherUpdates)
	if armed[after.Answers.Weapon] && !armed[before.Answers.Weapon] {
		due = d.Now()
	}
	if err := tx.Cancel(ctx, tasks.Tell, after.ID); err != nil {
		return err
	}
	return tx.Owe(ctx, store.Duty{Kind: tasks.Tell, Subject: after.ID, Queue: queueOf(after.Urgency), Due: due})
}

var armed = map[ripoti.Weapon]bool{ripoti.WeaponGun: true, ripoti.WeaponBlade: true, ripoti.WeaponOther: true}

// worthTelling compares what an alert says.
func worthTelling(before, after ripoti.Report) bool {
	b, a := before.Answers, after.Answers
	return armed[a.Weapon] && b.Weapon != a.Weapon || b.Suspect != a.Suspect || b.AtRisk != a.AtRisk || b.Contact != a.Contact ||
		before.Category != after.Category || before.Urgency != after.Urgency || b.Place.ID != a.Place.ID || within72(before) != within72(after)
}

// Tell writes what was added since to everybody who was alerted before it and still has to do with
// the report.
func (d *Desk) Tell(ctx context.Context, p tasks.Payload) error {
	world := d.Live.World()
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := tx.Report(ctx, p.Subject) // held before the duty, as by everybody who cancels one
		if err != nil {
			return err
		}
		if mine, err := tx.Done(ctx, p.Duty); err != nil || !mine {
			return err
		}
		added, err := tx.LastEvent(ctx, r.ID, "added")
		if err != nil {
			return err
		}
		confirmed, err := tx.LastEvent(ctx, r.ID, "confirmed") // a person corrected it
		if err != nil {
			return err
		}
		elsewhere, err := tx.LastEvent(ctx, r.ID, placeCorrected)
		if err != nil {
			return err
		}
		assignments, err := tx.Assignments(ctx, r.ID)
		if err != nil {
			return err
		}
		for _, a := range assignments {
			if err := d.tellGone(ctx, tx, world, r, a, elsewhere); err != nil {
				return err
			}
			if err := d.tellAdded(ctx, tx, world, r, a, latest(added, confirmed)); err != nil {
				return err
			}
		}
		return tx.Append(ctx, r.ID, "update_told", "system", "{}")
	})
	if err != nil {
		return fmt.Errorf("tell: %w", err)
	}
	d.Wake()
	return nil
}

func (d *Desk) tellAdded(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, a store.Assignment, added time.Time) error {
	if a.Side == ripoti.Told || a.Side == ripoti.Referred || (a.Status != ripoti.AssignmentOpen && a.Status != ripoti.AssignmentAccepted) {
		return nil
	}
	told, err := tx.Told(ctx, a.ID)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(told)) {
		c, ok := world.Contact(id)
		knows := told[id].After(added)
		another := a.Status == ripoti.AssignmentAccepted && a.AcceptedBy != id
		if !ok || !c.Answerable() || knows || another {
			continue
		}
		if err := d.post(ctx, tx, c, sayUpdate, d.facts(world, r, a, nil), about{r.ID, a.ID}, queueOf(r.Urgency), latest(d.Now(), a.SendAt)); err != nil {
			return err
		}
	}
	return nil
}

// tellGone tells an office that was alerted for a place that was taken back since, and has the report no
// more, that it need not go there. An office behind the wall hears nothing.
func (d *Desk) tellGone(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, a store.Assignment, corrected time.Time) error {
	if a.Status != ripoti.AssignmentMoved || corrected.IsZero() || a.CreatedAt.After(corrected) {
		return nil
	}
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil || wall.Around(a.OfficeID) {
		return err
	}
	return d.tellMoved(ctx, tx, world, r, a, ripoti.Contact{})
}

// tellMoved tells the others at an office that they need not act any more: the report went elsewhere.
func (d *Desk) tellMoved(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, a store.Assignment, except ripoti.Contact) error {
	told, err := tx.Told(ctx, a.ID)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(told)) {
		c, ok := world.Contact(id)
		if !ok || !c.Answerable() || c.Phone == except.Phone {
			continue
		}
		if err := d.post(ctx, tx, c, sayState, d.facts(world, r, a, nil), about{r.ID, a.ID}, queueOf(r.Urgency), d.Now()); err != nil {
			return err
		}
	}
	return nil
}
