package storetest

import (
	"testing"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// caseGoesOn: what is known of a case, its words, and that it is closed and opened again.
func caseGoesOn(t *testing.T, f *fixture) {
	filed := f.file("c1")
	p := ripoti.Progress{OB: "56/10/4/2026", OBAt: f.clock.Now(), Hearing: "2027-03-12", NotFound: 2}
	f.tx(func(tx *store.Tx) error {
		if err := tx.SaveProgress(f.ctx, filed.ID, p); err != nil {
			return err
		}
		if err := tx.AddNote(f.ctx, store.Note{ReportID: filed.ID, By: "x.desk", Kind: "fled", Note: "last seen Mtwapa"}); err != nil {
			return err
		}
		return tx.AddNote(f.ctx, store.Note{ReportID: filed.ID, By: "x.desk", Kind: "fled"})
	})
	c, err := f.Case(f.ctx, filed.ID)
	f.must(err)
	if !c.Progress.OBAt.Equal(p.OBAt) || c.Progress.OB != p.OB || c.Progress.Hearing != p.Hearing || c.Progress.NotFound != 2 || c.Outcome != "" {
		t.Errorf("case %+v", c)
	}
	notes, err := f.Notes(f.ctx, filed.ID)
	f.must(err)
	if len(notes) != 1 || notes[0].Note != "last seen Mtwapa" || notes[0].Kind != "fled" {
		t.Errorf("notes %+v", notes)
	}
	f.tx(func(tx *store.Tx) error { return tx.CloseReport(f.ctx, filed.ID, ripoti.OutcomeConvicted) })
	c, err = f.Case(f.ctx, filed.ID)
	f.must(err)
	r, err := f.Report(f.ctx, filed.ID)
	f.must(err)
	if c.Outcome != ripoti.OutcomeConvicted || c.ClosedAt.IsZero() || r.Status != ripoti.StatusClosed {
		t.Errorf("closed: %+v, %s", c, r.Status)
	}
	f.tx(func(tx *store.Tx) error { return tx.OpenReport(f.ctx, filed.ID, ripoti.StatusRouted) })
	if c, err = f.Case(f.ctx, filed.ID); err != nil || c.Outcome != "" || !c.ClosedAt.IsZero() || c.Progress.OB != p.OB {
		t.Errorf("open again: %+v, %v", c, err)
	}
	if _, err := f.Case(f.ctx, "nobody"); ripoti.CodeOf(err) != ripoti.CodeNotFound {
		t.Errorf("an unknown case: %v", err)
	}
}

// flagsStand: one of a kind at a time, its words sealed, listed outside the wall alone.
func flagsStand(t *testing.T, f *fixture) {
	filed := f.file("c1")
	raise := func(kind ripoti.FlagKind, note string) (fresh bool) {
		t.Helper()
		f.tx(func(tx *store.Tx) (err error) {
			fresh, err = tx.Raise(f.ctx, store.Flag{ID: store.NewID(), ReportID: filed.ID, Kind: kind, RaisedBy: "reporter", Note: note})
			return err
		})
		return fresh
	}
	if !raise(ripoti.FlagSettlement, "the elders meet") || raise(ripoti.FlagSettlement, "again") || !raise(ripoti.FlagBribe, "") {
		t.Error("one flag of a kind stands at a time")
	}
	list, err := f.Flagged(f.ctx, "", "", store.Asker{}, 10)
	f.must(err)
	if len(list) != 2 || list[0].Note != "the elders meet" || list[0].Code != filed.Code {
		t.Errorf("flags %+v", list)
	}
	if page, err := f.Flagged(f.ctx, "", list[0].ID, store.Asker{}, 10); err != nil || len(page) != 1 || page[0].Kind != ripoti.FlagBribe {
		t.Errorf("the next page: %+v, %v", page, err)
	}
	f.tx(func(tx *store.Tx) error { return tx.WallOff(f.ctx, filed.ID, "station-x", "station-x") })
	if page, err := f.Flagged(f.ctx, "", "", store.Asker{Offices: []string{"other", "station-x"}}, 10); err != nil || len(page) != 0 {
		t.Errorf("behind the wall: %+v, %v", page, err)
	}
	settle := func(id string) (done bool) {
		t.Helper()
		f.tx(func(tx *store.Tx) (err error) {
			done, err = tx.Settle(f.ctx, id, "x.coordinator", "spoke to the mother")
			return err
		})
		return done
	}
	if !settle(list[0].ID) || settle(list[0].ID) {
		t.Error("a flag is settled once")
	}
	all, err := f.Flags(f.ctx, filed.ID)
	f.must(err)
	if len(all) != 2 || all[0].How != "spoke to the mother" || all[0].SettledAt.IsZero() || !all[1].SettledAt.IsZero() {
		t.Errorf("flags %+v", all)
	}
	if !raise(ripoti.FlagSettlement, "they meet again") {
		t.Error("a settled flag can be raised again")
	}
}

// closings: one stands at a time, each person has one voice.
func closings(t *testing.T, f *fixture) {
	filed := f.file("c1")
	c := store.Closing{ID: store.NewID(), ReportID: filed.ID, Outcome: ripoti.OutcomeUnfounded, Reason: "no such place", ProposedBy: "x.desk"}
	f.tx(func(tx *store.Tx) error { return tx.Propose(f.ctx, c) })
	err := f.InTx(f.ctx, func(tx *store.Tx) error {
		return tx.Propose(f.ctx, store.Closing{ID: store.NewID(), ReportID: filed.ID, Outcome: ripoti.OutcomeDuplicate, ProposedBy: "y"})
	})
	if ripoti.CodeOf(err) != ripoti.CodeConflict {
		t.Errorf("a second proposal: %v", err)
	}
	one := ripoti.Contact{ID: "a.coordinator", OfficeID: "a", Phone: "+254711000301"}
	same := ripoti.Contact{ID: "b.coordinator", OfficeID: "b", Phone: "+254711000301"}
	two := ripoti.Contact{ID: "c.director", OfficeID: "c", Phone: "+254711000302"}
	answer := func(by ripoti.Contact, agrees bool) (n int) {
		t.Helper()
		f.tx(func(tx *store.Tx) (err error) {
			n, err = tx.AnswerClosing(f.ctx, c.ID, by, agrees, "")
			return err
		})
		return n
	}
	for i, step := range []struct {
		by     ripoti.Contact
		agrees bool
		want   int
	}{{one, true, 1}, {same, true, 1}, {two, true, 2}, {two, false, 1}} {
		if n := answer(step.by, step.agrees); n != step.want {
			t.Errorf("step %d: %d agree, want %d", i, n, step.want)
		}
	}
	f.tx(func(tx *store.Tx) error {
		stands, ok, err := tx.OpenClosing(f.ctx, filed.ID)
		if !ok || stands.Reason != c.Reason || stands.Outcome != c.Outcome {
			t.Errorf("stands: %+v, %v", stands, ok)
		}
		if err != nil {
			return err
		}
		return tx.Decide(f.ctx, c.ID, store.ClosingRefused)
	})
	f.tx(func(tx *store.Tx) error {
		_, ok, err := tx.OpenClosing(f.ctx, filed.ID)
		if ok {
			t.Error("a refused closing stands")
		}
		return err
	})
	if all, err := f.Closings(f.ctx, filed.ID); err != nil || len(all) != 1 || all[0].State != store.ClosingRefused || all[0].DecidedAt.IsZero() {
		t.Errorf("closings %+v, %v", all, err)
	}
}

// heldCases: who took a case finds it until it is closed or walled; a conflict is kept for good.
func heldCases(t *testing.T, f *fixture) {
	filed := f.file("c1")
	by := ripoti.Contact{ID: "station-x.desk", OfficeID: "station-x", Phone: "+254711000303"}
	a := f.taken(filed.ID, by.OfficeID, by.ID)
	held := func() (n int) {
		t.Helper()
		f.tx(func(tx *store.Tx) error {
			some, err := tx.Held(f.ctx, []ripoti.Contact{by}, 10)
			if len(some) > 0 && (some[0].ID != a.ID || some[0].Code != filed.Code) {
				t.Errorf("held %+v", some)
			}
			n = len(some)
			return err
		})
		return n
	}
	if held() != 1 {
		t.Error("who took it does not find it")
	}
	f.tx(func(tx *store.Tx) error { return tx.CloseReport(f.ctx, filed.ID, ripoti.OutcomeDuplicate) })
	if held() != 0 {
		t.Error("a closed case is held")
	}
	f.tx(func(tx *store.Tx) error { return tx.OpenReport(f.ctx, filed.ID, ripoti.StatusAccepted) })
	f.tx(func(tx *store.Tx) error { return tx.WallOff(f.ctx, filed.ID, by.OfficeID) })
	if held() != 0 {
		t.Error("a walled case is held")
	}
	f.tx(func(tx *store.Tx) error {
		if err := tx.Conflict(f.ctx, filed.ID, by); err != nil {
			return err
		}
		if err := tx.Conflict(f.ctx, filed.ID, by); err != nil {
			return err
		}
		known, err := tx.Conflicts(f.ctx, filed.ID)
		if len(known) != 1 || !known[tx.PhoneHash(by.Phone)] {
			t.Errorf("conflicts %v", known)
		}
		return err
	})
}
