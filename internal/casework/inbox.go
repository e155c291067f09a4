package casework

import (
	"context"
	"errors"
	"fmt"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// passiveLimit is how many automatic answers in a row a number gets that lead to nothing: after
// them it is silence until a real action, so that two machines never talk to each other for long.
const passiveLimit = 5

// Receive keeps a text for good and owes its reading. The same text again changes nothing.
func (d *Desk) Receive(ctx context.Context, in sms.Inbound) error {
	_, err := d.Recover(ctx, in)
	return err
}

// Recover is Receive for a text that was read from a provider's list: it says whether it was news.
func (d *Desk) Recover(ctx context.Context, in sms.Inbound) (fresh bool, err error) {
	fresh, err = d.Store.Receive(ctx, in, store.Duty{Kind: tasks.Read, Queue: tasks.Critical, Due: d.Now()})
	if err != nil || !fresh {
		return false, err
	}
	d.Wake()
	return true, d.media(ctx, in)
}

// Read makes of a received text what it asks for: an officer's or social worker's answer changes
// the case, and what goes back is one more message row. A number that is no verified contact learns
// nothing of any case.
func (d *Desk) Read(ctx context.Context, p tasks.Payload) error {
	in, err := d.Store.Inbound(ctx, p.Subject)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	from, err := ripoti.ParsePhone(in.From)
	if err != nil { // a short code or a name: nobody is there to be answered
		return d.handle(ctx, p, func(*store.Tx) (string, error) { return "no phone", nil })
	}
	known, err := d.Store.ContactsOf(ctx, from)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	contacts := answerable(known)
	switch {
	case len(contacts) == 0 && d.Reader != nil:
		return d.handle(ctx, p, func(tx *store.Tx) (string, error) { return d.text(ctx, tx, in, from) })
	case len(contacts) == 0:
		return d.handle(ctx, p, func(tx *store.Tx) (string, error) { return d.answerStranger(ctx, tx, from) })
	case flows.WantsStop(in.Body):
		return d.handle(ctx, p, func(tx *store.Tx) (string, error) { return "stopped", d.officerStops(ctx, tx, contacts[0]) })
	}
	t := talk{Desk: d, from: from, contacts: contacts, reply: flows.ParseReply(in.Body)}
	if err := t.find(ctx); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	return d.handle(ctx, p, func(tx *store.Tx) (string, error) { return t.act(ctx, tx) })
}

// handle does what a text asks for exactly once, and notes what came of it.
func (d *Desk) handle(ctx context.Context, p tasks.Payload, act func(*store.Tx) (result string, err error)) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		if mine, err := tx.Done(ctx, p.Duty); err != nil || !mine {
			return err
		}
		result, err := act(tx)
		if err != nil {
			return err
		}
		_, err = tx.Handle(ctx, p.Subject, result)
		return err
	})
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	d.Wake()
	return nil
}

func answerable(all []ripoti.Contact) (some []ripoti.Contact) {
	for _, c := range all {
		if c.Answerable() {
			some = append(some, c)
		}
	}
	return some
}

// answerStranger gives the free help numbers, and says nothing else.
func (d *Desk) answerStranger(ctx context.Context, tx *store.Tx, to ripoti.Phone) (string, error) {
	n, err := tx.Passive(ctx, tx.PhoneHash(to))
	if err != nil || n > passiveLimit {
		return "stranger, no answer", err
	}
	err = d.post(ctx, tx, ripoti.Contact{Phone: to, Lang: ripoti.English}, sayNumbers, flows.Facts{}, about{}, tasks.Default, d.Now())
	return "stranger", err
}

// talk is one answer of an officer or social worker on its way to the case it is about.
type talk struct {
	*Desk
	from     ripoti.Phone
	contacts []ripoti.Contact // everything the number answers for
	reply    flows.Reply
	alert    *store.Alert  // what it is about, nil where that is not clear
	numbers  []ripoti.Code // of the open alerts, at most three
	open     int           // open alerts of the number, where no report's number was given
}

// find looks up what the answer is about: the report whose number was given, or the one alert that
// is open.
func (t *talk) find(ctx context.Context) error {
	if t.reply.Code == "" && t.reply.Typed != "" {
		return nil // a number with a slip in it is no report's number
	}
	alerts, err := t.Store.AlertsOf(ctx, t.contacts, t.reply.Code, 3)
	if err != nil {
		return err
	}
	if t.open = len(alerts); t.open == 1 || (t.open > 0 && t.reply.Code != "") {
		t.alert = &alerts[0]
	}
	for _, a := range alerts {
		t.numbers = append(t.numbers, a.Code)
	}
	return nil
}

// contact is who answers: the contact at the office the alert is with, if there is one.
func (t *talk) contact() ripoti.Contact {
	for _, c := range t.contacts {
		if t.alert != nil && c.OfficeID == t.alert.OfficeID {
			return c
		}
	}
	return t.contacts[0]
}

func (t *talk) act(ctx context.Context, tx *store.Tx) (string, error) {
	if t.reply.Verb == "" || t.alert == nil {
		return t.passive(ctx, tx)
	}
	r, a, err := hold(ctx, tx, t.alert.ID)
	if err != nil {
		return "", err
	}
	t.alert.Assignment = a
	if a.Status != ripoti.AssignmentOpen {
		return t.late(ctx, tx, r)
	}
	if err := tx.Acted(ctx, tx.PhoneHash(t.from)); err != nil {
		return "", err
	}
	if t.reply.Verb == flows.VerbAccept {
		return "accepted", t.accept(ctx, tx, r, a, t.contact())
	}
	return "declined", t.decline(ctx, tx, r, a, t.contact(), t.reply.Reason)
}

// late is an answer to an alert that is settled. That a person knows the people involved counts all
// the same and stands in the history.
func (t *talk) late(ctx context.Context, tx *store.Tx, r ripoti.Report) (string, error) {
	if t.reply.Reason == flows.ReasonConflict {
		who := line{"assignment": t.alert.ID, "reason": t.reply.Reason}
		if err := tx.Append(ctx, r.ID, "conflict_declared", t.contact().ID, who.String()); err != nil {
			return "", err
		}
	}
	return t.passive(ctx, tx)
}

// passive answers with the state of the alert, or with one helpful sentence.
func (t *talk) passive(ctx context.Context, tx *store.Tx) (string, error) {
	if t.alert != nil { // who was told its number in a bundle may read it
		if full, err := t.inFull(ctx, tx, t.alert.Assignment, t.contact()); err != nil || full {
			return "read", errors.Join(err, tx.Acted(ctx, tx.PhoneHash(t.from)))
		}
	}
	n, err := tx.Passive(ctx, tx.PhoneHash(t.from))
	if err != nil || n > passiveLimit {
		return "passive, no answer", err
	}
	kind, facts, topic := sayHelp, flows.Facts{Open: t.open, Codes: t.numbers}, about{}
	if t.alert != nil {
		r, err := tx.Report(ctx, t.alert.ReportID)
		if err != nil {
			return "", err
		}
		kind, topic = sayState, about{r.ID, t.alert.ID}
		facts = t.facts(t.Live.World(), r, t.alert.Assignment, nil)
		facts.Mine = t.alert.AcceptedBy == t.contact().ID
	} else if t.reply.Typed != "" {
		kind, facts = sayUnknown, flows.Facts{Typed: t.reply.Typed}
	}
	return "passive", t.post(ctx, tx, t.contact(), kind, facts, topic, tasks.Default, t.Now())
}

// accept: the contact takes the case; silence climbs no more.
func (d *Desk) accept(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, by ripoti.Contact) error {
	a.Status, a.AcceptedBy, a.AcceptedAt = ripoti.AssignmentAccepted, by.ID, d.Now()
	if err := tx.SaveAssignment(ctx, a); err != nil {
		return err
	}
	if err := tx.Cancel(ctx, tasks.Climb, a.ID); err != nil {
		return err
	}
	if a.Side == ripoti.Safety && r.Status != ripoti.StatusClosed {
		r.Status = ripoti.StatusAccepted
		if err := errors.Join(tx.SaveReport(ctx, r), tx.MarkNoRecipient(ctx, r.ID, false)); err != nil {
			return err
		}
	}
	if err := tx.Append(ctx, r.ID, "accepted", by.ID, line{"assignment": a.ID, "office": a.OfficeID, "side": a.Side}.String()); err != nil {
		return err
	}
	if _, err := d.inFull(ctx, tx, a, by); err != nil {
		return err
	}
	d.seen(Happening{What: "accepted", Category: r.Category, Urgency: r.Urgency, After: d.Now().Sub(r.FiledAt)})
	return d.post(ctx, tx, by, sayAccepted, d.facts(d.Live.World(), r, a, nil), about{r.ID, a.ID}, tasks.Critical, d.Now())
}

// decline: the contact cannot. Where the office could still act, the next rung is told now; where it
// cannot or must not, another office gets the report.
func (d *Desk) decline(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, by ripoti.Contact, reason flows.Reason) error {
	if err := tx.Cancel(ctx, tasks.Climb, a.ID); err != nil {
		return err
	}
	if err := tx.Append(ctx, r.ID, "declined", by.ID, line{"assignment": a.ID, "office": a.OfficeID, "reason": reason}.String()); err != nil {
		return err
	}
	kind := sayDeclined
	if reason == "" {
		kind = sayWhy
	}
	world := d.Live.World()
	if err := d.post(ctx, tx, by, kind, d.facts(world, r, a, nil), about{r.ID, a.ID}, tasks.Critical, d.Now()); err != nil {
		return err
	}
	if !elsewhere[reason] {
		return d.tell(ctx, tx, world, r, a, a.Step+1, by.ID)
	}
	a.Status, a.Reason = ripoti.AssignmentDeclined, string(reason)
	if err := tx.SaveAssignment(ctx, a); err != nil {
		return err
	}
	if err := d.tellMoved(ctx, tx, world, r, a, by); err != nil {
		return err
	}
	return tx.Owe(ctx, store.Duty{Kind: tasks.Route, Subject: r.ID, Queue: queueOf(r.Urgency), Due: d.Now()})
}

// elsewhere are the reasons for which the report leaves the office (domain brief 5 and 7.2: no
// vehicle asks the neighbour at once; who knows the people has a conflict of interest).
var elsewhere = map[flows.Reason]bool{
	flows.ReasonVehicle:  true,
	flows.ReasonArea:     true,
	flows.ReasonConflict: true,
}
