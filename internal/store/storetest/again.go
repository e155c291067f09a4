package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"ripoti/internal/store"
)

// crossed are two transactions that hold one report each and want the other's. PostgreSQL gives one of them
// up for the other's sake; SQLite lets one wait for the other.
func crossed(t *testing.T, f *fixture) {
	ids := []string{f.file("c1").ID, f.file("c2").ID}
	var meet sync.WaitGroup
	meet.Add(2)
	met := make(chan struct{})
	go func() { meet.Wait(); close(met) }()
	var hands sync.WaitGroup
	errs, tries := make([]error, 2), make([]int, 2)
	for i := range 2 {
		hands.Go(func() {
			errs[i] = f.InTx(f.ctx, func(tx *store.Tx) error {
				tries[i]++
				mark := func(id string) error {
					if _, err := tx.Report(f.ctx, id); err != nil { // held
						return err
					}
					return tx.Append(f.ctx, id, "crossed", fmt.Sprint("hand", i), "{}")
				}
				if err := mark(ids[i]); err != nil {
					return err
				}
				if tries[i] == 1 {
					meet.Done()
					select {
					case <-met: // each holds its own
					case <-time.After(200 * time.Millisecond): // or one waits for the whole database
					}
				}
				return mark(ids[1-i])
			})
		})
	}
	hands.Wait()
	for i, id := range ids {
		events, err := f.Events(f.ctx, id)
		f.must(err)
		if errs[i] != nil || len(events) != 3 { // filed, and once by each hand
			t.Errorf("hand %d: %v after %d tries; %d lines in its report", i, errs[i], tries[i], len(events))
		}
		if _, breaks, err := f.VerifyReport(f.ctx, id); err != nil || len(breaks) > 0 {
			t.Errorf("its line of events: %v, %v", breaks, err)
		}
	}
}
