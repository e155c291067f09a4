// Package cpims shapes children's cases to the fields of Kenya's Child Protection Information Management
// System, as its "Case Integration Validation" list has them (domain brief 9; read in the public code
// uonafya/cpims-dcs-3.0). What we do not keep, or what leaves only with consent, stays empty: the reporter,
// the reporter's phone, the landmark and the narration are read in Ripoti. Of CPIMS' own lists of values
// we know none: values are plain English words, and the sub-county is the constituency, which most are.
package cpims

import (
	"fmt"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// Columns are the fields, in the order of a file.
var Columns = []string{"serial", "reporter", "reporter_phone", "county", "sub_county", "ward", "village", "case_date", "perpetrator", "constituency",
	"org_unit", "landmark", "risk_level", "referral", "summons", "narration", "longitude", "latitude", "category", "sub_category", "event_date", "nature",
	"place_of_event", "persons"}

// Places tells where a place lies.
type Places interface {
	Place(id string) (ripoti.Place, bool)
	Constituency(p ripoti.Place) string // its name
}

// risks are CPIMS' levels of our urgencies.
var risks = map[ripoti.Urgency]string{ripoti.Critical: "High", ripoti.High: "High", ripoti.Medium: "Medium", ripoti.Low: "Low"}

// perpetrators are who did it, as far as it was told.
var perpetrators = map[ripoti.ByWhom]string{ripoti.ByFamily: "Family", ripoti.ByKnown: "Known person", ripoti.ByLeader: "Teacher, chief or leader",
	ripoti.ByPolice: "Police officer", ripoti.ByStranger: "Stranger"}

// categories are the names of our kinds of harm in CPIMS.
var categories = map[ripoti.Category]string{ripoti.SVAC: "Sexual abuse", ripoti.ChildAbuse: "Child abuse and neglect", ripoti.ChildMarriage: "Child marriage", ripoti.FGM: "FGM",
	ripoti.DV: "Domestic violence", ripoti.CSEC: "Sexual exploitation", ripoti.Trafficking: "Trafficking", ripoti.PoliceAbuse: "Abuse by an authority"}

// Covers says whether a report is a child's case, which is what CPIMS takes.
func Covers(r ripoti.Report) bool { return r.Answers.OfChild() && r.Category != ripoti.Unclear }

// Row is a report by the fields. serial is what the receiver may call it; unit the office that has its care.
func Row(r ripoti.Report, serial, unit string, places Places) []string {
	place, ward := r.Answers.Place, ripoti.Place{}
	constituency := ""
	if p, ok := places.Place(place.ID); ok {
		constituency = places.Constituency(p)
		ward, _ = places.Place(p.Ward)
		if p.Kind == ripoti.KindWard {
			ward = p
		}
	}
	village := place.Name
	if village == ward.Name || village == place.County {
		village = ""
	}
	longitude, latitude := "", ""
	if ward.ID != "" && ward.Precision.Decides() { // of the ward, never nearer
		longitude, latitude = fmt.Sprintf("%.2f", ward.Point.Lon), fmt.Sprintf("%.2f", ward.Point.Lat)
	}
	return []string{serial, "", "", place.County, constituency, ward.Name, village, day(r.FiledAt), perpetrators[r.Answers.ByWhom], constituency,
		unit, "", risks[r.Urgency], "", "", "", longitude, latitude, categories[r.Category], string(r.Answers.Detail), eventDay(r), nature(r), "", "child"}
}

func day(t time.Time) string { return t.In(routing.Nairobi).Format(time.DateOnly) }

// eventDay is the day it happened where that is known to the day.
func eventDay(r ripoti.Report) string {
	if r.Answers.When == ripoti.WhenNow {
		return day(r.FiledAt)
	}
	return ""
}

func nature(r ripoti.Report) string {
	switch r.Answers.When {
	case ripoti.WhenRepeating:
		return "repeated"
	case ripoti.WhenPlanned:
		return "planned"
	case "":
		return ""
	}
	return "once"
}
