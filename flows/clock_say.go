package flows

import (
	"strconv"
	"strings"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

// What the clocks of a case say to staff (domain brief 5, 7.3 O6 and W2). A question of a check is
// SayCheck of its kind and side; the others stand for themselves.
const (
	SayCheckRemindSafety = "clock.remind.safety" // a check was not answered
	SayCheckRemindCare   = "clock.remind.care"
	SayHearingEve        = "clock.hearing_eve" // in court tomorrow
	SayCheckedSafe       = "clock.noted.safe"  // back to who answered 61, 62, 63, 64
	SayCheckedUnsafe     = "clock.noted.unsafe"
	SayCheckedUnreached  = "clock.noted.unreached"
	SayCheckedNotSafe    = "clock.noted.not_safe"
	SayLeaseSafety       = "clock.lease.safety" // taken, and nothing was told since
	SayLeaseCare         = "clock.lease.care"
	SayReturned          = "clock.returned" // others are asked now
	SayPing              = "clock.ping"     // the monthly test of a number
	SayDark              = "clock.dark"     // to coordinators: an office answers no more
	SayLight             = "clock.light"    // to coordinators: it answers again
	SayProve             = "clock.prove"    // a code, to be sent back by who has the number
	SayProven            = "clock.proven"   // it came back
	SayUnproven          = "clock.unproven" // another one came back, or too late
)

// SayCheck is the kind of the message that asks a check's question of a side.
func SayCheck(kind ripoti.CheckKind, side ripoti.Side) string {
	if kind == ripoti.CheckClock72 {
		return "clock.clock_72" // O6 is the same for both
	}
	return "clock." + string(kind) + "." + string(side)
}

// ClockSays are all of them.
var ClockSays = clockSays()

func clockSays() []string {
	says := []string{SayCheckRemindSafety, SayCheckRemindCare, SayHearingEve, SayCheckedSafe, SayCheckedUnsafe, SayCheckedUnreached,
		SayCheckedNotSafe, SayLeaseSafety, SayLeaseCare, SayReturned, SayPing, SayDark, SayLight,
		SayProve, SayProven, SayUnproven, SayCheck(ripoti.CheckClock72, ripoti.Safety)}
	for _, kind := range []ripoti.CheckKind{ripoti.CheckDay1, ripoti.Check72h, ripoti.CheckDay7, ripoti.CheckDay30, ripoti.CheckHearing, ripoti.CheckFled} {
		says = append(says, SayCheck(kind, ripoti.Safety), SayCheck(kind, ripoti.Care))
	}
	return says
}

// sayClock writes one of ClockSays in one segment: an office's name is cut until it fits.
func (w *Writer) sayClock(say string, lang ripoti.Lang, f Facts) string {
	key, text := w.clockKey(say, lang, f.Way), ""
	for most := 40; most >= 8; most -= 2 {
		text = capital(sms.Fold(w.cat.Text(lang, key, w.clockWords(say, lang, f, most)...)))
		if w.fits(text) {
			return text
		}
	}
	return w.fit(text)
}

// clockKey is the sentence to say: another one where the house has no staff line to name, or where a way
// of answering wants words of its own.
func (w *Writer) clockKey(say string, lang ripoti.Lang, way sms.Way) string {
	if other := say + noStaffLine; w.cat.Has(lang, other) && !strings.Contains(w.cat.Text(lang, say), "#") {
		return other
	}
	if other := say + "." + wayOf(way); w.cat.Has(lang, other) {
		return other
	}
	return say
}

func (w *Writer) clockWords(say string, lang ripoti.Lang, f Facts, most int) []string {
	l := line{w, lang, f, whole}
	return []string{"code", string(f.Code), "day", strconv.Itoa(f.Days), "elapsed", l.time(f.Elapsed), "in", l.time(f.NextIn), "at", w.moment(lang, f),
		"office", shorter(sms.Fold(f.Office), most), "number", f.Way.ReplyTo, "one_time", f.OneTime, "how", w.how(say, lang, f)}
}

// how tells how to answer: by keys of the sentence's own, or those that every question to the side
// offers; by word to the coordinator where no text comes back.
func (w *Writer) how(say string, lang ripoti.Lang, f Facts) string {
	if wayOf(f.Way) == "ask" {
		return w.cat.Text(lang, "clock.ask")
	}
	key := say + ".how"
	if !w.cat.Has(lang, key) {
		key = "clock.how" + say[strings.LastIndexByte(say, '.'):]
	}
	reply := w.cat.Text(lang, "clock.reply."+wayOf(f.Way), "number", f.Way.ReplyTo)
	return w.cat.Text(lang, key, "code", string(f.Code), "reply", reply, "Reply", capital(reply))
}

// wayOf is how somebody can answer a sender: "reply", "text" to another number, or "ask".
func wayOf(way sms.Way) string {
	switch {
	case way.TwoWay:
		return "reply"
	case way.ReplyTo != "":
		return "text"
	}
	return "ask"
}

// moment is a time as people say it: today or tomorrow with the hour, else the date. The message was
// written f.NextIn before f.At.
func (w *Writer) moment(lang ripoti.Lang, f Facts) string {
	if f.At.IsZero() {
		return ""
	}
	day := func(t time.Time) string { return t.In(f.At.Location()).Format(time.DateOnly) }
	written, clock := f.At.Add(-f.NextIn), f.At.Format("15:04")
	switch day(f.At) {
	case day(written):
		return w.cat.Text(lang, "clock.today", "time", clock)
	case day(written.AddDate(0, 0, 1)):
		return w.cat.Text(lang, "clock.tomorrow", "time", clock)
	}
	return f.At.Format("2/1/2006")
}
