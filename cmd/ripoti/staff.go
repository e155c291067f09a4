package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/store"
)

// staffCommand is for coordinators: who may use the staff line.
type staffCommand struct {
	Code staffCode `cmd:"" help:"Text a contact a one-time code, with which a PIN of the staff line is chosen, changed or unlocked."`
	Log  staffLog  `cmd:"" help:"Show what became of a contact's PIN: codes given, set, locked, unlocked."`
}

type staffCode struct {
	Contact string `arg:"" name:"contact-id" help:"The contact's id in the directory."`
	By      string `help:"Who asks for it, for the record." required:"" placeholder:"NAME"`
	onStore
}

// Run owes the text; a running worker sends it within seconds. The code is shown to nobody else.
func (c staffCode) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error {
		desk := &casework.Desk{Store: s, Now: time.Now}
		if err := desk.GiveCode(ctx, c.Contact, "command:"+c.By); err != nil {
			return err
		}
		fmt.Fprintln(os.Stderr, "a one-time code leaves to the contact's number; it is good for 30 minutes")
		return nil
	})
}

type staffLog struct {
	Contact string `arg:"" name:"contact-id" help:"The contact's id in the directory."`
	onStore
}

// Run prints a line for each.
func (c staffLog) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error {
		events, err := s.PINEvents(ctx, c.Contact)
		for _, e := range events {
			fmt.Printf("%s  %-9s %s\n", e.At.Format(time.DateTime), e.Kind, e.Actor)
		}
		return err
	})
}
