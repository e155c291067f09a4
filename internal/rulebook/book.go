// Package rulebook is how the routing rules change: a draft is written, looked at, tried on past reports,
// proposed, agreed to by a second person, and comes into force at its time, in all processes at once, until
// it is changed again or goes back by itself (domain brief 4.7). Temporary exceptions need no new rules and
// end by themselves. Every version is kept.
package rulebook

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Book is the rules of the network.
type Book struct {
	Desk *casework.Desk
	Log  *slog.Logger

	checks checks
	trials sync.WaitGroup
	stop   context.Context
	cancel context.CancelFunc
	// turn is held while a trial runs: one at a time, so that nobody on the line waits for it.
	turn chan struct{}
}

// New opens the book. Close it before the store.
func New(desk *casework.Desk, log *slog.Logger) *Book {
	b := &Book{Desk: desk, Log: log, turn: make(chan struct{}, 1)}
	b.stop, b.cancel = context.WithCancel(context.Background())
	return b
}

// Close ends the trials that run.
func (b *Book) Close() {
	b.cancel()
	b.trials.Wait()
}

// Tasks is what is done when it is due.
func (b *Book) Tasks() map[string]casework.Task {
	return map[string]casework.Task{tasks.Publish: b.Publish, tasks.GoBack: b.GoBack}
}

// mayTune are the roles that change rules (domain brief 4.6).
var mayTune = []ripoti.UserRole{ripoti.UserCoordinator, ripoti.UserSupervisor}

func allowed(u ripoti.User) error {
	if u.ID == "" || !slices.Contains(mayTune, u.Role) {
		return ripoti.Forbidden("error.role", nil)
	}
	return nil
}

func (b *Book) now() (w *casework.World) { return b.Desk.Live.World() }

// Current is the version in force. Where nothing was published yet it is the one that is built in, number 0.
func (b *Book) Current(ctx context.Context) (ripoti.RuleVersion, error) {
	v, err := b.Desk.Store.RulesInForce(ctx)
	return whole(v), err
}

// Version is a version by its number; 0 is the one that is built in.
func (b *Book) Version(ctx context.Context, number int) (ripoti.RuleVersion, error) {
	if number == 0 {
		return whole(ripoti.RuleVersion{}), nil
	}
	return b.Desk.Store.RuleVersion(ctx, number)
}

// whole gives the built-in version its text.
func whole(v ripoti.RuleVersion) ripoti.RuleVersion {
	if v.Number == 0 {
		v.Document = string(routing.Default().Document())
	}
	return v
}

func versionIn(ctx context.Context, tx *store.Tx, number int) (ripoti.RuleVersion, error) {
	if number == 0 {
		return whole(ripoti.RuleVersion{}), nil
	}
	return tx.RuleVersion(ctx, number)
}

// note adds a line about the rules to the network's history: ids and codes only.
func note(ctx context.Context, tx *store.Tx, kind, by string, data map[string]any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("note %s: %w", kind, err)
	}
	if by != "system" {
		by = "user:" + by
	}
	return tx.Note(ctx, kind, by, string(raw))
}

// taken lets this process take new rules at once; others find them within seconds. Reports that nobody was
// found for get another decision.
func (b *Book) taken(ctx context.Context) error {
	if err := b.Desk.Live.Refresh(ctx); err != nil {
		return fmt.Errorf("take rules: %w", err)
	}
	if _, err := b.Desk.RouteAgain(ctx); err != nil {
		return err
	}
	b.Desk.Wake()
	return nil
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
