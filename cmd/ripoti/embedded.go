package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"ripoti/internal/seal"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// embeddedQueue is a Redis inside the process, for a single machine with nothing installed. It keeps
// nothing: what it forgets comes back from the database.
type embeddedQueue struct {
	server    *miniredis.Miniredis
	client    *redis.Client
	inspector *asynq.Inspector
	queue     *tasks.Queue
}

// embeddedRoom is how many tasks the embedded Redis holds at most: its lists are slow when long.
const embeddedRoom = 400

// startEmbeddedQueue starts it on a loopback port with a password of its own, and drives its clock
// until ctx ends: by itself it would let no key expire.
func startEmbeddedQueue(ctx context.Context) (*embeddedQueue, error) {
	server := miniredis.NewMiniRedis()
	password := rand.Text()
	server.RequireAuth(password)
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("embedded queue: %w", err)
	}
	q := &embeddedQueue{server: server, client: redis.NewClient(&redis.Options{Addr: server.Addr(), Password: password, ContextTimeoutEnabled: true})}
	q.inspector = asynq.NewInspectorFromRedisClient(q.client)
	q.queue = tasks.NewQueue(asynq.NewClientFromRedisClient(q.client))
	go func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				server.FastForward(time.Second)
			}
		}
	}()
	return q, nil
}

// room is how many more tasks may be handed over now.
func (q *embeddedQueue) room(context.Context) int {
	room := embeddedRoom
	for name := range tasks.Queues {
		info, err := q.inspector.GetQueueInfo(name)
		if err != nil {
			continue // the queue does not exist before its first task
		}
		room -= info.Pending + info.Active
	}
	return room
}

func (q *embeddedQueue) hand(ctx context.Context, d store.Duty) error { return q.queue.Hand(ctx, d) }

func (q *embeddedQueue) close() {
	q.client.Close()
	q.server.Close()
}

// devKeys reads the keys in the data folder, or makes them at the first start.
func devKeys(data string) (*seal.Keys, error) {
	path := filepath.Join(data, "keyset.json")
	raw, err := os.ReadFile(path)
	if err == nil {
		return seal.Open(string(raw))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("keyset: %w", err)
	}
	keys, err := seal.New()
	if err != nil {
		return nil, fmt.Errorf("keyset: %w", err)
	}
	document, err := keys.Document()
	if err != nil {
		return nil, fmt.Errorf("keyset: %w", err)
	}
	return keys, os.WriteFile(path, []byte(document), 0o600)
}
