// Package store is the durable truth: reports, assignments, messages, duties and the line of events
// behind each report. One SQL text serves PostgreSQL and SQLite; storetest proves that both keep the
// same promises.
//
// Numbers and narratives are sealed on the way in and opened on the way out, here and nowhere else.
// Driver errors become ours here too.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
	"github.com/pressly/goose/v3"

	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is a database with the keys to its sealed fields. It is safe for concurrent use.
type Store struct {
	write *sql.DB
	read  *sql.DB // the same as write on PostgreSQL
	dialect
	keys  *seal.Keys
	now   func() time.Time
	hands Hands // may be nil: what is due is found by Wake
	// callers is how many people on the line wait for the database.
	callers atomic.Int64
	holds   holds
}

// dialect is where the two databases truly differ.
type dialect struct {
	name       goose.Dialect
	forUpdate  string // locks a row that was read
	skipLocked string // takes what nobody else is taking
	bytes      string // the type of bytes
	// rows is what inserts many rows of a width, given one after the other in args; or, of width 1,
	// what a column is looked for in.
	rows func(width int, args []any) (source string, params []any)
	// atOnce says that one statement can write several tables.
	atOnce bool
}

var (
	postgres = dialect{goose.DialectPostgres, " for update", " for update skip locked", "bytea", unnested, true}
	sqlite   = dialect{goose.DialectSQLite3, "", "", "blob", listed, false} // every write transaction holds the one lock
)

// sqlitePragmas make a confirmed report survive a power cut (synchronous=FULL) and every
// transaction take the write lock at its start, so that none fails half-way.
const sqlitePragmas = "_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_txlock=immediate"

// Open connects to "postgres://..." or "sqlite:PATH". It does not migrate. now is the clock that
// stamps rows.
func Open(ctx context.Context, url string, keys *seal.Keys, now func() time.Time) (*Store, error) {
	s := &Store{keys: keys, now: now}
	var err error
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		s.dialect = sqlite
		if err := ownersOnly(path); err != nil {
			return nil, fmt.Errorf("open sqlite: %w", err)
		}
		if s.write, err = openSQLite("file:" + path + "?" + sqlitePragmas); err != nil {
			return nil, fmt.Errorf("open sqlite: %w", err)
		}
		s.write.SetMaxOpenConns(1) // SQLite has one writer: queue here, not in busy retries
		if s.read, err = openSQLite("file:" + path + "?" + sqlitePragmas + "&_pragma=query_only(1)"); err != nil {
			return nil, fmt.Errorf("open sqlite: %w", err)
		}
		s.read.SetMaxOpenConns(8)
		s.read.SetMaxIdleConns(8)
	} else {
		s.dialect = postgres
		if s.write, err = sql.Open("pgx", url); err != nil {
			return nil, fmt.Errorf("open postgres: %w", scrub(err))
		}
		s.write.SetMaxOpenConns(16)
		s.write.SetMaxIdleConns(16)
		s.read = s.write
	}
	if err := s.Ping(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// ownersOnly makes a database file that is not there yet readable by its owner alone; SQLite gives what stands
// beside it (-wal, -shm) the same. What is sealed in it is sealed, but codes, places and counts are not.
func ownersOnly(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// scrub drops the text of a connection error: drivers quote the URL, password and all.
func scrub(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	return errors.New("the database URL cannot be used: check DATABASE_URL")
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.write.PingContext(ctx); err != nil {
		return fmt.Errorf("database does not answer: %w", inLine{err})
	}
	return nil
}

// Now is the time that rows are stamped with.
func (s *Store) Now() time.Time { return s.now() }

// Close waits for nothing: stop those who write first.
func (s *Store) Close() error {
	if s.read != s.write {
		return errors.Join(s.read.Close(), s.write.Close())
	}
	return s.write.Close()
}

func (s *Store) migrator() (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(s.name, s.write, dir)
}

// Migrate brings the database to the newest form and gives the version it has then. Each step runs
// in a transaction of its own.
func (s *Store) Migrate(ctx context.Context) (version int64, err error) {
	m, err := s.migrator()
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	if _, err := m.Up(ctx); err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	return m.GetDBVersion(ctx)
}

// Migrated says whether the database has the form this program needs.
func (s *Store) Migrated(ctx context.Context) (bool, error) {
	m, err := s.migrator()
	if err != nil {
		return false, fmt.Errorf("migration state: %w", err)
	}
	pending, err := m.HasPending(ctx)
	if err != nil {
		return false, fmt.Errorf("migration state: %w", err)
	}
	return !pending, nil
}

// NewID is a time-ordered key.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// micros is how times are stored: 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// Tx is one transaction: everything in it becomes true together or not at all.
type Tx struct {
	*Store
	sql  *sql.Tx
	owed []Duty // to be handed over once this is committed
}

// mostTries is how often a transaction is run that the database gives up for the sake of others: who gave way
// may meet the same one again before it is through.
const mostTries = 3

// InTx runs f in a transaction and commits unless f fails. Where the database gave it up for another one's
// sake (a deadlock, a lock that did not come free) it is run again, twice at most: f must keep nothing of
// the time before but what it sets again.
func (s *Store) InTx(ctx context.Context, f func(*Tx) error) (err error) {
	for range mostTries {
		if err = s.inTx(ctx, f); err == nil || !s.givenUp(err) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func (s *Store) inTx(ctx context.Context, f func(*Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback()
	t := &Tx{Store: s, sql: tx}
	if err := f(t); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	s.handOver(t.owed)
	return nil
}

// notFound turns an empty answer into ours.
func notFound(err error, key string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ripoti.NotFound(key, nil)
	}
	return err
}

// list writes "$1,$2,$3" from first on.
func list(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	return b.String()
}

// Unsafely runs f with a SQLite database that does not wait for the disk: a power cut may break it whole. It is
// for a database that is thrown away unless f succeeds; when Unsafely is back without an error everything is on
// the disk. Whatever comes of f, later writes wait again.
func (s *Store) Unsafely(ctx context.Context, f func() error) (err error) {
	if s.name != goose.DialectSQLite3 {
		return f()
	}
	set := func(pragma string) error {
		_, err := s.write.ExecContext(context.WithoutCancel(ctx), "pragma "+pragma)
		return err
	}
	if err := set("synchronous = off"); err != nil {
		return fmt.Errorf("unsafely: %w", err)
	}
	defer func() { err = errors.Join(err, set("synchronous = full"), set("wal_checkpoint(truncate)")) }()
	return f()
}
