package store

import (
	"database/sql"
	"fmt"

	"ripoti/internal/ripoti"
)

// scanner is a row to be read.
type scanner interface{ Scan(...any) error }

// collect reads rows to the end and closes them. Errors carry the step's word.
func collect[T any](rows *sql.Rows, err error, step string, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", step, err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", step, err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func scanStrings(rows *sql.Rows, err error, step string) ([]string, error) {
	return collect(rows, err, step, func(row scanner) (v string, err error) {
		err = row.Scan(&v)
		return v, err
	})
}

// withContacts adds contacts to the arguments of a query; ids and offices are the places of theirs.
func withContacts(args []any, contacts []ripoti.Contact) (all []any, ids, offices string) {
	n, next := len(contacts), len(args)+1
	for _, c := range contacts {
		args = append(args, c.ID)
	}
	for _, c := range contacts {
		args = append(args, c.OfficeID)
	}
	return args, list(next, n), list(next+n, n)
}
