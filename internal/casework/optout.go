package casework

import (
	"context"
	"fmt"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// OptOut is told by a provider that a number wants no more messages. It gets nothing more, by any
// provider, and the coordinators hear of it where it was an office's; the same again changes nothing.
// A number that cannot be read is Invalid.
func (d *Desk) OptOut(ctx context.Context, number string) error {
	from, err := ripoti.ParsePhone(number)
	if err != nil {
		return err
	}
	if err := d.Store.InTx(ctx, func(tx *store.Tx) error { return d.silence(ctx, tx, from) }); err != nil {
		return fmt.Errorf("opt out: %w", err)
	}
	d.Wake()
	return nil
}

// silence notes that a number wants no messages. Where it is an office's, that office can no longer be
// reached by it: the coordinators hear which one, without the number.
func (d *Desk) silence(ctx context.Context, tx *store.Tx, number ripoti.Phone) error {
	fresh, err := tx.Stop(ctx, tx.PhoneHash(number))
	if err != nil {
		return err
	}
	if err := tx.StopContacts(ctx, number, true); err != nil || !fresh {
		return err
	}
	world := d.Live.World()
	for _, c := range world.contactsOf(number) {
		office, ok := world.Office(c.OfficeID)
		if !ok || !office.Active || !c.Active || c.VerifiedAt.IsZero() {
			continue
		}
		for _, to := range world.coordinators(office.County, d.Now()) {
			if to.Phone == number {
				continue
			}
			if err := d.post(ctx, tx, to, flows.SayTextOfficer, flows.Facts{Office: office.Name}, about{}, tasks.Critical, d.Now()); err != nil {
				return err
			}
		}
	}
	return nil
}

// officerStops is silence asked for by a contact's own text, which is answered once.
func (d *Desk) officerStops(ctx context.Context, tx *store.Tx, by ripoti.Contact) error {
	if err := d.silence(ctx, tx, by.Phone); err != nil {
		return err
	}
	to := ripoti.Contact{Phone: by.Phone, Lang: by.Lang}
	return d.post(ctx, tx, to, flows.SayTextStopped, flows.Facts{}, about{}, tasks.Default, d.Now())
}
