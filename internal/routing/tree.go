package routing

import (
	"math"
	"slices"

	"ripoti/internal/ripoti"
)

// vec is a point of the globe as a unit vector: of two offices the one whose vector is nearer in a
// straight line is nearer by great circle too, and no sine is needed to know it.
type vec [3]float64

const earthKm = 6371.0088 // mean radius (IUGG), as ripoti.Point.Km

func vecOf(p ripoti.Point) vec {
	const rad = math.Pi / 180
	lat, lon := p.Lat*rad, p.Lon*rad
	return vec{math.Cos(lat) * math.Cos(lon), math.Cos(lat) * math.Sin(lon), math.Sin(lat)}
}

// apart is the square of the straight distance, in earth radii.
func (v vec) apart(w vec) float64 {
	x, y, z := v[0]-w[0], v[1]-w[1], v[2]-w[2]
	return x*x + y*y + z*z
}

// kmOf is the great-circle distance in km for a squared straight distance.
func kmOf(apart float64) float64 {
	return 2 * earthKm * math.Asin(math.Min(1, math.Sqrt(apart)/2))
}

// apartOf is the squared straight distance for a great-circle distance in km.
func apartOf(km float64) float64 {
	half := math.Sin(math.Min(km/(2*earthKm), math.Pi/2))
	return 4 * half * half
}

// tree is a flat k-d tree of offices: the middle of a range is its root, the halves its branches.
type tree struct {
	at   []vec
	idx  []int32 // the office, as its place in the directory
	axis []uint8 // the axis that the range around this middle is split by
}

// leaf is how many points a range holds when it is not split any more.
const leaf = 6

func newTree(offices []int32, at []vec) *tree {
	t := &tree{idx: slices.Clone(offices), axis: make([]uint8, len(offices))}
	t.split(0, len(t.idx), at)
	t.at = make([]vec, len(t.idx))
	for i, office := range t.idx {
		t.at[i] = at[office]
	}
	return t
}

func (t *tree) split(lo, hi int, at []vec) {
	if hi-lo <= leaf {
		return
	}
	axis := widest(t.idx[lo:hi], at)
	slices.SortFunc(t.idx[lo:hi], func(a, b int32) int {
		switch x, y := at[a][axis], at[b][axis]; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return int(a - b)
	})
	mid := (lo + hi) / 2
	t.axis[mid] = uint8(axis)
	t.split(lo, mid, at)
	t.split(mid+1, hi, at)
}

func widest(idx []int32, at []vec) int {
	low, high := at[idx[0]], at[idx[0]]
	for _, i := range idx {
		for k := range 3 {
			low[k], high[k] = min(low[k], at[i][k]), max(high[k], at[i][k])
		}
	}
	best := 0
	for k := 1; k < 3; k++ {
		if high[k]-low[k] > high[best]-low[best] {
			best = k
		}
	}
	return best
}

// search looks for one office: the nearest that passes.
type search struct {
	t      *tree
	from   vec
	passes func(int32) bool
	office int32   // the best so far, -1 none
	apart  float64 // its distance, or the limit
}

// nearest is the nearest office that passes, no further than limit (a squared straight distance); of
// equals the one with the smaller id. -1 where there is none.
func (t *tree) nearest(from vec, limit float64, passes func(int32) bool) int32 {
	s := search{t: t, from: from, passes: passes, office: -1, apart: limit}
	s.look(0, int32(len(t.idx)))
	return s.office
}

func (s *search) look(lo, hi int32) {
	for hi-lo > leaf {
		mid := (lo + hi) / 2
		s.try(mid)
		axis := s.t.axis[mid]
		if off := s.from[axis] - s.t.at[mid][axis]; off < 0 {
			s.look(lo, mid)
			if off*off > s.apart {
				return
			}
			lo = mid + 1
		} else {
			s.look(mid+1, hi)
			if off*off > s.apart {
				return
			}
			hi = mid
		}
	}
	for i := lo; i < hi; i++ {
		s.try(i)
	}
}

func (s *search) try(i int32) {
	apart, office := s.from.apart(s.t.at[i]), s.t.idx[i]
	if apart > s.apart || (apart == s.apart && s.office >= 0 && s.office < office) || !s.passes(office) {
		return
	}
	s.office, s.apart = office, apart
}

// walk gives a tree's offices in order of distance, one at a time. The zero walk gives none.
type walk struct {
	t    *tree
	from vec
	heap []waiting
	room [96]waiting // keeps a walk off the heap of the process
}

// waiting is a range of the tree, no nearer than apart, or with hi == 0 the office lo itself.
type waiting struct {
	apart  float64
	lo, hi int32
}

// before orders by distance; of equals, ranges first (they may hold an equal with a smaller id), then
// the smaller office: so the order does not depend on how the tree was built.
func (a waiting) before(b waiting) bool {
	if a.apart != b.apart {
		return a.apart < b.apart
	}
	if (a.hi == 0) != (b.hi == 0) {
		return a.hi != 0
	}
	return a.lo < b.lo
}

func (w *walk) start(t *tree, from vec) {
	w.t, w.from, w.heap = t, from, w.room[:0]
	if t != nil && len(t.idx) > 0 {
		w.push(waiting{0, 0, int32(len(t.idx))})
	}
}

// next is the next nearest office, no further than limit (a squared straight distance).
func (w *walk) next(limit float64) (office int32, apart float64, ok bool) {
	for len(w.heap) > 0 && w.heap[0].apart <= limit {
		top := w.pop()
		if top.hi == 0 {
			return top.lo, top.apart, true
		}
		w.open(top)
	}
	return 0, 0, false
}

// open puts a range's middle and halves (or a leaf's offices) in line.
func (w *walk) open(r waiting) {
	if r.hi-r.lo <= leaf {
		for i := r.lo; i < r.hi; i++ {
			w.push(waiting{w.from.apart(w.t.at[i]), w.t.idx[i], 0})
		}
		return
	}
	mid := (r.lo + r.hi) / 2
	w.push(waiting{w.from.apart(w.t.at[mid]), w.t.idx[mid], 0})
	axis := w.t.axis[mid]
	off := w.from[axis] - w.t.at[mid][axis]
	far := max(r.apart, off*off)
	left, right := waiting{r.apart, r.lo, mid}, waiting{r.apart, mid + 1, r.hi}
	if off < 0 {
		right.apart = far
	} else {
		left.apart = far
	}
	w.push(left)
	if right.lo < right.hi {
		w.push(right)
	}
}

func (w *walk) push(e waiting) {
	w.heap = append(w.heap, e)
	i := len(w.heap) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !w.heap[i].before(w.heap[up]) {
			return
		}
		w.heap[i], w.heap[up] = w.heap[up], w.heap[i]
		i = up
	}
}

func (w *walk) pop() waiting {
	top, last := w.heap[0], len(w.heap)-1
	w.heap[0] = w.heap[last]
	w.heap = w.heap[:last]
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			return top
		}
		if child+1 < last && w.heap[child+1].before(w.heap[child]) {
			child++
		}
		if !w.heap[child].before(w.heap[i]) {
			return top
		}
		w.heap[i], w.heap[child] = w.heap[child], w.heap[i]
		i = child
	}
}
