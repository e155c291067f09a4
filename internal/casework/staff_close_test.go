package casework_test

import (
	"strings"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// A case is closed from the staff line: one proposes what the table allows, another agrees, each once.
func TestStaffCloses(t *testing.T) {
	const desk, coordinator = "station-near.desk", "coordination-047.coordinator"
	s, code := accepted(t, nil, nil)
	officer := onLine(s, desk)
	id := officer.do(flows.StaffAsk{Do: flows.StaffOpen, Number: code}).Case.Assignment
	ends := officer.do(flows.StaffAsk{Do: flows.StaffGetEnds, Assignment: id}).Ends
	var names []string
	for _, e := range ends {
		names = append(names, string(e.Outcome))
	}
	expect(t, "what an officer may propose for a child", strings.Join(names, " "), "convicted acquitted referred duplicate unfounded cannot_locate")
	propose := flows.StaffAsk{Do: flows.StaffPropose, Assignment: id, End: ripoti.OutcomeConvicted}
	expect(t, "before a charge", officer.do(propose).Key, "closing.charge")
	propose.End = ripoti.OutcomeUnfounded
	expect(t, "without words", officer.do(propose).Key, "closing.reason")
	propose.End = ripoti.OutcomeWithdrawn
	propose.Note = "no evidence"
	expect(t, "the prosecutor's outcome", officer.do(propose).Key, "closing.who")
	s.Text(desk, "C "+string(code)+" "+s.Clock.Now().AddDate(0, 1, 0).Format("2/1/2006")+" Kibera")
	propose.End, propose.Note = ripoti.OutcomeConvicted, ""
	expect(t, "proposed", officer.do(propose).Result, "proposed")
	officer.n--
	expect(t, "the same press", officer.do(propose).Result, "proposed")
	expect(t, "another press", officer.do(propose).Key, "closing.proposed_already")
	expect(t, "the list then", officer.do(flows.StaffAsk{Do: flows.StaffGetEnds, Assignment: id}).Key, "closing.proposed_already")
	s.Work()

	if n := officer.do(flows.StaffAsk{Do: flows.StaffGoHome}).Home.Closings; n != 0 {
		t.Errorf("the proposer is asked for %d", n)
	}
	expect(t, "the proposer agrees", officer.do(flows.StaffAsk{Do: flows.StaffAgree, Number: code, Reply: flows.Reply{Verb: flows.VerbAccept}}).Result, flows.StaffGone)
	c := onLine(s, coordinator)
	items := c.do(flows.StaffAsk{Do: flows.StaffGetList, List: flows.ListClosings}).Items
	if n := c.do(flows.StaffAsk{Do: flows.StaffGoHome}).Home.Closings; n != 1 || len(items) != 1 || items[0].Code != code || items[0].Outcome != ripoti.OutcomeConvicted {
		t.Fatalf("%d, %+v", n, items)
	}
	shown := c.do(flows.StaffAsk{Do: flows.StaffGetClosing, Number: code})
	if len(shown.Ends) != 1 || shown.Case.Facts.Code != code || !strings.Contains(s.History(code), "viewed") {
		t.Errorf("%+v", shown)
	}
	no := flows.StaffAsk{Do: flows.StaffAgree, Number: code, Reply: flows.Reply{Verb: flows.VerbDecline, Note: "the appeal is open"}}
	expect(t, "not yet", c.do(no).Say, flows.SayNotClosed)
	if s.Report(code).Status == ripoti.StatusClosed {
		t.Fatal("closed by a no")
	}
	expect(t, "proposed again", officer.do(propose).Result, "proposed")
	s.Work()
	since := len(s.Got(coordinator))
	yes := flows.StaffAsk{Do: flows.StaffAgree, Number: code, Reply: flows.Reply{Verb: flows.VerbAccept}}
	for range 2 {
		c.n = 500
		expect(t, "agreed", c.do(yes).Say, flows.SayClosed)
	}
	s.Work()
	if s.Report(code).Status != ripoti.StatusClosed || strings.Count(s.History(code), "closed") != 1 {
		t.Errorf("%s: %s", s.Report(code).Status, s.History(code))
	}
	if got := s.Got(coordinator); len(got) != since {
		t.Errorf("who answered on the screen is texted too: %+v", got[since:])
	}
}

// The wall and the roles hold for closings too.
func TestStaffClosingIsNobodyElses(t *testing.T) {
	s, code := accepted(t, nil, nil)
	id := onLine(s, "station-near.desk").do(flows.StaffAsk{Do: flows.StaffOpen, Number: code}).Case.Assignment
	s.Text("station-near.desk", "C "+string(code)+" "+s.Clock.Now().AddDate(0, 1, 0).Format("2/1/2006")+" Kibera")
	onLine(s, "station-near.desk").do(flows.StaffAsk{Do: flows.StaffPropose, Assignment: id, End: ripoti.OutcomeConvicted})
	s.Work()
	for _, who := range []string{"station-far.desk", "station-near.ocs", "social-047.social"} {
		c := onLine(s, who)
		for _, do := range []flows.StaffDo{flows.StaffGetClosing, flows.StaffAgree} {
			if told := c.do(flows.StaffAsk{Do: do, Number: code, Reply: flows.Reply{Verb: flows.VerbAccept}}); told.Result != flows.StaffGone || told.Case.Report != "" {
				t.Errorf("%s by %s: %+v", who, do, told)
			}
		}
	}
	if s.Report(code).Status == ripoti.StatusClosed {
		t.Error("it is closed")
	}
}

// What presses came to is forgotten within two days, also where nobody logs in.
func TestStaffPressesAreForgotten(t *testing.T) {
	s := stage.New(t, nil)
	c := onLine(s, "station-near.desk")
	c.do(flows.StaffAsk{Do: flows.StaffGoHome})
	press := c.press()
	kept := func() int {
		acts, err := s.Desk.StaffActs(t.Context(), []string{press})
		if err != nil {
			t.Fatal(err)
		}
		return len(acts)
	}
	if kept() != 1 {
		t.Fatal("a press is not known again")
	}
	s.Wait(50 * time.Hour)
	if kept() != 0 {
		t.Error("a press is known after two days")
	}
}
