package partner

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Event is what a partner is told. It may come more than once: the id says so.
type Event struct {
	ID       string          `json:"id"`
	Type     string          `json:"type"` // "report.accepted"
	At       time.Time       `json:"at"`
	Report   string          `json:"report"` // the pseudonym, or the number with that scope
	County   string          `json:"county"`
	Category ripoti.Category `json:"category"`
	Urgency  ripoti.Urgency  `json:"urgency"`
	Status   ripoti.Status   `json:"status"`
}

// The headers of an event. A signature is "t=" the seconds since 1970, "," and "v1=" the HMAC-SHA256 of
// those seconds, a dot and the body: a partner refuses old ones, so that none can be played again.
const (
	IDHeader        = "Ripoti-Event-Id"
	SignatureHeader = "Ripoti-Signature"
)

// Sign gives the signature of a body at a time.
func Sign(signingKey string, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac([]byte(signingKey), seconds+"."+string(body)))
}

// Name is what a report is called with a partner.
func Name(t ripoti.Token, r ripoti.Report) string {
	if t.May(ripoti.ScopeNumbers) {
		return string(r.Code)
	}
	return Pseudonym(t, r.ID)
}

// Hooks tell partners of events. What a partner does not take is tried again, after longer and longer
// pauses, for about half a day; then it is dead until an administrator revives it.
type Hooks struct {
	Store  *store.Store
	Client *http.Client
	Now    func() time.Time
}

// NewHooks tells partners by a client that follows nobody elsewhere and waits for nobody long.
func NewHooks(s *store.Store, now func() time.Time) *Hooks {
	return &Hooks{s, &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, now}
}

// The tries of an event: the first pause, which doubles, its longest, and how many.
const (
	firstPause   = 10 * time.Second
	longestPause = 2 * time.Hour
	MostTries    = 14
)

// Tell does the duty to tell one event. It is done once it was told, or is not the partner's to know.
func (h *Hooks) Tell(ctx context.Context, p tasks.Payload) error {
	e, owed, err := h.Store.PartnerEvent(ctx, p.Subject)
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	if !owed || e.Dead {
		return h.Store.Finish(ctx, p.Duty)
	}
	t, err := h.Store.Token(ctx, e.TokenID)
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	r, err := h.Store.SeenByID(ctx, View(t), e.ReportID)
	if ripoti.CodeOf(err) == ripoti.CodeNotFound || err == nil && (!t.Good(h.Now()) || r.Drill != "") {
		return h.told(ctx, p, e)
	}
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	answer := h.send(ctx, t, e, r)
	if answer/100 == 2 {
		return h.told(ctx, p, e)
	}
	return h.tried(ctx, p, e, answer)
}

func (h *Hooks) told(ctx context.Context, p tasks.Payload, e store.PartnerEvent) error {
	err := h.Store.InTx(ctx, func(tx *store.Tx) error {
		if _, err := tx.Done(ctx, p.Duty); err != nil {
			return err
		}
		return tx.ToldPartner(ctx, e.ID)
	})
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	return nil
}

// tried keeps that a partner did not take an event, and when it is tried again.
func (h *Hooks) tried(ctx context.Context, p tasks.Payload, e store.PartnerEvent, answer int) error {
	dead := e.Tries+1 >= MostTries || answer == http.StatusGone
	err := h.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.TriedPartner(ctx, e.ID, answer, dead); err != nil || !dead {
			return err
		}
		_, err := tx.Done(ctx, p.Duty)
		return err
	})
	if err == nil && !dead {
		err = h.Store.Again(ctx, p.Duty, h.Now().Add(min(firstPause<<e.Tries, longestPause)))
	}
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	return nil
}

// send posts an event and gives the partner's status, 0 where none came.
func (h *Hooks) send(ctx context.Context, t ripoti.Token, e store.PartnerEvent, r ripoti.Report) int {
	body, err := json.Marshal(Event{e.ID, "report." + e.Kind, e.At, Name(t, r), r.Answers.Place.CountyID, r.Category, r.Urgency, r.Status})
	if err != nil {
		return 0
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.HookURL, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(IDHeader, e.ID)
	request.Header.Set(SignatureHeader, Sign(SigningKey(t), h.Now(), body))
	answer, err := h.Client.Do(request)
	if err != nil {
		return 0 // the error may quote the address; that nobody answered is all there is to know
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 4<<10)) // so that the connection can be used again
	return answer.StatusCode
}
