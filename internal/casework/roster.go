package casework

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// SetDuty notes that a contact is on duty or off, whatever the roster says, until the contact's next
// shift begins and for twelve hours at most: a word that was forgotten does no harm for long.
func (d *Desk) SetDuty(ctx context.Context, tx *store.Tx, c ripoti.Contact, on bool) error {
	until := d.Now().Add(longestMark)
	if next := d.Live.World().roster.nextShift(c.ID, d.Now()); !next.IsZero() && next.Before(until) {
		until = next
	}
	return tx.MarkDuty(ctx, ripoti.DutyMark{ContactID: c.ID, On: on, Until: until})
}

// OnDuty says whether a contact answers at a time, by the roster, by leave and by the contact's own
// word. Without a roster for the role at the office everybody does.
func (w *World) OnDuty(contactID string, at time.Time) bool {
	c, ok := w.contacts[contactID]
	if !ok {
		return false
	}
	if mark, said := w.roster.mark(c.ID, at); said {
		return mark.On
	}
	if _, away := w.roster.leave(c.ID, at); away {
		return false
	}
	rostered := len(w.roster.shifts[slot{c.OfficeID, c.Role}]) > 0
	return !rostered || slices.ContainsFunc(w.roster.of[c.ID], func(s ripoti.Shift) bool { return covers(s, at) })
}

// slot is a role at an office: what somebody answers for.
type slot struct {
	office string
	role   ripoti.Role
}

// roster is ripoti.Roster, made for asking who answers now.
type roster struct {
	shifts map[slot][]ripoti.Shift
	of     map[string][]ripoti.Shift // by contact
	leaves map[string][]ripoti.Leave
	marks  map[string]ripoti.DutyMark
}

func newRoster(from ripoti.Roster) *roster {
	r := &roster{shifts: map[slot][]ripoti.Shift{}, of: map[string][]ripoti.Shift{}, leaves: map[string][]ripoti.Leave{}, marks: map[string]ripoti.DutyMark{}}
	for _, s := range from.Shifts {
		at := slot{s.OfficeID, s.Role}
		r.shifts[at] = append(r.shifts[at], s)
		r.of[s.ContactID] = append(r.of[s.ContactID], s)
	}
	for _, l := range from.Leaves {
		r.leaves[l.ContactID] = append(r.leaves[l.ContactID], l)
	}
	for _, m := range from.Marks {
		r.marks[m.ContactID] = m
	}
	return r
}

// covers says whether a time falls into a shift. One that goes over midnight belongs to the day on
// which it begins.
func covers(s ripoti.Shift, at time.Time) bool {
	at = at.In(routing.Nairobi)
	minute, today := at.Hour()*60+at.Minute(), at.Weekday()
	yesterday := (today + 6) % 7
	if s.From < s.To {
		return s.Days.Has(today) && minute >= s.From && minute < s.To
	}
	return s.Days.Has(today) && minute >= s.From || s.Days.Has(yesterday) && minute < s.To
}

// nextShift is when a contact's next shift begins after a time; zero where there is none.
func (r *roster) nextShift(contactID string, after time.Time) (next time.Time) {
	after = after.In(routing.Nairobi)
	for _, s := range r.of[contactID] {
		for day := range 8 {
			begin := time.Date(after.Year(), after.Month(), after.Day()+day, 0, s.From, 0, 0, routing.Nairobi)
			if s.Days.Has(begin.Weekday()) && begin.After(after) {
				if next.IsZero() || begin.Before(next) {
					next = begin
				}
				break
			}
		}
	}
	return next
}

func (r *roster) leave(contactID string, at time.Time) (ripoti.Leave, bool) {
	day := at.In(routing.Nairobi).Format(time.DateOnly)
	for _, l := range r.leaves[contactID] {
		if l.From <= day && day <= l.To {
			return l, true
		}
	}
	return ripoti.Leave{}, false
}

func (r *roster) mark(contactID string, at time.Time) (ripoti.DutyMark, bool) {
	m, said := r.marks[contactID]
	return m, said && at.Before(m.Until)
}

// mostStandIns is how often one stand-in may be stood in for by another.
const mostStandIns = 3

// present is who answers in the place of a contact: the contact, or a stand-in while he or she is on
// leave. What a contact says of himself or herself comes before both.
func (w *World) present(c ripoti.Contact, at time.Time) (ripoti.Contact, bool) {
	for range mostStandIns + 1 {
		if mark, said := w.roster.mark(c.ID, at); said {
			return c, mark.On && c.Answerable()
		}
		leave, away := w.roster.leave(c.ID, at)
		if !away {
			return c, c.Answerable()
		}
		if c = w.contacts[leave.StandIn]; c.ID == "" {
			return c, false
		}
	}
	return c, false
}

// onDuty are those who answer for a role at an office at a time, best rank first.
func (w *World) onDuty(at slot, when time.Time) (out []ripoti.Contact) {
	var named []string // who should be there, before leave
	if shifts := w.roster.shifts[at]; len(shifts) > 0 {
		for _, s := range shifts {
			if covers(s, when) {
				named = append(named, s.ContactID)
			}
		}
		for _, c := range w.byOffice[at.office] { // and whoever says to be there
			if mark, said := w.roster.mark(c.ID, when); said && mark.On && c.Role == at.role {
				named = append(named, c.ID)
			}
		}
	} else {
		for _, c := range w.byOffice[at.office] {
			if c.Role == at.role {
				named = append(named, c.ID)
			}
		}
	}
	slices.SortStableFunc(named, func(a, b string) int { return w.contacts[a].Rank - w.contacts[b].Rank })
	for _, id := range named {
		if c, ok := w.present(w.contacts[id], when); ok && !slices.ContainsFunc(out, func(o ripoti.Contact) bool { return o.ID == c.ID }) {
			out = append(out, c)
		}
	}
	return out
}

// verified are those of a role at an office who can answer at all, best rank first, whatever the
// roster says.
func (w *World) verified(at slot) (out []ripoti.Contact) {
	for _, c := range w.byOffice[at.office] {
		if c.Role == at.role && c.Answerable() {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b ripoti.Contact) int { return a.Rank - b.Rank })
	return out
}

// answering are the contacts a rung tells at a time: the first of the first role that has anybody on
// duty, or everybody on duty of all its roles. Where nobody of its roles is, the office's duty role
// answers (the night desk). Is there nobody either, the slot is empty: then it is whoever has a
// verified number, on duty or not, for an alert must reach a human. None at all: nobody could answer,
// and the rung is skipped. except is a contact who has just said that he or she cannot; behind
// the wall nobody may know.
func (w *World) answering(rung routing.Rung, except string, at time.Time, wall store.Wall) (who []ripoti.Contact, empty bool) {
	onDuty := func(s slot) []ripoti.Contact { return w.outside(w.onDuty(s, at), wall) }
	verified := func(s slot) []ripoti.Contact { return w.outside(w.verified(s), wall) }
	if wall.Around(rung.OfficeID) {
		return nil, false
	}
	if who = pick(rung, rung.Roles, except, onDuty); len(who) > 0 {
		return who, false
	}
	if who = pick(rung, nightDesk, except, onDuty); len(who) > 0 && !slices.ContainsFunc(rung.Roles, aboveDuty) {
		return who, false
	}
	who = pick(rung, rung.Roles, except, verified)
	return who, len(who) > 0
}

var nightDesk = []ripoti.Role{ripoti.RoleDuty}

// aboveDuty are the roles whose rung asks somebody over the duty officer: told again, he would be
// asked to supervise himself.
func aboveDuty(r ripoti.Role) bool { return r == ripoti.RoleOCS || r == ripoti.RoleCommander }

// pick chooses among the contacts of a rung's roles.
func pick(rung routing.Rung, roles []ripoti.Role, except string, of func(slot) []ripoti.Contact) (who []ripoti.Contact) {
	for _, role := range roles {
		there := slices.DeleteFunc(of(slot{rung.OfficeID, role}), func(c ripoti.Contact) bool {
			return c.ID == except || slices.ContainsFunc(who, func(o ripoti.Contact) bool { return o.ID == c.ID })
		})
		if len(there) > 0 && !rung.All {
			return there[:1]
		}
		who = append(who, there...)
	}
	return who
}

// outside leaves out contacts behind a wall: a stand-in may be of another office than the rung.
func (w *World) outside(contacts []ripoti.Contact, wall store.Wall) []ripoti.Contact {
	if wall.None() {
		return contacts
	}
	return slices.DeleteFunc(contacts, func(c ripoti.Contact) bool { return w.behind(c, wall) })
}

// behind says whether a contact may not know of a report: an office that the number answers for is behind
// its wall, or whoever has the number was when the wall rose.
func (w *World) behind(c ripoti.Contact, wall store.Wall) bool {
	return wall.Around(c.OfficeID) || wall.Person(c.Phone) ||
		slices.ContainsFunc(w.contactsOf(c.Phone), func(same ripoti.Contact) bool { return wall.Around(same.OfficeID) })
}

// Slot is a role at an office with those who answer for it.
type Slot struct {
	Office ripoti.Office
	Role   ripoti.Role
	OnDuty []ripoti.Contact // in the order in which they are asked
}

// Duty is who is on duty at a time at an office, or, with "", at every office that has a roster.
func (w *World) Duty(officeID string, at time.Time) (out []Slot) {
	for _, s := range w.slots(officeID) {
		out = append(out, Slot{w.offices[s.office], s.role, w.onDuty(s, at)})
	}
	return out
}

// slots are the roles that somebody answers for: of one office, or all that have a roster.
func (w *World) slots(officeID string) []slot {
	found := map[slot]bool{}
	for s := range w.roster.shifts {
		found[s] = officeID == "" || s.office == officeID
	}
	if officeID != "" {
		for _, c := range w.byOffice[officeID] {
			found[slot{officeID, c.Role}] = true
		}
	}
	maps.DeleteFunc(found, func(_ slot, wanted bool) bool { return !wanted })
	return slices.SortedFunc(maps.Keys(found), func(a, b slot) int {
		if a.office != b.office {
			return strings.Compare(a.office, b.office)
		}
		return slices.Index(ripoti.Roles, a.role) - slices.Index(ripoti.Roles, b.role)
	})
}

// Gap is a time in which a slot of a roster is empty.
type Gap struct {
	Office   ripoti.Office
	Role     ripoti.Role
	From, To time.Time
}

// Gaps are the empty slots of rosters in a span of time, at one office or at all. A role without a
// roster has none: there everybody is on duty.
func (w *World) Gaps(officeID string, from, to time.Time) (out []Gap) {
	for _, s := range w.slots(officeID) {
		if len(w.roster.shifts[s]) == 0 {
			continue
		}
		open := -1 // the gap that the last span belongs to
		for _, span := range w.spans(s, from, to) {
			switch {
			case len(w.onDuty(s, span.from)) > 0:
				open = -1
			case open >= 0:
				out[open].To = span.to
			default:
				open = len(out)
				out = append(out, Gap{w.offices[s.office], s.role, span.from, span.to})
			}
		}
	}
	return out
}

type timeSpan struct{ from, to time.Time }

// spans cuts a time where a slot may change hands: at midnight, when a shift begins or ends, and when
// a contact's own word ends.
func (w *World) spans(s slot, from, to time.Time) (out []timeSpan) {
	cuts := []time.Time{from, to}
	for day := from.In(routing.Nairobi); day.Before(to.AddDate(0, 0, 1)); day = day.AddDate(0, 0, 1) {
		minutes := []int{0}
		for _, shift := range w.roster.shifts[s] {
			minutes = append(minutes, shift.From, shift.To)
		}
		for _, m := range minutes {
			cuts = append(cuts, time.Date(day.Year(), day.Month(), day.Day(), 0, m, 0, 0, routing.Nairobi))
		}
	}
	for _, mark := range w.roster.marks {
		cuts = append(cuts, mark.Until)
	}
	slices.SortFunc(cuts, time.Time.Compare)
	for i, cut := range cuts[1:] {
		if cut.After(cuts[i]) && !cuts[i].Before(from) && !cut.After(to) {
			out = append(out, timeSpan{cuts[i], cut})
		}
	}
	return out
}
