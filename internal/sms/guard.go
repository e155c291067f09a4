package sms

import (
	"context"
	"fmt"

	"ripoti/internal/ripoti"
)

// Guard is s for everybody but the invented people of the sample directory: to them nothing is ever
// sent, the error is ErrRefused.
func Guard(s Sender, isSample func(ripoti.Phone) bool) Sender { return guarded{s, isSample} }

type guarded struct {
	Sender
	isSample func(ripoti.Phone) bool
}

func (g guarded) Send(ctx context.Context, m Message) (Sent, error) {
	if g.isSample(m.To) {
		return Sent{}, fmt.Errorf("a sample contact: %w", ErrRefused)
	}
	return g.Sender.Send(ctx, m)
}
