package storetest

import (
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// deletionAsked: a wish to be forgotten waits once until it is decided.
func deletionAsked(t *testing.T, f *fixture) {
	first, second := f.file("c1").ID, f.file("c2").ID
	ask := func(id string) (fresh bool) {
		f.tx(func(tx *store.Tx) (err error) { fresh, err = tx.AskDeletion(f.ctx, id); return err })
		return fresh
	}
	if !ask(first) || ask(first) || !ask(second) {
		t.Error("a request is new once")
	}
	waiting := func(all bool) int {
		page, err := f.DeletionRequests(f.ctx, all, "", 10)
		f.must(err)
		for _, q := range page {
			if q.AskedAt != f.clock.Now() || q.Code == "" {
				t.Errorf("listed %+v", q)
			}
		}
		return len(page)
	}
	if n := waiting(false); n != 2 {
		t.Errorf("%d wait", n)
	}
	f.tx(func(tx *store.Tx) error {
		if ok, err := tx.DecideDeletion(f.ctx, first, "dpo", "refused", "live_case"); !ok || err != nil {
			t.Errorf("decided %v, %v", ok, err)
		}
		ok, err := tx.DecideDeletion(f.ctx, first, "dpo", "erased", "asked")
		if ok {
			t.Error("decided twice")
		}
		return err
	})
	if open, all := waiting(false), waiting(true); open != 1 || all != 2 {
		t.Errorf("%d wait of %d", open, all)
	}
	if !ask(first) {
		t.Error("what was refused may be asked again")
	}
}

// briefFigures: a brief counts each report once, in its area and on this side of its walls.
func briefFigures(t *testing.T, f *fixture) {
	late := f.file("late").ID
	f.assign(late, "station-1")
	f.clock.Move(2 * time.Hour)
	walled, fresh := f.file("walled").ID, f.file("fresh").ID
	f.assign(walled, "station-1")
	f.assign(fresh, "station-1")
	f.assign(fresh, "station-2")
	f.assign(f.file("elsewhere").ID, "station-9")
	f.tx(func(tx *store.Tx) error {
		return tx.SaveDecision(f.ctx, walled, "{}", []string{"station-1", "command"})
	})
	closed := f.file("closed").ID
	f.tx(func(tx *store.Tx) error { return tx.CloseReport(f.ctx, closed, ripoti.OutcomeUnfounded) })
	f.tx(func(tx *store.Tx) error {
		for _, id := range []string{late, walled} {
			if _, err := tx.Raise(f.ctx, store.Flag{ID: store.NewID(), ReportID: id, Kind: ripoti.FlagSettlement, RaisedAt: f.clock.Now(), RaisedBy: "reporter"}); err != nil {
				return err
			}
		}
		return nil
	})
	f.tx(func(tx *store.Tx) error {
		for _, c := range []store.Check{
			{ReportID: fresh, Kind: ripoti.CheckClock72, DueAt: f.clock.Now().Add(time.Hour)},
			{ReportID: fresh, Kind: ripoti.CheckHearing, DueAt: f.clock.Now().Add(2 * time.Hour)},
			{ReportID: fresh, Kind: ripoti.CheckFled, DueAt: f.clock.Now().Add(400 * time.Hour)},
			{ReportID: walled, Kind: ripoti.CheckHearing, DueAt: f.clock.Now().Add(2 * time.Hour)},
			{ReportID: late, Kind: ripoti.CheckClock72, DueAt: f.clock.Now().Add(40 * time.Hour)},
		} {
			c.ID, c.Side, c.Round, c.NextAt = store.NewID(), ripoti.Care, 1, c.DueAt
			if _, _, err := tx.Await(f.ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
	now := f.clock.Now().Add(time.Minute)
	m := store.Morning{Today: now.Add(-6 * time.Hour), End: now.Add(18 * time.Hour), Since: now.Add(-time.Hour), Now: now, Old: now.Add(-90 * time.Minute), Late: map[ripoti.Urgency]time.Time{ripoti.High: now.Add(-time.Hour)}}
	for _, c := range []struct {
		name string
		area store.Area
		want store.Figures
	}{
		{"a station, without what is walled off from it", store.Area{Offices: []string{"station-1"}, Reader: store.Asker{Offices: []string{"station-1"}}}, store.Figures{New: 1, Unaccepted: 2, Late: 1, Old: 1, Clock72: 1, Court: 1, Fled: 1, Settlement: 1}},
		{"its neighbour", store.Area{Offices: []string{"station-2"}, Reader: store.Asker{Offices: []string{"station-2"}}}, store.Figures{New: 1, Unaccepted: 1, Clock72: 1, Court: 1, Fled: 1}},
		{"two stations count a report once", store.Area{Offices: []string{"station-1", "station-2"}, Reader: store.Asker{Offices: []string{"command"}}}, store.Figures{New: 1, Unaccepted: 2, Late: 1, Old: 1, Clock72: 1, Court: 1, Fled: 1, Settlement: 1}},
		{"a county sees behind the wall", store.Area{County: "047", Reader: store.Asker{Offices: []string{"coordination"}}}, store.Figures{New: 3, Unaccepted: 4, Late: 1, Old: 1, Clock72: 1, Court: 2, Fled: 1, Settlement: 2}},
		{"another county", store.Area{County: "001"}, store.Figures{}},
		{"the country, for a number of an accused office", store.Area{Reader: store.Asker{Offices: []string{"coordination", "command"}}}, store.Figures{New: 2, Unaccepted: 3, Late: 1, Old: 1, Clock72: 1, Court: 1, Fled: 1, Settlement: 1}},
		{"nobody's", store.Area{Offices: []string{}}, store.Figures{}},
	} {
		got, err := f.Figures(f.ctx, c.area, m)
		if f.must(err); got != c.want {
			t.Errorf("%s: %+v, not %+v", c.name, got, c.want)
		}
	}
	near := store.Area{Offices: []string{"station-1"}, Reader: store.Asker{Offices: []string{"station-1"}}}
	f.tx(func(tx *store.Tx) error { return tx.CloseReport(f.ctx, late, ripoti.OutcomeUnfounded) })
	if got, err := f.Figures(f.ctx, near, m); err != nil || got.Late != 0 {
		t.Errorf("a closed case is late: %+v, %v", got, err)
	}
	f.tx(func(tx *store.Tx) error { return tx.OpenReport(f.ctx, late, ripoti.StatusRouted) })
	if got, err := f.Figures(f.ctx, near, m); err != nil || got.Late != 1 {
		t.Errorf("a case that was opened again is gone: %+v, %v", got, err)
	}
	office, n, err := f.MostLate(f.ctx, store.Area{Offices: []string{"station-1", "station-2"}}, m)
	if f.must(err); office != "station-1" || n != 1 {
		t.Errorf("most late is %s with %d", office, n)
	}
	f.tx(func(tx *store.Tx) error {
		for _, want := range []bool{true, false} {
			if fresh, err := tx.Briefed(f.ctx, "ocs", "2026-11-03"); fresh != want || err != nil {
				t.Errorf("noted %v, %v", fresh, err)
			}
		}
		return nil
	})
	if at, err := f.LastBrief(f.ctx, "ocs"); err != nil || at != f.clock.Now() {
		t.Errorf("last brief at %v, %v", at, err)
	}
}
