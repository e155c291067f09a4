package flows

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/sms"
)

// staffWorld is a host without a database: what a number would find.
type staffWorld struct {
	pin, code string
	boss      bool
	social    bool
	items     int
	closings  int
	same      int
	view      StaffCaseView
	notes     string
	refuse    string          // the result of whatever is done on a case
	kept      map[string]bool // states that were seen to survive being kept; nil asks each time
}

func (w *staffWorld) do(a StaffAsk) (told StaffTold) {
	counts := StaffCounts{New: w.items, Mine: 5, Due: 1, OnDuty: "yes", Social: w.social, Queues: w.social, Queue: 41, Heads: w.boss, Late: 41, Open: 41, Closings: w.closings, Same: w.same}
	told.Home = counts
	switch a.Do {
	case StaffLogin:
		if a.PIN != w.pin {
			told = StaffTold{Result: StaffWrong, Left: 1}
		}
	case StaffRedeem:
		if a.Code != w.code {
			told = StaffTold{Result: StaffWrong, Left: 2}
		}
	case StaffSetPIN:
		if a.PIN == "71102" {
			told = StaffTold{Result: StaffWeak}
		}
	case StaffDuty:
		told.Home.OnDuty = map[bool]string{true: "yes", false: "no"}[a.On]
	case StaffGetList:
		for i := range w.items {
			item := StaffItem{Assignment: fmt.Sprint("a", i), Code: longCode, Urgency: ripoti.Urgencies[i%4], Place: w.view.Facts.Place}
			if a.List == ListDue {
				item.Check = ripoti.CheckHearing
			}
			if a.List == ListClosings {
				item.Assignment, item.Outcome = "", ripoti.OutcomeSupportOnly
			}
			if a.List == ListSame {
				item = StaffItem{Code: shortCode, Other: longCode}
			}
			told.Items = append(told.Items, item)
		}
	case StaffOpen:
		told.Result, told.Case = w.refuse, w.view
	case StaffGetNotes:
		told.Result, told.Notes = w.refuse, w.notes
		if !a.Show {
			told.Notes, told.Masked = MaskNames(w.notes)
		}
	case StaffGetEnds:
		if told.Result = w.refuse; w.refuse == StaffRefused {
			told.Key = "case.not_yours"
			break
		}
		told.Ends = []StaffEnd{{ripoti.OutcomeConvicted, 1, false, false}, {ripoti.OutcomeWithdrawn, 1, true, false}, {ripoti.OutcomeSupportOnly, 1, true, false},
			{ripoti.OutcomeReferred, 1, false, false}, {ripoti.OutcomeDuplicate, 1, false, true}, {ripoti.OutcomeUnfounded, 2, true, false}}
	case StaffGetClosing:
		told.Result, told.Case, told.Ends = w.refuse, w.view, []StaffEnd{{Outcome: ripoti.OutcomeSupportOnly}}
	case StaffAgree:
		told.Facts, told.Say, told.Result = w.view.Facts, SayClosed, "closing answered"
		if a.Reply.Verb == VerbDecline {
			told.Say = SayNotClosed
		}
		if told.Facts.Case.Outcome = ripoti.OutcomeSupportOnly; w.refuse != "" {
			told.Result, told.Say, told.Facts.Case.Sentence = w.refuse, SayRefused, "closing.own"
		}
	case StaffPropose:
		if told.Result = w.refuse; w.refuse == StaffRefused {
			told.Key = "closing.charge"
		}
	case StaffNumber:
		if told.Result = w.refuse; w.refuse == StaffRefused {
			told.Key = "contact.not_now.evening"
		} else if a.Show {
			told.Phone = "+254711000099"
		}
	case StaffKinds:
		told.Kinds = []ripoti.OfficeKind{ripoti.Hospital, ripoti.Shelter, ripoti.LegalAid, ripoti.ODPP, ripoti.ChildrenOffice, ripoti.SocialWork, ripoti.CTSecretariat}
	case StaffNearest:
		for i := range 4 {
			told.Offices = append(told.Offices, StaffOffice{fmt.Sprint("o", i), "Sample Recovery Centre of the County Referral Hospital No. " + fmt.Sprint(i)})
		}
	case StaffAnswer:
		switch told.Result = w.refuse; {
		case told.Result != "":
		case a.Reply.Verb == VerbAccept:
			told.Result = "accepted"
			w.view.Facts.Status, w.view.Facts.Mine = ripoti.AssignmentAccepted, true
		case a.Reply.Verb == VerbDecline:
			told.Result = "declined"
		case a.Reply.Verb == VerbMove:
			told.Result = "moved"
		case a.Reply.Verb == VerbCheck:
			told.Result = "checked"
		}
		told.Facts = w.view.Facts
	case StaffGetPair:
		told.Result = w.refuse
		told.Pair = StaffPair{shortCode, ripoti.SVAC, time.Date(2026, 11, 9, 21, 5, 0, 0, routing.Nairobi), longCode, ripoti.PoliceAbuse, time.Date(2026, 11, 10, 6, 40, 0, 0, routing.Nairobi), "ward"}
	case StaffLink, StaffUnlink:
		if told.Result = w.refuse; w.refuse == StaffRefused {
			told.Key = "incident.decided"
		}
	case StaffRefer, StaffConfirm:
		if told.Result = w.refuse; w.refuse == StaffRefused {
			told.Key = "referral.unreachable"
		}
	}
	return told
}

// press is one key, done by the world, its state marshalled and read back.
func (w *staffWorld) press(t testing.TB, l *StaffLine, s StaffState, input string) StaffTurn {
	t.Helper()
	turn := l.Next(s, input)
	if turn.Ask.Do != StaffNothing {
		if turn.Screen != "" {
			t.Fatalf("%s has a screen before it is done: %q", turn.Ask.Do, turn.Screen)
		}
		raw, err := json.Marshal(w.do(turn.Ask)) // as a host keeps it
		if err != nil {
			t.Fatal(err)
		}
		var told StaffTold
		if err := json.Unmarshal(raw, &told); err != nil {
			t.Fatal(err)
		}
		if !turn.Ask.Kept() {
			if strings.Contains(string(raw), "711") || strings.Contains(string(raw), "kanisa") {
				t.Fatalf("%s is kept: %s", turn.Ask.Do, raw)
			}
			told = w.do(turn.Ask)
		}
		turn = l.Told(turn, told)
	}
	raw := turn.State.Append(nil)
	if w.kept[string(raw)] {
		return turn
	}
	kept, err := ParseStaffState(raw)
	if strings.Contains(string(raw), "254711") {
		t.Fatalf("the state keeps a number: %s", raw)
	}
	if err != nil || normal(kept) != string(raw) {
		t.Fatalf("%v: kept %+v\nof %+v", err, kept, turn.State)
	}
	if w.kept != nil {
		w.kept[string(raw)] = true
	}
	turn.State = kept
	return turn
}

// normal forgets the difference between no list and an empty one.
func normal(s StaffState) string { return string(s.Append(nil)) }

func newStaffLine(t testing.TB) *StaffLine { return NewStaffLine(catalogue(t)) }

// longest are the facts that fill a screen most.
func longest(status ripoti.AssignmentStatus) StaffCaseView {
	return StaffCaseView{Report: "r", Assignment: "a1", ByWhom: ripoti.ByLeader, Check: ripoti.CheckHearing, Unread: true, Content: true,
		Facts: Facts{Code: longCode, Category: ripoti.ChildMarriage, Detail: ripoti.HarmfulBoth, Urgency: ripoti.Critical, Child: true, Several: true, Within72: true,
			Suspect: ripoti.SuspectWith, Weapon: ripoti.WeaponBlade, Place: "Kapsogut/Cheptuiyet Market Centre", County: "Elgeyo-Marakwet",
			Wish: ripoti.WishMorning, Side: ripoti.Care, Status: status, Mine: status == ripoti.AssignmentAccepted}}
}

const longNotes = "nyuma ya shule ya msingi ya Olympic, nyumba ya bati ya blue karibu na Wanjiku. Mtoto anaitwa Achieng na baba yake Otieno anampiga kila usiku. " +
	"Simu ya jirani ni 0711 000 099. Tafadhali njooni haraka, amejeruhiwa mkono, kuna damu 😢 na hawezi kutembea. Mama yake hayupo, amesafiri kwenda Kisumu tangu Jumatatu."

var staffKeys = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "", "x"}

var staffTyped = map[StaffStep][]string{
	StaffPIN:     {"48261", "11111", "12345678", "87654321", "0", "", "x", "123", "1*2", "999999999999999999999999999999"},
	StaffNewPIN:  {"48261", "12345", "00000", "71102", "", "4826", "abcde", "9"},
	StaffSamePIN: {"48261", "71102", "48262", "9", ""},
	StaffOB:      {"56*10*4*2026", "56 10 4 2026", "56/10/4/26", "56", "99*99*99*9999", "9", "", "x", "1*2*3*4*5", "99999999999999999999999999999999999999"},
	StaffDay:     {"12*3*2027", "31*2*2027", "12", "9", "", "x"},
	StaffReason:  {"the mother moved to another county with the child, and the children's officer there has taken it over from us all now", "12"},
	StaffOther:   {"5190009", "12"},
	StaffNotYet:  {"the child was not seen", "12"},
	StaffSeen:    {"1", "9", "", "Gikomba market, the stage of the blue buses beside the big church of the corner at the river behind it all, near the school", "soko 😢"},
	StaffHome:    {"4829172", "4829173", "987654328"},
}

// staffAlike is what of a state can still change where keys lead.
func staffAlike(s StaffState) string {
	return fmt.Sprint(s.Step, s.In, s.Code != "", s.PIN != "", s.List, s.Page, len(s.Items), s.Case.Facts.Status, s.Masked, s.Further, len(s.Parts), len(s.Ends), s.Next, s.Home.OnDuty)
}

// TestEveryStaffPath walks every path of every kind of number in both languages: what is shown fits,
// speaks one language and leads on.
func TestEveryStaffPath(t *testing.T) {
	l := newStaffLine(t)
	shownKeys := map[string]bool{}
	worlds := []staffWorld{{social: true, items: 11, closings: 41, same: 41}, {boss: true, items: 9, closings: 2}, {items: 0}, {items: 3, same: 3, refuse: StaffRefused}, {items: 3, same: 3, refuse: StaffGone},
		{items: 3, refuse: StaffClosed}, {items: 2, refuse: "passive"}}
	reached := map[StaffStep]bool{}
	states := 0
	for _, lang := range ripoti.Langs {
		for _, status := range []ripoti.AssignmentStatus{ripoti.AssignmentOpen, ripoti.AssignmentAccepted, ripoti.AssignmentMoved, ripoti.AssignmentDeclined} {
			for i, world := range worlds {
				world.kept = map[string]bool{}
				if i > 0 && status != ripoti.AssignmentOpen {
					continue // how a case stands changes its own screens only
				}
				world.pin, world.code, world.view, world.notes = "48261", "12345678", longest(status), longNotes
				start := l.Start(lang)
				seen := map[string]bool{staffAlike(start.State): true}
				for queue := []StaffState{start.State}; len(queue) > 0; queue = queue[1:] {
					s := queue[0]
					states++
					if states > 50_000 {
						t.Fatal("the walk does not end")
					}
					if len(seen) > 1 && left(states) {
						continue
					}
					for _, in := range slices.Concat(staffKeys, staffTyped[s.Step]) {
						w := world
						turn := w.press(t, l, s, in)
						if units, ok := sms.Units(turn.Screen); !ok || units > ScreenUnits || units == 0 {
							t.Fatalf("%s, step %d, %q: %d units, GSM-7 %v:\n%s", lang, s.Step, in, units, ok, turn.Screen)
						}
						if foreign := map[ripoti.Lang][]string{ripoti.English: {"Rudi", "Toka", "Zaidi"}, ripoti.Swahili: {"9 Back", "0 Exit", "8 More"}}[lang]; slices.ContainsFunc(foreign, func(f string) bool { return strings.Contains(turn.Screen, f) }) {
							t.Fatalf("%s speaks another language:\n%s", lang, turn.Screen)
						}
						if in == "0" && !turn.End && !s.Ended {
							t.Fatalf("0 does not leave step %d", s.Step)
						}
						if !turn.State.In && turn.State.Step > StaffSamePIN && turn.State.Step != StaffBye {
							t.Fatalf("step %d without a PIN by %q", turn.State.Step, in)
						}
						if !turn.End && turn.State.Step != StaffPIN && turn.State.Step != StaffNewPIN && !strings.Contains(turn.Screen, "9 ") && turn.State.Step != StaffHome && len(turn.State.Parts) == 0 {
							t.Fatalf("no way back from step %d:\n%s", turn.State.Step, turn.Screen)
						}
						reached[turn.State.Step] = true
						shownKeys[turn.Screen] = true
						if key := staffAlike(turn.State); !seen[key] && !turn.End {
							seen[key] = true
							queue = append(queue, turn.State)
						}
					}
				}
			}
		}
	}
	t.Logf("%d states, %d screens; all but the first %d walked one in %d", states, len(shownKeys), walkedWhole, oneIn)
	for step := range staffSteps {
		if oneIn == 1 && !reached[step] {
			t.Errorf("step %d is never reached", step)
		}
	}
	for _, lang := range ripoti.Langs { // what only other words or results say
		for _, kind := range slices.Concat([]ripoti.CheckKind{ripoti.CheckDay1, ripoti.Check72h, ripoti.CheckDay7, ripoti.CheckDay30, ripoti.CheckHearing, ripoti.CheckFled, ripoti.CheckClock72}) {
			if l.cat.Text(lang, "staff.check_kind."+string(kind)) == "" {
				t.Errorf("%s has no word for the check %s", lang, kind)
			}
		}
		for _, kind := range ripoti.OfficeKinds {
			if l.cat.Text(lang, "staff.office."+string(kind)) == "" {
				t.Errorf("%s has no word for the office %s", lang, kind)
			}
		}
		for _, move := range []ripoti.Move{ripoti.MoveOnTheWay, ripoti.MoveSafe, ripoti.MoveHospital, ripoti.MoveOB, ripoti.MoveArrested, ripoti.MoveFled, ripoti.MoveNotFound,
			ripoti.MoveNoVehicle, ripoti.MoveCharged, ripoti.MovePressure, ripoti.MoveHandOver} {
			if l.cat.Text(lang, "staff.moved."+string(move)) == "" {
				t.Errorf("%s does not thank for %s", lang, move)
			}
		}
	}
}

func TestStaffCatalogues(t *testing.T) {
	cat := catalogue(t)
	keys := func(lang ripoti.Lang) []string {
		return slices.DeleteFunc(cat.Keys(lang), func(k string) bool { return !strings.HasPrefix(k, "staff.") })
	}
	if !slices.Equal(keys(ripoti.English), keys(ripoti.Swahili)) {
		t.Error("the languages do not have the same sentences")
	}
	for _, key := range keys(ripoti.English) {
		en, sw := slices.Sorted(slices.Values(cat.Words(ripoti.English, key))), slices.Sorted(slices.Values(cat.Words(ripoti.Swahili, key)))
		if !slices.Equal(en, sw) || cat.Text(ripoti.Swahili, key) == "" || cat.Text(ripoti.English, key) == "" {
			t.Errorf("%s: English fills %v, Swahili %v", key, en, sw)
		}
	}
	// Domain brief 7.2, word for word.
	for key, want := range map[string][2]string{
		"staff.pin":    {"Staff line. Enter PIN:\n0 Exit", "Laini ya wafanyakazi. Weka PIN:\n0 Toka"},
		"staff.why":    {"Why?\n1 No officer free\n2 No vehicle\n3 Not our area\n4 I know the people\n5 Other\n9 Back", "Kwa nini?\n1 Hakuna afisa\n2 Hakuna gari\n3 Si eneo letu\n4 Nawajua wahusika\n5 Nyingine\n9 Rudi"},
		"staff.update": {"4829172 update\n1 On the way\n2 Survivor safe\n3 At hospital\n4 OB number\n5 Arrested\n6 Charged/court date\n7 Fled\n8 More\n9 Back", "4829172 sasisha\n1 Niko njiani\n2 Mwathiriwa salama\n3 Hospitali\n4 Nambari ya OB\n5 Amekamatwa\n6 Ameshtakiwa/tarehe\n7 Ametoroka\n8 Zaidi\n9 Rudi"},
	} {
		for i, lang := range ripoti.Langs {
			if got := cat.Text(lang, key, "code", "4829172"); got != want[i] {
				t.Errorf("%s in %s: %q", key, lang, got)
			}
		}
	}
}

func TestWeakPIN(t *testing.T) {
	for _, pin := range []string{"00000", "11111", "12345", "54321", "98765", "12121", "90909", "1"} {
		if !WeakPIN(pin) {
			t.Errorf("%s passes", pin)
		}
	}
	for _, pin := range []string{"48261", "10203", "11223", "13579", "90210"} {
		if WeakPIN(pin) {
			t.Errorf("%s is refused", pin)
		}
	}
}

func TestOBAndDay(t *testing.T) {
	for typed, want := range map[string]string{
		"56/10/4/2026": "56/10/4/2026", "56*10*4*2026": "56/10/4/2026", "56 10 04 26": "56/10/4/2026", "OB 9/1/12/2026": "9/1/12/2026", "056-10-4-2026": "56/10/4/2026",
		"56/31/2/2026": "", "56/10/13/2026": "", "0/10/4/2026": "", "56/10/4": "", "56/10/4/2026/1": "", "": "", "56/10/4/1926": "", "999999/1/1/2026": "",
	} {
		if got, ok := ParseOB(typed); got != want || ok != (want != "") {
			t.Errorf("OB %q is read as %q, %v", typed, got, ok)
		}
	}
	for typed, want := range map[string]string{"12*3*2027": "2027-03-12", "1 1 27": "2027-01-01", "29/2/2028": "2028-02-29", "29/2/2027": "", "12/3": "", "x": ""} {
		if got, ok := ParseDay(typed); got != want || ok != (want != "") {
			t.Errorf("day %q is read as %q, %v", typed, got, ok)
		}
	}
}

// An occurrence book number comes whole or in parts, as a gateway takes what is typed apart at stars.
func TestTypedInParts(t *testing.T) {
	l, w := newStaffLine(t), &staffWorld{}
	for _, presses := range [][]string{{"56*10*4*2026"}, {"56", "10", "4", "2026"}, {"56*10", "4*2026"}, {"56 10 4", "2026"}} {
		s := StaffState{Step: StaffOB, Lang: ripoti.English, In: true, Case: longest(ripoti.AssignmentAccepted)}
		var turn StaffTurn
		for _, p := range presses {
			if turn = l.Next(s, p); turn.Ask.Do == StaffNothing {
				s = turn.State
			}
		}
		if turn.Ask.Reply != (Reply{Verb: VerbMove, Move: ripoti.MoveOB, OB: "56/10/4/2026"}) {
			t.Errorf("%q asks for %+v", presses, turn.Ask)
		}
	}
	_ = w
}

func TestMaskNames(t *testing.T) {
	for text, want := range map[string]string{
		"Mtoto anaitwa achieng analia":                 "Mtoto anaitwa *** analia",
		"jina lake ni Wanjiku":                         "jina lake ni ***",
		"karibu na shule ya Olympic":                   "karibu na shule ya Olympic",
		"nyuma ya kanisa, nyumba ya Otieno":            "nyuma ya kanisa, nyumba ya ***",
		"the man is Kamau and his phone 0711 000 099.": "the man is *** and his phone ***.",
		"call +254711000099":                           "call ***",
		"Mwalimu Njoroge amempiga":                     "Mwalimu *** amempiga",
		"ANAPIGWA SASA NYUMA YA SOKO":                  "ANAPIGWA SASA NYUMA YA SOKO",
		"Polisi wa OCS. Tafadhali njooni":              "Polisi wa OCS. Tafadhali njooni",
		"near Olympic school":                          "near Olympic school",
		"":                                             "",
	} {
		got, any := MaskNames(text)
		if got != want || any != (got != text) {
			t.Errorf("%q is masked as %q (%v), want %q", text, got, any, want)
		}
	}
}

// Transcripts of the staff line: "~" sets what the host finds, the rest is as in the reporter's.
func TestStaffTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/staff/*.txt")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d transcripts, %v", len(files), err)
	}
	l := newStaffLine(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := staffReplay(t, l, filepath.Base(file)[:2], string(want))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(want) {
				t.Errorf("the talk went\n%s\nand not\n%s", got, want)
			}
		})
	}
}

func staffReplay(t *testing.T, l *StaffLine, lang, script string) string {
	w := &staffWorld{pin: "48261", code: "20184735", items: 2, notes: "nyuma ya kanisa, mlango wa blue. Mtoto anaitwa Achieng", view: StaffCaseView{Report: "r", Assignment: "a1",
		ByWhom: ripoti.ByFamily, Content: true, Facts: Facts{Code: shortCode, Category: ripoti.SVAC, Urgency: ripoti.High, Child: true, Within72: true,
			Suspect: ripoti.SuspectNear, Place: "Laini Saba", County: "Nairobi", Side: ripoti.Safety, Status: ripoti.AssignmentOpen}}}
	var out strings.Builder
	var s StaffState
	show := func(turn StaffTurn) {
		mark := "<"
		if turn.End {
			mark = "<<"
		}
		fmt.Fprintln(&out, mark, strings.ReplaceAll(turn.Screen, "\n", " | "))
		s = turn.State
	}
	started := false
	for line := range strings.Lines(script) {
		line = strings.TrimSuffix(line, "\n")
		mark, rest, _ := strings.Cut(line, " ")
		switch mark {
		case "<", "<<", "!", "":
			continue
		}
		if mark == ">" && !started {
			show(l.Start(ripoti.Lang(lang)))
			started = true
		}
		fmt.Fprintln(&out, line)
		switch mark {
		case "~":
			staffSetting(t, w, rest)
		case ">":
			if turn := l.Next(s, rest); slices.Contains([]StaffDo{StaffAnswer, StaffRefer, StaffConfirm, StaffPropose, StaffAgree, StaffLink, StaffUnlink}, turn.Ask.Do) {
				fmt.Fprintln(&out, "!", asked(turn.Ask))
			}
			show(w.press(t, l, s, rest))
		}
	}
	return out.String()
}

// asked is what the host is to do, on one line.
func asked(a StaffAsk) string {
	parts := []string{string(a.Do)}
	for _, v := range []string{string(a.Reply.Verb), string(a.Reply.Reason), string(a.Reply.Move), string(a.Reply.Check), a.Reply.OB, a.Reply.Day, a.Reply.Note, a.Office, string(a.Category), string(a.End), a.Note, string(a.Other)} {
		if v != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, " ")
}

func staffSetting(t *testing.T, w *staffWorld, what string) {
	word, rest, _ := strings.Cut(what, " ")
	switch word {
	case "mine":
		w.view.Facts.Status, w.view.Facts.Mine = ripoti.AssignmentAccepted, true
	case "taken":
		w.view.Facts.Status = ripoti.AssignmentAccepted
	case "social":
		w.social, w.view.Facts.Side, w.view.Facts.Wish = true, ripoti.Care, ripoti.WishEvening
	case "no_contact":
		w.view.Facts.Wish = ripoti.WishNone
	case "commander":
		w.boss = true
	case "check":
		w.view.Check = ripoti.CheckKind(rest)
	case "unread":
		w.view.Unread = true
	case "referred":
		w.view.Content, w.view.ByWhom, w.view.Facts.Suspect = false, "", ""
	case "closings":
		fmt.Sscan(rest, &w.closings)
	case "same":
		fmt.Sscan(rest, &w.same)
	case "items":
		fmt.Sscan(rest, &w.items)
	case "refuse":
		w.refuse = rest
	case "notes":
		w.notes = rest
	default:
		t.Fatalf("no such setting: %q", what)
	}
}

func FuzzStaff(f *testing.F) {
	l := newStaffLine(f)
	for _, s := range []StaffState{{}, {Step: StaffOB, In: true, Parts: []string{"56"}}, {Step: StaffCases, In: true, List: ListNew, Items: []StaffItem{{Code: longCode}}},
		{Step: StaffCase, In: true, Case: longest(ripoti.AssignmentOpen)}, {Step: StaffNotes, In: true, Masked: true, Further: true, Page: 2}, {Step: StaffDone, In: true, Said: "x"}} {
		f.Add(s.Append(nil), "1", "56*10*4*2026")
	}
	f.Fuzz(func(t *testing.T, raw []byte, a, b string) {
		s, err := ParseStaffState(raw)
		if err != nil {
			return
		}
		w := &staffWorld{pin: "48261", code: "12345678", items: 5, view: longest(ripoti.AssignmentOpen), notes: b}
		for _, input := range []string{a, b} {
			turn := l.Next(s, input)
			if turn.Ask.Do != StaffNothing {
				turn = l.Told(turn, w.do(turn.Ask))
			}
			if units, ok := sms.Units(turn.Screen); !ok || units > ScreenUnits {
				t.Fatalf("%d units, GSM-7 %v: %q", units, ok, turn.Screen)
			}
			if turn.State.Step >= staffSteps {
				t.Fatalf("step %d", turn.State.Step)
			}
			s = turn.State
		}
	})
}
