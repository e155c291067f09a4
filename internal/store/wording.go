package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// WordingDraft is a change of sentences on its way from a person to a second one.
type WordingDraft struct {
	ID        string
	State     WordingState
	Note      string
	Changes   []ripoti.WordingChange
	Author    string // a user
	CreatedAt time.Time
	ChangedAt time.Time
	DecidedBy string // a user; "" while nobody has
	DecidedAt time.Time
	Reason    string // of a refusal
}

// WordingState is where a draft stands.
type WordingState string

const (
	WordingDrafted   WordingState = "draft"
	WordingProposed  WordingState = "proposed"
	WordingApproved  WordingState = "approved"
	WordingRefused   WordingState = "refused"
	WordingWithdrawn WordingState = "withdrawn"
)

const wordingColumns = "id, state, note, changes, author, created_at, changed_at, decided_by, decided_at, reason"

func scanWording(row scanner) (d WordingDraft, err error) {
	var changes string
	var created, changed, decided int64
	if err := row.Scan(&d.ID, &d.State, &d.Note, &changes, &d.Author, &created, &changed, &d.DecidedBy, &decided, &d.Reason); err != nil {
		return d, notFound(err, "wording.unknown")
	}
	d.CreatedAt, d.ChangedAt, d.DecidedAt = fromMicros(created), fromMicros(changed), fromMicros(decided)
	return d, json.Unmarshal([]byte(changes), &d.Changes)
}

// SaveWording writes a draft: a new one, or what has become of it.
func (tx *Tx) SaveWording(ctx context.Context, d WordingDraft) error {
	changes, err := json.Marshal(d.Changes)
	if err != nil {
		return fmt.Errorf("save wording: %w", err)
	}
	_, err = tx.sql.ExecContext(ctx, "insert into wording_drafts ("+wordingColumns+`) values ($1,$2,$3,$4,$5,$6,$6,$7,$8,$9)
		on conflict (id) do update set state = excluded.state, note = excluded.note, changes = excluded.changes, changed_at = excluded.changed_at,
		decided_by = excluded.decided_by, decided_at = excluded.decided_at, reason = excluded.reason`,
		d.ID, string(d.State), d.Note, string(changes), d.Author, micros(tx.now()), d.DecidedBy, micros(d.DecidedAt), d.Reason)
	if err != nil {
		return fmt.Errorf("save wording: %w", err)
	}
	return nil
}

// Wording reads a draft to change it; not_found if there is none. Two people who decide at once take turns.
func (tx *Tx) Wording(ctx context.Context, id string) (WordingDraft, error) {
	d, err := scanWording(tx.sql.QueryRowContext(ctx, "select "+wordingColumns+" from wording_drafts where id = $1"+tx.forUpdate, id))
	if err != nil {
		return d, fmt.Errorf("read wording: %w", err)
	}
	return d, nil
}

// Wording reads a draft; not_found if there is none.
func (s *Store) Wording(ctx context.Context, id string) (WordingDraft, error) {
	d, err := scanWording(s.read.QueryRowContext(ctx, "select "+wordingColumns+" from wording_drafts where id = $1", id))
	if err != nil {
		return d, fmt.Errorf("read wording: %w", err)
	}
	return d, nil
}

// Wordings are the newest drafts, whatever became of them, newest first.
func (s *Store) Wordings(ctx context.Context, limit int) ([]WordingDraft, error) {
	rows, err := s.read.QueryContext(ctx, "select "+wordingColumns+" from wording_drafts order by created_at desc, id desc limit $1", limit)
	return collect(rows, err, "list wordings", scanWording)
}

// WordingVersion is everything that differs from the built-in sentences since a time.
type WordingVersion struct {
	Version     int
	Edition     string // JSON
	DraftID     string
	PublishedAt time.Time
}

const versionColumns = "version, edition, draft_id, published_at"

func scanWordingVersion(row scanner) (v WordingVersion, err error) {
	var at int64
	if err := row.Scan(&v.Version, &v.Edition, &v.DraftID, &at); err != nil {
		return v, notFound(err, "wording.unknown")
	}
	v.PublishedAt = fromMicros(at)
	return v, nil
}

// PublishWording puts an edition in force, as one version more, and tells running processes. A draft is
// published once.
func (tx *Tx) PublishWording(ctx context.Context, edition, draftID string) error {
	_, err := tx.sql.ExecContext(ctx, "insert into wording_versions ("+versionColumns+") values ((select coalesce(max(version), 0) + 1 from wording_versions), $1, $2, $3)",
		edition, draftID, micros(tx.now()))
	if err != nil {
		return fmt.Errorf("publish wording: %w", err)
	}
	return tx.revise(ctx, "wording")
}

// WordingInForce is the newest version; the zero one where nothing was ever changed.
func (s *Store) WordingInForce(ctx context.Context) (WordingVersion, error) {
	return wordingInForce(ctx, s.read)
}

// WordingInForce is the same within a transaction, and holds off others who publish.
func (tx *Tx) WordingInForce(ctx context.Context) (WordingVersion, error) {
	if _, err := tx.sql.ExecContext(ctx, "update revisions set revision = revision where name = 'wording'"); err != nil {
		return WordingVersion{}, fmt.Errorf("hold wording: %w", err)
	}
	return wordingInForce(ctx, tx.sql)
}

func wordingInForce(ctx context.Context, q querier) (WordingVersion, error) {
	v, err := scanWordingVersion(q.QueryRowContext(ctx, "select "+versionColumns+" from wording_versions order by version desc limit 1"))
	if ripoti.CodeOf(err) == ripoti.CodeNotFound {
		return WordingVersion{}, nil
	}
	if err != nil {
		return v, fmt.Errorf("read wording: %w", err)
	}
	return v, nil
}

// WordingVersion reads one version; not_found if there is none.
func (s *Store) WordingVersion(ctx context.Context, version int) (WordingVersion, error) {
	v, err := scanWordingVersion(s.read.QueryRowContext(ctx, "select "+versionColumns+" from wording_versions where version = $1", version))
	if err != nil {
		return v, fmt.Errorf("read wording: %w", err)
	}
	return v, nil
}

// WordingVersions are the newest versions, newest first.
func (s *Store) WordingVersions(ctx context.Context, limit int) ([]WordingVersion, error) {
	rows, err := s.read.QueryContext(ctx, "select "+versionColumns+" from wording_versions order by version desc limit $1", limit)
	return collect(rows, err, "list wordings", scanWordingVersion)
}

// HelplineCall is a try to reach a person on a help number.
type HelplineCall struct {
	Name, Number string
	By           string // a user
	Reached      bool
	At           time.Time
}

// NoteCall keeps a try.
func (tx *Tx) NoteCall(ctx context.Context, c HelplineCall) error {
	_, err := tx.sql.ExecContext(ctx, "insert into helpline_calls (id, name, number, user_id, reached, at) values ($1,$2,$3,$4,$5,$6)",
		NewID(), c.Name, c.Number, c.By, c.Reached, micros(tx.now()))
	if err != nil {
		return fmt.Errorf("note call: %w", err)
	}
	return nil
}

// LastCall is the newest try to reach a person on a number under a name, or the newest that did; false
// where there was none.
func (s *Store) LastCall(ctx context.Context, name, number string, reached bool) (c HelplineCall, some bool, err error) {
	var at int64
	query := "select name, number, user_id, reached, at from helpline_calls where name = $1 and number = $2 and (reached or not $3) order by at desc limit 1"
	err = s.read.QueryRowContext(ctx, query, name, number, reached).Scan(&c.Name, &c.Number, &c.By, &c.Reached, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("read calls: %w", err)
	}
	c.At = fromMicros(at)
	return c, true, nil
}
