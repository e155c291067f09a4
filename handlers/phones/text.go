package phones

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"time"

	"ripoti/internal/ripoti"
)

const (
	// replyWithin is how long an answer to a message is waited for.
	replyWithin = 2 * time.Second
	// replySettle is how long further answers may take to follow the first.
	replySettle = 150 * time.Millisecond
	replyLook   = 20 * time.Millisecond
	longestText = 20000
)

// text sends an SMS as any phone through the real hook, and answers with what that phone got in
// reply. A short code or a name may send too; nobody can answer it.
func (p *Phones) text(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "unreadable form", http.StatusBadRequest)
		return
	}
	sender := r.PostForm.Get("from")
	from, err := ripoti.ParsePhone(sender)
	switch {
	case err == nil:
		sender = from.Dial()
	case !senderName.MatchString(sender):
		http.Error(w, "from is no phone number, short code or name", http.StatusBadRequest)
		return
	}
	body := r.PostForm.Get("body")
	if body == "" || len(body) > longestText {
		http.Error(w, "body must have 1 to 20000 bytes", http.StatusBadRequest)
		return
	}
	if from == "" {
		p.textOfNoPhone(w, r, sender, body)
		return
	}
	before, err := p.got(r.Context(), from)
	if err != nil {
		http.Error(w, "the messages cannot be read now", http.StatusServiceUnavailable)
		return
	}
	if status := p.deliver(r, r.PostForm.Get("provider"), sender, body); status >= 300 {
		http.Error(w, "the hook did not take it: "+http.StatusText(status), http.StatusBadGateway)
		return
	}
	writeJSON(w, r, p.replies(r.Context(), from, len(before)))
}

// senderName is what stands for a sender that is no phone: a short code, or a name of up to 11 letters.
var senderName = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z _.-]{1,10}$`)

// textOfNoPhone delivers a text that nobody can answer, and so answers with no messages.
func (p *Phones) textOfNoPhone(w http.ResponseWriter, r *http.Request, sender, body string) {
	if status := p.deliver(r, r.PostForm.Get("provider"), sender, body); status >= 300 {
		http.Error(w, "the hook did not take it: "+http.StatusText(status), http.StatusBadGateway)
		return
	}
	writeJSON(w, r, []Message{})
}

// deliver posts what the provider would post.
func (p *Phones) deliver(r *http.Request, provider, from, body string) int {
	path, form, header := "/hooks/africastalking/"+p.Secret+"/sms", url.Values{
		"linkId": {""}, "text": {body}, "to": {p.Shortcode}, "id": {newID()},
		"date": {time.Now().UTC().Format(time.DateTime)}, "from": {from}, "networkCode": {"99999"},
	}, http.Header{}
	if provider == "twilio" {
		sid := "SM" + newID()
		path, form = "/hooks/twilio/sms", url.Values{
			"MessageSid": {sid}, "SmsSid": {sid}, "SmsMessageSid": {sid}, "From": {from}, "To": {p.Shortcode},
			"Body": {body}, "NumMedia": {"0"}, "NumSegments": {"1"}, "SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"},
		}
		if p.TwilioSign != nil {
			header.Set("X-Twilio-Signature", p.TwilioSign(path, form))
		}
	}
	post := httptest.NewRequestWithContext(r.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
	post.Header = header
	post.RemoteAddr = r.RemoteAddr
	post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	p.Hooks.ServeHTTP(answer, post)
	return answer.Code
}

// replies waits for messages to a phone beyond the first n.
func (p *Phones) replies(ctx context.Context, to ripoti.Phone, n int) []Message {
	ctx, cancel := context.WithTimeout(ctx, replyWithin)
	defer cancel()
	var seen int
	var since time.Time
	for {
		all, err := p.got(ctx, to)
		if err == nil && len(all)-n > seen {
			seen, since = len(all)-n, time.Now()
		}
		if seen > 0 && time.Since(since) >= replySettle {
			return all[n:]
		}
		select {
		case <-ctx.Done():
			if seen > 0 && err == nil {
				return all[n:]
			}
			return nil
		case <-time.After(replyLook):
		}
	}
}

// got is what a phone has got so far.
func (p *Phones) got(ctx context.Context, to ripoti.Phone) ([]Message, error) {
	all, err := p.Messages(ctx)
	if err != nil {
		return nil, err
	}
	mine := make([]Message, 0, len(all))
	for _, m := range all {
		if m.To == to.Dial() {
			mine = append(mine, m)
		}
	}
	return mine, nil
}

func newID() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails
	return hex.EncodeToString(raw[:])
}
