package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

func wordings(t *testing.T, f *fixture) {
	changes := []ripoti.WordingChange{{Lang: ripoti.Swahili, Key: "report.menu", Before: "a", After: "b"}, {Key: "children", Before: "116", After: "117"}}
	draft := store.WordingDraft{ID: store.NewID(), State: store.WordingDrafted, Changes: changes, Author: "amina"}
	f.tx(func(tx *store.Tx) error { return tx.SaveWording(f.ctx, draft) })
	f.clock.Move(time.Hour)
	f.tx(func(tx *store.Tx) error {
		d, err := tx.Wording(f.ctx, draft.ID)
		d.State, d.Note = store.WordingProposed, "why"
		return errors.Join(err, tx.SaveWording(f.ctx, d))
	})
	got, err := f.Wording(f.ctx, draft.ID)
	f.must(err)
	if fmt.Sprint(got.Changes) != fmt.Sprint(changes) || got.State != store.WordingProposed || !got.ChangedAt.Equal(got.CreatedAt.Add(time.Hour)) {
		t.Errorf("%+v", got)
	}
	if _, err := f.Wording(f.ctx, "nothing"); ripoti.CodeOf(err) != ripoti.CodeNotFound {
		t.Errorf("a draft that there is not: %v", err)
	}
	if v, err := f.WordingInForce(f.ctx); err != nil || v.Version != 0 {
		t.Errorf("before anything was changed: %+v %v", v, err)
	}

	// Many publish at once: each draft once, and every version follows the one before.
	before, err := f.Revision(f.ctx, "wording")
	f.must(err)
	var all sync.WaitGroup
	var failed sync.Map
	for i := range 6 {
		all.Go(func() {
			err := f.InTx(f.ctx, func(tx *store.Tx) error {
				v, err := tx.WordingInForce(f.ctx)
				if err != nil {
					return err
				}
				return tx.PublishWording(f.ctx, fmt.Sprint(v.Version+1), fmt.Sprint("draft-", i%3))
			})
			if err != nil {
				failed.Store(i, err)
			}
		})
	}
	all.Wait()
	lost := 0
	failed.Range(func(any, any) bool { lost++; return true })
	versions, err := f.WordingVersions(f.ctx, 10)
	f.must(err)
	if len(versions) != 3 || lost != 3 {
		t.Fatalf("%d versions, %d refused", len(versions), lost)
	}
	for _, v := range versions {
		if v.Edition != fmt.Sprint(v.Version) {
			t.Errorf("version %d was made of %s", v.Version, v.Edition)
		}
	}
	if after, err := f.Revision(f.ctx, "wording"); err != nil || after != before+3 {
		t.Errorf("revision %d after %d: %v", after, before, err)
	}
	if v, err := f.WordingVersion(f.ctx, 2); err != nil || v.Version != 2 {
		t.Errorf("%+v %v", v, err)
	}
	if list, err := f.Wordings(f.ctx, 5); err != nil || len(list) != 1 {
		t.Errorf("%d drafts: %v", len(list), err)
	}

	f.tx(func(tx *store.Tx) error {
		return tx.NoteCall(f.ctx, store.HelplineCall{Name: "children", Number: "116", By: "amina", Reached: true})
	})
	f.clock.Move(time.Hour)
	f.tx(func(tx *store.Tx) error {
		return tx.NoteCall(f.ctx, store.HelplineCall{Name: "children", Number: "116", By: "baya"})
	})
	for _, c := range []struct {
		number  string
		reached bool
		by      string
	}{{"116", true, "amina"}, {"116", false, "baya"}, {"117", false, ""}} {
		if call, _, err := f.LastCall(f.ctx, "children", c.number, c.reached); err != nil || call.By != c.by {
			t.Errorf("%+v: %+v %v", c, call, err)
		}
	}
}
