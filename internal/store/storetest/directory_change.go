package storetest

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

func directoryChanges(t *testing.T, f *fixture) {
	station := ripoti.Office{ID: "station-a", Kind: ripoti.Station, Name: "Sample A", County: "047", Active: true}
	officer := ripoti.Contact{ID: "a.desk", OfficeID: "station-a", Role: ripoti.RoleDesk, Rank: 1, Lang: ripoti.English, Phone: "+254711000001", VerifiedAt: f.clock.Now(), Active: true}
	other := ripoti.Contact{ID: "a.duty", OfficeID: "station-a", Role: ripoti.RoleDuty, Rank: 1, Lang: ripoti.English, Phone: "+254711000002", Active: true}
	f.tx(func(tx *store.Tx) error {
		return tx.SaveDirectory(f.ctx, []ripoti.Office{station}, []ripoti.Contact{officer, other})
	})
	walled := f.file("c1")
	f.tx(func(tx *store.Tx) error { return tx.WallOff(f.ctx, walled.ID, "station-a") })
	before, err := f.Revision(f.ctx, "directory")
	f.must(err)

	moved := officer
	moved.OfficeID, moved.Phone = "station-b", "+254711000009"
	next := ripoti.Office{ID: "station-b", Kind: ripoti.Station, Name: "Sample B", County: "047", Active: true}
	f.tx(func(tx *store.Tx) error {
		if err := tx.HoldDirectory(f.ctx); err != nil {
			return err
		}
		err := tx.ChangeDirectory(f.ctx, store.Delta{Offices: []ripoti.Office{next}, Contacts: []ripoti.Contact{moved}, GoneContacts: []string{"a.duty"}})
		if err != nil {
			return err
		}
		return tx.NoteDirectory(f.ctx,
			store.DirectoryChange{Batch: "b1", Actor: "user:x", How: "form", What: "contact", RowID: "a.desk", Office: "station-a", Kind: "changed",
				Fields: []store.ChangedField{{Column: "office_id", Before: "station-a", After: "station-b"}}},
			store.DirectoryChange{Batch: "b1", Actor: "user:x", How: "form", What: "office", RowID: "station-b", Office: "station-b", Kind: "added"})
	})
	offices, contacts, err := f.Directory(f.ctx)
	f.must(err)
	if len(offices) != 2 || len(contacts) != 1 || contacts[0].OfficeID != "station-b" || contacts[0].Phone != moved.Phone {
		t.Errorf("%+v %+v", offices, contacts)
	}
	if now, err := f.Revision(f.ctx, "directory"); err != nil || now == before {
		t.Errorf("running processes hear nothing of it: %v", err)
	}
	view := store.ViewOf(ripoti.User{ID: "u", Role: ripoti.UserCoordinator, OfficeID: "station-b", ContactID: "a.desk"})
	if _, err := f.SeenByCode(f.ctx, view, walled.Code); ripoti.CodeOf(err) != ripoti.CodeNotFound {
		t.Errorf("with a new number at a new post the wall is gone: %v", err)
	}
	history, err := f.OfficeHistory(f.ctx, "station-a", "", 10)
	f.must(err)
	if len(history) != 1 || history[0].Actor != "user:x" || history[0].Fields[0].After != "station-b" || !history[0].At.Equal(f.clock.Now()) {
		t.Errorf("history %+v", history)
	}
	if older, err := f.OfficeHistory(f.ctx, "station-a", history[0].ID, 10); err != nil || len(older) > 0 {
		t.Errorf("before the first line: %v %v", older, err)
	}
	f.tx(func(tx *store.Tx) error { _, err := tx.SetDark(f.ctx, "station-b", true); return err })
	f.tx(func(tx *store.Tx) error { return tx.StopContacts(f.ctx, moved.Phone, true) })
	f.tx(func(tx *store.Tx) error { return tx.StopContacts(f.ctx, moved.Phone, true) })
	all, err := f.OfficeHistory(f.ctx, "station-b", "", 10)
	f.must(err)
	if len(all) != 3 || all[0].Actor != "a.desk" || all[1].Fields[0] != (store.ChangedField{Column: "dark", Before: "no", After: "yes"}) {
		t.Errorf("what changes by itself is not told: %+v", all)
	}
	if mine, err := f.ContactHistory(f.ctx, "a.desk", "", 10); err != nil || len(mine) != 2 {
		t.Errorf("history of a contact: %+v %v", mine, err)
	}
	accountsFollow(t, f)
	pingLines(t, f)
}

func accountsFollow(t *testing.T, f *fixture) {
	f.must(f.AddUser(f.ctx, ripoti.User{ID: "u1", Login: "sample.one", Role: ripoti.UserOfficer, OfficeID: "station-a", ContactID: "a.desk", Lang: ripoti.English, Active: true}, store.Credentials{}))
	var moved, closed []string
	f.tx(func(tx *store.Tx) (err error) { moved, err = tx.MoveUsers(f.ctx, "a.desk", "station-b"); return err })
	u, err := f.User(f.ctx, "u1")
	f.must(err)
	if !slices.Equal(moved, []string{"sample.one"}) || u.OfficeID != "station-b" || u.Epoch != 2 {
		t.Errorf("the account stays behind: %v %+v", moved, u)
	}
	f.tx(func(tx *store.Tx) (err error) { closed, err = tx.CloseUsers(f.ctx, "a.desk"); return err })
	if left, err := f.UsersOf(f.ctx, "a.desk"); err != nil || len(left) > 0 || len(closed) != 1 {
		t.Errorf("accounts %v %v", left, err)
	}
}

func pingLines(t *testing.T, f *fixture) {
	one := ripoti.Contact{ID: "p.one", OfficeID: "station-p", Phone: "+254711000031"}
	two := ripoti.Contact{ID: "p.two", OfficeID: "station-p", Phone: "+254711000032"}
	f.tx(func(tx *store.Tx) error {
		for _, c := range []ripoti.Contact{one, two} {
			if _, err := tx.Ping(f.ctx, c, "2026-11"); err != nil {
				return err
			}
		}
		_, err := tx.Pong(f.ctx, one.Phone, f.clock.Now().Add(-time.Hour))
		return err
	})
	lines, err := f.Pings(f.ctx, "station-p", "2026-06")
	f.must(err)
	rounds, err := f.AllPingRounds(f.ctx, "2026-06")
	f.must(err)
	if len(lines) != 2 || lines[0].Answered.IsZero() || !lines[1].Answered.IsZero() || !slices.Equal(rounds["station-p"], []store.PingRound{{Month: "2026-11", Asked: 2, Answered: 1}}) {
		t.Errorf("%+v %+v", lines, rounds)
	}
}

func numberChecks(t *testing.T, f *fixture) {
	phone := ripoti.Phone("+254711000041")
	check := store.NumberCheck{ContactID: "n.one", NumberHash: f.PhoneHash(phone), CodeHash: f.NumberCheckHashes(phone, "048291")[0], AskedBy: "user:x",
		AskedAt: f.clock.Now(), Until: f.clock.Now().Add(time.Hour)}
	f.tx(func(tx *store.Tx) error { return tx.SaveNumberCheck(f.ctx, check) })
	check.Tries = 1
	f.tx(func(tx *store.Tx) error { return tx.SaveNumberCheck(f.ctx, check) })
	if got, err := f.NumberChecks(f.ctx, phone); err != nil || len(got) != 1 || got[0] != check {
		t.Errorf("%+v %v", got, err)
	}
	if slices.Equal(f.NumberCheckHashes(phone, "048291"), f.NumberCheckHashes("+254711000042", "048291")) {
		t.Error("a code fits another number")
	}
	f.tx(func(tx *store.Tx) error { return tx.EndNumberCheck(f.ctx, "n.one") })
	if got, err := f.NumberCheckOf(f.ctx, "n.one"); err != nil || got != (store.NumberCheck{}) {
		t.Errorf("%+v %v", got, err)
	}

	upload := store.Upload{UserID: "u1", Whole: true, Offices: []byte("id,kind,name\n"), Contacts: []byte("+254711000041"), Shifts: []byte("days"), Leaves: []byte("stand_in")}
	f.must(f.SaveUpload(f.ctx, store.Upload{UserID: "u1"}))
	f.must(f.SaveUpload(f.ctx, upload))
	got, err := f.Upload(f.ctx, "u1")
	f.must(err)
	if !got.Whole || !bytes.Equal(got.Contacts, upload.Contacts) || !bytes.Equal(got.Offices, upload.Offices) || !bytes.Equal(got.Shifts, upload.Shifts) || !bytes.Equal(got.Leaves, upload.Leaves) {
		t.Errorf("%+v", got)
	}
	var raw []byte
	f.must(f.db.QueryRowContext(f.ctx, "select contacts_sealed from directory_uploads").Scan(&raw))
	if strings.Contains(string(raw), "254711") {
		t.Error("a number lies open in what was handed in")
	}
	f.must(f.DropUpload(f.ctx, "u1"))
	if _, err := f.Upload(f.ctx, "u1"); ripoti.CodeOf(err) != ripoti.CodeNotFound {
		t.Errorf("%v", err)
	}
}
