package ripoti

import "time"

// Move is what an officer or a social worker tells of a case that was taken (domain brief 7.2 T3, T4
// and 7.3 O4). The codes are kept in the case's history.
type Move string

const (
	MoveOnTheWay  Move = "on_the_way" // 3
	MoveSafe      Move = "safe"       // 4 the child or survivor is safe
	MoveHospital  Move = "hospital"   // 5
	MoveOB        Move = "ob"         // 6 with the occurrence book number
	MoveArrested  Move = "arrested"   // 7
	MoveFled      Move = "fled"       // 8 or F: the case stays open
	MoveNotFound  Move = "not_found"  // 9
	MoveNoVehicle Move = "no_vehicle" // V: the neighbour and the commander are asked at once
	MoveCharged   Move = "charged"    // C with court and date
	MovePressure  Move = "pressure"   // S: somebody wants to settle it
	MoveHandOver  Move = "hand_over"  // H: the shift ends
	MoveReached   Move = "reached"    // a real contact with the survivor or reporter
	MoveUnreached Move = "unreached"  // a try that reached nobody
)

// Outcome is how a case may end (domain brief 5). Which of them close a case, and by whom, stands in
// one table in casework.
type Outcome string

const (
	OutcomeArrested     Outcome = "arrested"
	OutcomeCharged      Outcome = "charged"
	OutcomeConvicted    Outcome = "convicted"
	OutcomeAcquitted    Outcome = "acquitted"
	OutcomeWithdrawn    Outcome = "withdrawn_by_odpp"
	OutcomeReferred     Outcome = "referred"
	OutcomeChildInCare  Outcome = "child_in_care"
	OutcomeSupportOnly  Outcome = "support_only"
	OutcomeDuplicate    Outcome = "duplicate"
	OutcomeUnfounded    Outcome = "unfounded"
	OutcomeCannotLocate Outcome = "cannot_locate"
	OutcomeFled         Outcome = "fled"
	OutcomeSettled      Outcome = "settlement_alleged"
	OutcomeTransferred  Outcome = "transferred"

	// OutcomeDrill ends practice reports, and no case: it stands in no table.
	OutcomeDrill Outcome = "drill"
)

// Outcomes are all of them.
var Outcomes = []Outcome{OutcomeArrested, OutcomeCharged, OutcomeConvicted, OutcomeAcquitted, OutcomeWithdrawn, OutcomeReferred, OutcomeChildInCare,
	OutcomeSupportOnly, OutcomeDuplicate, OutcomeUnfounded, OutcomeCannotLocate, OutcomeFled, OutcomeSettled, OutcomeTransferred}

// FlagKind is a way in which a case dies, seen in time (domain brief 1.5 and 5).
type FlagKind string

const (
	FlagSettlement   FlagKind = "settlement"   // somebody wants it settled at home or at the station
	FlagBribe        FlagKind = "bribe"        // money was asked for
	FlagUnsafe       FlagKind = "unsafe"       // the reporter or survivor is less safe
	FlagDisagreement FlagKind = "disagreement" // officer and reporter do not tell the same
	FlagDark         FlagKind = "dark"         // the office that has it answers no more
	FlagOverdue      FlagKind = "overdue"      // something promised was not done in time
)

// FlagKinds are all of them.
var FlagKinds = []FlagKind{FlagSettlement, FlagBribe, FlagUnsafe, FlagDisagreement, FlagDark, FlagOverdue}

// CheckKind is a question that comes back by the clock (domain brief 5, follow-up clock).
type CheckKind string

const (
	CheckDay1    CheckKind = "day1"     // 24 h: safe? hospital? OB? statement?
	Check72h     CheckKind = "72h"      // PRC/P3 done, arrest?
	CheckDay7    CheckKind = "day7"     // victim support, pressure to settle?
	CheckDay30   CheckKind = "day30"    // charged? next hearing? then every 30 days
	CheckHearing CheckKind = "hearing"  // the day of a hearing
	CheckFled    CheckKind = "fled"     // 7, 14, 30 days after the suspect fled, then every 30 days
	CheckClock72 CheckKind = "clock_72" // before the 72 hours of PEP end: hospital reached?
)

// CheckAnswer is what a person answered to a check (T6).
type CheckAnswer string

const (
	CheckSafe       CheckAnswer = "safe"        // 1 / 61
	CheckUnsafe     CheckAnswer = "unsafe"      // 2 / 62: a move is needed
	CheckUnreached  CheckAnswer = "unreached"   // 3 / 63: no real contact, the check comes back
	CheckNotSafe    CheckAnswer = "not_safe"    // 4 / 64: it is not safe to call
	CheckAnswerDone CheckAnswer = "done"        // the milestone itself was told
	CheckNotDone    CheckAnswer = "not_done"    // it was asked for and is not so yet
	CheckSuspectOut CheckAnswer = "still_fled"  // no news of the suspect
	CheckAdjourned  CheckAnswer = "new_hearing" // the court gave another day
)

// Progress is what is known of a case beside its report: the newest of each.
type Progress struct {
	OnTheWayAt time.Time `json:"on_the_way_at,omitzero"`
	SafeAt     time.Time `json:"safe_at,omitzero"`
	HospitalAt time.Time `json:"hospital_at,omitzero"`
	OB         string    `json:"ob,omitempty"` // serial/day/month/year as in the occurrence book
	OBAt       time.Time `json:"ob_at,omitzero"`
	ArrestedAt time.Time `json:"arrested_at,omitzero"`
	ChargedAt  time.Time `json:"charged_at,omitzero"`
	FledAt     time.Time `json:"fled_at,omitzero"` // zero again once the suspect is arrested
	// NotFound counts tries in vain since NotFoundSince.
	NotFound      int       `json:"not_found,omitempty"`
	NotFoundSince time.Time `json:"not_found_since,omitzero"`
	// Hearing is the next day in court, "2027-03-12"; "" where none is known.
	Hearing string `json:"hearing,omitempty"`
	// ReachedAt is the last real contact with the survivor or reporter, TriedAt the last try.
	ReachedAt time.Time `json:"reached_at,omitzero"`
	TriedAt   time.Time `json:"tried_at,omitzero"`
	// TriedBySafetyAt and TriedByCareAt are the last try in vain of each side: two ways tried.
	TriedBySafetyAt time.Time `json:"tried_by_safety_at,omitzero"`
	TriedByCareAt   time.Time `json:"tried_by_care_at,omitzero"`
	// NewsAt is when anybody on the case told anything last.
	NewsAt time.Time `json:"news_at,omitzero"`
}
