package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"ripoti/internal/ripoti"
)

// Rules is the routing document in force; "" means the one that is built in.
func (s *Store) Rules(ctx context.Context) (string, error) {
	v, err := scanRules(s.read.QueryRowContext(ctx, ruleQuery+" order by version desc limit 1"))
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read rules: %w", err)
	}
	return v.Document, nil
}

const (
	ruleColumns = "version, author, approver, reason, origin, draft_id, previous, published_at, ends_at"
	ruleQuery   = "select " + ruleColumns + ", document from rule_versions"
)

func scanRules(row scanner) (v ripoti.RuleVersion, err error) {
	var since, ends int64
	err = row.Scan(&v.Number, &v.Author, &v.Approver, &v.Reason, &v.Origin, &v.DraftID, &v.Previous, &since, &ends, &v.Document)
	v.Since, v.EndsAt = fromMicros(since), fromMicros(ends)
	return v, err
}

// RulesInForce is the version in force; its number is 0 where that is the one that is built in.
func (s *Store) RulesInForce(ctx context.Context) (ripoti.RuleVersion, error) {
	v, err := scanRules(s.read.QueryRowContext(ctx, ruleQuery+" order by version desc limit 1"))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return v, fmt.Errorf("read rules: %w", err)
	}
	return v, nil
}

// RuleVersion reads a version; not_found if there is none.
func (s *Store) RuleVersion(ctx context.Context, number int) (ripoti.RuleVersion, error) {
	v, err := scanRules(s.read.QueryRowContext(ctx, ruleQuery+" where version = $1", number))
	if err != nil {
		return v, fmt.Errorf("read rules: %w", notFound(err, "rules.no_version"))
	}
	return v, nil
}

// RuleVersions are the newest versions before the given one (0 for the newest of all), without their text.
func (s *Store) RuleVersions(ctx context.Context, before, limit int) ([]ripoti.RuleVersion, error) {
	rows, err := s.read.QueryContext(ctx, "select "+ruleColumns+", '' from rule_versions where version < $1 or $1 = 0 order by version desc limit $2", before, limit)
	return collect(rows, err, "list rules", scanRules)
}

// RulesInForce is Store.RulesInForce for who will change it: until the end of the transaction nobody else
// can.
func (tx *Tx) RulesInForce(ctx context.Context) (v ripoti.RuleVersion, err error) {
	if err := tx.revise(ctx, "rules"); err != nil {
		return v, err
	}
	v, err = scanRules(tx.sql.QueryRowContext(ctx, ruleQuery+" order by version desc limit 1"))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return v, fmt.Errorf("read rules: %w", err)
	}
	return v, nil
}

// RuleVersion reads a version within a transaction.
func (tx *Tx) RuleVersion(ctx context.Context, number int) (ripoti.RuleVersion, error) {
	v, err := scanRules(tx.sql.QueryRowContext(ctx, ruleQuery+" where version = $1", number))
	if err != nil {
		return v, fmt.Errorf("read rules: %w", notFound(err, "rules.no_version"))
	}
	return v, nil
}

// PublishRules puts a document in force, keeps the ones before it and tells running processes. It gives the
// number of the version.
func (tx *Tx) PublishRules(ctx context.Context, v ripoti.RuleVersion) (number int, err error) {
	before, err := tx.RulesInForce(ctx)
	if err != nil {
		return 0, err
	}
	if v.Origin == "" {
		v.Origin = ripoti.RulesPublished
	}
	if v.Origin == ripoti.RulesPublished {
		v.Previous = before.Number
	}
	_, err = tx.sql.ExecContext(ctx, "insert into rule_versions ("+ruleColumns+", document) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)",
		before.Number+1, v.Author, v.Approver, v.Reason, string(v.Origin), v.DraftID, v.Previous, micros(tx.now()), micros(v.EndsAt), v.Document)
	if err != nil {
		return 0, fmt.Errorf("publish rules: %w", err)
	}
	return before.Number + 1, nil
}

const draftColumns = `id, state, title, base, edition, authors, created_at, changed_at, reason, proposed_by, proposed_at, starts_at, ends_at,
	decided_by, decided_at, answer, version`

func scanDraft(row scanner) (d ripoti.RuleDraft, err error) {
	var authors string
	var created, changed, proposed, starts, ends, decided int64
	err = row.Scan(&d.ID, &d.State, &d.Title, &d.Base, &d.Edition, &authors, &created, &changed, &d.Reason, &d.ProposedBy, &proposed, &starts, &ends,
		&d.DecidedBy, &decided, &d.Answer, &d.Version, &d.Document)
	d.Authors, d.CreatedAt, d.ChangedAt = splitWords(authors, ","), fromMicros(created), fromMicros(changed)
	d.ProposedAt, d.StartsAt, d.EndsAt, d.DecidedAt = fromMicros(proposed), fromMicros(starts), fromMicros(ends), fromMicros(decided)
	return d, err
}

// RuleDraft reads a draft; not_found if there is none.
func (s *Store) RuleDraft(ctx context.Context, id string) (ripoti.RuleDraft, error) {
	d, err := scanDraft(s.read.QueryRowContext(ctx, "select "+draftColumns+", document from rule_drafts where id = $1", id))
	if err != nil {
		return d, fmt.Errorf("read draft: %w", notFound(err, "rules.no_draft"))
	}
	return d, nil
}

// RuleDraft reads a draft and holds it until the end of the transaction.
func (tx *Tx) RuleDraft(ctx context.Context, id string) (ripoti.RuleDraft, error) {
	d, err := scanDraft(tx.sql.QueryRowContext(ctx, "select "+draftColumns+", document from rule_drafts where id = $1"+tx.forUpdate, id))
	if err != nil {
		return d, fmt.Errorf("read draft: %w", notFound(err, "rules.no_draft"))
	}
	return d, nil
}

// RuleDrafts are the drafts that were changed last, without their text.
func (s *Store) RuleDrafts(ctx context.Context, limit int) ([]ripoti.RuleDraft, error) {
	rows, err := s.read.QueryContext(ctx, "select "+draftColumns+", '' from rule_drafts order by changed_at desc, id desc limit $1", limit)
	return collect(rows, err, "list drafts", scanDraft)
}

// AddRuleDraft writes a new draft.
func (tx *Tx) AddRuleDraft(ctx context.Context, d ripoti.RuleDraft) error {
	_, err := tx.sql.ExecContext(ctx, "insert into rule_drafts ("+draftColumns+", document) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18)", draftRow(d)...)
	if err != nil {
		return fmt.Errorf("add draft: %w", err)
	}
	return nil
}

// SaveRuleDraft writes a draft that was read in this transaction.
func (tx *Tx) SaveRuleDraft(ctx context.Context, d ripoti.RuleDraft) error {
	_, err := tx.sql.ExecContext(ctx, `update rule_drafts set state = $2, title = $3, base = $4, edition = $5, authors = $6, created_at = $7, changed_at = $8, reason = $9,
		proposed_by = $10, proposed_at = $11, starts_at = $12, ends_at = $13, decided_by = $14, decided_at = $15, answer = $16, version = $17, document = $18 where id = $1`, draftRow(d)...)
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	return nil
}

func draftRow(d ripoti.RuleDraft) []any {
	return []any{d.ID, string(d.State), d.Title, d.Base, d.Edition, strings.Join(d.Authors, ","), micros(d.CreatedAt), micros(d.ChangedAt), d.Reason, d.ProposedBy,
		micros(d.ProposedAt), micros(d.StartsAt), micros(d.EndsAt), d.DecidedBy, micros(d.DecidedAt), d.Answer, d.Version, d.Document}
}

const overrideColumns = "id, kind, office_id, place_id, places, place, county, reason, author, made_at, starts_at, ends_at, ended_by, ended_at"

func scanOverride(row scanner) (o ripoti.Override, err error) {
	var places string
	var made, starts, ends, ended int64
	err = row.Scan(&o.ID, &o.Kind, &o.OfficeID, &o.PlaceID, &places, &o.Place, &o.County, &o.Reason, &o.Author, &made, &starts, &ends, &o.EndedBy, &ended)
	o.Places = splitWords(places, ",")
	o.MadeAt, o.StartsAt, o.EndsAt, o.EndedAt = fromMicros(made), fromMicros(starts), fromMicros(ends), fromMicros(ended)
	return o, err
}

// Overrides are the temporary exceptions that are in force or still to come, in the order in which they
// were made.
func (s *Store) Overrides(ctx context.Context) ([]ripoti.Override, error) {
	rows, err := s.read.QueryContext(ctx, "select "+overrideColumns+" from rule_overrides where ends_at > $1 and ended_at = 0 order by made_at, id", micros(s.now()))
	return collect(rows, err, "list overrides", scanOverride)
}

// PastOverrides are those that ended, the newest first.
func (s *Store) PastOverrides(ctx context.Context, limit int) ([]ripoti.Override, error) {
	rows, err := s.read.QueryContext(ctx, "select "+overrideColumns+" from rule_overrides where ends_at <= $1 or ended_at > 0 order by ends_at desc, id limit $2", micros(s.now()), limit)
	return collect(rows, err, "list overrides", scanOverride)
}

// Override reads an exception and holds it until the end of the transaction; not_found if there is none.
func (tx *Tx) Override(ctx context.Context, id string) (ripoti.Override, error) {
	o, err := scanOverride(tx.sql.QueryRowContext(ctx, "select "+overrideColumns+" from rule_overrides where id = $1"+tx.forUpdate, id))
	if err != nil {
		return o, fmt.Errorf("read override: %w", notFound(err, "rules.no_override"))
	}
	return o, nil
}

// AddOverride writes an exception and tells running processes, which count its time themselves.
func (tx *Tx) AddOverride(ctx context.Context, o ripoti.Override) error {
	_, err := tx.sql.ExecContext(ctx, "insert into rule_overrides ("+overrideColumns+") values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,'',0)",
		o.ID, string(o.Kind), o.OfficeID, o.PlaceID, strings.Join(o.Places, ","), o.Place, o.County, o.Reason, o.Author, micros(o.MadeAt), micros(o.StartsAt), micros(o.EndsAt))
	if err != nil {
		return fmt.Errorf("add override: %w", err)
	}
	return tx.revise(ctx, "rules")
}

// EndOverride ends an exception before its time.
func (tx *Tx) EndOverride(ctx context.Context, id, by string) error {
	if _, err := tx.sql.ExecContext(ctx, "update rule_overrides set ended_by = $2, ended_at = $3 where id = $1 and ended_at = 0", id, by, micros(tx.now())); err != nil {
		return fmt.Errorf("end override: %w", err)
	}
	return tx.revise(ctx, "rules")
}
