package casework

import (
	"slices"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// OutcomeRule is one line of the law of closing, to be read by a lawyer as it stands (domain brief 5 and
// 4.7, invariant 5): what ends a case, and who must say so.
type OutcomeRule struct {
	Outcome ripoti.Outcome
	// Closes says that the case may end with it. What does not close is told as a move; the case stays
	// open and is worked on.
	Closes bool
	// Kept says that it is kept with the case, which stays open all the same.
	Kept bool
	// ChildOnly and AdultOnly say for whom it may be; a person of unknown age is a child.
	ChildOnly, AdultOnly bool
	// NotFor are the categories that never end so.
	NotFor []ripoti.Category
	// Proposes are the roles of those who may propose it, besides coordinators and directors.
	Proposes []ripoti.Role
	// Agree is how many other people must agree. They are supervisors: no one of them has proposed it,
	// holds the case, or is of the proposer's office.
	Agree int
	// Needs is what must be true first, "" for nothing; Reason that words must be given.
	Needs  Need
	Reason bool
	// FlagsFirst says that red flags of settlement, bribe and danger must be settled before.
	FlagsFirst bool
}

// Need is something that must be true before a case may end.
type Need string

const (
	NeedCharge   Need = "charge"   // a charge was told
	NeedReferral Need = "referral" // an office has accepted a referral
	NeedOther    Need = "other"    // the number of the report that goes on
	NeedTries    Need = "tries"    // three tries over seven days, by two ways
	NeedNever    Need = "never"    // it is no outcome: a red flag is raised
)

var (
	police    = []ripoti.Role{ripoti.RoleDesk, ripoti.RoleDuty, ripoti.RoleOCS, ripoti.RoleCommander}
	carers    = []ripoti.Role{ripoti.RoleSocial, ripoti.RoleChildren}
	liaisonOf = []ripoti.Role{ripoti.RoleLiaison}
	everybody = slices.Concat(police, carers, liaisonOf)
)

// OutcomeRules are the whole table.
var OutcomeRules = []OutcomeRule{
	{Outcome: ripoti.OutcomeConvicted, Closes: true, Proposes: everybody, Agree: 1, Needs: NeedCharge},
	{Outcome: ripoti.OutcomeAcquitted, Closes: true, Proposes: everybody, Agree: 1, Needs: NeedCharge},
	{Outcome: ripoti.OutcomeWithdrawn, Closes: true, Proposes: liaisonOf, Agree: 1, Reason: true, FlagsFirst: true},
	{Outcome: ripoti.OutcomeReferred, Closes: true, Proposes: everybody, Agree: 1, Needs: NeedReferral, FlagsFirst: true},
	{Outcome: ripoti.OutcomeChildInCare, Closes: true, ChildOnly: true, Proposes: carers, Agree: 1, Reason: true, FlagsFirst: true},
	{Outcome: ripoti.OutcomeSupportOnly, Closes: true, AdultOnly: true, NotFor: []ripoti.Category{ripoti.SVAC, ripoti.CSEC, ripoti.PoliceAbuse}, Proposes: carers, Agree: 1, Reason: true, FlagsFirst: true},
	{Outcome: ripoti.OutcomeDuplicate, Closes: true, Proposes: everybody, Agree: 1, Needs: NeedOther, FlagsFirst: true},
	{Outcome: ripoti.OutcomeUnfounded, Closes: true, Proposes: everybody, Agree: 2, Reason: true, FlagsFirst: true},

	// These never close a case. An arrest least of all in svac and csec: the case ends in court.
	{Outcome: ripoti.OutcomeArrested},
	{Outcome: ripoti.OutcomeCharged},
	{Outcome: ripoti.OutcomeFled},
	{Outcome: ripoti.OutcomeTransferred},
	{Outcome: ripoti.OutcomeCannotLocate, Kept: true, Needs: NeedTries},
	{Outcome: ripoti.OutcomeSettled, Needs: NeedNever},
}

func outcomeRule(o ripoti.Outcome) (OutcomeRule, bool) {
	i := slices.IndexFunc(OutcomeRules, func(rule OutcomeRule) bool { return rule.Outcome == o })
	if i < 0 {
		return OutcomeRule{}, false
	}
	return OutcomeRules[i], true
}

// blocking are the flags that say that a case is dying rather than ending.
var blocking = []ripoti.FlagKind{ripoti.FlagSettlement, ripoti.FlagBribe, ripoti.FlagUnsafe}

// state is what a rule asks of a case.
type state struct {
	report   ripoti.Report
	known    store.Case
	referral bool // one was accepted
	other    bool // the other report is there
	reason   bool // words were given
	flags    []ripoti.FlagKind
}

// refusal is why a case may not end with an outcome now, nil where it may.
func (rule OutcomeRule) refusal(s state) error {
	p := s.known.Progress
	switch {
	case rule.Needs == NeedNever:
		return ripoti.Forbidden("closing.never_settled", nil)
	case rule.Needs == NeedTries && !enoughTries(p):
		return ripoti.Invalid("closing.tries", nil)
	case !rule.Closes && !rule.Kept:
		return ripoti.Forbidden("closing.stays_open", nil)
	case !rule.fits(s.report):
		return ripoti.Forbidden("closing.not_this_kind", nil)
	case rule.Needs == NeedCharge && p.ChargedAt.IsZero():
		return ripoti.Invalid("closing.charge", nil)
	case rule.Needs == NeedReferral && !s.referral:
		return ripoti.Invalid("closing.referral", nil)
	case rule.Needs == NeedOther && !s.other:
		return ripoti.Invalid("closing.other", nil)
	case rule.Reason && !s.reason:
		return ripoti.Invalid("closing.reason", nil)
	case rule.FlagsFirst && slices.ContainsFunc(s.flags, func(k ripoti.FlagKind) bool { return slices.Contains(blocking, k) }):
		return ripoti.Conflict("closing.flags", nil)
	}
	return nil
}

// enoughTries: three tries in vain over seven days at least, the second way tried too.
func enoughTries(p ripoti.Progress) bool {
	return p.NotFound >= mostTries && p.TriedAt.Sub(p.NotFoundSince) >= triesOver && !p.TriedByCareAt.IsZero() && !p.TriedBySafetyAt.IsZero()
}

// childCase says that a case is a child's, or may be.
func childCase(r ripoti.Report) bool { return ofChild[r.Category] || r.Answers.OfChild() }
