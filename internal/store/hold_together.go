package store

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// holds are the drafts of callers at the same moment, which share a statement and its commit. As with
// filings a group is whatever came while the last one was written: a lone caller never waits.
type holds struct {
	mu      sync.Mutex
	waiting []*holding
	writing bool
}

type holding struct {
	held   Held
	fileAt time.Time
	answer chan error
}

// HoldTogether is Hold, written together with what others hold at the same moment. One bad draft hurts
// nobody else. When ctx ends first the answer is its error, but the draft is kept all the same.
func (s *Store) HoldTogether(ctx context.Context, h Held, fileAt time.Time) error {
	mine := &holding{h, fileAt, make(chan error, 1)}
	s.holds.mu.Lock()
	s.holds.waiting = append(s.holds.waiting, mine)
	first := !s.holds.writing
	s.holds.writing = true
	s.holds.mu.Unlock()
	if first {
		go s.writeHolds()
	}
	select {
	case err := <-mine.answer:
		return err
	case <-ctx.Done():
		return fmt.Errorf("hold: %w", ctx.Err())
	}
}

// writeHolds writes group after group until nobody waits.
func (s *Store) writeHolds() {
	for group := s.holds.next(); len(group) > 0; group = s.holds.next() {
		s.writeGroup(group)
	}
}

// next takes a group. A draft of a conversation that is in the group already waits for the next one,
// so that the newest counts.
func (h *holds) next() (group []*holding) {
	h.mu.Lock()
	defer h.mu.Unlock()
	talks := make(map[string]bool, len(h.waiting))
	var later []*holding
	for _, w := range h.waiting {
		if talks[w.held.Conversation] || len(group) == groupLimit {
			later = append(later, w)
			continue
		}
		talks[w.held.Conversation] = true
		group = append(group, w)
	}
	h.waiting, h.writing = later, len(group) > 0
	return group
}

func (s *Store) writeGroup(group []*holding) {
	ctx, cancel := context.WithTimeout(context.Background(), commitLimit)
	defer cancel()
	err := steadily(ctx, func() error {
		if len(group) == 1 {
			return s.Hold(ctx, group[0].held, group[0].fileAt)
		}
		return s.holdMany(ctx, group)
	})
	for _, w := range group {
		if err != nil && len(group) > 1 && ctx.Err() == nil && !broken(err) { // one of them is bad
			w.answer <- s.Hold(ctx, w.held, w.fileAt)
			continue
		}
		w.answer <- err
	}
}

// holdMany is the statement of Hold for many rows.
func (s *Store) holdMany(ctx context.Context, group []*holding) error {
	const width = 5
	args := make([]any, 0, len(group)*width)
	for _, w := range group {
		from, draft, err := s.sealHeld(w.held)
		if err != nil {
			return err
		}
		args = append(args, w.held.Conversation, string(w.held.Channel), from, draft, micros(w.fileAt))
	}
	source, params := s.rows(width, args)
	_, err := s.write.ExecContext(ctx, `with h (conversation, channel, from_sealed, draft_sealed, file_at) as (`+source+`)
		insert into held_drafts (conversation, channel, from_sealed, draft_sealed, file_at)
		select conversation, channel, from_sealed, draft_sealed, file_at from h
			where not exists (select 1 from reports r where r.conversation = h.conversation)
		on conflict (conversation) do update set draft_sealed = excluded.draft_sealed, file_at = excluded.file_at
			where held_drafts.file_at > 0`, params...)
	if err != nil {
		return fmt.Errorf("hold: %w", err)
	}
	return nil
}

func (s *Store) sealHeld(h Held) (from, draft []byte, err error) {
	plain, err := json.Marshal(h.Draft)
	if err != nil {
		return nil, nil, fmt.Errorf("hold: %w", err)
	}
	if draft, err = s.keys.Narratives.Seal(plain, "held:"+h.Conversation); err != nil {
		return nil, nil, fmt.Errorf("hold: seal: %w", err)
	}
	from, _, err = s.sealPhone(h.From, "held:"+h.Conversation)
	return from, draft, err
}
