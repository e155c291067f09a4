package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// A proposal that nobody answers is a case that stands still. The domain brief (5) names no time for the
// second person; theirs follow its flags: a day, then those above.

// oweAnswer owes the next look at a proposal.
func (d *Desk) oweAnswer(ctx context.Context, tx *store.Tx, c store.Closing, after time.Duration) error {
	return tx.Owe(ctx, store.Duty{Kind: tasks.Closing, Subject: c.ID, Queue: tasks.Default, Due: byDay(d.Now().Add(after))})
}

// AskAgain reminds of a proposal to close a case that nobody has answered: those who may agree, after
// three days the coordinators and the director with them. It ends with the proposal.
func (d *Desk) AskAgain(ctx context.Context, p tasks.Payload) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		c, err := tx.Closing(ctx, p.Subject)
		if err != nil {
			return err
		}
		r, err := tx.Report(ctx, c.ReportID) // held before the duty, as by whoever answers
		if err != nil {
			return err
		}
		if mine, err := tx.Done(ctx, p.Duty); err != nil || !mine {
			return err
		}
		if c, err = tx.Closing(ctx, p.Subject); err != nil || c.State != store.ClosingOpen || r.Status == ripoti.StatusClosed {
			return err
		}
		late := d.Now().Sub(c.ProposedAt) >= closingLate
		if err := d.remindToAgree(ctx, tx, r, c, late); err != nil {
			return err
		}
		if err := tx.Append(ctx, r.ID, "closing_reminded", "system", line{"closing": c.ID, "late": late}.String()); err != nil {
			return err
		}
		if late {
			return d.oweAnswer(ctx, tx, c, closingLate)
		}
		return d.oweAnswer(ctx, tx, c, closingLate-closingAgain)
	})
	if err != nil {
		return fmt.Errorf("unanswered closing: %w", err)
	}
	d.Wake()
	return nil
}

// remindToAgree reminds those who may agree and have not; late: also who sees to it that somebody does.
func (d *Desk) remindToAgree(ctx context.Context, tx *store.Tx, r ripoti.Report, c store.Closing, late bool) error {
	who, err := d.agreeing(ctx, tx, r, c)
	if err != nil {
		return err
	}
	answered, err := tx.ClosingAnswered(ctx, c.ID)
	if err != nil {
		return err
	}
	waits := slices.DeleteFunc(slices.Clone(who), func(c ripoti.Contact) bool { return answered[tx.PhoneHash(c.Phone)] })
	if err := d.sayOfClosing(ctx, tx, r, c, flows.SayAskedAgain, waits); err != nil || !late {
		return err
	}
	world := d.Live.World()
	above, err := d.free(ctx, tx, r, slices.Concat(world.coordinators(r.Answers.Place.CountyID, d.Now()), world.coordinators("", d.Now())))
	if err != nil {
		return err
	}
	seen := map[ripoti.Phone]bool{}
	above = slices.DeleteFunc(above, func(c ripoti.Contact) bool {
		known := seen[c.Phone] || slices.ContainsFunc(who, func(w ripoti.Contact) bool { return w.Phone == c.Phone })
		seen[c.Phone] = true
		return known
	})
	return d.sayOfClosing(ctx, tx, r, c, flows.SayUnanswered, above)
}

// sayOfClosing tells people of a proposal.
func (d *Desk) sayOfClosing(ctx context.Context, tx *store.Tx, r ripoti.Report, c store.Closing, say string, who []ripoti.Contact) error {
	for _, to := range who {
		facts := d.facts(d.Live.World(), r, store.Assignment{SendAt: d.Now()}, nil)
		facts.Case.Outcome, facts.Elapsed = c.Outcome, d.Now().Sub(c.ProposedAt)
		if err := d.post(ctx, tx, to, say, facts, about{report: r.ID}, tasks.Default, d.Now()); err != nil {
			return err
		}
	}
	return nil
}
