package webhook

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits say how often may be dialled. They are looked at when a call opens and never again during
// it, so they cannot stop a report; nor are they looked at when the caller was cut off.
type Limits struct {
	// NumberBurst calls of one number may follow each other, and one more every NumberEvery.
	NumberBurst int
	NumberEvery time.Duration
	// SourceRate is calls a second from one address, SourceBurst how many may come at once. All
	// callers of a gateway come from a few addresses: this is a fuse, not a quota.
	SourceRate  float64
	SourceBurst int
}

// DefaultLimits leave room for a shared phone and a frightened thumb.
var DefaultLimits = Limits{NumberBurst: 10, NumberEvery: 30 * time.Second, SourceRate: 200, SourceBurst: 1000}

// number says whether a phone may call now, by the generic cell rate algorithm: next is the moment
// at which its calls would all be used up, kept in the phone's own record and so shared by every
// process, at no trip of its own.
func (l Limits) number(next int64, now time.Time) (int64, bool) {
	if l.NumberBurst <= 0 {
		return next, true
	}
	ms, every := now.UnixMilli(), l.NumberEvery.Milliseconds()
	if next < ms {
		next = ms
	}
	if next+every > ms+int64(l.NumberBurst)*every {
		return next, false
	}
	return next + every, true
}

// sources counts calls by the address they came from.
type sources struct {
	limits Limits
	mu     sync.Mutex
	known  map[netip.Addr]*rate.Limiter
}

// sourcesKept bounds the memory that a flood from many addresses can take.
const sourcesKept = 10_000

func newSources(l Limits) *sources { return &sources{limits: l, known: map[netip.Addr]*rate.Limiter{}} }

func (s *sources) allow(from netip.Addr, now time.Time) bool {
	if s.limits.SourceBurst <= 0 || !from.IsValid() {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	limiter, ok := s.known[from]
	if !ok {
		if len(s.known) >= sourcesKept {
			clear(s.known)
		}
		limiter = rate.NewLimiter(rate.Limit(s.limits.SourceRate), s.limits.SourceBurst)
		s.known[from] = limiter
	}
	return limiter.AllowN(now, 1)
}
