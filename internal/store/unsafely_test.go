package store_test

import (
	"errors"
	"path/filepath"
	"testing"

	"ripoti/internal/store/storetest"
)

// What was written without waiting for the disk is on it afterwards, and later writes wait again.
func TestUnsafelyEndsSafely(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ripoti.db")
	s, _ := open(t, storetest.NewClock(), "sqlite:"+path, "sqlite", "file:"+path)
	synchronous := func() (level int) {
		t.Helper()
		if err := s.WriterPragma(t.Context(), "synchronous", &level); err != nil {
			t.Fatal(err)
		}
		return level
	}
	within := -1
	if err := s.Unsafely(t.Context(), func() error { within = synchronous(); return nil }); err != nil || within != 0 {
		t.Errorf("within it is %d: %v", within, err)
	}
	broken := errors.New("broken")
	if err := s.Unsafely(t.Context(), func() error { return broken }); !errors.Is(err, broken) {
		t.Errorf("its error is lost: %v", err)
	}
	if level := synchronous(); level != 2 {
		t.Errorf("afterwards it is %d, not full", level)
	}
}
