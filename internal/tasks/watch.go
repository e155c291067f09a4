package tasks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"ripoti/internal/ripoti"
)

// Watch looks into the queues for whoever keeps them running. It shows kinds, times and counts: what a task
// is about stays in the database.
type Watch struct {
	client    redis.UniversalClient
	inspector *asynq.Inspector
}

// NewWatch looks into the queues of a Redis.
func NewWatch(client redis.UniversalClient) *Watch {
	return &Watch{client, asynq.NewInspectorFromRedisClient(client)}
}

// watchLimit is how long Redis may take to answer a page.
const watchLimit = 2 * time.Second

// Look is how one queue stands.
type Look struct {
	Queue                   string
	Waiting, Active, Failed int
	Oldest                  time.Duration // how long the oldest one waits
	Days                    []Day         // newest first
}

// Day is what a queue did on a day (UTC).
type Day struct {
	Date         time.Time
	Done, Failed int
}

// Failure is one handing over of a task that came to nothing. The work itself is owed in the database and
// comes back by itself.
type Failure struct {
	ID, Queue, Kind string
	At              time.Time
	Why             string // codes of ours, never what the task was about
}

// ErrDown says that Redis does not answer. Nothing is lost by it.
var ErrDown = errors.New("redis does not answer")

// Queues are all of them, most urgent first.
func (w *Watch) Queues(ctx context.Context, days int) ([]Look, error) {
	if err := w.there(ctx); err != nil {
		return nil, err
	}
	made, err := w.inspector.Queues() // there is none before its first task
	if err != nil {
		return nil, fmt.Errorf("list queues: %w", err)
	}
	var all []Look
	for _, name := range []string{Critical, Default, Low} {
		look := Look{Queue: name}
		if !slices.Contains(made, name) {
			all = append(all, look)
			continue
		}
		info, err := w.inspector.GetQueueInfo(name)
		if err != nil {
			return nil, fmt.Errorf("look at %s: %w", name, err)
		}
		look.Waiting, look.Active, look.Failed, look.Oldest = info.Pending+info.Retry+info.Scheduled, info.Active, info.Archived, info.Latency
		history, err := w.inspector.History(name, days)
		if err != nil {
			return nil, fmt.Errorf("history of %s: %w", name, err)
		}
		for _, d := range history {
			look.Days = append(look.Days, Day{d.Date, d.Processed - d.Failed, d.Failed})
		}
		all = append(all, look)
	}
	return all, nil
}

// Failures are the newest of every queue.
func (w *Watch) Failures(ctx context.Context, limit int) ([]Failure, error) {
	if err := w.there(ctx); err != nil {
		return nil, err
	}
	var all []Failure
	for name := range Queues {
		archived, err := w.inspector.ListArchivedTasks(name, asynq.PageSize(limit))
		if errors.Is(err, asynq.ErrQueueNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("failures of %s: %w", name, err)
		}
		for _, t := range archived {
			all = append(all, Failure{t.ID, name, t.Type, t.LastFailedAt, t.LastErr})
		}
	}
	slices.SortFunc(all, func(a, b Failure) int { return b.At.Compare(a.At) })
	return all[:min(len(all), limit)], nil
}

// Retry hands a failed task over again.
func (w *Watch) Retry(ctx context.Context, queue, id string) error {
	return w.settle(ctx, queue, func() error { return w.inspector.RunTask(queue, id) })
}

// Drop forgets a failed task. The duty behind it stays owed until it is done.
func (w *Watch) Drop(ctx context.Context, queue, id string) error {
	return w.settle(ctx, queue, func() error { return w.inspector.DeleteTask(queue, id) })
}

func (w *Watch) settle(ctx context.Context, queue string, do func() error) error {
	if _, known := Queues[queue]; !known {
		return ripoti.NotFound("queues.gone", nil)
	}
	if err := w.there(ctx); err != nil {
		return err
	}
	err := do()
	if errors.Is(err, asynq.ErrTaskNotFound) || errors.Is(err, asynq.ErrQueueNotFound) {
		return ripoti.NotFound("queues.gone", err)
	}
	if err != nil && strings.Contains(err.Error(), "task is already in") { // two admins at once
		return ripoti.Conflict("queues.gone", err)
	}
	return err
}

// there asks Redis first: the inspector itself waits for as long as the client does.
func (w *Watch) there(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, watchLimit)
	defer cancel()
	if err := w.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrDown, err)
	}
	return nil
}
