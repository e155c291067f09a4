package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// steadyPauses are between the tries of what a caller waits for. In all they are less than a caller waits for
// the database (FILE_TIMEOUT, 2.5 s), and a server that restarts is back, or its standby in charge, within
// them or not while the caller is on the line.
var steadyPauses = []time.Duration{20 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond}

// steadily does what a caller waits for, and again while its connection breaks: after a restart or a
// failover each connection that was in use breaks once, though the database is there. do MUST bear being done
// twice, for the answer of a commit may be what was lost.
func steadily(ctx context.Context, do func() error) error {
	err := do()
	for _, pause := range steadyPauses {
		if !broken(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
		err = do()
	}
	return err
}

// Away says that an error is PostgreSQL's, and that it was not there: it cannot be reached, is going down, is
// coming up, or takes no more connections.
func Away(err error) bool {
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return true
	}
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		return false
	}
	for _, class := range []string{"08", "57P", "53300"} { // https://www.postgresql.org/docs/15/errcodes-appendix.html
		if strings.HasPrefix(said.Code, class) {
			return true
		}
	}
	return false
}

// broken says that an error of a statement is the connection's, not the statement's.
func broken(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var network net.Error
	return Away(err) || pgconn.SafeToRetry(err) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// inLine is an error in one line, each part said once: PostgreSQL's client gives each address it tried, with
// TLS and without, a line of its own.
type inLine struct{ error }

func (e inLine) Unwrap() error { return e.error }

func (e inLine) Error() string {
	var said []string
	for line := range strings.Lines(e.error.Error()) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(said, line) {
			said = append(said, line)
		}
	}
	return strings.Join(said, " ")
}
