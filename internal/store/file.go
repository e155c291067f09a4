package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"ripoti/internal/ripoti"
)

// Filing is a report about to be saved. Report.Code is given by the store.
type Filing struct {
	Conversation string // keyed hash; files one report only, however often it is tried
	From         ripoti.Phone
	Report       ripoti.Report
	Event        string // JSON for the first line of its history
	Duties       []Duty // what is owed once it is saved: at least to route it
	Held         bool   // a held draft of the same conversation is done with
}

// Filed is a saved report's key and number. Again says that the conversation had filed it before.
type Filed struct {
	ID    string
	Code  ripoti.Code
	Again bool
}

// ErrClosed is the answer to filing after Close.
var ErrClosed = errors.New("the filer is closed")

// groupLimit is how many reports share a commit at most. A group is whatever arrived while the last
// commit ran, so that a lone caller never waits for others.
const groupLimit = 128

// Filer saves reports, concurrent ones in one transaction: a commit costs the same for one report
// and for a hundred. One bad row in a group hurts nobody else.
type Filer struct {
	store *Store
	queue chan *waiting
	stop  sync.Once
	done  chan struct{}
	mu    sync.RWMutex // guards closed against sends on a closed queue
	close bool

	// Committed is called after each commit with the number of reports in it: wake the relay.
	committed func(reports int)
}

type waiting struct {
	filing Filing
	filed  Filed
	saved  bool // is durable, whatever becomes of the others
	err    error
	ready  chan struct{}
}

// NewFiler starts a filer; committed is called after each commit, from the filer's goroutine.
func NewFiler(s *Store, committed func(reports int)) *Filer {
	f := &Filer{store: s, queue: make(chan *waiting, 4*groupLimit), done: make(chan struct{}), committed: committed}
	go f.run()
	return f
}

// Close saves what is queued and stops.
func (f *Filer) Close() {
	f.stop.Do(func() {
		f.mu.Lock()
		f.close = true
		close(f.queue)
		f.mu.Unlock()
	})
	<-f.done
}

// File saves a report and answers once it is durable. When ctx ends first the answer is its error,
// but the report is saved all the same: a caller who hung up is still heard.
func (f *Filer) File(ctx context.Context, filing Filing) (Filed, error) {
	defer f.store.Caller()()
	w := &waiting{filing: filing, ready: make(chan struct{})}
	f.mu.RLock()
	if f.close {
		f.mu.RUnlock()
		return Filed{}, ErrClosed
	}
	select {
	case f.queue <- w:
		f.mu.RUnlock()
	case <-ctx.Done():
		f.mu.RUnlock()
		return Filed{}, fmt.Errorf("file: queue is full: %w", ctx.Err())
	}
	select {
	case <-w.ready:
		return w.filed, w.err
	case <-ctx.Done():
		return Filed{}, fmt.Errorf("file: %w", ctx.Err())
	}
}

func (f *Filer) run() {
	defer close(f.done)
	group := make([]*waiting, 0, groupLimit)
	for first := range f.queue {
		group = append(group[:0], first)
	gather:
		for len(group) < groupLimit {
			select {
			case w, ok := <-f.queue:
				if !ok {
					break gather
				}
				group = append(group, w)
			default:
				break gather
			}
		}
		f.commit(group)
	}
}

// commitLimit bounds one commit, so that a dead database is an answer and not a hanging caller.
const commitLimit = 10 * time.Second

func (f *Filer) commit(group []*waiting) {
	ctx, cancel := context.WithTimeout(context.Background(), commitLimit)
	defer cancel()
	err := steadily(ctx, func() error { return f.store.fileGroup(ctx, unsaved(group)) })
	if err != nil && len(group) > 1 && ctx.Err() == nil && !broken(err) {
		for _, w := range group { // one of them is bad: let the others through
			if !w.saved {
				w.err = f.store.fileGroup(ctx, []*waiting{w})
			}
		}
	} else {
		for _, w := range group {
			if !w.saved {
				w.err = err
			}
		}
	}
	saved := 0
	for _, w := range group {
		if w.err == nil {
			saved++
		}
		close(w.ready)
	}
	if saved > 0 {
		f.committed(saved)
	}
}

// unsaved are those of a group that are not durable yet.
func unsaved(group []*waiting) (left []*waiting) {
	for _, w := range group {
		if !w.saved {
			left = append(left, w)
		}
	}
	return left
}

// codeTries is how often numbers of one length are drawn for a group before longer ones are used:
// with half of all numbers taken, eight draws fail for one report in 256.
const codeTries = 8

func (s *Store) fileGroup(ctx context.Context, group []*waiting) error {
	if s.atOnce {
		var err error
		if group, err = s.fileAtOnce(ctx, group); err != nil || len(group) == 0 {
			return err
		}
	}
	return s.InTx(ctx, func(tx *Tx) error { return tx.fileGroup(ctx, group) })
}

func (tx *Tx) fileGroup(ctx context.Context, group []*waiting) error {
	left := group
	var fresh []*waiting
	for try := 0; len(left) > 0; try++ {
		digits := ripoti.CodeDigits + try/codeTries
		if digits > ripoti.CodeMaxDigits {
			return errors.New("file: no number is free")
		}
		written, rest, err := tx.insertReports(ctx, left, digits)
		if err != nil {
			return err
		}
		fresh = append(fresh, written...)
		if left, err = tx.findFiled(ctx, rest); err != nil {
			return err
		}
	}
	return tx.insertAround(ctx, fresh)
}

// reportTable names the columns of a new report, as many as reportWidth.
const (
	reportTable = `reports (id, code, conversation, channel, lang, stage, answers, story_sealed,
		category, second, urgency, rule, status, walled, county, place, filed_at, routed_at, last_seq, last_hash, drill)`
	reportWidth = 21
)

// reportRows draws a number for each report and gives the rows, and the group by id.
func (s *Store) reportRows(group []*waiting, digits int) (args []any, byID map[string]*waiting, err error) {
	args = make([]any, 0, len(group)*reportWidth)
	byID = make(map[string]*waiting, len(group))
	for _, w := range group {
		r := &w.filing.Report
		if r.Code, err = ripoti.NewCode(rand.Reader, digits); err != nil {
			return nil, nil, fmt.Errorf("file: number: %w", err)
		}
		codes, sealed, err := s.packAnswers(r.ID, r.Answers)
		if err != nil {
			return nil, nil, err
		}
		first := firstEvent(r.ID, "reporter", w.filing.Event, r.FiledAt)
		args = append(args, r.ID, string(r.Code), w.filing.Conversation, string(r.Channel), string(r.Lang), string(r.Stage),
			codes, sealed, string(r.Category), string(r.Second), string(r.Urgency), r.Rule, string(r.Status), r.Walled,
			r.Answers.Place.CountyID, r.Answers.Place.ID, micros(r.FiledAt), int64(0), first.Seq, first.Hash, r.Drill)
		byID[r.ID] = w
	}
	return args, byID, nil
}

// insertReports writes what it can and parts the group into written ones and those whose
// conversation or number was there already.
func (tx *Tx) insertReports(ctx context.Context, group []*waiting, digits int) (written, rest []*waiting, err error) {
	args, byID, err := tx.reportRows(group, digits)
	if err != nil {
		return nil, nil, err
	}
	source, params := tx.rows(reportWidth, args)
	rows, err := tx.sql.QueryContext(ctx, "insert into "+reportTable+" "+source+" on conflict do nothing returning id", params...)
	return partWritten(rows, err, group, byID)
}

// partWritten reads the ids of written reports.
func partWritten(rows *sql.Rows, err error, group []*waiting, byID map[string]*waiting) (written, rest []*waiting, _ error) {
	if err != nil {
		return nil, nil, fmt.Errorf("file: reports: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, nil, fmt.Errorf("file: reports: %w", err)
		}
		w := byID[id]
		w.filed = Filed{ID: id, Code: w.filing.Report.Code}
		written = append(written, w)
		delete(byID, id)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("file: reports: %w", err)
	}
	for _, w := range group {
		if byID[w.filing.Report.ID] != nil {
			rest = append(rest, w)
		}
	}
	return written, rest, nil
}

// findFiled answers those whose conversation has filed before and gives back the others: their
// number was taken, and another is to be drawn.
func (tx *Tx) findFiled(ctx context.Context, group []*waiting) (left []*waiting, err error) {
	if len(group) == 0 {
		return nil, nil
	}
	args := make([]any, len(group))
	for i, w := range group {
		args[i] = w.filing.Conversation
	}
	source, params := tx.rows(1, args)
	rows, err := tx.sql.QueryContext(ctx, "select conversation, id, code from reports where conversation in ("+source+")", params...)
	if err != nil {
		return nil, fmt.Errorf("file: find: %w", err)
	}
	defer rows.Close()
	known := map[string]Filed{}
	for rows.Next() {
		var conversation string
		filed := Filed{Again: true}
		if err := rows.Scan(&conversation, &filed.ID, &filed.Code); err != nil {
			return nil, fmt.Errorf("file: find: %w", err)
		}
		known[conversation] = filed
	}
	for _, w := range group {
		if filed, ok := known[w.filing.Conversation]; ok {
			w.filed = filed
		} else {
			left = append(left, w)
		}
	}
	return left, rows.Err()
}

// The columns of what goes with a new report.
const (
	reporterTable = "reporters (report_id, phone_sealed, phone_hash, wish, created_at)"
	reporterWidth = 5
	eventTable    = "events (report_id, seq, at, kind, actor, data, prev, hash)"
	eventWidth    = 8
)

func (s *Store) rowsAround(group []*waiting) (reporters, events, held []any, err error) {
	for _, w := range group {
		r := w.filing.Report
		sealed, hash, err := s.sealPhone(w.filing.From, "reporter:"+r.ID)
		if err != nil {
			return nil, nil, nil, err
		}
		reporters = append(reporters, r.ID, sealed, hash, string(r.Answers.Contact), micros(r.FiledAt))
		e := firstEvent(r.ID, "reporter", w.filing.Event, r.FiledAt)
		events = append(events, e.ReportID, e.Seq, micros(e.At), e.Kind, e.Actor, e.Data, e.Prev, e.Hash)
		if w.filing.Held {
			held = append(held, w.filing.Conversation)
		}
	}
	return reporters, events, held, nil
}

// insertAround writes what goes with new reports: who reported, the first line of history, what is
// owed; and forgets the held drafts that became them.
func (tx *Tx) insertAround(ctx context.Context, group []*waiting) error {
	if len(group) == 0 {
		return nil
	}
	reporters, events, held, err := tx.rowsAround(group)
	if err != nil {
		return err
	}
	var duties []Duty
	for _, w := range group {
		duties = append(duties, w.filing.Duties...)
	}
	if err := tx.insertMany(ctx, reporterTable, reporterWidth, reporters); err != nil {
		return err
	}
	if err := tx.insertMany(ctx, eventTable, eventWidth, events); err != nil {
		return err
	}
	if err := tx.Owe(ctx, duties...); err != nil {
		return err
	}
	if len(held) > 0 {
		source, params := tx.rows(1, held)
		if _, err := tx.sql.ExecContext(ctx, "delete from held_drafts where conversation in ("+source+")", params...); err != nil {
			return fmt.Errorf("file: held drafts: %w", err)
		}
	}
	return nil
}

func (tx *Tx) insertMany(ctx context.Context, into string, width int, args []any) error {
	if len(args) == 0 {
		return nil
	}
	source, params := tx.rows(width, args)
	if _, err := tx.sql.ExecContext(ctx, "insert into "+into+" "+source, params...); err != nil {
		table, _, _ := strings.Cut(into, " ")
		return fmt.Errorf("insert %s: %w", table, err)
	}
	return nil
}
