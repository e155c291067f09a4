package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ripoti/internal/ripoti"
)

// chain gives the hash of an event: it covers the line itself and, through prev, all before it.
func chain(e ripoti.Event) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		e.ReportID, strconv.Itoa(e.Seq), strconv.FormatInt(micros(e.At), 10), e.Kind, e.Actor, e.Data, e.Prev}, "\x1f")))
	return hex.EncodeToString(sum[:])
}

// Append adds a line to a report's history. The report must be held (Tx.Report or Tx.ReportOf), so
// that lines follow each other. data is JSON of codes and ids; never a number or a story.
func (tx *Tx) Append(ctx context.Context, reportID, kind, actor, data string) error {
	e := ripoti.Event{ReportID: reportID, At: tx.now(), Kind: kind, Actor: actor, Data: data}
	err := tx.sql.QueryRowContext(ctx, "select last_seq, last_hash from reports where id = $1", reportID).Scan(&e.Seq, &e.Prev)
	if err != nil {
		return fmt.Errorf("last event: %w", notFound(err, "report.unknown"))
	}
	e.Seq++
	e.Hash = chain(e)
	_, err = tx.sql.ExecContext(ctx, "insert into events (report_id, seq, at, kind, actor, data, prev, hash) values ($1,$2,$3,$4,$5,$6,$7,$8)",
		e.ReportID, e.Seq, micros(e.At), e.Kind, e.Actor, e.Data, e.Prev, e.Hash)
	if err != nil {
		return fmt.Errorf("append event: %w", err)
	}
	if _, err = tx.sql.ExecContext(ctx, "update reports set last_seq = $2, last_hash = $3 where id = $1", e.ReportID, e.Seq, e.Hash); err != nil {
		return fmt.Errorf("append event: %w", err)
	}
	return tx.tellPartners(ctx, reportID, kind)
}

// LastEvent is when a report last had a line of a kind; zero for never.
func (tx *Tx) LastEvent(ctx context.Context, reportID, kind string) (time.Time, error) {
	var at int64
	err := tx.sql.QueryRowContext(ctx, "select coalesce(max(at), 0) from events where report_id = $1 and kind = $2", reportID, kind).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("last event: %w", err)
	}
	return fromMicros(at), nil
}

// LastEventWith is when a report last had a line of a kind that says something; zero for never.
func (tx *Tx) LastEventWith(ctx context.Context, reportID, kind, said string) (time.Time, error) {
	var at int64
	err := tx.sql.QueryRowContext(ctx, "select coalesce(max(at), 0) from events where report_id = $1 and kind = $2 and data like $3", reportID, kind, "%"+said+"%").Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("last event: %w", err)
	}
	return fromMicros(at), nil
}

// CountEvents counts a report's lines of a kind after a time.
func (tx *Tx) CountEvents(ctx context.Context, reportID, kind string, after time.Time) (n int, err error) {
	err = tx.sql.QueryRowContext(ctx, "select count(*) from events where report_id = $1 and kind = $2 and at > $3", reportID, kind, micros(after)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count events: %w", err)
	}
	return n, nil
}

// Events are a report's lines, oldest first.
func (s *Store) Events(ctx context.Context, reportID string) ([]ripoti.Event, error) {
	rows, err := s.read.QueryContext(ctx, "select report_id, seq, at, kind, actor, data, prev, hash from events where report_id = $1 order by seq", reportID)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return scanEvents(rows)
}

func scanEvents(rows *sql.Rows) (out []ripoti.Event, err error) {
	defer rows.Close()
	for rows.Next() {
		var e ripoti.Event
		var at int64
		if err := rows.Scan(&e.ReportID, &e.Seq, &at, &e.Kind, &e.Actor, &e.Data, &e.Prev, &e.Hash); err != nil {
			return nil, fmt.Errorf("read events: %w", err)
		}
		e.At = fromMicros(at)
		out = append(out, e)
	}
	return out, rows.Err()
}

// Break is a place where a chain of events does not hold.
type Break struct {
	ReportID string
	Seq      int
	Why      string
}

// VerifyChains reads every event of every report, and the network's own, and tells where a line was
// changed, taken out or put in. progress is called now and then with the number of lines read so far.
func (s *Store) VerifyChains(ctx context.Context, progress func(lines int)) (lines int, breaks []Break, err error) {
	var prev ripoti.Event
	lastID, lastSeq := "", 0
	for {
		rows, err := s.read.QueryContext(ctx, `select report_id, seq, at, kind, actor, data, prev, hash from events
			where (report_id, seq) > ($1, $2) order by report_id, seq limit 1000`, lastID, lastSeq)
		if err != nil {
			return lines, breaks, fmt.Errorf("verify: %w", err)
		}
		page, err := scanEvents(rows)
		if err != nil {
			return lines, breaks, err
		}
		breaks = append(breaks, breaksIn(page, &prev)...)
		if len(page) > 0 {
			lastID, lastSeq = prev.ReportID, prev.Seq
		}
		lines += len(page)
		progress(lines)
		if len(page) < 1000 {
			break
		}
	}
	cut, err := s.cutShort(ctx)
	if err != nil {
		return lines, breaks, err
	}
	own, ofNetwork, err := s.verifyNetwork(ctx, func(n int) { progress(lines + n) })
	return lines + own, slices.Concat(breaks, cut, ofNetwork), err
}

// CodeOf is the number of a report, "" where there is none. It needs no keys.
func (s *Store) CodeOf(ctx context.Context, reportID string) (code ripoti.Code, err error) {
	err = s.read.QueryRowContext(ctx, "select code from reports where id = $1", reportID).Scan(&code)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("number of a report: %w", err)
	}
	return code, nil
}

// breaksIn tells where lines do not follow from those before them. prev is the line before the first
// one, and the last one after.
func breaksIn(events []ripoti.Event, prev *ripoti.Event) (breaks []Break) {
	for _, e := range events {
		if e.ReportID != prev.ReportID {
			*prev = ripoti.Event{ReportID: e.ReportID}
		}
		switch {
		case e.Seq != prev.Seq+1:
			breaks = append(breaks, Break{e.ReportID, e.Seq, fmt.Sprintf("line %d is missing", prev.Seq+1)})
		case e.Prev != prev.Hash:
			breaks = append(breaks, Break{e.ReportID, e.Seq, "the line before it was changed"})
		case e.Hash != chain(e):
			breaks = append(breaks, Break{e.ReportID, e.Seq, "the line was changed"})
		}
		*prev = e
	}
	return breaks
}

// cutShort finds reports whose newest line is not the one the report remembers.
func (s *Store) cutShort(ctx context.Context) (breaks []Break, err error) {
	rows, err := s.read.QueryContext(ctx, `select r.id, r.last_seq from reports r where not exists
		(select 1 from events e where e.report_id = r.id and e.seq = r.last_seq and e.hash = r.last_hash)`)
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var b Break
		if err := rows.Scan(&b.ReportID, &b.Seq); err != nil {
			return nil, fmt.Errorf("verify: %w", err)
		}
		b.Why = "the newest line is missing or was changed"
		breaks = append(breaks, b)
	}
	return breaks, rows.Err()
}

// firstEvent is the line that is written with the report itself.
func firstEvent(reportID, actor, data string, at time.Time) ripoti.Event {
	e := ripoti.Event{ReportID: reportID, Seq: 1, At: at, Kind: "filed", Actor: actor, Data: data}
	e.Hash = chain(e)
	return e
}
