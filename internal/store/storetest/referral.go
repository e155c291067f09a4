package storetest

import (
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

func referrals(t *testing.T, f *fixture) {
	filed := f.file("c1")
	sent := ripoti.Referral{ID: "r1", ReportID: filed.ID, AssignmentID: "a1", OfficeID: "hospital-a", By: "worker", Why: "limps, needs an x-ray", Urgent: true,
		Status: ripoti.ReferralSent, SentAt: f.clock.Now(), DueAt: f.clock.Now().Add(2 * time.Hour)}
	other := sent
	other.ID, other.AssignmentID, other.OfficeID, other.SentAt = "r2", "a2", "shelter-a", f.clock.Now().Add(time.Minute)
	f.tx(func(tx *store.Tx) error {
		if err := tx.SaveReferral(f.ctx, other); err != nil {
			return err
		}
		return tx.SaveReferral(f.ctx, sent)
	})
	got, err := f.Referrals(f.ctx, filed.ID)
	f.must(err)
	if len(got) != 2 || got[0] != sent || got[1] != other {
		t.Errorf("read back %+v", got)
	}
	if strings.Contains(Dump(t, f.db), "x-ray") {
		t.Error("why it was referred stands readable in the database")
	}
	f.clock.Move(time.Hour)
	f.tx(func(tx *store.Tx) error { return tx.EndReferral(f.ctx, "r1", ripoti.ReferralAccepted, "nurse") })
	f.tx(func(tx *store.Tx) error {
		one, err := tx.ReferralOf(f.ctx, "a1")
		if err != nil || one.Status != ripoti.ReferralAccepted || one.AnsweredBy != "nurse" || !one.AnsweredAt.Equal(f.clock.Now()) {
			t.Errorf("%+v %v", one, err)
		}
		if _, err := tx.ReferralOf(f.ctx, "a9"); ripoti.CodeOf(err) != ripoti.CodeNotFound {
			t.Errorf("a referral that does not exist: %v", err)
		}
		return nil
	})
}
