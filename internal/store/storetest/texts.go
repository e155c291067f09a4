package storetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
)

func talks(t *testing.T, f *fixture) {
	hash := f.PhoneHash("+254711000099")
	f.tx(func(tx *store.Tx) error {
		talk, err := tx.Talk(f.ctx, hash)
		if talk.State != "" || talk.ReportID != "" || !talk.UpdatedAt.IsZero() {
			t.Errorf("the beginning is %+v", talk)
		}
		if err != nil {
			return err
		}
		talk.State, talk.ReportID = `{"a":"place"}`, "r1"
		return tx.SaveTalk(f.ctx, talk)
	})
	f.clock.Move(time.Hour)
	f.tx(func(tx *store.Tx) error {
		talk, err := tx.Talk(f.ctx, hash)
		if talk.State != `{"a":"place"}` || talk.ReportID != "r1" || !talk.UpdatedAt.Equal(f.clock.Now().Add(-time.Hour)) {
			t.Errorf("read back %+v", talk)
		}
		other, err2 := tx.Talk(f.ctx, f.PhoneHash("+254711000098"))
		if other.State != "" {
			t.Errorf("another number has %+v", other)
		}
		if err == nil {
			err = err2
		}
		return err
	})
}

// talksInTurn: of texts of one number that are read at once none overtakes another.
func talksInTurn(t *testing.T, f *fixture) {
	hash := f.PhoneHash("+254711000099")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := f.InTx(f.ctx, func(tx *store.Tx) error {
				talk, err := tx.Talk(f.ctx, hash)
				if err != nil {
					return err
				}
				talk.State += "x"
				return tx.SaveTalk(f.ctx, talk)
			}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	f.tx(func(tx *store.Tx) error {
		talk, err := tx.Talk(f.ctx, hash)
		if talk.State != "xxxxxxxx" {
			t.Errorf("eight texts left %q", talk.State)
		}
		return err
	})
}

func filedInTx(t *testing.T, f *fixture) {
	filing := f.filing("c-text")
	var first, second store.Filed
	f.tx(func(tx *store.Tx) (err error) {
		first, err = tx.File(f.ctx, filing)
		return err
	})
	filing.Report.ID = store.NewID()
	f.tx(func(tx *store.Tx) (err error) {
		second, err = tx.File(f.ctx, filing)
		return err
	})
	if first.Again || !second.Again || first.ID != second.ID || first.Code != second.Code {
		t.Errorf("%+v, then %+v", first, second)
	}
	r, err := f.Report(f.ctx, first.ID)
	f.must(err)
	if r.Code != first.Code {
		t.Errorf("read back %+v", r)
	}
	if who, err := f.Reporter(f.ctx, first.ID); err != nil || who.Phone != filing.From {
		t.Errorf("the reporter is %v, %v", who, err)
	}
}

func stops(t *testing.T, f *fixture) {
	const number, other = ripoti.Phone("+254711000099"), ripoti.Phone("+254711000098")
	step := func(name string, do func(tx *store.Tx) (bool, error), want, after bool) {
		t.Helper()
		f.tx(func(tx *store.Tx) error {
			changed, err := do(tx)
			if changed != want {
				t.Errorf("%s changes something: %v", name, changed)
			}
			return err
		})
		if stopped, err := f.Stopped(f.ctx, number); stopped != after || err != nil {
			t.Errorf("after %s stopped is %v, %v", name, stopped, err)
		}
	}
	stop := func(tx *store.Tx) (bool, error) { return tx.Stop(f.ctx, tx.PhoneHash(number)) }
	start := func(tx *store.Tx) (bool, error) { return tx.Start(f.ctx, tx.PhoneHash(number)) }
	step("an early START", start, false, false)
	step("STOP", stop, true, true)
	step("STOP again", stop, false, true)
	if stopped, err := f.Stopped(f.ctx, other); stopped || err != nil {
		t.Errorf("another number is stopped: %v, %v", stopped, err)
	}
	step("START", start, true, false)
	step("STOP once more", stop, true, true)
}

func answersCounted(t *testing.T, f *fixture) {
	count := func(number ripoti.Phone) (n int) {
		f.tx(func(tx *store.Tx) (err error) {
			n, err = tx.CountAnswer(f.ctx, tx.PhoneHash(number))
			return err
		})
		return n
	}
	got := []int{count("+254711000099"), count("+254711000099"), count("+254711000098")}
	f.clock.Move(time.Hour)
	got = append(got, count("+254711000099"))
	f.clock.Move(48 * time.Hour)
	if got = append(got, count("+254711000098")); !slices.Equal(got, []int{1, 2, 1, 1, 1}) {
		t.Errorf("counted %v", got)
	}
	var left int
	f.must(f.db.QueryRow("select count(*) from answer_counts").Scan(&left))
	if left != 1 {
		t.Errorf("%d counts are kept", left)
	}
}

func sameWords(t *testing.T, f *fixture) {
	in := sms.Inbound{Provider: "twilio", From: "+254711000099", Body: "a girl", At: f.clock.Now()}
	receive := func(id string) string {
		in.ProviderID = id
		if _, err := f.Receive(f.ctx, in, store.Duty{Kind: "read", Queue: "default", Due: f.clock.Now()}); err != nil {
			t.Fatal(err)
		}
		woken, err := f.Wake(f.ctx, 1, time.Hour)
		f.must(err)
		return woken[0].Subject
	}
	find := func(from ripoti.Phone, words string, within time.Duration) (report string) {
		f.tx(func(tx *store.Tx) (err error) {
			report, err = tx.SameWords(f.ctx, tx.PhoneHash(from), words, f.clock.Now().Add(-within))
			return err
		})
		return report
	}
	first := receive("SM1")
	if got := find("+254711000099", "a girl", time.Hour); got != "" {
		t.Errorf("found %q before it belonged to any", got)
	}
	f.tx(func(tx *store.Tx) error { return tx.Belongs(f.ctx, first, "r1", "a girl") })
	answer := receive("SM2")
	f.tx(func(tx *store.Tx) error { return tx.Belongs(f.ctx, answer, "r1", "") })
	f.clock.Move(4 * time.Minute)
	for _, c := range []struct {
		from   ripoti.Phone
		words  string
		within time.Duration
		want   string
	}{
		{"+254711000099", "a girl", 5 * time.Minute, "r1"}, {"+254711000099", "a girl", 3 * time.Minute, ""},
		{"+254711000098", "a girl", 5 * time.Minute, ""}, {"+254711000099", "a boy", 5 * time.Minute, ""}, {"+254711000099", "", 5 * time.Minute, ""},
	} {
		if got := find(c.from, c.words, c.within); got != c.want {
			t.Errorf("%s %q within %v: %q", c.from, c.words, c.within, got)
		}
	}
	if n, err := f.TextsOf(f.ctx, "r1"); n != 2 || err != nil {
		t.Errorf("%d texts, %v", n, err)
	}
}

func proposals(t *testing.T, f *fixture) {
	filed := f.file("c1")
	read := func() (p store.Proposal) {
		f.tx(func(tx *store.Tx) (err error) {
			p, err = tx.Proposal(f.ctx, filed.ID)
			return err
		})
		return p
	}
	if p := read(); p.Rule != "" || p.Signs != nil {
		t.Errorf("a report that no machine read has %+v", p)
	}
	for _, rule := range []string{"H3", "C1"} {
		f.tx(func(tx *store.Tx) error {
			return tx.SaveProposal(f.ctx, filed.ID, store.Proposal{Rule: rule, Signs: []string{"now"}, Accused: []ripoti.OfficeKind{ripoti.Station}})
		})
		if p := read(); p.Rule != rule || p.Confirmed || !slices.Equal(p.Signs, []string{"now"}) || !slices.Equal(p.Accused, []ripoti.OfficeKind{ripoti.Station}) {
			t.Errorf("read back %+v", p)
		}
	}
}
