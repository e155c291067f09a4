package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ripoti/internal/casework"
	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// Whole tables of the directory: taken away as CSV, handed in again, looked at change by change, corrected line
// by line, and taken as they were looked at. What is handed in is kept sealed for its owner until it is taken
// or dropped; the retention of uploads ends it otherwise.

// tableRoutes are for who keeps offices: the files hold whole numbers.
func (c *Console) tableRoutes() []route {
	handed := func(pattern string, do func(http.ResponseWriter, *request, kept) error) route {
		r := c.keeping(pattern, do)
		r.limit = tablesLimit
		return r
	}
	return []route{
		c.keeping("GET /console/directory/tables", c.tables),
		c.keeping("GET /console/directory/tables/{file}", c.tableFile),
		handed("POST /console/directory/tables", c.handIn),
		handed("POST /console/directory/tables/lines", c.correctLines),
		c.keeping("POST /console/directory/tables/take", c.takeTables),
		c.keeping("POST /console/directory/tables/drop", c.dropTables),
	}
}

const (
	// tablesLimit is how large all tables together may be: some thirty thousand rows.
	tablesLimit = 4 << 20
	// mostWrong and mostChanges are how many lines a page shows of each kind; it says how many more there are.
	mostWrong   = 40
	mostChanges = 200
	// mostLeaving is for how many people the cases are counted that they hand over.
	mostLeaving = 30
)

const tablesPath = "/console/directory/tables"

// tablesPage is the tables that can be taken away, and what was handed in with all it would change.
type tablesPage struct {
	Tables   []string
	Problem  string // the key of a sentence
	Handed   []handedTable
	At       time.Time // when it was handed in; zero: nothing is
	Whole    bool
	Wrong    []wrongLine
	Others   []string // what is wrong with no line
	MoreBad  int      // lines that are wrong and not shown
	Changes  []tableChanges
	Leaving  []leaving
	Same     int
	Sum      string // of what is shown, "" where nothing can be taken
	NoChange bool
}

type handedTable struct {
	Table string
	Rows  int
}

// wrongLine is a line of a table with all that is wrong with it.
type wrongLine struct {
	Table    string
	N        int
	Text     string
	Problems []string
}

// tableChanges are the rows of a table that would change.
type tableChanges struct {
	Table string
	Rows  []rowChange
	More  int
}

type rowChange struct {
	Kind, ID, Name string
	Fields         []store.ChangedField
}

// leaving is somebody who would leave an office, with the cases that are handed over as far as the person who
// looks may see them.
type leaving struct {
	Name  string
	Cases int
	More  bool
}

func (c *Console) tables(w http.ResponseWriter, q *request, of kept) error {
	return c.showTables(w, q, of, http.StatusOK, "")
}

// showTables looks what the tables that were handed in come to now.
func (c *Console) showTables(w http.ResponseWriter, q *request, of kept, status int, problem string) error {
	page := tablesPage{Tables: directory.Tables, Problem: problem}
	upload, err := c.Store.Upload(q.Context(), q.User.ID)
	if ripoti.CodeOf(err) == ripoti.CodeNotFound {
		return c.show(w, q, status, "tables", page)
	}
	if err != nil {
		return err
	}
	page.At, page.Whole = upload.At, upload.Whole
	files := filesOf(upload)
	for _, table := range directory.Tables {
		if file := files[table]; file != nil {
			page.Handed = append(page.Handed, handedTable{table, max(0, len(bytes.Split(bytes.TrimSpace(file), []byte("\n")))-1)})
		}
	}
	planned, err := c.Desk.Preview(q.Context(), casework.Import{By: of.By, Files: files, Whole: upload.Whole})
	var wrong directory.Problems
	switch {
	case errors.As(err, &wrong):
		c.gatherWrong(&page, q.Lang, files, wrong)
	case ripoti.KeyOf(err) != "":
		page.Problem = ripoti.KeyOf(err)
	case err != nil:
		return err
	default:
		if err := c.gatherChanges(&page, q, planned); err != nil {
			return err
		}
	}
	if len(wrong) > 0 && status == http.StatusOK {
		status = http.StatusUnprocessableEntity
	}
	return c.show(w, q, status, "tables", page)
}

func filesOf(u store.Upload) directory.Files {
	files := directory.Files{}
	for table, file := range map[string][]byte{"offices": u.Offices, "contacts": u.Contacts, "shifts": u.Shifts, "leaves": u.Leaves} {
		if len(file) > 0 {
			files[table] = file
		}
	}
	return files
}

func uploadOf(userID string, whole bool, files directory.Files) store.Upload {
	return store.Upload{UserID: userID, Whole: whole, Offices: files["offices"], Contacts: files["contacts"], Shifts: files["shifts"], Leaves: files["leaves"]}
}

// gatherWrong puts what is wrong beside its line, in the order of the tables.
func (c *Console) gatherWrong(page *tablesPage, lang ripoti.Lang, files directory.Files, wrong directory.Problems) {
	seen := map[string]int{}
	for _, p := range wrong {
		text := c.rowProblem(lang, p)
		if name, ok := c.words.word(lang, "column", p.Column); ok && p.Column != "" {
			text = name + ": " + text
		} else if p.Column != "" {
			text = p.Column + ": " + text
		}
		line, there := lineOf(files[p.Table], p.Line)
		if !there {
			page.Others = append(page.Others, strings.TrimSpace(p.Row+" "+text))
			continue
		}
		at := p.Table + strconv.Itoa(p.Line)
		if i, known := seen[at]; known {
			page.Wrong[i].Problems = append(page.Wrong[i].Problems, text)
			continue
		}
		if len(page.Wrong) == mostWrong {
			page.MoreBad++
			continue
		}
		seen[at] = len(page.Wrong)
		page.Wrong = append(page.Wrong, wrongLine{Table: p.Table, N: p.Line, Text: line, Problems: []string{text}})
	}
}

// lineOf is a line of a file, counted from 1.
func lineOf(file []byte, n int) (string, bool) {
	lines := strings.Split(string(file), "\n")
	if n < 1 || n > len(lines) {
		return "", false
	}
	return strings.TrimSuffix(strings.TrimPrefix(lines[n-1], "\ufeff"), "\r"), true
}

// putLine puts another text in the place of a line; lines of CSV that are empty count for nothing.
func putLine(file []byte, n int, text string) []byte {
	lines := strings.Split(string(file), "\n")
	if n >= 1 && n <= len(lines) {
		lines[n-1] = strings.NewReplacer("\r", " ", "\n", " ").Replace(text)
	}
	return []byte(strings.Join(lines, "\n"))
}

// gatherChanges shows what would change, row by row, and what the people who leave would hand over.
func (c *Console) gatherChanges(page *tablesPage, q *request, planned casework.Imported) error {
	page.Same, page.NoChange = planned.Same, planned.Empty()
	if !page.NoChange {
		page.Sum = planned.Sum()
	}
	offices, contacts := c.rowChanges(q.Lang, planned.Offices, c.office), c.rowChanges(q.Lang, planned.Contacts, c.contactName)
	var rosters []rowChange
	for _, l := range planned.Rosters {
		name := c.contactName(l.RowID)
		if l.What == "shifts" {
			name = c.office(l.RowID)
		}
		rosters = append(rosters, rowChange{Kind: l.Kind, ID: l.RowID, Name: name, Fields: l.Fields})
	}
	for _, t := range []tableChanges{{Table: "offices", Rows: offices}, {Table: "contacts", Rows: contacts}, {Table: "rosters", Rows: rosters}} {
		if len(t.Rows) == 0 {
			continue
		}
		t.More = max(0, len(t.Rows)-mostChanges)
		t.Rows = t.Rows[:len(t.Rows)-t.More]
		page.Changes = append(page.Changes, t)
	}
	return c.gatherLeaving(page, q, planned.Contacts)
}

func (c *Console) rowChanges(lang ripoti.Lang, changes []directory.Change, name func(string) string) (rows []rowChange) {
	for _, change := range changes {
		row := rowChange{Kind: string(change.Kind), ID: change.ID, Name: name(change.ID)}
		for _, f := range change.Fields {
			row.Fields = append(row.Fields, store.ChangedField{Column: f.Column, Before: c.columnText(lang, f.Column, f.Before), After: c.columnText(lang, f.Column, f.After)})
		}
		rows = append(rows, row)
	}
	return rows
}

// leaves says that a change takes a contact away from its office.
func leaves(change directory.Change) bool {
	return change.Kind == directory.Removed || change.Kind == directory.Changed && slices.ContainsFunc(change.Fields, func(f directory.Field) bool {
		return f.Column == "office_id" || f.Column == "active" && f.After == "no"
	})
}

// gatherLeaving counts the cases of those who leave: none that the person may not see, for administrators none.
func (c *Console) gatherLeaving(page *tablesPage, q *request, changes []directory.Change) error {
	for _, change := range changes {
		if !leaves(change) || len(page.Leaving) == mostLeaving {
			continue
		}
		cases, err := c.Store.Seen(q.Context(), c.caseView(q), store.Wanted{Holder: change.ID}, "", onPage+1)
		if err != nil {
			return err
		}
		page.Leaving = append(page.Leaving, leaving{c.contactName(change.ID), min(len(cases), onPage), len(cases) > onPage})
	}
	return nil
}

// handIn keeps what was handed in and shows what it comes to.
func (c *Console) handIn(w http.ResponseWriter, q *request, of kept) error {
	files, problem := handedFiles(q)
	if problem != "" {
		return c.showTables(w, q, of, http.StatusUnprocessableEntity, problem)
	}
	if err := c.Store.SaveUpload(q.Context(), uploadOf(q.User.ID, q.PostFormValue("whole") == "yes", files)); err != nil {
		return err
	}
	return seeOther(w, q, tablesPath+"#handed")
}

// handedFiles are the files of a form by their tables, or the key of what is wrong with them.
func handedFiles(q *request) (directory.Files, string) {
	if err := q.ParseMultipartForm(tablesLimit); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, "tables.too_large"
		}
		return nil, "error.form"
	}
	files := directory.Files{}
	for _, header := range q.MultipartForm.File["file"] {
		if header.Size == 0 {
			continue
		}
		part, err := header.Open()
		if err != nil {
			return nil, "error.form"
		}
		file, err := io.ReadAll(part)
		part.Close()
		if err != nil {
			return nil, "error.form"
		}
		if problem := notText(file); problem != "" {
			return nil, problem
		}
		table := directory.TableOf(file)
		if files[table] != nil {
			return nil, "tables.twice"
		}
		files[table] = file
	}
	if len(files) == 0 {
		return nil, "tables.nothing"
	}
	return files, ""
}

// notText is what is wrong with a file that is no text: a spreadsheet as its program keeps it, or other bytes.
func notText(file []byte) string {
	switch {
	case bytes.HasPrefix(file, []byte("PK\x03\x04")), bytes.HasPrefix(file, []byte("\xd0\xcf\x11\xe0")):
		return "tables.spreadsheet"
	case !utf8.Valid(file), bytes.IndexByte(file, 0) >= 0:
		return "tables.not_text"
	}
	return ""
}

// correctLines puts the lines that were typed in the place of those that were wrong.
func (c *Console) correctLines(w http.ResponseWriter, q *request, of kept) error {
	if err := q.ParseForm(); err != nil {
		return c.showTables(w, q, of, http.StatusUnprocessableEntity, "error.form")
	}
	upload, err := c.Store.Upload(q.Context(), q.User.ID)
	if err != nil {
		return err
	}
	files := filesOf(upload)
	for name, typed := range q.PostForm {
		table, line, _ := strings.Cut(name, ".")
		if n, err := strconv.Atoi(line); err == nil && files[table] != nil && utf8.ValidString(typed[0]) && !strings.ContainsRune(typed[0], 0) {
			files[table] = putLine(files[table], n, typed[0])
		}
	}
	if err := c.Store.SaveUpload(q.Context(), uploadOf(q.User.ID, upload.Whole, files)); err != nil {
		return err
	}
	return seeOther(w, q, tablesPath+"#handed")
}

// takeTables makes the change that was looked at; another one is shown first.
func (c *Console) takeTables(w http.ResponseWriter, q *request, of kept) error {
	upload, err := c.Store.Upload(q.Context(), q.User.ID)
	if err != nil {
		return err
	}
	sum := q.PostFormValue("sum")
	if sum == "" {
		return c.showTables(w, q, of, http.StatusUnprocessableEntity, "error.form")
	}
	_, err = c.Desk.Import(q.Context(), casework.Import{By: of.By, Files: filesOf(upload), Whole: upload.Whole, Sum: sum})
	var wrong directory.Problems
	switch {
	case errors.As(err, &wrong):
		return c.showTables(w, q, of, http.StatusConflict, "tables.meanwhile")
	case ripoti.CodeOf(err) == ripoti.CodeConflict:
		return c.showTables(w, q, of, http.StatusConflict, "tables.meanwhile")
	case err != nil:
		return err
	}
	if err := c.Store.DropUpload(q.Context(), q.User.ID); err != nil {
		return err
	}
	c.flash(q, "directory.done.tables")
	return seeOther(w, q, tablesPath)
}

func (c *Console) dropTables(w http.ResponseWriter, q *request, _ kept) error {
	if err := c.Store.DropUpload(q.Context(), q.User.ID); err != nil {
		return err
	}
	c.flash(q, "directory.done.drop_tables")
	return seeOther(w, q, tablesPath)
}

// tableFile is a table as CSV, with the offices that the person keeps. Contacts hold whole numbers: that they
// were taken is a line of the network's own history, and stands there before the file leaves.
func (c *Console) tableFile(w http.ResponseWriter, q *request, of kept) error {
	table, isCSV := strings.CutSuffix(q.PathValue("file"), ".csv")
	if !isCSV || !slices.Contains(directory.Tables, table) {
		return ripoti.NotFound("directory.no_table", nil)
	}
	raw, err := json.Marshal(map[string]string{"table": table})
	if err != nil {
		return fmt.Errorf("table: %w", err)
	}
	if err := c.Store.Note(q.Context(), "directory_exported", "user:"+q.User.ID, string(raw)); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := c.writeKept(q, &b, table, of.By); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+table+`.csv"`)
	_, err = w.Write(b.Bytes())
	return err
}

// writeKept writes what a table has of the offices that somebody keeps.
func (c *Console) writeKept(q *request, out io.Writer, table string, by casework.Keeper) error {
	offices, contacts, err := c.Store.Directory(q.Context())
	if err != nil {
		return err
	}
	roster, err := c.Store.Roster(q.Context())
	if err != nil {
		return err
	}
	keeps, keepsContact := map[string]bool{}, map[string]bool{}
	for _, o := range offices {
		keeps[o.ID] = by.Keeps(o)
	}
	for _, contact := range contacts {
		keepsContact[contact.ID] = keeps[contact.OfficeID]
	}
	switch table {
	case "contacts":
		return directory.WriteContacts(out, slices.DeleteFunc(contacts, func(c ripoti.Contact) bool { return !keepsContact[c.ID] }))
	case "shifts":
		return directory.WriteShifts(out, slices.DeleteFunc(roster.Shifts, func(s ripoti.Shift) bool { return !keeps[s.OfficeID] }))
	case "leaves":
		return directory.WriteLeaves(out, slices.DeleteFunc(roster.Leaves, func(l ripoti.Leave) bool { return !keepsContact[l.ContactID] }))
	}
	return directory.WriteOffices(out, slices.DeleteFunc(offices, func(o ripoti.Office) bool { return !keeps[o.ID] }))
}
