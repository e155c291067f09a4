package figures

import (
	"slices"
	"time"
)

// Spread is how long something took: the middle of all, and what nine of ten stayed below.
type Spread struct{ seconds []int32 }

// Add counts one.
func (s *Spread) Add(d time.Duration) { s.seconds = append(s.seconds, int32(max(d, 0)/time.Second)) }

// Len is how many were counted.
func (s *Spread) Len() int { return len(s.seconds) }

// At is the value that a share of all does not exceed, by the nearest rank: At(0.5) is the median. It is 0
// where nothing was counted.
func (s *Spread) At(share float64) time.Duration {
	if len(s.seconds) == 0 {
		return 0
	}
	slices.Sort(s.seconds)
	rank := int(share*float64(len(s.seconds)) + 0.999999)
	return time.Duration(s.seconds[max(rank, 1)-1]) * time.Second
}

// Share is how many of all.
type Share struct{ Part, Of int }

// Add counts one, and whether it is of the part.
func (s *Share) Add(part bool) {
	if s.Of++; part {
		s.Part++
	}
}
