package casework

import (
	"context"
	"fmt"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// passiveLimit is how many automatic answers in a row a number gets that lead to nothing: after
// them it is silence until a real action, so that two machines never talk to each other for long.
const passiveLimit = 5

// Receive keeps a text for good and owes its reading. The same text again changes nothing.
func (d *Desk) Receive(ctx context.Context, in sms.Inbound) error {
	_, err := d.Recover(ctx, in)
	return err
}

// Recover is Receive for a text that was read from a provider's list: it says whether it was news.
func (d *Desk) Recover(ctx context.Context, in sms.Inbound) (fresh bool, err error) {
	fresh, err = d.Store.Receive(ctx, in, store.Duty{Kind: tasks.Read, Queue: tasks.Critical, Due: d.Now()})
	if err != nil || !fresh {
		return false, err
	}
	d.Wake()
	return true, d.media(ctx, in)
}

// Read makes of a received text what it asks for: an officer's or social worker's answer changes
// the case, and what goes back is one more message row. A number that is no verified contact learns
// nothing of any case.
func (d *Desk) Read(ctx context.Context, p tasks.Payload) error {
	in, err := d.Store.Inbound(ctx, p.Subject)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	from, err := ripoti.ParsePhone(in.From)
	if err != nil { // a short code or a name: nobody is there to be answered
		return d.handle(ctx, p, func(tx *store.Tx) (string, error) { return d.textOfNoPhone(ctx, tx, in) })
	}
	known, err := d.Store.ContactsOf(ctx, from)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if c, asked, err := d.checkedBy(ctx, known, in.Body); err != nil {
		return fmt.Errorf("read: %w", err)
	} else if asked {
		return d.answerCheck(ctx, p, c, in.Body)
	}
	contacts := answerable(known)
	switch {
	case len(contacts) == 0 && d.Reader != nil:
		return d.handle(ctx, p, func(tx *store.Tx) (string, error) {
			if result, ok, err := d.answerStopped(ctx, tx, Staff{Phone: from, Contacts: stopped(known), OnScreen: true}, in.Body); ok || err != nil {
				return result, err
			}
			return d.text(ctx, tx, in, from)
		})
	case len(contacts) == 0:
		return d.handle(ctx, p, func(tx *store.Tx) (string, error) { return d.answerStranger(ctx, tx, from) })
	case flows.WantsStop(in.Body):
		return d.handle(ctx, p, func(tx *store.Tx) (string, error) { return "stopped", d.officerStops(ctx, tx, contacts[0]) })
	}
	who := Staff{Phone: from, Contacts: contacts}
	return d.handle(ctx, p, func(tx *store.Tx) (string, error) {
		reply, done, err := d.pongFirst(ctx, tx, who, flows.ParseReply(in.Body))
		if err != nil || done {
			return "pong", err
		}
		return d.answerByText(ctx, tx, who, reply)
	})
}

// handle does what a text asks for exactly once, and notes what came of it.
func (d *Desk) handle(ctx context.Context, p tasks.Payload, act func(*store.Tx) (result string, err error)) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		if mine, err := tx.Done(ctx, p.Duty); err != nil || !mine {
			return err
		}
		result, err := act(tx)
		if err != nil {
			return err
		}
		_, err = tx.Handle(ctx, p.Subject, result)
		return err
	})
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	d.Wake()
	return nil
}

func answerable(all []ripoti.Contact) (some []ripoti.Contact) {
	for _, c := range all {
		if c.Answerable() {
			some = append(some, c)
		}
	}
	return some
}

// stopped are the contacts who could answer had they not texted STOP.
func stopped(all []ripoti.Contact) (some []ripoti.Contact) {
	for _, c := range all {
		if again := c; c.Stopped {
			if again.Stopped = false; again.Answerable() {
				some = append(some, c)
			}
		}
	}
	return some
}

// answerStopped does what an officer who texted STOP answers to an alert: work is not refused. Nothing is
// texted back. It says false where the text is no such answer.
func (d *Desk) answerStopped(ctx context.Context, tx *store.Tx, who Staff, body string) (result string, ok bool, err error) {
	t := talk{Desk: d, who: who, reply: flows.ParseReply(body)}
	if len(who.Contacts) == 0 || t.reply.Verb == "" {
		return "", false, nil
	}
	if err := t.find(ctx, tx); err != nil || t.alert == nil {
		return "", false, err
	}
	said, err := t.act(ctx, tx)
	return said.Result, true, err
}

// answerStranger gives the free help numbers, and says nothing else.
func (d *Desk) answerStranger(ctx context.Context, tx *store.Tx, to ripoti.Phone) (string, error) {
	n, err := tx.Passive(ctx, tx.PhoneHash(to))
	if err != nil || n > passiveLimit {
		d.silenced(n)
		return "stranger, no answer", err
	}
	err = d.post(ctx, tx, ripoti.Contact{Phone: to, Lang: ripoti.English}, sayNumbers, flows.Facts{}, about{}, tasks.Default, d.Now())
	return "stranger", err
}

// answerByText does what a text of staff asks for, and posts what is said back.
func (d *Desk) answerByText(ctx context.Context, tx *store.Tx, who Staff, reply flows.Reply) (string, error) {
	said, err := d.Answer(ctx, tx, who, reply)
	if err != nil {
		return "", err
	}
	queue := tasks.Critical
	if said.Passive {
		queue = tasks.Default
		if n, err := tx.Passive(ctx, tx.PhoneHash(who.Phone)); err != nil || n > passiveLimit {
			return said.Result + ", no answer", err
		}
	} else if err := tx.Acted(ctx, tx.PhoneHash(who.Phone)); err != nil {
		return "", err
	}
	if said.Say == "" {
		return said.Result, nil
	}
	return said.Result, d.post(ctx, tx, said.By, said.Say, said.Facts, about{said.Report, said.Assignment}, queue, d.Now())
}
