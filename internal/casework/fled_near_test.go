package casework_test

import (
	"strings"
	"testing"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// Two invented neighbour counties: the one begins within the hour's drive of Kibera, the other far away.
func neighbours(offices []ripoti.Office, contacts []ripoti.Contact) {
	for i := range offices {
		o := &offices[i]
		switch o.ID {
		case "ct-ke":
			o.Kind, o.County = ripoti.Coordination, "034"
		case "station-far":
			o.County = "034"
		case "eacc-ke":
			o.Kind, o.County = ripoti.Coordination, "030"
		case "station-third":
			o.County, o.Point.Lat = "030", o.Point.Lat+90/111.2
		}
	}
	for i := range contacts {
		if c := &contacts[i]; c.OfficeID == "ct-ke" || c.OfficeID == "eacc-ke" {
			c.Role = ripoti.RoleCoordinator
		}
	}
}

const (
	nearCounty = "ct-ke.liaison"
	farCounty  = "eacc-ke.liaison"
)

func TestTheCountiesAroundHearThatASuspectFled(t *testing.T) {
	fled := func(s *stage.Stage, code ripoti.Code) {
		s.Text(desk, "8 "+string(code))
	}
	t.Run("once for each flight, and only those that are near", func(t *testing.T) {
		s := stage.New(t, neighbours)
		code := s.File("c1", ripoti.StageComplete, stage.Report(nil))
		s.Text(desk, "1 "+string(code))
		expect(t, "before", s.Kinds(nearCounty), "")
		fled(s, code)
		s.Text(desk, "8 "+string(code)+" Gikomba") // where he was seen: the same flight
		expect(t, "near", s.Kinds(nearCounty), "fled.near")
		text := s.Got(nearCounty)[0].Text
		has(t, text, string(code), "Kibera, Nairobi", "suspect fled")
		for _, secret := range []string{"Gikomba", "child,", "711"} {
			if strings.Contains(text, secret) {
				t.Errorf("%q stands in %s", secret, text)
			}
		}
		s.Text(desk, "7 "+string(code))
		fled(s, code)
		expect(t, "arrested, and fled again", s.Kinds(nearCounty), "fled.near fled.near")
		expect(t, "more than 80 km away", s.Kinds(farCounty), "")
		expect(t, "the own county", strings.ReplaceAll(s.Kinds(coordinator), "fled.near", "X"), s.Kinds(coordinator))
	})
	t.Run("not where the number answers for somebody behind the wall", func(t *testing.T) {
		for _, accused := range []bool{false, true} {
			s := stage.New(t, func(offices []ripoti.Office, contacts []ripoti.Contact) {
				neighbours(offices, contacts)
				var near ripoti.Phone
				for _, c := range contacts {
					if c.ID == "station-near.ocs" {
						near = c.Phone
					}
				}
				for i := range contacts {
					if contacts[i].ID == nearCounty {
						contacts[i].Phone = near
					}
				}
			})
			code := s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) {
				if accused {
					a.ByWhom = ripoti.ByPolice
				}
			}))
			for _, holder := range []string{desk, "station-north.desk"} {
				s.Text(holder, "1 "+string(code))
				s.Text(holder, "8 "+string(code))
			}
			if told := strings.Contains(s.Kinds(nearCounty), "fled.near"); told == accused {
				t.Errorf("the police accused %v: told %v", accused, told)
			}
		}
	})
}
