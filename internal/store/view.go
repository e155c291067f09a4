package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"ripoti/internal/ripoti"
)

// View is what somebody may see of all reports. It is asked in the database, in every query, so that
// no page can forget it: a report that is walled off from an office is neither shown, found nor
// counted for whoever is posted there (domain brief 4.4 and 4.6).
type View struct {
	// Counties are the ids of the counties whose reports are seen, none for all of them.
	Counties []string
	// Offices are where the person is posted and what else his or her number answers for: reports walled
	// off from any of them do not exist.
	Offices []string
	// Contact and Account are the person: reports walled off from where he or she was posted when the wall
	// rose do not exist either.
	Contact, Account string
	// Own limits the view to what these offices were given to act on. What an office was only told of,
	// or asked for a service in, is not its case.
	Own bool
	// Open leaves out every report that stands behind a wall, whosever it is.
	Open bool
}

// ViewOf is what a user may see. others are the offices that the user's number answers for beside the
// one he or she is posted at.
func ViewOf(u ripoti.User, others ...string) View {
	own := u.Role == ripoti.UserSocial || u.Role == ripoti.UserOfficer
	v := View{Own: own, Contact: u.ContactID, Account: u.ID}
	if u.OfficeID != "" {
		v.Offices = []string{u.OfficeID}
	}
	v.Offices = append(v.Offices, others...)
	if !own {
		v.Counties = u.Counties
	}
	return v
}

// where is the condition on reports r, with its arguments behind those there are.
func (v View) where(args []any) (condition string, all []any) {
	var parts []string
	if n := len(v.Counties); n > 0 {
		county := "r.county"
		if n > 1 { // of several the newest are found by time: no index by county has them in order
			county += " || ''"
		}
		parts = append(parts, county+" in ("+placed(&args, v.Counties)+")")
	}
	who := Asker{Offices: v.Offices}
	if v.Contact != "" {
		who.Contacts = []string{v.Contact}
	}
	if who.Offices != nil || who.Contacts != nil {
		parts = append(parts, who.outside("r.id", &args))
	}
	if v.Account != "" {
		parts = append(parts, "not exists (select 1 from wall_people w where w.report_id = r.id and w.person = "+placed(&args, []string{v.Account})+")")
	}
	if v.Open {
		parts = append(parts, "not r.walled and not exists (select 1 from walls w where w.report_id = r.id)")
	}
	if len(v.Offices) > 0 {
		if v.Own {
			offices := placed(&args, v.Offices)
			parts = append(parts, "r.id in (select a.report_id from assignments a where a.office_id in ("+offices+") and a.side in ('safety', 'care') and a.status not in ('moved', 'declined'))")
		}
	} else if v.Own {
		parts = append(parts, "1 = 0") // posted nowhere: nothing is theirs
	}
	if len(parts) == 0 {
		return "1 = 1", args
	}
	return strings.Join(parts, " and "), args
}

// Waits is what a report waits for a person for.
type Waits string

const (
	WaitsRecipient Waits = "recipient" // nobody was found for it
	WaitsAnswer    Waits = "answer"    // late: nobody has accepted in time, or a question by the clock stays unanswered
	WaitsReading   Waits = "reading"   // a machine has read it, no person has
	WaitsFlag      Waits = "flag"      // a flag stands on it
	WaitsClosing   Waits = "closing"   // somebody must agree to its closing
	WaitsReferral  Waits = "referral"  // an office that was asked has not answered
	WaitsReceipt   Waits = "receipt"   // nobody knows whether a message about it left
)

// waits are the conditions, each served by an index of what goes on. at is the parameter of a time
// before which something is late.
var waits = map[Waits]string{
	WaitsRecipient: "r.no_recipient",
	WaitsReading:   "r.id in (select p.report_id from proposals p where p.confirmed_at = 0)",
	WaitsFlag:      "r.id in (select f.report_id from flags f where f.settled_at = 0)",
	WaitsClosing:   "r.id in (select c.report_id from closings c where c.state = 'open')",
	WaitsReferral:  "r.id in (select f.report_id from referrals f where f.status = 'sent')",
	WaitsReceipt:   "r.id in (select m.report_id from messages m where m.status in ('sending', 'unknown') and m.claimed_at < {at})",
	WaitsAnswer: `(exists (select 1 from checks c where c.report_id = r.id and c.state = 'asked' and c.next_at = 0) or exists (select 1 from assignments a
		where a.report_id = r.id and a.status = 'open' and a.side in ('safety', 'care') and a.send_at > 0 and a.send_at < case r.urgency {late} else 0 end))`,
}

// AllWaits are all of them, most pressing first.
var AllWaits = []Waits{WaitsRecipient, WaitsAnswer, WaitsFlag, WaitsReading, WaitsClosing, WaitsReferral, WaitsReceipt}

// Wanted are the reports that a list shows. What is empty asks for nothing. Practice reports show only
// where their drill is asked for.
type Wanted struct {
	County   string
	Category ripoti.Category
	Urgency  ripoti.Urgency
	Status   ripoti.Status
	Office   string // that has it or had it, and did not lose it
	Holder   string // the contact who has taken it
	Flag     ripoti.FlagKind
	From, To time.Time // filed at or after, and before
	Waits    Waits
	// Late is since when an alert of an urgency must have been sent to be late, Unsure the same of a
	// message of which nobody knows whether it left.
	Late   map[ripoti.Urgency]time.Time
	Unsure time.Time
	Drill  string
}

func (q Wanted) where(args []any) (condition string, all []any) {
	var parts []string
	add := func(test string, value any) {
		args = append(args, value)
		parts = append(parts, strings.Replace(test, "?", fmt.Sprintf("$%d", len(args)), 1))
	}
	if q.Drill == "" {
		parts = append(parts, "r.drill = ''")
	} else {
		add("r.drill = ? and r.drill <> ''", q.Drill)
	}
	if q.County != "" {
		add("r.county = ?", q.County)
	}
	if q.Category != "" {
		add("r.category = ?", string(q.Category))
	}
	if q.Urgency != "" {
		add("r.urgency = ?", string(q.Urgency))
	}
	if q.Status != "" {
		add("r.status = ?", string(q.Status))
	}
	if q.Office != "" {
		add("r.id in (select a.report_id from assignments a where a.office_id = ? and a.side <> 'told' and a.status not in ('moved', 'declined'))", q.Office)
	}
	if q.Holder != "" {
		add("r.id in (select a.report_id from assignments a where a.accepted_by = ? and a.status = 'accepted')", q.Holder)
	}
	if q.Flag != "" {
		add("r.id in (select f.report_id from flags f where f.settled_at = 0 and f.kind = ?)", string(q.Flag))
	}
	if !q.From.IsZero() {
		add("r.filed_at >= ?", micros(q.From))
	}
	if !q.To.IsZero() {
		add("r.filed_at < ?", micros(q.To))
	}
	if q.Waits != "" {
		var wait string
		wait, args = q.waiting(args)
		parts = append(parts, wait)
	}
	if q.Waits != "" || q.Holder != "" || q.Status != "" && q.Status != ripoti.StatusClosed {
		parts = append(parts, "r.status <> 'closed'") // the index of what goes on
	}
	return strings.Join(parts, " and "), args
}

// waiting is the condition of what is waited for, with its times.
func (q Wanted) waiting(args []any) (string, []any) {
	condition, known := waits[q.Waits]
	if !known {
		return "1 = 0", args
	}
	if strings.Contains(condition, "{at}") {
		args = append(args, micros(q.Unsure))
		condition = strings.Replace(condition, "{at}", fmt.Sprintf("$%d", len(args)), 1)
	}
	if strings.Contains(condition, "{late}") {
		var late strings.Builder
		for _, u := range ripoti.Urgencies {
			args = append(args, string(u), micros(q.Late[u]))
			fmt.Fprintf(&late, " when $%d then cast($%d as bigint)", len(args)-1, len(args))
		}
		condition = strings.Replace(condition, "{late}", late.String(), 1)
	}
	return condition, args
}

// Row is a report as lists show it: codes and a place's name, nothing that was told in words.
type Row struct {
	ID       string
	Code     ripoti.Code
	FiledAt  time.Time
	Category ripoti.Category
	Second   ripoti.Category
	Urgency  ripoti.Urgency
	Status   ripoti.Status
	Walled   bool
	Stranded bool
	Place    ripoti.PlaceRef
	Channel  ripoti.Channel
}

func seen(v View, q Wanted, after string, limit int) (query string, args []any) {
	mine, args := v.where(nil)
	wanted, args := q.where(args)
	where := mine + " and " + wanted
	if after != "" {
		args = append(args, after)
		where += fmt.Sprintf(" and (r.filed_at, r.id) < (select r.filed_at, r.id from reports r where r.id = $%d and %s)", len(args), mine) // one that is not seen is none
	}
	args = append(args, limit)
	return "select r.id, r.code, r.filed_at, r.category, r.second, r.urgency, r.status, r.walled, r.no_recipient, r.answers, r.channel from reports r where " +
		where + fmt.Sprintf(" order by r.filed_at desc, r.id desc limit $%d", len(args)), args
}

// Seen pages through the reports that a view shows, newest first, after the report of the given id ("" for the first page).
func (s *Store) Seen(ctx context.Context, v View, q Wanted, after string, limit int) (out []Row, err error) {
	query, args := seen(v, q, after, limit)
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list reports: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r Row
		var filed int64
		var answers string
		if err := rows.Scan(&r.ID, &r.Code, &filed, &r.Category, &r.Second, &r.Urgency, &r.Status, &r.Walled, &r.Stranded, &answers, &r.Channel); err != nil {
			return nil, fmt.Errorf("list reports: %w", err)
		}
		a, err := s.unpackAnswers(r.ID, answers, nil)
		if err != nil {
			return nil, err
		}
		r.FiledAt, r.Place = fromMicros(filed), a.Place
		out = append(out, r)
	}
	return out, rows.Err()
}

// unopened are the columns of a report without its story.
var unopened = strings.ReplaceAll(prefixed("r", reportColumns), "r.story_sealed", "null")

// SeenWhole pages like Seen, and reads each report with all its answers that are codes. Its story stays
// sealed.
func (s *Store) SeenWhole(ctx context.Context, v View, q Wanted, after string, limit int) ([]ripoti.Report, error) {
	rows, err := s.Seen(ctx, v, q, after, limit)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	args := make([]any, len(rows))
	for i, r := range rows {
		args[i] = r.ID
	}
	found, err := s.read.QueryContext(ctx, "select "+unopened+" from reports r where r.id in ("+list(1, len(args))+") order by r.filed_at desc, r.id desc", args...)
	return collect(found, err, "read reports", s.scanReport)
}

// Ending is how a case ended: with what, and when; zero times while it is open. A case that is open may have an
// outcome too, one that is kept and closes nothing.
type Ending struct {
	Outcome  ripoti.Outcome
	ClosedAt time.Time
}

// Endings are those of some reports that a view has shown, by their ids; none for who has no outcome.
func (s *Store) Endings(ctx context.Context, reports []ripoti.Report) (map[string]Ending, error) {
	all := map[string]Ending{}
	if len(reports) == 0 {
		return all, nil
	}
	args := make([]any, len(reports))
	for i, r := range reports {
		args[i] = r.ID
	}
	rows, err := s.read.QueryContext(ctx, "select id, outcome, closed_at from reports where id in ("+list(1, len(args))+") and outcome <> ''", args...)
	_, err = collect(rows, err, "read endings", func(row scanner) (e Ending, err error) {
		var id string
		var at int64
		if err = row.Scan(&id, &e.Outcome, &at); err == nil {
			e.ClosedAt = fromMicros(at)
			all[id] = e
		}
		return e, err
	})
	return all, err
}

// SeenByID reads one report that a view shows; not_found where it does not show it or there is none.
func (s *Store) SeenByID(ctx context.Context, v View, id string) (ripoti.Report, error) {
	mine, args := v.where(nil)
	args = append(args, id)
	r, err := s.scanReport(s.read.QueryRowContext(ctx, "select "+unopened+" from reports r where "+mine+fmt.Sprintf(" and r.id = $%d", len(args)), args...))
	if err != nil {
		return r, fmt.Errorf("read report: %w", err)
	}
	return r, nil
}

// SeenByCode reads one report that a view shows; not_found where it does not show it or there is none:
// the two are told alike. Its story stays sealed.
func (s *Store) SeenByCode(ctx context.Context, v View, code ripoti.Code) (ripoti.Report, error) {
	mine, args := v.where(nil)
	args = append(args, string(code))
	r, err := s.scanReport(s.read.QueryRowContext(ctx, "select "+unopened+" from reports r where "+mine+fmt.Sprintf(" and r.code = $%d", len(args)), args...))
	if err != nil {
		return r, fmt.Errorf("read report by number: %w", err)
	}
	return r, nil
}

func counted(v View, q Wanted, most int) (query string, args []any) {
	mine, args := v.where(nil)
	wanted, args := q.where(args)
	args = append(args, most)
	return "select count(*) from (select 1 from reports r where " + mine + " and " + wanted + fmt.Sprintf(" limit $%d", len(args)) + ") as seen", args
}

// CountSeen counts the reports of a view up to most: a page says "100+" for more.
func (s *Store) CountSeen(ctx context.Context, v View, q Wanted, most int) (n int, err error) {
	query, args := counted(v, q, most)
	err = s.read.QueryRowContext(ctx, query, args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count reports: %w", err)
	}
	return n, nil
}

// CodeSeen is the number of a report that a view shows, "" where it does not show it or there is none.
func (s *Store) CodeSeen(ctx context.Context, v View, id string) (code ripoti.Code, err error) {
	mine, args := v.where(nil)
	args = append(args, id)
	err = s.read.QueryRowContext(ctx, "select r.code from reports r where "+mine+fmt.Sprintf(" and r.id = $%d", len(args)), args...).Scan(&code)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read report's number: %w", err)
	}
	return code, nil
}
