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
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// act opens the database and does a verb that is a transaction of its own.
func (c onCase) act(ctx context.Context, f func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact) error) error {
	return c.with(ctx, func(s *store.Store) error { return c.actOn(ctx, s, time.Now, f) })
}

func (c onCase) actOn(ctx context.Context, s *store.Store, now func() time.Time, f func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact) error) error {
	code, err := ripoti.ParseCode(c.Number)
	if err != nil {
		return fmt.Errorf("%s is no report's number: %w", c.Number, err)
	}
	desk, by, err := deskFor(ctx, s, now, c.By)
	if err != nil {
		return err
	}
	return inWords(f(ctx, desk, code, by))
}

type casePropose struct {
	onCase
	Outcome ripoti.Outcome `required:"" help:"How it ended: convicted, acquitted, withdrawn_by_odpp, referred, child_in_care, support_only, duplicate or unfounded."`
	Reason  string         `help:"Why, in your words; kept sealed."`
	Same    string         `help:"Of a duplicate: the number of the report that goes on." placeholder:"NUMBER"`
}

// Run proposes; others must agree before the case is closed.
func (c *casePropose) Run(ctx context.Context) error {
	return c.act(ctx, func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact) error {
		same := ripoti.Code("")
		if c.Same != "" {
			var err error
			if same, err = ripoti.ParseCode(c.Same); err != nil {
				return err
			}
		}
		if err := d.Propose(ctx, code, by, c.Outcome, c.Reason, same); err != nil {
			return err
		}
		fmt.Printf("%s: closing as %s is proposed; others are asked to agree\n", code.Spaced(), c.Outcome)
		return nil
	})
}

type caseAgree struct{ onCase }

// Run says yes to the closing that was proposed.
func (c *caseAgree) Run(ctx context.Context) error { return c.answer(ctx, true, "") }

type caseRefuse struct {
	onCase
	Reason string `help:"Why, in your words; kept sealed."`
}

// Run says no to it.
func (c *caseRefuse) Run(ctx context.Context) error { return c.answer(ctx, false, c.Reason) }

func (c onCase) answer(ctx context.Context, agrees bool, reason string) error {
	return c.act(ctx, func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact) error {
		if err := d.Agree(ctx, code, by, agrees, reason); err != nil {
			return err
		}
		r, err := d.Store.ReportByCode(ctx, code)
		if err != nil {
			return err
		}
		fmt.Printf("%s is %s\n", code.Spaced(), r.Status)
		return nil
	})
}

type caseReopen struct {
	onCase
	Reason string `required:"" help:"Why, in your words; kept sealed."`
}

// Run opens a closed case again.
func (c *caseReopen) Run(ctx context.Context) error {
	return c.act(ctx, func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact) error {
		return d.Reopen(ctx, code, by, c.Reason)
	})
}

type caseMove struct {
	onCase
	Reason string `required:"" enum:"bribe,hostility,leak,transfer" help:"Why it is taken away from the officer: bribe, hostility, leak or transfer. Bribe and leak open a case of their own behind the wall."`
}

// Run gives a case to another office.
func (c *caseMove) Run(ctx context.Context) error {
	return c.act(ctx, func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact) error {
		return d.Reassign(ctx, code, by, c.Reason)
	})
}

type caseSettle struct {
	onCase
	Flag ripoti.FlagKind `required:"" enum:"settlement,bribe,unsafe,disagreement,dark,overdue" help:"Which flag: settlement, bribe, unsafe, disagreement, dark or overdue."`
	How  string          `required:"" help:"What was done about it, in your words; kept sealed."`
}

// Run settles a flag.
func (c *caseSettle) Run(ctx context.Context) error {
	return c.act(ctx, func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact) error {
		return d.SettleFlag(ctx, code, c.Flag, by, c.How)
	})
}

type caseFlags struct {
	By     string `required:"" help:"The id of the contact who asks; what is walled off from its office is not listed." placeholder:"CONTACT-ID"`
	County string `help:"Of one county only, such as 047."`
	JSON   bool   `name:"json" help:"One JSON object a line."`
	onStore
}

// Run lists the flags that stand, the oldest first.
func (c *caseFlags) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error { return c.list(ctx, os.Stdout, s) })
}

func (c *caseFlags) list(ctx context.Context, out io.Writer, s *store.Store) error {
	desk, by, err := deskFor(ctx, s, time.Now, c.By)
	if err != nil {
		return err
	}
	for after := ""; ; {
		page, err := desk.Flags(ctx, by, c.County, after, 100)
		if err != nil {
			return inWords(err)
		}
		for _, f := range page {
			if err := c.print(out, f); err != nil {
				return err
			}
			after = f.ID
		}
		if len(page) < 100 {
			return nil
		}
	}
}

func (c *caseFlags) print(out io.Writer, f store.Flagged) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(map[string]any{"number": f.Code, "flag": f.Kind, "raised_at": f.RaisedAt, "raised_by": f.RaisedBy,
			"county": f.County, "urgency": f.Urgency})
	}
	_, err := fmt.Fprintf(out, "%-10s %-13s %-8s %s by %s\n", f.Code.Spaced(), f.Kind, f.Urgency, f.RaisedAt.In(routing.Nairobi).Format("2006-01-02 15:04"), f.RaisedBy)
	return err
}

type caseShow struct {
	onCase
	JSON bool `name:"json" help:"As one JSON object."`
}

// Run shows how a case stands, without its story. That somebody looked is kept in its history.
func (c *caseShow) Run(ctx context.Context) error {
	return c.act(ctx, func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact) error {
		o, err := d.Overview(ctx, code, by)
		if err != nil {
			return err
		}
		return c.print(os.Stdout, o)
	})
}

func (c *caseShow) print(out io.Writer, o casework.Overview) error {
	r := o.Report
	if c.JSON {
		flags, closings, checks := []map[string]any{}, []map[string]any{}, []map[string]any{}
		for _, f := range o.Flags {
			flags = append(flags, map[string]any{"flag": f.Kind, "raised_at": f.RaisedAt, "settled_at": f.SettledAt})
		}
		for _, p := range o.Closings {
			closings = append(closings, map[string]any{"outcome": p.Outcome, "state": p.State, "by": p.ProposedBy, "at": p.ProposedAt})
		}
		for _, k := range o.Checks {
			checks = append(checks, map[string]any{"check": k.Kind, "side": k.Side, "state": k.State, "due_at": k.DueAt, "answer": k.Answer})
		}
		return json.NewEncoder(out).Encode(map[string]any{"number": r.Code, "status": r.Status, "category": r.Category, "urgency": r.Urgency, "outcome": o.Case.Outcome,
			"progress": o.Case.Progress, "flags": flags, "closings": closings, "checks": checks})
	}
	progress, err := json.MarshalIndent(o.Case.Progress, "  ", "  ")
	if err != nil {
		return fmt.Errorf("progress: %w", err)
	}
	if string(progress) == "{}" {
		progress = []byte("nothing was told yet")
	}
	fmt.Fprintf(out, "%s %s, %s, %s %s\n  %s\n", r.Code.Spaced(), r.Status, r.Category, r.Urgency, o.Case.Outcome, progress)
	for _, a := range o.Assignments {
		fmt.Fprintf(out, "  %-8s %-24s %-9s %s\n", a.Side, a.OfficeID, a.Status, a.AcceptedBy)
	}
	for _, f := range o.Flags {
		state := "stands"
		if !f.SettledAt.IsZero() {
			state = "settled by " + f.SettledBy
		}
		fmt.Fprintf(out, "  flag %s: %s\n", f.Kind, state)
	}
	for _, k := range o.Checks {
		fmt.Fprintf(out, "  check %s of %s: %s, due %s %s\n", k.Kind, k.Side, k.State, inNairobi(k.DueAt), k.Answer)
	}
	for _, p := range o.Closings {
		fmt.Fprintf(out, "  closing %s: %s, proposed by %s\n", p.Outcome, p.State, p.ProposedBy)
	}
	return nil
}
