package directory

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"

	"ripoti/internal/ripoti"
)

// Tables are the tables that can be handed in, in the order in which they are read: contacts may name offices
// that come with them, rosters contacts that do.
var Tables = []string{tableOffices, tableContacts, tableShifts, tableLeaves}

// Files are tables as a person hands them in, as CSV by their names in Tables.
type Files map[string][]byte

// TableOf tells from its header which table a file is.
func TableOf(file []byte) string {
	header, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf")))).Read()
	if err != nil {
		return tableOffices // which says what is wrong with it
	}
	for i := range header {
		header[i] = strings.ToLower(strings.TrimSpace(header[i]))
	}
	switch {
	case slices.Contains(header, "stand_in"):
		return tableLeaves
	case slices.Contains(header, "days"):
		return tableShifts
	case slices.Contains(header, "office_id"):
		return tableContacts
	}
	return tableOffices
}

// Handed is what files come to.
type Handed struct {
	Next    Rows // the whole directory as it would be
	Rosters []RosterTable
}

// Read reads files onto what there is, for an upload whose rows are not read yet: columns that a file leaves out
// stay as they are. The error is Problems, each
// with its table: those of a table are told once the tables before it are right.
func (f Files) Read(u Upload, current Rows, now ripoti.Roster) (h Handed, err error) {
	var ps Problems
	for _, table := range Tables[:2] {
		if f[table] == nil {
			continue
		}
		rows, err := ReadCSVOnto(bytes.NewReader(f[table]), current)
		if err := ps.take(table, err); err != nil {
			return h, err
		}
		u.Rows = u.With(rows)
	}
	if len(ps) > 0 {
		return h, ps
	}
	h.Next, err = u.Onto(current)
	if err := errors.Join(ps.take("", err), ps.take("", h.Next.Check())); err != nil {
		return h, err
	}
	if len(ps) > 0 {
		return h, ps
	}
	reader := RosterReader{Known: h.Next, Mine: u.Mine, Now: now}
	for _, table := range Tables[2:] {
		if f[table] == nil {
			continue
		}
		read, err := reader.Read(bytes.NewReader(f[table]))
		if err := ps.take(table, err); err != nil {
			return h, err
		}
		h.Rosters = append(h.Rosters, read)
	}
	return h, ps.err()
}

// take adds what is wrong with a file's table, and gives back what is no problem of it.
func (ps *Problems) take(table string, err error) error {
	var wrong Problems
	if err == nil {
		return nil
	}
	if !errors.As(err, &wrong) {
		return err
	}
	for _, p := range wrong {
		if table != "" {
			p.Table = table
		}
		*ps = append(*ps, p)
	}
	return nil
}
