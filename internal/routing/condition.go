package routing

import (
	"strconv"
	"strings"

	"ripoti/internal/ripoti"
)

// A condition of the rules' document asks questions and lists codes: all questions must fit, any of
// a question's codes will do. Both sides are bit sets, so that asking costs an AND a question.

// question is what a condition may ask.
type question uint8

const (
	askDanger question = iota
	askWhat
	askDetail
	askAtRisk
	askByWhom
	askWhen
	askSuspect
	askWeapon
	askChoice
	askCategory
	askHarm
	askUrgency
	askStage
	askSigns
	askChild
	askDangerNow
	askBorderWard
	questions // how many there are
)

// unanswered is the code of a question that was not asked or not answered.
const unanswered = "unanswered"

const (
	codeYes = "yes"
	codeNo  = "no"
)

// vocabulary is every question with its codes; a code's place is its bit.
var vocabulary = [questions]struct {
	key   string
	codes []string
}{
	askDanger:     {"danger", answers(ripoti.DangerYes, ripoti.DangerNo, ripoti.DangerUnsure)},
	askWhat:       {"what", answers(ripoti.WhatSexual, ripoti.WhatChild, ripoti.WhatHarmful, ripoti.WhatHome, ripoti.WhatSold, ripoti.WhatPolice, ripoti.WhatCrime, ripoti.WhatUnsure)},
	askDetail:     {"detail", answers(ripoti.ChildBeaten, ripoti.ChildNeglected, ripoti.ChildAlone, ripoti.ChildMissing, ripoti.ChildLabour, ripoti.ChildOther, ripoti.HarmfulMarriage, ripoti.HarmfulFGM, ripoti.HarmfulBoth, ripoti.SoldChildSex, ripoti.SoldAdultSex, ripoti.SoldWork, ripoti.SoldMoved, ripoti.SoldImages, ripoti.SoldUnsure, ripoti.PoliceBribe, ripoti.PoliceBeat, ripoti.PoliceSexual, ripoti.PoliceRefused, ripoti.PoliceArrest, ripoti.PoliceOther)},
	askAtRisk:     {"at_risk", answers(ripoti.AtRiskSelfChild, ripoti.AtRiskSelfAdult, ripoti.AtRiskOtherChild, ripoti.AtRiskOtherAdult, ripoti.AtRiskSeveral, ripoti.AtRiskUnsure)},
	askByWhom:     {"by_whom", answers(ripoti.ByFamily, ripoti.ByKnown, ripoti.ByLeader, ripoti.ByPolice, ripoti.ByStranger, ripoti.ByUnsure)},
	askWhen:       {"when", answers(ripoti.WhenNow, ripoti.WhenDays3, ripoti.WhenMonth, ripoti.WhenLonger, ripoti.WhenPlanned, ripoti.WhenRepeating)},
	askSuspect:    {"suspect", answers(ripoti.SuspectWith, ripoti.SuspectNear, ripoti.SuspectFled, ripoti.SuspectArrested, ripoti.SuspectUnsure)},
	askWeapon:     {"weapon", answers(ripoti.WeaponGun, ripoti.WeaponBlade, ripoti.WeaponOther, ripoti.WeaponNone, ripoti.WeaponUnsure)},
	askChoice:     {"choice", answers(ripoti.ChoicePolice, ripoti.ChoiceSupport, ripoti.ChoiceLater)},
	askCategory:   {"category", codes(ripoti.Categories)},
	askHarm:       {"harm", codes(ripoti.Categories)},
	askUrgency:    {"urgency", codes(ripoti.Urgencies)},
	askStage:      {"stage", answers(ripoti.StagePartial, ripoti.StageIncomplete, ripoti.StageUrgent, ripoti.StageComplete)},
	askSigns:      {"signs", codes(Signs)},
	askChild:      {"child", []string{codeYes, codeNo}},
	askDangerNow:  {"danger_now", []string{codeYes, codeNo}},
	askBorderWard: {"border_ward", []string{codeYes, codeNo}},
}

// answers are the codes of a question that may stay unanswered.
func answers[T ~string](values ...T) []string { return append([]string{unanswered}, codes(values)...) }

func codes[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// bitOf is the code's bit in the question's set, 0 for a code it does not have. The empty code is
// "unanswered".
func bitOf[T ~string](q question, code T) uint32 {
	c := string(code)
	if c == "" {
		c = unanswered
	}
	for i, known := range vocabulary[q].codes {
		if known == c {
			return 1 << i
		}
	}
	return 0
}

// facts are what is known of a report, one bit set a question.
type facts [questions]uint32

func (f *facts) set(q question, bits uint32) { f[q] = bits }

func (f *facts) is(q question, code string) bool { return f[q]&bitOf(q, code) != 0 }

func yesNo(b bool) uint32 {
	if b {
		return 1
	}
	return 2
}

// condition is a compiled condition.
type condition []term

type term struct {
	q    question
	bits uint32
}

func (c condition) fits(f *facts) bool {
	for _, t := range c {
		if f[t.q]&t.bits == 0 {
			return false
		}
	}
	return true
}

// anyFits says whether one of them fits.
func anyFits(list []condition, f *facts) bool {
	for _, c := range list {
		if c.fits(f) {
			return true
		}
	}
	return false
}

// guard is an "if" with its "unless".
type guard struct{ ifs, unless []condition }

// open says whether the guard lets the facts through: no "if" lets all through.
func (g guard) open(f *facts) bool {
	return (len(g.ifs) == 0 || anyFits(g.ifs, f)) && !anyFits(g.unless, f)
}

// compile reads a condition as it stands in the document. The error says what could be written
// instead.
func compile(written map[string][]string) (condition, error) {
	if len(written) == 0 {
		return nil, say("empty_condition")
	}
	var out condition
	for q := question(0); q < questions; q++ { // in a fixed order, so that equal documents compile equally
		values, asked := written[vocabulary[q].key]
		if !asked {
			continue
		}
		bits, err := bitsOf(q, values)
		if err != nil {
			return nil, err
		}
		out = append(out, term{q, bits})
	}
	if len(out) != len(written) {
		return nil, unknownQuestion(written)
	}
	return out, nil
}

func bitsOf(q question, values []string) (uint32, error) {
	v := vocabulary[q]
	if len(values) == 0 {
		return 0, say("no_codes", v.key, strings.Join(v.codes, ", "))
	}
	var bits uint32
	for _, code := range values {
		bit := bitOf(q, code)
		if bit == 0 || code == "" {
			return 0, say("no_code", v.key, strconv.Quote(code), strings.Join(v.codes, ", "))
		}
		bits |= bit
	}
	return bits, nil
}

func unknownQuestion(written map[string][]string) error {
	known := make([]string, 0, questions)
	for _, v := range vocabulary {
		known = append(known, v.key)
	}
	for key := range written {
		found := false
		for _, k := range known {
			found = found || k == key
		}
		if !found {
			return say("no_question", strconv.Quote(key), strings.Join(known, ", "))
		}
	}
	return nil
}
