package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ripoti/flows"
	"ripoti/internal/sms"
)

// Phones is the sender of the story: what leaves through it lies in somebody's hand. Nothing leaves the
// machine.
type Phones struct {
	inbox []sms.Message // what was not read yet
	taken int
}

// Name is the simulator's: only that may send to invented contacts.
func (p *Phones) Name() string { return sms.SimulatorName }

// Way is two-way: these phones can answer.
func (p *Phones) Way() sms.Way { return sms.Way{TwoWay: true} }

// Send lays a message into somebody's hand.
func (p *Phones) Send(_ context.Context, m sms.Message) (sms.Sent, error) {
	p.taken++
	p.inbox = append(p.inbox, m)
	return sms.Sent{ProviderID: fmt.Sprint("DEMO", p.taken), Segments: sms.Segments(m.Body)}, nil
}

// read lets everybody read what has reached them, and plan what to do about it. Most messages are
// delivered in seconds; one in a hundred fails.
func (t *town) read(ctx context.Context) error {
	inbox := t.Phones.inbox
	t.Phones.inbox = nil
	for _, one := range inbox {
		m, err := t.Store.Message(ctx, one.ID)
		if err != nil {
			return err
		}
		receipt := sms.Receipt{Provider: m.Provider, ProviderID: m.ProviderID, OurID: m.ID, Status: sms.Delivered}
		if t.chance(1) {
			receipt.Status, receipt.Reason = sms.Failed, "absent"
		}
		t.after(t.between(2*time.Second, 20*time.Second), "a receipt", func(ctx context.Context) error { return t.Desk.Receipt(ctx, receipt) })
		if receipt.Status == sms.Failed {
			continue
		}
		var facts flows.Facts
		if err := json.Unmarshal([]byte(m.Facts), &facts); err != nil {
			return err
		}
		t.react(letter{kind: m.Kind, contact: m.ContactID, from: m.To, report: m.ReportID, facts: facts})
	}
	return nil
}

// text is a text of a number.
func (t *town) text(ctx context.Context, from, body string) error {
	t.texts++
	return t.Desk.Receive(ctx, sms.Inbound{Provider: "twilio", ProviderID: fmt.Sprint("DEMO", t.texts), From: from, Body: body, At: t.Clock.at})
}

// after plans something for a while from now.
func (t *town) after(wait time.Duration, what string, do func(context.Context) error) {
	t.agenda.plan(t.Clock.at.Add(wait), what, do)
}

// chance is true so many times in a hundred.
func (t *town) chance(percent int) bool { return t.dice.IntN(100) < percent }

// between is some time between two.
func (t *town) between(least, most time.Duration) time.Duration {
	return least + time.Duration(t.dice.Int64N(int64(most-least)+1)).Truncate(time.Second)
}

// one is one of some.
func one[T any](t *town, of []T) T { return of[t.dice.IntN(len(of))] }
