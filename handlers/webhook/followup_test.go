package webhook

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/metrics"
	"ripoti/internal/ripoti"
)

// Follow answers as a database with unique keys does: a press that was heard has no second effect.
func (d *desk) Follow(_ context.Context, f Following) (flows.Standing, bool, error) {
	if err := d.ask("follow"); err != nil {
		return "", false, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.Act != "" && !d.heard[f.Key] {
		d.told = append(d.told, f)
	}
	d.heard[f.Key] = true
	if f.Code != "4829172" {
		return flows.StandsUnknown, false, nil
	}
	return flows.StandsTaken, f.From == caller, nil
}

func (d *desk) acts() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var acts []string
	for _, f := range d.told {
		acts = append(acts, strings.Trim(string(f.Act)+" "+string(f.Danger)+string(f.Wish)+f.Text, " "))
	}
	return strings.Join(acts, "; ")
}

// lessSafe is a follow-up in which somebody is less safe, and in danger now.
var lessSafe = []string{"1", "3", "482 9172", "1", "1"}

func TestFollowUp(t *testing.T) {
	t.Run("a number opens a status word and nothing else", func(t *testing.T) {
		h := build(t)
		last := h.dial(t, "ATUid_1", "1", "3", "482 9172")
		has(t, last, "CON Someone has taken it up.", "1 I feel less safe", "6 My data")
		if h.desk.acts() != "" || h.desk.times("file") != 0 {
			t.Errorf("told %q, asked %q", h.desk.acts(), h.desk.asked)
		}
	})
	t.Run("what is told is told once, and thanked for only then", func(t *testing.T) {
		h := build(t)
		has(t, h.dial(t, "ATUid_1", lessSafe...), "999 or 112", "asking for help now")
		if got := h.desk.acts(); got != "less_safe; less_safe yes" {
			t.Errorf("told %q", got)
		}
	})
	t.Run("the same request again tells nothing again", func(t *testing.T) {
		h := build(t)
		first := h.dial(t, "ATUid_1", lessSafe...)
		for range 3 {
			if again := h.press(t, "ATUid_1", strings.Join(lessSafe, "*")); again != first {
				t.Errorf("again: %q", again)
			}
		}
		if got := h.desk.acts(); got != "less_safe; less_safe yes" {
			t.Errorf("told %q", got)
		}
	})
	t.Run("a call whose record is lost is replayed without a second effect", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", "1", "3", "482 9172", "5", "he is back, near the market", "9")
		h.store.wipe()
		has(t, h.press(t, "ATUid_1", "1*3*482 9172*5*he is back, near the market*9*2"), "We ask what was done")
		if got := h.desk.acts(); got != "information he is back, near the market; nothing_done" {
			t.Errorf("told %q", got)
		}
		if h.presses(metrics.Replayed) != 1 {
			t.Error("not replayed")
		}
	})
	t.Run("two calls that press the same tell it twice", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", "1", "3", "4829172", "2")
		h.dial(t, "ATUid_2", "1", "3", "4829172", "2")
		if got := h.desk.acts(); got != "nothing_done; nothing_done" {
			t.Errorf("told %q", got)
		}
	})
	t.Run("a dead database says so, thanks for nothing, and the same request tries again", func(t *testing.T) {
		for _, answers := range [][]string{{"1", "3", "4829172"}, lessSafe} {
			h := build(t)
			n := len(answers)
			h.dial(t, "ATUid_1", answers[:n-1]...)
			h.desk.setTemper(down)
			last := h.press(t, "ATUid_1", strings.Join(answers, "*"))
			has(t, last, "END ", "does not work now", "999 or 112", "116")
			h.desk.setTemper(nil)
			again := h.press(t, "ATUid_1", strings.Join(answers, "*"))
			if strings.Contains(again, "does not work") || !strings.HasPrefix(again, "CON ") {
				t.Errorf("again %q", again)
			}
		}
	})
	t.Run("a database that hangs is waited for no longer than a caller waits", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", "1", "3")
		h.desk.setTemper(hung(t))
		h.Dialogues.DeskLimit = 50 * time.Millisecond
		has(t, h.press(t, "ATUid_1", "1*3*4829172"), "END ", "does not work now")
	})
	t.Run("three numbers that are nobody's end the call, told alike", func(t *testing.T) {
		h := build(t)
		slip := h.dial(t, "ATUid_1", "1", "3", "4829173")
		nobody := h.press(t, "ATUid_1", "1*3*4829173*7300018")
		if slip != nobody || !strings.Contains(slip, "do not know this number") {
			t.Errorf("%q and %q", slip, nobody)
		}
		has(t, h.press(t, "ATUid_1", "1*3*4829173*7300018*hello"), "END ", "116 for a child")
	})
	t.Run("a follow-up is not taken up again by whoever dials next from the phone", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", "1", "3", "4829172")
		h.clock.pass(time.Minute)
		has(t, h.press(t, "ATUid_2", ""), "Karibu / Welcome")
		if screen := h.press(t, "ATUid_2", "1"); !strings.Contains(screen, "How can we help?") {
			t.Errorf("then %q", screen)
		}
	})
	t.Run("another phone may follow up, and may not say how the reporter is reached", func(t *testing.T) {
		h := build(t)
		for i, text := range []string{"", "1", "1*3", "1*3*4829172", "1*3*4829172*6", "1*3*4829172*6*1"} {
			last := h.pressAs(t, "+254711000098", "ATUid_9", text)
			if i == 5 {
				has(t, last, "only on the phone you reported from")
			}
		}
		if h.desk.acts() != "" {
			t.Errorf("told %q", h.desk.acts())
		}
	})
	t.Run("no number and no words of it are logged", func(t *testing.T) {
		h := build(t)
		h.dial(t, "ATUid_1", "1", "3", "4829172", "5", "secretwords here")
		h.desk.setTemper(func(string) error { return errors.New("boom") })
		h.press(t, "ATUid_1", "1*3*4829172*5*secretwords here*9*1")
		for _, secret := range []string{"4829172", "secretwords", "254711000099"} {
			if strings.Contains(h.log.String(), secret) {
				t.Errorf("%q is in the log: %s", secret, h.log)
			}
		}
	})
}

// Whatever a reporter tells by a report's number: a gateway that asks for a press again, and a Redis that
// is wiped at any moment, change no screen, and it is told once.
func TestFollowUpReplay(t *testing.T) {
	for name, talk := range map[string]struct {
		answers []string
		told    string
	}{
		"less safe, and in danger":      {lessSafe, "less_safe; less_safe yes"},
		"nothing has been done":         {[]string{"2", "3", "4829172", "2", "9"}, "nothing_done"},
		"asked for money":               {[]string{"2", "3", "4829172", "3", "9", "4"}, "asked_for_money; pushed"},
		"information, twice":            {[]string{"1", "3", "4829172", "5", "near the market", "9", "5", "the blue gate", "0"}, "information near the market; information the blue gate"},
		"another way to be reached":     {[]string{"1", "3", "4829172", "6", "1", "3", "9"}, "wish evening"},
		"no contact any more":           {[]string{"2", "3", "4829172", "6", "2"}, "wish none"},
		"the wish to be forgotten":      {[]string{"2", "3", "4829172", "6", "3"}, "deletion"},
		"after two numbers of nobody's": {[]string{"1", "3", "4829173", "7300018", "4829172", "4"}, "pushed"},
	} {
		t.Run(name, func(t *testing.T) {
			texts := heardOf(talk.answers)
			whole := build(t)
			var screens []string
			for _, text := range texts {
				screens = append(screens, whole.press(t, "ATUid_1", text))
			}
			if got := whole.desk.acts(); got != talk.told {
				t.Fatalf("the talk is another one: told %q\n%s", got, strings.Join(screens, "\n--\n"))
			}
			for lost := range texts {
				h := build(t)
				for i, text := range texts {
					if i == lost {
						h.store.wipe()
					}
					for range 2 {
						if got := h.press(t, "ATUid_1", text); got != screens[i] {
							t.Errorf("lost before press %d, press %d shows\n%s\nand not\n%s", lost, i, got, screens[i])
						}
					}
					h.clock.pass(time.Second)
				}
				if got := h.desk.acts(); got != talk.told {
					t.Errorf("lost before press %d: told %q, want %q", lost, got, talk.told)
				}
			}
		})
	}
}

// TestFollowUpBeside: a follow-up in the middle of a report neither loses it nor files it twice.
func TestFollowUpBeside(t *testing.T) {
	h := build(t)
	// danger and a place are held; then back to the menu and to a follow-up
	h.dial(t, "ATUid_1", "1", "1", "1", "4", "Kibera", "1", "9", "9", "9", "9", "3", "4829172")
	if h.desk.heldNow() != 1 {
		t.Fatalf("asked %q", h.desk.asked)
	}
	h.clock.pass(2 * time.Minute)
	h.Dialogues.Look(t.Context())
	if f := h.desk.only(t); f.Draft.Stage != ripoti.StagePartial {
		t.Errorf("filed %+v", f.Draft)
	}
}
