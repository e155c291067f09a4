package console

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/rulebook"
)

// draftPage is a draft with what it changes, what is wrong with it and what may be done with it.
type draftPage struct {
	draftLine
	Proposer, Decider string
	Current           versionRow
	Stale             bool // others have published since it was begun
	Same              bool // it changes nothing
	Temporary         bool // the rules in force end by themselves: what it keeps of them stays for good
	Changes           []changeRow
	Problems          []problemLine
	Rehearsal         ripoti.Rehearsal
	Found             *rulebook.Found
	Fresh             bool // the rehearsal is of the draft as it stands

	Write, Propose, Decide, Withdraw bool
	// What was typed, and what is wrong with it.
	Problem              string
	Reason, Starts, Ends string
	Answer               string
}

// problemLine is what is wrong with a document, with the way to where it is mended.
type problemLine struct {
	Line    int
	Section string
	Field   string // in words
	Text    string
}

// changeRow is a difference in words.
type changeRow struct {
	rulebook.Change
	Where, Field string
}

func (c *Console) ruleDraft(w http.ResponseWriter, q *request) error {
	return c.showDraft(w, q, http.StatusOK, draftPage{})
}

func (c *Console) showDraft(w http.ResponseWriter, q *request, status int, page draftPage) error {
	ctx := q.Context()
	d, err := c.Store.RuleDraft(ctx, q.PathValue("id"))
	if err != nil {
		return err
	}
	current, err := c.Rules.Current(ctx)
	if err != nil {
		return err
	}
	page.draftLine, page.Current = c.draftLine(q, d), c.versionRow(q, current)
	page.Proposer, page.Decider = c.userNames(q, []string{d.ProposedBy}), c.userNames(q, []string{d.DecidedBy})
	page.Write = allowed(networkRoles, q.User.Role)
	open := d.Version == 0 && d.State != ripoti.DraftWithdrawn
	page.Stale, page.Same, page.Temporary = open && d.Base != current.Number, d.Document == current.Document, !current.EndsAt.IsZero()
	if open {
		page.Changes = c.changesOf(q.Lang, current.Document, d.Document)
		_, problems := c.Rules.Check([]byte(d.Document))
		page.Problems = c.problemLines(q.Lang, []byte(d.Document), problems)
	}
	if page.Write {
		if page.Rehearsal, page.Found, err = c.Rules.Rehearsed(ctx, q.User, c.view(q), d.ID); err != nil {
			return err
		}
	}
	page.Fresh = page.Found != nil && page.Rehearsal.Edition == d.Edition && page.Rehearsal.Base == d.Base
	page.Propose = page.Write && d.State == ripoti.DraftWriting && !page.Stale && !page.Same && len(page.Problems) == 0 && page.Fresh
	page.Decide = rulebook.MayDecide(d, q.User)
	page.Withdraw = page.Write && open && d.State != ripoti.DraftRefused && (d.State == ripoti.DraftApproved || !page.Decide)
	return c.show(w, q, status, "rules_draft", page)
}

// moveRuleDraft takes a draft one step on. A refusal is told beside what was typed.
func (c *Console) moveRuleDraft(w http.ResponseWriter, q *request) error {
	step := q.PathValue("step")
	var err error
	switch step {
	case "propose":
		err = c.proposeRules(q)
	case "approve":
		_, err = c.Rules.Approve(q.Context(), q.User, q.PathValue("id"), editionOf(q))
	case "refuse":
		_, err = c.Rules.Refuse(q.Context(), q.User, q.PathValue("id"), q.PostFormValue("answer"))
	case "withdraw":
		_, err = c.Rules.Withdraw(q.Context(), q.User, q.PathValue("id"))
	case "take-over":
		_, err = c.Rules.TakeOver(q.Context(), q.User, q.PathValue("id"), editionOf(q))
	default:
		return ripoti.NotFound("error.page", nil)
	}
	if key := ripoti.KeyOf(err); key != "" && ripoti.CodeOf(err) != ripoti.CodeNotFound {
		return c.showDraft(w, q, statuses[ripoti.CodeOf(err)], draftPage{Problem: key, Reason: q.PostFormValue("reason"), Starts: q.PostFormValue("starts"),
			Ends: q.PostFormValue("ends"), Answer: q.PostFormValue("answer")})
	}
	if err != nil {
		return err
	}
	c.flash(q, "rules.done."+step)
	return seeOther(w, q, draftPath(q.PathValue("id")))
}

func editionOf(q *request) int {
	edition, err := strconv.Atoi(q.PostFormValue("edition"))
	if err != nil {
		return -1 // no draft's
	}
	return edition
}

func (c *Console) proposeRules(q *request) error {
	starts, err := typedTime(q.PostFormValue("starts"))
	if err != nil {
		return err
	}
	ends, err := typedTime(q.PostFormValue("ends"))
	if err != nil {
		return err
	}
	_, err = c.Rules.Propose(q.Context(), q.User, q.PathValue("id"), editionOf(q), rulebook.Proposal{Reason: q.PostFormValue("reason"), StartsAt: starts, EndsAt: ends})
	return err
}

// changesOf is how b differs from a, in words; nothing where one of them is no form, and the lines tell.
func (c *Console) changesOf(lang ripoti.Lang, a, b string) (rows []changeRow) {
	changes, err := rulebook.Compare([]byte(a), []byte(b))
	if err != nil {
		return nil
	}
	for _, change := range changes {
		row := changeRow{Change: change, Where: c.sectionName(lang, change.Section)}
		if change.Row != "" {
			row.Where += ", " + c.rowName(lang, change.Row)
		}
		if change.Key != "" {
			row.Field = c.fieldName(lang, change.Section, change.Key)
			row.Before, row.After = c.codeName(lang, change.Key, change.Before), c.codeName(lang, change.Key, change.After)
		}
		rows = append(rows, row)
	}
	return rows
}

// rowName says the steps of a row in words where there are some: "critical #2".
func (c *Console) rowName(lang ripoti.Lang, row string) string {
	steps := strings.Fields(row)
	for i, step := range steps {
		for _, kind := range []string{"urgency", "rule_field"} {
			if text, ok := c.words.word(lang, kind, step); ok {
				steps[i] = text
				break
			}
		}
	}
	return strings.Join(steps, " ")
}

// sectionName is what a part of the document is called.
func (c *Console) sectionName(lang ripoti.Lang, name string) string {
	of, key, _ := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	kind := map[string]string{"categories": "category", "ladders": "ladder"}[of]
	if kind == "" {
		text, _ := c.words.word(lang, "section", of)
		return text
	}
	text, ok := c.words.word(lang, kind, key)
	if !ok {
		text = key
	}
	return c.words.text(lang, "section."+of, "of", text)
}

// fieldName is what a field is called; the lists of an office kind are called by that.
func (c *Console) fieldName(lang ripoti.Lang, section, key string) string {
	if section == "fallbacks" {
		if text, ok := c.words.word(lang, "rule_code.who", key); ok {
			return text
		}
	}
	text, ok := c.words.word(lang, "rule_field", key)
	if !ok {
		return key
	}
	return text
}

// problemLines are what is wrong, in words.
func (c *Console) problemLines(lang ripoti.Lang, doc []byte, problems routing.Problems) (lines []problemLine) {
	sheet, err := routing.ReadSheet(doc)
	for _, p := range problems {
		line := problemLine{Line: p.Line, Text: c.problemText(lang, p)}
		if err == nil {
			line.Section = sectionOf(sheet, p.Path)
		}
		if line.Section != "" {
			line.Field = c.sectionName(lang, line.Section)
			if inner := strings.TrimPrefix(p.Path, line.Section); inner != "" {
				line.Field += ", " + c.pathName(lang, line.Section, inner)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// pathName says a path within a section in words: "[critical].accept_within" is "critical, accepted within".
func (c *Console) pathName(lang ripoti.Lang, section, path string) string {
	var words []string
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		if n, err := strconv.Atoi(step); err == nil {
			step = "#" + strconv.Itoa(n+1)
		} else if text, ok := c.words.word(lang, "urgency", step); ok {
			step = text
		} else {
			step = c.fieldName(lang, section, step)
		}
		words = append(words, step)
	}
	return strings.Join(words, ", ")
}

// sectionOf is the section that a path is in, "" where there is none.
func sectionOf(sheet *routing.Sheet, path string) string {
	best := ""
	for _, s := range sheet.Sections {
		if strings.HasPrefix(path, s.Name) && len(s.Name) > len(best) {
			best = s.Name
		}
	}
	return best
}

// problemText is a problem in a language, without its path.
func (c *Console) problemText(lang ripoti.Lang, p routing.Problem) string {
	if p.Key != "" && c.words.has("problem."+p.Key) {
		pairs := make([]any, 0, 2*len(p.Args))
		for i, arg := range p.Args {
			pairs = append(pairs, i, arg)
		}
		return c.words.text(lang, "problem."+p.Key, pairs...)
	}
	return strings.TrimPrefix(p.Text, p.Path+": ")
}

// problemsIn are the problems that an error carries.
func problemsIn(err error) routing.Problems {
	var problems routing.Problems
	errors.As(err, &problems)
	return problems
}
