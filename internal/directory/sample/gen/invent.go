package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
)

// verified is the day that the invented numbers count as verified on.
var verified = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// Numbers that people can keep in mind while they try the phones; all others follow from 100 on.
var memorable = map[string]int{
	"sample-station-047-kibera/desk":          1,
	"sample-station-047-kibera/duty":          2,
	"sample-station-047-kibera/ocs":           3,
	"sample-social-047/social":                11,
	"sample-coordination-047/coordinator":     21,
	"sample-children-047-kibera/children":     31,
	"sample-subcounty-047-kibera/commander":   41,
	"sample-oversight/liaison":                51,
	"sample-coordination-network/director":    61,
	"sample-coordination-network/coordinator": 62,
	"sample-hospital-047/health":              71,
	"sample-shelter-047/partner":              72,
	"sample-legal-047/partner":                73,
	"sample-odpp-047/liaison":                 81,
}

// english are the offices that are spoken to in English whatever their turn.
func english(id string) bool { return strings.HasPrefix(id, "sample-") && strings.Contains(id, "-047") }

type inventor struct {
	rows   directory.Rows
	number int
	turn   int
}

// invent makes the sample: a sub-county for each constituency with its command, children's office and
// a station at its main place, posts here and there, and for each county what stands above them.
func invent(places []ripoti.Place) directory.Rows {
	v := &inventor{number: 100}
	v.network()
	for _, county := range kind(places, ripoti.KindCounty) {
		v.county(county)
		subs := in(kind(places, ripoti.KindConstituency), func(p ripoti.Place) bool { return p.CountyID == county.CountyID })
		for i, sub := range subs {
			inside := in(places, func(p ripoti.Place) bool { return p.Constituency == sub.ID && p.ID != sub.ID })
			v.subCounty(county, sub, inside, i)
		}
	}
	for _, county := range kind(places, ripoti.KindCounty) {
		v.helpers(county)
	}
	return v.rows
}

func kind(places []ripoti.Place, k ripoti.PlaceKind) []ripoti.Place {
	return in(places, func(p ripoti.Place) bool { return p.Kind == k })
}

func in(places []ripoti.Place, keep func(ripoti.Place) bool) []ripoti.Place {
	var out []ripoti.Place
	for _, p := range places {
		if keep(p) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b ripoti.Place) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func (v *inventor) add(o ripoti.Office, roles ...ripoti.Role) {
	o.Active, o.Sample = true, true
	if o.Hours == "" {
		o.Hours = "24h"
	}
	v.rows.Offices = append(v.rows.Offices, o)
	for _, role := range roles {
		v.contact(o, role)
	}
}

func (v *inventor) contact(o ripoti.Office, role ripoti.Role) {
	n, ok := memorable[o.ID+"/"+string(role)]
	if !ok {
		v.number++
		n = v.number
	}
	lang := ripoti.English
	if v.turn++; v.turn%2 == 0 && !english(o.ID) {
		lang = ripoti.Swahili
	}
	v.rows.Contacts = append(v.rows.Contacts, ripoti.Contact{
		ID: o.ID + "-" + string(role), OfficeID: o.ID, Role: role, Rank: 1, Name: "Sample " + string(role), Lang: lang,
		Phone: ripoti.Phone(fmt.Sprintf("+254711%06d", n)), VerifiedAt: verified, Active: true, Sample: true,
	})
}

// network are the offices for the whole country.
func (v *inventor) network() {
	nairobi, mombasa := ripoti.Point{Lat: -1.2864, Lon: 36.8172}, ripoti.Point{Lat: -4.0547, Lon: 39.6636}
	v.add(ripoti.Office{ID: "sample-coordination-network", Kind: ripoti.Coordination, Name: "Sample Coordination of the Network", Point: nairobi}, ripoti.RoleDirector, ripoti.RoleCoordinator)
	v.add(ripoti.Office{ID: "sample-social-network", Kind: ripoti.SocialWork, Name: "Sample Social Work, whole country", Point: nairobi}, ripoti.RoleSocial)
	v.add(ripoti.Office{ID: "sample-oversight", Kind: ripoti.Oversight, Name: "Sample Oversight Liaison", Point: nairobi}, ripoti.RoleLiaison)
	v.add(ripoti.Office{ID: "sample-eacc", Kind: ripoti.EACC, Name: "Sample Bribery Liaison", Point: nairobi}, ripoti.RoleLiaison)
	v.add(ripoti.Office{ID: "sample-ct-secretariat", Kind: ripoti.CTSecretariat, Name: "Sample Counter Trafficking Secretariat", Point: nairobi}, ripoti.RoleLiaison)
	v.add(ripoti.Office{ID: "sample-ahtcpu-nairobi", Kind: ripoti.AHTCPU, Name: "Sample Child Protection Unit Nairobi", Point: nairobi}, ripoti.RoleLiaison)
	v.add(ripoti.Office{ID: "sample-ahtcpu-mombasa", Kind: ripoti.AHTCPU, Name: "Sample Child Protection Unit Mombasa", Point: mombasa}, ripoti.RoleLiaison)
}

func (v *inventor) county(c ripoti.Place) {
	at := func(kind ripoti.OfficeKind, prefix, name string, roles ...ripoti.Role) {
		v.add(ripoti.Office{ID: prefix + c.CountyID, Kind: kind, Name: name + " " + c.Name, County: c.CountyID, PlaceID: c.ID, Point: c.Point}, roles...)
	}
	at(ripoti.CountyCommand, "sample-county-", "Sample County Command", ripoti.RoleCommander)
	at(ripoti.CountyChildren, "sample-county-children-", "Sample County Children's Office", ripoti.RoleChildren)
	at(ripoti.SocialWork, "sample-social-", "Sample Social Work", ripoti.RoleSocial)
	at(ripoti.Coordination, "sample-coordination-", "Sample Coordination", ripoti.RoleCoordinator)
}

// helpers are whom a case is referred to in a county, and the prosecutors' liaison. They come last, so
// that the numbers of the others stay.
func (v *inventor) helpers(c ripoti.Place) {
	for _, o := range []struct {
		kind         ripoti.OfficeKind
		prefix, name string
		role         ripoti.Role
	}{
		{ripoti.Hospital, "sample-hospital-", "Sample Hospital", ripoti.RoleHealth},
		{ripoti.Shelter, "sample-shelter-", "Sample Shelter", ripoti.RolePartner},
		{ripoti.LegalAid, "sample-legal-", "Sample Legal Aid", ripoti.RolePartner},
		{ripoti.ODPP, "sample-odpp-", "Sample Prosecutors' Liaison", ripoti.RoleLiaison},
	} {
		v.add(ripoti.Office{ID: o.prefix + c.CountyID, Kind: o.kind, Name: o.name + " " + c.Name, County: c.CountyID, PlaceID: c.ID, Point: c.Point}, o.role)
	}
}

// subCounty invents what a constituency has. Every fourth sub-county's station has no gender desk, so
// that passing it over can be seen; the first of a county always has one.
func (v *inventor) subCounty(county, sub ripoti.Place, inside []ripoti.Place, turn int) {
	main := mainPlace(sub, inside)
	tail := county.CountyID + "-" + slug(main.Name)
	command := "sample-subcounty-" + tail
	v.add(ripoti.Office{ID: command, Kind: ripoti.SubCountyCommand, Name: "Sample Sub-county Command " + main.Name, County: county.CountyID, SubCounty: sub.Name, PlaceID: main.ID, Point: main.Point,
		Parent: "sample-county-" + county.CountyID}, ripoti.RoleCommander)
	station := ripoti.Office{ID: "sample-station-" + tail, Kind: ripoti.Station, Name: "Sample Station " + main.Name, County: county.CountyID, SubCounty: sub.Name, PlaceID: main.ID, Point: main.Point,
		Parent: command, Able: []ripoti.Capability{ripoti.GenderDesk}}
	if turn%2 == 0 {
		station.Able = append(station.Able, ripoti.Vehicle)
	}
	if turn%4 == 3 {
		station.Able = nil
	}
	if main.ID == kibera {
		station.Able = []ripoti.Capability{ripoti.GenderDesk, ripoti.ChildUnit, ripoti.Vehicle}
		for _, p := range inside { // a table that coordinators keep: the area has no point of its own
			station.Serves = append(station.Serves, p.ID)
		}
	}
	roles := []ripoti.Role{ripoti.RoleDesk, ripoti.RoleDuty, ripoti.RoleOCS}
	if station.Able == nil {
		roles = roles[1:]
	}
	v.add(station, roles...)
	v.add(ripoti.Office{ID: "sample-children-" + tail, Kind: ripoti.ChildrenOffice, Name: "Sample Children's Office " + main.Name, County: county.CountyID, SubCounty: sub.Name, PlaceID: main.ID, Point: main.Point,
		Parent: "sample-county-children-" + county.CountyID}, ripoti.RoleChildren)
	if turn%3 == 0 {
		v.post(county, sub, station, inside)
	}
}

// post invents a police post at the place of the sub-county that lies furthest from its station.
func (v *inventor) post(county, sub ripoti.Place, station ripoti.Office, inside []ripoti.Place) {
	var at ripoti.Place
	for _, p := range kind(inside, ripoti.KindWard) {
		if at.ID == "" || p.Point.Km(station.Point) > at.Point.Km(station.Point) {
			at = p
		}
	}
	if at.ID == "" || at.ID == station.PlaceID {
		return
	}
	v.add(ripoti.Office{ID: "sample-post-" + county.CountyID + "-" + slug(at.Name), Kind: ripoti.Post, Name: "Sample Post " + at.Name, County: county.CountyID, SubCounty: sub.Name, PlaceID: at.ID, Point: at.Point,
		Parent: station.ID}, ripoti.RoleDuty)
}

// kibera is the place that the guide to trying it out tells people to type.
const kibera = "area-047-kibera"

// mainPlace is where a sub-county's offices stand: Kibera where it is, else a town of the name, a
// town, a ward, or the middle of the constituency.
func mainPlace(sub ripoti.Place, inside []ripoti.Place) ripoti.Place {
	best, rank := sub, 0
	for _, p := range inside {
		r := 0
		switch {
		case p.ID == kibera:
			r = 5
		case !p.Precision.Decides():
		case p.Kind == ripoti.KindTown && p.Name == sub.Name:
			r = 4
		case p.Kind == ripoti.KindTown:
			r = 3
		case p.Kind == ripoti.KindWard && p.Name == sub.Name:
			r = 2
		case p.Kind == ripoti.KindWard:
			r = 1
		}
		if r > rank {
			best, rank = p, r
		}
	}
	return best
}

func slug(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(strings.ReplaceAll(name, "'", "")), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	}), "-")
}
