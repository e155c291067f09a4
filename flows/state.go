package flows

import "ripoti/internal/ripoti"

// State is a conversation between two presses: all that the next press needs, and nothing else.
// Book makes and reads it; a host keeps it sealed and hands it back.
type State struct {
	Step    Step           `json:"s"`
	Lang    ripoti.Lang    `json:"l,omitempty"` // "" until S0 is answered
	Answers ripoti.Answers `json:"a,omitzero"`
	// Trail are the questions behind this one, the nearest last; 9 walks it back.
	Trail []Step `json:"t,omitempty"`

	// Offer are the places to choose from (S5b); the first is the one that is read back (S5d).
	Offer []ripoti.PlaceRef `json:"o,omitempty"`
	// Typed is what was written at S5 while no place is settled on.
	Typed string `json:"w,omitempty"`
	// County is the county named at S5c, kept in reserve while a place inside it is looked for.
	County ripoti.PlaceRef `json:"y,omitzero"`
	// Tries counts the searches that led nowhere: the second one goes on with what was typed.
	Tries uint8 `json:"f,omitempty"`

	// Held says that the host keeps the draft (Hold) and nothing was filed yet.
	Held bool `json:"h,omitempty"`
	// Filed says that the host saved the report; Code is its number.
	Filed bool        `json:"d,omitempty"`
	Code  ripoti.Code `json:"c,omitempty"`
	// Walled says that the police stood accused when the report left, so that it went past their
	// station. Screens promise that only then.
	Walled bool `json:"p,omitempty"`
	// Ended says that the last screen was shown with END.
	Ended bool `json:"e,omitempty"`

	// Follow is the report that is followed up; Wrong counts the numbers typed in this call that
	// nobody has.
	Follow Follow `json:"u,omitzero"`
	Wrong  uint8  `json:"i,omitempty"`

	// Conversation is the host's own name for what this conversation files, carried along untouched.
	// Going on after a redial brings the old call's name back, so that File, Add and Drop reach the
	// same report. Empty until the host sets it.
	Conversation string `json:"v,omitempty"`
	// Old is the unfinished call before this one, until its caller said whether to go on with it.
	Old *State `json:"r,omitempty"`
}

// Step is a screen of the conversation.
type Step uint8

// What a state may hold at most, in characters.
const (
	maxTyped = 60  // a place as it was typed
	maxMore  = 160 // the free text of S11
	maxOffer = 4   // places to choose from
)
