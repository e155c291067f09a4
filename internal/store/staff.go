package store

import (
	"context"
	"fmt"

	"ripoti/internal/ripoti"
)

// Desks is what a number sees on the staff line: the contacts it answers for, and the offices whose
// queue is theirs. Commanders and coordinators have no queue: they see what they were alerted of.
type Desks struct {
	Contacts []string
	Offices  []string // every office of the number: a wall around any of them closes the report
	Queues   []string // those whose queue the number works
	Area     []string // those whose late and open cases it may know of
}

// StaffList names a list of cases.
type StaffList string

const (
	StaffNew   StaffList = "new"   // open: of alerts of these contacts, or in their queues
	StaffAlert StaffList = "alert" // open: of alerts of these contacts alone
	StaffMine  StaffList = "mine"  // accepted by them
	StaffQueue StaffList = "queue" // open in their queues
	StaffLate  StaffList = "late"  // open in their area and told a second time
	StaffOpen  StaffList = "open"  // open or accepted in their area
)

// StaffCase is an assignment as a list shows it.
type StaffCase struct {
	Assignment
	Code    ripoti.Code
	Urgency ripoti.Urgency
	Place   string // the name
}

// staffQuery writes conditions over assignments a and reports r, and gathers what fills them.
type staffQuery struct{ args []any }

func (q *staffQuery) in(column string, values []string) string {
	if len(values) == 0 {
		return "1 = 0"
	}
	return column + " in (" + placed(&q.args, values) + ")"
}

func (q *staffQuery) alerted(d Desks) string {
	return "exists (select 1 from messages m where m.assignment_id = a.id and " + q.in("m.contact_id || ''", d.Contacts) + ")" // || '': see alertsOf
}

// behindNoWall leaves out every report that is walled off from any office of the number.
func (q *staffQuery) behindNoWall(d Desks) string {
	return " and " + Asker{d.Offices, d.Contacts}.outside("a.report_id", &q.args)
}

// list is what belongs to a list. Who heads an area never learns of a walled report by it (domain
// brief 4.6), also of one whose wall leaves his own office out.
func (q *staffQuery) list(which StaffList, d Desks) string {
	switch which {
	case StaffNew:
		return "a.status = 'open' and (" + q.alerted(d) + " or " + q.in("a.office_id", d.Queues) + ")"
	case StaffAlert:
		return "a.status = 'open' and " + q.alerted(d)
	case StaffMine:
		return "a.status = 'accepted' and " + q.in("a.accepted_by", d.Contacts)
	case StaffQueue:
		return "a.status = 'open' and " + q.in("a.office_id", d.Queues)
	case StaffLate:
		return "a.status = 'open' and a.step > 0 and " + noWall + " and " + q.in("a.office_id", d.Area)
	case StaffOpen:
		return "(a.status = 'open' or a.status = 'accepted') and " + noWall + " and " + q.in("a.office_id", d.Area)
	}
	return "1 = 0"
}

// noWall says that a report is walled off from nobody.
const noWall = "not r.walled and not exists (select 1 from walls w where w.report_id = r.id)"

const staffFrom = " from assignments a join reports r on r.id = a.report_id where a.side <> 'told' and r.status <> 'closed' and "

// mostUrgentFirst, then the oldest.
const mostUrgentFirst = ` order by case r.urgency when 'critical' then 0 when 'high' then 1 when 'medium' then 2 else 3 end, a.created_at, a.id`

// StaffCases are the cases of a list, the most urgent first, at most limit.
func (tx *Tx) StaffCases(ctx context.Context, which StaffList, d Desks, limit int) ([]StaffCase, error) {
	q := &staffQuery{}
	where := q.list(which, d) + q.behindNoWall(d)
	return tx.staffCases(ctx, where+mostUrgentFirst+fmt.Sprintf(" limit %d", limit), q.args)
}

// StaffCount counts a list, up to most.
func (tx *Tx) StaffCount(ctx context.Context, which StaffList, d Desks, most int) (n int, err error) {
	q := &staffQuery{}
	where := q.list(which, d) + q.behindNoWall(d)
	query := "select count(*) from (select 1" + staffFrom + where + fmt.Sprintf(" limit %d) as found", most)
	if err := tx.sql.QueryRowContext(ctx, query, q.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count cases: %w", err)
	}
	return n, nil
}

// StaffCase finds the part of a report that a number may open: by the report's number, or by the
// assignment. What its contacts accepted comes first, then what is open. It is not_found where there is
// none, where it was told as a copy only, and where any of the number's offices is walled off. area also
// finds what the number may only know of.
func (tx *Tx) StaffCase(ctx context.Context, d Desks, code ripoti.Code, assignment string, area bool) (StaffCase, error) {
	q := &staffQuery{}
	where := "(" + q.alerted(d) + " or " + q.in("a.office_id", d.Queues) + " or " + q.in("a.accepted_by", d.Contacts)
	if area {
		where += " or (" + noWall + " and " + q.in("a.office_id", d.Area) + ")"
	}
	where += ")"
	if code != "" {
		where += " and " + q.in("r.code", []string{string(code)})
	} else {
		where += " and " + q.in("a.id", []string{assignment})
	}
	mine := q.in("a.accepted_by", d.Contacts)
	found, err := tx.staffCases(ctx, where+q.behindNoWall(d)+" order by case when "+mine+" then 0 when a.status = 'open' then 1 else 2 end, a.created_at desc, a.id limit 1", q.args)
	if err != nil {
		return StaffCase{}, err
	}
	if len(found) == 0 {
		return StaffCase{}, ripoti.NotFound("report.unknown", nil)
	}
	return found[0], nil
}

func (tx *Tx) staffCases(ctx context.Context, where string, args []any) ([]StaffCase, error) {
	rows, err := tx.sql.QueryContext(ctx, "select "+alertColumns+", r.urgency, r.answers"+staffFrom+where, args...)
	return collect(rows, err, "list cases", func(row scanner) (c StaffCase, err error) {
		var codes string
		if c.Assignment, err = scanAssignment(row, &c.Code, &c.Urgency, &codes); err != nil {
			return c, err
		}
		told, err := tx.unpackAnswers(c.ReportID, codes, nil)
		if c.Place = told.Place.Name; c.Place == "" {
			c.Place = told.Place.County
		}
		return c, err
	})
}

// WordsOf are the texts that belong to a report, oldest first, unaltered.
func (tx *Tx) WordsOf(ctx context.Context, reportID string) ([]string, error) {
	rows, err := tx.sql.QueryContext(ctx, "select id, body_sealed from inbound where report_id = $1 and report_id <> '' order by received_at, id limit 20", reportID)
	if err != nil {
		return nil, fmt.Errorf("read texts: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id string
		var sealed []byte
		if err := rows.Scan(&id, &sealed); err != nil {
			return nil, fmt.Errorf("read texts: %w", err)
		}
		plain, err := tx.keys.Narratives.Open(sealed, "inbound:"+id)
		if err != nil {
			return nil, fmt.Errorf("open text: %w", err)
		}
		out = append(out, string(plain))
	}
	return out, rows.Err()
}
