package flows

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

// Numbers of seven, eight and nine digits with a right check digit, and one with a slip.
const (
	code7    = "4829172"
	slip7    = "4829127"
	noNumber = ""
)

func TestParseReply(t *testing.T) {
	if _, err := ripoti.ParseCode(code7); err != nil {
		t.Fatalf("%s: %v", code7, err)
	}
	accept := func(code ripoti.Code) Reply { return Reply{Verb: VerbAccept, Code: code, Typed: string(code)} }
	decline := func(code ripoti.Code, why Reason) Reply {
		return Reply{Verb: VerbDecline, Code: code, Typed: string(code), Reason: why}
	}
	none := Reply{}
	for text, want := range map[string]Reply{
		// The two answers as they are told.
		"1 4829172": accept(code7),
		"2 4829172": decline(code7, ""),
		"1":         accept(noNumber),
		"2":         decline(noNumber, ""),

		// Thumbs.
		"14829172":           accept(code7),
		"24829172":           decline(code7, ""),
		"1 482 9172":         accept(code7),
		"1 482-9172.":        accept(code7),
		"1. 4829172":         accept(code7),
		"1)4829172":          accept(code7),
		"1,4829172":          accept(code7),
		" \n1\t4829172 \r\n": accept(code7),
		"\"1 4829172\"":      accept(code7),
		"“1 4829172”":        accept(code7),
		"１ ４８２９１７２":          accept(code7),
		"١ ٤٨٢٩١٧٢":          accept(code7),
		"1\u00a04829172":     accept(code7),
		"148 29 17 2":        accept(code7),
		"4829172 1":          accept(code7),
		"*1*4829172#":        accept(code7),
		"1 4829172 we are on the way, tell the mother to wait at the chief's camp and not to wash the clothes": accept(code7),

		// What stands around an answer.
		"Reply 1 4829172":           accept(code7),
		"reply 1 4829172 now":       accept(code7),
		"RIPOTI 1 4829172":          accept(code7),
		"RIPOTI CRITICAL 1 4829172": accept(code7),
		"jibu 1 4829172 tafadhali":  accept(code7),
		"1 4829172 afande":          accept(code7),
		"RIPOTI 4829172. ok":        accept(code7),

		// Words.
		"ok":                    accept(noNumber),
		"OK.":                   accept(noNumber),
		"Sawa":                  accept(noNumber),
		"ndio":                  accept(noNumber),
		"NDIYO AFANDE":          accept(noNumber),
		"yes sir":               accept(noNumber),
		"ok 4829172":            accept(code7),
		"ok4829172":             accept(code7),
		"4829172 sawa":          accept(code7),
		"sawa 482 9172":         accept(code7),
		"ok 1 4829172":          accept(code7),
		"nimekubali 4829172":    accept(code7),
		"siwezi":                decline(noNumber, ""),
		"Siwezi 4829172":        decline(code7, ""),
		"can't 4829172":         decline(code7, ""),
		"Can’t":                 decline(noNumber, ""),
		"cannot accept 4829172": decline(code7, ""),
		"siwezi kukubali":       decline(noNumber, ""),
		"hapana":                decline(noNumber, ""),
		"no 4829172":            decline(code7, ""),

		// Why.
		"21 4829172":                      decline(code7, ReasonOfficer),
		"22 4829172":                      decline(code7, ReasonVehicle),
		"23 4829172":                      decline(code7, ReasonArea),
		"24 4829172":                      decline(code7, ReasonConflict),
		"25 4829172":                      decline(code7, ReasonOther),
		"224829172":                       decline(code7, ReasonVehicle),
		"2 2 4829172":                     decline(code7, ReasonVehicle),
		"22 482 9172":                     decline(code7, ReasonVehicle),
		"4829172 24":                      decline(code7, ReasonConflict),
		"24":                              decline(noNumber, ReasonConflict),
		"2 4":                             decline(noNumber, ReasonConflict),
		"V 4829172":                       decline(code7, ReasonVehicle),
		"v4829172":                        decline(code7, ReasonVehicle),
		"V":                               decline(noNumber, ReasonVehicle),
		"2 4829172 no vehicle":            decline(code7, ReasonVehicle),
		"2 4829172 hakuna gari":           decline(code7, ReasonVehicle),
		"no vehicle 4829172":              decline(code7, ReasonVehicle),
		"Hatuna gari 4829172":             decline(code7, ReasonVehicle),
		"hakuna mafuta":                   decline(noNumber, ReasonVehicle),
		"no officer free":                 decline(noNumber, ReasonOfficer),
		"hakuna afisa 4829172":            decline(code7, ReasonOfficer),
		"si eneo letu 4829172":            decline(code7, ReasonArea),
		"not our area":                    decline(noNumber, ReasonArea),
		"si kituo chetu":                  decline(noNumber, ReasonArea),
		"nawajua wahusika 4829172":        decline(code7, ReasonConflict),
		"I know the people":               decline(noNumber, ReasonConflict),
		"siwezi, namjua mshukiwa 4829172": decline(code7, ReasonConflict),
		"21 4829172 hakuna gari":          decline(code7, ReasonOfficer), // the key wins

		// Never taken for an answer.
		"":                              none,
		"   ":                           none,
		"?":                             none,
		"11":                            none,
		"no problem, ok":                none,
		"not ok":                        none,
		"hello":                         none,
		"who is this":                   none,
		"i dont know the people at all": none,
		"4829172":                       {Code: code7, Typed: code7},
		"hali ya 482 9172":              {Code: code7, Typed: code7},
		"yes I saw the message but we were still at the market looking for the boy": none,

		// A slip in the number.
		"1 4829127":       {Verb: VerbAccept, Typed: slip7},
		"2 482 9127":      {Verb: VerbDecline, Typed: slip7},
		"ok 4829127":      {Verb: VerbAccept, Typed: slip7},
		"4829127":         {Typed: slip7},
		"1 482917":        {Verb: VerbAccept, Typed: "482917"},
		"1 0711000001":    {Verb: VerbAccept, Typed: "0711..."},
		"call 0711000001": {Typed: "0711..."},
	} {
		t.Run(text, func(t *testing.T) {
			if got := ParseReply(text); got != want {
				t.Errorf("ParseReply(%q) = %+v, want %+v", text, got, want)
			}
		})
	}
}

// What is told of a case that was taken.
func TestMovesAreRead(t *testing.T) {
	move := func(m ripoti.Move, note string) Reply {
		return Reply{Verb: VerbMove, Move: m, Code: code7, Typed: code7, Note: note}
	}
	bare := func(m ripoti.Move) Reply { return Reply{Verb: VerbMove, Move: m} }
	ob := func(number string) Reply {
		return Reply{Verb: VerbMove, Move: ripoti.MoveOB, Code: code7, Typed: code7, OB: number}
	}
	slip := func(m ripoti.Move, what string) Reply {
		return Reply{Verb: VerbMove, Move: m, Code: code7, Typed: code7, Slip: what}
	}
	check := func(c ripoti.CheckAnswer) Reply {
		return Reply{Verb: VerbCheck, Check: c, Code: code7, Typed: code7}
	}
	charged := func(day, note string) Reply {
		return Reply{Verb: VerbMove, Move: ripoti.MoveCharged, Code: code7, Typed: code7, Day: day, Note: note}
	}
	unread := Reply{Code: code7, Typed: code7}
	for text, want := range map[string]Reply{
		// Keys as they are told (O4).
		"3 4829172":                              move(ripoti.MoveOnTheWay, ""),
		"4 4829172":                              move(ripoti.MoveSafe, ""),
		"5 4829172":                              move(ripoti.MoveHospital, ""),
		"7 4829172":                              move(ripoti.MoveArrested, ""),
		"8 4829172":                              move(ripoti.MoveFled, ""),
		"9 4829172":                              move(ripoti.MoveNotFound, ""),
		"F 4829172 last seen Mtwapa":             move(ripoti.MoveFled, "last seen Mtwapa"),
		"f4829172 Mtwapa, stage ya pili":         move(ripoti.MoveFled, "Mtwapa, stage ya pili"),
		"8 4829172 last seen Mtwapa at 9":        move(ripoti.MoveFled, "last seen Mtwapa at 9"),
		"S 4829172":                              move(ripoti.MovePressure, ""),
		"S 4829172 family offers 3 goats":        move(ripoti.MovePressure, "family offers 3 goats"),
		"H 4829172":                              move(ripoti.MoveHandOver, ""),
		"4829172 H":                              move(ripoti.MoveHandOver, ""),
		"4829172 7":                              move(ripoti.MoveArrested, ""),
		"74829172":                               move(ripoti.MoveArrested, ""),
		"7. 482 9172":                            move(ripoti.MoveArrested, ""),
		"7 4829172 two suspects held at Langata": move(ripoti.MoveArrested, "two suspects held at Langata"),
		"3":                                      bare(ripoti.MoveOnTheWay),
		"7":                                      bare(ripoti.MoveArrested),
		"H":                                      bare(ripoti.MoveHandOver),
		"kabidhi zamu":                           bare(ripoti.MoveHandOver),
		"Hand over shift.":                       bare(ripoti.MoveHandOver),
		"reply 4 4829172":                        move(ripoti.MoveSafe, ""),
		"4 4829172 hospital":                     move(ripoti.MoveSafe, "hospital"),

		// Checks.
		"61 4829172":  check(ripoti.CheckSafe),
		"62 4829172":  check(ripoti.CheckUnsafe),
		"63 4829172":  check(ripoti.CheckUnreached),
		"64 482 9172": check(ripoti.CheckNotSafe),
		"6 2 4829172": check(ripoti.CheckUnsafe),
		"62":          {Verb: VerbCheck, Check: ripoti.CheckUnsafe},

		// The occurrence book.
		"6 4829172 56/10/4/2026":    ob("56/10/4/2026"),
		"6 4829172 056/10/04/26":    ob("56/10/4/2026"),
		"6 56/10/4/2026 4829172":    ob("56/10/4/2026"),
		"OB 56/10/4/2026 4829172":   ob("56/10/4/2026"),
		"ob no 56/10/04/26 4829172": ob("56/10/4/2026"),
		"4829172 OB No. 56/10/4/26": ob("56/10/4/2026"),
		"OB56/10/4/2026 4829172":    ob("56/10/4/2026"),
		"6*4829172*56*10*4*2026":    ob("56/10/4/2026"),
		"6 4829172 56 10 4 2026":    ob("56/10/4/2026"),
		"6.4829172.56.10.4.2026":    ob("56/10/4/2026"),
		"6-4829172-12-5-10-2026":    ob("12/5/10/2026"),
		"56/10/4/2026 4829172":      ob("56/10/4/2026"),
		"ob no 56/10/04/26":         {Verb: VerbMove, Move: ripoti.MoveOB, OB: "56/10/4/2026"},
		"6 4829172":                 ob(""),
		"6":                         bare(ripoti.MoveOB),
		"64829172":                  ob(""),
		"6 4829172 56/31/2/2026":    slip(ripoti.MoveOB, "56/31/2/2026"),
		"6 4829172 56/10/13/2026":   slip(ripoti.MoveOB, "56/10/13/2026"),
		"6 4829172 0/10/4/2026":     slip(ripoti.MoveOB, "0/10/4/2026"),
		"6 4829172 56/10/4/1926":    slip(ripoti.MoveOB, "56/10/4/1926"),
		"6 4829172 56":              slip(ripoti.MoveOB, "56"),

		// The court.
		"C 4829172 12/3/2027 Kibera":           charged("2027-03-12", "Kibera"),
		"c 4829172 12.3.27 Kibera law courts":  charged("2027-03-12", "Kibera law courts"),
		"C 4829172":                            charged("", ""),
		"ameshtakiwa 4829172 tarehe 12/3/2027": charged("2027-03-12", "ameshtakiwa tarehe"),
		"C 4829172 31/2/2027 Kibera":           {Verb: VerbMove, Move: ripoti.MoveCharged, Code: code7, Typed: code7, Slip: "31/2/2027", Note: "Kibera"},
		"c u":                                  {},

		// Words in both languages.
		"njiani 4829172":                         move(ripoti.MoveOnTheWay, ""),
		"tuko njiani 4829172":                    move(ripoti.MoveOnTheWay, ""),
		"on the way":                             bare(ripoti.MoveOnTheWay),
		"ok on the way 4829172":                  move(ripoti.MoveOnTheWay, ""),
		"on the way to hospital":                 bare(ripoti.MoveOnTheWay),
		"salama 4829172":                         move(ripoti.MoveSafe, ""),
		"mtoto yuko salama":                      bare(ripoti.MoveSafe),
		"hospitali 4829172":                      move(ripoti.MoveHospital, ""),
		"amefika hospitali 4829172":              move(ripoti.MoveHospital, ""),
		"amekamatwa 4829172":                     move(ripoti.MoveArrested, ""),
		"suspect arrested 4829172":               move(ripoti.MoveArrested, ""),
		"msichana yuko salama hospitali 4829172": move(ripoti.MoveHospital, ""),
		"safe at hospital 4829172":               move(ripoti.MoveHospital, ""),
		"ametoroka 4829172":                      move(ripoti.MoveFled, "ametoroka"),
		"fled last seen Mtwapa 4829172":          move(ripoti.MoveFled, "fled last seen Mtwapa"),
		"hapatikani 4829172":                     move(ripoti.MoveNotFound, ""),
		"not found 4829172":                      move(ripoti.MoveNotFound, ""),
		"hatujampata":                            bare(ripoti.MoveNotFound),
		"wanataka kusuluhisha 4829172":           move(ripoti.MovePressure, "wanataka kusuluhisha"),
		"ok they want to settle 4829172":         move(ripoti.MovePressure, "ok they want to settle"),

		// What is denied, asked, meant or mixed up is never read as done.
		"not arrested 4829172":                        unread,
		"hajakamatwa 4829172":                         unread,
		"bado hajakamatwa 4829172":                    unread,
		"hatujamkamata 4829172":                       unread,
		"7 4829172 not arrested yet":                  unread,
		"7 4829172 hajakamatwa":                       unread,
		"7 4829172 ametoroka":                         unread,
		"8 4829172 arrested":                          unread,
		"will be arrested 4829172":                    unread,
		"arrested? 4829172":                           unread,
		"is he arrested 4829172":                      unread,
		"amekamatwa? 4829172":                         unread,
		"je amekamatwa 4829172":                       unread,
		"arrested and escaped 4829172":                unread,
		"arrested 2 suspects 4829172":                 unread,
		"not safe 4829172":                            unread,
		"hayuko salama 4829172":                       unread,
		"4 4829172 si salama":                         unread,
		"unsafe 4829172":                              unread,
		"needs hospital 4829172":                      unread,
		"hospital is far 4829172":                     unread,
		"5 4829172 hajafika hospitali":                unread,
		"he fled before he could be arrested 4829172": unread,
		"hawataki kusuluhisha 4829172":                unread,

		// A slip in the number.
		"7 4829127":            {Verb: VerbMove, Move: ripoti.MoveArrested, Typed: slip7},
		"6 4829127 56/10/4/26": {Verb: VerbMove, Move: ripoti.MoveOB, Typed: slip7, OB: "56/10/4/2026"},
		"61 4829127":           {Verb: VerbCheck, Check: ripoti.CheckSafe, Typed: slip7},

		// The desk.
		"NEXT": {Verb: VerbNext}, "inayofuata": {Verb: VerbNext}, "LIST": {Verb: VerbList}, "Orodha.": {Verb: VerbList},
		"ON duty": {Verb: VerbOn}, "NIKO ZAMU": {Verb: VerbOn}, "OFF duty": {Verb: VerbOff}, "Siko zamu": {Verb: VerbOff}, "not on duty": {Verb: VerbOff},
	} {
		t.Run(text, func(t *testing.T) {
			if got := ParseReply(text); got != want {
				t.Errorf("ParseReply(%q)\n got %+v\nwant %+v", text, got, want)
			}
		})
	}
}

func TestParseReplyOfLongNumbers(t *testing.T) {
	for digits := ripoti.CodeDigits; digits <= ripoti.CodeMaxDigits; digits++ {
		code, err := ripoti.NewCode(strings.NewReader("\x07\x01\x08\x02\x09\x03\x05\x04\x06\x01\x02"), digits)
		if err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]Reply{
			"1 " + string(code):        {Verb: VerbAccept, Code: code, Typed: string(code)},
			"22 " + string(code):       {Verb: VerbDecline, Code: code, Typed: string(code), Reason: ReasonVehicle},
			"sawa " + code.Spaced():    {Verb: VerbAccept, Code: code, Typed: string(code)},
			"1 " + code.Spaced():       {Verb: VerbAccept, Code: code, Typed: string(code)},
			code.Spaced() + " ok":      {Verb: VerbAccept, Code: code, Typed: string(code)},
			"1" + string(code):         {Verb: VerbAccept, Code: code, Typed: string(code)},
			"reply 2 " + code.Spaced(): {Verb: VerbDecline, Code: code, Typed: string(code)},
		} {
			t.Run(text, func(t *testing.T) {
				if got := ParseReply(text); got != want {
					t.Errorf("ParseReply(%q) = %+v, want %+v", text, got, want)
				}
			})
		}
	}
}

func FuzzParseReply(f *testing.F) {
	for _, s := range []string{"1 4829172", "22 482 9172", "ok", "si eneo letu 4829172", "١ ٤٨٢٩١٧٢", "1 0711000001", "\xff1\x004829172", "ZW\u200d1", "6 4829172 56/10/4/2026", "C 4829172 12/3/2027 Kibera", "7 4829172 not arrested", "fled last seen Mtwapa 4829172", "61 4829172", "𝟏 𝟒829173"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := ParseReply(text)
		if r.Verb != "" && !slices.Contains(Verbs, r.Verb) {
			t.Errorf("verb %q", r.Verb)
		}
		if r.Reason != "" && r.Verb != VerbDecline || (r.Move != "") != (r.Verb == VerbMove) || (r.Check != "") != (r.Verb == VerbCheck) {
			t.Errorf("what belongs to another verb: %+v", r)
		}
		if (r.OB != "" || r.Day != "" || r.Note != "" || r.Slip != "") && r.Verb != VerbMove {
			t.Errorf("told with no move: %+v", r)
		}
		if day, err := time.Parse(time.DateOnly, r.Day); r.Day != "" && (err != nil || day.Year() < 2000) {
			t.Errorf("day %q", r.Day)
		}
		if again := ParseReply("6 4829172 " + r.OB); r.OB != "" && again.OB != r.OB {
			t.Errorf("OB %q is read again as %q", r.OB, again.OB)
		}
		if len(r.Note) > 4*longestAnswer || len(r.Slip) > longestAnswer {
			t.Errorf("a note of %d bytes, a slip of %d", len(r.Note), len(r.Slip))
		}
		if strings.Contains(strings.ToLower(text), "not ") && done[r.Move] {
			t.Errorf("%q is read as done: %+v", text, r)
		}
		if r.Code != "" {
			if _, err := ripoti.ParseCode(string(r.Code)); err != nil || string(r.Code) != r.Typed {
				t.Errorf("code %q, typed %q: %v", r.Code, r.Typed, err)
			}
		}
		if len(r.Typed) > ripoti.CodeMaxDigits || strings.Trim(r.Typed, "0123456789.") != "" {
			t.Errorf("typed %q", r.Typed)
		}
	})
}

func TestTellsWhereSeen(t *testing.T) {
	for note, want := range map[string]bool{
		"": false, "ametoroka": false, "mshukiwa ametoroka jana usiku": false, "Fled.": false, "suspect has fled already, thanks": false,
		"alionekana Olympic stage": true, "ametoroka kwenda Mtwapa": true, "fled last seen Mtwapa": true,
	} {
		if got := TellsWhereSeen(note); got != want {
			t.Errorf("%q: %v", note, got)
		}
	}
}
