package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// step is a rung as an assignment keeps it: it remembers whether anybody was told.
type step struct {
	routing.Rung
	Told bool `json:"told,omitempty"`
}

// Climb tells the next rung of an assignment's ladder, because nobody has answered in time. An
// assignment that was accepted, declined or moved meanwhile climbs no more.
func (d *Desk) Climb(ctx context.Context, p tasks.Payload) error {
	world := d.Live.World()
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		if mine, err := tx.Done(ctx, p.Duty); err != nil || !mine {
			return err
		}
		r, a, err := hold(ctx, tx, p.Subject)
		if err != nil {
			return err
		}
		if a.Status != ripoti.AssignmentOpen {
			return nil
		}
		return d.tell(ctx, tx, world, r, a, a.Step+1, "")
	})
	if err != nil {
		return fmt.Errorf("climb: %w", err)
	}
	d.Wake()
	return nil
}

// hold reads an assignment with its report, in the order that keeps two hands from waiting for each
// other: the report is held first.
func hold(ctx context.Context, tx *store.Tx, assignmentID string) (r ripoti.Report, a store.Assignment, err error) {
	if a, err = tx.Assignment(ctx, assignmentID); err != nil {
		return r, a, err
	}
	if r, err = tx.Report(ctx, a.ReportID); err != nil {
		return r, a, err
	}
	a, err = tx.Assignment(ctx, assignmentID)
	return r, a, err
}

// tell tells the first rung from the given one on that somebody can answer, and sets the timer for
// the one after it. Rungs without an answerable contact are skipped at once: waiting for nobody
// helps nobody. except is a contact who has just said that he or she cannot.
func (d *Desk) tell(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, a store.Assignment, from int, except string) error {
	var ladder []step
	if err := json.Unmarshal([]byte(a.Ladder), &ladder); err != nil {
		return fmt.Errorf("ladder: %w", err)
	}
	walled, err := tx.Walls(ctx, r.ID)
	if err != nil {
		return err
	}
	for i := from; i < len(ladder); i++ {
		rung := ladder[i].Rung
		contacts := world.answering(rung, except)
		if except != "" && rung.Say == routing.SayReminder {
			continue // somebody has just answered: there is nothing to remind of
		}
		if len(contacts) == 0 || slices.Contains(walled, rung.OfficeID) {
			if err := tx.Append(ctx, r.ID, "rung_skipped", "system", line{"assignment": a.ID, "step": i, "office": rung.OfficeID}.String()); err != nil {
				return err
			}
			continue
		}
		a.Step = i
		return d.tellRung(ctx, tx, world, r, a, ladder, contacts, except != "")
	}
	a.Step = len(ladder)
	if err := tx.SaveAssignment(ctx, a); err != nil {
		return err
	}
	if from == 0 && a.Side != ripoti.Told {
		return d.nobody(ctx, tx, world, r, "nobody on the ladder can answer")
	}
	return nil
}

func (d *Desk) tellRung(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, a store.Assignment, ladder []step, contacts []ripoti.Contact, declined bool) error {
	rung, send := ladder[a.Step].Rung, latest(d.Now(), a.SendAt)
	office, _ := world.Office(rung.OfficeID)
	told, err := localTold(ctx, tx, world, r)
	if err != nil {
		return err
	}
	facts := d.facts(world, r, a, ladder)
	facts.LocalTold, facts.Declined = told, declined
	ids := make([]string, len(contacts))
	for i, c := range contacts {
		ids[i] = c.ID
		for _, kind := range sentences(rung, a, r, office.Kind) {
			if err := d.post(ctx, tx, c, kind, facts, about{r.ID, a.ID}, queueOf(r.Urgency), send); err != nil {
				return err
			}
		}
	}
	ladder[a.Step].Told = true
	raw, err := json.Marshal(ladder)
	if err != nil {
		return fmt.Errorf("ladder: %w", err)
	}
	a.Ladder = string(raw)
	if err := tx.SaveAssignment(ctx, a); err != nil {
		return err
	}
	if next := a.Step + 1; next < len(ladder) {
		due := latest(d.Now(), a.SendAt.Add(ladder[next].After))
		if err := tx.Owe(ctx, store.Duty{Kind: tasks.Climb, Subject: a.ID, Queue: queueOf(r.Urgency), Due: due}); err != nil {
			return err
		}
	}
	return tx.Append(ctx, r.ID, "alerted", "system", line{"assignment": a.ID, "step": a.Step, "say": rung.Say, "office": rung.OfficeID, "contacts": ids}.String())
}

// localTold says whether a local police office has the report: a liaison who is asked past it must
// know.
func localTold(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report) (bool, error) {
	assignments, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return false, err
	}
	for _, a := range assignments {
		office, _ := world.Office(a.OfficeID)
		if office.Kind.Police() && a.Status != ripoti.AssignmentMoved && a.Status != ripoti.AssignmentDeclined {
			return true, nil
		}
	}
	return false, nil
}

// nobody tells the coordinators that a report has no recipient. Where there is not even a
// coordinator it stands on their list, and is counted as an alarm.
func (d *Desk) nobody(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, why string) error {
	last, err := tx.LastEvent(ctx, r.ID, "no_recipient")
	if err != nil || d.Now().Sub(last) < time.Minute {
		return err // several parts found nobody at once: one alarm tells it
	}
	contacts := world.coordinators(r.Answers.Place.CountyID)
	for _, c := range contacts {
		facts := d.facts(world, r, store.Assignment{SendAt: d.Now()}, nil)
		if err := d.post(ctx, tx, c, sayNobody, facts, about{report: r.ID}, tasks.Critical, d.Now()); err != nil {
			return err
		}
	}
	if len(contacts) == 0 {
		d.seen(Happening{What: "unreachable", Urgency: r.Urgency, Category: r.Category})
	}
	if err := tx.MarkNoRecipient(ctx, r.ID, true); err != nil {
		return err
	}
	return tx.Append(ctx, r.ID, "no_recipient", "system", line{"why": why, "coordinators": len(contacts)}.String())
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
