package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// OpenReason is why a worker opens a reporter's number. It stands in the history.
type OpenReason string

const (
	OpenFirst   OpenReason = "first_contact" // nobody has spoken with the reporter yet
	OpenCheck   OpenReason = "check"         // a follow-up check is due
	OpenDanger  OpenReason = "danger"        // the reporter, or somebody on the case, tells of danger
	OpenArrange OpenReason = "arrange"       // a hospital, a shelter, a statement, a hearing
)

// OpenReasons are all of them, in the order of a menu.
var OpenReasons = []OpenReason{OpenFirst, OpenCheck, OpenDanger, OpenArrange}

// callHours are when a reporter may be called, by what he or she wished (domain brief 7.1 S12), in hours
// of Nairobi. A wish without a line is one for no calls.
var callHours = map[ripoti.Wish]struct{ from, to int }{
	ripoti.WishAny:     {0, 24},
	ripoti.WishMorning: {6, 12},
	ripoti.WishEvening: {17, 20},
}

// noCalls are the sentences for wishes that allow no call.
var noCalls = map[ripoti.Wish]string{
	ripoti.WishSMS:  "contact.sms_only",
	ripoti.WishNone: "contact.none",
	"":              "contact.unasked",
}

// ContactScript is the sentence that a worker reads before dialling: a wrong number, until it is sure
// who answers (domain brief 3.8).
const ContactScript = "contact.script"

// Opened is a reporter's number, for the screen of whoever opened it and nowhere else.
type Opened struct {
	Phone ripoti.Phone
	Until time.Time // shown no longer than that
	Wish  ripoti.Wish
	Hours string // the sentence of the safe times
}

// ReporterContact opens the number of a report's reporter to the worker who has accepted to care for
// it, for a stated reason and 15 minutes. It is refused, by a sentence that says why, where the
// reporter did not agree to calls or not at this hour, and where the case is closed; to everybody else
// there is no such report. Each opening is a row and a line of the history; asking again while it lasts
// is the same one.
func (d *Desk) ReporterContact(ctx context.Context, code ripoti.Code, by ripoti.Contact, reason OpenReason) (Opened, error) {
	var out Opened
	err := d.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		out, err = d.openNumber(ctx, tx, code, by, reason)
		return err
	})
	if err != nil {
		return Opened{}, fmt.Errorf("open number: %w", err)
	}
	d.Wake()
	return out, nil
}

// openNumber is ReporterContact in the caller's transaction.
func (d *Desk) openNumber(ctx context.Context, tx *store.Tx, code ripoti.Code, by ripoti.Contact, reason OpenReason) (Opened, error) {
	r, who, err := d.mayOpen(ctx, tx, code, by, reason)
	if err != nil {
		return Opened{}, err
	}
	o, err := tx.Opening(ctx, r.ID, by.ID)
	if err != nil {
		return Opened{}, err
	}
	if o.ID == "" {
		o = store.Opening{ID: store.NewID(), ReportID: r.ID, ContactID: by.ID, Reason: string(reason), At: d.Now(), Until: d.Now().Add(openFor)}
		if err := tx.SaveOpening(ctx, o); err != nil {
			return Opened{}, err
		}
		if err := tx.Append(ctx, r.ID, "number_opened", by.ID, line{"reason": reason, "minutes": int(openFor / time.Minute)}.String()); err != nil {
			return Opened{}, err
		}
	}
	return Opened{Phone: who.Phone, Until: o.Until, Wish: who.Wish, Hours: "contact.hours." + string(who.Wish)}, nil
}

// mayOpen says by an error why a number is not opened, and holds the report.
func (d *Desk) mayOpen(ctx context.Context, tx *store.Tx, code ripoti.Code, by ripoti.Contact, reason OpenReason) (r ripoti.Report, who store.Reporter, err error) {
	if !slices.Contains(OpenReasons, reason) {
		return r, who, ripoti.Invalid("contact.reason", nil)
	}
	if r, err = d.caredFor(ctx, tx, code, by); err != nil {
		return r, who, err
	}
	if r.Status == ripoti.StatusClosed {
		return r, who, ripoti.Forbidden("contact.closed", nil)
	}
	if who, err = tx.ReporterOf(ctx, r.ID); err != nil {
		return r, who, err
	}
	return r, who, mayCall(who.Wish, d.Now())
}

// caredFor is a report that a contact has accepted to care for, held; not_found for everybody else and
// for who answers for an office behind its wall.
func (d *Desk) caredFor(ctx context.Context, tx *store.Tx, code ripoti.Code, by ripoti.Contact) (ripoti.Report, error) {
	unknown := ripoti.NotFound("report.unknown", nil)
	c, ok := d.Live.World().Contact(by.ID)
	if !ok || !c.Active || c.VerifiedAt.IsZero() {
		return ripoti.Report{}, unknown
	}
	alerts, err := tx.AlertsOf(ctx, d.Live.World().contactsOf(c.Phone), code, 10)
	if err != nil {
		return ripoti.Report{}, err
	}
	for _, a := range alerts {
		if a.Side != ripoti.Care || a.Status != ripoti.AssignmentAccepted || a.AcceptedBy != c.ID {
			continue
		}
		r, now, err := hold(ctx, tx, a.ID)
		if err == nil && (now.Status != ripoti.AssignmentAccepted || now.AcceptedBy != c.ID) {
			err = unknown
		}
		return r, err
	}
	return ripoti.Report{}, unknown
}

// mayCall says whether a wish allows a call at a time.
func mayCall(wish ripoti.Wish, at time.Time) error {
	hours, ok := callHours[wish]
	if !ok {
		return ripoti.Forbidden(noCalls[wish], nil)
	}
	if hour := at.In(routing.Nairobi).Hour(); hour < hours.from || hour >= hours.to {
		return ripoti.Forbidden("contact.not_now."+string(wish), nil)
	}
	return nil
}
