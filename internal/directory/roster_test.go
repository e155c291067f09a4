package directory

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ripoti/internal/ripoti"
)

var rosterDirectory = Rows{
	Offices: []ripoti.Office{{ID: "station-a"}, {ID: "station-b"}},
	Contacts: []ripoti.Contact{{ID: "a.desk", OfficeID: "station-a", Role: ripoti.RoleDesk}, {ID: "a.duty", OfficeID: "station-a", Role: ripoti.RoleDuty},
		{ID: "b.duty", OfficeID: "station-b", Role: ripoti.RoleDuty}},
}

func TestRosterIsReadAndWritten(t *testing.T) {
	shifts := "office_id,role,contact_id,days,from,to\n" +
		"station-a,desk,a.desk,mon-fri,08:00,17:00\n" +
		"station-a,desk,a.duty,daily,17:00,08:00\n" +
		"station-b,duty,b.duty,mon wed sat sun,00:00,24:00\n"
	got, err := ReadRoster(strings.NewReader(shifts), rosterDirectory)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Shifts) != 3 || got.Shifts[1].From != 17*60 || got.Shifts[1].To != 8*60 || got.Shifts[1].Role != ripoti.RoleDesk || got.Shifts[2].To != 24*60 {
		t.Errorf("%+v", got.Shifts)
	}
	var out bytes.Buffer
	if err := WriteShifts(&out, got.Shifts); err != nil || out.String() != shifts {
		t.Errorf("%v\n%s", err, out.String())
	}
	leaves := "contact_id,from,to,stand_in\na.desk,2026-12-24,2027-01-02,b.duty\na.desk,2027-02-01,2027-02-01,\n"
	got, err = ReadRoster(strings.NewReader(leaves), rosterDirectory)
	want := []ripoti.Leave{{ContactID: "a.desk", From: "2026-12-24", To: "2027-01-02", StandIn: "b.duty"}, {ContactID: "a.desk", From: "2027-02-01", To: "2027-02-01"}}
	if err != nil || !reflect.DeepEqual(got.Leaves, want) {
		t.Fatalf("%+v %v", got.Leaves, err)
	}
	out.Reset()
	if err := WriteLeaves(&out, got.Leaves); err != nil || out.String() != leaves {
		t.Errorf("%v\n%s", err, out.String())
	}
	t.Run("the role left out is the contact's own", func(t *testing.T) {
		got, err := ReadRoster(strings.NewReader("contact_id,office_id,days,from,to\na.duty,station-a,fri-mon,08:00,17:00\n"), rosterDirectory)
		if err != nil || got.Shifts[0].Role != ripoti.RoleDuty || DaysText(got.Shifts[0].Days) != "mon fri-sun" {
			t.Errorf("%+v %v", got.Shifts, err)
		}
	})
}

func TestRosterNamesWhatIsWrong(t *testing.T) {
	const shifts, leaves = "office_id,role,contact_id,days,from,to\n", "contact_id,from,to,stand_in\n"
	for name, c := range map[string]struct {
		file string
		want []string // "line column"
	}{
		"an unknown office":              {shifts + "nowhere,desk,a.desk,daily,08:00,17:00\n", []string{"2 office_id"}},
		"an unknown contact":             {shifts + "station-a,desk,nobody,daily,08:00,17:00\n", []string{"2 contact_id"}},
		"a contact of another office":    {shifts + "station-a,desk,b.duty,daily,08:00,17:00\n", []string{"2 contact_id"}},
		"a day that is none":             {shifts + "station-a,desk,a.desk,mon-fry,08:00,17:00\n", []string{"2 days"}},
		"hours that are none":            {shifts + "station-a,desk,a.desk,daily,8,25:00\n", []string{"2 from", "2 to"}},
		"a shift that begins at the end": {shifts + "station-a,desk,a.desk,daily,24:00,08:00\n", []string{"2 from"}},
		"a role that is none":            {shifts + "station-a,chief,a.desk,daily,08:00,17:00\n", []string{"2 role"}},
		"a line twice":                   {shifts + "station-a,desk,a.desk,daily,08:00,17:00\nstation-a,,a.desk,daily,08:00,17:00\n", []string{"3 "}},
		"too few columns":                {shifts + "station-a,desk\n", []string{"2 "}},
		"all at once":                    {shifts + "nowhere,desk,a.desk,daily,08:00,17:00\nstation-a,desk,a.desk,x,08:00,17:00\n", []string{"2 office_id", "3 days"}},
		"a column that is none":          {"office_id,contact_id,days,from,until\n", []string{`1 "until"`, "1 to"}},
		"an empty file":                  {"", []string{"0 "}},
		"leave of nobody":                {leaves + "nobody,2026-12-24,2026-12-25,\n", []string{"2 contact_id"}},
		"a stand-in who is nobody":       {leaves + "a.desk,2026-12-24,2026-12-25,nobody\n", []string{"2 stand_in"}},
		"one who stands in for oneself":  {leaves + "a.desk,2026-12-24,2026-12-25,a.desk\n", []string{"2 stand_in"}},
		"leave that ends before":         {leaves + "a.desk,2026-12-24,2026-12-23,\n", []string{"2 to"}},
		"a day that does not exist":      {leaves + "a.desk,2026-02-30,2026-12-23,\n", []string{"2 from"}},
		"leaves that overlap":            {leaves + "a.desk,2026-12-24,2026-12-26,\na.desk,2026-12-26,2026-12-27,\n", []string{"3 from"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadRoster(strings.NewReader(c.file), rosterDirectory)
			var wrong Problems
			if !errors.As(err, &wrong) {
				t.Fatalf("%v", err)
			}
			var got []string
			for _, p := range wrong {
				got = append(got, strings.TrimRight(strings.Join([]string{string(rune('0' + p.Line)), p.Column}, " "), ""))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q:\n%v", got, c.want, err)
			}
		})
	}
}
