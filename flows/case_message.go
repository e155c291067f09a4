package flows

import (
	"strconv"
	"strings"

	"ripoti/internal/ripoti"
)

// What is said of a case that was taken: domain brief 7.3, O4 to O8, and what closes it.
const (
	SayNoted      = "noted"            // a move is kept, and what comes next
	SayFled       = "fled"             // O8
	SayFledNear   = "fled.near"        // to the coordinators of neighbour counties
	SayOBHow      = "ob.how"           // how to send an OB number
	SayDayHow     = "day.how"          // how to send the day in court
	SayNews       = "news"             // to the other side: what was told
	SaySettlement = "settlement"       // O7
	SayFlag       = "flag"             // to a coordinator or a prosecutors' liaison
	SayVehicle    = "vehicle"          // to the commander: the officers have no vehicle
	SayTransport  = "transport"        // to the partner who can pay transport: no word of the case
	SayHanded     = "handed"           // one case was handed over
	SayHandedAll  = "handed.all"       // all cases of a shift were
	SayTaken      = "taken"            // another one has taken the case over
	SayCase       = "case"             // a case that was taken, and what comes next
	SayList       = "list"             // the numbers of what waits and what is held
	SayOn         = "duty.on"          // on duty
	SayOff        = "duty.off"         // off duty
	SayAsked      = "closing.asked"    // a closing waits for a second person
	SayAskedAgain = "closing.again"    // and still waits
	SayUnanswered = "closing.waits"    // to who sees to it that somebody answers
	SayProposed   = "closing.proposed" // a closing was proposed
	SayKept       = "closing.kept"     // an outcome that closes no case is kept
	SayCloseHow   = "closing.how"      // how to propose a closing
	SayMore       = "closing.more"     // one more must agree
	SayClosed     = "closing.agreed"   // closed, and how
	SayNotClosed  = "closing.refused"  // not closed
	SayReopened   = "reopened"         // open again
	SayRefused    = "refused"          // why something was not done
)

// CaseSays are all of them.
var CaseSays = []string{SayNoted, SayFled, SayFledNear, SayOBHow, SayDayHow, SayNews, SaySettlement, SayFlag, SayVehicle, SayTransport, SayHanded, SayHandedAll,
	SayTaken, SayCase, SayList, SayOn, SayOff, SayAsked, SayAskedAgain, SayUnanswered, SayProposed, SayKept, SayCloseHow, SayMore, SayClosed, SayNotClosed, SayReopened, SayRefused}

// CaseFacts are what a message about a case that was taken is written from.
type CaseFacts struct {
	Move ripoti.Move `json:"move,omitempty"` // what was told
	Took bool        `json:"took,omitempty"` // telling it took the case
	// Ask is the move that is hoped for next, "" for none.
	Ask     ripoti.Move     `json:"ask,omitempty"`
	Seen    bool            `json:"seen,omitempty"` // where the suspect was last seen is known
	Flag    ripoti.FlagKind `json:"flag,omitempty"`
	Outcome ripoti.Outcome  `json:"outcome,omitempty"`
	// Sentence is the key of why something was not done (catalogue "case.").
	Sentence string `json:"sentence,omitempty"`
	// New waits, Mine is held; Held are the numbers of what is held, at most MostBundled with Facts.Codes.
	New  int           `json:"new,omitempty"`
	Mine int           `json:"mine,omitempty"`
	Held []ripoti.Code `json:"held,omitempty"`
	// SexualOrChild says that the law forbids to settle it (domain brief 2 and 5).
	SexualOrChild bool `json:"sexual_or_child,omitempty"`
}

var caseVariants = []variant{
	{SayNoted, "sms.noted.took", func(f Facts) bool { return f.Case.Took }},
	{SayFled, "sms.fled.seen", func(f Facts) bool { return f.Case.Seen }},
	{SaySettlement, "sms.settlement.other", func(f Facts) bool { return !f.Case.SexualOrChild }},
	{SayList, "sms.list.none", func(f Facts) bool { return f.Case.New == 0 && f.Case.Mine == 0 }},
	{SayList, "sms.list.new", func(f Facts) bool { return f.Case.Mine == 0 }},
	{SayList, "sms.list.held", func(f Facts) bool { return f.Case.New == 0 }},
}

// fillCase is what the open words of these sentences stand for.
func (l line) fillCase(word string) string {
	switch word {
	case "moved":
		return l.word("moved", string(l.f.Case.Move))
	case "ask":
		return l.unlessCut(withoutNext, spaced(l.ask()))
	case "flagged":
		return l.word("flag", string(l.f.Case.Flag))
	case "outcome":
		return l.word("outcome", string(l.f.Case.Outcome))
	case "side":
		return l.word("side", string(l.f.Side))
	case "sentence":
		return l.cat.Text(l.lang, l.f.Case.Sentence)
	case "new":
		return strconv.Itoa(l.f.Case.New)
	case "mine":
		return strconv.Itoa(l.f.Case.Mine)
	case "held":
		return l.held()
	case "example":
		return spaced(l.answer(word))
	case "end":
		return spaced(l.answer(word))
	case "seen", "agree", "how_close", "sendob", "sendday", "how_case":
		return l.answer(word)
	}
	return ""
}

// ask is what comes next.
func (l line) ask() string {
	if l.f.Case.Ask == "" || !l.f.Way.TwoWay && l.f.Way.ReplyTo == "" {
		return ""
	}
	return l.cat.Text(l.lang, "sms.ask."+string(l.f.Case.Ask), "code", string(l.f.Code))
}

func (l line) held() string {
	numbers := make([]string, len(l.f.Case.Held))
	for i, code := range l.f.Case.Held {
		numbers[i] = string(code)
	}
	return strings.Join(numbers, ", ")
}
