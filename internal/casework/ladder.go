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
		r, a, err := hold(ctx, tx, p.Subject) // before the duty, as by everybody who cancels one
		if err != nil {
			return err
		}
		if mine, err := tx.Done(ctx, p.Duty); err != nil || !mine || a.Status != ripoti.AssignmentOpen {
			return err
		}
		return d.tell(ctx, tx, world, r, a, a.Step+1, gone{})
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

// gone is who is out of a case since a moment ago, and how; nobody where it is empty.
type gone struct{ contact, why string }

// How somebody is out of a case (sentences "sms.gone.", but for who declined: there the step says it).
const (
	goneDeclined = "declined"
	goneSilent   = "silence" // took it and told nothing
	goneLeft     = "left"    // is not at the office any more
	goneHanded   = "handed"  // has handed it over
)

// tell tells the first rung from the given one on that somebody can answer, and sets the timer for
// the one after it. Rungs without an answerable contact are skipped at once: waiting for nobody
// helps nobody. before is who is out of it since a moment ago.
func (d *Desk) tell(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, a store.Assignment, from int, before gone) error {
	var ladder []step
	if err := json.Unmarshal([]byte(a.Ladder), &ladder); err != nil {
		return fmt.Errorf("ladder: %w", err)
	}
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil {
		return err
	}
	except := before.contact
	passed := except != "" // somebody who was told is out of it: the next is told in words that say so
	for i := from; i < len(ladder); i++ {
		rung := ladder[i].Rung
		if passed && rung.Say == routing.SayReminder {
			continue // somebody has just answered, or was just told: there is nothing to remind of
		}
		contacts, empty := world.answering(rung, except, latest(d.Now(), a.SendAt), wall)
		contacts, err := d.free(ctx, tx, r, contacts)
		if err != nil {
			return err
		}
		if contacts, err = d.fairest(ctx, tx, world, rung, contacts, except, wall, latest(d.Now(), a.SendAt)); err != nil {
			return err
		}
		if contacts, err = d.free(ctx, tx, r, contacts); err != nil {
			return err
		}
		if len(contacts) == 0 {
			if err := tx.Append(ctx, r.ID, "rung_skipped", "system", line{"assignment": a.ID, "step": i, "office": rung.OfficeID}.String()); err != nil {
				return err
			}
			continue
		}
		a.Step = i
		if empty {
			if err := d.foundEmpty(ctx, tx, r, a, rung); err != nil {
				return err
			}
		}
		if empty && d.staffedAbove(world, a, ladder, wall) {
			if err := d.tellContacts(ctx, tx, world, r, &a, ladder, contacts, before); err != nil {
				return err
			}
			if passed = true; before.why == "" {
				before.why = goneDeclined
			}
			continue
		}
		return d.tellRung(ctx, tx, world, r, a, ladder, contacts, before)
	}
	a.Step = len(ladder)
	if err := tx.SaveAssignment(ctx, a); err != nil {
		return err
	}
	if from == 0 && a.Side != ripoti.Told && !passed {
		return d.nobody(ctx, tx, world, r, "nobody on the ladder can answer")
	}
	return nil
}

// foundEmpty notes that nobody was on duty for a rung: in the report's history and for the list of
// those who keep the rosters.
func (d *Desk) foundEmpty(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, rung routing.Rung) error {
	if err := tx.FoundEmpty(ctx, rung.OfficeID, rung.Roles[0]); err != nil {
		return err
	}
	return tx.Append(ctx, r.ID, "slot_empty", "system", line{"assignment": a.ID, "step": a.Step, "office": rung.OfficeID, "role": rung.Roles[0]}.String())
}

// staffedAbove says whether a later rung has somebody on duty: then it hears at once, together with
// those who are off duty below. Otherwise the ladder takes its time.
func (d *Desk) staffedAbove(world *World, a store.Assignment, ladder []step, wall store.Wall) bool {
	return slices.ContainsFunc(ladder[a.Step+1:], func(s step) bool {
		who, empty := world.answering(s.Rung, "", latest(d.Now(), a.SendAt), wall)
		return !empty && len(who) > 0 && s.Say != routing.SayReminder
	})
}

// tellRung tells the rung an assignment stands at and sets the timer for the next one.
func (d *Desk) tellRung(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, a store.Assignment, ladder []step, contacts []ripoti.Contact, before gone) error {
	if err := d.tellContacts(ctx, tx, world, r, &a, ladder, contacts, before); err != nil {
		return err
	}
	next := a.Step + 1
	if next >= len(ladder) {
		return nil
	}
	due := latest(d.Now(), a.SendAt.Add(ladder[next].After))
	return tx.Owe(ctx, store.Duty{Kind: tasks.Climb, Subject: a.ID, Queue: queueOf(r.Urgency), Due: due})
}

// tellContacts posts what a rung says and notes that it was told.
func (d *Desk) tellContacts(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, a *store.Assignment, ladder []step, contacts []ripoti.Contact, before gone) error {
	rung, send := ladder[a.Step].Rung, latest(d.Now(), a.SendAt)
	office, _ := world.Office(rung.OfficeID)
	told, err := localTold(ctx, tx, world, r)
	if err != nil {
		return err
	}
	facts := d.facts(world, r, *a, ladder)
	facts.LocalTold, facts.Declined = told, before.why == goneDeclined
	if !facts.Declined {
		facts.Gone = before.why
	}
	ids := make([]string, len(contacts))
	for i, c := range contacts {
		ids[i] = c.ID
		for _, kind := range sentences(rung, *a, r, office.Kind) {
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
	if err := tx.SaveAssignment(ctx, *a); err != nil {
		return err
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
	if err != nil || d.Now().Sub(last) < nobodyAgain {
		return err // several parts found nobody at once: one alarm tells it
	}
	contacts := world.coordinators(r.Answers.Place.CountyID, d.Now())
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
