package ripoti

// Answers are what a reporter told, as codes: the keys of the USSD screens (domain brief 7.1) and,
// later, what was read out of a text. An empty field was not asked or not answered.
type Answers struct {
	Danger  Danger   `json:"danger,omitempty" validate:"omitempty,oneof=yes no unsure"`
	What    What     `json:"what,omitempty"`
	Detail  Detail   `json:"detail,omitempty"`
	Place   PlaceRef `json:"place,omitzero"`
	AtRisk  AtRisk   `json:"at_risk,omitempty"`
	ByWhom  ByWhom   `json:"by_whom,omitempty"`
	When    When     `json:"when,omitempty"`
	Suspect Suspect  `json:"suspect,omitempty"`
	Weapon  Weapon   `json:"weapon,omitempty"`
	Choice  Choice   `json:"choice,omitempty"`
	Contact Wish     `json:"contact,omitempty"`
	// More is free text: a landmark or what helpers must know. Sealed at rest, never in an SMS.
	More string `json:"more,omitempty"`
}

// Danger is S1/S2: is anybody in danger now.
type Danger string

const (
	DangerYes    Danger = "yes"
	DangerNo     Danger = "no"
	DangerUnsure Danger = "unsure"
)

// What is S4, the line of the menu that was chosen.
type What string

const (
	WhatSexual  What = "sexual"  // 1 Sexual abuse
	WhatChild   What = "child"   // 2 Child hurt/neglected
	WhatHarmful What = "harmful" // 3 Child marriage/FGM
	WhatHome    What = "home"    // 4 Violence at home
	WhatSold    What = "sold"    // 5 Person sold or used
	WhatPolice  What = "police"  // 6 Police abuse
	WhatCrime   What = "crime"   // 7 Other crime
	WhatUnsure  What = "unsure"  // 8 Not sure
)

// Detail is the sub-menu under S4-2, S4-3, S4-5 and S4-6.
type Detail string

const (
	ChildBeaten    Detail = "child_beaten"
	ChildNeglected Detail = "child_neglected"
	ChildAlone     Detail = "child_alone"
	ChildMissing   Detail = "child_missing"
	ChildLabour    Detail = "child_labour"
	ChildOther     Detail = "child_other"

	HarmfulMarriage Detail = "marriage"
	HarmfulFGM      Detail = "fgm"
	HarmfulBoth     Detail = "marriage_fgm"

	SoldChildSex Detail = "sold_child_sex"
	SoldAdultSex Detail = "sold_adult_sex"
	SoldWork     Detail = "sold_work"
	SoldMoved    Detail = "sold_moved"
	SoldImages   Detail = "sold_images"
	SoldUnsure   Detail = "sold_unsure"

	PoliceBribe   Detail = "police_bribe"
	PoliceBeat    Detail = "police_beat"
	PoliceSexual  Detail = "police_sexual"
	PoliceRefused Detail = "police_refused"
	PoliceArrest  Detail = "police_arrest"
	PoliceOther   Detail = "police_other"
)

// AtRisk is S6: who is at risk, and whether that is the caller.
type AtRisk string

const (
	AtRiskSelfChild  AtRisk = "self_child"
	AtRiskSelfAdult  AtRisk = "self_adult"
	AtRiskOtherChild AtRisk = "other_child"
	AtRiskOtherAdult AtRisk = "other_adult"
	AtRiskSeveral    AtRisk = "several"
	AtRiskUnsure     AtRisk = "unsure"
)

// ByWhom is S7. It decides the wall, so nothing local is alerted before it is known or waited for.
type ByWhom string

const (
	ByFamily   ByWhom = "family"
	ByKnown    ByWhom = "known"
	ByLeader   ByWhom = "leader" // teacher, chief, leader
	ByPolice   ByWhom = "police"
	ByStranger ByWhom = "stranger"
	ByUnsure   ByWhom = "unsure"
)

// When is S8.
type When string

const (
	WhenNow       When = "now"
	WhenDays3     When = "days3"
	WhenMonth     When = "month"
	WhenLonger    When = "longer"
	WhenPlanned   When = "planned"
	WhenRepeating When = "repeating"
)

// Suspect is S9: where that person is now.
type Suspect string

const (
	SuspectWith     Suspect = "with"
	SuspectNear     Suspect = "near"
	SuspectFled     Suspect = "fled"
	SuspectArrested Suspect = "arrested"
	SuspectUnsure   Suspect = "unsure"
)

// Weapon is S9b, asked in the danger path only.
type Weapon string

const (
	WeaponGun    Weapon = "gun"
	WeaponBlade  Weapon = "blade"
	WeaponOther  Weapon = "other"
	WeaponNone   Weapon = "none"
	WeaponUnsure Weapon = "unsure"
)

// Choice is S10: whom an adult survivor wants to help.
type Choice string

const (
	ChoicePolice  Choice = "police"
	ChoiceSupport Choice = "support"
	ChoiceLater   Choice = "later"
)

// Wish is S12: whether, how and when a trained worker may reach the reporter.
type Wish string

const (
	WishAny     Wish = "any"
	WishMorning Wish = "morning"
	WishEvening Wish = "evening"
	WishSMS     Wish = "sms"
	WishNone    Wish = "none"
)

// AgreedToContact says whether the reporter agreed to be reached at all.
func (w Wish) AgreedToContact() bool { return w != "" && w != WishNone }

// PoliceAccused says that the answers accuse the police (domain brief 4.4: S4 = 6 or S7 = police).
func (a Answers) PoliceAccused() bool { return a.What == WhatPolice || a.ByWhom == ByPolice }

// OfChild says that a child is at risk or may be: an unknown age counts as a child until known
// (domain brief 4.1, tie-breaks).
func (a Answers) OfChild() bool {
	switch a.AtRisk {
	case AtRiskSelfChild, AtRiskOtherChild:
		return true
	case AtRiskSelfAdult, AtRiskOtherAdult:
		return false
	}
	switch a.Detail {
	case SoldAdultSex:
		return false
	case SoldChildSex, SoldImages:
		return true
	}
	switch a.What {
	case WhatSexual, WhatChild, WhatHarmful, WhatSold:
		return true
	}
	return false
}
