package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// The morning brief (domain brief 5 and 7.3): before the parade whoever commands reads what is new and
// what stands still.

// briefed is who gets which brief at a kind of office: the first of the roles that has anybody, or
// everybody of them. A station's is for one: it is read aloud.
var briefed = map[ripoti.OfficeKind]struct {
	say    string
	roles  []ripoti.Role
	all    bool
	parade bool // and the line for the parade
}{
	ripoti.Station:          {flows.SayBriefStation, []ripoti.Role{ripoti.RoleOCS, ripoti.RoleDuty, ripoti.RoleDesk}, false, true},
	ripoti.Post:             {flows.SayBriefStation, []ripoti.Role{ripoti.RoleOCS, ripoti.RoleDuty, ripoti.RoleDesk}, false, true},
	ripoti.SubCountyCommand: {flows.SayBriefArea, []ripoti.Role{ripoti.RoleCommander}, true, false},
	ripoti.CountyCommand:    {flows.SayBriefArea, []ripoti.Role{ripoti.RoleCommander}, true, false},
	ripoti.Coordination:     {flows.SayBriefArea, []ripoti.Role{ripoti.RoleCoordinator}, true, false},
}

// dailyAt gives the next time of day after a time, in Nairobi.
func dailyAt(hour, minute int) func(time.Time) time.Time {
	return func(after time.Time) time.Time {
		t := after.In(routing.Nairobi)
		at := time.Date(t.Year(), t.Month(), t.Day(), hour, minute, 0, 0, routing.Nairobi)
		if !at.After(after) {
			at = at.AddDate(0, 0, 1)
		}
		return at
	}
}

// oweBriefs owes a brief to everybody who gets one. Who is late for the whole parade gets none.
func (d *Desk) oweBriefs(ctx context.Context, tx *store.Tx, _ time.Time) error {
	at := dailyAt(briefHour, briefMinute)(d.Now()).AddDate(0, 0, -1) // today's, also where yesterday's was missed
	if d.Now().Sub(at) > briefUntil {
		return nil
	}
	for _, c := range d.Live.World().briefReaders() {
		duty := store.Duty{ID: "brief:" + at.Format(time.DateOnly) + ":" + c.ID, Kind: tasks.Brief, Subject: c.ID, Queue: tasks.Low, Due: at}
		if err := tx.OweOnce(ctx, duty); err != nil {
			return err
		}
	}
	return nil
}

// briefReaders are all contacts who get a brief, in the order of their ids.
func (w *World) briefReaders() (readers []ripoti.Contact) {
	for id, office := range w.offices {
		to, ok := briefed[office.Kind]
		if !ok || !office.Active {
			continue
		}
		for _, role := range to.roles {
			some := w.answerableOf(id, role)
			if len(some) > 0 && !to.all {
				some = some[:1]
			}
			if readers = append(readers, some...); len(some) > 0 && !to.all {
				break
			}
		}
	}
	slices.SortFunc(readers, func(a, b ripoti.Contact) int { return strings.Compare(a.ID, b.ID) })
	return readers
}

// answerableOf are the contacts of a role at an office that can be reached, the best-ranked first.
func (w *World) answerableOf(office string, role ripoti.Role) (some []ripoti.Contact) {
	for _, c := range w.byOffice[office] {
		if c.Role == role && c.Answerable() {
			some = append(some, c)
		}
	}
	slices.SortStableFunc(some, func(a, b ripoti.Contact) int { return a.Rank - b.Rank })
	return some
}

// Brief writes one contact's brief of a morning: once, and not at all when the morning is over.
func (d *Desk) Brief(ctx context.Context, p tasks.Payload) error {
	world := d.Live.World()
	c, known := world.Contact(p.Subject)
	office, _ := world.Office(c.OfficeID)
	to, reads := briefed[office.Kind]
	var figures flows.Brief
	var err error
	if known && reads {
		if figures, err = d.figures(ctx, world, c, office); err != nil {
			return fmt.Errorf("brief: %w", err)
		}
	}
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		due, mine, err := tx.DoneAt(ctx, p.Duty)
		if err != nil || !mine || !known || !reads || !c.Answerable() || d.Now().Sub(due) > briefUntil {
			return err
		}
		day := due.In(routing.Nairobi)
		if fresh, err := tx.Briefed(ctx, c.ID, day.Format(time.DateOnly)); err != nil || !fresh {
			return err
		}
		facts := flows.Facts{Office: briefName(office), Brief: figures}
		if !to.parade || !figures.Quiet() { // a quiet station hears the line of the day alone: the line works
			if err := d.post(ctx, tx, c, to.say, facts, about{}, tasks.Low, d.Now()); err != nil {
				return err
			}
		}
		return d.parade(ctx, tx, c, to.parade, day)
	})
	if err != nil {
		return fmt.Errorf("brief: %w", err)
	}
	d.Wake()
	return nil
}

// parade writes the line of the day, once to a number that commands several stations.
func (d *Desk) parade(ctx context.Context, tx *store.Tx, c ripoti.Contact, reads bool, day time.Time) error {
	if !reads {
		return nil
	}
	told, err := tx.ToldSince(ctx, c.Phone, flows.SayParade, day.Add(-paradeOnce))
	if err != nil || told {
		return err
	}
	line := int(day.Unix()/(24*60*60)) % flows.ParadeLines
	return d.post(ctx, tx, c, flows.SayParade, flows.Facts{Brief: flows.Brief{Line: line}}, about{}, tasks.Low, d.Now())
}

// briefName is how a brief calls an office: a commander's sub-county by its name.
func briefName(o ripoti.Office) string {
	if o.Kind == ripoti.SubCountyCommand && o.SubCounty != "" {
		return o.SubCounty
	}
	return o.Name
}

// figures counts exactly the area of an office, without what is walled off from any office that the
// contact's number answers for.
func (d *Desk) figures(ctx context.Context, world *World, c ripoti.Contact, office ripoti.Office) (flows.Brief, error) {
	area, stations := world.areaOf(c, office)
	b := flows.Brief{Time: fmt.Sprintf("%02d:%02d", briefHour, briefMinute), SubCounty: office.Kind == ripoti.SubCountyCommand && office.SubCounty != ""}
	last, err := d.Store.LastBrief(ctx, c.ID)
	if err != nil {
		return b, err
	}
	m := world.morning(d.Now(), last)
	f, err := d.Store.Figures(ctx, area, m)
	if err != nil {
		return b, err
	}
	b.New, b.Critical, b.Unaccepted, b.Late, b.Old = f.New, f.Critical, f.Unaccepted, f.Late, f.Old
	b.Clock72, b.Court, b.Fled, b.Settlement = f.Clock72, f.Court, f.Fled, f.Settlement
	for _, id := range stations {
		if b.Stations++; world.offices[id].Dark {
			b.Dark++
		}
	}
	if b.Late == 0 || len(stations) == 0 {
		return b, nil
	}
	worst, n, err := d.Store.MostLate(ctx, area, m)
	if worst != office.ID {
		b.Worst, b.WorstLate = world.offices[worst].Name, n
	}
	return b, err
}

// morning is what a brief at a time counts, for whom the last one left at another.
func (w *World) morning(now, last time.Time) store.Morning {
	t := now.In(routing.Nairobi)
	today := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, routing.Nairobi)
	m := store.Morning{Today: today, End: today.AddDate(0, 0, 1), Since: latest(last, now.Add(-briefBack)), Now: now, Old: now.Add(-openTooLong), Late: map[ripoti.Urgency]time.Time{}}
	if last.IsZero() {
		m.Since = now.Add(-Day)
	}
	for _, u := range ripoti.Urgencies {
		m.Late[u] = now.Add(-w.Rules.Level(u).AcceptWithin)
	}
	return m
}

// areaOf is what an office's brief counts, and the stations in it.
func (w *World) areaOf(c ripoti.Contact, office ripoti.Office) (store.Area, []string) {
	area := store.Area{County: office.County, Reader: store.AskerOf(w.contactsOf(c.Phone)...)}
	var stations []string
	for id, o := range w.offices {
		if !o.Active {
			continue
		}
		below := w.under(id, office.ID)
		if office.Kind == ripoti.Coordination {
			below = office.County == "" || o.County == office.County
		} else if below {
			area.Offices = append(area.Offices, id)
		}
		if below && (o.Kind == ripoti.Station || o.Kind == ripoti.Post) && office.Kind != ripoti.Station && office.Kind != ripoti.Post {
			stations = append(stations, id)
		}
	}
	slices.Sort(area.Offices)
	slices.Sort(stations)
	return area, stations
}

// under says whether an office is another one or below it.
func (w *World) under(id, above string) bool {
	for range 8 { // a chain is post, station, sub-county, county: more is a ring of a bad table
		if id == above {
			return true
		}
		if id = w.offices[id].Parent; id == "" {
			return false
		}
	}
	return false
}
