package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/rulebook"
	"ripoti/internal/store"
)

// onRules is where a command finds the rules of a network.
type onRules struct{ onStore }

func (o onRules) book(ctx context.Context, do func(*store.Store, *rulebook.Book) error) error {
	return o.with(ctx, func(s *store.Store) error {
		desk, err := atDesk(ctx, s, time.Now)
		if err != nil {
			return err
		}
		book := rulebook.New(desk, slog.New(slog.NewTextHandler(os.Stderr, nil)))
		defer book.Close()
		return do(s, book)
	})
}

type rulesList struct {
	onRules
	JSON bool `name:"json" help:"One JSON object a line."`
}

// Run lists the versions, newest first; the first one is in force.
func (c rulesList) Run(ctx context.Context) error {
	return c.book(ctx, func(s *store.Store, _ *rulebook.Book) error { return c.list(ctx, os.Stdout, s) })
}

func (c rulesList) list(ctx context.Context, out io.Writer, s *store.Store) error {
	for before := 0; ; {
		page, err := s.RuleVersions(ctx, before, 100)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, v := range page {
			if err := c.print(out, v); err != nil {
				return err
			}
		}
		before = page[len(page)-1].Number
	}
}

func (c rulesList) print(out io.Writer, v ripoti.RuleVersion) error {
	if c.JSON {
		row := map[string]any{"version": v.Number, "since": v.Since, "origin": v.Origin, "reason": v.Reason, "author": v.Author, "approver": v.Approver, "previous": v.Previous}
		if !v.EndsAt.IsZero() {
			row["ends_at"] = v.EndsAt
		}
		return json.NewEncoder(out).Encode(row)
	}
	ends := ""
	if !v.EndsAt.IsZero() {
		ends = " until " + v.EndsAt.In(routing.Nairobi).Format("2006-01-02 15:04")
	}
	_, err := fmt.Fprintf(out, "%4d %s%s %-10s %s\n", v.Number, v.Since.In(routing.Nairobi).Format("2006-01-02 15:04"), ends, v.Origin, v.Reason)
	return err
}

type rulesShow struct {
	onRules
	Version int `arg:"" optional:"" help:"The number of a version; left out: the one in force." default:"-1"`
}

// Run prints the document of a version.
func (c rulesShow) Run(ctx context.Context) error {
	return c.book(ctx, func(_ *store.Store, book *rulebook.Book) error { return c.show(ctx, os.Stdout, book) })
}

func (c rulesShow) show(ctx context.Context, out io.Writer, book *rulebook.Book) error {
	v, err := book.Current(ctx)
	if c.Version >= 0 {
		v, err = book.Version(ctx, c.Version)
	}
	if err != nil {
		return rulesProblem(err)
	}
	_, err = io.WriteString(out, v.Document)
	return err
}

// rulesPublish brings a file the way of every draft: looked at, rehearsed on last month's reports, proposed
// by one person and agreed to by another.
type rulesPublish struct {
	onRules
	File   string    `arg:"" help:"The document, or - for standard input."`
	By     string    `help:"The login of who wrote it: a coordinator or supervisor." required:""`
	Second string    `help:"The login of the second person, who read it and agrees. Left out: somebody agrees on the console."`
	Why    string    `help:"Why the rules change." required:""`
	Title  string    `help:"What the draft is about." default:"from a file"`
	Starts time.Time `help:"When it comes into force, such as 2026-12-01T06:00:00+03:00; left out: at once."`
	Ends   time.Time `help:"When the rules go back by themselves; left out: never."`
}

// Run says what would change for last month's reports, and what became of the draft.
func (c rulesPublish) Run(ctx context.Context) error {
	doc, err := readInput(c.File)
	if err != nil {
		return fmt.Errorf("rules: %w", err)
	}
	return c.book(ctx, func(s *store.Store, book *rulebook.Book) error { return c.publish(ctx, os.Stdout, s, book, doc) })
}

func (c rulesPublish) publish(ctx context.Context, out io.Writer, s *store.Store, book *rulebook.Book, doc []byte) error {
	author, _, err := s.UserByLogin(ctx, c.By)
	if err != nil {
		return rulesProblem(err)
	}
	if _, problems := book.Check(doc); len(problems) > 0 {
		return problems
	}
	d, err := book.BeginWith(ctx, author, c.Title, doc)
	if err != nil {
		return rulesProblem(err)
	}
	found, err := rehearseHere(ctx, book, author, d)
	if err != nil {
		return rulesProblem(err)
	}
	fmt.Fprintf(out, "Of %d reports of the last 30 days %d go elsewhere, %d reach nobody; %.1f km before, %.1f after.\n", found.Reports, found.Others, found.Nobody, found.KmBefore, found.KmAfter)
	if d, err = book.Propose(ctx, author, d.ID, d.Edition, rulebook.Proposal{Reason: c.Why, StartsAt: c.Starts, EndsAt: c.Ends}); err != nil {
		return rulesProblem(err)
	}
	if c.Second == "" {
		_, err := fmt.Fprintln(out, "Proposed. A second person agrees on the console.")
		return err
	}
	second, _, err := s.UserByLogin(ctx, c.Second)
	if err != nil {
		return rulesProblem(err)
	}
	if d, err = book.Approve(ctx, second, d.ID, d.Edition); err != nil {
		return rulesProblem(err)
	}
	if d.Version == 0 {
		_, err = fmt.Fprintln(out, "Approved. It comes into force at its time.")
	} else {
		_, err = fmt.Fprintf(out, "Version %d is in force.\n", d.Version)
	}
	return err
}

// rehearseHere rehearses a draft on the last 30 days and waits for the end.
func rehearseHere(ctx context.Context, book *rulebook.Book, by ripoti.User, d ripoti.RuleDraft) (*rulebook.Found, error) {
	view := store.ViewOf(by, book.Desk.Live.World().OfficesOf(by.ContactID)...)
	now := book.Desk.Now()
	if _, err := book.Rehearse(ctx, by, view, d.ID, now.Add(-rulebook.UsualRange), now); err != nil {
		return nil, err
	}
	for {
		r, found, err := book.Rehearsed(ctx, by, view, d.ID)
		if err != nil || found != nil {
			return found, err
		}
		if r.State != ripoti.RehearsalRuns {
			return nil, errors.New("the rehearsal broke off: try again")
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

type rulesUndo struct {
	onRules
	By  string `help:"The login of who does it: a coordinator or supervisor." required:""`
	Why string `help:"Why." required:""`
}

// Run puts the version before the one in force in force again.
func (c rulesUndo) Run(ctx context.Context) error {
	return c.book(ctx, func(s *store.Store, book *rulebook.Book) error { return c.undo(ctx, os.Stdout, s, book) })
}

func (c rulesUndo) undo(ctx context.Context, out io.Writer, s *store.Store, book *rulebook.Book) error {
	by, _, err := s.UserByLogin(ctx, c.By)
	if err != nil {
		return rulesProblem(err)
	}
	v, err := book.Current(ctx)
	if err != nil {
		return err
	}
	if err := book.Undo(ctx, by, v.Number, c.Why); err != nil {
		return rulesProblem(err)
	}
	_, err = fmt.Fprintf(out, "Version %d is taken back.\n", v.Number)
	return err
}

// rulesProblem says what to do instead.
func rulesProblem(err error) error {
	text, ok := map[string]string{
		"user.unknown":            "there is no such login: look with ripoti user list",
		"error.role":              "only coordinators and supervisors change rules",
		"rules.second_person":     "--second must be somebody who had no hand in the draft",
		"rules.nothing_changed":   "the document says the same as the rules in force",
		"rules.reason_needed":     "--why says in up to 500 letters why",
		"rules.title_needed":      "--title says in up to 80 letters what it is about",
		"rules.start_wrong":       "--starts must lie ahead, by 90 days at most",
		"rules.end_wrong":         "--ends must come at least 15 minutes after the start",
		"rules.base_changed":      "other rules have come into force meanwhile: begin with ripoti rules show",
		"rules.changed_meanwhile": "there is nothing to take back, or the rules changed meanwhile: look with ripoti rules list",
		"rules.no_version":        "there is no such version: look with ripoti rules list",
	}[ripoti.KeyOf(err)]
	if !ok || strings.TrimSpace(text) == "" {
		return fmt.Errorf("rules: %w", err)
	}
	return errors.New("rules: " + text)
}
