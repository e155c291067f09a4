package flows

import (
	"slices"
	"strings"
	"unicode"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
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
}

// Verb is what a staff answer asks for. There are two; what is done on a case comes with the staff line.
type Verb string

const (
	VerbAccept  Verb = "accept"  // 1
	VerbDecline Verb = "decline" // 2, or 21 to 25 with the reason
)

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
}

// answerKeys are the keys that stand before a number.
var answerKeys = map[string]answer{
	"1": {VerbAccept, ""}, "2": {VerbDecline, ""}, "21": {VerbDecline, ReasonOfficer}, "22": {VerbDecline, ReasonVehicle},
	"23": {VerbDecline, ReasonArea}, "24": {VerbDecline, ReasonConflict}, "25": {VerbDecline, ReasonOther},
}

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
// "Sawa", "RIPOTI 2 4829172", "22 4829172", "hakuna gari 4829172", in full-width or other digits too. A
// key before the number wins over words. What cannot be read, or says yes and no at once, has no
// Verb: it is never taken for an acceptance.
func ParseReply(text string) Reply {
	words, groups := tokens(text)
	said := answerInWords(words)
	key, typed, code := answerInDigits(groups, said.verb != "")
	if key.verb == VerbDecline && key.reason == "" {
		key.reason = reasonInWords(words)
	}
	if key.verb != "" {
		said = key
	}
	return Reply{Verb: said.verb, Code: code, Typed: typed, Reason: said.reason}
}

// tokens cuts a text into its words and its groups of digits. A letter beside a digit is another
// token: "ok482 9172" is "ok", "482", "9172".
func tokens(text string) (words, groups []string) {
	if len(text) > longestAnswer {
		text = strings.ToValidUTF8(text[:longestAnswer], "")
	}
	text = strings.ToLower(sms.Fold(text))
	var b strings.Builder
	isDigits := false
	end := func() {
		switch {
		case b.Len() == 0:
		case isDigits:
			groups = append(groups, b.String())
		case !frameWords[b.String()]:
			words = append(words, b.String())
		}
		b.Reset()
	}
	for _, r := range text {
		switch d := digit(r); {
		case d >= 0:
			if !isDigits {
				end()
			}
			isDigits = true
			b.WriteByte(byte('0' + d))
		case unicode.IsLetter(r):
			if isDigits {
				end()
			}
			isDigits = false
			b.WriteRune(r)
		case r != '\'':
			end()
		}
	}
	end()
	return words, groups
}

// digit is the value of a decimal digit of any script, or -1: the ten digits of a script stand in a
// row that begins at a multiple of ten or sixteen code points, its zero first.
func digit(r rune) int {
	if r >= '0' && r <= '9' {
		return int(r - '0')
	}
	if r < 0x80 || !unicode.Is(unicode.Nd, r) {
		return -1
	}
	zero := r
	for unicode.Is(unicode.Nd, zero-1) && r-zero < 9 {
		zero--
	}
	return int(r - zero)
}

// answerInWords reads an answer that no key was given for.
func answerInWords(words []string) answer {
	if len(words) == 0 || len(words) > mostWords {
		return answer{}
	}
	if len(words) == 1 && words[0] == "v" { // V 4829172: no vehicle (domain brief 5)
		return answer{VerbDecline, ReasonVehicle}
	}
	yes, no, cannot := hasAny(words, yesWords), hasAny(words, noWords), hasAny(words, cannotWords)
	reason := reasonInWords(words)
	switch {
	case reason == ReasonConflict, cannot:
		return answer{VerbDecline, reason}
	case no && yes:
		return answer{} // "no problem, ok" or "not ok": a person must say it again
	case no:
		return answer{VerbDecline, reason}
	case yes:
		return answer{VerbAccept, ""}
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

// answerInDigits finds the key and the report's number in groups of digits. hasVerb says that words
// gave an answer already, so that all digits may be the number.
func answerInDigits(groups []string, hasVerb bool) (key answer, typed string, code ripoti.Code) {
	all := strings.Join(groups, "")
	if all == "" {
		return answer{}, "", ""
	}
	if key, ok := answerKeys[all]; ok {
		return key, "", ""
	}
	if key, code, ok := keyAndCode(groups, all, hasVerb); ok {
		return key, string(code), code
	}
	if key, ok := answerKeys[groups[0]]; ok && len(groups) > 1 {
		return key, echoed(all[len(groups[0]):]), ""
	}
	if len(all) < 3 { // a key that means nothing
		return answer{}, "", ""
	}
	return answer{}, echoed(all), ""
}

// keyAndCode tries the ways in which a key and a number with a right check digit can be cut out of
// the digits, the likeliest first.
func keyAndCode(groups []string, all string, hasVerb bool) (answer, ripoti.Code, bool) {
	first, last := groups[0], groups[len(groups)-1]
	type way struct{ key, number string }
	ways := make([]way, 0, 8)
	if _, ok := answerKeys[first]; ok { // 1 482 9172
		ways = append(ways, way{first, all[len(first):]})
	}
	if first == "2" && len(groups) > 2 && len(groups[1]) == 1 { // 2 4 4829172: answer and reason apart
		ways = append(ways, way{first + groups[1], all[2:]})
	}
	if hasVerb { // ok 482 9172
		ways = append(ways, way{"", all})
	}
	for digits := ripoti.CodeDigits; digits <= ripoti.CodeMaxDigits; digits++ { // 14829172
		if n := len(all) - digits; n == 1 || n == 2 {
			ways = append(ways, way{all[:n], all[n:]})
		}
	}
	if _, ok := answerKeys[last]; ok && len(groups) > 1 { // 4829172 1
		ways = append(ways, way{last, all[:len(all)-len(last)]})
	}
	ways = append(ways, way{"", all}) // 4829172
	for _, w := range ways {
		key, ok := answerKeys[w.key]
		if !ok && w.key != "" {
			continue
		}
		if code, err := ripoti.ParseCode(w.number); err == nil {
			return key, code, true
		}
	}
	return answer{}, "", false
}

// echoed is a number as a sentence may repeat it.
func echoed(digits string) string {
	if len(digits) > ripoti.CodeMaxDigits {
		return digits[:4] + "..."
	}
	return digits
}
