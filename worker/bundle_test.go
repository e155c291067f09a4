package worker

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// pour files n reports that one station gets, far enough apart that none raises another.
func (b *bench) pour(n int, change func(*ripoti.Answers)) (codes []ripoti.Code) {
	b.Helper()
	for i := range n {
		answers := stage.Report(change)
		answers.Place.ID = fmt.Sprint(answers.Place.ID, "-", len(b.sender.sent), "-", i)
		code, err := b.Desk.File(b.Context(), casework.Filing{Conversation: store.NewID(), From: "+254711000099", Channel: ripoti.ByUSSD,
			Draft: ripoti.Draft{Answers: answers, Lang: ripoti.Swahili, Stage: ripoti.StageComplete}})
		if err != nil {
			b.Fatal(err)
		}
		codes = append(codes, code)
	}
	return codes
}

// work does all that is due now, with the clock as it stands.
func (b *bench) work() {
	b.Helper()
	do := b.w.Tasks()
	for {
		duties := b.wake()
		if len(duties) == 0 {
			return
		}
		for _, d := range duties {
			if err := do[d.Kind](b.Context(), tasks.Payload{Duty: d.ID, Subject: d.Subject, Tries: d.Tries}); err != nil {
				b.Fatal(d.Kind, err)
			}
		}
	}
}

// got are the texts that reached a contact.
func (b *bench) got(contact string) (texts []string) {
	b.Helper()
	c, ok := b.Desk.Live.World().Contact(contact)
	if !ok {
		b.Fatal("no contact", contact)
	}
	for _, m := range b.sender.sent {
		if m.To == c.Phone {
			texts = append(texts, m.Body)
		}
	}
	return texts
}

// waiting are the messages to the desk that have not left.
func (b *bench) waiting() (waiting []store.Message) {
	b.Helper()
	reports, err := b.Store.Reports(b.Context(), "", 100)
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range reports {
		all, err := b.Store.MessagesOf(b.Context(), r.ID)
		if err != nil {
			b.Fatal(err)
		}
		for _, m := range all {
			if m.ContactID == desk && m.Status == sms.Queued {
				waiting = append(waiting, m)
			}
		}
	}
	if len(waiting) == 0 {
		b.Fatal("nothing waits")
	}
	return waiting
}

func (b *bench) text(contact, body string) {
	b.Helper()
	c, _ := b.Desk.Live.World().Contact(contact)
	if err := b.Desk.Receive(b.Context(), sms.Inbound{Provider: "twilio", ProviderID: "SM" + store.NewID(), From: c.Phone.Dial(), Body: body, At: b.Clock.Now()}); err != nil {
		b.Fatal(err)
	}
	b.work()
}

const desk = "station-near.desk"

// calmBench is a bench whose first alert has left long ago.
func calmBench(t *testing.T) *bench {
	b := newBench(t)
	b.w.BundleAbove = 3
	if err := b.send(); err != nil {
		t.Fatal(err)
	}
	b.Clock.Move(5 * time.Minute)
	b.work()
	b.sender.sent = nil
	return b
}

func TestBundle(t *testing.T) {
	t.Run("of a burst the first three arrive in full, and the rest as one", func(t *testing.T) {
		b := calmBench(t)
		codes := b.pour(8, nil)
		b.work()
		if got := b.got(desk); len(got) != 3 {
			t.Fatalf("at once arrived %d: %q", len(got), got)
		}
		for _, m := range b.waiting() {
			duties, err := b.Store.DutiesOf(t.Context(), m.ID)
			if err != nil || len(duties) != 1 || duties[0].Tries != 0 {
				t.Errorf("a message that waits counts as tried: %+v, %v", duties, err)
			}
		}
		b.Clock.Move(bundleWait)
		b.work()
		got := b.got(desk)
		if len(got) != 4 || !strings.HasPrefix(got[3], "5 new: ") {
			t.Fatalf("in the end arrived %q", got)
		}
		for _, code := range codes {
			if n := strings.Count(strings.Join(got, "\n"), string(code)); n == 0 {
				t.Errorf("%s was never told", code)
			}
		}
		b.Clock.Move(time.Minute)
		b.work()
		if again := b.got(desk); len(again) != 4 {
			t.Errorf("more came: %q", again[4:])
		}
		t.Run("whoever asks for one reads it in full", func(t *testing.T) {
			b.text(desk, string(codes[6]))
			got := b.got(desk)
			if len(got) != 5 || !strings.Contains(got[4], string(codes[6])) || !strings.Contains(got[4], "Kibera") {
				t.Errorf("read %q", got[4:])
			}
			b.text(desk, string(codes[6]))
			if got := b.got(desk); len(got) != 6 || !strings.Contains(got[5], "still open") {
				t.Errorf("asked again: %q", got[5:])
			}
		})
		t.Run("an acceptance works as ever, and brings the whole alert", func(t *testing.T) {
			before := len(b.got(desk))
			b.text(desk, "1 "+string(codes[7]))
			got := strings.Join(b.got(desk)[before:], "\n")
			if !strings.Contains(got, "accepted") || !strings.Contains(got, "Kibera") {
				t.Errorf("answered %q", got)
			}
			if r, err := b.Store.ReportByCode(t.Context(), codes[7]); err != nil || r.Status != ripoti.StatusAccepted {
				t.Errorf("the report is %s, %v", r.Status, err)
			}
		})
	})
	t.Run("what is told of one report stays together", func(t *testing.T) {
		b := calmBench(t)
		codes := b.pour(6, func(a *ripoti.Answers) { a.Contact = ripoti.WishNone })
		b.work()
		b.Clock.Move(bundleWait)
		b.work()
		got := b.got("social-047.social")
		if len(got) != 7 || !strings.HasPrefix(got[6], "3 new: ") {
			t.Fatalf("arrived %d: %q", len(got), got)
		}
		whole := strings.Join(got[:6], "\n")
		for _, code := range codes {
			told, warned := strings.Contains(whole, "New "+string(code)), strings.Contains(whole, string(code)+": reporter asked for NO contact")
			if told != warned {
				t.Errorf("%s: told in full %v, warned %v", code, told, warned)
			}
		}
		b.text("social-047.social", "1 "+string(codes[5]))
		if read := strings.Join(b.got("social-047.social")[7:], "\n"); !strings.Contains(read, "New "+string(codes[5])) || !strings.Contains(read, "NO contact. Do not call") {
			t.Errorf("who accepts reads %q", read)
		}
	})
	t.Run("critical alerts pass at once, in the middle of a burst", func(t *testing.T) {
		b := calmBench(t)
		b.pour(6, nil)
		b.work()
		before := len(b.got(desk))
		codes := b.pour(5, func(a *ripoti.Answers) { a.Danger = ripoti.DangerYes })
		b.work()
		got := strings.Join(b.got(desk)[before:], "\n")
		for _, code := range codes {
			if !strings.Contains(got, "CRITICAL "+string(code)) {
				t.Errorf("%s did not arrive: %s", code, got)
			}
		}
	})
	t.Run("one alone in its wait leaves in full", func(t *testing.T) {
		b := calmBench(t)
		codes := b.pour(4, nil)
		b.work()
		b.Clock.Move(bundleWait)
		b.work()
		if got := b.got(desk); len(got) != 4 || !strings.Contains(strings.Join(got, ""), string(codes[3])+". ") {
			t.Errorf("arrived %q", got)
		}
	})
	t.Run("alerts that come slowly are never bundled", func(t *testing.T) {
		b := calmBench(t)
		for i := range 5 {
			b.pour(1, nil)
			b.work()
			if got := b.got(desk); len(got) < i+1 {
				t.Errorf("%d of %d arrived", len(got), i+1)
			}
			b.Clock.Move(25 * time.Second)
		}
	})
	t.Run("more than fit leave in several", func(t *testing.T) {
		b := calmBench(t)
		codes := b.pour(3+2*flows.MostBundled, nil)
		b.work()
		b.Clock.Move(bundleWait)
		b.work()
		got := b.got(desk)
		for _, code := range codes {
			if !strings.Contains(strings.Join(got, "\n"), string(code)) {
				t.Errorf("%s was never told", code)
			}
		}
		if len(got) != 5 {
			t.Errorf("arrived %d: %q", len(got), got)
		}
	})
	t.Run("a bundle that cannot be delivered lets the next rung know at once", func(t *testing.T) {
		b := calmBench(t)
		b.pour(6, nil)
		b.work()
		b.Clock.Move(bundleWait)
		b.work()
		bundle := b.sender.sent[len(b.sender.sent)-1]
		for _, m := range b.sender.sent {
			if strings.HasPrefix(m.Body, "3 new") && m.To == b.message().To {
				bundle = m
			}
		}
		if err := b.Desk.Receipt(t.Context(), sms.Receipt{Provider: "twilio", ProviderID: "P" + bundle.ID, Status: sms.Failed}); err != nil {
			t.Fatal(err)
		}
		climbs := 0
		for _, d := range b.wake() {
			if d.Kind == tasks.Climb {
				climbs++
			}
		}
		if climbs != 3 {
			t.Errorf("%d of 3 climb", climbs)
		}
	})
	t.Run("a bundle does not carry a report past a wall that rose meanwhile", func(t *testing.T) {
		b := calmBench(t)
		codes := b.pour(6, nil)
		b.work()
		b.Clock.Move(bundleWait)
		for _, d := range b.wake() { // the bundle is written, and has not left
			if err := b.w.send(t.Context(), tasks.Payload{Duty: d.ID, Subject: d.Subject, Tries: d.Tries}); err != nil {
				t.Fatal(err)
			}
		}
		r, err := b.Store.ReportByCode(t.Context(), codes[4])
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.SaveDecision(t.Context(), r.ID, "{}", []string{"station-near"}) }); err != nil {
			t.Fatal(err)
		}
		before := len(b.got(desk))
		b.work()
		after := strings.Join(b.got(desk)[before:], "\n")
		if strings.Contains(after, string(codes[4])) {
			t.Errorf("the walled report is told: %s", after)
		}
		for _, code := range []ripoti.Code{codes[3], codes[5]} {
			if !strings.Contains(after, string(code)) {
				t.Errorf("%s is told to nobody: %s", code, after)
			}
		}
	})
	t.Run("nothing is bundled where that is switched off", func(t *testing.T) {
		b := calmBench(t)
		b.w.BundleAbove = 0
		b.pour(6, nil)
		b.work()
		if got := b.got(desk); len(got) != 6 {
			t.Errorf("arrived %d", len(got))
		}
	})
}
