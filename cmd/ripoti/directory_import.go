package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"ripoti/internal/casework"
	"ripoti/internal/directory"
	"ripoti/internal/store"
)

// directoryImport puts tables into the database, all rows or none. A table that is not given stays.
type directoryImport struct {
	directoryFiles
	DryRun bool `help:"Only tell what would change."`
	onStore
	JSON bool `name:"json" help:"One JSON object."`
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
	return c.with(ctx, func(s *store.Store) error { return c.into(ctx, os.Stdout, s, given) })
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
	upload := directory.Upload{Rows: given, Whole: true, Proven: true}
	if c.DryRun {
		offices, contacts, err := s.Directory(ctx)
		if err != nil {
			return err
		}
		current := directory.Rows{Offices: offices, Contacts: contacts}
		incoming, err := upload.Onto(current)
		if err != nil {
			return fmt.Errorf("directory %w", err)
		}
		diff, err := directory.Plan(current, incoming)
		if err != nil {
			return fmt.Errorf("directory %w", err)
		}
		return c.tell(out, diff)
	}
	var diff directory.Diff
	err := s.InTx(ctx, func(tx *store.Tx) (err error) {
		diff, err = casework.ChangeDirectory(ctx, tx, casework.DirectoryChange{By: casework.Everywhere("command"), How: "upload", Make: upload.Onto})
		return err
	})
	if err != nil {
		return fmt.Errorf("directory %w", err)
	}
	return c.tell(out, diff)
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
			if change.Kind != directory.Changed {
				continue
			}
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
