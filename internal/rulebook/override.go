package rulebook

import (
	"context"
	"slices"
	"time"

	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// longestOverride is how long an exception lasts at most: what stays longer belongs into the rules or the
// directory.
const longestOverride = 31 * 24 * time.Hour

// surely is how like a place's name what was typed must be: a caller is asked back, this form is not.
const surely = 0.95

// Exception is an override as it is asked for.
type Exception struct {
	Kind     ripoti.OverrideKind
	OfficeID string
	Place    string // of reports that are sent elsewhere, as people type it
	Reason   string
	StartsAt time.Time // zero: now
	EndsAt   time.Time
}

// Except makes an exception. It needs no second person, as it ends by itself; it is refused where it would
// leave anybody with nobody, where the office cannot be told, and outside the person's counties.
func (b *Book) Except(ctx context.Context, by ripoti.User, e Exception) (ripoti.Override, error) {
	if err := allowed(by); err != nil {
		return ripoti.Override{}, err
	}
	now := b.Desk.Now()
	if e.StartsAt.IsZero() {
		e.StartsAt = now
	}
	o := ripoti.Override{ID: store.NewID(), Kind: e.Kind, OfficeID: e.OfficeID, Reason: oneLine(e.Reason), Author: by.ID, MadeAt: now, StartsAt: e.StartsAt, EndsAt: e.EndsAt}
	office, ok := b.now().Office(e.OfficeID)
	switch {
	case !slices.Contains(ripoti.OverrideKinds, e.Kind):
		return o, ripoti.Invalid("rules.override_kind", nil)
	case !ok:
		return o, ripoti.Invalid("rules.no_office", nil)
	case o.Reason == "" || len([]rune(o.Reason)) > longestReason:
		return o, ripoti.Invalid("rules.reason_needed", nil)
	case o.StartsAt.Before(now.Add(-time.Minute)) || !o.EndsAt.After(o.StartsAt) || !o.EndsAt.After(now):
		return o, ripoti.Invalid("rules.override_times", nil)
	case o.EndsAt.After(o.StartsAt.Add(longestOverride)) || o.StartsAt.After(now.Add(longestOverride)):
		return o, ripoti.Invalid("rules.override_long", nil)
	}
	o.County = office.County
	if e.Kind == ripoti.OverrideSend {
		if err := b.sendFrom(&o, e.Place); err != nil {
			return o, err
		}
	}
	if len(by.Counties) > 0 && !slices.Contains(by.Counties, o.County) {
		return o, ripoti.Forbidden("rules.not_your_county", nil)
	}
	if err := b.bearable(ctx, o); err != nil {
		return o, err
	}
	err := b.Desk.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.AddOverride(ctx, o); err != nil {
			return err
		}
		return note(ctx, tx, "override_made", by.ID, map[string]any{"override": o.ID, "kind": o.Kind, "office": o.OfficeID, "place": o.PlaceID, "ends_at": o.EndsAt})
	})
	if err != nil {
		return o, err
	}
	return o, b.taken(ctx)
}

// sendFrom finds the place, and what lies in it.
func (b *Book) sendFrom(o *ripoti.Override, typed string) error {
	place, exact := b.Desk.Places.Place(typed)
	if !exact {
		found := b.Desk.Places.Find(typed, "")
		switch {
		case len(found.Matches) == 0 || found.Decision == gazetteer.None || found.Matches[0].Score < surely:
			return ripoti.Invalid("rules.no_place", nil)
		case found.Decision == gazetteer.Ask:
			return ripoti.Invalid("rules.which_place", nil)
		}
		place = found.Matches[0].Place
	}
	o.PlaceID, o.Place, o.County = place.ID, gazetteer.Label(place), place.CountyID
	o.Places = []string{place.ID}
	for _, w := range b.Desk.Places.Wards() {
		within := w.Constituency == place.ID || (place.Kind == ripoti.KindCounty && w.CountyID == place.CountyID)
		if within && w.ID != place.ID {
			o.Places = append(o.Places, w.ID)
		}
	}
	return nil
}

// bearable refuses an exception that leaves somebody with nobody, or sends to an office that cannot be told.
func (b *Book) bearable(ctx context.Context, o ripoti.Override) error {
	world := b.now()
	if o.Kind == ripoti.OverrideSend && !world.Directory.Reachable(o.OfficeID) {
		return ripoti.Invalid("rules.office_unproved", nil)
	}
	offices, contacts, err := b.Desk.Store.Directory(ctx)
	if err != nil {
		return err
	}
	others, err := b.Desk.Store.Overrides(ctx)
	if err != nil {
		return err
	}
	together := slices.DeleteFunc(others, func(other ripoti.Override) bool {
		return !other.StartsAt.Before(o.EndsAt) || !o.StartsAt.Before(other.EndsAt)
	})
	with := routing.NewDirectory(offices, contacts, b.Desk.Places, append(together, o)...)
	before := b.stranded(world.Directory, world)
	for ward := range b.stranded(with, world) {
		if !before[ward] {
			return ripoti.Invalid("rules.override_strands", nil)
		}
	}
	return nil
}

// EndException ends an exception before its time.
func (b *Book) EndException(ctx context.Context, by ripoti.User, id string) error {
	if err := allowed(by); err != nil {
		return err
	}
	err := b.Desk.Store.InTx(ctx, func(tx *store.Tx) error {
		o, err := tx.Override(ctx, id)
		if err != nil {
			return err
		}
		switch {
		case len(by.Counties) > 0 && !slices.Contains(by.Counties, o.County):
			return ripoti.Forbidden("rules.not_your_county", nil)
		case !o.EndedAt.IsZero() || !b.Desk.Now().Before(o.EndsAt):
			return ripoti.Conflict("rules.too_late", nil)
		}
		if err := tx.EndOverride(ctx, id, by.ID); err != nil {
			return err
		}
		return note(ctx, tx, "override_ended", by.ID, map[string]any{"override": o.ID})
	})
	if err != nil {
		return err
	}
	return b.taken(ctx)
}

// Exceptions are those in force or to come, and the newest of those that ended.
func (b *Book) Exceptions(ctx context.Context) (current, past []ripoti.Override, err error) {
	if current, err = b.Desk.Store.Overrides(ctx); err != nil {
		return nil, nil, err
	}
	past, err = b.Desk.Store.PastOverrides(ctx, 30)
	return current, past, err
}
