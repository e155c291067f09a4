package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"ripoti/internal/store"
)

// heldTogether holds many at once: all are kept, the filed and the dropped are not, and the newest
// draft of a conversation counts.
func heldTogether(t *testing.T, f *fixture) {
	f.file("filed")
	f.must(f.DropHeld(f.ctx, "dropped"))
	var callers sync.WaitGroup
	hold := func(conversation string) {
		callers.Go(func() {
			if err := f.HoldTogether(f.ctx, f.held(conversation), f.clock.Now()); err != nil {
				t.Error(err)
			}
		})
	}
	const many = 300
	for i := range many {
		hold(fmt.Sprint("c", i))
		hold(fmt.Sprint("c", i)) // the same press again, or the next one
	}
	hold("filed")
	hold("dropped")
	callers.Wait()
	newer := f.held("c7")
	newer.Draft.Answers.More = "newer"
	f.must(f.HoldTogether(f.ctx, newer, f.clock.Now()))
	due, err := f.DueHeld(f.ctx, 2*many)
	f.must(err)
	if len(due) != many {
		t.Errorf("%d held, want %d", len(due), many)
	}
	for _, h := range due {
		if h.Conversation == "c7" && h != newer {
			t.Errorf("the older draft counts: %v", h)
		}
	}
}

// memory takes what is handed over.
type memory struct {
	mu   sync.Mutex
	took []store.Duty
}

func (m *memory) Wait() time.Duration { return 30 * time.Second }

func (m *memory) Take(duties []store.Duty) {
	m.mu.Lock()
	m.took = append(m.took, duties...)
	m.mu.Unlock()
}

// fromMemory files a report whose duty is in hand at once, and is the database's again when patience
// ends.
func fromMemory(t *testing.T, f *fixture) {
	hands := &memory{}
	f.HandTo(hands)
	f.file("c1")
	f.file("c1") // says nothing new
	later := store.Duty{Kind: "climb", Subject: "later", Queue: "default", Due: f.clock.Now().Add(time.Minute)}
	f.tx(func(tx *store.Tx) error { return tx.Owe(f.ctx, later) })
	undone := fmt.Errorf("undone")
	if err := f.InTx(f.ctx, func(tx *store.Tx) error {
		f.must(tx.Owe(f.ctx, store.Duty{Kind: "send", Subject: "undone", Queue: "default", Due: f.clock.Now()}))
		return undone
	}); err == nil {
		t.Error("the transaction was to fail")
	}
	if len(hands.took) != 1 || hands.took[0].Subject != "x" || hands.took[0].Tries != 1 {
		t.Fatalf("in hand: %v", hands.took)
	}
	wake := func() []store.Duty {
		woken, err := f.Wake(f.ctx, 10, time.Minute)
		f.must(err)
		return woken
	}
	if woken := wake(); len(woken) != 0 {
		t.Errorf("in two hands: %v", woken)
	}
	f.clock.Move(30 * time.Second)
	if woken := wake(); len(woken) != 1 || woken[0].ID != hands.took[0].ID || woken[0].Tries != 2 {
		t.Errorf("after patience: %v", woken)
	}
}
