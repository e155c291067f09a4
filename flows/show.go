package flows

import (
	"strconv"
	"strings"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

// ScreenUnits is how much of a screen is ours: 160 (domain brief 7) less the "CON " or "END " in front
// of it, which some networks count.
const ScreenUnits = 160 - len("CON ")

// sheet is a screen whose words never change: as it is shown first, and again after a wrong key.
type sheet struct{ plain, again string }

// The sentences a screen may have, depending on what already happened.
const (
	unsent   = iota // nothing has left yet
	sent            // the report has left
	sentLate        // the report has left, and went to the police before they were accused
	wordings
)

func wording(s State) int {
	switch {
	case !s.Filed:
		return unsent
	case s.Answers.PoliceAccused() && !s.Walled:
		return sentLate
	}
	return sent
}

// sentence is the catalogue key of a screen.
func (sc *screen) sentence(wording int) string {
	switch {
	case wording == sentLate && sc.late != "":
		return sc.late
	case wording >= sent && sc.sent != "":
		return sc.sent
	}
	return sc.key
}

// sheetsOf reads every screen once in lang.
func (b *Book) sheetsOf(lang ripoti.Lang) *[steps][wordings]sheet {
	all := new([steps][wordings]sheet)
	for step := range steps {
		for v := range wordings {
			text := b.cat.Text(lang, screens[step].sentence(v))
			all[step][v] = sheet{text, again(b.hint(lang, step, 0), text)}
		}
	}
	return all
}

// tongue is the language of the state's screens. S0 and S18 say the same in both.
func tongue(s State) ripoti.Lang {
	if s.Lang == ripoti.English {
		return ripoti.English
	}
	return ripoti.Swahili
}

// show is the state's current screen; wrong says that the last key was none of its own.
func (b *Book) show(s State, wrong bool) Turn {
	lang := tongue(s)
	t := Turn{State: s}
	switch {
	case s.Step == Which:
		t.Screen = b.which(s, lang, wrong)
	case s.Step == ReadBack:
		t.Screen = b.readBack(s, lang, wrong)
	case s.Step == FollowStatus:
		t.Screen = b.status(s, lang, wrong)
	case isEnding(s.Step):
		t.Screen, t.End = b.ending(s, lang, wrong)
	default:
		sheet := &b.sheets()[lang][s.Step][wording(s)]
		t.Screen, t.End = sheet.plain, screens[s.Step].last
		if wrong {
			t.Screen = sheet.again
		}
	}
	t.State.Ended = t.End
	return t
}

// which lists the places on offer, their names cut so that the list fits.
func (b *Book) which(s State, lang ripoti.Lang, wrong bool) string {
	for cut := nameCut; ; {
		text := b.list(s, lang, cut, wrong)
		units, _ := sms.Units(text)
		over := units - ScreenUnits
		if over <= 0 || cut == 1 {
			return text
		}
		cut = max(1, cut-max(1, over/len(s.Offer))) // no step takes more letters than are too many
	}
}

// list is the list of places with names of at most cut letters.
func (b *Book) list(s State, lang ripoti.Lang, cut int, wrong bool) string {
	var lines strings.Builder
	for i, p := range s.Offer {
		if i > 0 {
			lines.WriteByte('\n')
		}
		lines.WriteByte(byte('1' + i))
		lines.WriteByte(' ')
		lines.WriteString(b.label(lang, p, cut))
	}
	text := b.cat.Text(lang, screens[Which].key, "matches", lines.String())
	if !wrong {
		return text
	}
	hint := b.hint(lang, Which, len(s.Offer))
	if full := hint + " " + text; fits(full) {
		return full
	}
	_, choices, _ := strings.Cut(text, "\n")
	return hint + "\n" + choices
}

func (b *Book) readBack(s State, lang ripoti.Lang, wrong bool) string {
	var text string
	switch p := s.Offer[0]; {
	case wholeCounty(p):
		text = b.cat.Text(lang, "report.read_county", "county", short(p.County, countyCut))
	default:
		text = b.cat.Text(lang, screens[ReadBack].key, "place", b.label(lang, p, nameCut))
	}
	if wrong {
		return again(b.hint(lang, ReadBack, 0), text)
	}
	return text
}

// ending is a last screen, and whether the call ends with it: no other ending waits behind it.
func (b *Book) ending(s State, lang ripoti.Lang, wrong bool) (string, bool) {
	text := b.cat.Text(lang, screens[s.Step].sentence(wording(s)), "code", s.Code.Spaced())
	if endingBeside(s.Step, s.Answers, 1) == steps {
		return text, true
	}
	text += "\n" + b.cat.Text(lang, "report.end_more")
	if wrong {
		text = again(b.hint(lang, s.Step, 0), text)
	}
	return text, false
}

// How much of a name a screen shows (domain brief 7.1).
const (
	nameCut   = 24
	countyCut = 20 // longer than any county of Kenya
)

// label is a place as it is read: "Bura, Tana River". The county is always shown, the name cut.
func (b *Book) label(lang ripoti.Lang, p ripoti.PlaceRef, cut int) string {
	if wholeCounty(p) {
		return b.cat.Text(lang, "report.whole_county", "county", short(p.County, countyCut))
	}
	return short(p.Name, cut) + ", " + short(p.County, countyCut)
}

// wholeCounty says that the place is a county and nothing nearer.
func wholeCounty(p ripoti.PlaceRef) bool {
	return p.Precision == ripoti.PrecisionCounty && p.Name == p.County
}

// short is at most n letters of a name, all of them in the alphabet of the network.
func short(name string, n int) string {
	if len(name) > n || !gsm(name) {
		name = latin(name)
		for i := range name {
			if n == 0 {
				return strings.TrimRight(name[:i], " -'/")
			}
			n--
		}
	}
	return name
}

func gsm(text string) bool { _, ok := sms.Units(text); return ok }

// latin drops what the network's alphabet lacks, and what costs two letters or ends a line.
func latin(name string) string {
	return strings.Map(func(r rune) rune {
		if units, ok := sms.Units(string(r)); !ok || units > 1 || r < ' ' {
			return -1
		}
		return r
	}, sms.Fold(name))
}

func fits(text string) bool {
	units, gsm7 := sms.Units(text)
	return gsm7 && units <= ScreenUnits
}

// again is a screen with a hint in front. Where both do not fit, the question in the screen's first
// line loses what is said before it, and then goes itself: it was read a moment ago, the choices are
// needed. A screen that asks nothing stays whole, without the hint.
func again(hint, text string) string {
	if full := hint + " " + text; fits(full) {
		return full
	}
	title, choices, menu := strings.Cut(text, "\n")
	if !menu || !strings.HasSuffix(title, "?") { // what is no question is what the screen is for
		return text
	}
	if i := strings.LastIndex(title, ". "); i >= 0 {
		if asked := hint + title[i+1:] + "\n" + choices; fits(asked) {
			return asked
		}
	}
	if bare := hint + "\n" + choices; fits(bare) {
		return bare
	}
	return text
}

// hint is the sentence in front of a screen that got a key it does not know. offers is the number
// of places on it.
func (b *Book) hint(lang ripoti.Lang, step Step, offers int) string {
	sc := &screens[step]
	keys := 0
	switch {
	case step == Language:
		return b.cat.Text(lang, "report.hint.language")
	case step == More:
		return b.cat.Text(lang, "report.hint.more")
	case step == FollowUp:
		return b.cat.Text(lang, "report.hint.number")
	case step == FollowInform:
		return b.cat.Text(lang, "report.hint.inform")
	case sc.typing:
		return b.cat.Text(lang, "report.hint.name")
	case step == Numbers || step == Safety || following(step) && sc.tells == nil:
		return b.cat.Text(lang, "report.hint.keys", "keys", "0, 9")
	case step == Which:
		return b.cat.Text(lang, "report.hint.keys", "keys", upTo(offers)+", 8")
	case step == GoOn || step == ReadBack:
		keys = 2
	case isEnding(step):
		keys = 1
	default:
		keys = max(len(sc.asks.codes), len(sc.goes), len(sc.tells))
	}
	return b.cat.Text(lang, "report.hint.keys", "keys", upTo(keys))
}

// upTo is "1-6", or "1" where there is nothing else.
func upTo(n int) string {
	if n < 2 {
		return "1"
	}
	return "1-" + strconv.Itoa(n)
}
