package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ripoti/internal/dialog"
	"ripoti/internal/metrics"
	"ripoti/internal/ripoti"
)

// The answers of three whole calls.
var (
	// normal: a neighbour about violence at home, no danger now; contact by SMS.
	normal = []string{"1", "2", "2", "4", "kibera", "1", "4", "1", "1", "1", "1", "4"}
	// danger: the alert leaves at the answer to "by whom", the seventh.
	danger = []string{"1", "1", "1", "4", "Kibera", "1", "1"}
	// more than enough to file although the line is cut: what, where, by whom and when.
	enough = normal[:9]
)

func TestDialogue(t *testing.T) {
	t.Run("a whole call files one report and shows its number", func(t *testing.T) {
		h := build(t)
		last := h.dial(t, "ATUid_1", normal...)
		has(t, last, "END ", "482 9172")
		f := h.desk.only(t)
		if f.Draft.Stage != ripoti.StageComplete || f.Draft.Answers.Place.Name != "Kibera" || f.Draft.Answers.Contact != ripoti.WishSMS {
			t.Errorf("filed %+v", f.Draft)
		}
		if f.From != caller || f.Channel != ripoti.ByUSSD || f.Draft.Lang != ripoti.English {
			t.Errorf("filed for %q by %s in %s", f.From.Dial(), f.Channel, f.Draft.Lang)
		}
	})
	t.Run("in danger the alert leaves after three answers and the rest is added", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", danger...)
		if h.desk.only(t).Draft.Stage != ripoti.StageUrgent {
			t.Errorf("asked %q", h.desk.asked)
		}
		h.press(t, "ATUid_1", strings.Join(append(danger[:7:7], "1"), "*"))
		if f := h.desk.only(t); h.desk.times("add") == 0 || f.Draft.Answers.Weapon != ripoti.WeaponGun {
			t.Errorf("asked %q, kept %+v", h.desk.asked, f.Draft.Answers)
		}
	})
	t.Run("danger and a place are held before anything is filed", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", danger[:6]...)
		if h.desk.heldNow() != 1 || h.desk.reports() != 0 {
			t.Errorf("asked %q", h.desk.asked)
		}
	})
	t.Run("key 0 drops what was held", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", append(danger[:6:6], "0")...)
		if h.desk.heldNow() != 0 || h.desk.reports() != 0 {
			t.Errorf("asked %q", h.desk.asked)
		}
	})
	t.Run("two calls of one phone are two reports", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", normal...)
		h.dial(t, "ATUid_2", normal...)
		if h.desk.reports() != 2 {
			t.Errorf("%d reports", h.desk.reports())
		}
	})
	t.Run("the number may be written in any way a gateway writes it", func(t *testing.T) {
		h := build(t)
		first := h.pressAs(t, "+254711000099", "ATUid_1", "")
		for _, phone := range []string{"254711000099", "0711000099", "711000099"} {
			if again := h.pressAs(t, phone, "ATUid_1", ""); again != first {
				t.Errorf("%s is somebody else", phone)
			}
		}
		if h.presses(metrics.Repeated) != 3 {
			t.Error("not the same call")
		}
	})
}

func TestTypedStar(t *testing.T) {
	h := build(t)
	h.dial(t, "ATUid_1", "1", "2", "2", "4", "Stage*9#", "nowhere", "4", "1", "1", "1", "1", "4")
	if typed := h.desk.only(t).Draft.Answers.Place.Typed; !strings.Contains(typed, "Stage*9#") {
		t.Errorf("kept %q", typed)
	}
}

// TestTranscript is how whole inputs are compared (protocol notes A2): text after text of one call,
// and what the last screen must show.
func TestTranscript(t *testing.T) {
	toPlace := "1*2*2*4"
	for _, c := range []struct {
		name  string
		texts []string
		want  string // a part of the last screen
		not   string
	}{
		{"the same choice twice is two answers", []string{"", "1", "1*2", "1*2*2"}, "What is it?", ""},
		{"the same request again shows the same screen", []string{"", "1", "1*2", "1*2"}, "Danger now?", ""},
		{"the dial again shows the first screen", []string{"", ""}, "Welcome", ""},
		{"a shorter input is late and changes nothing", []string{"", "1", "1*2", "1"}, "Danger now?", ""},
		{"the dial arriving late changes nothing", []string{"", "1", "1*2", ""}, "Danger now?", ""},
		{"another input of the same length changes nothing", []string{"", "1", "1*2", "1*4"}, "Danger now?", ""},
		{"an input that only looks like a longer one changes nothing", []string{"", "1", "1*2", "1*22"}, "Danger now?", ""},
		{"after a late one the call goes on", []string{"", "1", "1*2", "1", "1*2*2"}, "What is it?", ""},
		{"a typed star is one answer, not two", []string{"", toPlace, toPlace + "*bura*kibera"}, "county", "Who is at risk"},
		{"a typed hash survives", []string{"", toPlace, toPlace + "*kib#era"}, "county", ""},
		{"after a typed star the call goes on", []string{"", toPlace, toPlace + "*x*y", toPlace + "*x*y*Nairobi"}, "Who is at risk", ""},
		{"an empty answer asks again", []string{"", "1", "1*"}, "How can we help?", ""},
		{"an empty answer to free text asks again", []string{"", toPlace, toPlace + "*"}, "Type the nearest", ""},
		{"two answers at once are taken in order", []string{"", "1", "1*2*2"}, "What is it?", ""},
		{"a dial that brings answers is taken", []string{"1*2*2"}, "What is it?", ""},
		{"the Swahili call stays Swahili", []string{"", "2", "2*2"}, "Hatari", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := build(t)
			var last string
			for _, text := range c.texts {
				last = h.press(t, "ATUid_1", text)
			}
			if c.want != "" && !strings.Contains(strings.ToLower(last), strings.ToLower(c.want)) {
				t.Errorf("%q is not on %q", c.want, last)
			}
			if strings.Contains(c.name, "changes nothing") {
				standing := h.Dialogues.recall(t.Context(), h.Dialogues.key(caller), Press{}) // what the call stands at
				if last != string(standing.Answer) || standing.Heard != "1*2" {
					t.Errorf("answered %q, the call stands at %q after %q", last, standing.Answer, standing.Heard)
				}
			}
			if c.not != "" && strings.Contains(last, c.not) {
				t.Errorf("%q is on %q", c.not, last)
			}
		})
	}
}

func TestRepeats(t *testing.T) {
	t.Run("every press of a call, each sent three times, files once and answers alike", func(t *testing.T) {
		h := build(t)
		for i := range len(normal) + 1 {
			text := strings.Join(normal[:i], "*")
			first := h.press(t, "ATUid_1", text)
			for range 2 {
				if again := h.press(t, "ATUid_1", text); again != first {
					t.Fatalf("%q was answered %q, then %q", text, first, again)
				}
			}
		}
		if h.desk.times("file") != 1 {
			t.Errorf("asked %q", h.desk.asked)
		}
	})
	t.Run("a press sent many times at once files once and answers alike", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", normal[:11]...)
		h.desk.setTemper(func(string) error { time.Sleep(30 * time.Millisecond); return nil })
		var group sync.WaitGroup
		answers := make([]string, 16)
		for i := range answers {
			group.Go(func() { answers[i] = h.press(t, "ATUid_1", strings.Join(normal, "*")) })
		}
		group.Wait()
		for _, a := range answers {
			if a != answers[0] {
				t.Errorf("%q and %q", answers[0], a)
			}
		}
		if h.desk.times("file") != 1 || h.presses(metrics.Repeated) != 15 {
			t.Errorf("filed %d times, %d repeats", h.desk.times("file"), h.presses(metrics.Repeated))
		}
	})
	t.Run("two processes that get the same press file one report", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", normal[:11]...)
		other := *h
		other.open(t)
		var group sync.WaitGroup
		var one, two string
		group.Go(func() { one = h.press(t, "ATUid_1", strings.Join(normal, "*")) })
		group.Go(func() { two = other.press(t, "ATUid_1", strings.Join(normal, "*")) })
		group.Wait()
		h.desk.only(t)
		if one != two {
			t.Errorf("%q and %q", one, two)
		}
	})
	t.Run("a late press of the call before changes nothing in this one", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", enough...)
		h.dial(t, "ATUid_2", "1", "1")
		before := h.press(t, "ATUid_2", "1*1")
		if late := h.press(t, "ATUid_1", strings.Join(normal[:10], "*")); late != before {
			t.Errorf("answered %q", late)
		}
		if after := h.press(t, "ATUid_2", "1*1"); after != before {
			t.Errorf("the call stands at %q", after)
		}
	})
	t.Run("one phone that waits for the database holds up no other", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", normal[:11]...)
		wake := make(chan struct{})
		h.desk.setTemper(func(string) error { <-wake; return nil })
		var group sync.WaitGroup
		group.Go(func() { h.press(t, "ATUid_1", strings.Join(normal, "*")) })
		for h.desk.times("file") == 0 {
			time.Sleep(time.Millisecond)
		}
		start := time.Now()
		h.pressAs(t, "+254711000098", "ATUid_2", "")
		if took := time.Since(start); took > time.Second {
			t.Errorf("waited %s", took)
		}
		close(wake)
		group.Wait()
	})
}

// TestLostDialogue is promise P5: the store may forget or fail at any moment.
func TestLostDialogue(t *testing.T) {
	t.Run("wiped before any press, the call is replayed to the right screen and files once", func(t *testing.T) {
		whole := build(t)
		for lost := 1; lost <= len(normal); lost++ {
			h := build(t)
			h.dial(t, "ATUid_1", normal[:lost-1]...)
			h.store.wipe()
			got := h.press(t, "ATUid_1", strings.Join(normal[:lost], "*"))
			want := whole.dial(t, fmt.Sprint("ATUid_", lost), normal[:lost]...)
			if lost < len(normal) && got != want {
				t.Fatalf("after %d answers: %q, want %q", lost, got, want)
			}
			whole.press(t, fmt.Sprint("ATUid_", lost), strings.Join(append(normal[:lost:lost], "0"), "*"))
		}
	})
	t.Run("wiped after the report, its number is shown again and nothing is filed twice", func(t *testing.T) {
		h := build(t)
		first := h.dial(t, "ATUid_1", normal...)
		h.store.wipe()
		if again := h.press(t, "ATUid_1", strings.Join(normal, "*")); again != first {
			t.Errorf("%q, then %q", first, again)
		}
		h.desk.only(t)
	})
	t.Run("wiped in the danger path after the alert, answers are added to the same report", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", danger...)
		h.store.wipe()
		h.press(t, "ATUid_1", strings.Join(append(danger[:7:7], "2"), "*"))
		if f := h.desk.only(t); f.Draft.Answers.Weapon != ripoti.WeaponBlade {
			t.Errorf("kept %+v", f.Draft.Answers)
		}
	})
	t.Run("a replay asks the desk for nothing that a later answer made void", func(t *testing.T) {
		h := build(t)
		h.press(t, "ATUid_1", strings.Join(danger, "*"))
		if len(h.desk.asked) != 1 || h.desk.asked[0] != "file" {
			t.Errorf("asked %q", h.desk.asked)
		}
	})
	t.Run("a state that an older version wrote is as good as lost: the call is replayed", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", normal[:4]...)
		c, err := h.Dialogues.load(t.Context(), h.Dialogues.key(caller))
		if err != nil {
			t.Fatal(err)
		}
		c.State[0]++
		h.Dialogues.save(t.Context(), c)
		has(t, h.press(t, "ATUid_1", strings.Join(normal[:5], "*")), "Kibera, Nairobi?")
		if h.presses(metrics.Replayed) != 1 {
			t.Error("not replayed")
		}
	})
	broken := errors.New("redis is down")
	tempers := map[string]func([]byte) ([]byte, error){
		"down":                        func([]byte) ([]byte, error) { return nil, broken },
		"giving rubbish":              func([]byte) ([]byte, error) { return []byte("rubbish that nobody sealed"), nil },
		"giving a truncated value":    func(v []byte) ([]byte, error) { return v[:len(v)/2], nil },
		"giving something quite else": func([]byte) ([]byte, error) { return make([]byte, 300), nil },
	}
	for name, temper := range tempers {
		t.Run("with the store "+name+", a call still files its report", func(t *testing.T) {
			h := build(t)
			h.store.setTemper(temper, nil)
			has(t, h.dial(t, "ATUid_1", normal...), "END ", "482 9172")
			h.desk.only(t)
		})
	}
	t.Run("with a store that keeps nothing and says so, a call still files its report", func(t *testing.T) {
		h := build(t)
		h.store.setTemper(func([]byte) ([]byte, error) { return nil, broken }, func() error { return broken })
		has(t, h.dial(t, "ATUid_1", normal...), "END ", "482 9172")
		h.desk.only(t)
		if h.count("ripoti_ussd_store_errors_total", "") == 0 {
			t.Error("nobody would know that the store is down")
		}
	})
	t.Run("with a store that gives another phone's record, nobody sees another's call", func(t *testing.T) {
		h := build(t)
		var theirs []byte
		h.dial(t, "ATUid_1", enough...)
		theirs = h.store.saved[len(h.store.saved)-1]
		h.store.setTemper(func([]byte) ([]byte, error) { return theirs, nil }, nil)
		has(t, h.pressAs(t, "+254711000098", "ATUid_1", strings.Join(enough[:3], "*")), "What is it?")
	})
	t.Run("the spare keeps a call going through a store that fails, typed stars and redial included", func(t *testing.T) {
		h := build(t)
		h.spare = dialog.NewMemory(0)
		h.open(t)
		h.dial(t, "ATUid_1", enough...)
		h.dial(t, "ATUid_2", "1", "2") // redial: start again
		h.store.setTemper(func([]byte) ([]byte, error) { return nil, broken }, func() error { return broken })
		h.press(t, "ATUid_2", "1*2*2")
		h.press(t, "ATUid_2", "1*2*2*2")
		h.press(t, "ATUid_2", "1*2*2*2*4")
		has(t, h.press(t, "ATUid_2", "1*2*2*2*4*x*y"), "county")
		if again := h.press(t, "ATUid_2", "1*2*2*2*4*x*y"); h.presses(metrics.Repeated) != 1 {
			t.Errorf("a repeat was answered %q", again)
		}
	})
	t.Run("the spare never revives a call that another process ended", func(t *testing.T) {
		h := build(t)
		h.spare = dialog.NewMemory(0)
		h.open(t)
		h.dial(t, "ATUid_1", enough...)
		h.store.wipe() // elsewhere it came to its end, and the record has left since
		if screen := h.press(t, "ATUid_2", "1"); strings.Contains(screen, "Go on") {
			t.Errorf("offered to go on: %q", screen)
		}
	})
	t.Run("with the store hanging, an answer comes within three seconds", func(t *testing.T) {
		h := build(t)
		h.store.setTemper(func([]byte) ([]byte, error) { time.Sleep(dialog.Timeout); return nil, broken },
			func() error { time.Sleep(dialog.Timeout); return broken })
		h.desk.setTemper(hung(t))
		start := time.Now()
		has(t, h.press(t, "ATUid_1", strings.Join(normal, "*")), "END ", "999")
		if took := time.Since(start); took > 3100*time.Millisecond {
			t.Errorf("took %s", took)
		}
	})
}

// TestDeskWithATemper is promises P1 and P6.
func TestDeskWithATemper(t *testing.T) {
	tempers := map[string]func(*testing.T) func(string) error{
		"down":     func(*testing.T) func(string) error { return down },
		"hanging":  hung,
		"panicked": func(*testing.T) func(string) error { return func(string) error { panic("driver") } },
	}
	for name, temper := range tempers {
		t.Run("with the database "+name+", the caller is told the truth in time", func(t *testing.T) {
			h := build(t)
			h.dial(t, "ATUid_1", normal[:11]...)
			h.desk.setTemper(temper(t))
			start := time.Now()
			last := h.press(t, "ATUid_1", strings.Join(normal, "*"))
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("took %s", took)
			}
			has(t, last, "END ", "999")
			for _, lie := range []string{"Received", "482", "number is"} {
				if strings.Contains(last, lie) {
					t.Errorf("%q says %q", last, lie)
				}
			}
			if h.presses(metrics.Unsaved) != 1 {
				t.Error("not counted")
			}
		})
	}
	t.Run("a desk that gives no number is not believed", func(t *testing.T) {
		h := build(t)
		liar := &lyingDesk{h.desk}
		h.Dialogues.Desk = liar
		if last := h.dial(t, "ATUid_1", normal...); strings.Contains(last, "Received") {
			t.Errorf("said %q", last)
		}
		if h.presses(metrics.Unsaved) != 1 {
			t.Error("not counted as unsaved")
		}
	})
	t.Run("the same request again tries again once the database is back", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", normal[:11]...)
		h.desk.setTemper(down)
		h.press(t, "ATUid_1", strings.Join(normal, "*"))
		h.desk.setTemper(nil)
		has(t, h.press(t, "ATUid_1", strings.Join(normal, "*")), "Received", "482 9172")
		h.desk.only(t)
	})
	t.Run("what could not be saved is filed by the keeper once the database is back", func(t *testing.T) {
		h := build(t)
		h.desk.setTemper(down)
		h.dial(t, "ATUid_1", normal...)
		h.clock.pass(10 * time.Second)
		h.Dialogues.Look(t.Context())
		h.desk.setTemper(nil)
		h.clock.pass(10 * time.Second)
		h.Dialogues.Look(t.Context())
		if f := h.desk.only(t); f.Draft.Stage != ripoti.StageIncomplete || f.Draft.Answers.Contact != "" {
			t.Errorf("filed %+v", f.Draft)
		}
	})
	t.Run("with the database down the danger path goes on to its end and says so", func(t *testing.T) {
		h := build(t)
		h.desk.setTemper(down)
		has(t, h.dial(t, "ATUid_1", danger...), "END ", "999")
		if h.desk.times("hold") == 0 {
			t.Error("nothing was held")
		}
	})
	t.Run("a hold that failed is made up for", func(t *testing.T) {
		h := build(t)
		h.desk.setTemper(down)
		h.dial(t, "ATUid_1", danger[:6]...)
		h.desk.setTemper(nil)
		h.clock.pass(6 * time.Second)
		h.Dialogues.Look(t.Context())
		if h.desk.heldNow() != 1 {
			t.Errorf("asked %q", h.desk.asked)
		}
	})
	t.Run("an answer that could not be added is made up for", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", danger...)
		h.desk.setTemper(down)
		h.press(t, "ATUid_1", strings.Join(append(danger[:7:7], "1"), "*"))
		h.desk.setTemper(nil)
		h.clock.pass(6 * time.Second)
		h.Dialogues.Look(t.Context())
		if f := h.desk.only(t); f.Draft.Answers.Weapon != ripoti.WeaponGun {
			t.Errorf("kept %+v", f.Draft.Answers)
		}
	})
	t.Run("a drop that failed is made up for, after a restart too", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", danger[:6]...)
		h.desk.setTemper(down)
		h.press(t, "ATUid_1", strings.Join(append(danger[:6:6], "0"), "*"))
		h.desk.setTemper(nil)
		h.open(t)
		if err := h.Dialogues.Remember(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.Dialogues.Look(t.Context())
		if h.desk.heldNow() != 0 || h.desk.reports() != 0 {
			t.Errorf("asked %q", h.desk.asked)
		}
	})
	t.Run("a report is saved although the caller hangs up", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", normal[:11]...)
		ctx, hangUp := context.WithCancel(t.Context())
		h.desk.setTemper(func(string) error { hangUp(); return nil })
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/hooks/africastalking/"+secret+"/ussd", strings.NewReader(form("ATUid_1", caller, strings.Join(normal, "*"))))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		h.mux.ServeHTTP(httptest.NewRecorder(), r)
		h.desk.only(t)
		has(t, h.press(t, "ATUid_1", strings.Join(normal, "*")), "482 9172")
	})
}

// lyingDesk says that it saved and gives no number.
type lyingDesk struct{ *desk }

func (d *lyingDesk) File(context.Context, Filing) (ripoti.Code, error) { return "", nil }

// TestCut is domain brief 3.10: what a cut call leaves.
func TestCut(t *testing.T) {
	stages := []struct {
		name    string
		answers []string
		stage   ripoti.Stage // "" files nothing
	}{
		{"danger and a place are a partial emergency", danger[:6], ripoti.StagePartial},
		{"what, where, by whom and when are an incomplete report", enough, ripoti.StageIncomplete},
		{"anything less is not filed", normal[:6], ""},
		{"key 0 is never filed, however much was said", append(enough[:9:9], "0"), ""},
		{"key 0 in the danger path is never filed", append(danger[:6:6], "0"), ""},
	}
	cuts := map[string]func(*testing.T, *house){
		"by the end notice": func(t *testing.T, h *house) {
			if w := h.hangup("ATUid_1"); w.Code != http.StatusOK {
				t.Errorf("notice answered %d", w.Code)
			}
		},
		"by the clock": func(t *testing.T, h *house) {
			h.clock.pass(44 * time.Second)
			h.Dialogues.Look(t.Context())
			if h.desk.reports() > 0 {
				t.Error("filed before its time")
			}
			h.clock.pass(2 * time.Second)
			h.Dialogues.Look(t.Context())
		},
		"by a redial": func(t *testing.T, h *house) {
			h.clock.pass(10 * time.Second)
			h.press(t, "ATUid_2", "")
		},
		"by the clock of a process started since": func(t *testing.T, h *house) {
			h.clock.pass(2 * time.Minute)
			h.open(t)
			if err := h.Dialogues.Remember(t.Context()); err != nil {
				t.Fatal(err)
			}
			h.Dialogues.Look(t.Context())
		},
		"by all of them, twice": func(t *testing.T, h *house) {
			for range 2 {
				h.hangup("ATUid_1")
				h.clock.pass(time.Minute)
				h.Dialogues.Look(t.Context())
				h.press(t, "ATUid_2", "")
				h.clock.pass(time.Minute)
				h.Dialogues.Look(t.Context())
			}
		},
	}
	for _, s := range stages {
		for how, cut := range cuts {
			t.Run(s.name+", "+how, func(t *testing.T) {
				h := build(t)
				h.dial(t, "ATUid_1", s.answers...)
				cut(t, h)
				if s.stage == "" {
					if n := h.desk.reports(); n != 0 {
						t.Errorf("%d reports", n)
					}
					return
				}
				f := h.desk.only(t)
				if f.Draft.Stage != s.stage || f.Draft.Answers.Contact.AgreedToContact() || f.From != caller {
					t.Errorf("filed %+v", f.Draft)
				}
				if h.desk.times("file") != 1 {
					t.Errorf("asked %q", h.desk.asked)
				}
			})
		}
	}
	t.Run("a slow thumb's answer after the clock is added to what was filed", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", danger[:6]...)
		h.clock.pass(50 * time.Second)
		h.Dialogues.Look(t.Context())
		h.press(t, "ATUid_1", strings.Join(danger, "*"))
		if f := h.desk.only(t); f.Draft.Answers.ByWhom != ripoti.ByFamily {
			t.Errorf("kept %+v", f.Draft.Answers)
		}
	})
	t.Run("a notice of another call closes nothing", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", enough...)
		h.hangup("ATUid_0")
		if h.desk.reports() != 0 {
			t.Error("filed a call that is not over")
		}
	})
	t.Run("a notice after a finished call does nothing", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", normal...)
		h.hangup("ATUid_1")
		if h.desk.times("file") != 1 {
			t.Errorf("asked %q", h.desk.asked)
		}
	})
	t.Run("a cut call leaves the process after half an hour", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := build(t)
			h.clock.at = time.Now()
			h.dial(t, "ATUid_1", normal[:6]...)
			time.Sleep(33 * time.Minute)
			synctest.Wait()
			if n := h.store.Store.(*dialog.Memory).Len(); n != 0 {
				t.Errorf("%d records lie about", n)
			}
		})
	})
	t.Run("the keeper does it by itself, and stops when told to", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := build(t)
			h.Dialogues.Now = time.Now
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() { h.Dialogues.Keep(ctx); close(done) }()
			h.dial(t, "ATUid_1", enough...)
			time.Sleep(40 * time.Second)
			if h.desk.reports() != 0 {
				t.Error("filed before its time")
			}
			time.Sleep(7 * time.Second)
			h.desk.only(t)
			stop()
			<-done
		})
	})
	t.Run("with the store down the keeper waits for it", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", enough...)
		h.store.setTemper(func([]byte) ([]byte, error) { return nil, errors.New("down") }, nil)
		h.clock.pass(time.Minute)
		h.Dialogues.Look(t.Context())
		h.store.setTemper(nil, nil)
		h.clock.pass(10 * time.Second)
		h.Dialogues.Look(t.Context())
		h.desk.only(t)
	})
	t.Run("nothing is left to look at after a finished call", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", normal...)
		if n := h.Dialogues.watch.len(); n != 0 {
			t.Errorf("%d calls are watched", n)
		}
	})
}

func TestRedial(t *testing.T) {
	t.Run("going on adds to the report that the cut call left", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", enough...)
		h.clock.pass(time.Minute)
		h.Dialogues.Look(t.Context())
		h.dial(t, "ATUid_2", append([]string{"1", "1"}, normal[9:]...)...)
		if f := h.desk.only(t); f.Draft.Answers.Contact != ripoti.WishSMS {
			t.Errorf("kept %+v", f.Draft.Answers)
		}
		if h.count("ripoti_ussd_dialogues_total", "rescued") != 1 || h.count("ripoti_ussd_dialogues_total", "filed") != 1 {
			t.Errorf("logged %s", h.log)
		}
	})
	t.Run("going on when nothing was filed yet files under the old call's name", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", normal[:7]...)
		has(t, h.dial(t, "ATUid_2", append([]string{"1", "1"}, normal[7:]...)...), "482 9172")
		if want := testKeys(t).Hash("conversation", "africastalking:ATUid_1"); h.desk.only(t).Conversation != want {
			t.Error("filed under another name")
		}
	})
	t.Run("starting anew is a report of its own and leaves the first as it was", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", enough...)
		h.dial(t, "ATUid_2", append([]string{"1", "2"}, normal[1:]...)...)
		if h.desk.reports() != 2 {
			t.Errorf("%d reports", h.desk.reports())
		}
	})
	t.Run("nothing of what was said is shown before the offer is answered", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", enough...)
		for _, text := range []string{"", "1"} {
			if s := h.press(t, "ATUid_2", text); strings.Contains(s, "Kibera") || strings.Contains(s, "482") || strings.Contains(s, "person now") {
				t.Errorf("showed %q", s)
			}
		}
	})
	t.Run("cut again at the offer, the call can still be taken up", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", normal[:7]...)
		h.dial(t, "ATUid_2", "1")
		h.clock.pass(time.Minute)
		h.Dialogues.Look(t.Context())
		has(t, h.dial(t, "ATUid_3", append([]string{"1", "1"}, normal[7:]...)...), "482 9172")
		h.desk.only(t)
	})
	t.Run("after ten minutes nothing is offered, however often it was dialled since", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", enough...)
		for i := range 3 {
			h.clock.pass(3 * time.Minute)
			h.press(t, fmt.Sprint("ATUid_2", i), "")
		}
		h.clock.pass(2 * time.Minute)
		if s := h.dial(t, "ATUid_3", "1"); !strings.Contains(s, "How can we help?") {
			t.Errorf("showed %q", s)
		}
	})
	t.Run("after key 0 nothing is offered", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", append(enough[:9:9], "0")...)
		if s := h.dial(t, "ATUid_2", "1"); !strings.Contains(s, "How can we help?") {
			t.Errorf("showed %q", s)
		}
	})
	t.Run("after key 0 the answers are gone from the store", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", append(enough[:9:9], "0")...)
		c, err := h.Dialogues.load(t.Context(), h.Dialogues.key(caller))
		if err != nil || !c.Ended || len(c.State) > 0 || c.Phone != "" {
			t.Errorf("%v: kept state of %d bytes", err, len(c.State))
		}
	})
	t.Run("with the database down at the redial, the keeper files the old call all the same", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", enough...)
		h.desk.setTemper(down)
		h.press(t, "ATUid_2", "")
		h.desk.setTemper(nil)
		h.clock.pass(time.Minute)
		h.Dialogues.Look(t.Context())
		if f := h.desk.only(t); f.Conversation != testKeys(t).Hash("conversation", "africastalking:ATUid_1") {
			t.Error("filed under another name")
		}
	})
}

func TestLastStyle(t *testing.T) {
	type press struct {
		text  string
		after time.Duration
	}
	open := func(t *testing.T) *house {
		h := build(t)
		h.Style = Last
		return h
	}
	run := func(t *testing.T, h *house, presses ...press) (last string) {
		for _, p := range presses {
			h.clock.pass(p.after)
			last = h.press(t, "ATUid_1", p.text)
		}
		return last
	}
	const think = 4 * time.Second
	t.Run("a whole call files its report", func(t *testing.T) {
		h := open(t)
		presses := []press{{"", 0}}
		for _, a := range normal {
			presses = append(presses, press{a, think})
		}
		has(t, run(t, h, presses...), "END ", "482 9172")
		h.desk.only(t)
	})
	t.Run("the same answer after a while is an answer", func(t *testing.T) {
		has(t, run(t, open(t), press{"", 0}, press{"1", think}, press{"2", think}, press{"2", think}), "What is it?")
	})
	t.Run("the same answer at once is a repeat", func(t *testing.T) {
		has(t, run(t, open(t), press{"", 0}, press{"1", think}, press{"2", think}, press{"2", 300 * time.Millisecond}), "Danger now?")
	})
	t.Run("the dial again is a repeat", func(t *testing.T) {
		has(t, run(t, open(t), press{"", 0}, press{"", think}), "Welcome")
	})
	t.Run("a star in free text survives", func(t *testing.T) {
		h := open(t)
		run(t, h, press{"", 0}, press{"1", think}, press{"2", think}, press{"2", think}, press{"4", think})
		has(t, run(t, h, press{"x*y", think}), "county")
	})
	t.Run("with its record lost a call starts anew, as nothing tells what was said", func(t *testing.T) {
		h := open(t)
		run(t, h, press{"", 0}, press{"1", think}, press{"2", think})
		h.store.wipe()
		has(t, run(t, h, press{"2", think}), "Welcome")
		has(t, run(t, h, press{"1", think}), "How can we help?")
	})
}

func TestLimits(t *testing.T) {
	hammer := func(t *testing.T, h *house, n int) (last string) {
		for i := range n {
			last = h.press(t, fmt.Sprint("ATUid_", i), "")
			h.press(t, fmt.Sprint("ATUid_", i), "0") // ends it
		}
		return last
	}
	t.Run("a number that dials on and on gets the free numbers", func(t *testing.T) {
		h := build(t)
		last := hammer(t, h, DefaultLimits.NumberBurst+1)
		has(t, last, "END ", "999", "116", "1195")
		if len(last) > 160 {
			t.Errorf("%d characters", len(last))
		}
		h.clock.pass(DefaultLimits.NumberEvery)
		has(t, h.press(t, "ATUid_later", ""), "Welcome")
	})
	t.Run("another number is not held to account", func(t *testing.T) {
		h := build(t)
		hammer(t, h, DefaultLimits.NumberBurst+5)
		has(t, h.pressAs(t, "+254711000098", "ATUid_x", ""), "Welcome")
	})
	t.Run("a call under way goes on to its report", func(t *testing.T) {
		h := build(t)
		h.Dialogues.Limits = Limits{NumberBurst: 1, NumberEvery: time.Hour}
		has(t, h.dial(t, "ATUid_1", normal...), "482 9172")
		has(t, h.press(t, "ATUid_2", ""), "END ")
	})
	t.Run("who was cut off may always dial again", func(t *testing.T) {
		h := build(t)
		h.Dialogues.Limits = Limits{NumberBurst: 1, NumberEvery: time.Hour}
		h.dial(t, "ATUid_1", danger[:6]...)
		for i := range 3 {
			has(t, h.press(t, fmt.Sprint("ATUid_again", i), ""), "Welcome")
		}
		h.desk.only(t)
	})
	t.Run("a flood from one address is stopped at the dial alone", func(t *testing.T) {
		h := build(t)
		h.Dialogues.Limits = Limits{SourceRate: 1, SourceBurst: 1}
		h.Dialogues.sources = newSources(h.Dialogues.Limits)
		h.press(t, "ATUid_1", "")
		has(t, h.pressAs(t, "+254711000098", "ATUid_2", ""), "END ")
		has(t, h.press(t, "ATUid_1", "1"), "How can we help?")
	})
	t.Run("addresses are forgotten before they fill the memory", func(t *testing.T) {
		s := newSources(DefaultLimits)
		for i := range 3 * sourcesKept {
			s.allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), time.Now())
		}
		if len(s.known) > sourcesKept {
			t.Errorf("%d are kept", len(s.known))
		}
	})
}

// TestDoor is promise P11 for a gateway that signs nothing.
func TestDoor(t *testing.T) {
	h := build(t)
	for _, hook := range []string{"ussd", "ussd-event", "sms", "receipt"} {
		for name, guess := range map[string]string{"a wrong secret": "not-the-secret", "a prefix of it": secret[:10], "a longer one": secret + "x", "another case": strings.ToUpper(secret)} {
			t.Run(hook+": "+name+" is 404 and does nothing", func(t *testing.T) {
				w := h.post("/hooks/africastalking/"+url.PathEscape(guess)+"/"+hook, form("ATUid_1", caller, ""))
				if w.Code != http.StatusNotFound || h.store.loads != 0 {
					t.Errorf("answered %d after %d loads", w.Code, h.store.loads)
				}
			})
		}
	}
	t.Run("the older secret still opens", func(t *testing.T) {
		screen(t, h.post("/hooks/africastalking/an-older-secret-still-valid-too/ussd", form("ATUid_1", caller, "")))
	})
	t.Run("without any secret nothing opens", func(t *testing.T) {
		h := build(t)
		h.Door = NewDoor([]string{"", ""}, nil, nil)
		for _, path := range []string{"/hooks/africastalking/x/ussd", "/hooks/africastalking/%20/ussd"} {
			if w := h.post(path, form("ATUid_1", caller, "")); w.Code != http.StatusNotFound {
				t.Errorf("%s answered %d", path, w.Code)
			}
		}
	})
	t.Run("only invited addresses come in", func(t *testing.T) {
		h := build(t)
		h.Door = NewDoor([]string{secret}, []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, nil)
		screen(t, h.post("/hooks/africastalking/"+secret+"/ussd", form("ATUid_1", caller, ""))) // httptest comes from 192.0.2.1
		h.Door = NewDoor([]string{secret}, []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("2001:db8::/32")}, nil)
		if w := h.post("/hooks/africastalking/"+secret+"/ussd", form("ATUid_1", caller, "")); w.Code != http.StatusNotFound {
			t.Errorf("answered %d", w.Code)
		}
	})
}

// TestBadInput is promise P12: whatever is posted, the answer is a screen.
func TestBadInput(t *testing.T) {
	ok := form("ATUid_1", caller, "")
	for name, body := range map[string]string{
		"nothing":                       "",
		"no session":                    "phoneNumber=%2B254711000099&text=",
		"no phone":                      "sessionId=1&text=",
		"an unencoded plus":             "sessionId=1&phoneNumber=+254711000099&text=",
		"a short code for a phone":      "sessionId=1&phoneNumber=20880&text=",
		"a name for a phone":            "sessionId=1&phoneNumber=AIRTEL&text=",
		"an endless session":            "sessionId=" + strings.Repeat("x", 200) + "&phoneNumber=%2B254711000099&text=",
		"an endless text":               form("1", caller, strings.Repeat("1*", 3000)),
		"more than 64 KiB":              form("1", caller, strings.Repeat("x", BodyLimit)),
		"more than 64 KiB of nothing":   form("1", caller, "") + "&pad=" + strings.Repeat("x", BodyLimit),
		"broken escapes":                "sessionId=%zz&phoneNumber=%2B254711000099&text=1",
		"a lone percent":                "%",
		"JSON":                          `{"sessionId":"1"}`,
		"a million fields":              strings.Repeat("a&", 30000),
		"control characters in the key": "\x00\x01=\x02",
	} {
		t.Run(name+" ends the call with a sentence", func(t *testing.T) {
			h := build(t)
			has(t, screen(t, h.post("/hooks/africastalking/"+secret+"/ussd", body)), "END ", "999")
			if h.presses(metrics.Unreadable) != 1 {
				t.Error("not counted")
			}
			if w := h.post("/hooks/africastalking/"+secret+"/ussd-event", body); w.Code != http.StatusOK {
				t.Errorf("the end notice was answered %d", w.Code)
			}
		})
	}
	for name, text := range map[string]string{
		"bytes that are no UTF-8":  "1*2*2*4*\xff\xfe\x80",
		"NUL":                      "1*2*2*4*a\x00b",
		"an emoji":                 "1*2*2*4*😀",
		"right-to-left marks":      "1*2*2*4*\u202eabc",
		"stars only":               "******",
		"hashes only":              "####",
		"a thousand answers":       strings.Repeat("1*", 1000),
		"a very long name":         "1*2*2*4*" + strings.Repeat("ng'", 300),
		"markup":                   "1*2*2*4*<script>",
		"a line feed in an answer": "1*2*2*4*a\nEND b",
	} {
		t.Run(name+" is answered with a screen that fits", func(t *testing.T) {
			h := build(t)
			h.press(t, "ATUid_1", "")
			if s := h.press(t, "ATUid_1", text); len([]rune(s)) > 164 {
				t.Errorf("%d characters: %q", len([]rune(s)), s)
			}
		})
	}
	t.Run("any method is answered with a screen", func(t *testing.T) {
		h := build(t)
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodOptions} {
			w := httptest.NewRecorder()
			h.mux.ServeHTTP(w, httptest.NewRequest(method, "/hooks/africastalking/"+secret+"/ussd?"+ok, nil))
			screen(t, w)
		}
		if h.store.loads != 0 {
			t.Error("an address said what only a form may say")
		}
	})
	t.Run("what an address says is not what was typed", func(t *testing.T) {
		h := build(t)
		h.press(t, "ATUid_1", "")
		body := "phoneNumber=%2B254711000099&sessionId=ATUid_1"
		has(t, screen(t, h.post("/hooks/africastalking/"+secret+"/ussd?text=1", body)), "Welcome")
	})
	t.Run("a multipart form is answered with a screen", func(t *testing.T) {
		h := build(t)
		r := httptest.NewRequest(http.MethodPost, "/hooks/africastalking/"+secret+"/ussd", strings.NewReader("--x\r\n\r\n--x--"))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		w := httptest.NewRecorder()
		h.mux.ServeHTTP(w, r)
		screen(t, w)
	})
	t.Run("a mistake of ours is answered with a screen and leaks nothing", func(t *testing.T) {
		h := build(t)
		h.store.setTemper(func([]byte) ([]byte, error) { panic("about " + caller) }, nil)
		has(t, h.press(t, "ATUid_1", "1*kibera"), "END ", "999")
		if log := h.log.String(); strings.Contains(log, caller) || !strings.Contains(log, "panicked") {
			t.Errorf("logged %s", log)
		}
		h.store.setTemper(nil, nil)
		has(t, h.press(t, "ATUid_1", ""), "Welcome") // and the phone is not locked out
	})
}

// TestNothingPersonal is promise P8 for this room.
func TestNothingPersonal(t *testing.T) {
	h := build(t)
	h.desk.setTemper(down)
	h.dial(t, "ATUid_secretcall", normal...)
	h.desk.setTemper(nil)
	h.dial(t, "ATUid_2", append([]string{"1", "1"}, normal[10:]...)...)
	h.hangup("ATUid_2")
	h.clock.pass(time.Minute)
	h.Dialogues.Look(t.Context())
	families, err := h.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]string{"the log": h.log.String(), "the metrics": fmt.Sprint(families)}
	for i, key := range h.store.keys {
		places[fmt.Sprint("key ", i)] = string(key)
	}
	for i, value := range h.store.saved {
		places[fmt.Sprint("value ", i)] = string(value)
	}
	for where, text := range places {
		for _, personal := range []string{"711000099", "ibera", "ATUid_", "1*2*2"} {
			if strings.Contains(text, personal) {
				t.Errorf("%s holds %q", where, personal)
			}
		}
	}
	t.Run("a dialogue leaves one line", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", normal...)
		h.press(t, "ATUid_1", strings.Join(normal, "*"))
		h.hangup("ATUid_1")
		if n := strings.Count(h.log.String(), "\n"); n != 1 {
			t.Errorf("%d lines: %s", n, h.log)
		}
		has(t, h.log.String(), `"end":"filed"`, `"steps":13`, `"lang":"en"`, `"ms":48000`)
	})
	t.Run("a cut dialogue leaves one line too", func(t *testing.T) {
		for _, answers := range [][]string{normal[:3], enough} {
			h := build(t)
			h.dial(t, "ATUid_1", answers...)
			for range 3 {
				h.clock.pass(time.Minute)
				h.Dialogues.Look(t.Context())
				h.hangup("ATUid_1")
			}
			if n := strings.Count(h.log.String(), "\n"); n != 1 {
				t.Errorf("%d lines: %s", n, h.log)
			}
		}
	})
}
