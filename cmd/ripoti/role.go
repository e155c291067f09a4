package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"ripoti/internal/config"
	"ripoti/internal/tasks"
)

// inRole opens what a production role needs, lets it serve, and closes everything in the order that
// loses nothing: the database and the log last.
func inRole(ctx context.Context, role config.Role, serve func(*house, redis.UniversalClient) error) error {
	cfg, err := config.Load(os.Environ(), role)
	if err != nil {
		return err
	}
	log, buffer := newLog(os.Stdout, cfg.Serving)
	defer buffer.Close()
	hearRedis(log)
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
	h.queues = tasks.NewWatch(client)
	stop, err := h.serveMetrics(ctx)
	if err != nil {
		return err
	}
	defer stop()
	return serve(h, client)
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
