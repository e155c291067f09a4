package sms

import (
	"errors"
	"sync"
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

// inbox gathers receipts.
type inbox struct {
	mu  sync.Mutex
	got []Receipt
}

func (i *inbox) receipt(r Receipt) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.got = append(i.got, r)
}

func TestSimulator(t *testing.T) {
	for _, c := range []struct {
		name     string
		temper   Temper
		meaning  error
		kept     int
		receipts int
		status   Status
	}{
		{"a message is taken and reported delivered", Temper{}, nil, 1, 1, Delivered},
		{"a refusal takes nothing", Temper{Err: ErrStopped}, ErrStopped, 0, 0, ""},
		{"a lost answer was taken all the same", Temper{Lost: true}, ErrUnknown, 1, 1, Delivered},
		{"a quiet network reports nothing", Temper{Quiet: true}, nil, 1, 0, ""},
		{"a receipt may come twice", Temper{Twice: true, Early: true}, nil, 1, 2, Delivered},
		{"a receipt may tell of failure", Temper{Fails: "30003"}, nil, 1, 1, Failed},
		{"a slow network still sends", Temper{Wait: 5 * time.Millisecond}, nil, 1, 1, Delivered},
	} {
		t.Run(c.name, func(t *testing.T) {
			var in inbox
			s := NewSimulator(in.receipt)
			s.SetTemper(func(Message) Temper { return c.temper })
			_, err := s.Send(t.Context(), testMessage)
			s.Close()
			if !errors.Is(err, c.meaning) {
				t.Errorf("err = %v, want %v", err, c.meaning)
			}
			if len(s.Messages()) != c.kept || len(in.got) != c.receipts {
				t.Fatalf("%d kept, %d receipts", len(s.Messages()), len(in.got))
			}
			for _, r := range in.got {
				if r.Status != c.status || r.OurID != testMessage.ID || r.ProviderID == "" {
					t.Errorf("receipt %+v", r)
				}
			}
		})
	}
	t.Run("an early receipt comes before the answer", func(t *testing.T) {
		early := false
		s := NewSimulator(func(Receipt) { early = true })
		s.SetTemper(func(Message) Temper { return Temper{Early: true} })
		if _, err := s.Send(t.Context(), testMessage); err != nil || !early {
			t.Errorf("early %v, %v", early, err)
		}
	})
	t.Run("each message has an id of its own, the oldest are forgotten", func(t *testing.T) {
		s := NewSimulator(nil)
		ids := map[string]bool{}
		for range simulated + 1 {
			sent, err := s.Send(t.Context(), testMessage)
			if err != nil {
				t.Fatal(err)
			}
			ids[sent.ProviderID] = true
		}
		s.Close()
		if len(ids) != simulated+1 || len(s.Messages()) != simulated {
			t.Errorf("%d ids, %d kept", len(ids), len(s.Messages()))
		}
	})
}

func TestGuard(t *testing.T) {
	s := NewSimulator(nil)
	defer s.Close()
	g := Guard(s, func(p ripoti.Phone) bool { return p == testPhone })
	t.Run("nothing is sent to a sample", func(t *testing.T) {
		if _, err := g.Send(t.Context(), testMessage); !errors.Is(err, ErrRefused) || len(s.Messages()) != 0 {
			t.Errorf("%v, %d sent", err, len(s.Messages()))
		}
	})
	t.Run("everybody else is sent to", func(t *testing.T) {
		if _, err := g.Send(t.Context(), Message{To: "+254711000002"}); err != nil || len(s.Messages()) != 1 {
			t.Errorf("%v, %d sent", err, len(s.Messages()))
		}
	})
	t.Run("it looks like what it guards", func(t *testing.T) {
		if g.Name() != SimulatorName || !g.Way().TwoWay {
			t.Errorf("%s %+v", g.Name(), g.Way())
		}
	})
}
