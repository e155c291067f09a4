package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Held is a danger that was said in a call that still runs: should nothing more come, it goes out.
type Held struct {
	Conversation string
	From         ripoti.Phone
	Channel      ripoti.Channel
	Draft        ripoti.Draft
}

// Hold keeps a draft until fileAt; the newest draft of a conversation counts. A conversation that
// has filed its report, or was dropped, holds nothing any more.
func (s *Store) Hold(ctx context.Context, h Held, fileAt time.Time) error {
	plain, err := json.Marshal(h.Draft)
	if err != nil {
		return fmt.Errorf("hold: %w", err)
	}
	draft, err := s.keys.Narratives.Seal(plain, "held:"+h.Conversation)
	if err != nil {
		return fmt.Errorf("hold: seal: %w", err)
	}
	from, _, err := s.sealPhone(h.From, "held:"+h.Conversation)
	if err != nil {
		return err
	}
	_, err = s.write.ExecContext(ctx, `insert into held_drafts (conversation, channel, from_sealed, draft_sealed, file_at)
		select cast($1 as text), cast($2 as text), cast($3 as `+s.bytes+`), cast($4 as `+s.bytes+`), cast($5 as bigint)
			where not exists (select 1 from reports where conversation = $1)
		on conflict (conversation) do update set draft_sealed = excluded.draft_sealed, file_at = excluded.file_at
			where held_drafts.file_at > 0`,
		h.Conversation, string(h.Channel), from, draft, micros(fileAt))
	if err != nil {
		return fmt.Errorf("hold: %w", err)
	}
	return nil
}

// DropHeld forgets the held draft of a conversation for good: what was said is gone at once, and a
// Hold that was overtaken on its way keeps nothing. Only the conversation's hash stays, for an hour,
// with the time of dropping as a negative file_at.
func (s *Store) DropHeld(ctx context.Context, conversation string) error {
	_, err := s.write.ExecContext(ctx, `insert into held_drafts (conversation, channel, from_sealed, draft_sealed, file_at) values ($1, '', $2, $2, $3)
		on conflict (conversation) do update set channel = '', from_sealed = excluded.from_sealed, draft_sealed = excluded.draft_sealed, file_at = excluded.file_at`,
		conversation, []byte{}, -micros(s.now()))
	if err != nil {
		return fmt.Errorf("drop held draft: %w", err)
	}
	return nil
}

// ForgetDropped deletes what is left of drafts that were dropped before a time.
func (s *Store) ForgetDropped(ctx context.Context, before time.Time) error {
	if _, err := s.write.ExecContext(ctx, "delete from held_drafts where file_at < 0 and file_at > $1", -micros(before)); err != nil {
		return fmt.Errorf("forget dropped drafts: %w", err)
	}
	return nil
}

// DueHeld are held drafts whose time has come.
func (s *Store) DueHeld(ctx context.Context, limit int) ([]Held, error) {
	rows, err := s.read.QueryContext(ctx, "select conversation, channel, from_sealed, draft_sealed from held_drafts where file_at > 0 and file_at <= $1 order by file_at limit $2",
		micros(s.now()), limit)
	if err != nil {
		return nil, fmt.Errorf("due drafts: %w", err)
	}
	defer rows.Close()
	var out []Held
	for rows.Next() {
		h, err := s.scanHeld(rows)
		if err != nil {
			return nil, fmt.Errorf("due drafts: %w", err)
		}
		out = append(out, h)
	}
	return out, rows.Err()
}

func (s *Store) scanHeld(rows *sql.Rows) (h Held, err error) {
	var from, draft []byte
	if err := rows.Scan(&h.Conversation, &h.Channel, &from, &draft); err != nil {
		return h, err
	}
	if h.From, err = s.openPhone(from, "held:"+h.Conversation); err != nil {
		return h, err
	}
	plain, err := s.keys.Narratives.Open(draft, "held:"+h.Conversation)
	if err != nil {
		return h, fmt.Errorf("open draft: %w", err)
	}
	return h, json.Unmarshal(plain, &h.Draft)
}
