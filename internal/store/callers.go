package store

import (
	"context"
	"time"
)

// Caller says that somebody on the line waits for this database, until done is called.
func (s *Store) Caller() (done func()) {
	s.callers.Add(1)
	return func() { s.callers.Add(-1) }
}

// AfterCallers lets those on the line go first: it waits until none of them waits for this database,
// but no longer than limit. Work that shares one writer with them begins with it.
func (s *Store) AfterCallers(ctx context.Context, limit time.Duration) {
	const look = time.Millisecond
	for end := time.Now().Add(limit); s.callers.Load() > 0 && ctx.Err() == nil && time.Now().Before(end); {
		time.Sleep(look)
	}
}
