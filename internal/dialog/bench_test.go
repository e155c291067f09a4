package dialog

import (
	"context"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// BenchmarkPress is what one press asks of a store: one load, one save. The Redis rows need
// RIPOTI_TEST_REDIS, as one in this process would be measured with its own work.
func BenchmarkPress(b *testing.B) {
	b.Run("memory", func(b *testing.B) { presses(b, NewMemory(0)) })
	url := os.Getenv("RIPOTI_TEST_REDIS")
	if url == "" {
		return
	}
	parsed, err := redis.ParseURL(url)
	must(b, err)
	for name, plain := range map[string]bool{"shared": false, "plain": true} {
		b.Run(name, func(b *testing.B) {
			client := redis.NewUniversalClient(Tune(&redis.UniversalOptions{Addrs: []string{parsed.Addr}, DB: 15}, Timeout))
			defer func() { _ = client.Close() }()
			s, err := NewRedis(client, plain)
			must(b, err)
			presses(b, s)
		})
	}
}

func presses(b *testing.B, s Store) {
	value := make([]byte, 300)
	ctx := context.Background()
	var callers atomic.Int64
	b.SetParallelism(16) // 32 callers on two cores
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		key := "caller-" + strconv.FormatInt(callers.Add(1), 10)
		for pb.Next() {
			if _, err := s.Load(ctx, key); err != nil {
				b.Error(err)
			}
			if err := s.Save(ctx, key, value, 30*time.Minute); err != nil {
				b.Error(err)
			}
		}
	})
}
