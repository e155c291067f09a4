// Package dialog keeps an unfinished conversation between two presses: sealed bytes under a hashed
// key, for half an hour at most (domain brief 3.10).
package dialog

import (
	"context"
	"time"
)

// Store keeps one value per key. Keys are keyed hashes, never a phone number; values are sealed by
// the caller. A store may lose everything at any moment: the gateway resends the whole input, so a
// conversation can be replayed.
type Store interface {
	// Load gives the value, or nil where there is none.
	Load(ctx context.Context, key string) ([]byte, error)
	// Save keeps the value for ttl.
	Save(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Each calls f for every key until f returns an error. For the start of a process, not for a press.
	Each(ctx context.Context, f func(key string) error) error
}
