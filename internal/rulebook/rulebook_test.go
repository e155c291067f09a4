package rulebook_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/rulebook"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Three people of an invented network.
var (
	amina  = ripoti.User{ID: "u-amina", Role: ripoti.UserCoordinator}
	baraka = ripoti.User{ID: "u-baraka", Role: ripoti.UserSupervisor}
	chebet = ripoti.User{ID: "u-chebet", Role: ripoti.UserCoordinator, Counties: []string{"001"}}
	dan    = ripoti.User{ID: "u-dan", Role: ripoti.UserAuditor}
)

type house struct {
	*stage.Stage
	book *rulebook.Book
}

func open(t *testing.T) *house {
	t.Helper()
	s := stage.New(t, nil)
	h := &house{s, rulebook.New(s.Desk, slog.New(slog.NewTextHandler(io.Discard, nil)))}
	t.Cleanup(h.book.Close)
	s.Also = h.book.Tasks()
	return h
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// text is the default rules with a line written otherwise.
func (h *house) text(from, to string) []byte {
	h.Helper()
	doc := string(routing.Default().Document())
	if !strings.Contains(doc, from) {
		h.Fatalf("the rules have no %q", from)
	}
	return []byte(strings.Replace(doc, from, to, 1))
}

// rehearsed waits for a trial of the last 30 days.
func (h *house) rehearsed(by ripoti.User, d ripoti.RuleDraft) *rulebook.Found {
	h.Helper()
	now := h.Clock.Now()
	_, err := h.book.Rehearse(h.Context(), by, store.ViewOf(by), d.ID, now.Add(-rulebook.UsualRange), now)
	h.must(err)
	for range 2000 {
		r, found, err := h.book.Rehearsed(h.Context(), by, store.ViewOf(by), d.ID)
		h.must(err)
		if found != nil {
			return found
		}
		if r.State == ripoti.RehearsalBroke {
			break
		}
		time.Sleep(2 * time.Millisecond)
	}
	h.Fatal("the trial does not end")
	return nil
}

func (h *house) draft(title string, doc []byte) ripoti.RuleDraft {
	h.Helper()
	d, err := h.book.BeginWith(h.Context(), amina, title, doc)
	h.must(err)
	h.rehearsed(amina, d)
	return d
}

func (h *house) proposed(title string, doc []byte, p rulebook.Proposal) ripoti.RuleDraft {
	h.Helper()
	d := h.draft(title, doc)
	p.Reason = "tried for a month"
	d, err := h.book.Propose(h.Context(), amina, d.ID, d.Edition, p)
	h.must(err)
	return d
}

func (h *house) approved(title string, doc []byte, p rulebook.Proposal) ripoti.RuleDraft {
	h.Helper()
	d := h.proposed(title, doc, p)
	d, err := h.book.Approve(h.Context(), baraka, d.ID, d.Edition)
	h.must(err)
	return d
}

// accept is the promise for critical reports by the rules in force.
func accept(l *casework.Live) time.Duration { return l.Rules().Level(ripoti.Critical).AcceptWithin }

func (h *house) versions() (all []string) {
	h.Helper()
	list, err := h.Store.RuleVersions(h.Context(), 0, 50)
	h.must(err)
	for _, v := range list {
		all = append([]string{fmt.Sprintf("%d %s", v.Number, v.Origin)}, all...)
	}
	return all
}

func key(err error) string { return ripoti.KeyOf(err) }

func TestADraftComesIntoForceByASecondPersonAlone(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	d, err := h.book.Begin(ctx, amina, "faster", 0)
	h.must(err)
	if _, err := h.book.Begin(ctx, dan, "mine", 0); ripoti.CodeOf(err) != ripoti.CodeForbidden {
		t.Errorf("an auditor writes rules: %v", err)
	}
	propose := func(by ripoti.User, p rulebook.Proposal) string {
		_, err := h.book.Propose(ctx, by, d.ID, d.Edition, p)
		return key(err)
	}
	because := rulebook.Proposal{Reason: "officers answer sooner"}
	if got := propose(amina, because); got != "rules.nothing_changed" {
		t.Errorf("nothing changed: %q", got)
	}
	d, err = h.book.Write(ctx, amina, d.ID, d.Edition, h.text("accept_within: 10m", "accept_within: 7m"))
	h.must(err)
	if _, err := h.book.Write(ctx, chebet, d.ID, 1, []byte("old")); key(err) != "rules.changed_meanwhile" {
		t.Errorf("somebody writes over a change unseen: %v", err)
	}
	if got := propose(amina, because); got != "rules.rehearse_first" {
		t.Errorf("without a rehearsal: %q", got)
	}
	h.rehearsed(amina, d)
	for name, c := range map[string]struct {
		p    rulebook.Proposal
		want string
	}{
		"no reason":      {rulebook.Proposal{}, "rules.reason_needed"},
		"a start before": {rulebook.Proposal{Reason: "x", StartsAt: h.Clock.Now().Add(-time.Hour)}, "rules.start_wrong"},
		"an early end":   {rulebook.Proposal{Reason: "x", StartsAt: h.Clock.Now().Add(time.Hour), EndsAt: h.Clock.Now().Add(time.Hour)}, "rules.end_wrong"},
	} {
		if got := propose(amina, c.p); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	d, err = h.book.Propose(ctx, amina, d.ID, d.Edition, because)
	h.must(err)
	for _, who := range []ripoti.User{amina, dan} {
		if _, err := h.book.Approve(ctx, who, d.ID, d.Edition); ripoti.CodeOf(err) != ripoti.CodeForbidden || rulebook.MayDecide(d, who) {
			t.Errorf("%s agrees: %v", who.ID, err)
		}
	}
	if _, err := h.book.Write(ctx, baraka, d.ID, d.Edition, []byte("other")); key(err) != "rules.not_writing" {
		t.Errorf("what is proposed changes: %v", err)
	}
	if accept(h.Desk.Live) != 10*time.Minute {
		t.Error("in force before anybody agreed")
	}
	if _, err = h.book.Refuse(ctx, baraka, d.ID, ""); key(err) != "rules.answer_needed" {
		t.Errorf("a no without a word: %v", err)
	}
	d, err = h.book.Refuse(ctx, baraka, d.ID, "too fast for Turkana")
	h.must(err)
	d, err = h.book.Write(ctx, chebet, d.ID, d.Edition, h.text("accept_within: 10m", "accept_within: 8m"))
	h.must(err)
	h.rehearsed(amina, d)
	d, err = h.book.Propose(ctx, amina, d.ID, d.Edition, because)
	h.must(err)
	if _, err := h.book.Approve(ctx, chebet, d.ID, d.Edition); key(err) != "rules.second_person" {
		t.Errorf("who wrote in it agrees: %v", err)
	}
	d, err = h.book.Approve(ctx, baraka, d.ID, d.Edition)
	h.must(err)
	if d.Version != 1 || accept(h.Desk.Live) != 8*time.Minute {
		t.Errorf("version %d, %v", d.Version, accept(h.Desk.Live))
	}
	v, err := h.Store.RuleVersion(ctx, 1)
	h.must(err)
	if v.Author != "u-amina,u-chebet" || v.Approver != "u-baraka" || v.Reason != because.Reason || v.DraftID != d.ID {
		t.Errorf("%+v", v)
	}
	if _, err := h.book.Approve(ctx, baraka, d.ID, d.Edition); ripoti.CodeOf(err) != ripoti.CodeConflict {
		t.Errorf("published twice: %v", err)
	}
	if _, breaks, err := h.Store.VerifyChains(ctx, func(int) {}); err != nil || len(breaks) > 0 {
		t.Error(breaks, err)
	}
	deeds, err := h.Store.Deeds(ctx, store.View{}, store.DeedsWanted{Network: true}, store.DeedMark{}, 50)
	h.must(err)
	if got := len(deeds); got < 7 {
		t.Errorf("%d lines of who did what", got)
	}
}

// Two processes with a world each: the rules come into force at their time, once, in both, and go back.
func TestRulesComeAndGoAtTheirTimeOnceInAllProcesses(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	other, err := casework.NewLive(ctx, h.Store, h.Desk.Places)
	h.must(err)
	start := h.Clock.Now().Add(time.Hour)
	d := h.approved("for the flood", h.text("accept_within: 10m", "accept_within: 6m"), rulebook.Proposal{StartsAt: start, EndsAt: start.Add(2 * time.Hour)})
	if d.Version != 0 || accept(h.Desk.Live) != 10*time.Minute {
		t.Fatal("in force before its time")
	}
	again := func(kind string, do casework.Task) {
		var hands sync.WaitGroup
		for range 4 {
			hands.Go(func() {
				if err := do(ctx, tasks.Payload{Duty: kind + ":" + d.ID, Subject: d.ID}); err != nil {
					t.Error(err)
				}
			})
		}
		hands.Wait()
	}
	again(tasks.Publish, h.book.Publish) // by a clock that goes ahead
	if accept(h.Desk.Live) != 10*time.Minute {
		t.Error("in force before its time")
	}
	h.Clock.Move(time.Hour)
	again(tasks.Publish, h.book.Publish)
	h.must(other.Refresh(ctx))
	if accept(h.Desk.Live) != 6*time.Minute || accept(other) != 6*time.Minute {
		t.Errorf("%v and %v", accept(h.Desk.Live), accept(other))
	}
	h.Clock.Move(2 * time.Hour)
	again(tasks.GoBack, h.book.GoBack)
	h.must(other.Refresh(ctx))
	if accept(h.Desk.Live) != 10*time.Minute || accept(other) != 10*time.Minute {
		t.Errorf("%v and %v", accept(h.Desk.Live), accept(other))
	}
	if got := strings.Join(h.versions(), ", "); got != "1 published, 2 returned" {
		t.Error(got)
	}
	h.Wait(time.Hour) // and nothing more is owed
}

func TestTheWayBackKnowsWhatCameSince(t *testing.T) {
	h := open(t)
	hour := func(n int) time.Time { return time.Date(2026, 11, 2, 6+n, 0, 0, 0, time.UTC) }
	within := func(minutes int) []byte {
		return h.text("accept_within: 10m", fmt.Sprintf("accept_within: %dm", minutes))
	}
	h.approved("A, until hour 4", within(9), rulebook.Proposal{EndsAt: hour(4)})
	h.approved("B, until hour 2", within(8), rulebook.Proposal{EndsAt: hour(2)})
	h.Wait(2*time.Hour + time.Minute)
	if got := accept(h.Desk.Live); got != 9*time.Minute {
		t.Errorf("after B comes A again, not %v", got)
	}
	h.approved("C, until hour 6", within(7), rulebook.Proposal{EndsAt: hour(6)})
	h.Wait(2 * time.Hour)
	if got := accept(h.Desk.Live); got != 7*time.Minute {
		t.Errorf("the end of A ends C: %v", got)
	}
	h.Wait(2 * time.Hour)
	if got := accept(h.Desk.Live); got != 10*time.Minute {
		t.Errorf("after C, A being over, come the rules before A, not %v", got)
	}
	h.approved("D, for good", within(5), rulebook.Proposal{})
	h.must(h.book.Undo(t.Context(), chebet, 6, "too fast"))
	if got := accept(h.Desk.Live); got != 10*time.Minute {
		t.Errorf("undone, and yet %v", got)
	}
	if err := h.book.Undo(t.Context(), chebet, 6, "again"); key(err) != "rules.changed_meanwhile" {
		t.Errorf("undone twice: %v", err)
	}
	old, err := h.book.Begin(t.Context(), amina, "B again", 2)
	h.must(err)
	if !strings.Contains(old.Document, "accept_within: 8m") || old.Base != 7 {
		t.Errorf("restored from %d", old.Base)
	}
}

func TestNobodyUndoesWhatTheyHaveNotSeen(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	start := h.Clock.Now().Add(time.Hour)
	planned := h.approved("planned", h.text("accept_within: 10m", "accept_within: 6m"), rulebook.Proposal{StartsAt: start})
	waiting := h.proposed("waiting", h.text("accept_within: 10m", "accept_within: 9m"), rulebook.Proposal{})
	h.approved("now", h.text("able_within_km: 50", "able_within_km: 40"), rulebook.Proposal{})
	if _, err := h.book.Approve(ctx, baraka, waiting.ID, waiting.Edition); key(err) != "rules.base_changed" {
		t.Errorf("it would undo what came since: %v", err)
	}
	h.Wait(2 * time.Hour)
	d, err := h.Store.RuleDraft(ctx, planned.ID)
	h.must(err)
	if d.State != ripoti.DraftProposed || d.Version != 0 || accept(h.Desk.Live) != 10*time.Minute {
		t.Errorf("%s, version %d", d.State, d.Version)
	}
	d, err = h.book.TakeOver(ctx, amina, planned.ID, d.Edition)
	h.must(err)
	if d.Base != 1 || d.State != ripoti.DraftWriting {
		t.Errorf("%+v", d)
	}
	if _, err := h.book.Withdraw(ctx, amina, planned.ID); err != nil {
		t.Error(err)
	}
	later := h.approved("later", h.text("accept_within: 10m", "accept_within: 5m"), rulebook.Proposal{StartsAt: h.Clock.Now().Add(time.Hour)})
	if later.Base != 1 {
		t.Fatal(later.Base)
	}
	_, err = h.book.Withdraw(ctx, chebet, later.ID)
	h.must(err)
	h.Wait(2 * time.Hour)
	if got := strings.Join(h.versions(), ", "); got != "1 published" {
		t.Error(got)
	}
}

func TestRulesThatLeadToNobodyAreRefused(t *testing.T) {
	h := open(t)
	for name, c := range map[string]struct{ from, to, path, key string }{
		"a line for a role that nobody has there": {`{ who: station, as: safety, roles: [duty, ocs, desk], why: "the duty officer of the station" }`,
			`{ who: station, as: safety, roles: [health], why: "the duty officer of the station" }`, "categories[other_crime].tell[0].roles", "strand_unproved"},
		"nobody for safety": {`{ who: station, as: safety, roles: [duty, ocs, desk], why: "the duty officer of the station" }`,
			`{ who: station, as: told, why: "the duty officer of the station" }`, "categories[other_crime]", "strand_safety"},
		"a promise that is too late":  {"accept_within: 10m", "accept_within: 40m", "levels[critical].accept_within", "later"},
		"a word that does not exist":  {"able_within_km: 50", "able_within_km: 5000", "settings.able_within_km", "lte"},
		"the accused would be told":   {"{ who: oversight, as: safety, why: \"the oversight liaison, outside the station\" }", "{ who: station, as: safety, why: \"x\" }", "categories[police_abuse].tell[0].who", "accused"},
		"a field that does not exist": {"able_within_km: 50", "able_within: 50", "settings", "no_field"},
	} {
		_, problems := h.book.Check(h.text(c.from, c.to))
		found := false
		for _, p := range problems {
			found = found || p.Path == c.path && p.Key == c.key && p.Line > 0 && p.Text != ""
		}
		if !found {
			t.Errorf("%s: %+v", name, problems)
		}
	}
	if _, problems := h.book.Check(h.text("able_within_km: 50", "able_within_km: 48")); len(problems) > 0 {
		t.Errorf("sound rules: %v", problems)
	}
	d := h.draft("unsound", h.text("accept_within: 10m", "accept_within: 9m"))
	d, err := h.book.Write(t.Context(), amina, d.ID, d.Edition, []byte("nonsense: ["))
	h.must(err)
	_, err = h.book.Propose(t.Context(), amina, d.ID, d.Edition, rulebook.Proposal{Reason: "x"})
	var problems routing.Problems
	if key(err) != "rules.unsound" || !errors.As(err, &problems) {
		t.Errorf("%v", err)
	}
}

func TestARehearsalShowsFromWhomToWhomAndKeepsTheWall(t *testing.T) {
	h := open(t)
	h.File("c1", ripoti.StageComplete, stage.Report(nil))
	h.File("c2", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.AtRisk = ripoti.WhatCrime, ripoti.AtRiskUnsure }))
	h.File("c3", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.What, a.Detail = ripoti.WhatPolice, ripoti.PoliceBeat }))
	h.Clock.Move(time.Minute)
	d := h.draft("to the command", h.text(`{ who: station, as: safety, roles: [duty, ocs, desk], why: "the duty officer of the station" }`,
		`{ who: subcounty_command, as: safety, why: "the commander" }`))
	found := h.rehearsed(amina, d)
	if found.Reports != 3 || found.Others != 1 || found.Nobody != 0 || len(found.Flows) != 1 {
		t.Fatalf("%+v", found)
	}
	if f := found.Flows[0]; f.From != "station-near" || f.To != "command-west" || f.Side != ripoti.Safety || f.Reports != 1 {
		t.Errorf("%+v", f)
	}
	colleague := ripoti.User{ID: "u-colleague", Role: ripoti.UserCoordinator, OfficeID: "station-near"}
	if found := h.rehearsed(colleague, d); found.Reports != 2 {
		t.Errorf("a colleague of the accused counts %d", found.Reports)
	}
	before := store.ViewOf(amina)
	amina := amina
	amina.OfficeID = "station-near"
	if _, found, err := h.book.Rehearsed(t.Context(), amina, before, d.ID); err != nil || found == nil {
		t.Error("her own trial is gone")
	}
	if _, found, err := h.book.Rehearsed(t.Context(), amina, store.ViewOf(amina), d.ID); err != nil || found != nil {
		t.Error("what she may not see any more is still shown")
	}
	d, err := h.book.Write(t.Context(), amina, d.ID, d.Edition, h.text("level: medium\n    says: Other crime with a weapon", "level: high\n    says: Other crime with a weapon"))
	h.must(err)
	h.File("c4", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) {
		a.What, a.AtRisk, a.Weapon, a.Suspect = ripoti.WhatCrime, ripoti.AtRiskSelfAdult, ripoti.WeaponBlade, ripoti.SuspectFled
		a.Place.ID = "elsewhere"
	}))
	h.Clock.Move(time.Minute)
	found = h.rehearsed(baraka, d)
	if len(found.Levels) != 1 || found.Levels[0].Before != ripoti.Medium || found.Levels[0].After != ripoti.High || found.Others != 0 {
		t.Errorf("another urgency: %+v", found)
	}
}

func TestAnExceptionCountsUntilItEnds(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	friday := h.Clock.Now().Add(48 * time.Hour)
	crime := func(id string) {
		h.File(id, ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) {
			a.Danger, a.What, a.AtRisk = ripoti.DangerYes, ripoti.WhatCrime, ripoti.AtRiskUnsure
		}))
	}
	for name, c := range map[string]struct {
		by   ripoti.User
		e    rulebook.Exception
		want string
	}{
		"no such office":         {amina, rulebook.Exception{Kind: ripoti.OverrideSkip, OfficeID: "nowhere", Reason: "x", EndsAt: friday}, "rules.no_office"},
		"no reason":              {amina, rulebook.Exception{Kind: ripoti.OverrideSkip, OfficeID: "station-near", EndsAt: friday}, "rules.reason_needed"},
		"no end":                 {amina, rulebook.Exception{Kind: ripoti.OverrideSkip, OfficeID: "station-near", Reason: "x"}, "rules.override_times"},
		"an end far away":        {amina, rulebook.Exception{Kind: ripoti.OverrideSkip, OfficeID: "station-near", Reason: "x", EndsAt: friday.Add(1000 * time.Hour)}, "rules.override_long"},
		"another county":         {chebet, rulebook.Exception{Kind: ripoti.OverrideSkip, OfficeID: "station-near", Reason: "x", EndsAt: friday}, "rules.not_your_county"},
		"an unknown place":       {amina, rulebook.Exception{Kind: ripoti.OverrideSend, OfficeID: "station-near", Place: "qqqxyz", Reason: "x", EndsAt: friday}, "rules.no_place"},
		"nobody else to be told": {amina, rulebook.Exception{Kind: ripoti.OverrideSkip, OfficeID: "oversight-ke", Reason: "x", EndsAt: friday}, "rules.override_strands"},
		"an auditor":             {dan, rulebook.Exception{Kind: ripoti.OverrideSkip, OfficeID: "station-near", Reason: "x", EndsAt: friday}, "error.role"},
	} {
		if _, err := h.book.Except(ctx, c.by, c.e); key(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	skip, err := h.book.Except(ctx, amina, rulebook.Exception{Kind: ripoti.OverrideSkip, OfficeID: "station-near", Reason: "flooded", EndsAt: friday})
	h.must(err)
	crime("c1")
	if got := strings.Join(h.Told(), " "); strings.Contains(got, "station-near") || !strings.Contains(got, "station-next") {
		t.Errorf("flooded: %s", got)
	}
	if err := h.book.EndException(ctx, chebet, skip.ID); key(err) != "rules.not_your_county" {
		t.Errorf("another county's is ended: %v", err)
	}
	other, err := casework.NewLive(ctx, h.Store, h.Desk.Places)
	h.must(err)
	try := func(l *casework.Live) string {
		c := routing.Case{Answers: ripoti.Answers{What: ripoti.WhatCrime, Danger: ripoti.DangerYes, Place: stage.Kibera, ByWhom: ripoti.ByStranger}, Stage: ripoti.StageComplete, At: h.Clock.Now()}
		return routing.Decide(c, l.World().Directory, l.Rules()).Parts[0].OfficeID
	}
	if got := try(other); got != "station-next" {
		t.Errorf("another process: %s", got)
	}
	h.Clock.Move(48 * time.Hour) // no worker has to end it
	h.must(other.Refresh(ctx))
	if got := try(other); got != "station-near" {
		t.Errorf("on Friday: %s", got)
	}
	ward := h.Desk.Places.Wards()[0]
	for _, w := range h.Desk.Places.Wards() {
		if w.CountyID == "047" {
			ward = w
			break
		}
	}
	send, err := h.book.Except(ctx, amina, rulebook.Exception{Kind: ripoti.OverrideSend, OfficeID: "station-far", Place: ward.ID, Reason: "flooded", EndsAt: h.Clock.Now().Add(time.Hour)})
	h.must(err)
	c := routing.Case{Answers: ripoti.Answers{What: ripoti.WhatCrime, Place: ward.Ref(), ByWhom: ripoti.ByStranger}, Stage: ripoti.StageComplete, At: h.Clock.Now()}
	d := routing.Decide(c, h.Desk.Live.World().Directory, h.Desk.Live.Rules())
	if d.Parts[0].OfficeID != "station-far" || !strings.Contains(d.Parts[0].Why, "until") {
		t.Errorf("%+v", d.Parts[0])
	}
	c.Answers.What, c.Answers.Detail, c.AccusedOffices = ripoti.WhatPolice, ripoti.PoliceBeat, []string{"station-far"}
	for _, p := range routing.Decide(c, h.Desk.Live.World().Directory, h.Desk.Live.Rules()).Parts {
		if p.OfficeID == "station-far" {
			t.Error("an exception goes through the wall")
		}
	}
	h.must(h.book.EndException(ctx, baraka, send.ID))
	if d := routing.Decide(routing.Case{Answers: ripoti.Answers{What: ripoti.WhatCrime, Place: ward.Ref(), ByWhom: ripoti.ByStranger}, Stage: ripoti.StageComplete, At: h.Clock.Now()}, h.Desk.Live.World().Directory, h.Desk.Live.Rules()); d.Parts[0].OfficeID == "station-far" {
		t.Error("it was ended and goes on")
	}
}

func TestTwoDocumentsAreComparedInWordsAndLines(t *testing.T) {
	h := open(t)
	a := routing.Default().Document()
	b, err := routing.Edit(a, map[string]string{"levels[critical].accept_within": "8m", "categories[svac].tell[1].as": "safety"})
	h.must(err)
	b, err = routing.MoveRow(b, "urgency[0]", routing.MoveCopy)
	h.must(err)
	b, err = routing.MoveRow(b, "categories[dv].tell[1]", routing.MoveDrop)
	h.must(err)
	changes, err := rulebook.Compare(a, b)
	h.must(err)
	var got []string
	for _, c := range changes {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", c.Kind, c.Section, c.Row, c.Key)))
	}
	if want := "altered levels critical accept_within, came urgency C7, altered categories[svac] tell #2 as, went categories[dv] tell #2"; strings.Join(got, ", ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, ", "), want)
	}
	plus, minus := 0, 0
	for _, l := range rulebook.Lines(a, b) {
		switch l.Kind {
		case "+":
			plus++
		case "-":
			minus++
		}
	}
	if plus < 8 || plus > 30 || minus < 8 || minus > 30 {
		t.Errorf("%d lines more, %d less", plus, minus)
	}
	if rulebook.Lines(a, a) != nil {
		t.Error("the same differs")
	}
}
