package casework

import (
	"context"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// openReporter says by an error why the worker must not call; with Show the number is opened.
func (s *staffPress) openReporter(ctx context.Context, tx *store.Tx, r ripoti.Report, a store.Assignment) error {
	holder, why := ripoti.Contact{ID: a.AcceptedBy}, OpenReason(s.ask.Why)
	if !s.mine(a) {
		return ripoti.NotFound("report.unknown", nil)
	}
	if s.ask.Show {
		_, err := s.openNumber(ctx, tx, r.Code, holder, why)
		return err
	}
	_, _, err := s.mayOpen(ctx, tx, r.Code, holder, why)
	return err
}

// unkept adds what is kept of no press: notes, and numbers that are open.
func (s *staffPress) unkept(ctx context.Context, tx *store.Tx, told *flows.StaffTold) error {
	switch {
	case told.Result != "":
		return nil
	case s.ask.Do == flows.StaffGetNotes:
		return s.notes(ctx, tx, told)
	case s.ask.Do == flows.StaffNumber && s.ask.Show:
		return s.number(ctx, tx, told)
	}
	return nil
}

// number is read for as long as its opening lasts, by who holds the care of the case now.
func (s *staffPress) number(ctx context.Context, tx *store.Tx, told *flows.StaffTold) error {
	found, err := tx.StaffCase(ctx, s.desks, "", s.ask.Assignment, false)
	if ripoti.CodeOf(err) == ripoti.CodeNotFound || err == nil && !s.mine(found.Assignment) {
		told.Result = flows.StaffGone
		return nil
	}
	if err != nil {
		return err
	}
	o, err := tx.Opening(ctx, found.ReportID, found.AcceptedBy)
	if err != nil {
		return err
	}
	if o.ID == "" {
		told.Result = flows.StaffGone
		return nil
	}
	who, err := tx.ReporterOf(ctx, found.ReportID)
	told.Phone = who.Phone.Dial()
	return err
}
