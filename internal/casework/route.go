package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Route decides who hears of a report and writes it all at once: the decision with its reasons, the
// assignments, the first alerts and the timers. A report that is routed again, because answers came
// later or an office could not take it, keeps what still stands and moves what does not.
func (d *Desk) Route(ctx context.Context, p tasks.Payload) error {
	world := d.Live.World()
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := tx.Report(ctx, p.Subject) // held before the duty, as by everybody who cancels one
		if err != nil {
			return err
		}
		if mine, err := tx.Done(ctx, p.Duty); err != nil || !mine {
			return err
		}
		prior, err := tx.Assignments(ctx, r.ID)
		if err != nil {
			return err
		}
		c, err := caseOf(ctx, tx, r)
		if err != nil {
			return err
		}
		if err := d.raise(ctx, tx, world, c, &r); err != nil {
			return err
		}
		c.Urgency, c.Rule, c.At, c.Avoid = r.Urgency, r.Rule, d.Now(), declined(prior)
		if err := d.propose(ctx, tx, r); err != nil {
			return err
		}
		decision := routing.Decide(c, world.Directory, world.Rules)
		return d.carryOut(ctx, tx, world, r, prior, decision)
	})
	if err != nil {
		return fmt.Errorf("route: %w", err)
	}
	d.Wake()
	return nil
}

// caseOf is what the rules must know of a report; of a text also what was read that no key says.
func caseOf(ctx context.Context, tx *store.Tx, r ripoti.Report) (routing.Case, error) {
	c := routing.Case{Answers: r.Answers, Category: r.Category, Second: r.Second, Urgency: r.Urgency, Rule: r.Rule, Stage: r.Stage}
	linked, err := tx.Case(ctx, r.ID)
	if err != nil {
		return c, err
	}
	if linked.LinkedTo != "" { // of what it came out of, these offices stand accused
		if c.AccusedOffices, err = tx.Walls(ctx, r.ID); err != nil {
			return c, err
		}
	}
	if r.Channel != ripoti.BySMS {
		return c, nil
	}
	p, err := tx.Proposal(ctx, r.ID)
	for _, s := range p.Signs {
		c.Signs = append(c.Signs, routing.Sign(s))
	}
	c.AccusedKinds = p.Accused
	return c, err
}

// raise lets repeated reports about one place raise the urgency; nothing here lowers it.
func (d *Desk) raise(ctx context.Context, tx *store.Tx, world *World, c routing.Case, r *ripoti.Report) error {
	if !r.Answers.Place.Known() || r.Drill != "" {
		return nil
	}
	since := d.Now().Add(-time.Duration(world.Rules.RepeatDays()) * Day)
	repeats, err := tx.RepeatsNear(ctx, r.Answers.Place.ID, r.ID, since.UnixMicro())
	if err != nil || repeats == 0 {
		return err
	}
	reading := world.Rules.TriageSigns(r.Answers, r.Stage, repeats, c.Signs)
	if r.Channel == ripoti.BySMS { // the harm was read, not pressed
		reading = world.Rules.Weigh(c, repeats)
	}
	if burst, err := d.inBurst(ctx, tx, world.Rules, *r); err != nil {
		return err
	} else if burst {
		reading = world.Rules.InBurst(reading)
	}
	if r.Channel == ripoti.BySMS {
		if p, err := tx.Proposal(ctx, r.ID); err != nil || !p.Ruling.Raises(reading.Urgency) {
			return err
		}
	}
	if reading.Urgency.Rank() <= r.Urgency.Rank() {
		return nil
	}
	r.Urgency, r.Rule = reading.Urgency, reading.Rule
	return d.sooner(ctx, tx, *r)
}

// declined are the offices that cannot take the report any more, or have no way to get there.
func declined(prior []store.Assignment) (offices []string) {
	for _, a := range prior {
		noWay := a.Status == ripoti.AssignmentAccepted && a.Reason == string(flows.ReasonVehicle)
		if a.Side != ripoti.Referred && (a.Status == ripoti.AssignmentDeclined || noWay) {
			offices = append(offices, a.OfficeID)
		}
	}
	return offices
}

func (d *Desk) carryOut(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, prior []store.Assignment, decision routing.Decision) error {
	raw, err := json.Marshal(decision)
	if err != nil {
		return fmt.Errorf("decision: %w", err)
	}
	if err := tx.SaveDecision(ctx, r.ID, string(raw), decision.Wall); err != nil {
		return err
	}
	if err := d.wallWhoAnswered(ctx, tx, r.ID, decision.Wall, prior); err != nil {
		return err
	}
	r.Walled = r.Walled || decision.Walled
	if r.RoutedAt.IsZero() {
		r.RoutedAt = d.Now()
		if err := d.oweHow(ctx, tx, r); err != nil {
			return err
		}
	}
	if r.Status == ripoti.StatusFiled {
		r.Status = ripoti.StatusRouted
	}
	if err := tx.SaveReport(ctx, r); err != nil {
		return err
	}
	if err := tx.Append(ctx, r.ID, "routed", "system", line{"parts": len(decision.Parts), "walled": decision.Walled, "urgency": r.Urgency, "rule": r.Rule}.String()); err != nil {
		return err
	}
	if err := tx.MarkNoRecipient(ctx, r.ID, false); err != nil { // until shown again
		return err
	}
	if err := d.follow(ctx, tx, r, store.Assignment{}); err != nil {
		return err
	}
	fresh, err := d.reconcile(ctx, tx, r, prior, decision)
	if err != nil {
		return err
	}
	given, err := d.give(ctx, tx, r, fresh)
	if err != nil {
		return err
	}
	for _, a := range given {
		if err := d.tell(ctx, tx, world, r, a, 0, gone{}); err != nil {
			return err
		}
	}
	if decision.NoRecipient {
		return d.nobody(ctx, tx, world, r, "no recipient was found")
	}
	return nil
}

// reconcile moves assignments that the decision leaves out and gives the parts that are new. What
// was accepted stays, unless the wall has risen around it.
func (d *Desk) reconcile(ctx context.Context, tx *store.Tx, r ripoti.Report, prior []store.Assignment, decision routing.Decision) (fresh []routing.Part, err error) {
	walled := map[string]bool{}
	for _, office := range decision.Wall {
		walled[office] = true
	}
	type seat struct {
		office string
		side   ripoti.Side
	}
	wanted := map[seat]bool{}
	for _, part := range decision.Parts {
		wanted[seat{part.OfficeID, part.Side}] = true
	}
	kept := map[seat]bool{}
	for _, a := range prior {
		at := seat{a.OfficeID, a.Side}
		switch {
		case a.Status == ripoti.AssignmentDeclined || a.Status == ripoti.AssignmentMoved:
		case a.Side == ripoti.Referred && !walled[a.OfficeID]: // no rule gave it, none takes it away
		case walled[a.OfficeID], a.Status == ripoti.AssignmentOpen && (!wanted[at] || untold(a)):
			if err := d.move(ctx, tx, r, a); err != nil {
				return nil, err
			}
		default:
			kept[at] = true
		}
	}
	for _, part := range decision.Parts {
		if !kept[seat{part.OfficeID, part.Side}] {
			fresh = append(fresh, part)
		}
	}
	return fresh, nil
}

// untold says that nobody on an assignment's ladder could be told: it is given anew.
func untold(a store.Assignment) bool {
	var ladder []step
	if err := json.Unmarshal([]byte(a.Ladder), &ladder); err != nil {
		return true
	}
	return !slices.ContainsFunc(ladder, func(s step) bool { return s.Told })
}

func (d *Desk) move(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment) error {
	if a.Side == ripoti.Referred {
		return d.answerReferral(ctx, tx, r, a, ripoti.Contact{ID: "system"}, ripoti.ReferralRevoked)
	}
	a.Status = ripoti.AssignmentMoved
	if err := tx.SaveAssignment(ctx, a); err != nil {
		return err
	}
	if err := tx.Cancel(ctx, tasks.Climb, a.ID); err != nil {
		return err
	}
	return tx.Append(ctx, r.ID, "moved", "system", line{"assignment": a.ID, "office": a.OfficeID}.String())
}

// give writes the new parts as assignments, all before anybody is told: what one office is told
// depends on who else has it.
func (d *Desk) give(ctx context.Context, tx *store.Tx, r ripoti.Report, parts []routing.Part) (given []store.Assignment, err error) {
	for _, part := range parts {
		ladder, err := json.Marshal(part.Ladder)
		if err != nil {
			return nil, fmt.Errorf("ladder: %w", err)
		}
		a := store.Assignment{
			Assignment: ripoti.Assignment{ID: store.NewID(), ReportID: r.ID, OfficeID: part.OfficeID, Side: part.Side,
				Status: ripoti.AssignmentOpen, CreatedAt: d.Now()},
			Ladder: string(ladder), SendAt: part.Send,
		}
		if part.Side == ripoti.Told {
			a.Status = ripoti.AssignmentTold
		}
		if err := tx.Append(ctx, r.ID, "assigned", "system", line{"assignment": a.ID, "office": a.OfficeID, "side": a.Side}.String()); err != nil {
			return nil, err
		}
		given = append(given, a)
	}
	return given, tx.Assign(ctx, given...)
}

// RouteAgain owes a new decision for every report nobody was found for: after offices or contacts
// were imported. It gives how many there are.
func (d *Desk) RouteAgain(ctx context.Context) (n int, err error) {
	for after := ""; ; {
		page, err := d.Store.WithoutRecipient(ctx, after, 100)
		if err != nil || len(page) == 0 {
			return n, err
		}
		err = d.Store.InTx(ctx, func(tx *store.Tx) error {
			for _, r := range page {
				if err := tx.Owe(ctx, store.Duty{Kind: tasks.Route, Subject: r.ID, Queue: queueOf(r.Urgency), Due: d.Now()}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return n, fmt.Errorf("route again: %w", err)
		}
		n, after = n+len(page), page[len(page)-1].ID
	}
}
