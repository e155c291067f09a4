package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"ripoti/internal/directory"
	"ripoti/internal/gazetteer"
)

// directoryCommand looks at tables of offices and contacts and turns one form into another.
type directoryCommand struct {
	Check  directoryCheck  `cmd:"" help:"Tell everything that is wrong with tables of offices and contacts."`
	Import directoryImport `cmd:"" help:"Put tables into the database: all rows or none, with a dry run."`
	Export directoryExport `cmd:"" help:"Write tables in another form: CSV or GeoJSON."`
	Roster directoryRoster `cmd:"" help:"Bring rosters and leave in and out."`
}

// directoryFiles are the tables a command works on.
type directoryFiles struct {
	Files []string `arg:"" optional:"" help:"offices.csv, contacts.csv or police of OpenStreetMap as .geojson. Left out: the built-in sample, but for an import, which wants them named."`
}

// read reads the files as one directory. Notes are remarks that are no errors.
func (d directoryFiles) read() (rows directory.Rows, notes directory.Problems, err error) {
	if len(d.Files) == 0 {
		rows, err = directory.Sample()
		return rows, nil, err
	}
	var problems directory.Problems
	for _, name := range d.Files {
		part, remarks, err := readDirectoryFile(name)
		var wrong directory.Problems
		switch {
		case errors.As(err, &wrong):
			for i := range wrong {
				wrong[i].Table = filepath.Base(name) + ": " + wrong[i].Table
			}
			problems = append(problems, wrong...)
		case err != nil:
			return directory.Rows{}, nil, fmt.Errorf("%s: %w", name, err)
		}
		notes = append(notes, remarks...)
		rows = rows.With(part)
	}
	if len(problems) > 0 {
		return directory.Rows{}, notes, problems
	}
	return rows, notes, rows.Check()
}

func readDirectoryFile(name string) (directory.Rows, directory.Problems, error) {
	raw, err := readInput(name)
	if err != nil {
		return directory.Rows{}, nil, err
	}
	if !strings.HasSuffix(strings.ToLower(name), "json") {
		rows, err := directory.ReadCSV(bytes.NewReader(raw))
		return rows, nil, err
	}
	g, err := gazetteer.Load()
	if err != nil {
		return directory.Rows{}, nil, err
	}
	return directory.ReadGeoJSON(bytes.NewReader(raw), g.Wards())
}

type directoryCheck struct {
	directoryFiles
	JSON bool `name:"json" help:"One JSON object a line for each thing wrong."`
}

// Run looks at the tables together. What is wrong is printed and makes the exit non-zero.
func (c *directoryCheck) Run(context.Context) error { return c.report(os.Stdout) }

func (c *directoryCheck) report(out io.Writer) error {
	rows, notes, err := c.read()
	var problems directory.Problems
	if err != nil && !errors.As(err, &problems) {
		return fmt.Errorf("directory: %w", err)
	}
	if werr := c.list(out, "note", notes); werr != nil {
		return werr
	}
	if werr := c.list(out, "wrong", problems); werr != nil {
		return werr
	}
	if len(problems) > 0 {
		return fmt.Errorf("directory: %d things are wrong", len(problems))
	}
	if !c.JSON {
		fmt.Fprintf(out, "%d offices and %d contacts are sound.\n", len(rows.Offices), len(rows.Contacts))
	}
	return nil
}

func (c *directoryCheck) list(out io.Writer, what string, list directory.Problems) error {
	for _, p := range list {
		if !c.JSON {
			if _, err := fmt.Fprintf(out, "%s: %s\n", what, p); err != nil {
				return err
			}
			continue
		}
		if err := json.NewEncoder(out).Encode(map[string]any{"is": what, "table": p.Table, "line": p.Line, "column": p.Column, "text": p.Text}); err != nil {
			return err
		}
	}
	return nil
}

type directoryExport struct {
	directoryFiles
	What string `enum:"offices,contacts,geojson" default:"offices" help:"offices or contacts (CSV), or geojson (offices on a map). Contacts hold phone numbers."`
	Out  string `help:"Write to this new file, readable by its owner only, instead of standard output." placeholder:"FILE"`
}

// Run writes the tables.
func (c *directoryExport) Run(context.Context) error {
	rows, _, err := c.read()
	if err != nil {
		return fmt.Errorf("directory: %w", err)
	}
	var b bytes.Buffer
	switch c.What {
	case "contacts":
		err = directory.WriteContacts(&b, rows.Contacts)
	case "geojson":
		err = directory.WriteGeoJSON(&b, rows.Offices)
	default:
		err = directory.WriteOffices(&b, rows.Offices)
	}
	if err != nil {
		return fmt.Errorf("directory: %w", err)
	}
	return writeNew(c.Out, b.Bytes())
}
