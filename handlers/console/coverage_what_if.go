package console

import (
	"net/url"
	"strings"

	"ripoti/internal/coverage"
	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
)

// whatIf is a directory that is only imagined: nothing is saved, so that its address can be kept and sent on.
type whatIf struct {
	// What was typed: a new office of a kind at a place, one that is closed, one that moves to a place.
	At, As, Without, Move, To string
	Kinds                     []ripoti.OfficeKind
	// Which are the offices that a name may mean, for the field that it was typed in.
	Field   string
	Which   []ripoti.Office
	Problem string
	// Taken is what the places were taken for.
	Taken   []string
	Changes []changeLine
	Pages   paging

	changed map[string]bool
	marks   []officeMark
}

// changeLine is a help of a ward that is another one, or nearer or farther.
type changeLine struct {
	Ward          ripoti.Place
	Before, After helpLine
}

// changesListed is how many changes stand on a page.
const changesListed = 50

// whatIfID is the office that is only imagined.
const whatIfID = "what-if"

// imaginable are the kinds that an imagined office may have, with the role that answers there.
var imaginable = []struct {
	kind ripoti.OfficeKind
	role ripoti.Role
}{
	{ripoti.Station, ripoti.RoleDuty},
	{ripoti.SocialWork, ripoti.RoleSocial},
	{ripoti.ChildrenOffice, ripoti.RoleChildren},
	{ripoti.Hospital, ripoti.RoleHealth},
}

func whatIfOf(asked url.Values) whatIf {
	typed := func(field string) string { return strings.TrimSpace(asked.Get(field)) }
	w := whatIf{At: typed("at"), As: typed("as"), Without: typed("without"), Move: typed("move"), To: typed("to")}
	for _, i := range imaginable {
		w.Kinds = append(w.Kinds, i.kind)
	}
	return w
}

// Asked says that anything was imagined.
func (w whatIf) Asked() bool { return w.At+w.Without+w.Move+w.To != "" }

func (w whatIf) changes(ward string) bool { return w.changed[ward] }

// imagine is the network as it would be; false where something that was typed is not understood.
func (c *Console) imagine(w *whatIf) (coverage.Network, bool) {
	world := c.Desk.Live.World()
	var put []ripoti.Office
	var answers []ripoti.Contact
	var without []string
	if w.Without != "" {
		o, ok := c.theOffice(w, "without", w.Without)
		if !ok {
			return coverage.Network{}, false
		}
		w.Without, without = o.ID, append(without, o.ID)
	}
	if w.Move+w.To != "" {
		o, ok := c.theOffice(w, "move", w.Move)
		if !ok || !c.stands(w, &o, w.To) {
			return coverage.Network{}, false
		}
		w.Move, put = o.ID, append(put, o)
	}
	if w.At != "" {
		o, contact := c.imagined(w.As)
		if !c.stands(w, &o, w.At) {
			return coverage.Network{}, false
		}
		put, answers = append(put, o), append(answers, contact)
	}
	return c.measuredBy(world, world.Imagine(put, answers, without...)), true
}

// imagined is a new office that could take every report, and somebody there who answers.
func (c *Console) imagined(as string) (ripoti.Office, ripoti.Contact) {
	is := imaginable[0]
	for _, i := range imaginable {
		if string(i.kind) == as {
			is = i
		}
	}
	return ripoti.Office{ID: whatIfID, Kind: is.kind, Able: []ripoti.Capability{ripoti.GenderDesk}, Hours: "24h", Active: true},
		ripoti.Contact{ID: whatIfID, OfficeID: whatIfID, Role: is.role, Rank: 1, Phone: "+254700000000", VerifiedAt: c.Now(), Active: true}
}

// theOffice is the one that an id or a name means.
func (c *Console) theOffice(w *whatIf, field, typed string) (ripoti.Office, bool) {
	switch meant := c.officesMeant(typed); len(meant) {
	case 1:
		return meant[0], true
	case 0:
		w.Problem = "coverage.no_office"
	default:
		w.Problem, w.Field, w.Which = "coverage.which_office", field, meant
	}
	return ripoti.Office{}, false
}

// stands lets an office stand at a place, and marks it on the map.
func (c *Console) stands(w *whatIf, o *ripoti.Office, typed string) bool {
	found := c.Desk.Places.Find(typed, "")
	if len(found.Matches) == 0 {
		w.Problem = "coverage.no_place"
		return false
	}
	place := found.Matches[0].Place
	o.PlaceID, o.Point, o.County = place.ID, place.Point, place.CountyID
	w.Taken = append(w.Taken, gazetteer.Label(place))
	mark := officeMarkOf(*o)
	mark.Imagined = true
	w.marks = append(w.marks, mark)
	return true
}

// tellChanges lists what an imagined network changes, help by help.
func (c *Console) tellChanges(page *coveragePage, changes []coverage.Change) {
	w := &page.WhatIf
	w.changed = map[string]bool{}
	var all []changeLine
	for _, change := range changes {
		w.changed[change.After.Ward.ID] = true
		before, after := c.wardLine(change.Before, change.Helps...), c.wardLine(change.After, change.Helps...)
		for i := range change.Helps {
			all = append(all, changeLine{change.After.Ward, before.Helps[i], after.Helps[i]})
		}
	}
	w.Pages = pagesOf(page.asked, "changes", len(all), changesListed)
	w.Changes = all[w.Pages.From:w.Pages.To]
}
