package dialog

import (
	"bytes"
	"context"
	"hash/maphash"
	"sync"
	"time"
)

const (
	memoryShards = 64
	// sweepEvery is how long an expired value may lie in memory before it is truly gone.
	sweepEvery = time.Minute
	// evictLook is how many values a full shard looks at before it lets go of the oldest of them.
	evictLook = 16
)

// DefaultLimit is how many conversations NewMemory keeps when it is not told: some 100 MB at most.
const DefaultLimit = 200_000

// Memory is a Store inside the process: for one machine with nothing installed. It forgets
// everything at exit. Values truly leave at their time, also when nobody asks for them any more.
type Memory struct {
	seed     maphash.Seed
	perShard int
	shards   [memoryShards]shard
}

type shard struct {
	mu       sync.RWMutex
	values   map[string]kept
	sweeping bool
}

type kept struct {
	value   []byte
	expires time.Time
}

// NewMemory makes an empty store that never holds more than about limit values; the ones nearest to
// their end go first. A limit of zero or less means DefaultLimit.
func NewMemory(limit int) *Memory {
	if limit <= 0 {
		limit = DefaultLimit
	}
	m := &Memory{seed: maphash.MakeSeed(), perShard: max(1, limit/memoryShards)}
	for i := range m.shards {
		m.shards[i].values = map[string]kept{}
	}
	return m
}

// Load implements Store. It never fails.
func (m *Memory) Load(_ context.Context, key string) ([]byte, error) {
	s := m.shard(key)
	s.mu.RLock()
	v, ok := s.values[key]
	s.mu.RUnlock()
	if !ok || !time.Now().Before(v.expires) {
		return nil, nil
	}
	return v.value, nil
}

// Save implements Store. It never fails; a ttl of zero or less forgets the key.
func (m *Memory) Save(_ context.Context, key string, value []byte, ttl time.Duration) error {
	s := m.shard(key)
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if ttl <= 0 {
		delete(s.values, key)
		return nil
	}
	if _, known := s.values[key]; !known && len(s.values) >= m.perShard {
		s.evict()
	}
	s.values[key] = kept{bytes.Clone(value), now.Add(ttl)}
	s.sweepLater()
	return nil
}

// Each implements Store. Keys that are saved meanwhile may be missed.
func (m *Memory) Each(ctx context.Context, f func(key string) error) error {
	for i := range m.shards {
		for _, key := range m.shards[i].keys() {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := f(key); err != nil {
				return err
			}
		}
	}
	return nil
}

// Len is how many values are held, expired ones that were not swept yet included.
func (m *Memory) Len() int {
	n := 0
	for i := range m.shards {
		m.shards[i].mu.RLock()
		n += len(m.shards[i].values)
		m.shards[i].mu.RUnlock()
	}
	return n
}

func (m *Memory) shard(key string) *shard {
	return &m.shards[maphash.String(m.seed, key)%memoryShards]
}

func (s *shard) keys() []string {
	now := time.Now()
	s.mu.RLock()
	defer s.mu.RUnlock()
	keys := make([]string, 0, len(s.values))
	for key, v := range s.values {
		if now.Before(v.expires) {
			keys = append(keys, key)
		}
	}
	return keys
}

// evict lets go of the value nearest to its end among a few: a map is walked from a random place.
func (s *shard) evict() {
	var victim string
	var soonest time.Time
	looked := 0
	for key, v := range s.values {
		if looked == 0 || v.expires.Before(soonest) {
			victim, soonest = key, v.expires
		}
		if looked++; looked == evictLook {
			break
		}
	}
	delete(s.values, victim)
}

// sweepLater has the shard swept in a while; an empty shard has no timer and costs nothing.
func (s *shard) sweepLater() {
	if s.sweeping {
		return
	}
	s.sweeping = true
	time.AfterFunc(sweepEvery, s.sweep)
}

func (s *shard) sweep() {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, v := range s.values {
		if !now.Before(v.expires) {
			delete(s.values, key)
		}
	}
	s.sweeping = false
	if len(s.values) > 0 {
		s.sweepLater()
	}
}
