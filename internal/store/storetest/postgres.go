package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// Schema makes an empty schema in a PostgreSQL database and gives the address that leads into it;
// it is dropped by t.Cleanup. So tests run beside each other in one database.
func Schema(t testing.TB, address string) string {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	name := "ripoti_test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if _, err := db.ExecContext(t.Context(), "create schema "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db.Exec("drop schema " + name + " cascade")
		db.Close()
	})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(fmt.Errorf("RIPOTI_TEST_POSTGRES: %w", err))
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// Reset gives what takes a migrated schema back to how its migrations left it. Emptying tables takes
// milliseconds where making them takes seconds.
func Reset(t testing.TB, db *sql.DB) func() {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `select c.relname from pg_class c where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
		order by (select count(*) from pg_constraint f where f.contype = 'f' and f.confrelid = c.oid), c.relname`) // what others refer to goes last
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
	var all strings.Builder
	for _, table := range tables {
		switch table {
		case "goose_db_version":
		case "revisions":
			all.WriteString("update revisions set revision = 0;")
		default:
			var left bool
			if err := db.QueryRowContext(t.Context(), "select exists (select 1 from "+table+")").Scan(&left); err != nil || left {
				t.Fatalf("the migrations leave rows in %s, which Reset does not bring back (%v)", table, err)
			}
			all.WriteString("delete from " + table + ";")
		}
	}
	return func() {
		if _, err := db.ExecContext(context.Background(), all.String()); err != nil {
			t.Error("reset:", err)
		}
	}
}
