package directory

import (
	"fmt"
	"strings"

	"ripoti/internal/ripoti"
)

// Problem is one thing wrong with a table.
type Problem struct {
	Table  string // "offices", "contacts", "shifts" or "leaves"; "file" where it is no table
	Line   int    // 1 is the header; 0 where the row came from no file
	Row    string // id of a row that came from no file; "" where the line says it
	Column string // "" where it is the whole row
	Code   string // what is wrong, of sentences; "" where there is only a text
	Value  string // what was written, shortened; never a number
	Facts  []string
	Text   string // what is wrong and what to write instead, in English
}

// sentences say in plain words what is wrong, and what a column must hold. Who shows them in another
// language finds them by their code.
var sentences = map[string]string{
	"id":        "use letters, digits and - _ . / : only",
	"kind":      "must be one of: " + strings.Join(texts(ripoti.OfficeKinds), ", "),
	"role":      "must be one of: " + strings.Join(texts(ripoti.Roles), ", "),
	"plain":     "must be plain text without blanks at its ends",
	"places":    "must be ids of wards, towns or areas such as ward-0281, with blanks between; a county or a constituency is too wide",
	"hours":     "must be 24h or hours such as 08:00-17:00",
	"yesno":     "must be yes or no",
	"rank":      "must be a whole number from 1 to 99, 1 is asked first",
	"phone":     "is no number that can be called; write it like +2547XXXXXXXX",
	"days":      "must be daily or days such as mon-fri or sat sun",
	"clock":     "must be a time such as 08:00, in Nairobi; 24:00 ends a day",
	"latitude":  "must be degrees from -90 to 90, such as -1.31250",
	"longitude": "must be degrees from -180 to 180, such as 36.78889",
	"datetime":  "must be a day such as 2026-01-31, or empty where the number was never verified",
	"numeric":   "must be a county's number of three digits, such as 047",
	"len":       "must be a county's number of three digits, such as 047",
	"required":  "must be given",

	"required_with": "must be given where the other of lat and lon is",
	"max":           "must not be longer than {most} letters",
	"one_of":        "must be of: {of}",

	"cells":          "has {cells} columns, the header has {columns}",
	"no_column":      "there is no such column; the columns are: {columns}",
	"column_twice":   "stands twice",
	"column_missing": "is missing",
	"twice":          "stands in line {line} already",
	"line_twice":     "stands in line {line} already",
	"too_large":      "is larger than {most}",
	"empty":          "is empty; the first line names the columns",
	"syntax":         "at letter {letter}: {why}",

	"county_missing": "must be given for police offices",
	"used_twice":     "is used twice; each needs its own",
	"no_office":      "there is no office with the id {id}",
	"no_contact":     "there is no contact with the id {id}",
	"circle":         "goes in a circle back to {id}",
	"other_office":   "{id} is a contact of {office}, not of this office",
	"not_yours":      "is of a county that is not yours; leave the line out",

	"midnight":     "24:00 ends a day; begin at 00:00 of the next",
	"own_stand_in": "nobody stands in for himself or herself; leave it empty for nobody",
	"before_from":  "is before from",
	"overlaps":     "overlaps line {line}",
}

// Codes are what can be wrong, for who shows it in another language.
func Codes() (codes []string) {
	for code := range sentences {
		codes = append(codes, code)
	}
	return codes
}

func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.Table)
	if p.Line > 0 {
		fmt.Fprintf(&b, " line %d", p.Line)
	} else if p.Row != "" {
		b.WriteString(" " + p.Row)
	}
	if p.Column != "" {
		b.WriteString(", column " + p.Column)
	}
	return b.String() + ": " + p.Text
}

// of names what was written.
func (p Problem) of(value string) Problem {
	if value != "" {
		p.Value = quote(value)
	}
	return p
}

// wrong says what is wrong with a column, with pairs of facts that fill the sentence.
func (p Problem) wrong(column, code string, facts ...string) Problem {
	p.Column, p.Code, p.Facts = column, code, facts
	text, ok := sentences[code]
	if !ok {
		text = "breaks the rule " + code
	}
	for i := 0; i+1 < len(facts); i += 2 {
		text = strings.ReplaceAll(text, "{"+facts[i]+"}", facts[i+1])
	}
	if p.Value != "" {
		text = p.Value + ": " + text
	}
	p.Text = text
	return p
}

// say says it in words that have no code.
func (p Problem) say(column, text string) Problem {
	p.Column, p.Text = column, text
	return p
}

// Problems are all that is wrong, in the order of the file.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// err is nil where there is no problem.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// quote shows what was written, shortened.
func quote(s string) string {
	const most = 40
	if len(s) > most {
		s = s[:most] + "…"
	}
	return fmt.Sprintf("%q", s)
}
