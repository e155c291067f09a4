package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"ripoti/handlers"
	"ripoti/handlers/phones"
	"ripoti/handlers/webhook"
	"ripoti/internal/config"
	"ripoti/internal/demo"
	"ripoti/internal/dialog"
	"ripoti/internal/directory"
	"ripoti/internal/seal"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// devCommand is everything in one process with nothing installed, for trying out: nothing leaves the
// machine. A pilot runs web and worker, on SQLite if it likes.
type devCommand struct {
	Addr string `help:"The address to listen on, on this machine only." default:"127.0.0.1:8080"`
	Data string `help:"The folder that keeps everything across restarts." default:"data"`
	Demo bool   `help:"Begin with sixty days of invented history, so that every page has something to show. Written once, into an empty data folder."`
}

func (c devCommand) Run(ctx context.Context) error {
	cfg, err := config.Load(os.Environ(), config.Dev)
	if err != nil {
		return err
	}
	if err := loopback(c.Addr); err != nil {
		return err
	}
	log, buffer := newLog(os.Stdout, cfg.Serving)
	defer buffer.Close()
	hearRedis(log)
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	keys, err := devKeys(c.Data)
	if err != nil {
		return err
	}
	path := filepath.Join(c.Data, "ripoti.db")
	var logins []demo.Login
	if c.Demo {
		if logins, err = writeHistory(ctx, cfg, keys, path, demo.Usual(time.Now()), os.Stderr); err != nil {
			return err
		}
	}
	s, err := openDevStore(ctx, path, keys, time.Now)
	if err != nil {
		return err
	}
	defer s.Close()
	queue, err := startEmbeddedQueue(ctx)
	if err != nil {
		return err
	}
	defer queue.close()
	h, err := openHouse(ctx, cfg, log, keys, s, queue.hand)
	if err != nil {
		return err
	}
	defer h.close()
	h.relay.Room = queue.room
	h.queues = tasks.NewWatch(queue.client)
	log.Info("the queue is embedded and keeps nothing; the database does, and refills it")
	return h.serveDev(ctx, c, queue, logins)
}

// loopback refuses addresses that others can reach: the phones ask nobody who they are.
func loopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("-addr: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("-addr %s can be reached from elsewhere, and anybody could dial as anybody: use 127.0.0.1", address)
	}
	return nil
}

// openDevStore opens, and at the first start makes, the database, with invented offices that cover
// every county.
func openDevStore(ctx context.Context, path string, keys *seal.Keys, now func() time.Time) (*store.Store, error) {
	s, err := store.Open(ctx, "sqlite:"+path, keys, now)
	if err != nil {
		return nil, err
	}
	if err := fillDevStore(ctx, s); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func fillDevStore(ctx context.Context, s *store.Store) error {
	if _, err := s.Migrate(ctx); err != nil {
		return err
	}
	offices, _, err := s.Directory(ctx)
	if err != nil || len(offices) > 0 {
		return err
	}
	sample, err := directory.Sample()
	if err != nil {
		return err
	}
	return s.InTx(ctx, func(tx *store.Tx) error { return tx.SaveDirectory(ctx, sample.Offices, sample.Contacts) })
}

// serveDev runs all roles until ctx ends.
func (h *house) serveDev(ctx context.Context, c devCommand, queue *embeddedQueue, logins []demo.Login) error {
	simulator := sms.NewSimulator(func(r sms.Receipt) {
		if err := h.desk.Receipt(context.WithoutCancel(ctx), r); err != nil {
			h.log.Error("receipt", "error", err)
		}
	})
	defer simulator.Close()
	web := h.web(dialog.NewMemory(dialog.DefaultLimit))
	handsets, err := phones.New(phones.Phones{Messages: h.devMessages, Secret: "dev", Code: h.cfg.Service.PublicCode, Staff: h.cfg.Service.StaffCode, Shortcode: "21000"})
	if err != nil {
		return err
	}
	web.parts.Phones = handsets
	if web.parts.Console, err = h.console(); err != nil {
		return err
	}
	if len(logins) == 0 {
		if logins, err = h.firstLogin(ctx); err != nil {
			return err
		}
	}
	if web.parts.Twilio == nil { // unsigned on this machine, unless a token is set
		web.parts.Twilio = &webhook.Twilio{Inbox: h.desk, Receipts: h.desk, Log: h.log, Metrics: h.metrics}
	}
	web.parts.Metrics = handlers.Metrics(h.registry, "")
	if err := h.devPINs(ctx); err != nil {
		return err
	}
	var working sync.WaitGroup
	workerErr := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	working.Go(func() {
		w := h.worker(sms.Only{Sender: simulator})
		w.Concurrency, w.Yield = min(w.Concurrency, devHands), devYield
		if err := w.Run(ctx, queue.client); err != nil {
			workerErr <- err
			cancel()
		}
	})
	handsets.Hooks = handlers.New(web.parts)
	err = h.serve(ctx, c.Addr, web, func() {
		welcome(h.log, c)
		tellLogins(c.Addr, logins)
	})
	cancel()
	working.Wait()
	select {
	case err := <-workerErr:
		return err
	default:
		return err
	}
}

// devHands is how many tasks run at once: SQLite has one writer and the simulator never lets one wait,
// so more would only stand before the callers.
const devHands = 2

// devYield is how long a task lets callers go first: nothing beside the time an officer needs.
const devYield = 50 * time.Millisecond

func welcome(log *slog.Logger, c devCommand) {
	log.Info("ripoti dev is ready", "address", "http://"+c.Addr+"/", "data", c.Data)
	fmt.Fprintf(os.Stderr, `
Three phones are at  http://%s/
Dial *483# on the reporter's, and watch the officer's. Officers dial *484#, PIN %s.
Everything is kept in %s. Offices and contacts are invented; nothing leaves this machine.

`, c.Addr, devPIN, c.Data)
}

// devMessages are the SMS that were "sent", newest last, for the simulated phones.
func (h *house) devMessages(ctx context.Context) ([]phones.Message, error) {
	sent, err := h.store.Messages(ctx, 500)
	if err != nil {
		return nil, err
	}
	out := make([]phones.Message, len(sent))
	for i, m := range sent {
		out[i] = phones.Message{ID: m.ID, To: m.To.Dial(), Body: m.Body, Kind: m.Kind, At: m.SentAt, Status: string(m.Status)}
	}
	return out, nil
}
