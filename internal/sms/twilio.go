package sms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// TwilioName is the name of the provider in receipts, inbound messages and errors.
const TwilioName = "twilio"

// TwilioOptions are what a Twilio needs. All but the account, its token and one of From and Service
// may be empty.
type TwilioOptions struct {
	AccountSID string
	AuthToken  string // letters and digits only, or twilio-go refuses it
	From       string // a number or a registered name
	Service    string // a Messaging Service, in place of From
	BaseURL    string // "" is Twilio's own
	// StatusURL is where Twilio reports delivery to; our message id is added to its query.
	StatusURL string
	Validity  time.Duration // how long Twilio may try to deliver, 1 s to 10 h; 0 leaves it to Twilio
	Timeout   time.Duration // of one send; 0 is 10 s
	Way       Way
	Transport http.RoundTripper // nil is a transport of its own
}

// Twilio sends by Twilio's Messages API. It is safe for concurrent use.
type Twilio struct {
	o          TwilioOptions
	base       *url.URL
	concurrent atomic.Int64
}

// NewTwilio checks the options.
func NewTwilio(o TwilioOptions) (*Twilio, error) {
	if o.AccountSID == "" || o.AuthToken == "" || (o.From == "") == (o.Service == "") {
		return nil, errors.New("twilio: an account, its token and one of From and Service are needed")
	}
	t := &Twilio{o: o}
	if o.BaseURL != "" {
		base, err := url.Parse(o.BaseURL)
		if err != nil || base.Host == "" {
			return nil, errors.New("twilio: the base address cannot be read")
		}
		t.base = base
	}
	if t.o.Timeout == 0 {
		t.o.Timeout = 10 * time.Second
	}
	if t.o.Transport == nil {
		t.o.Transport = newTransport()
	}
	return t, nil
}

// Name is "twilio".
func (t *Twilio) Name() string { return TwilioName }

// Way is how its messages look to who gets them.
func (t *Twilio) Way() Way { return t.o.Way }

// Concurrent is how many requests of the account Twilio last said it was serving at once, 0 before
// the first answer that told.
func (t *Twilio) Concurrent() int { return int(t.concurrent.Load()) }

// Send hands the message over. It takes at most the options' Timeout.
func (t *Twilio) Send(ctx context.Context, m Message) (Sent, error) {
	ctx, cancel := context.WithTimeout(ctx, t.o.Timeout)
	defer cancel()
	e := &exchange{ctx: ctx, base: t.base, next: t.o.Transport}
	made, err := t.service(e).CreateMessage(t.params(m))
	t.note(e)
	switch {
	case e.status == 0:
		return Sent{}, t.unsent(e, err)
	case e.status < 200 || e.status >= 300:
		return Sent{}, t.refusal(e, err)
	case err != nil || made.Sid == nil || *made.Sid == "":
		return Sent{}, &ProviderError{Provider: TwilioName, Cause: errors.New("an answer without an id"), Meaning: ErrUnknown}
	case failed(made):
		return Sent{}, e.refused(TwilioName, strconv.Itoa(*made.ErrorCode), twilioMeaning(*made.ErrorCode, e.status))
	}
	return Sent{ProviderID: *made.Sid, Segments: Segments(m.Body), Cost: price(*made)}, nil
}

// service is twilio-go around one exchange. The library keeps no connections itself, so a new one
// for each message costs nothing.
func (t *Twilio) service(e *exchange) *api.ApiService {
	c := &client.Client{Credentials: client.NewCredentials(t.o.AccountSID, t.o.AuthToken), HTTPClient: e.client()}
	c.SetAccountSid(t.o.AccountSID)
	return api.NewApiServiceWithClient(c)
}

func (t *Twilio) params(m Message) *api.CreateMessageParams {
	p := (&api.CreateMessageParams{}).SetTo(m.To.Dial()).SetBody(m.Body)
	if t.o.Service != "" {
		p.SetMessagingServiceSid(t.o.Service)
	} else {
		p.SetFrom(t.o.From)
	}
	if t.o.StatusURL != "" {
		p.SetStatusCallback(t.o.StatusURL + "?" + url.Values{TwilioOurID: {m.ID}}.Encode())
	}
	if t.o.Validity > 0 {
		p.SetValidityPeriod(int(t.o.Validity.Seconds()))
	}
	return p
}

func (t *Twilio) note(e *exchange) {
	if n, err := strconv.ParseInt(e.concurrent, 10, 64); err == nil {
		t.concurrent.Store(n)
	}
}

// unsent is the error where no answer came: the library may also have refused to make the request.
func (t *Twilio) unsent(e *exchange, err error) error {
	var rest *client.TwilioRestError
	if errors.As(err, &rest) {
		return &ProviderError{Provider: TwilioName, Code: strconv.Itoa(rest.Code), Meaning: twilioMeaning(rest.Code, rest.Status)}
	}
	return e.lost(TwilioName, err)
}

// refusal is the error of an answer that is no success. Its text is dropped, as it may quote the
// number; a body that is no JSON leaves the status to judge by.
func (t *Twilio) refusal(e *exchange, err error) error {
	var rest *client.TwilioRestError
	if errors.As(err, &rest) && rest.Code != 0 {
		return e.refused(TwilioName, strconv.Itoa(rest.Code), twilioMeaning(rest.Code, e.status))
	}
	return e.refused(TwilioName, "", statusMeaning(e.status))
}

// failed says that Twilio made the message and refused it in one go.
func failed(m *api.ApiV2010Message) bool {
	return m.Status != nil && (*m.Status == "failed" || *m.Status == "undelivered" || *m.Status == "canceled") && m.ErrorCode != nil
}

// twilioMeanings are the codes that decide what we do (protocol notes C9), as answers to a send and
// as reasons of a receipt.
var twilioMeanings = map[int]error{
	20003: ErrChannel, // bad credentials
	20005: ErrChannel, // account not active
	20404: ErrChannel, // no such account
	20429: ErrBusy,    // too many at once: not processed
	20500: ErrUnknown,
	20503: ErrUnknown,
	21211: ErrNotMobile, // no valid number
	21212: ErrChannel,   // bad sender
	21222: ErrChannel,   // credentials that twilio-go refuses
	21224: ErrChannel,
	21408: ErrChannel, // country not enabled
	21603: ErrChannel, // no sender
	21604: ErrRefused, // no recipient
	21606: ErrChannel, // the sender is not ours
	21610: ErrStopped,
	21611: ErrBusy,    // queue of this sender full
	21612: ErrNoRoute, // no route for this pair
	21614: ErrNotMobile,
	21617: ErrRefused, // over 1600 characters
	21701: ErrChannel, // 21701-21705: Messaging Service missing, empty or unusable
	21702: ErrChannel,
	21703: ErrChannel,
	21704: ErrChannel,
	21705: ErrChannel,
	30001: ErrBusy,      // queue overflow
	30002: ErrChannel,   // account suspended
	30003: ErrBusy,      // phone unreachable
	30004: ErrRefused,   // blocked
	30005: ErrNotMobile, // unknown number
	30006: ErrNotMobile, // landline or no route
	30007: ErrRefused,   // filtered
	30008: ErrBusy,      // unknown reason: once or twice more
	30017: ErrBusy,      // carrier congestion
	30018: ErrChannel,   // sender not registered in the country
	30034: ErrChannel,   // sender not registered in the United States
	30410: ErrBusy,      // provider timed out
	63018: ErrBusy,      // rate limit
	63038: ErrBusy,      // daily limit
}

func twilioMeaning(code, status int) error {
	if meaning, ok := twilioMeanings[code]; ok {
		return meaning
	}
	return statusMeaning(status)
}

// Find looks for a message whose answer was lost: one with the same recipient and text that Twilio
// made since then. It tells Sent and true, or false where there is none among the newest hundred to
// that number.
func (t *Twilio) Find(ctx context.Context, m Message, since time.Time) (Sent, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, t.o.Timeout)
	defer cancel()
	e := &exchange{ctx: ctx, base: t.base, next: t.o.Transport}
	list, err := t.service(e).PageMessage((&api.ListMessageParams{}).SetTo(m.To.Dial()).SetPageSize(100), "", "")
	if e.status == 0 {
		return Sent{}, false, e.lost(TwilioName, err)
	}
	if e.status != http.StatusOK {
		return Sent{}, false, t.refusal(e, err)
	}
	if err != nil {
		return Sent{}, false, fmt.Errorf("%s: list messages: %w", TwilioName, ErrUnknown)
	}
	for _, found := range list.Messages {
		if sameMessage(found, m, since) {
			return Sent{ProviderID: *found.Sid, Segments: Segments(m.Body), Cost: price(found)}, true, nil
		}
	}
	return Sent{}, false, nil
}

func sameMessage(found api.ApiV2010Message, m Message, since time.Time) bool {
	if found.Sid == nil || found.Body == nil || found.DateCreated == nil || *found.Body != m.Body {
		return false
	}
	made, err := time.Parse(time.RFC1123Z, *found.DateCreated)
	return err == nil && !made.Before(since.Truncate(time.Second))
}
