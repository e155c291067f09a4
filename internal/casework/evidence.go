package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// Evidence is all that is kept of a report, with what proves that it was not changed (Evidence Act
// s.78A and s.106B). The reporter's number is in it only where Disclosed says on what ground.
type Evidence struct {
	Number   ripoti.Code     `json:"number"`
	ReportID string          `json:"report_id"`
	Channel  ripoti.Channel  `json:"channel"`
	Lang     ripoti.Lang     `json:"language"`
	Stage    ripoti.Stage    `json:"stage"`
	Category ripoti.Category `json:"category"`
	Second   ripoti.Category `json:"second_category,omitempty"`
	Urgency  ripoti.Urgency  `json:"urgency"`
	Rule     string          `json:"urgency_rule"`
	Status   ripoti.Status   `json:"status"`
	Walled   bool            `json:"walled"`
	FiledAt  time.Time       `json:"filed_at"`
	RoutedAt time.Time       `json:"routed_at,omitzero"`
	Answers  ripoti.Answers  `json:"answers"`
	// StoryBroken says that the sealed story was changed since it was written, and cannot be opened.
	StoryBroken bool                 `json:"story_altered,omitempty"`
	Texts       []EvidenceText       `json:"texts_received"`
	Decisions   []json.RawMessage    `json:"routing_decisions"`
	Wall        []string             `json:"walled_offices,omitempty"`
	Assigned    []EvidenceAssignment `json:"assignments"`
	Messages    []EvidenceMessage    `json:"messages_sent"`
	Case        store.Case           `json:"progress"`
	Notes       []EvidenceNote       `json:"notes"`
	Flags       []EvidenceFlag       `json:"flags"`
	History     []ripoti.Event       `json:"history"`
	Verified    Verified             `json:"history_verified"`
	Reporter    string               `json:"reporter_phone,omitempty"`
	Disclosed   string               `json:"reporter_disclosed_because,omitempty"`
	ExportedAt  time.Time            `json:"exported_at"`
	ExportedBy  string               `json:"exported_by"`
	Reason      string               `json:"reason"`
}

// EvidenceText is one received text. Its words stand unaltered in a file of their own.
type EvidenceText struct {
	File       string    `json:"file"`
	Provider   string    `json:"provider"`
	ProviderID string    `json:"provider_id"`
	SentTo     string    `json:"sent_to"`
	SentAt     time.Time `json:"sent_at"`
	ReceivedAt time.Time `json:"received_at"`
	SHA256     string    `json:"sha256_when_received"`
	Unaltered  bool      `json:"unaltered"` // the words still have that hash
	Result     string    `json:"result"`
	From       string    `json:"from,omitempty"`
	Body       string    `json:"-"`
}

// EvidenceAssignment is an office's part in the case.
type EvidenceAssignment struct {
	Office     string                  `json:"office"`
	Side       ripoti.Side             `json:"side"`
	Status     ripoti.AssignmentStatus `json:"status"`
	Since      time.Time               `json:"since"`
	AcceptedBy string                  `json:"accepted_by,omitempty"`
	AcceptedAt time.Time               `json:"accepted_at,omitzero"`
	Declined   string                  `json:"declined_because,omitempty"`
}

// EvidenceMessage is one message that left, or was to.
type EvidenceMessage struct {
	To         string    `json:"to"` // a contact's id, or "reporter"
	Kind       string    `json:"kind"`
	Status     string    `json:"status"`
	Reason     string    `json:"reason,omitempty"`
	Provider   string    `json:"provider,omitempty"`
	ProviderID string    `json:"provider_id,omitempty"`
	WrittenAt  time.Time `json:"written_at"`
	SentAt     time.Time `json:"sent_at,omitzero"`
	Text       string    `json:"text,omitempty"`
}

// EvidenceNote is words that came with a move of the case.
type EvidenceNote struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Kind string    `json:"kind"`
	Text string    `json:"text"`
}

// EvidenceFlag is a danger to the case that was raised.
type EvidenceFlag struct {
	Kind      ripoti.FlagKind `json:"kind"`
	RaisedAt  time.Time       `json:"raised_at"`
	RaisedBy  string          `json:"raised_by"`
	Note      string          `json:"note,omitempty"`
	SettledAt time.Time       `json:"settled_at,omitzero"`
	SettledBy string          `json:"settled_by,omitempty"`
	How       string          `json:"how,omitempty"`
}

// Verified says whether the history proves itself.
type Verified struct {
	Lines  int      `json:"lines"`
	Holds  bool     `json:"holds"`
	Breaks []string `json:"breaks,omitempty"`
}

// Grounds on which a reporter's number may be disclosed.
const (
	DisclosedByOrder   = "court_order"
	DisclosedByConsent = "consent" // of the reporter, in writing; not against the wish for no contact
)

// Evidence gathers a report. That it was opened, by whom and why, stands in the history first and so
// in the evidence too. disclose is "" or the ground on which the reporter's number is given out.
func (d *Desk) Evidence(ctx context.Context, code ripoti.Code, by, why, disclose string) (Evidence, error) {
	if err := errors.Join(CheckWho(by), CheckReason(why)); err != nil {
		return Evidence{}, err
	}
	r, broken, err := d.Store.KeptReport(ctx, code)
	if err != nil {
		return Evidence{}, err
	}
	reporter, err := d.disclosed(ctx, r.ID, disclose)
	if err != nil {
		return Evidence{}, err
	}
	if err := d.opened(ctx, r.ID, "evidence", by, line{"why": why, "reporter": disclose}); err != nil {
		return Evidence{}, err
	}
	e := Evidence{Number: r.Code, ReportID: r.ID, Channel: r.Channel, Lang: r.Lang, Stage: r.Stage, Category: r.Category, Second: r.Second, Urgency: r.Urgency,
		Rule: r.Rule, Status: r.Status, Walled: r.Walled, FiledAt: r.FiledAt, RoutedAt: r.RoutedAt, Answers: r.Answers, StoryBroken: broken, Reporter: reporter.Dial(), Disclosed: disclose,
		ExportedAt: d.Now().UTC(), ExportedBy: by, Reason: why}
	for _, gather := range []func(context.Context, *Evidence) error{d.evidenceTexts, d.evidenceRoute, d.evidenceMessages, d.evidenceCase, d.evidenceHistory} {
		if err := gather(ctx, &e); err != nil {
			return e, err
		}
	}
	return e, nil
}

// disclosed opens the reporter's number where there is a ground for it.
func (d *Desk) disclosed(ctx context.Context, reportID, ground string) (ripoti.Phone, error) {
	if ground == "" {
		return "", nil
	}
	reporter, err := d.Store.Reporter(ctx, reportID)
	if err != nil {
		return "", err
	}
	if ground == DisclosedByConsent && !reporter.Wish.AgreedToContact() {
		return "", ripoti.Forbidden("rights.no_contact", nil)
	}
	return reporter.Phone, nil
}

func (d *Desk) evidenceTexts(ctx context.Context, e *Evidence) error {
	texts, err := d.Store.KeptTexts(ctx, e.ReportID)
	for _, t := range texts {
		sum := sha256.Sum256([]byte(t.Body))
		one := EvidenceText{Provider: t.Provider, ProviderID: t.ProviderID, SentTo: t.To, SentAt: t.At, ReceivedAt: t.ReceivedAt, SHA256: t.SHA256,
			Unaltered: !t.Broken && hex.EncodeToString(sum[:]) == t.SHA256, Result: t.Result, Body: t.Body}
		if e.Disclosed != "" {
			one.From = t.From
		}
		e.Texts = append(e.Texts, one)
	}
	return err
}

func (d *Desk) evidenceRoute(ctx context.Context, e *Evidence) error {
	decisions, err := d.Store.Decisions(ctx, e.ReportID)
	if err != nil {
		return err
	}
	for _, decision := range decisions {
		e.Decisions = append(e.Decisions, json.RawMessage(decision))
	}
	if e.Wall, err = d.Store.Walls(ctx, e.ReportID); err != nil {
		return err
	}
	assignments, err := d.Store.Assignments(ctx, e.ReportID)
	for _, a := range assignments {
		e.Assigned = append(e.Assigned, EvidenceAssignment{a.OfficeID, a.Side, a.Status, a.CreatedAt, a.AcceptedBy, a.AcceptedAt, a.Reason})
	}
	return err
}

func (d *Desk) evidenceMessages(ctx context.Context, e *Evidence) error {
	messages, err := d.Store.MessagesOf(ctx, e.ReportID)
	for _, m := range messages {
		to := m.ContactID
		if to == "" {
			to = "reporter"
		}
		e.Messages = append(e.Messages, EvidenceMessage{to, m.Kind, string(m.Status), m.Reason, m.Provider, m.ProviderID, m.CreatedAt, m.SentAt, m.Body})
	}
	return err
}

func (d *Desk) evidenceCase(ctx context.Context, e *Evidence) (err error) {
	if e.Case, err = d.Store.Case(ctx, e.ReportID); err != nil {
		return err
	}
	notes, err := d.Store.Notes(ctx, e.ReportID)
	if err != nil {
		return err
	}
	for _, n := range notes {
		e.Notes = append(e.Notes, EvidenceNote{n.At, n.By, n.Kind, n.Note})
	}
	flags, err := d.Store.Flags(ctx, e.ReportID)
	for _, f := range flags {
		e.Flags = append(e.Flags, EvidenceFlag{f.Kind, f.RaisedAt, f.RaisedBy, f.Note, f.SettledAt, f.SettledBy, f.How})
	}
	return err
}

func (d *Desk) evidenceHistory(ctx context.Context, e *Evidence) (err error) {
	if e.History, err = d.Store.Events(ctx, e.ReportID); err != nil {
		return err
	}
	lines, breaks, err := d.Store.VerifyReport(ctx, e.ReportID)
	e.Verified = Verified{Lines: lines, Holds: len(breaks) == 0}
	for _, b := range breaks {
		e.Verified.Breaks = append(e.Verified.Breaks, breakInWords(b))
	}
	return err
}

func breakInWords(b store.Break) string {
	return fmt.Sprintf("line %d: %s", b.Seq, b.Why)
}

// EvidenceMade notes the hash of an archive that was made of a report: so it is known again.
func (d *Desk) EvidenceMade(ctx context.Context, reportID, by, manifest string) error {
	return d.opened(ctx, reportID, "evidence_made", by, line{"manifest": manifest})
}

// Sight is one time that somebody saw or opened something of a report.
type Sight struct {
	At   time.Time `json:"at"`
	Who  string    `json:"who"`
	What string    `json:"what"`
	Data string    `json:"data"`
}

// sights are the events that say that staff or operators saw something of a report, or had it sent.
var sights = map[string]bool{"viewed": true, "opened": true, "number_opened": true, "exported": true, "evidence": true, "evidence_made": true,
	"accepted": true, "searched": true}

// SeenBy is who saw what of a report, oldest first: the list that a breach asks for. Whoever was alerted
// by SMS is in it, as the alert tells of the case.
func (d *Desk) SeenBy(ctx context.Context, reportID string) (seen []Sight, err error) {
	events, err := d.Store.Events(ctx, reportID)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if sights[e.Kind] {
			seen = append(seen, Sight{e.At, e.Actor, e.Kind, e.Data})
		}
	}
	messages, err := d.Store.MessagesOf(ctx, reportID)
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		if m.ContactID != "" && !m.SentAt.IsZero() {
			seen = append(seen, Sight{m.SentAt, m.ContactID, "message " + m.Kind, line{"status": m.Status, "message": m.ID}.String()})
		}
	}
	slices.SortStableFunc(seen, func(a, b Sight) int { return a.At.Compare(b.At) })
	return seen, nil
}
