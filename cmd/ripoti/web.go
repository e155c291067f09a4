package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/go-playground/validator/v10"
	"github.com/redis/go-redis/v9"

	"ripoti/flows"
	"ripoti/handlers"
	"ripoti/handlers/api"
	"ripoti/handlers/webhook"
	"ripoti/internal/casework"
	"ripoti/internal/config"
	"ripoti/internal/dialog"
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

// webCommand is the production role that answers gateways.
type webCommand struct{}

func (webCommand) Run(ctx context.Context) error {
	return inRole(ctx, config.Web, func(h *house, queue redis.UniversalClient) error {
		dialogues, err := h.openDialogues()
		if err != nil {
			return err
		}
		web := h.web(dialogues, handlers.Check{Name: "redis", Ping: func(ctx context.Context) error { return queue.Ping(ctx).Err() }})
		if web.parts.Console, err = h.console(); err != nil {
			return err
		}
		address := h.cfg.Serving.Listen
		return h.serve(ctx, address, web, func() { h.log.Info("web is ready", "address", address) })
	})
}

// openDialogues keeps unfinished calls in Redis.
func (h *house) openDialogues() (dialog.Store, error) {
	options, err := h.cfg.RedisForPresses()
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	client := redis.NewUniversalClient(dialog.Tune(options, h.cfg.Stores.PressTimeout))
	h.closers = append(h.closers, func() { client.Close() })
	store, err := dialog.NewRedis(client, false)
	if err != nil {
		return nil, err
	}
	store.Timeout = h.cfg.Stores.PressTimeout
	return store, nil
}

// web is the part of the house that answers gateways.
type web struct {
	parts     handlers.Parts
	dialogues *webhook.Dialogues
}

func (h *house) web(dialogues dialog.Store, checks ...handlers.Check) web {
	cfg, desk := h.cfg, deskOf{h.desk}
	calls := webhook.NewDialogues(webhook.Parts{
		Book: flows.New(h.words, placesOf{h.places}), Desk: desk, Store: dialogues, Spare: dialog.NewMemory(dialog.DefaultLimit),
		Seal: h.keys.Narratives, Hash: h.keys.Hash, Now: h.now, Log: h.log, Metrics: h.metrics,
		Help: webhook.Help(h.words), Limits: webhook.DefaultLimits,
		DeskLimit: cfg.Serving.FileTimeout, CutAfter: cfg.Serving.CutAfter,
	})
	secrets := make([]string, len(cfg.Gateway.HookSecrets))
	for i, s := range cfg.Gateway.HookSecrets {
		secrets[i] = s.Reveal()
	}
	address := handlers.Proxies(config.Prefixes(cfg.Serving.TrustedProxies)).Address
	w := web{dialogues: calls, parts: handlers.Parts{
		AfricasTalking: &webhook.AfricasTalking{
			Name: sms.AfricasTalkingName, Style: webhook.InputStyle(cfg.Gateway.InputStyle),
			Door: webhook.NewDoor(secrets, config.Prefixes(cfg.Gateway.AllowFrom), address), Address: address,
			Dialogues: calls, Staff: h.staffLine(dialogues), Inbox: h.desk, Receipts: h.desk, OptOuts: h.desk, Check: validator.New(), Log: h.log, Metrics: h.metrics,
		},
		API:    api.New(api.Parts{Store: h.store, Desk: h.desk, Seal: h.keys.Narratives, Now: h.now, Log: h.log}),
		Checks: append([]handlers.Check{{Name: "database", Must: true, Ping: h.store.Ping}}, checks...),
		Log:    h.log,
	}}
	if tokens := cfg.TwilioTokens(); len(tokens) > 0 {
		w.parts.Twilio = &webhook.Twilio{Base: cfg.Service.PublicURL, Signed: sms.NewTwilioVerifier(cfg.Twilio.AccountSID, tokens...),
			Inbox: h.desk, Receipts: h.desk, Log: h.log, Metrics: h.metrics}
	}
	if cfg.Serving.Metrics == "" && cfg.Serving.MetricsToken != "" {
		w.parts.Metrics = handlers.Metrics(h.registry, cfg.Serving.MetricsToken.Reveal())
	}
	return w
}

// staffLine hosts officers and social workers where a code is set for them. A mistake of one line holds
// up nobody on the other: only the store of unfinished calls is shared.
func (h *house) staffLine(calls dialog.Store) *webhook.StaffLine {
	if h.cfg.Service.StaffCode == "" {
		return nil
	}
	return webhook.NewStaffLine(webhook.StaffParts{
		Code: h.cfg.Service.StaffCode, Line: flows.NewStaffLine(h.words), Desk: h.desk, Store: calls, Seal: h.keys.Narratives, Hash: h.keys.Hash,
		Now: h.now, Log: h.log, Metrics: h.metrics, Limit: h.cfg.Serving.FileTimeout,
	})
}

// serve answers at an address until ctx ends: first no new requests, then the calls that were cut,
// then the work that was begun. ready is called once it listens.
func (h *house) serve(ctx context.Context, address string, w web, ready func()) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server := handlers.Server(address, handlers.New(w.parts), h.log)
	var background sync.WaitGroup
	background.Go(func() { w.dialogues.Keep(ctx) })
	background.Go(func() { h.relay.Run(ctx) })
	background.Go(func() { h.refresh(ctx) })
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	ready()
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.cfg.Serving.Shutdown)
	defer cancel()
	err = server.Shutdown(limit)
	background.Wait()
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("stop serving: %w", err)
	}
	return nil
}

// refresh reads a changed directory, changed rules and changed sentences within seconds.
func (h *house) refresh(ctx context.Context) {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := h.live.Refresh(ctx); err != nil && ctx.Err() == nil {
				h.log.Error("directory and rules stay as they were", "error", err)
			}
			if err := h.refreshWords(ctx); err != nil && ctx.Err() == nil {
				h.log.Error("sentences stay as they were", "error", err)
			}
		}
	}
}

// serveMetrics shows /metrics on an address of its own, where one is set.
func (h *house) serveMetrics(context.Context) (stop func(), err error) {
	address := h.cfg.Serving.Metrics
	if address == "" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", handlers.Metrics(h.registry, h.cfg.Serving.MetricsToken.Reveal()))
	server := handlers.Server(address, mux, h.log)
	go server.Serve(listener)
	return func() { server.Close() }, nil
}

// deskOf lets the hooks speak to the casework.
type deskOf struct{ *casework.Desk }

func (d deskOf) File(ctx context.Context, f webhook.Filing) (ripoti.Code, error) {
	return d.Desk.File(ctx, casework.Filing(f))
}

func (d deskOf) Add(ctx context.Context, f webhook.Filing) error {
	return d.Desk.Add(ctx, casework.Filing(f))
}

func (d deskOf) Follow(ctx context.Context, f webhook.Following) (flows.Standing, bool, error) {
	return d.Desk.Follow(ctx, casework.Following(f))
}

func (d deskOf) Hold(ctx context.Context, f webhook.Filing) error {
	defer d.Store.Caller()()
	return d.Desk.Hold(ctx, casework.Filing(f))
}
