package console

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// The measures of a small phone as most people have it.
const (
	phoneChars = 24 // on a line
	phoneRows  = 8  // on a screen
	phoneRow   = 17
	phoneTop   = 44
)

// handset is the picture of a phone with a text on it: a screen of a call, or an SMS. Whoever cannot see it
// is read the text.
func handset(text string, sms bool) template.HTML {
	var lines strings.Builder
	rows := 0
	for line := range strings.SplitSeq(text, "\n") {
		for _, row := range phoneWrap(line) {
			fmt.Fprintf(&lines, `<text x="26" y="%d">%s</text>`, phoneTop+rows*phoneRow, html.EscapeString(row))
			rows++
		}
	}
	high := max(rows, phoneRows)*phoneRow + 14
	class, keys := "call", `<rect class="keys" x="24" y="%d" width="84" height="26" rx="5"/><rect class="keys" x="132" y="%d" width="84" height="26" rx="5"/>`
	if sms {
		class = "sms"
	}
	return template.HTML(fmt.Sprintf(`<svg class="handset %s" viewBox="0 0 240 %d" role="img" aria-label="%s"><rect class="case" width="240" height="%d" rx="18"/>`+
		`<rect class="glass" x="14" y="24" width="212" height="%d" rx="4"/>%s`+keys+`</svg>`,
		class, high+82, html.EscapeString(text), high+82, high, lines.String(), high+40, high+40))
}

func phoneWrap(line string) (rows []string) {
	row := ""
	for word := range strings.FieldsSeq(line) {
		if row != "" && len(row)+1+len(word) > phoneChars {
			rows, row = append(rows, row), ""
		}
		if row != "" {
			row += " "
		}
		row += word
	}
	return append(rows, row)
}
