package stage

import (
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Offices and contacts of an invented corner of Nairobi. Points are near Kibera's; everything else
// is made up and looks it.
func village(verified time.Time) ([]ripoti.Office, []ripoti.Contact) {
	v := &villageBuilder{verified: verified}
	v.office("coordination-ke", ripoti.Coordination, "", "", 0, 0, "").contact(ripoti.RoleCoordinator).contact(ripoti.RoleDirector)
	v.office("coordination-047", ripoti.Coordination, "047", "", 0, 0, "coordination-ke").contact(ripoti.RoleCoordinator)
	v.office("oversight-ke", ripoti.Oversight, "", "", 0, 0, "").contact(ripoti.RoleLiaison)
	v.office("eacc-ke", ripoti.EACC, "", "", 0, 0, "").contact(ripoti.RoleLiaison)
	v.office("ahtcpu-ke", ripoti.AHTCPU, "", "", 0, 0, "").contact(ripoti.RoleLiaison)
	v.office("ct-ke", ripoti.CTSecretariat, "", "", 0, 0, "").contact(ripoti.RoleLiaison)
	v.office("county-command-047", ripoti.CountyCommand, "047", "", -1.286, 36.817, "").contact(ripoti.RoleCommander)
	v.office("command-west", ripoti.SubCountyCommand, "047", "Sample West", -1.325, 36.760, "county-command-047").contact(ripoti.RoleCommander)
	v.office("command-north", ripoti.SubCountyCommand, "047", "Sample North", -1.250, 36.800, "county-command-047").contact(ripoti.RoleCommander)
	for _, station := range []struct {
		id, sub, parent string
		lat, lon        float64
	}{
		{"station-near", "Sample West", "command-west", -1.315, 36.788},
		{"station-next", "Sample West", "command-west", -1.330, 36.770},
		{"station-third", "Sample West", "command-west", -1.340, 36.750},
		{"station-north", "Sample North", "command-north", -1.255, 36.800},
		{"station-far", "Sample North", "command-north", -1.220, 36.890},
	} {
		v.office(station.id, ripoti.Station, "047", station.sub, station.lat, station.lon, station.parent, ripoti.GenderDesk).
			contact(ripoti.RoleDesk).contact(ripoti.RoleDuty).contact(ripoti.RoleOCS)
	}
	v.office("children-west", ripoti.ChildrenOffice, "047", "Sample West", -1.320, 36.780, "children-047").contact(ripoti.RoleChildren)
	v.office("children-north", ripoti.ChildrenOffice, "047", "Sample North", -1.250, 36.800, "children-047").contact(ripoti.RoleChildren)
	v.office("children-047", ripoti.CountyChildren, "047", "", -1.286, 36.817, "").contact(ripoti.RoleChildren)
	v.office("social-047", ripoti.SocialWork, "047", "Sample West", -1.318, 36.785, "").contact(ripoti.RoleSocial)
	v.office("social-ke", ripoti.SocialWork, "", "", 0, 0, "").contact(ripoti.RoleSocial)
	v.office("odpp-047", ripoti.ODPP, "047", "", 0, 0, "").contact(ripoti.RoleLiaison)
	v.office("hospital-west", ripoti.Hospital, "047", "Sample West", -1.317, 36.790, "").contact(ripoti.RoleHealth)
	v.office("shelter-047", ripoti.Shelter, "047", "", -1.300, 36.800, "").contact(ripoti.RolePartner)
	v.office("legal-047", ripoti.LegalAid, "047", "", -1.290, 36.810, "").contact(ripoti.RolePartner)
	return v.offices, v.contacts
}

// Village is the invented village, for who builds a house of their own around it.
func Village(verified time.Time) ([]ripoti.Office, []ripoti.Contact) { return village(verified) }

type villageBuilder struct {
	verified time.Time
	offices  []ripoti.Office
	contacts []ripoti.Contact
}

func (v *villageBuilder) office(id string, kind ripoti.OfficeKind, county, sub string, lat, lon float64, parent string, able ...ripoti.Capability) *villageBuilder {
	v.offices = append(v.offices, ripoti.Office{ID: id, Kind: kind, Name: "Sample " + id, County: county, SubCounty: sub,
		Point: ripoti.Point{Lat: lat, Lon: lon}, Parent: parent, Able: able, Hours: "24h", Active: true})
	return v
}

// contact adds one for the office that was added last; its id says which: "station-near.desk".
func (v *villageBuilder) contact(role ripoti.Role) *villageBuilder {
	office := v.offices[len(v.offices)-1].ID
	v.contacts = append(v.contacts, ripoti.Contact{ID: office + "." + string(role), OfficeID: office, Role: role, Rank: 1, Lang: ripoti.English,
		Phone: ripoti.Phone(fmt.Sprintf("+2547110002%02d", len(v.contacts))), VerifiedAt: v.verified, Active: true})
	return v
}
