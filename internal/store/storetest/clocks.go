package storetest

import (
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

const hour = time.Hour

func check(f *fixture, report string, kind ripoti.CheckKind, side ripoti.Side, due time.Time) store.Check {
	return store.Check{ID: store.NewID(), ReportID: report, Kind: kind, Side: side, Round: 1, DueAt: due, NextAt: due, State: store.CheckOpen}
}

func checksKept(_ *testing.T, f *fixture) {
	filed := f.file("c1")
	due := f.clock.Now().Add(24 * hour)
	first := check(f, filed.ID, ripoti.CheckDay1, ripoti.Care, due)
	f.tx(func(tx *store.Tx) error { return tx.AwaitFirst(f.ctx, first) })
	f.tx(func(tx *store.Tx) error { // the same question at the same time is one
		_, fresh, err := tx.Await(f.ctx, check(f, filed.ID, ripoti.CheckDay1, ripoti.Care, due))
		if fresh {
			f.Error("a check that waits is written twice")
		}
		return err
	})
	first.State, first.Asked, first.AskedAt, first.NextAt = store.CheckAsked, 1, due, due.Add(24*hour)
	f.tx(func(tx *store.Tx) error { return tx.SaveCheck(f.ctx, first) })
	all, err := f.Checks(f.ctx, filed.ID)
	f.must(err)
	if len(all) != 1 || all[0] != first {
		f.Fatalf("read back %+v\nwant %+v", all, first)
	}
	first.State = store.CheckCancelled
	f.tx(func(tx *store.Tx) error { return tx.SaveCheck(f.ctx, first) })
	f.tx(func(tx *store.Tx) error { // and one that was cancelled waits again, as new
		again, fresh, err := tx.Await(f.ctx, check(f, filed.ID, ripoti.CheckDay1, ripoti.Care, due))
		if !fresh || again.ID != first.ID || again.State != store.CheckOpen || again.Asked != 0 || !again.AskedAt.IsZero() {
			f.Errorf("fresh %v: %+v", fresh, again)
		}
		return err
	})
	f.tx(func(tx *store.Tx) error {
		if _, err := tx.Check(f.ctx, "no such"); ripoti.CodeOf(err) != ripoti.CodeNotFound {
			f.Errorf("an unknown check: %v", err)
		}
		return nil
	})
}

func safeToCall(_ *testing.T, f *fixture) {
	filed := f.file("c1")
	expect := func(want bool) {
		f.Helper()
		if got, err := f.NotSafeToCall(f.ctx, filed.ID); err != nil || got != want {
			f.Errorf("not safe to call %v, want %v: %v", got, want, err)
		}
	}
	note := func(answer ripoti.CheckAnswer) {
		f.tx(func(tx *store.Tx) error { return tx.NoteContact(f.ctx, filed.ID, answer, "w") })
	}
	expect(false)
	note(ripoti.CheckNotSafe)
	expect(true)
	note(ripoti.CheckUnreached) // a try in vain makes nothing safe
	expect(true)
	note(ripoti.CheckSafe)
	expect(false)
}

func (f *fixture) taken(report, office, contact string) store.Assignment {
	a := store.Assignment{Assignment: ripoti.Assignment{ID: store.NewID(), ReportID: report, OfficeID: office, Side: ripoti.Care,
		Status: ripoti.AssignmentAccepted, CreatedAt: f.clock.Now(), AcceptedBy: contact, AcceptedAt: f.clock.Now()}, Ladder: "[]", SendAt: f.clock.Now()}
	f.tx(func(tx *store.Tx) error { return tx.Assign(f.ctx, a) })
	return a
}

func workloads(_ *testing.T, f *fixture) {
	one, two, closed := f.file("c1"), f.file("c2"), f.file("c3")
	a := f.taken(one.ID, "social", "w1")
	f.taken(two.ID, "social", "w1")
	f.taken(closed.ID, "social", "w1")
	f.tx(func(tx *store.Tx) error {
		r, err := tx.Report(f.ctx, closed.ID)
		if err != nil {
			return err
		}
		r.Status = ripoti.StatusClosed
		return tx.SaveReport(f.ctx, r)
	})
	count := func() (n map[string]int) {
		f.tx(func(tx *store.Tx) (err error) {
			n, err = tx.Workload(f.ctx, []string{"w1", "w2"})
			return err
		})
		return n
	}
	if n := count(); n["w1"] != 2 || n["w2"] != 0 {
		f.Errorf("workload %v, want 2 and 0", n)
	}
	f.tx(func(tx *store.Tx) error {
		held, err := tx.HeldBy(f.ctx, "w1", f.clock.Now())
		if len(held) != 2 {
			f.Errorf("held by w1: %d, want 2", len(held))
		}
		before, err2 := tx.HeldBy(f.ctx, "w1", f.clock.Now().Add(-hour))
		if len(before) != 0 || err2 != nil {
			f.Errorf("held an hour before: %d, %v", len(before), err2)
		}
		return err
	})
	f.clock.Move(hour)
	a.SendAt = f.clock.Now()
	f.tx(func(tx *store.Tx) error { return tx.Reopen(f.ctx, a) })
	f.tx(func(tx *store.Tx) error {
		got, err := tx.Assignment(f.ctx, a.ID)
		if got.Status != ripoti.AssignmentOpen || got.AcceptedBy != "" || !got.AcceptedAt.IsZero() || !got.SendAt.Equal(f.clock.Now()) {
			f.Errorf("given back: %+v", got)
		}
		return err
	})
	if n := count(); n["w1"] != 1 {
		f.Errorf("workload after one went back %v, want 1", n)
	}
}

func pings(_ *testing.T, f *fixture) {
	desk := ripoti.Contact{ID: "s.desk", OfficeID: "s", Phone: "+254711000001"}
	ocs := ripoti.Contact{ID: "s.ocs", OfficeID: "s", Phone: "+254711000002"}
	ping := func(c ripoti.Contact, month string, want bool) {
		f.Helper()
		f.tx(func(tx *store.Tx) error {
			fresh, err := tx.Ping(f.ctx, c, month)
			if fresh != want {
				f.Errorf("%s in %s: fresh %v", c.ID, month, fresh)
			}
			return err
		})
	}
	ping(desk, "2026-11", true)
	ping(desk, "2026-11", false)
	ping(ocs, "2026-11", true)
	f.clock.Move(24 * hour)
	pong := func(since time.Duration, want int) {
		f.Helper()
		f.tx(func(tx *store.Tx) error {
			offices, err := tx.Pong(f.ctx, ocs.Phone, f.clock.Now().Add(-since))
			if len(offices) != want {
				f.Errorf("answered for %v, want %d", offices, want)
			}
			return err
		})
	}
	pong(hour, 0) // too late
	pong(48*hour, 1)
	pong(48*hour, 0) // once
	f.clock.Move(30 * 24 * hour)
	ping(desk, "2026-12", true)
	f.tx(func(tx *store.Tx) error {
		rounds, err := tx.PingRounds(f.ctx, "s", 2)
		if len(rounds) != 2 || rounds[0] != (store.PingRound{Month: "2026-12", Asked: 1}) || rounds[1] != (store.PingRound{Month: "2026-11", Asked: 2, Answered: 1}) {
			f.Errorf("rounds %+v", rounds)
		}
		return err
	})
}

func darkOffices(_ *testing.T, f *fixture) {
	f.tx(func(tx *store.Tx) error {
		return tx.SaveDirectory(f.ctx, []ripoti.Office{{ID: "s", Kind: ripoti.Station, Name: "Sample", Active: true}}, nil)
	})
	before, err := f.Revision(f.ctx, "directory")
	f.must(err)
	set := func(dark, want bool) {
		f.Helper()
		f.tx(func(tx *store.Tx) error {
			changed, err := tx.SetDark(f.ctx, "s", dark)
			if changed != want {
				f.Errorf("dark %v changed %v, want %v", dark, changed, want)
			}
			return err
		})
	}
	set(true, true)
	set(true, false)
	after, err := f.Revision(f.ctx, "directory")
	f.must(err)
	offices, _, err := f.Directory(f.ctx)
	f.must(err)
	if !offices[0].Dark || offices[0].Name != "Sample" || after != before+1 {
		f.Errorf("%+v, revision %d after %d", offices[0], after, before)
	}
	set(false, true)
}

func estranged(_ *testing.T, f *fixture) {
	filed := f.file("c1")
	a := f.taken(filed.ID, "social", "")
	c := ripoti.Contact{ID: "w1", OfficeID: "social", Phone: "+254711000001"}
	f.tx(func(tx *store.Tx) error {
		return tx.Post(f.ctx, store.Message{ID: store.NewID(), ReportID: filed.ID, AssignmentID: a.ID, ContactID: c.ID, Kind: "alert", Lang: ripoti.English, To: c.Phone, Facts: "{}"},
			store.Duty{Kind: "send", Queue: "default", Due: f.clock.Now()})
	})
	moved := []ripoti.Contact{{ID: "w1", OfficeID: "another"}}
	sees := func() int {
		alerts, err := f.AlertsOf(f.ctx, moved, filed.Code, 5)
		f.must(err)
		return len(alerts)
	}
	if sees() != 1 {
		f.Fatal("who was told sees nothing to begin with")
	}
	f.tx(func(tx *store.Tx) error { return tx.Estrange(f.ctx, c) })
	if sees() != 0 {
		f.Error("who left the office still sees its case")
	}
}
