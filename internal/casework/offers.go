package casework

import (
	"context"
	"fmt"
	"slices"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// Offers are what a contact may do with a case now: what a page offers. Each verb asks again when it is
// done.
type Offers struct {
	Accept, Decline bool
	Moves           []ripoti.Move      // may be told of the case
	Checks          []ripoti.CheckKind // wait for an answer of care
	Tries           bool               // a try to reach the reporter may be noted
	Confirm         bool               // a machine has read it, no person has
	Reassign        bool
	Refer           []Referable
	Revoke          []ripoti.Referral
	Raise           []ripoti.FlagKind
	Settle          []ripoti.FlagKind
	Ends            []flows.StaffEnd
	EndsNot         string // the sentence why no closing may be proposed
	Agree           bool   // to the closing that was proposed, or not
	Reopen          bool
	// Number says that the reporter may be called now, NumberNot by a sentence why not; both are empty
	// for who does not care for the case. Hours is the sentence of the safe times.
	Number           bool
	NumberNot, Hours string
}

// Referable are the offices of a kind that a case may be referred to, nearest first.
type Referable struct {
	Kind    ripoti.OfficeKind
	Offices []ripoti.Office
}

// Raisable are the flags that a person may raise; the others come of themselves.
var Raisable = []ripoti.FlagKind{ripoti.FlagUnsafe, ripoti.FlagSettlement, ripoti.FlagBribe}

// officerMoves are what the safety side tells of a case, carerMoves the care side (domain brief 7.2, T3, T4
// and T6).
var (
	officerMoves = []ripoti.Move{ripoti.MoveOnTheWay, ripoti.MoveSafe, ripoti.MoveHospital, ripoti.MoveOB, ripoti.MoveArrested, ripoti.MoveCharged,
		ripoti.MoveFled, ripoti.MoveNotFound, ripoti.MoveNoVehicle, ripoti.MovePressure, ripoti.MoveHandOver}
	carerMoves = []ripoti.Move{ripoti.MoveReached, ripoti.MoveUnreached, ripoti.MoveSafe, ripoti.MoveHospital, ripoti.MoveFled, ripoti.MovePressure, ripoti.MoveHandOver}
)

// Offers gathers what a contact may do with a report. Whoever is behind its wall, or knows the people, hears
// that there is none.
func (d *Desk) Offers(ctx context.Context, code ripoti.Code, by ripoti.Contact) (o Offers, err error) {
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := d.reportFor(ctx, tx, code, by)
		if err != nil {
			return err
		}
		over := supervises(d.Live.World(), by) && d.covers(d.Live.World(), by, r)
		for _, offer := range []func(context.Context, *store.Tx, ripoti.Report, ripoti.Contact, bool, *Offers) error{
			d.offerPart, d.offerReading, d.offerReferrals, d.offerFlags, d.offerClosing, d.offerNumber} {
			if err := offer(ctx, tx, r, by, over, &o); err != nil {
				return err
			}
		}
		o.Reassign, o.Reopen = over && r.Status != ripoti.StatusClosed, over && r.Status == ripoti.StatusClosed
		return nil
	})
	if err != nil {
		return Offers{}, fmt.Errorf("offers: %w", err)
	}
	return o, nil
}

// offerPart is what may be told of the contact's own part in a case.
func (d *Desk) offerPart(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact, _ bool, o *Offers) error {
	if r.Status == ripoti.StatusClosed {
		return nil
	}
	world := d.Live.World()
	alerts, err := tx.AlertsOf(ctx, world.contactsOf(by.Phone), r.Code, mostAlerts)
	if err != nil {
		return err
	}
	cares := false
	for _, a := range alerts {
		taker, _ := world.Contact(a.AcceptedBy)
		switch {
		case a.Status == ripoti.AssignmentOpen:
			o.Accept, o.Decline = true, true
		case a.Status == ripoti.AssignmentAccepted && taker.Phone == by.Phone && a.Side == ripoti.Care:
			o.Moves, o.Tries, cares = carerMoves, true, true
		case a.Status == ripoti.AssignmentAccepted && taker.Phone == by.Phone:
			o.Moves, o.Decline = officerMoves, true
		}
	}
	if !cares {
		return nil
	}
	checks, err := tx.Checks(ctx, r.ID)
	for _, c := range d.careAsked(checks) {
		o.Checks = append(o.Checks, c.Kind)
	}
	return err
}

func (d *Desk) offerReading(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact, _ bool, o *Offers) error {
	p, err := tx.Proposal(ctx, r.ID)
	if err != nil || !p.Read() {
		return err
	}
	o.Confirm, err = d.mayRead(ctx, tx, r, by.ID)
	return err
}

func (d *Desk) offerReferrals(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact, _ bool, o *Offers) error {
	mine, err := d.holds(ctx, tx, d.Live.World(), r, by)
	if err != nil || !mine || r.Status == ripoti.StatusClosed || r.RoutedAt.IsZero() {
		return err
	}
	for _, kind := range d.ReferralKinds(r) {
		offices, err := d.Nearest(ctx, tx, r, kind)
		if err != nil {
			return err
		}
		if len(offices) > 0 {
			o.Refer = append(o.Refer, Referable{kind, offices})
		}
	}
	referrals, err := tx.Referrals(ctx, r.ID)
	for _, f := range referrals {
		if (f.Status == ripoti.ReferralSent || f.Status == ripoti.ReferralAccepted) && (f.By == by.ID || d.Live.World().coordinates(by)) {
			o.Revoke = append(o.Revoke, f)
		}
	}
	return err
}

func (d *Desk) offerFlags(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact, over bool, o *Offers) error {
	if r.Status == ripoti.StatusClosed {
		return nil
	}
	mine, err := d.holds(ctx, tx, d.Live.World(), r, by)
	if err != nil {
		return err
	}
	for _, kind := range ripoti.FlagKinds {
		_, stands, err := tx.OpenFlag(ctx, r.ID, kind)
		switch {
		case err != nil:
			return err
		case stands && over:
			o.Settle = append(o.Settle, kind)
		case !stands && (mine || over) && slices.Contains(Raisable, kind):
			o.Raise = append(o.Raise, kind)
		}
	}
	return nil
}

func (d *Desk) offerClosing(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact, _ bool, o *Offers) error {
	if r.Status == ripoti.StatusClosed {
		return nil
	}
	c, stands, err := tx.OpenClosing(ctx, r.ID)
	if err != nil {
		return err
	}
	if stands {
		who, err := d.agreeing(ctx, tx, r, c)
		o.Agree = slices.ContainsFunc(who, func(c ripoti.Contact) bool { return c.ID == by.ID })
		return err
	}
	o.Ends, err = d.ends(ctx, tx, r, by)
	if o.EndsNot = ripoti.KeyOf(err); o.EndsNot != "" {
		return nil
	}
	return err
}

func (d *Desk) offerNumber(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact, _ bool, o *Offers) error {
	_, who, err := d.mayOpen(ctx, tx, r.Code, by, OpenFirst)
	if ripoti.CodeOf(err) == ripoti.CodeNotFound {
		return nil // cares for another case
	}
	if who.Phone != "" && callHours[who.Wish].to > 0 {
		o.Hours = "contact.hours." + string(who.Wish)
	}
	if o.NumberNot = ripoti.KeyOf(err); o.NumberNot != "" {
		return nil
	}
	o.Number = err == nil && who.Phone != ""
	return err
}

// CareAnswers are what a social worker may answer to a check (T6), ReassignReasons why a case is taken away
// from an office (domain brief 5).
var (
	CareAnswers     = []ripoti.CheckAnswer{ripoti.CheckSafe, ripoti.CheckUnsafe, ripoti.CheckUnreached, ripoti.CheckNotSafe}
	ReassignReasons = []string{"hostility", "transfer", "bribe", "leak"}
)
