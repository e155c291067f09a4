package casework

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// asked is how an office of a kind is asked for its part: within what time it answers before the
// referral goes back to who sent it, and which role hears first.
type asked struct {
	wait  time.Duration
	roles []ripoti.Role
	owns  bool // it may carry a whole case on; the others do a part of it (domain brief 4.1, first owners)
}

// referralTable says it for every kind that a report may be referred to (domain brief 2: hospital
// first within 72 hours; 5: first action).
var referralTable = map[ripoti.OfficeKind]asked{
	ripoti.Hospital:         {referSoon, []ripoti.Role{ripoti.RoleHealth}, false}, // pepHospital while the 72 hours run
	ripoti.Shelter:          {referUrgent, []ripoti.Role{ripoti.RolePartner}, false},
	ripoti.LegalAid:         {referLegal, []ripoti.Role{ripoti.RolePartner}, false},
	ripoti.SocialWork:       {referSoon, []ripoti.Role{ripoti.RoleSocial}, true},
	ripoti.ChildrenOffice:   {referSoon, []ripoti.Role{ripoti.RoleChildren}, true},
	ripoti.CountyChildren:   {referSoon, []ripoti.Role{ripoti.RoleChildren}, true},
	ripoti.AHTCPU:           {referSoon, []ripoti.Role{ripoti.RoleLiaison}, true},
	ripoti.CTSecretariat:    {referSoon, []ripoti.Role{ripoti.RoleLiaison}, true},
	ripoti.ODPP:             {referSoon, []ripoti.Role{ripoti.RoleLiaison}, false},
	ripoti.Oversight:        {referSoon, []ripoti.Role{ripoti.RoleLiaison}, true},
	ripoti.EACC:             {referSoon, []ripoti.Role{ripoti.RoleLiaison}, false},
	ripoti.Station:          {referSoon, []ripoti.Role{ripoti.RoleDesk, ripoti.RoleDuty, ripoti.RoleOCS}, true},
	ripoti.Post:             {referSoon, []ripoti.Role{ripoti.RoleDesk, ripoti.RoleDuty, ripoti.RoleOCS}, true},
	ripoti.SubCountyCommand: {referSoon, []ripoti.Role{ripoti.RoleCommander, ripoti.RoleDuty}, true},
	ripoti.CountyCommand:    {referSoon, []ripoti.Role{ripoti.RoleCommander, ripoti.RoleDuty}, true},
}

// pepRuns says whether PEP may still help: until the last moment that the answers leave room for. The
// alarm of the clock (pepEnds) rings earlier; here an hour too many only sends somebody to a hospital.
func (d *Desk) pepRuns(r ripoti.Report) bool {
	return within72(r) && d.Now().Before(r.FiledAt.Add(pepLimit))
}

// referralWait is how long an office of a kind may take to answer for a report.
func (d *Desk) referralWait(kind ripoti.OfficeKind, r ripoti.Report) time.Duration {
	if kind == ripoti.Hospital && d.pepRuns(r) {
		return pepHospital
	}
	return referralTable[kind].wait
}

// ReferralKinds are the kinds of office that a report may be referred to, in the order in which they
// are offered: hospital first while the 72 hours run (domain brief 2).
func (d *Desk) ReferralKinds(r ripoti.Report) []ripoti.OfficeKind {
	kinds := []ripoti.OfficeKind{ripoti.Shelter, ripoti.Hospital, ripoti.SocialWork, ripoti.LegalAid, ripoti.ODPP}
	if d.pepRuns(r) {
		kinds[0], kinds[1] = ripoti.Hospital, ripoti.Shelter
	}
	if r.Answers.OfChild() {
		kinds = slices.Insert(kinds, 2, ripoti.ChildrenOffice)
	}
	for _, c := range []ripoti.Category{r.Category, r.Second} {
		if c == ripoti.CSEC || c == ripoti.Trafficking {
			return append(kinds, ripoti.AHTCPU)
		}
	}
	return kinds
}

// Refer offers a case to another office: whoever is on duty there is told without the story, and who
// refers hears what comes of it. The report must be held (Tx.Report). The referral says where hospital
// should have come first; it goes out all the same, for a bed tonight may not wait either.
//
// Errors with a sentence: referral.closed, referral.not_routed, referral.not_yours, referral.unknown,
// referral.walled, referral.already, referral.unreachable.
func (d *Desk) Refer(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact, to, why string, urgent bool) (ripoti.Referral, error) {
	world, now := d.Live.World(), d.Now()
	office, known := world.Office(to)
	if err := d.mayRefer(ctx, tx, world, r, by, office, known); err != nil {
		return ripoti.Referral{}, err
	}
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil {
		return ripoti.Referral{}, err
	}
	if who, _ := world.answering(referralRung(office), "", now, wall); len(who) == 0 {
		return ripoti.Referral{}, ripoti.Conflict("referral.unreachable", nil)
	}
	a := store.Assignment{Assignment: ripoti.Assignment{ID: store.NewID(), ReportID: r.ID, OfficeID: to, Side: ripoti.Referred,
		Status: ripoti.AssignmentOpen, CreatedAt: now}, Ladder: "[]", SendAt: now}
	f := ripoti.Referral{ID: store.NewID(), ReportID: r.ID, AssignmentID: a.ID, OfficeID: to, By: by.ID, Why: why, Urgent: urgent,
		Status: ripoti.ReferralSent, SentAt: now, DueAt: now.Add(d.referralWait(office.Kind, r))}
	if f.HospitalFirst, err = d.hospitalFirst(ctx, tx, world, r, office.Kind); err != nil {
		return f, err
	}
	err = errors.Join(tx.Assign(ctx, a), tx.SaveReferral(ctx, f),
		tx.Append(ctx, r.ID, "referred", by.ID, line{"referral": f.ID, "assignment": a.ID, "office": to, "urgent": urgent, "hospital_first": f.HospitalFirst}.String()))
	if err != nil {
		return f, err
	}
	if err := d.tellReferred(ctx, tx, world, r, a, f, flows.SayReferral); err != nil {
		return f, err
	}
	return f, tx.Owe(ctx, store.Duty{Kind: tasks.Referral, Subject: a.ID, Queue: referralQueue(r, f), Due: now.Add(f.DueAt.Sub(now) / 2)})
}

func referralQueue(r ripoti.Report, f ripoti.Referral) string {
	if f.Urgent {
		return tasks.Critical
	}
	return queueOf(r.Urgency)
}

// mayRefer says by an error why a report may not be referred to an office by a contact.
func (d *Desk) mayRefer(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, by ripoti.Contact, to ripoti.Office, known bool) error {
	switch {
	case r.Status == ripoti.StatusClosed:
		return ripoti.Conflict("referral.closed", nil)
	case r.RoutedAt.IsZero(): // its wall is not known yet
		return ripoti.Conflict("referral.not_routed", nil)
	case !known || !to.Active || referralTable[to.Kind].wait == 0:
		return ripoti.Invalid("referral.unknown", nil)
	}
	mine, err := d.holds(ctx, tx, world, r, by)
	if err != nil {
		return err
	}
	if !mine {
		return ripoti.Forbidden("referral.not_yours", nil)
	}
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil {
		return err
	}
	if wall.Around(to.ID) {
		return ripoti.Forbidden("referral.walled", nil)
	}
	assignments, err := tx.Assignments(ctx, r.ID)
	if err != nil {
		return err
	}
	for _, a := range assignments {
		if a.OfficeID == to.ID && (a.Status == ripoti.AssignmentOpen || a.Status == ripoti.AssignmentAccepted) {
			return ripoti.Conflict("referral.already", nil)
		}
	}
	return nil
}

// holds says whether a contact has a report to work on: his or her office was asked for safety or
// care, or he or she coordinates; and nothing the number answers for is behind the wall.
func (d *Desk) holds(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, by ripoti.Contact) (bool, error) {
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil || world.behind(by, wall) {
		return false, err
	}
	if world.coordinates(by) {
		return true, nil
	}
	assignments, err := tx.Assignments(ctx, r.ID)
	return slices.ContainsFunc(assignments, func(a store.Assignment) bool {
		return a.OfficeID == by.OfficeID && (a.Side == ripoti.Safety || a.Side == ripoti.Care) &&
			(a.Status == ripoti.AssignmentOpen || a.Status == ripoti.AssignmentAccepted)
	}), err
}

// coordinates says whether a contact is one of the network's coordinators or its director.
func (w *World) coordinates(c ripoti.Contact) bool {
	return w.offices[c.OfficeID].Kind == ripoti.Coordination && (c.Role == ripoti.RoleCoordinator || c.Role == ripoti.RoleDirector)
}

// hospitalFirst says whether a hospital should have been asked before: the 72 hours run, none has been
// reached and none has the case.
func (d *Desk) hospitalFirst(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, kind ripoti.OfficeKind) (bool, error) {
	if kind == ripoti.Hospital || !d.pepRuns(r) {
		return false, nil
	}
	known, err := tx.Case(ctx, r.ID)
	if err != nil || !known.Progress.HospitalAt.IsZero() {
		return false, err
	}
	referrals, err := tx.Referrals(ctx, r.ID)
	return !slices.ContainsFunc(referrals, func(f ripoti.Referral) bool {
		return world.offices[f.OfficeID].Kind == ripoti.Hospital && (f.Status == ripoti.ReferralSent || f.Status == ripoti.ReferralAccepted)
	}), err
}

// referralRung is everybody of an office who hears of a referral.
func referralRung(o ripoti.Office) routing.Rung {
	first := referralTable[o.Kind].roles
	roles := slices.Clone(first)
	for _, role := range ripoti.Roles { // whoever else answers there, where the right role has no number
		if !slices.Contains(first, role) {
			roles = append(roles, role)
		}
	}
	return routing.Rung{OfficeID: o.ID, Roles: roles, All: true}
}

// tellReferred tells those on duty at the office that was asked.
func (d *Desk) tellReferred(ctx context.Context, tx *store.Tx, world *World, r ripoti.Report, a store.Assignment, f ripoti.Referral, say string) error {
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil {
		return err
	}
	office, _ := world.Office(a.OfficeID)
	who, _ := world.answering(referralRung(office), "", d.Now(), wall)
	facts := d.facts(world, r, a, nil)
	facts.Accept = max(0, f.DueAt.Sub(d.Now()))
	if f.Urgent && facts.Urgency.Rank() < ripoti.High.Rank() {
		facts.Urgency = ripoti.High
	}
	ids := make([]string, len(who))
	for i, c := range who {
		ids[i] = c.ID
		if err := d.post(ctx, tx, c, say, facts, about{r.ID, a.ID}, referralQueue(r, f), d.Now()); err != nil {
			return err
		}
	}
	return tx.Append(ctx, r.ID, "referral_told", "system", line{"referral": f.ID, "say": say, "office": a.OfficeID, "contacts": ids}.String())
}

// referralFacts are what the office that was asked may know: category, urgency, ward, and what it is
// asked for; nothing of the story, of that person or of who reported (domain brief 4.6).
func (d *Desk) referralFacts(world *World, f flows.Facts, r ripoti.Report, a store.Assignment) flows.Facts {
	office, _ := world.Office(a.OfficeID)
	place := r.Answers.Place
	if d.Places != nil && place.Ward != "" {
		if ward, ok := d.Places.Place(place.Ward); ok {
			f.Place = ward.Name
		}
	}
	return flows.Facts{Code: f.Code, Category: f.Category, Urgency: f.Urgency, Child: f.Child, Within72: d.pepRuns(r), Place: f.Place, County: f.County,
		To: flows.Party{Office: office.Kind}, Side: a.Side, Accept: f.Accept, Elapsed: f.Elapsed, Status: f.Status, Closed: f.Closed, Mine: f.Mine}
}

// Referral is told by the clock that nobody has answered a referral: half-way the office is reminded,
// at the end it goes back to who sent it.
func (d *Desk) Referral(ctx context.Context, p tasks.Payload) error {
	err := d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, a, err := hold(ctx, tx, p.Subject) // before the duty, as by everybody who cancels one
		if err != nil {
			return err
		}
		if mine, err := tx.Done(ctx, p.Duty); err != nil || !mine || a.Status != ripoti.AssignmentOpen {
			return err
		}
		f, err := tx.ReferralOf(ctx, a.ID)
		if err != nil || f.Status != ripoti.ReferralSent {
			return err
		}
		if d.Now().Before(f.DueAt) && r.Status != ripoti.StatusClosed {
			if err := d.tellReferred(ctx, tx, d.Live.World(), r, a, f, flows.SayReferralReminder); err != nil {
				return err
			}
			return tx.Owe(ctx, store.Duty{Kind: tasks.Referral, Subject: a.ID, Queue: referralQueue(r, f), Due: f.DueAt})
		}
		return d.endReferral(ctx, tx, r, a, f, ripoti.ReferralExpired, "system")
	})
	if err != nil {
		return fmt.Errorf("referral: %w", err)
	}
	d.Wake()
	return nil
}

// answerReferral is the answer of the office that was asked, or the end of it: who referred is told.
func (d *Desk) answerReferral(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, by ripoti.Contact, status ripoti.ReferralStatus) error {
	f, err := tx.ReferralOf(ctx, a.ID)
	if err != nil {
		return err
	}
	return d.endReferral(ctx, tx, r, a, f, status, by.ID)
}

// ended is what becomes of the assignment when its referral ends.
var ended = map[ripoti.ReferralStatus]ripoti.AssignmentStatus{
	ripoti.ReferralAccepted: ripoti.AssignmentAccepted,
	ripoti.ReferralDeclined: ripoti.AssignmentDeclined,
	ripoti.ReferralRevoked:  ripoti.AssignmentMoved,
	ripoti.ReferralExpired:  ripoti.AssignmentMoved,
}

func (d *Desk) endReferral(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, f ripoti.Referral, status ripoti.ReferralStatus, by string) error {
	a.Status = ended[status]
	if status == ripoti.ReferralAccepted {
		a.AcceptedBy, a.AcceptedAt = by, d.Now()
	}
	err := errors.Join(tx.SaveAssignment(ctx, a), tx.EndReferral(ctx, f.ID, status, by), tx.Cancel(ctx, tasks.Referral, a.ID),
		tx.Append(ctx, r.ID, "referral_"+string(status), by, line{"referral": f.ID, "assignment": a.ID, "office": a.OfficeID}.String()))
	if err != nil || status == ripoti.ReferralRevoked || r.Status == ripoti.StatusClosed {
		return err
	}
	return d.tellReferrer(ctx, tx, r, a, f)
}

// tellReferrer tells who referred what came of it; the coordinators, where that person can be told
// nothing any more.
func (d *Desk) tellReferrer(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, f ripoti.Referral) error {
	world := d.Live.World()
	office, _ := world.Office(a.OfficeID)
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil {
		return err
	}
	who := world.coordinators(r.Answers.Place.CountyID, d.Now())
	if c, ok := world.Contact(f.By); ok && c.Answerable() {
		who = []ripoti.Contact{c}
	}
	facts := flows.Facts{Code: r.Code, Status: a.Status, Office: office.Name, To: flows.Party{Office: office.Kind}, Within72: d.pepRuns(r)}
	for _, c := range world.outside(who, wall) {
		if err := d.post(ctx, tx, c, flows.SayReferralBack, facts, about{report: r.ID}, referralQueue(r, f), d.Now()); err != nil {
			return err
		}
	}
	return nil
}

// Revoke takes a referral back: by who sent it or by a coordinator. Those who were told hear that they
// need not answer. Errors with a sentence: referral.unknown, referral.not_yours, referral.over.
func (d *Desk) Revoke(ctx context.Context, tx *store.Tx, r ripoti.Report, assignmentID string, by ripoti.Contact) error {
	f, err := tx.ReferralOf(ctx, assignmentID)
	if err != nil {
		return err
	}
	world := d.Live.World()
	mine, err := d.holds(ctx, tx, world, r, by)
	switch {
	case err != nil:
		return err
	case f.ReportID != r.ID:
		return ripoti.NotFound("referral.unknown", nil)
	case !mine || (by.ID != f.By && !world.coordinates(by)):
		return ripoti.Forbidden("referral.not_yours", nil)
	case f.Status != ripoti.ReferralSent && f.Status != ripoti.ReferralAccepted:
		return ripoti.Conflict("referral.over", nil)
	}
	a, err := tx.Assignment(ctx, assignmentID)
	if err != nil {
		return err
	}
	if err := d.endReferral(ctx, tx, r, a, f, ripoti.ReferralRevoked, by.ID); err != nil {
		return err
	}
	a.Status = ripoti.AssignmentMoved
	return d.tellMoved(ctx, tx, world, r, a, by)
}

// AcceptedReferral says whether an office has accepted a referral of the report: only then may it end
// as "referred" (domain brief 5). A bed, a bandage or a lawyer ends no sexual case of a child: there the
// office must be one that carries the case on.
func (d *Desk) AcceptedReferral(ctx context.Context, tx *store.Tx, r ripoti.Report) (bool, error) {
	referrals, err := tx.Referrals(ctx, r.ID)
	world, whole := d.Live.World(), mustGoOn[r.Category] || mustGoOn[r.Second]
	return slices.ContainsFunc(referrals, func(f ripoti.Referral) bool {
		return f.Status == ripoti.ReferralAccepted && (!whole || referralTable[world.offices[f.OfficeID].Kind].owns)
	}), err
}

// mustGoOn are the cases that only an office which may carry them on can take over (domain brief 4.7,
// invariant 5).
var mustGoOn = map[ripoti.Category]bool{ripoti.SVAC: true, ripoti.CSEC: true}

// mostOffered is how many offices are offered to refer to: what a screen of the staff line holds.
const mostOffered = 4

// Nearest are up to four offices of a kind to refer a report to, nearest first: those of its county
// and those that serve the whole country; never one that is walled off or that nobody answers for.
func (d *Desk) Nearest(ctx context.Context, tx *store.Tx, r ripoti.Report, kind ripoti.OfficeKind) ([]ripoti.Office, error) {
	wall, err := tx.Wall(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	world, place := d.Live.World(), r.Answers.Place
	var near []ripoti.Office
	for _, o := range world.offices {
		serves := o.County == "" || place.CountyID == "" || o.County == place.CountyID
		if o.Kind != kind || !o.Active || o.Dark || !serves {
			continue
		}
		if who, _ := world.answering(referralRung(o), "", d.Now(), wall); len(who) > 0 {
			near = append(near, o)
		}
	}
	slices.SortFunc(near, func(a, b ripoti.Office) int {
		return cmp.Or(cmp.Compare(apart(place, a), apart(place, b)), cmp.Compare(a.ID, b.ID))
	})
	return near[:min(mostOffered, len(near))], nil
}

// apart is how far an office is from a place: one without a point comes after all that have one, one
// of the whole country last.
func apart(p ripoti.PlaceRef, o ripoti.Office) float64 {
	switch {
	case !p.Point.IsZero() && !o.Point.IsZero():
		return p.Point.Km(o.Point)
	case o.County != "":
		return 1e5
	}
	return 1e6
}

// Referrals are a report's referrals, oldest first, for who holds it. Error: referral.not_yours.
func (d *Desk) Referrals(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact) ([]ripoti.Referral, error) {
	if mine, err := d.holds(ctx, tx, d.Live.World(), r, by); err != nil || !mine {
		return nil, cmp.Or(err, ripoti.Forbidden("referral.not_yours", nil))
	}
	return tx.Referrals(ctx, r.ID)
}
