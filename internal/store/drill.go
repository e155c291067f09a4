package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ripoti/internal/ripoti"
)

// Drill is a practice of the network: one practice report for each office that is practised with.
type Drill struct {
	ID        string
	County    string
	OfficeID  string // "" for every station of the county
	Scenario  string
	StartedBy string
	StartedAt time.Time
	EndsAt    time.Time
	EndedAt   time.Time // zero while it runs
	EndedBy   string
}

// Runs says that a drill has not ended.
func (d Drill) Runs() bool { return d.EndedAt.IsZero() }

const drillColumns = "id, county, office_id, scenario, started_by, started_at, ends_at, ended_at, ended_by"

func scanDrill(row scanner) (d Drill, err error) {
	var started, ends, ended int64
	if err := row.Scan(&d.ID, &d.County, &d.OfficeID, &d.Scenario, &d.StartedBy, &started, &ends, &ended, &d.EndedBy); err != nil {
		return d, notFound(err, "drill.unknown")
	}
	d.StartedAt, d.EndsAt, d.EndedAt = fromMicros(started), fromMicros(ends), fromMicros(ended)
	return d, nil
}

// StartDrill writes a drill.
func (tx *Tx) StartDrill(ctx context.Context, d Drill) error {
	_, err := tx.sql.ExecContext(ctx, "insert into drills ("+drillColumns+") values ($1,$2,$3,$4,$5,$6,$7,0,'')",
		d.ID, d.County, d.OfficeID, d.Scenario, d.StartedBy, micros(d.StartedAt), micros(d.EndsAt))
	if err != nil {
		return fmt.Errorf("start drill: %w", err)
	}
	return nil
}

// EndDrill ends a drill that runs. It says whether it did.
func (tx *Tx) EndDrill(ctx context.Context, id, by string) (bool, error) {
	return tx.changed(ctx, "end drill", "update drills set ended_at = $2, ended_by = $3 where id = $1 and ended_at = 0", id, micros(tx.now()), by)
}

// Drill reads one; not_found if there is none.
func (s *Store) Drill(ctx context.Context, id string) (Drill, error) {
	d, err := scanDrill(s.read.QueryRowContext(ctx, "select "+drillColumns+" from drills where id = $1", id))
	if err != nil {
		return d, fmt.Errorf("read drill: %w", err)
	}
	return d, nil
}

// Drills are the newest drills of some counties, none for all.
func (s *Store) Drills(ctx context.Context, counties []string, limit int) ([]Drill, error) {
	query, args := "select "+drillColumns+" from drills", []any{limit}
	if len(counties) > 0 {
		query += " where county in (" + list(2, len(counties)) + ")"
		for _, c := range counties {
			args = append(args, c)
		}
	}
	rows, err := s.read.QueryContext(ctx, query+" order by started_at desc, id desc limit $1", args...)
	return collect(rows, err, "list drills", scanDrill)
}

// DrillReports are the practice reports of a drill that a view shows, in the order in which they were
// filed, and without their stories, of which they have none.
func (s *Store) DrillReports(ctx context.Context, v View, drill string) ([]ripoti.Report, error) {
	mine, args := v.where(nil)
	args = append(args, drill)
	columns := strings.ReplaceAll(prefixed("r", reportColumns), "r.story_sealed", "null")
	rows, err := s.read.QueryContext(ctx, "select "+columns+" from reports r where "+mine+fmt.Sprintf(" and r.drill = $%d and r.drill <> '' order by r.filed_at, r.id", len(args)), args...)
	return collect(rows, err, "list practice reports", s.scanReport)
}

// PracticeOf are the ids of a drill's reports.
func (tx *Tx) PracticeOf(ctx context.Context, drill string) ([]string, error) {
	rows, err := tx.sql.QueryContext(ctx, "select id from reports where drill = $1 and drill <> '' order by id", drill)
	return scanStrings(rows, err, "list practice reports")
}
