package casework

import (
	"context"
	"fmt"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// What a reporter who asked for SMS hears from us, each once for a report (domain brief 7.3, R4 and
// R5).
const (
	newsTaken = "taken_up"
	newsHow   = "how"
)

// NewsTime is the next time at which a reporter may be written to unasked: the given one if it lies in
// those hours.
func NewsTime(t time.Time) time.Time {
	t = t.In(routing.Nairobi)
	switch hour := t.Hour(); {
	case hour < newsFrom:
		return time.Date(t.Year(), t.Month(), t.Day(), newsFrom, 0, 0, 0, routing.Nairobi)
	case hour >= newsTo:
		return time.Date(t.Year(), t.Month(), t.Day()+1, newsFrom, 0, 0, 0, routing.Nairobi)
	}
	return t
}

// saveWish keeps how the reporter may be reached, and owes the question of the seventh day to who
// wants SMS.
func (d *Desk) saveWish(ctx context.Context, tx *store.Tx, r ripoti.Report) error {
	if err := tx.SaveWish(ctx, r.ID, r.Answers.Contact); err != nil {
		return err
	}
	return d.oweHow(ctx, tx, r)
}

// oweHow owes the question of the seventh day, once.
func (d *Desk) oweHow(ctx context.Context, tx *store.Tx, r ripoti.Report) error {
	if r.Answers.Contact != ripoti.WishSMS {
		return nil
	}
	due := NewsTime(latest(r.FiledAt.Add(howAfter), d.Now()))
	return tx.OweOnce(ctx, store.Duty{ID: tasks.AskHow + ":" + r.ID, Kind: tasks.AskHow, Subject: r.ID, Queue: tasks.Default, Due: due})
}

// tellTaken tells the reporter that somebody has taken it up, for safety or for care (R4).
func (d *Desk) tellTaken(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment) error {
	if a.Side != ripoti.Safety && a.Side != ripoti.Care {
		return nil
	}
	return d.tellReporter(ctx, tx, r, newsTaken, flows.SayTextTaken)
}

// AskHow asks the reporter how things are (R5).
func (d *Desk) AskHow(ctx context.Context, p tasks.Payload) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := tx.Report(ctx, p.Subject) // held before the duty, as by everybody who cancels one
		if err != nil {
			return err
		}
		if mine, err := tx.Done(ctx, p.Duty); err != nil || !mine {
			return err
		}
		return d.tellReporter(ctx, tx, r, newsHow, flows.SayTextHow)
	})
	if err != nil {
		return fmt.Errorf("ask how: %w", err)
	}
	d.Wake()
	return nil
}

// tellReporter writes to a reporter who asked for SMS, once for each kind of news. The sender asks
// again at the last moment whether it may leave.
func (d *Desk) tellReporter(ctx context.Context, tx *store.Tx, r ripoti.Report, news, say string) error {
	if r.Answers.Contact != ripoti.WishSMS || r.Status == ripoti.StatusClosed {
		return nil
	}
	if c, err := tx.Case(ctx, r.ID); err != nil || c.LinkedTo != "" { // of a case that came out of another the reporter has no number
		return err
	}
	who, err := tx.ReporterOf(ctx, r.ID)
	if err != nil {
		return err
	}
	if stopped, err := tx.Stopped(ctx, who.Phone); err != nil || stopped || who.Wish != ripoti.WishSMS {
		return err
	}
	if fresh, err := tx.NoteNews(ctx, r.ID, news, who.Phone); err != nil || !fresh {
		return err
	}
	to := ripoti.Contact{Phone: who.Phone, Lang: r.Lang}
	if err := d.post(ctx, tx, to, say, flows.Facts{Code: r.Code}, about{report: r.ID}, tasks.Default, NewsTime(d.Now())); err != nil {
		return err
	}
	return tx.Append(ctx, r.ID, "reporter_told", "system", line{"news": news}.String())
}

// answerHow takes a text as the answer to "how are things?" where that question was asked since a time
// and waits. It says false where it is none.
func (d *Desk) answerHow(ctx context.Context, tx *store.Tx, in store.Inbound, numberHash string, since time.Time) (say string, lang ripoti.Lang, ok bool, err error) {
	how, ok := flows.ReadHow(in.Body)
	if !ok {
		return "", "", false, nil
	}
	id, err := tx.AnswerNews(ctx, numberHash, newsHow, string(how), since)
	if err != nil || id == "" {
		return "", "", false, err
	}
	r, err := tx.Report(ctx, id)
	if err != nil {
		return "", "", false, err
	}
	if err := tx.Belongs(ctx, in.ID, r.ID, ""); err != nil {
		return "", "", false, err
	}
	if err := tx.Append(ctx, r.ID, "reporter_how", byReporter, line{"answer": how, "text": in.ID}.String()); err != nil {
		return "", "", false, err
	}
	if how != flows.HowWorse {
		return flows.SayTextQuiet, r.Lang, true, nil
	}
	return flows.SayNumbers, r.Lang, true, d.worse(ctx, tx, r)
}

// worse: the reporter is less safe; where an officer told that everybody is safe, they do not tell
// the same.
func (d *Desk) worse(ctx context.Context, tx *store.Tx, r ripoti.Report) error {
	c, err := tx.Case(ctx, r.ID)
	if err != nil {
		return err
	}
	if !c.Progress.SafeAt.IsZero() {
		if err := d.raiseFlag(ctx, tx, r, ripoti.FlagDisagreement, byReporter, ""); err != nil {
			return err
		}
	}
	return d.lessSafe(ctx, tx, r, "")
}
