package main

import (
	"context"

	"github.com/redis/go-redis/v9"

	"ripoti/flows"
	"ripoti/internal/config"
	"ripoti/internal/partner"
	"ripoti/worker"
)

// workerCommand is the production role that does the work.
type workerCommand struct{}

func (workerCommand) Run(ctx context.Context) error {
	return inRole(ctx, config.Worker, func(h *house, client redis.UniversalClient) error {
		out, err := openSenders(h.cfg, h.log, h.metrics)
		if err != nil {
			return err
		}
		go h.relay.Run(ctx)
		go h.refresh(ctx)
		h.log.Info("worker is ready", "senders", h.cfg.Senders(), "concurrency", h.cfg.Working.Concurrency)
		return h.worker(out.router, out.channels...).Run(ctx, client)
	})
}

// worker is the part of the house that does tasks.
func (h *house) worker(senders worker.Senders, channels ...worker.Channel) *worker.Worker {
	w := h.cfg.Working
	return &worker.Worker{
		Desk: h.desk, Store: h.store, Live: h.live, Rules: h.rules, Relay: h.relay, Senders: senders, Writer: flows.NewWriter(h.words), Metrics: h.metrics, Log: h.log, Now: h.now,
		Concurrency: w.Concurrency, TaskCheck: w.TaskCheck, SendTimeout: h.cfg.Messages.Timeout, UnknownAlarm: w.UnknownAlarm,
		SweepEvery: w.SweepEvery, Shutdown: h.cfg.Serving.Shutdown,
		BundleAbove: h.cfg.Messages.BundleAbove, Channels: channels, LowBalance: h.cfg.Messages.LowBalance,
		Partners: partner.NewHooks(h.store, h.now),
	}
}
