package console

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// reportPage is one report: what is known in codes, what may be done, where it went and why, and what
// happened since.
type reportPage struct {
	Report      ripoti.Report
	Case        store.Case
	Assignments []assignmentLine
	Referrals   []referralLine
	Flags       []flagLine
	Closing     *closingLine // the newest that was proposed
	Checks      []store.Check
	SameEvent   []ripoti.Code
	Messages    []messageLine
	Why         []whyPage // the newest decision first
	Timeline    []timelineLine
	Offers      casework.Offers
	Forms       []actForm
	May         bool // the person is a contact, and may act
	Openings    []openingLine
	OpenReasons []casework.OpenReason
	shown
	Typed  url.Values       // what was typed into the form that was refused
	Failed string           // its name
	Story  *story           // what was told in words, once it was opened
	Number *casework.Opened // the reporter's, once it was opened
}

// shown is what is shown beside the report itself: once, to who asked for it.
type shown struct {
	failed  string
	problem error
	typed   url.Values
	story   *story
	number  *casework.Opened
}

// Problem is the sentence why something was refused.
func (p reportPage) Problem() string { return ripoti.KeyOf(p.problem) }

// TypedIn is what was typed into a form, if it was refused.
func (p reportPage) TypedIn(form string) url.Values {
	if form != p.Failed {
		return nil
	}
	return p.Typed
}

// picked is an option with what was chosen before.
type picked struct {
	O      option
	Chosen string
}

// Pick puts an option beside what was chosen.
func (p reportPage) Pick(o option, chosen string) picked { return picked{o, chosen} }

// Seconds are how long the opened number still shows.
func (p reportPage) Seconds(now time.Time) int { return max(1, int(p.Number.Until.Sub(now).Seconds())) }

// story is what was told in words.
type story struct {
	More, Typed string
	Texts       []string
	Notes       []noteLine
}

type noteLine struct {
	store.Note
	Who string
}

// assignmentLine is an office's part with its name.
type assignmentLine struct {
	store.Assignment
	Office, Taker string
}

type referralLine struct {
	ripoti.Referral
	Office string
}

type flagLine struct {
	store.Flag
	Raised, Settled string
}

type closingLine struct {
	store.Closing
	Who string
}

type openingLine struct {
	store.Opening
	Who string
}

// seen is the report of the address, if the person may see it. That it was looked at is a line of its
// history.
func (c *Console) seen(q *request) (ripoti.Report, error) {
	code, err := ripoti.ParseCode(q.PathValue("number"))
	if err != nil {
		return ripoti.Report{}, ripoti.NotFound("report.unknown", err)
	}
	return c.Store.SeenByCode(q.Context(), c.view(q), code)
}

func (c *Console) report(w http.ResponseWriter, q *request) error {
	r, err := c.seen(q)
	if err != nil {
		return err
	}
	if err := c.note(q, r.ID, "viewed", map[string]any{"where": "console"}); err != nil {
		return err
	}
	return c.showReport(w, q, r, shown{})
}

// story opens what was told in words: for a stated reason, and noted.
func (c *Console) story(w http.ResponseWriter, q *request) error {
	r, err := c.seen(q)
	if err != nil {
		return err
	}
	reason := q.PostFormValue("reason")
	if !storyReasons[reason] {
		return ripoti.Invalid("report.reason", nil)
	}
	if err := c.note(q, r.ID, "story_opened", map[string]any{"reason": reason}); err != nil {
		return err
	}
	told, err := c.told(q, r.ID)
	if err != nil {
		return err
	}
	return c.showReport(w, q, r, shown{story: told})
}

// storyReasons are why a story may be opened.
var storyReasons = map[string]bool{"handling": true, "review": true, "court": true}

// told is everything of a report that was told in words.
func (c *Console) told(q *request, reportID string) (*story, error) {
	ctx := q.Context()
	whole, err := c.Store.Report(ctx, reportID)
	if err != nil {
		return nil, err
	}
	s := &story{More: whole.Answers.More, Typed: whole.Answers.Place.Typed}
	texts, err := c.Store.KeptTexts(ctx, reportID)
	if err != nil {
		return nil, err
	}
	for _, t := range texts {
		if !strings.Contains(s.More, t.Body) {
			s.Texts = append(s.Texts, t.Body)
		}
	}
	if q.User.Role == ripoti.UserOfficer {
		return s, nil // what others on the case wrote may be about officers
	}
	notes, err := c.Store.Notes(ctx, reportID)
	for _, n := range notes {
		s.Notes = append(s.Notes, noteLine{n, c.who(q, n.By)})
	}
	return s, err
}

// openNumber opens the reporter's number to who cares for the case: for a stated reason, for a quarter of
// an hour, and noted.
func (c *Console) openNumber(w http.ResponseWriter, q *request) error {
	r, err := c.seen(q)
	if err != nil {
		return err
	}
	by, ok := c.contactOf(q.User)
	if !ok {
		return ripoti.Forbidden("report.no_contact", nil)
	}
	opened, err := c.Desk.ReporterContact(q.Context(), r.Code, by, casework.OpenReason(q.PostFormValue("reason")))
	if err != nil {
		return err
	}
	return c.showReport(w, q, r, shown{number: &opened})
}

// note appends to a report's history what a person of the console did.
func (c *Console) note(q *request, reportID, kind string, data map[string]any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return c.Store.InTx(q.Context(), func(tx *store.Tx) error {
		if _, err := tx.Report(q.Context(), reportID); err != nil {
			return err
		}
		return tx.Append(q.Context(), reportID, kind, "user:"+q.User.ID, string(raw))
	})
}

func (c *Console) showReport(w http.ResponseWriter, q *request, r ripoti.Report, extra shown) error {
	page := reportPage{Report: r, shown: extra, Typed: extra.typed, Failed: extra.failed, Story: extra.story, Number: extra.number, OpenReasons: casework.OpenReasons}
	for _, gather := range []func(context.Context, *request, *reportPage) error{c.gatherParts, c.gatherCase, c.gatherWhy, c.gatherMessages, c.gatherTimeline, c.gatherOffers} {
		if err := gather(q.Context(), q, &page); err != nil {
			return err
		}
	}
	status := http.StatusOK
	if extra.problem != nil {
		status = statuses[ripoti.CodeOf(extra.problem)]
	}
	return c.show(w, q, status, "report", page)
}

// gatherParts are the offices that have it, and what they were asked for.
func (c *Console) gatherParts(ctx context.Context, q *request, page *reportPage) error {
	assignments, err := c.Store.Assignments(ctx, page.Report.ID)
	if err != nil {
		return err
	}
	for _, a := range assignments {
		page.Assignments = append(page.Assignments, assignmentLine{a, c.office(a.OfficeID), c.who(q, a.AcceptedBy)})
	}
	referrals, err := c.Store.Referrals(ctx, page.Report.ID)
	for _, f := range referrals {
		page.Referrals = append(page.Referrals, referralLine{f, c.office(f.OfficeID)})
	}
	return err
}

// gatherCase is how the case goes on. Officers do not read what was told of them.
func (c *Console) gatherCase(ctx context.Context, q *request, page *reportPage) (err error) {
	id := page.Report.ID
	if page.Case, err = c.Store.Case(ctx, id); err != nil {
		return err
	}
	flags, err := c.Store.Flags(ctx, id)
	if err != nil {
		return err
	}
	if q.User.Role == ripoti.UserOfficer {
		flags = casework.FlagsForOfficers(flags)
	}
	for _, f := range flags {
		page.Flags = append(page.Flags, flagLine{f, c.who(q, f.RaisedBy), c.who(q, f.SettledBy)})
	}
	closings, err := c.Store.Closings(ctx, id)
	if err != nil {
		return err
	}
	if n := len(closings); n > 0 {
		page.Closing = &closingLine{closings[n-1], c.who(q, closings[n-1].ProposedBy)}
	}
	if page.Checks, err = c.Store.Checks(ctx, id); err != nil {
		return err
	}
	page.Checks = slices.DeleteFunc(page.Checks, func(k store.Check) bool { return k.State == store.CheckCancelled })
	openings, err := c.Store.Openings(ctx, id)
	if q.User.Role == ripoti.UserOfficer {
		return err
	}
	for _, o := range openings {
		page.Openings = append(page.Openings, openingLine{o, c.who(q, o.ContactID)})
	}
	return err
}

// gatherWhy is why it was routed as it was.
func (c *Console) gatherWhy(ctx context.Context, q *request, page *reportPage) error {
	decisions, err := c.Store.Decisions(ctx, page.Report.ID)
	if err != nil {
		return err
	}
	for i := len(decisions) - 1; i >= 0; i-- {
		var d routing.Decision
		if err := json.Unmarshal([]byte(decisions[i]), &d); err != nil {
			return err
		}
		why, err := c.why(q.Lang, page.Report.Answers.Place, d, i == len(decisions)-1)
		if err != nil {
			return err
		}
		page.Why = append(page.Why, why)
	}
	return nil
}

// gatherOffers is what the person may do.
func (c *Console) gatherOffers(ctx context.Context, q *request, page *reportPage) (err error) {
	by, ok := c.contactOf(q.User)
	if !ok {
		return nil
	}
	page.Offers, err = c.Desk.Offers(ctx, page.Report.Code, by)
	if ripoti.CodeOf(err) == ripoti.CodeNotFound { // knows the people: may look, and act no more
		return nil
	}
	if err != nil {
		return err
	}
	page.May = true
	page.Forms = c.formsOf(q, page)
	page.SameEvent, err = c.Desk.SameEvent(ctx, page.Report.ID, by)
	return err
}

// office is an office's name, its id where it has gone from the directory.
func (c *Console) office(id string) string {
	if o, ok := c.Desk.Live.World().Office(id); ok {
		return o.Name
	}
	return id
}
