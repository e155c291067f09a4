package casework

import (
	"context"
	"slices"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// closer is as whom the number proposes to close a case: who holds it, else who supervises it.
func (s *staffPress) closer(r ripoti.Report, a store.Assignment) ripoti.Contact {
	for _, c := range s.who.Contacts {
		if a.Status == ripoti.AssignmentAccepted && c.ID == a.AcceptedBy {
			return c
		}
	}
	for _, c := range s.who.Contacts {
		if s.oversees(c, r) {
			return c
		}
	}
	return s.contactAt(a.OfficeID)
}

func (s *staffPress) oversees(c ripoti.Contact, r ripoti.Report) bool {
	return supervises(s.world, c) && s.covers(s.world, c, r)
}

// ends are the outcomes that a contact may propose for a case; an error with a sentence where it may
// propose none. What an outcome needs first is told when it is proposed.
func (d *Desk) ends(ctx context.Context, tx *store.Tx, r ripoti.Report, by ripoti.Contact) (ends []flows.StaffEnd, err error) {
	if _, stands, err := tx.OpenClosing(ctx, r.ID); err != nil {
		return nil, err
	} else if stands {
		return nil, ripoti.Conflict("closing.proposed_already", nil)
	}
	refused := ripoti.Forbidden("closing.who", nil)
	for _, rule := range OutcomeRules {
		if !rule.Closes && !rule.Kept || !rule.fits(r) {
			continue
		}
		err := d.mayPropose(ctx, tx, r, by, rule)
		switch key := ripoti.KeyOf(err); {
		case err == nil:
			ends = append(ends, flows.StaffEnd{Outcome: rule.Outcome, Agree: rule.Agree, Reason: rule.Reason, Other: rule.Needs == NeedOther})
		case key == "case.not_yours":
			refused = err
		case key == "":
			return nil, err
		}
	}
	if len(ends) == 0 {
		return nil, refused
	}
	return ends, nil
}

// awaited are the closings that the number was asked to agree to, as by text.
func (s *staffPress) awaited(ctx context.Context, tx *store.Tx) (items []flows.StaffItem, err error) {
	closings, err := tx.AwaitedClosings(ctx, s.who.Contacts, "", mostListed+1)
	for _, c := range closings {
		items = append(items, flows.StaffItem{Code: c.Code, Outcome: c.Outcome})
	}
	return items, err
}

// onClosing is a press about a closing that the number was asked about; of any other it hears that
// there is none.
func (s *staffPress) onClosing(ctx context.Context, tx *store.Tx) (told flows.StaffTold, err error) {
	closings, err := tx.AwaitedClosings(ctx, s.who.Contacts, s.ask.Number, 1)
	if err != nil {
		return told, err
	}
	if len(closings) == 0 {
		told.Result = flows.StaffGone
		told.Home, err = s.counts(ctx, tx)
		return told, err
	}
	r, err := tx.Report(ctx, closings[0].ReportID)
	if err != nil {
		return told, err
	}
	if s.ask.Do == flows.StaffAgree {
		return s.answer(ctx, tx, r)
	}
	told.Case = flows.StaffCaseView{Report: r.ID, Facts: s.facts(s.world, r, store.Assignment{SendAt: s.Now()}, nil)}
	told.Ends = []flows.StaffEnd{{Outcome: closings[0].Outcome}}
	return told, tx.Append(ctx, r.ID, "viewed", s.who.Contacts[0].ID, line{"where": "staff_line", "part": "closing"}.String())
}

// fits says that a case of this kind may end so.
func (rule OutcomeRule) fits(r ripoti.Report) bool {
	return !slices.Contains(rule.NotFor, r.Category) && (!rule.ChildOnly || childCase(r)) && (!rule.AdultOnly || !childCase(r))
}
