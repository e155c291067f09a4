package casework

import (
	"context"
	"slices"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// wallWhoAnswered puts behind the wall of a report whoever answered for one of the offices behind it, to
// the assignments that were given out. They stay there wherever they are posted, as does everybody who is
// posted at such an office when the wall rises (domain brief 4.4): a transfer must not bring the accused to
// the office that has the case. Coordinators may answer in a station's place; they are the way round it.
func (d *Desk) wallWhoAnswered(ctx context.Context, tx *store.Tx, reportID string, offices []string, given []store.Assignment) error {
	world := d.Live.World()
	for _, a := range given {
		if !slices.Contains(offices, a.OfficeID) {
			continue
		}
		answered, err := tx.Answered(ctx, a)
		if err != nil {
			return err
		}
		answered = slices.DeleteFunc(answered, func(id string) bool {
			c, ok := world.Contact(id)
			return ok && world.offices[c.OfficeID].Kind == ripoti.Coordination
		})
		if err := tx.WallOffPeople(ctx, reportID, a.ReportID, answered); err != nil {
			return err
		}
	}
	return nil
}
