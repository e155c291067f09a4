package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
)

// KeptText is a received text as it was kept, with all that proves it.
type KeptText struct {
	Inbound
	ReceivedAt time.Time
	SHA256     string // of the words, taken when they came
	Result     string // what was made of it
	Broken     bool   // its sealed words cannot be opened: another key, or they were changed
}

// KeptTexts are the texts of a report, oldest first.
func (s *Store) KeptTexts(ctx context.Context, reportID string) (out []KeptText, err error) {
	rows, err := s.read.QueryContext(ctx, "select id, received_at, body_sha256, result from inbound where report_id = $1 and report_id <> '' order by received_at, id", reportID)
	if err != nil {
		return nil, fmt.Errorf("list texts: %w", err)
	}
	for rows.Next() {
		var k KeptText
		var at int64
		if err := rows.Scan(&k.ID, &at, &k.SHA256, &k.Result); err != nil {
			rows.Close()
			return nil, fmt.Errorf("list texts: %w", err)
		}
		k.ReceivedAt = fromMicros(at)
		out = append(out, k)
	}
	if err := rows.Close(); err != nil {
		return nil, fmt.Errorf("list texts: %w", err)
	}
	for i := range out { // after the rows are closed: SQLite's readers are few
		text, err := s.Inbound(ctx, out[i].ID)
		if out[i].Broken = errors.Is(err, seal.ErrSealed); err != nil && !out[i].Broken {
			return nil, err
		}
		out[i].Inbound = text
	}
	return out, nil
}

// ReportsOf are the reports of a number, oldest first, whatever key its hash was made with.
func (s *Store) ReportsOf(ctx context.Context, p ripoti.Phone) ([]string, error) {
	in, args := s.phoneHashes(p)
	rows, err := s.read.QueryContext(ctx, "select report_id from reporters where phone_hash in ("+in+") order by created_at, report_id", args...)
	return scanStrings(rows, err, "find reports of a number")
}

// DeletionsOf are the wishes to be forgotten about a report, oldest first.
func (s *Store) DeletionsOf(ctx context.Context, reportID string) ([]DeletionRequest, error) {
	rows, err := s.read.QueryContext(ctx, `select q.id, q.report_id, r.code, r.status, q.asked_at, q.decided_at, q.decided_by, q.decision, q.reason
		from deletion_requests q join reports r on r.id = q.report_id where q.report_id = $1 order by q.id`, reportID)
	if err != nil {
		return nil, fmt.Errorf("list deletion requests: %w", err)
	}
	return scanDeletionRequests(rows)
}

// VerifyReport proves one report's history. It reads the same as VerifyChains does for all.
func (s *Store) VerifyReport(ctx context.Context, reportID string) (lines int, breaks []Break, err error) {
	events, err := s.Events(ctx, reportID)
	if err != nil {
		return 0, nil, err
	}
	breaks = breaksIn(events, &ripoti.Event{ReportID: reportID})
	var seq int
	var hash string
	if err := s.read.QueryRowContext(ctx, "select last_seq, last_hash from reports where id = $1", reportID).Scan(&seq, &hash); err != nil {
		return 0, nil, fmt.Errorf("verify: %w", notFound(err, "report.unknown"))
	}
	if n := len(events); n == 0 || events[n-1].Seq != seq || events[n-1].Hash != hash {
		breaks = append(breaks, Break{reportID, seq, "the newest line is missing or was changed"})
	}
	return len(events), breaks, nil
}
