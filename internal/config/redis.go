package config

import (
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// errRedis names no part of the address: it may hold a password.
var errRedis = errors.New("not a Redis address")

// RedisOptions reads an address of Redis: one server, a Cluster (several hosts with commas between,
// or ?cluster=true behind one) or Sentinel (redis-sentinel://master@host1,host2). User, password and
// database stand where they do in any Redis address; for Sentinel the password stands behind the
// master's name and ?username= and ?sentinel_password= add the rest. Any other option that go-redis
// takes in an address is taken (?pool_size=20). Deadlines of contexts are kept, a server that is not
// there is given up after a second.
func RedisOptions(address string) (*redis.UniversalOptions, error) {
	scheme, rest, found := strings.Cut(strings.TrimSpace(address), "://")
	if !found {
		return nil, errRedis
	}
	kind, ok := redisKinds[scheme]
	if !ok {
		return nil, errRedis
	}
	authority, tail := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority, tail = rest[:i], rest[i:]
	}
	user, hosts := "", authority
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		user, hosts = authority[:i+1], authority[i+1:]
	}
	addrs, err := hostPorts(hosts, kind.port)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(kind.scheme + "://" + user + addrs[0] + tail)
	if err != nil {
		return nil, errRedis
	}
	return kind.options(u, addrs)
}

// redisKind is what a scheme stands for: the scheme of one such server, the port where none is
// given, and whether the servers are Sentinels.
type redisKind struct {
	scheme, port string
	sentinel     bool
}

var redisKinds = map[string]redisKind{
	"redis":           {"redis", "6379", false},
	"rediss":          {"rediss", "6379", false},
	"redis-sentinel":  {"redis", "26379", true},
	"rediss-sentinel": {"rediss", "26379", true},
}

// options reads the rest of the address with go-redis, as that of the first host, and spreads it
// over all hosts.
func (k redisKind) options(u *url.URL, addrs []string) (*redis.UniversalOptions, error) {
	query := u.Query()
	ours := map[string]string{}
	for _, name := range []string{"cluster", "username", "sentinel_username", "sentinel_password"} {
		ours[name] = query.Get(name)
		query.Del(name)
	}
	u.RawQuery = query.Encode()
	one, err := redis.ParseURL(u.String())
	if err != nil {
		return nil, errRedis
	}
	o := &redis.UniversalOptions{
		Addrs: addrs, DB: one.DB, Username: one.Username, Password: one.Password, TLSConfig: one.TLSConfig,
		ClientName: one.ClientName, Protocol: one.Protocol,
		MaxRetries: one.MaxRetries, MinRetryBackoff: one.MinRetryBackoff, MaxRetryBackoff: one.MaxRetryBackoff,
		DialTimeout: one.DialTimeout, ReadTimeout: one.ReadTimeout, WriteTimeout: one.WriteTimeout,
		PoolFIFO: one.PoolFIFO, PoolSize: one.PoolSize, PoolTimeout: one.PoolTimeout,
		MinIdleConns: one.MinIdleConns, MaxIdleConns: one.MaxIdleConns, MaxActiveConns: one.MaxActiveConns,
		ConnMaxIdleTime: one.ConnMaxIdleTime, ConnMaxLifetime: one.ConnMaxLifetime,
		IsClusterMode: !k.sentinel && (ours["cluster"] == "true" || len(addrs) > 1),

		ContextTimeoutEnabled: true,
	}
	if o.DialTimeout == 0 {
		o.DialTimeout = time.Second
	}
	if k.sentinel {
		o.MasterName, o.Username = one.Username, ours["username"]
		o.SentinelUsername, o.SentinelPassword = ours["sentinel_username"], ours["sentinel_password"]
	}
	if k.sentinel && o.MasterName == "" || o.IsClusterMode && o.DB != 0 {
		return nil, errRedis // Sentinel asks by the master's name; a Cluster has database 0 only
	}
	return o, nil
}

func hostPorts(list, port string) ([]string, error) {
	var addrs []string
	for _, host := range strings.Split(list, ",") {
		host = strings.TrimSpace(host)
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(strings.Trim(host, "[]"), port)
		}
		name, number, err := net.SplitHostPort(host)
		if err != nil || name == "" || !digits(number) {
			return nil, errRedis
		}
		addrs = append(addrs, host)
	}
	return addrs, nil
}

// RedisForPresses is how the callers' path reaches Redis: it gives up soon and hardly repeats, as the
// dialogue can go on without.
func (c Config) RedisForPresses() (*redis.UniversalOptions, error) {
	return c.redis(c.Stores.PressTimeout, 1)
}

// RedisForTasks is how the queue reaches Redis.
func (c Config) RedisForTasks() (*redis.UniversalOptions, error) {
	return c.redis(c.Stores.TaskTimeout, 3)
}

func (c Config) redis(timeout time.Duration, retries int) (*redis.UniversalOptions, error) {
	o, err := RedisOptions(c.Stores.Redis.Reveal())
	if err != nil {
		return nil, err
	}
	o.DialTimeout = min(o.DialTimeout, timeout)
	o.ReadTimeout, o.WriteTimeout, o.MaxRetries = timeout, timeout, retries
	return o, nil
}
