package store_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ripoti/internal/seal"
	"ripoti/internal/store"
	"ripoti/internal/store/storetest"
)

func open(t *testing.T, clock *storetest.Clock, url, driver, dsn string) (*store.Store, *sql.DB) {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), url, keys, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return s, db
}

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock *storetest.Clock) (*store.Store, *sql.DB) {
		path := filepath.Join(t.TempDir(), "ripoti.db")
		return open(t, clock, "sqlite:"+path, "sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	})
}

func TestPostgres(t *testing.T) {
	address := os.Getenv("RIPOTI_TEST_POSTGRES")
	if address == "" {
		t.Skip("RIPOTI_TEST_POSTGRES is not set: no PostgreSQL to prove it on")
	}
	storetest.Run(t, func(t *testing.T, clock *storetest.Clock) (*store.Store, *sql.DB) {
		dsn := storetest.Schema(t, address)
		return open(t, clock, dsn, "pgx", dsn)
	})
}

func TestMigrations(t *testing.T) {
	t.Run("a database that was not migrated says so", func(t *testing.T) {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "ripoti.db"), keys, storetest.NewClock().Now)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if ok, err := s.Migrated(t.Context()); ok || err != nil {
			t.Errorf("migrated %v, %v", ok, err)
		}
		for range 2 { // the second time changes nothing
			if _, err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if ok, err := s.Migrated(t.Context()); !ok || err != nil {
			t.Errorf("migrated %v, %v", ok, err)
		}
	})
	t.Run("an unusable address is told without its password", func(t *testing.T) {
		secret := url.UserPassword("ripoti", "hunter2")
		_, err := store.Open(t.Context(), fmt.Sprintf("postgres://%s@127.0.0.1:1/none", secret), nil, storetest.NewClock().Now)
		if err == nil {
			t.Fatal("nobody answers there")
		}
		if msg := err.Error(); len(msg) == 0 || strings.Contains(msg, "hunter2") {
			t.Errorf("the error tells the password: %s", msg)
		}
	})
}
