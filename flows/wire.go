package flows

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"ripoti/internal/ripoti"
)

// version is the first byte of a state on its way. Whoever changes what follows raises it: states of
// another version are refused, and the host replays the conversation.
const version = 2

// What Parse takes at most, so that no damaged length makes it keep a megabyte.
const (
	maxText  = 1024
	maxTrail = 64
)

// The flags of a state.
const (
	flagHeld = 1 << iota
	flagFiled
	flagEnded
	flagWalled
	flagOld
	flagOwn
	flagAll = flagHeld | flagFiled | flagEnded | flagWalled | flagOld | flagOwn
)

// codes are the values of the answers and small words, each written as its place in its list plus
// one; zero is the empty one. New values go to the end of their list.
var codes = struct {
	lang      []ripoti.Lang
	precision []ripoti.Precision
	danger    []ripoti.Danger
	what      []ripoti.What
	detail    []ripoti.Detail
	atRisk    []ripoti.AtRisk
	byWhom    []ripoti.ByWhom
	when      []ripoti.When
	suspect   []ripoti.Suspect
	weapon    []ripoti.Weapon
	choice    []ripoti.Choice
	contact   []ripoti.Wish
	standing  []Standing
}{
	lang:      []ripoti.Lang{ripoti.English, ripoti.Swahili},
	precision: []ripoti.Precision{ripoti.PrecisionExact, ripoti.PrecisionWard, ripoti.PrecisionConstituency, ripoti.PrecisionCounty},
	danger:    []ripoti.Danger{ripoti.DangerYes, ripoti.DangerNo, ripoti.DangerUnsure},
	what: []ripoti.What{ripoti.WhatSexual, ripoti.WhatChild, ripoti.WhatHarmful, ripoti.WhatHome,
		ripoti.WhatSold, ripoti.WhatPolice, ripoti.WhatCrime, ripoti.WhatUnsure},
	detail: []ripoti.Detail{
		ripoti.ChildBeaten, ripoti.ChildNeglected, ripoti.ChildAlone, ripoti.ChildMissing, ripoti.ChildLabour, ripoti.ChildOther,
		ripoti.HarmfulMarriage, ripoti.HarmfulFGM, ripoti.HarmfulBoth,
		ripoti.SoldChildSex, ripoti.SoldAdultSex, ripoti.SoldWork, ripoti.SoldMoved, ripoti.SoldImages, ripoti.SoldUnsure,
		ripoti.PoliceBribe, ripoti.PoliceBeat, ripoti.PoliceSexual, ripoti.PoliceRefused, ripoti.PoliceArrest, ripoti.PoliceOther},
	atRisk: []ripoti.AtRisk{ripoti.AtRiskSelfChild, ripoti.AtRiskSelfAdult, ripoti.AtRiskOtherChild,
		ripoti.AtRiskOtherAdult, ripoti.AtRiskSeveral, ripoti.AtRiskUnsure},
	byWhom:   []ripoti.ByWhom{ripoti.ByFamily, ripoti.ByKnown, ripoti.ByLeader, ripoti.ByPolice, ripoti.ByStranger, ripoti.ByUnsure},
	when:     []ripoti.When{ripoti.WhenNow, ripoti.WhenDays3, ripoti.WhenMonth, ripoti.WhenLonger, ripoti.WhenPlanned, ripoti.WhenRepeating},
	suspect:  []ripoti.Suspect{ripoti.SuspectWith, ripoti.SuspectNear, ripoti.SuspectFled, ripoti.SuspectArrested, ripoti.SuspectUnsure},
	weapon:   []ripoti.Weapon{ripoti.WeaponGun, ripoti.WeaponBlade, ripoti.WeaponOther, ripoti.WeaponNone, ripoti.WeaponUnsure},
	choice:   []ripoti.Choice{ripoti.ChoicePolice, ripoti.ChoiceSupport, ripoti.ChoiceLater},
	contact:  []ripoti.Wish{ripoti.WishAny, ripoti.WishMorning, ripoti.WishEvening, ripoti.WishSMS, ripoti.WishNone},
	standing: []Standing{StandsTaken, StandsLooked, StandsSeeking, StandsClosed},
}

// Append writes the state behind dst in its compact, versioned form: some 20 bytes for a fresh call,
// some 100 for a full one.
func (s State) Append(dst []byte) []byte {
	var flags byte
	for i, set := range [...]bool{s.Held, s.Filed, s.Ended, s.Walled, s.Old != nil, s.Follow.Own} {
		if set {
			flags |= 1 << i
		}
	}
	dst = append(dst, version, flags, byte(s.Step), code(codes.lang, s.Lang), s.Tries, byte(len(s.Trail)))
	for _, step := range s.Trail {
		dst = append(dst, byte(step))
	}
	a := &s.Answers
	dst = append(dst,
		code(codes.danger, a.Danger), code(codes.what, a.What), code(codes.detail, a.Detail),
		code(codes.atRisk, a.AtRisk), code(codes.byWhom, a.ByWhom), code(codes.when, a.When),
		code(codes.suspect, a.Suspect), code(codes.weapon, a.Weapon), code(codes.choice, a.Choice),
		code(codes.contact, a.Contact))
	dst = appendText(dst, a.More)
	dst = appendRef(dst, a.Place)
	dst = append(dst, byte(len(s.Offer)))
	for _, p := range s.Offer {
		dst = appendRef(dst, p)
	}
	dst = appendText(dst, s.Typed)
	dst = appendRef(dst, s.County)
	dst = appendText(dst, string(s.Code))
	dst = appendText(dst, s.Conversation)
	dst = append(appendText(dst, string(s.Follow.Code)), code(codes.standing, s.Follow.Stands), s.Wrong)
	if s.Old != nil {
		dst = s.Old.Append(dst)
	}
	return dst
}

// Parse reads what Append wrote. An unknown version or a damaged state is an error: the host then
// replays the conversation from what the gateway sends.
func Parse(b []byte) (State, error) {
	r := reader{rest: b}
	s := r.state(true)
	if r.err == nil && len(r.rest) > 0 {
		r.err = errors.New("more than a state")
	}
	if r.err != nil {
		return State{}, fmt.Errorf("flows: parse state: %w", r.err)
	}
	return s, nil
}

// code is a value as one byte.
func code[T ~string](list []T, v T) byte { return byte(slices.Index(list, v) + 1) }

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendRef(dst []byte, p ripoti.PlaceRef) []byte {
	if p == (ripoti.PlaceRef{}) {
		return append(dst, 0)
	}
	dst = append(dst, 1, code(codes.precision, p.Precision))
	for _, s := range [...]string{p.ID, p.Name, p.County, p.CountyID, p.Ward, p.Typed} {
		dst = appendText(dst, s)
	}
	dst = binary.BigEndian.AppendUint64(dst, math.Float64bits(p.Point.Lat))
	return binary.BigEndian.AppendUint64(dst, math.Float64bits(p.Point.Lon))
}

// reader reads a state and keeps the first error; behind it everything reads as empty.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = errors.New(what)
	}
}

func (r *reader) take(n int) []byte {
	if r.err == nil && n > len(r.rest) {
		r.fail("cut short")
	}
	if r.err != nil {
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

// count reads a number of things, at most limit.
func (r *reader) count(limit int) int {
	n := int(r.byte())
	if n > limit {
		r.fail("too many of one thing")
		return 0
	}
	return n
}

func (r *reader) text() string {
	n, size := binary.Uvarint(r.rest)
	if r.err != nil || size <= 0 || n > maxText {
		r.fail("a text without its length")
		return ""
	}
	r.rest = r.rest[size:]
	b := r.take(int(n))
	if !utf8.Valid(b) {
		r.fail("a text that is none")
		return ""
	}
	return string(b)
}

func (r *reader) step() Step {
	s := Step(r.byte())
	if s >= steps {
		r.fail("an unknown step")
		return 0
	}
	return s
}

func value[T ~string](r *reader, list []T) T {
	i := int(r.byte())
	switch {
	case i == 0:
		return ""
	case i > len(list):
		r.fail("an unknown answer")
		return ""
	}
	return list[i-1]
}

func (r *reader) degrees(limit float64) float64 {
	b := r.take(8)
	if b == nil {
		return 0
	}
	v := math.Float64frombits(binary.BigEndian.Uint64(b))
	if !(math.Abs(v) <= limit) { // also what is no number
		r.fail("a point off the globe")
		return 0
	}
	return v
}

func (r *reader) ref() ripoti.PlaceRef {
	var p ripoti.PlaceRef
	switch r.byte() {
	case 0:
		return p
	case 1:
	default:
		r.fail("a place that is none")
		return p
	}
	p.Precision = value(r, codes.precision)
	for _, s := range [...]*string{&p.ID, &p.Name, &p.County, &p.CountyID, &p.Ward, &p.Typed} {
		*s = r.text()
	}
	p.Point = ripoti.Point{Lat: r.degrees(90), Lon: r.degrees(180)}
	return p
}

func (r *reader) answers() ripoti.Answers {
	return ripoti.Answers{
		Danger: value(r, codes.danger), What: value(r, codes.what), Detail: value(r, codes.detail),
		AtRisk: value(r, codes.atRisk), ByWhom: value(r, codes.byWhom), When: value(r, codes.when),
		Suspect: value(r, codes.suspect), Weapon: value(r, codes.weapon), Choice: value(r, codes.choice),
		Contact: value(r, codes.contact), More: r.text(), Place: r.ref(),
	}
}

// state reads one state; old says that a call before it may follow.
func (r *reader) state(old bool) State {
	var s State
	if v := r.byte(); r.err == nil && v != version {
		r.fail("an unknown version")
	}
	flags := r.byte()
	if flags&^flagAll != 0 || (flags&flagOld != 0 && !old) {
		r.fail("unknown flags")
	}
	s.Held, s.Filed, s.Ended, s.Walled = flags&flagHeld != 0, flags&flagFiled != 0, flags&flagEnded != 0, flags&flagWalled != 0
	s.Step, s.Lang, s.Tries = r.step(), value(r, codes.lang), r.byte()
	for range r.count(maxTrail) {
		s.Trail = append(s.Trail, r.step())
	}
	s.Answers = r.answers()
	for range r.count(maxOffer) {
		s.Offer = append(s.Offer, r.ref())
	}
	s.Typed, s.County = r.text(), r.ref()
	s.Code, s.Conversation = ripoti.Code(r.text()), r.text()
	s.Follow = Follow{Code: ripoti.Code(r.text()), Stands: value(r, codes.standing), Own: flags&flagOwn != 0}
	s.Wrong = r.byte()
	r.sound(s)
	if flags&flagOld != 0 && r.err == nil {
		before := r.state(false)
		s.Old = &before
	}
	return s
}

// sound refuses a state that no conversation reaches and whose screen could not be shown.
func (r *reader) sound(s State) {
	switch {
	case (s.Step == Which || s.Step == ReadBack) && len(s.Offer) == 0:
		r.fail("a choice of no places")
	case s.Follow.Stands == "" && slices.ContainsFunc(s.Trail, behindNumber):
		r.fail("a way back to no report")
	case slices.ContainsFunc(s.Trail, isEnding) || (isEnding(s.Step) && !s.Filed && len(s.Trail) == 0):
		r.fail("an ending with nothing behind it")
	case (s.Follow.Code == "") != (s.Follow.Stands == "") || behindNumber(s.Step) && s.Follow.Code == "":
		r.fail("a follow-up of no report")
	case s.Filed != (s.Code != "") || !numeric(s.Code) || !numeric(s.Follow.Code):
		r.fail("a report without its number")
	}
}

func numeric(c ripoti.Code) bool {
	return len(c) <= ripoti.CodeMaxDigits && strings.Trim(string(c), "0123456789") == ""
}
