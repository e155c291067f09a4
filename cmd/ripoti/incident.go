package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// incidentCommand is for coordinators and social workers: which reports are about one event.
type incidentCommand struct {
	List   incidentList   `cmd:"" help:"List the pairs of reports that may be about one event, as far as a contact may see them."`
	Link   incidentLink   `cmd:"" help:"Say that two reports are about one event. Nothing is merged."`
	Reject incidentReject `cmd:"" help:"Say that two reports are not about one event."`
}

type incidentList struct {
	By    string `required:"" help:"The id of the contact who looks; the wall is that contact's." placeholder:"CONTACT-ID"`
	Limit int    `default:"100" help:"At most so many."`
	onStore
	JSON bool `name:"json" help:"One JSON object a line."`
}

// Run lists numbers, times and codes: nothing of what was told.
func (c *incidentList) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error { return c.list(ctx, os.Stdout, s) })
}

func (c *incidentList) list(ctx context.Context, out io.Writer, s *store.Store) error {
	desk, by, err := deskFor(ctx, s, time.Now, c.By)
	if err != nil {
		return err
	}
	pairs, err := desk.Pairs(ctx, by, c.Limit)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		if err := c.print(out, p); err != nil {
			return err
		}
	}
	return nil
}

func (c *incidentList) print(out io.Writer, p store.ShownPair) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(map[string]any{"reports": []ripoti.Code{p.OtherCode, p.Code}, "categories": []ripoti.Category{p.OtherCategory, p.Category},
			"filed_at": []time.Time{p.OtherFiledAt, p.FiledAt}, "why": p.Why, "county": p.County, "proposed_at": p.ProposedAt})
	}
	_, err := fmt.Fprintf(out, "%s %-14s %s  and  %s %-14s %s  same %s\n", p.OtherCode, p.OtherCategory, inNairobi(p.OtherFiledAt), p.Code, p.Category, inNairobi(p.FiledAt), p.Why)
	return err
}

// pairOfReports names two reports and who decides.
type pairOfReports struct {
	Number string `arg:"" help:"A report's number."`
	Other  string `arg:"" help:"The other report's number."`
	By     string `required:"" help:"The id of the contact who decides: a coordinator, who owns the care of one of them, or who has taken both." placeholder:"CONTACT-ID"`
	onStore
}

type incidentLink struct{ pairOfReports }

// Run links.
func (c *incidentLink) Run(ctx context.Context) error { return c.run(ctx, true) }

type incidentReject struct{ pairOfReports }

// Run rejects.
func (c *incidentReject) Run(ctx context.Context) error { return c.run(ctx, false) }

func (c pairOfReports) run(ctx context.Context, link bool) error {
	return c.with(ctx, func(s *store.Store) error { return c.decide(ctx, s, link) })
}

func (c pairOfReports) decide(ctx context.Context, s *store.Store, link bool) error {
	var codes [2]ripoti.Code
	for i, number := range []string{c.Number, c.Other} {
		code, err := ripoti.ParseCode(number)
		if err != nil {
			return fmt.Errorf("%s is no report's number: %w", number, err)
		}
		codes[i] = code
	}
	desk, by, err := deskFor(ctx, s, time.Now, c.By)
	if err != nil {
		return err
	}
	if link {
		return inWords(desk.LinkIncident(ctx, codes[0], codes[1], by))
	}
	return inWords(desk.RejectIncident(ctx, codes[0], codes[1], by))
}
