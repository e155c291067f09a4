package console

import (
	"net/http"
	"net/url"
	"strings"

	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/rulebook"
)

// tryPage is an imagined report, and where it would go by the rules in force and by a draft.
type tryPage struct {
	Draft   ripoti.RuleDraft // empty: the rules in force alone
	Asked   url.Values
	Asks    []tryAsk
	Now     *triedRules
	Then    *triedRules // by the draft
	Place   string      // what the place was taken for
	Problem string
}

// tryAsk is a question of the menu with its answers.
type tryAsk struct {
	Key     string
	Options []formOption
}

// triedRules is what rules make of the report, in words.
type triedRules struct {
	Reading routing.Reading
	Parts   []triedPart
	Nobody  bool
	Why     whyPage
}

type triedPart struct {
	routing.Part
	Office, Reason string
}

// tryAsked are the questions that part ways, in the order of the menu.
var tryAsked = []string{"danger", "what", "detail", "at_risk", "by_whom", "when", "suspect", "weapon", "choice"}

// tryRules plays an imagined report. Nothing is saved and nobody is told, so that the address can be kept.
func (c *Console) tryRules(w http.ResponseWriter, q *request) error {
	page := tryPage{Asked: q.URL.Query()}
	for _, question := range routing.Questions() {
		for _, key := range tryAsked {
			if question.Key == key {
				page.Asks = append(page.Asks, c.tryAsk(q, question, page.Asked.Get(key)))
			}
		}
	}
	rules := c.Rules.Rules()
	if id := page.Asked.Get("draft"); id != "" {
		var err error
		if page.Draft, err = c.Store.RuleDraft(q.Context(), id); err != nil {
			return err
		}
		if rules, err = routing.ParseRules([]byte(page.Draft.Document)); err != nil {
			page.Problem = "rules.unsound"
		}
	}
	if place := strings.TrimSpace(page.Asked.Get("place")); place != "" && page.Problem == "" {
		if err := c.tried(q, &page, place, rules); err != nil {
			return err
		}
	}
	return c.show(w, q, http.StatusOK, "rules_try", page)
}

func (c *Console) tryAsk(q *request, question routing.Question, asked string) tryAsk {
	ask := tryAsk{Key: question.Key}
	for _, code := range question.Codes {
		name, ok := c.words.word(q.Lang, "try."+question.Key, code)
		if !ok {
			if name, ok = c.words.word(q.Lang, question.Key, code); !ok {
				name = code
			}
		}
		if code == "unanswered" {
			code, name = "", c.words.text(q.Lang, "rules.unanswered")
		}
		ask.Options = append(ask.Options, formOption{code, name, code == asked})
	}
	return ask
}

func (c *Console) tried(q *request, page *tryPage, place string, draft *routing.Rules) error {
	a := page.Asked
	question := rulebook.Question{Place: place, Answers: ripoti.Answers{Danger: ripoti.Danger(a.Get("danger")), What: ripoti.What(a.Get("what")), Detail: ripoti.Detail(a.Get("detail")),
		AtRisk: ripoti.AtRisk(a.Get("at_risk")), ByWhom: ripoti.ByWhom(a.Get("by_whom")), When: ripoti.When(a.Get("when")), Suspect: ripoti.Suspect(a.Get("suspect")),
		Weapon: ripoti.Weapon(a.Get("weapon")), Choice: ripoti.Choice(a.Get("choice"))}}
	at, err := typedTime(a.Get("at"))
	if err != nil {
		page.Problem = "rules.no_time"
		return nil
	}
	question.At = at
	now := c.Rules.Try(question, c.Rules.Rules())
	if now.Place.ID == "" {
		page.Problem = "rules.no_place"
		return nil
	}
	page.Place = now.Place.Name
	if found, ok := c.Desk.Places.Place(now.Place.ID); ok {
		page.Place = gazetteer.Label(found)
	}
	if page.Now, err = c.triedRules(q, now, page.Draft.ID == ""); err != nil || page.Draft.ID == "" {
		return err
	}
	page.Then, err = c.triedRules(q, c.Rules.Try(question, draft), true)
	return err
}

func (c *Console) triedRules(q *request, t rulebook.Tried, drawn bool) (*triedRules, error) {
	why, err := c.why(q.Lang, t.Place, t.Decision, drawn)
	if err != nil {
		return nil, err
	}
	out := &triedRules{Reading: t.Reading, Nobody: t.Decision.NoRecipient, Why: why}
	out.Reading.Why = c.reasonIn(q.Lang, t.Reading.Why)
	for _, p := range t.Decision.Parts {
		out.Parts = append(out.Parts, triedPart{p, c.office(p.OfficeID), c.reasonIn(q.Lang, p.Why)})
	}
	return out, nil
}
