package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// DeletionRequest is a reporter's wish to be forgotten (Data Protection Act, s.40) and what became
// of it.
type DeletionRequest struct {
	ID        string
	ReportID  string
	Code      ripoti.Code
	Status    ripoti.Status // of the report
	AskedAt   time.Time
	DecidedAt time.Time // zero while it waits
	DecidedBy string
	Decision  string // "erased" or "refused"
	Reason    string // a code
}

// AskDeletion notes that the reporter of a report asks to be forgotten. It says false where that is
// asked already and not decided.
func (tx *Tx) AskDeletion(ctx context.Context, reportID string) (fresh bool, err error) {
	return tx.changed(ctx, "ask deletion", `insert into deletion_requests (id, report_id, asked_at, decided_at, decided_by, decision, reason)
		values ($1, $2, $3, 0, '', '', '') on conflict (report_id) where decided_at = 0 do nothing`, NewID(), reportID, micros(tx.now()))
}

// DecideDeletion answers what is asked about a report. It says false where nothing is.
func (tx *Tx) DecideDeletion(ctx context.Context, reportID, by, decision, reason string) (bool, error) {
	return tx.changed(ctx, "decide deletion", "update deletion_requests set decided_at = $2, decided_by = $3, decision = $4, reason = $5 where report_id = $1 and decided_at = 0",
		reportID, micros(tx.now()), by, decision, reason)
}

// DeletionRequests pages through the requests, oldest first, after the given one ("" for the first
// page): those that wait, or all.
func (s *Store) DeletionRequests(ctx context.Context, all bool, after string, limit int) ([]DeletionRequest, error) {
	query := `select q.id, q.report_id, r.code, r.status, q.asked_at, q.decided_at, q.decided_by, q.decision, q.reason
		from deletion_requests q join reports r on r.id = q.report_id where q.id > $1`
	if !all {
		query += " and q.decided_at = 0"
	}
	rows, err := s.read.QueryContext(ctx, query+" order by q.id limit $2", after, limit)
	if err != nil {
		return nil, fmt.Errorf("list deletion requests: %w", err)
	}
	return scanDeletionRequests(rows)
}

func scanDeletionRequests(rows *sql.Rows) (out []DeletionRequest, err error) {
	defer rows.Close()
	for rows.Next() {
		var q DeletionRequest
		var asked, decided int64
		if err := rows.Scan(&q.ID, &q.ReportID, &q.Code, &q.Status, &asked, &decided, &q.DecidedBy, &q.Decision, &q.Reason); err != nil {
			return nil, fmt.Errorf("list deletion requests: %w", err)
		}
		q.AskedAt, q.DecidedAt = fromMicros(asked), fromMicros(decided)
		out = append(out, q)
	}
	return out, rows.Err()
}
