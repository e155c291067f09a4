package routing

import (
	"time"

	"ripoti/internal/ripoti"
)

// Case is what Decide must know of a report: codes and a place, no number and no story.
type Case struct {
	Answers  ripoti.Answers  `json:"answers"`
	Category ripoti.Category `json:"category"`
	Second   ripoti.Category `json:"second,omitempty"`
	Urgency  ripoti.Urgency  `json:"urgency"`
	Rule     string          `json:"rule"` // id of the urgency rule
	Stage    ripoti.Stage    `json:"stage"`
	At       time.Time       `json:"at"` // when it is routed: hours and the night rule depend on it
	// Avoid are offices that may not get it any more: they declined or know the people.
	Avoid []string `json:"avoid,omitempty"`
	// AccusedKinds are the kinds of office that somebody at is accused where the answers have no code
	// for it (children's officer, social worker): such offices around the place are walled off and
	// the next level is used.
	AccusedKinds []ripoti.OfficeKind `json:"accused_kinds,omitempty"`
	// AccusedOffices are the accused offices where they are known by name. Without them the nearest
	// stations stand in for the accused one.
	AccusedOffices []string `json:"accused_offices,omitempty"`
	// Signs are what was read out of a text and has no key of the menu.
	Signs []Sign `json:"signs,omitempty"`
}

// Decision is who hears of a report, in what order, with what timers, and why.
type Decision struct {
	Parts []Part `json:"parts"`
	// Walled says that the report is behind the wall (domain brief 4.4); Wall are the offices that
	// may not be alerted, nor open, search or count it.
	Walled bool     `json:"walled"`
	Wall   []string `json:"wall,omitempty"`
	// NoRecipient says that nobody for safety or nobody for care could be found: the coordinators
	// are told and the report stands on their list.
	NoRecipient bool   `json:"no_recipient"`
	Trace       []Line `json:"trace"`
}

// Part is one office's part in the report.
type Part struct {
	Side     ripoti.Side `json:"side"`
	OfficeID string      `json:"office"`
	Km       float64     `json:"km"` // great-circle distance from the place; -1 where no point is known
	Why      string      `json:"why"`
	// Send is when the first alert may leave: now, or the end of the night for what can wait.
	Send time.Time `json:"send"`
	// Ladder is who is told, in order. Rung 0 is the alert itself. A part that owes no answer
	// (Side Told) has just that one.
	Ladder []Rung `json:"ladder"`
}

// Rung is one step of the ladder: whom to tell if nobody has accepted After the alert was sent.
type Rung struct {
	After    time.Duration `json:"after"`
	OfficeID string        `json:"office"`
	// Roles in order of preference: the first role with an answerable contact is told. None: the
	// rung is skipped at once.
	Roles []ripoti.Role `json:"roles"`
	// All tells every answerable contact of the rung's roles, not only the first.
	All bool    `json:"all,omitempty"`
	Say RungSay `json:"say"`
}

// RungSay is the sentence a rung is told with.
type RungSay string

const (
	SayAlert       RungSay = "alert"       // O1, O2, O3, E5, W1: by urgency and side
	SayReminder    RungSay = "reminder"    // O5
	SayOCS         RungSay = "ocs"         // E1
	SayCommander   RungSay = "commander"   // E2
	SayCoordinator RungSay = "coordinator" // E3: whom to phone
	SayDirector    RungSay = "director"    // incident, duty director
	SayWalled      RungSay = "walled"      // E4
	SayTold        RungSay = "told"        // a copy, owes no answer
	SayNobody      RungSay = "nobody"      // to coordinators: no recipient was found
)

// Line is one line of the trace: which rule or office, what came of it and why.
type Line struct {
	Rule   string  `json:"rule,omitempty"`   // id of the rule in the document
	Office string  `json:"office,omitempty"` // id of the office looked at
	Km     float64 `json:"km,omitempty"`
	Result string  `json:"result"` // "taken", "passed", "walled", "note"
	Why    string  `json:"why"`    // in plain words
}
