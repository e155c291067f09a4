package dialog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// keyPrefix and keySuffix stand around the hash. The braces are Redis Cluster's hash tag: each
	// conversation is its own slot, and whatever else is ever kept for it can lie beside it.
	keyPrefix = "ripoti:dlg:{"
	keySuffix = "}"
	scanPage  = 512
)

// Timeout is how long one trip to Redis may take before a press goes on without it, unless told
// otherwise.
const Timeout = 500 * time.Millisecond

// Tune sets what a press needs of its Redis client: short limits that a context can shorten further,
// and one repeat at most. Loading and saving a conversation may safely run twice.
func Tune(o *redis.UniversalOptions, timeout time.Duration) *redis.UniversalOptions {
	tuned := *o
	tuned.DialTimeout, tuned.DialerRetries = timeout, 1
	tuned.ReadTimeout, tuned.WriteTimeout, tuned.PoolTimeout = timeout, timeout, timeout
	tuned.MaxRetries = 1
	tuned.ContextTimeoutEnabled = true
	return &tuned
}

// Redis is a Store for more than one process.
type Redis struct {
	// Timeout is how long one trip may take.
	Timeout time.Duration
	client  redis.UniversalClient
	trips   trips
}

// trips carries one command to Redis and waits for its answer, until ctx ends.
type trips interface {
	do(ctx context.Context, cmd redis.Cmder) error
}

// NewRedis keeps conversations in client, which should have been made with Tune's options. Commands
// of callers at the same moment share one trip; plain sends each by itself, should the client's
// automatic pipelines (marked experimental by their makers) ever misbehave. Closing client is the
// caller's.
func NewRedis(client redis.UniversalClient, plain bool) (*Redis, error) {
	if plain {
		return &Redis{Timeout, client, single{client}}, nil
	}
	pipeline, err := client.AsyncAutoPipelineWithOptions(redis.DefaultBlockingAutoPipelineOptions())
	if err != nil {
		return nil, fmt.Errorf("dialog: automatic pipeline: %w", err)
	}
	return &Redis{Timeout, client, shared{pipeline}}, nil
}

// shared lets the commands of many callers travel together.
type shared struct{ pipeline *redis.AutoPipeliner }

func (s shared) do(ctx context.Context, cmd redis.Cmder) error {
	// The pipeline does not look at a command's context once it is queued; waiting for it does.
	return s.pipeline.Submit(ctx, cmd).WaitContext(ctx)
}

// single sends each command by itself.
type single struct{ client redis.UniversalClient }

func (s single) do(ctx context.Context, cmd redis.Cmder) error { return s.client.Process(ctx, cmd) }

// Load implements Store.
func (r *Redis) Load(ctx context.Context, key string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	get := redis.NewStringCmd(ctx, "get", redisKey(key))
	err := r.trips.do(ctx, get)
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("dialog: load: %w", err)
	}
	return get.Bytes()
}

// Save implements Store. A ttl under a millisecond forgets the key.
func (r *Redis) Save(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	if err := r.trips.do(ctx, saveCommand(ctx, redisKey(key), value, ttl)); err != nil {
		return fmt.Errorf("dialog: save: %w", err)
	}
	return nil
}

func saveCommand(ctx context.Context, key string, value []byte, ttl time.Duration) redis.Cmder {
	ms := ttl.Milliseconds()
	switch {
	case ms <= 0:
		return redis.NewIntCmd(ctx, "del", key)
	case ms%1000 == 0:
		return redis.NewStatusCmd(ctx, "set", key, value, "ex", ms/1000)
	default:
		return redis.NewStatusCmd(ctx, "set", key, value, "px", ms)
	}
}

// Each implements Store: a scan of every master. A key may come twice.
func (r *Redis) Each(ctx context.Context, f func(key string) error) error {
	cluster, ok := r.client.(*redis.ClusterClient)
	if !ok {
		return scan(ctx, r.client, f)
	}
	var mu sync.Mutex
	var masters []*redis.Client
	err := cluster.ForEachMaster(ctx, func(_ context.Context, c *redis.Client) error {
		mu.Lock()
		defer mu.Unlock()
		masters = append(masters, c)
		return nil
	})
	if err != nil {
		return fmt.Errorf("dialog: each: masters: %w", err)
	}
	for _, c := range masters { // one after the other: f need not be ready for concurrent calls
		if err := scan(ctx, c, f); err != nil {
			return err
		}
	}
	return nil
}

func scan(ctx context.Context, c redis.Cmdable, f func(key string) error) error {
	keys := c.Scan(ctx, 0, keyPrefix+"*", scanPage).Iterator()
	for keys.Next(ctx) {
		if err := f(strings.TrimSuffix(strings.TrimPrefix(keys.Val(), keyPrefix), keySuffix)); err != nil {
			return err
		}
	}
	if err := keys.Err(); err != nil {
		return fmt.Errorf("dialog: each: %w", err)
	}
	return nil
}

func redisKey(key string) string { return keyPrefix + key + keySuffix }
