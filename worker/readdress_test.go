package worker

import (
	"testing"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// A worker's directory may be seconds old: before a contact counts as gone, or an old number is used, it is
// read again. A changed number gets the message, the old one never.
func TestAMessageFollowsItsContact(t *testing.T) {
	const fresh = ripoti.Phone("+254711000888")
	change := func(b *bench, do func(c *ripoti.Contact)) {
		t.Helper()
		offices, contacts, err := b.Store.Directory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range contacts {
			if contacts[i].ID == "station-near.desk" {
				do(&contacts[i])
			}
		}
		if err := b.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.SaveDirectory(t.Context(), offices, contacts) }); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("to the number it has now", func(t *testing.T) {
		b := newBench(t)
		change(b, func(c *ripoti.Contact) { c.Phone = fresh })
		if err := b.w.Live.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := b.send(); err != nil || len(b.sender.sent) != 0 || !b.owed() {
			t.Fatalf("sent %v, %v", b.sender.sent, err)
		}
		if err := b.send(); err != nil || b.message().To != fresh || b.message().Status != sms.Taken || len(b.sender.sent) != 1 {
			t.Errorf("%+v, %v", b.message(), err)
		}
	})
	t.Run("who is news to this process is no stranger", func(t *testing.T) {
		b := newBench(t)
		offices, contacts, err := b.Store.Directory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		contacts = append(contacts, ripoti.Contact{ID: "station-near.new", OfficeID: "station-near", Role: ripoti.RoleDesk, Rank: 2, Lang: ripoti.English, Phone: fresh,
			VerifiedAt: b.Clock.Now(), Active: true})
		if err := b.Store.InTx(t.Context(), func(tx *store.Tx) error {
			if err := tx.SaveDirectory(t.Context(), offices, contacts); err != nil {
				return err
			}
			return tx.Post(t.Context(), store.Message{ID: "m", ReportID: b.message().ReportID, ContactID: "station-near.new", Kind: "state", Lang: ripoti.English, To: fresh, Facts: "{}"},
				store.Duty{ID: "d", Kind: tasks.Send, Queue: tasks.Default, Due: b.Clock.Now()})
		}); err != nil {
			t.Fatal(err)
		}
		if err := b.w.send(t.Context(), tasks.Payload{Duty: "d", Subject: "m", Tries: 1}); err != nil {
			t.Fatal(err)
		}
		if m, err := b.Store.Message(t.Context(), "m"); err != nil || m.Status != sms.Taken {
			t.Errorf("%s (%s), %v", m.Status, m.Reason, err)
		}
	})
}
