package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Sessions keeps the console's sessions: the token hashed, what it holds sealed, so that a copy of
// the database lets nobody in. It is the store of a session manager (alexedwards/scs).
type Sessions struct{ store *Store }

// Sessions of the console.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token)) // a token is random: no key is needed to keep it unguessable
	return hex.EncodeToString(sum[:])
}

// FindCtx gives what a live session holds.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	hash := tokenHash(token)
	var sealed []byte
	err = s.store.read.QueryRowContext(ctx, "select data_sealed from sessions where token_hash = $1 and ends_at > $2", hash, micros(s.store.now())).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find session: %w", err)
	}
	if data, err = s.store.keys.Narratives.Open(sealed, "session:"+hash); err != nil {
		return nil, false, nil // sealed with keys that are gone: as good as ended
	}
	return data, true, nil
}

// CommitCtx keeps a session until it ends.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, ends time.Time) error {
	hash := tokenHash(token)
	sealed, err := s.store.keys.Narratives.Seal(data, "session:"+hash)
	if err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	_, err = s.store.write.ExecContext(ctx, `insert into sessions (token_hash, data_sealed, ends_at) values ($1,$2,$3)
		on conflict (token_hash) do update set data_sealed = excluded.data_sealed, ends_at = excluded.ends_at`, hash, sealed, micros(ends))
	if err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	return nil
}

// DeleteCtx ends a session.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	if _, err := s.store.write.ExecContext(ctx, "delete from sessions where token_hash = $1", tokenHash(token)); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Find, Commit and Delete are for callers without a context.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx.
func (s *Sessions) Commit(token string, data []byte, ends time.Time) error {
	return s.CommitCtx(context.Background(), token, data, ends)
}

// Delete is DeleteCtx.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// ForgetSessions drops sessions that ended.
func (s *Store) ForgetSessions(ctx context.Context) error {
	if _, err := s.write.ExecContext(ctx, "delete from sessions where ends_at <= $1", micros(s.now())); err != nil {
		return fmt.Errorf("forget sessions: %w", err)
	}
	return nil
}
