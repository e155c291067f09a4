package store

import (
	"context"
	"database/sql"
	"fmt"

	"ripoti/internal/ripoti"
)

const referralColumns = "id, report_id, assignment_id, office_id, by_contact, why_sealed, urgent, status, sent_at, due_at, answered_at, answered_by"

// SaveReferral writes a new referral. Its assignment must be written too.
func (tx *Tx) SaveReferral(ctx context.Context, r ripoti.Referral) error {
	why, err := tx.keys.Narratives.Seal([]byte(r.Why), "referral:"+r.ID)
	if err != nil {
		return fmt.Errorf("seal referral: %w", err)
	}
	_, err = tx.sql.ExecContext(ctx, "insert into referrals ("+referralColumns+") values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)",
		r.ID, r.ReportID, r.AssignmentID, r.OfficeID, r.By, why, r.Urgent, string(r.Status), micros(r.SentAt), micros(r.DueAt), micros(r.AnsweredAt), r.AnsweredBy)
	if err != nil {
		return fmt.Errorf("save referral: %w", err)
	}
	return nil
}

// EndReferral settles a referral that waits or was accepted. by is the contact who did, or "system".
func (tx *Tx) EndReferral(ctx context.Context, id string, status ripoti.ReferralStatus, by string) error {
	_, err := tx.sql.ExecContext(ctx, "update referrals set status = $2, answered_at = $3, answered_by = $4 where id = $1", id, string(status), micros(tx.now()), by)
	if err != nil {
		return fmt.Errorf("end referral: %w", err)
	}
	return nil
}

// ReferralOf is the referral that came with an assignment; not_found if there is none.
func (tx *Tx) ReferralOf(ctx context.Context, assignmentID string) (ripoti.Referral, error) {
	r, err := tx.scanReferral(tx.sql.QueryRowContext(ctx, "select "+referralColumns+" from referrals where assignment_id = $1", assignmentID))
	if err != nil {
		return r, fmt.Errorf("read referral: %w", err)
	}
	return r, nil
}

// Referrals are all referrals of a report, oldest first.
func (tx *Tx) Referrals(ctx context.Context, reportID string) ([]ripoti.Referral, error) {
	return tx.scanReferrals(tx.sql.QueryContext(ctx, referralsOfReport, reportID))
}

// Referrals are all referrals of a report, oldest first. The list is for those who hold the report:
// an office that was referred to reads its own alone (Tx.ReferralOf).
func (s *Store) Referrals(ctx context.Context, reportID string) ([]ripoti.Referral, error) {
	return s.scanReferrals(s.read.QueryContext(ctx, referralsOfReport, reportID))
}

const referralsOfReport = "select " + referralColumns + " from referrals where report_id = $1 order by sent_at, id"

func (s *Store) scanReferrals(rows *sql.Rows, err error) ([]ripoti.Referral, error) {
	return collect(rows, err, "list referrals", s.scanReferral)
}

func (s *Store) scanReferral(row scanner) (r ripoti.Referral, err error) {
	var why []byte
	var sent, due, answered int64
	if err := row.Scan(&r.ID, &r.ReportID, &r.AssignmentID, &r.OfficeID, &r.By, &why, &r.Urgent, &r.Status, &sent, &due, &answered, &r.AnsweredBy); err != nil {
		return r, notFound(err, "referral.unknown")
	}
	r.SentAt, r.DueAt, r.AnsweredAt = fromMicros(sent), fromMicros(due), fromMicros(answered)
	if len(why) == 0 { // forgotten with the story
		return r, nil
	}
	plain, err := s.keys.Narratives.Open(why, "referral:"+r.ID)
	if err != nil {
		return r, fmt.Errorf("open referral: %w", err)
	}
	r.Why = string(plain)
	return r, nil
}
