// Package webhook is where gateways speak: a file for each. It reads what they send, hands it on as
// words of the house and answers the way they want to be answered, whatever happens behind it.
package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"

	"github.com/go-playground/validator/v10"

	"ripoti/internal/metrics"
	"ripoti/internal/ripoti"
)

// BodyLimit is the most that is read of any request.
const BodyLimit = 64 << 10

// AfricasTalking answers the five hooks of Africa's Talking and of gateways that copied its USSD
// form.
type AfricasTalking struct {
	Name      string     // names the gateway in conversations: "africastalking"
	Style     InputStyle // how it tells what was typed
	Door      *Door
	Address   func(*http.Request) netip.Addr
	Dialogues *Dialogues
	// Staff hosts the calls to the staff code; nil where there is no staff line.
	Staff    *StaffLine
	Inbox    Inbox
	Receipts Receipts
	OptOuts  OptOuts
	Check    *validator.Validate
	Log      *slog.Logger
	Metrics  *metrics.Metrics
}

// ussdForm is a press as it is posted: everything typed in the call is in Text, joined by stars.
type ussdForm struct {
	SessionID   string `validate:"required,max=128"`
	PhoneNumber string `validate:"required,max=32"`
	ServiceCode string `validate:"max=64"`
	Text        string `validate:"max=4096"`
}

// Answers are written from these, so that no press allocates them.
var (
	plainText = []string{"text/plain; charset=utf-8"}
	noStore   = []string{"no-store"}
)

// USSD answers one press. Whatever comes in, the answer is 200 and a screen: a gateway drops the call
// on anything else. Only who does not know the secret gets 404.
func (g *AfricasTalking) USSD(w http.ResponseWriter, r *http.Request) {
	if !g.Door.Opens(r) {
		g.Metrics.Press(metrics.Refused, 0)
		http.NotFound(w, r)
		return
	}
	defer g.catch(w)
	press, err := g.press(w, r)
	if err != nil {
		g.Metrics.Press(metrics.Unreadable, 0)
		answer(w, g.Dialogues.help())
		return
	}
	if g.Staff.Serves(r.PostForm.Get("serviceCode")) {
		answer(w, g.Staff.Press(r.Context(), press))
		return
	}
	answer(w, g.Dialogues.Press(r.Context(), press))
}

// catch turns a mistake of ours into a sentence. What was thrown is not logged, as it may quote what
// was typed; the place is.
func (g *AfricasTalking) catch(w http.ResponseWriter) {
	if p := recover(); p != nil {
		g.Metrics.Press(metrics.Panicked, 0)
		g.Log.Error("press panicked", "kind", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
		answer(w, g.Dialogues.help())
	}
}

func answer(w http.ResponseWriter, screen []byte) {
	h := w.Header()
	h["Content-Type"] = plainText
	h["Cache-Control"] = noStore
	h["Content-Length"] = []string{strconv.Itoa(len(screen))}
	_, _ = w.Write(screen) // who hung up needs no answer
}

func (g *AfricasTalking) press(w http.ResponseWriter, r *http.Request) (Press, error) {
	if err := readForm(w, r); err != nil {
		return Press{}, err
	}
	f := ussdForm{
		SessionID: r.PostForm.Get("sessionId"), PhoneNumber: r.PostForm.Get("phoneNumber"),
		ServiceCode: r.PostForm.Get("serviceCode"), Text: r.PostForm.Get("text"),
	}
	if err := g.Check.Struct(&f); err != nil {
		return Press{}, errUnreadable
	}
	from, err := ripoti.ParsePhone(f.PhoneNumber)
	if err != nil {
		return Press{}, err
	}
	return Press{Session: g.Name + ":" + f.SessionID, From: from, Text: f.Text, Style: g.Style, Source: g.Address(r)}, nil
}

var errUnreadable = errors.New("unreadable form")

// readForm reads at most BodyLimit of a form. Only the body counts: an address must not be able to
// say what a gateway said.
func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, BodyLimit)
	if err := r.ParseForm(); err != nil {
		return errUnreadable // the error itself may quote the form
	}
	return nil
}

// endForm is the notice that a call is over. What was typed comes with it again and is not read.
type endForm struct {
	SessionID   string `validate:"required,max=128"`
	PhoneNumber string `validate:"required,max=32"`
}

// USSDEnd takes the notice that a call is over, where the gateway sends one. The answer is always
// 200: there is nothing it could do about anything else.
func (g *AfricasTalking) USSDEnd(w http.ResponseWriter, r *http.Request) {
	if !g.Door.Opens(r) {
		g.Metrics.Hook("ussd_end", "refused")
		http.NotFound(w, r)
		return
	}
	g.Metrics.Hook("ussd_end", g.hangup(r.Context(), w, r))
	w.WriteHeader(http.StatusOK)
}

func (g *AfricasTalking) hangup(ctx context.Context, w http.ResponseWriter, r *http.Request) string {
	if err := readForm(w, r); err != nil {
		return "unreadable"
	}
	f := endForm{SessionID: r.PostForm.Get("sessionId"), PhoneNumber: r.PostForm.Get("phoneNumber")}
	if err := g.Check.Struct(&f); err != nil {
		return "unreadable"
	}
	from, err := ripoti.ParsePhone(f.PhoneNumber)
	if err != nil {
		return "unreadable"
	}
	g.Dialogues.Hangup(ctx, g.Name+":"+f.SessionID, from)
	return "accepted"
}
