package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ripoti/flows"
	"ripoti/locales"
)

// flowsCommand shows the reporter's conversation to people: as a list to proof-read, as a picture.
type flowsCommand struct {
	List listFlows `cmd:"" help:"Print every screen with its length in both languages."`
	Draw drawFlows `cmd:"" help:"Draw the conversation as an SVG picture."`
}

// listFlows prints one line a screen and language.
type listFlows struct {
	JSON bool `name:"json" help:"One JSON object a line."`
}

func (c listFlows) Run(context.Context) error {
	book, err := reportBook()
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for _, s := range book.Sheets() {
		if !c.JSON {
			fmt.Printf("%-5s %s %3d  %s\n", s.Screen, s.Lang, s.Units, strings.ReplaceAll(s.Text, "\n", " | "))
		} else if err := out.Encode(s); err != nil {
			return fmt.Errorf("flows list: %w", err)
		}
	}
	return nil
}

// drawFlows writes the picture that the documents show.
type drawFlows struct {
	Out string `default:"docs/img/report-flow.svg" type:"path" help:"File to write, - for standard output."`
}

func (c drawFlows) Run(context.Context) error {
	book, err := reportBook()
	if err != nil {
		return err
	}
	picture := book.Draw()
	if c.Out == "-" {
		_, err = os.Stdout.Write(picture)
		return err
	}
	if err := os.MkdirAll(filepath.Dir(c.Out), 0o755); err != nil {
		return fmt.Errorf("flows draw: %w", err)
	}
	if err := os.WriteFile(c.Out, picture, 0o644); err != nil {
		return fmt.Errorf("flows draw: %w", err)
	}
	return nil
}

// reportBook is the conversation without a gazetteer: enough to read it, not to walk it.
func reportBook() (*flows.Book, error) {
	lines, err := locales.Helplines("")
	if err != nil {
		return nil, err
	}
	cat, err := locales.Load(locales.Fixed("", "", lines))
	if err != nil {
		return nil, err
	}
	return flows.New(cat, nil), nil
}
