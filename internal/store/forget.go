package store

import (
	"context"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// forgetting is what a statement does to one report, whose id is its only argument.
type forgetting struct{ table, query string }

// numbersGone takes away who reported: the number, its hashes, and the talk that was held with it.
// Texts and their hashes stay, without their sender.
var numbersGone = []forgetting{
	{"reporters", "delete from reporters where report_id = $1"},
	{"messages", "update messages set to_sealed = '', to_hash = '' where report_id = $1 and contact_id = ''"},
	{"inbound", "update inbound set from_sealed = '', from_hash = '', fingerprint = '' where report_id = $1 and report_id <> ''"},
	{"talks", "delete from talks where report_id = $1"},
	{"followups", "update followups set number_hash = '' where report_id = $1 and report_id <> ''"},
	{"reporter_news", "update reporter_news set number_hash = '' where report_id = $1"},
	{"reports", "update reports set conversation = 'forgotten:' || id where id = $1"},
}

// contentGone takes away what was told and said. What stays of a report is its number, category,
// urgency, county, its days, who of staff did what (history, assignments, walls), and that messages
// left.
var contentGone = append([]forgetting{
	{"reports", "update reports set answers = '{}', story_sealed = null, progress = '{}', second = '', place = '', rule = '' where id = $1"},
	{"notes", "delete from notes where report_id = $1"},
	{"flags", "update flags set note_sealed = null, how_sealed = null where report_id = $1"},
	{"closings", "update closings set reason_sealed = null where report_id = $1"},
	{"closing_answers", "update closing_answers set reason_sealed = null where closing_id in (select id from closings where report_id = $1)"},
	{"inbound", "delete from inbound where report_id = $1 and report_id <> ''"},
	{"messages", `update messages set to_sealed = '', to_hash = '', facts_sealed = '', body_sealed = null,
		reason = case when status = 'queued' then 'forgotten' else reason end, status = case when status = 'queued' then 'failed' else status end where report_id = $1`},
	{"proposals", "delete from proposals where report_id = $1"},
	{"decisions", "delete from decisions where report_id = $1"},
	{"scenes", "delete from scenes where report_id = $1"},
	{"incident_pairs", "delete from incident_pairs where report_id = $1 or other_id = $1"},
	{"incident_reports", "delete from incident_reports where report_id = $1"},
	{"referrals", "update referrals set why_sealed = null where report_id = $1"},
	{"api_events", "delete from api_events where report_id = $1"},
	{"safe_calls", "delete from safe_calls where report_id = $1"},
}, numbersGone...)

// ForgetNumber takes away who reported. Hold the report first.
func (tx *Tx) ForgetNumber(ctx context.Context, reportID string) error {
	return tx.forget(ctx, reportID, numbersGone)
}

// ForgetContent counts a report among those of its month and takes away what was told, and who told
// it. Hold the report first. A second time changes nothing.
func (tx *Tx) ForgetContent(ctx context.Context, reportID string) error {
	fresh, err := tx.changed(ctx, "forget", "update reports set erased_at = $2 where id = $1 and erased_at = 0", reportID, micros(tx.now()))
	if err != nil || !fresh {
		return err
	}
	if err := tx.count(ctx, reportID); err != nil {
		return err
	}
	return tx.forget(ctx, reportID, contentGone)
}

func (tx *Tx) forget(ctx context.Context, reportID string, gone []forgetting) error {
	for _, f := range gone {
		if _, err := tx.sql.ExecContext(ctx, f.query, reportID); err != nil {
			return fmt.Errorf("forget %s: %w", f.table, err)
		}
	}
	return nil
}

// count keeps that there was such a report, unless it was only practised: its month in Nairobi (UTC+3 the year round), county,
// category, urgency and outcome.
func (tx *Tx) count(ctx context.Context, reportID string) error {
	var county, category, urgency, outcome, drill string
	var filed int64
	err := tx.sql.QueryRowContext(ctx, "select county, category, urgency, outcome, drill, filed_at from reports where id = $1", reportID).Scan(&county, &category, &urgency, &outcome, &drill, &filed)
	if err != nil {
		return fmt.Errorf("count: %w", notFound(err, "report.unknown"))
	}
	if drill != "" {
		return nil
	}
	month := fromMicros(filed).Add(3 * time.Hour).Format("2006-01")
	_, err = tx.sql.ExecContext(ctx, `insert into counts (month, county, category, urgency, outcome, reports) values ($1,$2,$3,$4,$5,1)
		on conflict (month, county, category, urgency, outcome) do update set reports = counts.reports + 1`, month, county, category, urgency, outcome)
	if err != nil {
		return fmt.Errorf("count: %w", err)
	}
	return nil
}

// Count is how many reports of a kind there were in a month, of those whose content is gone.
type Count struct {
	Month    string          `json:"month"` // "2026-11", Nairobi
	County   string          `json:"county"`
	Category ripoti.Category `json:"category"`
	Urgency  ripoti.Urgency  `json:"urgency"`
	Outcome  string          `json:"outcome"`
	Reports  int             `json:"reports"`
}

// Counts are all counts, by month.
func (s *Store) Counts(ctx context.Context) (out []Count, err error) {
	rows, err := s.read.QueryContext(ctx, "select month, county, category, urgency, outcome, reports from counts order by month, county, category, urgency, outcome")
	if err != nil {
		return nil, fmt.Errorf("read counts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Month, &c.County, &c.Category, &c.Urgency, &c.Outcome, &c.Reports); err != nil {
			return nil, fmt.Errorf("read counts: %w", err)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// closedBefore says that a report is closed, was so before $1, and nothing keeps it.
const closedBefore = " r.status = 'closed' and r.closed_at > 0 and r.closed_at < $1 and r.legal_hold = ''"

// ripe are the reports of which something is to be forgotten. Both walk an index by time from its old
// end: a report was filed before it was closed, and numbers are there of open and fresh cases only.
var ripe = map[string]string{
	"numbers": "reporters p join reports r on r.id = p.report_id where p.created_at < $1 and" + closedBefore,
	"content": "reports r where r.erased_at = 0 and" + closedBefore,
}

// Ripe are the oldest reports, at most limit, whose "numbers" or "content" are to be forgotten: closed
// before a time, and not kept for a court.
func (s *Store) Ripe(ctx context.Context, what string, before time.Time, limit int) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, "select r.id from "+ripe[what]+" order by r.closed_at, r.id limit $2", micros(before), limit)
	return scanStrings(rows, err, "find what to forget")
}

// CountRipe counts what Ripe would find.
func (s *Store) CountRipe(ctx context.Context, what string, before time.Time) (n int, err error) {
	if err = s.read.QueryRowContext(ctx, "select count(*) from "+ripe[what], micros(before)).Scan(&n); err != nil {
		return 0, fmt.Errorf("count what to forget: %w", err)
	}
	return n, nil
}

// aged are rows that go by their age alone: they belong to no report, or to none that is going on.
var aged = map[string]struct{ table, key, condition string }{
	"strangers": {"inbound", "id", "received_at < $1 and report_id = '' and handled_at > 0 and not exists (select 1 from contacts c where c.phone_hash = inbound.from_hash)"},
	"answers":   {"inbound", "id", "received_at < $1 and report_id = '' and handled_at > 0"},
	"messages":  {"messages", "id", "created_at < $1 and report_id = '' and status not in ('queued', 'sending', 'unknown')"},
	"talks":     {"talks", "number_hash", "updated_at < $1 and not exists (select 1 from reports r where r.id = talks.report_id and r.status <> 'closed')"},
	"passive":   {"passive_answers", "number_hash", "at < $1"},
	"receipts":  {"early_receipts", "provider_id", "at < $1"},
	"briefs":    {"briefs", "day", "at < $1"},
	"presses":   {"staff_acts", "act_hash", "at < $1"},
	"uploads":   {"directory_uploads", "user_id", "at < $1"},
	"guesses":   {"followups", "key", "at < $1 and report_id = ''"},
}

// ForgetAged deletes up to limit rows of a kind that are older than a time, and says how many.
func (tx *Tx) ForgetAged(ctx context.Context, what string, before time.Time, limit int) (int, error) {
	a := aged[what]
	result, err := tx.sql.ExecContext(ctx, "delete from "+a.table+" where "+a.key+" in (select "+a.key+" from "+a.table+" where "+a.condition+" limit $2) and "+a.condition,
		micros(before), limit)
	if err != nil {
		return 0, fmt.Errorf("forget %s: %w", what, err)
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// CountAged counts what ForgetAged would delete.
func (s *Store) CountAged(ctx context.Context, what string, before time.Time) (n int, err error) {
	a := aged[what]
	if err = s.read.QueryRowContext(ctx, "select count(*) from "+a.table+" where "+a.condition, micros(before)).Scan(&n); err != nil {
		return 0, fmt.Errorf("count %s: %w", what, err)
	}
	return n, nil
}

// Purged keeps what a purge has forgotten.
func (tx *Tx) Purged(ctx context.Context, what string, gone int) error {
	_, err := tx.sql.ExecContext(ctx, "insert into purges (id, at, what, gone) values ($1,$2,$3,$4)", NewID(), micros(tx.now()), what, gone)
	if err != nil {
		return fmt.Errorf("note purge: %w", err)
	}
	return nil
}

// Purge is what was forgotten at a time.
type Purge struct {
	At   time.Time
	What string
	Gone int
}

// Purges are the newest purges, newest first.
func (s *Store) Purges(ctx context.Context, limit int) (out []Purge, err error) {
	rows, err := s.read.QueryContext(ctx, "select at, what, gone from purges order by at desc, id desc limit $1", limit)
	if err != nil {
		return nil, fmt.Errorf("list purges: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var p Purge
		var at int64
		if err := rows.Scan(&at, &p.What, &p.Gone); err != nil {
			return nil, fmt.Errorf("list purges: %w", err)
		}
		p.At = fromMicros(at)
		out = append(out, p)
	}
	return out, rows.Err()
}

// Keep says why a report must be kept whatever its age ("court"); "" lets it go. Hold the report first.
func (tx *Tx) Keep(ctx context.Context, reportID, why string) error {
	if _, err := tx.sql.ExecContext(ctx, "update reports set legal_hold = $2 where id = $1", reportID, why); err != nil {
		return fmt.Errorf("keep report: %w", err)
	}
	return nil
}

// Kept is why a report must be kept, "" for nothing, and whether its content is gone.
func (s *Store) Kept(ctx context.Context, reportID string) (why string, erased time.Time, err error) {
	return kept(s.read.QueryRowContext(ctx, keptQuery, reportID))
}

// Kept is Store.Kept in a transaction.
func (tx *Tx) Kept(ctx context.Context, reportID string) (why string, erased time.Time, err error) {
	return kept(tx.sql.QueryRowContext(ctx, keptQuery, reportID))
}

const keptQuery = "select legal_hold, erased_at from reports where id = $1"

func kept(row scanner) (why string, erased time.Time, err error) {
	var at int64
	if err = row.Scan(&why, &at); err != nil {
		return "", erased, fmt.Errorf("read what keeps a report: %w", notFound(err, "report.unknown"))
	}
	return why, fromMicros(at), nil
}
