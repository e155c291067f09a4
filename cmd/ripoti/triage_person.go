package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// triageConfirm is what a person makes of a report that a machine has read.
type triageConfirm struct {
	Number   string          `arg:"" help:"The report's number, with or without spaces."`
	By       string          `required:"" help:"The id of the contact who has read it; it must have the report." placeholder:"CONTACT-ID"`
	Category ripoti.Category `help:"The harm, where it was read wrong: svac, sv_adult, child_abuse, child_marriage, fgm, dv, csec, trafficking, police_abuse, other_crime or unclear."`
	Second   ripoti.Category `help:"The harm told of besides; only together with -category."`
	Urgency  ripoti.Urgency  `help:"How urgent it is: critical, high, medium or low; higher or lower than it was read."`
	onStore
}

// Run confirms.
func (c *triageConfirm) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error { return c.confirm(ctx, os.Stdout, s, time.Now) })
}

func (c *triageConfirm) confirm(ctx context.Context, out io.Writer, s *store.Store, now func() time.Time) error {
	code, err := ripoti.ParseCode(c.Number)
	if err != nil {
		return fmt.Errorf("confirm: %s is no report's number: %w", c.Number, err)
	}
	desk, err := atDesk(ctx, s, now)
	if err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	if err := desk.Confirm(ctx, casework.ReadBy{Code: code, Contact: c.By, Category: c.Category, Second: c.Second, Urgency: c.Urgency}); err != nil {
		return told(err)
	}
	r, err := s.ReportByCode(ctx, code)
	if err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	_, err = fmt.Fprintf(out, "%s is confirmed: %s, %s by %s\n", r.Code.Spaced(), r.Category, r.Urgency, r.Rule)
	return err
}

// told says in plain words why a report was not confirmed.
func told(err error) error {
	switch ripoti.CodeOf(err) {
	case ripoti.CodeNotFound:
		return fmt.Errorf("that contact has no such report: %w", err)
	case ripoti.CodeConflict:
		return fmt.Errorf("no machine has read that report: its keys were pressed by the reporter: %w", err)
	}
	return err
}

// triageUnread lists what waits for a person.
type triageUnread struct {
	onStore
	JSON bool `name:"json" help:"One JSON object a line."`
}

// Run lists numbers, times and codes: nothing of what was told.
func (c *triageUnread) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error { return c.list(ctx, os.Stdout, s, time.Now()) })
}

func (c *triageUnread) list(ctx context.Context, out io.Writer, s *store.Store, now time.Time) error {
	for after := ""; ; {
		page, err := s.Unread(ctx, after, 100)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, u := range page {
			if err := c.print(out, u, now); err != nil {
				return err
			}
		}
		after = page[len(page)-1].ReportID
	}
}

func (c *triageUnread) print(out io.Writer, u store.Unread, now time.Time) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(map[string]any{"number": u.Code, "category": u.Category, "urgency": u.Urgency,
			"unread_since": u.Since, "reminders": u.Reminded, "overdue": u.Overdue(now)})
	}
	late := ""
	if u.Overdue(now) {
		late = "  late"
	}
	_, err := fmt.Fprintf(out, "%s  %s  %-8s %-14s%s\n", u.Code.Spaced(), u.Since.Format(time.DateTime), u.Urgency, u.Category, late)
	return err
}
