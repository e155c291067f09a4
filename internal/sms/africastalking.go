package sms

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ripoti/internal/ripoti"
)

// AfricasTalkingName is the name of the provider in receipts, inbound messages and errors.
const AfricasTalkingName = "africastalking"

// AfricasTalkingOptions are what an AfricasTalking needs. All but the account and its key may be
// empty.
type AfricasTalkingOptions struct {
	Username  string
	APIKey    string
	Sender    string        // a short code or a registered name; "" is the account's default
	BaseURL   string        // "" is Africa's Talking's own
	Timeout   time.Duration // of one send; 0 is 10 s
	Way       Way
	Transport http.RoundTripper // nil is a transport of its own
}

// AfricasTalking sends by Africa's Talking's form API. It is safe for concurrent use.
type AfricasTalking struct {
	o        AfricasTalkingOptions
	endpoint string
}

// NewAfricasTalking checks the options.
func NewAfricasTalking(o AfricasTalkingOptions) (*AfricasTalking, error) {
	if o.Username == "" || o.APIKey == "" {
		return nil, errors.New("africastalking: an account and its key are needed")
	}
	if o.BaseURL == "" {
		o.BaseURL = "https://api.africastalking.com"
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Transport == nil {
		o.Transport = newTransport()
	}
	return &AfricasTalking{o: o, endpoint: strings.TrimSuffix(o.BaseURL, "/") + "/version1/messaging"}, nil
}

// Name is "africastalking".
func (a *AfricasTalking) Name() string { return AfricasTalkingName }

// Way is how its messages look to who gets them.
func (a *AfricasTalking) Way() Way { return a.o.Way }

// Send hands the message over. It takes at most the options' Timeout. There is no receipt for our
// own id: Sent.ProviderID is what receipts will name.
func (a *AfricasTalking) Send(ctx context.Context, m Message) (Sent, error) {
	ctx, cancel := context.WithTimeout(ctx, a.o.Timeout)
	defer cancel()
	e := &exchange{ctx: ctx, next: a.o.Transport}
	answer, err := a.post(e, m)
	switch {
	case e.status == 0:
		return Sent{}, e.lost(AfricasTalkingName, err)
	case e.status != http.StatusCreated && e.status != http.StatusOK:
		return Sent{}, e.refused(AfricasTalkingName, "", statusMeaning(e.status))
	case err != nil:
		return Sent{}, &ProviderError{Provider: AfricasTalkingName, Cause: errors.New("an answer that cannot be read"), Meaning: ErrUnknown}
	}
	return answer.sent(e, m)
}

// atAnswer is what Africa's Talking says to one message.
type atAnswer struct {
	Data struct {
		Message    string
		Recipients []struct {
			StatusCode int    `json:"statusCode"`
			MessageID  string `json:"messageId"`
			Cost       string `json:"cost"` // "KES 0.8000"
		}
	} `json:"SMSMessageData"`
}

func (a *AfricasTalking) post(e *exchange, m Message) (answer atAnswer, err error) {
	form := url.Values{"username": {a.o.Username}, "to": {m.To.Dial()}, "message": {m.Body}, "bulkSMSMode": {"1"}}
	if a.o.Sender != "" {
		form.Set("from", a.o.Sender)
	}
	req, err := http.NewRequestWithContext(e.ctx, http.MethodPost, a.endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return answer, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("apiKey", a.o.APIKey)
	res, err := e.client().Do(req)
	if err != nil {
		return answer, err
	}
	defer res.Body.Close()
	return answer, json.NewDecoder(res.Body).Decode(&answer)
}

// sent reads the answer: a refusal comes inside a success, as a code of the recipient or, with no
// recipient at all, as a word in Message.
func (answer atAnswer) sent(e *exchange, m Message) (Sent, error) {
	if len(answer.Data.Recipients) == 0 {
		for _, s := range atStatuses {
			if s.word == answer.Data.Message {
				return Sent{}, e.refused(AfricasTalkingName, strconv.Itoa(s.code), s.meaning)
			}
		}
		return Sent{}, &ProviderError{Provider: AfricasTalkingName, Cause: errors.New("an answer without a recipient"), Meaning: ErrUnknown}
	}
	to := answer.Data.Recipients[0]
	for _, s := range atStatuses {
		switch {
		case s.code != to.StatusCode:
		case s.meaning != nil:
			return Sent{}, e.refused(AfricasTalkingName, strconv.Itoa(s.code), s.meaning)
		case nameable(to.MessageID) && to.MessageID != "None":
			cost, _ := ripoti.ParseMoney(to.Cost) // a price nobody can read does not unsend a message
			return Sent{ProviderID: to.MessageID, Segments: Segments(m.Body), Cost: cost.Abs()}, nil
		}
	}
	return Sent{}, &ProviderError{Provider: AfricasTalkingName, Code: strconv.Itoa(to.StatusCode), Meaning: ErrUnknown}
}

// atStatuses are what the answer says of a recipient (protocol notes B2); no meaning is success.
var atStatuses = []struct {
	code    int
	word    string
	meaning error
}{
	{100, "Processed", nil},
	{101, "Sent", nil},
	{102, "Queued", nil},
	{401, "RiskHold", ErrRefused},
	{402, "InvalidSenderId", ErrChannel},
	{403, "InvalidPhoneNumber", ErrNotMobile},
	{404, "UnsupportedNumberType", ErrNotMobile},
	{405, "InsufficientBalance", ErrChannel},
	{406, "UserInBlacklist", ErrStopped},
	{407, "CouldNotRoute", ErrBusy},
	{409, "DoNotDisturbRejection", ErrStopped},
	{500, "InternalServerError", ErrBusy},
	{501, "GatewayError", ErrBusy},
	{502, "RejectedByGateway", ErrBusy},
}

// atReports are the words of a delivery report (protocol notes B3).
var atReports = map[string]Status{
	"Sent": Taken, "Submitted": Taken, "Buffered": Taken,
	"Success":  Delivered,
	"Rejected": Failed, "Failed": Failed, "AbsentSubscriber": Failed, "Expired": Failed,
}

// atReasons are why a message was not delivered.
var atReasons = map[string]error{
	"InsufficientCredit": ErrChannel, "InvalidLinkId": ErrRefused,
	"UserIsInactive": ErrBusy, "AbsentSubscriber": ErrBusy, "Expired": ErrBusy, "DeliveryFailure": ErrBusy,
	"UserInBlackList": ErrStopped, "UserInBlacklist": ErrStopped, "DoNotDisturbRejection": ErrStopped,
	"UserAccountSuspended": ErrNotMobile, "NotNetworkSubcriber": ErrNotMobile, "NotNetworkSubscriber": ErrNotMobile,
	"UserDoesNotExist": ErrNotMobile, "UserNotSubscribedToProduct": ErrRefused,
}

// AfricasTalkingReceipt reads a delivery report. The error is Invalid where it names no message or a
// status that means nothing to us; such a report is to be acknowledged all the same.
func AfricasTalkingReceipt(form url.Values) (Receipt, error) {
	word := form.Get("status")
	status, known := atReports[word]
	r := Receipt{Provider: AfricasTalkingName, ProviderID: form.Get("id"), Status: status}
	if status == Failed {
		r.Reason = first(form, "failureReason", "status")
	}
	if !known || !nameable(r.ProviderID) || len(r.Reason) > longestID {
		return Receipt{}, ripoti.Invalid("receipt.unreadable", nil)
	}
	return r, nil
}

// AfricasTalkingInbound reads a text message that Africa's Talking posts. At is zero where its date
// cannot be read. The error is Invalid where it has no id or no sender.
func AfricasTalkingInbound(form url.Values) (Inbound, error) {
	return inbound(Inbound{
		Provider: AfricasTalkingName, ProviderID: form.Get("id"),
		From: form.Get("from"), To: form.Get("to"), Body: form.Get("text"), At: atTime(form.Get("date")),
	})
}

// Meaning is what a failed receipt's reason says of the number or the channel: one of this package's
// errors, or nil where it says nothing.
func (r Receipt) Meaning() error {
	if r.Provider == AfricasTalkingName {
		return atReasons[r.Reason]
	}
	code, err := strconv.Atoi(r.Reason)
	if err != nil {
		return nil
	}
	return twilioMeanings[code]
}
