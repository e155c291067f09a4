package worker

import (
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/sms"
	"ripoti/internal/store"
)

// TestWhatLeavesToAReporter: whoever posts it, only what a reporter asked for leaves, at a time of day
// that is safe, to the phone that reported, while the case is open.
func TestWhatLeavesToAReporter(t *testing.T) {
	const reporter, other = ripoti.Phone("+254711000099"), ripoti.Phone("+254711000055")
	const leaves, waits, never = sms.Taken, sms.Queued, sms.Failed
	for _, c := range []struct {
		name   string
		kind   string
		wish   ripoti.Wish
		to     ripoti.Phone
		closed bool
		hour   int
		want   sms.Status
	}{
		{"taken up, asked for, in daytime", flows.SayTextTaken, ripoti.WishSMS, reporter, false, 10, leaves},
		{"how are things, asked for, in daytime", flows.SayTextHow, ripoti.WishSMS, reporter, false, 17, leaves},
		{"at night it waits for the morning", flows.SayTextTaken, ripoti.WishSMS, reporter, false, 22, waits},
		{"before eight it waits", flows.SayTextHow, ripoti.WishSMS, reporter, false, 7, waits},
		{"at six in the evening it waits", flows.SayTextHow, ripoti.WishSMS, reporter, false, 18, waits},
		{"calls only", flows.SayTextTaken, ripoti.WishAny, reporter, false, 10, never},
		{"evening calls only", flows.SayTextHow, ripoti.WishEvening, reporter, false, 10, never},
		{"no contact", flows.SayTextTaken, ripoti.WishNone, reporter, false, 10, never},
		{"never asked", flows.SayTextHow, "", reporter, false, 10, never},
		{"the case is closed", flows.SayTextHow, ripoti.WishSMS, reporter, true, 10, never},
		{"not to another phone", flows.SayTextTaken, ripoti.WishSMS, other, false, 10, never},
		{"a question behind a consent at any hour", flows.SayTextPlace, ripoti.WishSMS, reporter, false, 23, leaves},
		{"nothing that is not in the table", flows.SayState, ripoti.WishSMS, reporter, false, 10, never},
		{"no alert", flows.SayAlert, ripoti.WishSMS, reporter, false, 10, never},
		{"nothing for staff", flows.SayInformation, ripoti.WishSMS, reporter, false, 10, never},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			now := b.Clock.Now().In(routing.Nairobi)
			b.Clock.Move(time.Date(now.Year(), now.Month(), now.Day()+1, c.hour, 5, 0, 0, routing.Nairobi).Sub(now))
			r, err := b.Store.Report(t.Context(), b.message().ReportID)
			if err != nil {
				t.Fatal(err)
			}
			if c.closed {
				r.Status = ripoti.StatusClosed
			}
			if err := b.Store.InTx(t.Context(), func(tx *store.Tx) error {
				if err := tx.SaveWish(t.Context(), r.ID, c.wish); err != nil {
					return err
				}
				return tx.SaveReport(t.Context(), r)
			}); err != nil {
				t.Fatal(err)
			}
			id := b.post(store.Message{ReportID: r.ID, Kind: c.kind, Lang: ripoti.English, To: c.to})
			m, err := b.Store.Message(t.Context(), id)
			if err != nil || m.Status != c.want || (len(b.sender.sent) == 1) != (c.want == leaves) {
				t.Fatalf("status %s, %d left, %v", m.Status, len(b.sender.sent), err)
			}
			if c.want != waits {
				return
			}
			duties, err := b.Store.DutiesOf(t.Context(), id)
			if err != nil || len(duties) != 1 {
				t.Fatalf("%d duties, %v", len(duties), err)
			}
			if early := b.wake(); contains(early, id) {
				t.Error("it wakes at once")
			}
			b.Clock.Move(14 * time.Hour) // into the next morning
			if !contains(b.wake(), id) {
				t.Error("it never wakes")
			}
		})
	}
}

func contains(duties []store.Duty, subject string) bool {
	for _, d := range duties {
		if d.Subject == subject {
			return true
		}
	}
	return false
}

// A worker told that it is not safe to call (64): nothing is texted either, until a real contact.
func TestNothingIsTextedWhileItIsNotSafe(t *testing.T) {
	const reporter = ripoti.Phone("+254711000099")
	for _, kind := range []string{flows.SayTextTaken, flows.SayTextHow, flows.SayTextPlace} {
		t.Run(kind, func(t *testing.T) {
			b := newBench(t)
			now := b.Clock.Now().In(routing.Nairobi)
			b.Clock.Move(time.Date(now.Year(), now.Month(), now.Day()+1, 10, 5, 0, 0, routing.Nairobi).Sub(now))
			report := b.message().ReportID
			tell := func(answer ripoti.CheckAnswer) {
				t.Helper()
				err := b.Store.InTx(t.Context(), func(tx *store.Tx) error {
					if err := tx.SaveWish(t.Context(), report, ripoti.WishSMS); err != nil {
						return err
					}
					return tx.NoteContact(t.Context(), report, answer, "social")
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			status := func() sms.Status {
				t.Helper()
				m, err := b.Store.Message(t.Context(), b.post(store.Message{ReportID: report, Kind: kind, Lang: ripoti.English, To: reporter}))
				if err != nil {
					t.Fatal(err)
				}
				return m.Status
			}
			tell(ripoti.CheckNotSafe)
			if got := status(); got != sms.Failed || len(b.sender.sent) != 0 {
				t.Errorf("while it is not safe: %s, %d left", got, len(b.sender.sent))
			}
			tell(ripoti.CheckSafe)
			if got := status(); got != sms.Taken || len(b.sender.sent) != 1 {
				t.Errorf("after a real contact: %s, %d left", got, len(b.sender.sent))
			}
		})
	}
}
