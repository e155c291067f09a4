package casework

import (
	"context"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// inFull sends a contact in full what was told of an assignment in a bundle, before anything else
// about it. It says whether anything was.
func (d *Desk) inFull(ctx context.Context, tx *store.Tx, a store.Assignment, to ripoti.Contact) (bool, error) {
	n, err := tx.Unbundle(ctx, a.ID, to.ID, tasks.Critical)
	return n > 0, err
}

// undelivered tells of each message that was to leave in a bundle.
func (d *Desk) undelivered(ctx context.Context, bundle string, cause error) error {
	inside, err := d.Store.InBundle(ctx, bundle)
	if err != nil {
		return err
	}
	for _, m := range inside {
		if err := d.Undeliverable(ctx, m, cause); err != nil {
			return err
		}
	}
	return nil
}
