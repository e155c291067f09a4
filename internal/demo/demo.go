// Package demo writes weeks of invented history, so that somebody who opens Ripoti for the first time sees
// a network at work. Nothing is painted: reports are filed, routed, alerted, accepted, lost and closed by
// the verbs that real ones go through, while a clock of its own is walked from one thing that falls due to
// the next. Invented people read the messages that reach them and answer, most in time, some late, some
// never. All of it is thrown by dice that a seed begins, so that the same seed tells the same story.
//
// Names, numbers and what happened are made up and look it; offices are those of directory.Sample.
package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"ripoti/internal/account"
	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/rulebook"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
	"ripoti/internal/wording"
)

// Plan is how much history there is to be.
type Plan struct {
	Reports int           // how many reports are filed, drills not counted
	Lasts   time.Duration // how long before End it begins
	End     time.Time     // the moment at which it ends: usually now
	Seed    uint64
}

// Usual is sixty days with four or five reports a day, which end at a time.
func Usual(end time.Time) Plan { return Plan{Reports: 280, Lasts: 60 * day, End: end, Seed: 47} }

const day = 24 * time.Hour

// Clock stands where the story is.
type Clock struct{ at time.Time }

// NewClock stands where a plan begins.
func NewClock(p Plan) *Clock { return &Clock{p.End.Add(-p.Lasts)} }

// Now is the time of the story.
func (c *Clock) Now() time.Time { return c.at }

// House is what the story happens in: the parts of a real one, all on the clock of the story.
type House struct {
	Clock    *Clock
	Store    *store.Store
	Desk     *casework.Desk
	Rules    *rulebook.Book
	Wording  *wording.Room
	Accounts *account.Book
	// Tasks is what is done when it is due; its messages leave through Phones.
	Tasks  map[string]casework.Task
	Phones *Phones
}

// Login is an account to look around with.
type Login struct{ Name, Password string }

// Told is what was written.
type Told struct {
	Reports, Messages int
	Logins            []Login
}

// Write lets the plan happen in a house whose database holds the sample directory and nothing else.
// progress is told how much of the time is walked, from 0 to 1; it may be nil. An error names the step.
func Write(ctx context.Context, h House, p Plan, progress func(float64)) (Told, error) {
	t := &town{House: h, plan: p, dice: rand.New(rand.NewPCG(p.Seed, 2026))}
	if err := t.people(ctx); err != nil {
		return Told{}, fmt.Errorf("accounts: %w", err)
	}
	t.reports()
	t.network()
	// Statements that nobody can stop are told twice as fast: whether to stop is asked between them.
	if err := t.walk(context.WithoutCancel(ctx), ctx.Err, progress); err != nil {
		return Told{}, err
	}
	logins, err := t.logins(ctx)
	if err != nil {
		return Told{}, fmt.Errorf("accounts: %w", err)
	}
	return Told{Reports: t.filed, Messages: t.Phones.taken, Logins: logins}, nil
}

// town is the story while it is told.
type town struct {
	House
	plan     Plan
	dice     *rand.Rand
	agenda   agenda
	crew     crew
	villages []ripoti.Place
	callers  []caller // oldest first
	filed    int      // reports
	texts    int      // and follow-ups: each has a number of its own
}

// caller is a reporter who has the number of a report in the head.
type caller struct {
	from ripoti.Phone
	code ripoti.Code
}

// walk goes from one thing that somebody does, or that falls due, to the next.
func (t *town) walk(ctx context.Context, stopped func() error, progress func(float64)) error {
	begin, told := t.Clock.at, 0.0
	for {
		if err := stopped(); err != nil {
			return err
		}
		next, owed, err := t.Store.NextWake(ctx)
		if err != nil {
			return err
		}
		if at, some := t.agenda.next(); some && (!owed || at.Before(next)) {
			next, owed = at, true
		}
		if !owed || next.After(t.plan.End) {
			t.Clock.at = t.plan.End
			return nil
		}
		if next.After(t.Clock.at) {
			t.Clock.at = next
		}
		if part := float64(t.Clock.at.Sub(begin)) / float64(t.plan.Lasts); progress != nil && part-told >= 0.01 {
			told = part
			progress(part)
		}
		if err := t.moment(ctx); err != nil {
			return err
		}
	}
}

// moment does all that is to be done now.
func (t *town) moment(ctx context.Context) error {
	for {
		act, some := t.agenda.take(t.Clock.at)
		if !some {
			break
		}
		if err := act.do(ctx); err != nil {
			return fmt.Errorf("%s on %s: %w", act.what, t.Clock.at.Format(time.DateTime), err)
		}
	}
	duties, err := t.Store.Wake(ctx, 100, tasks.Patience)
	if err != nil {
		return err
	}
	for _, d := range duties {
		if err := t.duty(ctx, d); err != nil {
			return fmt.Errorf("%s on %s: %w", d.Kind, t.Clock.at.Format(time.DateTime), err)
		}
	}
	return t.read(ctx)
}

// duty does one duty as a worker would; what waits for something is asked again when it wishes.
func (t *town) duty(ctx context.Context, d store.Duty) error {
	do, ok := t.Tasks[d.Kind]
	if !ok {
		return fmt.Errorf("nobody does it")
	}
	err := do(ctx, tasks.Payload{Duty: d.ID, Subject: d.Subject, Tries: d.Tries})
	if err != nil && d.Tries < 5 {
		return t.Store.Again(ctx, d.ID, t.Clock.at.Add(time.Minute))
	}
	return err
}
