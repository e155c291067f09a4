package load

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

// Path is what a caller says, press by press.
type Path struct {
	Name string
	// Dial is typed with the code itself: *483*1*1# sends "1*1" with the first request.
	Dial string
	// Answers follow, one a press. {lang} and {place} are filled in.
	Answers []string
	// Files is the press that must save the report, counted from the dial, which is 0; 0: none.
	Files int
	// Ends says that the answer to the last press hangs up.
	Ends bool
}

// The paths. Line numbers are those of the menus (domain brief 4.3 and 7.1).
var (
	// Normal is violence at home, told by a neighbour, asked to the end: 13 presses.
	Normal = Path{Name: "normal", Files: 12, Ends: true,
		Answers: []string{"{lang}", "2", "2", "4", "{place}", "1", "4", "1", "1", "1", "1", "5"}}
	// Danger is the shortest way of somebody in danger who reads every screen: 8 presses. The report
	// is saved with the last of them, and the caller puts the phone away.
	Danger = Path{Name: "danger", Files: 7,
		Answers: []string{"{lang}", "1", "1", "4", "{place}", "1", "1"}}
	// Short is Danger of somebody who knows the menu and dials *483*1*1#: 6 presses.
	Short = Path{Name: "short", Files: 5, Dial: "{lang}*1",
		Answers: []string{"1", "4", "{place}", "1", "1"}}
	// Unfinished is Normal up to the question for the place, where the call is left open: 5 presses.
	Unfinished = Path{Name: "unfinished", Answers: []string{"{lang}", "2", "2", "4"}}
)

// Paths are all of them.
var Paths = []Path{Normal, Danger, Short, Unfinished}

// PathNamed finds a path.
func PathNamed(name string) (Path, error) {
	names := make([]string, len(Paths))
	for i, p := range Paths {
		if p.Name == name {
			return p, nil
		}
		names[i] = p.Name
	}
	return Path{}, fmt.Errorf("there is no path %q, only %s", name, strings.Join(names, ", "))
}

// places are named by callers in turn. None of them can be mistaken for another place.
var places = []string{"Kibera", "Mtwapa", "Lodwar", "Kakuma", "Maralal", "Wajir", "Voi", "Nanyuki", "Kitale", "Mumias", "Oyugis", "Namanga"}

// texts are the cumulative inputs of a whole call, the dial first.
func (p Path) texts(lang ripoti.Lang, place string) []string {
	line := "1"
	if lang == ripoti.Swahili {
		line = "2"
	}
	fill := strings.NewReplacer("{lang}", line, "{place}", place)
	text := fill.Replace(p.Dial)
	texts := make([]string, 0, len(p.Answers)+1)
	texts = append(texts, text)
	for _, answer := range p.Answers {
		if text != "" {
			text += "*"
		}
		text += fill.Replace(answer)
		texts = append(texts, text)
	}
	return texts
}

// Wrong answers by kind.
const (
	noPrefix   = "neither CON nor END"
	endedEarly = "END before the end"
	notEnded   = "CON at the end"
	askedAgain = "the same screen again"
	tooLong    = "more than a screen holds"
	noNumber   = "the end without a number"
	differs    = "a repeat answered otherwise"
)

var (
	con    = []byte("CON ")
	end    = []byte("END ")
	number = regexp.MustCompile(`\d{3} \d{4}`)
)

// judge says what is wrong with the answer to a press, "" for nothing. before is the answer to the
// press before it.
func (p Path) judge(press int, answer, before []byte, loose bool) string {
	last := press == len(p.Answers)
	isEnd := bytes.HasPrefix(answer, end)
	switch {
	case !isEnd && !bytes.HasPrefix(answer, con):
		return noPrefix
	case loose:
		return ""
	case !fits(answer[len(con):]):
		return tooLong
	case isEnd && !(last && p.Ends):
		return endedEarly
	case !isEnd && last && p.Ends:
		return notEnded
	case bytes.Equal(answer, before):
		return askedAgain
	case isEnd && p.Files == press && !number.Match(answer):
		return noNumber
	}
	return ""
}

// screenUnits is what a screen holds (domain brief 7).
const screenUnits = 160

func fits(screen []byte) bool {
	units, gsm7 := sms.Units(string(screen))
	return gsm7 && units <= screenUnits
}
