package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// askAgain is how long a send of unknown outcome waits for a receipt before it is repeated, once:
// an alert that came twice is a nuisance, one that never came is a child alone.
const askAgain = time.Minute

// Senders chooses who carries a message and learns how it went. sms.Router is one; sms.Only is a set-up
// with one sender.
type Senders interface {
	// Choose gives who may carry a message to a number, in the order to try; at least one.
	Choose(to ripoti.Phone) []sms.Sender
	// Report tells how a send went.
	Report(name string, err error)
	// Heard tells how many messages a sender took lately and how many of them it reported on.
	Heard(name string, taken, reported int)
}

// send lets a message leave once. It goes by the first sender that takes it: to the next one only
// when the one before surely did not. Where nobody knows whether it was taken it is repeated once,
// after a minute, and counted.
func (w *Worker) send(ctx context.Context, p tasks.Payload) error {
	m, err := w.Store.Message(ctx, p.Subject)
	if err != nil {
		return err
	}
	if m.Status != sms.Queued {
		again, err := w.again(ctx, p, m)
		if err != nil || !again {
			return err
		}
		m.Repeats++
	} else if waits, err := w.bundle(ctx, p, m); err != nil || waits {
		return err
	}
	senders := w.Senders.Choose(m.To)
	if m.Repeats > 0 { // it went by one whose answer was lost: better by another
		senders = last(senders, m.Provider)
	}
	for i, sender := range senders {
		if done, err := w.leave(ctx, p, sender, i+1 < len(senders)); done || err != nil {
			return err
		}
	}
	return nil
}

// last puts the sender of a name behind the others.
func last(senders []sms.Sender, name string) []sms.Sender {
	i := slices.IndexFunc(senders, func(s sms.Sender) bool { return s.Name() == name })
	if i < 0 {
		return senders
	}
	return append(slices.Delete(slices.Clone(senders), i, i+1), senders[i])
}

// leave claims a message for a sender, writes its sentence for it and hands it over. It is not done
// where the sender surely did not take it and there is another one to try.
func (w *Worker) leave(ctx context.Context, p tasks.Payload, sender sms.Sender, another bool) (done bool, err error) {
	m, ok, err := w.Store.Claim(ctx, p.Subject, sender.Name())
	if err != nil {
		return true, err
	}
	if !ok {
		return true, w.unclaimable(ctx, p)
	}
	stopped, err := w.Store.Stopped(ctx, m.To)
	if err != nil {
		return true, errors.Join(err, w.Store.Unclaim(context.WithoutCancel(ctx), m.ID, "unasked"))
	}
	if moved, err := w.readdress(ctx, m); err != nil || moved {
		return true, errors.Join(err, w.Store.Again(context.WithoutCancel(ctx), p.Duty, w.Now()))
	}
	if reason := w.mayNotLeave(ctx, m, stopped); reason != "" {
		w.Metrics.Message(sender.Name(), "refused")
		return true, errors.Join(w.Store.Fail(ctx, m.ID, "", reason), w.Store.Finish(ctx, p.Duty))
	}
	if at := w.waitsFor(m); !at.IsZero() {
		return true, errors.Join(w.Store.Unclaim(context.WithoutCancel(ctx), m.ID, "hours"), w.Store.Again(ctx, p.Duty, at))
	}
	body, err := w.write(m, sender.Way())
	if err != nil {
		return true, errors.Join(err, w.Store.Unclaim(ctx, m.ID, "unwritten"))
	}
	ctxSend, cancel := context.WithTimeout(ctx, w.SendTimeout)
	defer cancel()
	sent, err := sender.Send(ctxSend, sms.Message{ID: m.ID, To: m.To, Body: body})
	w.Senders.Report(sender.Name(), err)
	if another && sms.NotTaken(err) {
		w.Metrics.Message(sender.Name(), "switched")
		return false, w.Store.Unclaim(context.WithoutCancel(ctx), m.ID, "switched")
	}
	return true, w.settle(context.WithoutCancel(ctx), p, m, body, sent, err)
}

// unclaimable looks why a queued message cannot be claimed: it is walled off, or another hand was
// quicker.
func (w *Worker) unclaimable(ctx context.Context, p tasks.Payload) error {
	if walled, err := w.Store.FailWalled(ctx, p.Subject); err != nil || walled {
		return errors.Join(err, w.finishIf(ctx, walled, p.Duty))
	}
	return &sms.Delay{After: tasks.Patience, Err: errBusyElsewhere}
}

var errBusyElsewhere = errors.New("another hand is sending it")

// again looks at a message that was claimed before: it is settled, in another hand, or was left by a
// hand that died between claim and answer. It says whether to send it once more.
func (w *Worker) again(ctx context.Context, p tasks.Payload, m store.Message) (bool, error) {
	waited := w.Now().Sub(m.ClaimedAt)
	switch {
	case m.Status == sms.Sending && waited < tasks.Limit:
		return false, &sms.Delay{After: tasks.Patience, Err: errBusyElsewhere}
	case m.Status == sms.Unknown && waited < askAgain:
		return false, w.Store.Again(ctx, p.Duty, m.ClaimedAt.Add(askAgain))
	case (m.Status == sms.Sending || m.Status == sms.Unknown) && m.Repeats == 0:
		if sent, ok := w.found(ctx, m); ok {
			w.Metrics.Message(m.Provider, "found")
			return false, errors.Join(w.Store.Sent(ctx, m.ID, m.Body, sent), w.Store.Finish(ctx, p.Duty))
		}
		if _, err := w.Store.Requeue(ctx, m.ID); err != nil {
			return false, err
		}
		w.Metrics.Message(m.Provider, "repeated")
		return true, nil
	}
	return false, w.Store.Finish(ctx, p.Duty) // settled, or unknown a second time: the alarm tells
}

func (w *Worker) finishIf(ctx context.Context, yes bool, duty string) error {
	if !yes {
		return nil
	}
	return w.Store.Finish(ctx, duty)
}

// readdress looks whom a message is for before it leaves. Where the directory in memory does not know the
// contact, or another number of it, it is read again first: it may be seconds old. A contact who has a new
// number gets the message there, as if it had been written so: the old one may be anybody's by now.
func (w *Worker) readdress(ctx context.Context, m store.Message) (moved bool, err error) {
	if m.ContactID == "" {
		return false, nil
	}
	c, known := w.Live.World().Contact(m.ContactID)
	if !known || !c.Active || c.Phone != m.To {
		if err := w.Live.Refresh(ctx); err != nil {
			return false, errors.Join(err, w.Store.Unclaim(context.WithoutCancel(ctx), m.ID, "unasked"))
		}
		c, known = w.Live.World().Contact(m.ContactID)
	}
	if !known || !c.Active || c.Phone == m.To {
		return false, nil
	}
	return true, w.Store.Readdress(ctx, m.ID, c.Phone)
}

// mayNotLeave is the rule of safe contact (domain brief 3.6, 3.8), asked for every message at the
// last moment: a number that texted STOP gets nothing, contacts of the directory get what is theirs, a
// stranger gets an answer to a text of his own, and a reporter nothing more unless SMS was asked for.
// Invented contacts get nothing through a sender that is real.
func (w *Worker) mayNotLeave(ctx context.Context, m store.Message, stopped bool) (reason string) {
	if stopped && !casework.AfterStop(m.Kind) {
		return "stopped"
	}
	if m.ContactID != "" {
		c, known := w.Live.World().Contact(m.ContactID)
		switch {
		case !known || !c.Active:
			return "left" // the contact has gone since
		case c.Stopped:
			return "stopped"
		case c.Sample && m.Provider != sms.SimulatorName:
			return "sample"
		}
		return ""
	}
	if casework.AnswersOwnText(m.Kind) {
		return ""
	}
	rule, known := toReporter[m.Kind]
	if !known {
		return "not asked for"
	}
	who, err := w.Store.Reporter(ctx, m.ReportID)
	if err != nil || who.Wish != ripoti.WishSMS || w.Store.PhoneHash(who.Phone) != w.Store.PhoneHash(m.To) {
		return "not asked for"
	}
	if unsafe, err := w.Store.NotSafeToCall(ctx, m.ReportID); err != nil || unsafe { // what is not safe to hear is not safe to read
		return "not safe"
	}
	if !rule.open {
		return ""
	}
	if r, err := w.Store.Report(ctx, m.ReportID); err != nil || r.Status == ripoti.StatusClosed {
		return "closed"
	}
	return ""
}

// reporterRule is when a message may leave to a reporter who asked for SMS.
type reporterRule struct {
	open  bool // only while the case is open
	hours bool // only in the hours for it; else it waits for them
}

// toReporter is everything that may leave to a reporter beside answers to his or her own texts: the two
// questions behind a consent, and once each that it is taken up and how things are (domain brief 3.6,
// 7.3). What is not in it does not leave.
var toReporter = map[string]reporterRule{
	flows.SayTextPlace:  {},
	flows.SayTextWhich:  {},
	flows.SayTextUrgent: {},
	flows.SayTextTaken:  {open: true, hours: true},
	flows.SayTextHow:    {open: true, hours: true},
}

// waitsFor is when a message to a reporter may leave that came to its turn outside of the hours for it;
// zero for now.
func (w *Worker) waitsFor(m store.Message) time.Time {
	if !toReporter[m.Kind].hours {
		return time.Time{}
	}
	if at := casework.NewsTime(w.Now()); at.After(w.Now()) {
		return at
	}
	return time.Time{}
}

func (w *Worker) write(m store.Message, way sms.Way) (string, error) {
	var facts flows.Facts
	if err := json.Unmarshal([]byte(m.Facts), &facts); err != nil {
		return "", fmt.Errorf("facts: %w", err)
	}
	facts.Way, facts.Drill = way, m.Drill
	return w.Writer.Say(m.Kind, m.Lang, facts)
}

// settle records what came of a send, by the temper of the error.
func (w *Worker) settle(ctx context.Context, p tasks.Payload, m store.Message, body string, sent sms.Sent, err error) error {
	provider := m.Provider
	switch {
	case err == nil:
		w.Metrics.Message(provider, "sent")
		w.Metrics.Segments(provider, sent.Segments)
		w.Metrics.Cost(provider, sent.Cost.Currency, sent.Cost.Units())
		w.alertedAll(ctx, m)
		return errors.Join(w.Store.Sent(ctx, m.ID, body, sent), w.Store.Finish(ctx, p.Duty))
	case errors.Is(err, sms.ErrBusy), errors.Is(err, sms.ErrChannel): // surely not taken: later, or once the channel heals
		w.Metrics.Message(provider, "put_off")
		return errors.Join(fmt.Errorf("send: %w", err), w.Store.Unclaim(ctx, m.ID, "busy"))
	case errors.Is(err, sms.ErrStopped), errors.Is(err, sms.ErrNotMobile), errors.Is(err, sms.ErrRefused):
		w.Metrics.Message(provider, "refused")
		w.Log.Error("message refused", "message", m.ID, "error", err)
		return errors.Join(w.Desk.Undeliverable(ctx, m, err), w.Store.Fail(ctx, m.ID, body, word(err)), w.Store.Finish(ctx, p.Duty))
	}
	w.Metrics.Message(provider, "unknown")
	if err := w.Store.Unsure(ctx, m.ID, body, word(err)); err != nil {
		return err
	}
	return &sms.Delay{After: askAgain, Err: fmt.Errorf("send: outcome unknown: %w", err)}
}

// alerted measures how long the first alert of a report took.
func (w *Worker) alerted(ctx context.Context, m store.Message) {
	if m.Kind != casework.FirstAlert || m.ReportID == "" || m.Drill {
		return
	}
	if r, err := w.Store.Report(ctx, m.ReportID); err == nil {
		w.Metrics.Alerted(string(r.Urgency), w.Now().Sub(r.FiledAt))
	}
}

// word is what is kept of an error: the provider's code, never the number or the text.
func word(err error) string {
	var said *sms.ProviderError
	if errors.As(err, &said) && said.Code != "" {
		return said.Code
	}
	return "no answer"
}
