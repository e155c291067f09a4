package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/rulebook"
)

// ruleReaders may read the rules and how they came about; networkRoles change them, two together.
var ruleReaders = append(slices.Clone(networkRoles), ripoti.UserAuditor)

// ruleLimit bounds a rules document in a form: what it may hold, with every sign of it written as three.
const ruleLimit = 3*routing.MaxDocument + 16<<10

// ruleRoutes are the pages of the routing rules.
func (c *Console) ruleRoutes() []route {
	return []route{
		{pattern: "GET /console/rules", do: c.rules, roles: ruleReaders},
		{pattern: "GET /console/rules/versions/{number}", do: c.ruleVersion, roles: ruleReaders},
		{pattern: "GET /console/rules/compare", do: c.compareRules, roles: ruleReaders},
		{pattern: "POST /console/rules/undo", do: c.undoRules, roles: networkRoles},
		{pattern: "GET /console/rules/try", do: c.tryRules, roles: networkRoles},
		{pattern: "GET /console/rules/overrides", do: c.overrides, roles: ruleReaders},
		{pattern: "POST /console/rules/overrides", do: c.makeOverride, roles: networkRoles},
		{pattern: "POST /console/rules/overrides/{id}/end", do: c.endOverride, roles: networkRoles},
		{pattern: "POST /console/rules/drafts", do: c.beginDraft, roles: networkRoles},
		{pattern: "GET /console/rules/drafts/{id}", do: c.ruleDraft, roles: ruleReaders},
		{pattern: "POST /console/rules/drafts/{id}/{step}", do: c.moveRuleDraft, roles: networkRoles},
		{pattern: "GET /console/rules/drafts/{id}/form", do: c.ruleForm, roles: ruleReaders},
		{pattern: "POST /console/rules/drafts/{id}/form", do: c.saveRuleForm, roles: networkRoles, limit: ruleLimit},
		{pattern: "GET /console/rules/drafts/{id}/yaml", do: c.ruleYAML, roles: ruleReaders},
		{pattern: "POST /console/rules/drafts/{id}/yaml", do: c.saveRuleYAML, roles: networkRoles, limit: ruleLimit},
		{pattern: "GET /console/rules/drafts/{id}/rehearsal", do: c.rehearsal, roles: networkRoles},
		{pattern: "POST /console/rules/drafts/{id}/rehearsal", do: c.rehearse, roles: networkRoles},
	}
}

// versionRow is a version with the names of people.
type versionRow struct {
	ripoti.RuleVersion
	By, Second string
}

// draftLine is a draft with the names of people.
type draftLine struct {
	ripoti.RuleDraft
	By string
}

// rulesPage is what is in force, what is on its way, and what was before.
type rulesPage struct {
	Write     bool
	Current   versionRow
	Drafts    []draftLine // on their way
	Overrides []overrideLine
	Versions  []versionRow
	Older     int // the version to go on from, 0 for none
	Problem   string
	Title     string
	Reason    string
}

// versionsOnPage is how many versions a page lists.
const versionsOnPage = 20

func (c *Console) rules(w http.ResponseWriter, q *request) error {
	return c.showRules(w, q, http.StatusOK, rulesPage{})
}

func (c *Console) showRules(w http.ResponseWriter, q *request, status int, page rulesPage) error {
	page.Write = allowed(networkRoles, q.User.Role)
	current, err := c.Rules.Current(q.Context())
	if err != nil {
		return err
	}
	page.Current = c.versionRow(q, current)
	drafts, err := c.Store.RuleDrafts(q.Context(), mostListed)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if d.Version == 0 && d.State != ripoti.DraftWithdrawn {
			page.Drafts = append(page.Drafts, c.draftLine(q, d))
		}
	}
	before, _ := strconv.Atoi(q.URL.Query().Get("before")) // what is no number is the first page
	versions, err := c.Store.RuleVersions(q.Context(), max(before, 0), versionsOnPage+1)
	if err != nil {
		return err
	}
	if len(versions) > versionsOnPage {
		versions = versions[:versionsOnPage]
		page.Older = versions[versionsOnPage-1].Number
	}
	for _, v := range versions {
		page.Versions = append(page.Versions, c.versionRow(q, v))
	}
	now, _, err := c.Rules.Exceptions(q.Context())
	if err != nil {
		return err
	}
	for _, o := range now {
		page.Overrides = append(page.Overrides, c.overrideLine(q, o))
	}
	return c.show(w, q, status, "rules", page)
}

func (c *Console) versionRow(q *request, v ripoti.RuleVersion) versionRow {
	return versionRow{v, c.userNames(q, strings.Split(v.Author, ",")), c.userNames(q, []string{v.Approver})}
}

func (c *Console) draftLine(q *request, d ripoti.RuleDraft) draftLine {
	return draftLine{d, c.userNames(q, d.Authors)}
}

// userNames are what users are called, with commas between.
func (c *Console) userNames(q *request, ids []string) string {
	var names []string
	for _, id := range ids {
		if id != "" {
			names = append(names, c.userName(q.Context(), id))
		}
	}
	return strings.Join(names, ", ")
}

// ruleVersion is the text of a version.
func (c *Console) ruleVersion(w http.ResponseWriter, q *request) error {
	number, err := strconv.Atoi(q.PathValue("number"))
	if err != nil {
		return ripoti.NotFound("rules.no_version", err)
	}
	v, err := c.Rules.Version(q.Context(), number)
	if err != nil {
		return err
	}
	return c.show(w, q, http.StatusOK, "rules_version", c.versionRow(q, v))
}

// undoRules goes one step back at once.
func (c *Console) undoRules(w http.ResponseWriter, q *request) error {
	version, _ := strconv.Atoi(q.PostFormValue("version")) // no number is no version
	err := c.Rules.Undo(q.Context(), q.User, version, q.PostFormValue("reason"))
	if key := ripoti.KeyOf(err); key != "" {
		return c.showRules(w, q, statuses[ripoti.CodeOf(err)], rulesPage{Problem: key, Reason: q.PostFormValue("reason")})
	}
	if err != nil {
		return err
	}
	c.flash(q, "rules.done.undo")
	return seeOther(w, q, "/console/rules")
}

// beginDraft starts a draft from the version in force, or from an older one that is restored.
func (c *Console) beginDraft(w http.ResponseWriter, q *request) error {
	from, err := strconv.Atoi(q.PostFormValue("from"))
	if err != nil {
		return ripoti.NotFound("rules.no_version", err)
	}
	title := q.PostFormValue("title")
	d, err := c.Rules.Begin(q.Context(), q.User, title, from)
	if ripoti.KeyOf(err) == "rules.title_needed" {
		return c.showRules(w, q, http.StatusUnprocessableEntity, rulesPage{Problem: ripoti.KeyOf(err), Title: title})
	}
	if err != nil {
		return err
	}
	return seeOther(w, q, draftPath(d.ID))
}

func draftPath(id string) string { return "/console/rules/drafts/" + id }

// typedTime is a time of day as a form gives it, in Nairobi; zero where nothing was typed.
func typedTime(text string) (time.Time, error) {
	if text = strings.TrimSpace(text); text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", text, routing.Nairobi)
	if err != nil {
		return at, ripoti.Invalid("rules.no_time", err)
	}
	return at, nil
}

// comparePage is how two texts differ.
type comparePage struct {
	A, B    comparedText
	Texts   []comparedText // what can be chosen
	Changes []changeRow
	Lines   []rulebook.Line
}

// comparedText is a version ("3") or a draft (its id).
type comparedText struct {
	Key      string
	Version  int
	Title    string // of a draft
	document string
}

// compareRules shows how one version or draft differs from another: in words, and line by line.
func (c *Console) compareRules(w http.ResponseWriter, q *request) error {
	var page comparePage
	current, err := c.Rules.Current(q.Context())
	if err != nil {
		return err
	}
	asked := q.URL.Query()
	if page.A, err = c.comparedText(q, asked.Get("a"), max(current.Number-1, 0)); err != nil {
		return err
	}
	if page.B, err = c.comparedText(q, asked.Get("b"), current.Number); err != nil {
		return err
	}
	if page.Texts, err = c.comparable(q, current.Number); err != nil {
		return err
	}
	page.Changes, page.Lines = c.changesOf(q.Lang, page.A.document, page.B.document), rulebook.Lines([]byte(page.A.document), []byte(page.B.document))
	return c.show(w, q, http.StatusOK, "rules_compare", page)
}

// comparable are the texts that can be chosen: the newest versions and the drafts.
func (c *Console) comparable(q *request, current int) (texts []comparedText, err error) {
	for n := current; n >= 0 && n > current-mostListed; n-- {
		texts = append(texts, comparedText{Key: strconv.Itoa(n), Version: n})
	}
	drafts, err := c.Store.RuleDrafts(q.Context(), mostListed)
	for _, d := range drafts {
		if d.Version == 0 {
			texts = append(texts, comparedText{Key: d.ID, Title: d.Title})
		}
	}
	return texts, err
}

func (c *Console) comparedText(q *request, key string, otherwise int) (comparedText, error) {
	number, err := strconv.Atoi(key)
	if key != "" && err != nil {
		d, err := c.Store.RuleDraft(q.Context(), key)
		return comparedText{Key: key, Title: d.Title, document: d.Document}, err
	}
	if key == "" {
		number = otherwise
	}
	v, err := c.Rules.Version(q.Context(), number)
	return comparedText{Key: strconv.Itoa(number), Version: number, document: v.Document}, err
}
