package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// handOver gives one case to the next person of the office, who must accept it.
func (t *talk) handOver(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment) (Said, error) {
	passed, err := t.passOn(ctx, tx, r, a, t.contact())
	if err != nil || !passed {
		return t.refuse(r, "case.nobody_else"), err
	}
	return t.said("handed over", sayHanded, r), nil
}

// handOverAll gives all cases of a shift on. What nobody else can take stays.
func (t *talk) handOverAll(ctx context.Context, tx *store.Tx) (Said, error) {
	held, err := tx.Held(ctx, t.who.Contacts, mostAlerts)
	if err != nil {
		return Said{}, err
	}
	said := Said{Result: "handed over", Say: sayHandedAll, By: t.contact()}
	for _, h := range held {
		r, a, err := hold(ctx, tx, h.ID)
		if err != nil {
			return Said{}, err
		}
		t.alert = &store.Alert{Assignment: a, Code: h.Code}
		passed, err := t.passOn(ctx, tx, r, a, t.contact())
		if err != nil {
			return Said{}, err
		}
		if !passed {
			if said.Facts.Case.Mine == 0 && len(held) == 1 {
				return t.refuse(r, "case.nobody_else"), nil
			}
			continue
		}
		if said.Facts.Case.Mine++; len(said.Facts.Codes) < flows.MostBundled {
			said.Facts.Codes = append(said.Facts.Codes, h.Code)
		}
	}
	if err := t.endShift(ctx, tx); err != nil {
		return Said{}, err
	}
	if said.Facts.Case.Mine == 0 {
		t.alert = nil
		return t.list(ctx, tx)
	}
	return said, nil
}

// endShift takes off duty whoever hands over a shift: the next alert is for who comes after.
func (t *talk) endShift(ctx context.Context, tx *store.Tx) error {
	for _, c := range t.who.Contacts {
		if hasDuty[c.Role] {
			if err := t.SetDuty(ctx, tx, c, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// passOn ends somebody's part in a case and gives the office a new one: its ladder begins again with
// whoever is on duty beside that person. It says false, and changes nothing, where nobody else could
// be asked.
func (d *Desk) passOn(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, by ripoti.Contact) (bool, error) {
	world := d.Live.World()
	var ladder []step
	if err := json.Unmarshal([]byte(a.Ladder), &ladder); err != nil {
		return false, fmt.Errorf("ladder: %w", err)
	}
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil {
		return false, err
	}
	anybody := false
	for i := range ladder {
		ladder[i].Told = false
		contacts, _ := world.answering(ladder[i].Rung, by.ID, d.Now(), wall)
		contacts, err := d.free(ctx, tx, r, contacts)
		if err != nil {
			return false, err
		}
		anybody = anybody || len(contacts) > 0
	}
	if !anybody {
		return false, nil
	}
	raw, err := json.Marshal(ladder)
	if err != nil {
		return false, fmt.Errorf("ladder: %w", err)
	}
	next := store.Assignment{Ladder: string(raw), SendAt: d.Now(), Assignment: ripoti.Assignment{ID: store.NewID(), ReportID: r.ID, OfficeID: a.OfficeID,
		Side: a.Side, Status: ripoti.AssignmentOpen, CreatedAt: d.Now()}}
	a.Status, a.Reason = ripoti.AssignmentMoved, string(ripoti.MoveHandOver)
	if err := tx.SaveAssignment(ctx, a); err != nil {
		return false, err
	}
	if err := d.untake(ctx, tx, r, a.Side); err != nil {
		return false, err
	}
	if err := tx.Append(ctx, r.ID, "handed_over", by.ID, line{"assignment": a.ID, "next": next.ID, "office": a.OfficeID}.String()); err != nil {
		return false, err
	}
	if err := tx.Assign(ctx, next); err != nil {
		return false, err
	}
	return true, d.tell(ctx, tx, world, r, next, 0, gone{by.ID, goneHanded})
}

// untake says that nobody for safety has taken a report any more.
func (d *Desk) untake(ctx context.Context, tx *store.Tx, r ripoti.Report, side ripoti.Side) error {
	if side != ripoti.Safety || r.Status != ripoti.StatusAccepted {
		return nil
	}
	all, err := tx.Assignments(ctx, r.ID)
	if err != nil || slices.ContainsFunc(all, func(a store.Assignment) bool { return a.Side == side && a.Status == ripoti.AssignmentAccepted }) {
		return err
	}
	r.Status = ripoti.StatusRouted
	return tx.SaveReport(ctx, r)
}

// leave: who has taken a case must not or cannot keep it: another office gets it.
func (t *talk) leave(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, by ripoti.Contact, reason flows.Reason) (Said, error) {
	said, err := t.decline(ctx, tx, r, a, by, reason)
	if err != nil {
		return said, err
	}
	said.Result = "left"
	return said, t.untake(ctx, tx, r, a.Side)
}

// Reassign takes a case away from the office that has it: the survivor, the social worker or a
// coordinator asked for it. reason is a code: "bribe", "hostility", "leak", "transfer" (domain brief
// 5). Bribe and leak raise the flag that opens a case behind the wall.
func (d *Desk) Reassign(ctx context.Context, code ripoti.Code, by ripoti.Contact, reason string) error {
	if !reassignReasons[reason] {
		return ripoti.Invalid("closing.reason", nil)
	}
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := d.reportFor(ctx, tx, code, by)
		if err != nil {
			return err
		}
		if world := d.Live.World(); !supervises(world, by) || !d.covers(world, by, r) {
			return ripoti.Forbidden("closing.who", nil)
		}
		if reason == "bribe" || reason == "leak" {
			if err := d.raiseFlag(ctx, tx, r, ripoti.FlagBribe, by.ID, reason); err != nil {
				return err
			}
		}
		all, err := tx.Assignments(ctx, r.ID)
		if err != nil {
			return err
		}
		for _, a := range all {
			if a.Side != ripoti.Safety || a.Status != ripoti.AssignmentAccepted && a.Status != ripoti.AssignmentOpen {
				continue
			}
			a.Status, a.Reason = ripoti.AssignmentDeclined, reason
			if err := tx.SaveAssignment(ctx, a); err != nil {
				return err
			}
			if err := tx.Cancel(ctx, tasks.Climb, a.ID); err != nil {
				return err
			}
			if err := d.tellMoved(ctx, tx, d.Live.World(), r, a, by); err != nil {
				return err
			}
		}
		if err := d.untake(ctx, tx, r, ripoti.Safety); err != nil {
			return err
		}
		if err := tx.Append(ctx, r.ID, "reassigned", by.ID, line{"reason": reason}.String()); err != nil {
			return err
		}
		return tx.Owe(ctx, store.Duty{Kind: tasks.Route, Subject: r.ID, Queue: queueOf(r.Urgency), Due: d.Now()})
	})
	if err != nil {
		return fmt.Errorf("reassign: %w", err)
	}
	d.Wake()
	return nil
}

var reassignReasons = map[string]bool{"bribe": true, "hostility": true, "leak": true, "transfer": true}

// askForVehicle asks at once who could go instead: another station, the commander of this one and the
// partner who pays transport (domain brief 5). The case stays where it is until somebody else accepts.
func (d *Desk) askForVehicle(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, by ripoti.Contact) error {
	if a.Reason == string(flows.ReasonVehicle) {
		return nil // they were asked
	}
	world := d.Live.World()
	a.Reason = string(flows.ReasonVehicle)
	if err := tx.SaveAssignment(ctx, a); err != nil {
		return err
	}
	commanders, err := d.commandersOf(ctx, tx, world, r, a, by)
	if err != nil {
		return err
	}
	for _, c := range commanders {
		if err := d.post(ctx, tx, c, sayVehicle, d.facts(world, r, a, nil), about{r.ID, a.ID}, queueOf(r.Urgency), d.Now()); err != nil {
			return err
		}
	}
	partners, err := d.free(ctx, tx, r, world.transport(r.Answers.Place.CountyID))
	if err != nil {
		return err
	}
	for _, c := range partners {
		place := flows.Facts{Place: r.Answers.Place.Name, County: r.Answers.Place.County}
		if err := d.post(ctx, tx, c, sayTransport, place, about{report: r.ID}, queueOf(r.Urgency), d.Now()); err != nil {
			return err
		}
	}
	if a.Side != ripoti.Safety {
		return nil
	}
	return tx.Owe(ctx, store.Duty{Kind: tasks.Route, Subject: r.ID, Queue: queueOf(r.Urgency), Due: d.Now()})
}

// commandersOf are the commanders on an assignment's ladder.
func (d *Desk) commandersOf(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, a store.Assignment, except ripoti.Contact) ([]ripoti.Contact, error) {
	var ladder []step
	if err := json.Unmarshal([]byte(a.Ladder), &ladder); err != nil {
		return nil, fmt.Errorf("ladder: %w", err)
	}
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	for _, s := range ladder {
		if s.Say == routing.SayCommander {
			contacts, _ := world.answering(s.Rung, except.ID, d.Now(), wall)
			return d.free(ctx, tx, r, contacts)
		}
	}
	return nil, nil
}

// transport are the partners of a county that can pay for transport or send a vehicle.
func (w *World) transport(county string) (some []ripoti.Contact) {
	for _, id := range sortedKeys(w.contacts) {
		c := w.contacts[id]
		o := w.offices[c.OfficeID]
		if c.Role == ripoti.RolePartner && o.Active && o.Can(ripoti.Vehicle) && (o.County == county || o.County == "") && c.Answerable() {
			some = append(some, c)
		}
	}
	return some
}

// relieve ends the part of whoever had no vehicle, now that another one has accepted.
func (d *Desk) relieve(ctx context.Context, tx *store.Tx, r ripoti.Report, taken store.Assignment) error {
	all, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.ID == taken.ID || a.Side != taken.Side || a.Status != ripoti.AssignmentAccepted || a.Reason != string(flows.ReasonVehicle) {
			continue
		}
		if err := d.move(ctx, tx, r, a); err != nil {
			return err
		}
		if err := d.tellTakenOver(ctx, tx, r, a, a.AcceptedBy); err != nil {
			return err
		}
	}
	return nil
}

// tellTakenOver tells whoever had a case that another one has it now.
func (d *Desk) tellTakenOver(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, contact string) error {
	world := d.Live.World()
	c, ok := world.Contact(contact)
	if !ok || !c.Answerable() {
		return nil
	}
	return d.post(ctx, tx, c, sayTaken, d.facts(world, r, a, nil), about{r.ID, a.ID}, queueOf(r.Urgency), d.Now())
}

// takeOver: a commander who was asked for a vehicle takes the case; whoever else was asked need not.
func (t *talk) takeOver(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, by ripoti.Contact) (Said, error) {
	before, since := a.AcceptedBy, a.AcceptedAt
	said, err := t.accept(ctx, tx, r, a, by)
	if err != nil {
		return said, err
	}
	if err := t.tellTakenOver(ctx, tx, r, a, before); err != nil {
		return said, err
	}
	all, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return said, err
	}
	for _, other := range all {
		if other.Status == ripoti.AssignmentOpen && other.Side == a.Side && other.CreatedAt.After(since) {
			if err := t.move(ctx, tx, r, other); err != nil {
				return said, err
			}
			other.Status = ripoti.AssignmentMoved
			if err := t.tellMoved(ctx, tx, t.Live.World(), r, other, by); err != nil {
				return said, err
			}
		}
	}
	return said, nil
}

// next is what waits longest for the number, in full: an alert first, then a case that it holds.
func (t *talk) next(ctx context.Context, tx *store.Tx) (Said, error) {
	alerts, err := tx.AlertsOf(ctx, t.who.Contacts, "", mostAlerts)
	if err != nil {
		return Said{}, err
	}
	if len(alerts) == 0 {
		if alerts, err = tx.Held(ctx, t.who.Contacts, 1); err != nil || len(alerts) == 0 {
			return Said{Result: "next", Say: sayHelp, By: t.contact()}, err
		}
	}
	t.alert = &alerts[len(alerts)-1] // the oldest: alerts come newest first
	r, a, err := hold(ctx, tx, t.alert.ID)
	if err != nil {
		return Said{}, err
	}
	t.alert.Assignment = a
	c, err := tx.Case(ctx, r.ID)
	if err != nil {
		return Said{}, err
	}
	said := t.said("next", sayCase, r)
	if a.Status == ripoti.AssignmentAccepted {
		said.Facts.Case.Ask = nextMove(r, a.Side, c.Progress)
		return said, nil
	}
	var ladder []step
	if err := json.Unmarshal([]byte(a.Ladder), &ladder); err != nil {
		return said, fmt.Errorf("ladder: %w", err)
	}
	office, _ := t.Live.World().Office(a.OfficeID)
	said.Say = sentences(routing.Rung{Say: routing.SayAlert}, a, r, office.Kind)[0]
	said.Facts = t.facts(t.Live.World(), r, a, ladder)
	if !t.who.OnScreen {
		_, err = tx.Unbundle(ctx, a.ID, t.contact().ID, tasks.Critical)
	}
	return said, err
}

// newListed is how many numbers of new alerts stand on a list that also has cases.
const newListed = 4

// list is the numbers of what waits and of what is held.
func (t *talk) list(ctx context.Context, tx *store.Tx) (Said, error) {
	alerts, err := tx.AlertsOf(ctx, t.who.Contacts, "", mostAlerts)
	if err != nil {
		return Said{}, err
	}
	held, err := tx.Held(ctx, t.who.Contacts, mostAlerts)
	if err != nil {
		return Said{}, err
	}
	said := Said{Result: "list", Say: sayList, By: t.contact()}
	said.Facts.Case = flows.CaseFacts{New: len(alerts), Mine: len(held)}
	slices.Reverse(alerts) // the oldest first
	for i, a := range alerts {
		if i < max(newListed, flows.MostBundled-len(held)) && i < flows.MostBundled {
			said.Facts.Codes = append(said.Facts.Codes, a.Code)
		}
	}
	for i, a := range held {
		if i < flows.MostBundled-len(said.Facts.Codes) {
			said.Facts.Case.Held = append(said.Facts.Case.Held, a.Code)
		}
	}
	return said, nil
}

// duty notes that the number's contacts are on duty or off.
func (t *talk) duty(ctx context.Context, tx *store.Tx) (Said, error) {
	on := t.reply.Verb == flows.VerbOn
	said := Said{Result: "off duty", Say: sayOff, By: t.contact()}
	if on {
		said.Result, said.Say = "on duty", sayOn
	}
	for _, c := range t.who.Contacts {
		if err := t.SetDuty(ctx, tx, c, on); err != nil {
			return Said{}, err
		}
	}
	return said, nil
}
