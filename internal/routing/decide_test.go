package routing

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

// sides writes a decision's parts as "side:office", in order.
func sides(d Decision) string {
	var out []string
	for _, p := range d.Parts {
		out = append(out, string(p.Side)+":"+strings.TrimPrefix(p.OfficeID, "001-"))
	}
	return strings.Join(out, " ")
}

func at(place ripoti.PlaceRef, a ripoti.Answers) ripoti.Answers {
	a.Place = place
	return a
}

func TestDecideGivesEachHarmItsOwners(t *testing.T) {
	const care = " care:social"
	const childrenCare = care // the children's officer was told before
	adult := ripoti.Answers{AtRisk: ripoti.AtRiskSelfAdult}
	with := func(a ripoti.Answers, f func(*ripoti.Answers)) ripoti.Answers { f(&a); return a }
	police := with(adult, func(a *ripoti.Answers) { a.Choice = ripoti.ChoicePolice })
	support := with(adult, func(a *ripoti.Answers) { a.Choice = ripoti.ChoiceSupport })
	later := with(adult, func(a *ripoti.Answers) { a.Choice = ripoti.ChoiceLater })
	danger := ripoti.Answers{Danger: ripoti.DangerYes}
	other := ripoti.Answers{AtRisk: ripoti.AtRiskOtherAdult}
	child := ripoti.Answers{AtRisk: ripoti.AtRiskOtherChild}
	detail := func(d ripoti.Detail) ripoti.Answers { return ripoti.Answers{Detail: d} }

	tests := []struct {
		name     string
		category ripoti.Category
		urgency  ripoti.Urgency
		answers  ripoti.Answers
		want     string
	}{
		{"sexual abuse of a child goes to the desk, the children's officer and the OCS", ripoti.SVAC, ripoti.High, child, "safety:desk-A told:children-A told:desk-A" + childrenCare},
		{"sexual abuse with the age unknown is a child's", ripoti.SVAC, ripoti.High, ripoti.Answers{AtRisk: ripoti.AtRiskUnsure}, "safety:desk-A told:children-A told:desk-A" + childrenCare},
		{"an adult who chose nobody has the social worker", ripoti.SVAdult, ripoti.High, adult, "care:social"},
		{"an adult who chose the police has the desk too", ripoti.SVAdult, ripoti.High, police, "safety:desk-A" + care},
		{"an adult who chose support has no police", ripoti.SVAdult, ripoti.High, support, "care:social"},
		{"an adult who decides later has no police yet", ripoti.SVAdult, ripoti.High, later, "care:social"},
		{"an adult who chose support and is in danger now has the desk", ripoti.SVAdult, ripoti.Critical, with(support, func(a *ripoti.Answers) { a.Danger = ripoti.DangerYes }), "safety:desk-A" + care},
		{"another adult has a social worker first", ripoti.SVAdult, ripoti.High, other, "care:social"},
		{"another adult in danger now has the desk", ripoti.SVAdult, ripoti.Critical, with(other, func(a *ripoti.Answers) { a.Danger = ripoti.DangerYes }), "safety:desk-A" + care},

		{"a child hurt has the desk and the children's officer", ripoti.ChildAbuse, ripoti.High, detail(ripoti.ChildBeaten), "safety:desk-A safety:children-A" + care},
		{"a child missing has the desk", ripoti.ChildAbuse, ripoti.High, detail(ripoti.ChildMissing), "safety:desk-A safety:children-A" + care},
		{"a child neglected has the children's officer alone", ripoti.ChildAbuse, ripoti.Medium, detail(ripoti.ChildNeglected), "safety:children-A" + care},
		{"a child at work has the children's officer alone", ripoti.ChildAbuse, ripoti.Medium, detail(ripoti.ChildLabour), "safety:children-A" + care},
		{"a critical neglect has the desk", ripoti.ChildAbuse, ripoti.Critical, detail(ripoti.ChildNeglected), "safety:desk-A safety:children-A" + care},

		{"child marriage has both", ripoti.ChildMarriage, ripoti.High, ripoti.Answers{}, "safety:desk-A safety:children-A" + care},
		{"FGM has both", ripoti.FGM, ripoti.High, ripoti.Answers{}, "safety:desk-A safety:children-A" + care},
		{"a cutting of several is told to the county commander", ripoti.FGM, ripoti.High, ripoti.Answers{AtRisk: ripoti.AtRiskSeveral}, "safety:desk-A safety:children-A told:police" + care},

		{"violence at home has the social worker", ripoti.DV, ripoti.Medium, adult, "care:social"},
		{"violence at home with the police chosen has the desk", ripoti.DV, ripoti.Medium, police, "safety:desk-A" + care},
		{"violence at home with support chosen has no police", ripoti.DV, ripoti.High, support, "care:social"},
		{"violence at home with danger now has the desk", ripoti.DV, ripoti.Critical, danger, "safety:desk-A" + care},
		{"violence at home with a child hurt has the desk and the children's officer", ripoti.DV, ripoti.High, child, "safety:desk-A" + care + " told:children-A"},
		{"violence at home against another adult has a social worker first", ripoti.DV, ripoti.High, with(other, func(a *ripoti.Answers) { a.Choice = ripoti.ChoicePolice }), "care:social"},

		{"a child sold for sex goes to the special unit, not to the station", ripoti.CSEC, ripoti.High, child, "safety:ahtcpu told:children" + care},
		{"a child sold and in danger now has the local desk too", ripoti.CSEC, ripoti.Critical, with(child, func(a *ripoti.Answers) { a.Danger = ripoti.DangerYes }), "safety:ahtcpu safety:desk-A told:children" + care},
		{"a trafficked child goes to the special unit", ripoti.Trafficking, ripoti.High, child, "safety:ahtcpu told:children" + care},
		{"trafficking with nothing else known counts as a child's", ripoti.Trafficking, ripoti.High, ripoti.Answers{}, "safety:ahtcpu told:children" + care},
		{"an adult forced into sex goes to the special unit", ripoti.Trafficking, ripoti.Medium, with(other, func(a *ripoti.Answers) { a.Detail = ripoti.SoldAdultSex }), "safety:ahtcpu" + care},
		{"an adult taken far goes to the special unit", ripoti.Trafficking, ripoti.Medium, with(other, func(a *ripoti.Answers) { a.Detail = ripoti.SoldMoved }), "safety:ahtcpu" + care},
		{"adult labour goes to the secretariat", ripoti.Trafficking, ripoti.Medium, with(other, func(a *ripoti.Answers) { a.Detail = ripoti.SoldWork }), "safety:ct" + care},
		{"an adult who chose support has the secretariat, no police", ripoti.Trafficking, ripoti.Medium, with(support, func(a *ripoti.Answers) { a.Detail = ripoti.SoldAdultSex }), "safety:ct" + care},

		{"other crime goes to the station, desk or not", ripoti.OtherCrime, ripoti.Medium, ripoti.Answers{}, "safety:plain-A" + care},
		{"what is unclear goes to the social workers alone", ripoti.Unclear, ripoti.Medium, ripoti.Answers{}, "care:social"},
		{"what is unclear and critical is read by the coordinator too, still no police", ripoti.Unclear, ripoti.Critical, danger, "told:coordination care:social"},
	}
	d, r := country().directory(), Default()
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got := Decide(Case{Answers: at(town, tc.answers), Category: tc.category, Urgency: tc.urgency, Stage: ripoti.StageComplete, At: noon}, d, r)
			if sides(got) != tc.want {
				t.Errorf("parts = %q, want %q", sides(got), tc.want)
			}
			if got.NoRecipient {
				t.Error("says that nobody was found")
			}
		})
	}
}

func TestDecideOnPoliceAbuse(t *testing.T) {
	tests := []struct {
		name    string
		urgency ripoti.Urgency
		second  ripoti.Category
		answers ripoti.Answers
		want    string
	}{
		{"goes to oversight and the coordinator", ripoti.Medium, "", ripoti.Answers{Detail: ripoti.PoliceRefused}, "safety:oversight safety:coordination care:social"},
		{"a bribe goes to the bribery liaison too", ripoti.Medium, "", ripoti.Answers{Detail: ripoti.PoliceBribe}, "safety:oversight safety:coordination safety:eacc care:social"},
		{"a child's has a children's officer", ripoti.High, "", ripoti.Answers{Detail: ripoti.PoliceBeat, AtRisk: ripoti.AtRiskOtherChild}, "safety:oversight safety:coordination told:children-A care:social"},
		{"sexual abuse has a gender officer of another sub-county", ripoti.High, ripoti.SVAdult, ripoti.Answers{Detail: ripoti.PoliceSexual, AtRisk: ripoti.AtRiskSelfAdult}, "safety:oversight safety:coordination safety:002-desk-A care:social"},
		{"critical has a gender officer of another sub-county", ripoti.Critical, "", ripoti.Answers{Detail: ripoti.PoliceBeat}, "safety:oversight safety:coordination safety:002-desk-A care:social"},
	}
	d, r := country().directory(), Default()
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got := Decide(Case{Answers: at(town, tc.answers), Category: ripoti.PoliceAbuse, Second: tc.second, Urgency: tc.urgency, At: noon}, d, r)
			if sides(got) != tc.want || !got.Walled {
				t.Errorf("parts = %q walled %v, want %q\n%v", sides(got), got.Walled, tc.want, got.Wall)
			}
		})
	}
	t.Run("any harm by police is behind the wall", func(t *testing.T) {
		got := Decide(Case{Answers: at(town, ripoti.Answers{ByWhom: ripoti.ByPolice}), Category: ripoti.SVAC, Urgency: ripoti.High, At: noon}, d, r)
		if want := "safety:oversight safety:coordination safety:002-desk-A told:children-A care:social"; sides(got) != want {
			t.Errorf("parts = %q, want %q", sides(got), want)
		}
	})
}

func TestDecideOnCallsThatWereCut(t *testing.T) {
	d, r := country().directory(), Default()
	decide := func(c ripoti.Category, a ripoti.Answers) Decision {
		return Decide(Case{Answers: at(town, a), Category: c, Urgency: ripoti.Critical, Rule: "C1", Stage: ripoti.StagePartial, At: noon}, d, r)
	}
	for _, c := range []ripoti.Category{ripoti.SVAC, ripoti.DV, ripoti.OtherCrime, ripoti.Unclear} {
		t.Run("danger now and nobody said by whom: OCS and commander of "+string(c)+" together", func(t *testing.T) {
			got := decide(c, ripoti.Answers{Danger: ripoti.DangerYes})
			ocs, commander := got.Parts[0], partOf(got, "001-command-A")
			if ocs.Side != ripoti.Safety || ocs.Ladder[0].Roles[0] != ripoti.RoleOCS {
				t.Errorf("the first is told as %v to %v", ocs.Side, ocs.Ladder[0].Roles)
			}
			if commander == nil || commander.Side != ripoti.Safety || commander.Ladder[0].After != 0 {
				t.Errorf("the commander is not told at once: %q", sides(got))
			}
		})
	}
	t.Run("no danger now: a social worker first", func(t *testing.T) {
		got := Decide(Case{Answers: at(town, ripoti.Answers{Danger: ripoti.DangerNo}), Category: ripoti.DV, Urgency: ripoti.Medium, Stage: ripoti.StagePartial, At: noon}, d, r)
		if sides(got) != "care:social" {
			t.Errorf("parts = %q", sides(got))
		}
	})
	t.Run("by police, the wall holds all the same", func(t *testing.T) {
		got := decide(ripoti.SVAC, ripoti.Answers{Danger: ripoti.DangerYes, ByWhom: ripoti.ByPolice})
		if partOf(got, "001-desk-A") != nil || partOf(got, "001-command-A") != nil {
			t.Errorf("parts = %q", sides(got))
		}
	})
	t.Run("a sold child without danger now stays with the special unit", func(t *testing.T) {
		got := Decide(Case{Answers: at(town, ripoti.Answers{Danger: ripoti.DangerNo}), Category: ripoti.CSEC, Urgency: ripoti.High, Stage: ripoti.StagePartial, At: noon}, d, r)
		if sides(got) != "safety:ahtcpu told:children care:social" {
			t.Errorf("parts = %q", sides(got))
		}
	})
}

func TestDecideChoosesTheStation(t *testing.T) {
	svac := Case{Answers: at(town, ripoti.Answers{AtRisk: ripoti.AtRiskOtherChild}), Category: ripoti.SVAC, Urgency: ripoti.High, At: noon}
	tests := []struct {
		name   string
		change func(*network)
		c      func(*Case)
		want   string
		why    string // part of the trace
	}{
		{"the nearest able one goes before nearer ones that are not", nil, nil, "001-desk-A", "has no gender desk"},
		{"a dark one is passed over", func(n *network) { n.change("001-desk-A", func(o *ripoti.Office) { o.Dark = true }) }, nil, "001-plain-A", "dark"},
		{"one that is not active is passed over", func(n *network) { n.change("001-desk-A", func(o *ripoti.Office) { o.Active = false }) }, nil, "001-plain-A", "not active"},
		{"one whose numbers were never verified is passed over", func(n *network) {
			for i := range n.contacts {
				if n.contacts[i].OfficeID == "001-desk-A" {
					n.contacts[i].VerifiedAt = time.Time{}
				}
			}
		}, nil, "001-plain-A", "no contact that could answer"},
		{"one that declined is passed over", nil, func(c *Case) { c.Avoid = []string{"001-desk-A"} }, "001-plain-A", "declined"},
		{"one that is closed at this hour is passed over", func(n *network) { n.change("001-desk-A", func(o *ripoti.Office) { o.Hours = "08:00-17:00" }) },
			func(c *Case) { c.At = noon.Add(8 * time.Hour) }, "001-plain-A", "closed at this hour"},
		{"the ward table goes before distance", func(n *network) {
			n.change("002-desk-A", func(o *ripoti.Office) { o.Serves = []string{"ward-0001"} })
		}, nil, "002-desk-A", "the place was given to it"},
		{"the ward table settles even a ward whose point is only its constituency's", func(n *network) {
			n.change("002-desk-A", func(o *ripoti.Office) { o.Serves = []string{"ward-0001"} })
		}, func(c *Case) { c.Answers.Place = ward; c.Answers.Place.Precision = ripoti.PrecisionConstituency }, "002-desk-A", ""},
		{"the table settles an area that has no point of its own", func(n *network) {
			n.change("002-desk-A", func(o *ripoti.Office) { o.Serves = []string{"area-1"} })
		}, func(c *Case) {
			c.Answers.Place = ripoti.PlaceRef{ID: "area-1", CountyID: "001", Point: town.Point, Precision: ripoti.PrecisionConstituency}
		}, "002-desk-A", "the place was given to it"},
		{"a station of the ward table that is not able is passed over and says so", func(n *network) {
			n.change("001-plain-B", func(o *ripoti.Office) { o.Serves = []string{"ward-0001"} })
		}, nil, "001-desk-A", "the place was given to it, but has no gender desk"},
		{"an able one beyond the limit does not go before a near one that answers", func(n *network) {
			n.change("001-desk-A", func(o *ripoti.Office) { o.Able = nil })
		}, nil, "001-plain-A", "no able one within 50 km"},
		{"a post is told where no station near can be", func(n *network) { n.mute("001-desk-A"); n.mute("001-plain-A") }, nil, "001-post-A", "no contact that could answer"},
		{"nobody near can be told: an able one of the county, however far", func(n *network) {
			for _, id := range []string{"001-desk-A", "001-plain-A", "001-post-A"} {
				n.mute(id)
			}
		}, nil, "001-desk-B", "able one of the county"},
		{"no station of the county: the sub-county command", func(n *network) {
			for _, sub := range []string{"A", "B"} {
				for _, id := range []string{"001-desk-", "001-plain-", "001-post-"} {
					n.mute(id + sub)
				}
			}
		}, nil, "001-command-A", "instead of station"},
		{"nor a sub-county command: the county command", func(n *network) {
			for _, sub := range []string{"A", "B"} {
				for _, id := range []string{"001-desk-", "001-plain-", "001-post-", "001-command-"} {
					n.mute(id + sub)
				}
			}
		}, nil, "001-police", "instead of station"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			n, c := country(), svac
			if strings.Contains(tc.name, "however far") { // B lies 56 km away, beyond what is near
				for i := range n.offices {
					if strings.HasSuffix(n.offices[i].ID, "-B") {
						n.offices[i].Point.Lon += 0.3
					}
				}
			}
			if tc.change != nil {
				tc.change(n)
			}
			if tc.c != nil {
				tc.c(&c)
			}
			got := Decide(c, n.directory(), Default())
			if got.Parts[0].OfficeID != tc.want {
				t.Errorf("taken %s, want %s\n%s", got.Parts[0].OfficeID, tc.want, traceText(got))
			}
			if !strings.Contains(traceText(got), tc.why) {
				t.Errorf("the trace does not say %q:\n%s", tc.why, traceText(got))
			}
		})
	}
	t.Run("every nearer one is explained with its kilometres", func(t *testing.T) {
		got := Decide(svac, country().directory(), Default())
		for _, nearer := range []string{"001-post-A", "001-plain-A"} {
			i := slices.IndexFunc(got.Trace, func(l Line) bool { return l.Office == nearer && l.Result == resultPassed })
			if i < 0 || got.Trace[i].Km <= 0 || got.Trace[i].Why == "" {
				t.Errorf("%s is not explained:\n%s", nearer, traceText(got))
			}
		}
	})
}

func traceText(d Decision) string {
	var b strings.Builder
	for _, l := range d.Trace {
		fmt.Fprintf(&b, "%s %s %.1f %s %s\n", l.Rule, l.Office, l.Km, l.Result, l.Why)
	}
	return b.String()
}

func TestDecideOnPlacesThatAreTooWide(t *testing.T) {
	d, r := country().directory(), Default()
	decide := func(place ripoti.PlaceRef, a ripoti.Answers, u ripoti.Urgency) Decision {
		return Decide(Case{Answers: at(place, a), Category: ripoti.SVAC, Urgency: u, At: noon}, d, r)
	}
	for _, place := range []ripoti.PlaceRef{consti, whole, noword} {
		for _, u := range ripoti.Urgencies {
			t.Run(fmt.Sprintf("%s never settles a station (%s)", place.Precision, u), func(t *testing.T) {
				got := decide(place, ripoti.Answers{}, u)
				for id := range told(got) {
					if o, _ := d.Office(id); o.Kind == ripoti.Station || o.Kind == ripoti.Post {
						t.Errorf("%s is told: %s", id, sides(got))
					}
				}
				if !slices.ContainsFunc(got.Parts, func(p Part) bool { return p.Side == ripoti.Safety }) {
					t.Errorf("nobody for safety: %s", sides(got))
				}
			})
		}
	}
	t.Run("a county goes to its coordinators and social workers", func(t *testing.T) {
		if got := sides(decide(whole, ripoti.Answers{}, ripoti.High)); got != "safety:coordination told:children care:social" {
			t.Error(got)
		}
	})
	t.Run("danger now in a county is told to its commander too", func(t *testing.T) {
		got := decide(whole, ripoti.Answers{Danger: ripoti.DangerYes}, ripoti.Critical)
		if sides(got) != "safety:police safety:coordination told:children care:social" || got.Parts[0].Ladder[0].Roles[0] != ripoti.RoleCommander {
			t.Error(sides(got), got.Parts[0].Ladder[0])
		}
	})
	t.Run("danger now in a constituency is told to the nearest sub-county commander", func(t *testing.T) {
		if got := sides(decide(consti, ripoti.Answers{Danger: ripoti.DangerYes}, ripoti.Critical)); got != "safety:command-A safety:coordination told:children-A care:social" {
			t.Error(got)
		}
	})
	t.Run("no place at all goes to those of the whole network", func(t *testing.T) {
		got := decide(noword, ripoti.Answers{}, ripoti.High)
		if partOf(got, "network") == nil || partOf(got, "social") == nil {
			t.Error(sides(got))
		}
	})
}

// everyCase calls f with cases over all harms, levels, places and the answers that matter.
func everyCase(f func(Case)) {
	places := []ripoti.PlaceRef{town, ward, consti, whole, noword,
		{ID: "town-2", CountyID: "002", Point: ripoti.Point{Lat: 0.3, Lon: 37.4}, Precision: ripoti.PrecisionExact},
		{ID: "town-9", CountyID: "099", Point: ripoti.Point{Lat: -1, Lon: 38.9}, Precision: ripoti.PrecisionWard},
		{ID: "county-099", CountyID: "099", Precision: ripoti.PrecisionCounty}}
	for _, c := range ripoti.Categories {
		for _, u := range ripoti.Urgencies {
			for _, place := range places {
				for _, by := range []ripoti.ByWhom{"", ripoti.ByFamily, ripoti.ByPolice, ripoti.ByLeader} {
					for _, risk := range []ripoti.AtRisk{"", ripoti.AtRiskOtherChild, ripoti.AtRiskSelfAdult} {
						for _, stage := range []ripoti.Stage{ripoti.StagePartial, ripoti.StageComplete} {
							f(Case{Category: c, Urgency: u, Stage: stage, At: noon, Answers: ripoti.Answers{ByWhom: by, AtRisk: risk, Place: place}})
						}
					}
				}
			}
		}
	}
}

func TestWallHasNoWayIn(t *testing.T) {
	d, r := country().directory(), Default()
	leaks, walled := 0, 0
	everyCase(func(c Case) {
		got := Decide(c, d, r)
		if !accusesPolice(c, d) {
			return
		}
		walled++
		if !got.Walled || len(got.Wall) == 0 {
			t.Fatalf("%+v: not walled", c)
		}
		near := 0
		for id := range told(got) {
			o, _ := d.Office(id)
			if slices.Contains(got.Wall, id) {
				leaks++
				t.Errorf("%s %s: %s is behind the wall and is told", c.Category, c.Urgency, id)
			}
			if o.Kind.Police() && o.County == c.Answers.Place.CountyID && c.Answers.Place.CountyID != "" {
				near++
			}
		}
		if near > 0 {
			leaks++
			t.Errorf("%s %s at %s: %d police offices of the county are told", c.Category, c.Urgency, c.Answers.Place.ID, near)
		}
		if !slices.ContainsFunc(got.Parts, func(p Part) bool { o, _ := d.Office(p.OfficeID); return o.Kind == ripoti.Oversight }) ||
			!slices.ContainsFunc(got.Parts, func(p Part) bool { o, _ := d.Office(p.OfficeID); return o.Kind == ripoti.Coordination }) {
			t.Errorf("%s: oversight and the coordinator are not both told: %s", c.Category, sides(got))
		}
	})
	if walled < 1000 || leaks > 0 {
		t.Errorf("%d leaks in %d cases behind the wall", leaks, walled)
	}
}

func TestWall(t *testing.T) {
	d, r := country().directory(), Default()
	c := Case{Answers: at(town, ripoti.Answers{What: ripoti.WhatPolice}), Category: ripoti.PoliceAbuse, Urgency: ripoti.Critical, At: noon}
	t.Run("closes off the three nearest stations, their posts and commanders up to the county", func(t *testing.T) {
		got := Decide(c, d, r)
		for _, id := range []string{"001-post-A", "001-plain-A", "001-desk-A", "001-command-A", "001-police", "001-plain-B", "001-command-B", "001-post-B"} {
			if !slices.Contains(got.Wall, id) {
				t.Errorf("%s is not behind the wall: %v", id, got.Wall)
			}
		}
	})
	t.Run("a station named is walled with its own chain only", func(t *testing.T) {
		c := c
		c.AccusedOffices, c.Urgency, c.Second = []string{"001-plain-B"}, ripoti.High, ripoti.SVAdult // a ladder that climbs to the county
		got := Decide(c, d, r)
		if want := []string{"001-command-B", "001-plain-B", "001-police", "001-post-B"}; !slices.Equal(got.Wall, want) {
			t.Errorf("wall = %v, want %v", got.Wall, want)
		}
		if partOf(got, "001-desk-A") == nil {
			t.Errorf("the gender officer of the other sub-county is not told: %s", sides(got))
		}
		for _, rung := range partOf(got, "001-desk-A").Ladder {
			if rung.OfficeID == "001-police" {
				t.Error("its ladder climbs to the walled county command")
			}
		}
	})
	t.Run("an accused commander is walled with everybody below and above", func(t *testing.T) {
		c := c
		c.AccusedOffices = []string{"001-command-A"}
		got := Decide(c, d, r)
		for _, id := range []string{"001-command-A", "001-desk-A", "001-plain-A", "001-post-A", "001-police"} {
			if !slices.Contains(got.Wall, id) {
				t.Errorf("%s is not behind the wall: %v", id, got.Wall)
			}
		}
		if slices.Contains(got.Wall, "001-desk-B") {
			t.Error("the other sub-county is walled too")
		}
	})
	t.Run("no place known walls all police", func(t *testing.T) {
		c := c
		c.Answers.Place = noword
		got := Decide(c, d, r)
		for o := range d.Offices() {
			if o.Kind.Police() && !slices.Contains(got.Wall, o.ID) {
				t.Errorf("%s is not behind the wall", o.ID)
			}
		}
	})
	for _, tc := range []struct {
		kind ripoti.OfficeKind
		want string
	}{
		{ripoti.ChildrenOffice, "001-children"},
		{ripoti.SocialWork, "social"},
	} {
		t.Run("an accused "+string(tc.kind)+" is skipped for the next level", func(t *testing.T) {
			got := Decide(Case{Answers: at(town, ripoti.Answers{}), Category: ripoti.ChildAbuse, Urgency: ripoti.High, AccusedKinds: []ripoti.OfficeKind{tc.kind}, At: noon}, d, r)
			if !got.Walled || partOf(got, tc.want) == nil {
				t.Errorf("walled %v, parts %s", got.Walled, sides(got))
			}
			for id := range told(got) {
				if o, _ := d.Office(id); o.Kind == tc.kind && o.County == "001" {
					t.Errorf("%s is told", id)
				}
			}
			if len(got.Wall) == 0 {
				t.Error("nobody is behind the wall")
			}
		})
	}
	t.Run("somebody at a station accused by kind is the police", func(t *testing.T) {
		got := Decide(Case{Answers: at(town, ripoti.Answers{}), Category: ripoti.SVAC, Urgency: ripoti.High, AccusedKinds: []ripoti.OfficeKind{ripoti.Station}, At: noon}, d, r)
		if !got.Walled || partOf(got, "001-desk-A") != nil {
			t.Error(sides(got))
		}
	})
}

func TestNobodysReportEndsWithNobody(t *testing.T) {
	r := Default()
	full := country()
	shrunk := func(keep func(ripoti.Office) bool) *network {
		n := &network{contacts: full.contacts}
		for _, o := range full.offices {
			if keep(o) {
				n.offices = append(n.offices, o)
			}
		}
		return n
	}
	directories := map[string]*network{
		"whole":                     full,
		"only coordinators":         shrunk(func(o ripoti.Office) bool { return o.Kind == ripoti.Coordination }),
		"only the network's":        shrunk(func(o ripoti.Office) bool { return o.ID == "network" }),
		"only another county's":     shrunk(func(o ripoti.Office) bool { return o.ID == "003-coordination" }),
		"no police":                 shrunk(func(o ripoti.Office) bool { return !o.Kind.Police() }),
		"no social work":            shrunk(func(o ripoti.Office) bool { return o.Kind != ripoti.SocialWork }),
		"no children's officers":    shrunk(func(o ripoti.Office) bool { return o.Kind != ripoti.ChildrenOffice && o.Kind != ripoti.CountyChildren }),
		"no oversight":              shrunk(func(o ripoti.Office) bool { return o.Kind != ripoti.Oversight }),
		"nobody answers":            {offices: full.offices},
		"one county without police": shrunk(func(o ripoti.Office) bool { return !(o.Kind.Police() && o.County == "001") }),
	}
	for name, n := range directories {
		t.Run(name, func(t *testing.T) {
			d := n.directory()
			everyCase(func(c Case) {
				got := Decide(c, d, r)
				if len(got.Parts) == 0 {
					t.Fatalf("%s %s at %s: nobody", c.Category, c.Urgency, c.Answers.Place.ID)
				}
				if !slices.ContainsFunc(got.Parts, func(p Part) bool { return p.Side == ripoti.Care }) {
					t.Fatalf("%s at %s: nobody for care: %s", c.Category, c.Answers.Place.ID, sides(got))
				}
				for _, p := range got.Parts {
					if len(p.Ladder) == 0 {
						t.Fatalf("%s: no ladder for %s", c.Category, p.OfficeID)
					}
				}
			})
		})
	}
	t.Run("an empty directory says that nobody was found", func(t *testing.T) {
		d := NewDirectory(nil, nil, nil)
		everyCase(func(c Case) {
			if got := Decide(c, d, r); !got.NoRecipient || len(got.Parts) > 0 {
				t.Fatalf("%+v", got)
			}
		})
	})
	t.Run("coordinators in place of somebody are told that nobody was found", func(t *testing.T) {
		got := Decide(Case{Answers: at(town, ripoti.Answers{}), Category: ripoti.SVAC, Urgency: ripoti.High, At: noon}, directories["only coordinators"].directory(), r)
		if !got.NoRecipient || got.Parts[0].Ladder[0].Say != SayNobody {
			t.Errorf("%v %+v", got.NoRecipient, got.Parts[0].Ladder[0])
		}
	})
	t.Run("a directory where nobody answers says so", func(t *testing.T) {
		if got := Decide(Case{Answers: at(town, ripoti.Answers{}), Category: ripoti.DV, Urgency: ripoti.Low, At: noon}, directories["nobody answers"].directory(), r); !got.NoRecipient {
			t.Error(sides(got))
		}
	})
}

func TestEveryChildCaseHasAChildrensOfficer(t *testing.T) {
	d, r := country().directory(), Default()
	lax, err := ParseRules([]byte(strings.NewReplacer(
		"- { who: children_office,", "- { who: coordination,", "- { who: county_children_office,", "- { who: coordination,").Replace(string(r.Document()))))
	if err != nil {
		t.Fatal(err)
	}
	for name, rules := range map[string]*Rules{"the default rules": r, "rules that forgot it": lax} {
		t.Run(name, func(t *testing.T) {
			cases := 0
			everyCase(func(c Case) {
				if !OfChild(c) {
					return
				}
				cases++
				got := Decide(c, d, rules)
				if !slices.ContainsFunc(got.Parts, func(p Part) bool {
					o, _ := d.Office(p.OfficeID)
					return o.Kind == ripoti.ChildrenOffice || o.Kind == ripoti.CountyChildren
				}) && len(d.county) > 0 && c.Answers.Place.CountyID == "001" {
					t.Fatalf("%s at %s: %s", c.Category, c.Answers.Place.ID, sides(got))
				}
			})
			if cases == 0 {
				t.Fatal("no child case was tried")
			}
		})
	}
}

func TestOrderOfTheDirectoryDoesNotMatter(t *testing.T) {
	r := Default()
	n := country()
	for i := range n.offices { // equal distances everywhere
		n.offices[i].Point.Lon = 36 + float64(int((n.offices[i].Point.Lon-36)*4))/4
	}
	want := map[string]Decision{}
	first := n.directory()
	key := func(c Case) string { return fmt.Sprint(c.Category, c.Urgency, c.Stage, c.Answers) }
	everyCase(func(c Case) { want[key(c)] = Decide(c, first, r) })
	random := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		random.Shuffle(len(n.offices), func(i, j int) { n.offices[i], n.offices[j] = n.offices[j], n.offices[i] })
		random.Shuffle(len(n.contacts), func(i, j int) { n.contacts[i], n.contacts[j] = n.contacts[j], n.contacts[i] })
		d := n.directory()
		everyCase(func(c Case) {
			if got := Decide(c, d, r); !reflect.DeepEqual(got, want[key(c)]) {
				t.Fatalf("%s: %s, was %s", key(c), sides(got), sides(want[key(c)]))
			}
		})
	}
}

func TestLadders(t *testing.T) {
	type step struct {
		after  time.Duration
		office string
		role   ripoti.Role
		say    RungSay
	}
	const m, h = time.Minute, time.Hour
	d, r := country().directory(), Default()
	tests := []struct {
		urgency ripoti.Urgency
		want    []step
	}{
		{ripoti.Critical, []step{{0, "001-desk-A", ripoti.RoleDesk, SayAlert}, {10 * m, "001-desk-A", ripoti.RoleDesk, SayReminder}, {20 * m, "001-desk-A", ripoti.RoleOCS, SayOCS},
			{30 * m, "001-command-A", ripoti.RoleCommander, SayCommander}, {30 * m, "001-children-A", ripoti.RoleChildren, SayAlert}, {45 * m, "001-coordination", ripoti.RoleCoordinator, SayCoordinator}, {60 * m, "network", ripoti.RoleDirector, SayDirector}}},
		{ripoti.High, []step{{0, "001-desk-A", ripoti.RoleDesk, SayAlert}, {h, "001-desk-A", ripoti.RoleOCS, SayOCS}, {2 * h, "001-command-A", ripoti.RoleCommander, SayCommander},
			{4 * h, "001-police", ripoti.RoleCommander, SayCommander}, {4 * h, "001-coordination", ripoti.RoleCoordinator, SayCoordinator}}},
		{ripoti.Medium, []step{{0, "001-desk-A", ripoti.RoleDesk, SayAlert}, {12 * h, "001-desk-A", ripoti.RoleOCS, SayOCS}, {24 * h, "001-command-A", ripoti.RoleCommander, SayCommander}, {36 * h, "001-coordination", ripoti.RoleCoordinator, SayCoordinator}}},
		{ripoti.Low, []step{{0, "001-desk-A", ripoti.RoleDesk, SayAlert}, {48 * h, "001-desk-A", ripoti.RoleOCS, SayOCS}, {72 * h, "001-coordination", ripoti.RoleCoordinator, SayCoordinator}}},
	}
	for _, tc := range tests {
		t.Run("a child's "+string(tc.urgency)+" report climbs as promised", func(t *testing.T) {
			got := Decide(Case{Answers: at(town, ripoti.Answers{}), Category: ripoti.SVAC, Urgency: tc.urgency, At: noon}, d, r)
			var steps []step
			for _, rung := range got.Parts[0].Ladder {
				steps = append(steps, step{rung.After, rung.OfficeID, rung.Roles[0], rung.Say})
			}
			if !slices.Equal(steps, tc.want) {
				t.Errorf("steps\n%v, want\n%v", steps, tc.want)
			}
		})
	}
	t.Run("every ladder that owes an answer ends with a coordinator, and what is only told has one rung", func(t *testing.T) {
		everyCase(func(c Case) {
			for _, p := range Decide(c, d, r).Parts {
				last := p.Ladder[len(p.Ladder)-1]
				if p.Side == ripoti.Told {
					if len(p.Ladder) != 1 {
						t.Fatalf("%s: %d rungs for a copy", c.Category, len(p.Ladder))
					}
					continue
				}
				if o, _ := d.Office(last.OfficeID); o.Kind != ripoti.Coordination || !slices.Contains(last.Roles, ripoti.RoleCoordinator) {
					t.Fatalf("%s %s: the last rung of %s is %+v", c.Category, c.Urgency, p.OfficeID, last)
				}
				if !slices.IsSortedFunc(p.Ladder, func(a, b Rung) int { return int(a.After - b.After) }) {
					t.Fatalf("%s: rungs out of order", c.Category)
				}
			}
		})
	})
	t.Run("violence at home in danger now tells the desk and the duty officer", func(t *testing.T) {
		got := Decide(Case{Answers: at(town, ripoti.Answers{Danger: ripoti.DangerYes}), Category: ripoti.DV, Urgency: ripoti.Critical, At: noon}, d, r)
		first := got.Parts[0].Ladder[0]
		if !first.All || !slices.Equal(first.Roles, []ripoti.Role{ripoti.RoleDesk, ripoti.RoleDuty}) {
			t.Errorf("%+v", first)
		}
	})
	t.Run("the coordinator behind the wall is told which report it is", func(t *testing.T) {
		got := Decide(Case{Answers: at(town, ripoti.Answers{}), Category: ripoti.PoliceAbuse, Urgency: ripoti.High, At: noon}, d, r)
		if p := partOf(got, "001-coordination"); p.Ladder[0].Say != SayWalled {
			t.Errorf("%+v", p.Ladder[0])
		}
	})
}

func TestOfEquallyNearOfficesTheFirstByIDIsTaken(t *testing.T) {
	n := &network{}
	for _, id := range []string{"e", "b", "h", "a", "d", "g", "c", "f", "i"} {
		n.add(ripoti.Office{ID: id, Kind: ripoti.Station, County: "001", Able: desk, Point: town.Point}, stationRoles...)
	}
	got := Decide(Case{Answers: at(town, ripoti.Answers{}), Category: ripoti.SVAC, Urgency: ripoti.High, At: noon}, n.directory(), Default())
	if got.Parts[0].OfficeID != "a" {
		t.Errorf("taken %s", got.Parts[0].OfficeID)
	}
}

func TestNightRule(t *testing.T) {
	d, r := country().directory(), Default()
	wednesday := func(hour, minute int) time.Time { return time.Date(2026, 11, 25, hour, minute, 0, 0, Nairobi) }
	friday := time.Date(2026, 11, 27, 18, 0, 0, 0, Nairobi)
	tests := []struct {
		name    string
		urgency ripoti.Urgency
		at      time.Time
		want    time.Time
	}{
		{"critical never waits", ripoti.Critical, wednesday(23, 0), wednesday(23, 0)},
		{"high never waits", ripoti.High, wednesday(3, 0), wednesday(3, 0)},
		{"medium leaves at once by day", ripoti.Medium, wednesday(20, 59), wednesday(20, 59)},
		{"medium waits from 21:00", ripoti.Medium, wednesday(21, 0), wednesday(30, 0)},
		{"medium waits after midnight", ripoti.Medium, wednesday(0, 10), wednesday(6, 0)},
		{"medium leaves at 06:00", ripoti.Medium, wednesday(6, 0), wednesday(6, 0)},
		{"low leaves in working hours", ripoti.Low, wednesday(16, 59), wednesday(16, 59)},
		{"low waits for the morning", ripoti.Low, wednesday(17, 0), wednesday(32, 0)},
		{"low waits over the weekend", ripoti.Low, friday, time.Date(2026, 11, 30, 8, 0, 0, 0, Nairobi)},
		{"other clocks are read as Nairobi's", ripoti.Medium, wednesday(22, 0).UTC(), wednesday(30, 0)},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got := Decide(Case{Answers: at(town, ripoti.Answers{}), Category: ripoti.OtherCrime, Urgency: tc.urgency, At: tc.at}, d, r)
			for _, p := range got.Parts {
				if !p.Send.Equal(tc.want) {
					t.Errorf("%s is sent at %v, want %v", p.OfficeID, p.Send, tc.want)
				}
			}
		})
	}
}

func TestBorderWardsTellTheNeighbour(t *testing.T) {
	r, err := ParseRules([]byte(strings.Replace(string(Default().Document()), "border_wards: []", "border_wards: [ward-0001]", 1)))
	if err != nil {
		t.Fatal(err)
	}
	got := Decide(Case{Answers: at(town, ripoti.Answers{}), Category: ripoti.FGM, Urgency: ripoti.High, At: noon}, country().directory(), r)
	if p := partOf(got, "001-command-B"); p == nil || p.Side != ripoti.Told {
		t.Error(sides(got))
	}
}

func TestAnAdultsChoiceOutlivesARepeat(t *testing.T) {
	got := Decide(Case{Answers: at(town, ripoti.Answers{AtRisk: ripoti.AtRiskSelfAdult, Choice: ripoti.ChoiceSupport}), Category: ripoti.SVAdult, Urgency: ripoti.Critical, Rule: "R1", At: noon}, country().directory(), Default())
	if sides(got) != "care:social" {
		t.Errorf("a level raised by repeats took the choice away: %s", sides(got))
	}
}

func TestAvoidedOfficesHearNothing(t *testing.T) {
	d, r := country().directory(), Default()
	everyCase(func(c Case) {
		c.Avoid = []string{"001-desk-A", "001-command-A", "001-children-A", "001-social"}
		for id := range told(Decide(c, d, r)) {
			if slices.Contains(c.Avoid, id) {
				t.Fatalf("%s: %s is told again", c.Category, id)
			}
		}
	})
}
