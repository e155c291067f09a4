package figures

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"ripoti/internal/ripoti"
)

// Kind is what a column holds.
type Kind string

const (
	Count Kind = "count"
	Rate  Kind = "rate" // a share of all, in whole per cent
	Took  Kind = "took" // a time
	Cost  Kind = "cost"
)

// Column is a column of a table: its name stands in the console's words.
type Column struct {
	Key  string
	Kind Kind
}

// Cell is one figure. Hidden ones are too few to be told; None says that nothing was there to count.
type Cell struct {
	Kind         Kind
	Hidden, None bool
	Count        int
	Share        Share
	Took         time.Duration
	Cost         ripoti.Money
}

// Percent is a share as people read it.
func (c Cell) Percent() int { return (200*c.Share.Part + c.Share.Of) / (2 * max(c.Share.Of, 1)) }

// Row is a line of a table, by the code of what it is about.
type Row struct {
	Key   string
	Cells []Cell
}

// Table is figures of one kind. Of says what its rows are, so that their codes can be named.
type Table struct {
	Name    string
	Of      string
	Columns []Column
	Rows    []Row
	Total   []Cell // none where a sum would mean nothing
}

// mainColumns are the columns of the table of groups. An office is not told of what whole cases come to.
var mainColumns = []struct {
	Column
	offices bool
	cell    func(*Group) Cell
}{
	{Column{"reports", Count}, true, func(g *Group) Cell { return Cell{Count: g.Reports} }},
	{Column{"alert_half", Took}, true, func(g *Group) Cell { return took(&g.Alert, 0.5) }},
	{Column{"alert_most", Took}, true, func(g *Group) Cell { return took(&g.Alert, 0.9) }},
	{Column{"accept_half", Took}, true, func(g *Group) Cell { return took(&g.Accept, 0.5) }},
	{Column{"accept_most", Took}, true, func(g *Group) Cell { return took(&g.Accept, 0.9) }},
	{Column{"accepted", Rate}, true, func(g *Group) Cell { return Cell{Share: g.Accepted} }},
	{Column{"kept", Rate}, false, func(g *Group) Cell { return Cell{Share: g.Kept} }},
	{Column{"hospital", Rate}, false, func(g *Group) Cell { return Cell{Share: g.Hospital} }},
	{Column{"flags", Count}, false, func(g *Group) Cell { return Cell{Count: g.Flags} }},
	{Column{"closed", Rate}, false, func(g *Group) Cell { return Cell{Share: Share{g.Closed, g.Reports}} }},
}

func took(s *Spread, share float64) Cell {
	return Cell{Took: s.At(share), Count: s.Len()}
}

// Main is the table of groups. Unless it is for the case team (exact), small counts are hidden.
func (c *Counts) Main(by By, exact bool) Table {
	t := Table{Name: "main", Of: string(by)}
	keys := slices.SortedFunc(maps.Keys(c.groups[by]), order(by))
	rows := make([]*Group, len(keys), len(keys)+1)
	for i, key := range keys {
		rows[i] = c.groups[by][key]
		t.Rows = append(t.Rows, Row{Key: key})
	}
	if by != ByOffice { // offices share reports: their sum is no count of reports
		rows = append(rows, &c.all)
	}
	for _, column := range mainColumns {
		if by == ByOffice && !column.offices {
			continue
		}
		t.Columns = append(t.Columns, column.Column)
		cells := make([]Cell, len(rows))
		for i, g := range rows {
			cells[i] = column.cell(g)
		}
		if !exact {
			c.hide(by, column.Column, keys, cells)
		}
		t.put(column.Kind, cells)
	}
	return t
}

// put adds a column of cells to the rows, and its last one to the totals where there is one more.
func (t *Table) put(kind Kind, cells []Cell) {
	for i, cell := range cells {
		cell.Kind = kind
		cell.None = kind == Rate && cell.Share.Of == 0 || kind == Took && cell.Count == 0
		if i < len(t.Rows) {
			t.Rows[i].Cells = append(t.Rows[i].Cells, cell)
		} else {
			t.Total = append(t.Total, cell)
		}
	}
}

// hide hides what is small in a column of the main table.
func (c *Counts) hide(by By, column Column, keys []string, cells []Cell) {
	if column.Kind == Took {
		for i := range cells {
			cells[i].Hidden = cells[i].Count > 0 && cells[i].Count < Small
		}
		return
	}
	counts := make([][]int, len(keys))
	for i := range keys {
		counts[i] = []int{cells[i].Count}
		if column.Kind == Rate {
			counts[i] = []int{cells[i].Share.Part, cells[i].Share.Of - cells[i].Share.Part}
		}
	}
	grid := NewGrid(counts)
	grid.Suppress()
	for i := range cells {
		cells[i].Hidden = slices.Contains(grid.Hide[i][:len(grid.Hide[i])-1], true)
	}
	if column.Key == "reports" && (by == ByCounty || by == ByMonth) && len(keys) > 0 {
		c.hideAsFiled(by, keys, cells)
	}
}

// hideAsFiled hides of the reports of counties and of months what the table of both hides, so that neither
// gives the other away.
func (c *Counts) hideAsFiled(by By, keys []string, cells []Cell) {
	filed := c.Filed(false)
	for i := range cells {
		switch {
		case i == len(keys):
			cells[i].Hidden = filed.Total[len(filed.Total)-1].Hidden
		case by == ByMonth:
			column := slices.IndexFunc(filed.Columns, func(col Column) bool { return col.Key == keys[i] })
			cells[i].Hidden = filed.Total[column].Hidden
		default:
			row := slices.IndexFunc(filed.Rows, func(r Row) bool { return r.Key == keys[i] })
			cells[i].Hidden = filed.Rows[row].Cells[len(filed.Total)-1].Hidden
		}
	}
}

// Filed is reports by county and month.
func (c *Counts) Filed(exact bool) Table { return c.monthly("filed", "county", c.filed, nil, exact) }

// Flags is flags by kind, and the month their report was filed in.
func (c *Counts) Flags(exact bool) Table {
	return c.monthly("flags", "flag", c.flags, codes(ripoti.FlagKinds), exact)
}

// Outcomes is how cases ended, by the month they were filed in.
func (c *Counts) Outcomes(exact bool) Table {
	return c.monthly("outcomes", "outcome", c.outcomes, append(codes(ripoti.Outcomes), Open), exact)
}

// asFiled lets a grid whose totals are reports by month hide of them what the table of reports hides, and
// nothing else.
func (c *Counts) asFiled(grid Grid) Grid {
	filed := c.Filed(false)
	last := len(grid.N) - 1
	grid.Shown = make([]bool, len(grid.N[last]))
	for j, cell := range filed.Total {
		grid.Hide[last][j], grid.Shown[j] = cell.Hidden, !cell.Hidden
	}
	return grid
}

func codes[T ~string](all []T) (out []string) {
	for _, code := range all {
		out = append(out, string(code))
	}
	return out
}

// monthly is a table of counts by a code and month, with totals; rows stand in the order given, or by code.
func (c *Counts) monthly(name, of string, counts map[pair]int, sorted []string, exact bool) Table {
	t := Table{Name: name, Of: of}
	present := map[string]bool{}
	for at := range counts {
		present[at.row] = true
	}
	keys := slices.DeleteFunc(slices.Clone(sorted), func(key string) bool { return !present[key] })
	if sorted == nil {
		keys = slices.Sorted(maps.Keys(present))
	}
	months := c.Range.Months()
	rows := make([][]int, len(keys))
	for i, key := range keys {
		for _, m := range months {
			rows[i] = append(rows[i], counts[pair{key, string(m)}])
		}
	}
	for _, m := range months {
		t.Columns = append(t.Columns, Column{string(m), Count})
	}
	t.Columns = append(t.Columns, Column{"total", Count})
	if len(keys) == 0 {
		return t
	}
	grid := NewGrid(rows)
	if !exact {
		if name == "outcomes" {
			grid = c.asFiled(grid)
		}
		grid.Suppress()
	}
	for i := range grid.N {
		cells := make([]Cell, len(grid.N[i]))
		for j, n := range grid.N[i] {
			cells[j] = Cell{Kind: Count, Count: n, Hidden: grid.Hide[i][j]}
		}
		if i == len(keys) {
			t.Total = cells
		} else {
			t.Rows = append(t.Rows, Row{keys[i], cells})
		}
	}
	return t
}

// Followed is what came of the questions of the follow-up clock, by kind.
func (c *Counts) Followed(exact bool) Table {
	t := Table{Name: "followed", Of: "check", Columns: []Column{{"due", Count}, {"kept", Rate}}}
	keys := slices.Sorted(maps.Keys(c.followed))
	counts := make([][]int, len(keys))
	for i, key := range keys {
		s := c.followed[key]
		counts[i] = []int{s.Part, s.Of - s.Part}
	}
	if len(keys) == 0 {
		return t
	}
	grid := NewGrid(counts)
	if !exact {
		grid.Suppress()
	}
	for i := range grid.N {
		n, hide := grid.N[i], grid.Hide[i]
		cells := []Cell{{Kind: Count, Count: n[2], Hidden: hide[2]}, {Kind: Rate, Share: Share{n[0], n[2]}, Hidden: hide[0] || hide[1], None: n[2] == 0}}
		if i == len(keys) {
			t.Total = cells
		} else {
			t.Rows = append(t.Rows, Row{keys[i], cells})
		}
	}
	return t
}

// Carried is what each provider carried, delivered, and what it cost. Messages are no people: nothing of it
// is hidden.
func (c *Counts) Carried() Table {
	t := Table{Name: "carried", Of: "provider", Columns: []Column{{"messages", Count}, {"segments", Count}, {"delivered", Rate}, {"failed", Rate}, {"cost", Cost}}}
	type sum struct {
		messages, segments, delivered, failed int
		cost                                  map[string]int64
	}
	sums := map[string]*sum{}
	for _, m := range c.carried {
		s := sums[m.Provider]
		if s == nil {
			s = &sum{cost: map[string]int64{}}
			sums[m.Provider] = s
		}
		s.messages += m.Messages
		s.segments += m.Segments
		s.cost[m.Cost.Currency] += m.Cost.Micros
		switch m.Status {
		case "delivered":
			s.delivered += m.Messages
		case "failed":
			s.failed += m.Messages
		}
	}
	for _, key := range slices.Sorted(maps.Keys(sums)) {
		s := sums[key]
		cells := []Cell{{Kind: Count, Count: s.messages}, {Kind: Count, Count: s.segments}, {Kind: Rate, Share: Share{s.delivered, s.messages}}, {Kind: Rate, Share: Share{s.failed, s.messages}}}
		cost := Cell{Kind: Cost, None: true}
		for _, currency := range slices.Sorted(maps.Keys(s.cost)) {
			if currency != "" {
				cost = Cell{Kind: Cost, Cost: ripoti.Money{Currency: currency, Micros: s.cost[currency]}}
			}
		}
		t.Rows = append(t.Rows, Row{key, append(cells, cost)})
	}
	return t
}

// Tables are all of them, the main one first.
func (c *Counts) Tables(by By, exact bool) []Table {
	return []Table{c.Main(by, exact), c.Filed(exact), c.Followed(exact), c.Flags(exact), c.Outcomes(exact), c.Carried()}
}

// order is how the rows of the main table stand: urgencies as they press, the rest by code.
func order(by By) func(a, b string) int {
	if by == ByUrgency {
		return func(a, b string) int { return cmp.Compare(ripoti.Urgency(b).Rank(), ripoti.Urgency(a).Rank()) }
	}
	return cmp.Compare[string]
}
