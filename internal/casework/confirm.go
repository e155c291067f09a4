package casework

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// ReadBy is a person who has read what was texted, and says what it is. Empty fields stand as the
// machine read them.
type ReadBy struct {
	Code    ripoti.Code
	Contact string // id
	// Category corrects the harm; Second, which counts only with it, the harm told of besides.
	Category ripoti.Category
	Second   ripoti.Category
	// Urgency is set as it is given, lower as well as higher.
	Urgency ripoti.Urgency
}

// ruled is the rule of an urgency that a person has set.
const ruled = "person"

// Confirm notes that a person has read a report that a machine had read, and what he or she corrects
// (domain brief 2, s.35). Another category routes the report again. From then on what a machine reads
// raises the urgency only above the person's, and leaves the category alone. Nothing here takes a wall
// down: police whom a person no longer accuses stay walled off.
//
// It is not_found for a contact who does not have the report or is walled off from it, invalid for a
// code that is none, a conflict where no machine has read anything. The same again changes nothing.
func (d *Desk) Confirm(ctx context.Context, by ReadBy) error {
	if err := by.check(); err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	seen, err := d.Store.ReportByCode(ctx, by.Code)
	if err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	confirmed := false
	err = d.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		confirmed, err = d.confirmIn(ctx, tx, seen.ID, by)
		return err
	})
	if err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	if confirmed {
		d.seen(Happening{What: "confirmed", Category: seen.Category, Urgency: seen.Urgency, Channel: seen.Channel})
	}
	d.Wake()
	return nil
}

// confirmIn is Confirm within the caller's transaction.
func (d *Desk) confirmIn(ctx context.Context, tx *store.Tx, reportID string, by ReadBy) (bool, error) {
	r, err := tx.Report(ctx, reportID)
	if err != nil {
		return false, err
	}
	may, err := d.mayRead(ctx, tx, r, by.Contact)
	if err != nil {
		return false, err
	}
	if !may {
		return false, ripoti.NotFound("report.unknown", nil)
	}
	p, err := tx.Proposal(ctx, r.ID)
	if err != nil {
		return false, err
	}
	if !p.Read() {
		return false, ripoti.Conflict("confirm.nothing", nil)
	}
	return d.confirm(ctx, tx, r, p, by)
}

func (by ReadBy) check() error {
	for _, c := range []ripoti.Category{by.Category, by.Second} {
		if c != "" && !slices.Contains(ripoti.Categories, c) {
			return ripoti.Invalid("confirm.category", fmt.Errorf("%q is no category; there are %v", c, ripoti.Categories))
		}
	}
	if by.Urgency != "" && by.Urgency.Rank() < 0 {
		return ripoti.Invalid("confirm.urgency", fmt.Errorf("%q is no urgency; there are %v", by.Urgency, ripoti.Urgencies))
	}
	return nil
}

// mayRead says whether a contact has the report: an office of care or safety that has it, somebody who
// was alerted of it, or a coordinator of its county or of all. Nobody does whose number answers for an
// office behind its wall.
func (d *Desk) mayRead(ctx context.Context, tx *store.Tx, r ripoti.Report, contact string) (bool, error) {
	world := d.Live.World()
	c, ok := world.Contact(contact)
	if !ok || !c.Active || c.VerifiedAt.IsZero() {
		return false, nil
	}
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil {
		return false, err
	}
	if world.behind(c, wall) {
		return false, nil
	}
	office, _ := world.Office(c.OfficeID)
	if office.Kind == ripoti.Coordination && (office.County == "" || office.County == r.Answers.Place.CountyID) {
		return true, nil
	}
	assignments, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return false, err
	}
	for _, a := range assignments {
		if a.Side == ripoti.Told || a.Status == ripoti.AssignmentMoved || a.Status == ripoti.AssignmentDeclined {
			continue
		}
		told, err := tx.Told(ctx, a.ID)
		if err != nil {
			return false, err
		}
		if _, alerted := told[c.ID]; alerted || a.OfficeID == c.OfficeID {
			return true, nil
		}
	}
	return false, nil
}

// confirm writes what a person makes of a report. It says false where that was known.
func (d *Desk) confirm(ctx context.Context, tx *store.Tx, before ripoti.Report, p store.Proposal, by ReadBy) (bool, error) {
	r, ruling := before, p.Ruling
	if by.Category != "" {
		recategorize(&r, by)
		ruling.Category = by.Category
		reading := d.Live.World().Rules.Weigh(routing.Case{Answers: r.Answers, Category: r.Category, Second: r.Second, Stage: r.Stage, Signs: signsOf(p)}, 0)
		if ruling.Raises(reading.Urgency) && reading.Urgency.Rank() > r.Urgency.Rank() {
			r.Urgency, r.Rule = reading.Urgency, reading.Rule
		}
	}
	if by.Urgency != "" {
		if by.Urgency != ruling.Urgency {
			ruling.Urgency, ruling.Over = by.Urgency, highest(before.Urgency, r.Urgency, p.Urgency, ruling.Over)
		}
		if by.Urgency != r.Urgency {
			r.Urgency, r.Rule = by.Urgency, ruled
		}
	}
	r.Walled = r.Walled || r.Answers.PoliceAccused() || r.Category == ripoti.PoliceAbuse
	if p.Confirmed() && r == before && ruling == p.Ruling {
		return false, nil
	}
	if accusesPolice(before) && !accusesPolice(r) && !slices.ContainsFunc(p.Accused, ripoti.OfficeKind.Police) {
		p.Accused = append(p.Accused, ripoti.Station) // the wall stays
	}
	p.Ruling, p.ConfirmedBy, p.ConfirmedAt, p.RemindAt, p.Reminded = ruling, by.Contact, d.Now(), time.Time{}, 0
	if err := tx.SaveProposal(ctx, r.ID, p); err != nil {
		return false, err
	}
	if err := tx.Cancel(ctx, tasks.Unread, r.ID); err != nil {
		return false, err
	}
	said := line{"category": r.Category, "second": r.Second, "urgency": r.Urgency, "rule": r.Rule,
		"category_was": before.Category, "second_was": before.Second, "urgency_was": before.Urgency, "rule_was": before.Rule}
	if err := tx.Append(ctx, r.ID, "confirmed", by.Contact, said.String()); err != nil {
		return false, err
	}
	return true, d.carryCorrection(ctx, tx, before, r)
}

// carryCorrection saves a report that a person has corrected, and lets those hear of it who must.
func (d *Desk) carryCorrection(ctx context.Context, tx *store.Tx, before, r ripoti.Report) error {
	if r == before {
		return nil
	}
	if err := tx.SaveReport(ctx, r); err != nil {
		return err
	}
	if err := d.oweUpdate(ctx, tx, before, r); err != nil {
		return err
	}
	if r.RoutedAt.IsZero() || !changesRoute(before, r) && before.Second == r.Second {
		return nil // one that waits for its first routing is routed as it stands then
	}
	if err := tx.Cancel(ctx, tasks.Route, r.ID); err != nil {
		return err
	}
	return tx.Owe(ctx, store.Duty{Kind: tasks.Route, Subject: r.ID, Queue: queueOf(r.Urgency), Due: d.Now()})
}

// recategorize gives a report the harm that a person read. What was read for the harm before goes
// with it.
func recategorize(r *ripoti.Report, by ReadBy) {
	if by.Category != r.Category {
		r.Category = by.Category
		r.Answers.What, r.Answers.Detail = whatOf[by.Category], ""
	}
	if by.Second != "" {
		r.Second = by.Second
	}
	if r.Second == r.Category {
		r.Second = ""
	}
}

// whatOf is the line of the menu under which a harm stands (domain brief 4.1).
var whatOf = map[ripoti.Category]ripoti.What{
	ripoti.SVAC: ripoti.WhatSexual, ripoti.SVAdult: ripoti.WhatSexual, ripoti.ChildAbuse: ripoti.WhatChild,
	ripoti.ChildMarriage: ripoti.WhatHarmful, ripoti.FGM: ripoti.WhatHarmful, ripoti.DV: ripoti.WhatHome,
	ripoti.CSEC: ripoti.WhatSold, ripoti.Trafficking: ripoti.WhatSold, ripoti.PoliceAbuse: ripoti.WhatPolice,
	ripoti.OtherCrime: ripoti.WhatCrime, ripoti.Unclear: ripoti.WhatUnsure,
}

func accusesPolice(r ripoti.Report) bool {
	return r.Answers.PoliceAccused() || r.Category == ripoti.PoliceAbuse
}

func highest(levels ...ripoti.Urgency) ripoti.Urgency {
	return slices.MaxFunc(levels, func(a, b ripoti.Urgency) int { return cmp.Compare(a.Rank(), b.Rank()) })
}

// mostReminders are the care side's contact and then the coordinators.
const mostReminders = 2

// readBy is when a person should have read what came at a time: within what the rules promise; what
// can wait and came or ends in the night, by eight in the morning.
func (d *Desk) readBy(at time.Time, u ripoti.Urgency) time.Time {
	due := at.Add(d.Live.World().Rules.Level(u).ReadWithin)
	if u.Rank() >= ripoti.High.Rank() {
		return due
	}
	if u == ripoti.Medium && atNight(at) {
		return latest(due, morning(at))
	}
	if atNight(due) {
		return morning(due)
	}
	return due
}

func atNight(t time.Time) bool {
	hour := t.In(routing.Nairobi).Hour()
	return hour >= nightFrom || hour < nightTo
}

// morning is the next hour of reading after a time in the night.
func morning(t time.Time) time.Time {
	t = t.In(routing.Nairobi)
	day := t.Day()
	if t.Hour() >= nightFrom {
		day++
	}
	return time.Date(t.Year(), t.Month(), day, readHour, 0, 0, 0, routing.Nairobi)
}

// unreadNow opens a proposal for a person to read, and owes the reminder. Words that wait already keep
// their time, or are read sooner as the urgency rises.
func (d *Desk) unreadNow(ctx context.Context, tx *store.Tx, r ripoti.Report, p store.Proposal) error {
	if p.Confirmed() || p.UnreadSince.IsZero() {
		p.ConfirmedBy, p.ConfirmedAt = "", time.Time{}
		p.UnreadSince, p.RemindAt, p.Reminded = d.Now(), time.Time{}, 0
	}
	return d.remindBy(ctx, tx, r, p, d.readBy(d.Now(), r.Urgency))
}

// sooner moves the reminder of a report whose urgency rose without any new words.
func (d *Desk) sooner(ctx context.Context, tx *store.Tx, r ripoti.Report) error {
	p, err := tx.Proposal(ctx, r.ID)
	if err != nil || !p.Read() || p.Confirmed() {
		return err
	}
	return d.remindBy(ctx, tx, r, p, d.readBy(d.Now(), r.Urgency))
}

// remindBy saves a proposal whose next reminder leaves at a time at the latest.
func (d *Desk) remindBy(ctx context.Context, tx *store.Tx, r ripoti.Report, p store.Proposal, at time.Time) error {
	if p.Reminded >= mostReminders || !p.RemindAt.IsZero() && !at.Before(p.RemindAt) {
		return tx.SaveProposal(ctx, r.ID, p)
	}
	p.RemindAt = at
	if err := tx.SaveProposal(ctx, r.ID, p); err != nil {
		return err
	}
	if err := tx.Cancel(ctx, tasks.Unread, r.ID); err != nil {
		return err
	}
	return tx.Owe(ctx, store.Duty{Kind: tasks.Unread, Subject: r.ID, Queue: queueOf(r.Urgency), Due: at})
}

// Unread reminds of a text that nobody has read in time: first the care side's contact, then the
// coordinators, once each.
func (d *Desk) Unread(ctx context.Context, p tasks.Payload) error {
	reminded := false
	var r ripoti.Report
	err := d.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		if r, err = tx.Report(ctx, p.Subject); err != nil { // held before the duty, as by everybody who cancels one
			return err
		}
		if mine, err := tx.Done(ctx, p.Duty); err != nil || !mine {
			return err
		}
		proposal, err := tx.Proposal(ctx, r.ID)
		if err != nil || proposal.Confirmed() || proposal.Reminded >= mostReminders || r.Status == ripoti.StatusClosed {
			return err
		}
		reminded = true
		return d.remind(ctx, tx, r, proposal)
	})
	if err != nil {
		return fmt.Errorf("unread: %w", err)
	}
	if reminded {
		d.seen(Happening{What: "unread", Category: r.Category, Urgency: r.Urgency, Channel: r.Channel})
	}
	d.Wake()
	return nil
}

// remind tells the next who should know that a text is unread. Where care has nobody to tell, the
// coordinators are told at once.
func (d *Desk) remind(ctx context.Context, tx *store.Tx, r ripoti.Report, p store.Proposal) error {
	say, to, err := flows.SayTextLate, []ripoti.Contact(nil), error(nil)
	if p.Reminded == 0 {
		if to, err = d.careContact(ctx, tx, r); err != nil {
			return err
		}
	}
	p.Reminded++
	if len(to) == 0 {
		say, to, p.Reminded = flows.SayTextLateCoordinator, d.Live.World().coordinators(r.Answers.Place.CountyID, d.Now()), mostReminders
	}
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil {
		return err
	}
	ids := []string{}
	for _, c := range to {
		if d.Live.World().behind(c, wall) {
			continue
		}
		ids = append(ids, c.ID)
		facts := flows.Facts{Code: r.Code, Elapsed: d.Now().Sub(p.UnreadSince)}
		if err := d.post(ctx, tx, c, say, facts, about{report: r.ID}, queueOf(r.Urgency), d.Now()); err != nil {
			return err
		}
	}
	if err := tx.Append(ctx, r.ID, "unread", "system", line{"reminder": p.Reminded, "say": say, "contacts": ids}.String()); err != nil {
		return err
	}
	if p.RemindAt = (time.Time{}); p.Reminded == mostReminders {
		return tx.SaveProposal(ctx, r.ID, p)
	}
	return d.remindBy(ctx, tx, r, p, d.readBy(d.Now(), r.Urgency))
}

// careContact is who of care should have read it: who accepted, or else who was told last; none where
// nobody of them can be told now.
func (d *Desk) careContact(ctx context.Context, tx *store.Tx, r ripoti.Report) ([]ripoti.Contact, error) {
	assignments, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	world := d.Live.World()
	for _, a := range assignments {
		if a.Side != ripoti.Care || a.Status != ripoti.AssignmentOpen && a.Status != ripoti.AssignmentAccepted {
			continue
		}
		told, err := tx.Told(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		ids := slices.SortedFunc(maps.Keys(told), func(x, y string) int {
			return cmp.Or(told[y].Compare(told[x]), cmp.Compare(x, y))
		})
		if a.AcceptedBy != "" {
			ids = append([]string{a.AcceptedBy}, ids...)
		}
		for _, id := range ids {
			if c, ok := world.Contact(id); ok && c.Answerable() && !world.behind(c, wall) {
				return []ripoti.Contact{c}, nil
			}
		}
	}
	return nil, nil
}
