package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"ripoti/internal/config"
	"ripoti/internal/store"
)

// auditCommand answers questions about the history.
type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Read every line of history and tell where one was changed, taken out or cut off."`
}

type auditVerifyCommand struct {
	JSON bool `help:"One JSON object a line."`
}

func (c auditVerifyCommand) Run(ctx context.Context) error {
	cfg, err := config.Load(os.Environ(), config.Migrate)
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, cfg.Stores.Database.Reveal(), nil, time.Now)
	if err != nil {
		return err
	}
	defer s.Close()
	lines, breaks, err := s.VerifyChains(ctx, func(lines int) { fmt.Fprintf(os.Stderr, "\r%d lines read", lines) })
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for _, b := range breaks {
		if c.JSON {
			err = out.Encode(map[string]any{"report": b.ReportID, "line": b.Seq, "why": b.Why})
		} else {
			_, err = fmt.Printf("report %s, line %d: %s\n", b.ReportID, b.Seq, b.Why)
		}
		if err != nil {
			return err
		}
	}
	if len(breaks) > 0 {
		return fmt.Errorf("the history does not hold in %d places of %d lines", len(breaks), lines)
	}
	if !c.JSON {
		fmt.Printf("%d lines hold\n", lines)
	}
	return nil
}
