package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// reportsCommand is for operators: which reports has nobody, and try again.
type reportsCommand struct {
	Stranded reportsStranded `cmd:"" help:"List the reports nobody was found for; with -again decide anew, after an import."`
}

type reportsStranded struct {
	Again bool `help:"Decide anew for all of them; a running worker does it at once."`
	onStore
	JSON bool `name:"json" help:"One JSON object a line."`
}

// Run lists numbers, times and codes: nothing of what was told.
func (c reportsStranded) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error { return c.stranded(ctx, s) })
}

func (c reportsStranded) stranded(ctx context.Context, s *store.Store) error {
	if err := c.list(ctx, s); err != nil || !c.Again {
		return err
	}
	desk := &casework.Desk{Store: s, Now: time.Now}
	n, err := desk.RouteAgain(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d reports are decided anew\n", n)
	return nil
}

func (c reportsStranded) list(ctx context.Context, s *store.Store) error {
	out := json.NewEncoder(os.Stdout)
	for after := ""; ; {
		page, err := s.WithoutRecipient(ctx, after, 100)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			if err := c.print(out, r); err != nil {
				return err
			}
		}
		after = page[len(page)-1].ID
	}
}

func (c reportsStranded) print(out *json.Encoder, r ripoti.Report) error {
	if c.JSON {
		return out.Encode(map[string]any{"number": r.Code, "filed_at": r.FiledAt, "category": r.Category, "urgency": r.Urgency, "county": r.Answers.Place.County})
	}
	_, err := fmt.Printf("%s  %s  %-8s %-12s %s\n", r.Code, r.FiledAt.Format(time.DateTime), r.Urgency, r.Category, r.Answers.Place.County)
	return err
}
