package storetest

import (
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// followUpOnce: a press is noted once, and how a report stands is told by its number.
func followUpOnce(t *testing.T, f *fixture) {
	r := f.file("c1")
	own, other := f.PhoneHash(caller), f.PhoneHash("+254711000098")
	stood := func(code ripoti.Code, hash string) (s store.Stood) {
		f.tx(func(tx *store.Tx) (err error) { s, err = tx.Stood(f.ctx, code, hash); return err })
		return s
	}
	if s := stood(r.Code, own); s != (store.Stood{ID: r.ID, Status: ripoti.StatusFiled, Own: true}) {
		t.Errorf("stands %+v", s)
	}
	if s := stood("1234562", own); s != (store.Stood{}) {
		t.Errorf("a number that nobody has stands %+v", s)
	}
	f.tx(func(tx *store.Tx) error {
		return tx.Assign(f.ctx, store.Assignment{Assignment: ripoti.Assignment{ID: "a1", ReportID: r.ID, OfficeID: "o1", Side: ripoti.Care, Status: ripoti.AssignmentAccepted}, Ladder: "[]"},
			store.Assignment{Assignment: ripoti.Assignment{ID: "a2", ReportID: r.ID, OfficeID: "o2", Side: ripoti.Told, Status: ripoti.AssignmentTold}, Ladder: "[]"})
	})
	if s := stood(r.Code, other); !s.Accepted || s.Asked || s.Own {
		t.Errorf("accepted, it stands %+v", s)
	}
	gone := f.file("c2")
	f.tx(func(tx *store.Tx) error { return tx.ForgetContent(f.ctx, gone.ID) })
	if s := stood(gone.Code, own); s != (store.Stood{}) {
		t.Errorf("forgotten, it stands %+v", s)
	}
	for i, want := range []bool{true, false} {
		f.tx(func(tx *store.Tx) error {
			id, fresh, err := tx.NoteFollowUp(f.ctx, store.FollowUp{Key: "k1", NumberHash: own, ReportID: r.ID, Act: "pushed"})
			if fresh != want || id != r.ID {
				t.Errorf("time %d: fresh %v, report %q", i, fresh, id)
			}
			return err
		})
	}
}

// wrongNumbers: a phone's wrong numbers are counted for a day, without the press that asks.
func wrongNumbers(t *testing.T, f *fixture) {
	r := f.file("c1")
	hash := f.PhoneHash(caller)
	note := func(key, report string) {
		f.tx(func(tx *store.Tx) error {
			_, _, err := tx.NoteFollowUp(f.ctx, store.FollowUp{Key: key, NumberHash: hash, ReportID: report})
			return err
		})
	}
	count := func(except string) (n int) {
		f.tx(func(tx *store.Tx) (err error) {
			n, err = tx.WrongNumbers(f.ctx, hash, except, f.clock.Now().Add(-24*time.Hour))
			return err
		})
		return n
	}
	note("k1", "")
	note("k2", "")
	note("k3", r.ID)
	if n := count(""); n != 2 {
		t.Errorf("%d wrong numbers", n)
	}
	if n := count("k2"); n != 1 {
		t.Errorf("%d without the one that asks", n)
	}
	f.clock.Move(25 * time.Hour)
	if n := count(""); n != 0 {
		t.Errorf("%d a day later", n)
	}
}

// newsOnce: a reporter is told a thing once, and an answer belongs to the newest question that waits.
func newsOnce(t *testing.T, f *fixture) {
	first, second := f.file("c1"), f.file("c2")
	hash := f.PhoneHash(caller)
	note := func(r store.Filed) (fresh bool) {
		f.tx(func(tx *store.Tx) (err error) { fresh, err = tx.NoteNews(f.ctx, r.ID, "how", caller); return err })
		return fresh
	}
	answer := func() (id string) {
		f.tx(func(tx *store.Tx) (err error) {
			id, err = tx.AnswerNews(f.ctx, hash, "how", "worse", f.clock.Now().Add(-48*time.Hour))
			return err
		})
		return id
	}
	if !note(first) || note(first) {
		t.Error("not once")
	}
	f.clock.Move(time.Hour)
	note(second)
	for i, want := range []string{second.ID, first.ID, ""} {
		if id := answer(); id != want {
			t.Errorf("answer %d belongs to %q", i, id)
		}
	}
	third := f.file("c3")
	note(third)
	f.clock.Move(49 * time.Hour)
	if id := answer(); id != "" {
		t.Errorf("two days later it belongs to %q", id)
	}
}

// openings: an opened number is a row with its reason and its end.
func openings(t *testing.T, f *fixture) {
	r := f.file("c1")
	o := store.Opening{ID: "o1", ReportID: r.ID, ContactID: "w1", Reason: "check", At: f.clock.Now(), Until: f.clock.Now().Add(15 * time.Minute)}
	lasts := func(contact string) (out store.Opening) {
		f.tx(func(tx *store.Tx) (err error) { out, err = tx.Opening(f.ctx, r.ID, contact); return err })
		return out
	}
	f.tx(func(tx *store.Tx) error { return tx.SaveOpening(f.ctx, o) })
	if got := lasts("w1"); got != o {
		t.Errorf("read back %+v", got)
	}
	if got := lasts("w2"); got != (store.Opening{}) {
		t.Errorf("another one's is %+v", got)
	}
	f.clock.Move(15 * time.Minute)
	if got := lasts("w1"); got.ID != "" {
		t.Error("it lasts after its end")
	}
	if all, err := f.Openings(f.ctx, r.ID); err != nil || len(all) != 1 || all[0] != o {
		t.Errorf("listed %+v, %v", all, err)
	}
}
