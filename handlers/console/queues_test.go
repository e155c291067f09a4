package console_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// failOnce hands a duty to a queue whose worker cannot do it, and waits until it has failed.
func failOnce(t *testing.T, client redis.UniversalClient, d store.Duty) {
	t.Helper()
	if err := tasks.NewQueue(asynq.NewClientFromRedisClient(client)).Hand(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	failed := make(chan struct{})
	server := asynq.NewServerFromRedisClient(client, asynq.Config{Concurrency: 1, Queues: tasks.Queues, TaskCheckInterval: 10 * time.Millisecond, LogLevel: asynq.FatalLevel,
		ErrorHandler: asynq.ErrorHandlerFunc(func(context.Context, *asynq.Task, error) { close(failed) })})
	if err := server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
		return errors.Join(errors.New("sealed +254711000099"), asynq.SkipRetry)
	})); err != nil {
		t.Fatal(err)
	}
	<-failed
	server.Shutdown()
}

func TestQueuesShowWhatFailedAndNobody(t *testing.T) {
	redisServer := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: redisServer.Addr(), DialTimeout: time.Second, MaxRetries: -1})
	defer client.Close()
	h := openQueues(t, tasks.NewWatch(client))
	admin := h.as(ripoti.User{Login: "sample.admin", Name: "Sample", Role: ripoti.UserAdmin})
	if status, page := admin.get("/console/queues"); status != http.StatusOK || !strings.Contains(page, "In the queues now") {
		t.Fatalf("before the first task: %d", status)
	}
	const subject = "0199-report-of-somebody"
	duty := store.Duty{ID: "duty-1", Kind: tasks.Route, Subject: subject, Queue: tasks.Critical, Due: h.Clock.Now(), Tries: 3}
	h.must(h.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.Owe(t.Context(), duty) }))
	for range 3 {
		_, err := h.Store.Wake(t.Context(), 10, time.Second)
		h.must(err)
		h.Clock.Move(2 * time.Second)
	}
	failOnce(t, client, duty)
	_, page := admin.get("/console/queues")
	if !strings.Contains(page, "/console/queues/critical/duty-1:3/retry") || !strings.Contains(page, "/console/duties/duty-1") {
		t.Error("what failed is not on the page")
	}
	for _, secret := range []string{subject, "254711000099", "sealed"} {
		if strings.Contains(page, secret) {
			t.Errorf("the page tells %s", secret)
		}
	}
	if status, page := admin.post("/console/queues/critical/duty-1:3/retry", nil); status != http.StatusOK || !strings.Contains(page, "tried again now") {
		t.Errorf("try again: %d", status)
	}
	if _, page := admin.get("/console/queues"); strings.Contains(page, "duty-1:3/retry") {
		t.Error("tried again, and still among the failed")
	}
	failOnce(t, client, store.Duty{ID: "duty-2", Kind: tasks.Send, Queue: tasks.Low})
	if status, _ := admin.post("/console/queues/low/duty-2:0/drop", nil); status != http.StatusOK {
		t.Errorf("drop: %d", status)
	}
	for path, want := range map[string]int{"/console/queues/low/duty-2:0/drop": 404, "/console/queues/nowhere/duty-2:0/drop": 404, "/console/queues/low/duty-2:0/keep": 404, "/console/duties/duty-1": 200} {
		if status, _ := admin.post(path, nil); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
	for _, role := range []ripoti.UserRole{ripoti.UserCoordinator, ripoti.UserOfficer, ripoti.UserAuditor} {
		v := h.as(ripoti.User{Login: "sample." + string(role), Name: "Sample", Role: role, OfficeID: "station-near"})
		if status, _ := v.get("/console/queues"); status != http.StatusForbidden {
			t.Errorf("%s: %d", role, status)
		}
	}

	redisServer.Close()
	if status, page := admin.get("/console/queues"); status != http.StatusOK || !strings.Contains(page, "Redis does not answer") || !strings.Contains(page, "Owed in the database") {
		t.Errorf("without Redis: %d", status)
	}
	if status, page := admin.post("/console/queues/low/duty-2:0/drop", nil); status != http.StatusConflict || !strings.Contains(page, "Redis does not answer") {
		t.Errorf("dropping without Redis: %d", status)
	}
}
