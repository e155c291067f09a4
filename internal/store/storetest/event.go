package storetest

import (
	"testing"
	"time"

	"ripoti/internal/store"
)

func lastEvents(t *testing.T, f *fixture) {
	id, start := f.file("c1").ID, f.clock.Now()
	for _, data := range []string{`{"side":"safety"}`, `{"side":"care"}`, `{"side":"care"}`} {
		f.clock.Move(time.Hour)
		f.tx(func(tx *store.Tx) error { return tx.Append(f.ctx, id, "accepted", "c", data) })
	}
	f.tx(func(tx *store.Tx) error {
		for said, hours := range map[string]time.Duration{`"side":"safety"`: 1, `"side":"care"`: 3, `"side":"told"`: -1} {
			want := start.Add(hours * time.Hour)
			if hours < 0 {
				want = time.Time{}
			}
			if at, err := tx.LastEventWith(f.ctx, id, "accepted", said); err != nil || !at.Equal(want) {
				t.Errorf("%s: %v, %v, want %v", said, at, err, want)
			}
		}
		if at, err := tx.LastEvent(f.ctx, id, "accepted"); err != nil || !at.Equal(start.Add(3*time.Hour)) {
			t.Errorf("of the kind: %v, %v", at, err)
		}
		n, err := tx.CountEvents(f.ctx, id, "accepted", start.Add(time.Hour))
		if n != 2 {
			t.Errorf("%d lines after the first", n)
		}
		return err
	})
}
