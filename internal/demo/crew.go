package demo

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"ripoti/flows"
	"ripoti/internal/ripoti"
)

// letter is a message that somebody reads.
type letter struct {
	kind, contact, report string
	from                  ripoti.Phone // whose phone it is
	facts                 flows.Facts
}

// temper is how an office answers.
type temper int

const (
	prompt temper = iota
	slow          // at the reminder, or not
	mute          // somebody above must answer
	dark          // nobody has answered anything for months
)

// darkStation is the station of the story that nobody answers at.
const darkStation = "sample-station-047-kasarani"

// temperOf is the same for an office all along.
func temperOf(office string) temper {
	if office == darkStation {
		return dark
	}
	h := fnv.New32a()
	h.Write([]byte(office))
	switch n := h.Sum32() % 100; {
	case n < 82:
		return prompt
	case n < 97:
		return slow
	}
	return mute
}

// habit is what people do with a kind of message: how many of a hundred do it, by the temper of their
// office, how soon, and what they text.
type habit struct {
	percent     [4]int // prompt, slow, mute, dark
	least, most time.Duration
	parts       [2]int // in place of least and most: percents of the time to accept
	say         []string
	refuse      bool // some say no
	then        func(*town, context.Context, letter) error
}

var (
	yes     = []string{"1 %s", "1 %s", "1 %s", "ok %s", "sawa %s", "Nimekubali %s", "1%s", "1 %s afande"}
	no      = []string{"22 %s", "21 %s", "2 %s hakuna gari", "24 %s", "23 %s"}
	agree   = []string{"1 %s"}
	cared   = append(slices.Repeat([]string{"61 %s"}, 20), "63 %s", "63 %s", "62 %s")
	onward  = []string{"3 %s", "4 %s", "5 %s", "9 %s"}
	answer  = habit{percent: [4]int{82, 35, 6, 0}, parts: [2]int{8, 85}, say: yes, refuse: true}
	chased  = habit{percent: [4]int{70, 75, 10, 0}, least: 3 * time.Minute, most: 25 * time.Minute, say: yes, refuse: true}
	checked = habit{percent: [4]int{92, 80, 60, 0}, least: 20 * time.Minute, most: 9 * time.Hour, say: onward}
	visited = habit{percent: [4]int{95, 88, 75, 0}, least: 20 * time.Minute, most: 8 * time.Hour, say: cared}
	// Few leave a question that comes a second time: somebody stands behind them by then.
	checkedAtLast = habit{percent: [4]int{98, 94, 80, 0}, least: 20 * time.Minute, most: 6 * time.Hour, say: []string{"9 %s", "9 %s", "7 %s"}}
	visitedAtLast = habit{percent: [4]int{99, 96, 90, 0}, least: 20 * time.Minute, most: 6 * time.Hour, say: cared}
)

// habits are what people do with what they read. What is in no line is read and left.
var habits = map[string]habit{
	flows.SayAlert:             answer,
	flows.SayLiaison:           answer,
	flows.SayWalled:            answer,
	flows.SaySocial:            {percent: [4]int{92, 80, 70, 0}, parts: [2]int{5, 70}, say: yes, refuse: true},
	flows.SayReminder:          chased,
	flows.SayOCS:               {percent: [4]int{80, 75, 60, 0}, least: 2 * time.Minute, most: 9 * time.Minute, say: yes, refuse: true},
	flows.SayCommander:         {percent: [4]int{70, 70, 70, 70}, least: 2 * time.Minute, most: 14 * time.Minute, say: yes, refuse: true},
	flows.SayReferral:          {percent: [4]int{70, 60, 40, 0}, least: 15 * time.Minute, most: 100 * time.Minute, say: yes, refuse: true},
	flows.SayReferralReminder:  {percent: [4]int{60, 60, 50, 0}, least: 10 * time.Minute, most: 50 * time.Minute, say: []string{"1 %s", "2 %s"}},
	flows.SayAccepted:          {percent: [4]int{100, 100, 100, 0}, least: time.Minute, most: 2 * time.Minute, then: (*town).begin},
	flows.SayLeaseSafety:       {percent: [4]int{80, 60, 30, 0}, least: 10 * time.Minute, most: 3 * time.Hour, say: onward},
	flows.SayLeaseCare:         {percent: [4]int{85, 70, 60, 0}, least: 10 * time.Minute, most: 3 * time.Hour, say: cared},
	flows.SayCheckRemindSafety: checkedAtLast,
	flows.SayCheckRemindCare:   visitedAtLast,
	flows.SayAsked:             {percent: [4]int{75, 60, 60, 0}, least: time.Hour, most: 20 * time.Hour, say: agree},
	flows.SayAskedAgain:        {percent: [4]int{50, 50, 50, 0}, least: time.Hour, most: 20 * time.Hour, say: agree},
	flows.SayPing:              {percent: [4]int{97, 90, 80, 0}, least: 2 * time.Minute, most: 9 * time.Hour, say: []string{"OK", "ok", "Sawa", "Ndiyo"}},
	flows.SayTextReceipt:       {percent: [4]int{60, 60, 60, 60}, least: time.Minute, most: 30 * time.Minute, say: []string{"1", "2", "ndiyo", "yes"}},
	flows.SayTextUrgent:        {percent: [4]int{70, 70, 70, 70}, least: time.Minute, most: 10 * time.Minute, say: []string{"2", "hapana", "no"}},
	flows.SayTextHow:           {percent: [4]int{55, 55, 55, 55}, least: 10 * time.Minute, most: 5 * time.Hour, say: []string{"1", "2", "1", "2", "1", "2", "1", "3"}},
	flows.SayFlag:              {percent: [4]int{80, 80, 80, 80}, least: time.Hour, most: 20 * time.Hour, then: (*town).settleFlags},
	flows.SayProve:             {percent: [4]int{90, 90, 90, 0}, least: time.Minute, most: 20 * time.Minute, then: (*town).prove},
	// What a question asks for is what answers it.
	flows.SayCheck(ripoti.CheckFled, ripoti.Safety):    {percent: [4]int{96, 90, 70, 0}, least: 20 * time.Minute, most: 9 * time.Hour, say: []string{"9 %s", "9 %s", "9 %s", "7 %s"}},
	flows.SayCheck(ripoti.CheckHearing, ripoti.Safety): {percent: [4]int{97, 92, 80, 0}, least: 4 * time.Hour, most: 9 * time.Hour, say: []string{"C %s {court} law courts"}},
	flows.SayCheck(ripoti.CheckDay30, ripoti.Safety):   {percent: [4]int{96, 90, 70, 0}, least: 20 * time.Minute, most: 9 * time.Hour, say: []string{"C %s {court} law courts", "7 %s", "9 %s"}},
	flows.SayCheck(ripoti.CheckClock72, ripoti.Safety): {percent: [4]int{65, 40, 20, 0}, least: 10 * time.Minute, most: 3 * time.Hour, say: []string{"5 %s"}},
}

// habitOf is what somebody does with a letter; the questions of the follow-up clock are asked in one way
// of each side.
func habitOf(kind string) (habit, bool) {
	if h, ok := habits[kind]; ok {
		return h, true
	}
	if strings.HasPrefix(kind, "clock.") && strings.HasSuffix(kind, "."+string(ripoti.Care)) {
		return visited, true
	}
	if strings.HasPrefix(kind, "clock.") && strings.HasSuffix(kind, "."+string(ripoti.Safety)) {
		return checked, true
	}
	return habit{}, false
}

// react lets somebody plan what to do about a letter.
func (t *town) react(l letter) {
	h, ok := habitOf(l.kind)
	if !ok {
		return
	}
	contact, _ := t.Desk.Live.World().Contact(l.contact)
	if !t.chance(h.percent[temperOf(contact.OfficeID)]) {
		return
	}
	wait := t.between(h.least, h.most)
	if least, most := h.parts[0], h.parts[1]; most > 0 {
		wait = max(l.facts.Accept, 20*time.Minute) * time.Duration(least+t.dice.IntN(most-least)) / 100
	}
	if h.then != nil {
		t.after(wait, l.kind, func(ctx context.Context) error { return h.then(t, ctx, l) })
		return
	}
	body := one(t, h.say)
	if h.refuse && t.chance(6) {
		body = one(t, no)
	}
	t.after(wait, l.kind, func(ctx context.Context) error { return t.reply(ctx, l, t.days(body)) })
}

// reply texts something from the phone that a letter reached.
func (t *town) reply(ctx context.Context, l letter, body string) error {
	if strings.Contains(body, "%s") {
		code := l.facts.Code
		if code == "" && len(l.facts.Codes) > 0 {
			code = l.facts.Codes[0]
		}
		if code == "" {
			return nil
		}
		body = fmt.Sprintf(body, code)
	}
	return t.text(ctx, l.from.Dial(), body)
}

// step is something that is told of a case, a while after it was accepted. In what is told %s is the
// number, {ob} a number of the occurrence book, {court} the day of a hearing.
type step struct {
	after time.Duration
	body  string
}

// course is what becomes of a case, with how often of a hundred.
type course struct {
	percent int
	steps   []step
}

// courses are those on the side of the police.
var courses = []course{
	{26, []step{{20 * time.Minute, "3 %s"}, {3 * time.Hour, "4 %s"}, {5 * time.Hour, "6 %s {ob}"}}},
	{20, []step{{15 * time.Minute, "3 %s"}, {2 * time.Hour, "5 %s"}, {4 * time.Hour, "6 %s {ob}"}, {2 * day, "7 %s"}, {6 * day, "C %s {court} Kibera"}, {24 * day, "CLOSE %s convicted"}}},
	{12, []step{{30 * time.Minute, "3 %s"}, {90 * time.Minute, "4 %s"}, {6 * time.Hour, "7 %s"}, {7 * time.Hour, "6 %s {ob}"}, {4 * day, "C %s {court} law courts"}, {20 * day, "CLOSE %s acquitted"}}},
	{10, []step{{40 * time.Minute, "3 %s"}, {5 * time.Hour, "9 %s"}, {day, "8 %s last seen near the old bus stage"}}},
	{6, []step{{40 * time.Minute, "3 %s"}, {day, "8 %s ametoroka usiku"}, {22 * day, "7 %s"}, {26 * day, "C %s {court} law courts"}}},
	{6, []step{{time.Hour, "3 %s"}, {2 * day, "S %s family offers goats"}}},
	{5, []step{{15 * time.Minute, "V %s"}, {3 * time.Hour, "3 %s"}, {6 * time.Hour, "4 %s"}}},
	{5, []step{{3 * time.Hour, "9 %s"}, {3 * day, "9 %s"}, {9 * day, "9 %s"}, {12 * day, "CLOSE %s cannot locate"}}},
	{10, nil},
}

// cares are those on the side of social work.
var cares = []course{
	{30, []step{{4 * time.Hour, "4 %s"}}},
	{18, []step{{3 * time.Hour, "5 %s"}, {9 * day, "CLOSE %s in care with the grandmother"}}},
	{14, []step{{5 * time.Hour, "4 %s"}, {12 * day, "CLOSE %s support counselling is over"}}},
	{5, []step{{2 * day, "CLOSE %s unfounded no such house"}}},
	{33, nil},
}

var policeRoles = []ripoti.Role{ripoti.RoleDesk, ripoti.RoleDuty, ripoti.RoleOCS, ripoti.RoleCommander, ripoti.RoleLiaison}

// begin throws the course of a case that somebody has accepted.
func (t *town) begin(_ context.Context, l letter) error {
	c, known := t.Desk.Live.World().Contact(l.contact)
	if !known || l.facts.Drill || l.facts.Code == "" {
		return nil
	}
	table := cares
	switch {
	case slices.Contains(policeRoles, c.Role):
		table = courses
	case c.Role == ripoti.RoleSocial:
		t.after(t.between(time.Minute, 2*time.Hour), "a reading", func(ctx context.Context) error { return t.confirm(ctx, l, c) })
		if t.chance(22) {
			t.after(t.between(2*time.Hour, 30*time.Hour), "a referral", func(ctx context.Context) error { return t.refer(ctx, l.facts.Code, c) })
		}
	case c.Role != ripoti.RoleChildren:
		return nil
	}
	dice := t.dice.IntN(100)
	for _, course := range table {
		if dice -= course.percent; dice >= 0 {
			continue
		}
		for _, s := range course.steps {
			wait := s.after + t.between(0, s.after/3)
			t.after(wait, "a course", func(ctx context.Context) error { return t.reply(ctx, l, t.days(s.body)) })
		}
		return nil
	}
	return nil
}

// days fills in the days of what is told.
func (t *town) days(body string) string {
	if !strings.Contains(body, "{") {
		return body
	}
	now := t.Clock.at
	ob := fmt.Sprintf("%d/%d/%d/%d", 10+t.dice.IntN(80), now.Day(), now.Month(), now.Year())
	court := now.Add(t.between(9*day, 30*day)).Format("2/1/2006")
	return strings.NewReplacer("{ob}", ob, "{court}", court).Replace(body)
}
