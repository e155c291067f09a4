package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Case is what is known of a report beside what was reported.
type Case struct {
	Progress ripoti.Progress
	Outcome  ripoti.Outcome // "" while it is open, but for one that closes no case
	ClosedAt time.Time
	LinkedTo string // the report that it came out of, ""
}

// Case reads how a report goes on; not_found if there is none.
func (s *Store) Case(ctx context.Context, reportID string) (Case, error) {
	return caseOf(ctx, s.read, reportID)
}

// Case is the same within a transaction. Hold the report first to change it.
func (tx *Tx) Case(ctx context.Context, reportID string) (Case, error) {
	return caseOf(ctx, tx.sql, reportID)
}

func caseOf(ctx context.Context, q querier, reportID string) (c Case, err error) {
	var progress string
	var closed int64
	err = q.QueryRowContext(ctx, "select progress, outcome, closed_at, linked_to from reports where id = $1", reportID).
		Scan(&progress, &c.Outcome, &closed, &c.LinkedTo)
	if err != nil {
		return c, fmt.Errorf("read case: %w", notFound(err, "report.unknown"))
	}
	c.ClosedAt = fromMicros(closed)
	if err := json.Unmarshal([]byte(progress), &c.Progress); err != nil {
		return c, fmt.Errorf("read progress: %w", err)
	}
	return c, nil
}

// SaveProgress writes what is known of a case. It holds codes, times and the OB number only.
func (tx *Tx) SaveProgress(ctx context.Context, reportID string, p ripoti.Progress) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("save progress: %w", err)
	}
	if _, err := tx.sql.ExecContext(ctx, "update reports set progress = $2 where id = $1", reportID, string(raw)); err != nil {
		return fmt.Errorf("save progress: %w", err)
	}
	return nil
}

// Link says that a report came out of another one.
func (tx *Tx) Link(ctx context.Context, reportID, cameOutOf string) error {
	if _, err := tx.sql.ExecContext(ctx, "update reports set linked_to = $2 where id = $1", reportID, cameOutOf); err != nil {
		return fmt.Errorf("link reports: %w", err)
	}
	return nil
}

// Linked are the reports that came out of a report.
func (s *Store) Linked(ctx context.Context, reportID string) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, "select id from reports where linked_to = $1 order by id", reportID)
	return scanStrings(rows, err, "read linked reports")
}

// Note is words that came with a move.
type Note struct {
	ID, ReportID string
	At           time.Time
	By           string // a contact's id, "reporter" or "system"
	Kind         string
	Note         string // sealed at rest
}

// AddNote keeps words, sealed. Empty words are not kept.
func (tx *Tx) AddNote(ctx context.Context, n Note) error {
	if n.Note == "" {
		return nil
	}
	id := NewID()
	sealed, err := tx.keys.Narratives.Seal([]byte(n.Note), "note:"+id)
	if err != nil {
		return fmt.Errorf("seal note: %w", err)
	}
	_, err = tx.sql.ExecContext(ctx, "insert into notes (id, report_id, at, by_contact, kind, note_sealed) values ($1,$2,$3,$4,$5,$6)",
		id, n.ReportID, micros(tx.now()), n.By, n.Kind, sealed)
	if err != nil {
		return fmt.Errorf("add note: %w", err)
	}
	return nil
}

// Notes are the words of a report, oldest first. To show them to a person is an event.
func (s *Store) Notes(ctx context.Context, reportID string) ([]Note, error) {
	rows, err := s.read.QueryContext(ctx, "select id, report_id, at, by_contact, kind, note_sealed from notes where report_id = $1 order by at, id", reportID)
	return collect(rows, err, "read notes", func(row scanner) (n Note, err error) {
		var at int64
		var sealed []byte
		if err := row.Scan(&n.ID, &n.ReportID, &at, &n.By, &n.Kind, &sealed); err != nil {
			return n, err
		}
		n.At = fromMicros(at)
		n.Note, err = s.openWords(sealed, "note:"+n.ID)
		return n, err
	})
}

// sealWords seals words that may be missing.
func (s *Store) sealWords(words, context string) ([]byte, error) {
	if words == "" {
		return nil, nil
	}
	sealed, err := s.keys.Narratives.Seal([]byte(words), context)
	if err != nil {
		return nil, fmt.Errorf("seal words: %w", err)
	}
	return sealed, nil
}

func (s *Store) openWords(sealed []byte, context string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := s.keys.Narratives.Open(sealed, context)
	if err != nil {
		return "", fmt.Errorf("open words: %w", err)
	}
	return string(plain), nil
}

// Held are the cases that contacts have taken and that are still open, the oldest acceptance first.
// Reports that any of their offices is walled off from never show.
func (tx *Tx) Held(ctx context.Context, contacts []ripoti.Contact, limit int) ([]Alert, error) {
	if len(contacts) == 0 {
		return nil, nil
	}
	args, ids, offices := withContacts([]any{limit}, contacts)
	rows, err := tx.sql.QueryContext(ctx, "select "+alertColumns+` from assignments a join reports r on r.id = a.report_id
		where a.status = 'accepted' and a.accepted_by in (`+ids+`) and r.status <> 'closed'
		and `+outsideWall("a.report_id", offices, ids)+`
		order by a.accepted_at, a.id limit $1`, args...)
	return scanAlerts(rows, err, "find held cases")
}

// Conflict notes that a number's person knows the people of a report.
func (tx *Tx) Conflict(ctx context.Context, reportID string, c ripoti.Contact) error {
	_, err := tx.sql.ExecContext(ctx, "insert into conflicts (report_id, number_hash, contact_id, at) values ($1,$2,$3,$4) on conflict do nothing",
		reportID, tx.PhoneHash(c.Phone), c.ID, micros(tx.now()))
	if err != nil {
		return fmt.Errorf("note conflict: %w", err)
	}
	return nil
}

// Conflicts are the contacts that declared to know the people of a report, by the hash of their number.
func (tx *Tx) Conflicts(ctx context.Context, reportID string) (map[string]bool, error) {
	rows, err := tx.sql.QueryContext(ctx, "select number_hash from conflicts where report_id = $1", reportID)
	hashes, err := scanStrings(rows, err, "read conflicts")
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(hashes))
	for _, h := range hashes {
		known[h] = true
	}
	return known, nil
}

// ReportByCode is Report by the number that people know: it holds the report too.
func (tx *Tx) ReportByCode(ctx context.Context, code ripoti.Code) (ripoti.Report, error) {
	r, err := tx.scanReport(tx.sql.QueryRowContext(ctx, "select "+reportColumns+" from reports where code = $1"+tx.forUpdate, string(code)))
	if err != nil {
		return r, fmt.Errorf("read report by number: %w", err)
	}
	return r, nil
}
