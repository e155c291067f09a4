package flows

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/locales"
)

// gists are stories and what a reader makes of them.
func fakeTexts() *Texts {
	two := Matches{matchAsk, []ripoti.Place{
		{ID: "a", Kind: ripoti.KindWard, Name: "Kapkangani-Chepkunyuk-Kabisaga", County: "Elgeyo-Marakwet", CountyID: "028"},
		{ID: "b", Kind: ripoti.KindWard, Name: "Kapkangani-Chepkunyuk-Kabisaga", County: "Tharaka-Nithi", CountyID: "013"},
		{ID: "c", Kind: ripoti.KindWard, Name: "Kapkangani-Chepkunyuk-Kabisaga", County: "Taita-Taveta", CountyID: "006"},
		{ID: "d", Kind: ripoti.KindWard, Name: "Kapkangani-Chepkunyuk-Kabisaga", County: "Trans Nzoia", CountyID: "026"},
	}}
	one := Matches{matchTake, []ripoti.Place{{ID: "k", Kind: ripoti.KindTown, Name: "Kitale", County: "Trans Nzoia", CountyID: "026"}}}
	none := Matches{Decision: matchNone}
	find := func(text string) Matches {
		switch {
		case strings.Contains(text, "kitale"):
			return one
		case strings.Contains(text, "kapkangani"):
			return two
		}
		return none
	}
	return &Texts{Find: find, Read: func(story string) Gist {
		g := Gist{Place: find(story), Harm: strings.Contains(story, "harm"), Readable: !strings.Contains(story, "xq"), Bare: strings.Contains(story, "bare"),
			Critical: strings.Contains(story, "critical"), Urgent: strings.Contains(story, "dated")}
		switch {
		case strings.Contains(story, "mtoto"):
			g.Lang = ripoti.Swahili
		case g.Readable:
			g.Lang = ripoti.English
		}
		return g
	}}
}

// walkTexts are what a walker texts in every state.
var walkTexts = []string{
	"harm", "harm to mtoto", "harm in kitale", "harm in kapkangani", "harm bare", "harm critical", "harm dated", "harm dated kitale", "xq", "1", "2 hapana", "yes now", "ndio",
	"kitale", "kapkangani", "3", "9", "0", "stop", "anza", "help", "menyu", "ripoti mpya", "new report harm", "this is an automated message", "harm. usinijibu", "nowhere", "...", "",
}

func TestTextPaths(t *testing.T) {
	x := fakeTexts()
	writer := NewWriter(textCatalogue(t, ""))
	type at struct {
		talk    Talk
		open    bool
		stopped bool
		story   string
	}
	key := func(a at) string { return fmt.Sprintf("%+v %v %v", a.talk, a.open, a.stopped) }
	used := map[string]bool{SayTextOfficer: true, SayTextLate: true, SayTextLateCoordinator: true, SayTextCapped: true, SayInformation: true, // to staff
		SayTextTaken: true, SayTextHow: true} // not asked for by a text
	seen := map[string]bool{}
	todo := []at{{}}
	for len(todo) > 0 {
		a := todo[0]
		todo = todo[1:]
		if seen[key(a)] {
			continue
		}
		seen[key(a)] = true
		if len(seen) > 20000 {
			t.Fatal("the states never end")
		}
		for _, text := range walkTexts {
			turn := x.Next(a.talk, Text{Body: text, Open: a.open, Story: a.story, Stopped: a.stopped})
			used[turn.Say] = true
			checkTurn(t, writer, a.talk, text, a.stopped, turn)
			next := at{talk: turn.Talk, open: a.open || turn.Do == File, stopped: turn.Do == Stop || a.stopped && turn.Do != Start, story: "harm"}
			todo = append(todo, next)
		}
	}
	t.Logf("%d states", len(seen))
	for _, say := range append(slices.Clone(TextSays), SayNumbers) {
		if !used[say] {
			t.Errorf("nothing ever says %s", say)
		}
	}
}

func textCatalogue(t *testing.T, staff string) *locales.Catalogue {
	return openWords(t, "*483*4567#", staff)
}

func checkTurn(t *testing.T, w *Writer, before Talk, text string, stopped bool, turn TextTurn) {
	t.Helper()
	if turn.Say != "" && turn.Say != SayNumbers && !slices.Contains(TextSays, turn.Say) {
		t.Fatalf("%q is answered with %q", text, turn.Say)
	}
	if stopped && turn.Do != Start && turn.Say != "" {
		t.Errorf("a number that wants silence is answered with %s to %q", turn.Say, text)
	}
	question := turn.Say == SayTextPlace || turn.Say == SayTextWhich || turn.Say == SayTextUrgent
	if question && !turn.Talk.Agreed {
		t.Errorf("%s without a yes, at %+v", turn.Say, before)
	}
	if question && turn.Talk.Asked == AskConsent || turn.Say == SayTextReceipt && turn.Talk.Asked != AskConsent {
		t.Errorf("%s, and %s is open", turn.Say, turn.Talk.Asked)
	}
	if (turn.Do == File || turn.Do == Add) && turn.Talk.Asked == "" && !turn.Settled {
		t.Errorf("%q at %+v waits though nothing is asked", text, before)
	}
	if turn.Do == File && turn.Story == "" {
		t.Errorf("%q files no words", text)
	}
	if before.UrgentAsked && turn.Say == SayTextUrgent && turn.Do != File {
		t.Errorf("asked twice: %s", turn.Say)
	}
	for _, lang := range ripoti.Langs {
		if turn.Say == "" {
			break
		}
		said, err := w.Say(turn.Say, lang, Facts{Code: "987654321", Places: Named(turn.Talk.Offer)})
		units, gsm7 := sms.Units(said)
		if err != nil || said == "" || !gsm7 || units > 160 || strings.ContainsAny(said, "{}") {
			t.Errorf("%s %s does not fit: %d %q %v", lang, turn.Say, units, said, err)
		}
		if turn.Say == SayTextWhich && strings.Count(said, "\n") != len(turn.Talk.Offer) {
			t.Errorf("choices are lost: %q", said)
		}
	}
}

func TestShortAnswers(t *testing.T) {
	for text, want := range map[string]says{
		"1": saysYes, "1.": saysYes, " 1 ": saysYes, "(1)": saysYes, "１": saysYes, "1 ndio": saysYes, "yes now": saysYes, "ndio sasa hivi": saysYes, "Ndiyo, tafadhali": saysYes,
		"YES!!": saysYes, "ok": saysYes, "sawa": saysYes, "yes he has a knife": saysYes,
		"2": saysNo, "2 hapana": saysNo, "hapana": saysNo, "No.": saysNo, "no thanks": saysNo, "sitaki": saysNo,
		"no one is helping the child": "", "2 days ago a girl was hurt": "", "1 girl is missing": "", "hapana mtu wa kusaidia mtoto": "", "maybe": "", "": "", "12": "", "la sivyo atamuua": "", "please come": "", "tafadhali": "",
	} {
		if got := saidIn(textWords(text)).says; got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]says{"sasa hivi": saysYes, "now please": saysYes, "haraka": saysYes, "si sasa": saysNo, "not now": saysNo, "2": saysNo, "kesho": ""} {
		words := textWords(text)
		if got := urgentIn(words, saidIn(words)); got != want {
			t.Errorf("urgent: %q is %q, want %q", text, got, want)
		}
	}
}

func TestKeywords(t *testing.T) {
	for text, want := range map[string]keyDoes{
		"STOP": keyStop, "stop stop": keyStop, "Stop all.": keyStop, "0": keyStop, "simama!": keyStop, "acha": keyStop, "HELP": keyNumbers, "masaada": keyNumbers,
		"nambari": keyNumbers, "menu": keyMenu, "anza": keyStart, "endelea": keyStart,
		"stpo": keyStop, "stop please": keyStop, "Please STOP": keyStop, "tafadhali acha": keyStop, "acheni kunitumia meseji": keyStop, "msinitumie": keyStop,
		"please": "", "stop him please": "", "please help me": "", "acha tafadhali ananipiga": "", "shop": "",
		"help a child": "", "stop them they cut girls": "", "acha nikwambie": "", "msaada tafadhali mtoto anapigwa": "", "": "",
	} {
		if got, _ := keywordOf(textWords(text)); got.does != want {
			t.Errorf("%q is %q, want %q", text, got.does, want)
		}
	}
	for text, want := range map[string]string{"New report: a girl is hurt": "a girl is hurt", "ripoti mpya": "", "RIPOTI MPYA\nmtoto": "mtoto", "new  report - 2 boys": "2 boys"} {
		if rest, _, ok := newReport(text); !ok || rest != want {
			t.Errorf("%q leaves %q, %v", text, rest, ok)
		}
	}
	if _, _, ok := newReport("a new report is here"); ok {
		t.Error("a story is no wish for a new report")
	}
	for text, want := range map[string]bool{"STOP": true, "acha": true, "0": false, "1 4829172": false, "stop it 1 4829172": false} {
		if WantsStop(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func TestTextSentences(t *testing.T) {
	t.Run("with a staff line", func(t *testing.T) { textSentences(t, textCatalogue(t, "*483*4568#")) })
	t.Run("without one", func(t *testing.T) { textSentences(t, textCatalogue(t, "")) })
	t.Run("a staff line is named only where there is one", func(t *testing.T) {
		for _, lang := range ripoti.Langs {
			for _, say := range []string{SayTextLate, SayTextLateCoordinator} {
				facts := Facts{Code: "4829173", Elapsed: 15 * time.Minute}
				with, _ := NewWriter(textCatalogue(t, "*483*4568#")).Say(say, lang, facts)
				without, _ := NewWriter(textCatalogue(t, "")).Say(say, lang, facts)
				if !strings.HasSuffix(with, "*483*4568#") || strings.HasSuffix(without, " ") || !strings.HasSuffix(without, ".") || !strings.Contains(with, "482 9173") || !strings.Contains(with, "15") {
					t.Errorf("%q, %q", with, without)
				}
			}
		}
	})
}

func textSentences(t *testing.T, words *locales.Catalogue) {
	for _, lang := range ripoti.Langs {
		for _, key := range words.Keys(lang) {
			if strings.HasPrefix(key, "text.") && !slices.Contains(TextSays, strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(key, noStaffLine), noReport), moreTimes)) {
				t.Errorf("%s: %s is never said", lang, key)
			}
		}
		for _, say := range TextSays {
			said, err := NewWriter(words).Say(say, lang, Facts{Code: "987654321", Elapsed: 29 * time.Minute, Office: strings.Repeat("Mukuru Kwa Njenga ", 4)[:60], Places: []string{strings.Repeat("w", 60)}})
			if units, gsm7 := sms.Units(said); err != nil || !words.Has(lang, say) || said == "" || !gsm7 || units > 160 {
				t.Errorf("%s %s: %d %q %v", lang, say, units, said, err)
			}
		}
	}
}

func FuzzTexts(f *testing.F) {
	for _, text := range walkTexts {
		f.Add("harm", text)
	}
	f.Add("\xff\xfe", "1 \x00")
	f.Add("１ ndio", strings.Repeat("😀", 300))
	x := fakeTexts()
	f.Fuzz(func(t *testing.T, first, second string) {
		talk, story, open, stopped := Talk{}, "", false, false
		for _, text := range []string{first, second, "1", second} {
			turn := x.Next(talk, Text{Body: text, Open: open, Story: story, Stopped: stopped})
			if again := x.Next(talk, Text{Body: text, Open: open, Story: story, Stopped: stopped}); !reflect.DeepEqual(turn, again) {
				t.Fatal("the same text gave another turn")
			}
			if turn.Do == File || turn.Do == Add {
				if turn.Do == Add && !strings.HasPrefix(turn.Story, story) {
					t.Fatalf("words were lost: %q, then %q", story, turn.Story)
				}
				open, story = true, turn.Story
			}
			if len(turn.Talk.Offer) > maxOffer {
				t.Fatalf("%d places to choose from", len(turn.Talk.Offer))
			}
			stopped = turn.Do == Stop || stopped && turn.Do != Start
			talk = turn.Talk
		}
	})
}

// FuzzParts: no part of a text is lost, whatever comes in whatever order.
func FuzzParts(f *testing.F) {
	f.Add("harm xq", strings.Repeat("a", 153), "b\n", "2", "1", "")
	f.Add("\n", "\n\n", strings.Repeat("\u0639", 70), "a", "", "a")
	x := fakeTexts()
	f.Fuzz(func(t *testing.T, one, two, three, a, b, c string) {
		talk, story, open := Talk{}, "", false
		for i, in := range []Text{{Body: one, Order: a}, {Body: two, Order: b}, {Body: three, Order: c}} {
			in.Open, in.Story, in.Part = open, story, i > 0
			turn := x.Next(talk, in)
			if turn.Do == File || turn.Do == Add {
				if turn.Do == Add && turn.Story != story && len(turn.Story) < len(story)+len(in.Body) {
					t.Fatalf("%q and %q became %q", story, in.Body, turn.Story)
				}
				if turn.Do == Add && turn.Story != story && !strings.Contains(turn.Story, in.Body) {
					t.Fatalf("%q is lost in %q", in.Body, turn.Story)
				}
				open, story = true, turn.Story
			}
			if turn.Withdraw && turn.Say == SayTextUnread {
				t.Fatal("R7 in the place of R7")
			}
			talk = turn.Talk
		}
	})
}

// TestPlaceCorrections: which texts take back that it is in Kitale, and for what.
func TestPlaceCorrections(t *testing.T) {
	known := map[string]ripoti.Place{}
	for _, name := range []string{"Kitale", "Kibera", "Kawangware", "Bura"} {
		known[strings.ToLower(name)] = ripoti.Place{ID: name, Name: name, County: "Nairobi", CountyID: "047"}
	}
	find := func(text string) Matches {
		var found Matches
		for _, w := range strings.Fields(text) {
			if p, ok := known[w]; ok {
				found = Matches{matchTake, []ripoti.Place{p}}
			}
		}
		if found.Decision == "" {
			return Matches{Decision: matchNone}
		}
		return found
	}
	x := &Texts{Find: find, Read: func(story string) Gist { return Gist{Place: find(strings.ToLower(story))} }}
	for text, want := range map[string]string{
		"not Kitale, Kibera": "Kibera", "Not Kitale but Kibera": "Kibera", "sorry it is Kibera not Kitale": "Kibera", "sorry, Kibera": "Kibera", "Sorry I meant Kibera": "Kibera",
		"correction: Kibera": "Kibera", "wrong place, it's Kibera": "Kibera", "Kibera instead of Kitale": "Kibera", "no, it is in Kibera": "Kibera",
		"si Kitale ni Kibera": "Kibera", "sio Kitale, ni Kibera": "Kibera", "siyo Kitale bali Kibera": "Kibera", "ni Kibera si Kitale": "Kibera", "pole ni Kibera": "Kibera", "samahani, ni Kibera": "Kibera",
		"namaanisha Kibera": "Kibera", "nimekosea ni Kibera": "Kibera", "Kibera badala ya Kitale": "Kibera", "hapana, Kibera": "Kibera", "it isn't Kitale, it is Kibera": "Kibera",
		"his mother lives in Kibera": "", "Kibera": "", "she went to Kibera and to Kitale": "", "not Kitale": "", "sorry": "", "sorry, Kitale": "", "he is not a teacher, he lives in Kibera": "",
		"I am so sorry for all of this, please do something, his mother is in Kibera": "", "pole pole": "", "": "", "si mbali na Kitale": "",
	} {
		at, _, ok := x.correction(Text{Body: text, Place: ripoti.PlaceRef{ID: "Kitale", Name: "Kitale", CountyID: "047"}})
		if at.ID != want || ok != (want != "") {
			t.Errorf("%q corrects it to %q, want %q", text, at.ID, want)
		}
		if _, _, ok := x.correction(Text{Body: text}); ok {
			t.Errorf("%q takes back a place that nobody told", text)
		}
	}
}
