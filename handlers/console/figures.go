package console

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ripoti/internal/cpims"
	"ripoti/internal/figures"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// figureRoles may read figures. Who works on cases reads every count of what he or she may list anyway; an
// auditor reads no small one (domain brief 4.6: logs and counts).
var figureRoles = append(slices.Clone(caseRoles), ripoti.UserAuditor)

// figureRoutes are the pages of figures and their tables.
func (c *Console) figureRoutes() []route {
	return []route{
		{pattern: "GET /console/figures", do: c.figures, roles: figureRoles},
		{pattern: "GET /console/cpims.csv", do: c.cpimsFile, roles: networkRoles},
		{pattern: "GET /console/figures/{table}", do: c.figuresFile, roles: figureRoles},
	}
}

// figuresPage is the sheet with what was asked for.
type figuresPage struct {
	Tables   []figureTable
	Chart    chart
	Range    figures.Range
	By       figures.By
	Bys      []figures.By
	County   string
	Counties []ripoti.Place
	// Team says that the person may read every count, Public that small ones are hidden now.
	Team, Public bool
	HandsOver    bool // the person may take children's cases to CPIMS
	Problem      string
	Query        string // what was asked for, for the files
}

// figureTable is a table with the names of its rows and figures.
type figureTable struct {
	figures.Table
	Named []namedRow
	Sum   []string
}

type namedRow struct {
	Name  string
	Cells []string
}

func (c *Console) figures(w http.ResponseWriter, q *request) error {
	asked := q.URL.Query()
	page := figuresPage{By: byOf(asked), Bys: figures.Bys, Counties: c.Desk.Places.Counties(), Team: q.User.Role != ripoti.UserAuditor}
	page.HandsOver = allowed(networkRoles, q.User.Role)
	page.Public = !page.Team || asked.Get("public") != ""
	var err error
	if page.Range, err = figures.Asked(asked.Get("from"), asked.Get("to"), c.Now()); err != nil {
		page.Problem = ripoti.KeyOf(err)
		page.Range, _ = figures.Asked("", "", c.Now())
	}
	view := c.view(q)
	if !page.Public { // one county after the other would give away what is hidden
		page.County = asked.Get("county")
		view = within(view, page.County)
	}
	counts, err := figures.Gather(q.Context(), c.Store, view, page.Range, c.Now())
	if err != nil {
		return err
	}
	for _, table := range counts.Tables(page.By, !page.Public) {
		page.Tables = append(page.Tables, c.named(q.Lang, table))
	}
	page.Chart = c.speeds(q.Lang, page.Tables[0])
	page.Query = url.Values{"from": {string(page.Range.From)}, "to": {string(page.Range.To)}, "by": {string(page.By)}}.Encode()
	return c.show(w, q, http.StatusOK, "figures", page)
}

func byOf(asked url.Values) figures.By {
	if by := figures.By(asked.Get("by")); slices.Contains(figures.Bys, by) {
		return by
	}
	return figures.ByUrgency
}

// within narrows a view to a county, if it shows that county at all.
func within(v store.View, county string) store.View {
	if county != "" && (len(v.Counties) == 0 || slices.Contains(v.Counties, county)) {
		v.Counties = []string{county}
	}
	return v
}

// named is a table in words.
func (c *Console) named(lang ripoti.Lang, t figures.Table) figureTable {
	out := figureTable{Table: t}
	for _, row := range t.Rows {
		out.Named = append(out.Named, namedRow{c.nameOf(lang, t.Of, row.Key), c.cellTexts(lang, row.Cells)})
	}
	out.Sum = c.cellTexts(lang, t.Total)
	return out
}

// nameOf is what people call the thing behind a code.
func (c *Console) nameOf(lang ripoti.Lang, of, key string) string {
	switch of {
	case "office":
		return c.office(key)
	case "county":
		for _, county := range c.Desk.Places.Counties() {
			if county.CountyID == key {
				return county.Name
			}
		}
		return c.words.text(lang, "figures.no_county")
	case "month":
		return monthName(c.words, lang, figures.Month(key))
	case "provider":
		return key
	}
	return c.words.text(lang, of+"."+key)
}

func monthName(w *words, lang ripoti.Lang, m figures.Month) string {
	at := m.Start()
	return fmt.Sprintf("%s %d", w.text(lang, fmt.Sprintf("month.%d", int(at.Month()))), at.Year())
}

func (c *Console) cellTexts(lang ripoti.Lang, cells []figures.Cell) (texts []string) {
	for _, cell := range cells {
		texts = append(texts, c.cellText(lang, cell))
	}
	return texts
}

func (c *Console) cellText(lang ripoti.Lang, cell figures.Cell) string {
	switch {
	case cell.Hidden:
		return c.words.text(lang, "figures.hidden")
	case cell.None:
		return "-"
	case cell.Kind == figures.Rate:
		return fmt.Sprint(cell.Percent(), " %")
	case cell.Kind == figures.Took:
		return took(c.words, lang, cell.Took)
	case cell.Kind == figures.Cost:
		return cell.Cost.String()
	}
	return fmt.Sprint(cell.Count)
}

// took is a time in two units at most.
func took(w *words, lang ripoti.Lang, d time.Duration) string {
	minutes := int(d.Round(time.Minute) / time.Minute)
	say := func(unit string, n int) string { return w.text(lang, "took."+unit, "n", n) }
	switch {
	case d < time.Minute:
		return say("s", int(d/time.Second))
	case minutes < 60:
		return say("min", minutes)
	case minutes < 24*60:
		return say("h", minutes/60) + " " + say("min", minutes%60)
	}
	return say("d", minutes/(24*60)) + " " + say("h", minutes/60%24)
}

// figuresFile is one table as a file. Files travel: small counts are hidden in them for everybody, and they
// cover all that the person may see.
func (c *Console) figuresFile(w http.ResponseWriter, q *request) error {
	name, ok := strings.CutSuffix(q.PathValue("table"), ".csv")
	if !ok {
		return ripoti.NotFound("error.page", nil)
	}
	asked := q.URL.Query()
	span, err := figures.Asked(asked.Get("from"), asked.Get("to"), c.Now())
	if err != nil {
		return err
	}
	counts, err := figures.Gather(q.Context(), c.Store, c.view(q), span, c.Now())
	if err != nil {
		return err
	}
	for _, table := range counts.Tables(byOf(asked), false) {
		if table.Name == name {
			return c.writeTable(w, q.Lang, span, table)
		}
	}
	return ripoti.NotFound("error.page", nil)
}

func (c *Console) writeTable(w http.ResponseWriter, lang ripoti.Lang, span figures.Range, t figures.Table) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="ripoti-%s-%s-%s.csv"`, t.Name, span.From, span.To))
	out := csv.NewWriter(w)
	head := []string{t.Of, c.words.text(lang, "figures.name")}
	for _, column := range t.Columns {
		head = append(head, columnName(c.words, lang, t, column))
	}
	lines := [][]string{head}
	named := c.named(lang, t)
	for i, row := range named.Named {
		lines = append(lines, append([]string{t.Rows[i].Key, plainCell(row.Name)}, row.Cells...))
	}
	if len(named.Sum) > 0 {
		lines = append(lines, append([]string{"", c.words.text(lang, "figures.total")}, named.Sum...))
	}
	if err := out.WriteAll(lines); err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	return nil
}

// plainCell keeps a spreadsheet from reading a name as a formula.
func plainCell(text string) string {
	if strings.IndexAny(text, "=+-@\t\r") == 0 {
		return "'" + text
	}
	return text
}

// columnName is the name of a column: a month, or a sentence of its own.
func columnName(w *words, lang ripoti.Lang, t figures.Table, column figures.Column) string {
	if column.Key != "total" && (t.Name == "filed" || t.Name == "flags" || t.Name == "outcomes") {
		return monthName(w, lang, figures.Month(column.Key))
	}
	return w.text(lang, "figures."+column.Key)
}

// cpimsFile is the children's cases of some months by the fields of CPIMS, by their numbers. That somebody
// took it is a line of the network's history.
func (c *Console) cpimsFile(w http.ResponseWriter, q *request) error {
	asked := q.URL.Query()
	span, err := figures.Asked(asked.Get("from"), asked.Get("to"), c.Now())
	if err != nil {
		return err
	}
	period := span.Period()
	rows, err := c.Desk.CPIMS(q.Context(), c.view(q), store.Wanted{From: period.From, To: period.To}, func(r ripoti.Report) string { return string(r.Code) })
	if err != nil {
		return err
	}
	if err := c.Store.Note(q.Context(), "cpims_handed_over", q.User.ID, fmt.Sprintf(`{"cases":%d}`, len(rows))); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="ripoti-cpims-%s-%s.csv"`, span.From, span.To))
	if err := csv.NewWriter(w).WriteAll(append([][]string{cpims.Columns}, rows...)); err != nil {
		return fmt.Errorf("write cases: %w", err)
	}
	return nil
}
