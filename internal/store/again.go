package store

import (
	"errors"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
	moderncsqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// givenUp are the errors after which the same transaction may well succeed: PostgreSQL's
// serialization_failure and deadlock_detected, SQLite's busy and locked.
var (
	givenUpPostgres = []string{"40001", "40P01"}
	givenUpSQLite   = []int{sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
)

// givenUp says whether the database gave a transaction up for the sake of another one.
func (s *Store) givenUp(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return slices.Contains(givenUpPostgres, pg.Code)
	}
	var lite *moderncsqlite.Error
	return errors.As(err, &lite) && slices.Contains(givenUpSQLite, lite.Code()&0xff)
}
