package load

import (
	"math/bits"
	"time"
)

// histogram counts durations in steps of 1.6 % from 1 us to an hour, in constant memory.
type histogram struct {
	counts [fineness * 27]uint64
	total  uint64
	most   time.Duration
}

// fineness is how many steps lie between a duration and its double.
const (
	fineness     = 64
	finenessBits = 6
)

func (h *histogram) add(d time.Duration) {
	h.counts[bucket(d)]++
	h.total++
	h.most = max(h.most, d)
}

// bucket is the step a duration falls into: exact below 64 us, then 64 steps to each doubling.
func bucket(d time.Duration) int {
	us := uint64(max(d.Microseconds(), 0))
	if us < fineness {
		return int(us)
	}
	shift := bits.Len64(us) - finenessBits - 1
	return min((shift+1)*fineness+int(us>>shift)-fineness, fineness*27-1)
}

// value is the middle of a step.
func value(bucket int) time.Duration {
	if bucket < fineness {
		return time.Duration(bucket) * time.Microsecond
	}
	shift := bucket/fineness - 1
	low := uint64(bucket%fineness+fineness) << shift
	return time.Duration(low+(uint64(1)<<shift)/2) * time.Microsecond
}

// merge adds what other counted.
func (h *histogram) merge(other *histogram) {
	for i, n := range other.counts {
		h.counts[i] += n
	}
	h.total += other.total
	h.most = max(h.most, other.most)
}

// quantile is the duration that the share q of all do not exceed; 0 where nothing was counted.
func (h *histogram) quantile(q float64) time.Duration {
	rank := max(uint64(q*float64(h.total)+0.5), 1)
	var seen uint64
	for i, n := range h.counts {
		if seen += n; seen >= rank {
			return min(value(i), h.most)
		}
	}
	return 0
}
