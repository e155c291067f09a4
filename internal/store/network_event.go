package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ripoti/internal/ripoti"
)

// Note adds a line to the network's own history: what was done that belongs to no report. data is JSON
// of codes and ids; never a number or a story. Lines follow each other, whoever writes them.
func (tx *Tx) Note(ctx context.Context, kind, actor, data string) error {
	e := ripoti.Event{At: tx.now(), Kind: kind, Actor: actor, Data: data}
	err := tx.sql.QueryRowContext(ctx, "update revisions set revision = revision + 1 where name = 'network_events' returning revision").Scan(&e.Seq)
	if err != nil {
		return fmt.Errorf("note %s: %w", kind, err)
	}
	if err = tx.sql.QueryRowContext(ctx, "select coalesce(max(hash), '') from network_events where seq = $1", e.Seq-1).Scan(&e.Prev); err != nil {
		return fmt.Errorf("note %s: %w", kind, err)
	}
	e.Hash = chain(e)
	_, err = tx.sql.ExecContext(ctx, "insert into network_events (seq, at, kind, actor, data, prev, hash) values ($1,$2,$3,$4,$5,$6,$7)",
		e.Seq, micros(e.At), e.Kind, e.Actor, e.Data, e.Prev, e.Hash)
	if err != nil {
		return fmt.Errorf("note %s: %w", kind, err)
	}
	return nil
}

// Note is Tx.Note as a transaction of its own.
func (s *Store) Note(ctx context.Context, kind, actor, data string) error {
	return s.InTx(ctx, func(tx *Tx) error { return tx.Note(ctx, kind, actor, data) })
}

// Noted is the newest line of a kind in the network's own history; false where there is none.
func (s *Store) Noted(ctx context.Context, kind string) (ripoti.Event, bool, error) {
	rows, err := s.read.QueryContext(ctx, "select '', seq, at, kind, actor, data, prev, hash from network_events where kind = $1 order by at desc, seq desc limit 1", kind)
	if err != nil {
		return ripoti.Event{}, false, fmt.Errorf("read network events: %w", err)
	}
	events, err := scanEvents(rows)
	if err != nil || len(events) == 0 {
		return ripoti.Event{}, false, err
	}
	return events[0], true, nil
}

// verifyNetwork tells where the network's own history does not hold. Its lines belong to no report.
func (s *Store) verifyNetwork(ctx context.Context, progress func(lines int)) (lines int, breaks []Break, err error) {
	var prev ripoti.Event
	for {
		rows, err := s.read.QueryContext(ctx, "select '', seq, at, kind, actor, data, prev, hash from network_events where seq > $1 order by seq limit 1000", prev.Seq)
		if err != nil {
			return lines, breaks, fmt.Errorf("verify: %w", err)
		}
		page, err := scanEvents(rows)
		if err != nil {
			return lines, breaks, err
		}
		breaks = append(breaks, breaksIn(page, &prev)...)
		lines += len(page)
		progress(lines)
		if len(page) < 1000 {
			break
		}
	}
	newest, err := s.Revision(ctx, "network_events")
	if err == nil && int64(prev.Seq) < newest {
		breaks = append(breaks, Break{Seq: int(newest), Why: "the newest line is missing or was changed"})
	}
	return lines, breaks, err
}

// Deed is a line of a history that a person wrote: who saw or did what.
type Deed struct {
	ripoti.Event
	Code ripoti.Code // "" where it belongs to no report
}

// DeedsWanted are the deeds that a list shows. What is empty asks for nothing.
type DeedsWanted struct {
	Actors   []string
	Kind     string
	Report   string    // id
	From, To time.Time // at or after, and before
	// Network asks for the network's own history in place of the reports'.
	Network bool
}

// DeedMark is where a page of deeds ends; the zero mark begins the first page.
type DeedMark struct {
	At       time.Time
	ReportID string
	Seq      int
}

// Mark is where a page that ends with a deed goes on.
func (d Deed) Mark() DeedMark { return DeedMark{d.At, d.ReportID, d.Seq} }

// Deeds page through who saw and did what, newest first. Of reports that a view does not show nothing is
// shown.
func (s *Store) Deeds(ctx context.Context, v View, q DeedsWanted, after DeedMark, limit int) ([]Deed, error) {
	query, args := deeds(v, q, after, limit)
	rows, err := s.read.QueryContext(ctx, query, args...)
	return collect(rows, err, "list deeds", func(row scanner) (d Deed, err error) {
		var at int64
		err = row.Scan(&d.ReportID, &d.Seq, &at, &d.Kind, &d.Actor, &d.Data, &d.Prev, &d.Hash, &d.Code)
		d.At = fromMicros(at)
		return d, err
	})
}

func deeds(v View, q DeedsWanted, after DeedMark, limit int) (query string, args []any) {
	// Where a page ends: the network's own lines have no report.
	order, past := "e.at desc, e.report_id desc, e.seq desc", []any{micros(after.At), after.ReportID, after.Seq}
	from, where := "e.report_id, e.seq, e.at, e.kind, e.actor, e.data, e.prev, e.hash, r.code from events e join reports r on r.id = e.report_id", ""
	if q.Network {
		order, past = "e.at desc, e.seq desc", []any{micros(after.At), after.Seq}
		from, where = "'', e.seq, e.at, e.kind, e.actor, e.data, e.prev, e.hash, '' from network_events e", "1 = 1"
	} else {
		where, args = v.where(nil)
		where += " and e.actor <> 'system' and e.actor <> 'reporter'"
	}
	add := func(test string, values ...any) {
		where += " and " + strings.Replace(test, "?", list(len(args)+1, len(values)), 1)
		args = append(args, values...)
	}
	if len(q.Actors) > 0 {
		actors := make([]any, len(q.Actors))
		for i, actor := range q.Actors {
			actors[i] = actor
		}
		add("e.actor in (?)", actors...)
	}
	if q.Kind != "" {
		add("e.kind = ?", q.Kind)
	}
	if q.Report != "" && !q.Network {
		add("e.report_id = ?", q.Report)
	}
	if !q.From.IsZero() {
		add("e.at >= ?", micros(q.From))
	}
	if !q.To.IsZero() {
		add("e.at < ?", micros(q.To))
	}
	if after != (DeedMark{}) {
		add("("+strings.ReplaceAll(order, " desc", "")+") < (?)", past...)
	}
	args = append(args, limit)
	return "select " + from + " where " + where + " order by " + order + fmt.Sprintf(" limit $%d", len(args)), args
}
