package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

func write(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "table.csv")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestRosterCommands(t *testing.T) {
	s := stage.New(t, nil)
	load := func(c rosterImport, content string) (string, error) {
		var out bytes.Buffer
		c.File = write(t, content)
		err := c.into(t.Context(), &out, s.Store)
		return out.String(), err
	}
	const header = "office_id,role,contact_id,days,from,to\n"
	kept := func() (shifts, leaves int) {
		all, err := s.Store.Roster(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(all.Shifts), len(all.Leaves)
	}
	t.Run("a table with a mistake is refused whole, and the line is named", func(t *testing.T) {
		_, err := load(rosterImport{}, header+"station-near,desk,station-near.desk,mon-fri,08:00,17:00\nstation-near,desk,station-far.desk,sat,08:00,17:00\n")
		if err == nil || !strings.Contains(err.Error(), "shifts line 3, column contact_id") {
			t.Errorf("%v", err)
		}
		if n, _ := kept(); n != 0 {
			t.Errorf("%d shifts were saved", n)
		}
	})
	t.Run("a dry run saves nothing", func(t *testing.T) {
		said, err := load(rosterImport{DryRun: true}, header+"station-near,desk,station-near.desk,mon-fri,08:00,17:00\n")
		if n, _ := kept(); err != nil || n != 0 || !strings.Contains(said, "nothing was saved") {
			t.Errorf("%q %v, %d shifts", said, err, n)
		}
	})
	t.Run("an office's new table leaves the others', and a file of leave leaves the shifts", func(t *testing.T) {
		for _, table := range []string{
			header + "station-near,desk,station-near.desk,mon-fri,08:00,17:00\n",
			header + "station-next,desk,station-next.desk,daily,08:00,17:00\n",
			header + "station-near,desk,station-near.desk,mon-fri,08:00,20:00\n",
			"contact_id,from,to,stand_in\nstation-near.desk,2026-11-03,2026-11-03,station-near.duty\n",
		} {
			if _, err := load(rosterImport{}, table); err != nil {
				t.Fatal(err)
			}
		}
		if shifts, leaves := kept(); shifts != 2 || leaves != 1 {
			t.Errorf("%d shifts, %d leaves", shifts, leaves)
		}
	})
	t.Run("an import is in the history, line by line, and the same again is not", func(t *testing.T) {
		const table = header + "station-near,desk,station-near.desk,mon-fri,08:00,20:00\n"
		if _, err := load(rosterImport{}, table); err != nil {
			t.Fatal(err)
		}
		lines, err := s.Store.OfficeHistory(t.Context(), "station-near", "", 10)
		if err != nil || len(lines) != 3 {
			t.Fatalf("%d lines %v", len(lines), err)
		}
		want := []store.ChangedField{{Column: "shift", Before: "desk station-near.desk mon-fri 08:00 17:00"}, {Column: "shift", After: "desk station-near.desk mon-fri 08:00 20:00"}}
		if l := lines[1]; l.Actor != "command" || l.How != "upload" || l.What != "shifts" || !slices.Equal(l.Fields, want) {
			t.Errorf("%+v", l)
		}
		if l := lines[0]; l.What != "leave" || l.RowID != "station-near.desk" {
			t.Errorf("%+v", l)
		}
	})
	t.Run("who is on duty, and which slots will be empty", func(t *testing.T) {
		var out bytes.Buffer
		c := rosterShow{Office: "station-near", At: "2026-11-03T09:00", JSON: true}
		if err := c.show(t.Context(), &out, s.Store, s.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		var duty, gaps []string
		for line := range strings.Lines(out.String()) {
			var one struct {
				Is, Office, Role, From string
				Contacts               []string
			}
			if err := json.Unmarshal([]byte(line), &one); err != nil {
				t.Fatal(err)
			}
			if one.Is == "duty" {
				duty = append(duty, one.Role+"="+strings.Join(one.Contacts, ","))
			} else {
				gaps = append(gaps, one.From)
			}
		}
		if got := strings.Join(duty, " "); got != "desk=station-near.duty duty=station-near.duty ocs=station-near.ocs" {
			t.Errorf("on duty: %s", got)
		}
		if len(gaps) != 5 { // four nights of the week and the weekend with its nights
			t.Errorf("empty from %v", gaps)
		}
		if strings.Contains(out.String(), "+254") {
			t.Error("a number is shown")
		}
		if err := (&rosterShow{At: "tonight"}).show(t.Context(), &out, s.Store, s.Clock.Now()); err == nil {
			t.Error("tonight is no time")
		}
	})
}

func TestReferralAndIncidentCommands(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(nil))
	s.Text("social-047.social", "1 "+string(code))
	other := s.File("c2", ripoti.StageComplete, stage.Report(nil))
	refer := func(by, to string) (f ripoti.Referral, err error) {
		c := onCase{Number: code.Spaced(), By: by}
		err = c.inTx(t.Context(), s.Store, s.Clock.Now, func(ctx context.Context, d *casework.Desk, tx *store.Tx, r ripoti.Report, by ripoti.Contact) (err error) {
			f, err = d.Refer(ctx, tx, r, by, to, "", false)
			return err
		})
		s.Work()
		return f, err
	}
	f, err := refer("social-047.social", "shelter-047")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := printReferred(&out, f); err != nil || !strings.Contains(out.String(), "HOSPITAL FIRST") {
		t.Errorf("%v %q", err, out.String())
	}
	if s.Kinds("shelter-047.partner") != "referral" {
		t.Errorf("the shelter got %q", s.Kinds("shelter-047.partner"))
	}
	if _, err := refer("station-far.desk", "hospital-west"); err == nil || !strings.Contains(err.Error(), "You cannot refer this case") {
		t.Errorf("a stranger refers: %v", err)
	}
	if _, err := refer("nobody", "hospital-west"); err == nil || !strings.Contains(err.Error(), "no contact") {
		t.Errorf("nobody refers: %v", err)
	}

	list := func() string {
		out.Reset()
		if err := (&incidentList{By: "coordination-047.coordinator", Limit: 10}).list(t.Context(), &out, s.Store); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if got := list(); !strings.Contains(got, string(code)) || !strings.Contains(got, string(other)) || !strings.Contains(got, "same place") {
		t.Errorf("%q", got)
	}
	pair := pairOfReports{Number: string(code), Other: other.Spaced(), By: "coordination-047.coordinator"}
	if err := pair.decide(t.Context(), s.Store, true); err != nil {
		t.Fatal(err)
	}
	if err := pair.decide(t.Context(), s.Store, true); err == nil || !strings.Contains(err.Error(), "decided that already") {
		t.Errorf("twice: %v", err)
	}
	if got := list(); got != "" {
		t.Errorf("still listed: %q", got)
	}
}
