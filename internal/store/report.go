package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"ripoti/internal/ripoti"
)

const reportColumns = "id, code, channel, lang, stage, answers, story_sealed, category, second, urgency, rule, status, walled, filed_at, routed_at, drill"

// story is the part of a report that is sealed at rest.
type story struct {
	More  string `json:"more,omitempty"`
	Typed string `json:"typed,omitempty"`
}

// packAnswers parts the answers into codes for everybody and a sealed story.
func (s *Store) packAnswers(id string, a ripoti.Answers) (codes string, sealed []byte, err error) {
	told := story{a.More, a.Place.Typed}
	a.More, a.Place.Typed = "", ""
	raw, err := json.Marshal(a)
	if err != nil {
		return "", nil, fmt.Errorf("answers: %w", err)
	}
	if told == (story{}) {
		return string(raw), nil, nil
	}
	plain, err := json.Marshal(told)
	if err != nil {
		return "", nil, fmt.Errorf("story: %w", err)
	}
	if sealed, err = s.keys.Narratives.Seal(plain, "story:"+id); err != nil {
		return "", nil, fmt.Errorf("seal story: %w", err)
	}
	return string(raw), sealed, nil
}

func (s *Store) unpackAnswers(id, codes string, sealed []byte) (a ripoti.Answers, err error) {
	if err := json.Unmarshal([]byte(codes), &a); err != nil {
		return a, fmt.Errorf("answers: %w", err)
	}
	if len(sealed) == 0 {
		return a, nil
	}
	plain, err := s.keys.Narratives.Open(sealed, "story:"+id)
	if err != nil {
		return a, fmt.Errorf("open story: %w", err)
	}
	var told story
	if err := json.Unmarshal(plain, &told); err != nil {
		return a, fmt.Errorf("story: %w", err)
	}
	a.More, a.Place.Typed = told.More, told.Typed
	return a, nil
}

func (s *Store) scanReport(row scanner) (r ripoti.Report, err error) {
	var codes string
	var sealed []byte
	var filed, routed int64
	if err := row.Scan(&r.ID, &r.Code, &r.Channel, &r.Lang, &r.Stage, &codes, &sealed, &r.Category, &r.Second,
		&r.Urgency, &r.Rule, &r.Status, &r.Walled, &filed, &routed, &r.Drill); err != nil {
		return r, notFound(err, "report.unknown")
	}
	r.FiledAt, r.RoutedAt = fromMicros(filed), fromMicros(routed)
	r.Answers, err = s.unpackAnswers(r.ID, codes, sealed)
	return r, err
}

// Report reads a report; not_found if there is none.
func (s *Store) Report(ctx context.Context, id string) (ripoti.Report, error) {
	r, err := s.scanReport(s.read.QueryRowContext(ctx, "select "+reportColumns+" from reports where id = $1", id))
	if err != nil {
		return r, fmt.Errorf("read report: %w", err)
	}
	return r, nil
}

// ReportByCode reads a report by the number people know; not_found if there is none.
func (s *Store) ReportByCode(ctx context.Context, code ripoti.Code) (ripoti.Report, error) {
	r, err := s.scanReport(s.read.QueryRowContext(ctx, "select "+reportColumns+" from reports where code = $1", string(code)))
	if err != nil {
		return r, fmt.Errorf("read report by number: %w", err)
	}
	return r, nil
}

// KeptReport reads a report also where its sealed story cannot be opened any more: broken says so, and the
// story is empty. For evidence: what was tampered with must be told, not hidden behind an error.
func (s *Store) KeptReport(ctx context.Context, code ripoti.Code) (r ripoti.Report, broken bool, err error) {
	if r, err = s.ReportByCode(ctx, code); err == nil || ripoti.CodeOf(err) == ripoti.CodeNotFound {
		return r, false, err
	}
	r, err = s.scanReport(s.read.QueryRowContext(ctx, "select "+strings.ReplaceAll(reportColumns, "story_sealed", "null")+" from reports where code = $1", string(code)))
	if err != nil {
		return r, false, fmt.Errorf("read report by number: %w", err)
	}
	return r, true, nil
}

// Hold holds a report until the end of the transaction, without reading it.
func (tx *Tx) Hold(ctx context.Context, id string) error {
	var held string
	if err := tx.sql.QueryRowContext(ctx, "select id from reports where id = $1"+tx.forUpdate, id).Scan(&held); err != nil {
		return fmt.Errorf("hold report: %w", notFound(err, "report.unknown"))
	}
	return nil
}

// Report reads a report and holds it until the end of the transaction, so that no two hands change
// it, or its line of events, at once.
func (tx *Tx) Report(ctx context.Context, id string) (ripoti.Report, error) {
	r, err := tx.scanReport(tx.sql.QueryRowContext(ctx, "select "+reportColumns+" from reports where id = $1"+tx.forUpdate, id))
	if err != nil {
		return r, fmt.Errorf("read report: %w", err)
	}
	return r, nil
}

// ReportOf gives the report that a conversation has filed, held as by Report.
func (tx *Tx) ReportOf(ctx context.Context, conversation string) (ripoti.Report, error) {
	r, err := tx.scanReport(tx.sql.QueryRowContext(ctx, "select "+reportColumns+" from reports where conversation = $1"+tx.forUpdate, conversation))
	if err != nil {
		return r, fmt.Errorf("read report of conversation: %w", err)
	}
	return r, nil
}

// SaveReport writes what can change of a report: answers, stage, reading, status, wall, routing.
func (tx *Tx) SaveReport(ctx context.Context, r ripoti.Report) error {
	codes, sealed, err := tx.packAnswers(r.ID, r.Answers)
	if err != nil {
		return err
	}
	_, err = tx.sql.ExecContext(ctx, `update reports set stage = $2, answers = $3, story_sealed = $4, category = $5,
		second = $6, urgency = $7, rule = $8, status = $9, walled = $10, county = $11, place = $12, routed_at = $13 where id = $1`,
		r.ID, string(r.Stage), codes, sealed, string(r.Category), string(r.Second), string(r.Urgency), r.Rule,
		string(r.Status), r.Walled, r.Answers.Place.CountyID, r.Answers.Place.ID, micros(r.RoutedAt))
	if err != nil {
		return fmt.Errorf("save report: %w", err)
	}
	return nil
}

// SaveWish changes how the reporter may be reached.
func (tx *Tx) SaveWish(ctx context.Context, reportID string, wish ripoti.Wish) error {
	if _, err := tx.sql.ExecContext(ctx, "update reporters set wish = $2 where report_id = $1", reportID, string(wish)); err != nil {
		return fmt.Errorf("save contact wish: %w", err)
	}
	return nil
}

// Reporter is who reported: kept apart from the report.
type Reporter struct {
	Phone ripoti.Phone // "" where a text came from a short code or a name: nobody can be reached
	Wish  ripoti.Wish
}

// Reporter opens who reported. Each opening must be for a stated reason: append an event with it.
func (s *Store) Reporter(ctx context.Context, reportID string) (Reporter, error) {
	return s.scanReporter(s.read.QueryRowContext(ctx, reporterQuery, reportID), reportID)
}

const reporterQuery = "select phone_sealed, wish from reporters where report_id = $1"

func (s *Store) scanReporter(row *sql.Row, reportID string) (r Reporter, err error) {
	var sealed []byte
	if err := row.Scan(&sealed, &r.Wish); err != nil {
		return r, fmt.Errorf("read reporter: %w", notFound(err, "report.unknown"))
	}
	r.Phone, err = s.openPhone(sealed, "reporter:"+reportID)
	return r, err
}

// Reports pages through all reports, newest first, after the given report ("" for the first page).
func (s *Store) Reports(ctx context.Context, after string, limit int) ([]ripoti.Report, error) {
	query := "select " + reportColumns + " from reports order by filed_at desc, id desc limit $1"
	args := []any{limit}
	if after != "" {
		query = "select " + reportColumns + ` from reports
			where (filed_at, id) < (select filed_at, id from reports where id = $2)
			order by filed_at desc, id desc limit $1`
		args = append(args, after)
	}
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list reports: %w", err)
	}
	defer rows.Close()
	var out []ripoti.Report
	for rows.Next() {
		r, err := s.scanReport(rows)
		if err != nil {
			return nil, fmt.Errorf("list reports: %w", err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// MarkNoRecipient puts a report on the list of those nobody was found for, or takes it off.
func (tx *Tx) MarkNoRecipient(ctx context.Context, id string, without bool) error {
	if _, err := tx.sql.ExecContext(ctx, "update reports set no_recipient = $2 where id = $1", id, without); err != nil {
		return fmt.Errorf("mark no recipient: %w", err)
	}
	return nil
}

// WithoutRecipient pages through the reports nobody was found for, oldest first, after the given one
// ("" for the first page).
func (s *Store) WithoutRecipient(ctx context.Context, after string, limit int) ([]ripoti.Report, error) {
	query, args := "select "+reportColumns+" from reports where no_recipient", []any{limit}
	if after != "" {
		query += " and (filed_at, id) > (select filed_at, id from reports where id = $2)"
		args = append(args, after)
	}
	rows, err := s.read.QueryContext(ctx, query+" order by filed_at, id limit $1", args...)
	if err != nil {
		return nil, fmt.Errorf("list reports without recipient: %w", err)
	}
	defer rows.Close()
	var out []ripoti.Report
	for rows.Next() {
		r, err := s.scanReport(rows)
		if err != nil {
			return nil, fmt.Errorf("list reports without recipient: %w", err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// another is a report that somebody else made: not one that came out of a case, such as the complaint
// about a bribe asked in it, and for that one not the case; and none that is only practised. $3 is the
// report that is compared.
const another = "id <> $3 and drill = '' and linked_to = '' and not exists (select 1 from reports me where me.id = $3 and me.linked_to = reports.id)"

// RepeatsNear counts other reports about a place since a time: repeats raise the urgency (domain
// brief 4.2). It stops counting at 2.
func (tx *Tx) RepeatsNear(ctx context.Context, place, otherThan string, since int64) (n int, err error) {
	err = tx.sql.QueryRowContext(ctx, `select count(*) from
		(select 1 from reports where place = $1 and filed_at >= $2 and `+another+` limit 2) as near`, place, since, otherThan).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count repeats: %w", err)
	}
	return n, nil
}

func (s *Store) sealPhone(p ripoti.Phone, context string) (sealed []byte, hash string, err error) {
	if sealed, err = s.keys.Numbers.Seal([]byte(p.Dial()), context); err != nil {
		return nil, "", fmt.Errorf("seal number: %w", err)
	}
	return sealed, s.PhoneHash(p), nil
}

func (s *Store) openPhone(sealed []byte, context string) (ripoti.Phone, error) {
	plain, err := s.keys.Numbers.Open(sealed, context)
	if err != nil {
		return "", fmt.Errorf("open number: %w", err)
	}
	return ripoti.Phone(plain), nil
}

// PhoneHash is what a number is recognised by: a keyed hash.
func (s *Store) PhoneHash(p ripoti.Phone) string { return s.keys.Hash("phone", p.Dial()) }

// KeyedHashes are the hashes of a secret for a purpose, under every key, the newest first.
func (s *Store) KeyedHashes(purpose, value string) []string { return s.keys.Hashes(purpose, value) }
