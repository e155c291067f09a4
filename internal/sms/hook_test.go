package sms

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

func TestTwilioVerifier(t *testing.T) {
	// The vector of Twilio's own library.
	const address = "https://mycompany.com/myapp.php?foo=1&bar=2"
	form := url.Values{
		"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "From": {"+14158675309"}, "Digits": {"1234"},
		"To": {"+18005551212"}, "Reason": {"Participant"}, "ReasonConferenceEnded": {"test"},
	}
	const signature = "vOEb5UThFn24KEfnOFLQY2AE5FY="
	with := func(name string, values ...string) url.Values {
		f := url.Values{}
		for n, v := range form {
			f[n] = v
		}
		f[name] = values
		return f
	}
	plain := NewTwilioVerifier("", "12345")
	for _, c := range []struct {
		name      string
		verifier  TwilioVerifier
		address   string
		form      url.Values
		signature string
		want      bool
	}{
		{"the published vector is taken", plain, address, form, signature, true},
		{"a fragment is no part of it", plain, address + "#rc=5", form, signature, true},
		{"the port of the scheme may be written", plain, "https://mycompany.com:443/myapp.php?foo=1&bar=2", form, signature, true},
		{"a signature over the address with its port is taken", plain, address, form, TwilioSignature("12345", "https://mycompany.com:443/myapp.php?foo=1&bar=2", form), true},
		{"an unusual port may be left out", plain, "https://mycompany.com:8443/a", form, TwilioSignature("12345", "https://mycompany.com/a", form), true},
		{"an address with numbers in brackets keeps its colons", plain, "https://[::1]:8443/a", form, TwilioSignature("12345", "https://[::1]/a", form), true},
		{"an address without a path is taken", plain, "https://mycompany.com", form, TwilioSignature("12345", "https://mycompany.com:443", form), true},
		{"the second token is taken", NewTwilioVerifier("", "other", "12345"), address, form, signature, true},
		{"repeated names count once a value, sorted", plain, address, with("Tag", "b", "a", "b"), TwilioSignature("12345", address+"", with("Tag", "a", "b")), true},
		{"an empty value counts", plain, address, with("Empty", ""), TwilioSignature("12345", address, form), false},
		{"another token is refused", NewTwilioVerifier("", "54321"), address, form, signature, false},
		{"no token refuses everything", NewTwilioVerifier("", ""), address, form, TwilioSignature("", address, form), false},
		{"another path is refused", plain, "https://mycompany.com/other?foo=1&bar=2", form, signature, false},
		{"another scheme is refused", plain, "http://mycompany.com/myapp.php?foo=1&bar=2", form, signature, false},
		{"a changed query is refused", plain, "https://mycompany.com/myapp.php?foo=2&bar=2", form, signature, false},
		{"a changed value is refused", plain, address, with("Digits", "1235"), signature, false},
		{"one more value is refused", plain, address, with("Extra", "1"), signature, false},
		{"no signature is refused", plain, address, form, "", false},
		{"half a signature is refused", plain, address, form, signature[:10], false},
		{"the right account is taken", NewTwilioVerifier("AC1", "12345"), address, with("AccountSid", "AC1"), TwilioSignature("12345", address, with("AccountSid", "AC1")), true},
		{"another account is refused", NewTwilioVerifier("AC2", "12345"), address, with("AccountSid", "AC1"), TwilioSignature("12345", address, with("AccountSid", "AC1")), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.verifier.Verify(c.address, c.form, c.signature); got != c.want {
				t.Errorf("Verify = %v", got)
			}
		})
	}
}

func TestReceipts(t *testing.T) {
	for _, c := range []struct {
		name    string
		read    func() (Receipt, error)
		want    Receipt
		meaning error
	}{
		{"Twilio delivered", func() (Receipt, error) {
			return TwilioReceipt(url.Values{"id": {"0192"}}, url.Values{"MessageSid": {"SM1"}, "MessageStatus": {"delivered"}, "To": {"+254711000001"}})
		}, Receipt{"twilio", "SM1", "0192", Delivered, ""}, nil},
		{"Twilio's carrier took it", func() (Receipt, error) {
			return TwilioReceipt(nil, url.Values{"SmsSid": {"SM1"}, "SmsStatus": {"sent"}})
		}, Receipt{"twilio", "SM1", "", Taken, ""}, nil},
		{"Twilio undelivered to a landline", func() (Receipt, error) {
			return TwilioReceipt(nil, url.Values{"MessageSid": {"SM1"}, "MessageStatus": {"undelivered"}, "ErrorCode": {"30006"}})
		}, Receipt{"twilio", "SM1", "", Failed, "30006"}, ErrNotMobile},
		{"Twilio failed for a reason nobody knows", func() (Receipt, error) {
			return TwilioReceipt(nil, url.Values{"MessageSid": {"SM1"}, "MessageStatus": {"failed"}, "ErrorCode": {"12345"}})
		}, Receipt{"twilio", "SM1", "", Failed, "12345"}, nil},
		{"Africa's Talking delivered", func() (Receipt, error) {
			return AfricasTalkingReceipt(url.Values{"id": {"ATXid_1"}, "status": {"Success"}, "phoneNumber": {"+254711000001"}})
		}, Receipt{"africastalking", "ATXid_1", "", Delivered, ""}, nil},
		{"Africa's Talking on its way", func() (Receipt, error) {
			return AfricasTalkingReceipt(url.Values{"id": {"ATXid_1"}, "status": {"Buffered"}})
		}, Receipt{"africastalking", "ATXid_1", "", Taken, ""}, nil},
		{"Africa's Talking on a black list", func() (Receipt, error) {
			return AfricasTalkingReceipt(url.Values{"id": {"ATXid_1"}, "status": {"Failed"}, "failureReason": {"UserInBlackList"}})
		}, Receipt{"africastalking", "ATXid_1", "", Failed, "UserInBlackList"}, ErrStopped},
		{"Africa's Talking absent", func() (Receipt, error) {
			return AfricasTalkingReceipt(url.Values{"id": {"ATXid_1"}, "status": {"AbsentSubscriber"}})
		}, Receipt{"africastalking", "ATXid_1", "", Failed, "AbsentSubscriber"}, ErrBusy},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.read()
			if err != nil || got != c.want {
				t.Errorf("%+v, %v", got, err)
			}
			if m := got.Meaning(); !errors.Is(m, c.meaning) || (m == nil) != (c.meaning == nil) {
				t.Errorf("means %v, want %v", m, c.meaning)
			}
		})
	}
	for name, err := range map[string]error{
		"Twilio without an id":                second(TwilioReceipt(nil, url.Values{"MessageStatus": {"sent"}})),
		"Twilio with an unknown word":         second(TwilioReceipt(nil, url.Values{"MessageSid": {"SM1"}, "MessageStatus": {"teleported"}})),
		"Twilio with an id of noise":          second(TwilioReceipt(nil, url.Values{"MessageSid": {"SM\x001"}, "MessageStatus": {"sent"}})),
		"Africa's Talking without an id":      second(AfricasTalkingReceipt(url.Values{"status": {"Success"}})),
		"Africa's Talking with no status":     second(AfricasTalkingReceipt(url.Values{"id": {"ATXid_1"}})),
		"Africa's Talking with another's id ": second(AfricasTalkingReceipt(url.Values{"id": {"Ä"}, "status": {"Sent"}})),
	} {
		t.Run(name+" is invalid", func(t *testing.T) {
			if ripoti.CodeOf(err) != ripoti.CodeInvalid {
				t.Errorf("err = %v", err)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

func TestInbound(t *testing.T) {
	at := time.Date(2026, 11, 23, 6, 4, 45, 0, time.UTC)
	for _, c := range []struct {
		name string
		read func() (Inbound, error)
		want Inbound
	}{
		{"Twilio", func() (Inbound, error) {
			return TwilioInbound(url.Values{"MessageSid": {"SM1"}, "From": {"+254711000001"}, "To": {"+15005550006"}, "Body": {" 1 4829172 "}, "NumMedia": {"2"}})
		}, Inbound{Provider: "twilio", ProviderID: "SM1", From: "+254711000001", To: "+15005550006", Body: " 1 4829172 ", Media: 2}},
		{"Africa's Talking with a T in its date", func() (Inbound, error) {
			return AfricasTalkingInbound(url.Values{"id": {"a-1"}, "from": {"+254711000001"}, "to": {"21094"}, "text": {"1"}, "date": {"2026-11-23T06:04:45Z"}})
		}, Inbound{Provider: "africastalking", ProviderID: "a-1", From: "+254711000001", To: "21094", Body: "1", At: at}},
		{"Africa's Talking with a space in its date", func() (Inbound, error) {
			return AfricasTalkingInbound(url.Values{"id": {"a-1"}, "from": {"AIRTEL"}, "text": {""}, "date": {"2026-11-23 06:04:45"}})
		}, Inbound{Provider: "africastalking", ProviderID: "a-1", From: "AIRTEL", At: at}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := c.read(); err != nil || got != c.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	for name, err := range map[string]error{
		"no id":     second(TwilioInbound(url.Values{"From": {"+254711000001"}})),
		"no sender": second(AfricasTalkingInbound(url.Values{"id": {"a-1"}})),
	} {
		t.Run(name+" is invalid", func(t *testing.T) {
			if ripoti.CodeOf(err) != ripoti.CodeInvalid {
				t.Errorf("err = %v", err)
			}
		})
	}
}

func FuzzHooks(f *testing.F) {
	f.Add("MessageSid=SM1&MessageStatus=sent&From=a&id=1&status=Sent&date=2026", "https://a:443/b?c", "sig")
	f.Fuzz(func(t *testing.T, body, address, signature string) {
		form, _ := url.ParseQuery(body)
		TwilioReceipt(form, form)
		TwilioInbound(form)
		AfricasTalkingReceipt(form)
		AfricasTalkingInbound(form)
		v := NewTwilioVerifier("", "12345")
		plain, _, _ := strings.Cut(address, "#")
		if !v.Verify(address, form, TwilioSignature("12345", plain, form)) {
			t.Error("a true signature was refused")
		}
		if v.Verify(address, form, "x"+signature) {
			t.Error("a made-up signature was taken")
		}
	})
}
