package webhook

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"ripoti/internal/metrics"
	"ripoti/internal/sms"
)

// Twilio answers Twilio's two hooks. A body of plain text would be sent to the person as an SMS, so
// no answer here ever is one, errors included.
type Twilio struct {
	// Base is our address as Twilio was given it, without a path: "https://ripoti.example". Signatures
	// are checked against it and never against what a request's headers claim.
	Base string
	// Signed checks signatures. Nil takes everything and is for `ripoti dev` alone.
	Signed   Signed
	Inbox    Inbox
	Receipts Receipts
	Log      *slog.Logger
	Metrics  *metrics.Metrics
}

// nothingMore is TwiML for: received, nothing to say.
const nothingMore = `<?xml version="1.0" encoding="UTF-8"?><Response/>`

// SMS takes an inbound message. Twilio does not send it again unless it was told to by the address
// it has ("#rc=5&rp=all"), so 503 is worth something only there; docs/operations.md says so.
func (t *Twilio) SMS(w http.ResponseWriter, r *http.Request) {
	became := t.take(w, r, "twilio_sms", func(ctx context.Context) error {
		in, err := sms.TwilioInbound(r.PostForm)
		if err != nil {
			return err
		}
		in.At = time.Now()
		return t.Inbox.Receive(ctx, in)
	})
	h := w.Header()
	h["Content-Type"] = []string{"text/xml; charset=utf-8"}
	switch became {
	case refused:
		w.WriteHeader(http.StatusForbidden)
	case failed:
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		_, _ = io.WriteString(w, nothingMore)
	}
}

// Status takes a status callback. One that came before our own write of the message, or twice, is no
// error.
func (t *Twilio) Status(w http.ResponseWriter, r *http.Request) {
	became := t.take(w, r, "twilio_status", func(ctx context.Context) error {
		receipt, err := sms.TwilioReceipt(r.URL.Query(), r.PostForm)
		if err != nil {
			return err
		}
		return t.Receipts.Receipt(ctx, receipt)
	})
	switch became {
	case refused:
		w.WriteHeader(http.StatusForbidden)
	case failed:
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// take proves the sender and does do with the form read.
func (t *Twilio) take(w http.ResponseWriter, r *http.Request, hook string, do func(context.Context) error) result {
	became, err := refused, error(nil)
	if readForm(w, r) == nil && t.genuine(r) {
		became, err = store(r.Context(), do)
	}
	t.Metrics.Hook(hook, string(became))
	if became == failed {
		t.Log.LogAttrs(r.Context(), slog.LevelError, "not stored", slog.String("hook", hook), slog.Any("err", err))
	}
	return became
}

// genuine says whether the form was signed over our public address and the request's own target,
// byte for byte as it was asked for.
func (t *Twilio) genuine(r *http.Request) bool {
	if t.Signed == nil {
		return true
	}
	return t.Signed.Verify(t.Base+r.RequestURI, r.PostForm, r.Header.Get("X-Twilio-Signature"))
}
