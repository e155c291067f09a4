package routing

import (
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// network is an invented country for the tests: counties side by side along the equator, each with
// two sub-counties, a station with a gender desk and one without, posts and all the others.
type network struct {
	offices  []ripoti.Office
	contacts []ripoti.Contact
}

// noon is a Wednesday, 12:00 in Nairobi.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, Nairobi)

func (n *network) add(o ripoti.Office, roles ...ripoti.Role) {
	o.Active, o.Sample = true, true
	if o.Name == "" {
		o.Name = "Sample " + o.ID
	}
	n.offices = append(n.offices, o)
	for _, role := range roles {
		id := fmt.Sprintf("%s-%s", o.ID, role)
		n.contacts = append(n.contacts, ripoti.Contact{ID: id, OfficeID: o.ID, Role: role, Rank: 1, Lang: ripoti.English,
			Phone: ripoti.Phone(fmt.Sprintf("+2547110%05d", len(n.contacts))), VerifiedAt: noon, Active: true, Sample: true})
	}
}

func (n *network) directory() *Directory { return NewDirectory(n.offices, n.contacts, nil) }

// change alters one office.
func (n *network) change(id string, f func(*ripoti.Office)) {
	for i := range n.offices {
		if n.offices[i].ID == id {
			f(&n.offices[i])
			return
		}
	}
	panic("no office " + id)
}

// mute takes an office's contacts away.
func (n *network) mute(id string) {
	for i := range n.contacts {
		if n.contacts[i].OfficeID == id {
			n.contacts[i].Active = false
		}
	}
}

var (
	desk         = []ripoti.Capability{ripoti.GenderDesk}
	stationRoles = []ripoti.Role{ripoti.RoleDesk, ripoti.RoleDuty, ripoti.RoleOCS}
)

// county lays one county around (0, lon): sub-county A at its west, B at its east.
func (n *network) county(id string, lon float64) {
	add := func(name string, o ripoti.Office, roles ...ripoti.Role) {
		o.ID, o.County = id+"-"+name, id
		n.add(o, roles...)
	}
	add("police", ripoti.Office{Kind: ripoti.CountyCommand, Point: ripoti.Point{Lat: 0.02, Lon: lon + 0.5}}, ripoti.RoleCommander)
	for i, sub := range []string{"A", "B"} {
		x := lon + float64(i)*0.5
		name := "Sub " + id + sub
		add("command-"+sub, ripoti.Office{Kind: ripoti.SubCountyCommand, SubCounty: name, Parent: id + "-police", Point: ripoti.Point{Lat: 0.03, Lon: x}}, ripoti.RoleCommander)
		add("desk-"+sub, ripoti.Office{Kind: ripoti.Station, SubCounty: name, Parent: id + "-command-" + sub, Able: desk, Point: ripoti.Point{Lat: 0.01, Lon: x + 0.05}}, stationRoles...)
		add("plain-"+sub, ripoti.Office{Kind: ripoti.Station, SubCounty: name, Parent: id + "-command-" + sub, Point: ripoti.Point{Lat: 0.01, Lon: x + 0.01}}, ripoti.RoleDuty, ripoti.RoleOCS)
		add("post-"+sub, ripoti.Office{Kind: ripoti.Post, SubCounty: name, Parent: id + "-plain-" + sub, Point: ripoti.Point{Lat: 0, Lon: x + 0.005}}, ripoti.RoleDuty)
		add("children-"+sub, ripoti.Office{Kind: ripoti.ChildrenOffice, SubCounty: name, Parent: id + "-children", Point: ripoti.Point{Lat: 0.02, Lon: x + 0.02}}, ripoti.RoleChildren)
	}
	add("children", ripoti.Office{Kind: ripoti.CountyChildren, Point: ripoti.Point{Lat: 0.02, Lon: lon}}, ripoti.RoleChildren)
	add("social", ripoti.Office{Kind: ripoti.SocialWork, Point: ripoti.Point{Lat: 0.02, Lon: lon}}, ripoti.RoleSocial)
	add("coordination", ripoti.Office{Kind: ripoti.Coordination, Point: ripoti.Point{Lat: 0.02, Lon: lon}}, ripoti.RoleCoordinator)
	add("oversight", ripoti.Office{Kind: ripoti.Oversight, Point: ripoti.Point{Lat: 0.02, Lon: lon}}, ripoti.RoleLiaison)
}

// country are three counties and the offices for all of it.
func country() *network {
	n := &network{}
	for i, id := range []string{"001", "002", "003"} {
		n.county(id, 36+float64(i))
	}
	n.add(ripoti.Office{ID: "network", Kind: ripoti.Coordination}, ripoti.RoleDirector, ripoti.RoleCoordinator)
	n.add(ripoti.Office{ID: "social", Kind: ripoti.SocialWork}, ripoti.RoleSocial)
	n.add(ripoti.Office{ID: "oversight", Kind: ripoti.Oversight}, ripoti.RoleLiaison)
	n.add(ripoti.Office{ID: "eacc", Kind: ripoti.EACC}, ripoti.RoleLiaison)
	n.add(ripoti.Office{ID: "ahtcpu", Kind: ripoti.AHTCPU}, ripoti.RoleLiaison)
	n.add(ripoti.Office{ID: "ct", Kind: ripoti.CTSecretariat}, ripoti.RoleLiaison)
	return n
}

// Places in sub-county A of county 001.
var (
	town   = ripoti.PlaceRef{ID: "town-1", Name: "Town", County: "One", CountyID: "001", Ward: "ward-0001", Point: ripoti.Point{Lat: 0, Lon: 36}, Precision: ripoti.PrecisionExact}
	ward   = ripoti.PlaceRef{ID: "ward-0001", Name: "Ward", County: "One", CountyID: "001", Point: ripoti.Point{Lat: 0, Lon: 36}, Precision: ripoti.PrecisionWard}
	consti = ripoti.PlaceRef{ID: "const-1", Name: "Constituency", County: "One", CountyID: "001", Point: ripoti.Point{Lat: 0, Lon: 36}, Precision: ripoti.PrecisionConstituency}
	whole  = ripoti.PlaceRef{ID: "county-001", Name: "One", County: "One", CountyID: "001", Point: ripoti.Point{Lat: 0, Lon: 36}, Precision: ripoti.PrecisionCounty}
	noword = ripoti.PlaceRef{}
)

// part is the decision's part of an office, nil where it has none.
func partOf(d Decision, office string) *Part {
	for i := range d.Parts {
		if d.Parts[i].OfficeID == office {
			return &d.Parts[i]
		}
	}
	return nil
}

// told is everybody who hears of it, by any part or rung.
func told(d Decision) map[string]bool {
	out := map[string]bool{}
	for _, p := range d.Parts {
		out[p.OfficeID] = true
		for _, r := range p.Ladder {
			out[r.OfficeID] = true
		}
	}
	return out
}
