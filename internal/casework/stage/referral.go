package stage

import (
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// Refer lets a contact refer a report to an office; then all that is due is done.
func (s *Stage) Refer(code ripoti.Code, by, to, why string, urgent bool) (f ripoti.Referral, err error) {
	s.Helper()
	c, _ := s.Desk.Live.World().Contact(by)
	err = s.Store.InTx(s.Context(), func(tx *store.Tx) error {
		r, err := tx.Report(s.Context(), s.Report(code).ID)
		if err != nil {
			return err
		}
		f, err = s.Desk.Refer(s.Context(), tx, r, c, to, why, urgent)
		return err
	})
	s.Work()
	return f, err
}
