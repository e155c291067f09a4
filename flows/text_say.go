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
	// SayTextLate reminds who should have read a text, SayTextLateCoordinator tells coordinators that
	// nobody has.
	SayTextLate            = "text.late"
	SayTextLateCoordinator = "text.late_coordinator"
	// SayTextCapped tells coordinators that a number sent more than is answered in an hour.
	SayTextCapped = "text.capped"
)

// noStaffLine ends the key of a sentence that stands in for one that names the staff line's code, in a
// house that has none.
const noStaffLine = ".no_line"

// noReport ends the key of a sentence that stands in where there is no report's number to name.
const noReport = ".no_report"

// moreTimes ends the key of the sentence of what happened several times.
const moreTimes = ".more"

// TextSays are all of them, but for SayNumbers.
var TextSays = []string{SayTextQuiet, SayTextReceipt, SayTextPlace, SayTextWhich, SayTextUrgent, SayTextStopped, SayTextUnread,
	SayTextMenu, SayTextNew, SayTextStarted, SayTextOfficer, SayTextLate, SayTextLateCoordinator, SayTextCapped,
	SayTextTaken, SayTextHow, SayInformation}

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
	key, text := w.textKey(say, lang, f), ""
	for most := 40; most >= 8; most -= 2 {
		var choices []string
		for i, name := range f.Places {
			choices = append(choices, strconv.Itoa(i+1)+" "+shorter(sms.Fold(name), most))
		}
		text = sms.Fold(w.cat.Text(lang, key, "code", f.Code.Spaced(), "matches", strings.Join(choices, "\n"), "office", shorter(f.Office, most), "times", strconv.Itoa(f.Open),
			"elapsed", line{w, lang, f, whole}.time(f.Elapsed)))
		if w.fits(text) {
			return text
		}
	}
	return w.fit(text)
}

// textKey is the sentence to say. A code of the staff line, where there is one, ends in # and ends the
// sentence.
func (w *Writer) textKey(say string, lang ripoti.Lang, f Facts) string {
	if other := say + noReport; f.Code == "" && w.cat.Has(lang, other) {
		return other
	}
	if say == SayInformation && f.Open > 1 {
		say += moreTimes
	}
	if other := say + noStaffLine; w.cat.Has(lang, other) && !strings.HasSuffix(w.cat.Text(lang, say), "#") {
		return other
	}
	return say
}
