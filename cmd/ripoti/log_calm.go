package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"ripoti/internal/store"
)

// calmFor is how long a trouble that was told is not told again.
const calmFor = 30 * time.Second

// calmKnown is how many troubles are remembered at most; beyond that all are forgotten, and told anew.
const calmKnown = 1024

// calm hands on what is logged, and of one trouble one line in calmFor: an outage is what the log is read
// for, and a thousand lines of it hide the one that helps. The next line says how often it came meanwhile,
// and where the database or Redis is away each line says where to read what to do.
type calm struct {
	slog.Handler
	bound string // what With has bound
	told  *troubles
}

// troubles are what was told, and when.
type troubles struct {
	mu    sync.Mutex
	known map[string]*trouble
}

type trouble struct {
	at    time.Time
	again int // came since, and was not told
}

func newCalm(h slog.Handler) *calm {
	return &calm{Handler: h, told: &troubles{known: map[string]*trouble{}}}
}

// Handle implements slog.Handler.
func (c *calm) Handle(ctx context.Context, r slog.Record) error {
	if r.Level < slog.LevelWarn {
		return c.Handler.Handle(ctx, r)
	}
	todo, key := c.read(r)
	again, tell := c.told.tell(key, r.Time)
	if !tell {
		return nil
	}
	r = r.Clone()
	if again > 0 {
		r.AddAttrs(slog.Int("times_since_told", again))
	}
	if todo != "" {
		r.AddAttrs(slog.String("do", todo))
	}
	return c.Handler.Handle(ctx, r)
}

// read gives what to do about a line, and what makes it the same as another: its words and values without
// digits (counts, ports, times); or, where the database or Redis is away, its words alone.
func (c *calm) read(r slog.Record) (todo, key string) {
	var all strings.Builder
	fmt.Fprint(&all, c.bound, r.Level, r.Message)
	r.Attrs(func(a slog.Attr) bool {
		if err, is := a.Value.Any().(error); is && todo == "" {
			todo = whatToDo(err)
		}
		fmt.Fprint(&all, "|", a.Key, "=", a.Value)
		return true
	})
	if todo != "" {
		return todo, r.Level.String() + r.Message + todo
	}
	return "", strings.Map(func(letter rune) rune {
		if '0' <= letter && letter <= '9' {
			return -1
		}
		return letter
	}, all.String())
}

// tell says whether a trouble is told now, and how often it came untold.
func (t *troubles) tell(key string, now time.Time) (again int, yes bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := t.known[key]
	if last != nil && now.Sub(last.at) < calmFor {
		last.again++
		return 0, false
	}
	if last == nil {
		if len(t.known) >= calmKnown {
			clear(t.known)
		}
		last = &trouble{}
		t.known[key] = last
	}
	again, last.again, last.at = last.again, 0, now
	return again, true
}

// WithAttrs implements slog.Handler.
func (c *calm) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &calm{c.Handler.WithAttrs(attrs), c.bound + fmt.Sprint(attrs), c.told}
}

// WithGroup implements slog.Handler.
func (c *calm) WithGroup(name string) slog.Handler {
	return &calm{c.Handler.WithGroup(name), c.bound + name + ".", c.told}
}

// whatToDo is where to read what to do about an error; "" where its own line says it.
func whatToDo(err error) string {
	switch {
	case store.Away(err):
		return `the database is away: see "The database is down" in docs/operations.md`
	case errors.Is(err, errRedis), strings.Contains(err.Error(), "redis"): // asynq flattens its errors
		return `Redis is away: see "Redis is down" in docs/operations.md`
	}
	return ""
}

// errRedis is in what the client of Redis says of its connections.
var errRedis = errors.New("redis")

// redisLog gives the words of the Redis client to our log: by itself it writes past it, a line for each
// connection that fails.
type redisLog struct{ log *slog.Logger }

// Printf implements the client's logger.
func (r redisLog) Printf(_ context.Context, format string, args ...any) {
	r.log.Warn("redis: a connection failed", "error", fmt.Errorf("%w: %s", errRedis, strings.TrimPrefix(fmt.Sprintf(format, args...), "redis: ")))
}

// hearRedis has the clients of Redis of this process speak by a log.
func hearRedis(log *slog.Logger) { redis.SetLogger(redisLog{log}) }
