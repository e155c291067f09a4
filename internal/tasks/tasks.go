// Package tasks names the queued work and hands it to the queue. A task says "look at this duty" and
// nothing more: its payload is the ids of a row, for Redis keeps payloads in the clear.
package tasks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/hibiken/asynq"

	"ripoti/internal/store"
)

// Kinds of duties, which are the types of tasks as well.
const (
	Route = "route" // decide who hears of a report, and alert them
	Climb = "climb" // nobody has answered: tell the next rung
	Send  = "send"  // send a message
	Read  = "read"  // read a received text
	// Referral: an office has not answered a referral.
	Referral = "referral"
	// Unread: no person has read in time what a machine read: somebody is reminded.
	Unread = "unread"
	// AskHow: ask a reporter who wants SMS how things are. Inform: tell whoever has a case that its
	// reporter added something.
	AskHow = "ask_how"
	Inform = "inform"
	Tell   = "tell" // tell those who were alerted what was added since
	Flag   = "flag" // a flag still stands: tell again
	// Closing: a proposal to close a case waits for an answer.
	Closing = "closing"
	// Briefs: it is time for the morning brief; Brief: write one contact's.
	Briefs = "briefs"
	Brief  = "brief"
	// Purges: it is time to forget; Purge: forget what one line of the retention table says.
	Purges = "purges"
	Purge  = "purge"

	Check  = "check"  // ask what is asked by the clock, or tell that nobody answered
	Lease  = "lease"  // somebody took a case and told nothing: a reminder
	Return = "return" // and still nothing: others are asked
	Left   = "left"   // a contact left: the cases go back to the office
	Ping   = "ping"   // test the numbers of a station
	Pinged = "pinged" // see which of them answered
	Event  = "event"  // tell a partner what happened to a report
	Drill  = "drill"  // a drill ends

	Publish = "publish" // rules that were approved come into force
	GoBack  = "go_back" // and end when they were to end
)

// Queues, most urgent first. A queue is served before the ones after it.
const (
	Critical = "critical"
	Default  = "default"
	Low      = "low"
)

// Queues with their weights, as asynq wants them: with strict priority the order is what counts.
var Queues = map[string]int{Critical: 3, Default: 2, Low: 1}

// Limit bounds one task. It is less than Patience, so that a duty is not handed over again while its
// task still runs.
const (
	Limit    = 20 * time.Second
	Patience = 30 * time.Second
)

// Payload is what a task carries.
type Payload struct {
	Duty    string `json:"duty"`
	Subject string `json:"subject"`
	Tries   int    `json:"tries"`
}

// Queue hands work over.
type Queue struct{ client *asynq.Client }

// NewQueue uses a client.
func NewQueue(client *asynq.Client) *Queue { return &Queue{client} }

// Hand puts a duty into the queue. Each handing over is a task of its own, done or failed once:
// whether it is tried again is for the duty to say, which outlives the queue.
func (q *Queue) Hand(ctx context.Context, d store.Duty) error {
	payload, err := json.Marshal(Payload{d.ID, d.Subject, d.Tries})
	if err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	_, err = q.client.EnqueueContext(ctx, asynq.NewTask(d.Kind, payload), asynq.Queue(d.Queue), asynq.TaskID(d.ID+":"+strconv.Itoa(d.Tries)),
		asynq.MaxRetry(0), asynq.Timeout(Limit))
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return nil // our own, handed over before its answer was lost
	}
	if err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	return nil
}

// Parse reads a task's payload.
func Parse(t *asynq.Task) (Payload, error) {
	var p Payload
	if err := json.Unmarshal(t.Payload(), &p); err != nil || p.Duty == "" {
		return p, fmt.Errorf("payload of %s cannot be read: %w", t.Type(), asynq.SkipRetry)
	}
	return p, nil
}
