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
)

// placeCommand answers which place a text means. Exit is 0 also where it is none: the decision says so.
type placeCommand struct {
	Query  []string `arg:"" optional:"" help:"What was typed. Left out: one query a line from stdin."`
	JSON   bool     `name:"json" help:"One JSON object a line."`
	County string   `help:"Number of the county that is already known, such as 030." placeholder:"NNN"`
	Table  string   `type:"existingfile" help:"Your own table of places, CSV with the columns of the built-in one." placeholder:"FILE"`
}

// Run answers the query of the command line, or every line of stdin in order.
func (c *placeCommand) Run(_ context.Context) error {
	return c.answer(os.Stdin, os.Stdout)
}

func (c *placeCommand) answer(in io.Reader, out io.Writer) error {
	g, err := c.load()
	if err != nil {
		return fmt.Errorf("place: %w", err)
	}
	if _, ok := g.County(c.County); c.County != "" && !ok {
		return fmt.Errorf("place: there is no county %q", c.County)
	}
	w := bufio.NewWriter(out)
	if len(c.Query) > 0 {
		err = c.write(w, g, strings.Join(c.Query, " "))
	} else {
		err = c.lines(in, w, g)
	}
	if err != nil {
		return fmt.Errorf("place: %w", err)
	}
	return w.Flush()
}

func (c *placeCommand) load() (*gazetteer.Gazetteer, error) {
	if c.Table == "" {
		return gazetteer.Load()
	}
	f, err := os.Open(c.Table)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return gazetteer.Read(f)
}

// lines answers one query a line, of any length; an empty line is a query too, so that answers stay
// in step with questions. An answer is out before the next question is waited for.
func (c *placeCommand) lines(in io.Reader, out *bufio.Writer, g *gazetteer.Gazetteer) error {
	r := bufio.NewReader(in)
	for {
		line, err := r.ReadBytes('\n')
		if len(line) > 0 {
			if err := c.write(out, g, string(bytes.TrimRight(line, "\r\n"))); err != nil {
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

// placeAnswer is one line of `ripoti place --json`.
type placeAnswer struct {
	Query    string             `json:"query"`
	Decision gazetteer.Decision `json:"decision"`
	Matches  []placeMatch       `json:"matches"`
}

type placeMatch struct {
	ID           string  `json:"id"`
	Name         string  `json:"name"`
	Kind         string  `json:"kind"`
	Constituency string  `json:"constituency"`
	County       string  `json:"county"`
	Lat          float64 `json:"lat"`
	Lon          float64 `json:"lon"`
	Score        float64 `json:"score"`
}

func (c *placeCommand) write(out io.Writer, g *gazetteer.Gazetteer, query string) error {
	found := g.Find(query, c.County)
	if !c.JSON {
		return writeReadable(out, query, found)
	}
	a := placeAnswer{Query: query, Decision: found.Decision, Matches: []placeMatch{}}
	for _, m := range found.Matches {
		p := m.Place
		a.Matches = append(a.Matches, placeMatch{
			ID: p.ID, Name: p.Name, Kind: string(p.Kind), Constituency: g.Constituency(p), County: p.County,
			Lat: p.Point.Lat, Lon: p.Point.Lon, Score: m.Score,
		})
	}
	line := json.NewEncoder(out)
	line.SetEscapeHTML(false)
	return line.Encode(a)
}

func writeReadable(out io.Writer, query string, found gazetteer.Result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", query, found.Decision)
	for i, m := range found.Matches {
		p := m.Place
		fmt.Fprintf(&b, "  %d %s (%s, %.5f %.5f, %s) %.3f\n", i+1, gazetteer.Label(p), p.Kind, p.Point.Lat, p.Point.Lon, p.ID, m.Score)
	}
	_, err := io.WriteString(out, b.String())
	return err
}
