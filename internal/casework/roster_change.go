package casework

import (
	"context"
	"slices"

	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// RosterChange puts tables of shifts and of leave in the place of what there is: an office that a table of
// shifts names gets its rows in the place of its roster, a contact that one of leave names in the place of his or
// her leaves.
type RosterChange struct {
	By     Keeper
	How    string // "upload", ...
	Tables []directory.RosterTable
	Whole  bool // what the tables do not name goes, as far as By keeps it
}

// rosterPart is what becomes of the roster of an office or of the leaves of a contact.
type rosterPart struct {
	line   store.DirectoryChange
	shifts []ripoti.Shift
	leaves []ripoti.Leave
}

// plan is what a change comes to, for the offices and contacts of a directory, by their ids. What stays as it
// is and what By does not keep is no part of it.
func (c RosterChange) plan(known directory.Rows, now ripoti.Roster) (parts []rosterPart) {
	offices, contacts := officesByID(known.Offices), contactsByID(known.Contacts)
	for _, table := range c.Tables {
		if table.Leave {
			for _, id := range named(table.Leaves, now.Leaves, c.Whole, func(l ripoti.Leave) string { return l.ContactID }) {
				before, after := leavesOf(now, id), leavesOf(table.Roster, id)
				parts = append(parts, rosterPart{leaves: after, line: store.DirectoryChange{What: "leave", RowID: id, Office: contacts[id].OfficeID,
					Fields: otherTexts("leave", before, after, leaveText)}})
			}
			continue
		}
		for _, id := range named(table.Shifts, now.Shifts, c.Whole, func(s ripoti.Shift) string { return s.OfficeID }) {
			before, after := shiftsAt(now, id), shiftsAt(table.Roster, id)
			parts = append(parts, rosterPart{shifts: after, line: store.DirectoryChange{What: "shifts", RowID: id, Office: id,
				Fields: otherTexts("shift", before, after, shiftText)}})
		}
	}
	return slices.DeleteFunc(parts, func(p rosterPart) bool { return len(p.line.Fields) == 0 || !c.By.Keeps(offices[p.line.Office]) })
}

// named are the ids that a table names, and with whole those that have rows now.
func named[T any](table, now []T, whole bool, id func(T) string) (ids []string) {
	for _, row := range table {
		ids = append(ids, id(row))
	}
	for _, row := range now {
		if whole {
			ids = append(ids, id(row))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func leavesOf(r ripoti.Roster, contactID string) []ripoti.Leave {
	return slices.DeleteFunc(slices.Clone(r.Leaves), func(l ripoti.Leave) bool { return l.ContactID != contactID })
}

func leaveText(l ripoti.Leave) string { return l.From + " - " + l.To + " " + l.StandIn }

// ChangeRoster makes a change with its lines in the history, as the console's forms do, and gives those lines.
// The directory is held.
func ChangeRoster(ctx context.Context, tx *store.Tx, c RosterChange) ([]store.DirectoryChange, error) {
	if err := tx.HoldDirectory(ctx); err != nil {
		return nil, err
	}
	offices, contacts, err := tx.Directory(ctx)
	if err != nil {
		return nil, err
	}
	now, err := tx.Roster(ctx)
	if err != nil {
		return nil, err
	}
	return c.write(ctx, tx, c.plan(directory.Rows{Offices: offices, Contacts: contacts}, now))
}

// write saves the parts and notes each.
func (c RosterChange) write(ctx context.Context, tx *store.Tx, parts []rosterPart) (lines []store.DirectoryChange, err error) {
	batch := store.NewID()
	for _, p := range parts {
		p.line.Batch, p.line.Actor, p.line.How, p.line.Kind = batch, c.By.Actor, c.How, string(directory.Changed)
		if p.line.What == "leave" {
			err = tx.SaveLeavesOf(ctx, p.line.RowID, p.leaves)
		} else {
			err = tx.SaveShiftsOf(ctx, p.line.RowID, p.shifts)
		}
		if err != nil {
			return nil, err
		}
		if err := noteRoster(ctx, tx, p.line); err != nil {
			return nil, err
		}
		lines = append(lines, p.line)
	}
	return lines, nil
}
