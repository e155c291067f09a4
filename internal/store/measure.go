package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// What figures are counted from: codes and times of the reports that were filed from one time to before
// another, within a view. Each is read in one pass over an index by time and handed on row by row, so
// that a year of reports is never held in memory.

// notPractised leaves out what is no real report.
const notPractised = "r.drill = ''"

// Period is a stretch of time: From belongs to it, To does not.
type Period struct{ From, To time.Time }

// within is the condition on reports r of a view in a period, with its arguments.
func (p Period) within(v View) (condition string, args []any) {
	mine, args := v.where(nil)
	args = append(args, micros(p.From), micros(p.To))
	return fmt.Sprintf("%s and %s and r.filed_at >= $%d and r.filed_at < $%d", mine, notPractised, len(args)-1, len(args)), args
}

// Counted is a report as figures count it.
type Counted struct {
	County     string
	Category   ripoti.Category
	Urgency    ripoti.Urgency
	FiledAt    time.Time
	Outcome    ripoti.Outcome // "" while it is open
	HospitalBy time.Time      // when the 72 hours end; zero where they do not run
	HospitalAt time.Time      // when hospital was reached
}

// EachCounted hands on every report of a period. What was forgotten of a report is not counted as not done:
// it has no 72 hours any more.
func (s *Store) EachCounted(ctx context.Context, v View, p Period, each func(Counted)) error {
	where, args := p.within(v)
	return s.eachRow(ctx, "count reports", `select r.county, r.category, r.urgency, r.filed_at, r.outcome, r.progress,
		case when r.erased_at > 0 then 0 else coalesce((select max(c.due_at) from checks c where c.report_id = r.id and c.kind = 'clock_72'), 0) end
		from reports r where `+where, args, func(row scanner) error {
		var f Counted
		var filed, by int64
		var known string
		if err := row.Scan(&f.County, &f.Category, &f.Urgency, &filed, &f.Outcome, &known, &by); err != nil {
			return err
		}
		f.FiledAt, f.HospitalBy = fromMicros(filed), fromMicros(by)
		if by > 0 {
			var progress ripoti.Progress
			if err := json.Unmarshal([]byte(known), &progress); err != nil {
				return err
			}
			f.HospitalAt = progress.HospitalAt
		}
		each(f)
		return nil
	})
}

// Alerted is what an office was given for safety: when it could first know of it and when it accepted.
type Alerted struct {
	County     string
	Urgency    ripoti.Urgency
	FiledAt    time.Time
	OfficeID   string
	First      bool // of the offices that got the report
	GivenAt    time.Time
	AlertedAt  time.Time // when its first message left; zero: none has
	AcceptedAt time.Time // zero: it has not accepted
}

// EachAlerted hands on what offices were given of the reports of a period.
func (s *Store) EachAlerted(ctx context.Context, v View, p Period, each func(Alerted)) error {
	where, args := p.within(v)
	last := ""
	return s.eachRow(ctx, "count alerts", `select r.id, r.county, r.urgency, r.filed_at, a.office_id, a.created_at, a.accepted_at,
		coalesce((select min(m.sent_at) from messages m where m.assignment_id = a.id and m.sent_at > 0), 0)
		from reports r join assignments a on a.report_id = r.id and a.side = 'safety' where `+where+` order by r.filed_at, r.id, a.created_at, a.id`, args, func(row scanner) error {
		var a Alerted
		var id string
		var filed, given, accepted, alerted int64
		if err := row.Scan(&id, &a.County, &a.Urgency, &filed, &a.OfficeID, &given, &accepted, &alerted); err != nil {
			return err
		}
		a.FiledAt, a.GivenAt, a.AcceptedAt, a.AlertedAt = fromMicros(filed), fromMicros(given), fromMicros(accepted), fromMicros(alerted)
		a.First, last = id != last, id
		each(a)
		return nil
	})
}

// Followed is a question that came by the clock.
type Followed struct {
	County     string
	Urgency    ripoti.Urgency
	FiledAt    time.Time
	Kind       ripoti.CheckKind
	DueAt      time.Time
	AnsweredAt time.Time // zero: nobody has answered
}

// EachFollowed hands on the questions about the reports of a period that were due before a time.
func (s *Store) EachFollowed(ctx context.Context, v View, p Period, due time.Time, each func(Followed)) error {
	where, args := p.within(v)
	args = append(args, micros(due))
	return s.eachRow(ctx, "count checks", `select r.county, r.urgency, r.filed_at, c.kind, c.due_at, c.answered_at
		from reports r join checks c on c.report_id = r.id and c.state <> 'cancelled' where `+where+fmt.Sprintf(" and c.due_at < $%d", len(args)), args, func(row scanner) error {
		var c Followed
		var filed, due, answered int64
		if err := row.Scan(&c.County, &c.Urgency, &filed, &c.Kind, &due, &answered); err != nil {
			return err
		}
		c.FiledAt, c.DueAt, c.AnsweredAt = fromMicros(filed), fromMicros(due), fromMicros(answered)
		each(c)
		return nil
	})
}

// Raised is a flag.
type Raised struct {
	County    string
	Urgency   ripoti.Urgency
	FiledAt   time.Time
	Kind      ripoti.FlagKind
	SettledAt time.Time // zero: it stands
}

// EachRaised hands on the flags on the reports of a period.
func (s *Store) EachRaised(ctx context.Context, v View, p Period, each func(Raised)) error {
	where, args := p.within(v)
	return s.eachRow(ctx, "count flags", `select r.county, r.urgency, r.filed_at, f.kind, f.settled_at
		from reports r join flags f on f.report_id = r.id where `+where, args, func(row scanner) error {
		var f Raised
		var filed, settled int64
		if err := row.Scan(&f.County, &f.Urgency, &filed, &f.Kind, &settled); err != nil {
			return err
		}
		f.FiledAt, f.SettledAt = fromMicros(filed), fromMicros(settled)
		each(f)
		return nil
	})
}

// Carried is what a provider carried of one state and currency.
type Carried struct {
	Provider string
	Status   string
	Messages int
	Segments int
	Cost     ripoti.Money
}

// Carried counts the messages that left in a period, by provider. What is about a report counts where the
// view shows it; what is about none counts for everybody.
func (s *Store) Carried(ctx context.Context, v View, p Period) ([]Carried, error) {
	mine, args := v.where(nil)
	args = append(args, micros(p.From), micros(p.To))
	rows, err := s.read.QueryContext(ctx, fmt.Sprintf(`select m.provider, m.status, m.cost_currency, count(*), sum(m.segments), sum(m.cost_micros) from messages m
		where m.sent_at >= $%d and m.sent_at < $%d and m.sent_at > 0 and m.bundle in ('', 'alone')
		and (m.report_id = '' or exists (select 1 from reports r where r.id = m.report_id and %s and %s))
		group by m.provider, m.status, m.cost_currency order by m.provider, m.status, m.cost_currency`, len(args)-1, len(args), notPractised, mine), args...)
	return collect(rows, err, "count messages", func(row scanner) (c Carried, err error) {
		err = row.Scan(&c.Provider, &c.Status, &c.Cost.Currency, &c.Messages, &c.Segments, &c.Cost.Micros)
		return c, err
	})
}

// eachRow reads rows to the end. Errors carry the step's word.
func (s *Store) eachRow(ctx context.Context, step, query string, args []any, read func(scanner) error) error {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", step, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
	}
	return rows.Err()
}
