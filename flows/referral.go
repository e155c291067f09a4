package flows

import "ripoti/internal/ripoti"

// Messages about a case that is offered to another office for a part of the help.
const (
	SayReferral         = "referral"          // to the office that is asked: no story, no category, a ward
	SayReferralReminder = "referral.reminder" // half of its time is over
	SayReferralBack     = "referral.back"     // to who referred: accepted, declined or not answered
)

// StaffHospitalFirst is the key of a referral that was made before a hospital was asked, while the 72
// hours run.
const StaffHospitalFirst = "hospital_first"

func referred(f Facts) bool { return f.Side == ripoti.Referred }

// need is what an office is asked for: by its kind.
func (l line) need() string {
	kind := string(l.f.To.Office)
	if l.f.To.Office == ripoti.Hospital && l.f.Within72 {
		kind += "_72"
	}
	if word := l.word("need", kind); word != "" {
		return word
	}
	return l.word("need", "other")
}

// person is who needs it.
func (l line) person() string {
	if l.f.Child {
		return l.word("who", "child")
	}
	return l.word("who", "adult")
}

// office is an office's name, shortened where the message is too long.
func (l line) office() string {
	for _, limit := range longestPlace {
		if l.cut >= limit.from {
			return shorter(l.f.Office, 2*limit.chars)
		}
	}
	return l.f.Office
}
