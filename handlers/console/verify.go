package console

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// verifying is a check of all histories that runs in this process, one at a time.
type verifying struct {
	running atomic.Bool
	lines   atomic.Int64
}

// verifyLimit bounds one check.
const verifyLimit = 2 * time.Hour

// mostBreaks is how many breaks are kept of a check: the first ones are where to look.
const mostBreaks = 50

// verifiedNote is what the network's history keeps of a check.
type verifiedNote struct {
	Lines  int           `json:"lines"`
	Count  int           `json:"breaks"`
	Breaks []store.Break `json:"where,omitempty"`
}

// verifiedLine is the newest check, and the one that runs.
type verifiedLine struct {
	Ever    bool
	At      time.Time
	Who     string
	Lines   int
	Count   int
	Breaks  []breakLine
	Running bool
	SoFar   int64
}

// breakLine is a place where a history does not hold; Code is "" for who may not see the report.
type breakLine struct {
	store.Break
	Code    ripoti.Code
	Network bool
}

// verify checks every line of every history. It takes a while: the page tells how far it is.
func (c *Console) verify(w http.ResponseWriter, q *request) error {
	if c.verifying.running.CompareAndSwap(false, true) {
		c.verifying.lines.Store(0)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(q.Context()), verifyLimit)
		go func() {
			defer cancel()
			defer c.verifying.running.Store(false)
			if err := c.verifyAll(ctx, "user:"+q.User.ID); err != nil {
				c.Log.Error("console", "page", "verify", "error", err)
			}
		}()
	}
	return seeOther(w, q, "/console/audit#verified")
}

func (c *Console) verifyAll(ctx context.Context, by string) error {
	lines, breaks, err := c.Store.VerifyChains(ctx, func(n int) { c.verifying.lines.Store(int64(n)) })
	if err != nil {
		return err
	}
	raw, err := json.Marshal(verifiedNote{lines, len(breaks), breaks[:min(mostBreaks, len(breaks))]})
	if err != nil {
		return err
	}
	return c.Store.Note(ctx, "chain_verified", by, string(raw))
}

// lastVerified is what came of the newest check, whichever process did it.
func (c *Console) lastVerified(q *request) (v verifiedLine, err error) {
	v.Running, v.SoFar = c.verifying.running.Load(), c.verifying.lines.Load()
	e, ever, err := c.Store.Noted(q.Context(), "chain_verified")
	if err != nil || !ever {
		return v, err
	}
	var note verifiedNote
	if err := json.Unmarshal([]byte(e.Data), &note); err != nil {
		return v, err
	}
	v.Ever, v.At, v.Who, v.Lines, v.Count = true, e.At, c.who(q, e.Actor), note.Lines, note.Count
	for _, b := range note.Breaks {
		line := breakLine{Break: b, Network: b.ReportID == ""}
		if line.Code, err = c.Store.CodeSeen(q.Context(), c.view(q), b.ReportID); err != nil {
			return v, err
		}
		v.Breaks = append(v.Breaks, line)
	}
	return v, nil
}
