package casework

import (
	"context"

	"ripoti/internal/store"
)

// HoldTogether is Hold for many callers at once: they share a statement and its commit.
func (d *Desk) HoldTogether(ctx context.Context, f Filing) error {
	return d.Store.HoldTogether(ctx, store.Held{Conversation: f.Conversation, From: f.From, Channel: f.Channel, Draft: f.Draft}, d.Now().Add(holdFor))
}
