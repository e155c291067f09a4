package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"ripoti/internal/account"
	"ripoti/internal/config"
	"ripoti/internal/demo"
	"ripoti/internal/seal"
	"ripoti/internal/sms"
	"ripoti/internal/store"
)

// writeHistory makes a database with invented history where there is none yet, and gives the accounts to look
// at it with. It is written beside its place and moved there once it is whole: whoever is stopped half-way
// begins anew. A database that is there stays as it is.
func writeHistory(ctx context.Context, cfg config.Config, keys *seal.Keys, path string, plan demo.Plan, out io.Writer) ([]demo.Login, error) {
	if _, err := os.Stat(path); err == nil {
		fmt.Fprintln(out, "The data folder holds a database already: it is left as it is, and no history is written.")
		return nil, nil
	}
	half := path + ".half"
	if err := removeDatabase(half); err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	started := time.Now()
	told, err := writeHalf(ctx, cfg, keys, half, plan, func(part float64) { fmt.Fprintf(out, "\rWriting invented history: %3.0f %%", part*100) })
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	if err := os.Rename(half, path); err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	fmt.Fprintf(out, "\rInvented history is written: %d reports, %d messages, in %.0f s.\n", told.Reports, told.Messages, time.Since(started).Seconds())
	return told.Logins, nil
}

func removeDatabase(path string) error {
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// writeHalf writes the history into a database of its own, by a house of its own whose clock is the story's.
func writeHalf(ctx context.Context, cfg config.Config, keys *seal.Keys, path string, plan demo.Plan, progress func(float64)) (told demo.Told, err error) {
	clock := demo.NewClock(plan)
	s, err := openDevStore(ctx, path, keys, clock.Now)
	if err != nil {
		return told, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Unsafely(ctx, func() error {
		told, err = tellStory(ctx, cfg, keys, s, clock, plan, progress)
		return err
	}); err != nil {
		return told, err
	}
	return told, nil
}

func tellStory(ctx context.Context, cfg config.Config, keys *seal.Keys, s *store.Store, clock *demo.Clock, plan demo.Plan, progress func(float64)) (told demo.Told, err error) {
	h, err := openHouse(ctx, cfg, slog.New(slog.DiscardHandler), keys, s, nil)
	if err != nil {
		return told, err
	}
	defer h.close()
	s.HandTo(nil) // the story finds what is due by its own clock
	accounts, err := account.New(s, clock.Now, nil)
	if err != nil {
		return told, err
	}
	hands := &demo.Phones{}
	return demo.Write(ctx, demo.House{Clock: clock, Store: s, Desk: h.desk, Rules: h.rules, Wording: h.wording, Accounts: accounts,
		Tasks: h.worker(sms.Only{Sender: hands}).Tasks(), Phones: hands}, plan, progress)
}
