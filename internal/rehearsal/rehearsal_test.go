package rehearsal_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"ripoti/internal/coverage"
	"ripoti/internal/directory"
	"ripoti/internal/gazetteer"
	"ripoti/internal/rehearsal"
	"ripoti/internal/routing"
)

var noon = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

type town struct {
	directory *routing.Directory
	past      []rehearsal.Past
}

// open invents n past reports, spread over all wards of Kenya.
func open(t testing.TB, n int) town {
	t.Helper()
	places, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	sample, err := directory.Sample()
	if err != nil {
		t.Fatal(err)
	}
	h := town{directory: routing.NewDirectory(sample.Offices, sample.Contacts, places)}
	wards := places.Wards()
	for i := range n {
		h.past = append(h.past, rehearsal.Past{ID: fmt.Sprintf("%06d", i), Case: coverage.Example(wards[i%len(wards)], noon.Add(time.Duration(i)*time.Minute))})
	}
	return h
}

// changed are the default rules with one line written otherwise.
func changed(t testing.TB, from, to string) *routing.Rules {
	t.Helper()
	source := routing.Default().Document()
	if !bytes.Contains(source, []byte(from)) {
		t.Fatalf("the default rules have no %q", from)
	}
	r, err := routing.ParseRules(bytes.Replace(source, []byte(from), []byte(to), 1))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func play(t testing.TB, h town, draft *routing.Rules) rehearsal.Result {
	t.Helper()
	r, err := rehearsal.Play(t.Context(), h.past, h.directory, routing.Default(), draft, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheSameRulesMoveNothing(t *testing.T) {
	h := open(t, 1450)
	r := play(t, h, routing.Default())
	if r.Reports != 1450 || len(r.Moved) != 0 || len(r.Loads) != 0 || r.KmBefore != r.KmAfter {
		t.Errorf("%d of %d moved, %d loads, %.2f and %.2f km", len(r.Moved), r.Reports, len(r.Loads), r.KmBefore, r.KmAfter)
	}
}

// A gender desk is looked for less far: some reports go to a nearer station without one, no farther,
// and every one that moves is counted at both offices.
func TestAShorterReachIsSeen(t *testing.T) {
	h := open(t, 1450)
	r := play(t, h, changed(t, "able_within_km: 50", "able_within_km: 5"))
	if len(r.Moved) == 0 || len(r.Moved) == r.Reports {
		t.Fatalf("%d of %d moved", len(r.Moved), r.Reports)
	}
	if r.KmAfter > r.KmBefore {
		t.Errorf("%.1f km before, %.1f after", r.KmBefore, r.KmAfter)
	}
	balance := 0
	for i, l := range r.Loads {
		balance += l.After - l.Before
		if l.Before == l.After {
			t.Errorf("%s does not change", l.OfficeID)
		}
		if i > 0 && abs(l.After-l.Before) > abs(r.Loads[i-1].After-r.Loads[i-1].Before) {
			t.Errorf("%s stands behind smaller changes", l.OfficeID)
		}
	}
	if balance != 0 {
		t.Errorf("%d reports appear or vanish", balance)
	}
}

func abs(n int) int { return max(n, -n) }

func TestProgressEndsAtTheEnd(t *testing.T) {
	h := open(t, 1000)
	last := 0
	if _, err := rehearsal.Play(t.Context(), h.past, h.directory, routing.Default(), routing.Default(), func(done int) {
		if done <= last {
			t.Errorf("%d after %d", done, last)
		}
		last = done
	}); err != nil || last != 1000 {
		t.Errorf("%d, %v", last, err)
	}
}

func TestARehearsalCanBeLeft(t *testing.T) {
	h := open(t, 5000)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := rehearsal.Play(ctx, h.past, h.directory, routing.Default(), routing.Default(), func(int) { cancel() })
	if err == nil {
		t.Error("it went on to the end")
	}
}

// The promise is 10,000 reports in under 5 s; the number is printed, not tested, as machines differ.
func BenchmarkPlay10000(b *testing.B) {
	h := open(b, 10000)
	for b.Loop() {
		play(b, h, routing.Default())
	}
}
