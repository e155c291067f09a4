// Package sms sends text messages and knows what the providers' answers mean.
package sms

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Message is one SMS on its way out. ID is our own and comes back with receipts.
type Message struct {
	ID   string
	To   ripoti.Phone
	Body string // GSM-7, one segment
}

// Sent is what a provider said when it took a message.
type Sent struct {
	ProviderID string
	Segments   int
	Cost       ripoti.Money // zero where the provider does not tell yet
}

// Way is how the messages of a sender look to the person who gets them; sentences follow it.
type Way struct {
	// TwoWay says that the person can answer by replying. An alphanumeric sender cannot be answered.
	TwoWay bool
	// ReplyTo is the number to text instead when the sender is one-way, e.g. "21094"; may be empty.
	ReplyTo string
}

// Sender delivers messages. What went wrong is told by the errors below; any other error is unknown
// and treated as Unknown.
type Sender interface {
	Name() string // "twilio", "africastalking", "simulator"
	Way() Way
	Send(ctx context.Context, m Message) (Sent, error)
}

// What an error of a Sender means for the message. Each wraps a cause that names the provider's code
// and never the number or the text.
var (
	ErrRefused   = errors.New("refused")    // will not heal by trying again
	ErrStopped   = errors.New("opted out")  // the person texted STOP: mark the number
	ErrNotMobile = errors.New("not mobile") // a landline or no phone: mark the number
	ErrChannel   = errors.New("channel")    // credentials, balance, sender id: stop the channel and alarm
	ErrBusy      = errors.New("busy")       // not processed: safe to send again later
	ErrUnknown   = errors.New("unknown")    // may or may not have been taken: wait for a receipt
)

// ErrNoRoute is an ErrRefused of this provider alone: another one may reach the number.
var ErrNoRoute = fmt.Errorf("no route: %w", ErrRefused)

// NotTaken says that a message was surely not taken for a reason that another provider may not have:
// it may go to the next one at once.
func NotTaken(err error) bool {
	return errors.Is(err, ErrBusy) || errors.Is(err, ErrChannel) || errors.Is(err, ErrNoRoute)
}

// Delay is an error that says how long to wait before the next try.
type Delay struct {
	After time.Duration
	Err   error
}

func (d *Delay) Error() string { return d.Err.Error() }
func (d *Delay) Unwrap() error { return d.Err }

// Status is where a message stands. It only moves forward: Queued < Sending < Sent < Delivered or
// Failed. Unknown is a send whose answer was lost.
type Status string

const (
	Queued    Status = "queued"
	Sending   Status = "sending"
	Taken     Status = "sent" // the provider or the next carrier took it: not delivered yet
	Delivered Status = "delivered"
	Failed    Status = "failed"
	Unknown   Status = "unknown"
	Bundled   Status = "bundled" // leaves in another message
)

// Receipt is a delivery report. OurID is Message.ID where the provider gives it back.
type Receipt struct {
	Provider   string
	ProviderID string
	OurID      string
	Status     Status
	Reason     string // the provider's code, never a number or text
}

// Inbound is a text message as it came in.
type Inbound struct {
	Provider   string // "twilio", "africastalking"
	ProviderID string // unique with Provider: at-least-once becomes once
	From       string // as it came: a phone, a short code or an alphanumeric sender
	To         string
	Body       string // unaltered
	At         time.Time
	// Media is how many pictures and the like came with it; they are not kept.
	Media int
	// Listed says that it was read from the provider's list, where its id may be written otherwise
	// than the hook's.
	Listed bool
}
