package console

import (
	"strconv"
	"strings"
)

// writeSquare adds a unit square to an SVG path.
func writeSquare(b *strings.Builder, x, y int) {
	b.WriteByte('M')
	b.WriteString(strconv.Itoa(x))
	b.WriteByte(' ')
	b.WriteString(strconv.Itoa(y))
	b.WriteString("h1v1h-1z")
}
