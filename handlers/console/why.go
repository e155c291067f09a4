package console

import (
	"fmt"
	"regexp"
	"strings"

	"ripoti/internal/maps"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// whyPage is a decision in words and on the map: what was looked at in what order, what was taken and what
// was passed over, and why.
type whyPage struct {
	Lines []whyLine
	Map   *whyMap // nil where no place is known
}

// whyLine is a line of the trace. N numbers the offices that stand on the map.
type whyLine struct {
	N                    int
	Result, Office, Rule string
	Km                   float64
	Why                  string
}

// whyMap is the ground around a place with the offices that were looked at.
type whyMap struct {
	Box, Outline, Grounds, Ward string
	Place                       mark
	Marks                       []mark
	Radius, Text                float64
}

// Half is the size of the place's own dot.
func (m whyMap) Half() float64 { return m.Radius / 2 }

type mark struct {
	X, Y, TextY float64
	N           int
	Result      string
	Name        string
}

// why tells a decision; drawn says that it is put on the map.
func (c *Console) why(lang ripoti.Lang, place ripoti.PlaceRef, d routing.Decision, drawn bool) (whyPage, error) {
	var page whyPage
	var points []ripoti.Point
	world := c.Desk.Live.World()
	numbers := map[string]int{}
	for _, l := range d.Trace {
		line := whyLine{Result: l.Result, Rule: l.Rule, Km: l.Km, Why: c.reasonIn(lang, l.Why)}
		if o, ok := world.Office(l.Office); l.Office != "" {
			line.Office = c.office(l.Office)
			if _, had := numbers[l.Office]; ok && !had && !o.Point.IsZero() {
				points = append(points, o.Point)
				numbers[l.Office] = len(points)
			}
			line.N = numbers[l.Office]
		}
		page.Lines = append(page.Lines, line)
	}
	if !drawn || place.Point.IsZero() {
		return page, nil
	}
	country, err := c.kenya()
	if err != nil {
		return page, err
	}
	page.Map = drawWhy(country, place, page.Lines, points)
	return page, nil
}

// drawWhy draws the offices of the lines around a place. An office stands as it was judged last: taken
// before passed.
func drawWhy(country *maps.Map, place ripoti.PlaceRef, lines []whyLine, points []ripoti.Point) *whyMap {
	var around maps.Frame
	around.Add(place.Point)
	marks := make([]mark, len(points))
	for i, p := range points {
		marks[i].X, marks[i].Y = maps.XY(p)
		marks[i].N = i + 1
		around.Add(p)
	}
	for _, l := range lines {
		if l.N > 0 && (marks[l.N-1].Result == "" || l.Result == "taken") {
			marks[l.N-1].Result, marks[l.N-1].Name = l.Result, l.Office
		}
	}
	box, width := around.Close()
	m := &whyMap{Box: box, Outline: country.Outline, Marks: marks, Radius: width / 40}
	m.Text = m.Radius * 1.3
	for i := range m.Marks {
		m.Marks[i].TextY = m.Marks[i].Y + m.Text*0.35
	}
	m.Place.X, m.Place.Y = maps.XY(place.Point)
	var grounds strings.Builder
	for _, cell := range country.Cells {
		if cell.Place.CountyID == place.CountyID {
			grounds.WriteString(cell.Path)
		}
	}
	m.Grounds = grounds.String()
	if cell, ok := country.Cell(place.Ward); ok {
		m.Ward = cell.Path
	}
	return m
}

// reasonIn says a reason of the trace in a language: what the built-in rules and the program say has words of its
// own; what a coordinator wrote is quoted as it was written. Between two reasons stands a semicolon, which may
// also stand within one.
func (c *Console) reasonIn(lang ripoti.Lang, why string) string {
	parts := strings.Split(why, "; ")
	var said []string
	for from := 0; from < len(parts); {
		to := len(parts)
		for ; to > from; to-- {
			if text, known := c.reason(lang, strings.Join(parts[from:to], "; ")); known {
				said = append(said, text)
				break
			}
		}
		if from == to { // a person's own words, up to the next that are known
			for to = from + 1; to < len(parts); to++ {
				if _, known := c.reason(lang, parts[to]); known {
					break
				}
			}
			said = append(said, "“"+strings.Join(parts[from:to], "; ")+"”")
		}
		from = to
	}
	return strings.Join(said, "; ")
}

// distance ends a reason: "the nearest that is able, 2.4 km"; or until when it holds.
var distance = regexp.MustCompile(`(, [0-9.]+ km| until [-0-9]+ [0-9:]+)$`)

// reasonForms are the reasons that have another one, a kind of office or a distance within them. Of each the
// names of its groups are the open words of its sentence.
var reasonForms = []struct {
	key  string
	form *regexp.Regexp
}{
	{"not_told", regexp.MustCompile(`^not told: (?P<a>.+)$`)},
	{"no_able", regexp.MustCompile(`^no able one within (?P<km>[0-9.]+) km$`)},
	{"instead", regexp.MustCompile(`^instead of (?P<kind>\w+), of which none can be told here$`)},
	{"nor", regexp.MustCompile(`^no (?P<kind>\w+) nor the next level can be told here, so the coordinators$`)},
	{"none", regexp.MustCompile(`^no (?P<kind>\w+) can be told here$`)},
	{"but", regexp.MustCompile(`^(?P<a>.+), but (?P<b>.+)$`)},
}

// reason says one reason, if it is one of ours.
func (c *Console) reason(lang ripoti.Lang, why string) (string, bool) {
	if text, known := c.words.word(lang, "why", why); known {
		return text, true
	}
	if end := distance.FindString(why); end != "" {
		text, known := c.reason(lang, strings.TrimSuffix(why, end))
		if at, timed := strings.CutPrefix(end, " until "); timed {
			end = " " + c.words.text(lang, "rules.until_when", "when", at)
		}
		return text + end, known
	}
	if level, says, ok := strings.Cut(why, ": "); ok && ripoti.Urgency(level).Rank() >= 0 {
		return c.word(lang, "urgency", level) + ": " + c.reasonIn(lang, says), true
	}
	for _, f := range reasonForms {
		if found := f.form.FindStringSubmatch(why); found != nil {
			return c.formed(lang, f.key, f.form.SubexpNames()[1:], found[1:])
		}
	}
	return "", false
}

// formed fills the open words of a form: a kind by its name, a number as it is, anything else by its own words.
func (c *Console) formed(lang ripoti.Lang, key string, names, texts []string) (string, bool) {
	var pairs []any
	for i, name := range names {
		text := texts[i]
		switch name {
		case "kind":
			text = c.word(lang, "office_kind", text)
		case "km":
		default:
			known := false
			if text, known = c.reason(lang, text); !known && key == "but" {
				return "", false // a person's sentence with a comma and a but
			} else if !known {
				text = "“" + texts[i] + "”"
			}
		}
		pairs = append(pairs, name, text)
	}
	return c.words.text(lang, "why_form."+key, pairs...), true
}

// word is the sentence of a code, the code itself where there is none.
func (c *Console) word(lang ripoti.Lang, kind string, code any) string {
	if text, ok := c.words.word(lang, kind, code); ok {
		return text
	}
	return fmt.Sprint(code)
}
