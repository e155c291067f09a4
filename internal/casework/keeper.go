package casework

import (
	"slices"

	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
)

// Keeper is somebody who looks after the directory or a part of it. The zero keeper keeps nothing.
type Keeper struct {
	Actor string // as histories name him or her: "user:ID", a contact's id, "command"
	// Everywhere is all of it, what serves the whole country too; otherwise it is what is in Counties.
	Everywhere bool
	Counties   []string // ids
}

// Everywhere keeps the whole directory.
func Everywhere(actor string) Keeper { return Keeper{Actor: actor, Everywhere: true} }

// notYours is the answer to who changes what somebody else keeps.
var notYours = ripoti.Forbidden("directory.not_yours", nil)

// Keeps says whether the keeper may change an office, its contacts and its roster.
func (k Keeper) Keeps(o ripoti.Office) bool {
	return k.Everywhere || o.County != "" && slices.Contains(k.Counties, o.County)
}

func (k Keeper) mayKeep(o ripoti.Office) error {
	if !k.Keeps(o) {
		return notYours
	}
	return nil
}

// mayMake refuses a difference that touches an office which the keeper does not keep, be it where something
// was or where it comes to.
func (k Keeper) mayMake(diff directory.Diff, before, after directory.Rows) error {
	if k.Everywhere {
		return nil
	}
	was, is := officesByID(before.Offices), officesByID(after.Offices)
	for _, c := range diff.Offices {
		for _, all := range []map[string]ripoti.Office{was, is} {
			if o, there := all[c.ID]; there && !k.Keeps(o) {
				return notYours
			}
		}
	}
	wasAt, isAt := contactsByID(before.Contacts), contactsByID(after.Contacts)
	for _, c := range diff.Contacts {
		if old, there := wasAt[c.ID]; there && !k.Keeps(was[old.OfficeID]) {
			return notYours
		}
		if comes, there := isAt[c.ID]; there && !k.Keeps(is[comes.OfficeID]) {
			return notYours
		}
	}
	return nil
}

// keepsContact says whether a contact's office is the keeper's, as the directory is now.
func (d *Desk) keepsContact(k Keeper, c ripoti.Contact) bool {
	office, _ := d.Live.World().Office(c.OfficeID)
	return k.Keeps(office)
}
