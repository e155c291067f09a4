package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// phones is how many invented numbers there are, from firstPhone on.
const (
	firstPhone = 254711000000
	phones     = 1_000_000
)

// caller is one phone in one call.
type caller struct {
	phone   string
	session string
	source  string
	dice    *rand.Rand
}

// newCaller is the nth caller of a run: the same for the same seed, whoever walks the dialogue.
func (r *run) newCaller(n uint64) caller {
	dice := rand.New(rand.NewPCG(r.Seed, n))
	c := caller{
		phone:   "+" + strconv.FormatUint(firstPhone+(r.Seed*7919+n)%phones, 10),
		session: fmt.Sprintf("ATUid_%016x%016x", r.Seed, n),
		dice:    dice,
	}
	if r.Sources > 0 {
		at := n % uint64(r.Sources)
		c.source = fmt.Sprintf("198.18.%d.%d", at>>8&255, at&255) // the addresses kept for benchmarks
	}
	return c
}

// dialogue walks one call that was due to begin at a time.
func (r *run) dialogue(ctx context.Context, t *tally, n uint64, due time.Time) {
	c := r.newCaller(n)
	texts := r.Path.texts(r.Lang, places[n%uint64(len(places))])
	cut := len(texts)
	if r.Hangups > 0 && c.dice.Float64() < r.Hangups {
		cut = 1 + c.dice.IntN(len(texts)-1)
	}
	t.dialogues++
	var before []byte
	for press, text := range texts[:cut] {
		if press > 0 {
			due = time.Now()
		}
		answer, ok := r.press(ctx, t, c, press, text, before, due)
		if !ok {
			return // the gateway ends the call too
		}
		before = answer
	}
	if cut < len(texts) {
		r.hangup(ctx, t, c, texts[cut-1])
		return
	}
	t.finished++
}

// press posts one press, perhaps twice, and judges what comes back.
func (r *run) press(ctx context.Context, t *tally, c caller, press int, text string, before []byte, due time.Time) ([]byte, bool) {
	body := c.form(text)
	answer, ok := r.post(ctx, t, c, body)
	if !ok {
		return nil, false
	}
	took := time.Since(due)
	r.steps.Add(1)
	t.all.add(took)
	if press > 0 && press == r.Path.Files {
		t.filing.add(took)
	}
	if wrong := r.Path.judge(press, answer, before, r.Loose); wrong != "" {
		r.bad.Add(1)
		t.wrong[wrong]++
		return nil, false
	}
	if r.Repeats > 0 && c.dice.Float64() < r.Repeats {
		return answer, r.repeat(ctx, t, c, body, answer)
	}
	return answer, true
}

// repeat posts the same press again: the answer must be the same bytes.
func (r *run) repeat(ctx context.Context, t *tally, c caller, body string, first []byte) bool {
	again, ok := r.post(ctx, t, c, body)
	if !ok {
		return false
	}
	r.steps.Add(1)
	t.repeats++
	if !bytes.Equal(again, first) {
		r.bad.Add(1)
		t.wrong[differs]++
		return false
	}
	return true
}

// hangup cuts the call. Half of the gateway's notices never come.
func (r *run) hangup(ctx context.Context, t *tally, c caller, text string) {
	t.hangups++
	if c.dice.IntN(2) == 0 {
		return
	}
	notice := url.Values{"date": {time.Now().UTC().Format(time.DateTime)}, "sessionId": {c.session}, "serviceCode": {serviceCode},
		"networkCode": {networkCode}, "phoneNumber": {c.phone}, "status": {"Incomplete"}, "cost": {"KES 0.10"},
		"durationInMillis": {"20000"}, "hopsCount": {"1"}, "input": {text}, "lastAppResponse": {"CON"}}
	if _, err := r.send(ctx, r.Events, c, notice.Encode()); err != nil && ctx.Err() == nil {
		r.bad.Add(1)
		t.errors["end notice: "+kind(err)]++
	}
}

// What the gateway says of itself.
const (
	serviceCode = "*483#"
	networkCode = "63902" // Safaricom
)

// form is a press in the order and encoding in which Africa's Talking posts it.
func (c caller) form(text string) string {
	var b strings.Builder
	b.Grow(160 + len(text))
	b.WriteString("phoneNumber=%2B")
	b.WriteString(c.phone[1:])
	b.WriteString("&serviceCode=%2A483%23&text=")
	b.WriteString(url.QueryEscape(text))
	b.WriteString("&sessionId=")
	b.WriteString(c.session)
	b.WriteString("&networkCode=" + networkCode)
	return b.String()
}

// post sends a press and counts what goes wrong, unless the run was stopped.
func (r *run) post(ctx context.Context, t *tally, c caller, body string) ([]byte, bool) {
	answer, err := r.send(ctx, r.URL, c, body)
	if err == nil {
		return answer, true
	}
	if ctx.Err() == nil {
		r.bad.Add(1)
		t.errors[kind(err)]++
	}
	return nil, false
}

// statusError is an answer with another status than 200.
type statusError int

func (s statusError) Error() string { return "status " + strconv.Itoa(int(s)) }

// answerLimit is the most that is read of an answer.
const answerLimit = 64 << 10

func (r *run) send(ctx context.Context, to string, c caller, body string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header["Content-Type"] = formType
	if c.source != "" {
		request.Header["X-Forwarded-For"] = []string{c.source}
	}
	response, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, answerLimit))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, statusError(response.StatusCode)
	}
	return answer, nil
}

var formType = []string{"application/x-www-form-urlencoded"}

// kind names an error without the address, which holds the gateway's secret.
func kind(err error) string {
	var status statusError
	var network net.Error
	switch {
	case errors.As(err, &status):
		return status.Error()
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection lost"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "no answer in time"
	}
	return "other"
}
