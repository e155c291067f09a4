package casework

import (
	"context"
	"errors"
	"slices"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Staff is who answers: a number, and everything that it answers for.
type Staff struct {
	Phone    ripoti.Phone
	Contacts []ripoti.Contact // verified and active; at least one
	// OnScreen says that the answer is read on the staff line: nothing is texted to this number, also
	// not what it was told of in a bundle.
	OnScreen bool
}

// Said is what came of an answer, and what is to be said back.
type Said struct {
	Result  string // a code: "accepted", "declined", "read", "passive", ...
	Passive bool   // nothing was done: an automatic answer, of which there are few
	// Say is the kind of sentence (flows.Says), written from Facts; "" says nothing.
	Say                string
	Facts              flows.Facts
	Report, Assignment string         // what it is about, where that is clear
	By                 ripoti.Contact // as whom the number answered
}

// Answer does what staff answered, by text or on the staff line, in the caller's transaction. It gives
// what to say back and posts nothing to that number itself; what others must hear is posted. A refusal
// is no error but a sentence. The caller wakes the relay after the commit.
func (d *Desk) Answer(ctx context.Context, tx *store.Tx, who Staff, reply flows.Reply) (Said, error) {
	t := talk{Desk: d, who: who, reply: reply}
	if err := t.find(ctx, tx); err != nil {
		return Said{}, err
	}
	return t.act(ctx, tx)
}

// talk is one answer of an officer or social worker on its way to the case it is about.
type talk struct {
	*Desk
	who     Staff
	reply   flows.Reply
	alert   *store.Alert          // what it is about, nil where that is not clear
	closing *store.AwaitedClosing // the closing that a yes or no is about
	numbers []ripoti.Code         // what it may be about, at most three
	open    int                   // how many that are, where no report's number was given
	ofHeld  bool                  // these are cases that were taken, not alerts that wait
}

// mostAlerts is how many alerts of a number are looked at.
const mostAlerts = 100

// find looks up what the answer is about: the report whose number was given, or the one alert or case
// that it can be about.
func (t *talk) find(ctx context.Context, tx *store.Tx) error {
	if t.reply.Code == "" && t.reply.Typed != "" {
		return nil // a number with a slip in it is no report's number
	}
	if t.reply.Verb == flows.VerbClose { // also by who was never alerted: a coordinator
		return nil
	}
	alerts, err := tx.AlertsOf(ctx, t.who.Contacts, t.reply.Code, mostAlerts)
	if err != nil {
		return err
	}
	if t.reply.Code == "" && (t.reply.Verb == flows.VerbMove || t.reply.Verb == flows.VerbCheck || t.reply.Reason != "") {
		held, err := tx.Held(ctx, t.who.Contacts, mostAlerts)
		if err != nil {
			return err
		}
		if len(held) > 0 && (t.reply.Verb != flows.VerbDecline || len(alerts) == 0) {
			slices.Reverse(held) // what was taken last is told of first
			alerts, t.ofHeld = held, true
		}
	}
	if t.reply.Verb == flows.VerbAccept || t.reply.Verb == flows.VerbDecline {
		awaited, err := tx.AwaitedClosings(ctx, t.who.Contacts, t.reply.Code, 2)
		if err != nil {
			return err
		}
		if clear := t.reply.Code != "" || len(alerts) == 0; clear && len(awaited) == 1 {
			t.closing = &awaited[0]
			return nil
		}
		for _, c := range awaited {
			t.numbers = append(t.numbers, c.Code)
		}
	}
	if t.open = len(alerts) + len(t.numbers); t.open == 1 || (len(alerts) > 0 && t.reply.Code != "") {
		t.alert = t.likeliest(alerts)
	}
	for _, a := range alerts {
		t.numbers = append(t.numbers, a.Code)
	}
	t.numbers = t.numbers[:min(3, len(t.numbers))]
	return nil
}

// likeliest is which of a report's assignments is meant: an open one to be taken or left, one that was
// taken to be told of.
func (t *talk) likeliest(alerts []store.Alert) *store.Alert {
	mine := func(a store.Alert) bool {
		return slices.ContainsFunc(t.who.Contacts, func(c ripoti.Contact) bool { return c.ID == a.AcceptedBy })
	}
	if t.reply.Verb != flows.VerbAccept {
		for i, a := range alerts {
			if a.Status == ripoti.AssignmentAccepted && mine(a) {
				return &alerts[i]
			}
		}
	}
	if t.reply.Verb == flows.VerbMove || t.reply.Verb == flows.VerbCheck {
		for i, a := range alerts {
			if a.Status == ripoti.AssignmentAccepted {
				return &alerts[i]
			}
		}
	}
	return &alerts[0]
}

// contact is who answers: the contact that took the alert, or one at the office the alert is with, if
// there is one.
func (t *talk) contact() ripoti.Contact {
	if t.alert != nil {
		for _, c := range t.who.Contacts {
			if c.ID == t.alert.AcceptedBy {
				return c
			}
		}
		for _, c := range t.who.Contacts {
			if c.OfficeID == t.alert.OfficeID {
				return c
			}
		}
	}
	return t.who.Contacts[0]
}

// said is a sentence about the case that was found.
func (t *talk) said(result, say string, r ripoti.Report) Said {
	return Said{Result: result, Say: say, Facts: t.facts(t.Live.World(), r, t.alert.Assignment, nil), Report: r.ID, Assignment: t.alert.ID, By: t.contact()}
}

// refuse says why something is not done.
func (t *talk) refuse(r ripoti.Report, sentence string) Said {
	said := t.said("refused", sayRefused, r)
	said.Facts.Case.Sentence = sentence
	return said
}

func (t *talk) act(ctx context.Context, tx *store.Tx) (Said, error) {
	switch t.reply.Verb {
	case flows.VerbNext:
		return t.next(ctx, tx)
	case flows.VerbList:
		return t.list(ctx, tx)
	case flows.VerbOn, flows.VerbOff:
		return t.duty(ctx, tx)
	case flows.VerbClose:
		return t.proposes(ctx, tx)
	}
	switch {
	case t.closing != nil:
		return t.answerClosing(ctx, tx)
	case t.reply.Move == ripoti.MoveHandOver && t.reply.Typed == "":
		return t.handOverAll(ctx, tx)
	case t.alert == nil:
		return t.passive(ctx, tx)
	}
	r, a, err := hold(ctx, tx, t.alert.ID)
	if err != nil {
		return Said{}, err
	}
	t.alert.Assignment = a
	known, err := tx.Conflicts(ctx, r.ID)
	if err != nil {
		return Said{}, err
	}
	switch {
	case t.reply.Verb == "":
		return t.passive(ctx, tx)
	case known[tx.PhoneHash(t.who.Phone)] && t.reply.Reason != flows.ReasonConflict:
		return t.refuse(r, "case.conflict"), nil
	case a.Status == ripoti.AssignmentAccepted && r.Status != ripoti.StatusClosed:
		return t.ofTaken(ctx, tx, r, a)
	case a.Status == ripoti.AssignmentOpen:
		return t.ofOpen(ctx, tx, r, a)
	}
	return t.late(ctx, tx, r)
}

// ofOpen is an answer to an alert that nobody has taken. Who tells what is done on it has taken it.
func (t *talk) ofOpen(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment) (Said, error) {
	switch {
	case t.reply.Verb == flows.VerbAccept:
		said, err := t.accept(ctx, tx, r, a, t.contact())
		if err == nil && !t.who.OnScreen {
			_, err = t.inFull(ctx, tx, a, t.contact())
		}
		return said, err
	case t.reply.Verb == flows.VerbDecline:
		return t.decline(ctx, tx, r, a, t.contact(), t.reply.Reason)
	case t.reply.Move == ripoti.MovePressure:
		return t.pressure(ctx, tx, r)
	case t.reply.Verb == flows.VerbCheck && a.Side == ripoti.Care: // also one that went back while the worker was on it
		r, a, err := t.take(ctx, tx, r, a)
		if err != nil {
			return Said{}, err
		}
		return t.AnswerCheck(ctx, tx, r, a, t.contact(), t.reply.Check)
	case takes[t.reply.Move] && t.reply.Slip == "":
		r, a, err := t.take(ctx, tx, r, a)
		if err != nil {
			return Said{}, err
		}
		said, err := t.tells(ctx, tx, r, a)
		said.Facts.Case.Took = true
		return said, err
	}
	return t.passive(ctx, tx)
}

// take accepts for who tells what only the holder of a case can know.
func (t *talk) take(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment) (ripoti.Report, store.Assignment, error) {
	if _, err := t.accept(ctx, tx, r, a, t.contact()); err != nil {
		return r, a, err
	}
	r, a, err := hold(ctx, tx, a.ID)
	t.alert.Assignment = a
	return r, a, err
}

// takes are the moves that nobody tells who has not taken the case (keys 3 to 7).
var takes = map[ripoti.Move]bool{ripoti.MoveOnTheWay: true, ripoti.MoveSafe: true, ripoti.MoveHospital: true, ripoti.MoveOB: true, ripoti.MoveArrested: true}

// ofTaken is an answer about a case that somebody has taken.
func (t *talk) ofTaken(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment) (Said, error) {
	by := t.contact()
	switch {
	case t.reply.Verb == flows.VerbMove:
		return t.tells(ctx, tx, r, a)
	case t.reply.Verb == flows.VerbCheck:
		return t.AnswerCheck(ctx, tx, r, a, by, t.reply.Check)
	case t.reply.Verb == flows.VerbAccept && a.Reason == string(flows.ReasonVehicle) && a.AcceptedBy != by.ID:
		return t.takeOver(ctx, tx, r, a, by)
	case t.reply.Verb != flows.VerbDecline:
		return t.passive(ctx, tx)
	case t.reply.Reason == flows.ReasonConflict, a.AcceptedBy == by.ID && t.reply.Reason == flows.ReasonArea:
		return t.leave(ctx, tx, r, a, by, t.reply.Reason)
	case a.AcceptedBy == by.ID && t.reply.Reason == flows.ReasonVehicle:
		t.reply.Move = ripoti.MoveNoVehicle
		return t.tells(ctx, tx, r, a)
	case a.AcceptedBy == by.ID:
		return t.refuse(r, "case.cannot"), nil
	}
	return t.passive(ctx, tx)
}

// late is an answer to an alert that is settled. That a person knows the people involved counts all
// the same and stands in the history.
func (t *talk) late(ctx context.Context, tx *store.Tx, r ripoti.Report) (Said, error) {
	if r.Status == ripoti.StatusClosed && t.reply.Verb == flows.VerbMove {
		return t.refuse(r, "case.closed"), nil
	}
	if t.reply.Reason == flows.ReasonConflict {
		if err := tx.Conflict(ctx, r.ID, t.contact()); err != nil {
			return Said{}, err
		}
		who := line{"assignment": t.alert.ID, "reason": t.reply.Reason}
		if err := tx.Append(ctx, r.ID, "conflict_declared", t.contact().ID, who.String()); err != nil {
			return Said{}, err
		}
	}
	return t.passive(ctx, tx)
}

// passive answers with the state of the alert, or with one helpful sentence.
func (t *talk) passive(ctx context.Context, tx *store.Tx) (Said, error) {
	if t.alert == nil {
		if err := t.remindOfHeld(ctx, tx); err != nil {
			return Said{}, err
		}
		said := Said{Result: "passive", Passive: true, Say: sayHelp, Facts: flows.Facts{Open: t.open, Codes: t.numbers, Mine: t.ofHeld}, By: t.contact()}
		if t.reply.Typed != "" {
			said.Say, said.Facts = sayUnknown, flows.Facts{Typed: t.reply.Typed}
		}
		return said, nil
	}
	if !t.who.OnScreen { // who was told its number in a bundle may read it
		if full, err := t.inFull(ctx, tx, t.alert.Assignment, t.contact()); err != nil || full {
			return Said{Result: "read", By: t.contact()}, err
		}
	}
	r, err := tx.Report(ctx, t.alert.ReportID)
	if err != nil {
		return Said{}, err
	}
	said := t.said("passive", sayState, r)
	said.Passive, said.Facts.Mine = true, t.alert.AcceptedBy == t.contact().ID
	return said, nil
}

// remindOfHeld lets the sentence that helps name the officer's cases where no alert waits: what could not be
// read was about one of them.
func (t *talk) remindOfHeld(ctx context.Context, tx *store.Tx) error {
	if t.open > 0 || t.reply.Typed != "" {
		return nil
	}
	held, err := tx.Held(ctx, t.who.Contacts, mostAlerts)
	if err != nil {
		return err
	}
	slices.Reverse(held)
	for _, a := range held {
		if a.Side == ripoti.Safety && len(t.numbers) < 3 {
			t.numbers, t.ofHeld = append(t.numbers, a.Code), true
		}
	}
	return nil
}

// accept: the contact takes the case; silence climbs no more.
func (d *Desk) accept(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, by ripoti.Contact) (Said, error) {
	a.Status, a.AcceptedBy, a.AcceptedAt, a.Reason = ripoti.AssignmentAccepted, by.ID, d.Now(), ""
	if err := tx.SaveAssignment(ctx, a); err != nil {
		return Said{}, err
	}
	if err := tx.Cancel(ctx, tasks.Climb, a.ID); err != nil {
		return Said{}, err
	}
	if a.Side == ripoti.Safety && r.Status != ripoti.StatusClosed {
		r.Status = ripoti.StatusAccepted
		if err := errors.Join(tx.SaveReport(ctx, r), tx.MarkNoRecipient(ctx, r.ID, false)); err != nil {
			return Said{}, err
		}
	}
	if err := tx.Append(ctx, r.ID, "accepted", by.ID, line{"assignment": a.ID, "office": a.OfficeID, "side": a.Side}.String()); err != nil {
		return Said{}, err
	}
	if err := d.relieve(ctx, tx, r, a); err != nil {
		return Said{}, err
	}
	if a.Side != ripoti.Referred {
		if err := d.follow(ctx, tx, r, a); err != nil {
			return Said{}, err
		}
	}
	if a.Side == ripoti.Referred {
		if err := d.answerReferral(ctx, tx, r, a, by, ripoti.ReferralAccepted); err != nil {
			return Said{}, err
		}
	}
	if err := d.tellTaken(ctx, tx, r, a); err != nil {
		return Said{}, err
	}
	if r.Drill == "" {
		d.seen(Happening{What: "accepted", Category: r.Category, Urgency: r.Urgency, After: d.Now().Sub(r.FiledAt)})
	}
	return Said{Result: "accepted", Say: sayAccepted, Facts: d.facts(d.Live.World(), r, a, nil), Report: r.ID, Assignment: a.ID, By: by}, nil
}

// decline: the contact cannot. Where the office could still act, the next rung is told now; where it
// cannot or must not, another office gets the report.
func (d *Desk) decline(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, by ripoti.Contact, reason flows.Reason) (Said, error) {
	world := d.Live.World()
	said := Said{Result: "declined", Say: sayDeclined, Facts: d.facts(world, r, a, nil), Report: r.ID, Assignment: a.ID, By: by}
	if a.Side == ripoti.Referred {
		return said, d.answerReferral(ctx, tx, r, a, by, ripoti.ReferralDeclined)
	}
	if reason == "" {
		said.Say = sayWhy
	}
	if err := tx.Cancel(ctx, tasks.Climb, a.ID); err != nil {
		return said, err
	}
	if err := tx.Append(ctx, r.ID, "declined", by.ID, line{"assignment": a.ID, "office": a.OfficeID, "reason": reason}.String()); err != nil {
		return said, err
	}
	if reason == flows.ReasonConflict {
		if err := tx.Conflict(ctx, r.ID, by); err != nil {
			return said, err
		}
	}
	if !elsewhere[reason] {
		return said, d.tell(ctx, tx, world, r, a, a.Step+1, gone{by.ID, goneDeclined})
	}
	a.Status, a.Reason = ripoti.AssignmentDeclined, string(reason)
	if err := tx.SaveAssignment(ctx, a); err != nil {
		return said, err
	}
	if err := d.tellMoved(ctx, tx, world, r, a, by); err != nil {
		return said, err
	}
	return said, tx.Owe(ctx, store.Duty{Kind: tasks.Route, Subject: r.ID, Queue: queueOf(r.Urgency), Due: d.Now()})
}

// elsewhere are the reasons for which the report leaves the office (domain brief 5 and 7.2: no
// vehicle asks the neighbour at once; who knows the people has a conflict of interest).
var elsewhere = map[flows.Reason]bool{
	flows.ReasonVehicle:  true,
	flows.ReasonArea:     true,
	flows.ReasonConflict: true,
}
