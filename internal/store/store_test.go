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

// open opens a database, migrated, and a way past the store into it.
func open(t *testing.T, clock *storetest.Clock, url, driver, dsn string) (*store.Store, *sql.DB) {
	t.Helper()
	s, db := openMigrated(t, clock, url, driver, dsn)
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, db
}

func openMigrated(t *testing.T, clock *storetest.Clock, url, driver, dsn string) (*store.Store, *sql.DB) {
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
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return s, db
}

func TestPostgres(t *testing.T) {
	address := os.Getenv("RIPOTI_TEST_POSTGRES")
	if address == "" {
		t.Skip("RIPOTI_TEST_POSTGRES is not set: no PostgreSQL to prove it on")
	}
	dsn := storetest.Schema(t, address)
	_, db := open(t, storetest.NewClock(), dsn, "pgx", dsn)
	reset := storetest.Reset(t, db)
	storetest.Run(t, func(t *testing.T, clock *storetest.Clock) (*store.Store, *sql.DB) {
		t.Cleanup(reset) // once the store is closed
		return openMigrated(t, clock, dsn, "pgx", dsn)
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

func TestSQLiteIsItsOwners(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ripoti.db")
	open(t, storetest.NewClock(), "sqlite:"+path, "sqlite", path)
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s is %v", filepath.Base(file), mode)
		}
	}
}
