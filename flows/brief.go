package flows

import (
	"slices"
	"strconv"
	"strings"

	"ripoti/internal/sms"
)

// The morning brief (domain brief 5 and 7.3 B1 to B3): counts, no people.
const (
	SayBriefStation = "brief.station" // B1
	SayBriefArea    = "brief.area"    // B2, and the coordinators'
	SayParade       = "brief.parade"  // B3: a line for the parade
)

// BriefSays are all of them.
var BriefSays = []string{SayBriefStation, SayBriefArea, SayParade}

// ParadeLines is how many lines for the parade there are; they take turns day by day.
const ParadeLines = 9

// Brief are the figures of a morning. What is 0 is not said, but for what is new.
type Brief struct {
	Time      string `json:"time"`                 // "06:30"
	SubCounty bool   `json:"sub_county,omitempty"` // the office's name is that of a sub-county
	New       int    `json:"new,omitempty"`
	Critical  int    `json:"critical,omitempty"` // of the new ones
	// Unaccepted are cases that nobody has taken; Late those of them whose time to accept is over.
	Unaccepted int    `json:"unaccepted,omitempty"`
	Late       int    `json:"late,omitempty"`
	Worst      string `json:"worst,omitempty"` // the station with most late ones
	WorstLate  int    `json:"worst_late,omitempty"`
	Clock72    int    `json:"clock72,omitempty"` // 72-hour clocks that end today, hospital not reached
	Court      int    `json:"court,omitempty"`   // hearings today
	Fled       int    `json:"fled,omitempty"`
	Settlement int    `json:"settlement,omitempty"` // flags that nobody has settled
	Old        int    `json:"old,omitempty"`        // open over 30 days
	Stations   int    `json:"stations,omitempty"`
	Dark       int    `json:"dark,omitempty"` // stations whose numbers do not answer
	Line       int    `json:"line,omitempty"` // which line for the parade, from 0
}

// Quiet says that there is nothing to tell.
func (b Brief) Quiet() bool {
	return b.New+b.Unaccepted+b.Clock72+b.Court+b.Fled+b.Settlement+b.Old+b.Dark == 0
}

// figures are the parts of a brief in the order they are said. The station's officer in command reads
// what the shift must do, a commander how the stations do.
var figures = map[string][]string{
	SayBriefStation: {"new", "unaccepted", "clock72", "fled", "court", "settlement", "old"},
	SayBriefArea:    {"stations", "new", "unaccepted", "late", "clock72", "court", "fled", "old", "settlement", "dark"},
}

// briefCuts are what a brief loses while it is longer than one segment, in this order: the way to the
// list, which does not change, first; then names; then what is no matter of today. Never lost are what
// is new, a clock that ends, a court's day, a settlement and a dark station.
var briefCuts = []string{"list", "name24", "worst", "stations", "name16", "old", "fled", "unaccepted", "late", "name10"}

func (w *Writer) sayBrief(say string, l line) string {
	if say == SayParade {
		return sms.Fold(w.cat.Text(l.lang, "parade."+strconv.Itoa(l.f.Brief.Line%ParadeLines+1)))
	}
	var text string
	for n := 0; n <= len(briefCuts); n++ {
		text = capital(sms.Fold(l.brief(say, briefCuts[:n])))
		if w.fits(text) {
			return text
		}
	}
	return w.fit(text)
}

func (l line) brief(say string, cut []string) string {
	var parts []string
	for _, figure := range figures[say] {
		if !slices.Contains(cut, figure) {
			parts = append(parts, l.figure(figure, cut))
		}
	}
	said := l.cat.Text(l.lang, "brief.nothing")
	if !l.f.Brief.Quiet() {
		said = joined(parts, ", ")
		if say == SayBriefStation { // sentences of their own: read aloud at a parade
			for i := range parts {
				parts[i] = capital(parts[i])
			}
			said = joined(parts, ". ")
		}
	}
	list := ""
	if to := l.cat.Text(l.lang, "brief.list"); strings.HasSuffix(to, "#") && !slices.Contains(cut, "list") {
		list = " " + to // only where there is a staff line
	}
	return l.cat.Text(l.lang, "brief", "time", l.f.Brief.Time, "office", l.briefOffice(cut), "figures", capital(said)) + list
}

// briefOffice names the office, or the sub-county it commands.
func (l line) briefOffice(cut []string) string {
	name := l.f.Office
	for _, most := range []int{24, 16, 10} {
		if slices.Contains(cut, "name"+strconv.Itoa(most)) {
			name = shorter(name, most)
		}
	}
	if l.f.Brief.SubCounty {
		return l.cat.Text(l.lang, "brief.sub_county", "name", name)
	}
	return name
}

// figure is one part of a brief, "" where there is nothing of it.
func (l line) figure(what string, cut []string) string {
	b := l.f.Brief
	n := map[string]int{"new": b.New, "unaccepted": b.Unaccepted, "late": b.Late, "clock72": b.Clock72, "court": b.Court, "fled": b.Fled,
		"settlement": b.Settlement, "old": b.Old, "stations": b.Stations, "dark": b.Dark}[what]
	key := what
	switch {
	case what == "new" && b.Critical > 0:
		key = "new_critical"
	case n == 0 && what != "new":
		return ""
	case what == "late" && b.Worst != "" && !slices.Contains(cut, "worst"):
		key = "late_worst"
	}
	return l.cat.Text(l.lang, "brief."+key, "n", strconv.Itoa(n), "critical", strconv.Itoa(b.Critical),
		"worst", shorter(b.Worst, 16), "worst_n", strconv.Itoa(b.WorstLate))
}
