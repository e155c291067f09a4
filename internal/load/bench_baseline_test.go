//go:build linux

package load

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
)

// The baselines are what the product is measured against, in processes of their own: this test
// binary, started again.
//
//	a  net/http and ParseForm
//	b  a and one Redis round trip: a pipeline of GET and SET EX
//	c  b and, at the sixth press, one INSERT into PostgreSQL and one asynq Enqueue
const (
	envBaseline = "LOAD_BASELINE"
	envListen   = "LOAD_LISTEN"
	envRedis    = "LOAD_REDIS"
	envPostgres = "LOAD_POSTGRES"
)

func TestMain(m *testing.M) {
	if kind := os.Getenv(envBaseline); kind != "" {
		fmt.Fprintln(os.Stderr, serveBaseline(context.Background(), kind))
		os.Exit(1)
	}
	m.Run()
}

// sixthStars are the stars in the text of the sixth press of the path Short.
const sixthStars = 6

const baselineTable = `create table baseline (id text primary key, phone text not null, told text not null, created timestamptz not null default now());
	create index baseline_by_phone on baseline (phone, created)`

func serveBaseline(ctx context.Context, kind string) error {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(http.ResponseWriter, *http.Request) {})
	press := func(*http.Request) error { return nil }
	if kind != "a" {
		options, err := redis.ParseURL(os.Getenv(envRedis))
		if err != nil {
			return err
		}
		client := redis.NewClient(options)
		press = getAndSet(client)
		if kind == "c" {
			pool, err := connectPool(ctx)
			if err != nil {
				return err
			}
			press = insertAtSixth(press, pool, asynq.NewClientFromRedisClient(client))
		}
	}
	mux.HandleFunc("/ussd", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			http.Error(w, "", http.StatusBadRequest)
			return
		}
		if err := press(r); err != nil {
			http.Error(w, "", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		w.Write([]byte("CON hello"))
	})
	listener, err := net.Listen("tcp", os.Getenv(envListen))
	if err != nil {
		return err
	}
	return http.Serve(listener, mux)
}

func connectPool(ctx context.Context) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(os.Getenv(envPostgres))
	if err != nil {
		return nil, err
	}
	config.MaxConns = 8
	return pgxpool.NewWithConfig(ctx, config)
}

func getAndSet(client *redis.Client) func(*http.Request) error {
	return func(r *http.Request) error {
		pipe := client.Pipeline()
		key := "load:" + r.PostForm.Get("sessionId")
		get := pipe.Get(r.Context(), key)
		set := pipe.Set(r.Context(), key, r.PostForm.Get("text"), 30*time.Minute)
		pipe.Exec(r.Context()) // redis.Nil on the dial; each command keeps its own error
		if err := get.Err(); err != nil && err != redis.Nil {
			return err
		}
		return set.Err()
	}
}

func insertAtSixth(before func(*http.Request) error, pool *pgxpool.Pool, queue *asynq.Client) func(*http.Request) error {
	return func(r *http.Request) error {
		if err := before(r); err != nil {
			return err
		}
		text := r.PostForm.Get("text")
		if strings.Count(text, "*") < sixthStars {
			return nil
		}
		id := r.PostForm.Get("sessionId")
		if _, err := pool.Exec(r.Context(), "insert into baseline (id, phone, told) values ($1, $2, $3)", id, r.PostForm.Get("phoneNumber"), text); err != nil {
			return err
		}
		_, err := queue.EnqueueContext(r.Context(), asynq.NewTask("route", []byte(`{"id":"`+id+`"}`)))
		return err
	}
}
