package figures

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

func TestSmallCountsAreHiddenAndNoTotalGivesThemAway(t *testing.T) {
	for _, c := range []struct {
		name   string
		counts [][]int
		want   string // rows with their total; - is hidden
	}{
		{"nothing small", [][]int{{9, 12}, {0, 7}}, "[9 12 21] [0 7 7] [9 19 28]"},
		{"a small one takes the smallest beside it along", [][]int{{3, 12}, {8, 7}}, "[- - 15] [- - 15] [11 19 30]"},
		{"two small ones whose sum is small", [][]int{{2}, {2}, {30}}, "[- -] [- -] [- -] [34 34]"},
		{"all small", [][]int{{1, 2}}, "[- - -] [- - -]"},
	} {
		g := NewGrid(c.counts)
		g.Suppress()
		got := ""
		for i, row := range g.N {
			var cells []string
			for j, n := range row {
				if g.Hide[i][j] {
					cells = append(cells, "-")
				} else {
					cells = append(cells, fmt.Sprint(n))
				}
			}
			got += fmt.Sprint(cells) + " "
		}
		if got != c.want+" " {
			t.Errorf("%s: %s, not %s", c.name, got, c.want)
		}
	}
}

// Every hidden count is a variable and every sum an equation: none may have one solution only.
func TestNoHiddenCountFollowsFromTheOthers(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for round := range 400 {
		counts := make([][]int, 1+dice.IntN(6))
		width := 1 + dice.IntN(5)
		for i := range counts {
			for range width {
				counts[i] = append(counts[i], []int{0, 0, 1, 3, 4, 5, 9, 40, dice.IntN(200)}[dice.IntN(9)])
			}
		}
		g := NewGrid(counts)
		g.Suppress()
		for i, row := range g.N {
			for j, n := range row {
				if n > 0 && n < Small && !g.Hide[i][j] {
					t.Fatalf("round %d: %d shows in %v", round, n, counts)
				}
				if g.Hide[i][j] && follows(g, i, j) {
					t.Fatalf("round %d: row %d column %d of %v follows from the others: %v", round, i, j, counts, g.Hide)
				}
			}
		}
	}
}

// follows says that the equations of rows and columns have one solution for a hidden count.
func follows(g Grid, row, column int) bool {
	rows, columns := len(g.N), len(g.N[0])
	var equations [][]float64
	sum := func(total [2]int, parts [][2]int) {
		e := make([]float64, rows*columns)
		for _, p := range append(parts, total) {
			if g.Hide[p[0]][p[1]] {
				e[p[0]*columns+p[1]] = 1
			}
		}
		if g.Hide[total[0]][total[1]] {
			e[total[0]*columns+total[1]] = -1
		}
		equations = append(equations, e)
	}
	for i := range rows {
		var parts [][2]int
		for j := range columns - 1 {
			parts = append(parts, [2]int{i, j})
		}
		sum([2]int{i, columns - 1}, parts)
	}
	for j := range columns {
		var parts [][2]int
		for i := range rows - 1 {
			parts = append(parts, [2]int{i, j})
		}
		sum([2]int{rows - 1, j}, parts)
	}
	without := rank(equations)
	unit := make([]float64, rows*columns)
	unit[row*columns+column] = 1
	return rank(append(equations, unit)) == without
}

func rank(equations [][]float64) (r int) {
	m := make([][]float64, len(equations))
	for i := range m {
		m[i] = slices.Clone(equations[i])
	}
	for c := 0; len(m) > 0 && c < len(m[0]); c++ {
		pivot := slices.IndexFunc(m[r:], func(e []float64) bool { return math.Abs(e[c]) > 1e-9 })
		if pivot < 0 {
			continue
		}
		m[r], m[r+pivot] = m[r+pivot], m[r]
		for i := range m {
			if i != r && m[i][c] != 0 {
				k := m[i][c] / m[r][c]
				for x := range m[i] {
					m[i][x] -= k * m[r][x]
				}
			}
		}
		if r++; r == len(m) {
			break
		}
	}
	return r
}

func TestSpreadsAreOfTheNearestRank(t *testing.T) {
	var s Spread
	if s.At(0.5) != 0 {
		t.Error("of nothing")
	}
	for _, minutes := range []int{50, 10, 40, 20, 30, 60, 100, 80, 90, 70} {
		s.Add(time.Duration(minutes) * time.Minute)
	}
	if s.At(0.5) != 50*time.Minute || s.At(0.9) != 90*time.Minute {
		t.Errorf("%v, %v", s.At(0.5), s.At(0.9))
	}
}

func TestRangesAreWholeMonths(t *testing.T) {
	now := time.Date(2026, 11, 30, 22, 0, 0, 0, time.UTC) // the first of December in Nairobi
	for _, c := range []struct{ from, to, want, problem string }{
		{"", "", "{2026-07 2026-12}", ""},
		{"2026-01", "2026-12", "{2026-01 2026-12}", ""},
		{"2025-12", "2026-12", "", "figures.range"},
		{"2026-12", "2026-11", "", "figures.range"},
		{"2026-11-03", "", "", "figures.no_month"},
		{"", "soon", "", "figures.no_month"},
	} {
		r, err := Asked(c.from, c.to, now)
		if ripoti.KeyOf(err) != c.problem || err == nil && fmt.Sprint(r) != c.want {
			t.Errorf("%s to %s: %v, %v", c.from, c.to, r, err)
		}
	}
}

func counted() *Counts {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	c := &Counts{Range: Range{"2026-10", "2026-11"}, groups: map[By]map[string]*Group{}, filed: map[pair]int{}, followed: map[string]*Share{}, flags: map[pair]int{}, outcomes: map[pair]int{}}
	for _, by := range Bys {
		c.groups[by] = map[string]*Group{}
	}
	file := func(n int, county string, month time.Month, u ripoti.Urgency, outcome ripoti.Outcome) {
		for i := range n {
			at := time.Date(2026, month, 3, 8, i, 0, 0, time.UTC)
			f := store.Counted{County: county, Urgency: u, FiledAt: at, Outcome: outcome}
			if u == ripoti.Critical {
				f.HospitalBy = at.Add(72 * time.Hour)
				f.HospitalAt = at.Add(time.Duration(60+4*i) * time.Hour) // in time for the first four
			}
			c.addCounted(f, now)
			c.addAlerted(store.Alerted{County: county, Urgency: u, FiledAt: at, OfficeID: "station-" + county, First: true, GivenAt: at.Add(time.Second),
				AlertedAt: at.Add(time.Minute), AcceptedAt: at.Add(time.Duration(2+i) * time.Minute)})
		}
	}
	file(3, "001", 10, ripoti.High, "")
	file(9, "001", 11, ripoti.High, ripoti.OutcomeConvicted)
	file(12, "047", 10, ripoti.Critical, "")
	file(8, "047", 11, ripoti.High, "")
	return c
}

func TestTheCaseTeamReadsEveryCountAndOthersNoSmallOne(t *testing.T) {
	c := counted()
	for _, by := range Bys {
		for _, table := range c.Tables(by, true) {
			for _, row := range append(table.Rows, Row{"total", table.Total}) {
				for i, cell := range row.Cells {
					if cell.Hidden {
						t.Errorf("%s by %s: %s %s is hidden from the case team", table.Name, by, row.Key, table.Columns[i].Key)
					}
				}
			}
		}
		for _, table := range c.Tables(by, false) {
			for _, row := range append(table.Rows, Row{"total", table.Total}) {
				if len(row.Cells) > 0 && len(row.Cells) != len(table.Columns) {
					t.Errorf("%s by %s: %s has %d cells of %d", table.Name, by, row.Key, len(row.Cells), len(table.Columns))
				}
				for i, cell := range row.Cells {
					if !cell.Hidden && cell.Kind == Count && table.Name != "carried" && cell.Count > 0 && cell.Count < Small {
						t.Errorf("%s by %s: %s %s tells %d", table.Name, by, row.Key, table.Columns[i].Key, cell.Count)
					}
				}
			}
		}
	}
	filed := c.Filed(false)
	if !filed.Rows[0].Cells[0].Hidden || !filed.Rows[0].Cells[1].Hidden || filed.Rows[0].Cells[2].Hidden {
		t.Errorf("%+v", filed.Rows[0])
	}
}

func TestNothingAtAllIsASheetToo(t *testing.T) {
	c := &Counts{Range: Range{"2026-10", "2026-11"}, groups: map[By]map[string]*Group{}}
	for _, by := range Bys {
		for _, table := range append(c.Tables(by, false), c.Tables(by, true)...) {
			if len(table.Rows) > 0 || len(table.Columns) == 0 {
				t.Errorf("%s by %s: %+v", table.Name, by, table)
			}
		}
	}
}

func TestWhatIsCounted(t *testing.T) {
	c := counted()
	table := c.Main(ByUrgency, true)
	if table.Rows[0].Key != "critical" {
		t.Fatalf("%+v", table.Rows)
	}
	critical := map[string]Cell{}
	for i, column := range table.Columns {
		critical[column.Key] = table.Rows[0].Cells[i]
	}
	for _, want := range []struct {
		column string
		got    any
		want   any
	}{
		{"reports", critical["reports"].Count, 12},
		{"alert_half", critical["alert_half"].Took, time.Minute},
		{"accept_half", critical["accept_half"].Took, 6 * time.Minute},
		{"accept_most", critical["accept_most"].Took, 11 * time.Minute},
		{"hospital", critical["hospital"].Share, Share{4, 12}},
		{"kept", critical["kept"].None, true},
	} {
		if want.got != want.want {
			t.Errorf("%s: %v, not %v", want.column, want.got, want.want)
		}
	}
	if office := c.Main(ByOffice, true); len(office.Rows) != 2 || len(office.Total) != 0 || len(office.Columns) != 6 {
		t.Errorf("%+v", office)
	}
}
