package storetest

import (
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// Schema makes an empty schema in a PostgreSQL database and gives the address that leads into it;
// it is dropped by t.Cleanup. So tests run beside each other in one database.
func Schema(t testing.TB, address string) string {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	name := "ripoti_test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if _, err := db.ExecContext(t.Context(), "create schema "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db.Exec("drop schema " + name + " cascade")
		db.Close()
	})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(fmt.Errorf("RIPOTI_TEST_POSTGRES: %w", err))
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}
