package sms

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		name  string
		text  string
		units int
		gsm7  bool
	}{
		{"nothing has no length", "", 0, true},
		{"plain Swahili counts a letter each", "Ng'ombe yuko Murang'a", 21, true},
		{"the whole basic alphabet counts one each", basic, 127, true},
		{"the whole extension counts two each", extension, 20, true},
		{"the currency sign is in the alphabet", "¤", 1, true},
		{"the capital cedilla is in the alphabet", "Ç", 1, true},
		{"the small cedilla is not", "ç", 1, false},
		{"a backtick is not", "`", 1, false},
		{"a tab is not", "\t", 1, false},
		{"a hard space is not", "a\u00a0b", 3, false},
		{"a curly quote makes the whole text count in UTF-16", "Murang’a {", 10, false},
		{"Kikuyu letters are not", "Mũthĩga", 7, false},
		{"an emoji is two UTF-16 units", "ok 👍", 5, false},
		{"NUL is not, though the network knows a zero", "\x00", 1, false},
		{"a byte-order mark is not", "\ufeffa", 2, false},
		{"a broken byte is counted and refused", "a\xffb", 3, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if units, gsm7 := Units(c.text); units != c.units || gsm7 != c.gsm7 {
				t.Errorf("Units = %d, %v, want %d, %v", units, gsm7, c.units, c.gsm7)
			}
		})
	}
}

func TestSegments(t *testing.T) {
	a := func(n int) string { return strings.Repeat("a", n) }
	for _, c := range []struct {
		name string
		text string
		want int
	}{
		{"an empty message is still one", "", 1},
		{"160 letters are one", a(160), 1},
		{"161 are two", a(161), 2},
		{"306 are two parts of 153", a(306), 2},
		{"307 are three", a(307), 3},
		{"80 escaped letters are one", strings.Repeat("€", 80), 1},
		{"81 escaped letters are two", strings.Repeat("€", 81), 2},
		{"an escaped letter moves whole to the next part", a(152) + "€" + a(152), 3},
		{"beside it one letter less fits in two", a(152) + "€" + a(151), 2},
		{"70 UTF-16 units are one", strings.Repeat("ũ", 70), 1},
		{"71 are two", strings.Repeat("ũ", 71), 2},
		{"134 are two parts of 67", strings.Repeat("ũ", 134), 2},
		{"135 are three", strings.Repeat("ũ", 135), 3},
		{"35 emoji are one", strings.Repeat("👍", 35), 1},
		{"an emoji moves whole to the next part", strings.Repeat("ũ", 66) + "👍" + strings.Repeat("ũ", 66), 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Segments(c.text); got != c.want {
				t.Errorf("Segments = %d, want %d", got, c.want)
			}
		})
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"GSM text is left alone", "Ng'ombe @ £5 {€}", "Ng'ombe @ £5 {€}"},
		{"curly quotes become straight", "‘Murang’a’ “sasa”", `'Murang'a' "sasa"`},
		{"dashes become a hyphen", "Elgeyo–Marakwet — leo", "Elgeyo-Marakwet - leo"},
		{"an ellipsis becomes three dots", "subiri…", "subiri..."},
		{"unusual spaces become a space", "a\u00a0b\u2009c\td", "a b c d"},
		{"Kikuyu letters lose their tilde", "Mũthĩga ŨĨ", "Muthiga UI"},
		{"letters with a loose accent are joined first", "Mu\u0303thi\u0303ga cafe\u0301", "Muthiga café"},
		{"accents of the alphabet stay", "à é ñ ü Ç", "à é ñ ü Ç"},
		{"a small cedilla becomes c", "façade", "facade"},
		{"full-width letters become plain", "４８２９１７２　ＯＫ", "4829172 OK"},
		{"invisible letters are dropped", "\ufeff48\u200b29\u00ad172\x00", "4829172"},
		{"what has no look-alike stays", "sawa 👍 عربي", "sawa 👍 عربي"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Fold(c.text); got != c.want {
				t.Errorf("Fold(%q) = %q, want %q", c.text, got, c.want)
			}
		})
	}
}

func FuzzFold(f *testing.F) {
	f.Add("Mũthĩga – “sasa”")
	f.Add("a\xff\u0303")
	f.Fuzz(func(t *testing.T, text string) {
		once := Fold(text)
		if twice := Fold(once); twice != once {
			t.Errorf("folding twice changes %q to %q", once, twice)
		}
		if Segments(text) < 1 {
			t.Error("a message of no segments")
		}
		if utf8.ValidString(text) && !utf8.ValidString(once) {
			t.Errorf("%q became no text: %q", text, once)
		}
	})
}

func BenchmarkUnits(b *testing.B) {
	text := strings.Repeat("RIPOTI 4829172 ", 10)
	b.ReportAllocs()
	for b.Loop() {
		Units(text)
	}
}
