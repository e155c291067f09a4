package flows

import "ripoti/internal/ripoti"

// The screens of the reporter (domain brief 7.1). Their numbers stand in saved states: new ones go
// to the end.
const (
	Language      Step = iota // S0
	Menu                      // S1
	Notice                    // S2
	Advice                    // S3
	What                      // S4
	ChildHurt                 // S4-2
	Harmful                   // S4-3
	Sold                      // S4-5
	PoliceDid                 // S4-6
	Where                     // S5
	Which                     // S5b
	County                    // S5c
	ReadBack                  // S5d
	AtRisk                    // S6
	ByWhom                    // S7
	When                      // S8
	Suspect                   // S9
	Weapon                    // S9b
	Choice                    // S10
	More                      // S11
	Last                      // S12
	LastPolice                // S12p
	End                       // S14
	EndContact                // S14a
	EndHospital               // S14b
	EndChild                  // S14c
	EndPolice                 // S14d
	EndDanger                 // S14e
	FollowUp                  // S15
	Numbers                   // S16
	Safety                    // S17
	Exit                      // S18
	GoOn                      // S0b, after a redial
	FollowStatus              // S15b
	FollowUnsafe              // S15c
	FollowInform              // S15d
	FollowData                // S15e
	FollowReach               // S15f
	FollowOther               // S15g
	ThanksDanger              // S15h
	ThanksUnsafe              // S15i
	ThanksNothing             // S15j
	ThanksMoney               // S15k
	ThanksPushed              // S15l
	ThanksInform              // S15m
	ThanksReach               // S15n
	ThanksSilent              // S15o
	ThanksKept                // S15p
	ThanksDelete              // S15q
	GiveUp                    // S15r
	steps                     // how many there are
)

// screen is one row of the table below.
type screen struct {
	id  string // its number in the domain brief
	key string // its sentence in the catalogues
	// sent is the sentence instead of key once the report has left, late the one where it had left
	// before the police were accused.
	sent, late string
	// asks is what the lines of the menu answer; the next question follows from the path.
	asks question
	// goes is where the lines of a menu lead that answers nothing.
	goes []Step
	// tells is what the lines of a follow-up's menu lead to and tell the host.
	tells []telling
	// typing says that free text is expected.
	typing bool
	// last says that the call ends here.
	last bool
}

// screens is every screen: what it says, and what its lines mean.
var screens = [steps]screen{
	Language: {id: "S0", key: "report.language"}, // 1 English, 2 Kiswahili: ripoti.Langs
	GoOn:     {id: "S0b", key: "report.go_on"},   // 1 go on, 2 start again

	Menu:   {id: "S1", key: "report.menu", goes: []Step{Advice, Notice, FollowUp, Numbers, Safety}},
	Notice: {id: "S2", key: "report.notice", asks: lines(danger, ripoti.DangerYes, ripoti.DangerNo, ripoti.DangerUnsure)},
	Advice: {id: "S3", key: "report.danger", goes: []Step{What}},

	What: {id: "S4", key: "report.what", asks: lines(what,
		ripoti.WhatSexual, ripoti.WhatChild, ripoti.WhatHarmful, ripoti.WhatHome,
		ripoti.WhatSold, ripoti.WhatPolice, ripoti.WhatCrime, ripoti.WhatUnsure)},
	ChildHurt: {id: "S4-2", key: "report.child", asks: lines(detail,
		ripoti.ChildBeaten, ripoti.ChildNeglected, ripoti.ChildAlone,
		ripoti.ChildMissing, ripoti.ChildLabour, ripoti.ChildOther)},
	Harmful: {id: "S4-3", key: "report.harmful", asks: lines(detail,
		ripoti.HarmfulMarriage, ripoti.HarmfulFGM, ripoti.HarmfulBoth)},
	Sold: {id: "S4-5", key: "report.sold", asks: lines(detail,
		ripoti.SoldChildSex, ripoti.SoldAdultSex, ripoti.SoldWork,
		ripoti.SoldMoved, ripoti.SoldImages, ripoti.SoldUnsure)},
	PoliceDid: {id: "S4-6", key: "report.police", asks: lines(detail,
		ripoti.PoliceBribe, ripoti.PoliceBeat, ripoti.PoliceSexual,
		ripoti.PoliceRefused, ripoti.PoliceArrest, ripoti.PoliceOther)},

	Where:    {id: "S5", key: "report.where", typing: true},
	Which:    {id: "S5b", key: "report.which"}, // 1 to 4 a place, 8 none of these
	County:   {id: "S5c", key: "report.county", typing: true},
	ReadBack: {id: "S5d", key: "report.read_back"}, // 1 yes, 2 no

	AtRisk: {id: "S6", key: "report.at_risk", asks: lines(atRisk,
		ripoti.AtRiskSelfChild, ripoti.AtRiskSelfAdult, ripoti.AtRiskOtherChild,
		ripoti.AtRiskOtherAdult, ripoti.AtRiskSeveral, ripoti.AtRiskUnsure)},
	ByWhom: {id: "S7", key: "report.by_whom", asks: lines(byWhom,
		ripoti.ByFamily, ripoti.ByKnown, ripoti.ByLeader,
		ripoti.ByPolice, ripoti.ByStranger, ripoti.ByUnsure)},
	When: {id: "S8", key: "report.when", asks: lines(when,
		ripoti.WhenNow, ripoti.WhenDays3, ripoti.WhenMonth,
		ripoti.WhenLonger, ripoti.WhenPlanned, ripoti.WhenRepeating)},
	Suspect: {id: "S9", key: "report.suspect", asks: lines(suspect,
		ripoti.SuspectWith, ripoti.SuspectNear, ripoti.SuspectFled,
		ripoti.SuspectArrested, ripoti.SuspectUnsure)},
	Weapon: {id: "S9b", key: "report.weapon", asks: lines(weapon,
		ripoti.WeaponGun, ripoti.WeaponBlade, ripoti.WeaponOther, ripoti.WeaponNone, ripoti.WeaponUnsure)},
	Choice: {id: "S10", key: "report.choice", asks: lines(choice,
		ripoti.ChoicePolice, ripoti.ChoiceSupport, ripoti.ChoiceLater)},
	More: {id: "S11", key: "report.more", typing: true}, // 1 skip
	Last: {id: "S12", key: "report.last", sent: "report.last_sent", asks: lines(contact,
		ripoti.WishAny, ripoti.WishMorning, ripoti.WishEvening, ripoti.WishSMS, ripoti.WishNone)},
	LastPolice: {id: "S12p", key: "report.last_police", sent: "report.last_police_sent", late: "report.last_police_late", asks: lines(contact,
		ripoti.WishAny, ripoti.WishEvening, ripoti.WishSMS, ripoti.WishNone)},

	End:         {id: "S14", key: "report.end"},
	EndContact:  {id: "S14a", key: "report.end_contact"},
	EndHospital: {id: "S14b", key: "report.end_hospital"},
	EndChild:    {id: "S14c", key: "report.end_child"},
	EndPolice:   {id: "S14d", key: "report.end_police", late: "report.end_police_late"},
	EndDanger:   {id: "S14e", key: "report.end_danger"},

	FollowUp: {id: "S15", key: "report.follow_up", typing: true},
	FollowStatus: {id: "S15b", key: "report.status", tells: []telling{
		{to: FollowUnsafe, act: ActUnsafe}, // told at once: the line may be cut before the next answer
		{to: ThanksNothing, act: ActNothing},
		{to: ThanksMoney, act: ActMoney},
		{to: ThanksPushed, act: ActPushed},
		{to: FollowInform},
		{to: FollowData}}},
	FollowUnsafe: {id: "S15c", key: "report.unsafe", tells: []telling{
		{to: ThanksDanger, act: ActUnsafe, danger: ripoti.DangerYes},
		{to: ThanksUnsafe, act: ActUnsafe, danger: ripoti.DangerNo},
		{to: ThanksUnsafe, act: ActUnsafe, danger: ripoti.DangerUnsure}}},
	FollowInform: {id: "S15d", key: "report.inform", typing: true},
	FollowData: {id: "S15e", key: "report.data", tells: []telling{
		{to: FollowReach},
		{to: ThanksSilent, act: ActWish, wish: ripoti.WishNone},
		{to: ThanksKept, act: ActDelete}}},
	FollowReach: {id: "S15f", key: "report.reach", tells: []telling{
		{to: ThanksReach, act: ActWish, wish: ripoti.WishAny},
		{to: ThanksReach, act: ActWish, wish: ripoti.WishMorning},
		{to: ThanksReach, act: ActWish, wish: ripoti.WishEvening},
		{to: ThanksReach, act: ActWish, wish: ripoti.WishSMS},
		{to: ThanksSilent, act: ActWish, wish: ripoti.WishNone}}},
	FollowOther:   {id: "S15g", key: "report.other_phone"},
	ThanksDanger:  {id: "S15h", key: "report.thanks_danger"},
	ThanksUnsafe:  {id: "S15i", key: "report.thanks_unsafe"},
	ThanksNothing: {id: "S15j", key: "report.thanks_nothing"},
	ThanksMoney:   {id: "S15k", key: "report.thanks_money"},
	ThanksPushed:  {id: "S15l", key: "report.thanks_pushed"},
	ThanksInform:  {id: "S15m", key: "report.thanks_inform"},
	ThanksReach:   {id: "S15n", key: "report.thanks_reach"},
	ThanksSilent:  {id: "S15o", key: "report.thanks_silent"},
	ThanksKept:    {id: "S15p", key: "report.thanks_kept"},
	ThanksDelete:  {id: "S15q", key: "report.thanks_delete"},
	GiveUp:        {id: "S15r", key: "report.give_up", last: true},

	Numbers: {id: "S16", key: "report.numbers"},
	Safety:  {id: "S17", key: "report.safety"},
	Exit:    {id: "S18", key: "report.exit", last: true},
}

// String is the screen's number in the domain brief: "S5b".
func (s Step) String() string {
	if s < steps {
		return screens[s].id
	}
	return "S?"
}

// question is a menu whose lines answer a field of the report.
type question struct {
	codes []string // what the lines stand for, 1 first
	set   func(a *ripoti.Answers, line int)
}

// lines makes a question of a field and the code behind each line of the menu.
func lines[T ~string](field func(*ripoti.Answers) *T, values ...T) question {
	codes := make([]string, len(values))
	for i, v := range values {
		codes[i] = string(v)
	}
	return question{codes: codes, set: func(a *ripoti.Answers, line int) { *field(a) = values[line] }}
}

// The fields that questions fill.
func danger(a *ripoti.Answers) *ripoti.Danger   { return &a.Danger }
func what(a *ripoti.Answers) *ripoti.What       { return &a.What }
func detail(a *ripoti.Answers) *ripoti.Detail   { return &a.Detail }
func atRisk(a *ripoti.Answers) *ripoti.AtRisk   { return &a.AtRisk }
func byWhom(a *ripoti.Answers) *ripoti.ByWhom   { return &a.ByWhom }
func when(a *ripoti.Answers) *ripoti.When       { return &a.When }
func suspect(a *ripoti.Answers) *ripoti.Suspect { return &a.Suspect }
func weapon(a *ripoti.Answers) *ripoti.Weapon   { return &a.Weapon }
func choice(a *ripoti.Answers) *ripoti.Choice   { return &a.Choice }
func contact(a *ripoti.Answers) *ripoti.Wish    { return &a.Contact }
