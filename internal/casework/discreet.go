package casework

import (
	"encoding/json"
	"slices"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// What a reporter says of those who have the case must not come back to them: an officer who asked for
// money may be the one who reads (domain brief 4.4 and 4.7, invariant 1; 5, two-sided). Coordinators and
// those who care for the reporter see all of it.

// discreet are the flags that are about whoever has the case.
var discreet = map[ripoti.FlagKind]bool{ripoti.FlagBribe: true, ripoti.FlagDisagreement: true}

// ofReporter are the lines of a reporter that officers know of anyway: what the case is about.
var ofReporter = map[string]bool{"filed": true, "added": true, "said_again": true, placeCorrected: true, string(flows.ActInform): true}

// ForOfficers leaves out of a history what a reporter told about those who have the case, and the flags
// that came of it.
func ForOfficers(history []ripoti.Event) []ripoti.Event {
	return slices.DeleteFunc(slices.Clone(history), func(e ripoti.Event) bool {
		var said struct{ Kind ripoti.FlagKind }
		flag := json.Unmarshal([]byte(e.Data), &said) == nil && discreet[said.Kind]
		return flag || e.Kind == "reassigned" || e.Actor == byReporter && !ofReporter[e.Kind]
	})
}

// FlagsForOfficers leaves out of a report's flags those that are about whoever has the case, and what the
// reporter told of them.
func FlagsForOfficers(flags []store.Flag) []store.Flag {
	return slices.DeleteFunc(flags, func(f store.Flag) bool { return discreet[f.Kind] || f.RaisedBy == byReporter })
}
