//go:build linux

package load

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/redis/go-redis/v9"

	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
	"ripoti/internal/store"
	"ripoti/internal/store/storetest"
)

// How long and how often is measured: go test ./internal/load -bench . -args -rounds 7
var (
	rounds = flag.Int("rounds", 7, "rounds of each comparison; a ratio is the median of the rounds' ratios")
	turn   = flag.Duration("turn", 1200*time.Millisecond, "how long one variant is measured in a round")
	rows   = flag.Int("rows", 1_000_000, "stored reports that are compared with ten thousand")
)

// house is where the product and the baselines keep things: a schema of its own in PostgreSQL, and
// a database of its own in Redis.
type house struct {
	postgres string
	redisURL string
	db       *sql.DB
	redis    *redis.Client
	keys     *seal.Keys
	document string
	binary   string
}

// benchRedis is the database of Redis that is emptied between turns.
const benchRedis = 9

// openHouse skips, saying so, where there is no PostgreSQL or no Redis to measure with.
func openHouse(b *testing.B) *house {
	b.Helper()
	address, redisURL := os.Getenv("RIPOTI_TEST_POSTGRES"), os.Getenv("RIPOTI_TEST_REDIS")
	if address == "" || redisURL == "" {
		b.Skip("NOT MEASURED: set RIPOTI_TEST_POSTGRES and RIPOTI_TEST_REDIS to addresses on this machine; database 9 of that Redis is emptied")
	}
	h := &house{postgres: storetest.Schema(b, address)}
	must(b)(h.openRedis(b, redisURL))
	var err error
	if h.keys, err = seal.New(); err == nil {
		h.document, err = h.keys.Document()
	}
	must(b)(err)
	h.db, err = sql.Open("pgx", h.postgres)
	must(b)(err)
	b.Cleanup(func() { h.db.Close() })
	h.binary = buildProduct(b)
	return h
}

func must(b testing.TB) func(error) {
	b.Helper()
	return func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
}

// openRedis refuses a database that holds what others keep.
func (h *house) openRedis(b *testing.B, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("RIPOTI_TEST_REDIS: %w", err)
	}
	u.Path = "/" + strconv.Itoa(benchRedis)
	h.redisURL = u.String()
	options, err := redis.ParseURL(h.redisURL)
	if err != nil {
		return err
	}
	h.redis = redis.NewClient(options)
	b.Cleanup(func() { h.redis.FlushDB(context.Background()); h.redis.Close() })
	keys := h.redis.Scan(b.Context(), 0, "*", 1000).Iterator()
	for keys.Next(b.Context()) {
		if k := keys.Val(); !strings.HasPrefix(k, "load:") && !strings.HasPrefix(k, "asynq:") && !strings.HasPrefix(k, "ripoti:") {
			return fmt.Errorf("database %d of that Redis holds what is not ours", benchRedis)
		}
	}
	return keys.Err()
}

// migrate makes the product's tables and a directory with two offices.
func (h *house) migrate(b *testing.B) {
	s := h.store(b)
	_, err := s.Migrate(b.Context())
	must(b)(err)
	must(b)(s.InTx(b.Context(), func(tx *store.Tx) error { return tx.SaveDirectory(b.Context(), offices, contacts) }))
}

func (h *house) store(b *testing.B) *store.Store {
	s, err := store.Open(b.Context(), h.postgres, h.keys, time.Now)
	must(b)(err)
	b.Cleanup(func() { s.Close() })
	return s
}

// An invented station near Kibera and what is around it.
var (
	nairobi = ripoti.Point{Lat: -1.31, Lon: 36.79}
	offices = []ripoti.Office{
		{ID: "load-station", Kind: ripoti.Station, Name: "Invented station", County: "047", Point: nairobi, Able: []ripoti.Capability{ripoti.GenderDesk, ripoti.ChildUnit}, Hours: "24h", Active: true},
		{ID: "load-social", Kind: ripoti.SocialWork, Name: "Invented social work", County: "047", Point: nairobi, Hours: "24h", Active: true},
		{ID: "load-network", Kind: ripoti.Coordination, Name: "Invented network", Point: nairobi, Hours: "24h", Active: true},
	}
	contacts = []ripoti.Contact{
		officer("load-1", "load-station", ripoti.RoleDesk, "+254711000001"),
		officer("load-2", "load-station", ripoti.RoleDuty, "+254711000002"),
		officer("load-3", "load-social", ripoti.RoleSocial, "+254711000003"),
		officer("load-4", "load-network", ripoti.RoleCoordinator, "+254711000004"),
	}
)

func officer(id, office string, role ripoti.Role, phone ripoti.Phone) ripoti.Contact {
	return ripoti.Contact{ID: id, OfficeID: office, Role: role, Rank: 1, Name: "Invented", Lang: ripoti.English, Phone: phone, VerifiedAt: time.Now(), Active: true}
}

// empty forgets what the turn before left, so that every turn begins alike.
func (h *house) empty(b *testing.B) {
	must(b)(h.redis.FlushDB(b.Context()).Err())
	_, err := h.db.ExecContext(b.Context(), `do $$ declare name text; begin
		for name in select table_name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'
			and table_name not in ('goose_db_version', 'offices', 'contacts', 'revisions', 'rule_versions')
		loop execute format('truncate %I cascade', name); end loop; end $$`)
	must(b)(err)
}

const hookSecret = "load-load-load-load-load-load"

// env is what the production roles are told.
func (h *house) env(more ...string) []string {
	return append([]string{
		"DATABASE_URL=" + h.postgres, "REDIS_URL=" + h.redisURL, "RIPOTI_KEYSET=" + h.document, "PUBLIC_URL=https://ripoti.example.org",
		"AT_HOOK_SECRETS=" + hookSecret, "SMS_SENDER=simulator", "TRUSTED_PROXIES=127.0.0.0/8",
	}, more...)
}

func (h *house) startBaseline(b testing.TB, kind string) *process {
	self, err := os.Executable()
	must(b)(err)
	return start(b, self, nil, func(address string) []string {
		return []string{envBaseline + "=" + kind, envListen + "=" + address, envRedis + "=" + h.redisURL, envPostgres + "=" + h.postgres}
	})
}

func (h *house) startWeb(b testing.TB, more ...string) *process {
	return start(b, h.binary, []string{"web"}, func(address string) []string { return h.env(append(more, "LISTEN_ADDR="+address)...) })
}

// startWorker has no address to answer at but that of its metrics.
func (h *house) startWorker(b testing.TB, more ...string) *process {
	return start(b, h.binary, []string{"worker"}, func(address string) []string { return h.env(append(more, "METRICS_ADDR="+address)...) })
}

func (h *house) startDev(b testing.TB) *process {
	return start(b, h.binary, []string{"dev", "--data", b.TempDir()}, func(string) []string { return []string{"TRUSTED_PROXIES=127.0.0.0/8"} })
}

func (p *process) hook() string    { return p.base + "/hooks/africastalking/" + hookSecret + "/ussd" }
func (p *process) devHook() string { return p.base + "/hooks/africastalking/dev/ussd" }
