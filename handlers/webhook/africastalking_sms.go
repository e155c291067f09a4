package webhook

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"ripoti/internal/sms"
)

// SMS takes an inbound message. 200 says that it is stored; anything else and Africa's Talking sends
// it again each minute for half a day, which is what a message needs that could not be stored. What
// can never be read is 200 too. No answer goes back this way: every message leaves through the
// outbox.
func (g *AfricasTalking) SMS(w http.ResponseWriter, r *http.Request) {
	g.take(w, r, "africastalking_sms", func(ctx context.Context) error {
		in, err := sms.AfricasTalkingInbound(r.PostForm)
		if err != nil {
			return err
		}
		if in.At.IsZero() {
			in.At = time.Now()
		}
		return g.Inbox.Receive(ctx, in)
	})
}

// Receipt takes a delivery report.
func (g *AfricasTalking) Receipt(w http.ResponseWriter, r *http.Request) {
	g.take(w, r, "africastalking_receipt", func(ctx context.Context) error {
		receipt, err := sms.AfricasTalkingReceipt(r.PostForm)
		if err != nil {
			return err
		}
		return g.Receipts.Receipt(ctx, receipt)
	})
}

// OptOut takes the notice that a person wants no more messages from us. It names the person by number
// and carries nothing that tells it from a notice before it.
func (g *AfricasTalking) OptOut(w http.ResponseWriter, r *http.Request) {
	g.take(w, r, "africastalking_optout", func(ctx context.Context) error {
		return g.OptOuts.OptOut(ctx, r.PostForm.Get("phoneNumber"))
	})
}

// take is what all have in common. do runs with the form read.
func (g *AfricasTalking) take(w http.ResponseWriter, r *http.Request, hook string, do func(context.Context) error) {
	if !g.Door.Opens(r) {
		g.Metrics.Hook(hook, string(refused))
		http.NotFound(w, r)
		return
	}
	became, err := unreadable, error(nil)
	if readForm(w, r) == nil {
		became, err = store(r.Context(), do)
	}
	g.Metrics.Hook(hook, string(became))
	status := http.StatusOK
	if became == failed {
		g.Log.LogAttrs(r.Context(), slog.LevelError, "not stored, will come again", slog.String("hook", hook), slog.Any("err", err))
		status = http.StatusInternalServerError
	}
	w.WriteHeader(status)
}
