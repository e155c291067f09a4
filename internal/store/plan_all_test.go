package store_test

import (
	"cmp"
	"database/sql"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"ripoti/internal/store"
	"ripoti/internal/store/storetest"
)

// mayBeReadWhole are the names, in what a statement says, that may be read from end to end: tables that do
// not grow with the reports, and what is done to all there is.
var mayBeReadWhole = []struct{ name, in, why string }{
	{"contacts", "office_id = $2", "the network's own size"},
	{"users", "", "the network's own size"},
	{"api_tokens", "", "a few partners"},
	{"rule_versions", "order by version desc limit", "the key is the order"},
	{"wording_versions", "order by version desc limit", "the key is the order"},
	{"talks", "delete from talks", "one a number, and old ones are purged"},
	{"messages", "as newest", "the phones of ripoti dev"},
	{"r", "select r.id, r.last_seq from reports r where not exists", "the check of every history"},
}

func mayReadWhole(name, statement string) bool {
	for _, may := range mayBeReadWhole {
		if may.name == name && strings.Contains(statement, may.in) {
			return true
		}
	}
	return regexp.MustCompile(`\) as ` + name + `\b|^with ` + name + ` `).MatchString(statement) // what another part of the statement found
}

// statements are what a database was given, each once.
type statements struct {
	sync.Mutex
	all map[string]bool
}

func (s *statements) add(statement string) {
	s.Lock()
	defer s.Unlock()
	s.all[statement] = true
}

var (
	readWhole = regexp.MustCompile(`(?m)^SCAN (\w+)$|^SEARCH (\w+) USING AUTOMATIC`)
	ofContact = regexp.MustCompile(`SEARCH m .*USING INDEX messages_by_contact`)
	parameter = regexp.MustCompile(`\$\d+`)
)

// TestSQLite proves the contract, and then that no statement of it reads a growing table from end to end. SQLite
// uses an index on a part of a table only for a statement that says itself that it wants that part: what is
// looked for in an index of bundles that are not empty must say beside "bundle = $1" that it is not empty.
func TestSQLite(t *testing.T) {
	given := statements{all: map[string]bool{}}
	storetest.Run(t, func(t *testing.T, clock *storetest.Clock) (*store.Store, *sql.DB) {
		path := storetest.SQLite(t)
		s, db := openMigrated(t, clock, "sqlite:"+path, "sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
		if err := s.Watch(path, given.add); err != nil {
			t.Fatal(err)
		}
		return s, db
	})
	path := storetest.SQLite(t)
	_, db := openMigrated(t, storetest.NewClock(), "sqlite:"+path, "sqlite", "file:"+path)
	for _, statement := range slices.Sorted(maps.Keys(given.all)) {
		plan := explained(t, db, "sqlite", statement, nothings(statement))
		if strings.Contains(statement, "m.assignment_id = a.id") && ofContact.MatchString(plan) {
			t.Errorf("all that a contact ever got is read for one assignment:\n%s\n%s", statement, plan)
		}
		for _, found := range readWhole.FindAllStringSubmatch(plan, -1) {
			if name := cmp.Or(found[1:]...); !mayReadWhole(name, statement) {
				t.Errorf("%s is read from end to end:\n%s\n%s", name, statement, plan)
			}
		}
	}
}

// nothings are as many values as a statement has places for.
func nothings(statement string) []any {
	places := map[string]bool{}
	for _, p := range parameter.FindAllString(statement, -1) {
		places[p] = true
	}
	return make([]any, len(places)+strings.Count(statement, "?"))
}
