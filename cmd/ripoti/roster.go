package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/directory"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// directoryRoster brings rosters and leave in and out.
type directoryRoster struct {
	Import rosterImport `cmd:"" help:"Put shifts or leave into the database: all rows or none. The offices (or contacts) that a file names get its rows in place of theirs."`
	Export rosterExport `cmd:"" help:"Write shifts or leave as CSV."`
}

type rosterImport struct {
	File   string `arg:"" help:"Shifts (office_id role contact_id days from to) or leave (contact_id from to stand_in), as CSV; - is standard input."`
	Whole  bool   `help:"The file is everything: what it does not name goes."`
	DryRun bool   `help:"Only check."`
	onStore
}

// Run checks every line, names each that is wrong, and saves. Running processes take it within seconds.
func (c *rosterImport) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error { return c.into(ctx, os.Stdout, s) })
}

func (c *rosterImport) into(ctx context.Context, out io.Writer, s *store.Store) error {
	raw, err := readInput(c.File)
	if err != nil {
		return fmt.Errorf("roster: %w", err)
	}
	offices, contacts, err := s.Directory(ctx)
	if err != nil {
		return err
	}
	read, err := directory.RosterReader{Known: directory.Rows{Offices: offices, Contacts: contacts}}.Read(bytes.NewReader(raw))
	var wrong directory.Problems
	if errors.As(err, &wrong) {
		return fmt.Errorf("nothing was saved, %d things are wrong:\n%w", len(wrong), err)
	}
	if err != nil {
		return fmt.Errorf("roster: %w", err)
	}
	word := "saved"
	if c.DryRun {
		word = "sound (nothing was saved)"
	} else if err := s.InTx(ctx, func(tx *store.Tx) error {
		_, err := casework.ChangeRoster(ctx, tx, casework.RosterChange{By: casework.Everywhere("command"), How: "upload", Tables: []directory.RosterTable{read}, Whole: c.Whole})
		return err
	}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d shifts and %d leaves %s\n", len(read.Shifts), len(read.Leaves), word)
	return err
}

type rosterExport struct {
	What string `enum:"shifts,leave" default:"shifts" help:"shifts or leave."`
	Out  string `help:"Write to this new file, readable by its owner only, instead of standard output." placeholder:"FILE"`
	onStore
}

// Run writes the table. It holds no names and no numbers.
func (c *rosterExport) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error { return c.write(ctx, s) })
}

func (c *rosterExport) write(ctx context.Context, s *store.Store) error {
	all, err := s.Roster(ctx)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if c.What == "leave" {
		err = directory.WriteLeaves(&b, all.Leaves)
	} else {
		err = directory.WriteShifts(&b, all.Shifts)
	}
	if err != nil {
		return fmt.Errorf("roster: %w", err)
	}
	return writeNew(c.Out, b.Bytes())
}

// rosterCommand is for coordinators: who answers, and where nobody will.
type rosterCommand struct {
	Show rosterShow `cmd:"" help:"Tell who is on duty, which slots will be empty in the next seven days, and which ones alerts found empty."`
}

type rosterShow struct {
	Office string `help:"One office; left out, all that have a roster." placeholder:"OFFICE-ID"`
	At     string `help:"A time such as 2026-12-24T02:00, in Nairobi; left out, now." placeholder:"TIME"`
	onStore
	JSON bool `name:"json" help:"One JSON object a line: each is a duty, a gap or an alert that met one."`
}

// Run tells ids of contacts, never their numbers.
func (c *rosterShow) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error { return c.show(ctx, os.Stdout, s, time.Now()) })
}

// gapsAhead is how far the empty slots are told.
const gapsAhead = 7 * 24 * time.Hour

func (c *rosterShow) show(ctx context.Context, out io.Writer, s *store.Store, now time.Time) error {
	at := now
	if c.At != "" {
		var err error
		if at, err = time.ParseInLocation("2006-01-02T15:04", c.At, routing.Nairobi); err != nil {
			return fmt.Errorf("roster: %q is no time; write it like 2026-12-24T02:00", c.At)
		}
	}
	desk, err := atDesk(ctx, s, time.Now)
	if err != nil {
		return err
	}
	world := desk.Live.World()
	if _, ok := world.Office(c.Office); !ok && c.Office != "" {
		return fmt.Errorf("roster: there is no office with the id %q", c.Office)
	}
	met, err := s.SlotGaps(ctx, now.Add(-gapsAhead), 1000)
	if err != nil {
		return err
	}
	for _, slot := range world.Duty(c.Office, at) {
		if err := c.duty(out, slot); err != nil {
			return err
		}
	}
	for _, g := range world.Gaps(c.Office, at, at.Add(gapsAhead)) {
		if err := c.gap(out, g); err != nil {
			return err
		}
	}
	for _, g := range met {
		if c.Office != "" && g.OfficeID != c.Office {
			continue
		}
		if err := c.met(out, g); err != nil {
			return err
		}
	}
	return nil
}

func (c *rosterShow) duty(out io.Writer, s casework.Slot) error {
	ids := make([]string, len(s.OnDuty))
	for i, contact := range s.OnDuty {
		ids[i] = contact.ID
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(map[string]any{"is": "duty", "office": s.Office.ID, "role": s.Role, "contacts": ids})
	}
	who := strings.Join(ids, ", ")
	if who == "" {
		who = "NOBODY"
	}
	_, err := fmt.Fprintf(out, "on duty   %-24s %-12s %s\n", s.Office.ID, s.Role, who)
	return err
}

func (c *rosterShow) gap(out io.Writer, g casework.Gap) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(map[string]any{"is": "gap", "office": g.Office.ID, "role": g.Role, "from": g.From, "to": g.To})
	}
	_, err := fmt.Fprintf(out, "empty     %-24s %-12s %s to %s\n", g.Office.ID, g.Role, inNairobi(g.From), inNairobi(g.To))
	return err
}

func (c *rosterShow) met(out io.Writer, g store.SlotGap) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(map[string]any{"is": "met", "office": g.OfficeID, "role": g.Role, "hour": g.Hour, "alerts": g.Alerts})
	}
	_, err := fmt.Fprintf(out, "met empty %-24s %-12s %s, %d alerts\n", g.OfficeID, g.Role, inNairobi(g.Hour), g.Alerts)
	return err
}

func inNairobi(t time.Time) string { return t.In(routing.Nairobi).Format("Mon 2006-01-02 15:04") }
