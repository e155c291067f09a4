package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
)

// recall brings back the phone's record. Whatever goes wrong, the call goes on: without a record the
// whole input is replayed.
func (d *Dialogues) recall(ctx context.Context, key string, p Press) *call {
	c := &call{key: key}
	sealed, err := d.Store.Load(ctx, key)
	if err != nil {
		d.Metrics.StoreFailed()
	}
	if r, ok := d.unseal(key, sealed); ok {
		c.record, c.known = r, true
		return c
	}
	if d.Spare == nil || p.Text == "" {
		return c
	}
	sealed, _ = d.Spare.Load(ctx, key)
	if r, ok := d.unseal(key, sealed); ok && r.Session == p.Session {
		c.record, c.known = r, true
	}
	return c
}

// load is the record of a phone that did not press anything now.
func (d *Dialogues) load(ctx context.Context, key string) (*call, error) {
	sealed, err := d.Store.Load(ctx, key)
	if err != nil {
		return nil, err
	}
	c := &call{key: key, now: d.Now()}
	c.record, c.known = d.unseal(key, sealed)
	return c, nil
}

// unseal says no to nothing, to what another key sealed and to what another version wrote: the same
// as lost.
func (d *Dialogues) unseal(key string, sealed []byte) (record, bool) {
	if len(sealed) == 0 {
		return record{}, false
	}
	plain, err := d.Seal.Open(sealed, sealedFor(key))
	if err != nil {
		return record{}, false
	}
	r, err := parseRecord(plain)
	return r, err == nil
}

// remember keeps the record until the next press, and has the keeper look after it.
func (d *Dialogues) remember(ctx context.Context, c *call) {
	d.save(ctx, c)
	switch {
	case c.OwedDo != flows.Nothing:
		d.watch.mark(c.key, c.now.Add(retryAfter), c.Pressed)
	case c.Ended:
		d.watch.forget(c.key)
	default:
		d.watch.mark(c.key, c.Pressed.Add(d.CutAfter), c.Pressed)
	}
}

func (d *Dialogues) save(ctx context.Context, c *call) {
	sealed, err := d.Seal.Seal(c.append(make([]byte, 0, 512)), sealedFor(c.key))
	if err != nil {
		d.Log.LogAttrs(ctx, slog.LevelError, "dialogue not sealed", slog.Any("err", err))
		return
	}
	ttl := keepFor - c.now.Sub(c.Pressed)
	if c.Ended && c.OwedDo == flows.Nothing {
		ttl = keepEnded
	}
	err = d.Store.Save(ctx, c.key, sealed, ttl)
	if err != nil {
		d.Metrics.StoreFailed()
	}
	if d.Spare != nil && (err != nil || c.last) {
		_ = d.Spare.Save(ctx, c.key, sealed, keepEnded)
	}
}

func sealedFor(key string) string { return "dialogue/" + key }

// file saves the draft for good, within DeskLimit.
func (d *Dialogues) file(ctx context.Context, c *call, conversation string, draft ripoti.Draft) (ripoti.Code, error) {
	ctx, cancel := deskTime(ctx, d.DeskLimit)
	defer cancel()
	f := c.filing(conversation, draft)
	code, err := within(ctx, func(ctx context.Context) (ripoti.Code, error) { return d.Desk.File(ctx, f) })
	if err == nil && code == "" {
		err = fmt.Errorf("the desk gave no number")
	}
	if err != nil {
		d.Metrics.DeskFailed(string(flows.File))
		return "", fmt.Errorf("file: %w", err)
	}
	return code, nil
}

// follow has the desk answer a press of a follow-up, within DeskLimit. The press is named by its place
// in the call, so that a replay has no second effect.
func (d *Dialogues) follow(ctx context.Context, c *call, t flows.Turn) (flows.Turn, error) {
	ctx, cancel := deskTime(ctx, d.DeskLimit)
	defer cancel()
	type answer struct {
		stands flows.Standing
		own    bool
	}
	f := Following{Key: d.Hash("followup", c.Session+" "+strconv.FormatUint(c.Steps, 10)), From: c.Phone, Asked: t.Asked}
	a, err := within(ctx, func(ctx context.Context) (answer, error) {
		stands, own, err := d.Desk.Follow(ctx, f)
		return answer{stands, own}, err
	})
	if err != nil {
		d.Metrics.DeskFailed(string(t.Do))
		return flows.Turn{}, fmt.Errorf("%s: %w", t.Do, err)
	}
	return d.Book.Answered(t, a.stands, a.own), nil
}

// tell has the desk add, hold or drop. Nothing on the screen depends on it, so where it fails the
// call goes on and the keeper tells the desk again until it has heard.
func (d *Dialogues) tell(ctx context.Context, c *call, t flows.Turn) {
	f := c.filing(t.State.Conversation, t.Draft)
	c.OwedDo, c.OwedText = flows.Nothing, nil
	if d.do(ctx, t.Do, f, d.DeskLimit) == nil {
		return
	}
	if text, err := json.Marshal(f); err == nil {
		c.OwedDo, c.OwedText = t.Do, text
	}
}

func (d *Dialogues) do(ctx context.Context, what flows.Do, f Filing, limit time.Duration) error {
	ctx, cancel := deskTime(ctx, limit)
	defer cancel()
	_, err := within(ctx, func(ctx context.Context) (struct{}, error) {
		switch what {
		case flows.Add:
			return struct{}{}, d.Desk.Add(ctx, f)
		case flows.Hold:
			return struct{}{}, d.Desk.Hold(ctx, f)
		case flows.Drop:
			return struct{}{}, d.Desk.Drop(ctx, f.Conversation)
		}
		return struct{}{}, fmt.Errorf("unknown to the desk: %q", what)
	})
	if err != nil {
		d.Metrics.DeskFailed(string(what))
	}
	return err
}

func (c *call) filing(conversation string, draft ripoti.Draft) Filing {
	return Filing{Conversation: conversation, From: c.Phone, Channel: ripoti.ByUSSD, Draft: draft}
}
