package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// mostListed is how long a list on the staff line is at most; more is counted as more.
const mostListed = flows.MostCounted

// StaffContacts are those who may use the staff line with a number: active and verified. Who texted STOP
// gets no texts, and may still call.
func (d *Desk) StaffContacts(ctx context.Context, p ripoti.Phone) ([]ripoti.Contact, error) {
	all, err := d.Store.ContactsOf(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("staff line: %w", err)
	}
	return slices.DeleteFunc(all, func(c ripoti.Contact) bool { return !c.Active || c.VerifiedAt.IsZero() }), nil
}

// StaffActs are what those presses came to that were done before, by press.
func (d *Desk) StaffActs(ctx context.Context, presses []string) (map[string]flows.StaffTold, error) {
	hashes := make([]string, len(presses))
	for i, p := range presses {
		hashes[i] = d.Store.StaffActHash(p)
	}
	done, err := d.Store.StaffActs(ctx, hashes)
	if err != nil {
		return nil, fmt.Errorf("staff line: %w", err)
	}
	acts := map[string]flows.StaffTold{}
	for i, p := range presses {
		raw, ok := done[hashes[i]]
		if !ok {
			continue
		}
		var told flows.StaffTold
		if err := json.Unmarshal(raw, &told); err != nil {
			return nil, fmt.Errorf("staff line: %w", err)
		}
		acts[p] = told
	}
	return acts, nil
}

// StaffDo does what a press of the staff line asks for, once: the same press again gives the same result
// and has no second effect. press names the call and all that was typed in it. An error means that it is
// not known whether it was done; what is refused is a result.
func (d *Desk) StaffDo(ctx context.Context, press string, contacts []ripoti.Contact, ask flows.StaffAsk) (flows.StaffTold, error) {
	if len(contacts) == 0 {
		return flows.StaffTold{}, errors.New("staff line: nobody")
	}
	s := staffPress{Desk: d, who: Staff{Phone: contacts[0].Phone, Contacts: contacts, OnScreen: true}, ask: ask, world: d.Live.World()}
	s.desks = s.world.desksOf(contacts)
	if err := s.prepare(ctx); err != nil {
		return flows.StaffTold{}, fmt.Errorf("staff line: %w", err)
	}
	told, err := d.once(ctx, press, s.do, s.unkept)
	if key := ripoti.KeyOf(err); key != "" { // refused: nothing of it was done, and that is the result
		told, err = d.once(ctx, press, func(ctx context.Context, tx *store.Tx) (flows.StaffTold, error) {
			return flows.StaffTold{Result: flows.StaffRefused, Key: key}, nil
		}, nil)
	}
	if err != nil {
		return flows.StaffTold{}, fmt.Errorf("staff line: %s: %w", ask.Do, err)
	}
	d.Wake()
	return told, nil
}

// StaffIdle notes that a press came after too long a silence: when it is replayed, the PIN is asked for
// again at the same place.
func (d *Desk) StaffIdle(ctx context.Context, press string) (flows.StaffTold, error) {
	return d.once(ctx, press, func(context.Context, *store.Tx) (flows.StaffTold, error) {
		return flows.StaffTold{Result: flows.StaffIdle}, nil
	}, nil)
}

// once does a press in one transaction unless it was done before. with adds what is not kept, each time.
func (d *Desk) once(ctx context.Context, press string, do func(context.Context, *store.Tx) (flows.StaffTold, error),
	with func(context.Context, *store.Tx, *flows.StaffTold) error) (told flows.StaffTold, err error) {
	hash := d.Store.StaffActHash(press)
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		raw, done, err := tx.BeginStaffAct(ctx, hash)
		if err != nil {
			return err
		}
		if done {
			if err := json.Unmarshal(raw, &told); err != nil {
				return err
			}
		} else {
			if told, err = do(ctx, tx); err != nil {
				return err
			}
			told.At = d.Now()
			if raw, err = json.Marshal(told); err != nil {
				return err
			}
			if err := tx.EndStaffAct(ctx, hash, raw); err != nil {
				return err
			}
		}
		if with == nil {
			return nil
		}
		return with(ctx, tx, &told)
	})
	return told, err
}

// staffPress is one press at work.
type staffPress struct {
	*Desk
	who    Staff
	ask    flows.StaffAsk
	world  *World
	desks  store.Desks
	typed  guessed
	secret string // of a PIN that was chosen
}

// Who works a queue, and who heads an area (domain brief 4.6). Coordinators see what they were alerted
// of; the rest is the console's, by a stated reason.
var (
	worksQueue = map[ripoti.Role]bool{ripoti.RoleDesk: true, ripoti.RoleDuty: true, ripoti.RoleChildren: true, ripoti.RoleSocial: true,
		ripoti.RoleLiaison: true, ripoti.RoleHealth: true, ripoti.RolePartner: true}
	headsArea = map[ripoti.Role]bool{ripoti.RoleOCS: true, ripoti.RoleCommander: true}
	// cares are those whose work comes back as checks.
	cares = map[ripoti.Role]bool{ripoti.RoleChildren: true, ripoti.RoleSocial: true}
	// hasDuty are those who say that they are on duty.
	hasDuty = map[ripoti.Role]bool{ripoti.RoleDesk: true, ripoti.RoleDuty: true, ripoti.RoleChildren: true, ripoti.RoleSocial: true}
)

// desksOf is what a number sees by its contacts.
func (w *World) desksOf(contacts []ripoti.Contact) (d store.Desks) {
	for _, c := range contacts {
		d.Contacts = append(d.Contacts, c.ID)
		d.Offices = append(d.Offices, c.OfficeID)
		if worksQueue[c.Role] {
			d.Queues = append(d.Queues, c.OfficeID)
		}
		if headsArea[c.Role] {
			d.Area = append(d.Area, w.headed(c.OfficeID)...)
		}
	}
	return d
}

// headed are an office and every one below it.
func (w *World) headed(id string) (all []string) {
	for _, o := range w.offices {
		if w.under(o.ID, id) {
			all = append(all, o.ID)
		}
	}
	slices.Sort(all)
	return all
}

// prepare hashes what was typed: too slow for a transaction.
func (s *staffPress) prepare(ctx context.Context) (err error) {
	switch {
	case s.ask.Do == flows.StaffLogin:
		s.typed, err = s.guess(ctx, s.who, s.ask.PIN)
	case s.ask.Do == flows.StaffSetPIN && !weakFor(s.ask.PIN, s.who.Phone):
		s.secret, err = s.Hashing.secret(ctx, s.ask.PIN)
	}
	return err
}

func (s *staffPress) do(ctx context.Context, tx *store.Tx) (told flows.StaffTold, err error) {
	switch s.ask.Do {
	case flows.StaffLogin:
		if told.Result, told.Left, err = s.logIn(ctx, tx, s.who, s.typed); err != nil || told.Result != "" {
			return told, err
		}
		if err := tx.ForgetStaffActs(ctx, s.Now().Add(-keepActs)); err != nil {
			return told, err
		}
	case flows.StaffRedeem:
		told.Result, _, err = s.redeem(ctx, tx, s.who, s.ask.Code)
		return told, err
	case flows.StaffSetPIN:
		if told.Result, err = s.setPIN(ctx, tx, s.who, s.ask.PIN, s.secret, s.ask.Code); err != nil || told.Result != "" {
			return told, err
		}
	case flows.StaffGoHome:
	case flows.StaffDuty:
		for _, c := range s.who.Contacts {
			if hasDuty[c.Role] {
				if err := s.SetDuty(ctx, tx, c, s.ask.On); err != nil {
					return told, err
				}
			}
		}
	case flows.StaffGetList:
		if told.Items, err = s.list(ctx, tx, s.ask.List); err != nil || len(told.Items) > 0 {
			return told, err
		}
	case flows.StaffGetClosing, flows.StaffAgree:
		return s.onClosing(ctx, tx)
	case flows.StaffGetPair, flows.StaffLink, flows.StaffUnlink:
		return s.onPair(ctx, tx)
	default:
		return s.onCase(ctx, tx)
	}
	told.Home, err = s.counts(ctx, tx)
	return told, err
}

// lists are the store's lists of the staff line's.
func (s *staffPress) listOf(list flows.StaffList) store.StaffList {
	if list == flows.ListNew && s.social() {
		return store.StaffAlert // the rest of it is the queue
	}
	return map[flows.StaffList]store.StaffList{flows.ListNew: store.StaffNew, flows.ListMine: store.StaffMine, flows.ListQueue: store.StaffQueue,
		flows.ListLate: store.StaffLate, flows.ListOpen: store.StaffOpen}[list]
}

func (s *staffPress) social() bool {
	return slices.ContainsFunc(s.who.Contacts, func(c ripoti.Contact) bool { return cares[c.Role] })
}

func (s *staffPress) counts(ctx context.Context, tx *store.Tx) (h flows.StaffCounts, err error) {
	h.Social, h.Heads = s.social(), len(s.desks.Area) > 0
	h.Queues = h.Social
	count := func(n *int, list flows.StaffList, wanted bool) {
		if err == nil && wanted {
			*n, err = tx.StaffCount(ctx, s.listOf(list), s.desks, mostListed+1)
		}
	}
	count(&h.New, flows.ListNew, true)
	count(&h.Mine, flows.ListMine, true)
	count(&h.Queue, flows.ListQueue, h.Queues)
	count(&h.Late, flows.ListLate, h.Heads)
	count(&h.Open, flows.ListOpen, h.Heads)
	if err != nil {
		return h, err
	}
	due, err := s.due(ctx, tx)
	if err != nil {
		return h, err
	}
	h.Due = len(due)
	closings, err := s.awaited(ctx, tx)
	if err != nil {
		return h, err
	}
	h.Closings = len(closings)
	pairs, err := s.pairs(ctx, tx)
	if err != nil {
		return h, err
	}
	h.Same = len(pairs)
	h.OnDuty, err = s.onDuty(ctx, tx)
	return h, err
}

// onDuty is "yes", "no", or "" for a number that has no duty to be on.
func (s *staffPress) onDuty(ctx context.Context, tx *store.Tx) (string, error) {
	answer := ""
	for _, c := range s.who.Contacts {
		if !hasDuty[c.Role] {
			continue
		}
		on := s.world.OnDuty(c.ID, s.Now())
		if s.ask.Do == flows.StaffDuty {
			on = s.ask.On // the world hears of it in a moment
		}
		if on {
			return "yes", nil
		}
		answer = "no"
	}
	return answer, nil
}

func (s *staffPress) list(ctx context.Context, tx *store.Tx, list flows.StaffList) (items []flows.StaffItem, err error) {
	if list == flows.ListDue {
		return s.due(ctx, tx)
	}
	if list == flows.ListClosings {
		return s.awaited(ctx, tx)
	}
	if list == flows.ListSame {
		return s.same(ctx, tx)
	}
	cases, err := tx.StaffCases(ctx, s.listOf(list), s.desks, mostListed)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		items = append(items, item(c))
	}
	return items, nil
}

func item(c store.StaffCase) flows.StaffItem {
	return flows.StaffItem{Assignment: c.ID, Code: c.Code, Urgency: c.Urgency, Place: c.Place}
}

// due are the cases of mine of which something is asked today.
func (s *staffPress) due(ctx context.Context, tx *store.Tx) (items []flows.StaffItem, err error) {
	cases, err := tx.StaffCases(ctx, store.StaffMine, s.desks, mostListed)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		check, err := s.checkOf(ctx, tx, c.Assignment)
		if err != nil {
			return nil, err
		}
		if check != "" {
			due := item(c)
			due.Check = check
			items = append(items, due)
		}
	}
	return items, nil
}

// onCase is a press about one case. It is found anew each time: what was open to a number a moment ago
// may be behind a wall now.
func (s *staffPress) onCase(ctx context.Context, tx *store.Tx) (told flows.StaffTold, err error) {
	found, err := tx.StaffCase(ctx, s.desks, s.ask.Number, s.ask.Assignment, false)
	if ripoti.CodeOf(err) == ripoti.CodeNotFound {
		return s.notMine(ctx, tx)
	}
	if err != nil {
		return told, err
	}
	r, a, err := hold(ctx, tx, found.ID)
	if err != nil {
		return told, err
	}
	by := s.contactAt(a.OfficeID)
	switch s.ask.Do {
	case flows.StaffOpen:
		if told.Case, err = s.view(ctx, tx, r, a); err != nil || s.ask.Again {
			return told, err
		}
		return told, tx.Append(ctx, r.ID, "viewed", by.ID, line{"assignment": a.ID, "where": "staff_line", "part": "case"}.String())
	case flows.StaffGetNotes:
		return told, s.sawNotes(ctx, tx, r, a, by)
	case flows.StaffAnswer:
		return s.answer(ctx, tx, r)
	case flows.StaffKinds:
		told.Kinds = s.ReferralKinds(r)
		return told, nil
	case flows.StaffNearest:
		return s.nearest(ctx, tx, r)
	case flows.StaffRefer:
		referral, err := s.Refer(ctx, tx, r, by, s.ask.Office, "", false)
		if referral.HospitalFirst {
			told.Key = flows.StaffHospitalFirst
		}
		told.Facts = s.facts(s.world, r, a, nil)
		return told, err
	case flows.StaffGetEnds:
		told.Ends, err = s.ends(ctx, tx, r, s.closer(r, a))
		return told, err
	case flows.StaffPropose:
		told.Result, told.Facts = "proposed", s.facts(s.world, r, a, nil)
		_, err = s.proposeClosing(ctx, tx, r, s.closer(r, a), s.ask.End, s.ask.Note, s.ask.Other)
		return told, err
	case flows.StaffNumber:
		return told, s.openReporter(ctx, tx, r, a)
	case flows.StaffConfirm:
		_, err = s.confirmIn(ctx, tx, r.ID, ReadBy{Code: r.Code, Contact: by.ID, Category: s.ask.Category})
		told.Facts = s.facts(s.world, r, a, nil)
		return told, err
	}
	return told, fmt.Errorf("no such press: %q", s.ask.Do)
}

// notMine is a case that the number may not open: of the own area it hears that it is closed to it, of
// any other as much as of one that does not exist.
func (s *staffPress) notMine(ctx context.Context, tx *store.Tx) (told flows.StaffTold, err error) {
	told.Result = flows.StaffGone
	if len(s.desks.Area) > 0 {
		_, err = tx.StaffCase(ctx, s.desks, s.ask.Number, s.ask.Assignment, true)
		switch {
		case err == nil:
			told.Result = flows.StaffClosed
		case ripoti.CodeOf(err) != ripoti.CodeNotFound:
			return told, err
		}
	}
	told.Home, err = s.counts(ctx, tx)
	return told, err
}

// mine says that a contact of this number has accepted it.
func (s *staffPress) mine(a store.Assignment) bool {
	return a.Status == ripoti.AssignmentAccepted && slices.Contains(s.desks.Contacts, a.AcceptedBy)
}

// contactAt is as whom the number speaks: the contact at the office, if it has one there.
func (s *staffPress) contactAt(office string) ripoti.Contact {
	for _, c := range s.who.Contacts {
		if c.OfficeID == office {
			return c
		}
	}
	return s.who.Contacts[0]
}

func (s *staffPress) view(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment) (flows.StaffCaseView, error) {
	v := flows.StaffCaseView{Report: r.ID, Assignment: a.ID, Facts: s.facts(s.world, r, a, nil), ByWhom: r.Answers.ByWhom}
	v.Facts.Mine = s.mine(a)
	v.Facts.Told = nil
	v.Closes = a.Status != ripoti.AssignmentOpen && !v.Facts.Mine && slices.ContainsFunc(s.who.Contacts, func(c ripoti.Contact) bool { return s.oversees(c, r) })
	if v.Content = seesContent(a); !v.Content { // an office that was asked for a part sees its part only
		v.ByWhom, v.Facts.Suspect, v.Facts.Weapon = "", "", ""
	}
	var err error
	if v.Facts.Codes, err = tx.SameEvent(ctx, r.ID, s.world.viewer(s.contactAt(a.OfficeID))); err != nil {
		return v, err
	}
	p, err := tx.Proposal(ctx, r.ID)
	if err != nil {
		return v, err
	}
	v.Unread = p.Read() && !p.Confirmed()
	v.Check, err = s.checkOf(ctx, tx, a)
	return v, err
}

// checkOf is what is asked of who has the case, until the end of this day in Nairobi; "" for nothing.
func (s *staffPress) checkOf(ctx context.Context, tx *store.Tx, a store.Assignment) (ripoti.CheckKind, error) {
	checks, err := tx.Checks(ctx, a.ReportID)
	if err != nil {
		return "", err
	}
	now := s.Now().In(routing.Nairobi)
	tomorrow := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, routing.Nairobi)
	for _, c := range checks {
		if c.Waits() && c.Side == a.Side && c.DueAt.Before(tomorrow) {
			return c.Kind, nil
		}
	}
	return "", nil
}

// seesContent says whether an office sees landmark and notes (domain brief 4.6).
func seesContent(a store.Assignment) bool {
	return a.Side != ripoti.Referred && (a.Status == ripoti.AssignmentOpen || a.Status == ripoti.AssignmentAccepted)
}

func (s *staffPress) sawNotes(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment, by ripoti.Contact) error {
	if !seesContent(a) || s.ask.Again {
		return nil
	}
	part := "notes"
	if s.ask.Show {
		part = "names"
	}
	return tx.Append(ctx, r.ID, "viewed", by.ID, line{"assignment": a.ID, "where": "staff_line", "part": part}.String())
}

// notes adds landmark and words, names in them hidden unless they are to be shown. They are read each
// time and kept nowhere.
func (s *staffPress) notes(ctx context.Context, tx *store.Tx, told *flows.StaffTold) error {
	found, err := tx.StaffCase(ctx, s.desks, "", s.ask.Assignment, false)
	if ripoti.CodeOf(err) == ripoti.CodeNotFound {
		told.Result = flows.StaffGone
		return nil
	}
	if err != nil || !seesContent(found.Assignment) {
		return err
	}
	r, err := tx.Report(ctx, found.ReportID)
	if err != nil {
		return err
	}
	texts, err := tx.WordsOf(ctx, r.ID)
	if err != nil {
		return err
	}
	parts := slices.Concat([]string{r.Answers.Place.Typed, r.Answers.More}, texts)
	parts = slices.DeleteFunc(parts, func(p string) bool { return strings.TrimSpace(p) == "" })
	told.Notes = strings.Join(slices.Compact(parts), "\n")
	if !s.ask.Show {
		told.Notes, told.Masked = flows.MaskNames(told.Notes)
	}
	return nil
}

// answer is an answer as it would come by text, about the case at hand.
func (s *staffPress) answer(ctx context.Context, tx *store.Tx, r ripoti.Report) (told flows.StaffTold, err error) {
	reply := s.ask.Reply
	reply.Code, reply.Typed = r.Code, string(r.Code)
	said, err := s.Answer(ctx, tx, s.who, reply)
	if err != nil {
		return told, err
	}
	if !said.Passive {
		if err := tx.Acted(ctx, tx.PhoneHash(s.who.Phone)); err != nil {
			return told, err
		}
	}
	return flows.StaffTold{Result: said.Result, Say: said.Say, Facts: said.Facts}, nil
}

func (s *staffPress) nearest(ctx context.Context, tx *store.Tx, r ripoti.Report) (told flows.StaffTold, err error) {
	if !slices.Contains(s.ReferralKinds(r), s.ask.Kind) {
		return told, nil
	}
	offices, err := s.Nearest(ctx, tx, r, s.ask.Kind)
	if err != nil {
		return told, err
	}
	for _, o := range offices[:min(len(offices), 4)] {
		told.Offices = append(told.Offices, flows.StaffOffice{ID: o.ID, Name: o.Name})
	}
	return told, nil
}
