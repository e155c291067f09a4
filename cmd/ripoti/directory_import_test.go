package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
	"ripoti/internal/store"
)

func TestDirectoryImport(t *testing.T) {
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "ripoti.db"), keys, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	sample, err := directory.Sample()
	if err != nil {
		t.Fatal(err)
	}
	read := func() ([]ripoti.Office, []ripoti.Contact) {
		t.Helper()
		offices, contacts, err := s.Directory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return offices, contacts
	}
	var out bytes.Buffer
	run := func(dry bool, rows directory.Rows) (string, error) {
		out.Reset()
		err := (&directoryImport{DryRun: dry}).into(t.Context(), &out, s, rows)
		return out.String(), err
	}

	t.Run("a dry run tells everything and saves nothing", func(t *testing.T) {
		said, err := run(true, sample)
		if err != nil || !strings.Contains(said, "nothing was saved") {
			t.Errorf("%v, %q", err, said)
		}
		if offices, _ := read(); len(offices) != 0 {
			t.Errorf("%d offices were saved", len(offices))
		}
	})
	t.Run("what is imported is there whole", func(t *testing.T) {
		if _, err := run(false, sample); err != nil {
			t.Fatal(err)
		}
		offices, contacts := read()
		if len(offices) != len(sample.Offices) || len(contacts) != len(sample.Contacts) {
			t.Errorf("%d offices, %d contacts", len(offices), len(contacts))
		}
		if said, err := run(false, sample); err != nil || !strings.Contains(said, "0 offices and 0 contacts") {
			t.Errorf("again: %v %q", err, said)
		}
	})
	t.Run("contacts alone leave the offices, and a number that texted STOP stays stopped", func(t *testing.T) {
		stopped := sample.Contacts[0].Phone
		if err := s.InTx(t.Context(), func(tx *store.Tx) error { return tx.StopContacts(t.Context(), stopped, true) }); err != nil {
			t.Fatal(err)
		}
		if _, err := run(false, directory.Rows{Contacts: sample.Contacts[:3]}); err != nil {
			t.Fatal(err)
		}
		offices, contacts := read()
		if len(offices) != len(sample.Offices) || len(contacts) != 3 {
			t.Errorf("%d offices, %d contacts", len(offices), len(contacts))
		}
		for _, c := range contacts {
			if c.Phone == stopped && !c.Stopped {
				t.Error("an import undid a STOP")
			}
		}
	})
	t.Run("one wrong row and nothing is saved", func(t *testing.T) {
		before, _ := read()
		bad := directory.Rows{Contacts: []ripoti.Contact{{ID: "lost", OfficeID: "no-such-office", Role: ripoti.RoleDesk, Lang: "en", Phone: "+254711000001"}}}
		if _, err := run(false, bad); err == nil || !strings.Contains(err.Error(), "no-such-office") {
			t.Errorf("error %v", err)
		}
		if after, contacts := read(); len(after) != len(before) || len(contacts) != 3 {
			t.Error("something was saved")
		}
	})
	t.Run("files with errors are told with line and column", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "contacts.csv")
		table := strings.Join(directory.ContactColumns, ",") + "\nc1,o1,boss,1,,en,12345,,yes,no,no\n"
		if err := os.WriteFile(file, []byte(table), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := (&directoryImport{directoryFiles: directoryFiles{Files: []string{file}}}).readParts()
		if err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "phone") || !strings.Contains(err.Error(), "role") {
			t.Errorf("told: %v", err)
		}
	})
}
