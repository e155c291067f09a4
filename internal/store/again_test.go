package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/store/storetest"
)

// A transaction that the database gave up for another one's sake is run again, from the beginning and twice at
// most; any other failure is a failure.
func TestATransactionThatWasGivenUpRunsAgain(t *testing.T) {
	for name, c := range map[string]struct {
		fails []error // of the first tries
		tries int
		saved bool
	}{
		"nothing fails":                      {nil, 1, true},
		"PostgreSQL ends a deadlock":         {[]error{&pgconn.PgError{Code: "40P01"}}, 2, true},
		"PostgreSQL cannot serialize it":     {[]error{fmt.Errorf("take: %w", &pgconn.PgError{Code: "40001"})}, 2, true},
		"SQLite is locked by another":        {[]error{busy(t)}, 2, true},
		"twice in a row":                     {[]error{&pgconn.PgError{Code: "40P01"}, &pgconn.PgError{Code: "40P01"}}, 3, true},
		"three times in a row":               {[]error{&pgconn.PgError{Code: "40P01"}, &pgconn.PgError{Code: "40P01"}, &pgconn.PgError{Code: "40P01"}}, 3, false},
		"a key that is taken":                {[]error{&pgconn.PgError{Code: "23505"}}, 1, false},
		"a refusal":                          {[]error{ripoti.Conflict("incident.decided", nil)}, 1, false},
		"a refusal that quotes the database": {[]error{errors.New("40P01")}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "again.db")
			s, db := open(t, storetest.NewClock(), "sqlite:"+path, "sqlite", path)
			tries := 0
			err := s.InTx(t.Context(), func(tx *store.Tx) error {
				tries++
				if err := tx.Owe(t.Context(), store.Duty{ID: "one", Kind: "route", Due: storetest.NewClock().Now()}); err != nil {
					return err // a first try that left something behind would meet its own row here
				}
				if tries <= len(c.fails) {
					return c.fails[tries-1]
				}
				return nil
			})
			var rows int
			if err := db.QueryRow("select count(*) from duties where id = 'one'").Scan(&rows); err != nil {
				t.Fatal(err)
			}
			if tries != c.tries || (err == nil) != c.saved || (rows == 1) != c.saved {
				t.Errorf("%d tries, %v, %d rows", tries, err, rows)
			}
		})
	}
	t.Run("not for a caller who is gone", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "again.db")
		s, _ := open(t, storetest.NewClock(), "sqlite:"+path, "sqlite", path)
		ctx, leave := context.WithCancel(t.Context())
		tries := 0
		err := s.InTx(ctx, func(*store.Tx) error {
			tries++
			leave()
			return &pgconn.PgError{Code: "40P01"}
		})
		if tries != 1 || err == nil {
			t.Errorf("%d tries, %v", tries, err)
		}
	})
}

// busy is what SQLite says while another connection writes.
func busy(t *testing.T) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "busy.db")
	_, db := open(t, storetest.NewClock(), "sqlite:"+path, "sqlite", path)
	writer, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	if _, err := writer.ExecContext(t.Context(), "begin immediate"); err != nil {
		t.Fatal(err)
	}
	other, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	_, err = other.ExecContext(t.Context(), "begin immediate")
	if err == nil {
		t.Fatal("two write at once")
	}
	return err
}
