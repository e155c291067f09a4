package flows

import (
	"strconv"
	"strings"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

// show is the state's screen. hint names the sentence that stands before it, "" for none.
func (l *StaffLine) show(s StaffState, hint string) StaffTurn {
	lang := staffTongue(s.Lang)
	text := l.text(s, lang)
	if hint != "" {
		text = l.hinted(lang, hint, text)
	}
	return StaffTurn{State: s, Screen: fitScreen(sms.Fold(text)), End: s.Ended}
}

// hinted puts the hint before a screen; where both do not fit, a shorter one.
func (l *StaffLine) hinted(lang ripoti.Lang, hint, text string) string {
	for _, h := range []string{hint, "keys"} {
		if full := l.cat.Text(lang, "staff.hint."+h) + "\n" + text; fitsScreen(full) {
			return full
		}
	}
	return text
}

func fitsScreen(text string) bool {
	units, gsm7 := sms.Units(sms.Fold(text))
	return gsm7 && units <= ScreenUnits
}

// fitScreen is the last resort, for facts that no report has.
func fitScreen(text string) string {
	if fitsScreen(text) {
		return text
	}
	return clip(text, ScreenUnits)
}

// clip is the beginning of a text in at most so many units, without what is no GSM-7.
func clip(text string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		units, gsm7 := sms.Units(string(r))
		if !gsm7 {
			continue
		}
		if n += units; n > most {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// plainScreens are the screens that say the same for every case.
var plainScreens = map[StaffStep]string{
	StaffPIN: "staff.pin", StaffSamePIN: "staff.same_pin", StaffWhy: "staff.why", StaffCourt: "staff.court", StaffBye: "staff.exit",
	StaffKind: "staff.kinds", StaffKind2: "staff.kinds2", StaffScript: "staff.script",
}

// caseScreens are the screens that begin with the case's number.
var caseScreens = map[StaffStep]string{StaffUpdate: "staff.update", StaffMore: "staff.more", StaffSeen: "staff.seen", StaffContact: "staff.contact"}

func (l *StaffLine) text(s StaffState, lang ripoti.Lang) string {
	if key, ok := plainScreens[s.Step]; ok {
		return l.cat.Text(lang, key)
	}
	if key, ok := caseScreens[s.Step]; ok {
		return l.cat.Text(lang, key, "code", string(s.Case.Facts.Code))
	}
	switch s.Step {
	case StaffNewPIN:
		if s.In {
			return l.cat.Text(lang, "staff.change_pin")
		}
		return l.cat.Text(lang, "staff.new_pin")
	case StaffHome:
		return l.homeText(s.Home, lang)
	case StaffCases:
		return l.listText(s, lang)
	case StaffCase:
		return l.caseText(s.Case, lang)
	case StaffOB, StaffDay:
		return l.typingText(s, lang)
	case StaffCheck:
		kind := l.cat.Text(lang, "staff.check_kind."+string(s.Case.Check))
		return l.cat.Text(lang, "staff.check", "code", string(s.Case.Facts.Code), "kind", kind)
	case StaffReferTo, StaffReferWhom, StaffReferSure:
		return l.referText(s, lang)
	case StaffRead:
		w := l.words(lang, s.Case.Facts, whole)
		return l.cat.Text(lang, "staff.read", "code", string(s.Case.Facts.Code), "what", w.word("what", string(s.Case.Facts.Category)))
	case StaffOutcome, StaffReason, StaffOther, StaffCloseSure, StaffAsked, StaffNotYet:
		return l.closeText(s, lang)
	case StaffSame:
		return l.sameText(s.Pair, lang)
	case StaffDone:
		return s.Said
	}
	return l.cat.Text(lang, "staff.pin")
}

// words are the words of messages at a cut: a case is named alike on a screen and in a text.
func (l *StaffLine) words(lang ripoti.Lang, f Facts, cut cuts) line {
	return line{l.writer, lang, f, cut}
}

func (l *StaffLine) homeText(h StaffCounts, lang ripoti.Lang) string {
	due := "staff.home.due"
	if h.Social {
		due = "staff.home.checks"
	}
	lines := []string{l.counted(lang, "staff.home.new", h.New), l.counted(lang, "staff.home.mine", h.Mine), l.counted(lang, due, h.Due)}
	if h.OnDuty != "" {
		lines = append(lines, l.cat.Text(lang, "staff.home.duty", "duty", l.cat.Text(lang, "staff."+h.OnDuty)))
	}
	lines = append(lines, l.cat.Text(lang, "staff.home.pin"))
	if h.Queues {
		lines = append(lines, l.counted(lang, "staff.home.queue", h.Queue))
	}
	if h.area() {
		lines = append(lines, l.counted(lang, "staff.home.late", h.Late), l.counted(lang, "staff.home.open", h.Open))
	} else if h.Same > 0 {
		lines = append(lines, l.counted(lang, "staff.home.same", h.Same))
	}
	if h.Closings > 0 {
		lines = append(lines, l.counted(lang, "staff.home.closings", h.Closings))
	}
	return strings.Join(append(lines, l.cat.Text(lang, "staff.home.exit")), "\n")
}

// MostCounted is how far lists are counted and shown.
const MostCounted = 40

func (l *StaffLine) counted(lang ripoti.Lang, key string, n int) string {
	count := strconv.Itoa(n)
	if n > MostCounted {
		count = strconv.Itoa(MostCounted) + "+"
	}
	return l.cat.Text(lang, key, "n", count)
}

// listText is a page of a list; its places are cut as far as the screen needs.
func (l *StaffLine) listText(s StaffState, lang ripoti.Lang) string {
	rows, more := s.page()
	for chars := 24; ; chars-- {
		lines := []string{l.cat.Text(lang, "staff.list."+string(s.List),
			"from", strconv.Itoa(s.Page*listRows+1), "to", strconv.Itoa(s.Page*listRows+len(rows)), "of", strconv.Itoa(len(s.Items)))}
		for i, row := range rows {
			if row.Other != "" {
				lines = append(lines, pairRow(i+1, row))
				continue
			}
			parts := []string{strconv.Itoa(i + 1), string(row.Code), l.cat.Text(lang, "staff.level."+string(row.Urgency))}
			if row.Check != "" {
				parts[2] = l.cat.Text(lang, "staff.check_kind."+string(row.Check))
			}
			if row.Outcome != "" {
				parts[2] = shorter(l.cat.Text(lang, "sms.outcome."+string(row.Outcome)), min(chars, 20))
			}
			if place := shorter(row.Place, chars); place != "" {
				parts = append(parts, place)
			}
			lines = append(lines, strings.Join(parts, " "))
		}
		if more {
			lines = append(lines, l.cat.Text(lang, "staff.line.more"))
		}
		text := strings.Join(append(lines, l.cat.Text(lang, "staff.line.back")), "\n")
		if fitsScreen(text) || chars == 1 {
			return text
		}
	}
}

// caseCuts are what T2 loses while it is too long, in this order.
var caseCuts = []struct {
	place       int
	county      bool
	by, several bool
	detail      bool // the harm by its detail, else by its category
	more        bool // the lines for what a machine read and for reports of one event
	weapon      bool
}{
	{24, true, true, true, true, true, true}, {24, false, true, true, true, true, true}, {16, false, true, true, true, true, true},
	{16, false, true, false, true, true, true}, {12, false, true, false, true, true, true}, {12, false, false, false, true, true, true},
	{12, false, false, false, false, true, true}, {12, false, false, false, false, false, true}, {12, false, false, false, false, false, false},
}

func (l *StaffLine) caseText(c StaffCaseView, lang ripoti.Lang) string {
	for i, cut := range caseCuts {
		f := c.Facts
		f.Several = f.Several && cut.several
		if !cut.detail {
			f.Detail = ""
		}
		if !cut.weapon {
			f.Weapon = ""
		}
		w := l.words(lang, f, whole)
		place := shorter(f.Place, cut.place)
		if cut.county && f.County != f.Place {
			place = joined([]string{place, f.County}, ", ")
		}
		if place == "" {
			place = w.word("place", "unknown")
		}
		lines := []string{
			joined([]string{l.drill(f, lang), string(f.Code), l.cat.Text(lang, "staff.level."+string(f.Urgency)), w.what()}, " "),
			capital(joined([]string{l.whoText(w), w.word("weapon", string(f.Weapon)), l.clockText(w)}, ", ")),
			capital(place),
		}
		if cut.by {
			lines = append(lines, l.byText(c, lang))
			if len(f.Codes) > 0 && f.Side != ripoti.Referred {
				lines = append(lines, l.cat.Text(lang, "staff.same_event", "code", string(f.Codes[0])))
			}
		}
		if f.Side == ripoti.Care {
			lines = append(lines, capital(w.wish()))
		}
		text := joined(append(lines, l.caseMenu(c, lang, cut.more)...), "\n")
		if fitsScreen(text) || i == len(caseCuts)-1 {
			return text
		}
	}
	return ""
}

// drill is the word before a case that is only practised.
func (l *StaffLine) drill(f Facts, lang ripoti.Lang) string {
	if !f.Drill {
		return ""
	}
	return l.cat.Text(lang, "sms.drill")
}

// whoText says a child also where the word for the harm would say it: T2 names who first.
func (l *StaffLine) whoText(w line) string {
	if who := w.who(); who != "" || !w.f.Child {
		return who
	}
	return w.word("who", "child")
}

func (l *StaffLine) clockText(w line) string {
	if w.f.Within72 {
		return w.word("clock", "within72")
	}
	return ""
}

// byText is by whom, and where that person is.
func (l *StaffLine) byText(c StaffCaseView, lang ripoti.Lang) string {
	var parts []string
	if by := l.cat.Text(lang, "staff.by."+string(c.ByWhom)); by != "" {
		parts = append(parts, l.cat.Text(lang, "staff.by", "by", by))
	}
	if now := l.cat.Text(lang, "staff.now."+string(c.Facts.Suspect)); now != "" {
		parts = append(parts, l.cat.Text(lang, "staff.now", "now", now))
	}
	return strings.Join(parts, " ")
}

func (l *StaffLine) caseMenu(c StaffCaseView, lang ripoti.Lang, more bool) (lines []string) {
	add := func(when bool, key string, pairs ...string) {
		if when {
			lines = append(lines, l.cat.Text(lang, key, pairs...))
		}
	}
	add(!c.open() && !c.mine(), "staff.case.state."+string(c.Facts.Status))
	add(c.open(), "staff.case.accept")
	add(c.open(), "staff.case.cannot")
	add(c.Content, "staff.case.notes")
	add(c.open() || c.mine(), "staff.case.update")
	add(c.mine() && c.Check != "", "staff.case.check", "kind", l.cat.Text(lang, "staff.check_kind."+string(c.Check)))
	add(c.Unread && c.Content && more, "staff.case.read")
	add(c.cares(), "staff.case.contact")
	add(c.Closes, "staff.case.close")
	add(true, "staff.line.back")
	return lines
}

func (l *StaffLine) typingText(s StaffState, lang ripoti.Lang) string {
	key := "staff.ob"
	if s.Step == StaffDay {
		key = "staff.day"
	}
	if len(s.Parts) > 0 {
		return l.cat.Text(lang, key+"_rest", "code", string(s.Case.Facts.Code), "typed", clip(strings.Join(s.Parts, "/"), 30))
	}
	return l.cat.Text(lang, key, "code", string(s.Case.Facts.Code))
}

func (l *StaffLine) referText(s StaffState, lang ripoti.Lang) string {
	code := string(s.Case.Facts.Code)
	if s.Step == StaffReferSure {
		return l.cat.Text(lang, "staff.refer_sure", "code", code, "office", shorter(s.Office.Name, 60))
	}
	for chars := 40; ; chars-- {
		lines := []string{l.cat.Text(lang, "staff.refer_to", "code", code)}
		if s.Step == StaffReferTo {
			for i, kind := range s.Kinds {
				lines = append(lines, strconv.Itoa(i+1)+" "+l.cat.Text(lang, "staff.office."+string(kind)))
			}
		} else {
			for i, office := range s.Offices {
				lines = append(lines, strconv.Itoa(i+1)+" "+shorter(office.Name, chars))
			}
		}
		text := strings.Join(append(lines, l.cat.Text(lang, "staff.line.back")), "\n")
		if fitsScreen(text) || chars == 1 {
			return text
		}
	}
}

// notes is a page of landmark and words. They stand in no state: each page is read anew.
func (l *StaffLine) notes(s StaffState, told StaffTold) StaffTurn {
	lang := staffTongue(s.Lang)
	s.Step, s.Masked = StaffNotes, told.Masked
	text := strings.TrimSpace(readable(told.Notes))
	if text == "" {
		text = l.cat.Text(lang, "staff.notes_none")
	}
	tail := "\n" + l.cat.Text(lang, "staff.line.back")
	if s.Masked {
		tail = "\n" + l.cat.Text(lang, "staff.notes_show") + tail
	}
	room := ScreenUnits - units(tail)
	pages := []string{text}
	if units(text) > room {
		pages = paged(text, room-units("\n"+l.cat.Text(lang, "staff.line.more")))
	}
	s.Page = min(s.Page, len(pages)-1)
	if s.Further = s.Page < len(pages)-1; s.Further {
		tail = "\n" + l.cat.Text(lang, "staff.line.more") + tail
	}
	return StaffTurn{State: s, Screen: pages[s.Page] + tail}
}

func units(text string) int { n, _ := sms.Units(text); return n }

// readable is a text in letters that every phone shows; what cannot be shown becomes "?".
func readable(text string) string {
	return strings.Map(func(r rune) rune {
		if n, gsm7 := sms.Units(string(r)); !gsm7 || n == 0 {
			return '?'
		}
		return r
	}, sms.Fold(strings.ToValidUTF8(text, "")))
}

// paged cuts a text into pages of at most room units, between words where it can.
func paged(text string, room int) (pages []string) {
	for text != "" {
		page := clip(text, room)
		if len(page) < len(text) {
			if gap := strings.LastIndexAny(page, " \n"); gap > len(page)/2 {
				page = page[:gap]
			}
		}
		pages = append(pages, page)
		text = strings.TrimLeft(text[len(page):], " \n")
	}
	return pages
}

// sentence is what an answer came to: in the words of the staff line where it has some, else as a text
// message says it.
func (l *StaffLine) sentence(s StaffState, a StaffAsk, told StaffTold) string {
	lang := staffTongue(s.Lang)
	tail := l.cat.Text(lang, "staff.line.back")
	if s.Next {
		tail = l.cat.Text(lang, "staff.line.next") + "\n" + tail
	}
	body := l.outcome(s, a, told, lang)
	return clip(body, ScreenUnits-units("\n"+tail)) + "\n" + tail
}

func (l *StaffLine) outcome(s StaffState, a StaffAsk, told StaffTold, lang ripoti.Lang) string {
	f := told.Facts
	if f.Code == "" {
		f = s.Case.Facts
	}
	if f.Code == "" {
		f.Code = a.Number
	}
	words := []string{"code", string(f.Code), "wish", capital(l.words(lang, f, whole).wish()), "office", s.Office.Name}
	key := ""
	switch {
	case told.Result == StaffRefused && told.Key != "":
		key = "staff.refused." + told.Key
		if !l.cat.Has(lang, key) && l.cat.Has(lang, told.Key) {
			return string(f.Code) + ": " + l.cat.Text(lang, told.Key)
		}
		if !l.cat.Has(lang, key) {
			key = "staff.refused"
		}
	case a.Do == StaffRefer && told.Key == StaffHospitalFirst:
		key = "staff.done.referred_hospital"
	case a.Do == StaffRefer:
		key = "staff.done.referred"
	case a.Do == StaffPropose:
		if key = "staff.done.proposed"; s.End.Agree == 0 {
			key = "staff.done.kept"
		}
		words = append(words, "outcome", l.words(lang, f, whole).word("outcome", string(a.End)), "who", l.cat.Text(lang, "staff.agree."+strconv.Itoa(s.End.Agree)))
	case a.Do == StaffLink || a.Do == StaffUnlink:
		key = "staff.done." + string(a.Do)
		words = append(words, "other", string(a.Other), "number", string(a.Number))
	case a.Do == StaffConfirm:
		key = "staff.done.confirmed"
	case told.Result == "accepted":
		key = "staff.done.accepted" + accepted(f)
	case told.Result == "declined":
		key = "staff.done.declined"
	case told.Result == "moved":
		key = "staff.moved." + string(a.Reply.Move)
	case told.Result == "checked" && s.Step == StaffOnPhone:
		key = "staff.called." + string(a.Reply.Check)
	case told.Result == "checked":
		key = "staff.checked." + string(a.Reply.Check)
	}
	if key != "" && l.cat.Has(lang, key) {
		return l.cat.Text(lang, key, words...)
	}
	f.Way = sms.Way{TwoWay: true}
	if text, err := l.writer.Say(told.Say, lang, f); err == nil {
		return text
	}
	return l.cat.Text(lang, "staff.done.noted", words...)
}

// accepted is which sentence thanks for an acceptance: what comes first differs.
func accepted(f Facts) string {
	switch {
	case f.Side == ripoti.Care && !f.Wish.AgreedToContact():
		return "_no_contact"
	case f.Side == ripoti.Care:
		return "_contact"
	case f.Within72:
		return "_hospital"
	}
	return ""
}
