package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// pretendTwilio takes messages as Twilio does, signs its callbacks, and has a temper.
type pretendTwilio struct {
	*httptest.Server
	t     *testing.T
	token string

	mu     sync.Mutex
	taken  []pretendSMS
	temper []func(http.ResponseWriter, *http.Request) bool // each is used up by one request
	asked  int
	inbox  []pretendText
}

type pretendSMS struct {
	SID, To, From, Body, Callback string
	At                            time.Time
}

const pretendAccount, pretendToken = "AC00000000000000000000000000000001", "pretendtoken"

func newPretendTwilio(t *testing.T) *pretendTwilio {
	p := &pretendTwilio{t: t, token: pretendToken}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

// willBe adds moods: each of the next requests gets one.
func (p *pretendTwilio) willBe(moods ...func(http.ResponseWriter, *http.Request) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.temper = append(p.temper, moods...)
}

// tooMany answers 429: not processed, safe to repeat.
func tooMany(w http.ResponseWriter, _ *http.Request) bool {
	w.Header().Set("Retry-After", "1")
	twilioError(w, 429, 20429)
	return true
}

// broken answers 500 without a word of Twilio's own: who knows whether it was taken.
func broken(w http.ResponseWriter, _ *http.Request) bool {
	http.Error(w, "<html>oops</html>", http.StatusInternalServerError)
	return true
}

// optedOut refuses for good.
func optedOut(w http.ResponseWriter, _ *http.Request) bool {
	twilioError(w, 400, 21610)
	return true
}

// silent takes the message and loses the answer.
func (p *pretendTwilio) silent(w http.ResponseWriter, r *http.Request) bool {
	p.take(r)
	hijacked, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		p.t.Error(err)
		return true
	}
	hijacked.Close()
	return true
}

func twilioError(w http.ResponseWriter, status, code int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"code":%d,"message":"pretended","more_info":"","status":%d}`, code, status)
}

func (p *pretendTwilio) serve(w http.ResponseWriter, r *http.Request) {
	if user, password, _ := r.BasicAuth(); user != pretendAccount || password != p.token {
		twilioError(w, 401, 20003)
		return
	}
	if r.Method != http.MethodPost {
		p.tell(w, r)
		return
	}
	if err := r.ParseForm(); err != nil {
		twilioError(w, 400, 21602)
		return
	}
	p.mu.Lock()
	p.asked++
	var mood func(http.ResponseWriter, *http.Request) bool
	if len(p.temper) > 0 {
		mood, p.temper = p.temper[0], p.temper[1:]
	}
	p.mu.Unlock()
	if mood != nil && mood(w, r) {
		return
	}
	sms := p.take(r)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"sid":%q,"status":"queued","num_segments":"1","error_code":null,"to":%q}`, sms.SID, sms.To)
}

func (p *pretendTwilio) take(r *http.Request) pretendSMS {
	p.mu.Lock()
	defer p.mu.Unlock()
	sms := pretendSMS{SID: "SM" + strings.ReplaceAll(uuid.NewString(), "-", ""), To: r.PostForm.Get("To"), From: r.PostForm.Get("From"),
		Body: r.PostForm.Get("Body"), Callback: r.PostForm.Get("StatusCallback"), At: time.Now()}
	p.taken = append(p.taken, sms)
	return sms
}

// sent are the messages that were taken for a number, oldest first.
func (p *pretendTwilio) sent(to string) (out []pretendSMS) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.taken {
		if m.To == to || to == "" {
			out = append(out, m)
		}
	}
	return out
}

// waitFor waits until a number has got n messages.
func (p *pretendTwilio) waitFor(to string, n int) []pretendSMS {
	p.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		if got := p.sent(to); len(got) >= n {
			return got
		}
		time.Sleep(5 * time.Millisecond)
	}
	p.t.Fatalf("%s got %d messages, want %d; all: %v", to, len(p.sent(to)), n, p.sent(""))
	return nil
}

// sign is X-Twilio-Signature: HMAC-SHA1 over the address and the sorted form.
func (p *pretendTwilio) sign(address string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(p.token))
	io.WriteString(mac, address)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			io.WriteString(mac, name+value)
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// report posts a signed status callback for a message. public is the base that callbacks were given
// with; they are delivered to the server at address.
func (p *pretendTwilio) report(public, address string, m pretendSMS, status string) int {
	p.t.Helper()
	form := url.Values{"MessageSid": {m.SID}, "SmsSid": {m.SID}, "MessageStatus": {status}, "SmsStatus": {status},
		"To": {m.To}, "From": {m.From}, "AccountSid": {pretendAccount}, "ApiVersion": {"2010-04-01"}}
	return p.post(m.Callback, strings.Replace(m.Callback, public, address, 1), form)
}

// text posts a signed inbound SMS.
func (p *pretendTwilio) text(public, address, sid, from, body string) int {
	p.t.Helper()
	form := url.Values{"MessageSid": {sid}, "SmsSid": {sid}, "AccountSid": {pretendAccount}, "From": {from}, "To": {"+254711000000"},
		"Body": {body}, "NumMedia": {"0"}, "NumSegments": {"1"}, "SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"}}
	return p.post(public+"/hooks/twilio/sms", address+"/hooks/twilio/sms", form)
}

func (p *pretendTwilio) post(signed, to string, form url.Values) int {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("X-Twilio-Signature", p.sign(signed, form))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}
