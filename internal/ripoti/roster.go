package ripoti

import "time"

// Shift is one line of an office's roster: who answers for a role on which days and hours, in the time
// of Nairobi.
type Shift struct {
	OfficeID  string
	Role      Role
	ContactID string
	Days      Days
	// From and To are minutes after midnight. A shift whose To is not after its From ends on the next
	// day; From equal to To is a whole day.
	From, To int
}

// Days are days of the week: bit 0 is Sunday, as time.Weekday counts.
type Days uint8

// Weekdays in the order in which a week is written here.
var Weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

// EveryDay is all seven.
const EveryDay Days = 1<<7 - 1

// On are these days.
func On(days ...time.Weekday) (d Days) {
	for _, day := range days {
		d |= 1 << day
	}
	return d
}

// Has says whether the day is among them.
func (d Days) Has(day time.Weekday) bool { return d&(1<<day) != 0 }

// Leave is a time in which a contact is away, both days included. StandIn, a contact of the same or of
// another office, gets what would have come to the one who is away; "" for nobody.
type Leave struct {
	ContactID string
	From, To  string // "2026-12-24", days of Nairobi
	StandIn   string
}

// DutyMark is what a contact has said of himself or herself: on duty or off, whatever the roster says,
// until a time.
type DutyMark struct {
	ContactID string
	On        bool
	Until     time.Time
}

// Roster is who answers when.
type Roster struct {
	Shifts []Shift
	Leaves []Leave
	Marks  []DutyMark
}
