package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"ripoti/flows"
	"ripoti/internal/config"
	"ripoti/internal/tasks"
	"ripoti/worker"
)

// workerCommand is the production role that does the work.
type workerCommand struct{}

func (workerCommand) Run(ctx context.Context) error {
	cfg, err := config.Load(os.Environ(), config.Worker)
	if err != nil {
		return err
	}
	log, buffer := newLog(os.Stdout, cfg.Serving)
	defer buffer.Close()
	keys, err := openKeys(cfg.Keyset)
	if err != nil {
		return err
	}
	s, err := openStore(ctx, cfg.Stores.Database.Reveal(), keys)
	if err != nil {
		return err
	}
	defer s.Close()
	client, err := openTaskRedis(cfg)
	if err != nil {
		return err
	}
	defer client.Close()
	warnEviction(ctx, client, log.Warn)
	queue := tasks.NewQueue(asynq.NewClientFromRedisClient(client))
	h, err := openHouse(ctx, cfg, log, keys, s, queue.Hand)
	if err != nil {
		return err
	}
	defer h.close()
	out, err := openSenders(cfg, log, h.metrics)
	if err != nil {
		return err
	}
	stop, err := h.serveMetrics(ctx)
	if err != nil {
		return err
	}
	defer stop()
	go h.relay.Run(ctx)
	log.Info("worker is ready", "senders", cfg.Senders(), "concurrency", cfg.Working.Concurrency)
	return h.worker(out.router, out.channels...).Run(ctx, client)
}

func openTaskRedis(cfg config.Config) (redis.UniversalClient, error) {
	options, err := cfg.RedisForTasks()
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	return redis.NewUniversalClient(options), nil
}

// warnEviction tells of a Redis that drops keys when it is full: asynq loses tasks by it. Work that
// is lost so comes back from the database, later than it should.
func warnEviction(ctx context.Context, client redis.UniversalClient, warn func(string, ...any)) {
	policy, err := client.ConfigGet(ctx, "maxmemory-policy").Result()
	if err == nil && policy["maxmemory-policy"] != "noeviction" {
		warn("Redis drops keys when it is full: set maxmemory-policy noeviction", "policy", policy["maxmemory-policy"])
	}
}

// worker is the part of the house that does tasks.
func (h *house) worker(senders worker.Senders, channels ...worker.Channel) *worker.Worker {
	w := h.cfg.Working
	return &worker.Worker{
		Desk: h.desk, Store: h.store, Live: h.live, Relay: h.relay, Senders: senders, Writer: flows.NewWriter(h.words), Metrics: h.metrics, Log: h.log, Now: h.now,
		Concurrency: w.Concurrency, TaskCheck: w.TaskCheck, SendTimeout: h.cfg.Messages.Timeout, UnknownAlarm: w.UnknownAlarm,
		SweepEvery: w.SweepEvery, Shutdown: h.cfg.Serving.Shutdown,
		BundleAbove: h.cfg.Messages.BundleAbove, Channels: channels, LowBalance: h.cfg.Messages.LowBalance,
	}
}
