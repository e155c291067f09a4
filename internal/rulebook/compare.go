package rulebook

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"ripoti/internal/routing"
)

// Change is one difference between two documents, in the words of the form.
type Change struct {
	Section string // "categories[svac]"
	Row     string // what the field stands in: an id, a level, the number of a line; "" for the section itself
	Key     string // the field; "" where a whole line came or went
	Before  string
	After   string
	Kind    ChangeKind
}

// ChangeKind is what became of something.
type ChangeKind string

const (
	Altered ChangeKind = "altered"
	Came    ChangeKind = "came"
	Went    ChangeKind = "went"
)

// Compare tells how b differs from a, field by field. Documents that cannot be shown as a form are compared
// by their lines only.
func Compare(a, b []byte) ([]Change, error) {
	was, err := routing.ReadSheet(a)
	if err != nil {
		return nil, err
	}
	is, err := routing.ReadSheet(b)
	if err != nil {
		return nil, err
	}
	var c comparison
	for _, s := range is.Sections {
		c.section = s.Name
		if old, had := was.Section(s.Name); had {
			c.groups(old.Group, s.Group, "")
		} else {
			c.add(Change{Kind: Came, After: summary(s.Group)})
		}
	}
	for _, s := range was.Sections {
		if _, has := is.Section(s.Name); !has {
			c.section = s.Name
			c.add(Change{Kind: Went, Before: summary(s.Group)})
		}
	}
	return c.changes, nil
}

type comparison struct {
	section string
	changes []Change
}

func (c *comparison) add(change Change) {
	change.Section = c.section
	c.changes = append(c.changes, change)
}

func (c *comparison) groups(a, b routing.Group, row string) {
	if b.List || a.List {
		c.lists(a.Groups, b.Groups, row)
		return
	}
	for _, f := range b.Fields {
		before := ""
		if i := slices.IndexFunc(a.Fields, func(o routing.Field) bool { return o.Key == f.Key }); i >= 0 {
			before = a.Fields[i].Value
		}
		if before != f.Value {
			c.add(Change{Row: row, Key: f.Key, Before: before, After: f.Value, Kind: Altered})
		}
	}
	for _, f := range a.Fields {
		if !slices.ContainsFunc(b.Fields, func(n routing.Field) bool { return n.Key == f.Key }) {
			c.add(Change{Row: row, Key: f.Key, Before: f.Value, Kind: Altered})
		}
	}
	for _, within := range b.Groups {
		name := leaf(within.Path)
		i := slices.IndexFunc(a.Groups, func(o routing.Group) bool { return leaf(o.Path) == name })
		if i < 0 {
			c.add(Change{Row: named(row, name), After: summary(within), Kind: Came})
			continue
		}
		c.groups(a.Groups[i], within, named(row, name))
	}
}

// lists compares lines: those that are the same stand beside each other, what is left between them is
// compared in its order, by ids where there are some.
func (c *comparison) lists(a, b []routing.Group, row string) {
	for _, run := range runs(a, b) {
		olds, news := run.olds, run.news
		for len(olds) > 0 || len(news) > 0 {
			switch {
			case len(news) == 0 || (len(olds) > 0 && idOf(olds[0]) != "" && !hasID(news, idOf(olds[0]))):
				c.add(Change{Row: named(row, rowName(olds[0])), Before: summary(olds[0]), Kind: Went})
				olds = olds[1:]
			case len(olds) == 0 || (idOf(news[0]) != "" && !hasID(olds, idOf(news[0]))):
				c.add(Change{Row: named(row, rowName(news[0])), After: summary(news[0]), Kind: Came})
				news = news[1:]
			default:
				i := max(slices.IndexFunc(olds, func(g routing.Group) bool { return idOf(g) == idOf(news[0]) }), 0)
				c.groups(olds[i], news[0], named(row, rowName(news[0])))
				olds, news = slices.Delete(slices.Clone(olds), i, i+1), news[1:]
			}
		}
	}
}

// run is what stands between lines that are the same.
type run struct{ olds, news []routing.Group }

// runs finds the longest common lines of two lists and gives what is between them.
func runs(a, b []routing.Group) (out []run) {
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	same := func(i, j int) bool { return summary(a[i]) == summary(b[j]) }
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if same(i, j) {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	var now run
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && same(i, j):
			out, now = append(out, now), run{}
			i, j = i+1, j+1
		case j == len(b) || (i < len(a) && length[i+1][j] >= length[i][j+1]):
			now.olds = append(now.olds, a[i])
			i++
		default:
			now.news = append(now.news, b[j])
			j++
		}
	}
	return append(out, now)
}

func idOf(g routing.Group) string {
	for _, f := range g.Fields {
		if f.Key == "id" {
			return f.Value
		}
	}
	return ""
}

func hasID(list []routing.Group, id string) bool {
	return slices.ContainsFunc(list, func(g routing.Group) bool { return idOf(g) == id })
}

// rowName is what a line is called: its id, else its number from 1.
func rowName(g routing.Group) string {
	if id := idOf(g); id != "" {
		return id
	}
	n, err := strconv.Atoi(leaf(g.Path))
	if err != nil {
		return leaf(g.Path)
	}
	return "#" + strconv.Itoa(n+1)
}

// leaf is the last step of a path: "tell", "critical", "3".
func leaf(path string) string {
	return strings.Trim(path[strings.LastIndexAny(path, ".[")+1:], "]")
}

func named(row, name string) string {
	if row == "" {
		return name
	}
	return row + " " + name
}

// summary is a group in one line.
func summary(g routing.Group) string {
	var parts []string
	for _, f := range g.Fields {
		if f.Value != "" {
			parts = append(parts, f.Key+": "+strings.ReplaceAll(f.Value, "\n", " | "))
		}
	}
	for _, within := range g.Groups {
		parts = append(parts, leaf(within.Path)+" ("+summary(within)+")")
	}
	return strings.Join(parts, ", ")
}

// Line is a line of a comparison.
type Line struct {
	Kind     string // " ", "-", "+", or "@" where lines are left out
	Old, New int    // its number in either document, 0 where it is not in it
	Text     string
}

// Lines tells how b differs from a, line by line, with a few lines around. How many spaces stand between
// words is no difference.
func Lines(a, b []byte) (out []Line) {
	was, is := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	plainA, plainB := plain(was), plain(is)
	diff, err := udiff.ToUnifiedDiff("", "", plainA, udiff.Lines(plainA, plainB), 3)
	if err != nil {
		return nil
	}
	for _, hunk := range diff.Hunks {
		out = append(out, Line{Kind: "@"})
		old, now := hunk.FromLine, hunk.ToLine
		for _, l := range hunk.Lines {
			switch l.Kind {
			case udiff.Delete:
				out = append(out, Line{"-", old, 0, was[old-1]})
				old++
			case udiff.Insert:
				out = append(out, Line{"+", 0, now, is[now-1]})
				now++
			default:
				out = append(out, Line{" ", old, now, is[now-1]})
				old, now = old+1, now+1
			}
		}
	}
	return out
}

// plain is a text with single spaces between its words; the indent stays.
func plain(lines []string) string {
	out := make([]string, len(lines))
	for i, l := range lines {
		text := strings.TrimLeft(l, " ")
		out[i] = l[:len(l)-len(text)] + strings.Join(strings.Fields(text), " ")
	}
	return strings.Join(out, "\n") + "\n"
}
