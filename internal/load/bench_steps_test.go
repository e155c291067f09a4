//go:build linux

package load

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// variant is one way of answering six presses.
type variant struct {
	name  string
	loose bool
	start func(b *testing.B) (front *process, hook string, behind []*process)
}

// sample is one variant's turn.
type sample struct {
	Result
	cpu, redis, postgres time.Duration // used by the server and by the databases
}

// perStep is CPU time a press in microseconds.
func (s sample) perStep(cpu time.Duration) float64 {
	return float64(cpu.Microseconds()) / float64(max(s.Steps, 1))
}

// BenchmarkSteps measures whole six-press dialogues that end in a saved report, against the
// baselines, in rounds: each variant has its turn in each, every other round in reversed order, and a
// ratio is the median of the rounds' ratios.
func BenchmarkSteps(b *testing.B) {
	h := openHouse(b)
	h.migrate(b)
	_, err := h.db.ExecContext(b.Context(), baselineTable)
	must(b)(err)
	variants := []variant{
		{"(a)", true, h.baseline("a")},
		{"(b)", true, h.baseline("b")},
		{"(c)", true, h.baseline("c")},
		{"web", false, func(b *testing.B) (*process, string, []*process) {
			p := h.startWeb(b)
			return p, p.hook(), nil
		}},
		{"web + worker", false, func(b *testing.B) (*process, string, []*process) {
			p := h.startWeb(b)
			return p, p.hook(), []*process{h.startWorker(b)}
		}},
		{"dev (embedded)", false, func(b *testing.B) (*process, string, []*process) {
			p := h.startDev(b)
			return p, p.devHook(), nil
		}},
	}
	for _, callers := range []int{32, 128} {
		b.Run(fmt.Sprintf("%d callers", callers), func(b *testing.B) {
			samples := make([][]sample, len(variants))
			for round := range *rounds {
				order := []int{0, 1, 2, 3, 4, 5}
				if round%2 == 1 {
					slices.Reverse(order)
				}
				for _, i := range order {
					samples[i] = append(samples[i], h.turn(b, variants[i], callers))
				}
			}
			report(b, variants, samples)
		})
	}
}

func (h *house) baseline(kind string) func(b *testing.B) (*process, string, []*process) {
	return func(b *testing.B) (*process, string, []*process) {
		p := h.startBaseline(b, kind)
		return p, p.base + "/ussd", nil
	}
}

// turn measures one variant: it is started for it and stopped after it, so that nothing it left to
// do is done in another's time.
func (h *house) turn(b *testing.B, v variant, callers int) sample {
	h.empty(b)
	front, hook, behind := v.start(b)
	defer func() {
		for _, p := range append(behind, front) {
			p.stop(b)
		}
	}()
	o := Options{URL: hook, Path: Short, Loose: v.loose, For: 500 * time.Millisecond, Concurrency: callers, Sources: 256, Seed: uint64(time.Now().UnixNano())}
	h.walk(b, v.name, o) // connections are open and memory is warm
	o.For, o.Seed = *turn, o.Seed+1
	cpu, redis, postgres := front.cpu(b), cpuOfAll(b, "redis-server"), cpuOfAll(b, "postgres")
	s := sample{Result: h.walk(b, v.name, o)}
	s.cpu, s.redis, s.postgres = front.cpu(b)-cpu, cpuOfAll(b, "redis-server")-redis, cpuOfAll(b, "postgres")-postgres
	return s
}

func (h *house) walk(b *testing.B, name string, o Options) Result {
	r, err := Run(b.Context(), o)
	must(b)(err)
	if r.Bad() > 0 {
		b.Errorf("%s: %v %v of %d", name, r.Errors, r.Wrong, r.Steps)
	}
	return r
}

// report prints the table that docs/performance.md shows.
func report(b *testing.B, variants []variant, samples [][]sample) {
	var t strings.Builder
	fmt.Fprintf(&t, "\n| | steps/s | x(b) | x(c) | p50 / p99 ms | press that saves | server CPU us/step | x(b) | Redis | PostgreSQL |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	rate := func(s sample) float64 { return s.StepsRate }
	cpu := func(s sample) float64 { return s.perStep(s.cpu) }
	for i, v := range variants {
		overB, overC, cpuB := ratio(samples[i], samples[1], rate), ratio(samples[i], samples[2], rate), ratio(samples[i], samples[1], cpu)
		saves := "-"
		if !v.loose || v.name == "(c)" {
			saves = fmt.Sprintf("%.1f / %.1f", middle(samples[i], func(s sample) float64 { return s.Filing.P50 }), middle(samples[i], func(s sample) float64 { return s.Filing.P99 }))
		}
		fmt.Fprintf(&t, "| %s | %.0f | %.2f | %.2f | %.2f / %.1f | %s | %.0f | %.2f | %.0f | %.0f |\n", v.name, middle(samples[i], rate), overB, overC,
			middle(samples[i], func(s sample) float64 { return s.All.P50 }), middle(samples[i], func(s sample) float64 { return s.All.P99 }), saves,
			middle(samples[i], cpu), cpuB, middle(samples[i], func(s sample) float64 { return s.perStep(s.redis) }), middle(samples[i], func(s sample) float64 { return s.perStep(s.postgres) }))
		name := strings.NewReplacer(" ", "_", "(", "", ")", "").Replace(v.name)
		b.ReportMetric(overB, name+"/b")
	}
	b.ReportMetric(0, "ns/op")
	b.Log(t.String())
}

// ratio is the median of the rounds' ratios.
func ratio(of, to []sample, what func(sample) float64) float64 {
	ratios := make([]float64, len(of))
	for i := range of {
		ratios[i] = what(of[i]) / what(to[i])
	}
	return median(ratios)
}

func middle(of []sample, what func(sample) float64) float64 {
	values := make([]float64, len(of))
	for i := range of {
		values[i] = what(of[i])
	}
	return median(values)
}

func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
