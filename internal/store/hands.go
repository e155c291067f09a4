package store

import (
	"time"
)

// Hands take duties from memory as soon as they are committed, so that the database need not be
// asked what is due.
type Hands interface {
	// Take is given duties that are committed, and counted as handed over once. It must not block. What
	// it does not hand over wakes by itself when the patience ends.
	Take(duties []Duty)
	// Wait is the patience: how long what was taken may need.
	Wait() time.Duration
}

// HandTo has duties that are due when they are written handed over from memory from now on: their row
// is written as handed over already, which saves the Wake of each. To be called before the store is
// used by several goroutines.
func (s *Store) HandTo(hands Hands) { s.hands = hands }

// dutyRow gives a duty a key, and its columns. One that is due now is born handed over where there are
// hands to take it.
func (s *Store) dutyRow(d *Duty) (columns []any, handed bool) {
	if d.ID == "" {
		d.ID = NewID()
	}
	wake := d.Due
	d.Tries = 0
	if now := s.now(); s.hands != nil && !d.Due.After(now) {
		wake, d.Tries, handed = now.Add(s.hands.Wait()), 1, true
	}
	return []any{d.ID, d.Kind, d.Subject, d.Queue, micros(d.Due), micros(wake), d.Tries}, handed
}

// handOver gives committed duties to the hands.
func (s *Store) handOver(duties []Duty) {
	if len(duties) > 0 {
		s.hands.Take(duties)
	}
}
