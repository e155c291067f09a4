package routing

import (
	"fmt"
	"maps"
	"strings"
)

// saying is what is wrong with something, as a sentence by its name and what is filled in. In English it
// stands here; pages have the same sentences in other languages.
type saying struct {
	key  string
	args []any
}

func say(key string, args ...any) error { return &saying{key, args} }

func (s *saying) Error() string {
	text := sayings[s.key]
	for i, arg := range s.args {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", i), fmt.Sprint(arg))
	}
	return text
}

// sayings are all sentences about what is wrong with a document: what it is, and what to do.
var sayings = map[string]string{
	"quiet_hours":     "{0} knows no quiet hours; write never",
	"later":           "{0} is later than the {1} that is promised; write at most that",
	"id_twice":        "the id {0} is used twice; every rule needs its own",
	"harm_missing":    "{0} is missing; every harm needs its list of who is told",
	"no_harm":         "there is no harm of that name",
	"accused":         "{0} could be the accused or their chain; write station_elsewhere or leave it out",
	"oversight":       "a report about the police needs oversight or coordination as safety, without a condition",
	"no_level":        "no rule fits a report of {0} about which nothing else is known; add one that does",
	"social_work":     "social work takes part in every report; keep { who: social_work, as: care } without a condition",
	"ladder_missing":  "{0} is missing",
	"no_ladder":       "there is no ladder of that name",
	"first_step":      "the first step is the alert itself: write after: 0s, at: own",
	"step_order":      "comes before the step above it; put the steps in order",
	"last_step":       "the last step must be a coordinator: write at: coordination or network, roles: [coordinator]",
	"step_missing":    "the step {0} is missing; it must come after {1} at the latest",
	"empty_condition": "an empty condition fits everything; leave the list out instead",
	"no_codes":        "{0} lists no code; use some of: {1}",
	"no_code":         "{0} has no code {1}; use some of: {2}",
	"no_question":     "no question is called {0}; ask one of: {1}",
	"condition":       "{0}: write each question once, with its codes behind a colon, such as danger: yes; weapon: gun, blade",
	"span":            "{0} is no span of hours; write it like 08:00-17:00",
	"too_large":       "the document is larger than {0} bytes",
	"empty":           "the document is empty; start from the default rules",
	"one_document":    "one document only: remove what follows the second '---'",
	"anchors":         "write it out; anchors and aliases are not read",
	"fields":          "expected fields ({0})",
	"no_field":        "there is no field {0}; the fields are: {1}",
	"gone":            "there is no such line any more; load the page again",
	"number":          "{0} is no number; write it in digits, such as 50",
	"time":            "{0} is no time; write it like 10m, 4h or 1h30m",
	"flag":            "choose yes or no",
	"required":        "must be given",
	"none_of":         "{0} is none of: {1}",
	"eq":              "must be {0}",
	"gt":              "must be more than {0}",
	"gte":             "must be at least {0}",
	"lte":             "must be at most {0}",
	"min":             "must have at least {0} of them",
	"len":             "must have exactly {0} of them",
	"max":             "must not be longer than {0}",
	"startswith":      "must start with {0}",
	"alphanum":        "must be letters and digits only",
	"strand_nobody":   "a report from {0}, and from {1} wards that were tried in all, would reach nobody; tell an office that there is",
	"strand_safety":   "nobody would owe an answer for safety to a report from {0} ({1} wards); keep a line with as: safety",
	"strand_care":     "nobody would owe an answer for care to a report from {0} ({1} wards); keep a line with as: care",
	"strand_unproved": "in {0} ({1} wards) nobody of these roles has a verified number; name a role that has one, or leave roles out",
}

// Wrong is a problem of a field, by the key of its sentence.
func Wrong(path string, line int, key string, args ...any) Problem {
	return problemOf(path, line, say(key, args...))
}

// Sayings are the English sentences of problems by their keys, for who says them in other languages.
func Sayings() map[string]string { return maps.Clone(sayings) }
