package casework

import (
	"cmp"
	"context"
	"slices"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// heardBy says which moves of one side the other side hears of at once: the social worker of what may
// reach the survivor, the officer of hospital (domain brief 5, two-sided).
var heardBy = map[ripoti.Side]map[ripoti.Move]bool{
	ripoti.Safety: {ripoti.MoveArrested: true, ripoti.MoveFled: true, ripoti.MoveSafe: true, ripoti.MoveHospital: true, ripoti.MoveCharged: true},
	ripoti.Care:   {ripoti.MoveHospital: true, ripoti.MoveSafe: true, ripoti.MoveFled: true},
}

// keeper is somebody who has taken a report, or was asked to last.
type keeper struct {
	store.Assignment
	ripoti.Contact
}

// keepers are who has taken a report, and of parts that nobody has taken who was told; of a side, or
// of all. Nobody behind the wall is among them, nor who knows the people.
func (d *Desk) keepers(ctx context.Context, tx *store.Tx, r ripoti.Report, sides ...ripoti.Side) (all []keeper, err error) {
	world := d.Live.World()
	assignments, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	seen := map[ripoti.Phone]bool{}
	for _, a := range assignments {
		if len(sides) > 0 && !slices.Contains(sides, a.Side) {
			continue
		}
		ids := []string{a.AcceptedBy}
		switch a.Status {
		case ripoti.AssignmentAccepted:
		case ripoti.AssignmentOpen:
			told, err := tx.Told(ctx, a.ID)
			if err != nil {
				return nil, err
			}
			ids = sortedKeys(told)
		default:
			continue
		}
		for _, id := range ids {
			if c, ok := world.Contact(id); ok && c.Answerable() && !seen[c.Phone] {
				seen[c.Phone] = true
				all = append(all, keeper{a, c})
			}
		}
	}
	contacts := make([]ripoti.Contact, len(all))
	for i, k := range all {
		contacts[i] = k.Contact
	}
	free, err := d.free(ctx, tx, r, contacts)
	return slices.DeleteFunc(all, func(k keeper) bool {
		return !slices.ContainsFunc(free, func(c ripoti.Contact) bool { return c.ID == k.Contact.ID })
	}), err
}

// free are those of some contacts who may hear of a report: they are not behind its wall, and have not
// declared to know the people.
func (d *Desk) free(ctx context.Context, tx *store.Tx, r ripoti.Report, contacts []ripoti.Contact) ([]ripoti.Contact, error) {
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	known, err := tx.Conflicts(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	world := d.Live.World()
	return slices.DeleteFunc(slices.Clone(contacts), func(c ripoti.Contact) bool {
		return known[tx.PhoneHash(c.Phone)] || world.behind(c, wall)
	}), nil
}

// tellNews tells the other side what was told, once.
func (d *Desk) tellNews(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, by ripoti.Contact, move ripoti.Move) error {
	if !heardBy[a.Side][move] {
		return nil
	}
	other := ripoti.Care
	if a.Side == ripoti.Care {
		other = ripoti.Safety
	}
	keepers, err := d.keepers(ctx, tx, r, other)
	if err != nil {
		return err
	}
	for _, k := range keepers {
		if k.Assignment.Status != ripoti.AssignmentAccepted || k.Phone == by.Phone {
			continue
		}
		facts := d.facts(d.Live.World(), r, k.Assignment, nil)
		facts.Side, facts.Case.Move = a.Side, move
		if err := d.post(ctx, tx, k.Contact, sayNews, facts, about{r.ID, k.Assignment.ID}, queueOf(r.Urgency), d.Now()); err != nil {
			return err
		}
	}
	return nil
}

const (
	// neighbourKm is how far an office of a neighbour county is at most from where the suspect fled.
	neighbourKm = 80.0
	// mostNeighbours bounds who is told.
	mostNeighbours = 4
)

// tellNeighbours tells the coordinators of the counties around that a suspect fled (domain brief 5):
// once for each flight.
func (d *Desk) tellNeighbours(ctx context.Context, tx *store.Tx, r ripoti.Report, before ripoti.Progress) error {
	if !before.FledAt.IsZero() || !r.Answers.Place.Known() {
		return nil
	}
	world := d.Live.World()
	for _, county := range world.countiesNear(r.Answers.Place) {
		contacts, err := d.free(ctx, tx, r, world.coordinatorsOf(county))
		if err != nil {
			return err
		}
		for _, c := range contacts {
			if err := d.post(ctx, tx, c, sayFledNear, d.facts(world, r, store.Assignment{SendAt: d.Now()}, nil), about{report: r.ID}, queueOf(r.Urgency), d.Now()); err != nil {
				return err
			}
		}
	}
	return nil
}

// countiesNear are the counties around a place, nearest first: those with a police office near it.
func (w *World) countiesNear(place ripoti.PlaceRef) []string {
	nearest := map[string]float64{}
	for _, o := range w.offices {
		if !o.Active || !o.Kind.Police() || o.County == "" || o.County == place.CountyID || o.Point == (ripoti.Point{}) {
			continue
		}
		km := o.Point.Km(place.Point)
		if best, ok := nearest[o.County]; km <= neighbourKm && (!ok || km < best) {
			nearest[o.County] = km
		}
	}
	counties := sortedKeys(nearest)
	slices.SortStableFunc(counties, func(a, b string) int { return cmp.Compare(nearest[a], nearest[b]) })
	return counties[:min(mostNeighbours, len(counties))]
}

// coordinatorsOf are the coordinators of one county.
func (w *World) coordinatorsOf(county string) (some []ripoti.Contact) {
	for _, id := range sortedKeys(w.contacts) {
		c := w.contacts[id]
		if o := w.offices[c.OfficeID]; o.Kind == ripoti.Coordination && o.Active && o.County == county && c.Answerable() {
			some = append(some, c)
		}
	}
	return some
}

// contactsAt are the answerable contacts of the active offices of a kind: of a county, or where it has
// none of the whole country.
func (w *World) contactsAt(kind ripoti.OfficeKind, county string) []ripoti.Contact {
	var near, national []ripoti.Contact
	for _, id := range sortedKeys(w.contacts) {
		c := w.contacts[id]
		o := w.offices[c.OfficeID]
		if o.Kind != kind || !o.Active || !c.Answerable() {
			continue
		}
		switch o.County {
		case county:
			near = append(near, c)
		case "":
			national = append(national, c)
		}
	}
	if len(near) > 0 {
		return near
	}
	return national
}
