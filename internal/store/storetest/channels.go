package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
)

// kes is an amount in Kenyan shillings.
func kes(micros int64) ripoti.Money { return ripoti.Money{Currency: "KES", Micros: micros} }

func costs(t *testing.T, f *fixture) {
	told, later := f.post("alert"), f.post("alert")
	for i, m := range []store.Message{told, later} {
		if _, ok, err := f.Claim(f.ctx, m.ID, "twilio"); !ok || err != nil {
			t.Fatal(ok, err)
		}
		sent := sms.Sent{ProviderID: fmt.Sprint("SM", i), Segments: 2}
		if m.ID == told.ID {
			sent.Cost = kes(1_600_000)
		}
		f.must(f.Sent(f.ctx, m.ID, "body", sent))
	}
	count := func() int {
		n, err := f.Unpriced(f.ctx, "twilio", f.clock.Now().Add(-time.Hour), f.clock.Now().Add(time.Second))
		f.must(err)
		return n
	}
	if n := count(); n != 1 {
		t.Errorf("%d messages without a price", n)
	}
	for id, want := range map[string]bool{"SM0": false, "SM1": true, "SM9": false} {
		if news, err := f.Price(f.ctx, "twilio", id, kes(7_500)); err != nil || news != want {
			t.Errorf("the price of %s was news: %v, %v", id, news, err)
		}
	}
	if n := count(); n != 0 {
		t.Errorf("%d messages without a price", n)
	}
	for id, want := range map[string]ripoti.Money{told.ID: kes(1_600_000), later.ID: kes(7_500)} {
		if m, err := f.Message(f.ctx, id); err != nil || m.Cost != want || m.Segments != 2 {
			t.Errorf("%+v, %d segments, %v", m.Cost, m.Segments, err)
		}
	}
}

func deliveries(t *testing.T, f *fixture) {
	begin := f.clock.Now()
	send := func(provider, id string) {
		m := f.post("alert")
		f.Claim(f.ctx, m.ID, provider)
		f.must(f.Sent(f.ctx, m.ID, "body", sms.Sent{ProviderID: id}))
	}
	send("twilio", "SM1")
	send("twilio", "SM2")
	send("africastalking", "AT1")
	f.clock.Move(10 * time.Minute)
	send("africastalking", "AT2")
	if _, err := f.Receipt(f.ctx, sms.Receipt{Provider: "twilio", ProviderID: "SM2", Status: sms.Delivered}); err != nil {
		t.Fatal(err)
	}
	count := func(since time.Time) map[string]store.Deliveries {
		list, err := f.Deliveries(f.ctx, since, f.clock.Now().Add(-2*time.Minute))
		f.must(err)
		byName := map[string]store.Deliveries{}
		for _, d := range list {
			byName[d.Provider] = d
		}
		return byName
	}
	all := count(begin)
	if all["twilio"] != (store.Deliveries{Provider: "twilio", Taken: 2, Reported: 1}) || all["africastalking"] != (store.Deliveries{Provider: "africastalking", Taken: 1}) {
		t.Errorf("%+v", all)
	}
	if late := count(begin.Add(time.Minute)); len(late) != 1 || late["africastalking"].Taken != 0 {
		t.Errorf("of the last minutes: %+v", late)
	}
}

func marks(t *testing.T, f *fixture) {
	begin := f.clock.Now()
	first, err := f.Channel(f.ctx, "twilio")
	f.must(err)
	if !first.Since.Equal(begin) || first.Mark != "" || !first.PulledAt.IsZero() {
		t.Errorf("the beginning is %+v", first)
	}
	f.clock.Move(time.Hour)
	f.must(f.Pulled(f.ctx, "twilio", "15071"))
	again, err := f.Channel(f.ctx, "twilio")
	f.must(err)
	if !again.Since.Equal(begin) || again.Mark != "15071" || !again.PulledAt.Equal(f.clock.Now()) {
		t.Errorf("then it is %+v", again)
	}
	if other, err := f.Channel(f.ctx, "africastalking"); err != nil || other.Mark != "" {
		t.Errorf("another channel has %+v, %v", other, err)
	}
}

func listedTexts(t *testing.T, f *fixture) {
	at := f.clock.Now()
	text := func(id string, listed bool, change func(*sms.Inbound)) sms.Inbound {
		in := sms.Inbound{Provider: "africastalking", ProviderID: id, From: "+254711000099", Body: "msaada", At: at, Listed: listed, Media: 1}
		if change != nil {
			change(&in)
		}
		return in
	}
	for _, step := range []struct {
		promise string
		in      sms.Inbound
		fresh   bool
	}{
		{"by the hook", text("a-1", false, nil), true},
		{"the same by the list, under another id", text("15071", true, func(in *sms.Inbound) { in.At = at.Add(-time.Minute) }), false},
		{"the same words again by the hook are another text", text("a-2", false, nil), true},
		{"the same words an hour later", text("15072", true, func(in *sms.Inbound) { in.At = at.Add(time.Hour) }), true},
		{"that one by the hook at last", text("a-3", false, func(in *sms.Inbound) { in.At = at.Add(time.Hour) }), false},
		{"other words", text("15073", true, func(in *sms.Inbound) { in.Body = "msaada!" }), true},
		{"another sender, who writes the number otherwise", text("15074", true, func(in *sms.Inbound) { in.From = "0711000099" }), false},
		{"another sender", text("15075", true, func(in *sms.Inbound) { in.From = "+254711000098" }), true},
		{"another provider", text("SM1", false, func(in *sms.Inbound) { in.Provider = "twilio" }), true},
		{"the list again", text("15073", true, func(in *sms.Inbound) { in.Body = "msaada!" }), false},
	} {
		fresh, err := f.Receive(f.ctx, step.in, store.Duty{Kind: "read", Queue: "default", Due: f.clock.Now()})
		f.must(err)
		if fresh != step.fresh {
			t.Errorf("%s: fresh %v", step.promise, fresh)
		}
	}
	woken, err := f.Wake(f.ctx, 20, time.Minute)
	f.must(err)
	in, err := f.Inbound(f.ctx, woken[0].Subject)
	f.must(err)
	if in.Media != 1 {
		t.Errorf("read back %+v", in.Inbound)
	}
}

// burst is what the tests bundle.
var burst = store.Burst{Kinds: []string{"alert", "told"}, Window: time.Minute}

// pour posts an alert about each of n new reports to one number.
func (f *fixture) pour(n int, urgency ripoti.Urgency, to ripoti.Phone) (out []store.Message) {
	f.Helper()
	filer := store.NewFiler(f.Store, func(int) {})
	defer filer.Close()
	for range n {
		filing := f.filing(store.NewID())
		filing.Report.Urgency, filing.Duties = urgency, nil
		filed, err := filer.File(f.ctx, filing)
		f.must(err)
		m := store.Message{ID: store.NewID(), ReportID: filed.ID, AssignmentID: "a-" + filed.ID, ContactID: "officer", Kind: "alert", To: to, Facts: "{}"}
		f.tx(func(tx *store.Tx) error { return tx.Post(f.ctx, m, store.Duty{Kind: "send", Due: f.clock.Now()}) })
		out = append(out, m)
	}
	return out
}

func (f *fixture) ahead(m store.Message) int {
	f.Helper()
	n, err := f.Ahead(f.ctx, m, burst)
	f.must(err)
	return n
}

const officerPhone = ripoti.Phone("+254711000001")

func orderOfBurst(t *testing.T, f *fixture) {
	f.pour(2, ripoti.Critical, officerPhone)
	f.pour(2, ripoti.High, "+254711000002")
	f.tx(func(tx *store.Tx) error { // due tomorrow: not in this burst
		return tx.Post(f.ctx, store.Message{ID: store.NewID(), ContactID: "officer", Kind: "alert", To: officerPhone, Facts: "{}"}, store.Duty{Kind: "send", Due: f.clock.Now().Add(24 * time.Hour)})
	})
	all := f.pour(5, ripoti.High, officerPhone)
	for i, m := range all {
		if got := f.ahead(m); got != i {
			t.Errorf("%d are ahead of message %d", got, i)
		}
	}
	f.Claim(f.ctx, all[0].ID, "twilio")
	if got := f.ahead(all[4]); got != 4 {
		t.Errorf("with one that has left %d are ahead of the last", got)
	}
	f.clock.Move(2 * time.Minute)
	if got := f.ahead(all[4]); got != 3 {
		t.Errorf("what left long ago still counts: %d", got)
	}
}

// bundled pours n alerts and bundles those from the second on.
func (f *fixture) bundled(n, limit int) (all []store.Message, whole string, codes []ripoti.Code) {
	f.Helper()
	all = f.pour(n, ripoti.High, officerPhone)
	f.Claim(f.ctx, all[0].ID, "twilio")
	whole = store.NewID()
	ok, err := f.Bundle(f.ctx, all[n-1], burst, limit, func(c []ripoti.Code) (store.Message, store.Duty, error) {
		codes = c
		return store.Message{ID: whole, ContactID: "officer", Kind: "bundle", To: officerPhone, Facts: "{}"}, store.Duty{Kind: "send", Due: f.clock.Now()}, nil
	})
	f.must(err)
	if !ok {
		f.Fatal("nothing was bundled")
	}
	return all, whole, codes
}

func bundles(t *testing.T, f *fixture) {
	all, whole, codes := f.bundled(5, 3)
	inside, err := f.InBundle(f.ctx, whole)
	f.must(err)
	var ids []string
	for _, m := range inside {
		ids = append(ids, m.ID)
		if m.Status != sms.Bundled || m.Bundle != whole {
			t.Errorf("%+v", m)
		}
		if duties, err := f.DutiesOf(f.ctx, m.ID); err != nil || len(duties) != 0 {
			t.Errorf("it is still owed: %v, %v", duties, err)
		}
		if _, ok, _ := f.Claim(f.ctx, m.ID, "twilio"); ok {
			t.Error("it can leave by itself as well")
		}
	}
	if want := fmt.Sprint([]string{all[1].ID, all[2].ID, all[4].ID}); fmt.Sprint(ids) != want || len(codes) != 3 {
		t.Errorf("bundled %v with numbers %v, want %v", ids, codes, want)
	}
	if got := f.status(all[3].ID); got != sms.Queued {
		t.Errorf("what does not fit is %s", got)
	}
	if ok, err := f.Bundle(f.ctx, all[3], burst, 3, nil); ok || err != nil {
		t.Errorf("one report was bundled alone: %v", err)
	}

	f.Claim(f.ctx, whole, "twilio")
	f.must(f.Sent(f.ctx, whole, "3 new", sms.Sent{ProviderID: "SM1"}))
	for _, step := range []sms.Status{sms.Taken, sms.Delivered} {
		if _, err := f.Receipt(f.ctx, sms.Receipt{Provider: "twilio", ProviderID: "SM1", Status: step}); err != nil {
			t.Fatal(err)
		}
		for _, m := range inside {
			if got := f.status(m.ID); got != step {
				t.Errorf("the bundle is %s, what is in it %s", step, got)
			}
		}
	}
	list, err := f.Messages(f.ctx, 10)
	f.must(err)
	if len(list) != 1 || list[0].Body != "3 new" {
		t.Errorf("the person got %d messages", len(list))
	}

	var n int
	f.tx(func(tx *store.Tx) (err error) {
		n, err = tx.Unbundle(f.ctx, all[1].AssignmentID, "officer", "critical")
		return err
	})
	if m, err := f.Message(f.ctx, all[1].ID); n != 1 || err != nil || m.Status != sms.Queued || m.Bundle != store.Alone {
		t.Errorf("asked for in full: %d, %+v", n, m)
	}
	if duties, err := f.DutiesOf(f.ctx, all[1].ID); err != nil || len(duties) != 1 || duties[0].Queue != "critical" {
		t.Errorf("owed: %+v, %v", duties, err)
	}
	f.tx(func(tx *store.Tx) (err error) {
		n, err = tx.Unbundle(f.ctx, all[1].AssignmentID, "officer", "critical")
		return err
	})
	if n != 0 {
		t.Error("it leaves in full twice")
	}
}

func bundleFails(t *testing.T, f *fixture) {
	all, whole, _ := f.bundled(3, 3)
	f.must(f.Fail(f.ctx, whole, "2 new", "stopped"))
	for _, m := range all[1:] {
		if got, err := f.Message(f.ctx, m.ID); err != nil || got.Status != sms.Failed || got.Reason != "stopped" {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

func bundleMeetsWall(t *testing.T, f *fixture) {
	all, whole, _ := f.bundled(3, 3)
	f.tx(func(tx *store.Tx) error {
		if err := tx.SaveDirectory(f.ctx, nil, []ripoti.Contact{{ID: "officer", OfficeID: "station-a", Phone: officerPhone}}); err != nil {
			return err
		}
		return tx.SaveDecision(f.ctx, all[1].ReportID, "{}", []string{"station-a"})
	})
	if _, ok, err := f.Claim(f.ctx, whole, "twilio"); ok || err != nil {
		t.Fatalf("a bundle with a walled report left: %v", err)
	}
	if walled, err := f.FailWalled(f.ctx, whole); !walled || err != nil {
		t.Fatal(walled, err)
	}
	for i, want := range []bool{false, true} {
		m := all[1+i]
		if duties, err := f.DutiesOf(f.ctx, m.ID); err != nil || len(duties) != 1 {
			t.Errorf("message %d is not owed: %v", i, err)
		}
		if _, ok, err := f.Claim(f.ctx, m.ID, "twilio"); ok != want || err != nil {
			t.Errorf("message %d leaves: %v, %v", i, ok, err)
		}
	}
	if m, err := f.Message(f.ctx, whole); err != nil || m.Status != sms.Failed || !strings.Contains(m.Reason, "walled") {
		t.Errorf("the bundle is %+v, %v", m, err)
	}
}
