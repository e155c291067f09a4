package console

import (
	"net/http"
	"slices"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/rulebook"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/wording"
)

// keeperRoles look after what the network needs to work.
var keeperRoles = []ripoti.UserRole{ripoti.UserCoordinator, ripoti.UserSupervisor, ripoti.UserAdmin}

const (
	// heardSince and heardUntil are in which time a provider that takes messages should have reported on one.
	heardSince = 2 * time.Hour
	heardUntil = 10 * time.Minute
	// fewTaken is how many messages say nothing about whether a provider reports.
	fewTaken = 5
)

// networkPage is what the network needs from its keepers.
type networkPage struct {
	Dark     []ripoti.Office
	Balances []store.Balance
	Silent   []store.Deliveries
}

func (c *Console) network(w http.ResponseWriter, q *request) error {
	page, err := c.needs(q)
	if err != nil {
		return err
	}
	return c.show(w, q, http.StatusOK, "network", page)
}

func (c *Console) needs(q *request) (page networkPage, err error) {
	for _, o := range c.Desk.Live.World().Offices() {
		if o.Dark && o.Active && inCounties(q.User, o.County) {
			page.Dark = append(page.Dark, o)
		}
	}
	if page.Balances, err = c.Store.Balances(q.Context()); err != nil {
		return page, err
	}
	deliveries, err := c.Store.Deliveries(q.Context(), c.Now().Add(-heardSince), c.Now().Add(-heardUntil))
	if err != nil {
		return page, err
	}
	for _, d := range deliveries {
		if d.Provider != sms.SimulatorName && d.Taken >= fewTaken && d.Reported == 0 {
			page.Silent = append(page.Silent, d)
		}
	}
	return page, nil
}

// inCounties says whether somebody works for a county; what serves the whole country is everybody's.
func inCounties(u ripoti.User, county string) bool {
	return len(u.Counties) == 0 || county == "" || slices.Contains(u.Counties, county)
}

// networkToday are the lines of the first page about the network.
func (c *Console) networkToday(q *request) ([]todayLine, error) {
	needs, err := c.needs(q)
	if err != nil {
		return nil, err
	}
	stale, err := c.Wording.Stale(q.Context())
	if err != nil {
		return nil, err
	}
	low := 0
	for _, b := range needs.Balances {
		if b.Low {
			low++
		}
	}
	waiting, err := c.proposals(q)
	return append(waiting, []todayLine{
		counted("today.dark", len(needs.Dark), "/console/network#dark", true),
		counted("today.balance", low, "/console/network#providers", true),
		counted("today.silent", len(needs.Silent), "/console/network#providers", true),
		counted("today.helplines", stale, "/console/helplines", false),
	}...), err
}

// proposals are what waits for a second person, for who may be that person; the author is told nothing.
func (c *Console) proposals(q *request) (lines []todayLine, err error) {
	if !allowed(networkRoles, q.User.Role) {
		return nil, nil
	}
	rules, err := c.Store.RuleDrafts(q.Context(), mostListed)
	if err != nil {
		return nil, err
	}
	words, err := c.Store.Wordings(q.Context(), mostListed)
	if err != nil {
		return nil, err
	}
	var ruleIDs, wordIDs []string
	for _, d := range rules {
		if rulebook.MayDecide(d, q.User) {
			ruleIDs = append(ruleIDs, d.ID)
		}
	}
	for _, d := range words {
		if wording.MayDecide(d, q.User) {
			wordIDs = append(wordIDs, d.ID)
		}
	}
	return []todayLine{
		counted("today.rules", len(ruleIDs), pathTo("/console/rules", ruleIDs), false),
		counted("today.words", len(wordIDs), pathTo("/console/words", wordIDs), false),
	}, nil
}

// pathTo is where proposals of a room are settled: the page of the one there is, or the room's list.
func pathTo(room string, ids []string) string {
	switch {
	case len(ids) == 1:
		return room + "/drafts/" + ids[0]
	case room == "/console/words":
		return room + "/drafts"
	}
	return room
}
