package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	engine "modernc.org/sqlite"
)

// openSQLite opens a pool of connections to SQLite that parse a statement once and keep it, as those to
// PostgreSQL do by themselves: without this a quarter of the time goes into parsing the same texts.
func openSQLite(dsn string) (*sql.DB, error) {
	c, err := engine.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(preparing{c}), nil
}

// preparing makes connections that keep their statements.
type preparing struct{ driver.Connector }

func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	whole, ok := c.(sqliteConn)
	if !ok {
		return nil, fmt.Errorf("sqlite: %T is not the connection we know", c)
	}
	return &preparedConn{sqliteConn: whole, kept: map[string]driver.Stmt{}}, nil
}

// sqliteConn is what database/sql makes use of in a connection to SQLite.
type sqliteConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// preparedConn is one connection with the statements it has parsed and that nobody is using. As any
// driver.Conn it is used by one goroutine at a time.
type preparedConn struct {
	sqliteConn
	kept map[string]driver.Stmt
}

// mostKept bounds what a connection keeps. Texts are few; only lists of many lengths make more of them.
const mostKept = 256

// statement is the parsed text, taken out of what is kept while it is used: one that is read from
// cannot be started again in between.
func (c *preparedConn) statement(ctx context.Context, text string) (driver.Stmt, error) {
	if s, ok := c.kept[text]; ok {
		delete(c.kept, text)
		return s, nil
	}
	return c.PrepareContext(ctx, text)
}

// keep puts a statement back, in place of any other one when there are enough.
func (c *preparedConn) keep(text string, s driver.Stmt) error {
	if _, twice := c.kept[text]; twice {
		return s.Close()
	}
	if len(c.kept) == mostKept {
		for old, its := range c.kept {
			delete(c.kept, old)
			if err := its.Close(); err != nil {
				return err
			}
			break
		}
	}
	c.kept[text] = s
	return nil
}

func (c *preparedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	result, err := s.(driver.StmtExecContext).ExecContext(ctx, args)
	if err != nil {
		s.Close() // the error that matters is the statement's own
		return nil, err
	}
	return result, c.keep(text, s)
}

func (c *preparedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		s.Close()
		return nil, err
	}
	return &preparedRows{Rows: rows, done: func() error { return c.keep(text, s) }}, nil
}

// Close ends the connection with all it kept.
func (c *preparedConn) Close() error {
	for _, s := range c.kept {
		s.Close() // the connection goes with them
	}
	clear(c.kept)
	return c.sqliteConn.Close()
}

// preparedRows give their statement back when they are closed.
type preparedRows struct {
	driver.Rows
	done func() error
}

func (r *preparedRows) Close() error {
	err := r.Rows.Close()
	if done := r.done; done != nil {
		r.done = nil
		if kept := done(); err == nil {
			err = kept
		}
	}
	return err
}
