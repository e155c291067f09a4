package webhook

import (
	"net/http"
	"strings"
	"testing"

	"ripoti/internal/ripoti"
)

// FuzzUSSD: any bytes on the hook get a screen that fits; any two texts of one call leave it sound.
func FuzzUSSD(f *testing.F) {
	f.Add(form("ATUid_1", caller, ""), "1*2", "1*2*2")
	f.Add("sessionId=%zz&phoneNumber=+254", "*", "**")
	f.Add("", "1*1*1*4*kibera*1*1", "1*1*1*4*kibera*1*1*0")
	f.Add("text=1&text=2&sessionId=a&sessionId=b", "2*2*2*4*x*y\xff", "\x00")
	f.Fuzz(func(t *testing.T, body, one, two string) {
		h := build(t)
		for _, b := range []string{body, form("ATUid_1", caller, ""), form("ATUid_1", caller, one), form("ATUid_1", caller, two), form("ATUid_1", caller, two), form("ATUid_2", caller, one)} {
			s := screen(t, h.post("/hooks/africastalking/"+secret+"/ussd", b))
			if n := len([]rune(s)); n > 164 {
				t.Fatalf("%d characters: %q", n, s)
			}
		}
		if w := h.post("/hooks/africastalking/"+secret+"/ussd-event", body); w.Code != http.StatusOK {
			t.Fatalf("end notice answered %d", w.Code)
		}
		if n := len(h.store.saved); n > 0 && strings.Contains(string(h.store.saved[n-1]), caller) {
			t.Fatal("kept in clear")
		}
	})
}

// FuzzRecord: no bytes break the reader, and what it reads is what was written.
func FuzzRecord(f *testing.F) {
	r := record{Session: "a:1", Heard: "1*2", Answer: []byte("CON x"), Phone: caller, State: []byte{1, 2}, Steps: 3, Filed: true}
	f.Add(r.append(nil))
	f.Add([]byte{recordVersion, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := parseRecord(b)
		if err != nil {
			return
		}
		again, err := parseRecord(r.append(nil))
		if err != nil || again.Session != r.Session || again.Heard != r.Heard || again.Steps != r.Steps || !again.Pressed.Equal(r.Pressed) || again.Phone != ripoti.Phone(r.Phone) || string(again.State) != string(r.State) || again.Limit != r.Limit {
			t.Fatalf("%v: %+v became %+v", err, r, again)
		}
	})
}

// FuzzSMS: any bytes on the SMS hooks are answered, never with plain text on Twilio's.
func FuzzSMS(f *testing.F) {
	f.Add("date=2026-11-23+12%3A00%3A00&from=%2B254711000001&id=abc&text=1+4829172&to=21094")
	f.Add("MessageSid=SM1&From=%2B254711000001&To=%2B1&Body=hello&NumMedia=0")
	f.Add("id=ATXid_1&status=Success&phoneNumber=%2B254711000001")
	f.Add("MessageSid=SM1&MessageStatus=delivered&%zz")
	f.Fuzz(func(t *testing.T, body string) {
		h := build(t)
		tw := h.twilio(nil)
		for _, hook := range []string{"sms", "receipt"} {
			if w := h.post("/hooks/africastalking/"+secret+"/"+hook, body); w.Code != http.StatusOK {
				t.Fatalf("%s answered %d", hook, w.Code)
			}
		}
		checkTwilio(t, post(tw, "/hooks/twilio/sms", body, nil))
		checkTwilio(t, post(tw, "/hooks/twilio/status?id=1", body, nil))
	})
}
