package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"ripoti/internal/routing"
)

// rulesCommand gives out and looks at the routing rules.
type rulesCommand struct {
	Export rulesExport `cmd:"" help:"Print the built-in rules, a YAML document with comments, to start from."`
	Check  rulesCheck  `cmd:"" help:"Tell everything that is wrong with a rules document, line by line."`

	List    rulesList    `cmd:"" help:"List the versions that were in force, newest first."`
	Show    rulesShow    `cmd:"" help:"Print the rules in force, or an older version."`
	Publish rulesPublish `cmd:"" help:"Rehearse a document on last month's reports, propose it, and put it in force if a second person agrees."`
	Undo    rulesUndo    `cmd:"" help:"Go one step back, to the rules before."`
}

type rulesExport struct {
	Out string `help:"Write to this new file instead of standard output." placeholder:"FILE"`
}

// Run prints the built-in rules.
func (c *rulesExport) Run(context.Context) error {
	return writeNew(c.Out, routing.Default().Document())
}

// writeNew writes to standard output or to a file that must not be there yet.
func writeNew(path string, content []byte) error {
	if path == "" {
		_, err := os.Stdout.Write(content)
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if _, err := f.Write(content); err != nil {
		f.Close()
		return fmt.Errorf("write: %w", err)
	}
	return f.Close()
}

type rulesCheck struct {
	File string `arg:"" help:"The document, or - for standard input."`
	JSON bool   `name:"json" help:"One JSON object a line for each thing wrong."`
}

// Run looks at a document. What is wrong is printed and makes the exit non-zero.
func (c *rulesCheck) Run(context.Context) error {
	doc, err := readInput(c.File)
	if err != nil {
		return fmt.Errorf("rules: %w", err)
	}
	return c.report(os.Stdout, doc)
}

func (c *rulesCheck) report(out io.Writer, doc []byte) error {
	_, err := routing.ParseRules(doc)
	if err == nil {
		if !c.JSON {
			fmt.Fprintln(out, "The rules are sound.")
		}
		return nil
	}
	var problems routing.Problems
	if !errors.As(err, &problems) {
		return err
	}
	for _, p := range problems {
		if c.JSON {
			if err := json.NewEncoder(out).Encode(map[string]any{"line": p.Line, "text": p.Text}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintln(out, p)
	}
	return fmt.Errorf("rules: %d things are wrong", len(problems))
}

// maxInput is the largest file a command reads, in bytes.
const maxInput = 64 << 20

// readInput reads a file, or standard input for "-".
func readInput(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(io.LimitReader(os.Stdin, maxInput))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxInput))
}
