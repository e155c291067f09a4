package casework

import (
	"context"
	"slices"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// shared are the roles of which several people take from one queue: a new case goes to whoever on duty
// holds the fewest.
var shared = map[ripoti.Role]bool{ripoti.RoleSocial: true, ripoti.RoleChildren: true}

// fairest puts in the place of the one contact whom a rung would tell the one with the fewest open cases
// among those on duty for the same role; of equals the better ranked.
func (d *Desk) fairest(ctx context.Context, tx *store.Tx, world *World, rung routing.Rung, chosen []ripoti.Contact, except string, wall store.Wall, at time.Time) ([]ripoti.Contact, error) {
	if rung.All || len(chosen) != 1 || !shared[chosen[0].Role] || chosen[0].OfficeID != rung.OfficeID {
		return chosen, nil
	}
	rivals := world.outside(world.onDuty(slot{rung.OfficeID, chosen[0].Role}, at), wall)
	rivals = slices.DeleteFunc(rivals, func(c ripoti.Contact) bool { return c.ID == except })
	if len(rivals) < 2 {
		return chosen, nil
	}
	ids := make([]string, len(rivals))
	for i, c := range rivals {
		ids[i] = c.ID
	}
	held, err := tx.Workload(ctx, ids)
	if err != nil {
		return nil, err
	}
	best := slices.MinFunc(rivals, func(a, b ripoti.Contact) int { return held[a.ID] - held[b.ID] }) // the first of equals
	return []ripoti.Contact{best}, nil
}
