package cpims

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

// atlas knows one ward and a town in it.
type atlas struct{}

var ward = ripoti.Place{ID: "ward-1", Kind: ripoti.KindWard, Name: "Sample Ward", County: "Kilifi", CountyID: "003", Point: ripoti.Point{Lat: -3.63456, Lon: 39.84567}, Precision: ripoti.PrecisionExact}

func (atlas) Place(id string) (ripoti.Place, bool) {
	switch id {
	case "ward-1":
		return ward, true
	case "town-1":
		return ripoti.Place{ID: "town-1", Kind: ripoti.KindTown, Name: "Sample Town", County: "Kilifi", Ward: "ward-1", Point: ripoti.Point{Lat: -3.6, Lon: 39.8}}, true
	}
	return ripoti.Place{}, false
}

func (atlas) Constituency(ripoti.Place) string { return "Sample North" }

func TestACaseIsShapedToTheFields(t *testing.T) {
	filed := time.Date(2026, 11, 2, 22, 30, 0, 0, time.UTC) // the third in Nairobi
	report := func(change func(*ripoti.Report)) ripoti.Report {
		r := ripoti.Report{ID: "id", Code: "4829172", Category: ripoti.SVAC, Urgency: ripoti.Critical, FiledAt: filed,
			Answers: ripoti.Answers{AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByFamily, When: ripoti.WhenNow, More: "behind the blue kiosk",
				Place: ripoti.PlaceRef{ID: "town-1", Name: "Sample Town", County: "Kilifi", CountyID: "003", Typed: "kwa mama sample"}}}
		change(&r)
		return r
	}
	for _, c := range []struct {
		name   string
		change func(*ripoti.Report)
		want   map[string]string
	}{
		{"a town", func(*ripoti.Report) {}, map[string]string{"serial": "s1", "county": "Kilifi", "sub_county": "Sample North", "ward": "Sample Ward", "village": "Sample Town", "case_date": "2026-11-03",
			"event_date": "2026-11-03", "perpetrator": "Family", "risk_level": "High", "category": "Sexual abuse", "nature": "once", "org_unit": "Sample office", "longitude": "39.85", "latitude": "-3.63", "persons": "child"}},
		{"a ward", func(r *ripoti.Report) { r.Answers.Place.ID, r.Answers.Place.Name = "ward-1", "Sample Ward" }, map[string]string{"ward": "Sample Ward", "village": ""}},
		{"no place", func(r *ripoti.Report) { r.Answers.Place = ripoti.PlaceRef{} }, map[string]string{"county": "", "ward": "", "longitude": "", "latitude": ""}},
		{"again and again", func(r *ripoti.Report) { r.Answers.When = ripoti.WhenRepeating }, map[string]string{"nature": "repeated", "event_date": ""}},
	} {
		row := Row(report(c.change), "s1", "Sample office", atlas{})
		if len(row) != len(Columns) || strings.Contains(strings.Join(row, " "), "kiosk") || strings.Contains(strings.Join(row, " "), "mama") {
			t.Fatalf("%s: %q", c.name, row)
		}
		for field, want := range c.want {
			if got := row[slices.Index(Columns, field)]; got != want {
				t.Errorf("%s: %s is %q, not %q", c.name, field, got, want)
			}
		}
		for _, field := range []string{"reporter", "reporter_phone", "landmark", "narration"} {
			if got := row[slices.Index(Columns, field)]; got != "" {
				t.Errorf("%s: %s leaves: %q", c.name, field, got)
			}
		}
	}
	if Covers(report(func(r *ripoti.Report) { r.Answers.AtRisk = ripoti.AtRiskOtherAdult })) || !Covers(report(func(*ripoti.Report) {})) {
		t.Error("CPIMS takes children's cases")
	}
}
