package flows

import (
	"strings"
	"testing"

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
	accept := func(code ripoti.Code) Reply { return Reply{VerbAccept, code, string(code), ""} }
	decline := func(code ripoti.Code, why Reason) Reply { return Reply{VerbDecline, code, string(code), why} }
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
		"3":                             none,
		"11":                            none,
		"no problem, ok":                none,
		"not ok":                        none,
		"hello":                         none,
		"who is this":                   none,
		"i dont know the people at all": none,
		"4829172":                       {"", code7, code7, ""},
		"hali ya 482 9172":              {"", code7, code7, ""},
		"3 4829172":                     {"", "", "34829172", ""},
		"yes I saw the message but we were still at the market looking for the boy": none,

		// A slip in the number.
		"1 4829127":       {VerbAccept, "", slip7, ""},
		"2 482 9127":      {VerbDecline, "", slip7, ""},
		"ok 4829127":      {VerbAccept, "", slip7, ""},
		"4829127":         {"", "", slip7, ""},
		"1 482917":        {VerbAccept, "", "482917", ""},
		"1 0711000001":    {VerbAccept, "", "0711...", ""},
		"call 0711000001": {"", "", "0711...", ""},
	} {
		t.Run(text, func(t *testing.T) {
			if got := ParseReply(text); got != want {
				t.Errorf("ParseReply(%q) = %+v, want %+v", text, got, want)
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
			"1 " + string(code):        {VerbAccept, code, string(code), ""},
			"22 " + string(code):       {VerbDecline, code, string(code), ReasonVehicle},
			"sawa " + code.Spaced():    {VerbAccept, code, string(code), ""},
			"1 " + code.Spaced():       {VerbAccept, code, string(code), ""},
			code.Spaced() + " ok":      {VerbAccept, code, string(code), ""},
			"1" + string(code):         {VerbAccept, code, string(code), ""},
			"reply 2 " + code.Spaced(): {VerbDecline, code, string(code), ""},
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
	for _, s := range []string{"1 4829172", "22 482 9172", "ok", "si eneo letu 4829172", "١ ٤٨٢٩١٧٢", "1 0711000001", "\xff1\x004829172", "ZW\u200d1", "𝟏 𝟒829173"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := ParseReply(text)
		if r.Verb != "" && r.Verb != VerbAccept && r.Verb != VerbDecline {
			t.Errorf("verb %q", r.Verb)
		}
		if r.Reason != "" && r.Verb != VerbDecline {
			t.Errorf("a reason without a decline: %+v", r)
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
