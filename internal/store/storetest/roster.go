package storetest

import (
	"reflect"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

func rosters(t *testing.T, f *fixture) {
	revision := func() int64 {
		n, err := f.Revision(f.ctx, "roster")
		f.must(err)
		return n
	}
	save := func(whole bool, shifts ...ripoti.Shift) {
		f.Helper()
		f.tx(func(tx *store.Tx) error { return tx.SaveShifts(f.ctx, shifts, whole) })
	}
	read := func() ripoti.Roster {
		r, err := f.Roster(f.ctx)
		f.must(err)
		return r
	}
	day := ripoti.Shift{OfficeID: "station-a", Role: ripoti.RoleDesk, ContactID: "a.desk", Days: ripoti.EveryDay, From: 8 * 60, To: 20 * 60}
	night := day
	night.ContactID, night.From, night.To = "a.duty", 20*60, 8*60
	other := ripoti.Shift{OfficeID: "station-b", Role: ripoti.RoleDuty, ContactID: "b.duty", Days: ripoti.On(time.Monday, time.Sunday), From: 0, To: 0}

	before := revision()
	save(false, day, other)
	if got := read().Shifts; !reflect.DeepEqual(got, []ripoti.Shift{day, other}) {
		t.Errorf("shifts %+v", got)
	}
	if revision() == before {
		t.Error("running processes hear nothing of a new roster")
	}
	save(false, night)
	if got := read().Shifts; !reflect.DeepEqual(got, []ripoti.Shift{night, other}) {
		t.Errorf("a roster of one office touches another: %+v", got)
	}
	save(true, day)
	if got := read().Shifts; !reflect.DeepEqual(got, []ripoti.Shift{day}) {
		t.Errorf("the whole roster is not replaced: %+v", got)
	}

	away := ripoti.Leave{ContactID: "a.desk", From: "2026-12-24", To: "2027-01-02", StandIn: "b.duty"}
	alone := ripoti.Leave{ContactID: "b.duty", From: "2026-12-24", To: "2026-12-26"}
	f.tx(func(tx *store.Tx) error { return tx.SaveLeaves(f.ctx, []ripoti.Leave{away}, false) })
	f.tx(func(tx *store.Tx) error { return tx.SaveLeaves(f.ctx, []ripoti.Leave{alone}, false) })
	if got := read().Leaves; !reflect.DeepEqual(got, []ripoti.Leave{away, alone}) {
		t.Errorf("leaves %+v", got)
	}

	until := f.clock.Now().Add(time.Hour)
	for _, on := range []bool{false, true} { // the newest word counts
		f.tx(func(tx *store.Tx) error {
			return tx.MarkDuty(f.ctx, ripoti.DutyMark{ContactID: "a.desk", On: on, Until: until})
		})
	}
	if got := read().Marks; len(got) != 1 || !got[0].On || !got[0].Until.Equal(until) {
		t.Errorf("marks %+v", got)
	}
	f.clock.Move(time.Hour)
	if got := read().Marks; len(got) != 0 {
		t.Errorf("a mark outlives its time: %+v", got)
	}

	for range 2 {
		f.tx(func(tx *store.Tx) error { return tx.FoundEmpty(f.ctx, "station-a", ripoti.RoleDesk) })
	}
	gaps, err := f.SlotGaps(f.ctx, f.clock.Now().Add(-time.Hour), 10)
	f.must(err)
	if len(gaps) != 1 || gaps[0].Alerts != 2 || !gaps[0].Hour.Equal(f.clock.Now().Truncate(time.Hour)) {
		t.Errorf("empty slots %+v", gaps)
	}
	if later, err := f.SlotGaps(f.ctx, f.clock.Now().Add(2*time.Hour), 10); err != nil || len(later) > 0 {
		t.Errorf("empty slots after their time: %v %v", later, err)
	}
}
