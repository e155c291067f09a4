package webhook

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

// atSMS is an inbound message as Africa's Talking posts it.
const atSMS = "linkId=&text=1+4829172&to=21094&id=5f0c2bd0-1&date=2026-11-23+12%3A00%3A00&from=%2B254711000001&networkCode=63902&cost="

func (h *house) twilio(signed Signed) http.Handler {
	tw := &Twilio{Base: "https://ripoti.example", Signed: signed, Inbox: h.inbox, Receipts: h.inbox, Log: h.Log, Metrics: h.Metrics}
	mux := http.NewServeMux()
	mux.HandleFunc("/hooks/twilio/sms", tw.SMS)
	mux.HandleFunc("/hooks/twilio/status", tw.Status)
	return mux
}

func post(handler http.Handler, path, body string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// checkTwilio sees that Twilio would send nothing to the person.
func checkTwilio(t testing.TB, w *httptest.ResponseRecorder) {
	t.Helper()
	kind := w.Header().Get("Content-Type")
	if strings.Contains(kind, "text/plain") || w.Body.Len() > 0 && (!strings.HasPrefix(kind, "text/xml") || w.Body.String() != nothingMore) {
		t.Fatalf("%d %q %q would reach the person", w.Code, kind, w.Body)
	}
}

func TestAfricasTalkingSMS(t *testing.T) {
	t.Run("a message is stored as it came and answered with nothing", func(t *testing.T) {
		h := build(t)
		w := h.post("/hooks/africastalking/"+secret+"/sms", atSMS)
		if w.Code != http.StatusOK || w.Body.Len() != 0 {
			t.Errorf("answered %d %q", w.Code, w.Body)
		}
		want := sms.Inbound{Provider: "africastalking", ProviderID: "5f0c2bd0-1", From: "+254711000001", To: "21094", Body: "1 4829172", At: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
		if len(h.inbox.messages) != 1 || h.inbox.messages[0] != want {
			t.Errorf("stored %+v", h.inbox.messages)
		}
	})
	t.Run("a message that cannot be stored is asked for again", func(t *testing.T) {
		for name, temper := range map[string]func() error{"down": func() error { return errDown }, "panicked": func() error { panic("driver") }} {
			h := build(t)
			h.inbox.temper = temper
			if w := h.post("/hooks/africastalking/"+secret+"/sms", atSMS); w.Code != http.StatusInternalServerError {
				t.Errorf("%s: answered %d", name, w.Code)
			}
			if strings.Contains(h.log.String(), "711000001") || strings.Contains(h.log.String(), "4829172") {
				t.Errorf("logged %s", h.log)
			}
		}
	})
	t.Run("a message that can never be stored is not asked for again", func(t *testing.T) {
		h := build(t)
		h.inbox.temper = func() error { return ripoti.Invalid("inbound.unreadable", nil) }
		for _, body := range []string{atSMS, "", "%zz", "from=x", "id=1", "id=%00&from=x", strings.Repeat("x", BodyLimit+1)} {
			if w := h.post("/hooks/africastalking/"+secret+"/sms", body); w.Code != http.StatusOK {
				t.Errorf("%.20q answered %d", body, w.Code)
			}
		}
	})
	t.Run("a message with a date nobody can read is dated now", func(t *testing.T) {
		h := build(t)
		h.post("/hooks/africastalking/"+secret+"/sms", "id=1&from=%2B254711000001&text=x&date=yesterday")
		if len(h.inbox.messages) != 1 || time.Since(h.inbox.messages[0].At) > time.Minute {
			t.Errorf("stored %+v", h.inbox.messages)
		}
	})
	t.Run("a report of delivery reaches the message", func(t *testing.T) {
		h := build(t)
		w := h.post("/hooks/africastalking/"+secret+"/receipt", "id=ATXid_1&status=Success&phoneNumber=%2B254711000001&networkCode=63902")
		want := sms.Receipt{Provider: "africastalking", ProviderID: "ATXid_1", Status: sms.Delivered}
		if w.Code != http.StatusOK || len(h.inbox.receipts) != 1 || h.inbox.receipts[0] != want {
			t.Errorf("answered %d, stored %+v", w.Code, h.inbox.receipts)
		}
	})
	t.Run("an opt-out reaches the desk, and comes again where it could not be stored", func(t *testing.T) {
		const notice = "senderId=21094&phoneNumber=%2B254711000001"
		h := build(t)
		w := h.post("/hooks/africastalking/"+secret+"/optout", notice)
		if w.Code != http.StatusOK || w.Body.Len() != 0 || len(h.inbox.stopped) != 1 || h.inbox.stopped[0] != "+254711000001" {
			t.Errorf("answered %d %q, stopped %d", w.Code, w.Body, len(h.inbox.stopped))
		}
		h.inbox.temper = func() error { return errDown }
		if w := h.post("/hooks/africastalking/"+secret+"/optout", notice); w.Code != http.StatusInternalServerError {
			t.Errorf("answered %d", w.Code)
		}
		if w := h.post("/hooks/africastalking/another-secret/optout", notice); w.Code != http.StatusNotFound || len(h.inbox.stopped) != 1 {
			t.Errorf("a stranger is answered %d", w.Code)
		}
	})
	t.Run("a status nobody knows is acknowledged", func(t *testing.T) {
		h := build(t)
		if w := h.post("/hooks/africastalking/"+secret+"/receipt", "id=ATXid_1&status=Teleported"); w.Code != http.StatusOK || len(h.inbox.receipts) != 0 {
			t.Errorf("answered %d, stored %+v", w.Code, h.inbox.receipts)
		}
	})
}

func TestTwilio(t *testing.T) {
	const token, account = "12345", "AC1"
	verifier := sms.NewTwilioVerifier(account, "an-older-token", token)
	message := url.Values{"MessageSid": {"SM1"}, "AccountSid": {account}, "From": {"+254711000001"}, "To": {"+15005550006"}, "Body": {"1 4829172"}, "NumMedia": {"0"}, "SomethingNew": {"x"}}
	status := url.Values{"MessageSid": {"SM1"}, "AccountSid": {account}, "MessageStatus": {"delivered"}, "To": {"+254711000001"}}
	signedWith := func(token, path string, form url.Values) http.Header {
		return http.Header{"X-Twilio-Signature": {sms.TwilioSignature(token, "https://ripoti.example"+path, form)}}
	}
	t.Run("a signed message is stored and answered with TwiML that says nothing", func(t *testing.T) {
		h := build(t)
		w := post(h.twilio(verifier), "/hooks/twilio/sms", message.Encode(), signedWith(token, "/hooks/twilio/sms", message))
		checkTwilio(t, w)
		if w.Code != http.StatusOK || w.Body.String() != nothingMore || len(h.inbox.messages) != 1 || h.inbox.messages[0].Body != "1 4829172" {
			t.Errorf("answered %d %q, stored %+v", w.Code, w.Body, h.inbox.messages)
		}
	})
	t.Run("the query is part of what is signed", func(t *testing.T) {
		h := build(t)
		path := "/hooks/twilio/status?id=0192-7"
		w := post(h.twilio(verifier), path, status.Encode(), signedWith(token, path, status))
		want := sms.Receipt{Provider: "twilio", ProviderID: "SM1", OurID: "0192-7", Status: sms.Delivered}
		if w.Code != http.StatusNoContent || len(h.inbox.receipts) != 1 || h.inbox.receipts[0] != want {
			t.Errorf("answered %d, stored %+v", w.Code, h.inbox.receipts)
		}
		if w := post(h.twilio(verifier), "/hooks/twilio/status?id=0192-8", status.Encode(), signedWith(token, path, status)); w.Code != http.StatusForbidden {
			t.Errorf("with another id: answered %d", w.Code)
		}
	})
	forged := map[string]http.Header{
		"no signature":             {},
		"a wrong token":            signedWith("54321", "/hooks/twilio/sms", message),
		"a signature of elsewhere": signedWith(token, "/hooks/twilio/status", message),
		"rubbish":                  {"X-Twilio-Signature": {"AAAA"}},
	}
	for name, header := range forged {
		t.Run(name+" is refused, whatever the headers claim", func(t *testing.T) {
			h := build(t)
			header := header.Clone()
			header.Set("X-Forwarded-Host", "ripoti.example")
			header.Set("X-Forwarded-Proto", "https")
			w := post(h.twilio(verifier), "/hooks/twilio/sms", message.Encode(), header)
			checkTwilio(t, w)
			if w.Code != http.StatusForbidden || len(h.inbox.messages) != 0 {
				t.Errorf("answered %d, stored %+v", w.Code, h.inbox.messages)
			}
		})
	}
	t.Run("a changed body is refused", func(t *testing.T) {
		h := build(t)
		changed := url.Values{}
		for name, v := range message {
			changed[name] = v
		}
		changed["Body"] = []string{"2 4829172"}
		if w := post(h.twilio(verifier), "/hooks/twilio/sms", changed.Encode(), signedWith(token, "/hooks/twilio/sms", message)); w.Code != http.StatusForbidden {
			t.Errorf("answered %d", w.Code)
		}
	})
	t.Run("the older token is still taken", func(t *testing.T) {
		h := build(t)
		if w := post(h.twilio(verifier), "/hooks/twilio/sms", message.Encode(), signedWith("an-older-token", "/hooks/twilio/sms", message)); w.Code != http.StatusOK {
			t.Errorf("answered %d", w.Code)
		}
	})
	t.Run("with the database down Twilio is told to come again, and the person nothing", func(t *testing.T) {
		for name, temper := range map[string]func() error{"down": func() error { return errDown }, "panicked": func() error { panic("driver") }} {
			h := build(t)
			h.inbox.temper = temper
			for _, path := range []string{"/hooks/twilio/sms", "/hooks/twilio/status"} {
				form := map[string]url.Values{"/hooks/twilio/sms": message, "/hooks/twilio/status": status}[path]
				w := post(h.twilio(verifier), path, form.Encode(), signedWith(token, path, form))
				checkTwilio(t, w)
				if w.Code != http.StatusServiceUnavailable {
					t.Errorf("%s: %s answered %d", name, path, w.Code)
				}
			}
		}
	})
	t.Run("what can never be read is accepted once and for all", func(t *testing.T) {
		h := build(t)
		for _, body := range []string{"MessageSid=SM1", "From=%2B254711000001", ""} {
			w := post(h.twilio(nil), "/hooks/twilio/sms", body, nil)
			checkTwilio(t, w)
			if w.Code != http.StatusOK || len(h.inbox.messages) != 0 {
				t.Errorf("%q answered %d", body, w.Code)
			}
		}
	})
	t.Run("more than 64 KiB, broken forms and other methods get no text", func(t *testing.T) {
		h := build(t)
		for _, body := range []string{strings.Repeat("x", BodyLimit+1), "%zz=1"} {
			checkTwilio(t, post(h.twilio(verifier), "/hooks/twilio/sms", body, nil))
			checkTwilio(t, post(h.twilio(verifier), "/hooks/twilio/status", body, nil))
		}
		w := httptest.NewRecorder()
		h.twilio(verifier).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/hooks/twilio/sms?Body=x", nil))
		checkTwilio(t, w)
	})
	t.Run("an answer that is lost in the database is not an answer", func(t *testing.T) {
		h := build(t)
		h.inbox.temper = func() error { return errors.New("lost") }
		if w := post(h.twilio(nil), "/hooks/twilio/status", status.Encode(), nil); w.Code != http.StatusServiceUnavailable {
			t.Errorf("answered %d", w.Code)
		}
	})
}
