package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"ripoti/internal/seal"
	"ripoti/internal/store"
	"ripoti/internal/store/storetest"
)

func TestMigrationsGoDownAndUpAgain(t *testing.T) {
	for name, source := range map[string]func(*testing.T) string{
		"sqlite": func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "ripoti.db") },
		"postgres": func(t *testing.T) string {
			address := os.Getenv("RIPOTI_TEST_POSTGRES")
			if address == "" {
				t.Skip("RIPOTI_TEST_POSTGRES is not set: no PostgreSQL to prove it on")
			}
			return storetest.Schema(t, address)
		},
	} {
		t.Run(name, func(t *testing.T) {
			keys, err := seal.New()
			if err != nil {
				t.Fatal(err)
			}
			s, err := store.Open(t.Context(), source(t), keys, storetest.NewClock().Now)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			before, err := s.Migrate(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Down(t.Context()); err != nil {
				t.Fatal("down:", err)
			}
			if after, err := s.Migrate(t.Context()); err != nil || after != before {
				t.Errorf("up again: version %d after %d, %v", after, before, err)
			}
		})
	}
}
