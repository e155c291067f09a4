package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Past is a report as its rules are tried on again: codes and a place, no number and no story.
type Past struct {
	ripoti.Report
	Signs        []string            // what was read out of its text
	AccusedKinds []ripoti.OfficeKind // and who stands accused by it
	// AccusedOffices are the offices that are behind the wall of the case it came out of.
	AccusedOffices []string
}

// PastMark is where a page of past reports ends; the zero mark begins the first page.
type PastMark struct {
	At time.Time
	ID string
}

// Mark is where a page that ends with a report goes on.
func (p Past) Mark() PastMark { return PastMark{p.FiledAt, p.ID} }

// Past pages through the reports of a view that were filed in a time, oldest first; practice reports are
// none of them.
func (s *Store) Past(ctx context.Context, v View, from, to time.Time, after PastMark, limit int) ([]Past, error) {
	if after.At.IsZero() {
		after.At = from.Add(-time.Microsecond)
	}
	mine, args := v.where([]any{micros(after.At), after.ID, micros(to), limit})
	rows, err := s.read.QueryContext(ctx, `select r.id, r.code, r.channel, r.lang, r.stage, r.answers, r.category, r.second, r.urgency, r.rule, r.status, r.walled, r.filed_at, r.routed_at,
		r.linked_to, coalesce(p.reading, '') from reports r left join proposals p on p.report_id = r.id
		where (r.filed_at, r.id) > ($1, $2) and r.filed_at < $3 and r.drill = '' and `+mine+` order by r.filed_at, r.id limit $4`, args...)
	linked := map[string]*Past{}
	out, err := collect(rows, err, "list past reports", func(row scanner) (p Past, err error) {
		var codes, from, reading string
		var filed, routed int64
		if err := row.Scan(&p.ID, &p.Code, &p.Channel, &p.Lang, &p.Stage, &codes, &p.Category, &p.Second, &p.Urgency, &p.Rule, &p.Status, &p.Walled, &filed, &routed, &from, &reading); err != nil {
			return p, err
		}
		p.FiledAt, p.RoutedAt = fromMicros(filed), fromMicros(routed)
		if from != "" {
			linked[p.ID] = nil
		}
		if reading != "" {
			var read Proposal
			if err := json.Unmarshal([]byte(reading), &read); err != nil {
				return p, fmt.Errorf("proposal: %w", err)
			}
			p.Signs, p.AccusedKinds = read.Signs, read.Accused
		}
		p.Answers, err = s.unpackAnswers(p.ID, codes, nil)
		return p, err
	})
	if err != nil || len(linked) == 0 {
		return out, err
	}
	return out, s.accused(ctx, out, linked)
}

// accused fills in who stands accused of reports that came out of a case.
func (s *Store) accused(ctx context.Context, past []Past, linked map[string]*Past) error {
	var ids []any
	for i := range past {
		if _, ok := linked[past[i].ID]; ok {
			linked[past[i].ID] = &past[i]
			ids = append(ids, past[i].ID)
		}
	}
	rows, err := s.read.QueryContext(ctx, "select report_id, office_id from walls where report_id in ("+list(1, len(ids))+") order by report_id, office_id", ids...)
	if err != nil {
		return fmt.Errorf("read walls: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var report, office string
		if err := rows.Scan(&report, &office); err != nil {
			return fmt.Errorf("read walls: %w", err)
		}
		linked[report].AccusedOffices = append(linked[report].AccusedOffices, office)
	}
	return rows.Err()
}

// CountPast counts the reports that Past pages through.
func (s *Store) CountPast(ctx context.Context, v View, from, to time.Time) (int, error) {
	return s.CountSeen(ctx, v, Wanted{From: from, To: to}, mostPast)
}

// mostPast bounds a count: nobody rehearses more.
const mostPast = 1_000_000

const rehearsalColumns = "id, draft_id, edition, base, user_id, from_at, to_at, state, done, total, result, started_at, changed_at, finished_at"

func scanRehearsal(row scanner) (r ripoti.Rehearsal, err error) {
	var from, to, started, changed, finished int64
	err = row.Scan(&r.ID, &r.DraftID, &r.Edition, &r.Base, &r.UserID, &from, &to, &r.State, &r.Done, &r.Total, &r.Result, &started, &changed, &finished)
	r.From, r.To, r.StartedAt, r.ChangedAt, r.FinishedAt = fromMicros(from), fromMicros(to), fromMicros(started), fromMicros(changed), fromMicros(finished)
	return r, err
}

// AddRehearsal writes one that begins.
func (s *Store) AddRehearsal(ctx context.Context, r ripoti.Rehearsal) error {
	_, err := s.write.ExecContext(ctx, "insert into rehearsals ("+rehearsalColumns+") values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,0)",
		r.ID, r.DraftID, r.Edition, r.Base, r.UserID, micros(r.From), micros(r.To), string(r.State), r.Done, r.Total, r.Result, micros(s.now()), micros(s.now()))
	if err != nil {
		return fmt.Errorf("add rehearsal: %w", err)
	}
	return nil
}

// SaveRehearsal writes how far one is.
func (s *Store) SaveRehearsal(ctx context.Context, r ripoti.Rehearsal) error {
	_, err := s.write.ExecContext(ctx, "update rehearsals set state = $2, done = $3, total = $4, result = $5, changed_at = $6, finished_at = $7 where id = $1",
		r.ID, string(r.State), r.Done, r.Total, r.Result, micros(s.now()), micros(r.FinishedAt))
	if err != nil {
		return fmt.Errorf("save rehearsal: %w", err)
	}
	return nil
}

// NewestRehearsal is a person's newest trial of a draft; false where there is none.
func (s *Store) NewestRehearsal(ctx context.Context, draftID, userID string) (r ripoti.Rehearsal, some bool, err error) {
	r, err = scanRehearsal(s.read.QueryRowContext(ctx, "select "+rehearsalColumns+" from rehearsals where draft_id = $1 and user_id = $2 order by started_at desc, id desc limit 1", draftID, userID))
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("read rehearsal: %w", err)
	}
	return r, true, nil
}
