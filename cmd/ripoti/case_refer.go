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

// onCase is what every command about a case needs.
type onCase struct {
	Number string `arg:"" help:"The report's number, with or without spaces."`
	By     string `required:"" help:"The id of the contact on whose behalf this is done; it must have the case." placeholder:"CONTACT-ID"`
	onStore
}

// do opens the database and does something with the case, held, in one transaction.
func (c onCase) do(ctx context.Context, f func(ctx context.Context, d *casework.Desk, tx *store.Tx, r ripoti.Report, by ripoti.Contact) error) error {
	return c.with(ctx, func(s *store.Store) error { return c.inTx(ctx, s, time.Now, f) })
}

func (c onCase) inTx(ctx context.Context, s *store.Store, now func() time.Time, f func(ctx context.Context, d *casework.Desk, tx *store.Tx, r ripoti.Report, by ripoti.Contact) error) error {
	return c.actOn(ctx, s, now, func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact) error {
		seen, err := s.ReportByCode(ctx, code)
		if err != nil {
			return err
		}
		return s.InTx(ctx, func(tx *store.Tx) error {
			r, err := tx.Report(ctx, seen.ID)
			if err != nil {
				return err
			}
			return f(ctx, d, tx, r, by)
		})
	})
}

type caseRefer struct {
	onCase
	To     string `required:"" help:"The id of the office." placeholder:"OFFICE-ID"`
	Why    string `help:"Why, in your words; kept sealed, in no message."`
	Urgent bool   `help:"It cannot wait."`
}

// Run refers, and says where hospital should come first.
func (c *caseRefer) Run(ctx context.Context) error {
	var f ripoti.Referral
	err := c.do(ctx, func(ctx context.Context, d *casework.Desk, tx *store.Tx, r ripoti.Report, by ripoti.Contact) (err error) {
		f, err = d.Refer(ctx, tx, r, by, c.To, c.Why, c.Urgent)
		return err
	})
	if err != nil {
		return err
	}
	return printReferred(os.Stdout, f)
}

func printReferred(out io.Writer, f ripoti.Referral) error {
	if f.HospitalFirst {
		fmt.Fprintln(out, "HOSPITAL FIRST: the 72 hours run and no hospital has this case. Refer it to one now.")
	}
	_, err := fmt.Fprintf(out, "referred to %s, which has until %s to answer\n", f.OfficeID, inNairobi(f.DueAt))
	return err
}

type caseReferrals struct {
	onCase
	JSON bool `name:"json" help:"One JSON object a line."`
}

// Run lists what came of each referral; why a case was referred stays sealed.
func (c *caseReferrals) Run(ctx context.Context) error {
	return c.do(ctx, func(ctx context.Context, d *casework.Desk, tx *store.Tx, r ripoti.Report, by ripoti.Contact) error {
		list, err := d.Referrals(ctx, tx, r, by)
		if err != nil {
			return err
		}
		for _, f := range list {
			if err := c.print(os.Stdout, f); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *caseReferrals) print(out io.Writer, f ripoti.Referral) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(map[string]any{"office": f.OfficeID, "by": f.By, "status": f.Status, "urgent": f.Urgent,
			"sent_at": f.SentAt, "due_at": f.DueAt, "answered_at": f.AnsweredAt, "answered_by": f.AnsweredBy})
	}
	_, err := fmt.Fprintf(out, "%-9s %-24s %s by %s\n", f.Status, f.OfficeID, inNairobi(f.SentAt), f.By)
	return err
}

type caseRevoke struct {
	onCase
	From string `required:"" help:"The id of the office that it was referred to." placeholder:"OFFICE-ID"`
}

// Run takes the newest referral to the office back.
func (c *caseRevoke) Run(ctx context.Context) error {
	return c.do(ctx, func(ctx context.Context, d *casework.Desk, tx *store.Tx, r ripoti.Report, by ripoti.Contact) error {
		list, err := d.Referrals(ctx, tx, r, by)
		if err != nil {
			return err
		}
		for i := len(list) - 1; i >= 0; i-- {
			if list[i].OfficeID == c.From {
				return d.Revoke(ctx, tx, r, list[i].AssignmentID, by)
			}
		}
		return ripoti.NotFound("referral.unknown", nil)
	})
}
