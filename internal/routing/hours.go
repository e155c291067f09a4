package routing

import (
	"fmt"
	"strconv"
	"time"
)

// Nairobi is the time of the house: UTC+3 the year round, so that no time zone table is needed.
var Nairobi = time.FixedZone("EAT", 3*60*60)

// span is a part of the day in minutes since midnight, Nairobi time. It may go over midnight.
type span struct{ from, to int }

// parseSpan reads "21:00-06:00".
func parseSpan(s string) (span, error) {
	var h1, m1, h2, m2 int
	if n, err := fmt.Sscanf(s, "%2d:%2d-%2d:%2d", &h1, &m1, &h2, &m2); n != 4 || err != nil || len(s) != len("00:00-00:00") {
		return span{}, say("span", strconv.Quote(s))
	}
	if h1 < 0 || h1 > 23 || h2 < 0 || h2 > 24 || m1 < 0 || m1 > 59 || m2 < 0 || m2 > 59 || h1*60+m1 == h2*60+m2 || h2*60+m2 > 24*60 {
		return span{}, say("span", strconv.Quote(s))
	}
	return span{h1*60 + m1, h2*60 + m2}, nil
}

func (s span) holds(t time.Time) bool {
	t = t.In(Nairobi)
	minute := t.Hour()*60 + t.Minute()
	if s.from < s.to {
		return minute >= s.from && minute < s.to
	}
	return minute >= s.from || minute < s.to
}

// workday says whether t falls on Monday to Friday in Nairobi.
func workday(t time.Time) bool {
	d := t.In(Nairobi).Weekday()
	return d >= time.Monday && d <= time.Friday
}

// clock is the day of t at so many minutes after midnight.
func clock(t time.Time, minute int) time.Time {
	t = t.In(Nairobi)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, minute, 0, 0, Nairobi)
}

// end is when the span that holds t ends.
func (s span) end(t time.Time) time.Time {
	out := clock(t, s.to)
	if !out.After(t) {
		out = out.AddDate(0, 0, 1)
	}
	return out
}

// opens is when offices with these hours are open next: t itself where they are open.
func (s span) opens(t time.Time) time.Time {
	if workday(t) && s.holds(t) {
		return t
	}
	for day := t; ; day = day.AddDate(0, 0, 1) {
		if open := clock(day, s.from); workday(open) && open.After(t) {
			return open
		}
	}
}

// send is when the first alert of a report with that urgency may leave (domain brief 5, night rule).
func (r *Rules) send(wait Wait, at time.Time) time.Time {
	switch {
	case wait == WaitNight && r.night.holds(at):
		return r.night.end(at)
	case wait == WaitOffice:
		return r.office.opens(at)
	}
	return at
}

// openHours are an office's hours: always, or a span from Monday to Friday.
type openHours struct {
	limited bool
	span    span
}

// parseHours reads an office's hours; what cannot be read counts as open, so that a slip of the pen
// in the directory never hides an office.
func parseHours(s string) openHours {
	if s == "" || s == "24h" {
		return openHours{}
	}
	sp, err := parseSpan(s)
	if err != nil {
		return openHours{}
	}
	return openHours{limited: true, span: sp}
}

// OpenAt says whether an office with these hours ("24h", "08:00-17:00" from Monday to Friday) is open.
func OpenAt(hours string, t time.Time) bool { return parseHours(hours).openAt(t.In(Nairobi)) }

func (h openHours) openAt(t time.Time) bool {
	return !h.limited || (workday(t) && h.span.holds(t))
}
