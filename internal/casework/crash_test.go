package casework_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// breakAt makes the database fail at a change of a row, in the middle of a transaction, until mend.
func breakAt(s *stage.Stage, change, table, column, value string) (mend func()) {
	s.Helper()
	s.Tamper(fmt.Sprintf("create trigger cut before %s on %s when new.%s = '%s' begin select raise(abort, 'cut off'); end", change, table, column, value))
	return func() { s.Tamper("drop trigger cut") }
}

// crash does what is due; what is of the kind must fail, and stays owed.
func crash(s *stage.Stage, kind string) {
	s.Helper()
	do, failed := s.Desk.Tasks(), 0
	for range 20 {
		duties, err := s.Store.Wake(s.Context(), 100, tasks.Patience)
		if err != nil {
			s.Fatal(err)
		}
		for _, d := range duties {
			if d.Kind == tasks.Send {
				continue
			}
			err := do[d.Kind](s.Context(), tasks.Payload{Duty: d.ID, Subject: d.Subject, Tries: d.Tries})
			if d.Kind == kind && err != nil {
				failed++
				owed, lost := s.Store.DutiesOf(s.Context(), d.Subject)
				if lost != nil || len(owed) == 0 {
					s.Errorf("%s is owed no more: %v", kind, lost)
				}
			} else if err != nil {
				s.Fatalf("%s: %v", d.Kind, err)
			}
		}
	}
	if failed == 0 {
		s.Fatalf("nothing of %s was cut off", kind)
	}
}

// Where many cases change hands at once, they do so together: a crash in the middle loses none and does
// none of it twice.
func TestACrashInTheMiddleOfManyCasesLosesNone(t *testing.T) {
	several := func(t *testing.T, taken bool) (*stage.Stage, []ripoti.Code) {
		s := stage.New(t, nil)
		var codes []ripoti.Code
		for i := range 3 {
			code := s.File(fmt.Sprint("c", i), ripoti.StageComplete, stage.Report(quiet))
			if taken {
				s.Text(desk, "1 "+string(code))
				s.Text(desk, "3 "+string(code)) // news keeps it
			}
			codes = append(codes, code)
		}
		return s, codes
	}
	each := func(t *testing.T, s *stage.Stage, codes []ripoti.Code, event string, want int) {
		t.Helper()
		for _, code := range codes {
			if n := strings.Count(" "+s.History(code)+" ", " "+event+" "); n != want {
				t.Errorf("%s of %s: %d, want %d", event, code, n, want)
			}
		}
	}
	t.Run("who leaves", func(t *testing.T) {
		s, codes := several(t, true)
		mend := breakAt(s, "update", "assignments", "id", parts(s, codes[1])["station-near"].ID)
		if err := s.Desk.EndService(t.Context(), byUser, desk); err != nil {
			t.Fatal(err)
		}
		crash(s, tasks.Left)
		each(t, s, codes, "returned", 0)
		mend()
		s.Wait(tasks.Patience + time.Minute)
		each(t, s, codes, "returned", 1)
		for _, code := range codes {
			expect(t, "the case", string(parts(s, code)["station-near"].Status), string(ripoti.AssignmentOpen))
		}
	})
	t.Run("a shift that is handed over", func(t *testing.T) {
		s, codes := several(t, true)
		mend := breakAt(s, "update", "assignments", "id", parts(s, codes[1])["station-near"].ID)
		if err := s.Desk.Receive(t.Context(), sms.Inbound{Provider: sms.SimulatorName, ProviderID: "h", From: string(who(s, desk).Phone), To: "21094", Body: "H"}); err != nil {
			t.Fatal(err)
		}
		crash(s, tasks.Read)
		each(t, s, codes, "handed_over", 0)
		mend()
		s.Wait(tasks.Patience + time.Minute)
		each(t, s, codes, "handed_over", 1)
		if n := strings.Count(s.Kinds(desk), "handed.all"); n != 1 {
			t.Errorf("told %d times: %s", n, s.Kinds(desk))
		}
	})
	t.Run("a station that goes dark", func(t *testing.T) {
		s, codes := several(t, false)
		silent := func(month string) { // every number is tested, and none of station-near answers
			for _, kind := range []string{tasks.Ping, tasks.Pinged} {
				if err := s.Store.InTx(t.Context(), func(tx *store.Tx) error {
					return tx.OweOnce(t.Context(), store.Duty{ID: kind + month, Kind: kind, Subject: "station-near:" + month, Queue: tasks.Low, Due: s.Clock.Now()})
				}); err != nil {
					t.Fatal(err)
				}
			}
		}
		silent("2026-09")
		s.Work()
		mend := breakAt(s, "insert", "flags", "report_id", s.Report(codes[1]).ID)
		silent("2026-10")
		crash(s, tasks.Pinged)
		each(t, s, codes, "flag_raised", 0)
		mend()
		s.Wait(tasks.Patience + 2*time.Minute)
		each(t, s, codes, "flag_raised", 1)
		for _, code := range codes {
			if a := parts(s, code)["station-near"]; a.Status == ripoti.AssignmentOpen {
				t.Errorf("%s is still with the dark station", code)
			}
		}
		expect(t, "the coordinator", strings.Trim(fmt.Sprint(strings.Count(s.Kinds(coordinator), "clock.dark")), " "), "1")
	})
}
