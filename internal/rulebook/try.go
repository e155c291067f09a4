package rulebook

import (
	"time"

	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// Question is an imagined report.
type Question struct {
	Place   string // as a caller would type it
	Answers ripoti.Answers
	Signs   []routing.Sign
	Stage   ripoti.Stage
	At      time.Time // zero: now
}

// Tried is what rules make of an imagined report. Nothing is saved and nobody is told.
type Tried struct {
	Place    ripoti.PlaceRef
	Found    gazetteer.Decision // none: there is no such place; ask: a caller would be asked which one
	Reading  routing.Reading
	Decision routing.Decision
}

// Try plays an imagined report by rules, with the directory and the exceptions of this moment.
func (b *Book) Try(q Question, rules *routing.Rules) Tried {
	var t Tried
	if q.Place != "" {
		found := b.Desk.Places.Find(q.Place, "")
		if t.Found = found.Decision; len(found.Matches) > 0 && found.Decision != gazetteer.None {
			t.Place = found.Matches[0].Place.Ref()
		}
	}
	if q.At.IsZero() {
		q.At = b.Desk.Now()
	}
	if q.Stage == "" {
		q.Stage = ripoti.StageComplete
	}
	q.Answers.Place = t.Place
	t.Reading = rules.TriageSigns(q.Answers, q.Stage, 0, q.Signs)
	t.Decision = routing.Decide(routing.Case{Answers: q.Answers, Category: t.Reading.Category, Second: t.Reading.Second, Urgency: t.Reading.Urgency,
		Rule: t.Reading.Rule, Stage: q.Stage, At: q.At, Signs: q.Signs}, b.now().Directory, rules)
	return t
}

// Rules are the rules of the world of now.
func (b *Book) Rules() *routing.Rules { return b.now().Rules }
