package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"ripoti/internal/config"
	"ripoti/internal/store"
)

// migrateCommand runs before a new version serves.
type migrateCommand struct{}

func (migrateCommand) Run(ctx context.Context) error {
	cfg, err := config.Load(os.Environ(), config.Migrate)
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, cfg.Stores.Database.Reveal(), nil, time.Now)
	if err != nil {
		return err
	}
	defer s.Close()
	version, err := s.Migrate(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("the database is at version %d\n", version)
	return nil
}
