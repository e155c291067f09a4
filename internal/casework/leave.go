package casework

import (
	"context"
	"fmt"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// GiveUp gives back every case of a contact who left: the next contact of the office is asked.
func (d *Desk) GiveUp(ctx context.Context, p tasks.Payload) error {
	if err := d.Live.Refresh(ctx); err != nil { // as the directory is since
		return fmt.Errorf("left: %w", err)
	}
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		due, mine, err := tx.DoneAt(ctx, p.Duty)
		if err != nil || !mine {
			return err
		}
		held, err := tx.HeldBy(ctx, p.Subject, due)
		if err != nil {
			return err
		}
		for _, a := range held {
			r, a, err := hold(ctx, tx, a.ID)
			if err != nil {
				return err
			}
			if a.AcceptedBy != p.Subject || a.Status != ripoti.AssignmentAccepted || r.Status == ripoti.StatusClosed {
				continue
			}
			if err := d.giveBack(ctx, tx, d.Live.World(), r, a, goneLeft); err != nil {
				return err
			}
			if office, _ := d.Live.World().Office(a.OfficeID); !office.Active { // nobody is there any more
				if err := routeAgain(ctx, tx, r.ID, d.Now()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("left: %w", err)
	}
	d.Wake()
	return nil
}
