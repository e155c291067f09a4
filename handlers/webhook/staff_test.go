package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ripoti/flows"
	"ripoti/internal/dialog"
	"ripoti/internal/metrics"
	"ripoti/internal/ripoti"
)

// staffDesk is a desk without a database: what was done stays done.
type staffDesk struct {
	mu    sync.Mutex
	acts  map[string][]byte
	done  []flows.StaffAsk
	wrong int
	dead  bool
	items int
	now   func() time.Time
}

func (d *staffDesk) StaffContacts(_ context.Context, p ripoti.Phone) ([]ripoti.Contact, error) {
	if d.dead {
		return nil, errors.New("dead")
	}
	if p != "+254711000001" {
		return nil, nil
	}
	return []ripoti.Contact{{ID: "c1", Phone: p, Lang: ripoti.English}}, nil
}

func (d *staffDesk) StaffActs(_ context.Context, presses []string) (map[string]flows.StaffTold, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := map[string]flows.StaffTold{}
	for _, p := range presses {
		if raw, ok := d.acts[p]; ok {
			var told flows.StaffTold
			_ = json.Unmarshal(raw, &told)
			out[p] = told
		}
	}
	return out, nil
}

func (d *staffDesk) StaffIdle(ctx context.Context, press string) (flows.StaffTold, error) {
	return d.once(press, func() flows.StaffTold { return flows.StaffTold{Result: flows.StaffIdle} }), nil
}

func (d *staffDesk) once(press string, do func() flows.StaffTold) (told flows.StaffTold) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if raw, ok := d.acts[press]; ok {
		_ = json.Unmarshal(raw, &told)
		return told
	}
	told = do()
	told.At = d.now()
	d.acts[press], _ = json.Marshal(told)
	return told
}

func (d *staffDesk) StaffDo(_ context.Context, press string, _ []ripoti.Contact, ask flows.StaffAsk) (flows.StaffTold, error) {
	if d.dead {
		return flows.StaffTold{}, errors.New("dead")
	}
	told := d.once(press, func() (told flows.StaffTold) {
		d.done = append(d.done, ask)
		switch ask.Do {
		case flows.StaffLogin:
			if ask.PIN != "48261" {
				d.wrong++
				told.Result, told.Left = flows.StaffWrong, 3-d.wrong
			}
		case flows.StaffGetList:
			for i := range d.items {
				item := flows.StaffItem{Assignment: string(rune('a' + i)), Code: "4829172", Urgency: ripoti.High, Place: string(rune('A' + i))}
				if ask.List == flows.ListSame {
					item.Other = "5190009"
				}
				told.Items = append(told.Items, item)
			}
		case flows.StaffOpen:
			told.Case = flows.StaffCaseView{Assignment: ask.Assignment, Content: true, Facts: flows.Facts{Code: "4829172", Urgency: ripoti.High, Category: ripoti.SVAC,
				Place: "Place " + ask.Assignment, Status: ripoti.AssignmentAccepted, Mine: true, Side: ripoti.Care, Wish: ripoti.WishAny}}
		case flows.StaffAnswer:
			d.items-- // the case leaves the list
			told.Result = "moved"
		case flows.StaffGetEnds:
			told.Ends = []flows.StaffEnd{{Outcome: ripoti.OutcomeConvicted, Agree: 1}, {Outcome: ripoti.OutcomeSupportOnly, Agree: 1, Reason: true}, {Outcome: ripoti.OutcomeDuplicate, Agree: 1, Other: true}}
		case flows.StaffPropose:
			told.Result = "proposed"
		case flows.StaffGetClosing:
			told.Case, told.Ends = flows.StaffCaseView{Facts: flows.Facts{Code: ask.Number, Category: ripoti.SVAC, Urgency: ripoti.High}}, []flows.StaffEnd{{Outcome: ripoti.OutcomeConvicted}}
		case flows.StaffAgree:
			d.items--
			told.Say, told.Facts = flows.SayClosed, flows.Facts{Code: ask.Number}
			told.Facts.Case.Outcome = ripoti.OutcomeConvicted
		case flows.StaffGetPair:
			told.Pair = flows.StaffPair{Code: ask.Number, Category: ripoti.SVAC, Other: ask.Other, OtherKind: ripoti.DV, Why: "ward"}
		case flows.StaffLink, flows.StaffUnlink:
			d.items--
		}
		told.Home = flows.StaffCounts{New: d.items, OnDuty: "yes", Closings: d.items, Same: d.items}
		return told
	})
	switch {
	case ask.Do == flows.StaffGetNotes:
		told.Notes = "nyuma ya kanisa"
	case ask.Do == flows.StaffNumber && ask.Show:
		told.Phone = "+254711000099"
	}
	return told, nil
}

type staffHouse struct {
	*StaffLine
	desk  *staffDesk
	store *store_
	clock *clock
}

func staffLine(t testing.TB) *staffHouse {
	t.Helper()
	cat, err := theWords()
	if err != nil {
		t.Fatal(err)
	}
	h := &staffHouse{store: &store_{Store: dialog.NewMemory(0)}, clock: &clock{at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}}
	h.desk = &staffDesk{acts: map[string][]byte{}, items: 3, now: h.clock.Now}
	keys := testKeys(t)
	h.StaffLine = NewStaffLine(StaffParts{Code: "*484#", Line: flows.NewStaffLine(cat), Desk: h.desk, Store: h.store, Seal: keys.Narratives, Hash: keys.Hash,
		Now: h.clock.Now, Log: slog.New(slog.DiscardHandler), Metrics: metrics.New(prometheus.NewRegistry())})
	return h
}

// lose forgets every call, as a Redis that was wiped.
func (h *staffHouse) lose() { h.StaffLine.Store = &store_{Store: dialog.NewMemory(0)} }

func (h *staffHouse) dial(session, text string) string {
	return string(h.Press(context.Background(), Press{Session: session, From: "+254711000001", Text: text, Style: Cumulative}))
}

// staffTalks are calls, answer by answer, with what their last screen says. The one-digit answers that
// change something are pressed where the list has changed meanwhile.
var staffTalks = map[string]struct {
	answers []string
	last    string
}{
	"an update":                 {[]string{"11223", "48261", "1", "2", "3", "9", "4", "4", "9*10*4*2026"}, "OB number noted"},
	"and the next step":         {[]string{"11223", "48261", "1", "2", "3", "9", "4", "4", "9*10*4*2026", "1", "1"}, "noted, on the way"},
	"the reporter's number":     {[]string{"48261", "2", "1", "7", "1", "1"}, "+254711000099"},
	"what came of the call":     {[]string{"48261", "2", "1", "7", "1", "1", "1", "9"}, "1 New 2"},
	"a closing":                 {[]string{"48261", "2", "1", "4", "8", "7", "1", "1", "9"}, "1 New 3"},
	"a closing with its reason": {[]string{"48261", "2", "1", "4", "8", "7", "2", "so she wishes", "1"}, "closing proposed"},
	"a closing of a duplicate":  {[]string{"48261", "2", "1", "4", "8", "7", "3", "5190009", "1"}, "closing proposed"},
	"a yes to a closing":        {[]string{"48261", "8", "1", "1", "9"}, "8 Closings 2"},
	"a no with its reason":      {[]string{"48261", "8", "1", "2", "the appeal is open"}, "4829172"},
	"two reports of one event":  {[]string{"48261", "7", "1", "1", "9", "7", "1", "2"}, "two events"},
}

// heardOf are the texts in which a gateway sends a call's answers.
func heardOf(answers []string) []string {
	texts := []string{""}
	for i := range answers {
		texts = append(texts, strings.Join(answers[:i+1], "*"))
	}
	return texts
}

// A gateway that asks for a press again, and a Redis that is wiped at any moment, change no screen, and
// nothing is done twice.
func TestStaffReplay(t *testing.T) {
	for name, talk := range staffTalks {
		t.Run(name, func(t *testing.T) {
			texts := heardOf(talk.answers)
			whole := staffLine(t)
			var screens []string
			for _, text := range texts {
				screens = append(screens, whole.dial("s1", text))
			}
			if !strings.Contains(screens[len(screens)-1], talk.last) {
				t.Fatalf("the talk is another one:\n%s", strings.Join(screens, "\n--\n"))
			}
			for lost := range texts {
				whole.replayed(t, texts, screens, lost)
			}
		})
	}
}

// replayed has the same talk with presses that come again and a record that is lost before a press.
func (whole *staffHouse) replayed(t *testing.T, texts, screens []string, lost int) {
	t.Helper()
	h := staffLine(t)
	for i, text := range texts {
		if i == lost {
			h.lose()
		}
		if got := h.dial("s1", text); got != screens[i] {
			t.Errorf("lost before press %d, press %d shows\n%s\nand not\n%s", lost, i, got, screens[i])
		}
		h.clock.at = h.clock.at.Add(time.Second)
		if got := h.dial("s1", text); got != screens[i] {
			t.Errorf("press %d again shows\n%s", i, got)
		}
		h.lose()
		if got := h.dial("s1", text); got != screens[i] {
			t.Errorf("press %d again, after Redis was wiped, shows\n%s\nand not\n%s", i, got, screens[i])
		}
	}
	if h.desk.wrong != whole.desk.wrong || !reflect.DeepEqual(h.desk.done, whole.desk.done) {
		t.Errorf("lost before press %d: %d wrong PINs, done %+v; want %d and %+v", lost, h.desk.wrong, h.desk.done, whole.desk.wrong, whole.desk.done)
	}
}

func TestStaffIdle(t *testing.T) {
	h := staffLine(t)
	h.dial("s1", "")
	h.dial("s1", "48261")
	h.clock.at = h.clock.at.Add(2*time.Minute + time.Second)
	for _, again := range []bool{false, true} {
		if again {
			h.lose()
		}
		if got := h.dial("s1", "48261*1"); !strings.Contains(got, "PIN") || strings.Contains(got, "4829172") {
			t.Errorf("after two minutes: %s", got)
		}
	}
	if got := h.dial("s1", "48261*1*48261"); !strings.Contains(got, "1 New") {
		t.Errorf("with the PIN again: %s", got)
	}
	h.lose()
	if got := h.dial("s1", "48261*1*48261*1"); !strings.Contains(got, "4829172") {
		t.Errorf("after that and a lost call: %s", got)
	}
}

func TestStaffStrangerAndDeadDatabase(t *testing.T) {
	h := staffLine(t)
	for _, text := range []string{"", "48261", "48261*1*1"} {
		got := string(h.Press(context.Background(), Press{Session: "s9", From: "+254711000099", Text: text, Style: Cumulative}))
		if got != "END Huduma hii haipo kwa laini hii. This service is not available on this line." {
			t.Errorf("a stranger sees %q", got)
		}
	}
	if len(h.desk.done) > 0 {
		t.Errorf("a stranger's press did %v", h.desk.done)
	}
	h.dial("s1", "")
	h.desk.dead = true
	if got := h.dial("s1", "48261"); !strings.HasPrefix(got, "END ") || strings.Contains(got, "noted.") || len(got) < 20 {
		t.Errorf("without a database: %q", got)
	}
}

// Where a gateway sends the last answer alone, the record must be there; a lost one begins anew, and
// the PIN of before opens nothing.
func TestStaffLastStyle(t *testing.T) {
	h := staffLine(t)
	press := func(text string) string {
		h.clock.at = h.clock.at.Add(5 * time.Second)
		return string(h.Press(context.Background(), Press{Session: "s1", From: "+254711000001", Text: text, Style: Last}))
	}
	press("")
	if got := press("48261"); !strings.Contains(got, "1 New 3") {
		t.Fatal(got)
	}
	if got := press("1"); !strings.Contains(got, "4829172") {
		t.Fatal(got)
	}
	h.lose()
	if got := press("1"); !strings.Contains(got, "Enter PIN") {
		t.Errorf("a lost call shows %q", got)
	}
	if got := press("11223"); !strings.Contains(got, "Wrong PIN") {
		t.Errorf("another PIN shows %q", got)
	}
}

func TestStaffServes(t *testing.T) {
	h := staffLine(t)
	for code, want := range map[string]bool{"*484#": true, "*484": true, "%2A484%23": true, "*484*1#": true, "*483#": false, "*4840#": false, "": false, "484": false} {
		if got := h.Serves(code); got != want {
			t.Errorf("%q: %v", code, got)
		}
	}
	if (*StaffLine)(nil).Serves("*484#") {
		t.Error("a house without a staff line serves it")
	}
}

func FuzzStaffPress(f *testing.F) {
	f.Add("48261*1*1", "48261*1*1*4*4*56*10*4*2026")
	f.Add("\xff\x00*", "**")
	f.Fuzz(func(t *testing.T, a, b string) {
		h := staffLine(t)
		for _, text := range []string{"", a, b, a + "*" + b} {
			if got := h.dial("s1", text); !strings.HasPrefix(got, "CON ") && !strings.HasPrefix(got, "END ") || len(got) < 5 {
				t.Fatalf("%q", got)
			}
		}
	})
}
