package sms

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

// ProviderError is what a provider, or the way to it, said to one message. It names the provider's
// code and never the number or the text; what it means is one of the errors of this package.
type ProviderError struct {
	Provider string
	Code     string // the provider's own, or "HTTP 502", or "" where no answer came
	Cause    error  // what went wrong on the way, nil where the provider answered
	Meaning  error  // ErrRefused ... ErrUnknown
}

func (e *ProviderError) Error() string {
	s := e.Provider
	if e.Code != "" {
		s += " " + e.Code
	}
	s += ": " + e.Meaning.Error()
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the meaning and the cause.
func (e *ProviderError) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Meaning}
	}
	return []error{e.Meaning, e.Cause}
}

// statusMeanings are what an HTTP status means where the provider's own code does not tell. Any
// other status leaves open whether the message was taken.
var statusMeanings = map[int]error{
	http.StatusBadRequest:            ErrRefused,
	http.StatusUnauthorized:          ErrChannel,
	http.StatusPaymentRequired:       ErrChannel,
	http.StatusForbidden:             ErrChannel,
	http.StatusNotFound:              ErrChannel, // the account or the address is wrong
	http.StatusMethodNotAllowed:      ErrChannel,
	http.StatusRequestEntityTooLarge: ErrRefused,
	http.StatusUnprocessableEntity:   ErrRefused,
	http.StatusTooManyRequests:       ErrBusy,
	http.StatusMovedPermanently:      ErrChannel, // a proxy or a portal stands in between
	http.StatusFound:                 ErrChannel,
	http.StatusTemporaryRedirect:     ErrChannel,
	http.StatusPermanentRedirect:     ErrChannel,
}

func statusMeaning(status int) error {
	if meaning, ok := statusMeanings[status]; ok {
		return meaning
	}
	return ErrUnknown
}

// answerLimit is more than any provider answers to one message.
const answerLimit = 1 << 20

// exchange is one request to a provider and what came back. It is an http.RoundTripper because the
// providers' libraries know neither contexts nor headers: it puts the request under the context,
// sends it to the configured host, reads every body to its end within the deadline and keeps what
// the libraries throw away.
type exchange struct {
	ctx  context.Context
	base *url.URL // nil leaves the host as the library wrote it
	next http.RoundTripper

	connected  atomic.Bool // a connection was had: something may have been written
	status     int         // 0 where no whole answer came
	retryAfter time.Duration
	concurrent string // Twilio-Concurrent-Requests
}

// RoundTrip makes the request. The body of what it returns is in memory.
func (e *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := httptrace.WithClientTrace(e.ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { e.connected.Store(true) },
	})
	req = req.Clone(ctx)
	if e.base != nil {
		req.URL.Scheme, req.URL.Host, req.Host = e.base.Scheme, e.base.Host, ""
	}
	res, err := e.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, answerLimit))
	res.Body.Close()
	if err != nil && res.StatusCode < 400 { // a refusal is one, however much of it arrived
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	e.status, e.concurrent = res.StatusCode, res.Header.Get("Twilio-Concurrent-Requests")
	e.retryAfter = retryAfter(res.Header.Get("Retry-After"))
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// client is an http.Client for this one exchange. It has no time-out of its own: the context ends it.
func (e *exchange) client() *http.Client {
	return &http.Client{
		Transport:     e,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// lost is the error of an exchange that brought no whole answer: the message was not sent where no
// connection was had, and may have been where one was.
func (e *exchange) lost(provider string, err error) error {
	meaning := ErrUnknown
	if !e.connected.Load() {
		meaning = ErrBusy
	}
	return &ProviderError{Provider: provider, Cause: bare(err), Meaning: meaning}
}

// refused is the error of an answer that did not take the message, with the wait it asked for.
func (e *exchange) refused(provider, code string, meaning error) error {
	if code == "" {
		code = "HTTP " + strconv.Itoa(e.status)
	}
	err := &ProviderError{Provider: provider, Code: code, Meaning: meaning}
	if errors.Is(meaning, ErrBusy) && e.retryAfter > 0 {
		return &Delay{After: e.retryAfter, Err: err}
	}
	return err
}

// bare takes the address off an error of net/http: its query may hold a number.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// longestWait is the most that a provider may ask us to wait; an alert cannot wait for tomorrow.
const longestWait = 10 * time.Minute

// retryAfter reads the header of that name, in seconds or as a date; 0 where there is none.
func retryAfter(header string) time.Duration {
	if header == "" {
		return 0
	}
	if seconds, err := strconv.ParseFloat(header, 64); err == nil && seconds > 0 {
		return time.Duration(min(seconds, longestWait.Seconds()) * float64(time.Second))
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(time.Until(at), 0), longestWait)
	}
	return 0
}

// newTransport keeps connections to one provider for a while and gives up early on one that cannot
// be had.
func newTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   5 * time.Second,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       45 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}
