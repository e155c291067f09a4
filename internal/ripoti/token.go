package ripoti

import (
	"slices"
	"time"
)

// Scope is something a partner's token may do.
type Scope string

const (
	ScopeReports Scope = "reports" // list reports by pseudonym: codes, no place, no words
	ScopeNumbers Scope = "numbers" // the reports' own numbers in place of pseudonyms
	ScopeFigures Scope = "figures" // figures without small counts
	ScopeCPIMS   Scope = "cpims"   // children's cases by the fields of CPIMS, with place and point of the ward
	ScopeEvents  Scope = "events"  // be told of events
)

// Scopes are all of them.
var Scopes = []Scope{ScopeReports, ScopeNumbers, ScopeFigures, ScopeCPIMS, ScopeEvents}

// Token is a partner that reads by the API. What the partner brings is kept nowhere.
type Token struct {
	ID       string
	Name     string
	Scopes   []Scope
	Counties []string // ids of the counties whose reports it reads, none for all
	OfficeID string   // whose it is: reports walled off from it do not exist; "" reads no walled report at all
	HookURL  string   // where events go, "" for nowhere
	// Secret is what pseudonyms and signatures are made with.
	Secret    []byte
	CreatedBy string
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt time.Time // zero while it is good
	UsedAt    time.Time // to the day; zero: never
}

// May says whether the token has a scope.
func (t Token) May(s Scope) bool { return slices.Contains(t.Scopes, s) }

// Good says whether the token is in force at a time.
func (t Token) Good(at time.Time) bool { return t.RevokedAt.IsZero() && at.Before(t.ExpiresAt) }
