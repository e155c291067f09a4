package flows

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/locales"
)

// StaffLine is the conversation of officers and social workers on the staff code (domain brief 7.2).
// It is pure: what a screen needs to know it asks its host for. It is safe for concurrent use.
type StaffLine struct {
	cat    *locales.Catalogue
	writer *Writer
}

// NewStaffLine speaks with the sentences of cat.
func NewStaffLine(cat *locales.Catalogue) *StaffLine { return &StaffLine{cat, NewWriter(cat)} }

// StaffStep is a screen of the staff line. Their numbers stand in kept states: new ones go to the end.
type StaffStep uint8

const (
	StaffPIN       StaffStep = iota // T0
	StaffNewPIN                     // choose one
	StaffSamePIN                    // and once more
	StaffHome                       // T1
	StaffCases                      // a list, four a screen
	StaffCase                       // T2
	StaffWhy                        // T5
	StaffNotes                      // landmark and notes
	StaffUpdate                     // T3
	StaffMore                       // T4
	StaffOB                         // the occurrence book number
	StaffCourt                      // is the court's day known
	StaffDay                        // the court's day
	StaffSeen                       // where the suspect was last seen
	StaffCheck                      // T6
	StaffReferTo                    // which kind of office
	StaffReferWhom                  // which office
	StaffReferSure                  // really
	StaffRead                       // did the machine read it right
	StaffKind                       // what it is instead
	StaffKind2                      // the second page of it
	StaffDone                       // what came of it
	StaffBye                        // the call ends
	StaffContact                    // why the reporter's number is opened
	StaffScript                     // what to say to whoever answers
	StaffOnPhone                    // the number, and what came of the call
	StaffOutcome                    // how a case is to be closed
	StaffReason                     // why
	StaffOther                      // which report goes on
	StaffCloseSure                  // really
	StaffAsked                      // a closing that waits for a yes
	StaffNotYet                     // why not yet
	StaffSame                       // two reports that may be about one event
	staffSteps
)

// StaffState is a call between two presses; its host keeps it sealed.
type StaffState struct {
	Step StaffStep   `json:"s"`
	Lang ripoti.Lang `json:"l,omitempty"`
	// In says that the PIN was right.
	In bool `json:"i,omitempty"`
	// Code is the one-time code that lets a PIN be chosen, PIN what was chosen, until it is typed again.
	Code string `json:"c,omitempty"`
	PIN  string `json:"p,omitempty"`

	Home  StaffCounts   `json:"h,omitzero"`
	List  StaffList     `json:"k,omitempty"`
	Items []StaffItem   `json:"t,omitempty"`
	Page  int           `json:"g,omitempty"`
	Case  StaffCaseView `json:"e,omitzero"`
	// Shown says that names are shown in the notes, Masked that some are hidden, Further that there is
	// another page.
	Shown   bool `json:"n,omitempty"`
	Masked  bool `json:"m,omitempty"`
	Further bool `json:"y,omitempty"`
	// Parts are the parts of a number or a day that were typed so far.
	Parts   []string            `json:"b,omitempty"`
	Kinds   []ripoti.OfficeKind `json:"f,omitempty"`
	Offices []StaffOffice       `json:"o,omitempty"`
	// Office is the office that a case is to be referred to.
	Office StaffOffice `json:"w,omitzero"`
	// Ends are how a case may be closed, End what was chosen of it, Note why, Other what goes on.
	Ends  []StaffEnd  `json:"d,omitempty"`
	End   StaffEnd    `json:"j,omitzero"`
	Note  string      `json:"v,omitempty"`
	Other ripoti.Code `json:"u,omitempty"`
	// Why is why the reporter's number is opened.
	Why string `json:"q,omitempty"`
	// Pair are two reports that may be about one event.
	Pair StaffPair `json:"r,omitzero"`
	// Said is what the last answer came to, as it is shown.
	Said string `json:"a,omitempty"`
	// Next says that the case is still in the hands of who answered, so that 1 goes on with it.
	Next  bool `json:"x,omitempty"`
	Ended bool `json:"z,omitempty"`
}

// StaffList names a list of cases.
type StaffList string

const (
	ListNew   StaffList = "new"   // waits for an answer: of my alerts, or of my desk
	ListMine  StaffList = "mine"  // I accepted it
	ListDue   StaffList = "due"   // a check of mine falls due today
	ListQueue StaffList = "queue" // waits in the queue of my office
	ListLate  StaffList = "late"  // of my area: not accepted in time
	ListOpen  StaffList = "open"  // of my area: not closed
	// ListClosings are closings that wait for a yes of mine.
	ListClosings StaffList = "closings"
	// ListSame are pairs of reports that may be about one event and that I may decide.
	ListSame StaffList = "same"
)

// StaffLists are all of them.
var StaffLists = []StaffList{ListNew, ListMine, ListDue, ListQueue, ListLate, ListOpen, ListClosings, ListSame}

// StaffCounts is what the home screen says. Its last two lines are shown to those who have them: the
// queue to who works one, the area to who commands it.
type StaffCounts struct {
	New  int `json:"n,omitempty"`
	Mine int `json:"m,omitempty"`
	Due  int `json:"d,omitempty"`
	// OnDuty is "" where the number has no duty to be on.
	OnDuty string `json:"u,omitempty"` // "yes" or "no"
	Social bool   `json:"s,omitempty"` // what is due are checks
	Queues bool   `json:"q,omitempty"`
	Queue  int    `json:"w,omitempty"`
	Heads  bool   `json:"h,omitempty"`
	Late   int    `json:"l,omitempty"`
	Open   int    `json:"o,omitempty"`
	// Closings wait for a yes: shown to who was asked.
	Closings int `json:"c,omitempty"`
	// Same are pairs of reports to be decided: shown to who has some.
	Same int `json:"e,omitempty"`
}

// area says that the lines of an area are shown: to who heads one and works no queue.
func (h StaffCounts) area() bool { return h.Heads && !h.Queues }

// StaffItem is a line of a list.
type StaffItem struct {
	Assignment string           `json:"a"`
	Code       ripoti.Code      `json:"c"`
	Urgency    ripoti.Urgency   `json:"u"`
	Place      string           `json:"p"`
	Check      ripoti.CheckKind `json:"k,omitempty"` // what falls due
	Outcome    ripoti.Outcome   `json:"o,omitempty"` // as what it is to be closed
	Other      ripoti.Code      `json:"n,omitempty"` // the other one of a pair
}

// StaffCaseView is a case as T2 shows it: codes and a place of the gazetteer.
type StaffCaseView struct {
	Report     string        `json:"r,omitempty"`
	Assignment string        `json:"a,omitempty"`
	Facts      Facts         `json:"f,omitzero"`
	ByWhom     ripoti.ByWhom `json:"b,omitempty"`
	// Check is what falls due and can be answered now, "" for nothing.
	Check ripoti.CheckKind `json:"k,omitempty"`
	// Unread says that a machine read the words of it and no person has yet.
	Unread bool `json:"u,omitempty"`
	// Content says that landmark and notes may be seen.
	Content bool `json:"c,omitempty"`
	// Closes says that a supervisor may propose to close it who does not hold it.
	Closes bool `json:"x,omitempty"`
}

// StaffOffice is an office to refer a case to.
type StaffOffice struct {
	ID   string `json:"i"`
	Name string `json:"n"`
}

// StaffDo is what a press asks of the host.
type StaffDo string

const (
	StaffNothing  StaffDo = ""
	StaffLogin    StaffDo = "login"  // with PIN: the result has the counts of home
	StaffRedeem   StaffDo = "redeem" // with Code: is the one-time code right
	StaffSetPIN   StaffDo = "set"    // with PIN, and Code unless the caller is in: the result has the counts
	StaffGoHome   StaffDo = "home"   // the counts
	StaffGetList  StaffDo = "list"   // with List
	StaffOpen     StaffDo = "open"   // with Assignment or Number: the case; Again where it was seen in this call
	StaffGetNotes StaffDo = "notes"  // with Assignment and Show
	StaffAnswer   StaffDo = "answer" // with Assignment and Reply
	StaffDuty     StaffDo = "duty"   // with On: the result has the counts
	StaffKinds    StaffDo = "kinds"  // with Assignment: kinds of office to refer to
	StaffNearest  StaffDo = "offices"
	StaffRefer    StaffDo = "refer"   // with Assignment and Office
	StaffConfirm  StaffDo = "confirm" // with Assignment, and Category where it is another one
	// StaffNumber asks for the reporter's number, with Assignment and Why: may it be called now, and,
	// with Show, the number.
	StaffNumber     StaffDo = "number"
	StaffGetEnds    StaffDo = "ends"    // with Assignment: how it may be closed
	StaffPropose    StaffDo = "propose" // with Assignment, End, Note and Other
	StaffGetClosing StaffDo = "closing" // with Number: a closing to agree to
	StaffAgree      StaffDo = "agree"   // with Number and Reply
	StaffGetPair    StaffDo = "pair"    // with Number and Other: two reports that may be about one event
	StaffLink       StaffDo = "link"    // with Number and Other: they are
	StaffUnlink     StaffDo = "unlink"  // with Number and Other: they are not
)

// StaffAsk is what a press asks of the host, with what belongs to it.
type StaffAsk struct {
	Do         StaffDo
	PIN, Code  string
	List       StaffList
	Number     ripoti.Code
	Assignment string
	Again      bool // it was seen in this call before: no new line in its history
	Show       bool // names too; the number itself
	Why        string
	Reply      Reply
	On         bool
	Kind       ripoti.OfficeKind
	Office     string
	Category   ripoti.Category
	End        ripoti.Outcome
	Note       string
	Other      ripoti.Code
}

// Results of the host that are no success.
const (
	StaffWrong   = "wrong"   // PIN or code; Left says how many tries are left
	StaffLocked  = "locked"  // too many wrong PINs: only a new one-time code opens again
	StaffWeak    = "weak"    // a PIN that others would guess
	StaffExpired = "expired" // the one-time code is over
	StaffGone    = "gone"    // no such case, or none that this number may know of
	StaffClosed  = "closed"  // a case of the own area that was not escalated: its content stays closed
	StaffIdle    = "idle"    // nothing was pressed for too long: the PIN again
	StaffRefused = "refused" // Key says why
)

// StaffTold is what the host did or found. It is kept sealed for as long as a gateway may ask for the
// same press again.
type StaffTold struct {
	Result  string              `json:"r,omitempty"` // "" or one of the above; of an answer: Said.Result
	At      time.Time           `json:"t,omitzero"`
	Left    int                 `json:"l,omitempty"`
	Home    StaffCounts         `json:"h,omitzero"`
	Items   []StaffItem         `json:"i,omitempty"`
	Case    StaffCaseView       `json:"c,omitzero"`
	Say     string              `json:"s,omitempty"` // a kind of sentence, written from Facts
	Facts   Facts               `json:"f,omitzero"`
	Key     string              `json:"k,omitempty"` // of a refusal
	Kinds   []ripoti.OfficeKind `json:"o,omitempty"`
	Offices []StaffOffice       `json:"n,omitempty"`
	Ends    []StaffEnd          `json:"e,omitempty"`
	Pair    StaffPair           `json:"p,omitzero"`

	// Notes are landmark and words, Masked says that names in them are hidden. They are read anew each
	// time and never kept.
	Notes  string `json:"-"`
	Masked bool   `json:"-"`
	// Phone is a reporter's number, as it is dialled: for one screen, as notes are.
	Phone string `json:"-"`
}

// StaffTurn is what a press leads to: a screen, or something to be done before Told gives the screen.
type StaffTurn struct {
	State  StaffState
	Screen string // at most 156 GSM-7 units
	End    bool
	Ask    StaffAsk
}

// Shown is the turn as a host writes it to a gateway.
func (t StaffTurn) Shown() Turn { return Turn{Screen: t.Screen, End: t.End} }

// Start is T0 for somebody whose language is known.
func (l *StaffLine) Start(lang ripoti.Lang) StaffTurn {
	return l.show(StaffState{Lang: lang}, "")
}

// Trusted says that a PIN or a one-time code was right in this call.
func (s StaffState) Trusted() bool { return !s.Ended && (s.In || s.Code != "") }

// Typing says that the screen takes a number of several parts, in which a star stands between them.
func (l *StaffLine) Typing(s StaffState) bool {
	return !s.Ended && (s.Step == StaffOB || s.Step == StaffDay)
}

// Whole says that an input is all that the screen asks for, though its first part alone may be a key.
func (l *StaffLine) Whole(s StaffState, input string) bool {
	read := ParseOB
	if s.Step == StaffDay {
		read = ParseDay
	}
	_, ok := read(input)
	return ok && len(s.Parts) == 0 && l.Typing(s)
}

// Unknown ends a call that tells nothing, in both languages: the caller's is not known.
func (l *StaffLine) Unknown() StaffTurn { return l.bye("staff.unknown", ripoti.English) }

// Broken ends a call whose press could not be done for sure, because the database did not answer.
func (l *StaffLine) Broken(s StaffState) StaffTurn { return l.bye("staff.broken", s.Lang) }

// Idle asks for the PIN again.
func (l *StaffLine) Idle(s StaffState) StaffTurn {
	return l.show(StaffState{Lang: s.Lang}, "idle")
}

func (l *StaffLine) bye(key string, lang ripoti.Lang) StaffTurn {
	s := StaffState{Step: StaffBye, Lang: lang, Ended: true}
	return StaffTurn{State: s, Screen: l.cat.Text(staffTongue(lang), key), End: true}
}

func staffTongue(lang ripoti.Lang) ripoti.Lang {
	if lang == ripoti.English {
		return ripoti.English
	}
	return ripoti.Swahili
}

// Next is one press. A turn with something to ask has no screen yet: Told gives it.
func (l *StaffLine) Next(s StaffState, input string) StaffTurn {
	input = strings.TrimSpace(input)
	switch {
	case s.Ended:
		return l.show(s, "")
	case input == "0":
		return l.bye("staff.exit", s.Lang)
	case !s.In && s.Step > StaffSamePIN:
		return l.Start(s.Lang) // no state of ours
	}
	switch s.Step {
	case StaffPIN:
		return l.enter(s, input)
	case StaffNewPIN, StaffSamePIN:
		return l.choosePIN(s, input)
	case StaffHome:
		return l.home(s, input)
	case StaffCases:
		return l.pick(s, input)
	case StaffCase:
		return l.onCase(s, input)
	case StaffWhy:
		return l.why(s, input)
	case StaffNotes:
		return l.onNotes(s, input)
	case StaffUpdate:
		return l.update(s, input)
	case StaffMore:
		return l.more(s, input)
	case StaffOB, StaffDay:
		return l.typed(s, input)
	case StaffCourt:
		return l.court(s, input)
	case StaffSeen:
		return l.seen(s, input)
	case StaffCheck:
		return l.check(s, input)
	case StaffReferTo, StaffReferWhom, StaffReferSure:
		return l.refer(s, input)
	case StaffRead, StaffKind, StaffKind2:
		return l.read(s, input)
	case StaffContact, StaffScript, StaffOnPhone:
		return l.contact(s, input)
	case StaffOutcome, StaffReason, StaffOther, StaffCloseSure:
		return l.close(s, input)
	case StaffAsked, StaffNotYet:
		return l.agree(s, input)
	case StaffSame:
		return l.same(s, input)
	case StaffDone:
		return l.done(s, input)
	}
	return l.show(s, "keys")
}

// key is the line of a menu that was pressed, 0 for what is none.
func key(input string, lines int) int {
	if len(input) == 1 && input[0] >= '1' && int(input[0]-'0') <= lines {
		return int(input[0] - '0')
	}
	return 0
}

func ask(s StaffState, a StaffAsk) StaffTurn { return StaffTurn{State: s, Ask: a} }

// to shows another step.
func (l *StaffLine) to(s StaffState, step StaffStep) StaffTurn {
	s.Step = step
	return l.show(s, "")
}

// enter is T0: a PIN, or the one-time code that lets one be chosen.
func (l *StaffLine) enter(s StaffState, input string) StaffTurn {
	switch {
	case digits(input) && len(input) == PINDigits:
		return ask(s, StaffAsk{Do: StaffLogin, PIN: input})
	case digits(input) && len(input) == CodeDigits:
		return ask(s, StaffAsk{Do: StaffRedeem, Code: input})
	}
	return l.show(s, "pin")
}

func (l *StaffLine) choosePIN(s StaffState, input string) StaffTurn {
	switch {
	case input == "9" && s.Step == StaffSamePIN:
		s.PIN = ""
		return l.to(s, StaffNewPIN)
	case input == "9" && s.In:
		return l.to(s, StaffHome)
	case !digits(input) || len(input) != PINDigits:
		return l.show(s, "pin")
	case s.Step == StaffNewPIN && WeakPIN(input):
		return l.show(s, "weak")
	case s.Step == StaffNewPIN:
		s.PIN = input
		return l.to(s, StaffSamePIN)
	case input != s.PIN:
		s.PIN, s.Step = "", StaffNewPIN
		return l.show(s, "differs")
	}
	a := StaffAsk{Do: StaffSetPIN, PIN: s.PIN, Code: s.Code}
	s.PIN = ""
	return ask(s, a)
}

func (l *StaffLine) home(s StaffState, input string) StaffTurn {
	if code, err := ripoti.ParseCode(input); err == nil {
		s.List, s.Items = "", nil
		return ask(s, StaffAsk{Do: StaffOpen, Number: code})
	}
	list := map[string]StaffList{"1": ListNew, "2": ListMine, "3": ListDue}[input]
	switch {
	case input == "4" && s.Home.OnDuty != "":
		return ask(s, StaffAsk{Do: StaffDuty, On: s.Home.OnDuty != "yes"})
	case input == "5":
		return l.to(s, StaffNewPIN)
	case input == "6" && s.Home.Queues:
		list = ListQueue
	case input == "6" && s.Home.Heads:
		list = ListLate
	case input == "7" && s.Home.area():
		list = ListOpen
	case input == "7" && s.Home.Same > 0:
		list = ListSame
	case input == "8" && s.Home.Closings > 0:
		list = ListClosings
	}
	if list == "" {
		return l.show(s, "home")
	}
	s.List, s.Page = list, 0
	return ask(s, StaffAsk{Do: StaffGetList, List: list})
}

const listRows = 4

// page is what of a list is on the screen.
func (s StaffState) page() (rows []StaffItem, more bool) {
	from := min(max(0, s.Page)*listRows, len(s.Items))
	to := min(from+listRows, len(s.Items))
	return s.Items[from:to], to < len(s.Items)
}

func (l *StaffLine) pick(s StaffState, input string) StaffTurn {
	rows, more := s.page()
	switch n := key(input, len(rows)); {
	case n > 0 && s.List == ListClosings:
		return ask(s, StaffAsk{Do: StaffGetClosing, Number: rows[n-1].Code})
	case n > 0 && s.List == ListSame:
		return ask(s, StaffAsk{Do: StaffGetPair, Number: rows[n-1].Code, Other: rows[n-1].Other})
	case n > 0:
		return ask(s, StaffAsk{Do: StaffOpen, Assignment: rows[n-1].Assignment})
	case input == "8" && more:
		s.Page++
		return l.show(s, "")
	case input == "9" && s.Page > 0:
		s.Page--
		return l.show(s, "")
	case input == "9":
		return ask(s, StaffAsk{Do: StaffGoHome})
	}
	return l.show(s, "keys")
}

// Who may do what on T2: nobody has taken it; I have; somebody else has.
func (c StaffCaseView) open() bool { return c.Facts.Status == ripoti.AssignmentOpen }
func (c StaffCaseView) mine() bool {
	return c.Facts.Status == ripoti.AssignmentAccepted && c.Facts.Mine
}

func (l *StaffLine) onCase(s StaffState, input string) StaffTurn {
	c := s.Case
	switch {
	case input == "9" && len(s.Items) > 0:
		return ask(s, StaffAsk{Do: StaffGetList, List: s.List})
	case input == "9":
		return ask(s, StaffAsk{Do: StaffGoHome})
	case input == "1" && c.open():
		return ask(s, StaffAsk{Do: StaffAnswer, Assignment: c.Assignment, Reply: Reply{Verb: VerbAccept}})
	case input == "2" && c.open():
		return l.to(s, StaffWhy)
	case input == "3" && c.Content:
		s.Page, s.Shown = 0, false
		return ask(s, StaffAsk{Do: StaffGetNotes, Assignment: c.Assignment})
	case input == "4" && (c.mine() || c.open()):
		return l.to(s, StaffUpdate)
	case input == "5" && c.mine() && c.Check != "":
		return l.to(s, StaffCheck)
	case input == "6" && c.Unread && c.Content:
		return l.to(s, StaffRead)
	case input == "7" && c.Closes:
		return l.ends(s)
	case input == "7" && c.cares():
		return l.to(s, StaffContact)
	}
	return l.show(s, "keys")
}

func (l *StaffLine) why(s StaffState, input string) StaffTurn {
	if n := key(input, len(Reasons)); n > 0 {
		return ask(s, StaffAsk{Do: StaffAnswer, Assignment: s.Case.Assignment, Reply: Reply{Verb: VerbDecline, Reason: Reasons[n-1]}})
	}
	if input == "9" {
		return l.to(s, StaffCase)
	}
	return l.show(s, "keys")
}

func (l *StaffLine) onNotes(s StaffState, input string) StaffTurn {
	switch {
	case input == "9":
		s.Page, s.Shown = 0, false
		return l.to(s, StaffCase)
	case input == "1" && s.Masked:
		s.Shown, s.Page = true, 0
		return ask(s, StaffAsk{Do: StaffGetNotes, Assignment: s.Case.Assignment, Show: true})
	case input == "8" && s.Further:
		s.Page++
	}
	// The words are nowhere kept: the same page is read again as well.
	return ask(s, StaffAsk{Do: StaffGetNotes, Assignment: s.Case.Assignment, Show: s.Shown, Again: true})
}

// updateMoves are the lines of T3 that need no more words.
var updateMoves = map[string]ripoti.Move{"1": ripoti.MoveOnTheWay, "2": ripoti.MoveSafe, "3": ripoti.MoveHospital, "5": ripoti.MoveArrested}

func (l *StaffLine) update(s StaffState, input string) StaffTurn {
	s.Parts = nil
	if move, ok := updateMoves[input]; ok {
		return l.move(s, move, Reply{})
	}
	switch input {
	case "4":
		return l.to(s, StaffOB)
	case "6":
		return l.to(s, StaffCourt)
	case "7":
		return l.to(s, StaffSeen)
	case "8":
		return l.to(s, StaffMore)
	case "9":
		return l.to(s, StaffCase)
	}
	return l.show(s, "keys")
}

// move tells of a case what happened; more is what goes with it.
func (l *StaffLine) move(s StaffState, move ripoti.Move, more Reply) StaffTurn {
	more.Verb, more.Move = VerbMove, move
	return ask(s, StaffAsk{Do: StaffAnswer, Assignment: s.Case.Assignment, Reply: more})
}

func (l *StaffLine) more(s StaffState, input string) StaffTurn {
	switch input {
	case "1":
		return l.move(s, ripoti.MoveNotFound, Reply{})
	case "2":
		return l.move(s, ripoti.MoveNoVehicle, Reply{})
	case "3":
		return ask(s, StaffAsk{Do: StaffAnswer, Assignment: s.Case.Assignment, Reply: Reply{Verb: VerbDecline, Reason: ReasonArea}})
	case "4":
		return ask(s, StaffAsk{Do: StaffKinds, Assignment: s.Case.Assignment})
	case "5":
		return l.move(s, ripoti.MovePressure, Reply{})
	case "6":
		return l.move(s, ripoti.MoveHandOver, Reply{})
	case "7":
		return l.ends(s)
	case "9":
		return l.to(s, StaffUpdate)
	}
	return l.show(s, "keys")
}

// typed takes the parts of an occurrence book number or a day, all at once or one after the other: a
// keypad has stars, and a gateway takes what is typed apart at them.
func (l *StaffLine) typed(s StaffState, input string) StaffTurn {
	want, read := 4, ParseOB
	if s.Step == StaffDay {
		want, read = 3, ParseDay
	}
	if input == "9" && len(s.Parts) == 0 {
		if s.Step == StaffDay {
			return l.to(s, StaffCourt)
		}
		return l.to(s, StaffUpdate)
	}
	parts := strings.FieldsFunc(input, func(r rune) bool { return r < '0' || r > '9' })
	s.Parts = slices.Concat(s.Parts, parts)
	if len(parts) == 0 || len(s.Parts) > want {
		s.Parts = nil
		return l.show(s, "typed")
	}
	if len(s.Parts) < want {
		return l.show(s, "")
	}
	text, ok := read(strings.Join(s.Parts, "/"))
	s.Parts = nil
	switch {
	case !ok:
		return l.show(s, "typed")
	case s.Step == StaffDay:
		return l.move(s, ripoti.MoveCharged, Reply{Day: text})
	}
	return l.move(s, ripoti.MoveOB, Reply{OB: text})
}

func (l *StaffLine) court(s StaffState, input string) StaffTurn {
	s.Parts = nil
	switch input {
	case "1":
		return l.to(s, StaffDay)
	case "2":
		return l.move(s, ripoti.MoveCharged, Reply{})
	case "9":
		return l.to(s, StaffUpdate)
	}
	return l.show(s, "keys")
}

// longestNote is how much of what an officer types on a screen is kept, in characters.
const longestNote = 100

func (l *StaffLine) seen(s StaffState, input string) StaffTurn {
	switch {
	case input == "9":
		return l.to(s, StaffUpdate)
	case input == "1":
		return l.move(s, ripoti.MoveFled, Reply{})
	case input == "":
		return l.show(s, "keys")
	}
	return l.move(s, ripoti.MoveFled, Reply{Note: shorter(input, longestNote)})
}

// checkAnswers are the lines of T6.
var checkAnswers = []ripoti.CheckAnswer{ripoti.CheckSafe, ripoti.CheckUnsafe, ripoti.CheckUnreached, ripoti.CheckNotSafe}

func (l *StaffLine) check(s StaffState, input string) StaffTurn {
	if n := key(input, len(checkAnswers)); n > 0 {
		return ask(s, StaffAsk{Do: StaffAnswer, Assignment: s.Case.Assignment, Reply: Reply{Verb: VerbCheck, Check: checkAnswers[n-1]}})
	}
	if input == "9" {
		return l.to(s, StaffCase)
	}
	return l.show(s, "keys")
}

// mostKinds is how many kinds of office are offered: more than seven lines are none.
const mostKinds = 7

func (l *StaffLine) refer(s StaffState, input string) StaffTurn {
	switch {
	case input == "9" && s.Step == StaffReferSure:
		return l.to(s, StaffReferWhom)
	case input == "9" && s.Step == StaffReferWhom:
		return l.to(s, StaffReferTo)
	case input == "9":
		return l.to(s, StaffMore)
	}
	switch s.Step {
	case StaffReferTo:
		if n := key(input, len(s.Kinds)); n > 0 {
			return ask(s, StaffAsk{Do: StaffNearest, Assignment: s.Case.Assignment, Kind: s.Kinds[n-1]})
		}
	case StaffReferWhom:
		if n := key(input, len(s.Offices)); n > 0 {
			s.Office = s.Offices[n-1]
			return l.to(s, StaffReferSure)
		}
	case StaffReferSure:
		if input == "1" {
			return ask(s, StaffAsk{Do: StaffRefer, Assignment: s.Case.Assignment, Office: s.Office.ID})
		}
	}
	return l.show(s, "keys")
}

// The categories as a person chooses among them, a screen each.
var kindPages = [2][]ripoti.Category{
	{ripoti.SVAC, ripoti.SVAdult, ripoti.ChildAbuse, ripoti.ChildMarriage, ripoti.FGM, ripoti.DV},
	{ripoti.CSEC, ripoti.Trafficking, ripoti.PoliceAbuse, ripoti.OtherCrime, ripoti.Unclear},
}

func (l *StaffLine) read(s StaffState, input string) StaffTurn {
	confirm := StaffAsk{Do: StaffConfirm, Assignment: s.Case.Assignment}
	switch s.Step {
	case StaffRead:
		switch input {
		case "1":
			return ask(s, confirm)
		case "2":
			return l.to(s, StaffKind)
		case "9":
			return l.to(s, StaffCase)
		}
	case StaffKind, StaffKind2:
		kinds := kindPages[s.Step-StaffKind]
		if n := key(input, len(kinds)); n > 0 {
			confirm.Category = kinds[n-1]
			return ask(s, confirm)
		}
		switch {
		case input == "8" && s.Step == StaffKind:
			return l.to(s, StaffKind2)
		case input == "9":
			return l.to(s, s.Step-1)
		}
	}
	return l.show(s, "keys")
}

func (l *StaffLine) done(s StaffState, input string) StaffTurn {
	switch {
	case input == "1" && s.Next:
		return ask(s, StaffAsk{Do: StaffOpen, Assignment: s.Case.Assignment, Again: true})
	case input == "9":
		return ask(s, StaffAsk{Do: StaffGoHome})
	}
	return l.show(s, "keys")
}

// Told is the turn after the host has done what the press asked for.
func (l *StaffLine) Told(t StaffTurn, told StaffTold) StaffTurn {
	s, a := t.State, t.Ask
	if told.Result == StaffIdle {
		return l.Idle(s)
	}
	switch a.Do {
	case StaffLogin, StaffRedeem, StaffSetPIN:
		return l.loggedIn(s, a, told)
	case StaffGoHome, StaffDuty:
		if told.Result == StaffRefused {
			return l.show(s, "refused")
		}
		return l.atHome(s, told.Home, "")
	case StaffGetList:
		s.List, s.Items = a.List, told.Items
		if len(s.Items) == 0 {
			return l.atHome(s, told.Home, "none")
		}
		if s.Page*listRows >= len(s.Items) {
			s.Page = 0
		}
		return l.to(s, StaffCases)
	case StaffOpen:
		return l.opened(s, a, told)
	}
	if told.Result == StaffGone || told.Result == StaffClosed { // another hand was quicker, or a wall went up
		return l.atHome(s, told.Home, told.Result)
	}
	switch a.Do {
	case StaffGetNotes:
		return l.notes(s, told)
	case StaffNumber:
		return l.called(s, a, told)
	case StaffGetEnds:
		if s.Ends = told.Ends; len(s.Ends) > 0 && told.Result == "" {
			return l.to(s, StaffOutcome)
		}
	case StaffGetClosing:
		if s.Case = told.Case; len(told.Ends) > 0 {
			s.End = told.Ends[0]
			return l.to(s, StaffAsked)
		}
	case StaffGetPair:
		s.Pair = told.Pair
		return l.to(s, StaffSame)
	case StaffKinds:
		s.Kinds = told.Kinds[:min(len(told.Kinds), mostKinds)]
		if len(s.Kinds) == 0 {
			s.Step = StaffMore
			return l.show(s, "nobody")
		}
		return l.to(s, StaffReferTo)
	case StaffNearest:
		s.Offices = told.Offices
		if len(s.Offices) == 0 {
			s.Step = StaffReferTo
			return l.show(s, "nobody")
		}
		return l.to(s, StaffReferWhom)
	}
	return l.came(s, a, told)
}

func (l *StaffLine) loggedIn(s StaffState, a StaffAsk, told StaffTold) StaffTurn {
	switch {
	case told.Result == StaffLocked:
		return l.bye("staff.locked", s.Lang)
	case told.Result == StaffWrong && told.Left == 1:
		return l.show(StaffState{Lang: s.Lang}, "wrong_last")
	case told.Result == StaffWrong:
		return l.show(StaffState{Lang: s.Lang}, "wrong")
	case told.Result == StaffExpired:
		return l.show(StaffState{Lang: s.Lang}, "expired")
	case told.Result == StaffWeak:
		s.Step = StaffNewPIN
		return l.show(s, "weak")
	case a.Do == StaffRedeem:
		s.Code = a.Code
		return l.to(s, StaffNewPIN)
	case a.Do == StaffSetPIN:
		s.Code, s.In = "", true
		return l.atHome(s, told.Home, "pin_set")
	}
	s.In = true
	return l.atHome(s, told.Home, "")
}

// atHome is T1, and forgets what was at hand. hint says why, where it is not plain.
func (l *StaffLine) atHome(s StaffState, counts StaffCounts, hint string) StaffTurn {
	return l.show(StaffState{Step: StaffHome, Lang: s.Lang, In: s.In, Home: counts}, hint)
}

func (l *StaffLine) opened(s StaffState, a StaffAsk, told StaffTold) StaffTurn {
	if told.Result == StaffGone || told.Result == StaffClosed {
		if s.Step == StaffCases {
			return l.show(s, told.Result)
		}
		return l.atHome(s, told.Home, told.Result)
	}
	spoke := s.Why != "" // with the reporter, who may be asked what is due
	s.Case, s.Page, s.Shown, s.Said, s.Next, s.Why = told.Case, 0, false, "", false, ""
	switch {
	case s.Step == StaffDone && spoke && s.Case.mine() && s.Case.Check != "":
		return l.to(s, StaffCheck)
	case s.Step == StaffDone:
		return l.to(s, StaffUpdate)
	case s.List == ListDue && s.Case.mine() && s.Case.Check != "":
		return l.to(s, StaffCheck)
	}
	return l.to(s, StaffCase)
}

// came is what came of an answer: a sentence, and how to go on.
func (l *StaffLine) came(s StaffState, a StaffAsk, told StaffTold) StaffTurn {
	s.Next = told.Result == "accepted" || told.Result == "moved" && a.Reply.Move != ripoti.MoveHandOver
	s.Said = l.sentence(s, a, told)
	s.Items, s.Parts, s.Ends, s.End, s.Note, s.Other = nil, nil, nil, StaffEnd{}, "", ""
	return l.to(s, StaffDone)
}

var errStaffState = errors.New("unreadable state")

// ParseStaffState reads what Append wrote. Anything else is an error: the call is replayed.
func ParseStaffState(raw []byte) (StaffState, error) {
	var s StaffState
	if err := json.Unmarshal(raw, &s); err != nil || s.Step >= staffSteps || s.Page < 0 || s.Page > 1000 || len(s.Kinds) > mostKinds || len(s.Offices) > mostOffices {
		return StaffState{}, errStaffState
	}
	return s, nil
}

const mostOffices = 4

// Append writes s behind dst.
func (s StaffState) Append(dst []byte) []byte {
	raw, err := json.Marshal(s)
	if err != nil {
		return dst // a state of codes and short texts always marshals
	}
	return append(dst, raw...)
}
