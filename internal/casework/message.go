package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Kinds of messages beside those of the ladder (routing.Say...): each is a sentence of flows.Writer.
const (
	saySocial    = flows.SaySocial          // W1
	sayNoContact = flows.SaySocialNoContact // W3
	sayLiaison   = flows.SayLiaison         // E5
	sayNobody    = flows.SayNobody
	sayUpdate    = flows.SayUpdate
	sayAccepted  = flows.SayAccepted
	sayDeclined  = flows.SayDeclined
	sayWhy       = flows.SayWhy
	sayState     = flows.SayState
	sayHelp      = flows.SayHelp
	sayUnknown   = flows.SayUnknown
	sayNumbers   = flows.SayNumbers // R8
	sayBundle    = flows.SayBundle
	sayMedia     = flows.SayMedia

	sayNoted      = flows.SayNoted
	sayFled       = flows.SayFled // O8
	sayFledNear   = flows.SayFledNear
	sayOBHow      = flows.SayOBHow
	sayDayHow     = flows.SayDayHow
	sayNews       = flows.SayNews
	saySettlement = flows.SaySettlement // O7
	sayFlag       = flows.SayFlag
	sayVehicle    = flows.SayVehicle
	sayTransport  = flows.SayTransport
	sayHanded     = flows.SayHanded
	sayHandedAll  = flows.SayHandedAll
	sayTaken      = flows.SayTaken
	sayCase       = flows.SayCase
	sayList       = flows.SayList
	sayOn         = flows.SayOn
	sayOff        = flows.SayOff
	sayAsked      = flows.SayAsked
	sayMore       = flows.SayMore
	sayClosed     = flows.SayClosed
	sayNotClosed  = flows.SayNotClosed
	sayReopened   = flows.SayReopened
	sayRefused    = flows.SayRefused
)

// FirstAlert is the kind of the message that asks for help first.
const FirstAlert = string(routing.SayAlert)

// answersOwnText are the sentences that a number that is no contact gets in answer to a text of its
// own (domain brief 3.6). Anything else must have been asked for.
var answersOwnText = map[string]bool{
	sayNumbers: true, sayMedia: true,
	flows.SayTextQuiet: true, flows.SayTextReceipt: true, flows.SayTextUnread: true, flows.SayTextMenu: true, flows.SayTextNew: true,
	flows.SayTextStarted: true, flows.SayTextStopped: true,
}

// AfterStop says whether a kind of message may reach a number that wants none: the one that confirms it.
func AfterStop(kind string) bool { return kind == flows.SayTextStopped }

// AnswersOwnText says whether a kind of message is an answer to the receiver's own text.
func AnswersOwnText(kind string) bool { return answersOwnText[kind] }

// sentences are what a rung is told with: mostly one message.
func sentences(rung routing.Rung, a store.Assignment, r ripoti.Report, office ripoti.OfficeKind) []string {
	if rung.Say != routing.SayAlert {
		return []string{string(rung.Say)}
	}
	switch {
	case a.Side == ripoti.Care && (r.Answers.Contact.AgreedToContact() || a.Step > 0):
		return []string{saySocial} // the second message is not repeated with the first
	case a.Side == ripoti.Care:
		return []string{saySocial, sayNoContact}
	case liaisons[office]:
		return []string{sayLiaison}
	}
	return []string{string(rung.Say)}
}

// liaisons are the offices that are alerted past the local station (domain brief 4.1, E5).
var liaisons = map[ripoti.OfficeKind]bool{ripoti.AHTCPU: true, ripoti.CTSecretariat: true}

// about is what a message belongs to.
type about struct{ report, assignment string }

// post writes a message to somebody and the duty to send it at a time.
func (d *Desk) post(ctx context.Context, tx *store.Tx, to ripoti.Contact, kind string, facts flows.Facts, topic about, queue string, at time.Time) error {
	raw, err := json.Marshal(facts)
	if err != nil {
		return fmt.Errorf("facts: %w", err)
	}
	m := store.Message{ID: store.NewID(), ReportID: topic.report, AssignmentID: topic.assignment, ContactID: to.ID, Kind: kind, Lang: to.Lang,
		To: to.Phone, Facts: string(raw)}
	return tx.Post(ctx, m, store.Duty{Kind: tasks.Send, Queue: queue, Due: at})
}

// Undeliverable is told of a message that a provider refused for good. Whoever texted STOP gets
// nothing more; and a rung that cannot be reached is a rung nobody can answer: the next one is told
// at once.
func (d *Desk) Undeliverable(ctx context.Context, m store.Message, cause error) error {
	if m.Kind == sayBundle {
		return d.undelivered(ctx, m.ID, cause)
	}
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		if errors.Is(cause, sms.ErrStopped) {
			if err := d.silence(ctx, tx, m.To); err != nil {
				return err
			}
		}
		if m.AssignmentID == "" {
			return nil
		}
		r, a, err := hold(ctx, tx, m.AssignmentID)
		if err != nil {
			return err
		}
		if err := tx.Append(ctx, r.ID, "undeliverable", "system", line{"assignment": a.ID, "message": m.ID, "contact": m.ContactID}.String()); err != nil {
			return err
		}
		if a.Status != ripoti.AssignmentOpen || !asks[m.Kind] {
			return nil
		}
		if err := tx.Cancel(ctx, tasks.Climb, a.ID); err != nil {
			return err
		}
		return tx.Owe(ctx, store.Duty{Kind: tasks.Climb, Subject: a.ID, Queue: queueOf(r.Urgency), Due: d.Now()})
	})
	if err != nil {
		return fmt.Errorf("undeliverable: %w", err)
	}
	d.Wake()
	return nil
}

// Receipt moves a message forward by what its provider reports. An alert that could not be delivered
// is a rung nobody can answer.
func (d *Desk) Receipt(ctx context.Context, r sms.Receipt) error {
	moved, err := d.Store.Receipt(ctx, r)
	if err != nil || moved == "" {
		return err
	}
	d.seen(Happening{What: "message", Provider: r.Provider, Status: r.Status})
	if r.Status != sms.Failed {
		return nil
	}
	m, err := d.Store.Message(ctx, moved)
	if err != nil {
		return err
	}
	return d.Undeliverable(ctx, m, sms.ErrRefused)
}

// asks are the messages that wait for an answer.
var asks = map[string]bool{
	string(routing.SayAlert): true, string(routing.SayReminder): true, string(routing.SayOCS): true,
	string(routing.SayCommander): true, string(routing.SayWalled): true, saySocial: true, sayLiaison: true,
}
