// Package worker does what a caller need not wait for: routing, alerts, timers, received texts. A
// task may run twice and changes nothing the second time; what fails is put off by the temper of the
// failure, in the database, where no lost queue can lose it.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/metrics"
	"ripoti/internal/partner"
	"ripoti/internal/ripoti"
	"ripoti/internal/rulebook"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Worker is what the tasks need.
type Worker struct {
	Desk    *casework.Desk
	Store   *store.Store
	Live    *casework.Live
	Rules   *rulebook.Book
	Senders Senders
	Writer  *flows.Writer
	// Relay lets this process do at once what it wrote itself; nil: everything comes from the queue.
	Relay   *tasks.Relay
	Metrics *metrics.Metrics
	Log     *slog.Logger
	Now     func() time.Time
	// Concurrency is how many tasks run at once; TaskCheck how often an idle queue is looked at.
	Concurrency int
	TaskCheck   time.Duration
	// Yield is how long a task lets people on the line of this process go first, at most.
	Yield time.Duration
	// SendTimeout bounds one send; UnknownAlarm is how old one of unknown outcome may grow.
	SendTimeout  time.Duration
	UnknownAlarm time.Duration
	SweepEvery   time.Duration
	Shutdown     time.Duration
	// BundleAbove is how many alerts in a minute reach one number before the next ones leave as one
	// message; 0 bundles nothing.
	BundleAbove int
	// Channels are the providers that can be asked for what came, what is left and what it cost;
	// LowBalance is what an account should not fall below, one amount for each currency.
	Channels   []Channel
	LowBalance []ripoti.Money
	// Partners are told of events; nil: nobody is.
	Partners *partner.Hooks
}

// Tasks is everything that is done when it is due, by its kind.
func (w *Worker) Tasks() map[string]casework.Task {
	all := w.Desk.Tasks()
	all[tasks.Send] = w.send
	if w.Rules != nil {
		maps.Copy(all, w.Rules.Tasks())
	}
	if w.Partners != nil {
		all[tasks.Event] = w.Partners.Tell
	}
	return all
}

// mux is how the queue finds the tasks.
func (w *Worker) mux() *asynq.ServeMux {
	mux := asynq.NewServeMux()
	for kind, do := range w.Tasks() {
		mux.HandleFunc(kind, w.one(kind, do))
	}
	return mux
}

// one runs a task of the queue.
func (w *Worker) one(kind string, do casework.Task) asynq.HandlerFunc {
	return func(ctx context.Context, t *asynq.Task) error {
		p, err := tasks.Parse(t)
		if err != nil {
			w.Log.Error("task", "kind", kind, "error", err)
			return err
		}
		return w.do(ctx, kind, do, p)
	}
}

// do does a duty, logs it in one line and puts it off if it failed.
func (w *Worker) do(ctx context.Context, kind string, do casework.Task, p tasks.Payload) error {
	w.Store.AfterCallers(ctx, w.Yield)
	started := w.Now()
	err := do(ctx, p)
	if err == nil {
		w.Log.Info("task", "kind", kind, "subject", p.Subject, "tries", p.Tries, "ms", w.Now().Sub(started).Milliseconds())
		return nil
	}
	delay := again(err, p.Tries)
	w.Log.Error("task", "kind", kind, "subject", p.Subject, "tries", p.Tries, "again_in", delay.String(), "error", err)
	// The task's own time may be over; putting off must still happen.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := w.Store.Again(ctx, p.Duty, w.Now().Add(delay)); err != nil {
		w.Log.Error("task comes back when patience ends", "kind", kind, "subject", p.Subject, "error", err)
	}
	return fmt.Errorf("%s: %w", kind, asynq.SkipRetry)
}

// again is when a failed duty is tried again: when the failure itself says so, else after a pause
// that doubles from one second to five minutes.
func again(err error, tries int) time.Duration {
	var delay *sms.Delay
	if errors.As(err, &delay) && delay.After > 0 {
		return min(delay.After, 5*time.Minute)
	}
	return min(time.Second<<min(max(tries-1, 0), 9), 5*time.Minute)
}

// Run works until ctx ends, then finishes what it has begun.
func (w *Worker) Run(ctx context.Context, client redis.UniversalClient) error {
	server := asynq.NewServerFromRedisClient(client, asynq.Config{
		Concurrency:              w.Concurrency,
		Queues:                   tasks.Queues,
		StrictPriority:           true,
		TaskCheckInterval:        w.TaskCheck,
		DelayedTaskCheckInterval: time.Second,
		ShutdownTimeout:          w.Shutdown,
		Logger:                   quiet{w.Log},
		LogLevel:                 asynq.WarnLevel,
		// A failure was logged by the task that failed.
		ErrorHandler: asynq.ErrorHandlerFunc(func(context.Context, *asynq.Task, error) {}),
	})
	if err := server.Start(w.mux()); err != nil {
		return fmt.Errorf("start worker: %w", err)
	}
	if err := w.Desk.Stand(ctx); err != nil {
		return err
	}
	var tending sync.WaitGroup
	tending.Go(func() { w.tend(ctx) })
	tending.Go(func() { w.workNear(ctx) })
	w.sweep(ctx)
	tending.Wait()
	server.Shutdown()
	return nil
}

// quiet gives asynq's own words to our log, as errors, which are told apart and told once.
type quiet struct{ log *slog.Logger }

func (q quiet) Debug(args ...any) { q.log.Debug("queue: " + fmt.Sprint(args...)) }
func (q quiet) Info(args ...any)  { q.log.Info("queue: " + fmt.Sprint(args...)) }
func (q quiet) Warn(args ...any)  { q.log.Warn("queue", "error", errors.New(fmt.Sprint(args...))) }
func (q quiet) Error(args ...any) { q.log.Error("queue", "error", errors.New(fmt.Sprint(args...))) }
func (q quiet) Fatal(args ...any) { q.Error(args...) }

// sweep does by the clock what no task does, until ctx ends: rescues held drafts of calls that were
// cut while nobody watched, reads a changed directory, counts what waits.
func (w *Worker) sweep(ctx context.Context) {
	tick := time.NewTicker(w.SweepEvery)
	defer tick.Stop()
	w.sweepOnce(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			w.sweepOnce(ctx)
		}
	}
}

func (w *Worker) sweepOnce(ctx context.Context) {
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{{"held drafts", w.rescue}, {"directory and rules", w.Live.Refresh}, {"unknown sends", w.unknown}, {"backlog", w.backlog}, {"unread texts", w.overdue}} {
		if err := step.do(ctx); err != nil && ctx.Err() == nil {
			w.Log.Error("sweep", "step", step.name, "error", err)
		}
	}
}

func (w *Worker) rescue(ctx context.Context) error {
	n, err := w.Desk.Rescue(ctx)
	if n > 0 {
		w.Log.Warn("sweep: held drafts went out", "reports", n)
		w.Metrics.Rescued("held", n)
	}
	return err
}

// Rescued is told of each duty that is handed over: the second time means that nothing came of the
// first.
func (w *Worker) Rescued(d store.Duty) {
	if d.Tries > 1 {
		w.Metrics.Rescued(d.Kind, 1)
	}
}

func (w *Worker) unknown(ctx context.Context) error {
	n, err := w.Store.Unsettled(ctx, w.Now().Add(-w.UnknownAlarm))
	if err != nil {
		return err
	}
	w.Metrics.Unknown(n)
	if n > 0 {
		w.Log.Error("messages whose outcome is unknown for too long: look at the provider's own list", "messages", n)
	}
	return nil
}

func (w *Worker) overdue(ctx context.Context) error {
	n, err := w.Store.Overdue(ctx)
	if err == nil {
		w.Metrics.Overdue(n)
	}
	return err
}

func (w *Worker) backlog(ctx context.Context) error {
	backlogs, err := w.Store.Backlogs(ctx)
	if err != nil {
		return err
	}
	for queue := range tasks.Queues {
		depth, age := 0, time.Duration(0)
		for _, b := range backlogs {
			if b.Queue == queue {
				depth, age = b.Due, w.Now().Sub(b.Oldest)
			}
		}
		w.Metrics.Queue(queue, depth, age)
	}
	return nil
}
