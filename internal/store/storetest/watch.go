package storetest

import (
	"fmt"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
)

// waiting: each list of what waits for a person shows its report and no other, outside the wall alone.
func waiting(t *testing.T, f *fixture) {
	late := f.clock.Now().Add(-time.Hour)
	filed := map[store.Waits]store.Filed{}
	for _, w := range store.AllWaits {
		filed[w] = f.file("c-" + string(w))
	}
	f.tx(func(tx *store.Tx) error {
		for _, w := range store.AllWaits {
			f.must(tx.WallOff(f.ctx, filed[w].ID, "station-accused"))
		}
		f.must(tx.MarkNoRecipient(f.ctx, filed[store.WaitsRecipient].ID, true))
		f.must(tx.Assign(f.ctx, store.Assignment{Ladder: "[]", SendAt: late.Add(-time.Minute), Assignment: ripoti.Assignment{ID: store.NewID(), ReportID: filed[store.WaitsAnswer].ID,
			OfficeID: "o1", Side: ripoti.Safety, Status: ripoti.AssignmentOpen, CreatedAt: late}}))
		f.must(tx.SaveProposal(f.ctx, filed[store.WaitsReading].ID, store.Proposal{Category: ripoti.DV, UnreadSince: late}))
		_, err := tx.Raise(f.ctx, store.Flag{ID: store.NewID(), ReportID: filed[store.WaitsFlag].ID, Kind: ripoti.FlagUnsafe, RaisedBy: "system"})
		f.must(err)
		f.must(tx.Propose(f.ctx, store.Closing{ID: store.NewID(), ReportID: filed[store.WaitsClosing].ID, Outcome: ripoti.OutcomeUnfounded, ProposedBy: "c1"}))
		f.must(tx.SaveReferral(f.ctx, ripoti.Referral{ID: store.NewID(), ReportID: filed[store.WaitsReferral].ID, AssignmentID: "a9", OfficeID: "h1", Status: ripoti.ReferralSent}))
		return tx.Post(f.ctx, store.Message{ID: "m-unsure", ReportID: filed[store.WaitsReceipt].ID, Kind: "alert", To: caller, Facts: "{}"}, store.Duty{Kind: "send", Due: late})
	})
	_, claimed, err := f.Claim(f.ctx, "m-unsure", "twilio")
	f.must(err)
	if !claimed {
		t.Fatal("the message cannot be claimed")
	}
	f.must(f.Unsure(f.ctx, "m-unsure", "words", "no answer"))
	f.clock.Move(time.Hour)
	for _, w := range store.AllWaits {
		wanted := store.Wanted{Waits: w, Late: map[ripoti.Urgency]time.Time{ripoti.High: late}, Unsure: f.clock.Now()}
		rows, err := f.Seen(f.ctx, store.View{Offices: []string{"o1"}}, wanted, "", 10)
		f.must(err)
		n, err := f.CountSeen(f.ctx, store.View{Counties: []string{"047", "001"}}, wanted, 10)
		f.must(err)
		if len(rows) != 1 || rows[0].ID != filed[w].ID || n != 1 {
			t.Errorf("%s: %v, counted %d", w, rows, n)
		}
		behind, err := f.Seen(f.ctx, store.View{Offices: []string{"station-accused"}}, wanted, "", 10)
		f.must(err)
		hidden, err := f.CountSeen(f.ctx, store.View{Offices: []string{"station-accused"}}, wanted, 10)
		f.must(err)
		if len(behind) != 0 || hidden != 0 {
			t.Errorf("%s shows behind the wall: %v, %d", w, behind, hidden)
		}
	}
	own, err := f.Seen(f.ctx, store.View{Offices: []string{"o1"}, Own: true}, store.Wanted{}, "", 10)
	f.must(err)
	office, err := f.Seen(f.ctx, store.View{}, store.Wanted{Office: "o1"}, "", 10)
	f.must(err)
	if len(own) != 1 || len(office) != 1 || own[0].ID != filed[store.WaitsAnswer].ID || office[0].ID != own[0].ID {
		t.Errorf("an office's own: %v, by office: %v", own, office)
	}
}

// practised: a practice report is listed with its drill alone, counted nowhere, and every message about
// it says so and leaves by itself.
func practised(t *testing.T, f *fixture) {
	filing := f.filing("drill-1")
	filing.Report.Drill = "d1"
	filer := store.NewFiler(f.Store, func(int) {})
	drill, err := filer.File(f.ctx, filing)
	f.must(err)
	filer.Close()
	real := f.file("c1")
	f.tx(func(tx *store.Tx) error {
		f.must(tx.StartDrill(f.ctx, store.Drill{ID: "d1", County: "047", Scenario: "hurt", StartedBy: "user:u1", StartedAt: f.clock.Now(), EndsAt: f.clock.Now().Add(time.Hour)}))
		for _, m := range []struct{ id, report string }{{"m1", drill.ID}, {"m2", real.ID}, {"m3", ""}} {
			f.must(tx.Post(f.ctx, store.Message{ID: m.id, ReportID: m.report, Kind: "alert", To: caller, Facts: "{}"}, store.Duty{Kind: "send", Due: f.clock.Now()}))
		}
		n, err := tx.RepeatsNear(f.ctx, "ward-0001", real.ID, 0)
		f.must(err)
		if n != 0 {
			t.Errorf("a practice report counts as a repeat: %d", n)
		}
		return nil
	})
	for id, want := range map[string]bool{"m1": true, "m2": false, "m3": false} {
		m, err := f.Message(f.ctx, id)
		f.must(err)
		if m.Drill != want || (m.Bundle == store.Alone) != want || m.Status != sms.Queued {
			t.Errorf("%s: drill %v, bundle %q", id, m.Drill, m.Bundle)
		}
	}
	rows, err := f.Seen(f.ctx, store.View{}, store.Wanted{}, "", 10)
	f.must(err)
	ofDrill, err := f.Seen(f.ctx, store.View{}, store.Wanted{Drill: "d1"}, "", 10)
	f.must(err)
	reports, err := f.DrillReports(f.ctx, store.View{}, "d1")
	f.must(err)
	if len(rows) != 1 || rows[0].ID != real.ID || len(ofDrill) != 1 || len(reports) != 1 || reports[0].Drill != "d1" {
		t.Errorf("listed %v, of the drill %v, %v", rows, ofDrill, reports)
	}
	figures, err := f.Figures(f.ctx, store.Area{}, store.Morning{Since: f.clock.Now().Add(-time.Hour), Now: f.clock.Now().Add(time.Hour)})
	f.must(err)
	if figures.New != 1 {
		t.Errorf("a brief counts %d new reports", figures.New)
	}
	f.tx(func(tx *store.Tx) error {
		for _, want := range []bool{true, false} {
			if ended, err := tx.EndDrill(f.ctx, "d1", "system"); err != nil || ended != want {
				t.Errorf("ended %v, %v", ended, err)
			}
		}
		return tx.ForgetContent(f.ctx, drill.ID)
	})
	if counts, err := f.Counts(f.ctx); err != nil || len(counts) != 0 {
		t.Errorf("a practice report is counted: %v, %v", counts, err)
	}
	if all, err := f.Drills(f.ctx, []string{"001"}, 10); err != nil || len(all) != 0 {
		t.Errorf("drills of another county: %v, %v", all, err)
	}
}

// deeds: who saw and did what pages newest first without gaps, outside the wall alone; and what belongs to
// no report has a chain of its own that proves itself.
func deeds(t *testing.T, f *fixture) {
	var filed []store.Filed
	for i := range 3 {
		filed = append(filed, f.file(fmt.Sprint("c", i)))
	}
	f.tx(func(tx *store.Tx) error {
		f.must(tx.WallOff(f.ctx, filed[2].ID, "station-accused"))
		for i := range 6 {
			_, err := tx.Report(f.ctx, filed[i%3].ID)
			f.must(err)
			f.must(tx.Append(f.ctx, filed[i%3].ID, "viewed", "user:u1", `{}`))
			f.must(tx.Append(f.ctx, filed[i%3].ID, "routed", "system", `{}`))
		}
		return nil
	})
	pages := func(v store.View, q store.DeedsWanted) (n int) {
		seen := map[string]bool{}
		for mark := (store.DeedMark{}); ; {
			page, err := f.Deeds(f.ctx, v, q, mark, 2)
			f.must(err)
			for _, d := range page {
				if key := fmt.Sprint(d.ReportID, d.Seq); seen[key] || d.Actor != "user:u1" && d.Actor != "user:u2" {
					t.Errorf("%v twice, or not a person's", d)
				} else {
					seen[key] = true
				}
				mark = d.Mark()
			}
			if len(page) < 2 {
				return len(seen)
			}
		}
	}
	if n := pages(store.View{}, store.DeedsWanted{Actors: []string{"user:u1"}, Kind: "viewed"}); n != 6 {
		t.Errorf("%d deeds of 6", n)
	}
	if n := pages(store.View{Offices: []string{"station-accused"}}, store.DeedsWanted{}); n != 4 {
		t.Errorf("behind the wall %d deeds of 4", n)
	}
	if n := pages(store.View{}, store.DeedsWanted{Report: filed[0].ID, To: f.clock.Now().Add(time.Hour)}); n != 2 {
		t.Errorf("of one report %d deeds of 2", n)
	}
	for range 3 {
		f.must(f.Note(f.ctx, "audit_exported", "user:u2", `{}`))
	}
	if n := pages(store.View{}, store.DeedsWanted{Network: true}); n != 3 {
		t.Errorf("%d lines of the network's own", n)
	}
	if last, ok, err := f.Noted(f.ctx, "audit_exported"); err != nil || !ok || last.Seq != 3 {
		t.Errorf("the newest: %v %v %v", last, ok, err)
	}
	verify := func() []store.Break {
		_, breaks, err := f.VerifyChains(f.ctx, func(int) {})
		f.must(err)
		return breaks
	}
	if breaks := verify(); len(breaks) > 0 {
		t.Errorf("it does not hold: %v", breaks)
	}
	for _, tampering := range []string{"update network_events set actor = 'user:x' where seq = 2", "delete from network_events where seq = 3"} {
		_, err := f.db.ExecContext(f.ctx, tampering)
		f.must(err)
		if breaks := verify(); len(breaks) == 0 {
			t.Errorf("%s is not seen", tampering)
		}
	}
}
