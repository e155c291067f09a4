package casework_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

const (
	reporter = ripoti.Phone("+254711000099") // the stage's
	finder   = ripoti.Phone("+254711000055")
)

// caller follows reports up.
type caller struct {
	*stage.Stage
	presses int
}

func (c *caller) follow(from ripoti.Phone, asked flows.Asked) (flows.Standing, bool) {
	c.Helper()
	c.presses++
	return c.press(fmt.Sprint("press", c.presses), from, asked)
}

func (c *caller) press(key string, from ripoti.Phone, asked flows.Asked) (flows.Standing, bool) {
	c.Helper()
	stands, own, err := c.Desk.Follow(c.Context(), casework.Following{Key: key, From: from, Asked: asked})
	if err != nil {
		c.Fatal(err)
	}
	c.Work()
	return stands, own
}

func following(t *testing.T, change func(*ripoti.Answers)) (*caller, ripoti.Code) {
	t.Helper()
	c := &caller{Stage: stage.New(t, nil)}
	return c, c.File("c1", ripoti.StageComplete, stage.Report(change))
}

func bySMS(a *ripoti.Answers) { a.Contact = ripoti.WishSMS }

func TestStanding(t *testing.T) {
	t.Run("a word for each way a report stands", func(t *testing.T) {
		c, code := following(t, nil)
		look := flows.Asked{Code: code}
		stands, own := c.follow(reporter, look)
		expect(t, "asked", string(stands), "looked")
		if !own {
			t.Error("the phone that reported is not known again")
		}
		c.Text("social-047.social", "1 "+string(code))
		stands, own = c.follow(finder, look)
		expect(t, "care has accepted", string(stands), "taken")
		if own {
			t.Error("another phone is taken for the one that reported")
		}
		r := c.Report(code)
		r.Status = ripoti.StatusClosed
		must(t, c.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.SaveReport(t.Context(), r) }))
		stands, _ = c.follow(finder, look)
		expect(t, "closed", string(stands), "closed")
	})
	t.Run("before anybody was asked help is being looked for", func(t *testing.T) {
		c := &caller{Stage: stage.New(t, func(_ []ripoti.Office, contacts []ripoti.Contact) {
			for i := range contacts {
				contacts[i].Active = false
			}
		})}
		code := c.File("c1", ripoti.StageComplete, stage.Report(nil))
		stands, _ := c.follow(reporter, flows.Asked{Code: code})
		expect(t, "nobody was found", string(stands), "seeking")
	})
	t.Run("a phone that tried nine wrong numbers in a day learns nothing, not even of its own", func(t *testing.T) {
		c, code := following(t, nil)
		for range 9 {
			stands, _ := c.follow(reporter, flows.Asked{Code: "1234562"})
			expect(t, "nobody's number", string(stands), "")
		}
		stands, _ := c.follow(reporter, flows.Asked{Code: code})
		expect(t, "the right one after nine", string(stands), "hidden")
		stands, _ = c.follow(finder, flows.Asked{Code: code})
		expect(t, "from another phone", string(stands), "looked")
		c.Clock.Move(25 * time.Hour)
		stands, _ = c.follow(reporter, flows.Asked{Code: code})
		expect(t, "a day later", string(stands), "looked")
	})
	t.Run("a press that comes again is answered as before and counted once", func(t *testing.T) {
		c, code := following(t, nil)
		for range 20 {
			c.press("same", reporter, flows.Asked{Code: "1234562"})
		}
		stands, _ := c.press("known", reporter, flows.Asked{Code: code})
		expect(t, "not counted", string(stands), "looked")
		for range 9 {
			c.follow(reporter, flows.Asked{})
		}
		stands, _ = c.press("known", reporter, flows.Asked{Code: code})
		expect(t, "replayed after too many", string(stands), "looked")
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestReporterInforms(t *testing.T) {
	t.Run("words are kept with the story, sealed, and those who have the case hear that there is more", func(t *testing.T) {
		c, code := following(t, nil)
		c.Text("station-near.desk", "1 "+string(code))
		c.Sent = nil
		c.follow(finder, flows.Asked{Code: code, Act: flows.ActInform, Text: "he sleeps at the quarry"})
		c.follow(finder, flows.Asked{Code: code, Act: flows.ActInform, Text: "the gate is green"})
		c.Wait(time.Minute)
		expect(t, "the story", c.Report(code).Answers.More, "he sleeps at the quarry\nthe gate is green")
		for _, who := range []string{"station-near.desk", "social-047.social"} {
			expect(t, who, c.Kinds(who), "text.information")
		}
		for _, m := range c.Sent {
			if strings.Contains(m.Text, "quarry") || strings.Contains(m.Text, "711000055") {
				t.Errorf("%s read %q", m.To, m.Text)
			}
		}
		if !strings.HasSuffix(c.History(code), "information information information_told") {
			t.Errorf("history %s", c.History(code))
		}
	})
	t.Run("the same press again adds nothing", func(t *testing.T) {
		c, code := following(t, nil)
		for range 3 {
			c.press("k", reporter, flows.Asked{Code: code, Act: flows.ActInform, Text: "near the quarry"})
		}
		expect(t, "the story", c.Report(code).Answers.More, "near the quarry")
	})
	t.Run("a late press of the call that reported does not take it back", func(t *testing.T) {
		c, code := following(t, nil)
		c.follow(reporter, flows.Asked{Code: code, Act: flows.ActInform, Text: "near the quarry"})
		c.Add("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.Weapon = ripoti.WeaponGun }))
		expect(t, "the story", c.Report(code).Answers.More, "near the quarry")
	})
	t.Run("what is read raises the urgency and never lowers it", func(t *testing.T) {
		c, code := following(t, func(a *ripoti.Answers) {
			a.What, a.AtRisk, a.When = ripoti.WhatCrime, ripoti.AtRiskOtherAdult, ripoti.WhenLonger
		})
		before := c.Report(code).Urgency
		c.follow(reporter, flows.Asked{Code: code, Act: flows.ActInform, Text: "he is beating the child now with a panga, she is bleeding"})
		raised := c.Report(code).Urgency
		if raised.Rank() <= before.Rank() {
			t.Errorf("%s became %s", before, raised)
		}
		c.follow(reporter, flows.Asked{Code: code, Act: flows.ActInform, Text: "thank you, all is well"})
		expect(t, "after good news", string(c.Report(code).Urgency), string(raised))
	})
	t.Run("words that accuse the police raise the wall", func(t *testing.T) {
		c, code := following(t, nil)
		c.Sent = nil
		c.follow(reporter, flows.Asked{Code: code, Act: flows.ActInform, Text: "polisi alimbaka huyo mtoto kwa kituo"})
		if !c.Report(code).Walled {
			t.Fatal("no wall")
		}
		c.Wait(2 * time.Hour)
		for _, m := range c.Sent {
			if strings.HasPrefix(m.To, "station-near") {
				t.Errorf("%s got %q", m.To, m.Text)
			}
		}
	})
	t.Run("a closed case's news goes to the coordinators", func(t *testing.T) {
		c, code := following(t, nil)
		r := c.Report(code)
		r.Status = ripoti.StatusClosed
		must(t, c.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.SaveReport(t.Context(), r) }))
		c.Sent = nil
		c.follow(reporter, flows.Asked{Code: code, Act: flows.ActInform, Text: "he was released and is back"})
		c.Wait(time.Minute)
		expect(t, "told", strings.Join(c.Told(), " "), "coordination-047.coordinator")
	})
}

func TestReporterWish(t *testing.T) {
	wish := func(w ripoti.Wish) flows.Asked { return flows.Asked{Act: flows.ActWish, Wish: w} }
	t.Run("the phone that reported says how it is reached", func(t *testing.T) {
		c, code := following(t, func(a *ripoti.Answers) { a.Contact = ripoti.WishNone })
		asked := wish(ripoti.WishMorning)
		asked.Code = code
		c.follow(reporter, asked)
		who, err := c.Store.Reporter(t.Context(), c.Report(code).ID)
		if err != nil || who.Wish != ripoti.WishMorning || who.Phone != reporter {
			t.Errorf("%q for %s, %v", who.Wish, who.Phone.Dial(), err)
		}
	})
	t.Run("whoever found the number can forbid contact, and cannot be the one who is contacted", func(t *testing.T) {
		c, code := following(t, nil)
		asked := wish(ripoti.WishAny)
		asked.Code = code
		if _, _, err := c.Desk.Follow(t.Context(), casework.Following{Key: "x", From: finder, Asked: asked}); ripoti.CodeOf(err) != ripoti.CodeForbidden {
			t.Errorf("answered %v", err)
		}
		asked.Wish = ripoti.WishNone
		c.follow(finder, asked)
		who, err := c.Store.Reporter(t.Context(), c.Report(code).ID)
		if err != nil || who.Wish != ripoti.WishNone || who.Phone != reporter {
			t.Errorf("%q for %s, %v", who.Wish, who.Phone.Dial(), err)
		}
	})
	t.Run("the wish to be forgotten waits for a person", func(t *testing.T) {
		c, code := following(t, nil)
		for range 2 {
			c.follow(reporter, flows.Asked{Code: code, Act: flows.ActDelete})
		}
		open, err := c.Store.DeletionRequests(t.Context(), false, "", 10)
		if err != nil || len(open) != 1 || open[0].Code != code {
			t.Errorf("%+v, %v", open, err)
		}
		if c.Report(code).Answers.Place.Name == "" || strings.Count(c.History(code), "deletion_asked") != 1 {
			t.Errorf("history %s", c.History(code))
		}
	})
}

func TestNews(t *testing.T) {
	who := reporter.Dial()
	t.Run("an acceptance is told once to who asked for SMS, in daytime", func(t *testing.T) {
		c, code := following(t, bySMS)
		c.Text("station-near.desk", "1 "+string(code))
		c.Text("social-047.social", "1 "+string(code))
		expect(t, "kinds", c.Kinds(who), "text.taken")
		if text := c.Got(who)[0].Text; !strings.Contains(text, "linashughulikiwa") || strings.Contains(text, "polisi") {
			t.Errorf("said %q", text)
		}
	})
	t.Run("who did not ask for SMS hears nothing", func(t *testing.T) {
		for _, w := range []ripoti.Wish{ripoti.WishAny, ripoti.WishMorning, ripoti.WishEvening, ripoti.WishNone, ""} {
			c, code := following(t, func(a *ripoti.Answers) { a.Contact = w })
			c.Text("station-near.desk", "1 "+string(code))
			c.Wait(9 * 24 * time.Hour)
			expect(t, "wish "+string(w), c.Kinds(who), "")
		}
	})
	t.Run("after seven days it is asked once how things are, and never more", func(t *testing.T) {
		c, code := following(t, bySMS)
		filed := c.Clock.Now()
		c.Text("station-near.desk", "1 "+string(code))
		c.Wait(30 * 24 * time.Hour)
		expect(t, "kinds", c.Kinds(who), "text.taken text.how")
		asked := c.Got(who)[1].At
		if days := asked.Sub(filed).Hours() / 24; days < 7 || days > 8 {
			t.Errorf("asked after %.1f days", days)
		}
		for _, m := range c.Got(who) {
			if hour := m.At.In(routing.Nairobi).Hour(); hour < 8 || hour >= 18 {
				t.Errorf("%s at %d o'clock", m.Kind, hour)
			}
		}
	})
	t.Run("an acceptance at night waits for the morning", func(t *testing.T) {
		c, code := following(t, bySMS)
		c.Wait(14 * time.Hour) // 23:00 in Nairobi
		c.Text("social-047.social", "1 "+string(code))
		expect(t, "at night", c.Kinds(who), "")
		c.Wait(10 * time.Hour)
		expect(t, "by the morning", c.Kinds(who), "text.taken")
	})
	t.Run("a wish that was taken back meanwhile, a stop or a closed case end it", func(t *testing.T) {
		for name, end := range map[string]func(*caller, ripoti.Code){
			"wish": func(c *caller, code ripoti.Code) {
				c.follow(finder, flows.Asked{Code: code, Act: flows.ActWish, Wish: ripoti.WishNone})
			},
			"stop": func(c *caller, _ ripoti.Code) { c.Text(who, "STOP") },
			"closed": func(c *caller, code ripoti.Code) {
				r := c.Report(code)
				r.Status = ripoti.StatusClosed
				must(t, c.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.SaveReport(t.Context(), r) }))
			},
		} {
			c, code := following(t, bySMS)
			c.Text("station-near.desk", "1 "+string(code))
			c.Sent = nil
			end(c, code)
			c.Wait(9 * 24 * time.Hour)
			if kinds := c.Kinds(who); strings.Contains(kinds, "text.how") {
				t.Errorf("%s: still got %s", name, kinds)
			}
		}
	})
	t.Run("the answer joins the report, once", func(t *testing.T) {
		c, code := following(t, bySMS)
		c.Wait(8 * 24 * time.Hour)
		c.Sent = nil
		c.Text(who, "1")
		c.Text(who, "1")
		if strings.Count(c.History(code), "reporter_how") != 1 {
			t.Errorf("history %s", c.History(code))
		}
		expect(t, "answered", c.Kinds(who), "text.quiet numbers")
	})
	t.Run("who agrees to SMS later is asked on the seventh day too", func(t *testing.T) {
		c, code := following(t, nil)
		c.follow(reporter, flows.Asked{Code: code, Act: flows.ActWish, Wish: ripoti.WishSMS})
		c.Wait(8 * 24 * time.Hour)
		expect(t, "kinds", c.Kinds(who), "text.how")
	})
}

func TestTextByNumber(t *testing.T) {
	t.Run("a text that begins with a report's number joins it, from any phone, and tells nothing of it", func(t *testing.T) {
		c, code := following(t, nil)
		c.Text("station-near.desk", "1 "+string(code))
		c.Sent = nil
		c.Text(finder.Dial(), code.Spaced()+" he sleeps at the quarry")
		c.Wait(time.Minute)
		expect(t, "the story", c.Report(code).Answers.More, "he sleeps at the quarry")
		expect(t, "the sender", c.Kinds(finder.Dial()), "text.quiet")
		expect(t, "the desk", c.Kinds("station-near.desk"), "text.information")
		if n, err := c.Store.TextsOf(t.Context(), c.Report(code).ID); err != nil || n != 1 {
			t.Errorf("%d texts belong to it, %v", n, err)
		}
	})
	t.Run("a number that is nobody's is a text like others: nothing is lost", func(t *testing.T) {
		c, code := following(t, nil)
		c.Text(finder.Dial(), "1234562 my neighbour beats his wife in Kibera")
		all, err := c.Store.Reports(t.Context(), "", 10)
		if err != nil || len(all) != 2 || c.Report(code).Answers.More != "" {
			t.Errorf("%d reports, %v", len(all), err)
		}
	})
	t.Run("a status is never told by SMS", func(t *testing.T) {
		c, code := following(t, nil)
		c.Text(finder.Dial(), string(code))
		for _, m := range c.Got(finder.Dial()) {
			if strings.Contains(m.Text, string(code)) || strings.Contains(m.Text, "taken") {
				t.Errorf("said %q", m.Text)
			}
		}
	})
}

func TestReporterContact(t *testing.T) {
	worker := ripoti.Contact{ID: "social-047.social"}
	open := func(c *caller, code ripoti.Code, by string, reason casework.OpenReason) (casework.Opened, error) {
		return c.Desk.ReporterContact(t.Context(), code, ripoti.Contact{ID: by}, reason)
	}
	any := func(a *ripoti.Answers) { a.Contact = ripoti.WishAny }
	t.Run("the worker who accepted opens the number, for a reason and fifteen minutes, and it is written down", func(t *testing.T) {
		c, code := following(t, any)
		c.Text(worker.ID, "1 "+string(code))
		o, err := open(c, code, worker.ID, casework.OpenFirst)
		if err != nil || o.Phone != reporter || o.Until.Sub(c.Clock.Now()) != 15*time.Minute {
			t.Fatalf("%s until %s, %v", o.Phone.Dial(), o.Until, err)
		}
		c.Clock.Move(10 * time.Minute)
		if again, err := open(c, code, worker.ID, casework.OpenFirst); err != nil || again.Until != o.Until {
			t.Errorf("again until %s, %v", again.Until, err)
		}
		c.Clock.Move(6 * time.Minute)
		if _, err := open(c, code, worker.ID, casework.OpenCheck); err != nil {
			t.Error(err)
		}
		all, err := c.Store.Openings(t.Context(), c.Report(code).ID)
		if err != nil || len(all) != 2 || all[0].Reason != "first_contact" || all[1].ContactID != worker.ID {
			t.Errorf("%+v, %v", all, err)
		}
		if strings.Count(c.History(code), "number_opened") != 2 {
			t.Errorf("history %s", c.History(code))
		}
	})
	t.Run("to everybody else there is no such report", func(t *testing.T) {
		c, code := following(t, any)
		for _, who := range []string{worker.ID, "station-near.desk", "coordination-047.coordinator", "nobody"} { // nobody has accepted yet
			if _, err := open(c, code, who, casework.OpenFirst); ripoti.CodeOf(err) != ripoti.CodeNotFound {
				t.Errorf("%s before: %v", who, err)
			}
		}
		c.Text(worker.ID, "1 "+string(code))
		c.Text("station-near.desk", "1 "+string(code))
		for _, who := range []string{"station-near.desk", "coordination-047.coordinator", "social-ke.social", "children-west.children"} {
			if _, err := open(c, code, who, casework.OpenFirst); ripoti.CodeOf(err) != ripoti.CodeNotFound {
				t.Errorf("%s: %v", who, err)
			}
		}
		if all, _ := c.Store.Openings(t.Context(), c.Report(code).ID); len(all) != 0 {
			t.Errorf("opened %+v", all)
		}
	})
	t.Run("a colleague of the worker who accepted does not open it", func(t *testing.T) {
		c := &caller{Stage: stage.New(t, func(_ []ripoti.Office, contacts []ripoti.Contact) {
			for i := range contacts {
				if contacts[i].ID == "social-ke.social" {
					contacts[i].OfficeID, contacts[i].Rank = "social-047", 2
				}
			}
		})}
		code := c.File("c1", ripoti.StageComplete, stage.Report(any))
		c.Text(worker.ID, "1 "+string(code))
		if _, err := open(c, code, "social-ke.social", casework.OpenFirst); ripoti.CodeOf(err) != ripoti.CodeNotFound {
			t.Error(err)
		}
		if _, err := open(c, code, worker.ID, casework.OpenFirst); err != nil {
			t.Error(err)
		}
	})
	t.Run("wishes and hours are kept, with the sentence why", func(t *testing.T) {
		for _, row := range []struct {
			wish ripoti.Wish
			hour int
			key  string // "" opens
		}{
			{ripoti.WishAny, 2, ""}, {ripoti.WishMorning, 6, ""}, {ripoti.WishMorning, 11, ""}, {ripoti.WishMorning, 12, "contact.not_now.morning"},
			{ripoti.WishMorning, 5, "contact.not_now.morning"}, {ripoti.WishEvening, 17, ""}, {ripoti.WishEvening, 19, ""},
			{ripoti.WishEvening, 20, "contact.not_now.evening"}, {ripoti.WishEvening, 16, "contact.not_now.evening"},
			{ripoti.WishSMS, 10, "contact.sms_only"}, {ripoti.WishNone, 10, "contact.none"}, {"", 10, "contact.unasked"},
		} {
			c, code := following(t, func(a *ripoti.Answers) { a.Contact = row.wish })
			c.Text(worker.ID, "1 "+string(code))
			now := c.Clock.Now().In(routing.Nairobi)
			c.Clock.Move(time.Date(now.Year(), now.Month(), now.Day()+1, row.hour, 0, 0, 0, routing.Nairobi).Sub(now))
			_, err := open(c, code, worker.ID, casework.OpenCheck)
			if ripoti.KeyOf(err) != row.key || (row.key == "") != (err == nil) {
				t.Errorf("%q at %d: %v", row.wish, row.hour, err)
			}
		}
	})
	t.Run("not without a reason, not after the case is closed", func(t *testing.T) {
		c, code := following(t, any)
		c.Text(worker.ID, "1 "+string(code))
		if _, err := open(c, code, worker.ID, "curious"); ripoti.KeyOf(err) != "contact.reason" {
			t.Error(err)
		}
		r := c.Report(code)
		r.Status = ripoti.StatusClosed
		must(t, c.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.SaveReport(t.Context(), r) }))
		if _, err := open(c, code, worker.ID, casework.OpenCheck); ripoti.KeyOf(err) != "contact.closed" {
			t.Error(err)
		}
	})
}
