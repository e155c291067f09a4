package casework

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// flagRule is what a flag does while it stands.
type flagRule struct {
	kind ripoti.FlagKind
	// keepers are the sides whose holders hear of it at once, with the sentence say.
	keepers []ripoti.Side
	say     string
	// odpp tells the prosecutors' liaison of the county in sexual and child cases: nobody else ends them.
	odpp bool
	// linked opens a case of its own behind the wall.
	linked bool
	// again is when the coordinators are told again if nobody has settled it.
	again time.Duration
}

// flagRules are what flags do (domain brief 5 and 7.3 O7). Coordinators of the county hear of each;
// after the second time also the duty director. A coordinator settles it with words.
var flagRules = []flagRule{
	{kind: ripoti.FlagSettlement, keepers: []ripoti.Side{ripoti.Safety, ripoti.Care}, say: saySettlement, odpp: true, again: flagSettlement},
	{kind: ripoti.FlagBribe, linked: true, again: flagOther},
	{kind: ripoti.FlagUnsafe, keepers: []ripoti.Side{ripoti.Care}, say: sayFlag, again: flagUnsafe},
	{kind: ripoti.FlagDisagreement, again: flagOther},
	{kind: ripoti.FlagDark, again: flagOther},
	{kind: ripoti.FlagOverdue, again: flagOther},
}

func ruleOf(kind ripoti.FlagKind) (flagRule, bool) {
	i := slices.IndexFunc(flagRules, func(rule flagRule) bool { return rule.kind == kind })
	if i < 0 {
		return flagRule{}, false
	}
	return flagRules[i], true
}

// neverSettled says that the law forbids to settle a case at home or at the station: sexual offences,
// and whatever was done to a child (domain brief 2 and 4.7, invariant 5).
func neverSettled(r ripoti.Report) bool {
	return sexual[r.Category] || sexual[r.Second] || ofChild[r.Category] || r.Answers.OfChild() && r.Category != ripoti.OtherCrime
}

var ofChild = map[ripoti.Category]bool{ripoti.SVAC: true, ripoti.ChildAbuse: true, ripoti.ChildMarriage: true, ripoti.FGM: true, ripoti.CSEC: true}

// raiseFlag says that a case is in danger of dying: one flag of a kind stands at a time, and raising
// it again changes nothing. by is "reporter", "system" or a contact's id; note is sealed. Hold the
// report first; an urgency that rises is saved here, so read the report again before saving it.
func (d *Desk) raiseFlag(ctx context.Context, tx *store.Tx, r ripoti.Report, kind ripoti.FlagKind, by, note string) error {
	rule, ok := ruleOf(kind)
	if !ok {
		return fmt.Errorf("flag %q: no such kind", kind)
	}
	f := store.Flag{ID: store.NewID(), ReportID: r.ID, Kind: kind, RaisedBy: by, Note: note}
	if fresh, err := tx.Raise(ctx, f); err != nil || !fresh {
		return err
	}
	if err := tx.Append(ctx, r.ID, "flag_raised", by, line{"flag": f.ID, "kind": kind}.String()); err != nil {
		return err
	}
	if kind == ripoti.FlagUnsafe {
		if err := d.atLeastHigh(ctx, tx, r.ID); err != nil {
			return err
		}
	}
	if rule.linked {
		if err := d.openLinked(ctx, tx, r, f); err != nil {
			return err
		}
	}
	if err := d.tellKeepers(ctx, tx, r, rule, by); err != nil {
		return err
	}
	if err := d.tellFlag(ctx, tx, r, rule, false, by); err != nil {
		return err
	}
	return d.chase(ctx, tx, f, rule)
}

func (d *Desk) chase(ctx context.Context, tx *store.Tx, f store.Flag, rule flagRule) error {
	return tx.Owe(ctx, store.Duty{Kind: tasks.Flag, Subject: f.ID, Queue: tasks.Default, Due: d.Now().Add(rule.again)})
}

// atLeastHigh raises the urgency of a report whose people are less safe (rule of the flag, no machine
// reading); it never lowers one.
func (d *Desk) atLeastHigh(ctx context.Context, tx *store.Tx, reportID string) error {
	r, err := tx.Report(ctx, reportID)
	if err != nil || r.Urgency.Rank() >= ripoti.High.Rank() {
		return err
	}
	r.Urgency, r.Rule = ripoti.High, "flag.unsafe"
	if err := tx.SaveReport(ctx, r); err != nil {
		return err
	}
	return tx.Append(ctx, r.ID, "raised", "system", line{"urgency": r.Urgency, "rule": r.Rule}.String())
}

// openLinked files what a bribe is: a complaint about the police behind the wall, which the offices
// that have the case never hear of (domain brief 5 and 7.1, S15b).
func (d *Desk) openLinked(ctx context.Context, tx *store.Tx, r ripoti.Report, f store.Flag) error {
	from, err := tx.ReporterOf(ctx, r.ID)
	if err != nil {
		return err
	}
	answers := ripoti.Answers{Danger: r.Answers.Danger, What: ripoti.WhatPolice, Detail: ripoti.PoliceBribe, Place: r.Answers.Place, AtRisk: r.Answers.AtRisk,
		ByWhom: ripoti.ByPolice, When: d.sinceWhen(r), Contact: from.Wish}
	reading := d.Live.World().Rules.Triage(answers, ripoti.StageComplete, 0)
	linked := ripoti.Report{ID: store.NewID(), Channel: r.Channel, Lang: r.Lang, Stage: ripoti.StageComplete, Answers: answers, Category: ripoti.PoliceAbuse,
		Second: r.Category, Urgency: highestOf(reading.Urgency, ripoti.High), Rule: "H5", Status: ripoti.StatusFiled, Walled: true, FiledAt: d.Now(), Drill: r.Drill}
	filed, err := tx.File(ctx, store.Filing{Conversation: "linked:" + f.ID, From: from.Phone, Report: linked,
		Event:  line{"stage": linked.Stage, "category": linked.Category, "urgency": linked.Urgency, "rule": linked.Rule, "flag": f.ID}.String(),
		Duties: []store.Duty{{Kind: tasks.Route, Subject: linked.ID, Queue: queueOf(linked.Urgency), Due: d.Now()}}})
	if err != nil {
		return err
	}
	if err := tx.Link(ctx, filed.ID, r.ID); err != nil {
		return err
	}
	given, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return err
	}
	accused := d.Live.World().policeOn(given)
	if err := tx.WallOff(ctx, filed.ID, accused...); err != nil {
		return err
	}
	if err := d.wallWhoAnswered(ctx, tx, filed.ID, accused, given); err != nil {
		return err
	}
	d.seen(Happening{What: "filed", Category: linked.Category, Urgency: linked.Urgency, Channel: linked.Channel, Stage: linked.Stage})
	return nil
}

// sinceWhen is when the harm of a case was, as told today: what was within three days when it was told is
// so no longer after them, and nobody is sent to hospital for a clock that has run out.
func (d *Desk) sinceWhen(r ripoti.Report) ripoti.When {
	if within72(r) && d.Now().Sub(r.FiledAt) > pepLimit {
		return ripoti.WhenMonth
	}
	return r.Answers.When
}

func highestOf(a, b ripoti.Urgency) ripoti.Urgency {
	if a.Rank() > b.Rank() {
		return a
	}
	return b
}

// policeOn are the police offices that were given a report, with all above them up to the county.
func (w *World) policeOn(given []store.Assignment) (offices []string) {
	for _, a := range given {
		for o, ok := w.Office(a.OfficeID); ok && o.Kind.Police() && !slices.Contains(offices, o.ID); o, ok = w.Office(o.Parent) {
			offices = append(offices, o.ID)
		}
	}
	return offices
}

// tellKeepers tells those who hold a case what stands on it; who raised it knows.
func (d *Desk) tellKeepers(ctx context.Context, tx *store.Tx, r ripoti.Report, rule flagRule, by string) error {
	if len(rule.keepers) == 0 {
		return nil
	}
	keepers, err := d.keepers(ctx, tx, r, rule.keepers...)
	if err != nil {
		return err
	}
	for _, k := range keepers {
		if k.Contact.ID == by {
			continue
		}
		facts := d.facts(d.Live.World(), r, k.Assignment, nil)
		facts.Case.Flag, facts.Case.SexualOrChild = rule.kind, neverSettled(r)
		if err := d.post(ctx, tx, k.Contact, rule.say, facts, about{r.ID, k.Assignment.ID}, queueOf(r.Urgency), d.Now()); err != nil {
			return err
		}
	}
	return nil
}

// tellFlag tells the coordinators, and who else a flag is for.
func (d *Desk) tellFlag(ctx context.Context, tx *store.Tx, r ripoti.Report, rule flagRule, late bool, by string) error {
	world := d.Live.World()
	to := world.coordinators(r.Answers.Place.CountyID, d.Now())
	if late {
		to = append(to, world.coordinators("", d.Now())...)
	}
	if rule.odpp && neverSettled(r) && !late {
		to = append(to, world.contactsAt(ripoti.ODPP, r.Answers.Place.CountyID)...)
	}
	to, err := d.free(ctx, tx, r, to)
	if err != nil {
		return err
	}
	if len(to) == 0 {
		d.seen(Happening{What: "unreachable", Urgency: r.Urgency, Category: r.Category})
	}
	slices.SortFunc(to, func(a, b ripoti.Contact) int { return cmp.Compare(a.ID, b.ID) })
	for _, c := range slices.CompactFunc(to, func(a, b ripoti.Contact) bool { return a.ID == b.ID }) {
		if c.ID == by {
			continue
		}
		facts := d.facts(world, r, store.Assignment{SendAt: d.Now()}, nil)
		facts.Case.Flag = rule.kind
		if err := d.post(ctx, tx, c, sayFlag, facts, about{report: r.ID}, queueOf(r.Urgency), d.Now()); err != nil {
			return err
		}
	}
	return nil
}

// Chase tells again of a flag that nobody has settled; it ends with the flag or with the case.
func (d *Desk) Chase(ctx context.Context, p tasks.Payload) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		f, err := tx.Flag(ctx, p.Subject)
		if err != nil {
			return err
		}
		r, err := tx.Report(ctx, f.ReportID) // held before the duty, as by whoever settles the flag
		if err != nil {
			return err
		}
		if mine, err := tx.Done(ctx, p.Duty); err != nil || !mine {
			return err
		}
		if f, err = tx.Flag(ctx, p.Subject); err != nil || !f.SettledAt.IsZero() || r.Status == ripoti.StatusClosed {
			return err
		}
		rule, ok := ruleOf(f.Kind)
		if !ok {
			return nil
		}
		if err := tx.Append(ctx, r.ID, "flag_chased", "system", line{"flag": f.ID, "kind": f.Kind}.String()); err != nil {
			return err
		}
		late := d.Now().Sub(f.RaisedAt) >= 2*rule.again
		if err := d.tellFlag(ctx, tx, r, rule, late, ""); err != nil {
			return err
		}
		return d.chase(ctx, tx, f, rule)
	})
	if err != nil {
		return fmt.Errorf("chase flag: %w", err)
	}
	d.Wake()
	return nil
}

// SettleFlag ends the flag of a kind on a case: a coordinator or the director has seen to it and says
// how. how is sealed. Errors with a sentence: flag.unknown, flag.who, closing.reason.
func (d *Desk) SettleFlag(ctx context.Context, code ripoti.Code, kind ripoti.FlagKind, by ripoti.Contact, how string) error {
	if how == "" {
		return ripoti.Invalid("closing.reason", nil)
	}
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := d.reportFor(ctx, tx, code, by)
		if err != nil {
			return err
		}
		if world := d.Live.World(); !supervises(world, by) || !d.covers(world, by, r) {
			return ripoti.Forbidden("flag.who", nil)
		}
		f, ok, err := tx.OpenFlag(ctx, r.ID, kind)
		if err != nil {
			return err
		}
		if !ok {
			return ripoti.NotFound("flag.unknown", nil)
		}
		if _, err := tx.Settle(ctx, f.ID, by.ID, how); err != nil {
			return err
		}
		if err := tx.Cancel(ctx, tasks.Flag, f.ID); err != nil {
			return err
		}
		return tx.Append(ctx, r.ID, "flag_settled", by.ID, line{"flag": f.ID, "kind": kind}.String())
	})
	if err != nil {
		return fmt.Errorf("settle flag: %w", err)
	}
	d.Wake()
	return nil
}

// supervises says whether a contact is a coordinator or director of the network.
func supervises(w *World, c ripoti.Contact) bool {
	o, ok := w.Office(c.OfficeID)
	return ok && o.Kind == ripoti.Coordination && (c.Role == ripoti.RoleCoordinator || c.Role == ripoti.RoleDirector)
}

// reportFor holds the report of a number for somebody who may know of it. Whoever is behind the wall
// hears that there is none.
func (d *Desk) reportFor(ctx context.Context, tx *store.Tx, code ripoti.Code, by ripoti.Contact) (ripoti.Report, error) {
	r, err := tx.ReportByCode(ctx, code)
	if err != nil {
		return r, err
	}
	free, err := d.free(ctx, tx, r, []ripoti.Contact{by})
	if err == nil && len(free) == 0 {
		return ripoti.Report{}, ripoti.NotFound("report.unknown", nil)
	}
	return r, err
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
