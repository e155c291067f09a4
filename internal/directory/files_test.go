package directory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ripoti/internal/ripoti"
)

func TestAFileIsKnownByItsHeader(t *testing.T) {
	for header, want := range map[string]string{
		"id,kind,name,county\n":                    "offices",
		"\ufeffID , Office_ID,role,lang,phone\n":   "contacts",
		"office_id,role,contact_id,days,from,to\n": "shifts",
		"contact_id,from,to,stand_in\n":            "leaves",
		"":                                         "offices",
		"\"unfinished":                             "offices",
	} {
		if got := TableOf([]byte(header)); got != want {
			t.Errorf("%q is taken for %s", header, got)
		}
	}
}

// What comes together may name each other; what is wrong is told table by table.
func TestFilesAreReadOntoEachOther(t *testing.T) {
	const (
		offices  = "id,kind,name,county\nstation-n,station,Sample N,047\n"
		contacts = "id,office_id,role,lang,phone\nn.desk,station-n,desk,en,+254711000001\n"
		shifts   = "office_id,role,contact_id,days,from,to\nstation-n,desk,n.desk,daily,08:00,17:00\n"
	)
	current := Rows{Offices: []ripoti.Office{{ID: "station-m", Kind: ripoti.Station, Name: "Sample M", County: "001", Active: true}},
		Contacts: []ripoti.Contact{{ID: "m.desk", OfficeID: "station-m", Role: ripoti.RoleDesk, Rank: 1, Lang: ripoti.English, Phone: "+254711000002", Active: true}}}
	now := ripoti.Roster{Shifts: []ripoti.Shift{{OfficeID: "station-m", Role: ripoti.RoleDesk, ContactID: "m.desk", Days: ripoti.EveryDay, From: 480, To: 1020}}}
	nairobi := Upload{Mine: func(o ripoti.Office) bool { return o.County == "047" }}
	for _, c := range []struct {
		name  string
		files Files
		want  []string // "table line column"
	}{
		{"an office, its contact and its roster at once", Files{"offices": []byte(offices), "contacts": []byte(contacts), "shifts": []byte(shifts)}, nil},
		{"a contact of no office", Files{"contacts": []byte(contacts), "shifts": []byte(shifts)}, []string{"contacts 2 office_id"}},
		{"both tables are wrong", Files{"offices": []byte("id,kind,name,county\nx,castle,Sample,047\n"), "contacts": []byte("id,office_id,role,lang,phone\ny,x,desk,en,12\n")}, []string{"offices 2 kind", "contacts 2 phone"}},
		{"a file that is no table", Files{"shifts": []byte("\"")}, []string{"shifts 1 "}},
		{"a roster of another county", Files{"shifts": []byte(strings.ReplaceAll(strings.ReplaceAll(shifts, "station-n", "station-m"), "n.desk", "m.desk") + "station-m,desk,m.desk,sat,20:00,23:00\n")}, []string{"shifts 3 office_id"}},
		{"leave of another county", Files{"leaves": []byte("contact_id,from,to,stand_in\nm.desk,2026-12-24,2026-12-25,\n")}, []string{"leaves 2 contact_id"}},
		{"an office that goes, and another under it", Files{"offices": []byte(offices + "station-o,station,Sample O,047\n"), "contacts": []byte(contacts), "leaves": []byte("contact_id,from,to,stand_in\nn.desk,2026-12-24,2026-12-20,\n")}, []string{"leaves 2 to"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, err := c.files.Read(nairobi, current, now)
			var wrong Problems
			if errors.As(err, &wrong); err != nil && len(wrong) == 0 {
				t.Fatal(err)
			}
			var got []string
			for _, p := range wrong {
				got = append(got, fmt.Sprint(p.Table, " ", p.Line, " ", p.Column))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q\n%v", got, c.want, err)
			}
			if c.want == nil && (len(h.Next.Offices) != 2 || len(h.Next.Contacts) != 2 || len(h.Rosters) != 1) {
				t.Errorf("%+v", h)
			}
		})
	}
}

// A row that came from no file is named by its id.
func TestAProblemOfARowThatStandsIsNamed(t *testing.T) {
	current := Rows{Offices: []ripoti.Office{{ID: "station-a", Kind: ripoti.Station, Name: "Sample A", County: "047", Parent: "command", Active: true},
		{ID: "command", Kind: ripoti.SubCountyCommand, Name: "Sample C", County: "047", Active: true}}}
	_, err := Files{"offices": []byte("id,kind,name,county,parent\nstation-a,station,Sample A,047,command\n")}.Read(Upload{Whole: true}, current, ripoti.Roster{})
	if err == nil || !strings.Contains(err.Error(), `offices line 2, column parent: there is no office with the id "command"`) {
		t.Errorf("%v", err)
	}
	current.Offices[0].Parent, current.Offices[1].Parent = "", "gone"
	_, err = Files{"offices": []byte("id,kind,name,county\nstation-a,station,Sample A,047\n")}.Read(Upload{}, current, ripoti.Roster{})
	if err == nil || !strings.Contains(err.Error(), "offices command, column parent") {
		t.Errorf("%v", err)
	}
}
