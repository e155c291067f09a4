package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// formPage is one section of a draft as a form, with its YAML beside.
type formPage struct {
	draftLine
	Write    bool
	Sections []sectionLink
	Of       string // the section
	Name     string
	Group    formGroup
	YAML     string
	From, To int
	Problems []problemLine
	Words    []routing.Question // what conditions may ask
	Problem  string
}

type sectionLink struct {
	Section, Name string
	Wrong         bool // something in it is wrong
}

// formGroup is a group of the form in words.
type formGroup struct {
	routing.Group
	Name        string
	Fields      []formField
	Groups      []formGroup
	First, Last bool
	Can         bool // it may be changed
}

// formField is a field of the form in words.
type formField struct {
	routing.Field
	ID      string
	Name    string
	Options []formOption
	Problem string
	Locked  bool
}

type formOption struct {
	Value, Name string
	Chosen      bool
}

func formPath(id, section string) string {
	return draftPath(id) + "/form?" + url.Values{"of": {section}}.Encode()
}

func (c *Console) ruleForm(w http.ResponseWriter, q *request) error {
	d, err := c.Store.RuleDraft(q.Context(), q.PathValue("id"))
	if err != nil {
		return err
	}
	_, problems := c.Rules.Check([]byte(d.Document))
	return c.showForm(w, q, http.StatusOK, d, nil, problems, "")
}

// mayWrite says whether a draft can be changed by somebody.
func mayWrite(d ripoti.RuleDraft, u ripoti.User) bool {
	return allowed(networkRoles, u.Role) && d.Version == 0 && d.State != ripoti.DraftProposed && d.State != ripoti.DraftApproved
}

// showForm shows a section: as the draft has it, or with what was typed and is wrong with it.
func (c *Console) showForm(w http.ResponseWriter, q *request, status int, d ripoti.RuleDraft, typed map[string]string, problems routing.Problems, problem string) error {
	sheet, err := routing.ReadSheet([]byte(d.Document))
	if err != nil { // it cannot be shown as a form before its YAML can be read
		return seeOther(w, q, draftPath(d.ID)+"/yaml")
	}
	of := q.URL.Query().Get("of")
	if of == "" {
		of = sheet.Sections[0].Name
	}
	section, ok := sheet.Section(of)
	if !ok {
		return ripoti.NotFound("error.page", nil)
	}
	page := formPage{draftLine: c.draftLine(q, d), Write: mayWrite(d, q.User), Of: of, Name: c.sectionName(q.Lang, of), From: section.From, To: section.To,
		Problems: c.problemLines(q.Lang, []byte(d.Document), problems), Words: routing.Questions(), Problem: problem}
	for _, s := range sheet.Sections {
		wrong := slices.ContainsFunc(page.Problems, func(p problemLine) bool { return p.Section == s.Name })
		page.Sections = append(page.Sections, sectionLink{s.Name, c.sectionName(q.Lang, s.Name), wrong})
	}
	f := former{c, q.Lang, of, typed, map[string]string{}, page.Write, 0}
	for _, p := range problems {
		f.wrong[p.Path] = strings.TrimSpace(f.wrong[p.Path] + " " + c.problemText(q.Lang, p))
	}
	page.Group = f.group(section.Group, "")
	lines := strings.Split(d.Document, "\n")
	page.YAML = strings.Join(lines[section.From-1:section.To], "\n")
	return c.show(w, q, status, "rules_form", page)
}

// former writes a section in words.
type former struct {
	c       *Console
	lang    ripoti.Lang
	section string
	typed   map[string]string
	wrong   map[string]string
	write   bool
	n       int
}

func (f *former) group(g routing.Group, name string) formGroup {
	out := formGroup{Group: g, Name: name, Can: f.write}
	for _, field := range g.Fields {
		out.Fields = append(out.Fields, f.field(field))
	}
	for i, within := range g.Groups {
		step := within.Path[strings.LastIndexAny(within.Path, ".[")+1:]
		step = strings.TrimSuffix(step, "]")
		if n, err := strconv.Atoi(step); err == nil {
			step = "#" + strconv.Itoa(n+1)
		} else {
			step = f.c.pathName(f.lang, f.section, step)
		}
		inner := f.group(within, step)
		inner.First, inner.Last = i == 0, i == len(g.Groups)-1
		out.Groups = append(out.Groups, inner)
	}
	return out
}

func (f *former) field(field routing.Field) formField {
	f.n++
	out := formField{Field: field, ID: "f" + strconv.Itoa(f.n), Name: f.c.fieldName(f.lang, f.section, field.Key), Problem: f.wrong[field.Path], Locked: !f.write}
	if text, ok := f.typed[field.Path]; ok {
		out.Value = text
	}
	switch field.Kind {
	case routing.FieldFlag:
		out.Options = []formOption{{"", f.c.words.text(f.lang, "rules.no"), out.Value != "true"}, {"true", f.c.words.text(f.lang, "rules.yes"), out.Value == "true"}}
	case routing.FieldChoice:
		if !field.Must {
			out.Options = append(out.Options, formOption{"", "", out.Value == ""})
		}
		for _, code := range field.Options {
			out.Options = append(out.Options, formOption{code, f.c.codeName(f.lang, field.Key, code), code == out.Value})
		}
		if out.Value != "" && !slices.Contains(field.Options, out.Value) { // what YAML says wrongly is not changed unseen
			out.Options = append(out.Options, formOption{out.Value, out.Value, true})
		}
	}
	return out
}

// codeKinds are where the words of a field's codes stand, where not under rule_code.
var codeKinds = map[string]string{"level": "urgency", "category": "category", "second": "category", "as": "side"}

// codeName is a field's code in words, the code itself where there are none.
func (c *Console) codeName(lang ripoti.Lang, key, code string) string {
	kind, ok := codeKinds[key]
	if !ok {
		kind = "rule_code." + key
	}
	if text, ok := c.words.word(lang, kind, code); ok {
		return text
	}
	return code
}

// saveRuleForm writes what was typed into the draft, and then moves, copies or takes out a line if that was
// pressed; or it writes the section's YAML. What cannot be read is shown again as it was typed.
func (c *Console) saveRuleForm(w http.ResponseWriter, q *request) error {
	d, err := c.Store.RuleDraft(q.Context(), q.PathValue("id"))
	if err != nil {
		return err
	}
	if err := q.ParseForm(); err != nil {
		return ripoti.Invalid("rules.too_long", err)
	}
	doc, typed, err := c.typedSection(q, d)
	if problems := problemsIn(err); len(problems) > 0 {
		return c.showForm(w, q, http.StatusUnprocessableEntity, d, typed, problems, "rules.not_saved")
	}
	if err != nil {
		return err
	}
	if string(doc) == d.Document {
		return seeOther(w, q, formPath(d.ID, q.URL.Query().Get("of")))
	}
	d, err = c.Rules.Write(q.Context(), q.User, d.ID, editionOf(q), doc)
	if ripoti.KeyOf(err) == "rules.changed_meanwhile" {
		if d, err = c.Store.RuleDraft(q.Context(), q.PathValue("id")); err != nil {
			return err
		}
		return c.showForm(w, q, http.StatusConflict, d, typed, nil, "rules.changed_meanwhile")
	}
	if err != nil {
		return err
	}
	if _, problems := c.Rules.Check(doc); len(problems) > 0 {
		return c.showForm(w, q, http.StatusUnprocessableEntity, d, nil, problems, "rules.saved_wrong")
	}
	c.flash(q, "rules.saved")
	return seeOther(w, q, formPath(d.ID, q.URL.Query().Get("of")))
}

// typedSection is the document with what was typed.
func (c *Console) typedSection(q *request, d ripoti.RuleDraft) (doc []byte, typed map[string]string, err error) {
	if lines, has := q.PostForm["yaml"]; has {
		doc, err = replaceLines(d.Document, q.PostFormValue("from"), q.PostFormValue("to"), lines[0])
		return doc, nil, err
	}
	typed = map[string]string{}
	for name, values := range q.PostForm {
		if name != "edition" && name != "move" {
			typed[name] = values[0]
		}
	}
	if doc, err = routing.Edit([]byte(d.Document), typed); err != nil {
		return nil, typed, err
	}
	if move, path, ok := strings.Cut(q.PostFormValue("move"), " "); ok {
		doc, err = routing.MoveRow(doc, path, routing.Move(move))
	}
	return doc, typed, err
}

// replaceLines writes lines of a document anew. They are those that the page showed: the edition says so.
func replaceLines(doc, from, to, text string) ([]byte, error) {
	lines := strings.Split(doc, "\n")
	first, err := strconv.Atoi(from)
	last, bad := strconv.Atoi(to)
	if err != nil || bad != nil || first < 1 || last < first || last > len(lines) {
		return nil, ripoti.Conflict("rules.changed_meanwhile", nil)
	}
	text = strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	return []byte(strings.Join(slices.Replace(lines, first-1, last, strings.Split(text, "\n")...), "\n")), nil
}

// yamlPage is a draft's whole text.
type yamlPage struct {
	draftLine
	Write    bool
	Text     string
	Rows     int
	Problems []problemLine
	Problem  string
}

func (c *Console) ruleYAML(w http.ResponseWriter, q *request) error {
	d, err := c.Store.RuleDraft(q.Context(), q.PathValue("id"))
	if err != nil {
		return err
	}
	return c.showYAML(w, q, http.StatusOK, d, d.Document, "")
}

func (c *Console) showYAML(w http.ResponseWriter, q *request, status int, d ripoti.RuleDraft, text, problem string) error {
	_, problems := c.Rules.Check([]byte(text))
	return c.show(w, q, status, "rules_yaml", yamlPage{c.draftLine(q, d), mayWrite(d, q.User), text, 40, c.problemLines(q.Lang, []byte(text), problems), problem})
}

// saveRuleYAML keeps a draft's whole text, whatever is wrong with it.
func (c *Console) saveRuleYAML(w http.ResponseWriter, q *request) error {
	d, err := c.Store.RuleDraft(q.Context(), q.PathValue("id"))
	if err != nil {
		return err
	}
	if err := q.ParseForm(); err != nil {
		return ripoti.Invalid("rules.too_long", err)
	}
	text := strings.ReplaceAll(q.PostFormValue("yaml"), "\r\n", "\n")
	saved, err := c.Rules.Write(q.Context(), q.User, d.ID, editionOf(q), []byte(text))
	if key := ripoti.KeyOf(err); key != "" {
		return c.showYAML(w, q, statuses[ripoti.CodeOf(err)], d, text, key)
	}
	if err != nil {
		return err
	}
	if _, problems := c.Rules.Check([]byte(text)); len(problems) > 0 {
		return c.showYAML(w, q, http.StatusUnprocessableEntity, saved, text, "rules.saved_wrong")
	}
	c.flash(q, "rules.saved")
	return seeOther(w, q, draftPath(d.ID)+"/yaml")
}
