package api

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"ripoti/internal/cpims"
	"ripoti/internal/figures"
	"ripoti/internal/partner"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// Report is a report as partners read it: codes and a day.
type Report struct {
	Report   string          `json:"report"` // the pseudonym, or the number with that scope
	FiledOn  string          `json:"filed_on"`
	County   string          `json:"county"`
	Category ripoti.Category `json:"category"`
	Second   ripoti.Category `json:"second,omitempty"`
	Urgency  ripoti.Urgency  `json:"urgency"`
	Status   ripoti.Status   `json:"status"`
	Outcome  ripoti.Outcome  `json:"outcome,omitempty"`   // how it ended, or what is kept of an open one
	ClosedOn string          `json:"closed_on,omitempty"` // missing while it is open
	Child    bool            `json:"child"`
	Channel  ripoti.Channel  `json:"channel"`
}

// Reports is a page of them, newest first.
type Reports struct {
	Reports []Report `json:"reports"`
	Next    string   `json:"next,omitempty"` // what after is for the next page
}

const (
	usualPage = 100
	mostPage  = 500
)

func (a *API) reports(w http.ResponseWriter, q *request) error {
	wanted, err := wantedOf(q)
	if err != nil {
		return err
	}
	limit := usualPage
	if text := q.FormValue("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > mostPage {
			return ripoti.Invalid("api.limit", err)
		}
	}
	after, err := a.uncursor(q.Token.ID, q.FormValue("after"))
	if err != nil {
		return err
	}
	found, err := a.Store.SeenWhole(q.Context(), partner.View(q.Token), wanted, after, limit+1)
	if err != nil {
		return err
	}
	ended, err := a.Store.Endings(q.Context(), found)
	if err != nil {
		return err
	}
	page := Reports{Reports: []Report{}}
	for i, r := range found {
		if i == limit {
			if page.Next, err = a.cursor(q.Token.ID, found[i-1].ID); err != nil {
				return err
			}
			break
		}
		one := Report{Report: partner.Name(q.Token, r), FiledOn: day(r.FiledAt), County: r.Answers.Place.CountyID, Category: r.Category, Second: r.Second,
			Urgency: r.Urgency, Status: r.Status, Outcome: ended[r.ID].Outcome, Child: r.Answers.OfChild(), Channel: r.Channel}
		if at := ended[r.ID].ClosedAt; !at.IsZero() {
			one.ClosedOn = day(at)
		}
		page.Reports = append(page.Reports, one)
	}
	return answer(w, page)
}

func day(t time.Time) string { return t.In(routing.Nairobi).Format(time.DateOnly) }

// wantedOf reads what is asked for. Days are days in Nairobi, both counted whole.
func wantedOf(q *request) (store.Wanted, error) {
	wanted := store.Wanted{County: q.FormValue("county"), Category: ripoti.Category(q.FormValue("category")), Urgency: ripoti.Urgency(q.FormValue("urgency")),
		Status: ripoti.Status(q.FormValue("status"))}
	for _, end := range []struct {
		name string
		into *time.Time
		add  int
	}{{"from", &wanted.From, 0}, {"to", &wanted.To, 1}} {
		text := q.FormValue(end.name)
		if text == "" {
			continue
		}
		at, err := time.ParseInLocation(time.DateOnly, text, routing.Nairobi)
		if err != nil {
			return wanted, ripoti.Invalid("api.day", err)
		}
		*end.into = at.AddDate(0, 0, end.add)
	}
	return wanted, nil
}

// Figure is one figure; hidden ones are too few to be told.
type Figure struct {
	Kind     figures.Kind `json:"kind"`
	Hidden   bool         `json:"hidden,omitempty"`
	Count    *int         `json:"count,omitempty"`
	Percent  *int         `json:"percent,omitempty"`
	Seconds  *int         `json:"seconds,omitempty"`
	Amount   *float64     `json:"amount,omitempty"`
	Currency string       `json:"currency,omitempty"`
}

// Line is a line of a table, by the code of what it is about.
type Line struct {
	Key     string   `json:"key"`
	Figures []Figure `json:"figures"`
}

// Table is figures of one kind.
type Table struct {
	Name    string   `json:"name"`
	Of      string   `json:"of"`
	Columns []string `json:"columns"`
	Lines   []Line   `json:"lines"`
	Total   []Figure `json:"total,omitempty"`
}

// Sheet is all figures of some months.
type Sheet struct {
	From   figures.Month `json:"from"`
	To     figures.Month `json:"to"`
	Tables []Table       `json:"tables"`
}

// figures tells what the console's sheet tells, without small counts.
func (a *API) figures(w http.ResponseWriter, q *request) error {
	span, err := figures.Asked(q.FormValue("from"), q.FormValue("to"), a.Now())
	if err != nil {
		return err
	}
	by := figures.By(cmp.Or(q.FormValue("by"), string(figures.ByUrgency)))
	if !slices.Contains(figures.Bys, by) {
		return ripoti.Invalid("api.by", nil)
	}
	counts, err := figures.Gather(q.Context(), a.Store, partner.View(q.Token), span, a.Now())
	if err != nil {
		return err
	}
	sheet := Sheet{From: span.From, To: span.To}
	for _, t := range counts.Tables(by, false) {
		table := Table{Name: t.Name, Of: t.Of, Columns: []string{}, Lines: []Line{}, Total: told(t.Total)}
		for _, column := range t.Columns {
			table.Columns = append(table.Columns, column.Key)
		}
		for _, row := range t.Rows {
			table.Lines = append(table.Lines, Line{row.Key, told(row.Cells)})
		}
		sheet.Tables = append(sheet.Tables, table)
	}
	return answer(w, sheet)
}

func told(cells []figures.Cell) (out []Figure) {
	for _, c := range cells {
		f := Figure{Kind: c.Kind, Hidden: c.Hidden}
		if !c.Hidden && !c.None {
			switch c.Kind {
			case figures.Rate:
				n := c.Percent()
				f.Percent = &n
			case figures.Took:
				n := int(c.Took / time.Second)
				f.Seconds = &n
			case figures.Cost:
				n := c.Cost.Units()
				f.Amount, f.Currency = &n, c.Cost.Currency
			default:
				f.Count = &c.Count
			}
		}
		out = append(out, f)
	}
	return out
}

// cpims writes children's cases by the fields of CPIMS, newest first. That they were handed over is a line
// of the network's history.
func (a *API) cpims(w http.ResponseWriter, q *request) error {
	wanted, err := wantedOf(q)
	if err != nil {
		return err
	}
	rows, err := a.Desk.CPIMS(q.Context(), partner.View(q.Token), wanted, func(r ripoti.Report) string { return partner.Name(q.Token, r) })
	if err != nil {
		return err
	}
	if err := a.Store.Note(q.Context(), "cpims_handed_over", "token:"+q.Token.ID, fmt.Sprintf(`{"cases":%d}`, len(rows))); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	out := csv.NewWriter(w)
	return out.WriteAll(append([][]string{cpims.Columns}, rows...))
}

// own tells a partner what its token may do.
func (a *API) own(w http.ResponseWriter, q *request) error {
	t := q.Token
	return answer(w, Token{t.Name, t.Scopes, t.Counties, t.ExpiresAt})
}

// Token is what a partner may know of its own.
type Token struct {
	Name      string         `json:"name"`
	Scopes    []ripoti.Scope `json:"scopes"`
	Counties  []string       `json:"counties,omitempty"`
	ExpiresAt time.Time      `json:"expires_at"`
}
