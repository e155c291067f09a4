package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// bundled are the messages that may leave as one where many come at once. Reminders and whatever
// climbs the ladder always leave by themselves, and so does what answers somebody's own text.
var bundled = []string{flows.SayAlert, flows.SayLiaison, flows.SayTold, flows.SaySocial, flows.SaySocialNoContact}

const (
	// burstWindow is the time in which messages to one number count as a burst.
	burstWindow = time.Minute
	// bundleWait is how long a message of a burst waits for others: little beside the time to answer.
	bundleWait = 15 * time.Second
)

// bundle looks whether a queued message is one too many for its number. The first ones of a minute
// leave in full; each after them waits a little, and then leaves with all that wait. Critical ones
// never wait. It says true where the message does not leave by itself now.
func (w *Worker) bundle(ctx context.Context, p tasks.Payload, m store.Message) (waits bool, err error) {
	if w.BundleAbove <= 0 || m.ContactID == "" || m.Bundle != "" || m.Repeats > 0 || !mayWait(m) {
		return false, nil
	}
	burst := store.Burst{Kinds: bundled, Window: burstWindow}
	ahead, err := w.Store.Ahead(ctx, m, burst)
	if err != nil || ahead < w.BundleAbove {
		return false, err
	}
	due, err := w.dueOf(ctx, p)
	if err != nil {
		return false, err
	}
	if ready := due.Add(bundleWait); w.Now().Before(ready) {
		return true, w.Store.Wait(ctx, p.Duty, ready)
	}
	return w.Store.Bundle(ctx, m, burst, flows.MostBundled, func(codes []ripoti.Code) (store.Message, store.Duty, error) {
		w.Metrics.Bundled(len(codes))
		facts, err := json.Marshal(flows.Facts{Codes: codes})
		if err != nil {
			return store.Message{}, store.Duty{}, fmt.Errorf("facts: %w", err)
		}
		return store.Message{ID: store.NewID(), ContactID: m.ContactID, Kind: flows.SayBundle, Lang: m.Lang, To: m.To, Facts: string(facts)},
			store.Duty{Kind: tasks.Send, Queue: tasks.Critical, Due: w.Now()}, nil
	})
}

// mayWait says whether a message is of a kind that is bundled and about nothing critical.
func mayWait(m store.Message) bool {
	for _, kind := range bundled {
		if m.Kind == kind {
			var facts flows.Facts
			return json.Unmarshal([]byte(m.Facts), &facts) == nil && facts.Urgency != ripoti.Critical
		}
	}
	return false
}

// errGone says that a duty was done meanwhile.
var errGone = errors.New("the duty is gone")

// dueOf is when a duty was due at first, however often it was put off.
func (w *Worker) dueOf(ctx context.Context, p tasks.Payload) (time.Time, error) {
	duties, err := w.Store.DutiesOf(ctx, p.Subject)
	if err != nil {
		return time.Time{}, err
	}
	for _, d := range duties {
		if d.ID == p.Duty {
			return d.Due, nil
		}
	}
	return time.Time{}, errGone
}

// alertedAll measures the reports of a bundle as those of single alerts.
func (w *Worker) alertedAll(ctx context.Context, m store.Message) {
	if m.Kind != flows.SayBundle {
		w.alerted(ctx, m)
		return
	}
	inside, err := w.Store.InBundle(ctx, m.ID)
	if err != nil {
		w.Log.Warn("a bundle is not measured", "error", err)
	}
	for _, one := range inside {
		w.alerted(ctx, one)
	}
}
