package ripoti

import "time"

// RuleVersion is a rules document that was in force. Every one is kept.
type RuleVersion struct {
	Number   int
	Document string // "" where a list leaves it out
	Author   string // ids of the users who wrote it, with commas between; or the words of who did it from outside
	Approver string // id of the user who agreed, "" where nobody had to: the rules went back to what they were
	Reason   string
	Origin   RuleOrigin
	DraftID  string // the draft it came from
	Previous int    // the version in force before, 0 for the rules that are built in
	Since    time.Time
	EndsAt   time.Time // when the rules go back by themselves, zero for never
}

// RuleOrigin is how a version came into force.
type RuleOrigin string

const (
	RulesPublished RuleOrigin = "published"
	RulesReturned  RuleOrigin = "returned" // by themselves, at the end that was set
	RulesUndone    RuleOrigin = "undone"   // a person went one step back
)

// RuleDraft is a change of the rules on its way: written, proposed, approved by a second person.
type RuleDraft struct {
	ID       string
	State    DraftState
	Title    string
	Document string // "" where a list leaves it out
	Base     int    // the version it was begun from, 0 for the rules that are built in
	// Edition goes up with every change of the text, so that nobody writes over another's change unseen.
	Edition   int
	Authors   []string // ids of all users who wrote in it: none of them may approve it
	CreatedAt time.Time
	ChangedAt time.Time

	Reason     string // why the rules should change: said when it is proposed
	ProposedBy string
	ProposedAt time.Time
	StartsAt   time.Time // zero: as soon as it is approved
	EndsAt     time.Time // zero: until it is changed again

	DecidedBy string
	DecidedAt time.Time
	Answer    string // what who decided said
	Version   int    // the version it became, 0 until then
}

// DraftState is how far a draft is.
type DraftState string

const (
	DraftWriting   DraftState = "draft"
	DraftProposed  DraftState = "proposed"
	DraftApproved  DraftState = "approved"
	DraftRefused   DraftState = "refused"
	DraftWithdrawn DraftState = "withdrawn"
)

// Override is a temporary exception: it needs no new rules and ends by itself.
type Override struct {
	ID   string
	Kind OverrideKind
	// OfficeID is the office that is passed over, or the one that a place's reports go to.
	OfficeID string
	PlaceID  string   // what the person chose
	Places   []string // that and the wards within it
	Place    string   // its name
	County   string   // of the office, or of the place
	Reason   string
	Author   string
	MadeAt   time.Time
	StartsAt time.Time
	EndsAt   time.Time
	EndedBy  string // who ended it before its time
	EndedAt  time.Time
}

// OverrideKind is what an override does.
type OverrideKind string

const (
	OverrideSkip OverrideKind = "skip" // the office gets nothing new
	OverrideSend OverrideKind = "send" // reports from the place go to the office
)

// OverrideKinds are all of them.
var OverrideKinds = []OverrideKind{OverrideSkip, OverrideSend}

// InForce says whether an override counts at a time.
func (o Override) InForce(at time.Time) bool {
	return !at.Before(o.StartsAt) && at.Before(o.EndsAt) && o.EndedAt.IsZero()
}

// Rehearsal is one person's trial of a draft on past reports. What it found is for that person's eyes:
// somebody else may see other reports.
type Rehearsal struct {
	ID         string
	DraftID    string
	Edition    int // of the draft
	Base       int // the version it was held against
	UserID     string
	From, To   time.Time
	State      RehearsalState
	Done       int
	Total      int
	Result     string // JSON of ids and counts
	StartedAt  time.Time
	ChangedAt  time.Time
	FinishedAt time.Time
}

// RehearsalState is how far a rehearsal is.
type RehearsalState string

const (
	RehearsalRuns  RehearsalState = "runs"
	RehearsalDone  RehearsalState = "done"
	RehearsalBroke RehearsalState = "broke"
)
