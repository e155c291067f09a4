package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
)

// Channel is a provider that can be asked about its account: sms.Twilio and sms.AfricasTalking.
type Channel interface {
	Name() string
	// Balance is what is left.
	Balance(ctx context.Context) (ripoti.Money, error)
	// Received gives the texts that came after a mark and are not younger than until, some perhaps
	// again, and the mark to go on from.
	Received(ctx context.Context, mark string, until time.Time) (texts []sms.Inbound, next string, err error)
}

// pricer is a Channel that tells what messages cost only later.
type pricer interface {
	Prices(ctx context.Context, since time.Time) (map[string]ripoti.Money, error)
}

// finder is a Channel that can tell whether it took a message whose answer was lost.
type finder interface {
	Find(ctx context.Context, m sms.Message, since time.Time) (sms.Sent, bool, error)
}

const (
	// pullEvery is how often the providers' lists are read for texts whose hook did not reach us.
	pullEvery = 10 * time.Minute
	// balanceEvery is how often the accounts are asked what is left.
	balanceEvery = 30 * time.Minute
	// A provider that took messages in the last quarter of an hour, the last two minutes apart, and
	// reported on none is silent.
	heardWithin  = 15 * time.Minute
	heardSettled = 2 * time.Minute
	// hookMargin is how old a text of the list must be: a younger one comes by the hook.
	hookMargin = 2 * time.Minute
	// clockMargin is how far a provider's clock may be off ours.
	clockMargin = time.Minute
)

// tend looks after the channels until ctx ends, at its start and then by the clock. A provider that
// is slow to answer holds up nothing else.
func (w *Worker) tend(ctx context.Context) {
	chores := []*chore{
		{name: "receipts", every: w.SweepEvery, do: w.listen},
		{name: "pull", every: pullEvery, do: w.pull},
		{name: "balance", every: balanceEvery, do: w.balance},
		{name: "prices", every: pullEvery, do: w.price},
	}
	tick := time.NewTicker(w.SweepEvery)
	defer tick.Stop()
	for {
		for _, c := range chores {
			w.chore(ctx, c)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// chore is something to do now and then.
type chore struct {
	name  string
	every time.Duration
	last  time.Time
	do    func(context.Context) error
}

func (w *Worker) chore(ctx context.Context, c *chore) {
	if now := w.Now(); !c.last.IsZero() && now.Sub(c.last) < c.every || ctx.Err() != nil {
		return
	}
	c.last = w.Now()
	if err := c.do(ctx); err != nil && ctx.Err() == nil {
		w.Log.Error("channels", "step", c.name, "error", err)
	}
}

// listen tells the senders how many of their messages were reported on.
func (w *Worker) listen(ctx context.Context) error {
	now := w.Now()
	all, err := w.Store.Deliveries(ctx, now.Add(-heardWithin), now.Add(-heardSettled))
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.Provider == sms.SimulatorName {
			continue // it may report to nobody, and loses nothing
		}
		w.Senders.Heard(d.Provider, d.Taken, d.Reported)
	}
	return nil
}

// pull receives the texts that only the providers' lists have.
func (w *Worker) pull(ctx context.Context) error {
	var errs []error
	for _, c := range w.Channels {
		n, err := w.pullFrom(ctx, c)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", c.Name(), err))
		}
		if n > 0 {
			w.Log.Warn("texts came by the provider's list that its hook did not bring: look at the hook", "provider", c.Name(), "texts", n)
			w.Metrics.Pulled(c.Name(), n)
		}
	}
	return errors.Join(errs...)
}

// pullFrom reads one list from where it was left. The mark moves only past texts that are kept, so
// one that cannot be is read again.
func (w *Worker) pullFrom(ctx context.Context, c Channel) (fresh int, err error) {
	at, err := w.Store.Channel(ctx, c.Name())
	if err != nil {
		return 0, err
	}
	texts, next, err := c.Received(ctx, at.Mark, w.Now().Add(-hookMargin))
	if err != nil {
		return 0, err
	}
	for _, in := range texts {
		if in.At.Before(at.Since.Add(-clockMargin)) {
			continue // older than this service
		}
		isNew, err := w.Desk.Recover(ctx, in)
		if err != nil && ripoti.CodeOf(err) != ripoti.CodeInvalid {
			return fresh, err
		}
		if isNew {
			fresh++
		}
	}
	return fresh, w.Store.Pulled(ctx, c.Name(), next)
}

// balance asks every account what is left, and raises an alarm where it is too little.
func (w *Worker) balance(ctx context.Context) error {
	var errs []error
	for _, c := range w.Channels {
		left, err := c.Balance(ctx)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", c.Name(), err))
			continue
		}
		w.Metrics.Balance(c.Name(), left.Currency, left.Units())
		low := false
		for _, limit := range w.LowBalance {
			if limit.Currency == left.Currency && left.Micros < limit.Micros {
				low = true
				w.Log.Error("the account is nearly empty: pay in before alerts stop", "provider", c.Name(), "left", left.String(), "alarm_below", limit.String())
			}
		}
		errs = append(errs, w.Store.NoteBalance(ctx, c.Name(), left, low))
	}
	return errors.Join(errs...)
}

// price asks what messages cost of which that is not known yet: of the last day, as a price may come
// late.
func (w *Worker) price(ctx context.Context) error {
	var errs []error
	since := w.Now().Add(-24 * time.Hour)
	for _, c := range w.Channels {
		if p, ok := c.(pricer); ok {
			errs = append(errs, w.priceFrom(ctx, c.Name(), p, since))
		}
	}
	return errors.Join(errs...)
}

func (w *Worker) priceFrom(ctx context.Context, name string, p pricer, since time.Time) error {
	n, err := w.Store.Unpriced(ctx, name, since, w.Now().Add(-clockMargin))
	if err != nil || n == 0 {
		return err
	}
	prices, err := p.Prices(ctx, since)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for id, cost := range prices {
		news, err := w.Store.Price(ctx, name, id, cost)
		if err != nil {
			return err
		}
		if news {
			w.Metrics.Cost(name, cost.Currency, cost.Units())
		}
	}
	return nil
}

// found asks the provider whether it took a message whose answer was lost. A provider that cannot
// tell, or does not answer, has not.
func (w *Worker) found(ctx context.Context, m store.Message) (sms.Sent, bool) {
	for _, c := range w.Channels {
		f, ok := c.(finder)
		if !ok || c.Name() != m.Provider || m.Body == "" {
			continue
		}
		sent, ok, err := f.Find(ctx, sms.Message{ID: m.ID, To: m.To, Body: m.Body}, m.ClaimedAt.Add(-clockMargin))
		if err != nil {
			w.Log.Warn("the provider does not tell whether it took a message", "message", m.ID, "error", err)
		}
		return sent, ok && err == nil
	}
	return sms.Sent{}, false
}
