package console

import (
	"cmp"
	"errors"
	"net/http"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// queueRoutes are the pages of those who keep the queues running. They show kinds, times and counts: whom or
// what a task is about is not theirs to see (domain brief 4.6).
func (c *Console) queueRoutes() []route {
	return []route{
		{pattern: "GET /console/queues", do: c.queues, roles: adminRoles},
		{pattern: "POST /console/queues/{queue}/{id}/{step}", do: c.settleTask, roles: adminRoles},
		{pattern: "POST /console/duties/{id}", do: c.hurryDuty, roles: adminRoles},
		{pattern: "POST /console/partner-events/{id}/{step}", do: c.settleEvent, roles: adminRoles},
	}
}

const (
	queueDays   = 14
	mostFailing = 50
)

type queuesPage struct {
	Down     bool // Redis does not answer
	Queues   []tasks.Look
	Days     []queueDay
	Failures []tasks.Failure
	Backlogs []store.Backlog // what is due in the database, by queue
	Failing  []store.Duty    // without what they are about
	Dead     []store.PartnerEvent
}

// queueDay is what all queues did on a day.
type queueDay struct {
	tasks.Day
	Height, FailedHeight int // of its column, of 100
}

func (c *Console) queues(w http.ResponseWriter, q *request) error {
	var page queuesPage
	var err error
	if page.Backlogs, err = c.Store.Backlogs(q.Context()); err != nil {
		return err
	}
	if page.Failing, err = c.Store.Failing(q.Context(), mostFailing); err != nil {
		return err
	}
	if page.Dead, err = c.Store.DeadEvents(q.Context(), mostFailing); err != nil {
		return err
	}
	for i := range page.Failing {
		page.Failing[i].Subject = ""
	}
	if err := c.lookAtQueues(q, &page); err != nil {
		return err
	}
	if q.Header.Get("HX-Request") != "" {
		return c.part(w, q, "queues", "state", page)
	}
	return c.show(w, q, http.StatusOK, "queues", page)
}

// lookAtQueues asks Redis. That it does not answer is something to say, and no error: calls go on without it.
func (c *Console) lookAtQueues(q *request, page *queuesPage) (err error) {
	if c.Queues == nil {
		page.Down = true
		return nil
	}
	page.Queues, err = c.Queues.Queues(q.Context(), queueDays)
	if err == nil {
		page.Failures, err = c.Queues.Failures(q.Context(), mostFailing)
	}
	if errors.Is(err, tasks.ErrDown) {
		page.Down = true
		return nil
	}
	page.Days = sumDays(page.Queues)
	return err
}

// sumDays adds up the days of all queues, newest first.
func sumDays(queues []tasks.Look) (days []queueDay) {
	most := 1
	for _, look := range queues {
		for i, d := range look.Days {
			if i == len(days) {
				days = append(days, queueDay{Day: tasks.Day{Date: d.Date}})
			}
			days[i].Done += d.Done
			days[i].Failed += d.Failed
			most = max(most, days[i].Done+days[i].Failed)
		}
	}
	for i := range days {
		days[i].Height, days[i].FailedHeight = days[i].Done*100/most, days[i].Failed*100/most
	}
	return days
}

// settleTask hands a failed task over again, or drops it.
func (c *Console) settleTask(w http.ResponseWriter, q *request) (err error) {
	queue, id := q.PathValue("queue"), q.PathValue("id")
	if c.Queues == nil {
		return ripoti.Conflict("queues.down", nil)
	}
	step := q.PathValue("step")
	switch step {
	case "retry":
		err = c.Queues.Retry(q.Context(), queue, id)
	case "drop":
		err = c.Queues.Drop(q.Context(), queue, id)
	default:
		return ripoti.NotFound("error.page", nil)
	}
	if errors.Is(err, tasks.ErrDown) {
		return ripoti.Conflict("queues.down", err)
	}
	if err == nil {
		err = c.Store.Note(q.Context(), "task_"+step, q.User.ID, `{"queue":"`+queue+`"}`) // the queue is one of ours by now
	}
	if err != nil {
		return err
	}
	c.flash(q, "queues.done."+step)
	return seeOther(w, q, "/console/queues")
}

// hurryDuty lets work that waits after failing be tried now.
func (c *Console) hurryDuty(w http.ResponseWriter, q *request) error {
	if err := c.Store.Again(q.Context(), q.PathValue("id"), c.Now()); err != nil {
		return err
	}
	if err := c.Store.Note(q.Context(), "task_retry", q.User.ID, `{}`); err != nil {
		return err
	}
	c.flash(q, "queues.done.retry")
	return seeOther(w, q, "/console/queues")
}

// settleEvent tells a partner again what it did not take, or drops it.
func (c *Console) settleEvent(w http.ResponseWriter, q *request) error {
	step := q.PathValue("step")
	err := c.Store.InTx(q.Context(), func(tx *store.Tx) (err error) {
		done := false
		switch step {
		case "retry":
			done, err = tx.ReviveEvent(q.Context(), q.PathValue("id"))
		case "drop":
			done, err = tx.DropEvent(q.Context(), q.PathValue("id"))
		}
		if err != nil || !done {
			return cmp.Or(err, ripoti.NotFound("queues.gone", nil))
		}
		return tx.Note(q.Context(), "partner_event_"+step, q.User.ID, "{}")
	})
	if err != nil {
		return err
	}
	c.flash(q, "queues.done.event_"+step)
	return seeOther(w, q, "/console/queues")
}
