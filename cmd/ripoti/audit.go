package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/config"
	"ripoti/internal/store"
)

// auditCommand answers questions about the history.
type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Read every line of history and tell where one was changed, taken out or cut off."`
	Seen   auditSeenCommand   `cmd:"" help:"List who saw or opened something of a report, and who was told of it: for a breach."`
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
	for _, b := range breaks {
		if err := c.print(ctx, os.Stdout, s, b); err != nil {
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

// print names a break by the report's number, which the other commands take. What has none is the network's own
// history, or a report that was taken out.
func (c auditVerifyCommand) print(ctx context.Context, out io.Writer, s *store.Store, b store.Break) error {
	number, err := s.CodeOf(ctx, b.ReportID)
	if err != nil {
		return err
	}
	switch {
	case c.JSON:
		return json.NewEncoder(out).Encode(map[string]any{"number": number, "report": b.ReportID, "line": b.Seq, "why": b.Why})
	case b.ReportID == "":
		_, err = fmt.Fprintf(out, "the network's own history, line %d: %s\n", b.Seq, b.Why)
	case number == "":
		_, err = fmt.Fprintf(out, "a report that is gone (%s), line %d: %s\n", b.ReportID, b.Seq, b.Why)
	default:
		_, err = fmt.Fprintf(out, "report %s, line %d: %s\n", number, b.Seq, b.Why)
	}
	return err
}

type auditSeenCommand struct {
	onStore
	Number string `arg:"" help:"The report's number."`
	JSON   bool   `name:"json" help:"One JSON object a line."`
}

// Run lists ids of contacts, times and codes: nothing of what was told.
func (c auditSeenCommand) Run(ctx context.Context) error {
	return c.keeper(ctx, func(desk *casework.Desk) error { return c.list(ctx, desk) })
}

func (c auditSeenCommand) list(ctx context.Context, desk *casework.Desk) error {
	r, err := reportOf(ctx, desk.Store, c.Number)
	if err != nil {
		return err
	}
	seen, err := desk.SeenBy(ctx, r.ID)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for _, s := range seen {
		if c.JSON {
			err = out.Encode(s)
		} else {
			_, err = fmt.Printf("%s  %-32s %s\n", s.At.Format(time.DateTime), s.Who, s.What)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
