package store

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestAfterCallers(t *testing.T) {
	waited := func(t *testing.T, s *Store, limit time.Duration) time.Duration {
		began := time.Now()
		s.AfterCallers(t.Context(), limit)
		return time.Since(began)
	}
	t.Run("work does not wait when nobody is on the line", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if w := waited(t, &Store{}, time.Minute); w != 0 {
				t.Errorf("waited %v", w)
			}
		})
	})
	t.Run("work waits for the last caller", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &Store{}
			one, two := s.Caller(), s.Caller()
			time.AfterFunc(5*time.Millisecond, one)
			time.AfterFunc(20*time.Millisecond, two)
			if w := waited(t, s, time.Minute); w < 20*time.Millisecond || w > 22*time.Millisecond {
				t.Errorf("waited %v", w)
			}
		})
	})
	t.Run("callers without end do not stop the work", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &Store{}
			defer s.Caller()()
			if w := waited(t, s, 50*time.Millisecond); w < 50*time.Millisecond || w > 52*time.Millisecond {
				t.Errorf("waited %v", w)
			}
		})
	})
}
