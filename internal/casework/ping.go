package casework

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// The numbers of the stations are tested once a month (domain brief 5): a station none of whose numbers
// answered in two months in a row is dark, and what it has goes to others.

// standingPings is the kind of the monthly round that owes the test of each station.
const standingPings = "pings"

// nextPings is the first weekday morning of a month after a time.
func nextPings(after time.Time) time.Time {
	at := after.In(routing.Nairobi)
	for month := at.Month(); ; month++ {
		if first := pingMorning(time.Date(at.Year(), month, 1, 0, 0, 0, 0, routing.Nairobi), 0); first.After(after) {
			return first
		}
	}
}

// pingMorning is the n-th weekday of a month, when tests begin to leave.
func pingMorning(month time.Time, n int) time.Time {
	for day := month; ; day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		if n--; n < 0 {
			return day.Add(pingOpens * time.Hour)
		}
	}
}

// owePings owes the tests of a month: a duty for each station, at a moment of its own.
func (d *Desk) owePings(ctx context.Context, tx *store.Tx, due time.Time) error {
	month := due.In(routing.Nairobi)
	month = time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, routing.Nairobi)
	for _, office := range d.Live.World().stations() {
		h := fnv.New32a()
		h.Write([]byte(office))
		minute := int(h.Sum32() % (pingDays * pingHours * 60))
		at := pingMorning(month, minute/(pingHours*60)).Add(time.Duration(minute%(pingHours*60)) * time.Minute)
		if err := tx.OweOnce(ctx, pingDuty(tasks.Ping, office, month.Format("2006-01"), latest(at, due))); err != nil {
			return err
		}
	}
	return nil
}

func pingDuty(kind, office, month string, at time.Time) store.Duty {
	return store.Duty{ID: kind + ":" + office + ":" + month, Kind: kind, Subject: office + ":" + month, Queue: tasks.Low, Due: at}
}

// stations are the offices whose numbers are tested, in the order of their ids.
func (w *World) stations() (ids []string) {
	for id, o := range w.offices {
		if o.Active && (o.Kind == ripoti.Station || o.Kind == ripoti.Post) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Ping tests the verified numbers of a station, each once a month.
func (d *Desk) Ping(ctx context.Context, p tasks.Payload) error {
	return d.ofStation(ctx, p, func(tx *store.Tx, office, month string) error {
		var tested bool
		for _, c := range d.Live.World().byOffice[office] {
			if !c.Answerable() {
				continue
			}
			fresh, err := tx.Ping(ctx, c, month)
			if err != nil {
				return err
			}
			if !fresh {
				continue
			}
			tested = true
			if err := d.post(ctx, tx, c, flows.SayPing, flows.Facts{}, about{}, tasks.Low, d.Now()); err != nil {
				return err
			}
		}
		if !tested {
			return nil
		}
		return tx.OweOnce(ctx, pingDuty(tasks.Pinged, office, month, d.Now().Add(PongWithin)))
	})
}

// ofStation does the duty of a station and a month.
func (d *Desk) ofStation(ctx context.Context, p tasks.Payload, do func(tx *store.Tx, office, month string) error) error {
	cut := strings.LastIndexByte(p.Subject, ':')
	if cut < 0 {
		return fmt.Errorf("ping: subject %q", p.Subject)
	}
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		if mine, err := tx.Done(ctx, p.Duty); err != nil || !mine {
			return err
		}
		return do(tx, p.Subject[:cut], p.Subject[cut+1:])
	})
	if err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	d.Wake()
	return nil
}

// Pinged looks what came of the tests of a station. Two months without any answer make it dark.
func (d *Desk) Pinged(ctx context.Context, p tasks.Payload) error {
	err := d.ofStation(ctx, p, func(tx *store.Tx, office, _ string) error {
		rounds, err := tx.PingRounds(ctx, office, darkAfter)
		if err != nil {
			return err
		}
		silent := func(r store.PingRound) bool { return r.Answered == 0 }
		if len(rounds) < darkAfter || slices.ContainsFunc(rounds, func(r store.PingRound) bool { return !silent(r) }) {
			return nil
		}
		changed, err := tx.SetDark(ctx, office, true)
		if err != nil || !changed {
			return err
		}
		if err := d.tellCoordinators(ctx, tx, office, flows.SayDark); err != nil {
			return err
		}
		return d.darken(ctx, tx, office)
	})
	if err != nil {
		return err
	}
	return d.Live.Refresh(ctx)
}

// darken flags every case that a dark office has. What nobody there has taken goes to another office.
func (d *Desk) darken(ctx context.Context, tx *store.Tx, office string) error {
	cases, err := tx.WithOffice(ctx, office)
	if err != nil {
		return err
	}
	for _, c := range cases {
		r, a, err := hold(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if err := d.raiseFlag(ctx, tx, r, ripoti.FlagDark, "system", ""); err != nil {
			return err
		}
		if a.Status != ripoti.AssignmentOpen {
			continue
		}
		if err := tx.Owe(ctx, store.Duty{Kind: tasks.Route, Subject: r.ID, Queue: queueOf(r.Urgency), Due: d.Now().Add(reroute)}); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) tellCoordinators(ctx context.Context, tx *store.Tx, officeID, say string) error {
	world := d.Live.World()
	office, ok := world.Office(officeID)
	if !ok {
		return nil
	}
	for _, c := range world.coordinators(office.County, d.Now()) {
		if err := d.post(ctx, tx, c, say, flows.Facts{Office: office.Name}, about{}, tasks.Default, d.Now()); err != nil {
			return err
		}
	}
	return nil
}

// pongFirst takes a text as the answer to a monthly test before it is read as anything else: a bare "OK" to
// a test accepts no case. Where one waits the sender is told so.
func (d *Desk) pongFirst(ctx context.Context, tx *store.Tx, who Staff, reply flows.Reply) (_ flows.Reply, done bool, err error) {
	tested, err := d.pong(ctx, tx, who.Phone, who.Contacts)
	if err != nil || !tested || reply.Verb != flows.VerbAccept || reply.Code != "" || reply.Typed != "" {
		return reply, false, err
	}
	waiting, err := tx.AlertsOf(ctx, who.Contacts, "", 1)
	return flows.Reply{}, len(waiting) == 0, err
}

// pong notes that a number is alive: any text of it answers its test. A dark office it answers for is
// dark no more. It says whether a test waited for it.
func (d *Desk) pong(ctx context.Context, tx *store.Tx, from ripoti.Phone, contacts []ripoti.Contact) (tested bool, err error) {
	offices, err := tx.Pong(ctx, from, d.Now().Add(-PongWithin))
	if err != nil {
		return false, err
	}
	for _, c := range contacts {
		if office, _ := d.Live.World().Office(c.OfficeID); !office.Dark {
			continue
		}
		changed, err := tx.SetDark(ctx, c.OfficeID, false)
		if err != nil {
			return false, err
		}
		if !changed {
			continue
		}
		if err := d.tellCoordinators(ctx, tx, c.OfficeID, flows.SayLight); err != nil {
			return false, err
		}
	}
	return len(offices) > 0, nil
}
