package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// A story is the whole life of a case in lines that can be read aloud: what people do, when, and what
// is seen of it. The first line is its title. Each other line has a time, two spaces and a sentence; a
// line that begins with spaces is of the same time.
//
//	mon 14:05   reporter dials *483#: 1 2 2 1 "kibera" 1   < Received
//	            desk of station-near gets: RIPOTI HIGH
//	+7 days     desk of station-near gets nothing
//
// A time is a weekday and an hour of Nairobi, or how long after the line before ("+7 days", "+1 day
// 10:00"). "< words" behind a deed is what its doer reads then. What somebody gets counts since the last
// deed, or since the clock was moved. {number} is the first report's number, {second} the second one's,
// {today} and {in 30 days} are dates. Stories are in English or in Swahili; forms below says all
// sentences.
type story struct {
	file  string
	title string
	lang  ripoti.Lang
	lines []storyLine
}

type storyLine struct {
	number   int
	when     string
	sentence string
	seen     string // behind "<"
	form     form
	words    []string // what the form found in the sentence
}

// form is one kind of sentence, in both languages, with the same places for words.
type form struct {
	en, sw string
	sees   bool // it looks and changes nothing
	do     func(p *play, w []string) error
}

// forms are all sentences of a story. Of two that fit, the first one counts.
var forms = []form{
	{`(.+) dials (\*\d+#)(?:: (.+))?`, `(.+) anapiga (\*\d+#)(?:: (.+))?`, false, (*play).dials},
	{`(.+) texts: (.+)`, `(.+) anatuma: (.+)`, false, (*play).texts},
	{`(.+) proposes to close it as (\w+)(?:, because (.+))?`, `(.+) anapendekeza ifungwe kama (\w+)(?:, kwa sababu (.+))?`, false, (*play).proposes},
	{`(.+) cannot close it as (\w+): (.+)`, `(.+) hawezi kuifunga kama (\w+): (.+)`, true, (*play).cannotClose},
	{`(.+) settles the (\w+) flag: (.+)`, `(.+) anatatua onyo la (\w+): (.+)`, false, (*play).settles},
	{`(.+) takes it from the station: (\w+)`, `(.+) anaiondoa kituoni: (\w+)`, false, (*play).takesAway},
	{`(.+) refers it to (\S+): (.+)`, `(.+) anaielekeza kwa (\S+): (.+)`, false, (*play).refers},
	{`(.+) leaves the service`, `(.+) anaacha kazi`, false, (*play).leaves},
	{`time passes`, `muda unapita`, false, func(*play, []string) error { return nil }},

	{`(.+) sees: (.+)`, `(.+) anaona: (.+)`, true, func(p *play, w []string) error { return p.sees(w, true) }},
	{`(.+) does not see: (.+)`, `(.+) haoni: (.+)`, true, func(p *play, w []string) error { return p.sees(w, false) }},
	{`nobody at (\S+) ever got anything`, `hakuna wa (\S+) aliyewahi kupata chochote`, true, (*play).officeNeverGot},
	{`(.+) never got anything`, `(.+) hajawahi kupata chochote`, true, (*play).neverGot},
	{`(.+) gets nothing`, `(.+) hapati chochote`, true, (*play).getsNothing},
	{`(.+) does not get: (.+)`, `(.+) hapati: (.+)`, true, (*play).doesNotGet},
	{`(.+) gets: (.+)`, `(.+) anapata: (.+)`, true, (*play).gets},
	{`nobody was ever told: (.+)`, `hakuna aliyewahi kuambiwa: (.+)`, true, (*play).nobodyTold},
	{`nobody has the case`, `hakuna aliye na kesi`, true, (*play).nobodyHas},
	{`(.+) has the case`, `(.+) ana kesi`, true, (*play).has},
	{`the case is (.+)`, `kesi ni (.+)`, true, func(p *play, w []string) error { return p.is("{number}", w[0]) }},
	{`the second case is (.+)`, `kesi ya pili ni (.+)`, true, func(p *play, w []string) error { return p.is("{second}", w[0]) }},
	{`there is one case only`, `kuna kesi moja tu`, true, (*play).oneCase},
	{`history says: (.+)`, `historia inasema: (.+)`, true, func(p *play, w []string) error { return p.history(w[0], true) }},
	{`history never says: (.+)`, `historia haisemi: (.+)`, true, func(p *play, w []string) error { return p.history(w[0], false) }},
	{`an? (\w+) flag stands`, `onyo la (\w+) lipo`, true, func(p *play, w []string) error { return p.flags(w[0]) }},
	{`no flag stands`, `hakuna onyo`, true, func(p *play, _ []string) error { return p.flags("") }},
}

// Who a story speaks of, beside contacts of the village: people with phones that nobody knows.
var people = map[string]ripoti.Phone{
	"reporter": "+254711000099", "aliyeripoti": "+254711000099", "neighbour": "+254711000098", "jirani": "+254711000098",
	"child": "+254711000097", "mtoto": "+254711000097", "woman": "+254711000096", "mwanamke": "+254711000096",
}

var roles = map[string]ripoti.Role{
	"desk": ripoti.RoleDesk, "dawati": ripoti.RoleDesk, "duty officer": ripoti.RoleDuty, "afisa wa zamu": ripoti.RoleDuty,
	"OCS": ripoti.RoleOCS, "commander": ripoti.RoleCommander, "kamanda": ripoti.RoleCommander,
	"children's officer": ripoti.RoleChildren, "afisa wa watoto": ripoti.RoleChildren, "social worker": ripoti.RoleSocial, "mhudumu": ripoti.RoleSocial,
	"coordinator": ripoti.RoleCoordinator, "mratibu": ripoti.RoleCoordinator, "director": ripoti.RoleDirector, "mkurugenzi": ripoti.RoleDirector,
	"liaison": ripoti.RoleLiaison, "afisa wa ushirikiano": ripoti.RoleLiaison, "nurse": ripoti.RoleHealth, "muuguzi": ripoti.RoleHealth,
	"partner": ripoti.RolePartner, "mshirika": ripoti.RolePartner,
}

var weekdays = map[string]time.Weekday{
	"mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday, "sun": time.Sunday,
	"jumatatu": time.Monday, "jumanne": time.Tuesday, "jumatano": time.Wednesday, "alhamisi": time.Thursday, "ijumaa": time.Friday,
	"jumamosi": time.Saturday, "jumapili": time.Sunday,
}

// states are the words for how a case is: in Swahili, and what they stand for.
var states = map[string]string{"wazi": "open", "imefungwa": "closed", "imekubaliwa": "accepted", "inatafutiwa": "routed",
	"dharura": "critical", "haraka": "high", "wastani": "medium", "chini": "low", "siri": "walled"}

var (
	storyGap  = regexp.MustCompile(`\s{2,}`)
	storyIn   = regexp.MustCompile(`\{(?:in|baada ya siku) (\d+)(?: days?)?\}`)
	storyKeys = regexp.MustCompile(`"[^"]*"|\S+`)
	longer    = regexp.MustCompile(`^\+(?:(\d+) )?([a-z]+)(?: (\d+))?(?: (\d\d:\d\d))?$`)
)

// readStory reads a story and refuses one that cannot be read or that sees nothing: it would pass
// whatever happens.
func readStory(file, text string, lang ripoti.Lang) (*story, error) {
	s := &story{file: file, lang: lang}
	sees := 0
	for i, raw := range strings.Split(text, "\n") {
		line := strings.TrimRight(raw, " ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case s.title == "":
			s.title = line
			continue
		}
		l := storyLine{number: i + 1}
		var rest string
		if strings.HasPrefix(line, " ") {
			rest = strings.TrimLeft(line, " ")
		} else if parts := storyGap.Split(line, 2); len(parts) == 2 {
			l.when, rest = parts[0], parts[1]
		} else {
			return nil, fmt.Errorf("%s:%d: a time, two spaces and a sentence are wanted", file, i+1)
		}
		l.sentence, l.seen, _ = strings.Cut(rest, "  <")
		l.sentence, l.seen = strings.TrimSpace(l.sentence), strings.TrimSpace(l.seen)
		if !l.read(lang) {
			return nil, fmt.Errorf("%s:%d: no such sentence: %q", file, i+1, l.sentence)
		}
		if l.form.sees || l.seen != "" {
			sees++
		}
		s.lines = append(s.lines, l)
	}
	if sees == 0 {
		return nil, fmt.Errorf("%s: nothing is seen in this story, so it cannot fail", file)
	}
	return s, nil
}

func (l *storyLine) read(lang ripoti.Lang) bool {
	for _, f := range forms {
		pattern := f.en
		if lang == ripoti.Swahili {
			pattern = f.sw
		}
		if found := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(l.sentence); found != nil {
			l.form, l.words = f, found[1:]
			return true
		}
	}
	return false
}

// play is a story on the stage.
type play struct {
	*theatre
	since int // what left before the last deed
}

// tell plays a story and gives the first line that is not so.
func (s *story) tell(th *theatre) error {
	p := &play{theatre: th}
	for _, l := range s.lines {
		before := len(p.left)
		err := p.line(l)
		p.aloud(l, before)
		if err != nil {
			return fmt.Errorf("%s:%d: %s\n\t%w", s.file, l.number, strings.TrimSpace(l.sentence+"  "+l.seen), err)
		}
	}
	return p.always()
}

// aloud reads a line and all that left by it into the test's log: go test -v -run Stories/en_fled.
func (p *play) aloud(l storyLine, from int) {
	if !testing.Verbose() {
		return
	}
	p.t.Logf("%s  %s", p.nairobi().Format("Mon 2 Jan 15:04"), l.sentence)
	if phone, err := p.phone(cmp.Or(append(l.words, "")...)); err == nil && strings.Contains(l.form.en, "dials") {
		p.t.Logf("\t\t[%s]", p.screens[phone])
	}
	for _, m := range p.left[from:] {
		p.t.Logf("\t\t%s %s: %s", m.at.In(routing.Nairobi).Format("2 Jan 15:04"), p.name(m.to), m.text)
	}
}

func (p *play) line(l storyLine) error {
	if l.when != "" {
		at, err := p.when(l.when)
		if err != nil {
			return err
		}
		if at.After(p.clock.Now()) {
			p.since = len(p.left)
			p.until(at)
		}
	}
	if !l.form.sees && l.form.en != "time passes" {
		p.since = len(p.left)
	}
	words := make([]string, len(l.words))
	for i, w := range l.words {
		var err error
		if words[i], err = p.fill(w); err != nil {
			return err
		}
	}
	if err := l.form.do(p, words); err != nil || l.seen == "" {
		return err
	}
	seen, err := p.fill(l.seen)
	if err != nil {
		return err
	}
	if strings.Contains(l.form.en, "dials") {
		return p.sees([]string{words[0], seen}, true)
	}
	return p.gets([]string{words[0], seen})
}

// always is what every story must be like at its end: no message names a phone of somebody who
// reported, and the history of every case holds.
func (p *play) always() error {
	for _, m := range p.left {
		for _, phone := range people {
			if strings.Contains(m.text, string(phone[4:])) {
				return fmt.Errorf("%s is told a reporter's number: %q", p.name(m.to), m.text)
			}
		}
		if len(m.text) > 160 {
			return fmt.Errorf("%s gets a message of %d characters: %q", p.name(m.to), len(m.text), m.text)
		}
	}
	if _, breaks, err := p.house.store.VerifyChains(p.ctx, func(int) {}); err != nil || len(breaks) > 0 {
		return fmt.Errorf("a history does not hold: %v %v", breaks, err)
	}
	return nil
}

// when is the next such time.
func (p *play) when(words string) (time.Time, error) {
	now := p.nairobi()
	if day, hour, ok := strings.Cut(words, " "); ok {
		if weekday, known := weekdays[day]; known {
			at, err := atHour(now, hour)
			for err == nil && (at.Weekday() != weekday || at.Before(now.Truncate(time.Minute))) {
				at = at.AddDate(0, 0, 1)
			}
			return at, err
		}
	}
	m := longer.FindStringSubmatch(words)
	if m == nil {
		return now, fmt.Errorf("no such time: %q", words)
	}
	n, err := strconv.Atoi(cmp.Or(m[1], m[3], "1"))
	if err != nil {
		return now, err
	}
	var at time.Time
	switch strings.TrimSuffix(m[2], "s") {
	case "minute", "dakika":
		at = now.Add(time.Duration(n) * time.Minute)
	case "hour", "saa":
		at = now.Add(time.Duration(n) * time.Hour)
	case "day", "siku":
		at = now.AddDate(0, 0, n)
	case "month", "mwezi", "miezi":
		at = now.AddDate(0, n, 0)
	default:
		return now, fmt.Errorf("no such time: %q", words)
	}
	if m[4] != "" {
		return atHour(at, m[4])
	}
	return at, nil
}

func atHour(day time.Time, hour string) (time.Time, error) {
	clock, err := time.Parse("15:04", hour)
	return time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, routing.Nairobi), err
}

// fill puts in what the braces stand for.
func (p *play) fill(words string) (string, error) {
	all := p.reports()
	for i, name := range []string{"{number}", "{second}"} {
		if !strings.Contains(words, name) {
			continue
		}
		if len(all) <= i {
			return "", fmt.Errorf("there is no %s: %d reports", name, len(all))
		}
		words = strings.ReplaceAll(words, name, string(all[i].Code))
	}
	now := p.nairobi()
	words = strings.NewReplacer("{today}", now.Format("2/1/2006"), "{leo}", now.Format("2/1/2006")).Replace(words)
	return storyIn.ReplaceAllStringFunc(words, func(in string) string {
		n, _ := strconv.Atoi(storyIn.FindStringSubmatch(in)[1])
		return now.AddDate(0, 0, n).Format("2/1/2006")
	}), nil
}

// contact is one of the village: "desk of station-near", "mhudumu wa social-047".
func (p *play) contact(who string) (ripoti.Contact, error) {
	words := strings.Fields(who)
	if len(words) >= 3 && slices.Contains([]string{"of", "wa", "la", "ya"}, words[len(words)-2]) {
		office := words[len(words)-1]
		role, known := roles[strings.Join(words[:len(words)-2], " ")]
		if c, ok := p.house.live.World().Contact(office + "." + string(role)); known && ok {
			return c, nil
		}
	}
	return ripoti.Contact{}, fmt.Errorf("nobody is %q", who)
}

func (p *play) phone(who string) (ripoti.Phone, error) {
	if phone, ok := people[who]; ok {
		return phone, nil
	}
	c, err := p.contact(who)
	return c.Phone, err
}

func (p *play) name(phone ripoti.Phone) string {
	for name, has := range people {
		if has == phone {
			return name
		}
	}
	all, err := p.house.store.ContactsOf(p.ctx, phone)
	p.must(err)
	if len(all) > 0 {
		return all[0].ID
	}
	return "somebody"
}

func (p *play) dials(w []string) error {
	from, err := p.phone(w[0])
	if err != nil {
		return err
	}
	if c, err := p.contact(w[0]); err == nil {
		p.pin(c)
	}
	var keys []string
	for _, key := range storyKeys.FindAllString(w[2], -1) {
		keys = append(keys, strings.Trim(key, `"`))
	}
	if !p.dial(from, w[1], keys) {
		return fmt.Errorf("the call was over before all keys were pressed, with: %q", p.screens[from])
	}
	return nil
}

func (p *play) texts(w []string) error {
	from, err := p.phone(w[0])
	if err == nil {
		p.text(from, w[1])
	}
	return err
}

// first is the first report.
func (p *play) first() (ripoti.Report, error) {
	all := p.reports()
	if len(all) == 0 {
		return ripoti.Report{}, errors.New("there is no report")
	}
	return all[0], nil
}

// asks lets a contact do something about the first report.
func (p *play) asks(who string, do func(r ripoti.Report, by ripoti.Contact) error) error {
	by, err := p.contact(who)
	if err != nil {
		return err
	}
	r, err := p.first()
	if err != nil {
		return err
	}
	err = do(r, by)
	p.work()
	return err
}

func (p *play) settles(w []string) error {
	return p.asks(w[0], func(r ripoti.Report, by ripoti.Contact) error {
		return p.house.desk.SettleFlag(p.ctx, r.Code, ripoti.FlagKind(w[1]), by, w[2])
	})
}

func (p *play) takesAway(w []string) error {
	return p.asks(w[0], func(r ripoti.Report, by ripoti.Contact) error {
		return p.house.desk.Reassign(p.ctx, r.Code, by, w[1])
	})
}

func (p *play) refers(w []string) error {
	return p.asks(w[0], func(r ripoti.Report, by ripoti.Contact) error {
		return p.house.store.InTx(p.ctx, func(tx *store.Tx) error {
			r, err := tx.Report(p.ctx, r.ID)
			if err != nil {
				return err
			}
			_, err = p.house.desk.Refer(p.ctx, tx, r, by, w[1], w[2], false)
			return err
		})
	})
}

// sees looks at the last screen.
func (p *play) sees(w []string, yes bool) error {
	phone, err := p.phone(w[0])
	if err != nil {
		return err
	}
	if screen := p.plain(p.screens[phone]); strings.Contains(screen, w[1]) != yes {
		return fmt.Errorf("the screen is: %q", screen)
	}
	return nil
}

// plain is a text in which the numbers of reports stand without their gap.
func (p *play) plain(text string) string {
	text = oneLine(text)
	for _, r := range p.reports() {
		text = strings.ReplaceAll(text, r.Code.Spaced(), string(r.Code))
	}
	return text
}

// got is what a phone got from the from-th message on.
func (p *play) got(phone ripoti.Phone, from int) (texts []string) {
	for _, m := range p.left[from:] {
		if m.to == phone {
			texts = append(texts, p.plain(m.text))
		}
	}
	return texts
}

func (p *play) gets(w []string) error {
	phone, err := p.phone(w[0])
	if err != nil {
		return err
	}
	texts := p.got(phone, p.since)
	if slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, w[1]) }) {
		return nil
	}
	others := []string{}
	for _, m := range p.left[p.since:] {
		if m.to != phone {
			others = append(others, p.name(m.to)+" "+strconv.Quote(p.plain(m.text)))
		}
	}
	return fmt.Errorf("got: %q\n\tothers:\n\t\t%s", texts, strings.Join(others, "\n\t\t"))
}

func (p *play) getsNothing(w []string) error {
	phone, err := p.phone(w[0])
	if texts := slices.DeleteFunc(p.got(phone, p.since), notAboutCases.MatchString); err == nil && len(texts) > 0 {
		err = fmt.Errorf("got: %q", texts)
	}
	return err
}

func (p *play) doesNotGet(w []string) error {
	if err := p.gets(w); err != nil {
		_, err = p.phone(w[0])
		return err
	}
	phone, _ := p.phone(w[0])
	return fmt.Errorf("got: %q", p.got(phone, p.since))
}

func (p *play) neverGot(w []string) error {
	phone, err := p.phone(w[0])
	if texts := p.got(phone, 0); err == nil && len(texts) > 0 {
		err = fmt.Errorf("got: %q", texts)
	}
	return err
}

// notAboutCases is what everybody in the network gets whatever happens: the brief of the morning, its
// line for the parade and the test of numbers; and what tells whoever typed a number that it is nothing.
var notAboutCases = regexp.MustCompile(`^(Brief|Muhtasari|Today's line|Neno la leo|Monthly test|Jaribio la kila mwezi)|` +
	`is no report of yours|si ripoti yako|^Nothing waits|^Hakuna inayokungoja|^No report waits|^Hakuna ripoti inayokungoja`)

// officeNeverGot is the wall as its people see it: no message about any case, ever.
func (p *play) officeNeverGot(w []string) error {
	office, ok := p.house.live.World().Office(w[0])
	if !ok {
		return fmt.Errorf("there is no office %q", w[0])
	}
	phones := 0
	for _, role := range []ripoti.Role{ripoti.RoleDesk, ripoti.RoleDuty, ripoti.RoleOCS, ripoti.RoleCommander, ripoti.RoleSocial, ripoti.RoleChildren, ripoti.RoleLiaison} {
		c, ok := p.house.live.World().Contact(office.ID + "." + string(role))
		if !ok {
			continue
		}
		phones++
		if texts := slices.DeleteFunc(p.got(c.Phone, 0), notAboutCases.MatchString); len(texts) > 0 {
			return fmt.Errorf("%s got: %q", c.ID, texts)
		}
	}
	if phones == 0 {
		return fmt.Errorf("nobody works at %q", w[0])
	}
	return nil
}

func (p *play) nobodyTold(w []string) error {
	for _, m := range p.left {
		if strings.Contains(p.plain(m.text), w[0]) {
			return fmt.Errorf("%s got: %q", p.name(m.to), p.plain(m.text))
		}
	}
	return nil
}

// holders are who has accepted the first report for safety or for care.
func (p *play) holders() (ids []string, err error) {
	r, err := p.first()
	if err != nil {
		return nil, err
	}
	all, err := p.house.store.Assignments(p.ctx, r.ID)
	p.must(err)
	for _, a := range all {
		if a.Status == ripoti.AssignmentAccepted {
			ids = append(ids, a.AcceptedBy)
		}
	}
	return ids, nil
}

func (p *play) has(w []string) error {
	c, err := p.contact(w[0])
	if err != nil {
		return err
	}
	if ids, err := p.holders(); err != nil || !slices.Contains(ids, c.ID) {
		return fmt.Errorf("it is with %q, %v", ids, err)
	}
	return nil
}

func (p *play) nobodyHas([]string) error {
	ids, err := p.holders()
	if err == nil && len(ids) > 0 {
		err = fmt.Errorf("it is with %q", ids)
	}
	return err
}

func (p *play) oneCase([]string) error {
	if n := len(p.reports()); n != 1 {
		return fmt.Errorf("there are %d", n)
	}
	return nil
}

// is looks at a case: "open, high, svac", "closed".
func (p *play) is(name, words string) error {
	code, err := p.fill(name)
	if err != nil {
		return err
	}
	r, err := p.house.store.ReportByCode(p.ctx, ripoti.Code(code))
	p.must(err)
	is := []string{string(r.Status), string(r.Urgency), string(r.Category), string(r.Second), "not walled"}
	if r.Walled {
		is[4] = "walled"
	}
	if r.Status != ripoti.StatusClosed {
		is = append(is, "open")
	}
	for word := range strings.SplitSeq(words, ", ") {
		if !slices.Contains(is, cmp.Or(states[word], word)) {
			return fmt.Errorf("it is %q", is)
		}
	}
	return nil
}

// history looks for lines in the first report's history: all of them in this order, or none. A line is a
// kind of event and words that stand in what it says: "progress arrested".
func (p *play) history(words string, says bool) error {
	r, err := p.first()
	if err != nil {
		return err
	}
	events, err := p.house.store.Events(p.ctx, r.ID)
	p.must(err)
	wanted := strings.Split(words, ", ")
	at := 0
	for _, e := range events {
		for i, line := range wanted {
			if says && i != at || !fits(e, line) {
				continue
			}
			if !says {
				return fmt.Errorf("it says: %s %s", e.Kind, e.Data)
			}
			at++
			break
		}
	}
	if !says || at == len(wanted) {
		return nil
	}
	var all []string
	for _, e := range events {
		all = append(all, e.Kind+" by "+e.Actor+" "+e.Data)
	}
	return fmt.Errorf("it does not say %q then; it says:\n\t\t%s", wanted[at], strings.Join(all, "\n\t\t"))
}

func fits(e ripoti.Event, line string) bool {
	words := strings.Fields(line)
	return e.Kind == words[0] && !slices.ContainsFunc(words[1:], func(w string) bool { return !strings.Contains(e.Data, w) && !strings.Contains(e.Actor, w) })
}

// flags looks for the one flag that stands, or for none.
func (p *play) flags(kind string) error {
	r, err := p.first()
	if err != nil {
		return err
	}
	flags, err := p.house.store.Flags(p.ctx, r.ID)
	p.must(err)
	var stand []string
	for _, f := range flags {
		if f.SettledAt.IsZero() {
			stand = append(stand, string(f.Kind))
		}
	}
	if kind == "" && len(stand) > 0 || kind != "" && !slices.Contains(stand, kind) {
		return fmt.Errorf("there stand: %q", stand)
	}
	return nil
}

func TestAStoryThatIsNotSoFails(t *testing.T) {
	const begins = "A title.\n\nmon 10:00    reporter dials *483#: 1 2 2 2 1 \"laini saba\" 1 3 1 1 1 1 5  < Received\n"
	th := newTheatre(t, ripoti.English)
	whole, err := readStory("whole", begins+"             desk of station-near gets: RIPOTI HIGH {number}\n", ripoti.English)
	if err != nil {
		t.Fatal(err)
	}
	if err := whole.tell(th); err != nil {
		t.Fatal("what is so must pass: ", err)
	}
	for _, line := range []string{
		"reporter sees: Goodbye",
		"reporter does not see: Received",
		"desk of station-near gets: RIPOTI CRITICAL",
		"desk of station-near gets nothing",
		"desk of station-near does not get: RIPOTI",
		"desk of station-near never got anything",
		"nobody at station-near ever got anything",
		"nobody was ever told: Laini Saba",
		"desk of station-near has the case",
		"the case is closed",
		"the case is open, walled",
		"the second case is open",
		"history says: routed, filed",
		"history says: accepted",
		"history never says: filed, nonsense",
		"a settlement flag stands",
		"desk of station-near cannot close it as arrested: because I say so",
		"somebody else gets nothing",
	} {
		s, err := readStory("false", "A title.\nmon 10:00    "+line, ripoti.English)
		if err != nil {
			t.Errorf("%q: %v", line, err)
			continue
		}
		if err := s.tell(th); err == nil {
			t.Errorf("%q is not so, and passes", line)
		} else if !strings.HasPrefix(err.Error(), "false:2: "+line) {
			t.Errorf("%q fails without saying where: %v", line, err)
		}
	}
	t.Run("a message that names a reporter's phone fails every story", func(t *testing.T) {
		th.left = append(th.left, handset{to: "+254711000200", text: "call 0711000099"})
		if err := (&play{theatre: th}).always(); err == nil || !strings.Contains(err.Error(), "reporter's number") {
			t.Error(err)
		}
	})
}

func TestAStoryThatCannotFailIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"nothing is seen":     "A title.\nmon 10:00  reporter texts: help",
		"no such sentence":    "A title.\nmon 10:00  desk of station-near receives: RIPOTI",
		"no time":             "A title.\nreporter texts: help",
		"the other language":  "A title.\nmon 10:00  reporter anapata: RIPOTI",
		"nothing but a title": "A title.",
	} {
		if _, err := readStory("story", text, ripoti.English); err == nil {
			t.Errorf("%s: a story is read that cannot fail", name)
		}
	}
}

// TestStories plays every story of testdata/stories, in the language that its name begins with.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			lang := ripoti.English
			if strings.HasPrefix(filepath.Base(file), "sw_") {
				lang = ripoti.Swahili
			}
			s, err := readStory(file, string(raw), lang)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.tell(newTheatre(t, lang)); err != nil {
				t.Error(err)
			}
		})
	}
}

func (p *play) propose(who, outcome, reason string) error {
	return p.asks(who, func(r ripoti.Report, by ripoti.Contact) error {
		return p.house.desk.Propose(p.ctx, r.Code, by, ripoti.Outcome(outcome), reason, "")
	})
}

func (p *play) proposes(w []string) error { return p.propose(w[0], w[1], w[2]) }

// cannotClose asks for what must be refused, and reads the sentence with which it is.
func (p *play) cannotClose(w []string) error {
	err := p.propose(w[0], w[1], "a reason")
	key := ripoti.KeyOf(err)
	if key == "" {
		return fmt.Errorf("it was not refused: %v", err)
	}
	c, _ := p.contact(w[0])
	if sentence := p.house.words.Text(c.Lang, key); !strings.Contains(sentence, w[2]) {
		return fmt.Errorf("it was refused with: %q", sentence)
	}
	return nil
}

// leaves takes a contact out of the directory, as an import does.
func (p *play) leaves(w []string) error {
	c, err := p.contact(w[0])
	if err != nil {
		return err
	}
	p.must(p.house.desk.EndService(p.ctx, casework.Everywhere("command"), c.ID))
	p.work()
	return nil
}
