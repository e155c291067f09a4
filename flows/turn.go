// Package flows is what a person sees next: the report by USSD, the officer's and the social
// worker's answers by SMS. It is arithmetic: the same state and input always give the same turn. No
// clock, no I/O, no dice.
package flows

import "ripoti/internal/ripoti"

// Turn is one press answered.
type Turn struct {
	State  State  // kept until the next press
	Screen string // one screen, at most 160 GSM-7 characters, in the caller's language
	End    bool   // hang up after showing it
	// Do is what the host must do before Screen may be shown; Draft goes with it.
	Do    Do
	Draft ripoti.Draft
	// Asked goes with Look and Tell.
	Asked Asked
}

// Do is what a press asks of the host.
type Do string

const (
	// Nothing is to be done.
	Nothing Do = ""
	// Hold keeps the draft in the database, in place of one held before: danger and a place are known, and should the call be
	// cut now, it must go out (domain brief 3.10).
	Hold Do = "hold"
	// File saves the draft for good and gives its number to Received before the screen is shown.
	File Do = "file"
	// Add brings the report that State.Code names up to the draft, which holds all answers so far,
	// those of before as well. Its stage may be higher than the one the report was filed with.
	Add Do = "add"
	// Look asks how the report of Asked.Code stands, Tell does what a reporter tells or asks of it. Both
	// give the answer to Answered before the screen is shown.
	Look Do = "look"
	Tell Do = "tell"
	// Drop forgets a held draft: the caller pressed 0 before anything was sent.
	Drop Do = "drop"
)
