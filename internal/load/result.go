package load

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// Result is how a run went.
type Result struct {
	Path      string `json:"path"`
	Seed      uint64 `json:"seed"`
	Dialogues int64  `json:"dialogues"` // begun
	Finished  int64  `json:"finished"`  // walked to their last press
	Steps     int64  `json:"steps"`     // presses answered, repeats too
	Repeats   int64  `json:"repeats"`
	Hangups   int64  `json:"hangups"`

	Seconds       float64 `json:"seconds"`
	StepsRate     float64 `json:"steps_per_second"`
	DialoguesRate float64 `json:"dialogues_per_second"` // finished ones

	All    Times `json:"all"`    // every first posting of a press
	Filing Times `json:"filing"` // the press that saves the report

	Errors map[string]int64 `json:"errors"`        // no answer, by kind
	Wrong  map[string]int64 `json:"wrong_answers"` // an answer that must not be, by kind
}

// Times are how long answers took, in milliseconds.
type Times struct {
	Count uint64  `json:"count"`
	P50   float64 `json:"p50_ms"`
	P95   float64 `json:"p95_ms"`
	P99   float64 `json:"p99_ms"`
	Most  float64 `json:"max_ms"`
}

// Bad is how many presses got no answer or a wrong one.
func (r Result) Bad() (n int64) {
	for _, kinds := range []map[string]int64{r.Errors, r.Wrong} {
		for _, count := range kinds {
			n += count
		}
	}
	return n
}

// tally is what one caller after the other counts in one goroutine.
type tally struct {
	dialogues, finished, repeats, hangups int64
	all, filing                           histogram
	errors, wrong                         map[string]int64
}

func newTally() *tally { return &tally{errors: map[string]int64{}, wrong: map[string]int64{}} }

func (r *run) result(tallies []*tally, took time.Duration) Result {
	sum := newTally()
	for _, t := range tallies {
		sum.dialogues += t.dialogues
		sum.finished += t.finished
		sum.repeats += t.repeats
		sum.hangups += t.hangups
		sum.all.merge(&t.all)
		sum.filing.merge(&t.filing)
		for kind, n := range t.errors {
			sum.errors[kind] += n
		}
		for kind, n := range t.wrong {
			sum.wrong[kind] += n
		}
	}
	steps := r.steps.Load()
	return Result{
		Path: r.Path.Name, Seed: r.Seed, Dialogues: sum.dialogues, Finished: sum.finished, Steps: steps, Repeats: sum.repeats, Hangups: sum.hangups,
		Seconds: took.Seconds(), StepsRate: float64(steps) / took.Seconds(), DialoguesRate: float64(sum.finished) / took.Seconds(),
		All: times(&sum.all), Filing: times(&sum.filing), Errors: sum.errors, Wrong: sum.wrong,
	}
}

func times(h *histogram) Times {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return Times{h.total, ms(h.quantile(.5)), ms(h.quantile(.95)), ms(h.quantile(.99)), ms(h.most)}
}

// Print writes the result for people.
func (r Result) Print(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s path, seed %d: %d dialogues (%d to their end, %d cut), %d presses (%d posted twice) in %.1f s\n"+
		"%.0f steps/s, %.0f dialogues/s\n", r.Path, r.Seed, r.Dialogues, r.Finished, r.Hangups, r.Steps, r.Repeats, r.Seconds, r.StepsRate, r.DialoguesRate)
	for _, row := range []struct {
		name string
		Times
	}{{"all presses", r.All}, {"saves the report", r.Filing}} {
		if row.Count > 0 && err == nil {
			_, err = fmt.Fprintf(w, "%-17s p50 %.2f  p95 %.2f  p99 %.2f  max %.2f ms (%d)\n", row.name, row.P50, row.P95, row.P99, row.Most, row.Count)
		}
	}
	for _, kinds := range []struct {
		name  string
		count map[string]int64
	}{{"error", r.Errors}, {"wrong answer", r.Wrong}} {
		for _, kind := range slices.Sorted(maps.Keys(kinds.count)) {
			if err == nil {
				_, err = fmt.Fprintf(w, "%s: %s: %d\n", kinds.name, kind, kinds.count[kind])
			}
		}
	}
	if r.Bad() == 0 && err == nil {
		_, err = fmt.Fprintln(w, "no error, no wrong answer")
	}
	return err
}
