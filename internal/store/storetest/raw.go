package storetest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/stdlib"
)

// tamper changes the lines of events behind the store's back, as an intruder would, and gives a way
// to put them back.
func tamper(t testing.TB, db *sql.DB, statement string, args ...any) (undo func()) {
	t.Helper()
	events := rows(t, db, "select report_id, seq, at, kind, actor, data, prev, hash from events", 8)
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
	return func() {
		for _, restore := range append([][]any{nil}, events...) {
			query := "insert into events (report_id, seq, at, kind, actor, data, prev, hash) values ($1,$2,$3,$4,$5,$6,$7,$8)"
			if restore == nil {
				query = "delete from events"
			}
			if _, err := db.ExecContext(t.Context(), query, restore...); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Dump is everything that stands in a database, as text, every table of it under its name: for tests
// that look for leaks.
func Dump(t testing.TB, db *sql.DB) string {
	t.Helper()
	tables := "select name from sqlite_master where type = 'table' order by name"
	if _, postgres := db.Driver().(*stdlib.Driver); postgres {
		tables = "select table_name from information_schema.tables where table_schema = current_schema() order by table_name"
	}
	var b strings.Builder
	for _, table := range rows(t, db, tables, 1) {
		fmt.Fprintf(&b, "%s\n", table[0])
		for _, row := range rows(t, db, fmt.Sprintf("select * from %s", table[0]), 0) {
			for _, v := range row {
				if raw, ok := v.([]byte); ok {
					v = string(raw)
				}
				fmt.Fprintf(&b, "%v\t", v)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func rows(t testing.TB, db *sql.DB, query string, width int) (out [][]any) {
	t.Helper()
	found, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	if width == 0 {
		columns, err := found.Columns()
		if err != nil {
			t.Fatal(err)
		}
		width = len(columns)
	}
	for found.Next() {
		row, into := make([]any, width), make([]any, width)
		for i := range row {
			into[i] = &row[i]
		}
		if err := found.Scan(into...); err != nil {
			t.Fatal(err)
		}
		out = append(out, row)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
