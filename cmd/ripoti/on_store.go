package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/config"
	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
	"ripoti/internal/store"
)

// onStore is where a command finds the database.
type onStore struct {
	Data string `help:"The folder of a ripoti dev, in place of DATABASE_URL." placeholder:"DIR"`
}

// open opens the database of the environment, or that of a `ripoti dev`.
func (o onStore) open(ctx context.Context) (*store.Store, error) {
	if o.Data != "" {
		raw, err := os.ReadFile(filepath.Join(o.Data, "keyset.json"))
		if err != nil {
			return nil, fmt.Errorf("%s is no folder of ripoti dev: %w", o.Data, err)
		}
		keys, err := seal.Open(string(raw))
		if err != nil {
			return nil, fmt.Errorf("keyset: %w", err)
		}
		return store.Open(ctx, "sqlite:"+filepath.Join(o.Data, "ripoti.db"), keys, time.Now)
	}
	cfg, err := config.Load(os.Environ(), config.Migrate)
	if err != nil {
		return nil, err
	}
	keys, err := openKeys(cfg.Keyset)
	if err != nil {
		return nil, err
	}
	return openStore(ctx, cfg.Stores.Database.Reveal(), keys)
}

// with opens the database for as long as f takes.
func (o onStore) with(ctx context.Context, f func(s *store.Store) error) error {
	s, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	return f(s)
}

// keeper opens a desk for what is kept of reports: it asks no directory and knows how long things stay.
func (o onStore) keeper(ctx context.Context, f func(d *casework.Desk) error) error {
	return o.with(ctx, func(s *store.Store) error {
		cfg, err := config.Load(os.Environ(), config.Dev)
		if err != nil {
			return err
		}
		return f(&casework.Desk{Store: s, Now: time.Now, Wake: func() {}, Keeping: keeping(cfg)})
	})
}

// atDesk is a desk for one command: what it owes, a running worker finds within half a minute.
func atDesk(ctx context.Context, s *store.Store, now func() time.Time) (*casework.Desk, error) {
	places, err := gazetteer.Load()
	if err != nil {
		return nil, fmt.Errorf("gazetteer: %w", err)
	}
	live, err := casework.NewLive(ctx, s, places)
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	return &casework.Desk{Store: s, Live: live, Places: places, Now: now, Wake: func() {}}, nil
}

// deskFor is a desk and the contact on whose behalf a command acts there.
func deskFor(ctx context.Context, s *store.Store, now func() time.Time, contact string) (*casework.Desk, ripoti.Contact, error) {
	desk, err := atDesk(ctx, s, now)
	if err != nil {
		return nil, ripoti.Contact{}, err
	}
	by, ok := desk.Live.World().Contact(contact)
	if !ok {
		return nil, by, fmt.Errorf("there is no contact with the id %q", contact)
	}
	return desk, by, nil
}
