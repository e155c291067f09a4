package casework

import (
	"context"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// Told is what comes with a move: an occurrence book number ("56/10/4/2026"), a day ("2027-03-12"),
// words. What is empty was not told.
type Told struct{ OB, Day, Note string }

// record is the only door for moves: what is known of the case, its history, the words that came with
// it, who must hear of it, and its clocks. Hold the report and the assignment first.
func (d *Desk) record(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, by ripoti.Contact, move ripoti.Move, told Told) error {
	c, err := tx.Case(ctx, r.ID)
	if err != nil {
		return err
	}
	p := after(c.Progress, a.Side, move, told, d.Now())
	if err := tx.SaveProgress(ctx, r.ID, p); err != nil {
		return err
	}
	if c.Outcome == ripoti.OutcomeCannotLocate && p.ReachedAt.Equal(d.Now()) { // found after all
		if err := tx.NoteOutcome(ctx, r.ID, ""); err != nil {
			return err
		}
	}
	if err := tx.AddNote(ctx, store.Note{ReportID: r.ID, By: by.ID, Kind: string(move), Note: told.Note}); err != nil {
		return err
	}
	if err := tx.Append(ctx, r.ID, "progress", by.ID, line{"assignment": a.ID, "move": move, "note": told.Note != ""}.String()); err != nil {
		return err
	}
	if err := d.tellNews(ctx, tx, r, a, by, move); err != nil {
		return err
	}
	switch move {
	case ripoti.MoveFled:
		err = d.tellNeighbours(ctx, tx, r, c.Progress)
	case ripoti.MoveCharged:
		err = tx.Keep(ctx, r.ID, "court") // whatever its age, until somebody lets it go
	case ripoti.MoveNoVehicle:
		err = d.askForVehicle(ctx, tx, r, a, by)
	case ripoti.MovePressure:
		err = d.raiseFlag(ctx, tx, r, ripoti.FlagSettlement, by.ID, told.Note)
	}
	if err != nil {
		return err
	}
	return d.clocks(ctx, tx, r, p, move)
}

// after is what is known of a case once a move was told.
func after(p ripoti.Progress, side ripoti.Side, move ripoti.Move, told Told, now time.Time) ripoti.Progress {
	p.NewsAt = now
	switch move {
	case ripoti.MoveOnTheWay:
		p.OnTheWayAt = now
	case ripoti.MoveSafe:
		p.SafeAt, p.ReachedAt = now, now
	case ripoti.MoveHospital:
		p.HospitalAt, p.ReachedAt = now, now
	case ripoti.MoveOB:
		p.OB, p.OBAt = told.OB, now
	case ripoti.MoveArrested:
		p.ArrestedAt, p.FledAt = now, time.Time{}
	case ripoti.MoveCharged:
		p.ChargedAt, p.FledAt = now, time.Time{}
		if told.Day != "" {
			p.Hearing = told.Day
		}
	case ripoti.MoveFled:
		if p.FledAt.IsZero() { // a newer place last seen is no new flight
			p.FledAt = now
		}
	case ripoti.MoveNotFound, ripoti.MoveUnreached:
		p = tryInVain(p, side, now)
	case ripoti.MoveReached:
		p.ReachedAt, p.NotFound, p.NotFoundSince = now, 0, time.Time{}
	}
	return p
}

// tryInVain counts a try; several in one hour are one.
func tryInVain(p ripoti.Progress, side ripoti.Side, now time.Time) ripoti.Progress {
	if p.NotFound == 0 || now.Sub(p.TriedAt) >= oneTry {
		p.NotFound++
	}
	if p.NotFoundSince.IsZero() {
		p.NotFoundSince = now
	}
	p.TriedAt = now
	if side == ripoti.Care {
		p.TriedByCareAt = now
	} else {
		p.TriedBySafetyAt = now
	}
	return p
}

// expected are the moves that a case is asked for next, in this order (domain brief 5): the first that
// was not told yet. Hospital comes first while the 72 hours may run.
var expected = []struct {
	move ripoti.Move
	side ripoti.Side
	open func(ripoti.Report, ripoti.Progress) bool
}{
	{ripoti.MoveHospital, "", func(r ripoti.Report, p ripoti.Progress) bool { return within72(r) && p.HospitalAt.IsZero() }},
	{ripoti.MoveSafe, "", func(_ ripoti.Report, p ripoti.Progress) bool { return p.SafeAt.IsZero() && p.HospitalAt.IsZero() }},
	{ripoti.MoveOB, ripoti.Safety, func(_ ripoti.Report, p ripoti.Progress) bool { return p.OB == "" }},
	{ripoti.MoveArrested, ripoti.Safety, func(_ ripoti.Report, p ripoti.Progress) bool {
		return p.ArrestedAt.IsZero() && p.FledAt.IsZero() && p.ChargedAt.IsZero()
	}},
	{ripoti.MoveCharged, ripoti.Safety, func(_ ripoti.Report, p ripoti.Progress) bool { return !p.ArrestedAt.IsZero() && p.Hearing == "" }},
}

// nextMove is the move that is hoped for next, "" for none.
func nextMove(r ripoti.Report, side ripoti.Side, p ripoti.Progress) ripoti.Move {
	for _, e := range expected {
		if (e.side == "" || e.side == side) && e.open(r, p) {
			return e.move
		}
	}
	return ""
}

// tells does a move that was told of a case that was taken.
func (t *talk) tells(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment) (Said, error) {
	by, move := t.contact(), t.reply.Move
	told := Told{OB: t.reply.OB, Day: t.reply.Day, Note: t.reply.Note}
	office, _ := t.Live.World().Office(a.OfficeID)
	switch {
	case a.Side == ripoti.Referred && service[office.Kind] && ofPolice[move]:
		return t.refuse(r, "case.of_police"), nil
	case move == ripoti.MoveOB && (told.OB == "" || t.reply.Slip != ""):
		return t.said("asked", sayOBHow, r), nil
	case move == ripoti.MoveCharged && t.reply.Slip != "":
		return t.said("asked", sayDayHow, r), nil
	case move == ripoti.MoveOB && !t.possibleOB(told.OB), move == ripoti.MoveCharged && !t.possibleDay(&told):
		return t.refuse(r, "case.future"), nil
	case move == ripoti.MoveHandOver:
		return t.handOver(ctx, tx, r, a)
	case move == ripoti.MovePressure:
		if err := t.record(ctx, tx, r, a, by, move, told); err != nil {
			return Said{}, err
		}
		return t.saidSettlement(r), nil
	}
	if err := t.record(ctx, tx, r, a, by, move, told); err != nil {
		return Said{}, err
	}
	if move == ripoti.MoveReached { // that it is not safe to call holds until somebody has spoken
		if err := tx.NoteContact(ctx, r.ID, ripoti.CheckAnswerDone, by.ID); err != nil {
			return Said{}, err
		}
	}
	c, err := tx.Case(ctx, r.ID)
	said := t.said("moved", sayNoted, r)
	said.Facts.Case = flows.CaseFacts{Move: move, Ask: nextMove(r, a.Side, c.Progress), Seen: flows.TellsWhereSeen(told.Note)}
	if move == ripoti.MoveFled {
		said.Say = sayFled
	}
	return said, err
}

// A hospital, shelter or lawyer was asked for a part: that somebody was arrested or charged is not theirs to
// tell. A charge lets a case end, and an arrest ends the questions about who fled (domain brief 4.6 and 5).
var (
	service  = map[ripoti.OfficeKind]bool{ripoti.Hospital: true, ripoti.Shelter: true, ripoti.LegalAid: true}
	ofPolice = map[ripoti.Move]bool{ripoti.MoveOB: true, ripoti.MoveArrested: true, ripoti.MoveCharged: true}
)

// pressure is told by somebody who was alerted and has not taken the case: the flag is raised all the same.
func (t *talk) pressure(ctx context.Context, tx *store.Tx, r ripoti.Report) (Said, error) {
	return t.saidSettlement(r), t.raiseFlag(ctx, tx, r, ripoti.FlagSettlement, t.contact().ID, t.reply.Note)
}

func (t *talk) saidSettlement(r ripoti.Report) Said {
	said := t.said("moved", saySettlement, r)
	said.Facts.Case.SexualOrChild = neverSettled(r)
	return said
}

// An OB number is of the last ten years and not of the future.
func (t *talk) possibleOB(ob string) bool {
	day, err := time.ParseInLocation("2/1/2006", ob[indexAfter(ob, '/'):], routing.Nairobi)
	return err == nil && !day.After(t.Now()) && day.After(t.Now().AddDate(-10, 0, 0))
}

func indexAfter(text string, sep byte) int {
	for i := range len(text) {
		if text[i] == sep {
			return i + 1
		}
	}
	return len(text)
}

// possibleDay says whether a day can be one in court. A day that is over is when the charge was
// brought, and no hearing to wait for.
func (t *talk) possibleDay(told *Told) bool {
	if told.Day == "" {
		return true
	}
	now := t.Now().In(routing.Nairobi)
	if told.Day < now.Format(time.DateOnly) {
		past := told.Day > now.AddDate(-10, 0, 0).Format(time.DateOnly)
		told.Note = joinWords(told.Note, told.Day)
		told.Day = ""
		return past
	}
	return told.Day < now.AddDate(3, 0, 0).Format(time.DateOnly)
}

func joinWords(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}
