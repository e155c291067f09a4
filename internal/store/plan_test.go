package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/store/storetest"
)

// wholeRead is how the databases say that they would read all reports.
var wholeRead = map[string]*regexp.Regexp{
	"sqlite": regexp.MustCompile(`SCAN (r|e|reports|events|network_events)\s*\n`),
	"pgx":    regexp.MustCompile(`Seq Scan on (reports|events)`),
}

// No list of the console reads a whole table of reports or of their histories, whatever is asked for (design 5: every list has an index
// that serves it at ten million reports).
func TestNoListReadsEveryReport(t *testing.T) {
	for driver, source := range map[string]func(*testing.T) (url, dsn string){
		"sqlite": func(t *testing.T) (string, string) {
			path := filepath.Join(t.TempDir(), "ripoti.db")
			return "sqlite:" + path, "file:" + path
		},
		"pgx": func(t *testing.T) (string, string) {
			address := os.Getenv("RIPOTI_TEST_POSTGRES")
			if address == "" {
				t.Skip("RIPOTI_TEST_POSTGRES is not set: no PostgreSQL to prove it on")
			}
			dsn := storetest.Schema(t, address)
			return dsn, dsn
		},
	} {
		t.Run(driver, func(t *testing.T) {
			url, dsn := source(t)
			_, db := open(t, storetest.NewClock(), url, driver, dsn)
			fill(t, db, driver)
			for name, q := range lists() {
				for page, query := range queriesOf(q) {
					plan := explained(t, db, driver, query.text, query.args)
					if wholeRead[driver].MatchString(plan) {
						t.Errorf("%s, %s:\n%s", name, page, plan)
					}
				}
			}
			for name, q := range deedLists() {
				for _, after := range []store.DeedMark{{}, {At: q.To, ReportID: "r00100", Seq: 3}} {
					text, args := store.DeedsQuery(store.View{Offices: []string{"o1"}}, q, after, 101)
					if plan := explained(t, db, driver, text, args); wholeRead[driver].MatchString(plan) {
						t.Errorf("%s, after %v:\n%s", name, after, plan)
					}
				}
			}
		})
	}
}

type asked struct {
	view   store.View
	wanted store.Wanted
}

// lists are the ways to ask, alone and for who sees a part only.
func lists() map[string]asked {
	now := time.Date(2026, 11, 2, 6, 0, 0, 0, time.UTC)
	all := map[string]asked{
		"everything":      {},
		"one county":      {view: store.View{Counties: []string{"047"}, Offices: []string{"o1"}}},
		"some counties":   {view: store.View{Counties: []string{"001", "002", "047"}, Offices: []string{"o1"}}},
		"an office's own": {view: store.View{Offices: []string{"o1"}, Own: true}},
		"a county":        {wanted: store.Wanted{County: "047"}},
		"a harm":          {wanted: store.Wanted{Category: ripoti.CSEC}},
		"an urgency":      {wanted: store.Wanted{Urgency: ripoti.Critical}},
		"an office":       {wanted: store.Wanted{Office: "o1"}},
		"a flag":          {wanted: store.Wanted{Flag: ripoti.FlagBribe}},
		"days":            {wanted: store.Wanted{From: now.AddDate(0, 0, -7), To: now}},
		"a drill":         {wanted: store.Wanted{Drill: "d1"}},
		"critical, open":  {wanted: store.Wanted{Urgency: ripoti.Critical, Status: ripoti.StatusRouted}},
	}
	for _, s := range []ripoti.Status{ripoti.StatusFiled, ripoti.StatusRouted, ripoti.StatusAccepted, ripoti.StatusClosed} {
		all["state "+string(s)] = asked{wanted: store.Wanted{Status: s}}
	}
	for _, w := range store.AllWaits {
		wanted := store.Wanted{Waits: w, Unsure: now, Late: map[ripoti.Urgency]time.Time{ripoti.High: now}}
		all["waits for "+string(w)] = asked{wanted: wanted}
		all["waits for "+string(w)+", county"] = asked{store.View{Counties: []string{"047"}, Offices: []string{"o1"}}, wanted}
	}
	return all
}

// deedLists are the ways to ask who did what.
func deedLists() map[string]store.DeedsWanted {
	from := time.UnixMicro(1790000000000000 + 19900*60000000)
	to := from.Add(time.Hour)
	return map[string]store.DeedsWanted{
		"of some days": {From: from, To: to}, "of a kind": {From: from, To: to, Kind: "viewed"}, "of somebody": {Actors: []string{"user:u1", "c1"}, To: to},
		"of a report": {Report: "r00100", To: to}, "of the network": {Network: true, From: from, To: to},
	}
}

type query struct {
	text string
	args []any
}

// queriesOf are the first page, the next one and the count of a list. A count of what is not open is never
// asked for.
func queriesOf(a asked) map[string]query {
	out := map[string]query{}
	text, args := store.SeenQuery(a.view, a.wanted, "", 51)
	out["first page"] = query{text, args}
	text, args = store.SeenQuery(a.view, a.wanted, "r00100", 51)
	out["next page"] = query{text, args}
	if a.wanted.Waits != "" || a.wanted.Status == ripoti.StatusRouted {
		text, args = store.CountedQuery(a.view, a.wanted, 101)
		out["count"] = query{text, args}
	}
	return out
}

func explained(t *testing.T, db *sql.DB, driver, text string, args []any) string {
	t.Helper()
	explain := map[string]string{"sqlite": "explain query plan ", "pgx": "explain "}[driver]
	rows, err := db.QueryContext(t.Context(), explain+text, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&plan, row[len(row)-1])
	}
	return plan.String()
}

// fill writes enough closed reports, and few open ones, for a planner to care.
func fill(t *testing.T, db *sql.DB, driver string) {
	t.Helper()
	series := map[string]string{
		"sqlite": "with recursive n (i) as (select 1 union all select i + 1 from n where i < 20000)",
		"pgx":    "with n (i) as (select generate_series(1, 20000))",
	}[driver]
	id := map[string]string{"sqlite": "printf('r%05d', i)", "pgx": "'r' || lpad(i::text, 5, '0')"}[driver]
	for _, statement := range []string{
		series + ` insert into reports (id, code, conversation, channel, lang, stage, answers, category, second, urgency, rule, status, walled, county, place, filed_at, routed_at, last_seq, last_hash)
			select ` + id + `, ` + id + `, ` + id + `, 'ussd', 'sw', 'complete', '{}', case when i % 50 = 0 then 'csec' else 'dv' end, '', case when i % 20 = 0 then 'critical' else 'medium' end, 'M2',
			case when i % 200 = 0 then 'routed' else 'closed' end, i % 100 = 0, '0' || (10 + i % 47), 'p', 1790000000000000 + cast(i as bigint) * 60000000, 1, 1, '' from n`,
		series + ` insert into assignments (id, report_id, office_id, side, status, step, ladder, created_at, send_at, accepted_by, accepted_at, reason)
			select ` + id + `, ` + id + `, 'o' || (i % 300), 'safety', case when i % 200 = 0 then 'open' else 'accepted' end, 0, '[]', i, i, 'c', i, '' from n`,
		series + ` insert into events (report_id, seq, at, kind, actor, data, prev, hash)
			select ` + id + `, 1, 1790000000000000 + cast(i as bigint) * 60000000, 'viewed', case when i % 3 = 0 then 'user:u' || (i % 40) else 'system' end, '{}', '', '' from n`,
		"analyze",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}
