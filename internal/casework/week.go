package casework

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// ContactsAt are all contacts of an office, those who serve first, by role and rank.
func (w *World) ContactsAt(officeID string) []ripoti.Contact {
	return slices.SortedFunc(slices.Values(w.byOffice[officeID]), func(a, b ripoti.Contact) int {
		return cmp.Or(trueFirst(a.Active, b.Active), slices.Index(ripoti.Roles, a.Role)-slices.Index(ripoti.Roles, b.Role), a.Rank-b.Rank, cmp.Compare(a.ID, b.ID))
	})
}

func trueFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// ShiftsAt is the roster of an office, by role and hour.
func (w *World) ShiftsAt(officeID string) (all []ripoti.Shift) {
	for _, s := range w.slots(officeID) {
		all = append(all, slices.SortedFunc(slices.Values(w.roster.shifts[s]), func(a, b ripoti.Shift) int {
			return cmp.Or(a.From-b.From, int(a.Days)-int(b.Days), cmp.Compare(a.ContactID, b.ContactID))
		})...)
	}
	return all
}

// LeavesOf are a contact's leaves, by day.
func (w *World) LeavesOf(contactID string) []ripoti.Leave {
	return slices.SortedFunc(slices.Values(w.roster.leaves[contactID]), func(a, b ripoti.Leave) int { return cmp.Compare(a.From, b.From) })
}

// StandsInFor are the leaves in which others count on a contact, from a day on.
func (w *World) StandsInFor(contactID, from string) (all []ripoti.Leave) {
	for _, leaves := range w.roster.leaves {
		for _, l := range leaves {
			if l.StandIn == contactID && l.To >= from {
				all = append(all, l)
			}
		}
	}
	return slices.SortedFunc(slices.Values(all), func(a, b ripoti.Leave) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.ContactID, b.ContactID))
	})
}

// Said is what a contact has said by phone of being on duty, as far as it counts at a time.
func (w *World) Said(contactID string, at time.Time) (ripoti.DutyMark, bool) {
	return w.roster.mark(contactID, at)
}

// WeekRow is a role at an office through the seven days of a week.
type WeekRow struct {
	Role     ripoti.Role
	Rostered bool // else everybody of the role is on duty always
	Days     [7][]Watch
}

// Watch is a part of a day in which the same people are on duty; nobody: the slot is empty.
type Watch struct {
	From, To time.Time
	OnDuty   []ripoti.Contact // in the order in which they are asked
}

// Week is who is on duty at an office in the seven days from the midnight of a day in Nairobi.
func (w *World) Week(officeID string, from time.Time) (rows []WeekRow) {
	from = from.In(routing.Nairobi)
	from = time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, routing.Nairobi)
	for _, s := range w.slots(officeID) {
		row := WeekRow{Role: s.role, Rostered: len(w.roster.shifts[s]) > 0}
		for day := range row.Days {
			begin := from.AddDate(0, 0, day)
			row.Days[day] = w.watches(s, begin, begin.AddDate(0, 0, 1))
		}
		rows = append(rows, row)
	}
	return rows
}

// watches are the parts of a time, those with the same people joined.
func (w *World) watches(s slot, from, to time.Time) (all []Watch) {
	for _, span := range w.spans(s, from, to) {
		who := w.onDuty(s, span.from)
		if n := len(all); n > 0 && slices.EqualFunc(all[n-1].OnDuty, who, func(a, b ripoti.Contact) bool { return a.ID == b.ID }) {
			all[n-1].To = span.to
			continue
		}
		all = append(all, Watch{span.from, span.to, who})
	}
	return all
}

// SaveShifts makes lines (see directory.ShiftColumns) the roster of an office; none: it has no roster any
// more, and everybody is on duty always. was is the roster that was looked at. The error is
// directory.Problems, or a conflict where the roster is another one by now.
func (d *Desk) SaveShifts(ctx context.Context, by Keeper, officeID, was string, lines [][]string) error {
	return d.changeRoster(ctx, func(tx *store.Tx, known directory.Rows, now ripoti.Roster) error {
		if err := by.mayKeep(officesByID(known.Offices)[officeID]); err != nil {
			return err
		}
		shifts, err := directory.Shifts(lines, known)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(shifts, func(s ripoti.Shift) bool { return s.OfficeID != officeID }) {
			return ripoti.Invalid("directory.other_roster", nil)
		}
		before := shiftsAt(now, officeID)
		if ShiftsSum(before) != was {
			return ripoti.Conflict("directory.changed", nil)
		}
		change := store.DirectoryChange{Batch: store.NewID(), Actor: by.Actor, How: "form", What: "shifts", RowID: officeID, Office: officeID, Kind: string(directory.Changed),
			Fields: otherTexts("shift", before, shifts, shiftText)}
		if len(change.Fields) == 0 {
			return nil
		}
		if err := tx.SaveShiftsOf(ctx, officeID, shifts); err != nil {
			return err
		}
		return noteRoster(ctx, tx, change)
	})
}

func shiftsAt(r ripoti.Roster, officeID string) []ripoti.Shift {
	return slices.DeleteFunc(slices.Clone(r.Shifts), func(s ripoti.Shift) bool { return s.OfficeID != officeID })
}

// ShiftsSum is the same for the same roster of an office.
func ShiftsSum(shifts []ripoti.Shift) string {
	texts := make([]string, len(shifts))
	for i, s := range shifts {
		texts[i] = shiftText(s)
	}
	slices.Sort(texts)
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", texts))
	return hex.EncodeToString(sum[:12])
}

// otherTexts are the lines that go and those that come.
func otherTexts[T comparable](column string, before, after []T, text func(T) string) (fields []store.ChangedField) {
	for _, b := range before {
		if !slices.Contains(after, b) {
			fields = append(fields, store.ChangedField{Column: column, Before: text(b)})
		}
	}
	for _, a := range after {
		if !slices.Contains(before, a) {
			fields = append(fields, store.ChangedField{Column: column, After: text(a)})
		}
	}
	return fields
}

// AddLeave writes that a contact is away. The cells are those of directory.LeaveColumns. The error is
// directory.Problems.
func (d *Desk) AddLeave(ctx context.Context, by Keeper, contactID, from, to, standIn string) error {
	return d.changeLeaves(ctx, by, contactID, func(lines [][]string) [][]string { return append(lines, []string{contactID, from, to, standIn}) })
}

// DropLeave takes a leave of a contact back.
func (d *Desk) DropLeave(ctx context.Context, by Keeper, contactID, from string) error {
	return d.changeLeaves(ctx, by, contactID, func(lines [][]string) [][]string {
		return slices.DeleteFunc(lines, func(l []string) bool { return l[1] == from })
	})
}

func (d *Desk) changeLeaves(ctx context.Context, by Keeper, contactID string, alter func([][]string) [][]string) error {
	return d.changeRoster(ctx, func(tx *store.Tx, known directory.Rows, now ripoti.Roster) error {
		c, ok := contactsByID(known.Contacts)[contactID]
		if !ok {
			return ripoti.NotFound("contact.unknown", nil)
		}
		if err := by.mayKeep(officesByID(known.Offices)[c.OfficeID]); err != nil {
			return err
		}
		before := slices.DeleteFunc(slices.Clone(now.Leaves), func(l ripoti.Leave) bool { return l.ContactID != contactID })
		var lines [][]string
		for _, l := range before {
			lines = append(lines, []string{l.ContactID, l.From, l.To, l.StandIn})
		}
		leaves, err := directory.Leaves(alter(lines), known)
		if err != nil {
			return err
		}
		if err := tx.SaveLeavesOf(ctx, contactID, leaves); err != nil {
			return err
		}
		return noteRoster(ctx, tx, store.DirectoryChange{Batch: store.NewID(), Actor: by.Actor, How: "form", What: "leave", RowID: contactID, Office: c.OfficeID, Kind: string(directory.Changed),
			Fields: otherTexts("leave", before, leaves, func(l ripoti.Leave) string { return l.From + " - " + l.To + " " + l.StandIn })})
	})
}

// changeRoster reads directory and roster, lets change write, and lets this process know.
func (d *Desk) changeRoster(ctx context.Context, change func(*store.Tx, directory.Rows, ripoti.Roster) error) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.HoldDirectory(ctx); err != nil {
			return err
		}
		offices, contacts, err := tx.Directory(ctx)
		if err != nil {
			return err
		}
		now, err := tx.Roster(ctx)
		if err != nil {
			return err
		}
		return change(tx, directory.Rows{Offices: offices, Contacts: contacts}, now)
	})
	if err != nil {
		return fmt.Errorf("roster: %w", err)
	}
	return d.Live.Refresh(ctx)
}

func noteRoster(ctx context.Context, tx *store.Tx, change store.DirectoryChange) error {
	if err := tx.NoteDirectory(ctx, change); err != nil {
		return err
	}
	return tx.Note(ctx, "roster_changed", change.Actor, line{"batch": change.Batch, "what": change.What, "of": change.RowID}.String())
}

// Handover is what a contact would hand over by leaving an office, as far as somebody may see it.
type Handover struct {
	Cases    []HandedOver
	More     bool // there are more
	Shifts   []ripoti.Shift
	StandsIn []ripoti.Leave // others count on the contact
	Accounts []string       // logins of the console
	// Left says which roles of the office nobody answers for any more.
	Left []ripoti.Role
}

// HandedOver is a case that was taken by a contact, and whom its ladder would ask in his or her place now;
// nobody: the coordinators are told.
type HandedOver struct {
	store.Row
	To []ripoti.Contact
}

// mostHandedOver is how many cases a page shows.
const mostHandedOver = 50

// Handover looks what a contact has.
func (d *Desk) Handover(ctx context.Context, view store.View, c ripoti.Contact) (h Handover, err error) {
	cases, err := d.Store.Seen(ctx, view, store.Wanted{Holder: c.ID}, "", mostHandedOver+1)
	if err != nil {
		return h, fmt.Errorf("handover: %w", err)
	}
	h.More = len(cases) > mostHandedOver
	for _, r := range cases[:min(len(cases), mostHandedOver)] {
		to, err := d.nextAfter(ctx, r.ID, c)
		if err != nil {
			return h, fmt.Errorf("handover: %w", err)
		}
		h.Cases = append(h.Cases, HandedOver{r, to})
	}
	if h.Accounts, err = d.Store.UsersOf(ctx, c.ID); err != nil {
		return h, fmt.Errorf("handover: %w", err)
	}
	world := d.Live.World()
	h.Shifts = slices.Clone(world.roster.of[c.ID])
	h.StandsIn = world.StandsInFor(c.ID, d.Now().In(routing.Nairobi).Format(time.DateOnly))
	others := slices.ContainsFunc(world.byOffice[c.OfficeID], func(o ripoti.Contact) bool { return o.ID != c.ID && o.Role == c.Role && o.Answerable() })
	if !others && c.Answerable() {
		h.Left = []ripoti.Role{c.Role}
	}
	return h, nil
}

// nextAfter are whom the ladder of a case would ask now if its holder gave it back.
func (d *Desk) nextAfter(ctx context.Context, reportID string, c ripoti.Contact) ([]ripoti.Contact, error) {
	parts, err := d.Store.Assignments(ctx, reportID)
	if err != nil {
		return nil, err
	}
	wall, err := d.Store.Wall(ctx, reportID)
	if err != nil {
		return nil, err
	}
	for _, a := range parts {
		if a.AcceptedBy != c.ID || a.Status != ripoti.AssignmentAccepted {
			continue
		}
		for _, step := range d.rungs(a) {
			if step.Say == routing.SayReminder {
				continue
			}
			if who, _ := d.Live.World().answering(step.Rung, c.ID, d.Now(), wall); len(who) > 0 {
				return who, nil
			}
		}
	}
	return nil, nil
}
