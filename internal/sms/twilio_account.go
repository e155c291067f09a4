package sms

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"ripoti/internal/ripoti"
)

// Balance is what is left on the account. Sub-accounts have none of their own: an error.
func (t *Twilio) Balance(ctx context.Context) (ripoti.Money, error) {
	ctx, cancel := context.WithTimeout(ctx, t.o.Timeout)
	defer cancel()
	e := &exchange{ctx: ctx, base: t.base, next: t.o.Transport}
	told, err := t.service(e).FetchBalance(nil)
	if err := t.unlisted(e, err); err != nil {
		return ripoti.Money{}, err
	}
	if told.Balance == nil || told.Currency == nil {
		return ripoti.Money{}, t.unread()
	}
	balance, err := ripoti.MoneyOf(*told.Currency, *told.Balance)
	if err != nil {
		return ripoti.Money{}, t.unread()
	}
	return balance, nil
}

const (
	twilioPage  = 500
	twilioPages = 10
	// twilioMargin is how much earlier than the last text seen the list is read again: it is ordered by
	// a time in whole seconds, and a text may show late.
	twilioMargin = 10 * time.Minute
)

// Received reads the texts that came after the time in mark (RFC 3339) and are not younger than
// until, oldest first; "" reads none and begins there. A sender that is a name gets no texts. It gives the mark to go on from. Texts are called by the same id as by the hook;
// some come again, as the list is read with a margin.
func (t *Twilio) Received(ctx context.Context, mark string, until time.Time) (texts []Inbound, next string, err error) {
	since, err := time.Parse(time.RFC3339, mark)
	if err != nil || !t.hasInbox() {
		return nil, until.UTC().Format(time.RFC3339), nil
	}
	listed, err := t.list(ctx, t.inward(), since.Add(-twilioMargin))
	if err != nil {
		return nil, mark, err
	}
	newest := since
	for _, m := range listed {
		if word(m.Direction) != "inbound" || t.o.Service != "" && word(m.MessagingServiceSid) != t.o.Service {
			continue // ours, or another service's on the same account
		}
		in, err := inbound(Inbound{Provider: TwilioName, ProviderID: word(m.Sid), From: word(m.From), To: word(m.To), Body: word(m.Body), At: sentAt(m), Media: count(m.NumMedia)})
		if err != nil || in.At.After(until) {
			continue // what no hook could deliver either, or what the next reading finds
		}
		if in.At.After(newest) {
			newest = in.At
		}
		texts = append(texts, in)
	}
	slices.Reverse(texts) // the list begins with the newest
	return texts, newest.UTC().Format(time.RFC3339), nil
}

// Prices are what messages of ours that were sent since a time cost, by Twilio's id. Twilio tells
// the price of a message only some time after it was sent.
func (t *Twilio) Prices(ctx context.Context, since time.Time) (map[string]ripoti.Money, error) {
	listed, err := t.list(ctx, t.outward(), since)
	if err != nil {
		return nil, err
	}
	prices := map[string]ripoti.Money{}
	for _, m := range listed {
		if cost := price(m); cost.Currency != "" && m.Sid != nil {
			prices[*m.Sid] = cost
		}
	}
	return prices, nil
}

// hasInbox says whether anybody can text to what we send by: a name has none.
func (t *Twilio) hasInbox() bool {
	return t.o.Service != "" || strings.Trim(t.o.From, "+0123456789") == ""
}

// inward and outward narrow the list to what comes to our number or leaves by it. A Messaging Service
// has many numbers, so the list of its account is read whole.
func (t *Twilio) inward() *api.ListMessageParams {
	p := &api.ListMessageParams{}
	if t.o.From != "" {
		p.SetTo(t.o.From)
	}
	return p
}

func (t *Twilio) outward() *api.ListMessageParams {
	p := &api.ListMessageParams{}
	if t.o.From != "" {
		p.SetFrom(t.o.From)
	}
	return p
}

// list reads the messages since a time, newest first, page after page.
func (t *Twilio) list(ctx context.Context, p *api.ListMessageParams, since time.Time) (all []api.ApiV2010Message, err error) {
	p.SetDateSentAfter(since.UTC()).SetPageSize(twilioPage)
	token, number := "", ""
	for range twilioPages {
		page, err := t.page(ctx, p, token, number)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Messages...)
		if token, number = nextPage(page.NextPageUri); token == "" {
			break
		}
	}
	return all, nil
}

func (t *Twilio) page(ctx context.Context, p *api.ListMessageParams, token, number string) (*api.ListMessageResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, t.o.Timeout)
	defer cancel()
	e := &exchange{ctx: ctx, base: t.base, next: t.o.Transport}
	page, err := t.service(e).PageMessage(p, token, number)
	if err := t.unlisted(e, err); err != nil {
		return nil, err
	}
	return page, nil
}

// nextPage takes from the address of the next page what leads there.
func nextPage(address *string) (token, number string) {
	if address == nil {
		return "", ""
	}
	u, err := url.Parse(*address)
	if err != nil {
		return "", ""
	}
	return u.Query().Get("PageToken"), u.Query().Get("Page")
}

// unlisted is the error of a question that was not answered. Errors mean what those of Send do.
func (t *Twilio) unlisted(e *exchange, err error) error {
	switch {
	case e.status == 0:
		return t.unsent(e, err)
	case e.status != http.StatusOK:
		return t.refusal(e, err)
	case err != nil:
		return t.unread()
	}
	return nil
}

func (t *Twilio) unread() error {
	return &ProviderError{Provider: TwilioName, Cause: errors.New("an answer that cannot be read"), Meaning: ErrUnknown}
}

// price is what a message cost, zero while Twilio does not tell. Twilio writes it as a debit.
func price(m api.ApiV2010Message) ripoti.Money {
	if m.Price == nil || m.PriceUnit == nil {
		return ripoti.Money{}
	}
	cost, err := ripoti.MoneyOf(*m.PriceUnit, *m.Price)
	if err != nil {
		return ripoti.Money{}
	}
	return cost.Abs()
}

// sentAt is when a listed message was sent; now where Twilio does not say.
func sentAt(m api.ApiV2010Message) time.Time {
	for _, date := range []*string{m.DateSent, m.DateCreated} {
		if at, err := time.Parse(time.RFC1123Z, word(date)); err == nil {
			return at.UTC()
		}
	}
	return time.Now().UTC()
}

func word(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func count(s *string) int {
	n, _ := strconv.Atoi(word(s))
	return max(n, 0)
}
