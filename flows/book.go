package flows

import (
	"ripoti/internal/ripoti"
	"ripoti/locales"
)

// Places finds a place from what a thumb typed. county is the id of the county it must lie in, ""
// for all of Kenya. It is pure.
type Places interface {
	Find(query, county string) Matches
}

// Matches is what Places found.
type Matches struct {
	Decision string         // "take", "ask" or "none"
	Places   []ripoti.Place // best first, at most 4
}

// Book is the reporter's conversation. It is safe for concurrent use.
type Book struct {
	cat    *locales.Catalogue
	places Places
}

// New reads every screen once, in every language.
func New(cat *locales.Catalogue, places Places) *Book { return &Book{cat: cat, places: places} }

// Start is a call that has just come in: S0.
func (b *Book) Start() Turn { return Turn{} }

// Next is one press: the same state and input always give the same turn. Where the turn says File
// its Screen is empty until Received or Unsaved gives it.
func (b *Book) Next(s State, input string) Turn { return Turn{State: s} }

// Received is the turn after its File was committed under code: only now may the screen say so.
func (b *Book) Received(t Turn, code ripoti.Code) Turn { return t }

// Taken is the state of a conversation whose draft the host has filed by itself, e.g. what Cut
// gave: whatever the caller still says is then added to the report.
func (b *Book) Taken(s State, code ripoti.Code) State { return s }

// Unsaved ends the call with the true sentence: it could not be saved, call these numbers.
func (b *Book) Unsaved(s State) Turn { return Turn{State: s, End: true} }

// Late answers a press that came out of order: the current screen again.
func (b *Book) Late(s State) Turn { return b.Screen(s) }

// Screen shows the state's current screen again.
func (b *Book) Screen(s State) Turn { return Turn{State: s} }

// Cut is what a call that is cut at s leaves to file, and false where it leaves nothing.
func (b *Book) Cut(s State) (ripoti.Draft, bool) { return ripoti.Draft{}, false }

// Redial is S0 of a new call whose caller left old unfinished a short while ago. What Cut gives for
// old is filed first (and Taken), for the redial is the proof that it was cut.
func (b *Book) Redial(old State) Turn { return Turn{} }

// Typing says that the current screen takes free text, in which * and # stand for themselves.
func (b *Book) Typing(s State) bool { return false }
