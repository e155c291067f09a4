package flows

import (
	"slices"
	"strings"

	"ripoti/internal/ripoti"
)

// The question for the place (domain brief 4.5). It never ends in nothing:
//
//	S5  a name     found     -> S5d reads it back, or S5b lets choose
//	               refused   -> the next best ones the same way
//	               not found -> S5c the county
//	S5c a county             -> the first name once more inside it, else S5d reads the county back
//	    another name         -> like S5
//	second search in vain    -> on with what was typed; a person will look

// search is a name typed at S5 or S5c.
func (b *Book) search(s State, text string) Turn {
	m := b.places.Find(text, "")
	if s.Step == County {
		if county, ok := countyIn(m); ok {
			return b.inside(s, county)
		}
		s.Typed = both(s.Typed, text)
	} else {
		s.Typed = text
	}
	return b.offer(s, m.Decision, refs(m.Places))
}

// inside looks for the first name again, in the county that was named, and offers the whole county
// where that gives nothing but what was refused before.
func (b *Book) inside(s State, county ripoti.PlaceRef) Turn {
	m := b.places.Find(s.Typed, county.CountyID)
	places := slices.DeleteFunc(refs(m.Places), func(p ripoti.PlaceRef) bool {
		return p.CountyID != county.CountyID || wholeCounty(p) ||
			slices.ContainsFunc(s.Offer, func(o ripoti.PlaceRef) bool { return o.ID == p.ID })
	})
	if m.Decision == "none" || len(places) == 0 {
		return b.offer(s, "take", []ripoti.PlaceRef{county})
	}
	s.County = county
	return b.offer(s, m.Decision, places)
}

// offer lets the caller confirm or choose; a place is never used unread.
func (b *Book) offer(s State, decision string, places []ripoti.PlaceRef) Turn {
	switch {
	case decision == "none" || len(places) == 0:
		return b.lost(s)
	case decision == "take" || len(places) == 1:
		s.Step = ReadBack
	default:
		s.Step = Which
	}
	s.Offer = places[:min(len(places), maxOffer)]
	return b.show(s, false)
}

// found settles on a place.
func (b *Book) found(s State, p ripoti.PlaceRef) Turn {
	if wholeCounty(p) {
		p.Typed = s.Typed // the name inside it that nobody found may tell a person more
	}
	return b.settle(s, p)
}

// lost is a search that led nowhere: not found, or refused.
func (b *Book) lost(s State) Turn {
	s.Tries++
	switch {
	case s.County.CountyID != "":
		s.Step, s.Offer, s.County = ReadBack, []ripoti.PlaceRef{s.County}, ripoti.PlaceRef{}
	case s.Tries < 2:
		s.Step = County
	default:
		return b.settle(s, ripoti.PlaceRef{Typed: s.Typed})
	}
	return b.show(s, false)
}

func (b *Book) settle(s State, p ripoti.PlaceRef) Turn {
	next := s
	next.Answers.Place = p
	next.Offer, next.Typed, next.County, next.Tries = nil, "", ripoti.PlaceRef{}, 0
	return b.onto(s, next)
}

// countyIn is the county that a name means: a county itself, or a place called like its county.
func countyIn(m Matches) (ripoti.PlaceRef, bool) {
	if m.Decision == "none" || len(m.Places) == 0 {
		return ripoti.PlaceRef{}, false
	}
	best := m.Places[0]
	if best.Kind != ripoti.KindCounty && !strings.EqualFold(best.Name, best.County) {
		return ripoti.PlaceRef{}, false
	}
	for _, p := range m.Places {
		if p.Kind == ripoti.KindCounty && p.CountyID == best.CountyID {
			return ref(p), true
		}
	}
	county := best.Ref()
	county.Name, county.Ward, county.Precision = best.County, "", ripoti.PrecisionCounty
	return county, true
}

// ref is a place as a report keeps it. The point of something wide is not where it happened.
func ref(p ripoti.Place) ripoti.PlaceRef {
	r := p.Ref()
	switch p.Kind {
	case ripoti.KindCounty:
		r.Precision = ripoti.PrecisionCounty
	case ripoti.KindConstituency:
		if r.Precision.Decides() {
			r.Precision = ripoti.PrecisionConstituency
		}
	}
	return r
}

func refs(places []ripoti.Place) []ripoti.PlaceRef {
	all := make([]ripoti.PlaceRef, len(places))
	for i, p := range places {
		all[i] = ref(p)
	}
	return all
}

// both is two names that were typed, as one.
func both(first, second string) string {
	if first == "" {
		return second
	}
	return written(first+", "+second, maxTyped)
}
