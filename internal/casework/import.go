package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// Import is tables of the directory and of rosters that a person hands in: all of them or none.
type Import struct {
	By    Keeper
	Files directory.Files
	Whole bool // what the tables do not name goes, as far as By keeps it
	// Sum is that of the Imported that was looked at: where it would be another one now, nothing is changed. ""
	// takes whatever it comes to.
	Sum string
}

// Imported is what an import changes, every row of it.
type Imported struct {
	directory.Diff
	Rosters []store.DirectoryChange // of an office's shifts, or a contact's leave: lines that go and that come

	next  directory.Rows
	parts []rosterPart
}

// Empty says that nothing would change.
func (i Imported) Empty() bool { return i.Diff.Empty() && len(i.Rosters) == 0 }

// Sum is the same for the same change of the same rows, numbers included.
func (i Imported) Sum() string {
	sum := sha256.New()
	fmt.Fprintln(sum, i.Diff.Sum())
	for _, l := range i.Rosters {
		fmt.Fprintf(sum, "%s %q %q\n", l.What, l.RowID, l.Fields)
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// Preview says what an import would change; nothing is saved. The error is directory.Problems where the tables
// are not sound.
func (d *Desk) Preview(ctx context.Context, i Import) (Imported, error) {
	offices, contacts, err := d.Store.Directory(ctx)
	if err != nil {
		return Imported{}, err
	}
	now, err := d.Store.Roster(ctx)
	if err != nil {
		return Imported{}, err
	}
	return i.onto(directory.Rows{Offices: offices, Contacts: contacts}, now)
}

// Import makes it so, and says what became other. It is a conflict where the directory is not as it was looked
// at.
func (d *Desk) Import(ctx context.Context, i Import) (done Imported, err error) {
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		done, err = i.make(ctx, tx)
		return err
	})
	if err != nil {
		return done, fmt.Errorf("import: %w", err)
	}
	d.Wake()
	return done, d.Live.Refresh(ctx)
}

// onto plans the import onto what there is.
func (i Import) onto(current directory.Rows, now ripoti.Roster) (planned Imported, err error) {
	upload := directory.Upload{Whole: i.Whole}
	if !i.By.Everywhere {
		upload.Mine = i.By.Keeps
	}
	handed, err := i.Files.Read(upload, current, now)
	if err != nil {
		return planned, err
	}
	planned.next = handed.Next
	if planned.Diff, err = directory.Plan(current, handed.Next); err != nil {
		return planned, err
	}
	if err := i.By.mayMake(planned.Diff, current, handed.Next); err != nil {
		return planned, err
	}
	planned.parts = i.rosters(handed.Rosters).plan(handed.Next, now)
	for _, part := range planned.parts {
		planned.Rosters = append(planned.Rosters, part.line)
	}
	return planned, nil
}

func (i Import) rosters(tables []directory.RosterTable) RosterChange {
	return RosterChange{By: i.By, How: "upload", Tables: tables, Whole: i.Whole}
}

// make plans once more with the directory held, and writes what was looked at. The rosters are planned onto
// what stands before the directory changes: what leaves them by that change is theirs to name or not.
func (i Import) make(ctx context.Context, tx *store.Tx) (planned Imported, err error) {
	if err := tx.HoldDirectory(ctx); err != nil {
		return planned, err
	}
	offices, contacts, err := tx.Directory(ctx)
	if err != nil {
		return planned, err
	}
	now, err := tx.Roster(ctx)
	if err != nil {
		return planned, err
	}
	if planned, err = i.onto(directory.Rows{Offices: offices, Contacts: contacts}, now); err != nil {
		return planned, err
	}
	if i.Sum != "" && i.Sum != planned.Sum() {
		return planned, ripoti.Conflict("directory.changed", nil)
	}
	same := func(directory.Rows) (directory.Rows, error) { return planned.next, nil }
	if _, err := ChangeDirectory(ctx, tx, DirectoryChange{By: i.By, How: "upload", Make: same}); err != nil {
		return planned, err
	}
	_, err = i.rosters(nil).write(ctx, tx, planned.parts)
	return planned, err
}
