package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// World is the directory and the rules at one moment. It never changes; a new one takes its place.
type World struct {
	Directory *routing.Directory
	Rules     *routing.Rules
	contacts  map[string]ripoti.Contact
	byOffice  map[string][]ripoti.Contact       // in the order of role and rank
	byPhone   map[ripoti.Phone][]ripoti.Contact // in the order of their ids
	offices   map[string]ripoti.Office
	roster    *roster
	wards     routing.Wards
	overrides []ripoti.Override // those in force
	revision  [3]int64          // of the directory, the rules and the roster
	// until is when an exception begins or ends: the world is another one then. Zero for never.
	until time.Time
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

// Rules are the newest ones.
func (l *Live) Rules() *routing.Rules { return l.World().Rules }

// Refresh reads the directory, the rules and the roster again if any has changed, or an exception has
// begun or ended. Rules that cannot be
// read leave the ones before in force.
func (l *Live) Refresh(ctx context.Context) error {
	var revision [3]int64
	for i, name := range []string{"directory", "rules", "roster"} {
		n, err := l.store.Revision(ctx, name)
		if err != nil {
			return err
		}
		revision[i] = n
	}
	before := l.world.Load()
	if before != nil && before.revision == revision && before.lasts(l.store.Now()) {
		return nil
	}
	shifts, err := l.store.Roster(ctx)
	if err != nil {
		return err
	}
	if before != nil && before.revision[0] == revision[0] && before.revision[1] == revision[1] && before.lasts(l.store.Now()) {
		world := *before // a word about duty comes often; the directory is large
		world.roster, world.revision = newRoster(shifts), revision
		l.world.Store(&world)
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
	overrides, err := l.store.Overrides(ctx)
	if err != nil {
		return err
	}
	now := l.store.Now()
	world := newWorld(offices, contacts, rules, l.wards, inForce(overrides, now))
	world.roster, world.revision, world.until = newRoster(shifts), revision, nextChange(overrides, now)
	l.world.Store(world)
	return nil
}

func (w *World) lasts(now time.Time) bool { return w.until.IsZero() || now.Before(w.until) }

// inForce are the exceptions that count now.
func inForce(all []ripoti.Override, now time.Time) (some []ripoti.Override) {
	for _, o := range all {
		if o.InForce(now) {
			some = append(some, o)
		}
	}
	return some
}

// nextChange is when the first exception begins or ends.
func nextChange(all []ripoti.Override, now time.Time) (next time.Time) {
	for _, o := range all {
		for _, at := range []time.Time{o.StartsAt, o.EndsAt} {
			if at.After(now) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
	}
	return next
}

func newWorld(offices []ripoti.Office, contacts []ripoti.Contact, rules *routing.Rules, wards routing.Wards, overrides []ripoti.Override) *World {
	w := &World{
		Directory: routing.NewDirectory(offices, contacts, wards, overrides...),
		Rules:     rules,
		contacts:  make(map[string]ripoti.Contact, len(contacts)),
		byOffice:  make(map[string][]ripoti.Contact),
		byPhone:   make(map[ripoti.Phone][]ripoti.Contact, len(contacts)),
		offices:   make(map[string]ripoti.Office, len(offices)),
		roster:    newRoster(ripoti.Roster{}),
		wards:     wards, overrides: overrides,
	}
	for _, o := range offices {
		w.offices[o.ID] = o
	}
	for _, c := range contacts {
		w.contacts[c.ID] = c
		w.byOffice[c.OfficeID] = append(w.byOffice[c.OfficeID], c)
		w.byPhone[c.Phone] = append(w.byPhone[c.Phone], c)
	}
	for _, same := range w.byPhone {
		slices.SortFunc(same, func(a, b ripoti.Contact) int { return strings.Compare(a.ID, b.ID) })
	}
	return w
}

// Contact gives a contact of the directory.
func (w *World) Contact(id string) (ripoti.Contact, bool) {
	c, ok := w.contacts[id]
	return c, ok
}

// contactsOf are the contacts with a number, in the order of their ids. It is asked for everybody who is
// told anything, so it must not look through a whole directory.
func (w *World) contactsOf(p ripoti.Phone) []ripoti.Contact { return w.byPhone[p] }

// OfficesOf are the offices that a contact's number answers for, the contact's own among them; none for
// nobody.
func (w *World) OfficesOf(contactID string) (offices []string) {
	c, ok := w.contacts[contactID]
	if !ok {
		return nil
	}
	for _, same := range w.contactsOf(c.Phone) {
		offices = append(offices, same.OfficeID)
	}
	return offices
}

// Offices are all offices, in the order of their ids.
func (w *World) Offices() []ripoti.Office {
	all := make([]ripoti.Office, 0, len(w.offices))
	for _, id := range slices.Sorted(maps.Keys(w.offices)) {
		all = append(all, w.offices[id])
	}
	return all
}

// Imagine is the directory as it would be with some offices and contacts put in, an office in the place of the
// one with its id or beside the others, and with some offices taken out. The exceptions in force count there too.
func (w *World) Imagine(put []ripoti.Office, contacts []ripoti.Contact, without ...string) *routing.Directory {
	offices := maps.Clone(w.offices)
	for _, o := range put {
		offices[o.ID] = o
	}
	for _, id := range without {
		delete(offices, id)
	}
	return routing.NewDirectory(slices.Collect(maps.Values(offices)), slices.AppendSeq(contacts, maps.Values(w.contacts)), w.wards, w.overrides...)
}

// Office gives an office of the directory.
func (w *World) Office(id string) (ripoti.Office, bool) {
	o, ok := w.offices[id]
	return o, ok
}

// Sample says whether a number is that of an invented contact: no real sender ever sends to it.
func (w *World) Sample(contactID string) bool { return w.contacts[contactID].Sample }

// coordinators are everybody who can be told that a report has no recipient: those of the county
// first, then all. Who is on leave is stood in for; who is off duty is left in peace while another one is
// on duty.
func (w *World) coordinators(countyID string, at time.Time) []ripoti.Contact {
	var county, national []ripoti.Contact
	for _, id := range sortedKeys(w.contacts) {
		c := w.contacts[id]
		office := w.offices[c.OfficeID]
		if office.Kind != ripoti.Coordination || !office.Active || !c.Answerable() {
			continue
		}
		switch office.County {
		case "":
			national = append(national, c)
		case countyID:
			county = append(county, c)
		}
	}
	if len(county) == 0 {
		county = national
	}
	return w.there(county, at)
}

// there are those of some contacts who are on duty, or stand in for one of them on leave; all of them
// where nobody is: what they must know may not wait for a roster.
func (w *World) there(all []ripoti.Contact, at time.Time) (some []ripoti.Contact) {
	add := func(c ripoti.Contact) {
		if !slices.ContainsFunc(some, func(o ripoti.Contact) bool { return o.ID == c.ID }) {
			some = append(some, c)
		}
	}
	for _, c := range all {
		if _, away := w.roster.leave(c.ID, at); away {
			if standIn, ok := w.present(c, at); ok {
				add(standIn)
			}
		} else if w.OnDuty(c.ID, at) {
			add(c)
		}
	}
	if len(some) == 0 {
		return all
	}
	return some
}
