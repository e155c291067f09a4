//go:build linux

package load

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
	"ripoti/internal/store"
)

// posters file at the same time.
const posters = 64

// BenchmarkFilings measures durable reports a second, of 64 posters through the Filer, against the
// same rows in a transaction for each report: on PostgreSQL over a pool of 8, on SQLite over its one
// writer.
func BenchmarkFilings(b *testing.B) {
	b.Run("PostgreSQL", func(b *testing.B) {
		h := openHouse(b)
		h.migrate(b)
		h.db.SetMaxOpenConns(8)
		h.db.SetMaxIdleConns(8)
		compareFilings(b, h.store(b), h.db)
	})
	b.Run("SQLite", func(b *testing.B) {
		path := filepath.Join(b.TempDir(), "ripoti.db")
		keys, err := seal.New()
		must(b)(err)
		s, err := store.Open(b.Context(), "sqlite:"+path, keys, time.Now)
		must(b)(err)
		b.Cleanup(func() { s.Close() })
		_, err = s.Migrate(b.Context())
		must(b)(err)
		db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(5000)&_txlock=immediate")
		must(b)(err)
		db.SetMaxOpenConns(1)
		b.Cleanup(func() { db.Close() })
		compareFilings(b, s, db)
	})
}

func compareFilings(b *testing.B, s *store.Store, db *sql.DB) {
	var together, alone []float64
	var ratios []float64
	for round := range *rounds {
		t, a := 0.0, 0.0
		if round%2 == 0 {
			t, a = filingsTogether(b, s, round), filingsAlone(b, db, round)
		} else {
			a, t = filingsAlone(b, db, round), filingsTogether(b, s, round)
		}
		together, alone, ratios = append(together, t), append(alone, a), append(ratios, t/a)
	}
	ratio := median(ratios)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ratio, "x")
	b.ReportMetric(median(together), "reports/s")
	b.Logf("\n| durable filings/s, %d posters | Filer | one transaction each | x |\n| --- | ---: | ---: | ---: |\n| %s | %.0f | %.0f | %.2f |",
		posters, b.Name(), median(together), median(alone), ratio)
}

// post lets all posters file until the turn is over and gives reports a second.
func post(b *testing.B, file func(n int) error) float64 {
	var group sync.WaitGroup
	filed := make([]int, posters)
	begin := time.Now()
	for p := range posters {
		group.Go(func() {
			for n := p; time.Since(begin) < *turn; n += posters {
				if err := file(n); err != nil {
					b.Error(err)
					return
				}
				filed[p]++
			}
		})
	}
	group.Wait()
	sum := 0
	for _, n := range filed {
		sum += n
	}
	return float64(sum) / time.Since(begin).Seconds()
}

func filingsTogether(b *testing.B, s *store.Store, round int) float64 {
	filer := store.NewFiler(s, func(int) {})
	defer filer.Close()
	return post(b, func(n int) error {
		_, err := filer.File(b.Context(), filing(fmt.Sprintf("together-%d-%d", round, n)))
		return err
	})
}

func filing(conversation string) store.Filing {
	id, now := store.NewID(), time.Now()
	return store.Filing{
		Conversation: conversation, From: "+254711000099", Event: `{"stage":"urgent","category":"dv","urgency":"critical","rule":"C1"}`,
		Report: ripoti.Report{ID: id, Channel: ripoti.ByUSSD, Lang: ripoti.English, Stage: ripoti.StageUrgent, Category: ripoti.DV,
			Urgency: ripoti.Critical, Rule: "C1", Status: ripoti.StatusFiled, FiledAt: now, Answers: told},
		Duties: []store.Duty{{Kind: "route", Subject: id, Queue: "critical", Due: now.Add(24 * time.Hour)}},
	}
}

var told = ripoti.Answers{Danger: ripoti.DangerYes, What: ripoti.WhatHome, ByWhom: ripoti.ByFamily,
	Place: ripoti.PlaceRef{ID: "area-0001", Name: "Kibera", County: "Nairobi", CountyID: "047", Point: nairobi}}

// filingsAlone writes the rows of the same report, one transaction each.
func filingsAlone(b *testing.B, db *sql.DB, round int) float64 {
	sealed, hash := make([]byte, 60), strings.Repeat("0", 64)
	return post(b, func(n int) error {
		id, now, code := store.NewID(), time.Now().UnixMicro(), fmt.Sprintf("%d-%d", round, n)
		tx, err := db.BeginTx(b.Context(), nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		for _, row := range []struct {
			into string
			args []any
		}{
			{"reports (id, code, conversation, channel, lang, stage, answers, story_sealed, category, second, urgency, rule, status, walled, county, place, filed_at, routed_at, last_seq, last_hash)",
				[]any{id, "alone-" + code, "alone-" + code, "ussd", "en", "urgent", strings.Repeat(" ", 250), nil, "dv", "", "critical", "C1", "filed", false, "047", "area-0001", now, 0, 1, hash}},
			{"reporters (report_id, phone_sealed, phone_hash, wish, created_at)", []any{id, sealed, hash, "", now}},
			{"events (report_id, seq, at, kind, actor, data, prev, hash)", []any{id, 1, now, "filed", "reporter", `{"stage":"urgent"}`, "", hash}},
			{"duties (id, kind, subject, queue, due_at, wake_at, tries)", []any{store.NewID(), "route", id, "critical", now, now + 86400e6, 0}},
		} {
			if _, err := tx.ExecContext(b.Context(), "insert into "+row.into+" values ("+marks(len(row.args))+")", row.args...); err != nil {
				return err
			}
		}
		return tx.Commit()
	})
}

func marks(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = "$" + strconv.Itoa(i+1)
	}
	return strings.Join(all, ",")
}
