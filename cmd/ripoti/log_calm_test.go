package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// calmLines is what a log holds after something was logged.
func calmLines(t *testing.T, say func(*slog.Logger)) (lines []map[string]any) {
	t.Helper()
	var out bytes.Buffer
	synctest.Test(t, func(*testing.T) { say(slog.New(newCalm(slog.NewJSONHandler(&out, nil)))) })
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		var read map[string]any
		if err := json.Unmarshal([]byte(line), &read); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		lines = append(lines, read)
	}
	return lines
}

func TestCalmLog(t *testing.T) {
	down := fmt.Errorf("wake: %w", &pgconn.PgError{Code: "57P01", Message: "terminating"})
	t.Run("an outage is one line in half a minute, which says what to do and how often", func(t *testing.T) {
		lines := calmLines(t, func(log *slog.Logger) {
			for i := range 50 {
				log.Error("not stored", "try", i, "error", down)
				time.Sleep(time.Second)
			}
		})
		if len(lines) != 2 || lines[1]["times_since_told"] != 29.0 {
			t.Fatalf("%v", lines)
		}
		if do := fmt.Sprint(lines[0]["do"]); !strings.Contains(do, "The database is down") {
			t.Errorf("what to do is %q", do)
		}
	})
	t.Run("two troubles are two lines, and one of other numbers is the same", func(t *testing.T) {
		lines := calmLines(t, func(log *slog.Logger) {
			log.Error("task", "kind", "send", "error", errors.New("read 127.0.0.1:4711: x"))
			log.Error("task", "kind", "send", "error", errors.New("read 127.0.0.1:4712: x"))
			log.Error("task", "kind", "route", "error", errors.New("x"))
			log.With("kind", "climb").Error("task", "error", errors.New("x"))
			log.Warn("task", "kind", "route", "error", errors.New("x"))
		})
		if len(lines) != 4 {
			t.Errorf("%d lines: %v", len(lines), lines)
		}
	})
	t.Run("what is no trouble is told each time", func(t *testing.T) {
		lines := calmLines(t, func(log *slog.Logger) {
			for range 3 {
				log.Info("report saved", "urgency", "high")
			}
		})
		if len(lines) != 3 {
			t.Errorf("%d lines", len(lines))
		}
	})
	t.Run("the client of Redis speaks by the log", func(t *testing.T) {
		lines := calmLines(t, func(log *slog.Logger) {
			for port := range 20 {
				redisLog{log}.Printf(t.Context(), "redis: connection pool: failed to dial: %d", port)
			}
		})
		if len(lines) != 1 || !strings.Contains(fmt.Sprint(lines[0]["do"]), "Redis is down") {
			t.Errorf("%v", lines)
		}
	})
	t.Run("what stands in the way of memory is forgotten", func(t *testing.T) {
		told := newCalm(slog.DiscardHandler)
		for i := range 3 * calmKnown {
			told.told.tell(strings.Repeat("x", i), time.Now())
		}
		if n := len(told.told.known); n > calmKnown {
			t.Errorf("%d troubles are remembered", n)
		}
	})
}

func TestWhatToDoIsWritten(t *testing.T) {
	written := readDoc(t, "docs/operations.md")
	for _, err := range []error{&pgconn.PgError{Code: "57P01"}, errRedis} {
		_, quoted, _ := strings.Cut(whatToDo(err), `"`)
		title, _, _ := strings.Cut(quoted, `"`)
		if title == "" || !strings.Contains(written, "**"+title+".**") {
			t.Errorf("operations.md has nothing under %q", title)
		}
	}
}
