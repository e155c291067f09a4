package directory

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

func sampleRows(t testing.TB) Rows {
	t.Helper()
	rows, err := Sample()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestSample(t *testing.T) {
	rows := sampleRows(t)
	if err := rows.Check(); err != nil {
		t.Fatal(err)
	}
	t.Run("every county has what a report can need", func(t *testing.T) {
		have := map[string]map[ripoti.OfficeKind]int{}
		desks, subs := map[string]int{}, map[string]map[string]bool{}
		for _, o := range rows.Offices {
			if have[o.County] == nil {
				have[o.County], subs[o.County] = map[ripoti.OfficeKind]int{}, map[string]bool{}
			}
			have[o.County][o.Kind]++
			if o.Kind == ripoti.Station {
				subs[o.County][o.SubCounty] = true
			}
			if o.Can(ripoti.GenderDesk) {
				desks[o.County]++
			}
		}
		for n := 1; n <= 47; n++ {
			county := fmt.Sprintf("%03d", n)
			for _, kind := range []ripoti.OfficeKind{ripoti.Station, ripoti.Post, ripoti.SubCountyCommand, ripoti.CountyCommand, ripoti.ChildrenOffice, ripoti.CountyChildren, ripoti.SocialWork, ripoti.Coordination} {
				if have[county][kind] == 0 {
					t.Errorf("county %s has no %s", county, kind)
				}
			}
			if desks[county] == 0 || len(subs[county]) < 2 {
				t.Errorf("county %s has %d gender desks in %d sub-counties", county, desks[county], len(subs[county]))
			}
		}
		for _, kind := range []ripoti.OfficeKind{ripoti.Oversight, ripoti.AHTCPU, ripoti.EACC, ripoti.CTSecretariat, ripoti.Coordination, ripoti.SocialWork} {
			if have[""][kind] == 0 {
				t.Errorf("no %s serves the whole country", kind)
			}
		}
	})
	t.Run("every row is plainly a sample", func(t *testing.T) {
		for _, o := range rows.Offices {
			if !o.Sample || !strings.HasPrefix(o.Name, "Sample ") || !strings.HasPrefix(o.ID, "sample-") {
				t.Errorf("%s %q", o.ID, o.Name)
			}
		}
		for _, c := range rows.Contacts {
			if !c.Sample || !strings.HasPrefix(c.Phone.Dial(), "+254711") || !c.Answerable() {
				t.Errorf("%s %s", c.ID, c.Phone)
			}
		}
	})
	t.Run("numbers are one person's each", func(t *testing.T) {
		seen := map[ripoti.Phone]string{}
		for _, c := range rows.Contacts {
			if other, twice := seen[c.Phone]; twice {
				t.Errorf("%s and %s share a number", c.ID, other)
			}
			seen[c.Phone] = c.ID
		}
	})
	t.Run("the numbers that the guide names stand where it says", func(t *testing.T) {
		for id, phone := range map[string]string{
			"sample-station-047-kibera-desk": "+254711000001", "sample-station-047-kibera-duty": "+254711000002", "sample-station-047-kibera-ocs": "+254711000003",
			"sample-social-047-social": "+254711000011", "sample-coordination-047-coordinator": "+254711000021", "sample-children-047-kibera-children": "+254711000031",
		} {
			i := slices.IndexFunc(rows.Contacts, func(c ripoti.Contact) bool { return c.ID == id })
			if i < 0 || rows.Contacts[i].Phone.Dial() != phone || rows.Contacts[i].Lang != ripoti.English {
				t.Errorf("%s is not %s in English", id, phone)
			}
		}
	})
}

func TestCSVRoundTrip(t *testing.T) {
	rows := sampleRows(t)
	rows.Offices[0].Dark = true
	rows.Contacts[0].VerifiedAt = time.Time{}
	rows.Contacts[1].Stopped = true
	var offices, contacts bytes.Buffer
	if err := WriteOffices(&offices, rows.Offices); err != nil {
		t.Fatal(err)
	}
	if err := WriteContacts(&contacts, rows.Contacts); err != nil {
		t.Fatal(err)
	}
	again, err := ReadCSV(&offices)
	if err != nil {
		t.Fatal(err)
	}
	more, err := ReadCSV(&contacts)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again.Offices, rows.Offices) || !reflect.DeepEqual(more.Contacts, rows.Contacts) {
		t.Error("rows changed on their way")
	}
}

const officesHead = "id,kind,name,county,lat,lon,able,serves,hours,parent,active\n"
const contactsHead = "id,office_id,role,lang,phone,rank,verified_at\n"

func TestReadCSVTakesWhatPeopleWrite(t *testing.T) {
	tests := []struct{ name, file string }{
		{"a byte order mark", "\xef\xbb\xbf" + officesHead + "a,station,A,047,-1.3,36.8,gender_desk,ward-0001 area-047-kibera,24h,,yes\n"},
		{"columns in another order and upper case", "NAME, ID ,Kind,county\nA,a,station,047\n"},
		{"Windows line ends and quoted commas", "id,kind,name,county\r\na,station,\"Station, Upper\",047\r\n"},
		{"national numbers", "id,office_id,role,lang,phone\nc,a,desk,en,0711000001\n"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			rows, err := ReadCSV(strings.NewReader(tc.file))
			if err != nil || len(rows.Offices)+len(rows.Contacts) != 1 {
				t.Errorf("%d rows, %v", len(rows.Offices)+len(rows.Contacts), err)
			}
		})
	}
	t.Run("an office is active unless the file says no", func(t *testing.T) {
		rows, err := ReadCSV(strings.NewReader("id,kind,name,county,active\na,station,A,047,\nb,station,B,047,no\n"))
		if err != nil {
			t.Fatal(err)
		}
		if !rows.Offices[0].Active || rows.Offices[1].Active {
			t.Errorf("%v %v", rows.Offices[0].Active, rows.Offices[1].Active)
		}
	})
}

func TestReadCSVSaysWhatIsWrong(t *testing.T) {
	office := func(line string) string { return officesHead + "good,station,Good,047,,,,,,,yes\n" + line + "\n" }
	contact := func(line string) string { return contactsHead + line + "\n" }
	tests := []struct {
		name, file string
		line       int
		column     string
		want       string
	}{
		{"a kind that does not exist", office("a,castle,A,047,,,,,,,yes"), 3, "kind", "must be one of: station"},
		{"no name", office("a,station,,047,,,,,,,yes"), 3, "name", "must be given"},
		{"a county by name", office("a,station,A,Nairobi,,,,,,,yes"), 3, "county", "three digits"},
		{"a station without a county", office("a,station,A,,,,,,,,yes"), 3, "county", "must be given for police"},
		{"half a position", office("a,station,A,047,-1.3,,,,,,yes"), 3, "lon", "must be given where the other"},
		{"a position that is none", office("a,station,A,047,-1.3,south,,,,,yes"), 3, "lon", "must be degrees"},
		{"a position off the globe", office("a,station,A,047,-91,36,,,,,yes"), 3, "lat", "must be degrees"},
		{"an ability that does not exist", office("a,station,A,047,,,helicopter,,,,yes"), 3, "able", "gender_desk, child_unit, vehicle"},
		{"a county given to a station", office("a,station,A,047,,,,county-047,,,yes"), 3, "serves", "too wide"},
		{"hours that are none", office("a,station,A,047,,,,,25:00-26:00,,yes"), 3, "hours", "08:00-17:00"},
		{"neither yes nor no", office("a,station,A,047,,,,,,,maybe"), 3, "active", "yes or no"},
		{"an id with blanks", office("a b,station,A,047,,,,,,,yes"), 3, "id", "letters, digits"},
		{"an id used twice", office("good,station,A,047,,,,,,,yes"), 3, "id", "line 2 already"},
		{"too few columns", office("a,station,A"), 3, "", "3 columns, the header has 11"},
		{"a quote that does not end", office("a,station,\"A,047"), 3, "", "at letter"},
		{"an unknown column", "id,kind,name,colour\na,post,A,red\n", 1, `"colour"`, "no such column"},
		{"a column twice", "id,kind,name,name\na,post,A,A\n", 1, "name", "stands twice"},
		{"a column left out", "id,name\na,A\n", 1, "kind", "is missing"},
		{"an empty file", "", 0, "", "is empty"},
		{"a phone that is none", contact("c,a,desk,en,12345,1,"), 2, "phone", "no number that can be called"},
		{"a role that does not exist", contact("c,a,boss,en,0711000001,1,"), 2, "role", "must be one of: desk"},
		{"a language that is not spoken", contact("c,a,desk,fr,0711000001,1,"), 2, "lang", "en, sw"},
		{"a day that is none", contact("c,a,desk,en,0711000001,1,yesterday"), 2, "verified_at", "2026-01-31"},
		{"a rank that is none", contact("c,a,desk,en,0711000001,first,"), 2, "rank", "1 to 99"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			rows, err := ReadCSV(strings.NewReader(tc.file))
			var ps Problems
			if !errors.As(err, &ps) {
				t.Fatalf("error = %v", err)
			}
			if len(rows.Offices)+len(rows.Contacts) > 0 {
				t.Error("good rows were taken all the same")
			}
			if !slices.ContainsFunc(ps, func(p Problem) bool {
				return p.Column == tc.column && (tc.line == 0 || p.Line == tc.line) && strings.Contains(p.Text, tc.want)
			}) {
				t.Errorf("%v", err)
			}
		})
	}
	t.Run("every mistake at once", func(t *testing.T) {
		_, err := ReadCSV(strings.NewReader(officesHead + "a,castle,A,047,,,,,,,yes\nb,station,,Nairobi,,,,,,,yes\n"))
		var ps Problems
		if !errors.As(err, &ps) || len(ps) != 3 {
			t.Errorf("%v", err)
		}
	})
	t.Run("no error holds a phone number", func(t *testing.T) {
		_, err := ReadCSV(strings.NewReader(contactsHead + "c,a,desk,en,+25471100000199,1,\nd,a,boss,en,+254711000001,1,\n"))
		if err == nil || strings.Contains(err.Error(), "71100") {
			t.Errorf("%v", err)
		}
	})
}

func TestCheckLooksAtTheWhole(t *testing.T) {
	office := func(id, parent string) ripoti.Office {
		return ripoti.Office{ID: id, Kind: ripoti.Station, Name: "A", County: "047", Parent: parent, Active: true}
	}
	contact := func(id, office string) ripoti.Contact {
		return ripoti.Contact{ID: id, OfficeID: office, Role: ripoti.RoleDesk, Rank: 1, Lang: ripoti.English, Phone: "+254711000001"}
	}
	tests := []struct {
		name string
		rows Rows
		want string
	}{
		{"an id twice", Rows{Offices: []ripoti.Office{office("a", ""), office("a", "")}}, "is used twice"},
		{"a parent that does not exist", Rows{Offices: []ripoti.Office{office("a", "b")}}, `no office with the id "b"`},
		{"parents in a circle", Rows{Offices: []ripoti.Office{office("a", "b"), office("b", "a")}}, "in a circle"},
		{"a contact of no office", Rows{Contacts: []ripoti.Contact{contact("c", "a")}}, `no office with the id "a"`},
		{"a contact twice", Rows{Offices: []ripoti.Office{office("a", "")}, Contacts: []ripoti.Contact{contact("c", "a"), contact("c", "a")}}, "is used twice"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if err := tc.rows.Check(); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v", err)
			}
		})
	}
	t.Run("the line of a file is told", func(t *testing.T) {
		offices, err := ReadCSV(strings.NewReader("id,kind,name,county,parent\na,station,A,047,\nb,station,B,047,z\n"))
		if err != nil {
			t.Fatal(err)
		}
		if err := offices.Check(); err == nil || !strings.Contains(err.Error(), "offices line 3, column parent") {
			t.Errorf("%v", err)
		}
	})
}

func TestPlan(t *testing.T) {
	rows := sampleRows(t)
	t.Run("the same again changes nothing", func(t *testing.T) {
		d, err := Plan(rows, rows)
		if err != nil || !d.Empty() || d.Same != len(rows.Offices)+len(rows.Contacts) {
			t.Errorf("%v %v", d, err)
		}
	})
	t.Run("what is added, changed and removed is told, a number only as changed", func(t *testing.T) {
		next := Rows{Offices: slices.Clone(rows.Offices), Contacts: slices.Clone(rows.Contacts[1:])}
		next.Offices[0].Name = "Sample Renamed"
		next.Offices = append(next.Offices, ripoti.Office{ID: "new", Kind: ripoti.Post, Name: "New", County: "047", Active: true})
		next.Contacts[0].Phone = "+254711999999"
		d, err := Plan(rows, next)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Offices) != 2 || len(d.Contacts) != 2 {
			t.Fatalf("%+v", d)
		}
		text := fmt.Sprintf("%+v", d)
		for _, want := range []string{"Sample Renamed", "new", "…99", string(Removed)} {
			if !strings.Contains(text, want) {
				t.Errorf("does not tell %q: %s", want, text)
			}
		}
		if strings.Contains(text, "+254711") {
			t.Errorf("shows a number: %s", text)
		}
	})
	t.Run("a wrong directory is not planned", func(t *testing.T) {
		if _, err := Plan(rows, Rows{Contacts: rows.Contacts[:1]}); err == nil {
			t.Error("no error")
		}
	})
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte(officesHead + "a,station,A,047,-1.3,36.8,gender_desk,ward-0001,24h,,yes\n"))
	f.Add([]byte(contactsHead + "c,a,desk,en,0711000001,1,2026-01-05\n"))
	for _, seed := range []string{"", "id", "\"", "id,kind,name\na,post,\x00\n", "office_id\n", "id,kind,name,lat,lon\na,post,A,NaN,Inf\n", "\xef\xbb\xbfid,kind,name\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, err := ReadCSV(bytes.NewReader(file))
		if err != nil {
			if len(rows.Offices)+len(rows.Contacts) > 0 {
				t.Fatal("rows were taken from a wrong file")
			}
			return
		}
		roundTrip(t, rows)
	})
}

// roundTrip writes what was read and reads it again.
func roundTrip(t *testing.T, rows Rows) {
	t.Helper()
	var offices, contacts bytes.Buffer
	if err := WriteOffices(&offices, rows.Offices); err != nil {
		t.Fatal(err)
	}
	again, err := ReadCSV(&offices)
	if err != nil {
		t.Fatalf("what was read cannot be read again: %v", err)
	}
	byID := func(a, b ripoti.Office) int { return strings.Compare(a.ID, b.ID) }
	if want := slices.SortedFunc(slices.Values(rows.Offices), byID); len(want) > 0 && !reflect.DeepEqual(again.Offices, want) {
		t.Fatalf("offices changed:\n%+v\n%+v", again.Offices, want)
	}
	if err := WriteContacts(&contacts, rows.Contacts); err != nil {
		t.Fatal(err)
	}
	if more, err := ReadCSV(&contacts); err != nil || len(more.Contacts) != len(rows.Contacts) {
		t.Fatalf("contacts: %v", err)
	}
}
