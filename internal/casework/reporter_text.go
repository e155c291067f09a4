package casework

import (
	"context"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// followText takes a text that belongs to a report without being part of the talk: the answer to "how
// are things?", or more about a report whose number it begins with, from any phone. It says false for
// every other text; one with a number that is nobody's is another text too, so that nothing is lost.
// How a report stands is never told by SMS.
func (w *writer) followText(ctx context.Context) (result string, ok bool, err error) {
	since := w.Now().Add(-howWaits)
	if w.talk.Asked != "" { // a newer question is what a bare key answers
		since = latest(since, w.row.UpdatedAt)
	}
	if say, lang, ok, err := w.answerHow(ctx, w.tx, w.in, w.row.NumberHash, since); err != nil || ok {
		return "how", ok, w.thank(ctx, say, lang, err)
	}
	code, words, ok := flows.NumberAndWords(w.in.Body)
	if !ok {
		return "", false, nil
	}
	stood, err := w.tx.Stood(ctx, code, w.row.NumberHash)
	if err != nil {
		return "", false, err
	}
	note := store.FollowUp{Key: "text:" + w.in.ID, NumberHash: w.row.NumberHash, ReportID: stood.ID}
	if stands, _, err := w.look(ctx, w.tx, note, stood); err != nil || stands == flows.StandsUnknown || stands == flows.StandsHidden {
		return "", false, err
	}
	r, err := w.tx.Report(ctx, stood.ID)
	if err != nil {
		return "", false, err
	}
	if err := w.tx.Belongs(ctx, w.in.ID, r.ID, ""); err != nil {
		return "", false, err
	}
	return "added by number", true, w.thank(ctx, flows.SayTextQuiet, r.Lang, w.informed(ctx, w.tx, r, words))
}

// thank answers with one sentence that tells nothing of a report. A number that stopped gets none. The
// language is that of the number's last text in words, else that of its report: a key has none.
func (w *writer) thank(ctx context.Context, say string, lang ripoti.Lang, err error) error {
	if err != nil || w.stopped {
		return err
	}
	talk := w.talk
	if talk.Lang == "" {
		talk.Lang = lang
	}
	return w.say(ctx, flows.TextTurn{Talk: talk, Say: say})
}
