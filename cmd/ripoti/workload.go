package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"ripoti/internal/store"
)

// workloadCommand tells who holds how much: taking is fair only where everybody can see it.
type workloadCommand struct {
	By string `required:"" help:"The id of the contact who looks; the wall is that contact's." placeholder:"CONTACT-ID"`
	onStore
	JSON bool `name:"json" help:"One JSON object a line."`
}

// Run lists workers with counts: no case is named.
func (c *workloadCommand) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error { return c.list(ctx, os.Stdout, s) })
}

func (c *workloadCommand) list(ctx context.Context, out io.Writer, s *store.Store) error {
	desk, by, err := deskFor(ctx, s, time.Now, c.By)
	if err != nil {
		return err
	}
	loads, err := desk.Workloads(ctx, by)
	if err != nil {
		return err
	}
	for _, l := range loads {
		if c.JSON {
			err = json.NewEncoder(out).Encode(map[string]any{"worker": l.Worker.ID, "office": l.Worker.OfficeID, "open": l.Open, "overdue": l.Overdue, "last_taken": l.LastTaken})
		} else {
			last := "never"
			if !l.LastTaken.IsZero() {
				last = inNairobi(l.LastTaken)
			}
			_, err = fmt.Fprintf(out, "%-28s open %3d  overdue %3d  last taken %s\n", l.Worker.ID, l.Open, l.Overdue, last)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
