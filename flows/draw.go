package flows

import (
	"bytes"
	"fmt"
	"html"
	"strings"
	"unicode/utf8"

	"ripoti/internal/ripoti"
)

// The measures of the picture, in pixels.
const (
	cardWide  = 330
	gutter    = 56
	lineHigh  = 15
	cardPad   = 10
	cardGap   = 30
	pageEdge  = 30
	textWide  = 46 // characters on a line of a card
	pageTitle = 76
)

// card is a screen in the picture.
type card struct {
	step  Step
	x, y  int
	high  int
	lines []string
	rule  []string // when it is shown, empty for always
	does  string   // what leaves with its answer
	kind  string   // colour class
}

func (c card) bottom() int { return c.y + c.high }
func (c card) middle() int { return c.x + cardWide/2 }

// Draw is the conversation as an SVG picture, made from the tables of screens and paths alone and
// labelled in English. The same tables always give the same bytes.
func (b *Book) Draw() []byte {
	p := &picture{b: b}
	column := func(n int) int { return pageEdge + n*(cardWide+gutter) }

	language := p.place(Language, column(0), pageTitle, "", "way")
	menu := p.place(Menu, column(1), pageTitle, "", "way")
	p.across(language, menu, "")
	top := max(language.bottom(), menu.bottom()) + 2*cardGap + 20

	half := 0 // where the normal path goes on in the next column
	for i, l := range normalPath {
		if l.step == Where {
			half = i + 1
		}
	}
	danger := p.path(dangerPath, column(0), top, "danger")
	first := p.path(normalPath[:half], column(1), top, "normal")
	second := p.path(normalPath[half:], column(2), top, "normal")

	p.elbow(menu, danger[0], "1 Danger now")
	p.down(menu, first[0], "2 Tell us about a problem")
	p.back(first[0], danger[0], "1 Yes")
	p.turn(first[len(first)-1], second[0])

	y := p.group("The place (S5)", []Step{ReadBack, Which, County}, column(3), top)
	y = p.group("From the first menu (S1)", []Step{Numbers, Safety}, column(3), y)
	p.group("Any time", []Step{GoOn, Exit}, column(3), y)
	p.followUp(column(4), pageTitle)

	p.endings(column(0), p.lowest+2*cardGap+20)
	return p.page(column(5) + cardWide + pageEdge)
}

// picture gathers the parts of an SVG page.
type picture struct {
	b      *Book
	body   bytes.Buffer
	lowest int
}

// place draws one screen.
func (p *picture) place(step Step, x, y int, rule, kind string) card {
	c := card{step: step, x: x, y: y, kind: kind, lines: p.words(step, kind)}
	if rule != "" {
		c.rule = wrap("if " + rule)
	}
	switch {
	case kind == "danger" && step == Where:
		c.does = "held: if the call is cut now, it is sent"
	case kind == "danger" && step == ByWhom:
		c.does = "THE ALERT LEAVES; what follows is added"
	case step == Last || step == LastPolice:
		c.does = "saved for good, then the number is shown"
		if kind == "danger" {
			c.does = "added, then the number is shown"
		}
	}
	rows := 1 + len(c.rule) + len(c.lines)
	if c.does != "" {
		rows++
	}
	c.high = rows*lineHigh + 2*cardPad
	p.draw(c)
	return c
}

// words are the lines of a screen, wrapped. On the danger path the report has left before the last.
func (p *picture) words(step Step, kind string) []string {
	key := screens[step].key
	if kind == "danger" {
		key = screens[step].sentence(sent)
	}
	text := p.b.cat.Text(ripoti.English, key, "code", "482 9172", "place", "Bura, Tana River",
		"matches", "1 Bura, Garissa\n2 Bura, Tana River", "county", "Kilifi", "stands", p.b.cat.Text(ripoti.English, "report.stands.taken"))
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, wrap(line)...)
	}
	return lines
}

func wrap(line string) (rows []string) {
	row := ""
	for _, word := range strings.Fields(line) {
		if row != "" && utf8.RuneCountInString(row)+1+utf8.RuneCountInString(word) > textWide {
			rows, row = append(rows, row), ""
		}
		if row != "" {
			row += " "
		}
		row += word
	}
	return append(rows, row)
}

func (p *picture) draw(c card) {
	dashed := ""
	if c.rule != nil {
		dashed = ` stroke-dasharray="6 4"`
	}
	fmt.Fprintf(&p.body, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="8"%s/>`+"\n", c.kind, c.x, c.y, cardWide, c.high, dashed)
	y := c.y + cardPad + lineHigh - 4
	row := func(class, text string) {
		fmt.Fprintf(&p.body, `<text class="%s" x="%d" y="%d">%s</text>`+"\n", class, c.x+12, y, html.EscapeString(text))
		y += lineHigh
	}
	row("id", c.step.String())
	for _, line := range c.rule {
		row("rule", line)
	}
	for _, line := range c.lines {
		row("say", line)
	}
	if c.does != "" {
		row("does", c.does)
	}
	p.lowest = max(p.lowest, c.bottom())
}

// path draws the questions of a path one below the other.
func (p *picture) path(legs []leg, x, y int, kind string) []card {
	var cards []card
	for _, l := range legs {
		c := p.place(l.step, x, y, l.when.says, kind)
		if len(cards) > 0 {
			p.down(cards[len(cards)-1], c, "")
		}
		cards = append(cards, c)
		y = c.bottom() + cardGap
	}
	return cards
}

// group draws screens that stand beside the paths, and gives where the next group may start.
func (p *picture) group(title string, members []Step, x, y int) int {
	p.title(title, x, y+4)
	y += 16
	for _, step := range members {
		y = p.place(step, x, y, "", "aside").bottom() + cardGap/2
	}
	return y + cardGap
}

// followUp draws the follow-up in two columns: its menus, and what thanks for an answer.
func (p *picture) followUp(x, y int) {
	menus, thanks := []Step{FollowUp}, []Step{}
	for step := FollowStatus; step <= GiveUp; step++ {
		if screens[step].tells != nil || screens[step].typing {
			menus = append(menus, step)
		} else {
			thanks = append(thanks, step)
		}
	}
	p.group("Follow up (S1, line 3): by the number alone", menus, x, y)
	p.group("After an answer; 9 leads back to S15b", thanks, x+cardWide+gutter, y)
}

// endings draws the last screens, three in a row.
func (p *picture) endings(x, y int) {
	p.title("The last screens: the first whose rule is met is shown, \"1 More\" leads to the next", x, y-14)
	rules := append(endings[:len(endings):len(endings)],
		leg{EndContact, condition{says: "none of these, and contact was agreed"}},
		leg{End, condition{says: "none of these"}})
	high := 0
	for i, l := range rules {
		const across = 4
		if i > 0 && i%across == 0 {
			y += high + cardGap
			high = 0
		}
		c := p.place(l.step, x+i%across*(cardWide+gutter), y, l.when.says, "end")
		high = max(high, c.high)
	}
}

func (p *picture) title(text string, x, y int) {
	fmt.Fprintf(&p.body, `<text class="title" x="%d" y="%d">%s</text>`+"\n", x, y, html.EscapeString(text))
}

// line draws a way with an arrow at its end and words beside its start.
func (p *picture) line(points string, words string, x, y int) {
	fmt.Fprintf(&p.body, `<polyline class="way" points="%s" marker-end="url(#to)"/>`+"\n", points)
	if words != "" {
		fmt.Fprintf(&p.body, `<text class="label" x="%d" y="%d">%s</text>`+"\n", x, y, html.EscapeString(words))
	}
}

func (p *picture) down(from, to card, words string) {
	p.line(fmt.Sprintf("%d,%d %d,%d", from.middle(), from.bottom(), to.middle(), to.y-2), words, from.middle()+8, from.bottom()+20)
}

func (p *picture) across(from, to card, words string) {
	y := from.y + from.high/2
	p.line(fmt.Sprintf("%d,%d %d,%d", from.x+cardWide, y, to.x-2, y), words, from.x+cardWide+6, y-6)
}

// elbow goes down and sideways to the head of another column.
func (p *picture) elbow(from, to card, words string) {
	y := to.y - cardGap
	x := from.x + cardWide/4
	p.line(fmt.Sprintf("%d,%d %d,%d %d,%d %d,%d", x, from.bottom(), x, y, to.middle(), y, to.middle(), to.y-2), words, to.middle()+12, y-6)
}

// back goes sideways to the column on the left.
func (p *picture) back(from, to card, words string) {
	y := from.y + 24
	p.line(fmt.Sprintf("%d,%d %d,%d", from.x, y, to.x+cardWide+2, y), words, to.x+cardWide+8, y-6)
}

// turn goes from the foot of one column to the head of the next.
func (p *picture) turn(from, to card) {
	x := from.x + cardWide + gutter/2
	y := to.y - cardGap/2 - 4
	p.line(fmt.Sprintf("%d,%d %d,%d %d,%d %d,%d %d,%d %d,%d", from.middle(), from.bottom(), from.middle(), from.bottom()+cardGap/2,
		x, from.bottom()+cardGap/2, x, y, to.middle(), y, to.middle(), to.y-2), "", 0, 0)
}

func (p *picture) page(wide int) []byte {
	var page bytes.Buffer
	high := p.lowest + pageEdge
	fmt.Fprintf(&page, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="The report conversation">
<defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>
<style>
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;font-size:12px;fill:#222}
.h{font-size:22px;font-weight:600}.sub{fill:#555;font-size:13px}.title{font-weight:600;font-size:13px;fill:#444}
.id{font-weight:700;fill:#555;font-size:11px}.rule{font-style:italic;fill:#7a4a00}.does{font-weight:700;fill:#8c1c13}.label{font-size:11px;fill:#555}
rect.danger{fill:#fdecea;stroke:#b3392f}rect.normal{fill:#eef4fb;stroke:#3d6a99}rect.way{fill:#fff;stroke:#555}
rect.aside{fill:#f6f6f4;stroke:#999}rect.end{fill:#ecf6ee;stroke:#3b7d4f}.way{fill:none;stroke:#555;stroke-width:1.3}
</style>
<rect x="0" y="0" width="%d" height="%d" fill="#fff"/>
<text class="h" x="%d" y="38">The report conversation</text>
<text class="sub" x="%d" y="58">Red: somebody is in danger now. Blue: the normal path. Dashed: asked only if the rule is met. 0 leaves and 9 goes back on every screen.</text>
`, wide, high, wide, high, wide, high, pageEdge, pageEdge)
	page.Write(p.body.Bytes())
	page.WriteString("</svg>\n")
	return page.Bytes()
}
