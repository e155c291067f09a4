package console

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"ripoti/internal/directory"
	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
)

// A row of the directory is a form: each column a field with what is wrong with it beside it, and nothing
// that was typed is lost.

// column is a column of a table as a field of a form.
type column struct {
	name, kind string // kind is "line", "lines", "choice" or "ticks"
	// options are the codes of a choice, each with the kind of its word.
	options func(c *Console, lang ripoti.Lang) []formOption
	// shown is a cell as a person reads it, read the cell that a person means: they are nil where the two
	// are the same. What cannot be meant is the code of a problem.
	shown func(c *Console, cell string) string
	read  func(c *Console, typed, county string) (cell, problem string)
}

// officeForm and contactForm are the columns that a form changes. The others are changed by what is done:
// closing, a transfer, a code, a test.
var (
	officeForm = []column{
		{name: "name", kind: "line"},
		{name: "kind", kind: "choice", options: codesOf("office_kind", ripoti.OfficeKinds)},
		{name: "county", kind: "choice", options: (*Console).countyOptions},
		{name: "sub_county", kind: "line"},
		{name: "place_id", kind: "line", shown: (*Console).placeShown, read: (*Console).placeMeant},
		{name: "lat", kind: "line"},
		{name: "lon", kind: "line"},
		{name: "able", kind: "ticks", options: codesOf("able", []ripoti.Capability{ripoti.GenderDesk, ripoti.ChildUnit, ripoti.Vehicle})},
		{name: "hours", kind: "line"},
		{name: "parent", kind: "line", shown: (*Console).officeShown, read: (*Console).officeMeant},
		{name: "serves", kind: "lines", shown: (*Console).placesShown, read: (*Console).placesMeant},
	}
	contactForm = []column{
		{name: "name", kind: "line"},
		{name: "role", kind: "choice", options: codesOf("answers_for", ripoti.Roles)},
		{name: "rank", kind: "line"},
		{name: "lang", kind: "choice", options: codesOf("lang", ripoti.Langs)},
		{name: "phone", kind: "line"},
	}
)

// rowForm is a row as a form shows it.
type rowForm struct {
	Fields   []rowField
	Problem  string   // the key of a sentence about all of it
	Problems []string // what is wrong with no field of the form
	Was      string   // the sum of the row that is shown: it says later whether others have changed it
}

type rowField struct {
	Column, Kind string
	Value        string
	Options      []formOption
	Problem      string
	Meanwhile    string // what others have written there since
}

func codesOf[T ~string](kind string, codes []T) func(*Console, ripoti.Lang) []formOption {
	return func(c *Console, lang ripoti.Lang) (options []formOption) {
		for _, code := range codes {
			name, _ := c.words.word(lang, kind, code)
			options = append(options, formOption{Value: string(code), Name: name})
		}
		return options
	}
}

func (c *Console) countyOptions(lang ripoti.Lang) []formOption {
	options := []formOption{{Name: c.words.text(lang, "directory.whole_country")}}
	for _, county := range c.Desk.Places.Counties() {
		options = append(options, formOption{Value: county.CountyID, Name: county.Name})
	}
	return options
}

// placeShown is a place's name behind its id.
func (c *Console) placeShown(id string) string {
	if place, ok := c.Desk.Places.Place(id); ok {
		return id + " " + gazetteer.Label(place)
	}
	return id
}

// placeMeant takes an id, with a name behind it or without, or a name that can mean one place only.
func (c *Console) placeMeant(typed, county string) (id, problem string) {
	first, _, _ := strings.Cut(strings.TrimSpace(typed), " ")
	if first == "" {
		return "", ""
	}
	if place, ok := c.Desk.Places.Place(first); ok {
		return place.ID, ""
	}
	if found := c.Desk.Places.Find(typed, county); found.Decision == gazetteer.Take {
		return found.Matches[0].Place.ID, ""
	}
	return typed, "no_place"
}

func (c *Console) placesShown(ids string) string {
	var lines []string
	for _, id := range strings.Fields(ids) {
		lines = append(lines, c.placeShown(id))
	}
	return strings.Join(lines, "\n")
}

func (c *Console) placesMeant(typed, county string) (ids, problem string) {
	var all []string
	for _, line := range strings.Split(typed, "\n") {
		id, wrong := c.placeMeant(line, county)
		if wrong != "" {
			problem = wrong
		}
		if id != "" {
			all = append(all, id)
		}
	}
	return strings.Join(all, " "), problem
}

func (c *Console) officeShown(id string) string {
	if o, ok := c.Desk.Live.World().Office(id); ok {
		return id + " " + o.Name
	}
	return id
}

// officeMeant takes an id, with a name behind it or without, or a name that is one office's.
func (c *Console) officeMeant(typed, _ string) (id, problem string) {
	typed = strings.TrimSpace(typed)
	first, _, _ := strings.Cut(typed, " ")
	if _, ok := c.Desk.Live.World().Office(first); ok || typed == "" {
		return first, ""
	}
	switch meant := c.officesMeant(typed); len(meant) {
	case 0:
		return typed, "no_such_office"
	case 1:
		return meant[0].ID, ""
	}
	return typed, "many_offices"
}

// shownRow is a row as it is.
func (c *Console) shownRow(q *request, columns []column, cells map[string]string) rowForm {
	form := rowForm{Was: sumOf(columns, cells)}
	for _, col := range columns {
		form.Fields = append(form.Fields, c.rowField(q, col, col.text(c, cells)))
	}
	return form
}

func (col column) text(c *Console, cells map[string]string) string {
	if col.shown != nil {
		return col.shown(c, cells[col.name])
	}
	return cells[col.name]
}

func (c *Console) rowField(q *request, col column, value string) rowField {
	field := rowField{Column: col.name, Kind: col.kind, Value: value}
	if col.options == nil {
		return field
	}
	field.Options = col.options(c, q.Lang)
	for i, o := range field.Options {
		field.Options[i].Chosen = o.Value == value || col.kind == "ticks" && slices.Contains(strings.Fields(value), o.Value)
	}
	return field
}

// sumOf is the same for rows that a form shows alike.
func sumOf(columns []column, cells map[string]string) string {
	sum := sha256.New()
	for _, col := range columns {
		fmt.Fprintf(sum, "%q", cells[col.name])
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}

// readRow reads what was typed: the cells that are meant, and the form as it is shown again with what
// cannot be meant.
func (c *Console) readRow(q *request, columns []column, typed url.Values) (cells map[string]string, form rowForm, sound bool) {
	cells, sound = map[string]string{}, true
	for _, col := range columns {
		text := strings.ReplaceAll(strings.TrimSpace(strings.Join(typed[col.name], " ")), "\r\n", "\n")
		field := c.rowField(q, col, text)
		cells[col.name] = text
		if col.read != nil {
			cell, wrong := col.read(c, text, typed.Get("county"))
			if cells[col.name] = cell; wrong != "" {
				field.Problem, cells[col.name], sound = c.words.text(q.Lang, "row_problem."+wrong), "", false
			}
		}
		form.Fields = append(form.Fields, field)
	}
	return cells, form, sound
}

// refused puts what is wrong beside the fields; false where the error is none of a form's.
func (f *rowForm) refused(c *Console, lang ripoti.Lang, err error) bool {
	var wrong directory.Problems
	switch key := ripoti.KeyOf(err); {
	case errors.As(err, &wrong):
		for _, p := range wrong {
			text := c.rowProblem(lang, p)
			if i := slices.IndexFunc(f.Fields, func(field rowField) bool { return field.Column == p.Column }); i >= 0 {
				f.Fields[i].Problem = strings.TrimSpace(f.Fields[i].Problem + " " + text)
			} else {
				f.Problems = append(f.Problems, text)
			}
		}
	case key != "":
		f.Problem = key
	default:
		return false
	}
	return true
}

// meanwhile says beside each field what others have written there, where it is not what was typed.
func (f *rowForm) meanwhile(c *Console, q *request, columns []column, now map[string]string) {
	f.Problem, f.Was = "directory.changed", sumOf(columns, now)
	for i, col := range columns {
		theirs := c.rowField(q, col, col.text(c, now))
		if theirs.Value == f.Fields[i].Value {
			continue
		}
		f.Fields[i].Meanwhile = theirs.Value
		for _, o := range theirs.Options {
			if o.Chosen {
				f.Fields[i].Meanwhile = o.Name
			}
		}
	}
}

// rowProblem is what is wrong with a table or a form, in a language: in English where it has words of its
// own only.
func (c *Console) rowProblem(lang ripoti.Lang, p directory.Problem) string {
	if p.Code == "" || !c.words.has("row_problem."+p.Code) {
		return p.Text
	}
	facts := make([]any, len(p.Facts))
	for i, fact := range p.Facts {
		facts[i] = fact
	}
	text := c.words.text(lang, "row_problem."+p.Code, facts...)
	if p.Value != "" {
		text = p.Value + ": " + text
	}
	return text
}
