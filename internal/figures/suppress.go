package figures

// Small is the least count that is told outside the case team: fewer people than that could be known by
// their neighbours.
const Small = 5

// Grid is counts in rows and columns. The last row and the last column hold the totals.
type Grid struct {
	N    [][]int
	Hide [][]bool
	// Shown are the totals that another table shows: to hide them here would hide nothing.
	Shown []bool
}

// NewGrid adds the totals to counts. Every row must be of one width.
func NewGrid(counts [][]int) Grid {
	rows, columns := len(counts), 0
	if rows > 0 {
		columns = len(counts[0])
	}
	g := Grid{N: make([][]int, rows+1), Hide: make([][]bool, rows+1)}
	for i := range g.N {
		g.N[i], g.Hide[i] = make([]int, columns+1), make([]bool, columns+1)
	}
	for i, row := range counts {
		for j, n := range row {
			g.N[i][j] = n
			g.N[i][columns] += n
			g.N[rows][j] += n
			g.N[rows][columns] += n
		}
	}
	return g
}

// Suppress hides every count from 1 to Small-1 beside those that are hidden already, and as many others as
// it takes that no hidden one can be worked out from the totals.
//
// Each row and each column is a sum. Hidden counts are the edges of a graph between rows and columns; one
// of them follows from the rest exactly where it is a bridge of that graph (D. Gusfield, "A graph
// theoretic approach to statistical data security", SIAM J. Comput. 17, 1988). So others are hidden until
// there is no bridge. In no sum do the hidden ones come to less than Small together.
func (g Grid) Suppress() {
	for i, row := range g.N {
		for j, n := range row {
			g.Hide[i][j] = g.Hide[i][j] || n > 0 && n < Small
		}
	}
	for again := true; again; {
		again = false
		for i, cells := range g.N {
			for j := range cells {
				if g.Hide[i][j] && (g.bridge(i, j) || g.few(i, j)) && g.hideBeside(i, j) {
					again = true
				}
			}
		}
	}
}

// few says that the hidden counts of a cell's row or column come to less than Small, so that their sum tells
// as much as a small count does.
func (g Grid) few(row, column int) bool {
	across, down := 0, 0
	for j, hidden := range g.Hide[row][:len(g.Hide[row])-1] {
		if hidden {
			across += g.N[row][j]
		}
	}
	for i := range len(g.N) - 1 {
		if g.Hide[i][column] {
			down += g.N[i][column]
		}
	}
	last := len(g.N[row]) - 1
	return !g.Hide[row][last] && across > 0 && across < Small || !g.Hide[len(g.N)-1][column] && down > 0 && down < Small
}

// bridge says that without the cell its row and its column are no more joined by hidden cells.
func (g Grid) bridge(row, column int) bool {
	rows := make([]bool, len(g.N))
	columns := make([]bool, len(g.N[0]))
	rows[row] = true
	queue := []int{row}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		for j, hidden := range g.Hide[i] {
			if !hidden || columns[j] || i == row && j == column {
				continue
			}
			if j == column {
				return false
			}
			columns[j] = true
			for k := range g.N {
				if g.Hide[k][j] && !rows[k] {
					rows[k] = true
					queue = append(queue, k)
				}
			}
		}
	}
	return true
}

// hideBeside hides one more count of the cell's row or column: the one whose loss tells the reader least.
// It says false where nothing is left to hide.
func (g Grid) hideBeside(row, column int) bool {
	bestRow, bestColumn, found := 0, 0, false
	consider := func(i, j int) {
		if !g.Hide[i][j] && !(g.Shown != nil && i == len(g.N)-1 && g.Shown[j]) && (!found || g.less(i, j, bestRow, bestColumn)) {
			bestRow, bestColumn, found = i, j, true
		}
	}
	for j := range g.N[row] {
		consider(row, j)
	}
	for i := range g.N {
		consider(i, column)
	}
	if found {
		g.Hide[bestRow][bestColumn] = true
	}
	return found
}

// less says that a count is missed less than another: small ones before large ones, totals after them, then
// zeros, for a hidden zero hides nobody, and the sum of all at the very last: other tables tell it too.
func (g Grid) less(i, j, k, l int) bool {
	if a, b := g.rank(i, j), g.rank(k, l); a != b {
		return a < b
	}
	return g.N[i][j] < g.N[k][l]
}

func (g Grid) rank(i, j int) int {
	switch {
	case i == len(g.N)-1 && j == len(g.N[i])-1:
		return 3
	case g.N[i][j] == 0:
		return 2
	case i == len(g.N)-1 || j == len(g.N[i])-1:
		return 1
	}
	return 0
}
