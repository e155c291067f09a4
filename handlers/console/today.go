package console

import (
	"net/http"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// todayLine is one kind of thing that needs a person now, with the place where it is settled.
type todayLine struct {
	Key   string
	Count int
	More  bool // there are more than were counted
	Path  string
	Alarm bool
}

// todayPage is the first page: what is about reports, and what is about the network.
type todayPage struct {
	Cases, Network []todayLine
	// Alarms is how much of it is pressing: when it grows, whoever wants it hears a sound.
	Alarms int
}

// mostCounted is where a page stops counting: past it nobody needs to know how many.
const mostCounted = 100

// urgent are the lists of reports on the first page, most pressing first. Each leads to the same reports.
var urgent = []struct {
	key    string
	wanted store.Wanted
	alarm  bool
}{
	{"today.recipient", store.Wanted{Waits: store.WaitsRecipient}, true},
	{"today.critical", store.Wanted{Urgency: ripoti.Critical, Status: ripoti.StatusRouted}, true},
	{"today.high", store.Wanted{Urgency: ripoti.High, Status: ripoti.StatusRouted}, false},
	{"today.waiting", store.Wanted{Status: ripoti.StatusRouted}, false},
	{"today.answer", store.Wanted{Waits: store.WaitsAnswer}, true},
	{"today.flag", store.Wanted{Waits: store.WaitsFlag}, false},
	{"today.closing", store.Wanted{Waits: store.WaitsClosing}, false},
	{"today.reading", store.Wanted{Waits: store.WaitsReading}, false},
	{"today.referral", store.Wanted{Waits: store.WaitsReferral}, false},
	{"today.receipt", store.Wanted{Waits: store.WaitsReceipt}, true},
}

// today is what needs a person now. The page asks again by itself.
func (c *Console) today(w http.ResponseWriter, q *request) error {
	var page todayPage
	var err error
	if allowed(caseRoles, q.User.Role) {
		if page.Cases, err = c.casesToday(q); err != nil {
			return err
		}
	}
	if allowed(keeperRoles, q.User.Role) {
		if page.Network, err = c.networkToday(q); err != nil {
			return err
		}
	}
	for _, lines := range [][]todayLine{page.Cases, page.Network} {
		for _, l := range lines {
			if l.Alarm {
				page.Alarms += l.Count
			}
		}
	}
	if q.Header.Get("HX-Request") != "" {
		return c.part(w, q, "today", "lines", page)
	}
	return c.show(w, q, http.StatusOK, "today", page)
}

func (c *Console) casesToday(q *request) (lines []todayLine, err error) {
	for _, u := range urgent {
		wanted := c.timed(u.wanted)
		n, err := c.Store.CountSeen(q.Context(), c.view(q), wanted, mostCounted+1)
		if err != nil {
			return nil, err
		}
		lines = append(lines, counted(u.key, n, "/console/reports?"+askedFor(u.wanted).Encode(), u.alarm))
	}
	pairs, err := c.pairsOf(q, mostCounted+1)
	if err != nil {
		return nil, err
	}
	return append(lines, counted("today.same", len(pairs), "/console/same", false)), nil
}

// timed fills in since when something is late.
func (c *Console) timed(wanted store.Wanted) store.Wanted {
	wanted.Late, wanted.Unsure = c.Desk.LateSince()
	return wanted
}

func counted(key string, n int, path string, alarm bool) todayLine {
	return todayLine{Key: key, Count: min(n, mostCounted), More: n > mostCounted, Path: path, Alarm: alarm && n > 0}
}
