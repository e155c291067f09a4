package webhook

import (
	"context"
	"errors"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
)

// Desk is where reports are saved for good. Every method may be called again with the same
// conversation, by this process or another, and then has no second effect.
type Desk interface {
	// File saves the draft and gives its number; only then may a screen say "received". For a
	// conversation that was filed before it gives the same number and adds what is new in the draft.
	File(ctx context.Context, f Filing) (ripoti.Code, error)
	// Add adds the draft's answers to the report that the conversation filed.
	Add(ctx context.Context, f Filing) error
	// Hold keeps the draft so that it goes out by itself soon, unless it is dropped or filed. After
	// either of these it does nothing.
	Hold(ctx context.Context, f Filing) error
	// Follow tells how a report stands whose number was typed, and does what is told or asked of it; own
	// says that the phone is the one that reported.
	Follow(ctx context.Context, f Following) (stands flows.Standing, own bool, err error)
	// Drop forgets what is held of the conversation, for good; a filed report stays.
	Drop(ctx context.Context, conversation string) error
}

// Filing is a draft on its way to the desk.
type Filing struct {
	// Conversation names the talk that the draft comes from, the same across a redial. It is a keyed
	// hash and tells nothing.
	Conversation string         `json:"conversation"`
	From         ripoti.Phone   `json:"from"`
	Channel      ripoti.Channel `json:"channel"`
	Draft        ripoti.Draft   `json:"draft"`
}

// Following is a press of a follow-up on its way to the desk.
type Following struct {
	// Key names the press: a keyed hash of the call and of how many presses came before it, the same when
	// the call is replayed.
	Key  string
	From ripoti.Phone
	flows.Asked
}

// errSlow says that the desk did not answer in time, whether or not it looks at its context.
var errSlow = errors.New("no answer in time")

// within runs do and stops waiting for it when ctx ends, even if do does not look at ctx. A draft
// that is saved too late was called unsaved: that errs on the safe side, as the caller then phones
// 999, and the desk knows the conversation when it comes again.
func within[T any](ctx context.Context, do func(context.Context) (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	answered := make(chan answer, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				var none T
				answered <- answer{none, errors.New("the desk panicked")}
			}
		}()
		value, err := do(ctx)
		answered <- answer{value, err}
	}()
	select {
	case a := <-answered:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, errSlow
	}
}

// saveTime is what is left of a press for remembering the call, however long the desk took.
const saveTime = 400 * time.Millisecond

// deskTime is ctx with the desk's part of the time that is left.
func deskTime(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(deadline)-saveTime)
	}
	return context.WithTimeout(ctx, limit)
}
