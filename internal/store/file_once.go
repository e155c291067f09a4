package store

import (
	"context"
	"strings"

	"ripoti/internal/ripoti"
)

// fileAtOnce writes reports and all that goes with them in one statement: one trip to the database
// and one transaction, where fileGroup's way takes seven trips. It gives back those whose
// conversation or number was there already; of them nothing is written.
func (s *Store) fileAtOnce(ctx context.Context, group []*waiting) (rest []*waiting, err error) {
	reports, byID, err := s.reportRows(group, ripoti.CodeDigits)
	if err != nil {
		return group, err
	}
	reporters, events, held, err := s.rowsAround(group)
	if err != nil {
		return group, err
	}
	duties, handed := s.rowsOwed(group)
	var o once
	o.say("with filed as (insert into " + reportTable + " select * from ")
	o.table(reportWidth, reports)
	o.say(" on conflict do nothing returning id), around as (insert into " + reporterTable + " select * from ")
	o.table(reporterWidth, reporters)
	o.say(" as r (report) where report in (select id from filed)), history as (insert into " + eventTable + " select * from ")
	o.table(eventWidth, events)
	o.say(" as e (report) where report in (select id from filed))")
	if len(duties) > 0 {
		o.say(", owed as (insert into " + dutyTable + " select id, kind, subject, queue, due_at, wake_at, tries from ")
		o.table(1+dutyWidth, duties)
		o.say(" as d (report, id, kind, subject, queue, due_at, wake_at, tries) where report in (select id from filed))")
	}
	if len(held) > 0 {
		o.say(", done as (delete from held_drafts where conversation in (select * from ")
		o.table(1, held)
		o.say("))")
	}
	o.say(" select id from filed")
	rows, err := s.write.QueryContext(ctx, o.text.String(), o.params...)
	written, rest, err := partWritten(rows, err, group, byID)
	if err != nil {
		return group, err
	}
	var now []Duty
	for _, w := range written {
		w.saved = true
		now = append(now, handed[w.filing.Report.ID]...)
	}
	s.handOver(now)
	return rest, nil
}

// rowsOwed are the duties of a group, each behind its report's id, and by report those that are to be
// handed over once they are written.
func (s *Store) rowsOwed(group []*waiting) (rows []any, handed map[string][]Duty) {
	handed = make(map[string][]Duty, len(group))
	for _, w := range group {
		id := w.filing.Report.ID
		for _, d := range w.filing.Duties {
			columns, now := s.dutyRow(&d)
			if rows = append(append(rows, id), columns...); now {
				handed[id] = append(handed[id], d)
			}
		}
	}
	return rows, handed
}

// once is a statement that grows with its parameters.
type once struct {
	text   strings.Builder
	params []any
}

func (o *once) say(text string) { o.text.WriteString(text) }

func (o *once) table(width int, args []any) {
	table, columns := unnest(len(o.params)+1, width, args)
	o.say(table)
	o.params = append(o.params, columns...)
}
