package console

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// timelineLine is a line of a report's history in words.
type timelineLine struct {
	At             time.Time
	Who, Kind      string
	Details        []string
	ByUs, OfReport bool // the system did it; the reporter told it
}

// details are what of an event's data a line tells, in this order: the key, and the kind of its word.
// Offices and people are told by name.
var details = []struct{ key, kind string }{
	{"office", "office"}, {"side", "side"}, {"move", "move"}, {"kind", "flag"}, {"check", "check"}, {"answer", "answer"}, {"outcome", "outcome"},
	{"category", "category"}, {"urgency", "urgency"}, {"reason", "reason"}, {"agrees", "agrees"}, {"wish", "wish"}, {"act", "act"}, {"why", "why"},
	{"step", "rung"}, {"contacts", "people"},
}

// gatherTimeline is the history in words. Officers do not read what was told of them.
func (c *Console) gatherTimeline(ctx context.Context, q *request, page *reportPage) error {
	events, err := c.Store.Events(ctx, page.Report.ID)
	if err != nil {
		return err
	}
	if q.User.Role == ripoti.UserOfficer {
		events = casework.ForOfficers(events)
	}
	for _, e := range events {
		page.Timeline = append(page.Timeline, timelineLine{e.At, c.who(q, e.Actor), e.Kind, c.detailsOf(q, e), e.Actor == "system", e.Actor == "reporter"})
	}
	return nil
}

func (c *Console) detailsOf(q *request, e ripoti.Event) (told []string) {
	var data map[string]any
	if json.Unmarshal([]byte(e.Data), &data) != nil {
		return nil
	}
	for _, d := range details {
		value, ok := data[d.key]
		if !ok || value == "" || value == nil {
			continue
		}
		switch d.kind {
		case "office":
			if data["contacts"] == nil { // who tells of people tells of their offices
				told = append(told, c.office(fmt.Sprint(value)))
			}
		case "people":
			told = append(told, c.people(q, value)...)
		case "rung":
			if n, _ := value.(float64); n > 0 {
				told = append(told, c.words.text(q.Lang, "report.rung", "n", int(n)))
			}
		default:
			if text, ok := c.words.word(q.Lang, d.kind, value); ok {
				told = append(told, text)
			}
		}
	}
	return told
}

func (c *Console) people(q *request, value any) (names []string) {
	ids, _ := value.([]any)
	for _, id := range ids {
		names = append(names, c.who(q, fmt.Sprint(id)))
	}
	return names
}

// who names an actor: a person of the directory by what he or she answers for, somebody who signs in by
// the name.
func (c *Console) who(q *request, actor string) string {
	id, user := strings.CutPrefix(actor, "user:")
	switch {
	case actor == "" || actor == "reporter" || actor == "system":
		text, _ := c.words.word(q.Lang, "actor", actor)
		return text
	case user:
		if u, err := c.Store.User(q.Context(), id); err == nil {
			return u.Name
		}
		return id
	}
	contact, ok := c.Desk.Live.World().Contact(actor)
	if !ok {
		return actor
	}
	role, _ := c.words.word(q.Lang, "answers_for", contact.Role)
	return role + ", " + c.office(contact.OfficeID)
}

// messageLine is a message about a report with its receipt.
type messageLine struct {
	store.Message
	Who  string
	Text string // "" where the person may not read it
}

// gatherMessages are the messages that a person may know of: who sees an office's cases sees what that
// office was told. What a reporter was told is read by who opened the story.
func (c *Console) gatherMessages(ctx context.Context, q *request, page *reportPage) error {
	messages, err := c.Store.MessagesOf(ctx, page.Report.ID)
	if err != nil {
		return err
	}
	view := c.view(q)
	for _, m := range messages {
		contact, _ := c.Desk.Live.World().Contact(m.ContactID)
		own := slices.Contains(view.Offices, contact.OfficeID)
		toReporter := m.ContactID == ""
		if view.Own && !own && (!toReporter || q.User.Role == ripoti.UserOfficer) {
			continue
		}
		line := messageLine{Message: m, Who: c.who(q, m.ContactID), Text: m.Body}
		if toReporter {
			line.Who = c.who(q, "reporter")
			if page.Story == nil {
				line.Text = ""
			}
		}
		page.Messages = append(page.Messages, line)
	}
	return nil
}
