package flows

import (
	"strconv"
	"strings"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

// What goes back to a person who texted. SayNumbers (R8) is one of them too.
const (
	SayTextQuiet   = "text.quiet"   // R0: thanks, and nothing more
	SayTextReceipt = "text.receipt" // R1: asks whether we may text
	SayTextPlace   = "text.place"   // R2
	SayTextWhich   = "text.which"   // R2 with places to choose from
	SayTextUrgent  = "text.urgent"  // R3
	SayTextStopped = "text.stopped" // R6
	SayTextUnread  = "text.unread"  // R7
	SayTextMenu    = "text.menu"    // how to dial
	SayTextNew     = "text.new"     // write the new report
	SayTextStarted = "text.started" // messages come again
	// SayTextOfficer tells coordinators that somebody of an office wants no messages any more.
	SayTextOfficer = "text.officer"
)

// TextSays are all of them, but for SayNumbers.
var TextSays = []string{SayTextQuiet, SayTextReceipt, SayTextPlace, SayTextWhich, SayTextUrgent, SayTextStopped, SayTextUnread,
	SayTextMenu, SayTextNew, SayTextStarted, SayTextOfficer}

// Named are places as a message names them.
func Named(places []ripoti.PlaceRef) (names []string) {
	for _, p := range places {
		name := p.Name
		if p.County != "" && p.County != p.Name {
			name += ", " + p.County
		}
		names = append(names, name)
	}
	return names
}

// sayText writes one of TextSays in one segment: the names in it are cut until it fits.
func (w *Writer) sayText(say string, lang ripoti.Lang, f Facts) string {
	text := ""
	for most := 40; most >= 8; most -= 2 {
		var choices []string
		for i, name := range f.Places {
			choices = append(choices, strconv.Itoa(i+1)+" "+shorter(sms.Fold(name), most))
		}
		text = sms.Fold(w.cat.Text(lang, say, "code", f.Code.Spaced(), "matches", strings.Join(choices, "\n"), "office", shorter(f.Office, most)))
		if units, gsm7 := sms.Units(text); gsm7 && units <= 160 {
			return text
		}
	}
	return fit(text)
}
