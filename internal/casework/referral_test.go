package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

const worker = "social-047.social"

// referred is a stage with a sexual case of a child within 72 hours that the social worker has taken.
func referred(t *testing.T, change func(*ripoti.Answers)) (*stage.Stage, ripoti.Code) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(change))
	s.Text(worker, "1 "+string(code))
	s.Sent = nil
	return s, code
}

func mustRefer(t *testing.T, s *stage.Stage, code ripoti.Code, to string) ripoti.Referral {
	t.Helper()
	f, err := s.Refer(code, worker, to, "limps and cannot sleep at home", false)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// tookIt says that an office has accepted a referral of the report, for a part or for the whole.
func tookIt(t *testing.T, s *stage.Stage, code ripoti.Code) (yes bool) {
	t.Helper()
	err := s.Store.InTx(t.Context(), func(tx *store.Tx) error {
		all, err := tx.Referrals(t.Context(), s.Report(code).ID)
		yes = slices.ContainsFunc(all, func(f ripoti.Referral) bool { return f.Status == ripoti.ReferralAccepted })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return yes
}

func acceptedReferral(t *testing.T, s *stage.Stage, code ripoti.Code) (yes bool) {
	t.Helper()
	err := s.Store.InTx(t.Context(), func(tx *store.Tx) (err error) {
		yes, err = s.Desk.AcceptedReferral(t.Context(), tx, s.Report(code))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return yes
}

// A bed or a lawyer ends no sexual case of a child: "referred" needs an office that carries it on.
func TestOnlyAnOfficeThatCarriesASexualCaseOnEndsIt(t *testing.T) {
	s, code := referred(t, nil)
	for _, step := range []struct {
		to, by string
		ends   bool
	}{{"hospital-west", "hospital-west.health", false}, {"legal-047", "legal-047.partner", false}, {"children-047", "children-047.children", true}} {
		mustRefer(t, s, code, step.to)
		s.Text(step.by, "1 "+string(code))
		if got := acceptedReferral(t, s, code); got != step.ends {
			t.Errorf("accepted by %s: ends %v", step.to, got)
		}
	}
	adult, other := referred(t, func(a *ripoti.Answers) { a.What, a.AtRisk = ripoti.WhatHome, ripoti.AtRiskSelfAdult })
	mustRefer(t, adult, other, "legal-047")
	adult.Text("legal-047.partner", "1 "+string(other))
	if !acceptedReferral(t, adult, other) {
		t.Error("an adult's case may end with the lawyer who took it")
	}
}

func TestReferral(t *testing.T) {
	t.Run("the office is asked without the story, accepts by its number, and who referred hears of it", func(t *testing.T) {
		s, code := referred(t, nil)
		f := mustRefer(t, s, code, "hospital-west")
		if f.DueAt.Sub(f.SentAt) != 2*time.Hour || f.HospitalFirst {
			t.Errorf("%+v", f)
		}
		text := s.Got("hospital-west.health")[0].Text
		has(t, text, "RIPOTI referral HIGH "+string(code), "child, hospital care within 72 hrs, Kibera", "Accept in 2 hrs: reply 1 "+string(code))
		for _, never := range []string{"SVAC", "suspect", "nearby", "limps", "evening"} {
			if strings.Contains(text, never) {
				t.Errorf("%q tells of %q", text, never)
			}
		}
		messages, err := s.Store.MessagesOf(t.Context(), s.Report(code).ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages { // nor does what the sentence is written from
			if m.ContactID == "hospital-west.health" && (strings.Contains(m.Facts, "suspect") || strings.Contains(m.Facts, "wish")) {
				t.Errorf("the facts for the hospital: %s", m.Facts)
			}
		}
		if tookIt(t, s, code) {
			t.Error("accepted before anybody said so")
		}
		s.Text("hospital-west.health", "1 "+string(code))
		expect(t, "the hospital", s.Kinds("hospital-west.health"), "referral accepted")
		has(t, s.Got("hospital-west.health")[1].Text, "Who referred it is told")
		expect(t, "who referred", s.Kinds(worker), "referral.back")
		has(t, s.Got(worker)[0].Text, "Sample hospital-west has accepted")
		has(t, s.History(code), "referred", "referral_accepted")
		if !tookIt(t, s, code) {
			t.Error("not accepted")
		}
		s.Wait(24 * time.Hour)
		for _, m := range s.Got("hospital-west.health")[2:] {
			if m.Kind == flows.SayReferral || m.Kind == flows.SayReferralReminder {
				t.Errorf("asked again: %s", m.Text)
			}
		}
	})
	t.Run("a hospital that cannot is no end: who referred chooses another", func(t *testing.T) {
		s, code := referred(t, nil)
		mustRefer(t, s, code, "hospital-west")
		s.Text("hospital-west.health", "2 "+string(code))
		expect(t, "the hospital", s.Kinds("hospital-west.health"), "referral declined")
		has(t, s.Got(worker)[0].Text, "Sample hospital-west cannot take your referral")
		if tookIt(t, s, code) {
			t.Error("accepted")
		}
		if _, err := s.Refer(code, worker, "hospital-west", "", true); err != nil {
			t.Errorf("asked a second time: %v", err)
		}
	})
	t.Run("silence is chased half-way and goes back at the end", func(t *testing.T) {
		for office, c := range map[string]struct {
			who   string
			hours int
		}{"hospital-west": {"hospital-west.health", 2}, "shelter-047": {"shelter-047.partner", 4}, "legal-047": {"legal-047.partner", 72}, "odpp-047": {"odpp-047.liaison", 24}} {
			s, code := referred(t, nil)
			mustRefer(t, s, code, office)
			start := s.Clock.Now()
			s.Wait(time.Duration(c.hours)*time.Hour + 2*time.Hour)
			at := map[string]time.Duration{}
			for _, m := range s.Got(c.who) {
				at[m.Kind] = m.At.Sub(start)
			}
			half, whole := time.Duration(c.hours)*time.Hour/2, time.Duration(c.hours)*time.Hour
			if late := at[flows.SayReferralReminder] - half; late < 0 || late > time.Hour {
				t.Errorf("%s is reminded after %v, want %v", office, at[flows.SayReferralReminder], half)
			}
			back := slices.IndexFunc(s.Got(worker), func(m stage.SMS) bool { return m.Kind == flows.SayReferralBack })
			if back < 0 {
				t.Errorf("%s: who referred hears nothing", office)
				continue
			}
			if late := s.Got(worker)[back].At.Sub(start) - whole; late < 0 || late > time.Hour { // the stage walks an hour at a time
				t.Errorf("%s goes back %v late", office, late)
			}
			s.Text(c.who, "1 "+string(code))
			if tookIt(t, s, code) {
				t.Errorf("%s accepted what had gone back", office)
			}
		}
	})
	t.Run("hospital comes first within 72 hours", func(t *testing.T) {
		s, code := referred(t, nil)
		if f := mustRefer(t, s, code, "shelter-047"); !f.HospitalFirst {
			t.Error("a shelter before the hospital, and nobody says so")
		}
		mustRefer(t, s, code, "hospital-west")
		if f := mustRefer(t, s, code, "legal-047"); f.HospitalFirst {
			t.Error("the hospital was asked")
		}
		if kinds := s.Desk.ReferralKinds(s.Report(code)); kinds[0] != ripoti.Hospital {
			t.Errorf("offered %v", kinds)
		}
		old, oldCode := referred(t, func(a *ripoti.Answers) { a.When = ripoti.WhenLonger })
		if f := mustRefer(t, old, oldCode, "shelter-047"); f.HospitalFirst {
			t.Error("hospital first for what is long ago")
		}
		late, lateCode := referred(t, nil)
		late.Clock.Move(72*time.Hour + time.Minute)
		if f := mustRefer(t, late, lateCode, "shelter-047"); f.HospitalFirst || late.Desk.ReferralKinds(late.Report(lateCode))[0] == ripoti.Hospital {
			t.Error("hospital first when the 72 hours are over")
		}
		if f := mustRefer(t, late, lateCode, "hospital-west"); f.DueAt.Sub(f.SentAt) != 24*time.Hour {
			t.Errorf("a hospital has %v when the 72 hours are over", f.DueAt.Sub(f.SentAt))
		}
		reached, reachedCode := referred(t, nil)
		reached.Text(worker, "5 "+string(reachedCode))
		if f := mustRefer(t, reached, reachedCode, "shelter-047"); f.HospitalFirst {
			t.Error("hospital first for who has reached one")
		}
	})
	t.Run("who refers on the staff line reads that hospital comes first, or why it cannot be", func(t *testing.T) {
		s, code := referred(t, nil)
		care := ""
		assignments, err := s.Store.Assignments(t.Context(), s.Report(code).ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range assignments {
			if a.Side == ripoti.Care {
				care = a.ID
			}
		}
		refer := func(press, office string) flows.StaffTold {
			told, err := s.Desk.StaffDo(t.Context(), press, []ripoti.Contact{who(s, worker)}, flows.StaffAsk{Do: flows.StaffRefer, Assignment: care, Office: office})
			if err != nil {
				t.Fatal(err)
			}
			s.Work()
			return told
		}
		if told := refer("p1", "shelter-047"); told.Result != "" || told.Key != flows.StaffHospitalFirst {
			t.Errorf("%+v", told)
		}
		if told := refer("p2", "shelter-047"); told.Result != flows.StaffRefused || told.Key != "referral.already" {
			t.Errorf("again: %+v", told)
		}
		if told := refer("p3", "hospital-west"); told.Result != "" || told.Key != "" {
			t.Errorf("to the hospital: %+v", told)
		}
		expect(t, "the worker's phone", s.Kinds(worker), "")
		expect(t, "the shelter", s.Kinds("shelter-047.partner"), "referral")
	})
	t.Run("a referral is taken back by who sent it", func(t *testing.T) {
		s, code := referred(t, nil)
		f := mustRefer(t, s, code, "shelter-047")
		revoke := func(by string) error {
			c, _ := s.Desk.Live.World().Contact(by)
			return s.Store.InTx(t.Context(), func(tx *store.Tx) error {
				r, err := tx.Report(t.Context(), s.Report(code).ID)
				if err != nil {
					return err
				}
				return s.Desk.Revoke(t.Context(), tx, r, f.AssignmentID, c)
			})
		}
		if err := revoke("shelter-047.partner"); ripoti.KeyOf(err) != "referral.not_yours" {
			t.Errorf("the shelter takes it back: %v", err)
		}
		if err := revoke(worker); err != nil {
			t.Fatal(err)
		}
		s.Work()
		expect(t, "the shelter", s.Kinds("shelter-047.partner"), "referral state")
		if err := revoke(worker); ripoti.KeyOf(err) != "referral.over" {
			t.Errorf("taken back twice: %v", err)
		}
		s.Wait(5 * time.Hour)
		if strings.Contains(s.Kinds(worker), flows.SayReferralBack) {
			t.Error("what was taken back comes back")
		}
	})
	t.Run("a new decision leaves a referral alone, and what is added is not told to it", func(t *testing.T) {
		s, code := referred(t, nil)
		mustRefer(t, s, code, "shelter-047")
		s.Add("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) {
			a.Danger, a.Weapon, a.Suspect = ripoti.DangerYes, ripoti.WeaponGun, ripoti.SuspectWith
		}))
		s.Text("shelter-047.partner", "1 "+string(code))
		expect(t, "the shelter", s.Kinds("shelter-047.partner"), "referral accepted")
		if !tookIt(t, s, code) {
			t.Error("the referral is gone")
		}
	})
	t.Run("what cannot be referred is refused with a sentence", func(t *testing.T) {
		s, code := referred(t, nil)
		mustRefer(t, s, code, "shelter-047")
		for _, c := range []struct{ by, to, key string }{
			{worker, "nowhere", "referral.unknown"},
			{worker, "coordination-047", "referral.unknown"},
			{worker, "shelter-047", "referral.already"},
			{worker, "station-near", "referral.already"},
			{"legal-047.partner", "hospital-west", "referral.not_yours"},
			{"shelter-047.partner", "hospital-west", "referral.not_yours"},
			{"station-north.desk", "hospital-west", "referral.not_yours"},
		} {
			if _, err := s.Refer(code, c.by, c.to, "", false); ripoti.KeyOf(err) != c.key {
				t.Errorf("%s to %s: %v, want %s", c.by, c.to, err, c.key)
			}
		}
		s.Directory(func(_ []ripoti.Office, contacts []ripoti.Contact) {
			for i := range contacts {
				if contacts[i].ID == "hospital-west.health" {
					contacts[i].Stopped = true
				}
			}
		})
		if _, err := s.Refer(code, worker, "hospital-west", "", false); ripoti.KeyOf(err) != "referral.unreachable" {
			t.Errorf("to nobody: %v", err)
		}
	})
}

func TestReferralsKeepTheWall(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageUrgent, danger(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice }))
	s.Text(worker, "1 "+string(code))
	for _, office := range []string{"station-near", "command-west", "county-command-047"} {
		if _, err := s.Refer(code, worker, office, "", true); ripoti.KeyOf(err) != "referral.walled" {
			t.Errorf("referred to %s: %v", office, err)
		}
	}
	for _, by := range []string{"station-near.desk", "command-west.commander"} {
		if _, err := s.Refer(code, by, "hospital-west", "", true); ripoti.KeyOf(err) != "referral.not_yours" {
			t.Errorf("%s refers what it may not know: %v", by, err)
		}
	}
	offered := func(kind ripoti.OfficeKind) (ids []string) {
		err := s.Store.InTx(t.Context(), func(tx *store.Tx) error {
			near, err := s.Desk.Nearest(t.Context(), tx, s.Report(code), kind)
			for _, o := range near {
				ids = append(ids, o.ID)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	if got := offered(ripoti.Station); slices.Contains(got, "station-near") || len(got) == 0 {
		t.Errorf("stations offered: %v", got)
	}
	if got := offered(ripoti.Hospital); !slices.Equal(got, []string{"hospital-west"}) {
		t.Errorf("hospitals offered: %v", got)
	}
	// A hospital whose nurse also answers for the accused station hears nothing.
	s.Directory(func(_ []ripoti.Office, contacts []ripoti.Contact) {
		var desk ripoti.Phone
		for i := range contacts {
			if contacts[i].ID == "station-near.desk" {
				desk = contacts[i].Phone
			}
			if contacts[i].ID == "hospital-west.health" {
				contacts[i].Phone = desk
			}
		}
	})
	if _, err := s.Refer(code, worker, "hospital-west", "", true); ripoti.KeyOf(err) != "referral.unreachable" {
		t.Errorf("through the nurse's second post: %v", err)
	}
	if got := offered(ripoti.Hospital); len(got) != 0 {
		t.Errorf("hospitals offered: %v", got)
	}
	for _, who := range []string{"station-near.desk", "station-near.duty", "station-near.ocs", "command-west.commander", "hospital-west.health"} {
		expect(t, who, s.Kinds(who), "")
	}
}

func TestAWallThatRisesEndsAReferral(t *testing.T) {
	s, code := referred(t, nil)
	if _, err := s.Refer(code, worker, "station-next", "", false); err != nil {
		t.Fatal(err)
	}
	s.Add("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice }))
	s.Sent = nil
	s.Text("station-next.desk", "1 "+string(code))
	if tookIt(t, s, code) {
		t.Error("a walled station accepts a referral")
	}
	referrals, err := s.Store.Referrals(t.Context(), s.Report(code).ID)
	if err != nil || len(referrals) != 1 || referrals[0].Status != ripoti.ReferralRevoked {
		t.Errorf("%+v %v", referrals, err)
	}
	s.Wait(30 * time.Hour)
	for _, m := range s.Got("station-next.desk") {
		if strings.Contains(m.Text, string(code)) && m.Kind != "unknown" {
			t.Errorf("behind the wall: %s %s", m.Kind, m.Text)
		}
	}
}
