package casework

import (
	"time"

	"ripoti/internal/ripoti"
)

// LateSince is since when an alert of each urgency must have been sent to be late now, by the rules in
// force; and since when a message of unknown outcome waits for a person.
func (d *Desk) LateSince() (late map[ripoti.Urgency]time.Time, unsure time.Time) {
	return d.Live.World().morning(d.Now(), time.Time{}).Late, d.Now().Add(-unsureFor)
}
