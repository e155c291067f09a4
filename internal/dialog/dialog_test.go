package dialog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// contract is what every store promises. pass lets time go by for the store.
func contract(t *testing.T, open func(t *testing.T) (s Store, pass func(time.Duration))) {
	ctx := context.Background()
	t.Run("what is saved is loaded", func(t *testing.T) {
		s, _ := open(t)
		value := []byte("sealed \x00\xff bytes")
		must(t, s.Save(ctx, "a", value, time.Minute))
		if got := load(t, s, "a"); !bytes.Equal(got, value) {
			t.Fatalf("loaded %q, saved %q", got, value)
		}
	})
	t.Run("the last save wins", func(t *testing.T) {
		s, _ := open(t)
		must(t, s.Save(ctx, "a", []byte("one"), time.Minute))
		must(t, s.Save(ctx, "a", []byte("two"), time.Minute))
		if got := load(t, s, "a"); string(got) != "two" {
			t.Fatalf("loaded %q", got)
		}
	})
	t.Run("an unknown key is nothing and no error", func(t *testing.T) {
		s, _ := open(t)
		if got := load(t, s, "nobody"); got != nil {
			t.Fatalf("loaded %q", got)
		}
	})
	t.Run("what the caller does to its bytes afterwards changes nothing", func(t *testing.T) {
		s, _ := open(t)
		value := []byte("before")
		must(t, s.Save(ctx, "a", value, time.Minute))
		copy(value, "AFTER!")
		if got := load(t, s, "a"); string(got) != "before" {
			t.Fatalf("loaded %q", got)
		}
	})
	t.Run("a value leaves at its time", func(t *testing.T) {
		s, pass := open(t)
		must(t, s.Save(ctx, "short", []byte("x"), 2*time.Second))
		must(t, s.Save(ctx, "odd", []byte("x"), 1500*time.Millisecond))
		must(t, s.Save(ctx, "long", []byte("x"), time.Hour))
		pass(2500 * time.Millisecond)
		if load(t, s, "short") != nil || load(t, s, "odd") != nil {
			t.Error("a value outlived its time")
		}
		if load(t, s, "long") == nil {
			t.Error("a value left before its time")
		}
		if keys := each(t, s); !slices.Equal(keys, []string{"long"}) {
			t.Errorf("keys %q", keys)
		}
	})
	t.Run("saving again gives a value its full time again", func(t *testing.T) {
		s, pass := open(t)
		must(t, s.Save(ctx, "a", []byte("x"), 2*time.Second))
		pass(time.Second)
		must(t, s.Save(ctx, "a", []byte("x"), 3*time.Second))
		pass(1500 * time.Millisecond)
		if load(t, s, "a") == nil {
			t.Error("left by the first save's time")
		}
	})
	t.Run("no time at all forgets the key", func(t *testing.T) {
		s, _ := open(t)
		must(t, s.Save(ctx, "a", []byte("x"), time.Minute))
		must(t, s.Save(ctx, "a", nil, 0))
		if load(t, s, "a") != nil {
			t.Error("still there")
		}
	})
	t.Run("each gives every key as it was saved", func(t *testing.T) {
		s, _ := open(t)
		var want []string
		for i := range 1500 {
			key := fmt.Sprintf("%04d", i)
			want = append(want, key)
			must(t, s.Save(ctx, key, []byte("x"), time.Minute))
		}
		if got := each(t, s); !slices.Equal(got, want) {
			t.Fatalf("%d keys, want %d", len(got), len(want))
		}
	})
	t.Run("each stops at the first error", func(t *testing.T) {
		s, _ := open(t)
		must(t, s.Save(ctx, "a", []byte("x"), time.Minute))
		must(t, s.Save(ctx, "b", []byte("x"), time.Minute))
		stop, calls := errors.New("stop"), 0
		err := s.Each(ctx, func(string) error { calls++; return stop })
		if !errors.Is(err, stop) || calls != 1 {
			t.Fatalf("error %v after %d calls", err, calls)
		}
	})
	t.Run("callers at once do not get each other's values", func(t *testing.T) {
		s, _ := open(t)
		var callers sync.WaitGroup
		for i := range 32 {
			callers.Go(func() {
				key := fmt.Sprint("caller-", i)
				for j := range 50 {
					value := fmt.Sprint(key, " step ", j)
					if err := s.Save(ctx, key, []byte(value), time.Minute); err != nil {
						t.Error(err)
					}
					if got, err := s.Load(ctx, key); err != nil || string(got) != value {
						t.Errorf("loaded %q, %v; want %q", got, err, value)
					}
				}
			})
		}
		callers.Wait()
	})
}

func TestMemory(t *testing.T) {
	contract(t, func(*testing.T) (Store, func(time.Duration)) { return NewMemory(0), time.Sleep })
	t.Run("it never holds more than its limit and lets go of the ones nearest to their end", func(t *testing.T) {
		m := NewMemory(64 * 8)
		for i := range 10_000 {
			must(t, m.Save(context.Background(), fmt.Sprint(i), []byte("x"), time.Duration(i+1)*time.Minute))
		}
		if n := m.Len(); n > 64*8 {
			t.Fatalf("holds %d", n)
		}
		if load(t, m, "9999") == nil {
			t.Error("let go of the newest")
		}
	})
	t.Run("expired values leave memory although nobody asks for them", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := NewMemory(0)
			for i := range 500 {
				must(t, m.Save(context.Background(), fmt.Sprint(i), []byte("x"), 30*time.Minute))
			}
			time.Sleep(32 * time.Minute)
			synctest.Wait()
			if n := m.Len(); n != 0 {
				t.Fatalf("%d values lie in memory after their time", n)
			}
		})
	})
}

func TestRedis(t *testing.T) {
	for _, plain := range []bool{false, true} {
		t.Run(map[bool]string{false: "shared trips", true: "plain"}[plain], func(t *testing.T) {
			contract(t, func(t *testing.T) (Store, func(time.Duration)) {
				client, pass := dialRedis(t)
				s, err := NewRedis(client, plain)
				must(t, err)
				return s, pass
			})
			t.Run("an answer that never comes is an error within the time-out", func(t *testing.T) {
				s := silent(t, plain)
				start := time.Now()
				_, loadErr := s.Load(context.Background(), "a")
				saveErr := s.Save(context.Background(), "a", []byte("x"), time.Minute)
				if loadErr == nil || saveErr == nil {
					t.Fatal("no error from a Redis that says nothing")
				}
				if took := time.Since(start); took > 2*Timeout+300*time.Millisecond {
					t.Fatalf("took %s", took)
				}
			})
			t.Run("a caller with less time waits less", func(t *testing.T) {
				s := silent(t, plain)
				ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
				defer cancel()
				start := time.Now()
				if _, err := s.Load(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error %v", err)
				}
				if took := time.Since(start); took > 300*time.Millisecond {
					t.Errorf("took %s", took)
				}
			})
			t.Run("a Redis that refuses is an error, and its return is noticed", func(t *testing.T) {
				mini := miniredis.RunT(t)
				client := redis.NewUniversalClient(Tune(&redis.UniversalOptions{Addrs: []string{mini.Addr()}}, Timeout))
				t.Cleanup(func() { _ = client.Close() })
				s, err := NewRedis(client, plain)
				must(t, err)
				mini.Close()
				if err := s.Save(context.Background(), "a", []byte("x"), time.Minute); err == nil {
					t.Error("saved in a Redis that is down")
				}
				must(t, mini.Restart())
				deadline := time.Now().Add(5 * time.Second)
				for s.Save(context.Background(), "a", []byte("x"), time.Minute) != nil {
					if time.Now().After(deadline) {
						t.Fatal("still down five seconds after its return")
					}
				}
			})
		})
	}
	t.Run("a load is one command and a save is one", func(t *testing.T) {
		for _, plain := range []bool{false, true} {
			mini := miniredis.RunT(t)
			client := redis.NewUniversalClient(Tune(&redis.UniversalOptions{Addrs: []string{mini.Addr()}}, Timeout))
			t.Cleanup(func() { _ = client.Close() })
			s, err := NewRedis(client, plain)
			must(t, err)
			must(t, s.Save(context.Background(), "a", []byte("x"), time.Minute)) // the connection's greeting is behind us
			before := mini.CommandCount()
			for range 10 {
				load(t, s, "a")
				must(t, s.Save(context.Background(), "a", []byte("x"), time.Minute))
			}
			if n := mini.CommandCount() - before; n != 20 {
				t.Errorf("plain %v: %d commands for ten presses", plain, n)
			}
		}
	})
	t.Run("a key holds the hash alone and one hash tag", func(t *testing.T) {
		mini := miniredis.RunT(t)
		client := redis.NewUniversalClient(Tune(&redis.UniversalOptions{Addrs: []string{mini.Addr()}}, Timeout))
		t.Cleanup(func() { _ = client.Close() })
		s, err := NewRedis(client, false)
		must(t, err)
		must(t, s.Save(context.Background(), "c0ffee", []byte("x"), time.Minute))
		if keys := mini.Keys(); !slices.Equal(keys, []string{"ripoti:dlg:{c0ffee}"}) {
			t.Fatalf("keys %q", keys)
		}
	})
}

// dialRedis gives a client of an empty Redis: the real one at RIPOTI_TEST_REDIS (a URL, database 15 is
// emptied), else one in this process.
func dialRedis(t *testing.T) (redis.UniversalClient, func(time.Duration)) {
	if url := os.Getenv("RIPOTI_TEST_REDIS"); url != "" {
		parsed, err := redis.ParseURL(url)
		must(t, err)
		client := redis.NewUniversalClient(Tune(&redis.UniversalOptions{
			Addrs: []string{parsed.Addr}, Username: parsed.Username, Password: parsed.Password, TLSConfig: parsed.TLSConfig, DB: 15}, Timeout))
		must(t, client.FlushDB(context.Background()).Err())
		t.Cleanup(func() { _ = client.Close() })
		return client, time.Sleep
	}
	mini := miniredis.RunT(t)
	client := redis.NewUniversalClient(Tune(&redis.UniversalOptions{Addrs: []string{mini.Addr()}}, Timeout))
	t.Cleanup(func() { _ = client.Close() })
	return client, mini.FastForward
}

// silent is a store at a Redis that takes connections and never says a word.
func silent(t *testing.T, plain bool) *Redis {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
		}
	}()
	client := redis.NewUniversalClient(Tune(&redis.UniversalOptions{Addrs: []string{listener.Addr().String()}}, Timeout))
	t.Cleanup(func() { _ = client.Close() })
	s, err := NewRedis(client, plain)
	must(t, err)
	return s
}

func load(t *testing.T, s Store, key string) []byte {
	t.Helper()
	value, err := s.Load(context.Background(), key)
	must(t, err)
	return value
}

func each(t *testing.T, s Store) []string {
	t.Helper()
	seen := map[string]bool{}
	must(t, s.Each(context.Background(), func(key string) error { seen[key] = true; return nil }))
	var keys []string
	for key := range seen {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
