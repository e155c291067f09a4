package wording

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// StaleAfter is how long a help number counts as verified after somebody last reached a person on it.
const StaleAfter = 183 * 24 * time.Hour

// Line is a help number as it is told to people now.
type Line struct {
	Name, Number string
	Published    string    // where the number was read
	VerifiedAt   time.Time // when somebody last reached a person on it; zero: never
	TriedAt      time.Time // of the newest call, whether anybody answered or not
	Stale        bool      // call it
}

// Helplines are all of them, by name.
func (r *Room) Helplines(ctx context.Context) (lines []Line, err error) {
	e, err := r.inForce(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(r.Lines)) {
		line := Line{Name: name, Number: r.says(e, "", name), Published: r.Lines[name].Published}
		if line.Number == r.Lines[name].Number { // the day in the file is that of the number in the file
			line.VerifiedAt, _ = time.Parse(time.DateOnly, r.Lines[name].Verified) // an empty day is none
		}
		call, some, err := r.Store.LastCall(ctx, name, line.Number, true)
		if err != nil {
			return nil, err
		}
		if some && call.At.After(line.VerifiedAt) {
			line.VerifiedAt = call.At
		}
		if call, some, err = r.Store.LastCall(ctx, name, line.Number, false); err != nil {
			return nil, err
		} else if some {
			line.TriedAt = call.At
		}
		line.Stale = r.Now().Sub(line.VerifiedAt) > StaleAfter
		lines = append(lines, line)
	}
	return lines, nil
}

// Stale counts the help numbers that are to be called.
func (r *Room) Stale(ctx context.Context) (n int, err error) {
	lines, err := r.Helplines(ctx)
	for _, line := range lines {
		if line.Stale {
			n++
		}
	}
	return n, err
}

// Called keeps that somebody called a help number, and whether a person answered.
func (r *Room) Called(ctx context.Context, by ripoti.User, name string, reached bool) error {
	if !r.known("", name) {
		return ripoti.NotFound("wording.unknown", nil)
	}
	e, err := r.inForce(ctx)
	if err != nil {
		return err
	}
	return r.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.NoteCall(ctx, store.HelplineCall{Name: name, Number: r.says(e, "", name), By: by.ID, Reached: reached}); err != nil {
			return err
		}
		return tx.Note(ctx, "helpline_called", by.ID, fmt.Sprintf(`{"line":%q,"reached":%t}`, name, reached))
	})
}
