package webhook

import (
	"context"
	"net/url"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

// Inbox takes inbound messages. It stores before it returns, and takes the same provider and id
// twice as once. An error that is Invalid will not heal by being sent again; every other one may.
type Inbox interface {
	Receive(ctx context.Context, m sms.Inbound) error
}

// Receipts takes what became of a message. A receipt may come twice, late, out of order, or before
// our own write of the message; none of that is an error.
type Receipts interface {
	Receipt(ctx context.Context, r sms.Receipt) error
}

// OptOuts takes the numbers of people who told their provider that they want no more messages. The
// same again is no error; a number that cannot be read is Invalid.
type OptOuts interface {
	OptOut(ctx context.Context, number string) error
}

// Signed proves that a form was sent by who holds the account's token. address is what the provider
// was told to call. sms.TwilioVerifier is one.
type Signed interface {
	Verify(address string, form url.Values, signature string) bool
}

// smsLimit is how long a message may take to be stored: providers wait 10 s and more, and then repeat
// it or not at all.
const smsLimit = 5 * time.Second

// result is what became of a message or a receipt, as the metrics call it.
type result string

const (
	accepted   result = "accepted"
	refused    result = "refused"
	unreadable result = "unreadable"
	failed     result = "failed"
)

// store runs do for a message or a receipt that has come in for good: to its end, although the
// provider hangs up, and no longer than smsLimit.
func store(ctx context.Context, do func(context.Context) error) (result, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), smsLimit)
	defer cancel()
	_, err := within(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, do(ctx) })
	switch {
	case err == nil:
		return accepted, nil
	case ripoti.CodeOf(err) == ripoti.CodeInvalid:
		return unreadable, nil
	}
	return failed, err
}
