package rulebook_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/coverage"
	"ripoti/internal/directory"
	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/rulebook"
	"ripoti/internal/seal"
	"ripoti/internal/store"
)

// The promise is 10,000 reports, read from the database and played, in under 5 s; the number is printed, not
// tested, as machines differ.
func BenchmarkRehearse10000(b *testing.B) {
	const reports = 10000
	book, ctx := filled(b, reports), b.Context()
	doc := bytes.Replace(routing.Default().Document(), []byte("able_within_km: 50"), []byte("able_within_km: 20"), 1)
	d, err := book.BeginWith(ctx, amina, "shorter", doc)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := book.Rehearse(ctx, amina, store.ViewOf(amina), d.ID, time.Now().Add(-time.Hour), time.Now()); err != nil {
			b.Fatal(err)
		}
		for found := (*rulebook.Found)(nil); found == nil; time.Sleep(5 * time.Millisecond) {
			if _, found, err = book.Rehearsed(ctx, amina, store.ViewOf(amina), d.ID); err != nil || found != nil && (found.Reports != reports || found.Others == 0) {
				b.Fatal(err, found)
			}
		}
	}
}

// filled is a network with sample offices and reports from all wards.
func filled(b *testing.B, reports int) *rulebook.Book {
	b.Helper()
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	keys, err := seal.New()
	must(err)
	s, err := store.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "ripoti.db"), keys, time.Now)
	must(err)
	b.Cleanup(func() { s.Close() })
	_, err = s.Migrate(b.Context())
	must(err)
	sample, err := directory.Sample()
	must(err)
	must(s.InTx(b.Context(), func(tx *store.Tx) error { return tx.SaveDirectory(b.Context(), sample.Offices, sample.Contacts) }))
	places, err := gazetteer.Load()
	must(err)
	live, err := casework.NewLive(b.Context(), s, places)
	must(err)
	filer := store.NewFiler(s, func(int) {})
	desk := &casework.Desk{Store: s, Filer: filer, Live: live, Now: time.Now, Wake: func() {}, Places: places}
	wards := places.Wards()
	var hands sync.WaitGroup
	for hand := range 50 {
		hands.Go(func() {
			for i := hand; i < reports; i += 50 {
				a := coverage.Example(wards[i%len(wards)], time.Now()).Answers
				_, err := desk.File(b.Context(), casework.Filing{Conversation: fmt.Sprint(i), From: "+254711000099", Channel: ripoti.ByUSSD,
					Draft: ripoti.Draft{Answers: a, Lang: ripoti.Swahili, Stage: ripoti.StageComplete}})
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	hands.Wait()
	filer.Close()
	book := rulebook.New(desk, slog.New(slog.NewTextHandler(io.Discard, nil)))
	b.Cleanup(book.Close)
	return book
}
