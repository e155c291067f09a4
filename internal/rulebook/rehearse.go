package rulebook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ripoti/internal/rehearsal"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// Bounds of a rehearsal.
const (
	// UsualRange is what a draft is tried on: last month's reports (domain brief 4.7).
	UsualRange = 30 * 24 * time.Hour
	mostDays   = 366
	// mostReports is how many reports one rehearsal plays at most.
	mostReports = 200_000
	pastPage    = 500
	// silence is how long a trial may tell nothing: the process that ran it is gone.
	silence = 30 * time.Second
	// tellEvery is how often a trial tells how far it is.
	tellEvery = 300 * time.Millisecond
	// mostListed is how many of the reports that go elsewhere are kept for the list; all are counted.
	mostListed = 1000
)

// Found is what a rehearsal found: ids and counts, nothing that was told.
type Found struct {
	Reports           int
	Others            int
	Nobody, Lost      int
	KmBefore, KmAfter float64
	Moved             []Elsewhere         `json:",omitempty"`
	Flows             []rehearsal.Flow    `json:",omitempty"`
	Loads             []rehearsal.Load    `json:",omitempty"`
	Levels            []rehearsal.Relevel `json:",omitempty"`
	Wards             map[string]int      `json:",omitempty"` // how many go elsewhere from each
}

// Elsewhere is a report that would go elsewhere.
type Elsewhere struct {
	Code          ripoti.Code
	Ward          string
	Before, After []rehearsal.Seat
	Nobody, Lost  bool
}

// Rehearse begins to play the past reports that somebody may see under a draft. It goes on in the
// background; Rehearsed tells how far it is, in any process.
func (b *Book) Rehearse(ctx context.Context, by ripoti.User, view store.View, draftID string, from, to time.Time) (ripoti.Rehearsal, error) {
	r := ripoti.Rehearsal{ID: store.NewID(), DraftID: draftID, UserID: by.ID, From: from, To: to, State: ripoti.RehearsalRuns}
	if err := allowed(by); err != nil {
		return r, err
	}
	if now := b.Desk.Now(); to.After(now) {
		r.To = now
	}
	if !r.From.Before(r.To) || r.To.Sub(r.From) > mostDays*24*time.Hour {
		return r, ripoti.Invalid("rules.range_wrong", nil)
	}
	d, err := b.Desk.Store.RuleDraft(ctx, draftID)
	if err != nil {
		return r, err
	}
	draft, err := routing.ParseRules([]byte(d.Document))
	if err != nil {
		return r, ripoti.Invalid("rules.unsound", err)
	}
	base, err := b.Current(ctx)
	if err != nil {
		return r, err
	}
	now, err := routing.ParseRules([]byte(base.Document))
	if err != nil {
		return r, fmt.Errorf("rules in force: %w", err)
	}
	r.Edition, r.Base = d.Edition, base.Number
	if r.Total, err = b.Desk.Store.CountPast(ctx, view, r.From, r.To); err != nil {
		return r, err
	}
	if r.Total > mostReports {
		return r, ripoti.Invalid("rules.range_wrong", nil)
	}
	if err := b.Desk.Store.AddRehearsal(ctx, r); err != nil {
		return r, err
	}
	b.trials.Go(func() { b.play(b.stop, r, view, now, draft) })
	return r, nil
}

// play runs a trial and keeps what it found.
func (b *Book) play(ctx context.Context, r ripoti.Rehearsal, view store.View, now, draft *routing.Rules) {
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return
	}
	found, err := b.trial(ctx, &r, view, now, draft)
	r.State, r.FinishedAt = ripoti.RehearsalDone, b.Desk.Now()
	if err == nil {
		var raw []byte
		if raw, err = json.Marshal(found); err == nil {
			r.Result, r.Done = string(raw), r.Total
		}
	}
	if err != nil {
		r.State = ripoti.RehearsalBroke
		b.Log.Error("rehearsal", "draft", r.DraftID, "error", err)
	}
	if err := b.Desk.Store.SaveRehearsal(context.WithoutCancel(ctx), r); err != nil {
		b.Log.Error("rehearsal", "draft", r.DraftID, "error", err)
	}
}

// trial reads and decides. Reading is the first half of the way, deciding the second.
func (b *Book) trial(ctx context.Context, r *ripoti.Rehearsal, view store.View, now, draft *routing.Rules) (Found, error) {
	told := time.Now() // of the machine: this is about a page that waits
	tell := func(done int) {
		if time.Since(told) < tellEvery {
			return
		}
		told = time.Now()
		at := *r
		at.Done = done
		if err := b.Desk.Store.SaveRehearsal(ctx, at); err != nil && ctx.Err() == nil {
			b.Log.Warn("rehearsal: its progress is not told", "error", err)
		}
	}
	past, err := b.past(ctx, r, view, now, tell)
	if err != nil {
		return Found{}, err
	}
	r.Total = len(past)
	result, err := rehearsal.Play(ctx, past, b.now().Directory, now, draft, func(done int) { tell((len(past) + done) / 2) })
	if err != nil {
		return Found{}, err
	}
	return foundIn(result), nil
}

func (b *Book) past(ctx context.Context, r *ripoti.Rehearsal, view store.View, now *routing.Rules, tell func(int)) (past []rehearsal.Past, err error) {
	for after := (store.PastMark{}); ; {
		page, err := b.Desk.Store.Past(ctx, view, r.From, r.To, after, pastPage)
		if err != nil {
			return nil, err
		}
		for _, p := range page {
			past = append(past, rehearsal.Past{ID: p.ID, Code: p.Code, Case: caseOf(p, now)})
		}
		if len(page) < pastPage {
			return past, nil
		}
		after = page[len(page)-1].Mark()
		tell(len(past) / 2)
	}
}

// caseOf is a past report as its rules are asked again. What the rules of now would say of it themselves is
// left for each rules to say; what a person set, or what was read from words or raised by repeats, stays.
func caseOf(p store.Past, now *routing.Rules) routing.Case {
	c := routing.Case{Answers: p.Answers, Category: p.Category, Second: p.Second, Urgency: p.Urgency, Rule: p.Rule, Stage: p.Stage, At: p.FiledAt,
		AccusedKinds: p.AccusedKinds, AccusedOffices: p.AccusedOffices}
	for _, s := range p.Signs {
		c.Signs = append(c.Signs, routing.Sign(s))
	}
	if p.Channel != ripoti.BySMS {
		reading := now.TriageSigns(c.Answers, c.Stage, 0, c.Signs)
		if reading.Category != c.Category || reading.Second != c.Second {
			return c
		}
		if reading.Urgency == c.Urgency {
			c.Urgency, c.Rule = "", ""
		}
		c.Category, c.Second = "", ""
		return c
	}
	if now.Weigh(c, 0).Urgency == c.Urgency {
		c.Urgency, c.Rule = "", ""
	}
	return c
}

func foundIn(r rehearsal.Result) Found {
	f := Found{Reports: r.Reports, Others: len(r.Moved), Nobody: r.Nobody, KmBefore: r.KmBefore, KmAfter: r.KmAfter,
		Flows: r.Flows, Loads: r.Loads, Levels: r.Levels, Wards: map[string]int{}}
	for _, m := range r.Moved {
		if m.Lost {
			f.Lost++
		}
		ward := m.Case.Answers.Place.Ward
		if ward == "" {
			ward = m.Case.Answers.Place.ID
		}
		f.Wards[ward]++
		if len(f.Moved) < mostListed {
			f.Moved = append(f.Moved, Elsewhere{m.Code, ward, m.Before, m.After, m.Nobody, m.Lost})
		}
	}
	return f
}

// Rehearsed is a person's newest trial of a draft, with what it found once it is done. What the person may
// see has changed since, or more was walled off: then nothing of it is shown, and it counts as none.
func (b *Book) Rehearsed(ctx context.Context, by ripoti.User, view store.View, draftID string) (r ripoti.Rehearsal, found *Found, err error) {
	r, some, err := b.Desk.Store.NewestRehearsal(ctx, draftID, by.ID)
	if err != nil || !some {
		return ripoti.Rehearsal{}, nil, err
	}
	switch r.State {
	case ripoti.RehearsalRuns:
		if b.Desk.Now().Sub(r.ChangedAt) > silence {
			r.State = ripoti.RehearsalBroke
		}
		return r, nil, nil
	case ripoti.RehearsalBroke:
		return r, nil, nil
	}
	seen, err := b.Desk.Store.CountPast(ctx, view, r.From, r.To)
	if err != nil {
		return r, nil, err
	}
	found = &Found{}
	if err := json.Unmarshal([]byte(r.Result), found); err != nil {
		return r, nil, fmt.Errorf("read rehearsal: %w", err)
	}
	if seen != found.Reports {
		return ripoti.Rehearsal{}, nil, nil
	}
	return r, found, nil
}
