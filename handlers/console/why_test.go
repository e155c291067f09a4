package console_test

import (
	"strings"
	"testing"
	"time"

	"ripoti/handlers/console"
	"ripoti/internal/casework/stage"
	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// aMonday is a morning on which offices are open.
var aMonday = time.Date(2026, 11, 2, 6, 0, 0, 0, time.UTC)

// Whatever the built-in rules and the program say of a routing has words in both languages.
func TestEveryReasonIsSaidInThePagesLanguage(t *testing.T) {
	seen := map[string]bool{}
	for why := range reasons(t) {
		seen[why] = true
		en, sw := console.ReasonIn(ripoti.English, why), console.ReasonIn(ripoti.Swahili, why)
		switch {
		case strings.Contains(en+sw, "“"):
			t.Errorf("%q is quoted as if a person had written it: %s / %s", why, en, sw)
		case en == sw:
			t.Errorf("%q is the same in both languages: %s", why, sw)
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d reasons were heard: this proves little", len(seen))
	}
}

func TestWhatACoordinatorWroteIsQuotedAsWritten(t *testing.T) {
	for why, want := range map[string]string{
		"the bridge at Ahero is out; the nearest that is able, 2.4 km": "“the bridge at Ahero is out”; iliyo karibu zaidi inayoweza, 2.4 km",
		"they know the way; but slowly; only the county is known":      "“they know the way; but slowly”; kaunti pekee inajulikana",
		"critical: Chief said so, but late":                            "dharura: “Chief said so, but late”",
		"not told: the bar of his cousin":                              "hawaambiwi: “the bar of his cousin”",
	} {
		if got := console.ReasonIn(ripoti.Swahili, why); got != want {
			t.Errorf("%q\n got %s\nwant %s", why, got, want)
		}
	}
}

// reasons are what is said of reports of every kind, near and far, in a whole village and in an empty one.
func reasons(t *testing.T) map[string]bool {
	t.Helper()
	places, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	offices, contacts := stage.Village(aMonday)
	rules, all := routing.Default(), map[string]bool{}
	villages := []*routing.Directory{routing.NewDirectory(offices, contacts, places), routing.NewDirectory(offices, contacts[:len(contacts)/4], places),
		routing.NewDirectory(offices, nil, places)}
	at := []ripoti.PlaceRef{stage.Kibera, {}, {ID: "county-047", Name: "Nairobi", CountyID: "047", Precision: ripoti.PrecisionCounty},
		{ID: "far", CountyID: "023", Point: ripoti.Point{Lat: 3.9, Lon: 35.4}, Precision: ripoti.PrecisionExact}}
	for _, a := range everyAnswer() {
		for _, place := range at {
			a.Place = place
			reading := rules.Triage(a, ripoti.StageComplete, 0)
			for _, village := range villages {
				for _, accused := range [][]ripoti.OfficeKind{nil, {ripoti.ChildrenOffice}} {
					d := routing.Decide(routing.Case{Answers: a, Category: reading.Category, Second: reading.Second, Urgency: reading.Urgency, Rule: reading.Rule,
						Stage: ripoti.StageComplete, At: aMonday, AccusedKinds: accused}, village, rules)
					for _, l := range d.Trace {
						all[l.Why] = true
					}
					for _, p := range d.Parts {
						all[p.Why] = true
					}
				}
			}
		}
	}
	return all
}

// everyAnswer is one report of each kind of harm, by each kind of person, soon and late.
func everyAnswer() (all []ripoti.Answers) {
	details := map[ripoti.What][]ripoti.Detail{
		ripoti.WhatChild:   {ripoti.ChildBeaten, ripoti.ChildNeglected, ripoti.ChildLabour, ripoti.ChildMissing},
		ripoti.WhatHarmful: {ripoti.HarmfulMarriage, ripoti.HarmfulFGM},
		ripoti.WhatSold:    {ripoti.SoldChildSex, ripoti.SoldAdultSex, ripoti.SoldWork, ripoti.SoldMoved},
		ripoti.WhatPolice:  {ripoti.PoliceBribe, ripoti.PoliceBeat, ripoti.PoliceSexual, ripoti.PoliceOther},
	}
	for _, what := range []ripoti.What{ripoti.WhatSexual, ripoti.WhatChild, ripoti.WhatHarmful, ripoti.WhatHome, ripoti.WhatSold, ripoti.WhatPolice, ripoti.WhatCrime, ripoti.WhatUnsure} {
		for _, detail := range append(details[what], "") {
			for _, by := range []ripoti.ByWhom{ripoti.ByFamily, ripoti.ByLeader, ripoti.ByPolice, ripoti.ByUnsure, ""} {
				for _, who := range []ripoti.AtRisk{ripoti.AtRiskOtherChild, ripoti.AtRiskSelfAdult, ripoti.AtRiskSeveral} {
					for _, when := range []ripoti.When{ripoti.WhenNow, ripoti.WhenLonger, ripoti.WhenRepeating} {
						danger := ripoti.DangerNo
						if when == ripoti.WhenNow {
							danger = ripoti.DangerYes
						}
						all = append(all, ripoti.Answers{Danger: danger, What: what, Detail: detail, ByWhom: by, AtRisk: who, When: when, Choice: ripoti.ChoicePolice})
					}
				}
			}
		}
	}
	return all
}
