package casework_test

import (
	"context"
	"os"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
	"ripoti/internal/store"
	"ripoti/internal/store/storetest"
	"ripoti/internal/tasks"
)

// postgresDesk is a desk on PostgreSQL, where rows are held one by one.
func postgresDesk(t *testing.T) (*casework.Desk, *storetest.Clock) {
	t.Helper()
	address := os.Getenv("RIPOTI_TEST_POSTGRES")
	if address == "" {
		t.Skip("RIPOTI_TEST_POSTGRES is not set: no PostgreSQL to try it on")
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	clock := storetest.NewClock()
	keys, err := seal.New()
	must(err)
	s, err := store.Open(t.Context(), storetest.Schema(t, address), keys, clock.Now)
	must(err)
	t.Cleanup(func() { s.Close() })
	_, err = s.Migrate(t.Context())
	must(err)
	offices, contacts := stage.Village(clock.Now())
	must(s.InTx(t.Context(), func(tx *store.Tx) error { return tx.SaveDirectory(t.Context(), offices, contacts) }))
	places, err := gazetteer.Load()
	must(err)
	live, err := casework.NewLive(t.Context(), s, places)
	must(err)
	filer := store.NewFiler(s, func(int) {})
	t.Cleanup(filer.Close)
	return &casework.Desk{Store: s, Filer: filer, Live: live, Now: clock.Now, Wake: func() {}, Places: places}, clock
}

// Whoever holds a report ends its timers; a worker that is at such a timer in the same moment must not
// hold it while it waits for the report, or each waits for the other until the database ends one of them.
func TestTimersAndAnswersDoNotWaitForEachOther(t *testing.T) {
	d, clock := postgresDesk(t)
	code, err := d.File(t.Context(), casework.Filing{Conversation: "c1", From: "+254711000099", Channel: ripoti.ByUSSD,
		Draft: ripoti.Draft{Answers: stage.Report(nil), Lang: ripoti.Swahili, Stage: ripoti.StageComplete}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Store.ReportByCode(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	route := dutyOf(t, d, tasks.Route, r.ID)
	if err := d.Route(t.Context(), route); err != nil {
		t.Fatal(err)
	}
	clock.Move(time.Hour)
	assignments, err := d.Store.Assignments(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	var climbing store.Assignment
	for _, a := range assignments {
		if duties, _ := d.Store.DutiesOf(t.Context(), a.ID); len(duties) > 0 {
			climbing = a
		}
	}
	for _, c := range []struct {
		kind, subject string
		do            casework.Task
	}{
		{tasks.Climb, climbing.ID, d.Climb},
		{tasks.Route, r.ID, d.Route},
		{tasks.Tell, r.ID, d.Tell},
		{tasks.Inform, r.ID, d.Inform},
		{tasks.AskHow, r.ID, d.AskHow},
		{tasks.Unread, r.ID, d.Unread},
	} {
		t.Run(c.kind, func(t *testing.T) {
			if err := d.Store.InTx(t.Context(), func(tx *store.Tx) error {
				return tx.OweOnce(t.Context(), store.Duty{ID: "crossing:" + c.kind, Kind: c.kind, Subject: c.subject, Queue: tasks.Default, Due: clock.Now()})
			}); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			err := d.Store.InTx(ctx, func(tx *store.Tx) error {
				if _, err := tx.Report(ctx, r.ID); err != nil {
					return err
				}
				go func() { done <- c.do(ctx, tasks.Payload{Duty: "crossing:" + c.kind, Subject: c.subject}) }()
				time.Sleep(150 * time.Millisecond) // the worker has come as far as it can
				return tx.Cancel(ctx, c.kind, c.subject)
			})
			if err != nil {
				t.Errorf("who held the report: %v", err)
			}
			if err := <-done; err != nil {
				t.Errorf("the worker: %v", err)
			}
		})
	}
}

func dutyOf(t *testing.T, d *casework.Desk, kind, subject string) tasks.Payload {
	t.Helper()
	duties, err := d.Store.DutiesOf(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	for _, duty := range duties {
		if duty.Kind == kind {
			return tasks.Payload{Duty: duty.ID, Subject: subject}
		}
	}
	t.Fatalf("no %s is owed about %s", kind, subject)
	return tasks.Payload{}
}
