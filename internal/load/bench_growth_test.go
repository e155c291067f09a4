//go:build linux

package load

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// BenchmarkStoredReports compares filing and every list page on PostgreSQL with ten thousand and
// with -rows stored reports, each measured in turn. Ten million take some twenty minutes to make and
// some twenty GB.
func BenchmarkStoredReports(b *testing.B) {
	const few = 10_000
	small, large := storedReports(b, few), storedReports(b, *rows)
	var t strings.Builder
	fmt.Fprintf(&t, "\n| p50 ms | %d reports | %d reports | x |\n| --- | ---: | ---: | ---: |\n", few, *rows)
	for _, ask := range questions {
		var fast, slow, ratios []float64
		for range *rounds {
			f, s := p50(b, small, ask.do), p50(b, large, ask.do)
			fast, slow, ratios = append(fast, f), append(slow, s), append(ratios, s/f)
		}
		ratio := median(ratios)
		fmt.Fprintf(&t, "| %s | %.3f | %.3f | %.2f |\n", ask.name, median(fast), median(slow), ratio)
		b.ReportMetric(ratio, strings.ReplaceAll(ask.name, " ", "_")+"/x")
	}
	b.ReportMetric(0, "ns/op")
	b.Log(t.String())
}

// archive is a store with many reports in it.
type archive struct {
	*store.Store
	filer *store.Filer
	rows  int
	asked int
	start int64
}

var questions = []struct {
	name string
	do   func(b *testing.B, a *archive) error
}{
	{"file a report", func(b *testing.B, a *archive) error {
		_, err := a.filer.File(b.Context(), filing(fmt.Sprintf("growth-%d-%d", a.start, a.asked)))
		return err
	}},
	{"newest 20 reports", func(b *testing.B, a *archive) error { return page(a.Reports(b.Context(), "", 20)) }},
	{"20 reports from the middle", func(b *testing.B, a *archive) error {
		return page(a.Reports(b.Context(), storedID(a.rows/2+a.asked%1000), 20))
	}},
	{"a report by its number", func(b *testing.B, a *archive) error {
		_, err := a.ReportByCode(b.Context(), ripoti.Code(storedCode(1+a.asked*7919%a.rows)))
		return err
	}},
	{"a report's history", func(b *testing.B, a *archive) error {
		return page(a.Events(b.Context(), storedID(1+a.asked*7919%a.rows)))
	}},
	{"20 open cases of an office", func(b *testing.B, a *archive) error {
		return page(a.OpenAssignments(b.Context(), fmt.Sprintf("office-%d", a.asked%100), "", 20))
	}},
}

func page[T any](found []T, err error) error {
	if err == nil && len(found) == 0 {
		return fmt.Errorf("nothing was found")
	}
	return err
}

// p50 asks one question over and over.
func p50(b *testing.B, a *archive, ask func(*testing.B, *archive) error) float64 {
	var took histogram
	for begin := time.Now(); time.Since(begin) < *turn/4; {
		a.asked++
		at := time.Now()
		must(b)(ask(b, a))
		took.add(time.Since(at))
	}
	return float64(took.quantile(.5).Microseconds()) / 1000
}

// The rows are numbered; ids sort as their numbers do, as time-ordered ones.
func storedID(n int) string   { return fmt.Sprintf("00000000-0000-7000-8000-%012d", n) }
func storedCode(n int) string { return fmt.Sprintf("9%011d", n) }

func storedReports(b *testing.B, n int) *archive {
	h := openHouse(b)
	h.migrate(b)
	fill(b, h.db, n)
	s := h.store(b)
	filer := store.NewFiler(s, func(int) {})
	b.Cleanup(filer.Close)
	return &archive{Store: s, filer: filer, rows: n, start: time.Now().UnixNano()}
}

// fill writes n reports of the last three years with what stands around them: 100 offices with thirty
// open cases each, whatever has gone before.
func fill(b *testing.B, db *sql.DB, n int) {
	const part = 250_000
	for from := 1; from <= n; from += part {
		to := min(from+part-1, n)
		for _, statement := range []string{
			`insert into reports select '00000000-0000-7000-8000-' || lpad(i::text, 12, '0'), '9' || lpad(i::text, 11, '0'), md5(i::text) || md5(i::text || 'c'),
				'ussd', 'en', 'complete', $3, null, 'dv', '', 'high', 'H2', 'routed', false, lpad((1 + i % 47)::text, 3, '0'), 'ward-' || lpad((i % 1450)::text, 4, '0'),
				(1700000000 + i * 9.0)::bigint * 1000000, (1700000001 + i * 9.0)::bigint * 1000000, 3, md5(i::text) || md5(i::text || 'h') from generate_series($1::int, $2::int) i`,
			`insert into reporters select '00000000-0000-7000-8000-' || lpad(i::text, 12, '0'), decode(repeat(md5(i::text), 4), 'hex'), md5((i % 300000)::text) || md5('p'), 'none',
				(1700000000 + i * 9.0)::bigint * 1000000 from generate_series($1::int, $2::int) i`,
			`insert into events select '00000000-0000-7000-8000-' || lpad(i::text, 12, '0'), seq, (1700000000 + i * 9.0)::bigint * 1000000, 'filed', 'system', '{"stage":"complete"}',
				md5(i::text), md5(i::text || seq) from generate_series($1::int, $2::int) i, generate_series(1, 3) seq`,
			`insert into assignments select '00000000-0000-7000-8000-' || lpad(i::text, 12, '0'), '00000000-0000-7000-8000-' || lpad(i::text, 12, '0'), 'office-' || i % 100, 'safety',
				case when $4::int - i < 3000 then 'open' else 'accepted' end, 0, '[]', (1700000000 + i * 9.0)::bigint * 1000000, 0, '', 0, '' from generate_series($1::int, $2::int) i`,
		} {
			_, err := db.ExecContext(b.Context(), statement+" where $3 <> '' and $4::int > 0", // so that all take the same
				from, to, `{"what":"home","place":{"id":"ward-0001","name":"Invented"}}`+strings.Repeat(" ", 190), n)
			must(b)(err)
		}
	}
	for _, table := range []string{"reports", "reporters", "events", "assignments"} {
		_, err := db.ExecContext(b.Context(), "vacuum analyze "+table)
		must(b)(err)
	}
}

// BenchmarkOpenDialogues measures the memory of the web role, and its presses at a steady rate, with
// few and with twenty thousand calls open at once.
func BenchmarkOpenDialogues(b *testing.B) {
	h := openHouse(b)
	h.migrate(b)
	h.empty(b)
	web := h.startWeb(b)
	seed := uint64(time.Now().UnixNano())
	press := func(sessions int, rate float64) Result {
		seed++
		return h.walk(b, "web", Options{URL: web.hook(), Path: Unfinished, Sessions: sessions, Rate: rate, Concurrency: 128, Sources: 256, Seed: seed})
	}
	var t strings.Builder
	fmt.Fprint(&t, "\n| open calls | RSS MB | p50 ms | p99 ms |\n| ---: | ---: | ---: | ---: |\n")
	open := 0
	for _, want := range []int{2_000, 20_000} {
		press(want-open, 0)
		open = want
		var p50, p99 []float64
		for range *rounds {
			r := press(100, 200)
			open += 100
			p50, p99 = append(p50, r.All.P50), append(p99, r.All.P99)
		}
		rss := float64(web.rss(b)) / (1 << 20)
		fmt.Fprintf(&t, "| %d | %.0f | %.2f | %.2f |\n", open, rss, median(slices.Clone(p50)), median(slices.Clone(p99)))
		b.ReportMetric(rss, fmt.Sprintf("MB/%d", want))
	}
	b.ReportMetric(0, "ns/op")
	b.Log(t.String())
}
