package storetest

import (
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
)

func measured(t *testing.T, f *fixture) {
	from := f.clock.Now()
	seen, walled := f.file("seen").ID, f.file("walled").ID
	f.tx(func(tx *store.Tx) error {
		return tx.Assign(f.ctx, store.Assignment{Assignment: ripoti.Assignment{ID: store.NewID(), ReportID: seen, OfficeID: "station-2", Side: ripoti.Safety,
			Status: ripoti.AssignmentAccepted, CreatedAt: f.clock.Now(), AcceptedBy: "officer", AcceptedAt: f.clock.Now()}, Ladder: "[]", SendAt: f.clock.Now()})
	})
	f.assign(walled, "station-1")
	f.tx(func(tx *store.Tx) error { return tx.SaveDecision(f.ctx, walled, "{}", []string{"station-1"}) })
	f.tx(func(tx *store.Tx) error {
		for _, id := range []string{seen, walled} {
			if _, err := tx.Raise(f.ctx, store.Flag{ID: store.NewID(), ReportID: id, Kind: ripoti.FlagBribe, RaisedBy: "reporter"}); err != nil {
				return err
			}
			c := store.Check{ID: store.NewID(), ReportID: id, Kind: ripoti.CheckClock72, Side: ripoti.Care, Round: 1, DueAt: f.clock.Now().Add(70 * time.Hour), NextAt: f.clock.Now()}
			if _, _, err := tx.Await(f.ctx, c); err != nil {
				return err
			}
			if err := tx.SaveProgress(f.ctx, id, ripoti.Progress{HospitalAt: f.clock.Now().Add(time.Hour)}); err != nil {
				return err
			}
		}
		return nil
	})
	for _, id := range []string{seen, walled, ""} {
		m := f.post("alert")
		_, err := f.db.ExecContext(f.ctx, "update messages set report_id = $1 where id = $2", id, m.ID)
		f.must(err)
		_, _, err = f.Claim(f.ctx, m.ID, "twilio")
		f.must(err)
		f.must(f.Sent(f.ctx, m.ID, "body", sms.Sent{ProviderID: "SM" + m.ID, Segments: 1, Cost: ripoti.Money{Currency: "KES", Micros: 800_000}}))
	}
	f.clock.Move(100 * time.Hour)
	f.file("later")
	p := store.Period{From: from, To: from.Add(time.Hour)}
	for _, c := range []struct {
		name string
		view store.View
		want int
	}{
		{"everybody else", store.View{}, 2},
		{"a colleague of the accused", store.View{Offices: []string{"station-1"}}, 1},
		{"the county", store.View{Counties: []string{"047"}}, 2},
		{"another county", store.View{Counties: []string{"001"}}, 0},
		{"the office that has it", store.View{Offices: []string{"station-2"}, Own: true}, 1},
	} {
		reports, alerts, checks, flags, messages := 0, 0, 0, 0, 0
		f.must(f.EachCounted(f.ctx, c.view, p, func(r store.Counted) {
			if reports++; r.County != "047" || r.Urgency != ripoti.High || r.HospitalAt.IsZero() || !r.HospitalAt.Before(r.HospitalBy) {
				t.Errorf("%s: %+v", c.name, r)
			}
		}))
		f.must(f.EachAlerted(f.ctx, c.view, p, func(a store.Alerted) {
			if alerts++; !a.First || (a.OfficeID == "station-2") == a.AcceptedAt.IsZero() {
				t.Errorf("%s: %+v", c.name, a)
			}
		}))
		f.must(f.EachFollowed(f.ctx, c.view, p, f.clock.Now(), func(q store.Followed) {
			if q.Kind == ripoti.CheckClock72 && q.AnsweredAt.IsZero() {
				checks++
			}
		}))
		f.must(f.EachRaised(f.ctx, c.view, p, func(r store.Raised) {
			if flags++; r.Kind != ripoti.FlagBribe || !r.SettledAt.IsZero() {
				t.Errorf("%s: %+v", c.name, r)
			}
		}))
		carried, err := f.Carried(f.ctx, c.view, p)
		f.must(err)
		for _, m := range carried {
			if messages += m.Messages; m.Provider != "twilio" || m.Segments != m.Messages || m.Cost != (ripoti.Money{Currency: "KES", Micros: int64(m.Messages) * 800_000}) {
				t.Errorf("%s: %+v", c.name, m)
			}
		}
		if reports != c.want || alerts != c.want || checks != c.want || flags != c.want || messages != c.want+1 {
			t.Errorf("%s counts %d reports, %d alerts, %d checks, %d flags, %d messages, not %d", c.name, reports, alerts, checks, flags, messages, c.want)
		}
	}
}
