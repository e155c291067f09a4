package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/rulebook"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// homeCounties are where the story happens, by their ids: Mombasa, Kilifi, Nakuru, Narok, Kisumu, Migori,
// Nairobi. The numbers of testedCounties are tested: those of all would be most of the work and nothing to see.
var (
	homeCounties   = []string{"001", "003", "032", "033", "042", "044", "047"}
	testedCounties = []string{"001", "047"}
)

// crew are the people who look after the network, by their logins.
type crew map[string]ripoti.User

const (
	theCoordinator = "sample.coordinator"
	theSupervisor  = "sample.supervisor"
	headOffice     = "sample-coordination-network"
	kibera         = "sample-station-047-kibera"
)

var accounts = []ripoti.User{
	{Login: theCoordinator, Name: "Sample Coordinator", Role: ripoti.UserCoordinator, OfficeID: headOffice, ContactID: headOffice + "-coordinator"},
	{Login: theSupervisor, Name: "Sample Supervisor", Role: ripoti.UserSupervisor, OfficeID: headOffice, ContactID: headOffice + "-director"},
	{Login: "sample.nairobi", Name: "Sample Coordinator of Nairobi", Role: ripoti.UserCoordinator, Counties: []string{"047"}, OfficeID: "sample-coordination-047", ContactID: "sample-coordination-047-coordinator"},
	{Login: "sample.social", Name: "Sample Social Worker", Role: ripoti.UserSocial, OfficeID: "sample-social-047", ContactID: "sample-social-047-social"},
	{Login: "sample.officer", Name: "Sample Officer", Role: ripoti.UserOfficer, OfficeID: kibera, ContactID: kibera + "-desk"},
	{Login: "sample.auditor", Name: "Sample Auditor", Role: ripoti.UserAuditor},
	{Login: "sample.admin", Name: "Sample Admin", Role: ripoti.UserAdmin},
}

// people makes the accounts.
func (t *town) people(ctx context.Context) error {
	t.crew = crew{}
	for _, u := range accounts {
		u.ID, u.Lang, u.Active, u.CreatedAt = store.NewID(), ripoti.English, true, t.Clock.at
		if err := t.Store.AddUser(ctx, u, store.Credentials{}); err != nil { // nobody can sign in before logins
			return err
		}
		t.crew[u.Login] = u
	}
	return nil
}

// logins gives everybody a first password that is good from the end of the story on.
func (t *town) logins(ctx context.Context) (all []Login, err error) {
	for _, u := range accounts {
		first, err := t.Accounts.Reset(ctx, u.Login)
		if err != nil {
			return nil, err
		}
		all = append(all, Login{u.Login, first})
	}
	return all, nil
}

// network plans what the people who look after the network do, at parts of the whole time.
func (t *town) network() {
	for _, round := range []float64{0.05, 0.6} { // in two months, whenever it begins
		t.on(round, "tests of numbers", t.testNumbers)
	}
	t.on(0.2, "rules", t.publish("Medium reports sooner", map[string]string{"levels[medium].accept_within": "6h"}, "Officers asked for one shift, not two.", 0))
	t.on(0.5, "rules", t.publish("Able stations farther away", map[string]string{"settings.able_within_km": "60"}, "For the weeks in which two desks are closed.", 9*day))
	t.on(0.975, "rules", t.propose("Wall two more stations", map[string]string{"wall.nearest_stations": "4"}, "Two complaints named a neighbour station."))
	t.on(0.985, "rules", t.draft("Gender desks up to 8 km", map[string]string{"settings.able_within_km": "8"}))
	t.on(0.3, "an exception", t.except(rulebook.Exception{Kind: ripoti.OverrideSkip, OfficeID: "sample-station-047-langata", Reason: "The road is flooded."}, 3*day))
	t.on(0.98, "an exception", t.except(rulebook.Exception{Kind: ripoti.OverrideSkip, OfficeID: "sample-station-001-likoni", Reason: "The ferry does not run; Mombasa takes these."}, 4*day))
	t.on(0.25, "words", t.words("report.end", "Received. Your number is", "Received. The number is", "Shared phones: not everybody who reads it is the reporter.", true))
	t.on(0.98, "words", t.words("report.more", "If safe, add a landmark", "If it is safe, add a landmark", "Read aloud with two callers: clearer.", false))
	t.on(0.4, "help numbers", t.callLines)
	t.directory()
	t.on(0.45, "a drill", t.drill("001", "within_72"))
	t.on(0.85, "a drill", t.drill("042", "danger_now"))
	t.on(0.96, "two callers", t.twoCallers)
	t.on(0.97, "a complaint", t.complaint)
	t.agenda.plan(t.plan.End.Add(-2*time.Minute), "danger now", t.dangerNow)
	for _, ago := range []time.Duration{100 * time.Minute, 70 * time.Minute, 35 * time.Minute} {
		t.agenda.plan(t.plan.End.Add(-ago), "a word of a reporter", t.pushed)
	}
}

// on plans something for a part of the whole time.
func (t *town) on(part float64, what string, do func(context.Context) error) {
	t.agenda.plan(t.plan.End.Add(-time.Duration((1-part)*float64(t.plan.Lasts))), what, do)
}

// testNumbers owes the monthly test of some stations.
func (t *town) testNumbers(ctx context.Context) error {
	month := t.Clock.at.In(routing.Nairobi).Format("2006-01")
	return t.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, o := range t.Desk.Live.World().Offices() {
			if o.Kind != ripoti.Station || !slices.Contains(testedCounties, o.County) {
				continue
			}
			subject := o.ID + ":" + month
			if err := tx.OweOnce(ctx, store.Duty{ID: "ping:" + subject, Kind: tasks.Ping, Subject: subject, Queue: tasks.Low, Due: t.Clock.at.Add(t.between(0, 3*time.Hour))}); err != nil {
				return err
			}
		}
		return nil
	})
}

// draft begins a change of the rules and tries it on a month of reports.
func (t *town) draft(title string, fields map[string]string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := t.tried(ctx, t.crew[theCoordinator], title, fields)
		return err
	}
}

func (t *town) tried(ctx context.Context, by ripoti.User, title string, fields map[string]string) (ripoti.RuleDraft, error) {
	now, err := t.Rules.Current(ctx)
	if err != nil {
		return ripoti.RuleDraft{}, err
	}
	doc, err := routing.Edit([]byte(now.Document), fields)
	if err != nil {
		return ripoti.RuleDraft{}, err
	}
	d, err := t.Rules.BeginWith(ctx, by, title, doc)
	if err != nil {
		return d, err
	}
	view := store.ViewOf(by, t.Desk.Live.World().OfficesOf(by.ContactID)...)
	if _, err := t.Rules.Rehearse(ctx, by, view, d.ID, t.Clock.at.Add(-rulebook.UsualRange), t.Clock.at); err != nil {
		return d, err
	}
	for {
		trial, some, err := t.Store.NewestRehearsal(ctx, d.ID, by.ID)
		switch {
		case err != nil:
			return d, err
		case some && trial.State == ripoti.RehearsalDone:
			return d, nil
		case some && trial.State == ripoti.RehearsalBroke:
			return d, fmt.Errorf("the trial of %q broke", title)
		}
		time.Sleep(5 * time.Millisecond) // it runs beside the story, whose clock stands meanwhile
	}
}

// propose leaves a change of the rules with a second person.
func (t *town) propose(title string, fields map[string]string, reason string) func(context.Context) error {
	return func(ctx context.Context) error {
		by := t.crew[theSupervisor]
		d, err := t.tried(ctx, by, title, fields)
		if err != nil {
			return err
		}
		_, err = t.Rules.Propose(ctx, by, d.ID, d.Edition, rulebook.Proposal{Reason: reason})
		return err
	}
}

// publish puts a change of the rules in force, for a time or for good.
func (t *town) publish(title string, fields map[string]string, reason string, lasts time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		by := t.crew[theSupervisor]
		d, err := t.tried(ctx, by, title, fields)
		if err != nil {
			return err
		}
		p := rulebook.Proposal{Reason: reason}
		if lasts > 0 {
			p.EndsAt = t.Clock.at.Add(lasts)
		}
		if d, err = t.Rules.Propose(ctx, by, d.ID, d.Edition, p); err != nil {
			return err
		}
		_, err = t.Rules.Approve(ctx, t.crew[theCoordinator], d.ID, d.Edition)
		return err
	}
}

func (t *town) except(e rulebook.Exception, lasts time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		e.EndsAt = t.Clock.at.Add(lasts)
		_, err := t.Rules.Except(ctx, t.crew[theCoordinator], e)
		return err
	}
}

// words says an English sentence otherwise. What is not published waits for a second person.
func (t *town) words(key, before, after, note string, publish bool) func(context.Context) error {
	return func(ctx context.Context) error {
		by := t.crew[theSupervisor]
		was := t.Wording.Words.BuiltIn(ripoti.English, key)
		problems, err := t.Wording.Write(ctx, by, ripoti.WordingChange{Lang: ripoti.English, Key: key, Before: was, After: strings.Replace(was, before, after, 1)})
		if err != nil || len(problems) > 0 {
			return fmt.Errorf("%s: %v %w", key, problems, err)
		}
		d, err := t.Wording.Open(ctx, by)
		if err != nil {
			return err
		}
		if err := t.Wording.Propose(ctx, d.ID, by, note); err != nil || !publish {
			return err
		}
		return t.Wording.Approve(ctx, d.ID, t.crew[theCoordinator])
	}
}

// callLines rings two of the help numbers: the others are to be called.
func (t *town) callLines(ctx context.Context) error {
	for _, name := range []string{"children", "violence"} {
		if err := t.Wording.Called(ctx, t.crew[theCoordinator], name, true); err != nil {
			return err
		}
	}
	return nil
}

func (t *town) drill(county, scenario string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := t.Desk.StartDrill(ctx, casework.DrillWanted{County: county, Scenario: scenario, Lasts: 3 * time.Hour}, "user:"+t.crew[theCoordinator].ID)
		return err
	}
}

// twoCallers tell of one event within the hour.
func (t *town) twoCallers(ctx context.Context) error {
	a := ripoti.Answers{Danger: ripoti.DangerNo, What: ripoti.WhatChild, Detail: ripoti.ChildBeaten, Place: t.place("Kawangware"), AtRisk: ripoti.AtRiskOtherChild,
		ByWhom: ripoti.ByFamily, When: ripoti.WhenNow, Suspect: ripoti.SuspectNear, Contact: ripoti.WishNone}
	for n := range 2 {
		t.after(time.Duration(n)*25*time.Minute, "one of two callers", func(ctx context.Context) error {
			return t.call(ctx, fmt.Sprint("two", n), reporter(90_000+n), ripoti.Swahili, a)
		})
	}
	return nil
}

// dangerNow is a call of some minutes ago, near the station that nobody answers at.
func (t *town) dangerNow(ctx context.Context) error {
	a := ripoti.Answers{Danger: ripoti.DangerYes, What: ripoti.WhatChild, Detail: ripoti.ChildBeaten, Place: t.place("Roysambu"), AtRisk: ripoti.AtRiskOtherChild,
		ByWhom: ripoti.ByFamily, When: ripoti.WhenNow, Suspect: ripoti.SuspectNear, Weapon: ripoti.WeaponUnsure, Contact: ripoti.WishNone}
	return t.call(ctx, "danger", reporter(90_020), ripoti.Swahili, a)
}

// pushed is a reporter of the last weeks who was pushed to settle it: a red flag that stands.
func (t *town) pushed(ctx context.Context) error {
	if len(t.callers) == 0 {
		return nil
	}
	last := one(t, t.callers[max(0, len(t.callers)-40):])
	return t.follow(ctx, last.from, last.code, one(t, []flows.Act{flows.ActPushed, flows.ActMoney, flows.ActUnsafe}))
}

// complaint accuses the police of Kibera: a wall rises.
func (t *town) complaint(ctx context.Context) error {
	a := ripoti.Answers{Danger: ripoti.DangerNo, What: ripoti.WhatPolice, Detail: ripoti.PoliceBeat, Place: t.place("Kibera"), AtRisk: ripoti.AtRiskOtherChild,
		ByWhom: ripoti.ByPolice, When: ripoti.WhenDays3, Suspect: ripoti.SuspectUnsure, Contact: ripoti.WishEvening}
	return t.call(ctx, "complaint", reporter(90_010), ripoti.English, a)
}

// directory plans what changes among offices and contacts.
func (t *town) directory() {
	plan := func(part float64, do func(context.Context, casework.Keeper) error) {
		t.on(part, "the directory", func(ctx context.Context) error {
			return do(ctx, casework.Everywhere("user:"+t.crew[theCoordinator].ID))
		})
	}
	plan(0.15, t.roster)
	plan(0.35, func(ctx context.Context, by casework.Keeper) error {
		return t.Desk.Transfer(ctx, by, "sample-station-047-langata-duty", "sample-station-047-kilimani", ripoti.RoleDuty)
	})
	plan(0.42, func(ctx context.Context, by casework.Keeper) error {
		return t.Desk.AskNumber(ctx, by, "sample-station-001-likoni-duty")
	})
	plan(0.55, func(ctx context.Context, by casework.Keeper) error {
		return t.Desk.EndService(ctx, by, "sample-station-042-ahero-duty")
	})
	plan(0.7, func(ctx context.Context, by casework.Keeper) error {
		return t.Desk.CloseOffice(ctx, by, "sample-post-047-mowlem")
	})
	plan(0.9, func(ctx context.Context, by casework.Keeper) error {
		c := ripoti.Contact{ID: kibera + "-desk-2", OfficeID: kibera, Role: ripoti.RoleDesk, Rank: 2, Name: "Sample second desk", Lang: ripoti.Swahili, Phone: "+254711800001"}
		return t.Desk.SaveContact(ctx, by, ripoti.Contact{}, c)
	})
	plan(0.95, func(ctx context.Context, by casework.Keeper) error {
		return t.Desk.AddLeave(ctx, by, "sample-station-047-langata-ocs", t.Clock.at.Format(time.DateOnly), t.Clock.at.Add(12*day).Format(time.DateOnly), "")
	})
}

// roster gives the station of Kibera a desk by day and a duty officer by day and night.
func (t *town) roster(ctx context.Context, by casework.Keeper) error {
	return t.Desk.SaveShifts(ctx, by, kibera, casework.ShiftsSum(nil), [][]string{ // in the order of directory.ShiftColumns
		{kibera, "desk", kibera + "-desk", "mon-fri", "08:00", "17:00"},
		{kibera, "duty", kibera + "-duty", "daily", "06:00", "06:00"},
	})
}
