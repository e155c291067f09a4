package console

import (
	"context"
	"slices"
	"strings"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// historyPage is a part of the directory's history in words.
type historyPage struct {
	Lines []historyLine
	Older string // the address of the lines before, "" where there are none
}

// historyLine is who changed what, and what it was and is.
type historyLine struct {
	store.DirectoryChange
	Who, Whom string
	Fields    []store.ChangedField
}

// linesOnPage is how many lines of history a page shows.
const linesOnPage = 20

// history reads lines of the history of an office or of a contact, from the one that the address names.
func (c *Console) history(q *request, read func(ctx context.Context, id, before string, limit int) ([]store.DirectoryChange, error), id string) (page historyPage, err error) {
	lines, err := read(q.Context(), id, q.URL.Query().Get("before"), linesOnPage+1)
	if err != nil {
		return page, err
	}
	if len(lines) > linesOnPage {
		lines = lines[:linesOnPage]
		page.Older = q.URL.EscapedPath() + "?before=" + lines[linesOnPage-1].ID + "#history"
	}
	for _, l := range lines {
		line := historyLine{DirectoryChange: l, Who: c.changer(q, l.Actor)}
		if l.What == "contact" || l.What == "leave" {
			line.Whom = c.contactName(l.RowID)
		}
		for _, f := range l.Fields {
			line.Fields = append(line.Fields, store.ChangedField{Column: f.Column, Before: c.columnText(q.Lang, f.Column, f.Before), After: c.columnText(q.Lang, f.Column, f.After)})
		}
		page.Lines = append(page.Lines, line)
	}
	return page, nil
}

// changer names who changed something: a person, or the command of an operator.
func (c *Console) changer(q *request, actor string) string {
	if text, ok := c.words.word(q.Lang, "changer", actor); ok {
		return text
	}
	return c.who(q, actor)
}

// contactName is a contact's name, its id where it has none or has gone from the directory.
func (c *Console) contactName(id string) string {
	if contact, ok := c.Desk.Live.World().Contact(id); ok && contact.Name != "" {
		return contact.Name
	}
	return id
}

// cellWords are where the words of the codes in a column stand.
var cellWords = map[string]string{"kind": "office_kind", "role": "answers_for", "able": "able", "lang": "lang", "active": "yesno", "dark": "yesno", "sample": "yesno", "stopped": "yesno"}

// columnText is a cell of the directory in words, as far as it has some.
func (c *Console) columnText(lang ripoti.Lang, column, cell string) string {
	switch {
	case cell == "":
		return ""
	case slices.Contains([]string{"office_id", "parent"}, column):
		return c.office(cell)
	case column == "county":
		return c.countyName(cell)
	case column == "place_id":
		return c.placeShown(cell)
	}
	kind, coded := cellWords[column]
	if !coded {
		return cell
	}
	codes := strings.Fields(cell)
	for i, code := range codes {
		if text, ok := c.words.word(lang, kind, code); ok {
			codes[i] = text
		}
	}
	return strings.Join(codes, ", ")
}
