package rulebook

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// publish puts an approved draft in force and owes its end. The rules are held by the transaction.
func (b *Book) publish(ctx context.Context, tx *store.Tx, d *ripoti.RuleDraft) (err error) {
	d.Version, err = tx.PublishRules(ctx, ripoti.RuleVersion{Document: d.Document, Author: strings.Join(d.Authors, ","), Approver: d.DecidedBy, Reason: d.Reason,
		DraftID: d.ID, EndsAt: d.EndsAt})
	if err != nil {
		return err
	}
	if !d.EndsAt.IsZero() {
		if err := tx.OweOnce(ctx, store.Duty{ID: tasks.GoBack + ":" + d.ID, Kind: tasks.GoBack, Subject: d.ID, Queue: tasks.Critical, Due: d.EndsAt}); err != nil {
			return err
		}
	}
	return tx.SaveRuleDraft(ctx, *d)
}

// Publish puts a planned draft in force at its time, once, however many workers try. Where the rules have
// changed since it was agreed to, it waits for a second person again: nobody agreed to undo that change.
func (b *Book) Publish(ctx context.Context, p tasks.Payload) error {
	return b.atItsTime(ctx, p, func(tx *store.Tx, current ripoti.RuleVersion) error {
		d, err := tx.RuleDraft(ctx, p.Subject)
		if err != nil {
			return err
		}
		if d.State != ripoti.DraftApproved || d.Version != 0 {
			return nil
		}
		base, err := versionIn(ctx, tx, d.Base)
		if err != nil {
			return err
		}
		now := b.Desk.Now()
		_, unsound := routing.ParseRules([]byte(d.Document)) // a newer program may ask for more
		switch {
		case unsound != nil || (!d.EndsAt.IsZero() && !now.Before(d.EndsAt)):
			d.State, d.ChangedAt = ripoti.DraftWithdrawn, now
		case base.Document != whole(current).Document:
			d.State, d.ChangedAt, d.DecidedBy, d.DecidedAt = ripoti.DraftProposed, now, "", time.Time{}
		default:
			if err := b.publish(ctx, tx, &d); err != nil {
				return err
			}
			return note(ctx, tx, "rules_published", "system", map[string]any{"draft": d.ID, "version": d.Version})
		}
		if err := tx.SaveRuleDraft(ctx, d); err != nil {
			return err
		}
		return note(ctx, tx, "rules_held", "system", map[string]any{"draft": d.ID, "base": d.Base, "in_force": current.Number})
	})
}

// GoBack ends rules that were for a time: the version before them is in force again, or, where that one has
// ended meanwhile, the one before it. Other rules that came into force since stay: they say themselves when
// they end.
func (b *Book) GoBack(ctx context.Context, p tasks.Payload) error {
	return b.atItsTime(ctx, p, func(tx *store.Tx, current ripoti.RuleVersion) error {
		if current.DraftID != p.Subject {
			return nil
		}
		n, err := b.stepBack(ctx, tx, current, ripoti.RuleVersion{Origin: ripoti.RulesReturned})
		if err != nil {
			return err
		}
		return note(ctx, tx, "rules_returned", "system", map[string]any{"draft": p.Subject, "version": n})
	})
}

// atItsTime does a duty about the rules once, with the rules held.
func (b *Book) atItsTime(ctx context.Context, p tasks.Payload, do func(tx *store.Tx, current ripoti.RuleVersion) error) error {
	done := false
	err := b.Desk.Store.InTx(ctx, func(tx *store.Tx) error {
		current, err := tx.RulesInForce(ctx)
		if err != nil {
			return err
		}
		due, mine, err := tx.DoneAt(ctx, p.Duty)
		if err != nil || !mine {
			return err
		}
		if b.Desk.Now().Before(due) { // handed over by a clock that goes ahead of ours
			kind, _, _ := strings.Cut(p.Duty, ":")
			return tx.OweOnce(ctx, store.Duty{ID: p.Duty, Kind: kind, Subject: p.Subject, Queue: tasks.Critical, Due: due})
		}
		done = true
		return do(tx, current)
	})
	if err != nil || !done {
		return wrap("rules at their time", err)
	}
	return b.taken(ctx)
}

func wrap(step string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", step, err)
}

// stepBack puts the version before one in force again, as it was then: with its own end, if it had one that
// is still to come.
func (b *Book) stepBack(ctx context.Context, tx *store.Tx, from ripoti.RuleVersion, as ripoti.RuleVersion) (number int, err error) {
	to, err := versionIn(ctx, tx, from.Previous)
	for err == nil && !to.EndsAt.IsZero() && !b.Desk.Now().Before(to.EndsAt) {
		to, err = versionIn(ctx, tx, to.Previous)
	}
	if err != nil {
		return 0, err
	}
	as.Document, as.DraftID, as.EndsAt, as.Previous = to.Document, to.DraftID, to.EndsAt, to.Previous
	return tx.PublishRules(ctx, as)
}

// Undo goes one step back at once: to rules that were in force before, which a second person agreed to then.
func (b *Book) Undo(ctx context.Context, by ripoti.User, version int, reason string) error {
	if err := allowed(by); err != nil {
		return err
	}
	if reason = oneLine(reason); reason == "" || len([]rune(reason)) > longestReason {
		return ripoti.Invalid("rules.reason_needed", nil)
	}
	err := b.Desk.Store.InTx(ctx, func(tx *store.Tx) error {
		current, err := tx.RulesInForce(ctx)
		if err != nil {
			return err
		}
		if current.Number == 0 || current.Number != version {
			return ripoti.Conflict("rules.changed_meanwhile", nil)
		}
		n, err := b.stepBack(ctx, tx, current, ripoti.RuleVersion{Origin: ripoti.RulesUndone, Author: by.ID, Reason: reason})
		if err != nil {
			return err
		}
		return note(ctx, tx, "rules_undone", by.ID, map[string]any{"from": current.Number, "version": n})
	})
	if err != nil {
		return fmt.Errorf("undo: %w", err)
	}
	return b.taken(ctx)
}
