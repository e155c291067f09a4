package casework_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Many cases live for sixty days, each in its own way, while two workers share the work, tasks are
// handed over twice and late, and the clock jumps. Then it is counted, from what stands in the histories
// and by rules of its own, whether everything fell due exactly once.

// life is one case and what was done about it.
type life struct {
	code    ripoti.Code
	id      string
	actions []action // what is still to be done, in the order of their times
	closed  time.Time
	shut    bool
}

type action struct {
	at    time.Time
	who   string
	reply flows.Reply
}

const (
	simDays   = 60
	simStep   = 10 * time.Minute
	simOffice = "station-near.desk"
	simWorker = "social-047.social"
)

// simCases live in two villages at once, each with its own database and clock. Under the race detector it is
// a tenth of them: RIPOTI_TEST_CASES says another number.
const (
	simCases    = 1000
	simVillages = 2
)

func TestSixtyDaysOfManyCases(t *testing.T) {
	cases := simCases
	if watched {
		cases /= 10
	}
	if n, err := strconv.Atoi(os.Getenv("RIPOTI_TEST_CASES")); err == nil {
		cases = n
	}
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		t.Setenv("TMPDIR", "/dev/shm") // sixty days of full synchronisation would be of the disk, not of the clocks
	}
	for n := range simVillages {
		t.Run(fmt.Sprint("village ", n+1), func(t *testing.T) {
			t.Parallel()
			sim := newSimulation(stage.New(t, nil), uint64(n), cases/simVillages)
			started := time.Now()
			sim.run()
			t.Logf("%d cases, %d days: %d tasks, %d of them handed over again, in %v", len(sim.lives), simDays, sim.ran, sim.again, time.Since(started).Round(time.Second))
			sim.judge()
		})
	}
}

type simulation struct {
	*stage.Stage
	ctx   context.Context // the test's, but for its end: a statement that cannot be stopped costs less
	dice  *rand.Rand
	start time.Time
	lives []*life
	// second is another worker's desk on the same database.
	second     *casework.Desk
	filings    []time.Time
	done       []tasks.Payload // clock tasks that ran, to be handed over again
	doneKinds  []string
	ran, again int
}

func newSimulation(s *stage.Stage, seed uint64, cases int) *simulation {
	sim := &simulation{Stage: s, ctx: context.WithoutCancel(s.Context()), dice: rand.New(rand.NewPCG(7+seed, 2026)), start: s.Clock.Now()}
	other := *s.Desk
	sim.second = &other
	for range cases {
		sim.filings = append(sim.filings, sim.start.Add(time.Duration(sim.dice.Int64N(int64(25*day)))))
	}
	slices.SortFunc(sim.filings, time.Time.Compare)
	return sim
}

func (sim *simulation) Context() context.Context { return sim.ctx }

func (sim *simulation) run() {
	next := 0
	for step := 0; sim.Clock.Now().Before(sim.start.Add(simDays * day)); step++ {
		now := sim.Clock.Now()
		for ; next < len(sim.filings) && !now.Before(sim.filings[next]); next++ {
			sim.file(next)
		}
		for _, l := range sim.lives {
			sim.act(l, now)
		}
		sim.work(step)
		sim.Clock.Move(simStep)
	}
}

// file files a report and throws the dice for its life.
func (sim *simulation) file(n int) {
	code, err := sim.Desk.File(sim.Context(), casework.Filing{Conversation: fmt.Sprint("sim", n), From: "+254711000099", Channel: ripoti.ByUSSD,
		Draft: ripoti.Draft{Lang: ripoti.English, Stage: ripoti.StageComplete, Answers: stage.Report(func(a *ripoti.Answers) {
			a.When = []ripoti.When{ripoti.WhenNow, ripoti.WhenDays3, ripoti.WhenMonth, ripoti.WhenMonth}[n%4]
			a.Place = ripoti.PlaceRef{ID: fmt.Sprint("sim-place-", n), Name: "Kibera", County: "Nairobi", CountyID: "047", Point: stage.Kibera.Point, Precision: ripoti.PrecisionExact}
		})}})
	sim.must(err)
	l := &life{code: code, id: sim.Report(code).ID}
	at := func(most time.Duration) time.Time {
		return sim.Clock.Now().Add(time.Hour + time.Duration(sim.dice.Int64N(int64(most)))).Truncate(simStep)
	}
	say := func(when time.Time, who string, reply flows.Reply) {
		reply.Code, reply.Typed = code, string(code)
		l.actions = append(l.actions, action{when, who, reply})
	}
	if sim.dice.IntN(10) > 0 { // one in ten is never taken
		say(at(6*time.Hour), simOffice, flows.Reply{Verb: flows.VerbAccept})
		say(at(6*time.Hour), simWorker, flows.Reply{Verb: flows.VerbAccept})
	}
	moves := []ripoti.Move{ripoti.MoveOnTheWay, ripoti.MoveSafe, ripoti.MoveHospital, ripoti.MoveNotFound, ripoti.MoveSafe, ripoti.MoveOnTheWay}
	for range sim.dice.IntN(8) {
		say(at(55*day), simOffice, flows.Reply{Verb: flows.VerbMove, Move: moves[sim.dice.IntN(len(moves))]})
	}
	for range sim.dice.IntN(6) {
		say(at(55*day), simWorker, flows.Reply{Verb: flows.VerbCheck, Check: ripoti.CheckSafe})
	}
	if sim.dice.IntN(6) == 0 {
		say(at(10*day), simOffice, flows.Reply{Verb: flows.VerbMove, Move: ripoti.MoveFled})
		if sim.dice.IntN(2) == 0 {
			say(at(50*day), simOffice, flows.Reply{Verb: flows.VerbMove, Move: ripoti.MoveArrested})
		}
	}
	if sim.dice.IntN(6) == 0 {
		told := at(20 * day)
		say(told, simOffice, flows.Reply{Verb: flows.VerbMove, Move: ripoti.MoveCharged, Day: told.Add(time.Duration(3+sim.dice.IntN(20)) * day).In(routing.Nairobi).Format(time.DateOnly)})
	}
	if sim.dice.IntN(3) == 0 {
		l.closed = at(50 * day)
	}
	slices.SortStableFunc(l.actions, func(a, b action) int { return a.at.Compare(b.at) })
	sim.lives = append(sim.lives, l)
}

func (sim *simulation) must(err error) {
	sim.Helper()
	if err != nil {
		sim.Fatal(err)
	}
}

// act does what is due in a life.
func (sim *simulation) act(l *life, now time.Time) {
	over := !l.closed.IsZero() && !now.Before(l.closed)
	for ; !over && len(l.actions) > 0 && !now.Before(l.actions[0].at); l.actions = l.actions[1:] {
		a := l.actions[0]
		c := contactOf(sim.Stage, a.who)
		sim.must(sim.Store.InTx(sim.Context(), func(tx *store.Tx) error {
			_, err := sim.Desk.Answer(sim.Context(), tx, casework.Staff{Phone: c.Phone, Contacts: []ripoti.Contact{c}, OnScreen: true}, a.reply)
			return err
		}))
	}
	if over && !l.shut {
		shutCase(sim.Stage, l.code)
		l.closed, l.shut = now, true
	}
}

// clockKinds are the duties of the clocks.
var clockKinds = map[string]bool{tasks.Check: true, tasks.Lease: true, tasks.Return: true}

// work does what is due as two workers on a bad day would.
func (sim *simulation) work(step int) {
	desks := []map[string]casework.Task{sim.Desk.Tasks(), sim.second.Tasks()}
	ahead := step%300 == 299 // the queue's clock goes ahead of ours by an hour and a half
	if ahead {
		sim.Clock.Move(90 * time.Minute)
	}
	duties := sim.due()
	if ahead {
		sim.Clock.Move(-90 * time.Minute)
	}
	for ; len(duties) > 0; duties = sim.due() {
		for _, d := range sim.ours(duties) {
			p := tasks.Payload{Duty: d.ID, Subject: d.Subject, Tries: d.Tries}
			switch {
			case ahead && !clockKinds[d.Kind]: // the others are asked again
				sim.must(sim.Store.Again(sim.Context(), d.ID, d.Due))
				continue
			case clockKinds[d.Kind] && sim.dice.IntN(20) == 0: // lost on the way: the sweep hands it over again
				sim.must(sim.Store.Again(sim.Context(), d.ID, sim.Clock.Now()))
				if sim.dice.IntN(2) == 0 {
					continue
				}
			}
			sim.ran++
			if !clockKinds[d.Kind] {
				sim.must(desks[0][d.Kind](sim.Context(), p))
				continue
			}
			sim.together(desks, d.Kind, p, sim.dice.IntN(5) == 0)
			sim.done, sim.doneKinds = append(sim.done, p), append(sim.doneKinds, d.Kind)
		}
		ahead = false
		if old := len(sim.done); old > 0 && sim.dice.IntN(4) == 0 { // a task of long ago comes again
			i := sim.dice.IntN(old)
			sim.again++
			sim.must(desks[1][sim.doneKinds[i]](sim.Context(), sim.done[i]))
		}
	}
}

// due takes what is to be done now.
func (sim *simulation) due() []store.Duty {
	at, some, err := sim.Store.NextWake(sim.Context())
	sim.must(err)
	if !some || at.After(sim.Clock.Now()) {
		return nil
	}
	duties, err := sim.Store.Wake(sim.Context(), 5000, tasks.Patience)
	sim.must(err)
	return duties
}

// ours drops what this is not about.
func (sim *simulation) ours(duties []store.Duty) []store.Duty {
	other := func(d store.Duty) bool { return d.Kind == tasks.Send || d.Kind == tasks.Flag }
	sim.must(sim.Store.InTx(sim.Context(), func(tx *store.Tx) error {
		for _, d := range duties {
			if !other(d) {
				continue
			}
			if _, err := tx.Done(sim.Context(), d.ID); err != nil {
				return err
			}
		}
		return nil
	}))
	return slices.DeleteFunc(duties, other)
}

// together runs a task, or lets both workers run it at once.
func (sim *simulation) together(desks []map[string]casework.Task, kind string, p tasks.Payload, both bool) {
	if !both {
		sim.must(desks[sim.dice.IntN(2)][kind](sim.Context(), p))
		return
	}
	sim.again++
	var wg sync.WaitGroup
	var failed [2]error
	for i, desk := range desks {
		wg.Go(func() { failed[i] = desk[kind](sim.Context(), p) })
	}
	wg.Wait()
	sim.must(errors.Join(failed[:]...))
}

// asked is one line of a history: a check that was asked, answered, tried or overdue.
type asked struct {
	at    time.Time
	kind  string
	actor string
	Check ripoti.CheckKind
	Side  ripoti.Side
	Round int
	Asked int
	Move  ripoti.Move
}

func (sim *simulation) linesOf(l *life) (out []asked) {
	events, err := sim.Store.Events(sim.Context(), l.id)
	sim.must(err)
	for _, e := range events {
		var line asked
		if err := json.Unmarshal([]byte(e.Data), &line); err != nil && e.Kind != "closed" {
			continue // of another form
		}
		line.at, line.kind, line.actor = e.At, e.Kind, e.Actor
		out = append(out, line)
	}
	return out
}

// judge holds every history to the timetable, written down here a second time.
func (sim *simulation) judge() {
	end := sim.Clock.Now()
	var asked, answered, overdue, returned int
	for _, l := range sim.lives {
		history := sim.linesOf(l)
		for _, line := range history {
			switch line.kind {
			case "check_asked":
				asked++
			case "check_answered":
				answered++
			case "check_overdue":
				overdue++
			case "returned":
				returned++
			}
		}
		routed := sim.Report(l.code).RoutedAt
		for _, side := range []ripoti.Side{ripoti.Safety, ripoti.Care} {
			for check, days := range map[ripoti.CheckKind][]int{ripoti.CheckDay1: {1}, ripoti.Check72h: {3}, ripoti.CheckDay7: {7}, ripoti.CheckDay30: {30, 60}} {
				for i, n := range days {
					sim.judgeRound(l, history, check, side, i+1, routed.Add(time.Duration(n)*day), end)
				}
			}
		}
		sim.judgeFled(l, history, end)
		sim.judgeRest(l, end)
	}
	sim.Logf("asked %d times, answered %d, overdue %d, given back %d", asked, answered, overdue, returned)
	if n := len(sim.lives); asked < 5*n || answered < n || overdue < n/2 || returned < n/20 {
		sim.Errorf("too little happened for this to prove anything")
	}
}

// judgeRound holds one question to its time: asked once when due, again a day later, overdue a day after
// that, and not at all where the case was closed or the answer told before.
func (sim *simulation) judgeRound(l *life, history []asked, check ripoti.CheckKind, side ripoti.Side, round int, due, end time.Time) {
	of := func(kind string) (out []asked) {
		for _, h := range history {
			if h.kind == kind && h.Check == check && h.Side == side && h.Round == round {
				out = append(out, h)
			}
		}
		return out
	}
	asks, answers := of("check_asked"), of("check_answered")
	what := fmt.Sprintf("%s: %s of %s, round %d", l.code, check, side, round)
	until := end // when it is over: answered, closed or the end of the sixty days
	if !l.closed.IsZero() && l.closed.Before(until) {
		until = l.closed
	}
	if len(answers) > 1 {
		sim.Errorf("%s: answered %d times", what, len(answers))
	}
	if len(answers) > 0 && answers[0].at.Before(until) {
		until = answers[0].at
	}
	at := inTheDay(due)
	for n := 1; n <= 2; n++ {
		inTime := func(a asked) bool { return !a.at.Before(at) && a.at.Sub(at) < 2*simStep }
		late := until.Sub(at) < 2*simStep // too near to its end to tell
		switch {
		case len(asks) >= n && (asks[n-1].Asked != n || !inTime(asks[n-1])):
			sim.Errorf("%s: asking %d at %s, due %s", what, asks[n-1].Asked, asks[n-1].at, at)
		case len(asks) >= n && asks[n-1].at.After(until):
			sim.Errorf("%s: asked at %s, over since %s", what, asks[n-1].at, until)
		case len(asks) < n && !late:
			sim.Errorf("%s: asking %d, due %s, is missing (over %s)", what, n, at, until)
		}
		if len(asks) < n {
			return
		}
		at = inTheDay(asks[n-1].at.Add(day))
	}
	if len(asks) > 2 {
		sim.Errorf("%s: asked %d times", what, len(asks))
	}
	silences := of("check_overdue")
	silences = slices.DeleteFunc(silences, func(a asked) bool { return a.at.Before(at) }) // nobody held it when it was asked
	switch {
	case len(silences) > 1 || len(silences) == 1 && silences[0].at.Sub(at) >= 2*simStep:
		sim.Errorf("%s: overdue %d times, due %s", what, len(silences), at)
	case len(silences) == 0 && until.Sub(at) >= 2*simStep:
		sim.Errorf("%s: its silence since %s is told nowhere", what, at)
	}
}

// judgeFled counts the questions about a suspect who fled: at 7, 14 and 30 days, until the arrest.
func (sim *simulation) judgeFled(l *life, history []asked, end time.Time) {
	var fled, over time.Time
	asks := map[int]int{}
	for _, h := range history {
		switch {
		case h.kind == "progress" && h.Move == ripoti.MoveFled && fled.IsZero():
			fled = h.at
		case h.kind == "progress" && h.Move == ripoti.MoveArrested && over.IsZero() && !fled.IsZero():
			over = h.at
		case h.kind == "check_asked" && h.Check == ripoti.CheckFled && h.Asked == 1:
			asks[h.Round]++
			if fled.IsZero() || !over.IsZero() {
				sim.Errorf("%s: asked of a suspect who did not flee or is arrested", l.code)
			}
		}
	}
	if fled.IsZero() {
		return
	}
	for _, until := range []time.Time{l.closed, end} {
		if over.IsZero() || !until.IsZero() && until.Before(over) {
			over = cmp.Or(until, over)
		}
	}
	for i, n := range []int{7, 14, 30} {
		due := inTheDay(fled.Add(time.Duration(n) * day))
		if over.Sub(due) >= 2*simStep && asks[i+1] != 1 || over.Before(due) && asks[i+1] != 0 {
			sim.Errorf("%s: fled %s, asked %d times at day %d (over %s)", l.code, fled, asks[i+1], n, over)
		}
	}
}

// judgeRest looks at what is left: each question that waits has its one duty at its time, a closed case owes
// nothing.
func (sim *simulation) judgeRest(l *life, end time.Time) {
	checks, err := sim.Store.Checks(sim.Context(), l.id)
	sim.must(err)
	closed := sim.Report(l.code).Status == ripoti.StatusClosed
	monthly := 0
	for _, c := range checks {
		owed, err := sim.Store.DutiesOf(sim.Context(), c.ID)
		sim.must(err)
		if c.Waits() && closed {
			sim.Errorf("%s: closed and %s of %s still %s", l.code, c.Kind, c.Side, c.State)
		}
		switch waits := c.Waits() && !c.NextAt.IsZero(); {
		case waits && (len(owed) != 1 || !owed[0].Due.Equal(c.NextAt)):
			sim.Errorf("%s: %s of %s waits for %s and owes %v", l.code, c.Kind, c.Side, c.NextAt, owed)
		case waits && end.Sub(c.NextAt) > 2*simStep:
			sim.Errorf("%s: %s of %s should have been looked at %s", l.code, c.Kind, c.Side, c.NextAt)
		case !waits && len(owed) > 0:
			sim.Errorf("%s: %s of %s is %s and owes %v", l.code, c.Kind, c.Side, c.State, owed)
		}
		if c.Kind == ripoti.CheckDay30 && c.State == store.CheckOpen {
			monthly++
		}
	}
	if !closed && monthly != 2 {
		sim.Errorf("%s: open, and %d sides will be asked next month", l.code, monthly)
	}
	for _, a := range parts(sim.Stage, l.code) {
		owed, err := sim.Store.DutiesOf(sim.Context(), a.ID)
		sim.must(err)
		for _, d := range owed {
			if closed && clockKinds[d.Kind] {
				sim.Errorf("%s: closed and owes %s", l.code, d.Kind)
			}
		}
	}
}

// inTheDay is a time, or seven in the morning after it where it is night in Nairobi.
func inTheDay(at time.Time) time.Time {
	local := at.UTC().Add(3 * time.Hour)
	midnight := local.Truncate(day)
	switch hour := local.Sub(midnight); {
	case hour < 7*time.Hour:
		local = midnight.Add(7 * time.Hour)
	case hour >= 20*time.Hour:
		local = midnight.Add(31 * time.Hour)
	}
	return local.Add(-3 * time.Hour)
}
