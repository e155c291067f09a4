package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Area is whose cases a brief counts: those that some offices have, those of a county, or all.
type Area struct {
	Offices []string // cases that these have, but for walled ones, which whoever heads them never sees (domain brief 4.6); nil: by county
	County  string   // its id; "" with no offices: the whole country
	// Reader is who reads the brief: a report behind a wall for him or her is counted nowhere.
	Reader Asker
}

// Morning is the times of a brief.
type Morning struct {
	Since, Now time.Time                    // new is what came between
	Late       map[ripoti.Urgency]time.Time // not accepted and alerted of before: late
	Old        time.Time                    // filed before: open too long
	Today, End time.Time                    // the day: what ends or stands in court on it
}

// Figures are the counts of an area. Each report counts once.
type Figures struct {
	New, Critical, Unaccepted, Late, Old int
	Clock72, Court, Fled, Settlement     int
}

// area is where the reports of an area are looked for, "reports r" joined with the assignments "a" that
// nobody has finished, and the values it needs. Both databases walk an index of what is going on only.
func (a Area) source() (from string, args []any) {
	if a.Offices != nil {
		for _, office := range a.Offices {
			args = append(args, office)
		}
		from = "assignments a join reports r on r.id = a.report_id where a.office_id in (" + list(1, len(args)) + ") and a.status in ('open', 'accepted') and not a.ended and a.side <> 'told'"
	} else {
		from = "reports r left join assignments a on a.report_id = r.id and a.side = 'safety' and a.status in ('open', 'accepted') where 1 = 1"
		if a.County != "" {
			args = append(args, a.County)
			from += " and r.county = $1"
		}
	}
	from += " and r.status <> 'closed' and r.drill = ''"
	if a.Offices != nil {
		from += " and " + noWall
	}
	return from + " and " + a.Reader.outside("r.id", &args), args
}

// given is when a report came to the area.
func (a Area) given() string {
	if a.Offices != nil {
		return "a.created_at"
	}
	return "r.filed_at"
}

// late is the condition of being late; values are added to args.
func (m Morning) late(args *[]any) string {
	cond := "a.status = 'open' and a.send_at > 0 and a.send_at < case r.urgency"
	for _, u := range ripoti.Urgencies {
		*args = append(*args, string(u), micros(m.Late[u]))
		cond += fmt.Sprintf(" when $%d then cast($%d as bigint)", len(*args)-1, len(*args))
	}
	return cond + " else 0 end"
}

// Figures counts an area's cases for a morning.
func (s *Store) Figures(ctx context.Context, a Area, m Morning) (f Figures, err error) {
	if a.Offices != nil && len(a.Offices) == 0 {
		return f, nil
	}
	from, args := a.source()
	late := m.late(&args)
	n := len(args)
	args = append(args, micros(m.Since), micros(m.Now), micros(m.Old))
	isNew := fmt.Sprintf("%s >= $%d and %s < $%d", a.given(), n+1, a.given(), n+2)
	query := "select " + countIf(isNew) + ", " + countIf(isNew+" and r.urgency = 'critical'") + ", " + countIf("a.status = 'open' or r.no_recipient") + ", " +
		countIf(late) + ", " + countIf(fmt.Sprintf("r.filed_at < $%d", n+3)) + " from " + from
	if err = s.read.QueryRowContext(ctx, query, args...).Scan(&f.New, &f.Critical, &f.Unaccepted, &f.Late, &f.Old); err != nil {
		return f, fmt.Errorf("count for the brief: %w", err)
	}
	return f, s.checkFigures(ctx, a, m, &f)
}

// checkFigures counts the reports of an area by the questions that wait about them, and the flags that
// stand. Each is a count of its own, so that it walks the few rows of its kind.
func (s *Store) checkFigures(ctx context.Context, a Area, m Morning, f *Figures) error {
	args := []any{micros(m.Today), micros(m.End)}
	inArea := a.holds(&args)
	asked := func(kind, when string) string {
		return "(select count(distinct r.id) from checks c join reports r on r.id = c.report_id where c.kind = '" + kind + "' and c.state in ('open', 'asked')" + when + " and " + inArea + ")"
	}
	const today = " and c.due_at >= $1 and c.due_at < $2"
	err := s.read.QueryRowContext(ctx, "select "+asked("clock_72", today)+", "+asked("hearing", today)+", "+asked("fled", "")+
		", (select count(*) from flags f join reports r on r.id = f.report_id where f.kind = 'settlement' and f.settled_at = 0 and "+inArea+")",
		args...).Scan(&f.Clock72, &f.Court, &f.Fled, &f.Settlement)
	if err != nil {
		return fmt.Errorf("count for the brief: %w", err)
	}
	return nil
}

// holds is the condition that a report r is one of the area's; values are added to args.
func (a Area) holds(args *[]any) string {
	cond := "r.status <> 'closed' and r.drill = ''"
	switch {
	case a.Offices != nil:
		cond += " and " + noWall + " and exists (select 1 from assignments a where a.report_id = r.id and a.status in ('open', 'accepted') and not a.ended and a.side <> 'told' and a.office_id in (" + placed(args, a.Offices) + "))"
	case a.County != "":
		cond += " and r.county in (" + placed(args, []string{a.County}) + ")"
	}
	return cond + " and " + a.Reader.outside("r.id", args)
}

func countIf(condition string) string {
	return "count(distinct case when " + condition + " then r.id end)"
}

// MostLate is the office of an area that has most late cases; "" where nothing is late. Of equals the
// first by id.
func (s *Store) MostLate(ctx context.Context, a Area, m Morning) (office string, n int, err error) {
	if len(a.Offices) == 0 {
		return "", 0, nil
	}
	from, args := a.source()
	late := m.late(&args)
	err = s.read.QueryRowContext(ctx, "select a.office_id, count(distinct r.id) from "+from+" and "+late+" group by a.office_id order by 2 desc, 1 limit 1", args...).Scan(&office, &n)
	if errors.Is(err, sql.ErrNoRows) {
		return "", 0, nil
	}
	if err != nil {
		return "", 0, fmt.Errorf("count for the brief: %w", err)
	}
	return office, n, nil
}

// Briefed notes that a contact gets the brief of a day ("2026-11-03"). It says false where that was
// noted before.
func (tx *Tx) Briefed(ctx context.Context, contactID, day string) (bool, error) {
	return tx.changed(ctx, "note brief", "insert into briefs (contact_id, day, at) values ($1, $2, $3) on conflict do nothing", contactID, day, micros(tx.now()))
}

// LastBrief is when a contact got a brief last; zero for never.
func (s *Store) LastBrief(ctx context.Context, contactID string) (time.Time, error) {
	var at int64
	if err := s.read.QueryRowContext(ctx, "select coalesce(max(at), 0) from briefs where contact_id = $1", contactID).Scan(&at); err != nil {
		return time.Time{}, fmt.Errorf("last brief: %w", err)
	}
	return fromMicros(at), nil
}
