package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestRedisOptions(t *testing.T) {
	for _, c := range []struct {
		address string
		addrs   []string
		holds   func(*redis.UniversalOptions) bool
	}{
		{"redis://localhost", []string{"localhost:6379"}, func(o *redis.UniversalOptions) bool {
			return !o.IsClusterMode && o.MasterName == "" && o.TLSConfig == nil && o.DB == 0
		}},
		{"rediss://ada:s3cret@cache:6380/2?pool_size=20", []string{"cache:6380"}, func(o *redis.UniversalOptions) bool {
			return o.TLSConfig != nil && o.Username == "ada" && o.Password == "s3cret" && o.DB == 2 && o.PoolSize == 20
		}},
		{"redis://:p@ss%2Fw@cache", []string{"cache:6379"}, func(o *redis.UniversalOptions) bool { return o.Password == "p@ss/w" }},
		{"redis://[::1]:6390", []string{"[::1]:6390"}, func(o *redis.UniversalOptions) bool { return true }},
		{"redis://[::1]", []string{"[::1]:6379"}, func(o *redis.UniversalOptions) bool { return true }},
		{"redis://:pw@a:7000,b:7001, c", []string{"a:7000", "b:7001", "c:6379"}, func(o *redis.UniversalOptions) bool {
			return o.IsClusterMode && o.Password == "pw"
		}},
		{"rediss://one.example.org?cluster=true", []string{"one.example.org:6379"}, func(o *redis.UniversalOptions) bool {
			return o.IsClusterMode && o.TLSConfig != nil
		}},
		{"redis-sentinel://main@s1,s2:26380/3", []string{"s1:26379", "s2:26380"}, func(o *redis.UniversalOptions) bool {
			return o.MasterName == "main" && o.Username == "" && !o.IsClusterMode && o.DB == 3
		}},
		{"rediss-sentinel://main:pw@s1?username=ada&sentinel_password=other", []string{"s1:26379"}, func(o *redis.UniversalOptions) bool {
			return o.MasterName == "main" && o.Username == "ada" && o.Password == "pw" && o.SentinelPassword == "other" && o.TLSConfig != nil
		}},
	} {
		t.Run(c.address, func(t *testing.T) {
			o, err := RedisOptions(c.address)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(o.Addrs, c.addrs) || !c.holds(o) {
				t.Errorf("read as %+v", o)
			}
			if !o.ContextTimeoutEnabled || o.DialTimeout != time.Second {
				t.Error("deadlines are not kept")
			}
		})
	}
}

func TestRedisOptionsBecomeTheRightClient(t *testing.T) {
	for address, right := range map[string]func(redis.UniversalClient) bool{
		"redis://a":   func(c redis.UniversalClient) bool { o := c.(*redis.Client).Options(); return o.Addr == "a:6379" },
		"redis://a,b": func(c redis.UniversalClient) bool { _, ok := c.(*redis.ClusterClient); return ok },
		"redis-sentinel://main@a,b": func(c redis.UniversalClient) bool {
			o := c.(*redis.Client).Options()
			return o.Addr == "FailoverClient"
		},
		"redis://a:7000?cluster=true": func(c redis.UniversalClient) bool { _, ok := c.(*redis.ClusterClient); return ok },
	} {
		t.Run(address, func(t *testing.T) {
			o, err := RedisOptions(address)
			if err != nil {
				t.Fatal(err)
			}
			client := redis.NewUniversalClient(o)
			defer client.Close()
			if !right(client) {
				t.Errorf("a %T", client)
			}
		})
	}
}

func TestRedisOptionsRefuses(t *testing.T) {
	for _, address := range []string{
		"", "localhost:6379", "http://s3cret@cache", "redis://", "redis://:s3cret@", "redis://a,,b", "redis://a:s3cret",
		"redis://a/s3cret", "redis://a?s3cret=1", "redis-sentinel://s1,s2", "redis://a,b/2", "redis://s3cret%zz@a", "redis://a:b:c:d",
	} {
		t.Run(address, func(t *testing.T) {
			o, err := RedisOptions(address)
			if err == nil {
				t.Fatalf("read as %v", o.Addrs)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error shows the address: %v", err)
			}
		})
	}
}

func TestPressesGiveUpSoonerThanTasks(t *testing.T) {
	c, err := Load(complete(), Web)
	if err != nil {
		t.Fatal(err)
	}
	presses, err := c.RedisForPresses()
	if err != nil {
		t.Fatal(err)
	}
	tasks, err := c.RedisForTasks()
	if err != nil {
		t.Fatal(err)
	}
	if presses.ReadTimeout != 500*time.Millisecond || presses.DialTimeout != 500*time.Millisecond || presses.MaxRetries != 1 {
		t.Errorf("presses wait %v, repeat %d", presses.ReadTimeout, presses.MaxRetries)
	}
	if tasks.ReadTimeout != 3*time.Second || tasks.MaxRetries != 3 {
		t.Errorf("tasks wait %v, repeat %d", tasks.ReadTimeout, tasks.MaxRetries)
	}
}

func FuzzRedisOptions(f *testing.F) {
	for _, s := range []string{"redis://a,b", "redis-sentinel://m:p@a/1", "rediss://[::1]:1/0?pool_size=3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if o, err := RedisOptions(address); err == nil && len(o.Addrs) == 0 {
			t.Error("an address of no host")
		}
	})
}
