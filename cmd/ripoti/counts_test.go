package main

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"ripoti/handlers"
	"ripoti/internal/config"
	"ripoti/internal/dialog"
	"ripoti/internal/seal"
	"ripoti/internal/store"
	"ripoti/internal/store/storetest"
)

// counted is the web role as it is wired for production, with nothing running behind it: what it
// does is done on the callers' path.
type counted struct {
	handler http.Handler
	house   *house
	handed  atomic.Int64 // duties given to the queue
	calls   int
	close   func()
}

func newCounted(t testing.TB, database string, dialogues dialog.Store, log *slog.Logger) *counted {
	t.Helper()
	cfg, err := config.Load([]string{"DATABASE_URL=" + database, "REDIS_URL=redis://127.0.0.1:1", "PUBLIC_URL=" + tripPublic,
		"RIPOTI_KEYSET=unused", "AT_HOOK_SECRETS=" + tripSecret, "SMS_SENDER=simulator"}, config.Web)
	if err != nil && !strings.Contains(err.Error(), "RIPOTI_KEYSET") {
		t.Fatal(err)
	}
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), database, keys, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := &counted{}
	c.house, err = openHouse(t.Context(), cfg, log, keys, s, func(context.Context, store.Duty) error { c.handed.Add(1); return nil })
	if err != nil {
		t.Fatal(err)
	}
	c.close = sync.OnceFunc(func() { c.house.close(); s.Close() })
	t.Cleanup(c.close)
	c.handler = handlers.New(c.house.web(dialogues).parts)
	return c
}

func sqliteAt(t testing.TB) string { return "sqlite:" + storetest.SQLite(t) }

func silent() *slog.Logger { return slog.New(slog.NewJSONHandler(io.Discard, nil)) }

// session is the next call: of a phone of its own.
func (c *counted) session() (session, phone string) {
	c.calls++
	return fmt.Sprintf("ATUid_%d", c.calls), fmt.Sprintf("+254711%06d", c.calls)
}

func pressForm(session, phone, text string) string {
	return url.Values{"sessionId": {session}, "phoneNumber": {phone}, "serviceCode": {"*483#"}, "networkCode": {"63902"}, "text": {text}}.Encode()
}

func pressRequest(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/hooks/africastalking/"+tripSecret+"/ussd", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// press answers one press.
func (c *counted) press(t testing.TB, session, phone, text string) string {
	t.Helper()
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, pressRequest(pressForm(session, phone, text)))
	if w.Code != http.StatusOK {
		t.Fatalf("%q: status %d", text, w.Code)
	}
	return w.Body.String()
}

// call walks one call and gives its last answer.
func (c *counted) call(t testing.TB, keys ...string) (last string) {
	t.Helper()
	session, phone := c.session()
	for i := range len(keys) + 1 {
		last = c.press(t, session, phone, strings.Join(keys[:i], "*"))
	}
	return last
}

// neighbour is a whole call: violence at home, told by a neighbour.
var neighbour = strings.Split("1*2*2*4*Kibera*1*4*1*1*1*1*5", "*")

// inDanger is a call that is in need and leaves the line once the report is saved.
var inDanger = strings.Split("1*1*1*4*Kibera*1*1", "*")

func received(t testing.TB, answer string) {
	t.Helper()
	if !strings.HasPrefix(answer, "END Received") {
		t.Fatalf("the call ended with %q", answer)
	}
}

// TestCounts are the promises of speed that are steady enough to be gates.
func TestCounts(t *testing.T) {
	t.Run("a press is two commands of Redis", countCommands)
	t.Run("a filed report is at most one transaction", countTransactions)
	t.Run("reports filed together share commits", countShared)
	t.Run("no press hands anything to the queue", countHanded)
	t.Run("a received SMS is at most three statements", countStatements)
	t.Run("a press allocates at most 120 times", countAllocations)
	t.Run("no line is written on a caller's goroutine", countWrites)
}

func countCommands(t *testing.T) {
	server := miniredis.RunT(t)
	client := redis.NewUniversalClient(dialog.Tune(&redis.UniversalOptions{Addrs: []string{server.Addr()}}, time.Second))
	defer client.Close()
	dialogues, err := dialog.NewRedis(client, false)
	if err != nil {
		t.Fatal(err)
	}
	c := newCounted(t, sqliteAt(t), dialogues, silent())
	c.call(t, "1") // connections are greeted once
	session, phone := c.session()
	for i := range len(neighbour) + 1 {
		before := server.CommandCount()
		c.press(t, session, phone, strings.Join(neighbour[:i], "*"))
		if n := server.CommandCount() - before; n != 2 {
			t.Errorf("press %d: %d commands", i, n)
		}
	}
}

// countTransactions counts in a database of its own, as PostgreSQL counts them by database.
func countTransactions(t *testing.T) {
	address := os.Getenv("RIPOTI_TEST_POSTGRES")
	if address == "" {
		t.Skip("RIPOTI_TEST_POSTGRES is not set: no PostgreSQL to count on")
	}
	admin, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	name := "ripoti_counts_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if _, err := admin.ExecContext(t.Context(), "create database "+name); err != nil {
		t.Fatal(err)
	}
	defer admin.Exec("drop database " + name + " with (force)")
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	// A connection tells what it counted when it ends.
	commits := func() (n int) {
		for open := 1; open > 0; time.Sleep(10 * time.Millisecond) {
			if err := admin.QueryRowContext(t.Context(), "select count(*) from pg_stat_activity where datname = $1 and backend_type = 'client backend'", name).Scan(&open); err != nil {
				t.Fatal(err)
			}
		}
		if err := admin.QueryRowContext(t.Context(), "select xact_commit from pg_stat_database where datname = $1", name).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	of := func(calls int, keys []string) int {
		before := commits()
		c := newCounted(t, u.String(), dialog.NewMemory(0), silent())
		for range calls {
			c.call(t, keys...)
		}
		c.close()
		return commits() - before
	}
	of(1, neighbour) // the first start brings the database to its newest form
	for _, path := range []struct {
		name  string
		keys  []string
		limit float64
	}{
		{"a report", neighbour, 1},
		{"a report of somebody in danger, kept once before it was complete", inDanger, 2},
	} {
		few, many := of(10, path.keys), of(50, path.keys) // what a start costs is in both
		if each := float64(many-few) / 40; each > path.limit*1.1 || each < .5 {
			t.Errorf("%s is %.2f transactions", path.name, each)
		}
	}
}

func countShared(t *testing.T) {
	c := newCounted(t, sqliteAt(t), dialog.NewMemory(0), silent())
	var commits, saved atomic.Int64
	c.house.desk.Filer = store.NewFiler(c.house.store, func(n int) { commits.Add(1); saved.Add(int64(n)) })
	defer c.house.desk.Filer.Close()
	var callers sync.WaitGroup
	const calls = 64
	last := len(neighbour) - 1
	for range calls {
		session, phone := c.session()
		for i := range len(neighbour) {
			c.press(t, session, phone, strings.Join(neighbour[:i], "*"))
		}
		callers.Go(func() { received(t, c.press(t, session, phone, strings.Join(neighbour[:last+1], "*"))) })
	}
	callers.Wait()
	if commits.Load() > saved.Load() || saved.Load() != calls {
		t.Errorf("%d commits for %d reports", commits.Load(), saved.Load())
	}
}

func countHanded(t *testing.T) {
	c := newCounted(t, sqliteAt(t), dialog.NewMemory(0), silent())
	received(t, c.call(t, neighbour...))
	if n := c.handed.Load(); n != 0 {
		t.Errorf("%d duties were handed over while callers waited", n)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go c.house.relay.Run(ctx)
	for deadline := time.Now().Add(5 * time.Second); c.handed.Load() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the relay hands over nothing either: the test proves nothing")
		}
	}
}

// countStatements listens to what is said to PostgreSQL. What begins and ends a transaction is not
// counted.
func countStatements(t *testing.T) {
	address := os.Getenv("RIPOTI_TEST_POSTGRES")
	if address == "" {
		t.Skip("RIPOTI_TEST_POSTGRES is not set: no PostgreSQL to listen to")
	}
	wire := listenIn(t, address)
	c := newCounted(t, wire.address(t, storetest.Schema(t, address)), dialog.NewMemory(0), silent())
	for n := range 5 {
		form := url.Values{"date": {"2026-11-02T06:04:45Z"}, "from": {"+254711000001"}, "id": {fmt.Sprint("sms-", n)}, "text": {"1 4829173"}, "to": {"21094"}}
		r := httptest.NewRequest(http.MethodPost, "/hooks/africastalking/"+tripSecret+"/sms", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		before := wire.statements.Load()
		c.handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("status %d", w.Code)
		}
		if said := wire.statements.Load() - before; said > 3 || said == 0 {
			t.Errorf("message %d: %d statements", n, said)
		}
	}
}

func countAllocations(t *testing.T) {
	c := newCounted(t, sqliteAt(t), dialog.NewMemory(0), silent())
	last := len(neighbour) - 1 // the press that saves is not counted: a database is busy then
	w := &deaf{header: http.Header{}}
	walk := func(do func(*http.Request)) func() {
		return func() {
			session, phone := c.session()
			for i := range last + 1 {
				do(pressRequest(pressForm(session, phone, strings.Join(neighbour[:i], "*"))))
			}
		}
	}
	all := testing.AllocsPerRun(50, walk(func(r *http.Request) { c.handler.ServeHTTP(w, r) }))
	if !strings.Contains(w.last, "Last step") {
		t.Fatalf("the walk ended at %q", w.last)
	}
	asking := testing.AllocsPerRun(50, walk(func(*http.Request) {}))
	n := (all - asking) / float64(last+1)
	t.Logf("%.0f allocations a press", n)
	if n > 120 {
		t.Errorf("%.0f allocations a press", n)
	}
}

// deaf takes an answer without keeping more than the last.
type deaf struct {
	header http.Header
	last   string
}

func (d *deaf) Header() http.Header { return d.header }
func (d *deaf) WriteHeader(int)     {}
func (d *deaf) Write(p []byte) (int, error) {
	d.last = string(p)
	return len(p), nil
}

// countWrites fills the log faster than it is flushed: a file that is slow must hold up nobody.
func countWrites(t *testing.T) {
	out := &slowFile{stuck: make(chan struct{})}
	log, buffer := newLog(out, config.Serving{LogLevel: "info", LogFormat: "json"})
	said := make(chan struct{})
	go func() {
		defer close(said)
		for range 5000 {
			log.Info("dialogue", "end", "filed", "steps", 13, "ms", 41000, "lang", "en")
		}
	}()
	select {
	case <-said:
	case <-time.After(5 * time.Second):
		t.Error("a caller waits for the log")
	}
	close(out.stuck)
	<-said
	buffer.Close()
	if n := strings.Count(out.String(), "\n"); n != 5000 {
		t.Errorf("%d lines arrived of 5000", n)
	}
}

// slowFile takes nothing until it is let.
type slowFile struct {
	stuck chan struct{}
	safeBuffer
}

func (f *slowFile) Write(p []byte) (int, error) {
	<-f.stuck
	return f.safeBuffer.Write(p)
}

// eavesdropper stands between the product and PostgreSQL.
type eavesdropper struct {
	net.Listener
	statements atomic.Int64
}

func listenIn(t *testing.T, address string) *eavesdropper {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &eavesdropper{Listener: listener}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", u.Host)
			if err != nil {
				client.Close()
				return
			}
			go func() { io.Copy(client, server); client.Close() }()
			go func() { w.listen(server, client); server.Close() }()
		}
	}()
	return w
}

// address leads through the listener, without encryption.
func (w *eavesdropper) address(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = w.Addr().String()
	q := u.Query()
	q.Set("sslmode", "disable")
	u.RawQuery = q.Encode()
	return u.String()
}

// listen passes on what the client says and counts Execute messages, and simple queries other than
// those around a transaction.
func (w *eavesdropper) listen(server io.Writer, client io.Reader) {
	first := true // the first message has no type
	for {
		head := make([]byte, 5)
		if first {
			head = head[:4]
		}
		if _, err := io.ReadFull(client, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head[len(head)-4:])-4)
		if _, err := io.ReadFull(client, body); err != nil {
			return
		}
		if !first && (head[0] == 'E' || head[0] == 'Q' && !around(string(body))) {
			w.statements.Add(1)
		}
		first = false
		if _, err := server.Write(append(head, body...)); err != nil {
			return
		}
	}
}

func around(query string) bool {
	query = strings.TrimRight(strings.ToLower(query), "\x00; ")
	return strings.HasPrefix(query, "begin") || query == "commit" || query == "rollback"
}
