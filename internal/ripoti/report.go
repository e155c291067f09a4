package ripoti

import "time"

// Lang is the language somebody is spoken to in.
type Lang string

const (
	English Lang = "en"
	Swahili Lang = "sw"
)

// Langs are the languages every sentence exists in.
var Langs = []Lang{English, Swahili}

// Category is one of the eleven codes of domain brief 4.1.
type Category string

const (
	SVAC          Category = "svac"
	SVAdult       Category = "sv_adult"
	ChildAbuse    Category = "child_abuse"
	ChildMarriage Category = "child_marriage"
	FGM           Category = "fgm"
	DV            Category = "dv"
	CSEC          Category = "csec"
	Trafficking   Category = "trafficking"
	PoliceAbuse   Category = "police_abuse"
	OtherCrime    Category = "other_crime"
	Unclear       Category = "unclear"
)

// Categories are all codes, in the order of the taxonomy.
var Categories = []Category{SVAC, SVAdult, ChildAbuse, ChildMarriage, FGM, DV, CSEC, Trafficking, PoliceAbuse, OtherCrime, Unclear}

// Urgency is how soon somebody must act (domain brief 4.2 and 5).
type Urgency string

const (
	Critical Urgency = "critical"
	High     Urgency = "high"
	Medium   Urgency = "medium"
	Low      Urgency = "low"
)

// Urgencies are all levels, most urgent first.
var Urgencies = []Urgency{Critical, High, Medium, Low}

// Rank orders levels: 3 for critical down to 0 for low, -1 for what is no level.
func (u Urgency) Rank() int {
	for i, v := range Urgencies {
		if u == v {
			return len(Urgencies) - 1 - i
		}
	}
	return -1
}

// Channel is the way a report came in.
type Channel string

const (
	ByUSSD Channel = "ussd"
	BySMS  Channel = "sms"
)

// Stage is how complete a report was when it was filed (domain brief 3.10).
type Stage string

const (
	// StagePartial: danger and a place are known, the call may have been cut. Help is asked for at once.
	StagePartial Stage = "partial"
	// StageIncomplete: what, where, by whom and when are known and the call was cut. No contact.
	StageIncomplete Stage = "incomplete"
	// StageUrgent: the danger path after its three answers; later answers are added to it.
	StageUrgent Stage = "urgent"
	// StageComplete: the reporter pressed the last key.
	StageComplete Stage = "complete"
)

// Draft is what a conversation has gathered so far and is ready to file.
type Draft struct {
	Answers Answers `json:"answers"`
	Lang    Lang    `json:"lang"`
	Stage   Stage   `json:"stage"`
}

// Report is a saved report.
type Report struct {
	ID       string // time-ordered UUID
	Code     Code
	Channel  Channel
	Lang     Lang
	Stage    Stage
	Answers  Answers // More and Place.Typed are sealed at rest
	Category Category
	Second   Category // a second harm kept as a tag, "" where there is none
	Urgency  Urgency
	Rule     string // id of the rule that set the urgency, e.g. "C1"
	Status   Status
	Walled   bool // behind the wall of domain brief 4.4
	FiledAt  time.Time
	RoutedAt time.Time // zero until routed
	// Drill is the drill that the report is practised in, "" for a real one.
	Drill string
}

// Status is where a report is on its way.
type Status string

const (
	StatusFiled    Status = "filed"    // saved, not routed yet
	StatusRouted   Status = "routed"   // alerts have left or are leaving
	StatusAccepted Status = "accepted" // somebody for safety has taken it
	StatusClosed   Status = "closed"
)

// Side says on whose behalf an office was given a report.
type Side string

const (
	Safety Side = "safety" // police, AHTCPU or oversight: keeps people safe, investigates
	Care   Side = "care"   // social work: owns the contact with the reporter
	Told   Side = "told"   // a copy: told at the same time, owes no answer
	// Referred: asked for a part of the help. Such an office sees its referral only: category, urgency
	// and ward, nothing of the story or of who reported (domain brief 4.6).
	Referred Side = "referred"
)

// Assignment is one office's part in one report.
type Assignment struct {
	ID        string
	ReportID  string
	OfficeID  string
	Side      Side
	Status    AssignmentStatus
	Step      int // the rung of the ladder that was last told
	CreatedAt time.Time
	// AcceptedBy and AcceptedAt are set once a contact has taken it.
	AcceptedBy string
	AcceptedAt time.Time
}

// AssignmentStatus is where an office's part stands.
type AssignmentStatus string

const (
	AssignmentOpen     AssignmentStatus = "open"
	AssignmentAccepted AssignmentStatus = "accepted"
	AssignmentDeclined AssignmentStatus = "declined"
	AssignmentMoved    AssignmentStatus = "moved" // given to another office
	AssignmentTold     AssignmentStatus = "told"  // a copy that owes no answer
)

// Event is one line of a report's history. Data holds codes and ids, never a number or a story.
type Event struct {
	ReportID string
	Seq      int
	At       time.Time
	Kind     string // "filed", "routed", "alerted", "accepted", ...
	Actor    string // "reporter", "system" or a contact's id
	Data     string // JSON
	Prev     string // hash of the line before, "" for the first
	Hash     string
}
