package store

import (
	"fmt"
	"strings"
)

// Many rows travel in one statement. How they are best written is where the databases differ: each
// reads a statement anew whose text it does not know, so the text must not grow with the rows, or be
// quick to read.

// unnested gives rows to PostgreSQL as one array for each column: the text of the statement is the
// same for any number of rows, so it is read and planned once.
func unnested(width int, args []any) (source string, columns []any) {
	source, columns = unnest(1, width, args)
	return "select * from " + source, columns
}

// unnest is the table of rows whose first column is parameter first.
func unnest(first, width int, args []any) (table string, columns []any) {
	var b strings.Builder
	b.WriteString("unnest(")
	for c := range width {
		column, kind := columnOf(c, width, args)
		columns = append(columns, column)
		if c > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d::%s[]", first+c, kind)
	}
	b.WriteByte(')')
	return b.String(), columns
}

func columnOf(c, width int, args []any) (column any, kind string) {
	switch args[c].(type) {
	case string:
		return gather[string](c, width, args), "text"
	case []byte:
		return gather[[]byte](c, width, args), "bytea"
	case bool:
		return gather[bool](c, width, args), "boolean"
	case int:
		return gather[int](c, width, args), "bigint"
	default:
		return gather[int64](c, width, args), "bigint"
	}
}

// gather is column c of rows of a width. Every value of a column is of the same type: another one is
// a mistake in this package.
func gather[T any](c, width int, args []any) []T {
	column := make([]T, 0, len(args)/width)
	for i := c; i < len(args); i += width {
		column = append(column, args[i].(T))
	}
	return column
}

// listed gives rows to SQLite one after the other. The marks have no names, which it would look up
// one by one.
func listed(width int, args []any) (source string, values []any) {
	row := "(" + strings.Repeat(",?", width)[1:] + ")"
	return "values " + strings.Repeat(","+row, len(args)/width)[1:], args
}
