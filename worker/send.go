package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// send claims a message, writes its sentence for the sender it leaves by, and hands it to the
// provider. A message leaves once; only one whose outcome is unknown is repeated, once, and counted.
func (w *Worker) send(ctx context.Context, p tasks.Payload) error {
	m, ok, err := w.Store.Claim(ctx, p.Subject, w.Sender.Name())
	if err != nil {
		return err
	}
	if !ok {
		if m, ok, err = w.reclaim(ctx, p); err != nil || !ok {
			return err
		}
	}
	if reason := w.mayNotLeave(ctx, m); reason != "" {
		w.Metrics.Message(w.Sender.Name(), "refused")
		return errors.Join(w.Store.Fail(ctx, m.ID, "", reason), w.Store.Finish(ctx, p.Duty))
	}
	body, err := w.write(m)
	if err != nil {
		return errors.Join(err, w.Store.Unclaim(ctx, m.ID, "unwritten"))
	}
	ctxSend, cancel := context.WithTimeout(ctx, w.SendTimeout)
	defer cancel()
	sent, err := w.Sender.Send(ctxSend, sms.Message{ID: m.ID, To: m.To, Body: body})
	return w.settle(context.WithoutCancel(ctx), p, m, body, sent, err)
}

// reclaim looks why a message cannot be claimed: it is settled, walled off, in another hand, or was
// left by a hand that died between claim and answer.
func (w *Worker) reclaim(ctx context.Context, p tasks.Payload) (m store.Message, ok bool, err error) {
	if walled, err := w.Store.FailWalled(ctx, p.Subject); err != nil || walled {
		return m, false, errors.Join(err, w.finishIf(ctx, walled, p.Duty))
	}
	m, err = w.Store.Message(ctx, p.Subject)
	if err != nil {
		return m, false, err
	}
	waited := w.Now().Sub(m.ClaimedAt)
	switch {
	case m.Status == sms.Sending && waited < tasks.Limit:
		return m, false, &sms.Delay{After: tasks.Patience, Err: errors.New("another hand is sending it")}
	case m.Status == sms.Unknown && waited < askAgain:
		return m, false, w.Store.Again(ctx, p.Duty, m.ClaimedAt.Add(askAgain))
	case (m.Status == sms.Sending || m.Status == sms.Unknown) && m.Repeats == 0:
		if _, err := w.Store.Requeue(ctx, m.ID); err != nil {
			return m, false, err
		}
		w.Metrics.Message(m.Provider, "repeated")
		return w.Store.Claim(ctx, p.Subject, w.Sender.Name())
	}
	return m, false, w.Store.Finish(ctx, p.Duty) // settled, or unknown a second time: the alarm tells
}

func (w *Worker) finishIf(ctx context.Context, yes bool, duty string) error {
	if !yes {
		return nil
	}
	return w.Store.Finish(ctx, duty)
}

// mayNotLeave is the rule of safe contact (domain brief 3.6, 3.8), asked for every message at the
// last moment: contacts of the directory get what is theirs, a stranger gets help numbers in answer
// to a text of his own, and a reporter nothing unless SMS was asked for. Invented contacts get nothing
// through a sender that is real.
func (w *Worker) mayNotLeave(ctx context.Context, m store.Message) (reason string) {
	if m.ContactID != "" {
		c, known := w.Live.World().Contact(m.ContactID)
		switch {
		case !known || !c.Active:
			return "left" // the contact has gone since
		case c.Stopped:
			return "stopped"
		case c.Sample && w.Sender.Name() != sms.SimulatorName:
			return "sample"
		}
		return ""
	}
	if casework.AnswersOwnText(m.Kind) {
		return ""
	}
	who, err := w.Store.Reporter(ctx, m.ReportID)
	if err != nil || who.Wish != ripoti.WishSMS {
		return "not asked for"
	}
	return ""
}

func (w *Worker) write(m store.Message) (string, error) {
	var facts flows.Facts
	if err := json.Unmarshal([]byte(m.Facts), &facts); err != nil {
		return "", fmt.Errorf("facts: %w", err)
	}
	facts.Way = w.Sender.Way()
	return w.Writer.Say(m.Kind, m.Lang, facts)
}

// settle records what came of a send, by the temper of the error.
func (w *Worker) settle(ctx context.Context, p tasks.Payload, m store.Message, body string, sent sms.Sent, err error) error {
	provider := w.Sender.Name()
	switch {
	case err == nil:
		w.Metrics.Message(provider, "sent")
		w.alerted(ctx, m)
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
	if m.Kind != casework.FirstAlert || m.ReportID == "" {
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
