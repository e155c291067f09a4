// Package maps draws Kenya: its outline and a cell for each ward. Wards are drawn as the ground that
// lies nearer to their point than to any other ward's (Voronoi cells), as no free table of their
// borders is small enough to carry; a page says so. Nothing is fetched.
package maps

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"ripoti/internal/ripoti"
)

//go:generate go run ./gen

//go:embed kenya.json
var outline []byte

// Width and Height are the size of the drawing in its own units.
const (
	Width  = 800
	Height = 1020
)

// The corners of the drawing in degrees; a degree is as long both ways, as near the equator it is.
const (
	west  = 33.8
	north = 5.6
	scale = Width / 8.3 // units a degree
)

// Map is Kenya ready to draw. It never changes.
type Map struct {
	// Outline is the country's border as an SVG path.
	Outline string
	// Cells are the wards in the order they were given.
	Cells []Cell
	byID  map[string]int
}

// Cell is a ward on the map.
type Cell struct {
	Place ripoti.Place
	Path  string // SVG, to be clipped by the outline
	// Rough is Path in whole units, for a picture of the whole country: three fifths as long.
	Rough string
}

// point is a place in units of the drawing.
type point struct{ x, y float64 }

func at(p ripoti.Point) point {
	return point{(p.Lon - west) * scale, (north - p.Lat) * scale}
}

// XY is where a point lies in the drawing.
func XY(p ripoti.Point) (x, y float64) {
	q := at(p)
	return math.Round(q.x*100) / 100, math.Round(q.y*100) / 100
}

// Whole is the box that shows all of the drawing.
var Whole = fmt.Sprintf("0 0 %d %d", Width, Height)

// Frame is the box around some points.
type Frame struct {
	low, high point
	some      bool
}

// Add widens the frame so that it holds a point.
func (f *Frame) Add(p ripoti.Point) {
	q := at(p)
	if !f.some {
		f.low, f.high, f.some = q, q, true
		return
	}
	f.low = point{min(f.low.x, q.x), min(f.low.y, q.y)}
	f.high = point{max(f.high.x, q.x), max(f.high.y, q.y)}
}

// Wide is the frame with a margin, as an SVG viewBox, and how wide that is; all of the drawing where nothing
// was added.
func (f Frame) Wide() (box string, width float64) {
	if !f.some {
		return Whole, Width
	}
	margin := max((f.high.x-f.low.x)/6, (f.high.y-f.low.y)/6, 8)
	width = f.high.x - f.low.x + 2*margin
	return fmt.Sprintf("%.1f %.1f %.1f %.1f", f.low.x-margin, f.low.y-margin, width, f.high.y-f.low.y+2*margin), width
}

// Close is the frame drawn near, for a few places that lie close together, and how wide it is.
func (f Frame) Close() (box string, width float64) {
	if !f.some {
		return Whole, Width
	}
	side := max(f.high.x-f.low.x, f.high.y-f.low.y, 1) * 1.4 // a unit is about a kilometre
	x, y := (f.low.x+f.high.x-side)/2, (f.low.y+f.high.y-side)/2
	return fmt.Sprintf("%.2f %.2f %.2f %.2f", x, y, side, side), side
}

// New draws the outline and a cell for each ward that has a point of its own.
func New(wards []ripoti.Place) (*Map, error) {
	var rings [][][2]float64
	if err := json.Unmarshal(outline, &rings); err != nil {
		return nil, fmt.Errorf("outline: %w", err)
	}
	m := &Map{byID: map[string]int{}}
	var border strings.Builder
	for _, ring := range rings {
		points := make([]point, len(ring))
		for i, p := range ring {
			points[i] = at(ripoti.Point{Lon: p[0], Lat: p[1]})
		}
		writePath(&border, points, fine)
	}
	m.Outline = border.String()
	centres := make([]point, len(wards))
	for i, w := range wards {
		centres[i] = at(w.Point)
	}
	for i, w := range wards {
		var path, roughly strings.Builder
		ground := cell(centres, i)
		writePath(&path, ground, fine)
		writePath(&roughly, ground, rough)
		m.byID[w.ID] = len(m.Cells)
		m.Cells = append(m.Cells, Cell{w, path.String(), roughly.String()})
	}
	return m, nil
}

// Cell is a ward's, by its id.
func (m *Map) Cell(id string) (Cell, bool) {
	i, ok := m.byID[id]
	if !ok {
		return Cell{}, false
	}
	return m.Cells[i], true
}

// cell is the ground that lies nearer to centre i than to any other: the whole drawing, cut once for
// each neighbour, nearest first, until the rest lie too far away to cut anything.
func cell(centres []point, i int) []point {
	c := centres[i]
	others := make([]point, 0, len(centres)-1)
	for j, o := range centres {
		if j != i && o != c {
			others = append(others, o)
		}
	}
	slices.SortFunc(others, func(a, b point) int {
		return sign(distance2(a, c) - distance2(b, c))
	})
	ground := []point{{0, 0}, {Width, 0}, {Width, Height}, {0, Height}}
	for _, o := range others {
		if far := farthest(ground, c); distance2(o, c) > 4*far {
			break
		}
		ground = cut(ground, c, o)
	}
	return ground
}

func sign(d float64) int {
	switch {
	case d < 0:
		return -1
	case d > 0:
		return 1
	}
	return 0
}

func distance2(a, b point) float64 { return (a.x-b.x)*(a.x-b.x) + (a.y-b.y)*(a.y-b.y) }

// farthest is the squared distance of the corner that is farthest away.
func farthest(ground []point, c point) (far float64) {
	for _, p := range ground {
		far = max(far, distance2(p, c))
	}
	return far
}

// cut keeps the side of c of the line in the middle between c and o (Sutherland-Hodgman).
func cut(ground []point, c, o point) []point {
	middle := point{(c.x + o.x) / 2, (c.y + o.y) / 2}
	side := func(p point) float64 { return (p.x-middle.x)*(o.x-c.x) + (p.y-middle.y)*(o.y-c.y) }
	var kept []point
	for n, p := range ground {
		q := ground[(n+1)%len(ground)]
		a, b := side(p), side(q)
		if a <= 0 {
			kept = append(kept, p)
		}
		if a < 0 && b > 0 || a > 0 && b < 0 {
			t := a / (a - b)
			kept = append(kept, point{p.x + t*(q.x-p.x), p.y + t*(q.y-p.y)})
		}
	}
	return kept
}

// fine and rough are how closely corners are written, in tenths of a unit.
const (
	fine  = 1
	rough = 10
)

// writePath writes a closed ring by corners of a grain, each from the one before: short. A ring of which
// fewer than three corners are left is not to be seen, and not written.
func writePath(b *strings.Builder, ring []point, grain int) {
	type corner struct{ x, y int }
	var corners []corner
	for _, p := range ring {
		c := corner{int(math.Round(p.x*10/float64(grain))) * grain, int(math.Round(p.y*10/float64(grain))) * grain}
		if n := len(corners); n == 0 || corners[n-1] != c {
			corners = append(corners, c)
		}
	}
	if len(corners) < 3 {
		return
	}
	last := corner{}
	for n, c := range corners {
		b.WriteByte("Ml"[min(n, 1)])
		b.WriteString(tenths(c.x - last.x))
		if c.y >= last.y {
			b.WriteByte(' ')
		}
		b.WriteString(tenths(c.y - last.y))
		last = c
	}
	b.WriteByte('z')
}

// tenths writes whole tenths as a decimal number: 105 is "10.5", -5 is "-.5".
func tenths(n int) string {
	if n%10 == 0 {
		return strconv.Itoa(n / 10)
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	whole := ""
	if n >= 10 {
		whole = strconv.Itoa(n / 10)
	}
	return sign + whole + "." + strconv.Itoa(n%10)
}
