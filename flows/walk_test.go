package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/locales"
)

// inputs are what a walker tries on every screen: every key, a wrong one, nothing, and each kind of
// name where a name is asked.
var inputs = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "", "x"}

// numbers are what a walker types where a report's number is asked: each stands otherwise.
var numbers = []string{"0", "9", "", "482 9173", "1234562", "4829172", "482 91-72", "7300018", "5500009", "6110009", "987654329"}

// standsOf is a desk's answer to a follow-up, without a desk.
func standsOf(a Asked) (Standing, bool) {
	switch a.Code {
	case "4829172":
		return StandsTaken, true
	case "7300018":
		return StandsLooked, false
	case "5500009":
		return StandsSeeking, false
	case "6110009":
		return StandsClosed, true
	case "987654329":
		return StandsHidden, false
	}
	return StandsUnknown, false
}

var names = []string{"0", "9", "1", "", "kibera", "bura", "mwisho", "kilifi", "elgeyo", "soko jipya", "tharaka", "kangemi", "hakuna"}

// alike is what of a state can still change a screen: states that are alike lead on alike, so the
// walk ends. Left out is what no rule reads, and what will be answered anew before a rule reads it.
func alike(s State) string {
	a := &s.Answers
	if following(s.Step) { // 9 leads back to where the walk has been
		return fmt.Sprint(s.Step, s.Lang, s.Follow, s.Wrong)
	}
	s.Wrong = 0 // read in a follow-up only, where it stays
	for _, l := range ahead(s) {
		if ask := screens[l.step].asks; ask.set != nil && l.when.holds == nil {
			ask.set(a, 0)
		}
	}
	if s.Step != Where && !placing(s.Step) {
		s.Tries = 0
	}
	if !placing(s.Step) {
		s.Typed = ""
	}
	if s.Typed != "soko jipya" && s.Typed != "" {
		s.Typed = "another name"
	}
	if located(*a) {
		a.Place = ripoti.PlaceRef{Typed: "somewhere"}
	}
	if a.What == ripoti.WhatUnsure {
		a.What = ripoti.WhatCrime
	}
	switch a.Detail {
	case "", ripoti.SoldChildSex, ripoti.SoldAdultSex, ripoti.SoldImages, ripoti.PoliceSexual:
	default:
		a.Detail = ripoti.ChildOther
	}
	if a.AtRisk == ripoti.AtRiskSeveral {
		a.AtRisk = ripoti.AtRiskUnsure
	}
	if a.ByWhom != "" && a.ByWhom != ripoti.ByPolice {
		a.ByWhom = ripoti.ByUnsure
	}
	switch {
	case recent(*a):
		a.When = ripoti.WhenNow
	case a.When != "":
		a.When = ripoti.WhenLonger
	}
	if a.Contact.AgreedToContact() {
		a.Contact = ripoti.WishAny
	}
	a.Suspect, a.Weapon, a.Choice, a.More = "", "", "", ""
	return string(s.Append(nil))
}

// ahead are the questions that s has before it.
func ahead(s State) []leg {
	here := s.Step
	if placing(here) {
		here = Where
	}
	legs := path(s.Answers)
	for i, l := range legs {
		if l.step == here {
			return legs[i:]
		}
	}
	if isEnding(here) || s.Ended {
		return nil
	}
	return legs // S0, S1, S2 and the screens beside them: all is before them
}

// node is a state the walk came to.
type node struct {
	state State
	from  int    // the state before, and
	key   string // the key that led here first
	next  []int  // where its keys lead, but for 0
}

// walkedWhole is how many states, the first ones, are walked whichever share of the others is.
const walkedWhole = 500

// left says that a walk leaves the n-th state it came to.
func left(n int) bool { return n > walkedWhole && n%oneIn != 0 }

// everywhere walks every path from start and gives all states and every screen that was shown.
func everywhere(t *testing.T, b *Book, start Turn) (nodes []node, screens map[string]bool) {
	t.Helper()
	seen := map[string]int{alike(start.State): 0}
	nodes = []node{{state: start.State}}
	screens = map[string]bool{start.Screen: true}
	check := func(turn Turn, at int, key string) {
		if screens[turn.Screen] {
			return
		}
		if units, ok := sms.Units(turn.Screen); !ok || units > ScreenUnits || units == 0 {
			t.Fatalf("%v, %q: %d units, GSM-7 %v:\n%s", how(nodes, at), key, units, ok, turn.Screen)
		}
		screens[turn.Screen] = true
	}
	for at := 0; at < len(nodes); at++ {
		if at > 2_000_000 {
			t.Fatalf("%q: the walk does not end", how(nodes, at))
		}
		here := nodes[at].state
		if again := b.Screen(here); again.End != here.Ended {
			t.Fatalf("%v: shown again, the call ends: %v", how(nodes, at), again.End)
		}
		if here.Ended || left(at) {
			continue
		}
		tries := inputs
		switch {
		case here.Step == FollowUp:
			tries = numbers
		case b.Typing(here) && here.Step != More && here.Step != FollowInform:
			tries = names
		}
		for _, in := range tries {
			asked := b.Next(here, in)
			if asked.Do == File || asked.Do == Add || asked.Do == Look || asked.Do == Tell {
				check(b.Unsaved(asked.State), at, in)
				check(b.Unsaved(here), at, in)
			}
			turn := host(b, asked)
			check(turn, at, in)
			if in == "0" && turn.State.Step != Exit {
				t.Fatalf("%v: 0 did not leave", how(nodes, at))
			}
			key := alike(turn.State)
			to, known := seen[key]
			if !known {
				to = len(nodes)
				seen[key] = to
				nodes = append(nodes, node{state: turn.State, from: at, key: in})
			}
			if in != "0" {
				nodes[at].next = append(nodes[at].next, to)
			}
		}
	}
	return nodes, screens
}

// how are the keys that lead to a node.
func how(nodes []node, at int) (keys []string) {
	for ; at > 0; at = nodes[at].from {
		keys = append(keys, nodes[at].key)
	}
	slices.Reverse(keys)
	return keys
}

// deadEnds are the states from which no key but 0 leads to an end.
func deadEnds(nodes []node) (stuck [][]string) {
	from := make([][]int, len(nodes))
	var reach []int
	alive := make([]bool, len(nodes))
	for i, n := range nodes {
		for _, to := range n.next {
			from[to] = append(from[to], i)
		}
		if n.state.Ended && n.state.Step != Exit {
			alive[i] = true
			reach = append(reach, i)
		}
	}
	for len(reach) > 0 {
		i := reach[len(reach)-1]
		reach = reach[:len(reach)-1]
		for _, j := range from[i] {
			if !alive[j] {
				alive[j] = true
				reach = append(reach, j)
			}
		}
	}
	for i, n := range nodes {
		if !alive[i] && n.state.Step != Exit {
			stuck = append(stuck, how(nodes, i))
		}
	}
	return stuck
}

func TestEveryPath(t *testing.T) {
	b := newBook(t)
	nodes, screens := everywhere(t, b, b.Start())
	unfinished := last(walk(b, "1", "2", "2", "1", "kibera", "1")).State
	more, moreScreens := everywhere(t, b, b.Redial(unfinished))
	for screen := range moreScreens {
		screens[screen] = true
	}
	t.Logf("%d states, %d screens; all but the first %d walked one in %d", len(nodes)+len(more), len(screens), walkedWhole, oneIn)
	if oneIn > 1 {
		return // what follows is of the whole walk
	}

	t.Run("no state is a dead end", func(t *testing.T) {
		for _, keys := range append(deadEnds(nodes), deadEnds(more)...) {
			t.Errorf("%q never ends", keys)
		}
	})
	t.Run("every step is reached in both languages", func(t *testing.T) {
		reached := map[Step]map[ripoti.Lang]bool{}
		for _, n := range append(nodes, more...) {
			if reached[n.state.Step] == nil {
				reached[n.state.Step] = map[ripoti.Lang]bool{}
			}
			reached[n.state.Step][n.state.Lang] = true
		}
		for step := range steps {
			if step != Language && len(reached[step]) < 2 {
				t.Errorf("%v is reached in %v", step, reached[step])
			}
		}
	})
	t.Run("every sentence of the catalogues is shown to somebody", func(t *testing.T) {
		cat := catalogue(t)
		for _, lang := range ripoti.Langs {
			for _, key := range reportKeys(cat, lang) {
				if !shown(cat, lang, key, screens) {
					t.Errorf("%s: %s is on no screen", lang, key)
				}
			}
		}
	})
	t.Run("after S0 a screen speaks one language", func(t *testing.T) {
		for _, n := range nodes {
			if n.state.Lang == "" || n.state.Step == Exit || n.state.Ended {
				continue
			}
			foreign := []string{"Toka", "Rudi", "Ndiyo", "Sijui"}
			if n.state.Lang == ripoti.Swahili {
				foreign = []string{"Exit", "Back", "Yes", "Not sure"}
			}
			for _, word := range foreign {
				if screen := b.Screen(n.state).Screen; strings.Contains(screen, word) {
					t.Errorf("%v in %s says %q:\n%s", n.state.Step, n.state.Lang, word, screen)
				}
			}
		}
	})
}

func reportKeys(cat *locales.Catalogue, lang ripoti.Lang) []string {
	return slices.DeleteFunc(cat.Keys(lang), func(key string) bool { return !strings.HasPrefix(key, "report.") })
}

// shown says that the sentence, whatever its open words were filled with, is on one of the screens.
func shown(cat *locales.Catalogue, lang ripoti.Lang, key string, screens map[string]bool) bool {
	pairs := []string{}
	for _, word := range cat.Words(lang, key) {
		pairs = append(pairs, word, "\x00")
	}
	parts := strings.Split(cat.Text(lang, key, pairs...), "\x00")
	for screen := range screens {
		rest, found := screen, true
		for _, part := range parts {
			var ok bool
			if _, rest, ok = strings.Cut(rest, part); !ok {
				found = false
				break
			}
		}
		if found {
			return true
		}
	}
	return false
}

func TestCatalogues(t *testing.T) {
	cat := catalogue(t)
	t.Run("both languages have the same sentences with the same open words", func(t *testing.T) {
		if en, sw := reportKeys(cat, ripoti.English), reportKeys(cat, ripoti.Swahili); !slices.Equal(en, sw) {
			t.Errorf("English has %v\nSwahili has %v", en, sw)
		}
		for _, key := range reportKeys(cat, ripoti.English) {
			en, sw := slices.Sorted(slices.Values(cat.Words(ripoti.English, key))), slices.Sorted(slices.Values(cat.Words(ripoti.Swahili, key)))
			if !slices.Equal(en, sw) {
				t.Errorf("%s: English fills %v, Swahili %v", key, en, sw)
			}
		}
	})
	t.Run("what is said before a language is chosen is the same in both", func(t *testing.T) {
		for _, key := range []string{"report.language", "report.hint.language", "report.exit"} {
			if en, sw := cat.Text(ripoti.English, key), cat.Text(ripoti.Swahili, key); en != sw {
				t.Errorf("%s: %q and %q", key, en, sw)
			}
		}
	})
	t.Run("every menu has a line for every answer and no other", func(t *testing.T) {
		for step := range steps {
			want := len(screens[step].asks.codes) + len(screens[step].goes) + len(screens[step].tells)
			if want == 0 || step == Advice {
				continue
			}
			for _, lang := range ripoti.Langs {
				for v := range wordings {
					if got := menuLines(cat.Text(lang, screens[step].sentence(v))); got != want {
						t.Errorf("%v in %s has %d lines for %d answers", step, lang, got, want)
					}
				}
			}
		}
	})
}

// menuLines counts the lines of a menu that start with 1 to 8, in order.
func menuLines(text string) (n int) {
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, fmt.Sprint(n+1, " ")) {
			n++
		}
	}
	return n
}
