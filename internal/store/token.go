package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"ripoti/internal/ripoti"
)

const tokenColumns = "id, name, scopes, counties, office_id, hook_url, created_by, created_at, expires_at, revoked_at, used_at, secret_sealed"

func (s *Store) scanToken(row scanner) (t ripoti.Token, err error) {
	var scopes, counties string
	var created, expires, revoked, used int64
	var sealed []byte
	if err := row.Scan(&t.ID, &t.Name, &scopes, &counties, &t.OfficeID, &t.HookURL, &t.CreatedBy, &created, &expires, &revoked, &used, &sealed); err != nil {
		return t, notFound(err, "token.unknown")
	}
	for _, scope := range splitWords(scopes, ",") {
		t.Scopes = append(t.Scopes, ripoti.Scope(scope))
	}
	t.Counties = splitWords(counties, ",")
	t.CreatedAt, t.ExpiresAt, t.RevokedAt, t.UsedAt = fromMicros(created), fromMicros(expires), fromMicros(revoked), fromMicros(used)
	if t.Secret, err = s.keys.Narratives.Open(sealed, "token:"+t.ID); err != nil {
		return t, fmt.Errorf("open token: %w", err)
	}
	return t, nil
}

// AddToken keeps a token by the hash of what its partner brings.
func (tx *Tx) AddToken(ctx context.Context, t ripoti.Token, brought string) error {
	sealed, err := tx.keys.Narratives.Seal(t.Secret, "token:"+t.ID)
	if err != nil {
		return fmt.Errorf("seal token: %w", err)
	}
	scopes := make([]string, len(t.Scopes))
	for i, scope := range t.Scopes {
		scopes[i] = string(scope)
	}
	_, err = tx.sql.ExecContext(ctx, "insert into api_tokens ("+tokenColumns+", token_hash) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,0,0,$10,$11)",
		t.ID, t.Name, strings.Join(scopes, ","), strings.Join(t.Counties, ","), t.OfficeID, t.HookURL, t.CreatedBy, micros(tx.now()), micros(t.ExpiresAt), sealed, tokenHash(brought))
	if err != nil {
		return fmt.Errorf("add token: %w", err)
	}
	return nil
}

// TokenBrought reads the token that a partner brings; not_found where there is none. Whether it is still
// good is for the caller to see.
func (s *Store) TokenBrought(ctx context.Context, brought string) (ripoti.Token, error) {
	t, err := s.scanToken(s.read.QueryRowContext(ctx, "select "+tokenColumns+" from api_tokens where token_hash = $1", tokenHash(brought)))
	if err != nil {
		return t, fmt.Errorf("read token: %w", err)
	}
	return t, nil
}

// Token reads a token by its id; not_found if there is none.
func (s *Store) Token(ctx context.Context, id string) (ripoti.Token, error) {
	t, err := s.scanToken(s.read.QueryRowContext(ctx, "select "+tokenColumns+" from api_tokens where id = $1", id))
	if err != nil {
		return t, fmt.Errorf("read token: %w", err)
	}
	return t, nil
}

// Tokens are all of them, newest first.
func (s *Store) Tokens(ctx context.Context) ([]ripoti.Token, error) {
	rows, err := s.read.QueryContext(ctx, "select "+tokenColumns+" from api_tokens order by created_at desc, id")
	return collect(rows, err, "list tokens", func(row scanner) (ripoti.Token, error) { return s.scanToken(row) })
}

// RevokeToken ends a token at once. It says false where it had ended, or never was.
func (tx *Tx) RevokeToken(ctx context.Context, id string) (bool, error) {
	return tx.changed(ctx, "revoke token", "update api_tokens set revoked_at = $2 where id = $1 and revoked_at = 0", id, micros(tx.now()))
}

// UsedToken notes the day on which a token was last used; most uses write nothing.
func (s *Store) UsedToken(ctx context.Context, id string) error {
	now := s.now()
	_, err := s.write.ExecContext(ctx, "update api_tokens set used_at = $2 where id = $1 and used_at < $3", id, micros(now), micros(now.Add(-24*time.Hour)))
	if err != nil {
		return fmt.Errorf("note use of token: %w", err)
	}
	return nil
}

// PartnerEvent is something about a report that a partner is to be told.
type PartnerEvent struct {
	ID, TokenID, ReportID string
	Kind                  string
	At                    time.Time
	Dead                  bool // given up until somebody tries again
	Tries                 int
	TriedAt               time.Time
	Answer                int // the partner's last status, 0 for none
}

const partnerColumns = "id, token_id, report_id, kind, at, state = 'dead', tries, tried_at, answer"

func scanPartnerEvent(row scanner) (e PartnerEvent, err error) {
	var at, tried int64
	if err := row.Scan(&e.ID, &e.TokenID, &e.ReportID, &e.Kind, &at, &e.Dead, &e.Tries, &tried, &e.Answer); err != nil {
		return e, notFound(err, "event.unknown")
	}
	e.At, e.TriedAt = fromMicros(at), fromMicros(tried)
	return e, nil
}

// toldToPartners are the lines of a history that partners may be told of.
var toldToPartners = map[string]bool{"routed": true, "accepted": true, "moved": true, "closed": true, "reopened": true}

// EventDuty is the kind of the duty to tell a partner (a name of internal/tasks).
const EventDuty = "event"

// tellPartners owes an event to every token that wants events. Whether a token's view shows the report is
// seen when the event leaves.
func (tx *Tx) tellPartners(ctx context.Context, reportID, kind string) error {
	if !toldToPartners[kind] {
		return nil
	}
	rows, err := tx.sql.QueryContext(ctx, "select id from api_tokens where hook_url <> '' and revoked_at = 0 and expires_at > $1", micros(tx.now()))
	tokens, err := scanStrings(rows, err, "find partners")
	if err != nil {
		return err
	}
	for _, token := range tokens {
		id := NewID()
		_, err := tx.sql.ExecContext(ctx, "insert into api_events (id, token_id, report_id, kind, at, state, tries, tried_at, answer) values ($1,$2,$3,$4,$5,'due',0,0,0)",
			id, token, reportID, kind, micros(tx.now()))
		if err != nil {
			return fmt.Errorf("owe event: %w", err)
		}
		if err := tx.Owe(ctx, Duty{ID: EventDuty + ":" + id, Kind: EventDuty, Subject: id, Queue: "low", Due: tx.now()}); err != nil {
			return err
		}
	}
	return nil
}

// PartnerEvent reads one; false where it was told already.
func (s *Store) PartnerEvent(ctx context.Context, id string) (PartnerEvent, bool, error) {
	e, err := scanPartnerEvent(s.read.QueryRowContext(ctx, "select "+partnerColumns+" from api_events where id = $1", id))
	if ripoti.CodeOf(err) == ripoti.CodeNotFound || errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	if err != nil {
		return e, false, fmt.Errorf("read event: %w", err)
	}
	return e, true, nil
}

// ToldPartner forgets an event that was told, or that is not the partner's to know.
func (tx *Tx) ToldPartner(ctx context.Context, id string) error {
	if _, err := tx.sql.ExecContext(ctx, "delete from api_events where id = $1", id); err != nil {
		return fmt.Errorf("told partner: %w", err)
	}
	return nil
}

// TriedPartner notes a try in vain, and whether it was the last one.
func (tx *Tx) TriedPartner(ctx context.Context, id string, answer int, dead bool) error {
	state := "due"
	if dead {
		state = "dead"
	}
	_, err := tx.sql.ExecContext(ctx, "update api_events set tries = tries + 1, tried_at = $2, answer = $3, state = $4 where id = $1", id, micros(tx.now()), answer, state)
	if err != nil {
		return fmt.Errorf("tried partner: %w", err)
	}
	return nil
}

// DeadEvents are those that were given up, oldest first.
func (s *Store) DeadEvents(ctx context.Context, limit int) ([]PartnerEvent, error) {
	rows, err := s.read.QueryContext(ctx, "select "+partnerColumns+" from api_events where state = 'dead' order by at, id limit $1", limit)
	return collect(rows, err, "list dead events", scanPartnerEvent)
}

// ReviveEvent owes a dead event again. It says false where there is no such one.
func (tx *Tx) ReviveEvent(ctx context.Context, id string) (bool, error) {
	revived, err := tx.changed(ctx, "revive event", "update api_events set state = 'due', tries = 0 where id = $1 and state = 'dead'", id)
	if err != nil || !revived {
		return false, err
	}
	return true, tx.OweOnce(ctx, Duty{ID: EventDuty + ":" + id, Kind: EventDuty, Subject: id, Queue: "low", Due: tx.now()})
}

// DropEvent forgets a dead event. It says false where there is no such one.
func (tx *Tx) DropEvent(ctx context.Context, id string) (bool, error) {
	return tx.changed(ctx, "drop event", "delete from api_events where id = $1 and state = 'dead'", id)
}
