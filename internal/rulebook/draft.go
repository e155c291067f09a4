package rulebook

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Bounds of what people write about a draft.
const (
	longestTitle  = 80
	longestReason = 500
	// shortestTerm is the shortest time that rules which go back by themselves are in force.
	shortestTerm = 15 * time.Minute
	// longestLead is how far ahead rules are planned at most: the directory is another one by then.
	longestLead = 90 * 24 * time.Hour
)

// Begin starts a draft with the text of a version: the one in force, or an older one that is restored.
func (b *Book) Begin(ctx context.Context, by ripoti.User, title string, from int) (ripoti.RuleDraft, error) {
	v, err := b.Version(ctx, from)
	if err != nil {
		return ripoti.RuleDraft{}, err
	}
	return b.BeginWith(ctx, by, title, []byte(v.Document))
}

// BeginWith starts a draft with a text of one's own.
func (b *Book) BeginWith(ctx context.Context, by ripoti.User, title string, doc []byte) (d ripoti.RuleDraft, err error) {
	if err := allowed(by); err != nil {
		return d, err
	}
	if title = oneLine(title); title == "" || len([]rune(title)) > longestTitle {
		return d, ripoti.Invalid("rules.title_needed", nil)
	}
	current, err := b.Current(ctx)
	if err != nil {
		return d, err
	}
	now := b.Desk.Now()
	d = ripoti.RuleDraft{ID: store.NewID(), State: ripoti.DraftWriting, Title: title, Document: string(doc), Base: current.Number, Edition: 1,
		Authors: []string{by.ID}, CreatedAt: now, ChangedAt: now}
	err = b.Desk.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.AddRuleDraft(ctx, d); err != nil {
			return err
		}
		return note(ctx, tx, "rules_drafted", by.ID, map[string]any{"draft": d.ID, "base": d.Base})
	})
	return d, err
}

// change does something to a draft that its writer has seen in the given edition.
func (b *Book) change(ctx context.Context, by ripoti.User, id string, edition int, kind string, do func(*store.Tx, *ripoti.RuleDraft) error) (d ripoti.RuleDraft, err error) {
	if err := allowed(by); err != nil {
		return d, err
	}
	err = b.Desk.Store.InTx(ctx, func(tx *store.Tx) error {
		if d, err = tx.RuleDraft(ctx, id); err != nil {
			return err
		}
		if edition != 0 && d.Edition != edition {
			return ripoti.Conflict("rules.changed_meanwhile", nil)
		}
		if err := do(tx, &d); err != nil {
			return err
		}
		d.ChangedAt = b.Desk.Now()
		if err := tx.SaveRuleDraft(ctx, d); err != nil {
			return err
		}
		return note(ctx, tx, kind, by.ID, map[string]any{"draft": d.ID, "edition": d.Edition, "version": d.Version})
	})
	return d, err
}

// Write replaces a draft's text. It is kept whatever is wrong with it: nothing typed is lost, and Propose
// is what refuses.
func (b *Book) Write(ctx context.Context, by ripoti.User, id string, edition int, doc []byte) (ripoti.RuleDraft, error) {
	if len(doc) > routing.MaxDocument {
		return ripoti.RuleDraft{}, ripoti.Invalid("rules.too_long", nil)
	}
	return b.change(ctx, by, id, edition, "rules_written", func(_ *store.Tx, d *ripoti.RuleDraft) error {
		if d.State == ripoti.DraftProposed || d.State == ripoti.DraftApproved {
			return ripoti.Conflict("rules.not_writing", nil)
		}
		d.State, d.Document = ripoti.DraftWriting, string(doc) // what was refused is taken up again
		d.Edition++
		if !slices.Contains(d.Authors, by.ID) {
			d.Authors = append(d.Authors, by.ID)
		}
		return nil
	})
}

// TakeOver makes the version in force the one that a draft is held against, after others have published. Its
// text stays: the comparison shows what it would undo.
func (b *Book) TakeOver(ctx context.Context, by ripoti.User, id string, edition int) (ripoti.RuleDraft, error) {
	current, err := b.Current(ctx)
	if err != nil {
		return ripoti.RuleDraft{}, err
	}
	return b.change(ctx, by, id, edition, "rules_written", func(_ *store.Tx, d *ripoti.RuleDraft) error {
		if d.State == ripoti.DraftApproved || d.Version != 0 {
			return ripoti.Conflict("rules.not_writing", nil)
		}
		d.State, d.Base = ripoti.DraftWriting, current.Number
		d.Edition++
		return nil
	})
}

// Proposal is what a draft is proposed with.
type Proposal struct {
	Reason   string
	StartsAt time.Time // zero: as soon as it is approved
	EndsAt   time.Time // zero: until it is changed again
}

// Propose asks a second person to agree. The draft must be sound, reach everybody, be held against the rules
// in force, and have been tried by the proposer as it stands.
func (b *Book) Propose(ctx context.Context, by ripoti.User, id string, edition int, p Proposal) (ripoti.RuleDraft, error) {
	p.Reason = oneLine(p.Reason)
	if err := b.proper(p); err != nil {
		return ripoti.RuleDraft{}, err
	}
	draft, err := b.Desk.Store.RuleDraft(ctx, id)
	if err != nil {
		return draft, err
	}
	if err := b.ready(ctx, draft); err != nil {
		return draft, err
	}
	trial, some, err := b.Desk.Store.NewestRehearsal(ctx, id, by.ID)
	if err != nil {
		return draft, err
	}
	if !some || trial.State != ripoti.RehearsalDone || trial.Edition != draft.Edition || trial.Base != draft.Base {
		return draft, ripoti.Conflict("rules.rehearse_first", nil)
	}
	return b.change(ctx, by, id, edition, "rules_proposed", func(_ *store.Tx, d *ripoti.RuleDraft) error {
		if d.State != ripoti.DraftWriting || d.Edition != draft.Edition {
			return ripoti.Conflict("rules.changed_meanwhile", nil)
		}
		d.State, d.Reason, d.StartsAt, d.EndsAt = ripoti.DraftProposed, p.Reason, p.StartsAt, p.EndsAt
		d.ProposedBy, d.ProposedAt = by.ID, b.Desk.Now()
		d.DecidedBy, d.DecidedAt, d.Answer = "", time.Time{}, ""
		return nil
	})
}

func (b *Book) proper(p Proposal) error {
	now := b.Desk.Now()
	from := p.StartsAt
	if from.IsZero() {
		from = now
	}
	switch {
	case p.Reason == "" || len([]rune(p.Reason)) > longestReason:
		return ripoti.Invalid("rules.reason_needed", nil)
	case !p.StartsAt.IsZero() && (p.StartsAt.Before(now) || p.StartsAt.After(now.Add(longestLead))):
		return ripoti.Invalid("rules.start_wrong", nil)
	case !p.EndsAt.IsZero() && p.EndsAt.Before(from.Add(shortestTerm)):
		return ripoti.Invalid("rules.end_wrong", nil)
	}
	return nil
}

// ready says why a draft cannot come into force as it stands.
func (b *Book) ready(ctx context.Context, d ripoti.RuleDraft) error {
	current, err := b.Current(ctx)
	if err != nil {
		return err
	}
	switch {
	case d.Base != current.Number:
		return ripoti.Conflict("rules.base_changed", nil)
	case d.Document == current.Document:
		return ripoti.Invalid("rules.nothing_changed", nil)
	}
	if _, problems := b.Check([]byte(d.Document)); len(problems) > 0 {
		return ripoti.Invalid("rules.unsound", problems)
	}
	return nil
}

// Withdraw takes a proposal back, also one that was agreed to and is not in force yet.
func (b *Book) Withdraw(ctx context.Context, by ripoti.User, id string) (ripoti.RuleDraft, error) {
	return b.change(ctx, by, id, 0, "rules_withdrawn", func(tx *store.Tx, d *ripoti.RuleDraft) error {
		switch {
		case d.Version != 0 || d.State == ripoti.DraftRefused || d.State == ripoti.DraftWithdrawn:
			return ripoti.Conflict("rules.too_late", nil)
		case !wrote(*d, by) && d.State != ripoti.DraftApproved:
			return ripoti.Forbidden("rules.only_author", nil)
		}
		d.State = ripoti.DraftWithdrawn
		return tx.Cancel(ctx, tasks.Publish, d.ID)
	})
}

// Refuse is a second person's no, with what should be changed.
func (b *Book) Refuse(ctx context.Context, by ripoti.User, id string, answer string) (ripoti.RuleDraft, error) {
	if answer = oneLine(answer); answer == "" || len([]rune(answer)) > longestReason {
		return ripoti.RuleDraft{}, ripoti.Invalid("rules.answer_needed", nil)
	}
	return b.change(ctx, by, id, 0, "rules_refused", func(_ *store.Tx, d *ripoti.RuleDraft) error {
		switch {
		case d.State != ripoti.DraftProposed:
			return ripoti.Conflict("rules.not_proposed", nil)
		case wrote(*d, by):
			return ripoti.Forbidden("rules.second_person", nil)
		}
		d.State, d.DecidedBy, d.DecidedAt, d.Answer = ripoti.DraftRefused, by.ID, b.Desk.Now(), answer
		return nil
	})
}

// wrote says whether somebody had a hand in a draft: then another one has to agree.
func wrote(d ripoti.RuleDraft, u ripoti.User) bool {
	return slices.Contains(d.Authors, u.ID) || d.ProposedBy == u.ID
}

// MayDecide says whether somebody is a second person for a draft.
func MayDecide(d ripoti.RuleDraft, u ripoti.User) bool {
	return d.State == ripoti.DraftProposed && allowed(u) == nil && !wrote(d, u)
}

// Approve is a second person's yes. The rules come into force at once, or at their time.
func (b *Book) Approve(ctx context.Context, by ripoti.User, id string, edition int) (d ripoti.RuleDraft, err error) {
	if err := allowed(by); err != nil {
		return d, err
	}
	if d, err = b.Desk.Store.RuleDraft(ctx, id); err != nil {
		return d, err
	}
	switch {
	case d.State != ripoti.DraftProposed:
		return d, ripoti.Conflict("rules.not_proposed", nil)
	case wrote(d, by):
		return d, ripoti.Forbidden("rules.second_person", nil)
	}
	if err := b.ready(ctx, d); err != nil {
		return d, err
	}
	err = b.Desk.Store.InTx(ctx, func(tx *store.Tx) error {
		if d, err = b.approve(ctx, tx, by, id, edition); err != nil {
			return err
		}
		return note(ctx, tx, "rules_approved", by.ID, map[string]any{"draft": d.ID, "edition": d.Edition, "version": d.Version})
	})
	if err != nil {
		return d, fmt.Errorf("approve: %w", err)
	}
	return d, b.taken(ctx)
}

func (b *Book) approve(ctx context.Context, tx *store.Tx, by ripoti.User, id string, edition int) (d ripoti.RuleDraft, err error) {
	current, err := tx.RulesInForce(ctx)
	if err != nil {
		return d, err
	}
	if d, err = tx.RuleDraft(ctx, id); err != nil {
		return d, err
	}
	now := b.Desk.Now()
	switch {
	case d.State != ripoti.DraftProposed || d.Edition != edition:
		return d, ripoti.Conflict("rules.changed_meanwhile", nil)
	case d.Base != current.Number:
		return d, ripoti.Conflict("rules.base_changed", nil)
	case !d.EndsAt.IsZero() && d.EndsAt.Before(now.Add(shortestTerm)):
		return d, ripoti.Conflict("rules.over_already", nil)
	}
	d.State, d.DecidedBy, d.DecidedAt, d.ChangedAt = ripoti.DraftApproved, by.ID, now, now
	if d.StartsAt.After(now) {
		if err := tx.OweOnce(ctx, store.Duty{ID: tasks.Publish + ":" + d.ID, Kind: tasks.Publish, Subject: d.ID, Queue: tasks.Critical, Due: d.StartsAt}); err != nil {
			return d, err
		}
		return d, tx.SaveRuleDraft(ctx, d)
	}
	return d, b.publish(ctx, tx, &d)
}
