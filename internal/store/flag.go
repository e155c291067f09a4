package store

import (
	"context"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Flag is a way in which a case may die, seen in time.
type Flag struct {
	ID, ReportID string
	Kind         ripoti.FlagKind
	RaisedAt     time.Time
	RaisedBy     string // a contact's id, "reporter" or "system"
	Note         string // sealed at rest
	SettledAt    time.Time
	SettledBy    string
	How          string // how it was settled; sealed at rest
}

const flagColumns = "f.id, f.report_id, f.kind, f.raised_at, f.raised_by, f.note_sealed, f.settled_at, f.settled_by, f.how_sealed"

func (s *Store) scanFlag(row scanner, more ...any) (f Flag, err error) {
	var raised, settled int64
	var note, how []byte
	into := append([]any{&f.ID, &f.ReportID, &f.Kind, &raised, &f.RaisedBy, &note, &settled, &f.SettledBy, &how}, more...)
	if err := row.Scan(into...); err != nil {
		return f, notFound(err, "flag.unknown")
	}
	f.RaisedAt, f.SettledAt = fromMicros(raised), fromMicros(settled)
	if f.Note, err = s.openWords(note, "flag:"+f.ID); err != nil {
		return f, err
	}
	f.How, err = s.openWords(how, "settled:"+f.ID)
	return f, err
}

// Raise writes a flag unless one of its kind stands on the report. It says whether it did. Hold the
// report first.
func (tx *Tx) Raise(ctx context.Context, f Flag) (bool, error) {
	note, err := tx.sealWords(f.Note, "flag:"+f.ID)
	if err != nil {
		return false, err
	}
	result, err := tx.sql.ExecContext(ctx, `insert into flags (id, report_id, kind, raised_at, raised_by, note_sealed, settled_at, settled_by)
		values ($1,$2,$3,$4,$5,$6,0,'') on conflict (report_id, kind) where settled_at = 0 do nothing`,
		f.ID, f.ReportID, string(f.Kind), micros(tx.now()), f.RaisedBy, note)
	if err != nil {
		return false, fmt.Errorf("raise flag: %w", err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// OpenFlag is the flag of a kind that stands on a report; false where none does.
func (tx *Tx) OpenFlag(ctx context.Context, reportID string, kind ripoti.FlagKind) (Flag, bool, error) {
	f, err := tx.scanFlag(tx.sql.QueryRowContext(ctx, "select "+flagColumns+" from flags f where f.report_id = $1 and f.kind = $2 and f.settled_at = 0", reportID, string(kind)))
	if ripoti.CodeOf(err) == ripoti.CodeNotFound {
		return f, false, nil
	}
	if err != nil {
		return f, false, fmt.Errorf("read flag: %w", err)
	}
	return f, true, nil
}

// Flag reads one; not_found if there is none.
func (tx *Tx) Flag(ctx context.Context, id string) (Flag, error) {
	f, err := tx.scanFlag(tx.sql.QueryRowContext(ctx, "select "+flagColumns+" from flags f where f.id = $1", id))
	if err != nil {
		return f, fmt.Errorf("read flag: %w", err)
	}
	return f, nil
}

// Settle ends a flag that stands. It says whether one did.
func (tx *Tx) Settle(ctx context.Context, id, by, how string) (bool, error) {
	sealed, err := tx.sealWords(how, "settled:"+id)
	if err != nil {
		return false, err
	}
	result, err := tx.sql.ExecContext(ctx, "update flags set settled_at = $2, settled_by = $3, how_sealed = $4 where id = $1 and settled_at = 0",
		id, micros(tx.now()), by, sealed)
	if err != nil {
		return false, fmt.Errorf("settle flag: %w", err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Flags are a report's flags, oldest first.
func (s *Store) Flags(ctx context.Context, reportID string) ([]Flag, error) {
	rows, err := s.read.QueryContext(ctx, "select "+flagColumns+" from flags f where f.report_id = $1 order by f.raised_at, f.id", reportID)
	return collect(rows, err, "list flags", func(row scanner) (Flag, error) { return s.scanFlag(row) })
}

// Flagged is a flag that stands, with the number of its report.
type Flagged struct {
	Flag
	Code    ripoti.Code
	County  string
	Urgency ripoti.Urgency
}

// Flagged lists the flags that stand, oldest first, of a county ("" for all), after the given flag
// ("" for the first page). Reports behind a wall for the asker never show.
func (s *Store) Flagged(ctx context.Context, county, after string, who Asker, limit int) ([]Flagged, error) {
	args := []any{limit}
	query := "select " + flagColumns + ", r.code, r.county, r.urgency from flags f join reports r on r.id = f.report_id where f.settled_at = 0 and r.drill = ''"
	if county != "" {
		args = append(args, county)
		query += fmt.Sprintf(" and r.county = $%d", len(args))
	}
	if after != "" {
		args = append(args, after)
		query += fmt.Sprintf(" and (f.raised_at, f.id) > (select raised_at, id from flags where id = $%d)", len(args))
	}
	query += " and " + who.outside("f.report_id", &args)
	rows, err := s.read.QueryContext(ctx, query+" order by f.raised_at, f.id limit $1", args...)
	return collect(rows, err, "list flags", func(row scanner) (f Flagged, err error) {
		f.Flag, err = s.scanFlag(row, &f.Code, &f.County, &f.Urgency)
		return f, err
	})
}
