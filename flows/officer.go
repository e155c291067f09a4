package flows

import (
	"slices"
	"strings"

	"ripoti/internal/ripoti"
)

// Reply is what an officer or a social worker answered by SMS.
type Reply struct {
	// Verb is what was answered, "" where that could not be read.
	Verb Verb
	// Code is the report's number, "" where none was given or it has a slip in it.
	Code ripoti.Code
	// Typed is the number as it was typed, digits only, also where it is no report's number: a
	// sentence can then name it. What is longer than any number of ours is cut to four digits and
	// "...", as it may be a phone number.
	Typed string
	// Reason is why the case cannot be taken, where that was told. Only VerbDecline has one.
	Reason Reason
	// Move is what is told of a case that was taken. Only VerbMove has one.
	Move ripoti.Move
	// Check is the answer to a question that came back by the clock. Only VerbCheck has one.
	Check ripoti.CheckAnswer
	// OB is an occurrence book number in its normal form, "56/10/4/2026"; Day a date, "2027-03-12".
	OB, Day string
	// Note is the words that follow a move: the place last seen, the court, what was said.
	Note string
	// Slip is what stood where an OB number or a day was meant and can be neither: "31/2/2027". A move
	// with a slip must not be kept.
	Slip string
	// End is how a case is proposed to be closed, "" where that could not be read; Other the report that
	// goes on, of one told twice; Note the reason. Only VerbClose has them.
	End   ripoti.Outcome
	Other ripoti.Code
}

// Verb is what a staff answer asks for.
type Verb string

const (
	VerbAccept  Verb = "accept"  // 1: takes the case, or agrees to its closing
	VerbDecline Verb = "decline" // 2, or 21 to 25 with the reason; or not yet, to a closing
	VerbMove    Verb = "move"    // 3 to 9, F, V, C, S, H: Reply.Move says which
	VerbCheck   Verb = "check"   // 61 to 64: Reply.Check says which
	VerbNext    Verb = "next"    // NEXT: what waits longest, in full
	VerbList    Verb = "list"    // LIST: the numbers of what waits and what is mine
	VerbOn      Verb = "on"      // ON: on duty
	VerbOff     Verb = "off"     // OFF: off duty
	VerbClose   Verb = "close"   // CLOSE: proposes to close a case; Reply.End says how
)

// Verbs are all of them.
var Verbs = []Verb{VerbAccept, VerbDecline, VerbMove, VerbCheck, VerbNext, VerbList, VerbOn, VerbOff, VerbClose}

// Reason is why somebody cannot take a case (screen T5 of domain brief 7.2).
type Reason string

const (
	ReasonOfficer  Reason = "no_officer" // 21 no officer free
	ReasonVehicle  Reason = "no_vehicle" // 22, or V: no vehicle
	ReasonArea     Reason = "not_ours"   // 23 not our area
	ReasonConflict Reason = "conflict"   // 24 I know the people
	ReasonOther    Reason = "other"      // 25
)

// Reasons are all reasons, in the order of the screen.
var Reasons = []Reason{ReasonOfficer, ReasonVehicle, ReasonArea, ReasonConflict, ReasonOther}

// answer is what a key or word stands for.
type answer struct {
	verb   Verb
	reason Reason
	move   ripoti.Move
	check  ripoti.CheckAnswer
}

func moved(move ripoti.Move) answer { return answer{verb: VerbMove, move: move} }

// answerKeys are the keys that stand before a number (domain brief 7.2 T3 to T6, 7.3 O4).
var answerKeys = map[string]answer{
	"1": {verb: VerbAccept}, "2": {verb: VerbDecline},
	"21": {verb: VerbDecline, reason: ReasonOfficer}, "22": {verb: VerbDecline, reason: ReasonVehicle}, "23": {verb: VerbDecline, reason: ReasonArea},
	"24": {verb: VerbDecline, reason: ReasonConflict}, "25": {verb: VerbDecline, reason: ReasonOther},
	"3": moved(ripoti.MoveOnTheWay), "4": moved(ripoti.MoveSafe), "5": moved(ripoti.MoveHospital), "6": moved(ripoti.MoveOB),
	"7": moved(ripoti.MoveArrested), "8": moved(ripoti.MoveFled), "9": moved(ripoti.MoveNotFound),
	"61": {verb: VerbCheck, check: ripoti.CheckSafe}, "62": {verb: VerbCheck, check: ripoti.CheckUnsafe},
	"63": {verb: VerbCheck, check: ripoti.CheckUnreached}, "64": {verb: VerbCheck, check: ripoti.CheckNotSafe},
}

// answerLetters are the letters that stand before a number.
var answerLetters = map[string]answer{
	"v": {verb: VerbDecline, reason: ReasonVehicle}, // of a case that was taken it is a move: Desk.Answer knows
	"f": moved(ripoti.MoveFled), "c": moved(ripoti.MoveCharged), "s": moved(ripoti.MovePressure), "h": moved(ripoti.MoveHandOver),
}

// phrases are whole texts, beside a report's number or without one.
var phrases = func() map[string]answer {
	all := map[string]answer{}
	for _, p := range []struct {
		say  answer
		text string
	}{
		{answer{verb: VerbNext}, "next|inayofuata|ifuatayo|nyingine inayofuata"},
		{answer{verb: VerbList}, "list|orodha|orodha yangu|my list"},
		{answer{verb: VerbOn}, "on|on duty|niko zamu|niko zamuni|nipo zamu|naingia zamu|nimeingia zamu"},
		{answer{verb: VerbOff}, "off|off duty|not on duty|siko zamu|siko zamuni|sipo zamu|natoka zamu|nimetoka zamu"},
		{moved(ripoti.MoveHandOver), "kabidhi|kabidhi zamu|nakabidhi zamu|nimekabidhi zamu|hand over|handover|hand over shift|end of shift"},
	} {
		for phrase := range strings.SplitSeq(p.text, "|") {
			all[phrase] = p.say
		}
	}
	return all
}()

// Words of answers, as they are typed: folded to plain small letters, apostrophes taken out.
var (
	yesWords = wordSet("ok okay okey oky kk sawa sawasawa ndio ndiyo ndyo yes yea yeah yap accept accepted accepting " +
		"kubali kukubali nakubali ninakubali nimekubali tumekubali tunakubali nimeikubali poa fine roger")
	// cannotWords deny whatever stands beside them; noWords deny what they stand with.
	cannotWords = wordSet("siwezi hatuwezi sitaweza hatutaweza cannot cant couldnt unable wont sikubali hatukubali nakataa decline declined")
	noWords     = wordSet("no not nope hapana sio siyo si hakuna hatuna sina")
	dontWords   = wordSet("dont sijui hatujui") // deny what stands beside them and answer nothing

	vehicleWords  = wordSet("vehicle vehicles vehical car gari magari landcruiser transport usafiri fuel mafuta petrol petroli")
	officerWords  = wordSet("officer officers staff personnel afisa maafisa askari polisi manpower")
	areaWords     = wordSet("area eneo jurisdiction kituo chetu letu station ours yetu")
	peopleWords   = wordSet("people them him her person family suspect wahusika watu familia mshukiwa")
	knowWords     = wordSet("know knows related relative relatives")
	conflictWords = wordSet("nawajua ninawajua namjua ninamjua tunawajua nawafahamu namfahamu jamaa ndugu conflict")
	otherWords    = wordSet("other another nyingine ingine mengine")

	// frameWords stand around an answer when somebody repeats what the alert says.
	frameWords = wordSet("ripoti reply jibu text tuma report nambari number namba ref code kesi case critical high dharura haraka please tafadhali sir afande the to kwa")
)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

const (
	// longestAnswer is how much of a text is read: two parts of an SMS.
	longestAnswer = 320
	// mostWords is how many words may stand around an answer in words; more is a story, and a yes in
	// it may belong to something else. A key before a number counts whatever follows.
	mostWords = 12
)

// ParseReply reads an answer as thumbs type it: "1 4829172", "14829172", "1. 482 9172", "ok 4829172",
// "Sawa", "RIPOTI 2 4829172", "22 4829172", "hakuna gari 4829172", "6 4829172 56/10/4/2026", "fled last
// seen Mtwapa 4829172", in full-width or other digits too. A key before the number wins over words.
// What cannot be read, or says two things at once, has no Verb: it is never taken for an acceptance,
// and nothing is ever taken for done that somebody denies, asks or only means to do.
func ParseReply(text string) Reply {
	t := readTokens(text)
	if reply, ok := t.closing(); ok {
		return reply
	}
	t.takeOB()
	t.takeDay()
	words := t.words()
	letter, isLetter := t.letter(words)
	said := letter
	if !isLetter {
		said = answerInWords(words)
	}
	if t.asks && said.verb == VerbMove && !isLetter {
		said = answer{} // a question tells nothing
	}
	if t.ob != "" && said.verb == "" {
		said = moved(ripoti.MoveOB)
	}
	key, typed, code, used := answerInDigits(t.groups(), said.verb != "")
	if isLetter && len(t.groups()) > 0 { // "S 4829172 they offer 3 goats": the letter is the key
		key, typed, code, used = numberOf(t.groups())
	}
	if key.verb == VerbDecline && key.reason == "" {
		key.reason = reasonInWords(words)
	}
	if key.verb != "" {
		mixed := isLetter || key.verb == VerbDecline && speaksOfMove(words) // "arrested 2 suspects 4829172"
		if mixed || contradicts(key, words) {
			return Reply{Code: code, Typed: typed}
		}
		said = key
	}
	reply := Reply{Verb: said.verb, Reason: said.reason, Move: said.move, Check: said.check, Code: code, Typed: typed}
	t.fill(&reply, used, isLetter || key.verb != "")
	if reply.Move == ripoti.MoveCharged && typed == "" && reply.Day == "" {
		return Reply{} // "c u": a letter is no charge
	}
	return reply
}

// answerInWords reads an answer that no key was given for.
func answerInWords(words []string) answer {
	if len(words) == 0 || len(words) > mostWords {
		return answer{}
	}
	if said, ok := phrases[strings.Join(words, " ")]; ok {
		return said
	}
	if speaksOfMove(words) {
		if move := moveInWords(words); move != "" {
			return moved(move)
		}
		return answer{} // denied, asked or only meant
	}
	yes, no, cannot := hasAny(words, yesWords), hasAny(words, noWords), hasAny(words, cannotWords)
	reason := reasonInWords(words)
	switch {
	case reason == ReasonConflict, cannot:
		return answer{verb: VerbDecline, reason: reason}
	case no && yes:
		return answer{} // "no problem, ok" or "not ok": a person must say it again
	case no:
		return answer{verb: VerbDecline, reason: reason}
	case yes:
		return answer{verb: VerbAccept}
	}
	return answer{}
}

// reasonRules read a reason out of words, the first that fits. negated reasons count only beside a
// word that denies: "gari" alone may be a vehicle on its way.
var reasonRules = []struct {
	reason  Reason
	negated bool
	words   []map[string]bool // one word of each
}{
	{ReasonConflict, false, []map[string]bool{conflictWords}},
	{ReasonVehicle, true, []map[string]bool{vehicleWords}},
	{ReasonArea, true, []map[string]bool{areaWords}},
	{ReasonOfficer, true, []map[string]bool{officerWords}},
	{ReasonOther, true, []map[string]bool{otherWords}},
}

func reasonInWords(words []string) Reason {
	denied := hasAny(words, noWords) || hasAny(words, cannotWords) || hasAny(words, dontWords)
	if !denied && hasAny(words, knowWords) && hasAny(words, peopleWords) {
		return ReasonConflict
	}
	for _, rule := range reasonRules {
		fits := !rule.negated || denied
		for _, set := range rule.words {
			fits = fits && hasAny(words, set)
		}
		if fits {
			return rule.reason
		}
	}
	return ""
}

func hasAny(words []string, set map[string]bool) bool {
	return slices.ContainsFunc(words, func(w string) bool { return set[w] })
}

// answerInDigits finds the key and the report's number in groups of digits, and says how many of the
// groups they are. hasVerb says that words gave an answer already, so that all digits may be the number.
func answerInDigits(groups []string, hasVerb bool) (key answer, typed string, code ripoti.Code, used int) {
	all := strings.Join(groups, "")
	if all == "" {
		return answer{}, "", "", 0
	}
	if key, ok := answerKeys[all]; ok {
		return key, "", "", len(groups)
	}
	if key, code, used, ok := keyAndCode(groups, hasVerb); ok {
		return key, string(code), code, used
	}
	if key, ok := answerKeys[groups[0]]; ok && len(groups) > 1 {
		return key, echoed(all[len(groups[0]):]), "", len(groups)
	}
	if len(all) < 3 { // a key that means nothing
		return answer{}, "", "", len(groups)
	}
	return answer{}, echoed(all), "", len(groups)
}

// numberOf finds a report's number that a letter stands before.
func numberOf(groups []string) (key answer, typed string, code ripoti.Code, used int) {
	for _, w := range wholeOf(groups) {
		if code, err := ripoti.ParseCode(w.number); err == nil {
			return answer{}, string(code), code, w.used
		}
	}
	return answer{}, echoed(groups[0]), "", 1
}

// cut is a key and a report's number as they may stand in groups of digits; used is how many groups.
type cut struct {
	key, number string
	used        int
}

// cutsOf are the ways in which a key and a number can be cut out of groups of digits, the likeliest
// first: what the gaps say counts more than what check digits allow. What follows a number belongs to
// the note: "8 4829172 seen at 9".
func cutsOf(groups []string, hasVerb bool) (ways []cut) {
	first, last, n := groups[0], groups[len(groups)-1], len(groups)
	_, firstIsKey := answerKeys[first]
	_, lastIsKey := answerKeys[last]
	if (first == "2" || first == "6") && n > 2 && len(groups[1]) == 1 { // 2 4 4829172: answer and reason apart
		ways = append(ways, cut{first + groups[1], strings.Join(groups[2:], ""), n})
	}
	if firstIsKey { // 1 482 9172
		for used := 2; used <= n; used++ {
			ways = append(ways, cut{first, strings.Join(groups[1:used], ""), used})
		}
	}
	if hasVerb { // ok 482 9172
		ways = append(ways, wholeOf(groups)...)
	}
	if lastIsKey && n > 1 { // 482 9172 1
		ways = append(ways, cut{last, strings.Join(groups[:n-1], ""), n})
	}
	for used := 1; used <= n; used++ { // 14829172
		all := strings.Join(groups[:used], "")
		for digits := ripoti.CodeDigits; digits <= ripoti.CodeMaxDigits; digits++ {
			if k := len(all) - digits; k == 1 || k == 2 {
				ways = append(ways, cut{all[:k], all[k:], used})
			}
		}
	}
	if firstIsKey && n > 1 && len(groups[1]) >= ripoti.CodeDigits {
		return ways // a key and a number with a slip in it are no longer number
	}
	return append(ways, wholeOf(groups)...) // 4829172
}

// wholeOf are the numbers that need no key.
func wholeOf(groups []string) (ways []cut) {
	for used := 1; used <= len(groups); used++ {
		ways = append(ways, cut{"", strings.Join(groups[:used], ""), used})
	}
	return ways
}

// keyAndCode is the first way with a key that means something and a number with a right check digit.
func keyAndCode(groups []string, hasVerb bool) (answer, ripoti.Code, int, bool) {
	for _, w := range cutsOf(groups, hasVerb) {
		key, ok := answerKeys[w.key]
		if !ok && w.key != "" {
			continue
		}
		if code, err := ripoti.ParseCode(w.number); err == nil {
			return key, code, w.used, true
		}
	}
	return answer{}, "", 0, false
}

// echoed is a number as a sentence may repeat it.
func echoed(digits string) string {
	if len(digits) > ripoti.CodeMaxDigits {
		return digits[:4] + "..."
	}
	return digits
}
