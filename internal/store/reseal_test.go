package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/store/storetest"
)

// TestResealListsEveryColumn reads the migrations: a sealed column that nobody reseals could not be
// opened any more once an old key is gone.
func TestResealListsEveryColumn(t *testing.T) {
	names, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal(err)
	}
	create := regexp.MustCompile(`(?s)create table (\w+) \((.*?)\n\);`)
	column := regexp.MustCompile(`(?m)^\s+(\w+_sealed)\s`)
	alter := regexp.MustCompile(`alter table (\w+) add column (\w+_sealed)\s`)
	known := store.SealedColumns()
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, table := range create.FindAllStringSubmatch(string(raw), -1) {
			for _, c := range column.FindAllStringSubmatch(table[2], -1) {
				found = append(found, table[1]+"."+c[1])
			}
		}
		for _, c := range alter.FindAllStringSubmatch(string(raw), -1) {
			found = append(found, c[1]+"."+c[2])
		}
		for _, c := range found {
			if !slices.Contains(known, c) {
				t.Errorf("%s: %s is not resealed: add it to sealedColumns in reseal.go", filepath.Base(name), c)
			}
		}
	}
}

// Whatever is known by the hash of a number alone must follow when the number is hashed again.
func TestResealFollowsEveryHash(t *testing.T) {
	names, err := filepath.Glob("migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	create := regexp.MustCompile(`(?s)create table (\w+) \((.*?)\n\);`)
	column := regexp.MustCompile(`(?m)^\s+(number_hash|person)\s`)
	known := store.KnownByNumber()
	found := 0
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range create.FindAllStringSubmatch(string(raw), -1) {
			for _, c := range column.FindAllStringSubmatch(table[2], -1) {
				if found++; !slices.Contains(known, table[1]+"."+c[1]) && !neverFollows[table[1]] {
					t.Errorf("%s: %s.%s does not follow: add it to knownByNumber in reseal.go", filepath.Base(name), table[1], c[1])
				}
			}
		}
	}
	if found < len(known) {
		t.Errorf("%d columns of %d were found", found, len(known))
	}
}

// neverFollows are asked by all hashes of a number (Store.phoneHashes).
var neverFollows = map[string]bool{"stopped_numbers": true}

func TestReseal(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { reseal(t, "sqlite:"+filepath.Join(t.TempDir(), "ripoti.db")) })
	t.Run("PostgreSQL", func(t *testing.T) {
		address := os.Getenv("RIPOTI_TEST_POSTGRES")
		if address == "" {
			t.Skip("RIPOTI_TEST_POSTGRES is not set: no PostgreSQL to prove it on")
		}
		reseal(t, storetest.Schema(t, address))
	})
}

func reseal(t *testing.T, url string) {
	old, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	both, err := old.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	newest, err := both.Newest()
	if err != nil {
		t.Fatal(err)
	}
	clock := storetest.NewClock()
	with := func(k *seal.Keys) *store.Store {
		s, err := store.Open(t.Context(), url, k, clock.Now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	before := with(old)
	if _, err := before.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	const number = ripoti.Phone("+254711000099")
	id, message := fillSealed(t, before, number, 250)

	after := with(both)
	if err := after.Resealed(t.Context()); err != store.ErrStale {
		t.Errorf("before: %v", err)
	}
	// Stopped in the middle, as by a power cut, and begun again.
	ctx, cut := context.WithCancel(t.Context())
	pages := 0
	if _, err := after.Reseal(ctx, func(string, int) {
		if pages++; pages == 2 {
			cut()
		}
	}); err == nil {
		t.Error("the cut run did not say so")
	}
	changed, err := after.Reseal(t.Context(), func(string, int) {})
	if err != nil || changed == 0 {
		t.Fatalf("%d values, %v", changed, err)
	}
	if again, err := after.Reseal(t.Context(), func(string, int) {}); err != nil || again != 0 {
		t.Errorf("the second time %d values, %v", again, err)
	}
	if err := after.Resealed(t.Context()); err != nil {
		t.Error(err)
	}

	alone := with(newest)
	if err := alone.InTx(t.Context(), func(tx *store.Tx) error {
		known, err := tx.Conflicts(t.Context(), id)
		if err != nil || !known[tx.PhoneHash(number)] {
			t.Errorf("who knows the people is forgotten: %v, %v", known, err)
		}
		wall, err := tx.Wall(t.Context(), id)
		if err != nil || !wall.Person(number) {
			t.Errorf("the wall before a person is forgotten: %v", err)
		}
		answered, err := tx.ClosingAnswered(t.Context(), "closing")
		if err != nil || !answered[tx.PhoneHash(number)] {
			t.Errorf("an answer to a closing is forgotten: %v, %v", answered, err)
		}
		n, err := tx.Passive(t.Context(), tx.PhoneHash(number))
		if n != 2 {
			t.Errorf("the number was given %d automatic answers", n)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	r, err := alone.Report(t.Context(), id)
	if err != nil || r.Answers.More != "behind the blue kiosk" {
		t.Errorf("the story: %+v, %v", r.Answers, err)
	}
	if who, err := alone.Reporter(t.Context(), id); err != nil || who.Phone != number {
		t.Errorf("the reporter: %v, %v", who, err)
	}
	if m, err := alone.Message(t.Context(), message); err != nil || m.To != number || m.Facts != "{}" || m.Body != "hello" {
		t.Errorf("the message: %+v, %v", m, err)
	}
	texts, err := alone.KeptTexts(t.Context(), id)
	if err != nil || len(texts) != 1 || texts[0].Broken || texts[0].Body != "msaada" {
		t.Errorf("the text: %+v, %v", texts, err)
	}
	if stopped, err := alone.Stopped(t.Context(), number); err != nil || !stopped {
		t.Errorf("the number that stopped is forgotten: %v", err)
	}
	if err := alone.InTx(t.Context(), func(tx *store.Tx) error {
		talk, err := tx.Talk(t.Context(), tx.PhoneHash(number))
		if talk.State != `{"a":1}` || talk.ReportID != id {
			t.Errorf("the talk: %+v", talk)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	if held, err := alone.DueHeld(t.Context(), 10); err != nil || len(held) != 1 || held[0].Draft.Answers.More != "quick" {
		t.Errorf("the held draft: %+v, %v", held, err)
	}
}

// No statement with which everything is sealed again reads a table from end to end: a number of a big network
// stands in millions of rows, and each of them asks.
func TestResealReadsNoTableWhole(t *testing.T) {
	old, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	both, err := old.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	path := storetest.SQLite(t)
	clock := storetest.NewClock()
	with := func(k *seal.Keys) *store.Store {
		s, err := store.Open(t.Context(), "sqlite:"+path, k, clock.Now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	fillSealed(t, with(old), "+254711000099", 3)
	given := statements{all: map[string]bool{}}
	s := with(both)
	if err := s.Watch(path, given.add); err != nil {
		t.Fatal(err)
	}
	if changed, err := s.Reseal(t.Context(), func(string, int) {}); err != nil || changed == 0 {
		t.Fatalf("%d values, %v", changed, err)
	}
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	updates := 0
	for statement := range given.all {
		if strings.HasPrefix(statement, "update") {
			updates++
		}
		if plan := explained(t, db, "sqlite", statement, nothings(statement)); readWhole.MatchString(plan) || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("a table is read from end to end, or sorted:\n%s\n%s", statement, plan)
		}
	}
	if updates < len(store.KnownByNumber()) {
		t.Errorf("only %d statements follow or seal again", updates)
	}
}

// Thousands of numbers are hashed again, and what is known by each follows it to its own new hash.
func TestResealFollowsThousandsOfNumbers(t *testing.T) {
	old, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	both, err := old.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	const numbers = 4000
	number := func(i int) ripoti.Phone { return ripoti.Phone(fmt.Sprintf("+2547110%05d", i)) }
	path := storetest.SQLite(t)
	clock := storetest.NewClock()
	before, err := store.Open(t.Context(), "sqlite:"+path, old, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	if err := before.InTx(t.Context(), func(tx *store.Tx) error {
		for i := range numbers {
			id := store.NewID()
			who := ripoti.Contact{ID: fmt.Sprint("c", i), Phone: number(i)}
			filed, err := tx.File(t.Context(), store.Filing{Conversation: id, From: number(i), Event: "{}", Report: ripoti.Report{ID: id, FiledAt: clock.Now()}})
			if err != nil {
				return err
			}
			for range i % 3 { // some numbers stand in many rows
				if err := tx.Post(t.Context(), store.Message{ID: store.NewID(), ReportID: filed.ID, Kind: "alert", To: number(i), Facts: "{}"}, store.Duty{Kind: "send", Queue: "low", Due: clock.Now()}); err != nil {
					return err
				}
			}
			if _, err := tx.Passive(t.Context(), tx.PhoneHash(number(i))); err != nil {
				return err
			}
			if err := tx.Conflict(t.Context(), filed.ID, who); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	after, err := store.Open(t.Context(), "sqlite:"+path, both, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer after.Close()
	begun := time.Now()
	changed, err := after.Reseal(t.Context(), func(string, int) {})
	if err != nil || changed < numbers {
		t.Fatalf("%d values, %v", changed, err)
	}
	t.Logf("%d values of %d numbers in %v", changed, numbers, time.Since(begun).Round(time.Millisecond))
	newest, err := both.Newest()
	if err != nil {
		t.Fatal(err)
	}
	alone, err := store.Open(t.Context(), "sqlite:"+path, newest, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer alone.Close()
	if err := alone.InTx(t.Context(), func(tx *store.Tx) error {
		for i := range numbers {
			if n, err := tx.Passive(t.Context(), tx.PhoneHash(number(i))); err != nil || n != 2 {
				return fmt.Errorf("%s was given %d automatic answers: %w", number(i), n, err)
			}
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// fillSealed seals something of each kind, and many reports. It gives a report and a message.
func fillSealed(t *testing.T, s *store.Store, number ripoti.Phone, reports int) (id, message string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	now := time.Date(2026, 11, 2, 6, 0, 0, 0, time.UTC)
	message = store.NewID()
	must(s.InTx(t.Context(), func(tx *store.Tx) error {
		for i := range reports {
			filed, err := tx.File(t.Context(), store.Filing{Conversation: fmt.Sprint("c", i), From: number, Event: "{}", Report: ripoti.Report{ID: store.NewID(), FiledAt: now,
				Answers: ripoti.Answers{More: "behind the blue kiosk"}}})
			if err != nil {
				return err
			}
			id = filed.ID
		}
		if err := tx.Post(t.Context(), store.Message{ID: message, ReportID: id, Kind: "alert", To: number, Facts: "{}"}, store.Duty{Kind: "send", Queue: "low", Due: now}); err != nil {
			return err
		}
		if _, err := tx.Stop(t.Context(), tx.PhoneHash(number)); err != nil {
			return err
		}
		by := ripoti.Contact{ID: "x.desk", OfficeID: "x", Role: ripoti.RoleDesk, Lang: ripoti.English, Phone: number, VerifiedAt: now, Active: true}
		if err := tx.SaveDirectory(t.Context(), []ripoti.Office{{ID: "x", Name: "Sample X", Kind: ripoti.Station, Active: true}}, []ripoti.Contact{by}); err != nil {
			return err
		}
		if err := errors.Join(tx.Conflict(t.Context(), id, by),
			tx.Propose(t.Context(), store.Closing{ID: "closing", ReportID: id, Outcome: ripoti.OutcomeUnfounded, ProposedBy: "y"})); err != nil {
			return err
		}
		if _, err := tx.AnswerClosing(t.Context(), "closing", by, true, "so it is"); err != nil {
			return err
		}
		if _, err := tx.Passive(t.Context(), tx.PhoneHash(number)); err != nil {
			return err
		}
		talk, err := tx.Talk(t.Context(), tx.PhoneHash(number))
		if err != nil {
			return err
		}
		talk.State, talk.ReportID = `{"a":1}`, id
		return tx.SaveTalk(t.Context(), talk)
	}))
	_, err := s.Receive(t.Context(), sms.Inbound{Provider: "twilio", ProviderID: "SM1", From: string(number), Body: "msaada", At: now}, store.Duty{Kind: "read", Queue: "low", Due: now})
	must(err)
	duties, err := s.Wake(t.Context(), 10, time.Minute)
	must(err)
	i := slices.IndexFunc(duties, func(d store.Duty) bool { return d.Kind == "read" })
	must(s.InTx(t.Context(), func(tx *store.Tx) error { return tx.Belongs(t.Context(), duties[i].Subject, id, "msaada") }))
	_, ok, err := s.Claim(t.Context(), message, "twilio")
	if must(err); !ok {
		t.Fatal("not claimed")
	}
	must(s.InTx(t.Context(), func(tx *store.Tx) error { return tx.WallOff(t.Context(), id, "x") }))
	must(s.Sent(t.Context(), message, "hello", sms.Sent{ProviderID: "SM2", Segments: 1}))
	must(s.Hold(t.Context(), store.Held{Conversation: "held", From: number, Channel: ripoti.ByUSSD, Draft: ripoti.Draft{Answers: ripoti.Answers{More: "quick"}}}, now))
	return id, message
}
