package webhook

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"ripoti/internal/sms"
)

// kept are the messages that reached the inbox, and a check that the one that was posted is among them
// unaltered, or none.
func (h *house) unaltered(t *testing.T, want sms.Inbound) {
	t.Helper()
	h.inbox.mu.Lock()
	defer h.inbox.mu.Unlock()
	for _, m := range h.inbox.messages {
		if m.ProviderID != want.ProviderID || m.From != want.From || m.To != want.To || m.Body != want.Body || m.Media != want.Media || m.At.IsZero() {
			t.Fatalf("%+v was posted and %+v kept", want, m)
		}
	}
}

// FuzzAfricasTalkingInbound: whatever stands in the fields of an inbound SMS, it is answered with 200 and
// kept as it came, or is no message.
func FuzzAfricasTalkingInbound(f *testing.F) {
	f.Add("28a925f2", "+254711000001", "21094", "kuna mtoto anapigwa", "2026-11-23 12:00:00", "")
	f.Add("a", "MPESA", "", "1 4829172", "2026-11-23T12:00:00Z", "link-1")
	f.Add("", "\x00", "\xff", "\xff\xfe😀", "0000-00-00", "")
	f.Fuzz(func(t *testing.T, id, from, to, text, date, link string) {
		h := build(t)
		form := url.Values{"id": {id}, "from": {from}, "to": {to}, "text": {text}, "date": {date}, "linkId": {link}}
		for range 2 {
			if w := h.post("/hooks/africastalking/"+secret+"/sms", form.Encode()); w.Code != http.StatusOK || w.Body.Len() != 0 {
				t.Fatalf("answered %d %q", w.Code, w.Body)
			}
		}
		h.unaltered(t, sms.Inbound{ProviderID: id, From: from, To: to, Body: text})
	})
}

// FuzzTwilioInbound: the same for Twilio, which is never answered with a text.
func FuzzTwilioInbound(f *testing.F) {
	f.Add("SM1", "+254711000001", "+254711000000", "a girl is beaten", 0)
	f.Add("SM2", "whatsapp:+254711000001", "", "STOP", 3)
	f.Add("", "\x00", "\xff", "\xff\xfe😀", -1)
	f.Fuzz(func(t *testing.T, id, from, to, text string, media int) {
		h := build(t)
		form := url.Values{"MessageSid": {id}, "From": {from}, "To": {to}, "Body": {text}, "NumMedia": {strconv.Itoa(media)}}
		for range 2 {
			checkTwilio(t, post(h.twilio(nil), "/hooks/twilio/sms", form.Encode(), nil))
		}
		h.unaltered(t, sms.Inbound{ProviderID: id, From: from, To: to, Body: text, Media: max(media, 0)})
	})
}
