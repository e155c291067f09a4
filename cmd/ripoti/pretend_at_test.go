package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// pretendAT takes messages as Africa's Talking does, posts receipts and texts without a signature,
// and has a temper.
type pretendAT struct {
	*httptest.Server
	t *testing.T

	mu      sync.Mutex
	taken   []pretendSMS
	asked   int
	temper  mood   // how every message is treated; nil takes it
	balance string // "KES 1785.50"
	inbox   []pretendText
}

// mood treats a request; false leaves it to be taken.
type mood = func(http.ResponseWriter, *http.Request) bool

// pretendText is a text in a provider's list.
type pretendText struct {
	ID, From, Body string
	At             time.Time
}

const pretendUser, pretendKey = "pretended", "pretendkey"

func newPretendAT(t *testing.T) *pretendAT {
	p := &pretendAT{t: t, balance: "KES 1785.50"}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

func (p *pretendAT) serve(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("apiKey") != pretendKey || r.FormValue("username") != pretendUser {
		http.Error(w, "The supplied authentication is invalid", http.StatusUnauthorized)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch r.Method + " " + r.URL.Path {
	case "POST /version1/messaging":
		p.asked++
		if p.temper != nil && p.temper(w, r) {
			return
		}
		p.answer(w, r, 101, p.take(r).SID)
	case "GET /version1/messaging":
		json.NewEncoder(w).Encode(map[string]any{"SMSMessageData": map[string]any{"Messages": p.after(r.FormValue("lastReceivedId"))}})
	case "GET /version1/user":
		json.NewEncoder(w).Encode(map[string]any{"UserData": map[string]any{"balance": p.balance}})
	default:
		http.NotFound(w, r)
	}
}

// answer says what became of a message: a refusal comes inside a success.
func (p *pretendAT) answer(w http.ResponseWriter, r *http.Request, code int, id string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"SMSMessageData":{"Message":"Sent to 1/1 Total Cost: KES 0.8000","Recipients":[{"statusCode":%d,"number":%q,"status":"x","cost":"KES 0.8000","messageId":%q}]}}`,
		code, r.FormValue("to"), id)
}

func (p *pretendAT) take(r *http.Request) pretendSMS {
	m := pretendSMS{SID: "ATXid_" + uuid.NewString(), To: r.FormValue("to"), From: r.FormValue("from"), Body: r.FormValue("message"), At: time.Now()}
	p.taken = append(p.taken, m)
	return m
}

// code refuses with one of Africa's Talking's own.
func (p *pretendAT) code(code int) mood {
	return func(w http.ResponseWriter, r *http.Request) bool { p.answer(w, r, code, "None"); return true }
}

// lost takes the message and loses the answer.
func (p *pretendAT) lost(w http.ResponseWriter, r *http.Request) bool {
	p.take(r)
	panic(http.ErrAbortHandler)
}

// status answers with a bare HTTP status.
func status(code int) mood {
	return func(w http.ResponseWriter, _ *http.Request) bool { http.Error(w, "pretended", code); return true }
}

// notTo spares one number: a send of unknown outcome is repeated only after a minute.
func notTo(number string, m mood) mood {
	return func(w http.ResponseWriter, r *http.Request) bool { return r.PostForm.Get("To") != number && m(w, r) }
}

// after is the page of texts behind an id: two at most, so that there are pages.
func (p *pretendAT) after(id string) []map[string]any {
	last, err := strconv.Atoi(id)
	if err != nil {
		p.t.Errorf("lastReceivedId is %q", id)
	}
	page := []map[string]any{}
	for i, text := range p.inbox {
		if i+1 > last && len(page) < 2 {
			page = append(page, map[string]any{"id": i + 1, "from": text.From, "to": "21094", "text": text.Body, "date": text.At.UTC().Format(time.RFC3339), "linkId": ""})
		}
	}
	return page
}

// hold puts a text into the list.
func (p *pretendAT) hold(from, body string, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inbox = append(p.inbox, pretendText{From: from, Body: body, At: at})
}

func (p *pretendAT) willBe(temper mood) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.temper = temper
}

func (p *pretendAT) sent(to string) (out []pretendSMS) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.taken {
		if m.To == to || to == "" {
			out = append(out, m)
		}
	}
	return out
}

func (p *pretendAT) requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// report posts a delivery report.
func (p *pretendAT) report(address string, m pretendSMS, status string) int {
	return p.post(address, "receipt", url.Values{"id": {m.SID}, "status": {status}, "phoneNumber": {m.To}, "networkCode": {"63902"}})
}

// text posts an inbound SMS.
func (p *pretendAT) text(address, id, from, body string, at time.Time) int {
	return p.post(address, "sms", url.Values{"id": {id}, "from": {from}, "to": {"21094"}, "text": {body}, "date": {at.UTC().Format(time.DateTime)}, "linkId": {""}})
}

func (p *pretendAT) post(address, hook string, form url.Values) int {
	p.t.Helper()
	answer, err := http.Post(address+"/hooks/africastalking/"+tripSecret+"/"+hook, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// tell answers what Twilio is asked about the account: what is left, and the list of messages.
func (p *pretendTwilio) tell(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if strings.HasSuffix(r.URL.Path, "/Balance.json") {
		fmt.Fprintf(w, `{"account_sid":%q,"balance":"42.50","currency":"USD"}`, pretendAccount)
		return
	}
	listed := []map[string]any{}
	for _, m := range p.inbox {
		if r.FormValue("To") == "+254711000000" {
			listed = append([]map[string]any{{"sid": m.ID, "from": m.From, "to": "+254711000000", "body": m.Body, "direction": "inbound",
				"num_media": "0", "date_sent": m.At.UTC().Format(time.RFC1123Z)}}, listed...)
		}
	}
	json.NewEncoder(w).Encode(map[string]any{"messages": listed, "next_page_uri": nil})
}

// hold puts a text into the list.
func (p *pretendTwilio) hold(sid, from, body string, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inbox = append(p.inbox, pretendText{ID: sid, From: from, Body: body, At: at})
}
