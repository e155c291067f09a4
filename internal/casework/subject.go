package casework

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// Reporters have rights to what is kept of them: to be told, and to be forgotten (domain brief 2; Data
// Protection Act 2019, s.26 and s.40).

// Erased is what came of a wish to be forgotten.
type Erased struct {
	Code ripoti.Code
	At   time.Time
}

// who is how an operator is named in a history: a contact's id or a short name of a role, so that no
// name of a person and no number gets in.
var who = regexp.MustCompile(`^[a-z][a-z0-9._-]{1,63}$`)

// CheckWho says what is wrong with a name for the history.
func CheckWho(by string) error {
	if !who.MatchString(by) {
		return ripoti.Invalid("rights.by", nil)
	}
	return nil
}

// reason is a few words for the history; seven digits in a row may be somebody's number.
var (
	reasonWords = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ,./:_()-]{2,119}$`)
	manyDigits  = regexp.MustCompile(`[0-9](?:[ ./-]?[0-9]){6}`)
)

// CheckReason says what is wrong with a reason for the history.
func CheckReason(why string) error {
	if !reasonWords.MatchString(why) || manyDigits.MatchString(why) {
		return ripoti.Invalid("rights.reason", nil)
	}
	return nil
}

// Erase forgets what a reporter told, and who that was. A case that goes on, or that a court may ask
// for, is not forgotten: the error is forbidden, its sentence tells the person why, and the refusal
// stands in the history. What stays is told by the docs: number, category, urgency, county, days and
// who of staff did what.
func (d *Desk) Erase(ctx context.Context, code ripoti.Code, by, why string) (Erased, error) {
	if err := errors.Join(CheckWho(by), CheckReason(why)); err != nil {
		return Erased{}, err
	}
	found, err := d.Store.ReportByCode(ctx, code)
	if err != nil {
		return Erased{}, err
	}
	var refused error
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := tx.Report(ctx, found.ID)
		if err != nil {
			return err
		}
		if refused, err = mayErase(ctx, tx, r); err != nil || ripoti.CodeOf(refused) == ripoti.CodeConflict {
			return err
		}
		if refused != nil {
			return refuseErasure(ctx, tx, r, by, ripoti.KeyOf(refused))
		}
		if err := tx.ForgetContent(ctx, r.ID); err != nil {
			return err
		}
		if _, err := tx.DecideDeletion(ctx, r.ID, by, "erased", "asked"); err != nil {
			return err
		}
		return tx.Append(ctx, r.ID, "erased", by, line{"what": "content", "why": why}.String())
	})
	if err != nil {
		return Erased{}, fmt.Errorf("erase: %w", err)
	}
	return Erased{code, d.Now()}, refused
}

// mayErase is the law's exception: what is needed for a live case or a legal claim stays.
func mayErase(ctx context.Context, tx *store.Tx, r ripoti.Report) (refused, err error) {
	hold, erased, err := tx.Kept(ctx, r.ID)
	switch {
	case err != nil:
		return nil, err
	case !erased.IsZero():
		return ripoti.Conflict("rights.erased", nil), nil
	case hold != "":
		return ripoti.Forbidden("rights.legal_hold", nil), nil
	case r.Status != ripoti.StatusClosed:
		return ripoti.Forbidden("rights.live_case", nil), nil
	}
	return nil, nil
}

func refuseErasure(ctx context.Context, tx *store.Tx, r ripoti.Report, by, key string) error {
	if _, err := tx.DecideDeletion(ctx, r.ID, by, "refused", key); err != nil {
		return err
	}
	return tx.Append(ctx, r.ID, "erasure_refused", by, line{"why": key}.String())
}

// Subject is everything that is kept of a reporter's report, for the person it is about. Of staff it
// tells what they did, not who they are.
type Subject struct {
	Code     ripoti.Code       `json:"number"`
	FiledAt  time.Time         `json:"filed_at"`
	Channel  ripoti.Channel    `json:"channel"`
	Lang     ripoti.Lang       `json:"language"`
	Status   ripoti.Status     `json:"status"`
	Category ripoti.Category   `json:"category"`
	Second   ripoti.Category   `json:"second_category,omitempty"`
	Urgency  ripoti.Urgency    `json:"urgency"`
	Rule     string            `json:"urgency_rule"`
	Answers  ripoti.Answers    `json:"answers"`
	Phone    string            `json:"phone,omitempty"`
	Wish     ripoti.Wish       `json:"contact_wish,omitempty"`
	Texts    []SubjectText     `json:"texts_received"`
	Messages []SubjectText     `json:"messages_sent_to_you"`
	Notes    []SubjectText     `json:"notes_on_the_case"`
	History  []SubjectEvent    `json:"history"`
	Offices  []SubjectOffice   `json:"given_to"`
	Requests []SubjectDeletion `json:"deletion_requests"`
	Erased   *time.Time        `json:"erased_at,omitempty"`
	Kept     string            `json:"kept_for,omitempty"`
}

// SubjectText is one text.
type SubjectText struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// SubjectEvent is one line of what was done.
type SubjectEvent struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
	By   string    `json:"by"` // "reporter", "system" or "staff"
}

// SubjectOffice is a kind of office that has or had the report.
type SubjectOffice struct {
	Side   ripoti.Side             `json:"side"`
	Status ripoti.AssignmentStatus `json:"status"`
	Since  time.Time               `json:"since"`
}

// SubjectDeletion is a wish to be forgotten and its answer.
type SubjectDeletion struct {
	AskedAt   time.Time `json:"asked_at"`
	DecidedAt time.Time `json:"decided_at,omitzero"`
	Decision  string    `json:"decision,omitempty"`
	Reason    string    `json:"reason,omitempty"`
}

// Subject gathers what is kept of a report's reporter. That it was opened stands in the history first.
func (d *Desk) Subject(ctx context.Context, reportID, by string) (Subject, error) {
	if err := CheckWho(by); err != nil {
		return Subject{}, err
	}
	if err := d.opened(ctx, reportID, "exported", by, line{"what": "subject"}); err != nil {
		return Subject{}, err
	}
	r, err := d.Store.Report(ctx, reportID)
	if err != nil {
		return Subject{}, err
	}
	s := Subject{Code: r.Code, FiledAt: r.FiledAt, Channel: r.Channel, Lang: r.Lang, Status: r.Status, Category: r.Category, Second: r.Second,
		Urgency: r.Urgency, Rule: r.Rule, Answers: r.Answers}
	reporter, err := d.Store.Reporter(ctx, reportID)
	if err != nil && ripoti.CodeOf(err) != ripoti.CodeNotFound {
		return s, err
	}
	s.Phone, s.Wish = reporter.Phone.Dial(), reporter.Wish
	var erased time.Time
	if s.Kept, erased, err = d.Store.Kept(ctx, reportID); err != nil {
		return s, err
	}
	if !erased.IsZero() {
		s.Erased = &erased
	}
	return s, errors.Join(d.subjectTexts(ctx, reportID, &s), d.subjectHistory(ctx, reportID, &s))
}

func (d *Desk) subjectTexts(ctx context.Context, reportID string, s *Subject) error {
	texts, err := d.Store.KeptTexts(ctx, reportID)
	if err != nil {
		return err
	}
	for _, t := range texts {
		s.Texts = append(s.Texts, SubjectText{t.ReceivedAt, t.Body})
	}
	messages, err := d.Store.MessagesOf(ctx, reportID)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if m.ContactID == "" && !m.SentAt.IsZero() {
			s.Messages = append(s.Messages, SubjectText{m.SentAt, m.Body})
		}
	}
	notes, err := d.Store.Notes(ctx, reportID)
	for _, n := range notes {
		s.Notes = append(s.Notes, SubjectText{n.At, n.Note})
	}
	return err
}

func (d *Desk) subjectHistory(ctx context.Context, reportID string, s *Subject) error {
	events, err := d.Store.Events(ctx, reportID)
	if err != nil {
		return err
	}
	for _, e := range events {
		by := "staff"
		if e.Actor == "reporter" || e.Actor == "system" {
			by = e.Actor
		}
		s.History = append(s.History, SubjectEvent{e.At, e.Kind, by})
	}
	assignments, err := d.Store.Assignments(ctx, reportID)
	if err != nil {
		return err
	}
	for _, a := range assignments {
		s.Offices = append(s.Offices, SubjectOffice{a.Side, a.Status, a.CreatedAt})
	}
	requests, err := d.Store.DeletionsOf(ctx, reportID)
	for _, q := range requests {
		s.Requests = append(s.Requests, SubjectDeletion{q.AskedAt, q.DecidedAt, q.Decision, q.Reason})
	}
	return err
}

// opened writes into a report's history who opened it and why, before anything of it is shown.
func (d *Desk) opened(ctx context.Context, reportID, kind, by string, data line) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.Hold(ctx, reportID); err != nil {
			return err
		}
		return tx.Append(ctx, reportID, kind, by, data.String())
	})
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	return nil
}
