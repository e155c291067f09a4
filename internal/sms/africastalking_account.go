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

// Balance is what is left on the account.
func (a *AfricasTalking) Balance(ctx context.Context) (ripoti.Money, error) {
	var answer struct {
		Data struct {
			Balance string `json:"balance"` // "KES 1785.50"
		} `json:"UserData"`
	}
	if err := a.get(ctx, "/version1/user", nil, &answer); err != nil {
		return ripoti.Money{}, err
	}
	balance, err := ripoti.ParseMoney(answer.Data.Balance)
	if err != nil {
		return ripoti.Money{}, a.unread()
	}
	return balance, nil
}

// atPages bounds one reading of the list; the next goes on where it ended.
const atPages = 20

// Received reads the texts that came after the one with the id mark, oldest first; "" is the
// beginning of what Africa's Talking keeps. It stops at the first that is younger than until and gives
// the id of the last one before.
//
// The list counts its texts with whole numbers. Whether the hook calls a text by the same number is
// not documented, so these are marked as Listed.
func (a *AfricasTalking) Received(ctx context.Context, mark string, until time.Time) (texts []Inbound, next string, err error) {
	if next = mark; next == "" {
		next = "0"
	}
	for range atPages {
		page, err := a.received(ctx, next)
		if err != nil || len(page) == 0 {
			return texts, next, err
		}
		before := next
		for _, in := range page {
			if in.At.After(until) {
				return texts, next, nil
			}
			if later(in.ProviderID, next) {
				next = in.ProviderID
			}
			if in, err := inbound(in); err == nil { // what no hook could deliver either is passed over
				texts = append(texts, in)
			}
		}
		if next == before {
			return texts, next, nil // the list does not move on: once is enough
		}
	}
	return texts, next, nil
}

// later says whether an id of the list comes after another.
func later(id, than string) bool {
	a, errA := strconv.ParseInt(id, 10, 64)
	b, errB := strconv.ParseInt(than, 10, 64)
	return errA == nil && (errB != nil || a > b)
}

func (a *AfricasTalking) received(ctx context.Context, after string) ([]Inbound, error) {
	var answer struct {
		Data struct {
			Messages []struct {
				ID   json.Number `json:"id"`
				From string      `json:"from"`
				To   string      `json:"to"`
				Text string      `json:"text"`
				Date string      `json:"date"`
			}
		} `json:"SMSMessageData"`
	}
	if err := a.get(ctx, "/version1/messaging", url.Values{"lastReceivedId": {after}}, &answer); err != nil {
		return nil, err
	}
	texts := make([]Inbound, 0, len(answer.Data.Messages))
	for _, m := range answer.Data.Messages {
		texts = append(texts, Inbound{Provider: AfricasTalkingName, ProviderID: m.ID.String(), From: m.From, To: m.To, Body: m.Text,
			At: atTime(m.Date), Listed: true})
	}
	return texts, nil
}

// atTime reads a date in either form that was seen; zero where it has neither.
func atTime(date string) time.Time {
	for _, layout := range []string{time.RFC3339, time.DateTime} {
		if at, err := time.Parse(layout, date); err == nil {
			return at
		}
	}
	return time.Time{}
}

// get asks the account for something. Errors mean what those of Send do.
func (a *AfricasTalking) get(ctx context.Context, path string, query url.Values, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, a.o.Timeout)
	defer cancel()
	e := &exchange{ctx: ctx, next: a.o.Transport}
	if query == nil {
		query = url.Values{}
	}
	query.Set("username", a.o.Username)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(a.o.BaseURL, "/")+path+"?"+query.Encode(), nil)
	if err != nil {
		return bare(err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("apiKey", a.o.APIKey)
	res, err := e.client().Do(req)
	if e.status == 0 {
		return e.lost(AfricasTalkingName, err)
	}
	if e.status < 200 || e.status >= 300 {
		return e.refused(AfricasTalkingName, "", statusMeaning(e.status))
	}
	if json.NewDecoder(res.Body).Decode(answer) != nil {
		return a.unread()
	}
	return nil
}

func (a *AfricasTalking) unread() error {
	return &ProviderError{Provider: AfricasTalkingName, Cause: errors.New("an answer that cannot be read"), Meaning: ErrUnknown}
}
