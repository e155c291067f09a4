package console

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/wording"
)

// wordReaders may read sentences; networkRoles change them, two together.
var (
	wordReaders     = append(slices.Clone(networkRoles), ripoti.UserAuditor)
	helplineReaders = append(slices.Clone(keeperRoles), ripoti.UserAuditor)
)

// wordRoutes are the pages of the sentences people get by phone.
func (c *Console) wordRoutes() []route {
	return []route{
		{pattern: "GET /console/words", do: c.sentences, roles: wordReaders},
		{pattern: "GET /console/words/of/{key}", do: c.sentence, roles: wordReaders},
		{pattern: "POST /console/words/of/{key}", do: c.writeSentence, roles: networkRoles},
		{pattern: "POST /console/words/of/{key}/look", do: c.lookAtSentence, roles: networkRoles},
		{pattern: "GET /console/words/drafts", do: c.wordDrafts, roles: wordReaders},
		{pattern: "GET /console/words/drafts/{id}", do: c.wordDraft, roles: wordReaders},
		{pattern: "POST /console/words/drafts/{id}/{step}", do: c.moveWordDraft, roles: networkRoles},
		{pattern: "POST /console/words/back", do: c.wordsBack, roles: networkRoles},
		{pattern: "GET /console/helplines", do: c.helplines, roles: helplineReaders},
		{pattern: "POST /console/helplines/{name}/called", do: c.calledHelpline, roles: networkRoles},
		{pattern: "POST /console/helplines/{name}/number", do: c.changeHelpline, roles: networkRoles},
	}
}

// wordGroups are what sentences are for, by the beginnings of their keys.
var wordGroups = []struct {
	Name   string
	begins []string
}{
	{"report", []string{"report.", "ussd."}}, {"text", []string{"text."}}, {"alert", []string{"sms."}}, {"case", []string{"case.", "closing.", "flag.", "referral.", "incident.", "rights."}},
	{"clock", []string{"clock."}}, {"staff", []string{"staff.", "contact."}}, {"brief", []string{"brief", "parade."}},
}

// wordsOnPage is how many sentences a page of the list shows.
const wordsOnPage = 60

type sentencesPage struct {
	Groups []string
	Group  string
	Asked  string // looked for
	Rows   []sentenceRow
	Page   int
	Pages  int
	Mine   store.WordingDraft // what the person works on
	Stale  int                // help numbers to be called
}

type sentenceRow struct {
	Key     string
	Langs   []sentenceIn
	Changed bool // from what is built in
}

// sentenceIn is a sentence in one language.
type sentenceIn struct {
	Lang     ripoti.Lang
	Text     string
	Length   wording.Length
	Words    []string // its open words
	Phone    template.HTML
	Problems []wording.Problem
}

func (c *Console) sentences(w http.ResponseWriter, q *request) error {
	asked := q.URL.Query()
	page := sentencesPage{Group: asked.Get("group"), Asked: strings.TrimSpace(asked.Get("q"))}
	for _, g := range wordGroups {
		page.Groups = append(page.Groups, g.Name)
	}
	if !slices.Contains(page.Groups, page.Group) {
		page.Group = page.Groups[0]
	}
	proof, err := c.Wording.Lengths(q.Context())
	if err != nil {
		return err
	}
	keys := c.sentenceKeys(page.Group, page.Asked)
	page.Pages = max((len(keys)+wordsOnPage-1)/wordsOnPage, 1)
	page.Page, _ = strconv.Atoi(asked.Get("page")) // what is no number is the first page
	page.Page = min(max(page.Page, 1), page.Pages)
	for _, key := range keys[(page.Page-1)*wordsOnPage : min(page.Page*wordsOnPage, len(keys))] {
		row := sentenceRow{Key: key}
		for _, lang := range ripoti.Langs {
			text := c.Wording.Words.Written(lang, key)
			row.Langs = append(row.Langs, sentenceIn{Lang: lang, Text: text, Length: proof.Length(lang, key)})
			row.Changed = row.Changed || text != c.Wording.Words.BuiltIn(lang, key)
		}
		page.Rows = append(page.Rows, row)
	}
	if page.Mine, err = c.Wording.Open(q.Context(), q.User); err != nil {
		return err
	}
	if page.Stale, err = c.Wording.Stale(q.Context()); err != nil {
		return err
	}
	return c.show(w, q, http.StatusOK, "words", page)
}

// sentenceKeys are the sentences of a group, or those of all groups that say what was looked for.
func (c *Console) sentenceKeys(group, asked string) []string {
	asked = strings.ToLower(asked)
	return slices.DeleteFunc(c.Wording.Words.Keys(ripoti.English), func(key string) bool {
		if asked == "" {
			return groupOf(key) != group
		}
		said := strings.ToLower(key + "\n" + c.Wording.Words.Written(ripoti.English, key) + "\n" + c.Wording.Words.Written(ripoti.Swahili, key))
		return !strings.Contains(said, asked)
	})
}

func groupOf(key string) string {
	for _, g := range wordGroups {
		if slices.ContainsFunc(g.begins, func(begin string) bool { return strings.HasPrefix(key, begin) }) {
			return g.Name
		}
	}
	return wordGroups[0].Name
}

// sentencePage is one sentence in both languages, to read and to change.
type sentencePage struct {
	Key    string
	Group  string
	Langs  []sentenceIn
	Write  bool
	Screen bool // it is read in a call, and leaves nothing on the phone
}

func (c *Console) sentence(w http.ResponseWriter, q *request) error {
	mine, err := c.Wording.Open(q.Context(), q.User)
	if err != nil {
		return err
	}
	typed := map[ripoti.Lang]string{}
	for _, change := range mine.Changes {
		if change.Key == q.PathValue("key") {
			typed[change.Lang] = change.After
		}
	}
	return c.showSentence(w, q, http.StatusOK, typed, nil)
}

// showSentence shows what is in force, or what was typed, with what is wrong with it.
func (c *Console) showSentence(w http.ResponseWriter, q *request, status int, typed map[ripoti.Lang]string, problems []wording.Problem) error {
	key := q.PathValue("key")
	if !c.Wording.Words.Has(ripoti.English, key) {
		return ripoti.NotFound("wording.unknown", nil)
	}
	page := sentencePage{Key: key, Group: groupOf(key), Write: allowed(networkRoles, q.User.Role), Screen: onScreen(key)}
	for _, lang := range ripoti.Langs {
		in := c.look(lang, key, typed)
		for _, p := range problems {
			if p.Lang == lang && p.Key == key {
				in.Problems = append(in.Problems, p)
			}
		}
		page.Langs = append(page.Langs, in)
	}
	return c.show(w, q, status, "sentence", page)
}

// look is a sentence as it would stand on a phone: as typed where it can be read, else as in force.
func (c *Console) look(lang ripoti.Lang, key string, typed map[ripoti.Lang]string) sentenceIn {
	in := sentenceIn{Lang: lang, Text: c.Wording.Words.Written(lang, key), Words: c.Wording.Words.Words(lang, key)}
	if text, ok := typed[lang]; ok {
		in.Text = text
	}
	tried, err := c.Wording.Tried(lang, key, in.Text)
	if err != nil {
		tried = c.Wording.Words
	}
	if proof, err := c.Wording.Length(lang, key, in.Text); err == nil {
		in.Length = proof
	}
	in.Phone = handset(wording.Look(tried, lang, key), !onScreen(key))
	return in
}

func onScreen(key string) bool {
	group := groupOf(key)
	return group == "report" || group == "staff"
}

// lookAtSentence draws the phone anew while somebody types. Nothing is kept.
func (c *Console) lookAtSentence(w http.ResponseWriter, q *request) error {
	key, lang := q.PathValue("key"), ripoti.Lang(q.PostFormValue("lang"))
	if !slices.Contains(ripoti.Langs, lang) || !c.Wording.Words.Has(lang, key) {
		return ripoti.NotFound("wording.unknown", nil)
	}
	return c.part(w, q, "sentence", "look_part", c.look(lang, key, map[ripoti.Lang]string{lang: typedText(q, lang)}))
}

// typedText is a text as it was typed, with the line ends of a phone.
func typedText(q *request, lang ripoti.Lang) string {
	return strings.TrimSpace(strings.ReplaceAll(q.PostFormValue("text_"+string(lang)), "\r\n", "\n"))
}

// writeSentence puts what was typed into the person's draft, or shows it again with what is wrong.
func (c *Console) writeSentence(w http.ResponseWriter, q *request) error {
	key := q.PathValue("key")
	typed := map[ripoti.Lang]string{}
	var changes []ripoti.WordingChange
	for _, lang := range ripoti.Langs {
		typed[lang] = typedText(q, lang)
		changes = append(changes, ripoti.WordingChange{Lang: lang, Key: key, After: typed[lang]})
	}
	problems, err := c.Wording.Write(q.Context(), q.User, changes...)
	if ripoti.KeyOf(err) == "wording.brace" {
		for _, lang := range ripoti.Langs {
			if _, bad := c.Wording.Tried(lang, key, typed[lang]); bad != nil {
				problems = append(problems, wording.Problem{Lang: lang, Key: key, Say: "wording.brace"})
			}
		}
		err = nil
	}
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return c.showSentence(w, q, http.StatusUnprocessableEntity, typed, problems)
	}
	c.flash(q, "wording.kept")
	return seeOther(w, q, "/console/words/of/"+url.PathEscape(key))
}

// draftRow is a draft with the names of people.
type draftRow struct {
	store.WordingDraft
	By, Decider string
}

func (c *Console) draftRow(ctx context.Context, d store.WordingDraft) draftRow {
	return draftRow{d, c.userName(ctx, d.Author), c.userName(ctx, d.DecidedBy)}
}

// userName is what a user is called; the id where there is no such user any more.
func (c *Console) userName(ctx context.Context, id string) string {
	if u, err := c.Store.User(ctx, id); err == nil {
		return u.Name
	}
	return id
}

type wordDraftsPage struct {
	Drafts   []draftRow
	Versions []store.WordingVersion
	Write    bool
}

// mostListed is how many drafts and versions are listed.
const mostListed = 50

func (c *Console) wordDrafts(w http.ResponseWriter, q *request) error {
	page := wordDraftsPage{Write: allowed(networkRoles, q.User.Role)}
	drafts, err := c.Store.Wordings(q.Context(), mostListed)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		page.Drafts = append(page.Drafts, c.draftRow(q.Context(), d))
	}
	if page.Versions, err = c.Store.WordingVersions(q.Context(), mostListed); err != nil {
		return err
	}
	return c.show(w, q, http.StatusOK, "word_drafts", page)
}

// wordDraftPage is a draft with what may be done with it.
type wordDraftPage struct {
	draftRow
	Changes           []changeShown
	Propose, Withdraw bool
	Decide            bool
	Problem           string
}

// changeShown is a change with the phones of before and after.
type changeShown struct {
	ripoti.WordingChange
	Before, After template.HTML
}

func (c *Console) wordDraft(w http.ResponseWriter, q *request) error {
	return c.showWordDraft(w, q, http.StatusOK, "")
}

func (c *Console) showWordDraft(w http.ResponseWriter, q *request, status int, problem string) error {
	d, err := c.Store.Wording(q.Context(), q.PathValue("id"))
	if err != nil {
		return err
	}
	write, own := allowed(networkRoles, q.User.Role), d.Author == q.User.ID
	page := wordDraftPage{draftRow: c.draftRow(q.Context(), d), Problem: problem, Propose: write && own && d.State == store.WordingDrafted,
		Withdraw: write && own && (d.State == store.WordingDrafted || d.State == store.WordingProposed), Decide: write && wording.MayDecide(d, q.User)}
	for _, change := range d.Changes {
		shown := changeShown{WordingChange: change}
		if change.Lang != "" {
			shown.Before = c.look(change.Lang, change.Key, map[ripoti.Lang]string{change.Lang: change.Before}).Phone
			shown.After = c.look(change.Lang, change.Key, map[ripoti.Lang]string{change.Lang: change.After}).Phone
		}
		page.Changes = append(page.Changes, shown)
	}
	return c.show(w, q, status, "word_draft", page)
}

// moveWordDraft takes a draft one step on. A refusal of the rules is told beside the draft.
func (c *Console) moveWordDraft(w http.ResponseWriter, q *request) error {
	id, note := q.PathValue("id"), strings.TrimSpace(q.PostFormValue("note"))
	var err error
	switch q.PathValue("step") {
	case "propose":
		err = c.Wording.Propose(q.Context(), id, q.User, note)
	case "withdraw":
		err = c.Wording.Withdraw(q.Context(), id, q.User)
	case "refuse":
		err = c.Wording.Refuse(q.Context(), id, q.User, note)
	case "approve":
		if q.PostFormValue("read") == "" {
			return c.showWordDraft(w, q, http.StatusUnprocessableEntity, "wording.read_it")
		}
		err = c.Wording.Approve(q.Context(), id, q.User)
	default:
		return ripoti.NotFound("error.page", nil)
	}
	if code := ripoti.CodeOf(err); code == ripoti.CodeInvalid || code == ripoti.CodeConflict {
		return c.showWordDraft(w, q, statuses[code], ripoti.KeyOf(err))
	}
	if err != nil {
		return err
	}
	c.flash(q, "wording.done."+q.PathValue("step"))
	return seeOther(w, q, "/console/words/drafts/"+url.PathEscape(id))
}

// wordsBack begins a draft that leads back to a version.
func (c *Console) wordsBack(w http.ResponseWriter, q *request) error {
	version, err := strconv.Atoi(q.PostFormValue("version"))
	if err != nil {
		return ripoti.Invalid("wording.unknown", err)
	}
	problems, err := c.Wording.Back(q.Context(), q.User, version)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return ripoti.Conflict("wording.overtaken", fmt.Errorf("%d problems", len(problems)))
	}
	mine, err := c.Wording.Open(q.Context(), q.User)
	if err != nil {
		return err
	}
	return seeOther(w, q, "/console/words/drafts/"+url.PathEscape(mine.ID))
}

type helplinesPage struct {
	Lines   []wording.Line
	Write   bool
	Problem string
	Name    string // which number the problem is of
	Typed   string
	Pairs   []any
}

func (c *Console) helplines(w http.ResponseWriter, q *request) error {
	return c.showHelplines(w, q, http.StatusOK, helplinesPage{})
}

func (c *Console) showHelplines(w http.ResponseWriter, q *request, status int, page helplinesPage) (err error) {
	page.Write = allowed(networkRoles, q.User.Role)
	if page.Lines, err = c.Wording.Helplines(q.Context()); err != nil {
		return err
	}
	return c.show(w, q, status, "helplines", page)
}

// calledHelpline keeps that somebody called a help number just now.
func (c *Console) calledHelpline(w http.ResponseWriter, q *request) error {
	reached := q.PostFormValue("reached")
	if reached != "yes" && reached != "no" {
		return ripoti.Invalid("error.form", nil)
	}
	if err := c.Wording.Called(q.Context(), q.User, q.PathValue("name"), reached == "yes"); err != nil {
		return err
	}
	c.flash(q, "helplines.noted")
	return seeOther(w, q, "/console/helplines")
}

// changeHelpline puts another number into the person's draft: it is told to people once a second person has
// approved it.
func (c *Console) changeHelpline(w http.ResponseWriter, q *request) error {
	name, typed := q.PathValue("name"), strings.ReplaceAll(strings.TrimSpace(q.PostFormValue("number")), " ", "")
	problems, err := c.Wording.Write(q.Context(), q.User, ripoti.WordingChange{Key: name, After: typed})
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return c.showHelplines(w, q, http.StatusUnprocessableEntity, helplinesPage{Problem: problems[0].Say, Pairs: problems[0].Words, Name: name, Typed: typed})
	}
	c.flash(q, "wording.kept")
	return seeOther(w, q, "/console/words/drafts")
}
