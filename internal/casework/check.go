package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// follow lets the clocks of a report run. They begin when it is routed, whether or not anybody accepts
// it: a case nobody took is the one that must be asked after. An acceptance begins them where they do
// not run yet, and the time in which whoever accepted must tell something. What runs is left alone.
func (d *Desk) follow(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment) error {
	if r.Status == ripoti.StatusClosed {
		return nil
	}
	running, err := tx.Checks(ctx, r.ID)
	if err != nil {
		return err
	}
	begun := func(k ripoti.CheckKind) bool {
		return slices.ContainsFunc(running, func(c store.Check) bool { return c.Kind == k })
	}
	var fresh []store.Check
	for _, kind := range followUps {
		if !begun(kind) {
			fresh = append(fresh, d.firstRound(r, kind, r.RoutedAt.Add(timetable[kind].rounds[0]))...)
		}
	}
	if within72(r) && !begun(ripoti.CheckClock72) {
		fresh = append(fresh, d.firstRound(r, ripoti.CheckClock72, pepEnds(r))...)
	}
	if r.Answers.Suspect == ripoti.SuspectFled && !begun(ripoti.CheckFled) { // told with the report
		fresh = append(fresh, d.firstRound(r, ripoti.CheckFled, r.RoutedAt.Add(timetable[ripoti.CheckFled].rounds[0]))...)
	}
	duties := make([]store.Duty, len(fresh))
	for i, c := range fresh {
		duties[i] = checkDuty(r, c)
	}
	if len(fresh) > 0 { // two statements, whatever is to be asked: it is on the way of the first alert
		if err := errors.Join(tx.AwaitFirst(ctx, fresh...), tx.Owe(ctx, duties...)); err != nil {
			return err
		}
	}
	return d.lease(ctx, tx, r, a)
}

// firstRound is a kind of check for each side that is asked.
func (d *Desk) firstRound(r ripoti.Report, kind ripoti.CheckKind, due time.Time) (out []store.Check) {
	entry := timetable[kind]
	for _, side := range entry.asks {
		c := store.Check{ID: store.NewID(), ReportID: r.ID, Kind: kind, Side: side, Round: 1, DueAt: due, State: store.CheckOpen}
		first := 0
		for entry.mayPass(c, first, d.Now()) { // said too late to be asked that early
			first++
		}
		c.NextAt = entry.stepAt(c, first)
		if rested := d.Now().Add(entry.rest); c.NextAt.Before(rested) && !entry.mayPass(c, first, rested) {
			c.NextAt = rested
		}
		out = append(out, c)
	}
	return out
}

// begin lets a kind of check wait, unless the report has it already.
func (d *Desk) begin(ctx context.Context, tx *store.Tx, r ripoti.Report, kind ripoti.CheckKind, due time.Time) error {
	for _, c := range d.firstRound(r, kind, due) {
		if err := d.await(ctx, tx, r, c); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) await(ctx context.Context, tx *store.Tx, r ripoti.Report, c store.Check) error {
	c, fresh, err := tx.Await(ctx, c)
	if err != nil || !fresh {
		return err
	}
	return tx.OweOnce(ctx, checkDuty(r, c))
}

// checkDuty is the next step of a check: there is never more than one.
func checkDuty(r ripoti.Report, c store.Check) store.Duty {
	queue := tasks.Default
	if c.Kind == ripoti.CheckClock72 {
		queue = queueOf(r.Urgency)
	}
	return store.Duty{ID: "check:" + c.ID, Kind: tasks.Check, Subject: c.ID, Queue: queue, Due: c.NextAt}
}

// clocks lets the clocks of a case follow a move that was just recorded: what was asked is answered, the
// hospital ends the 72-hour clock, an arrest the prompts about a suspect who fled, and a hearing has a
// question of its own.
func (d *Desk) clocks(ctx context.Context, tx *store.Tx, r ripoti.Report, p ripoti.Progress, move ripoti.Move) error {
	checks, err := tx.Checks(ctx, r.ID)
	if err != nil {
		return err
	}
	for _, c := range checks {
		answer, told := answers(c, p, move)
		if !c.Waits() || !told {
			continue
		}
		if err := d.answered(ctx, tx, r, c, answer, "system"); err != nil {
			return err
		}
	}
	switch move {
	case ripoti.MoveFled:
		if slices.ContainsFunc(checks, func(c store.Check) bool { return c.Kind == ripoti.CheckFled && c.State == store.CheckOpen }) {
			return nil // it runs already
		}
		return d.begin(ctx, tx, r, ripoti.CheckFled, d.Now().Add(timetable[ripoti.CheckFled].rounds[0]))
	case ripoti.MoveArrested:
		return d.cancelChecks(ctx, tx, r, checks, func(c store.Check) bool { return c.Kind == ripoti.CheckFled })
	case ripoti.MoveCharged:
		return d.hearing(ctx, tx, r, checks, p.Hearing)
	}
	return nil
}

// answers says whether a move answers a check: one that was asked, or, not asked yet, one whose answer the
// case tells by now. What care is asked only care can answer, but for the hospital and a new day in
// court.
func answers(c store.Check, p ripoti.Progress, move ripoti.Move) (ripoti.CheckAnswer, bool) {
	entry := timetable[c.Kind]
	answer, fits := entry.moves[move]
	if c.Side == ripoti.Care && c.Kind != ripoti.CheckClock72 && c.Kind != ripoti.CheckHearing {
		return "", false
	}
	if fits && (c.State == store.CheckAsked || c.Kind == ripoti.CheckClock72) {
		return answer, true
	}
	return ripoti.CheckAnswerDone, c.State == store.CheckOpen && entry.known != nil && entry.known(p)
}

// hearing begins the clock of the next day in court, "2027-03-12", and ends that of any other day.
func (d *Desk) hearing(ctx context.Context, tx *store.Tx, r ripoti.Report, checks []store.Check, day string) error {
	if day == "" {
		return nil
	}
	date, err := time.ParseInLocation(time.DateOnly, day, routing.Nairobi)
	if err != nil {
		return fmt.Errorf("day of the hearing: %w", err)
	}
	due := date.Add(hearingHour * time.Hour)
	another := func(c store.Check) bool { return c.Kind == ripoti.CheckHearing && !c.DueAt.Equal(due) }
	if err := d.cancelChecks(ctx, tx, r, checks, another); err != nil {
		return err
	}
	return d.begin(ctx, tx, r, ripoti.CheckHearing, due)
}

// cancelChecks ends checks that nobody need answer any more.
func (d *Desk) cancelChecks(ctx context.Context, tx *store.Tx, r ripoti.Report, checks []store.Check, which func(store.Check) bool) error {
	for _, c := range checks {
		if !c.Waits() || !which(c) {
			continue
		}
		now, err := tx.Check(ctx, c.ID)
		if err != nil {
			return err
		}
		if !now.Waits() { // answered in this same transaction
			continue
		}
		now.State, now.NextAt = store.CheckCancelled, time.Time{}
		if err := errors.Join(tx.SaveCheck(ctx, now), tx.Cancel(ctx, tasks.Check, now.ID)); err != nil {
			return err
		}
	}
	return nil
}

// stopClocks ends everything that is asked by the clock: the report is closed. Hold it first.
func (d *Desk) stopClocks(ctx context.Context, tx *store.Tx, r ripoti.Report) error {
	checks, err := tx.Checks(ctx, r.ID)
	if err != nil {
		return err
	}
	if err := d.cancelChecks(ctx, tx, r, checks, func(store.Check) bool { return true }); err != nil {
		return err
	}
	assignments, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return err
	}
	for _, a := range assignments {
		if err := errors.Join(tx.Cancel(ctx, tasks.Lease, a.ID), tx.Cancel(ctx, tasks.Return, a.ID)); err != nil {
			return err
		}
	}
	return nil
}

// resumeClocks asks again after a report that was closed and is open again: in a week, then every 30
// days. Hold the report first.
func (d *Desk) resumeClocks(ctx context.Context, tx *store.Tx, r ripoti.Report) error {
	if err := d.begin(ctx, tx, r, ripoti.CheckDay7, d.Now().Add(timetable[ripoti.CheckDay7].rounds[0])); err != nil {
		return err
	}
	return d.begin(ctx, tx, r, ripoti.CheckDay30, d.Now().Add(timetable[ripoti.CheckDay30].rounds[0]))
}

// Check does what is due about a check: it is asked, asked again, or its silence is told.
func (d *Desk) Check(ctx context.Context, p tasks.Payload) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		c, err := tx.Check(ctx, p.Subject)
		if ripoti.CodeOf(err) == ripoti.CodeNotFound { // the case was deleted
			_, err = tx.Done(ctx, p.Duty)
		}
		if err != nil || c.ID == "" {
			return err
		}
		r, err := tx.Report(ctx, c.ReportID) // held before the duty, as by everybody who cancels one
		if err != nil {
			return err
		}
		due, mine, err := tx.DoneAt(ctx, p.Duty)
		if err != nil || !mine {
			return err
		}
		if c, err = tx.Check(ctx, c.ID); err != nil { // as it stands now that the report is held
			return err
		}
		switch {
		case !c.Waits() || c.NextAt.IsZero():
			return nil
		case r.Status == ripoti.StatusClosed:
			return d.cancelChecks(ctx, tx, r, []store.Check{c}, func(store.Check) bool { return true })
		case d.Now().Before(latest(due, c.NextAt)): // handed over by a clock that goes ahead of ours
			return tx.OweOnce(ctx, checkDuty(r, c))
		}
		return d.step(ctx, tx, d.Live.World(), r, c)
	})
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	d.Wake()
	return nil
}

// step asks a check, or tells that it was not answered. Where nothing ran for a while it asks once, and
// nobody is blamed for a question that was never put.
func (d *Desk) step(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, c store.Check) error {
	entry, n := timetable[c.Kind], c.Asked
	for entry.mayPass(c, n, d.Now()) {
		n++
	}
	ended := n < len(entry.askings) && entry.silent.after == 0 && !d.Now().Before(entry.stepAt(c, len(entry.askings)))
	if n >= len(entry.askings) || ended {
		return d.unanswered(ctx, tx, world, r, c)
	}
	if c.Asked == 0 && c.Tries == 0 {
		if err := d.comeBack(ctx, tx, r, c); err != nil {
			return err
		}
	}
	asked, given, err := d.askable(ctx, tx, world, r, c.Side)
	if err != nil {
		return err
	}
	if !given { // nobody was ever to act for that side
		return d.cancelChecks(ctx, tx, r, []store.Check{c}, func(store.Check) bool { return true })
	}
	if !entry.everybody && len(asked) > 1 {
		asked = asked[:1]
	}
	var told []string
	for _, h := range asked {
		told = append(told, h.contact.ID)
		facts := d.checkFacts(world, r, h.assignment, c)
		say := entry.askings[n].say(c.Kind, c.Side)
		if err := d.post(ctx, tx, h.contact, say, facts, about{r.ID, h.assignment.ID}, queueOf(r.Urgency), d.Now()); err != nil {
			return err
		}
	}
	c.State, c.Asked, c.AskedAt = store.CheckAsked, n+1, d.Now()
	c.NextAt = entry.stepAt(c, c.Asked)
	if err := errors.Join(tx.SaveCheck(ctx, c), tx.OweOnce(ctx, checkDuty(r, c))); err != nil {
		return err
	}
	if len(told) == 0 {
		if err := d.overdue(ctx, tx, r, c, nobodyHolds); err != nil {
			return err
		}
	}
	return tx.Append(ctx, r.ID, "check_asked", "system", line{"check": c.Kind, "side": c.Side, "round": c.Round, "asked": c.Asked, "contacts": told}.String())
}

// comeBack writes the next round of a check whose turn is now. The round before, should it wait still, is
// replaced: its silence was told.
func (d *Desk) comeBack(ctx context.Context, tx *store.Tx, r ripoti.Report, c store.Check) error {
	checks, err := tx.Checks(ctx, r.ID)
	if err != nil {
		return err
	}
	before := func(o store.Check) bool { return o.Kind == c.Kind && o.Side == c.Side && o.DueAt.Before(c.DueAt) }
	if err := d.cancelChecks(ctx, tx, r, checks, before); err != nil {
		return err
	}
	next := timetable[c.Kind].next(c)
	if next.IsZero() {
		return nil
	}
	again := store.Check{ID: store.NewID(), ReportID: r.ID, Kind: c.Kind, Side: c.Side, Round: c.Round + 1, DueAt: next}
	again.NextAt = timetable[c.Kind].stepAt(again, 0)
	return d.await(ctx, tx, r, again)
}

// unanswered tells that a check was asked and not answered, or why nobody could. It can still be answered.
func (d *Desk) unanswered(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, c store.Check) error {
	if c.Asked == 0 { // nothing ran while its time was
		c.State = store.CheckAsked
	}
	c.NextAt = time.Time{}
	if err := tx.SaveCheck(ctx, c); err != nil {
		return err
	}
	why := "not answered"
	asked, _, err := d.askable(ctx, tx, world, r, c.Side)
	if err != nil {
		return err
	}
	if len(asked) == 0 {
		why = nobodyHolds
	}
	return d.overdue(ctx, tx, r, c, why)
}

// nobodyHolds is why a question was put to nobody.
const nobodyHolds = "nobody holds the case"

// overdue lets the coordinator hear of a check (domain brief 5): an event, and a flag. Every question would
// find the same empty place: that nobody holds a case is told once, and stands on the coordinators' list,
// until somebody takes it; empty a second time it is told again.
func (d *Desk) overdue(ctx context.Context, tx *store.Tx, r ripoti.Report, c store.Check, why string) error {
	known := false
	if why == nobodyHolds {
		side := `"side":"` + string(c.Side) + `"`
		told, err := tx.LastEventWith(ctx, r.ID, "check_overdue", side+`,"why":"`+nobodyHolds+`"`)
		if err != nil {
			return err
		}
		taken, err := tx.LastEventWith(ctx, r.ID, "accepted", side)
		if err != nil {
			return err
		}
		known = told.After(taken)
	}
	if err := tx.Append(ctx, r.ID, "check_overdue", "system", line{"check": c.Kind, "side": c.Side, "round": c.Round, "why": why}.String()); err != nil || known {
		return err
	}
	return d.raiseFlag(ctx, tx, r, ripoti.FlagOverdue, "system", string(c.Kind)+", "+string(c.Side)+": "+why)
}

// answered ends a check with an answer. One that was answered before it was asked comes back all the same.
func (d *Desk) answered(ctx context.Context, tx *store.Tx, r ripoti.Report, c store.Check, answer ripoti.CheckAnswer, by string) error {
	if c.Asked == 0 && c.Tries == 0 {
		if err := d.comeBack(ctx, tx, r, c); err != nil {
			return err
		}
	}
	c.State, c.Answer, c.AnsweredAt, c.NextAt = store.CheckAnswered, answer, d.Now(), time.Time{}
	if by != "system" {
		c.By = by
	}
	if err := errors.Join(tx.SaveCheck(ctx, c), tx.Cancel(ctx, tasks.Check, c.ID)); err != nil {
		return err
	}
	return tx.Append(ctx, r.ID, "check_answered", by, line{"check": c.Kind, "side": c.Side, "round": c.Round, "answer": answer}.String())
}

// AnswerCheck is a social worker's answer to what is asked by the clock (61 to 64, T6). It answers
// everything the care side was asked of the case. A try that reached nobody counts, but only a real
// contact answers: the question comes back the next day. It gives what to say back.
func (d *Desk) AnswerCheck(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, by ripoti.Contact, answer ripoti.CheckAnswer) (Said, error) {
	said := Said{Result: "checked", Say: noted[answer], Facts: d.facts(d.Live.World(), r, a, nil), Report: r.ID, Assignment: a.ID, By: by}
	if said.Say == "" || a.Side != ripoti.Care || a.Status != ripoti.AssignmentAccepted || a.AcceptedBy != by.ID && a.OfficeID != by.OfficeID || r.Status == ripoti.StatusClosed {
		said.Result, said.Say, said.Passive = "passive", sayState, true
		said.Facts.Mine = a.AcceptedBy == by.ID
		return said, nil
	}
	checks, err := tx.Checks(ctx, r.ID)
	if err != nil {
		return said, err
	}
	move, settle := ripoti.MoveReached, d.answered
	if answer == ripoti.CheckUnreached || answer == ripoti.CheckNotSafe {
		move, settle = ripoti.MoveUnreached, d.inVain
	}
	for _, c := range d.careAsked(checks) {
		if err := settle(ctx, tx, r, c, answer, by.ID); err != nil {
			return said, err
		}
	}
	if err := tx.NoteContact(ctx, r.ID, answer, by.ID); err != nil {
		return said, err
	}
	if err := d.record(ctx, tx, r, a, by, move, Told{}); err != nil {
		return said, err
	}
	if answer == ripoti.CheckUnsafe {
		return said, d.raiseFlag(ctx, tx, r, ripoti.FlagUnsafe, by.ID, "")
	}
	return said, nil
}

// careAsked are the checks that an answer of care is about: all that were asked, or, where none was, the
// one that is about to be.
func (d *Desk) careAsked(checks []store.Check) (asked []store.Check) {
	var soon []store.Check
	for _, c := range checks {
		switch {
		case c.Side != ripoti.Care || c.Kind == ripoti.CheckClock72:
		case c.State == store.CheckAsked:
			asked = append(asked, c)
		case c.State == store.CheckOpen && c.NextAt.Sub(d.Now()) <= aboutToBe:
			soon = append(soon, c)
		}
	}
	if len(asked) == 0 {
		return soon
	}
	return asked
}

var noted = map[ripoti.CheckAnswer]string{ripoti.CheckSafe: flows.SayCheckedSafe, ripoti.CheckUnsafe: flows.SayCheckedUnsafe,
	ripoti.CheckUnreached: flows.SayCheckedUnreached, ripoti.CheckNotSafe: flows.SayCheckedNotSafe}

// inVain notes a try that reached nobody: the check comes back the next day, and after some tries the
// coordinator hears of it.
func (d *Desk) inVain(ctx context.Context, tx *store.Tx, r ripoti.Report, c store.Check, answer ripoti.CheckAnswer, by string) error {
	c.Tries, c.Answer, c.By, c.AnsweredAt = c.Tries+1, answer, by, d.Now()
	c.Asked, c.NextAt = 0, byDay(d.Now().Add(askAgain))
	if c.Tries >= mostTries {
		c.Asked, c.NextAt = len(timetable[c.Kind].askings), time.Time{}
	}
	if err := errors.Join(tx.SaveCheck(ctx, c), tx.Cancel(ctx, tasks.Check, c.ID)); err != nil {
		return err
	}
	if err := tx.Append(ctx, r.ID, "check_tried", by, line{"check": c.Kind, "round": c.Round, "answer": answer, "tries": c.Tries}.String()); err != nil {
		return err
	}
	if c.NextAt.IsZero() {
		return d.overdue(ctx, tx, r, c, "not reached")
	}
	return tx.OweOnce(ctx, checkDuty(r, c))
}

// answerer is somebody who answers for a case, and by which assignment.
type answerer struct {
	contact    ripoti.Contact
	assignment store.Assignment
}

// askable are who is asked for a side of a case: those who accepted it, social workers first, for they own
// the contact with the reporter; where nobody has, those whom its ladder asks now. given says whether
// that side was ever to act.
func (d *Desk) askable(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, side ripoti.Side) (who []answerer, given bool, err error) {
	assignments, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return nil, false, err
	}
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil {
		return nil, false, err
	}
	var asked []answerer
	for _, a := range assignments {
		if a.Side != side {
			continue
		}
		given = true
		switch a.Status {
		case ripoti.AssignmentAccepted:
			if c, ok := world.Contact(a.AcceptedBy); ok && c.Answerable() && !world.behind(c, wall) {
				who = append(who, answerer{c, a})
			}
		case ripoti.AssignmentOpen:
			for _, c := range d.rungOf(world, a, wall) {
				asked = append(asked, answerer{c, a})
			}
		}
	}
	if len(who) == 0 {
		who = asked
	}
	slices.SortStableFunc(who, func(a, b answerer) int { return worker(world, a) - worker(world, b) })
	return who, given, nil
}

func worker(world *World, h answerer) int {
	if office, _ := world.Office(h.assignment.OfficeID); office.Kind == ripoti.SocialWork {
		return 0
	}
	return 1
}

// rungOf are those whom an open assignment's ladder asks now.
func (d *Desk) rungOf(world *World, a store.Assignment, wall store.Wall) []ripoti.Contact {
	ladder := d.rungs(a)
	if len(ladder) == 0 {
		return nil
	}
	who, _ := world.answering(ladder[min(a.Step, len(ladder)-1)].Rung, "", d.Now(), wall)
	return who
}

func (d *Desk) rungs(a store.Assignment) (ladder []step) {
	if json.Unmarshal([]byte(a.Ladder), &ladder) != nil {
		return nil
	}
	return ladder
}

// checkFacts are the facts of a case with those of a check.
func (d *Desk) checkFacts(world *World, r ripoti.Report, a store.Assignment, c store.Check) flows.Facts {
	f := d.facts(world, r, a, nil)
	f.At, f.NextIn = c.DueAt.In(routing.Nairobi), c.DueAt.Sub(d.Now())
	f.Days = int((c.DueAt.Sub(r.RoutedAt) + Day/2) / Day)
	return f
}
