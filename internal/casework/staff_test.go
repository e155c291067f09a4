package casework_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// staffCaller is a number on the staff line; each press has a name of its own.
type staffCaller struct {
	*stage.Stage
	who []ripoti.Contact
	n   int
}

func onLine(s *stage.Stage, contact string) *staffCaller {
	s.Helper()
	c, ok := s.Desk.Live.World().Contact(contact)
	if !ok {
		s.Fatalf("no contact %s", contact)
	}
	who, err := s.Desk.StaffContacts(s.Context(), c.Phone)
	if err != nil {
		s.Fatal(err)
	}
	return &staffCaller{Stage: s, who: who}
}

func (c *staffCaller) do(ask flows.StaffAsk) flows.StaffTold {
	c.Helper()
	c.n++
	told, err := c.Desk.StaffDo(c.Context(), c.press(), c.who, ask)
	if err != nil {
		c.Fatal(err)
	}
	return told
}

// press is the name of the last press.
func (c *staffCaller) press() string { return fmt.Sprint(c.who[0].ID, "|", c.n) }

// code asks for a one-time code and reads it off the phone.
func (c *staffCaller) code() string {
	c.Helper()
	if err := c.Desk.GiveCode(c.Context(), c.who[0].ID, "coordinator"); err != nil {
		c.Fatal(err)
	}
	c.Work()
	got := c.Got(c.who[0].ID)
	for _, word := range strings.FieldsFunc(got[len(got)-1].Text, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(word) == flows.CodeDigits {
			return word
		}
	}
	c.Fatalf("no code in %q", got[len(got)-1].Text)
	return ""
}

func TestPINs(t *testing.T) {
	s := stage.New(t, nil)
	c := onLine(s, "station-near.desk")
	login := func(pin string) string { return c.do(flows.StaffAsk{Do: flows.StaffLogin, PIN: pin}).Result }
	if login("48261") != flows.StaffWrong {
		t.Fatal("a number without a PIN is let in")
	}
	code := c.code()
	if c.do(flows.StaffAsk{Do: flows.StaffRedeem, Code: code}).Result != "" {
		t.Fatal("the code is refused")
	}
	tail := c.who[0].Phone.Dial()[len(c.who[0].Phone.Dial())-5:]
	for _, weak := range []string{"12345", "00000", tail} {
		if got := c.do(flows.StaffAsk{Do: flows.StaffSetPIN, PIN: weak, Code: code}).Result; got != flows.StaffWeak {
			t.Errorf("%s is taken: %q", weak, got)
		}
	}
	if got := c.do(flows.StaffAsk{Do: flows.StaffSetPIN, PIN: "48261", Code: code}).Result; got != "" {
		t.Fatal(got)
	}
	if got := c.do(flows.StaffAsk{Do: flows.StaffSetPIN, PIN: "90317", Code: code}).Result; got != flows.StaffExpired {
		t.Errorf("a code is good twice: %q", got)
	}
	expect(t, "the right PIN", login("48261"), "")
	expect(t, "once wrong", login("11223"), flows.StaffWrong)
	expect(t, "right again", login("48261"), "")
	for range 2 {
		expect(t, "wrong", login("11223"), flows.StaffWrong)
	}
	expect(t, "three times wrong in a row", login("11223"), flows.StaffLocked)
	expect(t, "the right PIN after the lock", login("48261"), flows.StaffLocked)
	s.Wait(48 * time.Hour)
	expect(t, "days later", login("48261"), flows.StaffLocked)

	late := c.code()
	s.Wait(31 * time.Minute)
	expect(t, "a code after 31 minutes", c.do(flows.StaffAsk{Do: flows.StaffRedeem, Code: late}).Result, flows.StaffWrong)
	code = c.code()
	for i := range 5 {
		expect(t, "a wrong code", c.do(flows.StaffAsk{Do: flows.StaffRedeem, Code: fmt.Sprintf("0000000%d", i)}).Result, flows.StaffWrong)
	}
	expect(t, "the right code after five wrong ones", c.do(flows.StaffAsk{Do: flows.StaffRedeem, Code: code}).Result, flows.StaffWrong)
	code = c.code()
	expect(t, "a new code unlocks", c.do(flows.StaffAsk{Do: flows.StaffSetPIN, PIN: "90317", Code: code}).Result, "")
	expect(t, "the new PIN", login("90317"), "")
	expect(t, "the old one", login("48261"), flows.StaffWrong)
	events, err := s.Store.PINEvents(t.Context(), "station-near.desk")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	expect(t, "the record", strings.Join(kinds, " "), "code set locked code code code_void code unlocked")
}

// A number that has gone to somebody else takes no PIN along.
func TestPINGoesWithItsOwner(t *testing.T) {
	s := stage.New(t, nil)
	c := onLine(s, "station-near.desk")
	expect(t, "set", c.do(flows.StaffAsk{Do: flows.StaffSetPIN, PIN: "48261", Code: c.code()}).Result, "")
	s.Directory(func(_ []ripoti.Office, contacts []ripoti.Contact) {
		for i := range contacts {
			if contacts[i].ID == "station-near.desk" {
				contacts[i].ID = "station-near.desk-2"
			}
		}
	})
	next := onLine(s, "station-near.desk-2")
	expect(t, "the old PIN", next.do(flows.StaffAsk{Do: flows.StaffLogin, PIN: "48261"}).Result, flows.StaffWrong)
}

func TestStaffPressOnce(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageUrgent, danger(nil))
	c := onLine(s, "station-near.desk")
	list := c.do(flows.StaffAsk{Do: flows.StaffGetList, List: flows.ListNew})
	if len(list.Items) != 1 || list.Items[0].Code != code {
		t.Fatalf("%+v", list)
	}
	accept := flows.StaffAsk{Do: flows.StaffAnswer, Assignment: list.Items[0].Assignment, Reply: flows.Reply{Verb: flows.VerbAccept}}
	for range 3 {
		c.n = 100 // the same press
		expect(t, "accepted", c.do(accept).Result, "accepted")
	}
	if n := strings.Count(s.History(code), "accepted"); n != 1 {
		t.Errorf("accepted %d times", n)
	}
	s.Work()
	expect(t, "texts to who answered on the screen", s.Kinds("station-near.desk"), "alert")
	home := c.do(flows.StaffAsk{Do: flows.StaffGoHome}).Home
	if home.New != 0 || home.Mine != 1 {
		t.Errorf("%+v", home)
	}
	open := c.do(flows.StaffAsk{Do: flows.StaffOpen, Number: code})
	if !open.Case.Facts.Mine || !strings.Contains(s.History(code), "viewed") {
		t.Errorf("%+v; %s", open.Case, s.History(code))
	}
}

// TestStaffWall: by the staff line, too, an accused station learns nothing.
func TestStaffWall(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageUrgent, danger(func(a *ripoti.Answers) { a.ByWhom, a.More = ripoti.ByPolice, "nyuma ya kanisa" }))
	assignments, err := s.Store.Assignments(t.Context(), s.Report(code).ID)
	if err != nil || len(assignments) == 0 {
		t.Fatal(err)
	}
	for _, who := range []string{"station-near.desk", "station-near.duty", "station-near.ocs", "command-west.commander", "county-command-047.commander"} {
		c := onLine(s, who)
		if home := c.do(flows.StaffAsk{Do: flows.StaffGoHome}).Home; home.New+home.Mine+home.Due+home.Queue+home.Late+home.Open != 0 {
			t.Errorf("%s counts %+v", who, home)
		}
		for _, list := range flows.StaffLists {
			if items := c.do(flows.StaffAsk{Do: flows.StaffGetList, List: list}).Items; len(items) > 0 {
				t.Errorf("%s lists %v in %s", who, items, list)
			}
		}
		expect(t, who+" by its number", c.do(flows.StaffAsk{Do: flows.StaffOpen, Number: code}).Result, flows.StaffGone)
		for _, a := range assignments {
			for _, do := range []flows.StaffAsk{{Do: flows.StaffOpen}, {Do: flows.StaffGetNotes, Show: true}, {Do: flows.StaffKinds}, {Do: flows.StaffConfirm}, {Do: flows.StaffNumber, Show: true, Why: "danger"},
				{Do: flows.StaffAnswer, Reply: flows.Reply{Verb: flows.VerbAccept}}} {
				do.Assignment = a.ID
				if told := c.do(do); told.Result != flows.StaffGone || told.Notes != "" || told.Phone != "" || told.Case.Report != "" {
					t.Errorf("%s by %s: %+v", who, do.Do, told)
				}
			}
		}
	}
	if strings.Contains(s.History(code), "viewed") {
		t.Error("somebody behind the wall has seen it")
	}
}

func TestStaffNotes(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageUrgent, danger(func(a *ripoti.Answers) { a.More = "nyuma ya kanisa, anaitwa Achieng" }))
	c := onLine(s, "station-near.desk")
	id := c.do(flows.StaffAsk{Do: flows.StaffOpen, Number: code}).Case.Assignment
	masked := c.do(flows.StaffAsk{Do: flows.StaffGetNotes, Assignment: id})
	if !masked.Masked || strings.Contains(masked.Notes, "Achieng") || !strings.Contains(masked.Notes, "nyuma ya kanisa") {
		t.Errorf("%+v", masked)
	}
	if shown := c.do(flows.StaffAsk{Do: flows.StaffGetNotes, Assignment: id, Show: true}); !strings.Contains(shown.Notes, "Achieng") {
		t.Errorf("%+v", shown)
	}
	if n := strings.Count(s.History(code), "viewed"); n != 3 {
		t.Errorf("%d views: %s", n, s.History(code))
	}
	ocs := onLine(s, "station-near.ocs") // not escalated to: a number, no content
	expect(t, "the OCS", ocs.do(flows.StaffAsk{Do: flows.StaffOpen, Number: code}).Result, flows.StaffClosed)
	if told := ocs.do(flows.StaffAsk{Do: flows.StaffGetNotes, Assignment: id, Show: true}); told.Notes != "" {
		t.Errorf("the OCS reads %q", told.Notes)
	}
	s.Wait(25 * time.Minute)
	expect(t, "the OCS once escalated", ocs.do(flows.StaffAsk{Do: flows.StaffOpen, Number: code}).Result, "")
	other := onLine(s, "station-far.desk")
	expect(t, "another station", other.do(flows.StaffAsk{Do: flows.StaffOpen, Number: code}).Result, flows.StaffGone)
}

// What is asked of a case stands in the list of today from the day it falls due.
func TestStaffDue(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageUrgent, danger(nil))
	s.Text("social-047.social", "1 "+string(code))
	c := onLine(s, "social-047.social")
	for range 8 { // news keeps the case with who has it
		s.Wait(2 * time.Hour)
		s.Text("social-047.social", "3 "+string(code))
	}
	home := c.do(flows.StaffAsk{Do: flows.StaffGoHome}).Home
	items := c.do(flows.StaffAsk{Do: flows.StaffGetList, List: flows.ListDue}).Items
	if home.Due != 1 || !home.Social || len(items) != 1 || items[0].Code != code || items[0].Check == "" {
		t.Fatalf("%+v %+v", home, items)
	}
	told := c.do(flows.StaffAsk{Do: flows.StaffAnswer, Assignment: items[0].Assignment, Reply: flows.Reply{Verb: flows.VerbCheck, Check: ripoti.CheckSafe}})
	expect(t, "the answer", told.Result, "checked")
}
