package stage

import (
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// Roster saves shifts and leaves of the village.
func (s *Stage) Roster(shifts []ripoti.Shift, leaves ...ripoti.Leave) {
	s.Helper()
	s.must(s.Store.InTx(s.Context(), func(tx *store.Tx) error {
		if err := tx.SaveShifts(s.Context(), shifts, true); err != nil {
			return err
		}
		return tx.SaveLeaves(s.Context(), leaves, true)
	}))
	s.must(s.Desk.Live.Refresh(s.Context()))
}

// Duty lets a contact say that he or she is on duty, or off.
func (s *Stage) Duty(contact string, on bool) {
	s.Helper()
	c, _ := s.Desk.Live.World().Contact(contact)
	s.must(s.Store.InTx(s.Context(), func(tx *store.Tx) error { return s.Desk.SetDuty(s.Context(), tx, c, on) }))
	s.must(s.Desk.Live.Refresh(s.Context()))
}
