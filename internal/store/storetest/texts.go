package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
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
	start := func(tx *store.Tx) (bool, error) { return tx.Start(f.ctx, number) }
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
	since := f.clock.Now()
	for i, rule := range []string{"H3", "C1"} {
		want := store.Proposal{Category: ripoti.SVAC, Second: ripoti.DV, Urgency: ripoti.High, Rule: rule, Signs: []string{"now"}, Signals: []string{"hit"},
			Accused: []ripoti.OfficeKind{ripoti.Station}, UnreadSince: since, RemindAt: since.Add(time.Minute), Reminded: i,
			Ruling: store.Ruling{Urgency: ripoti.Low, Over: ripoti.High, Category: ripoti.DV}}
		if i == 1 {
			want.ConfirmedBy, want.ConfirmedAt = "c1", since
		}
		f.tx(func(tx *store.Tx) error { return tx.SaveProposal(f.ctx, filed.ID, want) })
		p := read()
		for _, at := range []*time.Time{&p.UnreadSince, &p.RemindAt, &p.ConfirmedAt} {
			if !at.IsZero() {
				*at = at.In(since.Location())
			}
		}
		if !reflect.DeepEqual(p, want) || p.Confirmed() != (i == 1) {
			t.Errorf("read back\n%+v\nwant\n%+v", p, want)
		}
	}
}

// receivedAnyBytes: no byte in any field of a text keeps it from being kept.
func receivedAnyBytes(t *testing.T, f *fixture) {
	for i, in := range []sms.Inbound{
		{From: "\x00", To: "\x00", Body: "\x00"}, {From: "\xff\xfe", To: "\xff", Body: "\xff"}, {From: "MPESA", To: "", Body: "", Media: 1 << 40},
		{From: "+254711000099", To: "21094", Body: strings.Repeat("\U0001F62D", 10000), At: time.Unix(1<<40, 0)},
	} {
		in.Provider, in.ProviderID = "africastalking", fmt.Sprint("any", i)
		fresh, err := f.Receive(f.ctx, in, store.Duty{Kind: "read", Queue: "default", Due: f.clock.Now()})
		if err != nil || !fresh {
			t.Fatalf("%d: %v, %v", i, fresh, err)
		}
		woken, err := f.Wake(f.ctx, 1, time.Hour)
		f.must(err)
		got, err := f.Inbound(f.ctx, woken[0].Subject)
		f.must(err)
		if got.From != in.From || got.Body != in.Body {
			t.Errorf("%d: kept %q of %q", i, got.Body, got.From)
		}
	}
}

// withdrawn: a message that has not left yet may be taken back, one that has left may not.
func withdrawn(t *testing.T, f *fixture) {
	post := func(kind string) string {
		m := store.Message{ID: store.NewID(), ReportID: "r1", Kind: kind, Lang: ripoti.English, To: caller, Facts: "{}"}
		f.tx(func(tx *store.Tx) error {
			return tx.Post(f.ctx, m, store.Duty{Kind: "send", Queue: "default", Due: f.clock.Now().Add(time.Minute)})
		})
		return m.ID
	}
	withdraw := func(report, kind string) (ok bool) {
		f.tx(func(tx *store.Tx) (err error) {
			ok, err = tx.Withdraw(f.ctx, report, kind)
			return err
		})
		return ok
	}
	first, other, left := post("text.unread"), post("alert"), post("text.new")
	if _, ok, err := f.Claim(f.ctx, left, "simulator"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if withdraw("r2", "text.unread") || withdraw("r1", "text.new") {
		t.Error("another report's, or one that is leaving, was taken back")
	}
	if !withdraw("r1", "text.unread") || withdraw("r1", "text.unread") {
		t.Error("it is not taken back once")
	}
	if _, err := f.Message(f.ctx, first); ripoti.CodeOf(err) != ripoti.CodeNotFound {
		t.Errorf("the message: %v", err)
	}
	for id, want := range map[string]int{first: 0, other: 1, left: 1} {
		if duties, err := f.DutiesOf(f.ctx, id); len(duties) != want || err != nil {
			t.Errorf("%d duties, want %d, %v", len(duties), want, err)
		}
	}
}

// unreadPages: what no person has read is listed oldest first without gaps, and counted once it is late.
func unreadPages(t *testing.T, f *fixture) {
	var want []string
	for i := range 5 {
		filed := f.file(fmt.Sprintf("c%d", i))
		p := store.Proposal{Rule: "H3", UnreadSince: f.clock.Now(), RemindAt: f.clock.Now().Add(15 * time.Minute)}
		switch i {
		case 1:
			p.ConfirmedBy, p.ConfirmedAt = "c1", f.clock.Now()
		case 3: // closed
			f.tx(func(tx *store.Tx) error {
				r, err := tx.Report(f.ctx, filed.ID)
				if err != nil {
					return err
				}
				r.Status = ripoti.StatusClosed
				return tx.SaveReport(f.ctx, r)
			})
		default:
			want = append(want, filed.ID)
		}
		f.tx(func(tx *store.Tx) error { return tx.SaveProposal(f.ctx, filed.ID, p) })
		f.clock.Move(10 * time.Minute)
	}
	var got []string
	for after := ""; ; {
		page, err := f.Unread(f.ctx, after, 2)
		f.must(err)
		if len(page) == 0 {
			break
		}
		for _, u := range page {
			got = append(got, u.ReportID)
			if late := f.clock.Now().Sub(u.Since) >= 15*time.Minute; u.Overdue(f.clock.Now()) != late || u.Code == "" || u.Urgency != ripoti.High {
				t.Errorf("%+v, late %v", u, late)
			}
		}
		after = page[len(page)-1].ReportID
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	n, err := f.Overdue(f.ctx)
	f.must(err)
	if n != 2 {
		t.Errorf("%d are late, want 2", n)
	}
}
