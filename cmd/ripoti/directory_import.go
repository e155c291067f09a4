package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"ripoti/internal/config"
	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
	"ripoti/internal/store"
)

// directoryImport puts tables into the database, all rows or none. A table that is not given stays.
type directoryImport struct {
	directoryFiles
	DryRun bool   `help:"Only tell what would change."`
	Data   string `help:"The folder of a ripoti dev, in place of DATABASE_URL." placeholder:"DIR"`
	JSON   bool   `name:"json" help:"One JSON object."`
}

// Run checks everything, tells the difference and saves it. Running processes take it within seconds.
func (c *directoryImport) Run(ctx context.Context) error {
	if len(c.Files) == 0 {
		return errors.New("directory import: name offices.csv, contacts.csv or a .geojson of offices")
	}
	given, notes, err := c.readParts()
	for _, note := range notes {
		fmt.Fprintln(os.Stderr, "note:", note)
	}
	if err != nil {
		return fmt.Errorf("directory import: %w", err)
	}
	s, err := openDirectoryStore(ctx, c.Data)
	if err != nil {
		return err
	}
	defer s.Close()
	return c.into(ctx, os.Stdout, s, given)
}

// readParts reads the files without asking whether they are whole by themselves: contacts alone may
// name offices that are in the database.
func (c *directoryImport) readParts() (rows directory.Rows, notes directory.Problems, err error) {
	var problems directory.Problems
	for _, name := range c.Files {
		part, remarks, err := readDirectoryFile(name)
		var wrong directory.Problems
		if errors.As(err, &wrong) {
			problems = append(problems, wrong...)
		} else if err != nil {
			return rows, notes, fmt.Errorf("%s: %w", name, err)
		}
		notes, rows = append(notes, remarks...), rows.With(part)
	}
	if len(problems) > 0 {
		return rows, notes, problems
	}
	return rows, notes, nil
}

func (c *directoryImport) into(ctx context.Context, out io.Writer, s *store.Store, given directory.Rows) error {
	offices, contacts, err := s.Directory(ctx)
	if err != nil {
		return err
	}
	current := directory.Rows{Offices: offices, Contacts: contacts}
	incoming := given
	if len(given.Offices) == 0 {
		incoming = incoming.With(directory.Rows{Offices: offices})
	}
	if len(given.Contacts) == 0 {
		incoming = incoming.With(directory.Rows{Contacts: contacts})
	}
	keepStopped(incoming.Contacts, contacts)
	diff, err := directory.Plan(current, incoming)
	if err != nil {
		return fmt.Errorf("directory %w", err)
	}
	if err := c.tell(out, diff); err != nil || c.DryRun || diff.Empty() {
		return err
	}
	return s.InTx(ctx, func(tx *store.Tx) error { return tx.SaveDirectory(ctx, incoming.Offices, incoming.Contacts) })
}

// keepStopped carries over that a number texted STOP: no table can undo that, only its owner.
func keepStopped(incoming, current []ripoti.Contact) {
	stopped := map[ripoti.Phone]bool{}
	for _, c := range current {
		if c.Stopped {
			stopped[c.Phone] = true
		}
	}
	for i := range incoming {
		incoming[i].Stopped = incoming[i].Stopped || stopped[incoming[i].Phone]
	}
}

func (c *directoryImport) tell(out io.Writer, diff directory.Diff) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(diff)
	}
	for _, table := range []struct {
		name    string
		changes []directory.Change
	}{{"office", diff.Offices}, {"contact", diff.Contacts}} {
		for _, change := range table.changes {
			fmt.Fprintf(out, "%-8s %s %s\n", change.Kind, table.name, change.ID)
			for _, f := range change.Fields {
				fmt.Fprintf(out, "           %s: %q -> %q\n", f.Column, f.Before, f.After)
			}
		}
	}
	word := "saved"
	if c.DryRun {
		word = "would change (nothing was saved)"
	}
	_, err := fmt.Fprintf(out, "%d offices and %d contacts %s, %d rows stay as they are\n", len(diff.Offices), len(diff.Contacts), word, diff.Same)
	return err
}

// openDirectoryStore opens the database of the environment, or that of a `ripoti dev`.
func openDirectoryStore(ctx context.Context, data string) (*store.Store, error) {
	if data != "" {
		raw, err := os.ReadFile(filepath.Join(data, "keyset.json"))
		if err != nil {
			return nil, fmt.Errorf("%s is no folder of ripoti dev: %w", data, err)
		}
		keys, err := seal.Open(string(raw))
		if err != nil {
			return nil, fmt.Errorf("keyset: %w", err)
		}
		return store.Open(ctx, "sqlite:"+filepath.Join(data, "ripoti.db"), keys, time.Now)
	}
	cfg, err := config.Load(os.Environ(), config.Migrate)
	if err != nil {
		return nil, err
	}
	keys, err := openKeys(cfg.Keyset)
	if err != nil {
		return nil, err
	}
	return openStore(ctx, cfg.Stores.Database.Reveal(), keys)
}
