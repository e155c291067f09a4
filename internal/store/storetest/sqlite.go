package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ripoti/internal/seal"
	"ripoti/internal/store"
)

// SQLite is the path of a migrated database of the test's own with nothing in it. It is migrated once for
// all tests of a program, and copied.
func SQLite(t testing.TB) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ripoti.db")
	empty, err := emptySQLite()
	if err == nil {
		err = os.WriteFile(path, empty, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// emptySQLite is a migrated database as the bytes of its file.
var emptySQLite = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "ripoti-empty")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	keys, err := seal.New()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "empty.db")
	empty, err := store.Open(context.Background(), "sqlite:"+path, keys, time.Now)
	if err != nil {
		return nil, err
	}
	if _, err := empty.Migrate(context.Background()); err != nil {
		return nil, err
	}
	if err := empty.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})
