package casework

import (
	"context"
	"fmt"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// OptOut is told by a provider that a number wants no more messages. Contacts of that number get
// nothing more, by any provider; the same again changes nothing. A number that cannot be read is
// Invalid.
func (d *Desk) OptOut(ctx context.Context, number string) error {
	from, err := ripoti.ParsePhone(number)
	if err != nil {
		return err
	}
	if err := d.Store.InTx(ctx, func(tx *store.Tx) error { return tx.StopContacts(ctx, from, true) }); err != nil {
		return fmt.Errorf("opt out: %w", err)
	}
	return nil
}
