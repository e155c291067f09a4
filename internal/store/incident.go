package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"ripoti/internal/ripoti"
)

// Scene is where and when a report is about: what is compared to find reports of one event.
type Scene struct {
	ReportID         string
	Place            ripoti.PlaceRef // id, ward, point and precision count
	Category, Second ripoti.Category
	FiledAt          time.Time
}

// cellDegrees is the side of a cell: about 1.1 km at the equator, so that what lies within a kilometre
// lies in the same cell or in one beside it.
const cellDegrees = 0.01

func cellOf(p ripoti.Point) (row, column int64) {
	return int64(math.Floor((p.Lat + 90) / cellDegrees)), int64(math.Floor((p.Lon + 180) / cellDegrees))
}

const cellsInRow = 100_000

// decides says whether a place's own point is worth comparing.
func decides(p ripoti.PlaceRef) bool {
	return p.Precision == ripoti.PrecisionExact && !p.Point.IsZero()
}

// SaveScene keeps where and when a report is about; what was kept before is replaced.
func (tx *Tx) SaveScene(ctx context.Context, s Scene) error {
	var cell int64
	var at ripoti.Point
	if decides(s.Place) {
		row, column := cellOf(s.Place.Point)
		cell, at = row*cellsInRow+column, s.Place.Point
	}
	_, err := tx.sql.ExecContext(ctx, `insert into scenes (report_id, place, ward, cell, lat, lon, category, second, filed_at) values ($1,$2,$3,$4,$5,$6,$7,$8,$9)
		on conflict (report_id) do update set place = excluded.place, ward = excluded.ward, cell = excluded.cell, lat = excluded.lat, lon = excluded.lon,
			category = excluded.category, second = excluded.second`,
		s.ReportID, s.Place.ID, s.Place.Ward, cell, at.Lat, at.Lon, string(s.Category), string(s.Second), micros(s.FiledAt))
	if err != nil {
		return fmt.Errorf("save scene: %w", err)
	}
	return nil
}

// ScenesNear are the scenes of other reports at a scene's place, in its ward or within about two
// kilometres, filed at most apart before or after it: the newest, at most limit of each.
func (tx *Tx) ScenesNear(ctx context.Context, s Scene, apart time.Duration, limit int) (out []Scene, err error) {
	ways := []struct {
		where string
		args  []any
	}{{"place = $5", []any{s.Place.ID}}}
	if s.Place.Ward != "" {
		ways = append(ways, struct {
			where string
			args  []any
		}{"ward <> '' and ward = $5", []any{s.Place.Ward}})
	}
	if decides(s.Place) {
		row, column := cellOf(s.Place.Point)
		var cells []any
		for r := row - 1; r <= row+1; r++ {
			for c := column - 1; c <= column+1; c++ {
				cells = append(cells, r*cellsInRow+c)
			}
		}
		ways = append(ways, struct {
			where string
			args  []any
		}{"cell <> 0 and cell in (" + list(5, len(cells)) + ")", cells})
	}
	seen := map[string]bool{}
	for _, way := range ways {
		args := append([]any{s.ReportID, micros(s.FiledAt.Add(-apart)), micros(s.FiledAt.Add(apart)), limit}, way.args...)
		found, err := scanScenes(tx.sql.QueryContext(ctx, `select report_id, place, ward, lat, lon, category, second, filed_at from scenes
			where report_id <> $1 and filed_at >= $2 and filed_at <= $3 and `+way.where+" order by filed_at desc limit $4", args...))
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if !seen[f.ReportID] {
				seen[f.ReportID] = true
				out = append(out, f)
			}
		}
	}
	return out, nil
}

func scanScenes(rows *sql.Rows, err error) (out []Scene, _ error) {
	if err != nil {
		return nil, fmt.Errorf("scenes near: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var s Scene
		var filed int64
		if err := rows.Scan(&s.ReportID, &s.Place.ID, &s.Place.Ward, &s.Place.Point.Lat, &s.Place.Point.Lon, &s.Category, &s.Second, &filed); err != nil {
			return nil, fmt.Errorf("scenes near: %w", err)
		}
		s.FiledAt = fromMicros(filed)
		out = append(out, s)
	}
	return out, rows.Err()
}

// CountNear counts other reports about a report's place since a time that may tell of the same harm; it
// stops at most.
func (tx *Tx) CountNear(ctx context.Context, r ripoti.Report, since time.Time, most int) (n int, err error) {
	err = tx.sql.QueryRowContext(ctx, "select count(*) from (select 1 from reports where place = $1 and filed_at >= $2 and "+another+`
		and ($5 = 'unclear' or category in ('unclear', $5, $6) or second <> '' and second in ($5, $6)) limit $4) as near`,
		r.Answers.Place.ID, micros(since), r.ID, most, string(r.Category), string(r.Second)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count reports near: %w", err)
	}
	return n, nil
}

// Pair are two reports that may be about one event. Report is the later one.
type Pair struct {
	Report, Other string // ids
	Why           string // "place", "near", "ward"
	Status        PairStatus
	ProposedAt    time.Time
	DecidedAt     time.Time
	DecidedBy     string
}

// PairStatus is what became of a pair.
type PairStatus string

const (
	PairProposed PairStatus = "proposed"
	PairLinked   PairStatus = "linked"
	PairRejected PairStatus = "rejected"
)

// ProposePair proposes a pair unless it is known: what a person has rejected is not proposed again.
func (tx *Tx) ProposePair(ctx context.Context, p Pair) error {
	_, err := tx.sql.ExecContext(ctx, `insert into incident_pairs (report_id, other_id, why, status, proposed_at, decided_at, decided_by)
		values ($1,$2,$3,'proposed',$4,0,'') on conflict do nothing`, p.Report, p.Other, p.Why, micros(tx.now()))
	if err != nil {
		return fmt.Errorf("propose pair: %w", err)
	}
	return nil
}

// Pair reads a pair, held until the end of the transaction; not_found if there is none.
func (tx *Tx) Pair(ctx context.Context, report, other string) (p Pair, err error) {
	var proposed, decided int64
	err = tx.sql.QueryRowContext(ctx, "select report_id, other_id, why, status, proposed_at, decided_at, decided_by from incident_pairs where report_id = $1 and other_id = $2"+tx.forUpdate,
		report, other).Scan(&p.Report, &p.Other, &p.Why, &p.Status, &proposed, &decided, &p.DecidedBy)
	if err != nil {
		return p, fmt.Errorf("read pair: %w", notFound(err, "incident.unknown"))
	}
	p.ProposedAt, p.DecidedAt = fromMicros(proposed), fromMicros(decided)
	return p, nil
}

// DecidePair keeps what a person made of a pair. Linked, both reports share an incident, with all that
// were linked to either before; rejected, the later one leaves it. Both reports must be held.
func (tx *Tx) DecidePair(ctx context.Context, p Pair, status PairStatus, by string) (incident string, err error) {
	_, err = tx.sql.ExecContext(ctx, "update incident_pairs set status = $3, decided_at = $4, decided_by = $5 where report_id = $1 and other_id = $2",
		p.Report, p.Other, string(status), micros(tx.now()), by)
	if err != nil {
		return "", fmt.Errorf("decide pair: %w", err)
	}
	if status == PairRejected {
		if p.Status != PairLinked {
			return "", nil
		}
		if _, err = tx.sql.ExecContext(ctx, "delete from incident_reports where report_id = $1", p.Report); err != nil {
			return "", fmt.Errorf("decide pair: %w", err)
		}
		return "", nil
	}
	return tx.share(ctx, p.Report, p.Other)
}

// share puts two reports into one incident.
func (tx *Tx) share(ctx context.Context, report, other string) (string, error) {
	a, err := tx.incidentOf(ctx, report)
	if err != nil {
		return "", err
	}
	b, err := tx.incidentOf(ctx, other)
	if err != nil {
		return "", err
	}
	incident := b
	switch {
	case a == "" && b == "":
		incident = NewID()
	case b == "":
		incident = a
	case a != "" && a != b:
		if _, err := tx.sql.ExecContext(ctx, "update incident_reports set incident_id = $2 where incident_id = $1", a, b); err != nil {
			return "", fmt.Errorf("join incidents: %w", err)
		}
	}
	for _, id := range []string{report, other} {
		if _, err := tx.sql.ExecContext(ctx, "insert into incident_reports (report_id, incident_id) values ($1,$2) on conflict do nothing", id, incident); err != nil {
			return "", fmt.Errorf("link reports: %w", err)
		}
	}
	return incident, nil
}

func (tx *Tx) incidentOf(ctx context.Context, reportID string) (id string, err error) {
	err = tx.sql.QueryRowContext(ctx, "select incident_id from incident_reports where report_id = $1", reportID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read incident: %w", err)
	}
	return id, nil
}

// Viewer is who looks at pairs and incidents.
type Viewer struct {
	Contacts []string // all of the number's
	Offices  []string // everything the number answers for
	// Coordinates: sees pairs of all reports outside the wall. Others see those of a report whose care
	// they have taken, those of two that they have both taken, and none behind a wall.
	Coordinates bool
	// Counties limit the reports, none for all.
	Counties []string
}

// mayKnow is the condition that a viewer may know of a report at an alias; arguments are added.
func (v Viewer) mayKnow(alias string, args *[]any) string {
	where := Asker{v.Offices, v.Contacts}.outside(alias+".id", args)
	if !v.Coordinates {
		where += " and not " + alias + ".walled"
	}
	if len(v.Counties) > 0 {
		for _, county := range v.Counties {
			*args = append(*args, county)
		}
		where += " and " + alias + ".county in (" + list(len(*args)-len(v.Counties)+1, len(v.Counties)) + ")"
	}
	return where
}

// mayDecide is the condition that who is no coordinator may decide a pair p.
func (v Viewer) mayDecide(args *[]any) string {
	held := "select report_id from assignments where status = 'accepted' and accepted_by in (" + placed(args, v.Contacts) + ")"
	cared := held + " and side = 'care'"
	held += " and side in ('care', 'safety')"
	return "(p.report_id in (" + cared + ") or p.other_id in (" + cared + ") or p.report_id in (" + held + ") and p.other_id in (" + held + "))"
}

// ShownPair is a pair as a list shows it.
type ShownPair struct {
	Pair
	Code, OtherCode ripoti.Code
	Category        ripoti.Category // of the later report
	OtherCategory   ripoti.Category
	FiledAt         time.Time
	OtherFiledAt    time.Time
	County          string // id
}

// Pairs are the proposed pairs that a viewer may see, oldest first. A pair with a report behind a wall
// is for coordinators outside that wall alone.
func (s *Store) Pairs(ctx context.Context, v Viewer, limit int) ([]ShownPair, error) {
	return pairs(ctx, s.read, v, limit)
}

// Pairs is the same within a transaction.
func (tx *Tx) Pairs(ctx context.Context, v Viewer, limit int) ([]ShownPair, error) {
	return pairs(ctx, tx.sql, v, limit)
}

func pairs(ctx context.Context, q querier, v Viewer, limit int) (out []ShownPair, err error) {
	if len(v.Offices) == 0 {
		return nil, nil
	}
	args := []any{limit}
	where := []string{"p.status = 'proposed'", v.mayKnow("r", &args), v.mayKnow("o", &args)}
	if !v.Coordinates {
		where = append(where, v.mayDecide(&args))
	}
	rows, err := q.QueryContext(ctx, `select p.report_id, p.other_id, p.why, p.status, p.proposed_at, r.code, o.code, r.category, o.category, r.filed_at, o.filed_at, r.county
		from incident_pairs p join reports r on r.id = p.report_id join reports o on o.id = p.other_id
		where `+strings.Join(where, " and ")+" order by p.proposed_at, p.report_id, p.other_id limit $1", args...)
	if err != nil {
		return nil, fmt.Errorf("list pairs: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var p ShownPair
		var proposed, filed, other int64
		if err := rows.Scan(&p.Report, &p.Other, &p.Why, &p.Status, &proposed, &p.Code, &p.OtherCode, &p.Category, &p.OtherCategory, &filed, &other, &p.County); err != nil {
			return nil, fmt.Errorf("list pairs: %w", err)
		}
		p.ProposedAt, p.FiledAt, p.OtherFiledAt = fromMicros(proposed), fromMicros(filed), fromMicros(other)
		out = append(out, p)
	}
	return out, rows.Err()
}

// SameEvent are the numbers of the other reports of a report's incident that a viewer may know of,
// oldest first.
func (s *Store) SameEvent(ctx context.Context, reportID string, v Viewer) ([]ripoti.Code, error) {
	return sameEvent(ctx, s.read, reportID, v)
}

// SameEvent is the same within a transaction.
func (tx *Tx) SameEvent(ctx context.Context, reportID string, v Viewer) ([]ripoti.Code, error) {
	return sameEvent(ctx, tx.sql, reportID, v)
}

func sameEvent(ctx context.Context, q querier, reportID string, v Viewer) (codes []ripoti.Code, err error) {
	if len(v.Offices) == 0 {
		return nil, nil
	}
	args := []any{reportID}
	rows, err := q.QueryContext(ctx, `select o.code from incident_reports i join reports r on r.id = i.report_id
		join incident_reports j on j.incident_id = i.incident_id and j.report_id <> i.report_id join reports o on o.id = j.report_id
		where i.report_id = $1 and `+v.mayKnow("r", &args)+" and "+v.mayKnow("o", &args)+" order by o.filed_at, o.id", args...)
	if err != nil {
		return nil, fmt.Errorf("read incident: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var code ripoti.Code
		if err := rows.Scan(&code); err != nil {
			return nil, fmt.Errorf("read incident: %w", err)
		}
		codes = append(codes, code)
	}
	return codes, rows.Err()
}
