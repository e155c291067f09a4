package casework

import (
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// appointment is one kind of check: when it is due, who is asked what, what answers it, and what
// follows silence.
type appointment struct {
	// rounds are when it is due after its clock began, every how long after the last of them it comes
	// back; 0: it does not.
	rounds []time.Duration
	every  time.Duration
	// asks are the sides that are asked.
	asks []ripoti.Side
	// askings are how often it is asked while nobody answers. Silence after the last one is overdue.
	askings []asking
	silent  asking
	// anyHour says that it may be asked at night.
	anyHour bool
	// known says whether the case tells the answer already: then nobody is asked.
	known func(ripoti.Progress) bool
	// moves are what an officer may tell to answer it.
	moves map[ripoti.Move]ripoti.CheckAnswer
	// rest is how long after it began it is asked first, unless the time is short: the alert has just said
	// the same.
	rest time.Duration
	// everybody: all who hold the case for a side are asked, not one.
	everybody bool
}

// asking is once that a check is asked.
type asking struct {
	after  time.Duration // after the asking before; if 0:
	before time.Duration // before the check is due
	say    func(ripoti.CheckKind, ripoti.Side) string
}

var (
	both = []ripoti.Side{ripoti.Safety, ripoti.Care}

	question = flows.SayCheck
	reminder = func(_ ripoti.CheckKind, side ripoti.Side) string {
		if side == ripoti.Care {
			return flows.SayCheckRemindCare
		}
		return flows.SayCheckRemindSafety
	}
	eve = func(ripoti.CheckKind, ripoti.Side) string { return flows.SayHearingEve }

	// asked once, once again, and overdue
	twice = []asking{{say: question}, {after: askAgain, say: reminder}}
	later = asking{after: askAgain}
)

// news are the moves that answer a question about where a case stands (domain brief 7.3, O4).
var news = map[ripoti.Move]ripoti.CheckAnswer{
	ripoti.MoveSafe: ripoti.CheckAnswerDone, ripoti.MoveHospital: ripoti.CheckAnswerDone, ripoti.MoveOB: ripoti.CheckAnswerDone,
	ripoti.MoveArrested: ripoti.CheckAnswerDone, ripoti.MoveCharged: ripoti.CheckAnswerDone, ripoti.MoveFled: ripoti.CheckSuspectOut,
	ripoti.MoveNotFound: ripoti.CheckNotDone, ripoti.MovePressure: ripoti.CheckNotDone,
}

// timetable is when a case is asked after (domain brief 5, follow-up clock and outcome fled; 2, the 72
// hours of PEP). The care side answers with 61 to 64 whatever is asked, the safety side with moves.
var timetable = map[ripoti.CheckKind]appointment{
	ripoti.CheckDay1:  {rounds: []time.Duration{followUp1}, asks: both, askings: twice, silent: later, moves: news, known: func(p ripoti.Progress) bool { return p.OB != "" && !p.HospitalAt.IsZero() }},
	ripoti.Check72h:   {rounds: []time.Duration{followUp2}, asks: both, askings: twice, silent: later, moves: news, known: func(p ripoti.Progress) bool { return !p.ArrestedAt.IsZero() || !p.ChargedAt.IsZero() }},
	ripoti.CheckDay7:  {rounds: []time.Duration{followUp3}, asks: both, askings: twice, silent: later, moves: news, known: func(p ripoti.Progress) bool { return !p.ChargedAt.IsZero() }},
	ripoti.CheckDay30: {rounds: []time.Duration{followUp4}, every: followUp4, asks: both, askings: twice, silent: later, moves: news},

	ripoti.CheckFled: {rounds: []time.Duration{fled1, fled2, fled3}, every: fled3, asks: []ripoti.Side{ripoti.Safety}, askings: twice, silent: later,
		moves: map[ripoti.Move]ripoti.CheckAnswer{ripoti.MoveFled: ripoti.CheckSuspectOut, ripoti.MoveNotFound: ripoti.CheckSuspectOut, ripoti.MoveArrested: ripoti.CheckAnswerDone}},

	// The day before, the morning itself, and what came of it.
	ripoti.CheckHearing: {asks: both, silent: later,
		askings: []asking{{before: hearingIn, say: eve}, {say: question}, {after: askAgain, say: reminder}},
		moves:   map[ripoti.Move]ripoti.CheckAnswer{ripoti.MoveCharged: ripoti.CheckAdjourned}},

	// Twice, never more, and at any hour: PEP does not wait for the morning.
	ripoti.CheckClock72: {asks: both, anyHour: true, everybody: true, rest: pepRest,
		askings: []asking{{before: pepFirst, say: question}, {before: pepLast, say: question}},
		moves:   map[ripoti.Move]ripoti.CheckAnswer{ripoti.MoveHospital: ripoti.CheckAnswerDone},
		known:   func(p ripoti.Progress) bool { return !p.HospitalAt.IsZero() }},
}

// followUps are the kinds that every case has, from the moment it was routed.
var followUps = []ripoti.CheckKind{ripoti.CheckDay1, ripoti.Check72h, ripoti.CheckDay7, ripoti.CheckDay30}

// harmAgo is how long ago the harm was at least likely
// when the report came, by what was answered to "when". It is a guess on the safe side: a clock that
// ends too early costs haste, one that ends too late a child's health.
var harmAgo = map[ripoti.When]time.Duration{
	"":                   0,              // danger now
	ripoti.WhenNow:       12 * time.Hour, // "now or today"
	ripoti.WhenDays3:     48 * time.Hour, // "in the last 3 days"
	ripoti.WhenRepeating: 48 * time.Hour, // when it was last is not known
}

// pepEnds is when the 72 hours of a report end.
func pepEnds(r ripoti.Report) time.Time { return r.FiledAt.Add(pepLimit - harmAgo[r.Answers.When]) }

// stepAt is when the n-th asking of a check falls due; after the last one, when its silence is overdue.
func (e appointment) stepAt(c store.Check, n int) time.Time {
	step := e.silent
	if n < len(e.askings) {
		step = e.askings[n]
	}
	at := c.DueAt.Add(-step.before)
	if step.after > 0 {
		at = c.AskedAt.Add(step.after)
	}
	if e.anyHour {
		return at
	}
	return byDay(at)
}

// mayPass says whether the n-th asking is skipped at a time: the next one, which has a time of its own,
// is due too.
func (e appointment) mayPass(c store.Check, n int, now time.Time) bool {
	return n+1 < len(e.askings) && e.askings[n+1].after == 0 && !now.Before(e.stepAt(c, n+1))
}

// round is when a check comes back; zero where it does not.
func (e appointment) next(c store.Check) time.Time {
	switch {
	case c.Round < len(e.rounds):
		return c.DueAt.Add(e.rounds[c.Round] - e.rounds[c.Round-1])
	case e.every > 0:
		return c.DueAt.Add(e.every)
	}
	return time.Time{}
}

// byDay is a time, or the next morning where it falls into the night of Nairobi.
func byDay(at time.Time) time.Time {
	at = at.In(routing.Nairobi)
	switch {
	case at.Hour() < dayBegins:
		return time.Date(at.Year(), at.Month(), at.Day(), dayBegins, 0, 0, 0, routing.Nairobi)
	case at.Hour() >= dayEnds:
		return time.Date(at.Year(), at.Month(), at.Day()+1, dayBegins, 0, 0, 0, routing.Nairobi)
	}
	return at
}
