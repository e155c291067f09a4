package directory

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

// An upload puts its rows in place; what it does not name stays unless it is whole, and what is of another
// county, texted STOP or was never verified stays so in any case.
func TestAnUploadChangesWhatItMay(t *testing.T) {
	verified := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	office := func(id, county string) ripoti.Office {
		return ripoti.Office{ID: id, Kind: ripoti.Station, Name: "Sample " + id, County: county, Active: true}
	}
	contact := func(id, office string, phone ripoti.Phone, at time.Time) ripoti.Contact {
		return ripoti.Contact{ID: id, OfficeID: office, Role: ripoti.RoleDesk, Rank: 1, Lang: ripoti.English, Phone: phone, VerifiedAt: at, Active: true}
	}
	current := Rows{Offices: []ripoti.Office{office("n1", "047"), office("n2", "047"), office("m1", "001")},
		Contacts: []ripoti.Contact{contact("c1", "n1", "+254711000001", verified), contact("c2", "n2", "+254711000002", verified), contact("c3", "m1", "+254711000003", verified)}}
	current.Contacts[1].Stopped = true
	nairobi := func(o ripoti.Office) bool { return o.County == "047" }
	renamed := func(o ripoti.Office) ripoti.Office { o.Name += " X"; return o }
	for _, c := range []struct {
		name   string
		upload Upload
		want   string // ids of the offices and contacts after it
		wrong  int
		see    func(Rows) bool
	}{
		{"what is not named stays", Upload{Rows: Rows{Offices: []ripoti.Office{renamed(current.Offices[0])}}}, "m1 n1 n2 c1 c2 c3", 0,
			func(r Rows) bool { return r.Offices[0].Name == "Sample n1 X" }},
		{"whole, what is not named goes; a table that was not handed in stays", Upload{Rows: Rows{Contacts: current.Contacts[:1]}, Whole: true}, "m1 n1 n2 c1", 0, nil},
		{"whole of a county, others stay", Upload{Rows: Rows{Contacts: current.Contacts[:1]}, Whole: true, Mine: nairobi}, "m1 n1 n2 c1 c3", 0, nil},
		{"a row of another county is refused", Upload{Rows: Rows{Offices: []ripoti.Office{renamed(current.Offices[2])}}, Mine: nairobi}, "", 1, nil},
		{"a row of another county as it is does no harm", Upload{Rows: current, Mine: nairobi}, "m1 n1 n2 c1 c2 c3", 0, nil},
		{"an office does not move into a county that is not yours", Upload{Rows: Rows{Offices: []ripoti.Office{office("n1", "001")}}, Mine: nairobi}, "", 1, nil},
		{"nobody is fetched from another county", Upload{Rows: Rows{Contacts: []ripoti.Contact{contact("c3", "n1", "+254711000003", verified)}}, Mine: nairobi}, "", 1, nil},
		{"a table verifies no number", Upload{Rows: Rows{Contacts: []ripoti.Contact{contact("c1", "n1", "+254711000009", verified), contact("c4", "n1", "+254711000004", verified)}}}, "m1 n1 n2 c1 c2 c3 c4", 0,
			func(r Rows) bool { return r.Contacts[0].VerifiedAt.IsZero() && r.Contacts[1].VerifiedAt.IsZero() }},
		{"a number that is verified stays so", Upload{Rows: Rows{Contacts: []ripoti.Contact{contact("c1", "n1", "+254711000001", time.Time{})}}}, "m1 n1 n2 c1 c2 c3", 0,
			func(r Rows) bool { return r.Contacts[0].VerifiedAt.Equal(verified) }},
		{"an operator's table may tell which are", Upload{Rows: Rows{Contacts: []ripoti.Contact{contact("c4", "n1", "+254711000004", verified)}}, Proven: true}, "m1 n1 n2 c1 c2 c3 c4", 0,
			func(r Rows) bool { return r.Contacts[0].VerifiedAt.Equal(verified) }},
		{"no table undoes a STOP", Upload{Rows: Rows{Contacts: []ripoti.Contact{contact("c5", "n1", "+254711000002", verified)}}}, "m1 n1 n2 c1 c2 c3 c5", 0,
			func(r Rows) bool { return r.Contacts[0].Stopped }},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.upload.Onto(current)
			var wrong Problems
			if errors.As(err, &wrong); len(wrong) != c.wrong || len(wrong) > 0 && wrong[0].Code != "not_yours" {
				t.Fatalf("%v", err)
			}
			if c.wrong > 0 {
				return
			}
			if ids := idsOf(got); ids != c.want || c.see != nil && !c.see(got) {
				t.Errorf("%s\n%+v", ids, got)
			}
		})
	}
}

func idsOf(r Rows) string {
	var offices, contacts []string
	for _, o := range r.Offices {
		offices = append(offices, o.ID)
	}
	for _, c := range r.Contacts {
		contacts = append(contacts, c.ID)
	}
	slices.Sort(offices)
	slices.Sort(contacts)
	return strings.Join(append(offices, contacts...), " ")
}

func TestLinesAreCorrectedWhereTheyStand(t *testing.T) {
	file := []byte("id,kind\r\na,post\r\nb,castle\r\nc,post\r\n")
	if got := Line(file, 3); got != "b,castle" {
		t.Errorf("%q", got)
	}
	if got := string(Correct(file, map[int]string{3: " b,station ", 4: "", 99: "x"})); got != "id,kind\r\na,post\r\nb,station\n" {
		t.Errorf("%q", got)
	}
}

// A form has the columns, rules and words of the tables.
func TestAFormIsARowOfATable(t *testing.T) {
	o := ripoti.Office{ID: "a", Kind: ripoti.Station, Name: "Sample A", County: "047", Point: ripoti.Point{Lat: -1.3, Lon: 36.8}, Able: []ripoti.Capability{ripoti.GenderDesk}, Hours: "24h", Active: true}
	if got, err := OfficeOf(OfficeCells(o)); err != nil || !SameOffice(got, o) {
		t.Errorf("%+v %v", got, err)
	}
	cells := OfficeCells(o)
	cells["hours"], cells["lat"], cells["county"] = "late", "91", ""
	_, err := OfficeOf(cells)
	var wrong Problems
	if !errors.As(err, &wrong) || len(wrong) != 3 || wrong[0].Code != "latitude" || wrong[1].Code != "hours" || wrong[1].Value != `"late"` || wrong[2].Code != "county_missing" {
		t.Errorf("%+v", err)
	}
	c := ripoti.Contact{ID: "c", OfficeID: "a", Role: ripoti.RoleDesk, Rank: 1, Lang: ripoti.Swahili, Phone: "+254711000001", Active: true}
	cells = ContactCells(c)
	cells["phone"] = "0711 999"
	if _, err := ContactOf(cells); err == nil || strings.Contains(err.Error(), "0711") {
		t.Errorf("%v", err)
	}
}
