// Package figures counts how the network serves: how soon offices are alerted and accept, what was
// followed up, who reached hospital in time, what was flagged and how cases ended. Counting and hiding
// small counts are pure; the store reads.
package figures

import (
	"context"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// By is what the rows of the main table are.
type By string

const (
	ByCounty  By = "county"
	ByMonth   By = "month"
	ByUrgency By = "urgency"
	ByOffice  By = "office"
)

// Bys are all of them.
var Bys = []By{ByUrgency, ByCounty, ByMonth, ByOffice}

// keptWithin is how long after it was due a question may be answered to count as followed up: the clock
// asks again a day later (domain brief 5, follow-up clock).
const keptWithin = 24 * time.Hour

// Source is what the store tells.
type Source interface {
	EachCounted(ctx context.Context, v store.View, p store.Period, each func(store.Counted)) error
	EachAlerted(ctx context.Context, v store.View, p store.Period, each func(store.Alerted)) error
	EachFollowed(ctx context.Context, v store.View, p store.Period, due time.Time, each func(store.Followed)) error
	EachRaised(ctx context.Context, v store.View, p store.Period, each func(store.Raised)) error
	Carried(ctx context.Context, v store.View, p store.Period) ([]store.Carried, error)
}

// Group is what is counted of one row.
type Group struct {
	Reports  int
	Alert    Spread // from filing to the first message to an office that left
	Accept   Spread // from an office's first message to its acceptance
	Accepted Share  // of the offices that were alerted
	Kept     Share  // questions of the follow-up clock answered in time
	Hospital Share  // 72-hour cases that reached hospital in time, of those whose clock is over
	Flags    int
	Settled  int
	Closed   int
}

// pair is a cell of a table of counts.
type pair struct{ row, column string }

// Counts is all that was counted of a range.
type Counts struct {
	Range    Range
	groups   map[By]map[string]*Group
	all      Group
	filed    map[pair]int // county, month
	followed map[string]*Share
	flags    map[pair]int // kind, month
	outcomes map[pair]int // outcome, month; "open" while a case is open
	carried  []store.Carried
}

// Open is the row of cases that have not ended.
const Open = "open"

// Gather counts a range within a view, as of now.
func Gather(ctx context.Context, from Source, v store.View, r Range, now time.Time) (*Counts, error) {
	c := &Counts{Range: r, groups: map[By]map[string]*Group{}, filed: map[pair]int{}, followed: map[string]*Share{}, flags: map[pair]int{}, outcomes: map[pair]int{}}
	for _, by := range Bys {
		c.groups[by] = map[string]*Group{}
	}
	p := r.Period()
	if err := from.EachCounted(ctx, v, p, func(f store.Counted) { c.addCounted(f, now) }); err != nil {
		return nil, err
	}
	if err := from.EachAlerted(ctx, v, p, c.addAlerted); err != nil {
		return nil, err
	}
	if err := from.EachFollowed(ctx, v, p, now.Add(-keptWithin), c.addFollowed); err != nil {
		return nil, err
	}
	if err := from.EachRaised(ctx, v, p, c.addRaised); err != nil {
		return nil, err
	}
	var err error
	c.carried, err = from.Carried(ctx, v, p)
	return c, err
}

// each calls f for every group that a report belongs to.
func (c *Counts) each(county string, filed time.Time, u ripoti.Urgency, f func(*Group)) {
	f(&c.all)
	f(c.group(ByCounty, county))
	f(c.group(ByMonth, string(MonthOf(filed))))
	f(c.group(ByUrgency, string(u)))
}

func (c *Counts) group(by By, key string) *Group {
	g := c.groups[by][key]
	if g == nil {
		g = &Group{}
		c.groups[by][key] = g
	}
	return g
}

func (c *Counts) addCounted(f store.Counted, now time.Time) {
	month := string(MonthOf(f.FiledAt))
	ended := string(f.Outcome)
	if ended == "" {
		ended = Open
	}
	c.filed[pair{f.County, month}]++
	c.outcomes[pair{ended, month}]++
	reached := !f.HospitalAt.IsZero()
	clocked := !f.HospitalBy.IsZero() && (reached || now.After(f.HospitalBy))
	c.each(f.County, f.FiledAt, f.Urgency, func(g *Group) {
		g.Reports++
		if f.Outcome != "" {
			g.Closed++
		}
		if clocked {
			g.Hospital.Add(reached && !f.HospitalAt.After(f.HospitalBy))
		}
	})
}

func (c *Counts) addAlerted(a store.Alerted) {
	add := func(g *Group) {
		if a.AlertedAt.IsZero() {
			return
		}
		since := a.GivenAt
		if a.First {
			since = a.FiledAt
		}
		g.Alert.Add(a.AlertedAt.Sub(since))
		g.Accepted.Add(!a.AcceptedAt.IsZero())
		if !a.AcceptedAt.IsZero() {
			g.Accept.Add(a.AcceptedAt.Sub(a.AlertedAt))
		}
	}
	c.each(a.County, a.FiledAt, a.Urgency, add)
	office := c.group(ByOffice, a.OfficeID)
	office.Reports++
	add(office)
}

func (c *Counts) addFollowed(f store.Followed) {
	kept := !f.AnsweredAt.IsZero() && !f.AnsweredAt.After(f.DueAt.Add(keptWithin))
	c.each(f.County, f.FiledAt, f.Urgency, func(g *Group) { g.Kept.Add(kept) })
	if c.followed[string(f.Kind)] == nil {
		c.followed[string(f.Kind)] = &Share{}
	}
	c.followed[string(f.Kind)].Add(kept)
}

func (c *Counts) addRaised(f store.Raised) {
	c.flags[pair{string(f.Kind), string(MonthOf(f.FiledAt))}]++
	c.each(f.County, f.FiledAt, f.Urgency, func(g *Group) {
		g.Flags++
		if !f.SettledAt.IsZero() {
			g.Settled++
		}
	})
}
