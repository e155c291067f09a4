package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// World is the directory and the rules at one moment. It never changes; a new one takes its place.
type World struct {
	Directory *routing.Directory
	Rules     *routing.Rules
	contacts  map[string]ripoti.Contact
	byOffice  map[string][]ripoti.Contact // in the order of role and rank
	offices   map[string]ripoti.Office
	revision  [2]int64
}

// Live keeps the newest world in memory, so that no press and no task waits for it.
type Live struct {
	store *store.Store
	wards routing.Wards
	world atomic.Pointer[World]
}

// NewLive reads the first world.
func NewLive(ctx context.Context, s *store.Store, wards routing.Wards) (*Live, error) {
	l := &Live{store: s, wards: wards}
	return l, l.Refresh(ctx)
}

// World is the newest one.
func (l *Live) World() *World { return l.world.Load() }

// Refresh reads the directory and the rules again if either has changed. Rules that cannot be read
// leave the ones before in force.
func (l *Live) Refresh(ctx context.Context) error {
	var revision [2]int64
	for i, name := range []string{"directory", "rules"} {
		n, err := l.store.Revision(ctx, name)
		if err != nil {
			return err
		}
		revision[i] = n
	}
	if now := l.world.Load(); now != nil && now.revision == revision {
		return nil
	}
	offices, contacts, err := l.store.Directory(ctx)
	if err != nil {
		return err
	}
	rules := routing.Default()
	document, err := l.store.Rules(ctx)
	if err != nil {
		return err
	}
	if document != "" {
		if rules, err = routing.ParseRules([]byte(document)); err != nil {
			return fmt.Errorf("rules in force: %w", err)
		}
	}
	world := newWorld(offices, contacts, rules, l.wards)
	world.revision = revision
	l.world.Store(world)
	return nil
}

func newWorld(offices []ripoti.Office, contacts []ripoti.Contact, rules *routing.Rules, wards routing.Wards) *World {
	w := &World{
		Directory: routing.NewDirectory(offices, contacts, wards),
		Rules:     rules,
		contacts:  make(map[string]ripoti.Contact, len(contacts)),
		byOffice:  make(map[string][]ripoti.Contact),
		offices:   make(map[string]ripoti.Office, len(offices)),
	}
	for _, o := range offices {
		w.offices[o.ID] = o
	}
	for _, c := range contacts {
		w.contacts[c.ID] = c
		w.byOffice[c.OfficeID] = append(w.byOffice[c.OfficeID], c)
	}
	return w
}

// Contact gives a contact of the directory.
func (w *World) Contact(id string) (ripoti.Contact, bool) {
	c, ok := w.contacts[id]
	return c, ok
}

// contactsOf are the contacts with a number, in the order of their ids.
func (w *World) contactsOf(p ripoti.Phone) (some []ripoti.Contact) {
	for _, id := range slices.Sorted(maps.Keys(w.contacts)) {
		if c := w.contacts[id]; c.Phone == p {
			some = append(some, c)
		}
	}
	return some
}

// Office gives an office of the directory.
func (w *World) Office(id string) (ripoti.Office, bool) {
	o, ok := w.offices[id]
	return o, ok
}

// Sample says whether a number is that of an invented contact: no real sender ever sends to it.
func (w *World) Sample(contactID string) bool { return w.contacts[contactID].Sample }

// answering are the contacts a rung tells: the best-ranked answerable one of the first role that has
// any, or all answerable ones of all its roles. None: nobody could answer, and the rung is skipped.
func (w *World) answering(rung routing.Rung, except string) []ripoti.Contact {
	var all []ripoti.Contact
	for _, role := range rung.Roles {
		best := -1
		office := w.byOffice[rung.OfficeID]
		for i, c := range office {
			if c.Role != role || !c.Answerable() || c.ID == except {
				continue
			}
			if rung.All {
				all = append(all, c)
			} else if best < 0 || c.Rank < office[best].Rank {
				best = i
			}
		}
		if best >= 0 {
			return []ripoti.Contact{office[best]}
		}
	}
	return all
}

// coordinators are everybody who can be told that a report has no recipient: those of the county
// first, then all.
func (w *World) coordinators(countyID string) []ripoti.Contact {
	var county, national []ripoti.Contact
	for _, c := range w.contacts {
		office := w.offices[c.OfficeID]
		if office.Kind != ripoti.Coordination || !office.Active || !c.Answerable() {
			continue
		}
		switch office.County {
		case countyID:
			county = append(county, c)
		case "":
			national = append(national, c)
		}
	}
	if len(county) > 0 && countyID != "" {
		return county
	}
	return national
}
