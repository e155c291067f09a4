package console

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// auditRoles see who saw and did what: an auditor of all, the others of what they may see.
var auditRoles = []ripoti.UserRole{ripoti.UserAuditor, ripoti.UserSupervisor, ripoti.UserCoordinator}

func (c *Console) auditRoutes() []route {
	return []route{
		{pattern: "GET /console/audit", do: c.audit, roles: auditRoles},
		{pattern: "GET /console/audit.csv", do: c.auditFile, roles: auditRoles},
		{pattern: "POST /console/audit/verify", do: c.verify, roles: auditRoles},
	}
}

const (
	// deedsOnPage is how many lines a page shows.
	deedsOnPage = 100
	// auditDays is how far back is looked where neither a person nor a report is asked for.
	auditDays = 30
)

// auditKinds are the deeds that can be asked for by their kind.
var auditKinds = []string{"viewed", "story_opened", "number_opened", "acted", "accepted", "declined", "confirmed", "progress", "referred", "reassigned", "flag_raised", "flag_settled",
	"closing_proposed", "closing_answered", "closed", "reopened", "incident_linked", "incident_rejected", "evidence", "exported", "erased", "kept"}

// networkKinds are those that belong to no report.
var networkKinds = []string{"audit_exported", "directory_exported", "chain_verified", "drill_started", "drill_ended", "rules_drafted", "rules_proposed", "rules_approved", "rules_refused", "rules_withdrawn", "rules_published", "rules_returned",
	"rules_held", "rules_undone", "override_made", "override_ended"}

// structure are what an auditor reads of an event's data: why and where, nothing of what a case is about.
var structure = map[string]bool{"office": true, "reason": true, "act": true, "step": true, "contacts": true}

// auditPage is who saw and did what, with what was asked for.
type auditPage struct {
	Lines    []deedLine
	Asked    url.Values
	Kinds    []string
	Next     string
	Export   string
	Problem  string
	Network  bool
	Verified verifiedLine
}

// Frame puts a part of the page where that part finds it when it is asked for alone.
func (auditPage) Frame(data any) frame { return frame{Data: data} }

type deedLine struct {
	store.Deed
	Who     string
	Details []string
}

func (c *Console) audit(w http.ResponseWriter, q *request) error {
	if q.Header.Get("HX-Request") != "" {
		verified, err := c.lastVerified(q)
		if err != nil {
			return err
		}
		return c.part(w, q, "audit", "verified", verified)
	}
	asked := q.URL.Query()
	page := auditPage{Asked: asked, Kinds: auditKinds, Network: asked.Get("of") == "network", Export: "/console/audit.csv?" + with(asked, "after", "").Encode()}
	if page.Network {
		page.Kinds = networkKinds
	}
	wanted, err := c.deedsWanted(q, asked)
	if page.Problem = ripoti.KeyOf(err); err != nil && page.Problem == "" {
		return err
	}
	if page.Problem == "" {
		if err := c.deedLines(q, wanted, &page); err != nil {
			return err
		}
	}
	if page.Verified, err = c.lastVerified(q); err != nil {
		return err
	}
	return c.show(w, q, http.StatusOK, "audit", page)
}

func (c *Console) deedLines(q *request, wanted store.DeedsWanted, page *auditPage) error {
	deeds, err := c.Store.Deeds(q.Context(), c.view(q), wanted, markOf(page.Asked.Get("after")), deedsOnPage+1)
	if err != nil {
		return err
	}
	if len(deeds) > deedsOnPage {
		deeds = deeds[:deedsOnPage]
		last := deeds[deedsOnPage-1].Mark()
		page.Next = "/console/audit?" + with(page.Asked, "after", fmt.Sprintf("%d.%s.%d", last.At.UnixMicro(), last.ReportID, last.Seq)).Encode()
	}
	for _, d := range deeds {
		page.Lines = append(page.Lines, c.deedLine(q, d))
	}
	return nil
}

func (c *Console) deedLine(q *request, d store.Deed) deedLine {
	return deedLine{d, c.who(q, d.Actor), c.detailsOf(q, c.mayKnow(q, d.Event))}
}

// mayKnow leaves of an event what the person's role may read.
func (c *Console) mayKnow(q *request, e ripoti.Event) ripoti.Event {
	if q.User.Role != ripoti.UserAuditor {
		return e
	}
	var data map[string]json.RawMessage
	if json.Unmarshal([]byte(e.Data), &data) != nil {
		return e
	}
	for key := range data {
		if !structure[key] {
			delete(data, key)
		}
	}
	raw, err := json.Marshal(data)
	if err != nil {
		raw = []byte("{}")
	}
	e.Data = string(raw)
	return e
}

// markOf reads where a page goes on; what cannot be read begins anew.
func markOf(text string) (m store.DeedMark) {
	parts := strings.SplitN(text, ".", 3)
	if len(parts) != 3 {
		return m
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	seq, err2 := strconv.Atoi(parts[2])
	if err != nil || err2 != nil {
		return m
	}
	return store.DeedMark{At: time.UnixMicro(at).UTC(), ReportID: parts[1], Seq: seq}
}

// deedsWanted reads what is asked for: somebody by login or contact, a report by its number, days.
func (c *Console) deedsWanted(q *request, asked url.Values) (store.DeedsWanted, error) {
	wanted := store.DeedsWanted{Kind: asked.Get("kind"), Network: asked.Get("of") == "network"}
	span, err := daysOf(asked)
	if err != nil {
		return wanted, err
	}
	wanted.From, wanted.To = span.from, span.to
	if who := strings.TrimSpace(asked.Get("who")); who != "" {
		if wanted.Actors, err = c.actorsOf(q, who); err != nil {
			return wanted, err
		}
	}
	if number := asked.Get("number"); number != "" {
		code, err := ripoti.ParseCode(number)
		if err != nil {
			return wanted, ripoti.Invalid("reports.no_number", err)
		}
		r, err := c.Store.SeenByCode(q.Context(), c.view(q), code)
		if err != nil {
			return wanted, err
		}
		wanted.Report = r.ID
	}
	if wanted.From.IsZero() && wanted.Report == "" && len(wanted.Actors) == 0 {
		wanted.From = c.Now().AddDate(0, 0, -auditDays)
	}
	return wanted, nil
}

// actorsOf are as whom somebody stands in histories: as a user, and as a contact.
func (c *Console) actorsOf(q *request, who string) ([]string, error) {
	if _, ok := c.Desk.Live.World().Contact(who); ok {
		return []string{who}, nil
	}
	u, _, err := c.Store.UserByLogin(q.Context(), who)
	if ripoti.CodeOf(err) == ripoti.CodeNotFound {
		return nil, ripoti.Invalid("audit.nobody", nil)
	}
	actors := []string{"user:" + u.ID}
	if u.ContactID != "" {
		actors = append(actors, u.ContactID)
	}
	return actors, err
}

// auditFile is the list as a file. That it was taken is a line of the network's own history, and stands
// there before the file leaves.
func (c *Console) auditFile(w http.ResponseWriter, q *request) error {
	asked := q.URL.Query()
	wanted, err := c.deedsWanted(q, asked)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(map[string]any{"kind": wanted.Kind, "report": wanted.Report, "actors": wanted.Actors, "network": wanted.Network})
	if err != nil {
		return err
	}
	if err := c.Store.Note(q.Context(), "audit_exported", "user:"+q.User.ID, string(raw)); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="ripoti-audit.csv"`)
	out := csv.NewWriter(w)
	if err := out.Write([]string{"at", "actor", "who", "what", "details", "report", "line", "hash"}); err != nil {
		return err
	}
	for mark := (store.DeedMark{}); ; {
		deeds, err := c.Store.Deeds(q.Context(), c.view(q), wanted, mark, 1000)
		if err != nil {
			return err
		}
		for _, d := range deeds {
			line := c.deedLine(q, d)
			row := []string{d.At.In(routing.Nairobi).Format(time.RFC3339), d.Actor, line.Who, d.Kind, strings.Join(line.Details, "; "), string(d.Code), strconv.Itoa(d.Seq), d.Hash}
			for i := range row {
				row[i] = inCell(row[i])
			}
			if err := out.Write(row); err != nil {
				return err
			}
			mark = d.Mark()
		}
		if out.Flush(); len(deeds) < 1000 {
			return out.Error()
		}
	}
}

// inCell keeps a spreadsheet from taking words for a formula.
func inCell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
