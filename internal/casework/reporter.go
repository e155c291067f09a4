package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Following is what somebody who calls asks of a report by its number, or tells about it.
type Following struct {
	Key  string // of the press: the same press again has no second effect
	From ripoti.Phone
	flows.Asked
}

// byReporter is the actor of what a follow-up tells.
const byReporter = "reporter"

// Follow answers a press of a follow-up: how the report stands, and what is told or asked of it is
// done. own says that the phone is the one that reported. Whoever has the number may tell and ask;
// only the reporting phone may say how it is reached.
func (d *Desk) Follow(ctx context.Context, f Following) (stands flows.Standing, own bool, err error) {
	defer d.Store.Caller()()
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		stood, err := tx.Stood(ctx, f.Code, tx.PhoneHash(f.From))
		if err != nil {
			return err
		}
		note := store.FollowUp{Key: f.Key, NumberHash: tx.PhoneHash(f.From), ReportID: stood.ID, Act: string(f.Act)}
		if f.Act == "" {
			stands, own, err = d.look(ctx, tx, note, stood)
			return err
		}
		stands, own = standsAs(stood), stood.Own
		if stood.ID == "" {
			return nil
		}
		if _, fresh, err := tx.NoteFollowUp(ctx, note); err != nil || !fresh {
			return err
		}
		r, err := tx.Report(ctx, stood.ID)
		if err != nil {
			return err
		}
		return d.heard(ctx, tx, r, own, f.Asked)
	})
	if err != nil {
		return "", false, fmt.Errorf("follow up: %w", err)
	}
	d.Wake()
	return stands, own, nil
}

// look tells how a report stands. A number with a slip, one that is nobody's and any number from a
// phone that tried too many take the same way.
func (d *Desk) look(ctx context.Context, tx *store.Tx, note store.FollowUp, stood store.Stood) (flows.Standing, bool, error) {
	wrong, err := tx.WrongNumbers(ctx, note.NumberHash, note.Key, d.Now().Add(-wrongDay))
	if err != nil {
		return "", false, err
	}
	if wrong >= mostWrongADay {
		note.ReportID = ""
	}
	known, _, err := tx.NoteFollowUp(ctx, note) // a press that was answered before is answered as before
	switch {
	case err != nil:
		return "", false, err
	case known != "":
		return standsAs(stood), stood.Own, nil
	case wrong >= mostWrongADay:
		return flows.StandsHidden, false, nil
	}
	return flows.StandsUnknown, false, nil
}

func standsAs(s store.Stood) flows.Standing {
	switch {
	case s.ID == "":
		return flows.StandsUnknown
	case s.Status == ripoti.StatusClosed:
		return flows.StandsClosed
	case s.Accepted:
		return flows.StandsTaken
	case s.Asked && !s.NoRecipient:
		return flows.StandsLooked
	}
	return flows.StandsSeeking
}

// heard does what a reporter tells or asks, whichever way it came. The report is held.
func (d *Desk) heard(ctx context.Context, tx *store.Tx, r ripoti.Report, own bool, told flows.Asked) error {
	switch told.Act {
	case flows.ActUnsafe:
		return d.lessSafe(ctx, tx, r, told.Danger)
	case flows.ActNothing:
		return d.nothingDone(ctx, tx, r)
	case flows.ActMoney:
		return d.flagged(ctx, tx, r, told.Act, ripoti.FlagBribe)
	case flows.ActPushed:
		return d.flagged(ctx, tx, r, told.Act, ripoti.FlagSettlement)
	case flows.ActInform:
		return d.informed(ctx, tx, r, told.Text)
	case flows.ActWish:
		return d.changeWish(ctx, tx, r, own, told.Wish)
	case flows.ActDelete:
		return d.askDeletion(ctx, tx, r)
	}
	return fmt.Errorf("a follow-up cannot %q", told.Act)
}

// flagged notes what was told and raises its flag.
func (d *Desk) flagged(ctx context.Context, tx *store.Tx, r ripoti.Report, act flows.Act, kind ripoti.FlagKind) error {
	if err := tx.Append(ctx, r.ID, string(act), byReporter, "{}"); err != nil {
		return err
	}
	return d.raiseFlag(ctx, tx, r, kind, byReporter, "")
}

// lessSafe: somebody is less safe than before (domain brief 7.1, S15b line 1: the urgency is weighed
// again). The first press counts as a danger of which nothing more is known; the answer to "danger
// now?" as what it says. Nothing that was known of a danger is taken back.
func (d *Desk) lessSafe(ctx context.Context, tx *store.Tx, before ripoti.Report, danger ripoti.Danger) error {
	r := before
	switch {
	case danger == ripoti.DangerYes:
		r.Answers.Danger = danger
	case r.Answers.Danger != ripoti.DangerYes:
		r.Answers.Danger = ripoti.DangerUnsure
	}
	if err := d.weighAgain(ctx, tx, before, r, string(flows.ActUnsafe), line{"danger": danger}); err != nil {
		return err
	}
	if danger == ripoti.DangerNo { // the flag was raised with the press before
		return nil
	}
	if danger == ripoti.DangerYes {
		if err := d.tellDanger(ctx, tx, r); err != nil {
			return err
		}
	}
	return d.raiseFlag(ctx, tx, r, ripoti.FlagUnsafe, byReporter, "")
}

// weighAgain saves a report of which more is known, and lets the rules raise its urgency. Who must
// hear of it hears of it: a case that is not closed is routed again where others must know.
func (d *Desk) weighAgain(ctx context.Context, tx *store.Tx, before, r ripoti.Report, kind string, said line) error {
	c, err := caseOf(ctx, tx, r)
	if err != nil {
		return err
	}
	if reading := d.Live.World().Rules.Weigh(c, 0); reading.Urgency.Rank() > r.Urgency.Rank() {
		r.Urgency, r.Rule = reading.Urgency, reading.Rule
	}
	r.Walled = r.Walled || accusesPolice(r)
	said["urgency"], said["rule"] = r.Urgency, r.Rule
	if err := tx.Append(ctx, r.ID, kind, byReporter, said.String()); err != nil {
		return err
	}
	if r == before {
		return nil
	}
	if err := tx.SaveReport(ctx, r); err != nil {
		return err
	}
	if r.Status == ripoti.StatusClosed {
		return nil
	}
	if err := d.oweUpdate(ctx, tx, before, r); err != nil {
		return err
	}
	waits := r.RoutedAt.IsZero() && r.Urgency == ripoti.Critical
	if !waits && (r.RoutedAt.IsZero() || !changesRoute(before, r)) {
		return nil
	}
	if err := tx.Cancel(ctx, tasks.Route, r.ID); err != nil {
		return err
	}
	return tx.Owe(ctx, store.Duty{Kind: tasks.Route, Subject: r.ID, Queue: queueOf(r.Urgency), Due: d.Now()})
}

// tellDanger tells whoever cares for the reporter, and the coordinators, that there is danger now.
// Police officers on the case get the update that they know. Said again within minutes it is known.
func (d *Desk) tellDanger(ctx context.Context, tx *store.Tx, r ripoti.Report) error {
	last, err := tx.LastEvent(ctx, r.ID, "danger_told")
	if err != nil || d.Now().Sub(last) < dangerAgain {
		return err
	}
	world := d.Live.World()
	to, err := d.free(ctx, tx, r, world.coordinators(r.Answers.Place.CountyID, d.Now()))
	if err != nil {
		return err
	}
	carers, err := d.keepers(ctx, tx, r, ripoti.Care)
	if err != nil {
		return err
	}
	for _, k := range carers {
		to = append(to, k.Contact)
	}
	told := map[string]bool{}
	for _, c := range to {
		if told[c.ID] {
			continue
		}
		told[c.ID] = true
		facts := d.facts(world, r, store.Assignment{SendAt: d.Now()}, nil)
		if err := d.post(ctx, tx, c, flows.SayDanger, facts, about{report: r.ID}, tasks.Critical, d.Now()); err != nil {
			return err
		}
	}
	return tx.Append(ctx, r.ID, "danger_told", "system", line{"contacts": sortedKeys(told)}.String())
}

// nothingDone compares what officers told with what the reporter sees (domain brief 5, two-sided).
// Where they told of something done, or the case is closed, a coordinator looks at it; else whoever
// has it is asked, in words that do not tell who asks.
func (d *Desk) nothingDone(ctx context.Context, tx *store.Tx, r ripoti.Report) error {
	c, err := tx.Case(ctx, r.ID)
	if err != nil {
		return err
	}
	if err := tx.Append(ctx, r.ID, string(flows.ActNothing), byReporter, "{}"); err != nil {
		return err
	}
	if r.Status == ripoti.StatusClosed || toldDone(c.Progress) {
		return d.raiseFlag(ctx, tx, r, ripoti.FlagDisagreement, byReporter, "")
	}
	if d.Now().Sub(r.FiledAt) > d.Live.World().Rules.Level(r.Urgency).ActWithin {
		if err := d.raiseFlag(ctx, tx, r, ripoti.FlagOverdue, byReporter, ""); err != nil {
			return err
		}
	}
	last, err := tx.LastEvent(ctx, r.ID, "chased")
	if err != nil || d.Now().Sub(last) < chaseAgain {
		return err
	}
	if err := d.tellHolders(ctx, tx, r, flows.SayWhatDone, 0); err != nil {
		return err
	}
	return tx.Append(ctx, r.ID, "chased", "system", "{}")
}

// toldDone says that officers told of something done.
func toldDone(p ripoti.Progress) bool {
	for _, at := range []time.Time{p.OnTheWayAt, p.SafeAt, p.HospitalAt, p.OBAt, p.ArrestedAt, p.ChargedAt} {
		if !at.IsZero() {
			return true
		}
	}
	return false
}

// informed keeps what was typed with the story, sealed, and reads it again: it may raise the urgency
// and the wall, never lower anything. Whoever has the case hears that there is more.
func (d *Desk) informed(ctx context.Context, tx *store.Tx, before ripoti.Report, text string) error {
	r := before
	r.Answers.More = kept(strings.TrimPrefix(r.Answers.More+"\n"+text, "\n"))
	said := line{}
	if d.Reader != nil {
		reading := d.Reader.Read(text)
		if reading.Answers.PoliceAccused() {
			r.Answers.ByWhom = ripoti.ByPolice
		}
		if reading.Answers.Danger == ripoti.DangerYes {
			r.Answers.Danger = reading.Answers.Danger
		}
		if reading.Urgency.Rank() > r.Urgency.Rank() {
			r.Urgency, r.Rule = reading.Urgency, reading.Rule
		}
		said["lang"], said["read_urgency"], said["read_rule"] = reading.Lang, reading.Urgency, reading.Rule
	}
	if err := d.weighAgain(ctx, tx, before, r, string(flows.ActInform), said); err != nil {
		return err
	}
	if err := tx.Cancel(ctx, tasks.Inform, r.ID); err != nil {
		return err
	}
	told, err := tx.LastEvent(ctx, r.ID, informationTold)
	if err != nil {
		return err
	}
	due := latest(d.Now().Add(gatherNotes), told.Add(informAgain))
	return tx.Owe(ctx, store.Duty{Kind: tasks.Inform, Subject: r.ID, Queue: queueOf(r.Urgency), Due: due})
}

// informationTold is the event of whoever has a case hearing that something was added.
const informationTold = "information_told"

// Inform tells whoever has a case that its reporter added something. Of a closed case the
// coordinators hear it.
func (d *Desk) Inform(ctx context.Context, p tasks.Payload) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := tx.Report(ctx, p.Subject) // held before the duty, as by everybody who cancels one
		if err != nil {
			return err
		}
		if mine, err := tx.Done(ctx, p.Duty); err != nil || !mine {
			return err
		}
		told, err := tx.LastEvent(ctx, r.ID, informationTold)
		if err != nil {
			return err
		}
		added, err := tx.CountEvents(ctx, r.ID, string(flows.ActInform), told)
		if err != nil {
			return err
		}
		if err := d.tellHolders(ctx, tx, r, flows.SayInformation, added); err != nil {
			return err
		}
		return tx.Append(ctx, r.ID, informationTold, "system", line{"added": added}.String())
	})
	if err != nil {
		return fmt.Errorf("inform: %w", err)
	}
	d.Wake()
	return nil
}

// tellHolders writes to whoever has a case; where nobody has, or it is closed, to the coordinators. times is
// how often it happened, 0 where that does not matter.
func (d *Desk) tellHolders(ctx context.Context, tx *store.Tx, r ripoti.Report, say string, times int) error {
	var to []keeper
	var err error
	if r.Status != ripoti.StatusClosed {
		if to, err = d.keepers(ctx, tx, r, ripoti.Safety, ripoti.Care); err != nil {
			return err
		}
	}
	world := d.Live.World()
	if len(to) == 0 {
		contacts, err := d.free(ctx, tx, r, world.coordinators(r.Answers.Place.CountyID, d.Now()))
		if err != nil {
			return err
		}
		for _, c := range contacts {
			to = append(to, keeper{Contact: c})
		}
	}
	for _, k := range to {
		facts := d.facts(world, r, k.Assignment, nil)
		facts.Open = times
		if err := d.post(ctx, tx, k.Contact, say, facts, about{r.ID, k.Assignment.ID}, queueOf(r.Urgency), latest(d.Now(), k.SendAt)); err != nil {
			return err
		}
	}
	return nil
}

// changeWish says whether and how the reporter is reached. "Not at all" anybody with the number may
// say: it exposes nobody. Everything else only the phone that reported: else whoever found the number
// could have a worker call him.
func (d *Desk) changeWish(ctx context.Context, tx *store.Tx, before ripoti.Report, own bool, wish ripoti.Wish) error {
	if !own && wish != ripoti.WishNone {
		return ripoti.Forbidden("follow.other_phone", nil)
	}
	r := before
	if r.Answers.Contact = wish; r == before {
		return nil
	}
	if err := tx.SaveReport(ctx, r); err != nil {
		return err
	}
	if err := d.saveWish(ctx, tx, r); err != nil {
		return err
	}
	if err := tx.Append(ctx, r.ID, "wish_changed", byReporter, line{"wish": wish, "own_phone": own}.String()); err != nil {
		return err
	}
	if r.Status == ripoti.StatusClosed {
		return nil
	}
	return d.oweUpdate(ctx, tx, before, r)
}

// askDeletion notes the wish to be forgotten: a person decides, and not while the case is open
// (domain brief 2, rights).
func (d *Desk) askDeletion(ctx context.Context, tx *store.Tx, r ripoti.Report) error {
	fresh, err := tx.AskDeletion(ctx, r.ID)
	if err != nil || !fresh {
		return err
	}
	return tx.Append(ctx, r.ID, "deletion_asked", byReporter, line{"open": r.Status != ripoti.StatusClosed}.String())
}
