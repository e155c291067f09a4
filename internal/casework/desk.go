// Package casework is the verbs of a report's life: File, Route, Accept, Decline, Climb. Each is one
// transaction that changes rows and adds a line to the report's history; only then is anybody
// nudged. Nothing here sends: what is to be sent is a row too.
package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Desk does the verbs.
type Desk struct {
	Store *store.Store
	Filer *store.Filer
	Live  *Live
	Now   func() time.Time
	// Wake is called after each commit that owes something: the relay looks at once.
	Wake func()
	// Reader reads what people write, Places finds the places they name. Without them whoever is no
	// contact gets the help numbers and nothing else.
	Reader TextReader
	Places *gazetteer.Gazetteer
	// Hashing bounds how many PINs are hashed at once; nil bounds nothing.
	Hashing Hashing
	// Keeping is how long things are kept.
	Keeping Keeping
	// Seen is told what happened, for the metrics; may be nil.
	Seen func(Happening)
}

// Happening is something worth counting.
type Happening struct {
	What     string // "filed", "accepted", "unreachable", "message", "capped", "purged", "silenced", "no_phone", "unread", "confirmed"
	Category ripoti.Category
	Urgency  ripoti.Urgency
	Channel  ripoti.Channel
	Stage    ripoti.Stage
	After    time.Duration // since the report was filed
	Provider string
	Status   sms.Status
	Of       string // what was purged
	Count    int
}

func (d *Desk) seen(h Happening) {
	if d.Seen != nil {
		d.Seen(h)
	}
}

// Filing is a draft that a conversation wants saved.
type Filing struct {
	Conversation string // keyed hash; one report per conversation
	From         ripoti.Phone
	Channel      ripoti.Channel
	Draft        ripoti.Draft
}

// File saves a report for good and gives its number. The same conversation always gets the same
// number, and what is new in its draft is added. Once File answers without an error, and not before,
// a screen may say "received".
func (d *Desk) File(ctx context.Context, f Filing) (ripoti.Code, error) {
	reading := d.Live.World().Rules.Triage(f.Draft.Answers, f.Draft.Stage, 0)
	now := d.Now()
	r := ripoti.Report{
		ID: store.NewID(), Channel: f.Channel, Lang: f.Draft.Lang, Stage: f.Draft.Stage, Answers: f.Draft.Answers,
		Category: reading.Category, Second: reading.Second, Urgency: reading.Urgency, Rule: reading.Rule,
		Status: ripoti.StatusFiled, Walled: f.Draft.Answers.PoliceAccused(), FiledAt: now,
	}
	filed, err := d.Filer.File(ctx, store.Filing{
		Conversation: f.Conversation, From: f.From, Report: r, Held: f.Draft.Answers.Danger == ripoti.DangerYes,
		Event:  line{"stage": r.Stage, "category": r.Category, "urgency": r.Urgency, "rule": r.Rule}.String(),
		Duties: []store.Duty{{Kind: tasks.Route, Subject: r.ID, Queue: queueOf(r.Urgency), Due: now}},
	})
	if err != nil {
		return "", err
	}
	if filed.Again {
		return filed.Code, d.Add(ctx, f)
	}
	d.seen(Happening{What: "filed", Category: r.Category, Urgency: r.Urgency, Channel: r.Channel, Stage: r.Stage})
	return filed.Code, nil
}

// Add puts later answers of the conversation to the report it has filed. A reading may rise by them,
// never fall; and should they accuse the police, the report is routed again, behind the wall.
func (d *Desk) Add(ctx context.Context, f Filing) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := tx.ReportOf(ctx, f.Conversation)
		if err != nil {
			return err
		}
		if stageRank[f.Draft.Stage] < stageRank[r.Stage] || (r.Answers == f.Draft.Answers && r.Stage == f.Draft.Stage) {
			return nil // the same press again, or a draft that was overtaken
		}
		before := r
		r.Answers, r.Stage = f.Draft.Answers, f.Draft.Stage
		if strings.HasPrefix(before.Answers.More, r.Answers.More) { // what a follow-up added stays
			r.Answers.More = before.Answers.More
		}
		reading := d.Live.World().Rules.Triage(r.Answers, r.Stage, 0)
		if reading.Urgency.Rank() > r.Urgency.Rank() {
			r.Urgency, r.Rule = reading.Urgency, reading.Rule
		}
		r.Category, r.Second = reading.Category, reading.Second
		r.Walled = r.Walled || r.Answers.PoliceAccused()
		if err := tx.SaveReport(ctx, r); err != nil {
			return err
		}
		if r.Answers.Contact != before.Answers.Contact {
			if err := d.saveWish(ctx, tx, r); err != nil {
				return err
			}
		}
		if routeAgain := !before.RoutedAt.IsZero() && changesRoute(before, r); routeAgain {
			if err := tx.Owe(ctx, store.Duty{Kind: tasks.Route, Subject: r.ID, Queue: queueOf(r.Urgency), Due: d.Now()}); err != nil {
				return err
			}
		}
		if err := d.oweUpdate(ctx, tx, before, r); err != nil {
			return err
		}
		return tx.Append(ctx, r.ID, "added", "reporter", line{"stage": r.Stage, "category": r.Category, "urgency": r.Urgency, "rule": r.Rule}.String())
	})
	if err != nil {
		return fmt.Errorf("add: %w", err)
	}
	d.Wake()
	return nil
}

// stageRank orders how much of the conversation a draft has behind it.
var stageRank = map[ripoti.Stage]int{ripoti.StagePartial: 0, ripoti.StageUrgent: 1, ripoti.StageIncomplete: 2, ripoti.StageComplete: 3}

// changesRoute says whether other people must hear of a report after its answers changed.
func changesRoute(before, after ripoti.Report) bool {
	return before.Walled != after.Walled ||
		before.Category != after.Category ||
		before.Answers.ByWhom != after.Answers.ByWhom ||
		after.Urgency.Rank() > before.Urgency.Rank() ||
		before.Answers.OfChild() != after.Answers.OfChild()
}

// Hold keeps a danger that was said in a call that still runs. It goes out by itself unless the call
// files it or is left with 0. Callers at the same moment share a statement and its commit.
func (d *Desk) Hold(ctx context.Context, f Filing) error {
	return d.Store.HoldTogether(ctx, store.Held{Conversation: f.Conversation, From: f.From, Channel: f.Channel, Draft: f.Draft}, d.Now().Add(holdFor))
}

// Drop forgets what was held: the caller pressed 0.
func (d *Desk) Drop(ctx context.Context, conversation string) error {
	return d.Store.DropHeld(ctx, conversation)
}

// Rescue files the held drafts whose time has come: calls that were cut while nobody watched.
func (d *Desk) Rescue(ctx context.Context) (rescued int, err error) {
	due, err := d.Store.DueHeld(ctx, 100)
	if err != nil {
		return 0, err
	}
	for _, h := range due {
		if _, err := d.File(ctx, Filing{Conversation: h.Conversation, From: h.From, Channel: h.Channel, Draft: h.Draft}); err != nil {
			return rescued, fmt.Errorf("rescue: %w", err)
		}
		// A conversation that had filed before leaves its held draft behind.
		if err := d.Store.DropHeld(ctx, h.Conversation); err != nil {
			return rescued, err
		}
		rescued++
	}
	return rescued, d.Store.ForgetDropped(ctx, d.Now().Add(-keepDropped))
}

// queueOf is the queue whose tasks wait as long as the urgency allows.
func queueOf(u ripoti.Urgency) string {
	switch u {
	case ripoti.Critical:
		return tasks.Critical
	case ripoti.High, ripoti.Medium:
		return tasks.Default
	}
	return tasks.Low
}

// line is what an event says: codes and ids only.
type line map[string]any

func (l line) String() string {
	raw, err := json.Marshal(l)
	if err != nil {
		return "{}" // codes and ids always marshal
	}
	return string(raw)
}
