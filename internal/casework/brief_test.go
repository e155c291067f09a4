package casework_test

import (
	"strings"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// toBrief moves the clock to a minute after the next 06:30 in Nairobi. The stage begins at 09:00 there.
func toBrief(s *stage.Stage) {
	now := s.Clock.Now()
	at := time.Date(now.Year(), now.Month(), now.Day(), 3, 31, 0, 0, time.UTC)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	s.Wait(at.Sub(now))
}

// briefs are what a contact got of the morning brief, but for the lines for the parade.
func briefs(s *stage.Stage, who string) (texts []string) {
	for _, m := range s.Mornings {
		if m.To == who && m.Kind != flows.SayParade {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// mornings counts all that a contact got of it.
func mornings(s *stage.Stage, who string) (n int) {
	for _, m := range s.Mornings {
		if m.To == who {
			n++
		}
	}
	return n
}

func oneBrief(t *testing.T, texts []string) string {
	t.Helper()
	if len(texts) != 1 {
		t.Fatalf("%d briefs: %q", len(texts), texts)
	}
	return texts[0]
}

func TestMorningBriefCountsExactlyItsArea(t *testing.T) {
	s := stage.New(t, nil)
	s.File("c1", ripoti.StageComplete, stage.Report(nil))
	code := s.File("c2", ripoti.StageComplete, stage.Report(nil))
	s.Text("station-near.desk", "1 "+string(code))
	tellMove(s, code, "station-near.desk", ripoti.MoveOnTheWay, casework.Told{}) // or it goes back to others
	toBrief(s)
	for who, want := range map[string]string{
		"station-near.ocs":             "Brief 06:30 Sample station-near. New 2 (1 critical). Not accepted 1.",
		"command-west.commander":       "Brief 06:30 Sample West sub-county. Stations 3, new 2 (1 critical), not accepted 1, late 1 (Sample station 1), 72-hr ends today 2.",
		"county-command-047.commander": "Brief 06:30 Sample county-command-047. Stations 5, new 2 (1 critical), not accepted 1, late 1",
		"command-north.commander":      "Brief 06:30 Sample North sub-county. Nothing new, nothing open.",
		"coordination-047.coordinator": "Brief 06:30 Sample coordination-047. Stations 5, new 2 (1 critical), not accepted 1, late 1, 72-hr ends today 2.",
		"coordination-ke.coordinator":  "Brief 06:30 Sample coordination-ke. Stations 5, new 2 (1 critical), not accepted 1, late 1, 72-hr ends today 2.",
	} {
		got := oneBrief(t, briefs(s, who))
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s got %q, not %q", who, got, want)
		}
	}
	if n := len(briefs(s, "station-next.ocs")); n != 0 {
		t.Errorf("a quiet station got %d briefs", n)
	}
	if n := mornings(s, "station-next.ocs"); n != 1 {
		t.Errorf("a quiet station got %d messages, not the line for the parade alone", n)
	}
	for _, who := range []string{"station-near.desk", "station-near.duty", "coordination-ke.director", "social-047.social", "oversight-ke.liaison"} {
		if n := mornings(s, who); n > 0 {
			t.Errorf("%s got %d messages", who, n)
		}
	}
}

func TestMorningBriefTellsNewOnceAndOldAgain(t *testing.T) {
	s := stage.New(t, nil)
	code := s.File("c1", ripoti.StageComplete, stage.Report(nil))
	s.Text("station-near.desk", "1 "+string(code))
	tellMove(s, code, "station-near.desk", ripoti.MoveOnTheWay, casework.Told{}) // or it goes back to others
	toBrief(s)
	toBrief(s)
	if got := len(briefs(s, "station-near.ocs")); got != 1 {
		t.Errorf("%d briefs of an accepted case that was new once", got)
	}
	s.Wait(31 * 24 * time.Hour)
	if all := briefs(s, "station-near.ocs"); !strings.Contains(all[len(all)-1], "New 0. ") || !strings.Contains(all[len(all)-1], "pen over 30 days 1") {
		t.Errorf("after a month: %q", all)
	}
}

func TestMorningBriefNeverCountsAWalledCase(t *testing.T) {
	s := stage.New(t, nil)
	s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice }))
	toBrief(s)
	for _, who := range []string{"station-near.ocs", "station-next.ocs", "station-third.ocs"} {
		if got := briefs(s, who); len(got) > 0 {
			t.Errorf("%s got %q", who, got)
		}
	}
	for _, who := range []string{"command-west.commander", "county-command-047.commander"} {
		if got := oneBrief(t, briefs(s, who)); !strings.Contains(got, "Nothing new, nothing open") {
			t.Errorf("%s got %q", who, got)
		}
	}
	if got := oneBrief(t, briefs(s, "coordination-047.coordinator")); !strings.Contains(got, "new 1") {
		t.Errorf("the coordinator got %q", got)
	}
}

// A number that answers for an accused station counts nothing of it for any of its other offices.
func TestMorningBriefIsWalledByNumber(t *testing.T) {
	s := stage.New(t, func(_ []ripoti.Office, contacts []ripoti.Contact) {
		phone := ripoti.Phone("")
		for i := range contacts {
			switch contacts[i].ID {
			case "station-near.duty":
				phone = contacts[i].Phone
			case "coordination-047.coordinator":
				defer func() { contacts[i].Phone = phone }()
			}
		}
	})
	s.File("c1", ripoti.StageComplete, stage.Report(func(a *ripoti.Answers) { a.ByWhom = ripoti.ByPolice }))
	toBrief(s)
	if got := oneBrief(t, briefs(s, "coordination-047.coordinator")); !strings.Contains(got, "Nothing new, nothing open") {
		t.Errorf("an accused number counted the case: %q", got)
	}
}

func TestMorningBriefLeavesOnceAndNotAfterTheParade(t *testing.T) {
	s := stage.New(t, nil)
	s.File("c1", ripoti.StageComplete, stage.Report(nil))
	toBrief(s)
	duty := store.Duty{ID: "brief:again", Kind: tasks.Brief, Subject: "station-near.ocs", Queue: tasks.Low, Due: s.Clock.Now()}
	if err := s.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.Owe(t.Context(), duty) }); err != nil {
		t.Fatal(err)
	}
	s.Work()
	if n := len(briefs(s, "station-near.ocs")); n != 1 {
		t.Errorf("%d briefs in one morning", n)
	}
	// Nothing runs from the evening to ten past ten of the day after: that morning is not made up for.
	s.Wait(12 * time.Hour)
	s.Clock.Move(16 * time.Hour)
	s.Work()
	if n := len(briefs(s, "station-near.ocs")); n != 1 {
		t.Errorf("a missed morning was made up for: %d briefs", n)
	}
	toBrief(s)
	if n := len(briefs(s, "station-near.ocs")); n != 2 {
		t.Errorf("%d briefs after the next morning", n)
	}
}

func TestMorningBriefIsInTheReadersLanguage(t *testing.T) {
	s := stage.New(t, func(_ []ripoti.Office, contacts []ripoti.Contact) {
		for i := range contacts {
			contacts[i].Lang = ripoti.Swahili
		}
	})
	s.File("c1", ripoti.StageComplete, stage.Report(nil))
	toBrief(s)
	if got := oneBrief(t, briefs(s, "station-near.ocs")); !strings.HasPrefix(got, "Muhtasari 06:30 Sample station-near. Mpya 1.") {
		t.Errorf("got %q", got)
	}
}
