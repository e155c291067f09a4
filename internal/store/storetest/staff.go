package storetest

import (
	"strings"
	"sync"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

const officer = ripoti.Phone("+254711000001")

func pins(t *testing.T, f *fixture) {
	if p, err := f.PIN(f.ctx, officer); err != nil || p.Secret != "" || p.ContactID != "" {
		t.Errorf("a number without a PIN has %+v, %v", p, err)
	}
	f.tx(func(tx *store.Tx) error {
		p, err := tx.PIN(f.ctx, officer)
		if err != nil {
			return err
		}
		p.ContactID, p.Secret, p.SetAt, p.Tries = "c1", "a secret hash", f.clock.Now(), 2
		p.CodeHash, p.CodeUntil, p.CodeTries = tx.CodeHashes(officer, "12345678")[0], f.clock.Now().Add(time.Hour), 1
		return tx.SavePIN(f.ctx, p)
	})
	p, err := f.PIN(f.ctx, officer)
	if err != nil || p.ContactID != "c1" || p.Secret != "a secret hash" || p.Tries != 2 || p.CodeTries != 1 ||
		!p.CodeUntil.Equal(f.clock.Now().Add(time.Hour)) || !p.LockedAt.IsZero() {
		t.Errorf("read back %+v, %v", p, err)
	}
	if p.CodeHash == "" || strings.Contains(p.CodeHash, "12345678") || p.CodeHash == f.CodeHashes("+254711000002", "12345678")[0] {
		t.Errorf("the code is kept as %q", p.CodeHash)
	}
	if other, err := f.PIN(f.ctx, "+254711000002"); err != nil || other.Secret != "" {
		t.Errorf("another number has %+v, %v", other, err)
	}
	var sealed []byte
	f.must(f.db.QueryRow("select pin_sealed from pins").Scan(&sealed))
	if strings.Contains(string(sealed), "secret hash") {
		t.Error("the hash of a PIN stands readable in the database")
	}
	f.tx(func(tx *store.Tx) error { return tx.AddPINEvent(f.ctx, "c1", "set", "c1") })
	f.clock.Move(time.Second)
	f.tx(func(tx *store.Tx) error { return tx.AddPINEvent(f.ctx, "c1", "locked", "c1") })
	events, err := f.PINEvents(f.ctx, "c1")
	if err != nil || len(events) != 2 || events[0].Kind != "set" || events[1].Kind != "locked" || events[1].At.Sub(events[0].At) != time.Second {
		t.Errorf("%v, %v", events, err)
	}
}

// pinTries: of many wrong PINs at once every one counts.
func pinTries(t *testing.T, f *fixture) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			err := f.InTx(f.ctx, func(tx *store.Tx) error {
				p, err := tx.PIN(f.ctx, officer)
				if err != nil {
					return err
				}
				p.Tries++
				return tx.SavePIN(f.ctx, p)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if p, err := f.PIN(f.ctx, officer); err != nil || p.Tries != 8 {
		t.Errorf("eight tries count as %d, %v", p.Tries, err)
	}
}

func staffActs(t *testing.T, f *fixture) {
	hash, done := f.StaffActHash("call|1"), 0
	act := func() (string, error) {
		var result string
		err := f.InTx(f.ctx, func(tx *store.Tx) error {
			earlier, known, err := tx.BeginStaffAct(f.ctx, hash)
			if err != nil || known {
				result = string(earlier)
				return err
			}
			done++
			result = "accepted"
			return tx.EndStaffAct(f.ctx, hash, []byte(result))
		})
		return result, err
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			result, err := act()
			mu.Lock()
			defer mu.Unlock()
			if err != nil || result != "accepted" {
				t.Errorf("%q, %v", result, err)
			}
		})
	}
	wg.Wait()
	if done != 1 {
		t.Errorf("eight hands did one press %d times", done)
	}
	acts, err := f.StaffActs(f.ctx, []string{hash, f.StaffActHash("call|2")})
	if err != nil || len(acts) != 1 || string(acts[hash]) != "accepted" {
		t.Errorf("%q, %v", acts, err)
	}
	if none, err := f.StaffActs(f.ctx, nil); err != nil || len(none) != 0 {
		t.Errorf("%q, %v", none, err)
	}
	f.clock.Move(time.Hour)
	f.tx(func(tx *store.Tx) error { return tx.ForgetStaffActs(f.ctx, f.clock.Now()) })
	if acts, err := f.StaffActs(f.ctx, []string{hash}); err != nil || len(acts) != 0 {
		t.Errorf("an old press is still known: %q, %v", acts, err)
	}
}

// staffLists: a number lists what it was alerted of, what waits at its desk, what it has and what its
// area has; and nothing that is walled off from any of its offices.
func staffLists(t *testing.T, f *fixture) {
	place := func(name string) ripoti.Answers {
		return ripoti.Answers{What: ripoti.WhatChild, Place: ripoti.PlaceRef{ID: name, Name: name}}
	}
	report := func(name string, u ripoti.Urgency, walledOff ...string) ripoti.Report {
		filing := f.filing("c-" + name)
		filing.Report.Answers, filing.Report.Urgency = place(name), u
		var filed store.Filed
		f.tx(func(tx *store.Tx) (err error) {
			if filed, err = tx.File(f.ctx, filing); err != nil {
				return err
			}
			return tx.SaveDecision(f.ctx, filing.Report.ID, "{}", walledOff)
		})
		r, err := f.ReportByCode(f.ctx, filed.Code)
		f.must(err)
		return r
	}
	assign := func(r ripoti.Report, office string, status ripoti.AssignmentStatus, by string, step int, side ripoti.Side) string {
		id := store.NewID()
		f.clock.Move(time.Second)
		f.tx(func(tx *store.Tx) error {
			return tx.Assign(f.ctx, store.Assignment{Ladder: "[]", SendAt: f.clock.Now(), Assignment: ripoti.Assignment{ID: id, ReportID: r.ID,
				OfficeID: office, Side: side, Status: status, Step: step, CreatedAt: f.clock.Now(), AcceptedBy: by}})
		})
		return id
	}
	low := report("low", ripoti.Low)
	critical := report("critical", ripoti.Critical)
	mine := report("mine", ripoti.High)
	walled := report("walled", ripoti.Critical, "near")
	elsewhere := report("elsewhere", ripoti.High)
	copied := report("copied", ripoti.High)
	assign(low, "near", ripoti.AssignmentOpen, "", 0, ripoti.Safety)
	assign(critical, "near", ripoti.AssignmentOpen, "", 1, ripoti.Safety)
	assign(mine, "near", ripoti.AssignmentAccepted, "near.desk", 0, ripoti.Safety)
	hidden := assign(walled, "near", ripoti.AssignmentOpen, "", 1, ripoti.Safety)
	assign(walled, "far", ripoti.AssignmentOpen, "", 1, ripoti.Safety)
	assign(elsewhere, "far", ripoti.AssignmentOpen, "", 1, ripoti.Safety)
	assign(copied, "near", ripoti.AssignmentTold, "", 0, ripoti.Told)

	desk := store.Desks{Contacts: []string{"near.desk"}, Offices: []string{"near"}, Queues: []string{"near"}}
	both := store.Desks{Contacts: []string{"near.desk", "far.desk"}, Offices: []string{"near", "far"}, Queues: []string{"near", "far"}}
	far := store.Desks{Contacts: []string{"far.desk"}, Offices: []string{"far"}, Queues: []string{"far"}}
	head := store.Desks{Contacts: []string{"command.commander"}, Offices: []string{"command"}, Area: []string{"command", "near", "far"}}
	for _, want := range []struct {
		who    string
		desks  store.Desks
		list   store.StaffList
		places string
	}{
		{"the desk", desk, store.StaffNew, "critical low"},
		{"the desk", desk, store.StaffQueue, "critical low"},
		{"the desk", desk, store.StaffAlert, ""},
		{"the desk", desk, store.StaffMine, "mine"},
		{"the desk", desk, store.StaffLate, ""},
		{"who answers for both", both, store.StaffNew, "critical elsewhere low"},
		{"the far desk", far, store.StaffNew, "walled elsewhere"},
		{"the commander", head, store.StaffNew, ""},
		{"the commander", head, store.StaffLate, "critical elsewhere"},
		{"the commander", head, store.StaffOpen, "critical mine elsewhere low"},
	} {
		f.tx(func(tx *store.Tx) error {
			cases, err := tx.StaffCases(f.ctx, want.list, want.desks, 10)
			if err != nil {
				return err
			}
			var places []string
			for _, c := range cases {
				places = append(places, c.Place)
			}
			if got := strings.Join(places, " "); got != want.places {
				t.Errorf("%s lists %s: %q, want %q", want.who, want.list, got, want.places)
			}
			n, err := tx.StaffCount(f.ctx, want.list, want.desks, 10)
			if err == nil && n != len(cases) {
				t.Errorf("%s counts %d of %s and lists %d", want.who, n, want.list, len(cases))
			}
			return err
		})
	}
	open := func(d store.Desks, r ripoti.Report, area bool) string {
		found := ""
		f.tx(func(tx *store.Tx) error {
			c, err := tx.StaffCase(f.ctx, d, r.Code, "", area)
			if ripoti.CodeOf(err) == ripoti.CodeNotFound {
				return nil
			}
			found = c.Place
			return err
		})
		return found
	}
	for _, no := range []struct {
		who   string
		desks store.Desks
		r     ripoti.Report
	}{{"the desk", desk, walled}, {"who answers for both", both, walled}, {"the desk", desk, elsewhere}, {"the desk", desk, copied}, {"the commander", head, low}, {"the commander", head, walled}} {
		if got := open(no.desks, no.r, false); got != "" {
			t.Errorf("%s opens %s", no.who, got)
		}
	}
	if open(desk, mine, false) != "mine" || open(far, walled, false) != "walled" || open(head, low, true) != "low" || open(head, walled, true) != "" {
		t.Error("a case of one's own does not open")
	}
	f.tx(func(tx *store.Tx) error {
		if _, err := tx.StaffCase(f.ctx, desk, "", hidden, true); ripoti.CodeOf(err) != ripoti.CodeNotFound {
			t.Errorf("a walled case opens by its assignment: %v", err)
		}
		return nil
	})
}
