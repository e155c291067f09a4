package flows

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

// tokens are the words and groups of digits of an answer, and what was taken out of it first.
type tokens struct {
	text string // folded, digits of every script as 0 to 9
	all  []token
	asks bool // a question
	// obKey says that an OB number is meant; ob is it, day a date of a court, slip what can be neither.
	obKey         bool
	ob, day, slip string
}

// token is a word or a group of digits where it stands in the text.
type token struct {
	text       string // in small letters
	start, end int
	digits     bool
	taken      bool // part of something that was read: it is no word of an answer and no note
}

// readTokens cuts a text. A letter beside a digit is another token: "ok482 9172" is "ok", "482", "9172".
func readTokens(text string) *tokens {
	if len(text) > longestAnswer {
		text = strings.ToValidUTF8(text[:longestAnswer], "")
	}
	t := &tokens{text: plainDigits(sms.Fold(text))}
	t.asks = strings.Contains(t.text, "?")
	var b strings.Builder
	now := token{}
	end := func(at int) {
		if b.Len() > 0 {
			now.text, now.end = b.String(), at
			t.all = append(t.all, now)
		}
		b.Reset()
	}
	for i, r := range t.text {
		isDigit := r >= '0' && r <= '9'
		if !isDigit && !unicode.IsLetter(r) {
			if r != '\'' {
				end(i)
			}
			continue
		}
		if b.Len() > 0 && now.digits != isDigit {
			end(i)
		}
		if b.Len() == 0 {
			now = token{start: i, digits: isDigit}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	end(len(t.text))
	return t
}

func plainDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if d := digit(r); d >= 0 {
			return rune('0' + d)
		}
		return r
	}, text)
}

// digit is the value of a decimal digit of any script, or -1: the ten digits of a script stand in a
// row that begins at a multiple of ten or sixteen code points, its zero first.
func digit(r rune) int {
	if r >= '0' && r <= '9' {
		return int(r - '0')
	}
	if r < 0x80 || !unicode.Is(unicode.Nd, r) {
		return -1
	}
	zero := r
	for unicode.Is(unicode.Nd, zero-1) && r-zero < 9 {
		zero--
	}
	return int(r - zero)
}

// words are the words that may be an answer.
func (t *tokens) words() (words []string) {
	for _, k := range t.all {
		if !k.digits && !k.taken && !frameWords[k.text] {
			words = append(words, k.text)
		}
	}
	return words
}

// groups are the groups of digits that may be a key and a report's number.
func (t *tokens) groups() (groups []string) {
	for _, k := range t.all {
		if k.digits && !k.taken {
			groups = append(groups, k.text)
		}
	}
	return groups
}

// letter is the answer of a letter that stands before a number, or alone.
func (t *tokens) letter(words []string) (answer, bool) {
	if len(words) == 0 {
		return answer{}, false
	}
	said, ok := answerLetters[words[0]]
	if !ok {
		return answer{}, false
	}
	for i, k := range t.all {
		if k.taken || frameWords[k.text] {
			continue
		}
		first := k.text == words[0] && !k.digits
		before := i+1 < len(t.all) && t.all[i+1].digits
		return said, first && before || len(words) == 1
	}
	return answer{}, false
}

// An OB number is serial/day/month/year: "OB 56/10/4/2022" (domain brief 2). With other strokes than
// these it is one only where an OB number is meant.
var (
	obNumber    = regexp.MustCompile(`(\d{1,6})\s?/\s?(\d{1,2})\s?/\s?(\d{1,2})\s?/\s?(\d{1,4})`)
	obLoose     = regexp.MustCompile(`(\d{1,6})\s?[-/.*]\s?(\d{1,2})\s?[-/.*]\s?(\d{1,2})\s?[-/.*]\s?(\d{1,4})`)
	dayNumber   = regexp.MustCompile(`(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,4})`)
	obWords     = wordSet("ob")
	obNoWords   = wordSet("no nos num number namba nambari")
	courtWords  = wordSet("c court hearing mahakama mahakamani korti kortini charged ameshtakiwa ameshitakiwa tarehe")
	longestYear = 4
)

// takeOB takes an OB number out of the text.
func (t *tokens) takeOB() {
	for i, k := range t.all {
		if !obWords[k.text] {
			continue
		}
		t.obKey, t.all[i].taken = true, true
		if i+1 < len(t.all) && obNoWords[t.all[i+1].text] {
			t.all[i+1].taken = true
		}
	}
	form := obNumber
	if t.obKey || len(t.all) > 0 && t.firstDigits() == "6" {
		t.obKey, form = true, obLoose
	}
	parts, at := t.find(form)
	if at == nil {
		return
	}
	t.take(at)
	day, ok := date(parts[1:])
	if serial, err := strconv.Atoi(parts[0]); err != nil || serial == 0 || !ok {
		t.obKey, t.slip = true, t.text[at[0]:at[1]]
		return
	}
	t.obKey = true
	t.ob = fmt.Sprintf("%s/%d/%d/%d", strings.TrimLeft(parts[0], "0"), day.Day(), int(day.Month()), day.Year())
}

// takeDay takes the day in court out of the text.
func (t *tokens) takeDay() {
	if !hasAny(t.words(), courtWords) {
		return
	}
	parts, at := t.find(dayNumber)
	if at == nil {
		return
	}
	t.take(at)
	if day, ok := date(parts); ok {
		t.day = day.Format(time.DateOnly)
	} else {
		t.slip = t.text[at[0]:at[1]]
	}
}

// firstDigits is the first group of digits that nothing else has taken.
func (t *tokens) firstDigits() string {
	for _, k := range t.all {
		if k.digits && !k.taken {
			return k.text
		}
	}
	return ""
}

// find is the first place of a form that is not part of a longer number.
func (t *tokens) find(form *regexp.Regexp) (parts []string, at []int) {
	isDigit := func(i int) bool { return i >= 0 && i < len(t.text) && t.text[i] >= '0' && t.text[i] <= '9' }
	for from := 0; from < len(t.text); {
		m := form.FindStringSubmatchIndex(t.text[from:])
		if m == nil {
			return nil, nil
		}
		start, end := from+m[0], from+m[1]
		if !isDigit(start-1) && !isDigit(end) {
			for i := 2; i < len(m); i += 2 {
				parts = append(parts, t.text[from+m[i]:from+m[i+1]])
			}
			return parts, []int{start, end}
		}
		from = start + 1
	}
	return nil, nil
}

func (t *tokens) take(at []int) {
	for i, k := range t.all {
		if k.start >= at[0] && k.end <= at[1] {
			t.all[i].taken = true
		}
	}
}

// date reads day, month and year; a year of two digits is of this century. It says false for a day
// that no calendar has.
func date(parts []string) (time.Time, bool) {
	var n [3]int
	for i, part := range parts {
		n[i], _ = strconv.Atoi(part)
	}
	if len(parts[2]) == 2 {
		n[2] += 2000
	}
	if n[2] < 2000 || n[2] > 2099 {
		return time.Time{}, false
	}
	day := time.Date(n[2], time.Month(n[1]), n[0], 0, 0, 0, 0, time.UTC)
	return day, day.Day() == n[0] && int(day.Month()) == n[1]
}

// fill puts what came with a move into the reply. used is how many groups of digits the key and the
// number are; keyed says that a key or letter told the move, so that the words are a note.
func (t *tokens) fill(r *Reply, used int, keyed bool) {
	if r.Verb != VerbMove {
		return
	}
	switch r.Move {
	case ripoti.MoveOB:
		r.OB, r.Slip = t.ob, t.slip
		t.obInGroups(r, used)
	case ripoti.MoveCharged:
		r.Day, r.Slip = t.day, t.slip
	}
	if r.Move != ripoti.MoveOB && (keyed || noted[r.Move]) {
		r.Note = t.note(used, keyed)
	}
}

// noted are the moves whose words are kept also where no key was given.
var noted = map[ripoti.Move]bool{ripoti.MoveFled: true, ripoti.MovePressure: true, ripoti.MoveCharged: true}

// obInGroups reads an OB number whose parts stand apart: "6 4829172 56 10 4 2026".
func (t *tokens) obInGroups(r *Reply, used int) {
	rest := t.groups()[min(used, len(t.groups())):]
	if r.OB != "" || r.Slip != "" || len(rest) == 0 {
		return
	}
	if len(rest) == 4 && len(rest[0]) <= 6 && len(rest[3]) <= longestYear {
		if day, ok := date(rest[1:]); ok && strings.Trim(rest[0], "0") != "" {
			r.OB = fmt.Sprintf("%s/%d/%d/%d", strings.TrimLeft(rest[0], "0"), day.Day(), int(day.Month()), day.Year())
			return
		}
	}
	r.Slip = strings.Join(rest, " ")
}

// note is the text without what was read out of it.
func (t *tokens) note(used int, keyed bool) string {
	var b strings.Builder
	at, digits, words := 0, 0, 0
	for _, k := range t.all {
		drop := k.taken
		switch {
		case drop:
		case k.digits:
			drop = digits < used
			digits++
		case frameWords[k.text]:
			drop = words == 0
		default:
			_, isLetter := answerLetters[k.text]
			drop = keyed && words == 0 && isLetter && len(k.text) == 1
			words++
		}
		if drop {
			b.WriteString(t.text[at:k.start])
			b.WriteByte(' ')
			at = k.end
		}
	}
	b.WriteString(t.text[at:])
	return strings.Trim(strings.Join(strings.Fields(b.String()), " "), " .,;:/*#-")
}
