package casework_test

import (
	"errors"
	"strings"
	"testing"

	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
)

const (
	newOffice  = "id,kind,name,county,able,hours\nstation-new,station,Sample New,047,gender_desk,24h\n"
	newContact = "id,office_id,role,lang,phone\nnew.desk,station-new,desk,sw,+254711000601\n"
	newShifts  = "office_id,role,contact_id,days,from,to\nstation-new,desk,new.desk,mon-fri,08:00,17:00\n"
)

// What was looked at is what is done: every table at once, with its lines in the histories.
func TestAnImportDoesWhatItShowed(t *testing.T) {
	s := stage.New(t, nil)
	ctx := t.Context()
	i := casework.Import{By: casework.Keeper{Actor: byUser.Actor, Counties: []string{"047"}},
		Files: directory.Files{"offices": []byte(newOffice), "contacts": []byte(newContact), "shifts": []byte(newShifts)}}
	shown, err := s.Desk.Preview(ctx, i)
	if err != nil {
		t.Fatal(err)
	}
	if len(shown.Offices) != 1 || len(shown.Contacts) != 1 || len(shown.Rosters) != 1 || shown.Rosters[0].Fields[0].After != "desk new.desk mon-fri 08:00 17:00" {
		t.Errorf("it shows %+v", shown)
	}
	if _, there := s.Desk.Live.World().Office("station-new"); there {
		t.Fatal("a preview changes the directory")
	}
	i.Sum = shown.Sum()
	done, err := s.Desk.Import(ctx, i)
	if err != nil || done.Sum() != shown.Sum() {
		t.Fatalf("%+v %v", done, err)
	}
	if c := contactOf(s, "new.desk"); c.OfficeID != "station-new" || !c.VerifiedAt.IsZero() {
		t.Errorf("a number that was typed into a table counts as verified: %+v", c)
	}
	if got := s.Desk.Live.World().ShiftsAt("station-new"); len(got) != 1 {
		t.Errorf("shifts %+v", got)
	}
	history := strings.Join(officeHistory(s, "station-new"), "\n")
	for _, want := range []string{byUser.Actor + " upload office station-new added", byUser.Actor + " upload contact new.desk added", byUser.Actor + " upload shifts station-new changed shift:>desk new.desk mon-fri 08:00 17:00"} {
		if !strings.Contains(history, want) {
			t.Errorf("the history lacks %q:\n%s", want, history)
		}
	}
	i.Sum = ""
	if again, err := s.Desk.Preview(ctx, i); err != nil || !again.Empty() {
		t.Errorf("the same again changes %+v %v", again, err)
	}
}

// Somebody else changed a row or a roster meanwhile: nothing is done that was not looked at.
func TestAnImportOfWhatChangedMeanwhileIsRefused(t *testing.T) {
	s := stage.New(t, nil)
	ctx := t.Context()
	i := casework.Import{By: casework.Everywhere(byUser.Actor), Files: directory.Files{"shifts": []byte("office_id,role,contact_id,days,from,to\nstation-near,desk,station-near.desk,daily,08:00,17:00\n")}}
	shown, err := s.Desk.Preview(ctx, i)
	if err != nil {
		t.Fatal(err)
	}
	s.Roster([]ripoti.Shift{shift(ripoti.RoleDesk, "station-near.desk", ripoti.EveryDay, 0, 0)})
	i.Sum = shown.Sum()
	if _, err := s.Desk.Import(ctx, i); ripoti.KeyOf(err) != "directory.changed" {
		t.Errorf("%v", err)
	}
	if got := s.Desk.Live.World().ShiftsAt("station-near"); len(got) != 1 || got[0].From != 0 {
		t.Errorf("shifts %+v", got)
	}
}

// Lines about offices of other counties are refused one by one; what is whole is so for one's own counties.
func TestAnImportStaysInItsCounties(t *testing.T) {
	s := stage.New(t, nil)
	ctx := t.Context()
	coast := casework.Keeper{Actor: byUser.Actor, Counties: []string{"001"}}
	for table, file := range map[string]string{
		"offices":  newOffice,
		"contacts": "id,office_id,role,lang,phone\nx.desk,station-near,desk,sw,+254711000601\n",
		"shifts":   "office_id,role,contact_id,days,from,to\nstation-near,desk,station-near.desk,daily,08:00,17:00\n",
		"leaves":   "contact_id,from,to,stand_in\nstation-near.desk,2026-12-24,2026-12-25,\n",
	} {
		_, err := s.Desk.Preview(ctx, casework.Import{By: coast, Files: directory.Files{table: []byte(file)}})
		var wrong directory.Problems
		if !errors.As(err, &wrong) || len(wrong) != 1 || wrong[0].Code != "not_yours" || wrong[0].Line != 2 || wrong[0].Table != table {
			t.Errorf("%s: %v", table, err)
		}
		if _, err := s.Desk.Import(ctx, casework.Import{By: coast, Files: directory.Files{table: []byte(file)}}); err == nil {
			t.Errorf("%s is imported", table)
		}
	}
	s.Roster([]ripoti.Shift{shift(ripoti.RoleDesk, "station-near.desk", ripoti.EveryDay, 0, 0)})
	for name, by := range map[string]casework.Keeper{"coast": coast, "nobody": {}} {
		shown, err := s.Desk.Preview(ctx, casework.Import{By: by, Whole: true, Files: directory.Files{"shifts": []byte("office_id,role,contact_id,days,from,to\n")}})
		if err != nil || !shown.Empty() {
			t.Errorf("%s empties the rosters of others: %+v %v", name, shown, err)
		}
	}
	shown, err := s.Desk.Preview(ctx, casework.Import{By: casework.Keeper{Actor: byUser.Actor, Counties: []string{"047"}}, Whole: true, Files: directory.Files{"shifts": []byte("office_id,role,contact_id,days,from,to\n")}})
	if err != nil || len(shown.Rosters) != 1 {
		t.Errorf("what is whole leaves what it does not name: %+v %v", shown, err)
	}
}

// A table names the columns that it changes; the others stay as they are.
func TestAnImportLeavesOtherColumnsAlone(t *testing.T) {
	s := stage.New(t, nil)
	before, _ := s.Desk.Live.World().Office("station-near")
	shown, err := s.Desk.Preview(t.Context(), casework.Import{By: casework.Everywhere(byUser.Actor), Files: directory.Files{"offices": []byte("name,kind,id\nSample Mpya,station,station-near\nSample Elsewhere,shelter,shelter-new\n")}})
	if err != nil || len(shown.Offices) != 2 {
		t.Fatalf("%+v %v", shown, err)
	}
	if fields := shown.Offices[1].Fields; shown.Offices[1].ID != "station-near" || len(fields) != 1 || fields[0] != (directory.Field{Column: "name", Before: before.Name, After: "Sample Mpya"}) {
		t.Errorf("%+v", shown.Offices[1])
	}
	emptied, err := s.Desk.Preview(t.Context(), casework.Import{By: casework.Everywhere(byUser.Actor), Files: directory.Files{"offices": []byte("id,kind,name,able\nstation-near,station,Sample station-near,\n")}})
	if err != nil || len(emptied.Offices) != 1 || emptied.Offices[0].Fields[0].Column != "able" || emptied.Offices[0].Fields[0].After != "" {
		t.Errorf("a cell that is empty empties nothing: %+v %v", emptied, err)
	}
}
