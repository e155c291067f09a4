package casework

import (
	"context"
	"fmt"
	"slices"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// Verbs of the console that have no sentence by phone: the same rules, each a transaction of its own.

// AnswerOnPage does what a contact answered on a page: as by text, but nothing is texted back. What would
// be a sentence by text is an error with that sentence: refused, or nothing that could be done.
func (d *Desk) AnswerOnPage(ctx context.Context, code ripoti.Code, by ripoti.Contact, reply flows.Reply) error {
	contacts := slices.DeleteFunc(slices.Clone(d.Live.World().contactsOf(by.Phone)), func(c ripoti.Contact) bool { return !c.Active || c.VerifiedAt.IsZero() })
	if len(contacts) == 0 {
		return ripoti.Forbidden("case.not_yours", nil)
	}
	reply.Code, reply.Typed = code, string(code)
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		if _, err := d.reportFor(ctx, tx, code, by); err != nil {
			return err
		}
		said, err := d.Answer(ctx, tx, Staff{Phone: by.Phone, Contacts: contacts, OnScreen: true}, reply)
		switch {
		case err != nil:
			return err
		case said.Result == "refused":
			return ripoti.Forbidden(said.Facts.Case.Sentence, nil)
		case said.Result == "asked", said.Passive:
			return ripoti.Conflict("case.not_yours", nil)
		}
		return tx.Acted(ctx, tx.PhoneHash(by.Phone))
	})
	if err != nil {
		return fmt.Errorf("answer on page: %w", err)
	}
	d.Wake()
	return nil
}

// ReferCase is Refer of a report by its number.
func (d *Desk) ReferCase(ctx context.Context, code ripoti.Code, by ripoti.Contact, to, why string, urgent bool) (f ripoti.Referral, err error) {
	err = d.onReport(ctx, "refer", code, by, func(tx *store.Tx, r ripoti.Report) error {
		f, err = d.Refer(ctx, tx, r, by, to, why, urgent)
		return err
	})
	return f, err
}

// RevokeReferral is Revoke of a report by its number.
func (d *Desk) RevokeReferral(ctx context.Context, code ripoti.Code, by ripoti.Contact, assignment string) error {
	return d.onReport(ctx, "revoke", code, by, func(tx *store.Tx, r ripoti.Report) error { return d.Revoke(ctx, tx, r, assignment, by) })
}

// RaiseFlag says that a case is in danger of dying: who holds it, or a coordinator. note is sealed. Errors
// with a sentence: flag.unknown, case.closed, case.not_yours.
func (d *Desk) RaiseFlag(ctx context.Context, code ripoti.Code, by ripoti.Contact, kind ripoti.FlagKind, note string) error {
	if !slices.Contains(Raisable, kind) {
		return ripoti.Invalid("flag.unknown", nil)
	}
	return d.onReport(ctx, "raise flag", code, by, func(tx *store.Tx, r ripoti.Report) error {
		mine, err := d.holds(ctx, tx, d.Live.World(), r, by)
		over := supervises(d.Live.World(), by) && d.covers(d.Live.World(), by, r)
		switch {
		case err != nil:
			return err
		case !mine && !over:
			return ripoti.Forbidden("case.not_yours", nil)
		case r.Status == ripoti.StatusClosed:
			return ripoti.Conflict("case.closed", nil)
		}
		return d.raiseFlag(ctx, tx, r, kind, by.ID, note)
	})
}

// onReport holds the report of a number for a contact, and wakes the relay once something was done.
func (d *Desk) onReport(ctx context.Context, step string, code ripoti.Code, by ripoti.Contact, do func(*store.Tx, ripoti.Report) error) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := d.reportFor(ctx, tx, code, by)
		if err != nil {
			return err
		}
		return do(tx, r)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", step, err)
	}
	d.Wake()
	return nil
}
