package casework

import (
	"context"
	"fmt"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// Workload is what one worker has on the table.
type Workload struct {
	Worker ripoti.Contact
	store.Load
}

// Workloads are what those who care for reporters hold: to a coordinator or director of the county's
// offices, to anybody else of the own office. What is behind a wall for the asker is not counted.
func (d *Desk) Workloads(ctx context.Context, by ripoti.Contact) (all []Workload, err error) {
	world := d.Live.World()
	own, _ := world.Office(by.OfficeID)
	var ids []string
	for _, id := range sortedKeys(world.contacts) {
		c := world.contacts[id]
		o := world.offices[c.OfficeID]
		shown := c.OfficeID == by.OfficeID || supervises(world, by) && (own.County == "" || own.County == o.County)
		if shown && cares[c.Role] && c.Active && o.Active {
			ids = append(ids, id)
			all = append(all, Workload{Worker: c})
		}
	}
	loads, err := d.Store.Loads(ctx, store.AskerOf(world.contactsOf(by.Phone)...), ids)
	if err != nil {
		return nil, fmt.Errorf("workload: %w", err)
	}
	for i := range all {
		all[i].Load = loads[all[i].Worker.ID]
	}
	return all, nil
}
