package casework

import (
	"context"
	"fmt"
	"slices"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// Overview is how a case stands: codes, times and the words of flags; never the story.
type Overview struct {
	Report      ripoti.Report // without what was written and typed
	Case        store.Case
	Assignments []store.Assignment
	Flags       []store.Flag
	Closings    []store.Closing
	Checks      []store.Check
}

// Overview shows how a case stands to a coordinator or to somebody whose office has it, and notes that
// it was looked at. Whoever is behind the wall hears that there is no such report; an office that was
// asked for a part only, that it is not its case; and police who have it do not see what was told of them.
func (d *Desk) Overview(ctx context.Context, code ripoti.Code, by ripoti.Contact) (o Overview, err error) {
	officer := false
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := d.reportFor(ctx, tx, code, by)
		if err != nil {
			return err
		}
		if o.Assignments, err = tx.Assignments(ctx, r.ID); err != nil {
			return err
		}
		world := d.Live.World()
		has := slices.ContainsFunc(o.Assignments, func(a store.Assignment) bool {
			return a.OfficeID == by.OfficeID && (a.Side == ripoti.Safety || a.Side == ripoti.Care) && (a.Status == ripoti.AssignmentOpen || a.Status == ripoti.AssignmentAccepted)
		})
		if !has && !(supervises(world, by) && d.covers(world, by, r)) {
			return ripoti.NotFound("case.walled", nil)
		}
		office, _ := world.Office(by.OfficeID)
		officer = office.Kind.Police()
		if o.Case, err = tx.Case(ctx, r.ID); err != nil {
			return err
		}
		if o.Checks, err = tx.Checks(ctx, r.ID); err != nil {
			return err
		}
		o.Report = r
		o.Report.Answers.More, o.Report.Answers.Place.Typed = "", ""
		return tx.Append(ctx, r.ID, "viewed", by.ID, line{"what": "overview"}.String())
	})
	if err != nil {
		return Overview{}, fmt.Errorf("overview: %w", err)
	}
	if o.Flags, err = d.Store.Flags(ctx, o.Report.ID); err != nil {
		return Overview{}, err
	}
	if officer {
		o.Flags = FlagsForOfficers(o.Flags)
	}
	o.Closings, err = d.Store.Closings(ctx, o.Report.ID)
	return o, err
}

// Flags lists the flags that stand, oldest first, for a coordinator or director: of a county, or of all
// where the county is "" and the coordinator serves the whole country. after is a flag's id.
func (d *Desk) Flags(ctx context.Context, by ripoti.Contact, county, after string, limit int) ([]store.Flagged, error) {
	world := d.Live.World()
	if !supervises(world, by) {
		return nil, ripoti.Forbidden("flag.who", nil)
	}
	if office, _ := world.Office(by.OfficeID); office.County != "" {
		county = office.County
	}
	return d.Store.Flagged(ctx, county, after, store.AskerOf(world.contactsOf(by.Phone)...), limit)
}
