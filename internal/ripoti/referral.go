package ripoti

import "time"

// Referral is a case offered to another office for a part of the help: a hospital, a shelter, a lawyer
// (domain brief 1.2 and 5). It comes with an assignment of that office, of side Referred.
type Referral struct {
	ID           string
	ReportID     string
	AssignmentID string
	OfficeID     string
	By           string // the contact who referred
	Why          string // in that contact's words; sealed at rest, never in a message
	Urgent       bool
	Status       ReferralStatus
	SentAt       time.Time
	DueAt        time.Time // nobody has answered until then: it goes back to who referred
	AnsweredAt   time.Time // zero while it waits
	AnsweredBy   string    // the contact who accepted, declined or revoked it
	// HospitalFirst says that the case should have gone to a hospital before: its 72 hours run and no
	// hospital is known to have it. Refer sets it; it is not kept.
	HospitalFirst bool
}

// ReferralStatus is where a referral stands.
type ReferralStatus string

const (
	ReferralSent     ReferralStatus = "sent"
	ReferralAccepted ReferralStatus = "accepted"
	ReferralDeclined ReferralStatus = "declined"
	ReferralRevoked  ReferralStatus = "revoked" // taken back by who referred, or walled off since
	ReferralExpired  ReferralStatus = "expired" // nobody answered in time
)
