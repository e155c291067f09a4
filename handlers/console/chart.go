package console

import (
	"ripoti/internal/figures"
	"ripoti/internal/ripoti"
)

// chart is bars, one below the other: how long half of all took, and a line to what nine of ten stayed
// below. The same figures stand in the table beside it.
type chart struct {
	Height int
	Bars   []bar
}

// bar is one line of a chart, in the units of the picture.
type bar struct {
	Name, Text          string
	Y, Middle, TextY    int
	Half, Most, TextAtX int
}

// The measures of a chart: names on the left, bars, then their figures.
const (
	chartWide = 720
	chartLeft = 200
	chartFull = 280 // of the longest
	chartLine = 34
	mostBars  = 25
	longName  = 28
)

// speeds draws the times to acceptance of a main table. Of many rows the first are drawn.
func (c *Console) speeds(lang ripoti.Lang, t figureTable) (ch chart) {
	half, most := columnAt(t.Table, "accept_half"), columnAt(t.Table, "accept_most")
	longest := int64(1)
	for _, row := range t.Rows {
		if !row.Cells[most].Hidden {
			longest = max(longest, int64(row.Cells[most].Took))
		}
	}
	for i, row := range t.Rows {
		if i == mostBars {
			break
		}
		b := bar{Name: cutName(t.Named[i].Name), Y: 8 + i*chartLine, Text: c.words.text(lang, "figures.hidden")}
		b.Middle, b.TextY = b.Y+9, b.Y+14
		at := func(cell figures.Cell) int { return int(int64(cell.Took) * chartFull / longest) }
		switch cell := row.Cells[half]; {
		case cell.None:
			b.Text = "-"
		case !cell.Hidden:
			b.Half, b.Most = max(at(cell), 1), at(row.Cells[most])
			b.Text = c.cellText(lang, cell) + " / " + c.cellText(lang, row.Cells[most])
		}
		b.TextAtX = chartLeft + max(b.Half, b.Most) + 10
		ch.Bars = append(ch.Bars, b)
	}
	ch.Height = 16 + len(ch.Bars)*chartLine
	return ch
}

// To is where the line of a bar ends.
func (b bar) To() int { return chartLeft + b.Most }

func columnAt(t figures.Table, key string) int {
	for i, column := range t.Columns {
		if column.Key == key {
			return i
		}
	}
	return 0
}

func cutName(name string) string {
	if runes := []rune(name); len(runes) > longName {
		return string(runes[:longName-1]) + "…"
	}
	return name
}
