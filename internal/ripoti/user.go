package ripoti

import "time"

// UserRole is what somebody who signs in to the console may do (domain brief 4.6).
type UserRole string

const (
	UserCoordinator UserRole = "coordinator" // routing, directory and reports of their counties
	UserSupervisor  UserRole = "supervisor"  // agrees to closings and publications; reports of their counties
	UserSocial      UserRole = "social"      // the queue and the cases of their office
	UserOfficer     UserRole = "officer"     // the cases their office has
	UserAuditor     UserRole = "auditor"     // who did what and how many; never content
	UserAdmin       UserRole = "admin"       // accounts, queues, health; never content
)

// UserRoles are all of them.
var UserRoles = []UserRole{UserCoordinator, UserSupervisor, UserSocial, UserOfficer, UserAuditor, UserAdmin}

// User is a person who signs in to the console.
type User struct {
	ID    string
	Login string // small letters; not a phone number
	Name  string
	Role  UserRole
	// Counties are the ids of the counties the person works for, none for all of them. Roles of an
	// office see what their office has.
	Counties  []string
	OfficeID  string // where the person is posted, "" for nowhere: a wall around it holds for the person
	ContactID string // the contact of the directory that is the same person, if there is one
	Lang      Lang
	Active    bool
	Enrolled  bool // password and second step are set
	// Epoch goes up with every change of role, password or second step: older sessions end.
	Epoch     int
	CreatedAt time.Time
}

// SignIn is one try to sign in.
type SignIn struct {
	UserID string // "" where the login is nobody's
	Step   string // "password", "code", "recovery"
	OK     bool
	At     time.Time
}
