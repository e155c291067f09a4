package sms

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
)

// SimulatorName is the name of the simulator in receipts.
const SimulatorName = "simulator"

// simulated is how many messages a Simulator remembers.
const simulated = 1000

// Temper is how the Simulator treats a message; the zero Temper takes it and reports it delivered.
type Temper struct {
	Wait  time.Duration // before it answers
	Err   error         // what it answers in place of taking the message
	Lost  bool          // it takes the message, but its answer is lost: ErrUnknown
	Quiet bool          // no receipt ever comes
	Early bool          // the receipt comes before the answer
	Twice bool          // the receipt comes twice
	Fails string        // the receipt says that it failed, for this reason
}

// Simulator is a Sender without a network: what is sent stays in memory and a receipt follows at
// once. It is safe for concurrent use.
type Simulator struct {
	receipt func(Receipt)
	temper  func(Message) Temper

	mu       sync.Mutex
	messages []Message
	pending  sync.WaitGroup
}

// NewSimulator gives receipts to receipt, from goroutines of its own; nil is for who wants none.
func NewSimulator(receipt func(Receipt)) *Simulator {
	if receipt == nil {
		receipt = func(Receipt) {}
	}
	return &Simulator{receipt: receipt, temper: func(Message) Temper { return Temper{} }}
}

// SetTemper says how messages are treated from now on.
func (s *Simulator) SetTemper(temper func(Message) Temper) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.temper = temper
}

// Name is "simulator".
func (s *Simulator) Name() string { return SimulatorName }

// Way is two-way: its phones can answer.
func (s *Simulator) Way() Way { return Way{TwoWay: true} }

// Send keeps the message.
func (s *Simulator) Send(ctx context.Context, m Message) (Sent, error) {
	s.mu.Lock()
	temper := s.temper(m)
	s.mu.Unlock()
	if err := wait(ctx, temper.Wait); err != nil {
		return Sent{}, &ProviderError{Provider: SimulatorName, Cause: err, Meaning: ErrUnknown}
	}
	if temper.Err != nil {
		return Sent{}, temper.Err
	}
	sent := Sent{ProviderID: s.keep(m), Segments: Segments(m.Body)}
	s.report(m, sent, temper)
	if temper.Lost {
		return Sent{}, &ProviderError{Provider: SimulatorName, Meaning: ErrUnknown}
	}
	return sent, nil
}

func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (s *Simulator) keep(m Message) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.messages) == simulated {
		s.messages = append(s.messages[:0], s.messages[1:]...)
	}
	s.messages = append(s.messages, m)
	return "SIM" + uuid.NewString() // unique across restarts, as a provider's is
}

func (s *Simulator) report(m Message, sent Sent, temper Temper) {
	if temper.Quiet {
		return
	}
	r := Receipt{Provider: SimulatorName, ProviderID: sent.ProviderID, OurID: m.ID, Status: Delivered}
	if temper.Fails != "" {
		r.Status, r.Reason = Failed, temper.Fails
	}
	tell := func() {
		s.receipt(r)
		if temper.Twice {
			s.receipt(r)
		}
	}
	if temper.Early {
		tell()
		return
	}
	s.pending.Go(tell)
}

// Messages are the last thousand messages that were taken, oldest first.
func (s *Simulator) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// Close waits for the receipts that are on their way.
func (s *Simulator) Close() { s.pending.Wait() }
