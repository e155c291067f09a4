package demo

import (
	"context"
	"errors"

	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// What people do beside texting. Some of it is refused by the rules of the house, as in life; only what is
// nobody's rule ends the story.
func refused(err error) error {
	switch ripoti.CodeOf(err) {
	case ripoti.CodeInvalid, ripoti.CodeNotFound, ripoti.CodeConflict, ripoti.CodeForbidden:
		return nil
	}
	return err
}

// confirm is a social worker who reads what was texted. One in ten corrects what the machine read.
func (t *town) confirm(ctx context.Context, l letter, by ripoti.Contact) error {
	r, err := t.Store.Report(ctx, l.report)
	if err != nil || r.Channel != ripoti.BySMS || t.chance(12) {
		return err
	}
	read := casework.ReadBy{Code: r.Code, Contact: by.ID}
	if t.chance(10) {
		read.Category, read.Urgency = ripoti.ChildAbuse, ripoti.High
	}
	return refused(t.Desk.Confirm(ctx, read))
}

// refer asks the nearest hospital, shelter or lawyer for help.
func (t *town) refer(ctx context.Context, code ripoti.Code, by ripoti.Contact) error {
	kind := one(t, []ripoti.OfficeKind{ripoti.Hospital, ripoti.Hospital, ripoti.Shelter, ripoti.LegalAid})
	var near []ripoti.Office
	err := t.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := tx.ReportByCode(ctx, code)
		if err == nil {
			near, err = t.Desk.Nearest(ctx, tx, r, kind)
		}
		return err
	})
	if err != nil || len(near) == 0 {
		return refused(err)
	}
	_, err = t.Desk.ReferCase(ctx, code, by, near[0].ID, one(t, []string{"limps, has not slept", "needs a bed for two", "statement is ready"}), false)
	return refused(err)
}

// settleFlags is a coordinator who has seen to the flags of a case.
func (t *town) settleFlags(ctx context.Context, l letter) error {
	by, known := t.Desk.Live.World().Contact(l.contact)
	flags, err := t.Store.Flags(ctx, l.report)
	if err != nil || !known {
		return err
	}
	for _, f := range flags {
		if f.SettledAt.IsZero() {
			how := one(t, []string{"visited with the chief's clerk, the case goes on", "spoke to the OCS, statement taken", "family was told that it cannot be settled"})
			err = errors.Join(err, refused(t.Desk.SettleFlag(ctx, l.facts.Code, f.Kind, by, how)))
		}
	}
	return err
}

// prove sends back the code that proves a number.
func (t *town) prove(ctx context.Context, l letter) error {
	return t.text(ctx, l.from.Dial(), l.facts.OneTime)
}
