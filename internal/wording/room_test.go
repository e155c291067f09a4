package wording_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/wording"
	"ripoti/locales"
)

var (
	amina = ripoti.User{ID: "amina", Role: ripoti.UserCoordinator}
	baya  = ripoti.User{ID: "baya", Role: ripoti.UserSupervisor}
)

// process is a room as a process opens it.
func process(t *testing.T, s *stage.Stage) *wording.Room {
	t.Helper()
	lines, err := locales.Helplines("")
	must(t, err)
	words, err := locales.Load(locales.Fixed("*483#", "*484#", lines))
	must(t, err)
	r := &wording.Room{Store: s.Store, Words: words, Lines: lines, Now: s.Clock.Now}
	refresh(t, r)
	return r
}

func refresh(t *testing.T, r *wording.Room) {
	t.Helper()
	left, err := r.Refresh(t.Context())
	must(t, err)
	if len(left) > 0 {
		t.Errorf("left out: %v", left)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, r *wording.Room, by ripoti.User, changes ...ripoti.WordingChange) store.WordingDraft {
	t.Helper()
	problems, err := r.Write(t.Context(), by, changes...)
	must(t, err)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	d, err := r.Open(t.Context(), by)
	must(t, err)
	return d
}

const (
	asked = "What do you need?\n1 Danger now\n2 Tell us about a problem\n3 Follow up\n4 Free help numbers\n5 How to stay safe\n0 Exit"
	menu  = "report.menu"
)

func publish(t *testing.T, r *wording.Room, changes ...ripoti.WordingChange) {
	t.Helper()
	d := write(t, r, amina, changes...)
	must(t, r.Propose(t.Context(), d.ID, amina, "people did not understand it"))
	must(t, r.Approve(t.Context(), d.ID, baya))
}

func TestASentenceIsChangedByTwoPeopleAndSaidByEveryProcess(t *testing.T) {
	s := stage.New(t, nil)
	one, two := process(t, s), process(t, s)
	book := flows.New(two.Words, nil)
	before := one.Words.Text(ripoti.English, menu)
	d := write(t, one, amina, ripoti.WordingChange{Lang: ripoti.English, Key: menu, After: asked})
	for name, try := range map[string]struct {
		do   func() error
		want string
	}{
		"to approve what is not proposed": {func() error { return one.Approve(t.Context(), d.ID, baya) }, "wording.decided"},
		"to propose without a reason":     {func() error { return one.Propose(t.Context(), d.ID, amina, "") }, "wording.why"},
		"to propose somebody else's":      {func() error { return one.Propose(t.Context(), d.ID, baya, "mine") }, "wording.not_yours"},
		"to approve what there is not":    {func() error { return one.Approve(t.Context(), "nothing", baya) }, "wording.unknown"},
		"to go back to what never was":    {func() error { _, err := one.Back(t.Context(), amina, 7); return err }, "wording.unknown"},
		"to change what there is not": {func() error {
			_, err := one.Write(t.Context(), amina, ripoti.WordingChange{Lang: "en", Key: "x"})
			return err
		}, "wording.unknown"},
	} {
		if err := try.do(); ripoti.KeyOf(err) != try.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, one.Propose(t.Context(), d.ID, amina, "people did not understand it"))
	if err := one.Approve(t.Context(), d.ID, amina); ripoti.KeyOf(err) != "wording.own" {
		t.Errorf("an author approves: %v", err)
	}
	refresh(t, two)
	if two.Words.Text(ripoti.English, menu) != before {
		t.Error("it is said before a second person has approved")
	}
	// Two people approve at once: it is published once.
	var both sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		both.Go(func() { errs[i] = []*wording.Room{one, two}[i].Approve(t.Context(), d.ID, baya) })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("%v, %v", errs[0], errs[1])
	}
	for name, r := range map[string]*wording.Room{"the one": one, "the other": two, "one started later": process(t, s)} {
		refresh(t, r)
		if got := r.Words.Text(ripoti.English, menu); got != asked {
			t.Errorf("%s says %q", name, got)
		}
	}
	if start := book.Next(book.Start().State, "1"); start.Screen != asked {
		t.Errorf("a caller reads %q", start.Screen)
	}
	versions, err := one.Store.WordingVersions(t.Context(), 10)
	must(t, err)
	if len(versions) != 1 {
		t.Fatalf("%d versions", len(versions))
	}

	if problems, err := one.Back(t.Context(), amina, 0); err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	d, err = one.Open(t.Context(), amina)
	must(t, err)
	must(t, one.Propose(t.Context(), d.ID, amina, "back"))
	must(t, two.Approve(t.Context(), d.ID, baya))
	refresh(t, one)
	if one.Words.Text(ripoti.English, menu) != before {
		t.Error("there is no way back")
	}
}

func TestASentenceThatSomebodyElseChangedIsLookedAtAgain(t *testing.T) {
	s := stage.New(t, nil)
	r := process(t, s)
	late := write(t, r, baya, ripoti.WordingChange{Lang: ripoti.English, Key: menu, After: asked})
	must(t, r.Propose(t.Context(), late.ID, baya, "late"))
	publish(t, r, ripoti.WordingChange{Lang: ripoti.English, Key: menu, After: asked + " "})
	if err := r.Approve(t.Context(), late.ID, amina); ripoti.KeyOf(err) != "wording.overtaken" {
		t.Errorf("%v", err)
	}
	must(t, r.Refuse(t.Context(), late.ID, amina, "written anew"))
	other := write(t, r, baya, ripoti.WordingChange{Lang: ripoti.English, Key: menu, After: asked}, ripoti.WordingChange{Lang: ripoti.Swahili, Key: "text.stopped", After: "Sawa."})
	other = write(t, r, baya, ripoti.WordingChange{Lang: ripoti.English, Key: menu, After: asked + " "})
	if len(other.Changes) != 1 {
		t.Errorf("as in force, and still a change: %v", other.Changes)
	}
	must(t, r.Withdraw(t.Context(), other.ID, baya))
	if err := r.Propose(t.Context(), other.ID, baya, "again"); ripoti.KeyOf(err) != "wording.not_yours" {
		t.Errorf("withdrawn, and proposed: %v", err)
	}
}

func TestHelpNumbersAreToBeCalledEveryHalfYear(t *testing.T) {
	s := stage.New(t, nil)
	r := process(t, s)
	stale := func() int {
		n, err := r.Stale(t.Context())
		must(t, err)
		return n
	}
	all := stale()
	must(t, r.Called(t.Context(), amina, "children", false))
	if stale() != all || all != len(r.Lines) {
		t.Errorf("%d of %d: nobody answered", stale(), all)
	}
	must(t, r.Called(t.Context(), amina, "children", true))
	if stale() != all-1 {
		t.Errorf("%d of %d after somebody answered", stale(), all)
	}
	publish(t, r, ripoti.WordingChange{Key: "children", After: "117"})
	refresh(t, r)
	if got := r.Words.Text(ripoti.English, "report.end_child", "code", "1"); stale() != all || got == "" || !strings.Contains(got, "117") {
		t.Errorf("another number counts as called, or is not told: %d, %s", stale(), got)
	}
	must(t, r.Called(t.Context(), amina, "children", true))
	s.Clock.Move(wording.StaleAfter + time.Hour)
	if stale() != all {
		t.Errorf("%d of %d half a year later", stale(), all)
	}
	if err := r.Called(t.Context(), amina, "nobody", true); ripoti.KeyOf(err) != "wording.unknown" {
		t.Errorf("a number that is none: %v", err)
	}
}
