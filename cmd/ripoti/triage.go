package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"ripoti/internal/gazetteer"
	"ripoti/internal/triage"
)

// triageCommand answers what a text seems to tell, a proposal, and lets a person confirm it.
type triageCommand struct {
	Read    triageRead    `cmd:"" default:"withargs" help:"Tell what a text seems to report: harm, urgency, language and place."`
	Confirm triageConfirm `cmd:"" help:"Note that a person has read a report that a machine had read, and what is to be corrected."`
	Unread  triageUnread  `cmd:"" help:"List the reports that a machine has read and no person yet, oldest first."`
}

// triageRead answers what a text seems to tell: a proposal that a person confirms.
type triageRead struct {
	Text   []string `arg:"" optional:"" help:"What was written. Left out: one text a line from stdin."`
	JSON   bool     `name:"json" help:"One JSON object a line."`
	Score  string   `type:"existingfile" help:"Read labelled texts (text, language, category, urgency, places, kind; parted by tabs) and tell how well they are read." placeholder:"FILE"`
	Half   string   `enum:"all,tune,judge" default:"all" help:"Which half of the labelled texts: all, tune or judge."`
	Misses bool     `help:"Also list what of the labelled texts is read wrong."`
}

// Run answers the text of the command line, every line of stdin in order, or scores a file.
func (c *triageRead) Run(_ context.Context) error {
	return c.answer(os.Stdin, os.Stdout)
}

func (c *triageRead) answer(in io.Reader, out io.Writer) error {
	w := bufio.NewWriter(out)
	t, err := newTriageTool()
	if err != nil {
		return fmt.Errorf("triage: %w", err)
	}
	switch {
	case c.Score != "":
		err = c.score(w, t)
	case len(c.Text) > 0:
		err = c.write(w, t, strings.Join(c.Text, " "))
	default:
		err = c.lines(in, w, t)
	}
	if err != nil {
		return fmt.Errorf("triage: %w", err)
	}
	return w.Flush()
}

// triageTool is what reading a text needs.
type triageTool struct {
	reader *triage.Reader
	places *gazetteer.Gazetteer
}

func newTriageTool() (*triageTool, error) {
	r, err := triage.Load()
	if err != nil {
		return nil, err
	}
	g, err := gazetteer.Load()
	if err != nil {
		return nil, err
	}
	return &triageTool{r, g}, nil
}

// lines answers one text a line, of any length; an empty line is a text too, so that answers stay in
// step with questions. An answer is out before the next text is waited for.
func (c *triageRead) lines(in io.Reader, out *bufio.Writer, t *triageTool) error {
	r := bufio.NewReader(in)
	for {
		line, err := r.ReadBytes('\n')
		if len(line) > 0 {
			if err := c.write(out, t, string(bytes.TrimRight(line, "\r\n"))); err != nil {
				return err
			}
		}
		if r.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
	}
}

// triageAnswer is one line of `ripoti triage --json`.
type triageAnswer struct {
	Text string `json:"text"`
	triage.Reading
	Place     string             `json:"place"` // id of the gazetteer, "" where none was named or found
	PlaceName string             `json:"place_name"`
	Decision  gazetteer.Decision `json:"place_decision"`
}

func (t *triageTool) read(text string) triageAnswer {
	a := triageAnswer{Text: text, Reading: t.reader.Read(text)}
	found, _ := a.Reading.Place(t.places)
	a.Decision = found.Decision
	if found.Decision != gazetteer.None {
		p := found.Matches[0].Place
		a.Place, a.PlaceName = p.ID, gazetteer.Label(p)
	}
	return a
}

func (c *triageRead) write(out io.Writer, t *triageTool, text string) error {
	a := t.read(text)
	if !c.JSON {
		return t.writeReadable(out, a)
	}
	line := json.NewEncoder(out)
	line.SetEscapeHTML(false)
	return line.Encode(a)
}

func (t *triageTool) writeReadable(out io.Writer, a triageAnswer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  %s, %s", a.Text, a.Lang, a.Category)
	if a.Second != "" {
		fmt.Fprintf(&b, " and %s", a.Second)
	}
	fmt.Fprintf(&b, ", %s by %s: %s\n", a.Urgency, a.Rule, a.Why)
	if a.Place != "" {
		fmt.Fprintf(&b, "  place %s (%s), %s\n", a.PlaceName, a.Place, a.Decision)
	}
	for _, s := range a.Signals {
		fmt.Fprintf(&b, "  %-18s %q", s.Signal, s.Words)
		if says := t.reader.Says(s.Signal); says != "" {
			fmt.Fprintf(&b, "  %s", says)
		}
		b.WriteByte('\n')
	}
	if !a.Readable {
		b.WriteString("  not readable: a person reads it\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (c *triageRead) score(out io.Writer, t *triageTool) error {
	f, err := os.Open(c.Score)
	if err != nil {
		return err
	}
	defer f.Close()
	texts, err := triage.ReadLabelled(f)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Score, err)
	}
	s := triage.Assess(t.reader, t.places, c.half(texts))
	if c.JSON {
		return json.NewEncoder(out).Encode(s)
	}
	if err := s.Write(out); err != nil || !c.Misses {
		return err
	}
	for _, m := range s.Misses {
		if _, err := fmt.Fprintf(out, "\n%s: %s\n  should be %s, is %s\n  %s\n", m.What, m.Text, m.Want, m.Got, m.Words); err != nil {
			return err
		}
	}
	return nil
}

func (c *triageRead) half(texts []triage.Labelled) []triage.Labelled {
	if c.Half == "all" || c.Half == "" {
		return texts
	}
	var out []triage.Labelled
	for _, l := range texts {
		if l.Judge() == (c.Half == "judge") {
			out = append(out, l)
		}
	}
	return out
}
