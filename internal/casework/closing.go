package casework

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Propose asks that a case be closed with an outcome; it is closed when enough others agree. One that
// closes no case and is worth knowing is kept with it. other is the report that goes on, for a duplicate. Errors with a sentence: closing.*, case.closed,
// report.unknown also for whoever is behind the wall.
func (d *Desk) Propose(ctx context.Context, code ripoti.Code, by ripoti.Contact, outcome ripoti.Outcome, reason string, other ripoti.Code) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := d.reportFor(ctx, tx, code, by)
		if err != nil {
			return err
		}
		_, err = d.proposeClosing(ctx, tx, r, by, outcome, reason, other)
		return err
	})
	if ripoti.KeyOf(err) == "closing.never_settled" { // somebody asked to close what was settled: that is the flag
		err = errors.Join(err, d.flagSettled(ctx, code, by, reason))
	}
	if err != nil {
		return fmt.Errorf("propose: %w", err)
	}
	d.Wake()
	return nil
}

// proposeClosing gives the kind of sentence to say back.
func (d *Desk) proposeClosing(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact, outcome ripoti.Outcome, reason string, other ripoti.Code) (say string, err error) {
	rule, ok := outcomeRule(outcome)
	if !ok {
		return "", ripoti.Invalid("closing.unknown", nil)
	}
	if r.Status == ripoti.StatusClosed {
		return "", ripoti.Conflict("case.closed", nil)
	}
	if err := d.mayPropose(ctx, tx, r, by, rule); err != nil {
		return "", err
	}
	s, otherID, err := d.stateOf(ctx, tx, r, by, reason, other)
	if err != nil {
		return "", err
	}
	if err := rule.refusal(s); err != nil {
		return "", err
	}
	if rule.Kept {
		return flows.SayKept, d.keepOutcome(ctx, tx, r, by, outcome, reason)
	}
	c := store.Closing{ID: store.NewID(), ReportID: r.ID, Outcome: outcome, Reason: reason, Other: otherID, ProposedBy: by.ID}
	if err := tx.Propose(ctx, c); err != nil {
		return "", err
	}
	if err := tx.Append(ctx, r.ID, "closing_proposed", by.ID, line{"closing": c.ID, "outcome": outcome}.String()); err != nil {
		return "", err
	}
	return flows.SayProposed, d.askToAgree(ctx, tx, r, c)
}

// keepOutcome keeps an outcome that closes no case: the coordinators see that the trail has ended.
func (d *Desk) keepOutcome(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact, outcome ripoti.Outcome, reason string) error {
	known, err := tx.Case(ctx, r.ID)
	if err != nil || known.Outcome == outcome {
		return err
	}
	if err := errors.Join(tx.NoteOutcome(ctx, r.ID, outcome), tx.AddNote(ctx, store.Note{ReportID: r.ID, By: by.ID, Kind: string(outcome), Note: reason}),
		tx.Append(ctx, r.ID, "outcome_kept", by.ID, line{"outcome": outcome}.String())); err != nil {
		return err
	}
	who, err := d.free(ctx, tx, r, d.Live.World().coordinators(r.Answers.Place.CountyID, d.Now()))
	if err != nil {
		return err
	}
	who = slices.DeleteFunc(who, func(c ripoti.Contact) bool { return c.Phone == by.Phone })
	return d.sayOfClosing(ctx, tx, r, store.Closing{Outcome: outcome, ProposedAt: d.Now()}, flows.SayKept, who)
}

// flagSettled raises the flag that a settlement is.
func (d *Desk) flagSettled(ctx context.Context, code ripoti.Code, by ripoti.Contact, note string) error {
	return d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := d.reportFor(ctx, tx, code, by)
		if err != nil {
			return err
		}
		return d.raiseFlag(ctx, tx, r, ripoti.FlagSettlement, by.ID, note)
	})
}

// stateOf is what the table asks of a case.
func (d *Desk) stateOf(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact, reason string, other ripoti.Code) (s state, otherID string, err error) {
	s = state{report: r, reason: reason != ""}
	if s.known, err = tx.Case(ctx, r.ID); err != nil {
		return s, "", err
	}
	if s.referral, err = d.AcceptedReferral(ctx, tx, r); err != nil {
		return s, "", err
	}
	for _, kind := range blocking {
		_, stands, err := tx.OpenFlag(ctx, r.ID, kind)
		if err != nil {
			return s, "", err
		}
		if stands {
			s.flags = append(s.flags, kind)
		}
	}
	if other == "" || other == r.Code {
		return s, "", nil
	}
	o, err := d.reportFor(ctx, tx, other, by)
	if ripoti.CodeOf(err) == ripoti.CodeNotFound {
		return s, "", nil
	}
	s.other = err == nil && o.Status != ripoti.StatusClosed
	return s, o.ID, err
}

// mayPropose: a coordinator or director, or somebody of the rule's roles whose office holds the case.
func (d *Desk) mayPropose(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact, rule OutcomeRule) error {
	world := d.Live.World()
	if d.covers(world, by, r) && supervises(world, by) {
		return nil
	}
	if rule.Closes && !slices.Contains(rule.Proposes, by.Role) {
		return ripoti.Forbidden("closing.who", nil)
	}
	office, _ := world.Office(by.OfficeID)
	if office.Kind == ripoti.ODPP && d.covers(world, by, r) {
		return nil
	}
	all, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(a store.Assignment) bool {
		return a.Status == ripoti.AssignmentAccepted && (a.OfficeID == by.OfficeID || a.AcceptedBy == by.ID)
	}) {
		return ripoti.Forbidden("case.not_yours", nil)
	}
	return nil
}

// covers says that a contact's office serves the county of a report.
func (d *Desk) covers(world *World, c ripoti.Contact, r ripoti.Report) bool {
	o, ok := world.Office(c.OfficeID)
	return ok && o.Active && c.Answerable() && (o.County == "" || o.County == r.Answers.Place.CountyID)
}

// agreeing are those who may agree to a closing: coordinators and directors of the county and of the
// network, for a child's case also the county children's coordinator; never the proposer or whoever
// holds the case, by any office of their number, and never somebody of the proposer's office.
func (d *Desk) agreeing(ctx context.Context, tx *store.Tx, r ripoti.Report, c store.Closing) (who []ripoti.Contact, err error) {
	world := d.Live.World()
	for _, id := range sortedKeys(world.contacts) {
		contact := world.contacts[id]
		if d.mayAgree(world, contact, r) {
			who = append(who, contact)
		}
	}
	if who, err = d.free(ctx, tx, r, who); err != nil {
		return nil, err
	}
	own, office, err := d.ownNumbers(ctx, tx, r, c)
	return slices.DeleteFunc(who, func(c ripoti.Contact) bool { return own[c.Phone] || c.OfficeID == office }), err
}

// mayAgree says whether a contact supervises a report.
func (d *Desk) mayAgree(world *World, c ripoti.Contact, r ripoti.Report) bool {
	if !d.covers(world, c, r) {
		return false
	}
	o, _ := world.Office(c.OfficeID)
	return supervises(world, c) || childCase(r) && o.Kind == ripoti.CountyChildren && c.Role == ripoti.RoleChildren
}

// ownNumbers are the numbers of who proposed a closing and who holds the case, and the proposer's office.
func (d *Desk) ownNumbers(ctx context.Context, tx *store.Tx, r ripoti.Report, c store.Closing) (own map[ripoti.Phone]bool, office string, err error) {
	world := d.Live.World()
	all, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return nil, "", err
	}
	own = map[ripoti.Phone]bool{}
	ids := []string{c.ProposedBy}
	for _, a := range all {
		if a.Status == ripoti.AssignmentAccepted {
			ids = append(ids, a.AcceptedBy)
		}
	}
	for _, id := range ids {
		if contact, ok := world.Contact(id); ok {
			own[contact.Phone] = true
		}
	}
	proposer, _ := world.Contact(c.ProposedBy)
	return own, proposer.OfficeID, nil
}

func (d *Desk) askToAgree(ctx context.Context, tx *store.Tx, r ripoti.Report, c store.Closing) error {
	who, err := d.agreeing(ctx, tx, r, c)
	if err != nil {
		return err
	}
	if len(who) == 0 {
		d.seen(Happening{What: "unreachable", Urgency: r.Urgency, Category: r.Category})
	}
	if err := d.sayOfClosing(ctx, tx, r, c, sayAsked, who); err != nil {
		return err
	}
	return d.oweAnswer(ctx, tx, c, closingAgain)
}

// decide ends a proposal, and the reminders of it.
func (d *Desk) decide(ctx context.Context, tx *store.Tx, c store.Closing, state string) error {
	return errors.Join(tx.Decide(ctx, c.ID, state), tx.Cancel(ctx, tasks.Closing, c.ID))
}

// Agree says yes to the closing that was proposed, or no. Enough who agree close the case in the same
// transaction; one who does not ends the proposal. Errors with a sentence as for Propose.
func (d *Desk) Agree(ctx context.Context, code ripoti.Code, by ripoti.Contact, agrees bool, reason string) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := d.reportFor(ctx, tx, code, by)
		if err != nil {
			return err
		}
		_, err = d.agree(ctx, tx, r, by, agrees, reason)
		return err
	})
	if err != nil {
		return fmt.Errorf("agree: %w", err)
	}
	d.Wake()
	return nil
}

// agree gives the kind of sentence to say back.
func (d *Desk) agree(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact, agrees bool, reason string) (say string, err error) {
	c, ok, err := tx.OpenClosing(ctx, r.ID)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", ripoti.NotFound("closing.none", nil)
	}
	own, office, err := d.ownNumbers(ctx, tx, r, c)
	switch {
	case err != nil:
		return "", err
	case own[by.Phone]:
		return "", ripoti.Forbidden("closing.own", nil)
	case by.OfficeID == office:
		return "", ripoti.Forbidden("closing.same_office", nil)
	case !d.mayAgree(d.Live.World(), by, r):
		return "", ripoti.Forbidden("closing.who", nil)
	}
	rule, _ := outcomeRule(c.Outcome)
	if agrees { // what the table asks must still be true
		s, _, err := d.stateOf(ctx, tx, r, by, c.Reason, "")
		if err != nil {
			return "", err
		}
		if s.other, err = goesOn(ctx, tx, c.Other); err != nil {
			return "", err
		}
		if err := rule.refusal(s); err != nil {
			return "", err
		}
	}
	n, err := tx.AnswerClosing(ctx, c.ID, by, agrees, reason)
	if err != nil {
		return "", err
	}
	if err := tx.Append(ctx, r.ID, "closing_answered", by.ID, line{"closing": c.ID, "agrees": agrees}.String()); err != nil {
		return "", err
	}
	switch {
	case !agrees:
		return sayNotClosed, d.notClosed(ctx, tx, r, c, by)
	case n < rule.Agree:
		return sayMore, nil
	}
	return sayClosed, d.close(ctx, tx, r, c, by)
}

// goesOn says that there is another report and that it is not closed: two that are each other's duplicate
// must not end each other.
func goesOn(ctx context.Context, tx *store.Tx, reportID string) (bool, error) {
	if reportID == "" {
		return false, nil
	}
	r, err := tx.Report(ctx, reportID)
	return r.Status != ripoti.StatusClosed, err
}

func (d *Desk) notClosed(ctx context.Context, tx *store.Tx, r ripoti.Report, c store.Closing, by ripoti.Contact) error {
	if err := d.decide(ctx, tx, c, store.ClosingRefused); err != nil {
		return err
	}
	proposer, ok := d.Live.World().Contact(c.ProposedBy)
	if !ok || !proposer.Answerable() || proposer.Phone == by.Phone {
		return nil
	}
	return d.post(ctx, tx, proposer, sayNotClosed, d.facts(d.Live.World(), r, store.Assignment{SendAt: d.Now()}, nil), about{report: r.ID}, tasks.Default, d.Now())
}

// close ends a case: every timer ends, everybody who holds it hears it once.
func (d *Desk) close(ctx context.Context, tx *store.Tx, r ripoti.Report, c store.Closing, by ripoti.Contact) error {
	keepers, err := d.keepers(ctx, tx, r)
	if err != nil {
		return err
	}
	if err := errors.Join(d.decide(ctx, tx, c, store.ClosingAgreed), tx.CloseReport(ctx, r.ID, c.Outcome)); err != nil {
		return err
	}
	if err := d.endTimers(ctx, tx, r); err != nil {
		return err
	}
	if err := tx.Append(ctx, r.ID, "closed", by.ID, line{"closing": c.ID, "outcome": c.Outcome}.String()); err != nil {
		return err
	}
	r.Status = ripoti.StatusClosed
	return d.tellClosed(ctx, tx, r, c, keepers, by)
}

// endTimers ends what is owed about a case, and the alerts that nobody has answered.
func (d *Desk) endTimers(ctx context.Context, tx *store.Tx, r ripoti.Report) error {
	all, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Status == ripoti.AssignmentOpen {
			if err := d.move(ctx, tx, r, a); err != nil {
				return err
			}
		}
	}
	for _, kind := range []string{tasks.Route, tasks.Tell} {
		if err := tx.Cancel(ctx, kind, r.ID); err != nil {
			return err
		}
	}
	return d.stopClocks(ctx, tx, r)
}

func (d *Desk) tellClosed(ctx context.Context, tx *store.Tx, r ripoti.Report, c store.Closing, keepers []keeper, by ripoti.Contact) error {
	if proposer, ok := d.Live.World().Contact(c.ProposedBy); ok && proposer.Answerable() {
		if !slices.ContainsFunc(keepers, func(k keeper) bool { return k.Phone == proposer.Phone }) {
			keepers = append(keepers, keeper{Contact: proposer})
		}
	}
	for _, k := range keepers {
		if k.Phone == by.Phone {
			continue
		}
		facts := d.facts(d.Live.World(), r, k.Assignment, nil)
		facts.Case.Outcome = c.Outcome
		if err := d.post(ctx, tx, k.Contact, sayClosed, facts, about{r.ID, k.Assignment.ID}, tasks.Default, d.Now()); err != nil {
			return err
		}
	}
	return nil
}

// Reopen opens a closed case again: a coordinator or director says why. Whoever held it goes on with
// it, and it is routed again for the rest.
func (d *Desk) Reopen(ctx context.Context, code ripoti.Code, by ripoti.Contact, reason string) error {
	if reason == "" {
		return ripoti.Invalid("closing.reason", nil)
	}
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := d.reportFor(ctx, tx, code, by)
		if err != nil {
			return err
		}
		if !supervises(d.Live.World(), by) || !d.covers(d.Live.World(), by, r) {
			return ripoti.Forbidden("closing.who", nil)
		}
		if r.Status != ripoti.StatusClosed {
			return ripoti.Conflict("case.open", nil)
		}
		return d.reopen(ctx, tx, r, by, reason)
	})
	if err != nil {
		return fmt.Errorf("reopen: %w", err)
	}
	d.Wake()
	return nil
}

func (d *Desk) reopen(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact, reason string) error {
	all, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return err
	}
	r.Status = ripoti.StatusRouted
	if slices.ContainsFunc(all, func(a store.Assignment) bool { return a.Side == ripoti.Safety && a.Status == ripoti.AssignmentAccepted }) {
		r.Status = ripoti.StatusAccepted
	}
	if err := tx.OpenReport(ctx, r.ID, r.Status); err != nil {
		return err
	}
	if err := tx.AddNote(ctx, store.Note{ReportID: r.ID, By: by.ID, Kind: "reopened", Note: reason}); err != nil {
		return err
	}
	if err := tx.Append(ctx, r.ID, "reopened", by.ID, "{}"); err != nil {
		return err
	}
	if err := d.resumeClocks(ctx, tx, r); err != nil {
		return err
	}
	keepers, err := d.keepers(ctx, tx, r)
	if err != nil {
		return err
	}
	for _, k := range keepers {
		facts := d.facts(d.Live.World(), r, k.Assignment, nil)
		if err := d.post(ctx, tx, k.Contact, sayReopened, facts, about{r.ID, k.Assignment.ID}, tasks.Default, d.Now()); err != nil {
			return err
		}
	}
	return tx.Owe(ctx, store.Duty{Kind: tasks.Route, Subject: r.ID, Queue: queueOf(r.Urgency), Due: d.Now()})
}

// answerClosing is a yes or no to the closing that the number was asked about.
func (t *talk) answerClosing(ctx context.Context, tx *store.Tx) (Said, error) {
	r, err := tx.Report(ctx, t.closing.ReportID)
	if err != nil {
		return Said{}, err
	}
	by := t.who.Contacts[0]
	for _, c := range t.who.Contacts {
		if t.mayAgree(t.Live.World(), c, r) {
			by = c
		}
	}
	said := Said{Result: "closing answered", Facts: t.facts(t.Live.World(), r, store.Assignment{SendAt: t.Now()}, nil), Report: r.ID, By: by}
	said.Facts.Case.Outcome = t.closing.Outcome
	if free, err := t.free(ctx, tx, r, []ripoti.Contact{by}); err != nil || len(free) == 0 {
		said.Result, said.Say, said.Report, said.Facts = "passive", sayUnknown, "", flows.Facts{Typed: string(t.closing.Code)}
		return said, err
	}
	said.Say, err = t.agree(ctx, tx, r, by, t.reply.Verb == flows.VerbAccept, t.reply.Note)
	if key := ripoti.KeyOf(err); key != "" { // refused before anything was written
		said.Result, said.Say, said.Facts.Case.Sentence = "refused", sayRefused, key
		return said, nil
	}
	return said, err
}

// proposes is a proposal to close a case, by text. Of a case that is not theirs people hear as of a number
// that nobody has.
func (t *talk) proposes(ctx context.Context, tx *store.Tx) (Said, error) {
	if t.reply.Code == "" {
		return t.passive(ctx, tx)
	}
	unknown := Said{Result: "passive", Passive: true, Say: sayUnknown, Facts: flows.Facts{Typed: t.reply.Typed}, By: t.contact()}
	rule, known := outcomeRule(t.reply.End)
	r, by, err := t.proposer(ctx, tx, rule)
	switch key := ripoti.KeyOf(err); {
	case key == "report.unknown" || key == "case.not_yours":
		return unknown, nil
	case key == "" && err != nil:
		return Said{}, err
	}
	said := Said{Result: "proposed", Facts: t.facts(t.Live.World(), r, store.Assignment{SendAt: t.Now()}, nil), Report: r.ID, By: by}
	said.Facts.Case.Outcome = t.reply.End
	if err == nil && !known {
		said.Result, said.Say = "asked", flows.SayCloseHow
		return said, nil
	}
	if err == nil {
		said.Say, err = t.proposeClosing(ctx, tx, r, by, t.reply.End, t.reply.Note, t.reply.Other)
	}
	switch key := ripoti.KeyOf(err); key {
	case "":
		return said, err
	case "closing.never_settled": // somebody asked to close what was settled: that is the flag
		said.Say, said.Facts.Case.SexualOrChild = saySettlement, neverSettled(r)
		return said, t.raiseFlag(ctx, tx, r, ripoti.FlagSettlement, by.ID, t.reply.Note)
	default:
		said.Result, said.Say, said.Facts.Case.Sentence = "refused", sayRefused, key
		return said, nil
	}
}

// proposer is as whom the number proposes: the first of its contacts that may, else the first.
func (t *talk) proposer(ctx context.Context, tx *store.Tx, rule OutcomeRule) (r ripoti.Report, by ripoti.Contact, err error) {
	var first error
	for _, c := range t.who.Contacts {
		if r, err = t.reportFor(ctx, tx, t.reply.Code, c); err != nil {
			return r, c, err
		}
		if err = t.mayPropose(ctx, tx, r, c, rule); err == nil || ripoti.KeyOf(err) == "" {
			return r, c, err
		}
		first = cmp.Or(first, err)
	}
	return r, t.who.Contacts[0], first
}
