package ripoti

import "time"

// OfficeKind is what an office is (domain brief 1.1 and 1.2).
type OfficeKind string

const (
	Station          OfficeKind = "station"
	Post             OfficeKind = "post"
	SubCountyCommand OfficeKind = "subcounty_command"
	CountyCommand    OfficeKind = "county_command"
	ChildrenOffice   OfficeKind = "children_office"        // sub-county children's officer
	CountyChildren   OfficeKind = "county_children_office" // county children's coordinator
	SocialWork       OfficeKind = "social_work"
	Oversight        OfficeKind = "oversight" // IPOA/IAU liaison
	EACC             OfficeKind = "eacc"      // bribery liaison
	AHTCPU           OfficeKind = "ahtcpu"
	CTSecretariat    OfficeKind = "ct_secretariat" // Counter Trafficking in Persons Secretariat
	Coordination     OfficeKind = "coordination"   // the network's coordinators, of a county or of all
	Hospital         OfficeKind = "hospital"
	Shelter          OfficeKind = "shelter"
	LegalAid         OfficeKind = "legal_aid"
	ODPP             OfficeKind = "odpp" // prosecutors' liaison: only they end a sexual case (domain brief 1.2)
)

// OfficeKinds are all kinds.
var OfficeKinds = []OfficeKind{Station, Post, SubCountyCommand, CountyCommand, ChildrenOffice, CountyChildren, SocialWork, Oversight, EACC, AHTCPU, CTSecretariat, Coordination, Hospital, Shelter, LegalAid, ODPP}

// Police says whether the kind belongs to the police chain that the wall closes off.
func (k OfficeKind) Police() bool {
	return k == Station || k == Post || k == SubCountyCommand || k == CountyCommand
}

// Office is one row of the directory. Station tables are data that operators import: the project
// ships invented, plainly labelled samples only.
type Office struct {
	ID        string     `json:"id" csv:"id" validate:"required,max=64"`
	Kind      OfficeKind `json:"kind" validate:"required"`
	Name      string     `json:"name" validate:"required,max=60"`
	County    string     `json:"county" validate:"omitempty,len=3,numeric"` // id "047"; "" serves the whole country
	SubCounty string     `json:"sub_county" validate:"max=60"`              // name, as the police or DCS divide
	PlaceID   string     `json:"place_id" validate:"max=64"`
	Point     Point      `json:"point"`
	// Able lists what it can do: "gender_desk", "child_unit", "vehicle".
	Able []Capability `json:"able"`
	// Serves lists the wards that the coordinators gave to it, nearest or not ("ward-0281").
	Serves []string `json:"serves"`
	// Hours is "24h" or "08:00-17:00" (Monday to Friday), Nairobi time.
	Hours  string `json:"hours"`
	Parent string `json:"parent"` // id of the office one level up
	Active bool   `json:"active"`
	Dark   bool   `json:"dark"`   // two monthly pings unanswered (domain brief 5)
	Sample bool   `json:"sample"` // invented, for trying out
}

// Capability is something an office must have to take certain reports.
type Capability string

const (
	GenderDesk Capability = "gender_desk"
	ChildUnit  Capability = "child_unit"
	Vehicle    Capability = "vehicle"
)

// Can says whether the office has the capability.
func (o Office) Can(c Capability) bool {
	for _, have := range o.Able {
		if have == c {
			return true
		}
	}
	return false
}

// Role is what a contact answers for at an office.
type Role string

const (
	RoleDesk        Role = "desk"        // Gender and Children Desk
	RoleDuty        Role = "duty"        // duty officer / report office
	RoleOCS         Role = "ocs"         // officer commanding station
	RoleCommander   Role = "commander"   // sub-county or county commander
	RoleChildren    Role = "children"    // children's officer
	RoleSocial      Role = "social"      // social worker
	RoleLiaison     Role = "liaison"     // IPOA/IAU, AHTCPU, EACC, CT Secretariat, ODPP
	RoleCoordinator Role = "coordinator" // network coordinator
	RoleDirector    Role = "director"    // duty director of the network
	RoleHealth      Role = "health"      // post-rape care at a hospital
	RolePartner     Role = "partner"     // a shelter's or a lawyer's desk
)

// Roles are all roles.
var Roles = []Role{RoleDesk, RoleDuty, RoleOCS, RoleCommander, RoleChildren, RoleSocial, RoleLiaison, RoleCoordinator, RoleDirector, RoleHealth, RolePartner}

// Contact is a number that answers for a role at an office.
type Contact struct {
	ID         string
	OfficeID   string
	Role       Role
	Rank       int    // order within the role, 1 first
	Name       string // for the coordinators; never in an SMS
	Lang       Lang
	Phone      Phone
	VerifiedAt time.Time // zero: the number was never verified
	Active     bool
	Stopped    bool // this number texted STOP
	Sample     bool // invented: no real sender ever sends to it
}

// Answerable says whether an alert to the contact can be answered at all.
func (c Contact) Answerable() bool {
	return c.Active && !c.Stopped && !c.VerifiedAt.IsZero() && c.Phone != ""
}
