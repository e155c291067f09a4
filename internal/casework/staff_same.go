package casework

import (
	"context"
	"slices"

	"ripoti/flows"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// pairs are the proposed pairs that the number may decide by what it has taken, oldest first. Those of a
// whole area are the console's, also for coordinators.
func (s *staffPress) pairs(ctx context.Context, tx *store.Tx) ([]store.ShownPair, error) {
	return tx.Pairs(ctx, store.Viewer{Contacts: s.desks.Contacts, Offices: s.desks.Offices}, mostListed+1)
}

func (s *staffPress) same(ctx context.Context, tx *store.Tx) (items []flows.StaffItem, err error) {
	pairs, err := s.pairs(ctx, tx)
	for _, p := range pairs {
		items = append(items, flows.StaffItem{Code: p.OtherCode, Other: p.Code}) // the older one first
	}
	return items, err
}

// onPair is a press about two reports. They are looked for anew each time: where they are not, or no
// longer, a pair of the number's, it hears that there is none.
func (s *staffPress) onPair(ctx context.Context, tx *store.Tx) (told flows.StaffTold, err error) {
	pairs, err := s.pairs(ctx, tx)
	if err != nil {
		return told, err
	}
	i := slices.IndexFunc(pairs, func(p store.ShownPair) bool { return p.OtherCode == s.ask.Number && p.Code == s.ask.Other })
	if i < 0 {
		told.Result = flows.StaffGone
		told.Home, err = s.counts(ctx, tx)
		return told, err
	}
	p := pairs[i]
	switch s.ask.Do {
	case flows.StaffLink:
		return told, s.decidePairIn(ctx, tx, p.Pair, s.who.Contacts[0], store.PairLinked)
	case flows.StaffUnlink:
		return told, s.decidePairIn(ctx, tx, p.Pair, s.who.Contacts[0], store.PairRejected)
	}
	told.Pair = flows.StaffPair{Code: p.OtherCode, Category: p.OtherCategory, FiledAt: p.OtherFiledAt.In(routing.Nairobi),
		Other: p.Code, OtherKind: p.Category, OtherFiled: p.FiledAt.In(routing.Nairobi), Why: p.Why}
	return told, nil
}
