package flows

import (
	"sync/atomic"

	"ripoti/internal/ripoti"
	"ripoti/locales"
)

// Places finds a place from what a thumb typed. county is the id of the county it must lie in, ""
// for all of Kenya. It is pure.
type Places interface {
	Find(query, county string) Matches
}

// Matches is what Places found. Decision is "take" where nothing else could be meant, "ask" where
// the caller must choose, "none" for what is no place.
type Matches struct {
	Decision string
	Places   []ripoti.Place // best first, at most 4
}

// Book is the reporter's conversation. It is safe for concurrent use.
type Book struct {
	cat    *locales.Catalogue
	places Places
	read   atomic.Pointer[reading]
}

// reading is every screen of an edition of the sentences.
type reading struct {
	edition int64
	sheets  map[ripoti.Lang]*[steps][wordings]sheet
}

// New reads every screen once, in every language, and again when another edition of cat speaks.
func New(cat *locales.Catalogue, places Places) *Book {
	b := &Book{cat: cat, places: places}
	b.sheets()
	return b
}

// sheets are the screens of the edition that speaks now.
func (b *Book) sheets() map[ripoti.Lang]*[steps][wordings]sheet {
	edition := b.cat.Edition()
	if r := b.read.Load(); r != nil && r.edition == edition {
		return r.sheets
	}
	r := &reading{edition, map[ripoti.Lang]*[steps][wordings]sheet{}}
	for _, lang := range ripoti.Langs {
		r.sheets[lang] = b.sheetsOf(lang)
	}
	b.read.Store(r)
	return r.sheets
}

// Start is a call that has just come in: S0.
func (b *Book) Start() Turn { return b.show(State{}, false) }

// Redial is S0 of a new call whose caller left old unfinished a short while ago. After the language
// it asks whether to go on, before anything of what was said is shown; going on leads to the step
// where old stood. Where old is finished, or nothing was told yet, it is Start.
//
// A host files first what Cut gives for old (and calls Taken), for the redial proves that the call
// was cut.
func (b *Book) Redial(old State) Turn {
	if old.Old != nil { // cut once more before the question was answered
		old = *old.Old
	}
	if old.Ended || old.Step <= Menu || following(old.Step) || isEnding(old.Step) || old.Answers == (ripoti.Answers{}) {
		return b.Start()
	}
	old.Old = nil
	return b.show(State{Old: &old}, false)
}

// Received is the turn after its File was committed under code: only now may its screen say so.
func (b *Book) Received(t Turn, code ripoti.Code) Turn {
	if code == "" {
		return b.Unsaved(t.State)
	}
	return b.Screen(b.Taken(t.State, code))
}

// Taken is the state of a conversation whose draft is filed under code, by Received or by the host
// alone (what Cut gave): whatever the caller still says is then added to that report.
func (b *Book) Taken(s State, code ripoti.Code) State {
	if !s.Filed {
		s.Walled = s.Answers.PoliceAccused()
	}
	s.Held, s.Filed, s.Code = false, true, code
	return s
}

// Unsaved ends the call with the true sentence: it could not be saved, call these numbers. The state
// is that of the failed turn or the one before it; a redial goes on at the answer that was lost.
func (b *Book) Unsaved(s State) Turn {
	lang := tongue(s)
	if isEnding(s.Step) {
		s, _ = back(s)
	}
	s.Ended = false
	if following(s.Step) {
		return Turn{State: s, End: true, Screen: b.cat.Text(lang, "report.follow_unsaved")}
	}
	if s.Filed {
		return Turn{State: s, End: true, Screen: b.cat.Text(lang, "report.unsaved_answer", "code", s.Code.Spaced())}
	}
	return Turn{State: s, End: true, Screen: b.cat.Text(lang, "report.unsaved")}
}

// Late answers a press that came out of order: the current screen again, nothing else.
func (b *Book) Late(s State) Turn { return b.Screen(s) }

// Screen shows the state's current screen again. A screen with the report's number is shown only
// where there is one.
func (b *Book) Screen(s State) Turn {
	if isEnding(s.Step) && !s.Filed {
		s, _ = back(s)
	}
	return b.show(s, false)
}

// Typing says that the current screen takes free text, in which * and # stand for themselves.
func (b *Book) Typing(s State) bool { return !s.Ended && screens[s.Step].typing }

// Cut is what a call that is cut at s leaves to file (domain brief 3.10), and false where it leaves
// nothing: danger and a place are a partial emergency; what, where, by whom and when, as far as they
// are asked, an incomplete report without contact.
func (b *Book) Cut(s State) (ripoti.Draft, bool) {
	if s.Old != nil {
		return b.Cut(*s.Old)
	}
	a := s.Answers
	switch {
	case s.Ended || s.Filed:
		return ripoti.Draft{}, false
	case urgent(a):
		return draft(s, ripoti.StagePartial), true
	case a.What != "" && located(a) && a.ByWhom != "" && (a.When != "" || !hoursCount.met(a)):
		return draft(s, ripoti.StageIncomplete), true
	}
	return ripoti.Draft{}, false
}

// urgent says that somebody is in danger and that it is known where.
func urgent(a ripoti.Answers) bool { return inDanger(a) && located(a) }

// located says that the question for the place is settled, if only by what was typed.
func located(a ripoti.Answers) bool { return a.Place.Known() || a.Place.Typed != "" }

// draft is what was told, without answers that a later one made void.
func draft(s State, stage ripoti.Stage) ripoti.Draft {
	a := s.Answers
	if !adultMayChoose.met(a) {
		a.Choice = ""
	}
	return ripoti.Draft{Answers: a, Lang: s.Lang, Stage: stage}
}
