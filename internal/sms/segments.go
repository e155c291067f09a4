package sms

import (
	"strings"
	"unicode"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

// Sizes of one short message and of the parts of a long one, in units (3GPP TS 23.038 and 23.040): a
// part gives seven septets or three UTF-16 units to the header that joins it to the others.
const (
	oneGSM7  = 160
	partGSM7 = 153
	oneUCS2  = 70
	partUCS2 = 67
)

// The GSM 7-bit alphabet (3GPP TS 23.038). What stands in extension is sent as ESC and a letter.
const (
	basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extension = "\f^{}\\[~]|€"
)

// septets tells how many septets a letter takes; a letter that is not in it is not GSM-7.
var septets = func() map[rune]int {
	m := make(map[rune]int, 137)
	for _, r := range basic {
		m[r] = 1
	}
	for _, r := range extension {
		m[r] = 2
	}
	return m
}()

// ascii is septets for the letters nearly every text of ours is made of. It never changes.
var ascii = func() (t [128]uint8) {
	for r := range t {
		t[r] = uint8(septets[rune(r)])
	}
	return t
}()

func weight(r rune) int {
	if r < 128 {
		return int(ascii[r])
	}
	return septets[r]
}

// Units is the length of text as the network counts it: septets where all of it is in the GSM 7-bit
// alphabet (gsm7), UTF-16 units where not. One letter outside the alphabet makes all the text count
// in UTF-16 units.
func Units(text string) (units int, gsm7 bool) {
	for _, r := range text {
		w := weight(r)
		if w == 0 {
			return utf16Units(text), false
		}
		units += w
	}
	return units, true
}

func utf16Units(text string) (n int) {
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}

// Segments is how many short messages text is sent and billed as, at least one: up to 160 GSM-7
// units or 70 UTF-16 units in one, else parts of 153 or 67. An escaped letter or a surrogate pair is
// never cut in two.
func Segments(text string) int {
	units, gsm7 := Units(text)
	if gsm7 {
		return parts(text, units, oneGSM7, partGSM7, weight)
	}
	return parts(text, units, oneUCS2, partUCS2, utf16.RuneLen)
}

func parts(text string, units, one, part int, weigh func(rune) int) int {
	if units <= one {
		return 1
	}
	n, used := 1, 0
	for _, r := range text {
		w := weigh(r)
		if used+w > part {
			n, used = n+1, 0
		}
		used += w
	}
	return n
}

// lookalikes are letters that phones and office programs put in place of plain ones, and what stands
// for them where decomposing (Unicode NFKD) does not tell.
var lookalikes = map[rune]string{
	'‘': "'", '’': "'", '‚': "'", '‛': "'", '′': "'", '´': "'", '`': "'", 'ʼ': "'", 'ʻ': "'", 'ˈ': "'", '‹': "'", '›': "'",
	'“': `"`, '”': `"`, '„': `"`, '‟': `"`, '″': `"`, '«': `"`, '»': `"`,
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-", '•': "-", '·': "-",
	'\t': " ", '\v': " ", '\u2028': "\n", '\u2029': "\n", '\u0085': "\n",
	'ı': "i", 'ł': "l", 'Ł': "L", 'đ': "d", 'Đ': "D", 'œ': "oe", 'Œ': "OE", '×': "x", '⁄': "/",
	'\u200b': "", '\u200c': "", '\u200d': "", '\u2060': "", '\ufeff': "", '\u00ad': "", '\ufe0f': "",
}

// Fold replaces letters outside the GSM 7-bit alphabet by ones inside it where nobody would read
// them otherwise: curly quotes, dashes, unusual spaces, accents the alphabet lacks (Mũthĩga ->
// Muthiga), full-width letters. Invisible ones are dropped. What has no look-alike (an emoji, another
// script) stays, so Units still tells that such a text is not GSM-7.
func Fold(text string) string {
	if _, gsm7 := Units(text); gsm7 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range norm.NFC.String(text) {
		if weight(r) > 0 {
			b.WriteRune(r)
			continue
		}
		b.WriteString(fold(r))
	}
	return b.String()
}

func fold(r rune) string {
	if plain, ok := lookalikes[r]; ok {
		return plain
	}
	if unicode.IsControl(r) {
		return ""
	}
	var b strings.Builder
	for _, d := range norm.NFKD.String(string(r)) {
		if plain, ok := lookalikes[d]; ok {
			b.WriteString(plain)
		} else if weight(d) > 0 {
			b.WriteRune(d)
		} else if !unicode.Is(unicode.Mn, d) {
			return string(r)
		}
	}
	return b.String()
}
