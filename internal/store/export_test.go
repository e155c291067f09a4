package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	engine "modernc.org/sqlite"
)

// Down takes the database back to before the first migration.
func (s *Store) Down(ctx context.Context) error {
	m, err := s.migrator()
	if err != nil {
		return err
	}
	_, err = m.DownTo(ctx, 0)
	return err
}

// Seen and Counted are the queries behind the lists and counts of reports, for tests that ask the
// databases how they would go about them.
var (
	SeenQuery    = seen
	CountedQuery = counted
	DeedsQuery   = deeds
)

// Watch lets seen hear of every statement that SQLite is given from now on, once for each connection.
func (s *Store) Watch(path string, seen func(statement string)) error {
	if err := s.Close(); err != nil {
		return err
	}
	c, err := engine.NewConnector("file:" + path + "?" + sqlitePragmas)
	r, failed := engine.NewConnector("file:" + path + "?" + sqlitePragmas + "&_pragma=query_only(1)")
	s.write, s.read = sql.OpenDB(watching{preparing{c}, seen}), sql.OpenDB(watching{preparing{r}, seen})
	s.write.SetMaxOpenConns(1)
	return errors.Join(err, failed)
}

type watching struct {
	preparing
	seen func(string)
}

func (w watching) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := w.preparing.Connect(ctx)
	if err != nil {
		return nil, err
	}
	kept := c.(*preparedConn)
	kept.sqliteConn = watchedConn{kept.sqliteConn, w.seen}
	return kept, nil
}

type watchedConn struct {
	sqliteConn
	seen func(string)
}

func (c watchedConn) PrepareContext(ctx context.Context, statement string) (driver.Stmt, error) {
	c.seen(statement)
	return c.sqliteConn.PrepareContext(ctx, statement)
}

// WriterPragma reads a setting of the connection that writes.
func (s *Store) WriterPragma(ctx context.Context, name string, into *int) error {
	return s.write.QueryRowContext(ctx, "pragma "+name).Scan(into)
}
