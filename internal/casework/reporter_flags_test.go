package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
)

// flags are the kinds that were raised on a report, in order.
func (c *caller) flags(code ripoti.Code) string {
	c.Helper()
	all, err := c.Store.Flags(c.Context(), c.Report(code).ID)
	if err != nil {
		c.Fatal(err)
	}
	var kinds []string
	for _, f := range all {
		kinds = append(kinds, string(f.Kind))
	}
	return strings.Join(kinds, " ")
}

// police are all messages that anybody at a police office got.
func (c *caller) police() (all []string) {
	for _, m := range c.Sent {
		if strings.HasPrefix(m.To, "station-") || strings.HasPrefix(m.To, "command-") || strings.HasPrefix(m.To, "county-command") {
			all = append(all, m.To+" "+m.Kind+": "+m.Text)
		}
	}
	return all
}

// adultLongAgo is a report of medium urgency.
func adultLongAgo(a *ripoti.Answers) {
	a.What, a.AtRisk, a.When = ripoti.WhatHome, ripoti.AtRiskOtherAdult, ripoti.WhenLonger
}

func TestReporterIsLessSafe(t *testing.T) {
	t.Run("the first press raises the flag and the urgency, and care hears of it", func(t *testing.T) {
		c, code := following(t, adultLongAgo)
		expect(t, "before", string(c.Report(code).Urgency), "medium")
		c.Text("social-047.social", "1 "+string(code))
		c.Sent = nil
		c.follow(reporter, flows.Asked{Code: code, Act: flows.ActUnsafe})
		expect(t, "flags", c.flags(code), "unsafe")
		if got := c.Report(code).Urgency; got.Rank() < ripoti.High.Rank() {
			t.Errorf("still %s", got)
		}
		if len(c.Got("social-047.social")) == 0 || len(c.Got("coordination-047.coordinator")) == 0 {
			t.Errorf("told %v", c.Told())
		}
	})
	t.Run("danger now is critical, and care and coordinators hear it at once", func(t *testing.T) {
		c, code := following(t, adultLongAgo)
		c.Text("social-047.social", "1 "+string(code))
		c.Sent = nil
		c.follow(reporter, flows.Asked{Code: code, Act: flows.ActUnsafe})
		c.follow(reporter, flows.Asked{Code: code, Act: flows.ActUnsafe, Danger: ripoti.DangerYes})
		expect(t, "urgency", string(c.Report(code).Urgency), "critical")
		for _, who := range []string{"social-047.social", "coordination-047.coordinator"} {
			if !strings.Contains(c.Kinds(who), flows.SayDanger) {
				t.Errorf("%s got %s", who, c.Kinds(who))
			}
		}
		if len(c.police()) == 0 {
			t.Error("no police office was asked for help")
		}
	})
	t.Run("no danger this minute takes nothing back", func(t *testing.T) {
		c, code := following(t, func(a *ripoti.Answers) { a.Danger = ripoti.DangerYes })
		before := c.Report(code).Urgency
		c.follow(reporter, flows.Asked{Code: code, Act: flows.ActUnsafe})
		c.follow(reporter, flows.Asked{Code: code, Act: flows.ActUnsafe, Danger: ripoti.DangerNo})
		if r := c.Report(code); r.Urgency != before || r.Answers.Danger != ripoti.DangerYes {
			t.Errorf("became %s, danger %s", r.Urgency, r.Answers.Danger)
		}
	})
	t.Run("worse on the seventh day is less safe, and where an officer told that all are safe, a disagreement", func(t *testing.T) {
		for officer, want := range map[string]string{"": "unsafe", "4": "disagreement unsafe"} {
			c, code := following(t, bySMS)
			c.Text("station-near.desk", "1 "+string(code))
			if officer != "" {
				c.Text("station-near.desk", officer+" "+string(code))
			}
			c.Wait(8 * 24 * time.Hour)
			c.Text(reporter.Dial(), "3")
			for _, kind := range strings.Fields(want) {
				if !slices.Contains(strings.Fields(c.flags(code)), kind) {
					t.Errorf("officer %q: flags %q, want %q", officer, c.flags(code), want)
				}
			}
			if officer == "" && strings.Contains(c.flags(code), "disagreement") {
				t.Error("a disagreement with nobody")
			}
			if kinds := c.Kinds(reporter.Dial()); !strings.HasSuffix(kinds, "text.how numbers") {
				t.Errorf("the reporter got %s", kinds)
			}
		}
	})
}

func TestReporterSaysNothingWasDone(t *testing.T) {
	nothing := flows.Asked{Act: flows.ActNothing}
	t.Run("whoever has the case is asked, without a word of who asks", func(t *testing.T) {
		c, code := following(t, nil)
		c.Text("station-near.desk", "1 "+string(code))
		c.Sent = nil
		nothing.Code = code
		for range 3 {
			c.follow(reporter, nothing)
		}
		expect(t, "the desk", c.Kinds("station-near.desk"), "what_done")
		for _, line := range c.police() {
			if strings.Contains(strings.ToLower(line), "reporter") {
				t.Errorf("police read %q", line)
			}
		}
		expect(t, "flags", c.flags(code), "")
	})
	t.Run("once the first action is late, a coordinator hears of it", func(t *testing.T) {
		c, code := following(t, nil)
		c.Text("station-near.desk", "1 "+string(code))
		c.Wait(6 * time.Hour) // high: first action within 4 h
		nothing.Code = code
		c.follow(reporter, nothing)
		if !strings.Contains(c.flags(code), "overdue") {
			t.Errorf("flags %q", c.flags(code))
		}
	})
	t.Run("an officer who told of an arrest and a reporter who saw nothing do not agree", func(t *testing.T) {
		c, code := following(t, nil)
		c.Text("station-near.desk", "1 "+string(code))
		c.Text("station-near.desk", "7 "+string(code))
		c.Sent = nil
		nothing.Code = code
		c.follow(reporter, nothing)
		expect(t, "flags", c.flags(code), "disagreement")
		if got := c.police(); len(got) != 0 {
			t.Errorf("police hear of it: %v", got)
		}
	})
}

func TestReporterTellsOfMoneyAndPressure(t *testing.T) {
	t.Run("money opens a case of its own behind the wall, and no police office on the case hears of it", func(t *testing.T) {
		c, code := following(t, nil)
		c.Text("station-near.desk", "1 "+string(code))
		c.Sent = nil
		for range 2 {
			c.follow(reporter, flows.Asked{Code: code, Act: flows.ActMoney})
		}
		expect(t, "flags", c.flags(code), "bribe")
		linked, err := c.Store.Linked(t.Context(), c.Report(code).ID)
		if err != nil || len(linked) != 1 {
			t.Fatalf("%d linked, %v", len(linked), err)
		}
		c.Wait(3 * time.Hour)
		r, err := c.Store.Report(t.Context(), linked[0])
		if err != nil || !r.Walled || r.Category != ripoti.PoliceAbuse {
			t.Errorf("%s, walled %v, %v", r.Category, r.Walled, err)
		}
		for _, line := range c.police() {
			if strings.HasPrefix(line, "station-near") && (strings.Contains(line, string(r.Code)) || strings.Contains(line, "bribe")) {
				t.Errorf("the station reads %q", line)
			}
		}
		if len(c.Got("oversight-ke.liaison")) == 0 {
			t.Errorf("oversight heard nothing; told %v", c.Told())
		}
	})
	t.Run("of the case that came out of it the reporter hears nothing by SMS", func(t *testing.T) {
		c, code := following(t, bySMS)
		c.follow(reporter, flows.Asked{Code: code, Act: flows.ActMoney})
		linked, err := c.Store.Linked(t.Context(), c.Report(code).ID)
		if err != nil || len(linked) != 1 {
			t.Fatalf("%d linked, %v", len(linked), err)
		}
		r, err := c.Store.Report(t.Context(), linked[0])
		if err != nil {
			t.Fatal(err)
		}
		c.Text("oversight-ke.liaison", "1 "+string(r.Code))
		c.Wait(9 * 24 * time.Hour)
		for _, m := range c.Got(reporter.Dial()) {
			if strings.Contains(m.Text, r.Code.Spaced()) {
				t.Errorf("the reporter got %q", m.Text)
			}
		}
	})
	t.Run("pressure to settle is a flag", func(t *testing.T) {
		c, code := following(t, nil)
		c.follow(finder, flows.Asked{Code: code, Act: flows.ActPushed})
		expect(t, "flags", c.flags(code), "settlement")
		if len(c.Got("coordination-047.coordinator")) == 0 {
			t.Errorf("told %v", c.Told())
		}
	})
}

// TestFollowUpAndTheWall: whatever is told of a report that accuses station-near, nobody there, and
// nobody of its chain, sees, counts or receives anything of it.
func TestFollowUpAndTheWall(t *testing.T) {
	acts := []flows.Asked{{Act: flows.ActUnsafe}, {Act: flows.ActUnsafe, Danger: ripoti.DangerYes}, {Act: flows.ActNothing}, {Act: flows.ActMoney},
		{Act: flows.ActPushed}, {Act: flows.ActInform, Text: "he came with the officer again"}, {Act: flows.ActWish, Wish: ripoti.WishSMS}, {Act: flows.ActDelete}}
	c, code := following(t, func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice })
	for _, asked := range acts {
		asked.Code = code
		c.follow(reporter, asked)
		c.Wait(2 * time.Minute)
	}
	c.Text(finder.Dial(), string(code)+" it happened behind the station")
	c.Wait(9 * 24 * time.Hour)
	walls, err := c.Store.Walls(t.Context(), c.Report(code).ID)
	if err != nil || !slices.Contains(walls, "station-near") {
		t.Fatalf("walls %v, %v", walls, err)
	}
	linked, err := c.Store.Linked(t.Context(), c.Report(code).ID)
	if err != nil || len(linked) != 1 {
		t.Fatalf("%d linked, %v", len(linked), err)
	}
	other, err := c.Store.Report(t.Context(), linked[0])
	must(t, err)
	for _, m := range c.Sent {
		office, _, _ := strings.Cut(m.To, ".")
		if slices.Contains(walls, office) && (strings.Contains(m.Text, string(code)) || strings.Contains(m.Text, string(other.Code))) {
			t.Errorf("%s got %s: %s", m.To, m.Kind, m.Text)
		}
	}
	for _, contact := range []string{"station-near.desk", "station-near.duty", "station-near.ocs", "command-west.commander", "county-command-047.commander"} {
		for _, number := range []ripoti.Code{code, other.Code} {
			if _, err := c.Desk.ReporterContact(t.Context(), number, ripoti.Contact{ID: contact}, casework.OpenFirst); ripoti.CodeOf(err) != ripoti.CodeNotFound {
				t.Errorf("%s opens %s: %v", contact, number, err)
			}
		}
	}
}
