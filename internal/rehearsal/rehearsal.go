// Package rehearsal plays past reports under other rules: which of them would have gone elsewhere,
// from whom to whom, and which would have reached nobody. It decides and compares; it changes nothing.
package rehearsal

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// Past is a report as it was decided on. Where its harm or its urgency is empty, each rules say them anew.
type Past struct {
	ID   string
	Code ripoti.Code
	Case routing.Case
}

// Moved is a report that would go elsewhere.
type Moved struct {
	Past
	// Before and After are the offices for safety and for care, in the order of the decision.
	Before, After []Seat
	// Nobody says that it would reach nobody now; Lost that it reached somebody before.
	Nobody, Lost bool
}

// Seat is an office's part.
type Seat struct {
	OfficeID string
	Side     ripoti.Side
	Km       float64
}

// Load is how many reports an office has, before and after.
type Load struct {
	OfficeID      string
	Before, After int
}

// Flow is how many parts go from one office to another.
type Flow struct {
	Side     ripoti.Side
	From, To string // ids of offices, "" for nobody
	Reports  int
}

// Relevel is how many reports another urgency would have.
type Relevel struct {
	Before, After ripoti.Urgency
	Reports       int
}

// Result is what a rehearsal shows.
type Result struct {
	Reports int
	// Moved are the reports that go elsewhere, those that are lost first, then the newest.
	Moved []Moved
	// Nobody counts the reports that reach nobody under the draft.
	Nobody int
	// KmBefore and KmAfter are the mean distances to the office for safety, over reports where both
	// are known.
	KmBefore, KmAfter float64
	// Loads are the offices whose load changes, the largest change first.
	Loads []Load
	// Flows are from whom to whom, the largest first.
	Flows []Flow
	// Levels are the reports whose urgency changes, also such as stay where they are.
	Levels []Relevel
}

// Play decides every report twice. progress is called now and then with how many are done; several
// hands decide at once. It stops when ctx ends.
func Play(ctx context.Context, past []Past, directory *routing.Directory, now, draft *routing.Rules, progress func(done int)) (Result, error) {
	verdicts := make([]verdict, len(past))
	const page = 200
	var hands sync.WaitGroup
	var mu sync.Mutex
	next, done := 0, 0
	take := func() (from, to int) {
		mu.Lock()
		defer mu.Unlock()
		from = next
		next = min(next+page, len(past))
		return from, next
	}
	for range 4 {
		hands.Go(func() {
			for {
				from, to := take()
				if from == to || ctx.Err() != nil {
					return
				}
				for i := from; i < to; i++ {
					verdicts[i] = judge(past[i], directory, now, draft)
				}
				mu.Lock()
				done += to - from
				progress(done)
				mu.Unlock()
			}
		})
	}
	hands.Wait()
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	return sum(past, verdicts), nil
}

// verdict is one report under both rules.
type verdict struct {
	before, after    []Seat
	nobody, wasNoone bool
	was, is          ripoti.Urgency
}

func judge(p Past, directory *routing.Directory, now, draft *routing.Rules) verdict {
	was, is := weighed(p.Case, now), weighed(p.Case, draft)
	a, b := routing.Decide(was, directory, now), routing.Decide(is, directory, draft)
	return verdict{seats(a), seats(b), b.NoRecipient, a.NoRecipient, was.Urgency, is.Urgency}
}

// weighed fills in what rules say of a case.
func weighed(c routing.Case, rules *routing.Rules) routing.Case {
	reading := routing.Reading{Category: c.Category, Second: c.Second}
	switch {
	case c.Category == "":
		reading = rules.TriageSigns(c.Answers, c.Stage, 0, c.Signs)
	case c.Urgency == "":
		reading = rules.Weigh(c, 0)
	default:
		return c
	}
	c.Category, c.Second = reading.Category, reading.Second
	if c.Urgency == "" {
		c.Urgency, c.Rule = reading.Urgency, reading.Rule
	}
	return c
}

// seats are the parts that owe an answer.
func seats(d routing.Decision) (out []Seat) {
	for _, p := range d.Parts {
		if p.Side != ripoti.Told {
			out = append(out, Seat{p.OfficeID, p.Side, p.Km})
		}
	}
	return out
}

func sum(past []Past, verdicts []verdict) Result {
	r := Result{Reports: len(past)}
	loads := map[string]*Load{}
	count := func(seats []Seat, add func(*Load)) {
		for _, s := range seats {
			if loads[s.OfficeID] == nil {
				loads[s.OfficeID] = &Load{OfficeID: s.OfficeID}
			}
			add(loads[s.OfficeID])
		}
	}
	both := 0
	flows, levels := map[Flow]int{}, map[Relevel]int{}
	for i, v := range verdicts {
		if v.was != v.is {
			levels[Relevel{Before: v.was, After: v.is}]++
		}
		count(v.before, func(l *Load) { l.Before++ })
		count(v.after, func(l *Load) { l.After++ })
		if v.nobody {
			r.Nobody++
		}
		if !same(v.before, v.after) || v.nobody != v.wasNoone {
			r.Moved = append(r.Moved, Moved{past[i], v.before, v.after, v.nobody, v.nobody && !v.wasNoone})
			flow(flows, v)
		}
		from, ok := distance(v.before)
		to, too := distance(v.after)
		if ok && too {
			both++
			r.KmBefore, r.KmAfter = r.KmBefore+from, r.KmAfter+to
		}
	}
	if both > 0 {
		r.KmBefore, r.KmAfter = r.KmBefore/float64(both), r.KmAfter/float64(both)
	}
	for _, id := range slices.Sorted(maps.Keys(loads)) {
		if l := *loads[id]; l.Before != l.After {
			r.Loads = append(r.Loads, l)
		}
	}
	r.Flows, r.Levels = counted(flows, levels)
	slices.SortStableFunc(r.Loads, func(a, b Load) int { return cmp.Compare(size(b), size(a)) })
	slices.SortStableFunc(r.Moved, func(a, b Moved) int {
		return cmp.Or(-cmp.Compare(truth(a.Lost), truth(b.Lost)), -a.Case.At.Compare(b.Case.At))
	})
	return r
}

// flow counts who of a report loses a part to whom: side by side, in the order of the decision.
func flow(flows map[Flow]int, v verdict) {
	for _, side := range []ripoti.Side{ripoti.Safety, ripoti.Care} {
		gone, come := lacking(v.before, v.after, side), lacking(v.after, v.before, side)
		for i := range max(len(gone), len(come)) {
			f := Flow{Side: side}
			if i < len(gone) {
				f.From = gone[i]
			}
			if i < len(come) {
				f.To = come[i]
			}
			flows[f]++
		}
	}
}

// lacking are the offices that have a side in a and not in b.
func lacking(a, b []Seat, side ripoti.Side) (offices []string) {
	for _, s := range a {
		if s.Side == side && !slices.ContainsFunc(b, func(t Seat) bool { return t.Side == side && t.OfficeID == s.OfficeID }) {
			offices = append(offices, s.OfficeID)
		}
	}
	return offices
}

func counted(flows map[Flow]int, levels map[Relevel]int) (all []Flow, changed []Relevel) {
	for f, n := range flows {
		f.Reports = n
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b Flow) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.Side, b.Side), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	for l, n := range levels {
		l.Reports = n
		changed = append(changed, l)
	}
	slices.SortFunc(changed, func(a, b Relevel) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.Before, b.Before), cmp.Compare(a.After, b.After))
	})
	return all, changed
}

func size(l Load) int { return max(l.After-l.Before, l.Before-l.After) }

func truth(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// same says whether the same offices have the same parts, in whatever order.
func same(a, b []Seat) bool {
	if len(a) != len(b) {
		return false
	}
	for _, s := range a {
		if !slices.ContainsFunc(b, func(t Seat) bool { return t.OfficeID == s.OfficeID && t.Side == s.Side }) {
			return false
		}
	}
	return true
}

// distance is how far the office for safety is.
func distance(seats []Seat) (km float64, known bool) {
	for _, s := range seats {
		if s.Side == ripoti.Safety && s.Km >= 0 {
			return s.Km, true
		}
	}
	return 0, false
}
