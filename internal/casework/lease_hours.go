package casework

import (
	"slices"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// everyHour are the urgencies whose time to act runs at night and while an office is shut (domain brief
// 4.7, invariant 6). All others count the hours in which the holder works: nothing is taken at three in
// the morning from who comes at eight.
var everyHour = map[ripoti.Urgency]bool{ripoti.Critical: true}

// worked is when a contact will have worked for a time since a moment.
func (w *World) worked(contactID string, u ripoti.Urgency, from time.Time, left time.Duration) time.Time {
	if everyHour[u] {
		return from.Add(left)
	}
	at, away := from, time.Duration(0)
	for left > 0 && away < longestAway {
		step := min(workStep, left)
		if w.works(contactID, at) {
			left, away = left-step, 0
		} else {
			step = workStep
			away += step
		}
		at = at.Add(step)
	}
	return at
}

// backAtWork is the first moment from one on at which a contact works, at most longestAway later.
func (w *World) backAtWork(contactID string, u ripoti.Urgency, from time.Time) time.Time {
	for at := from; !everyHour[u] && at.Sub(from) < longestAway; at = at.Add(workStep) {
		if w.works(contactID, at) {
			return at
		}
	}
	return from
}

// works says whether a contact's office is open, and by the roster, by leave and by the contact's own word
// the contact is there. Who has no shifts of his own works while the office is open.
func (w *World) works(contactID string, at time.Time) bool {
	c, ok := w.contacts[contactID]
	if !ok {
		return true // gone: the case goes back in its time
	}
	if mark, said := w.roster.mark(c.ID, at); said {
		return mark.On
	}
	if _, away := w.roster.leave(c.ID, at); away || !routing.OpenAt(w.offices[c.OfficeID].Hours, at) {
		return false
	}
	own := w.roster.of[c.ID]
	return len(own) == 0 || slices.ContainsFunc(own, func(s ripoti.Shift) bool { return covers(s, at) })
}
