package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
	"ripoti/internal/store"
	"ripoti/internal/store/storetest"
)

func TestPostgresCutsItsConnections(t *testing.T) {
	address := os.Getenv("RIPOTI_TEST_POSTGRES")
	if address == "" {
		t.Skip("RIPOTI_TEST_POSTGRES is not set: no PostgreSQL to cut")
	}
	name := "cut-" + store.NewID()
	dsn := storetest.Schema(t, address)
	clock := storetest.NewClock()
	s, db := open(t, clock, dsn+"&application_name="+name, "pgx", dsn)
	filer := store.NewFiler(s, func(int) {})
	t.Cleanup(filer.Close)
	cut := func() (n int) {
		t.Helper()
		for range 3 { // what was in use in the last second is not looked at before it is used again
			if err := s.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		err := db.QueryRowContext(t.Context(), "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = $1", name).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if cut() == 0 {
		t.Fatal("there was nothing to cut")
	}
	for i := range 5 {
		from, talk := ripoti.Phone("+254711000099"), fmt.Sprint("talk", i)
		if err := s.HoldTogether(t.Context(), store.Held{Conversation: talk, From: from, Channel: ripoti.ByUSSD}, clock.Now()); err != nil {
			t.Errorf("a danger that was said is not kept: %v", err)
		}
		cut()
		filed, err := filer.File(t.Context(), store.Filing{Conversation: talk, From: from, Event: "{}", Held: true,
			Report: ripoti.Report{ID: store.NewID(), Channel: ripoti.ByUSSD, Lang: ripoti.English, Status: ripoti.StatusFiled, FiledAt: clock.Now()}})
		if err != nil || filed.Code == "" {
			t.Errorf("the caller hears that nothing was saved: %v", err)
		}
		cut()
	}
	var saved int
	if err := db.QueryRowContext(t.Context(), "select count(*) from reports").Scan(&saved); err != nil || saved != 5 {
		t.Errorf("%d reports of 5 conversations, %v", saved, err)
	}
}

func TestAway(t *testing.T) {
	for _, c := range []struct {
		err  error
		away bool
	}{
		{nil, false},
		{errors.New("x"), false},
		{context.DeadlineExceeded, false},
		{fmt.Errorf("file: %w", &pgconn.PgError{Code: "57P01"}), true},
		{&pgconn.PgError{Code: "53300"}, true},
		{&pgconn.PgError{Code: "23505"}, false},
		{&pgconn.PgError{Code: "57014"}, false}, // a statement was cancelled: nobody is away
	} {
		if got := store.Away(c.err); got != c.away {
			t.Errorf("%v: away %v", c.err, got)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err := pgconn.Connect(ctx, "postgres://nobody@127.0.0.1:1/none")
	if !store.Away(err) {
		t.Errorf("a closed door is not away: %v", err)
	}
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(ctx, "postgres://nobody@127.0.0.1:1/none", keys, time.Now)
	if err == nil || !store.Away(err) || strings.Contains(err.Error(), "\n") || strings.Count(err.Error(), "127.0.0.1:1 ") > 1 {
		t.Errorf("an operator reads %v", err)
	}
}
