package sms

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

func TestBalance(t *testing.T) {
	for _, c := range []struct {
		name, told, path string
		want             ripoti.Money
	}{
		{TwilioName, `{"account_sid":"AC1","balance":"-3.21","currency":"USD"}`, "/2010-04-01/Accounts/AC00000000000000000000000000000001/Balance.json", ripoti.Money{Currency: "USD", Micros: -3_210_000}},
		{AfricasTalkingName, `{"UserData":{"balance":"KES 1785.50"}}`, "/version1/user", ripoti.Money{Currency: "KES", Micros: 1_785_500_000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPretend(t, says(200, "application/json", c.told))
			got, err := balance(t, c.name, p.URL)
			if err != nil || got != c.want {
				t.Errorf("%v, %v", got, err)
			}
			if req, _ := p.last(t); req.URL.Path != c.path || req.Method != http.MethodGet {
				t.Errorf("asked %s %s", req.Method, req.URL.Path)
			}
			for road, want := range map[string]error{"": ErrUnknown, "not json": ErrUnknown, "{}": ErrUnknown} {
				p := newPretend(t, says(200, "application/json", road))
				if _, err := balance(t, c.name, p.URL); !errors.Is(err, want) {
					t.Errorf("%q: %v", road, err)
				}
			}
			if _, err := balance(t, c.name, newPretend(t, says(401, "text/plain", "no")).URL); !errors.Is(err, ErrChannel) {
				t.Errorf("wrong credentials: %v", err)
			}
			if _, err := balance(t, c.name, refusedAddress(t)); !errors.Is(err, ErrBusy) {
				t.Errorf("nobody there: %v", err)
			}
		})
	}
}

func balance(t *testing.T, name, base string) (ripoti.Money, error) {
	if name == TwilioName {
		return newTwilio(t, TwilioOptions{From: "RIPOTI", BaseURL: base}).Balance(t.Context())
	}
	return newAT(t, AfricasTalkingOptions{BaseURL: base}).Balance(t.Context())
}

// late is after every text of the tests.
var late = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestAfricasTalkingReceived(t *testing.T) {
	message := func(id int, text string) string {
		return fmt.Sprintf(`{"linkId":"","text":%q,"to":"21094","id":%d,"date":"2026-11-23T06:04:45.123Z","from":"+254711000001"}`, text, id)
	}
	list := func(messages ...string) string {
		return `{"SMSMessageData":{"Messages":[` + strings.Join(messages, ",") + `]}}`
	}
	t.Run("page after page, until there is no more", func(t *testing.T) {
		pages := map[string]string{"15071": list(message(15072, "one"), message(15075, "two")), "15075": list(message(15080, "three"))}
		p := newPretend(t, func(w http.ResponseWriter, r *http.Request) {
			page, ok := pages[r.FormValue("lastReceivedId")]
			if !ok {
				page = list()
			}
			says(200, "application/json", page)(w, r)
		})
		texts, next, err := newAT(t, AfricasTalkingOptions{BaseURL: p.URL}).Received(t.Context(), "15071", late)
		if err != nil || next != "15080" || len(texts) != 3 || p.count() != 3 {
			t.Fatalf("%d texts, mark %s, %d requests, %v", len(texts), next, p.count(), err)
		}
		want := Inbound{Provider: AfricasTalkingName, ProviderID: "15072", From: "+254711000001", To: "21094", Body: "one",
			At: time.Date(2026, 11, 23, 6, 4, 45, 123e6, time.UTC), Listed: true}
		if texts[0] != want {
			t.Errorf("%+v", texts[0])
		}
		if req, form := p.last(t); form.Get("username") != "sandbox" || req.Header.Get("apiKey") != "key1" {
			t.Errorf("asked as %v", form)
		}
	})
	t.Run("what is too young is left for the next reading", func(t *testing.T) {
		p := newPretend(t, says(200, "application/json", list(message(15072, "one"))))
		texts, next, err := newAT(t, AfricasTalkingOptions{BaseURL: p.URL}).Received(t.Context(), "15071", time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC))
		if err != nil || len(texts) != 0 || next != "15071" {
			t.Errorf("%d texts, mark %s, %v", len(texts), next, err)
		}
	})
	t.Run("a list that never moves on ends", func(t *testing.T) {
		p := newPretend(t, says(200, "application/json", list(message(7, "again"))))
		texts, next, err := newAT(t, AfricasTalkingOptions{BaseURL: p.URL}).Received(t.Context(), "7", late)
		if err != nil || next != "7" || len(texts) > 1 || p.count() > 2 {
			t.Errorf("%d texts, mark %s, %d requests, %v", len(texts), next, p.count(), err)
		}
	})
	t.Run("no answer keeps the mark", func(t *testing.T) {
		_, next, err := newAT(t, AfricasTalkingOptions{BaseURL: newPretend(t, says(500, "text/plain", "oops")).URL}).Received(t.Context(), "7", late)
		if !errors.Is(err, ErrUnknown) || next != "7" {
			t.Errorf("mark %s, %v", next, err)
		}
	})
}

func TestTwilioReceived(t *testing.T) {
	const list = `{"messages":[
		{"sid":"SM3","direction":"inbound","from":"+254711000001","to":"+15005550006","body":"three","num_media":"1","date_sent":"Mon, 23 Nov 2026 10:00:09 +0000"},
		{"sid":"SM2","direction":"outbound-api","from":"+15005550006","to":"+254711000001","body":"two","date_sent":"Mon, 23 Nov 2026 10:00:05 +0000","price":"-0.00750","price_unit":"USD"}
		],"next_page_uri":%s}`
	pages := map[string]string{
		"":      fmt.Sprintf(list, `"/2010-04-01/Accounts/AC1/Messages.json?PageSize=500&Page=1&PageToken=PASM2"`),
		"PASM2": `{"messages":[{"sid":"SM1","direction":"inbound","from":"+254711000002","to":"+15005550006","body":"one","date_sent":"Mon, 23 Nov 2026 10:00:01 +0000"}],"next_page_uri":null}`,
	}
	p := newPretend(t, func(w http.ResponseWriter, r *http.Request) {
		says(200, "application/json", pages[r.FormValue("PageToken")])(w, r)
	})
	tw := newTwilio(t, TwilioOptions{From: "+15005550006", BaseURL: p.URL})
	t.Run("inbound texts of all pages, oldest first", func(t *testing.T) {
		texts, next, err := tw.Received(t.Context(), "2026-11-23T09:30:00Z", late)
		if err != nil || len(texts) != 2 || texts[0].ProviderID != "SM1" || next != "2026-11-23T10:00:09Z" {
			t.Fatalf("%+v, mark %s, %v", texts, next, err)
		}
		want := Inbound{Provider: TwilioName, ProviderID: "SM3", From: "+254711000001", To: "+15005550006", Body: "three", Media: 1, At: time.Date(2026, 11, 23, 10, 0, 9, 0, time.UTC)}
		if texts[1] != want {
			t.Errorf("%+v", texts[1])
		}
		if _, form := p.last(t); form.Get("To") != "+15005550006" || form.Get("DateSent>") != "2026-11-23T09:20:00Z" {
			t.Errorf("asked for %v", form)
		}
	})
	t.Run("what is too young is left for the next reading", func(t *testing.T) {
		texts, next, err := tw.Received(t.Context(), "2026-11-23T09:30:00Z", time.Date(2026, 11, 23, 10, 0, 5, 0, time.UTC))
		if err != nil || len(texts) != 1 || texts[0].ProviderID != "SM1" || next != "2026-11-23T10:00:01Z" {
			t.Errorf("%d texts, mark %s, %v", len(texts), next, err)
		}
	})
	t.Run("the beginning is now", func(t *testing.T) {
		before := p.count()
		texts, next, err := tw.Received(t.Context(), "", late)
		if err != nil || len(texts) != 0 || next != late.Format(time.RFC3339) || p.count() != before {
			t.Errorf("%d texts, mark %s, %v", len(texts), next, err)
		}
	})
	t.Run("other services' texts on the same account are not ours", func(t *testing.T) {
		texts, _, err := newTwilio(t, TwilioOptions{Service: "MG1", BaseURL: p.URL}).Received(t.Context(), "2026-11-23T09:30:00Z", late)
		if err != nil || len(texts) != 0 {
			t.Errorf("%d texts, %v", len(texts), err)
		}
	})
	t.Run("nobody texts to a name", func(t *testing.T) {
		before := p.count()
		if _, _, err := newTwilio(t, TwilioOptions{From: "RIPOTI", BaseURL: p.URL}).Received(t.Context(), "2026-11-23T09:30:00Z", late); err != nil || p.count() != before {
			t.Errorf("%d requests, %v", p.count()-before, err)
		}
	})
	t.Run("prices are told once they are known", func(t *testing.T) {
		prices, err := tw.Prices(t.Context(), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
		if err != nil || len(prices) != 1 || prices["SM2"] != (ripoti.Money{Currency: "USD", Micros: 7_500}) {
			t.Errorf("%v, %v", prices, err)
		}
		if _, form := p.last(t); form.Get("From") != "+15005550006" {
			t.Errorf("asked for %v", form)
		}
	})
	t.Run("no answer keeps the mark", func(t *testing.T) {
		_, next, err := newTwilio(t, TwilioOptions{From: "+15005550006", BaseURL: newPretend(t, twilioSays(500, 20500)).URL}).Received(t.Context(), "2026-11-23T09:30:00Z", late)
		if !errors.Is(err, ErrUnknown) || next != "2026-11-23T09:30:00Z" {
			t.Errorf("mark %s, %v", next, err)
		}
	})
}
