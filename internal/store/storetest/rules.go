package storetest

import (
	"fmt"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

func rules(t *testing.T, f *fixture) {
	if doc, err := f.Rules(f.ctx); doc != "" || err != nil {
		t.Errorf("before any: %q, %v", doc, err)
	}
	if v, err := f.RulesInForce(f.ctx); v.Number != 0 || err != nil {
		t.Errorf("before any: %+v, %v", v, err)
	}
	before, err := f.Revision(f.ctx, "rules")
	f.must(err)
	end := f.clock.Now().Add(time.Hour)
	for i, v := range []ripoti.RuleVersion{
		{Document: "one", Author: "u1", Approver: "u2", Reason: "first"},
		{Document: "two", Author: "u1", Approver: "u2", Reason: "for an hour", DraftID: "d1", EndsAt: end},
		{Document: "one", Origin: ripoti.RulesReturned, Previous: 0},
	} {
		f.tx(func(tx *store.Tx) error {
			n, err := tx.PublishRules(f.ctx, v)
			if n != i+1 {
				t.Errorf("version %d is called %d", i+1, n)
			}
			return err
		})
	}
	if after, err := f.Revision(f.ctx, "rules"); err != nil || after <= before {
		t.Errorf("running processes are not told: %d, %d, %v", before, after, err)
	}
	if doc, err := f.Rules(f.ctx); doc != "one" || err != nil {
		t.Errorf("in force: %q, %v", doc, err)
	}
	two, err := f.RuleVersion(f.ctx, 2)
	f.must(err)
	if two.Document != "two" || two.Previous != 1 || two.DraftID != "d1" || !two.EndsAt.Equal(end) || two.Origin != ripoti.RulesPublished || !two.Since.Equal(f.clock.Now()) {
		t.Errorf("%+v", two)
	}
	if _, err := f.RuleVersion(f.ctx, 9); ripoti.CodeOf(err) != ripoti.CodeNotFound {
		t.Errorf("a version that never was: %v", err)
	}
	page, err := f.RuleVersions(f.ctx, 0, 2)
	f.must(err)
	rest, err := f.RuleVersions(f.ctx, 2, 2)
	f.must(err)
	if len(page) != 2 || page[0].Number != 3 || len(rest) != 1 || rest[0].Number != 1 || rest[0].Document != "" {
		t.Errorf("%+v, then %+v", page, rest)
	}
	ruleDrafts(t, f)
	overrides(t, f)
}

func ruleDrafts(t *testing.T, f *fixture) {
	now := f.clock.Now()
	d := ripoti.RuleDraft{ID: "d1", State: ripoti.DraftWriting, Title: "nearer", Document: "text", Base: 3, Edition: 1, Authors: []string{"u1"}, CreatedAt: now, ChangedAt: now}
	f.tx(func(tx *store.Tx) error { return tx.AddRuleDraft(f.ctx, d) })
	f.tx(func(tx *store.Tx) error {
		got, err := tx.RuleDraft(f.ctx, "d1")
		if fmt.Sprint(got) != fmt.Sprint(d) {
			t.Errorf("%+v\nwant %+v", got, d)
		}
		got.State, got.Edition, got.Authors, got.Reason, got.EndsAt = ripoti.DraftProposed, 2, []string{"u1", "u2"}, "floods", now.Add(time.Hour)
		d = got
		return orElse(err, tx.SaveRuleDraft(f.ctx, got))
	})
	got, err := f.Store.RuleDraft(f.ctx, "d1")
	f.must(err)
	if fmt.Sprint(got) != fmt.Sprint(d) {
		t.Errorf("%+v\nwant %+v", got, d)
	}
	if list, err := f.RuleDrafts(f.ctx, 5); err != nil || len(list) != 1 || list[0].Title != "nearer" || list[0].Document != "" {
		t.Errorf("%+v, %v", list, err)
	}
}

func overrides(t *testing.T, f *fixture) {
	now := f.clock.Now()
	for _, o := range []ripoti.Override{
		{ID: "o1", Kind: ripoti.OverrideSkip, OfficeID: "station-a", County: "047", Reason: "flooded", Author: "u1", MadeAt: now, StartsAt: now, EndsAt: now.Add(time.Hour)},
		{ID: "o2", Kind: ripoti.OverrideSend, OfficeID: "station-b", PlaceID: "ward-1", Places: []string{"ward-1", "ward-2"}, Place: "Sample", County: "047", Author: "u1", MadeAt: now.Add(time.Second), StartsAt: now, EndsAt: now.Add(2 * time.Hour)},
	} {
		f.tx(func(tx *store.Tx) error { return tx.AddOverride(f.ctx, o) })
	}
	current, err := f.Overrides(f.ctx)
	f.must(err)
	if len(current) != 2 || current[0].ID != "o1" || fmt.Sprint(current[1].Places) != "[ward-1 ward-2]" || !current[0].InForce(now) {
		t.Errorf("%+v", current)
	}
	f.tx(func(tx *store.Tx) error { return tx.EndOverride(f.ctx, "o2", "u2") })
	f.clock.Move(time.Hour)
	if left, err := f.Overrides(f.ctx); err != nil || len(left) != 0 {
		t.Errorf("past their time: %+v, %v", left, err)
	}
	if past, err := f.PastOverrides(f.ctx, 5); err != nil || len(past) != 2 || past[0].EndedBy != "u2" {
		t.Errorf("%+v, %v", past, err)
	}
	f.tx(func(tx *store.Tx) error {
		if _, err := tx.Override(f.ctx, "o9"); ripoti.CodeOf(err) != ripoti.CodeNotFound {
			t.Errorf("one that never was: %v", err)
		}
		return nil
	})
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func pastReports(t *testing.T, f *fixture) {
	from := f.clock.Now()
	var want []string
	for i := range 5 {
		want = append(want, f.file(fmt.Sprint("c", i)).ID)
		f.clock.Move(time.Duration(i%2) * time.Second) // some share a moment
	}
	f.tx(func(tx *store.Tx) error { return tx.SaveDecision(f.ctx, want[1], "{}", []string{"station-a"}) })
	to := f.clock.Now().Add(time.Second)
	read := func(v store.View) (got []string) {
		for after := (store.PastMark{}); ; {
			page, err := f.Past(f.ctx, v, from, to, after, 2)
			f.must(err)
			if len(page) == 0 {
				return got
			}
			for _, p := range page {
				if p.Answers.More != "" || p.Answers.Place.Typed != "" || p.Answers.Place.ID != "ward-0001" || p.Category != ripoti.SVAC {
					t.Errorf("%+v", p)
				}
				got = append(got, p.ID)
			}
			after = page[len(page)-1].Mark()
		}
	}
	if got := read(store.View{}); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v\nwant %v", got, want)
	}
	colleague := store.View{Offices: []string{"station-a"}}
	if got := read(colleague); fmt.Sprint(got) != fmt.Sprint(append(want[:1:1], want[2:]...)) {
		t.Errorf("behind the wall: %v", got)
	}
	if n, err := f.CountPast(f.ctx, colleague, from, to); n != 4 || err != nil {
		t.Errorf("behind the wall %d are counted, %v", n, err)
	}
	rehearsals(t, f, from, to)
}

func rehearsals(t *testing.T, f *fixture, from, to time.Time) {
	now := f.clock.Now()
	f.tx(func(tx *store.Tx) error {
		return tx.AddRuleDraft(f.ctx, ripoti.RuleDraft{ID: "d1", State: ripoti.DraftWriting, CreatedAt: now, ChangedAt: now})
	})
	r := ripoti.Rehearsal{ID: "r1", DraftID: "d1", Edition: 4, Base: 2, UserID: "u1", From: from, To: to, State: ripoti.RehearsalRuns}
	f.must(f.AddRehearsal(f.ctx, r))
	r.State, r.Done, r.Total, r.Result, r.FinishedAt = ripoti.RehearsalDone, 5, 5, `{"reports":5}`, now
	f.must(f.SaveRehearsal(f.ctx, r))
	got, some, err := f.NewestRehearsal(f.ctx, "d1", "u1")
	f.must(err)
	if !some || got.Result != r.Result || got.Done != 5 || got.Edition != 4 || got.Base != 2 || !got.To.Equal(to) || got.State != ripoti.RehearsalDone {
		t.Errorf("%+v", got)
	}
	if _, some, err := f.NewestRehearsal(f.ctx, "d1", "u2"); some || err != nil {
		t.Errorf("somebody else reads it: %v", err)
	}
}
