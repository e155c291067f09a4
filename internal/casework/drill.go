package casework

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// A drill is a practice report through the whole chain: it is filed at the door of an office, routed,
// alerted, climbs and is answered like any other. Every message about it begins with DRILL or ZOEZI
// (store.Tx.Post marks it), and it stands outside of all that is learned from reports: briefs, figures,
// repeats, same events.

// Scenario is what is practised.
type Scenario struct {
	Name    string
	Answers ripoti.Answers // but for the place
}

// Scenarios are all of them. None accuses anybody: a wall of a real case is no matter to practise with.
var Scenarios = []Scenario{
	{"danger_now", ripoti.Answers{Danger: ripoti.DangerYes, What: ripoti.WhatChild, Detail: ripoti.ChildBeaten, AtRisk: ripoti.AtRiskOtherChild,
		ByWhom: ripoti.ByKnown, When: ripoti.WhenNow, Suspect: ripoti.SuspectNear, Contact: ripoti.WishNone}},
	{"within_72", ripoti.Answers{Danger: ripoti.DangerNo, What: ripoti.WhatSexual, AtRisk: ripoti.AtRiskOtherChild,
		ByWhom: ripoti.ByKnown, When: ripoti.WhenDays3, Suspect: ripoti.SuspectNear, Contact: ripoti.WishNone}},
}

// mostPractised is how many offices one drill practises with.
const mostPractised = 60

// DrillWanted is a drill to be started.
type DrillWanted struct {
	County   string // id
	OfficeID string // "" for every station of the county
	Scenario string
	Lasts    time.Duration
}

// DrillOffices are the offices that a drill would practise with. Errors with a sentence: drill.office,
// drill.county, drill.scenario, drill.lasts, drill.many.
func (d *Desk) DrillOffices(wanted DrillWanted) ([]ripoti.Office, error) {
	if !slices.ContainsFunc(Scenarios, func(s Scenario) bool { return s.Name == wanted.Scenario }) {
		return nil, ripoti.Invalid("drill.scenario", nil)
	}
	if wanted.Lasts < shortestDrill || wanted.Lasts > longestDrill {
		return nil, ripoti.Invalid("drill.lasts", nil)
	}
	var offices []ripoti.Office
	for _, o := range d.Live.World().Offices() {
		station := o.Active && o.County == wanted.County && !o.Point.IsZero() && (o.Kind == ripoti.Station || o.Kind == ripoti.Post)
		if station && (wanted.OfficeID == "" || o.ID == wanted.OfficeID) {
			offices = append(offices, o)
		}
	}
	switch {
	case len(offices) == 0 && wanted.OfficeID != "":
		return nil, ripoti.Invalid("drill.office", nil)
	case len(offices) == 0:
		return nil, ripoti.Invalid("drill.county", nil)
	case len(offices) > mostPractised:
		return nil, ripoti.Invalid("drill.many", nil)
	}
	return offices, nil
}

// StartDrill files a practice report at the door of each office of a drill. by is who starts it, for the
// network's history. Errors as of DrillOffices, and drill.running where one runs in the county.
func (d *Desk) StartDrill(ctx context.Context, wanted DrillWanted, by string) (id string, err error) {
	offices, err := d.DrillOffices(wanted)
	if err != nil {
		return "", fmt.Errorf("start drill: %w", err)
	}
	running, err := d.Store.Drills(ctx, []string{wanted.County}, 1)
	if err != nil {
		return "", fmt.Errorf("start drill: %w", err)
	}
	if len(running) > 0 && running[0].Runs() {
		return "", ripoti.Conflict("drill.running", nil)
	}
	now := d.Now()
	drill := store.Drill{ID: store.NewID(), County: wanted.County, OfficeID: wanted.OfficeID, Scenario: wanted.Scenario, StartedBy: by, StartedAt: now, EndsAt: now.Add(wanted.Lasts)}
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.StartDrill(ctx, drill); err != nil {
			return err
		}
		for _, o := range offices {
			if err := d.practise(ctx, tx, drill, o); err != nil {
				return err
			}
		}
		if err := tx.Note(ctx, "drill_started", by, line{"drill": drill.ID, "county": drill.County, "office": drill.OfficeID, "reports": len(offices)}.String()); err != nil {
			return err
		}
		return tx.Owe(ctx, store.Duty{Kind: tasks.Drill, Subject: drill.ID, Queue: tasks.Default, Due: drill.EndsAt})
	})
	if err != nil {
		return "", fmt.Errorf("start drill: %w", err)
	}
	d.Wake()
	return drill.ID, nil
}

// practise files the practice report of an office. Nobody has reported it: nobody can be called.
func (d *Desk) practise(ctx context.Context, tx *store.Tx, drill store.Drill, o ripoti.Office) error {
	scenario := Scenarios[slices.IndexFunc(Scenarios, func(s Scenario) bool { return s.Name == drill.Scenario })]
	answers := scenario.Answers
	answers.Place = d.doorOf(o)
	reading := d.Live.World().Rules.Triage(answers, ripoti.StageComplete, 0)
	r := ripoti.Report{ID: store.NewID(), Channel: ripoti.ByUSSD, Lang: ripoti.Swahili, Stage: ripoti.StageComplete, Answers: answers, Category: reading.Category,
		Second: reading.Second, Urgency: reading.Urgency, Rule: reading.Rule, Status: ripoti.StatusFiled, FiledAt: d.Now(), Drill: drill.ID}
	_, err := tx.File(ctx, store.Filing{Conversation: "drill:" + drill.ID + ":" + o.ID, Report: r,
		Event:  line{"stage": r.Stage, "category": r.Category, "urgency": r.Urgency, "rule": r.Rule, "drill": drill.ID, "office": o.ID}.String(),
		Duties: []store.Duty{{Kind: tasks.Route, Subject: r.ID, Queue: queueOf(r.Urgency), Due: d.Now()}}})
	return err
}

// doorOf is the place of an office, as a report names one.
func (d *Desk) doorOf(o ripoti.Office) ripoti.PlaceRef {
	at := ripoti.PlaceRef{Name: o.Name, CountyID: o.County}
	if d.Places != nil {
		if p, ok := d.Places.Place(o.PlaceID); ok {
			at = p.Ref()
		}
		for _, county := range d.Places.Counties() {
			if county.CountyID == o.County {
				at.County = county.Name
			}
		}
	}
	at.ID, at.Point, at.Precision = cmp.Or(at.ID, "office:"+o.ID), o.Point, ripoti.PrecisionExact
	return at
}

// DrillEnds ends a drill at its time.
func (d *Desk) DrillEnds(ctx context.Context, p tasks.Payload) error {
	if err := d.endDrill(ctx, p.Subject, byDrill); err != nil {
		return fmt.Errorf("drill ends: %w", err)
	}
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.Done(ctx, p.Duty)
		return err
	})
	d.Wake()
	return err
}

// byDrill is who ends a drill at its time.
const byDrill = "system"

// EndDrill ends a drill before its time. by is who does, for the network's history.
func (d *Desk) EndDrill(ctx context.Context, id, by string) error {
	if err := d.endDrill(ctx, id, by); err != nil {
		return fmt.Errorf("end drill: %w", err)
	}
	d.Wake()
	return nil
}

// endDrill closes every report of a drill, each in a transaction of its own, and then the drill. Broken
// off, it goes on where it was.
func (d *Desk) endDrill(ctx context.Context, id, by string) error {
	var reports []string
	err := d.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		reports, err = tx.PracticeOf(ctx, id)
		return err
	})
	if err != nil {
		return err
	}
	for _, report := range reports {
		if err := d.Store.InTx(ctx, func(tx *store.Tx) error { return d.endPractice(ctx, tx, report, by) }); err != nil {
			return err
		}
	}
	return d.Store.InTx(ctx, func(tx *store.Tx) error {
		ended, err := tx.EndDrill(ctx, id, by)
		if err != nil || !ended {
			return err
		}
		if err := tx.Cancel(ctx, tasks.Drill, id); err != nil {
			return err
		}
		return tx.Note(ctx, "drill_ended", by, line{"drill": id}.String())
	})
}

// endPractice closes a practice report: every timer ends, and everybody who was told hears that it is over.
func (d *Desk) endPractice(ctx context.Context, tx *store.Tx, reportID, by string) error {
	r, err := tx.Report(ctx, reportID)
	if err != nil || r.Status == ripoti.StatusClosed {
		return err
	}
	told, err := d.everybodyTold(ctx, tx, r)
	if err != nil {
		return err
	}
	if err := d.endTimers(ctx, tx, r); err != nil {
		return err
	}
	if err := tx.CloseReport(ctx, r.ID, ripoti.OutcomeDrill); err != nil {
		return err
	}
	if err := tx.Append(ctx, r.ID, "drill_over", by, line{"outcome": ripoti.OutcomeDrill}.String()); err != nil {
		return err
	}
	for _, c := range told {
		if err := d.post(ctx, tx, c, flows.SayDrillOver, flows.Facts{Code: r.Code}, about{report: r.ID}, tasks.Default, d.Now()); err != nil {
			return err
		}
	}
	return nil
}

// everybodyTold are those who were written to about a report, each number once.
func (d *Desk) everybodyTold(ctx context.Context, tx *store.Tx, r ripoti.Report) (all []ripoti.Contact, err error) {
	assignments, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	seen := map[ripoti.Phone]bool{}
	for _, a := range assignments {
		told, err := tx.Told(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		for _, id := range sortedKeys(told) {
			if c, ok := d.Live.World().Contact(id); ok && c.Answerable() && !seen[c.Phone] {
				seen[c.Phone] = true
				all = append(all, c)
			}
		}
	}
	return all, nil
}

// Practised is what came of one practice report.
type Practised struct {
	Report ripoti.Report
	Office string // the office it was filed at the door of
	Parts  []PractisedPart
}

// PractisedPart is an office's part in it.
type PractisedPart struct {
	store.Assignment
	After time.Duration // from the first alert to the acceptance; 0 where nobody has accepted
	Steps int           // how many steps of the ladder were told
}

// DrillResult is what came of each practice report of a drill that a view shows.
func (d *Desk) DrillResult(ctx context.Context, v store.View, id string) (all []Practised, err error) {
	reports, err := d.Store.DrillReports(ctx, v, id)
	if err != nil {
		return nil, err
	}
	for _, r := range reports {
		p := Practised{Report: r}
		events, err := d.Store.Events(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		steps := map[string]int{}
		for _, e := range events {
			var told struct{ Office, Assignment string }
			if err := json.Unmarshal([]byte(e.Data), &told); err != nil {
				return nil, fmt.Errorf("drill: %w", err)
			}
			switch e.Kind {
			case "filed":
				p.Office = told.Office
			case "alerted":
				steps[told.Assignment]++
			}
		}
		assignments, err := d.Store.Assignments(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range assignments {
			part := PractisedPart{Assignment: a, Steps: steps[a.ID]}
			if !a.AcceptedAt.IsZero() {
				part.After = a.AcceptedAt.Sub(a.SendAt)
			}
			p.Parts = append(p.Parts, part)
		}
		all = append(all, p)
	}
	return all, nil
}
