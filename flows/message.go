package flows

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/locales"
)

// What a message to staff says. The first nine are the rungs of the ladder (routing.RungSay).
const (
	SayAlert       = "alert"       // O1, O2, O3 by urgency
	SayReminder    = "reminder"    // O5
	SayOCS         = "ocs"         // E1
	SayCommander   = "commander"   // E2
	SayCoordinator = "coordinator" // E3: whom to phone
	SayDirector    = "director"    // the incident, to the duty director
	SayWalled      = "walled"      // E4
	SayTold        = "told"        // a copy that owes no answer
	SayNobody      = "nobody"      // no recipient was found
	SayUpdate      = "update"      // more was told after the alert had left

	SayLiaison         = "liaison"           // E5: the local station is not told
	SaySocial          = "social.new"        // W1
	SaySocialNoContact = "social.no_contact" // W3
	SayAccepted        = "accepted"          // thanks, and what comes first
	SayWhy             = "why"               // why not: the five reasons
	SayDeclined        = "declined"          // noted
	SayState           = "state"             // where that alert stands
	SayHelp            = "help"              // how to answer
	SayUnknown         = "unknown"           // that number is none of yours
	SayNumbers         = "numbers"           // R8, to whoever is no contact
	SayBundle          = "bundle"            // several alerts in one: their numbers
	SayMedia           = "media"             // pictures do not arrive; in both languages, as the person's is not known
	SayStaffCode       = "staff.code"        // the one-time code that lets a PIN be chosen
	SayDrillOver       = "drill.over"        // to everybody who was told of a practice report
)

// Says are all of them.
var Says = []string{SayAlert, SayReminder, SayOCS, SayCommander, SayCoordinator, SayDirector, SayWalled, SayTold, SayNobody, SayUpdate,
	SayLiaison, SaySocial, SaySocialNoContact, SayAccepted, SayWhy, SayDeclined, SayState, SayHelp, SayUnknown, SayNumbers, SayBundle, SayMedia, SayStaffCode,
	SayReferral, SayReferralReminder, SayReferralBack, SaySameEvent,
	SayWhatDone, SayDanger, SayDrillOver}

// MostBundled is how many reports' numbers fit into one bundle.
const MostBundled = 7

// Party is somebody a message speaks of: a role at a kind of office ("the county commander").
type Party struct {
	Role   ripoti.Role       `json:"role,omitempty"`
	Office ripoti.OfficeKind `json:"office,omitempty"`
}

// Facts are what a message to staff is written from: codes and a place, never a name, an age, a
// relation or a number of anybody. What is empty is not said.
type Facts struct {
	Code     ripoti.Code     `json:"code,omitempty"`
	Category ripoti.Category `json:"category,omitempty"`
	Detail   ripoti.Detail   `json:"detail,omitempty"`
	Urgency  ripoti.Urgency  `json:"urgency,omitempty"`
	Child    bool            `json:"child,omitempty"`    // a child is at risk, or may be
	Several  bool            `json:"several,omitempty"`  // more than one
	Within72 bool            `json:"within72,omitempty"` // sexual harm, and PEP can still help: hospital comes first
	Suspect  ripoti.Suspect  `json:"suspect,omitempty"`
	Weapon   ripoti.Weapon   `json:"weapon,omitempty"`
	Place    string          `json:"place,omitempty"`  // a name of the gazetteer, never what was typed
	County   string          `json:"county,omitempty"` // the name
	Wish     ripoti.Wish     `json:"wish,omitempty"`
	// Walled says that the local office is passed over; Police that it is so because police stand
	// accused.
	Walled bool `json:"walled,omitempty"`
	Police bool `json:"police,omitempty"`
	// LocalTold says that the local station has an alert of its own, so that a liaison is not told
	// the contrary.
	LocalTold bool `json:"local_told,omitempty"`
	// To is who gets the message, Side on whose behalf his or her office has the report.
	To   Party       `json:"to,omitzero"`
	Side ripoti.Side `json:"side,omitempty"`
	// Accept is within what time to accept; Elapsed how long ago the first alert was sent.
	Accept  time.Duration `json:"accept,omitempty"`
	Elapsed time.Duration `json:"elapsed,omitempty"`
	// Next is told after NextIn if nobody accepts.
	Next   Party         `json:"next,omitzero"`
	NextIn time.Duration `json:"next_in,omitempty"`
	// Told were told before, in order; Phone is whom a coordinator or director phones: the county
	// commander if empty.
	Told  []Party `json:"told,omitempty"`
	Phone Party   `json:"phone,omitzero"`
	// Status is where the alert stands, Closed that the report is closed, Mine that the receiver
	// accepted it.
	Status ripoti.AssignmentStatus `json:"status,omitempty"`
	Closed bool                    `json:"closed,omitempty"`
	// Declined says that the step before was told and cannot: it did not stay silent.
	Declined bool `json:"declined,omitempty"`
	// Gone is how whoever had taken the case has lost it since, a code; "" where nobody had.
	Gone string `json:"gone,omitempty"`
	Mine bool   `json:"mine,omitempty"`
	// Open is how many alerts wait for the receiver, or how often something was added; Typed is the number that none of them has.
	Open  int    `json:"open,omitempty"`
	Typed string `json:"typed,omitempty"`
	// Codes are the reports of a bundle, at most MostBundled.
	Codes []ripoti.Code `json:"codes,omitempty"`
	// At is a time to name, in the house's zone and NextIn from now; Days is how old the case is, or what
	// the message is about.
	At   time.Time `json:"at,omitzero"`
	Days int       `json:"days,omitempty"`
	// Places are names to choose from, at most four; Office is an office's name.
	Places []string `json:"places,omitempty"`
	Office string   `json:"office,omitempty"`
	// Brief are the figures of a morning brief about the office.
	Brief Brief `json:"brief,omitzero"`
	// OneTime is the one-time code of the staff line.
	OneTime string `json:"one_time,omitempty"`
	// Case is what is told of a case that was taken.
	Case CaseFacts `json:"case,omitzero"`
	// Drill says that the report is only practised: the message says so before anything else.
	Drill bool `json:"drill,omitempty"`
	// Way is how the sender looks; it is known only when the message leaves.
	Way sms.Way `json:"-"`
}

// Writer writes the messages to staff. It is pure and safe for concurrent use.
type Writer struct {
	cat   *locales.Catalogue
	taken int // units of the segment that are taken already
}

// NewWriter writes with the sentences of cat.
func NewWriter(cat *locales.Catalogue) *Writer { return &Writer{cat: cat} }

// cuts are what a message loses while it is longer than one segment, in this order. Never lost are
// the number, the action, how urgent it is and what hospital or law demand.
type cuts int

const (
	whole cuts = iota
	withoutCounty
	withoutTold
	withoutNext
	place24
	withoutSuspect
	withoutSeveral
	withoutCannot
	place16
	withoutWeapon
	withoutChild
	place12
	withoutDetail
	shortNote
	shortPassed
	withoutTime
	mostCut
)

// longestPlace is how many characters of a place's name are said at the most cuts that have one.
var longestPlace = []struct {
	from  cuts
	chars int
}{{place12, 12}, {place16, 16}, {place24, 24}}

// segment is how many units one SMS holds.
const segment = 160

// Say writes a message in one GSM-7 segment; about a practice report it begins with the word for a drill.
// An unknown kind is an error.
func (w *Writer) Say(say string, lang ripoti.Lang, f Facts) (string, error) {
	if !f.Drill {
		return w.say(say, lang, f)
	}
	drill := w.cat.Text(lang, "sms.drill") + " "
	text, err := (&Writer{cat: w.cat, taken: len(drill)}).say(say, lang, f)
	if err != nil {
		return "", err
	}
	return drill + text, nil
}

// fits says that a text goes into what is left of the segment.
func (w *Writer) fits(text string) bool {
	units, gsm7 := sms.Units(text)
	return gsm7 && units <= segment-w.taken
}

func (w *Writer) say(say string, lang ripoti.Lang, f Facts) (string, error) {
	if slices.Contains(TextSays, say) {
		return w.sayText(say, lang, f), nil
	}
	if slices.Contains(BriefSays, say) {
		return w.sayBrief(say, line{w, lang, f, whole}), nil
	}
	if slices.Contains(ClockSays, say) {
		return w.sayClock(say, lang, f), nil
	}
	if !slices.Contains(Says, say) && !slices.Contains(CaseSays, say) {
		return "", fmt.Errorf("say %q: no such message", say)
	}
	key := w.key(say, f)
	open := w.cat.Words(lang, key)
	var text string
	for cut := whole; cut < mostCut; cut++ {
		l := line{w, lang, f, cut}
		text = capital(sms.Fold(w.cat.Text(lang, key, l.words(open)...)))
		if w.fits(text) {
			return text, nil
		}
	}
	return w.fit(text), nil
}

// fit is the last resort where no cut was enough: with the longest words of a language, and in a drill. The last
// clause stays, as it says where to answer; before it whole items of a list or whole sentences go. No half of a
// sentence and no half of a number is said.
func (w *Writer) fit(text string) string {
	text = strings.Map(func(r rune) rune {
		if _, gsm7 := sms.Units(string(r)); !gsm7 {
			return -1
		}
		return r
	}, text)
	if w.fits(text) {
		return text
	}
	head, last := text, ""
	if at := lastSentence(text); at > 0 {
		head, last = text[:at], text[at:]
	}
	for head != "" {
		head = head[:max(strings.LastIndex(head, ". "), strings.LastIndex(head, ", "), 0)]
		if short := strings.TrimRight(head, ",. ") + "." + last; w.fits(short) {
			return short
		}
	}
	return strings.TrimSpace(last)
}

// sentenceEnd is the end of a sentence before another one: what "e.g." ends goes on with a digit.
var sentenceEnd = regexp.MustCompile(`\. \p{Lu}`)

// lastSentence is where the last of several sentences begins, with the space before it; 0 where there is but one.
func lastSentence(text string) int {
	all := sentenceEnd.FindAllStringIndex(text, -1)
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1][0] + 1
}

// variants are the sentences of a kind beside the plain one; the first that holds is used.
var variants = append([]variant{
	{SayAlert, "sms.liaison", func(f Facts) bool { return f.Walled && f.Police }},
	{SayOCS, "sms.ocs.left", func(f Facts) bool { return f.Gone != "" }},
	{SayCommander, "sms.commander.left", func(f Facts) bool { return f.Gone != "" }},
	{SayCoordinator, "sms.coordinator.left", func(f Facts) bool { return f.Gone != "" }},
	{SayOCS, "sms.ocs.declined", func(f Facts) bool { return f.Declined }},
	{SayCommander, "sms.commander.declined", func(f Facts) bool { return f.Declined }},
	{SayCoordinator, "sms.coordinator.declined", func(f Facts) bool { return f.Declined }},
	{SayUpdate, "sms.update.social_accepted", func(f Facts) bool { return f.Side == ripoti.Care && f.Status == ripoti.AssignmentAccepted }},
	{SayUpdate, "sms.update.social", func(f Facts) bool { return f.Side == ripoti.Care }},
	{SayUpdate, "sms.update.accepted", func(f Facts) bool { return f.Status == ripoti.AssignmentAccepted }},
	{SayWalled, "sms.walled.police", func(f Facts) bool { return f.Police }},
	{SaySocialNoContact, "sms.social.no_contact.unasked", func(f Facts) bool { return f.Wish == "" }},
	{SaySocialNoContact, "sms.social.no_contact.coordinator", func(f Facts) bool { return f.Walled || !f.Child }},
	{SayAccepted, "sms.accepted.referral", referred},
	{SayDeclined, "sms.declined.referral", referred},
	{SayReferralBack, "sms.referral.back.accepted", func(f Facts) bool { return f.Status == ripoti.AssignmentAccepted }},
	{SayReferralBack, "sms.referral.back.declined", func(f Facts) bool { return f.Status == ripoti.AssignmentDeclined }},
	{SayAccepted, "sms.accepted.no_contact", func(f Facts) bool { return f.Side == ripoti.Care && !f.Wish.AgreedToContact() }},
	{SayAccepted, "sms.accepted.contact", func(f Facts) bool { return f.Side == ripoti.Care }},
	{SayAccepted, "sms.accepted.hospital", func(f Facts) bool { return f.Within72 }},
	{SayWhatDone, "sms.state", func(f Facts) bool { return f.Status == ripoti.AssignmentOpen }},
	{SayWhatDone, "sms.what_done.nobody", func(f Facts) bool { return f.Status != ripoti.AssignmentAccepted }},
	{SayWhatDone, "sms.what_done.social", func(f Facts) bool { return f.Side == ripoti.Care }},
	{SayState, "sms.state.closed", func(f Facts) bool { return f.Closed }},
	{SayState, "sms.state.mine", func(f Facts) bool { return f.Status == ripoti.AssignmentAccepted && f.Mine }},
	{SayState, "sms.state.accepted", func(f Facts) bool { return f.Status == ripoti.AssignmentAccepted }},
	{SayState, "sms.state.moved", func(f Facts) bool {
		return f.Status == ripoti.AssignmentMoved || f.Status == ripoti.AssignmentDeclined
	}},
	{SayState, "sms.state.told", func(f Facts) bool { return f.Status == ripoti.AssignmentTold }},
	{SayHelp, "sms.help.held", func(f Facts) bool { return f.Open > 1 && f.Mine }},
	{SayHelp, "sms.help.many", func(f Facts) bool { return f.Open > 1 }},
	{SayHelp, "sms.help.case", func(f Facts) bool { return f.Open == 0 && f.Mine }},
	{SayHelp, "sms.help.none", func(f Facts) bool { return f.Open == 0 }},
}, caseVariants...)

type variant struct {
	say, key string
	holds    func(Facts) bool
}

func (w *Writer) key(say string, f Facts) string {
	for _, v := range variants {
		if v.say == say && v.holds(f) {
			return v.key
		}
	}
	return "sms." + say
}

// line is a message at one cut.
type line struct {
	*Writer
	lang ripoti.Lang
	f    Facts
	cut  cuts
}

// words are the open words of a sentence and what fills them.
func (l line) words(open []string) []string {
	pairs := make([]string, 0, 2*len(open))
	for _, word := range open {
		pairs = append(pairs, word, l.fill(word))
	}
	return pairs
}

// fill is what an open word stands for; a capital begins what may begin a sentence. Words that may be
// empty bring the space before them along.
func (l line) fill(word string) string {
	switch word {
	case "code":
		return string(l.f.Code)
	case "level":
		return spaced(l.word("level", string(l.f.Urgency)))
	case "about":
		return l.about()
	case "About":
		return capital(l.about())
	case "what":
		return l.what()
	case "What":
		return capital(l.what())
	case "note":
		return spaced(l.note())
	case "place":
		return l.place()
	case "Place":
		return capital(l.place())
	case "Wish":
		return capital(l.wish())
	case "Accept":
		return l.accept()
	case "within":
		return l.time(l.f.Accept)
	case "gone":
		return l.word("gone", l.f.Gone)
	case "elapsed":
		return l.time(l.f.Elapsed)
	case "yes", "why", "how", "bundled", "done", "check":
		return l.answer(word)
	case "cannot", "vehicle":
		return l.unlessCut(withoutCannot, spaced(l.answer(word)))
	case "next":
		return l.unlessCut(withoutNext, spaced(l.next()))
	case "told":
		return l.told()
	case "passed":
		return l.passed()
	case "phone":
		return l.phone()
	case "to":
		return l.to()
	case "typed":
		return l.f.Typed
	case "one_time":
		return l.f.OneTime
	case "count":
		return strconv.Itoa(len(l.f.Codes))
	case "codes":
		return l.codes()
	case "need":
		return l.need()
	case "person":
		return l.person()
	case "office":
		return l.office()
	}
	return l.fillCase(word)
}

func (l line) unlessCut(at cuts, text string) string {
	if l.cut >= at {
		return ""
	}
	return text
}

// word is the catalogue's word for a code, "" where there is none for it.
func (l line) word(kind, code string) string {
	if code == "" {
		return ""
	}
	return l.cat.Text(l.lang, "sms."+kind+"."+code)
}

// what names the harm: by its detail where that says more than the category.
func (l line) what() string {
	if detail := l.word("what", string(l.f.Detail)); detail != "" && l.cut < withoutDetail {
		return detail
	}
	return l.word("what", string(l.f.Category))
}

// about is what an officer must know before leaving: what, who, that person, a weapon, the clock.
func (l line) about() string {
	var police string
	if l.f.Police {
		police = l.word("who", "police")
	}
	parts := []string{police, l.what(), l.who(), l.unlessCut(withoutSuspect, l.suspect()),
		l.unlessCut(withoutWeapon, l.word("weapon", string(l.f.Weapon)))}
	if l.f.Within72 && l.cut < shortNote {
		parts = append(parts, l.word("clock", "within72"))
	}
	return joined(parts, ", ")
}

func (l line) who() string {
	switch {
	case l.f.Several && l.cut < withoutSeveral && l.f.Child:
		return l.word("who", "children")
	case l.f.Several && l.cut < withoutSeveral:
		return l.word("who", "people")
	case l.f.Child && l.cut < withoutChild && !childInWord[l.f.Detail] && !childInCategory[l.f.Category]:
		return l.word("who", "child")
	}
	return ""
}

// Where the word for the harm says already that it is a child's.
var (
	childInWord = map[ripoti.Detail]bool{ripoti.ChildBeaten: true, ripoti.ChildNeglected: true, ripoti.ChildAlone: true,
		ripoti.ChildMissing: true, ripoti.ChildLabour: true, ripoti.ChildOther: true, ripoti.HarmfulMarriage: true, ripoti.HarmfulBoth: true, ripoti.SoldImages: true}
	childInCategory = map[ripoti.Category]bool{ripoti.ChildAbuse: true, ripoti.ChildMarriage: true}
)

// suspect says where that person is. With a child it says so, as every minute counts then.
func (l line) suspect() string {
	if l.f.Suspect == ripoti.SuspectWith && l.f.Child {
		return l.word("suspect", "with_child")
	}
	return l.word("suspect", string(l.f.Suspect))
}

// note is what must be said whatever else is cut: hospital first within 72 hours, and that a girl
// who was or is to be cut is no suspect (domain brief 2).
func (l line) note() string {
	switch {
	case l.f.Within72 && l.cut >= shortNote: // the clock and the way in one
		return l.word("note", "hospital_short")
	case l.f.Within72:
		return l.word("note", "hospital")
	case l.f.Category == ripoti.FGM || l.f.Detail == ripoti.HarmfulFGM || l.f.Detail == ripoti.HarmfulBoth:
		return l.word("note", "fgm")
	}
	return ""
}

func (l line) place() string {
	name := l.f.Place
	for _, limit := range longestPlace {
		if l.cut >= limit.from {
			name = shorter(name, limit.chars)
			break
		}
	}
	county := l.unlessCut(withoutCounty, l.f.County)
	if county == name || l.f.Place == l.f.County {
		county = ""
	}
	if name == "" && l.f.County == "" {
		return l.cat.Text(l.lang, "sms.place.unknown")
	}
	if name == "" {
		return l.f.County
	}
	return joined([]string{name, county}, ", ")
}

// shorter cuts a name, at a gap between words if there is one in its second half.
func shorter(name string, chars int) string {
	runes := []rune(name)
	if len(runes) <= chars {
		return name
	}
	cut := string(runes[:chars])
	if gap := strings.LastIndexAny(cut, " /-("); gap >= len(cut)/2 {
		cut = cut[:gap]
	}
	return strings.TrimRight(cut, " /-('")
}

func (l line) wish() string {
	if l.f.Wish == "" {
		return l.word("wish", "unasked")
	}
	return l.word("wish", string(l.f.Wish))
}

func (l line) codes() string {
	numbers := make([]string, len(l.f.Codes))
	for i, code := range l.f.Codes {
		numbers[i] = string(code)
	}
	return strings.Join(numbers, ", ")
}

// answer tells how to answer by the sender's way: by replying, by a text to another number, or, where
// there is neither, by word to the coordinator.
func (l line) answer(what string) string {
	way := "reply"
	if !l.f.Way.TwoWay {
		way = "text"
		if l.f.Way.ReplyTo == "" {
			way = "ask"
		}
	}
	return l.cat.Text(l.lang, "sms.answer."+what+"."+way, "code", string(l.f.Code), "number", l.f.Way.ReplyTo)
}

func (l line) next() string {
	if l.f.Next == (Party{}) || l.f.NextIn <= 0 {
		return ""
	}
	return l.cat.Text(l.lang, "sms.next", "who", l.party(l.f.Next), "in", l.time(l.f.NextIn))
}

// told are who was told before; without them, or cut, it is "all before you".
func (l line) told() string {
	var names []string
	for _, p := range l.f.Told {
		if name := l.party(p); name != "" && (len(names) == 0 || names[len(names)-1] != name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 || l.cut >= withoutTold {
		return l.word("party", "all")
	}
	return strings.Join(names, ", ")
}

// accept asks for an acceptance, within a time where that is known.
func (l line) accept() string {
	if l.f.Accept <= 0 || l.cut >= withoutTime {
		return l.cat.Text(l.lang, "sms.accept_short")
	}
	return l.cat.Text(l.lang, "sms.accept", "in", l.time(l.f.Accept))
}

// passed says that the local station knows nothing, where that is so.
func (l line) passed() string {
	if l.f.LocalTold {
		return ""
	}
	if l.cut >= shortPassed {
		return spaced(l.cat.Text(l.lang, "sms.passed_short"))
	}
	return spaced(l.cat.Text(l.lang, "sms.passed"))
}

func (l line) to() string {
	if name := l.party(l.f.To); name != "" {
		return name
	}
	return l.word("party", string(ripoti.RoleCommander))
}

func (l line) phone() string {
	if name := l.party(l.f.Phone); name != "" {
		return name
	}
	return l.word("party", string(ripoti.CountyCommand))
}

// party names somebody: by the kind of office where that says more (a commander's), else by role.
func (l line) party(p Party) string {
	switch p.Role {
	case ripoti.RoleCommander, ripoti.RoleLiaison, "":
		if name := l.word("party", string(p.Office)); name != "" {
			return name
		}
	}
	return l.word("party", string(p.Role))
}

// time is a duration as people say it: minutes below two hours unless it is whole hours, hours below
// two days, then days.
func (l line) time(d time.Duration) string {
	unit, n := "min", int(d.Round(time.Minute)/time.Minute)
	switch {
	case n >= 48*60:
		unit, n = "day", (n+12*60)/(24*60)
	case n >= 120, n == 60:
		unit, n = "hr", (n+30)/60
	}
	if n == 1 {
		unit += ".one"
	}
	return l.cat.Text(l.lang, "sms.time."+unit, "n", strconv.Itoa(n))
}

// capital begins a text with a capital letter.
func capital(text string) string {
	if text == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}

// spaced puts a space before a text that is there.
func spaced(text string) string {
	if text == "" {
		return ""
	}
	return " " + text
}

func joined(parts []string, by string) string {
	var there []string
	for _, p := range parts {
		if p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, by)
}
