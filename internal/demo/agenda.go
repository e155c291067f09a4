package demo

import (
	"container/heap"
	"context"
	"time"
)

// act is something that somebody is going to do.
type act struct {
	at   time.Time
	n    int // of two at one time the one that was planned first
	what string
	do   func(context.Context) error
}

// agenda is what people are going to do, soonest first.
type agenda struct {
	acts acts
	n    int
}

// plan puts something on the agenda.
func (a *agenda) plan(at time.Time, what string, do func(context.Context) error) {
	a.n++
	heap.Push(&a.acts, act{at, a.n, what, do})
}

// next is when something is to be done.
func (a *agenda) next() (at time.Time, some bool) {
	if len(a.acts) == 0 {
		return at, false
	}
	return a.acts[0].at, true
}

// take gives what is to be done by a time.
func (a *agenda) take(by time.Time) (act, bool) {
	if at, some := a.next(); !some || at.After(by) {
		return act{}, false
	}
	return heap.Pop(&a.acts).(act), true
}

type acts []act

func (a acts) Len() int      { return len(a) }
func (a acts) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a acts) Less(i, j int) bool {
	return a[i].at.Before(a[j].at) || a[i].at.Equal(a[j].at) && a[i].n < a[j].n
}
func (a *acts) Push(x any) { *a = append(*a, x.(act)) }
func (a *acts) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}
