package webhook

import (
	"context"
	"sync"

	"ripoti/internal/sms"
)

// inbox keeps messages and receipts, and has a temper.
type inbox struct {
	mu       sync.Mutex
	messages []sms.Inbound
	receipts []sms.Receipt
	stopped  []string
	temper   func() error
}

func (i *inbox) Receive(_ context.Context, m sms.Inbound) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.temper != nil {
		if err := i.temper(); err != nil {
			return err
		}
	}
	i.messages = append(i.messages, m)
	return nil
}

func (i *inbox) Receipt(_ context.Context, r sms.Receipt) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.temper != nil {
		if err := i.temper(); err != nil {
			return err
		}
	}
	i.receipts = append(i.receipts, r)
	return nil
}

func (i *inbox) OptOut(_ context.Context, number string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.temper != nil {
		if err := i.temper(); err != nil {
			return err
		}
	}
	i.stopped = append(i.stopped, number)
	return nil
}
