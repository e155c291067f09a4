package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"ripoti/internal/casework"
)

// purgeCommand forgets what is kept no longer, as a worker does by itself every night.
type purgeCommand struct {
	onStore
	DryRun bool `help:"Say what would be forgotten, and forget nothing."`
	JSON   bool `name:"json" help:"One JSON object a line."`
}

// Run goes through the retention table.
func (c purgeCommand) Run(ctx context.Context) error {
	return c.keeper(ctx, func(desk *casework.Desk) error { return c.purge(ctx, desk, os.Stdout) })
}

func (c purgeCommand) purge(ctx context.Context, desk *casework.Desk, out io.Writer) error {
	do := desk.PurgeNow
	if c.DryRun {
		do = desk.Due
	}
	for _, k := range casework.Retention {
		n, err := do(ctx, k.What)
		if err != nil {
			return err
		}
		days := int(k.For(desk.Keeping) / casework.Day)
		if c.JSON {
			err = json.NewEncoder(out).Encode(map[string]any{"what": k.What, "days": days, "gone": n, "dry_run": c.DryRun})
		} else {
			_, err = fmt.Fprintf(out, "%7d  %-10s %4d days  %s\n", n, k.What, days, k.Say)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
