package gazetteer

import (
	"bufio"
	"hash/fnv"
	"os"
	"slices"
	"strings"
	"testing"
)

// asked is one line of testdata/queries.tsv. Spots are what must be among the matches; each is a list
// of the rows that mean it.
type asked struct {
	query    string
	decision Decision
	spots    [][]string
}

func readAsked(t testing.TB, file string) []asked {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []asked
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		col := strings.Split(lines.Text(), "\t")
		a := asked{query: col[0], decision: Decision(col[1])}
		for _, spot := range strings.Fields(col[2]) {
			a.spots = append(a.spots, strings.Split(spot, "|"))
		}
		out = append(out, a)
	}
	return out
}

// forJudging says that a query belongs to the third that nothing was tuned on.
func forJudging(query string) bool {
	h := fnv.New32a()
	h.Write([]byte(query))
	return h.Sum32()%3 == 0
}

// score is how a set of queries fared, counts of queries.
type score struct {
	queries, right    int
	placed, shown     int // queries that name a place, and those whose place was among the matches
	wrong             int // a place was taken that is none of those meant
	misses, takeWrong []string
}

func judge(g *Gazetteer, all []asked) score {
	var s score
	for _, a := range all {
		r := g.Find(a.query, "")
		s.queries++
		if r.Decision == a.decision {
			s.right++
		}
		if len(a.spots) > 0 {
			s.placed++
			if shows(r, a.spots) {
				s.shown++
			}
		}
		if r.Decision == Take && (a.decision == None || len(a.spots) > 0 && !meant(r.Matches[0], a.spots)) {
			s.wrong++
			s.takeWrong = append(s.takeWrong, a.query+" -> "+describe(r))
		}
		if r.Decision != a.decision || len(a.spots) > 0 && !shows(r, a.spots) {
			s.misses = append(s.misses, a.query+" ("+string(a.decision)+") -> "+describe(r))
		}
	}
	return s
}

func shows(r Result, spots [][]string) bool {
	for _, spot := range spots {
		if !slices.ContainsFunc(r.Matches, func(m Match) bool { return slices.Contains(spot, m.Place.ID) }) {
			return false
		}
	}
	return true
}

func meant(m Match, spots [][]string) bool {
	return slices.ContainsFunc(spots, func(spot []string) bool { return slices.Contains(spot, m.Place.ID) })
}

func describe(r Result) string {
	s := string(r.Decision)
	for _, m := range r.Matches {
		s += " | " + Label(m.Place) + " " + string(m.Place.Kind)
	}
	return s
}

// The goals, in parts of a hundred, for the third of the queries that judges.
const (
	goalRight = 85
	goalShown = 95
	goalWrong = 2
)

func TestTypedQueries(t *testing.T) {
	g := load(t)
	var tuning, judging []asked
	for _, a := range readAsked(t, "testdata/queries.tsv") {
		if forJudging(a.query) {
			judging = append(judging, a)
		} else {
			tuning = append(tuning, a)
		}
	}
	if len(judging) < 110 {
		t.Fatalf("%d queries judge, at least 110 are meant", len(judging))
	}
	seen := judge(g, tuning)
	tell(t, "tuning", seen)
	if testing.Verbose() {
		for _, m := range seen.misses { // of the tuning queries only: whoever tunes must not see the judge's
			t.Log("missed: " + m)
		}
	}
	s := judge(g, judging)
	tell(t, "judging", s)
	if s.right*100 < goalRight*s.queries {
		t.Errorf("the decision is right in %d of %d, goal %d %%", s.right, s.queries, goalRight)
	}
	if s.shown*100 < goalShown*s.placed {
		t.Errorf("the place is among the matches in %d of %d, goal %d %%", s.shown, s.placed, goalShown)
	}
	if s.wrong*100 >= goalWrong*s.queries {
		t.Errorf("a wrong place is taken in %d of %d, goal under %d %%", s.wrong, s.queries, goalWrong)
	}
}

func tell(t *testing.T, name string, s score) {
	t.Helper()
	t.Logf("%s: %d queries, decision right %.1f %%, place shown %.1f %%, wrong place taken %.1f %%", name, s.queries,
		100*float64(s.right)/float64(s.queries), 100*float64(s.shown)/float64(s.placed), 100*float64(s.wrong)/float64(s.queries))
}

func load(t testing.TB) *Gazetteer {
	t.Helper()
	g, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return g
}
