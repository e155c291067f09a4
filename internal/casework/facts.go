package casework

import (
	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// facts are what a message about an assignment may say: codes and a place of the gazetteer. ladder
// is nil where the message is no rung of it.
func (d *Desk) facts(world *World, r ripoti.Report, a store.Assignment, ladder []step) flows.Facts {
	f := flows.Facts{
		Code: r.Code, Category: r.Category, Detail: r.Answers.Detail, Urgency: r.Urgency,
		Child: r.Answers.OfChild(), Several: r.Answers.AtRisk == ripoti.AtRiskSeveral, Within72: within72(r),
		Suspect: r.Answers.Suspect, Weapon: r.Answers.Weapon,
		Place: r.Answers.Place.Name, County: r.Answers.Place.County,
		Wish: r.Answers.Contact, Walled: r.Walled, Police: r.Answers.PoliceAccused(),
		Side: a.Side, Accept: world.Rules.Level(r.Urgency).AcceptWithin,
		Elapsed: max(0, d.Now().Sub(a.SendAt)),
		Status:  a.Status, Closed: r.Status == ripoti.StatusClosed, Drill: r.Drill != "",
	}
	if f.Place == "" {
		f.Place, f.County = r.Answers.Place.County, ""
	}
	if a.Step < len(ladder) {
		f.To = world.party(ladder[a.Step].Rung)
		for _, before := range ladder[:a.Step] {
			if before.Told && before.Say != routing.SayReminder {
				f.Told = append(f.Told, world.party(before.Rung))
			}
		}
	}
	if office, ok := world.Office(a.OfficeID); ok && !office.Kind.Police() && len(ladder) > 0 {
		f.Phone = world.party(ladder[0].Rung) // the silent office itself; of the police, its county commander
	}
	if next := a.Step + 1; next < len(ladder) {
		f.Next = world.party(ladder[next].Rung)
		f.NextIn = max(0, ladder[next].After-f.Elapsed)
	}
	if a.Side == ripoti.Referred {
		f = d.referralFacts(world, f, r, a)
	}
	return f
}

// within72 says that PEP can still help: sexual harm of the last three days, or still going on
// (domain brief 2, medical-legal path).
func within72(r ripoti.Report) bool {
	if !sexual[r.Category] && !sexual[r.Second] && r.Answers.Detail != ripoti.PoliceSexual {
		return false
	}
	switch r.Answers.When {
	case ripoti.WhenNow, ripoti.WhenDays3, ripoti.WhenRepeating:
		return true
	case "":
		return r.Answers.Danger == ripoti.DangerYes
	}
	return false
}

var sexual = map[ripoti.Category]bool{ripoti.SVAC: true, ripoti.SVAdult: true, ripoti.CSEC: true}

// party is whom a rung tells, as a message speaks of them.
func (w *World) party(rung routing.Rung) flows.Party {
	p := flows.Party{Office: w.offices[rung.OfficeID].Kind}
	if len(rung.Roles) > 0 {
		p.Role = rung.Roles[0]
	}
	return p
}
