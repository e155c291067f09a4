package storetest

import (
	"errors"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

func partners(t *testing.T, f *fixture) {
	told := ripoti.Token{ID: store.NewID(), Name: "Sample", Scopes: []ripoti.Scope{ripoti.ScopeReports, ripoti.ScopeEvents}, Counties: []string{"047"}, OfficeID: "social",
		HookURL: "https://partner.example.org/hook", Secret: []byte("sample secret"), CreatedBy: "operator", ExpiresAt: f.clock.Now().Add(time.Hour)}
	quiet := told
	quiet.ID, quiet.HookURL = store.NewID(), ""
	f.tx(func(tx *store.Tx) error {
		return errors.Join(tx.AddToken(f.ctx, told, "brought"), tx.AddToken(f.ctx, quiet, "other"))
	})
	got, err := f.TokenBrought(f.ctx, "brought")
	f.must(err)
	if got.ID != told.ID || string(got.Secret) != "sample secret" || len(got.Scopes) != 2 || got.Counties[0] != "047" || !got.Good(f.clock.Now()) || got.Good(told.ExpiresAt) {
		t.Errorf("%+v", got)
	}
	if _, err := f.TokenBrought(f.ctx, "invented"); ripoti.CodeOf(err) != ripoti.CodeNotFound {
		t.Errorf("an invented token: %v", err)
	}
	f.must(f.UsedToken(f.ctx, told.ID))
	f.must(f.UsedToken(f.ctx, told.ID))

	id := f.file("c1").ID
	happen := func(kind string) {
		f.tx(func(tx *store.Tx) error { return tx.Append(f.ctx, id, kind, "system", "{}") })
	}
	owed := func() (ids []string) {
		duties, err := f.Wake(f.ctx, 100, time.Hour)
		f.must(err)
		for _, d := range duties {
			if d.Kind == store.EventDuty {
				ids = append(ids, d.Subject)
			}
		}
		return ids
	}
	happen("routed")
	happen("viewed") // nothing that partners are told of
	events := owed()
	if len(events) != 1 {
		t.Fatalf("%d events are owed", len(events))
	}
	e, some, err := f.PartnerEvent(f.ctx, events[0])
	if err != nil || !some || e.Kind != "routed" || e.TokenID != told.ID || e.ReportID != id {
		t.Errorf("%+v %v", e, err)
	}
	f.tx(func(tx *store.Tx) error { return tx.TriedPartner(f.ctx, e.ID, 500, true) })
	if dead, err := f.DeadEvents(f.ctx, 10); err != nil || len(dead) != 1 || dead[0].Tries != 1 || dead[0].Answer != 500 {
		t.Errorf("%+v %v", dead, err)
	}
	for _, want := range []bool{true, false} { // the second time there is nothing to revive
		f.tx(func(tx *store.Tx) error {
			if _, err := tx.Done(f.ctx, store.EventDuty+":"+e.ID); err != nil {
				return err
			}
			revived, err := tx.ReviveEvent(f.ctx, e.ID)
			if revived != want {
				t.Errorf("revived %v", revived)
			}
			return err
		})
	}
	f.tx(func(tx *store.Tx) error { return tx.ToldPartner(f.ctx, e.ID) })
	if _, some, err := f.PartnerEvent(f.ctx, e.ID); some || err != nil {
		t.Errorf("told, and still there: %v", err)
	}
	for _, want := range []bool{true, false} {
		f.tx(func(tx *store.Tx) error {
			ended, err := tx.RevokeToken(f.ctx, told.ID)
			if ended != want {
				t.Errorf("ended %v", ended)
			}
			return err
		})
	}
	happen("closed")
	if events := owed(); len(events) != 0 {
		t.Errorf("a revoked token is told: %v", events)
	}
	if all, err := f.Tokens(f.ctx); err != nil || len(all) != 2 {
		t.Errorf("%d tokens: %v", len(all), err)
	}
}
