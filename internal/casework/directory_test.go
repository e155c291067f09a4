package casework_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

var byUser = casework.Everywhere("user:u1")

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// lastCode is the code that a contact was sent last.
func lastCode(s *stage.Stage, contact string) string {
	s.Helper()
	got := s.Got(contact)
	if len(got) == 0 {
		s.Fatalf("%s got nothing", contact)
	}
	return sixDigits.FindString(got[len(got)-1].Text)
}

func officeHistory(s *stage.Stage, office string) (lines []string) {
	s.Helper()
	all, err := s.Store.OfficeHistory(s.Context(), office, "", 50)
	if err != nil {
		s.Fatal(err)
	}
	for _, c := range all {
		l := c.Actor + " " + c.How + " " + c.What + " " + c.RowID + " " + c.Kind
		for _, f := range c.Fields {
			l += " " + f.Column + ":" + f.Before + ">" + f.After
		}
		lines = append(lines, l)
	}
	return lines
}

// A number that was typed in is told nothing until its code has come back.
func TestANumberIsUsableOnceItsCodeCameBack(t *testing.T) {
	s := stage.New(t, nil)
	ctx := t.Context()
	was := contactOf(s, "station-near.desk")
	is := was
	is.Phone = "+254711000555"
	if err := s.Desk.SaveContact(ctx, byUser, was, is); err != nil {
		t.Fatal(err)
	}
	if got := contactOf(s, "station-near.desk"); got.Answerable() || got.Phone != is.Phone {
		t.Fatalf("a new number counts as verified: %+v", got)
	}
	code := s.File("c1", ripoti.StageComplete, stage.Report(nil))
	if s.Kinds("station-near.desk") != "" || !strings.Contains(s.Kinds("station-near.duty"), "alert") {
		t.Errorf("an unverified number is alerted: %q", s.Kinds("station-near.desk"))
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.Desk.AskNumber(ctx, byUser, "station-near.desk"))
	s.Work()
	sent := lastCode(s, "station-near.desk")
	if err := s.Desk.AskNumber(ctx, byUser, "station-near.desk"); ripoti.KeyOf(err) != "directory.asked_just_now" {
		t.Errorf("a number is asked again at once: %v", err)
	}
	wrong := "000000"
	if sent == wrong {
		wrong = "000001"
	}
	s.Text("+254711000777", sent) // another phone
	s.Text("station-near.desk", wrong)
	if got := contactOf(s, "station-near.desk"); got.Answerable() {
		t.Fatal("a wrong code, or another phone, verifies a number")
	}
	s.Text("station-near.desk", " "+sent[:3]+" "+sent[3:])
	if got := contactOf(s, "station-near.desk"); !got.Answerable() {
		t.Fatal("the code came back and the number is not usable")
	}
	if !strings.HasSuffix(s.Kinds("station-near.desk"), "clock.unproven clock.proven") {
		t.Error(s.Kinds("station-near.desk"))
	}
	s.Text("station-near.desk", "1 "+string(code)) // works from now on
	history := officeHistory(s, "station-near")
	if len(history) != 2 || !strings.HasPrefix(history[0], "station-near.desk code contact station-near.desk changed verified_at:>") ||
		history[1] != "user:u1 form contact station-near.desk changed phone:+254…10>+254…55 verified_at:"+was.VerifiedAt.UTC().Format(time.DateOnly)+">" {
		t.Errorf("history:\n%s", strings.Join(history, "\n"))
	}

	t.Run("a code read aloud counts, five wrong ones void it, and an old one is worth nothing", func(t *testing.T) {
		again := func() string {
			s.Wait(time.Hour)
			must(s.Desk.AskNumber(ctx, byUser, "station-next.desk"))
			s.Work()
			return lastCode(s, "station-next.desk")
		}
		first := again()
		for range 5 {
			if err := s.Desk.ProveNumber(ctx, byUser, "station-next.desk", "12"); ripoti.KeyOf(err) != "directory.wrong_code" {
				t.Fatal(err)
			}
		}
		if err := s.Desk.ProveNumber(ctx, byUser, "station-next.desk", first); ripoti.KeyOf(err) != "directory.wrong_code" {
			t.Errorf("it may be guessed on and on: %v", err)
		}
		old := again()
		s.Wait(25 * time.Hour)
		if err := s.Desk.ProveNumber(ctx, byUser, "station-next.desk", old); ripoti.KeyOf(err) != "directory.wrong_code" {
			t.Errorf("yesterday's code: %v", err)
		}
		must(s.Desk.ProveNumber(ctx, byUser, "station-next.desk", again()))
		if c := contactOf(s, "station-next.desk"); c.VerifiedAt.Before(s.Clock.Now().AddDate(0, 0, -1)) {
			t.Error("not verified today")
		}
	})
}

// Who is transferred hands over: cases go back to the office, the console follows, the roster lets go.
func TestATransferHandsOver(t *testing.T) {
	s := stage.New(t, nil)
	ctx := t.Context()
	s.Roster([]ripoti.Shift{shift(ripoti.RoleDesk, "station-near.desk", ripoti.EveryDay, 0, 0)}, ripoti.Leave{ContactID: "station-near.duty", From: "2099-01-01", To: "2099-01-02", StandIn: "station-near.desk"})
	user := ripoti.User{ID: "u-desk", Login: "sample.desk", Role: ripoti.UserOfficer, OfficeID: "station-near", ContactID: "station-near.desk", Lang: ripoti.English, Active: true}
	if err := s.Store.AddUser(ctx, user, store.Credentials{}); err != nil {
		t.Fatal(err)
	}
	code := s.File("c1", ripoti.StageComplete, stage.Report(nil))
	s.Text("station-near.desk", "1 "+string(code))
	all := store.ViewOf(ripoti.User{ID: "c", Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	h, err := s.Desk.Handover(ctx, all, contactOf(s, "station-near.desk"))
	if err != nil || len(h.Cases) != 1 || h.Cases[0].Code != code || len(h.Shifts) != 1 || len(h.StandsIn) != 1 || !slices.Equal(h.Accounts, []string{"sample.desk"}) || !slices.Equal(h.Left, []ripoti.Role{ripoti.RoleDesk}) {
		t.Errorf("to be handed over: %+v %v", h, err)
	}
	for _, bad := range []struct {
		office string
		role   ripoti.Role
		key    string
	}{{"nowhere", ripoti.RoleDesk, "directory.no_office"}, {"station-near", ripoti.RoleDesk, "directory.same_office"}, {"station-far", "king", "directory.no_role"}} {
		if err := s.Desk.Transfer(ctx, byUser, "station-near.desk", bad.office, bad.role); ripoti.KeyOf(err) != bad.key {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if err := s.Desk.Transfer(ctx, byUser, "station-near.desk", "station-far", ripoti.RoleDuty); err != nil {
		t.Fatal(err)
	}
	s.Work()
	if c := contactOf(s, "station-near.desk"); c.OfficeID != "station-far" || c.Role != ripoti.RoleDuty || !c.Answerable() {
		t.Errorf("%+v", c)
	}
	if !strings.Contains(s.History(code), "returned") || s.Report(code).Status != ripoti.StatusRouted {
		t.Errorf("the case stays with who left: %s", s.History(code))
	}
	if u, err := s.Store.User(ctx, "u-desk"); err != nil || u.OfficeID != "station-far" || u.Epoch != 2 {
		t.Errorf("the console knows the old post: %+v %v", u, err)
	}
	if shifts := s.Desk.Live.World().ShiftsAt("station-near"); len(shifts) > 0 {
		t.Errorf("the roster counts on who left: %+v", shifts)
	}
	here, there := officeHistory(s, "station-near"), officeHistory(s, "station-far")
	if len(here) != 2 || !strings.Contains(here[0], "shifts") || len(there) != 1 || !strings.Contains(there[0], "office_id:station-near>station-far role:desk>duty") {
		t.Errorf("history:\n%s\n%s", strings.Join(here, "\n"), strings.Join(there, "\n"))
	}
	if err := s.Desk.EndService(ctx, byUser, "station-near.desk"); err != nil {
		t.Fatal(err)
	}
	if u, _ := s.Store.User(ctx, "u-desk"); u.Active {
		t.Error("who has left signs in")
	}
}

// What a closed office has goes to another one, taken or not.
func TestWhatAClosedOfficeHasGoesToOthers(t *testing.T) {
	s := stage.New(t, nil)
	open, taken := s.File("c1", ripoti.StageComplete, stage.Report(nil)), s.File("c2", ripoti.StageComplete, stage.Report(nil))
	s.Text("station-near.desk", "1 "+string(taken))
	if err := s.Desk.CloseOffice(t.Context(), byUser, "station-near"); err != nil {
		t.Fatal(err)
	}
	s.Wait(2 * time.Minute)
	for _, code := range []ripoti.Code{open, taken} {
		parts, err := s.Store.Assignments(t.Context(), s.Report(code).ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range parts {
			if a.OfficeID == "station-near" && (a.Status == ripoti.AssignmentOpen || a.Status == ripoti.AssignmentAccepted) {
				t.Errorf("%s is still with a closed office: %s", code, a.Status)
			}
		}
		if !slices.ContainsFunc(parts, func(a store.Assignment) bool {
			return a.OfficeID == "station-next" && a.Status == ripoti.AssignmentOpen
		}) {
			t.Errorf("%s went to nobody: %+v", code, parts)
		}
	}
	if err := s.Desk.CloseOffice(t.Context(), byUser, "station-near"); ripoti.CodeOf(err) != ripoti.CodeConflict {
		t.Errorf("closed twice: %v", err)
	}
	if err := s.Desk.OpenOffice(t.Context(), byUser, "station-near"); err != nil {
		t.Fatal(err)
	}
	if err := s.Desk.Resume(t.Context(), byUser, "station-near.desk"); err != nil || contactOf(s, "station-near.desk").Answerable() {
		t.Errorf("who comes back is told things before the number is proven again: %v", err)
	}
}

// What was looked at is what is done, or nothing.
func TestOnlyWhatWasLookedAtIsChanged(t *testing.T) {
	s := stage.New(t, nil)
	ctx := t.Context()
	offices, contacts, err := s.Store.Directory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	current := directory.Rows{Offices: offices, Contacts: contacts}
	given := offices[len(offices)-1]
	given.Name = "Sample Renamed"
	upload := directory.Upload{Rows: directory.Rows{Offices: []ripoti.Office{given}}}
	next, err := upload.Onto(current)
	if err != nil {
		t.Fatal(err)
	}
	seen, err := directory.Plan(current, next)
	if err != nil || len(seen.Offices) != 1 {
		t.Fatalf("%+v %v", seen, err)
	}
	other := given
	other.Name = "Sample Meanwhile"
	if err := s.Desk.SaveOffice(ctx, byUser, offices[len(offices)-1], other); err != nil {
		t.Fatal(err)
	}
	change := casework.DirectoryChange{By: byUser, How: "upload", Sum: seen.Sum(), Make: upload.Onto}
	if _, err := s.Desk.ChangeDirectory(ctx, change); ripoti.KeyOf(err) != "directory.changed" {
		t.Errorf("another change than the one looked at is made: %v", err)
	}
	if err := s.Desk.SaveOffice(ctx, byUser, offices[len(offices)-1], given); ripoti.KeyOf(err) != "directory.changed" {
		t.Errorf("a form overwrites what it did not show: %v", err)
	}
	if err := s.Desk.SaveOffice(ctx, byUser, ripoti.Office{}, given); !errors.As(err, new(directory.Problems)) {
		t.Errorf("a new office takes the place of another: %v", err)
	}
	if _, err := s.Desk.ChangeDirectory(ctx, casework.DirectoryChange{By: byUser, Make: func(r directory.Rows) (directory.Rows, error) {
		return directory.Rows{Contacts: r.Contacts}, nil
	}}); !errors.As(err, new(directory.Problems)) {
		t.Errorf("a directory that is not sound is saved: %v", err)
	}
}

func TestAWeekShowsWhoIsOnDutyAndWhereNobodyIs(t *testing.T) {
	s := stage.New(t, nil)
	ctx := t.Context()
	monday := time.Date(2027, 3, 1, 0, 0, 0, 0, routing.Nairobi)
	lines := [][]string{{"station-near", "desk", "station-near.desk", "mon-fri", "08:00", "17:00"}, {"station-near", "desk", "station-near.ocs", "mon-fri", "20:00", "08:00"}}
	was := casework.ShiftsSum(s.Desk.Live.World().ShiftsAt("station-near"))
	if err := s.Desk.SaveShifts(ctx, byUser, "station-near", was, lines); err != nil {
		t.Fatal(err)
	}
	if err := s.Desk.AddLeave(ctx, byUser, "station-near.desk", "2027-03-03", "2027-03-03", "station-near.duty"); err != nil {
		t.Fatal(err)
	}
	day := func(n int) (out string) {
		for _, row := range s.Desk.Live.World().Week("station-near", monday) {
			if row.Role != ripoti.RoleDesk {
				continue
			}
			for _, w := range row.Days[n] {
				out += w.From.In(routing.Nairobi).Format("15:04") + "-" + w.To.In(routing.Nairobi).Format("15:04")
				for _, c := range w.OnDuty {
					out += " " + c.ID
				}
				out += "; "
			}
		}
		return out
	}
	for n, want := range map[int]string{
		0: "00:00-08:00; 08:00-17:00 station-near.desk; 17:00-20:00; 20:00-00:00 station-near.ocs; ",
		2: "00:00-08:00 station-near.ocs; 08:00-17:00 station-near.duty; 17:00-20:00; 20:00-00:00 station-near.ocs; ",
		6: "00:00-00:00; ",
	} {
		if got := day(n); got != want {
			t.Errorf("day %d: %s\nwant %s", n, got, want)
		}
	}
	if err := s.Desk.SaveShifts(ctx, byUser, "station-near", was, nil); ripoti.KeyOf(err) != "directory.changed" {
		t.Errorf("a roster that was changed meanwhile is overwritten: %v", err)
	}
	var wrong directory.Problems
	if err := s.Desk.AddLeave(ctx, byUser, "station-near.desk", "2027-03-09", "2027-03-08", "nobody"); !errors.As(err, &wrong) || len(wrong) != 2 {
		t.Errorf("%v", err)
	}
	if err := s.Desk.DropLeave(ctx, byUser, "station-near.desk", "2027-03-03"); err != nil || len(s.Desk.Live.World().LeavesOf("station-near.desk")) > 0 {
		t.Errorf("%v", err)
	}
	now := casework.ShiftsSum(s.Desk.Live.World().ShiftsAt("station-near"))
	if err := s.Desk.SaveShifts(ctx, byUser, "station-near", now, nil); err != nil || len(s.Desk.Live.World().ShiftsAt("station-near")) > 0 {
		t.Errorf("%v", err)
	}
	if history := officeHistory(s, "station-near"); len(history) != 4 || !strings.Contains(history[3], "shift:>desk station-near.desk mon-fri 08:00 17:00") {
		t.Errorf("history:\n%s", strings.Join(history, "\n"))
	}
}

// Who keeps one county changes nothing of another one, nor of what serves the whole country: not what is
// there, and not by bringing something there or away.
func TestAKeeperChangesWhatIsInHisCounties(t *testing.T) {
	s := stage.New(t, func(offices []ripoti.Office, _ []ripoti.Contact) {
		for i := range offices {
			if offices[i].ID == "station-far" {
				offices[i].County = "001"
			}
		}
	})
	ctx := t.Context()
	world := s.Desk.Live.World()
	office := func(id string) ripoti.Office { o, _ := world.Office(id); return o }
	renamed := func(o ripoti.Office, county string) ripoti.Office {
		o.Name, o.County = "Sample Renamed", county
		return o
	}
	fresh := ripoti.Contact{ID: "fresh", OfficeID: "station-far", Role: ripoti.RoleDuty, Rank: 2, Lang: ripoti.English, Phone: "+254711000556"}
	shifts := [][]string{{"station-far", "duty", "station-far.duty", "daily", "08:00", "20:00"}}
	nairobi := casework.Keeper{Actor: "user:u2", Counties: []string{"047"}}
	for name, err := range map[string]error{
		"an office":                   s.Desk.SaveOffice(ctx, nairobi, office("station-far"), renamed(office("station-far"), "001")),
		"an office brought away":      s.Desk.SaveOffice(ctx, nairobi, office("station-near"), renamed(office("station-near"), "001")),
		"an office taken":             s.Desk.SaveOffice(ctx, nairobi, office("station-far"), renamed(office("station-far"), "047")),
		"one of the whole country":    s.Desk.SaveOffice(ctx, nairobi, office("oversight-ke"), renamed(office("oversight-ke"), "")),
		"one that becomes everyone's": s.Desk.SaveOffice(ctx, nairobi, office("hospital-west"), renamed(office("hospital-west"), "")),
		"a new contact":               s.Desk.SaveContact(ctx, nairobi, ripoti.Contact{}, fresh),
		"a transfer there":            s.Desk.Transfer(ctx, nairobi, "station-near.desk", "station-far", ripoti.RoleDuty),
		"a transfer from there":       s.Desk.Transfer(ctx, nairobi, "station-far.desk", "station-near", ripoti.RoleDuty),
		"an end":                      s.Desk.EndService(ctx, nairobi, "station-far.desk"),
		"closing":                     s.Desk.CloseOffice(ctx, nairobi, "station-far"),
		"asking a number":             s.Desk.AskNumber(ctx, nairobi, "station-far.desk"),
		"proving a number":            s.Desk.ProveNumber(ctx, nairobi, "station-far.desk", "123456"),
		"a roster":                    s.Desk.SaveShifts(ctx, nairobi, "station-far", "[]", shifts),
		"a leave":                     s.Desk.AddLeave(ctx, nairobi, "station-far.desk", "2027-03-03", "2027-03-03", ""),
		"nobody's own":                s.Desk.EndService(ctx, casework.Keeper{Actor: "user:u3"}, "station-near.desk"),
	} {
		if ripoti.CodeOf(err) != ripoti.CodeForbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Desk.SaveShifts(ctx, nairobi, "station-near", "[]", shifts); ripoti.KeyOf(err) != "directory.other_roster" {
		t.Errorf("a roster with a shift of another office: %v", err)
	}
	if err := s.Desk.SaveOffice(ctx, nairobi, office("station-near"), renamed(office("station-near"), "047")); err != nil {
		t.Errorf("one's own: %v", err)
	}
	if lines := officeHistory(s, "station-far"); len(lines) > 0 {
		t.Error(lines)
	}
}
