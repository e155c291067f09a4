package wording

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/locales"
)

// Room is where sentences are changed. It is safe for concurrent use.
type Room struct {
	Store *store.Store
	Words *locales.Catalogue          // what this process says
	Lines map[string]locales.Helpline // the help numbers that are built in or configured
	Now   func() time.Time

	mu   sync.Mutex
	seen int64 // the revision that Words speaks
}

// Refresh lets this process say the newest version within a call. Sentences of it that a newer program
// could not say are left as built in; they are given back, to be logged.
func (r *Room) Refresh(ctx context.Context) (left []Problem, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	revision, err := r.Store.Revision(ctx, "wording")
	if err != nil || revision == r.seen {
		return nil, err
	}
	version, err := r.Store.WordingInForce(ctx)
	if err != nil {
		return nil, err
	}
	e, err := editionOf(version)
	if err != nil {
		return nil, err
	}
	p, err := NewProof(r.Words, e)
	if err != nil {
		return nil, err
	}
	left = p.Problems(e)
	for _, problem := range left {
		delete(e.Texts[problem.Lang], problem.Key)
		delete(e.Numbers, problem.Key)
	}
	if err := r.Words.Use(e); err != nil {
		return left, err
	}
	r.seen = revision
	return left, nil
}

func editionOf(v store.WordingVersion) (e locales.Edition, err error) {
	if v.Edition != "" {
		if err := json.Unmarshal([]byte(v.Edition), &e); err != nil {
			return e, fmt.Errorf("wording %d: %w", v.Version, err)
		}
	}
	if e.Texts == nil {
		e.Texts = locales.Texts{}
	}
	if e.Numbers == nil {
		e.Numbers = map[string]string{}
	}
	return e, nil
}

// says is what an edition says of a sentence or number.
func (r *Room) says(e locales.Edition, lang ripoti.Lang, key string) string {
	if lang == "" {
		if number, changed := e.Numbers[key]; changed {
			return number
		}
		return r.Lines[key].Number
	}
	if text, changed := e.Texts[lang][key]; changed {
		return text
	}
	return r.Words.BuiltIn(lang, key)
}

// known says whether there is such a sentence or number to change.
func (r *Room) known(lang ripoti.Lang, key string) bool {
	if lang == "" {
		_, ok := r.Lines[key]
		return ok
	}
	return r.Words.Has(lang, key)
}

// with is an edition with changes done to it. What becomes as built in stands in it no more.
func (r *Room) with(e locales.Edition, changes []ripoti.WordingChange) locales.Edition {
	next := locales.Edition{Texts: locales.Texts{}, Numbers: maps.Clone(e.Numbers)}
	for lang, texts := range e.Texts {
		next.Texts[lang] = maps.Clone(texts)
	}
	for _, c := range changes {
		switch {
		case c.Lang == "" && c.After == r.Lines[c.Key].Number:
			delete(next.Numbers, c.Key)
		case c.Lang == "":
			next.Numbers[c.Key] = c.After
		case c.After == r.Words.BuiltIn(c.Lang, c.Key):
			delete(next.Texts[c.Lang], c.Key)
		default:
			if next.Texts[c.Lang] == nil {
				next.Texts[c.Lang] = map[string]string{}
			}
			next.Texts[c.Lang][c.Key] = c.After
		}
	}
	return next
}

// prove tells what is wrong with changes on top of what is in force.
func (r *Room) prove(e locales.Edition, changes []ripoti.WordingChange) ([]Problem, error) {
	next := r.with(e, changes)
	p, err := NewProof(r.Words, next)
	if err != nil {
		return nil, err
	}
	only := locales.Edition{Texts: locales.Texts{}, Numbers: map[string]string{}}
	for _, c := range changes {
		if c.Lang == "" {
			only.Numbers[c.Key] = c.After
			continue
		}
		if only.Texts[c.Lang] == nil {
			only.Texts[c.Lang] = map[string]string{}
		}
		only.Texts[c.Lang][c.Key] = c.After
	}
	return p.Problems(only), nil
}

// inForce is what is in force, read from the database: this process may not say it yet.
func (r *Room) inForce(ctx context.Context) (locales.Edition, error) {
	v, err := r.Store.WordingInForce(ctx)
	if err != nil {
		return locales.Edition{}, err
	}
	return editionOf(v)
}

// Open is the draft that a person works on; the zero one where there is none.
func (r *Room) Open(ctx context.Context, by ripoti.User) (store.WordingDraft, error) {
	drafts, err := r.Store.Wordings(ctx, newest)
	if err != nil {
		return store.WordingDraft{}, err
	}
	i := slices.IndexFunc(drafts, func(d store.WordingDraft) bool { return d.State == store.WordingDrafted && d.Author == by.ID })
	if i < 0 {
		return store.WordingDraft{}, nil
	}
	return drafts[i], nil
}

// newest is how many drafts are looked through and listed.
const newest = 200

// Write puts what a person wants to be said into the draft he or she works on, which begins with it. What
// is wrong with it is told, and then nothing is kept. A sentence that is as in force again leaves the draft.
func (r *Room) Write(ctx context.Context, by ripoti.User, changes ...ripoti.WordingChange) ([]Problem, error) {
	e, err := r.inForce(ctx)
	if err != nil {
		return nil, err
	}
	d, err := r.Open(ctx, by)
	if err != nil {
		return nil, err
	}
	if d.ID == "" {
		d = store.WordingDraft{ID: store.NewID(), State: store.WordingDrafted, Author: by.ID}
	}
	for _, c := range changes {
		if !r.known(c.Lang, c.Key) {
			return nil, ripoti.NotFound("wording.unknown", nil)
		}
		c.Before = r.says(e, c.Lang, c.Key)
		d.Changes = slices.DeleteFunc(d.Changes, func(other ripoti.WordingChange) bool { return other.Lang == c.Lang && other.Key == c.Key })
		if c.After != c.Before {
			d.Changes = append(d.Changes, c)
		}
	}
	if problems, err := r.prove(e, d.Changes); err != nil || len(problems) > 0 {
		return problems, err
	}
	return nil, r.Store.InTx(ctx, func(tx *store.Tx) error { return tx.SaveWording(ctx, d) })
}

// Propose gives a draft to a second person, with why.
func (r *Room) Propose(ctx context.Context, id string, by ripoti.User, note string) error {
	return r.move(ctx, id, by, func(tx *store.Tx, d *store.WordingDraft) error {
		switch {
		case d.State != store.WordingDrafted || d.Author != by.ID:
			return ripoti.Conflict("wording.not_yours", nil)
		case len(d.Changes) == 0:
			return ripoti.Invalid("wording.nothing", nil)
		case note == "":
			return ripoti.Invalid("wording.why", nil)
		}
		d.State, d.Note = store.WordingProposed, note
		return nil
	})
}

// Withdraw ends a draft by its author.
func (r *Room) Withdraw(ctx context.Context, id string, by ripoti.User) error {
	return r.move(ctx, id, by, func(tx *store.Tx, d *store.WordingDraft) error {
		if d.Author != by.ID || d.State != store.WordingDrafted && d.State != store.WordingProposed {
			return ripoti.Conflict("wording.not_yours", nil)
		}
		d.State = store.WordingWithdrawn
		return nil
	})
}

// Refuse ends a proposal by a second person, with why.
func (r *Room) Refuse(ctx context.Context, id string, by ripoti.User, reason string) error {
	return r.move(ctx, id, by, func(tx *store.Tx, d *store.WordingDraft) error {
		if err := second(d, by); err != nil {
			return err
		}
		if reason == "" {
			return ripoti.Invalid("wording.why", nil)
		}
		d.State, d.DecidedBy, d.DecidedAt, d.Reason = store.WordingRefused, by.ID, r.Now(), reason
		return nil
	})
}

// MayDecide says whether somebody is a second person for a draft. That the role changes sentences at all is asked
// where people come in.
func MayDecide(d store.WordingDraft, by ripoti.User) bool { return second(&d, by) == nil }

// second refuses whoever may not decide: the author, or anybody about what is not proposed.
func second(d *store.WordingDraft, by ripoti.User) error {
	switch {
	case d.State != store.WordingProposed:
		return ripoti.Conflict("wording.decided", nil)
	case d.Author == by.ID:
		return ripoti.Forbidden("wording.own", nil)
	}
	return nil
}

// Approve puts a proposal in force, by a person who is not its author. Sentences that were changed since it
// was written are a conflict: the author looks at them again.
func (r *Room) Approve(ctx context.Context, id string, by ripoti.User) error {
	return r.move(ctx, id, by, func(tx *store.Tx, d *store.WordingDraft) error {
		if err := second(d, by); err != nil {
			return err
		}
		version, err := tx.WordingInForce(ctx)
		if err != nil {
			return err
		}
		e, err := editionOf(version)
		if err != nil {
			return err
		}
		for _, c := range d.Changes {
			if !r.known(c.Lang, c.Key) || r.says(e, c.Lang, c.Key) != c.Before {
				return ripoti.Conflict("wording.overtaken", nil)
			}
		}
		problems, err := r.prove(e, d.Changes)
		if err != nil {
			return err
		}
		if len(problems) > 0 {
			return ripoti.Conflict("wording.overtaken", nil)
		}
		raw, err := json.Marshal(r.with(e, d.Changes))
		if err != nil {
			return fmt.Errorf("wording: %w", err)
		}
		d.State, d.DecidedBy, d.DecidedAt = store.WordingApproved, by.ID, r.Now()
		return tx.PublishWording(ctx, string(raw), d.ID)
	})
}

// move changes a draft in one transaction, with a line in the network's history.
func (r *Room) move(ctx context.Context, id string, by ripoti.User, change func(*store.Tx, *store.WordingDraft) error) error {
	err := r.Store.InTx(ctx, func(tx *store.Tx) error {
		d, err := tx.Wording(ctx, id)
		if err != nil {
			return err
		}
		if err := change(tx, &d); err != nil {
			return err
		}
		if err := tx.SaveWording(ctx, d); err != nil {
			return err
		}
		return tx.Note(ctx, "wording_"+string(d.State), by.ID, fmt.Sprintf(`{"draft":%q,"changes":%d}`, d.ID, len(d.Changes)))
	})
	if err != nil {
		return fmt.Errorf("wording: %w", err)
	}
	return nil
}

// Back begins a draft that leads back to a version; 0 is the sentences that are built in. It goes the way
// of every draft: a second person puts it in force.
func (r *Room) Back(ctx context.Context, by ripoti.User, version int) ([]Problem, error) {
	var v store.WordingVersion
	if version > 0 {
		var err error
		if v, err = r.Store.WordingVersion(ctx, version); err != nil {
			return nil, err
		}
	}
	then, err := editionOf(v)
	if err != nil {
		return nil, err
	}
	now, err := r.inForce(ctx)
	if err != nil {
		return nil, err
	}
	changes := r.between(now, then)
	if len(changes) == 0 {
		return nil, ripoti.Conflict("wording.nothing", nil)
	}
	return r.Write(ctx, by, changes...)
}

// between is what changes from one edition to another.
func (r *Room) between(from, to locales.Edition) (changes []ripoti.WordingChange) {
	add := func(lang ripoti.Lang, key string) {
		if before, after := r.says(from, lang, key), r.says(to, lang, key); before != after && r.known(lang, key) {
			changes = append(changes, ripoti.WordingChange{Lang: lang, Key: key, Before: before, After: after})
		}
	}
	for _, lang := range ripoti.Langs {
		both := maps.Clone(from.Texts[lang])
		if both == nil {
			both = map[string]string{}
		}
		maps.Copy(both, to.Texts[lang])
		for _, key := range slices.Sorted(maps.Keys(both)) {
			add(lang, key)
		}
	}
	both := maps.Clone(from.Numbers)
	maps.Copy(both, to.Numbers)
	for _, name := range slices.Sorted(maps.Keys(both)) {
		add("", name)
	}
	return changes
}

// Changed are the sentences and numbers in which a version differs from what is built in.
func (r *Room) Changed(v store.WordingVersion) ([]ripoti.WordingChange, error) {
	e, err := editionOf(v)
	if err != nil {
		return nil, err
	}
	none, _ := editionOf(store.WordingVersion{})
	return r.between(none, e), nil
}

// Lengths is how long what is in force is, and may be.
func (r *Room) Lengths(ctx context.Context) (*Proof, error) {
	e, err := r.inForce(ctx)
	if err != nil {
		return nil, err
	}
	return NewProof(r.Words, e)
}

// Length is how long a sentence would be, said otherwise, and how long it may be.
func (r *Room) Length(lang ripoti.Lang, key, text string) (Length, error) {
	p, err := NewProof(r.Words, locales.Edition{Texts: locales.Texts{lang: {key: text}}})
	if err != nil {
		return Length{}, err
	}
	return p.Length(lang, key), nil
}
