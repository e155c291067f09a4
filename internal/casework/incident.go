package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// Reports of one event: what is close in place, time and kind is proposed, and a person links it. No
// machine merges reports, and no reporter sees another's.
const (
	sameEventKm  = 1.0
	mostProposed = 5 // pairs for one report: links go on from there
)

// inBurst says whether a report is one of many about one place, and maybe one harm, within a short time.
func (d *Desk) inBurst(ctx context.Context, tx *store.Tx, rules *routing.Rules, r ripoti.Report) (bool, error) {
	within, reports := rules.BurstWithin()
	if reports == 0 || !r.Answers.Place.Precision.Decides() {
		return false, nil
	}
	others, err := tx.CountNear(ctx, r, r.FiledAt.Add(-within), reports-1)
	return others >= reports-1, err
}

// propose compares a report with those around it. It writes nothing into the histories: whoever may
// read one may be walled off from the other.
func (d *Desk) propose(ctx context.Context, tx *store.Tx, r ripoti.Report) error {
	if !r.Answers.Place.Known() || r.Drill != "" {
		return nil
	}
	here := store.Scene{ReportID: r.ID, Place: r.Answers.Place, Category: r.Category, Second: r.Second, FiledAt: r.FiledAt}
	if err := tx.SaveScene(ctx, here); err != nil {
		return err
	}
	near, err := tx.ScenesNear(ctx, here, sameEventApart, 4*mostProposed)
	if err != nil {
		return err
	}
	var pairs []store.Pair
	for _, there := range near {
		if why := closeBy(here, there); why != "" && sameKind(here, there) && len(pairs) < mostProposed {
			pairs = append(pairs, pairOf(r.ID, there.ReportID, why))
		}
	}
	slices.SortFunc(pairs, func(a, b store.Pair) int { return strings.Compare(a.Report+a.Other, b.Report+b.Other) }) // two hands take them in one order
	for _, p := range pairs {
		if err := tx.ProposePair(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// pairOf orders two reports: ids go by time.
func pairOf(a, b, why string) store.Pair {
	return store.Pair{Report: max(a, b), Other: min(a, b), Why: why}
}

// closeBy says in what way two places are one: the same place, within a kilometre, or one ward. "" is
// not close.
func closeBy(a, b store.Scene) string {
	bothPoints := !b.Place.Point.IsZero() && a.Place.Precision == ripoti.PrecisionExact && !a.Place.Point.IsZero()
	narrow := a.Place.Precision.Decides() // a county or a constituency is no one place
	switch {
	case a.Place.ID == b.Place.ID && narrow:
		return "place"
	case bothPoints && a.Place.Point.Km(b.Place.Point) <= sameEventKm:
		return "near"
	case a.Place.Ward != "" && a.Place.Ward == b.Place.Ward:
		return "ward"
	}
	return ""
}

// sameKind says whether two reports may tell of one harm: one category of theirs is the same, or one of
// the two is unclear.
func sameKind(a, b store.Scene) bool {
	if a.Category == ripoti.Unclear || b.Category == ripoti.Unclear {
		return true
	}
	for _, x := range []ripoti.Category{a.Category, a.Second} {
		if x != "" && (x == b.Category || x == b.Second) {
			return true
		}
	}
	return false
}

// viewer is a contact as the lists of incidents know it: with everything that the number answers for.
func (w *World) viewer(c ripoti.Contact) store.Viewer {
	v := store.Viewer{Contacts: []string{c.ID}, Offices: []string{c.OfficeID}, Coordinates: w.coordinates(c)}
	for _, same := range w.contactsOf(c.Phone) {
		if same.ID != c.ID {
			v.Contacts = append(v.Contacts, same.ID)
		}
		if !slices.Contains(v.Offices, same.OfficeID) {
			v.Offices = append(v.Offices, same.OfficeID)
		}
	}
	return v
}

// Pairs are the proposed pairs that a contact may decide, oldest first: coordinators those of all
// reports outside the wall; who owns the care of a report those of that report, and who has taken both
// for safety that pair, where neither is behind a wall.
func (d *Desk) Pairs(ctx context.Context, by ripoti.Contact, limit int) ([]store.ShownPair, error) {
	return d.PairsIn(ctx, by, nil, limit)
}

// PairsIn are those of Pairs whose reports are both of some counties, none for all.
func (d *Desk) PairsIn(ctx context.Context, by ripoti.Contact, counties []string, limit int) ([]store.ShownPair, error) {
	viewer := d.Live.World().viewer(by)
	viewer.Counties = counties
	return d.Store.Pairs(ctx, viewer, limit)
}

// SameEvent are the numbers of the reports that were linked to a report, as far as a contact may know
// of them: not where either is walled off from anything the number answers for; and where either is
// behind a wall at all, coordinators only.
func (d *Desk) SameEvent(ctx context.Context, reportID string, by ripoti.Contact) ([]ripoti.Code, error) {
	return d.Store.SameEvent(ctx, reportID, d.Live.World().viewer(by))
}

// LinkIncident says that two reports are about one event. From then on they share an incident, and who
// holds them hears of the other's number where neither is behind a wall. A coordinator may link what
// nobody has proposed. Errors with a sentence: incident.unknown, incident.not_yours, incident.decided.
func (d *Desk) LinkIncident(ctx context.Context, a, b ripoti.Code, by ripoti.Contact) error {
	return d.decidePair(ctx, a, b, by, store.PairLinked)
}

// RejectIncident says that two reports are not about one event: they are not proposed again. A
// coordinator may so take back a link. Errors as of LinkIncident.
func (d *Desk) RejectIncident(ctx context.Context, a, b ripoti.Code, by ripoti.Contact) error {
	return d.decidePair(ctx, a, b, by, store.PairRejected)
}

func (d *Desk) decidePair(ctx context.Context, a, b ripoti.Code, by ripoti.Contact, status store.PairStatus) error {
	pair, err := d.pairByCodes(ctx, a, b)
	if err == nil {
		err = d.Store.InTx(ctx, func(tx *store.Tx) error { return d.decidePairIn(ctx, tx, pair, by, status) })
	}
	if err != nil {
		return fmt.Errorf("incident: %w", err)
	}
	d.Wake()
	return nil
}

// decidePairIn decides in the transaction of who asks. Two hands that decide one pair take its reports in
// one order, the older first.
func (d *Desk) decidePairIn(ctx context.Context, tx *store.Tx, pair store.Pair, by ripoti.Contact, status store.PairStatus) (err error) {
	world := d.Live.World()
	var reports [2]ripoti.Report
	for i, id := range []string{pair.Other, pair.Report} {
		if reports[i], err = tx.Report(ctx, id); err != nil {
			return err
		}
	}
	if err := d.mayDecide(ctx, tx, world, reports, by); err != nil {
		return err
	}
	leads := d.leadsBoth(world, reports, by)
	if leads {
		if err := tx.ProposePair(ctx, pair); err != nil {
			return err
		}
	}
	known, err := tx.Pair(ctx, pair.Report, pair.Other)
	if err != nil {
		return err
	}
	again := known.Status == status
	if again || (known.Status != store.PairProposed && !leads) {
		return ripoti.Conflict("incident.decided", nil)
	}
	incident, err := tx.DecidePair(ctx, known, status, by.ID)
	if err != nil {
		return err
	}
	return d.noteIncident(ctx, tx, world, reports, incident, by)
}

// pairByCodes reads before the transaction: what a number stands for never changes.
func (d *Desk) pairByCodes(ctx context.Context, a, b ripoti.Code) (store.Pair, error) {
	var ids [2]string
	for i, code := range []ripoti.Code{a, b} {
		r, err := d.Store.ReportByCode(ctx, code)
		if err != nil {
			return store.Pair{}, ripoti.NotFound("incident.unknown", err)
		}
		ids[i] = r.ID
	}
	if ids[0] == ids[1] {
		return store.Pair{}, ripoti.Invalid("incident.unknown", nil)
	}
	return pairOf(ids[0], ids[1], "person"), nil
}

// leadsBoth says whether somebody coordinates where both reports are: a county's coordinator nothing outside it.
func (d *Desk) leadsBoth(world *World, reports [2]ripoti.Report, by ripoti.Contact) bool {
	return world.coordinates(by) && d.covers(world, by, reports[0]) && d.covers(world, by, reports[1])
}

// mayDecide says by an error that somebody may not decide. Who is walled off from either report does
// not learn that there is one.
func (d *Desk) mayDecide(ctx context.Context, tx *store.Tx, world *World, reports [2]ripoti.Report, by ripoti.Contact) error {
	cares, held, leads := false, 0, d.leadsBoth(world, reports, by)
	own := world.viewer(by).Contacts
	for _, r := range reports {
		wall, err := tx.Wall(ctx, r.ID)
		if err != nil {
			return err
		}
		if world.behind(by, wall) || (r.Walled && !leads) {
			return ripoti.NotFound("incident.unknown", nil)
		}
		assignments, err := tx.Assignments(ctx, r.ID)
		if err != nil {
			return err
		}
		holds := func(sides ...ripoti.Side) bool {
			return slices.ContainsFunc(assignments, func(a store.Assignment) bool {
				return slices.Contains(sides, a.Side) && a.Status == ripoti.AssignmentAccepted && slices.Contains(own, a.AcceptedBy)
			})
		}
		cares = cares || holds(ripoti.Care)
		if holds(ripoti.Care, ripoti.Safety) {
			held++
		}
	}
	if !cares && held < len(reports) && !leads {
		if world.coordinates(by) { // of another county: there is no such report
			return ripoti.NotFound("incident.unknown", nil)
		}
		return ripoti.Forbidden("incident.not_yours", nil)
	}
	return nil
}

// noteIncident writes what was decided into both histories, by the incident's id alone, and tells who
// holds the reports: each of the other's number, where neither is behind a wall. Who decided knows it.
func (d *Desk) noteIncident(ctx context.Context, tx *store.Tx, world *World, reports [2]ripoti.Report, incident string, by ripoti.Contact) error {
	kind := "incident_linked"
	if incident == "" {
		kind = "incident_rejected"
	}
	told := map[ripoti.Phone]bool{by.Phone: true}
	for i, r := range reports {
		if err := tx.Append(ctx, r.ID, kind, by.ID, line{"incident": incident}.String()); err != nil {
			return err
		}
		if incident == "" {
			continue
		}
		if err := d.tellSameEvent(ctx, tx, world, r, reports[1-i], told); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) tellSameEvent(ctx context.Context, tx *store.Tx, world *World, r, other ripoti.Report, told map[ripoti.Phone]bool) error {
	if r.Walled || other.Walled {
		return nil
	}
	own, err := tx.Wall(ctx, r.ID)
	if err != nil {
		return err
	}
	others, err := tx.Wall(ctx, other.ID)
	if err != nil {
		return err
	}
	assignments, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return err
	}
	for _, a := range assignments {
		c, ok := world.Contact(a.AcceptedBy)
		holds := a.Status == ripoti.AssignmentAccepted && (a.Side == ripoti.Safety || a.Side == ripoti.Care)
		if !ok || !holds || !c.Answerable() || told[c.Phone] || world.behind(c, own) || world.behind(c, others) {
			continue
		}
		told[c.Phone] = true
		facts := flows.Facts{Code: r.Code, Codes: []ripoti.Code{other.Code}}
		if err := d.post(ctx, tx, c, flows.SaySameEvent, facts, about{r.ID, a.ID}, queueOf(r.Urgency), d.Now()); err != nil {
			return err
		}
	}
	return nil
}
