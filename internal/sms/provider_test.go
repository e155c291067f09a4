package sms

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

const (
	testPhone = ripoti.Phone("+254711000001")
	testBody  = "RIPOTI HIGH 4829172. Nyalenda, Kisumu: jibu 1 4829172 & zaidi"
)

var testMessage = Message{ID: "0192e3c4-0000-7000-8000-000000000001", To: testPhone, Body: testBody}

// pretend is a provider with a temper: it reads the whole request, remembers it and answers as told.
type pretend struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
	forms    []url.Values
}

func newPretend(t *testing.T, answer http.HandlerFunc) *pretend {
	t.Helper()
	p := &pretend{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		p.mu.Lock()
		p.requests, p.forms = append(p.requests, r), append(p.forms, r.Form)
		p.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(p.Server.Close)
	return p
}

func (p *pretend) last(t *testing.T) (*http.Request, url.Values) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.requests) == 0 {
		t.Fatal("nothing was asked")
	}
	return p.requests[len(p.requests)-1], p.forms[len(p.forms)-1]
}

func (p *pretend) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.requests)
}

// says answers with a status, a content type and a body.
func says(status int, kind, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// hangsUp closes the connection: after the request was read, and after half an answer if half.
func hangsUp(half bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if half {
			w.Header().Set("Content-Length", "500")
			w.WriteHeader(http.StatusCreated)
			io.WriteString(w, `{"sid":"SM`)
			w.(http.Flusher).Flush()
		}
		panic(http.ErrAbortHandler)
	}
}

func never(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// chunked answers in many pieces of HTML, without a length.
func chunked(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		for range 20 {
			io.WriteString(w, strings.Repeat("<p>Bad Gateway</p>", 50))
			w.(http.Flusher).Flush()
		}
	}
}

// outcome is what a send must come to.
type outcome struct {
	name    string
	answer  http.HandlerFunc
	meaning error  // nil: it was taken
	code    string // "" is not looked at
	after   time.Duration
}

var meanings = []error{ErrRefused, ErrStopped, ErrNotMobile, ErrChannel, ErrBusy, ErrUnknown}

func (o outcome) check(t *testing.T, err error) {
	t.Helper()
	if o.meaning == nil {
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, m := range meanings {
		if errors.Is(err, m) != (m == o.meaning) {
			t.Errorf("err = %v, want %v and nothing else", err, o.meaning)
		}
	}
	var p *ProviderError
	if !errors.As(err, &p) || o.code != "" && p.Code != o.code {
		t.Errorf("err = %v, want code %s", err, o.code)
	}
	var d *Delay
	if had := errors.As(err, &d); had != (o.after > 0) || had && d.After != o.after {
		t.Errorf("delay %v, want %v", d, o.after)
	}
	for _, told := range []string{"711000001", "Nyalenda", "4829172"} {
		if err != nil && strings.Contains(err.Error(), told) {
			t.Errorf("the error tells of the person or the text: %v", err)
		}
	}
}

// refusedAddress is an address where nobody listens.
func refusedAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

// noLeak fails if the goroutines that f left behind do not end.
func noLeak(t *testing.T, f func()) {
	t.Helper()
	before := runtime.NumGoroutine()
	f()
	deadline := time.Now().Add(2 * time.Second)
	for runtime.NumGoroutine() > before+8 { // the kept connection of either side
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines became %d", before, runtime.NumGoroutine())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// roads are the ways in which a send fails whatever the provider is called.
var roads = []outcome{
	{"an answer lost after the request was read is unknown", hangsUp(false), ErrUnknown, "", 0},
	{"half an answer is unknown", hangsUp(true), ErrUnknown, "", 0},
	{"a broken gateway is unknown", chunked(502), ErrUnknown, "HTTP 502", 0},
	{"a server error in plain text is unknown", says(500, "text/plain", "oops"), ErrUnknown, "HTTP 500", 0},
	{"an unavailable server is unknown", says(503, "text/html", ""), ErrUnknown, "HTTP 503", 0},
	{"too many requests is busy", says(429, "text/html", "<p>slow down</p>"), ErrBusy, "HTTP 429", 0},
	{"a wait in seconds is kept", says(429, "text/html", "", "Retry-After", "7"), ErrBusy, "HTTP 429", 7 * time.Second},
	{"a wait of days is cut", says(429, "text/html", "", "Retry-After", "900000"), ErrBusy, "HTTP 429", longestWait},
	{"a wait that is none is not made up", says(429, "text/html", "", "Retry-After", "soon"), ErrBusy, "HTTP 429", 0},
	{"wrong credentials stop the channel", says(401, "text/plain", "no"), ErrChannel, "HTTP 401", 0},
	{"a redirect stops the channel", says(302, "text/html", "", "Location", "/login"), ErrChannel, "HTTP 302", 0},
	{"a bad request is refused", says(400, "text/html", "<p>+254711000001</p>"), ErrRefused, "HTTP 400", 0},
	{"an unheard-of status is unknown", says(418, "text/plain", "tea"), ErrUnknown, "HTTP 418", 0},
	{"success in HTML is unknown", says(201, "text/html", "<p>fine</p>"), ErrUnknown, "", 0},
	{"success with nothing in it is unknown", says(201, "application/json", "{}"), ErrUnknown, "", 0},
}

func TestTwilioSends(t *testing.T) {
	p := newPretend(t, says(201, "application/json", `{"sid":"SM00000000000000000000000000000001","status":"queued","num_segments":"0"}`, "Twilio-Concurrent-Requests", "3"))
	tw := newTwilio(t, TwilioOptions{From: "RIPOTI", BaseURL: p.URL, StatusURL: "https://ripoti.example.org/hooks/twilio/status", Validity: time.Hour})
	sent, err := tw.Send(t.Context(), testMessage)
	if err != nil || sent != (Sent{ProviderID: "SM00000000000000000000000000000001", Segments: 1}) {
		t.Fatalf("sent %v, %v", sent, err)
	}
	req, form := p.last(t)
	user, password, _ := req.BasicAuth()
	for what, pair := range map[string][2]string{
		"path":     {req.URL.Path, "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json"},
		"account":  {user, "AC00000000000000000000000000000001"},
		"token":    {password, "token1"},
		"host":     {req.Host, strings.TrimPrefix(p.URL, "http://")},
		"To":       {form.Get("To"), "+254711000001"},
		"From":     {form.Get("From"), "RIPOTI"},
		"Body":     {form.Get("Body"), testBody},
		"callback": {form.Get("StatusCallback"), "https://ripoti.example.org/hooks/twilio/status?id=" + testMessage.ID},
		"validity": {form.Get("ValidityPeriod"), "3600"},
		"service":  {form.Get("MessagingServiceSid"), ""},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %q, want %q", what, pair[0], pair[1])
		}
	}
	if tw.Concurrent() != 3 {
		t.Errorf("%d concurrent requests", tw.Concurrent())
	}
	t.Run("a Messaging Service chooses the sender", func(t *testing.T) {
		tw := newTwilio(t, TwilioOptions{Service: "MG1", BaseURL: p.URL})
		if _, err := tw.Send(t.Context(), testMessage); err != nil {
			t.Fatal(err)
		}
		if _, form := p.last(t); form.Get("MessagingServiceSid") != "MG1" || form.Has("From") || form.Has("StatusCallback") || form.Has("ValidityPeriod") {
			t.Errorf("form %v", form)
		}
	})
}

func newTwilio(t *testing.T, o TwilioOptions) *Twilio {
	t.Helper()
	o.AccountSID, o.AuthToken = "AC00000000000000000000000000000001", "token1"
	tw, err := NewTwilio(o)
	if err != nil {
		t.Fatal(err)
	}
	return tw
}

// twilioSays is an error as Twilio writes it, with a text that quotes the number.
func twilioSays(status, code int, headers ...string) http.HandlerFunc {
	return says(status, "application/json", `{"code":`+strconv.Itoa(code)+`,"message":"The number +254711000001 is not","more_info":"https://www.twilio.com","status":`+strconv.Itoa(status)+`}`, headers...)
}

func TestTwilioOutcomes(t *testing.T) {
	cases := append([]outcome{
		{"a number that is none", twilioSays(400, 21211), ErrNotMobile, "21211", 0},
		{"a person who opted out", twilioSays(400, 21610), ErrStopped, "21610", 0},
		{"a landline", twilioSays(400, 21614), ErrNotMobile, "21614", 0},
		{"no route", twilioSays(400, 21612), ErrRefused, "21612", 0},
		{"a country that is not enabled", twilioSays(400, 21408), ErrChannel, "21408", 0},
		{"a sender that is not ours", twilioSays(400, 21606), ErrChannel, "21606", 0},
		{"an empty Messaging Service", twilioSays(400, 21703), ErrChannel, "21703", 0},
		{"a full queue", twilioSays(400, 21611), ErrBusy, "21611", 0},
		{"bad credentials", twilioSays(401, 20003), ErrChannel, "20003", 0},
		{"too many at once", twilioSays(429, 20429, "Retry-After", "2"), ErrBusy, "20429", 2 * time.Second},
		{"a fault of Twilio's", twilioSays(500, 20500), ErrUnknown, "20500", 0},
		{"an unheard-of code", twilioSays(400, 29999), ErrRefused, "29999", 0},
		{"a code of nothing", twilioSays(422, 0), ErrRefused, "HTTP 422", 0},
		{"made and failed at once", says(201, "application/json", `{"sid":"SM1","status":"failed","error_code":30006}`), ErrNotMobile, "30006", 0},
		{"a wait does not make a refusal heal", twilioSays(400, 21610, "Retry-After", "2"), ErrStopped, "21610", 0},
	}, roads...)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := newPretend(t, c.answer)
			tw := newTwilio(t, TwilioOptions{From: "RIPOTI", BaseURL: p.URL})
			_, err := tw.Send(t.Context(), testMessage)
			c.check(t, err)
			if p.count() != 1 {
				t.Errorf("%d requests for one send", p.count())
			}
		})
	}
	t.Run("nobody there is busy: nothing was written", func(t *testing.T) {
		_, err := newTwilio(t, TwilioOptions{From: "RIPOTI", BaseURL: refusedAddress(t)}).Send(t.Context(), testMessage)
		outcome{meaning: ErrBusy}.check(t, err)
	})
	t.Run("a token that the library refuses stops the channel", func(t *testing.T) {
		tw, err := NewTwilio(TwilioOptions{AccountSID: "AC1", AuthToken: "to-ken", From: "RIPOTI", BaseURL: refusedAddress(t)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = tw.Send(t.Context(), testMessage)
		outcome{meaning: ErrChannel, code: "21224"}.check(t, err)
	})
	endsInTime(t, func(base string, timeout time.Duration) Sender {
		return newTwilio(t, TwilioOptions{From: "RIPOTI", BaseURL: base, Timeout: timeout})
	})
}

// endsInTime proves that a provider who never answers holds nobody: neither past the sender's own
// time-out nor past the caller's context. The request was read, so the outcome is unknown.
func endsInTime(t *testing.T, sender func(base string, timeout time.Duration) Sender) {
	t.Run("no answer in time is unknown", func(t *testing.T) {
		p := newPretend(t, never)
		_, err := sender(p.URL, time.Second).Send(t.Context(), testMessage)
		outcome{meaning: ErrUnknown}.check(t, err)
	})
	t.Run("a cancelled context ends the send", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		p := newPretend(t, func(w http.ResponseWriter, r *http.Request) {
			cancel()
			never(w, r)
		})
		start := time.Now()
		_, err := sender(p.URL, time.Minute).Send(ctx, testMessage)
		outcome{meaning: ErrUnknown}.check(t, err)
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestTwilioLeavesNothingBehind(t *testing.T) {
	p := newPretend(t, chunked(503))
	tw := newTwilio(t, TwilioOptions{From: "RIPOTI", BaseURL: p.URL})
	noLeak(t, func() {
		for range 50 {
			if _, err := tw.Send(t.Context(), testMessage); !errors.Is(err, ErrUnknown) {
				t.Fatal(err)
			}
		}
	})
}

func TestTwilioFindsALostMessage(t *testing.T) {
	list := `{"messages":[
		{"sid":"SM2","body":"another text","date_created":"Mon, 23 Nov 2026 10:00:05 +0000"},
		{"sid":"SM1","body":"` + testBody + `","date_created":"Mon, 23 Nov 2026 10:00:03 +0000"}],"page_size":100}`
	at := time.Date(2026, 11, 23, 10, 0, 3, 500e6, time.UTC)
	p := newPretend(t, says(200, "application/json", list))
	tw := newTwilio(t, TwilioOptions{From: "RIPOTI", BaseURL: p.URL})
	t.Run("by number, text and time", func(t *testing.T) {
		sent, found, err := tw.Find(t.Context(), testMessage, at)
		if err != nil || !found || sent.ProviderID != "SM1" {
			t.Errorf("%v, %v, %v", sent, found, err)
		}
		if _, form := p.last(t); form.Get("To") != "+254711000001" {
			t.Errorf("asked for %v", form)
		}
	})
	t.Run("an older one is another", func(t *testing.T) {
		if _, found, err := tw.Find(t.Context(), testMessage, at.Add(time.Minute)); found || err != nil {
			t.Errorf("%v, %v", found, err)
		}
	})
	t.Run("no answer is no news", func(t *testing.T) {
		p := newPretend(t, twilioSays(500, 20500))
		if _, found, err := newTwilio(t, TwilioOptions{From: "RIPOTI", BaseURL: p.URL}).Find(t.Context(), testMessage, at); found || !errors.Is(err, ErrUnknown) {
			t.Errorf("%v, %v", found, err)
		}
	})
}

func TestNewTwilioRefusesHalfAnAccount(t *testing.T) {
	for name, o := range map[string]TwilioOptions{
		"no account":  {AuthToken: "t", From: "R"},
		"no token":    {AccountSID: "AC1", From: "R"},
		"no sender":   {AccountSID: "AC1", AuthToken: "t"},
		"two senders": {AccountSID: "AC1", AuthToken: "t", From: "R", Service: "MG1"},
		"no address":  {AccountSID: "AC1", AuthToken: "t", From: "R", BaseURL: "twilio"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := NewTwilio(o); err == nil {
				t.Error("it was taken")
			}
		})
	}
}

// atSays is an answer of Africa's Talking about one recipient.
func atSays(code int, id string) http.HandlerFunc {
	return says(201, "application/json", `{"SMSMessageData":{"Message":"Sent to 1/1 Total Cost: KES 0.8000","Recipients":[{"statusCode":`+strconv.Itoa(code)+`,"number":"+254711000001","status":"x","cost":"KES 0.8000","messageId":"`+id+`"}]}}`)
}

func newAT(t *testing.T, o AfricasTalkingOptions) *AfricasTalking {
	t.Helper()
	o.Username, o.APIKey = "sandbox", "key1"
	a, err := NewAfricasTalking(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAfricasTalkingSends(t *testing.T) {
	p := newPretend(t, atSays(101, "ATXid_1"))
	sent, err := newAT(t, AfricasTalkingOptions{Sender: "21094", BaseURL: p.URL}).Send(t.Context(), testMessage)
	if err != nil || sent != (Sent{ProviderID: "ATXid_1", Segments: 1, Cost: ripoti.Money{Currency: "KES", Micros: 800_000}}) {
		t.Fatalf("sent %v, %v", sent, err)
	}
	req, form := p.last(t)
	for what, pair := range map[string][2]string{
		"path": {req.URL.Path, "/version1/messaging"}, "method": {req.Method, "POST"},
		"key": {req.Header.Get("apiKey"), "key1"}, "accept": {req.Header.Get("Accept"), "application/json"},
		"type":     {req.Header.Get("Content-Type"), "application/x-www-form-urlencoded"},
		"username": {form.Get("username"), "sandbox"}, "to": {form.Get("to"), "+254711000001"},
		"message": {form.Get("message"), testBody}, "from": {form.Get("from"), "21094"}, "bulk": {form.Get("bulkSMSMode"), "1"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %q, want %q", what, pair[0], pair[1])
		}
	}
	t.Run("without a sender the account chooses", func(t *testing.T) {
		if _, err := newAT(t, AfricasTalkingOptions{BaseURL: p.URL + "/"}).Send(t.Context(), testMessage); err != nil {
			t.Fatal(err)
		}
		if req, form := p.last(t); form.Has("from") || req.URL.Path != "/version1/messaging" {
			t.Errorf("%s %v", req.URL.Path, form)
		}
	})
}

func TestAfricasTalkingOutcomes(t *testing.T) {
	none := func(word string) http.HandlerFunc {
		return says(201, "application/json", `{"SMSMessageData":{"Message":"`+word+`","Recipients":[]}}`)
	}
	cases := append([]outcome{
		{"processed", atSays(100, "ATXid_1"), nil, "", 0},
		{"queued", atSays(102, "ATXid_1"), nil, "", 0},
		{"held for risk", atSays(401, "None"), ErrRefused, "401", 0},
		{"a sender that is not ours", atSays(402, "None"), ErrChannel, "402", 0},
		{"no number", atSays(403, "None"), ErrNotMobile, "403", 0},
		{"no mobile", atSays(404, "None"), ErrNotMobile, "404", 0},
		{"no balance", atSays(405, "None"), ErrChannel, "405", 0},
		{"a person who opted out", atSays(406, "None"), ErrStopped, "406", 0},
		{"no route", atSays(407, "None"), ErrBusy, "407", 0},
		{"a fault inside a success", atSays(500, "None"), ErrBusy, "500", 0},
		{"an unheard-of code", atSays(777, "ATXid_1"), ErrUnknown, "777", 0},
		{"sent without an id", atSays(101, "None"), ErrUnknown, "101", 0},
		{"a refusal in a word", none("InvalidSenderId"), ErrChannel, "402", 0},
		{"a balance in a word", none("InsufficientBalance"), ErrChannel, "405", 0},
		{"an unheard-of word", none("Maybe"), ErrUnknown, "", 0},
	}, roads...)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := newPretend(t, c.answer)
			_, err := newAT(t, AfricasTalkingOptions{BaseURL: p.URL}).Send(t.Context(), testMessage)
			c.check(t, err)
			if p.count() != 1 {
				t.Errorf("%d requests for one send", p.count())
			}
		})
	}
	endsInTime(t, func(base string, timeout time.Duration) Sender {
		return newAT(t, AfricasTalkingOptions{BaseURL: base, Timeout: timeout})
	})
	t.Run("nobody there is busy: nothing was written", func(t *testing.T) {
		_, err := newAT(t, AfricasTalkingOptions{BaseURL: refusedAddress(t)}).Send(t.Context(), testMessage)
		outcome{meaning: ErrBusy}.check(t, err)
	})
}

func TestRetryAfterADate(t *testing.T) {
	got := retryAfter(time.Now().Add(time.Minute).UTC().Format(http.TimeFormat))
	if got < 58*time.Second || got > time.Minute {
		t.Errorf("waits %v", got)
	}
	if past := retryAfter("Mon, 23 Nov 2020 10:00:00 GMT"); past != 0 {
		t.Errorf("a date that has passed waits %v", past)
	}
}
